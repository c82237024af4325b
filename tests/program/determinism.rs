//! The same input gives the same bytes: with any number of threads, in any folder, time zone and language, and as often
//! as one likes.

use crate::common::{ARTICLE, Run, Site, TODAY, command, run, tree};

/// What could differ, and must not matter.
const ENVIRONMENTS: [&[(&str, &str)]; 6] = [
    &[("RAYON_NUM_THREADS", "1")],
    &[("RAYON_NUM_THREADS", "8")],
    &[("RAYON_NUM_THREADS", "8")],
    &[("TZ", "Pacific/Kiritimati"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8")],
    &[("TZ", "Pacific/Pago_Pago"), ("LANG", "C"), ("LC_ALL", "C")],
    &[("RAYON_NUM_THREADS", "3"), ("TZ", "nonsense"), ("TERM", "dumb"), ("COLUMNS", "20")],
];

/// A site with some of everything; `broken` of its articles have something wrong with them.
fn site(broken: usize) -> Site {
    let site = Site::new(&[
        ("static/copied.txt", "copied\n"),
        ("static/page.html", "<p id=\"one\">Text</p>\n"),
        ("content/picture.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    ]);
    for number in 0..60 {
        let folder = ["", "a/", "a/b/", "c/"][number % 4];
        let matter = format!(
            "---\ntitle: Article {}\ndescription: On {number}\nupdated: 2026-01-{:02}\nrelated: [a/index-of, p0]\naliases: [/old/{number}/, /older/{number}/]\norder: {}\n---\n",
            number % 10,
            number % 28 + 1,
            number % 3,
        );
        let related = if number == 0 { "p4" } else { "p0" };
        let matter = matter.replace("a/index-of, p0", &format!("a, {related}"));
        let body = format!(
            "## Same\n\n## Same\n\nSee [home](/), [first](/p0/#same-1) and ![it](/picture.svg).[^n]\n\n[^n]: Note {number}.\n\n```{}\n{{\"a\": [1, \"b\"]}} # {number}\n```\n\n| a | b |\n|:--|--:|\n| {number} | 2 |\n",
            ["json", "bash", "python", "yaml", "toml", "javascript", "diff", "http"][number % 8],
        );
        site.write(&format!("content/{folder}p{number}.md"), format!("{matter}{body}"));
    }
    for (number, mistake) in (0..broken).zip(MISTAKES.iter().cycle()) {
        site.write(&format!("content/broken/b{number}.md"), mistake);
    }
    site
}

/// Articles, each with something wrong.
const MISTAKES: [&str; 9] = [
    "no front matter [x](nothing.md) [y](../p0.md#no)\n",
    "---\ntitle: A\ntitle: B\ndescripton: C\nupdated: 2062-01-01\nrelated: [no, p1]\n---\n#### Deep\n",
    "---\ntitle: a: b\n---\n",
    "---\ntitle: A\ndescription: B\nupdated: 2026-01-01\naliases: [/taken/, /p0/]\n---\n[x][l] [y][l] [z][l]\n\n[l]: nothing.md\n",
    "---\ntitle: A\ndescription: B\nupdated: 2026-01-01\ntemplate: no.html\nanchors: {a: b}\n---\n",
    "---\ntitle: A\ndescription: B\nupdated: 2026-01-01\ntemplate: wrong.html\n---\n",
    "---\ntitle: A\n",
    "---\ntitle: A\nupdated: 2026-01-01\n---\n",
    "",
];

fn build(site: &Site, output: &str, environment: &[(&str, &str)], format: &str) -> Run {
    let arguments = ["build", "--today", TODAY, "--format", format, "--output", output];
    let mut command = command(&site.path(""), &arguments);
    command.envs(environment.iter().copied());
    run(command)
}

#[test]
fn a_site_is_the_same_bytes_every_time_and_everywhere() {
    let first = site(0);
    let run = build(&first, "public", &[], "json");
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let wanted = tree(&first.path("public"));
    // Every article, its two old addresses, and the rest.
    assert!(wanted.len() > 180, "{}", wanted.len());
    let other = site(0);
    for environment in ENVIRONMENTS {
        for (site, output) in [(&first, "public"), (&other, "somewhere/else")] {
            let again = build(site, output, environment, "json");
            assert_eq!((again.code, &again.stdout), (0, &run.stdout), "{environment:?}");
            let files = tree(&site.path(output));
            let differ = files.iter().find(|(name, bytes)| wanted.get(*name) != Some(bytes));
            assert_eq!(differ.map(|(name, _)| name), None, "{environment:?}");
            assert_eq!(files.len(), wanted.len(), "{environment:?}");
        }
    }
}

#[test]
fn findings_are_the_same_bytes_every_time_and_everywhere() {
    let broken = || {
        let site = site(40);
        site.write("templates/wrong.html", "{{ page.title }}{{ page.titel }}");
        site.write("templates/unused.html", "{{ page.title | shout }}{{ <Nothing /> }}");
        site.write("templates/404.html", "{{ nothing }}");
        site.write("site.yaml", "base_url: https://example.com/\nrules: {missing-page: warning}\n");
        site
    };
    let first = broken();
    // The formats for CI print the same findings: that these are in order is shown once for all.
    let all = &ENVIRONMENTS[..];
    let threads = &ENVIRONMENTS[..2];
    for (format, environments) in [
        ("json", all),
        ("human", all),
        ("sarif", threads),
        ("github", threads),
        ("junit", threads),
        ("rdjson", threads),
    ] {
        let wanted = build(&first, "public", &[], format);
        assert_eq!(wanted.code, 1, "{}", wanted.stderr);
        let other = broken();
        for environment in environments {
            for site in [&first, &other] {
                let again = build(site, "public", environment, format);
                assert_eq!(again.code, 1, "{environment:?}");
                assert!(again.stdout == wanted.stdout, "{environment:?}, {format}");
            }
        }
    }
    let found = first.build(&[]).found();
    let rules: std::collections::BTreeSet<&str> =
        found.iter().filter_map(|finding| finding.split(' ').nth(1)).collect();
    assert_eq!(
        rules.into_iter().collect::<Vec<_>>(),
        [
            "alias-conflict",
            "alias-shadows-page",
            "duplicate-field",
            "future-date",
            "invalid-yaml",
            "missing-anchor",
            "missing-field",
            "missing-front-matter",
            "missing-page",
            "missing-related",
            "missing-section-page",
            "skipped-heading-level",
            "template-error",
            "unclosed-front-matter",
            "unknown-field",
            "unknown-template",
        ]
    );
}

#[test]
fn an_article_of_its_own_day_is_the_same_on_any_day() {
    let site = Site::new(&[("content/a.md", ARTICLE)]);
    let build = |today: &str| {
        let run = run(command(&site.path(""), &["build", "--today", today]));
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
        tree(&site.path("public"))
    };
    assert_eq!(build("2026-01-01"), build("2031-12-31"));
}
