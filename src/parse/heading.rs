//! Heading ids as GitHub makes them, with exactly the character set of the npm package `github-slugger`. Our one
//! deviation: a heading whose slug is empty is called `section`.

use std::sync::LazyLock;

use ahash::AHashMap;
use regex_syntax::hir::{Class, HirKind};

/// The characters beyond ASCII that ids keep, as ranges: those of the package, which are the letters, marks, digits and
/// connectors of Unicode 13. Capital letters are in some ranges and not in others: text is in lower case by then.
static KEPT: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let class = r"[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}&&\p{Age:13.0}]";
    let class = regex_syntax::parse(class).map(regex_syntax::hir::Hir::into_kind);
    let Ok(HirKind::Class(Class::Unicode(class))) = class else { return Vec::new() };
    class.iter().map(|range| (range.start(), range.end())).collect()
});

fn is_kept(c: char) -> bool {
    let index = KEPT.partition_point(|(first, _)| *first <= c);
    index > 0 && c <= KEPT[index - 1].1
}

/// The slug of a heading's text, before collisions are counted: lower case, letters, marks, decimal and letter numbers,
/// connector punctuation and `-` kept, each space a `-`, all else dropped.
pub fn slug(text: &str) -> String {
    if text.is_ascii() {
        return text.chars().filter_map(ascii).collect();
    }
    // Lower case first and as a whole: it depends on neighbours (final sigma), and what it yields may not be kept.
    text.to_lowercase()
        .chars()
        .filter_map(|c| if c.is_ascii() { ascii(c) } else { is_kept(c).then_some(c) })
        .collect()
}

fn ascii(c: char) -> Option<char> {
    match c {
        'a'..='z' | '0'..='9' | '-' | '_' => Some(c),
        'A'..='Z' => Some(c.to_ascii_lowercase()),
        ' ' => Some('-'),
        _ => None,
    }
}

/// Hands out ids that are unique on a page.
#[derive(Default)]
pub struct Ids {
    /// Ids in use; the number is where counting goes on for that slug.
    used: AHashMap<String, u32>,
}

impl Ids {
    /// Reserves an id that somebody wrote.
    pub fn reserve(&mut self, id: &str) {
        self.used.entry(id.to_owned()).or_insert(0);
    }

    /// A free id for a heading with this text: its slug, or the slug with the first number that is free.
    pub fn assign(&mut self, text: &str) -> String {
        let slug = slug(text);
        let slug = if slug.is_empty() { "section".to_owned() } else { slug };
        let mut id = slug;
        if let Some(mut count) = self.used.get(&id).copied() {
            let slug = id;
            id = loop {
                count += 1;
                let counted = format!("{slug}-{count}");
                if !self.used.contains_key(&counted) {
                    break counted;
                }
            };
            self.used.insert(slug, count);
        }
        self.used.insert(id.clone(), 0);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::{Ids, slug};

    #[test]
    fn slugs_are_githubs() {
        for (text, expected) in [
            ("Keys & billing", "keys--billing"),
            ("设置密钥", "设置密钥"),
            ("Don't panic!", "dont-panic"),
            ("x² and ½", "x-and-"),
            ("snake_case‿tie", "snake_case‿tie"),
            (" Leading space", "-leading-space"),
            ("ÀÉÎ Straße", "àéî-straße"),
            ("Ⅷ roman", "ⅷ-roman"),
            ("a\tb", "ab"),
            ("🔑 Key", "-key"),
            ("ΟΔΟΣ Σ", "οδος-σ"),
            ("Ⓐ circled", "ⓐ-circled"),
            ("ࡰ is newer than the set", "-is-newer-than-the-set"),
            ("İstanbul", "i̇stanbul"),
            ("हिन्दी १२", "हिन्दी-१२"),
        ] {
            assert_eq!(slug(text), expected, "{text}");
        }
    }

    #[test]
    fn the_characters_of_ids_stay_those_of_github_slugger() {
        let kept =
            ('\u{80}'..=char::MAX).filter(|c| super::is_kept(*c) && c.to_lowercase().eq([*c]));
        let hash = |hash: u64, c| hash.wrapping_mul(31).wrapping_add(u64::from(u32::from(c)));
        let (count, hash) = kept.fold((0, 0), |(count, sum), c| (count + 1, hash(sum, c)));
        assert_eq!((count, hash), (133_132, 16_786_141_083_942_291_626));
    }

    #[test]
    fn collisions_count_up_until_free() {
        let mut ids = Ids::default();
        let assigned: Vec<_> = ["example", "example", "example-1", "example", "!"]
            .iter()
            .map(|text| ids.assign(text))
            .collect();
        assert_eq!(assigned, ["example", "example-1", "example-1-1", "example-2", "section"]);
        ids.reserve("taken");
        assert_eq!(ids.assign("Taken"), "taken-1");
    }
}
