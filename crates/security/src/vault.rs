//! The secret columns of the database: sealing, keyed hashes and tags, all with keys derived from one master key.
//!
//! Each purpose has a key of its own (HKDF-SHA256, the purpose as `info`), so a tag of one purpose means nothing to another.

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, KeyType, Okm, Prk, Salt},
    hmac,
};

use bazdid_protocol::error::{Error, Result};

/// The first byte of everything sealed: how it was sealed.
const VERSION: u8 = 1;
/// Bytes of an AES-GCM nonce.
const NONCE: usize = 12;
/// Bytes of an AES-GCM tag.
const TAG: usize = 16;

/// Seals and opens secret columns, makes keyed hashes. Cheap to share, impossible to print.
pub struct Vault {
    seal: LessSafeKey,
    phone: hmac::Key,
    cursor: hmac::Key,
    subject: hmac::Key,
    link: hmac::Key,
    refresh: hmac::Key,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// Derives the keys of every purpose from the master key.
    #[must_use]
    pub fn new(master: &[u8; 32]) -> Self {
        let root = Salt::new(HKDF_SHA256, b"bazdid").extract(master);
        let mac = |purpose| derive::<_, hmac::Key>(&root, purpose, hmac::HMAC_SHA256);
        Self {
            seal: LessSafeKey::new(derive::<_, UnboundKey>(&root, &[b"seal.v1"], &AES_256_GCM)),
            phone: mac(&[b"phone.v1"]),
            cursor: mac(&[b"cursor.v1"]),
            subject: mac(&[b"throttle-subject.v1"]),
            link: mac(&[b"link.v1"]),
            refresh: mac(&[b"refresh-token.v1"]),
        }
    }

    /// Seals bytes: version ‖ nonce ‖ ciphertext ‖ tag. The nonce must be random and fresh. `aad` says what it is and whose
    /// (such as `accounts.phone:<id>`), so that a sealed value cannot be moved to another row.
    ///
    /// # Errors
    /// The crypto library refuses to work.
    pub fn seal(&self, plain: &[u8], nonce: [u8; 12], aad: &[u8]) -> Result<Vec<u8>> {
        let mut body = plain.to_vec();
        self.seal
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut body)
            .map_err(|_| broken("sealing"))?;
        let mut sealed = Vec::with_capacity(1 + NONCE + body.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.append(&mut body);
        Ok(sealed)
    }

    /// Opens what [`Vault::seal`] made with the same master key and the same `aad`.
    ///
    /// # Errors
    /// It was not, or it was changed.
    pub fn open(&self, sealed: &[u8], aad: &[u8]) -> Result<Vec<u8>> {
        let refused = || Error::internal("a sealed value does not open: another master key, another row, or it was changed");
        let body = sealed.strip_prefix(&[VERSION]).ok_or_else(refused)?;
        let (nonce, body) = body.split_at_checked(NONCE).filter(|(_, body)| body.len() >= TAG).ok_or_else(refused)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| refused())?;
        let mut body = body.to_vec();
        let plain = self.seal.open_in_place(nonce, Aad::from(aad), &mut body).map_err(|_| refused())?;
        Ok(plain.to_vec())
    }

    /// A phone number's keyed hash: equal numbers can be found, none can be read or tried without the key.
    #[must_use]
    pub fn phone_hash(&self, e164: &str) -> [u8; 32] {
        tag(&self.phone, e164.as_bytes())
    }

    /// The tag of a cursor: a client cannot make one up.
    #[must_use]
    pub fn sign_cursor(&self, bytes: &[u8]) -> [u8; 32] {
        tag(&self.cursor, bytes)
    }

    /// The tag of a link: nobody else can make one up or change one.
    #[must_use]
    pub fn sign_link(&self, bytes: &[u8]) -> [u8; 32] {
        tag(&self.link, bytes)
    }

    /// Whether a link has the tag that [`Vault::sign_link`] gave it; takes as long whatever is wrong with it.
    #[must_use]
    pub fn is_link(&self, bytes: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.link, bytes, tag).is_ok()
    }

    /// The secret bytes of the refresh token that follows another one. The same token always has the same successor; both the token
    /// and the master key are needed to compute it.
    #[must_use]
    pub fn next_refresh_secret(&self, secret: &[u8; 32]) -> [u8; 32] {
        tag(&self.refresh, secret)
    }

    /// The name under which attempts of a login name or an address are counted: neither can be read from the database.
    #[must_use]
    pub fn throttle_subject(&self, subject: &str) -> [u8; 32] {
        tag(&self.subject, subject.as_bytes())
    }
}

#[expect(clippy::expect_used, reason = "expanding fails for keys of more than 8,160 bytes only; ours have 32")]
fn derive<L: KeyType, K: for<'a> From<Okm<'a, L>>>(root: &Prk, purpose: &[&[u8]], kind: L) -> K {
    root.expand(purpose, kind).expect("a key of 32 bytes").into()
}

fn tag(key: &hmac::Key, bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(hmac::sign(key, bytes).as_ref());
    out
}

fn broken(what: &str) -> Error {
    Error::internal(format!("the crypto library refused: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vault(n: u8) -> Vault {
        Vault::new(&[n; 32])
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_and_nothing_else_does(
            plain in prop::collection::vec(any::<u8>(), 0..80), nonce: [u8; 12], aad in prop::collection::vec(any::<u8>(), 0..20),
            bit in 0_usize..8, place: prop::sample::Index, cut: prop::sample::Index,
        ) {
            let sealed = vault(1).seal(&plain, nonce, &aad).unwrap();
            prop_assert_eq!(sealed.len(), 29 + plain.len());
            prop_assert_eq!(vault(1).open(&sealed, &aad).unwrap(), plain);
            let mut flipped = sealed.clone();
            flipped[place.index(sealed.len())] ^= 1 << bit;
            prop_assert!(vault(1).open(&flipped, &aad).is_err(), "a flipped bit");
            prop_assert!(vault(1).open(&sealed[..cut.index(sealed.len())], &aad).is_err(), "cut short");
            let mut other = aad;
            other.push(0);
            prop_assert!(vault(1).open(&sealed, &other).is_err(), "another row");
            prop_assert!(vault(2).open(&sealed, &other[..other.len() - 1]).is_err(), "another master key");
        }
    }

    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let v = vault(1);
        let (a, b, c) = (v.phone_hash("+982833333333"), v.sign_cursor(b"+982833333333"), v.throttle_subject("+982833333333"));
        assert!(a != b && b != c && a != c);
        assert_eq!(a, vault(1).phone_hash("+982833333333"), "the same after a restart");
        assert_ne!(a, vault(2).phone_hash("+982833333333"));
    }

    #[test]
    fn a_links_tag_is_its_own() {
        let (v, tag) = (vault(1), vault(1).sign_link(b"photo"));
        assert!(v.is_link(b"photo", &tag) && !v.is_link(b"photos", &tag) && !vault(2).is_link(b"photo", &tag));
        assert!(!v.is_link(b"photo", &tag[..31]) && !v.is_link(b"photo", &[]) && !v.is_link(b"photo", &v.sign_cursor(b"photo")));
        for bit in 0..256 {
            let mut other = tag;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!v.is_link(b"photo", &other), "{bit}");
        }
    }

    #[test]
    fn it_cannot_be_printed() {
        assert_eq!(format!("{:?}", vault(7)), "Vault(…)");
    }
}
