//! Comments that suppress findings: applied, and reported where they do nothing.

use std::collections::BTreeMap;

use crate::diagnostic::{
    self, Diagnostic, EXTERNAL_UNSURE, Family, RULES, SUPPRESSION_WITHOUT_REASON, Suppression,
    UNKNOWN_RULE, UNUSED_SUPPRESSION,
};
use crate::path::SourcePath;
use crate::suggest;

/// The comments that speak of one line, by rule, each with whether it is used. Of a rule's, the first with a reason counts.
#[derive(Default)]
struct Comments<'a> {
    line_end: u32,
    by_rule: BTreeMap<&'a str, Vec<(&'a Suppression, bool)>>,
    /// Whether another site did not answer, so that nobody knows if comments on its rules have something to suppress.
    is_undecided: bool,
}

impl Comments<'_> {
    /// Whether a finding is suppressed.
    fn suppress(&mut self, finding: &Diagnostic) -> bool {
        if finding.span.start >= self.line_end || finding.span.end == 0 {
            return false;
        }
        let comments = self.by_rule.get_mut(finding.rule.name);
        let comment = comments.and_then(|comments| comments.first_mut());
        match comment.filter(|(comment, _)| comment.has_reason) {
            Some((_, is_used)) => {
                *is_used = true;
                true
            }
            None => {
                self.is_undecided |= finding.rule == &EXTERNAL_UNSURE;
                false
            }
        }
    }
}

/// Removes what is suppressed, and adds what is wrong with the comments. Findings of a family that this run did not check
/// say nothing about its comments.
pub fn apply<'a>(
    findings: Vec<Diagnostic>,
    suppressions: impl Iterator<Item = &'a Suppression>,
    was_checked: impl Fn(Family) -> bool,
) -> Vec<Diagnostic> {
    let mut by_file: BTreeMap<&SourcePath, BTreeMap<u32, Comments<'_>>> = BTreeMap::new();
    for suppression in suppressions {
        let (start, line_end) = suppression.line;
        let lines = by_file.entry(&suppression.span.file).or_default();
        let comments = lines.entry(start).or_default();
        comments.line_end = comments.line_end.max(line_end);
        comments.by_rule.entry(&suppression.rule).or_default().push((suppression, false));
    }
    let comments = by_file.values_mut().flat_map(BTreeMap::values_mut);
    for of_rule in comments.flat_map(|comments| comments.by_rule.values_mut()) {
        of_rule.sort_by_key(|(comment, _)| !comment.has_reason);
    }
    let mut kept = findings;
    kept.retain(|finding| {
        let lines = by_file.get_mut(&finding.span.file);
        let line = lines.and_then(|lines| lines.range_mut(..=finding.span.start).next_back());
        !line.is_some_and(|(_, comments)| comments.suppress(finding))
    });
    for Comments { by_rule, is_undecided, .. } in
        by_file.into_values().flat_map(BTreeMap::into_values)
    {
        for (comment, is_used) in by_rule.into_values().flatten() {
            let is_external = || {
                diagnostic::rule(&comment.rule).is_some_and(|rule| rule.family == Family::External)
            };
            let is_used = is_used || is_undecided && is_external();
            kept.extend(problem(comment, is_used, &was_checked));
        }
    }
    kept
}

fn problem(
    comment: &Suppression,
    is_used: bool,
    was_checked: impl Fn(Family) -> bool,
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
    (!is_used && was_checked(rule.family)).then(|| {
        new(&UNUSED_SUPPRESSION, format!("there is no `{name}` on the line below"))
            .help("remove the comment, or move it right above the line that it speaks of")
    })
}
