//! A limit on the iterations of a page's loops. The engine has none, so that a loop in a loop in a loop would keep a build
//! busy for good; templates of a pull request are untrusted input. Each list that a loop iterates over is passed through a
//! filter that counts its items.

use std::cell::Cell;
use std::ops::Range;

use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use crate::render::fields::iterated;
use crate::source::replace_ranges;

/// How many iterations the loops of one page may take in all. The theme's longest pages take a few thousand.
const MOST_STEPS: usize = 1_000_000;
/// The name of the counting filter.
const FILTER: &str = "silcrow_steps";

thread_local! {
    // A page is rendered on one thread from start to end, and the engine hands filters no state of their own.
    pub(super) static STEPS: Cell<usize> = const { Cell::new(0) };
}

/// Adds the counting filter to an engine.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter(FILTER, |list: &Value, _: Kwargs, _: &State| count(list));
}

fn count(list: &Value) -> TeraResult<Value> {
    let steps = STEPS.get().saturating_add(list.len().unwrap_or(0));
    STEPS.set(steps);
    if steps > MOST_STEPS {
        let message = format!("the loops of this page take more than {MOST_STEPS} steps");
        return Err(Error::message(message));
    }
    Ok(list.clone())
}

/// A template whose loops are counted.
pub(super) struct Counted {
    /// The template's text with each iterated list in parentheses and passed through the filter.
    pub(super) text: String,
    /// What was inserted, by its offset in the original text, in order.
    insertions: Vec<(usize, String)>,
    /// The iterated lists in the original text.
    lists: Vec<Range<usize>>,
}

impl Counted {
    /// The template with its loops counted.
    pub(super) fn new(original: &str) -> Self {
        let lists = iterated(original);
        let around = |list: &Range<usize>| {
            [(list.start, "(".to_owned()), (list.end, format!(") | {FILTER}"))]
        };
        let mut insertions: Vec<_> = lists.iter().flat_map(around).collect();
        insertions.sort_by_key(|(at, _)| *at);
        let edits = insertions.iter().map(|(at, text)| (*at..*at, text.clone()));
        let text = replace_ranges(original, edits.collect());
        Self { text, insertions, lists }
    }

    /// The range in the original text of one in the counted text; of an insertion, the list that it is for.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        let (start, end) = (self.original_offset(range.start), self.original_offset(range.end));
        match self.lists.iter().find(|list| start == end && list.end == end) {
            Some(list) => list.clone(),
            None => start..end.max(start),
        }
    }

    fn original_offset(&self, offset: usize) -> usize {
        let mut inserted = 0;
        for (at, text) in &self.insertions {
            let begins = at + inserted;
            if offset < begins + text.len() {
                return (offset - inserted).min(*at);
            }
            inserted += text.len();
        }
        offset - inserted
    }
}
