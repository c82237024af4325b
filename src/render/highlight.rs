//! Code as HTML with a class on each token. The one file that names the highlighter. Grammars are loaded when a
//! language is first met.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arborium::{Config, GrammarStore, Highlighter as Engine, HtmlFormat};

use crate::article::Grammar;
use crate::html;

/// Highlighters that share the grammars they have loaded. There are as many as threads ever needed one at a time.
#[derive(Default)]
pub struct Highlighters {
    grammars: Arc<GrammarStore>,
    idle: Mutex<Vec<Engine>>,
}

impl Highlighters {
    /// Appends `code` as HTML, with a class on each token that has one. Only for code that [`Grammar::can_read`].
    pub fn write(&self, grammar: Grammar, code: &str, output: &mut String) {
        let Grammar(name) = grammar;
        if name == "http" {
            return http(self, code, output);
        }
        let idle = self.idle().pop();
        let mut engine = idle.unwrap_or_else(|| {
            let html_format = HtmlFormat::ClassNamesWithPrefix("hl".to_owned());
            let config = Config { max_injection_depth: 0, html_format };
            Engine::with_store_and_config(Arc::clone(&self.grammars), config)
        });
        match engine.highlight(name, code) {
            Ok(html) => {
                output.push_str(&html);
                // The engine drops line ends after the last token.
                output.push_str(&code[code.trim_end_matches('\n').len()..]);
            }
            Err(_) => html::escape_text_into(output, code),
        }
        self.idle().push(engine);
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Engine>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// HTTP messages (RFC 9112): a start line, fields, and a body that is highlighted as JSON when it looks like it. No
/// maintained grammar exists that is light enough to carry.
fn http(highlighters: &Highlighters, code: &str, output: &mut String) {
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
        if body.trim_start().starts_with(['{', '[']) {
            highlighters.write(Grammar("json"), body, output);
        } else {
            html::escape_text_into(output, body);
        }
    }
}

fn token(output: &mut String, class: &str, text: &str) {
    if !text.is_empty() {
        output.push_str(&format!("<span class=\"hl-{class}\">"));
        html::escape_text_into(output, text);
        output.push_str("</span>");
    }
}

#[cfg(test)]
mod tests {
    use super::Highlighters;
    use crate::article::Grammar;

    fn highlighted(language: &str, code: &str) -> String {
        let mut output = String::new();
        let grammar = Grammar::of(language).expect("the language is highlighted");
        Highlighters::default().write(grammar, code, &mut output);
        output
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
            let text: String = html
                .split('<')
                .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
                .collect();
            assert_eq!(crate::html::decode(&text), code, "{language}: {html}");
        }
    }
}
