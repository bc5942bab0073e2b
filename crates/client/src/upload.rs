//! The bytes of photos on their way: what a device needs of [tus 1.0](https://tus.io/protocols/resumable-upload).
//!
//! Nothing is kept here. Where an upload is (its path) is the caller's to remember until the photo's row says `stored`, and the file is
//! the caller's to read again from wherever the server says that it goes on.

use std::io::Read;

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{ClientError, Result, http::HttpTransport, transport::Reply};
use bazdid_protocol::ids::PhotoId;

/// Where uploads are made.
const UPLOADS: &str = "/v1/uploads";
/// The version that is spoken.
const VERSION: (&str, &str) = ("tus-resumable", "1.0.0");

/// Begins an upload of a declared photo; its path.
///
/// # Errors
/// The server cannot be reached or refuses: `photo_unknown` if the declaration has not been pushed.
pub fn begin(http: &mut HttpTransport, photo: PhotoId, length: u64) -> Result<String> {
    let (length, metadata) = (length.to_string(), format!("photo_id {}", BASE64_STANDARD.encode(photo.to_string())));
    let headers = [VERSION, ("upload-length", &length), ("upload-metadata", &metadata)];
    let reply = http.request("POST", UPLOADS, &headers, None)?;
    let location = reply.location.clone();
    reply.ok()?;
    location.ok_or_else(|| ClientError::Protocol("an upload without a location".to_owned()))
}

/// How many bytes of an upload have arrived and are on the server's disk.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn offset(http: &mut HttpTransport, upload: &str) -> Result<u64> {
    arrived(http.request("HEAD", upload, &[VERSION], None)?)
}

/// Sends `length` bytes that begin at `offset`; returns where the next ones begin.
///
/// # Errors
/// The server cannot be reached or refuses. Some of them may have arrived all the same: see [`goes_on`].
pub fn send(http: &mut HttpTransport, upload: &str, offset: u64, length: u64, bytes: &mut dyn Read) -> Result<u64> {
    arrived(http.patch(upload, &[VERSION, ("upload-offset", &offset.to_string())], length, bytes)?)
}

/// Whether an upload goes on after an error of [`send`] from wherever [`offset`] says: the line broke, or what a broken line had brought came in after
/// the server was asked, so that these bytes are not the next ones or had to make way.
#[must_use]
pub fn goes_on(error: &ClientError) -> bool {
    match error {
        ClientError::Lost(_) => true,
        ClientError::Refused { code, .. } => matches!(code.as_str(), "offset_mismatch" | "upload_locked"),
        _ => false,
    }
}

fn arrived(reply: Reply) -> Result<u64> {
    let offset = reply.upload_offset;
    reply.ok()?;
    offset.ok_or_else(|| ClientError::Protocol("an upload without an offset".to_owned()))
}
