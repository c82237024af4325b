//! The command line: arguments, both streams, files and exit codes.
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What a run printed, and how it ended.
struct Run {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

fn silcrow(folder: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_silcrow"))
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .args(arguments)
        .output()
        .expect("silcrow runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("silcrow prints UTF-8");
    Run { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

fn scratch(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for (path, text) in files {
        put(folder.path(), path, text);
    }
    folder
}

fn put(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("writable");
    fs::write(path, text).expect("writable");
}

fn read(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).expect("the file is there")
}

const HOME: (&str, &str) = ("content/index.md", "---\ntitle: Home\n---\n");
const ARTICLE: &str = "---\ntitle: A\ndescription: D\nupdated: 2026-01-01\n---\n";

#[test]
fn the_version_is_the_packages() {
    let run = silcrow(Path::new("."), &["--version"]);
    assert_eq!(
        (run.stdout.as_str(), run.code),
        (concat!("silcrow ", env!("CARGO_PKG_VERSION"), "\n"), Some(0))
    );
}

#[test]
fn wrong_arguments_could_not_run() {
    for arguments in [
        &["biuld"][..],
        &["build", "--base-url", "example.com"],
        &["build", "--today", "soon"],
        &["check", "--fail-on", "never"],
        &["build", "--root", "nowhere"],
        &[],
    ] {
        let run = silcrow(Path::new("."), arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!run.stderr.is_empty());
    }
}

#[test]
fn a_folder_without_content_is_refused_with_what_to_do() {
    let folder = scratch(&[]);
    let run = silcrow(folder.path(), &["check"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(
        run.stderr.contains("there is no folder `content` in `.`")
            && run.stderr.contains("silcrow init"),
        "{}",
        run.stderr
    );
}

#[test]
fn init_makes_a_site_that_is_right_and_overwrites_nothing() {
    let folder = scratch(&[]);
    let run = silcrow(folder.path(), &["init", "help", "--today", "2026-11-23"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{}", run.stderr);
    let built = silcrow(
        folder.path(),
        &["build", "--root", "help", "--today", "2026-11-23", "--fail-on", "warning"],
    );
    assert_eq!((built.code, built.stdout.as_str()), (Some(0), ""), "{}", built.stderr);
    assert!(folder.path().join("help/public/getting-started/first-article/index.html").is_file());
    put(folder.path(), "help/content/index.md", "mine");
    let again = silcrow(folder.path(), &["init", "help"]);
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("exists already"), "{}", again.stderr);
    assert_eq!(read(folder.path(), "help/content/index.md"), "mine");
}

#[test]
fn new_makes_a_draft_with_every_required_key() {
    let folder = scratch(&[HOME, ("content/byok/index.md", "---\ntitle: BYOK\n---\n")]);
    let title = "Keys: \"quoted\" & more";
    let arguments = ["new", "byok/setup-mistral", "--title", title, "--today", "2026-11-23"];
    assert_eq!(silcrow(folder.path(), &arguments).code, Some(0));
    let text = read(folder.path(), "content/byok/setup-mistral.md");
    assert!(text.starts_with("---\ntitle: \"Keys: \\\"quoted\\\" & more\"\n"), "{text}");
    assert!(text.contains("\nupdated: 2026-11-23\n") && text.contains("\ndraft: true\n"), "{text}");
    let check = silcrow(
        folder.path(),
        &["check", "--drafts", "--today", "2026-11-23", "--fail-on", "warning"],
    );
    assert_eq!(check.code, Some(0), "{}", check.stdout);
    let again = silcrow(folder.path(), &arguments);
    assert_eq!(again.code, Some(2));
    assert!(
        again.stderr.contains("`content/byok/setup-mistral.md` exists already"),
        "{}",
        again.stderr
    );
    assert_eq!(read(folder.path(), "content/byok/setup-mistral.md"), text);
}

#[test]
fn new_refuses_paths_that_name_no_article() {
    let folder = scratch(&[HOME]);
    for path in ["", "../x", "a/../../x", "byok/index", "byok//x", ".hidden", "a\\b"] {
        let run = silcrow(folder.path(), &["new", path, "--title", "T"]);
        assert_eq!(run.code, Some(2), "{path}");
        assert!(run.stderr.contains("does not name an article"), "{path}: {}", run.stderr);
    }
}

#[test]
fn schemas_are_json_schemas_of_the_keys() {
    for (name, key) in [
        ("front-matter", "updated"),
        ("section-front-matter", "review_every"),
        ("config", "base_url"),
        ("templates", "page"),
    ] {
        let run = silcrow(Path::new("."), &["schema", name]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        let schema: Value = serde_json::from_str(&run.stdout).expect("a schema is JSON");
        assert!(schema["properties"][key].is_object() && schema["$schema"].is_string(), "{name}");
    }
    let required = |name| {
        let run = silcrow(Path::new("."), &["schema", name]);
        serde_json::from_str::<Value>(&run.stdout).expect("a schema is JSON")["required"].clone()
    };
    assert_eq!(required("front-matter"), serde_json::json!(["title", "description", "updated"]));
    assert_eq!(required("section-front-matter"), serde_json::json!(["title"]));
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = silcrow(Path::new("."), &["completions", shell]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        assert!(run.stdout.contains("completions") && run.stdout.contains("base-url"), "{shell}");
    }
}

#[test]
fn findings_go_to_standard_output_and_the_summary_to_standard_error() {
    let broken = ARTICLE.to_owned() + "[x](b.md)\n";
    let folder = scratch(&[HOME, ("content/a.md", &broken)]);
    let run = silcrow(folder.path(), &["build", "--today", "2026-11-23"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stdout
            .starts_with("error[missing-page]: there is no page `b.md`\n --> content/a.md:6:5\n"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains('\u{1b}'), "a pipe gets no colours");
    let last = run.stderr.lines().last().expect("a summary");
    assert!(
        last.starts_with(
            "nothing was written; checked 1 article, 1 section page: 1 error, 0 warnings ("
        ),
        "{last}"
    );
    assert!(!folder.path().join("public").exists());
}

/// How a command ends whose streams go where nothing can be written, and what it says on standard error.
#[cfg(target_os = "linux")]
fn on_a_full_disk(folder: &Path, arguments: &[&str], is_silent: bool) -> (Option<i32>, String) {
    let full = || fs::File::options().write(true).open("/dev/full").expect("the device is there");
    let mut command = Command::new(env!("CARGO_BIN_EXE_silcrow"));
    command.current_dir(folder).args(arguments).stdout(full());
    if is_silent {
        command.stderr(full());
    }
    let output = command.output().expect("silcrow runs");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_could_not_run() {
    let broken = ARTICLE.to_owned() + "[x](b.md)\n";
    let folder = scratch(&[HOME, ("content/a.md", &broken), ("old/index.html", "<p>")]);
    for arguments in [
        &["stale"][..],
        &["stale", "--format", "ics"],
        &["diff", "old", "old"],
        &["check"],
        &["check", "--format", "sarif"],
        &["check", "--list-rules"],
        &["build"],
        &["links"],
        &["graph"],
        &["components"],
        &["schema", "config"],
        &["completions", "bash"],
        &["--help"],
        &["--version"],
    ] {
        let (code, said) = on_a_full_disk(folder.path(), arguments, false);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.starts_with("error: could not write to standard output: "), "{said}");
        assert_eq!(on_a_full_disk(folder.path(), arguments, true).0, Some(2), "{arguments:?}");
    }
    // What has nothing for standard output has done its work.
    assert_eq!(on_a_full_disk(folder.path(), &["record"], true).0, Some(0));
    assert_eq!(on_a_full_disk(folder.path(), &["nothing"], true).0, Some(2));
}

#[test]
fn json_is_one_object_a_line_with_columns_in_three_units() {
    let broken = ARTICLE.to_owned() + "\u{1f511} \u{e9} [x](nowhere.md)\n";
    let folder = scratch(&[HOME, ("content/a.md", &broken)]);
    let run = silcrow(folder.path(), &["check", "--format", "json", "--today", "2026-11-23"]);
    let lines: Vec<Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    let expected = serde_json::json!([{
        "schema": 1, "rule": "missing-page", "severity": "error", "message": "there is no page `nowhere.md`", "file": "content/a.md",
        "start": {"line": 6, "column": 9, "byte_column": 13, "utf16_column": 10},
        "end": {"line": 6, "column": 19, "byte_column": 23, "utf16_column": 20},
        "help": "create the page, or remove the link", "suggestion": null, "target": null, "edits": [], "related": [],
    }]);
    let lines = Value::from(lines);
    assert_eq!(lines, expected);
}

#[test]
fn warnings_fail_only_when_asked() {
    let skipped = ARTICLE.to_owned() + "## One\n\n#### Three\n";
    let folder = scratch(&[HOME, ("content/a.md", &skipped)]);
    let code = |arguments: &[&str]| silcrow(folder.path(), arguments).code;
    assert_eq!(code(&["check"]), Some(0));
    assert_eq!(code(&["check", "--fail-on", "warning"]), Some(1));
    assert_eq!(code(&["build", "--fail-on", "warning"]), Some(1));
    assert!(!folder.path().join("public").exists());
    assert_eq!(code(&["build"]), Some(0));
}

#[test]
fn check_with_files_reports_those_files_only() {
    let broken = ARTICLE.to_owned() + "[x](nowhere.md)\n";
    let folder = scratch(&[
        HOME,
        ("content/a.md", &broken),
        ("content/b.md", &broken),
        ("content/c.md", ARTICLE),
    ]);
    let rules = |arguments: &[&str]| {
        let run = silcrow(folder.path(), arguments);
        let files: Vec<String> = run
            .stdout
            .lines()
            .map(|line| {
                serde_json::from_str::<Value>(line).expect("a line is JSON")["file"].to_string()
            })
            .collect();
        (run.code, files)
    };
    let json = ["check", "--format", "json"];
    assert_eq!(
        rules(&[&json[..], &["content/b.md"]].concat()),
        (Some(1), vec!["\"content/b.md\"".to_owned()])
    );
    assert_eq!(rules(&[&json[..], &["./content/c.md"]].concat()), (Some(0), Vec::new()));
    // From elsewhere, files are named as that folder sees them.
    let root = folder.path().to_string_lossy().into_owned();
    let file = format!("{root}/content/a.md");
    let run = silcrow(Path::new("/"), &["check", "--format", "json", "--root", &root, &file]);
    assert_eq!((run.code, run.stdout.lines().count()), (Some(1), 1));
}

#[test]
fn a_preview_is_left_out_of_search_engines_and_keeps_its_canonical_urls() {
    let folder = scratch(&[
        HOME,
        ("content/a.md", ARTICLE),
        ("site.yaml", "base_url: https://example.com/docs/\n"),
    ]);
    let run = silcrow(folder.path(), &["build", "--preview", "--base-url", "/pr-12/"]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    let page = read(folder.path(), "public/a/index.html");
    assert!(page.contains("content=\"noindex\""), "{page}");
    assert!(
        page.contains("<link rel=\"canonical\" href=\"https://example.com/docs/a/\">"),
        "{page}"
    );
    assert!(page.contains("href=\"/pr-12/\"") && !page.contains("href=\"/docs/"), "{page}");
    silcrow(folder.path(), &["build"]);
    assert!(!read(folder.path(), "public/a/index.html").contains("noindex"));
}

#[test]
fn without_a_base_url_everything_works_and_one_notice_says_what_is_left_out() {
    let folder = scratch(&[HOME, ("content/a.md", ARTICLE)]);
    let run = silcrow(folder.path(), &["build"]);
    assert_eq!(run.code, Some(0));
    let notices: Vec<_> = run.stderr.lines().filter(|line| line.starts_with("note: ")).collect();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].contains("`base_url`"), "{notices:?}");
    assert!(!read(folder.path(), "public/a/index.html").contains("canonical"));
}

#[test]
fn the_command_line_goes_before_the_file_and_the_file_before_the_default() {
    let folder =
        scratch(&[HOME, ("site.yaml", "output: site\nbase_url: https://example.com/docs\n")]);
    silcrow(folder.path(), &["build"]);
    assert!(read(folder.path(), "site/index.html").contains("https://example.com/docs/"));
    silcrow(
        folder.path(),
        &["build", "--output", "elsewhere", "--base-url", "https://example.org/x"],
    );
    let page = read(folder.path(), "elsewhere/index.html");
    assert!(page.contains("https://example.org/x/") && !page.contains("example.com"), "{page}");
}

#[test]
fn an_error_in_the_settings_is_a_finding_and_could_not_run() {
    let folder = scratch(&[HOME, ("site.yaml", "titel: x\n")]);
    let run = silcrow(folder.path(), &["build"]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.stdout.contains("error[unknown-field]: unknown key `titel`\n --> site.yaml:1:1"),
        "{}",
        run.stdout
    );
    assert!(!folder.path().join("public").exists());
}

#[test]
fn drafts_are_built_only_when_asked() {
    let draft = ARTICLE.replace("---\ntitle", "---\ndraft: true\ntitle");
    let folder = scratch(&[HOME, ("content/a.md", &draft)]);
    silcrow(folder.path(), &["build"]);
    assert!(!folder.path().join("public/a").exists());
    silcrow(folder.path(), &["build", "--drafts"]);
    assert!(folder.path().join("public/a/index.html").is_file());
}

#[test]
fn colours_are_for_terminals_and_for_who_forces_them() {
    let folder = scratch(&[HOME, ("content/a.md", "no front matter\n")]);
    let printed = |variables: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_silcrow"));
        command
            .current_dir(folder.path())
            .arg("check")
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE");
        let output = command.envs(variables.iter().copied()).output().expect("silcrow runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(!printed(&[]).contains('\u{1b}'));
    assert!(printed(&[("CLICOLOR_FORCE", "1")]).contains("\u{1b}["));
    assert!(!printed(&[("NO_COLOR", "1")]).contains('\u{1b}'));
}

/// What a command prints on a terminal, standard error included.
#[cfg(unix)]
fn on_a_terminal(folder: &Path, arguments: &[&str]) -> String {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use std::io::Read;

    let own = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal can be opened");
    grantpt(&own).and_then(|()| unlockpt(&own)).expect("a terminal can be used");
    let name = ptsname(&own, Vec::new()).expect("a terminal has a name");
    let open = || {
        let path = name.to_str().expect("a terminal's name is text");
        std::fs::File::options()
            .read(true)
            .write(true)
            .open(path)
            .expect("a terminal can be opened")
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_silcrow"));
    command.current_dir(folder).args(arguments).env("TERM", "xterm").env_remove("NO_COLOR");
    command.stdin(open()).stdout(open()).stderr(open());
    let mut child = command.spawn().expect("silcrow runs");
    // The command holds its ends of the terminal too: without it, reading ends when the program does.
    drop(command);
    let mut printed = Vec::new();
    // A terminal whose other end is closed is an error to read, not an end.
    let _ = std::fs::File::from(own).read_to_end(&mut printed);
    child.wait().expect("silcrow ends");
    String::from_utf8_lossy(&printed).into_owned()
}

#[cfg(unix)]
#[test]
fn progress_is_shown_on_a_terminal_when_a_build_takes_long() {
    let site = tempfile::tempdir().expect("a scratch folder");
    let write = |name: &str, text: &str| {
        let path = site.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("writable");
        std::fs::write(path, text).expect("writable");
    };
    let article = "---\ntitle: T\ndescription: D\nupdated: 2026-01-01\n---\n";
    write("content/index.md", "---\ntitle: Home\n---\n");
    write("content/a.md", article);
    let short = on_a_terminal(site.path(), &["check"]);
    assert!(short.contains("checked 1 article") && !short.contains(" files"), "{short}");
    // Long enough on every machine: colouring a hundred lines takes its time, which `check` does not spend.
    let code = format!("```python\n{}```\n", "def f(x): return [x, \"y\"]\n".repeat(100));
    for number in 0..400 {
        write(&format!("content/{number}.md"), &format!("{article}{code}"));
    }
    let long = on_a_terminal(site.path(), &["build"]);
    assert!(long.contains(" files\u{1b}[K"), "{long}");
    let piped = Command::new(env!("CARGO_BIN_EXE_silcrow"))
        .current_dir(site.path())
        .arg("check")
        .output()
        .expect("silcrow runs");
    assert!(!String::from_utf8_lossy(&piped.stderr).contains(" files"));
}

#[test]
fn links_are_listed_for_other_tools() {
    let body =
        "[x](https://example.com/a) é <https://example.com/a> [y](index.md#x) [z](none.md)\n";
    let site = scratch(&[HOME, ("content/a.md", &format!("{ARTICLE}{body}"))]);
    let lines = |arguments: &[&str]| -> Vec<Value> {
        let run = silcrow(site.path(), arguments);
        assert_eq!((run.stderr.as_str(), run.code), ("", Some(0)));
        run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let all = lines(&["links", "--format", "json"]);
    let shown: Vec<_> = all
        .iter()
        .map(|link| {
            let [kind, target, external] = ["kind", "target", "external"].map(|key| &link[key]);
            format!("{} {kind} {target} {external}", link["start"]["column"])
        })
        .collect();
    let expected = [
        "5 \"link\" null true",
        "31 \"autolink\" null true",
        "58 \"link\" \"content/index.md\" false",
        "74 \"link\" null false",
    ];
    assert_eq!(shown, expected);
    assert_eq!(
        (&all[1]["start"]["byte_column"], &all[1]["end"]["column"]),
        (&32.into(), &52.into())
    );
    let external = lines(&["links", "--external", "--format", "json"]);
    assert_eq!(external.len(), 1);
    assert_eq!(external[0]["url"], "https://example.com/a");
    let places = external[0]["places"].as_array().expect("a list");
    assert!(places.iter().all(|place| place["file"] == "content/a.md"));
    assert_eq!((places.len(), &places[1]["start"]), (2, &all[1]["start"]));
}

#[cfg(not(feature = "external"))]
#[test]
fn without_the_feature_other_sites_are_refused_with_what_to_do() {
    let site = scratch(&[HOME]);
    let run = silcrow(site.path(), &["check", "--external"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("build it with `--features external`"), "{}", run.stderr);
}
