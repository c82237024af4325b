//! Footnotes: numbered by their first use, and written at the end of the page. One that nothing on the page refers to is not
//! shown, and neither is a second text of the same name.

use std::fmt::Write;
use std::ops::Range;

use ahash::AHashMap;

use crate::article::SlotContent;
use crate::diagnostic::{DUPLICATE_DEFINITION, UNDEFINED_FOOTNOTE, UNUSED_FOOTNOTE};
use crate::parse::Finding;
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
    /// Names in `[^…]` that nothing defines, and where.
    undefined: Vec<Range<usize>>,
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
    /// For each reference, where it is shown, the footnote's number and how often it is used up to there.
    references: Vec<Option<(u32, u32)>>,
    /// For each number, the definition and how often it is used.
    shown: Vec<(usize, u32)>,
}

impl Numbers {
    /// Writes the reference with this index.
    pub(in crate::parse) fn write(&self, reference: usize, html: &mut String) {
        if let Some(Some((number, uses))) = self.references.get(reference) {
            let suffix = suffix(*uses);
            let _ = write!(
                html,
                "<sup class=\"footnote-reference\"><a id=\"fnref:{number}{suffix}\" href=\"#fn:{number}\">{number}</a></sup>"
            );
        }
    }

    /// Whether a footnote or a reference to one has this id.
    pub(super) fn has_id(&self, id: &str) -> bool {
        let uses_of = |number: &str| {
            let index = number.parse::<usize>().ok()?.checked_sub(1)?;
            self.shown.get(index).map(|(_, uses)| *uses)
        };
        let Some((kind @ ("fn" | "fnref"), rest)) = id.split_once(':') else { return false };
        let (number, uses) = match rest.split_once('-').filter(|_| kind == "fnref") {
            Some((number, uses)) => (number, uses.parse().unwrap_or(0)),
            None => (rest, 1),
        };
        uses_of(number).is_some_and(|most| (1..=most).contains(&uses))
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

    /// Notes what looks like a reference to a footnote and, being shown as text, is none. The `[` is at `start`.
    pub(super) fn undefined(&mut self, markdown: &str, start: usize) {
        let before = markdown[..start].chars().next_back();
        let Some(inside) = markdown[start..].strip_prefix("[^") else { return };
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
        let length = inside.find(|c| !is_name(c)).filter(|end| inside[*end..].starts_with(']'));
        let Some(length) = length else { return };
        let after = inside[length + 1..].chars().next();
        // `[^a-z]+` is a set of characters.
        let is_set = matches!(after, Some('+' | '*' | '?' | '{' | '['))
            || inside.as_bytes().get(1) == Some(&b'-')
            || matches!(before, Some('\\' | '(' | '/' | '^' | '`' | '"' | ']' | '+' | '*'));
        if length > 0 && !is_set {
            self.undefined.push(start + 2..start + 2 + length);
        }
    }

    /// Writes the list of those that are shown, in the order of their numbers.
    pub(super) fn write(
        mut self,
        markdown: &str,
        out: &mut Fragment,
        findings: &mut Vec<Finding>,
    ) -> Numbers {
        let numbers = self.numbers();
        findings.extend(self.findings(markdown, &numbers));
        if numbers.shown.is_empty() {
            return numbers;
        }
        out.push("<section class=\"footnotes\" aria-label=\"");
        out.insert(Insert::Slot(SlotContent::Word("footnotes")));
        out.push("\">\n<ol>\n");
        for (number, (definition, uses)) in (1..).zip(&numbers.shown) {
            out.push(&format!("<li id=\"fn:{number}\">"));
            out.append(std::mem::take(&mut self.definitions[*definition].text));
            for count in 1..=*uses {
                let suffix = suffix(count);
                out.push(&format!(
                    "<a class=\"footnote-back\" href=\"#fnref:{number}{suffix}\" aria-label=\""
                ));
                out.insert(Insert::Slot(SlotContent::Word("back_to_text")));
                out.push("\">\u{21a9}\u{fe0e}</a>");
            }
            out.push("</li>\n");
        }
        out.push("</ol>\n</section>\n");
        numbers
    }

    fn numbers(&self) -> Numbers {
        let is_shown = self.shown();
        let mut numbers = Numbers::default();
        let mut number_of = vec![0; self.definitions.len()];
        for Reference { name, inside } in &self.references {
            let definition =
                self.by_name.get(name).filter(|_| inside.is_none_or(|at| is_shown[at]));
            numbers.references.push(definition.map(|definition| {
                if number_of[*definition] == 0 {
                    numbers.shown.push((*definition, 0));
                    number_of[*definition] = numbers.shown.len();
                }
                let uses = &mut numbers.shown[number_of[*definition] - 1].1;
                *uses += 1;
                (number_of[*definition] as u32, *uses)
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

    fn findings(&self, markdown: &str, numbers: &Numbers) -> Vec<Finding> {
        let undefined = self.undefined.iter().map(|at| {
            let name = &markdown[at.clone()];
            let message = format!("nothing defines the footnote `{name}`");
            Finding::new(&UNDEFINED_FOOTNOTE, at.clone(), message)
                .help(format!("add a line `[^{name}]: …` with its text"))
        });
        let mut findings: Vec<_> = undefined.collect();
        let mut is_shown = vec![false; self.definitions.len()];
        numbers.shown.iter().for_each(|(definition, _)| is_shown[*definition] = true);
        for (index, Definition { name, at, .. }) in self.definitions.iter().enumerate() {
            let written = &markdown[at.clone()];
            let first = self.by_name[name];
            if first != index {
                let message = format!("the footnote `{written}` is already defined");
                let finding = Finding::new(&DUPLICATE_DEFINITION, at.clone(), message)
                    .help("the first definition counts; remove one of the two")
                    .other(self.definitions[first].at.clone(), "first defined here");
                findings.push(finding);
            } else if !is_shown[index] {
                let message = format!("nothing on the page refers to the footnote `{written}`");
                let finding = Finding::new(&UNUSED_FOOTNOTE, at.clone(), message)
                    .help(format!("write `[^{written}]` where it belongs, or remove it"));
                findings.push(finding);
            }
        }
        findings
    }
}

/// What distinguishes the second and further uses of a footnote from the first.
fn suffix(count: u32) -> String {
    if count > 1 { format!("-{count}") } else { String::new() }
}
