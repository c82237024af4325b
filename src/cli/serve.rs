//! `serve`: the site in the browser, up to date with every save. Joins the server, the watch and the compilation; nothing
//! is written to the disk.
#![expect(clippy::disallowed_methods, reason = "the file system and the threads are known here")]

mod address;
mod answer;
mod checking;
mod pages;
mod rebuild;
mod revision;
mod shared;
mod tabs;

use std::fs;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::arguments::ServeArguments;
use super::images::Variants;
use super::{Outcome, session};
use crate::config::Options;
use crate::io::disk::Live;
use crate::io::http::{Handler, Server, Settings};
use crate::io::interrupt;
use crate::io::watch::Watch;
use crate::site::Site;
use rebuild::{Compiler, Rebuild};
use shared::{Shared, say};

/// How many ports are tried, from the one that is asked for.
const PORTS: u16 = 20;

pub(super) fn serve(arguments: &ServeArguments) -> anyhow::Result<Outcome> {
    let server = Arc::new(Server::bind(&Settings {
        host: arguments.host,
        port: arguments.port,
        tries: PORTS,
        allowed_hosts: arguments.allowed_hosts.clone(),
    })?);
    let stop = Arc::clone(&server);
    interrupt::on_interrupt(move || stop.stop())?;
    let root =
        fs::canonicalize(&arguments.site.root).unwrap_or_else(|_| arguments.site.root.clone());
    let live = Live::new(&root)?;
    let (watched, poll) = (live.watched(), arguments.poll.map(Duration::from_millis));
    let mut compiler = Compiler::new(options(arguments), Variants::new(&root));
    // Read first and watched then: systems report every file that is opened, those too that are read here. What changes
    // in between is found by reading once more, while the first pages are rendered.
    let (revision, watch) =
        rayon::join(|| compiler.compile(live.sources()), || Watch::new(&root, watched, poll));
    let site = &revision.compiled.site;
    let address = format!("http://{}{}", server.local_address(), site.base.path());
    welcome(arguments, &server, site, &address);
    if let Some(reason) = watch.polling() {
        say(&format!("note: {}", rebuild::polling(reason)));
    }
    let shared = Arc::new(Shared::new(revision, live.root().to_owned(), arguments.editor.clone()));
    let rebuild = Rebuild::new(watch, live, compiler, Arc::clone(&shared));
    thread::Builder::new().name("rebuild".to_owned()).spawn(move || rebuild.run())?;
    let (checked, pool) = (Arc::clone(&shared), checking::pool()?);
    thread::Builder::new()
        .name("check".to_owned())
        .spawn(move || checking::run(&checked, &pool))?;
    if arguments.open && !open(&address) {
        say(&format!("note: no browser could be opened; open {address} yourself"));
    }
    let answering = Arc::clone(&shared);
    let handler: Handler = Arc::new(move |request| answer::answer(&answering, request));
    server.run(handler, |error| shared.failed("accepting connections", error.to_string()))?;
    Ok(Outcome::Clean)
}

/// What each compilation is asked for: today's date is that of the moment.
fn options(arguments: &ServeArguments) -> impl Fn() -> Options + Send + 'static {
    let (today, drafts) = (arguments.site.today, arguments.drafts);
    let base_url = arguments.base_url.clone();
    move || Options {
        today: session::today(today),
        drafts,
        preview: false,
        base_url: base_url.clone(),
        source_lines: true,
    }
}

fn welcome(arguments: &ServeArguments, server: &Server, site: &Site, address: &str) {
    say(address);
    let port = server.address().port();
    if arguments.port != 0 && port != arguments.port {
        say(&format!("note: another program listens on port {}: this is {port}", arguments.port));
    }
    if server.is_exposed() {
        say(
            "warning: other machines can reach this server, so anyone on the same network can read the site and where its files are; leave out `--host` to serve this machine only",
        );
    }
    if site.included().next().is_none() {
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
