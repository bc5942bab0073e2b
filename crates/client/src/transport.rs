//! The way to the server, as a device needs it.

use serde_json::Value;

use crate::{ClientError, Result};

/// What a server answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The body; null if there was none.
    pub body: Value,
    /// Seconds of `Retry-After`.
    pub retry_after_s: Option<u64>,
    /// The revision of `ETag`.
    pub etag: Option<String>,
    /// Of what was made: where it is.
    pub location: Option<String>,
    /// How many bytes of an upload have arrived.
    pub upload_offset: Option<u64>,
}

impl Reply {
    /// The body of a success.
    ///
    /// # Errors
    /// The server refuses or asks to wait.
    pub fn ok(self) -> Result<Value> {
        if (200..300).contains(&self.status) {
            return Ok(self.body);
        }
        if matches!(self.status, 429 | 503) || self.code() == "device_busy" {
            return Err(ClientError::Later(self.retry_after_s.unwrap_or(1)));
        }
        let detail = ["detail", "title"].iter().find_map(|f| self.body.get(*f).and_then(Value::as_str)).unwrap_or_default();
        let fields = self.body.get("errors").filter(|e| e.as_array().is_some_and(|a| !a.is_empty())).map(|e| format!(" {e}"));
        let detail = format!("{detail}{}", fields.unwrap_or_default());
        Err(ClientError::Refused { status: self.status, code: self.code().to_owned(), detail })
    }

    /// The problem's code; empty if the body is no problem.
    #[must_use]
    pub fn code(&self) -> &str {
        self.body.get("code").and_then(Value::as_str).unwrap_or_default()
    }
}

/// A way to the server. Who is calling is the transport's business: it holds the tokens.
pub trait Transport {
    /// Sends a request. The path begins with `/`.
    ///
    /// # Errors
    /// [`ClientError::Lost`] if no answer came. Every answer, a refusal too, is a [`Reply`].
    fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Reply>;
}
