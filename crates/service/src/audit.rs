//! The audit log, for those who look into it.

use crate::Ctx;
use bazdid_domain::{audit::AuditEntry, policy::Permission};
use bazdid_protocol::error::{Code, Error, Result};
use bazdid_store::{self as store, Tx, audit::AuditFilter};

/// A page of entries, newest first.
///
/// # Errors
/// No permission; the database fails.
pub fn list(tx: &mut Tx<'_>, ctx: &Ctx, filter: &AuditFilter) -> Result<Vec<AuditEntry>> {
    if !ctx.actor()?.may(Permission::AuditRead) {
        return Err(Error::new(Code::Forbidden));
    }
    store::audit::page_audit_entries(tx, filter)
}
