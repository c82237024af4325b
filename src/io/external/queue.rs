//! Schedules requests: one at a time to each host, a pause after each, several hosts at once, and a deadline for all.
//! Knows time, and not what is requested.
#![expect(
    clippy::disallowed_methods,
    reason = "when a host may be asked again is a matter of time"
)]

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::Settings;
use super::client::{Client, Response};
use super::job::{Job, Next, retry_after};
use crate::external::{Answer, Answers, Request, Trouble};
use crate::io::lock;
use crate::url::WebUrl;

/// Sends all requests, in threads that end before it returns.
pub(super) fn run(
    requests: &[Request],
    settings: &Settings,
    client: &Client,
    done: &(dyn Fn() + Sync),
) -> Answers {
    let mut queue = Queue::default();
    for request in requests {
        queue.host(&request.url).waiting.push_back(Job::new(request));
    }
    let shared = Shared {
        queue: Mutex::new(queue),
        changed: Condvar::new(),
        count: requests.len(),
        deadline: Instant::now() + settings.total,
        settings,
        client,
        done,
    };
    std::thread::scope(|scope| {
        for _ in 0..settings.hosts.min(requests.len()) {
            scope.spawn(|| shared.work());
        }
    });
    shared.queue.into_inner().unwrap_or_else(PoisonError::into_inner).answers
}

struct Shared<'r> {
    queue: Mutex<Queue<'r>>,
    /// Notified when a host is free again, and when all is done.
    changed: Condvar,
    /// How many answers there will be.
    count: usize,
    deadline: Instant,
    settings: &'r Settings,
    client: &'r Client,
    done: &'r (dyn Fn() + Sync),
}

#[derive(Default)]
struct Queue<'r> {
    hosts: BTreeMap<String, Host<'r>>,
    answers: Answers,
}

#[derive(Default)]
struct Host<'r> {
    waiting: VecDeque<Job<'r>>,
    /// Whether a request to it is under way.
    is_busy: bool,
    /// Whether it asked for a longer pause than there is time for.
    is_closed: bool,
    /// When the next request to it may be sent.
    ready: Option<Instant>,
}

impl<'r> Shared<'r> {
    fn work(&self) {
        let mut queue = lock(&self.queue);
        while queue.answers.len() < self.count {
            let now = Instant::now();
            if now >= self.deadline {
                // Other threads handle the replies that they wait for.
                return self.give_up(&mut queue, |_| true, &Trouble::NotReached);
            }
            match queue.take(now) {
                Ok(job) => {
                    drop(queue);
                    let timeout = self.settings.request.min(self.deadline.duration_since(now));
                    let reply = self.client.send(job.method, &job.url, timeout);
                    queue = lock(&self.queue);
                    self.settle(&mut queue, job, reply);
                    self.changed.notify_all();
                }
                Err(next) => {
                    let until = next.map_or(self.deadline, |next| next.min(self.deadline));
                    let pause = until.duration_since(now).max(Duration::from_millis(1));
                    let waited = self.changed.wait_timeout(queue, pause);
                    queue = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    fn settle(&self, queue: &mut Queue<'r>, job: Job<'r>, reply: Result<Response, Trouble>) {
        let now = Instant::now();
        let Settings { gap, backoff, patience, .. } = *self.settings;
        let wish = retry_after(&reply, Timestamp::now());
        let is_too_long = wish.is_some_and(|wish| {
            wish > patience || now.checked_add(wish).is_none_or(|until| until >= self.deadline)
        });
        let is_cut_short = now >= self.deadline && matches!(reply, Err(Trouble::Timeout));
        let (asked, url) = (job.asked().clone(), job.url.clone());
        let next = job.next(reply);
        let later = if matches!(next, Next::AskLater(_)) { backoff } else { Duration::ZERO };
        let host = queue.host(&url);
        host.is_busy = false;
        host.ready = now.checked_add(wish.unwrap_or(later).max(gap));
        host.is_closed |= is_too_long;
        match next {
            Next::Done(answer) => self.finish(queue, asked, answer),
            Next::Ask(job) | Next::AskLater(job) if is_cut_short => {
                self.finish(queue, asked, job.ended(Err(Trouble::NotReached)));
            }
            Next::Ask(job) | Next::AskLater(job) => {
                queue.host(&job.url).waiting.push_front(job);
            }
        }
        self.give_up(queue, |host| host.is_closed, &Trouble::AskedToWait);
    }

    /// Ends what waits for some hosts.
    fn give_up(&self, queue: &mut Queue<'r>, is_meant: fn(&Host<'_>) -> bool, why: &Trouble) {
        let hosts = queue.hosts.values_mut().filter(|host| is_meant(host));
        let jobs: Vec<_> = hosts.flat_map(|host| std::mem::take(&mut host.waiting)).collect();
        for job in jobs {
            self.finish(queue, job.asked().clone(), job.ended(Err(why.clone())));
        }
    }

    fn finish(&self, queue: &mut Queue<'r>, asked: WebUrl, answer: Answer) {
        queue.answers.insert(asked, answer);
        (self.done)();
    }
}

impl<'r> Queue<'r> {
    fn host(&mut self, url: &WebUrl) -> &mut Host<'r> {
        self.hosts.entry(url.host().to_owned()).or_default()
    }

    /// The next request: of the hosts that are ready, to the one with the most checks waiting, since it takes longest.
    /// Where none is ready, when one will be, as far as that is known.
    fn take(&mut self, now: Instant) -> Result<Job<'r>, Option<Instant>> {
        let free = self.hosts.values_mut().filter(|host| !host.is_busy && !host.waiting.is_empty());
        let (ready, later): (Vec<_>, Vec<_>) =
            free.partition(|host| host.ready.is_none_or(|ready| ready <= now));
        let longest = ready.into_iter().max_by_key(|host| host.waiting.len());
        let next = later.iter().filter_map(|host| host.ready).min();
        let host = longest.ok_or(next)?;
        host.is_busy = true;
        host.waiting.pop_front().ok_or(next)
    }
}
