//! `diff`: what readers will find different between two sites as they were built.

use super::arguments::{DiffArguments, DiffFormat};
use super::{Outcome, printer};
use crate::io::disk;
use crate::report::changes::{self, Side};

pub(super) fn diff(arguments: &DiffArguments) -> anyhow::Result<Outcome> {
    let (old, new) = (disk::listing(&arguments.old)?, disk::listing(&arguments.new)?);
    let contents = |side: Side, name: &str| match side {
        Side::Old => disk::read_listed(&arguments.old, name),
        Side::New => disk::read_listed(&arguments.new, name),
    };
    let changes = changes::compare((&old, &new), &contents)?;
    printer::plain(&match arguments.format {
        DiffFormat::Text => changes::text(&changes),
        DiffFormat::Json => changes::json(&changes),
        DiffFormat::Markdown => changes::markdown(&changes),
    })?;
    Ok(Outcome::Clean)
}
