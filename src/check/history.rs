//! What was published and is gone. The record says what was, the routes what is.

use std::borrow::Cow;
use std::sync::OnceLock;

use ahash::AHashMap;
use percent_encoding::percent_decode_str;
use rayon::prelude::*;

use super::{Context, freshness};
use crate::diagnostic::{ANCHOR_VANISHED, Diagnostic, RECORD_DAMAGED, URL_VANISHED};
use crate::path::{SourcePath, nfc};
use crate::record::{self, Damage, Published, State, TextHash, decoded};
use crate::redirect::{Location, canonical_form};
use crate::site::routes::Place;
use crate::site::{PageId, Site, history};
use crate::source::Span;
use crate::suggest;

/// For this many URLs that vanished, what may have become of them is looked for by name: past that, somebody moved a folder,
/// and needs the list more than guesses.
const GUESSED: usize = 50;

/// Every finding of a comparison with the record.
pub(super) fn findings(context: Context<'_>) -> Vec<Diagnostic> {
    let read = &context.site.record;
    let path = SourcePath::new(record::FILE);
    let mut findings: Vec<_> = read.damages.iter().map(|damage| damaged(&path, damage)).collect();
    if read.record.is_empty() {
        return findings;
    }
    let history = History { context, path, candidates: OnceLock::new() };
    let entries: Vec<_> = read.record.entries().collect();
    findings.par_extend(
        entries.into_par_iter().flat_map_iter(|(url, state, at)| history.entry(url, state, at)),
    );
    let vanished = findings.iter_mut().filter(|finding| finding.rule == &URL_VANISHED);
    for (index, finding) in vanished.enumerate() {
        history.suggest(finding, index < GUESSED);
    }
    findings
}

fn damaged(path: &SourcePath, damage: &Damage) -> Diagnostic {
    let span = Span::new(path, damage.at.clone());
    Diagnostic::new(&RECORD_DAMAGED, span, damage.message.clone()).help(damage.remedy.help())
}

/// What is at a URL now.
enum Now {
    /// A page, which says of its text what the record can be compared with.
    Page(PageId),
    /// An old address of a page.
    Alias(PageId),
    /// Something else that answers.
    Other,
    /// A draft.
    Draft(PageId),
    /// Nothing.
    Nothing,
}

struct History<'a> {
    context: Context<'a>,
    path: SourcePath,
    candidates: OnceLock<Candidates<'a>>,
}

impl<'a> History<'a> {
    fn entry(&self, url: &str, state: &State, at: usize) -> Vec<Diagnostic> {
        let page = match state {
            State::Retired => return Vec::new(),
            State::Redirect(_) => None,
            State::Page(page) => Some(page),
        };
        let now = now(self.context.site, url);
        let span = || Span::new(&self.path, at..at + url.len());
        let message = match now {
            Now::Page(id) => {
                let Some(page) = page else { return Vec::new() };
                let mut found = self.anchors(url, (page, at), id);
                found.extend(freshness::updated_unchanged(self.context, id, page));
                return found;
            }
            Now::Alias(id) => {
                return page.map_or_else(Vec::new, |page| self.anchors(url, (page, at), id));
            }
            Now::Other => return Vec::new(),
            Now::Draft(id) => {
                let path = &self.context.site.page(id).article.path;
                let message = format!("`{url}` was published, and `{path}` is a draft now");
                let finding = Diagnostic::new(&URL_VANISHED, span(), message);
                return vec![finding.relate(Span::file(path), "the page")];
            }
            Now::Nothing => format!("`{url}` was published, and nothing is there now"),
        };
        vec![Diagnostic::new(&URL_VANISHED, span(), message)]
    }

    /// The ids that a page has lost.
    fn anchors(&self, url: &str, (was, at): (&Published, usize), id: PageId) -> Vec<Diagnostic> {
        let Site { ids, .. } = self.context.site;
        let article = &self.context.site.page(id).article;
        let mut lost = was.ids.live().filter(|old| !ids.has(id, &decoded(old))).peekable();
        if lost.peek().is_none() {
            return Vec::new();
        }
        let text = self.context.sources.text(&self.path).map_or("", |text| text);
        let line = text.get(at..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let headings = || article.body.headings.iter().map(|heading| heading.id.as_ref());
        let new: Vec<&str> =
            headings().filter(|id| was.ids.live().all(|old| decoded(old) != *id)).collect();
        let lost: Vec<&str> = lost.collect();
        let finding = |id: &&str| {
            let old = decoded(id);
            let range =
                word(line, id).map_or(at..at + url.len(), |word| at + word.start..at + word.end);
            let replaced = match (lost.as_slice(), new.as_slice()) {
                ([_], [only]) => Some((*only).to_owned()),
                _ => alike(&old, &new).or_else(|| suggest::nearest(&old, headings())),
            };
            let new = replaced.as_deref().unwrap_or("ID-OF-A-HEADING");
            let path = &article.path;
            let help = format!(
                "add `{old}: {new}` to `anchors` in `{path}`, or say `silcrow retire '{url}#{old}'`"
            );
            let message = format!("`{url}` had the id `{old}`, and has it no more");
            Diagnostic::new(&ANCHOR_VANISHED, Span::new(&self.path, range), message)
                .help(help)
                .relate(Span::file(path), "the page")
        };
        lost.iter().map(finding).collect()
    }

    /// Says what is to be done about a URL that vanished, and where its page may be now.
    fn suggest(&self, finding: &mut Diagnostic, guess: bool) {
        let site = self.context.site;
        let at = finding.span.range();
        let text = self.context.sources.text(&self.path).map_or("", |text| text);
        let url = text.get(at).unwrap_or("");
        let was = match site.record.record.get(url) {
            Some(State::Page(file)) if history::is_file(url) => {
                return finding.help = Some(self.help_on_file(url, file));
            }
            Some(State::Page(page)) => self.moved(url, page, guess),
            Some(State::Redirect(to)) => match now(site, to) {
                Now::Page(id) | Now::Alias(id) => Some((id, "it led to")),
                _ => None,
            },
            _ => None,
        };
        let retire = format!("say `silcrow retire {url}`");
        finding.help = Some(match was {
            Some((id, how)) => {
                let path = &site.page(id).article.path;
                finding.target = Some(path.to_string());
                format!("{how} `{path}`: add `{url}` to its `aliases`, or {retire}")
            }
            None => format!("add it to the `aliases` of the page that replaces it, or {retire}"),
        });
    }

    /// What is to be done about a file that vanished.
    fn help_on_file(&self, url: &str, was: &Published) -> String {
        let candidates = self.candidates.get_or_init(|| Candidates::new(self.context.site));
        let (now, new) = match candidates.files.get(&was.text) {
            Some(new) => (format!("what it held is now in `{new}`: "), new.as_str()),
            None => (String::new(), "/ITS-NEW-PATH"),
        };
        format!(
            "{now}add `{url}: {new}` to `redirects` in `site.yaml`, or say `silcrow retire {url}`"
        )
    }

    /// Where a page may be now: the same text, else the same name, else most of the same headings, among the pages that the
    /// record does not know.
    fn moved(&self, url: &str, was: &Published, guess: bool) -> Option<(PageId, &'static str)> {
        let candidates = self.candidates.get_or_init(|| Candidates::new(self.context.site));
        if let Some(id) = candidates.by_text.get(&was.text) {
            return Some((*id, "its text is now in"));
        }
        if !guess {
            return None;
        }
        let name = last_part(url);
        let mut same_name = candidates.new.iter().filter(|(_, url)| last_part(url) == name);
        if let (Some((id, _)), None) = (same_name.next(), same_name.next()) {
            return Some((*id, "a new page of its name is"));
        }
        let ids: Vec<Cow<str>> = was.ids.live().map(decoded).collect();
        let shared =
            |page: PageId| ids.iter().filter(|id| self.context.site.ids.has(page, id)).count();
        let most = candidates.new.iter().map(|(id, _)| (shared(*id), *id)).max()?;
        (most.0 >= 2 && most.0 * 2 > ids.len()).then_some((most.1, "most of its headings are in"))
    }
}

/// What may have become of pages: those that the record does not know.
struct Candidates<'a> {
    new: Vec<(PageId, &'a str)>,
    by_text: AHashMap<TextHash, PageId>,
    /// The URLs of files by the hashes of what they hold.
    files: AHashMap<TextHash, String>,
}

impl<'a> Candidates<'a> {
    fn new(site: &'a Site) -> Self {
        let unknown = |id: &PageId| {
            let page = site.page(*id);
            page.has_file && site.record.record.get(&page.url.encoded()).is_none()
        };
        let new: Vec<_> =
            site.included().filter(unknown).map(|id| (id, site.page(id).url.as_str())).collect();
        let by_text = new.iter().map(|(id, _)| (history::text_hash(site.page(*id)), *id)).collect();
        let files = history::files(site).map(|file| (file.hash, file.url.encoded())).collect();
        Self { new, by_text, files }
    }
}

fn last_part(url: &str) -> &str {
    url.trim_end_matches('/').rsplit('/').next().unwrap_or(url)
}

/// Where an id stands in its line.
fn word(line: &str, id: &str) -> Option<std::ops::Range<usize>> {
    let mut at = 0;
    line.split(' ').find_map(|word| {
        let range = at..at + word.len();
        at = range.end + 1;
        (word.strip_prefix('#') == Some(id)).then_some(range)
    })
}

/// The new id that shares most words with an old one.
fn alike(old: &str, new: &[&str]) -> Option<String> {
    let words = |id: &str| id.split('-').map(str::to_owned).collect::<Vec<_>>();
    let known = words(old);
    let shared =
        |id: &str| words(id).iter().filter(|word| word.len() > 2 && known.contains(word)).count();
    let best = new.iter().map(|id| (shared(id), std::cmp::Reverse(id.len()), *id)).max()?;
    (best.0 > 0).then(|| best.2.to_owned())
}

/// What is at a recorded URL now.
fn now(site: &Site, url: &str) -> Now {
    let Some(location) = Location::of(url, site.configuration.base_url.as_ref()) else {
        return Now::Nothing;
    };
    let routes = &site.routes;
    let (place, alias) = match &location {
        Location::Site(path) => (routes.place(path.as_str()), routes.alias(path.as_str())),
        Location::Origin(path) => (None, routes.host_alias(path.as_str())),
    };
    match (place, alias) {
        (Some(Place::Page(id)), _) if site.page(id).included => Now::Page(id),
        (Some(Place::Page(id)), None) => match redirected(site, &location) {
            Now::Nothing => Now::Draft(id),
            now => now,
        },
        (_, Some(id)) => Now::Alias(id),
        (Some(_), None) => Now::Other,
        (None, None) => redirected(site, &location),
    }
}

/// Where a redirect of `site.yaml` leads.
fn redirected(site: &Site, location: &Location) -> Now {
    let Some((index, rest)) = site.routes.redirect(location) else { return Now::Nothing };
    let to = site.configuration.redirects[index].target(rest);
    if !to.starts_with('/') {
        return Now::Other;
    }
    let to = percent_decode_str(to.split(['?', '#']).next().unwrap_or("")).decode_utf8_lossy();
    let to = canonical_form(&nfc(&to)).into_owned();
    match site.routes.place(&to) {
        Some(Place::Page(id)) if site.page(id).included => Now::Alias(id),
        Some(Place::Page(id)) => Now::Draft(id),
        Some(_) => Now::Other,
        None => site.routes.alias(&to).map_or(Now::Nothing, Now::Alias),
    }
}
