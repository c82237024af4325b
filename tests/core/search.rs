//! The search index, read back: every word of every article is in it, and an edit changes little of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::fixture::{parse, today};
use proptest::prelude::*;
use serde_json::Value;
use silcrow::compile::{self, Memo};
use silcrow::config::{BaseUrl, Options};
use silcrow::output::{Output, OutputBody};
use silcrow::source::Sources;
use silcrow::terms::each_term;

fn files_with(sources: &Sources, options: &Options) -> Vec<Output> {
    let compiled = compile::site(sources, options, &mut Memo::default());
    compiled.renderer().search_files()
}

fn files(fixture: &str) -> BTreeMap<String, Value> {
    let json = |output: Output| {
        let OutputBody::Bytes(bytes) = output.body else { panic!("the index is no copy") };
        let value = serde_json::from_slice(&bytes).expect("the index is JSON");
        (output.path.as_str().to_owned(), value)
    };
    files_with(&parse(fixture).0, &today()).into_iter().map(json).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// What the entry file holds itself, or what the files hold that it names.
fn placed<'a>(files: &'a BTreeMap<String, Value>, what: &str) -> Vec<&'a Value> {
    let placed = &files["search/index.json"][what];
    let Some(names) = placed.get("files") else { return vec![placed] };
    let names = text(names).as_bytes().chunks(8);
    let names = names.map(|name| String::from_utf8_lossy(name).into_owned());
    names.map(|name| &files[&format!("search/index/{name}.json")]).collect()
}

/// The articles in which the index has each term, by URL.
fn found(files: &BTreeMap<String, Value>) -> BTreeMap<String, BTreeSet<String>> {
    let parts = placed(files, "texts").into_iter();
    let parts: Vec<&Value> = parts.flat_map(|file| file.as_array().expect("parts")).collect();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in placed(files, "terms") {
        let mut before = String::new();
        let starts = |character: char| character.is_ascii_uppercase();
        let pieces: Vec<&str> = text(&file[0]).split_inclusive(starts).collect();
        let mut postings = text(&file[1]).split(' ');
        // A capital ends up at the end of the piece before the one that it belongs to.
        for (piece, next) in pieces.iter().zip(pieces.iter().skip(1)) {
            let shared = piece.bytes().last().expect("a capital") - b'A';
            let rest = next.trim_end_matches(starts);
            before = before.chars().take(usize::from(shared)).chain(rest.chars()).collect();
            let mut part = 0;
            let written = postings.next().expect("postings of each term");
            let written = written.split_once(',').map_or(written, |(_, written)| written);
            let is_code = |character: char| !matches!(character, '0'..='9' | 'a'..='z');
            for gap in written.split(is_code).take(written.matches(is_code).count()) {
                part += usize::from_str_radix(if gap.is_empty() { "0" } else { gap }, 36)
                    .expect("base 36");
                let url = text(&parts[part][0]).to_owned();
                found.entry(before.clone()).or_default().insert(url);
                part += 1;
            }
        }
        assert_eq!(postings.next(), None);
    }
    found
}

fn article(title: &str, body: &str) -> String {
    format!("---\ntitle: {title}\ndescription: D\nupdated: 2026-01-01\n---\n{body}\n")
}

/// A site of so many articles, each with words of its own.
fn large(count: usize) -> String {
    let words = |number: usize| {
        let word = |index: usize| {
            format!("word{} w{}", (number * 31 + index * 7) % 5000, number * 97 + index)
        };
        (0..120).map(word).collect::<Vec<_>>().join(" ")
    };
    let file = |number: usize| {
        let body = format!("{}\n\n## Heading {number}\n\n{}", words(number), words(number + 1000));
        format!("//- content/s/a{number}.md\n{}", article(&format!("Title {number}"), &body))
    };
    (0..count).map(file).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_word_finds_its_article(bodies in prop::collection::vec("[a-zäßΣс设置ท\u{e31}\u{301} ,.\n]{0,300}", 1..12)) {
        let site: String = bodies
            .iter()
            .enumerate()
            .map(|(number, body)| {
                let body = format!("x {}", body.replace('\n', " "));
                format!("//- content/a{number}.md\n{}", article(&format!("Title {number}"), &body))
            })
            .collect();
        let found = found(&files(&site));
        for (number, body) in bodies.iter().enumerate() {
            let mut terms = Vec::new();
            each_term(&body.replace('\n', " "), |term| terms.push(term.to_owned()));
            for term in terms {
                let urls = found.get(&term);
                prop_assert!(urls.is_some_and(|urls| urls.contains(&format!("a{number}/"))), "{term:?} of {body:?}");
            }
        }
    }
}

#[test]
fn a_large_index_is_in_files_and_has_every_word() {
    let files = files(&large(300));
    assert!(placed(&files, "terms").len() > 10);
    assert!(placed(&files, "texts").len() > 50);
    let found = found(&files);
    for (number, word) in [(0, "w0"), (7, "w679"), (299, "w29003"), (150, "150"), (150, "heading")]
    {
        assert!(found[word].contains(&format!("s/a{number}/")), "{word}");
    }
}

#[test]
fn long_articles_are_in_parts_that_all_lead_to_them() {
    let long: String = (0..4000).map(|number| format!("long{number} ")).collect();
    let files = files(&format!(
        "//- content/a.md\n{}//- content/b.md\n{}",
        article("A", &long),
        article("B", "short")
    ));
    let found = found(&files);
    assert!(files["search/index.json"]["parts"].as_u64() > Some(5));
    for word in ["long0", "long1999", "long3999"] {
        assert_eq!(found[word].iter().collect::<Vec<_>>(), ["a/"], "{word}");
    }
    assert_eq!(found["short"].iter().collect::<Vec<_>>(), ["b/"]);
}

#[test]
fn what_is_not_to_be_found_is_not_in_the_index() {
    let hidden =
        "---\ntitle: Hidden\ndescription: D\nupdated: 2026-01-01\nsearch: false\n---\nsecretone\n";
    let draft =
        "---\ntitle: Draft\ndescription: D\nupdated: 2026-01-01\ndraft: true\n---\nsecrettwo\n";
    let shown = article("Shown", "open <!-- secretthree --><script>secretfour</script>");
    let site =
        format!("//- content/a.md\n{hidden}//- content/b.md\n{draft}//- content/c.md\n{shown}");
    let all = serde_json::to_string(&files(&site)).expect("JSON");
    assert!(all.contains("open"));
    assert!(!all.contains("secret"), "{all}");
}

#[test]
fn the_index_is_the_same_below_any_base_url() {
    let (sources, _) = parse(&large(40));
    let at = |base: &str| Options { base_url: BaseUrl::parse(base).ok(), ..today() };
    assert_eq!(
        files_with(&sources, &at("https://example.com/")),
        files_with(&sources, &at("https://example.com/preview/pr-12/"))
    );
}

#[test]
fn an_edit_changes_few_files() {
    let before = large(300);
    let after = before.replace("w14550 ", "w14550 edited ");
    assert_ne!(before, after);
    let (before, after) = (files(&before), files(&after));
    let changed = after.keys().filter(|name| !before.contains_key(*name)).count();
    assert!((1..=6).contains(&changed), "{changed} of {}", after.len());
}
