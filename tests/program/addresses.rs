//! Addresses: what is suggested for one that leads nowhere, old addresses and what they may be, and full URLs of the site
//! itself.
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

use crate::common::{ARTICLE, Site, TODAY};

fn article(body: &str) -> String {
    format!("{ARTICLE}{body}")
}

fn helps(site: &Site) -> Vec<String> {
    let run = site.run(&["check", "--today", TODAY, "--format", "json"]);
    let help = |finding: serde_json::Value| finding["help"].as_str().unwrap_or("").to_owned();
    let found =
        run.findings().into_iter().filter(|finding| finding["rule"] != "missing-section-page");
    found.map(help).collect()
}

#[test]
fn a_near_id_of_eighty_thousand_characters_is_suggested_and_does_not_take_minutes() {
    let long = "k".repeat(80_000);
    let site = Site::new(&[("content/a.md", &article(&format!("[x](#{long}b)\n\n## {long}a\n")))]);
    assert_eq!(helps(&site), [format!("did you mean `#{long}a`?")]);
}

#[test]
fn a_sibling_is_suggested_in_a_large_section_whatever_is_beside_it() {
    let site = Site::new(&[
        ("content/s/overview.md", &article("")),
        ("content/s/zz.md", &article("[x](a-lon-name.md)\n")),
    ]);
    // In the order of paths, these folders lie between the section's own articles.
    for n in 0..2_100 {
        site.write(&format!("content/s/m{n}/page.md"), article(""));
    }
    site.write("content/s/a-long-name.md", article(""));
    site.write("content/s/zy.md", article("[x](a-long-nmae.md)\n"));
    assert_eq!(helps(&site), ["did you mean `a-long-name.md`?"; 2]);
}

fn with_aliases(aliases: &str) -> String {
    ARTICLE.replace("updated:", &format!("aliases: [{aliases}]\nupdated:"))
}

fn found(site: &Site) -> Vec<String> {
    site.run(&["check", "--today", TODAY, "--format", "json"]).found()
}

fn read(site: &Site, path: &str) -> String {
    std::fs::read_to_string(site.path(path)).expect("a file can be read")
}

/// `check` found nothing, and `build` could not make the file.
#[test]
fn an_old_address_too_long_for_a_path_is_an_invalid_value() {
    for alias in ["/q".repeat(5_000), format!("/{}/", "q".repeat(300))] {
        let site = Site::new(&[("content/b.md", &with_aliases(&alias))]);
        let end = 11 + alias.len();
        assert_eq!(found(&site), [format!("error invalid-value content/b.md 4:11-4:{end}")]);
    }
}

#[test]
fn two_spellings_of_one_old_address_are_never_two_files() {
    for alias in ["/a//", "/x//y/", "/a%2F/", "/%2Fa/", "/a%2fb/", "https://example.com//x/"] {
        let site = Site::new(&[("content/a.md", ARTICLE), ("content/b.md", &with_aliases(alias))]);
        let end = 11 + alias.len();
        assert_eq!(
            found(&site),
            [format!("error invalid-value content/b.md 4:11-4:{end}")],
            "{alias}"
        );
        site.write("content/b.md", ARTICLE);
        let settings = "title: Site\nbase_url: https://example.com/\nredirects:\n";
        site.write("site.yaml", format!("{settings}  {alias}: /b/\n"));
        let end = 3 + alias.len();
        assert_eq!(found(&site), [format!("error invalid-value site.yaml 4:3-4:{end}")], "{alias}");
    }
}

#[test]
fn a_record_with_two_spellings_of_one_address_can_be_published_again_and_again() {
    let lock = "# silcrow record 1\n/a//b/ gone\n/x//y/ redirect /b/\n/z%2Fq/ gone\n/z//q/ gone\n";
    let site = Site::new(&[("silcrow.lock", lock), ("content/b.md", &with_aliases("/x/y/"))]);
    for _ in 0..2 {
        let build = site.run(&["build", "--today", TODAY]);
        assert_eq!((build.code, &*build.stdout), (0, ""), "{}", build.stderr);
        let publish = site.run(&["publish", "target", "--today", TODAY]);
        assert_eq!(publish.code, 0, "{}{}", publish.stdout, publish.stderr);
    }
    assert!(read(&site, "public/x/y/index.html").contains("/b/"));
    assert!(!site.path("public/z").exists() && !site.path("public/a").exists());
    site.write("content/b.md", ARTICLE);
    assert_eq!(
        found(&site),
        ["error url-vanished silcrow.lock 5:1-5:7", "error url-vanished silcrow.lock 6:1-6:6"]
    );
    assert_eq!(site.run(&["retire", "/x//y/", "/x/y/"]).code, 0);
    assert_eq!(found(&site), Vec::<String>::new());
}

#[test]
fn of_several_sources_of_one_file_the_first_is_written_whatever_the_threads() {
    let site = Site::new(&[
        (
            "site.yaml",
            "title: Site\nbase_url: https://example.com/\nrules:\n  url-conflict: warning\n  alias-shadows-page: warning\n  alias-conflict: warning\n",
        ),
        ("content/a.md", &article("First.\n")),
        ("content/a/index.md", "---\ntitle: A\n---\n\nSecond.\n"),
        ("content/b.md", &article("First.\n")),
        ("content/B.md", &article("Not first.\n")),
        ("content/c.md", &with_aliases("/a/, /llms.txt, /old/, /sitemap.xml")),
        ("content/d.md", &with_aliases("/old/, /OLD/")),
        ("static/b/index.html", "<p>Third.</p>"),
        ("static/c", "a file where a page needs a folder"),
        ("static/feed.xml", "mine"),
        ("static/robots.txt", "mine"),
    ]);
    let first = site.build(&["--output", "first"]);
    assert_eq!(first.code, 0, "{}{}", first.stdout, first.stderr);
    let files = crate::common::tree(&site.path("first"));
    let text = |path: &str| String::from_utf8_lossy(&files[path]).into_owned();
    assert!(text("a/index.html").contains("First."), "{}", text("a/index.html"));
    assert!(text("B/index.html").contains("Not first."));
    assert!(!files.contains_key("b/index.html") && !files.contains_key("c"));
    assert!(text("old/index.html").contains("/c/"));
    assert!(text("feed.xml").contains("<feed") && text("sitemap.xml").contains("<urlset"));
    assert_eq!(text("robots.txt"), "mine");
    assert!(text("llms.txt").starts_with("# Site"));
    for threads in 1..=4 {
        let again = format!("again-{threads}");
        let folder = site.path("");
        let arguments = ["build", "--today", TODAY, "--output", &again];
        let mut command = crate::common::command(&folder, &arguments);
        command.env("RAYON_NUM_THREADS", threads.to_string());
        assert_eq!(crate::common::run(command).code, 0);
        assert!(crate::common::tree(&site.path(&again)) == files, "{threads} threads");
    }
}

#[test]
fn the_publishers_own_files_are_no_sources() {
    for path in ["static/.silcrow/manifest", "static/.silcrow-manifest", "static/.silcrow"] {
        let site = Site::new(&[(path, "mine")]);
        assert_eq!(found(&site), [format!("error url-conflict {path} 1:1-1:1")]);
    }
}

#[test]
fn folders_that_differ_only_in_case_are_named_as_folders() {
    let site = Site::new(&[("content/Billing/b.md", ARTICLE), ("content/billing/a.md", ARTICLE)]);
    let run = site.run(&["check", "--today", TODAY, "--format", "json"]);
    let findings = run.findings();
    let conflict = findings.iter().find(|finding| finding["rule"] == "url-conflict");
    let conflict = conflict.expect("the folders' pages claim one file");
    assert_eq!(
        conflict["message"],
        "the URLs of `content/billing` and `content/Billing` differ only in case: `/billing/` and `/Billing/`"
    );
    assert_eq!(conflict["help"], "rename one of the two folders");
}

#[test]
fn a_full_url_of_a_file_that_silcrow_writes_leads_to_it() {
    let files = ["llms.txt", "feed.xml", "sitemap.xml", "a/index.md", "search/", "data.csv"];
    let links: String = files
        .iter()
        .flat_map(|file| {
            let url = format!("https://help.example.com/docs/{file}");
            [format!("[x]({url}?y#z)\n\n"), format!("<a href=\"{url}\">x</a>\n\n")]
        })
        .collect();
    let site = Site::new(&[
        ("site.yaml", "title: Site\nbase_url: https://help.example.com/docs/\n"),
        ("static/data.csv", "a,b\n"),
        ("content/a.md", &article(&links)),
    ]);
    let run = site.build(&[]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    let page = read(&site, "public/a/index.html");
    let copy = read(&site, "public/a/index.md");
    for file in files {
        assert!(page.contains(&format!("<a href=\"/docs/{file}?y#z\">")), "{file}: {page}");
        assert!(page.contains(&format!("<a href=\"/docs/{file}\">")), "{file}: {page}");
        let url = format!("](https://help.example.com/docs/{file}?y#z)");
        assert!(copy.contains(&url), "{file}: {copy}");
    }
    assert!(!page.contains("/docs/https:") && !copy.contains("/docs/https:"));
    let found = run.findings();
    let of = |file: &str| {
        let is_of = |finding: &&serde_json::Value| {
            finding["message"].as_str().is_some_and(|message| message.contains(file))
        };
        let finding = found.iter().find(is_of).expect("a full URL is a finding");
        (finding["message"].to_string(), finding["help"].to_string())
    };
    let (message, help) = of("llms.txt");
    assert!(message.contains("is a file of this site"), "{message}");
    assert!(help.contains("write `/llms.txt?y#z`"), "{help}");
    assert!(of("data.csv").1.contains("write `data.csv?y#z`"), "{}", of("data.csv").1);
}

#[test]
fn a_redirect_is_for_the_same_addresses_everywhere() {
    let settings = "title: Site\nbase_url: https://example.com/docs/\nredirects:\n  /caf%C3%A9/*: /b/:splat\n  https://example.com/docs/full/*: /b/\n  https://example.com/help/*: /b/\n  /old/*: /b/\n";
    let lock = "# silcrow record 1\n/caf%C3%A9/x/ page - 0000000000000001\n/full/x/ page - 0000000000000001\n/old/ page - 0000000000000001\nhttps://example.com/help/x/ page - 0000000000000001\n";
    let links = "[1](/caf%C3%A9/) [2](/café/) [3](/full/x/) [4](/old)\n";
    let site = Site::new(&[
        ("site.yaml", settings),
        ("silcrow.lock", lock),
        ("content/b/index.md", "---\ntitle: B\n---\n"),
        ("content/b/x.md", ARTICLE),
        ("content/a.md", &article(links)),
    ]);
    let found = found(&site);
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found.iter().all(|finding| finding.contains(" link-to-alias ")), "{found:?}");
    assert_eq!(site.run(&["build", "--today", TODAY]).code, 0);
    let lines = read(&site, "public/_redirects");
    assert_eq!(
        lines,
        "/docs/caf%C3%A9/* /docs/b/:splat 301\n/docs/full/* /docs/b/ 301\n/help/* /docs/b/ 301\n/docs/old/* /docs/b/ 301\n"
    );
    let refused = site.run(&["retire", "/full/x/"]);
    assert!(refused.stderr.contains("leads to `/b/`"), "{}", refused.stderr);
}

#[test]
fn a_file_that_vanished_is_missed_and_kept_by_a_redirect() {
    let site = Site::new(&[
        ("content/terms.pdf", "Our terms."),
        ("static/logo.png", "a picture"),
        ("static/_headers", "/*\n  X: y\n"),
        ("static/.well-known/x", "y"),
        ("content/a.md", ARTICLE),
    ]);
    let run = site.run(&["record"]);
    assert_eq!((run.code, &*run.stderr), (0, "`silcrow.lock` knows 4 URLs, 4 of them new\n"));
    let lock = read(&site, "silcrow.lock");
    // A silcrow that knows no files reads these lines as pages', and misses them as well.
    assert!(
        lock.contains("\n/logo.png page - ") && lock.contains("\n/terms.pdf page - "),
        "{lock}"
    );
    assert_eq!(found(&site), Vec::<String>::new());
    std::fs::rename(site.path("content/terms.pdf"), site.path("content/tos.pdf")).expect("a file");
    std::fs::remove_file(site.path("static/logo.png")).expect("it is there");
    assert_eq!(
        found(&site),
        ["error url-vanished silcrow.lock 4:1-4:10", "error url-vanished silcrow.lock 5:1-5:11"]
    );
    assert_eq!(
        helps(&site),
        [
            "add `/logo.png: /ITS-NEW-PATH` to `redirects` in `site.yaml`, or say `silcrow retire /logo.png`",
            "what it held is now in `/tos.pdf`: add `/terms.pdf: /tos.pdf` to `redirects` in `site.yaml`, or say `silcrow retire /terms.pdf`",
        ]
    );
    let settings =
        "title: Site\nbase_url: https://example.com/\nredirects:\n  /terms.pdf: /tos.pdf\n";
    site.write("site.yaml", settings);
    assert_eq!(site.run(&["retire", "/logo.png"]).code, 0);
    assert_eq!(found(&site), Vec::<String>::new());
    assert_eq!(site.run(&["build", "--today", TODAY]).code, 0);
    assert!(!site.path("public/logo.png").exists(), "no page is at the address of a retired file");
}

#[test]
fn a_section_that_moves_takes_its_recorded_files_along() {
    let site = Site::new(&[
        ("content/old/index.md", "---\ntitle: S\n---\n"),
        ("content/old/a.md", &article("[x](terms.pdf)\n")),
        ("content/old/terms.pdf", "Our terms."),
        ("content/old/new.pdf", "Nobody knows it yet."),
    ]);
    site.run(&["record"]);
    site.write("content/old/unknown.pdf", "Not recorded.");
    let run = site.run(&["mv", "content/old", "content/new"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let settings = read(&site, "site.yaml");
    assert!(settings.contains("/old/terms.pdf: /new/terms.pdf"), "{settings}");
    assert!(!settings.contains("unknown.pdf"), "{settings}");
    let run = site.run(&["check", "--today", TODAY]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert_eq!(found(&site), Vec::<String>::new());
    let run = site.run(&["mv", "content/new", "content/old"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(!read(&site, "site.yaml").contains("/old/terms.pdf:"), "{}", read(&site, "site.yaml"));
    assert_eq!(found(&site), Vec::<String>::new());
}
