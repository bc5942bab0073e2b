//! Ids. WatermelonDB makes ids of 16 letters and digits unless an app sets a generator of its own; ours are UUIDs.
//!
//! Such an id is a number below 62¹⁶ < 2⁹⁶ and stands in a UUIDv8 (RFC 9562) under a mark of 26 bits, so that each can be told
//! from the other without a table:
//! ```text
//! 26 bits mark · 22 bits · version 8 · 12 bits · variant · 62 bits
//! ```

use uuid::Uuid;

const MARK: u128 = 0x0db_1d5a;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 16;
/// 62¹⁶.
const END: u128 = 62_u128.pow(16);
const LOW_62: u128 = (1 << 62) - 1;
const MID_12: u128 = (1 << 12) - 1;
const TOP_22: u128 = (1 << 22) - 1;

/// The id of a row in the app.
#[must_use]
pub fn write(uuid: Uuid) -> String {
    match number(uuid) {
        Some(number) => letters(number),
        None => uuid.hyphenated().to_string(),
    }
}

/// The id that a row of the app has here; nothing if it is neither 16 letters and digits nor a UUID as [`write()`] spells it: with
/// two spellings one row would become two.
#[must_use]
pub fn read(text: &str) -> Option<Uuid> {
    if text.len() == LENGTH {
        let number = text.bytes().try_fold(0_u128, |number, byte| {
            let digit = ALPHABET.iter().position(|a| *a == byte)?;
            Some(number * 62 + u128::try_from(digit).ok()?)
        })?;
        return Some(mark(number));
    }
    Uuid::parse_str(text).ok().filter(|uuid| write(*uuid) == text)
}

fn mark(number: u128) -> Uuid {
    let (top, mid, low) = ((number >> 74) & TOP_22, (number >> 62) & MID_12, number & LOW_62);
    Uuid::from_u128(MARK << 102 | top << 80 | 8 << 76 | mid << 64 | 2 << 62 | low)
}

fn number(uuid: Uuid) -> Option<u128> {
    let bits = uuid.as_u128();
    let number = ((bits >> 80) & TOP_22) << 74 | ((bits >> 64) & MID_12) << 62 | bits & LOW_62;
    (number < END && mark(number) == uuid).then_some(number)
}

fn letters(mut number: u128) -> String {
    let mut text = [b'0'; LENGTH];
    for place in text.iter_mut().rev() {
        let digit = usize::try_from(number % 62).unwrap_or_default();
        *place = ALPHABET.get(digit).copied().unwrap_or(b'0');
        number /= 62;
    }
    text.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_of_the_library_is_found_again(text in "[0-9A-Za-z]{16}") {
            let uuid = read(&text).unwrap();
            prop_assert_eq!(uuid.get_version_num(), 8);
            prop_assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
            prop_assert_eq!(write(uuid), text);
        }

        #[test]
        fn every_uuid_is_found_again(bits in any::<u128>()) {
            let uuid = Uuid::from_u128(bits);
            prop_assert_eq!(read(&write(uuid)), Some(uuid));
        }
    }

    #[test]
    fn an_id_has_one_spelling() {
        let zeros = read("0000000000000000").unwrap();
        assert_eq!(zeros.to_string(), "36c75680-0000-8000-8000-000000000000");
        assert!(read("zzzzzzzzzzzzzzzz").is_some());
        for text in [
            "",
            "short",
            "0000000000000000 ",
            "000000000000000-",
            "0192F000-0000-7000-8000-000000000001",
            "0192f00000007000800000000000000a",
            &zeros.to_string(),
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(read("0192f000-0000-7000-8000-000000000001").is_some());
    }
}
