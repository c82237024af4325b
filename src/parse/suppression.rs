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
        // A comment without a rule does nothing: the finding is at its mark.
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
    let mut html_ends = Next::new(text, "-->");
    let mut template_ends = Next::new(text, "#}");
    for (at, _) in text[range.clone()].match_indices(MARK) {
        let at = range.start + at;
        let before = text[..at].trim_end_matches([' ', '\t']);
        let (opening, end) = if before.ends_with("<!--") {
            ("<!--", html_ends.after(at))
        } else if before.ends_with("{#") {
            ("{#", template_ends.after(at))
        } else if before.ends_with("{#-") {
            ("{#-", template_ends.after(at))
        } else if before.strip_suffix('#').is_some_and(is_first_on_line) {
            ("#", text[at..].find('\n').map_or(text.len(), |end| at + end))
        } else {
            continue;
        };
        let start = before.len() - opening.len();
        found.extend(in_comment(&text[start..end], start));
    }
    placed(path, text, found)
}

fn is_first_on_line(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '\t']);
    before.is_empty() || before.ends_with('\n')
}

/// The next end of a comment, found once however many places before it ask.
struct Next<'t> {
    text: &'t str,
    end: &'static str,
    known: usize,
}

impl<'t> Next<'t> {
    fn new(text: &'t str, end: &'static str) -> Self {
        Self { text, end, known: 0 }
    }

    /// Where the first end after a place ends itself; the text's end where there is none. Places are asked for in order.
    fn after(&mut self, at: usize) -> usize {
        if self.known < at + self.end.len() {
            let found = self.text[at..].find(self.end);
            self.known = found.map_or(self.text.len(), |end| at + end + self.end.len());
        }
        self.known
    }
}

/// Finds the lines that comments speak of: each the first below that is not such a comment itself.
pub(crate) fn placed(path: &SourcePath, text: &str, written: Vec<Written>) -> Vec<Suppression> {
    let mut placed: Vec<Suppression> = Vec::with_capacity(written.len());
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |end| from + end + 1);
    // The line that the comment spoke of that was read last.
    let mut below: Option<(u32, u32)> = None;
    let mut last_end = text.len();
    // From the last to the first: of two comments below each other, the lower one's line is known first.
    for Written { rule, at, has_reason, end } in written.into_iter().rev() {
        let end = end.min(last_end);
        let line = match &below {
            Some(line) if !text[end..last_end].contains('\n') => *line,
            _ => {
                let start = line_end(end);
                let next = start..line_end(start);
                let lower =
                    placed.last().filter(|lower| next.contains(&(lower.span.start as usize)));
                lower.map_or((next.start as u32, next.end as u32), |lower| lower.line)
            }
        };
        (below, last_end) = (Some(line), end);
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
