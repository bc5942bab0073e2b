//! A JSON document that is carried as it is written: most of those who load its row never read it.

use std::{fmt, sync::Arc};

use serde::de::IgnoredAny;
use serde_json::Value;

/// A JSON document; `null` unless something was said.
#[derive(Clone, Default)]
pub struct Document(Option<Arc<str>>);

impl Document {
    /// A document by its text.
    ///
    /// # Errors
    /// The text is no JSON.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str::<IgnoredAny>(text)?;
        Ok(Self((text != "null").then(|| text.into())))
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.as_deref().unwrap_or("null")
    }

    /// What it says.
    #[must_use]
    pub fn value(&self) -> Value {
        // The text was read when it came.
        serde_json::from_str(self.text()).unwrap_or_default()
    }

    /// Whether nothing was said.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        self.0.is_none()
    }
}

impl From<&Value> for Document {
    fn from(value: &Value) -> Self {
        Self((!value.is_null()).then(|| value.to_string().into()))
    }
}

/// PostgreSQL orders the names of an object in another way: documents are equal if they say the same.
impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.value() == other.value()
    }
}

/// What it says, in one spelling.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_counts_and_not_how_it_is_written() {
        let one = Document::parse(r#"{"a":1,"bb":[true,null]}"#).unwrap();
        assert_eq!(one, Document::parse(r#"{ "bb": [true, null], "a": 1 }"#).unwrap());
        assert_eq!(one, Document::from(&one.value()));
        assert_eq!(format!("{one:?}"), format!("{:?}", Document::parse(r#"{ "bb": [true, null], "a": 1 }"#).unwrap()));
        assert_ne!(one, Document::parse(r#"{"a":2,"bb":[true,null]}"#).unwrap());
        assert!(Document::parse("null").unwrap().is_null() && Document::from(&Value::Null).is_null());
        assert_eq!((Document::default().text(), Document::default().value()), ("null", Value::Null));
        assert!(Document::parse("{").is_err());
    }
}
