//! Contracts and coverages: what is refused, who sees what, what the reports find.

use bazdid_domain::{
    account::Role,
    area::AreaKind,
    catalogue::Catalogue,
    contract::{ContractStatus, Descent},
    organisation::{ActiveState, Organisation, OrganisationKind},
};
use bazdid_protocol::{
    error::Code,
    ids::{AreaId, CategoryId, OrganisationId},
    text_enum::TextEnum as _,
};
use bazdid_service::{
    Ctx,
    area::{AreaFilter, Run, list_areas},
    catalogue::{Existing, import_catalogue},
    contract::{
        ContractData, ContractFilter, ContractVerb, CoverageData, change_status, create_contract, create_coverage, get_contract,
        list_contracts, list_coverages, reports, update_contract, update_coverage,
    },
};
use bazdid_store as store;

use crate::{area::import_qazvin, city::City};

fn contract(city: &City, number: &str, organisation_id: OrganisationId) -> ContractData {
    let (valid_from, valid_to) = (city.now().plus_days(-1), city.now().plus_days(100));
    ContractData { number: number.into(), organisation_id, valid_from, valid_to, daily_capacity: None }
}

fn coverage(contract: &bazdid_domain::contract::Contract, area_id: AreaId, category_id: Option<CategoryId>) -> CoverageData {
    CoverageData {
        contract_id: contract.id,
        area_id,
        category_id,
        descent: Descent::WithDescendants,
        rank: 1,
        valid_from: contract.valid_from,
        valid_to: None,
        daily_capacity: Some(5),
    }
}

/// A city with areas and catalogue; its districts.
fn prepared(city: &City) -> (Ctx, Vec<AreaId>) {
    import_qazvin(city);
    let ctx = city.ctx();
    let c = ctx.clone();
    city.write(move |tx| import_catalogue(tx, &c, &Catalogue::shipped().unwrap(), Existing::Keep, Run::Real));
    let filter = AreaFilter { kind: Some(AreaKind::District), parent_id: None };
    (ctx.clone(), city.read(|tx| list_areas(tx, &ctx, filter)).iter().map(|a| a.id).collect())
}

fn category(city: &City, code: &str) -> CategoryId {
    city.read(|tx| store::category::find_category_by_code(tx, code)).unwrap().id
}

#[test]
fn a_contract_covers_from_its_activation_to_its_end() {
    for city in City::both() {
        let (ctx, districts) = prepared(&city);
        let org = city.organisation("pars", OrganisationKind::Contractor);
        let roads = category(&city, "roads");
        let (c, d) = (ctx.clone(), contract(&city, "1405/17", org));
        let made = city.write(move |tx| create_contract(tx, &c, &d));
        let (c, data) = (ctx.clone(), coverage(&made, districts[0], Some(roads)));
        let covered = city.write(move |tx| create_coverage(tx, &c, &data));
        let gaps = |area: AreaId| {
            let found = city.read(|tx| reports(tx, &ctx, None, 30)).gaps;
            found.iter().filter(|g| g.area == area && g.category == roads).count()
        };
        assert_eq!(gaps(districts[0]), 1, "a draft covers nothing");
        let verb = |rev, verb| {
            let c = ctx.clone();
            city.try_write(move |tx| change_status(tx, &c, made.id, rev, verb))
        };
        assert_eq!(verb(1, ContractVerb::Suspend).unwrap_err().code, Code::InvalidTransition);
        assert_eq!(verb(1, ContractVerb::Activate).unwrap().status, ContractStatus::Active);
        assert_eq!((gaps(districts[0]), gaps(districts[1])), (0, 1));
        assert_eq!(verb(1, ContractVerb::End).unwrap_err().code, Code::PreconditionFailed);
        assert_eq!(verb(2, ContractVerb::Suspend).unwrap().rev, 3);
        assert_eq!(gaps(districts[0]), 1);
        assert_eq!(verb(3, ContractVerb::Activate).unwrap().rev, 4);
        // Whoever is never asked covers nothing, whatever the contract says.
        let as_is = city.read(|tx| store::organisation::find_organisation(tx, org)).unwrap();
        let disabled = Organisation { state: ActiveState::Disabled, rev: as_is.rev + 1, ..as_is.clone() };
        let partner = Organisation { kind: OrganisationKind::Partner, rev: as_is.rev + 2, ..as_is.clone() };
        let again = Organisation { rev: as_is.rev + 3, ..as_is };
        for (row, missing) in [(disabled, 1), (partner, 1), (again, 0)] {
            city.write(move |tx| store::organisation::save_organisations(tx, std::slice::from_ref(&row)));
            assert_eq!(gaps(districts[0]), missing);
        }

        let (c, data) = (ctx.clone(), CoverageData { rank: 2, ..coverage(&made, districts[0], Some(roads)) });
        assert_eq!(city.write(move |tx| update_coverage(tx, &c, covered.id, 1, &data)).rev, 2);
        assert_eq!(gaps(districts[0]), 1, "the second rank is no primary");
        assert_eq!(city.read(|tx| reports(tx, &ctx, None, 99)).ending, []);
        assert_eq!(city.read(|tx| reports(tx, &ctx, None, 100)).ending.len(), 1);

        assert_eq!(verb(4, ContractVerb::End).unwrap().status, ContractStatus::Ended);
        for each in ContractVerb::ALL {
            assert_eq!(verb(5, *each).unwrap_err().code, Code::InvalidTransition, "{each}");
        }
        let (c, data) = (ctx.clone(), coverage(&made, districts[1], None));
        assert_eq!(city.try_write(move |tx| create_coverage(tx, &c, &data)).unwrap_err().code, Code::InvalidTransition);
        let (c, later) = (ctx.clone(), ContractData { valid_to: city.now().plus_days(999), ..contract(&city, "1405/17", org) });
        assert_eq!(city.try_write(move |tx| update_contract(tx, &c, made.id, 5, &later)).unwrap_err().code, Code::InvalidTransition);
    }
}

#[test]
fn what_does_not_fit_is_refused_field_by_field() {
    for city in City::both() {
        let (ctx, districts) = prepared(&city);
        let org = city.organisation("pars", OrganisationKind::Contractor);
        let office = city.read(|tx| store::organisation::find_organisation_by_code(tx, "region-1")).unwrap().id;
        let refused = |data: ContractData| {
            let c = ctx.clone();
            let error = city.try_write(move |tx| create_contract(tx, &c, &data)).unwrap_err();
            error.fields.into_iter().map(|f| f.pointer).collect::<Vec<_>>()
        };
        let fine = contract(&city, "7", org);
        let (c, d) = (ctx.clone(), fine.clone());
        let made = city.write(move |tx| create_contract(tx, &c, &d));
        assert_eq!(refused(fine.clone()), ["/number"]);
        let number = "8".to_owned();
        assert_eq!(refused(ContractData { number: " ".into(), valid_to: fine.valid_from, ..fine.clone() }), ["/number", "/valid_to"]);
        assert_eq!(refused(ContractData { number: number.clone(), organisation_id: office, ..fine.clone() }), ["/organisation_id"]);
        assert_eq!(refused(ContractData { number, daily_capacity: Some(0), ..fine }), ["/daily_capacity"]);

        let refused = |data: CoverageData| {
            let c = ctx.clone();
            let error = city.try_write(move |tx| create_coverage(tx, &c, &data)).unwrap_err();
            error.fields.into_iter().map(|f| f.pointer).collect::<Vec<_>>()
        };
        let fine = coverage(&made, districts[0], None);
        assert_eq!(refused(CoverageData { area_id: crate::city::id(9), rank: 0, ..fine.clone() }), ["/area_id", "/rank"]);
        assert_eq!(refused(CoverageData { category_id: Some(crate::city::id(9)), ..fine.clone() }), ["/category_id"]);
        assert_eq!(
            refused(CoverageData { contract_id: crate::city::id(9), descent: Descent::Exact, ..fine.clone() }),
            ["/contract_id", "/descent"]
        );
        assert_eq!(refused(CoverageData { valid_from: made.valid_to, ..fine.clone() }), ["/valid_from"]);
        let c = ctx.clone();
        let again = fine.clone();
        city.write(move |tx| create_coverage(tx, &c, &again));
        assert_eq!(refused(CoverageData { rank: 2, ..fine }), ["/category_id"]);
    }
}

#[test]
fn a_contractor_sees_its_own_contracts_only() {
    for city in City::both() {
        let (ctx, districts) = prepared(&city);
        let orgs = ["pars", "rah"].map(|code| city.organisation(code, OrganisationKind::Contractor));
        let contracts = [("b", orgs[0]), ("a", orgs[1])].map(|(number, org)| {
            let (c, d) = (ctx.clone(), contract(&city, number, org));
            let made = city.write(move |tx| create_contract(tx, &c, &d));
            let (c, data) = (ctx.clone(), coverage(&made, districts[0], None));
            city.write(move |tx| create_coverage(tx, &c, &data));
            made
        });
        let manager = city.ctx_of(city.person("manager", Role::ContractorManager, Some(orgs[0]), &[]));
        let operator = city.ctx_of(city.person("operator", Role::Operator, None, &districts[..1]));
        let seen =
            |ctx: &Ctx| city.read(|tx| Ok((list_contracts(tx, ctx, ContractFilter::default())?, list_coverages(tx, ctx, None)?.len())));
        let numbers = |ctx| seen(ctx).0.into_iter().map(|c| c.number).collect::<Vec<_>>();
        assert_eq!((numbers(&manager), seen(&manager).1), (vec!["b".to_owned()], 1));
        assert_eq!((numbers(&operator), seen(&operator).1), (vec!["a".to_owned(), "b".to_owned()], 2));
        let foreign = city.test_db.db().read_blocking(|tx| get_contract(tx, &manager, contracts[1].id)).unwrap_err();
        assert_eq!(foreign.code, Code::NotFound);
        let both = city.read(|tx| reports(tx, &ctx, None, 0));
        assert_eq!(both.overlaps, [], "drafts cover nothing");
    }
}
