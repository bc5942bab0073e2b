//! The feed forgets what left a channel long ago: two duties of the worker.
//!
//! Once a day the heads of the channels that moved are marked. What a mark covers that is older than the retention is known to be as
//! old: of it the entries go that only say that a row left the channel (or, in a device's channel, that it was told again), and the
//! channel's floor rises. A person's own channel lets go of the facts that they recorded and that have not changed for as long. A device whose cursor lies below the floor reads that channel from the beginning.

use uuid::Uuid;

use crate::{Ctx, sync::limits::FEED_DAYS, timers::Step};
use bazdid_domain::{
    membership,
    patrol::Patrol,
    photo::Photo,
    unit_of_work::{Entity as _, UnitOfWork},
    visit::{ChecklistAnswer, Measurement, Note, Visit},
};
use bazdid_protocol::{
    channel::Channel,
    digest::row_hash,
    error::Result,
    ids::Id,
    time::{MICROS_PER_DAY, Timestamp},
};
use bazdid_store::{
    self as store, Tx,
    feed::{Entry, Presence, compaction},
};

/// Under which name the instant of the last marking is kept, in microseconds.
const MARKED_AT: &str = "feed_marked_at";
/// Entries in one step.
const STEP: i64 = 5_000;
/// Facts that are looked at together.
const FACTS_AT_ONCE: i64 = 500;
/// Kinds of the rows that the channel of who recorded them carries.
const FACTS: &[&str] = &[Note::KIND, Visit::KIND, Measurement::KIND, ChecklistAnswer::KIND, Photo::KIND, Patrol::KIND];

/// Marks the heads of the channels, once a day.
///
/// # Errors
/// The database fails.
pub fn mark_heads(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Step> {
    let last = store::state::find_state(tx, MARKED_AT)?.and_then(|text| text.parse().ok()).map(Timestamp::from_micros);
    if last.is_some_and(|at| ctx.now - at < MICROS_PER_DAY) {
        return Ok(Step::default());
    }
    let done = compaction::mark_heads(tx, ctx.now)?;
    store::state::save_state(tx, MARKED_AT, &ctx.now.micros().to_string())?;
    Ok(Step { done, more: false })
}

/// Deletes what is older than the retention from one channel.
///
/// # Errors
/// The database fails.
pub fn compact(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Step> {
    let Some((channel, through)) = compaction::find_due(tx, ctx.now.plus_days(-FEED_DAYS))? else { return Ok(Step::default()) };
    let let_go = let_go(tx, channel, through)?;
    let deleted = compaction::delete_gone(tx, channel, through, STEP)?;
    if i64::try_from(deleted).is_ok_and(|n| n >= STEP) {
        return Ok(Step { done: let_go + deleted, more: true });
    }
    let marks = compaction::delete_marks(tx, channel, through)?;
    // Whether another channel is due the next step finds out.
    Ok(Step { done: let_go + deleted + marks, more: true })
}

/// Takes the facts out of a person's own channel that last changed at or before a seq and need not stay there
/// ([`membership::may_let_go`]). What stays is looked at again when it changes, for then a later mark covers it.
fn let_go(tx: &mut Tx<'_>, channel: i64, through: i64) -> Result<usize> {
    let name = compaction::find_name(tx, channel)?.and_then(|name| name.parse().ok());
    let Some(user @ Channel::User(_)) = name else { return Ok(0) };
    let (mut after, mut done) = (0, 0);
    loop {
        let rows = compaction::list_unchanged(tx, channel, FACTS, (after, through), FACTS_AT_ONCE)?;
        let Some((last, _)) = rows.last().copied() else { return Ok(done) };
        after = last;
        let ids: Vec<Uuid> = rows.into_iter().map(|(_, id)| id).collect();
        let roots = store::aggregate::find_roots(tx, &ids)?;
        let mut unit = store::aggregate::read_unit(tx, &roots.into_iter().map(|(_, ticket)| ticket).collect::<Vec<_>>())?;
        unit.patrols.load(store::patrol::find_patrols(tx, &ids.iter().copied().map(Id::new).collect::<Vec<_>>())?);
        let gone: Vec<Entry> = ids.iter().flat_map(|id| leaving(&unit, user, *id)).collect();
        done += gone.len();
        store::feed::append(tx, &gone, row_hash)?;
    }
}

/// The entry that says that a fact leaves its author's channel, if it may.
fn leaving(unit: &UnitOfWork, channel: Channel, entity: Uuid) -> Option<Entry> {
    let kind = FACTS.iter().copied().find(|kind| membership::may_let_go(unit, kind, entity))?;
    let (v, _) = membership::carried(unit, kind, entity)?;
    Some(Entry { channel, kind, entity, v, presence: Presence::Drop })
}
