//! Errors as `application/problem+json` (RFC 9457): the one place where a code meets HTTP.

use std::{fmt, sync::Arc};

use actix_web::{
    HttpResponse, ResponseError,
    body::BoxBody,
    http::{StatusCode, header},
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::{edge::SAFE, reply::SPOKEN_BY};
use bazdid_protocol::{
    error::{Code, Error, FieldError},
    text_enum::TextEnum as _,
};
use bazdid_texts::{Language, phrase::translate, title};

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// An error on its way to a client.
#[derive(Debug)]
pub struct Problem {
    error: Arc<Error>,
    request_id: Option<Uuid>,
    language: Language,
    headers: &'static [(&'static str, &'static str)],
}

/// What a handler returns.
pub type Answer<T = HttpResponse> = Result<T, Problem>;

impl Problem {
    /// The error of a request.
    #[must_use]
    pub fn of(error: Error, request_id: Uuid) -> Self {
        Self { request_id: Some(request_id), ..Self::from(error) }
    }

    /// The same error with the id of its request.
    #[must_use]
    pub fn with_id(&self, request_id: Uuid) -> Self {
        Self { error: Arc::clone(&self.error), request_id: Some(request_id), language: self.language, headers: &[] }
    }

    /// The same error in a language.
    #[must_use]
    pub fn in_language(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// The same error with headers that its resource always has.
    #[must_use]
    pub fn with_headers(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..self }
    }

    /// The error's code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.error.code
    }

    /// Writes the error to the log, once: what clients do wrong only in detail, what the server did wrong with its chain.
    pub fn log(&self) {
        let Error { code, internal, source, .. } = &*self.error;
        // Who is told to come back later is not a failure: a fleet would fill the log just when it is needed.
        let turned_away = *code == Code::Overloaded && source.is_none() && internal.is_none();
        if self.status_code().is_server_error() && !turned_away {
            let mut chain = String::new();
            let mut cause = source.as_ref().map(|s| -> &dyn std::error::Error { &**s });
            while let Some(e) = cause {
                chain.push_str(" ← ");
                chain.push_str(&e.to_string());
                cause = e.source();
            }
            tracing::error!(error.code = %code, error.internal = internal.as_deref(), error.chain = chain, "a request failed");
        } else {
            tracing::debug!(error.code = %code, error.detail = self.error.detail.as_deref(), error.internal = internal.as_deref(), "a request was refused");
        }
    }

    fn body(&self) -> Map<String, Value> {
        let Error { code, detail, fields, facts, .. } = &*self.error;
        let info = code.info();
        // A fact never takes the place of a member to which the standard or this API gives a meaning.
        let mut body = facts.clone();
        body.insert("type".into(), json!(format!("/v1/errors/{}", info.slug)));
        body.insert("title".into(), json!(title(self.language, *code)));
        body.insert("status".into(), json!(info.status));
        body.insert("code".into(), json!(info.slug));
        body.insert("retryable".into(), json!(info.retryable));
        if let Some(detail) = detail {
            body.insert("detail".into(), json!(translate(self.language, detail)));
        }
        if !fields.is_empty() {
            let said = |f: &FieldError| json!({ "pointer": f.pointer, "detail": translate(self.language, &f.detail) });
            body.insert("errors".into(), fields.iter().map(said).collect());
        }
        if let Some(id) = self.request_id {
            body.insert("request_id".into(), json!(id));
        }
        body
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self { error: Arc::new(error), request_id: None, language: Language::English, headers: &[] }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&*self.error, f)
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&*self.error)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.error.code.info().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let status = self.status_code();
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        response.insert_header((header::CONTENT_LANGUAGE, self.language.as_str()));
        response.append_header((header::VARY, SPOKEN_BY));
        if let Some(seconds) = self.error.retry_after_s.or_else(|| self.error.code.info().retryable.then_some(1)) {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if let Some(challenge) = challenge(self.error.code) {
            response.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        if let Some(allow) = self.error.facts.get("allow").and_then(Value::as_str) {
            response.insert_header((header::ALLOW, allow));
        }
        if let Some(length) = self.error.facts.get("complete_length").and_then(Value::as_u64) {
            response.insert_header((header::CONTENT_RANGE, format!("bytes */{length}")));
        }
        for header in self.headers {
            response.insert_header(*header);
        }
        if let Some(id) = self.request_id {
            response.insert_header(("x-request-id", id.to_string()));
        }
        for header in SAFE {
            response.insert_header(header);
        }
        response.content_type(MEDIA_TYPE).body(Value::Object(self.body()).to_string())
    }
}

/// How to authenticate (RFC 6750), for the codes that a token could cure.
fn challenge(code: Code) -> Option<String> {
    let error = match code {
        Code::Unauthenticated | Code::BadCredentials => "",
        Code::TokenExpired | Code::TokenReused => ", error=\"invalid_token\"",
        Code::Forbidden => ", error=\"insufficient_scope\"",
        _ => return None,
    };
    Some(format!("Bearer realm=\"bazdid\"{error}"))
}

/// Turns whatever error the framework made into one of ours.
pub fn from_framework(error: &actix_web::Error) -> Error {
    let status = error.as_response_error().status_code();
    let code = match status.as_u16() {
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        408 => Code::TooSlow,
        413 => Code::TooLarge,
        415 => Code::UnsupportedMediaType,
        503 => Code::Overloaded,
        400..=499 => Code::Malformed,
        _ => return Error::internal(error.to_string()),
    };
    Error { internal: Some(error.to_string()), ..Error::new(code) }
}

/// What is wrong with one field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldError)]
pub struct FieldErrorSchema {
    /// JSON pointer (RFC 6901) into the body, `?name` for a query parameter, `{name}` for a part of the path.
    #[schema(example = "/point/lat")]
    pub pointer: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

/// An error (RFC 9457). Further members are facts that a program can act on, such as `expected_seq`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemSchema {
    /// Where the code is explained.
    #[schema(example = "/v1/errors/validation")]
    pub r#type: String,
    /// What the code means.
    pub title: String,
    /// HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// The code; see `/v1/errors`.
    #[schema(example = "validation")]
    pub code: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// What happened here, in a sentence.
    #[schema(required = false)]
    pub detail: Option<String>,
    /// Which fields are wrong.
    #[schema(required = false)]
    pub errors: Option<Vec<FieldErrorSchema>>,
    /// The request, as in the header `X-Request-Id` and in the server's log.
    pub request_id: Uuid,
}
