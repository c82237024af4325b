//! Golden sites: `tests/sites/NAME/in` is built as `tests/sites/NAME/command` says, a command a line, and has to give
//! exactly the files of `out` and the text of `transcript`. A file that nobody produced fails, and a produced one that
//! nobody expected fails. `SILCROW_BLESS=1 cargo test --test golden` writes what is produced; read the difference before
//! committing it.
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn sites() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sites");
    let entries = fs::read_dir(folder).expect("the golden sites are there");
    let mut sites: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    sites.sort();
    sites
}

fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let Ok(entry) = entry else { continue };
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder).expect("entries are below the folder");
            files.insert(
                name.to_string_lossy().into_owned(),
                fs::read(entry.path()).expect("readable"),
            );
        }
    }
    files
}

/// A text without the hashes in names of files, which change with the theme.
fn without_hashes(text: &str) -> String {
    let is_hash = |part: &&str| part.len() == 8 && part.bytes().all(|b| b.is_ascii_hexdigit());
    let parts = text.split('.').map(|part| if is_hash(&part) { "HASH" } else { part });
    parts.collect::<Vec<_>>().join(".")
}

/// The output of a site's commands.
fn transcript(site: &Path, output: &Path) -> String {
    let commands = fs::read_to_string(site.join("command")).expect("a site has a command");
    commands.lines().map(|command| run(site, command, output)).collect()
}

/// A command's output, without what differs from run to run.
fn run(site: &Path, command: &str, output: &Path) -> String {
    let mut words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
    if words.first().is_some_and(|word| word == "build") {
        words.extend(["--output".to_owned(), output.display().to_string()]);
    }
    let result = Command::new(env!("CARGO_BIN_EXE_silcrow"))
        .current_dir(site.join("in"))
        .env("NO_COLOR", "1")
        .args(&words)
        .output()
        .expect("silcrow runs");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("silcrow prints UTF-8");
    let summary: Vec<String> = text(&result.stderr)
        .lines()
        .map(|line| {
            line.rsplit_once(" (")
                .filter(|(_, rest)| rest.ends_with("s)"))
                .map_or(line, |(line, _)| line)
                .to_owned()
        })
        .collect();
    let code = result.status.code().map_or("killed".to_owned(), |code| code.to_string());
    format!(
        "$ silcrow {}\n{}--- standard error\n{}\n--- exit code {code}\n",
        command.trim(),
        text(&result.stdout),
        summary.join("\n")
    )
}

#[test]
fn golden_sites_are_built_as_they_stand() {
    let bless = std::env::vars().any(|(name, _)| name == "SILCROW_BLESS");
    let mut wrong = Vec::new();
    for site in sites() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let output = scratch.path().join("out");
        let transcript = transcript(&site, &output);
        let mut produced = tree(&output);
        produced.remove(".silcrow-manifest");
        // Styles are the theme's, and tested as such.
        produced.retain(|name, _| !name.ends_with(".css") && !name.ends_with(".svg"));
        if let Some(headers) = produced.get_mut("_headers") {
            *headers = without_hashes(&String::from_utf8_lossy(headers)).into_bytes();
        }
        if bless {
            let _ = fs::remove_dir_all(site.join("out"));
            for (name, bytes) in &produced {
                let path = site.join("out").join(name);
                fs::create_dir_all(path.parent().expect("a file has a folder")).expect("writable");
                fs::write(path, bytes).expect("writable");
            }
            fs::write(site.join("transcript"), &transcript).expect("writable");
            continue;
        }
        let expected = tree(&site.join("out"));
        let name = site.file_name().expect("a site has a name").to_string_lossy().into_owned();
        let text = |bytes: Option<&Vec<u8>>| {
            bytes
                .map_or("(no file)".to_owned(), |bytes| String::from_utf8_lossy(bytes).into_owned())
        };
        for file in expected.keys().chain(produced.keys()) {
            if expected.get(file) != produced.get(file) {
                wrong.push(format!(
                    "{name}: {file}\nexpected:\n{}\nproduced:\n{}",
                    text(expected.get(file)),
                    text(produced.get(file))
                ));
            }
        }
        let expected = fs::read_to_string(site.join("transcript")).unwrap_or_default();
        if expected != transcript {
            wrong.push(format!(
                "{name}: transcript\nexpected:\n{expected}\nproduced:\n{transcript}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
