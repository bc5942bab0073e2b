//! The office's decisions as use cases: who decides, the revision that was read, the rule, the audit log, what follows.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Ctx,
    change::{Change, keep},
    photo::content::BYTES_RETRY_S,
};
use bazdid_domain::{
    evidence::arrival::{self, Awaited},
    office::{DecisionContext, OfficeResult, Officer, Refusal},
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::MutationId,
    phrase::Phrase,
};
use bazdid_store::Tx;

/// What is decided about, for the audit log. `detail` holds codes and numbers, never free text.
#[derive(Debug, Clone)]
pub struct Decided {
    /// Such as `work_order.reassign`.
    pub action: &'static str,
    /// Kind of the thing.
    pub kind: &'static str,
    /// The thing.
    pub id: Uuid,
    /// What a reader of the log must know.
    pub detail: Value,
}

/// Who asks, as the rules of the office know them.
///
/// # Errors
/// Nobody has logged in.
pub fn officer(ctx: &Ctx) -> Result<Officer> {
    let actor = ctx.actor()?;
    Ok(Officer {
        account: actor.account_id,
        organisations: actor.organisations().into_iter().collect(),
        roles: actor.roles().into_iter().collect(),
    })
}

/// Lets a rule decide and keeps what it changed, with what follows from it.
///
/// # Errors
/// The rule refuses; the database fails.
pub fn decide(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    unit: &mut UnitOfWork,
    decided: Decided,
    rule: impl FnOnce(&mut UnitOfWork, &DecisionContext<'_>) -> OfficeResult,
) -> Result<()> {
    let (reference, officer) = (ctx.reference(tx)?, officer(ctx)?);
    let command = MutationId::new(ctx.ids.uuid(ctx.now));
    rule(unit, &DecisionContext { officer: &officer, reference: &reference, now: ctx.now, command }).map_err(refused)?;
    let mut change = Change::default();
    change.audit(ctx, decided.action, decided.kind, decided.id, decided.detail);
    keep(tx, ctx, unit, change)
}

/// A refusal as an error.
fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Unknown(what) => Error::not_found(what),
        Refusal::Transition { from, to } => Error::with(
            Code::InvalidTransition,
            Phrase::with("you may not take a work order from {from} to {to}", &[("from", &from), ("to", &to)]),
        )
        .fact("from", from.to_string())
        .fact("to", to.to_string()),
        Refusal::Status { from, to } => {
            Error::with(Code::InvalidTransition, Phrase::with("a ticket does not go from {from} to {to}", &[("from", &from), ("to", &to)]))
                .fact("from", from.to_string())
                .fact("to", to.to_string())
        }
        Refusal::State(why) => Error::with(Code::InvalidTransition, why),
        Refusal::BytesAwaited(awaited) => bytes_awaited(&awaited),
        Refusal::OwnWork => Error::with(Code::Forbidden, "nobody judges their own work, nor that of their organisation"),
        Refusal::Field { pointer, detail } => Error::field(pointer, detail),
    }
}

/// Which photos are waited for, and how far each is.
fn bytes_awaited(awaited: &Awaited) -> Error {
    let photos: Vec<Value> = awaited.photos.iter().map(|p| json!({ "id": p.id, "kind": p.kind, "state": p.state })).collect();
    let kinds: Vec<Value> =
        awaited.tallies.iter().map(|t| json!({ "kind": t.kind, "min": t.min, "declared": t.declared, "stored": t.stored })).collect();
    Error::with(Code::EvidencePending, "wait for the bytes, return the round, or say in without_bytes why they are not waited for")
        .fact("evidence", arrival::state(&awaited.tallies).to_string())
        .fact("needed", kinds)
        .fact("photos", photos)
        .retry_after(BYTES_RETRY_S)
}
