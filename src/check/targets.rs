//! Where links lead: the problems that resolving them found, put into words, with what was likely meant.

use std::collections::BTreeMap;

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
use crate::path::encode_path;
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
    let mut findings: Vec<Diagnostic> = Vec::new();
    // A broken reference definition is one mistake, however often it is used: where its findings begin, and how many.
    let mut definitions: BTreeMap<(u32, u32), (usize, usize)> = BTreeMap::new();
    for reference in document.references.iter().filter(|reference| !reference.problems.is_empty()) {
        let link = &reference.link;
        let used = |at| Label { span: document.span(at), message: "used here".to_owned() };
        if let Some((first, count)) = link.used_at.and_then(|_| definitions.get(&link.span)) {
            let known = &mut findings[*first..first + count];
            known.iter_mut().for_each(|finding| finding.related.extend(link.used_at.map(used)));
            continue;
        }
        let first = findings.len();
        let suggests = first < SUGGESTED_LINKS;
        let broken = Broken { site, names, document, reference, suggests };
        let rules = &site.configuration.rules;
        let is_on = |problem: &&Problem| match problem {
            Problem::InsecureHttp => rules.is_on(&INSECURE_HTTP),
            Problem::SelfLink => rules.is_on(&SELF_LINK),
            _ => true,
        };
        for problem in reference.problems.iter().filter(is_on) {
            let mut finding = broken.finding(problem);
            finding.related.extend(link.used_at.map(used));
            finding.target = site.target(reference.target, document.path);
            findings.push(finding);
        }
        if link.used_at.is_some() {
            definitions.insert(link.span, (first, findings.len() - first));
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

    fn finding(&self, problem: &Problem) -> Diagnostic {
        if self.reference.link.kind.is_name() {
            return self.of_name(problem);
        }
        let site = self.site;
        let destination = self.destination();
        let page = self.page();
        let new = |rule: &'static Rule, message: String| {
            Diagnostic::new(rule, self.document.span(self.reference.link.span), message)
        };
        let right = || page.map(|page| self.written(&self.to_page(page), self.rest()));
        match problem {
            Problem::MissingPage(wanted) => {
                let wanted = wanted.trim_start_matches(CONTENT);
                self.missing_page(
                    wanted,
                    new(&MISSING_PAGE, format!("there is no page `{}`", wanted.trim_matches('/'))),
                )
            }
            Problem::MissingAsset(wanted) => self.missing_asset(
                wanted,
                new(&MISSING_ASSET, format!("there is no file `{}`", wanted.trim_matches('/'))),
            ),
            Problem::MissingAnchor(anchor) => {
                self.missing_anchor(anchor, new(&MISSING_ANCHOR, self.no_heading(anchor)))
            }
            Problem::AnchorCase(id) => new(&ANCHOR_CASE, format!("the heading's id is `{id}`"))
                .fix(Some(self.with_anchor(id))),
            Problem::PathCase => {
                let right = right().or_else(|| {
                    self.asset().map(|url| self.written(&self.to_url(url), self.rest()))
                });
                new(&PATH_CASE, "the file is named so in other case".to_owned()).fix(right)
            }
            Problem::UnicodeForm => {
                let right = right().or_else(|| {
                    self.asset().map(|url| self.written(&self.to_url(url), self.rest()))
                });
                new(
                    &UNICODE_NORMALISATION,
                    "the file is named so in another Unicode form".to_owned(),
                )
                .write(right)
            }
            Problem::EscapesRoot => {
                new(&ESCAPES_ROOT, format!("`{destination}` climbs out of the site"))
                    .help("remove some of the `..`")
            }
            Problem::DraftTarget => {
                let target =
                    page.map_or(String::new(), |page| site.page(page).article.path.to_string());
                new(&DRAFT_TARGET, format!("`{target}` is a draft"))
                    .help("publish it, remove the link, or build with `--drafts`")
            }
            Problem::NonCanonicalUrl => {
                let url = page
                    .map(|page| site.page(page).url.encoded())
                    .or_else(|| self.asset().map(encode_path));
                let right = url.map(|url| self.written(&self.below_root(&url), self.rest()));
                new(&NON_CANONICAL_URL, format!("`{destination}` is not the page's own URL"))
                    .fix(right)
            }
            Problem::RelativeUrl => {
                new(&RELATIVE_URL, format!("`{destination}` is not a source file")).fix(right())
            }
            Problem::AbsoluteMd => {
                new(&ABSOLUTE_MD, format!("`{destination}` begins with `/`")).fix(right())
            }
            Problem::MdInHtml => {
                let help = "write the page's URL: here, nothing is rewritten";
                new(
                    &MD_LINK_IN_HTML,
                    format!("`{destination}` is a source file, which readers do not have"),
                )
                .help(help)
                .write(right())
            }
            Problem::LinkToAlias => {
                new(&LINK_TO_ALIAS, format!("`{destination}` is an old address")).fix(right())
            }
            Problem::Redirected(to) => new(
                &LINK_TO_ALIAS,
                format!("`{destination}` is an old address, redirected to `{to}`"),
            )
            .help("link to the page itself"),
            Problem::OwnSiteAbsolute => {
                let (what, right) = match self.file() {
                    Some(path) => ("file", Some(self.written(&path, self.rest()))),
                    None => ("page", right()),
                };
                new(&OWN_SITE_ABSOLUTE, format!("`{destination}` is a {what} of this site"))
                    .write(right)
            }
            Problem::SelfLink | Problem::RelatedSelf | Problem::RelatedDuplicate => {
                new(&SELF_LINK, "this link leads to the page that it is on".to_owned())
                    .help("link to a heading of the page, or remove the link")
            }
            Problem::Backslash => new(&BACKSLASH_PATH, "a URL has no backslash".to_owned())
                .fix(Some(destination.replace('\\', "/"))),
            Problem::BadPercentEncoding => {
                new(&BAD_PERCENT_ENCODING, format!("`{destination}` is not percent-encoded UTF-8"))
                    .help("write `%` as `%25`")
            }
            Problem::EmptyDestination => {
                new(&EMPTY_DESTINATION, "this link has no destination".to_owned())
                    .help("write where it leads, or remove the brackets")
            }
            Problem::EmptyFragment => {
                new(&EMPTY_FRAGMENT, "`#` alone leads to the top of the page".to_owned())
                    .help("write `#top`, or a heading's id")
                    .suggest(Some("#top".to_owned()))
            }
            Problem::ProtocolRelative => {
                new(&PROTOCOL_RELATIVE, format!("`{destination}` has no scheme"))
                    .write(Some(format!("https:{destination}")))
            }
            Problem::LocalUrl => new(&LOCAL_URL, format!("readers cannot reach `{destination}`"))
                .help("write a public address, or show it as code"),
            Problem::InsecureHttp => {
                new(&INSECURE_HTTP, format!("`{destination}` is not encrypted on its way"))
                    .write(Some(format!("https{}", &destination[4..])))
            }
            Problem::ForbiddenScheme => {
                new(&FORBIDDEN_SCHEME, "a link cannot run a script".to_owned())
                    .help("remove the link")
            }
            Problem::MalformedMailto => {
                let right = (!destination.contains(':')).then(|| format!("mailto:{destination}"));
                new(
                    &MALFORMED_MAILTO,
                    format!("`{destination}` is not a `mailto:` URL with an address"),
                )
                .help("write `mailto:` and an address")
                .write(right)
            }
            Problem::MalformedTel => new(
                &MALFORMED_TEL,
                format!("`{destination}` is not a `tel:` URL with a number"),
            )
            .help("write digits with the country's code and no spaces, like `tel:+1-201-555-0123`"),
        }
    }

    /// The finding of a page's name: an entry of `related`, or a link of the theme.
    fn of_name(&self, problem: &Problem) -> Diagnostic {
        let (name, kind) = (self.destination(), self.reference.link.kind);
        let (missing, what) = match kind {
            LinkKind::Related => (&MISSING_RELATED, "entry"),
            _ => (&MISSING_PAGE, "link"),
        };
        let new = |rule: &'static Rule, message: String| {
            Diagnostic::new(rule, self.document.span(self.reference.link.span), message)
        };
        match problem {
            Problem::RelatedSelf => {
                new(&RELATED_SELF, format!("`{name}` is this page")).help("remove the entry")
            }
            Problem::RelatedDuplicate => {
                new(&RELATED_DUPLICATE, format!("duplicate entry `{name}`"))
                    .help("remove one of the two")
            }
            Problem::DraftTarget => new(&DRAFT_TARGET, format!("`{name}` is a draft"))
                .help(format!("publish it, remove the {what}, or build with `--drafts`")),
            _ => {
                let near = if self.suggests { self.names.page_name(name) } else { None };
                let help = near.map_or_else(
                    || {
                        "write the page's path from the content folder, without extension"
                            .to_owned()
                    },
                    |near| format!("did you mean `{near}`?"),
                );
                let finding = new(missing, format!("there is no page `{name}`"));
                finding.help(help).suggest(near.map(str::to_owned))
            }
        }
    }

    /// The page that the link leads to.
    fn page(&self) -> Option<PageId> {
        match (self.reference.target, self.document.holder) {
            (Target::Place(Place::Page(page) | Place::SectionList(page, _)), _) => Some(page),
            (Target::SamePage, Holder::Page(own)) => Some(own),
            _ => None,
        }
    }

    /// The URL of the file that the link leads to.
    fn asset(&self) -> Option<&str> {
        match self.reference.target {
            Target::Place(Place::Asset(asset)) => {
                Some(self.site.routes.assets[asset as usize].url.as_str())
            }
            _ => None,
        }
    }

    /// How a link to the file that it leads to is written; nothing where it leads to a page.
    fn file(&self) -> Option<String> {
        match self.reference.target {
            Target::Place(Place::Asset(_)) => Some(self.to_url(self.asset()?)),
            Target::Place(Place::Page(_) | Place::SectionList(..)) => None,
            Target::Place(place) => Some(self.below_root(&self.site.url(place).encoded())),
            _ => None,
        }
    }

    /// What follows the destination's path, as it is meant.
    fn rest(&self) -> &str {
        let destination = self.destination();
        destination.find(['?', '#']).map_or("", |at| &destination[at..])
    }

    /// How a path and what follows it are written at the link's place.
    fn written(&self, path: &str, rest: &str) -> String {
        written(path, rest, self.reference.link.kind)
    }

    /// How a link to a page is written: to its source file, or where nothing is rewritten, to its URL.
    fn to_page(&self, page: PageId) -> String {
        let page = self.site.page(page);
        match self.document.holder {
            Holder::Page(_) => {
                relative_path(self.document.path.folder(), page.article.path.as_str())
            }
            Holder::Html(_) | Holder::Settings => self.below_root(&page.url.encoded()),
        }
    }

    /// How a link to a file of the site is written, given its URL.
    fn to_url(&self, url: &str) -> String {
        match self.document.holder {
            Holder::Page(_) => {
                let folder = self.document.path.folder().trim_start_matches(CONTENT);
                relative_path(folder, url)
            }
            Holder::Html(_) | Holder::Settings => self.below_root(&encode_path(url)),
        }
    }

    /// How an encoded URL below the base URL is written: with its path where nothing is rewritten.
    fn below_root(&self, url: &str) -> String {
        match self.document.holder {
            Holder::Page(_) => url.to_owned(),
            Holder::Html(_) | Holder::Settings => {
                format!("{}{}", self.site.base.path(), url.trim_start_matches('/'))
            }
        }
    }

    /// The destination with another fragment.
    fn with_anchor(&self, id: &str) -> String {
        let path = self.destination().split('#').next().unwrap_or("");
        self.written(path, &format!("#{}", encode_path(id)))
    }

    fn missing_page(&self, wanted: &str, finding: Diagnostic) -> Diagnostic {
        let from = match self.document.holder {
            Holder::Page(page) => Some(page),
            Holder::Html(_) | Holder::Settings => None,
        };
        let page = if self.suggests { self.names.page(wanted, from) } else { None };
        match page.map(|page| self.written(&self.to_page(page), self.rest())) {
            Some(right) => finding.help(format!("did you mean `{right}`?")).suggest(Some(right)),
            None => finding.help("create the page, or remove the link"),
        }
    }

    fn missing_asset(&self, wanted: &str, finding: Diagnostic) -> Diagnostic {
        let url = if self.suggests { self.names.asset(wanted) } else { None };
        match url.map(|url| self.written(&self.to_url(url), "")) {
            Some(right) => finding.help(format!("did you mean `{right}`?")).suggest(Some(right)),
            None => finding.help("put the file beside the article or in `static/`"),
        }
    }

    fn no_heading(&self, anchor: &str) -> String {
        match (self.page(), self.document.holder) {
            (Some(page), Holder::Page(own)) if page == own => {
                format!("this page has no heading with the id `{anchor}`")
            }
            (Some(page), _) => {
                let path = &self.site.page(page).article.path;
                let path = path.below(CONTENT).unwrap_or_default();
                format!("`{path}` has no heading with the id `{anchor}`")
            }
            (None, _) => match self.asset() {
                Some(url) => format!("`{}` has no id `{anchor}`", url.trim_start_matches('/')),
                None => format!("nothing has the id `{anchor}`"),
            },
        }
    }

    fn missing_anchor(&self, anchor: &str, finding: Diagnostic) -> Diagnostic {
        let Some(page) = self.page().filter(|_| self.suggests) else {
            return finding.help("correct the fragment, or remove it");
        };
        match self.names.anchor(page, anchor) {
            Some(Guess::Here(id)) => {
                let right = self.with_anchor(id);
                finding.help(format!("did you mean `{right}`?")).suggest(Some(right))
            }
            Some(Guess::Elsewhere(other)) => {
                let right =
                    self.written(&self.to_page(other), &format!("#{}", encode_path(anchor)));
                finding.help(format!("that heading is in `{right}`")).suggest(Some(right))
            }
            None => {
                let headings = &self.site.page(page).article.body.headings;
                finding.help(if headings.is_empty() {
                    "the page has no headings; remove the fragment".to_owned()
                } else {
                    let ids = headings.iter().take(6).map(|heading| &heading.id);
                    format!("its headings: {}", code_list(ids))
                })
            }
        }
    }
}
