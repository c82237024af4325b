//! Checks the variables and fields that templates use against those that exist. The engine looks a name up only when a
//! page is rendered, and treats an unknown one as empty nearly everywhere; this check reads every use on every branch.
//! Where a type cannot be known, it stays silent.

mod reader;
mod tokens;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use reader::Reader;
use tokens::{Tokens, tokens};
pub(super) use types::Type;

/// An unknown variable or field.
#[derive(Debug, PartialEq)]
pub(super) struct UnknownName {
    /// Its place, in bytes.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// The nearest known name.
    pub suggestion: Option<String>,
    /// Advice.
    pub help: Option<String>,
}

/// The types of each component's parameters, by component and parameter, as far as all calls agree.
type Parameters = BTreeMap<(String, String), Type>;

/// The most rounds of inferring parameter types from calls; components nest no deeper in practice.
const ROUNDS: usize = 8;

/// Every unknown name in the templates, by template. `variables` are those that every template sees.
pub(super) fn unknown_names(
    templates: &BTreeMap<String, &str>,
    variables: &BTreeMap<String, Type>,
) -> BTreeMap<String, Vec<UnknownName>> {
    let read: Vec<(&String, Tokens<'_>)> =
        templates.iter().map(|(name, text)| (name, tokens(text))).collect();
    // A template sees what its parents `set`, and, when it is included, every name of the including template.
    let includes = read.iter().any(|(_, tokens)| tokens.has_tag("include"));
    let bound: BTreeSet<&str> =
        read.iter().flat_map(|(_, tokens)| bound(tokens, includes)).collect();
    let mut globals = variables.clone();
    globals.extend(bound.iter().map(|name| ((*name).to_owned(), Type::Any)));
    let mut parameters = Parameters::new();
    for _ in 0..ROUNDS {
        let mut calls = Parameters::new();
        for (_, tokens) in &read {
            let mut reader = Reader::new(tokens, &globals, &parameters);
            reader.read();
            for (parameter, held) in reader.calls {
                let merged = match calls.remove(&parameter) {
                    Some(known) => known.or(&held),
                    None => held,
                };
                calls.insert(parameter, merged);
            }
        }
        if calls == parameters {
            break;
        }
        parameters = calls;
    }
    let found = read.iter().map(|(name, tokens)| {
        let mut reader = Reader::new(tokens, &globals, &parameters);
        reader.read();
        ((*name).clone(), reader.found)
    });
    found.filter(|(_, found)| !found.is_empty()).collect()
}

/// The components that a template defines: name, and the byte range of the whole definition.
pub(super) fn definitions(text: &str) -> Vec<(&str, Range<usize>)> {
    let tokens = tokens(text);
    let mut found: Vec<(&str, Range<usize>)> = Vec::new();
    for at in tokens.tags() {
        let end = tokens.end(at);
        match tokens.name(at + 1) {
            Some("component") => {
                let Some(parameters) = (at + 2..end).find(|at| tokens.is(*at, "(")) else {
                    continue;
                };
                let name = &text[tokens.range(at + 2).start..tokens.range(parameters).start];
                found.push((name.trim(), tokens.range(at).start..tokens.range(parameters).end));
            }
            Some("endcomponent") => {
                if let Some((_, range)) = found.last_mut() {
                    range.end = tokens.range(end).end.max(range.end);
                }
            }
            _ => {}
        }
    }
    found
}

/// The bytes of the lists that a template's loops and list comprehensions iterate over.
pub(super) fn iterated(text: &str) -> Vec<Range<usize>> {
    tokens(text).iterated().collect()
}

/// The names that a template binds by `set` and `set_global`; with `all`, also by loops and parameters.
fn bound<'t>(tokens: &Tokens<'t>, all: bool) -> Vec<&'t str> {
    let mut names = Vec::new();
    for at in tokens.tags() {
        match tokens.name(at + 1) {
            Some("set" | "set_global") => names.extend(tokens.name(at + 2)),
            Some("for" | "component") if all => {
                names.extend((at + 2..tokens.end(at)).filter_map(|at| tokens.name(at)));
            }
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Type, unknown_names};
    use crate::render::context;

    fn found(templates: &[(&str, &str)]) -> Vec<(String, String, Option<String>)> {
        let Type::Fields(variables) = Type::from_schema(&context::schema()) else {
            panic!("the variables are fields")
        };
        let templates: BTreeMap<String, &str> =
            templates.iter().map(|(name, text)| ((*name).to_owned(), *text)).collect();
        let found = unknown_names(&templates, &variables);
        let place = |(name, unknown_names): (&String, &super::UnknownName)| {
            let text = templates[name][unknown_names.range.clone()].to_owned();
            (name.clone(), text, unknown_names.suggestion.clone())
        };
        found
            .iter()
            .flat_map(|(name, found)| {
                found.iter().map(move |unknown_names| place((name, unknown_names)))
            })
            .collect()
    }

    fn names(text: &str) -> Vec<String> {
        found(&[("a.html", text)]).into_iter().map(|(_, name, _)| name).collect()
    }

    #[test]
    fn every_use_of_a_name_that_is_not_there_is_found() {
        for (template, expected) in [
            ("{{ page.titel }}", "titel"),
            ("{{ \"a\" ~ page.titel }}", "titel"),
            ("{{ [page.titel] }}", "titel"),
            ("{{ {\"a\": page.titel} }}", "titel"),
            ("{% if page.titel %}x{% endif %}", "titel"),
            ("{% if false %}{{ page.titel }}{% endif %}", "titel"),
            ("{{ page.titel or page.title }}", "titel"),
            ("{{ page.title if page.titel else 1 }}", "titel"),
            ("{{ (page.titel) | upper }}", "titel"),
            ("{{ page.titel | upper }}", "titel"),
            ("{{ asset(path=page.titel) }}", "titel"),
            ("{{ page.title | replace(from=pgae, to=\"x\") }}", "pgae"),
            ("{{ pgae.title }}", "pgae"),
            ("{{ \"a\" ~ pgae }}", "pgae"),
            ("{{ page.title.short }}", "short"),
            ("{{ toc.title }}", "title"),
            ("{{ site.url ~ section.titel }}", "titel"),
            ("{% for item in related %}{{ \"a\" ~ item.titel }}{% endfor %}", "titel"),
            ("{% for item in page.items %}{% endfor %}", "items"),
            ("{% for item in related | slice(end=itmes) %}{% endfor %}", "itmes"),
            ("{% set x = page.titel %}{{ x }}", "titel"),
            ("{% set x = section %}{{ [x.titel] }}", "titel"),
            ("{{ [item.titel for item in related if item.url] }}", "titel"),
            (
                "{% set l = [item for item in toc if item.level < 3] %}{% for e in l %}{{ [e.titel] }}{% endfor %}",
                "titel",
            ),
            ("{{ pagination.numbr + 1 }}", "numbr"),
            ("{% component C(@page) %}{{ [page.titel] }}{% endcomponent C %}", "titel"),
            ("{% component C() %}{{ [page] }}{% endcomponent C %}", "page"),
            ("{{- page.titel -}}", "titel"),
        ] {
            assert_eq!(names(template), [expected], "{template}");
        }
    }

    #[test]
    fn nothing_is_found_where_a_name_may_be_there() {
        for template in [
            "{{ page.extra.anything.at.all }}{{ page.extra[\"x\"] }}{{ site.extra.x }}",
            "{% if page.titel is defined %}{% endif %}{{ page.titel | default(value=1) }}{{ page?.titel }}",
            "{% if pgae is not defined %}{% endif %}",
            "{# {{ page.titel }} #}{% raw %}{{ page.titel }}{% endraw %}",
            "{{ \"page.titel }}\" ~ 'pgae'}}",
            "{% for k, v in page.extra %}{{ k }}{{ v.x }}{% endfor %}",
            "{% for item in related %}{{ item.title }}{{ loop.index }}{% if loop.first %}{% endif %}{% endfor %}",
            "{% set x %}text{% endset %}{{ x }}{% set_global y = x | upper %}{{ y.anything }}",
            "{{ [item.title for item in related if item.url] | join(sep=\", \") }}",
            "{{ related[0].title }}{{ related[0:2] }}{{ (related | first).anything }}",
            "{% block main %}{{ super() }}{% endblock main %}{% extends \"x\" %}{% include \"page.titel\" %}",
            "{% component C(a, b: string = \"x\", @site, ...rest) %}{{ a.x }}{{ b }}{{ site.url }}{{ rest }}{{ body }}{% endcomponent C %}",
            "{{ <C a={page.title} b=\"x\" site /> }}{% <C a={related}> %}{{ page.url }}{% </C> %}",
            "{{ 1 < 2 and page.title in [\"a\"] and not page.draft and 3 > 2 and page.title is containing(\"x\") }}",
            "{% filter upper %}{{ page.title }}{% endfilter %}",
        ] {
            assert_eq!(names(template), Vec::<String>::new(), "{template}");
        }
    }

    #[test]
    fn parameters_hold_what_all_calls_give() {
        let list = "{%- component List(items, @page) -%}{% for item in items %}{{ [item.titel] }}{% endfor %}{%- endcomponent List -%}";
        let one = found(&[("list.html", list), ("a.html", "{{ <List items={related} /> }}")]);
        assert_eq!(one, [("list.html".to_owned(), "titel".to_owned(), Some("title".to_owned()))]);
        let through = "{%- component Outer(pages) -%}{{ <List items={pages} /> }}{%- endcomponent Outer -%}{{ <Outer pages={articles} /> }}";
        assert_eq!(found(&[("list.html", list), ("a.html", through)]).len(), 1);
        // Where calls differ, nothing is known.
        let differ = "{{ <List items={related} /> }}{{ <List items={toc} /> }}";
        assert_eq!(found(&[("list.html", list), ("a.html", differ)]), []);
    }

    #[test]
    fn what_is_set_in_one_template_may_be_known_in_another() {
        let templates =
            [("a.html", "{% set kind = 1 %}{% include \"b.html\" %}"), ("b.html", "{{ [kind] }}")];
        assert_eq!(found(&templates), []);
    }
}
