//! A driver: starts `silcrow serve`, asks it for pages, and reads what it says.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{Site, TODAY, command};
use crate::wire::{Client, Reply, pause};

/// What a test waits for comes in this time, or never.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A dev server that runs until it is dropped.
pub(crate) struct Served {
    child: Child,
    /// What it says, line by line.
    said: Receiver<String>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// The path of the home page.
    pub(crate) base: String,
}

impl Served {
    /// Serves a site on a port that the system chooses.
    pub(crate) fn start(site: &Site, arguments: &[&str]) -> Self {
        let fixed = ["serve", "--port", "0", "--today", TODAY];
        Self::run(command(&site.path(""), &[&fixed, arguments].concat()))
    }

    /// Runs a command that serves, until it has said where.
    pub(crate) fn run(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("standard output is piped"));
        let (sender, said) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let url = said.recv_timeout(LIMIT).expect("the program says where it serves");
        let rest = url.strip_prefix("http://").expect("it is a URL");
        let slash = rest.find('/').expect("a URL has a path");
        let address = rest[..slash].parse().expect("it names address and port");
        Self { child, said, address, base: rest[slash..].to_owned() }
    }

    /// The next line that it says.
    pub(crate) fn line(&self) -> String {
        self.said.recv_timeout(LIMIT).expect("the program says something")
    }

    /// Reads lines up to one with this text.
    pub(crate) fn says(&self, text: &str) -> String {
        loop {
            let line = self.line();
            if line.contains(text) {
                return line;
            }
        }
    }

    /// The answer to a `GET` of a path.
    pub(crate) fn get(&self, path: &str) -> Reply {
        let mut client = Client::new(self.address).expect("the server accepts");
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address);
        client.send(request).expect("the server reads");
        Reply::parse(&client.rest()).expect("the server answers")
    }

    /// The events for a page that shows what has this hash.
    pub(crate) fn events(&self, page: &str, hash: &str) -> Client {
        let mut client = Client::new(self.address).expect("the server accepts");
        let page = page.replace('%', "%25");
        let request = format!(
            "GET /.silcrow/events?page={page}&hash={hash} HTTP/1.1\r\nHost: {}\r\n\r\n",
            self.address
        );
        client.send(request).expect("the server reads");
        client.until("retry: 500\n\n");
        client
    }

    /// Asks for a page until it is as it should be.
    pub(crate) fn wait_for(&self, path: &str, is_right: impl Fn(&Reply) -> bool) -> Reply {
        let start = Instant::now();
        loop {
            let reply = self.get(path);
            if is_right(&reply) {
                return reply;
            }
            assert!(start.elapsed() < LIMIT, "{path}: {} {}", reply.status, reply.text());
            pause(Duration::from_millis(2));
        }
    }

    /// Waits until a page has a text.
    pub(crate) fn wait_for_text(&self, path: &str, text: &str) {
        self.wait_for(path, |reply| reply.text().contains(text));
    }

    /// Asks it to end as Ctrl-C does, and returns its exit code and how long it took.
    pub(crate) fn interrupt(&mut self) -> (Option<i32>, Duration) {
        let pid = Pid::from_child(&self.child);
        let start = Instant::now();
        kill_process(pid, Signal::INT).expect("the program runs");
        let status = self.child.wait().expect("the program ends");
        (status.code(), start.elapsed())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

/// A page without the script of the dev server.
pub(crate) fn without_script(page: &str) -> String {
    let Some(start) = page.rfind("<script src=\"/.silcrow/") else { return page.to_owned() };
    let end = page[start..].find("</script>").expect("a script ends") + start + "</script>".len();
    [&page[..start], &page[end..]].concat()
}
