//! Who has which file of the output, without regard to case: some file systems and hosts have none. The first to claim a file
//! has it, and nothing else is written there; nor is a file where another needs a folder.

use std::rc::Rc;

use ahash::AHashMap;

use super::generated::Generated;
use super::routes::fold;
use super::{Page, PageId};
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

impl Source {
    /// A page, at this URL.
    pub(super) fn of_page(page: &Page, url: UrlPath) -> Self {
        Self { path: page.article.path.clone(), url, has_file: page.has_file }
    }
}

/// The files of the output and their owners.
#[derive(Default)]
pub(super) struct Claims {
    /// By the path, folded: files, and the folders that there must be, each with the first owner of a file in it.
    taken: AHashMap<String, Claim>,
    /// Sources that are in each other's way, or in silcrow's.
    pub findings: Vec<Diagnostic>,
}

struct Claim {
    owner: Rc<Owner>,
    is_folder: bool,
}

/// What is in the way of a claim, and whose it is.
pub(super) struct Obstacle {
    pub owner: Rc<Owner>,
    pub kind: ObstacleKind,
}

/// How something is in the way of a claim.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ObstacleKind {
    /// The file has an owner.
    Taken,
    /// A file is where the claim needs a folder.
    File,
    /// A folder is where the claim needs a file.
    Folder,
}

impl Claims {
    /// Of a site with these settings: silcrow's own files are claimed first.
    pub(super) fn new(configuration: &Configuration) -> Self {
        let mut claims = Self::default();
        let search = SEARCH.into_iter().filter(|_| configuration.search);
        for name in RESERVED.into_iter().chain(search) {
            // Nothing is in the way of the first claims.
            let _ = claims.claim(fold(name), Owner::Silcrow(name.to_owned()));
        }
        claims
    }

    /// Claims a file that silcrow writes itself. It yields to a source's, where it may.
    pub(super) fn generated(&mut self, file: Generated, url: &UrlPath) -> bool {
        let name = url.output().as_str().to_owned();
        let claimed = self.claim(fold(&name), Owner::Silcrow(name.clone()));
        let Err(Obstacle { owner, kind }) = claimed else { return true };
        let yields = file.yields() && kind == ObstacleKind::Taken;
        if let Owner::Source(source) = &*owner
            && !yields
        {
            self.findings.push(reserved(&source.path, &name));
        }
        false
    }

    /// Claims the file that a page or a copied file becomes.
    pub(super) fn source(&mut self, source: Source) -> bool {
        let Err(Obstacle { owner, kind }) = self.old(&source.url, Owner::Source(source.clone()))
        else {
            return true;
        };
        self.findings.extend(match (&*owner, kind) {
            (Owner::Silcrow(name), _) => Some(reserved(&source.path, name)),
            (Owner::Source(file), ObstacleKind::File) => Some(file_and_folder(file, &source)),
            (Owner::Source(inside), ObstacleKind::Folder) => Some(file_and_folder(&source, inside)),
            (Owner::Source(other), ObstacleKind::Taken) => Some(conflict(&source, other)),
            // Old addresses are claimed after all sources.
            (Owner::Alias(_) | Owner::Retired, _) => None,
        });
        false
    }

    /// Claims the file of a page's Markdown copy. Where something is in its way already, that has the file.
    pub(super) fn copy(&mut self, page: &UrlPath) {
        let copy = UrlPath::new(&format!("{}{COPY}", page.as_str()));
        let _ = self.old(&copy, Owner::Silcrow(COPY.to_owned()));
    }

    /// Claims the file of a URL, be it an old address or that of a page that was retired.
    pub(super) fn old(&mut self, url: &UrlPath, owner: Owner) -> Result<(), Obstacle> {
        self.claim(fold(url.output().as_str()), owner)
    }

    fn claim(&mut self, output: String, owner: Owner) -> Result<(), Obstacle> {
        let obstacle = |claim: &Claim, kind| Err(Obstacle { owner: Rc::clone(&claim.owner), kind });
        let mut folders = Vec::new();
        for (at, _) in output.rmatch_indices('/') {
            match self.taken.get(&output[..at]) {
                // What is above a folder that there is are folders.
                Some(known) if known.is_folder => break,
                Some(file) => return obstacle(file, ObstacleKind::File),
                None => folders.push(output[..at].to_owned()),
            }
        }
        match self.taken.get(&output) {
            Some(inside) if inside.is_folder => return obstacle(inside, ObstacleKind::Folder),
            Some(file) => return obstacle(file, ObstacleKind::Taken),
            None => {}
        }
        let owner = Rc::new(owner);
        let folder = |path| (path, Claim { owner: Rc::clone(&owner), is_folder: true });
        self.taken.extend(folders.into_iter().map(folder));
        self.taken.insert(output, Claim { owner, is_folder: false });
        Ok(())
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
