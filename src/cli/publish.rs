//! `publish`: the site is looked at and rendered as `build` does it; then what the target lacks is sent, in an order in
//! which readers never get half a site.
#![expect(clippy::disallowed_methods, reason = "the clock is known here")]

mod objects;

use std::path::Path;
use std::time::{Duration, Instant};

use super::arguments::PublishArguments;
use super::{Outcome, build, printer, record, session};
use crate::config::BaseUrl;
use crate::io::disk;
use crate::io::store::{Contents, Store, StoreError};
use crate::publish::guard::{Allowed, Refusal};
use crate::publish::manifest::Manifest;
use crate::publish::plan::{self, Held, Plan, Wanted};
use crate::report;
pub(super) use objects::Rendered;

pub(super) fn publish(arguments: &PublishArguments) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let mut store = Store::open(&arguments.target)?;
    store.set_patience(Duration::from_secs(arguments.take_over_after));
    if arguments.list_releases {
        return list_releases(&mut store);
    }
    if !arguments.dry_run {
        disk::recover(&arguments.site.root, printer::waiting)?;
    }
    let result = match &arguments.rollback {
        Some(release) => rollback(&mut store, release, arguments),
        None => match build::rendered(&arguments.site)? {
            Ok(rendered) => send(&mut store, &rendered, arguments),
            Err(outcome) => return Ok(outcome),
        },
    };
    match result {
        Ok(plan) => {
            let done = report::publish::outcome(&plan, arguments.dry_run);
            printer::done(&done, start.elapsed());
            if let Some(file) = &arguments.site.summary {
                disk::append(
                    &arguments.site.root,
                    file,
                    &report::publish::markdown(&plan, arguments.dry_run),
                )?;
            }
            Ok(Outcome::Clean)
        }
        Err(Failure::Refused(reason)) => {
            printer::error(&reason);
            Ok(Outcome::Refused)
        }
        Err(Failure::Failed(error)) => Err(error),
    }
}

/// Why nothing, or not all, was published.
enum Failure {
    Refused(String),
    Failed(anyhow::Error),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.to_string())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_refusal() {
            Self::Refused(error.to_string())
        } else {
            Self::Failed(error.into())
        }
    }
}

fn send(
    store: &mut Store,
    rendered: &Rendered,
    arguments: &PublishArguments,
) -> Result<Plan, Failure> {
    let held = store.held()?;
    let wanted = Wanted {
        site: rendered.base_url(),
        objects: rendered.objects().to_vec(),
        date: session::today(arguments.site.today),
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
    let (total, new) = record::write(&arguments.site.root, rendered.site())?;
    if new > 0 {
        let urls = report::plural(total, "URL");
        let file = crate::record::FILE;
        printer::notice(&format!("`{file}` knows {urls}, {new} of them new: commit it"));
    }
    Ok(())
}

/// A base URL as manifests have it; none of one that is a path alone.
fn full_url(base: &BaseUrl) -> Option<String> {
    base.absolute(base.path())
}

/// Publishes an earlier release once more. That it is named is word enough for what it deletes.
fn rollback(
    store: &mut Store,
    release: &str,
    arguments: &PublishArguments,
) -> Result<Plan, Failure> {
    let held = store.held()?;
    let kept = kept(&held);
    let before = kept.len().checked_sub(2).map(|index| kept[index].clone());
    let name = match release {
        "" => before
            .ok_or_else(|| StoreError::NoRelease("before this one".to_owned(), kept.clone()))?,
        name => name.to_owned(),
    };
    let Manifest { site, objects, .. } = store.release(&name, &kept)?;
    let wanted = Wanted {
        site: Some(site),
        objects: objects.into_values().collect(),
        date: session::today(arguments.site.today),
    };
    let moved_from = held.manifest.as_ref().map(|manifest| manifest.site.clone());
    let allowed = Allowed { deletions: Some(usize::MAX), moved_from, adopt: false };
    let plan = plan::plan(&wanted, &held, &allowed)?;
    carry_out(store, &plan, Contents::Kept(&name), arguments)?;
    Ok(plan)
}

fn kept(held: &Held) -> Vec<String> {
    held.manifest.as_ref().map_or_else(Vec::new, Manifest::kept)
}

/// Prints the plan, and carries it out unless only that was asked for.
fn carry_out(
    store: &mut Store,
    plan: &Plan,
    contents: Contents<'_>,
    arguments: &PublishArguments,
) -> Result<(), Failure> {
    printer::text(&report::publish::plan(plan))?;
    if arguments.dry_run {
        return Ok(());
    }
    let committed = || match &arguments.purge_list {
        Some(file) => Ok::<(), StoreError>(write_lines(&arguments.site.root, file, &plan.purge)?),
        None => Ok(()),
    };
    if plan.is_empty() {
        return Ok(committed()?);
    }
    if let Some(file) = &arguments.purge_list {
        // The one list of what has changed: better no publish than one whose list cannot be written.
        disk::append(&arguments.site.root, file, "").map_err(StoreError::from)?;
    }
    if plan.resumes {
        printer::notice(
            "an earlier publish has not ended; this one goes on when nobody is at work on it",
        );
    }
    store.publish(plan, contents, &committed)?;
    if !store.is_guarded() {
        printer::notice(
            "the target ignores conditional writes; publish to it from one place at a time",
        );
    }
    Ok(())
}

fn write_lines(root: &Path, file: &Path, lines: &[String]) -> Result<(), disk::DiskError> {
    let text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
    disk::write(root, file, &text)
}

fn list_releases(store: &mut Store) -> anyhow::Result<Outcome> {
    let kept = kept(&store.held()?);
    for name in kept.iter().rev() {
        let manifest = match store.release(name, &kept) {
            Err(StoreError::Damaged(_, damage)) => {
                printer::text(&format!("{name}  cannot be read: {damage}\n"))?;
                continue;
            }
            manifest => manifest?,
        };
        let Manifest { date, objects, site, .. } = manifest;
        let files = report::plural(objects.len(), "file");
        printer::text(&format!("{name}  {date}  {files}  {site}\n"))?;
    }
    Ok(Outcome::Clean)
}
