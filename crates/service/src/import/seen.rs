//! What the rows of one file said already: two rows of one key that say different things are never both right.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

/// What the rows before said of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    Nothing,
    /// The same, in a line.
    Same(u64),
    /// Something else, in a line.
    Otherwise(u64),
}

/// Keys of the rows that were read, with their lines and a fingerprint of what they say.
#[derive(Debug, Default)]
pub struct Seen(HashMap<String, (u64, [u8; 32])>);

impl Seen {
    /// What the rows before said of a key; if nothing, this row is remembered. Spaces at the ends of a cell do not count.
    pub fn ask<'c>(&mut self, key: &str, line: u64, cells: impl IntoIterator<Item = &'c str>) -> Before {
        let mut hash = Sha256::new();
        for cell in cells {
            hash.update(cell.trim().as_bytes());
            hash.update([0]);
        }
        let print: [u8; 32] = hash.finalize().into();
        match self.0.get(key) {
            Some((first, same)) if *same == print => Before::Same(*first),
            Some((first, _)) => Before::Otherwise(*first),
            None => {
                self.0.insert(key.to_owned(), (line, print));
                Before::Nothing
            }
        }
    }

    /// Refuses a row that contradicts one before it.
    ///
    /// # Errors
    /// The reason, with the line of the other.
    pub fn agree<'c>(&mut self, what: &str, key: &str, line: u64, cells: impl IntoIterator<Item = &'c str>) -> Result<(), String> {
        match self.ask(&format!("{what}\0{key}"), line, cells) {
            Before::Nothing | Before::Same(_) => Ok(()),
            Before::Otherwise(first) => Err(contradiction(what, key, first)),
        }
    }
}

/// How a contradiction reads.
#[must_use]
pub fn contradiction(what: &str, key: &str, first: u64) -> String {
    format!("line {first} says something else of the same {what} \"{key}\": only one of them can be right")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_row_of_a_key_is_compared_with_the_first() {
        let mut seen = Seen::default();
        assert_eq!(seen.ask("k", 2, ["a", "b"]), Before::Nothing);
        assert_eq!(seen.ask("k", 3, ["a ", "b"]), Before::Same(2));
        assert_eq!(seen.ask("k", 4, ["ab", ""]), Before::Otherwise(2));
        assert!(seen.agree("contract", "k", 5, ["x"]).is_ok(), "another kind of thing");
        assert!(seen.agree("contract", "k", 6, ["y"]).unwrap_err().starts_with("line 5 says something else of the same contract"));
    }
}
