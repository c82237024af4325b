//! Where links lead: the problems that resolving them found, put into words, with the nearest thing that was meant.

use std::collections::BTreeMap;

use super::Given;
use crate::article::Link;
use crate::diagnostic::{
    ABSOLUTE_MD, ANCHOR_CASE, BACKSLASH_PATH, BAD_PERCENT_ENCODING, DRAFT_TARGET, Diagnostic,
    EMPTY_DESTINATION, EMPTY_FRAGMENT, ESCAPES_ROOT, FORBIDDEN_SCHEME, LINK_TO_ALIAS, LOCAL_URL,
    Label, MALFORMED_MAILTO, MISSING_ANCHOR, MISSING_ASSET, MISSING_PAGE, NON_CANONICAL_URL,
    PATH_CASE, PROTOCOL_RELATIVE, RELATIVE_URL, Rule, UNICODE_NORMALISATION,
};
use crate::path::{SourcePath, encode_path};
use crate::site::links::{Problem, Resolution, Target};
use crate::site::tree::{CONTENT, folder};
use crate::site::{PageId, Site};
use crate::source::Span;
use crate::suggest;

pub(super) fn findings(given: Given<'_>, id: PageId) -> Vec<Diagnostic> {
    let site = given.site;
    let article = &site.page(id).article;
    let mut findings = Vec::new();
    // A broken reference definition is one mistake, however often it is used.
    let mut definitions: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    for (link, resolution) in article.body.links.iter().zip(&site.links[id.0 as usize]) {
        let Some(problem) = &resolution.problem else { continue };
        let span = |(start, end): (u32, u32)| Span { file: article.path.clone(), start, end };
        if let Some(used_at) = link.used_at {
            if let Some(index) = definitions.get(&link.span) {
                let finding: &mut Diagnostic = &mut findings[*index];
                finding
                    .related
                    .push(Label { span: span(used_at), message: "used here".to_owned() });
                continue;
            }
            definitions.insert(link.span, findings.len());
        }
        let guess = findings.len() < SUGGESTED_LINKS;
        let mut finding = finding(&Broken { site, from: id, link, resolution, problem, guess });
        finding.span = span(link.span);
        if let Some(used_at) = link.used_at {
            finding = finding.relate(span(used_at), "used here");
        }
        findings.push(finding);
    }
    findings
}

/// A link and what is wrong with it.
struct Broken<'a> {
    site: &'a Site,
    from: PageId,
    link: &'a Link,
    resolution: &'a Resolution,
    problem: &'a Problem,
    /// Whether to look for what was meant.
    guess: bool,
}

fn finding(broken: &Broken<'_>) -> Diagnostic {
    let Broken { site, from, link, resolution, problem, guess } = *broken;
    let destination = link.destination.trim();
    let rest = destination.find(['?', '#']).map_or("", |at| &destination[at..]);
    let new = |rule: &'static Rule, message: String| {
        Diagnostic::new(rule, Span::file(&site.page(from).article.path), message)
    };
    // What to write for the page that the link leads to.
    let page = match resolution.target {
        Target::Page { page, .. } | Target::SectionList { page, .. } => Some(page),
        _ => None,
    };
    let right = page.map(|page| format!("{}{rest}", relative(site, from, page)));
    let write = |right: &Option<String>| {
        right.as_ref().map_or_else(String::new, |right| format!("write `{right}`"))
    };
    match problem {
        Problem::MissingPage(wanted) => {
            let suggestion = Some(wanted)
                .filter(|_| guess)
                .and_then(|wanted| nearest_page(site, from, wanted))
                .map(|page| format!("{}{rest}", relative(site, from, page)));
            let help = suggestion
                .as_ref()
                .map_or("create the page, or remove the link".to_owned(), |right| {
                    format!("did you mean `{right}`?")
                });
            new(
                &MISSING_PAGE,
                format!("there is no page `{}`", wanted.trim_start_matches("content/")),
            )
            .help(help)
            .suggest(suggestion)
        }
        Problem::MissingAsset(wanted) => {
            let suggestion = Some(wanted)
                .filter(|_| guess)
                .and_then(|wanted| nearest_asset(site, wanted))
                .map(|url| {
                    relative_path(&format!("/{}", folder(&site.page(from).article.path)), &url)
                });
            let help = suggestion
                .as_ref()
                .map_or("put the file beside the article or in `static/`".to_owned(), |right| {
                    format!("did you mean `{right}`?")
                });
            new(&MISSING_ASSET, format!("there is no file `{}`", wanted.trim_start_matches('/')))
                .help(help)
                .suggest(suggestion)
        }
        Problem::MissingAnchor(anchor) if !guess => {
            new(&MISSING_ANCHOR, format!("the page has no heading with the id `{anchor}`"))
                .help("correct the fragment, or remove it")
        }
        Problem::MissingAnchor(anchor) => {
            missing_anchor(site, from, destination, page, anchor, new)
        }
        Problem::AnchorCase(id) => {
            let path = destination.split('#').next().unwrap_or("");
            let right = format!("{path}#{}", encode_path(id));
            new(&ANCHOR_CASE, format!("the heading's id is `{id}`"))
                .help(format!("write `{right}`"))
                .suggest(Some(right))
        }
        Problem::PathCase => {
            let right = right.or_else(|| {
                asset_url(site, resolution).map(|url| {
                    format!(
                        "{}{rest}",
                        relative_path(&format!("/{}", folder(&site.page(from).article.path)), &url)
                    )
                })
            });
            new(&PATH_CASE, "the file is named so in other case".to_owned())
                .help(write(&right))
                .suggest(right)
        }
        Problem::UnicodeForm => {
            new(&UNICODE_NORMALISATION, "the file is named so in another Unicode form".to_owned())
                .help(write(&right))
                .suggest(right)
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
            let right = page
                .map(|page| format!("{}{rest}", site.page(page).url.encoded()))
                .or_else(|| asset_url(site, resolution));
            new(&NON_CANONICAL_URL, format!("`{destination}` is not the page's own URL"))
                .help(write(&right))
                .suggest(right)
        }
        Problem::RelativeUrl => new(&RELATIVE_URL, format!("`{destination}` is not a source file"))
            .help(write(&right))
            .suggest(right),
        Problem::AbsoluteMd => new(&ABSOLUTE_MD, format!("`{destination}` begins with `/`"))
            .help(write(&right))
            .suggest(right),
        Problem::LinkToAlias => new(&LINK_TO_ALIAS, format!("`{destination}` is an old address"))
            .help(write(&right))
            .suggest(right),
        Problem::Backslash => {
            let right = destination.replace('\\', "/");
            new(&BACKSLASH_PATH, "a URL has no backslash".to_owned())
                .help(format!("write `{right}`"))
                .suggest(Some(right))
        }
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
            let right = format!("https:{destination}");
            new(&PROTOCOL_RELATIVE, format!("`{destination}` has no scheme"))
                .help(format!("write `{right}`"))
                .suggest(Some(right))
        }
        Problem::LocalUrl => new(&LOCAL_URL, format!("readers cannot reach `{destination}`"))
            .help("write a public address, or show it as code"),
        Problem::ForbiddenScheme => {
            new(&FORBIDDEN_SCHEME, "a link cannot run a script".to_owned()).help("remove the link")
        }
        Problem::MalformedMailto => {
            let right = (!destination.contains(':')).then(|| format!("mailto:{destination}"));
            let help =
                right.as_ref().map_or("write `mailto:` and an address".to_owned(), |right| {
                    format!("write `{right}`")
                });
            new(
                &MALFORMED_MAILTO,
                format!("`{destination}` is not a `mailto:` URL with an address"),
            )
            .help(help)
            .suggest(right)
        }
    }
}

fn missing_anchor(
    site: &Site,
    from: PageId,
    destination: &str,
    page: Option<PageId>,
    anchor: &str,
    new: impl Fn(&'static Rule, String) -> Diagnostic,
) -> Diagnostic {
    let target = site.page(page.unwrap_or(from));
    let body = &target.article.body;
    let message = if page.is_none_or(|page| page == from) {
        format!("this page has no heading with the id `{anchor}`")
    } else {
        format!(
            "`{}` has no heading with the id `{anchor}`",
            target.article.path.below(CONTENT).unwrap_or_default()
        )
    };
    let path = destination.split('#').next().unwrap_or("");
    // The heading may have been given an id of its own since.
    let by_slug = body
        .headings
        .iter()
        .find(|heading| crate_slug(&heading.text) == anchor)
        .map(|heading| heading.id.to_string());
    if let Some(id) = by_slug.or_else(|| suggest::nearest(anchor, body.ids().take(SEARCHED_IDS))) {
        let right = format!("{path}#{}", encode_path(&id));
        return new(&MISSING_ANCHOR, message)
            .help(format!("did you mean `{right}`?"))
            .suggest(Some(right));
    }
    let elsewhere = searched(site).find(|other| site.page(*other).article.body.has_id(anchor));
    if let Some(other) = elsewhere {
        let right = format!("{}#{}", relative(site, from, other), encode_path(anchor));
        return new(&MISSING_ANCHOR, message)
            .help(format!("that heading is in `{right}`"))
            .suggest(Some(right));
    }
    let ids: Vec<_> =
        body.headings.iter().map(|heading| format!("`{}`", heading.id)).take(6).collect();
    let help = if ids.is_empty() {
        "the page has no headings; remove the fragment".to_owned()
    } else {
        format!("its headings: {}", ids.join(", "))
    };
    new(&MISSING_ANCHOR, message).help(help)
}

/// A slug near enough to find the heading that was meant; ids themselves are made by the parser.
fn crate_slug(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .filter_map(|c| {
            if c == ' ' {
                Some('-')
            } else {
                (c.is_alphanumeric() || c == '-' || c == '_').then_some(c)
            }
        })
        .collect()
}

fn asset_url(site: &Site, resolution: &Resolution) -> Option<String> {
    match resolution.target {
        Target::Asset { asset, .. } => {
            Some(site.routes.assets[asset as usize].url.as_str().to_owned())
        }
        _ => None,
    }
}

/// How a page's link to another's source file is written.
fn relative(site: &Site, from: PageId, to: PageId) -> String {
    relative_path(site.page(from).article.path.folder(), site.page(to).article.path.as_str())
}

fn relative_path(folder: &str, to: &str) -> String {
    let from: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = to.split('/').filter(|part| !part.is_empty()).collect();
    let shared =
        from.iter().zip(&to).take_while(|(a, b)| a == b).count().min(to.len().saturating_sub(1));
    let up = std::iter::repeat_n("..", from.len() - shared);
    encode_path(&up.chain(to[shared..].iter().copied()).collect::<Vec<_>>().join("/"))
}

/// On one page, a suggestion is looked for for this many broken links: past that, somebody moved a folder, and needs the
/// list more than guesses.
const SUGGESTED_LINKS: usize = 50;

/// A suggestion is looked for among this many ids at most.
const SEARCHED_IDS: usize = 500;

/// A suggestion is looked for on this many pages at most: past that, a site with many mistakes would take minutes.
const SEARCHED_PAGES: usize = 2_000;

fn searched(site: &Site) -> impl Iterator<Item = PageId> {
    site.included().take(if site.pages.len() > SEARCHED_PAGES { 0 } else { SEARCHED_PAGES })
}

/// The page that was likely meant by a path that leads nowhere: the same file name in another folder when there is one,
/// else the nearest path by edit distance, siblings first.
fn nearest_page(site: &Site, from: PageId, wanted: &str) -> Option<PageId> {
    let wanted = SourcePath::new(&format!(
        "{CONTENT}/{}.md",
        wanted.trim_start_matches("content/").trim_matches('/').trim_end_matches(".md")
    ));
    let pages = || searched(site).filter(|id| site.page(*id).has_file && *id != from);
    let mut same_name = pages().filter(|id| {
        site.page(*id).article.path.file_name() == wanted.file_name()
            && wanted.file_name() != "index.md"
    });
    if let (Some(page), None) = (same_name.next(), same_name.next()) {
        return Some(page);
    }
    let name = |id: PageId| site.page(id).article.path.as_str();
    let siblings =
        pages().filter(|id| site.page(*id).article.path.folder() == wanted.folder()).map(name);
    let near = suggest::nearest(
        wanted.file_name(),
        siblings.map(|path| path.rsplit('/').next().unwrap_or(path)),
    );
    let path = near
        .map(|file| format!("{}/{file}", wanted.folder()))
        .or_else(|| suggest::nearest(wanted.as_str(), pages().map(name)));
    site.routes.page(&SourcePath::new(&path?))
}

/// The name of the page that was likely meant by an entry of `related`.
pub(super) fn nearest_page_name(site: &Site, wanted: &str) -> Option<String> {
    let name = |path: &SourcePath| {
        let path = path.below(CONTENT)?.strip_suffix(".md")?;
        Some(path.strip_suffix("/index").unwrap_or(path).to_owned())
    };
    let names: Vec<String> =
        searched(site).filter_map(|id| name(&site.page(id).article.path)).collect();
    let last = wanted.rsplit('/').next().unwrap_or(wanted);
    let mut same = names.iter().filter(|name| name.rsplit('/').next() == Some(last));
    if let (Some(name), None) = (same.next(), same.next()) {
        return Some(name.clone());
    }
    suggest::nearest(wanted, names.iter().map(String::as_str))
}

fn nearest_asset(site: &Site, wanted: &str) -> Option<String> {
    let urls = || site.routes.assets.iter().map(|asset| asset.url.as_str());
    let name = wanted.rsplit('/').next().unwrap_or(wanted);
    let mut same_name = urls().filter(|url| url.rsplit('/').next() == Some(name));
    if let (Some(url), None) = (same_name.next(), same_name.next()) {
        return Some(url.to_owned());
    }
    suggest::nearest(wanted, urls())
}
