//! Rules of the house about the shape of the code, read from the sources: parameters have names, and files and functions
//! stay short. `cargo test --test house -- --nocapture` prints the figures.
#![expect(clippy::disallowed_methods, reason = "tests read the sources")]
#![expect(clippy::print_stdout, reason = "figures, for who asks for them with `--nocapture`")]

use std::fs;
use std::path::Path;

/// How many functions still take a tuple. The number only ever gets smaller.
const TUPLES: usize = 2;

/// A function: its file, its name, its parameters as they are written, and its lines.
struct Function {
    file: String,
    name: String,
    signature: String,
    lines: usize,
}

/// Path and lines of every source, without items for tests.
fn sources() -> Vec<(String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = walkdir::WalkDir::new(root.join("src")).sort_by_file_name();
    let paths = entries.into_iter().map(|entry| entry.expect("a folder can be listed").into_path());
    let is_code = |path: &Path| {
        path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs")
    };
    let paths = paths.filter(|path| is_code(path));
    let source = |path: std::path::PathBuf| {
        let text = fs::read_to_string(&path).expect("a source is UTF-8");
        let name = path.strip_prefix(root).expect("sources are below the root");
        (name.to_string_lossy().into_owned(), without_tests(&text))
    };
    paths.map(source).collect()
}

/// The lines of a source, without items that are there for tests alone.
fn without_tests(text: &str) -> Vec<String> {
    let mut kept = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            kept.push(line.to_owned());
            continue;
        }
        let end = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
        let mut item = lines.by_ref().skip_while(|line| line.trim().starts_with("#["));
        let is_one_line = item.next().is_none_or(|line| line.ends_with([';', '}']));
        if !is_one_line {
            lines.by_ref().find(|line| line.starts_with(&end));
        }
    }
    kept
}

fn functions() -> Vec<Function> {
    let mut functions = Vec::new();
    for (file, lines) in sources() {
        for (first, line) in lines.iter().enumerate() {
            let Some(name) = named_function(line) else { continue };
            let ends_signature = |line: &String| line.ends_with(['{', ';', '}']);
            let last = first + lines[first..].iter().position(ends_signature).expect("it ends");
            let end = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
            let is_open = lines[last].ends_with('{');
            let length =
                if is_open { lines[last..].iter().position(|line| *line == end) } else { Some(0) };
            functions.push(Function {
                file: file.clone(),
                name: name.to_owned(),
                signature: lines[first..=last].join(" "),
                lines: last - first + length.expect("a body ends at its own indentation") + 1,
            });
        }
    }
    functions
}

/// The name, where a line begins a function that has one.
fn named_function(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("fn ")?;
    let is_plain = before
        .split_whitespace()
        .all(|word| word.starts_with("pub") || ["const", "async"].contains(&word));
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    (is_plain && end > 0).then(|| &rest[..end])
}

/// Whether a parameter is a tuple, or a reference to one.
fn takes_tuple(signature: &str) -> bool {
    signature.match_indices(": ").any(|(at, _)| {
        let kind = signature[at + 2..].trim_start_matches('&');
        let kind = match kind.strip_prefix('\'') {
            Some(lifetime) => lifetime.split_once(' ').map_or("", |(_, kind)| kind),
            None => kind,
        };
        let kind = kind.trim_start_matches("mut ");
        kind.starts_with('(')
            && !["(dyn ", "(impl ", "()"].iter().any(|start| kind.starts_with(start))
    })
}

#[test]
fn no_parameter_is_a_tuple() {
    let found = functions().into_iter().filter(|function| takes_tuple(&function.signature));
    let found: Vec<_> =
        found.map(|Function { file, name, .. }| format!("{file}: {name}")).collect();
    println!("{} functions take a tuple: {found:#?}", found.len());
    assert!(found.len() <= TUPLES, "name a struct, or pass the parts: {found:#?}");
    assert!(
        takes_tuple("fn f(a: u8, (b, c): (&B, C)) {") && takes_tuple("fn f(a: &'a mut (B, C)) {")
    );
    assert!(!takes_tuple("fn f(a: &(dyn Fn(B, C) + Sync), b: &[u8]) -> (B, C) {"));
}

#[test]
fn files_and_functions_are_short() {
    let sources = sources();
    let count: usize = sources.iter().map(|(_, lines)| lines.len()).sum();
    let long: Vec<_> = sources.iter().filter(|(_, lines)| lines.len() > 500).collect();
    let long: Vec<_> =
        long.iter().map(|(path, lines)| format!("{path}: {}", lines.len())).collect();
    let mut lengths: Vec<_> = functions().iter().map(|function| function.lines).collect();
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    let ninety = lengths[lengths.len() * 9 / 10];
    println!(
        "{count} lines of src without tests in {} files, longer than 500: {long:?}",
        sources.len()
    );
    println!(
        "{} functions, of {median} lines in the median, {ninety} at the 90th percentile",
        lengths.len()
    );
    assert!(long.len() <= 1, "{long:?}");
    assert!(median <= 8 && ninety <= 25, "{median} {ninety}");
}
