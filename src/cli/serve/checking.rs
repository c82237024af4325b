//! Looks at each revision while its pages are served already: every rule, then every page, so that a template error on a
//! page that nobody visits is found. A newer revision ends it.

use std::sync::Arc;

use super::revision::Revision;
use super::tabs::Findings;
use super::{Shared, say};
use crate::compile;
use crate::diagnostic::Diagnostic;
use crate::report::Counts;

/// What goes wrong when the pages of a revision are rendered.
struct Rendered {
    revision: Arc<Revision>,
    failures: Vec<Diagnostic>,
}

/// Looks at every revision, for as long as the program runs. Half of the processors are left to the pages.
pub(super) fn run(shared: &Shared) {
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().div_ceil(2));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let mut rendered: Option<Rendered> = None;
    let mut number = 0;
    loop {
        let revision = shared.current.after(number);
        number = revision.number;
        let mut look = || look(shared, &revision, rendered.take());
        rendered = match &pool {
            Ok(pool) => pool.install(look),
            Err(_) => look(),
        };
    }
}

fn look(shared: &Shared, revision: &Arc<Revision>, before: Option<Rendered>) -> Option<Rendered> {
    let Revision { compiled, renderer, sources, number, .. } = &**revision;
    let found = compiled.all_findings(sources);
    // Until every page is rendered, what went wrong with the same templates goes on to be known.
    let known = before
        .filter(|before| before.revision.compiled.shares_templates_with(compiled))
        .map_or_else(|| compile::failed(renderer, &[]), |before| before.failures);
    let told = tell(shared, revision, (&found, &known));
    shared.checked(*number, told);
    let go_on = || shared.current.is_newest(*number);
    let all = compile::pages_while(renderer, renderer.pages(), &|_| {}, &go_on);
    let failures = all.unwrap_or_else(|| known.clone());
    let texts = |failures: &[Diagnostic]| {
        failures
            .iter()
            .map(|finding| (finding.span.clone(), finding.message.clone(), finding.pages))
            .collect::<Vec<_>>()
    };
    if texts(&failures) != texts(&known) {
        let counts = tell(shared, revision, (&found, &failures));
        if counts != told {
            say(&format!("every page is rendered: {}", counts.text()));
        }
    }
    Some(Rendered { revision: Arc::clone(revision), failures })
}

/// Shows findings in the browser.
fn tell(
    shared: &Shared,
    revision: &Revision,
    (found, failures): (&[Diagnostic], &[Diagnostic]),
) -> Counts {
    let failures = compile::settle(&revision.compiled.site, failures.to_vec());
    let mut diagnostics: Vec<_> = found.iter().cloned().chain(failures).collect();
    Diagnostic::sort(&mut diagnostics);
    let counts = Counts::of(&diagnostics);
    let findings = Arc::new(Findings { diagnostics, sources: Arc::clone(&revision.sources) });
    shared.tell(findings);
    counts
}
