//! Numbers as people type them.

use crate::time::ascii_digits;

/// Reads a number of at least 0 in digits of three scripts, with `.` or `٫` before the decimals, or with one comma that cannot be one of
/// thousands. `٬` separates thousands. Nothing for all else: words, signs, exponents, `1,250`.
#[must_use]
pub fn read(text: &str) -> Option<f64> {
    let text = ascii_digits(text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200C}' | '\u{200E}' | '\u{200F}')));
    let (whole, decimals) = match text.split_once(['.', '٫', ',']) {
        Some((_, decimals)) if text.contains(',') && decimals.len() == 3 => return None,
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (&*text, None),
    };
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let mut groups = whole.split('٬');
    let first = groups.next()?;
    let grouped = groups.clone().next().is_some();
    let whole_is_sound = are_digits(first) && (!grouped || first.len() <= 3) && groups.all(|g| g.len() == 3 && are_digits(g));
    if !whole_is_sound || decimals.is_some_and(|d| !are_digits(d)) {
        return None;
    }
    format!("{}.{}", whole.replace('٬', ""), decimals.unwrap_or("0")).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_people_type_them() {
        for (text, expected) in [
            ("12.5", Some(12.5)),
            ("۱۲٫۵", Some(12.5)),
            ("١٢٫٥", Some(12.5)),
            ("12,5", Some(12.5)),
            (" \u{200F}۱۲٬۵۰۰٫۲۵ ", Some(12_500.25)),
            ("1٬250", Some(1_250.0)),
            ("7", Some(7.0)),
            ("0", Some(0.0)),
            ("1,250", None),
            ("1,250,000", None),
            ("12٬50", None),
            ("-5", None),
            ("+5", None),
            ("1e3", None),
            ("inf", None),
            ("NaN", None),
            ("", None),
            (".", None),
            ("5.", None),
            ("۵ متر", None),
            ("پنج", None),
            ("1.2.3", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
