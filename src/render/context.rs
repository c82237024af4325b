//! The variables of templates. Each is a struct whose doc comments are the README's documentation, as a test proves.
//! Lists of pages hold values that are shared by all pages, so that a long list costs no copies.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use super::templates::{Key, Map, Value};

/// `site`: the same on every page.
#[derive(Serialize, JsonSchema)]
pub struct SiteContext<'a> {
    /// The site's name.
    pub title: &'a str,
    /// One sentence on what the site is for, or none.
    pub description: Option<&'a str>,
    /// The language of the content, as a BCP 47 tag.
    pub language: &'a str,
    /// `ltr` or `rtl`.
    pub text_direction: &'a str,
    /// A `mailto:` or `https:` URL for readers who need help, or none.
    pub contact: Option<&'a str>,
    /// The home page's URL.
    pub url: &'a str,
    /// The URL of the picture before the site's name, or none.
    pub logo: Option<String>,
    /// The width of that picture in CSS pixels, or none where it is unknown.
    pub logo_width: Option<u32>,
    /// Its height.
    pub logo_height: Option<u32>,
    /// The links in the header.
    pub navigation: Vec<NamedLinkContext<'a>>,
    /// The links in the footer.
    pub footer: Vec<NamedLinkContext<'a>>,
    /// The line in the footer, or none.
    pub footer_text: Option<&'a str>,
    /// The URL that feedback on an article is sent to, or none.
    pub feedback: Option<&'a str>,
    /// The URL of the feed, with the base URL's path, or none.
    pub feed: Option<String>,
    /// The picture shown with links to the site, or none.
    pub image: Option<ImageContext>,
    /// The language with its country, as OpenGraph has it (`pt_BR`), or none when `language` names no country.
    pub locale: Option<String>,
    /// Whether search engines are asked to leave the site out (`--preview`).
    pub preview: bool,
    /// Whether the site has a search of its own.
    pub search: bool,
    /// The `extra` of `site.yaml`.
    pub extra: &'a std::collections::BTreeMap<String, Json>,
}

/// A link of the header or the footer.
#[derive(Serialize, JsonSchema)]
pub struct NamedLinkContext<'a> {
    /// Its name.
    pub title: &'a str,
    /// Where it leads.
    pub url: String,
}

/// `site.image`: the picture shown with links to the site.
#[derive(Serialize, JsonSchema)]
pub struct ImageContext {
    /// The absolute URL.
    pub url: String,
    /// Its width in pixels, or none.
    pub width: Option<u32>,
    /// Its height in pixels, or none.
    pub height: Option<u32>,
}

/// `page`: the page that is rendered.
#[derive(Default, JsonSchema)]
pub struct PageContext<'a> {
    /// `article`, `section`, `home`, `search`, `404`, `gone` or `redirect`.
    pub kind: &'a str,
    /// The title.
    pub title: &'a str,
    /// The title in navigation.
    pub nav_title: &'a str,
    /// One sentence on what the page is for, or none.
    pub description: Option<&'a str>,
    /// The URL, with the base URL's path.
    pub url: &'a str,
    /// The absolute URL, or none when the site has no `base_url`.
    pub canonical: Option<String>,
    /// The URL of the page's text as Markdown, with the base URL's path, or none.
    pub markdown: Option<String>,
    /// Structured data for search engines: JSON-LD, safe in a `script` element; none when the site has no `base_url`.
    pub json_ld: Option<String>,
    /// When the text was last changed (`2026-04-16`), or none.
    pub updated: Option<String>,
    /// When the text was last reviewed, or none.
    pub reviewed: Option<String>,
    /// The day on which its review was due, when that has passed and `freshness.notice` is set; else none.
    pub overdue: Option<String>,
    /// Who wrote it, or none.
    pub author: Option<&'a str>,
    /// Whether it is a draft.
    pub draft: bool,
    /// Whether search lists it.
    pub search: bool,
    /// The source file, relative to the site's root.
    pub source: &'a str,
    /// Where the page is edited, or none.
    pub edit_url: Option<String>,
    /// The `extra` of the front matter.
    #[schemars(with = "std::collections::BTreeMap<String, Json>")]
    pub extra: Map,
}

/// An entry of a list of pages: of `breadcrumb`, `sidebar.articles`, `related`, `articles`, `subsections` and the like.
#[derive(JsonSchema)]
pub struct LinkContext<'a> {
    /// The page's title.
    #[schemars(with = "String")]
    pub title: Value,
    /// The title in navigation.
    #[schemars(with = "String")]
    pub nav_title: Value,
    /// The page's description, or none.
    pub description: Option<&'a str>,
    /// The page's URL, with the base URL's path.
    pub url: &'a str,
    /// When the page was last changed, or none.
    pub updated: Option<String>,
    /// Whether it is a draft.
    pub draft: bool,
    /// How many articles a section has; 0 for an article.
    pub article_count: usize,
}

/// An entry of `toc`: a heading of the page.
#[derive(JsonSchema)]
pub struct HeadingContext<'a> {
    /// The heading's id.
    pub id: &'a str,
    /// The heading's text.
    pub title: &'a str,
    /// Its level on the page, 2 to 6.
    pub level: u8,
}

/// `redirect`: where an old address leads.
#[derive(Serialize, JsonSchema)]
pub struct RedirectContext<'a> {
    /// The URL of the page, with the base URL's path.
    pub url: &'a str,
    /// The page's title.
    pub title: &'a str,
    /// The page's absolute URL, or none when the site has no `base_url`.
    pub canonical: Option<String>,
}

/// `sidebar`: the section's articles around the page, and the sections in it.
#[derive(Default, JsonSchema)]
pub struct SidebarContext {
    /// Articles of the section: all of them, or in a long section those around the page.
    #[schemars(with = "Vec<LinkContext>")]
    pub articles: Vec<Value>,
    /// Sections in the section.
    #[schemars(with = "Vec<LinkContext>")]
    pub subsections: Vec<Value>,
    /// How many articles the section has in all.
    pub count: usize,
    /// Whether `articles` holds only some of them.
    pub windowed: bool,
}

/// `backlinks`: pages whose text links to the page.
#[derive(Default, JsonSchema)]
pub struct BacklinksContext {
    /// The first 50 of them, by path.
    #[schemars(with = "Vec<LinkContext>")]
    pub pages: Vec<Value>,
    /// How many there are in all.
    pub count: usize,
}

/// An entry of `outline`: a section, and its articles where the site has fewer than 200.
#[derive(JsonSchema)]
pub struct OutlineContext {
    /// The section.
    #[schemars(with = "LinkContext")]
    pub section: Value,
    /// Its articles, or none.
    #[schemars(with = "Vec<LinkContext>")]
    pub articles: Vec<Value>,
}

/// `pagination`: which page of a section's list of articles this is.
#[derive(Serialize, JsonSchema)]
pub struct PaginationContext {
    /// The number of this page, from 1.
    pub number: usize,
    /// How many pages there are.
    pub count: usize,
    /// The URL of the page before, or none.
    pub previous: Option<String>,
    /// The URL of the page after, or none.
    pub next: Option<String>,
}

/// Turns a struct into the value that templates see: one field for each of the struct's, under the same name. The
/// engine's own conversion goes through `serde`, which copies every value that pages share.
macro_rules! fields_as_value {
    ($($name:ident $(<$lifetime:lifetime>)? { $($field:ident),+ })+) => {$(
        impl From<$name $(<$lifetime>)?> for Value {
            fn from(context: $name $(<$lifetime>)?) -> Self {
                let $name { $($field),+ } = context;
                let entries = [$((Key::Str(stringify!($field)), $field.into())),+];
                Map::from_iter(entries).into()
            }
        }
    )+};
}

fields_as_value! {
    PageContext<'_> {
        kind, title, nav_title, description, url, canonical, markdown, json_ld, updated, reviewed, overdue, author,
        draft, search, source, edit_url, extra
    }
    LinkContext<'_> { title, nav_title, description, url, updated, draft, article_count }
    HeadingContext<'_> { id, title, level }
    SidebarContext { articles, subsections, count, windowed }
    BacklinksContext { pages, count }
    OutlineContext { section, articles }
}

/// Every variable of the templates. `strings` holds the theme's strings, by name. All are set in every
/// template; those that do not apply to the page are none or empty.
#[derive(JsonSchema)]
pub struct Variables<'a> {
    /// The site.
    pub site: SiteContext<'a>,
    /// The theme's strings, by name.
    pub strings: std::collections::BTreeMap<String, String>,
    /// The page.
    pub page: PageContext<'a>,
    /// The page's text as HTML, safe to print.
    pub content: &'a str,
    /// The page's headings.
    pub toc: Vec<HeadingContext<'a>>,
    /// The section that the page is in, or none.
    pub section: Option<LinkContext<'a>>,
    /// From the home page to the section that the page is in.
    pub breadcrumb: Vec<LinkContext<'a>>,
    /// The section's articles and sections.
    pub sidebar: SidebarContext,
    /// The pages that the front matter names.
    pub related: Vec<LinkContext<'a>>,
    /// The pages that link here.
    pub backlinks: BacklinksContext,
    /// The article before this one in its section, or none.
    pub previous: Option<LinkContext<'a>>,
    /// The article after this one in its section, or none.
    pub next: Option<LinkContext<'a>>,
    /// The sections in the home page's or a section's folder.
    pub subsections: Vec<LinkContext<'a>>,
    /// The articles of a section, 100 a page.
    pub articles: Vec<LinkContext<'a>>,
    /// Every section of the site, on the search page.
    pub outline: Vec<OutlineContext>,
    /// Which page of the list of articles this is.
    pub pagination: PaginationContext,
    /// Where an old address leads, in `redirect.html`.
    pub redirect: Option<RedirectContext<'a>>,
}

/// The JSON Schema of all variables.
pub fn schema() -> Json {
    let mut schema = schemars::schema_for!(Variables<'static>);
    schema.insert("title".to_owned(), "Variables of silcrow's templates".into());
    schema.to_value()
}
