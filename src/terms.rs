//! A text's terms: its words, folded so that search finds them however they are written; where a script puts
//! no spaces between words, pairs of characters, and the last one. `static/search.js` does the same in the browser, and `tests/data/terms.json`
//! holds the two equal. Knows no language, no index and no page.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Of a longer word, so many characters count.
const LONGEST: usize = 32;

/// Calls `found` with each term of `text`, in order.
#[inline]
pub fn each_term(text: &str, mut found: impl FnMut(&str)) {
    let bytes = text.as_bytes();
    let mut word = String::with_capacity(LONGEST);
    let mut at = 0;
    while at < bytes.len() {
        let Piece { length, has_capitals, is_ascii } = piece(&bytes[at..]);
        let end = at + length;
        if !is_ascii {
            terms_of_piece(&text[at..end], &mut found);
        } else if length > 0 {
            let piece = &text[at..end.min(at + LONGEST)];
            // Nearly all words are in lower case already.
            if has_capitals {
                word.clear();
                word.push_str(piece);
                word.make_ascii_lowercase();
                found(&word);
            } else {
                found(piece);
            }
        }
        at = end + 1;
    }
}

/// The bytes at the beginning of a text that are not ASCII, or a letter or digit of it.
struct Piece {
    length: usize,
    has_capitals: bool,
    is_ascii: bool,
}

/// The first piece of a text; eight bytes are looked at in one step, as nearly every word is shorter.
#[inline]
fn piece(bytes: &[u8]) -> Piece {
    let mut at = 0;
    let (mut capitals, mut not_ascii) = (0, 0);
    loop {
        let rest = &bytes[at..];
        let eight = rest.first_chunk().copied().unwrap_or_else(|| {
            let mut padded = [b' '; 8];
            padded[..rest.len()].copy_from_slice(rest);
            padded
        });
        let kinds = Kinds::of(u64::from_le_bytes(eight));
        // The bits below those of the first byte that ends the piece.
        let within = kinds.others ^ kinds.others.wrapping_sub(1);
        capitals |= kinds.capitals & within;
        not_ascii |= kinds.not_ascii & within;
        at += kinds.others.trailing_zeros() as usize / 8;
        if kinds.others != 0 {
            return Piece { length: at, has_capitals: capitals != 0, is_ascii: not_ascii == 0 };
        }
    }
}

/// What eight bytes are: for each byte its highest bit, where it is of the kind.
struct Kinds {
    capitals: u64,
    not_ascii: u64,
    /// Neither letters nor digits.
    others: u64,
}

impl Kinds {
    fn of(eight: u64) -> Self {
        const HIGHEST: u64 = repeat(0x80);
        let ascii = eight & !HIGHEST;
        // A sum of two bytes below 128 stays within its byte.
        let from = |bytes: u64, first: u8| bytes + repeat(0x80 - first);
        let within = |bytes: u64, first: u8, last: u8| from(bytes, first) & !from(bytes, last + 1);
        let not_ascii = eight & HIGHEST;
        let letters = within(ascii | repeat(0x20), b'a', b'z') & !not_ascii;
        let digits = within(ascii, b'0', b'9');
        let capitals = letters & !(ascii << 2) & HIGHEST;
        Self { capitals, not_ascii, others: !(letters | digits | not_ascii) & HIGHEST }
    }
}

/// A number of eight bytes that are the same.
const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The terms of a text, in order.
pub fn terms(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    each_term(text, |term| terms.push(term.to_owned()));
    terms
}

/// A piece of text between two ASCII characters of no word. No folding reaches across these.
fn terms_of_piece(piece: &str, found: &mut impl FnMut(&str)) {
    let folded: Vec<char> = fold(piece).chars().collect();
    for run in folded.split(|character| !is_in_word(*character)) {
        let same_script = |one: &char, other: &char| has_no_spaces(*one) == has_no_spaces(*other);
        for word in run.chunk_by(same_script) {
            if has_no_spaces(word[0]) && word.len() > 1 {
                word.windows(2).for_each(|pair| found(&pair.iter().collect::<String>()));
                // No pair begins with it, and a reader may look for it alone.
                found(&word[word.len() - 1..].iter().collect::<String>());
            } else {
                let word = without_article(&word[..word.len().min(LONGEST)]);
                found(&word.iter().collect::<String>());
            }
        }
    }
}

/// Arabic writes its article, and short words before it, onto the word. One of fewer than three letters stays as it is.
fn without_article(word: &[char]) -> &[char] {
    let rest = match word {
        ['و' | 'ف' | 'ب' | 'ك', 'ا', 'ل', rest @ ..] => rest,
        ['ا', 'ل', rest @ ..] | ['ل', 'ل', rest @ ..] => rest,
        _ => word,
    };
    if rest.len() < 3 { word } else { rest }
}

/// Lower case, compatibility forms resolved, no accents, and one letter where writers use several.
fn fold(text: &str) -> String {
    let decomposed: String = text.nfkd().collect();
    let mut folded = String::with_capacity(decomposed.len());
    for character in decomposed.to_lowercase().chars().filter(|character| !is_dropped(*character)) {
        match character {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            // Arabic and Persian: letters that are written for each other.
            'ى' | 'ی' => folded.push('ي'),
            'ک' => folded.push('ك'),
            'ة' => folded.push('ه'),
            other => folded.push(other),
        }
    }
    folded.nfc().collect()
}

/// Accents, points and vowel signs that many writers leave out; what only joins or separates letters.
fn is_dropped(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36f}'
        // Hebrew points, Arabic vowel signs, and the line that only stretches a word.
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        // Soft hyphen and joiners.
        | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

fn is_in_word(character: char) -> bool {
    character.is_alphanumeric() || is_combining_mark(character)
}

/// Thai, Lao, Burmese, Khmer, kana, Han; and Hangul, whose particles are written onto the words.
fn has_no_spaces(character: char) -> bool {
    matches!(character,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::{Kinds, terms};

    #[test]
    fn each_byte_is_of_its_kind_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            for at in 0..8 {
                let mut eight = *b"aZ0 \x80~-z";
                eight[at] = byte;
                let kinds = Kinds::of(u64::from_le_bytes(eight));
                let is = |kind: u64| kind.to_le_bytes()[at] == 0x80;
                assert_eq!(is(kinds.capitals), byte.is_ascii_uppercase(), "{byte} at {at}");
                assert_eq!(is(kinds.not_ascii), !byte.is_ascii(), "{byte} at {at}");
                let is_in_word = byte.is_ascii_alphanumeric() || !byte.is_ascii();
                assert_eq!(is(kinds.others), !is_in_word, "{byte} at {at}");
            }
        }
    }

    #[test]
    fn words_of_any_length_end_where_they_end() {
        for length in 1..=40 {
            for (before, after) in [("", ""), ("é ", "-"), ("1234567 ", ""), ("a b", " é")] {
                let word = "aB3".repeat(14)[..length].to_owned();
                let text = format!("{before}-{word}{after}");
                let mut expected = terms(before);
                expected.push(word.to_lowercase().chars().take(32).collect());
                expected.extend(terms(after));
                assert_eq!(terms(&text), expected, "{text}");
            }
        }
    }

    #[test]
    fn both_tokenizers_give_these_terms() {
        let vectors: Vec<(String, Vec<String>)> =
            serde_json::from_str(include_str!("../tests/data/terms.json"))
                .expect("the vectors are JSON");
        assert!(vectors.len() > 40, "{}", vectors.len());
        for (text, expected) in vectors {
            assert_eq!(terms(&text), expected, "{text}");
        }
    }
}
