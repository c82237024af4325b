//! Code blocks: text until the page is rendered, with a slot for the colours where the code is not too large for them.

use std::ops::Range;

use super::Writer;
use crate::article::{Grammar, SlotContent};
use crate::diagnostic::{PLAIN_CODE, Problem};
use crate::html;
use crate::parse::fragment::Insert;

/// A code block whose text is being read.
pub(super) struct OpenCode {
    /// The language as it is written after the fence.
    pub language: String,
    /// The code so far.
    pub text: String,
    /// Where the block is.
    pub range: Range<usize>,
}

/// The finding of a code block that is shown without colours, at its first line.
fn plain_code(source: &str, range: Range<usize>) -> Problem {
    let line = source[range.clone()].lines().next().unwrap_or("");
    let message = "this code block is too long or too deeply nested to be coloured";
    Problem::new(&PLAIN_CODE, range.start..range.start + line.len(), message)
        .help("show the part that readers need, and link to the rest as a file")
}

impl Writer<'_> {
    pub(super) fn end_code(&mut self) {
        let Some(OpenCode { language, text: code, range }) = self.code.take() else { return };
        if language.is_empty() {
            self.open_block("<pre tabindex=\"0\"", &range, "><code>");
        } else {
            // The style sheet shows the language to all, whether scripts run or not.
            let name = html::escape(&language);
            let tag = format!("<pre tabindex=\"0\" data-language=\"{name}\"");
            self.open_block(&tag, &range, &format!("><code class=\"language-{name}\">"));
        }
        let start = self.out.html.len();
        html::escape_text_into(&mut self.out.html, &code);
        match Grammar::of(&language.to_lowercase()) {
            Some(grammar) if Grammar::can_read(&code) => {
                let length = (self.out.html.len() - start) as u32;
                self.out.insert_at(start, Insert::Slot(SlotContent::Code(grammar, length)));
            }
            Some(_) => self.problems.push(plain_code(self.source, range)),
            None => {}
        }
        self.out.push("</code></pre>\n");
    }
}
