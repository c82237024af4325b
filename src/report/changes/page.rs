//! What a page says to its readers, read from its HTML.

use crate::html;

/// A page as readers find it.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Its heading of level 1, else its title.
    pub title: String,
    /// Where it leads at once, when it is a redirect.
    pub redirect: Option<String>,
    /// What it says.
    pub text: String,
}

impl Page {
    /// All that it says, a line for each block.
    pub(super) fn says(&self) -> String {
        match &self.redirect {
            Some(to) => format!("redirects to {to}\n"),
            None => format!("{}\n", self.text),
        }
    }
}

/// Reads a page: its article where there is one, else what its `main` holds, else all of it. Navigation around the text is
/// no part of what a page says.
pub(super) fn read(html: &str) -> Page {
    let text = element(html, "article")
        .or_else(|| element(html, "main"))
        .or_else(|| element(html, "body"));
    let title = element(html, "h1").or_else(|| element(html, "title")).unwrap_or("");
    Page {
        title: html::text(title).replace('\n', " "),
        redirect: refresh(html),
        text: html::text(text.unwrap_or(html)),
    }
}

/// What the first element of that name holds, up to its last end tag.
fn element<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    let open = format!("<{name}");
    let start = html
        .match_indices(&open)
        .map(|(at, _)| at + open.len())
        .find(|at| html[*at..].starts_with(['>', ' ', '\n', '\t', '\r']))?;
    let inside = start + html[start..].find('>')? + 1;
    let close = format!("</{name}>");
    // A page has one of those; only headings of level 1 may be several.
    let end = if name == "h1" { html[inside..].find(&close) } else { html[inside..].rfind(&close) };
    Some(&html[inside..end.map_or(html.len(), |end| inside + end)])
}

/// Where `<meta http-equiv="refresh">` leads.
fn refresh(html: &str) -> Option<String> {
    let at = html.find("http-equiv=\"refresh\"")?;
    let rest = &html[at..];
    let tag = &rest[..rest.find('>')?];
    let url = &tag[tag.find("url=")? + 4..];
    let end = url.find(['"', '\'']).unwrap_or(url.len());
    Some(html::text(&url[..end]))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn navigation_is_no_part_of_what_a_page_says() {
        let html = "<title>T - Site</title><nav>a</nav><main><article class=\"x\"><h1 id=\"t\">T &amp; U</h1>\
            <p>Text</p></article><nav>b</nav></main><footer>c</footer>";
        let page = read(html);
        assert_eq!((page.title.as_str(), page.says().as_str()), ("T & U", "T & U\nText\n"));
    }

    #[test]
    fn a_redirect_says_where_it_leads() {
        let html = "<meta http-equiv=\"refresh\" content=\"0; url=/b/?x=1&amp;y\"><main><h1>Moved</h1></main>";
        let page = read(html);
        assert_eq!(page.redirect.as_deref(), Some("/b/?x=1&y"));
        assert_eq!(page.says(), "redirects to /b/?x=1&y\n");
    }
}
