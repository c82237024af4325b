//! Severities that a site sets: `rules` of `site.yaml`, and the patterns of files that they hold for.

use std::collections::BTreeMap;

use globset::{Glob, GlobBuilder, GlobSet};
use serde_json::{Value as Json, json};

use crate::diagnostic::{self, Problem, RULES, Rule, Severity, UNKNOWN_RULE};
use crate::fields::{Fields, Kind, Problems, TextKind, WrongText};
use crate::path::SourcePath;
use crate::suggest;
use crate::yaml::{Entry, Node, Value};

/// The longest pattern, in bytes. The time to compile one grows faster than its length.
const LONGEST_PATTERN: usize = 4096;

/// A pattern of paths or URLs, in which `*` stops at `/`.
#[derive(Clone, Debug)]
pub struct Pattern {
    glob: Glob,
    matcher: GlobSet,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the pattern, or that it is too large.
    pub fn new(text: &str) -> Result<Self, String> {
        let invalid = |reason: &str| {
            let shown: String = text.chars().take(60).collect();
            let rest = if shown.len() < text.len() { "…" } else { "" };
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("`{shown}{rest}` is not a pattern: {reason}")
        };
        if text.len() > LONGEST_PATTERN {
            return Err(invalid(&format!("it is longer than {LONGEST_PATTERN} bytes")));
        }
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        let glob = glob.map_err(|error| invalid(&error.kind().to_string()))?;
        // A set of one: compiling a single glob panics where the regular expression is too large.
        let matcher = GlobSet::new([&glob]).map_err(|error| invalid(&error.kind().to_string()))?;
        Ok(Self { glob, matcher })
    }

    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        self.glob.glob()
    }

    /// Whether the pattern matches a path or URL.
    pub fn is_match(&self, text: &str) -> bool {
        self.matcher.is_match(text)
    }
}

/// Severities that a site sets, by rule and by file.
#[derive(Clone, Debug, Default)]
pub struct RuleSettings(BTreeMap<&'static str, Setting>);

/// The severities of one rule.
#[derive(Clone, Debug)]
struct Setting {
    /// Which files each is for. The last that matches counts.
    patterns: Vec<Pattern>,
    severities: Vec<Severity>,
    /// All of the patterns: many are matched much faster as one, unless that is too large.
    all: Option<GlobSet>,
}

impl RuleSettings {
    /// Whether `rule` is on for any file. One that is off is not worth looking for.
    pub fn is_on(&self, rule: &Rule) -> bool {
        let set = self.0.get(rule.name).into_iter().flat_map(|setting| &setting.severities);
        set.chain([&rule.severity]).any(|severity| *severity > Severity::Off)
    }

    /// Every pattern of files, with the name of its rule.
    pub fn patterns(&self) -> impl Iterator<Item = (&'static str, &Pattern)> {
        let settings = self.0.iter();
        settings.flat_map(|(rule, setting)| setting.patterns.iter().map(|one| (*rule, one)))
    }

    /// The severity of `rule` in `file`, else `default`.
    pub fn severity(&self, rule: &Rule, file: &SourcePath, default: Severity) -> Severity {
        let setting = self.0.get(rule.name);
        setting.and_then(|setting| setting.severity(file.as_str())).unwrap_or(default)
    }
}

impl Setting {
    fn new(patterns: Vec<Pattern>, severities: Vec<Severity>) -> Self {
        let all = GlobSet::new(patterns.iter().map(|pattern| &pattern.glob)).ok();
        Self { patterns, severities, all }
    }

    fn severity(&self, file: &str) -> Option<Severity> {
        let last = match &self.all {
            Some(all) => all.matches(file).last().copied(),
            None => self.patterns.iter().rposition(|pattern| pattern.is_match(file)),
        };
        Some(self.severities[last?])
    }

    /// Reads what is said of one rule: a severity, or one for each pattern of files.
    fn read(entry: Entry<'_>, problems: &mut Problems) -> Option<Self> {
        if !matches!(entry.value.value, Value::Map(_)) {
            let severity = Severity::read(entry.value, problems)?;
            return Some(Self::new(vec![Pattern::new("**").ok()?], vec![severity]));
        }
        let entries = Fields::of(entry.value, "", problems)?.entries();
        let settings = entries.filter_map(|entry| match Pattern::new(entry.name()) {
            Ok(pattern) => Some((pattern, Severity::read(entry.value, problems)?)),
            Err(message) => {
                problems.wrong(entry.key.at(), message, "write a pattern like `content/old/**`")
            }
        });
        let (patterns, severities) = settings.unzip();
        Some(Self::new(patterns, severities))
    }
}

impl Kind for RuleSettings {
    type Value = Self;

    fn schema() -> Json {
        let severity = Severity::schema();
        let by_file = json!({"type": "object", "additionalProperties": severity});
        let setting = |rule: &&Rule| {
            let setting = json!({"anyOf": [severity, by_file], "description": rule.summary});
            (rule.name.to_owned(), setting)
        };
        let rules: serde_json::Map<_, _> = RULES.iter().map(setting).collect();
        json!({"type": "object", "properties": rules, "additionalProperties": false})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        let mut settings = Self::default();
        for entry in Fields::of(node, "write one `rule: severity` a line", problems)?.entries() {
            match diagnostic::rule(entry.name()) {
                Some(rule) => {
                    let setting = Setting::read(entry, problems);
                    settings.0.extend(setting.map(|setting| (rule.name, setting)));
                }
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

impl TextKind for Severity {
    type Value = Self;
    const EXPECTED: &str = "a severity";
    const HELP: &str = "write `off`, `info`, `warning` or `error`";

    fn parse(text: &str) -> Result<Self, WrongText> {
        let suggestion = || suggest::nearest(text, Self::NAMES.into_iter());
        let wrong = || WrongText { message: None, suggestion: suggestion() };
        let all = [Self::Off, Self::Info, Self::Warning, Self::Error];
        all.into_iter().find(|severity| severity.name() == text).ok_or_else(wrong)
    }

    fn schema_of_text() -> Json {
        json!({"enum": Self::NAMES})
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, Setting};
    use crate::diagnostic::Severity;

    #[test]
    fn a_pattern_that_is_too_long_is_refused_before_it_is_compiled() {
        for long in ["?".repeat(5_000), "{a,".repeat(2_000) + &"}".repeat(2_000)] {
            let error = Pattern::new(&long).map(|_| ()).expect_err("it is too long");
            assert!(error.ends_with("it is longer than 4096 bytes"), "{error}");
        }
    }

    #[test]
    fn of_many_patterns_the_last_that_matches_counts() {
        let patterns = ["content/**", "**/a.md", "content/old/*", "x"];
        let patterns = patterns.map(|text| Pattern::new(text).expect("it is a pattern"));
        let severities = [Severity::Error, Severity::Warning, Severity::Off, Severity::Info];
        let setting = Setting::new(patterns.to_vec(), severities.to_vec());
        let one_by_one = Setting { all: None, ..setting.clone() };
        for (file, expected) in [
            ("content/b.md", Some(Severity::Error)),
            ("content/a.md", Some(Severity::Warning)),
            ("content/old/a.md", Some(Severity::Off)),
            ("content/old/x/b.md", Some(Severity::Error)),
            ("static/b.md", None),
        ] {
            assert_eq!(setting.severity(file), expected, "{file}");
            assert_eq!(one_by_one.severity(file), expected, "{file}");
        }
    }
}
