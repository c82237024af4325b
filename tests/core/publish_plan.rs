//! What a publish plans, carried out on a target in memory: whatever is published after whatever was, and wherever a
//! publish dies, readers never get a page without the files it refers to, and the next publish makes all right.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use silcrow::path::OutputPath;
use silcrow::publish::guard::{Allowed, Refusal};
use silcrow::publish::journal::Journal;
use silcrow::publish::manifest::Manifest;
use silcrow::publish::plan::{Held, Plan, Reason, Stage, Wanted, plan};
use silcrow::publish::{Object, Role};

const SITE: &str = "https://example.com/docs/";

fn day(number: i32) -> Date {
    date(2026, 1, 1).checked_add(number.days()).expect("a day of this century")
}

fn object(path: &str, role: Role, content: &str) -> Object {
    let hash = *blake3::hash(content.as_bytes()).as_bytes();
    Object::new(OutputPath::new(path), role, hash, content.len() as u64)
}

fn wanted(objects: Vec<Object>, day: Date) -> Wanted {
    Wanted { site: Some(SITE.to_owned()), objects, date: day }
}

fn article(number: usize, content: &str) -> Object {
    object(&format!("a{number}/index.html"), Role::Article, content)
}

fn any_number_of_deletions() -> Allowed {
    Allowed { deletions: Some(usize::MAX), ..Allowed::default() }
}

/// A target in memory.
#[derive(Default)]
struct Target {
    objects: BTreeMap<OutputPath, Object>,
    manifest: Option<Manifest>,
    journal: Option<(String, usize)>,
}

impl Target {
    fn held(&self) -> Held {
        let journal = self
            .journal
            .as_ref()
            .map(|(text, done)| Journal::parse(text).expect("our own journal").after(*done));
        let manifest = self.manifest.as_ref();
        let manifest = manifest
            .map(|manifest| Manifest::parse(&manifest.to_text()).expect("our own manifest"));
        Held { manifest, journal, ..Held::default() }
    }

    /// Carries a plan out as far as `steps` go, and looks at the target after each. `chunk` writes are told of at a time.
    fn carry_out(&mut self, plan: &Plan, (steps, chunk): (usize, usize), look: &dyn Fn(&Self)) {
        let mut steps = 0..steps;
        let mut step = || steps.next().is_some();
        if plan.is_empty() || !step() {
            return;
        }
        self.journal = Some((plan.journal.to_text(), 0));
        for (index, write) in plan.writes.iter().enumerate() {
            if !step() {
                return;
            }
            self.objects.insert(write.object.path.clone(), write.object.clone());
            look(self);
            if (index + 1) % chunk == 0 {
                self.journal.as_mut().expect("just written").1 = index + 1;
            }
        }
        if let Some(release) = &plan.release {
            if !step() {
                return;
            }
            self.manifest = Some(release.clone());
        }
        for path in &plan.journal.deletions {
            if !step() {
                return;
            }
            self.objects.remove(path);
            look(self);
        }
        if step() {
            self.journal = None;
        }
    }
}

/// A site: the content of each article, none where it is left out. Each refers to a file that is named by its content.
fn site(contents: &[Option<u8>]) -> Vec<Object> {
    let mut objects = vec![object("index.html", Role::Section, &format!("{contents:?}"))];
    let mut used = BTreeSet::new();
    for (number, content) in contents.iter().enumerate() {
        let Some(content) = content else { continue };
        used.insert(*content);
        objects.push(article(number, &format!("page {content}")));
    }
    objects.extend(used.into_iter().map(style));
    objects
}

fn style(content: u8) -> Object {
    let text = format!("style {content}");
    let digits = blake3::hash(text.as_bytes()).to_hex().to_string();
    let object = object(&format!("style.{}.css", &digits[..8]), Role::File, &text);
    assert_eq!(object.role, Role::Hashed);
    object
}

/// No page at the target refers to a file that is not there.
fn is_readable(target: &Target) {
    let styles: BTreeMap<_, _> = (0..4)
        .map(|content| (article(0, &format!("page {content}")).hash, style(content).path))
        .collect();
    for object in target.objects.values().filter(|object| object.role == Role::Article) {
        let style = &styles[&object.hash];
        assert!(target.objects.contains_key(style), "{:?} without {style:?}", object.path);
    }
}

/// What a site holds: often what another publish of the same target holds too, as whoever goes back does.
fn contents() -> impl Strategy<Value = Vec<Option<u8>>> {
    let known = [[Some(1), None, Some(2), Some(0)], [Some(1), Some(3), None, None], [None; 4]];
    prop_oneof![
        3 => prop::sample::select(known.to_vec()).prop_map(Vec::from),
        1 => prop::collection::vec(prop::option::of(0_u8..4), 4),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn wherever_publishes_die_readers_get_whole_pages_and_the_next_one_makes_all_right(
        publishes in prop::collection::vec(
            (contents(), 0_usize..24, 1_usize..4, 0_i32..20),
            1..9,
        ),
    ) {
        let mut target = Target::default();
        let mut today = 0;
        for (contents, steps, chunk, days) in &publishes {
            today += days;
            let Ok(plan) =
                plan(&wanted(site(contents), day(today)), &target.held(), &any_number_of_deletions())
            else {
                prop_assert!(contents.iter().all(Option::is_none));
                continue;
            };
            target.carry_out(&plan, (*steps, *chunk), &is_readable);
        }
        let last = site(&[Some(1), None, Some(2), Some(0)]);
        let wanted = wanted(last.clone(), day(today));
        let plan1 = plan(&wanted, &target.held(), &any_number_of_deletions()).expect("a site");
        target.carry_out(&plan1, (usize::MAX, 2), &is_readable);
        for object in &last {
            prop_assert_eq!(target.objects.get(&object.path), Some(object));
        }
        let manifest = target.manifest.as_ref().expect("it was published");
        let listed: BTreeSet<_> = manifest.objects.keys().chain(manifest.retired.keys()).collect();
        prop_assert_eq!(listed, target.objects.keys().collect::<BTreeSet<_>>());
        let again = plan(&wanted, &target.held(), &Allowed::default()).expect("a site");
        prop_assert!(again.is_empty());
    }
}

/// Two publishes in a row die, each anywhere, and a third makes all right: whatever each of them wants, be it what was there
/// before, which has no release of its own to tell by how far it came.
#[test]
fn wherever_two_publishes_die_the_third_makes_all_right() {
    let sites = [
        site(&[Some(0), Some(1), None]),
        site(&[Some(2), Some(3), None]),
        site(&[Some(0), None, Some(1)]),
    ];
    let places_to_die = || (0..10).flat_map(|one| (0..10).map(move |other| (one, other)));
    for wanted_by in 0..27 {
        let of = |digit: u32| &sites[wanted_by / 3_usize.pow(digit) % 3];
        for ((one, other), chunk) in
            places_to_die().flat_map(|steps| [1, 2, usize::MAX].map(|chunk| (steps, chunk)))
        {
            let mut target = published(sites[0].clone());
            let mut publish = |objects: &[Object], steps| {
                let wanted = wanted(objects.to_vec(), day(0));
                let plan =
                    plan(&wanted, &target.held(), &any_number_of_deletions()).expect("a site");
                target.carry_out(&plan, (steps, chunk), &is_readable);
            };
            publish(of(0), one);
            publish(of(1), other);
            publish(of(2), usize::MAX);
            let found = of(2).iter().map(|object| target.objects.get(&object.path));
            let expected: Vec<_> = of(2).iter().map(Some).collect();
            assert_eq!(found.collect::<Vec<_>>(), expected, "{wanted_by} {one} {other} {chunk}");
            let manifest = target.manifest.as_ref().expect("it was published");
            let listed: BTreeSet<_> =
                manifest.objects.keys().chain(manifest.retired.keys()).collect();
            assert_eq!(
                listed,
                target.objects.keys().collect(),
                "{wanted_by} {one} {other} {chunk}"
            );
        }
    }
}

fn published(objects: Vec<Object>) -> Target {
    let mut target = Target::default();
    let plan = plan(&wanted(objects, day(0)), &target.held(), &Allowed::default());
    target.carry_out(&plan.expect("a site"), (usize::MAX, 1), &|_| ());
    target
}

fn articles(count: usize) -> Vec<Object> {
    (0..count).map(|number| article(number, "text")).collect()
}

#[test]
fn stages_are_in_the_order_in_which_pages_refer_to_each_other() {
    let target = published(vec![article(0, "old"), object("index.html", Role::Section, "old")]);
    let objects = vec![
        object("feed.xml", Role::Listing, "x"),
        object("index.html", Role::Section, "new"),
        object("s/index.html", Role::Section, "new"),
        article(0, "new"),
        article(1, "new"),
        object("picture.png", Role::File, "x"),
        style(0),
    ];
    let plan = plan(&wanted(objects, day(0)), &target.held(), &Allowed::default()).expect("a site");
    let writes: Vec<_> =
        plan.writes.iter().map(|write| (write.stage, write.object.path.as_str())).collect();
    let style = style(0).path;
    assert_eq!(
        writes,
        [
            (Stage::HashedAssets, style.as_str()),
            (Stage::Files, "picture.png"),
            (Stage::NewPages, "a1/index.html"),
            (Stage::NewPages, "s/index.html"),
            (Stage::ChangedArticles, "a0/index.html"),
            (Stage::Sections, "index.html"),
            (Stage::Listings, "feed.xml"),
        ]
    );
    assert_eq!(
        plan.purge,
        ["", "a0/", "a1/", "feed.xml", "picture.png", "s/"].map(|path| format!("{SITE}{path}"))
    );
}

#[test]
fn a_change_of_the_same_size_and_a_change_of_headers_alone_are_changes() {
    let target = published(vec![article(0, "same"), article(1, "text"), article(2, "text")]);
    let mut typed = article(1, "text");
    typed.media_type = "text/plain".to_owned();
    let mut cached = article(2, "text");
    cached.cache_control = "no-store".to_owned();
    let objects = vec![article(0, "sane"), typed, cached];
    let plan = plan(&wanted(objects, day(0)), &target.held(), &Allowed::default()).expect("a site");
    let reasons: Vec<_> = plan.writes.iter().map(|write| write.reason).collect();
    assert_eq!(reasons, [Reason::Content, Reason::Headers, Reason::Headers]);
}

#[test]
fn an_empty_site_and_one_without_base_url_are_refused() {
    let target = published(articles(1));
    let refused = |wanted: &Wanted| plan(wanted, &target.held(), &any_number_of_deletions()).err();
    assert_eq!(refused(&wanted(Vec::new(), day(0))), Some(Refusal::Empty));
    let home = vec![object("index.html", Role::Section, "x")];
    assert_eq!(refused(&wanted(home, day(0))), Some(Refusal::Empty));
    let nowhere = Wanted { site: None, ..wanted(articles(1), day(0)) };
    assert_eq!(refused(&nowhere), Some(Refusal::NoBaseUrl));
}

#[test]
fn another_sites_target_is_refused_unless_it_is_named() {
    let target = published(articles(1));
    let ours =
        Wanted { site: Some("https://b.example/".to_owned()), ..wanted(articles(1), day(0)) };
    let refused = plan(&ours, &target.held(), &Allowed::default()).err();
    assert_eq!(refused, Some(Refusal::OtherSite(SITE.to_owned(), "https://b.example/".to_owned())));
    let moved = Allowed { moved_from: Some(SITE.to_owned()), ..Allowed::default() };
    let plan = plan(&ours, &target.held(), &moved).expect("it was named");
    assert_eq!(plan.release.map(|release| release.site), ours.site);
}

#[test]
fn what_the_target_lost_is_in_the_next_release_and_a_retired_file_of_it_is_not() {
    let mut target = published([articles(2), vec![style(1)]].concat());
    let next = wanted(articles(2), day(1));
    let all = any_number_of_deletions();
    let plan_of = |target: &Target, lost: &[OutputPath], day| {
        let held = Held { lost: lost.iter().cloned().collect(), ..target.held() };
        plan(&Wanted { date: day, ..next.clone() }, &held, &all).expect("a site")
    };
    let step = plan_of(&target, &[], day(1));
    target.carry_out(&step, (usize::MAX, 1), &|_| ());
    let page = articles(1).remove(0).path;
    let plan = plan_of(&target, &[page.clone(), style(1).path], day(2));
    let writes: Vec<_> =
        plan.writes.iter().map(|write| (&write.object.path, write.reason)).collect();
    assert_eq!(writes, [(&page, Reason::Lost)]);
    let release = plan.release.expect("what was lost takes another release");
    assert_eq!((release.objects.len(), release.retired.len()), (2, 0));
    assert!(plan_of(&target, &[style(1).path], day(2)).is_empty());
}

#[test]
fn files_of_others_are_not_written_over_unless_that_is_allowed() {
    let foreign = BTreeSet::from([OutputPath::new("a0/index.html"), OutputPath::new("mine.txt")]);
    let held = Held { foreign, ..Held::default() };
    let wanted = wanted(articles(2), day(0));
    let refused = plan(&wanted, &held, &Allowed::default()).err();
    assert_eq!(refused, Some(Refusal::Foreign(1, vec!["a0/index.html".to_owned()])));
    let adopt = Allowed { adopt: true, ..Allowed::default() };
    let plan = plan(&wanted, &held, &adopt).expect("it is allowed");
    assert_eq!((plan.writes.len(), plan.journal.deletions.len()), (2, 0));
}

#[test]
fn ten_files_or_a_tenth_may_be_deleted_without_a_word() {
    for (before, after, refused) in [
        (12, 2, None),
        (12, 1, Some((11, 10))),
        (100, 90, None),
        (200, 180, None),
        (200, 179, Some((21, 20))),
    ] {
        let target = published(articles(before));
        let wanted = wanted(articles(after), day(0));
        let counts = plan(&wanted, &target.held(), &Allowed::default()).err().map(|refusal| {
            let Refusal::Deletions(count, limit, first) = refusal else { panic!("{refusal:?}") };
            assert_eq!(first.len(), 5);
            (count, limit)
        });
        assert_eq!(counts, refused, "{before} to {after}");
        let none = Allowed { deletions: Some(0), ..Allowed::default() };
        assert!(plan(&wanted, &target.held(), &none).is_err());
        assert!(plan(&wanted, &target.held(), &any_number_of_deletions()).is_ok());
    }
}

#[test]
fn a_hashed_file_stays_for_three_publishes_and_thirty_days() {
    let deleted = |days: [i32; 4]| {
        let mut target = published(vec![article(0, "0"), style(0)]);
        let mut publishes = days.into_iter().zip(1..);
        let found = publishes.find(|(today, number)| {
            let objects = vec![article(0, &number.to_string())];
            let plan = plan(&wanted(objects, day(*today)), &target.held(), &Allowed::default());
            target.carry_out(&plan.expect("a site"), (usize::MAX, 1), &|_| ());
            !target.objects.contains_key(&style(0).path)
        });
        found.map(|(_, number)| number)
    };
    assert_eq!(deleted([1, 2, 3, 31]), Some(4));
    assert_eq!(deleted([1, 2, 3, 30]), None);
    assert_eq!(deleted([1, 40, 80, 81]), Some(4));
    assert_eq!(deleted([1, 1, 1, 1]), None);
}
