//! A scratch site, and runs of silcrow that publish it.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The name of the server's one user.
pub const ACCESS: &str = "marker-access";
/// Its secret. No run may print it.
pub const SECRET: &str = "marker-secret-0123456789";

/// Front matter that nothing is wrong with.
const ARTICLE: &str = "---\ntitle: Title\ndescription: Description\nupdated: 2026-01-01\n---\n\n";

/// What a run printed, and how it ended.
#[derive(Debug)]
pub struct Run {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The exit code.
    pub code: Option<i32>,
}

/// A site that is published to `s3://bucket`.
pub struct Site {
    folder: tempfile::TempDir,
    address: SocketAddr,
    secret: String,
}

impl Site {
    /// A site with so many articles, which is published by way of this address.
    pub fn new(address: SocketAddr, articles: usize) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let site = Self { folder, address, secret: SECRET.to_owned() };
        site.write("site.yaml", "title: Site\nbase_url: https://example.com/\n");
        site.write("content/index.md", "---\ntitle: Home\n---\n");
        for number in 0..articles {
            site.article(&format!("a{number}"), "Text.");
        }
        site
    }

    /// Publishes with another secret.
    #[must_use]
    pub fn with_secret(self, secret: &str) -> Self {
        Self { secret: secret.to_owned(), ..self }
    }

    /// A path of the site.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file and its folders.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    /// Writes an article.
    pub fn article(&self, name: &str, text: &str) {
        self.write(&format!("content/{name}.md"), &format!("{ARTICLE}{text}\n"));
    }

    /// Takes an article away.
    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path(&format!("content/{name}.md"))).expect("our own file");
    }

    /// `silcrow` in the site's folder, with what it needs to reach the server.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let program = std::env::var("SILCROW").unwrap_or_else(|_| {
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/debug/silcrow").to_owned()
        });
        let mut command = Command::new(program);
        for (name, _) in std::env::vars() {
            if name.starts_with("AWS_") || name.to_ascii_lowercase().ends_with("_proxy") {
                command.env_remove(name);
            }
        }
        command
            .current_dir(self.folder.path())
            .args(arguments)
            .env("AWS_ACCESS_KEY_ID", ACCESS)
            .env("AWS_SECRET_ACCESS_KEY", &self.secret)
            .env("AWS_ENDPOINT_URL", format!("http://{}", self.address))
            .env("AWS_ALLOW_HTTP", "true")
            .env("AWS_REGION", "us-east-1")
            .stdin(Stdio::null());
        command
    }

    /// The arguments of a publish.
    pub fn arguments<'a>(&self, more: &[&'a str]) -> Vec<&'a str> {
        let base = ["publish", "s3://bucket", "--today", "2026-02-01", "--take-over-after", "0"];
        [&base[..], more].concat()
    }

    /// Publishes.
    pub fn publish(&self, more: &[&str]) -> Run {
        self.run(&self.arguments(more))
    }

    /// Publishes, which has to go well. Returns the plan.
    pub fn published(&self, more: &[&str]) -> String {
        let run = self.publish(more);
        assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
        run.stdout
    }

    /// Runs silcrow.
    pub fn run(&self, arguments: &[&str]) -> Run {
        // A site that nobody remembers: what is taken away later is no finding then.
        let _ = fs::remove_file(self.path("silcrow.lock"));
        let output = self.command(arguments).output().expect("silcrow was built with `cloud`");
        let text = |bytes| String::from_utf8(bytes).expect("silcrow prints UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        let run = Run { stdout, stderr, code: output.status.code() };
        assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
        for stream in [&run.stdout, &run.stderr] {
            assert!(!stream.contains(&self.secret), "a secret is printed: {stream}");
        }
        run
    }

    /// What `build` writes.
    pub fn built(&self) -> BTreeMap<String, Vec<u8>> {
        let run = self.run(&["build", "--today", "2026-02-01"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let mut files = tree(&self.path("public"));
        files.remove(".silcrow-manifest");
        files
    }
}

/// Every file below a folder.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries.filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("what is found is below the folder");
            // A server may put a file away while it is listed.
            if let Ok(bytes) = fs::read(&path) {
                files.insert(name.to_string_lossy().into_owned(), bytes);
            }
        }
    }
    files
}
