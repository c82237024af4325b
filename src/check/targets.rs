//! Where links lead: the problems that resolving them found, put into words, with what was likely meant.

use std::collections::BTreeMap;
use std::ops::Range;

use super::suggestions::{Guess, Names};
use crate::article::LinkKind;
use crate::diagnostic::{
    ABSOLUTE_MD, ANCHOR_CASE, BACKSLASH_PATH, BAD_PERCENT_ENCODING, DRAFT_TARGET, Diagnostic,
    EMPTY_DESTINATION, EMPTY_FRAGMENT, ESCAPES_ROOT, FORBIDDEN_SCHEME, INSECURE_HTTP,
    LINK_TO_ALIAS, LOCAL_URL, Label, MALFORMED_MAILTO, MALFORMED_TEL, MD_LINK_IN_HTML,
    MISSING_ANCHOR, MISSING_ASSET, MISSING_PAGE, MISSING_RELATED, NON_CANONICAL_URL,
    OWN_SITE_ABSOLUTE, PATH_CASE, PROTOCOL_RELATIVE, RELATED_DUPLICATE, RELATED_SELF, RELATIVE_URL,
    Rule, SELF_LINK, UNICODE_NORMALISATION,
};
use crate::path::{UrlPath, encode_path};
use crate::site::links::{Document, Holder, Problem, Reference, Target, relative_path, written};
use crate::site::routes::Place;
use crate::site::tree::CONTENT;
use crate::site::{PageId, Site};
use crate::wording::code_list;

/// On one page, what was meant is looked for for this many broken links: past that, somebody moved a folder, and needs the
/// list more than guesses.
const SUGGESTED_LINKS: usize = 50;

/// The findings in the references of a document.
pub(super) fn findings(document: &Document<'_>, site: &Site, names: &Names<'_>) -> Vec<Diagnostic> {
    let rules = &site.configuration.rules;
    let is_on = |problem: &&Problem| match problem {
        Problem::InsecureHttp => rules.is_on(&INSECURE_HTTP),
        Problem::SelfLink => rules.is_on(&SELF_LINK),
        _ => true,
    };
    let mut findings: Vec<Diagnostic> = Vec::new();
    // A broken reference definition is one mistake, however often it is used: where its findings are.
    let mut definitions: BTreeMap<(u32, u32), Range<usize>> = BTreeMap::new();
    for reference in document.references.iter().filter(|reference| !reference.problems.is_empty()) {
        let link = &reference.link;
        let known = link.used_at.and_then(|_| definitions.get(&link.span).cloned());
        let range = known.unwrap_or_else(|| {
            let first = findings.len();
            let suggests = first < SUGGESTED_LINKS;
            let broken = Broken { site, names, document, reference, suggests };
            let problems = reference.problems.iter().filter(is_on);
            findings.extend(problems.map(|problem| broken.finding(problem)));
            first..findings.len()
        });
        if let Some(at) = link.used_at {
            let used = Label { span: document.span(at), message: "used here".to_owned() };
            findings[range.clone()].iter_mut().for_each(|one| one.related.push(used.clone()));
            definitions.insert(link.span, range);
        }
    }
    findings
}

/// A reference with something wrong.
struct Broken<'b, 'a> {
    site: &'b Site,
    names: &'b Names<'a>,
    document: &'b Document<'b>,
    reference: &'b Reference,
    /// Whether to look for what was meant.
    suggests: bool,
}

impl Broken<'_, '_> {
    fn destination(&self) -> &str {
        self.document.destination(self.reference).trim()
    }

    fn found(&self, rule: &'static Rule, message: impl Into<String>) -> Diagnostic {
        let target = self.site.target(self.reference.target, self.document.path);
        let span = self.document.span(self.reference.link.span);
        Diagnostic { target, ..Diagnostic::new(rule, span, message) }
    }

    fn finding(&self, problem: &Problem) -> Diagnostic {
        let written = self.destination();
        let new = |rule, message: String| self.found(rule, message);
        match problem {
            Problem::MissingPage(wanted) => self.missing_page(wanted.trim_start_matches(CONTENT)),
            Problem::MissingAsset(wanted) => {
                let url = if self.suggests { self.names.asset(wanted) } else { None };
                let near = url.map(|url| self.written(&self.to_url(url), ""));
                new(&MISSING_ASSET, format!("there is no file `{}`", wanted.trim_matches('/')))
                    .did_you_mean(near, "put the file beside the article or in `static/`")
            }
            Problem::MissingAnchor(id) => self.missing_anchor(id),
            Problem::AnchorCase(id) => new(&ANCHOR_CASE, format!("the heading's id is `{id}`"))
                .fix(Some(self.with_anchor(id))),
            Problem::PathCase => {
                self.found(&PATH_CASE, "the file is named so in other case").fix(self.right())
            }
            Problem::UnicodeForm => self
                .found(&UNICODE_NORMALISATION, "the file is named so in another Unicode form")
                .write(self.right()),
            Problem::EscapesRoot => {
                new(&ESCAPES_ROOT, format!("`{written}` climbs out of the site"))
                    .help("remove some of the `..`")
            }
            Problem::DraftTarget => self.draft(),
            Problem::NonCanonicalUrl => {
                new(&NON_CANONICAL_URL, format!("`{written}` is not the page's own URL"))
                    .fix(self.right_url())
            }
            Problem::RelativeUrl => {
                new(&RELATIVE_URL, format!("`{written}` is not a source file")).fix(self.right())
            }
            Problem::AbsoluteMd => {
                new(&ABSOLUTE_MD, format!("`{written}` begins with `/`")).fix(self.right())
            }
            Problem::MdInHtml => {
                let message = format!("`{written}` is a source file, which readers do not have");
                new(&MD_LINK_IN_HTML, message)
                    .help("write the page's URL: here, nothing is rewritten")
                    .write(self.right())
            }
            Problem::LinkToAlias => {
                new(&LINK_TO_ALIAS, format!("`{written}` is an old address")).fix(self.right())
            }
            Problem::Redirected(to) => {
                new(&LINK_TO_ALIAS, format!("`{written}` is an old address, redirected to `{to}`"))
                    .help("link to the page itself")
            }
            Problem::OwnSiteAbsolute => {
                let what = if self.page().is_some() { "page" } else { "file" };
                let message = format!("`{}` is a {what} of this site", self.destination());
                new(&OWN_SITE_ABSOLUTE, message).write(self.right().or_else(|| self.right_url()))
            }
            Problem::SelfLink => self
                .found(&SELF_LINK, "this link leads to the page that it is on")
                .help("link to a heading of the page, or remove the link"),
            Problem::RelatedSelf => {
                new(&RELATED_SELF, format!("`{written}` is this page")).help("remove the entry")
            }
            Problem::RelatedDuplicate => {
                new(&RELATED_DUPLICATE, format!("duplicate entry `{written}`"))
                    .help("remove one of the two")
            }
            Problem::Backslash => self
                .found(&BACKSLASH_PATH, "a URL has no backslash")
                .fix(Some(written.replace('\\', "/"))),
            Problem::BadPercentEncoding => {
                new(&BAD_PERCENT_ENCODING, format!("`{written}` is not percent-encoded UTF-8"))
                    .help("write `%` as `%25`")
            }
            Problem::EmptyDestination => self
                .found(&EMPTY_DESTINATION, "this link has no destination")
                .help("write where it leads, or remove the brackets"),
            Problem::EmptyFragment => self
                .found(&EMPTY_FRAGMENT, "`#` alone leads to the top of the page")
                .help("write `#top`, or a heading's id")
                .suggest(Some("#top".to_owned())),
            Problem::ProtocolRelative => {
                new(&PROTOCOL_RELATIVE, format!("`{written}` has no scheme"))
                    .write(Some(format!("https:{written}")))
            }
            Problem::LocalUrl => new(&LOCAL_URL, format!("readers cannot reach `{written}`"))
                .help("write a public address, or show it as code"),
            Problem::InsecureHttp => {
                new(&INSECURE_HTTP, format!("`{written}` is not encrypted on its way"))
                    .write(Some(format!("https{}", &written[4..])))
            }
            Problem::ForbiddenScheme => {
                self.found(&FORBIDDEN_SCHEME, "a link cannot run a script").help("remove the link")
            }
            Problem::MalformedMailto => {
                let message = format!("`{written}` is not a `mailto:` URL with an address");
                new(&MALFORMED_MAILTO, message)
                    .help("write `mailto:` and an address")
                    .write((!written.contains(':')).then(|| format!("mailto:{written}")))
            }
            Problem::MalformedTel => {
                let message = format!("`{written}` is not a `tel:` URL with a number");
                new(&MALFORMED_TEL, message).help(
                    "write digits with the country's code and no spaces, like `tel:+1-201-555-0123`",
                )
            }
        }
    }

    fn draft(&self) -> Diagnostic {
        let kind = self.reference.link.kind;
        let what = if kind == LinkKind::Related { "entry" } else { "link" };
        let page = self.page().filter(|_| !kind.is_name());
        let name = page.map_or(self.destination(), |page| self.source(page));
        self.found(&DRAFT_TARGET, format!("`{name}` is a draft"))
            .help(format!("publish it, remove the {what}, or build with `--drafts`"))
    }

    fn missing_page(&self, wanted: &str) -> Diagnostic {
        if self.reference.link.kind.is_name() {
            return self.missing_name();
        }
        let page = if self.suggests { self.names.page(wanted, self.own()) } else { None };
        let near = page.map(|page| self.written(&self.to_page(page), self.rest()));
        self.found(&MISSING_PAGE, format!("there is no page `{}`", wanted.trim_matches('/')))
            .did_you_mean(near, "create the page, or remove the link")
    }

    /// No page has the name: of an entry of `related`, or of a link of the theme.
    fn missing_name(&self) -> Diagnostic {
        let name = self.destination();
        let is_related = self.reference.link.kind == LinkKind::Related;
        let rule = if is_related { &MISSING_RELATED } else { &MISSING_PAGE };
        let near = if self.suggests { self.names.page_name(name) } else { None };
        self.found(rule, format!("there is no page `{name}`")).did_you_mean(
            near.map(str::to_owned),
            "write the page's path from the content folder, without extension",
        )
    }

    fn missing_anchor(&self, anchor: &str) -> Diagnostic {
        let page = self.page();
        let message = match (page, self.asset()) {
            (Some(page), _) if self.own() == Some(page) => {
                format!("this page has no heading with the id `{anchor}`")
            }
            (Some(page), _) => {
                let path = self.site.page(page).article.path.below(CONTENT).unwrap_or_default();
                format!("`{path}` has no heading with the id `{anchor}`")
            }
            (None, Some(url)) => format!("`{}` has no id `{anchor}`", url.trim_start_matches('/')),
            (None, None) => format!("nothing has the id `{anchor}`"),
        };
        let finding = self.found(&MISSING_ANCHOR, message);
        let Some(page) = page.filter(|_| self.suggests) else {
            return finding.help("correct the fragment, or remove it");
        };
        match self.names.anchor(page, anchor) {
            Some(Guess::Here(id)) => finding.did_you_mean(Some(self.with_anchor(id)), ""),
            Some(Guess::Elsewhere(other)) => {
                let right = self.written(&self.to_page(other), &fragment(anchor));
                finding.help(format!("that heading is in `{right}`")).suggest(Some(right))
            }
            None => {
                let headings = &self.site.page(page).article.body.headings;
                let ids = headings.iter().take(6).map(|heading| &heading.id);
                finding.help(match headings.is_empty() {
                    true => "the page has no headings; remove the fragment".to_owned(),
                    false => format!("its headings: {}", code_list(ids)),
                })
            }
        }
    }

    /// The page that the link is on, if it is on one: only there, destinations are source files and paths between them.
    /// Elsewhere they are URLs that nobody rewrites.
    fn own(&self) -> Option<PageId> {
        match self.document.holder {
            Holder::Page(page) => Some(page),
            Holder::Html(_) | Holder::Settings => None,
        }
    }

    /// The page that the link leads to.
    fn page(&self) -> Option<PageId> {
        match self.reference.target {
            Target::Place(Place::Page(page) | Place::SectionList(page, _)) => Some(page),
            Target::SamePage => self.own(),
            _ => None,
        }
    }

    fn source(&self, page: PageId) -> &str {
        self.site.page(page).article.path.as_str()
    }

    /// The URL of the file that the link leads to.
    fn asset(&self) -> Option<&str> {
        let Target::Place(Place::Asset(asset)) = self.reference.target else { return None };
        Some(self.site.routes.assets[asset as usize].url.as_str())
    }

    /// What follows the destination's path, as it is meant.
    fn rest(&self) -> &str {
        self.document.path_and_rest(self.reference).1
    }

    /// How a path and what follows it are written at the link's place.
    fn written(&self, path: &str, rest: &str) -> String {
        written(path, rest, self.reference.link.kind)
    }

    /// How the link is written when it names the page or file that it leads to.
    fn right(&self) -> Option<String> {
        let path = match self.page() {
            Some(page) => self.to_page(page),
            None => self.to_url(self.asset()?),
        };
        Some(self.written(&path, self.rest()))
    }

    /// How the link is written when it is the URL of what it leads to.
    fn right_url(&self) -> Option<String> {
        let Target::Place(place) = self.reference.target else { return None };
        Some(self.written(&self.below_root(&self.site.url(place)), self.rest()))
    }

    /// How a link to a page is written.
    fn to_page(&self, page: PageId) -> String {
        self.to(self.source(page), &self.site.page(page).url)
    }

    /// How a link to a file of the site is written, given its URL.
    fn to_url(&self, url: &str) -> String {
        self.to(&format!("{CONTENT}{url}"), &UrlPath::new(url))
    }

    /// How a link is written: to a source file, or where nothing is rewritten, to a URL.
    fn to(&self, source: &str, url: &UrlPath) -> String {
        match self.own() {
            Some(_) => relative_path(self.document.path.folder(), source),
            None => self.below_root(url),
        }
    }

    /// How a URL is written: with the base URL's path where nothing is rewritten.
    fn below_root(&self, url: &UrlPath) -> String {
        if self.own().is_some() { url.encoded() } else { self.site.href(url) }
    }

    /// The destination with another fragment.
    fn with_anchor(&self, id: &str) -> String {
        let path = self.destination().split('#').next().unwrap_or("");
        self.written(path, &fragment(id))
    }
}

fn fragment(id: &str) -> String {
    format!("#{}", encode_path(id))
}
