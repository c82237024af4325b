//! Comments that suppress a finding on the line below: `<!-- silcrow-ignore missing-anchor: why -->` in Markdown and HTML,
//! `# silcrow-ignore missing-related: why` in YAML, `{# silcrow-ignore missing-page: why #}` in templates.

use std::ops::Range;

use crate::diagnostic::Suppression;
use crate::path::SourcePath;
use crate::source::Span;

/// What a comment begins with.
const MARK: &str = "silcrow-ignore";

/// A rule that a comment names.
#[derive(Debug, PartialEq)]
pub(crate) struct Written {
    /// The rule, as it is written.
    rule: String,
    /// Where the rule stands.
    at: Range<usize>,
    /// Whether a reason follows.
    has_reason: bool,
    /// Where the comment ends.
    end: usize,
}

impl Written {
    /// Moves its place by as many bytes.
    pub(crate) fn shift(&mut self, offset: usize) {
        self.at = self.at.start + offset..self.at.end + offset;
        self.end += offset;
    }
}

/// The rules that a comment names. `text` is the whole comment, and stands at `start`.
pub(crate) fn in_comment(text: &str, start: usize) -> Vec<Written> {
    let opening = text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len());
    let Some(rest) = text[opening..].strip_prefix(MARK) else { return Vec::new() };
    if !rest.starts_with([' ', '\t', ':']) && !rest.is_empty() {
        return Vec::new();
    }
    let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
    let line = ["-->", "#}"]
        .iter()
        .fold(&rest[..end], |line, close| line.split(close).next().unwrap_or(line));
    let (rules, reason) = line.split_once(':').unwrap_or((line, ""));
    let has_reason = reason.contains(char::is_alphanumeric);
    let rest_at = start + opening + MARK.len();
    let written = |at: usize, rule: &str| {
        let at = rest_at + at..rest_at + at + rule.len();
        Written { rule: rule.to_owned(), at, has_reason, end: start + text.len() }
    };
    let mut found: Vec<Written> = words(rules).map(|(at, rule)| written(at, rule)).collect();
    if found.is_empty() {
        // A comment without a rule is none that does anything: it is told at its mark.
        let at = start + opening..rest_at;
        found.push(Written { rule: String::new(), at, has_reason, end: start + text.len() });
    }
    found
}

fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let separators = [' ', '\t', ','];
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(|c| !separators.contains(&c))?;
        let end = text[start..].find(separators).map_or(text.len(), |end| start + end);
        at = end;
        Some((start, &text[start..end]))
    })
}

/// The comments of a text that is not Markdown: YAML's on lines of their own, and those of HTML and templates.
pub fn in_text(path: &SourcePath, text: &str, range: Range<usize>) -> Vec<Suppression> {
    let mut found = Vec::new();
    for (at, _) in
        text[range.clone()].match_indices(MARK).map(|(at, mark)| (range.start + at, mark))
    {
        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let before = text[line..at].trim_start();
        let (opening, closing) = match before.trim_end() {
            "#" => ("#", "\n"),
            before if before.ends_with("<!--") => ("<!--", "-->"),
            before if before.ends_with("{#") || before.ends_with("{#-") => ("{#", "#}"),
            _ => continue,
        };
        let Some(start) = text[..at].rfind(opening) else { continue };
        let end = text[at..].find(closing).map_or(text.len(), |end| at + end);
        let end = if closing == "\n" { end } else { (end + closing.len()).min(text.len()) };
        found.extend(in_comment(&text[start..end], start));
    }
    placed(path, text, found)
}

/// Finds the lines that comments speak of: each the first below that is not such a comment itself.
pub(crate) fn placed(path: &SourcePath, text: &str, written: Vec<Written>) -> Vec<Suppression> {
    let mut placed: Vec<Suppression> = Vec::with_capacity(written.len());
    // From the last to the first: of two comments below each other, the lower one's line is known first.
    for Written { rule, at, has_reason, end } in written.into_iter().rev() {
        let line_end =
            |from: usize| text[from..].find('\n').map_or(text.len(), |end| from + end + 1);
        let start = line_end(end.min(text.len()));
        let line = start..line_end(start.min(text.len()));
        let below = placed.iter().rev().find(|other| {
            let other_line = other.span.start as usize;
            line.contains(&other_line)
        });
        let line = below.map_or((line.start as u32, line.end as u32), |below| below.line);
        placed.push(Suppression { rule, span: Span::new(path, at), has_reason, line });
    }
    placed.reverse();
    placed
}

#[cfg(test)]
mod tests {
    use super::{in_comment, in_text};
    use crate::path::SourcePath;

    fn rules(comment: &str) -> Vec<(String, bool)> {
        in_comment(comment, 0)
            .into_iter()
            .map(|written| (written.rule, written.has_reason))
            .collect()
    }

    #[test]
    fn comments_name_rules_and_a_reason() {
        let one = |rule: &str, reason| vec![(rule.to_owned(), reason)];
        assert_eq!(
            rules("<!-- silcrow-ignore missing-page: moved next week -->"),
            one("missing-page", true)
        );
        assert_eq!(rules("<!--silcrow-ignore missing-page-->"), one("missing-page", false));
        assert_eq!(rules("<!-- silcrow-ignore missing-page: -->"), one("missing-page", false));
        assert_eq!(rules("# silcrow-ignore missing-related: soon"), one("missing-related", true));
        assert_eq!(rules("<!-- silcrow-ignore: why -->"), one("", true));
        assert_eq!(rules("<!-- silcrow-ignored x: y -->"), []);
        assert_eq!(rules("<!-- see silcrow-ignore x: y -->"), []);
        let two = rules("{# silcrow-ignore missing-page, missing-asset: a reason #}");
        assert_eq!(
            two.iter().map(|(rule, _)| rule.as_str()).collect::<Vec<_>>(),
            ["missing-page", "missing-asset"]
        );
    }

    #[test]
    fn a_comment_speaks_of_the_line_below() {
        let text = "a: 1\n# silcrow-ignore one: r\n# silcrow-ignore two: r\nb: 2\nc: 3 # silcrow-ignore three: r\n";
        let found = in_text(&SourcePath::new("site.yaml"), text, 0..text.len());
        let lines: Vec<_> = found
            .iter()
            .map(|found| (found.rule.as_str(), &text[found.line.0 as usize..found.line.1 as usize]))
            .collect();
        assert_eq!(lines, [("one", "b: 2\n"), ("two", "b: 2\n")]);
    }
}
