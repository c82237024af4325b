//! The default theme, embedded in the program. A site's own files of the same names win; of the components in
//! `templates/theme/`, those that the site defines in any file of its own.

use std::borrow::Cow;
use std::sync::Arc;

use crate::config::{Accent, ThemeSettings};
use crate::path::{SourcePath, extension};
use crate::source::{Asset, Content, File, Origin, Sources};

/// The theme's files: path below the root, and text.
pub const FILES: [(&str, &str); 18] = [
    ("templates/404.html", include_str!("../templates/404.html")),
    ("templates/article.html", include_str!("../templates/article.html")),
    ("templates/base.html", include_str!("../templates/base.html")),
    ("templates/theme/head.html", include_str!("../templates/theme/head.html")),
    ("templates/theme/header.html", include_str!("../templates/theme/header.html")),
    ("templates/theme/lists.html", include_str!("../templates/theme/lists.html")),
    ("templates/theme/navigation.html", include_str!("../templates/theme/navigation.html")),
    ("templates/theme/search.html", include_str!("../templates/theme/search.html")),
    ("templates/gone.html", include_str!("../templates/gone.html")),
    ("templates/home.html", include_str!("../templates/home.html")),
    ("templates/redirect.html", include_str!("../templates/redirect.html")),
    ("templates/search.html", include_str!("../templates/search.html")),
    ("templates/section.html", include_str!("../templates/section.html")),
    ("templates/strings.yaml", include_str!("../templates/strings.yaml")),
    ("static/favicon.svg", include_str!("../static/favicon.svg")),
    ("static/search.js", include_str!("../static/search.js")),
    ("static/silcrow.css", include_str!("../static/silcrow.css")),
    ("static/silcrow.js", include_str!("../static/silcrow.js")),
];

/// What every id of the theme's templates begins with.
pub const ID_PREFIX: &str = "silcrow:";

/// The style sheet.
const STYLE: &str = "static/silcrow.css";

/// A file of the theme's as a site with these settings publishes it: the style sheet says the accent colour too.
pub fn published<'a>(path: &SourcePath, text: &'a str, settings: &ThemeSettings) -> Cow<'a, str> {
    match settings.accent.filter(|_| path.as_str() == STYLE) {
        Some(Accent { light, dark }) => {
            format!("{text}:root {{ --accent: light-dark({light}, {dark}); }}\n").into()
        }
        None => text.into(),
    }
}

/// The hash of such a file.
pub fn published_hash(path: &SourcePath, asset: &Asset, settings: &ThemeSettings) -> [u8; 32] {
    match asset.text.as_deref().map(|text| published(path, text, settings)) {
        Some(Cow::Owned(text)) => *blake3::hash(text.as_bytes()).as_bytes(),
        _ => asset.hash,
    }
}

/// Adds every file of the theme that the site does not bring itself. `templates/strings.yaml` is the exception that
/// needs both: a site overrides single lines of it, so [`text`] keeps the theme's at hand.
pub fn add_to(sources: &mut Sources) {
    for (path, text) in FILES {
        let path = SourcePath::new(path);
        if sources.get(&path).is_some() {
            continue;
        }
        let content = match path.below("static") {
            Some(_) => Content::Asset(Box::new(Asset {
                size: text.len() as u64,
                hash: *blake3::hash(text.as_bytes()).as_bytes(),
                dimensions: None,
                text: Some(Arc::from(text)),
            })),
            None => Content::Text(Arc::from(text)),
        };
        sources.insert(path, File { origin: Origin::Theme, content, spelling: None });
    }
}

/// The theme's own text of one of its files.
pub fn text(path: &str) -> &'static str {
    FILES.iter().find(|(name, _)| *name == path).map_or("", |(_, text)| text)
}

/// Whether a file below `static/` is published under a name that carries its hash: the theme's styles and scripts, or
/// what a site puts in their place. Pages name them, so nobody else needs to.
pub fn is_hashed(path: &SourcePath) -> bool {
    matches!(extension(path.file_name()), Some("css" | "js")) && is_own(path)
}

/// Whether a path is that of one of the theme's files, or of what a site puts in its place.
pub fn is_own(path: &SourcePath) -> bool {
    FILES.iter().any(|(name, _)| *name == path.as_str())
}
