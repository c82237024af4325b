//! `sitemap.xml` (sitemaps.org 0.9): every page with its canonical URL and the day its text last changed. Past 50,000
//! pages it names numbered sitemaps instead. Further pages of a section's list are not in it: they hold nothing that has
//! no place of its own.

use super::{Renderer, xml_element};
use crate::site::generated::{Generated, SITEMAP_SIZE, sitemap_parts};

const START: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// `sitemap.xml` for 0, else that part.
pub(super) fn sitemap(renderer: &Renderer, part: u32) -> String {
    let site = &renderer.site;
    let listed = || site.included().filter(|id| site.page(*id).is_listed());
    let parts = if part == 0 { sitemap_parts(listed().count()) } else { 0 };
    if parts > 0 {
        return index(renderer, parts);
    }
    let mut output = format!("{START}<urlset xmlns=\"{NAMESPACE}\">\n");
    let skipped = (part as usize).saturating_sub(1) * SITEMAP_SIZE;
    for id in listed().skip(skipped).take(SITEMAP_SIZE) {
        output.push_str("<url>\n");
        xml_element(&mut output, "loc", &renderer.address(id));
        if let Some(updated) = site.page(id).article.front_matter.updated {
            xml_element(&mut output, "lastmod", &updated.to_string());
        }
        output.push_str("</url>\n");
    }
    output.push_str("</urlset>\n");
    output
}

fn index(renderer: &Renderer, parts: u32) -> String {
    let mut output = format!("{START}<sitemapindex xmlns=\"{NAMESPACE}\">\n");
    for part in 1..=parts {
        let url = Generated::Sitemap(part).url(&renderer.site);
        output.push_str("<sitemap>\n");
        xml_element(&mut output, "loc", &renderer.address_of(&url));
        output.push_str("</sitemap>\n");
    }
    output.push_str("</sitemapindex>\n");
    output
}
