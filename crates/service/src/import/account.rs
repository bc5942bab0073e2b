//! Accounts with one grant a row; several rows of a login are several grants.

use crate::{
    Ctx,
    account::{
        AccountPatch, NewAccount, Person, create,
        grant::{NewGrant, grant},
        open_phone,
        password::NewPassword,
        update,
    },
    auth::normal_login,
    import::{
        FileFault, Rejected, Table, Taken,
        lines::Source,
        seen::Seen,
        table::{Field, Need, Row},
    },
    phone,
};
use bazdid_domain::{account::Role, reference::Reference};
use bazdid_protocol::{
    error::{Error, Result},
    ids::AreaId,
    phrase::Phrase,
};
use bazdid_store::{self as store, Tx};

/// What is imported of a row.
pub const FIELDS: &[Field] = &[
    Field { name: "login", usual: &["login", "username", "نام کاربری"], needed: Need::Must },
    Field { name: "display_name", usual: &["display_name", "name", "نام و نام خانوادگی", "نام"], needed: Need::Must },
    Field { name: "role", usual: &["role", "نقش"], needed: Need::Must },
    Field { name: "organisation", usual: &["organisation", "organization", "سازمان"], needed: Need::May },
    Field { name: "areas", usual: &["areas", "area", "مناطق", "نواحی", "محدوده"], needed: Need::May },
    Field { name: "phone", usual: &["phone", "mobile", "تلفن", "تلفن همراه", "موبایل"], needed: Need::May },
    Field { name: "locale", usual: &["locale", "language", "زبان"], needed: Need::May },
];

/// A row, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its line.
    pub line: u64,
    /// Login.
    pub login: String,
    /// Name.
    pub display_name: String,
    /// Role.
    pub role: Role,
    /// Code of the organisation.
    pub organisation: Option<String>,
    /// Codes of areas, separated by spaces, `;` or `|` in the file.
    pub areas: Vec<String>,
    /// Phone, as typed.
    pub phone: Option<String>,
    /// Language.
    pub locale: Option<String>,
}

/// Opens a file of accounts.
///
/// # Errors
/// The file is useless as a whole.
pub fn open<'b>(source: impl Into<Source<'b>>, map: &[(String, String)]) -> Result<Table<'b>, FileFault> {
    Table::open(source, FIELDS, map)
}

/// Refuses a row that says something else of the same person than a row before it. What a row leaves out says nothing.
///
/// # Errors
/// The reason, with the line of the other.
pub fn agree(seen: &mut Seen, row: &AccountRow) -> Result<(), String> {
    let said = [("name", Some(&row.display_name)), ("phone", row.phone.as_ref()), ("language", row.locale.as_ref())];
    for (what, value) in said {
        if let Some(value) = value {
            seen.agree(&format!("account's {what}"), &row.login, row.line, [value.as_str()])?;
        }
    }
    Ok(())
}

/// Reads a row.
///
/// # Errors
/// Why it cannot be read.
pub fn read(table: &Table<'_>, row: &Row) -> Result<AccountRow, String> {
    let need = |field: &str| table.get(row, field).ok_or_else(|| format!("it has no {field}"));
    let areas = table.get(row, "areas").unwrap_or_default();
    Ok(AccountRow {
        line: row.line,
        login: normal_login(&need("login")?),
        display_name: need("display_name")?,
        role: need("role")?.parse().map_err(|e: bazdid_protocol::text_enum::UnknownWord| e.to_string())?,
        organisation: table.get(row, "organisation"),
        areas: areas.split([' ', ';', '|']).filter(|a| !a.is_empty()).map(str::to_owned).collect(),
        phone: table.get(row, "phone"),
        locale: table.get(row, "locale"),
    })
}

/// Whether a login has an account already: a new one may be given a password.
///
/// # Errors
/// The database fails.
pub fn is_known(tx: &mut Tx<'_>, login: &str) -> Result<bool> {
    Ok(store::account::find_account_by_login(tx, login)?.is_some())
}

/// The phone of a row; one that cannot be read costs only itself ([`unread_phone`]).
fn phone_of(ctx: &Ctx, row: &AccountRow) -> Option<String> {
    ctx.shared.settings.phones.parse(row.phone.as_deref()?)
}

/// What is to be told of a row whose phone cannot be read: it is taken without it.
#[must_use]
pub fn unread_phone(ctx: &Ctx, row: &AccountRow) -> Option<Rejected> {
    let reason = phone::unread(ctx, row.phone.as_deref()?)?;
    Some(Rejected { line: row.line, key: row.login.clone(), reason })
}

/// Makes or changes the account of a row and sees to it that it holds the grant. Other grants stay as they are.
///
/// # Errors
/// A field is wrong or names what is not there; the database fails.
pub fn import(tx: &mut Tx<'_>, ctx: &Ctx, row: &AccountRow, password: Option<NewPassword>) -> Result<Taken> {
    let wanted = new_grant(&*ctx.reference(tx)?, row)?;
    let (mut person, mut taken) = match store::account::find_account_by_login(tx, &row.login)? {
        None => {
            let new = NewAccount {
                login: row.login.clone(),
                display_name: row.display_name.clone(),
                locale: row.locale.clone().unwrap_or_else(|| "fa".to_owned()),
                phone: phone_of(ctx, row),
                password,
            };
            (create(tx, ctx, &new)?, Taken::Created)
        }
        Some(account) => {
            let grants = store::account::list_grants_of(tx, &[account.id])?;
            patched(tx, ctx, Person { account, grants }, row)?
        }
    };
    let holds = person.grants.iter().any(|g| {
        let mut areas = wanted.areas.clone();
        areas.sort_unstable();
        g.role == wanted.role && g.organisation_id == wanted.organisation_id && g.areas == areas && g.in_force_at(ctx.now)
    });
    if !holds {
        person = grant(tx, ctx, person.account.id, person.account.rev, &wanted)?.0;
        if taken == Taken::Unchanged && !person.grants.is_empty() {
            taken = Taken::Changed;
        }
    }
    Ok(taken)
}

/// Changes what differs from the row. What the row leaves out stays.
fn patched(tx: &mut Tx<'_>, ctx: &Ctx, person: Person, row: &AccountRow) -> Result<(Person, Taken)> {
    let account = &person.account;
    let known_phone = open_phone(ctx, account)?;
    let patch = AccountPatch {
        display_name: Some(row.display_name.clone()).filter(|n| *n != account.display_name),
        locale: row.locale.clone().filter(|l| *l != account.locale),
        phone: phone_of(ctx, row).filter(|p| Some(p) != known_phone.as_ref()).map(Some),
    };
    if patch.display_name.is_none() && patch.locale.is_none() && patch.phone.is_none() {
        return Ok((person, Taken::Unchanged));
    }
    let (id, rev) = (account.id, account.rev);
    Ok((update(tx, ctx, id, rev, &patch)?, Taken::Changed))
}

fn new_grant(reference: &Reference, row: &AccountRow) -> Result<NewGrant> {
    let organisation_id = match &row.organisation {
        None => None,
        Some(code) => {
            let found = reference.organisations.values().find(|o| o.code == *code);
            Some(
                found
                    .ok_or_else(|| Error::field("/organisation", Phrase::with("there is no organisation \"{code}\"", &[("code", &code)])))?
                    .id,
            )
        }
    };
    let area = |code: &String| -> Result<AreaId> {
        let found = reference.areas.list().find(|a| a.code == *code);
        Ok(found.ok_or_else(|| Error::field("/areas", Phrase::with("there is no area \"{code}\"", &[("code", &code)])))?.id)
    };
    let areas = row.areas.iter().map(area).collect::<Result<_>>()?;
    Ok(NewGrant { role: row.role, organisation_id, areas, valid_from: None, valid_to: None })
}
