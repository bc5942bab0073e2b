//! The catalogue of errors.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{edge::language_of, params::Listed, problem::Answer, reply};
use bazdid_protocol::error::{Code, Error};
use bazdid_texts::{Language, title};

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(one);
}

/// One line of the table of codes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorCode {
    /// The word on the wire.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What it means.
    pub title: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
}

impl ErrorCode {
    fn of(code: Code, language: Language) -> Self {
        let info = code.info();
        Self { code: info.slug, status: info.status, title: title(language, code), retryable: info.retryable }
    }
}

/// List error codes
///
/// Every `code` that a problem may have, with its status, its meaning and whether the same request may succeed later.
#[utoipa::path(tag = "errors", responses((status = 200, body = Listed<ErrorCode>)), extensions(("x-permission" = json!("public"))))]
#[get("/v1/errors")]
async fn list(req: HttpRequest) -> HttpResponse {
    let language = language_of(&req);
    reply::spoken(language, &Listed::all(Code::ALL.iter().map(|code| ErrorCode::of(*code, language)).collect()))
}

/// Get an error code
///
/// The `type` of a problem leads here.
#[utoipa::path(tag = "errors", params(("code" = String, Path, description = "The code")), responses((status = 200, body = ErrorCode)), extensions(("x-permission" = json!("public"))))]
#[get("/v1/errors/{code}")]
async fn one(req: HttpRequest) -> Answer {
    let slug = req.match_info().get("code").unwrap_or_default();
    let code = Code::ALL.iter().find(|c| c.info().slug == slug).ok_or_else(|| Error::not_found("error code"))?;
    let language = language_of(&req);
    Ok(reply::spoken(language, &ErrorCode::of(*code, language)))
}

/// The catalogue for the specification, as a page of Markdown.
#[must_use]
pub fn catalogue() -> String {
    let mut out = String::from(
        "# Errors\n\nGenerated from the table in `crates/protocol/src/error.rs` by `bazdid openapi --write`; do not edit. Every error is \
         `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `code`, `retryable`, `request_id`, where it helps \
         `detail` and `errors` (`pointer`, `detail`), and further members that a program can act on.\nA retryable error says in \
         `Retry-After` when to try again.\n\n| code | status | retryable | what it means |\n|---|---|---|---|\n",
    );
    for code in Code::ALL {
        let info = code.info();
        let retryable = if info.retryable { "yes" } else { "no" };
        out.push_str(&format!("| `{}` | {} | {retryable} | {} |\n", info.slug, info.status, info.title));
    }
    out
}
