//! Numbers as people and spreadsheets write them.

use bazdid_protocol::fold::ascii_digits;

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
    fn whole_numbers_are_read_in_three_scripts() {
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
