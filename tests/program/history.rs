//! What was published and what is due for review: `record`, `retire`, `stale`, `review` and `diff`, and what `check` and
//! `build` make of the record.
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

use std::fs;

use crate::common::{ARTICLE, Run, Site, TODAY};
use serde_json::Value;

fn read(site: &Site, path: &str) -> String {
    fs::read_to_string(site.path(path)).expect("a file can be read")
}

fn check(site: &Site) -> Run {
    site.run(&["check", "--today", TODAY, "--format", "json"])
}

/// Two articles, one of them with an old address.
fn published() -> Site {
    let b = ARTICLE.replace("updated:", "aliases: [/old/]\nupdated:");
    let site = Site::new(&[
        ("content/a.md", &format!("{ARTICLE}## Create your key\n\nText.\n")),
        ("content/b.md", &b),
    ]);
    let run = site.run(&["record"]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (0, "`silcrow.lock` knows 4 URLs, 4 of them new\n")
    );
    site
}

#[test]
fn the_record_has_a_line_for_each_url_and_forgets_none() {
    let site = published();
    let record = read(&site, "silcrow.lock");
    let lines: Vec<&str> = record.lines().collect();
    assert!(lines[0].starts_with("# silcrow record 1"));
    let starts =
        ["/ page - ", "/a/ page 2026-01-01 ", "/b/ page 2026-01-01 ", "/old/ redirect /b/"];
    assert_eq!(lines.len(), 5, "{record}");
    assert!(lines[1..].iter().zip(starts).all(|(line, start)| line.starts_with(start)), "{record}");
    assert!(lines[2].ends_with(" #create-your-key"), "{record}");
    // Nothing new: the same bytes. A page that goes stays in it, and is missed.
    assert_eq!(site.run(&["record"]).code, 0);
    assert_eq!(read(&site, "silcrow.lock"), record);
    fs::remove_file(site.path("content/a.md")).expect("it is there");
    assert_eq!(site.run(&["record"]).code, 0);
    assert_eq!(read(&site, "silcrow.lock"), record);
    let run = check(&site);
    assert_eq!(
        (run.code, run.found()),
        (1, vec!["error url-vanished silcrow.lock 3:1-3:4".to_owned()])
    );
    assert_eq!(site.run(&["build", "--today", TODAY]).code, 1);
    assert!(!site.path("public").exists(), "nothing is written");
}

/// It was recorded, and missed by the next check.
#[test]
fn a_page_that_lost_its_file_to_another_is_not_recorded() {
    let site = Site::new(&[("content/A.md", ARTICLE), ("content/a.md", ARTICLE)]);
    let settings = read(&site, "site.yaml");
    site.write("site.yaml", format!("{settings}rules:\n  url-conflict: warning\n"));
    assert_eq!(site.run(&["record"]).code, 0);
    let record = read(&site, "silcrow.lock");
    assert_eq!(record.matches(" page 2026").count(), 1, "{record}");
    let run = check(&site);
    assert_eq!(
        (run.code, run.found().len(), run.found()[0].contains("url-conflict")),
        (0, 1, true)
    );
}

#[test]
fn check_of_a_file_reports_what_vanished_from_it() {
    let site = published();
    let check_file = |file: &str| {
        site.run(&[
            "check",
            "--today",
            TODAY,
            "--format",
            "json",
            &format!("{}/{file}", site.path("").display()),
        ])
    };
    let vanished = |run: Run, rule: &str| {
        let found = run.findings();
        let found = found.iter().find(|finding| finding["rule"] == rule);
        assert_eq!(
            found.map(|finding| &finding["file"]),
            Some(&Value::from("silcrow.lock")),
            "{}",
            run.stdout
        );
        assert_eq!(run.code, 1);
    };
    let text = read(&site, "content/a.md");
    site.write("content/a.md", text.replace("Create", "Make"));
    vanished(check_file("content/a.md"), "anchor-vanished");
    assert_eq!(check_file("content/b.md").code, 0);
    site.write("content/a.md", text.replace("updated:", "draft: true\nupdated:"));
    vanished(check_file("content/a.md"), "url-vanished");
    site.write("content/a.md", text);
    site.write("content/b.md", ARTICLE);
    vanished(check_file("content/b.md"), "url-vanished");
    assert_eq!(check_file("content/a.md").code, 0);
}

#[test]
fn check_of_a_file_reports_links_in_other_files_that_it_breaks() {
    let site = Site::new(&[
        ("content/a.md", &format!("{ARTICLE}## New name\n")),
        ("content/b.md", &format!("{ARTICLE}[x](a.md#old-name) and [y](nothing.md)\n")),
    ]);
    let run = site.run(&[
        "check",
        "--today",
        TODAY,
        "--format",
        "json",
        &site.path("content/a.md").to_string_lossy(),
    ]);
    assert_eq!(run.found(), ["error missing-anchor content/b.md 7:5-7:18"]);
}

#[test]
fn check_of_a_file_reports_entries_that_name_it_wherever_they_are_written() {
    let draft = ARTICLE.replace("updated:", "draft: true\nupdated:");
    let related = ARTICLE.replace("updated:", "related: [c]\nupdated:");
    let site = Site::new(&[
        ("site.yaml", "title: Site\ntheme:\n  navigation:\n    C: c\n"),
        ("content/b.md", &related),
        ("content/c.md", &draft),
    ]);
    let file = site.path("content/c.md");
    let file = file.to_string_lossy();
    let run = site.run(&["check", "--today", TODAY, "--format", "json", &file]);
    assert_eq!(
        run.found(),
        ["error draft-target content/b.md 4:11-4:12", "error draft-target site.yaml 4:8-4:9"]
    );
}

#[test]
fn what_vanished_comes_with_what_to_type() {
    let site = published();
    let text = read(&site, "content/a.md");
    fs::remove_file(site.path("content/a.md")).expect("it is there");
    site.write("content/s/other.md", &text);
    let found = check(&site).findings();
    let help = |found: &[Value], rule: &str| {
        let of_rule = found.iter().find(|finding| finding["rule"] == rule);
        of_rule.and_then(|finding| finding["help"].as_str()).expect("it is found").to_owned()
    };
    assert_eq!(
        help(&found, "url-vanished"),
        "its text is now in `content/s/other.md`: add `/a/` to its `aliases`, or say `silcrow retire /a/`"
    );
    site.write(
        "content/s/other.md",
        text.replace("updated:", "aliases: [/a/]\nupdated:").replace("Create your", "Make a"),
    );
    let found = check(&site).findings();
    assert_eq!(
        help(&found, "anchor-vanished"),
        "add `create-your-key: make-a-key` to `anchors` in `content/s/other.md`, or say `silcrow retire '/a/#create-your-key'`"
    );
    site.write(
        "content/s/other.md",
        text.replace(
            "updated:",
            "aliases: [/a/]\nanchors: {create-your-key: make-a-key}\nupdated:",
        )
        .replace("Create your", "Make a"),
    );
    assert_eq!(check(&site).code, 0);
    assert_eq!(site.run(&["build", "--today", TODAY]).code, 0);
    let page = read(&site, "public/s/other/index.html");
    assert!(
        page.contains("<h2 id=\"make-a-key\"><span id=\"create-your-key\"></span>Make a key</h2>"),
        "{page}"
    );
}

#[test]
fn a_url_is_taken_away_on_purpose_and_its_page_says_so() {
    let site = published();
    let refused = |url: &str, why: &str| {
        let before = read(&site, "silcrow.lock");
        let run = site.run(&["retire", url]);
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(run.stderr.contains(why), "{url}: {}", run.stderr);
        assert_eq!(read(&site, "silcrow.lock"), before);
    };
    refused("/a/", "is the address of `content/a.md`");
    refused("/old/", "leads to `content/b.md`");
    refused("/a/#create-your-key", "still has the id");
    refused("/a/#none", "never had the id `none`");
    refused("/aa/", "did you mean `/a/`?");
    fs::remove_file(site.path("content/a.md")).expect("it is there");
    let run = site.run(&["retire", "https://example.com/a"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, "retired `https://example.com/a`\n"));
    assert!(read(&site, "silcrow.lock").contains("\n/a/ gone\n"));
    assert_eq!(check(&site).code, 0);
    assert_eq!(site.run(&["build", "--today", TODAY]).code, 0);
    let page = read(&site, "public/a/index.html");
    assert!(page.contains("This page is gone") && page.contains("noindex"), "{page}");
    // An id, too.
    site.write(
        "content/b.md",
        format!("{ARTICLE}## New\n").replace("updated:", "aliases: [/old/]\nupdated:"),
    );
    assert_eq!(site.run(&["record"]).code, 0);
    site.write("content/b.md", ARTICLE.replace("updated:", "aliases: [/old/]\nupdated:"));
    assert_eq!(check(&site).code, 1);
    assert_eq!(site.run(&["retire", "/b/#new"]).code, 0);
    assert!(read(&site, "silcrow.lock").contains(" !new\n"));
    assert_eq!(check(&site).code, 0);
    // What is published again is not gone.
    site.write("content/a.md", ARTICLE);
    assert_eq!(site.run(&["record"]).code, 0);
    assert!(read(&site, "silcrow.lock").contains("\n/a/ page "));
}

#[test]
fn without_a_record_nothing_can_be_retired() {
    let site = Site::new(&[]);
    let run = site.run(&["retire", "/a/"]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (2, "error: there is no `silcrow.lock`; `silcrow record` writes it\n")
    );
}

#[test]
fn a_conflict_is_a_finding_and_is_repaired_by_uniting_both_sides() {
    let site = published();
    let record = read(&site, "silcrow.lock");
    let line = record.lines().nth(2).expect("it has lines").to_owned();
    let ours = format!("{line} #ours");
    let theirs = format!("{line} #theirs\n/new/ gone");
    let conflict = format!("<<<<<<< HEAD\n{ours}\n=======\n{theirs}\n>>>>>>> branch");
    site.write("silcrow.lock", record.replace(&line, &conflict));
    let run = check(&site);
    assert_eq!(run.found()[0], "error record-damaged silcrow.lock 3:1-3:13", "{}", run.stdout);
    for arguments in [&["record"][..], &["retire", "/a/"]] {
        let refused = site.run(arguments);
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains("is damaged"), "{}", refused.stderr);
    }
    let run = site.run(&["record", "--repair"]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (0, "repaired 1 mistake; `silcrow.lock` knows 5 URLs\n")
    );
    let repaired = read(&site, "silcrow.lock");
    assert!(
        repaired.contains("#create-your-key #ours #theirs\n")
            && repaired.contains("\n/new/ gone\n"),
        "{repaired}"
    );
    assert!(site.run(&["record", "--repair"]).stderr.contains("nothing to repair"));
    // What says nothing cannot be put right by a program.
    site.write("silcrow.lock", record.replace("2026-01-01", "yesterday"));
    let run = site.run(&["record", "--repair"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("silcrow.lock:3:10: `yesterday` is not a date"), "{}", run.stderr);
    let run = check(&site);
    assert_eq!(run.found()[0], "error record-damaged silcrow.lock 3:10-3:19", "{}", run.stdout);
}

/// The record of [`published`] without its first line, and the line of `/a/`.
fn entries(site: &Site) -> (String, String) {
    let record = read(site, "silcrow.lock");
    let (_, entries) = record.split_once('\n').expect("it has lines");
    let line = record.lines().find(|line| line.starts_with("/a/ ")).expect("it is there");
    (entries.to_owned(), line.to_owned())
}

/// Repairs a record, and returns what it says then.
fn repaired(site: &Site, damaged: &str, mistakes: &str) -> String {
    site.write("silcrow.lock", damaged);
    let run = site.run(&["record", "--repair"]);
    let says = format!("repaired {mistakes}; ");
    assert!(run.code == 0 && run.stderr.starts_with(&says), "{damaged}{}", run.stderr);
    let repaired = read(site, "silcrow.lock");
    assert_eq!(site.run(&["record", "--repair"]).stderr, "there is nothing to repair\n");
    repaired
}

#[test]
fn marks_that_are_left_of_a_conflict_are_told_of_and_taken_out() {
    let site = published();
    let record = read(&site, "silcrow.lock");
    let (_, line) = entries(&site);
    for mark in ["=======", ">>>>>>> branch", "||||||| 1a2b3c4", "<<<<<<< HEAD"] {
        let damaged = record.replace(&line, &format!("{mark}\n{line}"));
        site.write("silcrow.lock", &damaged);
        let place = format!("error record-damaged silcrow.lock 3:1-3:{}", mark.len() + 1);
        assert_eq!(check(&site).found(), [place]);
        let run = site.run(&["record"]);
        assert!(run.code == 2 && run.stderr.contains("is damaged"), "{mark}: {}", run.stderr);
        assert_eq!(read(&site, "silcrow.lock"), damaged);
        assert_eq!(repaired(&site, &damaged, "1 mistake"), record, "{mark}");
    }
}

#[test]
fn a_record_that_two_branches_began_is_repaired() {
    let site = published();
    let record = read(&site, "silcrow.lock");
    let (entries, line) = entries(&site);
    let theirs = format!("# silcrow record 1: other words\n{}", entries.replace(&line, ""));
    let theirs = theirs.replace("\n\n", "\n");
    let conflict = format!("<<<<<<< HEAD\n{record}=======\n{theirs}>>>>>>> branch\n");
    assert_eq!(repaired(&site, &conflict, "1 mistake"), record);
    assert_eq!(repaired(&site, &format!("{record}{theirs}"), "2 mistakes"), record);
}

#[test]
fn what_both_branches_have_changed_is_no_side_of_a_conflict() {
    let site = published();
    let record = read(&site, "silcrow.lock");
    let conflict = "<<<<<<< HEAD\n/old/ redirect /a/\n||||||| 1a2b3c4\n/old/ redirect /z/\nno line\n=======\n/old/ redirect /b/\n>>>>>>> branch";
    let damaged = record.replace("/old/ redirect /b/", conflict);
    assert_eq!(repaired(&site, &damaged, "1 mistake"), record);
    // Without its end, nobody knows what else was not to count.
    let damaged = damaged.replace("=======\n", "");
    site.write("silcrow.lock", &damaged);
    let run = site.run(&["record", "--repair"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("silcrow.lock:5:1: two branches"), "{}", run.stderr);
    assert_eq!(read(&site, "silcrow.lock"), damaged);
}

#[test]
fn ids_follow_a_page_that_one_branch_moved_and_the_other_changed() {
    let site = published();
    let record = read(&site, "silcrow.lock").lines().next().expect("it has lines").to_owned();
    let page = |url, date, text, ids| format!("{url} page {date} 000000000000000{text} {ids}\n");
    let ours = page("/g/a/", "2026-04-20", 2, "#new #one #two");
    let theirs = "/g/a/ redirect /h/a1/\n".to_owned();
    let both =
        format!("/h/a1/ redirect /h/a2/\n{}", page("/h/a2/", "2026-04-10", 1, "#one #theirs #two"));
    let united = format!(
        "{record}\n{theirs}/h/a1/ redirect /h/a2/\n{}",
        page("/h/a2/", "2026-04-20", 2, "#new #one #theirs #two")
    );
    for (one, other) in [(&ours, &theirs), (&theirs, &ours)] {
        let conflict = format!("<<<<<<< HEAD\n{one}=======\n{other}>>>>>>> branch\n");
        let damaged = format!("{record}\n{conflict}{both}");
        assert_eq!(repaired(&site, &damaged, "1 mistake"), united);
    }
}

#[test]
fn an_empty_record_and_one_of_a_newer_silcrow_are_left_alone() {
    let site = published();
    let newer = read(&site, "silcrow.lock").replace("record 1", "record 2");
    for (text, place, why) in [
        (
            "",
            "error record-damaged silcrow.lock 1:1-1:1",
            "silcrow.lock:1:1: the record does not begin with `# silcrow record 1`; take it from the history",
        ),
        (
            &newer,
            "error record-damaged silcrow.lock 1:1-1:93",
            "silcrow.lock:1:1: the record's format is `2`: it was written by a newer silcrow; use that silcrow",
        ),
    ] {
        site.write("silcrow.lock", text);
        let run = check(&site);
        assert_eq!((run.code, run.found()), (1, vec![place.to_owned()]));
        for (arguments, why) in [
            (&["record"][..], "is damaged"),
            (&["retire", "/a/"], "is damaged"),
            (&["record", "--repair"], why),
        ] {
            let run = site.run(arguments);
            assert!(run.code == 2 && run.stderr.contains(why), "{}", run.stderr);
            assert_eq!(read(&site, "silcrow.lock"), text);
        }
    }
}

#[test]
fn what_site_yaml_still_leads_elsewhere_is_not_retired() {
    let site = published();
    fs::remove_file(site.path("content/a.md")).expect("it is there");
    let site_yaml = read(&site, "site.yaml");
    for from in ["/a/", "/a", "/a*"] {
        site.write("site.yaml", format!("{site_yaml}redirects:\n  {from}: /b/\n"));
        let run = site.run(&["retire", "/a/"]);
        let why = format!(
            "error: `/a/` leads to `/b/`; take the redirect from `{from}` out of `redirects` in `site.yaml` first\n"
        );
        assert_eq!((run.code, run.stderr), (2, why));
        assert!(!read(&site, "silcrow.lock").contains("gone"));
    }
    site.write("site.yaml", site_yaml);
    assert_eq!(site.run(&["retire", "/a/"]).code, 0);
}

#[test]
fn a_page_that_moves_to_the_url_of_an_old_one_keeps_the_ids_of_both() {
    let site = published();
    let record = read(&site, "silcrow.lock");
    let (_, line) = entries(&site);
    let old = "/z/ page 2025-01-01 0000000000000001 #of-old !taken-away\n";
    site.write("silcrow.lock", format!("{record}{old}"));
    assert_eq!(site.run(&["mv", "a", "z"]).code, 0);
    let moved = format!("\n{} #of-old !taken-away\n", line.replace("/a/", "/z/"));
    let record = read(&site, "silcrow.lock");
    assert!(record.ends_with(&moved) && record.contains("\n/a/ redirect /z/\n"), "{record}");
}

#[test]
fn a_new_text_with_an_old_date_is_told_of_and_fixed() {
    let site = published();
    site.write("content/a.md", read(&site, "content/a.md").replace("Text.", "Another  text."));
    let run = check(&site);
    assert_eq!(
        (run.code, run.found()),
        (0, vec!["warning updated-unchanged content/a.md 4:10-4:20".to_owned()])
    );
    let before = read(&site, "content/a.md");
    let fix = site.run(&["check", "--fix", "--today", TODAY]);
    assert_eq!(fix.code, 0, "{}", fix.stderr);
    assert_eq!(read(&site, "content/a.md"), before.replace("2026-01-01", TODAY));
    assert_eq!(check(&site).found(), Vec::<String>::new());
    // Markup is no text.
    site.write("content/b.md", format!("{}<!-- a comment -->\n", read(&site, "content/b.md")));
    assert_eq!(check(&site).found(), Vec::<String>::new());
}

/// Articles of two authors that are due on different days.
fn aging() -> Site {
    let article = |front: &str| format!("---\ntitle: T\ndescription: D\n{front}---\n");
    Site::new(&[
        (
            "site.yaml",
            "title: Site\nbase_url: https://example.com/\nreview_every: 1 year\nfreshness:\n  fail_after: 40d\n  notice: true\n",
        ),
        ("content/s/index.md", "---\ntitle: \"Keys, \\\"old\\\"; new\"\nreview_every: 90d\n---\n"),
        ("content/s/late.md", &article("updated: 2025-10-01\nauthor: Ada\n")),
        ("content/s/very-late.md", &article("updated: 2025-01-01\nreviewed: 2025-09-01\n")),
        ("content/s/soon.md", &article("updated: 2025-11-15\nauthor: Ada\n")),
        ("content/own.md", &article("updated: 2026-01-01\nreview_every: 31d\n")),
        ("content/fresh.md", &article("updated: 2025-06-01\n")),
    ])
}

#[test]
fn an_overdue_article_is_a_warning_and_then_an_error_and_readers_are_told() {
    let site = aging();
    let run = check(&site);
    assert_eq!(
        (run.code, run.found()),
        (
            1,
            vec![
                "warning stale-article content/s/late.md 4:10-4:20".to_owned(),
                "error stale-article content/s/very-late.md 5:11-5:21".to_owned(),
            ]
        )
    );
    assert_eq!(site.run(&["build", "--today", "2026-01-15"]).code, 1);
    assert_eq!(site.run(&["build", "--today", "2025-12-31"]).code, 0, "31 days late are allowed");
    let notice = "This article was due for review by 2025-12-30.";
    assert!(read(&site, "public/s/late/index.html").contains(notice));
    assert!(!read(&site, "public/s/soon/index.html").contains("looked over"));
    // Off by default.
    site.write("site.yaml", "title: Site\nreview_every: 1 year\n");
    assert_eq!(site.run(&["build", "--today", "2025-12-31"]).code, 0);
    assert!(!read(&site, "public/s/late/index.html").contains("looked over"));
}

#[test]
fn what_is_due_is_listed_by_author_and_section() {
    let site = aging();
    let stale = |arguments: &[&str]| {
        let run = site.run(&[&["stale", "--today", TODAY], arguments].concat());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        run.stdout
    };
    assert_eq!(
        stale(&[]),
        "Ada: 1 article\n  Keys, \"old\"; new\n    2025-12-30  33 days late  s/late  T\n\
         no author: 2 articles\n  Keys, \"old\"; new\n    2025-11-30  63 days late  s/very-late  T\n  \
         Home\n    2026-02-01  today  own  T\n3 articles to review, 2 of them overdue\n"
            .replace("  Keys, \"old\"; new\n    2025-11-30  63 days late  s/very-late  T\n  Home\n    2026-02-01  today  own  T\n",
                "  Home\n    2026-02-01  today  own  T\n  Keys, \"old\"; new\n    2025-11-30  63 days late  s/very-late  T\n")
    );
    let json = stale(&["--format", "json", "--within", "30d"]);
    let lines: Vec<Value> =
        json.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let short: Vec<_> = lines
        .iter()
        .map(|line| (line["file"].as_str(), line["due"].as_str(), line["days_late"].as_i64()))
        .collect();
    assert_eq!(
        short,
        [
            (Some("content/own.md"), Some("2026-02-01"), Some(0)),
            (Some("content/s/late.md"), Some("2025-12-30"), Some(33)),
            (Some("content/s/soon.md"), Some("2026-02-13"), Some(-12)),
            (Some("content/s/very-late.md"), Some("2025-11-30"), Some(63)),
        ]
    );
    let ics = stale(&["--format", "ics"]);
    assert!(
        ics.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && ics.ends_with("END:VCALENDAR\r\n")
    );
    assert!(ics.contains("\r\nCATEGORIES:Keys\\, \"old\"\\; new\r\n"), "{ics}");
    assert!(ics.contains("\r\nDTSTART;VALUE=DATE:20251230\r\n"), "{ics}");
    assert_eq!(stale(&["--format", "ics"]), ics);
}

#[test]
fn a_review_sets_the_date_and_changes_no_other_byte() {
    let site = aging();
    let odd = "\u{feff}---\r\ntitle: 'T'   # why\r\ndescription: D\r\nupdated: 2025-01-01 # first\r\nextra: {a: [1,2]}\r\n---\r\nText\r\n";
    site.write("content/odd.md", odd);
    let quoted = "---\ntitle: T\ndescription: D\nreviewed: \"2025-09-01\" # by Ada\nupdated: 2025-01-01\n---\n";
    site.write("content/quoted.md", quoted);
    let run = site.run(&["review", "odd", "content/quoted.md", "s/very-late", "--today", TODAY]);
    assert_eq!((run.code, run.stderr.as_str()), (0, "reviewed 3 articles on 2026-02-01\n"));
    assert_eq!(
        read(&site, "content/odd.md"),
        odd.replace("# first\r\n", "# first\r\nreviewed: 2026-02-01\r\n")
    );
    assert_eq!(read(&site, "content/quoted.md"), quoted.replace("2025-09-01", TODAY));
    assert!(read(&site, "content/s/very-late.md").contains("reviewed: 2026-02-01\n"));
    let run = check(&site);
    assert!(!run.stdout.contains("very-late"), "{}", run.stdout);
}

#[test]
fn a_review_finds_a_quoted_or_explicit_key_and_writes_no_second_one() {
    let site = aging();
    let article = |reviewed: &str| {
        format!("---\ntitle: T\ndescription: D\n{reviewed}updated: 2025-01-01\n---\n")
    };
    for reviewed in
        ["\"reviewed\": 2025-09-01\n", "'reviewed': '2025-09-01'\n", "? reviewed\n: 2025-09-01\n"]
    {
        site.write("content/odd.md", article(reviewed));
        let run = site.run(&["review", "odd", "--today", TODAY]);
        assert_eq!((run.code, run.stderr.as_str()), (0, "reviewed 1 article on 2026-02-01\n"));
        let expected = article(&reviewed.replace("2025-09-01", TODAY));
        assert_eq!(read(&site, "content/odd.md"), expected);
    }
    site.write("content/odd.md", article("\"reviewed\":\n"));
    let run = site.run(&["review", "odd", "--today", TODAY]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(read(&site, "content/odd.md"), article("\"reviewed\": 2026-02-01\n"));
    let flow = "---\n{title: T, description: 'a \"b\"', updated: 2025-01-01}\n---\n";
    site.write("content/odd.md", flow);
    assert_eq!(site.run(&["review", "odd", "--today", TODAY]).code, 0);
    assert_eq!(read(&site, "content/odd.md"), flow.replace('}', ", reviewed: 2026-02-01}"));
}

#[test]
fn wrong_settings_are_shown_and_nothing_is_done() {
    let site = aging();
    site.write("site.yaml", "title: Site\nreview_every: 90 dayz\n");
    let before = crate::common::tree(&site.path(""));
    for arguments in
        [&["stale"][..], &["review", "own"], &["record"], &["links"], &["graph"], &["graph", "own"]]
    {
        let run = site.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.starts_with("error[invalid-value]: "), "{}", run.stderr);
        assert!(run.stderr.contains("\n --> site.yaml:2:15\n"), "{}", run.stderr);
        assert!(run.stderr.ends_with("error: `site.yaml` has errors that must be fixed first\n"));
        assert!(crate::common::tree(&site.path("")) == before, "{arguments:?}");
    }
}

#[test]
fn articles_whose_dates_cannot_be_read_are_told_of_beside_the_list() {
    let site = aging();
    let stale = |arguments: &[&str]| site.run(&[&["stale", "--today", TODAY], arguments].concat());
    let right = stale(&["--format", "json"]).stdout;
    site.write("content/broken.md", "---\ntitle: [a\n---\n");
    site.write("content/dated.md", "---\ntitle: T\ndescription: D\nupdated: 31.12.2025\n---\n");
    // What hides no date is for `check` to tell.
    site.write("content/linked.md", format!("{ARTICLE}[x](nowhere.md)\n"));
    let run = stale(&["--format", "json"]);
    assert_eq!((run.code, run.stdout), (1, right));
    for found in ["error[invalid-yaml]", "content/broken.md:", "content/dated.md:4:10"] {
        assert!(run.stderr.contains(found), "{found} in {}", run.stderr);
    }
    assert!(!run.stderr.contains("missing-page"), "{}", run.stderr);
}

#[test]
fn a_review_keeps_its_event_when_its_article_moves_and_shares_it_with_no_other_site() {
    let events = |site: &Site| {
        let run = site.run(&["stale", "--today", TODAY, "--format", "ics"]);
        let lines = run.stdout.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned);
        let mut events: Vec<String> = lines.collect();
        events.sort_unstable();
        events
    };
    let site = aging();
    let before = events(&site);
    assert_eq!(before.len(), 3);
    assert_eq!(site.run(&["mv", "s/late", "moved"]).code, 0);
    let review = "title: Site\nbase_url: https://example.com/\nreview_every: 90d\n";
    site.write("site.yaml", review);
    let after = events(&site);
    assert!(before.iter().all(|event| after.contains(event)), "{before:?} {after:?}");
    for other in ["base_url: https://example.org/\n", "title: Another\n", ""] {
        site.write("site.yaml", format!("{other}review_every: 90d\n"));
        let others = events(&site);
        assert!(others.len() > 3 && others.iter().all(|event| !after.contains(event)), "{other}");
    }
}

#[test]
fn a_calendar_of_nothing_holds_a_component_all_the_same() {
    let site = Site::new(&[("content/a.md", ARTICLE)]);
    let run = site.run(&["stale", "--today", TODAY, "--format", "ics"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("\r\nBEGIN:VTIMEZONE\r\nTZID:UTC\r\n"), "{}", run.stdout);
    assert!(!run.stdout.contains("VEVENT"), "{}", run.stdout);
}

#[test]
fn a_review_that_cannot_be_is_refused_and_changes_nothing() {
    let site = aging();
    let odd = "---\ntitle: T\ndescription: D\nupdated: 2025-01-01\n? reviewed\n---\n";
    site.write("content/odd.md", odd);
    site.write("content/bare.md", "no front matter\n");
    let before = crate::common::tree(&site.path(""));
    for (articles, why) in [
        (&["s/late", "s/none"][..], "there is no page `s/none`"),
        (&["s/late", "odd"], "write `reviewed: 2026-02-01` into its front matter"),
        (&["bare"], "has no front matter that can be read"),
        (&["s/late", "own", "--today", "2025-12-01"], "is of 2026-01-01, and today is 2025-12-01"),
    ] {
        let today = if articles.contains(&"--today") { &[][..] } else { &["--today", TODAY] };
        let run = site.run(&[&["review"][..], articles, today].concat());
        assert_eq!(run.code, 2, "{articles:?}");
        assert!(run.stderr.contains(why), "{}", run.stderr);
        assert!(crate::common::tree(&site.path("")) == before, "{articles:?}");
    }
}

#[test]
fn two_sites_are_compared_by_what_their_pages_say() {
    let site = published();
    site.write("content/keep.md", ARTICLE);
    site.write("content/move.md", ARTICLE.replace("title: Title", "title: Moving"));
    site.write("content/gone.md", ARTICLE.replace("title: Title", "title: Going"));
    site.write("static/silcrow.css", "p { color: red }");
    site.write("static/guide.pdf", "one");
    assert_eq!(site.build(&["--output", "old"]).code, 0);
    fs::remove_file(site.path("content/gone.md")).expect("it is there");
    assert_eq!(site.run(&["mv", "move", "s/moved"]).code, 0);
    site.write("content/a.md", read(&site, "content/a.md").replace("Text.", "Another *text*."));
    site.write("content/a.md", read(&site, "content/a.md").replace("Title", "Ask @ada (#1)"));
    site.write("content/new.md", ARTICLE.replace("title: Title", "title: New | `page`"));
    site.write("static/silcrow.css", "p { color: blue }");
    site.write("static/guide.pdf", "two");
    assert_eq!(site.build(&["--output", "new"]).code, 0);
    let diff = |arguments: &[&str]| site.run(&[&["diff", "old", "new"], arguments].concat()).stdout;
    let json: Value = serde_json::from_str(&diff(&["--format", "json"])).expect("JSON");
    let pages: Vec<_> = json["pages"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|page| {
            format!(
                "{} {} {}",
                page["change"].as_str().unwrap_or(""),
                page["url"].as_str().unwrap_or(""),
                page["to"].as_str().unwrap_or("")
            )
        })
        .collect();
    assert_eq!(
        pages,
        [
            "added /new/ ",
            "added /s/ ",
            "added /s/moved/ ",
            "changed / ",
            "changed /404.html ",
            "changed /a/ ",
            "changed /search/ ",
            "removed /gone/ ",
            "redirected /move/ /s/moved/",
        ]
    );
    let files = json["files"].as_array().expect("a list");
    for path in ["_redirects", "guide.pdf", "silcrow.css", "sitemap.xml"] {
        let changed = serde_json::json!({"path": path, "change": "changed"});
        assert!(files.contains(&changed), "{path} in {files:#?}");
    }
    assert!(json["markup"].as_array().expect("a list").contains(&"/keep/".into()), "{json:#}");
    let text = diff(&[]);
    assert!(text.contains("\n-Text.\n+Another text.\n"), "{text}");
    assert!(text.contains("pages: 3 added, 4 changed, 1 removed, 1 redirected"), "{text}");
    let markdown = diff(&["--format", "markdown"]);
    assert!(markdown.contains("| added | `/new/` | New \\| \\`page\\` |\n"), "{markdown}");
    assert!(markdown.contains("```diff\n") && markdown.contains("+Another text.\n"), "{markdown}");
    // Nobody is called by a title.
    let title = "Ask @&#8203;ada (#&#8203;1)";
    assert!(markdown.contains(&format!("| changed | `/a/` | {title} |\n")), "{markdown}");
    assert!(markdown.contains(&format!("<summary>/a/ {title}</summary>")), "{markdown}");
    let same = site.run(&["diff", "new", "new"]);
    assert_eq!(
        (same.code, same.stdout.as_str()),
        (0, "pages: 0 added, 0 changed, 0 removed, 0 redirected\n")
    );
    let missing = site.run(&["diff", "old", "none"]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("could not open `none`"), "{}", missing.stderr);
}
