//! Reviews that are due: as text for people, as JSON, and as a calendar (RFC 5545).

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::civil::Date;
use serde_json::json;

use crate::config::Configuration;
use crate::wording::plural;

/// An article and when it is due for review.
#[derive(Debug)]
pub struct Due<'a> {
    /// Its path in `content/`, without extension.
    pub name: &'a str,
    /// Its permanent id.
    pub permanent_id: String,
    /// Its source.
    pub path: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its absolute URL, where one is known.
    pub url: Option<String>,
    /// Its author.
    pub author: Option<&'a str>,
    /// The title of its section.
    pub section: &'a str,
    /// When its text was last changed.
    pub updated: Option<Date>,
    /// When it was last reviewed.
    pub reviewed: Option<Date>,
    /// How often it is to be reviewed, in days.
    pub every: u32,
    /// The last day on which it counts as reviewed.
    pub due: Date,
}

impl Due<'_> {
    /// How many days the review is late, negative for days that are left.
    fn late(&self, today: Date) -> i32 {
        today.since(self.due).map_or(0, |span| span.get_days())
    }
}

/// A list by author and section, in each the oldest first.
pub fn text(due: &[Due<'_>], today: Date) -> String {
    let mut authors: BTreeMap<(bool, &str), BTreeMap<&str, Vec<&Due<'_>>>> = BTreeMap::new();
    for article in due {
        let author = (article.author.is_none(), article.author.unwrap_or("no author"));
        authors.entry(author).or_default().entry(article.section).or_default().push(article);
    }
    let mut text = String::new();
    for ((_, author), sections) in authors {
        let count = sections.values().map(Vec::len).sum();
        let _ = writeln!(text, "{author}: {}", plural(count, "article"));
        for (section, mut articles) in sections {
            let _ = writeln!(text, "  {section}");
            articles.sort_by_key(|article| (article.due, article.path));
            for article in articles {
                let when = match article.late(today) {
                    0 => "today".to_owned(),
                    late if late > 0 => format!("{} late", plural(late as usize, "day")),
                    left => format!("in {}", plural(left.unsigned_abs() as usize, "day")),
                };
                let _ = writeln!(
                    text,
                    "    {}  {when}  {}  {}",
                    article.due, article.name, article.title
                );
            }
        }
    }
    let late = due.iter().filter(|article| article.late(today) > 0).count();
    let _ = writeln!(text, "{} to review, {late} of them overdue", plural(due.len(), "article"));
    text
}

/// One JSON object per line, by path.
pub fn json(due: &[Due<'_>], today: Date) -> String {
    let line = |article: &Due<'_>| {
        let date = |date: Option<Date>| date.map(|date| date.to_string());
        let object = json!({
            "schema": 1,
            "file": article.path,
            "title": article.title,
            "url": article.url,
            "author": article.author,
            "section": article.section,
            "updated": date(article.updated),
            "reviewed": date(article.reviewed),
            "review_every_days": article.every,
            "due": article.due.to_string(),
            "days_late": article.late(today),
        });
        format!("{object}\n")
    };
    due.iter().map(line).collect()
}

/// A calendar with a day for each article. The same articles on the same day give the same bytes.
pub fn ics(due: &[Due<'_>], (today, site): (Date, &Configuration)) -> String {
    let mut out = String::new();
    let day = |date: Date| date.strftime("%Y%m%d").to_string();
    for (name, value) in [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//silcrow//reviews//EN"),
        ("CALSCALE", "GREGORIAN"),
    ] {
        line(&mut out, name, value);
    }
    line(&mut out, "X-WR-CALNAME", &escaped(&format!("Reviews: {}", site.title)));
    if due.is_empty() {
        time_zone(&mut out);
    }
    for article in due {
        let mut about = format!(
            "Last reviewed: {}",
            article.reviewed.max(article.updated).map_or(String::new(), |date| date.to_string())
        );
        if let Some(author) = article.author {
            let _ = write!(about, "\nAuthor: {author}");
        }
        let _ = write!(about, "\nTo mark it as reviewed: silcrow review {}", article.name);
        line(&mut out, "BEGIN", "VEVENT");
        line(&mut out, "UID", &unique_id(article, site));
        line(&mut out, "DTSTAMP", &format!("{}T000000Z", day(today)));
        line(&mut out, "DTSTART;VALUE=DATE", &day(article.due));
        line(&mut out, "SUMMARY", &escaped(&format!("Review: {}", article.title)));
        line(&mut out, "DESCRIPTION", &escaped(&about));
        line(&mut out, "CATEGORIES", &escaped(article.section));
        if let Some(url) = &article.url {
            line(&mut out, "URL", url);
        }
        line(&mut out, "TRANSP", "TRANSPARENT");
        line(&mut out, "END", "VEVENT");
    }
    line(&mut out, "END", "VCALENDAR");
    out
}

/// The id of an article's event, like no other in the world: the same article keeps its event when its day moves, and when
/// its file does.
fn unique_id(article: &Due<'_>, site: &Configuration) -> String {
    let base = site.base_url.as_ref().and_then(|base| base.absolute(base.path()));
    let site = base.as_deref().unwrap_or(&site.title);
    let hash = blake3::hash(format!("{site}\n{}", article.permanent_id).as_bytes()).to_hex();
    format!("{}@silcrow", &hash[..32])
}

/// A component that says nothing: a calendar has to have one (RFC 5545, section 3.6).
fn time_zone(out: &mut String) {
    for (name, value) in [
        ("BEGIN", "VTIMEZONE"),
        ("TZID", "UTC"),
        ("BEGIN", "STANDARD"),
        ("DTSTART", "19700101T000000"),
        ("TZOFFSETFROM", "+0000"),
        ("TZOFFSETTO", "+0000"),
        ("END", "STANDARD"),
        ("END", "VTIMEZONE"),
    ] {
        line(out, name, value);
    }
}

/// Text with what has a meaning escaped (RFC 5545, section 3.3.11).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out
}

/// A content line, folded after 75 bytes between characters (RFC 5545, section 3.1).
fn line(out: &mut String, name: &str, value: &str) {
    const LIMIT: usize = 75;
    let mut length = 0;
    for c in name.chars().chain([':']).chain(value.chars()) {
        if length + c.len_utf8() > LIMIT {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn lines_are_folded_between_characters() {
        let mut out = String::new();
        line(&mut out, "SUMMARY", &"é".repeat(80));
        assert!(out.split("\r\n").all(|line| line.len() <= 75));
        assert_eq!(out.replace("\r\n ", "").trim_end(), format!("SUMMARY:{}", "é".repeat(80)));
    }
}
