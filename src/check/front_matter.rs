//! Front matter, as far as other files or the date decide whether it is right.

use ahash::AHashSet;

use super::Given;
use super::suggestions::Names;
use crate::article::Article;
use crate::article::front_matter::OldAnchor;
use crate::diagnostic::{
    DRAFT_TARGET, DUPLICATE_ID, Diagnostic, FUTURE_DATE, INVALID_VALUE, MISSING_ANCHOR,
    MISSING_RELATED, ONE_WAY_RELATED, RELATED_DUPLICATE, RELATED_SELF, UNKNOWN_TEMPLATE,
};
use crate::site::PageId;
use crate::source::Span;
use crate::suggest::{self, Index};
use crate::theme::ID_PREFIX;

pub(super) fn findings(given: Given<'_>, names: &Names<'_>, id: PageId) -> Vec<Diagnostic> {
    let mut findings = dates(given, id);
    findings.extend(related(given, names, id));
    findings.extend(anchors(given, id));
    findings.extend(template(given, id));
    findings
}

fn dates(given: Given<'_>, id: PageId) -> Vec<Diagnostic> {
    let Article { path, front_matter, .. } = &*given.site.page(id).article;
    let today = given.site.options.today;
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

fn related(given: Given<'_>, names: &Names<'_>, id: PageId) -> Vec<Diagnostic> {
    let site = given.site;
    let mut findings = Vec::new();
    let named = site.related[id.0 as usize].iter();
    let written = site.page(id).article.front_matter.related.iter();
    let named_before =
        |index: usize, page| site.related[id.0 as usize][..index].contains(&Some(page));
    for (index, (entry, page)) in written.zip(named).enumerate() {
        let span = || Span::new(&site.page(id).article.path, entry.at());
        match *page {
            Some(page) if page == id => findings.push(
                Diagnostic::new(&RELATED_SELF, span(), format!("`{entry}` is this page"))
                    .help("remove the entry"),
            ),
            Some(page) if named_before(index, page) => findings.push(
                Diagnostic::new(&RELATED_DUPLICATE, span(), format!("duplicate entry `{entry}`"))
                    .help("remove one of the two"),
            ),
            Some(page) if site.page(page).included => {
                let names_back = || site.related[page.0 as usize].contains(&Some(id));
                if given.is_on(&ONE_WAY_RELATED) && !names_back() {
                    let message = format!("`{entry}` does not name this page as related");
                    findings.push(
                        Diagnostic::new(&ONE_WAY_RELATED, span(), message)
                            .help("add this page to its `related`, where that helps its readers"),
                    );
                }
            }
            Some(_) => findings.push(
                Diagnostic::new(&DRAFT_TARGET, span(), format!("`{entry}` is a draft"))
                    .help("publish it, remove the entry, or build with `--drafts`"),
            ),
            None => {
                let suggestion = names.page_name(entry);
                let help = suggestion.as_ref().map_or(
                    "write the page's path from the content folder, without extension".to_owned(),
                    |name| format!("did you mean `{name}`?"),
                );
                findings.push(
                    Diagnostic::new(
                        &MISSING_RELATED,
                        span(),
                        format!("there is no page `{entry}`"),
                    )
                    .help(help)
                    .suggest(suggestion.map(str::to_owned)),
                );
            }
        }
    }
    findings
}

fn anchors(given: Given<'_>, id: PageId) -> Vec<Diagnostic> {
    let article = &given.site.page(id).article;
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
        } else if !ids.contains(new.as_str()) && !article.body.has_id(old) {
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

fn template(given: Given<'_>, id: PageId) -> Option<Diagnostic> {
    let Article { path, front_matter, .. } = &*given.site.page(id).article;
    let template = front_matter.template.as_ref()?;
    if (given.has_template)(template) {
        return None;
    }
    let known =
        given.sources.texts_below("templates").filter_map(|(path, _)| path.below("templates"));
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
