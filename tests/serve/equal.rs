//! Whether every address serves what a clean build writes.

use silcrow::compile::{self, Memo};
use silcrow::config::Options;
use silcrow::io::disk;
use silcrow::output::OutputBody;
use silcrow::render::View;
use silcrow::site::routes::Alias;

use crate::common::Site;
use crate::program::{Served, without_script};
use crate::wire::Reply;

/// What is different between what is served and what a clean build of the same files writes; nothing when all is equal.
pub(crate) fn difference(site: &Site, served: &Served, options: &Options) -> Option<String> {
    let Ok(sources) = disk::read(&site.path("")) else { return None };
    let compiled = compile::site(&sources, options, &mut Memo::default());
    let renderer = compiled.renderer();
    let base = compiled.site.base.path().to_owned();
    let address = |path: &str| {
        let path = path.strip_suffix("index.html").unwrap_or(path);
        format!("{base}{}", silcrow::path::encode_path(path))
    };
    for view in renderer.views() {
        let rendered = renderer.render(view);
        let wrong = match (view, &rendered) {
            (View::Redirect(index), _) => {
                let Alias { from, page } = &compiled.site.routes.alias_list[index];
                let reply = served.get(&compiled.site.href(from));
                let to = compiled.site.href(&compiled.site.page(*page).url);
                (reply.header("Location") != Some(&to)).then(|| format!("{from:?}: {reply:?}"))
            }
            (_, Ok(output)) => {
                let OutputBody::Bytes(bytes) = &output.body else { continue };
                let url = address(output.path.as_str());
                let reply = served.get(&url);
                let status = if matches!(view, View::Retired(_)) { 410 } else { 200 };
                let is_same = reply.status == status && same(&reply, bytes);
                (!is_same).then(|| format!("{url}: {} {}", reply.status, reply.text()))
            }
            // Nothing is built then; the dev server says why.
            (View::Article(id) | View::Section(id, _), Err(_)) => {
                let url = compiled.site.href(&compiled.site.page(id).url);
                let reply = served.get(&url);
                (reply.status != 500).then(|| format!("{url}: {reply:?}"))
            }
            (View::NotFound | View::Search | View::Retired(_) | View::Generated(_), Err(_)) => None,
        };
        if wrong.is_some() {
            return wrong;
        }
    }
    let files = compile::files(&compiled.site, &sources);
    for output in files.into_iter().chain(renderer.search_files()) {
        let url = address(output.path.as_str());
        let bytes = match output.body {
            OutputBody::Bytes(bytes) => bytes.into_owned(),
            OutputBody::Copy { spelling, .. } => {
                std::fs::read(site.path(&spelling)).expect("it was read")
            }
        };
        let reply = served.get(&url);
        if reply.status != 200 || !same(&reply, &bytes) {
            return Some(format!(
                "{url}: {} {:?}",
                reply.status,
                String::from_utf8_lossy(&reply.body)
            ));
        }
    }
    None
}

fn same(reply: &Reply, bytes: &[u8]) -> bool {
    reply.body == bytes
        || std::str::from_utf8(&reply.body)
            .is_ok_and(|text| without_script(text).as_bytes() == bytes)
}
