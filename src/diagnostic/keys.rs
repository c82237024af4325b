//! The identity of a finding, independent of its position: a key that stays the same while lines are added above it, for what has to
//! know a finding again in a later run. Knows nothing of how keys are stored or printed.

use std::collections::BTreeMap;

use super::Diagnostic;
use crate::path::SourcePath;
use crate::source::{Sources, char_boundary};

/// How many bytes of the text that is wrong are in a key: findings may be within each other.
const LONGEST: usize = 400;

/// A finding's key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Key<'a> {
    /// The rule's name.
    pub rule: &'static str,
    /// The file.
    pub file: &'a SourcePath,
    /// The text that is wrong, or the beginning of it; empty where the finding is of the file as a whole.
    pub text: &'a str,
    /// Which of the findings with the same rule, file and text it is, from 1.
    pub number: usize,
}

/// The keys of findings, in their order. Every key is another one: what has the same rule, file and text is numbered.
pub fn keys<'a>(diagnostics: &'a [Diagnostic], sources: &'a Sources) -> Vec<Key<'a>> {
    let mut counts = BTreeMap::new();
    let key = |finding: &'a Diagnostic| {
        let file = &finding.span.file;
        let text = sources.text(file).and_then(|text| text.get(finding.span.range()));
        let text = text.unwrap_or_default();
        let (rule, text) = (finding.rule.name, &text[..char_boundary(text, LONGEST)]);
        let count = counts.entry((rule, file, text)).or_insert(0);
        *count += 1;
        Key { rule, file, text, number: *count }
    };
    diagnostics.iter().map(key).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::keys;
    use crate::diagnostic::{Diagnostic, MISSING_ANCHOR, MISSING_PAGE, MISSING_SECTION_PAGE};
    use crate::path::SourcePath;
    use crate::source::{Content, File, Sources, Span};

    fn found(text: &str) -> Vec<(&'static str, String, usize)> {
        let file = SourcePath::new("content/a.md");
        let content = Content::Text(Arc::from(text));
        let sources = Sources::new(vec![(file.clone(), File::new(content))], Vec::new());
        let links = text.match_indices("b.md").map(|(at, link)| (at, at + link.len()));
        let at = |rule, (start, end)| Diagnostic::new(rule, Span::new(&file, start..end), "");
        let mut findings: Vec<_> = links.map(|range| at(&MISSING_PAGE, range)).collect();
        findings.push(at(&MISSING_ANCHOR, (findings[0].span.start as usize, text.len())));
        findings.push(Diagnostic::new(&MISSING_SECTION_PAGE, Span::file(&file), ""));
        let keys = keys(&findings, &sources);
        keys.iter().map(|key| (key.rule, key.text.to_owned(), key.number)).collect()
    }

    #[test]
    fn keys_number_what_is_alike_and_know_no_lines() {
        let before = found("[x](b.md) [y](b.md)");
        let expected = [
            ("missing-page", "b.md", 1),
            ("missing-page", "b.md", 2),
            ("missing-anchor", "b.md) [y](b.md)", 1),
            ("missing-section-page", "", 1),
        ];
        let short = before.iter().map(|(rule, text, number)| (*rule, text.as_str(), *number));
        assert_eq!(short.collect::<Vec<_>>(), expected);
        assert_eq!(found("\u{feff}A line\r\nmore.\n\n[x](b.md) [y](b.md)"), before);
    }
}
