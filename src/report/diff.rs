//! What would change in a text, as a unified diff that `patch -p1` and `git apply` take. The one file that names the diff
//! library.

use std::fmt::{Result, Write};

use imara_diff::{
    Algorithm, Diff, InternedInput, Interner, Token, UnifiedDiffConfig, UnifiedDiffPrinter,
};

/// How many unchanged lines are shown around a change.
const CONTEXT: u32 = 1;

/// The difference between the text of a file and that of the one that takes its place.
pub fn unified(old_path: &str, new_path: &str, old: &str, new: &str) -> String {
    let input = InternedInput::new(old, new);
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let mut config = UnifiedDiffConfig::default();
    config.context_len(CONTEXT);
    let hunks = diff.unified_diff(&Lines(&input.interner), config, &input).to_string();
    match hunks.is_empty() {
        true => hunks,
        false => format!("--- a/{old_path}\n+++ b/{new_path}\n{hunks}"),
    }
}

/// Writes hunks as POSIX and GNU `diff -u` do; the library's own printer leaves out that a last line has no line ending.
struct Lines<'a>(&'a Interner<&'a str>);

impl Lines<'_> {
    fn line(&self, mut output: impl Write, sign: char, token: Token) -> Result {
        let line = self.0[token];
        let missing = if line.ends_with('\n') { "" } else { "\n\\ No newline at end of file\n" };
        write!(output, "{sign}{line}{missing}")
    }
}

/// The place of a hunk in one of the texts: its first line from 1, or the line before it where it has none.
fn range(start: u32, length: u32) -> String {
    match length {
        0 => format!("{start},0"),
        1 => (start + 1).to_string(),
        _ => format!("{},{length}", start + 1),
    }
}

impl UnifiedDiffPrinter for Lines<'_> {
    fn display_header(
        &self,
        mut output: impl Write,
        old_start: u32,
        new_start: u32,
        old_length: u32,
        new_length: u32,
    ) -> Result {
        let (old, new) = (range(old_start, old_length), range(new_start, new_length));
        writeln!(output, "@@ -{old} +{new} @@")
    }

    fn display_context_token(&self, output: impl Write, token: Token) -> Result {
        self.line(output, ' ', token)
    }

    fn display_hunk(&self, mut output: impl Write, old: &[Token], new: &[Token]) -> Result {
        old.iter().try_for_each(|token| self.line(&mut output, '-', *token))?;
        new.iter().try_for_each(|token| self.line(&mut output, '+', *token))
    }
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn changed_lines_are_shown_with_their_neighbours() {
        let old = "one\ntwo\nthree\nfour\n";
        let diff = unified("content/a.md", "content/a.md", old, &old.replace("two", "2"));
        assert_eq!(
            diff,
            "--- a/content/a.md\n+++ b/content/a.md\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
        );
    }
}
