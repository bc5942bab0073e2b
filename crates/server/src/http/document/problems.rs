//! The problems that an operation may answer with: those that follow from what its handler extracts, and its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use utoipa::openapi::{
    Content, Header, Ref, RefOr, Response, ResponseBuilder, Schema,
    path::{Operation, ParameterIn},
    schema::{AllOfBuilder, ObjectBuilder, Type},
};

use crate::http::{document::PUBLIC, problem::MEDIA_TYPE};
use bazdid_domain::policy::Permission;
use bazdid_protocol::{
    error::Code::{self, *},
    text_enum::TextEnum as _,
};

/// Operations that ask no database.
const WITHOUT_DATABASE: &[&str] =
    &["health_livez", "health_version", "errors_list", "errors_one", "uploads_ask", "uploads_ask_one", "vocabulary_list"];

/// Operations beside `/v1`: nobody has a share of them.
const OUTSIDE: &[&str] = &["health_livez", "health_readyz", "health_version", "health_figures"];

/// Operations whose body is an envelope of the sync: its faults have a code of their own, and it is let in by a gate.
const ENVELOPES: &[&str] = &["sync_push", "sync_pull", "sync_manifest", "sync_fetch", "sync_watermelon_push"];

/// What an upload in progress may be answered.
const UPLOAD: &[Code] = &[Malformed, UnsupportedTus, UploadGone, UploadLocked, NoSpace];
/// What sent bytes may be answered.
const BYTES: &[Code] = &[TooLarge, TooSlow, UnsupportedMediaType, ChecksumMismatch, BytesMismatch, NoSpace, UploadLocked, UploadGone];

/// Problems of single operations, beside those that their shape implies.
const OWN: &[(&[&str], &[Code])] = &[
    (&["health_figures"], &[Unauthenticated]),
    (&["errors_one"], &[NotFound]),
    (&["auth_login"], &[BadCredentials, AccountDisabled, TooManyAttempts, PasswordChangeRequired]),
    (&["auth_redeem"], &[BadCredentials, AccountDisabled]),
    (&["accounts_make_code", "accounts_acknowledge_notice"], &[InvalidTransition]),
    (&["auth_refresh"], &[Unauthenticated, TokenExpired, TokenReused, AccountDisabled, DeviceRevoked]),
    (&["accounts_change_password", "sync_revoke_own"], &[TooManyAttempts]),
    (&["accounts_create"], &[AlreadyExists]),
    (&["accounts_disable", "accounts_enable", "accounts_revoke_grant"], &[InvalidTransition]),
    (&["contracts_update", "contracts_activate", "contracts_suspend", "contracts_end"], &[InvalidTransition]),
    (&["coverages_create", "coverages_update"], &[InvalidTransition]),
    (&["coverages_list"], &[NotFound]),
    (&["devices_revoke", "sync_revoke_own"], &[InvalidTransition]),
    (&["conflicts_resolve", "inbox_adopt", "inbox_discard"], &[Conflict, InvalidTransition]),
    (&["inbox_claim"], &[Conflict]),
    (&["tickets_create"], &[AlreadyExists]),
    (
        &["tickets_triage", "tickets_defer", "tickets_refer", "tickets_reject", "tickets_cancel", "tickets_merge", "tickets_reopen"],
        &[InvalidTransition],
    ),
    (
        &["work_orders_offer", "work_orders_reassign", "work_orders_cancel", "work_orders_hold", "work_orders_refuse_hold"],
        &[InvalidTransition],
    ),
    (&["work_orders_resume", "work_orders_close", "work_orders_objection", "rounds_verify", "rounds_rework"], &[InvalidTransition]),
    (&["rounds_verify"], &[EvidencePending]),
    (&["webhooks_create"], &[Conflict]),
    (&["webhooks_ping", "webhooks_retry"], &[InvalidTransition]),
    (&["photos_show", "photos_look", "photos_make_link"], &[PhotoNotStored, PictureNotReady, NoPicture]),
    (&["photos_show", "photos_look"], &[LinkInvalid, LinkExpired]),
    (&["photos_show"], &[RangeNotSatisfiable]),
    (&["sync_register"], &[DeviceLimit]),
    (&["sync_push", "sync_pull", "sync_manifest", "sync_fetch", "sync_results", "sync_wait", "sync_events"], &[Forbidden]),
    (&["sync_watermelon_pull", "sync_watermelon_push"], &[Forbidden]),
    (&["sync_pull", "sync_manifest", "sync_fetch"], &[UpgradeRequired]),
    (&["sync_manifest"], &[NotFound]),
    (&["sync_push"], &[SeqGap, DeviceForked]),
    (&["sync_watermelon_pull"], &[BatchTooLarge]),
    (&["sync_watermelon_push"], &[Conflict]),
    (&["uploads_create"], &[InvalidTransition, PhotoUnknown, AlreadyStored, TooManyUploads, UploadQuota, UnsupportedTus, Malformed]),
    (&["uploads_create", "uploads_send", "uploads_instead"], BYTES),
    (&["uploads_look", "uploads_send", "uploads_end", "uploads_instead"], UPLOAD),
    (&["uploads_send", "uploads_instead"], &[OffsetMismatch]),
    (&["uploads_look"], &[BytesMismatch]),
    (&["uploads_end", "uploads_instead"], &[InvalidTransition]),
    (&["uploads_instead"], &[MethodNotAllowed]),
];

/// The codes of an operation.
fn codes(operation: &Operation, permission: Option<&str>) -> BTreeSet<Code> {
    let id = operation.operation_id.as_deref().unwrap_or_default();
    // Several `Authorization` headers are malformed wherever they are sent.
    let mut codes = BTreeSet::from([Internal, Malformed]);
    if !WITHOUT_DATABASE.contains(&id) {
        codes.extend([Overloaded, Unavailable]);
    }
    if !OUTSIDE.contains(&id) {
        codes.extend([RateLimited, Overloaded]);
    }
    if permission != Some(PUBLIC) {
        codes.extend([Unauthenticated, TokenExpired, AccountDisabled, DeviceRevoked]);
        if permission != Some(Permission::Own.as_str()) {
            codes.insert(Forbidden);
        }
    }
    for parameter in operation.parameters.iter().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        match (&parameter.parameter_in, parameter.name.as_str()) {
            (ParameterIn::Path, "id") if id != "uploads_ask_one" => codes.extend([Malformed, NotFound]),
            (ParameterIn::Query, _) => codes.extend([Malformed, Validation]),
            (ParameterIn::Header, "If-Match") => codes.extend([Malformed, PreconditionRequired, PreconditionFailed]),
            (ParameterIn::Header, "Idempotency-Key") => codes.extend([Malformed, IdempotencyMismatch]),
            (ParameterIn::Path | ParameterIn::Header | ParameterIn::Cookie | ParameterIn::QueryString, _) => {}
        }
    }
    if has_json_body(operation) {
        codes.extend([UnsupportedMediaType, TooSlow]);
        codes.extend(if ENVELOPES.contains(&id) { [BadEnvelope, BatchTooLarge].as_slice() } else { &[Malformed, Validation, TooLarge] });
    }
    codes.extend(OWN.iter().filter(|(ids, _)| ids.contains(&id)).flat_map(|(_, codes)| codes.iter().copied()));
    codes
}

fn has_json_body(operation: &Operation) -> bool {
    matches!(&operation.request_body, Some(RefOr::T(body)) if body.content.contains_key("application/json"))
}

/// Writes the problems of an operation to its responses; what many operations share becomes a component.
pub(super) fn add(operation: &mut Operation, permission: Option<&str>, shared: &mut BTreeMap<String, RefOr<Response>>) {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes(operation, permission) {
        by_status.entry(code.info().status).or_default().push(code);
    }
    for (status, codes) in by_status {
        let name = codes.iter().map(|c| c.info().slug).collect::<Vec<_>>().join(".");
        shared.entry(name.clone()).or_insert_with(|| response(status, &codes).into());
        operation.responses.responses.insert(status.to_string(), Ref::from_response_name(name).into());
    }
}

fn response(status: u16, codes: &[Code]) -> Response {
    let told = codes.iter().map(|c| format!("`{}`: {}", c.info().slug, c.info().title)).collect::<Vec<_>>().join(". ");
    let word = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes.iter().map(|c| c.info().slug)));
    let number = ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([status]));
    let narrowed = ObjectBuilder::new().schema_type(Type::Object).property("code", word).property("status", number);
    let schema: RefOr<Schema> = AllOfBuilder::new().item(Ref::from_schema_name("Problem")).item(narrowed).into();
    let mut content = Content::new(Some(schema));
    content.example = codes.first().map(|code| example(*code));
    let response = ResponseBuilder::new().description(format!("{told}.")).content(MEDIA_TYPE, content);
    if !codes.iter().any(|c| c.info().retryable) {
        return response.build();
    }
    let mut seconds = Header::default();
    seconds.schema = Some(ObjectBuilder::new().schema_type(Type::Integer).build().into());
    seconds.description = Some("Seconds after which to try again; of a retryable problem.".into());
    response.header("Retry-After", seconds).build()
}

fn example(code: Code) -> Value {
    let info = code.info();
    let mut example = json!({
        "type": format!("/v1/errors/{}", info.slug), "title": info.title, "status": info.status, "code": info.slug,
        "retryable": info.retryable, "request_id": "0192f000-0000-7000-8000-00000000ffff",
    });
    if code == Validation
        && let Some(members) = example.as_object_mut()
    {
        members.insert("errors".into(), json!([{ "pointer": "/point/lat", "detail": "must be a latitude in degrees, from -90 to 90" }]));
    }
    example
}
