//! Makes the blocks of the index.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use crate::{
    schema::{search_blocks, search_grams, search_places, search_waiting, tickets},
    sql::{Json, db_error},
    state::{find_state, save_state},
    ticket::{
        folded_text,
        search::index::{OUTSIDE, first_place, of_area, of_category, of_finder, of_leaf_area},
    },
    tx::Tx,
};
use bazdid_domain::{
    search::{BLOCK, Places, grams},
    ticket::{Boundary, TicketOrigin},
};
use bazdid_protocol::{
    error::Result,
    fold,
    ids::{AccountId, AreaId, CategoryId, TicketId},
    time::Timestamp,
};

/// Name of the version by which all texts are folded, among the server's own values; its row is the lock of whoever makes blocks.
const STATE: &str = "search_index";

/// What the index is made of.
type IndexedRow = (
    TicketId,
    Timestamp,
    String,
    Option<String>,
    String,
    Json<Vec<AreaId>>,
    Json<Vec<AreaId>>,
    CategoryId,
    (Boundary, TicketOrigin, AccountId),
);

/// Brings the index one step forward: makes a block anew that was made with another version of the fold, or a new one of at most `most` tickets if
/// at least `least` wait; any that wait, until nothing is left that another version folded. Texts that were folded by another version are folded
/// anew. Answers how many tickets it was; none: there is nothing to do.
/// Each step is a transaction, so whoever is killed goes on where they were.
///
/// # Errors
/// The database fails.
pub fn index_some(tx: &mut Tx<'_>, least: usize, most: usize) -> Result<usize> {
    let (stored, current) = (find_state(tx, STATE)?, fold::VERSION.to_string());
    let is_current = stored.as_ref() == Some(&current);
    let least = if is_current { least } else { 1 };
    if !is_due(tx, least)? {
        if !is_current {
            save_state(tx, STATE, &current)?;
        }
        return Ok(0);
    }
    // Of several processes one makes blocks; who waited looks again.
    save_state(tx, STATE, &stored.unwrap_or_default())?;
    if let Some(block) = outdated_block(tx)? {
        let (from, to) = (first_place(block), first_place(block + 1));
        let ids: Vec<TicketId> = on!(tx, |c| search_places::table
            .filter(search_places::place.ge(from).and(search_places::place.lt(to)))
            .select(search_places::ticket_id)
            .load(c))
        .map_err(db_error)?;
        on!(tx, |c| diesel::delete(search_places::table.filter(search_places::place.ge(from).and(search_places::place.lt(to)))).execute(c))
            .map_err(db_error)?;
        on!(tx, |c| diesel::delete(search_grams::table.filter(search_grams::block.eq(block))).execute(c)).map_err(db_error)?;
        on!(tx, |c| diesel::delete(search_blocks::table.filter(search_blocks::block.eq(block))).execute(c)).map_err(db_error)?;
        make_block(tx, block, &ids)?;
        return Ok(ids.len());
    }
    let most = i64::try_from(most.min(BLOCK)).unwrap_or_default();
    let waiting: Vec<(i64, TicketId)> = on!(tx, |c| search_waiting::table
        .select((search_waiting::seq, search_waiting::ticket_id))
        .order(search_waiting::seq)
        .limit(most)
        .load(c))
    .map_err(db_error)?;
    if waiting.len() < least {
        return Ok(0);
    }
    let last: Option<i64> = on!(tx, |c| search_blocks::table.select(diesel::dsl::max(search_blocks::block)).first(c)).map_err(db_error)?;
    let ids: BTreeSet<TicketId> = waiting.iter().map(|(_, id)| *id).collect();
    make_block(tx, last.map_or(0, |n| n + 1), &ids.into_iter().collect::<Vec<_>>())?;
    // Only those that were read: an earlier one may be committed later.
    let seqs: Vec<i64> = waiting.into_iter().map(|(seq, _)| seq).collect();
    on!(tx, |c| diesel::delete(search_waiting::table.filter(search_waiting::seq.eq_any(&seqs))).execute(c)).map_err(db_error)?;
    Ok(seqs.len())
}

fn is_due(tx: &mut Tx<'_>, least: usize) -> Result<bool> {
    let bounded = search_waiting::table.select(search_waiting::seq).limit(i64::try_from(least.max(1)).unwrap_or(i64::MAX));
    let waiting: Vec<i64> = on!(tx, |c| bounded.load(c)).map_err(db_error)?;
    Ok(waiting.len() >= least.max(1) || outdated_block(tx)?.is_some())
}

/// The newest block that was made with another version of the fold.
fn outdated_block(tx: &mut Tx<'_>) -> Result<Option<i64>> {
    on!(tx, |c| search_blocks::table
        .filter(search_blocks::fold_version.ne(fold::VERSION))
        .order(search_blocks::newest_at.desc())
        .select(search_blocks::block)
        .first(c)
        .optional())
    .map_err(db_error)
}

#[derive(Debug)]
struct NewGram {
    block: i64,
    gram: String,
    places: Vec<u8>,
}

#[derive(Debug)]
struct NewPlace {
    place: i64,
    ticket_id: TicketId,
}

fn make_block(tx: &mut Tx<'_>, block: i64, ids: &[TicketId]) -> Result<()> {
    let mut rows: Vec<IndexedRow> = on!(tx, |c| tickets::table
        .filter(tickets::id.eq_any(ids))
        .select((
            tickets::id,
            tickets::stored_at,
            tickets::text,
            tickets::address_text,
            tickets::text_folded,
            tickets::areas,
            tickets::leaf_areas,
            tickets::category_id,
            (tickets::boundary, tickets::origin, tickets::created_by),
        ))
        .load(c))
    .map_err(db_error)?;
    rows.sort_by_key(|row| std::cmp::Reverse((row.1, row.0)));
    let (Some(newest), Some(oldest)) = (rows.first().map(|r| r.1), rows.last().map(|r| r.1)) else { return Ok(()) };
    let mut by_gram: HashMap<String, Places> = HashMap::new();
    let mut places = Vec::with_capacity(rows.len());
    for (place, (id, _, text, address, stored, areas, leaf_areas, category, (boundary, origin, finder))) in rows.iter().enumerate() {
        let folded = folded_text(text, address.as_deref());
        if folded != *stored {
            // Not over what somebody has written meanwhile.
            on!(tx, |c| diesel::update(tickets::table.filter(tickets::id.eq(id).and(tickets::text_folded.eq(stored))))
                .set(tickets::text_folded.eq(&folded))
                .execute(c))
            .map_err(db_error)?;
        }
        let mut of_ticket = grams(&folded);
        of_ticket.extend(areas.0.iter().copied().map(of_area));
        of_ticket.extend(leaf_areas.0.iter().copied().map(of_leaf_area));
        of_ticket.insert(of_category(*category));
        of_ticket.extend((*boundary == Boundary::Outside).then(|| OUTSIDE.to_owned()));
        of_ticket.extend((*origin == TicketOrigin::Field).then(|| of_finder(*finder)));
        for gram in of_ticket {
            by_gram.entry(gram).or_default().insert(place);
        }
        places.push(NewPlace { place: first_place(block) + i64::try_from(place).unwrap_or_default(), ticket_id: *id });
    }
    let mut by_gram: Vec<NewGram> = by_gram.into_iter().map(|(gram, at)| NewGram { block, gram, places: at.to_bytes() }).collect();
    by_gram.sort_unstable_by(|a, b| a.gram.cmp(&b.gram));
    bulk!(tx, &by_gram, NewGram => search_grams { block: i64, gram: String, places: Vec<u8> }, "")?;
    bulk!(tx, &places, NewPlace => search_places { place: i64, ticket_id: TicketId }, "")?;
    on!(tx, |c| diesel::insert_into(search_blocks::table)
        .values((
            search_blocks::block.eq(block),
            search_blocks::fold_version.eq(fold::VERSION),
            search_blocks::newest_at.eq(newest),
            search_blocks::oldest_at.eq(oldest),
        ))
        .execute(c))
    .map(drop)
    .map_err(db_error)
}
