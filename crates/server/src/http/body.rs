//! The JSON body of a request: limits before memory is used, faults with their place.

mod strict;

use std::{
    borrow::Cow,
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use strict::Strict;

use crate::http::{
    Limits, State,
    gate::{Gate, Pass},
    inflate::{Packing, too_large},
    party::Party,
    problem::Problem,
    shares::spend_bytes,
    wording::{Said, reword},
};
use bazdid_protocol::{
    error::{Code, Error, FieldError, Result},
    fold,
    phrase::Phrase,
    raw_json::decode,
};
use bazdid_upload::pace::{Pace, TooSlow};

/// Bytes for which there is room before any has come.
const FIRST_BYTES: usize = 64 << 10;
/// Largest body of somebody who has not logged in.
const STRANGER_BYTES: usize = 16 << 10;
const NO_BODY: &str = "the request has no body; a JSON document is expected";

/// A JSON body, read into `T`.
#[derive(Debug)]
pub struct Body<T> {
    /// What was sent.
    pub value: T,
    /// What the request is, for [`bazdid_service::once`]: hash of method, path and body.
    pub hash: [u8; 32],
    /// Room for it, and the turn of who sent it: until the answer is there.
    _pass: Pass,
}

/// The body of a sync: larger, and the mutations of a push are judged one by one. With the right to be in work: who keeps it until the
/// answer is written is counted.
#[derive(Debug)]
pub struct Envelope<T>(pub T, pub Pass);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = read(req, payload, body_limit, |gate, party| Ok(gate.aside(party)));
        let mut hash = Sha256::new();
        hash.update(req.method().as_str());
        hash.update([0]);
        hash.update(req.path());
        hash.update([0]);
        Box::pin(async move {
            let (bytes, pass) = bytes.await?;
            hash.update(&bytes);
            visible_texts(&bytes)?;
            Ok(Self { value: parse(&bytes, Code::Validation)?, hash: hash.finalize().into(), _pass: pass })
        })
    }
}

/// The right to be in work for a sync that has no body.
impl FromRequest for Pass {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = req.app_data::<web::Data<State>>().ok_or_else(|| Error::internal("the application has no state"));
        ready(state.and_then(|s| s.gate.enter(Party::of(req))).map_err(Into::into))
    }
}

/// The body of a push: its parts are read one by one, so that one that cannot be read costs no other. With the right to be in work, as
/// [`Envelope`].
#[derive(Debug)]
pub struct Parts {
    bytes: Vec<u8>,
    /// The right to be in work.
    pub pass: Pass,
}

impl Parts {
    /// The text of the body: see [`decode`].
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        decode(&self.bytes)
    }
}

/// Largest body of a request other than a push. Strangers have nothing long to say.
fn body_limit(limits: &Limits, party: Party) -> usize {
    if party.is_stranger() { limits.body_bytes.min(STRANGER_BYTES) } else { limits.body_bytes }
}

/// Takes the body of a sync within the gate's limits.
fn take_envelope(req: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<(Vec<u8>, Pass), Problem>> + use<> {
    let bytes = read(req, payload, |limits, _| limits.push_bytes, |gate, party| gate.enter(party));
    async move {
        let (bytes, pass) = bytes.await.map_err(|e| match e.code {
            Code::TooLarge => Error { code: Code::BatchTooLarge, ..e },
            Code::Malformed => Error { code: Code::BadEnvelope, ..e },
            _ => e,
        })?;
        if bytes.is_empty() {
            return Err(Error::with(Code::BadEnvelope, NO_BODY).into());
        }
        Ok((bytes, pass))
    }
}

impl FromRequest for Parts {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let taken = take_envelope(req, payload);
        Box::pin(async move { taken.await.map(|(bytes, pass)| Self { bytes, pass }) })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Envelope<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let taken = take_envelope(req, payload);
        Box::pin(async move {
            let (bytes, pass) = taken.await?;
            Ok(Self(parse(decode(&bytes).as_bytes(), Code::BadEnvelope)?, pass))
        })
    }
}

/// The bytes of the body after decompression. Nothing is read before `enter` lets the request in; room is taken as bytes come, not as they are
/// announced; and they have to come.
fn read(
    req: &HttpRequest,
    payload: &mut Payload,
    limit: fn(&Limits, Party) -> usize,
    enter: fn(&Arc<Gate>, Party) -> Result<Pass>,
) -> impl Future<Output = Result<(Vec<u8>, Pass)>> + use<> {
    let party = Party::of(req);
    let state = req.app_data::<web::Data<State>>().cloned().ok_or_else(|| Error::internal("the application has no state"));
    let entered = state.and_then(|state| Ok((enter(&state.gate, party)?, state)));
    let packing = media_type(req);
    let announced = header_text(req, &header::CONTENT_LENGTH).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
    let mut stream = payload.take();
    let req = req.clone();
    async move {
        let (mut pass, state) = entered?;
        let packing = packing?;
        let limit = limit(&state.limits, party);
        if announced > limit {
            return Err(too_large(limit));
        }
        let mut bytes = Vec::with_capacity(announced.min(FIRST_BYTES));
        let mut pace = Pace::new(state.limits.pacing);
        while let Some(chunk) = pace.next(&mut stream).await.map_err(|TooSlow| too_slow())? {
            let chunk = chunk.map_err(|e| Error::with(Code::Malformed, "the body broke off").caused_by(e.to_string()))?;
            if bytes.len() + chunk.len() > limit {
                return Err(too_large(limit));
            }
            pass.grow(chunk.len())?;
            bytes.extend_from_slice(&chunk);
        }
        let taken = bytes.len();
        let unpacked = if packing == Packing::Identity {
            bytes
        } else {
            // What it will be is not known before it is unpacked: room for the most, given back before anybody else has a turn.
            pass.grow(limit.saturating_sub(taken))?;
            let unpacked = packing.unpack(bytes, limit)?;
            pass.shrink(limit.saturating_sub(unpacked.len()));
            unpacked
        };
        spend_bytes(&*state.shares, &req, party, unpacked.len()).await?;
        pass.keep_turn(state.turns.wait(party).await?);
        Ok((unpacked, pass))
    }
}

/// A body that does not come.
#[must_use]
pub fn too_slow() -> Error {
    Error::with(Code::TooSlow, "too little of the body came; send it again over a better line, or in smaller parts")
}

fn header_text<'r>(req: &'r HttpRequest, name: &header::HeaderName) -> Option<&'r str> {
    req.headers().get(name).and_then(|v| v.to_str().ok())
}

fn media_type(req: &HttpRequest) -> Result<Packing> {
    let unsupported = |detail: String| Err(Error::with(Code::UnsupportedMediaType, detail));
    let found = header_text(req, &header::CONTENT_TYPE).unwrap_or_default();
    let essence = found.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence != "application/json" && !(essence.starts_with("application/") && essence.ends_with("+json")) {
        return unsupported(format!(
            "the body must be application/json, not {}",
            if essence.is_empty() { "without a type" } else { &essence }
        ));
    }
    let encoding = header_text(req, &header::CONTENT_ENCODING).unwrap_or("identity");
    match Packing::of(encoding) {
        Some(packing) => Ok(packing),
        None => unsupported(format!("the body may be encoded as gzip, deflate or zstd, not as {encoding}")),
    }
}

/// Reads JSON; a value that does not fit is told by its JSON pointer under the code `unfit`.
fn parse<T: DeserializeOwned>(bytes: &[u8], unfit: Code) -> Result<T> {
    let malformed = if unfit == Code::Validation { Code::Malformed } else { unfit };
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(Strict(&mut json)).map_err(|e| {
        let pointer = pointer(e.path());
        let cause = e.into_inner();
        let text = cause.to_string();
        if cause.is_data() {
            let Said { member, detail } = reword(&text);
            let pointer = member.map_or_else(|| pointer.clone(), |name| format!("{pointer}/{}", escaped(&name)));
            Error { fields: vec![FieldError { pointer, detail }], ..Error::new(unfit) }
        } else if bytes.is_empty() {
            Error::with(malformed, NO_BODY)
        } else {
            let fields = if pointer.is_empty() { Vec::new() } else { vec![FieldError { pointer, detail: text.clone().into() }] };
            Error { fields, ..Error::with(malformed, Phrase::with("the body is no JSON: {why}", &[("why", &text)])) }
        }
    })?;
    json.end().map_err(|e| Error::with(malformed, Phrase::with("the body is no JSON: {why}", &[("why", &e)])))?;
    Ok(value)
}

/// The place as an RFC 6901 pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |mut out, segment| {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => escaped(key),
            Segment::Enum { .. } | Segment::Unknown => return out,
        };
        out.push('/');
        out.push_str(&part);
        out
    })
}

/// A name as a part of a pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// PostgreSQL keeps no NUL in texts, so nobody may send one; and a text of nothing but invisible characters is a text in no field.
fn visible_texts(bytes: &[u8]) -> Result<()> {
    if bytes.is_ascii() && !bytes.windows(2).any(|w| w == b"\\u") {
        return Ok(());
    }
    let mut found = Vec::new();
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        text_faults(&value, &mut String::new(), &mut found);
    }
    if found.is_empty() { Ok(()) } else { Err(Error::invalid(found)) }
}

fn text_faults(value: &Value, at: &mut String, found: &mut Vec<FieldError>) {
    let mut below = |part: &str, value: &Value| {
        let length = at.len();
        at.push('/');
        at.push_str(&escaped(part));
        text_faults(value, at, found);
        at.truncate(length);
    };
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(n, item)| below(&n.to_string(), item)),
        Value::Object(members) => members.iter().for_each(|(name, member)| below(name, member)),
        Value::String(text) if text.contains('\0') => {
            found.push(FieldError { pointer: at.clone(), detail: "a text must not contain the character NUL".into() });
        }
        Value::String(text) if fold::is_invisible(text) => {
            found.push(FieldError {
                pointer: at.clone(),
                detail: "is made of invisible characters only; write something or leave it out".into(),
            });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read by serde")]
    struct Sample {
        point: Point,
        tags: Vec<u8>,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only read by serde")]
    struct Point {
        lat: f64,
    }

    #[test]
    fn a_fault_is_told_with_its_place() {
        for (body, pointer, detail) in [
            (r#"{"point":{"lat":"x"},"tags":[]}"#, "/point/lat", "must be a number, not the text \"x\""),
            (r#"{"point":{"lat":1},"tags":[1,700]}"#, "/tags/1", "must be a whole number from 0 to 255, not the number 700"),
            (r#"{"point":{"lat":1}}"#, "/tags", "is missing"),
            ("[]", "", "must be an object, not an array"),
            (r#"[{"lat":1},[]]"#, "", "must be an object, not an array"),
            (r#"{"point":[1],"tags":[]}"#, "/point", "must be an object, not an array"),
            (r#"{"point":{"lat":1},"tags":[],"tag/s":1}"#, "/tag~1s", "\"tag/s\" is not known here; expected point, tags"),
        ] {
            let error = parse::<Sample>(body.as_bytes(), Code::Validation).unwrap_err();
            assert_eq!(error.code, Code::Validation, "{body}");
            let told: Vec<(&str, &str)> = error.fields.iter().map(|f| (f.pointer.as_str(), &*f.detail)).collect();
            assert_eq!(told, [(pointer, detail)], "{body}");
        }
        for body in ["", "{", "nonsense", r#"{"point":{"lat":1},"tags":[]} x"#] {
            assert_eq!(parse::<Sample>(body.as_bytes(), Code::Validation).unwrap_err().code, Code::Malformed, "{body}");
            assert_eq!(parse::<Sample>(body.as_bytes(), Code::BadEnvelope).unwrap_err().code, Code::BadEnvelope, "{body}");
        }
    }

    #[test]
    fn a_text_that_is_none_is_told_with_its_place_too() {
        let error = parse::<Sample>(br#"{"point":{"lat":1},"tags":["\ud83d"]}"#, Code::Validation).unwrap_err();
        assert_eq!((error.code, error.fields[0].pointer.as_str()), (Code::Malformed, "/tags/0"));
        assert!(error.fields[0].detail.contains("line 1 column"), "{}", error.fields[0].detail);
    }

    #[test]
    fn nul_and_invisible_texts_are_found_where_they_stand_and_only_there() {
        assert!(visible_texts(br#"{"a":"\\u0000"}"#).is_ok(), "an escaped backslash is no NUL");
        let error = visible_texts(br#"{"a":[{"b/c":"x\u0000"}]}"#).unwrap_err();
        assert_eq!(error.fields[0].pointer, "/a/0/b~1c");
        for invisible in [r"\u200c", "\u{200c}", r"\u2060", "\u{2800}", r"\u200c\u200b"] {
            let error = visible_texts(format!(r#"{{"a":"x","b":["{invisible}"]}}"#).as_bytes()).unwrap_err();
            assert_eq!(error.fields[0].pointer, "/b/0", "{invisible}");
        }
        for fine in [r#"{"a":" "}"#, r#"{"a":"می\u200cریزد"}"#, r#"{"\u200c":1}"#, "{"] {
            assert!(visible_texts(fine.as_bytes()).is_ok(), "{fine}");
        }
    }
}
