//! Code blocks: text until the page is rendered, with a slot for the colours where the code is not too large for them.

use std::ops::Range;

use super::Writer;
use crate::article::{Grammar, SlotContent};
use crate::diagnostic::PLAIN_CODE;
use crate::html;
use crate::parse::Finding;
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
fn plain_code(markdown: &str, range: Range<usize>) -> Finding {
    let line = markdown[range.clone()].lines().next().unwrap_or("");
    let message = "this code block is too long or too deeply nested to be coloured".to_owned();
    Finding::new(&PLAIN_CODE, range.start..range.start + line.len(), message)
        .help("show the part that readers need, and link to the rest as a file")
}

impl Writer<'_> {
    pub(super) fn end_code(&mut self) {
        let Some(OpenCode { language, text: code, range }) = self.code.take() else { return };
        let mut language_text = String::new();
        html::escape_into(&mut language_text, &language);
        if language.is_empty() {
            self.open_block("<pre tabindex=\"0\"", &range, "><code>");
        } else {
            // The style sheet shows the language to all, whether scripts run or not.
            let tag = format!("<pre tabindex=\"0\" data-language=\"{language_text}\"");
            self.open_block(&tag, &range, "><code class=\"language-");
            self.out.push(&language_text);
            self.out.push("\">");
        }
        let mut escaped = String::with_capacity(code.len());
        html::escape_text_into(&mut escaped, &code);
        match Grammar::of(&language.to_lowercase()) {
            Some(grammar) if Grammar::can_read(&code) => {
                let length = escaped.len() as u32;
                self.out.insert(Insert::Slot(SlotContent::Code(grammar, length)));
            }
            Some(_) => self.findings.push(plain_code(self.markdown, range)),
            None => {}
        }
        self.out.push(&escaped);
        self.out.push("</code></pre>\n");
    }
}
