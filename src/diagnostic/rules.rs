//! The one table of rules, by family. A row, and the file of its name in `rules/`, is all that `check`, the manual and the
//! output formats know of a rule. Adding a rule is one row, one such file (`tests/rules/main.rs` says how it is written), and
//! one function in `check`, or where `parse` or `render` finds it.

use std::fmt;

use super::{Rule, Severity};

/// Declares the families, each rule as a static, and the table of all rules in the same order, so that no row can be forgotten.
macro_rules! rules {
    ($($family:ident = $title:literal: $about:literal {
        $($id:ident = $name:literal, $severity:ident: $summary:literal;)*
    })*) => {
        /// A family of rules.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Family {
            $(#[doc = $about] $family,)*
        }

        impl fmt::Display for Family {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(match self { $(Self::$family => $title,)* })
            }
        }

        $($(
            #[doc = $summary]
            pub static $id: Rule = Rule {
                name: $name, family: Family::$family, severity: Severity::$severity, summary: $summary,
                text: include_str!(concat!("rules/", $name, ".md")),
            };
        )*)*

        /// Every rule, by family.
        pub static RULES: &[&Rule] = &[$($(&$id),*),*];
    };
}

/// The rule of that name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}

rules! {
    Targets = "targets": "Where links lead" {
        MISSING_PAGE = "missing-page", Error: "A link leads to a page that does not exist";
        MISSING_ASSET = "missing-asset", Error: "A link or an image leads to a file that does not exist";
        MISSING_ANCHOR = "missing-anchor", Error: "A link leads to a heading that the page does not have";
        MISSING_RELATED = "missing-related", Error: "An entry of `related` does not name a page";
        PATH_CASE = "path-case", Error: "A destination differs from the file's name in upper and lower case";
        ANCHOR_CASE = "anchor-case", Error: "A fragment differs from the heading's id in upper and lower case";
        ESCAPES_ROOT = "escapes-root", Error: "A destination leads outside the site";
        DRAFT_TARGET = "draft-target", Error: "A link leads to a draft, which is not part of the site";
        UNICODE_NORMALISATION = "unicode-normalisation", Error: "A destination is the file's name in another Unicode form";
    }
    Form = "form": "How destinations are written" {
        NON_CANONICAL_URL = "non-canonical-url", Warning: "A link leads to a page by a URL that is not the page's own";
        RELATIVE_URL = "relative-url", Error: "A link to a page is written as a relative URL";
        ABSOLUTE_MD = "absolute-md", Error: "A link to a source file begins with `/`";
        MD_LINK_IN_HTML = "md-link-in-html", Error: "A Markdown link, or a link to a source file, is in HTML that is published as it is";
        BACKSLASH_PATH = "backslash-path", Error: "A destination holds a backslash";
        BAD_PERCENT_ENCODING = "bad-percent-encoding", Error: "A `%` is not followed by two hexadecimal digits of UTF-8";
        EMPTY_DESTINATION = "empty-destination", Error: "A link has no destination";
        EMPTY_FRAGMENT = "empty-fragment", Warning: "A link leads to `#` alone";
        PROTOCOL_RELATIVE = "protocol-relative", Warning: "A URL begins with `//`";
        OWN_SITE_ABSOLUTE = "own-site-absolute", Warning: "A link to a page of this site is written as a full URL";
        INSECURE_HTTP = "insecure-http", Off: "A URL begins with `http:`";
        LOCAL_URL = "local-url", Error: "A link leads to the writer's own machine or network";
        FORBIDDEN_SCHEME = "forbidden-scheme", Error: "A link runs a script";
        MALFORMED_MAILTO = "malformed-mailto", Error: "An email address is not written as a `mailto:` URL, or the URL has no address";
        MALFORMED_TEL = "malformed-tel", Error: "A `tel:` URL holds no telephone number";
        SELF_LINK = "self-link", Off: "A link leads to the page that it is on";
        EMPTY_LINK_TEXT = "empty-link-text", Warning: "A link has no text";
        IMAGE_NO_ALT = "image-no-alt", Warning: "An image has no alternative text";
        MALFORMED_LINK = "malformed-link", Warning: "Brackets look like a link but do not form one";
        WIKILINK = "wikilink", Warning: "A link uses wiki syntax";
    }
    References = "references": "Reference definitions, footnotes and ids" {
        UNDEFINED_REFERENCE = "undefined-reference", Error: "A link refers to a definition that does not exist";
        UNUSED_DEFINITION = "unused-definition", Warning: "Nothing refers to a definition";
        DUPLICATE_DEFINITION = "duplicate-definition", Warning: "A label is defined twice";
        UNDEFINED_FOOTNOTE = "undefined-footnote", Error: "A footnote's text is missing";
        UNUSED_FOOTNOTE = "unused-footnote", Warning: "Nothing refers to a footnote";
        DUPLICATE_ID = "duplicate-id", Error: "An id is used twice on a page";
    }
    Input = "input": "What the reader of the file system met" {
        NOT_UTF8 = "not-utf8", Error: "A text is not UTF-8";
        UNREADABLE_FILE = "unreadable-file", Error: "A file or folder cannot be read";
        SYMLINK_OUTSIDE = "symlink-outside", Error: "A symbolic link leads out of the site's folder, or nowhere";
        SYMLINK_LOOP = "symlink-loop", Error: "A symbolic link leads to a folder that contains it, or through another linked folder";
        UNUSABLE_FILE_NAME = "unusable-file-name", Error: "A file's name does not work on every system";
        TOO_DEEP = "too-deep", Error: "Folders are nested more than 32 levels deep";
        MISSING_SECTION_PAGE = "missing-section-page", Warning: "A folder with articles has no `index.md`";
    }
    Graph = "graph": "How pages relate to each other and to URLs" {
        URL_CONFLICT = "url-conflict", Error: "Two sources claim the same URL";
        ALIAS_CONFLICT = "alias-conflict", Error: "Two pages claim the same alias";
        ALIAS_SHADOWS_PAGE = "alias-shadows-page", Error: "An alias is the address of a page or a file";
        LINK_TO_ALIAS = "link-to-alias", Warning: "A link leads to an old address";
        ORPHAN_PAGE = "orphan-page", Off: "The text of no page links to an article";
        RELATED_SELF = "related-self", Error: "An article lists itself as related";
        RELATED_DUPLICATE = "related-duplicate", Warning: "An article lists another as related twice";
        ONE_WAY_RELATED = "one-way-related", Off: "An article lists another as related, but not the other way round";
    }
    FrontMatter = "front matter": "Front matter and `site.yaml`" {
        MISSING_FRONT_MATTER = "missing-front-matter", Error: "A file does not begin with front matter";
        UNCLOSED_FRONT_MATTER = "unclosed-front-matter", Error: "Front matter is not closed";
        INVALID_YAML = "invalid-yaml", Error: "Front matter or configuration is not valid YAML";
        MISSING_FIELD = "missing-field", Error: "A required key is missing";
        UNKNOWN_FIELD = "unknown-field", Error: "A key is not known";
        INVALID_VALUE = "invalid-value", Error: "A value is not valid for its key";
        DUPLICATE_FIELD = "duplicate-field", Error: "Duplicate key";
        FUTURE_DATE = "future-date", Error: "A date is in the future";
    }
    Headings = "headings and theme": "Headings, and what the theme and hosts need" {
        SKIPPED_HEADING_LEVEL = "skipped-heading-level", Warning: "A heading is more than one level below the one before it";
        INLINE_STYLE_OR_SCRIPT = "inline-style-or-script", Warning: "Raw HTML holds a style or a script that a strict content security policy blocks";
        SECURITY_TXT_EXPIRED = "security-txt-expired", Error: "`security.txt` has expired";
        HOST_LIMIT = "host-limit", Warning: "A file for hosts exceeds what some of them read";
        LOW_CONTRAST = "low-contrast", Error: "A configured colour has too little contrast";
        PLAIN_CODE = "plain-code", Info: "A code block is too large to be highlighted";
    }
    Freshness = "freshness": "How old articles are" {
        STALE_ARTICLE = "stale-article", Warning: "An article is overdue for review";
        UPDATED_UNCHANGED = "updated-unchanged", Warning: "The text of an article has changed, but its date has not";
    }
    History = "history": "What was published before" {
        URL_VANISHED = "url-vanished", Error: "A published URL no longer exists and is not redirected";
        ANCHOR_VANISHED = "anchor-vanished", Error: "A published id no longer exists on its page";
        RECORD_DAMAGED = "record-damaged", Error: "The record of what was published is damaged";
    }
    Templates = "templates": "Templates" {
        TEMPLATE_ERROR = "template-error", Error: "A template cannot be read or rendered";
        UNKNOWN_TEMPLATE = "unknown-template", Error: "Front matter names a template that does not exist";
    }
    External = "external": "Links to other sites, which are looked at only when that is asked for" {
        EXTERNAL_DEAD = "external-dead", Error: "A link to another site is dead";
        EXTERNAL_ANCHOR_MISSING = "external-anchor-missing", Warning: "A page of another site does not have the id that a link names";
        EXTERNAL_MOVED = "external-moved", Warning: "A page of another site has moved permanently";
        EXTERNAL_UNSURE = "external-unsure", Info: "A link to another site cannot be verified";
        EXTERNAL_TLS = "external-tls", Warning: "No trusted connection can be made to another site";
        EXTERNAL_BLOCKED_ADDRESS = "external-blocked-address", Error: "A link to another site, or its redirect, leads to a private address";
    }
    Meta = "meta": "The rules' own settings" {
        UNUSED_SUPPRESSION = "unused-suppression", Warning: "A suppression comment has no effect";
        SUPPRESSION_WITHOUT_REASON = "suppression-without-reason", Warning: "A suppression comment names no rule or gives no reason";
        STALE_BASELINE = "stale-baseline", Warning: "A line of the baseline matches no finding any longer";
        UNKNOWN_RULE = "unknown-rule", Error: "`site.yaml` sets the severity of a rule that does not exist";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{RULES, rule};

    #[test]
    fn names_are_kebab_case_and_unique() {
        let names: BTreeSet<_> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), RULES.len());
        assert!(names.iter().all(|name| {
            name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        }));
        assert!(rule("missing-page").is_some() && rule("missing").is_none());
    }

    #[test]
    fn every_row_is_filled_and_ends_as_sentences_do() {
        for rule in RULES {
            assert!(
                !rule.summary.ends_with('.') && rule.explanation().ends_with('.'),
                "{}",
                rule.name
            );
            assert!(
                !rule.bad().is_empty() && !rule.good().is_empty() && rule.bad() != rule.good(),
                "{}",
                rule.name
            );
        }
    }
}
