//! How far the permissions of one person reach, by their grants.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::{
    account::{Role, RoleGrant},
    policy::{Permission, role_allows},
    ticket::Ticket,
    unit_of_work::{Table, UnitOfWork},
    visibility::{Reader, View, Visible, at_place, by_ticket, with_view},
};
use bazdid_protocol::{
    channel::Channel,
    ids::{AccountId, AreaId, OrganisationId},
};

/// On what the reach of a role rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The role answers for, or looks into, the whole installation.
    Everything,
    /// The areas of the grant, for which the role also decides: it reads what only the office reads.
    Office,
    /// The areas of the grant, in the field.
    Field,
    /// The work of the grant's organisation, and nothing else.
    Organisation,
}

impl Basis {
    /// That of a role.
    #[must_use]
    pub const fn of(role: Role) -> Self {
        match role {
            Role::Admin | Role::Auditor => Self::Everything,
            Role::Operator | Role::Supervisor => Self::Office,
            Role::Inspector => Self::Field,
            Role::ContractorManager | Role::Crew => Self::Organisation,
        }
    }
}

/// How far a permission of one person reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Every row.
    Everything,
    /// The rows that have a reader among the parts.
    Parts(Parts),
}

/// Of whom a person is one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// The areas, with all that lie below them.
    pub areas: BTreeSet<AreaId>,
    /// Those of the areas in which the person is of the office.
    pub offices: BTreeSet<AreaId>,
    /// Whether the person is of some office, and so reads what lies outside every area.
    pub every_office: bool,
    /// The contractors for which the person works.
    pub organisations: BTreeSet<OrganisationId>,
    /// The person, if what they registered or recorded themselves counts.
    pub person: Option<AccountId>,
}

/// Whether a permission reaches what a person registered or recorded themselves. That stays theirs to read; what they may decide
/// about follows from their grants alone.
const fn reaches_own(permission: Permission) -> bool {
    matches!(permission, Permission::TicketRead | Permission::WorkRead | Permission::Sync)
}

impl Reach {
    /// How far a permission reaches by some grants of a person, all in force. Only the grants whose role carries the permission
    /// count, so two grants never mix. `below` gives all areas below one (with or without itself).
    pub fn of<'g>(
        account: AccountId,
        grants: impl IntoIterator<Item = &'g RoleGrant>,
        permission: Permission,
        below: impl Fn(AreaId) -> Vec<AreaId>,
    ) -> Self {
        let mut parts = Parts { person: reaches_own(permission).then_some(account), ..Parts::default() };
        for grant in grants.into_iter().filter(|g| role_allows(g.role, permission)) {
            match Basis::of(grant.role) {
                Basis::Everything => return Self::Everything,
                Basis::Office => {
                    parts.every_office = true;
                    let areas = with_those_below(grant, &below);
                    parts.offices.extend(&areas);
                    parts.areas.extend(areas);
                }
                Basis::Field => parts.areas.extend(with_those_below(grant, &below)),
                Basis::Organisation => parts.organisations.extend(grant.organisation_id),
            }
        }
        Self::Parts(parts)
    }

    /// Whether it includes a reader.
    #[must_use]
    pub fn includes(&self, reader: Reader) -> bool {
        let Self::Parts(parts) = self else { return true };
        match reader {
            Reader::Area(area) => parts.areas.contains(&area),
            Reader::EveryOffice => parts.every_office,
            Reader::Office(area) => parts.offices.contains(&area),
            Reader::Organisation(organisation) => parts.organisations.contains(&organisation),
            Reader::Person(account) => parts.person == Some(account),
        }
    }

    /// Whether it includes one of some readers.
    #[must_use]
    pub fn includes_any(&self, readers: impl IntoIterator<Item = Reader>) -> bool {
        readers.into_iter().any(|reader| self.includes(reader))
    }

    /// Whether it includes something that lies in some areas and belongs to an organisation.
    #[must_use]
    pub fn meets(&self, areas: &[AreaId], organisation: Option<OrganisationId>) -> bool {
        let readers = areas.iter().map(|area| Reader::Area(*area)).chain(organisation.map(Reader::Organisation));
        *self == Self::Everything || self.includes_any(readers)
    }

    /// Whether it includes a row of a unit of work.
    #[must_use]
    pub fn reads<E: Visible>(&self, unit: &UnitOfWork, row: &E) -> bool {
        *self == Self::Everything || with_view(unit, |view| self.includes_any(row.readers(view)))
    }

    /// Whether it includes what only the office of a ticket's place reads.
    #[must_use]
    pub fn is_office_of(&self, ticket: &Ticket) -> bool {
        self.includes_any(at_place(&ticket.leaf_areas, Reader::Office))
    }

    /// Whether it includes what only the office reads of every place that it includes: nothing in it is seen from outside the office.
    #[must_use]
    pub fn is_office_everywhere(&self) -> bool {
        match self {
            Self::Everything => true,
            Self::Parts(parts) => parts.areas == parts.offices && parts.organisations.is_empty(),
        }
    }

    /// Adds areas in which the person works in the field.
    pub fn extend_areas(&mut self, areas: impl IntoIterator<Item = AreaId>) {
        if let Self::Parts(parts) = self {
            parts.areas.extend(areas);
        }
    }

    /// The channels that carry what it includes. Of everything there is none: no role that reaches everything syncs.
    #[must_use]
    pub fn channels(&self) -> BTreeSet<Channel> {
        let Self::Parts(parts) = self else { return BTreeSet::new() };
        let places = parts.areas.iter().map(|a| Reader::Area(*a)).chain(parts.offices.iter().map(|a| Reader::Office(*a)));
        let nowhere = parts.every_office.then_some(Reader::EveryOffice);
        let organisations = parts.organisations.iter().map(|o| Reader::Organisation(*o));
        let readers = places.chain(nowhere).chain(organisations).chain(parts.person.map(Reader::Person));
        readers.map(Reader::channel).collect()
    }

    /// The rows of a unit of work that it includes, by kind and id; `None`: all of them, because it includes what the office of every
    /// ticket's place reads.
    #[must_use]
    pub fn readable(&self, unit: &UnitOfWork) -> Option<BTreeSet<(&'static str, Uuid)>> {
        if unit.tickets.iter().all(|ticket| self.is_office_of(ticket)) {
            return None;
        }
        Some(self.rows(unit))
    }

    /// The rows of a unit of work that it includes, by kind and id.
    #[must_use]
    pub fn rows(&self, unit: &UnitOfWork) -> BTreeSet<(&'static str, Uuid)> {
        fn add<E: Visible>(reach: &Reach, table: &Table<E>, view: &View<'_>, rows: &mut BTreeSet<(&'static str, Uuid)>) {
            rows.extend(table.iter().filter(|row| reach.includes_any(row.readers(view))).map(|row| (E::KIND, row.id().uuid())));
        }
        let orders = by_ticket(unit.work_orders.iter());
        let view = View {
            ticket: &|id| unit.tickets.get(id),
            orders: &|id| orders.get(&id).cloned().unwrap_or_default(),
            order: &|id| unit.work_orders.get(id),
        };
        let mut rows = BTreeSet::new();
        macro_rules! tables { ($($table:ident),+) => {$( add(self, &unit.$table, &view, &mut rows); )+} }
        tables!(tickets, work_orders, rounds, work_events, visits, notes, measurements, answers, photos, conflicts, patrols);
        rows
    }
}

fn with_those_below(grant: &RoleGrant, below: impl Fn(AreaId) -> Vec<AreaId>) -> BTreeSet<AreaId> {
    grant.areas.iter().flat_map(|area| below(*area).into_iter().chain([*area])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bazdid_protocol::{ids::Id, text_enum::TextEnum as _, time::Timestamp};

    const ME: u128 = 1;

    fn id<T>(n: u128) -> Id<T> {
        Id::new(Uuid::from_u128(n))
    }

    fn grant(role: Role, organisation: Option<u128>, areas: &[u128]) -> RoleGrant {
        RoleGrant {
            id: id(1),
            account_id: id(ME),
            role,
            organisation_id: organisation.map(id),
            areas: areas.iter().copied().map(id).collect(),
            valid_from: Timestamp::default(),
            valid_to: None,
        }
    }

    /// Area n has the area 10n below it.
    fn below(area: AreaId) -> Vec<AreaId> {
        vec![id(10 * area.uuid().as_u128())]
    }

    fn reach(grants: &[RoleGrant], permission: Permission) -> Reach {
        Reach::of(id(ME), grants, permission, below)
    }

    #[test]
    fn each_role_reaches_as_far_as_its_basis() {
        let places = [Reader::Area(id(3)), Reader::Area(id(30)), Reader::Office(id(30)), Reader::EveryOffice, Reader::Organisation(id(7))];
        for (role, expected) in [
            (Role::Admin, [true; 5]),
            (Role::Auditor, [true; 5]),
            (Role::Operator, [true, true, true, true, false]),
            (Role::Supervisor, [true, true, true, true, false]),
            (Role::Inspector, [true, true, false, false, false]),
            (Role::ContractorManager, [false, false, false, false, true]),
            (Role::Crew, [false, false, false, false, true]),
        ] {
            let reach = reach(&[grant(role, Some(7), &[3])], Permission::TicketRead);
            assert_eq!(places.map(|reader| reach.includes(reader)), expected, "{role}");
        }
    }

    #[test]
    fn two_grants_do_not_mix() {
        let both = [grant(Role::Inspector, Some(8), &[3]), grant(Role::Operator, None, &[4]), grant(Role::Crew, Some(7), &[])];
        let read = reach(&both, Permission::TicketRead);
        assert!(read.includes(Reader::Area(id(30))) && !read.includes(Reader::Office(id(30))));
        assert!(read.includes(Reader::Office(id(40))) && read.includes(Reader::Organisation(id(7))));
        assert!(!read.includes(Reader::Organisation(id(8))), "an inspector's employer is no contractor whose work they read");
        let verify = reach(&both, Permission::RoundVerify);
        assert!(verify.includes(Reader::Area(id(3))) && !verify.includes(Reader::Area(id(4))));
        assert!(!verify.includes(Reader::EveryOffice), "who dispatches does not verify what lies outside every area");
        let calls = reach(&both, Permission::CallManage);
        assert!(calls.includes(Reader::Area(id(4))) && !calls.includes(Reader::Organisation(id(7))), "crews never see calls");
    }

    #[test]
    fn what_is_ones_own_is_ones_own_to_read_and_not_to_decide_about() {
        let grants = [grant(Role::Supervisor, None, &[3])];
        for permission in Permission::ALL {
            let own = reach(&grants, *permission).includes(Reader::Person(id(ME)));
            assert_eq!(own, matches!(permission, Permission::TicketRead | Permission::WorkRead | Permission::Sync), "{permission}");
        }
        assert!(!reach(&grants, Permission::TicketRead).includes(Reader::Person(id(2))));
    }

    #[test]
    fn who_reads_conflicts_is_of_the_office_and_who_reaches_everything_does_not_sync() {
        for role in Role::ALL {
            let is_office = matches!(Basis::of(*role), Basis::Everything | Basis::Office);
            assert_eq!(role_allows(*role, Permission::ConflictRead), is_office, "{role}");
            assert_eq!(role_allows(*role, Permission::Sync), Basis::of(*role) != Basis::Everything, "{role}");
            assert!(role_allows(*role, Permission::TicketRead), "{role}");
        }
    }

    #[test]
    fn what_has_neither_area_nor_organisation_is_met_by_who_reaches_everything_only() {
        let operator = reach(&[grant(Role::Operator, None, &[3])], Permission::TicketRead);
        assert!(operator.meets(&[id(30)], None) && !operator.meets(&[], None) && !operator.meets(&[id(4)], Some(id(7))));
        assert!(reach(&[grant(Role::Crew, Some(7), &[])], Permission::TicketRead).meets(&[], Some(id(7))));
        assert!(Reach::Everything.meets(&[], None));
        assert!(!reach(&[], Permission::AccountManage).meets(&[id(3)], Some(id(7))));
    }
}
