//! How urgent a thread's work is. Knows nothing of the work.

/// Lets the calling thread run only when no other has work to do, where the system can do that for one thread. The dev
/// server checks a site while it is edited: an edit comes first.
#[cfg(target_os = "linux")]
pub fn lower() {
    // Where this is refused, the work is still done.
    let _ = rustix::process::setpriority_process(None, 19);
}

/// Does nothing: the system knows priorities of whole programs only, or none that we can ask for.
#[cfg(not(target_os = "linux"))]
pub fn lower() {}
