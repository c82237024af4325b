//! A text's terms: its words, folded so that search finds them however they are written; pairs of characters where a
//! script puts no spaces between words. `static/search.js` does the same in the browser, and `tests/data/terms.json`
//! holds the two equal. Knows no language, no index and no page.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Of a longer word, so many characters count.
const LONGEST: usize = 32;

/// What a byte is in a word; nothing where it is in none.
const SMALL: u8 = 1;
const CAPITAL: u8 = 2;
const NOT_ASCII: u8 = 4;
const KINDS: [u8; 256] = kinds();

const fn kinds() -> [u8; 256] {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < kinds.len() {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' | b'0'..=b'9' => SMALL,
            b'A'..=b'Z' => CAPITAL,
            0x80.. => NOT_ASCII,
            _ => 0,
        };
        byte += 1;
    }
    kinds
}

/// Calls `found` with each term of `text`, in order.
pub fn each_term(text: &str, mut found: impl FnMut(&str)) {
    let bytes = text.as_bytes();
    let mut word = String::with_capacity(LONGEST);
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let mut kinds = 0;
        while let Some(byte) = bytes.get(at)
            && let kind = KINDS[usize::from(*byte)]
            && kind != 0
        {
            kinds |= kind;
            at += 1;
        }
        if kinds & NOT_ASCII != 0 {
            terms_of_piece(&text[start..at], &mut found);
        } else if kinds != 0 {
            let piece = &text[start..at.min(start + LONGEST)];
            // Nearly all words are in lower case already.
            if kinds & CAPITAL == 0 {
                found(piece);
            } else {
                word.clear();
                word.push_str(piece);
                word.make_ascii_lowercase();
                found(&word);
            }
        }
        at += 1;
    }
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
            } else {
                found(&word.iter().take(LONGEST).collect::<String>());
            }
        }
    }
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
    use super::terms;

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
