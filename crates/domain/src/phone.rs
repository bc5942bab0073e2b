//! Phone numbers as E.164 writes them: `+` and 8 to 15 digits.

/// A number in E.164 from what was typed: spaces, hyphens and brackets do not count, Persian and Arabic digits do. Nothing if it is
/// none; a number without its country is none, because nobody says which country it is in.
#[must_use]
pub fn parse_e164(typed: &str) -> Option<String> {
    let mut number = String::with_capacity(16);
    for c in typed.trim().chars() {
        match c {
            '+' if number.is_empty() => number.push('+'),
            '0'..='9' => number.push(c),
            '۰'..='۹' => number.extend(char::from_digit(u32::from(c).wrapping_sub(u32::from('۰')), 10)),
            '٠'..='٩' => number.extend(char::from_digit(u32::from(c).wrapping_sub(u32::from('٠')), 10)),
            ' ' | '-' | '(' | ')' | '\u{200e}' | '\u{200f}' => {}
            _ => return None,
        }
    }
    let digits = number.strip_prefix('+')?;
    ((8..=15).contains(&digits.len()) && !digits.starts_with('0')).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::parse_e164;

    #[test]
    fn numbers_are_read_as_people_type_them_and_nothing_else_is() {
        for typed in ["+982833333333", " +98 (28) 3333-3333", "+۹۸۲۸۳۳۳۳۳۳۳۳", "+٩٨٢٨٣٣٣٣٣٣٣٣"] {
            assert_eq!(parse_e164(typed).as_deref(), Some("+982833333333"), "{typed}");
        }
        for wrong in ["", "+", "02833333333", "982833333333", "+0982833333", "+1234567", "+1234567890123456", "+98 28 x", "++982833333333"]
        {
            assert_eq!(parse_e164(wrong), None, "{wrong}");
        }
    }
}
