//! Accounts: who may log in. Their roles stand in [`grant`], their own passwords in [`password`], what the office hands over in [`access_code`].
//!
//! A phone number is sealed as soon as it is read and is in no answer. Changes ask for the revision that was read.

pub mod access_code;
pub mod grant;
pub mod password;

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    Ctx,
    account::password::NewPassword,
    auth::{MAX_LOGIN_BYTES, normal_login},
    change::entry,
    phone,
    reach::reach,
};
use bazdid_domain::{
    account::{Account, Role, RoleGrant},
    organisation::ActiveState,
    policy::Permission,
    visibility::Reach,
};
use bazdid_protocol::{
    error::{Code, Error, FieldError, Result},
    fold,
    ids::AccountId,
    phrase::Phrase,
};
use bazdid_store::{
    self as store, Tx,
    account::{
        AccountFilter, find_account, find_account_by_login, list_accounts, list_grants, list_grants_of, page_accounts, raise_account,
        save_accounts,
    },
    credential::save_credential,
};

/// Most characters of a display name.
const MAX_NAME: usize = 120;

/// An account with its grants, those of the past and the future too.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The account.
    pub account: Account,
    /// Its grants.
    pub grants: Vec<RoleGrant>,
}

/// What a new account is made of.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Login name.
    pub login: String,
    /// Name that colleagues see.
    pub display_name: String,
    /// `fa` or `en`.
    pub locale: String,
    /// Phone, E.164.
    pub phone: Option<String>,
    /// Without one nobody can log in yet.
    pub password: Option<NewPassword>,
}

/// What is changed of an account; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct AccountPatch {
    /// Name that colleagues see.
    pub display_name: Option<String>,
    /// `fa` or `en`.
    pub locale: Option<String>,
    /// Another phone, or none any more.
    pub phone: Option<Option<String>>,
}

/// Which accounts a list shows.
#[derive(Debug, Clone, Default)]
pub struct AccountQuery {
    /// Part of the login or of the name, as typed.
    pub text: Option<String>,
    /// Active or disabled only.
    pub state: Option<ActiveState>,
    /// Only who holds this role now.
    pub role: Option<Role>,
    /// Logins after this one.
    pub after: Option<String>,
    /// How many at most.
    pub limit: i64,
}

/// Everybody's own account.
///
/// # Errors
/// Nobody has logged in; the database fails.
pub fn me(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Person> {
    let id = ctx.account()?;
    person(tx, id)?.ok_or_else(|| Error::new(Code::Unauthenticated))
}

/// One account of those that one may know of.
///
/// # Errors
/// There is none; the database fails.
pub fn get(tx: &mut Tx<'_>, ctx: &Ctx, id: AccountId) -> Result<Person> {
    let reach = account_reach(tx, ctx)?;
    person(tx, id)?.filter(|p| within(&reach, &p.grants)).ok_or_else(|| Error::not_found("account"))
}

/// A page of the accounts that one may know of, in the order of their logins; the second value is the login to go on after.
///
/// # Errors
/// The database fails.
pub fn list(tx: &mut Tx<'_>, ctx: &Ctx, query: &AccountQuery) -> Result<(Vec<Person>, Option<String>)> {
    let reach = account_reach(tx, ctx)?;
    let among = if reach == Reach::Everything && query.role.is_none() {
        None
    } else {
        let reached = list_grants(tx)?.into_iter().filter(|g| within(&reach, std::slice::from_ref(g)));
        let holds = |g: &RoleGrant| query.role.is_none_or(|role| g.role == role && g.in_force_at(ctx.now));
        let ids: BTreeSet<AccountId> = reached.filter(holds).map(|g| g.account_id).collect();
        Some(ids.into_iter().collect())
    };
    let filter = AccountFilter { text: query.text.as_deref().map(fold::fold), state: query.state, among };
    let mut accounts = page_accounts(tx, &filter, query.after.as_deref(), query.limit.saturating_add(1))?;
    let limit = usize::try_from(query.limit).unwrap_or_default();
    let more = accounts.len() > limit;
    accounts.truncate(limit);
    let next = accounts.last().filter(|_| more).map(|a| a.login.clone());
    let mut grants = list_grants_of(tx, &accounts.iter().map(|a| a.id).collect::<Vec<_>>())?;
    let people = accounts.into_iter().map(|account| {
        let own = grants.extract_if(.., |g| g.account_id == account.id).collect();
        Person { account, grants: own }
    });
    Ok((people.collect(), next))
}

/// Makes an account.
///
/// # Errors
/// A field is wrong; the login is taken; no permission; the database fails.
pub fn create(tx: &mut Tx<'_>, ctx: &Ctx, new: &NewAccount) -> Result<Person> {
    authorise(ctx)?;
    let login = normal_login(&new.login);
    let mut faults = Vec::new();
    check(&mut faults, "/login", login_fault(&login));
    check(&mut faults, "/display_name", name_fault(&new.display_name));
    check(&mut faults, "/locale", locale_fault(&new.locale));
    let phone = phone_of(&mut faults, ctx, new.phone.as_deref());
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    if find_account_by_login(tx, &login)?.is_some() {
        return Err(Error::with(Code::AlreadyExists, "the login is taken"));
    }
    let id: AccountId = ctx.ids.id(ctx.now);
    let account = Account {
        id,
        rev: 1,
        login,
        display_name: fold::trim(&new.display_name).to_owned(),
        locale: new.locale.clone(),
        state: ActiveState::Active,
        phone_encrypted: phone.map(|p| seal_phone(ctx, id, &p)).transpose()?,
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    save_accounts(tx, std::slice::from_ref(&account))?;
    if let Some(password) = &new.password {
        save_credential(tx, &password.credential(id, ctx.now))?;
    }
    audit(tx, ctx, "account.create", id, json!({}))?;
    Ok(Person { account, grants: Vec::new() })
}

/// Changes names, language or phone.
///
/// # Errors
/// A field is wrong; the account has changed since it was read; no permission; the database fails.
pub fn update(tx: &mut Tx<'_>, ctx: &Ctx, id: AccountId, rev: i64, patch: &AccountPatch) -> Result<Person> {
    authorise(ctx)?;
    let mut faults = Vec::new();
    if let Some(name) = &patch.display_name {
        check(&mut faults, "/display_name", name_fault(name));
    }
    if let Some(locale) = &patch.locale {
        check(&mut faults, "/locale", locale_fault(locale));
    }
    let phone = phone_of(&mut faults, ctx, patch.phone.as_ref().and_then(Option::as_deref));
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let mut person = claim(tx, ctx, id, rev)?;
    let account = &mut person.account;
    let mut changed = Vec::new();
    if let Some(name) = &patch.display_name {
        account.display_name = fold::trim(name).to_owned();
        changed.push("display_name");
    }
    if let Some(locale) = &patch.locale {
        account.locale.clone_from(locale);
        changed.push("locale");
    }
    if patch.phone.is_some() {
        account.phone_encrypted = phone.map(|p| seal_phone(ctx, id, &p)).transpose()?;
        changed.push("phone");
    }
    save_accounts(tx, std::slice::from_ref(account))?;
    audit(tx, ctx, "account.update", id, json!({ "fields": changed }))?;
    Ok(person)
}

/// Closes an account: it can do nothing from now on. Its sessions stay, so that its phones can hand in what they have not sent yet.
///
/// # Errors
/// It is one's own, or the last administrator's; the account has changed since it was read; no permission; the database fails.
pub fn disable(tx: &mut Tx<'_>, ctx: &Ctx, id: AccountId, rev: i64) -> Result<Person> {
    set_state(tx, ctx, id, rev, ActiveState::Disabled)
}

/// Opens a closed account again.
///
/// # Errors
/// The account has changed since it was read; no permission; the database fails.
pub fn enable(tx: &mut Tx<'_>, ctx: &Ctx, id: AccountId, rev: i64) -> Result<Person> {
    set_state(tx, ctx, id, rev, ActiveState::Active)
}

fn set_state(tx: &mut Tx<'_>, ctx: &Ctx, id: AccountId, rev: i64, to: ActiveState) -> Result<Person> {
    authorise(ctx)?;
    let mut person = claim(tx, ctx, id, rev)?;
    if person.account.state == to {
        return Err(Error::with(Code::InvalidTransition, Phrase::with("the account is {state} already", &[("state", &to)])));
    }
    let action = match to {
        ActiveState::Active => "account.enable",
        ActiveState::Disabled => {
            if ctx.actor()?.account_id == id {
                return Err(Error::with(Code::InvalidTransition, "nobody closes their own account"));
            }
            keep_an_administrator(tx, ctx, |g| g.account_id != id)?;
            store::access_code::delete_access_codes(tx, id, None)?;
            "account.disable"
        }
    };
    person.account.state = to;
    save_accounts(tx, std::slice::from_ref(&person.account))?;
    audit(tx, ctx, action, id, json!({}))?;
    Ok(person)
}

/// The sealed phone number, opened. For sending messages; no answer holds it.
///
/// # Errors
/// It was sealed for another account or with another master key.
pub fn open_phone(ctx: &Ctx, account: &Account) -> Result<Option<String>> {
    let Some(sealed) = &account.phone_encrypted else { return Ok(None) };
    let plain = ctx.shared.vault.open(sealed, &phone_aad(account.id))?;
    String::from_utf8(plain).map(Some).map_err(|_| Error::internal(format!("accounts.phone_encrypted of {} is no text", account.id)))
}

fn seal_phone(ctx: &Ctx, id: AccountId, e164: &str) -> Result<Vec<u8>> {
    let mut nonce = [0; 12];
    ctx.ids.fill(&mut nonce);
    ctx.shared.vault.seal(e164.as_bytes(), nonce, &phone_aad(id))
}

fn phone_aad(id: AccountId) -> Vec<u8> {
    format!("accounts.phone:{id}").into_bytes()
}

/// Who manages accounts manages all of them.
pub(crate) fn authorise(ctx: &Ctx) -> Result<()> {
    if ctx.actor()?.may(Permission::AccountManage) { Ok(()) } else { Err(Error::new(Code::Forbidden)) }
}

fn account_reach(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Reach> {
    if !ctx.actor()?.may(Permission::AccountRead) {
        return Err(Error::new(Code::Forbidden));
    }
    let reference = ctx.reference(tx)?;
    reach(ctx, &reference, Permission::AccountRead)
}

/// Whether somebody with these grants may be known of: who works, worked or will work in one's areas.
fn within(reach: &Reach, grants: &[RoleGrant]) -> bool {
    *reach == Reach::Everything || grants.iter().any(|g| reach.meets(&g.areas, g.organisation_id))
}

fn person(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Person>> {
    let Some(account) = find_account(tx, id)? else { return Ok(None) };
    let grants = list_grants_of(tx, &[id])?;
    Ok(Some(Person { account, grants }))
}

/// The account as it was read, with its next revision, which nobody else gets.
fn claim(tx: &mut Tx<'_>, ctx: &Ctx, id: AccountId, rev: i64) -> Result<Person> {
    let raised = raise_account(tx, id, rev, ctx.now)?;
    let person = person(tx, id)?.ok_or_else(|| Error::not_found("account"))?;
    if raised { Ok(person) } else { Err(Error::new(Code::PreconditionFailed).fact("revision", person.account.rev)) }
}

/// Refuses a change after which nobody could manage accounts; `stays` says which grants would.
fn keep_an_administrator(tx: &mut Tx<'_>, ctx: &Ctx, stays: impl Fn(&RoleGrant) -> bool) -> Result<()> {
    let active: BTreeSet<AccountId> = list_accounts(tx)?.into_iter().filter(|a| a.state == ActiveState::Active).map(|a| a.id).collect();
    let is = |g: &RoleGrant| g.role == Role::Admin && g.in_force_at(ctx.now) && active.contains(&g.account_id);
    let administrators: Vec<RoleGrant> = list_grants(tx)?.into_iter().filter(is).collect();
    if administrators.is_empty() || administrators.iter().any(stays) {
        return Ok(());
    }
    Err(Error::with(Code::InvalidTransition, "then nobody could manage accounts any more: make another administrator first"))
}

fn check(faults: &mut Vec<FieldError>, pointer: &str, fault: Option<&'static str>) {
    faults.extend(fault.map(|detail| FieldError { pointer: pointer.to_owned(), detail: detail.into() }));
}

fn login_fault(login: &str) -> Option<&'static str> {
    let lawful = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | '@');
    let fine =
        (2..=MAX_LOGIN_BYTES).contains(&login.len()) && login.chars().all(lawful) && login.starts_with(|c: char| c.is_ascii_alphanumeric());
    (!fine).then_some("must have 2 to 64 characters of a-z, 0-9, '.', '_', '-', '@' and begin with a letter or digit")
}

fn name_fault(name: &str) -> Option<&'static str> {
    let name = fold::trim(name);
    let fine = !fold::is_blank(name) && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    (!fine).then_some("must have 1 to 120 characters, no control characters")
}

fn locale_fault(locale: &str) -> Option<&'static str> {
    (!matches!(locale, "fa" | "en")).then_some("must be fa or en")
}

fn phone_of(faults: &mut Vec<FieldError>, ctx: &Ctx, typed: Option<&str>) -> Option<String> {
    phone::read(ctx, typed?, "/phone").map_err(|e| faults.extend(e.fields)).ok()
}

fn audit(tx: &mut Tx<'_>, ctx: &Ctx, action: &str, id: AccountId, detail: serde_json::Value) -> Result<()> {
    store::audit::save_audit_entries(tx, &[entry(ctx, action, "account", id.uuid(), detail)])
}
