//! Folded text for search: what differs only in keyboard or typing habit becomes equal.

/// Folds a text: Arabic and Persian ye, kaf and he, all three digit sets, ZWNJ, tatweel, diacritics, case and runs of
/// space. Folding twice changes nothing more.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        let folded = match c {
            'ي' | 'ى' | 'ې' | 'ئ' => 'ی',
            'ك' | 'ڪ' => 'ک',
            'ة' | 'ۀ' | 'ە' => 'ه',
            'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
            'ؤ' => 'و',
            '۰'..='۹' => digit(c, '۰'),
            '٠'..='٩' => digit(c, '٠'),
            // ZWNJ separates as a space does: «آب‌رسانی» is found by «آب رسانی».
            '\u{200c}' => ' ',
            '\u{200b}' | '\u{200d}' | '\u{200e}' | '\u{200f}' | '\u{feff}' | '\u{640}' => continue,
            '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{300}'..='\u{36f}' => continue,
            c if c.is_whitespace() || c.is_control() => ' ',
            c => c,
        };
        if folded != ' ' || !(out.is_empty() || out.ends_with(' ')) {
            out.push(folded);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The ASCII digit of a digit of the set that begins at `zero`.
fn digit(c: char, zero: char) -> char {
    char::from_digit(u32::from(c).wrapping_sub(u32::from(zero)), 10).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::fold;
    use proptest::prelude::*;

    #[test]
    fn keyboards_and_habits_do_not_matter() {
        for (typed, folded) in [
            ("خيابان كاشاني", "خیابان کاشانی"),
            ("آب‌رسانی", "اب رسانی"),
            ("پلاك ۱۲ و ١٣", "پلاک 12 و 13"),
            ("  مُحَمَّد \n ", "محمد"),
            ("Ünal STREET", "ünal street"),
        ] {
            assert_eq!(fold(typed), folded);
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_more(text in "\\PC{0,40}|[آ-ی۰-۹ك\u{200c}\u{64b} ]{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
