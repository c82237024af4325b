//! The table of rules → text: one rule with its examples, or a line for each.

use crate::diagnostic::{RULES, Rule};

/// What a rule finds, why that is wrong, an example, and the same corrected.
pub fn explain(rule: &Rule) -> String {
    let (name, family, severity) = (rule.name, rule.family, rule.severity.name());
    format!(
        "{name} ({family}, {severity})\n\n{}. {}\n\n{}\nIn `site.yaml`, `rules` sets its severity, also by pattern of files. In an article, a comment on the line above suppresses it:\n\n    <!-- silcrow-ignore {name}: reason -->\n",
        rule.summary,
        rule.explanation(),
        examples(rule),
    )
}

/// Both examples of a rule as plain text: code is indented, below the name of its file where it has one.
pub(super) fn examples(rule: &Rule) -> String {
    format!("Bad:\n\n{}\nGood:\n\n{}", plain(rule.bad()), plain(rule.good()))
}

/// Markdown with fenced code → the same with indented code.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut fence = None;
    for line in markdown.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            None if ticks.len() >= 3 => {
                fence = Some(ticks);
                if let Some(path) = line[ticks.len()..].split(' ').nth(1) {
                    text.push_str(&format!("{path}:\n\n"));
                }
            }
            Some(open) if line == open => fence = None,
            Some(_) if !line.is_empty() => text.push_str(&format!("    {line}\n")),
            _ => text.push_str(&format!("{line}\n")),
        }
    }
    text
}

/// A line for each rule: name, family, default severity, and what it finds.
pub fn list() -> String {
    let line = |rule: &&Rule| {
        let (name, family, severity) = (rule.name, rule.family.to_string(), rule.severity.name());
        format!("{name:28} {severity:8} {family:19} {}\n", rule.summary)
    };
    RULES.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::{explain, list};
    use crate::diagnostic::{MISSING_FIELD, RULES};

    #[test]
    fn a_rule_is_explained_with_both_examples() {
        let text = explain(&MISSING_FIELD);
        assert!(
            text.starts_with("missing-field (front matter, error)\n\nA required key is missing. ")
        );
        assert!(text.contains("    updated: 2026-01-01\n    ---\n\nGood:"), "{text}");
        assert!(text.contains("<!-- silcrow-ignore missing-field: reason -->"));
    }

    #[test]
    fn every_rule_has_a_line() {
        let list = list();
        assert_eq!(list.lines().count(), RULES.len());
        assert!(list.lines().all(|line| line.len() < 160), "{list}");
    }
}
