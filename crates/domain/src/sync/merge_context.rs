//! What the engine must know of the context around the loaded tickets. PURE: the caller fetches it beforehand, with one query a
//! table for a whole batch.
//!
//! What to fetch for a batch:
//! - `neighbours`: for every `ticket.create` the tickets of its category and of any status that are at most
//!   [`SAME_PLACE_M`](crate::duplicate::SAME_PLACE_M) and [`SAME_TIME_US`](crate::duplicate::SAME_TIME_US) from it; more do no
//!   harm, the engine looks closer. Those of the same batch are found in the unit of work.
//! - `same_bytes`: for every sha-256 of a `photo.add` in the batch the stored photos with it. Load their tickets into the
//!   unit of work as well, so that both sides get their verdicts, whichever came first.
//! - `codes_taken`: of the codes `code_for(ticket, 0..CODE_ATTEMPTS)` of new tickets those that other tickets have.
//! - `taken_ids`: of the ids that the batch gives to new rows ([`Command::creates`](bazdid_protocol::command::Command::creates))
//!   those that name a row of any kind already.
//! - Into the unit of work, beside the tickets that the batch names, the tickets that those duplicate.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::{category::Category, contract::Contract, placement::Placement, reference::Reference, ticket::Ticket};
use bazdid_protocol::{
    geo::Point,
    ids::{AreaId, CategoryId, ContractId, PhotoId, TicketId},
    time::Timestamp,
};

/// How many codes a new ticket may try.
pub const CODE_ATTEMPTS: u32 = 4;

/// A ticket near a new one.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// Which.
    pub ticket: TicketId,
    /// What it is about.
    pub category: CategoryId,
    /// Where.
    pub point: Point,
    /// When it was created.
    pub created_at: Timestamp,
    /// Its smallest areas.
    pub leaf_areas: Vec<AreaId>,
}

impl From<&Ticket> for Neighbour {
    fn from(t: &Ticket) -> Self {
        Self { ticket: t.id, category: t.category_id, point: t.point, created_at: t.created_at, leaf_areas: t.leaf_areas.clone() }
    }
}

/// The context around the loaded tickets.
#[derive(Debug, Clone)]
pub struct MergeContext<'a> {
    /// Areas, categories, organisations, contracts.
    pub reference: &'a Reference,
    /// Tickets near the new ones.
    pub neighbours: Vec<Neighbour>,
    /// Stored photos by the hash of their bytes, lower case.
    pub same_bytes: BTreeMap<String, BTreeSet<PhotoId>>,
    /// Codes that other tickets have.
    pub codes_taken: BTreeSet<String>,
    /// Ids of new rows that name a stored row already, each with the kind of that row.
    pub taken_ids: BTreeMap<Uuid, String>,
    /// Bytes of one photo that the installation takes at most.
    pub max_photo_bytes: i64,
}

impl<'a> MergeContext<'a> {
    /// With reference data alone: for commands that make neither tickets nor photos.
    #[must_use]
    pub fn new(reference: &'a Reference) -> Self {
        Self {
            reference,
            neighbours: Vec::new(),
            same_bytes: BTreeMap::new(),
            codes_taken: BTreeSet::new(),
            taken_ids: BTreeMap::new(),
            max_photo_bytes: i64::MAX,
        }
    }

    /// A category.
    #[must_use]
    pub fn category(&self, id: CategoryId) -> Option<&'a Category> {
        self.reference.categories.get(&id)
    }

    /// A contract.
    #[must_use]
    pub fn contract(&self, id: ContractId) -> Option<&'a Contract> {
        self.reference.contracts.get(&id)
    }

    /// Where a point lies.
    #[must_use]
    pub fn locate(&self, point: &Point) -> Placement {
        self.reference.locate(point)
    }

    /// The photos elsewhere that show the same bytes.
    #[must_use]
    pub fn same_bytes(&self, sha256: &str, photo: PhotoId) -> Vec<PhotoId> {
        self.same_bytes.get(sha256).into_iter().flatten().copied().filter(|p| *p != photo).collect()
    }
}
