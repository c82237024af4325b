//! Reviews that are due: as text for people, as JSON, and as a calendar (RFC 5545).

use std::fmt::Write;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;

use crate::config::Configuration;
use crate::wording::plural;

/// An article and when it is due for review.
#[derive(Debug, Serialize)]
pub struct Due<'a> {
    /// Its path in `content/`, without extension.
    #[serde(skip)]
    pub name: &'a str,
    #[serde(skip)]
    pub permanent_id: String,
    pub file: &'a str,
    pub title: &'a str,
    /// Its absolute URL, where one is known.
    pub url: Option<String>,
    pub author: Option<&'a str>,
    /// Its section's title.
    pub section: &'a str,
    /// When its text was last changed.
    pub updated: Option<Date>,
    /// When it was last reviewed.
    pub reviewed: Option<Date>,
    /// How often it is to be reviewed.
    pub review_every_days: u32,
    /// The last day on which it counts as reviewed.
    pub due: Date,
    /// How many days the review is late, negative for days that are left.
    pub days_late: i32,
}

/// A list by author and section, in each the oldest first.
pub fn text(due: &[Due<'_>]) -> String {
    let mut sorted: Vec<&Due<'_>> = due.iter().collect();
    sorted.sort_by_key(|one| (one.author.is_none(), one.author, one.section, one.due, one.file));
    let mut text = String::new();
    for of_author in sorted.chunk_by(|one, next| one.author == next.author) {
        let author = of_author[0].author.unwrap_or("no author");
        let _ = writeln!(text, "{author}: {}", plural(of_author.len(), "article"));
        for of_section in of_author.chunk_by(|one, next| one.section == next.section) {
            let _ = writeln!(text, "  {}", of_section[0].section);
            for Due { due, days_late, name, title, .. } in of_section {
                let days = plural(days_late.unsigned_abs() as usize, "day");
                let when = match days_late {
                    0 => "today".to_owned(),
                    1.. => format!("{days} late"),
                    _ => format!("in {days}"),
                };
                let _ = writeln!(text, "    {due}  {when}  {name}  {title}");
            }
        }
    }
    let late = due.iter().filter(|article| article.days_late > 0).count();
    let _ = writeln!(text, "{} to review, {late} of them overdue", plural(due.len(), "article"));
    text
}

/// One JSON object per line, by path.
pub fn json(due: &[Due<'_>]) -> String {
    let line = |article: &Due<'_>| {
        let mut object = json!(article);
        object["schema"] = json!(1);
        format!("{object}\n")
    };
    due.iter().map(line).collect()
}

/// A component that says nothing: a calendar has to have one (RFC 5545, section 3.6).
const NO_EVENT: &str = "\
BEGIN:VTIMEZONE
TZID:UTC
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0000
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
";

/// A calendar with a day for each article. The same articles on the same day give the same bytes.
pub fn ics(due: &[Due<'_>], today: Date, site: &Configuration) -> String {
    let name = escaped(&format!("Reviews: {}", site.title));
    let events = match due {
        [] => NO_EVENT.to_owned(),
        _ => due.iter().map(|article| event(article, today, site)).collect(),
    };
    let calendar = format!(
        "BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//silcrow//reviews//EN
CALSCALE:GREGORIAN
X-WR-CALNAME:{name}
{events}END:VCALENDAR
"
    );
    calendar.split_terminator('\n').map(folded).collect()
}

fn event(article: &Due<'_>, today: Date, site: &Configuration) -> String {
    let last = article.reviewed.max(article.updated);
    let last = last.map_or(String::new(), |date| date.to_string());
    let author = article.author.map_or(String::new(), |author| format!("Author: {author}\n"));
    let about = format!(
        "Last reviewed: {last}\n{author}To mark it as reviewed: silcrow review {}",
        article.name
    );
    let url = article.url.as_ref().map_or(String::new(), |url| format!("URL:{url}\n"));
    format!(
        "BEGIN:VEVENT
UID:{}
DTSTAMP:{}T000000Z
DTSTART;VALUE=DATE:{}
SUMMARY:{}
DESCRIPTION:{}
CATEGORIES:{}
{url}TRANSP:TRANSPARENT
END:VEVENT
",
        unique_id(article, site),
        today.strftime("%Y%m%d"),
        article.due.strftime("%Y%m%d"),
        escaped(&format!("Review: {}", article.title)),
        escaped(&about),
        escaped(article.section),
    )
}

/// The id of an article's event, like no other in the world: the same article keeps its event when its day moves, and when
/// its file does.
fn unique_id(article: &Due<'_>, site: &Configuration) -> String {
    let base = site.base_url.as_ref().and_then(|base| base.absolute(base.path()));
    let site = base.as_deref().unwrap_or(&site.title);
    let hash = blake3::hash(format!("{site}\n{}", article.permanent_id).as_bytes()).to_hex();
    format!("{}@silcrow", &hash[..32])
}

/// Text with what has a meaning escaped (RFC 5545, section 3.3.11).
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    text.replace('\n', "\\n")
}

/// A content line, folded after 75 bytes between characters (RFC 5545, section 3.1).
fn folded(line: &str) -> String {
    const LIMIT: usize = 75;
    let mut out = String::new();
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > LIMIT {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn lines_are_folded_between_characters() {
        let out = folded(&format!("SUMMARY:{}", "é".repeat(80)));
        assert!(out.split("\r\n").all(|line| line.len() <= 75));
        assert_eq!(out.replace("\r\n ", "").trim_end(), format!("SUMMARY:{}", "é".repeat(80)));
    }
}
