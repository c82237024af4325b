//! A rendered site as objects to publish: each one's hash at once, its bytes when they are asked for. A page is rendered
//! a second time then, which costs less than to hold a whole site in memory when most of it has not changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::cli::images::Variants;
use crate::cli::session::Run;
use crate::compile;
use crate::io::disk::{DiskError, Root};
use crate::io::lock;
use crate::io::store::StoreError;
use crate::output::{Output, OutputBody};
use crate::path::OutputPath;
use crate::publish::{Object, Role};
use crate::render::{Renderer, View, outputs};
use crate::site::generated::Generated;
use crate::source::{Content, Sources};

/// The objects of a site as far as it is rendered: pages with their views, and what belongs to none.
#[derive(Default)]
pub(in crate::cli) struct Hashed(Mutex<Vec<(Object, Option<View>)>>);

impl Hashed {
    /// Adds a page of a view, or a file that has its hash in its name.
    pub(in crate::cli) fn add(&self, file: &Output, view: Option<View>) {
        let object = object(file, view.map_or(Role::Hashed, role));
        lock(&self.0).push((object, view));
    }
}

/// A site that nothing is wrong with.
pub(in crate::cli) struct Rendered {
    root: PathBuf,
    pub(super) sources: Sources,
    pub(super) renderer: Renderer,
    views: BTreeMap<OutputPath, View>,
    files: BTreeMap<OutputPath, Output>,
    /// What is published, sorted by path.
    pub(super) objects: Vec<Object>,
    variants: Variants,
}

impl Rendered {
    pub(in crate::cli) fn new(run: Run<'_>, variants: Variants, rendered: Hashed) -> Self {
        let Run { renderer, sources, arguments, .. } = run;
        let site = &renderer.site;
        let (mut objects, mut views) = (Vec::new(), BTreeMap::new());
        for (mut object, view) in rendered.0.into_inner().unwrap_or_else(PoisonError::into_inner) {
            if let Some(View::Generated(file)) = view {
                object.media_type = outputs::media_type(site, file).to_owned();
            }
            views.extend(view.map(|view| (object.path.clone(), view)));
            objects.push(object);
        }
        let assets = site.routes.assets.iter().map(|asset| asset.url.output());
        let assets: BTreeSet<_> = assets.collect();
        let mut files = compile::files(site, &sources);
        let file = |file: &Output| {
            let OutputBody::Copy { source, .. } = &file.body else {
                // The theme's files are bytes, and assets like others.
                let is_asset = assets.contains(&file.path);
                return object(file, if is_asset { Role::File } else { Role::Listing });
            };
            let length = match sources.get(source).map(|file| &file.content) {
                Some(Content::Asset(asset)) => asset.size,
                _ => 0,
            };
            Object { length, ..object(file, Role::File) }
        };
        objects.extend(files.iter().map(file));
        let search = renderer.search_files();
        objects.extend(search.iter().map(|file| {
            // All but the first have names that change with their contents.
            let is_first = file.path.as_str().ends_with("/index.json");
            object(file, if is_first { Role::Listing } else { Role::Hashed })
        }));
        objects.sort_by(|left, right| left.path.cmp(&right.path));
        files.extend(search);
        let files = files.into_iter().map(|file| (file.path.clone(), file)).collect();
        let root = arguments.folder.root.clone();
        Self { root, sources, renderer, views, files, objects, variants }
    }

    pub(super) fn bytes(&self, object: &Object) -> Result<Vec<u8>, StoreError> {
        let gone = || StoreError::Content(object.path.as_str().to_owned());
        if let Some(bytes) = self.variants.bytes(&object.path) {
            return Ok(bytes);
        }
        let body = match self.views.get(&object.path) {
            Some(view) => self.renderer.render(*view).map_err(|_| gone())?.body,
            None => self.files.get(&object.path).ok_or_else(gone)?.body.clone(),
        };
        match body {
            OutputBody::Bytes(bytes) => Ok(bytes.into_owned()),
            OutputBody::Copy { spelling, .. } => {
                let path = self.root.join(&*spelling);
                let io = |error| DiskError::Io("read", path.clone(), error);
                let read = Root::new(&self.root).and_then(|root| root.read(Path::new(&*spelling)));
                Ok(read.map_err(io)?)
            }
        }
    }
}

/// A file as an object. How long a copy is, only its source tells.
fn object(file: &Output, role: Role) -> Object {
    let (hash, length) = match &file.body {
        OutputBody::Bytes(bytes) => (*blake3::hash(bytes).as_bytes(), bytes.len() as u64),
        OutputBody::Copy { hash, .. } => (*hash, 0),
    };
    Object::new(file.path.clone(), role, hash, length)
}

fn role(view: View) -> Role {
    match view {
        View::Article(_) => Role::Article,
        View::Section(..) | View::Search => Role::Section,
        View::NotFound => Role::NotFound,
        // Its page links to it.
        View::Generated(Generated::MarkdownCopy(..)) => Role::File,
        View::Redirect(_) | View::Retired(_) | View::Generated(_) => Role::Listing,
    }
}
