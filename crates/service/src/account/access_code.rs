//! One-time codes that the office hands over: to set a password, for the first time or because it was forgotten, and to log in on a new phone.
//!
//! A code opens an account to whoever has it, so it is good once and for a short time; only its keyed hash is stored. It has 80 random bits, so
//! nobody finds one by trying.

use std::fmt;

use serde_json::json;

use super::{audit, authorise};
use crate::{
    Ctx,
    account::password::NewPassword,
    auth::{self, Answer, Origin, Tokens},
    notice,
};
use bazdid_domain::{account::Account, organisation::ActiveState};
use bazdid_protocol::{
    error::{Code, Error, Result},
    fold,
    ids::AccountId,
    text_enum::TextEnum as _,
    time::Timestamp,
    words::account::CodePurpose,
};
use bazdid_store::{
    Tx,
    access_code::{AccessCode, delete_access_codes, find_access_code, insert_access_code, take_access_code},
    account::find_account,
};

/// How long a code for a password is good, hours: the office may hand it over on the next day.
pub const PASSWORD_HOURS: i64 = 24;
/// How long a code for a phone is good, hours: it is scanned where it is shown.
pub const PHONE_HOURS: i64 = 1;

/// Crockford's 32 signs: without those that are mistaken for others when they are read aloud or copied by hand.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Signs of a code.
const LENGTH: usize = 16;
/// Signs between two hyphens.
const GROUP: usize = 4;
/// More characters than a code has with anything between its signs.
const MAX_TYPED: usize = 64;

/// A code that was just made: shown once, and stored nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct NewCode {
    /// As it is handed over: `7K3M-9QX2-…`.
    pub code: String,
    /// What for.
    pub purpose: CodePurpose,
    /// Not good from then on.
    pub expires_at: Timestamp,
}

impl fmt::Debug for NewCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewCode").field("purpose", &self.purpose).field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl NewCode {
    /// What a phone reads from a QR: where the server is, and the code.
    #[must_use]
    pub fn payload(&self, server: &str) -> String {
        let parameters = form_urlencoded::Serializer::new(String::new())
            .append_pair("v", "1")
            .append_pair("server", server)
            .append_pair("purpose", self.purpose.as_str())
            .append_pair("code", &self.code)
            .finish();
        format!("bazdid:enrol?{parameters}")
    }
}

/// Makes a code for an account, in place of those that were made for the same purpose before. The other administrators are told if the account sees who
/// called ([`notice`]).
///
/// # Errors
/// There is no such account, or it is disabled; no permission; the database fails.
pub fn create(tx: &mut Tx<'_>, ctx: &Ctx, id: AccountId, purpose: CodePurpose) -> Result<NewCode> {
    authorise(ctx)?;
    let account = find_account(tx, id)?.ok_or_else(|| Error::not_found("account"))?;
    if account.state != ActiveState::Active {
        return Err(Error::with(Code::InvalidTransition, "the account is disabled: enable it first"));
    }
    let mut random = [0; LENGTH];
    ctx.ids.fill(&mut random);
    let plain: String = random.iter().filter_map(|byte| SIGNS.get(usize::from(byte % 32))).map(|sign| char::from(*sign)).collect();
    let hours = match purpose {
        CodePurpose::Password => PASSWORD_HOURS,
        CodePurpose::Phone => PHONE_HOURS,
    };
    let expires_at = ctx.now.plus_minutes(hours * 60);
    delete_access_codes(tx, id, Some(purpose))?;
    let hash = ctx.shared.vault.code_hash(&plain);
    insert_access_code(tx, &AccessCode { hash, account_id: id, purpose, created_at: ctx.now, expires_at })?;
    audit(tx, ctx, "account.access_code", id, json!({ "purpose": purpose, "expires_at": expires_at }))?;
    notice::of_access(tx, ctx, id)?;
    Ok(NewCode { code: grouped(&plain), purpose, expires_at })
}

/// A code that was found good, with its account.
#[derive(Clone)]
pub struct Presented {
    hash: Vec<u8>,
    purpose: CodePurpose,
    account: Account,
}

impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Presented({}, …)", self.purpose)
    }
}

impl Presented {
    /// The password that comes with a code, checked and hashed outside any transaction.
    ///
    /// # Errors
    /// It cannot be a password of the account; it is missing, or not asked for.
    pub fn password(&self, ctx: &Ctx, typed: Option<&str>) -> Result<Option<NewPassword>> {
        const FIELD: &str = "/new_password";
        match (self.purpose, typed) {
            (CodePurpose::Password, Some(typed)) => NewPassword::new(ctx, typed, &self.account.login, FIELD).map(Some),
            (CodePurpose::Password, None) => Err(Error::field(FIELD, "is missing: the code is for setting a password")),
            (CodePurpose::Phone, None) => Ok(None),
            (CodePurpose::Phone, Some(_)) => Err(Error::field(FIELD, "must not be there: the code is for logging in on a phone")),
        }
    }
}

/// Looks whether a code is good.
///
/// # Errors
/// It is not (`bad_credentials`); the account is disabled; the database fails.
pub fn present(tx: &mut Tx<'_>, ctx: &Ctx, typed: &str) -> Result<Presented> {
    let refused = || Error::with(Code::BadCredentials, "the code is not good: it was mistyped, used or replaced, or its time is over");
    let hash = ctx.shared.vault.code_hash(&plain(typed).ok_or_else(refused)?);
    let found = find_access_code(tx, &hash)?.filter(|code| ctx.now < code.expires_at).ok_or_else(refused)?;
    let account = find_account(tx, found.account_id)?.ok_or_else(refused)?;
    if account.state != ActiveState::Active {
        return Err(Error::new(Code::AccountDisabled));
    }
    Ok(Presented { hash, purpose: found.purpose, account })
}

/// Uses a code up: sets the password that came with it, which ends every other login, and logs in.
///
/// # Errors
/// The database fails. In the answer: it is not good any more.
pub fn redeem(tx: &mut Tx<'_>, ctx: &Ctx, code: &Presented, new: Option<&NewPassword>, origin: &Origin) -> Result<Answer<Tokens>> {
    let account = find_account(tx, code.account.id)?.filter(|a| a.state == ActiveState::Active);
    let (Some(account), true) = (account, take_access_code(tx, &code.hash)?) else { return Ok(Err(Error::new(Code::BadCredentials))) };
    let action = match new {
        Some(new) => {
            auth::replace_password(tx, ctx, account.id, new, None)?;
            "login.password_code"
        }
        None => "login.phone_code",
    };
    auth::open(tx, ctx, account, origin, None, action).map(Ok)
}

fn grouped(plain: &str) -> String {
    let mut out = String::with_capacity(LENGTH + LENGTH / GROUP);
    for (n, sign) in plain.chars().enumerate() {
        if n > 0 && n % GROUP == 0 {
            out.push('-');
        }
        out.push(sign);
    }
    out
}

/// The signs of a code as it was typed, on whatever keyboard; nothing for what no code can be.
fn plain(typed: &str) -> Option<String> {
    if typed.len() > MAX_TYPED {
        return None;
    }
    let folded = fold::password(typed).to_uppercase();
    let signs: Option<String> = folded
        .chars()
        .filter(|c| !matches!(c, '-' | ' '))
        .map(|c| match c {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        })
        .map(|c| u8::try_from(c).is_ok_and(|c| SIGNS.contains(&c)).then_some(c))
        .collect();
    signs.filter(|s| s.len() == LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_typed() {
        let code = "7K3M9QX2ABCD0101";
        assert_eq!(grouped(code), "7K3M-9QX2-ABCD-0101");
        for typed in [code, "7K3M-9QX2-ABCD-0101", " 7k3m 9qx2 abcd oiol ", "۷K۳M-۹QX۲-ABCD-۰۱۰۱"] {
            assert_eq!(plain(typed).as_deref(), Some(code), "{typed}");
        }
        for wrong in ["", "7K3M-9QX2-ABCD-010", "7K3M-9QX2-ABCD-01011", "7K3M-9QX2-ABCU-0101", &"7".repeat(99)] {
            assert_eq!(plain(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_payload_has_the_server_and_the_code() {
        let expires_at = Timestamp::from_micros(1_790_000_000_000_000);
        let code = NewCode { code: "7K3M-9QX2-ABCD-0101".into(), purpose: CodePurpose::Phone, expires_at };
        let payload = code.payload("https://city.example/field");
        assert_eq!(payload, "bazdid:enrol?v=1&server=https%3A%2F%2Fcity.example%2Ffield&purpose=phone&code=7K3M-9QX2-ABCD-0101");
        assert!(!format!("{code:?}").contains("7K3M"));
    }
}
