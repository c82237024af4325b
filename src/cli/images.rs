//! Joins the edge that makes smaller variants of pictures to the pages that show them, and knows again what was made. Without
//! the feature `images` no picture has variants, and nothing is made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use crate::cli::printer;
use crate::io::images::Images;
use crate::io::lock;
use crate::output::Output;
use crate::path::OutputPath;
use crate::picture::{Original, Variant};
use crate::render::{Renderer, View};
use crate::source::Sources;

/// The variants of a site's pictures.
#[derive(Clone)]
pub(super) struct Variants {
    images: Arc<Images>,
    /// Where variants are published, and what each is one of.
    made: Arc<Mutex<BTreeMap<OutputPath, Original>>>,
    /// What has been said already.
    said: Arc<Mutex<BTreeSet<String>>>,
}

impl Variants {
    pub(super) fn new(root: &Path) -> Self {
        let (made, said) = (Arc::default(), Arc::default());
        Self { images: Arc::new(Images::new(root)), made, said }
    }

    /// Makes the variants of all pictures that the site shows, makes them known to who renders, and hands each file on, once.
    /// Returns what is worth knowing.
    pub(super) fn make_all(
        &self,
        renderer: &Renderer,
        sources: &Sources,
        sink: &(dyn Fn(Output) + Sync),
    ) -> Vec<String> {
        let all: Vec<usize> = renderer.site.all_images(false).into_iter().collect();
        let make = |asset: &usize| self.make(renderer, sources, *asset, sink);
        let mut notices: Vec<String> = all.par_iter().filter_map(make).collect();
        notices.extend(self.images.problem());
        notices
    }

    /// Makes the variants of the pictures of a page, unless that has been done.
    pub(super) fn make_for(&self, renderer: &Renderer, sources: &Sources, view: View) {
        renderer.images(view).par_iter().for_each(|asset| {
            let notice = self.make(renderer, sources, *asset, &|_| {});
            for text in notice.into_iter().chain(self.images.problem()) {
                if lock(&self.said).insert(text.clone()) {
                    printer::notice(&text);
                }
            }
        });
    }

    /// Makes the variants of one picture. Returns why there are none, where something is wrong.
    fn make(
        &self,
        renderer: &Renderer,
        sources: &Sources,
        asset: usize,
        sink: &(dyn Fn(Output) + Sync),
    ) -> Option<String> {
        let mut notice = None;
        renderer.set_variants(asset, || {
            let Some(original) = renderer.site.original(asset, sources) else { return Vec::new() };
            let made = self.images.make(&original).unwrap_or_else(|error| {
                notice = Some(error.to_string());
                Vec::new()
            });
            let keep = |(variant, bytes): (Variant, Vec<u8>)| {
                if lock(&self.made).insert(variant.path.clone(), original.clone()).is_none() {
                    sink(Output::bytes(variant.path.clone(), bytes));
                }
                variant
            };
            made.into_iter().map(keep).collect()
        });
        notice
    }

    /// The bytes of a variant that was made here.
    pub(super) fn bytes(&self, path: &OutputPath) -> Option<Vec<u8>> {
        let original = lock(&self.made).get(path)?.clone();
        let variants = self.images.make(&original).ok()?;
        variants.into_iter().find(|(made, _)| made.path == *path).map(|(_, bytes)| bytes)
    }

    /// Forgets what the site shows no more. Drafts are kept: they are shown another time.
    pub(super) fn prune(&self, renderer: &Renderer, sources: &Sources) {
        if cfg!(not(feature = "images")) {
            return; // What others have made is not ours to remove.
        }
        let site = &renderer.site;
        let kept = site.all_images(true).into_iter();
        let kept: Vec<_> = kept.filter_map(|asset| site.original(asset, sources)).collect();
        self.images.prune(&kept);
    }
}
