//! The one table of rules. A row is all that `check`, the manual and the output formats know of a rule; adding a rule
//! is one row here and one function in `check` (or the finding's maker in `parse` or `render`).

use super::{Family, Rule, Severity};

/// Declares each rule as a static, and the table of them all in the same order, so that no row can be forgotten.
macro_rules! rules {
    ($($id:ident = $name:literal, $family:ident, $severity:ident: $summary:literal, $explanation:literal, bad $bad:literal, good $good:literal;)*) => {
        $(
            #[doc = $summary]
            pub static $id: Rule = Rule {
                name: $name, family: Family::$family, severity: Severity::$severity,
                summary: $summary, explanation: $explanation, bad: $bad, good: $good,
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
        "A link leads to a page that does not exist",
        "Readers would meet a 404 page. Links are written to the source file of the page, relative to the file they stand in.",
        bad "[Overview](overveiw.md)", good "[Overview](overview.md)";
    MISSING_ASSET = "missing-asset", Targets, Error:
        "A link or an image leads to a file that does not exist",
        "Put the file beside the article or in `static/`, or correct the path.",
        bad "![The key page](keys.pgn)", good "![The key page](keys.png)";
    MISSING_ANCHOR = "missing-anchor", Targets, Error:
        "A link leads to a heading that the page does not have",
        "Readers would land at the top of the page instead. Ids are made from headings as GitHub makes them, or set with `{#id}`.",
        bad "[Create a key](setup.md#make-your-key)", good "[Create a key](setup.md#create-your-key)";
    MISSING_RELATED = "missing-related", Targets, Error:
        "An entry of `related` names no page",
        "Entries are page paths from the content folder, without extension; a section is named by its folder.",
        bad "related: [byok/overveiw]", good "related: [byok/overview]";
    PATH_CASE = "path-case", Targets, Error:
        "A destination differs from the file's name in upper and lower case",
        "It works on macOS and Windows and breaks on most servers.",
        bad "[Overview](Overview.md)", good "[Overview](overview.md)";
    ANCHOR_CASE = "anchor-case", Targets, Error:
        "A fragment differs from the heading's id in upper and lower case",
        "Browsers compare ids exactly.",
        bad "[Create a key](setup.md#Create-Your-Key)", good "[Create a key](setup.md#create-your-key)";
    ESCAPES_ROOT = "escapes-root", Targets, Error:
        "A destination climbs out of the site",
        "There are more `..` than folders. Browsers would silently stop at the root and show another page.",
        bad "[Overview](../../../overview.md)", good "[Overview](../overview.md)";
    DRAFT_TARGET = "draft-target", Targets, Error:
        "A link leads to a draft, which is not part of the site",
        "Publish the draft, remove the link, or build with `--drafts`.",
        bad "[Billing](billing.md)", good "Billing (coming soon)";
    UNICODE_NORMALISATION = "unicode-normalisation", Targets, Error:
        "A destination is the file's name in another Unicode form",
        "It looks the same and works only on systems that normalise names.",
        bad "[Uber](u%CC%88ber.md)", good "[Uber](%C3%BCber.md)";
    NON_CANONICAL_URL = "non-canonical-url", Form, Warning:
        "A link leads to a page by a URL that is not the page's own",
        "Readers would be redirected: a page's URL ends in `/` and has no `index.html` and no double slash.",
        bad "[Overview](/byok/overview/index.html)", good "[Overview](/byok/overview/)";
    RELATIVE_URL = "relative-url", Form, Error:
        "A link to a page is written as a relative URL",
        "Relative URLs do not work in editors and on code hosts, and break when a page moves. Link to the source file.",
        bad "[Overview](../overview/)", good "[Overview](overview.md)";
    ABSOLUTE_MD = "absolute-md", Form, Error:
        "A link to a source file begins with `/`",
        "Links to source files are relative to the file they stand in, so that they work in editors and on code hosts.",
        bad "[Overview](/byok/overview.md)", good "[Overview](../byok/overview.md)";
    MD_LINK_IN_HTML = "md-link-in-html", Form, Error:
        "A Markdown link or a link to a source file stands in HTML that readers get as it is",
        "Templates and files of `static/` are not rewritten, so that `.md` leads nowhere; and in an HTML block, Markdown is shown as it is typed.",
        bad "<div>See [Overview](overview.md).</div>", good "<div>See <a href=\"overview.md\">Overview</a>.</div>";
    BACKSLASH_PATH = "backslash-path", Form, Error:
        "A destination holds a backslash",
        "URLs are separated by `/` on every system.",
        bad "[Overview](..\\byok\\overview.md)", good "[Overview](../byok/overview.md)";
    BAD_PERCENT_ENCODING = "bad-percent-encoding", Form, Error:
        "A `%` is not followed by two hexadecimal digits of UTF-8",
        "Write a percent sign in a URL as `%25`.",
        bad "[Discount](100%.md)", good "[Discount](100%25.md)";
    EMPTY_DESTINATION = "empty-destination", Form, Error:
        "A link has no destination",
        "Browsers reload the page for it.",
        bad "[Overview]()", good "[Overview](overview.md)";
    EMPTY_FRAGMENT = "empty-fragment", Form, Warning:
        "A link leads to `#` alone",
        "It jumps to the top of the page. Write `#top` where that is meant.",
        bad "[Back](#)", good "[Back](#top)";
    PROTOCOL_RELATIVE = "protocol-relative", Form, Warning:
        "A URL begins with `//`",
        "Say `https:`, so that the link works from anywhere.",
        bad "[API](//api.example.com/)", good "[API](https://api.example.com/)";
    OWN_SITE_ABSOLUTE = "own-site-absolute", Form, Warning:
        "A link to a page of this site is written as a full URL",
        "It leads out of previews and does not work in editors. Link to the source file.",
        bad "[Overview](https://example.com/docs/overview/)", good "[Overview](overview.md)";
    INSECURE_HTTP = "insecure-http", Form, Off:
        "A URL begins with `http:`",
        "What is sent that way can be read and changed on its way.",
        bad "[API](http://api.example.com/)", good "[API](https://api.example.com/)";
    LOCAL_URL = "local-url", Form, Error:
        "A link leads to the writer's own machine or network",
        "Readers cannot reach it. As an example of an address, write it as code.",
        bad "[App](http://localhost:3000/)", good "`http://localhost:3000/`";
    FORBIDDEN_SCHEME = "forbidden-scheme", Form, Error:
        "A link runs a script",
        "A strict content security policy blocks it.",
        bad "[Print](javascript:print())", good "Print the page.";
    MALFORMED_MAILTO = "malformed-mailto", Form, Error:
        "A mail address is not a `mailto:` URL, or names no address",
        "RFC 6068: `mailto:`, one address or more, then parameters after `?`.",
        bad "[Write to us](help@example.com)", good "[Write to us](mailto:help@example.com)";
    MALFORMED_TEL = "malformed-tel", Form, Error:
        "A `tel:` URL holds no telephone number",
        "RFC 3966: `tel:`, then `+` and the country's code, then digits, with `-`, `.` and brackets between them and no spaces.",
        bad "[Call us](<tel:+1 201 555 0123>)", good "[Call us](tel:+1-201-555-0123)";
    SELF_LINK = "self-link", Form, Off:
        "A link leads to the page that it is on",
        "It reloads the page. Link to one of its headings.",
        bad "[Setup](setup.md) in setup.md", good "[Setup](#create-your-key)";
    EMPTY_LINK_TEXT = "empty-link-text", Form, Warning:
        "A link has no text",
        "Readers do not see it, and a screen reader reads its address out (WCAG 2.4.4).",
        bad "[](overview.md)", good "[Overview](overview.md)";
    IMAGE_NO_ALT = "image-no-alt", Form, Warning:
        "An image says nothing to those who do not see it",
        "Its text stands in for it (WCAG 1.1.1). Write an empty `alt` in HTML where it only decorates.",
        bad "![](keys.png)", good "![The key page with its two buttons](keys.png)";
    MALFORMED_LINK = "malformed-link", Form, Warning:
        "Brackets look like a link and are none",
        "Markdown wants the text in square brackets, and right after it the destination in round ones.",
        bad "(Overview)[overview.md]", good "[Overview](overview.md)";
    WIKILINK = "wikilink", Form, Warning:
        "A link is written as wikis write it",
        "Markdown shows the brackets.",
        bad "[[overview]]", good "[Overview](overview.md)";
    UNDEFINED_REFERENCE = "undefined-reference", References, Error:
        "A link refers to a definition that is not there",
        "Readers see the brackets. A definition is a line of its own: `[label]: destination`.",
        bad "[Overview][ovreview]\n\n[overview]: overview.md", good "[Overview][overview]\n\n[overview]: overview.md";
    UNUSED_DEFINITION = "unused-definition", References, Warning:
        "Nothing refers to a definition",
        "Remove it, or correct the link that was meant to use it.",
        bad "[overview]: overview.md", good "[Overview][overview]\n\n[overview]: overview.md";
    DUPLICATE_DEFINITION = "duplicate-definition", References, Warning:
        "A label is defined twice",
        "The first definition counts, and the second is silently ignored.",
        bad "[a]: one.md\n[a]: two.md", good "[a]: one.md\n[b]: two.md";
    UNDEFINED_FOOTNOTE = "undefined-footnote", References, Error:
        "A footnote's text is missing",
        "Readers see the brackets. Its text is a line of its own: `[^1]: Text`.",
        bad "Prepaid.[^1]", good "Prepaid.[^1]\n\n[^1]: At least $5.";
    UNUSED_FOOTNOTE = "unused-footnote", References, Warning:
        "Nothing refers to a footnote",
        "Its text is not shown.",
        bad "Prepaid.\n\n[^1]: At least $5.", good "Prepaid.[^1]\n\n[^1]: At least $5.";
    DUPLICATE_ID = "duplicate-id", References, Error:
        "An id is used twice on a page",
        "Links find the first one only.",
        bad "## Keys {#keys}\n## More {#keys}", good "## Keys {#keys}\n## More {#more-keys}";
    NOT_UTF8 = "not-utf8", Input, Error:
        "A text is not UTF-8",
        "Save the file as UTF-8. UTF-16 and Latin-1 cannot be told apart from damage.",
        bad "a byte E9 for `é`", good "the bytes C3 A9 for `é`";
    UNREADABLE_FILE = "unreadable-file", Input, Error:
        "A file or folder cannot be read",
        "The system's reason stands in the message.",
        bad "a file without read permission", good "`chmod u+r FILE`";
    SYMLINK_OUTSIDE = "symlink-outside", Input, Error:
        "A symbolic link leads out of the site's folder, or nowhere",
        "The site would depend on files that a clone of it does not hold.",
        bad "content/notes.md -> /home/me/notes.md", good "content/notes.md";
    SYMLINK_LOOP = "symlink-loop", Input, Error:
        "A symbolic link leads to a folder it is in, or through another linked folder",
        "A folder that a link leads to is read once; links to folders inside it are not followed.",
        bad "content/byok/all -> ..", good "content/byok/";
    UNUSABLE_FILE_NAME = "unusable-file-name", Input, Error:
        "A file's name does not work on every system",
        "Windows reserves some names and characters; a URL needs Unicode.",
        bad "content/aux.md", good "content/auxiliary.md";
    TOO_DEEP = "too-deep", Input, Error:
        "More than 32 folders are inside each other",
        "Deeper trees are mistakes, and their paths are longer than some systems can open.",
        bad "content/a/a/a/…", good "content/a/";
    MISSING_SECTION_PAGE = "missing-section-page", Input, Warning:
        "A folder with articles has no `index.md`",
        "The section is titled by the folder's name until it has a page of its own.",
        bad "content/byok/overview.md alone", good "content/byok/index.md beside it";
    URL_CONFLICT = "url-conflict", Graph, Error:
        "Two sources claim one URL",
        "Only one could be published. URLs that differ only in case conflict too: some hosts do not tell them apart.",
        bad "content/byok.md and content/byok/index.md", good "content/byok/index.md";
    ALIAS_CONFLICT = "alias-conflict", Graph, Error:
        "Two pages claim one alias",
        "An old address can lead to one page only.",
        bad "aliases: [/old/] in two articles", good "aliases: [/old/] in one";
    ALIAS_SHADOWS_PAGE = "alias-shadows-page", Graph, Error:
        "An alias is the address of a page or a file",
        "The redirect would replace it.",
        bad "aliases: [/byok/overview/]", good "aliases: [/byok/intro/]";
    LINK_TO_ALIAS = "link-to-alias", Graph, Warning:
        "A link leads to an old address",
        "Readers would be redirected. Link to the page itself.",
        bad "[Overview](/help/overview/)", good "[Overview](overview.md)";
    ORPHAN_PAGE = "orphan-page", Graph, Off:
        "No text leads to an article",
        "Only navigation and search do. Link to it where readers need it.",
        bad "an article that no other links to", good "[Rotate a key](rotate-a-key.md) in another";
    RELATED_SELF = "related-self", Graph, Error:
        "An article names itself as related",
        "Readers would be sent in a circle.",
        bad "related: [byok/overview] in byok/overview.md", good "related: [byok/rotate-a-key]";
    RELATED_DUPLICATE = "related-duplicate", Graph, Warning:
        "An article names another twice as related",
        "Readers would see it twice.",
        bad "related: [byok/overview, byok/overview]", good "related: [byok/overview]";
    ONE_WAY_RELATED = "one-way-related", Graph, Off:
        "An article names another as related, which does not name it",
        "What is related usually is so both ways.",
        bad "related: [b] in a.md, and none in b.md", good "related: [b] in a.md, and related: [a] in b.md";
    MISSING_FRONT_MATTER = "missing-front-matter", FrontMatter, Error:
        "A file does not begin with front matter",
        "Front matter is YAML between two lines of `---` at the very start of the file.",
        bad "# Overview", good "---\ntitle: Overview\n---";
    UNCLOSED_FRONT_MATTER = "unclosed-front-matter", FrontMatter, Error:
        "Front matter does not end",
        "A line of `---` closes it.",
        bad "---\ntitle: Overview", good "---\ntitle: Overview\n---";
    INVALID_YAML = "invalid-yaml", FrontMatter, Error:
        "Front matter or configuration is not YAML",
        "Often a value holds `: ` or begins with a special character, and needs quotes.",
        bad "title: Keys: an overview", good "title: \"Keys: an overview\"";
    MISSING_FIELD = "missing-field", FrontMatter, Error:
        "A required key is missing",
        "Articles need `title`, `description` and `updated`; section pages need `title`.",
        bad "---\ntitle: Overview\n---", good "---\ntitle: Overview\ndescription: What BYOK is\nupdated: 2026-04-16\n---";
    UNKNOWN_FIELD = "unknown-field", FrontMatter, Error:
        "A key is not known",
        "A typing mistake would silently lose the value. Free data for templates goes under `extra`.",
        bad "titel: Overview", good "title: Overview";
    INVALID_VALUE = "invalid-value", FrontMatter, Error:
        "A value is not of the key's kind",
        "The message says what is expected.",
        bad "updated: 16.04.2026", good "updated: 2026-04-16";
    DUPLICATE_FIELD = "duplicate-field", FrontMatter, Error:
        "A key stands twice",
        "Only one of the values could count.",
        bad "title: One\ntitle: Two", good "title: One";
    FUTURE_DATE = "future-date", FrontMatter, Error:
        "A date lies in the future",
        "`updated` and `reviewed` say what has happened. One day ahead is allowed, for writers east of UTC.",
        bad "updated: 2062-04-16", good "updated: 2026-04-16";
    SKIPPED_HEADING_LEVEL = "skipped-heading-level", Headings, Warning:
        "A heading is more than one level below the one before it",
        "People who navigate by headings miss a step (WCAG 2.2, technique G141).",
        bad "## Create a key\n#### Name it", good "## Create a key\n### Name it";
    INLINE_STYLE_OR_SCRIPT = "inline-style-or-script", Headings, Warning:
        "Raw HTML holds a style or a script that a strict content security policy blocks",
        "It works on your machine and not on the published site. Put it into a file of `static/`.",
        bad "<p style=\"color: red\">", good "<p class=\"warning\">";
    SECURITY_TXT_EXPIRED = "security-txt-expired", Headings, Error:
        "What `security.txt` says has expired",
        "Who finds a security problem must not rely on it any more (RFC 9116). See that it still holds, and set a new day.",
        bad "security_txt: {contact: security@example.com, expires: 2025-01-01}", good "security_txt: {contact: security@example.com, expires: 2027-01-01}";
    HOST_LIMIT = "host-limit", Headings, Warning:
        "A file for hosts holds more than some of them read",
        "What is past the limit has no effect there, and nobody says so.",
        bad "redirects: 101 lines with `*`", good "redirects: {/old/*: /new/:splat}";
    LOW_CONTRAST = "low-contrast", Headings, Error:
        "A configured colour cannot be read on the page",
        "Text needs a contrast of 4.5:1 with what is behind it (WCAG 2.2, 1.4.3), in the light and in the dark colour scheme.",
        bad "accent: \"#ffcc00\"", good "accent: \"#8a6d00\"";
    PLAIN_CODE = "plain-code", Headings, Info:
        "A code block is too large to be coloured",
        "Code of more than 12 KiB, or with more than 128 levels of brackets or columns of indentation, is shown as plain text. Readers rarely need as much of it on a page.",
        bad "```json\n(13 KiB of JSON)\n```", good "```json\n{\"a\": 1}\n```\n\n[The whole file](settings.json)";
    STALE_ARTICLE = "stale-article", Freshness, Warning:
        "An article is overdue for review",
        "The newer of `updated` and `reviewed` is older than its `review_every`, its section's or the site's. Look it over, then say so with `silcrow review`. With `freshness.fail_after` in `site.yaml`, one that is later than that is an error.",
        bad "updated: 2024-04-16\nreview_every: 1 year", good "updated: 2024-04-16\nreviewed: 2026-04-16\nreview_every: 1 year";
    UPDATED_UNCHANGED = "updated-unchanged", Freshness, Warning:
        "The text of an article has changed, and its date has not",
        "Readers, feeds and search engines go by `updated`. The text is compared with the record, `silcrow.lock`; `check --fix` writes today's date.",
        bad "a new text, and updated: 2026-04-16 as it is in the record", good "a new text, and updated: 2026-05-02";
    URL_VANISHED = "url-vanished", History, Error:
        "A URL that was published is gone, and nothing redirects it",
        "Readers, other sites and search engines have kept it. The record, `silcrow.lock`, knows every URL that there was: redirect an old one with `aliases`, or take it away on purpose with `silcrow retire`.",
        bad "/byok/overview/ in the record, and no such page", good "aliases: [/byok/overview/] in the page that replaces it";
    ANCHOR_VANISHED = "anchor-vanished", History, Error:
        "An id that was published is gone from its page",
        "Links to it land at the top of the page instead. Keep an old id with `anchors`, or take it away on purpose with `silcrow retire`.",
        bad "#make-a-key in the record, and no such heading", good "anchors: {make-a-key: create-your-key}";
    RECORD_DAMAGED = "record-damaged", History, Error:
        "The record of what was published cannot be read as it is",
        "`silcrow.lock` has conflict markers, lines out of order or lines that say nothing, is empty, or was written by a newer silcrow. `silcrow record --repair` unites both sides of a conflict and sorts the lines.",
        bad "<<<<<<< HEAD", good "one line for each URL, sorted";
    TEMPLATE_ERROR = "template-error", Templates, Error:
        "A template cannot be read or rendered",
        "The message is the template engine's; the place is in the template.",
        bad "{{ page.titel }}", good "{{ page.title }}";
    UNKNOWN_TEMPLATE = "unknown-template", Templates, Error:
        "Front matter names a template that does not exist",
        "Templates are the files below `templates/`, named by their path there.",
        bad "template: guied.html", good "template: guide.html";
    EXTERNAL_DEAD = "external-dead", External, Error:
        "A link to another site leads to nothing",
        "The server answered 404 or 410, or there is no such host. Looked for only by `check --external`; link to the page's new address, or remove the link.",
        bad "[Keys](https://example.com/keys-that-are-gone)", good "[Keys](https://example.com/keys)";
    EXTERNAL_ANCHOR_MISSING = "external-anchor-missing", External, Warning:
        "A page of another site has no place with the fragment of a link",
        "Readers land at the top of the page. Only HTML is judged, and a page that makes its ids with a script looks as if it had none.",
        bad "[Limits](https://example.com/docs#limts)", good "[Limits](https://example.com/docs#limits)";
    EXTERNAL_MOVED = "external-moved", External, Warning:
        "A page of another site has moved for good",
        "Every redirect on the way is permanent (301, 308). Link to the new address before the old one is given up.",
        bad "[Docs](http://example.com/docs)", good "[Docs](https://example.com/docs/)";
    EXTERNAL_UNSURE = "external-unsure", External, Info:
        "It cannot be told whether a link to another site leads anywhere",
        "The server wants a login, is overloaded, refuses programs or does not answer in time. That says nothing of the page, so it fails no run.",
        bad "[Status](https://status.example.com/)", good "external: {skip: [\"https://status.example.com/**\"]}";
    EXTERNAL_TLS = "external-tls", External, Warning:
        "No trusted connection can be made to another site",
        "Its certificate has expired, names another host or is signed by nobody known. Browsers warn readers of such a site.",
        bad "[Forum](https://expired.example.com/)", good "[Forum](https://forum.example.com/)";
    EXTERNAL_BLOCKED_ADDRESS = "external-blocked-address", External, Error:
        "A link to another site, or its redirect, leads to a private address",
        "The name stands for this machine or a private network, which readers cannot reach and which is not asked. A host of your own network can be allowed in `site.yaml`.",
        bad "[Wiki](https://wiki.example.com/)", good "external: {allow: [wiki.example.com]}";
    UNUSED_SUPPRESSION = "unused-suppression", Meta, Warning:
        "A comment suppresses nothing",
        "What it spoke of is put right, or stands on another line. Remove the comment.",
        bad "<!-- silcrow-ignore missing-page: soon -->\n[Overview](overview.md)", good "[Overview](overview.md)";
    SUPPRESSION_WITHOUT_REASON = "suppression-without-reason", Meta, Warning:
        "A comment suppresses a finding and does not say why, or not which",
        "Without a rule and a reason it has no effect.",
        bad "<!-- silcrow-ignore missing-page -->", good "<!-- silcrow-ignore missing-page: written next week -->";
    STALE_BASELINE = "stale-baseline", Meta, Warning:
        "A line of the baseline is of a finding that is put right",
        "The baseline only ever gets shorter: remove the line, so that the finding cannot come back unseen.",
        bad "a line of `silcrow-baseline.txt` that no finding has", good "the same file without the line";
    UNKNOWN_RULE = "unknown-rule", Meta, Error:
        "`site.yaml` sets the severity of a rule that does not exist",
        "The setting would have no effect.",
        bad "rules: {missing-pages: off}", good "rules: {missing-page: off}";
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
                !rule.summary.ends_with('.') && rule.explanation.ends_with('.'),
                "{}",
                rule.name
            );
            assert!(
                !rule.bad.is_empty() && !rule.good.is_empty() && rule.bad != rule.good,
                "{}",
                rule.name
            );
        }
    }
}
