//! `serve`: the site in the browser, up to date with every save. Joins the server, the watch and the compilation; nothing
//! is written to the disk.
#![expect(clippy::disallowed_methods, reason = "the file system and the threads are known here")]

mod address;
mod checking;
mod pages;
mod rebuild;
mod revision;
mod tabs;

use std::collections::VecDeque;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use percent_encoding::percent_decode_str;

use super::arguments::ServeArguments;
use super::images::Variants;
use super::{Outcome, printer, session};
use crate::config::Options;
use crate::io::disk::Live;
use crate::io::http::{Answer, Body, Content, Handler, Request, Server, Settings};
use crate::io::interrupt;
use crate::io::watch::Watch;
use crate::media_type::media_type;
use crate::output::OutputBody;
use crate::path::OutputPath;
use crate::render::{View, outputs};
use crate::report::Counts;
use crate::site::Site;
use crate::site::generated::Generated;
use crate::source;
use crate::theme;
use address::Found;
use pages::{EVENTS, SCRIPT, Script, Shown, with_script};
use rebuild::{Compiler, Rebuild};
use revision::{Current, Revision, lock};
use tabs::{Findings, Tabs};

/// How many ports are tried, from the one that is asked for.
const PORTS: u16 = 20;

/// What all threads share.
struct Shared {
    current: Current,
    tabs: Tabs,
    findings: Mutex<Arc<Findings>>,
    /// What is to be said of revisions that were not looked at yet.
    unsaid: Mutex<VecDeque<(u64, String)>>,
    /// The site's folder.
    root: PathBuf,
    editor: String,
}

impl Shared {
    /// Says what a rebuild did once it is known what was found; see [`Shared::checked`].
    fn rebuilt(&self, number: u64, line: String) {
        lock(&self.unsaid).push_back((number, line));
    }

    /// Says what was found in a revision. Those before it went by too fast to be looked at.
    fn checked(&self, number: u64, counts: Counts) {
        let mut unsaid = lock(&self.unsaid);
        let ready = unsaid.iter().take_while(|(of, _)| *of <= number).count();
        for (of, line) in unsaid.drain(..ready) {
            match of == number {
                true => say(&format!("{line}: {}", counts.text())),
                false => say(&line),
            }
        }
    }

    fn tell(&self, findings: Arc<Findings>) {
        *lock(&self.findings) = Arc::clone(&findings);
        self.tabs.tell(&findings);
    }
}

/// Says on the terminal what who watches it may want to know.
fn say(text: &str) {
    // Where it cannot be said, the site is served all the same.
    let _ = printer::text(&format!("{text}\n"));
}

pub(super) fn serve(arguments: &ServeArguments) -> anyhow::Result<Outcome> {
    let server = Arc::new(Server::bind(&Settings {
        host: arguments.host,
        port: arguments.port,
        tries: PORTS,
        allowed_hosts: arguments.allowed_hosts.clone(),
    })?);
    let stop = Arc::clone(&server);
    interrupt::on_interrupt(move || stop.stop())?;
    let root = fs::canonicalize(&arguments.root).unwrap_or_else(|_| arguments.root.clone());
    let live = Live::new(&root)?;
    let (watched, poll) = (live.watched(), arguments.poll.map(Duration::from_millis));
    let mut compiler = Compiler::new(options(arguments), Variants::new(&root));
    // Read first and watched then: systems tell of every file that is opened, those too that are read here. What changes
    // in between is found by reading once more, while the first pages are looked at.
    let (revision, watch) =
        rayon::join(|| compiler.compile(live.sources()), || Watch::new(&root, &watched, poll));
    let watch = watch?;
    let address = url(&server, &revision.compiled.site);
    welcome(arguments, &server, &revision, &address);
    if let Some(reason) = watch.polling() {
        say(&rebuild::polling(reason));
    }
    let none = Findings { diagnostics: Vec::new(), sources: Arc::clone(live.sources()) };
    let shared = Arc::new(Shared {
        unsaid: Mutex::new([(1, session::pages(&revision.compiled.site))].into()),
        current: Current::new(revision),
        tabs: Tabs::default(),
        findings: Mutex::new(Arc::new(none)),
        root: live.root().to_owned(),
        editor: arguments.editor.clone(),
    });
    let rebuild = Rebuild::new(watch, live, compiler, Arc::clone(&shared));
    thread::Builder::new().name("rebuild".to_owned()).spawn(move || rebuild.run())?;
    let checked = Arc::clone(&shared);
    thread::Builder::new().name("check".to_owned()).spawn(move || checking::run(&checked))?;
    if arguments.open && !open(&address) {
        say(&format!("note: no browser could be opened; open {address} yourself"));
    }
    let handler: Handler = Arc::new(move |request| answer(&shared, request));
    server.run(handler)?;
    Ok(Outcome::Clean)
}

/// What each compilation is asked for: today's date is that of the moment.
fn options(arguments: &ServeArguments) -> impl Fn() -> Options + Send + 'static {
    let (today, drafts) = (arguments.today, arguments.drafts);
    let base_url = arguments.base_url.clone();
    move || Options {
        today: session::today(today),
        drafts,
        preview: false,
        base_url: base_url.clone(),
        source_lines: true,
    }
}

/// Where the home page is.
fn url(server: &Server, site: &Site) -> String {
    let mut address = server.address();
    if address.ip().is_unspecified() {
        address.set_ip(match address.is_ipv4() {
            true => std::net::Ipv4Addr::LOCALHOST.into(),
            false => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}{}", site.base.path())
}

fn welcome(arguments: &ServeArguments, server: &Server, revision: &Revision, address: &str) {
    say(address);
    let port = server.address().port();
    if arguments.port != 0 && port != arguments.port {
        say(&format!("note: another program listens on port {}: this is {port}", arguments.port));
    }
    if server.is_exposed() {
        say(
            "warning: other machines can reach this server, and so whoever is in the same network can read the site and where its files are; leave out `--host` to serve this machine alone",
        );
    }
    if revision.compiled.site.included().next().is_none() {
        say("note: the site has no pages yet");
    }
}

/// Asks the system to show an address.
fn open(address: &str) -> bool {
    let (program, arguments): (&str, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/C", "start", ""]),
        _ => ("xdg-open", &[]),
    };
    let mut command = Command::new(program);
    command.args(arguments).arg(address).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
}

/// The answer to a request.
fn answer(shared: &Shared, request: &Request<'_>) -> Answer {
    match &*request.path {
        SCRIPT => Answer::Content(Content::found(
            "text/javascript; charset=utf-8",
            include_bytes!("serve/live.js").as_slice(),
        )),
        EVENTS => {
            let query = request.query.unwrap_or("");
            let (page, hash) = (field(query, "page"), field(query, "hash"));
            let findings = || Arc::clone(&lock(&shared.findings));
            let revision = || shared.current.peek();
            Answer::Events(shared.tabs.open((&page, &hash), revision, findings))
        }
        path => content(shared, &shared.current.get(), path, request.query),
    }
}

/// The value of a field of a query, decoded; empty where there is none.
fn field(query: &str, name: &str) -> String {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    percent_decode_str(value.unwrap_or("")).decode_utf8_lossy().into_owned()
}

fn content(shared: &Shared, revision: &Revision, path: &str, query: Option<&str>) -> Answer {
    let site = &revision.compiled.site;
    let found = address::find(site, path);
    if let Found::Elsewhere(to) = found {
        let query = query.filter(|_| !to.contains('?')).map(|query| format!("?{query}"));
        return Answer::Redirect { status: 301, location: to + &query.unwrap_or_default() };
    }
    if let Some(shown) = revision.shown(&found) {
        return Answer::Content(page(shared, revision, shown));
    }
    let file = match found {
        Found::Asset(index) => asset(&shared.root, revision, index),
        Found::Variant(url) => variant(revision, &url.output()),
        Found::Search(url) => search_file(revision, &url.output()),
        Found::Generated(file) => generated(revision, file),
        Found::View(..) | Found::Elsewhere(_) | Found::Nothing => None,
    };
    let nothing = || Some(page(shared, revision, revision.shown(&Found::Nothing)?));
    file.or_else(nothing)
        .map_or_else(|| content(shared, revision, "/404.html", None), Answer::Content)
}

/// A page with the script in it.
fn page(shared: &Shared, revision: &Revision, shown: Shown) -> Content {
    let (status, html) = match shown.html {
        Ok(html) => (shown.status, html),
        Err(failures) => (500, revision.error_page(&failures)),
    };
    let source = shown.source.as_ref().map(|source| revision.sources.spelling(source));
    let html = with_script(
        &html,
        &Script {
            hash: &pages::hash(&html),
            source: source.unwrap_or(""),
            root: &shared.root.to_string_lossy(),
            editor: &shared.editor,
        },
    );
    let page = Content::found("text/html; charset=utf-8", html.into_bytes());
    Content { status, ..page }
}

/// A variant of a picture.
fn variant(revision: &Revision, path: &OutputPath) -> Option<Content> {
    let bytes = revision.variants.bytes(path)?;
    Some(Content::found(media_type(path.as_str()), bytes))
}

/// A file of the search index.
fn search_file(revision: &Revision, path: &OutputPath) -> Option<Content> {
    let file = revision.renderer.search().iter().find(|file| file.path == *path)?;
    let OutputBody::Bytes(bytes) = &file.body else { return None };
    Some(Content::found(media_type(path.as_str()), bytes.to_vec()))
}

/// A file for programs or hosts.
fn generated(revision: &Revision, file: Generated) -> Option<Content> {
    let media_type = outputs::media_type(&revision.compiled.site, file);
    match revision.renderer.render(View::Generated(file)).ok()?.body {
        OutputBody::Bytes(bytes) => Some(Content::found(media_type, bytes.into_owned())),
        OutputBody::Copy { .. } => None,
    }
}

/// A file that pages name. It is opened by the path that its source was read from, never by the one that is asked for.
fn asset(root: &Path, revision: &Revision, index: usize) -> Option<Content> {
    let asset = &revision.compiled.site.routes.assets[index];
    let sources = &revision.sources;
    let media_type = media_type(asset.url.as_str());
    let source::Content::Asset(file) = &sources.get(&asset.source)?.content else { return None };
    let settings = &revision.compiled.site.configuration.theme;
    let hash = theme::published_hash(&asset.source, file, settings);
    let hash = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>();
    let content = match &file.text {
        Some(text) if sources.is_embedded(&asset.source) => {
            let text = theme::published(&asset.source, text, settings);
            Content::found(media_type, text.into_owned().into_bytes())
        }
        _ => {
            // Gone since it was read: it is told of soon.
            let open = File::open(root.join(sources.spelling(&asset.source))).ok()?;
            let content = Content::found(media_type, Vec::new());
            Content { body: Body::File(open), ..content }
        }
    };
    Some(Content { hash: Some(hash), ..content })
}
