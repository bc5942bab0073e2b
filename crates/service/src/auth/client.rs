//! Clients that have logged in before: with the next login they show a token that says so, and are counted by themselves. Whatever strangers
//! try at a login, its owner gets in from where they were before.
//!
//! The token is no secret that opens anything. It is signed, names the account, and is good for [`CLIENT_DAYS`] and until the password changes: who knew
//! the old one only, or whom a new one is to keep out, is a stranger like any other.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::Ctx;
use bazdid_protocol::time::Timestamp;
use bazdid_store::credential::Credential;

/// How long after a login a client is known.
const CLIENT_DAYS: i64 = 180;
/// How every such token begins.
const PREFIX: &str = "bzk_";
/// Bytes of a client's number.
const NUMBER: usize = 16;

/// The number of a client, the same as long as it shows its tokens.
pub(super) type Number = [u8; NUMBER];

/// The token of a client for its next login with a password.
pub(super) fn token(ctx: &Ctx, password: &Credential, number: Number) -> String {
    let mut bytes = [number.as_slice(), &ctx.now.micros().to_be_bytes()].concat();
    bytes.extend(ctx.shared.vault.sign_client(&signed(password, &bytes)));
    format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// The number of a client that has logged in with an account before, since its password was set; nothing for everything else.
pub(super) fn known(ctx: &Ctx, password: &Credential, token: &str) -> Option<Number> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token.strip_prefix(PREFIX)?).ok()?;
    let (said, tag) = bytes.split_at_checked(NUMBER + 8)?;
    let (number, at) = said.split_first_chunk::<NUMBER>()?;
    let at = Timestamp::from_micros(i64::from_be_bytes(at.try_into().ok()?));
    let good = ctx.shared.vault.is_client(&signed(password, said), tag) && ctx.now < at.plus_days(CLIENT_DAYS);
    good.then_some(*number)
}

fn signed(password: &Credential, said: &[u8]) -> Vec<u8> {
    [password.account_id.uuid().as_bytes(), password.changed_at.micros().to_be_bytes().as_slice(), said].concat()
}
