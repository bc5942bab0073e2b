//! Numbers as people and spreadsheets write them.

use bazdid_protocol::time::ascii_digits;

/// A number: digits of three scripts, a point, a comma or the Arabic decimal separator before the fraction, a sign before or, as
/// right-to-left text often shows it, behind it. Nothing if the text is no finite number, or a separator could group thousands.
#[must_use]
pub fn decimal(text: &str) -> Option<f64> {
    let visible: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
        .map(|c| match c {
            '\u{66b}' | ',' => '.',
            '\u{2212}' | '\u{2013}' | '\u{fe63}' | '\u{ff0d}' => '-',
            c => c,
        })
        .collect();
    let plain = ascii_digits(visible.trim());
    let (sign, digits) = match (plain.strip_prefix(['+', '-']), plain.strip_suffix(['+', '-'])) {
        (Some(rest), None) => (plain.starts_with('-'), rest.trim_start()),
        (None, Some(rest)) => (plain.ends_with('-'), rest.trim_end()),
        (None, None) => (false, &*plain),
        (Some(_), Some(_)) => return None,
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') || digits.matches('.').count() > 1 {
        return None;
    }
    let number: f64 = digits.parse().ok().filter(|n: &f64| n.is_finite())?;
    Some(if sign { -number } else { number })
}

/// A whole number in digits of three scripts.
#[must_use]
pub fn whole(text: &str) -> Option<i64> {
    ascii_digits(text.trim()).parse().ok()
}

/// Whether a spreadsheet has written a long number as a short one, such as `1.37E+11`: its last digits are lost.
#[must_use]
pub fn is_shortened(text: &str) -> bool {
    let text = text.trim();
    let front =
        |front: &str| front.bytes().any(|b| b.is_ascii_digit()) && front.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','));
    let power = |power: &str| power.strip_prefix('+').is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    text.split_once(['E', 'e']).is_some_and(|(a, b)| front(a) && power(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them_and_nothing_is_guessed() {
        for (text, number) in [
            ("36.271", 36.271),
            ("36,271", 36.271),
            ("۳۶٫۲۷۱", 36.271),
            ("۵۰.۰۰۱", 50.001),
            (" \u{200e}+50.001 ", 50.001),
            ("\u{2212}76.1", -76.1),
            ("۷۶٫۱-", -76.1),
            ("1e2", 100.0),
        ] {
            assert_eq!(decimal(text), Some(number), "{text}");
        }
        for wrong in ["", "-", "1,234.5", "1.234.5", "inf", "NaN", "36°", "-5-", "five"] {
            assert_eq!(decimal(wrong), None, "{wrong}");
        }
        assert_eq!((whole("۱۰"), whole("10"), whole("1.5")), (Some(10), Some(10), None));
    }

    #[test]
    fn keys_that_a_spreadsheet_has_shortened_are_known() {
        for (key, shortened) in
            [("1.37E+11", true), ("1,4e+12", true), ("137000000001", false), ("12E5", false), ("E+3", false), ("A1.5E+3", false)]
        {
            assert_eq!(is_shortened(key), shortened, "{key}");
        }
    }
}
