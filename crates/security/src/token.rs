//! Access tokens: signed JWTs (ES256) that live a quarter of an hour, and the ring of keys that sign and verify them.
//!
//! One key signs, the newest that is not retired. A retired key still verifies what it signed before it was retired, until the
//! last such token has expired; what it signed after that is refused, so a stolen old key is worth nothing.

use std::fmt;

use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    digest::{SHA256, digest},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{AccountId, SessionId},
    time::{MICROS_PER_SECOND, Timestamp},
};

/// Who issues the tokens.
pub const ISSUER: &str = "bazdid";
/// For whom.
pub const AUDIENCE: &str = "bazdid";
/// How long a token is good, seconds.
pub const LIFE_S: i64 = 15 * 60;
/// How far the clocks of two machines of one installation may differ, seconds.
const LEEWAY_S: i64 = 60;
/// The longest text that is looked at.
const MAX_BYTES: usize = 2048;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Audience.
    pub aud: String,
    /// Whose.
    pub sub: AccountId,
    /// Of which session.
    pub sid: SessionId,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Not good from this second on.
    pub exp: i64,
    /// The token's own id.
    pub jti: Uuid,
}

impl Claims {
    /// The claims of a new token.
    #[must_use]
    pub fn new(sub: AccountId, sid: SessionId, jti: Uuid, now: Timestamp) -> Self {
        let iat = seconds(now);
        Self { iss: ISSUER.into(), aud: AUDIENCE.into(), sub, sid, iat, exp: iat + LIFE_S, jti }
    }
}

/// A key of the ring.
pub struct TokenKey {
    kid: String,
    created_at: Timestamp,
    retired_at: Option<Timestamp>,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey({}, retired: {:?})", self.kid, self.retired_at)
    }
}

impl TokenKey {
    /// A key from its secret number: 32 random bytes. Nothing if they are no such number (once in four thousand million
    /// times): draw again.
    #[must_use]
    pub fn from_secret(secret: &[u8; 32], created_at: Timestamp, retired_at: Option<Timestamp>) -> Option<Self> {
        let public = PrivateKey::from_private_key(&ECDH_P256, secret).ok()?.compute_public_key().ok()?;
        let public = public.as_ref();
        let pair = EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, secret, public).ok()?;
        let encoding = EncodingKey::from_ec_der(pair.to_pkcs8v1().ok()?.as_ref());
        let kid = URL_SAFE_NO_PAD.encode(digest(&SHA256, public).as_ref().first_chunk::<12>()?);
        Some(Self { kid, created_at, retired_at, encoding, decoding: DecodingKey::from_ec_der(public) })
    }

    /// The key's name, made from its public half.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }
}

/// The keys of an installation.
#[derive(Debug, Default)]
pub struct KeyRing {
    /// Newest first.
    keys: Vec<TokenKey>,
}

impl KeyRing {
    /// A ring of keys in any order.
    #[must_use]
    pub fn new(mut keys: Vec<TokenKey>) -> Self {
        keys.sort_by(|a, b| (b.created_at, &b.kid).cmp(&(a.created_at, &a.kid)));
        Self { keys }
    }

    /// The key that signs.
    #[must_use]
    pub fn signing_kid(&self) -> Option<&str> {
        self.signing().map(TokenKey::kid)
    }

    fn signing(&self) -> Option<&TokenKey> {
        self.keys.iter().find(|k| k.retired_at.is_none())
    }

    /// Whether the ring holds the key that a token names; texts that name none are nobody's.
    #[must_use]
    pub fn knows(&self, token: &str) -> bool {
        self.key_of(token).is_ok()
    }

    fn key_of(&self, token: &str) -> Result<&TokenKey> {
        if token.len() > MAX_BYTES {
            return Err(refused());
        }
        let kid = jsonwebtoken::decode_header(token).ok().and_then(|h| h.kid).ok_or_else(refused)?;
        self.keys.iter().find(|k| k.kid == kid).ok_or_else(refused)
    }

    /// Signs a token.
    ///
    /// # Errors
    /// No key of the ring signs.
    pub fn issue(&self, claims: &Claims) -> Result<String> {
        let key = self.signing().ok_or_else(|| Error::internal("there is no signing key"))?;
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &key.encoding).map_err(|e| Error::internal("a token could not be signed").caused_by(e))
    }

    /// What a token says, if it was signed by this ring and is good now.
    ///
    /// # Errors
    /// `unauthenticated`: it is not ours; `token_expired`: it was.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims> {
        self.verify_within(token, now, 0)
    }

    /// As [`KeyRing::verify`], but a token that has expired within the last `grace_s` seconds is let through: it proves who
    /// somebody is, not that they may still do anything.
    ///
    /// # Errors
    /// As [`KeyRing::verify`].
    pub fn verify_within(&self, token: &str, now: Timestamp, grace_s: i64) -> Result<Claims> {
        let key = self.key_of(token)?;
        let mut rules = Validation::new(Algorithm::ES256);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The time is an argument here; the library would ask the machine's clock.
        rules.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.decoding, &rules).map_err(|e| refused().caused_by(e))?.claims;
        let now = seconds(now);
        let after_retirement = key.retired_at.is_some_and(|end| claims.iat > seconds(end) + LEEWAY_S);
        if claims.exp - claims.iat > LIFE_S || claims.iat > now + LEEWAY_S || after_retirement {
            return Err(refused());
        }
        if claims.exp.saturating_add(grace_s) <= now { Err(Error::new(Code::TokenExpired)) } else { Ok(claims) }
    }
}

const fn seconds(at: Timestamp) -> i64 {
    at.micros().div_euclid(MICROS_PER_SECOND)
}

/// Nothing of why: whoever makes tokens up learns nothing from it.
fn refused() -> Error {
    Error::new(Code::Unauthenticated)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    fn key(n: u8, created: i64, retired: Option<i64>) -> TokenKey {
        TokenKey::from_secret(&[n; 32], NOW.plus_minutes(created), retired.map(|m| NOW.plus_minutes(m))).unwrap()
    }

    fn claims(at: Timestamp) -> Claims {
        let id = |n| Uuid::from_u128(n);
        Claims::new(AccountId::new(id(1)), SessionId::new(id(2)), id(3), at)
    }

    fn code(result: Result<Claims>) -> Option<Code> {
        result.err().map(|e| e.code)
    }

    #[test]
    fn a_token_is_good_for_a_quarter_of_an_hour_and_says_what_it_was_given() {
        let ring = KeyRing::new(vec![key(1, 0, None)]);
        let token = ring.issue(&claims(NOW)).unwrap();
        assert_eq!(ring.verify(&token, NOW).unwrap(), claims(NOW));
        assert!(ring.verify(&token, NOW.plus_micros(15 * 60 * 1_000_000 - 1)).is_ok());
        assert_eq!(code(ring.verify(&token, NOW.plus_minutes(15))), Some(Code::TokenExpired));
        assert!(ring.verify_within(&token, NOW.plus_minutes(15), 60).is_ok(), "who it was is still proven");
        assert_eq!(code(ring.verify(&token, NOW.plus_minutes(-2))), Some(Code::Unauthenticated), "from the future");
    }

    #[test]
    fn the_newest_key_signs_and_retired_ones_verify_what_they_signed_in_their_time() {
        let before = KeyRing::new(vec![key(1, 0, None)]);
        let old = before.issue(&claims(NOW)).unwrap();
        let after = KeyRing::new(vec![key(1, 0, Some(5)), key(2, 5, None)]);
        assert_ne!(after.signing_kid(), before.signing_kid());
        let new = after.issue(&claims(NOW.plus_minutes(6))).unwrap();
        assert!(after.verify(&old, NOW.plus_minutes(6)).is_ok() && after.verify(&new, NOW.plus_minutes(6)).is_ok());
        assert!(!before.knows(&new) && after.knows(&old));
        let forged = before.issue(&claims(NOW.plus_minutes(7))).unwrap();
        assert_eq!(code(after.verify(&forged, NOW.plus_minutes(7))), Some(Code::Unauthenticated), "signed after retirement");
        let gone = KeyRing::new(vec![key(2, 5, None)]);
        assert_eq!(code(gone.verify(&old, NOW.plus_minutes(6))), Some(Code::Unauthenticated));
        assert!(KeyRing::new(vec![key(1, 0, Some(1))]).issue(&claims(NOW)).is_err());
    }

    #[test]
    fn tokens_that_were_tampered_with_are_nobodys() {
        let ring = KeyRing::new(vec![key(1, 0, None)]);
        let token = ring.issue(&claims(NOW)).unwrap();
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            // The last characters of a part may hold spare bits: then it is the same token.
            if let Ok(c) = ring.verify(&changed, NOW) {
                assert_eq!(c, claims(NOW), "byte {at}");
            }
        }
        let stranger = KeyRing::new(vec![key(9, 0, None)]).issue(&claims(NOW)).unwrap();
        let long = format!("{token}{}", "A".repeat(3000));
        let none = "eyJhbGciOiJub25lIn0.e30.";
        for wrong in ["", "a.b.c", none, &stranger, &long] {
            assert_eq!(code(ring.verify(wrong, NOW)), Some(Code::Unauthenticated), "{wrong}");
        }
        let mut endless = claims(NOW);
        endless.exp += 1;
        assert_eq!(code(ring.verify(&ring.issue(&endless).unwrap(), NOW)), Some(Code::Unauthenticated), "longer than we give");
        let mut elsewhere = claims(NOW);
        elsewhere.aud = "another".into();
        assert_eq!(code(ring.verify(&ring.issue(&elsewhere).unwrap(), NOW)), Some(Code::Unauthenticated));
    }

    #[test]
    fn a_key_prints_its_name_only_and_the_secret_decides_it() {
        assert_eq!(key(1, 0, None).kid(), key(1, 9, None).kid());
        assert!(format!("{:?}", key(1, 0, None)).starts_with("TokenKey("));
        assert!(TokenKey::from_secret(&[0; 32], NOW, None).is_none() && TokenKey::from_secret(&[255; 32], NOW, None).is_none());
    }
}
