//! A driver for tests of the program: makes scratch sites, runs the binary in them, and reads what it printed and
//! wrote. Knows nothing of what the program should say.
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

/// The day on which every test is run.
pub(crate) const TODAY: &str = "2026-02-01";

/// Front matter that nothing is wrong with, and an empty line: the body begins in line 7.
pub(crate) const ARTICLE: &str =
    "---\ntitle: Title\ndescription: Description\nupdated: 2026-01-01\n---\n\n";

/// No run of these tests takes this long; one that does hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// A scratch site: `site.yaml`, a home page, and what a test adds.
pub(crate) struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    /// A site with these files, which go before the ones that every site has.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let site = Self { folder: tempfile::tempdir().expect("a scratch folder can be made") };
        site.write("site.yaml", "title: Site\nbase_url: https://example.com/\n");
        site.write("content/index.md", "---\ntitle: Home\n---\n");
        files.iter().for_each(|(path, text)| site.write(path, text));
        site
    }

    /// A path of the site.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file and its folders.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    /// Runs `silcrow` in the site's folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        run(command(self.folder.path(), arguments))
    }

    /// Runs `silcrow build` with findings as JSON.
    pub(crate) fn build(&self, arguments: &[&str]) -> Run {
        self.run(&[&["build", "--today", TODAY, "--format", "json"], arguments].concat())
    }
}

/// `silcrow` in a folder, with nothing in the environment that changes what it prints.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_silcrow"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RUST_BACKTRACE", "RAYON_NUM_THREADS"] {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments);
    command
}

/// What a run printed, and how it ended.
pub(crate) struct Run {
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
    /// The exit code.
    pub(crate) code: i32,
}

/// Runs a command to its end, which has to be an orderly one: in time, and with one of the program's exit codes.
pub(crate) fn run(mut command: Command) -> Run {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let (sender, receiver) = mpsc::channel();
    let read = |index: usize, mut stream: Box<dyn Read + Send>| {
        let sender = sender.clone();
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = stream.read_to_end(&mut bytes);
            // Nobody listens any more when the run took too long.
            let _ = sender.send((index, read.map(|_| bytes)));
        });
    };
    read(0, Box::new(child.stdout.take().expect("standard output is piped")));
    read(1, Box::new(child.stderr.take().expect("standard error is piped")));
    let mut printed = [String::new(), String::new()];
    for _ in 0..2 {
        let Ok((index, bytes)) = receiver.recv_timeout(LIMIT) else {
            child.kill().expect("a child can be killed");
            panic!("{command:?} still ran after {LIMIT:?}");
        };
        let bytes = bytes.expect("a pipe can be read");
        printed[index] = String::from_utf8(bytes).expect("the program prints UTF-8");
    }
    let status = child.wait().expect("the program ends");
    let [stdout, stderr] = printed;
    assert!(!stderr.contains("panicked"), "{command:?}: {stderr}");
    let code = status.code().filter(|code| (0..=3).contains(code));
    let code = code.unwrap_or_else(|| panic!("{command:?} ended with {status}: {stderr}"));
    Run { stdout, stderr, code }
}

impl Run {
    /// The findings, one JSON object each.
    pub(crate) fn findings(&self) -> Vec<Value> {
        let line = |line: &str| serde_json::from_str(line).expect("every line is a JSON object");
        self.stdout.lines().map(line).collect()
    }

    /// The findings in short, as `error missing-page content/a.md 7:5-7:10`.
    pub(crate) fn found(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let place = |place: &Value| format!("{}:{}", place["line"], place["column"]);
        let short = |finding: &Value| {
            let words = ["severity", "rule", "file"].map(|key| text(&finding[key]));
            format!("{} {}-{}", words.join(" "), place(&finding["start"]), place(&finding["end"]))
        };
        self.findings().iter().map(short).collect()
    }
}

/// Every file below a folder, with its bytes; of a link, where it leads. Empty where there is no such folder.
pub(crate) fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("what is found is below the folder");
            let bytes = match fs::read_link(&path) {
                Ok(target) => target.to_string_lossy().into_owned().into_bytes(),
                Err(_) => fs::read(&path).expect("a file can be read"),
            };
            files.insert(name.to_string_lossy().into_owned(), bytes);
        }
    }
    files
}
