//! Severities that a site sets: `rules` of `site.yaml`, and the patterns of files that they hold for.

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobSet};
use serde_json::{Value as Json, json};

use crate::diagnostic::{self, INVALID_VALUE, RULES, Rule, Severity, UNKNOWN_RULE};
use crate::fields::{Fields, Kind, Problem, Problems, describe};
use crate::path::SourcePath;
use crate::suggest;
use crate::yaml::{Entry, Node, Value};

/// A pattern of paths or URLs, in which `*` stops at `/`.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    matcher: GlobSet,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the pattern, or that it is too large.
    pub fn new(text: &str) -> Result<Self, String> {
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        // A set of one: compiling a single glob panics where the regular expression is too large.
        let set = glob.and_then(|glob| GlobSet::new([glob]));
        let matcher = set.map_err(|error| {
            let shown: String = text.chars().take(60).collect();
            let rest = if shown.len() < text.len() { "…" } else { "" };
            let reason = error.kind().to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("`{shown}{rest}` is not a pattern: {reason}")
        })?;
        Ok(Self { text: text.to_owned(), matcher })
    }

    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the pattern matches a path or URL.
    pub fn is_match(&self, text: &str) -> bool {
        self.matcher.is_match(text)
    }
}

/// Severities that a site sets, by rule and by file.
#[derive(Clone, Debug, Default)]
pub struct RuleSettings {
    settings: BTreeMap<&'static str, Vec<(Option<Pattern>, Severity)>>,
}

impl RuleSettings {
    /// Sets the severity of `rule` for the files that `pattern` matches, or for all.
    fn set(&mut self, rule: &'static Rule, pattern: Option<Pattern>, severity: Severity) {
        self.settings.entry(rule.name).or_default().push((pattern, severity));
    }

    /// Whether `rule` is on for any file. One that is off is not worth looking for.
    pub fn is_on(&self, rule: &Rule) -> bool {
        let set = self.settings.get(rule.name).into_iter().flatten();
        rule.severity > Severity::Off
            || set.into_iter().any(|(_, severity)| *severity > Severity::Off)
    }

    /// Every pattern of files, with the name of its rule.
    pub fn patterns(&self) -> impl Iterator<Item = (&'static str, &Pattern)> {
        let settings =
            self.settings.iter().flat_map(|(rule, set)| set.iter().map(|set| (*rule, set)));
        settings.filter_map(|(rule, (pattern, _))| Some((rule, pattern.as_ref()?)))
    }

    /// The severity of `rule` in `file`: that of the last matching setting, else `default`.
    pub fn severity(&self, rule: &Rule, file: &SourcePath, default: Severity) -> Severity {
        let settings = self.settings.get(rule.name).map_or(&[][..], Vec::as_slice);
        let matches = |pattern: &Option<Pattern>| {
            pattern.as_ref().is_none_or(|pattern| pattern.is_match(file.as_str()))
        };
        settings
            .iter()
            .rev()
            .find(|(pattern, _)| matches(pattern))
            .map_or(default, |(_, severity)| *severity)
    }

    /// Reads what is said of one rule: a severity, or one for each pattern of files.
    fn read_rule(&mut self, rule: &'static Rule, entry: Entry<'_>, problems: &mut Problems) {
        if !matches!(entry.value.value, Value::Map(_)) {
            if let Some(severity) = problems.read::<Severity>(entry) {
                self.set(rule, None, severity);
            }
            return;
        }
        let Some(patterns) = Fields::of(entry.value, "", problems) else { return };
        for entry in patterns.entries() {
            match Pattern::new(entry.name()) {
                Ok(pattern) => {
                    if let Some(severity) = problems.read::<Severity>(entry) {
                        self.set(rule, Some(pattern), severity);
                    }
                }
                Err(message) => {
                    let problem = Problem::new(&INVALID_VALUE, entry.key.at(), message);
                    problems.add(problem.help("write a pattern like `content/old/**`"));
                }
            }
        }
    }
}

impl Kind for RuleSettings {
    type Value = Self;

    fn schema() -> Json {
        let severity = Severity::schema();
        let setting =
            json!({"anyOf": [severity, {"type": "object", "additionalProperties": severity}]});
        let rules: serde_json::Map<_, _> = RULES
            .iter()
            .map(|rule| {
                let mut setting = setting.clone();
                setting["description"] = rule.summary.into();
                (rule.name.to_owned(), setting)
            })
            .collect();
        json!({"type": "object", "properties": rules, "additionalProperties": false})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        let mut settings = Self::default();
        for entry in Fields::of(node, "write one `rule: severity` a line", problems)?.entries() {
            match diagnostic::rule(entry.name()) {
                Some(rule) => settings.read_rule(rule, entry, problems),
                None => problems.add(unknown_rule(&entry)),
            }
        }
        Some(settings)
    }
}

fn unknown_rule(entry: &Entry<'_>) -> Problem {
    let name = entry.name();
    let suggestion = suggest::nearest(name, RULES.iter().map(|rule| rule.name));
    let help = match &suggestion {
        Some(name) => format!("did you mean `{name}`?"),
        None => "the README lists every rule".to_owned(),
    };
    let problem = Problem::new(&UNKNOWN_RULE, entry.key.at(), format!("unknown rule `{name}`"));
    problem.help(help).suggest(suggestion)
}

const SEVERITIES: [&str; 4] = ["off", "info", "warning", "error"];

impl Kind for Severity {
    type Value = Self;

    fn schema() -> Json {
        json!({"enum": SEVERITIES})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        let severity = node.text().and_then(Self::from_name);
        if severity.is_none() {
            let message = format!("expected a severity, found {}", describe(&node));
            let near = node.text().and_then(|text| suggest::nearest(text, SEVERITIES.into_iter()));
            let problem = Problem::new(&INVALID_VALUE, problems.place(&node), message);
            let problem = problem.help("write `off`, `info`, `warning` or `error`");
            problems.add(problem.suggest(near));
        }
        severity
    }
}
