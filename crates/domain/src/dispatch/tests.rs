use super::*;
use crate::{
    category::{EvidenceNeeds, Hazard, Priority},
    organisation::OrganisationKind,
};
use proptest::prelude::*;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const DISTRICT: u128 = 3;
const POTHOLE: u128 = 11;

fn id<T>(n: u128) -> bazdid_protocol::ids::Id<T> {
    bazdid_protocol::ids::Id::new(Uuid::from_u128(n))
}

/// City 1 ⊃ region 2 ⊃ districts 3 and 4.
fn areas() -> Vec<Area> {
    [(1, AreaKind::City, None), (2, AreaKind::Region, Some(1)), (3, AreaKind::District, Some(2)), (4, AreaKind::District, Some(2))]
        .map(|(n, kind, parent)| Area {
            id: id(n),
            rev: 1,
            code: n.to_string(),
            kind,
            parent_id: parent.map(id),
            name_fa: String::new(),
            name_en: String::new(),
            updated_at: NOW,
        })
        .to_vec()
}

/// Roads 10 ⊃ potholes 11; waste 12.
fn categories() -> Vec<Category> {
    [(10, None), (11, Some(10)), (12, None)]
        .map(|(n, parent)| Category {
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
            accept_minutes: 60,
            resolve_minutes: 600,
            evidence_radius_m: 30.0,
            evidence_thresholds: Default::default(),
            checklist_id: None,
            state: ActiveState::Active,
            updated_at: NOW,
        })
        .to_vec()
}

fn organisation(n: u128, state: ActiveState) -> Organisation {
    Organisation {
        id: id(n),
        rev: 1,
        code: n.to_string(),
        kind: OrganisationKind::Contractor,
        name_fa: String::new(),
        name_en: String::new(),
        parent_id: None,
        state,
        updated_at: NOW,
    }
}

fn contract(n: u128) -> Contract {
    Contract {
        id: id(n),
        rev: 1,
        number: format!("C-{n:03}"),
        organisation_id: id(n),
        valid_from: NOW.plus_days(-10),
        valid_to: NOW.plus_days(10),
        status: ContractStatus::Active,
        daily_capacity: None,
        updated_at: NOW,
    }
}

/// Coverage `n` of contract `n`: potholes in the district, rank 1.
fn coverage(n: u128) -> Coverage {
    Coverage {
        id: id(n),
        rev: 1,
        contract_id: id(n),
        area_id: id(DISTRICT),
        category_id: Some(id(POTHOLE)),
        descent: Descent::Exact,
        rank: 1,
        valid_from: NOW.plus_days(-10),
        valid_to: None,
        daily_capacity: None,
        updated_at: NOW,
    }
}

#[derive(Clone, Debug)]
struct Market {
    contracts: Vec<Contract>,
    coverages: Vec<Coverage>,
    organisations: Vec<Organisation>,
    usage: Usage,
    asked: Vec<CoverageId>,
}

impl Market {
    /// Two equal bidders.
    fn two() -> Self {
        Self {
            contracts: vec![contract(1), contract(2)],
            coverages: vec![coverage(1), coverage(2)],
            organisations: vec![organisation(1, ActiveState::Active), organisation(2, ActiveState::Active)],
            usage: Usage::default(),
            asked: Vec::new(),
        }
    }

    fn book(&self) -> CoverageBook {
        CoverageBook::build(&self.contracts, &self.coverages, &self.organisations, &areas(), &categories())
    }

    fn question(&self) -> Question<'_> {
        // The districts 3 and 4 are named by their own ids only; region and city follow from the parents.
        Question { areas: &DISTRICT_AREAS, category: id(POTHOLE), at: NOW, boundary: Boundary::Clear, already_asked: &self.asked }
    }

    fn decide(&self) -> Decision {
        self.book().decide(&self.question(), &self.usage)
    }

    /// What became of the coverages 1 and 2: absent, chosen (no reason) or passed over.
    fn reasons(&self, decision: &Decision) -> [Option<Option<Reason>>; 2] {
        [1, 2].map(|n| decision.considered.iter().find(|c| c.coverage == id(n)).map(|c| c.reason))
    }
}

static DISTRICT_AREAS: [AreaId; 1] = [AreaId::new(Uuid::from_u128(DISTRICT))];

type Change = fn(&mut Market);

#[test]
fn each_reason_to_pass_a_contract_over() {
    let cases: &[(Reason, Change)] = &[
        (Reason::ContractNumber, |m| m.contracts[0].number = "C-100".to_owned()),
        (Reason::SameContract, |m| m.coverages[1] = Coverage { id: id(0), ..m.coverages[0].clone() }),
        (Reason::LessFreeCapacity, |m| m.coverages[0].daily_capacity = Some(1000)),
        (Reason::LargerArea, |m| m.coverages[0].area_id = id(2)),
        (Reason::LargerArea, |m| m.coverages[0].area_id = id(1)),
        (Reason::LessSpecificCategory, |m| {
            m.coverages[0].category_id = Some(id(10));
            m.coverages[0].descent = Descent::WithDescendants;
        }),
        (Reason::LessSpecificCategory, |m| m.coverages[0].category_id = None),
        (Reason::LowerRank, |m| m.coverages[0].rank = 2),
        (Reason::Full, |m| m.coverages[0].daily_capacity = Some(0)),
        (Reason::Full, |m| {
            m.contracts[0].daily_capacity = Some(3);
            m.usage.contracts.insert(id(1), 3);
        }),
        (Reason::AlreadyAsked, |m| m.asked.push(id(1))),
        (Reason::CoverageNotValid, |m| m.coverages[0].valid_to = Some(NOW)),
        (Reason::CoverageNotValid, |m| m.coverages[0].valid_from = NOW.plus_micros(1)),
        (Reason::NoContractor, |m| m.organisations[0].kind = OrganisationKind::Partner),
        (Reason::NoContractor, |m| m.organisations[0].kind = OrganisationKind::RegionOffice),
        (Reason::NoContractor, |m| m.organisations[0].kind = OrganisationKind::Municipality),
        (Reason::OrganisationDisabled, |m| m.organisations[0].state = ActiveState::Disabled),
        (Reason::NotInForce, |m| m.contracts[0].valid_to = NOW),
        (Reason::NotInForce, |m| m.contracts[0].valid_from = NOW.plus_micros(1)),
        (Reason::NotInForce, |m| m.contracts[0].status = ContractStatus::Draft),
        (Reason::NotInForce, |m| m.contracts[0].status = ContractStatus::Ended),
        (Reason::Suspended, |m| m.contracts[0].status = ContractStatus::Suspended),
        (Reason::CategoryDiffers, |m| m.coverages[0].category_id = Some(id(12))),
        (Reason::CategoryDiffers, |m| m.coverages[0].category_id = Some(id(10))),
    ];
    for (reason, change) in cases {
        let mut market = Market::two();
        change(&mut market);
        let decision = market.decide();
        assert_eq!(market.reasons(&decision)[0], Some(Some(*reason)), "{reason}");
        assert!(decision.chosen.is_some_and(|c| c.coverage != id(1)), "{reason}: the other is asked");
        assert_eq!(decision.considered[0].verdict, Outcome::Chosen, "{reason}: the chosen one stands first");
    }
}

#[test]
fn a_rank_outweighs_everything_below_it() {
    let mut market = Market::two();
    market.coverages[1].rank = 2;
    market.coverages[0].area_id = id(1);
    market.coverages[0].category_id = None;
    market.coverages[0].daily_capacity = Some(1);
    assert_eq!(market.decide().chosen.map(|c| c.coverage), Some(id(1)));
}

#[test]
fn a_category_outweighs_an_area_and_an_area_outweighs_capacity() {
    let mut market = Market::two();
    market.coverages[0].area_id = id(1);
    market.coverages[1].category_id = None;
    assert_eq!(market.decide().chosen.map(|c| c.coverage), Some(id(1)));
    let mut market = Market::two();
    market.coverages[0].daily_capacity = Some(1);
    market.coverages[1].area_id = id(2);
    assert_eq!(market.decide().chosen.map(|c| c.coverage), Some(id(1)));
}

#[test]
fn another_district_is_not_considered() {
    let mut market = Market::two();
    market.coverages[0].area_id = id(4);
    let decision = market.decide();
    assert_eq!(market.reasons(&decision), [None, Some(None)]);
}

#[test]
fn near_a_border_both_sides_are_candidates_and_the_decision_is_marked() {
    let mut market = Market::two();
    market.coverages[0].area_id = id(4);
    let both = [id(3), id(4)];
    let question = Question { areas: &both, boundary: Boundary::Ambiguous, ..market.question() };
    let decision = market.book().decide(&question, &market.usage);
    assert_eq!(decision.boundary, Boundary::Ambiguous);
    assert_eq!(decision.considered.len(), 2);
    assert_eq!(market.reasons(&decision), [Some(None), Some(Some(Reason::ContractNumber))]);
}

#[test]
fn offers_go_down_the_ranks_until_nobody_is_left() {
    let mut market = Market::two();
    market.coverages[1].rank = 2;
    let mut asked = Vec::new();
    while let Some(choice) = market.decide().chosen {
        asked.push((choice.organisation, choice.rank));
        market.asked.push(choice.coverage);
    }
    assert_eq!(asked, [(id(1), 1), (id(2), 2)]);
    let decision = market.decide();
    assert_eq!(market.reasons(&decision), [Some(Some(Reason::AlreadyAsked)); 2]);
}

#[test]
fn taken_capacity_counts_for_the_next_decision() {
    let mut market = Market::two();
    market.coverages[0].daily_capacity = Some(2);
    market.coverages[1].rank = 2;
    let mut ranks = Vec::new();
    for _ in 0..4 {
        let choice = market.decide().chosen.unwrap();
        market.usage.take(&choice);
        ranks.push(choice.rank);
    }
    assert_eq!(ranks, [1, 1, 2, 2]);
}

#[test]
fn the_capacity_of_a_contract_counts_over_all_its_coverages() {
    let mut market = Market::two();
    market.contracts[0].daily_capacity = Some(2);
    market.coverages[1].rank = 2;
    // A second coverage of the first contract, to be asked before the first one.
    market.coverages.push(Coverage { rank: 0, daily_capacity: Some(1), ..Coverage { id: id(3), ..coverage(1) } });
    let mut asked = Vec::new();
    for _ in 0..3 {
        let choice = market.decide().chosen.unwrap();
        market.usage.take(&choice);
        asked.push(choice.coverage);
    }
    assert_eq!(asked, [id(3), id(1), id(2)]);
}

#[test]
fn subjects_with_a_capacity_are_those_that_may_be_asked_in_the_areas() {
    let mut market = Market::two();
    let capped = |market: &Market, area: u128| market.book().capped_in(&BTreeSet::from([id(area)]));
    assert!(capped(&market, DISTRICT).is_empty());
    market.coverages[0] = Coverage { id: id(31), daily_capacity: Some(1), ..coverage(1) };
    market.contracts[1].daily_capacity = Some(5);
    assert_eq!(capped(&market, DISTRICT), [Uuid::from_u128(2), Uuid::from_u128(31)]);
    assert!(capped(&market, 4).is_empty(), "another district");
    assert_eq!((market.book().cap(Uuid::from_u128(31)), market.book().cap(Uuid::from_u128(1))), (Some(1), None));
}

#[test]
fn the_explanation_survives_storage_and_speaks_both_languages() {
    let decision = Market::two().decide();
    let stored = serde_json::to_value(&decision).unwrap();
    assert_eq!(stored["considered"][0]["verdict"], "chosen");
    assert_eq!(stored["considered"][1]["verdict"], "passed_over");
    assert_eq!(stored["considered"][1]["reason"], "contract_number");
    assert!(stored["considered"][1]["fa"].as_str().is_some_and(|s| s.contains("قرارداد")));
    assert_eq!(serde_json::from_value::<Decision>(stored).unwrap(), decision);
}

#[test]
fn a_loop_of_parents_ends() {
    let mut areas = areas();
    areas[0].parent_id = Some(id(DISTRICT));
    let mut categories = categories();
    categories[0].parent_id = Some(id(POTHOLE));
    let market = Market::two();
    let book = CoverageBook::build(&market.contracts, &market.coverages, &market.organisations, &areas, &categories);
    assert_eq!(book.decide(&market.question(), &market.usage).considered.len(), 2);
}

/// A market of up to eight coverages of up to four contracts, often with ties.
fn markets() -> impl Strategy<Value = Market> {
    let contracts = proptest::collection::vec((0..5_usize, -2..3_i64, proptest::option::of(0..3_i64), any::<bool>(), 0..3_i64), 1..5);
    let coverages = proptest::collection::vec(
        (0..4_usize, 1..5_u128, 0..4_usize, any::<bool>(), 1..3_i64, proptest::option::of(0..3_i64), 0..3_i64),
        1..9,
    );
    (contracts, coverages, proptest::collection::vec(1..9_u128, 0..2)).prop_map(|(contracts, coverages, asked)| {
        let mut market = Market { contracts: vec![], coverages: vec![], organisations: vec![], usage: Usage::default(), asked: vec![] };
        for ((status, ends, cap, active, used), n) in contracts.into_iter().zip(1..) {
            let mut c = contract(n);
            // Active more often than not.
            c.status =
                *[ContractStatus::Active, ContractStatus::Active, ContractStatus::Active, ContractStatus::Suspended, ContractStatus::Draft]
                    .get(status)
                    .unwrap();
            c.valid_to = NOW.plus_micros(if ends < 0 { ends } else { 1 });
            c.daily_capacity = cap;
            market.usage.contracts.insert(c.id, used);
            market.contracts.push(c);
            market.organisations.push(organisation(n, if active || n > 1 { ActiveState::Active } else { ActiveState::Disabled }));
        }
        for ((of, area, category, deep, rank, cap, used), n) in coverages.into_iter().zip(1..) {
            let contract_id = market.contracts[of % market.contracts.len()].id;
            let category_id = *[Some(id(POTHOLE)), Some(id(10)), Some(id(12)), None].get(category).unwrap();
            let descent = if deep { Descent::WithDescendants } else { Descent::Exact };
            let c = Coverage { contract_id, area_id: id(area), category_id, descent, rank, daily_capacity: cap, ..coverage(n) };
            market.usage.coverages.insert(c.id, used);
            market.coverages.push(c);
        }
        market.asked = asked.into_iter().map(id).collect();
        market
    })
}

proptest! {
    #[test]
    fn the_order_of_rows_does_not_matter(market in markets(), turn in 0..8_usize) {
        let mut turned = market.clone();
        let n = turned.coverages.len();
        turned.coverages.rotate_left(turn % n);
        turned.coverages.reverse();
        turned.contracts.reverse();
        turned.organisations.reverse();
        prop_assert_eq!(turned.decide(), market.decide());
    }

    #[test]
    fn who_is_chosen_may_do_it_and_nobody_is_chosen_only_if_nobody_may(market in markets()) {
        // The rules again, written independently of the code under test.
        let may = |v: &Coverage| {
            let c = market.contracts.iter().find(|c| c.id == v.contract_id).unwrap();
            let used = |map: Option<&i64>| map.copied().unwrap_or(0);
            c.in_force_at(NOW)
                && v.in_force_at(NOW)
                && market.organisations.iter().any(|o| o.id == c.organisation_id && o.state == ActiveState::Active)
                && v.daily_capacity.is_none_or(|cap| used(market.usage.coverages.get(&v.id)) < cap)
                && c.daily_capacity.is_none_or(|cap| used(market.usage.contracts.get(&c.id)) < cap)
                && v.area_id != id(4)
                && (v.category_id.is_none() || v.category_id == Some(id(POTHOLE)) || (v.category_id == Some(id(10)) && v.descent == Descent::WithDescendants))
                && !market.asked.contains(&v.id)
        };
        let able: Vec<_> = market.coverages.iter().filter(|v| may(v)).collect();
        let decision = market.decide();
        prop_assert_eq!(decision.chosen.is_some(), !able.is_empty());
        if let Some(chosen) = decision.chosen {
            prop_assert!(able.iter().any(|v| v.id == chosen.coverage));
            prop_assert!(able.iter().all(|v| v.rank >= chosen.rank));
        }
        let chosen = decision.considered.iter().filter(|c| c.verdict == Outcome::Chosen).count();
        prop_assert_eq!(chosen, usize::from(decision.chosen.is_some()));
    }

    #[test]
    fn asking_down_the_list_gives_the_same_order_as_the_list(market in markets()) {
        let able: Vec<_> = market.decide().considered.iter().filter(|c| c.reason.is_none_or(|r| r >= Reason::LowerRank)).map(|c| c.coverage).collect();
        let mut market = market;
        let mut asked = Vec::new();
        while let Some(choice) = market.decide().chosen {
            asked.push(choice.coverage);
            market.asked.push(choice.coverage);
        }
        prop_assert_eq!(asked, able);
    }
}

#[test]
fn an_area_is_covered_by_a_contract_in_it_or_above_it_for_as_long_as_it_is_in_force() {
    let market = Market::two();
    let covers = |market: &Market, area: u128, at: Timestamp| market.book().covers(&[id(1)], id(area), at);
    assert!(covers(&market, DISTRICT, NOW));
    assert!(!covers(&market, 4, NOW) && !covers(&market, 2, NOW), "neither a neighbour nor what lies above");
    assert!(!market.book().covers(&[id(9)], id(DISTRICT), NOW));
    assert!(!covers(&market, DISTRICT, NOW.plus_days(11)) && !covers(&market, DISTRICT, NOW.plus_days(-11)));
    let with = |change: fn(&mut Contract, &mut Coverage)| {
        let mut market = Market::two();
        change(&mut market.contracts[0], &mut market.coverages[0]);
        market
    };
    assert!(covers(&with(|_, coverage| coverage.area_id = id(1)), DISTRICT, NOW), "the whole city");
    // One that was ended before its time counts until then.
    let ended = with(|contract, _| (contract.status, contract.updated_at) = (ContractStatus::Ended, NOW));
    assert!(covers(&ended, DISTRICT, NOW.plus_days(-1)) && !covers(&ended, DISTRICT, NOW));
    for status in [ContractStatus::Draft, ContractStatus::Suspended] {
        let mut market = Market::two();
        market.contracts[0].status = status;
        assert!(!covers(&market, DISTRICT, NOW), "{status}");
    }
}
