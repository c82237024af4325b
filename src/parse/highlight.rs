//! Code as HTML with a class on each token. The one file that names the highlighter. Grammars are loaded when a
//! language is first met.

use std::sync::Arc;

use arborium::{Config, GrammarStore, Highlighter as Engine, HtmlFormat};

use crate::html;

/// Code past this many bytes is not highlighted: on text that is not of its language a grammar takes quadratic time.
const LONGEST: usize = 12 * 1024;
/// Code that is nested deeper is not highlighted: grammars keep what is open in 1,024 bytes, and end the program where
/// that is not enough.
const DEEPEST: usize = 128;

/// The grammars, shared by the highlighters of all threads.
#[derive(Clone, Default)]
pub struct Grammars(Arc<GrammarStore>);

/// Highlights the code of one thread.
pub struct Highlighter {
    engine: Engine,
}

impl Highlighter {
    /// A highlighter that shares loaded grammars.
    pub fn new(grammars: &Grammars) -> Self {
        let config = Config {
            max_injection_depth: 0,
            html_format: HtmlFormat::ClassNamesWithPrefix("hl".to_owned()),
        };
        Self { engine: Engine::with_store_and_config(Arc::clone(&grammars.0), config) }
    }

    /// Appends `code` as HTML, highlighted where the language is known.
    pub fn write(&mut self, language: &str, code: &str, output: &mut String) {
        if code.len() <= LONGEST && nesting(code) <= DEEPEST {
            if language == "http" {
                return http(self, code, output);
            }
            if let Some(name) = grammar(language)
                && let Ok(html) = self.engine.highlight(name, code)
            {
                output.push_str(&html);
                // The engine drops line ends after the last token.
                output.push_str(&code[code.trim_end_matches('\n').len()..]);
                return;
            }
        }
        html::escape_text_into(output, code);
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

/// The grammar for a language as writers name it after the fence.
fn grammar(language: &str) -> Option<&'static str> {
    Some(match language {
        "bash" | "sh" | "shell" | "zsh" | "console" | "shell-session" => "bash",
        "json" | "jsonc" | "json5" => "json",
        "yaml" | "yml" => "yaml",
        "python" | "py" => "python",
        "javascript" | "js" | "mjs" | "cjs" | "node" => "javascript",
        "toml" => "toml",
        "diff" | "patch" => "diff",
        _ => return None,
    })
}

/// HTTP messages (RFC 9112): a start line, fields, and a body that is highlighted as JSON when it looks like it. No
/// maintained grammar exists that is light enough to carry.
fn http(highlighter: &mut Highlighter, code: &str, output: &mut String) {
    let (head, body) =
        code.split_once("\n\n").map_or((code, None), |(head, body)| (head, Some(body)));
    for (index, line) in head.split('\n').enumerate() {
        if index > 0 {
            output.push('\n');
        }
        match line.split_once(':') {
            Some((name, value)) if index > 0 => {
                token(output, "property", name);
                output.push(':');
                token(output, "string", value);
            }
            _ => {
                let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
                token(output, "keyword", first);
                if !rest.is_empty() {
                    output.push(' ');
                    html::escape_text_into(output, rest);
                }
            }
        }
    }
    if let Some(body) = body {
        output.push_str("\n\n");
        let is_json = body.trim_start().starts_with(['{', '[']);
        highlighter.write(if is_json { "json" } else { "text" }, body, output);
    }
}

fn token(output: &mut String, class: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    output.push_str("<span class=\"hl-");
    output.push_str(class);
    output.push_str("\">");
    html::escape_text_into(output, text);
    output.push_str("</span>");
}

#[cfg(test)]
mod tests {
    use super::{Grammars, Highlighter};

    fn highlighted(language: &str, code: &str) -> String {
        let mut output = String::new();
        Highlighter::new(&Grammars::default()).write(language, code, &mut output);
        output
    }

    fn plain(html: &str) -> String {
        let text = regexless_strip(html);
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    }

    fn regexless_strip(html: &str) -> String {
        let mut text = String::new();
        let mut inside = false;
        for c in html.chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                c if !inside => text.push(c),
                _ => {}
            }
        }
        text
    }

    #[test]
    fn every_promised_language_gets_classes_and_loses_nothing() {
        for (language, code) in [
            ("bash", "export KEY=\"a & b\" # why\ncurl -H 'x: <y>' https://example.com\n"),
            ("json", "{\"a\": [1, true, null, \"<b>\"]}\n"),
            ("yaml", "title: Text # c\nlist:\n  - 1\n"),
            ("python", "def f(x):\n    return \"<\" if x < 3 else None\n"),
            ("javascript", "const f = (a) => `<${a}>`;\n"),
            ("toml", "[package]\nname = \"x\"\n"),
            ("http", "POST /v1/x HTTP/1.1\nContent-Type: application/json\n\n{\"a\": 1}\n"),
            ("diff", "--- a\n+++ b\n@@ -1 +1 @@\n-old <x>\n+new\n"),
        ] {
            let html = highlighted(language, code);
            assert!(html.contains("<span class=\"hl-"), "{language}: {html}");
            assert_eq!(plain(&html), code, "{language}: {html}");
        }
    }

    #[test]
    fn unknown_languages_are_escaped() {
        assert_eq!(highlighted("brainfuck", "+<>-"), "+&lt;&gt;-");
        assert_eq!(highlighted("", "a & b"), "a &amp; b");
    }
}
