//! Answers that went well.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde::Serialize;
use serde_json::Value;

use bazdid_protocol::{
    error::{Error, Result},
    text_enum::TextEnum as _,
};
use bazdid_service::once;
use bazdid_texts::Language;

/// Something without a revision.
pub fn plain(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}

/// On what the language of an answer depends: what is asked for, and the account that asks.
pub const SPOKEN_BY: &str = "Accept-Language, Authorization";

/// Something for people to read.
pub fn spoken(language: Language, body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_LANGUAGE, language.as_str()))
        .insert_header((header::VARY, SPOKEN_BY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(body)
}

/// One thing with its revision as `ETag`.
pub fn tagged(rev: i64, body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::ETAG, etag(rev))).insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}

/// The answer to what was created, as it is kept under an idempotency key.
///
/// # Errors
/// The body cannot be written.
pub fn created(body: &impl Serialize) -> Result<once::Answer> {
    let body = serde_json::to_value(body).map_err(|e| Error::internal("an answer cannot be written").caused_by(e))?;
    Ok((201, body))
}

/// Sends an answer that is kept; the first and the repeated one look the same.
pub fn replayable((status, body): once::Answer) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
    if let Some(rev) = body.get("rev").and_then(Value::as_i64) {
        response.insert_header((header::ETAG, etag(rev)));
    }
    response.insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}

fn etag(rev: i64) -> String {
    format!("\"{rev}\"")
}
