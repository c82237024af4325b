//! What a page says to its readers, read from its HTML.

use super::addresses::below;
use crate::html::{self, Reader, Tag};

/// A page as readers find it.
#[derive(Debug, Default)]
pub(super) struct BuiltPage {
    /// Its heading of level 1, else its title.
    pub title: String,
    /// Where it leads at once, when it is a redirect.
    pub redirect: Option<String>,
    /// Whether it only says that a page was retired.
    pub is_gone: bool,
    /// What it says, a line for each block.
    pub text: String,
}

/// Reads a page of a site at this base: its article where there is one, else what its `main` holds, else all of it.
/// Navigation around the text is no part of what a page says.
pub(super) fn read(html: &str, base: &str) -> BuiltPage {
    let element = |name| Reader::new(html).content(name);
    let text = element("article").or_else(|| element("main")).or_else(|| element("body"));
    let title = element("h1").or_else(|| element("title")).unwrap_or("");
    let redirect = refresh(html);
    // What redirects say is the same at another base.
    let says = match redirect.as_ref().map(|to| (to, below(to, base))) {
        Some((_, Some(url))) => format!("redirects to {url}"),
        Some((to, None)) => format!("redirects to {to}, outside the site"),
        None => html::text(text.unwrap_or(html)),
    };
    // The theme marks the pages of retired addresses.
    let kind = attribute_of(html, "data-kind", |tag| tag.is("body"));
    BuiltPage {
        title: html::text(title).replace('\n', " "),
        redirect,
        is_gone: kind.as_deref() == Some("gone"),
        text: format!("{says}\n"),
    }
}

/// The attribute of the first tag that is meant.
fn attribute_of(html: &str, name: &str, is_meant: impl Fn(&Tag<'_>) -> bool) -> Option<String> {
    let tag = Reader::new(html).start_tags().find(is_meant)?;
    tag.attribute(name).map(|value| value.text().into_owned())
}

/// Where `<meta http-equiv="refresh">` leads.
fn refresh(html: &str) -> Option<String> {
    let content = attribute_of(html, "content", |tag| {
        let kind = tag.attribute("http-equiv").filter(|_| tag.is("meta"));
        kind.is_some_and(|kind| kind.value.eq_ignore_ascii_case("refresh"))
    })?;
    let (_, url) = content.split_once("url=")?;
    Some(url.trim_matches('\'').to_owned())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn navigation_is_no_part_of_what_a_page_says() {
        let html = "<title>T - Site</title><nav>a</nav><main><article class=\"x\"><h1 id=\"t\">T &amp; U</h1>\
            <p>Text</p></article><nav>b</nav></main><footer>c</footer>";
        let page = read(html, "/");
        assert_eq!((page.title.as_str(), page.text.as_str()), ("T & U", "T & U\nText\n"));
    }

    #[test]
    fn a_redirect_says_where_it_leads() {
        let html = "<meta http-equiv=\"refresh\" content=\"0; url=/b/?x=1&amp;y\"><main><h1>Moved</h1></main>";
        let page = read(html, "/");
        assert_eq!(page.redirect.as_deref(), Some("/b/?x=1&y"));
        assert_eq!(page.text, "redirects to /b/?x=1&y\n");
        assert_eq!(read(html, "/b/").text, "redirects to /?x=1&y\n");
        assert_eq!(read(html, "/c/").text, "redirects to /b/?x=1&y, outside the site\n");
    }

    #[test]
    fn an_article_that_shows_the_mark_of_a_retired_address_is_not_gone() {
        let mark = "data-kind=\"gone\"";
        assert!(read(&format!("<body {mark}><main>Gone</main>"), "/").is_gone);
        let shown = format!("<body><main><code>&lt;body {mark}&gt;</code></main>");
        assert!(!read(&shown, "/").is_gone);
    }
}
