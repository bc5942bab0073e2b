//! What waits is looked at again when contracts, coverages or the day have changed, on both databases.

use bazdid_domain::{
    contract::Descent,
    work_order::{Answer, WorkOrder, WorkOrderState},
};
use bazdid_protocol::ids::{ContractId, OrganisationId, TicketId};
use bazdid_service::contract::{ContractVerb, CoverageData, change_status, create_coverage};

use crate::{
    city::id,
    timers::tick,
    town::{POTHOLE, Town, west},
    town_rows::TOWN,
};

fn contract_of(town: &Town, order: &WorkOrder) -> ContractId {
    town.order(order.ticket_id).contract_id.unwrap()
}

fn verb(town: &Town, contract: ContractId, verb: ContractVerb) {
    let ctx = town.city.ctx();
    town.city.write(move |tx| {
        let rev = bazdid_store::contract::find_contract(tx, contract)?.unwrap().rev;
        change_status(tx, &ctx, contract, rev, verb)
    });
}

fn held(town: &Town, ticket: TicketId) -> (WorkOrderState, Option<OrganisationId>) {
    let order = town.order(ticket);
    (order.state, order.organisation_id)
}

#[test]
fn a_suspended_contract_loses_its_unanswered_offers_and_gets_new_ones_when_it_is_active_again() {
    for town in Town::both(None) {
        let ticket = town.create(POTHOLE, west()).ticket.id;
        let first = town.order(ticket);
        tick(&town);
        assert_eq!(tick(&town).dispatched_again, 0, "nothing has changed");
        let contract = contract_of(&town, &first);
        verb(&town, contract, ContractVerb::Suspend);
        assert_eq!(held(&town, ticket).1, Some(town.first), "not before the next round of the worker");
        assert_eq!(tick(&town).dispatched_again, 1);
        assert_eq!(held(&town, ticket), (WorkOrderState::Offered, Some(town.second)));
        let lost = town.unit(ticket).assignments.get(first.assignment_id.unwrap()).cloned().unwrap();
        assert_eq!((lost.answer, lost.reason.as_deref()), (Some(Answer::Withdrawn), Some("contract_not_in_force")));

        // With the other suspended too nobody is left; the first that is active again wakes the draft.
        let other = contract_of(&town, &first);
        verb(&town, other, ContractVerb::Suspend);
        tick(&town);
        assert_eq!(held(&town, ticket), (WorkOrderState::Draft, None));
        let reasons = town.order(ticket).explanation.value()["considered"].clone();
        let reasons: Vec<_> = reasons.as_array().unwrap().iter().map(|c| c["reason"].as_str().unwrap().to_owned()).collect();
        assert!(reasons.iter().filter(|r| *r == "suspended").count() == 2, "each has its reason: {reasons:?}");
        let rev = town.order(ticket).rev;
        town.city.clock.advance_minutes(11);
        assert_eq!(tick(&town).dispatched_again, 0);
        assert_eq!(town.order(ticket).rev, rev, "a draft that nobody can take is not touched");
        verb(&town, contract, ContractVerb::Activate);
        assert_eq!(tick(&town).dispatched_again, 1);
        assert_eq!(held(&town, ticket), (WorkOrderState::Offered, Some(town.first)));
        let audit = town.city.audit();
        let times = |action: &str| audit.iter().filter(|a| *a == action).count();
        assert_eq!((times("work_order.offer_lost"), times("work_order.wake")), (2, 1));
    }
}

#[test]
fn work_that_was_accepted_stays_with_a_contract_that_ended() {
    for town in Town::both(None) {
        let ticket = town.create(POTHOLE, west()).ticket.id;
        town.happen(ticket, |unit| {
            let row = unit.work_orders.iter().next().unwrap().clone();
            unit.work_orders.put(WorkOrder { state: WorkOrderState::Accepted, ..row });
        });
        let order = town.order(ticket);
        verb(&town, order.contract_id.unwrap(), ContractVerb::End);
        assert_eq!(tick(&town).dispatched_again, 0);
        assert_eq!(town.order(ticket), order);
    }
}

#[test]
fn a_full_day_ends_at_midnight_and_the_drafts_go_out() {
    for town in Town::both(Some(1)) {
        let [one, two] = [0, 1].map(|_| town.create(POTHOLE, west()).ticket.id);
        assert_eq!((held(&town, one).1, held(&town, two).1), (Some(town.first), Some(town.second)));
        let second = contract_of(&town, &town.order(two));
        verb(&town, second, ContractVerb::Suspend);
        tick(&town);
        assert_eq!(held(&town, two), (WorkOrderState::Draft, None), "the first is full today");
        assert_eq!(town.order(two).explanation.value()["considered"][0]["reason"], "full");
        town.city.clock.advance_minutes(24 * 60);
        tick(&town);
        assert_eq!(held(&town, two), (WorkOrderState::Offered, Some(town.first)));
    }
}

#[test]
fn a_coverage_wakes_the_drafts_it_concerns_from_the_instant_of_its_validity() {
    for town in Town::both(None) {
        let ticket = town.create(POTHOLE, west()).ticket.id;
        let order = town.order(ticket);
        let contracts: Vec<ContractId> = [town.first, town.second]
            .map(|o| {
                town.city.read(move |tx| {
                    Ok(bazdid_store::contract::list_contracts(tx)?.into_iter().find(|c| c.organisation_id == o).unwrap().id)
                })
            })
            .to_vec();
        for contract in &contracts {
            verb(&town, *contract, ContractVerb::Suspend);
        }
        tick(&town);
        assert_eq!(held(&town, ticket), (WorkOrderState::Draft, None));
        let emergency = town.emergency;
        let contract = town.city.read(move |tx| {
            Ok(bazdid_store::contract::list_contracts(tx)?.into_iter().find(|c| c.organisation_id == emergency).unwrap().id)
        });
        let (ctx, from) = (town.city.ctx(), town.city.now().plus_minutes(120));
        let data = CoverageData {
            contract_id: contract,
            area_id: id(TOWN),
            category_id: Some(id(POTHOLE)),
            descent: Descent::WithDescendants,
            rank: 3,
            valid_from: from,
            valid_to: None,
            daily_capacity: None,
        };
        town.city.write(move |tx| create_coverage(tx, &ctx, &data));
        assert_eq!(tick(&town).dispatched_again, 0, "it is not valid yet");
        town.city.clock.set(from);
        assert_eq!(tick(&town).dispatched_again, 1);
        assert_eq!(held(&town, ticket), (WorkOrderState::Offered, Some(emergency)));
        assert!(town.order(ticket).epoch > order.epoch);
    }
}
