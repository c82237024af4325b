//! The snapshot of every input: texts, assets, what could not be read, and positions in texts. Immutable once it is
//! taken; nothing downstream ever asks the file system again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::{Bound, Deref, Range};
use std::sync::Arc;

use serde::Serialize;

use crate::path::SourcePath;

/// Every input of one compilation.
#[derive(Clone, Default, PartialEq)]
pub struct Sources {
    files: BTreeMap<SourcePath, File>,
    /// Problems that the reader found.
    pub problems: Vec<Problem>,
}

/// One input file.
#[derive(Clone, PartialEq)]
pub struct File {
    /// Whose file it is.
    pub origin: Origin,
    /// What it holds.
    pub content: Content,
    /// The file's path below the root as the file system spells it, where that is not the source path's spelling.
    pub spelling: Option<Box<str>>,
}

impl File {
    /// A file of the site, spelled as its path.
    pub fn new(content: Content) -> Self {
        Self { origin: Origin::Site, content, spelling: None }
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        match &self.content {
            Content::Text(text) => text.is_empty(),
            Content::Asset(asset) => asset.size == 0,
        }
    }
}

/// The text with each range replaced. Of overlapping ranges, the first is replaced; invalid ranges are ignored.
pub fn replace_ranges<T: AsRef<str>>(text: &str, mut edits: Vec<(Range<usize>, T)>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut output = String::with_capacity(text.len());
    let mut copied = 0;
    for (range, new) in edits {
        if range.start < copied || text.get(range.clone()).is_none() {
            continue;
        }
        output.push_str(&text[copied..range.start]);
        output.push_str(new.as_ref());
        copied = range.end;
    }
    output.push_str(&text[copied..]);
    output
}

/// Whose file a source is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// The site's own, below its root.
    Site,
    /// The theme's, embedded in the program.
    Theme,
}

/// What a source file holds.
#[derive(Clone, PartialEq)]
pub enum Content {
    /// An article, a template or a configuration file, its byte-order mark included.
    Text(Arc<str>),
    /// A file that is copied.
    Asset(Box<Asset>),
}

/// A file that is copied to the output as it is.
#[derive(Clone, PartialEq, Debug)]
pub struct Asset {
    /// Size in bytes.
    pub size: u64,
    /// BLAKE3 hash of the bytes.
    pub hash: [u8; 32],
    /// Width and height in pixels, for raster images whose header tells.
    pub dimensions: Option<(u32, u32)>,
    /// The text of an HTML file, whose ids can be linked to; of a theme's file, whose bytes are embedded.
    pub text: Option<Arc<str>>,
}

/// An input that the reader could not take as it is.
#[derive(Clone, PartialEq, Debug)]
pub struct Problem {
    /// The file or folder.
    pub path: SourcePath,
    /// What is wrong with it.
    pub kind: ProblemKind,
}

/// What is wrong with an input.
#[derive(Clone, PartialEq, Debug)]
pub enum ProblemKind {
    /// The text has a byte that is not UTF-8 at this offset of the text that was taken instead.
    NotUtf8 {
        /// Offset of the first replacement character.
        offset: usize,
        /// The byte that is not UTF-8.
        byte: u8,
    },
    /// The file could not be read; the system's reason.
    Unreadable(String),
    /// A symbolic link leads out of the site's root.
    SymlinkOutside,
    /// A symbolic link leads to a folder it is in, or through another link.
    SymlinkLoop,
    /// The target of a symbolic link does not exist.
    SymlinkBroken,
    /// The name cannot be a file on every system, or is not Unicode; the reason.
    UnusableName(String),
    /// More folders inside each other than [`MAX_DEPTH`].
    TooDeep,
    /// Two files whose names are the same but for Unicode normalisation; the other one's spelling.
    SameName(String),
}

/// How many folders may be inside each other. Deeper trees are mistakes (loops of mounts), and their paths are longer
/// than Windows can open.
pub const MAX_DEPTH: usize = 32;

impl Sources {
    /// The snapshot of these files. Of files with the same path, the last counts.
    pub fn new(files: Vec<(SourcePath, File)>, problems: Vec<Problem>) -> Self {
        Self { files: files.into_iter().collect(), problems }
    }

    /// Adds a file, and returns the one that was there under the same path.
    pub fn insert(&mut self, path: SourcePath, file: File) -> Option<File> {
        self.files.insert(path, file)
    }

    /// Takes a file out.
    pub fn remove(&mut self, path: &SourcePath) -> Option<File> {
        self.files.remove(path)
    }

    /// Whether there are files of the site's own in a folder.
    pub fn has_folder(&self, folder: &SourcePath) -> bool {
        let after = self.files.range::<SourcePath, _>((Bound::Excluded(folder), Bound::Unbounded));
        after.take_while(|(path, _)| path.as_str().starts_with(folder.as_str())).any(
            |(path, file)| path.below(folder.as_str()).is_some() && file.origin == Origin::Site,
        )
    }

    /// The file at `path`.
    pub fn get(&self, path: &SourcePath) -> Option<&File> {
        self.files.get(path)
    }

    /// The text at `path`, if there is a file and it is a text.
    pub fn text(&self, path: &SourcePath) -> Option<&Arc<str>> {
        match &self.files.get(path)?.content {
            Content::Text(text) => Some(text),
            Content::Asset(asset) => asset.text.as_ref(),
        }
    }

    /// The path of a file below the root as the file system spells it.
    pub fn spelling<'a>(&'a self, path: &'a SourcePath) -> &'a str {
        let file = self.files.get(path);
        file.and_then(|file| file.spelling.as_deref()).unwrap_or(path.as_str())
    }

    /// Replaces the text of a file that has one.
    pub fn set_text(&mut self, path: &SourcePath, new: Arc<str>) {
        match self.files.get_mut(path).map(|file| &mut file.content) {
            Some(Content::Text(text)) => *text = new,
            Some(Content::Asset(asset)) => asset.text = Some(new),
            None => {}
        }
    }

    /// Whether the text of a file is what its bytes say: what is not UTF-8 was taken as far as it can be read.
    pub fn is_exact(&self, path: &SourcePath) -> bool {
        self.problems.iter().all(|problem| problem.path != *path)
    }

    /// The files that could not be read at all. The text in its place is not its writer's.
    pub fn unreadable(&self) -> BTreeSet<&SourcePath> {
        let is_unreadable = |problem: &&Problem| matches!(problem.kind, ProblemKind::Unreadable(_));
        self.problems.iter().filter(is_unreadable).map(|problem| &problem.path).collect()
    }

    /// Whether the file is the theme's, and so not on any disk.
    pub fn is_embedded(&self, path: &SourcePath) -> bool {
        self.files.get(path).is_some_and(|file| file.origin == Origin::Theme)
    }

    /// The paths of the files that are not the same in both snapshots, or are in one of them only.
    pub fn differences(&self, other: &Self) -> BTreeSet<SourcePath> {
        let one = self.files.iter().filter(|(path, file)| other.get(path) != Some(*file));
        let two = other.files.keys().filter(|path| self.get(path).is_none());
        one.map(|(path, _)| path).chain(two).cloned().collect()
    }

    /// All files, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = (&SourcePath, &File)> {
        self.files.iter()
    }

    /// The texts below `folder` (`content`) with their paths, sorted.
    pub fn texts_below<'a>(
        &'a self,
        folder: &'a str,
    ) -> impl Iterator<Item = (&'a SourcePath, &'a Arc<str>)> {
        self.files.iter().filter_map(move |(path, file)| match &file.content {
            Content::Text(text) if path.below(folder).is_some() => Some((path, text)),
            _ => None,
        })
    }
}

/// A range of bytes in one source file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Span {
    /// The file.
    pub file: SourcePath,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `range` in `file`. Texts end before 4 GiB.
    pub fn new(file: &SourcePath, range: Range<usize>) -> Self {
        let limit = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { file: file.clone(), start: limit(range.start), end: limit(range.end) }
    }

    /// The whole of a file that has no text to point into.
    pub fn file(file: &SourcePath) -> Self {
        Self::new(file, 0..0)
    }

    /// The span as a range of bytes.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A position as people and editors count it. All are 1-based, and a byte-order mark is not counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Position {
    /// Line.
    pub line: u32,
    /// Column in characters (Unicode scalar values).
    pub column: u32,
    /// Column in UTF-8 bytes.
    pub byte_column: u32,
    /// Column in UTF-16 code units, as the Language Server Protocol counts.
    pub utf16_column: u32,
}

/// Where the lines of a text begin. Finding a position takes the same time anywhere in the text, however long its line is.
pub struct LineIndex<'a> {
    text: &'a str,
    starts: Vec<u32>,
    /// How much text is before each block of [`BLOCK`] bytes.
    blocks: Vec<Units>,
}

/// After how many bytes characters are counted from the last block on.
const BLOCK: usize = 1024;

/// A length in characters and in UTF-16 code units.
#[derive(Clone, Copy, Default)]
struct Units {
    characters: u32,
    utf16: u32,
}

impl Units {
    fn add(self, bytes: &[u8]) -> Self {
        // Every byte but the following ones of a character; those outside the basic plane begin with 0xF0 or more.
        let characters = bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u32;
        let pairs = bytes.iter().filter(|byte| **byte >= 0xF0).count() as u32;
        Self { characters: self.characters + characters, utf16: self.utf16 + characters + pairs }
    }
}

impl<'a> LineIndex<'a> {
    /// Finds the lines of `text`; a line ends in `\n` or `\r\n`.
    pub fn new(text: &'a str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let starts = std::iter::once(0).chain(ends.map(|offset| offset as u32 + 1)).collect();
        let mut blocks = vec![Units::default()];
        for block in text.as_bytes().chunks_exact(BLOCK) {
            blocks.push(blocks[blocks.len() - 1].add(block));
        }
        Self { text, starts, blocks }
    }

    /// The text.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The number of the line, from 0, that the byte at `offset` is on.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start as usize <= offset).saturating_sub(1)
    }

    /// The bytes of a line, its line end included, and without a byte-order mark.
    pub fn range(&self, line: usize) -> Range<usize> {
        let start = self.starts.get(line).map_or(self.text.len(), |start| *start as usize);
        let has_mark = start == 0 && self.text.starts_with(BYTE_ORDER_MARK);
        let start = if has_mark { BYTE_ORDER_MARK.len_utf8() } else { start };
        start..self.starts.get(line + 1).map_or(self.text.len(), |end| *end as usize)
    }

    /// The position of the byte at `offset`; past the end, of the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = char_boundary(self.text, offset);
        let line = self.line(offset);
        let start = self.range(line).start;
        let offset = offset.max(start);
        let (start_units, end_units) = (self.before(start), self.before(offset));
        Position {
            line: line as u32 + 1,
            column: end_units.characters - start_units.characters + 1,
            byte_column: (offset - start) as u32 + 1,
            utf16_column: end_units.utf16 - start_units.utf16 + 1,
        }
    }

    fn before(&self, offset: usize) -> Units {
        let block = offset / BLOCK;
        self.blocks[block].add(&self.text.as_bytes()[block * BLOCK..offset])
    }
}

/// The last boundary between characters at or before `offset`; past the end, the end.
pub fn char_boundary(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// A value and the bytes of its file that it is written in: some can only be judged by what else there is. They are compared by
/// their values, wherever these are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    start: u32,
    end: u32,
}

impl<T> Placed<T> {
    /// A value at its place.
    pub fn new(value: T, at: Range<usize>) -> Self {
        Self { value, start: at.start as u32, end: at.end as u32 }
    }

    /// Where it is written.
    pub fn at(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl<T> Deref for Placed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for Placed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Placed<T> {}

impl<T: fmt::Display> fmt::Display for Placed<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(formatter)
    }
}

/// U+FEFF at the start of a text.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// The bytes of a text without the byte-order mark.
pub fn without_mark(text: &str) -> Range<usize> {
    let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    start..text.len()
}

#[cfg(test)]
mod tests {
    use super::{LineIndex, Position};

    #[test]
    fn positions_count_in_three_units() {
        let text = "\u{feff}a\u{1f511}b\r\nsecond";
        let index = LineIndex::new(text);
        let b = text.find('b').expect("the text has a b");
        assert_eq!(
            index.position(b),
            Position { line: 1, column: 3, byte_column: 6, utf16_column: 4 }
        );
        assert_eq!(index.position(text.len()).line, 2);
        assert_eq!(index.position(text.len() + 9).column, 7);
        assert_eq!(index.position(0), index.position(3));
        assert_eq!(index.position(5), index.position(4), "within a character");
    }

    #[test]
    fn positions_in_a_long_line_are_those_that_are_counted_from_its_start() {
        let line = "a\u{fc}\u{1f511}".repeat(2 * super::BLOCK);
        let text = format!("{line}\n{}", &line[..7 * super::BLOCK]);
        let index = LineIndex::new(&text);
        for (line, start) in [(1, 0), (2, line.len() + 1)] {
            for at in text[start..].char_indices().map(|(at, _)| at).step_by(211) {
                let before = &text[start..start + at];
                if before.contains('\n') {
                    break;
                }
                let column = before.chars().count() as u32 + 1;
                let utf16_column = before.encode_utf16().count() as u32 + 1;
                let expected = Position { line, column, byte_column: at as u32 + 1, utf16_column };
                assert_eq!(index.position(start + at), expected);
            }
        }
        assert_eq!(index.position(text.len()).byte_column as usize, 7 * super::BLOCK + 1);
    }
}
