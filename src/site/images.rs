//! Which pictures have variants: those beside articles and section pages that a page shows.

use std::collections::BTreeSet;

use super::links::Target;
use super::routes::Place;
use super::tree::CONTENT;
use super::{PageId, Site};
use crate::article::SlotContent;
use crate::picture::{FOLDER, Format, Original, widths};
use crate::source::{Content, Sources};

impl Site {
    /// The pictures with variants that a page shows, by their indexes among the assets; one that it shows twice, twice.
    pub fn images(&self, id: PageId) -> impl Iterator<Item = usize> {
        let references = &self.references[id.0 as usize];
        let shown = self.page(id).article.body.slots.iter().filter_map(|slot| {
            let SlotContent::Variants(link, _) = slot.content else { return None };
            match references.get(link as usize)?.target {
                Target::Place(Place::Asset(asset)) => Some(asset as usize),
                _ => None,
            }
        });
        shown.filter(|asset| {
            let route = &self.routes.assets[*asset];
            route.dimensions.is_some_and(|(width, _)| !widths(width).is_empty())
                && route.source.below(CONTENT).is_some()
                && route.source.extension().and_then(Format::of).is_some()
        })
    }

    /// The pictures with variants that any page shows, drafts too or not.
    pub fn all_images(&self, drafts: bool) -> BTreeSet<usize> {
        let shown = self.ids_of_pages().filter(|id| drafts || self.page(*id).included);
        shown.flat_map(|id| self.images(id)).collect()
    }

    /// Whether the folder of variants is there, and holds nothing else: all in it may be kept for good.
    pub fn has_image_folder(&self) -> bool {
        let prefix = format!("/{FOLDER}/");
        let is_inside = |url: &str| url.starts_with(&prefix);
        self.included().any(|id| self.images(id).next().is_some())
            && !self.pages.iter().any(|page| is_inside(page.url.as_str()))
            && !self.routes.assets.iter().any(|asset| is_inside(asset.url.as_str()))
    }

    /// The picture with this index among the assets, as whoever makes its variants has to know it.
    pub fn original(&self, asset: usize, sources: &Sources) -> Option<Original> {
        let route = &self.routes.assets[asset];
        let Content::Asset(file) = &sources.get(&route.source)?.content else { return None };
        Some(Original {
            spelling: sources.spelling(&route.source).into(),
            hash: file.hash,
            size: file.size,
            format: Format::of(route.source.extension()?)?,
            width: route.dimensions?.0,
        })
    }
}
