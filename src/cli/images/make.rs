//! Makes variants: of all pictures of a site, or of those of one page; and knows again what it made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use crate::cli::printer;
use crate::io::images::{Images, Made};
use crate::output::Output;
use crate::path::OutputPath;
use crate::picture::Original;
use crate::render::{Renderer, View};
use crate::source::Sources;

/// The variants of a site's pictures.
#[derive(Clone)]
pub(in crate::cli) struct Variants {
    images: Arc<Images>,
    /// Where variants are published, and what each is one of.
    made: Arc<Mutex<BTreeMap<OutputPath, Original>>>,
    /// What has been said already.
    said: Arc<Mutex<BTreeSet<String>>>,
}

impl Variants {
    /// Variants of the pictures of the site in a folder.
    pub(in crate::cli) fn new(root: &Path) -> Self {
        let (made, said) = (Arc::default(), Arc::default());
        Self { images: Arc::new(Images::new(root)), made, said }
    }

    /// Makes the variants of all pictures that the site shows, makes them known to who renders, and hands each file on, once.
    /// Returns what is worth knowing.
    pub(in crate::cli) fn make_all(
        &self,
        (renderer, sources): (&Renderer, &Sources),
        sink: &(dyn Fn(Output) + Sync),
    ) -> Vec<String> {
        let all: Vec<usize> = renderer.site.all_images(false).into_iter().collect();
        let make = |asset: &usize| self.make(*asset, (renderer, sources), sink);
        let mut notices: Vec<String> = all.par_iter().filter_map(make).collect();
        notices.extend(self.images.problem());
        notices
    }

    /// Makes the variants of the pictures of a page, unless that has been done.
    pub(in crate::cli) fn make_for(&self, view: View, (renderer, sources): (&Renderer, &Sources)) {
        renderer.images(view).par_iter().for_each(|asset| {
            let notice = self.make(*asset, (renderer, sources), &|_| {});
            for text in notice.into_iter().chain(self.images.problem()) {
                let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
                if said.insert(text.clone()) {
                    printer::notice(&text);
                }
            }
        });
    }

    /// Makes the variants of one picture. Returns why there are none, where something is wrong.
    fn make(
        &self,
        asset: usize,
        (renderer, sources): (&Renderer, &Sources),
        sink: &(dyn Fn(Output) + Sync),
    ) -> Option<String> {
        let mut notice = None;
        renderer.set_variants(asset, || {
            let Some(original) = renderer.site.original(asset, sources) else { return Vec::new() };
            let made = self.images.make(&original).unwrap_or_else(|error| {
                notice = Some(error.to_string());
                Vec::new()
            });
            made.into_iter()
                .map(|Made { variant, bytes }| {
                    let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
                    let is_new = made.insert(variant.path.clone(), original.clone()).is_none();
                    drop(made);
                    if is_new {
                        sink(Output::bytes(variant.path.clone(), bytes));
                    }
                    variant
                })
                .collect()
        });
        notice
    }

    /// The bytes of a variant that was made here.
    pub(in crate::cli) fn bytes(&self, path: &OutputPath) -> Option<Vec<u8>> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let original = made.get(path)?.clone();
        drop(made);
        let variants = self.images.make(&original).ok()?;
        variants.into_iter().find(|made| made.variant.path == *path).map(|made| made.bytes)
    }

    /// Forgets what the site shows no more. Drafts are kept: they are shown another time.
    pub(in crate::cli) fn prune(&self, (renderer, sources): (&Renderer, &Sources)) {
        let site = &renderer.site;
        let kept = site.all_images(true).into_iter();
        let kept: Vec<_> = kept.filter_map(|asset| site.original(asset, sources)).collect();
        self.images.prune(&kept);
    }
}
