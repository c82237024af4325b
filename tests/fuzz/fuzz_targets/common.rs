//! What every target does with a site: everything, and then what must hold of its findings.

use std::sync::Arc;

use silcrow::compile::{self, Memo};
use silcrow::config::Options;
use silcrow::path::SourcePath;
use silcrow::report;
use silcrow::source::{Content, File, Sources};
use silcrow::theme;

/// Front matter that nothing is wrong with.
pub const FRONT: &str = "---\ntitle: T\ndescription: D\nupdated: 2026-01-01\n---\n";

/// Compiles, checks, renders and reports; every finding has to stand inside its file, at the borders of characters.
pub fn everything(files: &[(&str, &str)]) {
    let mut sources = Sources::default();
    for (path, text) in files {
        sources.insert(SourcePath::new(path), File::new(Content::Text(Arc::from(*text))));
    }
    theme::add_to(&mut sources);
    let options = Options::on(jiff::civil::date(2026, 11, 23));
    let compiled = compile::site(&sources, &options, &mut Memo::default());
    let renderer = compiled.renderer();
    let mut findings = compiled.findings(&sources, &renderer);
    findings.extend(compile::pages(&renderer, renderer.views(), &|_, _| {}));
    let findings = compiled.settle(findings, false);
    for finding in &findings {
        let spans = std::iter::once(&finding.span).chain(finding.related.iter().map(|label| &label.span));
        for span in spans {
            let text = sources.text(&span.file).map_or("", |text| text);
            assert!(text.is_empty() || text.get(span.range()).is_some(), "{finding:?}");
        }
    }
    report::human::report(&findings, &sources, true);
    report::json::report(&findings, &sources);
}
