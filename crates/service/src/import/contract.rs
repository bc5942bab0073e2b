//! Contracts with one coverage a row; several rows of a number are several coverages.

use crate::{
    Ctx,
    contract::{
        ContractData, ContractVerb, CoverageData, change_status, create_contract, create_coverage, update_contract, update_coverage,
    },
    import::{
        FileFault, Instants, Table, Taken,
        lines::Source,
        seen::Seen,
        table::{Field, Need, Row},
    },
    reference_change::lock,
};
use bazdid_domain::contract::{Contract, ContractStatus, Descent};
use bazdid_protocol::{
    error::{Error, Result},
    fold::figures,
    ids::{AreaId, CategoryId},
    phrase::Phrase,
    text_enum::UnknownWord,
    time::Timestamp,
};
use bazdid_store::{self as store, Tx};

/// What is imported of a row.
pub const FIELDS: &[Field] = &[
    Field { name: "number", usual: &["number", "contract", "شماره قرارداد", "شماره"], needed: Need::Must },
    Field {
        name: "organisation", usual: &["organisation", "organization", "contractor", "پیمانکار", "سازمان"], needed: Need::Must
    },
    Field { name: "valid_from", usual: &["valid_from", "from", "تاریخ شروع", "شروع"], needed: Need::Must },
    Field { name: "valid_to", usual: &["valid_to", "to", "تاریخ پایان", "پایان"], needed: Need::Must },
    Field { name: "status", usual: &["status", "وضعیت"], needed: Need::May },
    Field { name: "daily_capacity", usual: &["daily_capacity", "ظرفیت روزانه"], needed: Need::May },
    Field { name: "area", usual: &["area", "منطقه", "محدوده"], needed: Need::May },
    Field { name: "category", usual: &["category", "دسته"], needed: Need::May },
    Field { name: "descent", usual: &["descent"], needed: Need::May },
    Field { name: "rank", usual: &["rank", "اولویت"], needed: Need::May },
    Field { name: "coverage_capacity", usual: &["coverage_capacity"], needed: Need::May },
];

/// A row, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractRow {
    /// Its line.
    pub line: u64,
    /// Number of the contract.
    pub number: String,
    /// Code of the organisation.
    pub organisation: String,
    /// First instant of validity.
    pub valid_from: Timestamp,
    /// First instant after validity.
    pub valid_to: Timestamp,
    /// Status; absent: what is known stays, and a new contract is active.
    pub status: Option<ContractStatus>,
    /// Cap of the contract; absent: what is known stays.
    pub daily_capacity: Option<i64>,
    /// The coverage; absent: the row is of the contract alone.
    pub coverage: Option<CoverageRow>,
}

/// The coverage of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageRow {
    /// Code of the area.
    pub area: String,
    /// Code of the category; absent or `*`: everything.
    pub category: Option<String>,
    /// Whether the categories below count; absent: what is known stays, and in a new coverage they do.
    pub descent: Option<Descent>,
    /// Rank; absent: what is known stays, and a new coverage has the first.
    pub rank: Option<i64>,
    /// Cap of the coverage; absent: what is known stays.
    pub daily_capacity: Option<i64>,
}

/// Opens a file of contracts, and finds out in which order its dates have day and month.
///
/// # Errors
/// The file is useless as a whole.
pub fn open<'b>(source: impl Into<Source<'b>>, map: &[(String, String)], instants: Instants) -> Result<(Table<'b>, Instants), FileFault> {
    let table = Table::open(source, FIELDS, map)?;
    let instants = table.with_date_order(&["valid_from", "valid_to"], instants)?;
    Ok((table, instants))
}

/// Refuses a row that says something else of the same contract, or of the same coverage, than a row before it. What a row leaves out says
/// nothing.
///
/// # Errors
/// The reason, with the line of the other.
pub fn agree(seen: &mut Seen, row: &ContractRow) -> Result<(), String> {
    let number = |n: Option<i64>| n.map(|n| n.to_string());
    let (from, to) = (row.valid_from.to_string(), row.valid_to.to_string());
    seen.agree("contract", &row.number, row.line, [row.organisation.as_str(), &from, &to])?;
    let mut said = vec![
        ("contract's status", row.number.clone(), row.status.map(|s| s.to_string())),
        ("contract's capacity", row.number.clone(), number(row.daily_capacity)),
    ];
    if let Some(coverage) = &row.coverage {
        let key = format!("{} {} {}", row.number, coverage.area, coverage.category.as_deref().unwrap_or("*"));
        said.push(("coverage's descent", key.clone(), coverage.descent.map(|d| d.to_string())));
        said.push(("coverage's rank", key.clone(), number(coverage.rank)));
        said.push(("coverage's capacity", key, number(coverage.daily_capacity)));
    }
    for (what, key, value) in said {
        if let Some(value) = value {
            seen.agree(what, &key, row.line, [value.as_str()])?;
        }
    }
    Ok(())
}

/// Reads a row.
///
/// # Errors
/// Why it cannot be read.
pub fn read(table: &Table<'_>, row: &Row, instants: &Instants) -> Result<ContractRow, String> {
    let need = |field: &str| table.get(row, field).ok_or_else(|| format!("it has no {field}"));
    let instant = |field: &str| need(field).and_then(|t| instants.read(&t).map_err(|fault| format!("its {field} \"{t}\" {fault}")));
    let number = |field: &str| {
        let read = |t: String| figures(&t).parse::<i64>().map_err(|_| format!("its {field} \"{t}\" is no whole number"));
        table.get(row, field).map(read).transpose()
    };
    let word = |e: UnknownWord| e.to_string();
    let coverage = match table.get(row, "area") {
        None if table.get(row, "category").is_some() => return Err("it has a category and no area".to_owned()),
        None => None,
        Some(area) => Some(CoverageRow {
            area,
            category: table.get(row, "category").filter(|c| c != "*"),
            descent: table.get(row, "descent").map(|d| d.parse().map_err(word)).transpose()?,
            rank: number("rank")?,
            daily_capacity: number("coverage_capacity")?,
        }),
    };
    Ok(ContractRow {
        line: row.line,
        number: need("number")?,
        organisation: need("organisation")?,
        valid_from: instant("valid_from")?,
        valid_to: instant("valid_to")?,
        status: table.get(row, "status").map(|s| s.parse().map_err(word)).transpose()?,
        daily_capacity: number("daily_capacity")?,
        coverage,
    })
}

/// Makes or changes the contract of a row, and its coverage. What the row leaves out and other coverages stay as they are.
///
/// # Errors
/// A field is wrong or names what is not there; the contract has ended; the database fails.
pub fn import(tx: &mut Tx<'_>, ctx: &Ctx, row: &ContractRow) -> Result<Taken> {
    lock(tx)?;
    let organisation = store::organisation::find_organisation_by_code(tx, &row.organisation)?;
    let organisation = organisation.ok_or_else(|| {
        Error::field("/organisation", Phrase::with("there is no organisation \"{code}\"", &[("code", &row.organisation)]))
    })?;
    let before = store::contract::find_contract_by_number(tx, &row.number)?;
    let data = ContractData {
        number: row.number.clone(),
        organisation_id: organisation.id,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        daily_capacity: row.daily_capacity.or_else(|| before.as_ref()?.daily_capacity),
    };
    let mut contract = match &before {
        None => create_contract(tx, ctx, &data)?,
        Some(known) => update_contract(tx, ctx, known.id, known.rev, &data)?,
    };
    let status = row.status.unwrap_or(if before.is_none() { ContractStatus::Active } else { contract.status });
    if let Some(verb) = verb_to(contract.status, status) {
        contract = change_status(tx, ctx, contract.id, contract.rev, verb)?;
    }
    let covered = match &row.coverage {
        None => Taken::Unchanged,
        Some(coverage) => import_coverage(tx, ctx, &contract, coverage)?,
    };
    Ok(match before {
        None => Taken::Created,
        Some(before) if before == contract => covered,
        Some(_) => Taken::Changed,
    })
}

/// What leads from a status to the one that the file says.
const fn verb_to(from: ContractStatus, to: ContractStatus) -> Option<ContractVerb> {
    match (from, to) {
        (ContractStatus::Draft | ContractStatus::Suspended, ContractStatus::Active) => Some(ContractVerb::Activate),
        (ContractStatus::Active, ContractStatus::Suspended) => Some(ContractVerb::Suspend),
        (ContractStatus::Draft | ContractStatus::Active | ContractStatus::Suspended, ContractStatus::Ended) => Some(ContractVerb::End),
        _ => None,
    }
}

fn import_coverage(tx: &mut Tx<'_>, ctx: &Ctx, contract: &Contract, row: &CoverageRow) -> Result<Taken> {
    let area = store::area::find_area_by_code(tx, &row.area)?;
    let area_id: AreaId =
        area.ok_or_else(|| Error::field("/area", Phrase::with("there is no area \"{code}\"", &[("code", &row.area)])))?.id;
    let category_id: Option<CategoryId> = match &row.category {
        None => None,
        Some(code) => {
            let found = store::category::find_category_by_code(tx, code)?;
            Some(found.ok_or_else(|| Error::field("/category", Phrase::with("there is no category \"{code}\"", &[("code", &code)])))?.id)
        }
    };
    let known = store::contract::list_coverages(tx)?.into_iter().find(|c| {
        (c.contract_id, c.area_id, c.category_id) == (contract.id, area_id, category_id) && c.valid_to.is_none_or(|end| ctx.now < end)
    });
    let data = CoverageData {
        contract_id: contract.id,
        area_id,
        category_id,
        descent: row.descent.or_else(|| Some(known.as_ref()?.descent)).unwrap_or(Descent::WithDescendants),
        rank: row.rank.or_else(|| Some(known.as_ref()?.rank)).unwrap_or(1),
        valid_from: known.as_ref().map_or(contract.valid_from, |c| c.valid_from),
        valid_to: known.as_ref().and_then(|c| c.valid_to),
        daily_capacity: row.daily_capacity.or_else(|| known.as_ref()?.daily_capacity),
    };
    match known {
        None => create_coverage(tx, ctx, &data).map(|_| Taken::Changed),
        Some(known) => {
            let now = update_coverage(tx, ctx, known.id, known.rev, &data)?;
            Ok(if now == known { Taken::Unchanged } else { Taken::Changed })
        }
    }
}
