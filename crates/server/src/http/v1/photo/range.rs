//! The header `Range` (RFC 9110, 14): one range of bytes. Knows nothing of files.

use std::ops::Range;

/// What a request asks for of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// All of it: no range, one that cannot be read, or several, which a server may answer with the whole.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// Bytes that it has not.
    Beyond,
}

/// Reads a `Range` header for a file of so many bytes.
#[must_use]
pub fn asked(header: Option<&str>, length: u64) -> Asked {
    let Some(spec) = header.and_then(|h| h.trim().strip_prefix("bytes=")).map(str::trim) else { return Asked::Whole };
    let Some((first, last)) = spec.split_once('-').filter(|_| !spec.contains(',')) else { return Asked::Whole };
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().unwrap_or(u64::MAX));
    let (first, last) = (first.trim(), last.trim());
    let range = match (first.is_empty(), last.is_empty()) {
        (true, true) => return Asked::Whole,
        (true, false) => match number(last) {
            // The last so many bytes; of a shorter file all.
            Some(0) => return Asked::Beyond,
            Some(n) => length.saturating_sub(n)..length,
            None => return Asked::Whole,
        },
        (false, true) => match number(first) {
            Some(first) => first..length,
            None => return Asked::Whole,
        },
        (false, false) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(length),
            _ => return Asked::Whole,
        },
    };
    if range.start < length && range.start < range.end { Asked::Part(range) } else { Asked::Beyond }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_anything_else_is_the_whole() {
        use Asked::{Beyond, Part, Whole};
        for (header, expected) in [
            (None, Whole),
            (Some("bytes=0-0"), Part(0..1)),
            (Some("bytes=0-99"), Part(0..100)),
            (Some("bytes=10-19"), Part(10..20)),
            (Some(" bytes= 10 - 19 "), Part(10..20)),
            (Some("bytes=90-"), Part(90..100)),
            (Some("bytes=90-1000"), Part(90..100)),
            (Some("bytes=0-99999999999999999999999"), Part(0..100)),
            (Some("bytes=-10"), Part(90..100)),
            (Some("bytes=-1000"), Part(0..100)),
            (Some("bytes=100-"), Beyond),
            (Some("bytes=100-200"), Beyond),
            (Some("bytes=99999999999999999999999-"), Beyond),
            (Some("bytes=-0"), Beyond),
            (Some("bytes=20-10"), Whole),
            (Some("bytes=0-1,5-6"), Whole),
            (Some("bytes=-"), Whole),
            (Some("bytes=a-b"), Whole),
            (Some("bytes=+1-2"), Whole),
            (Some("items=0-1"), Whole),
            (Some(""), Whole),
        ] {
            assert_eq!(asked(header, 100), expected, "{header:?}");
        }
        assert_eq!(asked(Some("bytes=0-"), 0), Asked::Beyond);
    }
}
