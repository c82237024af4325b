//! Front matter, as far as other files or the date decide whether it is right.

use ahash::AHashSet;

use super::Context;
use crate::article::Article;
use crate::article::front_matter::OldAnchor;
use crate::diagnostic::{
    DUPLICATE_ID, Diagnostic, FUTURE_DATE, INVALID_VALUE, MISSING_ANCHOR, ONE_WAY_RELATED,
    UNKNOWN_TEMPLATE,
};
use crate::site::PageId;
use crate::site::links::{Document, Reference};
use crate::source::Span;
use crate::suggest::{self, Index};
use crate::theme::ID_PREFIX;

pub(super) fn findings(context: Context<'_>, id: PageId) -> Vec<Diagnostic> {
    let mut findings = dates(context, id);
    findings.extend(one_way_related(context, id));
    findings.extend(anchors(context, id));
    findings.extend(template(context, id));
    findings
}

fn dates(context: Context<'_>, id: PageId) -> Vec<Diagnostic> {
    let Article { path, front_matter, .. } = &*context.site.page(id).article;
    let today = context.site.options.today;
    // One day ahead is today for writers east of UTC.
    let limit = today.tomorrow().unwrap_or(today);
    let late = [("updated", front_matter.updated), ("reviewed", front_matter.reviewed)];
    let late =
        late.into_iter().filter_map(|(key, date)| Some((key, date.filter(|date| **date > limit)?)));
    late.map(|(key, date)| {
        let message = format!("`{key}` lies in the future: {date}, and today is {today}");
        Diagnostic::new(&FUTURE_DATE, Span::new(path, date.at()), message)
            .help("write the day on which it happened")
    })
    .collect()
}

/// Entries of `related` whose pages do not name this one. What else can be wrong with them is wrong with references.
fn one_way_related(context: Context<'_>, id: PageId) -> Vec<Diagnostic> {
    let site = context.site;
    if !context.is_on(&ONE_WAY_RELATED) {
        return Vec::new();
    }
    let document = Document::of_page(site, id);
    let entries = site.related_references(id).filter(|entry| entry.problems.is_empty());
    let one_way = entries.filter(|entry| {
        let names_back = |page| site.related(page).any(|other| other == id);
        entry.target.page().is_some_and(|page| !names_back(page))
    });
    let finding = |entry: &Reference| {
        let name = document.destination(entry);
        let message = format!("`{name}` does not name this page as related");
        Diagnostic::new(&ONE_WAY_RELATED, document.span(entry.link.span), message)
            .help("add this page to its `related`, where that helps its readers")
    };
    one_way.map(finding).collect()
}

fn anchors(context: Context<'_>, id: PageId) -> Vec<Diagnostic> {
    let article = &context.site.page(id).article;
    let mut findings = Vec::new();
    if article.front_matter.anchors.is_empty() {
        return findings;
    }
    let headings = || article.body.headings.iter().map(|heading| heading.id.as_ref());
    let (ids, near): (AHashSet<&str>, _) = (headings().collect(), Index::new(headings()));
    let has_footnotes = article.body.html.contains("<section class=\"footnotes\"");
    for OldAnchor { old, new } in &article.front_matter.anchors {
        let span = || Span::new(&article.path, new.at());
        let is_footnote =
            |id: &str| has_footnotes && (id.starts_with("fn:") || id.starts_with("fnref:"));
        if old.starts_with(ID_PREFIX) || is_footnote(old) {
            findings.push(
                Diagnostic::new(&DUPLICATE_ID, span(), format!("duplicate id `{old}`"))
                    .help("silcrow writes ids like this one itself; remove the entry"),
            );
        } else if ids.contains(old.as_str()) {
            let message = format!("`{old}` is the id of a heading, and needs no entry");
            findings
                .push(Diagnostic::new(&INVALID_VALUE, span(), message).help("remove the entry"));
        // A heading that repeats the title is not among the headings, and keeps old ids too.
        } else if !ids.contains(new.as_str()) && !context.site.ids.has(id, old) {
            let suggestion = near.nearest(new, None).map(str::to_owned);
            let help = suggestion
                .as_ref()
                .map_or("write the id of a heading of this page".to_owned(), |id| {
                    format!("did you mean `{id}`?")
                });
            findings.push(
                Diagnostic::new(
                    &MISSING_ANCHOR,
                    span(),
                    format!("this page has no heading with the id `{new}`"),
                )
                .help(help)
                .suggest(suggestion),
            );
        }
    }
    findings
}

fn template(context: Context<'_>, id: PageId) -> Option<Diagnostic> {
    let Article { path, front_matter, .. } = &*context.site.page(id).article;
    let template = front_matter.template.as_ref()?;
    if (context.has_template)(template) {
        return None;
    }
    let known =
        context.sources.texts_below("templates").filter_map(|(path, _)| path.below("templates"));
    let suggestion = suggest::nearest(template, known);
    let help = match &suggestion {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("create `templates/{template}`"),
    };
    let span = Span::new(path, template.at());
    Some(
        Diagnostic::new(&UNKNOWN_TEMPLATE, span, format!("there is no template `{template}`"))
            .help(help)
            .suggest(suggestion),
    )
}
