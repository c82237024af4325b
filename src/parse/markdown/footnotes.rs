//! Footnotes: numbered by their first use, and written at the end of the page.

use std::collections::HashMap;

use crate::article::{SlotContent, Word};
use crate::parse::fragment::{Fragment, Insert};

/// The footnotes of one page. Names are in lower case, as they are matched without case.
#[derive(Default)]
pub(super) struct Footnotes {
    /// Names in the order of their first use, with the number of uses.
    used: Vec<(String, u32)>,
    numbers: HashMap<String, usize>,
    /// The text of each, by name.
    defined: HashMap<String, Fragment>,
    open: Option<String>,
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

    /// A definition begins.
    pub(super) fn open(&mut self, name: String) {
        self.open = Some(name);
    }

    /// The definition that began ends, with this text. Of a name defined twice, the first counts.
    pub(super) fn close(&mut self, text: Fragment) {
        if let Some(name) = self.open.take() {
            self.defined.entry(name).or_insert(text);
        }
    }

    /// Writes the list of those that are used, in the order of their numbers.
    pub(super) fn write(self, out: &mut Fragment) {
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

/// What tells the second and further uses of a footnote from the first.
fn suffix(count: u32) -> String {
    if count > 1 { format!("-{count}") } else { String::new() }
}
