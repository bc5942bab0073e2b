//! Organisations, one a row: contractors above all, which no catalogue can ship.

use crate::{
    Ctx,
    import::{
        FileFault, Table, Taken,
        lines::Source,
        seen::Seen,
        table::{Field, Need, Row},
    },
    organisation::{OrganisationData, create_organisation, update_organisation},
};
use bazdid_domain::organisation::{ActiveState, OrganisationKind};
use bazdid_protocol::{
    error::{Error, Result},
    phrase::Phrase,
    text_enum::UnknownWord,
};
use bazdid_store::{self as store, Tx};

/// What is imported of a row.
pub const FIELDS: &[Field] = &[
    Field { name: "code", usual: &["code", "کد"], needed: Need::Must },
    Field { name: "kind", usual: &["kind", "type", "نوع"], needed: Need::Must },
    Field { name: "name_fa", usual: &["name_fa", "name", "نام"], needed: Need::Must },
    Field { name: "name_en", usual: &["name_en", "نام انگلیسی"], needed: Need::May },
    Field { name: "parent", usual: &["parent", "بالادست"], needed: Need::May },
    Field { name: "state", usual: &["state", "وضعیت"], needed: Need::May },
];

/// A row, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationRow {
    /// Its line.
    pub line: u64,
    /// Code.
    pub code: String,
    /// What it is to the city.
    pub kind: OrganisationKind,
    /// Persian name.
    pub name_fa: String,
    /// English name; the Persian one stands in for it.
    pub name_en: String,
    /// Code of the organisation above; absent: what is known stays.
    pub parent: Option<String>,
    /// In use or not; absent: what is known stays.
    pub state: Option<ActiveState>,
}

/// Opens a file of organisations.
///
/// # Errors
/// The file is useless as a whole.
pub fn open<'b>(source: impl Into<Source<'b>>, map: &[(String, String)]) -> std::result::Result<Table<'b>, FileFault> {
    Table::open(source, FIELDS, map)
}

/// Reads a row.
///
/// # Errors
/// Why it cannot be read.
pub fn read(table: &Table<'_>, row: &Row) -> std::result::Result<OrganisationRow, String> {
    let need = |field: &str| table.get(row, field).ok_or_else(|| format!("it has no {field}"));
    let word = |e: UnknownWord| e.to_string();
    let name_fa = need("name_fa")?;
    Ok(OrganisationRow {
        line: row.line,
        code: need("code")?,
        kind: need("kind")?.parse().map_err(word)?,
        name_en: table.get(row, "name_en").unwrap_or_else(|| name_fa.clone()),
        name_fa,
        parent: table.get(row, "parent"),
        state: table.get(row, "state").map(|s| s.parse().map_err(word)).transpose()?,
    })
}

/// Refuses a row that says something else of the same organisation than a row before it.
///
/// # Errors
/// The reason, with the line of the other.
pub fn agree(seen: &mut Seen, row: &OrganisationRow) -> std::result::Result<(), String> {
    let (kind, state) = (row.kind.to_string(), row.state.map_or_else(String::new, |s| s.to_string()));
    let said = [kind.as_str(), &row.name_fa, &row.name_en, row.parent.as_deref().unwrap_or_default(), &state];
    seen.agree("organisation", &row.code, row.line, said)
}

/// Makes or changes the organisation of a row; it is known by its code.
///
/// # Errors
/// A field is wrong or names what is not there; the database fails.
pub fn import(tx: &mut Tx<'_>, ctx: &Ctx, row: &OrganisationRow) -> Result<Taken> {
    let before = store::organisation::find_organisation_by_code(tx, &row.code)?;
    let parent_id = match &row.parent {
        None => before.as_ref().and_then(|o| o.parent_id),
        Some(code) => {
            let found = store::organisation::find_organisation_by_code(tx, code)?;
            Some(
                found
                    .ok_or_else(|| {
                        Error::field("/parent", Phrase::with("there is no organisation \"{code}\" before this row", &[("code", &code)]))
                    })?
                    .id,
            )
        }
    };
    let data = OrganisationData {
        code: row.code.clone(),
        kind: row.kind,
        name_fa: row.name_fa.clone(),
        name_en: row.name_en.clone(),
        parent_id,
        state: row.state.or(before.as_ref().map(|o| o.state)).unwrap_or(ActiveState::Active),
    };
    match before {
        None => create_organisation(tx, ctx, &data).map(|_| Taken::Created),
        Some(known) => {
            let now = update_organisation(tx, ctx, known.id, known.rev, &data)?;
            Ok(if now == known { Taken::Unchanged } else { Taken::Changed })
        }
    }
}
