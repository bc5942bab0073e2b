//! The index of words in tickets: made in the background block by block, asked from the newest block on.
//!
//! A block has at most [`BLOCK`] tickets, in the order of the lists, and for each gram ([`bazdid_domain::search`]) the places of the tickets that have
//! it. Triggers put each ticket that is new, or whose text or place has changed, among those that wait; [`index_some`] makes blocks of these.
//! A search looks at those that wait one by one, asks the blocks for candidates, and looks again at the texts of these: the answer is that of a scan,
//! whatever the state of the index. Where too many wait (just after an upgrade) the search is a scan.

mod make;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;

use crate::{
    listing::{Keyed, PageKey},
    schema::{search_blocks, search_grams, search_places, search_waiting},
    sql::db_error,
    ticket::search::{Among, TicketFilter, TicketKey, having_words, select_tickets},
    tx::{MAX_BINDS, Tx},
};
use bazdid_domain::{
    search::{BLOCK, Places, needed},
    ticket::Ticket,
    visibility::Reach,
};
use bazdid_protocol::{
    error::Result,
    fold,
    ids::{AccountId, AreaId, CategoryId, TicketId},
    time::Timestamp,
};

pub use make::index_some;

/// While more wait, a search does not look at them one by one but scans.
pub const MAX_WAITING: i64 = 20_000;
/// Candidates whose texts are looked at by one statement.
const CHUNK: usize = 256;
/// After so many candidates that the rest of the filter refuses the search is a scan: what the index does not know is then what keeps tickets
/// off the page, and the database's own indexes may know it.
pub const MAX_CANDIDATES: usize = 4_096;
/// Of more alternatives than this the index is not asked.
const MAX_ALTERNATIVES: usize = 64;
/// The gram of what lies outside every area.
const OUTSIDE: &str = "outside";

/// A block as a search sees it.
#[derive(Debug, Clone, Copy, Queryable)]
struct Block {
    number: i64,
    newest_at: Timestamp,
}

/// How far the index has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexState {
    /// Tickets, and changes of tickets, that are not in a block yet.
    pub waiting: i64,
    /// Blocks that were made with another version of the fold.
    pub outdated_blocks: i64,
    /// Blocks.
    pub blocks: i64,
}

/// How far the index has come.
///
/// # Errors
/// The database fails.
pub fn index_state(tx: &mut Tx<'_>) -> Result<IndexState> {
    let waiting = on!(tx, |c| search_waiting::table.count().get_result(c)).map_err(db_error)?;
    let blocks = on!(tx, |c| search_blocks::table.count().get_result(c)).map_err(db_error)?;
    let outdated_blocks =
        on!(tx, |c| search_blocks::table.filter(search_blocks::fold_version.ne(fold::VERSION)).count().get_result(c)).map_err(db_error)?;
    Ok(IndexState { waiting, outdated_blocks, blocks })
}

/// What a block must have for a ticket in it to be found.
struct Wanted {
    /// All of these grams.
    all: BTreeSet<String>,
    /// One gram of each of these.
    one_of: Vec<BTreeSet<String>>,
}

impl Wanted {
    fn of(filter: &TicketFilter, reach: &Reach) -> Self {
        let mut all: BTreeSet<String> = filter.words.iter().flat_map(|word| needed(word)).collect();
        all.extend(filter.area.map(of_area));
        let categories: Option<BTreeSet<String>> = filter.categories.as_ref().map(|of| of.iter().copied().map(of_category).collect());
        let scope = match reach {
            // Who holds which order changes with the orders, not with the tickets: it is not in the index.
            Reach::Parts(parts) if parts.organisations.is_empty() => {
                let areas = parts.areas.iter().copied().map(of_leaf_area);
                let outside = parts.every_office.then(|| OUTSIDE.to_owned());
                Some(areas.chain(outside).chain(parts.person.map(of_finder)).collect())
            }
            Reach::Parts(_) | Reach::Everything => None,
        };
        let few = |one_of: &BTreeSet<String>| one_of.len() <= MAX_ALTERNATIVES;
        Self { all, one_of: [categories, scope].into_iter().flatten().filter(few).collect() }
    }

    /// The places of each of some blocks that may be found.
    fn places(&self, tx: &mut Tx<'_>, blocks: &[Block]) -> Result<BTreeMap<i64, Places>> {
        let numbers: Vec<i64> = blocks.iter().map(|b| b.number).collect();
        let asked: Vec<&String> = self.all.iter().chain(self.one_of.iter().flatten()).collect();
        let rows: Vec<(i64, String, Vec<u8>)> = on!(tx, |c| search_grams::table
            .filter(search_grams::block.eq_any(&numbers).and(search_grams::gram.eq_any(&asked)))
            .select((search_grams::block, search_grams::gram, search_grams::places))
            .load(c))
        .map_err(db_error)?;
        let mut by_block: BTreeMap<i64, HashMap<String, Places>> = BTreeMap::new();
        for (block, gram, places) in rows {
            by_block.entry(block).or_default().insert(gram, Places::from_bytes(&places));
        }
        Ok(by_block.into_iter().filter_map(|(block, grams)| Some((block, self.within(&grams)?))).collect())
    }

    fn within(&self, grams: &HashMap<String, Places>) -> Option<Places> {
        let mut found: Option<Places> = None;
        let mut keep = |places: &Places| match &mut found {
            None => found = Some(places.clone()),
            Some(found) => found.retain_in(places),
        };
        for gram in &self.all {
            keep(grams.get(gram)?);
        }
        for one_of in &self.one_of {
            let mut either = Places::default();
            one_of.iter().filter_map(|gram| grams.get(gram)).for_each(|places| either.extend_from(places));
            keep(&either);
        }
        found
    }
}

fn of_area(id: AreaId) -> String {
    format!("area {id}")
}

fn of_leaf_area(id: AreaId) -> String {
    format!("leaf {id}")
}

fn of_category(id: CategoryId) -> String {
    format!("category {id}")
}

fn of_finder(id: AccountId) -> String {
    format!("finder {id}")
}

/// A search under way.
struct Search<'s> {
    filter: &'s TicketFilter,
    reach: &'s Reach,
    limit: usize,
    /// Whether something is asked that the index does not know.
    is_narrowed: bool,
    /// Candidates that were looked at.
    candidates: usize,
    seen: BTreeSet<TicketId>,
    found: Vec<(Timestamp, TicketId, Keyed<Ticket, TicketKey>)>,
}

impl Search<'_> {
    /// Looks at tickets one by one: how many of them are found.
    fn look_at(&mut self, tx: &mut Tx<'_>, ids: &[TicketId]) -> Result<usize> {
        self.candidates += ids.len();
        let rows = select_tickets(tx, self.filter, self.reach, Among::These(ids))?;
        let count = rows.len();
        for row in rows {
            if let PageKey::Stored { stored_at, id } = row.key
                && self.seen.insert(id)
            {
                self.found.push((stored_at, id, row));
            }
        }
        self.found.sort_by_key(|row| std::cmp::Reverse((row.0, row.1)));
        self.found.truncate(self.limit);
        Ok(count)
    }

    /// Looks at tickets of one run, those first that were stored last, until the page is full of tickets of this run. `tickets` says which
    /// they are.
    fn look_through<T>(&mut self, tx: &mut Tx<'_>, run: &[T], tickets: impl Fn(&mut Tx<'_>, &[T]) -> Result<Vec<TicketId>>) -> Result<()> {
        let mut count = 0;
        for some in run.chunks(CHUNK) {
            let ids = tickets(tx, some)?;
            count += self.look_at(tx, &ids)?;
            if count >= self.limit || self.is_lost() {
                break;
            }
        }
        Ok(())
    }

    /// Looks at candidates of blocks, and forgets them.
    fn look_at_places(&mut self, tx: &mut Tx<'_>, places: &mut Vec<i64>) -> Result<()> {
        for places in places.chunks(MAX_BINDS / 2) {
            let ids = tickets_at(tx, places)?;
            self.look_at(tx, &ids)?;
        }
        places.clear();
        Ok(())
    }

    /// Whether the page is filled too slowly.
    fn is_lost(&self) -> bool {
        self.is_narrowed && self.candidates > MAX_CANDIDATES && self.found.len() < self.limit
    }

    /// Whether nothing that was stored at an instant or before it can be on the page any more.
    fn is_full(&self, newest_of_the_rest: Option<Timestamp>) -> bool {
        let last = self.found.get(self.limit.saturating_sub(1));
        newest_of_the_rest.is_none_or(|at| last.is_some_and(|(stored_at, _, _)| *stored_at > at))
    }

    /// Tickets that wait for the index.
    fn look_at_waiting(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let rows: Vec<(i64, TicketId, Timestamp)> = on!(tx, |c| {
            let query = search_waiting::table
                .select((search_waiting::seq, search_waiting::ticket_id, search_waiting::stored_at))
                .order(search_waiting::seq)
                .into_boxed();
            having_words!(query, search_waiting::text_folded, &self.filter.words).load(c)
        })
        .map_err(db_error)?;
        // Of a ticket that waits twice the later row is right.
        let waiting: BTreeMap<TicketId, Timestamp> = rows.into_iter().map(|(_, id, at)| (id, at)).collect();
        let mut waiting: Vec<(Timestamp, TicketId)> = waiting.into_iter().map(|(id, at)| (at, id)).collect();
        if let Some(PageKey::Stored { stored_at, id }) = self.filter.before {
            waiting.retain(|key| *key < (stored_at, id));
        }
        waiting.sort_unstable_by(|a, b| b.cmp(a));
        let ids: Vec<TicketId> = waiting.into_iter().map(|(_, id)| id).collect();
        self.look_through(tx, &ids, |_, ids| Ok(ids.to_vec()))
    }

    /// Blocks, from the one with the newest ticket on.
    fn look_at_blocks(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let wanted = Wanted::of(self.filter, self.reach);
        let blocks = blocks_before(tx, self.filter.before.as_ref())?;
        let mut rest = blocks.as_slice();
        for size in [1, 4, 16].into_iter().chain(std::iter::repeat(64)) {
            let (group, after) = rest.split_at(size.min(rest.len()));
            if group.is_empty() || self.is_lost() || self.is_full(group.first().map(|b| b.newest_at)) {
                return Ok(());
            }
            let found = wanted.places(tx, group)?;
            let mut few = Vec::new();
            for (n, block) in group.iter().enumerate() {
                let places: Vec<i64> = found.get(&block.number).map(|of| numbered(block.number, of)).unwrap_or_default();
                if places.len() <= CHUNK {
                    few.extend(places);
                } else {
                    self.look_at_places(tx, &mut few)?;
                    self.look_through(tx, &places, tickets_at)?;
                }
                if few.len() > CHUNK {
                    self.look_at_places(tx, &mut few)?;
                }
                if self.is_lost() || few.is_empty() && self.is_full(group.get(n + 1).or(after.first()).map(|b| b.newest_at)) {
                    return Ok(());
                }
            }
            self.look_at_places(tx, &mut few)?;
            rest = after;
        }
        Ok(())
    }
}

fn numbered(block: i64, places: &Places) -> Vec<i64> {
    places.list().into_iter().map(|place| first_place(block) + i64::try_from(place).unwrap_or_default()).collect()
}

/// The number of the first place of a block.
fn first_place(block: i64) -> i64 {
    block.saturating_mul(i64::try_from(BLOCK).unwrap_or_default())
}

/// The blocks in which there may be tickets after a place of the list, the one with the newest ticket first.
fn blocks_before(tx: &mut Tx<'_>, before: Option<&TicketKey>) -> Result<Vec<Block>> {
    let at = match before {
        Some(PageKey::Stored { stored_at, .. }) => *stored_at,
        Some(PageKey::Former(_) | PageKey::Due { .. }) | None => Timestamp::MAX,
    };
    on!(tx, |c| search_blocks::table
        .filter(search_blocks::oldest_at.le(at))
        .order((search_blocks::newest_at.desc(), search_blocks::block))
        .select((search_blocks::block, search_blocks::newest_at))
        .load(c))
    .map_err(db_error)
}

/// The tickets at some places, in the order of the places.
fn tickets_at(tx: &mut Tx<'_>, places: &[i64]) -> Result<Vec<TicketId>> {
    let mut found = Vec::with_capacity(places.len());
    for places in places.chunks(MAX_BINDS) {
        let ids: Vec<TicketId> = on!(tx, |c| search_places::table
            .filter(search_places::place.eq_any(places))
            .order(search_places::place)
            .select(search_places::ticket_id)
            .load(c))
        .map_err(db_error)?;
        found.extend(ids);
    }
    Ok(found)
}

/// Whether a filter or a reach asks for something that stands in no block.
fn is_narrowed(filter: &TicketFilter, reach: &Reach) -> bool {
    let TicketFilter {
        area: _,
        categories: _,
        words: _,
        before: _,
        limit: _,
        // The index is asked in one order only.
        sort: _,
        id,
        statuses,
        reasons,
        code,
        bbox,
        created_from,
        created_to,
        boundary,
        priorities,
        hazards,
        held_by,
        due_before,
        unassigned,
    } = filter;
    let by_orders = matches!(reach, Reach::Parts(parts) if !parts.organisations.is_empty());
    let in_time = created_from.is_some() || created_to.is_some();
    let by_work = held_by.is_some() || due_before.is_some() || *unassigned;
    let by_words = !statuses.is_empty() || !priorities.is_empty() || !hazards.is_empty();
    by_orders
        || in_time
        || by_work
        || by_words
        || id.is_some()
        || !reasons.is_empty()
        || code.is_some()
        || bbox.is_some()
        || boundary.is_some()
}

/// What a scan would find, by the index; nothing if a scan is to be made: too many tickets wait, or of [`MAX_CANDIDATES`] too few were found.
///
/// # Errors
/// The database fails.
pub fn find(tx: &mut Tx<'_>, filter: &TicketFilter, reach: &Reach) -> Result<Option<Vec<Keyed<Ticket, TicketKey>>>> {
    if filter.words.is_empty() || matches!(filter.before, Some(PageKey::Former(_))) {
        return Ok(None);
    }
    let bounded = search_waiting::table.select(search_waiting::seq).limit(MAX_WAITING + 1);
    let waiting: Vec<i64> = on!(tx, |c| bounded.load(c)).map_err(db_error)?;
    if i64::try_from(waiting.len()).is_ok_and(|n| n > MAX_WAITING) {
        return Ok(None);
    }
    let limit = usize::try_from(filter.limit).unwrap_or_default();
    let (is_narrowed, candidates) = (is_narrowed(filter, reach), 0);
    let mut search = Search { filter, reach, limit, is_narrowed, candidates, seen: BTreeSet::new(), found: Vec::new() };
    search.look_at_waiting(tx)?;
    search.look_at_blocks(tx)?;
    if search.is_lost() {
        return Ok(None);
    }
    Ok(Some(search.found.into_iter().map(|(_, _, row)| row).collect()))
}
