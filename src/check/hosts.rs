//! What hosts of static sites take, and no more.

use super::Context;
use crate::diagnostic::{Diagnostic, HOST_LIMIT};
use crate::path::SourcePath;
use crate::source::Span;

/// How many redirects Cloudflare Pages reads in `_redirects`: those of one address, and those of many. Past that, it passes
/// over the rest without a word. (Cloudflare Pages documentation, "Redirects", limits.)
const MOST_REDIRECTS: usize = 2_000;
const MOST_PATTERNS: usize = 100;

pub(super) fn findings(context: Context<'_>) -> Vec<Diagnostic> {
    let site = context.site;
    let redirects = &site.configuration.redirects;
    let patterns = redirects.iter().filter(|redirect| redirect.from.is_wildcard()).count();
    let aliases = site.routes.alias_list.len() + site.routes.host_aliases.len();
    let single = aliases + redirects.len() - patterns;
    let over = [
        (single, MOST_REDIRECTS, "redirects of single addresses"),
        (patterns, MOST_PATTERNS, "redirects with `*`"),
    ];
    let finding = |(count, most, what): (usize, usize, &str)| {
        let message =
            format!("the site has {count} {what}, and Cloudflare Pages reads the first {most}");
        Diagnostic::new(&HOST_LIMIT, Span::file(&SourcePath::new("site.yaml")), message).help(
            "join some to patterns of whole folders, or host the site where there is no such limit",
        )
    };
    over.into_iter().filter(|(count, most, _)| count > most).map(finding).collect()
}
