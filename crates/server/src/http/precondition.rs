//! `If-Match` and `Idempotency-Key`.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};

use crate::http::{body::Body, problem::Problem};
use bazdid_protocol::{
    error::{Code, Error, Result},
    phrase::Phrase,
};
use bazdid_service::once::Once;

/// The revision that the client read, from `If-Match: "57"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub i64);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = req.headers().get(header::IF_MATCH).map(|v| v.to_str().unwrap_or_default());
        ready(revision(header).map(Self).map_err(Into::into))
    }
}

fn revision(header: Option<&str>) -> Result<i64> {
    let text = header.ok_or_else(|| Error::new(Code::PreconditionRequired))?;
    let digits = text.trim().strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    digits
        .and_then(|d| d.parse().ok())
        .filter(|rev| *rev >= 0)
        .ok_or_else(|| Error::with(Code::Malformed, "If-Match must be the ETag of the thing as you read it, such as \"57\""))
}

/// Longest key that is kept.
const MAX_KEY: usize = 200;

/// The `Idempotency-Key` of a request that creates, if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl IdempotencyKey {
    /// The request with a body under this key.
    #[must_use]
    pub fn once<T>(self, body: &Body<T>) -> Once {
        Once { key: self.0, request_hash: body.hash }
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = req.headers().get("idempotency-key").map(|v| v.to_str().unwrap_or_default());
        ready(match header {
            None => Ok(Self(None)),
            Some(key) if !key.is_empty() && key.len() <= MAX_KEY && key.bytes().all(|b| b.is_ascii_graphic()) => {
                Ok(Self(Some(key.to_owned())))
            }
            Some(_) => Err(Error::with(
                Code::Malformed,
                Phrase::with("Idempotency-Key must have 1 to {max} visible ASCII characters, such as a UUID", &[("max", &MAX_KEY)]),
            )
            .into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_is_a_quoted_revision() {
        assert_eq!(revision(Some("\"57\"")).unwrap(), 57);
        assert_eq!(revision(None).unwrap_err().code, Code::PreconditionRequired);
        for wrong in ["", "57", "\"x\"", "W/\"57\"", "*", "\"-1\"", "\"1\", \"2\""] {
            assert_eq!(revision(Some(wrong)).unwrap_err().code, Code::Malformed, "{wrong}");
        }
    }
}
