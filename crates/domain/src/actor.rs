//! Who acts: an account with the grants that are in force, and what follows from them.
//!
//! What a role may do stands in [`crate::policy`]; here stands where a person may do it. Two grants of one person never
//! mix: a permission reaches only as far as the grants of the roles that carry it.

use std::collections::BTreeSet;

use crate::{
    account::{Role, RoleGrant},
    policy::{Permission, role_allows},
    visibility::Basis,
};
use bazdid_protocol::{
    ids::{AccountId, AreaId, GrantId, OrganisationId},
    time::Timestamp,
};

/// A logged-in person, at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Actor {
    /// Who.
    pub account_id: AccountId,
    grants: Vec<RoleGrant>,
}

/// How far a permission reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// What lies in one of the areas, and what belongs to one of the organisations. Both empty: nothing.
    Within {
        /// The areas, with all that lie below them.
        areas: BTreeSet<AreaId>,
        /// The organisations.
        organisations: BTreeSet<OrganisationId>,
    },
}

impl Scope {
    /// Whether something that lies in some areas and belongs to an organisation is within reach.
    #[must_use]
    pub fn reaches(&self, areas: &[AreaId], organisation: Option<OrganisationId>) -> bool {
        match self {
            Self::All => true,
            Self::Within { areas: mine, organisations } => {
                areas.iter().any(|area| mine.contains(area)) || organisation.is_some_and(|o| organisations.contains(&o))
            }
        }
    }
}

impl Actor {
    /// A person with those of the grants that are his and in force at an instant.
    #[must_use]
    pub fn new(account_id: AccountId, grants: impl IntoIterator<Item = RoleGrant>, at: Timestamp) -> Self {
        Self { account_id, grants: grants.into_iter().filter(|g| g.account_id == account_id && g.in_force_at(at)).collect() }
    }

    /// Whoever works on the machine itself, by the command line: he has the database in his hands anyway. An administrator
    /// without an account; the audit log names nobody for him.
    #[must_use]
    pub fn system(at: Timestamp) -> Self {
        let account_id = AccountId::new(uuid::Uuid::nil());
        let grant = RoleGrant {
            id: GrantId::new(uuid::Uuid::nil()),
            account_id,
            role: Role::Admin,
            organisation_id: None,
            areas: Vec::new(),
            valid_from: at,
            valid_to: None,
        };
        Self { account_id, grants: vec![grant] }
    }

    /// Whether it is [`Actor::system`].
    #[must_use]
    pub const fn is_system(&self) -> bool {
        self.account_id.uuid().is_nil()
    }

    /// The grants in force.
    #[must_use]
    pub fn grants(&self) -> &[RoleGrant] {
        &self.grants
    }

    /// The roles that he holds somewhere.
    #[must_use]
    pub fn roles(&self) -> BTreeSet<Role> {
        self.grants.iter().map(|g| g.role).collect()
    }

    /// The organisations for which he acts: four eyes are asked of all of them.
    #[must_use]
    pub fn organisations(&self) -> BTreeSet<OrganisationId> {
        self.grants.iter().filter_map(|g| g.organisation_id).collect()
    }

    /// Whether he has a permission somewhere. Own things are everybody's, even without a grant.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        permission == Permission::Own || self.grants.iter().any(|g| role_allows(g.role, permission))
    }

    /// How far a permission reaches. `below` gives all areas below one (with or without itself).
    #[must_use]
    pub fn scope(&self, permission: Permission, below: impl Fn(AreaId) -> Vec<AreaId>) -> Scope {
        let mut areas = BTreeSet::new();
        let mut organisations = BTreeSet::new();
        for grant in self.grants.iter().filter(|g| role_allows(g.role, permission)) {
            match Basis::of(grant.role) {
                Basis::Everything => return Scope::All,
                Basis::Office | Basis::Field => {
                    for area in &grant.areas {
                        areas.insert(*area);
                        areas.extend(below(*area));
                    }
                }
                Basis::Organisation => organisations.extend(grant.organisation_id),
            }
        }
        Scope::Within { areas, organisations }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    fn id<T>(n: u128) -> bazdid_protocol::ids::Id<T> {
        bazdid_protocol::ids::Id::new(Uuid::from_u128(n))
    }

    fn grant(role: Role, organisation: Option<u128>, areas: &[u128]) -> RoleGrant {
        RoleGrant {
            id: id(1),
            account_id: id(1),
            role,
            organisation_id: organisation.map(id),
            areas: areas.iter().copied().map(id).collect(),
            valid_from: NOW,
            valid_to: None,
        }
    }

    /// Area n has the areas 10n and 10n + 1 below it.
    fn below(area: AreaId) -> Vec<AreaId> {
        let n = area.uuid().as_u128();
        vec![id(10 * n), id(10 * n + 1)]
    }

    fn is_nothing(scope: &Scope) -> bool {
        matches!(scope, Scope::Within { areas, organisations } if areas.is_empty() && organisations.is_empty())
    }

    fn within(areas: &[u128], organisations: &[u128]) -> Scope {
        Scope::Within { areas: areas.iter().copied().map(id).collect(), organisations: organisations.iter().copied().map(id).collect() }
    }

    #[test]
    fn each_role_reaches_as_far_as_its_kind() {
        for (role, expected) in [
            (Role::Admin, Scope::All),
            (Role::Auditor, Scope::All),
            (Role::Operator, within(&[3, 30, 31], &[])),
            (Role::Supervisor, within(&[3, 30, 31], &[])),
            (Role::Inspector, within(&[3, 30, 31], &[])),
            (Role::ContractorManager, within(&[], &[7])),
            (Role::Crew, within(&[], &[7])),
        ] {
            let actor = Actor::new(id(1), [grant(role, Some(7), &[3])], NOW);
            assert_eq!(actor.scope(Permission::TicketRead, below), expected, "{role}");
        }
    }

    #[test]
    fn a_permission_reaches_only_as_far_as_the_roles_that_carry_it() {
        let both = Actor::new(id(1), [grant(Role::Operator, None, &[3]), grant(Role::Supervisor, None, &[4])], NOW);
        assert_eq!(both.scope(Permission::RoundVerify, below), within(&[4, 40, 41], &[]));
        assert_eq!(both.scope(Permission::TicketRead, below), within(&[3, 4, 30, 31, 40, 41], &[]));
        assert!(is_nothing(&both.scope(Permission::AccountManage, below)) && !both.may(Permission::AccountManage));

        let mixed = Actor::new(id(1), [grant(Role::Inspector, Some(8), &[3]), grant(Role::Crew, Some(7), &[])], NOW);
        let scope = mixed.scope(Permission::WorkRead, below);
        assert!(scope.reaches(&[id(30)], None) && scope.reaches(&[], Some(id(7))));
        assert!(!scope.reaches(&[id(4)], Some(id(8))), "an inspector's employer is no contractor scope");
        assert_eq!(mixed.organisations(), BTreeSet::from([id(7), id(8)]));
    }

    #[test]
    fn grants_out_of_force_and_of_others_count_for_nothing() {
        let ended = RoleGrant { valid_from: NOW.plus_days(-2), valid_to: Some(NOW), ..grant(Role::Admin, None, &[]) };
        let later = RoleGrant { valid_from: NOW.plus_micros(1), ..grant(Role::Admin, None, &[]) };
        let foreign = RoleGrant { account_id: id(2), ..grant(Role::Admin, None, &[]) };
        let actor = Actor::new(id(1), [ended, later, foreign], NOW);
        assert!(actor.roles().is_empty() && !actor.may(Permission::TicketRead));
        assert!(is_nothing(&actor.scope(Permission::TicketRead, below)));
        assert!(actor.may(Permission::Own), "everybody has a profile");
    }

    #[test]
    fn nothing_without_an_area_or_an_organisation_is_within_a_limited_scope() {
        let actor = Actor::new(id(1), [grant(Role::Operator, None, &[3])], NOW);
        assert!(!actor.scope(Permission::TicketRead, below).reaches(&[], None));
        assert!(Scope::All.reaches(&[], None));
    }
}
