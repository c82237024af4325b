//! Front matter: the table of its keys, the kinds of values that only it has, and where it is in a file.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;
use serde_json::{Value as Json, json};

use super::ArticleKind;
use crate::config::ReviewInterval;
use crate::diagnostic::{INVALID_VALUE, MISSING_FRONT_MATTER, Problem, UNCLOSED_FRONT_MATTER};
use crate::fields::{
    CalendarDate, Entries, Flag, FreeData, Kind, Named, Problems, Text, TextKind, WholeNumber,
    WrongText, table,
};
use crate::redirect::OldAddress;
use crate::source::{Placed, without_mark};
use crate::yaml::Node;

table! {
    /// Front matter with every default filled in. A value that is wrong counts as absent.
    #[derive(Clone, Debug, PartialEq)]
    pub struct FrontMatter: "write one `key: value` a line" {
        /// The page's title.
        title: String as Text,
        /// One sentence on what the page is for; shown under the title, in lists and by search engines.
        description: Option<String> as Text,
        /// The day on which the text was last changed. Not in the future.
        updated: Option<Placed<Date>> as Placed<CalendarDate>,
        /// The day on which the text was last reviewed and found right. Not in the future.
        reviewed: Option<Placed<Date>> as Placed<CalendarDate>,
        /// Who wrote the page.
        author: Option<String> as Text,
        /// Pages to read next: their paths from the content folder, without extension. A section is named by its folder.
        related: Vec<Placed<String>> as Vec<Placed<PagePath>>,
        /// Old addresses that redirect here: paths below the base URL, or full URLs of the same site.
        aliases: Vec<Placed<OldAddress>> as Vec<Placed<Alias>>,
        /// Old heading ids that keep working, each with the id of the heading that replaces it.
        anchors: Vec<Named<String>> as Entries<HeadingId>,
        /// The page's place in its section, lowest first. Pages without one follow, by title.
        order: Option<i64> as WholeNumber,
        /// The title in navigation, where the full one is too long.
        nav_title: Option<String> as Text,
        /// Leaves the page out of the site, unless drafts are built.
        draft: bool as Flag,
        /// `false` leaves the page out of search.
        search: bool as Flag = true,
        /// How often the text is to be reviewed; on a section page, the default for its articles.
        review_every: Option<ReviewInterval> as ReviewInterval,
        /// The template that renders the page: its path below `templates/`.
        template: Option<Placed<String>> as Placed<Text>,
        /// Free data for templates.
        extra: BTreeMap<String, Json> as FreeData,
    }
}

impl FrontMatter {
    /// The template that renders the page, or this one by default.
    pub fn template_or<'a>(&'a self, default: &'a str) -> &'a str {
        self.template.as_ref().map_or(default, |template| template.as_str())
    }

    /// The day on which the text was last changed or reviewed.
    pub fn last_reviewed(&self) -> Option<Placed<Date>> {
        self.updated.into_iter().chain(self.reviewed).max_by_key(|date| date.value)
    }
}

impl ArticleKind {
    /// The keys that a file has to have, each with an example.
    pub fn required_keys(self) -> &'static [(&'static str, &'static str)] {
        const KEYS: [(&str, &str); 3] = [
            ("title", "title: Get an API key"),
            ("description", "description: One sentence on what the page is for"),
            ("updated", "updated: 2026-04-16"),
        ];
        match self {
            Self::Article => &KEYS,
            Self::Section => &KEYS[..1],
        }
    }
}

/// Where the parts of a file are, in bytes.
#[derive(Debug, Default)]
pub struct Parts {
    /// The opening `---`.
    pub fence: Range<usize>,
    /// The YAML between the two lines of `---`.
    pub yaml: Range<usize>,
    /// Everything after the second one.
    pub body: Range<usize>,
    /// Why there is a body alone.
    pub problem: Option<Problem>,
}

/// Finds front matter: YAML between two lines of `---`, the first at the very start (after a byte-order mark).
pub fn split(text: &str) -> Parts {
    let start = without_mark(text).start;
    let is_fence = |line: &str| line.trim_end() == "---";
    let mut lines = text[start..].split_inclusive('\n');
    let first = lines.next().unwrap_or("");
    if !is_fence(first) {
        let message = match text[start..].trim() {
            "" => "the file is empty",
            _ => "the file does not begin with front matter",
        };
        let help =
            "begin the file with a line of `---`, then `title: …`, then another line of `---`";
        let at = start..start + first.lines().next().unwrap_or("").len();
        let problem = Problem::new(&MISSING_FRONT_MATTER, at, message).help(help);
        return Parts { body: start..text.len(), problem: Some(problem), ..Parts::default() };
    }
    let fence = start..start + 3;
    let yaml = start + first.len();
    let mut at = yaml;
    for line in lines {
        if is_fence(line) {
            let body = at + line.len()..text.len();
            return Parts { fence, yaml: yaml..at, body, problem: None };
        }
        at += line.len();
    }
    let body = fence.end..text.len();
    let problem = Problem::new(&UNCLOSED_FRONT_MATTER, fence, "this front matter does not end")
        .help("add a line of `---` after its last key");
    Parts { body, problem: Some(problem), ..Parts::default() }
}

/// A page path from the content root, without extension: `byok/setup-openai`.
pub struct PagePath;

impl Kind for PagePath {
    type Value = String;

    fn schema() -> Json {
        json!({"type": "string", "pattern": r"^[^/#?\\]+(/[^/#?\\]+)*$"})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<String> {
        const HELP: &str = "write the page's path from the content folder, without extension (`byok/setup-openai`)";
        let Some(text) = node.text() else {
            return problems.unexpected(&node, "a page path", HELP);
        };
        let bare = text.trim().trim_start_matches("./").trim_matches('/');
        let clean = bare.strip_suffix(".md").unwrap_or(bare);
        let clean = clean.strip_suffix("/index").unwrap_or(clean);
        let is_path = !clean.is_empty() && !clean.contains(['#', '?', '\\']);
        if clean == text && is_path {
            return Some(text.to_owned());
        }
        let help =
            if clean.is_empty() { HELP.to_owned() } else { format!("{HELP}, here `{clean}`") };
        let message = format!("`{text}` is not a page path");
        let problem = Problem::new(&INVALID_VALUE, node.at(), message).help(help);
        problems.add(problem.suggest(is_path.then(|| clean.to_owned())));
        None
    }
}

/// An old address: a path below the base URL, or a full URL of the site's origin.
pub struct Alias;

impl TextKind for Alias {
    type Value = OldAddress;
    const EXPECTED: &str = "an old address";
    const PATTERN: &str = "^(/|https?://)";
    const HELP: &str =
        "write an old path below the base URL (`/old/page/`), or a full URL of the same site";

    fn parse(text: &str) -> Result<OldAddress, WrongText> {
        let reason = match OldAddress::parse(text) {
            Ok(address) if !address.is_wildcard() => return Ok(address),
            Ok(_) => "`*` is for `redirects` in `site.yaml`",
            Err(reason) => reason,
        };
        let path = (!text.contains(':') && !text.starts_with('/')).then(|| format!("/{text}"));
        let suggestion = path.filter(|path| OldAddress::parse(path).is_ok());
        let message = Some(format!("`{text}` is not an old address: {reason}"));
        Err(WrongText { message, suggestion })
    }
}

/// A heading's id.
struct HeadingId;

impl Kind for HeadingId {
    type Value = String;

    fn schema() -> Json {
        json!({"type": "string", "minLength": 1})
    }

    fn read(node: Node<'_>, problems: &mut Problems) -> Option<String> {
        let is_id = |text: &&str| {
            !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '#')
        };
        if let Some(id) = node.text().filter(is_id) {
            return Some(id.to_owned());
        }
        let text = node.scalar().unwrap_or("").to_lowercase().replace('#', "");
        let words: Vec<_> = text.split_whitespace().collect();
        let example = if words.is_empty() { "create-your-key".to_owned() } else { words.join("-") };
        let help = format!("write the id without `#`, like `{example}`");
        problems.unexpected(&node, "a heading's id", &help)
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn fences_are_lines_of_their_own() {
        let parts = split("\u{feff}---\r\ntitle: a\r\n--- \r\nbody");
        assert_eq!((parts.fence, parts.yaml, parts.body), (3..6, 8..18, 24..28));
        assert!(parts.problem.is_none());
        for (text, rule, at) in [
            ("----\na\n---\n", "missing-front-matter", 0..4),
            ("---\ntitle: ---x\n", "unclosed-front-matter", 0..3),
            ("", "missing-front-matter", 0..0),
        ] {
            let problem = split(text).problem.expect("a fence is missing");
            assert_eq!((problem.rule.name, problem.at), (rule, at));
        }
    }
}
