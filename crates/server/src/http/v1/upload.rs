//! Resumable uploads of photos' bytes: [tus 1.0](https://tus.io/protocols/resumable-upload) with creation, creation-with-upload,
//! checksum, expiration and termination.
//!
//! A request that sends bytes is handled by a task of its own: what has arrived is kept though nobody waits for the answer.

pub mod headers;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, delete, head,
    http::{StatusCode, header},
    options, patch, post, web,
};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{Anyone, May, Sync},
    body::too_slow,
    params::PathId,
    party::Party,
    problem::Answer,
    v1::upload::headers::Sent,
};
use bazdid_domain::upload::{Upload, UploadState};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{UploadId, UploadTag},
    time::Timestamp,
};
use bazdid_service::{
    Ctx,
    upload::{self, NewUpload},
};
use bazdid_upload::{Checksum, End, Job, UploadLock, elsewhere, excess};

/// Where uploads are made.
pub const UPLOADS: &str = "/v1/uploads";
/// The extensions of tus that are spoken.
const EXTENSIONS: &str = "creation,creation-with-upload,checksum,expiration,termination";
/// The media type of bytes.
pub const BYTES: &str = "application/offset+octet-stream";

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(ask).service(ask_one).service(create).service(look).service(send).service(end).service(instead);
}

/// Get the capabilities of uploads
///
/// The versions and extensions of tus that the server speaks, and the largest size.
#[utoipa::path(tag = "uploads", responses((status = 204, description = "`Tus-Version`, `Tus-Extension`, `Tus-Max-Size`, `Tus-Checksum-Algorithm`")), extensions(("x-permission" = json!("public"))))]
#[options("/v1/uploads")]
async fn ask(state: web::Data<State>, _anyone: Anyone) -> HttpResponse {
    speaks(&state)
}

/// Get the capabilities of one upload
///
/// The same as for `/v1/uploads`; for clients that ask here.
#[utoipa::path(tag = "uploads", params(("id" = UploadId, Path)), responses((status = 204, description = "As of `/v1/uploads`")), extensions(("x-permission" = json!("public"))))]
#[options("/v1/uploads/{id}")]
async fn ask_one(state: web::Data<State>, _anyone: Anyone) -> HttpResponse {
    speaks(&state)
}

fn speaks(state: &State) -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header(("Tus-Version", headers::VERSION))
        .insert_header(("Tus-Extension", EXTENSIONS))
        .insert_header(("Tus-Max-Size", state.shared.settings.uploads.photo_bytes.to_string()))
        .insert_header(("Tus-Checksum-Algorithm", Checksum::ALGORITHMS))
        .finish()
}

/// Create an upload
///
/// Begins to send the bytes of a photo that was declared by `photo.add`; the first bytes may come along. Repeated after all bytes were
/// stored it answers the finished upload. `api-spec/uploads.md` describes the protocol (tus 1.0).
#[utoipa::path(
    tag = "uploads",
    params(
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Length" = u64, Header, description = "Bytes in all"),
        ("Upload-Metadata" = String, Header, description = "`photo_id` and its value in Base64: the id of the photo as it was declared; further pairs as the client likes"),
        ("Upload-Checksum" = Option<String>, Header, description = "Algorithm and Base64 of the hash of the bytes that come along: `sha256` or `sha1`"),
    ),
    request_body(content = String, content_type = "application/offset+octet-stream", description = "The first bytes, or nothing"),
    responses((status = 201, description = "`Location`, `Upload-Offset`, `Upload-Expires` while bytes are missing. Again after the photo was stored: the finished upload, with `Upload-Offset` = `Upload-Length`")),
    extensions(("x-permission" = json!("sync")))
)]
#[post("/v1/uploads")]
async fn create(state: web::Data<State>, ctx: May<Sync>, req: HttpRequest, mut payload: web::Payload) -> Answer {
    headers::resumable(&req)?;
    let new = headers::new_upload(&req)?;
    let sent = headers::has_bytes(&req)?.then(|| headers::sent(&req)).transpose()?;
    state.uploads.room_for(new.length)?;
    let ctx = ctx.ctx();
    let upload = begin(&state, &ctx, new).await?;
    let (location, expires) = (format!("{UPLOADS}/{}", upload.id), upload.expires_at);
    let (offset, state) = match sent {
        None if upload.state == UploadState::Stored => (size(&upload), upload.state),
        None => (0, UploadState::Open),
        Some(_) if upload.state == UploadState::Stored => {
            // The bytes are there. They are read nevertheless: a client that is still sending might not see an early answer.
            let _pass = state.upload_gate.enter(Party::Account(ctx.account()?))?;
            state.uploads.skip(size(&upload), &mut payload).await;
            (size(&upload), upload.state)
        }
        Some(sent) => {
            let id = upload.id;
            let lock = state.uploads.lock(id).await?;
            match take(&state, &ctx, lock, Job { upload, start: 0, announced: sent.announced, checksum: sent.checksum }, payload).await {
                // Nobody knows of the upload yet, and nothing of it counts.
                Err(e) if e.code == Code::ChecksumMismatch => {
                    withdraw(&state, &ctx, id).await?;
                    return Err(e.into());
                }
                outcome => outcome?,
            }
        }
    };
    let mut response = answer(StatusCode::CREATED, offset, (state == UploadState::Open).then_some(expires));
    Ok(response.insert_header((header::LOCATION, location)).finish())
}

async fn begin(state: &State, ctx: &Ctx, new: NewUpload) -> Result<Upload> {
    let ctx = ctx.clone();
    state.db.write(move |tx| upload::create(tx, &ctx, &new)).await
}

async fn withdraw(state: &State, ctx: &Ctx, id: UploadId) -> Result<()> {
    let lock = state.uploads.lock(id).await?;
    let ctx = ctx.clone();
    state.db.write(move |tx| upload::terminate(tx, &ctx, id)).await?;
    state.uploads.discard(&lock).await
}

/// Get the offset of an upload
///
/// Says in `Upload-Offset` where to go on.
#[utoipa::path(
    tag = "uploads",
    params(("id" = UploadId, Path), ("Tus-Resumable" = String, Header, description = "`1.0.0`")),
    responses((status = 200, description = "`Upload-Offset`, `Upload-Length`, `Upload-Metadata`, `Upload-Expires`")),
    extensions(("x-permission" = json!("sync")))
)]
#[head("/v1/uploads/{id}")]
async fn look(state: web::Data<State>, ctx: May<Sync>, id: PathId<UploadTag>, req: HttpRequest) -> Answer {
    headers::resumable(&req)?;
    let ctx = ctx.ctx();
    let (upload, lock) = in_hand(&state, &ctx, id.0).await?;
    let length = size(&upload);
    let mut offset = length;
    let mut ended = upload.state;
    if upload.state == UploadState::Open {
        offset = state.uploads.offset(&lock).await?;
        if offset == length {
            // All of it had come when the line or the server broke down.
            ended = complete(&state, &ctx, &lock, &upload).await?;
        }
    }
    let mut response = answer(StatusCode::OK, offset, (ended == UploadState::Open).then_some(upload.expires_at));
    Ok(response.insert_header(("Upload-Length", length)).insert_header(("Upload-Metadata", upload.metadata)).finish())
}

/// Send bytes of an upload
///
/// From `Upload-Offset` on; with `Upload-Checksum` a part that was damaged on the way is refused and can be sent again. What has arrived
/// is kept, whatever happens to the request. After the last byte the server compares size and SHA-256 with the declaration.
#[utoipa::path(
    tag = "uploads",
    params(
        ("id" = UploadId, Path),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Offset" = u64, Header, description = "Where these bytes begin: how far the upload is"),
        ("Upload-Checksum" = Option<String>, Header, description = "Algorithm and Base64 of the hash of these bytes: `sha256` or `sha1`"),
    ),
    request_body(content = String, content_type = "application/offset+octet-stream", description = "The bytes"),
    responses((status = 204, description = "`Upload-Offset`; `Upload-Expires` while bytes are missing")),
    extensions(("x-permission" = json!("sync")))
)]
#[patch("/v1/uploads/{id}")]
async fn send(state: web::Data<State>, ctx: May<Sync>, id: PathId<UploadTag>, req: HttpRequest, payload: web::Payload) -> Answer {
    patched(&state, ctx.ctx(), id.0, &req, payload).await
}

/// Terminate an upload
///
/// What has arrived is deleted. The upload of a photo that is stored cannot be terminated.
#[utoipa::path(
    tag = "uploads",
    params(("id" = UploadId, Path), ("Tus-Resumable" = String, Header, description = "`1.0.0`")),
    responses((status = 204, description = "Ended")),
    extensions(("x-permission" = json!("sync")))
)]
#[delete("/v1/uploads/{id}")]
async fn end(state: web::Data<State>, ctx: May<Sync>, id: PathId<UploadTag>, req: HttpRequest) -> Answer {
    ended(&state, ctx.ctx(), id.0, &req).await
}

/// Send or terminate by POST
///
/// `PATCH` or `DELETE` of an upload, named in `X-HTTP-Method-Override`, for clients that cannot send these methods.
#[utoipa::path(
    tag = "uploads",
    params(("id" = UploadId, Path), ("X-HTTP-Method-Override" = String, Header, description = "`PATCH` or `DELETE`")),
    responses((status = 204, description = "As of that method")),
    extensions(("x-permission" = json!("sync")))
)]
#[post("/v1/uploads/{id}")]
async fn instead(state: web::Data<State>, ctx: May<Sync>, id: PathId<UploadTag>, req: HttpRequest, payload: web::Payload) -> Answer {
    match headers::text(&req, "X-HTTP-Method-Override") {
        Some("PATCH") => patched(&state, ctx.ctx(), id.0, &req, payload).await,
        Some("DELETE") => ended(&state, ctx.ctx(), id.0, &req).await,
        _ => Err(Error::with(Code::MethodNotAllowed, "a POST of an upload says by X-HTTP-Method-Override what it stands for")
            .fact("allow", "HEAD, PATCH, DELETE")
            .into()),
    }
}

async fn patched(state: &web::Data<State>, ctx: Ctx, id: UploadId, req: &HttpRequest, payload: web::Payload) -> Answer {
    headers::resumable(req)?;
    let Sent { announced, checksum } = headers::sent(req)?;
    let start = headers::offset(req)?;
    let (upload, lock) = going_on(state, &ctx, id).await?;
    let length = size(&upload);
    if upload.state == UploadState::Stored {
        // The answer to the last bytes was lost.
        let nothing = start == length && announced == Some(0);
        return if nothing { Ok(answer(StatusCode::NO_CONTENT, length, None).finish()) } else { Err(elsewhere(length).into()) };
    }
    state.uploads.room_for(announced.unwrap_or_default())?;
    let expires = upload.expires_at;
    let (offset, ended) = take(state, &ctx, lock, Job { upload, start, announced, checksum }, payload).await?;
    Ok(answer(StatusCode::NO_CONTENT, offset, (ended == UploadState::Open).then_some(expires)).finish())
}

async fn ended(state: &State, ctx: Ctx, id: UploadId, req: &HttpRequest) -> Answer {
    headers::resumable(req)?;
    let (_, lock) = in_hand(state, &ctx, id).await?;
    state.db.write(move |tx| upload::terminate(tx, &ctx, id)).await?;
    state.uploads.discard(&lock).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The asker's own upload, for this request alone, if it takes bytes or has all of them.
async fn in_hand(state: &State, ctx: &Ctx, id: UploadId) -> Result<(Upload, UploadLock)> {
    // Before anybody is asked to leave.
    let upload = own(state, ctx, id).await?;
    let lock = state.uploads.lock(id).await?;
    let upload = if lock.waited() { own(state, ctx, id).await? } else { upload };
    Ok((upload, lock))
}

/// As [`in_hand`], for who goes on with an upload that this process knows.
async fn going_on(state: &State, ctx: &Ctx, id: UploadId) -> Result<(Upload, UploadLock)> {
    let account = ctx.account()?;
    let Some(upload) = state.uploads.cached(id).filter(|u| u.account_id == account) else { return in_hand(state, ctx, id).await };
    upload::must_take(&upload, ctx.now)?;
    let lock = state.uploads.lock(id).await?;
    // Whoever had it may have brought it to its end.
    let upload = if lock.waited() || state.uploads.cached(id).is_none() { own(state, ctx, id).await? } else { upload };
    Ok((upload, lock))
}

async fn own(state: &State, ctx: &Ctx, id: UploadId) -> Result<Upload> {
    let asker = ctx.clone();
    let upload = state.db.read(move |tx| upload::get(tx, &asker, id)).await?;
    upload::must_take(&upload, ctx.now).map(|()| upload)
}

/// Takes what a request sends; a complete upload is brought to its place. Goes on though the client is gone.
async fn take(state: &web::Data<State>, ctx: &Ctx, lock: UploadLock, job: Job, mut payload: web::Payload) -> Result<(u64, UploadState)> {
    let pass = state.upload_gate.enter(Party::Account(ctx.account()?))?;
    let (state, ctx) = (web::Data::clone(state), ctx.clone());
    let task = actix_web::rt::spawn(async move {
        let upload = job.upload.clone();
        let receipt = state.uploads.receive(&ctx, &lock, job, &mut payload).await?;
        drop(pass);
        let is_whole = receipt.offset == size(&upload);
        let ended = if is_whole { complete(&state, &ctx, &lock, &upload).await? } else { UploadState::Open };
        let broken = match receipt.end {
            End::Whole => return Ok((receipt.offset, ended)),
            End::Cut => Error::with(Code::Malformed, "the body broke off"),
            End::Slow => too_slow(),
            End::Replaced => Error::with(Code::UploadLocked, "another request goes on with this upload").retry_after(1),
            End::Excess => excess(size(&upload)),
            End::Wrong => Error::new(Code::ChecksumMismatch),
            End::Full => Error::new(Code::NoSpace),
        };
        Err(broken.fact("upload_offset", receipt.offset))
    });
    task.await.map_err(|e| Error::internal("receiving an upload panicked").caused_by(e))?
}

/// Brings a complete upload to its place; what was not declared is told.
async fn complete(state: &State, ctx: &Ctx, lock: &UploadLock, upload: &Upload) -> Result<UploadState> {
    let ended = state.uploads.finish(ctx, lock, upload).await?;
    if ended.state != UploadState::Mismatch {
        return Ok(ended.state);
    }
    let kept = ended.kept;
    Err(Error::new(Code::BytesMismatch)
        .fact("photo", upload.photo_id.to_string())
        .fact("received_sha256", ended.received_sha256)
        .fact("received_bytes", upload.length)
        .fact("kept", kept))
}

fn size(upload: &Upload) -> u64 {
    u64::try_from(upload.length).unwrap_or_default()
}

fn answer(status: StatusCode, offset: u64, expires: Option<Timestamp>) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CACHE_CONTROL, "no-store")).insert_header(("Upload-Offset", offset));
    if let Some(at) = expires {
        response.insert_header(("Upload-Expires", at.to_chrono().format("%a, %d %b %Y %H:%M:%S GMT").to_string()));
    }
    response
}
