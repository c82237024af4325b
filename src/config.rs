//! The settings of a site as tables of their keys, and the options of one run. Every default is decided here.

mod kinds;
mod rules;
mod theme;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::colour::Colour;
use crate::fields::{CalendarDate, Entries, Flag, FreeData, Named, Text, table};
use crate::host::Authority;
use crate::redirect::Redirect;
use crate::source::Placed;
pub use crate::url::BaseUrl;
use kinds::{Contact, FeedSize, Language, OneOrMore, Redirects, SecureUrl, Security, UrlPattern};
pub use rules::{Pattern, RuleSettings};
use theme::{EditLink, Endpoint, LinkTarget};

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
pub type Strings = BTreeMap<String, String>;

table! {
    /// The settings of a site, as `site.yaml` says or by default.
    #[derive(Clone, Debug)]
    pub struct Configuration: "write one `key: value` a line" {
        /// The site's name.
        title: String as Text = "Help center".to_owned(),
        /// One sentence on what the site is for.
        description: Option<String> as Text,
        /// Where the site is published, with its path: `https://example.com/docs/`. Without it, what needs an absolute URL is left out.
        base_url: Option<BaseUrl> as BaseUrl,
        /// The language of the content, as a BCP 47 tag. `en` when absent.
        language: String as Language = "en".to_owned(),
        /// The direction of the text. `ltr` when absent.
        text_direction: TextDirection as TextDirection,
        /// The folder that `silcrow build` writes to, relative to this file. `public` when absent.
        output: String as Text = "public".to_owned(),
        /// Where readers get help: an `https:` or `mailto:` URL, or a mail address.
        contact: Option<String> as Contact,
        /// Redirects for whole folders: an old path (with `*` at its end) and the new one (with `:splat` for the rest).
        redirects: Vec<Redirect> as Redirects,
        /// The picture that is shown with links to the site: a path below `static/`, like `social.png`. 1,200 pixels wide and 630 high suits most.
        image: Option<Placed<String>> as Placed<Text>,
        /// How many of the articles that changed last `feed.xml` has. 50 when absent; with 0 there is no feed.
        feed_articles: usize as FeedSize = 50,
        /// Whether the site has a search of its own. `true` when absent.
        search: bool as Flag = true,
        /// Whether each page has a copy of its text as Markdown beside it, `index.md`. `true` when absent.
        markdown_copies: bool as Flag = true,
        /// Whether to write `llms-full.txt` with every text, for language models.
        llms_full: bool as Flag,
        /// What `/.well-known/security.txt` says (RFC 9116): where to report security problems (`contact`), and until when that holds (`expires`).
        security_txt: Option<SecurityTxt> as Security,
        /// How often articles are to be reviewed, where neither they nor their sections say.
        review_every: Option<ReviewInterval> as ReviewInterval,
        /// What follows from an article that is overdue for review: how late it fails the build (`fail_after`), and whether readers are told (`notice`).
        freshness: FreshnessSettings as FreshnessSettings,
        /// Severities of rules: `rule: warning`, or per files: `rule: {"content/old/**": off}`.
        rules: RuleSettings as RuleSettings,
        /// How `silcrow check --external` checks links to other sites: hosts that it may ask though they are private (`allow`), and patterns of URLs that it leaves out (`skip`).
        external: ExternalSettings as ExternalSettings,
        /// What the site changes of the theme without a template of its own.
        theme: ThemeSettings as ThemeSettings,
        /// Free data for templates.
        extra: BTreeMap<String, serde_json::Value> as FreeData,
    }
}

table! {
    /// What `security.txt` says (RFC 9116).
    #[derive(Clone, Debug, PartialEq)]
    pub struct SecurityTxt: "write `contact: security@example.com` and `expires: 2027-01-01` below it" {
        /// Where to report a problem: `https:`, `mailto:` or `tel:` URLs or mail addresses, the best first.
        contact: Vec<String> as OneOrMore<SecureUrl>,
        /// The day on which all of this expires, less than a year ahead.
        expires: Option<Placed<Date>> as Placed<CalendarDate>,
        /// Where keys are.
        encryption: Vec<String> as OneOrMore<SecureUrl>,
        /// Pages that thank those who reported problems.
        acknowledgments: Vec<String> as OneOrMore<SecureUrl>,
        /// Languages that are read: `[en, de]`.
        preferred_languages: Vec<String> as OneOrMore<Language>,
        /// Pages with rules for those who search for problems.
        policy: Vec<String> as OneOrMore<SecureUrl>,
        /// Pages with open positions.
        hiring: Vec<String> as OneOrMore<SecureUrl>,
    }
}

table! {
    /// What follows from an article that is overdue for review.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct FreshnessSettings: "write `fail_after: 60d` or `notice: true` below it" {
        /// How late a review may be before it is an error, and not a warning: `60d`.
        fail_after: Option<ReviewInterval> as ReviewInterval,
        /// `true` tells readers of overdue articles. What is built then depends on the day.
        notice: bool as Flag,
    }
}

table! {
    /// How links to other sites are checked.
    #[derive(Clone, Debug)]
    pub struct ExternalSettings: "write `allow: [wiki.example]` or `skip: [https://example.com/**]` below it" {
        /// Hosts (`wiki.example`, `wiki.example:8080`) and addresses that are asked though they are private.
        allow: Vec<Authority> as Vec<Authority>,
        /// Patterns of URLs that are left out: `https://example.com/private/**`.
        skip: Vec<Pattern> as Vec<UrlPattern>,
    }
}

table! {
    /// What a site changes of the theme without a template of its own.
    #[derive(Clone, Debug)]
    pub struct ThemeSettings: "write `accent: \"#b02c1c\"` or the like below it" {
        /// A picture before the site's name: its path below `static/`.
        logo: Option<Placed<String>> as Placed<Text>,
        /// The colour of marks and labels: `"#b02c1c"`, or one for each colour scheme (`light`, `dark`).
        accent: Option<Accent> as Accent,
        /// Links in the header: each name and where it leads, a page (`byok/overview`, a section's folder) or a full URL.
        navigation: Vec<Named<String>> as Entries<LinkTarget>,
        /// Links in the footer, likewise.
        footer: Vec<Named<String>> as Entries<LinkTarget>,
        /// A line in the footer, in place of the theme's.
        footer_text: Option<String> as Text,
        /// Where an article is edited: a URL in which `{path}` stands for the source's path.
        edit_link: Option<String> as EditLink,
        /// Where readers say whether an article has helped: a URL that takes a form.
        feedback: Option<String> as Endpoint,
    }
}

impl ThemeSettings {
    /// The links of header and footer.
    pub fn links(&self) -> impl Iterator<Item = &Named<String>> {
        self.navigation.iter().chain(&self.footer)
    }
}

/// One colour for each colour scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// On a light page.
    pub light: Colour,
    /// On a dark page.
    pub dark: Colour,
}

/// The direction of a text, as HTML's `dir` says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextDirection {
    /// Left to right.
    #[default]
    Ltr,
    /// Right to left.
    Rtl,
}

impl TextDirection {
    /// The value of HTML's `dir` attribute.
    pub fn name(self) -> &'static str {
        ["ltr", "rtl"][self as usize]
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

#[cfg(test)]
mod tests {
    use super::ReviewInterval;

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
