//! `build --nginx DIR`: redirects and headers for nginx, in files that its configuration includes. They stand outside the
//! output, where no reader gets them.

use std::path::{Path, absolute};

use anyhow::{Context as _, bail};

use crate::io::disk;
use crate::render::outputs;
use crate::site::Site;

/// Refuses a folder in the output: it would be published, and the next build would find files that are not its own.
pub(super) fn refuse(folder: &Path, output: &Path) -> anyhow::Result<()> {
    let whole = |path: &Path| absolute(path).with_context(|| format!("`{}`", path.display()));
    if whole(folder)?.starts_with(whole(output)?) {
        bail!(
            "`{}` is in the output, and readers would get what is for nginx; name another folder with `--nginx`",
            folder.display()
        );
    }
    Ok(())
}

/// Writes the files.
pub(super) fn write(root: &Path, folder: &Path, site: &Site) -> anyhow::Result<()> {
    disk::make_folder(root, folder)?;
    for (name, text) in outputs::nginx(site) {
        disk::write(root, &folder.join(name), &text)?;
    }
    Ok(())
}
