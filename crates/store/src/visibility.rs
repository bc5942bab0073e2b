//! Who may see which rows, as SQL: each rule of [`bazdid_domain::visibility`] is one condition.
//!
//! The macros take a query without any conditions and keep of it what a [`bazdid_domain::visibility::Reach`] includes; whatever else is
//! asked for is filtered afterwards. A rule that is added in the domain does not compile here without its condition.

use bazdid_domain::visibility::Parts;
use bazdid_protocol::ids::OrganisationId;

/// The organisations of a reach as values for a column that may be null.
pub(crate) fn organisations(parts: &Parts) -> Vec<Option<OrganisationId>> {
    parts.organisations.iter().copied().map(Some).collect()
}

/// The smallest areas of the ticket with an id, as far as they are among some areas.
macro_rules! leaf_areas_in {
    ($ticket:expr, $areas:expr) => {
        ticket_areas::table
            .filter(ticket_areas::ticket_id.eq($ticket).and(ticket_areas::area_id.eq_any($areas)).and(ticket_areas::leaf.eq(true)))
    };
}

/// Whether the ticket that a row names lies, with one of its smallest areas, in one of some areas.
macro_rules! at_tickets_in {
    ($table:ident, $areas:expr) => {
        diesel::dsl::exists(leaf_areas_in!($table::ticket_id, $areas))
    };
}

/// Adds to a boxed query what lies, with its ticket, in one of some areas, and for every office what lies in none.
macro_rules! or_at_tickets_in {
    ($query:expr, $table:ident, $areas:expr, $parts:expr) => {{
        let areas: Vec<bazdid_protocol::ids::AreaId> = $areas.iter().copied().collect();
        let here = at_tickets_in!($table, areas);
        if $parts.every_office {
            let outside = tickets::table
                .filter(tickets::id.eq($table::ticket_id).and(tickets::boundary.eq(bazdid_domain::ticket::Boundary::Outside)));
            $query.or_filter(here.or(diesel::dsl::exists(outside)))
        } else {
            $query.or_filter(here)
        }
    }};
}

/// The orders that one of some organisations holds.
macro_rules! held_by {
    ($organisations:expr) => {
        work_orders::organisation_id.eq_any($organisations).and(work_orders::state.ne_all(bazdid_domain::visibility::NOT_HELD))
    };
}

/// The orders that an organisation or a person with an id holds.
macro_rules! held_by_either {
    ($holder:expr) => {{
        use bazdid_protocol::ids::{AccountId, OrganisationId};
        let by = work_orders::organisation_id.eq(OrganisationId::new($holder)).or(work_orders::account_id.eq(AccountId::new($holder)));
        by.and(work_orders::state.ne_all(bazdid_domain::visibility::NOT_HELD))
    }};
}

/// Keeps of a query over `tickets` those that a reach includes.
macro_rules! visible_tickets {
    ($query:expr, $reach:expr) => {{
        use bazdid_domain::visibility::{Reach, TicketRule};
        let mut query = $query.into_boxed();
        if let Reach::Parts(parts) = $reach {
            for rule in TicketRule::ALL {
                query = match rule {
                    TicketRule::Place => {
                        let areas: Vec<bazdid_protocol::ids::AreaId> = parts.areas.iter().copied().collect();
                        let here = leaf_areas_in!(tickets::id, areas);
                        if parts.every_office {
                            let outside = tickets::boundary.eq(bazdid_domain::ticket::Boundary::Outside);
                            query.or_filter(diesel::dsl::exists(here).or(outside))
                        } else {
                            query.or_filter(diesel::dsl::exists(here))
                        }
                    }
                    TicketRule::Finder => query.or_filter(
                        tickets::origin.eq(bazdid_domain::ticket::TicketOrigin::Field).and(tickets::created_by.eq_any(parts.person)),
                    ),
                    TicketRule::FindersOrganisation => {
                        query.or_filter(tickets::created_org.eq_any($crate::visibility::organisations(parts)))
                    }
                    TicketRule::Holders => {
                        let held = work_orders::table
                            .filter(work_orders::ticket_id.eq(tickets::id))
                            .filter(held_by!($crate::visibility::organisations(parts)));
                        query.or_filter(diesel::dsl::exists(held))
                    }
                };
            }
        }
        query
    }};
}

/// Keeps of a query over `work_orders` those that a reach includes.
macro_rules! visible_orders {
    ($query:expr, $reach:expr) => {{
        use bazdid_domain::visibility::{OrderRule, Reach};
        let mut query = $query.into_boxed();
        if let Reach::Parts(parts) = $reach {
            for rule in OrderRule::ALL {
                query = match rule {
                    OrderRule::Place => or_at_tickets_in!(query, work_orders, parts.areas, parts),
                    OrderRule::Holder => query.or_filter(held_by!($crate::visibility::organisations(parts))),
                };
            }
        }
        query
    }};
}

/// Keeps of a query over `rounds` those that a reach includes.
macro_rules! visible_rounds {
    ($query:expr, $reach:expr) => {{
        use bazdid_domain::visibility::{OrderRule, Reach};
        let mut query = $query.into_boxed();
        if let Reach::Parts(parts) = $reach {
            for rule in OrderRule::ALL {
                query = match rule {
                    OrderRule::Place => or_at_tickets_in!(query, rounds, parts.areas, parts),
                    OrderRule::Holder => {
                        let organisations = $crate::visibility::organisations(parts);
                        let held = work_orders::table.filter(work_orders::id.eq(rounds::work_order_id)).filter(held_by!(organisations));
                        query.or_filter(diesel::dsl::exists(held))
                    }
                };
            }
        }
        query
    }};
}

/// Keeps of a query over `patrols` those that a reach includes.
macro_rules! visible_patrols {
    ($query:expr, $reach:expr) => {{
        use bazdid_domain::visibility::{PatrolRule, Reach};
        let mut query = $query.into_boxed();
        if let Reach::Parts(parts) = $reach {
            for rule in PatrolRule::ALL {
                query = match rule {
                    PatrolRule::Place => {
                        let offices: Vec<Option<bazdid_protocol::ids::AreaId>> = parts.offices.iter().copied().map(Some).collect();
                        let query = query.or_filter(patrols::area_id.eq_any(offices));
                        if parts.every_office { query.or_filter(patrols::area_id.is_null()) } else { query }
                    }
                    PatrolRule::Author => query.or_filter(patrols::actor.eq_any(parts.person)),
                };
            }
        }
        query
    }};
}

/// Keeps of a query over `photos` those that a reach includes.
macro_rules! visible_photos {
    ($query:expr, $reach:expr) => {{
        use bazdid_domain::visibility::{FactRule, Reach};
        let mut query = $query.into_boxed();
        if let Reach::Parts(parts) = $reach {
            for rule in FactRule::ALL {
                query = match rule {
                    FactRule::Place => or_at_tickets_in!(query, photos, parts.areas, parts),
                    FactRule::AuthorsSide => {
                        let ours = $crate::visibility::organisations(parts);
                        let held = work_orders::table
                            .filter(work_orders::id.nullable().eq(photos::work_order_id))
                            .filter(work_orders::organisation_id.eq(photos::organisation_id))
                            .filter(work_orders::state.ne_all(bazdid_domain::visibility::NOT_HELD));
                        let found =
                            tickets::table.filter(tickets::id.eq(photos::ticket_id).and(tickets::created_org.eq(photos::organisation_id)));
                        let at_ticket = photos::work_order_id.is_null().and(diesel::dsl::exists(found));
                        query.or_filter(photos::organisation_id.eq_any(ours).and(diesel::dsl::exists(held).or(at_ticket)))
                    }
                    FactRule::Author => query.or_filter(photos::actor.eq_any(parts.person)),
                };
            }
        }
        query
    }};
}

/// Keeps of a query over `conflicts` those that a reach includes.
macro_rules! visible_conflicts {
    ($query:expr, $reach:expr) => {{
        use bazdid_domain::visibility::{OfficeRule, Reach};
        let mut query = $query.into_boxed();
        if let Reach::Parts(parts) = $reach {
            for rule in OfficeRule::ALL {
                query = match rule {
                    OfficeRule::Place => or_at_tickets_in!(query, conflicts, parts.offices, parts),
                };
            }
        }
        query
    }};
}
