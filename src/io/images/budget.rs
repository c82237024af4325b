//! A bound on the memory of decoded pictures, whatever the number of threads: a thread that decodes one waits until there is
//! room for it.

use std::sync::{Condvar, Mutex, PoisonError};

/// How many bytes of decoded pictures there may be at a time. A single picture that takes more is refused.
pub(super) const MOST_DECODED: u64 = 256 * 1024 * 1024;

/// Bytes that are free.
pub(super) struct Budget {
    free: Mutex<u64>,
    returned: Condvar,
}

/// Bytes that are taken, until it is dropped.
pub(super) struct Permit<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Budget {
    pub(super) fn new(bytes: u64) -> Self {
        Self { free: Mutex::new(bytes), returned: Condvar::new() }
    }

    /// Waits until so many bytes are free, and takes them. There never are more than the budget was made with.
    pub(super) fn take(&self, bytes: u64) -> Permit<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let free = self.returned.wait_while(free, |free| *free < bytes);
        *free.unwrap_or_else(PoisonError::into_inner) -= bytes;
        Permit { budget: self, bytes }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.budget.free.lock().unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.budget.returned.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::Budget;

    #[test]
    fn large_pictures_of_many_threads_are_not_in_memory_at_the_same_time() {
        let (budget, taken, most) = (Budget::new(100), AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for thread in 0..8_u64 {
                let (budget, taken, most) = (&budget, &taken, &most);
                scope.spawn(move || {
                    for round in 0..200 {
                        let bytes = 1 + (thread * 37 + round * 11) % 100;
                        let permit = budget.take(bytes);
                        most.fetch_max(
                            taken.fetch_add(bytes, Ordering::SeqCst) + bytes,
                            Ordering::SeqCst,
                        );
                        taken.fetch_sub(bytes, Ordering::SeqCst);
                        drop(permit);
                    }
                });
            }
        });
        let most = most.into_inner();
        assert!(most > 0 && most <= 100, "{most}");
        drop(budget.take(100));
    }
}
