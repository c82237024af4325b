//! A rendered site as objects to publish: each one's hash at once, its bytes when they are asked for. A page is rendered
//! a second time then, which costs less than to hold a whole site in memory when most of it has not changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::cli::images::Variants;
use crate::io::disk::{DiskError, Root};
use crate::io::store::StoreError;
use crate::output::{Output, OutputBody};
use crate::path::{OutputPath, UrlPath};
use crate::publish::{ContentHash, Object, Role};
use crate::render::{Renderer, View, outputs};
use crate::site::Site;
use crate::site::generated::Generated;
use crate::source::{Content, Sources};

/// A site that nothing is wrong with.
pub(in crate::cli) struct Rendered {
    root: PathBuf,
    sources: Sources,
    renderer: Renderer,
    views: BTreeMap<OutputPath, View>,
    files: BTreeMap<OutputPath, Output>,
    objects: Vec<Object>,
    base_url: Option<String>,
    variants: Variants,
}

impl Rendered {
    /// A site from its pages' hashes and its other files.
    pub(in crate::cli) fn new(
        root: PathBuf,
        (renderer, site): (Renderer, &Site),
        pages: Vec<(OutputPath, (ContentHash, u64))>,
        (files, sources): (Vec<Output>, Sources),
    ) -> Self {
        let search = renderer.search_files();
        let views: BTreeMap<_, _> =
            renderer.views().into_iter().map(|view| (path(&renderer, view), view)).collect();
        let page = |(path, content): (OutputPath, _)| {
            let view = views.get(&path);
            let role = view.map_or(Role::Listing, |view| role(*view));
            let object = Object::new(path, role, content);
            match view {
                Some(View::Generated(file)) => {
                    Object { media_type: outputs::media_type(site, *file).to_owned(), ..object }
                }
                _ => object,
            }
        };
        let mut objects: Vec<_> = pages.into_iter().map(page).collect();
        let assets: BTreeSet<_> =
            site.routes.assets.iter().map(|asset| asset.url.output()).collect();
        objects.extend(files.iter().map(|file| self::file(file, &sources, &assets)));
        objects.extend(search.iter().map(search_file));
        objects.sort_by(|left, right| left.path.cmp(&right.path));
        let files = files.into_iter().chain(search).map(|file| (file.path.clone(), file)).collect();
        let base_url = site.base.absolute(site.base.path());
        let variants = Variants::new(&root);
        Self { root, sources, renderer, views, files, objects, base_url, variants }
    }

    /// The same with variants of its pictures, and who has their bytes.
    pub(in crate::cli) fn with_variants(mut self, variants: Variants, made: Vec<Object>) -> Self {
        self.objects.extend(made);
        self.objects.sort_by(|left, right| left.path.cmp(&right.path));
        Self { variants, ..self }
    }

    /// What is published, sorted by path.
    pub(super) fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// Where the site is published, when that is known in full.
    pub(super) fn base_url(&self) -> Option<String> {
        self.base_url.clone()
    }

    /// The site.
    pub(super) fn site(&self) -> &Site {
        &self.renderer.site
    }

    /// What the site was compiled from.
    pub(super) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The bytes of one object.
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

/// Where a view goes.
fn path(renderer: &Renderer, view: View) -> OutputPath {
    let site = &renderer.site;
    match view {
        View::Article(id) | View::Section(id, 1) => site.page(id).url.output(),
        View::Section(id, number) => {
            let url = site.page(id).url.as_str();
            UrlPath::new(&format!("{url}page/{number}/")).output()
        }
        View::NotFound => OutputPath::new("404.html"),
        View::Retired(index) => site.routes.retired[index].output(),
        View::Search => UrlPath::new("/search/").output(),
        View::Generated(file) => site.generated_url(file).output(),
        View::Redirect(index) => site.routes.alias_list[index].from.output(),
    }
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

/// A file of the search index. All but the first have names that change with their contents.
fn search_file(file: &Output) -> Object {
    let OutputBody::Bytes(bytes) = &file.body else {
        return Object::new(file.path.clone(), Role::Listing, Default::default());
    };
    let content = (*blake3::hash(bytes).as_bytes(), bytes.len() as u64);
    let is_first = file.path.as_str().ends_with("/index.json");
    let role = if is_first { Role::Listing } else { Role::Hashed };
    Object::new(file.path.clone(), role, content)
}

/// A file that is no page: a copy of a source, whose hash is known, or what tells machines of pages.
fn file(file: &Output, sources: &Sources, assets: &BTreeSet<OutputPath>) -> Object {
    let asset = |source| match &sources.get(source)?.content {
        Content::Asset(asset) => Some((asset.hash, asset.size)),
        Content::Text(_) => None,
    };
    let path = file.path.clone();
    match &file.body {
        OutputBody::Bytes(bytes) => {
            let content = (*blake3::hash(bytes).as_bytes(), bytes.len() as u64);
            // The theme's files are bytes too, and assets like others.
            let role = if assets.contains(&path) { Role::File } else { Role::Listing };
            Object::new(path, role, content)
        }
        OutputBody::Copy { source, .. } => {
            Object::new(path, Role::File, asset(source).unwrap_or_default())
        }
    }
}
