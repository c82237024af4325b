//! Moves, changes and creates files of the site, all or none, whenever the program is killed. What is to be done is written
//! into one file first, the journal; once that is in its place, it will be done: by this run, else by the next one that
//! writes. A run that only reads refuses a site in between.
//!
//! Contract: a journal is found in the site, and so it is believed only when every path in it is one of a source, and no
//! symbolic link on the way leads out of the site. Otherwise nothing is done.
#![expect(clippy::disallowed_methods, reason = "this is where files are written")]

use std::fs;
use std::io::ErrorKind;
use std::iter::successors;
use std::path::{Path, PathBuf};

use ahash::AHashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::read::{FOLDERS, is_source};
use super::write::{Durable, Waiting, lock, put, remove_leftovers, tidy};
use super::{DiskError, Result, Root, found, io};

/// The file that says what is to be done; it begins with a dot and ends with `~`, so that nothing takes it for a source.
const JOURNAL: &str = ".silcrow-journal~";
/// The format's number.
const FORMAT: u32 = 1;
/// Where one call takes care of all files, no file does by itself.
const TOGETHER: Durable = if cfg!(target_os = "linux") { Durable::Later } else { Durable::Now };
/// Folders inside each other in which leftovers are looked for.
const DEPTH: usize = crate::source::MAX_DEPTH + 2;
/// Moves one after the other of the same thing in a journal; silcrow writes no more.
const CHAINED: usize = 8;

/// What is to be done: first the moves, in their order, then the texts. All paths are below the site's root, as the file
/// system spells them.
#[derive(Debug, Serialize, Deserialize)]
pub struct Changes {
    format: u32,
    moves: Vec<Move>,
    texts: Vec<ChangedText>,
}

/// A file or a folder that goes elsewhere.
#[derive(Debug, Serialize, Deserialize)]
pub struct Move {
    pub from: String,
    pub to: String,
}

/// A text that takes another's place, or is a file's first.
#[derive(Debug, Serialize, Deserialize)]
pub struct ChangedText {
    /// The file, where it is after the moves.
    path: String,
    /// What it has to hold still, as a hash; nothing where the file is new.
    old: Option<[u8; 32]>,
    /// What it will hold.
    new: String,
}

impl ChangedText {
    /// The text `new` in the place of `old`, where there is one.
    pub fn new(path: &str, old: Option<&str>, new: &str) -> Self {
        let old = old.map(|old| hash(old.as_bytes()));
        Self { path: path.to_owned(), old, new: new.to_owned() }
    }
}

impl Changes {
    pub fn new(moves: Vec<Move>, texts: Vec<ChangedText>) -> Self {
        Self { format: FORMAT, moves, texts }
    }

    fn origins(&self) -> Origins<'_> {
        self.moves.iter().map(|step| (&*step.to, &*step.from)).collect()
    }
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    *blake3::hash(bytes).as_bytes()
}

/// Where what moves is before, by where it goes.
type Origins<'a> = AHashMap<&'a str, &'a str>;

/// Where a path is before the move of it, or of a folder that it is in; nothing when none of them moves.
fn origin(origins: &Origins<'_>, path: &str) -> Option<String> {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    let mut folders = ends.map(|at| path.split_at(at));
    folders.find_map(|(folder, rest)| Some(format!("{}{rest}", origins.get(folder)?)))
}

/// Makes changes below `root`, all or none.
/// When something is not as it was read or is in the way, or the system refuses a step, nothing has changed. Where it refuses
/// to take back what was done, too, the journal stays, and the error names it.
pub fn change(root: &Path, changes: &Changes, waiting: Waiting) -> Result<()> {
    let site = Site::open(root)?;
    let _lock = lock(site.root.path(), waiting);
    site.finish()?;
    site.remove_leftovers();
    site.may_begin(changes)?;
    let origins = changes.origins();
    let old = changes.texts.par_iter().map(|text| site.as_read(&origins, text));
    let old = old.collect::<Result<Vec<_>, _>>()?;
    if let ([], [text]) = (&*changes.moves, &*changes.texts) {
        // One step needs no journal.
        return site.replace(&text.path, text.new.as_bytes(), Durable::Now);
    }
    let text = serde_json::to_string(changes).map_err(std::io::Error::other);
    let text = text.and_then(|text| put(&site.real(JOURNAL), text.as_bytes(), Durable::Now));
    text.map_err(io("write", site.shown(JOURNAL)))?;
    site.apply(changes).map_err(|refused| match site.undo(changes, &old) {
        Ok(()) => refused,
        Err(_) => DiskError::Unfinished(refused.into(), site.shown(JOURNAL)),
    })
}

/// Finishes what a killed run began. Commands that write call it before they read the site.
pub fn recover(root: &Path, waiting: Waiting) -> Result<()> {
    let site = Site::open(root)?;
    if !is_there(&site.real(JOURNAL)) {
        tidy(site.root.path());
        return Ok(());
    }
    let _lock = lock(site.root.path(), waiting);
    site.finish()
}

/// Refuses a site that a killed run left half changed. A run that is changing it now is waited for.
pub(super) fn refuse_unfinished(root: &Path) -> Result<()> {
    let site = Site::open(root)?;
    if !is_there(&site.real(JOURNAL)) {
        return Ok(());
    }
    let _lock = lock(site.root.path(), |_| {});
    let journal = site.journal()?;
    journal.map_or(Ok(()), |_| Err(DiskError::Pending(site.shown(JOURNAL))))
}

/// A site that is changed.
struct Site<'a> {
    root: Root,
    /// Its folder as the user names it.
    named: &'a Path,
}

impl<'a> Site<'a> {
    fn open(named: &'a Path) -> Result<Self> {
        Ok(Self { root: Root::new(named).map_err(io("open", named))?, named })
    }

    /// A path as messages name it.
    fn shown(&self, path: &str) -> PathBuf {
        self.named.strip_prefix(".").unwrap_or(self.named).join(path)
    }

    fn real(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    /// The path of what is there or will be, once it is sure that it is below the root.
    fn held(&self, path: &str, action: &'static str) -> Result<PathBuf> {
        self.root.hold(Path::new(path)).map_err(io(action, self.shown(path)))
    }

    /// The journal that a killed run left, if there is one.
    fn journal(&self) -> Result<Option<Changes>> {
        let text = found(self.root.read(Path::new(JOURNAL)));
        let Some(text) = text.map_err(io("read", self.shown(JOURNAL)))? else { return Ok(None) };
        let not_ours = |reason| DiskError::NotOurs(self.shown(JOURNAL), reason);
        let changes: Option<Changes> = serde_json::from_slice(&text).ok();
        let changes = changes.filter(|changes| changes.format == FORMAT);
        let changes = changes.ok_or_else(|| not_ours("it cannot be read".to_owned()))?;
        let origins = changes.origins();
        let is_below = |path: &str| is_source(path) && self.root.hold(Path::new(path)).is_ok();
        let is_ours = |path: &&str| {
            // Links on the way are found where they are before the moves.
            let earlier = successors(Some((*path).to_owned()), |path| origin(&origins, path));
            earlier.enumerate().all(|(moves, path)| moves < CHAINED && is_below(&path))
        };
        let moves = changes.moves.iter().flat_map(|step| [&*step.from, &*step.to]);
        let texts = changes.texts.iter().map(|text| &*text.path);
        if let Some(path) = moves.chain(texts).find(|path| !is_ours(path)) {
            return Err(not_ours(format!("it names `{}`", path.escape_debug())));
        }
        Ok(Some(changes))
    }

    fn finish(&self) -> Result<()> {
        let Some(changes) = self.journal()? else { return Ok(()) };
        self.remove_leftovers();
        self.apply(&changes).map_err(|refused| match refused {
            DiskError::Interrupted(..) => refused,
            _ => DiskError::Unfinished(refused.into(), self.shown(JOURNAL)),
        })
    }

    /// Removes the files that killed runs were writing.
    fn remove_leftovers(&self) {
        remove_leftovers(self.root.path(), 1);
        for folder in FOLDERS {
            remove_leftovers(&self.real(folder), DEPTH);
        }
    }

    /// Whether all that moves is there, nothing is where it goes, and every link leads afterwards where it leads now.
    fn may_begin(&self, changes: &Changes) -> Result<()> {
        for Move { from, to } in &changes.moves {
            let (real, to) = (self.held(from, "move")?, self.held(to, "create")?);
            let metadata = fs::symlink_metadata(&real).map_err(io("move", self.shown(from)))?;
            if metadata.is_symlink() {
                return Err(DiskError::Link(self.shown(from)));
            }
            if is_there(&to) && !is_same(&real, &to) {
                return Err(DiskError::Exists(to));
            }
        }
        changes.moves.iter().try_for_each(|step| self.links_hold(&step.from))
    }

    /// Whether every symbolic link among the articles leads where it led when what is at `from` is elsewhere.
    fn links_hold(&self, from: &str) -> Result<()> {
        let from = self.real(from);
        let real = fs::canonicalize(&from).map_err(io("open", &from))?;
        let entries = walkdir::WalkDir::new(self.real("content")).into_iter().flatten();
        for link in entries.filter(walkdir::DirEntry::path_is_symlink) {
            // A link that is broken before the move is broken after it, too.
            let Ok(target) = fs::canonicalize(link.path()) else { continue };
            let is_absolute = fs::read_link(link.path()).is_ok_and(|to| to.is_absolute());
            let moves = !is_absolute && link.path().starts_with(&from);
            if moves != target.starts_with(&real) {
                return Err(DiskError::Link(link.into_path()));
            }
        }
        Ok(())
    }

    /// What a text holds, where it is before the moves; that has to be still what was read.
    fn as_read(&self, origins: &Origins<'_>, text: &ChangedText) -> Result<Option<Vec<u8>>> {
        let before = origin(origins, &text.path);
        let path = before.as_deref().unwrap_or(&text.path);
        let held = self.text(path)?;
        match text.old {
            old if held.as_deref().map(hash) == old => Ok(held),
            Some(_) => Err(DiskError::Changed(self.shown(path))),
            None => Err(DiskError::Exists(self.shown(path))),
        }
    }

    /// What a file holds that may be changed, or that there is none.
    fn text(&self, path: &str) -> Result<Option<Vec<u8>>> {
        let real = self.held(path, "read")?;
        if !is_there(&real) {
            return Ok(None);
        }
        let read = || match fs::metadata(&real)?.permissions().readonly() {
            true => Err(ErrorKind::PermissionDenied.into()),
            false => self.root.read(Path::new(path)),
        };
        read().map(Some).map_err(io("change", self.shown(path)))
    }

    /// Takes every step that has not been taken yet, and then the journal away.
    fn apply(&self, changes: &Changes) -> Result<()> {
        changes.moves.iter().try_for_each(|step| self.go(&step.from, &step.to))?;
        changes.texts.par_iter().try_for_each(|text| self.write(text))?;
        self.end()
    }

    /// Takes back every step that was taken, in the opposite order, and the journal away. `old` is what the texts held.
    fn undo(&self, changes: &Changes, old: &[Option<Vec<u8>>]) -> Result<()> {
        for (text, old) in changes.texts.iter().zip(old) {
            let new = Some(text.new.as_bytes());
            match old {
                _ if !self.text(&text.path).is_ok_and(|held| held.as_deref() == new) => {}
                Some(old) => self.replace(&text.path, old, TOGETHER)?,
                None => {
                    let real = self.real(&text.path);
                    fs::remove_file(&real).map_err(io("remove", &real))?;
                    self.remove_empty_folders(&real);
                }
            }
        }
        for step in changes.moves.iter().rev() {
            self.go(&step.to, &step.from)?;
            self.remove_empty_folders(&self.real(&step.to));
        }
        self.end()
    }

    /// Takes the journal away, once all that was written is on the disk.
    fn end(&self) -> Result<()> {
        #[cfg(target_os = "linux")]
        if let Ok(folder) = fs::File::open(self.root.path()) {
            // The files are whole, and only a crash of the machine could lose them now.
            let _ = rustix::fs::syncfs(&folder);
        }
        fs::remove_file(self.real(JOURNAL)).map_err(io("remove", self.shown(JOURNAL)))
    }

    /// Moves a file or a folder, unless that is done.
    fn go(&self, from: &str, to: &str) -> Result<()> {
        let (old, new) = (self.held(from, "move")?, self.held(to, "create")?);
        if is_there(&new) && !is_same(&old, &new) {
            // It was moved before the kill, or somebody has written there since.
            let interrupted = || DiskError::Interrupted(self.shown(to), self.shown(JOURNAL));
            return if is_there(&old) { Err(interrupted()) } else { Ok(()) };
        }
        let moved = new.parent().map_or(Ok(()), fs::create_dir_all);
        moved.and_then(|()| fs::rename(&old, new)).map_err(io("move", &old))?;
        self.remove_empty_folders(&old);
        Ok(())
    }

    /// Writes a text, unless that is done. A file that somebody has changed since stays as it is.
    fn write(&self, text: &ChangedText) -> Result<()> {
        let held = self.text(&text.path)?;
        if held.as_deref() == Some(text.new.as_bytes()) {
            return Ok(());
        }
        if held.as_deref().map(hash) != text.old {
            return Err(DiskError::Interrupted(self.shown(&text.path), self.shown(JOURNAL)));
        }
        self.replace(&text.path, text.new.as_bytes(), TOGETHER)
    }

    /// Writes a text in a file's place; of a symbolic link, in the place of what it leads to.
    fn replace(&self, path: &str, bytes: &[u8], durable: Durable) -> Result<()> {
        let write = || {
            let real = match self.root.inside(Path::new(path)) {
                Ok(inside) => self.root.path().join(inside),
                Err(_) => self.root.hold(Path::new(path))?,
            };
            real.parent().map_or(Ok(()), fs::create_dir_all)?;
            put(&real, bytes, durable)
        };
        write().map_err(io("write", self.shown(path)))
    }

    /// Removes the folders that a file has left empty.
    fn remove_empty_folders(&self, file: &Path) {
        let folders = file.ancestors().skip(1).take_while(|folder| *folder != self.root.path());
        let _ = folders.map_while(|folder| fs::remove_dir(folder).ok()).count();
    }
}

fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether two names are one file, as on systems without regard to case.
fn is_same(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(unix)]
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests read and write files")]
mod tests {
    use std::fs;

    use super::{ChangedText, Changes, Move, change};
    use crate::io::disk::DiskError;

    #[test]
    fn steps_that_were_taken_are_taken_back_when_a_later_one_is_refused() {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("content/s")).expect("writable");
        fs::write(at("content/s/a.md"), "a").expect("writable");
        fs::write(at("content/b.md"), "b").expect("writable");
        let step = Move { from: "content/s/a.md".to_owned(), to: "content/t/a.md".to_owned() };
        let texts = vec![
            ChangedText::new("content/t/a.md", Some("a"), "changed"),
            ChangedText::new("content/new/c.md", None, "new"),
            // There is a file where its folder would be.
            ChangedText::new("content/b.md/d.md", None, "new"),
        ];
        let refused = change(folder.path(), &Changes::new(vec![step], texts), |_| {});
        assert!(matches!(refused, Err(DiskError::Io { .. })), "{refused:?}");
        let read = |path: &str| fs::read_to_string(at(path)).expect(path);
        assert_eq!((read("content/s/a.md"), read("content/b.md")), ("a".into(), "b".into()));
        let entries = walkdir::WalkDir::new(folder.path()).into_iter().count();
        assert_eq!(entries, 5, "the root, its two folders and two files");
    }
}
