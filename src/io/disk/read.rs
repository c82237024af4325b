//! Reads a site's sources into a snapshot, in parallel. What cannot be taken as it is becomes a problem in the
//! snapshot, never a silent skip.
#![expect(clippy::disallowed_methods, reason = "this is where files are read")]

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};

use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use super::dimensions::dimensions;
use super::journal::refuse_unfinished;
use super::write::is_unfinished;
use super::{DiskError, Root, io, reason};
use crate::path::SourcePath;
use crate::source::{Asset, Content, File, MAX_DEPTH, Problem, ProblemKind, Sources};
use crate::theme;

/// Reads `site.yaml`, `silcrow.lock`, `content/`, `templates/` and `static/` below `root`, and adds the theme.
///
/// # Errors
///
/// When there is no `content` folder, or the root itself cannot be looked at. Everything else is a problem in the
/// snapshot.
pub fn read(root: &Path) -> Result<Sources, DiskError> {
    read_with_links(root).map(|(sources, _)| sources)
}

/// The same, with what symbolic links in the site lead to: what changes there changes the site.
pub(super) fn read_with_links(root: &Path) -> Result<(Sources, Vec<PathBuf>), DiskError> {
    refuse_unfinished(root)?;
    let opened = Root::new(root).map_err(io("open", root))?;
    let real_root = opened.path();
    if !real_root.join("content").is_dir() {
        return Err(DiskError::NoContent(root.to_owned()));
    }
    let (sender, names) = mpsc::channel();
    // Files are read while others are still looked for.
    let ((mut problems, links), mut read) = rayon::join(
        || find(real_root, sender),
        || {
            let names = names.into_iter().enumerate().par_bridge();
            let read = |(index, (path, kind)): (usize, (PathBuf, Kind))| {
                (index, read_file(&opened, &path, kind))
            };
            names.map(read).collect::<Vec<_>>()
        },
    );
    read.sort_unstable_by_key(|(index, _)| *index);
    let mut seen = HashSet::new();
    let mut files: Vec<(SourcePath, File)> = Vec::with_capacity(read.len());
    for (_, (path, spelling, content, problem)) in read {
        problems.extend(problem.map(|kind| Problem { path: path.clone(), kind }));
        // Only names that are not ASCII have more than one Unicode form.
        if !path.as_str().is_ascii() && !seen.insert(path.clone()) {
            problems.push(Problem { path, kind: ProblemKind::SameName(spelling) });
        } else {
            let other = (spelling != path.as_str()).then(|| spelling.into());
            files.extend(
                content.map(|content| (path, File { spelling: other, ..File::new(content) })),
            );
        }
    }
    let mut sources = Sources::new(files, problems);
    theme::add_to(&mut sources);
    Ok((sources, links))
}

/// Reads one file of the site, whose path below the root is as it should be. Nothing when only reading all of it can tell
/// what it is.
pub(super) fn read_one(root: &Root, path: &Path) -> Option<(SourcePath, File)> {
    let relative = path.strip_prefix(root.path()).ok()?;
    let names: Vec<&str> =
        relative.components().map(|part| part.as_os_str().to_str()).collect::<Option<_>>()?;
    let (folder, inside) = names.split_first()?;
    if inside.len() > MAX_DEPTH || inside.iter().any(|name| unusable_name(name).is_some()) {
        return None;
    }
    let kind = if is_text(folder, path) { Kind::Text } else { Kind::Asset };
    let (source, spelling, content, problem) = read_file(root, path, kind);
    let clean = problem.is_none() && spelling == source.as_str();
    content.filter(|_| clean).map(|content| (source, File::new(content)))
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
        None => path == SETTINGS || path == RECORD,
    }
}

/// Whether a file below one of the site's folders is a text that is parsed.
fn is_text(folder: &str, path: &Path) -> bool {
    folder == "templates"
        || folder == "content" && path.extension().is_some_and(|extension| extension == "md")
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Asset,
}

struct Found {
    /// Where the files go, to be read.
    files: Sender<(PathBuf, Kind)>,
    problems: Vec<Problem>,
    /// What symbolic links lead to.
    links: Vec<PathBuf>,
}

impl Found {
    fn file(&self, path: PathBuf, kind: Kind) {
        // The receiver exists as long as files are sent.
        let _ = self.files.send((path, kind));
    }
}

/// The site's folders.
pub(super) const FOLDERS: [&str; 3] = ["content", "static", "templates"];
/// The files beside the site's folders.
const SETTINGS: &str = "site.yaml";
const RECORD: &str = crate::record::FILE;

/// A file beside the site's folders: a file of the site, or a problem. Its absence is neither.
fn root_file(root: &Path, name: &str, found: &mut Found) {
    let path = root.join(name);
    let Ok(metadata) = fs::symlink_metadata(&path) else { return };
    let kind = match fs::canonicalize(&path) {
        Ok(target) if metadata.is_symlink() && !target.starts_with(root) => {
            ProblemKind::SymlinkOutside
        }
        Ok(target) if !target.is_file() => ProblemKind::Unreadable("it is not a file".to_owned()),
        Ok(target) => {
            found.links.extend(metadata.is_symlink().then_some(target));
            return found.file(path, Kind::Text);
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => ProblemKind::SymlinkBroken,
        Err(error) if is_loop(&error) => ProblemKind::SymlinkLoop,
        Err(error) => ProblemKind::Unreadable(reason(&error)),
    };
    found.problems.push(Problem { path: SourcePath::new(name), kind });
}

/// Finds the files of the site, what is not a file, and the targets of symbolic links.
fn find(root: &Path, files: Sender<(PathBuf, Kind)>) -> (Vec<Problem>, Vec<PathBuf>) {
    let mut found = Found { files, problems: Vec::new(), links: Vec::new() };
    for file in [SETTINGS, RECORD] {
        root_file(root, file, &mut found);
    }
    for folder in FOLDERS {
        walk(root, folder, &mut found);
    }
    (found.problems, found.links)
}

fn walk(root: &Path, folder: &'static str, found: &mut Found) {
    let top = root.join(folder);
    if fs::symlink_metadata(&top).is_err() {
        return;
    }
    if top.is_file() {
        let kind = ProblemKind::Unreadable("it is a file where a folder belongs".to_owned());
        found.problems.push(Problem { path: SourcePath::new(folder), kind });
        return;
    }
    let mut followed: Vec<PathBuf> = Vec::new();
    let mut entries = WalkDir::new(&top).follow_links(true).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(&top).to_owned();
                if path.file_name().is_some_and(|name| is_ignored(&name.to_string_lossy(), folder))
                {
                    continue;
                }
                found.problems.push(Problem {
                    path: source_path(root, &path).0,
                    kind: walk_problem(&error, &path),
                });
                continue;
            }
        };
        if entry.depth() > 0 && is_ignored(&entry.file_name().to_string_lossy(), folder) {
            if entry.file_type().is_dir() {
                entries.skip_current_dir();
            }
            continue;
        }
        if let Some(kind) = refused(&entry, root, &followed) {
            found.problems.push(Problem { path: source_path(root, entry.path()).0, kind });
            if entry.file_type().is_dir() {
                entries.skip_current_dir();
            }
            continue;
        }
        if entry.path_is_symlink() {
            found.links.extend(fs::canonicalize(entry.path()));
        }
        if entry.file_type().is_dir() {
            if entry.path_is_symlink() {
                followed.push(entry.path().to_owned());
            }
            continue;
        }
        let kind = if is_text(folder, entry.path()) { Kind::Text } else { Kind::Asset };
        found.file(entry.into_path(), kind);
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
    if error.loop_ancestor().is_some() {
        return ProblemKind::SymlinkLoop;
    }
    let is_link =
        fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_symlink());
    match error.io_error() {
        Some(io) if is_link && io.kind() == std::io::ErrorKind::NotFound => {
            ProblemKind::SymlinkBroken
        }
        Some(io) if is_link && is_loop(io) => ProblemKind::SymlinkLoop,
        Some(io) => ProblemKind::Unreadable(reason(io)),
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

/// Why an entry is not taken.
fn refused(entry: &DirEntry, root: &Path, followed: &[PathBuf]) -> Option<ProblemKind> {
    if entry.path_is_symlink() {
        match fs::canonicalize(entry.path()) {
            Ok(target) if !target.starts_with(root) => return Some(ProblemKind::SymlinkOutside),
            Ok(target) => {
                let parent = entry.path().parent().and_then(|parent| fs::canonicalize(parent).ok());
                if entry.depth() > 0 && parent.is_some_and(|parent| parent.starts_with(&target)) {
                    return Some(ProblemKind::SymlinkLoop);
                }
            }
            Err(error) => return Some(ProblemKind::Unreadable(reason(&error))),
        }
        // Links inside linked folders multiply: each is read once, by the path it really has.
        if entry.file_type().is_dir() && followed.iter().any(|link| entry.path().starts_with(link))
        {
            return Some(ProblemKind::SymlinkLoop);
        }
    }
    if entry.depth() > MAX_DEPTH {
        return Some(ProblemKind::TooDeep);
    }
    if entry.depth() > 0
        && let Some(reason) = unusable(entry)
    {
        return Some(ProblemKind::UnusableName(reason));
    }
    let kind = entry.file_type();
    (!kind.is_dir() && !kind.is_file())
        .then(|| ProblemKind::Unreadable("it is neither a file nor a folder".to_owned()))
}

/// Why a name does not work on every system (Microsoft, "Naming Files, Paths, and Namespaces"), or not as a URL.
fn unusable(entry: &DirEntry) -> Option<String> {
    match entry.file_name().to_str() {
        Some(name) => unusable_name(name),
        None => Some("it is not Unicode".to_owned()),
    }
}

fn unusable_name(name: &str) -> Option<String> {
    if let Some(bad) = name
        .chars()
        .find(|c| matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\\') || c.is_control())
    {
        return Some(format!("it holds {bad:?}"));
    }
    if name.ends_with(['.', ' ']) {
        return Some("it ends in a dot or a space".to_owned());
    }
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_uppercase();
    let numbered = |device: &str| {
        stem.strip_prefix(device)
            .is_some_and(|number| number.len() == 1 && matches!(number.as_bytes()[0], b'1'..=b'9'))
    };
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
    {
        return Some(format!("Windows reserves `{stem}`"));
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    if extension.is_some_and(|extension| extension != "md" && extension.eq_ignore_ascii_case("md"))
    {
        return Some("an article's extension is `.md`, in lower case".to_owned());
    }
    None
}

/// The path below the root, and its spelling there.
fn source_path(root: &Path, path: &Path) -> (SourcePath, String) {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> =
        relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let spelling = parts.join("/");
    (SourcePath::new(&spelling), spelling)
}

/// The stand-in for an article that cannot be read: without a date, without a text.
const UNREADABLE: &str = "---\ntitle: Unreadable\ndescription: Unreadable\n---\n";

fn read_file(
    root: &Root,
    path: &Path,
    kind: Kind,
) -> (SourcePath, String, Option<Content>, Option<ProblemKind>) {
    let (source, spelling) = source_path(root.path(), path);
    let relative = path.strip_prefix(root.path()).unwrap_or(path);
    let read = match kind {
        Kind::Text => root.read(relative).map(text),
        Kind::Asset => root
            .open(relative)
            .and_then(|file| asset(file, &source))
            .map(|asset| (Content::Asset(Box::new(asset)), None)),
    };
    match read {
        Ok((content, problem)) => (source, spelling, Some(content), problem),
        Err(error) => {
            // An article that cannot be read is still a page, so that links to it are not reported too.
            let content = (kind == Kind::Text && source.below("content").is_some())
                .then(|| Content::Text(Arc::from(UNREADABLE)));
            (source, spelling, content, Some(ProblemKind::Unreadable(reason(&error))))
        }
    }
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
    let extension = source.extension().map(str::to_ascii_lowercase);
    let extension = extension.as_deref().unwrap_or("");
    if matches!(extension, "html" | "htm") {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (size, hash) = (bytes.len() as u64, *blake3::hash(&bytes).as_bytes());
        let text = String::from_utf8(bytes).ok().map(Arc::from);
        return Ok(Asset { size, hash, dimensions: None, text });
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&mut file)?;
    let dimensions = dimensions(file, extension);
    let hash = *hasher.finalize().as_bytes();
    Ok(Asset { size: hasher.count(), hash, dimensions, text: None })
}
