//! The journal of what devices sent.

use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    keys::Keys,
    schema::mutations,
    sql::{Json, db_error},
    tx::{LIST, Tx},
};
use bazdid_domain::sync::journal::Journaled;
use bazdid_protocol::{
    error::Result,
    ids::{AccountId, ConflictId, DeviceId, GroupId, Id, MutationId},
    outcome::{OutcomeCode, Status},
    time::Timestamp,
    warning::Warning,
};

record! {
    /// Row of `mutations`.
    MutationRow of mutations, id: MutationId, added on "(id)" {
        device_id: DeviceId,
        seq: i64,
        group_id: Option<GroupId>,
        cmd: String,
        version: i64,
        entity: Id<()>,
        base: Option<i64>,
        seen_ts: Option<i64>,
        epoch: Option<i64>,
        at: Timestamp,
        up: Option<i64>,
        boot: Option<String>,
        actor: AccountId,
        args: Json<Value>,
        content_hash: Vec<u8>,
        received_at: Timestamp,
        est: Timestamp,
        eff: Timestamp,
        skew_us: i64,
        status: Status,
        code: Option<OutcomeCode>,
        conflict_id: Option<ConflictId>,
        result_v: Option<i64>,
        detail: Option<String>,
        waits_for: Option<Id<()>>,
        attempts: i64,
        revised_at: Option<Timestamp>,
        warnings: Option<Json<Vec<Warning>>>,
    }
}

impl From<&Journaled> for MutationRow {
    fn from(e: &Journaled) -> Self {
        Self {
            id: e.id,
            device_id: e.device_id,
            seq: e.seq,
            group_id: e.group_id,
            cmd: e.cmd.clone(),
            version: e.version,
            entity: e.entity.into(),
            base: e.base,
            seen_ts: e.seen_ts,
            epoch: e.epoch,
            at: e.at,
            up: e.up,
            boot: e.boot.clone(),
            actor: e.actor,
            args: Json(e.args.clone()),
            content_hash: e.content_hash.clone(),
            received_at: e.received_at,
            est: e.est,
            eff: e.eff,
            skew_us: e.skew_us,
            status: e.status,
            code: e.code,
            conflict_id: e.conflict_id,
            result_v: e.result_v,
            detail: e.detail.clone(),
            waits_for: e.waits_for.map(Into::into),
            attempts: e.attempts,
            revised_at: e.revised_at,
            warnings: (!e.warnings.is_empty()).then(|| Json(e.warnings.clone())),
        }
    }
}

impl From<MutationRow> for Journaled {
    fn from(r: MutationRow) -> Self {
        Self {
            id: r.id,
            device_id: r.device_id,
            seq: r.seq,
            group_id: r.group_id,
            cmd: r.cmd,
            version: r.version,
            entity: r.entity.uuid(),
            base: r.base,
            seen_ts: r.seen_ts,
            epoch: r.epoch,
            at: r.at,
            up: r.up,
            boot: r.boot,
            actor: r.actor,
            args: r.args.0,
            content_hash: r.content_hash,
            received_at: r.received_at,
            est: r.est,
            eff: r.eff,
            skew_us: r.skew_us,
            status: r.status,
            code: r.code,
            conflict_id: r.conflict_id,
            result_v: r.result_v,
            detail: r.detail,
            waits_for: r.waits_for.map(Id::uuid),
            attempts: r.attempts,
            revised_at: r.revised_at,
            warnings: r.warnings.map(|w| w.0).unwrap_or_default(),
        }
    }
}

/// Those of the mutations that the journal has.
///
/// # Errors
/// The database fails.
pub fn find_mutations(tx: &mut Tx<'_>, ids: &[MutationId]) -> Result<Vec<Journaled>> {
    let mut found = Vec::new();
    for ids in ids.chunks(LIST) {
        let keys = Keys::new(ids);
        let rows: Vec<MutationRow> =
            on!(tx, |c| mutations::table.filter(keys.hold(mutations::id)).select(MutationRow::as_select()).load(c)).map_err(db_error)?;
        found.extend(rows.into_iter().map(Journaled::from));
    }
    Ok(found)
}

/// Adds mutations that the journal does not have; answers how many it did not have.
///
/// # Errors
/// The database fails.
pub fn insert_mutations(tx: &mut Tx<'_>, entries: &[&Journaled]) -> Result<usize> {
    let rows: Vec<MutationRow> = entries.iter().map(|e| MutationRow::from(*e)).collect();
    MutationRow::add(tx, &rows)
}

/// Writes mutations over those that the journal has.
///
/// # Errors
/// The database fails.
pub fn update_mutations(tx: &mut Tx<'_>, entries: &[Journaled]) -> Result<()> {
    MutationRow::save(tx, &entries.iter().map(Into::into).collect::<Vec<_>>())
}

/// Held mutations that wait for one of the things, in the order of their stamps; of one stamp in the order of their device.
///
/// # Errors
/// The database fails.
pub fn list_waiting(tx: &mut Tx<'_>, things: &[Uuid]) -> Result<Vec<Journaled>> {
    let mut found = Vec::new();
    for things in things.chunks(LIST) {
        let things: Vec<Id<()>> = things.iter().copied().map(Id::new).collect();
        let keys = Keys::new(&things);
        let rows: Vec<MutationRow> = on!(tx, |c| mutations::table
            .filter(keys.hold(mutations::waits_for).and(mutations::status.eq(Status::Held)))
            .order((mutations::eff, mutations::seq, mutations::id))
            .select(MutationRow::as_select())
            .load(c))
        .map_err(db_error)?;
        found.extend(rows.into_iter().map(Journaled::from));
    }
    Ok(found)
}

/// Which of some groups the journal has a decided part of, sent by a person before: under other ids than those of `now`.
///
/// # Errors
/// The database fails.
pub fn list_begun_groups(tx: &mut Tx<'_>, actor: AccountId, groups: &[GroupId], now: &[MutationId]) -> Result<Vec<GroupId>> {
    let keys = Keys::new(groups);
    let rows: Vec<(Option<GroupId>, MutationId)> = on!(tx, |c| mutations::table
        .filter(keys.hold(mutations::group_id).and(mutations::actor.eq(actor)).and(mutations::status.ne(Status::Deferred)))
        .select((mutations::group_id, mutations::id))
        .load(c))
    .map_err(db_error)?;
    Ok(rows.into_iter().filter(|(_, id)| !now.contains(id)).filter_map(|(group, _)| group).collect())
}

/// Which of the ids name tickets whose creation was refused.
///
/// # Errors
/// The database fails.
pub fn list_refused_creations(tx: &mut Tx<'_>, tickets: &[Uuid]) -> Result<Vec<Uuid>> {
    let ids: Vec<Id<()>> = tickets.iter().copied().map(Id::new).collect();
    let keys = Keys::new(&ids);
    let found: Vec<Id<()>> = on!(tx, |c| mutations::table
        .filter(keys.hold(mutations::entity).and(mutations::status.eq(Status::Rejected)).and(mutations::cmd.eq("ticket.create")))
        .select(mutations::entity)
        .load(c))
    .map_err(db_error)?;
    Ok(found.into_iter().map(Id::uuid).collect())
}

/// What a device has to be told: the answers that it has not acknowledged, those that still wait, and those that were changed
/// after they had been given, however long ago; of mutations after a seq, by seq, at most `limit`.
///
/// # Errors
/// The database fails.
pub fn list_results(tx: &mut Tx<'_>, device: DeviceId, acked: i64, after: i64, limit: i64) -> Result<Vec<Journaled>> {
    let rows: Vec<MutationRow> = on!(tx, |c| mutations::table
        .filter(mutations::device_id.eq(device).and(mutations::seq.gt(after)).and(mutations::status.ne(Status::Deferred)))
        .filter(mutations::seq.gt(acked).or(mutations::status.eq(Status::Held)).or(mutations::revised_at.is_not_null()))
        .order((mutations::seq, mutations::id))
        .limit(limit)
        .select(MutationRow::as_select())
        .load(c))
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Journaled::from).collect())
}

/// Answers that were changed after they had been given, to mutations of a person that another device than `device` sent last: the newest
/// changes, at most `limit`.
///
/// # Errors
/// The database fails.
pub fn list_revised_elsewhere(tx: &mut Tx<'_>, actor: AccountId, device: DeviceId, limit: i64) -> Result<Vec<Journaled>> {
    let rows: Vec<MutationRow> = on!(tx, |c| mutations::table
        .filter(mutations::actor.eq(actor).and(mutations::revised_at.is_not_null()).and(mutations::device_id.ne(device)))
        .order((mutations::revised_at.desc(), mutations::id))
        .limit(limit)
        .select(MutationRow::as_select())
        .load(c))
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Journaled::from).collect())
}

/// Mutations that a conflict keeps aside, or that wait and were reported by it, in the order of their stamps; of one stamp in the order of their device.
///
/// # Errors
/// The database fails.
pub fn list_kept(tx: &mut Tx<'_>, conflict: ConflictId) -> Result<Vec<Journaled>> {
    let rows: Vec<MutationRow> = on!(tx, |c| mutations::table
        .filter(mutations::conflict_id.eq(Some(conflict)).and(mutations::status.eq_any([Status::Conflict, Status::Held])))
        .order((mutations::eff, mutations::seq, mutations::id))
        .select(MutationRow::as_select())
        .load(c))
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Journaled::from).collect())
}

/// Mutations that are set aside and that no conflict names, newest first, at most `limit`; from a place on.
///
/// # Errors
/// The database fails.
pub fn list_unplaced(tx: &mut Tx<'_>, before: Option<(Timestamp, MutationId)>, limit: i64) -> Result<Vec<Journaled>> {
    let rows: Vec<MutationRow> = on!(tx, |c| {
        let mut query = mutations::table
            .filter(mutations::status.eq(Status::Conflict).and(mutations::conflict_id.is_null()))
            .order((mutations::received_at.desc(), mutations::id.desc()))
            .limit(limit)
            .select(MutationRow::as_select())
            .into_boxed();
        if let Some((at, id)) = before {
            query = query.filter(mutations::received_at.lt(at).or(mutations::received_at.eq(at).and(mutations::id.lt(id))));
        }
        query.load(c)
    })
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Journaled::from).collect())
}

/// Takes a mutation that is set aside and that no conflict names for a decision: of two who decide at once the second finds that it
/// is decided. Whether it was still to be decided.
///
/// # Errors
/// The database fails.
pub fn claim_unplaced(tx: &mut Tx<'_>, id: MutationId, at: Timestamp) -> Result<bool> {
    on!(tx, |c| diesel::update(
        mutations::table.filter(mutations::id.eq(id).and(mutations::status.eq(Status::Conflict)).and(mutations::conflict_id.is_null()))
    )
    .set(mutations::revised_at.eq(Some(at)))
    .execute(c))
    .map(|n| n == 1)
    .map_err(db_error)
}

/// Mutations that have been held since before an instant, oldest first, at most `limit`.
///
/// # Errors
/// The database fails.
pub fn list_overdue(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<Vec<Journaled>> {
    let rows: Vec<MutationRow> = on!(tx, |c| mutations::table
        .filter(mutations::status.eq(Status::Held).and(mutations::received_at.le(before)))
        .order((mutations::received_at, mutations::id))
        .limit(limit)
        .select(MutationRow::as_select())
        .load(c))
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Journaled::from).collect())
}

/// Mutations that are held and were received since an instant, oldest first, at most `limit`; from a place on.
///
/// # Errors
/// The database fails.
pub fn list_held(tx: &mut Tx<'_>, since: Timestamp, from: Option<(Timestamp, MutationId)>, limit: i64) -> Result<Vec<Journaled>> {
    let rows: Vec<MutationRow> = on!(tx, |c| {
        let mut query = mutations::table
            .filter(mutations::status.eq(Status::Held).and(mutations::received_at.ge(since)))
            .order((mutations::received_at, mutations::id))
            .limit(limit)
            .select(MutationRow::as_select())
            .into_boxed();
        if let Some((at, id)) = from {
            query = query.filter(mutations::received_at.gt(at).or(mutations::received_at.eq(at).and(mutations::id.gt(id))));
        }
        query.load(c)
    })
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Journaled::from).collect())
}

/// Mutations of a device that did not simply go through, received since an instant; the newest first, at most `limit`.
///
/// # Errors
/// The database fails.
pub fn list_notable(tx: &mut Tx<'_>, device: DeviceId, since: Timestamp, limit: i64) -> Result<Vec<Journaled>> {
    let rows: Vec<MutationRow> = on!(tx, |c| mutations::table
        .filter(mutations::device_id.eq(device).and(mutations::received_at.ge(since)))
        .filter(mutations::status.ne(Status::Applied).and(mutations::status.ne(Status::Deferred)))
        .order((mutations::seq.desc(), mutations::id))
        .limit(limit)
        .select(MutationRow::as_select())
        .load(c))
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Journaled::from).collect())
}
