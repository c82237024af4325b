//! What a publish costs: a site of so many articles, by way of the proxy that counts, to the S3 server. Prints how long a
//! check, a build and a publish of an unchanged site take, in turns, with the requests; then what one changed article
//! sends. With `TMPDIR=/dev/shm` the disk's moods do not count.
//!
//! `SILCROW=$PWD/target/release/silcrow cargo run --manifest-path tests/cloud/Cargo.toml --example measure -- 10000`

use std::fmt::Write;
use std::time::{Duration, Instant};

use silcrow_cloud_tests::{Fault, Proxy, Request, Server, Site};

/// How often each is run.
const RUNS: usize = 5;
/// Articles of a section.
const SECTION: usize = 100;

/// An article of about 3 KB, which links to the next one in its section.
fn article(number: usize) -> String {
    let mut text = format!(
        "---\ntitle: Article {number}\ndescription: What article {number} is about.\nupdated: 2026-01-01\n---\n\n"
    );
    // A linear congruential generator: the same words on every machine.
    let mut state = number as u64;
    let mut word = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("word{}", (state >> 33) % 5_000)
    };
    let next = number / SECTION * SECTION + (number + 1) % SECTION;
    for heading in 0..4 {
        let words: Vec<String> = (0..80).map(|_| word()).collect();
        writeln!(text, "## Step {heading}\n\n{}. See [the next](a{next}.md).\n", words.join(" "))
            .expect("a string grows");
    }
    text
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Publishes and keeps the record, as a workflow does it.
fn publish(site: &Site) {
    let output =
        site.command(&site.arguments(&[])).output().expect("silcrow was built with `cloud`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn run(site: &Site, verb: &str) {
    let output = site.command(&[verb, "--today", "2026-02-01"]).output();
    assert!(output.expect("silcrow was built").status.success());
}

fn counted(requests: &[Request]) -> String {
    let of = |method: &str| requests.iter().filter(|request| request.method == method).count();
    format!(
        "{} requests: {} GET, {} HEAD, {} PUT, {} POST, {} DELETE",
        requests.len(),
        of("GET"),
        of("HEAD"),
        of("PUT"),
        of("POST"),
        of("DELETE")
    )
}

fn main() {
    let count = std::env::args().nth(1).map_or(10_000, |text| text.parse().expect("a number"));
    let server = Server::new();
    let proxy = Proxy::new(server.address());
    let site = Site::new(proxy.address(), 0);
    for section in 0..count / SECTION {
        let front = format!("---\ntitle: Section {section}\n---\n");
        site.write(&format!("content/s{section}/index.md"), &front);
    }
    for number in 0..count {
        site.write(&format!("content/s{}/a{number}.md", number / SECTION), &article(number));
    }
    let first = timed(|| publish(&site));
    println!("{count} articles; the first publish: {first:.1?}, {}", counted(&proxy.requests()));
    run(&site, "build");
    let (mut checks, mut builds, mut publishes) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        checks.push(timed(|| run(&site, "check")));
        builds.push(timed(|| run(&site, "build")));
        proxy.set(|_| Fault::None);
        publishes.push(timed(|| publish(&site)));
    }
    println!("unchanged, medians of {RUNS} in turns:");
    println!("  check, which renders every page to nowhere: {:.2?}", median(checks));
    println!("  build, which writes them: {:.2?}", median(builds));
    println!("  publish: {:.2?}, {}", median(publishes), counted(&proxy.requests()));
    let text = article(7).replacen("word", "changed", 1);
    site.write("content/s0/a7.md", &text);
    proxy.set(|_| Fault::None);
    let changed = timed(|| publish(&site));
    println!("one article changed: {changed:.2?}, {}", counted(&proxy.requests()));
    for request in proxy.requests().iter().filter(|request| request.method == "PUT") {
        let length = request.header("content-length").unwrap_or("0");
        let copied = request.header("x-amz-copy-source").map_or("", |_| " (a copy in the bucket)");
        println!("  PUT {} {length} bytes{copied}", request.path);
    }
}
