//! Suggestions: the nearest known name.

/// The known name nearest to `name` by edit distance, when it is near enough to be meant: at most a quarter of its
/// length, and at most three edits.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let length = name.chars().count();
    let limit = (length / 4).clamp(1, 3);
    let letters = Letters::of(name);
    known
        // Comparing letter by letter is dear, and nearly all names are told apart without it.
        .filter(|candidate| letters.may_be_within(limit, candidate))
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && !candidate.is_empty())
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// How often each byte is in a text, with bytes that are alike in their lower five bits counted together.
struct Letters([u8; 32]);

impl Letters {
    fn of(text: &str) -> Self {
        let mut counts = [0_u8; 32];
        for byte in text.bytes() {
            let count = &mut counts[usize::from(byte & 31)];
            *count = count.saturating_add(1);
        }
        Self(counts)
    }

    /// Whether another text can be this one with at most so many edits: each edit changes at most one character, and so
    /// at most two counts by as many bytes as a character has.
    fn may_be_within(&self, edits: usize, other: &str) -> bool {
        let Self(counts) = Self::of(other);
        let differences = self.0.iter().zip(counts).map(|(one, other)| one.abs_diff(other));
        differences.map(usize::from).sum::<usize>() <= edits * 2 * 4
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

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
}
