//! Suggestions: the nearest known name. Nothing here costs more than its share: a comparison looks at few letters, and a
//! name is compared with few others. The one file that names the library of edit distances.

use std::cmp::Ordering;

/// A name is compared with this many others at most: those around it in the order of their first letters, and those around
/// it in the order of their last ones.
const COMPARED: usize = 128;

/// How many bytes there may be from the first edit to the last: a comparison takes time with the square of them.
const LONGEST: usize = 128;

/// How many edits a name can have and still be meant: a quarter of its letters, and at most three.
fn limit(name: &str) -> usize {
    (name.chars().take(12).count() / 4).max(1)
}

/// The known name nearest to `name` by edit distance, when it is near enough to be meant. For a handful of names; of many,
/// an [`Index`] is made once.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest_of(name, known).map(str::to_owned)
}

fn nearest_of<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let letters = Letters::of(name);
    let mut limit = limit(name);
    let mut nearest = None;
    for candidate in known.filter(|candidate| !candidate.is_empty()) {
        if letters.may_be_within(limit, candidate)
            && let Some(distance) = distance(name, candidate, limit)
            && nearest.is_none_or(|nearest| (distance, candidate) < nearest)
        {
            nearest = Some((distance, candidate));
            // No name that is farther counts any more.
            limit = distance;
        }
    }
    nearest.map(|(_, candidate)| candidate)
}

/// Many names, for many questions.
pub struct Index<'a> {
    by_start: Vec<&'a str>,
    by_end: Vec<&'a str>,
}

impl<'a> Index<'a> {
    /// An index of these names.
    pub fn new(names: impl Iterator<Item = &'a str>) -> Self {
        let mut by_start: Vec<_> = names.collect();
        by_start.sort_unstable();
        by_start.dedup();
        // Of few names, those around any place are all of them.
        let mut by_end = if by_start.len() > COMPARED { by_start.clone() } else { Vec::new() };
        by_end.sort_unstable_by(|one, other| from_end(one, other));
        Self { by_start, by_end }
    }

    /// The name nearest to `name`, other than `except`, when it is near enough to be meant.
    pub fn nearest(&self, name: &str, except: Option<&str>) -> Option<&'a str> {
        let start = around(&self.by_start, |other| other.cmp(name).is_lt());
        let end = around(&self.by_end, |other| from_end(other, name).is_lt());
        nearest_of(name, start.iter().chain(end).copied().filter(|other| Some(*other) != except))
    }
}

/// The names around the place where a sorted list stops to be `before` a name.
fn around<'n, 'a>(names: &'n [&'a str], before: impl Fn(&str) -> bool) -> &'n [&'a str] {
    let place = names.partition_point(|other| before(other));
    let start = place.saturating_sub(COMPARED / 2).min(names.len().saturating_sub(COMPARED));
    &names[start..names.len().min(start + COMPARED)]
}

fn from_end(one: &str, other: &str) -> Ordering {
    one.bytes().rev().cmp(other.bytes().rev())
}

/// How many letters must be inserted, deleted, replaced, or swapped with their neighbour to make one text of the other
/// (optimal string alignment); nothing when they are more than `limit`, or too far apart to be seen together.
pub fn distance(one: &str, other: &str, limit: usize) -> Option<usize> {
    let (one, other) = without_shared_ends(one, other);
    let is_comparable = one.len().max(other.len()) <= LONGEST
        && one.chars().count().abs_diff(other.chars().count()) <= limit;
    is_comparable.then(|| strsim::osa_distance(one, other)).filter(|distance| *distance <= limit)
}

/// What two texts are without the letters that they begin with alike, and those that they end with alike.
fn without_shared_ends<'a>(one: &'a str, other: &'a str) -> (&'a str, &'a str) {
    let shared = one.chars().zip(other.chars()).take_while(|(one, other)| one == other);
    let start: usize = shared.map(|(letter, _)| letter.len_utf8()).sum();
    let (one, other) = (&one[start..], &other[start..]);
    let shared = one.chars().rev().zip(other.chars().rev()).take_while(|(one, other)| one == other);
    let end: usize = shared.map(|(letter, _)| letter.len_utf8()).sum();
    (&one[..one.len() - end], &other[..other.len() - end])
}

/// How often each byte is in a text, with bytes that are alike in their lower five bits counted together.
struct Letters {
    counts: [u8; 32],
    /// How many bytes a character has at most.
    width: usize,
}

impl Letters {
    fn of(text: &str) -> Self {
        let mut counts = [0_u8; 32];
        for byte in text.bytes() {
            let count = &mut counts[usize::from(byte & 31)];
            *count = count.saturating_add(1);
        }
        Self { counts, width: if text.is_ascii() { 1 } else { char::MAX.len_utf8() } }
    }

    /// Whether another text can be this one with at most so many edits: each edit changes at most one character, and so
    /// at most two counts by as many bytes as a character has.
    fn may_be_within(&self, edits: usize, other: &str) -> bool {
        let other = Self::of(other);
        let differences =
            self.counts.iter().zip(other.counts).map(|(one, other)| one.abs_diff(other));
        let most = edits * 2 * self.width.max(other.width);
        differences.map(usize::from).sum::<usize>() <= most
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Index, distance, nearest};

    #[test]
    fn only_near_names_are_suggested() {
        let known = ["title", "description", "updated"];
        assert_eq!(nearest("titel", known.into_iter()).as_deref(), Some("title"));
        assert_eq!(nearest("desciption", known.into_iter()).as_deref(), Some("description"));
        assert_eq!(nearest("date", known.into_iter()), None);
        assert_eq!(
            nearest(
                "\u{8bbe}\u{7f6e}\u{5bc6}\u{94a5}",
                ["\u{8bbe}\u{7f6e}\u{5bc6}\u{5319}"].into_iter()
            )
            .as_deref(),
            Some("\u{8bbe}\u{7f6e}\u{5bc6}\u{5319}")
        );
    }

    #[test]
    fn distances_count_edits_up_to_a_limit() {
        for (one, other, limit, expected) in [
            ("", "", 0, Some(0)),
            ("", "ab", 2, Some(2)),
            ("ab", "", 1, None),
            ("kitten", "sitting", 3, Some(3)),
            ("kitten", "sitting", 2, None),
            ("ab", "ba", 1, Some(1)),
            ("xab", "bax", 3, Some(2)),
            ("same", "same", 0, Some(0)),
        ] {
            assert_eq!(distance(one, other, limit), expected, "{one} {other}");
        }
    }

    #[test]
    fn a_name_is_found_among_very_many() {
        let names: Vec<String> = (0..50_000).map(|n| format!("article-{n:05}.md")).collect();
        let index = Index::new(names.iter().map(String::as_str));
        for (wrong, right) in [
            ("artcle-31234.md", "article-31234.md"),
            ("article-31234.dm", "article-31234.md"),
            ("article-31234md", "article-31234.md"),
        ] {
            assert_eq!(index.nearest(wrong, None), Some(right), "{wrong}");
        }
        assert_eq!(index.nearest("overview.md", None), None);
        assert!(index.nearest("article-31234.md", Some("article-31234.md")).is_some());
    }

    #[test]
    fn of_names_as_near_as_each_other_the_first_is_suggested() {
        let known = ["page-c", "page-b", "page-abc", "page-d"];
        assert_eq!(nearest("page-a", known.into_iter()).as_deref(), Some("page-b"));
    }

    /// The whole table, without a limit.
    fn plain_distance(one: &str, other: &str) -> usize {
        let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
        let mut table = vec![vec![0; other.len() + 1]; one.len() + 1];
        for i in 0..=one.len() {
            for j in 0..=other.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let replaced = table[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
                    let swapped = if i > 1
                        && j > 1
                        && one[i - 1] == other[j - 2]
                        && one[i - 2] == other[j - 1]
                    {
                        table[i - 2][j - 2] + 1
                    } else {
                        usize::MAX
                    };
                    replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1).min(swapped)
                };
            }
        }
        table[one.len()][other.len()]
    }

    proptest! {
        #[test]
        fn distances_are_those_of_the_whole_table(
            one in "[abü]{0,9}",
            other in "[abü]{0,9}",
            limit in 0_usize..5,
        ) {
            let plain = plain_distance(&one, &other);
            prop_assert_eq!(distance(&one, &other, limit), Some(plain).filter(|d| *d <= limit));
        }
    }
}
