//! Checks each revision while its pages are served already: every rule, then every page, so that a template error on a
//! page that nobody visits is found. A newer revision ends it.

use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use super::revision::Revision;
use super::shared::{Shared, say};
use crate::compile;
use crate::diagnostic::Diagnostic;
use crate::io::priority;
use crate::report;

/// What goes wrong when the pages of a revision are rendered.
struct Rendered {
    revision: Arc<Revision>,
    failures: Vec<Diagnostic>,
}

/// Where revisions are checked: threads of low priority, so that half of the processors are left to the pages, and all
/// that an edit needs.
pub(super) fn pool() -> Result<ThreadPool, ThreadPoolBuildError> {
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().div_ceil(2));
    let pool = ThreadPoolBuilder::new().num_threads(threads).start_handler(|_| priority::lower());
    pool.build()
}

pub(super) fn run(shared: &Shared, pool: &ThreadPool) {
    let mut rendered: Option<Rendered> = None;
    let mut number = 0;
    loop {
        let revision = shared.current.after(number);
        number = revision.number;
        let before = rendered.take();
        let check = || check(shared, revision, before, pool);
        rendered = shared.attempt("checking the site", check);
    }
}

fn check(
    shared: &Shared,
    revision: Arc<Revision>,
    before: Option<Rendered>,
    pool: &ThreadPool,
) -> Rendered {
    let Revision { compiled, renderer, sources, number, .. } = &*revision;
    let found = pool.install(|| compiled.settle(compiled.findings(sources, renderer), false));
    // Until every page is rendered, what went wrong with the same templates is still shown.
    let known = before
        .filter(|before| Arc::ptr_eq(&before.revision.compiled.templates, &compiled.templates))
        .map_or_else(|| compile::failed(renderer, &[]), |before| before.failures);
    let counts = show(shared, &revision, &found, &known);
    shared.checked(*number, &counts);
    let go_on = || shared.current.is_newest(*number);
    let failures = pool.install(|| compile::check_pages(renderer, &go_on));
    let failures = failures.unwrap_or_else(|| known.clone());
    if failures != known {
        let new = show(shared, &revision, &found, &failures);
        if new != counts {
            say(&format!("every page is rendered: {new}"));
        }
    }
    Rendered { revision, failures }
}

fn show(
    shared: &Shared,
    revision: &Revision,
    found: &[Diagnostic],
    failures: &[Diagnostic],
) -> String {
    let failures = compile::settle(&revision.compiled.site, failures.to_vec());
    let mut diagnostics = [found, &failures].concat();
    Diagnostic::sort(&mut diagnostics);
    let counts = report::counts(&diagnostics);
    shared.found(revision, diagnostics);
    counts
}
