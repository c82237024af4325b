//! What would change in a text, as a unified diff that `patch -p1` and `git apply` take. The one file that names the diff
//! library.

use similar::TextDiff;

/// The difference between two texts of the file at `path`.
pub fn unified(path: &str, old: &str, new: &str) -> String {
    between(path, path, old, new)
}

/// The difference between the text of a file and that of the file that takes its place.
pub fn between(old_path: &str, new_path: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff()
        .context_radius(1)
        .header(&format!("a/{old_path}"), &format!("b/{new_path}"))
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn changed_lines_are_shown_with_their_neighbours() {
        let old = "one\ntwo\nthree\nfour\n";
        let diff = unified("content/a.md", old, &old.replace("two", "2"));
        assert_eq!(
            diff,
            "--- a/content/a.md\n+++ b/content/a.md\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
        );
    }
}
