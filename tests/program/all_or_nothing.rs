//! What a build writes is a whole site or nothing: with errors, killed at any moment, on a full disk, beside another
//! build, and where files stand that are not silcrow's.
#![expect(clippy::disallowed_methods, reason = "tests read and write files, and measure time")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::common::{ARTICLE, Run, Site, TODAY, command, run, tree};

/// The list of what silcrow wrote, in each output.
const MANIFEST: &str = ".silcrow-manifest";

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.expect("a folder can be listed").file_name().to_string_lossy().into_owned()
    };
    let mut names: Vec<_> = entries.map(name).collect();
    names.sort();
    names
}

/// Builds a site that nothing is wrong with into `public`.
fn built(site: &Site) -> BTreeMap<String, Vec<u8>> {
    let run = site.build(&[]);
    assert_eq!((run.found(), run.code), (vec![], 0), "{}", run.stderr);
    tree(&site.path("public"))
}

/// Builds, and expects that it could not run and that nothing changed anywhere below the root.
fn refused(site: &Site, output: &str) -> String {
    let before = (tree(&site.path("")), names(&site.path("")));
    let Run { stdout, stderr, code } = site.build(&["--output", output]);
    assert_eq!((code, stdout.as_str()), (2, ""), "{output}: {stderr}");
    assert!(stderr.starts_with("error: ") && stderr.lines().count() == 1, "{output}: {stderr}");
    assert!((tree(&site.path("")), names(&site.path(""))) == before, "{output}: something changed");
    stderr
}

#[test]
fn a_build_writes_its_files_and_a_list_of_them() {
    let site = Site::new(&[("content/a.md", ARTICLE), ("static/.well-known/x.txt", "x")]);
    let files = built(&site);
    let names: Vec<&str> =
        files.keys().map(String::as_str).filter(|name| *name != MANIFEST).collect();
    let list = format!("silcrow 1\n{}\n", names.join("\n"));
    assert_eq!(String::from_utf8_lossy(&files[MANIFEST]), list);
    assert!(names.contains(&".well-known/x.txt") && names.contains(&"a/index.html"), "{names:?}");
    assert_eq!(self::names(&site.path("")), ["content", "public", "site.yaml", "static"]);
}

#[test]
fn files_of_the_build_before_do_not_stay() {
    let section = ("content/b/index.md", "---\ntitle: B\n---\n");
    let site = Site::new(&[("content/a.md", ARTICLE), section, ("content/b/c.md", ARTICLE)]);
    built(&site);
    fs::remove_dir_all(site.path("content/b")).expect("our own folder");
    let files = built(&site);
    assert_eq!(files, built(&Site::new(&[("content/a.md", ARTICLE)])));
    assert!(!site.path("public/b").exists());
}

#[test]
fn a_build_with_an_error_writes_nothing_and_leaves_the_old_site() {
    let broken = [
        ("content/b.md", format!("{ARTICLE}[x](nothing.md)\n"), 1),
        ("content/b.md", "no front matter\n".to_owned(), 1),
        ("templates/article.html", "{{ page.titel }}".to_owned(), 1),
        ("templates/article.html", "{{ page.title | shout }}".to_owned(), 1),
        ("templates/404.html", "{{ nothing }}".to_owned(), 1),
        ("templates/strings.yaml", "nothing: x\n".to_owned(), 1),
        ("site.yaml", "titel: x\n".to_owned(), 2),
    ];
    for (path, text, code) in broken {
        let site = Site::new(&[("content/a.md", ARTICLE)]);
        let good = fs::read(site.path(path)).ok();
        let before = names(&site.path(""));
        site.write(path, &text);
        assert_eq!(site.build(&[]).code, code, "{path}");
        assert!(!site.path("public").exists(), "{path}");
        match good {
            Some(bytes) => site.write(path, bytes),
            None => fs::remove_file(site.path(path)).expect("our own file"),
        }
        let files = built(&site);
        site.write("content/new.md", ARTICLE);
        site.write(path, &text);
        let run = site.build(&[]);
        assert_eq!((run.code, run.findings().len()), (code, 1), "{path}: {}", run.stdout);
        assert!(tree(&site.path("public")) == files, "{path}: the old site changed");
        let leftovers = names(&site.path("")).into_iter().filter(|name| name.starts_with('.'));
        assert_eq!(leftovers.collect::<Vec<_>>(), Vec::<String>::new(), "{path}: {before:?}");
    }
}

#[test]
fn a_warning_that_fails_the_build_keeps_it_from_writing() {
    let site = Site::new(&[("content/s/a.md", ARTICLE)]);
    let run = site.build(&["--fail-on", "warning"]);
    assert_eq!(run.found(), ["warning missing-section-page content/s/index.md 1:1-1:1"]);
    assert_eq!(run.code, 1);
    assert_eq!(names(&site.path("")), ["content", "site.yaml"]);
    assert_eq!(site.build(&[]).code, 0);
    assert!(site.path("public/s/a/index.html").exists());
}

#[test]
fn check_writes_nothing() {
    let site = Site::new(&[("content/a.md", ARTICLE)]);
    let run = site.run(&["check", "--today", TODAY]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert_eq!(names(&site.path("")), ["content", "site.yaml"]);
}

// Folders that are not silcrow's.

#[test]
fn an_output_with_files_that_silcrow_did_not_write_is_refused() {
    let site = Site::new(&[("public/notes.txt", "mine"), ("public/deep/er/photo.jpg", "mine too")]);
    let folder = fs::canonicalize(site.path("public")).expect("the folder is there");
    assert_eq!(
        refused(&site, "public"),
        format!(
            "error: `{}` contains files that silcrow did not write and would delete: `deep/er/photo.jpg`, `notes.txt`; name another folder with `--output`, or empty this one\n",
            folder.display()
        )
    );
}

#[test]
fn a_file_that_somebody_adds_to_the_output_is_not_lost() {
    let site = Site::new(&[("content/a.md", ARTICLE)]);
    built(&site);
    for name in ["public/a/notes.txt", "public/.htaccess", "public/.gitignore"] {
        site.write(name, "mine");
        let message = refused(&site, "public");
        let relative = name.trim_start_matches("public/");
        assert!(message.contains(&format!("would delete: `{relative}`;")), "{message}");
        fs::remove_file(site.path(name)).expect("our own file");
    }
    built(&site);
}

#[test]
fn a_list_that_silcrow_did_not_write_gives_nothing_away() {
    for list in ["notes.txt\n", "silcrow 2\nnotes.txt\n", "silcrow 1 \nnotes.txt\n", ""] {
        let site = Site::new(&[("public/notes.txt", "mine")]);
        site.write("public/.silcrow-manifest", list);
        let message = refused(&site, "public");
        assert!(message.contains("would delete: `notes.txt`;"), "{message}");
    }
}

#[test]
fn an_output_that_is_in_around_or_one_of_the_sources_is_refused() {
    let site = Site::new(&[
        ("content/a.md", ARTICLE),
        ("templates/extra.html", "x"),
        ("static/x.txt", "x"),
        ("other/x", "x"),
    ]);
    let absolute = site.path("content").to_string_lossy().into_owned();
    for output in [
        ".",
        "..",
        "/",
        "content",
        "content/",
        "content/new",
        "content/deep/new",
        "templates",
        "templates/new",
        "static",
        "static/new",
        "site.yaml",
        "other/../content",
        "./content/../static/new",
        "missing/../content",
        "missing/../content/new",
        &absolute,
    ] {
        let message = refused(&site, output);
        assert!(message.contains("overlap; name another folder"), "{message}");
    }
}

#[test]
fn an_output_that_site_yaml_puts_among_the_sources_is_refused() {
    for output in ["content/new", ".", "../", "static"] {
        let site = Site::new(&[("content/a.md", ARTICLE)]);
        site.write("site.yaml", format!("base_url: https://example.com/\noutput: {output}\n"));
        let before = tree(&site.path(""));
        let run = site.build(&[]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{output}: {}", run.stderr);
        assert!(run.stderr.contains("` overlap"), "{output}: {}", run.stderr);
        assert!(tree(&site.path("")) == before, "{output}: something changed");
    }
}

#[test]
fn an_output_by_way_of_a_folder_that_is_not_there_is_where_it_says() {
    let site = Site::new(&[("content/a.md", ARTICLE)]);
    assert_eq!(site.build(&["--output", "missing/../out"]).code, 0);
    assert!(site.path("out/a/index.html").exists(), "{:?}", names(&site.path("")));
}

#[test]
fn an_output_that_is_a_file_or_in_one_is_refused() {
    let site = Site::new(&[("content/a.md", ARTICLE), ("file", "mine")]);
    let file = fs::canonicalize(site.path("file")).expect("the file is there");
    let message = format!(
        "error: the output `{}` is a file, not a folder; name another with `--output`\n",
        file.display()
    );
    assert_eq!(refused(&site, "file"), message);
    assert_eq!(refused(&site, "file/out"), message);
}

#[test]
fn an_output_that_cannot_be_made_could_not_run() {
    // Nobody can make a folder there, not even root.
    if !Path::new("/proc/self").exists() {
        return;
    }
    let site = Site::new(&[("content/a.md", ARTICLE)]);
    assert_eq!(
        refused(&site, "/proc/silcrow-out"),
        "error: could not create `/proc/.silcrow-out.silcrow-new`: no such file or directory\n"
    );
    assert_eq!(
        refused(&site, "/proc/silcrow/out"),
        "error: could not create `/proc/silcrow`: no such file or directory\n"
    );
}

#[test]
fn a_repository_in_the_output_survives_rebuilds() {
    let site = Site::new(&[("content/a.md", ARTICLE), ("public/.git/config", "theirs")]);
    site.write("public/.git/objects/ab/cd", [0, 255, 1]);
    let repository = tree(&site.path("public/.git"));
    for text in ["one", "two", "three"] {
        site.write("content/a.md", format!("{ARTICLE}{text}\n"));
        assert_eq!(site.build(&[]).code, 0);
        assert_eq!(tree(&site.path("public/.git")), repository);
        let page = fs::read_to_string(site.path("public/a/index.html")).expect("a page");
        assert!(page.contains(&format!("<p>{text}</p>")), "{page}");
    }
    let list = fs::read_to_string(site.path("public").join(MANIFEST)).expect("the list is there");
    assert!(!list.contains(".git"), "{list}");
    site.write("content/a.md", "broken");
    assert_eq!(site.build(&[]).code, 1);
    assert_eq!(tree(&site.path("public/.git")), repository);
}

// Killed builds.

/// A source of numbers that are the same in each run of the tests (Marsaglia, "Xorshift RNGs", 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Twice that many articles, with short pages. No page of one version is equal to one of the other.
fn version(name: &str, pages: usize) -> Site {
    let site = Site::new(&[
        ("templates/article.html", "{{ page.title }}\n{{ content }}"),
        ("static/version.txt", name),
    ]);
    site.write("content/index.md", format!("---\ntitle: {name}\n---\n{name}\n"));
    for number in 0..pages {
        let text = format!("{ARTICLE}{name} {number}\n");
        site.write(&format!("content/{}/{name}-{number}.md", number % 7), &text);
        site.write(&format!("content/{}/{number}.md", number % 7), text);
    }
    for section in 0..7 {
        site.write(&format!("content/{section}/index.md"), format!("---\ntitle: {name}\n---\n"));
    }
    site
}

/// When a build is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// This long after its start.
    After(Duration),
    /// As soon as there is this path beside the output.
    Beside(&'static str),
    /// As soon as the output's `version.txt` is no longer what it was.
    Changed,
}

struct Kills {
    folder: tempfile::TempDir,
    versions: [Site; 2],
    wanted: [BTreeMap<String, Vec<u8>>; 2],
    /// How long a build takes.
    length: Duration,
    /// How often the old site was found, the new one, and something that a killed build had left beside it.
    seen: (u32, u32, u32),
}

impl Kills {
    /// Two versions of a site with about twice that many pages, and an output in this folder.
    fn new(pages: usize, folder: tempfile::TempDir) -> Self {
        let versions = [version("one", pages), version("two", pages + pages / 10)];
        let mut kills = Self {
            folder,
            versions,
            wanted: Default::default(),
            length: Duration::MAX,
            seen: (0, 0, 0),
        };
        for index in 0..2 {
            let start = Instant::now();
            kills.build(index);
            kills.length = start.elapsed().min(kills.length);
            kills.wanted[index] = kills.site();
        }
        kills
    }

    fn output(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// The output without the repository that is not silcrow's.
    fn site(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = tree(&self.output());
        files.retain(|name, _| !name.starts_with(".git/"));
        files
    }

    fn command(&self, index: usize) -> std::process::Command {
        let output = self.output();
        let output = output.to_str().expect("a scratch folder's name is UTF-8");
        let root = self.versions[index].path("");
        command(&root, &["build", "--today", TODAY, "--format", "json", "--output", output])
    }

    fn build(&self, index: usize) {
        let run = run(self.command(index));
        assert_eq!((run.found(), run.code), (vec![], 0), "{}", run.stderr);
    }

    fn is_now(&self, moment: Moment, start: Instant, before: &Option<Vec<u8>>) -> bool {
        match moment {
            Moment::After(delay) => start.elapsed() >= delay,
            Moment::Beside(path) => self.folder.path().join(path).exists(),
            Moment::Changed => fs::read(self.output().join("version.txt")).ok() != *before,
        }
    }

    /// Starts to build a version, kills it, and says whether it ended before that.
    fn kill(&self, index: usize, moment: Moment) {
        let before = fs::read(self.output().join("version.txt")).ok();
        let mut command = self.command(index);
        let start = Instant::now();
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        while !self.is_now(moment, start, &before)
            && child.try_wait().expect("a child can be asked").is_none()
        {
            std::thread::park_timeout(Duration::from_micros(20));
        }
        child.kill().expect("a child can be killed");
        child.wait().expect("a killed child ends");
    }

    /// After a kill the site is one of the two, whole; after one more build it is the wanted one, with nothing beside.
    fn expect_whole(&mut self, killed: usize, old: Option<usize>, moment: Moment) {
        let found = self.site();
        let is_old = match old {
            Some(old) => found == self.wanted[old],
            None => !self.output().exists(),
        };
        let is_new = found == self.wanted[killed];
        assert!(is_old || is_new, "killed at {moment:?}: {} files, neither site", found.len());
        self.seen.0 += u32::from(is_old);
        self.seen.1 += u32::from(is_new && old != Some(killed));
        self.seen.2 += u32::from(names(self.folder.path()).iter().any(|name| name != "out"));
        self.build(killed);
        assert!(
            self.site() == self.wanted[killed],
            "killed at {moment:?}: the next build is wrong"
        );
        assert_eq!(names(self.folder.path()), ["out"], "killed at {moment:?}");
    }
}

#[test]
fn a_build_that_is_killed_at_any_moment_leaves_the_old_site_or_the_new_one() {
    // In memory where there is such a folder: hundreds of thousands of files are written and removed.
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    let mut kills = Kills::new(450, folder.expect("a scratch folder can be made"));
    let repository = kills.output().join(".git");
    fs::create_dir(&repository).expect("writable");
    fs::write(repository.join("config"), "theirs").expect("writable");
    let mut numbers = Numbers(0x5117_c203);
    let length = kills.length.as_micros() as u64 * 11 / 10;
    let random = (0..36).map(|_| Moment::After(Duration::from_micros(numbers.below(length))));
    let seen = ["new", "new/.silcrow-manifest", "new/.git"].map(|end| match end {
        "new" => Moment::Beside(".out.silcrow-new"),
        "new/.git" => Moment::Beside(".out.silcrow-new/.git"),
        _ => Moment::Beside(".out.silcrow-new/.silcrow-manifest"),
    });
    let seen = seen.into_iter().chain([Moment::Changed]).cycle().take(12);
    let mut old = 1;
    for moment in random.chain(seen) {
        let killed = 1 - old;
        kills.kill(killed, moment);
        kills.expect_whole(killed, Some(old), moment);
        assert_eq!(fs::read(repository.join("config")).ok().as_deref(), Some(&b"theirs"[..]));
        old = killed;
    }
    let (old, new, left) = kills.seen;
    assert!(old >= 10 && new >= 3 && left >= 5, "the kills missed: {:?}", kills.seen);
}

#[test]
fn a_first_build_that_is_killed_leaves_nothing_or_the_site() {
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let mut kills = Kills::new(100, folder);
    let mut numbers = Numbers(0x0000_fa7e);
    let length = kills.length.as_micros() as u64;
    let random = (0..8).map(|_| Moment::After(Duration::from_micros(numbers.below(length))));
    let seen = [Moment::Beside(".out.silcrow-new"), Moment::Changed];
    for moment in random.chain(seen) {
        fs::remove_dir_all(kills.output()).expect("our own folder");
        kills.kill(0, moment);
        kills.expect_whole(0, None, moment);
    }
    assert!(kills.seen.2 >= 1, "the kills missed: {:?}", kills.seen);
}

#[test]
fn what_a_build_without_exchange_left_is_brought_back() {
    // Where the file system cannot exchange folders, a build can be killed while the old site is aside.
    let site = Site::new(&[("content/a.md", ARTICLE)]);
    let files = built(&site);
    let aside = || {
        fs::rename(site.path("public"), site.path(".public.silcrow-old")).expect("one file system");
        site.write(".public.silcrow-new/half.html", "half a site");
    };
    aside();
    site.write("templates/article.html", "{{ page.titel }}");
    assert_eq!(site.build(&[]).code, 1);
    assert!(tree(&site.path("public")) == files, "the old site is lost");
    fs::remove_dir_all(site.path("templates")).expect("our own folder");
    aside();
    assert!(built(&site) == files, "the new site is wrong");
    assert_eq!(names(&site.path("")), ["content", "public", "site.yaml"]);
}

#[test]
fn the_output_is_there_at_all_times() {
    let one = Site::new(&[("content/a.md", ARTICLE)]);
    let two = Site::new(&[("content/b.md", ARTICLE)]);
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let output = folder.path().join("out");
    let build = |site: &Site| {
        let output = output.to_str().expect("a scratch folder's name is UTF-8");
        assert_eq!(site.build(&["--output", output]).code, 0);
    };
    build(&one);
    let (looked, missed) = std::thread::scope(|scope| {
        let builds = scope.spawn(|| (0..10).for_each(|_| [&two, &one].into_iter().for_each(build)));
        let (mut looked, mut missed) = (0_u64, 0_u64);
        while !builds.is_finished() {
            looked += 1;
            missed += u64::from(fs::symlink_metadata(&output).is_err());
        }
        builds.join().expect("every build ends well");
        (looked, missed)
    });
    assert!(looked > 1_000, "{looked}");
    // Where folders cannot be exchanged, there is a moment without one.
    assert!(missed == 0 || !cfg!(target_os = "linux"), "missing {missed} times of {looked}");
}

#[test]
fn two_builds_of_one_output_at_once_both_end_with_a_whole_site() {
    let versions = [version("one", 60), version("two", 90)];
    let folder = tempfile::tempdir().expect("a scratch folder can be made");
    let output = folder.path().join("out");
    let output = output.to_str().expect("a scratch folder's name is UTF-8");
    let build = |site: &Site| {
        let run = site.build(&["--output", output]);
        assert_eq!((run.found(), run.code), (vec![], 0), "{}", run.stderr);
    };
    let wanted = versions.each_ref().map(|site| {
        build(site);
        tree(Path::new(output))
    });
    for round in 0..8 {
        if round % 2 == 0 {
            fs::remove_dir_all(output).expect("our own folder");
        }
        std::thread::scope(|scope| {
            for index in [0, 1, round % 2] {
                let (build, version) = (&build, &versions[index]);
                scope.spawn(move || build(version));
            }
        });
        assert!(wanted.contains(&tree(Path::new(output))), "round {round}: neither site");
        assert_eq!(names(folder.path()), ["out"], "round {round}");
    }
}

// The disk.

#[cfg(unix)]
#[test]
fn a_disk_that_takes_no_more_leaves_the_old_site() {
    // A limit on the size of files is met like the end of a disk: a write fails half-way. The shell ignores the signal
    // that would come with it.
    let limited = |site: &Site| {
        let program = env!("CARGO_BIN_EXE_silcrow");
        let mut command = std::process::Command::new("sh");
        command.current_dir(site.path("")).env("PROGRAM", program).env("TODAY", TODAY);
        command.args([
            "-c",
            "trap '' XFSZ && ulimit -f 2 && exec \"$PROGRAM\" build --today \"$TODAY\" --format json",
        ]);
        run(command)
    };
    let fails = |site: &Site| {
        let Run { stdout, stderr, code } = limited(site);
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        let new = fs::canonicalize(site.path("")).expect("a folder").join(".public.silcrow-new");
        let start = format!("error: could not write `{}/", new.display());
        assert!(stderr.starts_with(&start) && stderr.ends_with("`: file too large\n"), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    };
    let long = format!("{ARTICLE}{}\n", "word ".repeat(2_000));
    let site = Site::new(&[("content/a.md", &long)]);
    fails(&site);
    assert_eq!(names(&site.path("")), ["content", "site.yaml"]);
    site.write("public/.git/config", "theirs");
    let files = built(&site);
    site.write("content/b.md", &long);
    site.write("static/copy.bin", vec![7; 100_000]);
    fails(&site);
    assert!(tree(&site.path("public")) == files, "the old site changed");
    let files = built(&site);
    assert_eq!(files["copy.bin"].len(), 100_000);
    assert_eq!(files[".git/config"], b"theirs");
    assert_eq!(names(&site.path("")), ["content", "public", "site.yaml", "static"]);
}

#[cfg(unix)]
#[test]
fn an_output_by_way_of_a_link_is_written_where_the_link_leads() {
    use std::os::unix::fs::symlink;
    let site = Site::new(&[("content/a.md", ARTICLE), ("elsewhere/.git/config", "theirs")]);
    symlink("elsewhere", site.path("public")).expect("a link can be made");
    assert_eq!(site.build(&[]).code, 0);
    assert!(fs::symlink_metadata(site.path("public")).expect("the link stays").is_symlink());
    assert!(site.path("elsewhere/a/index.html").exists());
    site.write("elsewhere/notes.txt", "mine");
    assert!(refused(&site, "public").contains("would delete: `notes.txt`;"));
    symlink("content", site.path("out")).expect("a link can be made");
    assert!(refused(&site, "out").contains("` overlap"));
    symlink("nowhere", site.path("dangling")).expect("a link can be made");
    assert!(refused(&site, "dangling").contains("dangling"));
}

// What is written.

#[cfg(unix)]
#[test]
fn what_is_published_can_be_read_by_servers_whatever_the_mask_is() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::new(&[("content/s/a.md", ARTICLE), ("static/x/y.txt", "y")]);
    let program = env!("CARGO_BIN_EXE_silcrow");
    let mut shell = std::process::Command::new("sh");
    let line = format!("umask 077; exec '{program}' build --output new/public");
    shell.current_dir(site.path("")).args(["-c", &line]);
    assert_eq!(run(shell).code, 0);
    let mut folders = vec![site.path("new")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder can be listed") {
            let path = entry.expect("an entry").path();
            let mode = fs::metadata(&path).expect("it is there").permissions().mode() & 0o7777;
            assert_eq!(mode, if path.is_dir() { 0o755 } else { 0o644 }, "{}", path.display());
            folders.extend(Some(path).filter(|path| path.is_dir()));
        }
    }
}

/// What a file was when it was written, and where.
#[cfg(unix)]
fn identities(folder: &Path) -> BTreeMap<String, (u64, i64, i64)> {
    use std::os::unix::fs::MetadataExt;
    let identity = |name: &String| {
        let metadata = fs::symlink_metadata(folder.join(name)).expect("it is there");
        (name.clone(), (metadata.ino(), metadata.mtime(), metadata.mtime_nsec()))
    };
    tree(folder).keys().map(identity).collect()
}

#[cfg(unix)]
#[test]
fn a_rebuild_writes_only_what_has_changed() {
    let section = ("content/s/index.md", "---\ntitle: S\n---\n");
    let site = Site::new(&[section, ("static/photo.jpg", "photo"), ("static/old.txt", "one")]);
    for number in 0..40 {
        site.write(&format!("content/s/a{number}.md"), format!("{ARTICLE}Text {number}\n"));
    }
    let old = built(&site);
    let before = identities(&site.path("public"));
    let mut held = fs::File::open(site.path("public/s/a7/index.html")).expect("a page");
    let mut kept = fs::File::open(site.path("public/s/a8/index.html")).expect("a page");
    site.write("content/s/a7.md", format!("{ARTICLE}Changed\n"));
    site.write("static/old.txt", "two");
    let new = built(&site);
    let after = identities(&site.path("public"));
    for (name, bytes) in &new {
        let is_same = old.get(name) == Some(bytes);
        assert_eq!(before.get(name) == after.get(name), is_same, "{name}");
    }
    let changed = new.iter().filter(|(name, bytes)| old.get(*name) != Some(bytes)).count();
    assert!((2..20).contains(&changed), "{changed} files have changed");
    // Whoever had opened the old site still reads it.
    let mut text = String::new();
    std::io::Read::read_to_string(&mut held, &mut text).expect("it is still open");
    assert_eq!(text.as_bytes(), old["s/a7/index.html"]);
    text.clear();
    std::io::Read::read_to_string(&mut kept, &mut text).expect("it is still open");
    assert_eq!(text.as_bytes(), old["s/a8/index.html"]);
    // What comes out is what a first build of the same sources writes.
    fs::remove_dir_all(site.path("public")).expect("our own folder");
    assert!(built(&site) == new);
}

#[cfg(unix)]
#[test]
fn a_rebuild_takes_over_no_file_that_is_not_as_it_should_be() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let site = Site::new(&[("content/a.md", ARTICLE), ("static/x.txt", "text")]);
    for name in ["b", "c", "d", "e"] {
        site.write(&format!("content/{name}.md"), ARTICLE);
    }
    let wanted = built(&site);
    let page = |name: &str| site.path(&format!("public/{name}/index.html"));
    // Another name, other permissions, other bytes of the same length, a link.
    fs::hard_link(page("a"), site.path("elsewhere.html")).expect("a link can be made");
    fs::set_permissions(page("b"), fs::Permissions::from_mode(0o600)).expect("permissions");
    fs::write(page("c"), "x".repeat(wanted["c/index.html"].len())).expect("writable");
    fs::rename(page("d"), site.path("d.html")).expect("our own file");
    std::os::unix::fs::symlink(site.path("d.html"), page("d")).expect("a link can be made");
    let inode = |path: &Path| fs::symlink_metadata(path).expect("it is there").ino();
    let untouched = inode(&page("e"));
    assert!(built(&site) == wanted);
    assert_eq!(inode(&page("e")), untouched);
    assert_ne!(inode(&page("a")), inode(&site.path("elsewhere.html")));
    for name in ["a", "b", "c", "d"] {
        let metadata = fs::symlink_metadata(page(name)).expect("it is there");
        assert!(metadata.is_file() && metadata.nlink() == 1, "{name}");
        assert_eq!(metadata.permissions().mode() & 0o7777, 0o644, "{name}");
    }
}

#[test]
fn a_file_that_changes_between_reading_and_copying_fails_the_build() {
    use silcrow::compile::{self, Memo};
    use silcrow::config::Options;
    use silcrow::io::disk::{self, DiskError, Staging};
    let site = Site::new(&[("static/silcrow.css", "a { }"), ("static/x.txt", "one")]);
    let today = TODAY.parse().expect("a date");
    for changed in ["static/silcrow.css", "static/x.txt"] {
        let old = built(&site);
        site.write(changed, "new { }");
        let sources = disk::read(&site.path("")).expect("the site can be read");
        let compiled = compile::site(&sources, &Options::on(today), &mut Memo::default());
        site.write(changed, "b { }");
        let staging = Staging::begin(&site.path(""), &site.path("public"), |_| {});
        let staging = staging.expect("the output is ours");
        compile::files(&compiled.site, &sources).into_iter().for_each(|file| staging.write(file));
        let refused = staging.commit();
        assert!(matches!(refused, Err(DiskError::Changed(_))), "{changed}: {refused:?}");
        assert!(tree(&site.path("public")) == old);
        assert_eq!(names(&site.path("")), ["content", "public", "site.yaml", "static"]);
    }
}

/// Articles with a link each that is to be fixed, in memory where there is such a folder: what is changed is synced.
struct Broken(tempfile::TempDir);

impl Broken {
    const ARTICLES: usize = 40;

    fn new() -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let site = Self(folder.expect("a scratch folder can be made"));
        fs::create_dir(site.0.path().join("content")).expect("writable");
        fs::write(site.0.path().join("content/index.md"), "---\ntitle: S\n---\n")
            .expect("writable");
        for number in 0..Self::ARTICLES {
            let text = format!("{ARTICLE}[x](A{}.md)\n", (number + 1) % Self::ARTICLES);
            fs::write(site.article(number), text).expect("writable");
        }
        site
    }

    fn article(&self, number: usize) -> PathBuf {
        self.0.path().join(format!("content/a{number}.md"))
    }

    fn fixed(&self) -> usize {
        let text = |number| fs::read_to_string(self.article(number)).expect("an article");
        (0..Self::ARTICLES).filter(|number| text(*number).contains("[x](a")).count()
    }

    fn fix(&self) -> std::process::Command {
        let mut fix = command(self.0.path(), &["check", "--fix", "--today", TODAY]);
        fix.stdout(Stdio::null()).stderr(Stdio::null());
        fix
    }
}

#[test]
fn fixes_of_a_run_that_is_killed_are_all_made_or_none() {
    let site = Broken::new();
    let start = Instant::now();
    assert_eq!(run(site.fix()).code, 0);
    let length = start.elapsed().as_micros() as u64;
    let mut numbers = Numbers(0x5117_c203);
    for round in 0..24 {
        let site = Broken::new();
        let journal = site.0.path().join(".silcrow-journal~");
        let mut child = site.fix().spawn().expect("the program starts");
        let start = Instant::now();
        let delay = Duration::from_micros(numbers.below(length));
        // Half of them are killed while the files are changed.
        let is_now = || if round % 2 == 0 { start.elapsed() >= delay } else { journal.exists() };
        while !is_now() && child.try_wait().expect("a child can be asked").is_none() {
            std::thread::yield_now();
        }
        (0..delay.as_micros() % 97).for_each(|_| std::thread::yield_now());
        child.kill().expect("a child can be killed");
        child.wait().expect("a killed child ends");
        let (is_pending, before) = (journal.exists(), site.fixed());
        assert!(is_pending || before % Broken::ARTICLES == 0, "{before} are fixed");
        let build = run(command(site.0.path(), &["build", "--today", TODAY]));
        let fixed = site.fixed();
        assert_eq!(fixed, if is_pending { Broken::ARTICLES } else { before });
        assert_eq!(build.code, i32::from(fixed == 0), "{}", build.stderr);
        let leftover = tree(site.0.path()).into_keys().find(|name| name.ends_with('~'));
        assert_eq!(leftover, None);
    }
}

#[test]
fn fixes_that_a_kill_left_half_made_are_made_by_the_next_build() {
    let site = Broken::new();
    let fixed = |text: &str| text.replace("[x](A", "[x](a");
    let mut texts = Vec::new();
    for number in 0..Broken::ARTICLES {
        let old = fs::read_to_string(site.article(number)).expect("an article");
        let hash = *blake3::hash(old.as_bytes()).as_bytes();
        let path = format!("content/a{number}.md");
        texts.push(serde_json::json!({ "path": path, "old": hash, "new": fixed(&old) }));
        if number % 2 == 0 {
            fs::write(site.article(number), fixed(&old)).expect("writable");
        }
    }
    let journal = serde_json::json!({ "format": 1, "moves": [], "texts": texts });
    fs::write(site.0.path().join(".silcrow-journal~"), journal.to_string()).expect("writable");
    fs::write(site.0.path().join("content/.abcdefghijkl.silcrow~"), "half").expect("writable");
    let check = run(command(site.0.path(), &["check", "--today", TODAY]));
    assert_eq!((check.code, site.fixed()), (2, Broken::ARTICLES / 2), "{}", check.stderr);
    let build = run(command(site.0.path(), &["build", "--today", TODAY]));
    assert_eq!((build.code, site.fixed()), (0, Broken::ARTICLES), "{}", build.stderr);
    let leftover = tree(site.0.path()).into_keys().find(|name| name.ends_with('~'));
    assert_eq!(leftover, None);
}
