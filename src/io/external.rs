//! Requests to other sites that check whether the targets of links exist: politely, and never to a private address.
//! Nothing else here opens a connection to anywhere. Knows URLs and answers, and neither links nor rules.

mod cache;
mod client;
mod job;
mod queue;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

pub use cache::Cache;

use crate::external::{Answers, Request};
use crate::host::Authority;
use client::Client;

/// How requests are sent to other sites.
#[derive(Clone)]
pub struct Settings {
    /// Hosts and addresses that are contacted although they are private.
    pub allow: Vec<Authority>,
    /// Every name in a page's HTML that a fragment can name.
    pub anchors: fn(&str) -> BTreeSet<String>,
    /// From the end of a request to a host to the start of the next one.
    pub gap: Duration,
    /// How many hosts are contacted at once.
    pub hosts: usize,
    /// How long one request may take.
    pub request: Duration,
    /// How long all requests together may take.
    pub total: Duration,
    /// The pause before the second request to a host that could not answer.
    pub backoff: Duration,
    /// The longest pause that a host may ask for.
    pub patience: Duration,
    /// How many bytes of a page are read for its ids.
    pub page: u64,
    /// Addresses of names, in place of the system's, as in a hosts file: so that tests can contact this machine under
    /// the names of others. The command line leaves it empty. Addresses from here are refused like all others.
    pub names: BTreeMap<String, Vec<IpAddr>>,
}

impl Settings {
    /// Polite settings.
    pub fn new(anchors: fn(&str) -> BTreeSet<String>) -> Self {
        Self {
            allow: Vec::new(),
            anchors,
            gap: Duration::from_millis(500),
            hosts: 16,
            request: Duration::from_secs(20),
            total: Duration::from_secs(300),
            backoff: Duration::from_secs(3),
            patience: Duration::from_secs(120),
            page: 2 << 20,
            names: BTreeMap::new(),
        }
    }
}

/// Checks each URL, and calls `done` after each one. The answers do not depend on the order in
/// which they come.
pub fn ask(requests: &[Request], settings: &Settings, done: &(dyn Fn() + Sync)) -> Answers {
    let client = Client::new(settings);
    queue::run(requests, settings, &client, done)
}
