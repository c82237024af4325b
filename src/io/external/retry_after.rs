//! `Retry-After`: how long a host wants to be left alone (RFC 9110, section 10.2.3). Asks no clock.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// How long from `now` on the host wants to be left alone.
pub(super) fn read(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that is too long for the type is as good as for ever.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::read;

    #[test]
    fn seconds_and_dates_are_read() {
        let now = "2026-02-01T12:00:00Z".parse().expect("a moment");
        for (text, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 01 Feb 2026 12:02:00 GMT", Some(120)),
            ("Sun, 01 Feb 2026 11:00:00 GMT", Some(0)),
            ("", None),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
        ] {
            assert_eq!(read(text, now), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
