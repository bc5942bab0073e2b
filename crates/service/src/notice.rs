//! What administrators are told of each other: nobody gives themselves the right to see callers without the others knowing.

use serde_json::json;

use crate::{Ctx, change::entry};
use bazdid_domain::policy::Permission;
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{AccountId, NoticeId},
    time::Timestamp,
    words::account::NoticeKind,
};
use bazdid_store::{
    self as store, Tx,
    notice::{Notice, find_notice, insert_notice, page_notices, see_notice},
};

/// Raises a notice about an account, in the transaction of what it is about.
pub(crate) fn raise(tx: &mut Tx<'_>, ctx: &Ctx, kind: NoticeKind, account_id: AccountId) -> Result<()> {
    let notice = Notice { id: ctx.ids.id(ctx.now), kind, account_id, raised_at: ctx.now, seen_by: None, seen_at: None };
    insert_notice(tx, &notice)?;
    audit(tx, ctx, "notice.raise", notice.id, &json!({ "kind": kind, "account": account_id }))?;
    tracing::warn!(notice.kind = %kind, account.id = %account_id, "the administrators are told of something; see GET /v1/notices");
    Ok(())
}

/// A page of notices, newest first; only those that nobody has seen, if `open`.
///
/// # Errors
/// No permission; the database fails.
pub fn list(tx: &mut Tx<'_>, ctx: &Ctx, open: bool, before: Option<(Timestamp, NoticeId)>, limit: i64) -> Result<Vec<Notice>> {
    authorise(ctx)?;
    page_notices(tx, open, before, limit)
}

/// Says that one has seen a notice. Not one about oneself: that is for another administrator.
///
/// # Errors
/// There is none; it is about oneself; somebody has seen it already; no permission; the database fails.
pub fn acknowledge(tx: &mut Tx<'_>, ctx: &Ctx, id: NoticeId) -> Result<Notice> {
    authorise(ctx)?;
    let by = ctx.account()?;
    let notice = find_notice(tx, id)?.ok_or_else(|| Error::not_found("notice"))?;
    if notice.account_id == by {
        return Err(Error::with(Code::InvalidTransition, "the notice is about you: another administrator is to see it"));
    }
    if !see_notice(tx, id, by, ctx.now)? {
        return Err(Error::with(Code::InvalidTransition, "somebody has seen the notice already"));
    }
    audit(tx, ctx, "notice.acknowledge", id, &json!({ "kind": notice.kind, "account": notice.account_id }))?;
    Ok(Notice { seen_by: Some(by), seen_at: Some(ctx.now), ..notice })
}

fn authorise(ctx: &Ctx) -> Result<()> {
    if ctx.actor()?.may(Permission::AccountManage) { Ok(()) } else { Err(Error::new(Code::Forbidden)) }
}

fn audit(tx: &mut Tx<'_>, ctx: &Ctx, action: &str, id: NoticeId, detail: &serde_json::Value) -> Result<()> {
    store::audit::save_audit_entries(tx, &[entry(ctx, action, "notice", id.uuid(), detail.clone())])
}
