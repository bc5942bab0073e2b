//! The outermost layer: request id, time limit, the log line of a request, errors in their one form.

use std::time::Duration;

use actix_web::{
    Error, HttpMessage as _, HttpRequest,
    body::{BoxBody, MessageBody, SizedStream},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    web,
};
use futures_util::stream;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::http::{
    State,
    auth::AccountLanguage,
    metrics,
    problem::{Problem, from_framework},
    shares,
    v1::upload::headers,
};
use bazdid_protocol::{
    error::{Code, Error as Fault},
    phrase::Phrase,
};
use bazdid_texts::Language;

/// How long one request of an upload may take at most; silence ends it much earlier.
const UPLOAD_LIMIT: Duration = Duration::from_secs(6 * 3_600);
/// Bytes of a body that are handed to the connection at once.
const PIECE: usize = 64 << 10;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a browser may do with an answer that says nothing else: guess no type, show it in no frame, load nothing, and tell nobody where it comes from.
pub(super) const SAFE: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
];

/// The id of a request: the client's if it sent a UUID, else a new one.
#[derive(Debug, Clone, Copy)]
pub struct RequestId(pub Uuid);

/// What all requests go through.
pub async fn edge(req: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(state) = req.app_data::<web::Data<State>>().cloned() else {
        return Err(Problem::from(Fault::internal("the application has no state")).into());
    };
    let started = state.clock.now();
    let sent = req.headers().get(&REQUEST_ID).and_then(|v| v.to_str().ok()).and_then(|text| Uuid::parse_str(text).ok());
    let id = sent.unwrap_or_else(|| state.ids.uuid(started));
    req.extensions_mut().insert(RequestId(id));
    let method = req.method().clone();
    let docs = req.path().starts_with("/docs/");
    let uploads = headers::is_upload(req.path());
    let asked = accepted(req.headers());
    let span = tracing::info_span!("request", request.id = %id);
    let limit = if headers::is_stream(&method, req.path()) { UPLOAD_LIMIT } else { Duration::from_secs(state.limits.request_timeout_s) };
    async move {
        let refused = |error: &Error| {
            let refused = refuse(error, id, asked.unwrap_or(Language::English), uploads);
            metrics::answered(&method, None, refused.as_response_error().status_code(), state.clock.now() - started);
            refused
        };
        let outcome = tokio::time::timeout(limit, next.call(req)).await;
        let response = match outcome {
            Ok(Ok(response)) => response.map_into_boxed_body(),
            Ok(Err(error)) => return Err(refused(&error)),
            Err(_) => {
                let slow = Fault::with(
                    Code::Overloaded,
                    Phrase::with("the request took longer than {seconds} seconds", &[("seconds", &limit.as_secs())]),
                );
                return Err(refused(&Problem::from(slow).into()));
            }
        };
        let route = response.request().match_pattern();
        let language = language_of(response.request());
        let response = explain(response, id, language);
        let took_us = state.clock.now() - started;
        metrics::answered(&method, route.as_deref(), response.status(), took_us);
        tracing::info!(
            http.method = %method, http.route = route.as_deref().unwrap_or("-"), http.status = response.status().as_u16(),
            http.duration_ms = took_us / 1000, "request answered"
        );
        Ok(add_headers(in_pieces(response), id, docs, uploads))
    }
    .instrument(span)
    .await
}

/// The language of the answer to a request: what it asks for, else that of the account that asks, else English.
pub(super) fn language_of(req: &HttpRequest) -> Language {
    let of_account = || req.extensions().get::<AccountLanguage>().map(|of| of.0);
    accepted(req.headers()).or_else(of_account).unwrap_or(Language::English)
}

fn accepted(headers: &HeaderMap) -> Option<Language> {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).and_then(Language::accepted)
}

/// Gives an error that never became a response its request id.
fn refuse(error: &Error, id: Uuid, language: Language, uploads: bool) -> Error {
    let problem = problem(error, id).in_language(language);
    let problem = if uploads { problem.with_headers(&headers::ALWAYS) } else { problem };
    problem.log();
    problem.into()
}

fn problem(error: &Error, id: Uuid) -> Problem {
    error.as_error::<Problem>().map_or_else(|| Problem::of(from_framework(error), id), |p| p.with_id(id))
}

/// Gives the response of an error its one form and logs the error.
fn explain(response: ServiceResponse<BoxBody>, id: Uuid, language: Language) -> ServiceResponse<BoxBody> {
    use actix_web::ResponseError as _;
    let Some(error) = response.response().error() else { return response };
    let problem = problem(error, id).in_language(language);
    problem.log();
    response.into_response(problem.error_response())
}

/// Sends a long body piece by piece: of a whole one the connection would keep a copy until the client has read it.
fn in_pieces(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    response.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) if bytes.len() > PIECE => {
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            let pieces = (0..bytes.len()).step_by(PIECE).map(move |at| Ok::<_, Error>(bytes.slice(at..bytes.len().min(at + PIECE))));
            SizedStream::new(length, stream::iter(pieces)).boxed()
        }
        Ok(bytes) => BoxBody::new(bytes),
        Err(body) => body,
    })
}

/// The headers that every response has.
fn add_headers(mut response: ServiceResponse<BoxBody>, id: Uuid, docs: bool, uploads: bool) -> ServiceResponse<BoxBody> {
    let mut left = HeaderMap::new();
    shares::write_headers(response.request(), &mut left);
    let headers = response.headers_mut();
    for (name, value) in left {
        headers.insert(name, value);
    }
    // Said within this server only, so that nobody packs the body.
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding == "identity") {
        headers.remove(header::CONTENT_ENCODING);
    }
    if uploads {
        for (name, value) in headers::ALWAYS {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, value);
    }
    for (name, value) in SAFE {
        if !headers.contains_key(name) {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    }
    if docs {
        // The page loads nothing from elsewhere, and the browser sees to it.
        let policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:; \
            base-uri 'none'; frame-ancestors 'none'";
        headers.insert(HeaderName::from_static("content-security-policy"), HeaderValue::from_static(policy));
    }
    response
}
