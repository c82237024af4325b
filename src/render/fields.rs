//! Checks the variables and fields that templates use against those that exist. The engine looks a name up only when a
//! page is rendered, and treats an unknown one as empty nearly everywhere; this check reads every use on every branch.
//! Where a type cannot be known, it stays silent.

mod reader;
mod tokens;
mod types;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::config::Strings;
use crate::diagnostic::Diagnostic;
use reader::{Reader, either};
use tokens::{Token, comprehension, loop_of, tags};
use types::{ANY, Type};

/// The types of each component's parameters, by component and parameter, as far as all calls agree.
type Parameters<'a> = BTreeMap<(String, String), &'a Type>;

/// The most rounds of inferring parameter types from calls; components nest no deeper in practice.
const ROUNDS: usize = 8;

/// The help for an unknown variable or field that resembles no other.
const VARIABLES_HELP: &str = "the README lists every variable that templates are given";

/// Every unknown variable and field in the templates. They may name no other strings than these.
pub(super) fn unknown_names(
    templates: &BTreeMap<&str, &str>,
    strings: &Strings,
) -> Vec<Diagnostic> {
    let variables = variables(strings);
    let read: Vec<_> = templates.iter().map(|(name, text)| (*name, tags(text))).collect();
    // A template sees what its parents `set`, and, when it is included, every name of the including template.
    let all = read.iter().flat_map(|(_, tags)| tags);
    let includes = all.clone().any(|tag| begins_with(tag, &["include"]));
    let mut globals: BTreeMap<&str, &Type> =
        variables.iter().map(|(name, held)| (name.as_str(), held)).collect();
    globals.extend(all.flat_map(|tag| bound(tag, includes)).map(|name| (name, &ANY)));
    let mut parameters = Parameters::new();
    for _ in 0..ROUNDS {
        let mut calls = Parameters::new();
        for (name, tags) in &read {
            for (parameter, held) in Reader::read(name, tags, &globals, &parameters).calls {
                let merge = |known: &mut &_| *known = either(known, held);
                calls.entry(parameter).and_modify(merge).or_insert(held);
            }
        }
        if calls == parameters {
            break;
        }
        parameters = calls;
    }
    let readers = read.iter().map(|(name, tags)| Reader::read(name, tags, &globals, &parameters));
    readers.flat_map(|reader| reader.found).collect()
}

/// The types of the variables that every template sees.
fn variables(strings: &Strings) -> BTreeMap<String, Type> {
    let schema = super::context::schema();
    let Type::Fields(mut variables) = Type::of(&schema, &schema["$defs"]) else {
        return BTreeMap::new();
    };
    let strings = strings.keys().map(|name| ((*name).to_owned(), Type::Plain)).collect();
    variables.insert("strings".to_owned(), Type::Fields(strings));
    variables
}

/// Whether a tag begins with one of these words.
fn begins_with(tag: &Token<'_>, words: &[&str]) -> bool {
    tag.text == "{%" && tag.inside.first().is_some_and(|first| words.contains(&first.text))
}

/// The components that a template defines: name, and the byte range of the whole definition.
pub(super) fn definitions(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut found: Vec<(&str, Range<usize>)> = Vec::new();
    for tag in tags(text) {
        if begins_with(&tag, &["component"])
            && let Some(brackets) = tag.inside.iter().find(|token| token.text == "(")
        {
            let name = text[tag.inside[0].range.end..brackets.range.start].trim();
            found.push((name, tag.range));
        } else if begins_with(&tag, &["endcomponent"])
            && let Some((_, range)) = found.last_mut()
        {
            range.end = tag.range.end;
        }
    }
    found
}

/// The bytes of the lists that a template's loops and list comprehensions iterate over.
pub(super) fn iterated(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    add_iterated(&tags(text), &mut found);
    found
}

fn add_iterated(tokens: &[Token<'_>], found: &mut Vec<Range<usize>>) {
    for token in tokens {
        let parts = match begins_with(token, &["for"]) {
            true => loop_of(&token.inside[1..]),
            false => comprehension(&token.inside),
        };
        if let Some([first, .., last] | [first @ last]) = parts.map(|parts| parts.list) {
            found.push(first.range.start..last.range.end);
        }
        add_iterated(&token.inside, found);
    }
}

/// The names that a tag binds by `set` and `set_global`; with `all`, also by loops and parameters.
fn bound<'t>(tag: &Token<'t>, all: bool) -> Vec<&'t str> {
    match &tag.inside[..] {
        [Token { text: "set" | "set_global", .. }, name, ..] => vec![name.text],
        [Token { text: "for" | "component", .. }, ..] if all => names(tag),
        _ => Vec::new(),
    }
}

/// Every name in a token.
fn names<'t>(token: &Token<'t>) -> Vec<&'t str> {
    let nested = token.inside.iter().flat_map(names);
    token.is_name().then_some(token.text).into_iter().chain(nested).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::unknown_names;
    use crate::config::Strings;

    fn found(templates: &[(&str, &str)]) -> Vec<(String, String, Option<String>)> {
        let templates: BTreeMap<&str, &str> = templates.iter().copied().collect();
        let found = unknown_names(&templates, &Strings::new()).into_iter().map(|failure| {
            let template = failure.span.file.below("templates").expect("it is in a template");
            let text = &templates[template][failure.span.range()];
            (template.to_owned(), text.to_owned(), failure.suggestion().map(str::to_owned))
        });
        found.collect()
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
