//! What people type, brought to one form: the only place that knows what a keyboard, a phone or a word processor puts in the place of what
//! was meant.
//!
//! [`fold`] is for finding, [`key`] for words that must be equal, [`number`] and [`ascii_digits`] for figures, [`password`] for secrets,
//! [`is_blank`] for texts in which there is nothing to read. Unicode's own equivalences (presentation forms, full-width letters,
//! composed and decomposed letters) come from `icu_normalizer`; what is particular to Persian stands here.

use std::borrow::Cow;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed, properties::CanonicalCombiningClassMapBorrowed};

/// Rises whenever [`fold`] answers something else for any text: stored columns that were folded by another version are folded anew.
pub const VERSION: i64 = 2;

const NFKD: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfkd();
const NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfkc();
const MARKS: CanonicalCombiningClassMapBorrowed<'static> = CanonicalCombiningClassMapBorrowed::new();

/// Folds a text for search: words with one space between them, in which letters that differ only by keyboard, the three sets of digits, case,
/// marks above and below letters, tatweel, and forms that Unicode calls compatible are the same. A zero-width non-joiner separates as a
/// space does. Folding twice changes nothing more.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in NFKD.normalize_iter(text.chars()).flat_map(char::to_lowercase) {
        let folded = match letter(c) {
            '\u{640}' | 'ء' | '\u{674}' => continue,
            // What stands for ZWNJ in texts from word processors of the nineties, too.
            '\u{200c}' | '\u{ad}' | '¬' => ' ',
            c if is_ignorable(c) || is_mark(c) => continue,
            c if is_empty(c) => ' ',
            c => c,
        };
        if folded != ' ' || !(out.is_empty() || out.ends_with(' ')) {
            out.push(folded);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A word that must be equal to another, such as the name of a category or a heading: folded, and without its separators, because
/// «آسفالت خیابان», «آسفالت‌خیابان» and «آسفالت  خیابان» are one name.
#[must_use]
pub fn key(text: &str) -> String {
    let mut folded = fold(text);
    folded.retain(|c| c != ' ');
    folded
}

/// The letter, digit or sign for which another keyboard has another character.
fn letter(c: char) -> char {
    match c {
        'ي' | 'ى' | 'ې' | 'ے' | 'ێ' => 'ی',
        'ك' | 'ڪ' => 'ک',
        'ة' | 'ە' | 'ہ' | 'ھ' | 'ۃ' => 'ه',
        'ٱ' => 'ا',
        'ۆ' => 'و',
        '٫' => '.',
        '٬' | '،' => ',',
        '؛' => ';',
        '؟' => '?',
        '٪' => '%',
        c if is_dash(c) => '-',
        c => digit(c).unwrap_or(c),
    }
}

/// Whether a character is a hyphen, dash or minus sign.
#[must_use]
pub const fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

/// The ASCII digit of a Persian (U+06F0…) or Arabic-Indic (U+0660…) one.
fn digit(c: char) -> Option<char> {
    const ZEROS: [char; 2] = ['\u{6f0}', '\u{660}'];
    let value = ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(u32::from(*zero)).filter(|n| *n < 10))?;
    char::from_digit(value, 10)
}

/// The text with ASCII digits in place of Persian and Arabic-Indic ones, and nothing else changed.
#[must_use]
pub fn ascii_digits(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| digit(c).unwrap_or(c)).collect())
}

/// The ASCII digit of a figure, of one of the three sets or of a form that Unicode calls compatible (full-width, say).
#[must_use]
pub fn figure(c: char) -> Option<char> {
    let mut plain = NFKC.normalize_iter(std::iter::once(c)).map(|c| digit(c).unwrap_or(c));
    plain.next().filter(|first| first.is_ascii_digit() && plain.next().is_none())
}

/// Unicode's `Default_Ignorable_Code_Point`: what has no glyph of its own, such as joiners, marks of direction and selectors.
#[must_use]
pub const fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// A mark that stands on another character.
fn is_mark(c: char) -> bool {
    MARKS.get_u8(c) != 0
}

/// What takes room and shows nothing: spaces, controls, the braille pattern without dots.
fn is_empty(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{2800}'
}

/// Whether there is nothing to read in a text: only spaces, controls, characters without a glyph, and marks that stand on no letter.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| is_empty(c) || is_ignorable(c) || is_mark(c))
}

/// Whether a text looks empty and is not: what somebody wrote to get past a field that must not be empty, or pasted without seeing it.
#[must_use]
pub fn is_invisible(text: &str) -> bool {
    is_blank(text) && !text.trim().is_empty()
}

/// A text without spaces and characters without a glyph at its ends. Controls stay, so that whoever refuses them sees them.
#[must_use]
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{2800}' || (is_ignorable(c) && !is_joiner(c)))
}

/// What shapes the letter beside it.
const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// A text of figures, such as a date: ASCII digits, plain hyphens and spaces, compatible forms, nothing without a glyph. Letters stay.
#[must_use]
pub fn figures(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_whitespace() || c == '\u{200c}' { ' ' } else { c }).filter(|c| !is_ignorable(*c));
    let plain: String = NFKC.normalize_iter(visible).map(|c| if is_dash(c) { '-' } else { digit(c).unwrap_or(c) }).collect();
    plain.trim().to_owned()
}

/// Whether a spreadsheet has written a long number as a short one, such as `1.37E+11`: its last digits are lost.
#[must_use]
pub fn is_shortened(text: &str) -> bool {
    let text = figures(text);
    let front = |front: &str| {
        front.bytes().any(|b| b.is_ascii_digit()) && front.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '٫'))
    };
    let power = |power: &str| power.strip_prefix('+').is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    text.split_once(['E', 'e']).is_some_and(|(a, b)| front(a) && power(b))
}

/// A number as people write it: digits of three sets, every minus sign, `.`, `٫`, `,` or `/` before the fraction, `٬`, `,`, `'` or a space
/// between groups of three digits. One comma alone is a decimal comma: `36,271` is thirty-six and something. The sign may stand behind, as
/// right-to-left text often shows it.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    let plain: String = NFKD.normalize_iter(trim(text).chars()).filter(|c| !is_ignorable(*c)).collect();
    // The signs that only numbers have; `letter` makes commas of both Persian ones.
    let plain = plain.replace(['٬', '\'', '’', ' '], "\u{1}").replace('/', ".");
    let plain: String = plain.chars().map(letter).collect();
    let (negative, body) = match (plain.strip_prefix(['-', '+']), plain.strip_suffix(['-', '+'])) {
        (Some(body), None) => (plain.starts_with('-'), body),
        (None, Some(body)) => (plain.ends_with('-'), body),
        (None, None) => (false, &*plain),
        (Some(_), Some(_)) => return None,
    };
    let commas = body.matches(',').count();
    let body = match (commas, body.contains('.')) {
        (0, _) => body.to_owned(),
        (1, false) => body.replace(',', "."),
        _ => body.replace(',', "\u{1}"),
    };
    let (whole, rest) = body.split_at(body.find(['.', 'e', 'E']).unwrap_or(body.len()));
    let value: f64 = format!("{}{rest}", ungrouped(whole)?).parse().ok()?;
    let figures = rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    (figures && value.is_finite()).then_some(if negative { -value } else { value })
}

/// A quantity as people write it: as [`number`], and at least 0. What is measured is paid, so nothing is guessed: in `1,250` the comma could
/// stand before the fraction or between groups of digits, and it is no quantity.
#[must_use]
pub fn quantity(text: &str) -> Option<f64> {
    let visible = trim(text);
    let is_ambiguous = visible.split_once([',', '،']).is_some_and(|(whole, rest)| {
        (1..=3).contains(&whole.chars().count())
            && rest.chars().count() == 3
            && rest.chars().all(|c| digit(c).unwrap_or(c).is_ascii_digit())
    });
    number(visible).filter(|quantity| !is_ambiguous && *quantity >= 0.0)
}

/// The digits of a whole number without the marks between its groups; nothing if these are not groups of three.
fn ungrouped(whole: &str) -> Option<String> {
    let mut groups = whole.split('\u{1}');
    let first = groups.next()?;
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let grouped = whole.contains('\u{1}');
    if !digits(first) || (grouped && !(1..=3).contains(&first.len())) || !groups.all(|g| g.len() == 3 && digits(g)) {
        return None;
    }
    Some(whole.replace('\u{1}', ""))
}

/// A password as it is hashed, so that it does not depend on the keyboard: in the idea of the profile `OpaqueString` of RFC 8265, spaces
/// are one character and the form is composed; beyond it compatible forms, the letters and digits for which Persian and Arabic keyboards
/// differ, and characters without a glyph. Case and marks count.
#[must_use]
pub fn password(typed: &str) -> Cow<'_, str> {
    if typed.is_ascii() {
        return Cow::Borrowed(typed);
    }
    let plain = NFKC.normalize_iter(typed.chars()).filter(|c| !is_ignorable(*c)).map(|c| match c {
        'ي' | 'ى' => 'ی',
        'ك' => 'ک',
        c if c.is_whitespace() && !c.is_control() => ' ',
        c => digit(c).unwrap_or(c),
    });
    Cow::Owned(NFKC.normalize_iter(plain).collect())
}

/// A login name as it is compared: what its ends and invisible characters hide does not count, nor does case or the set of digits.
#[must_use]
pub fn login(typed: &str) -> String {
    let plain: String = NFKC.normalize_iter(typed.chars()).filter(|c| !is_ignorable(*c)).flat_map(char::to_lowercase).map(letter).collect();
    trim(&plain).to_owned()
}

#[cfg(test)]
mod tests;
