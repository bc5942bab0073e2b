//! What each role may do. Default deny: what does not stand here is refused.

use crate::account::Role;
use bazdid_protocol::command::Command;

bazdid_protocol::text_enum! {
    /// A permission; it stands as a type in the signature of every handler.
    Permission {
        /// Anything that every logged-in person may do with their own things.
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
        /// Accept, decline, start, submit; go round.
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
        // Sees the tickets of their districts, does inspections, verifies the work of others.
        Role::Inspector => {
            matches!(permission, P::TicketCreate | P::TicketRead | P::WorkRead | P::WorkPerform | P::RoundVerify | P::Sync)
        }
        // Sees and does the work of their own organisation only.
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

/// What allows a command of a device: any of these. The rules of the command look at more than the role (whose thing it is, where it lies).
#[must_use]
pub const fn command_permissions(command: &Command) -> &'static [Permission] {
    use Permission as P;
    match command {
        Command::TicketCreate(_) => &[P::TicketCreate],
        Command::TicketEdit(_) => &[P::TicketCreate, P::TicketManage],
        Command::TicketPropose(_)
        | Command::NoteAdd(_)
        | Command::NoteEdit(_)
        | Command::NoteRemove(_)
        | Command::VisitRecord(_)
        | Command::VisitLeave(_)
        | Command::PhotoAdd(_)
        | Command::PhotoRemove(_)
        | Command::MeasurementAdd(_)
        | Command::ChecklistAnswer(_) => &[P::Sync],
        Command::WorkAccept
        | Command::WorkDecline(_)
        | Command::WorkStart(_)
        | Command::WorkRequestHold(_)
        | Command::WorkResume
        | Command::WorkSubmit(_)
        | Command::WorkFailVisit(_)
        | Command::WorkRetract(_)
        | Command::InspectionSubmit(_)
        | Command::PatrolRecord(_) => &[P::WorkPerform],
        Command::RoundVerify(_) | Command::RoundRework(_) => &[P::RoundVerify],
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs, path::PathBuf};

    use serde_json::Value;

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

    /// The commands as `api-spec/commands` shows them, by name.
    fn commands() -> BTreeMap<String, Command> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../api-spec/commands");
        let files = fs::read_dir(folder).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
        let shown = files.map(|text| serde_json::from_str::<Value>(&text).unwrap());
        let read = |m: Value| {
            let cmd = m["cmd"].as_str().unwrap().to_owned();
            let command = Command::parse(&cmd, 1, &m["args"]).unwrap();
            (cmd, command)
        };
        shown.map(read).collect()
    }

    #[test]
    fn the_specification_shows_which_role_may_send_which_command() {
        const BEGIN: &str =
            "<!-- which role may send which command: BAZDID_WRITE_DOCS=1 cargo test -p bazdid-domain specification_shows -->\n";
        const END: &str = "<!-- end -->";
        let mut table = String::from("| `cmd` |");
        Role::ALL.iter().for_each(|role| table.push_str(&format!(" `{role}` |")));
        table.push_str("\n|---|");
        Role::ALL.iter().for_each(|_| table.push_str("---|"));
        table.push('\n');
        for (cmd, command) in commands() {
            table.push_str(&format!("| `{cmd}` |"));
            for role in Role::ALL {
                // Who may not sync registers no device.
                let may = role_allows(*role, Permission::Sync) && command_permissions(&command).iter().any(|p| role_allows(*role, *p));
                table.push_str(if may { " yes |" } else { " |" });
            }
            table.push('\n');
        }
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../api-spec/sync.md");
        let text = fs::read_to_string(&file).unwrap();
        let (head, rest) = text.split_once(BEGIN).unwrap();
        let (shown, tail) = rest.split_once(END).unwrap();
        if std::env::var_os("BAZDID_WRITE_DOCS").is_some() {
            fs::write(&file, format!("{head}{BEGIN}{table}{END}{tail}")).unwrap();
        } else {
            assert_eq!(shown, table, "BAZDID_WRITE_DOCS=1 writes it anew");
        }
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
