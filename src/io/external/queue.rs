//! Schedules requests: one at a time to each host, a pause after each, several hosts at once, and a deadline for all.
//! Knows time, and not what is requested.
#![expect(
    clippy::disallowed_methods,
    reason = "when a host may be asked again is a matter of time"
)]

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::Settings;
use super::client::{Client, Response};
use super::job::{Job, Next, retry_after};
use crate::external::{Answer, Doubt, End, Request, Trouble};
use crate::url::WebUrl;

/// Sends all requests, in threads that end before it returns.
pub(super) fn run(
    requests: &[Request],
    settings: &Settings,
    client: &Client,
    done: &(dyn Fn() + Sync),
) -> BTreeMap<WebUrl, Answer> {
    let mut queue = Queue { hosts: BTreeMap::new(), unfinished: 0, answers: BTreeMap::new() };
    for request in requests {
        queue.unfinished += 1;
        queue.host(&request.url).waiting.push_back(Job::new(request));
    }
    let shared = Shared {
        queue: Mutex::new(queue),
        changed: Condvar::new(),
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

/// What the threads share.
struct Shared<'r> {
    queue: Mutex<Queue<'r>>,
    /// Notified when a host is free again, and when all is done.
    changed: Condvar,
    deadline: Instant,
    settings: &'r Settings,
    client: &'r Client,
    done: &'r (dyn Fn() + Sync),
}

/// All pending checks, by host.
struct Queue<'r> {
    hosts: BTreeMap<String, Host<'r>>,
    unfinished: usize,
    answers: BTreeMap<WebUrl, Answer>,
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

/// What a thread does next.
enum Turn<'r> {
    Ask(Job<'r>),
    /// Nothing before that moment, or before something changes.
    Wait(Instant),
    End,
}

impl<'r> Shared<'r> {
    fn work(&self) {
        let mut queue = self.lock();
        loop {
            let now = Instant::now();
            if now >= self.deadline {
                let rest = queue.take_all();
                rest.into_iter().for_each(|job| self.give_up(&mut queue, job, Doubt::NotReached));
            }
            match queue.turn(now, self.deadline) {
                Turn::Ask(job) => {
                    drop(queue);
                    let timeout = self.settings.request.min(self.deadline.duration_since(now));
                    let reply = self.client.send(job.method, &job.url, timeout);
                    queue = self.lock();
                    self.settle(&mut queue, job, reply);
                    self.changed.notify_all();
                }
                Turn::Wait(until) => {
                    let waited = self.changed.wait_timeout(queue, until.duration_since(now));
                    queue = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                Turn::End => return,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue<'r>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Handles the reply to a request.
    fn settle(&self, queue: &mut Queue<'r>, job: Job<'r>, reply: Result<Response, Trouble>) {
        let now = Instant::now();
        let Settings { gap, backoff, patience, .. } = *self.settings;
        let wish = retry_after(&reply, Timestamp::now());
        let is_too_long = wish.is_some_and(|wish| {
            wish > patience || now.checked_add(wish).is_none_or(|until| until >= self.deadline)
        });
        let is_cut_short =
            reply.as_ref().err() == Some(&Trouble::Doubt(Doubt::Timeout)) && now >= self.deadline;
        let (asked, host) = (job.asked().clone(), job.url.clone());
        let next = job.next(reply);
        let later = if matches!(next, Next::AskLater(_)) { backoff } else { Duration::ZERO };
        let pause = wish.unwrap_or(later).max(gap);
        let host = queue.host(&host);
        host.is_busy = false;
        host.ready = now.checked_add(pause);
        host.is_closed |= is_too_long;
        match next {
            Next::Done(answer) => self.finish(queue, asked, answer),
            Next::Ask(job) | Next::AskLater(job) if is_cut_short => {
                self.give_up(queue, job, Doubt::NotReached);
            }
            Next::Ask(job) | Next::AskLater(job) => {
                queue.host(&job.url).waiting.push_front(job);
            }
        }
        let closed: Vec<_> = queue.hosts.values_mut().filter(|host| host.is_closed).collect();
        let jobs: Vec<_> = closed.into_iter().flat_map(|host| host.waiting.drain(..)).collect();
        jobs.into_iter().for_each(|job| self.give_up(queue, job, Doubt::AskedToWait));
    }

    fn give_up(&self, queue: &mut Queue<'r>, job: Job<'r>, doubt: Doubt) {
        let asked = job.asked().clone();
        if let Next::Done(answer) = job.done(End::Trouble(Trouble::Doubt(doubt))) {
            self.finish(queue, asked, answer);
        }
    }

    fn finish(&self, queue: &mut Queue<'r>, asked: WebUrl, answer: Answer) {
        queue.answers.insert(asked, answer);
        queue.unfinished -= 1;
        (self.done)();
    }
}

impl<'r> Queue<'r> {
    fn host(&mut self, url: &WebUrl) -> &mut Host<'r> {
        self.hosts.entry(url.host().to_owned()).or_default()
    }

    /// All waiting checks.
    fn take_all(&mut self) -> Vec<Job<'r>> {
        self.hosts.values_mut().flat_map(|host| host.waiting.drain(..)).collect()
    }

    /// The next request: of the hosts that are ready, to the one with the most checks waiting, since it takes longest.
    fn turn(&mut self, now: Instant, deadline: Instant) -> Turn<'r> {
        // After the deadline, each thread handles the reply that it waits for.
        if self.unfinished == 0 || now >= deadline {
            return Turn::End;
        }
        let free = self.hosts.values_mut().filter(|host| !host.is_busy && !host.waiting.is_empty());
        let (ready, later): (Vec<_>, Vec<_>) =
            free.partition(|host| host.ready.is_none_or(|ready| ready <= now));
        if let Some(host) = ready.into_iter().max_by_key(|host| host.waiting.len())
            && let Some(job) = host.waiting.pop_front()
        {
            host.is_busy = true;
            return Turn::Ask(job);
        }
        let next = later.iter().filter_map(|host| host.ready).min();
        let least = now + Duration::from_millis(1);
        Turn::Wait(next.map_or(deadline, |next| next.min(deadline)).max(least))
    }
}
