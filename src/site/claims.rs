//! Who has which file of the output, without regard to case: some file systems and hosts have none. The first to claim a file
//! has it, and nothing else is written there; nor is a file where another needs a folder.

use std::collections::hash_map::Entry;

use ahash::AHashMap;

use super::PageId;
use super::generated::Generated;
use super::routes::fold;
use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, URL_CONFLICT};
use crate::path::{SourcePath, UrlPath};
use crate::publish;
use crate::source::Span;

/// What every output has or may get, and no source can bring: each a file, or a folder with all that is in it.
const RESERVED: [&str; 3] = [".silcrow-manifest", publish::OWN_FOLDER, "404.html"];
/// The same, where the site has a search of its own.
const SEARCH: [&str; 2] = ["search/index.html", "search/index.json"];
/// The Markdown copy of a page, beside it.
const COPY: &str = "index.md";

/// Who has a file of the output.
#[derive(Clone, Debug)]
pub(super) enum Owner {
    /// Silcrow itself; the file's name.
    Silcrow(String),
    /// A page or a file.
    Source(Source),
    /// The old address of a page.
    Alias(PageId),
    /// A page that was retired.
    Retired,
}

/// A source that becomes a file of the output.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub path: SourcePath,
    pub url: UrlPath,
    /// Whether there is such a file: a section without `index.md` has a page all the same.
    pub has_file: bool,
}

/// The files of the output and their owners.
pub(super) struct Claims {
    has_copies: bool,
    owners: Vec<Owner>,
    /// Indexes of owners by the file of the output, folded.
    files: AHashMap<String, u32>,
    /// Folders that there must be, folded, each with the first owner of a file in it.
    folders: AHashMap<String, u32>,
    findings: Vec<Diagnostic>,
}

/// What is in the way of a claim.
enum Obstacle {
    /// The file has an owner.
    Taken(u32),
    /// A file is where the claim needs a folder.
    File(u32),
    /// A folder is where the claim needs a file.
    Folder(u32),
}

impl Claims {
    /// Of a site with these settings: silcrow's own files are claimed first.
    pub(super) fn new(configuration: &Configuration) -> Self {
        let mut claims = Self {
            has_copies: configuration.markdown_copies,
            owners: Vec::new(),
            files: AHashMap::new(),
            folders: AHashMap::new(),
            findings: Vec::new(),
        };
        let search = SEARCH.into_iter().filter(|_| configuration.search);
        for name in RESERVED.into_iter().chain(search) {
            claims.reserve(name);
        }
        claims
    }

    fn reserve(&mut self, name: &str) {
        // Nothing is in the way of the first claims.
        let _ = self.claim(fold(name), Owner::Silcrow(name.to_owned()));
    }

    /// Claims a file that silcrow writes itself. It yields to a source's, where it may.
    pub(super) fn generated(&mut self, file: Generated, url: &UrlPath) -> bool {
        let name = url.output().as_str().to_owned();
        let claimed = self.claim(fold(&name), Owner::Silcrow(name.clone()));
        let Err(obstacle) = claimed else { return true };
        let yields = file.yields() && matches!(obstacle, Obstacle::Taken(_));
        if let Owner::Source(source) = self.owner(&obstacle)
            && !yields
        {
            let finding = reserved(&source.path, &name);
            self.findings.push(finding);
        }
        false
    }

    /// Claims the file that a page or a copied file becomes.
    pub(super) fn source(&mut self, source: Source) -> bool {
        let output = fold(source.url.output().as_str());
        if let Some(name) = self.copy(&output) {
            self.findings.push(reserved(&source.path, name));
            return false;
        }
        let finding = match self.claim(output, Owner::Source(source.clone())) {
            Ok(()) => return true,
            Err(obstacle) => match (self.owner(&obstacle), &obstacle) {
                (Owner::Silcrow(name), _) => reserved(&source.path, name),
                (Owner::Source(file), Obstacle::File(_)) => file_and_folder(file, &source),
                (Owner::Source(inside), Obstacle::Folder(_)) => file_and_folder(&source, inside),
                (Owner::Source(other), Obstacle::Taken(_)) => conflict(&source, other),
                // Old addresses are claimed after all sources.
                (Owner::Alias(_) | Owner::Retired, _) => return false,
            },
        };
        self.findings.push(finding);
        false
    }

    /// Claims the file of an old address, or of a page that was retired. Returns who is in the way.
    pub(super) fn old(&mut self, url: &UrlPath, owner: Owner) -> Result<(), Owner> {
        let output = fold(url.output().as_str());
        if let Some(name) = self.copy(&output) {
            return Err(Owner::Silcrow(name.to_owned()));
        }
        self.claim(output, owner).map_err(|obstacle| self.owner(&obstacle).clone())
    }

    /// Whether the file of a URL is that of an old address of this page.
    pub(super) fn is_alias(&self, url: &UrlPath, page: PageId) -> bool {
        let owner = self.files.get(&fold(url.output().as_str()));
        owner.is_some_and(
            |index| matches!(self.owners[*index as usize], Owner::Alias(id) if id == page),
        )
    }

    /// Sources that are in each other's way, or in silcrow's.
    pub(super) fn findings(self) -> Vec<Diagnostic> {
        self.findings
    }

    fn owner(&self, obstacle: &Obstacle) -> &Owner {
        let (Obstacle::Taken(index) | Obstacle::File(index) | Obstacle::Folder(index)) = obstacle;
        &self.owners[*index as usize]
    }

    fn claim(&mut self, output: String, owner: Owner) -> Result<(), Obstacle> {
        let folders = || output.rmatch_indices('/').map(|(at, _)| &output[..at]);
        // What is above a folder that there is are folders.
        let new = folders().take_while(|folder| !self.folders.contains_key(*folder));
        let new: Vec<&str> = new.collect();
        if let Some(file) = new.iter().find_map(|folder| self.files.get(*folder)) {
            return Err(Obstacle::File(*file));
        }
        if let Some(inside) = self.folders.get(&output) {
            return Err(Obstacle::Folder(*inside));
        }
        let index = self.owners.len() as u32;
        let new: Vec<String> = new.into_iter().map(str::to_owned).collect();
        match self.files.entry(output) {
            Entry::Occupied(taken) => return Err(Obstacle::Taken(*taken.get())),
            Entry::Vacant(vacant) => vacant.insert(index),
        };
        self.folders.extend(new.into_iter().map(|folder| (folder, index)));
        self.owners.push(owner);
        Ok(())
    }

    /// The Markdown copy that a file of the output would be in the way of.
    fn copy(&self, output: &str) -> Option<&'static str> {
        let mut places = output.match_indices(COPY).filter(|_| self.has_copies);
        let is_copy = places.any(|(at, _)| {
            let is_part = at == 0 || output[..at].ends_with('/');
            let is_whole = matches!(output.as_bytes().get(at + COPY.len()), None | Some(b'/'));
            let page = || self.files.get(&format!("{}index.html", &output[..at]));
            let has_copy = |index: &u32| matches!(self.owners[*index as usize], Owner::Source(_));
            is_part && is_whole && page().is_some_and(has_copy)
        });
        is_copy.then_some(COPY)
    }
}

fn reserved(source: &SourcePath, output: &str) -> Diagnostic {
    let help = match output {
        "404.html" => "put the page into `templates/404.html`",
        "search/index.html" => {
            "rename it, put the page into `templates/search.html`, or set `search: false` in `site.yaml`"
        }
        COPY => "rename it, or set `markdown_copies: false` in `site.yaml`",
        "_redirects" => "put its lines under `redirects` in `site.yaml`",
        "feed.xml" => "rename it, or set `feed_articles: 0` in `site.yaml`",
        _ => "rename it",
    };
    Diagnostic::new(&URL_CONFLICT, Span::file(source), format!("silcrow writes `{output}` itself"))
        .help(help)
}

/// Two sources that become the same file, or files whose names differ only in case.
fn conflict(source: &Source, other: &Source) -> Diagnostic {
    let (path, other_path) = (name(source), name(other));
    let message = if source.url == other.url {
        format!("`{path}` and `{other_path}` both claim the URL `{}`", source.url.as_str())
    } else {
        format!(
            "the URLs of `{path}` and `{other_path}` differ only in case: `{}` and `{}`",
            source.url.as_str(),
            other.url.as_str()
        )
    };
    // An article beside a folder of its name is most likely meant as the folder's page.
    let is_section = other_path
        .strip_suffix(".md")
        .is_some_and(|stem| source.path.as_str().strip_prefix(stem) == Some("/index.md"));
    let (folder, other_folder) = (source.path.folder(), other.path.folder());
    let help = if is_section {
        format!("make `{other_path}` the section's page, `{}`, or rename it", source.path)
    } else if folder != other_folder && fold(folder) == fold(other_folder) {
        "rename one of the two folders".to_owned()
    } else {
        "rename one of the two files".to_owned()
    };
    of_two(source, other, message).help(help)
}

fn file_and_folder(file: &Source, inside: &Source) -> Diagnostic {
    let message = format!("`{}` is a file where `{}` needs a folder", name(file), name(inside));
    of_two(inside, file, message).help("rename one of the two files")
}

fn of_two(source: &Source, other: &Source, message: String) -> Diagnostic {
    Diagnostic::new(&URL_CONFLICT, Span::file(&source.path), message)
        .relate(Span::file(&other.path), "the other one")
}

/// The source as its author knows it: of a section without `index.md`, its folder.
fn name(source: &Source) -> &str {
    if source.has_file { source.path.as_str() } else { source.path.folder() }
}
