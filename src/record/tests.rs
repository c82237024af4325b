//! The record as text: what is written is read again, and what is damaged is reported.

use jiff::civil::date;
use proptest::prelude::*;

use super::{Ids, Published, ReadRecord, Record, Remedy, State, TextHash};

/// A hash as it was written before hashes had the number of their way.
fn old_hash() -> TextHash {
    TextHash::read("0000000000000001").expect("it is a hash")
}

fn state() -> impl Strategy<Value = State> {
    let ids = prop::collection::vec("[a-z %\u{fc}\u{8bbe}\\n#!-]{1,8}", 0..4);
    let page = (prop::option::of(1..28_i8), any::<bool>(), ids).prop_map(|(day, is_old, ids)| {
        let text = if is_old { old_hash() } else { TextHash::of(&ids.concat()) };
        let updated = day.map(|day| date(2026, 2, day));
        let ids = Ids::new(ids.iter().map(String::as_str));
        State::Page(Published { updated, text, ids })
    });
    prop_oneof![
        page,
        "/[a-c]{0,3}/".prop_map(|to| State::Redirect(to.into())),
        Just(State::Retired)
    ]
}

fn record() -> impl Strategy<Value = Record> {
    prop::collection::btree_map("/[a-c]{0,3}/", state(), 0..6).prop_map(|states| {
        let mut record = Record::default();
        states.into_iter().for_each(|(url, state)| record.set(&url, state));
        record
    })
}

/// What both records know.
fn merged(mut one: Record, other: Record) -> Record {
    let moved = other.entries.into_iter().filter_map(|(url, entry)| one.merge(&url, entry));
    let moved: Vec<_> = moved.collect();
    one.carry(moved);
    one
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(record in record()) {
        let text = record.print();
        let read = ReadRecord::parse(&text);
        prop_assert_eq!(&read.damage, &[]);
        prop_assert_eq!(read.record.print(), text);
    }

    #[test]
    fn uniting_does_not_depend_on_the_order(one in record(), two in record(), three in record()) {
        let left = merged(merged(one.clone(), two.clone()), three.clone());
        let right = merged(three, merged(one, two));
        prop_assert_eq!(left.print(), right.print());
    }

    #[test]
    fn a_conflict_is_merged_and_reported(one in record(), two in record()) {
        let body = |record: &Record| record.print().lines().skip(1).map(|line| format!("{line}\n")).collect::<String>();
        let head = one.print().lines().next().expect("a record has a first line").to_owned();
        let text = format!("{head}\n<<<<<<< ours\n{}=======\n{}>>>>>>> theirs\n", body(&one), body(&two));
        let read = ReadRecord::parse(&text);
        prop_assert_eq!(read.damage.len(), 1);
        prop_assert_eq!(read.damage[0].remedy, Remedy::Repair);
        prop_assert_eq!(read.record.print(), merged(one, two).print());
    }

    #[test]
    fn nothing_is_forgotten_by_publishing(before in record(), now in record()) {
        let after = before.clone().published(now.clone());
        for (url, ..) in before.entries().chain(now.entries()) {
            prop_assert!(after.get(url).is_some());
        }
        for (url, state, _) in now.entries() {
            if let (State::Page(page), Some(State::Page(kept))) = (state, after.get(url)) {
                prop_assert!(page.ids.live().all(|id| kept.ids.live().any(|other| other == id)));
            }
        }
    }

    #[test]
    fn any_text_is_read(text in "[ -~\\n\u{e9}]{0,200}") {
        for damage in ReadRecord::parse(&text).damage {
            prop_assert!(text.get(damage.at).is_some());
        }
    }
}

#[test]
fn every_damage_is_told_with_its_place() {
    for (line, wrong, message) in [
        ("a page - 0000000000000001", "a page - 0000000000000001", "does not begin with a URL"),
        ("/a/", "/a/", "does not say what is at the URL"),
        ("/a/ pages", "pages", "`pages` is not `page`"),
        ("/a/ page 2026-13-01 0000000000000001", "2026-13-01", "is not a date"),
        ("/a/ page - 1", "1", "is not a hash"),
        ("/a/ page - 000000000000000G", "000000000000000G", "is not a hash"),
        ("/a/ page - 0000000000000001 id", "id", "is not an id"),
        ("/a/ redirect", "redirect", "where it leads"),
        ("/a/ gone now", "now", "does not belong here"),
        ("", "", "does not begin with a URL"),
    ] {
        let text = format!("# silcrow record 1\n{line}\n/z/ gone\n");
        let read = ReadRecord::parse(&text);
        let [damage] = read.damage.as_slice() else { panic!("{line}: {:?}", read.damage) };
        assert_eq!(&text[damage.at.clone()], wrong, "{line}");
        assert!(damage.message.contains(message), "{}", damage.message);
        assert_eq!(damage.remedy, Remedy::Hand, "{line}");
        assert_eq!(read.record.get("/z/"), Some(&State::Retired), "the other lines count");
    }
    for (lines, message) in [
        ("/b/ gone\n/a/ gone\n", "`/a/` is out of order"),
        ("/a/ gone\n/a/ gone\n", "duplicate URL `/a/`"),
    ] {
        let read = ReadRecord::parse(&format!("# silcrow record 1\n{lines}"));
        assert_eq!(read.damage.len(), 1);
        assert_eq!(read.damage[0].message, message);
        assert_eq!(read.damage[0].remedy, Remedy::Repair);
    }
    let headless = ReadRecord::parse("/a/ gone\n");
    assert_eq!((headless.damage.len(), headless.record.len()), (1, 1));
}

/// Every damage of a text: where it is, how its message goes on, what puts it right.
fn damage(text: &str) -> Vec<(&str, String, Remedy)> {
    let damage = ReadRecord::parse(text).damage.into_iter();
    damage.map(|damage| (&text[damage.at], damage.message, damage.remedy)).collect()
}

#[test]
fn marks_of_no_whole_conflict_are_damage() {
    let head = "# silcrow record 1\n";
    let stray = "this mark belongs to no conflict".to_owned();
    for mark in ["=======", ">>>>>>> branch", "||||||| 1a2b3c"] {
        let text = format!("{head}/a/ gone\n{mark}\n/b/ gone\n");
        assert_eq!(damage(&text), [(mark, stray.clone(), Remedy::Repair)]);
        assert_eq!(ReadRecord::parse(&text).record.len(), 2);
    }
    let conflict = "two branches changed the record here";
    for (lines, rest, remedy, known) in [
        ("/a/ gone\n", ", and no `>>>>>>>` ends the conflict", Remedy::Repair, 1),
        (
            "/a/ gone\n=======\n/b/ gone\n",
            ", and no `>>>>>>>` ends the conflict",
            Remedy::Repair,
            2,
        ),
        ("/a/ gone\n>>>>>>> x\n/b/ gone\n", "", Remedy::Repair, 2),
        ("|||||||\n/b/ gone\n", ", and no `=======` ends what they began with", Remedy::Hand, 0),
        (
            "|||||||\n>>>>>>> x\n/b/ gone\n",
            ", and no `=======` ends what they began with",
            Remedy::Hand,
            1,
        ),
    ] {
        let text = format!("{head}<<<<<<< HEAD\n{lines}");
        assert_eq!(damage(&text), [("<<<<<<< HEAD", format!("{conflict}{rest}"), remedy)]);
        assert_eq!(ReadRecord::parse(&text).record.len(), known, "{lines}");
    }
    let twice = format!("{head}<<<<<<< HEAD\n/a/ gone\n<<<<<<< HEAD\n=======\n>>>>>>> x\n");
    let messages: Vec<_> = damage(&twice).into_iter().map(|(_, message, _)| message).collect();
    assert_eq!(messages, [&format!("{conflict}, and no `>>>>>>>` ends the conflict"), conflict]);
}

#[test]
fn a_first_line_is_read_wherever_it_stands() {
    let head = "# silcrow record 1: words";
    let message = "this line belongs at the beginning of the record, once".to_owned();
    let text = format!("{head}\n/a/ gone\n{head}\n/b/ gone\n");
    assert_eq!(damage(&text), [(head, message, Remedy::Repair)]);
    assert_eq!(ReadRecord::parse(&text).record.len(), 2);
}

#[test]
fn a_record_that_cannot_be_understood_is_not_read() {
    for text in ["", "\n", "\u{feff}\r\n"] {
        let message = "the record does not begin with `# silcrow record 1`".to_owned();
        assert_eq!(damage(text), [("", message, Remedy::History)]);
    }
    let message = "the record's format is `2`: it was written by a newer silcrow".to_owned();
    for before in ["", "<<<<<<< HEAD\n# silcrow record 1\n/b/ gone\n=======\n"] {
        let text = format!("{before}# silcrow record 2: words\n/a/ gone\n/b/ flown\n");
        assert_eq!(damage(&text), [("# silcrow record 2: words", message.clone(), Remedy::Newer)]);
        assert!(ReadRecord::parse(&text).record.is_empty());
    }
}

#[test]
fn what_moved_in_circles_leads_nowhere() {
    let mut one = Record::default();
    one.set("/a/", State::Page(Published { updated: None, text: old_hash(), ids: Ids::default() }));
    one.set("/b/", State::Redirect("/a/".into()));
    let mut other = Record::default();
    other.set("/a/", State::Redirect("/b/".into()));
    assert_eq!(merged(one, other).get("/a/"), Some(&State::Redirect("/b/".into())));
}

#[test]
fn windows_line_ends_are_read() {
    let read =
        ReadRecord::parse("# silcrow record 1\r\n/a/ page - 0000000000000001 #x\r\n/b/ gone\r\n");
    assert_eq!((read.damage.len(), read.record.len()), (0, 2));
}

#[test]
fn ids_follow_a_page_to_its_new_url() {
    let page = |ids: &[&str]| {
        State::Page(Published {
            updated: None,
            text: old_hash(),
            ids: Ids::new(ids.iter().copied()),
        })
    };
    let mut before = Record::default();
    before.set("/old/", page(&["kept", "lost"]));
    let mut now = Record::default();
    now.set("/old/", State::Redirect("/new/".into()));
    now.set("/new/", page(&["kept", "own"]));
    let Some(State::Page(after)) = before.published(now).get("/new/").cloned() else {
        panic!("the page is there");
    };
    assert_eq!(after.ids.live().collect::<Vec<_>>(), ["kept", "lost", "own"]);
}

#[test]
fn an_id_that_is_taken_away_stays_away_until_it_is_back() {
    let ids = Ids::new(["a", "b"].into_iter());
    let without = ids.without("a").expect("it is there");
    assert_eq!(without.live().collect::<Vec<_>>(), ["b"]);
    assert_eq!(without.clone().merged(ids.clone()).live().count(), 1);
    assert_eq!(without.with(ids.clone()).live().count(), 2);
    assert_eq!(ids.without("c"), None);
}
