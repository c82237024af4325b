//! The template variables that are the same on every page: the site's, and empty defaults for those of a page.

use serde::Serialize;

use super::context::{
    BacklinksContext, ImageContext, NamedLinkContext, PaginationContext, SidebarContext,
    SiteContext,
};
use super::empty;
use super::templates::{Context, Value};
use crate::article::LinkKind;
use crate::config::NamedLink;
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
        context.insert_value(name, empty());
    }
    for name in ["section", "previous", "next", "redirect"] {
        context.insert_value(name, Value::none());
    }
    context.insert_value("sidebar", SidebarContext::default().into());
    context.insert_value("backlinks", BacklinksContext::default().into());
    context.insert(
        "pagination",
        &PaginationContext { number: 1, count: 1, previous: None, next: None },
    );
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
    to_value(&SiteContext {
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
        feed: Some(Generated::Feed)
            .filter(|feed| site.has_generated(*feed))
            .map(|feed| site.href(&site.generated_url(feed))),
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
    links: &'a [NamedLink],
    references: &[Reference],
) -> Vec<NamedLinkContext<'a>> {
    let url = |link: &NamedLink, reference: &Reference| match reference.link.kind {
        LinkKind::ThemeUrl => Some(link.to.value.clone()),
        _ => {
            let page = site.page(reference.target.page()?);
            page.included.then(|| site.href(&page.url))
        }
    };
    let links = links.iter().zip(references);
    let shown = links.filter_map(|(link, reference)| {
        Some(NamedLinkContext { title: &link.title, url: url(link, reference)? })
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

fn to_value(value: &impl Serialize) -> Value {
    Value::from_serializable(value)
}
