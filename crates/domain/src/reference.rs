//! What changes seldom and is asked at every step, in memory: areas, categories, organisations, contracts. PURE.

use std::collections::HashMap;

use crate::{
    area::{Area, AreaShape},
    area_index::{AreaIndex, ShapeFault},
    category::{Category, Checklist},
    contract::{Contract, Coverage},
    dispatch::CoverageBook,
    evidence::thresholds::Thresholds,
    organisation::Organisation,
    placement::Placement,
    work_order_graph::TransitionTable,
};
use bazdid_protocol::{
    geo::Point,
    ids::{AreaId, CategoryId, ChecklistId, ContractId, OrganisationId},
    time::Timestamp,
};

/// One version of the reference data; never changed, only replaced.
#[derive(Debug, Default)]
pub struct Reference {
    /// Changes with every change of any row.
    pub version: String,
    /// Areas and their outlines.
    pub areas: AreaIndex,
    /// Categories by id.
    pub categories: HashMap<CategoryId, Category>,
    /// Checklists by id.
    pub checklists: HashMap<ChecklistId, Checklist>,
    /// Organisations by id.
    pub organisations: HashMap<OrganisationId, Organisation>,
    /// Contracts by id.
    pub contracts: HashMap<ContractId, Contract>,
    /// Who covers what.
    pub book: CoverageBook,
    /// Points outside every area but nearer than this to one are given to it, metres.
    pub border_tolerance_m: f64,
    /// Who may take a work order from where to where: the same in every city so far.
    pub transitions: TransitionTable,
}

/// The rows that a [`Reference`] is made of.
#[derive(Debug, Default)]
pub struct ReferenceRows {
    /// Areas.
    pub areas: Vec<Area>,
    /// Their outlines of all times.
    pub shapes: Vec<AreaShape>,
    /// Categories.
    pub categories: Vec<Category>,
    /// Checklists.
    pub checklists: Vec<Checklist>,
    /// Organisations.
    pub organisations: Vec<Organisation>,
    /// Contracts.
    pub contracts: Vec<Contract>,
    /// Coverages.
    pub coverages: Vec<Coverage>,
}

impl Reference {
    /// Builds a version from its rows; outlines are those valid at `at`.
    ///
    /// # Errors
    /// A stored outline cannot be read.
    pub fn build(version: String, rows: ReferenceRows, at: Timestamp, border_tolerance_m: f64) -> Result<Self, ShapeFault> {
        Ok(Self {
            version,
            areas: AreaIndex::build(&rows.areas, &rows.shapes, at)?,
            book: CoverageBook::build(&rows.contracts, &rows.coverages, &rows.organisations, &rows.areas, &rows.categories),
            categories: rows.categories.into_iter().map(|c| (c.id, c)).collect(),
            checklists: rows.checklists.into_iter().map(|c| (c.id, c)).collect(),
            organisations: rows.organisations.into_iter().map(|o| (o.id, o)).collect(),
            contracts: rows.contracts.into_iter().map(|c| (c.id, c)).collect(),
            border_tolerance_m,
            transitions: TransitionTable::default(),
        })
    }

    /// How much evidence of a category may deviate; as usual where the category is not known any more.
    #[must_use]
    pub fn thresholds(&self, category: CategoryId) -> Thresholds {
        self.categories.get(&category).map(|c| c.evidence_thresholds.all()).unwrap_or_default()
    }

    /// Where a point lies.
    #[must_use]
    pub fn locate(&self, point: &Point) -> Placement {
        self.areas.locate(point, self.border_tolerance_m)
    }

    /// Whether nothing lies below an area: its channels carry tickets.
    #[must_use]
    pub fn is_leaf(&self, area: AreaId) -> bool {
        self.areas.below(area).is_empty()
    }
}
