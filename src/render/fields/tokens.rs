//! Splits the `{{ … }}` and `{% … %}` of a template into tokens. The engine has compiled the template before, so it is
//! well-formed; anything else is skipped.

use std::ops::Range;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'t> {
    /// `{{`.
    Print,
    /// `{%`.
    Tag,
    /// `}}` or `%}`.
    End,
    /// A name or a word.
    Name(&'t str),
    /// A quoted text, without the quotes.
    Text(&'t str),
    /// A number.
    Number,
    /// Anything else.
    Symbol(&'t str),
}

/// A template's tokens and their places.
pub(super) struct Tokens<'t>(Vec<(Token<'t>, Range<usize>)>);

/// The tokens of `[… for NAME in LIST if CONDITION]`.
pub(super) struct Comprehension {
    /// The word `for`.
    pub(super) for_at: usize,
    /// The word `in`.
    pub(super) in_at: usize,
    /// The word `if`, or the closing bracket where there is no condition.
    pub(super) if_at: usize,
    /// The closing bracket.
    pub(super) end: usize,
}

/// Symbols of more than one character; longer ones first.
const SYMBOLS: [&str; 10] = ["...", "?.", "?[", "==", "!=", "<=", ">=", "//", "**", "</"];

/// Reads a template.
pub(super) fn tokens(text: &str) -> Tokens<'_> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("{").map(|start| at + start) {
        let rest = &text[start..];
        at = if rest.starts_with("{#") {
            rest.find("#}").map_or(text.len(), |end| start + end + 2)
        } else if rest.starts_with("{{") || rest.starts_with("{%") {
            let (begins, ends) =
                if rest.starts_with("{{") { (Token::Print, "}}") } else { (Token::Tag, "%}") };
            let first = found.len();
            let begin = start + 2 + usize::from(rest[2..].starts_with('-'));
            found.push((begins, start..begin));
            let end = inside(text, begin, ends, &mut found);
            if matches!(found.get(first + 1), Some((Token::Name("raw"), _))) {
                found.truncate(first);
                after_raw(text, end)
            } else {
                end
            }
        } else {
            start + 1
        };
    }
    Tokens(found)
}

/// Where a `raw` block that begins at `from` ends.
fn after_raw(text: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(start) = text[at..].find("{%").map(|start| at + start + 2) {
        let inner = text[start..].trim_start_matches('-').trim_start();
        at = text[start..].find("%}").map_or(text.len(), |end| start + end + 2);
        if inner.starts_with("endraw") {
            return at;
        }
    }
    text.len()
}

/// Reads up to `ends`, and returns what comes after it.
fn inside<'t>(
    text: &'t str,
    mut at: usize,
    ends: &str,
    found: &mut Vec<(Token<'t>, Range<usize>)>,
) -> usize {
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        // A `}` may close a map right before the end: `{{ {"a": 1}}}`.
        let closes = ends == "}}" && rest.starts_with("}}}");
        if !closes
            && (rest.starts_with(ends)
                || rest.strip_prefix('-').is_some_and(|rest| rest.starts_with(ends)))
        {
            let end = at + ends.len() + usize::from(c == '-');
            found.push((Token::End, at..end));
            return end;
        }
        let (token, length) = if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        } else if matches!(c, '"' | '\'' | '`') {
            let length = quoted(rest, c);
            (Token::Text(rest.get(1..length - 1).unwrap_or("")), length)
        } else if c.is_ascii_digit() {
            (Token::Number, span(rest, |c| c.is_ascii_digit() || c == '_'))
        } else if c.is_alphabetic() || c == '_' {
            let length = span(rest, |c| c.is_alphanumeric() || c == '_');
            (Token::Name(&rest[..length]), length)
        } else {
            let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol));
            let length = symbol.map_or(c.len_utf8(), |symbol| symbol.len());
            (Token::Symbol(&rest[..length]), length)
        };
        found.push((token, at..at + length));
        at += length;
    }
    at
}

fn span(text: &str, is_inside: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_inside(c)).unwrap_or(text.len())
}

/// The length of a text in quotes, both included.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

impl<'t> Tokens<'t> {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The indexes at which tags begin.
    pub(super) fn tags(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).filter(|at| self.get(*at) == Some(&Token::Tag))
    }

    /// Whether there is a tag of that name.
    pub(super) fn has_tag(&self, name: &str) -> bool {
        self.tags().any(|at| self.name(at + 1) == Some(name))
    }

    /// The token at this index.
    pub(super) fn get(&self, at: usize) -> Option<&Token<'t>> {
        self.0.get(at).map(|(token, _)| token)
    }

    /// The byte range of the token at this index.
    pub(super) fn range(&self, at: usize) -> Range<usize> {
        self.0.get(at).map_or(0..0, |(_, range)| range.clone())
    }

    /// The name at this index, if it is one.
    pub(super) fn name(&self, at: usize) -> Option<&'t str> {
        match self.get(at) {
            Some(Token::Name(name)) => Some(name),
            _ => None,
        }
    }

    /// Whether that symbol is at this index.
    pub(super) fn is(&self, at: usize, symbol: &str) -> bool {
        matches!(self.get(at), Some(Token::Symbol(found)) if *found == symbol)
    }

    /// The index of the end of the tag that this index is in.
    pub(super) fn end(&self, at: usize) -> usize {
        let ends = |(token, _): &(Token<'_>, _)| *token == Token::End;
        self.0.iter().skip(at).position(ends).map_or(self.len(), |offset| at + offset)
    }

    /// The index of the bracket that closes the one at this index.
    pub(super) fn closing(&self, at: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for index in at..self.end(at) {
            match self.get(index) {
                Some(Token::Symbol("(" | "[" | "{" | "?[")) => depth += 1,
                Some(Token::Symbol(")" | "]" | "}")) => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Some(index);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The parts of the list comprehension that the `[` at this index begins, if it begins one.
    pub(super) fn comprehension(&self, at: usize) -> Option<Comprehension> {
        let follows_value =
            matches!(self.get(at.checked_sub(1)?), Some(Token::Name(_) | Token::Symbol(")" | "]")));
        if follows_value || !self.is(at, "[") {
            return None;
        }
        let end = self.closing(at)?;
        let for_at = self.outside_brackets(at + 1..end, "for")?;
        let in_at = self.outside_brackets(for_at..end, "in")?;
        let if_at = self.outside_brackets(in_at..end, "if").unwrap_or(end);
        Some(Comprehension { for_at, in_at, if_at, end })
    }

    /// The bytes of the lists that `for` tags and list comprehensions iterate over.
    pub(super) fn iterated(&self) -> impl Iterator<Item = Range<usize>> {
        let tokens = (0..self.len()).filter_map(|at| {
            if self.get(at) == Some(&Token::Tag) && self.name(at + 1) == Some("for") {
                let end = self.end(at);
                let in_at = (at + 2..end).find(|at| self.name(*at) == Some("in"))?;
                return Some(in_at + 1..end);
            }
            self.comprehension(at).map(|found| found.in_at + 1..found.if_at)
        });
        let bytes =
            |tokens: Range<usize>| self.range(tokens.start).start..self.range(tokens.end - 1).end;
        tokens.filter(|tokens| !tokens.is_empty()).map(bytes)
    }

    /// The index of a word in a range, outside of any brackets in it.
    pub(super) fn outside_brackets(&self, range: Range<usize>, word: &str) -> Option<usize> {
        let mut depth = 0_i32;
        range.into_iter().find(|index| {
            match self.get(*index) {
                Some(Token::Symbol("(" | "[" | "{" | "?[")) => depth += 1,
                Some(Token::Symbol(")" | "]" | "}")) => depth -= 1,
                _ => {}
            }
            depth == 0 && self.name(*index) == Some(word)
        })
    }

    /// Whether the `<` at this index begins a component call rather than a comparison: no value precedes it.
    pub(super) fn begins_call(&self, at: usize) -> bool {
        let value = match at.checked_sub(1).and_then(|before| self.get(before)) {
            Some(Token::Name(word)) => {
                !matches!(*word, "and" | "or" | "not" | "in" | "if" | "else")
            }
            Some(Token::Text(_) | Token::Number | Token::Symbol(")" | "]" | "}")) => true,
            _ => false,
        };
        !value && self.name(at + 1).is_some()
    }
}
