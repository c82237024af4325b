//! `site.yaml`: as written, then resolved.

use globset::GlobBuilder;
use schemars::JsonSchema;

use super::fields::{
    Entries, FieldProblem, FieldValue, Fields, Free, Interval, Place, Text, Wrong, describe,
};
use super::yaml::{self, Key, Part, Value};
use crate::config::{BaseUrl, Configuration, Redirect, RuleSettings, TextDirection};
use crate::diagnostic::{self, Diagnostic, INVALID_VALUE, RULES, Severity, UNKNOWN_RULE};
use crate::path::SourcePath;
use crate::source::BYTE_ORDER_MARK;
use crate::suggest;

/// The configuration's file name.
pub const FILE: &str = "site.yaml";

/// Reads `site.yaml`; every setting that is wrong stands as its default.
pub fn read(text: &str) -> (Configuration, Vec<Diagnostic>) {
    let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let yaml = &text[start..];
    let mut fields = Fields::new(yaml::read(yaml));
    let readable = fields.readable();
    let written = written(&mut fields);
    let mut problems = fields.finish();
    if !readable {
        problems.truncate(1);
    }
    let places = yaml::places(yaml);
    for problem in &mut problems {
        problem.place = match std::mem::replace(&mut problem.place, Place::Bytes(0..0, None)) {
            Place::Bytes(at, other) => Place::Bytes(
                at.start + start..at.end + start,
                other.map(|at| at.start + start..at.end + start),
            ),
            Place::Entry(path, part) => {
                let at = places.of(&path, part);
                Place::Bytes(at.start + start..at.end + start, None)
            }
        };
    }
    let path = SourcePath::new(FILE);
    if let (Some(url), Some(redirects)) = (&written.base_url, &written.redirects) {
        problems.extend(foreign_redirects(&places, start, &url.0, redirects));
    }
    (
        resolve(written),
        problems.into_iter().map(|problem| super::diagnostic(&path, problem)).collect(),
    )
}

/// Redirects from another site have to be made there.
fn foreign_redirects(
    places: &yaml::Places,
    start: usize,
    base: &BaseUrl,
    redirects: &Redirects,
) -> Vec<FieldProblem> {
    let is_foreign = |redirect: &&Redirect| {
        let own = base.origin().is_some_and(|origin| {
            redirect
                .from
                .strip_prefix(origin)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        !redirect.from.starts_with('/') && !own
    };
    let problem = |redirect: &Redirect| {
        let path = [Key::Name("redirects".to_owned()), Key::Name(redirect.from.clone())];
        let at = places.of(&path, Part::Key);
        FieldProblem {
            rule: &INVALID_VALUE,
            place: Place::Bytes(at.start + start..at.end + start, None),
            message: format!(
                "`{}` is not an address of {}",
                redirect.from,
                base.origin().unwrap_or("this site")
            ),
            help: Some("redirects from another site have to be made there".to_owned()),
            suggestion: None,
        }
    };
    redirects.0.iter().filter(is_foreign).map(problem).collect()
}

/// `site.yaml` as it is written.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct WrittenConfiguration {
    /// The site's name.
    pub title: Option<Text>,
    /// One sentence on what the site is for.
    pub description: Option<Text>,
    /// Where the site is published, with its path: `https://example.com/docs/`. Without it, what needs an absolute URL is left out.
    pub base_url: Option<SiteUrl>,
    /// The language of the content, as a BCP 47 tag. `en` when absent.
    pub language: Option<Language>,
    /// The direction of the text. `ltr` when absent.
    pub text_direction: Option<Direction>,
    /// The folder that `silcrow build` writes to, relative to this file. `public` when absent.
    pub output: Option<Text>,
    /// Where readers get help: an `https:` or `mailto:` URL, or a mail address.
    pub contact: Option<Contact>,
    /// Redirects for whole folders: an old path (with `*` at its end) and the new one (with `:splat` for the rest).
    pub redirects: Option<Redirects>,
    /// How often articles are to be looked over, where neither they nor their sections say.
    pub review_every: Option<Interval>,
    /// Severities of rules: `rule: warning`, or per files: `rule: {"content/old/**": off}`.
    pub rules: Option<Rules>,
    /// Free data for templates.
    pub extra: Option<Entries<Free>>,
}

fn written(fields: &mut Fields) -> WrittenConfiguration {
    WrittenConfiguration {
        title: fields.take("title"),
        description: fields.take("description"),
        base_url: fields.take("base_url"),
        language: fields.take("language"),
        text_direction: fields.take("text_direction"),
        output: fields.take("output"),
        contact: fields.take("contact"),
        redirects: fields.take("redirects"),
        review_every: fields.take("review_every"),
        rules: fields.take("rules"),
        extra: fields.take("extra"),
    }
}

fn resolve(written: WrittenConfiguration) -> Configuration {
    let WrittenConfiguration {
        title,
        description,
        base_url,
        language,
        text_direction,
        output,
        contact,
        redirects,
        review_every,
        rules,
        extra,
    } = written;
    let default = Configuration::default();
    Configuration {
        title: title.map_or(default.title, |text| text.0),
        description: description.map(|text| text.0),
        base_url: base_url.map(|url| url.0),
        language: language.map_or(default.language, |language| language.0),
        text_direction: text_direction.map_or(default.text_direction, |direction| direction.0),
        output: output.map_or(default.output, |text| text.0),
        contact: contact.map(|contact| contact.0),
        redirects: redirects.map_or_else(Vec::new, |redirects| redirects.0),
        review_every: review_every.map(|interval| interval.0),
        rules: rules.map_or_else(RuleSettings::default, |rules| rules.0),
        extra: extra.map_or_else(Default::default, |Entries(entries)| {
            entries.into_iter().map(|(key, value)| (key, value.0)).collect()
        }),
    }
}

fn expected_text<'a>(value: &'a Value, wrong: &mut Vec<Wrong>, help: &str) -> Option<&'a str> {
    match value {
        Value::String(text) => Some(text.trim()),
        other => {
            wrong.push(Wrong::new(format!("expected text, found {}", describe(other)), help));
            None
        }
    }
}

/// A base URL.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct SiteUrl(
    #[schemars(with = "String", regex(pattern = r"^(https?://|/)"))]
    pub BaseUrl,
);

impl FieldValue for SiteUrl {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const HELP: &str = "write where the site is published, like `https://example.com/docs/`";
        let text = expected_text(&value, wrong, HELP)?;
        match BaseUrl::parse(text) {
            Ok(url) => Some(Self(url)),
            Err(reason) => {
                let host = !text.contains(':')
                    && text.contains('.')
                    && !text.contains(char::is_whitespace);
                let suggestion = host.then(|| {
                    format!("https://{}/", text.trim_start_matches('/').trim_end_matches('/'))
                });
                wrong.push(Wrong {
                    suggestion,
                    ..Wrong::new(format!("`{text}` is not a base URL: {reason}"), HELP)
                });
                None
            }
        }
    }
}

/// A BCP 47 language tag, checked for its shape only.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Language(
    #[schemars(regex(pattern = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"))] pub String,
);

impl FieldValue for Language {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const HELP: &str = "write a language tag, like `en`, `pt-BR` or `zh-Hans`";
        let text = expected_text(&value, wrong, HELP)?;
        let mut parts = text.split('-');
        let first = parts.next().is_some_and(|part| {
            (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic())
        });
        let shaped = first
            && parts.all(|part| {
                (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
            });
        if !shaped {
            wrong.push(Wrong::new(format!("`{text}` is not a language tag"), HELP));
        }
        shaped.then(|| Self(text.to_owned()))
    }
}

/// `ltr` or `rtl`.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Direction(
    #[schemars(with = "String", regex(pattern = "^(ltr|rtl)$"))] pub TextDirection,
);

impl FieldValue for Direction {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        match value.as_str() {
            Some("ltr") => Some(Self(TextDirection::Ltr)),
            Some("rtl") => Some(Self(TextDirection::Rtl)),
            _ => {
                wrong.push(Wrong::new(
                    format!("expected `ltr` or `rtl`, found {}", describe(&value)),
                    "write `ltr` or `rtl`",
                ));
                None
            }
        }
    }
}

/// A URL or a mail address, resolved to a URL.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Contact(pub String);

impl FieldValue for Contact {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const HELP: &str = "write an `https:` or `mailto:` URL, or a mail address";
        let text = expected_text(&value, wrong, HELP)?;
        let bad = text.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control());
        let url = ["https://", "http://", "mailto:"].iter().any(|start| text.starts_with(start));
        if !bad && url {
            return Some(Self(text.to_owned()));
        }
        if !bad
            && !text.contains(':')
            && text.split('@').count() == 2
            && !text.starts_with('@')
            && !text.ends_with('@')
        {
            return Some(Self(format!("mailto:{text}")));
        }
        wrong.push(Wrong::new(format!("`{text}` is neither a URL nor a mail address"), HELP));
        None
    }
}

/// Redirects for whole folders, in the order they are written.
#[derive(Clone, Debug)]
pub(crate) struct Redirects(Vec<Redirect>);

impl JsonSchema for Redirects {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Redirects".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let address = serde_json::json!({"type": "string", "pattern": "^(/|https?://)"});
        schemars::json_schema!({"type": "object", "propertyNames": address, "additionalProperties": address})
    }
}

impl FieldValue for Redirects {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        const OLD: &str =
            "write the old path below the base URL (`/old/*`), or a full URL of the same site";
        const NEW: &str = "write the new path below the base URL (`/new/:splat`), or a full URL";
        let Value::Mapping(mapping) = value else {
            let help = "write one `/old/*: /new/:splat` a line";
            wrong.push(Wrong::new(
                format!("expected keys and values, found {}", describe(&value)),
                help,
            ));
            return None;
        };
        let mut redirects = Vec::new();
        for (key, value) in mapping {
            let from = yaml::key_name(&key);
            let path = vec![Key::Name(from.clone())];
            let star = from.find('*').is_some_and(|at| at + 1 != from.len());
            if !is_address(&from) || star {
                let reason = if star {
                    "`*` stands elsewhere than at its end"
                } else {
                    "it is no path or URL"
                };
                let message = format!("`{from}` is not an old address: {reason}");
                wrong.push(Wrong { path, on_key: true, ..Wrong::new(message, OLD) });
                continue;
            }
            match value.as_str().map(str::trim).filter(|to| is_address(to)) {
                Some(to) => redirects.push(Redirect { from, to: to.to_owned() }),
                None => {
                    let message = format!("expected a path or URL, found {}", describe(&value));
                    wrong.push(Wrong { path, ..Wrong::new(message, NEW) });
                }
            }
        }
        Some(Self(redirects))
    }
}

fn is_address(text: &str) -> bool {
    let start = text.starts_with('/') && !text.starts_with("//")
        || text.starts_with("https://")
        || text.starts_with("http://");
    start && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// Severities by rule.
#[derive(Clone, Debug)]
pub(crate) struct Rules(pub RuleSettings);

impl JsonSchema for Rules {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rules".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let severity = serde_json::json!({"enum": ["off", "info", "warning", "error"]});
        let setting = serde_json::json!({"anyOf": [severity, {"type": "object", "additionalProperties": severity}]});
        let rules: serde_json::Map<_, _> = RULES
            .iter()
            .map(|rule| {
                let mut setting = setting.clone();
                setting["description"] = rule.summary.into();
                (rule.name.to_owned(), setting)
            })
            .collect();
        schemars::json_schema!({"type": "object", "properties": rules, "additionalProperties": false})
    }
}

impl FieldValue for Rules {
    fn read(value: Value, wrong: &mut Vec<Wrong>) -> Option<Self> {
        let Value::Mapping(mapping) = value else {
            wrong.push(Wrong::new(
                format!("expected keys and values, found {}", describe(&value)),
                "write one `rule: severity` a line",
            ));
            return None;
        };
        let mut settings = RuleSettings::default();
        for (key, value) in mapping {
            let name = yaml::key_name(&key);
            let Some(rule) = diagnostic::rule(&name) else {
                let suggestion = suggest::nearest(&name, RULES.iter().map(|rule| rule.name));
                let help =
                    suggestion.as_ref().map_or("the README lists every rule".to_owned(), |name| {
                        format!("did you mean `{name}`?")
                    });
                let path = vec![Key::Name(name.clone())];
                wrong.push(Wrong {
                    path,
                    on_key: true,
                    rule: Some(&UNKNOWN_RULE),
                    suggestion,
                    ..Wrong::new(format!("unknown rule `{name}`"), help)
                });
                continue;
            };
            let Value::Mapping(globs) = value else {
                let path = vec![Key::Name(name)];
                if let Some(severity) = severity(&value, path, wrong) {
                    settings.set(rule, None, severity);
                }
                continue;
            };
            for (glob, value) in globs {
                let glob = yaml::key_name(&glob);
                let path = vec![Key::Name(name.clone()), Key::Name(glob.clone())];
                match GlobBuilder::new(&glob).literal_separator(true).build() {
                    Ok(matcher) => {
                        if let Some(severity) = severity(&value, path, wrong) {
                            settings.set(rule, Some(matcher.compile_matcher()), severity);
                        }
                    }
                    Err(error) => {
                        let message = format!("`{glob}` is not a pattern: {}", error.kind());
                        wrong.push(Wrong {
                            path,
                            on_key: true,
                            ..Wrong::new(message, "write a pattern like `content/old/**`")
                        });
                    }
                }
            }
        }
        Some(Self(settings))
    }
}

fn severity(value: &Value, path: Vec<Key>, wrong: &mut Vec<Wrong>) -> Option<Severity> {
    let severity = value.as_str().and_then(Severity::from_name);
    if severity.is_none() {
        const HELP: &str = "write `off`, `info`, `warning` or `error`";
        let suggestion = value.as_str().and_then(|text| {
            suggest::nearest(text, ["off", "info", "warning", "error"].into_iter())
        });
        wrong.push(Wrong {
            path,
            suggestion,
            ..Wrong::new(format!("expected a severity, found {}", describe(value)), HELP)
        });
    }
    severity
}

#[cfg(test)]
mod tests {
    use super::{read, written};
    use crate::diagnostic::{MISSING_PAGE, Severity};
    use crate::parse::fields::Fields;
    use crate::parse::yaml::Document;
    use crate::path::SourcePath;

    #[test]
    fn the_schema_knows_exactly_the_keys_that_are_read() {
        let mut fields = Fields::new(Document::default());
        written(&mut fields);
        let schema = schemars::schema_for!(super::WrittenConfiguration);
        let mut known: Vec<_> = schema
            .get("properties")
            .and_then(|p| p.as_object())
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect();
        let mut read = fields.known().to_vec();
        known.sort_unstable();
        read.sort_unstable();
        assert_eq!(known, read);
    }

    #[test]
    fn severities_are_set_per_rule_and_per_glob() {
        let (configuration, diagnostics) =
            read("rules:\n  missing-page:\n    \"**\": warning\n    \"content/old/**\": off\n");
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let severity = |path| {
            configuration.rules.severity(&MISSING_PAGE, &SourcePath::new(path), Severity::Error)
        };
        assert_eq!(severity("content/a.md"), Severity::Warning);
        assert_eq!(severity("content/old/x/a.md"), Severity::Off);
    }

    #[test]
    fn each_wrong_setting_is_a_finding_at_its_place() {
        let text = "titel: x\nbase_url: example.com\nlanguage: english please\ntext_direction: up\nrules:\n  missing-pages: off\n  missing-page: warn\n  url-conflict:\n    \"a{\": off\nredirects:\n  old: /new\n  /a/*/b: /c\n  /d: e\n";
        let (_, diagnostics) = read(text);
        let found: Vec<_> = diagnostics
            .iter()
            .map(|finding| (finding.rule.name, &text[finding.span.range()]))
            .collect();
        for expected in [
            ("unknown-field", "titel"),
            ("invalid-value", "example.com"),
            ("invalid-value", "english please"),
            ("invalid-value", "up"),
            ("unknown-rule", "missing-pages"),
            ("invalid-value", "warn"),
            ("invalid-value", "a{"),
            ("invalid-value", "old"),
            ("invalid-value", "/a/*/b"),
            ("invalid-value", "e"),
        ] {
            assert!(found.contains(&expected), "{expected:?} in {found:?}");
        }
        assert_eq!(found.len(), 10, "{found:?}");
    }
}
