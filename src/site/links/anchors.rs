//! Whether there is a place that a fragment names.

use percent_encoding::percent_decode_str;

use super::Problem;
use crate::article::{HtmlFile, HtmlKind};
use crate::site::{PageId, Site};

/// Where ids are looked for.
pub(super) enum Anchors<'a> {
    Page(&'a Site, PageId),
    File(&'a HtmlFile),
    Site(&'a Site),
}

impl Anchors<'_> {
    pub(super) fn problem(&self, id: &str) -> Option<Problem> {
        if self.has(id) {
            return None;
        }
        let decoded = percent_decode_str(id).decode_utf8_lossy();
        if self.has(&decoded) {
            return None;
        }
        let in_other_case = match self {
            Self::Page(site, page) => site.page(*page).article.body.id_in_other_case(&decoded),
            Self::File(file) => file.id_in_other_case(&decoded),
            Self::Site(_) => None,
        };
        Some(match in_other_case {
            Some(known) => Problem::AnchorCase(known.into()),
            None => Problem::MissingAnchor(decoded.into()),
        })
    }

    fn has(&self, id: &str) -> bool {
        match self {
            Self::Page(site, page) => site.ids.has(*page, id),
            Self::File(file) => file.has_id(id),
            Self::Site(site) => {
                site.html.iter().any(|file| file.kind == HtmlKind::Template && file.has_id(id))
                    || site.ids.any_has(id)
            }
        }
    }
}
