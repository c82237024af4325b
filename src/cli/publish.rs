//! `publish`: the site is checked and rendered as by `build`; then what the target lacks is sent, in an order in
//! which readers never get half a site.
#![expect(clippy::disallowed_methods, reason = "the clock is known here")]

mod objects;

use std::time::{Duration, Instant};

use super::arguments::PublishArguments;
use super::{Outcome, build, change, printer, session};
use crate::config::BaseUrl;
use crate::edit::{self, record::Recorded};
use crate::io::disk;
use crate::io::store::{self, Contents, Publish, Store, StoreError};
use crate::publish::guard::{Allowed, Refusal};
use crate::publish::manifest::Manifest;
use crate::publish::plan::{self, Plan, Wanted};
use crate::report;
use crate::wording::plural;
pub(super) use objects::{Hashed, Rendered};

pub(super) fn publish(arguments: &PublishArguments) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let patience = Duration::from_secs(arguments.take_over_after);
    let mut store = store::open(&arguments.target, patience)?;
    if arguments.list_releases {
        return list_releases(&*store);
    }
    if !arguments.dry_run {
        disk::recover(&arguments.site.folder.root, printer::waiting)?;
    }
    let result = match &arguments.rollback {
        Some(release) => rollback(&mut *store, release, arguments),
        None => match build::rendered(&arguments.site)? {
            Ok(rendered) => send(&mut *store, &rendered, arguments),
            Err(outcome) => return Ok(outcome),
        },
    };
    let plan = match result {
        Err(error) if is_refusal(&error) => {
            printer::error(error);
            return Ok(Outcome::Refused);
        }
        plan => plan?,
    };
    printer::done(&report::publish::outcome(&plan, arguments.dry_run), start.elapsed());
    if let Some(file) = &arguments.site.summary {
        let text = report::publish::markdown(&plan, arguments.dry_run);
        disk::append(&arguments.site.folder.root, file, &text)?;
    }
    Ok(Outcome::Clean)
}

/// Whether nothing is wrong but that the site is not to be published like that, or not now.
fn is_refusal(error: &anyhow::Error) -> bool {
    let by_target = error.downcast_ref::<StoreError>().is_some_and(StoreError::is_refusal);
    by_target || error.is::<Refusal>()
}

fn send(
    store: &mut dyn Store,
    rendered: &Rendered,
    arguments: &PublishArguments,
) -> anyhow::Result<Plan> {
    let held = store.held()?;
    let wanted = Wanted {
        site: full_url(&rendered.renderer.site.base),
        objects: rendered.objects.clone(),
        date: session::today(arguments.site.folder.today),
    };
    let allowed = Allowed {
        deletions: arguments.max_delete,
        adopt: arguments.adopt,
        moved_from: arguments.moved_from.as_ref().and_then(full_url),
    };
    let plan = plan::plan(&wanted, &held, &allowed)?;
    carry_out(store, &plan, Contents::Given(&|object| rendered.bytes(object)), arguments)?;
    // A preview is no promise to keep its addresses.
    let is_for_good = !(arguments.dry_run || arguments.site.preview || arguments.site.drafts);
    if is_for_good {
        remember(rendered, arguments)?;
    }
    Ok(plan)
}

/// Writes down what was published. What a preview shows is not: it is taken away again.
fn remember(rendered: &Rendered, arguments: &PublishArguments) -> anyhow::Result<()> {
    let Rendered { renderer, sources, .. } = rendered;
    let Recorded { plan, total, new } = edit::record::record(&renderer.site, sources)?;
    change::make(&arguments.site.folder.root, sources, &plan, false)?;
    if new > 0 {
        let urls = plural(total, "URL");
        let file = crate::record::FILE;
        printer::notice(&format!("`{file}` lists {urls}, {new} of them new: commit it"));
    }
    Ok(())
}

/// A base URL as manifests have it; none of one that is a path alone.
fn full_url(base: &BaseUrl) -> Option<String> {
    base.absolute(base.path())
}

/// Publishes an earlier release once more. That it is named is word enough for what it deletes.
fn rollback(
    store: &mut dyn Store,
    release: &str,
    arguments: &PublishArguments,
) -> anyhow::Result<Plan> {
    let held = store.held()?;
    let kept = kept(held.manifest.as_ref());
    let before = kept.len().checked_sub(2).map(|index| kept[index].clone());
    let name = match release {
        "" => before
            .ok_or_else(|| StoreError::NoRelease("before this one".to_owned(), kept.clone()))?,
        name => name.to_owned(),
    };
    if !kept.contains(&name) {
        return Err(StoreError::NoRelease(name, kept).into());
    }
    let Manifest { site, objects, .. } = store.release(&name)?;
    let wanted = Wanted {
        site: Some(site),
        objects: objects.into_values().collect(),
        date: session::today(arguments.site.folder.today),
    };
    let moved_from = held.manifest.as_ref().map(|manifest| manifest.site.clone());
    let allowed = Allowed { deletions: Some(usize::MAX), moved_from, adopt: false };
    let plan = plan::plan(&wanted, &held, &allowed)?;
    carry_out(store, &plan, Contents::Kept(&name), arguments)?;
    Ok(plan)
}

fn kept(manifest: Option<&Manifest>) -> Vec<String> {
    manifest.map_or_else(Vec::new, Manifest::kept)
}

/// Prints the plan, and carries it out unless only that was asked for.
fn carry_out(
    store: &mut dyn Store,
    plan: &Plan,
    contents: Contents<'_>,
    arguments: &PublishArguments,
) -> anyhow::Result<()> {
    printer::text(&report::publish::plan(plan))?;
    if arguments.dry_run {
        return Ok(());
    }
    let committed = || match &arguments.purge_list {
        Some(file) => {
            let text: String = plan.purge.iter().flat_map(|line| [line, "\n"]).collect();
            Ok::<(), StoreError>(disk::write(&arguments.site.folder.root, file, &text)?)
        }
        None => Ok(()),
    };
    if plan.is_empty() {
        return Ok(committed()?);
    }
    if let Some(file) = &arguments.purge_list {
        // The one list of what has changed: better no publish than one whose list cannot be written.
        disk::append(&arguments.site.folder.root, file, "").map_err(StoreError::from)?;
    }
    if plan.resumes {
        printer::notice(
            "an earlier publish has not ended; this one continues when nothing is working on it",
        );
    }
    store.publish(Publish { plan, contents, committed: &committed })?;
    if !store.is_guarded() {
        printer::notice(
            "the target ignores conditional writes; publish to it from one place at a time",
        );
    }
    Ok(())
}

fn list_releases(store: &dyn Store) -> anyhow::Result<Outcome> {
    let kept = kept(store.served()?.as_ref());
    for name in kept.iter().rev() {
        let manifest = match store.release(name) {
            Err(StoreError::Damaged(_, damage)) => {
                printer::text(&format!("{name}  cannot be read: {damage}\n"))?;
                continue;
            }
            manifest => manifest?,
        };
        let Manifest { date, objects, site, .. } = manifest;
        let files = plural(objects.len(), "file");
        printer::text(&format!("{name}  {date}  {files}  {site}\n"))?;
    }
    Ok(Outcome::Clean)
}
