//! `site.yaml`: as written, then resolved.

mod external;
mod freshness;
mod outputs;
mod theme;
mod values;

use std::ops::Range;

use schemars::JsonSchema;

use super::fields::{Entries, FieldProblem, Fields, Free, Interval, Place, Text};
use super::yaml::{self, Key, Part};
use crate::config::{BaseUrl, Configuration, Placed, Redirect, RuleSettings};
use crate::diagnostic::{Diagnostic, INVALID_VALUE};
use crate::path::SourcePath;
use crate::source::BYTE_ORDER_MARK;
use external::External;
use freshness::Freshness;
use outputs::{FeedSize, Security};
use theme::Theme;
use values::{Contact, Direction, Language, Redirects, Rules, SiteUrl};

/// The configuration's file name.
pub const FILE: &str = "site.yaml";

/// Reads `site.yaml`; every setting that is wrong stands as its default.
pub fn read(text: &str) -> (Configuration, Vec<Diagnostic>) {
    let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let yaml = &text[start..];
    let mut fields = Fields::new(yaml::read(yaml));
    let readable = fields.readable();
    let written = written(&mut fields);
    let mut problems = fields.finish();
    if !readable {
        problems.truncate(1);
    }
    let places = yaml::places(yaml);
    for problem in &mut problems {
        problem.place = match std::mem::replace(&mut problem.place, Place::Bytes(0..0, None)) {
            Place::Bytes(at, other) => Place::Bytes(
                at.start + start..at.end + start,
                other.map(|at| at.start + start..at.end + start),
            ),
            Place::Entry(path, part) => {
                let at = places.of(&path, part);
                Place::Bytes(at.start + start..at.end + start, None)
            }
        };
    }
    let path = SourcePath::new(FILE);
    if let (Some(url), Some(redirects)) = (&written.base_url, &written.redirects) {
        problems.extend(foreign_redirects(&places, start, &url.0, redirects));
    }
    let place = |keys: &[&str]| {
        let keys: Vec<_> = keys.iter().map(|key| Key::Name((*key).to_owned())).collect();
        let at = places.of(&keys, Part::Value);
        at.start + start..at.end + start
    };
    (
        resolve(written, &place),
        problems.into_iter().map(|problem| super::diagnostic(&path, problem)).collect(),
    )
}

/// The place of a setting's value in the text of `site.yaml`, by its keys.
pub fn place(text: &str, path: &[&str]) -> Range<usize> {
    let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let path: Vec<_> = path.iter().map(|name| Key::Name((*name).to_owned())).collect();
    let place = yaml::places(&text[start..]).of(&path, Part::Value);
    place.start + start..place.end + start
}

/// Redirects from another site have to be made there.
fn foreign_redirects(
    places: &yaml::Places,
    start: usize,
    base: &BaseUrl,
    redirects: &Redirects,
) -> Vec<FieldProblem> {
    let is_foreign = |redirect: &&Redirect| {
        let own = base.origin().is_some_and(|origin| {
            redirect
                .from
                .strip_prefix(origin)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        !redirect.from.starts_with('/') && !own
    };
    let problem = |redirect: &Redirect| {
        let path = [Key::Name("redirects".to_owned()), Key::Name(redirect.from.clone())];
        let at = places.of(&path, Part::Key);
        FieldProblem {
            rule: &INVALID_VALUE,
            place: Place::Bytes(at.start + start..at.end + start, None),
            message: format!(
                "`{}` is not an address of {}",
                redirect.from,
                base.origin().unwrap_or("this site")
            ),
            help: Some("redirects from another site have to be made there".to_owned()),
            suggestion: None,
        }
    };
    redirects.0.iter().filter(is_foreign).map(problem).collect()
}

/// `site.yaml` as it is written.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct WrittenConfiguration {
    /// The site's name.
    pub title: Option<Text>,
    /// One sentence on what the site is for.
    pub description: Option<Text>,
    /// Where the site is published, with its path: `https://example.com/docs/`. Without it, what needs an absolute URL is left out.
    pub base_url: Option<SiteUrl>,
    /// The language of the content, as a BCP 47 tag. `en` when absent.
    pub language: Option<Language>,
    /// The direction of the text. `ltr` when absent.
    pub text_direction: Option<Direction>,
    /// The folder that `silcrow build` writes to, relative to this file. `public` when absent.
    pub output: Option<Text>,
    /// Where readers get help: an `https:` or `mailto:` URL, or a mail address.
    pub contact: Option<Contact>,
    /// Redirects for whole folders: an old path (with `*` at its end) and the new one (with `:splat` for the rest).
    pub redirects: Option<Redirects>,
    /// The picture that is shown with links to the site: a path below `static/`, like `social.png`. 1,200 pixels wide and 630 high suits most.
    pub image: Option<Text>,
    /// How many of the articles that changed last `feed.xml` has. 50 when absent; with 0 there is no feed.
    pub feed_articles: Option<FeedSize>,
    /// Whether the site has a search of its own. `true` when absent.
    pub search: Option<bool>,
    /// Whether each page has a copy of its text as Markdown beside it, `index.md`. `true` when absent.
    pub markdown_copies: Option<bool>,
    /// Whether to write `llms-full.txt` with every text, for language models.
    pub llms_full: Option<bool>,
    /// What `/.well-known/security.txt` says (RFC 9116): whom to tell of security problems (`contact`), and until when that holds (`expires`).
    pub security_txt: Option<Security>,
    /// How often articles are to be looked over, where neither they nor their sections say.
    pub review_every: Option<Interval>,
    /// What follows from an article that is overdue for review: how late it fails the build (`fail_after`), and whether readers are told (`notice`).
    pub freshness: Option<Freshness>,
    /// Severities of rules: `rule: warning`, or per files: `rule: {"content/old/**": off}`.
    pub rules: Option<Rules>,
    /// How `silcrow check --external` looks links to other sites up: hosts that it may ask though they are private (`allow`), and patterns of URLs that it leaves out (`skip`).
    pub external: Option<External>,
    /// What the site changes of the theme without a template of its own.
    pub theme: Option<Theme>,
    /// Free data for templates.
    pub extra: Option<Entries<Free>>,
}

fn written(fields: &mut Fields) -> WrittenConfiguration {
    WrittenConfiguration {
        title: fields.take("title"),
        description: fields.take("description"),
        base_url: fields.take("base_url"),
        language: fields.take("language"),
        text_direction: fields.take("text_direction"),
        output: fields.take("output"),
        contact: fields.take("contact"),
        redirects: fields.take("redirects"),
        image: fields.take("image"),
        feed_articles: fields.take("feed_articles"),
        search: fields.take("search"),
        markdown_copies: fields.take("markdown_copies"),
        llms_full: fields.take("llms_full"),
        security_txt: fields.take("security_txt"),
        review_every: fields.take("review_every"),
        freshness: fields.take("freshness"),
        rules: fields.take("rules"),
        external: fields.take("external"),
        theme: fields.take("theme"),
        extra: fields.take("extra"),
    }
}

/// `place` finds a setting in the text, by its keys.
fn resolve(
    written: WrittenConfiguration,
    place: &dyn Fn(&[&str]) -> Range<usize>,
) -> Configuration {
    let WrittenConfiguration {
        title,
        description,
        base_url,
        language,
        text_direction,
        output,
        contact,
        redirects,
        image,
        feed_articles,
        search,
        markdown_copies,
        llms_full,
        security_txt,
        review_every,
        freshness,
        rules,
        external,
        theme,
        extra,
    } = written;
    let default = Configuration::default();
    Configuration {
        title: title.map_or(default.title, |text| text.0),
        description: description.map(|text| text.0),
        base_url: base_url.map(|url| url.0),
        language: language.map_or(default.language, |language| language.0),
        text_direction: text_direction.map_or(default.text_direction, |direction| direction.0),
        output: output.map_or(default.output, |text| text.0),
        contact: contact.map(|contact| contact.0),
        redirects: redirects.map_or_else(Vec::new, |redirects| redirects.0),
        image: image.map(|image| Placed { value: image.0, at: place(&["image"]) }),
        feed_articles: feed_articles.map_or(default.feed_articles, |size| size.0),
        search: search.unwrap_or(default.search),
        markdown_copies: markdown_copies.unwrap_or(default.markdown_copies),
        llms_full: llms_full.unwrap_or(default.llms_full),
        security_txt: security_txt
            .and_then(|security| security.resolve(place(&["security_txt", "expires"]))),
        review_every: review_every.map(|interval| interval.0),
        freshness: freshness.map_or(default.freshness, Freshness::resolve),
        rules: rules.map_or_else(RuleSettings::default, |rules| rules.0),
        external: external.map_or(default.external, External::resolve),
        theme: theme.map_or(default.theme, Theme::resolve),
        extra: extra.map_or_else(Default::default, |Entries(entries)| {
            entries.into_iter().map(|(key, value)| (key, value.0)).collect()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{read, written};
    use crate::diagnostic::{MISSING_PAGE, Severity};
    use crate::parse::fields::Fields;
    use crate::parse::yaml::Document;
    use crate::path::SourcePath;

    #[test]
    fn the_schema_knows_exactly_the_keys_that_are_read() {
        let mut fields = Fields::new(Document::default());
        written(&mut fields);
        let schema = schemars::schema_for!(super::WrittenConfiguration);
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

    #[test]
    fn severities_are_set_per_rule_and_per_glob() {
        let (configuration, diagnostics) =
            read("rules:\n  missing-page:\n    \"**\": warning\n    \"content/old/**\": off\n");
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let severity = |path| {
            configuration.rules.severity(&MISSING_PAGE, &SourcePath::new(path), Severity::Error)
        };
        assert_eq!(severity("content/a.md"), Severity::Warning);
        assert_eq!(severity("content/old/x/a.md"), Severity::Off);
    }

    #[test]
    fn security_txt_needs_whom_to_tell_and_until_when() {
        let read = |text: &str| {
            let (configuration, diagnostics) = read(text);
            let found: Vec<_> = diagnostics
                .iter()
                .map(|finding| (finding.rule.name, text[finding.span.range()].to_owned()))
                .collect();
            (configuration.security_txt, found)
        };
        let text = "security_txt:\n  contact: security@a.b\n  expires: 2027-01-01\n  preferred_languages: [en, de]\n";
        let (security, found) = read(text);
        let security = security.expect("nothing is missing");
        assert_eq!(found, []);
        assert_eq!(security.contact, ["mailto:security@a.b"]);
        assert_eq!(text[security.expires.at], *"2027-01-01");
        let (security, found) = read("security_txt: {contact: security@a.b}\n");
        assert_eq!(found, [("missing-field", "security_txt".to_owned())]);
        assert_eq!(security, None);
    }

    #[test]
    fn each_wrong_setting_is_a_finding_at_its_place() {
        let text = "titel: x\nbase_url: example.com\nlanguage: english please\ntext_direction: up\nrules:\n  missing-pages: off\n  missing-page: warn\n  url-conflict:\n    \"a{\": off\nredirects:\n  old: /new\n  /a/*/b: /c\n  /d: e\ntheme:\n  accent: \"#ffcc00\"\n  lgo: x\n  navigation: {Home: /, Keys: byok}\n  edit_link: https://example.com/edit\n  feedback: ask\nexternal:\n  alow: []\n  allow: [wiki.example, \"https://intra.example\"]\n  skip:\n    - example.com/**\n    - \"https://a{\"\n    - https://*.example/**\nfeed_articles: -1\nllms_full: 'yes'\nsecurity_txt:\n  contact: [http://a.b/, security@a.b]\n  expires: 2026-13-01\n  policies: https://a.b/\n  hiring: a.b\n";
        let (configuration, diagnostics) = read(text);
        let external = &configuration.external;
        assert_eq!((external.allow.len(), external.skip.len()), (1, 1), "what is right is kept");
        let found: Vec<_> = diagnostics
            .iter()
            .map(|finding| (finding.rule.name, &text[finding.span.range()]))
            .collect();
        for expected in [
            ("unknown-field", "titel"),
            ("invalid-value", "example.com"),
            ("invalid-value", "english please"),
            ("invalid-value", "up"),
            ("unknown-rule", "missing-pages"),
            ("invalid-value", "warn"),
            ("invalid-value", "a{"),
            ("invalid-value", "old"),
            ("invalid-value", "/a/*/b"),
            ("invalid-value", "e"),
            ("low-contrast", "#ffcc00"),
            ("unknown-field", "lgo"),
            ("invalid-value", "/"),
            ("invalid-value", "https://example.com/edit"),
            ("invalid-value", "ask"),
            ("unknown-field", "alow"),
            ("invalid-value", "https://intra.example"),
            ("invalid-value", "example.com/**"),
            ("invalid-value", "https://a{"),
            ("invalid-value", "-1"),
            ("invalid-value", "yes"),
            ("invalid-value", "http://a.b/"),
            ("invalid-value", "2026-13-01"),
            ("unknown-field", "policies"),
            ("invalid-value", "a.b"),
        ] {
            assert!(found.contains(&expected), "{expected:?} in {found:?}");
        }
        assert_eq!(found.len(), 25, "{found:?}");
    }
}
