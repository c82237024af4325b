//! Where the site's root is, seen from the working directory: what the formats for CI put before the paths of sources.
#![expect(clippy::disallowed_methods, reason = "the working directory is known here")]

use std::path::{MAIN_SEPARATOR_STR, Path};

use crate::report::Root;

/// The root as reports name it. Where the system does not tell, it is as the command line has it.
pub(super) fn seen(root: &Path) -> Root {
    let working = std::env::current_dir().and_then(std::fs::canonicalize);
    let real = std::fs::canonicalize(root);
    match (working, real) {
        (Ok(working), Ok(real)) => seen_from(&working, &real),
        _ => Root::new(&slashed(root)),
    }
}

/// Below the working directory, a root is relative to it: in CI that is the repository, and paths are the repository's.
/// Elsewhere it is absolute, since those who read reports make an absolute path one of the repository when it is inside,
/// and do not follow `..`.
fn seen_from(working: &Path, real: &Path) -> Root {
    Root::new(&slashed(real.strip_prefix(working).unwrap_or(real)))
}

/// A path as people write it, with `/`: Windows puts `\\?\` before paths whose links are followed.
fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = match text.strip_prefix(r"\\?\UNC\") {
        Some(share) => format!(r"\\{share}"),
        None => text.strip_prefix(r"\\?\").unwrap_or(&text).to_owned(),
    };
    plain.replace(MAIN_SEPARATOR_STR, "/")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Root, seen_from};

    #[test]
    fn a_root_below_the_working_directory_is_relative_and_another_absolute() {
        let seen = |working, real| seen_from(Path::new(working), Path::new(real));
        assert_eq!(seen("/ci", "/ci"), Root::new(""));
        assert_eq!(seen("/ci", "/ci/docs/help"), Root::new("docs/help"));
        assert_eq!(seen("/ci/docs", "/ci/help"), Root::new("/ci/help"));
        assert_eq!(seen("/ci/doc", "/ci/docs"), Root::new("/ci/docs"));
    }
}
