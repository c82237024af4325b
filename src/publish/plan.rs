//! From what a target holds to what it shall hold: what is written, in which order, and what is deleted. What has changed
//! is recognised by the hash of a content and by its headers, never by times, sizes or ETags. Has no side effects.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::guard::{Allowed, Refusal, refuse_deletions, refuse_others};
use super::journal::Journal;
use super::manifest::{Manifest, Retired};
use super::{ContentHash, Object, Role};
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
    /// Hashed files.
    HashedAssets,
    /// Other files.
    Files,
    /// Articles and sections that were not there: nothing leads to them yet.
    NewPages,
    /// Articles that were there.
    ChangedArticles,
    /// Sections, the home page and the page for wrong addresses.
    Sections,
    /// Feeds, the sitemap, redirects.
    Listings,
}

impl Stage {
    /// Its name, for people.
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
    /// It was not there.
    New,
    /// It holds something else.
    Content,
    /// It has other headers.
    Headers,
    /// It is there, and was to go.
    Returns,
    /// An earlier publish ended while it wrote it.
    Unsure,
    /// It was published, and is missing or altered.
    Lost,
}

/// An object that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The object.
    pub object: Object,
    /// When.
    pub stage: Stage,
    /// Why.
    pub reason: Reason,
}

/// What is done, in this order: the writes, stage by stage; the manifest; the deletions.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Whose site it is: its base URL.
    pub site: String,
    /// The release that is made; none when the last one is what is wanted.
    pub release: Option<Manifest>,
    /// What is written, sorted by stage and path.
    pub writes: Vec<Write>,
    /// What is deleted: pages first, as they refer to the rest.
    pub deletions: Vec<OutputPath>,
    /// Objects that the target holds and no manifest lists, as the journal has it.
    pub written: Vec<Object>,
    /// Objects that may be at the target, and that nothing is written for.
    pub unsure: Vec<Object>,
    /// Paths of files of others that may be at the target still: an earlier publish was to write over them.
    pub foreign: Vec<OutputPath>,
    /// Contents whose copies are not needed.
    pub garbage: Vec<ContentHash>,
    /// Absolute URLs that earlier publishes changed, which died before they could tell.
    pub untold: Vec<String>,
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

    /// What is written at a target before anything else.
    pub fn journal(&self) -> Journal {
        Journal {
            site: self.site.clone(),
            release: self.release.as_ref().map_or_else(String::new, Manifest::name),
            written: self.written.clone(),
            unsure: self.unsure.clone(),
            intended: self.writes.iter().map(|write| write.object.clone()).collect(),
            deletions: self.deletions.clone(),
            foreign: self.foreign.clone(),
            garbage: self.garbage.clone(),
            untold: self.untold.clone(),
        }
    }

    /// What is deleted together. Each step ends before the next begins: no page is left without the files it refers to.
    pub fn deletion_steps(&self) -> impl Iterator<Item = &[OutputPath]> {
        self.deletions.chunk_by(|left, right| is_page(left) == is_page(right))
    }
}

fn is_page(path: &OutputPath) -> bool {
    path.as_str().ends_with(".html")
}

/// What is known of an object at a target.
#[derive(Clone, Copy)]
enum KnownObject<'a> {
    Certain(&'a Object),
    Unsure(&'a Object),
}

impl<'a> KnownObject<'a> {
    fn object(self) -> &'a Object {
        match self {
            Self::Certain(object) | Self::Unsure(object) => object,
        }
    }
}

type State<'a> = BTreeMap<&'a OutputPath, KnownObject<'a>>;

/// The plan, or why there is none.
///
/// # Errors
///
/// When the site is not to be published like that; then nothing may be written.
pub fn plan(wanted: &Wanted, held: &Held, allowed: &Allowed) -> Result<Plan, Refusal> {
    if !wanted.objects.iter().any(|object| object.role == Role::Article) {
        return Err(Refusal::Empty);
    }
    let site = wanted.site.as_ref().ok_or(Refusal::NoBaseUrl)?;
    refuse_others(site, wanted, held, allowed)?;
    let manifest = held.manifest.as_ref();
    // A journal whose release is there has told all but the last: its deletions. One without a release may have gone back
    // to the last one, and its writes are then all that tells what was written over.
    let is_committed = |journal: &&Journal| {
        journal.release.is_empty() && journal.intended.is_empty()
            || manifest.is_some_and(|manifest| manifest.name() == journal.release)
    };
    let journal = held.journal.as_ref();
    let unfinished = journal.filter(|journal| !is_committed(journal));
    let unfinished = unfinished.cloned().map(Journal::without_deleted);
    let unfinished = unfinished.as_ref();
    let state = state(held, unfinished);
    let mut writes: Vec<Write> =
        wanted.objects.iter().filter_map(|object| write(object, &state, held)).collect();
    writes.sort_by(|left, right| {
        (left.stage, &left.object.path).cmp(&(right.stage, &right.object.path))
    });
    let next = Next::new(wanted, &state, held, unfinished);
    let mut deletions = next.deletions;
    let guarded: Vec<_> = deletions
        .iter()
        .filter(|path| state.get(path).is_some_and(|known| known.object().role != Role::Hashed))
        .collect();
    refuse_deletions(&guarded, manifest, allowed)?;
    let pending = journal.into_iter().flat_map(|journal| &journal.deletions);
    let is_gone =
        |path: &&OutputPath| !next.objects.contains_key(*path) && !next.retired.contains_key(*path);
    deletions.extend(pending.filter(is_gone).cloned());
    let release = Manifest {
        site: site.clone(),
        number: next.number,
        date: wanted.date,
        earlier: manifest.map_or_else(Vec::new, Manifest::earlier_of_next),
        objects: next.objects,
        retired: next.retired,
    };
    // Releases do not change: what the last one has lost is in the next one.
    let is_whole = !writes.iter().any(|write| write.reason == Reason::Lost);
    let is_same = is_whole && manifest.is_some_and(|manifest| is_same(manifest, &release));
    if let Some(manifest) = manifest.filter(|_| is_same) {
        // What that manifest lists goes when another one does not list it.
        deletions.retain(|path| !manifest.retired.contains_key(path));
    }
    let (written, unsure) = left(unfinished, &writes);
    let untold = untold(site, journal);
    let mut deletions: Vec<_> = deletions.into_iter().collect();
    deletions.sort_by_key(|path| !is_page(path));
    Ok(Plan {
        site: site.clone(),
        purge: purge(site, &writes, &deletions, &untold),
        untold: untold.into_iter().collect(),
        foreign: foreign(held, unfinished, &writes),
        garbage: garbage(journal, unfinished, &release),
        release: (!is_same).then_some(release),
        written,
        unsure,
        writes,
        deletions,
        resumes: journal.is_some() || held.is_unsure,
    })
}

/// Whether readers get the same of both, and the later one keeps track of nothing else.
fn is_same(last: &Manifest, next: &Manifest) -> bool {
    last.site == next.site
        && last.objects == next.objects
        && next.retired.iter().all(|(path, retired)| last.retired.get(path) == Some(retired))
}

/// What an earlier publish left and this one does not write: what the target is known to hold, and what it may hold.
fn left(journal: Option<&Journal>, writes: &[Write]) -> (Vec<Object>, Vec<Object>) {
    let Some(journal) = journal else { return Default::default() };
    let written: BTreeSet<&OutputPath> = writes.iter().map(|write| &write.object.path).collect();
    let is_left = |object: &&Object| !written.contains(&object.path);
    let unsure = journal.unsure.iter().chain(&journal.intended);
    (
        journal.written.iter().filter(is_left).cloned().collect(),
        unsure.filter(is_left).cloned().collect(),
    )
}

/// Files of others that may be at the target still: what this publish writes over, and what earlier ones may not have.
fn foreign(held: &Held, journal: Option<&Journal>, writes: &[Write]) -> Vec<OutputPath> {
    let ours = journal.into_iter().flat_map(Journal::objects);
    let ours: BTreeSet<_> = ours.map(|object| &object.path).collect();
    let paths = writes.iter().map(|write| &write.object.path);
    let written_over = paths.filter(|path| held.foreign.contains(*path) && !ours.contains(path));
    let before = journal.into_iter().flat_map(Journal::foreign_left);
    written_over.chain(before).cloned().collect()
}

fn state<'a>(held: &'a Held, journal: Option<&'a Journal>) -> State<'a> {
    let known = |object: &'a Object| {
        let is_unsure = held.is_unsure || held.lost.contains(&object.path);
        let known =
            if is_unsure { KnownObject::Unsure(object) } else { KnownObject::Certain(object) };
        (&object.path, known)
    };
    let mut state: State<'a> =
        held.manifest.iter().flat_map(Manifest::all_objects).map(known).collect();
    if let Some(journal) = journal {
        state.extend(
            journal.written.iter().map(|object| (&object.path, KnownObject::Certain(object))),
        );
        let unsure = journal.unsure.iter().chain(&journal.intended);
        state.extend(unsure.map(|object| (&object.path, KnownObject::Unsure(object))));
    }
    state
}

fn write(object: &Object, state: &State<'_>, held: &Held) -> Option<Write> {
    let manifest = held.manifest.as_ref();
    let reason = match state.get(&object.path) {
        None => Reason::New,
        Some(KnownObject::Unsure(_)) if held.lost.contains(&object.path) => Reason::Lost,
        Some(KnownObject::Unsure(_)) => Reason::Unsure,
        // The copy of its content went with the last release that listed it.
        Some(KnownObject::Certain(_)) if is_retired(manifest, &object.path) => Reason::Returns,
        Some(KnownObject::Certain(known)) if known.is_served_as(object) => return None,
        Some(KnownObject::Certain(known)) if known.hash == object.hash => Reason::Headers,
        Some(KnownObject::Certain(_)) => Reason::Content,
    };
    let is_listed = manifest.is_some_and(|manifest| manifest.objects.contains_key(&object.path));
    let stage = match object.role {
        Role::Hashed => Stage::HashedAssets,
        Role::File => Stage::Files,
        Role::Article if !is_listed => Stage::NewPages,
        // The home page is never new: it is what readers get who come by the site's own address.
        Role::Section if object.path.as_str() != "index.html" && !is_listed => Stage::NewPages,
        Role::Article => Stage::ChangedArticles,
        Role::Section | Role::NotFound => Stage::Sections,
        Role::Listing => Stage::Listings,
    };
    Some(Write { object: object.clone(), stage, reason })
}

/// What the next release holds, and what the target loses.
struct Next {
    number: u64,
    objects: BTreeMap<OutputPath, Object>,
    retired: BTreeMap<OutputPath, Retired>,
    deletions: BTreeSet<OutputPath>,
}

impl Next {
    fn new(wanted: &Wanted, state: &State<'_>, held: &Held, journal: Option<&Journal>) -> Self {
        let manifest = held.manifest.as_ref();
        let number = manifest.map_or(0, |manifest| manifest.number) + 1;
        let objects: BTreeMap<_, _> =
            wanted.objects.iter().map(|object| (object.path.clone(), object.clone())).collect();
        let mut next =
            Self { number, objects, retired: BTreeMap::new(), deletions: BTreeSet::new() };
        let unwanted = state.iter().filter(|(path, _)| !next.objects.contains_key(**path));
        let (mut retired, mut deletions) = (Vec::new(), Vec::new());
        let of_journal = journal.into_iter().flat_map(Journal::objects);
        let of_journal: BTreeSet<_> = of_journal.map(|object| &object.path).collect();
        let foreign: BTreeSet<_> = journal.into_iter().flat_map(Journal::foreign_left).collect();
        for (path, known) in unwanted {
            if foreign.contains(path) {
                continue;
            }
            // What a publish brought back that never ended, its pages may refer to.
            let before = manifest.and_then(|manifest| manifest.retired.get(*path));
            let before = before.filter(|_| !of_journal.contains(path));
            let since = before.map_or((number, wanted.date), |before| (before.number, before.date));
            let object = known.object();
            // Pages are written when all files are known to be there: nobody has one with a file that may never have come.
            let is_there = matches!(known, KnownObject::Certain(_))
                || is_listed(manifest, path) && !held.lost.contains(*path);
            if object.role == Role::Hashed && is_there && !is_over(since, (number, wanted.date)) {
                retired.push(Retired { object: object.clone(), number: since.0, date: since.1 });
            } else {
                deletions.push((*path).clone());
            }
        }
        next.retired =
            retired.into_iter().map(|retired| (retired.object.path.clone(), retired)).collect();
        next.deletions.extend(deletions);
        next
    }
}

fn is_listed(manifest: Option<&Manifest>, path: &OutputPath) -> bool {
    manifest.is_some_and(|manifest| {
        manifest.objects.contains_key(path) || manifest.retired.contains_key(path)
    })
}

fn is_retired(manifest: Option<&Manifest>, path: &OutputPath) -> bool {
    manifest.is_some_and(|manifest| manifest.retired.contains_key(path))
}

/// Whether no cached page can still refer to a file retired then.
fn is_over(since: (u64, Date), now: (u64, Date)) -> bool {
    let days = (now.1 - since.1).get_days();
    now.0 >= since.0 + RETIRED_RELEASES && days >= RETIRED_DAYS
}

/// Contents that only publishes know that never ended.
fn garbage(
    journal: Option<&Journal>,
    unfinished: Option<&Journal>,
    release: &Manifest,
) -> Vec<ContentHash> {
    let before = journal.into_iter().flat_map(|journal| journal.garbage.iter().copied());
    let left = unfinished.into_iter().flat_map(Journal::objects).map(|object| object.hash);
    let known: BTreeSet<ContentHash> = before.chain(left).collect();
    let wanted: BTreeSet<ContentHash> =
        release.objects.values().map(|object| object.hash).collect();
    known.difference(&wanted).copied().collect()
}

/// The URLs of what changes, and of what has changed without a word.
fn purge(
    site: &str,
    writes: &[Write],
    deletions: &[OutputPath],
    untold: &BTreeSet<String>,
) -> Vec<String> {
    let written = changed(writes.iter().map(|write| &write.object));
    let urls = written.chain(deletions).map(|path| url(site, path));
    let urls: BTreeSet<String> = urls.chain(untold.iter().cloned()).collect();
    urls.into_iter().collect()
}

/// The URLs of what earlier publishes changed that died before they could tell, or may have.
fn untold(site: &str, journal: Option<&Journal>) -> BTreeSet<String> {
    let Some(journal) = journal else { return BTreeSet::new() };
    let urls = changed(journal.objects()).chain(&journal.deletions).map(|path| url(site, path));
    urls.chain(journal.untold.iter().cloned()).collect()
}

/// The paths at which readers may get something else. Hashed files never change.
fn changed<'a>(objects: impl Iterator<Item = &'a Object>) -> impl Iterator<Item = &'a OutputPath> {
    objects.filter(|object| object.role != Role::Hashed).map(|object| &object.path)
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
