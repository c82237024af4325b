//! The source lines of blocks, as attributes, for the dev server alone: a click on a block leads to its line.

use std::fmt::Write;
use std::ops::Range;

use super::Writer;

/// Counts the lines of a file, mostly forwards.
pub(super) struct Lines<'s> {
    source: &'s str,
    /// An offset in the source, and the line that it is on, from 1.
    known: (usize, u32),
}

impl<'s> Lines<'s> {
    /// The lines of a file.
    pub(super) fn new(source: &'s str) -> Self {
        Self { source, known: (0, 1) }
    }

    fn line(&mut self, offset: usize) -> u32 {
        let (at, line) = if offset < self.known.0 { (0, 1) } else { self.known };
        let between = self.source.as_bytes().get(at..offset).unwrap_or(&[]);
        let line = line + memchr::memchr_iter(b'\n', between).count() as u32;
        self.known = (offset, line);
        line
    }
}

impl Writer<'_> {
    /// Writes the attribute of a block that stands at `range` of the Markdown; nothing where none are asked for.
    pub(super) fn line(&mut self, range: &Range<usize>, output: &mut String) {
        if let Some(lines) = &mut self.lines {
            let line = lines.line(range.start + self.offset);
            write!(output, " data-line=\"{line}\"").expect("a string takes all text");
        }
    }

    /// Writes the start of a block's tag (`<p`), its attribute, and the tag's end.
    pub(super) fn open_block(&mut self, tag: &str, range: &Range<usize>, end: &str) {
        let mut output = std::mem::take(&mut self.out.html);
        output.push_str(tag);
        self.line(range, &mut output);
        output.push_str(end);
        self.out.html = output;
    }
}
