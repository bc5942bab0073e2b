//! Who looks after an item of the inbox, so that two people do not do the same.

use serde_json::json;

use crate::{
    Ctx,
    change::entry,
    inbox::{ItemId, authorise, source, source::Reaches},
};
use bazdid_domain::policy::Permission;
use bazdid_protocol::{
    error::{Code, Error, Result},
    phrase::Phrase,
};
use bazdid_store::{self as store, Tx, inbox_claim::Claim};

/// How long a claim lasts, minutes.
pub const LASTS_MIN: i64 = 30;

/// Takes an item, or prolongs one's own claim of it. It does not keep others from deciding: they see whose it is.
///
/// # Errors
/// It does not wait within reach any more; somebody else looks after it; no permission; the database fails.
pub fn claim(tx: &mut Tx<'_>, ctx: &Ctx, id: ItemId) -> Result<Claim> {
    may_claim(ctx)?;
    let reaches = Reaches::of(tx, ctx)?;
    if source::page(tx, ctx, &reaches, id.kind, (None, Some(id.subject)), LOOKED_THROUGH)?.is_empty() {
        return Err(Error::not_found("inbox item"));
    }
    let by = ctx.account()?;
    let asked = Claim { item: id.to_string(), account_id: by, claimed_at: ctx.now, ends_at: ctx.now.plus_minutes(LASTS_MIN) };
    let stands = store::inbox_claim::claim(tx, &asked)?;
    if stands.account_id != by {
        let name = store::account::list_names(tx, &[stands.account_id])?.into_iter().next().map(|(_, name)| name).unwrap_or_default();
        let detail = Phrase::with("{name} looks after it until {until}", &[("name", &name), ("until", &stands.ends_at)]);
        return Err(Error::with(Code::Conflict, detail)
            .fact("owner", stands.account_id.to_string())
            .fact("until", stands.ends_at.to_string()));
    }
    store::audit::save_audit_entries(tx, &[entry(ctx, "inbox.claim", "inbox_item", id.subject, json!({ "kind": id.kind }))])?;
    Ok(stands)
}

/// Gives an item up. One that is not one's own, or has ended, is given up already.
///
/// # Errors
/// No permission; the database fails.
pub fn release(tx: &mut Tx<'_>, ctx: &Ctx, id: ItemId) -> Result<()> {
    may_claim(ctx)?;
    if store::inbox_claim::release(tx, &id.to_string(), ctx.account()?)? {
        store::audit::save_audit_entries(tx, &[entry(ctx, "inbox.release", "inbox_item", id.subject, json!({ "kind": id.kind }))])?;
    }
    Ok(())
}

/// Rows of lists without an index by id that are looked through for one.
const LOOKED_THROUGH: i64 = 1_000;

fn may_claim(ctx: &Ctx) -> Result<()> {
    authorise(ctx)?;
    if ctx.actor()?.may(Permission::WorkManage) { Ok(()) } else { Err(Error::new(Code::Forbidden)) }
}
