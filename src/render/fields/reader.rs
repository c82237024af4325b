//! Walks the tokens of one template, keeps track of the names in scope, and infers the type of each use.

use std::collections::BTreeMap;

use super::tokens::{Loop, Token, comprehension, loop_of};
use super::types::{ANY, LIST, PLAIN, Type};
use super::{Parameters, VARIABLES_HELP};
use crate::diagnostic::Diagnostic;
use crate::render::templates::failure;
use crate::suggest::nearest;

/// Words of the engine's in expressions, and names that it defines itself.
const WORDS: [&str; 16] = [
    "true", "True", "false", "False", "loop", "and", "or", "not", "in", "none", "None", "null",
    "if", "else", "for", "self",
];

/// How many fields are named in a message at most.
const MOST_FIELDS: usize = 20;

/// Reads one template.
pub(super) struct Reader<'r, 'a, 't> {
    /// The template's name.
    template: &'t str,
    globals: &'r BTreeMap<&'r str, &'a Type>,
    /// What components' parameters hold, by component and parameter.
    parameters: &'r Parameters<'a>,
    /// Names and their types, from the outermost scope in.
    scopes: Vec<(&'t str, &'a Type)>,
    /// How many names are in scope around each loop.
    loops: Vec<usize>,
    /// How many names are in scope around the component, which sees none of them.
    component: Option<usize>,
    /// The type that each call passes for each parameter.
    pub(super) calls: Vec<((String, String), &'a Type)>,
    /// The unknown names.
    pub(super) found: Vec<Diagnostic>,
}

impl<'r, 'a, 't> Reader<'r, 'a, 't> {
    /// Reads the tags of the template of that name.
    pub(super) fn read(
        template: &'t str,
        tags: &[Token<'t>],
        globals: &'r BTreeMap<&'r str, &'a Type>,
        parameters: &'r Parameters<'a>,
    ) -> Self {
        let (scopes, loops, calls, found) = Default::default();
        let mut reader =
            Self { template, globals, parameters, scopes, loops, component: None, calls, found };
        for tag in tags {
            match tag.text {
                "{%" => reader.tag(&tag.inside),
                _ => _ = reader.expression(&tag.inside),
            }
        }
        reader
    }

    fn tag(&mut self, tokens: &[Token<'t>]) {
        let Some((first, rest)) = tokens.split_first() else { return };
        match first.text {
            "for" => {
                let Some(parts) = loop_of(rest) else { return };
                // The list is read outside of the loop.
                let list = self.expression(parts.list);
                self.loops.push(self.scopes.len());
                self.bind(parts.names, list);
            }
            "endfor" => self.scopes.truncate(self.loops.pop().unwrap_or(0)),
            "component" => self.begin_component(rest),
            "endcomponent" => self.scopes.truncate(self.component.take().unwrap_or(0)),
            "set" | "set_global" => self.set(rest),
            // A filter's name, then its arguments.
            "filter" => _ = self.expression(rest.get(1..).unwrap_or(&[])),
            "if" | "elif" => _ = self.expression(rest),
            name if first.is_name() || name == "</" => {}
            _ => _ = self.expression(tokens),
        }
    }

    /// The names of a loop hold the items of its list from here on.
    fn bind(&mut self, names: &[Token<'t>], list: &'a Type) {
        let names: Vec<&str> =
            names.iter().filter(|token| token.is_name()).map(|token| token.text).collect();
        let held = if names.len() == 1 { list.item() } else { &ANY };
        self.scopes.extend(names.into_iter().map(|name| (name, held)));
    }

    /// `NAME(parameter, @implicit, other: type = default, ...rest)`.
    fn begin_component(&mut self, tokens: &[Token<'t>]) {
        let (component, rest) = dotted(tokens);
        self.component = Some(self.scopes.len());
        self.scopes.push(("body", &ANY));
        let parameters = rest.first().map_or(&[][..], |brackets| &brackets.inside);
        let mut before = ",";
        for token in parameters.iter() {
            let name = token.text;
            let from_calls = || self.parameters.get(&(component.clone(), name.to_owned())).copied();
            let held = match std::mem::replace(&mut before, name) {
                "," => from_calls(),
                "@" => {
                    let implicit = self.globals.get(name).copied().unwrap_or(&ANY);
                    Some(from_calls().map_or(implicit, |held| either(implicit, held)))
                }
                "..." => None,
                _ => continue,
            };
            if token.is_name() {
                self.scopes.push((name, held.unwrap_or(&ANY)));
            }
        }
    }

    /// `NAME = …`: the name holds what stands after it from here on.
    fn set(&mut self, tokens: &[Token<'t>]) {
        let Some((name, rest)) = tokens.split_first() else { return };
        let held = match rest {
            [Token { text: "=", .. }, value @ ..] => self.expression(value),
            _ => {
                self.expression(rest);
                &ANY
            }
        };
        self.scopes.push((name.text, held));
    }

    /// Reads an expression. Returns what is known of it: something of a path alone, or of a list comprehension of items.
    fn expression(&mut self, tokens: &[Token<'t>]) -> &'a Type {
        let mut rest = tokens;
        let mut known: &'a Type = &ANY;
        while let [token, after @ ..] = rest {
            let before = tokens[..tokens.len() - rest.len()].last();
            let is_first = before.is_none();
            (known, rest) = match token.text {
                "[" => (self.list(&token.inside), after),
                "(" | "{" | "?[" => {
                    self.expression(&token.inside);
                    (&ANY, after)
                }
                // The name of a filter, a field or a test follows.
                "|" | "." | "?." => (&ANY, after.get(1..).unwrap_or(&[])),
                "is" => match after {
                    [Token { text: "not", .. }, _, after @ ..] | [_, after @ ..] => (&ANY, after),
                    [] => (&ANY, after),
                },
                "<" if !before.is_some_and(Token::is_value)
                    && after.first().is_some_and(Token::is_name) =>
                {
                    (&ANY, self.call(after))
                }
                name if token.is_name() && !WORDS.contains(&name) => match after {
                    // An argument's name, or a function's.
                    [Token { text: "=" | "(", .. }, ..] => (&ANY, after),
                    _ => self.name(rest),
                },
                _ => (&ANY, after),
            };
            if !is_first {
                known = &ANY;
            }
        }
        known
    }

    /// Reads what stands in `[…]`: items, or `ITEM for NAME in LIST if CONDITION`.
    fn list(&mut self, tokens: &[Token<'t>]) -> &'a Type {
        let Some(Loop { item, names, list, condition }) = comprehension(tokens) else {
            self.expression(tokens);
            return &ANY;
        };
        let held = self.expression(list);
        let outside = self.scopes.len();
        self.bind(names, held);
        self.expression(item);
        self.expression(condition);
        self.scopes.truncate(outside);
        match (item, names, held) {
            // A list of the same items, or of some of them.
            ([item], [name], Type::List(_)) if item.text == name.text => held,
            ([item], [name], _) if item.text == name.text => &LIST,
            _ => &ANY,
        }
    }

    /// `Name attribute={…} other="text" shorthand`: the attributes are names of the component's. Returns what comes after them.
    fn call<'s>(&mut self, tokens: &'s [Token<'t>]) -> &'s [Token<'t>] {
        let (component, mut rest) = dotted(tokens);
        loop {
            let key = |name: &str| (component.clone(), name.to_owned());
            rest = match rest {
                [name, Token { text: "=", .. }, value, after @ ..] if name.is_name() => {
                    let is_expression = value.text == "{";
                    let held = if is_expression { self.expression(&value.inside) } else { &PLAIN };
                    self.calls.push((key(name.text), held));
                    after
                }
                [name, ..] if name.is_name() => {
                    let (held, after) = self.name(rest);
                    self.calls.push((key(name.text), held));
                    after
                }
                // `{...spread}`: it may hold any of the parameters, but those that are written out go before it.
                [Token { text: "{", inside, .. }, after @ ..] => {
                    self.expression(inside);
                    after
                }
                _ => return rest,
            }
        }
    }

    /// Reads a name in an expression, and the fields after it. Returns what they hold, and what comes after them.
    fn name<'s>(&mut self, tokens: &'s [Token<'t>]) -> (&'a Type, &'s [Token<'t>]) {
        let (path, rest) = path(tokens);
        if asks(rest) {
            return (&ANY, rest);
        }
        let Some(mut held) = self.held(path[0].text) else {
            self.unknown_variable(&path[0]);
            return (&ANY, rest);
        };
        for names in path.windows(3).step_by(2) {
            let Some(field) = held.field(names[2].text) else {
                self.unknown_field(names[0].text, held, &names[2]);
                return (&ANY, rest);
            };
            held = field;
        }
        (held, rest)
    }

    /// What a variable holds; nothing when there is none of that name.
    fn held(&self, name: &str) -> Option<&'a Type> {
        let mut visible = self.visible().iter().rev();
        match visible.find(|(known, _)| *known == name) {
            Some((_, held)) => Some(held),
            None if self.component.is_some() => None,
            None => self.globals.get(name).copied(),
        }
    }

    fn visible(&self) -> &[(&'t str, &'a Type)] {
        &self.scopes[self.component.unwrap_or(0)..]
    }

    fn unknown_variable(&mut self, token: &Token<'t>) {
        let name = token.text;
        let globals = self.globals.keys().filter(|_| self.component.is_none());
        let known = self.visible().iter().rev().map(|(name, _)| *name).chain(globals.copied());
        let message = format!("there is no variable `{name}`");
        let found = failure(self.template, token.range.clone(), &message);
        let mut found = found.did_you_mean(nearest(name, known), VARIABLES_HELP);
        if self.component.is_some() && self.globals.contains_key(name) {
            let help = format!("a component sees what its parameters name: add `@{name}` to them");
            found.help = Some(help);
        }
        self.found.push(found);
    }

    fn unknown_field(&mut self, parent: &str, held: &Type, token: &Token<'t>) {
        let field = token.text;
        let fields: Vec<&str> = match held {
            Type::Fields(fields) => fields.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        let listed = format!("its fields: {}", fields.join(", "));
        let (message, help) = match held {
            Type::List(_) => {
                let message = format!("`{parent}` is a list, and has no field `{field}`");
                (message, "write a loop over its items")
            }
            Type::Plain => {
                (format!("`{parent}` has no fields, and so no `{field}`"), VARIABLES_HELP)
            }
            _ => {
                let is_short = (1..=MOST_FIELDS).contains(&fields.len());
                let help = if is_short { &*listed } else { VARIABLES_HELP };
                (format!("`{parent}` has no field `{field}`"), help)
            }
        };
        let found = failure(self.template, token.range.clone(), &message);
        self.found.push(found.did_you_mean(nearest(field, fields.into_iter()), help));
    }
}

/// The type of a value that has one type or the other.
pub(super) fn either<'a>(one: &'a Type, other: &Type) -> &'a Type {
    if one == other { one } else { &ANY }
}

/// A component's name, which may hold dots, and what comes after it.
fn dotted<'s, 't>(tokens: &'s [Token<'t>]) -> (String, &'s [Token<'t>]) {
    let (path, rest) = path(tokens);
    (path.iter().map(|token| token.text).collect(), rest)
}

/// A name with the fields after it, as far as they are plain, and what comes after them.
fn path<'s, 't>(tokens: &'s [Token<'t>]) -> (&'s [Token<'t>], &'s [Token<'t>]) {
    let is_field = |pair: &&[Token<'_>]| pair[0].text == "." && pair[1].is_name();
    let after = tokens.get(1..).unwrap_or(&[]);
    let fields = after.chunks_exact(2).take_while(is_field).count();
    tokens.split_at(tokens.len().min(1 + 2 * fields))
}

/// Whether what follows a path asks whether it is there.
fn asks(rest: &[Token<'_>]) -> bool {
    let words: Vec<&str> = rest.iter().take(3).map(|token| token.text).collect();
    matches!(
        words[..],
        ["?." | "?[", ..]
            | ["|", "default", ..]
            | ["is", "defined" | "undefined", ..]
            | ["is", "not", "defined" | "undefined"]
    )
}
