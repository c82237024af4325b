//! Addresses: what is suggested for one that leads nowhere, old addresses and what they may be, and full URLs of the site
//! itself.

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
