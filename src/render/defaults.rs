//! The template variables that are the same on every page: the site's, and empty defaults for those of a page.

use super::context::{
    BacklinksContext, ImageContext, NamedLinkContext, PaginationContext, SidebarContext,
    SiteContext,
};
use super::templates::{Context, Value};
use crate::article::LinkKind;
use crate::fields::Named;
use crate::path::SourcePath;
use crate::site::Site;
use crate::site::generated::Generated;
use crate::site::links::Reference;

/// The variables of the site and the theme, with empty values for those that only some pages have.
pub(super) fn defaults(site: &Site, strings: Value) -> Context {
    let mut context = Context::new();
    context.insert_value("site", site_value(site));
    context.insert_value("strings", strings);
    context.insert_value("content", Value::safe_string(""));
    for name in ["toc", "breadcrumb", "related", "articles", "subsections", "outline"] {
        context.insert_value(name, Vec::<Value>::new().into());
    }
    for name in ["section", "previous", "next", "redirect"] {
        context.insert_value(name, Value::none());
    }
    context.insert_value("sidebar", SidebarContext::default().into());
    context.insert_value("backlinks", BacklinksContext::default().into());
    let pagination = PaginationContext { number: 1, count: 1, previous: None, next: None };
    context.insert("pagination", &pagination);
    context
}

fn site_value(site: &Site) -> Value {
    let configuration = &site.configuration;
    let (theme, references) = (&configuration.theme, &*site.settings_references);
    let logo = theme
        .logo
        .as_ref()
        .and_then(|logo| site.routes.asset(&SourcePath::new(&format!("static/{logo}"))));
    let (logo_width, logo_height) = logo.and_then(|logo| logo.dimensions).unzip();
    Value::from_serializable(&SiteContext {
        title: &configuration.title,
        description: configuration.description.as_deref(),
        language: &configuration.language,
        text_direction: configuration.text_direction.name(),
        contact: configuration.contact.as_deref(),
        url: site.base.path(),
        logo: logo.map(|logo| site.href(&logo.url)),
        logo_width,
        logo_height,
        navigation: named_links(site, &theme.navigation, references),
        footer: named_links(site, &theme.footer, &references[theme.navigation.len()..]),
        footer_text: theme.footer_text.as_deref(),
        feedback: theme.feedback.as_deref(),
        feed: site.has_generated(Generated::Feed).then(|| site.href(&Generated::Feed.url(site))),
        image: site.image().and_then(|image| {
            let (width, height) = image.dimensions.unzip();
            Some(ImageContext { url: site.canonical(&image.url)?, width, height })
        }),
        locale: locale(&configuration.language),
        preview: site.options.preview,
        search: configuration.search,
        extra: &configuration.extra,
    })
}

/// The links whose targets exist; the others are findings.
fn named_links<'a>(
    site: &Site,
    links: &'a [Named<String>],
    references: &[Reference],
) -> Vec<NamedLinkContext<'a>> {
    let shown = links.iter().zip(references).filter_map(|(link, reference)| {
        let url = match reference.link.kind {
            LinkKind::ThemeUrl => link.value.value.clone(),
            _ => {
                let page = site.page(reference.target.page()?);
                page.included.then(|| site.href(&page.url))?
            }
        };
        Some(NamedLinkContext { title: &link.name, url })
    });
    shown.collect()
}

/// A language with its country in OpenGraph's form (`pt_BR`); none where the tag names no country.
fn locale(language: &str) -> Option<String> {
    let mut parts = language.split('-');
    let language = parts.next()?;
    let country = parts.find(|part| part.len() == 2)?;
    Some(format!("{}_{}", language.to_ascii_lowercase(), country.to_ascii_uppercase()))
}
