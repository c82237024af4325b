//! Text → record, and what is wrong with the text: lines that say nothing, lines out of order, and what git leaves of
//! conflicts. Which pages there are now is not known here.

use std::cmp::Ordering;
use std::ops::Range;

use super::line::line;
use super::{Entry, FORMAT, HEAD_START, Moved, Record};

/// What was read, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadRecord {
    /// The lines that can be read; of conflicts, both sides.
    pub record: Record,
    /// What is wrong, by place.
    pub damage: Vec<Damage>,
}

/// Something wrong with the text of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The bytes that are wrong.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What repairs it.
    pub remedy: Remedy,
}

/// What repairs a damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Merging and sorting the lines, which loses nothing.
    Repair,
    /// Somebody who knows what the line was to say.
    Hand,
    /// The file as it was before.
    History,
    /// A silcrow that knows the format.
    Newer,
}

impl Remedy {
    /// What to do.
    pub fn help(self) -> &'static str {
        match self {
            Self::Repair => "say `silcrow record --repair`",
            Self::Hand => {
                "correct the line, or take it from the history of the file; `silcrow record --repair` does the rest"
            }
            Self::History => "take it from the history, or remove the file to begin a new one",
            Self::Newer => "use that silcrow, or take the file from the history",
        }
    }
}

impl ReadRecord {
    /// Reads a record. Every line that can be read counts, whatever is wrong with the others; of a format that is not
    /// known, none.
    pub fn parse(text: &str) -> Self {
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            return Self::unreadable(0..0, no_head(), Remedy::History);
        }
        let has_marks = text.lines().any(|line| mark(line).is_some());
        let mut reader = Reader { has_marks, ..Reader::default() };
        let mut at = 0;
        for whole in text.split_inclusive('\n') {
            let content = whole.trim_end_matches(['\n', '\r']);
            let place = at..at + content.len();
            let is_base = matches!(reader.conflict, Some(Conflict { mark: '|', .. }));
            match (mark(content), format(content, at == 0)) {
                (Some(mark), _) => reader.mark(place, mark),
                _ if is_base => {}
                (None, Some(FORMAT)) => reader.head(place),
                (None, Some(newer)) => {
                    let message = format!(
                        "the record's format is `{newer}`: it was written by a newer silcrow"
                    );
                    return Self::unreadable(place, message, Remedy::Newer);
                }
                (None, None) => reader.entry(place, content),
            }
            at += whole.len();
        }
        reader.end()
    }

    fn unreadable(at: Range<usize>, message: String, remedy: Remedy) -> Self {
        Self { record: Record::default(), damage: vec![Damage { at, message, remedy }] }
    }
}

fn no_head() -> String {
    format!("the record does not begin with `{HEAD_START}{FORMAT}`")
}

/// A conflict that has begun.
struct Conflict {
    /// Its first line.
    at: Range<usize>,
    /// The last mark: `<` before what one branch says, `=` before what the other says, and where git is told to show it, `|`
    /// before what both began with, which neither says any more.
    mark: char,
}

#[derive(Default)]
struct Reader<'a> {
    read: ReadRecord,
    conflict: Option<Conflict>,
    /// Whether git has left anything here.
    has_marks: bool,
    /// The URL of the line before.
    last: Option<&'a str>,
    /// Pages that one side of a conflict has moved.
    moved: Vec<Moved>,
}

impl<'a> Reader<'a> {
    fn mark(&mut self, at: Range<usize>, mark: char) {
        match (mark, &mut self.conflict) {
            ('<', _) => {
                self.end_conflict(false);
                self.conflict = Some(Conflict { at, mark });
            }
            (_, None) => self.damage(at, "this mark belongs to no conflict", Remedy::Repair),
            ('>', Some(_)) => self.end_conflict(true),
            ('|', Some(Conflict { mark: '|' | '=', .. })) => {}
            (_, Some(conflict)) => conflict.mark = mark,
        }
    }

    /// Reports the conflict that is open, if one is.
    fn end_conflict(&mut self, has_end: bool) {
        let Some(Conflict { at, mark }) = self.conflict.take() else { return };
        let (rest, remedy) = match (mark, has_end) {
            // Lines were passed over that a branch may have written.
            ('|', _) => (", and no `=======` ends what they began with", Remedy::Hand),
            (_, true) => ("", Remedy::Repair),
            (_, false) => (", and no `>>>>>>>` ends the conflict", Remedy::Repair),
        };
        self.damage(at, format!("two branches changed the record here{rest}"), remedy);
    }

    /// The first line is in its place at the beginning, and within a conflict, which is reported already.
    fn head(&mut self, at: Range<usize>) {
        if at.start > 0 && self.conflict.is_none() {
            let message = "this line belongs at the beginning of the record, once";
            self.damage(at, message, Remedy::Repair);
        }
    }

    fn entry(&mut self, place: Range<usize>, content: &'a str) {
        let start = place.start;
        if start == 0 {
            self.damage(place, no_head(), Remedy::Repair);
        }
        match line(content, start) {
            Ok((url, state)) => {
                self.order(start..start + url.len(), url);
                let entry = Entry { state, at: start as u32 };
                self.moved.extend(self.read.record.merge(url, entry));
            }
            Err(damage) => self.read.damage.push(damage),
        }
    }

    fn order(&mut self, at: Range<usize>, url: &'a str) {
        let message = match self.last.replace(url).map(|last| last.cmp(url)) {
            Some(Ordering::Greater) => format!("`{url}` is out of order"),
            Some(Ordering::Equal) => format!("duplicate URL `{url}`"),
            _ => return,
        };
        // Both sides of a conflict name the same URLs: that is the conflict, and no other mistake.
        if !self.has_marks {
            self.damage(at, message, Remedy::Repair);
        }
    }

    fn end(mut self) -> ReadRecord {
        self.end_conflict(false);
        self.read.record.carry(self.moved);
        self.read.damage.sort_by_key(|damage| damage.at.start);
        self.read
    }

    fn damage(&mut self, at: Range<usize>, message: impl Into<String>, remedy: Remedy) {
        self.read.damage.push(Damage { at, message: message.into(), remedy });
    }
}

/// What git's mark of a conflict is made of, when a line is one.
fn mark(line: &str) -> Option<char> {
    ['<', '|', '=', '>'].into_iter().find(|mark| {
        let rest = line.trim_start_matches(*mark);
        line.len() - rest.len() == 7 && (rest.is_empty() || rest.starts_with(' '))
    })
}

/// The format's number, when a line is the first of a record. The words after it do not count.
fn format(line: &str, is_first: bool) -> Option<&str> {
    let line = if is_first { line.trim_start_matches('\u{feff}') } else { line };
    let rest = line.strip_prefix(HEAD_START)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    (end > 0).then_some(&rest[..end])
}
