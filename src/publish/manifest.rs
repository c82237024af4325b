//! The list of what one release of a site consists of. Written last at a target, it is what makes a release one. Knows
//! objects and texts, and nothing of where a text is kept.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::text::{self, Damage, FORMAT};
use super::{KEPT_RELEASES, Object};
use crate::path::OutputPath;

/// A site's objects at a target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Whose site it is: its base URL.
    pub site: String,
    /// Counts the releases of a target, from 1.
    #[serde(rename = "release")]
    pub number: u64,
    /// The day it was published.
    pub date: Date,
    /// The names of the releases before it that can be rolled back to, oldest first.
    pub earlier: Vec<String>,
    /// What readers get.
    #[serde(skip)]
    pub objects: BTreeMap<OutputPath, Object>,
    /// Hashed files that no page refers to any more: readers may have pages that do.
    #[serde(skip)]
    pub retired: BTreeMap<OutputPath, Retired>,
}

/// A hashed file that stays for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Retired {
    pub object: Object,
    /// The number of the first release without it.
    pub number: u64,
    /// The day of that release.
    pub date: Date,
}

/// The first line. `M` is a manifest.
#[derive(Serialize, Deserialize)]
struct Head<M> {
    silcrow_manifest: u32,
    #[serde(flatten)]
    manifest: M,
    objects: usize,
}

/// The line before a retired object's.
#[derive(Serialize, Deserialize)]
struct RetiredHead {
    retired: u64,
    date: Date,
}

impl Manifest {
    /// The release's name: its number and the beginning of the hash of its objects. Sorted as text, releases are in order.
    pub fn name(&self) -> String {
        format!("{:06}-{}", self.number, &text::digest(&self.lines())[..8])
    }

    /// The releases that are kept: the earlier ones and this one.
    pub fn kept(&self) -> Vec<String> {
        self.earlier.iter().cloned().chain([self.name()]).collect()
    }

    /// The earlier releases of the next one: at most as many as can be kept beside it.
    pub fn earlier_of_next(&self) -> Vec<String> {
        let kept = self.kept();
        kept[kept.len().saturating_sub(KEPT_RELEASES - 1)..].to_vec()
    }

    /// What readers get, and what stays for a while.
    pub fn all_objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.values().chain(self.retired.values().map(|retired| &retired.object))
    }

    /// Whether the target holds something there.
    pub(super) fn lists(&self, path: &OutputPath) -> bool {
        self.objects.contains_key(path) || self.retired.contains_key(path)
    }

    fn lines(&self) -> String {
        let objects = self.objects.values().map(text::line);
        let retired = self.retired.values().flat_map(|retired| {
            let head = RetiredHead { retired: retired.number, date: retired.date };
            [text::line(&head), text::line(&retired.object)]
        });
        objects.chain(retired).collect()
    }

    /// The manifest as a text. The same release gives the same bytes.
    pub fn to_text(&self) -> String {
        let objects = self.objects.len();
        text::write(Head { silcrow_manifest: FORMAT, manifest: self, objects }, &self.lines())
    }

    /// A manifest from its text, which is one that silcrow wrote, whole.
    pub fn parse(text: &str) -> Result<Self, Damage> {
        let (head, lines): (Head<Self>, _) = text::read(text)?;
        let (mut manifest, mut lines) = (head.manifest, lines.lines());
        for line in lines.by_ref().take(head.objects) {
            let object: Object = text::read_line(line)?;
            manifest.objects.insert(object.path.clone(), object);
        }
        while let (Some(line), Some(object)) = (lines.next(), lines.next()) {
            let RetiredHead { retired: number, date } = text::read_line(line)?;
            let object: Object = text::read_line(object)?;
            manifest.retired.insert(object.path.clone(), Retired { object, number, date });
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Manifest, Retired};
    use crate::path::OutputPath;
    use crate::publish::text::Damage;
    use crate::publish::{Object, Role};

    fn manifest() -> Manifest {
        let object = |path: &str, role| {
            let hash = *blake3::hash(path.as_bytes()).as_bytes();
            Object::new(OutputPath::new(path), role, hash, 3)
        };
        let date = jiff::civil::date(2026, 2, 1);
        let article = object("a b/100%/\u{fc}+/index.html", Role::Article);
        let old = object("old.css", Role::File);
        let retired = Retired { object: old.clone(), number: 2, date };
        Manifest {
            site: "https://example.com/docs/".to_owned(),
            number: 3,
            date,
            earlier: vec!["000001-00000000".to_owned()],
            objects: BTreeMap::from([(article.path.clone(), article)]),
            retired: BTreeMap::from([(old.path.clone(), retired)]),
        }
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written() {
        let manifest = manifest();
        assert_eq!(Manifest::parse(&manifest.to_text()), Ok(manifest));
    }

    #[test]
    fn a_manifest_that_is_cut_off_or_edited_is_damaged() {
        let text = manifest().to_text();
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            assert_eq!(Manifest::parse(&text[..end]), Err(Damage::Unreadable), "{end}");
        }
        assert_eq!(Manifest::parse(&text.replace("old.css", "new.css")), Err(Damage::Unreadable));
        let newer = text.replacen("\"silcrow_manifest\":1", "\"silcrow_manifest\":2", 1);
        assert_eq!(Manifest::parse(&newer), Err(Damage::Newer));
        let quite_other = "{\"silcrow_manifest\":3,\"pages\":{}}\n";
        assert_eq!(Manifest::parse(quite_other), Err(Damage::Newer));
    }

    #[test]
    fn five_releases_are_kept() {
        let mut manifest = manifest();
        manifest.earlier = (1..=4).map(|number| format!("00000{number}-00000000")).collect();
        let next = manifest.earlier_of_next();
        assert_eq!(next.len(), 4);
        assert_eq!(next[3], manifest.name());
        assert!(next[0].starts_with("000002"));
    }
}
