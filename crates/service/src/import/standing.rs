//! Whether a request of another system is still open: only then is anybody asked to work.

use bazdid_protocol::fold::{fold, key};

bazdid_protocol::text_enum! {
    /// Where a request stands in the system that it comes from.
    Standing {
        /// Somebody still has to see to it.
        Open = "open",
        /// It is done with.
        Closed = "closed",
    }
}

/// Words of other systems for requests that are still open; compared folded and without their separators.
const OPEN: &[&str] = &[
    "open",
    "opened",
    "reopened",
    "new",
    "in progress",
    "assigned",
    "pending",
    "started",
    "received",
    "submitted",
    "acknowledged",
    "on hold",
    "active",
    "باز",
    "جدید",
    "ثبت شده",
    "در حال انجام",
    "در حال بررسی",
    "در دست اقدام",
    "در دست بررسی",
    "در جریان",
    "ارجاع شده",
    "ارجاع",
    "معلق",
    "بلاتکلیف",
];

/// Words of other systems for requests that are done with.
const CLOSED: &[&str] = &[
    "closed",
    "completed",
    "complete",
    "resolved",
    "done",
    "finished",
    "cancelled",
    "canceled",
    "rejected",
    "duplicate",
    "archived",
    "بسته",
    "بسته شده",
    "مختومه",
    "مختومه شده",
    "انجام شده",
    "انجام شد",
    "خاتمه یافته",
    "پایان یافته",
    "حل شده",
    "رفع شده",
    "لغو شده",
    "لغو",
    "تکراری",
    "رد شده",
    "بایگانی",
];

/// What the words of a file mean: those that were said, then the usual ones.
#[derive(Debug, Clone, Default)]
pub struct StatusWords(Vec<(String, Standing)>);

impl StatusWords {
    /// With words that stand for something in this file.
    #[must_use]
    pub fn new(said: &[(String, Standing)]) -> Self {
        Self(said.iter().map(|(word, standing)| (key(word), *standing)).collect())
    }

    /// What a word means. Of `Completed - Dup` and `Closed (Duplicate)` the first part counts.
    #[must_use]
    pub fn meaning(&self, word: &str) -> Option<Standing> {
        let first = key(fold(word).split(['(', '-', '/', ':']).next().unwrap_or_default());
        let word = key(word);
        let said = self.0.iter().find(|(w, _)| *w == word).map(|(_, standing)| *standing);
        let usual = |words: &[&str]| words.iter().map(|w| key(w)).any(|w| w == word || w == first);
        said.or_else(|| usual(OPEN).then_some(Standing::Open)).or_else(|| usual(CLOSED).then_some(Standing::Closed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_by_their_first_part_and_what_was_said_goes_before() {
        let words = StatusWords::new(&[("Archived - Open".to_owned(), Standing::Open), ("آماده تحویل".to_owned(), Standing::Closed)]);
        for (word, standing) in [
            ("Open", Some(Standing::Open)),
            ("Completed - Dup", Some(Standing::Closed)),
            ("Closed (Duplicate)", Some(Standing::Closed)),
            ("IN PROGRESS", Some(Standing::Open)),
            ("در حال انجام", Some(Standing::Open)),
            ("انجام\u{200c}شده", Some(Standing::Closed)),
            ("انجامشده", Some(Standing::Closed)),
            ("آماده\u{200c}تحویل", Some(Standing::Closed)),
            ("آمادهتحویل", Some(Standing::Closed)),
            ("Archived - Open", Some(Standing::Open)),
            ("آماده تحويل", Some(Standing::Closed)),
            ("Unspecified", None),
        ] {
            assert_eq!(words.meaning(word), standing, "{word}");
        }
    }
}
