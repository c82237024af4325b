//! How the files of two sites that are not pages differ. Some names carry a hash of the content.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, ChangedFile, Listing, is_page};

/// Files that are not pages. One whose name carries another hash is changed, not removed and added.
pub(super) fn files(old: &Listing, new: &Listing) -> Vec<ChangedFile> {
    let changed = |name: &str, change| {
        let plain = without_hash(name);
        // What has that name is another file.
        let is_taken = old.contains_key(&plain) || new.contains_key(&plain);
        ChangedFile { path: if is_taken { name.to_owned() } else { plain }, change }
    };
    let mut files = Vec::new();
    for (name, was) in old.iter().filter(|(name, _)| !is_page(name)) {
        if new.get(name).is_some_and(|is| is != was) {
            files.push(changed(name, Change::Changed));
        }
    }
    let mut added = missing(new, old);
    for (plain, removed) in missing(old, new) {
        for name in removed {
            match added.get_mut(&plain).and_then(BTreeSet::pop_first) {
                None => files.push(changed(name, Change::Removed)),
                Some(other) if old[name] == new[other] => {}
                Some(other) => files.push(changed(other, Change::Changed)),
            }
        }
    }
    files.extend(added.into_values().flatten().map(|name| changed(name, Change::Added)));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The files that the other site has none of the same name for, by their names without hashes.
fn missing<'a>(listing: &'a Listing, other: &Listing) -> BTreeMap<String, BTreeSet<&'a str>> {
    let mut missing: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for name in listing.keys().filter(|name| !is_page(name) && !other.contains_key(*name)) {
        missing.entry(without_hash(name)).or_default().insert(name.as_str());
    }
    missing
}

/// `silcrow.0a1b2c3d.css` is `silcrow.css`.
fn without_hash(name: &str) -> String {
    let is_hash = |part: &str| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        [stem @ .., hash, extension] if !stem.is_empty() && is_hash(hash) => {
            format!("{}.{extension}", stem.join("."))
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Listing, files};

    /// Files as `name=content`.
    fn listing(files: &str) -> Listing {
        let file = |(name, content): (&str, &str)| {
            (name.to_owned(), *blake3::hash(content.as_bytes()).as_bytes())
        };
        files.split(' ').filter_map(|file| file.split_once('=')).map(file).collect()
    }

    #[test]
    fn a_file_is_not_taken_for_another_whose_name_carries_a_hash() {
        for (old, new, expected) in [
            ("a.deadbeef.png=1 a.png=2", "a.deadbeef.png=1", "Removed a.png"),
            ("a.deadbeef.png=1", "a.deadbeef.png=1 a.png=2", "Added a.png"),
            ("a.deadbeef.png=1 a.png=2", "a.png=2", "Removed a.deadbeef.png"),
            ("a.deadbeef.png=1 a.png=2", "a.0badcafe.png=3 a.png=2", "Changed a.0badcafe.png"),
            ("a.deadbeef.png=1", "a.0badcafe.png=2", "Changed a.png"),
            ("a.deadbeef.png=1", "a.0badcafe.png=1", ""),
            ("a.png=1", "a.deadbeef.png=1", ""),
            ("a.deadbeef.png=1", "a.deadbeef.png=2", "Changed a.png"),
            ("a.deadbeef.png=1", "", "Removed a.png"),
            (
                "a.00000001.png=1 a.00000002.png=2",
                "a.00000003.png=3",
                "Changed a.png, Removed a.png",
            ),
        ] {
            let files = files(&listing(old), &listing(new));
            let files: Vec<_> =
                files.iter().map(|file| format!("{:?} {}", file.change, file.path)).collect();
            assert_eq!(files.join(", "), expected, "{old} -> {new}");
        }
    }
}
