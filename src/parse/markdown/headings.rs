//! What a heading's source and HTML say beside its text.

/// The attributes at the end of a heading (`{#id .class}`), as they are written: plain text that is also the end of the
/// heading's text and of its source, each token an id or a class, with something before them.
pub(super) fn attributes<'t>(html: &'t str, text: &str, written: &str) -> Option<&'t str> {
    let start = html.rfind('{').filter(|_| html.ends_with('}'))?;
    let (before, attributes) = html.split_at(start);
    let mut tokens = attributes[1..attributes.len() - 1].split_whitespace().peekable();
    tokens.peek()?;
    let is_name = |name: &str| {
        name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'))
    };
    let right = tokens
        .all(|token| token.len() > 1 && token.starts_with(['#', '.']) && is_name(&token[1..]));
    let is_last = text.ends_with(attributes) && written.contains(attributes);
    let starts = before.ends_with([' ', '\t', '\n']) && !before.trim().is_empty();
    // `{.NET}` is a name: classes are in lower case.
    let is_class = !attributes.split_whitespace().any(|token| {
        token.trim_start_matches('{').starts_with('.') && token.chars().any(char::is_uppercase)
    });
    (right && is_last && starts && is_class).then_some(attributes)
}

/// Whether HTML shows nothing: white space and comments.
pub(super) fn only_comments(html: &str) -> bool {
    let mut rest = html.trim_start();
    while let Some(comment) = rest.strip_prefix("<!--") {
        let Some(end) = comment.find("-->") else { return false };
        rest = comment[end + 3..].trim_start();
    }
    rest.is_empty()
}
