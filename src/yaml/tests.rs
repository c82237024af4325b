//! YAML as it is read, beside what serde_yaml reads, with the place of every value.

use super::{Node, Style, Value, read};

fn node<'a>(text: &'a str, path: &[&str]) -> Node<'a> {
    let document = read(text, 0..text.len());
    assert_eq!(document.error, None, "{text}");
    path.iter().fold(document.root, |node, key| match &node.value {
        Value::List(items) => items[key.parse::<usize>().expect("an index")].clone(),
        _ => node.entry(key).expect("it has the key").value.clone(),
    })
}

fn at<'a>(text: &'a str, path: &[&str]) -> &'a str {
    &text[node(text, path).at()]
}

#[test]
fn values_and_keys_have_their_places_in_every_style() {
    let text = "title: Plain text # why\nb: 'one '\nc: \"two\"\nlist:\n  - x/y\n  - 'z'\nflow: [a, \"b\", {k: v}]\nü: é\nblock: |\n  text\n  more\n\nfolded: &a !!str >- # why | not\n\n  text\nlast: [*a]\n";
    for (path, expected) in [
        (&["title"][..], "Plain text"),
        (&["b"], "one "),
        (&["c"], "two"),
        (&["list", "0"], "x/y"),
        (&["list", "1"], "z"),
        (&["list"], "- x/y\n  - 'z'"),
        (&["flow", "1"], "b"),
        (&["flow", "2", "k"], "v"),
        (&["flow"], "[a, \"b\", {k: v}]"),
        (&["ü"], "é"),
        (&["block"], "|\n  text\n  more"),
        (&["folded"], ">- # why | not\n\n  text"),
        (&["last", "0"], "*a"),
    ] {
        assert_eq!(at(text, path), expected);
    }
    let document = read(text, 0..text.len());
    assert_eq!(&text[document.root.entries()[0].key.at()], "title");
    assert!(node("a:\nb: 1\n", &["a"]).span.is_empty());
}

#[test]
fn duplicates_are_reported_and_the_first_one_counts() {
    let text = "title: One\ntitle: Two\nextra:\n  a: 1\n  a: 2\n";
    let document = read(text, 0..text.len());
    let places: Vec<_> = document
        .duplicates
        .iter()
        .map(|key| (key.name.as_str(), key.first.start, key.second.start))
        .collect();
    assert_eq!(places, [("a", 31, 38), ("title", 0, 11)]);
    assert_eq!(document.root.entries()[0].value.text(), Some("One"));
    let many: String = (0..40).map(|n| format!("key{}: {n}\n", n % 30)).collect();
    assert_eq!(read(&many, 0..many.len()).duplicates.len(), 10);
}

#[test]
fn bombs_and_broken_syntax_are_errors() {
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
    let fails = |text: &str| read(text, 0..text.len()).error.is_some();
    for text in ["title: a: b\n", "- a\n", "a: &a [*a]\n", "a: 1\n---\nb: 2\n", bomb] {
        assert!(fails(text), "{text}");
    }
    assert!(fails(&format!("a: {}", "[".repeat(100_000))));
    assert!(fails(&"#".repeat(super::MAX_SIZE + 1)));
    // Each anchor keeps what is in it, and so the innermost list a hundred times.
    let nested: String = (0..100).map(|n| format!("&a{n} [")).collect();
    let nested = format!("a: {nested}{}{}", "x,".repeat(60_000), "]".repeat(100));
    assert!(fails(&nested));
    assert!(!fails("") && !fails("# nothing\n") && !fails("---\na: 1\n"));
}

/// The same value as the YAML library reads it.
fn is_same(node: &Node<'_>, other: &serde_yaml::Value) -> bool {
    use serde_yaml::Value as Other;
    match (&node.value, other) {
        (Value::Null, Other::Null) => true,
        (Value::Bool(flag, _), Other::Bool(other)) => flag == other,
        (Value::Number(number, _), Other::Number(other)) => number == other,
        (Value::Text(text), Other::String(other)) => text == other,
        (Value::Tagged(_), Other::Tagged(_)) => true,
        (Value::List(items), Other::Sequence(others)) => {
            items.len() == others.len()
                && items.iter().zip(others).all(|(item, other)| is_same(item, other))
        }
        (Value::Map(entries), Other::Mapping(others)) => {
            let same = |(entry, (key, value)): (&super::Entry<'_>, (&Other, &Other))| {
                is_same(&entry.key, key) && is_same(&entry.value, value)
            };
            entries.len() == others.len() && entries.iter().zip(others).all(same)
        }
        _ => false,
    }
}

#[test]
fn values_are_those_that_the_yaml_library_reads() {
    for text in [
        "a: 1\nb: 1.10\nc: 0x10\nd: 0o17\ne: +5\nf: 1e3\ng: 007\nh: .5\ni: -.inf\nj: 12345678901234567890\nk: 1_000\nl: 1.2.3\nn: 123e-45678\n",
        "a: 2026-04-16\nb: no\nc: yes\nd: True\ne: ~\nf:\ng: null\nh: NULL\ni: 2026-04-16T10:00:00Z\nj: \"1\"\nk: '~'\n",
        "a: !!str 12\nb: !!int 5\nc: !own x\nd: !!float 1.5\ne: !own [1]\nf: !!map {a: 1}\ng: !!binary aGk=\n",
        "a: &x {b: [1, two]}\nc: *x\nd: [*x, *x]\n<<: *x\n",
        "a: |\n  one\n   two\n\nb: >+\n  one\n  two\n\nc: \"x\\u0041\\n\\\n  y\"\nd: 'it''s\n  two'\ne: one\n  two\n",
        "? [a, b]\n: c\n1: x\ntrue: y\n~: z\n",
        "a: {b: c, \"d\": [e, ], f}\ng: http://x/y#z\nh: a'b\"c\ni: -x\nj: [a b, c]\r\nk: é\r\n",
    ] {
        let document = read(text, 0..text.len());
        let other = serde_yaml::from_str(text).expect(text);
        assert!(is_same(&document.root, &other), "{text}\n{:#?}\n{other:#?}", document);
    }
}

#[test]
fn places_are_places_in_the_whole_text() {
    let text = "---\na: b\n---\n";
    let document = read(text, 4..9);
    assert_eq!(&text[document.root.entries()[0].value.at()], "b");
    assert_eq!(document.root.style, Style::Block);
}
