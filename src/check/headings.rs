//! Heading levels.

use super::Context;
use crate::diagnostic::{Diagnostic, SKIPPED_HEADING_LEVEL};
use crate::site::PageId;
use crate::source::Span;

pub(super) fn findings(context: Context<'_>, id: PageId) -> Vec<Diagnostic> {
    let article = &context.site.page(id).article;
    let mut findings = Vec::new();
    // The page's title is its one heading of level 1.
    let mut before = 1;
    for heading in &article.body.headings {
        if heading.level > before + 1 {
            // Levels are told as they are written: a body with an `h1` of its own is shown one level down.
            let written = heading.written_level;
            let expected = written - (heading.level - before - 1);
            let (start, end) = heading.span;
            let length = line_length(context, id, start as usize, end as usize);
            let message = format!(
                "`{}` is a heading of level {written} where one of level {expected} comes next",
                heading.text
            );
            findings.push(
                Diagnostic::new(
                    &SKIPPED_HEADING_LEVEL,
                    Span::new(&article.path, start as usize..start as usize + length),
                    message,
                )
                .help(format!("write it with `{}`", "#".repeat(expected as usize))),
            );
        }
        before = heading.level;
    }
    findings
}

/// The heading's first line, without its line end.
fn line_length(context: Context<'_>, id: PageId, start: usize, end: usize) -> usize {
    let text = context.sources.text(&context.site.page(id).article.path);
    let heading = text.and_then(|text| text.get(start..end)).unwrap_or("");
    heading.lines().next().map_or(0, |line| line.trim_end().len())
}
