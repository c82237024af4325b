//! The source lines of blocks, as attributes, for the dev server alone: a click on a block leads to its line.

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
    /// The attribute of a block that stands at `range` of the Markdown; nothing where none are asked for.
    pub(super) fn line(&mut self, range: &Range<usize>) -> String {
        let offset = range.start + self.offset;
        let line = self.lines.as_mut().map(|lines| lines.line(offset));
        line.map_or_else(String::new, |line| format!(" data-line=\"{line}\""))
    }

    /// Writes the start of a block's tag (`<p`), its attribute, and the tag's end.
    pub(super) fn open_block(&mut self, tag: &str, range: &Range<usize>, end: &str) {
        self.out.push(tag);
        if self.lines.is_some() {
            let line = self.line(range);
            self.out.push(&line);
        }
        self.out.push(end);
    }
}
