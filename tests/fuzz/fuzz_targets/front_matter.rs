//! Any text as front matter, and as `site.yaml`.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|yaml: &str| {
    let article = format!("---\n{yaml}\n---\n## Heading\n");
    common::everything(&[("content/a.md", &article), ("content/b.md", common::FRONT), ("site.yaml", yaml)]);
});
