//! The resolved settings of a site, and the options of one run. Every default is decided here or in `parse`.

use std::collections::BTreeMap;
use std::ops::Range;

use globset::{GlobBuilder, GlobSet};
use jiff::civil::Date;

use crate::colour::Colour;
use crate::diagnostic::{Rule, Severity};
use crate::host::AllowedHost;
use crate::path::{SourcePath, encode_path};

/// What a run is asked for, beside the sources. Today's date enters here and nowhere else.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The date that counts as today.
    pub today: Date,
    /// Whether drafts are part of the site.
    pub drafts: bool,
    /// Whether pages ask search engines to leave them out.
    pub preview: bool,
    /// Replaces the site's base URL.
    pub base_url: Option<BaseUrl>,
    /// Whether blocks tell the source lines they stand on, for the dev server.
    pub source_lines: bool,
}

impl Options {
    /// A plain run on that date.
    pub fn on(today: Date) -> Self {
        Self { today, drafts: false, preview: false, base_url: None, source_lines: false }
    }

    /// The base URL of the run: the option, else the setting, else the root of an unknown origin.
    pub fn base(&self, configuration: &Configuration) -> BaseUrl {
        let base = self.base_url.as_ref().or(configuration.base_url.as_ref());
        base.cloned().unwrap_or_else(BaseUrl::root)
    }
}

/// Everything that the theme says, by name.
pub type Strings = BTreeMap<&'static str, String>;

/// The resolved settings of `site.yaml`.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The site's name.
    pub title: String,
    /// One sentence on what the site is for.
    pub description: Option<String>,
    /// Where the site is published, as `site.yaml` says.
    pub base_url: Option<BaseUrl>,
    /// The language of the content, as a BCP 47 tag.
    pub language: String,
    /// The direction of the text.
    pub text_direction: TextDirection,
    /// The folder that `build` writes to, relative to the root.
    pub output: String,
    /// A URL or mail address for readers who need help.
    pub contact: Option<String>,
    /// Redirects for whole folders.
    pub redirects: Vec<Redirect>,
    /// The picture that stands for the site where a link to it is shown: a path below `static/`.
    pub image: Option<Placed<String>>,
    /// How many articles the feed has; none, and there is no feed.
    pub feed_articles: usize,
    /// Whether readers can search: an index, a search page, and what opens search on every page.
    pub search: bool,
    /// Whether each page has a copy of its text as Markdown beside it.
    pub markdown_copies: bool,
    /// Whether there is a file with every text, for language models.
    pub llms_full: bool,
    /// Whom to tell of security problems.
    pub security_txt: Option<SecurityTxt>,
    /// The review interval of articles that set none and whose sections set none.
    pub review_every: Option<ReviewInterval>,
    /// What follows from an article that is overdue for review.
    pub freshness: FreshnessSettings,
    /// Severities that differ from the table's.
    pub rules: RuleSettings,
    /// How links to other sites are looked up, where that is asked for.
    pub external: ExternalSettings,
    /// What the site changes of the theme.
    pub theme: ThemeSettings,
    /// Free data for templates.
    pub extra: BTreeMap<String, serde_json::Value>,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            title: "Help center".to_owned(),
            description: None,
            base_url: None,
            language: "en".to_owned(),
            text_direction: TextDirection::Ltr,
            output: "public".to_owned(),
            contact: None,
            redirects: Vec::new(),
            image: None,
            feed_articles: 50,
            search: true,
            markdown_copies: true,
            llms_full: false,
            security_txt: None,
            review_every: None,
            freshness: FreshnessSettings::default(),
            rules: RuleSettings::default(),
            external: ExternalSettings::default(),
            theme: ThemeSettings::default(),
            extra: BTreeMap::new(),
        }
    }
}

/// A setting, and the bytes of `site.yaml` that it is written in: some can only be judged by what else there is.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed<T> {
    /// The setting.
    pub value: T,
    /// Where it is written.
    pub at: Range<usize>,
}

/// What `security.txt` says (RFC 9116).
#[derive(Clone, Debug, PartialEq)]
pub struct SecurityTxt {
    /// Where to tell of a problem: URLs, the best first.
    pub contact: Vec<String>,
    /// The day on which all of it ends to hold.
    pub expires: Placed<Date>,
    /// URLs of keys.
    pub encryption: Vec<String>,
    /// URLs of pages that thank.
    pub acknowledgments: Vec<String>,
    /// Languages that are read.
    pub preferred_languages: Vec<String>,
    /// URLs of rules for those who look.
    pub policy: Vec<String>,
    /// URLs of open posts.
    pub hiring: Vec<String>,
}

/// What follows from an article that is overdue for review.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FreshnessSettings {
    /// How late a review may be before it is an error.
    pub fail_after: Option<ReviewInterval>,
    /// Whether readers of overdue articles are told.
    pub notice: bool,
}

/// How links to other sites are looked up.
#[derive(Clone, Debug, Default)]
pub struct ExternalSettings {
    /// Hosts and addresses that are asked though they are private.
    pub allow: Vec<AllowedHost>,
    /// Patterns of URLs that are left out.
    pub skip: Vec<Pattern>,
}

/// What a site changes of the theme without a template of its own.
#[derive(Clone, Debug, Default)]
pub struct ThemeSettings {
    /// A picture before the site's name: its path below `static/`.
    pub logo: Option<String>,
    /// The colour of marks and labels.
    pub accent: Option<Accent>,
    /// Links in the header.
    pub navigation: Vec<NamedLink>,
    /// Links in the footer.
    pub footer: Vec<NamedLink>,
    /// A line in the footer, in place of the theme's.
    pub footer_text: Option<String>,
    /// Where an article is edited: a URL in which `{path}` stands for the source's path.
    pub edit_link: Option<String>,
    /// Where readers say whether an article has helped: a URL that takes a form.
    pub feedback: Option<String>,
}

/// One colour for each colour scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// On a light page.
    pub light: Colour,
    /// On a dark page.
    pub dark: Colour,
}

/// A name, and the page or URL that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedLink {
    /// The name.
    pub title: String,
    /// A page's name, as `related` has it, or a full URL.
    pub to: String,
}

impl NamedLink {
    /// Whether it leads to another site, or to none.
    pub fn is_url(&self) -> bool {
        self.to.contains(':')
    }
}

/// The direction of a text, as HTML's `dir` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextDirection {
    /// Left to right.
    Ltr,
    /// Right to left.
    Rtl,
}

impl TextDirection {
    /// The value of HTML's `dir` attribute.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

/// A redirect for a whole folder, as hosts' `_redirects` files write it.
#[derive(Clone, Debug, PartialEq)]
pub struct Redirect {
    /// Old path below the base URL, or a full URL of the site's origin; `*` at its end takes the rest.
    pub from: String,
    /// New path below the base URL, or a full URL; `:splat` stands for the rest.
    pub to: String,
}

impl Redirect {
    /// Whether the redirect takes a decoded path below the base URL.
    pub fn takes(&self, path: &str) -> bool {
        match self.from.strip_suffix('*') {
            Some(folder) => path.starts_with(folder),
            None => path.trim_end_matches('/') == self.from.trim_end_matches('/'),
        }
    }
}

/// Where a site is published: an origin where known, and a path that ends in `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    origin: Option<String>,
    path: String,
}

impl BaseUrl {
    /// The root of an unknown origin.
    pub fn root() -> Self {
        Self { origin: None, path: "/".to_owned() }
    }

    /// A base URL from `https://example.com/docs/`, or from a path alone (`/preview/pr-12/`), with or without the
    /// final slash.
    ///
    /// # Errors
    ///
    /// Says in words what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(bad) = text
            .chars()
            .find(|c| c.is_whitespace() || c.is_control() || "\"'<>\\^`{|}".contains(*c))
        {
            return Err(format!("a URL cannot hold {bad:?}"));
        }
        if text.contains(['?', '#']) {
            return Err("a base URL has no `?` and no `#`".to_owned());
        }
        if text.starts_with('/') && !text.starts_with("//") {
            return Ok(Self { origin: None, path: Self::normal_path(text)? });
        }
        let lower = text.to_ascii_lowercase();
        let scheme = ["https://", "http://"].into_iter().find(|scheme| lower.starts_with(scheme));
        let Some(scheme) = scheme else {
            return Err("it begins neither with `https://` or `http://` nor with `/`".to_owned());
        };
        let (host, path) = text[scheme.len()..]
            .split_at(text[scheme.len()..].find('/').unwrap_or(text.len() - scheme.len()));
        if host.is_empty() || host.contains('@') {
            return Err("it names no host".to_owned());
        }
        Ok(Self {
            origin: Some(format!("{scheme}{}", host.to_ascii_lowercase())),
            path: Self::normal_path(path)?,
        })
    }

    fn normal_path(path: &str) -> Result<String, String> {
        if path.split('/').any(|part| part == "." || part == "..") {
            return Err("its path holds `.` or `..`".to_owned());
        }
        let parts = path.split('/').filter(|part| !part.is_empty());
        let decoded = parts.map(|part| percent_encoding::percent_decode_str(part).decode_utf8());
        let parts = decoded
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| "its path is not UTF-8".to_owned())?;
        Ok(if parts.is_empty() {
            "/".to_owned()
        } else {
            format!("/{}/", encode_path(&parts.join("/")))
        })
    }

    /// Scheme and host (`https://example.com`), where known.
    pub fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// The path, percent-encoded, with a `/` at both ends.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The absolute URL of a path of this site that already carries the base path.
    pub fn absolute(&self, path: &str) -> Option<String> {
        Some(format!("{}{path}", self.origin.as_deref()?))
    }
}

/// An interval between reviews.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewInterval {
    /// Its length in days.
    pub days: u32,
}

impl ReviewInterval {
    /// Reads `90d`, `6 weeks`, `3 months` (of 30 days) or `1 year` (of 365 days).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let count: u32 = text[..digits].parse().ok()?;
        let unit = match text[digits..].trim() {
            "d" | "day" | "days" => 1,
            "w" | "week" | "weeks" => 7,
            "month" | "months" => 30,
            "y" | "year" | "years" => 365,
            _ => return None,
        };
        let days = count.checked_mul(unit).filter(|days| (1..=36_500).contains(days))?;
        Some(Self { days })
    }
}

/// A pattern of paths or URLs, in which `*` stops at `/`.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    matcher: GlobSet,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the pattern, or that it is too large.
    pub fn new(text: &str) -> Result<Self, String> {
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        // A set of one: compiling a single glob panics where the regular expression is too large.
        let set = glob.and_then(|glob| GlobSet::new([glob]));
        let matcher = set.map_err(|error| error.kind().to_string())?;
        Ok(Self { text: text.to_owned(), matcher })
    }

    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the pattern takes a path or URL.
    pub fn is_match(&self, text: &str) -> bool {
        self.matcher.is_match(text)
    }
}

/// Severities that a site sets, by rule and by file.
#[derive(Clone, Debug, Default)]
pub struct RuleSettings {
    settings: BTreeMap<&'static str, Vec<(Option<Pattern>, Severity)>>,
}

impl RuleSettings {
    /// Sets the severity of `rule` for the files that `glob` matches, or for all.
    pub fn set(&mut self, rule: &'static Rule, glob: Option<Pattern>, severity: Severity) {
        self.settings.entry(rule.name).or_default().push((glob, severity));
    }

    /// Whether `rule` is on for any file. One that is off is not worth looking for.
    pub fn is_on(&self, rule: &Rule) -> bool {
        let set = self.settings.get(rule.name).into_iter().flatten();
        rule.severity > Severity::Off
            || set.into_iter().any(|(_, severity)| *severity > Severity::Off)
    }

    /// Every pattern of files, with the name of its rule.
    pub fn patterns(&self) -> impl Iterator<Item = (&'static str, &Pattern)> {
        let settings =
            self.settings.iter().flat_map(|(rule, set)| set.iter().map(|set| (*rule, set)));
        settings.filter_map(|(rule, (glob, _))| Some((rule, glob.as_ref()?)))
    }

    /// The severity of `rule` in `file`: that of the last matching setting, else `default`.
    pub fn severity(&self, rule: &Rule, file: &SourcePath, default: Severity) -> Severity {
        let settings = self.settings.get(rule.name).map_or(&[][..], Vec::as_slice);
        let matches =
            |glob: &Option<Pattern>| glob.as_ref().is_none_or(|glob| glob.is_match(file.as_str()));
        settings
            .iter()
            .rev()
            .find(|(glob, _)| matches(glob))
            .map_or(default, |(_, severity)| *severity)
    }
}

#[cfg(test)]
mod tests {
    use super::{BaseUrl, ReviewInterval};

    #[test]
    fn base_urls_are_normalised() {
        let read = |text: &str| {
            BaseUrl::parse(text)
                .map(|base| (base.origin().map(str::to_owned), base.path().to_owned()))
        };
        assert_eq!(
            read("https://Example.com"),
            Ok((Some("https://example.com".to_owned()), "/".to_owned()))
        );
        assert_eq!(
            read("https://a.b/docs"),
            Ok((Some("https://a.b".to_owned()), "/docs/".to_owned()))
        );
        assert_eq!(read("/preview/pr-12"), Ok((None, "/preview/pr-12/".to_owned())));
        for bad in [
            "example.com",
            "//example.com/",
            "https://",
            "https://a.b/x?y",
            "ftp://a.b/",
            "https://a b/",
            "/a/../b",
        ] {
            assert!(BaseUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn review_intervals_have_a_unit() {
        let days = |text: &str| ReviewInterval::parse(text).map(|interval| interval.days);
        assert_eq!(days("90d"), Some(90));
        assert_eq!(days("6 weeks"), Some(42));
        for bad in ["90", "d", "0d", "-3d", "4 fortnights", "99999999999d", ""] {
            assert_eq!(days(bad), None, "{bad}");
        }
    }
}
