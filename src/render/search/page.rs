//! The search page. Without a script it lists what there is: every section, and the articles too where they are few.

use crate::path::OutputPath;
use crate::render::Renderer;
use crate::render::context::OutlineContext;
use crate::render::templates::{Context, Value};
use crate::site::SectionId;

/// The page's URL, below the base URL.
const URL: &str = "/search/";
/// In a site of fewer articles than this, the page lists them all.
const FEW_ARTICLES: usize = 200;

/// The template, its variables, and where the page goes.
pub(in crate::render) fn page(renderer: &Renderer) -> (&'static str, Context, OutputPath) {
    let site = &renderer.site;
    let mut context = renderer.bare("search", renderer.string("search_title"), URL);
    let mut sections = Vec::new();
    in_order(renderer, SectionId(0), &mut sections);
    let count: usize = sections.iter().map(|id| site.section(*id).articles.len()).sum();
    let outline = sections.into_iter().filter_map(|id| {
        let section = site.section(id);
        let articles = section.articles.iter().filter(|_| count < FEW_ARTICLES);
        let articles: Vec<Value> = articles.map(|id| renderer.link(*id)).collect();
        let is_worth_it = section.parent.is_some() || !articles.is_empty();
        is_worth_it
            .then(|| OutlineContext { section: renderer.link(section.page), articles }.into())
    });
    context.insert_value("outline", outline.collect::<Vec<Value>>().into());
    ("search.html", context, OutputPath::new("search/index.html"))
}

/// A section and those in it, as they are read.
fn in_order(renderer: &Renderer, id: SectionId, sections: &mut Vec<SectionId>) {
    sections.push(id);
    for subsection in &renderer.site.section(id).subsections {
        in_order(renderer, *subsection, sections);
    }
}
