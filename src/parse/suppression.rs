//! Comments that suppress a finding on the line below: `<!-- silcrow-ignore missing-anchor: why -->` in Markdown and HTML,
//! `# silcrow-ignore missing-related: why` in YAML, `{# silcrow-ignore missing-page: why #}` in templates.

use std::ops::Range;

use crate::diagnostic::Suppression;
use crate::path::SourcePath;
use crate::source::Span;

/// What a comment begins with.
const MARK: &str = "silcrow-ignore";
/// What comments of HTML and of templates begin and end with.
const MARKS: [(&str, &str); 3] = [("<!--", "-->"), ("{#", "#}"), ("{#-", "#}")];

/// The rules that a comment names.
struct Named {
    /// Where they stand.
    rules: Vec<Range<usize>>,
    /// Whether a reason follows.
    has_reason: bool,
}

/// The rules named by the comment at `range`; nothing where it is any other comment.
fn named(text: &str, range: &Range<usize>) -> Option<Named> {
    let comment = &text[range.clone()];
    let opening = comment.find(char::is_alphabetic)?;
    let rest = comment[opening..].strip_prefix(MARK)?;
    if !rest.is_empty() && !rest.starts_with([' ', '\t', ':']) {
        return None;
    }
    let line = rest.split(['\n', '\r']).next().unwrap_or("");
    let line = line.split("-->").next().and_then(|line| line.split("#}").next()).unwrap_or("");
    let (names, reason) = line.split_once(':').unwrap_or((line, ""));
    let has_reason = reason.contains(char::is_alphanumeric);
    let mut at = range.start + opening + MARK.len();
    let mut rules = Vec::new();
    for name in names.split([' ', '\t', ',']) {
        if !name.is_empty() {
            rules.push(at..at + name.len());
        }
        at += name.len() + 1;
    }
    Some(Named { rules, has_reason })
}

/// The suppressions of a text that is not Markdown: in YAML's comments on lines of their own, and in those of HTML and
/// templates.
pub fn in_text(path: &SourcePath, text: &str, range: Range<usize>) -> Vec<Suppression> {
    let mut comments: Vec<Range<usize>> = Vec::new();
    for (at, _) in text[range.clone()].match_indices(MARK) {
        let at = range.start + at;
        if comments.last().is_some_and(|last| at < last.end) {
            continue;
        }
        let before = text[..at].trim_end_matches([' ', '\t']);
        let line = before.strip_suffix('#').map(|line| line.trim_end_matches([' ', '\t']));
        let is_yaml = line.is_some_and(|line| line.is_empty() || line.ends_with('\n'));
        let marks = MARKS.into_iter().find(|(opening, _)| before.ends_with(opening));
        let marks = marks.or(is_yaml.then_some(("#", "\n")));
        let Some((opening, close)) = marks else { continue };
        let end = text[at..].find(close).map_or(text.len(), |end| at + end + close.trim().len());
        comments.push(before.len() - opening.len()..end);
    }
    in_comments(path, text, comments)
}

/// The suppressions in comments. Each is for the first line below that is not such a comment itself.
pub(crate) fn in_comments(
    path: &SourcePath,
    text: &str,
    comments: Vec<Range<usize>>,
) -> Vec<Suppression> {
    let mut found: Vec<Suppression> = Vec::new();
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |end| from + end + 1);
    let mut last_end = text.len();
    // From the last to the first: of two comments below each other, the lower one's line is known first.
    for comment in comments.into_iter().rev() {
        let Some(Named { rules, has_reason }) = named(text, &comment) else { continue };
        let end = comment.end.min(last_end);
        let line = match found.last() {
            Some(lower) if !text[end..last_end].contains('\n') => lower.line,
            lower => {
                let start = line_end(end);
                let next = start..line_end(start);
                let lower = lower.filter(|lower| next.contains(&(lower.span.start as usize)));
                lower.map_or((next.start as u32, next.end as u32), |lower| lower.line)
            }
        };
        last_end = end;
        let suppression = |at: Range<usize>, rule: &str| Suppression {
            rule: rule.to_owned(),
            span: Span::new(path, at),
            has_reason,
            line,
        };
        if rules.is_empty() {
            // A comment without a rule does nothing: the finding is at its mark.
            let mark = comment.start + text[comment.clone()].find(MARK).unwrap_or(0);
            found.push(suppression(mark..mark + MARK.len(), ""));
        }
        found.extend(rules.into_iter().rev().map(|at| suppression(at.clone(), &text[at])));
    }
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use super::{in_comments, in_text};
    use crate::path::SourcePath;

    fn rules(comment: &str) -> Vec<(String, bool)> {
        let whole = std::iter::once(0..comment.len()).collect();
        let found = in_comments(&SourcePath::new("a.md"), comment, whole).into_iter();
        found.map(|found| (found.rule, found.has_reason)).collect()
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
