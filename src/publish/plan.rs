//! From what a target holds to what it shall hold: what is written, in which order, and what is deleted. What has changed
//! is recognised by the hash of a content and by its headers, never by times, sizes or ETags. Has no side effects.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::guard::{Allowed, Refusal, refuse_deletions, refuse_others};
use super::journal::Journal;
use super::manifest::{Manifest, Retired};
use super::{HexHash, Object, Role};
use crate::path::{OutputPath, encode_path};

/// How many releases a hashed file outlasts the last page that refers to it, at least.
const RETIRED_RELEASES: u64 = 3;
/// How many days it does.
const RETIRED_DAYS: i32 = 30;

/// What a target holds, as far as its own texts tell.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// The last release.
    pub manifest: Option<Manifest>,
    /// A publish that has not ended.
    pub journal: Option<Journal>,
    /// Objects that the manifest lists and the target does not hold any more, or not as they were written.
    pub lost: BTreeSet<OutputPath>,
    /// Where there is no manifest: the paths of everything at the target.
    pub foreign: BTreeSet<OutputPath>,
    /// Where there is no manifest: the base URL of the site whose first publish has begun there, when that is known.
    pub begun: Option<String>,
    /// Whether it is unknown what an earlier publish did, as its journal is damaged. Then everything is written again.
    pub is_unsure: bool,
}

/// What a target shall hold.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Whose site it is: its base URL.
    pub site: Option<String>,
    /// What readers get.
    pub objects: Vec<Object>,
    /// Today.
    pub date: Date,
}

/// What is written together. Each stage ends before the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    HashedAssets,
    Files,
    /// Articles and sections that were not there: nothing leads to them yet.
    NewPages,
    /// Articles that were there.
    ChangedArticles,
    /// Sections, the home page and the page for wrong addresses.
    Sections,
    Listings,
}

impl Stage {
    pub fn name(self) -> &'static str {
        match self {
            Self::HashedAssets => "hashed assets",
            Self::Files => "other files",
            Self::NewPages => "new pages",
            Self::ChangedArticles => "changed articles",
            Self::Sections => "section and home pages",
            Self::Listings => "feeds and redirects",
        }
    }
}

/// Why an object is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    New,
    Content,
    Headers,
    /// It is there, and was to go.
    Returns,
    /// An earlier publish ended while it wrote it.
    Unsure,
    /// It was published, and is missing or altered.
    Lost,
}

/// An object that is written.
#[derive(Clone, Debug)]
pub struct Write {
    pub object: Object,
    pub stage: Stage,
    pub reason: Reason,
}

/// What is done, in this order: the journal; the writes, stage by stage; the manifest; the deletions.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The release that is made; none when the last one is what is wanted.
    pub release: Option<Manifest>,
    /// What is written, sorted by stage and path.
    pub writes: Vec<Write>,
    /// What is written at a target before anything else. Its deletions name pages first, as they refer to the rest.
    pub journal: Journal,
    /// Absolute URLs that readers get something else at.
    pub purge: Vec<String>,
    /// Whether an earlier publish left something to do.
    pub resumes: bool,
}

impl Plan {
    /// Whether the target is as it shall be.
    pub fn is_empty(&self) -> bool {
        self.release.is_none() && self.writes.is_empty() && !self.resumes
    }

    /// What is deleted together. Each step ends before the next begins: no page is left without the files it refers to.
    pub fn deletion_steps(&self) -> impl Iterator<Item = &[OutputPath]> {
        self.journal.deletions.chunk_by(|left, right| is_page(left) == is_page(right))
    }
}

fn is_page(path: &OutputPath) -> bool {
    path.as_str().ends_with(".html")
}

/// The plan, or why there is none.
/// Where there is none, nothing may be written.
pub fn plan(wanted: &Wanted, held: &Held, allowed: &Allowed) -> Result<Plan, Refusal> {
    if !wanted.objects.iter().any(|object| object.role == Role::Article) {
        return Err(Refusal::Empty);
    }
    let site = wanted.site.as_ref().ok_or(Refusal::NoBaseUrl)?;
    refuse_others(site, wanted, held, allowed)?;
    let (no_release, no_journal) = (Manifest::default(), Journal::default());
    let last = held.manifest.as_ref().unwrap_or(&no_release);
    let journal = held.journal.as_ref().unwrap_or(&no_journal);
    // A journal whose release is there has told all but the last: its deletions. One without a release may have gone back
    // to the last one, and its writes are then all that tells what was written over.
    let is_committed = journal.release.is_empty() && journal.intended.is_empty()
        || held.manifest.is_some() && last.name() == journal.release;
    let unfinished =
        if is_committed { Journal::default() } else { journal.clone().without_deleted() };
    let target = Target { held, last, state: state(held, last, &unfinished) };
    let mut writes: Vec<_> =
        wanted.objects.iter().filter_map(|object| target.write(object)).collect();
    writes.sort_by(|left, right| {
        (left.stage, &left.object.path).cmp(&(right.stage, &right.object.path))
    });
    let (next, mut deletions) = target.next(wanted, &unfinished);
    let is_guarded = |path: &&OutputPath| target.state[*path].object.role != Role::Hashed;
    let guarded: Vec<_> = deletions.iter().filter(is_guarded).collect();
    refuse_deletions(&guarded, last.objects.len(), allowed)?;
    deletions.extend(journal.deletions.iter().filter(|path| !next.lists(path)).cloned());
    // Releases do not change: what the last one has lost is in the next one.
    let is_whole = !writes.iter().any(|write| write.reason == Reason::Lost);
    let is_same = is_whole && is_same(last, &next);
    if is_same {
        // What that manifest lists goes when another one does not list it.
        deletions.retain(|path| !last.retired.contains_key(path));
    }
    let release = (!is_same).then_some(next);
    let mut deletions: Vec<_> = deletions.into_iter().collect();
    deletions.sort_by_key(|path| !is_page(path));
    let mut untold = urls(site, journal.objects(), &journal.deletions);
    untold.extend(journal.untold.iter().cloned());
    let mut purge = urls(site, writes.iter().map(|write| &write.object), &deletions);
    purge.extend(untold.iter().cloned());
    let mut next = Journal {
        site: site.clone(),
        release: release.as_ref().map_or_else(String::new, Manifest::name),
        intended: writes.iter().map(|write| write.object.clone()).collect(),
        deletions,
        garbage: garbage(journal, &unfinished, &wanted.objects),
        untold: untold.into_iter().collect(),
        ..Journal::default()
    };
    next.follow(&unfinished, &held.foreign);
    Ok(Plan {
        release,
        writes,
        journal: next,
        purge: purge.into_iter().collect(),
        resumes: held.journal.is_some() || held.is_unsure,
    })
}

/// Whether readers get the same of both, and the later one keeps track of nothing else.
fn is_same(last: &Manifest, next: &Manifest) -> bool {
    last.site == next.site
        && last.objects == next.objects
        && next.retired.iter().all(|(path, retired)| last.retired.get(path) == Some(retired))
}

/// What is known of an object at a target.
struct Known<'a> {
    object: &'a Object,
    /// Whether it is there for sure.
    is_certain: bool,
}

type State<'a> = BTreeMap<&'a OutputPath, Known<'a>>;

fn state<'a>(held: &Held, last: &'a Manifest, journal: &'a Journal) -> State<'a> {
    let known = |object: &'a Object, is_certain| (&object.path, Known { object, is_certain });
    let listed = last.all_objects();
    let listed =
        listed.map(|object| known(object, !held.is_unsure && !held.lost.contains(&object.path)));
    let written = journal.written.iter().map(|object| known(object, true));
    let unsure = journal.unsure.iter().chain(&journal.intended);
    listed.chain(written).chain(unsure.map(|object| known(object, false))).collect()
}

/// A target before the publish.
struct Target<'a> {
    held: &'a Held,
    /// The last release; one that holds nothing where there is none.
    last: &'a Manifest,
    state: State<'a>,
}

impl Target<'_> {
    fn write(&self, object: &Object) -> Option<Write> {
        let path = &object.path;
        let reason = match self.state.get(path) {
            None => Reason::New,
            Some(known) if !known.is_certain && self.held.lost.contains(path) => Reason::Lost,
            Some(known) if !known.is_certain => Reason::Unsure,
            // The copy of its content went with the last release that listed it.
            Some(_) if self.last.retired.contains_key(path) => Reason::Returns,
            Some(known) if known.object.is_served_as(object) => return None,
            Some(known) if known.object.hash == object.hash => Reason::Headers,
            Some(_) => Reason::Content,
        };
        let is_listed = self.last.objects.contains_key(path);
        let stage = match object.role {
            Role::Hashed => Stage::HashedAssets,
            Role::File => Stage::Files,
            Role::Article if !is_listed => Stage::NewPages,
            // The home page is never new: it is what readers get who come by the site's own address.
            Role::Section if path.as_str() != "index.html" && !is_listed => Stage::NewPages,
            Role::Article => Stage::ChangedArticles,
            Role::Section | Role::NotFound => Stage::Sections,
            Role::Listing => Stage::Listings,
        };
        Some(Write { object: object.clone(), stage, reason })
    }

    /// The next release, and what the target loses.
    fn next(&self, wanted: &Wanted, unfinished: &Journal) -> (Manifest, BTreeSet<OutputPath>) {
        let objects = wanted.objects.iter().map(|object| (object.path.clone(), object.clone()));
        let mut next = Manifest {
            site: wanted.site.clone().unwrap_or_default(),
            number: self.last.number + 1,
            date: wanted.date,
            earlier: self.held.manifest.as_ref().map_or_else(Vec::new, Manifest::earlier_of_next),
            objects: objects.collect(),
            retired: BTreeMap::new(),
        };
        let mut deletions = BTreeSet::new();
        let unfinished_paths: BTreeSet<_> =
            unfinished.objects().map(|object| &object.path).collect();
        let foreign: BTreeSet<_> = unfinished.foreign_left().collect();
        for (&path, &Known { object, is_certain }) in &self.state {
            if next.objects.contains_key(path) || foreign.contains(path) {
                continue;
            }
            // What a publish brought back that never ended, its pages may refer to.
            let before = self.last.retired.get(path).filter(|_| !unfinished_paths.contains(path));
            let now = || Retired { object: object.clone(), number: next.number, date: next.date };
            let retired = before.cloned().unwrap_or_else(now);
            // Pages are written when all files are known to be there: nobody has one with a file that may never have come.
            let is_there = is_certain || self.last.lists(path) && !self.held.lost.contains(path);
            // No cached page can refer to it any more.
            let is_over = next.number >= retired.number + RETIRED_RELEASES
                && (next.date - retired.date).get_days() >= RETIRED_DAYS;
            if object.role == Role::Hashed && is_there && !is_over {
                next.retired.insert(path.clone(), retired);
            } else {
                deletions.insert(path.clone());
            }
        }
        (next, deletions)
    }
}

/// Contents that only publishes know that never ended.
fn garbage(journal: &Journal, unfinished: &Journal, wanted: &[Object]) -> Vec<HexHash> {
    let left = unfinished.objects().map(|object| HexHash(object.hash));
    let known: BTreeSet<_> = journal.garbage.iter().copied().chain(left).collect();
    let wanted: BTreeSet<_> = wanted.iter().map(|object| HexHash(object.hash)).collect();
    known.difference(&wanted).copied().collect()
}

/// The URLs at which readers may get something else for what is written and deleted. Hashed files never change.
fn urls<'a>(
    site: &str,
    written: impl Iterator<Item = &'a Object>,
    deleted: &'a [OutputPath],
) -> BTreeSet<String> {
    let written = written.filter(|object| object.role != Role::Hashed).map(|object| &object.path);
    written.chain(deleted).map(|path| url(site, path)).collect()
}

/// The URL by which readers ask for an object.
fn url(site: &str, path: &OutputPath) -> String {
    let path = path.as_str();
    let path = match path.strip_suffix("index.html") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
        _ => path,
    };
    format!("{site}{}", encode_path(path))
}
