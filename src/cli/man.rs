//! `man`: the manual's pages, one for each command, from the same arguments as `--help`. For those who package silcrow.

use std::path::Path;

use clap::CommandFactory;

use super::Outcome;
use super::arguments::Arguments;
use crate::io::disk;

/// Writes the pages into a folder, which is made when it is not there.
pub(super) fn man(folder: &Path) -> anyhow::Result<Outcome> {
    disk::make_folder(folder, folder)?;
    clap_mangen::generate_to(Arguments::command(), folder)?;
    Ok(Outcome::Clean)
}
