//! Contracts and coverages in the database.

use bazdid_domain::contract::{Contract, ContractStatus, Coverage, Descent};
use bazdid_protocol::{
    ids::{AreaId, CategoryId, ContractId, CoverageId, OrganisationId},
    time::Timestamp,
};

record! {
    /// Row of `contracts`.
    ContractRow of contracts, id: ContractId {
        rev: i64,
        number: String,
        organisation_id: OrganisationId,
        valid_from: Timestamp,
        valid_to: Timestamp,
        status: ContractStatus,
        daily_capacity: Option<i64>,
        updated_at: Timestamp,
    }
}

impl From<&Contract> for ContractRow {
    fn from(e: &Contract) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            number: e.number.clone(),
            organisation_id: e.organisation_id,
            valid_from: e.valid_from,
            valid_to: e.valid_to,
            status: e.status,
            daily_capacity: e.daily_capacity,
            updated_at: e.updated_at,
        }
    }
}

impl From<ContractRow> for Contract {
    fn from(r: ContractRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            number: r.number,
            organisation_id: r.organisation_id,
            valid_from: r.valid_from,
            valid_to: r.valid_to,
            status: r.status,
            daily_capacity: r.daily_capacity,
            updated_at: r.updated_at,
        }
    }
}

record! {
    /// Row of `coverages`.
    CoverageRow of coverages, id: CoverageId {
        rev: i64,
        contract_id: ContractId,
        area_id: AreaId,
        category_id: Option<CategoryId>,
        descent: Descent,
        rank: i64,
        valid_from: Timestamp,
        valid_to: Option<Timestamp>,
        daily_capacity: Option<i64>,
        updated_at: Timestamp,
    }
}

impl From<&Coverage> for CoverageRow {
    fn from(e: &Coverage) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            contract_id: e.contract_id,
            area_id: e.area_id,
            category_id: e.category_id,
            descent: e.descent,
            rank: e.rank,
            valid_from: e.valid_from,
            valid_to: e.valid_to,
            daily_capacity: e.daily_capacity,
            updated_at: e.updated_at,
        }
    }
}

impl From<CoverageRow> for Coverage {
    fn from(r: CoverageRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            contract_id: r.contract_id,
            area_id: r.area_id,
            category_id: r.category_id,
            descent: r.descent,
            rank: r.rank,
            valid_from: r.valid_from,
            valid_to: r.valid_to,
            daily_capacity: r.daily_capacity,
            updated_at: r.updated_at,
        }
    }
}

entity_store!(Contract, ContractRow of contracts, find_contract(ContractId), list_contracts, save_contracts);

entity_store!(Coverage, CoverageRow of coverages, find_coverage(CoverageId), list_coverages, save_coverages);

find_by!(Contract, ContractRow of contracts.number, find_contract_by_number);
