//! `llms.txt` (llmstxt.org) and `llms-full.txt`: the whole site for language models, its sections in the order of
//! navigation. Links lead to the Markdown copies, where the site has them.

use super::{Renderer, markdown_copy};
use crate::site::{PageId, SectionId};

/// Every page with its description, by section.
pub(super) fn llms(renderer: &Renderer) -> String {
    let mut text = heading(renderer);
    for section in renderer.sections() {
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
    for id in renderer.sections().into_iter().flat_map(|section| pages(renderer, section)) {
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

/// A section's own page and its articles, without drafts.
fn pages(renderer: &Renderer, section: SectionId) -> Vec<PageId> {
    let site = &renderer.site;
    let section = site.section(section);
    let pages = std::iter::once(&section.page).chain(&section.articles);
    pages.copied().filter(|id| site.page(*id).is_listed()).collect()
}

/// The titles from below the home page down to the section.
fn name(renderer: &Renderer, section: SectionId) -> String {
    let title = |id: &PageId| &*renderer.site.page(*id).article.front_matter.title;
    let pages = renderer.sections_around(section);
    let names: Vec<&str> = pages.iter().skip(usize::from(pages.len() > 1)).map(title).collect();
    names.join(" / ")
}

/// `- [Title](URL): description`. Brackets in titles and parentheses in URLs are not escaped but replaced: those who read
/// this format know no escapes.
fn entry(renderer: &Renderer, id: PageId, text: &mut String) {
    let site = &renderer.site;
    let front_matter = &site.page(id).article.front_matter;
    let title = front_matter.title.replace('[', "(").replace(']', ")");
    let url = match site.markdown_copy(id, 1) {
        Some(copy) => renderer.address_of(&copy.url(site)),
        None => renderer.address(id),
    };
    let url = url.replace('(', "%28").replace(')', "%29");
    text.push_str(&format!("- [{title}]({url})"));
    if let Some(description) = &front_matter.description {
        text.push_str(&format!(": {description}"));
    }
    text.push('\n');
}
