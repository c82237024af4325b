//! Who claims which file of the output, without regard to case: some file systems and hosts have none.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::routes::fold;
use rayon::prelude::*;

use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, URL_CONFLICT};
use crate::path::{SourcePath, UrlPath};
use crate::source::Span;

/// What every output has, and no source can bring. A site's own `_redirects` is kept as long as silcrow has none to write.
const RESERVED: [&str; 2] = [".silcrow-manifest", "404.html"];
/// The same, where the site has a search of its own.
const SEARCH: [&str; 2] = ["search/index.html", "search/index.json"];
const REDIRECTS: &str = "_redirects";
/// The Markdown copy of a page, beside it.
const COPY: &str = "index.md";

/// The files that pages and assets become, and then the old addresses.
#[derive(Default)]
pub(super) struct Claims {
    has_search: bool,
    has_copies: bool,
    /// By the file of the output, folded.
    files: BTreeMap<String, (UrlPath, SourcePath)>,
    findings: Vec<Diagnostic>,
}

impl Claims {
    /// Of a site with these settings.
    pub(super) fn new(configuration: &Configuration) -> Self {
        let Configuration { search, markdown_copies, .. } = *configuration;
        Self { has_search: search, has_copies: markdown_copies, ..Self::default() }
    }

    /// What every output of the site has.
    fn reserved(&self) -> impl Iterator<Item = &'static str> + use<> {
        let has_search = self.has_search;
        RESERVED.into_iter().chain(SEARCH.into_iter().filter(move |_| has_search))
    }

    /// Claims the file of a URL.
    pub(super) fn claim(&mut self, url: &UrlPath, source: &SourcePath) {
        let output = fold(url.output().as_str());
        if let Some(name) = self.reserved().find(|name| needs(&output, name)) {
            return self.findings.push(reserved(source, name));
        }
        match self.files.entry(output) {
            Entry::Occupied(entry) => {
                let (other_url, other) = entry.get();
                self.findings.push(conflict(url, source, other_url, other));
            }
            Entry::Vacant(entry) => {
                entry.insert((url.clone(), source.clone()));
            }
        }
    }

    /// Who already has what an old address would need: the file, a file where it needs a folder, or a folder where it is
    /// a file.
    pub(super) fn shadowed(&self, url: &UrlPath) -> Option<String> {
        let output = fold(url.output().as_str());
        let of_silcrow = self.reserved().chain([REDIRECTS]).find(|name| needs(&output, name));
        if let Some(name) = of_silcrow.or_else(|| self.copy(&output)) {
            return Some(format!("{name} of every site"));
        }
        let above = output.match_indices('/').map(|(at, _)| &output[..at]);
        let file = above.chain([output.as_str()]).find_map(|file| self.files.get(file));
        let folder = format!("{output}/");
        let inside = || {
            self.files.range(folder.clone()..).next().filter(|(file, _)| file.starts_with(&folder))
        };
        file.or_else(|| inside().map(|(_, claim)| claim)).map(|(_, source)| source.to_string())
    }

    /// The Markdown copy that a file of the output would stand in the way of.
    fn copy(&self, output: &str) -> Option<&'static str> {
        output.match_indices(COPY).filter(|_| self.has_copies).find_map(|(at, _)| {
            let is_part = (at == 0 || output[..at].ends_with('/')) && needs(&output[at..], COPY);
            let page = || format!("{}index.html", &output[..at]);
            (is_part && self.files.contains_key(&page())).then_some(COPY)
        })
    }

    /// Whether a source brings exactly this file.
    pub(super) fn has(&self, url: &UrlPath) -> bool {
        self.files.contains_key(&fold(url.output().as_str()))
    }

    /// What is claimed twice. `generated` are the files that silcrow writes itself.
    pub(super) fn findings(mut self, generated: &[UrlPath]) -> Vec<Diagnostic> {
        for url in generated {
            let output = url.output();
            let name = output.as_str();
            let folders = name.match_indices('/').map(|(at, _)| &name[..at]);
            let above = folders.filter_map(|folder| self.files.get(folder));
            let range = self.files.range(name.to_owned()..);
            let inside = range.take_while(|(file, _)| file.starts_with(name));
            let inside = inside.filter(|(file, _)| needs(file, name)).map(|(_, claim)| claim);
            let found: Vec<_> =
                above.chain(inside).map(|(_, source)| reserved(source, name)).collect();
            self.findings.extend(found);
        }
        let claims = self.files.par_iter();
        let found: Vec<_> =
            claims.flat_map_iter(|(output, claim)| self.findings_of(output, claim)).collect();
        self.findings.extend(found);
        self.findings
    }

    /// What is wrong with the claim of an output.
    fn findings_of<'a>(
        &'a self,
        output: &'a str,
        (url, source): &'a (UrlPath, SourcePath),
    ) -> impl Iterator<Item = Diagnostic> + 'a {
        let copy = self.copy(output).map(|name| reserved(source, name));
        // A file where another needs a folder.
        let folders = output.match_indices('/').filter_map(|(at, _)| self.files.get(&output[..at]));
        copy.into_iter()
            .chain(folders.map(|(other_url, other)| conflict(url, source, other_url, other)))
    }
}

/// Whether an output is a file of that name, needs a folder of that name, or is a file where the name needs a folder.
fn needs(output: &str, name: &str) -> bool {
    let is_below = |path: &str, folder: &str| {
        path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    };
    output == name || is_below(output, name) || is_below(name, output)
}

fn reserved(source: &SourcePath, output: &str) -> Diagnostic {
    let help = match output {
        "404.html" => "put the page into `templates/404.html`",
        "search/index.html" => {
            "rename it, put the page into `templates/search.html`, or set `search: false` in `site.yaml`"
        }
        COPY => "rename it, or set `markdown_copies: false` in `site.yaml`",
        REDIRECTS => "put its lines under `redirects` in `site.yaml`",
        "feed.xml" => "rename it, or set `feed_articles: 0` in `site.yaml`",
        _ => "rename it",
    };
    Diagnostic::new(&URL_CONFLICT, Span::file(source), format!("silcrow writes `{output}` itself"))
        .help(help)
}

fn conflict(
    url: &UrlPath,
    source: &SourcePath,
    other_url: &UrlPath,
    other: &SourcePath,
) -> Diagnostic {
    let message = if url == other_url {
        format!("`{source}` and `{other}` both claim the URL `{}`", url.as_str())
    } else if fold(url.as_str()) == fold(other_url.as_str()) {
        format!(
            "the URLs of `{source}` and `{other}` differ only in case: `{}` and `{}`",
            url.as_str(),
            other_url.as_str()
        )
    } else {
        format!("`{other}` is a file where `{source}` needs a folder")
    };
    // An article beside a folder of its name is most likely meant as the folder's page.
    let is_section = other
        .as_str()
        .strip_suffix(".md")
        .is_some_and(|stem| source.as_str().strip_prefix(stem) == Some("/index.md"));
    let help = if is_section {
        format!("make `{other}` the section's page, `{source}`, or rename it")
    } else {
        "rename one of the two files".to_owned()
    };
    Diagnostic::new(&URL_CONFLICT, Span::file(source), message)
        .help(help)
        .relate(Span::file(other), "the other one")
}
