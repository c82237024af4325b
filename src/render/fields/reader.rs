//! Walks the tokens of one template, keeps track of the names in scope, and infers the type of each use.

use std::collections::BTreeMap;
use std::ops::Range;

use super::tokens::{Comprehension, Token, Tokens};
use super::{Parameters, Type, UnknownName};
use crate::suggest;

/// Names in scope, from the outermost in.
enum Scope<'t> {
    /// A name and its type.
    Name(&'t str, Type),
    /// Start of a `for` loop.
    Loop,
    /// Start of a list comprehension; the token at which it ends.
    Comprehension(usize),
    /// Start of a component, which sees no outer names.
    Component,
}

/// Reads one template.
pub(super) struct Reader<'a, 't> {
    tokens: &'a Tokens<'t>,
    globals: &'a BTreeMap<String, Type>,
    parameters: &'a Parameters,
    scopes: Vec<Scope<'t>>,
    /// The open brackets.
    open: Vec<&'t str>,
    /// The type that each call passes for each parameter.
    pub(super) calls: Vec<((String, String), Type)>,
    /// The unknown names.
    pub(super) found: Vec<UnknownName>,
}

impl<'a, 't> Reader<'a, 't> {
    /// A reader at the first of `tokens`.
    pub(super) fn new(
        tokens: &'a Tokens<'t>,
        globals: &'a BTreeMap<String, Type>,
        parameters: &'a Parameters,
    ) -> Self {
        let (scopes, open) = (Vec::new(), Vec::new());
        Self { tokens, globals, parameters, scopes, open, calls: Vec::new(), found: Vec::new() }
    }

    /// Reads the template to its end.
    pub(super) fn read(&mut self) {
        self.expressions(0..self.tokens.len());
    }

    fn expressions(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            at = match self.tokens.get(at) {
                Some(Token::Tag) => self.tag(at + 1),
                Some(Token::Symbol(symbol)) => self.symbol(symbol, at),
                Some(Token::Name(name)) => self.name(name, at),
                _ => at + 1,
            };
        }
    }

    /// Reads what a `{% … %}` begins with; the rest is expressions.
    fn tag(&mut self, at: usize) -> usize {
        match self.tokens.name(at) {
            Some("for") => self.begin_loop(at + 1),
            Some("endfor") => {
                self.leave(|scope| matches!(scope, Scope::Loop));
                self.tokens.end(at)
            }
            Some("component") => self.begin_component(at + 1),
            Some("endcomponent") => {
                self.leave(|scope| matches!(scope, Scope::Component));
                self.tokens.end(at)
            }
            Some("set" | "set_global") => self.set(at + 1),
            // A filter's name, then its arguments.
            Some("filter") => at + 2,
            Some("if" | "elif") => at + 1,
            None if !self.tokens.is(at, "</") => at,
            _ => self.tokens.end(at),
        }
    }

    fn leave(&mut self, is_start: impl Fn(&Scope<'t>) -> bool) {
        while let Some(scope) = self.scopes.pop() {
            if is_start(&scope) {
                break;
            }
        }
    }

    /// `NAME in …`, or `KEY, NAME in …`. The list is read outside of the loop.
    fn begin_loop(&mut self, at: usize) -> usize {
        let end = self.tokens.end(at);
        let in_at = (at..end).find(|at| self.tokens.name(*at) == Some("in")).unwrap_or(end);
        let item = self.type_of(in_at + 1..end).item();
        // The list's own names are not the loop's.
        self.expressions(in_at + 1..end);
        self.scopes.push(Scope::Loop);
        let names: Vec<&str> = (at..in_at).filter_map(|at| self.tokens.name(at)).collect();
        match names[..] {
            [name] => self.scopes.push(Scope::Name(name, item)),
            _ => self.scopes.extend(names.into_iter().map(|name| Scope::Name(name, Type::Any))),
        }
        end
    }

    /// `NAME(parameter, @implicit, other: type = default, ...rest)`.
    fn begin_component(&mut self, at: usize) -> usize {
        let end = self.tokens.end(at);
        let (component, mut at) = self.dotted(at);
        self.scopes.push(Scope::Component);
        self.scopes.push(Scope::Name("body", Type::Any));
        let mut depth = 0;
        while at < end {
            match self.tokens.get(at) {
                Some(Token::Symbol("(" | "[" | "{")) => depth += 1,
                Some(Token::Symbol(")" | "]" | "}")) => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                Some(Token::Name(name)) if depth == 1 => {
                    let before = self.tokens.get(at - 1);
                    match before {
                        Some(Token::Symbol("(" | ",")) => {
                            let key = (component.clone(), (*name).to_owned());
                            let held = self.parameters.get(&key).cloned().unwrap_or(Type::Any);
                            self.scopes.push(Scope::Name(name, held));
                        }
                        Some(Token::Symbol("@")) => {
                            let key = (component.clone(), (*name).to_owned());
                            let implicit = self.globals.get(*name).cloned().unwrap_or(Type::Any);
                            let held = match self.parameters.get(&key) {
                                Some(held) => implicit.or(held),
                                None => implicit,
                            };
                            self.scopes.push(Scope::Name(name, held));
                        }
                        Some(Token::Symbol("...")) => {
                            self.scopes.push(Scope::Name(name, Type::Any));
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
            at += 1;
        }
        end
    }

    /// `NAME = …`: the name holds what stands after it from here on.
    fn set(&mut self, at: usize) -> usize {
        let Some(name) = self.tokens.name(at) else { return at };
        let held = if self.tokens.is(at + 1, "=") {
            self.type_of(at + 2..self.tokens.end(at))
        } else {
            Type::Any
        };
        // It is not seen before, but nothing before asks.
        self.scopes.push(Scope::Name(name, held));
        at + 1
    }

    fn symbol(&mut self, symbol: &'t str, at: usize) -> usize {
        match symbol {
            "[" => {
                if let Some((name, held, end)) = self.comprehension(at) {
                    self.scopes.push(Scope::Comprehension(end));
                    self.scopes.push(Scope::Name(name, held));
                }
                self.open.push(symbol);
            }
            "(" | "{" | "?[" => self.open.push(symbol),
            ")" | "]" | "}" => {
                self.open.pop();
                let ends = self
                    .scopes
                    .iter()
                    .position(|scope| matches!(scope, Scope::Comprehension(end) if *end == at));
                if let Some(start) = ends {
                    self.scopes.truncate(start);
                }
            }
            // A filter or a function's kind of name follows.
            "|" => return at + 2,
            "<" if self.tokens.begins_call(at) => return self.call(at + 1),
            _ => {}
        }
        at + 1
    }

    /// The name that a list comprehension beginning here gives to each item, what it holds, and where the list ends.
    fn comprehension(&self, at: usize) -> Option<(&'t str, Type, usize)> {
        let Comprehension { for_at, in_at, if_at, end } = self.tokens.comprehension(at)?;
        let name = self.tokens.name(in_at - 1)?;
        let held =
            if in_at == for_at + 2 { self.type_of(in_at + 1..if_at).item() } else { Type::Any };
        Some((name, held, end))
    }

    /// `Name attribute={…} other="text" shorthand`: the attributes are names of the component's.
    fn call(&mut self, at: usize) -> usize {
        let (component, mut at) = self.dotted(at);
        loop {
            let key = |name: &str| (component.clone(), name.to_owned());
            match self.tokens.get(at) {
                Some(Token::Name(name)) if self.tokens.is(at + 1, "=") => {
                    let value = at + 2;
                    let braces = self.tokens.closing(value).filter(|_| self.tokens.is(value, "{"));
                    let held = braces.map_or(Type::Plain, |end| self.type_of(value + 1..end));
                    self.calls.push((key(name), held));
                    at = braces.unwrap_or(value) + 1;
                    self.expressions(value + 1..at);
                }
                Some(Token::Name(name)) => {
                    self.calls.push((key(name), self.type_of(at..at + 1)));
                    at = self.name(name, at);
                }
                // `{...spread}`: it may hold any of the parameters, but those that are written out go before it.
                Some(Token::Symbol("{")) => {
                    let end = self.tokens.closing(at).unwrap_or(at);
                    self.expressions(at + 1..end);
                    at = end + 1;
                }
                _ => return at,
            }
        }
    }

    /// A component's name, which may hold dots, and what comes after it.
    fn dotted(&self, mut at: usize) -> (String, usize) {
        let mut name = self.tokens.name(at).unwrap_or_default().to_owned();
        while self.tokens.is(at + 1, ".") {
            at += 2;
            name = format!("{name}.{}", self.tokens.name(at).unwrap_or_default());
        }
        (name, at + 1)
    }

    /// Reads a name in an expression, and the fields after it.
    fn name(&mut self, name: &'t str, at: usize) -> usize {
        const WORDS: [&str; 16] = [
            "true", "True", "false", "False", "loop", "and", "or", "not", "in", "none", "None",
            "null", "if", "else", "for", "self",
        ];
        if name == "is" {
            // A test's name follows.
            return at + if self.tokens.name(at + 1) == Some("not") { 3 } else { 2 };
        }
        let is_argument = self.tokens.is(at + 1, "=") && self.open.last() == Some(&"(");
        let is_field = at > 0 && (self.tokens.is(at - 1, ".") || self.tokens.is(at - 1, "?."));
        if WORDS.contains(&name) || is_argument || is_field || self.tokens.is(at + 1, "(") {
            return at + 1;
        }
        let path = self.path(at);
        let mut held = match self.held(name) {
            Some(held) => held,
            None if path.asks => return path.end,
            None => {
                self.unknown_variable(name, at);
                return path.end;
            }
        };
        let mut parent = name;
        for (field, field_at) in &path.fields {
            match held.field(field) {
                Some(next) => held = next,
                None if path.asks => return path.end,
                None => {
                    self.unknown_field(parent, &held, field, *field_at);
                    return path.end;
                }
            }
            parent = field;
        }
        path.end
    }

    /// The fields after a name, as far as they are plain, and whether the writer asks if they are there.
    fn path(&self, at: usize) -> Path<'t> {
        let mut path = Path { fields: Vec::new(), end: at + 1, asks: false, whole: true };
        loop {
            if self.tokens.is(path.end, ".") {
                let Some(field) = self.tokens.name(path.end + 1) else { break };
                path.fields.push((field, path.end + 1));
                path.end += 2;
            } else {
                break;
            }
        }
        path.whole = !["?.", "[", "?["].iter().any(|next| self.tokens.is(path.end, next));
        let word = |offset: usize| self.tokens.name(path.end + offset);
        path.asks = self.tokens.is(path.end, "?.")
            || self.tokens.is(path.end, "?[")
            || self.tokens.is(path.end, "|") && word(1) == Some("default")
            || word(0) == Some("is")
                && matches!(
                    (word(1), word(2)),
                    (Some("defined" | "undefined"), _)
                        | (Some("not"), Some("defined" | "undefined"))
                );
        path
    }

    /// What is known of an expression: something of a path alone, or of a list comprehension of paths.
    fn type_of(&self, range: Range<usize>) -> Type {
        let start = range.start;
        if self.tokens.is(start, "[")
            && self.tokens.closing(start).is_some_and(|end| end + 1 == range.end)
        {
            let Some((name, held, _)) = self.comprehension(start) else { return Type::Any };
            let is_item = self.tokens.name(start + 1) == Some(name)
                && self.tokens.name(start + 2) == Some("for");
            return if is_item { Type::List(Box::new(held)) } else { Type::Any };
        }
        let Some(name) = self.tokens.name(start) else { return Type::Any };
        let path = self.path(start);
        if path.end != range.end || !path.whole {
            return Type::Any;
        }
        let field = |held: Option<Type>, (field, _): &(&str, usize)| held?.field(field);
        path.fields.iter().fold(self.held(name), field).unwrap_or(Type::Any)
    }

    /// What a variable holds; nothing when there is none of that name.
    fn held(&self, name: &str) -> Option<Type> {
        for scope in self.scopes.iter().rev() {
            match scope {
                Scope::Name(known, held) if *known == name => return Some(held.clone()),
                Scope::Component => return None,
                _ => {}
            }
        }
        self.globals.get(name).cloned()
    }

    fn unknown_variable(&mut self, name: &str, at: usize) {
        let mut known: Vec<&str> = Vec::new();
        let mut in_component = false;
        for scope in self.scopes.iter().rev() {
            match scope {
                Scope::Name(known_name, _) => known.push(known_name),
                Scope::Component => {
                    in_component = true;
                    break;
                }
                _ => {}
            }
        }
        if !in_component {
            known.extend(self.globals.keys().map(String::as_str));
        }
        let suggestion = suggest::nearest(name, known.into_iter());
        let help = if in_component && self.globals.contains_key(name) {
            Some(format!("a component sees what its parameters name: add `@{name}` to them"))
        } else {
            suggestion.as_ref().map(|name| format!("did you mean `{name}`?"))
        };
        let message = format!("there is no variable `{name}`");
        self.found.push(UnknownName { range: self.tokens.range(at), message, suggestion, help });
    }

    fn unknown_field(&mut self, parent: &str, held: &Type, field: &str, at: usize) {
        let fields: Vec<&str> = match held {
            Type::Fields(fields) => fields.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        let message = match held {
            Type::List(_) => format!("`{parent}` is a list, and has no field `{field}`"),
            Type::Plain => format!("`{parent}` has no fields, and so no `{field}`"),
            _ => format!("`{parent}` has no field `{field}`"),
        };
        let suggestion = suggest::nearest(field, fields.iter().copied());
        let help = match (&suggestion, held) {
            (Some(name), _) => Some(format!("did you mean `{name}`?")),
            (None, Type::List(_)) => Some("write a loop over its items".to_owned()),
            (None, _) if fields.is_empty() || fields.len() > MOST_FIELDS => None,
            (None, _) => Some(format!("its fields: {}", fields.join(", "))),
        };
        self.found.push(UnknownName { range: self.tokens.range(at), message, suggestion, help });
    }
}

/// How many fields are named in a message at most.
const MOST_FIELDS: usize = 20;

struct Path<'t> {
    /// Each field and its token.
    fields: Vec<(&'t str, usize)>,
    /// The token after it.
    end: usize,
    /// Whether the template itself asks if it is there.
    asks: bool,
    /// Whether nothing of the path is left out of `fields`.
    whole: bool,
}
