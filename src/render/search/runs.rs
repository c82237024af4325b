//! Runs of things whose ends depend on what the things are and not on their number, so that an edit moves few of them.

use std::ops::Range;

/// Divides `count` things into runs of so many bytes, each up to the first anchor after the least of them or to the most.
pub(super) fn cut(
    count: usize,
    sizes: Range<usize>,
    size: impl Fn(usize) -> usize,
    is_anchor: impl Fn(usize) -> bool,
) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for index in 0..count {
        let ends = bytes + size(index) > sizes.end || bytes >= sizes.start && is_anchor(index);
        if index > start && ends {
            ranges.push(start..index);
            (start, bytes) = (index, 0);
        }
        bytes += size(index);
    }
    if start < count {
        ranges.push(start..count);
    }
    ranges
}

/// 64 bits of the hash of some bytes, the same in every build. One in n is a multiple of n: an anchor.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let hash = *blake3::hash(bytes).as_bytes();
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}
