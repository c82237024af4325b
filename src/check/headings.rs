//! Heading levels.

use super::Context;
use crate::diagnostic::{Diagnostic, SKIPPED_HEADING_LEVEL};
use crate::site::PageId;
use crate::source::Span;

pub(super) fn findings(context: Context<'_>, id: PageId) -> Vec<Diagnostic> {
    let article = &context.site.page(id).article;
    let text = context.sources.text(&article.path).map_or("", |text| text);
    let mut findings = Vec::new();
    // The page's title is its one heading of level 1.
    let mut before = 1;
    for heading in &article.body.headings {
        if heading.level > before + 1 {
            // Levels are told as they are written: a body with an `h1` of its own is shown one level down.
            let written = heading.written_level;
            let expected = written - (heading.level - before - 1);
            let message = format!(
                "`{}` is a heading of level {written} where one of level {expected} comes next",
                heading.text
            );
            let (start, end) = (heading.span.0 as usize, heading.span.1 as usize);
            let first_line = text.get(start..end).and_then(|heading| heading.lines().next());
            let length = first_line.map_or(0, |line| line.trim_end().len());
            let span = Span::new(&article.path, start..start + length);
            let finding = Diagnostic::new(&SKIPPED_HEADING_LEVEL, span, message);
            findings
                .push(finding.help(format!("write it with `{}`", "#".repeat(expected as usize))));
        }
        before = heading.level;
    }
    findings
}
