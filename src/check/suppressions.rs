//! Comments that suppress findings: applied, and reported where they do nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{
    self, Diagnostic, EXTERNAL_UNSURE, Family, RULES, SUPPRESSION_WITHOUT_REASON, Suppression,
    UNKNOWN_RULE, UNUSED_SUPPRESSION,
};
use crate::path::SourcePath;
use crate::source::Span;
use crate::suggest;

/// Removes what is suppressed, and adds what is wrong with the comments. Findings of a family that this run did not check
/// say nothing about its comments.
pub fn apply<'a>(
    mut findings: Vec<Diagnostic>,
    suppressions: impl Iterator<Item = &'a Suppression>,
    was_checked: impl Fn(Family) -> bool,
) -> Vec<Diagnostic> {
    let comments: Vec<_> = suppressions.collect();
    // Those with a reason, by file and rule, then by line. The first of a rule on a line counts.
    let mut indexes: BTreeMap<(&SourcePath, &str), BTreeMap<u32, usize>> = BTreeMap::new();
    for (index, comment) in comments.iter().enumerate().filter(|(_, comment)| comment.has_reason) {
        let lines = indexes.entry((&comment.span.file, &comment.rule)).or_default();
        lines.entry(comment.line.0).or_insert(index);
    }
    let mut is_used = vec![false; comments.len()];
    // Where another site did not answer, nobody knows if comments on its rules have something to suppress.
    let mut undecided: BTreeSet<(SourcePath, u32)> = BTreeSet::new();
    findings.retain(|finding| {
        let Span { file, start, end } = &finding.span;
        let lines = indexes.get(&(file, finding.rule.name));
        let index = lines.and_then(|lines| lines.range(..=start).next_back());
        let index = index.map(|(_, index)| *index);
        let used = index.filter(|index| *start < comments[*index].line.1 && *end > 0);
        if let Some(index) = used {
            is_used[index] = true;
        } else if finding.rule == &EXTERNAL_UNSURE {
            undecided.insert((file.clone(), *start));
        }
        used.is_none()
    });
    for (comment, is_used) in comments.into_iter().zip(is_used) {
        let at = |offset| (comment.span.file.clone(), offset);
        let is_undecided =
            || undecided.range(at(comment.line.0)..at(comment.line.1)).next().is_some();
        findings.extend(problem(comment, |family| {
            is_used || !was_checked(family) || family == Family::External && is_undecided()
        }));
    }
    findings
}

/// What is wrong with a comment. `may_be_used` says of its rule's family whether, as far as is known, the comment has
/// something to suppress.
fn problem(comment: &Suppression, may_be_used: impl Fn(Family) -> bool) -> Option<Diagnostic> {
    let name = &comment.rule;
    let new = |rule, message: String| Diagnostic::new(rule, comment.span.clone(), message);
    const FORM: &str = "write `silcrow-ignore RULE: reason`";
    if name.is_empty() {
        let message = "this comment names no rule".to_owned();
        return Some(new(&SUPPRESSION_WITHOUT_REASON, message).help(FORM));
    }
    let Some(rule) = diagnostic::rule(name) else {
        let near = suggest::nearest(name, RULES.iter().map(|rule| rule.name));
        let otherwise = "`silcrow check --list-rules` names every rule";
        let finding = new(&UNKNOWN_RULE, format!("unknown rule `{name}`"));
        return Some(finding.did_you_mean(near, otherwise));
    };
    if !comment.has_reason {
        let message = format!("this comment does not say why it suppresses `{name}`");
        return Some(new(&SUPPRESSION_WITHOUT_REASON, message).help(FORM));
    }
    (!may_be_used(rule.family)).then(|| {
        new(&UNUSED_SUPPRESSION, format!("there is no `{name}` on the line below"))
            .help("remove the comment, or move it right above the line that it speaks of")
    })
}
