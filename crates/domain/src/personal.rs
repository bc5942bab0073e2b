//! Numbers in free texts that look like phones or national ids. A person who is careful with a field for the phone still dictates a number into the text;
//! it is marked for the office, and masked for everybody outside it.

use std::{borrow::Cow, ops::Range};

use bazdid_protocol::fold::{figure, is_dash, is_ignorable};

/// What stands in place of a number.
pub const MASK: &str = "•••••••";

/// Visible characters that may stand between the digits of one number: as many as in `0912 - 345`.
const MAX_BETWEEN: usize = 3;
/// Pieces of digits that one number is written in at most: a mobile that was dictated digit by digit.
const MAX_PIECES: usize = 11;
/// Digits of a national id.
const NATIONAL_ID: usize = 10;
/// Digits of its pieces, if it is written in pieces.
const NATIONAL_ID_PIECES: [usize; 3] = [3, 6, 1];

/// A piece of digits in a text.
struct Piece {
    at: Range<usize>,
    /// In ASCII.
    digits: String,
    /// Whether a plus stands before it.
    plus: bool,
    /// Whether it may belong to the number of the piece before it.
    joins: bool,
    /// Whether a full stop stands between the two.
    dotted: bool,
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

/// Why a text that was written over a masked one cannot have its numbers back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unrestorable {
    /// It has more or fewer masks than the text that stands: which number belongs where is not known.
    OtherMasks,
    /// With what was written beside a mask its number would not be found any more, and everybody could read it.
    Unmasked,
}

impl Unrestorable {
    /// What is told to who wrote the text.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::OtherMasks => {
                "the text that stands hides another number of phones or national ids: leave each mask (•••••••) where it stands, or take out all of them"
            }
            Self::Unmasked => "a number that is hidden would become readable: write no digits right beside a mask (•••••••)",
        }
    }
}

/// A text that was written over a masked one: the numbers of the one that stands come back where their masks were left, in their order. So somebody
/// who corrects a word loses no number that they could not see. Whoever takes out all masks takes out the numbers.
///
/// What is shown of the answer to those who may not see the numbers is exactly what is shown of the written text.
///
/// # Errors
/// The masks are not those of the text that stands, or a number would not be masked any more.
pub fn restored<'t>(written: &'t str, standing: &str) -> Result<Cow<'t, str>, Unrestorable> {
    let hidden = hidden(standing);
    let parts: Vec<&str> = written.split(MASK).collect();
    let Some((first, others)) = parts.split_first().filter(|(_, others)| !(others.is_empty() || hidden.is_empty())) else {
        return Ok(Cow::Borrowed(written));
    };
    if others.len() != hidden.len() {
        return Err(Unrestorable::OtherMasks);
    }
    let rest = hidden.into_iter().zip(others).flat_map(|(number, part)| [number, *part]);
    let out: String = std::iter::once(*first).chain(rest).collect();
    if masked(&out) == masked(written) { Ok(Cow::Owned(out)) } else { Err(Unrestorable::Unmasked) }
}

/// What stands where a masked text has its masks: numbers, and masks that somebody typed.
fn hidden(text: &str) -> Vec<&str> {
    let typed = text.match_indices(MASK).map(|(at, mask)| at..at + mask.len());
    let mut places: Vec<Range<usize>> = numbers(text).into_iter().chain(typed).collect();
    places.sort_by_key(|at| at.start);
    places.into_iter().filter_map(|at| text.get(at)).collect()
}

/// Whether a text has such a number, masked or not.
#[must_use]
pub fn is_marked(text: &str) -> bool {
    text.contains(MASK) || !numbers(text).is_empty()
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    // Visible characters since the last digit, whether all of them may stand within a number, and which of them matter.
    let (mut between, mut joins, mut plus, mut dotted) = (0_usize, false, false, false);
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if let Some(digit) = figure(c) {
            match pieces.last_mut().filter(|_| between == 0) {
                Some(piece) => {
                    piece.digits.push(digit);
                    piece.at.end = end;
                }
                None => {
                    let joins = joins && between <= MAX_BETWEEN && !plus;
                    pieces.push(Piece { at: at..end, digits: digit.into(), plus, joins, dotted });
                }
            }
            (between, joins, plus, dotted) = (0, true, false, false);
        } else if !is_ignorable(c) {
            joins &= may_stand_within(c);
            between += 1;
            plus = c == '+';
            dotted |= c == '.';
        }
    }
    pieces
}

/// Whether a visible character may stand between the digits of one number.
fn may_stand_within(c: char) -> bool {
    let is_space = c.is_whitespace() && !c.is_control();
    is_space || is_dash(c) || matches!(c, '\t' | '.' | '·' | '_' | '(' | ')' | '/' | '\u{640}')
}

fn is_personal(pieces: &[Piece]) -> bool {
    // The point of a fraction is none of a phone: `36.912345 50.05` is a place.
    let mut between = pieces.iter().skip(1).map(|p| p.dotted);
    let is_mixed = between.next().is_some_and(|first| between.any(|other| other != first));
    let digits: String = pieces.iter().map(|p| p.digits.as_str()).collect();
    let plus = pieces.first().is_some_and(|p| p.plus);
    let in_pieces = || pieces.iter().map(|p| p.digits.len()).eq(NATIONAL_ID_PIECES);
    !is_mixed && (is_phone(&digits, plus) || ((pieces.len() == 1 || in_pieces()) && is_national_id(&digits)))
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
            ("id 123-456789-1", "123-456789-1"),
            ("0912 - 123 - 4567", "0912 - 123 - 4567"),
            ("0912.123.4567", "0912.123.4567"),
            ("0912–123–4567", "0912–123–4567"),
            ("0912\u{a0}123\u{202f}4567", "0912\u{a0}123\u{202f}4567"),
            ("0912\t1234567", "0912\t1234567"),
            ("0912ـ1234567", "0912ـ1234567"),
            ("0912\u{2068}123\u{2069} 4567", "0912\u{2068}123\u{2069} 4567"),
            ("12345\u{2067}\u{200c}67891", "12345\u{2067}\u{200c}67891"),
            ("+\u{200e}49 30 1234567", "49 30 1234567"),
            ("0۹1٢۱2۳٤5٦۷", "0۹1٢۱2۳٤5٦۷"),
            ("０９１２１２３４５６７", "０９１２１２３４５６７"),
            ("0 9 1 2 1 2 3 4 5 6 7", "0 9 1 2 1 2 3 4 5 6 7"),
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
            "36.912345 50.05",
            "0912 ---- 1234567",
            "12-3456789-1",
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
        let of = |written: &str| restored(written, standing).map(Cow::into_owned);
        assert_eq!(of(&shown).as_deref(), Ok(standing));
        assert_eq!(of(&shown.replace("چاله", "چالهٔ بزرگ")), Ok(standing.replace("چاله", "چالهٔ بزرگ")));
        assert_eq!(of("چاله").as_deref(), Ok("چاله"), "who takes all out takes all out");
        assert_eq!(of("تماس 09351234567").as_deref(), Ok("تماس 09351234567"));
        let typed = format!("{MASK} یا 09351234567");
        assert_eq!(
            restored(&format!("{MASK} و {MASK}"), &typed).as_deref(),
            Ok(&*format!("{MASK} و 09351234567")),
            "a mask that was typed is one"
        );
        assert_eq!(restored(&format!("چاله {MASK}"), "چاله").as_deref(), Ok(&*format!("چاله {MASK}")));
    }

    #[test]
    fn a_number_that_would_move_or_be_read_is_not_put_back() {
        let standing = "چاله؛ ۰۹۱۲۱۲۳۴۵۶۷ یا 09351234567";
        for masks in [1, 3] {
            assert_eq!(restored(&[MASK].repeat(masks).join(" و "), standing), Err(Unrestorable::OtherMasks), "{masks}");
        }
        for written in [format!("{MASK}{MASK}"), format!("5{MASK} {MASK}"), format!("{MASK} {MASK}۵")] {
            assert_eq!(restored(&written, standing), Err(Unrestorable::Unmasked), "{written}");
        }
    }

    const TEXT: &str = "[0-9۰-۹٠-٩ +().–\u{a0}\u{2068}\u{2069}\u{200c}\\-/a-zء-ی]{0,60}";

    proptest! {
        #[test]
        fn what_was_masked_has_no_number_and_comes_back(text in TEXT) {
            let shown = masked(&text).into_owned();
            prop_assert!(numbers(&shown).is_empty(), "{}", shown);
            prop_assert_eq!(restored(&shown, &text).map(Cow::into_owned), Ok(text));
        }

        /// Whatever somebody writes over a masked text: others see of it what the writer saw, and each number stands once, in its place.
        #[test]
        fn what_is_put_back_stays_masked(
            numbered in proptest::collection::vec("(0912|\\+98 935|۰۲۸-)[0-9]{7,8}", 0..3),
            parts in proptest::collection::vec("[0-9۰-۹ +().\\-a-c]{0,4}", 1..5),
        ) {
            let standing = numbered.join(" یا ");
            let written = parts.join(MASK);
            if let Ok(text) = restored(&written, &standing) {
                prop_assert_eq!(masked(&text), masked(&written));
                let back: Vec<&str> = hidden(&standing);
                if parts.len() > 1 && !back.is_empty() {
                    let mut rest = &*text;
                    for (part, number) in parts.iter().zip(back) {
                        rest = rest.strip_prefix(&**part).and_then(|rest| rest.strip_prefix(number)).unwrap();
                    }
                    prop_assert_eq!(Some(rest), parts.last().map(|part| &**part));
                }
            }
        }
    }
}
