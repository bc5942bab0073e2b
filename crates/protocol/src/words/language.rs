//! The languages in which the server speaks to people.

use crate::text_enum::TextEnum as _;

crate::text_enum! {
    /// A language in which the server speaks.
    Language {
        /// Persian.
        Persian = "fa",
        /// English.
        English = "en",
    }
}

impl Language {
    /// The language that a header `Accept-Language` (RFC 9110) asks for; nothing if it asks for none of ours.
    #[must_use]
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for range in header.split(',') {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let primary = tag.split('-').next().unwrap_or_default().trim().to_ascii_lowercase();
            let Ok(language) = Self::parse(&primary) else { continue };
            let weight = parameters.trim().strip_prefix("q=").map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
            if weight > 0.0 && best.is_none_or(|(most, _)| weight > most) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_what_the_header_asks_for() {
        for (header, language) in [
            ("fa", Some(Language::Persian)),
            ("fa-IR,fa;q=0.9,en-US;q=0.8", Some(Language::Persian)),
            ("de, en;q=0.5, fa;q=0.4", Some(Language::English)),
            ("en;q=0.1,FA;q=0.2", Some(Language::Persian)),
            ("fa;q=0", None),
            ("de", None),
            ("", None),
            ("*", None),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }
}
