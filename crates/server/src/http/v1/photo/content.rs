//! The picture of a photo: original, as large as a screen, or small; and links to it that need no access token.
//!
//! A file never changes under its `ETag`, so it is asked for once. It is sent as what it is, whatever was declared.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    body::SizedStream,
    get, head,
    http::{Method, StatusCode, header},
    post, web,
};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{May, TicketRead},
    body::Body,
    params::{Params, PathId, parse},
    problem::Answer,
    reply,
    v1::photo::range::{Asked, asked},
};
use bazdid_domain::{evidence::reading::Format, photo::ContentSize};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{PhotoId, PhotoTag},
    text_enum::TextEnum as _,
    time::Timestamp,
};
use bazdid_service::photo::{
    content::{self, Content},
    link,
};

/// How long a browser may keep a picture, seconds: what stands under a content's name never changes.
const KEEP: &str = "private, max-age=31536000, immutable";

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show).service(look).service(make_link);
}

/// The bytes of a file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "only described, never made")]
struct PictureBytes(Vec<u8>);

/// Which file of a photo.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ContentQuery {
    /// `screen` (longer side 1600 pixels) and `thumb` (320) are upright JPEGs without EXIF; `original` is what was sent, byte for
    /// byte, for those who judge the evidence and for its author's side.
    #[serde(default = "original")]
    #[param(default = "original")]
    pub size: ContentSize,
    /// The token of a link, instead of an access token.
    pub link: Option<String>,
}

const fn original() -> ContentSize {
    ContentSize::Original
}

/// The link that a request comes by: of which photo, in which size, and its token. Nothing for every other request, and for one
/// whose query cannot be read: who has not said who they are learns no more than that.
#[must_use]
pub fn by_link(method: &Method, path: &str, query: &str) -> Option<(PhotoId, ContentSize, String)> {
    if *method != Method::GET && *method != Method::HEAD {
        return None;
    }
    let photo = path.strip_prefix("/v1/photos/")?.strip_suffix("/content")?.parse().ok()?;
    let ContentQuery { size, link } = parse(query).ok()?;
    link.map(|token| (photo, size, token))
}

/// Get the picture of a photo
///
/// `screen` and `thumb` are made after the upload; until then the answer is 409 with `Retry-After`. A file never changes under its
/// `ETag`. Ranges of bytes are supported. A look at an original stands in the audit log. Instead of an access token the token of a link may be sent as `link`.
#[utoipa::path(
    tag = "photos",
    params(
        ("id" = PhotoId, Path), ContentQuery,
        ("Range" = Option<String>, Header, description = "One range of bytes"),
        ("If-Range" = Option<String>, Header, description = "The `ETag` that the range is of"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of what is there already"),
    ),
    responses(
        (
            status = 200, description = "The file, with `ETag` and its true type; what is no picture as a download",
            content((PictureBytes = "image/*"), (PictureBytes = "application/octet-stream"))
        ),
        (
            status = 206, description = "The range that was asked for",
            content((PictureBytes = "image/*"), (PictureBytes = "application/octet-stream"))
        ),
        (status = 304, description = "It is the one that is there already"),
    ),
    extensions(("x-permission" = json!("ticket.read")))
)]
#[get("/v1/photos/{id}/content")]
async fn show(
    state: web::Data<State>,
    ctx: May<TicketRead>,
    id: PathId<PhotoTag>,
    query: Params<ContentQuery>,
    req: HttpRequest,
) -> Answer {
    deliver(&state, ctx, id, &query.0, &req).await
}

/// Get the headers of the picture of a photo
///
/// As `GET`, without the bytes: size, type and `ETag`.
#[utoipa::path(
    tag = "photos",
    params(("id" = PhotoId, Path), ContentQuery),
    responses((status = 200, description = "As of `GET`, without the file"), (status = 304, description = "It is the one that is there already")),
    extensions(("x-permission" = json!("ticket.read")))
)]
#[head("/v1/photos/{id}/content")]
async fn look(
    state: web::Data<State>,
    ctx: May<TicketRead>,
    id: PathId<PhotoTag>,
    query: Params<ContentQuery>,
    req: HttpRequest,
) -> Answer {
    deliver(&state, ctx, id, &query.0, &req).await
}

async fn deliver(state: &State, ctx: May<TicketRead>, id: PathId<PhotoTag>, query: &ContentQuery, req: &HttpRequest) -> Answer {
    let (ctx, size) = (ctx.ctx(), query.size);
    let for_get = ctx.clone();
    let find = move |tx: &mut bazdid_store::Tx<'_>| {
        let found = content::get(tx, &for_get, id.0, size)?;
        let is_noted = content::is_noted(tx, &for_get, &found)?;
        Ok((found, is_noted))
    };
    let (content, is_noted) = state.db.read(find).await?;
    let etag = format!("\"{}-{size}\"", content.sha256);
    if text(req, header::IF_NONE_MATCH).is_some_and(|known| names(known, &etag)) {
        let mut response = HttpResponse::NotModified();
        keep(&mut response, etag);
        return Ok(response.finish());
    }
    let same = text(req, header::IF_RANGE).is_none_or(|of| of == etag);
    let range = text(req, header::RANGE).filter(|_| same && req.method() == Method::GET);
    let (status, range) = match asked(range, content.bytes) {
        Asked::Whole => (StatusCode::OK, 0..content.bytes),
        Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Asked::Beyond => {
            let detail = format!("the file has {} bytes", content.bytes);
            return Err(Error::with(Code::RangeNotSatisfiable, detail).fact("complete_length", content.bytes).into());
        }
    };
    let mut response = HttpResponse::build(status);
    let format = state.uploads.format_of(&content).await?.ok();
    add_headers(&mut response, &content, format);
    keep(&mut response, etag);
    if status == StatusCode::PARTIAL_CONTENT {
        let last = range.end.saturating_sub(1);
        response.insert_header((header::CONTENT_RANGE, format!("bytes {}-{last}/{}", range.start, content.bytes)));
    }
    let length = range.end.saturating_sub(range.start);
    if req.method() == Method::HEAD {
        return Ok(response.body(SizedStream::new(length, stream::empty::<Result<web::Bytes>>())));
    }
    // A range that continues takes no transaction that writes.
    if !is_noted {
        let looked = content.clone();
        state.db.write(move |tx| content::note_original(tx, &ctx, &looked)).await?;
    }
    let opened = state.uploads.open_content(&content, Some(range)).await?;
    Ok(response.body(SizedStream::new(length, opened.bytes)))
}

/// That a file may be kept, and under which name.
fn keep(response: &mut HttpResponseBuilder, etag: String) {
    response.insert_header((header::ETAG, etag)).insert_header((header::CACHE_CONTROL, KEEP));
    // Two people at one browser: the other's token must be looked at.
    response.insert_header((header::VARY, "Authorization"));
}

/// What is said of a file beside its bytes. What every answer has says the edge.
fn add_headers(response: &mut HttpResponseBuilder, content: &Content, format: Option<Format>) {
    // What is no picture is for a disk, not for a browser to guess at.
    let (mime, ending, how) = format.map_or(("application/octet-stream", "bin", "attachment"), |f| {
        (f.mime(), if f == Format::Jpeg { "jpg" } else { f.as_str() }, "inline")
    });
    response
        .content_type(mime)
        .insert_header((header::CONTENT_DISPOSITION, format!("{how}; filename=\"{}-{}.{ending}\"", content.photo, content.size)))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        // Packing would change the bytes that a range counts.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"));
}

fn text(req: &HttpRequest, name: header::HeaderName) -> Option<&str> {
    req.headers().get(name).and_then(|v| v.to_str().ok()).map(str::trim)
}

/// Whether `If-None-Match` names a file; a weak name is as good as a strong one there.
fn names(known: &str, etag: &str) -> bool {
    known == "*" || known.split(',').any(|one| one.trim().trim_start_matches("W/") == etag)
}

/// For which file a link is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBody {
    /// In which size.
    pub size: ContentSize,
}

/// A link to a picture.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkView {
    /// Path and query, below the address of the server. Whoever has it sees the picture: it is no more to be passed on than the picture.
    pub url: String,
    /// Until when it is good, if the login that it was made in goes on.
    pub expires_at: Timestamp,
}

/// Create a link to a picture
///
/// The link needs no access token, so that an `<img>` can show it; it is good for some minutes, for this picture in this size, while the
/// login goes on.
#[utoipa::path(tag = "photos", request_body = LinkBody, params(("id" = PhotoId, Path)), responses((status = 200, body = LinkView)), extensions(("x-permission" = json!("ticket.read"))))]
#[post("/v1/photos/{id}/links")]
async fn make_link(state: web::Data<State>, ctx: May<TicketRead>, id: PathId<PhotoTag>, body: Body<LinkBody>) -> Answer {
    let (session, size) = (ctx.session(), body.value.size);
    let ctx = ctx.ctx();
    let link = state.db.read(move |tx| link::make(tx, &ctx, session, id.0, size)).await?;
    let url = format!("/v1/photos/{}/content?size={size}&link={}", id.0, link.token);
    Ok(reply::plain(&LinkView { url, expires_at: link.expires_at }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_a_picture_and_nothing_else() {
        let id = "0191f000-0000-7000-8000-000000000001";
        let path = format!("/v1/photos/{id}/content");
        let found = by_link(&Method::GET, &path, "size=thumb&link=abc").unwrap();
        assert_eq!((found.0.to_string(), found.1, found.2.as_str()), (id.to_owned(), ContentSize::Thumb, "abc"));
        assert!(by_link(&Method::HEAD, &path, "link=abc").is_some_and(|f| f.1 == ContentSize::Original));
        for (method, path, query) in [
            (Method::POST, path.as_str(), "size=thumb&link=abc"),
            (Method::GET, &path[..path.len() - 1], "size=thumb&link=abc"),
            (Method::GET, "/v1/photos/x/content", "link=abc"),
            (Method::GET, &format!("/v1/photos/{id}"), "link=abc"),
            (Method::GET, &format!("/v1/photos/{id}/links"), "link=abc"),
            (Method::GET, &format!("{path}/"), "link=abc"),
            (Method::GET, "/v1/me", "link=abc"),
            (Method::GET, &path, "size=thumb"),
        ] {
            assert!(by_link(&method, path, query).is_none(), "{method} {path}?{query}");
        }
        for twice in ["size=thumb&size=original&link=abc", "size=thumb&link=a&link=b", "size=huge&link=a"] {
            assert!(by_link(&Method::GET, &path, twice).is_none(), "{twice}");
        }
    }

    #[test]
    fn what_is_there_is_recognised_by_its_name() {
        let etag = "\"ab-thumb\"";
        for (known, same) in [
            ("\"ab-thumb\"", true),
            ("W/\"ab-thumb\"", true),
            ("\"x\", \"ab-thumb\"", true),
            ("*", true),
            ("\"ab-screen\"", false),
            ("", false),
        ] {
            assert_eq!(names(known, etag), same, "{known}");
        }
    }
}
