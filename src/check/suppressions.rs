//! Comments that suppress findings: applied, and told of where they do nothing.

use std::collections::BTreeMap;

use crate::diagnostic::{
    self, Diagnostic, EXTERNAL_UNSURE, Family, RULES, SUPPRESSION_WITHOUT_REASON, Suppression,
    UNKNOWN_RULE, UNUSED_SUPPRESSION,
};
use crate::path::SourcePath;
use crate::suggest;

/// Takes out what is suppressed, and adds what is wrong with the comments. Findings of a family that was not looked for
/// this time say nothing about its comments.
pub fn apply<'a>(
    findings: Vec<Diagnostic>,
    suppressions: impl Iterator<Item = &'a Suppression>,
    was_looked_for: impl Fn(Family) -> bool,
) -> Vec<Diagnostic> {
    let mut by_file: BTreeMap<&SourcePath, Vec<(&Suppression, bool)>> = BTreeMap::new();
    for suppression in suppressions {
        by_file.entry(&suppression.span.file).or_default().push((suppression, false));
    }
    if by_file.is_empty() {
        return findings;
    }
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(findings.len());
    for finding in findings {
        let comments = by_file.get_mut(&finding.span.file).into_iter().flatten();
        let comment = comments
            .filter(|(comment, _)| comment.has_reason)
            .find(|(comment, _)| comment.suppresses(&finding));
        match comment {
            Some((_, is_used)) => *is_used = true,
            None => {
                let comments = by_file.get_mut(&finding.span.file).into_iter().flatten();
                comments.for_each(|(comment, is_used)| *is_used |= is_undecided(comment, &finding));
                kept.push(finding);
            }
        }
    }
    let comments = by_file.into_values().flatten();
    let wrong =
        comments.filter_map(|(comment, is_used)| problem(comment, is_used, &was_looked_for));
    kept.extend(wrong);
    kept
}

/// Whether it could not be told this time if the comment has something to suppress: another site did not answer.
fn is_undecided(comment: &Suppression, finding: &Diagnostic) -> bool {
    let is_external =
        || diagnostic::rule(&comment.rule).is_some_and(|rule| rule.family == Family::External);
    finding.rule == &EXTERNAL_UNSURE && comment.speaks_of(finding) && is_external()
}

fn problem(
    comment: &Suppression,
    is_used: bool,
    was_looked_for: impl Fn(Family) -> bool,
) -> Option<Diagnostic> {
    let Suppression { rule: name, span, has_reason, .. } = comment;
    let new = |rule, message: String| Diagnostic::new(rule, span.clone(), message);
    const FORM: &str = "write `silcrow-ignore RULE: reason`";
    if name.is_empty() {
        let message = "this comment names no rule".to_owned();
        return Some(new(&SUPPRESSION_WITHOUT_REASON, message).help(FORM));
    }
    let Some(rule) = diagnostic::rule(name) else {
        let near = suggest::nearest(name, RULES.iter().map(|rule| rule.name));
        let help = near.as_ref().map_or_else(
            || "`silcrow check --list-rules` names every rule".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Some(new(&UNKNOWN_RULE, format!("unknown rule `{name}`")).help(help).suggest(near));
    };
    if !has_reason {
        let message = format!("this comment does not say why it suppresses `{name}`");
        return Some(new(&SUPPRESSION_WITHOUT_REASON, message).help(FORM));
    }
    (!is_used && was_looked_for(rule.family)).then(|| {
        new(&UNUSED_SUPPRESSION, format!("there is no `{name}` on the line below"))
            .help("remove the comment, or move it right above the line that it speaks of")
    })
}
