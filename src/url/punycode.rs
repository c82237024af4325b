//! Host names in other scripts than ASCII's, as the domain name system has them (RFC 3492). Knows nothing of URLs.

const BASE: u32 = 36;
const LEAST: u32 = 1;
const MOST: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const FIRST_BIAS: u32 = 72;
const FIRST: u32 = 128;

/// The longest label that there is.
const LONGEST: usize = 63;

/// A label of a name in ASCII; none when it is too long.
pub(super) fn label(label: &str) -> Option<String> {
    let encoded =
        if label.is_ascii() { label.to_owned() } else { format!("xn--{}", encode(label)?) };
    (encoded.len() <= LONGEST).then_some(encoded)
}

fn encode(label: &str) -> Option<String> {
    let letters: Vec<u32> = label.chars().take(LONGEST + 1).map(u32::from).collect();
    if letters.len() > LONGEST {
        return None;
    }
    let mut encoded: String = label.chars().filter(char::is_ascii).collect();
    let ascii = encoded.len() as u32;
    let mut handled = ascii;
    if ascii > 0 {
        encoded.push('-');
    }
    let (mut current, mut delta, mut bias) = (FIRST, 0_u32, FIRST_BIAS);
    while (handled as usize) < letters.len() {
        let next = *letters.iter().filter(|letter| **letter >= current).min()?;
        delta = delta.checked_add((next - current).checked_mul(handled + 1)?)?;
        current = next;
        for letter in &letters {
            if *letter < current {
                delta += 1;
            }
            if *letter == current {
                number(delta, bias, &mut encoded);
                bias = adapt(delta, handled + 1, handled == ascii);
                delta = 0;
                handled += 1;
            }
        }
        delta += 1;
        current += 1;
    }
    Some(encoded)
}

/// Writes a number with as many digits as it needs.
fn number(delta: u32, bias: u32, encoded: &mut String) {
    let digit = |value: u32| char::from_digit(value, BASE);
    // The digits are `a` to `z`, then `0` to `9`.
    let letter = |value: u32| if value < 26 { digit(value + 10) } else { digit(value - 26) };
    let mut rest = delta;
    let mut place = BASE;
    loop {
        let threshold = place.saturating_sub(bias).clamp(LEAST, MOST);
        if rest < threshold {
            break;
        }
        encoded.extend(letter(threshold + (rest - threshold) % (BASE - threshold)));
        rest = (rest - threshold) / (BASE - threshold);
        place += BASE;
    }
    encoded.extend(letter(rest));
}

fn adapt(delta: u32, handled: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / DAMP } else { delta / 2 };
    delta += delta / handled;
    let mut steps = 0;
    while delta > (BASE - LEAST) * MOST / 2 {
        delta /= BASE - LEAST;
        steps += BASE;
    }
    steps + (BASE - LEAST + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn names_in_other_scripts_are_encoded() {
        for (written, expected) in [
            ("example", "example"),
            ("bücher", "xn--bcher-kva"),
            ("münchen", "xn--mnchen-3ya"),
            ("例え", "xn--r8jz45g"),
            ("пример", "xn--e1afmkfd"),
            ("παράδειγμα", "xn--hxajbheg2az3al"),
            ("中国", "xn--fiqs8s"),
            ("3年b組金八先生", "xn--3b-ww4c5e180e575a65lsy2b"),
        ] {
            assert_eq!(label(written).as_deref(), Some(expected), "{written}");
        }
        assert_eq!(label(&"ü".repeat(64)), None);
        assert_eq!(label(&"a".repeat(64)), None);
    }
}
