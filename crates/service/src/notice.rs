//! What administrators are told of each other: none of them comes to see callers without the others knowing, neither by a role of their own nor by an
//! account of somebody else.

use serde_json::json;

use crate::{Ctx, account::authorise, change::entry};
use bazdid_domain::{
    account::RoleGrant,
    policy::{Permission, role_allows},
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{AccountId, NoticeId},
    time::Timestamp,
    words::account::NoticeKind,
};
use bazdid_store::{
    self as store, Tx,
    account::list_grants_of,
    notice::{Notice, find_notice, insert_notice, page_notices, see_notice},
};

/// A grant was given: the administrators are told if its role sees who called.
pub(crate) fn of_grant(tx: &mut Tx<'_>, ctx: &Ctx, grant: &RoleGrant) -> Result<()> {
    if role_allows(grant.role, Permission::CallerReveal) { raise(tx, ctx, NoticeKind::RevealGranted, grant.account_id) } else { Ok(()) }
}

/// An administrator can log in to an account from now on: the others are told if it holds a role that sees who called, now or later.
pub(crate) fn of_access(tx: &mut Tx<'_>, ctx: &Ctx, account_id: AccountId) -> Result<()> {
    let reveals = |g: &RoleGrant| role_allows(g.role, Permission::CallerReveal) && g.valid_to.is_none_or(|end| ctx.now < end);
    if list_grants_of(tx, &[account_id])?.iter().any(reveals) { raise(tx, ctx, NoticeKind::RevealAccess, account_id) } else { Ok(()) }
}

/// Raises a notice about an account, in the transaction of what it is about. Whoever works on the machine itself reads the database anyway: of them none.
fn raise(tx: &mut Tx<'_>, ctx: &Ctx, kind: NoticeKind, account_id: AccountId) -> Result<()> {
    let by = ctx.actor()?;
    if by.is_system() {
        return Ok(());
    }
    let raised_by = Some(by.account_id);
    let notice = Notice { id: ctx.ids.id(ctx.now), kind, account_id, raised_at: ctx.now, seen_by: None, seen_at: None, raised_by };
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

/// Says that one has seen a notice. Not one about oneself or about what one did: that is for another administrator.
///
/// # Errors
/// There is none; it is about oneself or one's own deed; somebody has seen it already; no permission; the database fails.
pub fn acknowledge(tx: &mut Tx<'_>, ctx: &Ctx, id: NoticeId) -> Result<Notice> {
    authorise(ctx)?;
    let by = ctx.account()?;
    let notice = find_notice(tx, id)?.ok_or_else(|| Error::not_found("notice"))?;
    if notice.account_id == by || notice.raised_by == Some(by) {
        return Err(Error::with(
            Code::InvalidTransition,
            "the notice is about you or about what you did: another administrator is to see it",
        ));
    }
    if !see_notice(tx, id, by, ctx.now)? {
        return Err(Error::with(Code::InvalidTransition, "somebody has seen the notice already"));
    }
    audit(tx, ctx, "notice.acknowledge", id, &json!({ "kind": notice.kind, "account": notice.account_id }))?;
    Ok(Notice { seen_by: Some(by), seen_at: Some(ctx.now), ..notice })
}

fn audit(tx: &mut Tx<'_>, ctx: &Ctx, action: &str, id: NoticeId, detail: &serde_json::Value) -> Result<()> {
    store::audit::save_audit_entries(tx, &[entry(ctx, action, "notice", id.uuid(), detail.clone())])
}
