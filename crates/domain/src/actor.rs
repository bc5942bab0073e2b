//! Who acts: an account with the grants that are in force, and what follows from them.
//!
//! What a role may do stands in [`crate::policy`], where a person may do it in [`crate::visibility::Reach`].

use std::collections::BTreeSet;

use crate::{
    account::{Role, RoleGrant},
    policy::{Permission, role_allows},
};
use bazdid_protocol::{
    ids::{AccountId, GrantId, OrganisationId},
    text_enum::TextEnum as _,
    time::Timestamp,
};

/// A logged-in person, at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Actor {
    /// Who.
    pub account_id: AccountId,
    grants: Vec<RoleGrant>,
    hands_in: bool,
}

impl Actor {
    /// A person with those of the grants that are theirs and in force at an instant.
    #[must_use]
    pub fn new(account_id: AccountId, grants: impl IntoIterator<Item = RoleGrant>, at: Timestamp) -> Self {
        Self {
            account_id,
            grants: grants.into_iter().filter(|g| g.account_id == account_id && g.in_force_at(at)).collect(),
            hands_in: false,
        }
    }

    /// Somebody whose account is disabled, or whose login ended with their device: they may do nothing but hand in what was not sent, for a
    /// supervisor to decide about.
    #[must_use]
    pub const fn handing_in(account_id: AccountId) -> Self {
        Self { account_id, grants: Vec::new(), hands_in: true }
    }

    /// Whether it is [`Actor::handing_in`].
    #[must_use]
    pub const fn hands_in(&self) -> bool {
        self.hands_in
    }

    /// Whoever works on the machine itself, by the command line, where the database can be changed anyway. An administrator
    /// without an account; the audit log names nobody.
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
        Self { account_id, grants: vec![grant], hands_in: false }
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

    /// The roles that they hold somewhere.
    #[must_use]
    pub fn roles(&self) -> BTreeSet<Role> {
        self.grants.iter().map(|g| g.role).collect()
    }

    /// The organisations for which they act: four eyes are asked of all of them.
    #[must_use]
    pub fn organisations(&self) -> BTreeSet<OrganisationId> {
        self.grants.iter().filter_map(|g| g.organisation_id).collect()
    }

    /// Whether they have a permission somewhere. Own things are everybody's, even without a grant.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        permission == Permission::Own || self.grants.iter().any(|g| role_allows(g.role, permission))
    }

    /// Everything that they may do somewhere, in the order of the permissions.
    #[must_use]
    pub fn permissions(&self) -> Vec<Permission> {
        Permission::ALL.iter().copied().filter(|p| self.may(*p)).collect()
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

    #[test]
    fn grants_out_of_force_and_of_others_count_for_nothing() {
        let ended = RoleGrant { valid_from: NOW.plus_days(-2), valid_to: Some(NOW), ..grant(Role::Admin, None, &[]) };
        let later = RoleGrant { valid_from: NOW.plus_micros(1), ..grant(Role::Admin, None, &[]) };
        let foreign = RoleGrant { account_id: id(2), ..grant(Role::Admin, None, &[]) };
        let actor = Actor::new(id(1), [ended, later, foreign], NOW);
        assert!(actor.roles().is_empty() && !actor.may(Permission::TicketRead));
        assert!(actor.grants().is_empty(), "nothing for a reach to rest on");
        assert!(actor.may(Permission::Own), "everybody has a profile");
    }

    #[test]
    fn four_eyes_are_asked_of_the_organisations_of_every_grant() {
        let mixed = Actor::new(id(1), [grant(Role::Inspector, Some(8), &[3]), grant(Role::Crew, Some(7), &[])], NOW);
        assert_eq!(mixed.organisations(), BTreeSet::from([id(7), id(8)]));
        assert!(mixed.may(Permission::WorkPerform) && !mixed.may(Permission::AccountManage));
    }
}
