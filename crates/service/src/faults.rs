//! Collects what is wrong with the fields of a command, so that all of it is told at once.

use bazdid_protocol::{
    error::{Error, FieldError, Result},
    fold::is_blank,
    phrase::Phrase,
};

/// Longest name, characters.
const MAX_NAME: usize = 200;
/// Longest code, characters.
const MAX_CODE: usize = 64;

/// What was found so far.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    /// Adds a fault.
    pub fn add(&mut self, pointer: &str, detail: impl Into<Phrase>) {
        self.0.push(FieldError { pointer: pointer.to_owned(), detail: detail.into() });
    }

    /// Adds a fault unless something holds.
    pub fn unless(&mut self, holds: impl FnOnce() -> bool, pointer: &str, detail: &'static str) {
        if !holds() {
            self.add(pointer, detail);
        }
    }

    /// A name: one line, not empty.
    pub fn name(&mut self, pointer: &str, text: &str) {
        if is_blank(text) {
            self.add(pointer, "must not be empty");
        } else if text.chars().count() > MAX_NAME || text.chars().any(char::is_control) {
            self.add(pointer, Phrase::with("must be one line of at most {max} characters", &[("max", &MAX_NAME)]));
        }
    }

    /// A code that is made here: small letters, digits and `.`, `-`, `_` between them.
    pub fn code(&mut self, pointer: &str, text: &str) {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let edges = text.starts_with(plain) && text.ends_with(plain);
        if !edges || text.len() > MAX_CODE || !text.chars().all(|c| plain(c) || matches!(c, '.' | '-' | '_')) {
            self.add(pointer, Phrase::with("must be at most {max} small letters, digits, and . - _ between them", &[("max", &MAX_CODE)]));
        }
    }

    /// A whole number within bounds.
    pub fn range(&mut self, pointer: &str, value: i64, bounds: std::ops::RangeInclusive<i64>) {
        if !bounds.contains(&value) {
            self.add(pointer, Phrase::with("must be from {from} to {to}", &[("from", bounds.start()), ("to", bounds.end())]));
        }
    }

    /// Adds those of a part of the command that stands below a pointer.
    pub fn append(&mut self, below: &str, part: Self) {
        self.0.extend(part.0.into_iter().map(|f| FieldError { pointer: format!("{below}{}", f.pointer), detail: f.detail }));
    }

    /// Nothing, or an error with all that was found.
    ///
    /// # Errors
    /// Something was found.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::invalid(self.0)) }
    }
}
