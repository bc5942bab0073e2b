//! What each role may do. Default deny: what does not stand here is refused.

use crate::account::Role;

bazdid_protocol::text_enum! {
    /// A permission; it stands as a type in the signature of every handler.
    Permission {
        /// Anything that every logged-in person may do with his own things.
        Own = "own",
        /// Create, disable and grant.
        AccountManage = "account.manage",
        /// See accounts and grants.
        AccountRead = "account.read",
        /// Take devices out of service.
        DeviceManage = "device.manage",
        /// Import and change areas.
        AreaManage = "area.manage",
        /// See areas.
        AreaRead = "area.read",
        /// Change organisations, categories and checklists.
        CatalogueManage = "catalogue.manage",
        /// See them.
        CatalogueRead = "catalogue.read",
        /// Write contracts and coverages.
        ContractManage = "contract.manage",
        /// See them.
        ContractRead = "contract.read",
        /// Register tickets.
        TicketCreate = "ticket.create",
        /// See tickets of one's scope.
        TicketRead = "ticket.read",
        /// Triage, defer, refer, merge, cancel.
        TicketManage = "ticket.manage",
        /// Record calls.
        CallManage = "call.manage",
        /// See who called; logged.
        CallerReveal = "caller.reveal",
        /// See work orders of one's scope.
        WorkRead = "work.read",
        /// Offer, reassign, cancel, hold.
        WorkManage = "work.manage",
        /// Accept, decline, start, submit.
        WorkPerform = "work.perform",
        /// Verify and return rounds.
        RoundVerify = "round.verify",
        /// See conflicts of one's scope.
        ConflictRead = "conflict.read",
        /// Decide them.
        ConflictResolve = "conflict.resolve",
        /// Push and pull.
        Sync = "sync",
        /// Read the audit log.
        AuditRead = "audit.read",
        /// Import from files.
        ImportRun = "import.run",
        /// Say who is told of events by webhooks.
        WebhookManage = "webhook.manage",
    }
}

/// Whether a role carries a permission.
#[must_use]
pub const fn role_allows(role: Role, permission: Permission) -> bool {
    use Permission as P;
    // Every logged-in person has an own profile and reads the catalogue and the names of areas: the apps need them.
    if matches!(permission, P::Own | P::CatalogueRead | P::AreaRead) {
        return true;
    }
    match role {
        // Runs the installation, but neither does the field's work nor judges it, nor sees who called.
        Role::Admin => !matches!(
            permission,
            P::WorkPerform | P::RoundVerify | P::ConflictResolve | P::CallerReveal | P::Sync | P::TicketCreate | P::CallManage
        ),
        // Takes calls and dispatches; may call the citizen back.
        Role::Operator => matches!(
            permission,
            P::TicketCreate
                | P::TicketRead
                | P::TicketManage
                | P::CallManage
                | P::CallerReveal
                | P::WorkRead
                | P::WorkManage
                | P::ContractRead
                | P::ConflictRead
                | P::Sync
        ),
        // Verifies completion and decides conflicts.
        Role::Supervisor => matches!(
            permission,
            P::TicketCreate
                | P::TicketRead
                | P::TicketManage
                | P::WorkRead
                | P::WorkManage
                | P::RoundVerify
                | P::ConflictRead
                | P::ConflictResolve
                | P::ContractRead
                | P::AccountRead
                | P::Sync
        ),
        // Sees the tickets of his districts, does inspections, verifies the work of others.
        Role::Inspector => {
            matches!(permission, P::TicketCreate | P::TicketRead | P::WorkRead | P::WorkPerform | P::RoundVerify | P::Sync)
        }
        // Sees and does the work of his own organisation only.
        Role::ContractorManager => {
            matches!(permission, P::TicketRead | P::WorkRead | P::WorkPerform | P::ContractRead | P::Sync)
        }
        // As the manager, without the contracts; registers what it finds on its way.
        Role::Crew => matches!(permission, P::TicketCreate | P::TicketRead | P::WorkRead | P::WorkPerform | P::Sync),
        // Reads everything but who called.
        Role::Auditor => {
            matches!(permission, P::AccountRead | P::ContractRead | P::TicketRead | P::WorkRead | P::ConflictRead | P::AuditRead)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bazdid_protocol::text_enum::TextEnum as _;

    fn roles(permission: Permission) -> Vec<Role> {
        Role::ALL.iter().copied().filter(|r| role_allows(*r, permission)).collect()
    }

    #[test]
    fn the_permissions_that_matter_most_are_held_by_these_roles_only() {
        use Role::{Admin, Auditor, ContractorManager, Crew, Inspector, Operator, Supervisor};
        assert_eq!(roles(Permission::CallerReveal), [Operator]);
        assert_eq!(roles(Permission::RoundVerify), [Supervisor, Inspector]);
        assert_eq!(roles(Permission::ConflictResolve), [Supervisor]);
        assert_eq!(roles(Permission::AccountManage), [Admin]);
        assert_eq!(roles(Permission::WebhookManage), [Admin]);
        assert_eq!(roles(Permission::WorkPerform), [Inspector, ContractorManager, Crew]);
        assert_eq!(roles(Permission::AuditRead), [Admin, Auditor]);
        assert_eq!(roles(Permission::ConflictRead), [Admin, Operator, Supervisor, Auditor]);
    }

    #[test]
    fn every_permission_is_somebodys_and_an_auditor_changes_nothing() {
        for permission in Permission::ALL {
            assert!(!roles(*permission).is_empty(), "{permission} is nobody's");
            if permission.as_str().ends_with(".manage") || permission.as_str().ends_with(".create") {
                assert!(!role_allows(Role::Auditor, *permission));
            }
        }
    }
}
