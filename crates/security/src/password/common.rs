//! Passwords that are guessed first: those that leaked most often, alone or with a few figures around them, runs of neighbouring keys, and short
//! pieces over and over.

use std::{collections::HashSet, sync::LazyLock};

/// The list, in lower case: see `data/README.md`.
static LEAKED: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("../../data/common-passwords.txt").lines().collect());

/// Words that are near at hand here and in no list of leaked passwords.
const NEAR: &[&str] =
    &["bazdid", "bazdeed", "shahrdari", "municipality", "بازدید", "شهرداری", "رمزعبور", "گذرواژه", "پسورد", "سلام", "ایران"];

/// Rows of keys, on the keyboards of Latin and of Persian letters, and the orders of the alphabets.
const ROWS: &[&str] = &[
    "1234567890",
    "qwertyuiop",
    "asdfghjkl;",
    "zxcvbnm,./",
    "abcdefghijklmnopqrstuvwxyz",
    "ضصثقفغعهخحجچ",
    "شسیبلاتنمکگ",
    "ظطزرذدپو",
    "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی",
];

/// What is put around a common word does not make it a good password: up to so many characters of anything.
const AROUND: usize = 6;
/// A common word that stands in others by chance is shorter.
const SHORTEST_WORD: usize = 4;
/// Pieces up to this length may not make a whole password by repetition.
const LONGEST_PIECE: usize = 4;

/// Why a password is guessed early; nothing if it is not. The password is written as [`bazdid_protocol::fold::password`] does.
pub(super) fn fault(password: &str) -> Option<&'static str> {
    let lower = password.to_lowercase();
    let signs: Vec<char> = lower.chars().collect();
    if is_listed(&lower) || is_word_with_figures(&lower, signs.len()) {
        Some("is one of the passwords that are tried first; take some words that have nothing to do with each other")
    } else if is_repeated(&signs) {
        Some("must not be a short piece over and over")
    } else if is_run(&signs) {
        Some("must not be a run of neighbouring keys or letters")
    } else {
        None
    }
}

fn is_listed(text: &str) -> bool {
    LEAKED.contains(text) || NEAR.contains(&text)
}

/// A listed word with a few characters before or after it that are no letters; also with figures for letters.
fn is_word_with_figures(lower: &str, length: usize) -> bool {
    let word = lower.trim_matches(|c: char| !c.is_alphabetic());
    let spelt: String = word.chars().map(letter_of_figure).collect();
    let letters = word.chars().count();
    letters >= SHORTEST_WORD && length.saturating_sub(letters) <= AROUND && (is_listed(word) || is_listed(&spelt))
}

/// The letter for which a figure stands in `p4ssw0rd`.
const fn letter_of_figure(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    }
}

fn is_repeated(signs: &[char]) -> bool {
    (1..=LONGEST_PIECE).any(|piece| signs.len() > piece && signs.iter().zip(signs.iter().skip(piece)).all(|(a, b)| a == b))
}

/// Whether nearly every character is the neighbour of the one before it, in one direction or the other, or the same.
fn is_run(signs: &[char]) -> bool {
    let steps = signs.iter().zip(signs.iter().skip(1)).filter(|(a, b)| !are_neighbours(**a, **b)).count();
    steps * 4 < signs.len()
}

fn are_neighbours(a: char, b: char) -> bool {
    let beside = |row: &&str| {
        let place = |of: char| row.chars().position(|c| c == of);
        place(a).zip(place(b)).is_some_and(|(a, b)| a.abs_diff(b) <= 1)
    };
    a == b || ROWS.iter().any(beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_told_with_why() {
        for (password, why) in [
            ("basketball", "tried first"),
            ("Password123", "tried first"),
            ("P@ssw0rd2024", "tried first"),
            ("1q2w3e4r5t", "tried first"),
            ("!!dragon2024", "tried first"),
            ("شهرداری1405", "tried first"),
            ("bazdid123456", "tried first"),
            ("abcabcabcabc", "over and over"),
            ("12121212121", "over and over"),
            ("3456789012345", "neighbouring"),
            ("poiuytrewq", "tried first"),
            ("lkjhgfdsaasd", "neighbouring"),
            ("ضصثقفغعهخح", "neighbouring"),
            ("qwertyuiop12345", "tried first"),
        ] {
            assert!(fault(password).is_some_and(|told| told.contains(why)), "{password}: {:?}", fault(password));
        }
    }

    #[test]
    fn what_is_not_is_let_through() {
        for password in [
            "correct horse battery",
            "a long password",
            "another long one",
            "dragon of the north gate",
            "dragon82746193",
            "کلمه‌ی عبور من",
            "باران روی پل ساوه",
            "Vq7#mT2!xKp9",
            "xkcd-936-strength",
        ] {
            assert_eq!(fault(password), None, "{password}");
        }
    }
}
