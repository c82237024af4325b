//! What was published and is gone. The record says what was, the routes what is.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::OnceLock;

use ahash::{AHashMap, AHashSet};
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

/// For this many URLs that vanished, and ids of a page, what may have become of them is looked for by name: past that, somebody
/// moved a folder or wrote a page anew, and needs the list more than guesses.
const GUESSED: usize = 50;

/// Every finding of a comparison with the record.
pub(super) fn findings(context: Context<'_>) -> Vec<Diagnostic> {
    let read = &context.site.record;
    let path = SourcePath::new(record::FILE);
    let damaged = |Damage { at, message, remedy }: &Damage| {
        let span = Span::new(&path, at.clone());
        Diagnostic::new(&RECORD_DAMAGED, span, message.as_str()).help(remedy.help())
    };
    let mut findings: Vec<_> = read.damage.iter().map(damaged).collect();
    let text = context.sources.text(&path).map_or("", |text| text);
    let history = History { context, path, text, candidates: OnceLock::new() };
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

/// What is at a URL now: a page, an old address of one, something else that answers, a draft, or nothing.
enum Now {
    Page(PageId),
    Alias(PageId),
    Other,
    Draft(PageId),
    Nothing,
}

struct History<'a> {
    context: Context<'a>,
    path: SourcePath,
    text: &'a str,
    candidates: OnceLock<Candidates<'a>>,
}

impl<'a> History<'a> {
    fn entry(&self, url: &str, state: &State, at: usize) -> Vec<Diagnostic> {
        let was = match state {
            State::Retired => return Vec::new(),
            State::Redirect(_) => None,
            State::Page(page) => Some(page),
        };
        let site = self.context.site;
        let vanished = |message| {
            let span = Span::new(&self.path, at..at + url.len());
            Diagnostic::new(&URL_VANISHED, span, message)
        };
        match (now(site, url), was) {
            (Now::Page(id), Some(was)) => {
                let mut found = self.anchors(at..at + url.len(), was, id);
                found.extend(freshness::updated_unchanged(self.context, id, was));
                found
            }
            (Now::Alias(id), Some(was)) => self.anchors(at..at + url.len(), was, id),
            (Now::Page(_) | Now::Alias(_) | Now::Other, _) => Vec::new(),
            (Now::Draft(id), _) => {
                let path = &site.page(id).article.path;
                let message = format!("`{url}` was published, and `{path}` is a draft now");
                vec![vanished(message).relate(Span::file(path), "the page")]
            }
            (Now::Nothing, _) => {
                vec![vanished(format!("`{url}` was published, and nothing is there now"))]
            }
        }
    }

    /// The ids that a page has lost since it was recorded at a URL.
    fn anchors(&self, url: Range<usize>, was: &Published, id: PageId) -> Vec<Diagnostic> {
        let Site { ids, .. } = self.context.site;
        let lost: Vec<&str> = was.ids.live().filter(|old| !ids.has(id, &decoded(old))).collect();
        if lost.is_empty() {
            return Vec::new();
        }
        let article = &self.context.site.page(id).article;
        let known: AHashSet<_> = was.ids.live().map(decoded).collect();
        let headings = || article.body.headings.iter().map(|heading| heading.id.as_ref());
        let new: Vec<&str> = headings().filter(|id| !known.contains(*id)).collect();
        let places = self.places_of_ids(url.start);
        let finding = |(index, id): (usize, &&str)| {
            let old = decoded(id);
            let replaced = match (lost.as_slice(), new.as_slice()) {
                ([_], [only]) => Some((*only).to_owned()),
                _ if index >= GUESSED => None,
                _ => alike(&old, &new).or_else(|| suggest::nearest(&old, headings())),
            };
            let new = replaced.as_deref().unwrap_or("ID-OF-A-HEADING");
            let (path, address) = (&article.path, self.text.get(url.clone()).unwrap_or(""));
            let help = format!(
                "add `{old}: {new}` to `anchors` in `{path}`, or say `silcrow retire '{address}#{old}'`"
            );
            let message = format!("`{address}` no longer has the id `{old}`");
            let place = places.get(id).unwrap_or(&url);
            let span = Span::new(&self.path, place.clone());
            let finding = Diagnostic::new(&ANCHOR_VANISHED, span, message);
            finding.help(help).relate(Span::file(path), "the page")
        };
        lost.iter().enumerate().map(finding).collect()
    }

    /// Where the ids in the line of a URL are, which begins at `start`.
    fn places_of_ids(&self, start: usize) -> AHashMap<&str, Range<usize>> {
        let line = self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let mut end = start;
        let place = |word: &'a str| {
            let range = end..end + word.len();
            end = range.end + 1;
            Some((word.strip_prefix('#')?, range))
        };
        line.split(' ').filter_map(place).collect()
    }

    /// Says what is to be done about a URL that vanished, and where its page may be now.
    fn suggest(&self, finding: &mut Diagnostic, guess: bool) {
        let site = self.context.site;
        let url = self.text.get(finding.span.range()).unwrap_or("");
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

    fn candidates(&self) -> &Candidates<'a> {
        self.candidates.get_or_init(|| Candidates::new(self.context.site))
    }

    /// What is to be done about a file that vanished.
    fn help_on_file(&self, url: &str, was: &Published) -> String {
        let (now, new) = match self.candidates().files.get(&was.text) {
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
        let candidates = self.candidates();
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
        let ids: Vec<_> = was.ids.live().map(decoded).collect();
        let shared =
            |page: PageId| ids.iter().filter(|id| self.context.site.ids.has(page, id)).count();
        let (most, id) = candidates.new.iter().map(|(id, _)| (shared(*id), *id)).max()?;
        (most >= 2 && most * 2 > ids.len()).then_some((id, "most of its headings are in"))
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

/// The new id that shares most words with an old one.
fn alike(old: &str, new: &[&str]) -> Option<String> {
    let known: Vec<&str> = old.split('-').filter(|word| word.len() > 2).collect();
    let shared = |id: &str| id.split('-').filter(|word| known.contains(word)).count();
    let best = new.iter().map(|id| (shared(id), Reverse(id.len()), *id)).max()?;
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
