//! Any text as a destination: in Markdown, in HTML, in a template, as an alias and as an entry of `related`.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|destination: &str| {
    let line = destination.replace(['\n', '\r'], " ");
    let quoted = line.replace('\'', "''");
    let article = format!(
        "---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nrelated: ['{quoted}']\naliases: ['{quoted}']\nanchors: {{'{quoted}': 'h'}}\n---\n## H\n[x](<{line}>) [y]({line}) <a href=\"{line}\">z</a>\n"
    );
    let template = format!("<a href=\"{line}\">x</a>");
    let settings = format!("base_url: https://example.com/docs/\nredirects: {{'{quoted}': '/x/'}}\n");
    common::everything(&[
        ("content/a.md", &article),
        ("content/s/b.md", &article),
        ("templates/404.html", &template),
        ("site.yaml", &settings),
    ]);
});
