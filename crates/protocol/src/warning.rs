//! Values that could not be used, though the mutation that they came with was.

use serde::{Deserialize, Serialize};
use serde_json::Value;

crate::text_enum! {
    /// What became of a value.
    WarningCode {
        /// An instant that cannot be read; another one stands in its place.
        UnreadableInstant = "unreadable_instant",
        /// The value cannot be used and counts as unknown, or a word with the least meaning stands in its place.
        UnusableValue = "unusable_value",
        /// A text was cut at the longest that is taken.
        TooLong = "too_long",
        /// The server does not know the field.
        UnknownField = "unknown_field",
        /// The bytes of the photo are more than the server takes: they are not waited for.
        TooManyBytes = "too_many_bytes",
    }
}

/// A value of a mutation that could not be used as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = MutationWarning))]
pub struct Warning {
    /// Where it stands: JSON pointer into the mutation.
    pub pointer: String,
    /// What became of it.
    pub code: WarningCode,
    /// What was sent, what would be right, and what stands in its place.
    pub detail: String,
}

impl Warning {
    /// A warning.
    pub fn new(pointer: impl Into<String>, code: WarningCode, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, detail: detail.into() }
    }
}

/// Longest quotation of what was sent, characters.
const QUOTED: usize = 60;

/// What was sent, short enough for a sentence.
#[must_use]
pub fn quote(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// The pointer to a member of something.
#[must_use]
pub fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}
