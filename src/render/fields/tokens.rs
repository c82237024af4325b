//! Splits the `{{ … }}` and `{% … %}` of a template into tokens. The engine has compiled most templates before, so they are
//! well-formed; anything else is skipped.

use std::ops::Range;

/// A token, or a tag or a pair of brackets with the tokens in it.
#[derive(Debug)]
pub(super) struct Token<'t> {
    /// As it is written; of a tag or a pair of brackets, what opens it.
    pub(super) text: &'t str,
    /// Its place, with what closes it.
    pub(super) range: Range<usize>,
    /// The tokens between what opens and what closes it.
    pub(super) inside: Vec<Self>,
}

/// `NAME in LIST` or `KEY, NAME in LIST`; in a list comprehension with what stands before and after it.
pub(super) struct Loop<'a, 't> {
    pub(super) item: &'a [Token<'t>],
    pub(super) names: &'a [Token<'t>],
    pub(super) list: &'a [Token<'t>],
    pub(super) condition: &'a [Token<'t>],
}

/// Symbols of more than one character; longer ones first.
const SYMBOLS: [&str; 10] = ["...", "?.", "?[", "==", "!=", "<=", ">=", "//", "**", "</"];

/// How deep brackets are nested at most; the engine compiles no more than 40.
const MOST_DEPTH: usize = 100;

impl Token<'_> {
    /// Whether it is a name or a word.
    pub(super) fn is_name(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }

    /// Whether it can end a value.
    pub(super) fn is_value(&self) -> bool {
        let is_operator = matches!(self.text, "and" | "or" | "not" | "in" | "if" | "else");
        let begins_value = |c: char| c.is_alphanumeric() || "_\"'`([{".contains(c);
        !is_operator && (self.text.starts_with(begins_value) || self.text == "?[")
    }
}

/// The tags of a template, `{{ … }}` and `{% … %}`, each with the tokens in it.
pub(super) fn tags(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('{').map(|start| at + start) {
        at = match text.get(start..start + 2) {
            Some("{#") => text[start..].find("#}").map_or(text.len(), |end| start + end + 2),
            Some(opens @ ("{{" | "{%")) => {
                let tag = group(text, start, opens, 0);
                let end = tag.range.end;
                if tag.inside.first().is_some_and(|first| first.text == "raw") {
                    after_raw(text, end)
                } else {
                    found.push(tag);
                    end
                }
            }
            _ => start + 1,
        };
    }
    found
}

/// Where a `raw` block that begins at `from` ends.
fn after_raw(text: &str, from: usize) -> usize {
    let is_end =
        |at: &usize| text[*at..].trim_start_matches('-').trim_start().starts_with("endraw");
    let mut tags = text[from..].match_indices("{%").map(|(at, opens)| from + at + opens.len());
    let end = tags.find(is_end).and_then(|at| Some(at + text[at..].find("%}")? + 2));
    end.unwrap_or(text.len())
}

/// Reads from what opens a tag or a bracket to what closes it. A bracket that is never closed ends where the one around it does.
fn group<'t>(text: &'t str, start: usize, opens: &'t str, depth: usize) -> Token<'t> {
    let closes = match opens {
        "{{" => "}}",
        "{%" => "%}",
        "(" => ")",
        "{" => "}",
        _ => "]",
    };
    let mut inside = Vec::new();
    let is_trimmed = depth == 0 && text[start + opens.len()..].starts_with('-');
    let mut at = start + opens.len() + usize::from(is_trimmed);
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let trimmed = rest.strip_prefix('-').filter(|_| depth == 0).unwrap_or(rest);
        if let Some(after) = trimmed.strip_prefix(closes) {
            return Token { text: opens, range: start..text.len() - after.len(), inside };
        }
        if depth > 0 && (rest.starts_with([')', ']', '}']) || rest.starts_with("%}")) {
            break;
        }
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let token = token(text, at, c, depth);
        at = token.range.end;
        inside.push(token);
    }
    Token { text: opens, range: start..at, inside }
}

/// The token that begins with the character `c`.
fn token(text: &str, at: usize, c: char, depth: usize) -> Token<'_> {
    let rest = &text[at..];
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let length = match c {
        '"' | '\'' | '`' => quoted(rest, c),
        c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        _ => {
            let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol));
            symbol.map_or(c.len_utf8(), |symbol| symbol.len())
        }
    };
    match &rest[..length] {
        opens @ ("(" | "[" | "{" | "?[") if depth < MOST_DEPTH => group(text, at, opens, depth + 1),
        text => Token { text, range: at..at + length, inside: Vec::new() },
    }
}

/// The length of a text in quotes, both included.
fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    let is_end = |(_, c): &(usize, char)| {
        let ends = *c == quote && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        ends
    };
    let end = text.char_indices().skip(1).find(is_end);
    end.map_or(text.len(), |(at, _)| at + 1)
}

/// The loop that the tokens after a `for` describe.
pub(super) fn loop_of<'a, 't>(tokens: &'a [Token<'t>]) -> Option<Loop<'a, 't>> {
    let at = tokens.iter().position(|token| token.text == "in")?;
    Some(Loop { item: &[], names: &tokens[..at], list: &tokens[at + 1..], condition: &[] })
}

/// The loop of the list comprehension that stands in brackets: `ITEM for NAME in LIST if CONDITION`.
pub(super) fn comprehension<'a, 't>(inside: &'a [Token<'t>]) -> Option<Loop<'a, 't>> {
    let at = inside.iter().position(|token| token.text == "for")?;
    let (item, tokens) = (&inside[..at], &inside[at + 1..]);
    let end = tokens.iter().position(|token| token.text == "if").unwrap_or(tokens.len());
    Some(Loop { item, condition: &tokens[end..], ..loop_of(&tokens[..end])? })
}
