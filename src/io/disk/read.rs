//! Reads a site's sources into a snapshot, in parallel. What cannot be taken as it is becomes a problem in the
//! snapshot, never a silent skip.
#![expect(clippy::disallowed_methods, reason = "this is where files are read")]

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};

use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use super::dimensions::dimensions;
use super::journal::refuse_unfinished;
use super::write::is_unfinished;
use super::{DiskError, Result, Root, io, reason, slashed};
use crate::path::SourcePath;
use crate::source::{Asset, Content, File, MAX_DEPTH, Problem, ProblemKind, Sources};
use crate::theme;

/// The site's folders.
pub(super) const FOLDERS: [&str; 3] = ["content", "static", "templates"];
/// The files beside the site's folders.
pub(super) const FILES: [&str; 2] = ["site.yaml", crate::record::FILE];

/// Reads `site.yaml`, `silcrow.lock`, `content/`, `templates/` and `static/` below `root`, and adds the theme.
/// There has to be a `content` folder; anything else that is wrong is a problem in the snapshot.
pub fn read(root: &Path) -> Result<Sources> {
    read_with_links(root).map(|(sources, _)| sources)
}

/// The same, with what symbolic links in the site lead to: what changes there changes the site.
pub(super) fn read_with_links(root: &Path) -> Result<(Sources, Vec<PathBuf>)> {
    refuse_unfinished(root)?;
    let opened = Root::new(root).map_err(io("open", root))?;
    if !opened.path().join("content").is_dir() {
        return Err(DiskError::NoContent(root.to_owned()));
    }
    let (sender, paths) = mpsc::channel();
    // Files are read while others are still looked for.
    let ((problems, links), mut read) = rayon::join(
        || find(opened.path(), sender),
        || {
            let paths = paths.into_iter().enumerate().par_bridge();
            paths.map(|(index, path)| (index, ReadFile::new(&opened, &path))).collect::<Vec<_>>()
        },
    );
    read.sort_unstable_by_key(|(index, _)| *index);
    let mut sources = Sources::new(Vec::new(), problems);
    for (_, ReadFile { path, spelling, content, problem }) in read {
        sources.problems.extend(problem.map(|kind| Problem { path: path.clone(), kind }));
        // Only names that are not ASCII have more than one Unicode form.
        if !path.as_str().is_ascii() && sources.get(&path).is_some() {
            sources.problems.push(Problem { path, kind: ProblemKind::SameName(spelling) });
        } else if let Some(content) = content {
            let spelling = (spelling != path.as_str()).then(|| spelling.into());
            sources.insert(path, File { spelling, ..File::new(content) });
        }
    }
    theme::add_to(&mut sources);
    Ok((sources, links))
}

/// Reads one file of the site, whose path below the root is as it should be. Nothing when only reading all of it can tell
/// what it is.
pub(super) fn read_one(root: &Root, path: &Path) -> Option<(SourcePath, File)> {
    path.strip_prefix(root.path()).ok()?.to_str()?;
    let ReadFile { path, spelling, content, problem } = ReadFile::new(root, path);
    let is_clean =
        problem.is_none() && spelling == path.as_str() && unreadable_path(&path).is_none();
    content.filter(|_| is_clean).map(|content| (path, File::new(content)))
}

/// Why a source could not be read from a path, if it could not: a name that some systems cannot have, or too many folders inside
/// each other.
pub fn unreadable_path(path: &SourcePath) -> Option<String> {
    let mut names = path.as_str().split('/').skip(1);
    if names.clone().count() > MAX_DEPTH {
        return Some(format!("folders nested more than {MAX_DEPTH} levels deep are not read"));
    }
    names.find_map(|name| {
        Some(format!("`{name}` is not a valid name on every system: {}", unusable_name(name)?))
    })
}

/// Whether a path, `/`-separated below the root, can be one of a source or of a folder of sources.
pub(super) fn is_source(path: &str) -> bool {
    let is_usable = |name: &str| {
        !name.is_empty() && unusable_name(name).is_none() && !name.eq_ignore_ascii_case(".git")
    };
    match path.split_once('/') {
        Some((folder, inside)) => FOLDERS.contains(&folder) && inside.split('/').all(is_usable),
        None => FILES.contains(&path),
    }
}

/// What is found of a site before any file is read.
struct Found<'a> {
    root: &'a Path,
    /// Where the files go, to be read.
    files: Sender<PathBuf>,
    problems: Vec<Problem>,
    /// What symbolic links lead to.
    links: Vec<PathBuf>,
}

/// Finds the files of the site, what is not a file, and the targets of symbolic links.
fn find(root: &Path, files: Sender<PathBuf>) -> (Vec<Problem>, Vec<PathBuf>) {
    let mut found = Found { root, files, problems: Vec::new(), links: Vec::new() };
    for top in FILES.into_iter().chain(FOLDERS) {
        // That one is absent is no problem.
        if fs::symlink_metadata(root.join(top)).is_ok() {
            found.walk(top);
        }
    }
    (found.problems, found.links)
}

impl Found<'_> {
    /// Walks one of the site's folders, or looks at a file beside them.
    fn walk(&mut self, top: &str) {
        let mut followed: Vec<PathBuf> = Vec::new();
        let walk = WalkDir::new(self.root.join(top)).follow_links(true).sort_by_file_name();
        let mut entries = walk.into_iter();
        while let Some(entry) = entries.next() {
            let path = match &entry {
                Ok(entry) => entry.path().to_owned(),
                Err(error) => error.path().unwrap_or(self.root).to_owned(),
            };
            let taken = match &entry {
                _ if is_ignored(&path.file_name().unwrap_or_default().to_string_lossy(), top) => {
                    Err(None)
                }
                Ok(entry) => take(entry, self.root, &followed).map_err(Some),
                Err(error) => Err(Some(walk_problem(error, &path))),
            };
            let is_folder = entry.as_ref().is_ok_and(|entry| entry.file_type().is_dir());
            let is_link = entry.is_ok_and(|entry| entry.path_is_symlink());
            if taken.is_ok() && is_link {
                self.links.extend(fs::canonicalize(&path));
            }
            match taken {
                Err(problem) => {
                    let path = SourcePath::new(&spelling(self.root, &path));
                    self.problems.extend(problem.map(|kind| Problem { path, kind }));
                    if is_folder {
                        entries.skip_current_dir();
                    }
                }
                Ok(()) if is_link && is_folder => followed.push(path),
                Ok(()) if is_folder => {}
                // The receiver exists as long as files are sent.
                Ok(()) => drop(self.files.send(path)),
            }
        }
    }
}

/// Editors' and systems' own files. In `static/`, names that begin with a dot are the site's (`.well-known`); a
/// repository there is not: `.git` of the output belongs to the publisher. Nor are leftovers of a killed run.
pub(super) fn is_ignored(name: &str, folder: &str) -> bool {
    match folder {
        "static" => name == ".git" || is_unfinished(name),
        _ => name.starts_with('.') || name.ends_with('~'),
    }
}

fn walk_problem(error: &walkdir::Error, path: &Path) -> ProblemKind {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    match error.io_error() {
        _ if error.loop_ancestor().is_some() => ProblemKind::SymlinkLoop,
        Some(io) if is_link && io.kind() == ErrorKind::NotFound => ProblemKind::SymlinkBroken,
        Some(io) if is_link && is_loop(io) => ProblemKind::SymlinkLoop,
        Some(io) => unreadable(io),
        None => ProblemKind::Unreadable(error.to_string()),
    }
}

/// Whether a symbolic link leads to itself.
fn is_loop(error: &std::io::Error) -> bool {
    #[cfg(unix)]
    return rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::LOOP);
    #[cfg(not(unix))]
    return error.to_string().contains("symbolic link");
}

/// Whether an entry is taken, or why not. `followed` are the links to folders that were taken before.
fn take(entry: &DirEntry, root: &Path, followed: &[PathBuf]) -> Result<(), ProblemKind> {
    let (path, kind, is_top) = (entry.path(), entry.file_type(), entry.depth() == 0);
    let wrong = |reason: &str| Err(ProblemKind::Unreadable(reason.to_owned()));
    let is_one_of = |names: &[&str]| is_top && names.iter().any(|name| entry.file_name() == *name);
    if kind.is_file() && is_one_of(&FOLDERS) {
        return wrong("it is a file where a folder belongs");
    }
    if entry.path_is_symlink() {
        let target = fs::canonicalize(path).map_err(|error| unreadable(&error))?;
        if !target.starts_with(root) {
            return Err(ProblemKind::SymlinkOutside);
        }
        let parent = path.parent().and_then(|parent| fs::canonicalize(parent).ok());
        let is_around = !is_top && parent.is_some_and(|parent| parent.starts_with(&target));
        // Links inside linked folders multiply: each is read once, by the path it really has.
        let is_inner = kind.is_dir() && followed.iter().any(|link| path.starts_with(link));
        if is_around || is_inner {
            return Err(ProblemKind::SymlinkLoop);
        }
    }
    if entry.depth() > MAX_DEPTH {
        return Err(ProblemKind::TooDeep);
    }
    let name = entry.file_name().to_str();
    let unusable = name.map_or_else(|| Some("it is not Unicode".to_owned()), unusable_name);
    match unusable.filter(|_| !is_top) {
        Some(reason) => Err(ProblemKind::UnusableName(reason)),
        None if !kind.is_file() && is_one_of(&FILES) => wrong("it is not a file"),
        None if !kind.is_file() && !kind.is_dir() => wrong("it is neither a file nor a folder"),
        None => Ok(()),
    }
}

/// Why a name does not work on every system (Microsoft, "Naming Files, Paths, and Namespaces"), or not as a URL.
fn unusable_name(name: &str) -> Option<String> {
    let is_bad = |c: &char| "<>:\"|?*\\".contains(*c) || c.is_control();
    if let Some(bad) = name.chars().find(is_bad) {
        return Some(format!("it holds {bad:?}"));
    }
    if name.ends_with(['.', ' ']) {
        return Some("it ends in a dot or a space".to_owned());
    }
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_uppercase();
    let port = stem.strip_suffix(|c| matches!(c, '1'..='9'));
    if matches!(&*stem, "CON" | "PRN" | "AUX" | "NUL") || matches!(port, Some("COM" | "LPT")) {
        return Some(format!("Windows reserves `{stem}`"));
    }
    let extension = name.rsplit_once('.').map_or("md", |(_, extension)| extension);
    (extension != "md" && extension.eq_ignore_ascii_case("md"))
        .then(|| "an article's extension is `.md`, in lower case".to_owned())
}

/// A path below the root as it is spelled there.
fn spelling(root: &Path, path: &Path) -> String {
    slashed(path.strip_prefix(root).unwrap_or(path))
}

/// The stand-in for an article that cannot be read: without a date, without a text.
const UNREADABLE: &str = "---\ntitle: Unreadable\ndescription: Unreadable\n---\n";

struct ReadFile {
    path: SourcePath,
    /// Its path below the root as the file system spells it.
    spelling: String,
    content: Option<Content>,
    problem: Option<ProblemKind>,
}

impl ReadFile {
    fn new(root: &Root, file: &Path) -> Self {
        let spelling = spelling(root.path(), file);
        let path = SourcePath::new(&spelling);
        let relative = file.strip_prefix(root.path()).unwrap_or(file);
        let is_article = path.below("content").is_some() && path.extension() == Some("md");
        let is_text = is_article || path.below("templates").is_some() || path.folder().is_empty();
        let read = if is_text {
            root.read(relative).map(text)
        } else {
            let asset = root.open(relative).and_then(|file| asset(file, &path));
            asset.map(|asset| (Content::Asset(Box::new(asset)), None))
        };
        let (content, problem) = match read {
            Ok((content, problem)) => (Some(content), problem),
            Err(error) => {
                // An article that cannot be read is still a page, so that links to it are not reported too.
                let stand_in = is_article.then(|| Content::Text(Arc::from(UNREADABLE)));
                (stand_in, Some(unreadable(&error)))
            }
        };
        Self { path, spelling, content, problem }
    }
}

fn unreadable(error: &std::io::Error) -> ProblemKind {
    ProblemKind::Unreadable(reason(error))
}

/// Text is UTF-8. Of what is not, the readable rest is taken, so that its other findings are seen.
fn text(bytes: Vec<u8>) -> (Content, Option<ProblemKind>) {
    match String::from_utf8(bytes) {
        Ok(text) => (Content::Text(Arc::from(text)), None),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let byte = error.as_bytes()[offset];
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            (Content::Text(Arc::from(text)), Some(ProblemKind::NotUtf8 { offset, byte }))
        }
    }
}

fn asset(mut file: fs::File, source: &SourcePath) -> std::io::Result<Asset> {
    let extension = source.extension().unwrap_or_default().to_ascii_lowercase();
    let (mut hasher, mut text) = (blake3::Hasher::new(), None);
    if matches!(&*extension, "html" | "htm") {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        hasher.update(&bytes);
        text = String::from_utf8(bytes).ok().map(Arc::from);
    } else {
        hasher.update_reader(&mut file)?;
    }
    let (size, hash) = (hasher.count(), *hasher.finalize().as_bytes());
    Ok(Asset { size, hash, dimensions: dimensions(file, &extension), text })
}
