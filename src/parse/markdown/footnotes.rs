//! Footnotes: numbered by their first use, and written at the end of the page.

use std::collections::HashMap;
use std::ops::Range;

use crate::article::{SlotContent, Word};
use crate::diagnostic::{DUPLICATE_DEFINITION, UNDEFINED_FOOTNOTE, UNUSED_FOOTNOTE};
use crate::parse::Finding;
use crate::parse::fragment::{Fragment, Insert};

/// The footnotes of one page. Names are in lower case, as they are matched without case.
#[derive(Default)]
pub(super) struct Footnotes {
    /// Names in the order of their first use, with the number of uses.
    used: Vec<(String, u32)>,
    numbers: HashMap<String, usize>,
    /// The text of each, by name.
    defined: HashMap<String, Fragment>,
    /// Each definition, in order: its name as it is written, and where.
    written: Vec<(String, Range<usize>)>,
    open: Option<String>,
    /// Names in `[^…]` that nothing defines, and where.
    undefined: Vec<Range<usize>>,
}

impl Footnotes {
    /// Writes a reference to the footnote of that name.
    pub(super) fn refer(&mut self, name: String, out: &mut Fragment) {
        let number = match self.numbers.get(&name) {
            Some(number) => *number,
            None => {
                let number = self.used.len() + 1;
                self.used.push((name.clone(), 0));
                self.numbers.insert(name, number);
                number
            }
        };
        let uses = &mut self.used[number - 1].1;
        *uses += 1;
        let suffix = suffix(*uses);
        out.push(&format!("<sup class=\"footnote-reference\"><a id=\"fnref:{number}{suffix}\" href=\"#fn:{number}\">{number}</a></sup>"));
    }

    /// A definition of `name` begins at `start`, with its `[^`.
    pub(super) fn open(&mut self, name: &str, start: usize) {
        let at = start + 2;
        self.written.push((name.to_lowercase(), at..at + name.len()));
        self.open = Some(name.to_lowercase());
    }

    /// Notes what looks like a reference to a footnote and, being shown as text, is none. The `[` stands at `start`.
    pub(super) fn undefined(&mut self, markdown: &str, start: usize) {
        let before = markdown[..start].chars().next_back();
        let Some(inside) = markdown[start..].strip_prefix("[^") else { return };
        let Some(length) = inside.find([']', '\n']).filter(|end| inside[*end..].starts_with(']'))
        else {
            return;
        };
        let after = inside[length + 1..].chars().next();
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
        // `[^a-z]+` is a set of characters.
        let is_set = matches!(after, Some('+' | '*' | '?' | '{' | '['))
            || inside.as_bytes().get(1) == Some(&b'-')
            || matches!(before, Some('\\' | '(' | '/' | '^' | '`' | '"' | ']' | '+' | '*'));
        if length > 0 && inside[..length].chars().all(is_name) && !is_set {
            self.undefined.push(start + 2..start + 2 + length);
        }
    }

    /// The definition that began ends, with this text. Of a name defined twice, the first counts.
    pub(super) fn close(&mut self, text: Fragment) {
        if let Some(name) = self.open.take() {
            self.defined.entry(name).or_insert(text);
        }
    }

    /// Writes the list of those that are used, in the order of their numbers.
    pub(super) fn write(self, markdown: &str, out: &mut Fragment, findings: &mut Vec<Finding>) {
        findings.extend(self.findings(markdown));
        let Self { used, mut defined, .. } = self;
        if used.is_empty() {
            return;
        }
        out.push("<section class=\"footnotes\" aria-label=\"");
        out.insert(Insert::Slot(SlotContent::Word(Word::Footnotes)));
        out.push("\">\n<ol>\n");
        for (index, (name, uses)) in used.into_iter().enumerate() {
            let number = index + 1;
            out.push(&format!("<li id=\"fn:{number}\">"));
            out.append(defined.remove(&name).unwrap_or_default());
            for count in 1..=uses {
                let suffix = suffix(count);
                out.push(&format!(
                    "<a class=\"footnote-back\" href=\"#fnref:{number}{suffix}\" aria-label=\""
                ));
                out.insert(Insert::Slot(SlotContent::Word(Word::BackToText)));
                out.push("\">\u{21a9}\u{fe0e}</a>");
            }
            out.push("</li>\n");
        }
        out.push("</ol>\n</section>\n");
    }
}

impl Footnotes {
    fn findings(&self, markdown: &str) -> Vec<Finding> {
        let undefined = self.undefined.iter().map(|at| {
            let name = &markdown[at.clone()];
            Finding::new(
                &UNDEFINED_FOOTNOTE,
                at.clone(),
                format!("nothing defines the footnote `{name}`"),
            )
            .help(format!("add a line `[^{name}]: …` with its text"))
        });
        let mut findings: Vec<_> = undefined.collect();
        let mut first: HashMap<&str, &Range<usize>> = HashMap::new();
        for (name, at) in &self.written {
            let shown = &markdown[at.clone()];
            if let Some(other) = first.get(name.as_str()) {
                findings.push(
                    Finding::new(
                        &DUPLICATE_DEFINITION,
                        at.clone(),
                        format!("the footnote `{shown}` is defined already"),
                    )
                    .help("the first definition counts; remove one of the two")
                    .other((*other).clone(), "first defined here"),
                );
                continue;
            }
            first.insert(name, at);
            if !self.numbers.contains_key(name) {
                findings.push(
                    Finding::new(
                        &UNUSED_FOOTNOTE,
                        at.clone(),
                        format!("nothing refers to the footnote `{shown}`"),
                    )
                    .help(format!("write `[^{shown}]` where it belongs, or remove it")),
                );
            }
        }
        findings
    }
}

/// What tells the second and further uses of a footnote from the first.
fn suffix(count: u32) -> String {
    if count > 1 { format!("-{count}") } else { String::new() }
}
