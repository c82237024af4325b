//! The README and `ARCHITECTURE.md` say what is: every command and configuration in the README is run, its tables are
//! generated from the code (`SILCROW_BLESS=1` writes them), and every path that `ARCHITECTURE.md` names exists.
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

#[expect(dead_code, reason = "the rest is for tests of findings")]
mod fixture;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use silcrow::article::ArticleKind;
use silcrow::compile::{self, Memo};
use silcrow::diagnostic::RULES;
use silcrow::render::templates::{Argument, Component};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("the README is there")
}

/// Fenced blocks: what stands after the fence, and the text.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push((info.to_owned(), body.join("\n") + "\n"));
        }
    }
    blocks
}

fn silcrow(folder: &Path, arguments: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_silcrow"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("silcrow runs")
}

/// The days that are shown will have passed some day; the tests are about the rest.
fn lasting(text: &str) -> String {
    text.replace("expires: 2027-06-30", "expires: 9999-01-01").replace("180d", "99 years")
}

/// A site made of the README's own article, configuration and template.
fn site() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let put = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    };
    for (info, text) in blocks(&readme()) {
        if let Some((_, path)) = info.split_once(' ') {
            put(path, &lasting(&text));
        }
    }
    put("static/social.png", "");
    put("static/logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    put("content/index.md", "---\ntitle: Home\n---\n");
    put("content/byok/index.md", "---\ntitle: BYOK provider keys\n---\n");
    let front = "---\ntitle: Overview\ndescription: D\nupdated: 2026-01-01\n---\n";
    put("content/byok/overview.md", &format!("{front}\n## Why\n"));
    folder
}

/// Words of a command line; quotes keep spaces.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("there is a word").push(c),
        }
    }
    words
}

#[test]
fn every_command_runs() {
    let mut commands = 0;
    for (info, text) in blocks(&readme()) {
        if info != "console" {
            continue;
        }
        for line in text.lines() {
            let line =
                line.strip_prefix("$ silcrow ").expect("a console line is a silcrow command");
            if line.contains("check --external") && !cfg!(feature = "external") {
                continue;
            }
            let site = site();
            let output = silcrow(site.path(), &words(line));
            let text = String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "silcrow {line}: {text}");
            commands += 1;
        }
    }
    assert!(commands >= 5, "{commands} commands");
}

/// What a workflow hands to a shell: each of GitHub's `run`; GitLab's `script` as a whole, with what goes before it.
fn scripts(text: &str) -> Vec<String> {
    let workflow: Value = serde_yaml::from_str(text).expect("a workflow is YAML");
    let texts = |list: &Value| -> Vec<String> {
        let entries = list.as_array().into_iter().flatten();
        entries.filter_map(|entry| entry.as_str().map(str::to_owned)).collect()
    };
    let before = texts(&workflow["before_script"]);
    let mut scripts = Vec::new();
    let jobs = workflow["jobs"].as_object().unwrap_or(workflow.as_object().expect("a mapping"));
    for job in jobs.values() {
        let steps = job["steps"].as_array().into_iter().flatten();
        scripts.extend(steps.filter_map(|step| step["run"].as_str().map(str::to_owned)));
        let script = texts(&job["script"]);
        if !script.is_empty() {
            scripts.push([before.clone(), script].concat().join("\n"));
        }
    }
    scripts
}

/// Runs git, which knows nobody and nothing of this machine.
#[cfg(unix)]
fn git(folder: &Path, arguments: &[&str]) -> String {
    let result = Command::new("git")
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .args(["-c", "user.name=Author", "-c", "user.email=author@example.com"])
        .args(arguments)
        .output()
        .expect("git is installed");
    assert!(result.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&result.stderr));
    String::from_utf8_lossy(&result.stdout).into_owned()
}

/// The host of a repository, `bare`, and the clone of somebody else, `other`.
#[cfg(unix)]
fn hosted(site: &Path) -> tempfile::TempDir {
    let host = tempfile::tempdir().expect("a scratch folder");
    assert!(silcrow(site, &["record".to_owned()]).status.success());
    git(site, &["init", "--quiet", "--initial-branch", "main"]);
    git(site, &["add", "."]);
    git(site, &["commit", "--quiet", "--message", "A site"]);
    git(host.path(), &["clone", "--quiet", "--bare", &site.display().to_string(), "bare"]);
    git(host.path(), &["clone", "--quiet", "bare", "other"]);
    git(site, &["remote", "add", "origin", &host.path().join("bare").display().to_string()]);
    // The host's address, as one who is asked for it knows it.
    let address = "https://gitlab-ci-token:token@gitlab.example/docs/help.git";
    let bare = host.path().join("bare");
    let settings = format!("[url \"{}\"]\n  insteadOf = {address}\n", bare.display());
    fs::write(host.path().join("settings"), settings).expect("writable");
    host
}

/// Somebody's changes of these files land on the branch.
#[cfg(unix)]
fn land(other: &Path, files: &str, message: &str) {
    git(other, &["add", files]);
    git(other, &["commit", "--quiet", "--message", message]);
    git(other, &["push", "--quiet"]);
}

/// Somebody gives the overview another heading.
#[cfg(unix)]
fn merge(other: &Path, heading: &str) {
    let article = other.join("content/byok/overview.md");
    let text = fs::read_to_string(&article).expect("it is there");
    fs::write(&article, format!("{text}\n## {heading}\n")).expect("writable");
    land(other, "content", heading);
}

/// Runs what a workflow hands to a shell, in the site's folder.
#[cfg(unix)]
fn run_script(site: &Path, host: &Path, script: &str) {
    let program = Path::new(env!("CARGO_BIN_EXE_silcrow")).parent().expect("it is in a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(program.to_owned()).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(folders).expect("folders of a path can be joined");
    // What only the host knows, and a bucket that is not there.
    let script = script.replace("${{ github.event.number }}", "12");
    let script = script.replace("s3://help-center", "target");
    let result = Command::new("bash")
        .current_dir(site)
        .env("PATH", &path)
        .env("GIT_CONFIG_GLOBAL", host.join("settings"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GITHUB_STEP_SUMMARY", "summary.md")
        .env("CI_MERGE_REQUEST_IID", "12")
        .env("CI_JOB_TOKEN", "token")
        .env("CI_SERVER_HOST", "gitlab.example")
        .env("CI_PROJECT_PATH", "docs/help")
        .env("CI_DEFAULT_BRANCH", "main")
        .args(["-euo", "pipefail", "-c", &script])
        .output()
        .expect("a shell runs");
    let text = String::from_utf8_lossy(&result.stderr);
    assert_eq!(result.status.code(), Some(0), "{script}: {text}");
}

#[cfg(unix)]
#[test]
fn every_line_of_the_workflows_runs_again_and_again_while_others_merge() {
    for (file, count) in [(".github/workflows/help-center.yml", 7), (".gitlab-ci.yml", 2)] {
        let (site, recorded) = (site(), "Record what was published [skip ci]\n\nsilcrow.lock\n");
        let host = hosted(site.path());
        let text = fs::read_to_string(site.path().join(file)).expect("it is shown");
        let scripts = scripts(&text);
        assert_eq!(scripts.len(), count, "{file}");
        let (bare, other) = (host.path().join("bare"), host.path().join("other"));
        let log = || git(&bare, &["log", "main", "--format=%s", "--name-only"]);
        for round in ["First", "Second"] {
            git(&other, &["pull", "--quiet"]);
            // Two merges land close together: what is published first is recorded when the second run has begun.
            merge(&other, &format!("{round} one"));
            assert!(silcrow(&other, &["record".to_owned()]).status.success());
            merge(&other, &format!("{round} two"));
            git(site.path(), &["fetch", "--quiet", "origin", "main:refs/remotes/origin/main"]);
            git(site.path(), &["checkout", "--quiet", "--detach", "origin/main"]);
            land(&other, "silcrow.lock", "Record of the run before");
            scripts.iter().for_each(|script| run_script(site.path(), host.path(), script));
            assert!(log().starts_with(recorded), "{file}: {}", log());
            let record = git(&bare, &["show", "main:silcrow.lock"]);
            let round = round.to_lowercase();
            for id in [format!("#{round}-one"), format!("#{round}-two")] {
                assert!(record.contains(&id), "{file}: {record}");
            }
        }
        for made in ["preview/index.html", "target/current/index.html", "purge.txt"] {
            assert!(site.path().join(made).is_file(), "{file}: {made}");
        }
        // What was recorded already is not recorded again.
        let before = log();
        run_script(site.path(), host.path(), scripts.last().expect("it is recorded last"));
        assert_eq!(log(), before);
    }
}

#[test]
fn what_fails_in_the_check_of_a_pull_request_keeps_nothing_else_from_being_shown() {
    let text = blocks(&readme())
        .into_iter()
        .find(|(info, _)| info.ends_with("help-center.yml"))
        .expect("it is shown")
        .1;
    let workflow: Value = serde_yaml::from_str(&text).expect("a workflow is YAML");
    let job = &workflow["jobs"]["check"];
    let steps = job["steps"].as_array().expect("a job has steps");
    let place = |name: &str| {
        let is_it = |step: &Value| step["uses"].as_str().is_some_and(|uses| uses.contains(name));
        steps.iter().position(is_it).expect("it is a step")
    };
    // Without code scanning the upload fails, and with findings it still has to be made.
    let upload = place("upload-sarif");
    assert_eq!((upload, &steps[upload]["if"]), (steps.len() - 1, &Value::from("always()")));
    assert_eq!(job["permissions"]["actions"], "read");
    // `.well-known/security.txt` is part of the preview.
    assert_eq!(steps[place("upload-artifact")]["with"]["include-hidden-files"], true);
}

#[cfg(unix)]
#[test]
fn a_workflow_leaves_a_log_for_code_scanning_and_a_summary() {
    let site = site();
    let steps = "silcrow check --format sarif > silcrow.sarif; silcrow check --summary summary.md";
    let program = env!("CARGO_BIN_EXE_silcrow");
    let steps = steps.replace("silcrow check", &format!("{program} check"));
    let result = Command::new("sh").current_dir(site.path()).args(["-c", &steps]).output();
    assert!(result.expect("a shell runs").status.success());
    let read = |name: &str| fs::read_to_string(site.path().join(name)).expect("it is written");
    let log: Value = serde_json::from_str(&read("silcrow.sarif")).expect("the log is JSON");
    assert_eq!(log["version"], "2.1.0");
    assert!(
        read("summary.md").starts_with("## silcrow\n\nchecked 2 articles"),
        "{}",
        read("summary.md")
    );
}

#[cfg(target_os = "linux")]
#[test]
fn the_first_command_serves_the_help_center_and_opens_it() {
    use std::io::{BufRead, BufReader};
    use std::os::unix::fs::PermissionsExt;

    assert!(readme().contains("\ncargo run --release -- serve --open\n"));
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let (opener, opened) = (scratch.path().join("xdg-open"), scratch.path().join("opened"));
    fs::write(&opener, format!("#!/bin/sh\necho \"$1\" > {}\n", opened.display()))
        .expect("writable");
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).expect("writable");
    let mut child = Command::new(env!("CARGO_BIN_EXE_silcrow"))
        .current_dir(root())
        .args(["serve", "--open", "--port", "0", "--today", "2026-11-23"])
        .env("PATH", scratch.path())
        .env("TMPDIR", scratch.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("silcrow runs");
    let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let lines: Vec<String> = lines.map_while(Result::ok).take(2).collect();
    let start = std::time::Instant::now();
    let address = loop {
        match fs::read_to_string(&opened) {
            Ok(address) if address.ends_with('\n') => break address,
            _ => assert!(start.elapsed().as_secs() < 30, "a browser is opened"),
        }
        std::thread::yield_now();
    };
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    assert_eq!(address.trim(), lines[0]);
    assert!(lines[0].ends_with("/docs/"), "{lines:?}");
    assert!(lines[1].contains(": 0 errors, "), "{lines:?}");
}

#[test]
fn the_second_command_builds_the_help_center() {
    let readme = readme();
    let build = "cargo run --release -- build";
    assert!(readme.contains(build) && readme.contains("\ntests/run\n"));
    for line in readme.lines().filter(|line| line.starts_with(build)) {
        let output = tempfile::tempdir().expect("a scratch folder");
        let mut arguments = words(line.trim_start_matches("cargo run --release -- "));
        arguments
            .extend(["--output".to_owned(), output.path().join("public").display().to_string()]);
        let result = silcrow(&root(), &arguments);
        assert_eq!(result.status.code(), Some(0), "{}", String::from_utf8_lossy(&result.stdout));
        assert!(output.path().join("public/byok/setup-openai/index.html").is_file());
    }
}

#[test]
fn the_shown_site_is_right_and_uses_the_shown_template() {
    let site = site();
    let output = silcrow(site.path(), &["build".to_owned()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let page = fs::read_to_string(site.path().join("public/byok/setup-openai/index.html"))
        .expect("the page is there");
    assert!(
        page.contains("<p>Updated <time datetime=\"2026-04-16\">2026-04-16</time></p>"),
        "{page}"
    );
    assert!(site.path().join("public/old/openai/index.html").is_file());
}

#[test]
fn the_shown_finding_is_what_is_printed() {
    let site = site();
    let front = "---\ntitle: Overview\ndescription: D\nupdated: 2026-01-01\n---\n";
    let body = "\nSee [the steps](setup-openai.md#crate-your-key).\n\n## Why\n";
    fs::write(site.path().join("content/byok/overview.md"), front.to_owned() + body)
        .expect("writable");
    let output = silcrow(site.path(), &["check".to_owned()]);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let shown = blocks(&readme())
        .into_iter()
        .find(|(info, _)| info == "text")
        .expect("a finding is shown")
        .1;
    assert!(printed.contains(shown.trim()), "{printed}");
}

#[test]
fn the_front_matter_table_has_every_key() {
    let readme = readme();
    let table =
        readme.split("| key | in an article | what it says |").nth(1).expect("the table is there");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let shown: BTreeSet<String> =
        rows.filter_map(|row| row.split('`').nth(1).map(str::to_owned)).collect();
    let schema = silcrow::parse::front_matter_schema(ArticleKind::Article);
    let keys: BTreeSet<String> =
        schema["properties"].as_object().expect("an object").keys().cloned().collect();
    assert_eq!(shown, keys);
    let configuration = silcrow::parse::configuration_schema();
    let example = blocks(&readme)
        .into_iter()
        .find(|(info, _)| info == "yaml site.yaml")
        .expect("it is shown")
        .1;
    for key in configuration["properties"].as_object().expect("an object").keys() {
        assert!(example.contains(&format!("{key}:")), "site.yaml's `{key}` is not shown");
    }
}

fn rules_table() -> String {
    let mut table = "| family | rule | default | it finds |\n|---|---|---|---|\n".to_owned();
    for rule in RULES {
        let summary = rule.summary;
        writeln!(
            table,
            "| {} | `{}` | {} | {summary} |",
            rule.family,
            rule.name,
            rule.severity.name()
        )
        .expect("a string grows");
    }
    table
}

fn variables_table() -> String {
    let schema = silcrow::render::context::schema();
    let mut table = "| variable | fields | |\n|---|---|---|\n".to_owned();
    for (name, property) in schema["properties"].as_object().expect("an object") {
        let fields = fields(&schema, property);
        let description = property["description"].as_str().unwrap_or("").replace('\n', " ");
        writeln!(table, "| `{name}` | {fields} | {description} |").expect("a string grows");
    }
    table.push_str("\nAnd of what those hold:\n\n| of | field | |\n|---|---|---|\n");
    for (name, definition) in schema["$defs"].as_object().expect("an object") {
        let short = name.trim_end_matches("Context").to_lowercase();
        for (field, property) in definition["properties"].as_object().into_iter().flatten() {
            let description = property["description"].as_str().unwrap_or("").replace('\n', " ");
            writeln!(table, "| {short} | `{field}` | {description} |").expect("a string grows");
        }
    }
    table
}

/// What the theme's components take, as their definitions say.
fn components_table() -> String {
    let mut table = "| component | takes | |\n|---|---|---|\n".to_owned();
    for component in theme_components() {
        let takes = |argument: &Argument| {
            let kind = argument.kind.unwrap_or("any");
            let what =
                argument.description.as_ref().map_or(String::new(), |what| format!(", {what}"));
            format!("`{}`: {kind}{what}", argument.name)
        };
        let given = component.arguments.iter().filter(|argument| !argument.implicit);
        let given: Vec<_> = given.map(takes).collect();
        let given = if given.is_empty() { vec!["nothing".to_owned()] } else { given };
        let description = component.description.unwrap_or_default();
        writeln!(table, "| `{}` | {} | {description} |", component.name, given.join("; "))
            .expect("a string grows");
    }
    table
}

fn theme_components() -> Vec<Component> {
    let (sources, _) = fixture::parse("//- content/index.md\n---\ntitle: Home\n---\n");
    compile::site(&sources, &fixture::today(), &mut Memo::default())
        .renderer()
        .templates
        .components()
}

#[test]
fn every_component_of_the_theme_says_what_it_is_for_and_what_it_takes() {
    let components = theme_components();
    assert!(components.len() > 15, "{}", components.len());
    for component in components {
        assert!(component.description.is_some(), "{component:?}");
        for argument in &component.arguments {
            let is_described = argument.implicit || argument.description.is_some();
            assert!(is_described, "{}: {argument:?}", component.name);
            assert!(
                argument.kind.is_some() || !argument.implicit,
                "{}: {argument:?}",
                component.name
            );
        }
    }
}

/// What kind of thing a variable is, in a word.
fn fields(schema: &Value, property: &Value) -> String {
    let text = property.to_string();
    let definitions = schema["$defs"].as_object().expect("an object");
    let named = definitions.keys().find(|name| text.contains(&format!("#/$defs/{name}\"")));
    let short = named.map(|name| name.trim_end_matches("Context").to_lowercase());
    match (short, property["type"].as_str()) {
        (Some(name), Some("array")) => format!("list of {name}"),
        (Some(name), _) => name,
        (None, Some("string")) => "text".to_owned(),
        (None, _) => "texts by name".to_owned(),
    }
}

#[test]
fn generated_tables_are_up_to_date() {
    let mut text = readme();
    for (mark, table) in [
        ("<!-- rules:", rules_table()),
        ("<!-- variables:", variables_table()),
        ("<!-- components:", components_table()),
    ] {
        let start = text.find(mark).expect("the mark is there");
        let line_end = start + text[start..].find('\n').expect("a mark is a line") + 1;
        let after = &text[line_end..];
        // The table ends where the prose goes on: at the first paragraph that is neither table nor its second heading.
        let mut end = 0;
        for line in after.split_inclusive('\n') {
            if !(line.trim().is_empty()
                || line.starts_with('|')
                || line.starts_with("And of what those hold"))
            {
                break;
            }
            end += line.len();
        }
        let expected = format!("\n{table}\n");
        if std::env::vars().any(|(name, _)| name == "SILCROW_BLESS") {
            text.replace_range(line_end..line_end + end, &expected);
            fs::write(root().join("README.md"), &text).expect("writable");
        } else {
            assert_eq!(&after[..end], expected, "run SILCROW_BLESS=1 cargo test --test readme");
        }
    }
}

#[test]
fn every_path_in_the_architecture_exists() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("it is there");
    let mut named = 0;
    for name in text.split('`').skip(1).step_by(2) {
        let is_path = name.contains('/')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        let is_ours = ["src", "tests", "benches", "templates", "static", "content", ".ci"];
        if is_path && is_ours.iter().any(|folder| name.starts_with(&format!("{folder}/"))) {
            assert!(root().join(name).exists(), "{name}");
            named += 1;
        }
    }
    assert!(named > 10, "{named} paths");
}

#[test]
fn the_help_names_every_command_and_the_exit_codes() {
    let output = silcrow(&root(), &["--help".to_owned()]);
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    for command in [
        "build",
        "serve",
        "check",
        "links",
        "diff",
        "mv",
        "record",
        "retire",
        "stale",
        "review",
        "publish",
        "init",
        "new",
        "schema",
        "completions",
        "Examples:",
        "Exit codes: 0",
    ] {
        assert!(help.contains(command), "{command} in {help}");
    }
}
