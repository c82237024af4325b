//! The links that were valid when they were last checked, in a text file fit to commit: a line for each URL, with the day and the
//! fragments that were found. Only valid links are kept, for a week.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::external::{Answer, Answers, FragmentState, PageIds, Request};
use crate::io::disk::{self, DiskError};
use crate::url::WebUrl;

const DAYS: i64 = 7;

const HEADER: &str = "# Pages of other sites that `silcrow check --external` found, and when. It asks again after 7 days.\n";

/// The links that were found to be valid.
pub struct Cache {
    root: PathBuf,
    path: PathBuf,
    /// What the file holds; nothing when there is none.
    written: Option<String>,
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug, PartialEq)]
struct Entry {
    date: Date,
    fragments: BTreeSet<String>,
}

impl Cache {
    /// Reads the file of the site at `root`, without expired entries. Also gives the numbers of damaged lines.
    pub fn read(root: &Path, path: &Path, today: Date) -> Result<(Self, Vec<usize>), DiskError> {
        let written = disk::read_named(root, path)?;
        let written = written.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let (entries, damaged) = parse(written.as_deref().unwrap_or(""), today);
        Ok((Self { root: root.to_owned(), path: path.to_owned(), written, entries }, damaged))
    }

    /// The answer, where it is known: the page was there, and so was every fragment.
    pub fn answer(&self, request: &Request) -> Option<Answer> {
        let entry = self.entries.get(&request.url.to_string())?;
        let is_known = request.fragments.is_subset(&entry.fragments);
        is_known.then(|| Answer { hops: Vec::new(), end: Ok(PageIds::Unread) })
    }

    /// Adds what was found today.
    pub fn remember(&mut self, requests: &[Request], answers: &Answers, today: Date) {
        for request in requests {
            let Some(answer) = answers.get(&request.url) else { continue };
            let known = self.entries.remove(&request.url.to_string());
            if answer.end.is_err() || answer.moved_to().is_some() {
                continue;
            }
            let known = known.into_iter().flat_map(|entry| entry.fragments);
            let mut fragments: BTreeSet<_> = known.chain(request.fragments.clone()).collect();
            fragments.retain(|fragment| answer.place(fragment) == Some(FragmentState::Found));
            self.entries.insert(request.url.to_string(), Entry { date: today, fragments });
        }
    }

    /// Writes the file, unless it says the same already. It is the old one or the new one at any moment.
    pub fn write(&self) -> Result<(), DiskError> {
        let text = text(&self.entries);
        let is_needless = self.written.is_none() && self.entries.is_empty();
        if is_needless || self.written.as_ref() == Some(&text) {
            return Ok(());
        }
        disk::write(&self.root, &self.path, &text)
    }
}

fn text(entries: &BTreeMap<String, Entry>) -> String {
    let mut text = HEADER.to_owned();
    for (url, Entry { date, fragments }) in entries {
        text.push_str(&format!("{url} {date}"));
        fragments.iter().for_each(|fragment| text.push_str(&format!(" #{fragment}")));
        text.push('\n');
    }
    text
}

/// The entries valid today, and the numbers of damaged lines. Of two lines for one URL, the newer is used.
fn parse(text: &str, today: Date) -> (BTreeMap<String, Entry>, Vec<usize>) {
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    let mut damaged = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((url, entry)) = entry(line) else {
            damaged.push(index + 1);
            continue;
        };
        // It may have been written in an eastern time zone, a day ahead.
        let age = today.duration_since(entry.date).as_hours() / 24;
        let is_newer = entries.get(&url).is_none_or(|known| known.date < entry.date);
        if (-1..DAYS).contains(&age) && is_newer {
            entries.insert(url, entry);
        }
    }
    (entries, damaged)
}

fn entry(line: &str) -> Option<(String, Entry)> {
    let mut words = line.split(' ');
    let written = words.next()?;
    let url = WebUrl::parse(written).ok().filter(|url| url.fragment().is_none())?.to_string();
    let date: Date = words.next().filter(|date| date.len() == 10)?.parse().ok()?;
    let fragment = |word: &str| {
        let fragment = word.strip_prefix('#').filter(|fragment| !fragment.is_empty());
        fragment.filter(|fragment| fragment.is_ascii()).map(str::to_owned)
    };
    let fragments = words.map(fragment).collect::<Option<_>>()?;
    (url == written).then_some((url, Entry { date, fragments }))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{HEADER, parse, text};

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let lines = format!(
            "{HEADER}https://a.example/ 2026-02-01\nhttps://b.example/x?y 2026-01-28 #%C3%BC #a #b\n"
        );
        let (entries, damaged) = parse(&lines, date(2026, 2, 1));
        assert_eq!((text(&entries), damaged), (lines.clone(), Vec::new()));
        let (entries, damaged) = parse(&lines.replace('\n', "\r\n"), date(2026, 2, 1));
        assert_eq!((text(&entries), damaged), (lines, Vec::new()));
    }

    #[test]
    fn damaged_lines_are_told_and_left_out() {
        let lines = "<<<<<<< HEAD\nhttps://a.example/ 2026-02-01\n=======\nhttps://a.example/\nhttps://b.example/ 2026-02-30\nhttps://c.example 2026-02-01\nhttps://d.example/ 2026-02-01 x\nhttps://e.example/#x 2026-02-01\n\u{fffd}\0\n>>>>>>> x\n";
        let (entries, damaged) = parse(lines, date(2026, 2, 1));
        assert_eq!(entries.keys().collect::<Vec<_>>(), ["https://a.example/"]);
        assert_eq!(damaged, [1, 3, 4, 5, 6, 7, 8, 9, 10]);
    }

    #[test]
    fn what_was_found_counts_for_a_week() {
        let line = "https://a.example/ 2026-02-01\n";
        let counts = |today| !parse(line, today).0.is_empty();
        assert!(counts(date(2026, 1, 31)) && counts(date(2026, 2, 1)) && counts(date(2026, 2, 7)));
        assert!(!counts(date(2026, 2, 8)) && !counts(date(2026, 1, 30)));
    }

    #[test]
    fn of_two_lines_for_a_url_the_newer_counts() {
        let lines = "https://a.example/ 2026-02-01 #new\nhttps://a.example/ 2026-01-30 #old\n";
        let (entries, damaged) = parse(lines, date(2026, 2, 1));
        assert!(text(&entries).ends_with("2026-02-01 #new\n") && damaged.is_empty());
    }
}
