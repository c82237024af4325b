//! Front matter, as far as other files or the date decide whether it is right.

use ahash::AHashSet;
use jiff::civil::Date;

use super::Context;
use crate::article::Article;
use crate::diagnostic::{
    DUPLICATE_ID, Diagnostic, FUTURE_DATE, INVALID_VALUE, MISSING_ANCHOR, ONE_WAY_RELATED,
    UNKNOWN_TEMPLATE,
};
use crate::fields::Named;
use crate::site::PageId;
use crate::site::links::{Document, Reference};
use crate::source::{Placed, Span};
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
    let late = |(key, date): (&str, Option<Placed<Date>>)| {
        let date = date.filter(|date| date.value > limit)?;
        let message = format!("`{key}` lies in the future: {date}, and today is {today}");
        let finding = Diagnostic::new(&FUTURE_DATE, Span::new(path, date.at()), message);
        Some(finding.help("write the day on which it happened"))
    };
    let dates = [("updated", front_matter.updated), ("reviewed", front_matter.reviewed)];
    dates.into_iter().filter_map(late).collect()
}

/// Entries of `related` whose pages do not name this one. What else can be wrong with them is wrong with references.
fn one_way_related(context: Context<'_>, id: PageId) -> Vec<Diagnostic> {
    let site = context.site;
    if !site.configuration.rules.is_on(&ONE_WAY_RELATED) {
        return Vec::new();
    }
    let document = Document::of_page(site, id);
    let is_one_way = |entry: &&Reference| {
        let names_back = |page| site.related(page).any(|other| other == id);
        entry.problems.is_empty() && entry.target.page().is_some_and(|page| !names_back(page))
    };
    let finding = |entry: &Reference| {
        let name = document.destination(entry);
        let message = format!("`{name}` does not name this page as related");
        Diagnostic::new(&ONE_WAY_RELATED, document.span(entry.link.span), message)
            .help("add this page to its `related`, where that helps its readers")
    };
    site.related_references(id).filter(is_one_way).map(finding).collect()
}

fn anchors(context: Context<'_>, id: PageId) -> Vec<Diagnostic> {
    let article = &context.site.page(id).article;
    if article.front_matter.anchors.is_empty() {
        return Vec::new();
    }
    let headings = || article.body.headings.iter().map(|heading| heading.id.as_ref());
    let (ids, near): (AHashSet<&str>, _) = (headings().collect(), Index::new(headings()));
    let has_footnotes = article.body.html.contains("<section class=\"footnotes\"");
    let is_footnote =
        |id: &str| has_footnotes && (id.starts_with("fn:") || id.starts_with("fnref:"));
    let finding = |Named { name: old, value: new }: &Named<String>| {
        let wrong =
            |rule, message| Diagnostic::new(rule, Span::new(&article.path, new.at()), message);
        if old.starts_with(ID_PREFIX) || is_footnote(old) {
            let finding = wrong(&DUPLICATE_ID, format!("duplicate id `{old}`"));
            return Some(finding.help("silcrow writes ids like this one itself; remove the entry"));
        }
        if ids.contains(old.as_str()) {
            let message = format!("`{old}` is the id of a heading, and needs no entry");
            return Some(wrong(&INVALID_VALUE, message).help("remove the entry"));
        }
        // A heading that repeats the title is not among the headings, and keeps old ids too.
        let is_there = ids.contains(new.as_str()) || context.site.ids.has(id, old);
        (!is_there).then(|| {
            let near = near.nearest(new, None).map(str::to_owned);
            wrong(&MISSING_ANCHOR, format!("this page has no heading with the id `{new}`"))
                .did_you_mean(near, "write the id of a heading of this page")
        })
    };
    article.front_matter.anchors.iter().filter_map(finding).collect()
}

fn template(context: Context<'_>, id: PageId) -> Option<Diagnostic> {
    let Article { path, front_matter, .. } = &*context.site.page(id).article;
    let template = front_matter.template.as_ref()?;
    if (context.has_template)(template) {
        return None;
    }
    let known =
        context.sources.texts_below("templates").filter_map(|(path, _)| path.below("templates"));
    let message = format!("there is no template `{template}`");
    let finding = Diagnostic::new(&UNKNOWN_TEMPLATE, Span::new(path, template.at()), message);
    let create = format!("create `templates/{template}`");
    Some(finding.did_you_mean(suggest::nearest(template, known), create))
}
