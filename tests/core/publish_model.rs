//! Publishes on a target in memory that keeps releases and copies of contents, as object stores do: many in a row, back to
//! earlier releases too, each of which may die anywhere, with the writes of a stage in any order.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use silcrow::path::OutputPath;
use silcrow::publish::guard::Allowed;
use silcrow::publish::journal::Journal;
use silcrow::publish::manifest::Manifest;
use silcrow::publish::plan::{Held, Plan, Stage, Wanted, plan};
use silcrow::publish::{ContentHash, Object, Role};

const SITE: &str = "https://example.com/docs/";

fn day(number: i32) -> Date {
    date(2026, 1, 1).checked_add(number.days()).expect("a day of this century")
}

fn object(path: &str, role: Role, content: &str) -> Object {
    let hash = *blake3::hash(content.as_bytes()).as_bytes();
    Object::new(OutputPath::new(path), role, hash, content.len() as u64)
}

fn page(number: usize, content: u8) -> Object {
    object(&format!("p{number}/index.html"), Role::Article, &format!("page {content}"))
}

/// What a page of that content refers to: sorted before it, so that no order by name keeps the two right.
fn style(content: u8) -> Object {
    let text = format!("style {content}");
    let digits = blake3::hash(text.as_bytes()).to_hex().to_string();
    object(&format!("a.{}.css", &digits[..8]), Role::File, &text)
}

/// A picture beside a page, which goes when the page does.
fn picture(number: usize) -> Object {
    object(&format!("p{number}/figure.png"), Role::File, "picture")
}

/// A site: the content of each page, none where it is left out.
fn site(contents: &[Option<u8>]) -> Vec<Object> {
    let mut objects = vec![object("index.html", Role::Section, &format!("{contents:?}"))];
    let mut used = BTreeSet::new();
    for (number, content) in contents.iter().enumerate() {
        let Some(content) = content else { continue };
        used.insert(*content);
        let mut page = page(number, *content);
        if number == 0 && contents.last() == Some(&None) {
            // The same bytes with other headers.
            page.media_type = "text/plain".to_owned();
        }
        objects.extend([page, picture(number)]);
    }
    objects.extend(used.into_iter().map(style));
    objects
}

/// How a publish goes.
#[derive(Clone, Debug)]
struct Way {
    /// How many steps it takes before it dies.
    steps: usize,
    /// After how many writes the target is told.
    chunk: usize,
    /// By what the writes of a stage are put in order.
    seed: u64,
}

const TO_THE_END: Way = Way { steps: usize::MAX, chunk: 2, seed: 0 };

#[derive(Clone, Default)]
struct Target {
    today: i32,
    objects: BTreeMap<OutputPath, Object>,
    manifest: Option<Manifest>,
    journal: Option<(String, usize)>,
    releases: BTreeMap<String, Manifest>,
    copies: BTreeSet<ContentHash>,
    /// What readers get something else of, and no list has told yet.
    untold: BTreeSet<String>,
}

impl Target {
    fn held(&self) -> Held {
        let journal = self.journal.as_ref();
        let journal =
            journal.map(|(text, done)| Journal::parse(text).expect("our own journal").after(*done));
        let manifest = self.manifest.as_ref();
        let manifest = manifest
            .map(|manifest| Manifest::parse(&manifest.to_text()).expect("our own manifest"));
        Held { manifest, journal, ..Held::default() }
    }

    /// Publishes `objects`, as far as the way goes; a rollback has nothing but the copies.
    fn publish(&mut self, objects: Vec<Object>, is_rollback: bool, way: &Way) {
        let wanted = Wanted { site: Some(SITE.to_owned()), objects, date: day(self.today) };
        let allowed = Allowed { deletions: Some(usize::MAX), ..Allowed::default() };
        if let Ok(plan) = plan(&wanted, &self.held(), &allowed) {
            let _ = self.carry_out(&plan, is_rollback, way);
        }
    }

    fn carry_out(&mut self, plan: &Plan, is_rollback: bool, way: &Way) -> Option<()> {
        let mut steps = 0..way.steps;
        if plan.is_empty() {
            return Some(());
        }
        steps.next()?;
        self.journal = Some((plan.journal.to_text(), 0));
        let mut done = 0;
        for stage in plan.writes.chunk_by(|left, right| left.stage == right.stage) {
            for chunk in stage.chunks(way.chunk) {
                let mut writes: Vec<_> = chunk.iter().map(|write| &write.object).collect();
                writes.sort_by_key(|object| in_order(way.seed, object));
                for object in writes {
                    steps.next()?;
                    self.write(object, is_rollback);
                }
                done += chunk.len();
                if chunk.len() == way.chunk || chunk[0].stage == Stage::HashedAssets {
                    self.told(done);
                }
            }
        }
        if let Some(release) = &plan.release {
            steps.next()?;
            self.told(done);
            self.releases.insert(release.name(), release.clone());
            steps.next()?;
            self.manifest = Some(release.clone());
            self.releases_are_whole();
        }
        steps.next()?;
        self.untold.retain(|url| !plan.purge.contains(url));
        assert!(self.untold.is_empty(), "not in the list: {:?}", self.untold);
        for step in plan.deletion_steps() {
            let mut paths: Vec<_> = step.iter().collect();
            paths.sort_by_key(|path| in_order(way.seed, &object(path.as_str(), Role::File, "")));
            for path in paths {
                steps.next()?;
                self.objects.remove(path);
                self.pages_are_whole();
            }
        }
        self.clean(plan, &mut || steps.next())?;
        steps.next()?;
        self.journal = None;
        Some(())
    }

    fn told(&mut self, done: usize) {
        self.journal.as_mut().expect("it has begun").1 = done;
    }

    fn write(&mut self, object: &Object, is_rollback: bool) {
        assert!(!is_rollback || self.copies.contains(&object.hash), "no copy of {:?}", object.path);
        if object.role != Role::Hashed && self.objects.get(&object.path) != Some(object) {
            let path = object.path.as_str();
            let path = path.strip_suffix("index.html").unwrap_or(path);
            self.untold.insert(format!("{SITE}{path}"));
        }
        self.objects.insert(object.path.clone(), object.clone());
        self.copies.insert(object.hash);
        self.pages_are_whole();
    }

    fn clean(&mut self, plan: &Plan, step: &mut dyn FnMut() -> Option<usize>) -> Option<()> {
        let kept = self.kept();
        let names = self.releases.keys().filter(|name| !kept.contains(name));
        let dropped: Vec<String> = names.cloned().collect();
        let mut unneeded = self.contents(&dropped);
        unneeded.extend(plan.journal.garbage.iter().map(|hash| hash.0));
        for hash in unneeded.difference(&self.contents(&kept)) {
            step()?;
            self.copies.remove(hash);
        }
        for name in dropped {
            step()?;
            self.releases.remove(&name);
        }
        self.releases_are_whole();
        Some(())
    }

    fn kept(&self) -> Vec<String> {
        self.manifest.as_ref().map_or_else(Vec::new, Manifest::kept)
    }

    fn contents(&self, releases: &[String]) -> BTreeSet<ContentHash> {
        let releases = releases.iter().filter_map(|name| self.releases.get(name));
        releases.flat_map(|release| release.objects.values().map(|object| object.hash)).collect()
    }

    /// What every page refers to is there.
    fn pages_are_whole(&self) {
        for content in 0..4 {
            let hash = page(0, content).hash;
            let is_used = self.objects.values().any(|object| object.hash == hash);
            let style = style(content).path;
            assert!(!is_used || self.objects.contains_key(&style), "a page without {style:?}");
        }
        for number in 0..4 {
            let has = |object: Object| self.objects.contains_key(&object.path);
            assert!(!has(page(number, 0)) || has(picture(number)), "page {number} has no picture");
        }
    }

    /// Whoever goes back to a release that is kept finds a copy of each of its files.
    fn releases_are_whole(&self) {
        for name in self.kept() {
            for object in self.releases[&name].objects.values() {
                assert!(self.copies.contains(&object.hash), "{name}: no copy of {:?}", object.path);
            }
        }
    }

    /// The target holds `objects`, what is retired, and nothing that nobody needs.
    fn is_right(&self, objects: &[Object]) {
        for object in objects {
            assert_eq!(self.objects.get(&object.path), Some(object));
        }
        let manifest = self.manifest.as_ref().expect("it was published");
        let listed: BTreeSet<_> = manifest.objects.keys().chain(manifest.retired.keys()).collect();
        assert_eq!(listed, self.objects.keys().collect());
        let kept = self.kept();
        assert_eq!(self.releases.keys().collect::<Vec<_>>(), kept.iter().collect::<Vec<_>>());
        assert!(self.copies.is_subset(&self.contents(&kept)), "copies that nobody needs");
    }
}

fn in_order(seed: u64, object: &Object) -> [u8; 32] {
    *blake3::hash(format!("{seed} {}", object.path.as_str()).as_bytes()).as_bytes()
}

/// What a site holds: often what another publish holds too, as whoever goes back does.
fn contents() -> impl Strategy<Value = Vec<Option<u8>>> {
    let known = [
        [Some(1), None, Some(2), Some(0)],
        [Some(1), Some(3), None, None],
        [Some(0), None, None, None],
    ];
    prop_oneof![
        3 => prop::sample::select(known.to_vec()).prop_map(Vec::from),
        1 => prop::collection::vec(prop::option::of(0_u8..4), 4),
    ]
}

fn way() -> impl Strategy<Value = Way> {
    let steps = prop_oneof![0_usize..40, Just(usize::MAX)];
    let chunk = prop_oneof![1_usize..4, Just(256)];
    (steps, chunk, any::<u64>()).prop_map(|(steps, chunk, seed)| Way { steps, chunk, seed })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_published_and_gone_back_to_and_wherever_it_dies_all_is_whole_and_at_last_right(
        publishes in prop::collection::vec(
            (contents(), prop::option::weighted(0.3, 0_usize..5), way(), 0_i32..20),
            1..12,
        ),
    ) {
        let mut target = Target::default();
        for (contents, back_to, way, days) in &publishes {
            target.today += days;
            let kept = target.kept();
            match back_to.filter(|_| !kept.is_empty()) {
                Some(number) => {
                    let release = target.releases[&kept[number % kept.len()]].clone();
                    target.publish(release.objects.into_values().collect(), true, way);
                }
                None => target.publish(site(contents), false, way),
            }
        }
        let last = site(&[Some(1), None, Some(2), Some(0)]);
        target.publish(last.clone(), false, &TO_THE_END);
        target.is_right(&last);
    }
}

/// Three publishes in a row die, each anywhere, and a fourth makes all right.
#[test]
fn wherever_three_publishes_die_the_fourth_makes_all_right() {
    let sites = [
        site(&[Some(0), Some(1), None]),
        site(&[Some(2), Some(3), None]),
        site(&[Some(0), None, Some(1)]),
    ];
    let dying = |target: &Target, objects: &[Object], steps| {
        let mut target = target.clone();
        target.publish(objects.to_vec(), false, &Way { steps, chunk: 256, seed: 0 });
        target
    };
    let mut published = Target::default();
    published.publish(sites[0].clone(), false, &TO_THE_END);
    // Some of the choices of four sites.
    for choice in (0..81_usize).step_by(20) {
        let of = |digit: u32| &sites[choice / 3_usize.pow(digit) % 3];
        for one in (0..14).map(|steps| dying(&published, of(0), steps)) {
            for two in (0..14).map(|steps| dying(&one, of(1), steps)) {
                for three in (0..14).map(|steps| dying(&two, of(2), steps)) {
                    let last = dying(&three, of(3), usize::MAX);
                    last.is_right(of(3));
                }
            }
        }
    }
}
