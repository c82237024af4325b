//! The table of rules → text: one rule with its examples, or a line for each.

use crate::diagnostic::{RULES, Rule};

/// What a rule finds, why that is wrong, an example, and the same put right.
pub fn explain(rule: &Rule) -> String {
    let Rule { name, family, severity, summary, explanation, bad, good } = rule;
    let indented =
        |text: &str| text.split('\n').map(|line| format!("    {line}\n")).collect::<String>();
    format!(
        "{name} ({family}, {})\n\n{summary}. {explanation}\n\nFound in:\n\n{}\nRight is:\n\n{}\nIn `site.yaml`, `rules` sets its severity, also by pattern of files. In an article, a comment on the line above suppresses it:\n\n    <!-- silcrow-ignore {name}: reason -->\n",
        severity.name(),
        indented(bad),
        indented(good),
    )
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
        assert!(text.contains("    title: Overview\n    ---\n\nRight is:"));
        assert!(text.contains("<!-- silcrow-ignore missing-field: reason -->"));
    }

    #[test]
    fn every_rule_has_a_line() {
        let list = list();
        assert_eq!(list.lines().count(), RULES.len());
        assert!(list.lines().all(|line| line.len() < 160), "{list}");
    }
}
