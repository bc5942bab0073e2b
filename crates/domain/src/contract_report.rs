//! What is missing, doubled or about to end among the contracts. PURE: rows and an instant in, findings out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    area::{Area, AreaKind},
    category::Category,
    contract::{Contract, ContractStatus, Coverage, Descent},
    organisation::ActiveState,
};
use bazdid_protocol::{
    ids::{AreaId, CategoryId, ContractId, CoverageId},
    time::Timestamp,
};

/// The rank that is asked first.
const PRIMARY: i64 = 1;

/// A district in which nobody is asked first for a group of categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The district.
    pub area: AreaId,
    /// The group.
    pub category: CategoryId,
    /// Whether some categories of the group are covered.
    pub partly: bool,
}

/// Coverages that say the same of the same place and category: only free capacity and the contracts' numbers decide among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// Where.
    pub area: AreaId,
    /// What; absent: everything.
    pub category: Option<CategoryId>,
    /// At which rank.
    pub rank: i64,
    /// Which, by id.
    pub coverages: Vec<CoverageId>,
}

/// A contract that ends soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// Which.
    pub contract: ContractId,
    /// When.
    pub at: Timestamp,
}

/// The coverages that count at an instant: of contracts in force, valid themselves.
fn in_force<'r>(contracts: &[Contract], coverages: &'r [Coverage], at: Timestamp) -> impl Iterator<Item = &'r Coverage> {
    let valid: BTreeSet<ContractId> = contracts.iter().filter(|c| c.in_force_at(at)).map(|c| c.id).collect();
    coverages.iter().filter(move |c| c.in_force_at(at) && valid.contains(&c.contract_id))
}

/// Districts × groups of categories without a coverage of rank 1. What covers an area covers all below it. A group is covered
/// with all that belongs to it, or category by category. Where there are no districts, the smallest areas stand in for them.
#[must_use]
pub fn gaps(contracts: &[Contract], coverages: &[Coverage], areas: &[Area], categories: &[Category], at: Timestamp) -> Vec<Gap> {
    let parents: HashMap<AreaId, Option<AreaId>> = areas.iter().map(|a| (a.id, a.parent_id)).collect();
    let mut by_area: HashMap<AreaId, Vec<&Coverage>> = HashMap::new();
    for coverage in in_force(contracts, coverages, at).filter(|c| c.rank == PRIMARY) {
        by_area.entry(coverage.area_id).or_default().push(coverage);
    }
    let smallest = areas.iter().map(|a| a.kind).max().unwrap_or(AreaKind::District);
    let active = |c: &&Category| c.state == ActiveState::Active;
    let mut found = Vec::new();
    for district in areas.iter().filter(|a| a.kind == smallest) {
        let mut here: Vec<&Coverage> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = Some(district.id);
        while let Some(area) = next.filter(|a| seen.insert(*a)) {
            here.extend(by_area.get(&area).into_iter().flatten());
            next = parents.get(&area).copied().flatten();
        }
        for group in categories.iter().filter(active).filter(|c| c.parent_id.is_none()) {
            let covers = |category: CategoryId| {
                here.iter().any(|c| match c.category_id {
                    None => true,
                    Some(covered) => covered == category || (covered == group.id && c.descent == Descent::WithDescendants),
                })
            };
            let mut members = categories.iter().filter(active).filter(|c| c.parent_id == Some(group.id)).peekable();
            let (all, any) = if members.peek().is_none() {
                (covers(group.id), covers(group.id))
            } else {
                let covered: Vec<bool> = members.map(|c| covers(c.id)).collect();
                (covered.iter().all(|c| *c), covered.contains(&true))
            };
            if !all {
                found.push(Gap { area: district.id, category: group.id, partly: any });
            }
        }
    }
    found.sort_unstable();
    found
}

/// Coverages of different contracts with the same area, category and rank, all in force at an instant.
#[must_use]
pub fn overlaps(contracts: &[Contract], coverages: &[Coverage], at: Timestamp) -> Vec<Overlap> {
    let mut same: BTreeMap<(AreaId, Option<CategoryId>, i64), Vec<&Coverage>> = BTreeMap::new();
    for coverage in in_force(contracts, coverages, at) {
        same.entry((coverage.area_id, coverage.category_id, coverage.rank)).or_default().push(coverage);
    }
    let doubled = |of: &Vec<&Coverage>| of.iter().map(|c| c.contract_id).collect::<BTreeSet<_>>().len() > 1;
    same.into_iter()
        .filter(|(_, of)| doubled(of))
        .map(|((area, category, rank), of)| {
            let mut coverages: Vec<CoverageId> = of.into_iter().map(|c| c.id).collect();
            coverages.sort_unstable();
            Overlap { area, category, rank, coverages }
        })
        .collect()
}

/// Contracts, active or suspended, that end within some days after an instant, the soonest first.
#[must_use]
pub fn ending(contracts: &[Contract], at: Timestamp, days: i64) -> Vec<Ending> {
    let last = at.plus_days(days);
    let runs = |c: &&Contract| matches!(c.status, ContractStatus::Active | ContractStatus::Suspended);
    let soon = contracts.iter().filter(runs).filter(|c| at < c.valid_to && c.valid_to <= last);
    let mut found: Vec<Ending> = soon.map(|c| Ending { contract: c.id, at: c.valid_to }).collect();
    found.sort_by_key(|e| (e.at, e.contract));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::category::{EvidenceNeeds, Hazard, Priority};
    use bazdid_protocol::ids::Id;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    fn id<T>(n: u128) -> Id<T> {
        Id::new(Uuid::from_u128(n))
    }

    fn area(n: u128, kind: AreaKind, parent: Option<u128>) -> Area {
        Area {
            id: id(n),
            rev: 1,
            code: n.to_string(),
            kind,
            parent_id: parent.map(id),
            name_fa: String::new(),
            name_en: String::new(),
            updated_at: NOW,
        }
    }

    fn category(n: u128, parent: Option<u128>, state: ActiveState) -> Category {
        Category {
            id: id(n),
            rev: 1,
            code: n.to_string(),
            parent_id: parent.map(id),
            name_fa: String::new(),
            name_en: String::new(),
            synonyms: Vec::new(),
            owner_id: None,
            hazard: Hazard::None,
            default_priority: Priority::Normal,
            evidence: EvidenceNeeds::default(),
            needs_inspection: false,
            accept_minutes: 1,
            resolve_minutes: 1,
            evidence_radius_m: 1.0,
            evidence_thresholds: Default::default(),
            checklist_id: None,
            state,
            updated_at: NOW,
        }
    }

    fn contract(n: u128, status: ContractStatus, days: i64) -> Contract {
        Contract {
            id: id(n),
            rev: 1,
            number: n.to_string(),
            organisation_id: id(1),
            valid_from: NOW.plus_days(-1),
            valid_to: NOW.plus_days(days),
            status,
            daily_capacity: None,
            updated_at: NOW,
        }
    }

    fn coverage(n: u128, contract: u128, area: u128, category: Option<u128>, rank: i64) -> Coverage {
        Coverage {
            id: id(n),
            rev: 1,
            contract_id: id(contract),
            area_id: id(area),
            category_id: category.map(id),
            descent: Descent::WithDescendants,
            rank,
            valid_from: NOW,
            valid_to: None,
            daily_capacity: None,
            updated_at: NOW,
        }
    }

    /// City 1 ⊃ districts 2, 3; group 10 of 11 and 12 (13 is out of use), group 20 alone.
    fn rows() -> (Vec<Area>, Vec<Category>) {
        use ActiveState::{Active, Disabled};
        let areas = vec![area(1, AreaKind::City, None), area(2, AreaKind::District, Some(1)), area(3, AreaKind::District, Some(1))];
        let categories = vec![
            category(10, None, Active),
            category(11, Some(10), Active),
            category(12, Some(10), Active),
            category(13, Some(10), Disabled),
            category(20, None, Active),
        ];
        (areas, categories)
    }

    #[test]
    fn a_gap_is_what_no_primary_covers() {
        let (areas, categories) = rows();
        let contracts = [contract(1, ContractStatus::Active, 9), contract(2, ContractStatus::Suspended, 9)];
        let found = |coverages: &[Coverage]| {
            gaps(&contracts, coverages, &areas, &categories, NOW)
                .iter()
                .map(|g| (g.area.uuid().as_u128(), g.category.uuid().as_u128(), g.partly))
                .collect::<Vec<_>>()
        };
        assert_eq!(found(&[]), [(2, 10, false), (2, 20, false), (3, 10, false), (3, 20, false)]);
        assert_eq!(found(&[coverage(1, 1, 1, None, 1)]), [], "the city's contract covers everything below");
        assert_eq!(found(&[coverage(1, 1, 2, Some(10), 1)]), [(2, 20, false), (3, 10, false), (3, 20, false)]);
        let exact = Coverage { descent: Descent::Exact, ..coverage(1, 1, 1, Some(10), 1) };
        assert_eq!(found(&[exact, coverage(2, 1, 1, Some(20), 1)]), [(2, 10, false), (3, 10, false)]);
        let both = [
            coverage(1, 1, 2, Some(11), 1),
            coverage(2, 1, 2, Some(12), 1),
            coverage(3, 1, 3, Some(11), 1),
            coverage(4, 1, 1, Some(20), 1),
        ];
        assert_eq!(found(&both), [(3, 10, true)]);
        let not_in_force = [
            coverage(1, 1, 1, None, 2),
            coverage(2, 2, 1, None, 1),
            coverage(3, 9, 1, None, 1),
            Coverage { valid_from: NOW.plus_micros(1), ..coverage(4, 1, 1, None, 1) },
            Coverage { valid_from: NOW.plus_days(-1), valid_to: Some(NOW), ..coverage(5, 1, 1, None, 1) },
        ];
        assert_eq!(found(&not_in_force).len(), 4);
    }

    #[test]
    fn overlaps_are_of_different_contracts_at_the_same_rank() {
        let contracts = [contract(1, ContractStatus::Active, 9), contract(2, ContractStatus::Active, 9)];
        let coverages = [
            coverage(5, 2, 2, Some(10), 1),
            coverage(4, 1, 2, Some(10), 1),
            coverage(6, 1, 2, Some(10), 1),
            coverage(7, 2, 2, Some(10), 2),
        ];
        let found = overlaps(&contracts, &coverages, NOW);
        assert_eq!(found, [Overlap { area: id(2), category: Some(id(10)), rank: 1, coverages: vec![id(4), id(5), id(6)] }]);
        assert_eq!(overlaps(&contracts, &coverages[1..3], NOW), []);
    }

    #[test]
    fn what_ends_soon_is_told_with_the_soonest_first() {
        use ContractStatus::{Active, Draft, Ended, Suspended};
        let contracts = [
            contract(1, Active, 30),
            contract(2, Suspended, 5),
            contract(3, Active, 31),
            contract(4, Draft, 5),
            contract(5, Ended, 5),
            contract(6, Active, 0),
        ];
        let found: Vec<_> = ending(&contracts, NOW, 30).iter().map(|e| e.contract.uuid().as_u128()).collect();
        assert_eq!(found, [2, 1]);
    }
}
