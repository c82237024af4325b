//! `llms.txt` (llmstxt.org) and `llms-full.txt`: the whole site for language models, its sections in the order of
//! navigation. Links lead to the Markdown copies, where the site has them.

use super::{Renderer, markdown_copy};
use crate::site::{PageId, SectionId};

/// Every page with its description, by section.
pub(super) fn llms(renderer: &Renderer) -> String {
    let mut text = heading(renderer);
    for section in sections(renderer) {
        let pages = pages(renderer, section);
        if pages.is_empty() {
            continue;
        }
        text.push_str(&format!("\n## {}\n\n", name(renderer, section)));
        for id in pages {
            entry(renderer, id, &mut text);
        }
    }
    text
}

/// Every text.
pub(super) fn llms_full(renderer: &Renderer) -> String {
    let mut text = heading(renderer);
    for id in sections(renderer).into_iter().flat_map(|section| pages(renderer, section)) {
        let front_matter = &renderer.site.page(id).article.front_matter;
        text.push_str(&format!("\n# {}\n\nURL: {}\n", front_matter.title, renderer.address(id)));
        if let Some(updated) = front_matter.updated {
            text.push_str(&format!("Updated: {updated}\n"));
        }
        if let Some(description) = &front_matter.description {
            text.push_str(&format!("\n> {description}\n"));
        }
        text.push('\n');
        markdown_copy::body(renderer, id, &mut text);
    }
    text
}

fn heading(renderer: &Renderer) -> String {
    let configuration = &renderer.site.configuration;
    let mut text = format!("# {}\n", configuration.title);
    if let Some(description) = &configuration.description {
        text.push_str(&format!("\n> {description}\n"));
    }
    text
}

/// Every section, each followed by those in it.
fn sections(renderer: &Renderer) -> Vec<SectionId> {
    let mut found = Vec::new();
    let mut open = vec![SectionId(0)];
    while let Some(id) = open.pop() {
        found.push(id);
        open.extend(renderer.site.section(id).subsections.iter().rev());
    }
    found
}

/// A section's own page and its articles, without drafts.
fn pages(renderer: &Renderer, section: SectionId) -> Vec<PageId> {
    let site = &renderer.site;
    let section = site.section(section);
    let pages = std::iter::once(&section.page).chain(&section.articles);
    pages.copied().filter(|id| site.page(*id).is_listed()).collect()
}

/// The titles from below the home page down to the section.
fn name(renderer: &Renderer, section: SectionId) -> String {
    let site = &renderer.site;
    let title = |id: SectionId| &*site.page(site.section(id).page).article.front_matter.title;
    let mut names: Vec<&str> =
        std::iter::successors(Some(section), |id| site.section(*id).parent).map(title).collect();
    if names.len() > 1 {
        names.pop();
    }
    names.reverse();
    names.join(" / ")
}

/// `- [Title](URL): description`. Brackets in titles and parentheses in URLs are not escaped but replaced: those who read
/// this format know no escapes.
fn entry(renderer: &Renderer, id: PageId, text: &mut String) {
    let site = &renderer.site;
    let front_matter = &site.page(id).article.front_matter;
    let title = front_matter.title.replace('[', "(").replace(']', ")");
    let url = match site.markdown_copy(id, 1) {
        Some(copy) => renderer.address_of(&site.generated_url(copy)),
        None => renderer.address(id),
    };
    let url = url.replace('(', "%28").replace(')', "%29");
    text.push_str(&format!("- [{title}]({url})"));
    if let Some(description) = &front_matter.description {
        text.push_str(&format!(": {description}"));
    }
    text.push('\n');
}
