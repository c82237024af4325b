//! Front matter: as written, then resolved. The written form is what the JSON Schema describes; one conversion
//! destructures it, so that a new key cannot be forgotten.

mod values;

use std::cell::OnceCell;
use std::ops::Range;

use schemars::JsonSchema;

use super::fields::{CalendarDate, Entries, FieldProblem, Fields, Free, Interval, Place, Text};
use super::yaml::{self, Key, Part};
use crate::article::{ArticleKind, FrontMatter};
use crate::diagnostic::{
    MISSING_FIELD, MISSING_FRONT_MATTER, UNCLOSED_FRONT_MATTER, UNKNOWN_FIELD,
};
use crate::source::BYTE_ORDER_MARK;
use values::{HeadingId, OldAddress, PagePath};

/// The keys that an article has to have.
pub const REQUIRED_IN_ARTICLES: [&str; 3] = ["title", "description", "updated"];
/// The keys that a section page has to have.
pub const REQUIRED_IN_SECTIONS: [&str; 1] = ["title"];

/// Front matter as it is written.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct WrittenFrontMatter {
    /// The page's title.
    pub title: Option<Text>,
    /// One sentence on what the page is for; shown under the title, in lists and by search engines.
    pub description: Option<Text>,
    /// The day on which the text was last changed. Not in the future.
    pub updated: Option<CalendarDate>,
    /// The day on which the text was last looked over and found right. Not in the future.
    pub reviewed: Option<CalendarDate>,
    /// Who wrote the page.
    pub author: Option<Text>,
    /// Pages to read next: their paths from the content folder, without extension. A section is named by its folder.
    pub related: Option<Vec<PagePath>>,
    /// Old addresses that redirect here: paths below the base URL, or full URLs of the same site.
    pub aliases: Option<Vec<OldAddress>>,
    /// Old heading ids that keep working, each with the id of the heading that replaces it.
    pub anchors: Option<Entries<HeadingId>>,
    /// The page's place in its section, lowest first. Pages without one follow, by title.
    pub order: Option<i64>,
    /// The title in navigation, where the full one is too long.
    pub nav_title: Option<Text>,
    /// Leaves the page out of the site, unless drafts are built.
    pub draft: Option<bool>,
    /// `false` leaves the page out of search.
    pub search: Option<bool>,
    /// How often the text is to be looked over; on a section page, the default for its articles.
    pub review_every: Option<Interval>,
    /// The template that renders the page: its path below `templates/`.
    pub template: Option<Text>,
    /// Free data for templates.
    pub extra: Option<Entries<Free>>,
}

/// Takes every known key.
pub(crate) fn written(fields: &mut Fields) -> WrittenFrontMatter {
    WrittenFrontMatter {
        title: fields.take("title"),
        description: fields.take("description"),
        updated: fields.take("updated"),
        reviewed: fields.take("reviewed"),
        author: fields.take("author"),
        related: fields.take("related"),
        aliases: fields.take("aliases"),
        anchors: fields.take("anchors"),
        order: fields.take("order"),
        nav_title: fields.take("nav_title"),
        draft: fields.take("draft"),
        search: fields.take("search"),
        review_every: fields.take("review_every"),
        template: fields.take("template"),
        extra: fields.take("extra"),
    }
}

fn resolve(written: WrittenFrontMatter, fallback_title: FallbackTitle<'_>) -> FrontMatter {
    let WrittenFrontMatter {
        title,
        description,
        updated,
        reviewed,
        author,
        related,
        aliases,
        anchors,
        order,
        nav_title,
        draft,
        search,
        review_every,
        template,
        extra,
    } = written;
    let text = |text: Option<Text>| text.map(|Text(text)| text);
    FrontMatter {
        title: text(title).unwrap_or_else(fallback_title),
        description: text(description),
        updated: updated.map(|date| date.0),
        reviewed: reviewed.map(|date| date.0),
        author: text(author),
        related: related.unwrap_or_default().into_iter().map(|path| path.0).collect(),
        aliases: aliases.unwrap_or_default().into_iter().map(|alias| alias.0).collect(),
        anchors: anchors.map_or_else(Vec::new, |Entries(entries)| {
            entries.into_iter().map(|(old, new)| (old, new.0)).collect()
        }),
        order,
        nav_title: text(nav_title),
        draft: draft.unwrap_or(false),
        search: search.unwrap_or(true),
        review_every: review_every.map(|interval| interval.0),
        template: text(template),
        extra: extra.map_or_else(Default::default, |Entries(entries)| {
            entries.into_iter().map(|(key, value)| (key, value.0)).collect()
        }),
    }
}

/// Where the parts of a file stand, in bytes.
#[derive(Debug, PartialEq)]
pub(crate) struct Parts {
    /// The opening `---`.
    pub fence: Range<usize>,
    /// The YAML between the two lines of `---`.
    pub yaml: Range<usize>,
    /// Everything after the second one.
    pub body: Range<usize>,
}

/// Finds front matter: YAML between two lines of `---`, the first at the very start (after a byte-order mark).
///
/// # Errors
///
/// Says whether the first line is missing, or the second.
pub(crate) fn split(text: &str) -> Result<Parts, Missing> {
    let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let is_fence = |line: &str| line.trim_end() == "---";
    let first = text[start..].split_inclusive('\n').next().unwrap_or("");
    if !is_fence(first) {
        return Err(Missing::Front);
    }
    let yaml_start = start + first.len();
    let mut at = yaml_start;
    for line in text[yaml_start..].split_inclusive('\n') {
        if is_fence(line) {
            let fence = start..start + 3;
            return Ok(Parts { fence, yaml: yaml_start..at, body: at + line.len()..text.len() });
        }
        at += line.len();
    }
    Err(Missing::End(start..start + first.trim_end().len()))
}

/// What front matter lacks.
#[derive(Debug, PartialEq)]
pub(crate) enum Missing {
    /// The file does not begin with a line of `---`.
    Front,
    /// No line of `---` closes it; where it opens.
    End(Range<usize>),
}

/// What was read of a file's front matter.
pub(crate) struct Read {
    /// The values, defaults filled in.
    pub front_matter: FrontMatter,
    /// Where the body stands.
    pub body: Range<usize>,
    /// What is wrong; places are in the file.
    pub problems: Vec<FieldProblem>,
}

/// Makes a title where there is none.
type FallbackTitle<'a> = &'a dyn Fn() -> String;

/// Reads the front matter of a file. `fallback_title` stands in for a missing title.
pub(crate) fn read(text: &str, kind: ArticleKind, fallback_title: FallbackTitle<'_>) -> Read {
    let parts = match split(text) {
        Ok(parts) => parts,
        Err(missing) => return without(text, missing, fallback_title),
    };
    let yaml = &text[parts.yaml.clone()];
    let mut fields = Fields::new(yaml::read(yaml));
    let readable = fields.readable();
    let written = written(&mut fields);
    let mut problems = if readable { fields.finish() } else { fields_of(fields) };
    if readable {
        missing_fields(&written, kind, &mut problems);
    }
    shift(&mut problems, yaml, &parts);
    Read { front_matter: resolve(written, fallback_title), body: parts.body, problems }
}

fn fields_of(fields: Fields) -> Vec<FieldProblem> {
    let mut problems = fields.finish();
    problems.truncate(1);
    problems
}

fn without(text: &str, missing: Missing, fallback_title: FallbackTitle<'_>) -> Read {
    let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let (rule, at, message, help, body) = match missing {
        Missing::Front => {
            let line = text[start..].lines().next().unwrap_or("").len();
            let message = if text[start..].trim().is_empty() {
                "the file is empty"
            } else {
                "the file does not begin with front matter"
            };
            (
                &MISSING_FRONT_MATTER,
                start..start + line,
                message,
                "begin the file with a line of `---`, then `title: …`, then another line of `---`",
                start..text.len(),
            )
        }
        Missing::End(at) => {
            let body = at.end..text.len();
            (
                &UNCLOSED_FRONT_MATTER,
                at,
                "this front matter does not end",
                "add a line of `---` after its last key",
                body,
            )
        }
    };
    let problem = FieldProblem {
        rule,
        place: Place::Bytes(at, None),
        message: message.to_owned(),
        help: Some(help.to_owned()),
        suggestion: None,
    };
    let front_matter =
        FrontMatter { title: fallback_title(), search: true, ..FrontMatter::default() };
    Read { front_matter, body, problems: vec![problem] }
}

fn missing_fields(
    written: &WrittenFrontMatter,
    kind: ArticleKind,
    problems: &mut Vec<FieldProblem>,
) {
    let required: &[&str] = match kind {
        ArticleKind::Article => &REQUIRED_IN_ARTICLES,
        ArticleKind::Section => &REQUIRED_IN_SECTIONS,
    };
    for name in required {
        let present = match *name {
            "title" => written.title.is_some(),
            "description" => written.description.is_some(),
            _ => written.updated.is_some(),
        };
        // A wrong value, or a key that is this one mistyped, is one mistake and not two.
        let already = problems.iter().any(|problem| {
            let own = match &problem.place {
                Place::Entry(path, Part::Value) => {
                    path.first() == Some(&Key::Name((*name).to_owned()))
                }
                _ => false,
            };
            own || problem.rule == &UNKNOWN_FIELD && problem.suggestion.as_deref() == Some(*name)
        });
        if present || already {
            continue;
        }
        let example = match *name {
            "title" => "title: Get an API key",
            "description" => "description: One sentence on what the page is for",
            _ => "updated: 2026-04-16",
        };
        problems.push(FieldProblem {
            rule: &MISSING_FIELD,
            place: Place::Entry(vec![Key::Name((*name).to_owned())], Part::Key),
            message: format!("`{name}` is missing"),
            help: Some(format!("add a line like `{example}`")),
            suggestion: None,
        });
    }
}

/// Turns places in the YAML into places in the file. What is missing is missing between the fences: its place is the
/// opening one.
fn shift(problems: &mut [FieldProblem], yaml: &str, parts: &Parts) {
    let start = parts.yaml.start;
    let moved = |range: Range<usize>| range.start + start..range.end + start;
    let places = OnceCell::new();
    for problem in problems {
        problem.place = match std::mem::replace(&mut problem.place, Place::Bytes(0..0, None)) {
            Place::Bytes(at, other) => Place::Bytes(moved(at), other.map(moved)),
            Place::Entry(path, _) if problem.rule == &MISSING_FIELD && !has_key(yaml, &path) => {
                Place::Bytes(parts.fence.clone(), None)
            }
            Place::Entry(path, part) => {
                let places = places.get_or_init(|| yaml::places(yaml));
                Place::Bytes(moved(places.of(&path, part)), None)
            }
        };
    }
}

fn has_key(yaml: &str, path: &[Key]) -> bool {
    let [Key::Name(name)] = path else { return false };
    yaml.lines().any(|line| {
        line.strip_prefix(name.as_str()).is_some_and(|rest| rest.trim_start().starts_with(':'))
    })
}

/// The places of the entries of a file's front matter.
pub struct EntryPlaces {
    places: Option<yaml::Places>,
    start: usize,
}

/// Reads the places of a file's front matter, once for as many findings as there are.
pub fn places(text: &str) -> EntryPlaces {
    match split(text) {
        Ok(parts) => EntryPlaces {
            places: Some(yaml::places(&text[parts.yaml.clone()])),
            start: parts.yaml.start,
        },
        Err(_) => EntryPlaces { places: None, start: 0 },
    }
}

impl EntryPlaces {
    /// The place of an entry in the file.
    pub fn of(&self, path: &[Key], part: Part) -> Range<usize> {
        let at = self.places.as_ref().map_or(0..0, |places| places.of(path, part));
        at.start + self.start..at.end + self.start
    }
}

#[cfg(test)]
mod tests {
    use super::{Missing, split, written};
    use crate::parse::fields::Fields;
    use crate::parse::yaml::Document;

    #[test]
    fn fences_are_lines_of_their_own() {
        let parts =
            split("\u{feff}---\r\ntitle: a\r\n--- \r\nbody").expect("both fences are there");
        assert_eq!((parts.fence, parts.yaml, parts.body), (3..6, 8..18, 24..28));
        assert_eq!(split("----\na\n---\n"), Err(Missing::Front));
        assert_eq!(split("---\ntitle: ---x\n"), Err(Missing::End(0..3)));
        assert_eq!(split(""), Err(Missing::Front));
    }

    #[test]
    fn the_schema_knows_exactly_the_keys_that_are_read() {
        let mut fields = Fields::new(Document::default());
        written(&mut fields);
        let schema = schemars::schema_for!(super::WrittenFrontMatter);
        let mut known: Vec<_> = schema
            .get("properties")
            .and_then(|p| p.as_object())
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect();
        let mut read = fields.known().to_vec();
        known.sort_unstable();
        read.sort_unstable();
        assert_eq!(known, read);
    }
}
