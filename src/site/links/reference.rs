//! A reference as one record: what is written and where, where it leads, and what is wrong with it.

use super::destination::split;
use crate::article::{HtmlFile, Link};
use crate::path::SourcePath;
use crate::site::routes::Place;
use crate::site::{PageId, Site};
use crate::source::Span;

/// A reference from a document to another place.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The link as it is written in its document.
    pub link: Link,
    /// Where it leads; for most problems, where it was meant to.
    pub target: Target,
    /// What is wrong: nothing, one thing, or one with the path and one with the fragment.
    pub problems: Vec<Problem>,
}

/// What holds references.
#[derive(Clone, Copy)]
pub enum Holder<'a> {
    /// An article or section page: destinations are source files, and are rewritten.
    Page(PageId),
    /// HTML that readers get as it is written: destinations are URLs.
    Html(&'a HtmlFile),
    /// The settings.
    Settings,
}

/// A file with its references, in the order in which they are written.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    /// What the file is.
    pub holder: Holder<'a>,
    /// The file.
    pub path: &'a SourcePath,
    /// The references.
    pub references: &'a [Reference],
    /// The text that destinations are taken from, where references do not hold them.
    pub(in crate::site) text: &'a str,
}

impl<'a> Document<'a> {
    /// The document of a page.
    pub fn of_page(site: &'a Site, id: PageId) -> Self {
        let article = &site.page(id).article;
        let references = &site.references[id.0 as usize];
        let text = &article.source.text;
        Self { holder: Holder::Page(id), path: &article.path, references, text }
    }

    /// The document of the settings.
    pub fn of_settings(site: &'a Site) -> Self {
        let references = &site.settings_references;
        Self { holder: Holder::Settings, path: &site.settings_file, references, text: "" }
    }

    /// The destination of one of its references; see [`Link::destination`].
    pub fn destination(&self, reference: &'a Reference) -> &'a str {
        reference.link.destination(self.text)
    }

    /// The path of the destination of one of its references, and what follows it: `?…`, `#…`.
    pub fn path_and_rest(&self, reference: &'a Reference) -> (&'a str, &'a str) {
        let (path, rest) = split(self.destination(reference));
        (path.trim(), rest.trim())
    }

    /// A place in the file.
    pub fn span(&self, (start, end): (u32, u32)) -> Span {
        Span { file: self.path.clone(), start, end }
    }
}

/// Where a link leads and what is wrong with it, while it is resolved.
pub(super) struct Resolution {
    pub target: Target,
    pub problems: Vec<Problem>,
}

/// What a link leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Something of the site.
    Place(Place),
    /// A place on the page itself, as written.
    SamePage,
    /// Another site, a mail address and the like, as written.
    Outside,
    /// Nothing that is known, as written.
    Unknown,
}

impl Target {
    /// The page that is led to.
    pub fn page(self) -> Option<PageId> {
        match self {
            Self::Place(Place::Page(page)) => Some(page),
            _ => None,
        }
    }
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
    /// A source file, in HTML that readers get as it is written.
    MdInHtml,
    /// An old address.
    LinkToAlias,
    /// An address that `site.yaml` redirects; where to.
    Redirected(Box<str>),
    /// A page or file of this site, by its full URL.
    OwnSiteAbsolute,
    /// The page that the link is on.
    SelfLink,
    /// An entry of `related` that names its own page.
    RelatedSelf,
    /// An entry of `related` that names the same page as one before it.
    RelatedDuplicate,
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
    /// `http:`.
    InsecureHttp,
    /// `javascript:` and the like.
    ForbiddenScheme,
    /// A mail address that is not a proper `mailto:` URL.
    MalformedMailto,
    /// `tel:` without a telephone number.
    MalformedTel,
}

impl Problem {
    /// Whether the link leads to its page all the same.
    pub(super) fn arrives(&self) -> bool {
        matches!(
            self,
            Self::PathCase
                | Self::UnicodeForm
                | Self::NonCanonicalUrl
                | Self::RelativeUrl
                | Self::AbsoluteMd
                | Self::MdInHtml
                | Self::LinkToAlias
                | Self::OwnSiteAbsolute
                | Self::SelfLink
        )
    }
}

impl Reference {
    pub(super) fn new(link: Link, Resolution { target, problems }: Resolution) -> Self {
        Self { link, target, problems }
    }
}

impl Resolution {
    /// Whether it leads to its page, though it may be written wrongly. Its fragment is not resolved yet.
    pub(super) fn arrives(&self) -> bool {
        self.problems.iter().all(Problem::arrives)
    }

    /// The same with this problem, unless there is one already.
    pub(super) fn or_wrong(mut self, problem: Problem) -> Self {
        if self.problems.is_empty() {
            self.problems.push(problem);
        }
        self
    }
}
