//! The house's floors, enforced: a module imports only from floors below its own, and each outside engine is named in
//! one file. The table here is the one in `ARCHITECTURE.md`.
#![expect(clippy::disallowed_methods, reason = "tests read the sources")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules from the ground up. Within floor 0 a module sees only those before it.
const WORDS: [&str; 23] = [
    "path",
    "picture",
    "media_type",
    "suggest",
    "wording",
    "json",
    "colour",
    "terms",
    "html",
    "host",
    "url",
    "external",
    "source",
    "redirect",
    "yaml",
    "diagnostic",
    "fields",
    "config",
    "record",
    "article",
    "output",
    "publish",
    "theme",
];
/// Each sees every word and no sibling, but for the pairs below.
const PHASES: [&str; 4] = ["parse", "site", "check", "render"];
const EXCEPTIONS: [(&str, &str); 2] = [("check", "site"), ("render", "site")];

/// What a module may import besides itself.
fn allowed(module: &str) -> BTreeSet<&'static str> {
    let mut allowed: BTreeSet<&str> = BTreeSet::new();
    if let Some(row) = WORDS.iter().position(|word| *word == module) {
        allowed.extend(&WORDS[..row]);
        return allowed;
    }
    allowed.extend(WORDS);
    match module {
        "parse" | "site" | "check" | "render" => {
            allowed.extend(EXCEPTIONS.iter().filter(|(from, _)| *from == module).map(|(_, to)| to));
        }
        "compile" => allowed.extend(PHASES),
        "edit" => allowed.extend(["parse", "site", "compile"]),
        "report" | "io" => {}
        "cli" => {
            allowed.extend(PHASES);
            allowed.extend(["compile", "edit", "report", "io"]);
        }
        "main" => allowed.extend(["cli"]),
        _ => {}
    }
    allowed
}

/// Outside engines and the one file that may name each.
const ENGINES: [(&str, &str); 23] = [
    ("pulldown_cmark", "src/parse/markdown"),
    ("serde_yaml", "src/yaml"),
    ("granit_parser", "src/yaml.rs"),
    ("arborium", "src/render/highlight.rs"),
    ("html_escape", "src/html.rs"),
    ("tera", "src/render/templates"),
    ("annotate_snippets", "src/report/human.rs"),
    ("strsim", "src/suggest.rs"),
    ("imara_diff", "src/report/diff.rs"),
    ("notify", "src/io/watch.rs"),
    ("walkdir", "src/io"),
    ("rustix", "src/io"),
    ("signal_hook", "src/io/interrupt.rs"),
    ("ureq", "src/io/external/client.rs"),
    ("tiny_http", "src/io/http/engine.rs"),
    ("object_store", "src/io/store/cloud"),
    ("tokio", "src/io/store/cloud"),
    ("futures_util", "src/io/store/cloud"),
    ("imagesize", "src/io/disk/dimensions.rs"),
    ("exif", "src/io/disk/dimensions.rs"),
    ("image", "src/io/images/engine.rs"),
    ("clap_mangen", "src/cli.rs"),
    ("regex_syntax", "src/parse/heading.rs"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name == "target") {
            continue; // what cargo-fuzz builds
        }
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Path below the root and text, without comments and without the tests at its end.
fn code() -> Vec<(String, String)> {
    sources(&root().join("src"))
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a source is UTF-8");
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or("").to_owned();
            let lines = text.lines().map(|line| line.split("//").next().unwrap_or(""));
            let relative = path.strip_prefix(root()).expect("sources are below the root");
            (relative.to_string_lossy().into_owned(), lines.collect::<Vec<_>>().join("\n"))
        })
        .collect()
}

fn module(path: &str) -> &str {
    let inside = path.trim_start_matches("src/");
    inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
}

fn names_after<'a>(text: &'a str, prefix: &str) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices(prefix) {
        let name = &text[at + prefix.len()..];
        let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
        names.insert(&name[..end]);
    }
    names
}

#[test]
fn modules_import_only_from_floors_below() {
    let mut wrong = Vec::new();
    for (path, text) in code() {
        let module = module(&path);
        if module == "lib" {
            continue;
        }
        let allowed = allowed(module);
        let used = names_after(&text, "crate::").into_iter().chain(names_after(&text, "silcrow::"));
        for name in used {
            let is_module = WORDS.contains(&name)
                || PHASES.contains(&name)
                || ["compile", "edit", "report", "io", "cli"].contains(&name);
            if is_module && name != module && !allowed.contains(name) {
                wrong.push(format!("{path} imports {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_has_a_floor() {
    let text = fs::read_to_string(root().join("src/lib.rs")).expect("the library is there");
    let modules = names_after(&text, "pub mod ");
    let known = WORDS.iter().chain(&PHASES).chain(&["compile", "edit", "report", "io", "cli"]);
    assert_eq!(modules, known.copied().collect());
}

#[test]
fn each_engine_is_named_in_one_place() {
    let mut wrong = Vec::new();
    for (path, text) in code() {
        for (engine, home) in ENGINES {
            let named =
                text.contains(&format!("{engine}::")) || text.contains(&format!("use {engine}"));
            if named && !path.starts_with(home) {
                wrong.push(format!("{path} names {engine}, which is {home}'s"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_says_what_it_is_for() {
    let tests = sources(&root().join("tests"));
    let benches = sources(&root().join("benches"));
    let files = sources(&root().join("src")).into_iter().chain(tests).chain(benches);
    let silent = files.filter(|path| {
        let text = fs::read_to_string(path).expect("a source is UTF-8");
        !text.starts_with("//! ")
    });
    assert_eq!(silent.collect::<Vec<_>>(), Vec::<PathBuf>::new());
}

#[test]
fn only_check_publish_and_diff_use_the_network_through_two_edges() {
    const SOCKETS: [&str; 5] =
        ["TcpStream", "TcpListener", "UdpSocket", "ToSocketAddrs", "to_socket_addrs"];
    let mut wrong = Vec::new();
    let mut users = Vec::new();
    let mut store_users = Vec::new();
    for (path, text) in code() {
        let has_socket = SOCKETS.iter().any(|name| text.contains(name));
        if has_socket && !path.starts_with("src/io") {
            wrong.push(format!("{path} names a socket"));
        }
        if text.contains("io::external") {
            users.push(path.clone());
        }
        if text.contains("io::store") && !path.starts_with("src/io/store") {
            store_users.push(path);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let with_targets = ["src/cli/diff.rs", "src/cli/publish/objects.rs", "src/cli/publish.rs"];
    assert_eq!(store_users, with_targets);
    assert_eq!(users, ["src/cli/external/look_up.rs"]);
}

#[test]
fn the_core_is_pure() {
    // clippy.toml bans the calls; here, that nobody outside the edges lifts the ban.
    let lifted = code().into_iter().filter(|(path, text)| {
        let is_edge = path.starts_with("src/io") || path.starts_with("src/cli");
        !is_edge && text.contains("clippy::disallowed_methods")
    });
    assert_eq!(lifted.map(|(path, _)| path).collect::<Vec<_>>(), Vec::<String>::new());
}
