//! Bytes as hex digits.

/// Bytes as hex digits in lower case, two for each.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of so many pairs of hex digits; nothing if they are more, fewer or others.
#[must_use]
pub fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_so_many_digits_is_nothing() {
        assert_eq!(bytes("00Ff"), Some([0, 255]));
        for text in ["00f", "00ff0", "00fg", "0٠0", ""] {
            assert_eq!(bytes::<2>(text), None, "{text}");
        }
    }

    #[test]
    fn every_byte_is_two_digits() {
        for (bytes, text) in [(&[][..], ""), (&[0, 1, 0x0f, 0x10, 0xab, 0xff][..], "00010f10abff")] {
            assert_eq!(hex(bytes), text);
        }
    }
}
