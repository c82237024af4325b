//! Settings that are only wrong beside what else there is: a picture that is not there, a day that has passed, more redirects
//! than hosts read. Links of the theme are references.

use std::ops::Range;

use super::Context;
use crate::diagnostic::{Diagnostic, HOST_LIMIT, MISSING_ASSET, Rule, SECURITY_TXT_EXPIRED};
use crate::path::SourcePath;
use crate::site::static_file;
use crate::source::Span;
use crate::suggest;

/// How many redirects Cloudflare Pages reads in `_redirects`: those of one address, and those of many. Past that, it passes
/// over the rest without a word. (Cloudflare Pages documentation, "Redirects", limits.)
const MOST_REDIRECTS: usize = 2_000;
const MOST_PATTERNS: usize = 100;

pub(super) fn findings(context: Context<'_>) -> Vec<Diagnostic> {
    let found = [missing_image(context), missing_logo(context), expired_security_txt(context)];
    found.into_iter().flatten().chain(many_redirects(context)).collect()
}

fn finding(rule: &'static Rule, at: Range<usize>, message: String) -> Diagnostic {
    Diagnostic::new(rule, Span::new(&SourcePath::new("site.yaml"), at), message)
}

fn missing_image(context: Context<'_>) -> Option<Diagnostic> {
    let site = context.site;
    let image = site.configuration.image.as_ref()?;
    if site.routes.asset(&static_file(&image.value)).is_some() {
        return None;
    }
    let files = site.routes.assets.iter().filter_map(|asset| asset.source.below("static"));
    let message = format!("there is no `static/{}`", image.value.trim_start_matches('/'));
    Some(finding(&MISSING_ASSET, image.at(), message).did_you_mean(
        suggest::nearest(&image.value, files),
        "put the picture into `static/`, and write its path there",
    ))
}

fn missing_logo(context: Context<'_>) -> Option<Diagnostic> {
    let logo = context.site.configuration.theme.logo.as_ref()?;
    let source = SourcePath::new(&format!("static/{logo}"));
    context.site.routes.asset(&source).is_none().then(|| {
        finding(&MISSING_ASSET, logo.at(), format!("there is no file `{source}`"))
            .help("put the picture into `static/`, and write its path below that folder")
    })
}

fn expired_security_txt(context: Context<'_>) -> Option<Diagnostic> {
    let expires = context.site.configuration.security_txt.as_ref()?.expires?;
    (expires.value <= context.site.options.today).then(|| {
        let message = format!("`security.txt` expired on {}", expires.value);
        finding(&SECURITY_TXT_EXPIRED, expires.at(), message)
            .help("check that all of it is still true, and write a day less than a year ahead")
    })
}

fn many_redirects(context: Context<'_>) -> impl Iterator<Item = Diagnostic> {
    let site = context.site;
    let redirects = &site.configuration.redirects;
    let patterns = redirects.iter().filter(|redirect| redirect.from.is_wildcard()).count();
    let aliases = site.routes.alias_list.len() + site.routes.host_aliases.len();
    let single = aliases + redirects.len() - patterns;
    let over = [
        (single, MOST_REDIRECTS, "redirects of single addresses"),
        (patterns, MOST_PATTERNS, "redirects with `*`"),
    ];
    over.into_iter().filter(|(count, most, _)| count > most).map(|(count, most, what)| {
        let message =
            format!("the site has {count} {what}, and Cloudflare Pages reads the first {most}");
        finding(&HOST_LIMIT, 0..0, message).help(
            "join some to patterns of whole folders, or host the site where there is no such limit",
        )
    })
}
