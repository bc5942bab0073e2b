//! What a search for words finds, and the grams by which an index comes near to it. PURE.
//!
//! **The law.** A ticket is found if its folded text has every word of the query somewhere; a word of [`ACROSS`] or more letters is also found
//! across spaces, so that «آبرسانی» finds «آب رسانی». [`finds`] says so of one text, and an index must find what it finds.
//!
//! **The index.** [`grams`] gives the letters and pairs of letters inside words and the triples across spaces; [`needed`] gives those that a
//! text must have for a word to be in it. Texts that have them are looked at again: the grams of a longer word can stand apart.

use std::collections::BTreeSet;

/// From so many letters on a word is found across spaces too. Shorter ones would be found at every second border between two words.
pub const ACROSS: usize = 4;

/// Texts of one block of the index at most.
pub const BLOCK: usize = 4096;

/// The words of a query that was typed.
#[must_use]
pub fn words(typed: &str) -> Vec<String> {
    let folded = crate::fold::fold(typed);
    let words: BTreeSet<&str> = folded.split(' ').filter(|w| !w.is_empty()).collect();
    words.into_iter().map(str::to_owned).collect()
}

/// Whether a word is found across spaces too.
#[must_use]
pub fn is_across(word: &str) -> bool {
    word.chars().count() >= ACROSS
}

/// Whether a folded text has all of some folded words.
#[must_use]
pub fn finds(folded: &str, words: &[String]) -> bool {
    let joined = folded.replace(' ', "");
    words.iter().all(|word| folded.contains(word.as_str()) || (is_across(word) && joined.contains(word.as_str())))
}

/// The grams of a folded text: each letter, each pair of neighbours in a word, each triple of neighbours with the spaces left out.
#[must_use]
pub fn grams(folded: &str) -> BTreeSet<String> {
    let mut grams = BTreeSet::new();
    for word in folded.split(' ') {
        let letters: Vec<char> = word.chars().collect();
        for size in [1, 2] {
            grams.extend(letters.windows(size).map(|gram| gram.iter().collect()));
        }
    }
    let letters: Vec<char> = folded.chars().filter(|c| *c != ' ').collect();
    grams.extend(letters.windows(3).map(|gram| gram.iter().collect()));
    grams
}

/// The grams that a text must have for a word to be found in it.
#[must_use]
pub fn needed(word: &str) -> BTreeSet<String> {
    let letters: Vec<char> = word.chars().collect();
    letters.windows(letters.len().clamp(1, 3)).map(|gram| gram.iter().collect()).collect()
}

/// Texts of a block: those at some places of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places(Box<[u64; BLOCK / 64]>);

impl Default for Places {
    fn default() -> Self {
        Self(Box::new([0; BLOCK / 64]))
    }
}

impl Places {
    /// Adds a place; one beyond the block is none.
    pub fn insert(&mut self, place: usize) {
        if let Some(bits) = self.0.get_mut(place / 64) {
            *bits |= 1 << (place % 64);
        }
    }

    /// Keeps those that are among others too.
    pub fn retain_in(&mut self, others: &Self) {
        self.0.iter_mut().zip(others.0.iter()).for_each(|(mine, theirs)| *mine &= theirs);
    }

    /// Adds others.
    pub fn extend_from(&mut self, others: &Self) {
        self.0.iter_mut().zip(others.0.iter()).for_each(|(mine, theirs)| *mine |= theirs);
    }

    /// The places, in their order.
    #[must_use]
    pub fn list(&self) -> Vec<usize> {
        let bits = |(word, bits): (usize, &u64)| {
            (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 64 + bit).collect::<Vec<_>>()
        };
        self.0.iter().enumerate().filter(|(_, bits)| **bits != 0).flat_map(bits).collect()
    }

    /// As bytes: two for each place while they are few, else a bit for each.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let places = self.list();
        if places.len() * 2 < BLOCK / 8 {
            places.into_iter().filter_map(|place| u16::try_from(place).ok()).flat_map(u16::to_le_bytes).collect()
        } else {
            self.0.iter().flat_map(|bits| bits.to_le_bytes()).collect()
        }
    }

    /// From bytes; what cannot be read is no place.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut places = Self::default();
        if bytes.len() == BLOCK / 8 {
            for (bits, bytes) in places.0.iter_mut().zip(bytes.chunks_exact(8)) {
                *bits = bytes.try_into().map_or(0, u64::from_le_bytes);
            }
        } else {
            for pair in bytes.chunks_exact(2) {
                places.insert(pair.try_into().map_or(BLOCK, |pair| usize::from(u16::from_le_bytes(pair))));
            }
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;
    use proptest::prelude::*;

    fn found(stored: &str, query: &str) -> bool {
        finds(&fold(stored), &words(query))
    }

    #[test]
    fn a_word_is_found_in_each_of_its_three_spellings() {
        let spellings = ["مشکل آب‌رسانی کوچه", "مشکل آب رسانی کوچه", "مشکل آبرسانی کوچه"];
        for stored in spellings {
            for query in ["آب‌رسانی", "آب رسانی", "آبرسانی", "ابرساني"] {
                assert!(found(stored, query), "{stored}: {query}");
            }
        }
        assert!(found("دیوار می‌ریزد کوچه سرو", "میریزد"));
        assert!(found("چالهٔ بزرگ", "چاله") && found("پل جو آب", "پل") && found("x", "X"));
        assert!(!found("را به", "آب"), "a short word is not found across a space");
        assert!(!found("آب رسانی", "آبرسانیم"));
    }

    #[test]
    fn places_survive_their_bytes_few_or_many() {
        for count in [0, 1, 255, 256, 257, BLOCK] {
            let mut places = Places::default();
            (0..count).for_each(|n| places.insert(BLOCK - 1 - n));
            let bytes = places.to_bytes();
            assert!(bytes.len() <= BLOCK / 8, "{count}");
            assert_eq!(Places::from_bytes(&bytes), places, "{count}");
            assert_eq!(places.list().len(), count);
        }
        assert_eq!(Places::from_bytes(&[0xff, 0xff, 7]).list(), Vec::<usize>::new());
    }

    proptest! {
        /// What a scan finds has the grams that are needed for it: no index by grams loses it.
        #[test]
        fn whatever_is_found_has_the_grams(text in "[ابپجر ‌]{0,30}", query in "[ابپجر‌]{1,6}( [ابپ]{1,3})?") {
            let folded = fold(&text);
            let words = words(&query);
            if finds(&folded, &words) {
                let has = grams(&folded);
                for word in &words {
                    prop_assert!(needed(word).is_subset(&has), "{folded}: {word}");
                }
            }
        }
    }
}
