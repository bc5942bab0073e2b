//! Bytes as hex digits.

/// Bytes as hex digits in lower case, two for each.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_two_digits() {
        for (bytes, text) in [(&[][..], ""), (&[0, 1, 0x0f, 0x10, 0xab, 0xff][..], "00010f10abff")] {
            assert_eq!(hex(bytes), text);
        }
    }
}
