//! Any text as the body of an article.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &str| {
    let article = format!("{}{body}", common::FRONT);
    common::everything(&[("content/a.md", &article)]);
});
