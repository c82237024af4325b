//! The languages whose code is highlighted, and the code that is small enough for it.

/// Code past this many bytes is not highlighted: a grammar takes quadratic time on text that is not of its language.
const LONGEST: usize = 12 * 1024;
/// Code that is nested deeper is not highlighted: grammars keep what is open in 1,024 bytes, and abort the program where
/// that is not enough.
const DEEPEST: usize = 128;

/// A language whose code is highlighted, by the name of its grammar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grammar(pub &'static str);

impl Grammar {
    /// The grammar of a language as writers name it after the fence, in lower case.
    pub fn of(language: &str) -> Option<Self> {
        Some(Self(match language {
            "bash" | "sh" | "shell" | "zsh" | "console" | "shell-session" => "bash",
            "json" | "jsonc" | "json5" => "json",
            "yaml" | "yml" => "yaml",
            "python" | "py" => "python",
            "javascript" | "js" | "mjs" | "cjs" | "node" => "javascript",
            "toml" => "toml",
            "diff" | "patch" => "diff",
            "http" => "http",
            _ => return None,
        }))
    }

    /// Whether code can be given to the grammar, for which it can be too long or too deeply nested.
    pub fn can_read(code: &str) -> bool {
        code.len() <= LONGEST && nesting(code) <= DEEPEST
    }
}

/// How deep code can be nested at most: brackets that are open at once, or the widest indentation, in steps of one
/// column, and list markers in it.
fn nesting(code: &str) -> usize {
    let mut open: usize = 0;
    let mut deepest: usize = 0;
    let mut widest: usize = 0;
    for line in code.split('\n') {
        let text = line.trim_start_matches([' ', '\t', '-', '>', '?', ':']);
        widest = widest.max(line.len() - text.len());
        for byte in text.bytes() {
            match byte {
                b'(' | b'[' | b'{' | b'<' => open += 1,
                b')' | b']' | b'}' | b'>' => open = open.saturating_sub(1),
                _ => {}
            }
            deepest = deepest.max(open);
        }
    }
    deepest.max(widest)
}

#[cfg(test)]
mod tests {
    use super::Grammar;

    #[test]
    fn code_that_is_too_long_or_too_deep_is_not_read() {
        assert!(Grammar::can_read(&"[]".repeat(200)));
        assert!(!Grammar::can_read(&"<".repeat(200)));
        assert!(!Grammar::can_read(&"a & ".repeat(4000)));
    }
}
