//! Reports that the program is asked to end: Ctrl-C, or a termination signal. The one file that names the signal
//! library. Knows nothing of what is to be ended.

/// Calls `action` once, on a separate thread, when the program is asked to end. A second request ends it at once.
///
/// On Windows the system ends the program by itself, and nothing is called.
#[cfg(unix)]
pub fn on_interrupt(action: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag::{register, register_conditional_default};
    use signal_hook::iterator::Signals;

    let is_asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // In this order: the first signal only sets the flag, which the second one finds set.
        register_conditional_default(signal, Arc::clone(&is_asked))?;
        register(signal, Arc::clone(&is_asked))?;
    }
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let wait = move || {
        if signals.forever().next().is_some() {
            action();
        }
    };
    std::thread::Builder::new().name("interrupt".to_owned()).spawn(wait).map(drop)
}

#[cfg(not(unix))]
pub fn on_interrupt(_: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    Ok(())
}
