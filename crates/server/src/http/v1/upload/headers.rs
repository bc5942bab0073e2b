//! The headers of tus.

use actix_web::{
    HttpRequest,
    http::{Method, header},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::http::v1::upload::{BYTES, UPLOADS};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::PhotoId,
    phrase::Phrase,
};
use bazdid_service::upload::NewUpload;
use bazdid_upload::Checksum;

/// The version of tus.
pub const VERSION: &str = "1.0.0";
/// What every answer about an upload says, those that refuse too.
pub const ALWAYS: [(&str, &str); 2] = [("tus-resumable", VERSION), ("tus-version", VERSION)];
/// Longest `Upload-Metadata`, bytes.
const MAX_METADATA: usize = 4_096;

/// Whether a path is that of uploads.
#[must_use]
pub fn is_upload(path: &str) -> bool {
    path.strip_prefix(UPLOADS).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a request sends bytes for as long as it takes: its time is bounded by silence, not by a limit for all of it.
#[must_use]
pub fn is_stream(method: &Method, path: &str) -> bool {
    (*method == Method::POST || *method == Method::PATCH) && is_upload(path)
}

/// A header's value.
pub fn text<'r>(req: &'r HttpRequest, name: &str) -> Option<&'r str> {
    req.headers().get(name).and_then(|v| v.to_str().ok()).map(str::trim)
}

/// The client speaks our version.
///
/// # Errors
/// It does not say so.
pub fn resumable(req: &HttpRequest) -> Result<()> {
    if text(req, "Tus-Resumable") == Some(VERSION) { Ok(()) } else { Err(Error::new(Code::UnsupportedTus)) }
}

fn malformed(detail: impl Into<Phrase>) -> Error {
    Error::with(Code::Malformed, detail)
}

fn number(req: &HttpRequest, name: &str) -> Result<u64> {
    let digits = |t: &&str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    text(req, name)
        .filter(digits)
        .and_then(|t| t.parse().ok())
        .filter(|n| i64::try_from(*n).is_ok())
        .ok_or_else(|| malformed(Phrase::with("{name} must be a whole number of bytes", &[("name", &name)])))
}

/// Where the bytes begin.
///
/// # Errors
/// The client does not say so.
pub fn offset(req: &HttpRequest) -> Result<u64> {
    number(req, "Upload-Offset")
}

/// What a client wants to send.
///
/// # Errors
/// It does not say how much, or of which photo.
pub fn new_upload(req: &HttpRequest) -> Result<NewUpload> {
    if text(req, "Upload-Defer-Length").is_some() {
        return Err(malformed("the length must be known when an upload begins"));
    }
    let length = number(req, "Upload-Length")?;
    if length == 0 {
        return Err(malformed("a photo has at least one byte"));
    }
    let metadata = text(req, "Upload-Metadata").unwrap_or_default().to_owned();
    Ok(NewUpload { photo: photo(&metadata)?, length, metadata })
}

fn photo(metadata: &str) -> Result<PhotoId> {
    if metadata.len() > MAX_METADATA {
        return Err(malformed(Phrase::with("Upload-Metadata has at most {max} bytes", &[("max", &MAX_METADATA)])));
    }
    let found = metadata.split(',').find_map(|pair| {
        let (key, value) = pair.trim().split_once(' ')?;
        (key == "photo_id").then(|| value.trim())
    });
    let value = found.ok_or_else(|| malformed("Upload-Metadata must name the photo: `photo_id` and its id in Base64"))?;
    let id = BASE64_STANDARD.decode(value).ok().and_then(|bytes| String::from_utf8(bytes).ok()).and_then(|text| text.parse().ok());
    id.ok_or_else(|| malformed("`photo_id` of Upload-Metadata must be a UUID in Base64"))
}

/// What comes along with a request.
#[derive(Debug)]
pub struct Sent {
    /// How many bytes it says that it has.
    pub announced: Option<u64>,
    /// What they must come to.
    pub checksum: Option<Checksum>,
}

/// Whether a request that begins an upload brings bytes.
///
/// # Errors
/// They are of another type.
pub fn has_bytes(req: &HttpRequest) -> Result<bool> {
    let is_chunked = req.headers().contains_key(header::TRANSFER_ENCODING);
    let has_some = text(req, "Content-Length").is_some_and(|n| n != "0") || is_chunked;
    match text(req, "Content-Type") {
        Some(BYTES) => Ok(has_some),
        _ if has_some => Err(media_type()),
        _ => Ok(false),
    }
}

/// What a request that sends bytes says of them.
///
/// # Errors
/// They are of another type, or the checksum cannot be read.
pub fn sent(req: &HttpRequest) -> Result<Sent> {
    if text(req, "Content-Type") != Some(BYTES) || text(req, "Content-Encoding").is_some_and(|e| e != "identity") {
        return Err(media_type());
    }
    let checksum = text(req, "Upload-Checksum")
        .map(|t| {
            Checksum::parse(t).ok_or_else(|| {
                malformed(Phrase::with(
                    "Upload-Checksum must be an algorithm ({names}) and a hash in Base64",
                    &[("names", &Checksum::ALGORITHMS)],
                ))
            })
        })
        .transpose()?;
    Ok(Sent { announced: text(req, "Content-Length").and_then(|n| n.parse().ok()), checksum })
}

fn media_type() -> Error {
    Error::with(Code::UnsupportedMediaType, Phrase::with("bytes come as {type}, unpacked", &[("type", &BYTES)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_photo_is_found_among_the_metadata() {
        let id = "0191f000-0000-7000-8000-000000000001";
        let value = BASE64_STANDARD.encode(id);
        for metadata in [
            format!("photo_id {value}"),
            format!("filename YS5qcGc=,photo_id {value}"),
            format!("is_confidential, photo_id  {value} ,a Yg=="),
        ] {
            assert_eq!(photo(&metadata).unwrap().to_string(), id, "{metadata}");
        }
        for metadata in ["", "photo_id", "photo_id ", "photo_id eA==", "photo_id ???", "Photo_id MA==", &"a".repeat(5_000)] {
            assert_eq!(photo(metadata).unwrap_err().code, Code::Malformed, "{metadata}");
        }
    }

    #[test]
    fn numbers_and_checksums_are_read_strictly() {
        for (wrong, right) in
            [("-1", false), ("+1", false), ("1.0", false), ("", false), ("99999999999999999999", false), ("9223372036854775807", true)]
        {
            let req = TestRequest::default().insert_header(("Upload-Offset", wrong)).to_http_request();
            assert_eq!(offset(&req).is_ok(), right, "{wrong}");
        }
        let sha256 = BASE64_STANDARD.encode([1; 32]);
        let sha1 = BASE64_STANDARD.encode([1; 20]);
        for (text, right) in [
            (format!("sha256 {sha256}"), true),
            (format!("sha1 {sha1}"), true),
            (format!("sha1 {sha256}"), false),
            (format!("md5 {sha1}"), false),
            ("sha1".to_owned(), false),
            ("sha1 %%%".to_owned(), false),
        ] {
            assert_eq!(Checksum::parse(&text).is_some(), right, "{text}");
        }
    }

    #[test]
    fn only_what_sends_bytes_has_no_limit_of_time() {
        assert!(is_stream(&Method::PATCH, "/v1/uploads/x") && is_stream(&Method::POST, "/v1/uploads"));
        assert!(
            !is_stream(&Method::HEAD, "/v1/uploads/x")
                && !is_stream(&Method::PATCH, "/v1/uploadsx")
                && !is_stream(&Method::POST, "/v1/tickets")
        );
    }
}
