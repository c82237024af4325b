//! Any text as a comment that suppresses, wherever comments stand.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|comment: &str| {
    let line = comment.replace(['\n', '\r'], " ");
    let article = format!(
        "---\ntitle: T\ndescription: D\n# silcrow-ignore {line}\nupdated: 2026-01-01\n---\n<!-- silcrow-ignore {comment} -->\n[x](nowhere.md)\n\n- a <!-- {comment} -->\n<!--silcrow-ignore{comment}-->\n"
    );
    let template = format!("{{# silcrow-ignore {line} #}}\n<!-- silcrow-ignore {comment} -->\n<a href=\"/x\">x</a>");
    let settings = format!("# silcrow-ignore {line}\ntitle: T\n");
    common::everything(&[("content/a.md", &article), ("templates/404.html", &template), ("site.yaml", &settings)]);
});
