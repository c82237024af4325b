//! Footnotes: numbered by their first use, and written at the end of the page. One that nothing on the page refers to is not
//! shown, and neither is a second text of the same name.

use std::ops::Range;

use ahash::AHashMap;

use crate::article::SlotContent;
use crate::diagnostic::{DUPLICATE_DEFINITION, Problem, UNDEFINED_FOOTNOTE, UNUSED_FOOTNOTE};
use crate::parse::fragment::{Fragment, Insert};

/// The footnotes of one page. Names are in lower case, as they are matched without case.
#[derive(Default)]
pub(super) struct Footnotes {
    /// In the order of the source.
    definitions: Vec<Definition>,
    /// The first definition of each name, which is the one that counts.
    by_name: AHashMap<String, usize>,
    /// In the order of the source.
    references: Vec<Reference>,
    /// The definitions whose text is being read.
    open: Vec<usize>,
}

/// The text of a footnote.
struct Definition {
    name: String,
    /// Where its name is written.
    at: Range<usize>,
    text: Fragment,
}

/// The use of a footnote.
struct Reference {
    name: String,
    /// The definition in whose text it is, if it is in one.
    inside: Option<usize>,
}

/// The numbers of the footnotes that are shown.
#[derive(Default)]
pub(in crate::parse) struct Numbers {
    /// For each reference, where it is shown, which use of which number it is.
    references: Vec<Option<Use>>,
    /// For each number, the definition and how often it is used.
    shown: Vec<(usize, u32)>,
}

/// The `count`-th use of the footnote with a number.
#[derive(Clone, Copy)]
struct Use {
    number: usize,
    count: u32,
}

impl Use {
    /// The id of the reference.
    fn id(self) -> String {
        match self {
            Self { number, count: 1 } => format!("fnref:{number}"),
            Self { number, count } => format!("fnref:{number}-{count}"),
        }
    }
}

impl Numbers {
    /// Writes the reference with this index.
    pub(in crate::parse) fn write(&self, reference: usize, html: &mut String) {
        if let Some(Some(one)) = self.references.get(reference) {
            let (id, number) = (one.id(), one.number);
            html.push_str(&format!(
                "<sup class=\"footnote-reference\"><a id=\"{id}\" href=\"#fn:{number}\">{number}</a></sup>"
            ));
        }
    }

    /// The ids of the footnotes and of the references to them.
    pub(super) fn ids(&self) -> impl Iterator<Item = String> {
        let notes = (1..=self.shown.len()).map(|number| format!("fn:{number}"));
        notes.chain(self.references.iter().flatten().map(|one| one.id()))
    }
}

impl Footnotes {
    /// Writes a reference to the footnote of that name.
    pub(super) fn refer(&mut self, name: &str, out: &mut Fragment) {
        out.insert(Insert::FootnoteReference(self.references.len() as u32));
        let inside = self.open.last().copied();
        self.references.push(Reference { name: name.to_lowercase(), inside });
    }

    /// A definition of `name` begins at `start`, with its `[^`.
    pub(super) fn open(&mut self, name: &str, start: usize) {
        let at = start + 2..start + 2 + name.len();
        let name = name.to_lowercase();
        let index = self.definitions.len();
        self.by_name.entry(name.clone()).or_insert(index);
        self.definitions.push(Definition { name, at, text: Fragment::default() });
        self.open.push(index);
    }

    /// The definition that began last ends, with this text.
    pub(super) fn close(&mut self, text: Fragment) {
        if let Some(index) = self.open.pop() {
            self.definitions[index].text = text;
        }
    }

    /// Writes the list of those that are shown, in the order of their numbers.
    pub(super) fn write(mut self, source: &str, out: &mut Fragment) -> (Numbers, Vec<Problem>) {
        let is_shown = self.shown();
        let numbers = self.numbers(&is_shown);
        let problems = self.problems(source, &is_shown);
        if numbers.shown.is_empty() {
            return (numbers, problems);
        }
        out.push("<section class=\"footnotes\" aria-label=\"");
        out.insert(Insert::Slot(SlotContent::Word("footnotes")));
        out.push("\">\n<ol>\n");
        for (number, (definition, uses)) in (1..).zip(&numbers.shown) {
            out.push(&format!("<li id=\"fn:{number}\">"));
            out.append(std::mem::take(&mut self.definitions[*definition].text));
            for count in 1..=*uses {
                let id = Use { number, count }.id();
                let link = format!("<a class=\"footnote-back\" href=\"#{id}\" aria-label=\"");
                out.push(&link);
                out.insert(Insert::Slot(SlotContent::Word("back_to_text")));
                out.push("\">\u{21a9}\u{fe0e}</a>");
            }
            out.push("</li>\n");
        }
        out.push("</ol>\n</section>\n");
        (numbers, problems)
    }

    fn numbers(&self, is_shown: &[bool]) -> Numbers {
        let mut numbers = Numbers::default();
        let mut number_of = vec![0; self.definitions.len()];
        for Reference { name, inside } in &self.references {
            let definition =
                self.by_name.get(name).filter(|_| inside.is_none_or(|at| is_shown[at]));
            numbers.references.push(definition.map(|definition| {
                let number = &mut number_of[*definition];
                if *number == 0 {
                    numbers.shown.push((*definition, 0));
                    *number = numbers.shown.len();
                }
                let (_, uses) = &mut numbers.shown[*number - 1];
                *uses += 1;
                Use { number: *number, count: *uses }
            }));
        }
        numbers
    }

    /// Which definitions the page shows: those that it refers to itself, and those that these refer to.
    fn shown(&self) -> Vec<bool> {
        let mut referred: Vec<Vec<usize>> = vec![Vec::new(); self.definitions.len()];
        let mut queue = Vec::new();
        for Reference { name, inside } in &self.references {
            let Some(definition) = self.by_name.get(name) else { continue };
            inside.map_or(&mut queue, |at| &mut referred[at]).push(*definition);
        }
        let mut is_shown = vec![false; self.definitions.len()];
        while let Some(definition) = queue.pop() {
            if !std::mem::replace(&mut is_shown[definition], true) {
                queue.append(&mut referred[definition]);
            }
        }
        is_shown
    }

    fn problems(&self, source: &str, is_shown: &[bool]) -> Vec<Problem> {
        let problem = |(index, Definition { name, at, .. }): (usize, &Definition)| {
            let written = &source[at.clone()];
            let first = self.by_name[name];
            if first != index {
                let message = format!("the footnote `{written}` is already defined");
                let problem = Problem::new(&DUPLICATE_DEFINITION, at.clone(), message)
                    .help("the first definition counts; remove one of the two")
                    .relate(self.definitions[first].at.clone(), "first defined here");
                return Some(problem);
            }
            let message = format!("nothing on the page refers to the footnote `{written}`");
            let problem = Problem::new(&UNUSED_FOOTNOTE, at.clone(), message)
                .help(format!("write `[^{written}]` where it belongs, or remove it"));
            (!is_shown[index]).then_some(problem)
        };
        self.definitions.iter().enumerate().filter_map(problem).collect()
    }
}

/// The problem of what looks like a reference to a footnote and, being shown as text, is none. The `[` is at `start`.
pub(super) fn undefined(source: &str, start: usize) -> Option<Problem> {
    let inside = source[start..].strip_prefix("[^")?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    let (name, after) = inside.split_at(inside.find(|c| !is_name(c))?);
    // `[^a-z]+` is a set of characters.
    let is_set = after.strip_prefix(']')?.starts_with(['+', '*', '?', '{', '['])
        || name.as_bytes().get(1) == Some(&b'-')
        || source[..start].ends_with(['\\', '(', '/', '^', '`', '"', ']', '+', '*']);
    if name.is_empty() || is_set {
        return None;
    }
    let at = start + 2..start + 2 + name.len();
    let problem =
        Problem::new(&UNDEFINED_FOOTNOTE, at, format!("nothing defines the footnote `{name}`"));
    Some(problem.help(format!("add a line `[^{name}]: …` with its text")))
}
