//! Numbers in free texts that look like phones or national ids. A person who is careful with a field for the phone still dictates a number into the text;
//! it is marked for the office, and masked for everybody outside it.

use std::{borrow::Cow, ops::Range};

use bazdid_protocol::fold::ascii_digits;

/// What stands in place of a number.
pub const MASK: &str = "•••••••";

/// What may stand between the digits of one number: as many as in `(0912) 345`.
const MAX_BETWEEN: usize = 2;
/// Pieces of digits that one number is written in at most, such as `+98 912 345 67 89`.
const MAX_PIECES: usize = 6;
/// Digits of a national id.
const NATIONAL_ID: usize = 10;

/// A piece of digits in a text.
struct Piece {
    at: Range<usize>,
    /// In ASCII.
    digits: String,
    /// Whether a plus stands before it.
    plus: bool,
    /// Whether it may belong to the number of the piece before it.
    joins: bool,
}

/// Where in a text the numbers are, in their order; bytes.
#[must_use]
pub fn numbers(text: &str) -> Vec<Range<usize>> {
    let pieces = pieces(text);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(rest) = pieces.get(from..).filter(|rest| !rest.is_empty()) {
        let together = 1 + rest.iter().skip(1).take(MAX_PIECES - 1).take_while(|p| p.joins).count();
        // The longest first: a number is not taken for a shorter one with something behind it.
        let length = (1..=together).rev().find(|length| rest.get(..*length).is_some_and(is_personal));
        if let (Some(first), Some(last)) = (rest.first(), length.and_then(|n| rest.get(n - 1))) {
            found.push(first.at.start..last.at.end);
        }
        from += length.unwrap_or(1);
    }
    found
}

/// The text with every such number masked.
#[must_use]
pub fn masked(text: &str) -> Cow<'_, str> {
    let found = numbers(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for at in found {
        out.push_str(text.get(from..at.start).unwrap_or_default());
        out.push_str(MASK);
        from = at.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(out)
}

/// A text that was written over a masked one: the numbers of the one that stands come back where their masks were left, in their order. So somebody
/// who corrects a word loses no number that they could not see.
#[must_use]
pub fn restored<'t>(written: &'t str, standing: &str) -> Cow<'t, str> {
    if !written.contains(MASK) {
        return Cow::Borrowed(written);
    }
    let mut numbers = numbers(standing).into_iter().filter_map(|at| standing.get(at));
    let mut parts = written.split(MASK);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(numbers.next().unwrap_or(MASK));
        out.push_str(part);
    }
    Cow::Owned(out)
}

/// Whether a text has such a number, masked or not.
#[must_use]
pub fn is_marked(text: &str) -> bool {
    text.contains(MASK) || !numbers(text).is_empty()
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    // Characters since the last digit, and whether all of them may stand within a number.
    let (mut between, mut joins, mut plus) = (0_usize, false, false);
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let mut utf8 = [0; 4];
        let ascii = ascii_digits(c.encode_utf8(&mut utf8)).into_owned();
        if ascii.bytes().all(|b| b.is_ascii_digit()) {
            match pieces.last_mut().filter(|_| between == 0) {
                Some(piece) => {
                    piece.digits.push_str(&ascii);
                    piece.at.end = end;
                }
                None => pieces.push(Piece { at: at..end, digits: ascii, plus, joins: joins && between <= MAX_BETWEEN && !plus }),
            }
            (between, joins, plus) = (0, true, false);
        } else {
            joins &= matches!(c, ' ' | '-' | '(' | ')' | '/' | '\u{200c}' | '\u{200e}' | '\u{200f}');
            between += 1;
            plus = c == '+';
        }
    }
    pieces
}

fn is_personal(pieces: &[Piece]) -> bool {
    let digits: String = pieces.iter().map(|p| p.digits.as_str()).collect();
    let plus = pieces.first().is_some_and(|p| p.plus);
    is_phone(&digits, plus) || (pieces.len() == 1 && is_national_id(&digits))
}

/// A mobile or an area code with its number, as they are dialled in Iran, or a number with the plus of its country.
fn is_phone(digits: &str, plus: bool) -> bool {
    let country = digits.strip_prefix("0098").or_else(|| digits.strip_prefix("98").filter(|rest| rest.len() == 10));
    let (national, with_zero) = match country {
        Some(rest) => (rest, true),
        None => digits.strip_prefix('0').map_or((digits, false), |rest| (rest, true)),
    };
    let is_national = national.len() == 10 && (national.starts_with('9') || (with_zero && !national.starts_with('0')));
    is_national || (plus && (8..=15).contains(&digits.len()))
}

/// Ten digits whose last one checks the others.
fn is_national_id(digits: &str) -> bool {
    let values: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(10)).collect();
    let Some((check, others)) = values.split_last().filter(|_| values.len() == NATIONAL_ID) else { return false };
    let sum: u32 = others.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    let rest = sum % 11;
    let right = if rest < 2 { rest } else { 11 - rest };
    *check == right && others.iter().any(|d| Some(d) != others.first())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<&str> {
        numbers(text).into_iter().map(|at| &text[at]).collect()
    }

    #[test]
    fn phones_and_national_ids_are_found_however_they_are_written() {
        for (text, number) in [
            ("call 09121234567 please", "09121234567"),
            ("تلفن ۰۹۱۲۱۲۳۴۵۶۷ است", "۰۹۱۲۱۲۳۴۵۶۷"),
            ("٠٩١٢١٢٣٤٥٦٧", "٠٩١٢١٢٣٤٥٦٧"),
            ("0912 123 45 67", "0912 123 45 67"),
            ("(0912) 123-4567", "0912) 123-4567"),
            ("تماس: ۹۱۲۱۲۳۴۵۶۷.", "۹۱۲۱۲۳۴۵۶۷"),
            ("+98 912 123 4567", "98 912 123 4567"),
            ("00989121234567", "00989121234567"),
            ("۰۲۸-۳۳۳۳۳۳۳۳", "۰۲۸-۳۳۳۳۳۳۳۳"),
            ("+49 30 1234567", "49 30 1234567"),
            ("پلاک 12 09121234567", "09121234567"),
            ("کد ملی ۱۲۳۴۵۶۷۸۹۱", "۱۲۳۴۵۶۷۸۹۱"),
            ("id 1234567891", "1234567891"),
        ] {
            assert_eq!(found(text), [number], "{text}");
        }
        assert_eq!(found("09121234567 یا 09351234567"), ["09121234567", "09351234567"]);
        assert_eq!(found("09121234567 09351234567"), ["09121234567", "09351234567"]);
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "",
            "خیابان ۱۲ پلاک ۳۴ طبقه ۵",
            "1405/08/12",
            "36.2712345, 50.0512345",
            "قرارداد 1405-000123",
            "1234567890",
            "1111111111",
            "8 قطعه 12 متری و 20 کیسه 50 کیلویی",
            "33333333",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
            assert_eq!(masked(text), text);
            assert!(!is_marked(text));
        }
    }

    #[test]
    fn who_writes_over_a_masked_text_loses_no_number() {
        let standing = "چاله؛ ۰۹۱۲۱۲۳۴۵۶۷ یا 09351234567";
        let shown = masked(standing).into_owned();
        assert_eq!(shown, format!("چاله؛ {MASK} یا {MASK}"));
        assert_eq!(restored(&shown, standing), standing);
        assert_eq!(restored(&shown.replace("چاله", "چالهٔ بزرگ"), standing), standing.replace("چاله", "چالهٔ بزرگ"));
        assert_eq!(restored("چاله", standing), "چاله", "who takes it out takes it out");
        assert_eq!(restored(&format!("{MASK}{MASK}{MASK}"), standing), format!("۰۹۱۲۱۲۳۴۵۶۷09351234567{MASK}"));
    }

    proptest! {
        #[test]
        fn what_was_masked_has_no_number_and_comes_back(text in "[0-9۰-۹ +()\\-a-zء-ی]{0,60}") {
            let shown = masked(&text).into_owned();
            prop_assert!(numbers(&shown).is_empty(), "{}", shown);
            prop_assert_eq!(restored(&shown, &text), text);
        }
    }
}
