//! Documents that are the same for everybody: packed once, and sent as they are kept. To pack them anew for each request would give whoever asks a
//! processor and megabytes for a line of text.

use std::io::Write as _;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::header::{self, AcceptEncoding, ContentEncoding, ETag, Encoding, EntityTag, Header as _, IfNoneMatch},
    web::Bytes,
};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};

/// How hard zstd tries; it is done once.
const ZSTD_LEVEL: i32 = 9;
/// What is shorter is not packed.
const WORTH_PACKING: usize = 1_024;

/// A document in the encodings in which it is sent.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Weak, because the same document is sent packed and not packed.
    tag: EntityTag,
    plain: Bytes,
    gzip: Option<Bytes>,
    zstd: Option<Bytes>,
}

impl Ready {
    /// Packs a document. Takes a moment.
    #[must_use]
    pub fn new(plain: impl Into<Bytes>) -> Self {
        let plain = plain.into();
        let digest: String = Sha256::digest(&plain).iter().take(16).map(|b| format!("{b:02x}")).collect();
        let smaller = |packed: Option<Vec<u8>>| packed.filter(|p| plain.len() >= WORTH_PACKING && p.len() < plain.len()).map(Bytes::from);
        let gzip = smaller(gzip(&plain));
        let zstd = smaller(zstd::bulk::compress(&plain, ZSTD_LEVEL).ok());
        Self { tag: EntityTag::new_weak(digest), plain, gzip, zstd }
    }

    /// The document as a client wants it, under headers of its own; nothing but the tag if the client has it.
    pub fn answer(&self, req: &HttpRequest, headers: impl Fn(&mut HttpResponseBuilder)) -> HttpResponse {
        let has_it = match IfNoneMatch::parse(req) {
            Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|tag| tag.weak_eq(&self.tag)),
            Ok(IfNoneMatch::Any) | Err(_) => false,
        };
        let mut response = if has_it { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        headers(&mut response);
        response.insert_header(ETag(self.tag.clone())).append_header((header::VARY, header::ACCEPT_ENCODING.as_str()));
        if has_it {
            return response.finish();
        }
        let (encoding, bytes) = self.as_accepted(req);
        // Also said of what is not packed: then nobody packs it on the way.
        response.insert_header(encoding).body(bytes)
    }

    fn as_accepted(&self, req: &HttpRequest) -> (ContentEncoding, Bytes) {
        let packed = [(ContentEncoding::Zstd, &self.zstd), (ContentEncoding::Gzip, &self.gzip)];
        let supported = packed.iter().filter(|(_, bytes)| bytes.is_some()).map(|(encoding, _)| Encoding::Known(*encoding));
        let supported: Vec<Encoding> = supported.chain([Encoding::identity()]).collect();
        // Without the header it is sent as it is.
        let chosen = AcceptEncoding::parse(req).ok().filter(|accepted| !accepted.is_empty()).and_then(|a| a.negotiate(supported.iter()));
        let fits = packed.into_iter().find(|(encoding, _)| chosen == Some(Encoding::Known(*encoding)));
        match fits {
            Some((encoding, Some(bytes))) => (encoding, bytes.clone()),
            _ => (ContentEncoding::Identity, self.plain.clone()),
        }
    }
}

fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::{body::to_bytes, http::StatusCode, test::TestRequest};

    async fn answer(ready: &Ready, name: header::HeaderName, value: &str) -> (HttpResponse, String) {
        let req = TestRequest::default().insert_header((name, value)).to_http_request();
        let response = ready.answer(&req, |r| {
            r.content_type("text/plain");
        });
        let encoding = response.headers().get(header::CONTENT_ENCODING).map(|v| v.to_str().unwrap().to_owned());
        (response, encoding.unwrap_or_default())
    }

    #[actix_web::test]
    async fn a_document_is_sent_as_the_client_unpacks_it() {
        let ready = Ready::new("word ".repeat(1_000));
        for (accept, encoding) in [
            ("zstd", "zstd"),
            ("gzip", "gzip"),
            ("gzip, deflate, br, zstd", "zstd"),
            ("br", "identity"),
            ("identity", "identity"),
            ("zstd;q=0, gzip", "gzip"),
        ] {
            let (response, sent) = answer(&ready, header::ACCEPT_ENCODING, accept).await;
            assert_eq!(sent, encoding, "{accept}");
            assert_eq!(response.headers().get(header::VARY).unwrap(), "accept-encoding");
            let body = to_bytes(response.into_body()).await.unwrap();
            let plain = match encoding {
                "zstd" => zstd::decode_all(&*body).unwrap(),
                "gzip" => std::io::read_to_string(flate2::read::GzDecoder::new(&*body)).unwrap().into_bytes(),
                _ => body.to_vec(),
            };
            assert_eq!(plain, "word ".repeat(1_000).into_bytes(), "{accept}");
        }
    }

    #[actix_web::test]
    async fn who_has_a_document_is_sent_no_other_and_a_short_one_is_not_packed() {
        let ready = Ready::new("word ".repeat(1_000));
        let (response, _) = answer(&ready, header::ACCEPT, "text/plain").await;
        let tag = response.headers().get(header::ETAG).unwrap().to_str().unwrap().to_owned();
        let (again, encoding) = answer(&ready, header::IF_NONE_MATCH, &tag).await;
        assert_eq!((again.status(), encoding.as_str()), (StatusCode::NOT_MODIFIED, ""));
        let (other, _) = answer(&ready, header::IF_NONE_MATCH, "W/\"other\"").await;
        assert_eq!(other.status(), StatusCode::OK);
        assert_eq!(answer(&Ready::new("short"), header::ACCEPT_ENCODING, "gzip, zstd").await.1, "identity");
    }
}
