//! A text's terms: its words, folded so that search finds them however they are written; where a script puts
//! no spaces between words, pairs of characters, and the last one. `static/search.js` does the same in the browser, and `tests/data/terms.json`
//! holds the two equal. Knows no language, no index and no page.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Of a longer word, so many characters count.
const LONGEST: usize = 32;

/// What a byte of a text is. A piece between two bytes that are no part of words is of all kinds that occur in it.
const LOWER: u8 = 0;
const CAPITAL: u8 = 1;
const NOT_ASCII: u8 = 2;
const NO_WORD: u8 = 4;

/// The kind of each byte. Looking one up takes half the time of working out eight at once.
const KINDS: [u8; 256] = {
    let mut kinds = [NO_WORD; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' | b'0'..=b'9' => LOWER,
            b'A'..=b'Z' => CAPITAL,
            0x80.. => NOT_ASCII,
            _ => NO_WORD,
        };
        byte += 1;
    }
    kinds
};

/// Calls `found` with each term of `text`, in order.
#[inline]
pub fn each_term(text: &str, mut found: impl FnMut(&str)) {
    let mut word = String::with_capacity(LONGEST);
    let (mut start, mut kinds) = (0, LOWER);
    for at in 0..=text.len() {
        let kind = text.as_bytes().get(at).map_or(NO_WORD, |byte| KINDS[usize::from(*byte)]);
        if kind != NO_WORD {
            kinds |= kind;
            continue;
        }
        if kinds >= NOT_ASCII {
            terms_of_piece(&text[start..at], &mut found);
        } else if start < at {
            let piece = &text[start..at.min(start + LONGEST)];
            // Nearly all words are in lower case already.
            if kinds == CAPITAL {
                word.clear();
                word.push_str(piece);
                word.make_ascii_lowercase();
                found(&word);
            } else {
                found(piece);
            }
        }
        (start, kinds) = (at + 1, LOWER);
    }
}

/// A piece of text between two ASCII characters of no word. No folding reaches across these.
fn terms_of_piece(piece: &str, found: &mut impl FnMut(&str)) {
    let folded: Vec<char> = fold(piece).chars().collect();
    let ends_word = |it: &char| !it.is_alphanumeric() && !is_combining_mark(*it);
    for run in folded.split(ends_word) {
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
    use super::{CAPITAL, KINDS, LOWER, NO_WORD, NOT_ASCII, each_term};

    fn terms(text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        each_term(text, |term| terms.push(term.to_owned()));
        terms
    }

    #[test]
    fn each_byte_is_of_its_kind() {
        for byte in 0..=u8::MAX {
            let kind = match byte.is_ascii_alphanumeric() {
                _ if !byte.is_ascii() => NOT_ASCII,
                true if byte.is_ascii_uppercase() => CAPITAL,
                true => LOWER,
                false => NO_WORD,
            };
            assert_eq!(KINDS[usize::from(byte)], kind, "{byte}");
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
