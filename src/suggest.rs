//! Suggestions: the nearest known name.

/// The known name nearest to `name` by edit distance, when it is near enough to be meant: at most a quarter of its
/// length, and at most three edits.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let length = name.chars().count();
    let limit = (length / 4).clamp(1, 3);
    known
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && !candidate.is_empty())
        .min()
        .map(|(_, candidate)| candidate.to_owned())
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
    }
}
