//! A limit on the iterations of a page's loops. The engine has none, so that a loop in a loop in a loop would keep a build
//! busy for good; templates of a pull request are untrusted input. Each list that a loop iterates over is passed through a
//! filter that counts its items.

use std::cell::Cell;
use std::ops::Range;

use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use crate::render::fields::iterated;

/// How many iterations the loops of one page may take in all. The theme's longest pages take a few thousand.
const MOST_STEPS: usize = 1_000_000;
/// The name of the counting filter.
const FILTER: &str = "silcrow_steps";

thread_local! {
    // A page is rendered on one thread from start to end, and the engine hands filters no state of their own.
    static STEPS: Cell<usize> = const { Cell::new(0) };
}

/// Starts counting for a page.
pub(super) fn start_page() {
    STEPS.set(0);
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
    /// What was inserted, in order.
    insertions: Vec<Insertion>,
}

struct Insertion {
    /// Offset in the original text.
    at: usize,
    text: String,
    /// The iterated list in the original text.
    list: Range<usize>,
}

impl Counted {
    /// The template with its loops counted.
    pub(super) fn new(original: &str) -> Self {
        let around = |list: Range<usize>| {
            [(list.start, "(".to_owned()), (list.end, format!(") | {FILTER}"))]
                .map(|(at, text)| Insertion { at, text, list: list.clone() })
        };
        let mut insertions: Vec<_> = iterated(original).into_iter().flat_map(around).collect();
        insertions.sort_by_key(|insertion| insertion.at);
        let mut text = String::with_capacity(original.len() + insertions.len() * 16);
        let mut done = 0;
        for insertion in &insertions {
            text.push_str(&original[done..insertion.at]);
            text.push_str(&insertion.text);
            done = insertion.at;
        }
        text.push_str(&original[done..]);
        Self { text, insertions }
    }

    /// The range in the original text of one in the counted text; of an insertion, the list that it is for.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        let mut shift = 0;
        let mut original = range.clone();
        for Insertion { at, text, list } in &self.insertions {
            let inserted = at + shift..at + shift + text.len();
            if inserted.start <= range.start && range.end <= inserted.end {
                return list.clone();
            }
            shift += text.len();
            if inserted.end <= range.start {
                original.start = range.start - shift;
            }
            if inserted.end <= range.end {
                original.end = range.end - shift;
            }
        }
        original.start..original.end.max(original.start)
    }
}
