//! Where each link leads, in the order that the project's link rules give. Answers come from the table of routes; the
//! file system is never asked. Renderer and checker use the same answers.

mod destination;

use percent_encoding::percent_decode_str;

use super::routes::{Place, Routes, canonical_form};
use super::tree::folder;
use super::{PageId, Site};
use crate::article::{Link, LinkKind};
use crate::path::{SourcePath, UrlPath, extension, nfc};
use destination::{decode, is_mail_address, normalise, with_scheme};

/// Where a link leads, and what is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolution {
    /// Where it leads; for most problems, where it was meant to.
    pub target: Target,
    /// What is wrong.
    pub problem: Option<Box<Problem>>,
}

/// What a link leads to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// A page. What follows the path in the destination (`?…`, `#…`) begins at `rest`.
    Page {
        /// The page.
        page: PageId,
        /// Offset in the destination.
        rest: u32,
    },
    /// A further page of a section's list.
    SectionList {
        /// The section's page.
        page: PageId,
        /// The number of the list's page, from 2.
        number: u32,
        /// Offset in the destination of what follows the path.
        rest: u32,
    },
    /// A file, by its index among the assets.
    Asset {
        /// The index.
        asset: u32,
        /// Offset in the destination of what follows the path.
        rest: u32,
    },
    /// Something that every site has, by the path as written; it begins with `/`.
    Generated,
    /// A place on the page itself, as written.
    SamePage,
    /// Another site, a mail address and the like, as written.
    Outside,
    /// Nothing that is known, as written.
    Unknown,
}

/// What is wrong with a link.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// No page is there; the source path, or with a leading `/` the URL, that was looked for.
    MissingPage(Box<str>),
    /// No file is there; the URL path that was looked for.
    MissingAsset(Box<str>),
    /// The page has no such id; the id, decoded.
    MissingAnchor(Box<str>),
    /// The page has the id in other case; that id.
    AnchorCase(Box<str>),
    /// The source is named so in other case.
    PathCase,
    /// The source is named so in another Unicode form.
    UnicodeForm,
    /// It climbs out of the site.
    EscapesRoot,
    /// The page is a draft.
    DraftTarget,
    /// A page's URL, not in its own form.
    NonCanonicalUrl,
    /// A page by a relative URL.
    RelativeUrl,
    /// A source file from the root.
    AbsoluteMd,
    /// An old address.
    LinkToAlias,
    /// A backslash.
    Backslash,
    /// A `%` without two hexadecimal digits, or bytes that are not UTF-8.
    BadPercentEncoding,
    /// Nothing.
    EmptyDestination,
    /// `#` alone.
    EmptyFragment,
    /// `//host`.
    ProtocolRelative,
    /// The writer's own machine or network.
    LocalUrl,
    /// `javascript:` and the like.
    ForbiddenScheme,
    /// A mail address that is not a proper `mailto:` URL.
    MalformedMailto,
}

/// Where all links of a page lead.
pub fn of_page(site: &Site, id: PageId) -> Box<[Resolution]> {
    site.page(id).article.body.links.iter().map(|link| resolve(site, id, link)).collect()
}

fn found(target: Target) -> Resolution {
    Resolution { target, problem: None }
}

fn wrong(target: Target, problem: Problem) -> Resolution {
    Resolution { target, problem: Some(Box::new(problem)) }
}

fn resolve(site: &Site, from: PageId, link: &Link) -> Resolution {
    let destination = link.destination.trim_matches(|c: char| c.is_ascii_whitespace());
    if destination.is_empty() {
        return wrong(Target::SamePage, Problem::EmptyDestination);
    }
    if destination == "#" {
        return wrong(Target::SamePage, Problem::EmptyFragment);
    }
    if let Some(resolution) = with_scheme(destination) {
        return resolution;
    }
    if destination.starts_with("//") {
        return wrong(Target::Outside, Problem::ProtocolRelative);
    }
    if destination.contains('\\') {
        return wrong(Target::Unknown, Problem::Backslash);
    }
    if is_mail_address(destination) {
        return wrong(Target::Outside, Problem::MalformedMailto);
    }
    let path_end = destination.find(['?', '#']).unwrap_or(destination.len());
    let fragment = destination.find('#').map(|at| &destination[at + 1..]);
    // The rest is cut from the destination as it stands, white space and all.
    let trimmed = link.destination.len()
        - link.destination.trim_start_matches(|c: char| c.is_ascii_whitespace()).len();
    let rest = (path_end + trimmed) as u32;
    let resolution = if path_end == 0 {
        found(Target::Page { page: from, rest })
    } else {
        path(site, from, link.kind, &destination[..path_end], rest)
    };
    let resolution = match fragment {
        Some(fragment) => with_fragment(site, resolution, fragment),
        None => resolution,
    };
    // A link within the page stays as it is written: it works under any URL of the page.
    if path_end == 0 && matches!(resolution.target, Target::Page { .. }) {
        return Resolution { target: Target::SamePage, ..resolution };
    }
    resolution
}

fn path(site: &Site, from: PageId, kind: LinkKind, written: &str, rest: u32) -> Resolution {
    let Some(decoded) = decode(written) else {
        return wrong(Target::Unknown, Problem::BadPercentEncoding);
    };
    let source_folder = folder(&site.page(from).article.path);
    let Some(normal) = normalise(source_folder, &decoded) else {
        return wrong(Target::Unknown, Problem::EscapesRoot);
    };
    let normal_form = nfc(&normal).into_owned();
    let look = Look {
        site,
        routes: &site.routes,
        from,
        kind,
        rest,
        decoded: &decoded,
        path: &normal_form,
    };
    let resolution = if decoded.starts_with('/') {
        look.absolute()
    } else if extension(&normal_form).is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
    {
        look.source()
    } else {
        look.relative()
    };
    match resolution.problem {
        None if normal_form != normal => {
            Resolution { problem: Some(Box::new(Problem::UnicodeForm)), ..resolution }
        }
        _ => resolution,
    }
}

/// One path that is looked up.
struct Look<'a> {
    site: &'a Site,
    routes: &'a Routes,
    from: PageId,
    kind: LinkKind,
    rest: u32,
    /// Decoded, as written.
    decoded: &'a str,
    /// From the root, without `.` and `..`, in NFC.
    path: &'a str,
}

impl Look<'_> {
    fn absolute(&self) -> Resolution {
        let as_written = UrlPath::new(self.decoded);
        if let Some(resolution) = self.place(&as_written) {
            return resolution;
        }
        let canonical = canonical_form(self.path);
        if let Some(resolution) = self.place(&canonical) {
            let is_asset = matches!(resolution.target, Target::Asset { .. });
            return if is_asset && self.path == self.decoded {
                resolution
            } else {
                self.unless_worse(resolution, Problem::NonCanonicalUrl)
            };
        }
        if let Some(page) = self.routes.alias(&canonical) {
            return self.page(page, Some(Problem::LinkToAlias));
        }
        if let Some(page) = self.routes.page(&content(self.path)) {
            return self.page(page, Some(Problem::AbsoluteMd));
        }
        self.twin(&canonical).unwrap_or_else(|| self.missing())
    }

    fn source(&self) -> Resolution {
        let source = content(self.path);
        if let Some(page) = self.routes.page(&source) {
            return self.page(page, None);
        }
        match self.routes.page_in_other_case(source.as_str()) {
            Some(page) => self.page(page, Some(Problem::PathCase)),
            // A Markdown file that is offered as a file, in `static/`.
            None => match self.routes.place(&UrlPath::new(self.path)) {
                Some(Place::Asset(asset)) => found(Target::Asset { asset, rest: self.rest }),
                _ => wrong(Target::Unknown, Problem::MissingPage(source.as_str().into())),
            },
        }
    }

    fn relative(&self) -> Resolution {
        if let Some(Place::Asset(asset)) = self.routes.place(&UrlPath::new(self.path)) {
            return found(Target::Asset { asset, rest: self.rest });
        }
        let bare = self.path.trim_end_matches('/');
        let by_source = || {
            self.routes
                .page(&content(&format!("{bare}.md")))
                .or_else(|| self.routes.page(&content(&format!("{bare}/index.md"))))
        };
        if let Some(page) = by_source() {
            return self.page(page, Some(Problem::RelativeUrl));
        }
        // Read as a browser would: relative to the page's own URL.
        let own = self.site.page(self.from).url.as_str();
        let as_url = normalise(own, self.decoded).map(|path| canonical_form(&nfc(&path)));
        if let Some(url) = &as_url
            && let Some(Place::Page(page)) = self.routes.place(url)
        {
            return self.page(page, Some(Problem::RelativeUrl));
        }
        let folded = self.routes.page_in_other_case(content(&format!("{bare}.md")).as_str());
        if let Some(page) = folded {
            return self.page(page, Some(Problem::RelativeUrl));
        }
        self.twin(&UrlPath::new(self.path)).unwrap_or_else(|| self.missing())
    }

    fn place(&self, url: &UrlPath) -> Option<Resolution> {
        Some(match self.routes.place(url)? {
            Place::Page(page) => self.page(page, None),
            Place::SectionList(page, number) => {
                found(Target::SectionList { page, number, rest: self.rest })
            }
            Place::Asset(asset) => found(Target::Asset { asset, rest: self.rest }),
            Place::Generated => found(Target::Generated),
        })
    }

    /// The same path in other case.
    fn twin(&self, url: &UrlPath) -> Option<Resolution> {
        let twin = self.routes.url_in_other_case(url.as_str())?;
        let resolution = self.place(twin)?;
        Some(self.unless_worse(resolution, Problem::PathCase))
    }

    fn page(&self, page: PageId, problem: Option<Problem>) -> Resolution {
        let target = Target::Page { page, rest: self.rest };
        let problem =
            if self.site.page(page).included { problem } else { Some(Problem::DraftTarget) };
        Resolution { target, problem: problem.map(Box::new) }
    }

    fn unless_worse(&self, resolution: Resolution, problem: Problem) -> Resolution {
        Resolution { problem: resolution.problem.or(Some(Box::new(problem))), ..resolution }
    }

    fn missing(&self) -> Resolution {
        let is_file = self.kind.is_resource()
            || extension(self.path.rsplit('/').next().unwrap_or(""))
                .is_some_and(|extension| !extension.eq_ignore_ascii_case("md"));
        let problem = if is_file {
            Problem::MissingAsset(self.path.into())
        } else {
            Problem::MissingPage(self.path.into())
        };
        wrong(Target::Unknown, problem)
    }
}

fn content(path: &str) -> SourcePath {
    SourcePath::new(&format!("content/{}", path.trim_start_matches('/')))
}

/// Looks for the place on the page that a fragment names: raw, then percent-decoded, exactly (WHATWG HTML, section
/// 7.4.6.4); text fragments (`:~:`) are the browser's.
fn with_fragment(site: &Site, resolution: Resolution, fragment: &str) -> Resolution {
    let Target::Page { page, .. } = resolution.target else { return resolution };
    let id = fragment.split(":~:").next().unwrap_or("");
    if resolution.problem.is_some() || id.is_empty() || id.eq_ignore_ascii_case("top") {
        return resolution;
    }
    let body = &site.page(page).article.body;
    if body.has_id(id) {
        return resolution;
    }
    let decoded = percent_decode_str(id).decode_utf8_lossy();
    if body.has_id(&decoded) {
        return resolution;
    }
    let folded = decoded.to_lowercase();
    let problem = match body.ids().find(|known| known.to_lowercase() == folded) {
        Some(known) => Problem::AnchorCase(known.into()),
        None => Problem::MissingAnchor(decoded.into()),
    };
    Resolution { problem: Some(Box::new(problem)), ..resolution }
}
