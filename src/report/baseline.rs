//! A baseline: the findings that a site had on the day it began to be checked, as a text file to commit. What stands in it
//! is not reported again; what has been fixed is reported, so that the file only ever gets shorter.
//!
//! One finding a line: rule, file, and the text that is wrong, with tabs between them; the same line as often as there are
//! such findings. Lines of the source are not in it, so that it outlasts edits. Sorted.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostic::{self, Diagnostic, Family, Key, STALE_BASELINE, keys};
use crate::path::SourcePath;
use crate::source::{Sources, Span};

/// The first line of the file; the number is its format's.
const HEAD: &str = "silcrow baseline 1";

/// The baseline of these findings.
pub fn write(findings: &[Diagnostic], sources: &Sources) -> String {
    let mut lines: Vec<String> = keys(findings, sources).iter().map(line).collect();
    lines.sort();
    lines.into_iter().fold(format!("{HEAD}\n"), |text, line| text + &line + "\n")
}

/// A finding, without the line's end. The text is in one field of one line.
fn line(Key { rule, file, text, .. }: &Key<'_>) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
    format!("{rule}\t{file}\t{}", text.replace('\t', "\\t"))
}

/// Removes the findings that are listed in a baseline, and adds one for each of its lines that no finding has. `file` is the
/// baseline's own path, and has to be among the sources. Where other sites were not asked (`external`), lines of findings
/// about them are left alone.
/// Where the text is not a baseline, the error says what is wrong with it.
pub fn apply(
    findings: Vec<Diagnostic>,
    file: &SourcePath,
    sources: &Sources,
    external: bool,
) -> Result<Vec<Diagnostic>, String> {
    let text = sources.text(file).map_or("", |text| text);
    let mut lines = text.split_inclusive('\n');
    let head = lines.next().unwrap_or("");
    if head.trim_end() != HEAD {
        return Err(format!("it does not begin with the line `{HEAD}`"));
    }
    // The places of the lines with the same text.
    let mut known: BTreeMap<&str, Vec<Range<usize>>> = BTreeMap::new();
    let mut at = head.len();
    for line in lines {
        let bare = line.trim_end_matches(['\n', '\r']);
        if bare.split('\t').count() != 3 && !bare.is_empty() {
            return Err(format!(
                "its line `{bare}` is not a rule, a file and a text, with tabs between them"
            ));
        }
        if !bare.is_empty() {
            known.entry(bare).or_default().push(at..at + bare.len());
        }
        at += line.len();
    }
    let lines: Vec<String> = keys(&findings, sources).iter().map(line).collect();
    let mut lines = lines.iter();
    let mut kept = findings;
    kept.retain(|_| {
        let places = lines.next().and_then(|line| known.get_mut(line.as_str()));
        places.and_then(Vec::pop).is_none()
    });
    for (line, places) in known {
        let mut parts = line.split('\t');
        let (rule, name) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let family = diagnostic::rule(rule).map(|rule| rule.family);
        if family == Some(Family::External) && !external {
            continue;
        }
        kept.extend(places.into_iter().map(|place| {
            let message = format!("the `{rule}` in `{name}` has been fixed");
            Diagnostic::new(&STALE_BASELINE, Span::new(file, place), message)
                .help("remove the line, or update the baseline with `--write-baseline`")
        }));
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{apply, write};
    use crate::diagnostic::{Diagnostic, MISSING_PAGE};
    use crate::path::SourcePath;
    use crate::source::{Content, File, Sources, Span};

    fn sources(article: &str, baseline: &str) -> Sources {
        let file = |text: &str| File::new(Content::Text(Arc::from(text)));
        let files = [("content/a.md", article), ("baseline.txt", baseline)];
        let files = files.map(|(path, text)| (SourcePath::new(path), file(text)));
        Sources::new(files.into(), Vec::new())
    }

    fn findings(article: &str) -> Vec<Diagnostic> {
        let at = |(at, text): (usize, &str)| {
            let span = Span::new(&SourcePath::new("content/a.md"), at..at + text.len());
            Diagnostic::new(&MISSING_PAGE, span, "there is no such page")
        };
        article.match_indices("x\\y.md").map(at).collect()
    }

    #[test]
    fn what_stands_in_a_baseline_is_not_reported_and_what_is_gone_is_told_of() {
        let article = "x\\y.md and x\\y.md";
        let baseline = write(&findings(article), &sources(article, ""));
        assert_eq!(
            baseline,
            "silcrow baseline 1\nmissing-page\tcontent/a.md\tx\\\\y.md\nmissing-page\tcontent/a.md\tx\\\\y.md\n"
        );
        let file = SourcePath::new("baseline.txt");
        let left = |article: &str| {
            let found = apply(findings(article), &file, &sources(article, &baseline), false);
            let found = found.expect("it is a baseline");
            found.iter().map(|finding| finding.rule.name).collect::<Vec<_>>()
        };
        assert_eq!(left("moved\n\nx\\y.md and x\\y.md"), Vec::<&str>::new());
        assert_eq!(left("x\\y.md x\\y.md x\\y.md"), ["missing-page"]);
        assert_eq!(left("x\\y.md"), ["stale-baseline"]);
        assert_eq!(left(""), ["stale-baseline", "stale-baseline"]);
    }

    #[test]
    fn findings_about_other_sites_are_missed_only_where_those_were_asked() {
        let baseline = "silcrow baseline 1\nexternal-dead\tcontent/a.md\thttps://x.org\n";
        let sources = sources("", baseline);
        let left = |external| {
            let found = apply(Vec::new(), &SourcePath::new("baseline.txt"), &sources, external);
            found.expect("it is a baseline").len()
        };
        assert_eq!((left(false), left(true)), (0, 1));
    }

    #[test]
    fn what_is_no_baseline_is_refused() {
        for text in ["", "missing-page\n", "silcrow baseline 1\nno tabs\n"] {
            let file = SourcePath::new("baseline.txt");
            assert!(apply(Vec::new(), &file, &sources("", text), false).is_err(), "{text}");
        }
    }
}
