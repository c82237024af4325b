//! What one file of `content/` says: its front matter, and its body as HTML with slots for what only the whole site
//! knows. Nothing here depends on any other file.

pub mod front_matter;
mod grammar;

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use ahash::AHashMap;

use crate::diagnostic::Suppression;
use crate::path::SourcePath;
pub use front_matter::FrontMatter;
pub use grammar::Grammar;

/// One article or section page, parsed.
#[derive(Debug)]
pub struct Article {
    /// The file.
    pub path: SourcePath,
    /// Article or section page.
    pub kind: ArticleKind,
    /// The front matter, resolved.
    pub front_matter: FrontMatter,
    /// The body.
    pub body: Body,
    /// Comments that suppress findings.
    pub suppressions: Box<[Suppression]>,
    /// The source, and where the body begins in it.
    pub source: ArticleSource,
}

/// The text of an article as it is written. The places in [`Body`] are places in it.
#[derive(Clone, Debug)]
pub struct ArticleSource {
    /// The whole file.
    pub text: Arc<str>,
    /// Where the body begins.
    pub body: u32,
}

/// HTML that no article holds. It reaches readers as it is written.
#[derive(Debug)]
pub struct HtmlFile {
    /// The file.
    pub path: SourcePath,
    /// What kind of file it is.
    pub kind: HtmlKind,
    /// The links and other URL attributes, in order. Of a template, those that are written out.
    pub links: Vec<Link>,
    /// Every id that can be linked to, sorted. Of a template, those that are written out.
    pub ids: Vec<Box<str>>,
    /// The same ids, to be found whatever their case.
    pub folded_ids: FoldedIds,
    /// Whether a template has an id that is only known when a page is rendered.
    pub has_dynamic_ids: bool,
    /// Comments that suppress findings.
    pub suppressions: Box<[Suppression]>,
}

/// Which of the two an HTML file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HtmlKind {
    /// A file of `static/`, copied as it is.
    Static,
    /// A template, which stands around pages.
    Template,
}

impl HtmlFile {
    /// Whether a link to `#id` finds a place.
    pub fn has_id(&self, id: &str) -> bool {
        self.ids.binary_search_by(|known| known.as_ref().cmp(id)).is_ok()
    }

    /// The id that is different in case alone.
    pub fn id_in_other_case(&self, id: &str) -> Option<&str> {
        self.folded_ids.find(id, self.ids.iter().map(AsRef::as_ref))
    }
}

/// Ids by their lower-case forms, collected when the first link asks for an id that does not exist.
#[derive(Debug, Default)]
pub struct FoldedIds(OnceLock<AHashMap<String, Box<str>>>);

impl FoldedIds {
    fn find<'a>(&self, id: &str, ids: impl Iterator<Item = &'a str>) -> Option<&str> {
        let folded = self.0.get_or_init(|| {
            let mut folded = AHashMap::new();
            ids.for_each(|id| _ = folded.entry(id.to_lowercase()).or_insert_with(|| id.into()));
            folded
        });
        folded.get(&id.to_lowercase()).map(AsRef::as_ref)
    }
}

impl Article {
    /// Whether all is the same that other pages can see of it: path, front matter, and the ids on its page.
    pub fn looks_the_same_elsewhere(&self, other: &Self) -> bool {
        self.path == other.path
            && self.front_matter == other.front_matter
            && self.body.headings.len() == other.body.headings.len()
            && self.body.ids().eq(other.body.ids())
    }
}

/// Which of the two a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArticleKind {
    /// Any other Markdown file.
    Article,
    /// `index.md`: its folder's page.
    Section,
}

/// A body: HTML with slots.
#[derive(Debug, Default)]
pub struct Body {
    /// HTML with nothing at the slots' places.
    pub html: Box<str>,
    /// What goes into the HTML where, in order.
    pub slots: Box<[Slot]>,
    /// The headings, in order.
    pub headings: Box<[Heading]>,
    /// The links and other URL attributes, in order.
    pub links: Box<[Link]>,
    /// Ids that are no shown heading's: of raw HTML, of a heading that repeats the title, old ones. Sorted.
    pub other_ids: Box<[Box<str>]>,
    /// All ids, to be found whatever their case.
    pub folded_ids: FoldedIds,
}

impl Body {
    /// Every id that can be linked to.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.headings
            .iter()
            .map(|heading| heading.id.as_ref())
            .chain(self.other_ids.iter().map(AsRef::as_ref))
    }

    /// The id that is different in case alone.
    pub fn id_in_other_case(&self, id: &str) -> Option<&str> {
        self.folded_ids.find(id, self.ids())
    }
}

/// A place in a body that is filled when the page is rendered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slot {
    /// Offset in the HTML.
    pub at: u32,
    /// What goes there.
    pub content: SlotContent,
}

/// What a slot is filled with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SlotContent {
    /// The resolved URL of the link with this index, escaped for an attribute.
    Link(u32),
    /// ` width="…" height="…"` of the image that this link leads to, where known.
    Dimensions(u32),
    /// ` srcset="…" sizes="…"` of the image that this link leads to, where it has variants; and the width in pixels that is
    /// written of it, 0 where none is.
    Variants(u32, u16),
    /// The theme's string of that name, escaped.
    Word(&'static str),
    /// The anchor link of the heading with this index.
    Anchor(u32),
    /// The name of the n-th table's region, escaped.
    TableName(u32),
    /// Code in a language that is highlighted: the classes of its tokens. As many bytes of HTML follow, the code as text,
    /// which it stands in the place of.
    Code(Grammar, u32),
}

/// A heading.
#[derive(Debug, PartialEq)]
pub struct Heading {
    /// Level in the rendered page, 2 to 6.
    pub level: u8,
    /// The id.
    pub id: Box<str>,
    /// The text without markup.
    pub text: Box<str>,
    /// Offset of the heading in the source, and the offset after it.
    pub span: (u32, u32),
    /// Level as written, 1 to 6.
    pub written_level: u8,
}

/// A link or another attribute that holds a URL.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The destination; nothing where it is written in the source as it is meant, as nearly all are.
    destination: Option<Box<str>>,
    /// Offsets of the destination as written in the source.
    pub span: (u32, u32),
    /// What holds the destination.
    pub kind: LinkKind,
    /// Whether the span is in a reference definition; the offsets of the use, then.
    pub used_at: Option<(u32, u32)>,
}

impl Link {
    /// A link to a destination whose escapes and entities are resolved, written at a place.
    pub fn new(destination: impl Into<Box<str>>, at: Range<usize>, kind: LinkKind) -> Self {
        let span = (at.start as u32, at.end as u32);
        Self { destination: Some(destination.into()), span, kind, used_at: None }
    }

    /// Moves the link to its place in an article.
    pub fn place(&mut self, at: Range<usize>, source: &str) {
        self.span = (at.start as u32, at.end as u32);
        self.destination.take_if(|destination| source.get(at) == Some(destination));
    }

    /// The destination, escapes and entities resolved, not yet percent-decoded. `source` is the text of the article that the
    /// link stands in; a file of HTML needs none.
    pub fn destination<'a>(&'a self, source: &'a str) -> &'a str {
        let written = || source.get(self.span.0 as usize..self.span.1 as usize).unwrap_or("");
        self.destination.as_deref().unwrap_or_else(written)
    }
}

/// What holds a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// A link that a reader follows.
    Link,
    /// Something the page loads: an image, a video, a script.
    Resource,
    /// A link in angle brackets, `<https://…>`.
    Autolink,
    /// A link in raw HTML that a reader follows.
    HtmlLink,
    /// Something the page loads, in raw HTML.
    HtmlResource,
    /// An entry of `related`: a page's name.
    Related,
    /// A link of the theme's navigation or footer: a page's name.
    Theme,
    /// A link of the theme's navigation or footer: a full URL.
    ThemeUrl,
    /// An entry of `aliases`, which leads to its own page.
    Alias,
    /// A key of `anchors`: an old id.
    OldAnchor,
    /// A value of `anchors`: the id that replaces it.
    NewAnchor,
    /// The old address of a redirect of the settings; it leads where the redirect leads.
    RedirectFrom,
    /// Where a redirect of the settings leads.
    RedirectTo,
}

impl LinkKind {
    /// What an attribute of raw HTML holds.
    pub fn in_html(is_resource: bool) -> Self {
        if is_resource { Self::HtmlResource } else { Self::HtmlLink }
    }

    /// Whether the page loads the destination.
    pub fn is_resource(self) -> bool {
        matches!(self, Self::Resource | Self::HtmlResource)
    }

    /// Whether it is a link of a text. The others are written in YAML: names, old addresses, old ids, links of the theme.
    pub fn is_link(self) -> bool {
        matches!(
            self,
            Self::Link | Self::Autolink | Self::HtmlLink | Self::Resource | Self::HtmlResource
        )
    }

    /// Whether the destination is a page's name, its path from the content folder without extension, and no URL.
    pub fn is_name(self) -> bool {
        matches!(self, Self::Related | Self::Theme)
    }
}
