//! Organisations in the database.

use bazdid_domain::organisation::{ActiveState, Organisation, OrganisationKind};
use bazdid_protocol::{ids::OrganisationId, time::Timestamp};

record! {
    /// Row of `organisations`.
    OrganisationRow of organisations, id: OrganisationId {
        rev: i64,
        code: String,
        kind: OrganisationKind,
        name_fa: String,
        name_en: String,
        parent_id: Option<OrganisationId>,
        state: ActiveState,
        updated_at: Timestamp,
    }
}

impl From<&Organisation> for OrganisationRow {
    fn from(e: &Organisation) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            code: e.code.clone(),
            kind: e.kind,
            name_fa: e.name_fa.clone(),
            name_en: e.name_en.clone(),
            parent_id: e.parent_id,
            state: e.state,
            updated_at: e.updated_at,
        }
    }
}

impl From<OrganisationRow> for Organisation {
    fn from(r: OrganisationRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            code: r.code,
            kind: r.kind,
            name_fa: r.name_fa,
            name_en: r.name_en,
            parent_id: r.parent_id,
            state: r.state,
            updated_at: r.updated_at,
        }
    }
}

entity_store!(Organisation, OrganisationRow of organisations, find_organisation(OrganisationId), list_organisations, save_organisations);

find_by!(Organisation, OrganisationRow of organisations.code, find_organisation_by_code);
