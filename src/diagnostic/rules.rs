//! The one table of rules. A row, and the file of its name in `rules/`, is all that `check`, the manual and the output
//! formats know of a rule. Adding a rule is one row, one such file (`tests/rules/main.rs` says how it is written), and one
//! function in `check`, or where `parse` or `render` finds it.

use super::{Family, Rule, Severity};

/// Declares each rule as a static, and the table of them all in the same order, so that no row can be forgotten.
macro_rules! rules {
    ($($id:ident = $name:literal, $family:ident, $severity:ident: $summary:literal;)*) => {
        $(
            #[doc = $summary]
            pub static $id: Rule = Rule {
                name: $name, family: Family::$family, severity: Severity::$severity, summary: $summary,
                text: include_str!(concat!("rules/", $name, ".md")),
            };
        )*
        /// Every rule, by family.
        pub static RULES: &[&Rule] = &[$(&$id),*];
    };
}

/// The rule of that name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}

rules! {
    MISSING_PAGE = "missing-page", Targets, Error:
        "A link leads to a page that does not exist";
    MISSING_ASSET = "missing-asset", Targets, Error:
        "A link or an image leads to a file that does not exist";
    MISSING_ANCHOR = "missing-anchor", Targets, Error:
        "A link leads to a heading that the page does not have";
    MISSING_RELATED = "missing-related", Targets, Error:
        "An entry of `related` does not name a page";
    PATH_CASE = "path-case", Targets, Error:
        "A destination differs from the file's name in upper and lower case";
    ANCHOR_CASE = "anchor-case", Targets, Error:
        "A fragment differs from the heading's id in upper and lower case";
    ESCAPES_ROOT = "escapes-root", Targets, Error:
        "A destination leads outside the site";
    DRAFT_TARGET = "draft-target", Targets, Error:
        "A link leads to a draft, which is not part of the site";
    UNICODE_NORMALISATION = "unicode-normalisation", Targets, Error:
        "A destination is the file's name in another Unicode form";
    NON_CANONICAL_URL = "non-canonical-url", Form, Warning:
        "A link leads to a page by a URL that is not the page's own";
    RELATIVE_URL = "relative-url", Form, Error:
        "A link to a page is written as a relative URL";
    ABSOLUTE_MD = "absolute-md", Form, Error:
        "A link to a source file begins with `/`";
    MD_LINK_IN_HTML = "md-link-in-html", Form, Error:
        "A Markdown link, or a link to a source file, is in HTML that is published as it is";
    BACKSLASH_PATH = "backslash-path", Form, Error:
        "A destination holds a backslash";
    BAD_PERCENT_ENCODING = "bad-percent-encoding", Form, Error:
        "A `%` is not followed by two hexadecimal digits of UTF-8";
    EMPTY_DESTINATION = "empty-destination", Form, Error:
        "A link has no destination";
    EMPTY_FRAGMENT = "empty-fragment", Form, Warning:
        "A link leads to `#` alone";
    PROTOCOL_RELATIVE = "protocol-relative", Form, Warning:
        "A URL begins with `//`";
    OWN_SITE_ABSOLUTE = "own-site-absolute", Form, Warning:
        "A link to a page of this site is written as a full URL";
    INSECURE_HTTP = "insecure-http", Form, Off:
        "A URL begins with `http:`";
    LOCAL_URL = "local-url", Form, Error:
        "A link leads to the writer's own machine or network";
    FORBIDDEN_SCHEME = "forbidden-scheme", Form, Error:
        "A link runs a script";
    MALFORMED_MAILTO = "malformed-mailto", Form, Error:
        "An email address is not written as a `mailto:` URL, or the URL has no address";
    MALFORMED_TEL = "malformed-tel", Form, Error:
        "A `tel:` URL holds no telephone number";
    SELF_LINK = "self-link", Form, Off:
        "A link leads to the page that it is on";
    EMPTY_LINK_TEXT = "empty-link-text", Form, Warning:
        "A link has no text";
    IMAGE_NO_ALT = "image-no-alt", Form, Warning:
        "An image has no alternative text";
    MALFORMED_LINK = "malformed-link", Form, Warning:
        "Brackets look like a link but do not form one";
    WIKILINK = "wikilink", Form, Warning:
        "A link uses wiki syntax";
    UNDEFINED_REFERENCE = "undefined-reference", References, Error:
        "A link refers to a definition that does not exist";
    UNUSED_DEFINITION = "unused-definition", References, Warning:
        "Nothing refers to a definition";
    DUPLICATE_DEFINITION = "duplicate-definition", References, Warning:
        "A label is defined twice";
    UNDEFINED_FOOTNOTE = "undefined-footnote", References, Error:
        "A footnote's text is missing";
    UNUSED_FOOTNOTE = "unused-footnote", References, Warning:
        "Nothing refers to a footnote";
    DUPLICATE_ID = "duplicate-id", References, Error:
        "An id is used twice on a page";
    NOT_UTF8 = "not-utf8", Input, Error:
        "A text is not UTF-8";
    UNREADABLE_FILE = "unreadable-file", Input, Error:
        "A file or folder cannot be read";
    SYMLINK_OUTSIDE = "symlink-outside", Input, Error:
        "A symbolic link leads out of the site's folder, or nowhere";
    SYMLINK_LOOP = "symlink-loop", Input, Error:
        "A symbolic link leads to a folder that contains it, or through another linked folder";
    UNUSABLE_FILE_NAME = "unusable-file-name", Input, Error:
        "A file's name does not work on every system";
    TOO_DEEP = "too-deep", Input, Error:
        "Folders are nested more than 32 levels deep";
    MISSING_SECTION_PAGE = "missing-section-page", Input, Warning:
        "A folder with articles has no `index.md`";
    URL_CONFLICT = "url-conflict", Graph, Error:
        "Two sources claim the same URL";
    ALIAS_CONFLICT = "alias-conflict", Graph, Error:
        "Two pages claim the same alias";
    ALIAS_SHADOWS_PAGE = "alias-shadows-page", Graph, Error:
        "An alias is the address of a page or a file";
    LINK_TO_ALIAS = "link-to-alias", Graph, Warning:
        "A link leads to an old address";
    ORPHAN_PAGE = "orphan-page", Graph, Off:
        "The text of no page links to an article";
    RELATED_SELF = "related-self", Graph, Error:
        "An article lists itself as related";
    RELATED_DUPLICATE = "related-duplicate", Graph, Warning:
        "An article lists another as related twice";
    ONE_WAY_RELATED = "one-way-related", Graph, Off:
        "An article lists another as related, but not the other way round";
    MISSING_FRONT_MATTER = "missing-front-matter", FrontMatter, Error:
        "A file does not begin with front matter";
    UNCLOSED_FRONT_MATTER = "unclosed-front-matter", FrontMatter, Error:
        "Front matter is not closed";
    INVALID_YAML = "invalid-yaml", FrontMatter, Error:
        "Front matter or configuration is not valid YAML";
    MISSING_FIELD = "missing-field", FrontMatter, Error:
        "A required key is missing";
    UNKNOWN_FIELD = "unknown-field", FrontMatter, Error:
        "A key is not known";
    INVALID_VALUE = "invalid-value", FrontMatter, Error:
        "A value is not valid for its key";
    DUPLICATE_FIELD = "duplicate-field", FrontMatter, Error:
        "Duplicate key";
    FUTURE_DATE = "future-date", FrontMatter, Error:
        "A date is in the future";
    SKIPPED_HEADING_LEVEL = "skipped-heading-level", Headings, Warning:
        "A heading is more than one level below the one before it";
    INLINE_STYLE_OR_SCRIPT = "inline-style-or-script", Headings, Warning:
        "Raw HTML holds a style or a script that a strict content security policy blocks";
    SECURITY_TXT_EXPIRED = "security-txt-expired", Headings, Error:
        "`security.txt` has expired";
    HOST_LIMIT = "host-limit", Headings, Warning:
        "A file for hosts exceeds what some of them read";
    LOW_CONTRAST = "low-contrast", Headings, Error:
        "A configured colour has too little contrast";
    PLAIN_CODE = "plain-code", Headings, Info:
        "A code block is too large to be highlighted";
    STALE_ARTICLE = "stale-article", Freshness, Warning:
        "An article is overdue for review";
    UPDATED_UNCHANGED = "updated-unchanged", Freshness, Warning:
        "The text of an article has changed, but its date has not";
    URL_VANISHED = "url-vanished", History, Error:
        "A published URL no longer exists and is not redirected";
    ANCHOR_VANISHED = "anchor-vanished", History, Error:
        "A published id no longer exists on its page";
    RECORD_DAMAGED = "record-damaged", History, Error:
        "The record of what was published is damaged";
    TEMPLATE_ERROR = "template-error", Templates, Error:
        "A template cannot be read or rendered";
    UNKNOWN_TEMPLATE = "unknown-template", Templates, Error:
        "Front matter names a template that does not exist";
    EXTERNAL_DEAD = "external-dead", External, Error:
        "A link to another site is dead";
    EXTERNAL_ANCHOR_MISSING = "external-anchor-missing", External, Warning:
        "A page of another site does not have the id that a link names";
    EXTERNAL_MOVED = "external-moved", External, Warning:
        "A page of another site has moved permanently";
    EXTERNAL_UNSURE = "external-unsure", External, Info:
        "A link to another site cannot be verified";
    EXTERNAL_TLS = "external-tls", External, Warning:
        "No trusted connection can be made to another site";
    EXTERNAL_BLOCKED_ADDRESS = "external-blocked-address", External, Error:
        "A link to another site, or its redirect, leads to a private address";
    UNUSED_SUPPRESSION = "unused-suppression", Meta, Warning:
        "A suppression comment has no effect";
    SUPPRESSION_WITHOUT_REASON = "suppression-without-reason", Meta, Warning:
        "A suppression comment names no rule or gives no reason";
    STALE_BASELINE = "stale-baseline", Meta, Warning:
        "A line of the baseline matches no finding any longer";
    UNKNOWN_RULE = "unknown-rule", Meta, Error:
        "`site.yaml` sets the severity of a rule that does not exist";
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
