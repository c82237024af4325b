//! Where each link leads, in the order that the project's link rules give. Answers come from the table of routes; the
//! file system is never asked. Renderer and checker use the same answers.

mod anchors;
mod destination;
mod reference;
mod written;

use std::collections::BTreeSet;
use std::sync::Arc;

use memchr::memchr;

use super::generated::Generated;
use super::routes::{Place, Routes};
use super::tree::{CONTENT, folder};
use super::{PageId, Site};
use crate::article::{HtmlFile, HtmlKind, Link, LinkKind};
use crate::config::Configuration;
use crate::fields::Named;
use crate::path::{UrlPath, extension, nfc};
use crate::redirect::{Location, Redirect, canonical_form};
use crate::url::WebUrl;
pub use reference::{Document, Holder, Problem, Reference, Target};
pub use written::{relative_path, written, written_url};

use anchors::Anchors;
use destination::{decode, is_mail_address, normalise, scheme, scheme_problem, split};
use reference::Resolution;

fn found(target: Target) -> Resolution {
    Resolution { target, problems: Vec::new() }
}

fn wrong(target: Target, problem: Problem) -> Resolution {
    found(target).or_wrong(problem)
}

/// A page of the site. That it is a draft matters more than how the link is written.
fn to_page(site: &Site, page: PageId, problem: Option<Problem>) -> Resolution {
    let is_draft = !site.page(page).included;
    let problem = if is_draft { Some(Problem::DraftTarget) } else { problem };
    Resolution { target: Target::Place(Place::Page(page)), problems: problem.into_iter().collect() }
}

/// Whether a path as it is written leads from a folder below `content` to a file below it.
pub fn leads_to(path: &str, folder: &str, file: &str) -> bool {
    let joined = decode(path).and_then(|path| normalise("", folder, &path));
    joined.is_some_and(|joined| nfc(joined.trim_start_matches('/')) == file)
}

/// The references of a page.
pub fn of_page(site: &Site, id: PageId) -> Arc<[Reference]> {
    let article = &site.page(id).article;
    let front_matter = &article.front_matter;
    let body = article.body.links.iter().map(|link| {
        let written = link.destination(&article.source.text);
        Reference::new(link.clone(), resolve(site, Holder::Page(id), link.kind, written))
    });
    let mut named = BTreeSet::new();
    let related = front_matter.related.iter().map(|entry| {
        let mut resolution = by_name(site, entry);
        if let Some(page) = resolution.target.page() {
            let is_duplicate = !named.insert(page);
            if page == id {
                resolution = wrong(resolution.target, Problem::RelatedSelf);
            } else if is_duplicate {
                resolution = wrong(resolution.target, Problem::RelatedDuplicate);
            }
        }
        Reference::new(Link::new(entry.as_str(), entry.at(), LinkKind::Related), resolution)
    });
    let own = Target::Place(Place::Page(id));
    let aliases = front_matter.aliases.iter().map(|alias| {
        Reference::new(Link::new(alias.as_written(), alias.at(), LinkKind::Alias), found(own))
    });
    let anchors = front_matter.anchors.iter().flat_map(|Named { name: old, value: new }| {
        let ids = [(old, LinkKind::OldAnchor), (new, LinkKind::NewAnchor)];
        ids.map(|(id, kind)| {
            Reference::new(Link::new(id.as_str(), id.at(), kind), found(Target::SamePage))
        })
    });
    body.chain(related).chain(aliases).chain(anchors).collect()
}

/// The references of the settings: the theme's links, in their order; then each redirect's old address and where it leads.
pub fn of_settings(site: &Site) -> Arc<[Reference]> {
    let Configuration { theme, redirects, .. } = &*site.configuration;
    let of_theme = theme.links().map(|Named { value: to, .. }| {
        let (kind, resolution) = match to.contains(':') {
            true => {
                let kind = LinkKind::ThemeUrl;
                (kind, resolve(site, Holder::Settings, kind, to))
            }
            false => (LinkKind::Theme, by_name(site, to)),
        };
        Reference::new(Link::new(to.as_str(), to.at(), kind), resolution)
    });
    let of_redirects = redirects.iter().flat_map(|Redirect { from, to, .. }| {
        let resolution = resolve(site, Holder::Settings, LinkKind::RedirectTo, to);
        let target = match resolution.problems.first() {
            // An old address leads to its page wherever that moves.
            Some(Problem::LinkToAlias) => Target::Unknown,
            _ => resolution.target,
        };
        let from = Link::new(from.as_written(), from.at(), LinkKind::RedirectFrom);
        let to = Link::new(to.as_str(), to.at(), LinkKind::RedirectTo);
        [from, to].map(|link| Reference::new(link, found(target)))
    });
    of_theme.chain(of_redirects).collect()
}

/// Where the name of a page leads.
fn by_name(site: &Site, name: &str) -> Resolution {
    match site.routes.page_by_name(name) {
        Some(page) => to_page(site, page, None),
        None => wrong(Target::Unknown, Problem::MissingPage(name.into())),
    }
}

/// The references of an HTML file.
pub fn of_html(site: &Site, file: &HtmlFile) -> Box<[Reference]> {
    let resolved = |link: &Link| {
        let resolution = resolve(site, Holder::Html(file), link.kind, link.destination(""));
        Reference::new(link.clone(), resolution)
    };
    file.links.iter().map(resolved).collect()
}

fn resolve(site: &Site, holder: Holder<'_>, kind: LinkKind, written: &str) -> Resolution {
    let destination = written.trim_ascii();
    let lookup = Lookup { site, routes: &site.routes, holder, kind };
    let (path, rest) = split(destination);
    let resolution = if destination.is_empty() {
        return wrong(Target::SamePage, Problem::EmptyDestination);
    } else if destination == "#" {
        return wrong(Target::SamePage, Problem::EmptyFragment);
    } else if let Some((scheme, rest)) = scheme(destination) {
        let url = WebUrl::parse(destination).ok();
        let problem = scheme_problem(scheme, rest, url.as_ref());
        let is_local = problem == Some(Problem::LocalUrl);
        let base = site.configuration.base_url.as_ref();
        let is_own = |url: &WebUrl| !is_local && base.is_some_and(|base| base.is_host_of(url));
        let Some(own) = url.filter(is_own) else {
            let is_drive = scheme.len() == 1;
            let target = if is_drive { Target::Unknown } else { Target::Outside };
            return Resolution { target, problems: problem.into_iter().collect() };
        };
        lookup.own_site(&own)
    } else if destination.starts_with("//") {
        return wrong(Target::Outside, Problem::ProtocolRelative);
    } else if memchr(b'\\', destination.as_bytes()).is_some() {
        return wrong(Target::Unknown, Problem::Backslash);
    } else if is_mail_address(destination) {
        return wrong(Target::Outside, Problem::MalformedMailto);
    } else if path.is_empty() {
        // A link within the page stays as it is written: it works under any URL of the page.
        found(Target::SamePage)
    } else {
        lookup.path(path)
    };
    match rest.split_once('#') {
        Some((_, fragment)) => lookup.fragment(resolution, fragment),
        // A link to the page that it is on, without a fragment, is useless.
        None => match (resolution.target, lookup.holder) {
            (Target::Place(Place::Page(page)), Holder::Page(own)) if page == own => {
                resolution.or_wrong(Problem::SelfLink)
            }
            _ => resolution,
        },
    }
}

/// A destination that is looked up.
struct Lookup<'a> {
    site: &'a Site,
    routes: &'a Routes,
    holder: Holder<'a>,
    kind: LinkKind,
}

/// A path that is looked up.
struct Wanted<'a> {
    /// Decoded, as written.
    written: &'a str,
    /// From the content folder, without `.` and `..`, in NFC: `content/byok/overview.md`.
    source: &'a str,
}

impl<'a> Wanted<'a> {
    /// The path from the site's root: `/byok/overview.md`.
    fn url(&self) -> &'a str {
        &self.source[CONTENT.len()..]
    }
}

impl Lookup<'_> {
    fn path(&self, written: &str) -> Resolution {
        let Some(decoded) = decode(written) else {
            return wrong(Target::Unknown, Problem::BadPercentEncoding);
        };
        let (folder, written) = match self.holder {
            Holder::Page(page) => (folder(&self.site.page(page).article.path), &*decoded),
            Holder::Settings => ("", &*decoded),
            Holder::Html(file) => match self.below_base(file, &decoded) {
                Ok(place) => place,
                Err(resolution) => return resolution,
            },
        };
        let Some(joined) = normalise(CONTENT, folder, written) else {
            return wrong(Target::Unknown, Problem::EscapesRoot);
        };
        let source = nfc(&joined);
        let written = match self.holder {
            // Relative to the file's own URL, as browsers take it.
            Holder::Html(_) if !written.starts_with('/') => &joined[CONTENT.len()..],
            _ => written,
        };
        let wanted = Wanted { written, source: &source };
        let is_md = source.ends_with(".md")
            || extension(&source).is_some_and(|extension| extension.eq_ignore_ascii_case("md"));
        let resolution = match self.holder {
            Holder::Html(_) | Holder::Settings => self.in_html(&wanted),
            Holder::Page(_) if written.starts_with('/') => self.absolute(&wanted),
            Holder::Page(_) if is_md => self.source(&wanted),
            Holder::Page(_) => self.relative(&wanted),
        };
        if resolution.problems.is_empty() && *source != joined {
            return wrong(resolution.target, Problem::UnicodeForm);
        }
        resolution
    }

    /// The folder and path that a destination in HTML is looked up by, as a path below the base URL's; or where it leads
    /// when it is none.
    fn below_base<'d>(
        &self,
        file: &'d HtmlFile,
        decoded: &'d str,
    ) -> Result<(&'d str, &'d str), Resolution> {
        if decoded.starts_with('/') {
            // Of another part of the origin nothing is known here.
            let below = self.site.base.below(decoded).ok_or(found(Target::Outside))?;
            return Ok(("", below));
        }
        match file.kind {
            HtmlKind::Static => Ok((
                file.path.folder().trim_start_matches("static").trim_start_matches('/'),
                decoded,
            )),
            // A template is shown at many URLs: what is relative to one of them is not looked up.
            HtmlKind::Template if decoded.ends_with(".md") => {
                Err(wrong(Target::Unknown, Problem::MdInHtml))
            }
            HtmlKind::Template => Err(found(Target::Unknown)),
        }
    }

    /// Where a full URL on the site's own host leads.
    fn own_site(&self, url: &WebUrl) -> Resolution {
        let Some(decoded) = decode(url.path()) else {
            return wrong(Target::Unknown, Problem::BadPercentEncoding);
        };
        let base = self.site.configuration.base_url.as_ref();
        let Some(written) = base.and_then(|base| base.below(&decoded)) else {
            return match self.routes.host_alias(&decoded) {
                Some(page) => self.page(page, Some(Problem::LinkToAlias)),
                None => found(Target::Outside),
            };
        };
        let Some(joined) = normalise(CONTENT, "", written) else {
            return wrong(Target::Unknown, Problem::EscapesRoot);
        };
        let resolution = self.absolute(&Wanted { written, source: &nfc(&joined) });
        let arrives = resolution.arrives();
        match self.holder {
            Holder::Page(_) if arrives => wrong(resolution.target, Problem::OwnSiteAbsolute),
            // Where nothing is rewritten, a full URL is as good as any.
            Holder::Html(_) | Holder::Settings if arrives => found(resolution.target),
            _ => resolution,
        }
    }

    fn absolute(&self, wanted: &Wanted<'_>) -> Resolution {
        let canonical = canonical_form(wanted.url());
        let as_canonical = || Some(self.place(&canonical)?.or_wrong(Problem::NonCanonicalUrl));
        let as_alias = || Some((self.routes.alias(&canonical)?, Problem::LinkToAlias));
        let as_source = || Some((self.routes.page(wanted.source)?, Problem::AbsoluteMd));
        let as_page =
            || as_alias().or_else(as_source).map(|(id, wrong)| self.page(id, Some(wrong)));
        self.place(&nfc(wanted.written))
            .or_else(as_canonical)
            .or_else(as_page)
            .or_else(|| self.markdown_copy(wanted))
            .or_else(|| self.twin(&canonical))
            .or_else(|| self.redirected(wanted.url()))
            .unwrap_or_else(|| self.missing(wanted))
    }

    /// The Markdown copy of a page. In an article, a path that names a source file as well means that.
    fn markdown_copy(&self, wanted: &Wanted<'_>) -> Option<Resolution> {
        let copy = self.routes.markdown_copy(wanted.url())?;
        let Generated::MarkdownCopy(page, _) = copy else { return None };
        let target = Target::Place(Place::Generated(copy));
        Some(Resolution { target, ..self.page(page, None) })
    }

    /// In HTML, everything is a URL as it is written: source files are not there, and a style sheet is under its own name.
    fn in_html(&self, wanted: &Wanted<'_>) -> Resolution {
        if let Some(resolution) = self.markdown_copy(wanted) {
            return resolution;
        }
        let resolution = self.absolute(wanted);
        match (resolution.target, resolution.problems.first()) {
            (target, Some(Problem::AbsoluteMd)) => wrong(target, Problem::MdInHtml),
            (Target::Place(Place::Asset(asset)), None)
                if self.routes.assets[asset as usize].url.as_str() != wanted.url() =>
            {
                wrong(Target::Unknown, Problem::MissingAsset(wanted.url().into()))
            }
            _ => resolution,
        }
    }

    /// An address that `site.yaml` redirects.
    fn redirected(&self, url: &str) -> Option<Resolution> {
        let location = Location::Site(UrlPath::new(url));
        let (index, _) = self.routes.redirect(&location)?;
        let to = &*self.site.configuration.redirects[index].to;
        Some(wrong(Target::Unknown, Problem::Redirected(to.as_str().into())))
    }

    fn source(&self, wanted: &Wanted<'_>) -> Resolution {
        if let Some(page) = self.routes.page(wanted.source) {
            return self.page(page, None);
        }
        match self.routes.page_in_other_case(wanted.source) {
            Some(page) => self.page(page, Some(Problem::PathCase)),
            // A Markdown file that is offered as a file, in `static/`.
            None => self.asset(wanted).unwrap_or_else(|| {
                wrong(Target::Unknown, Problem::MissingPage(wanted.source.into()))
            }),
        }
    }

    fn asset(&self, wanted: &Wanted<'_>) -> Option<Resolution> {
        let place = self.routes.place(wanted.url());
        let asset = place.filter(|place| matches!(place, Place::Asset(_)))?;
        Some(found(Target::Place(asset)))
    }

    fn relative(&self, wanted: &Wanted<'_>) -> Resolution {
        let bare = wanted.source.trim_end_matches('/');
        let source = format!("{bare}.md");
        let page = || {
            let by_source = self.routes.page(&source);
            by_source
                .or_else(|| self.routes.page(&format!("{bare}/index.md")))
                .or_else(|| self.as_browsers_do(wanted.written))
                .or_else(|| self.routes.page_in_other_case(&source))
        };
        self.asset(wanted)
            .or_else(|| Some(self.page(page()?, Some(Problem::RelativeUrl))))
            .or_else(|| self.twin(wanted.url()))
            .unwrap_or_else(|| self.missing(wanted))
    }

    /// The page that a relative destination leads to when it is read as a URL, from the URL of the page it stands on.
    fn as_browsers_do(&self, written: &str) -> Option<PageId> {
        let Holder::Page(page) = self.holder else { return None };
        let own = self.site.page(page).url.as_str();
        let joined = normalise("", own, written)?;
        Target::Place(self.routes.place(&canonical_form(&nfc(&joined)))?).page()
    }

    fn place(&self, url: &str) -> Option<Resolution> {
        Some(match self.routes.place(url)? {
            Place::Page(page) => self.page(page, None),
            place => found(Target::Place(place)),
        })
    }

    /// The same path in other case.
    fn twin(&self, url: &str) -> Option<Resolution> {
        let twin = self.routes.url_in_other_case(url)?;
        Some(self.place(twin.as_str())?.or_wrong(Problem::PathCase))
    }

    fn page(&self, page: PageId, problem: Option<Problem>) -> Resolution {
        to_page(self.site, page, problem)
    }

    fn missing(&self, wanted: &Wanted<'_>) -> Resolution {
        let url = wanted.url();
        let is_file = self.kind.is_resource()
            || extension(url.rsplit('/').next().unwrap_or(""))
                .is_some_and(|extension| !extension.eq_ignore_ascii_case("md"));
        let problem = if is_file {
            Problem::MissingAsset(url.into())
        } else {
            Problem::MissingPage(url.into())
        };
        wrong(Target::Unknown, problem)
    }

    /// Looks for the place on the page that a fragment names: raw, then percent-decoded, exactly (WHATWG HTML, section
    /// 7.4.6.4); text fragments (`:~:`) are the browser's.
    fn fragment(&self, mut resolution: Resolution, fragment: &str) -> Resolution {
        let id = fragment.split_once(":~:").map_or(fragment, |(id, _)| id);
        if resolution.arrives() && !id.is_empty() && !id.eq_ignore_ascii_case("top") {
            let anchors = self.anchors(resolution.target);
            resolution.problems.extend(anchors.and_then(|anchors| anchors.problem(id)));
        }
        resolution
    }

    /// The ids that a fragment is looked for among; none where it cannot be told.
    fn anchors(&self, target: Target) -> Option<Anchors<'_>> {
        match (target, self.holder) {
            (Target::Place(Place::Page(page)), _) | (Target::SamePage, Holder::Page(page)) => {
                Some(Anchors::Page(self.site, page))
            }
            (Target::Place(Place::Asset(asset)), _) => {
                let file = self.site.html_file(&self.routes.assets[asset as usize].source)?;
                Some(Anchors::File(file))
            }
            (Target::SamePage, Holder::Html(file)) if file.kind == HtmlKind::Static => {
                Some(Anchors::File(file))
            }
            // A template may be shown around any page, and with any other template.
            (Target::SamePage, Holder::Html(_)) if !self.site.has_dynamic_ids => {
                Some(Anchors::Site(self.site))
            }
            _ => None,
        }
    }
}
