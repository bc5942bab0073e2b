//! The secret columns of the database: sealing, keyed hashes and tags, all with keys derived from one master key.
//!
//! Each purpose has a key of its own (HKDF-SHA256, the purpose as `info`), so a tag of one purpose means nothing to another.
//!
//! What is stored carries the version of the master key that it was made with: sealed columns and keyed hashes begin with it. A key that takes the
//! place of a lost one has a version of its own, and nothing that is stored has to be rewritten to tell the two apart.

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, KeyType, Okm, Prk, Salt},
    hmac,
};

use bazdid_protocol::error::{Error, Result};

/// The version of an installation's first master key.
pub const FIRST_VERSION: u16 = 1;
/// How it was sealed: the first byte of everything sealed. After it the version of the master key, which is sealed with it.
const FORMAT: u8 = 2;
/// The same, before versions were written: by the first master key.
const FORMAT_OF_THE_FIRST: u8 = 1;
/// Bytes of an AES-GCM nonce.
const NONCE: usize = 12;
/// Bytes of an AES-GCM tag.
const TAG: usize = 16;

/// Seals and opens secret columns, makes keyed hashes. Cheap to share, impossible to print.
pub struct Vault {
    version: u16,
    check: hmac::Key,
    request: hmac::Key,
    seal: LessSafeKey,
    phone: hmac::Key,
    cursor: hmac::Key,
    subject: hmac::Key,
    link: hmac::Key,
    client: hmac::Key,
    code: hmac::Key,
    refresh: hmac::Key,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// Derives the keys of every purpose from the first master key of an installation.
    #[must_use]
    pub fn new(master: &[u8; 32]) -> Self {
        Self::of_version(master, FIRST_VERSION)
    }

    /// Derives the keys of every purpose from a master key.
    #[must_use]
    pub fn of_version(master: &[u8; 32], version: u16) -> Self {
        let root = Salt::new(HKDF_SHA256, b"bazdid").extract(master);
        let mac = |purpose| derive::<_, hmac::Key>(&root, purpose, hmac::HMAC_SHA256);
        Self {
            version,
            check: mac(&[b"check.v1"]),
            request: mac(&[b"request.v1"]),
            seal: LessSafeKey::new(derive::<_, UnboundKey>(&root, &[b"seal.v1"], &AES_256_GCM)),
            phone: mac(&[b"phone.v1"]),
            cursor: mac(&[b"cursor.v1"]),
            subject: mac(&[b"throttle-subject.v1"]),
            link: mac(&[b"link.v1"]),
            client: mac(&[b"client.v1"]),
            code: mac(&[b"access-code.v1"]),
            refresh: mac(&[b"refresh-token.v1"]),
        }
    }

    /// The version of the master key.
    #[must_use]
    pub const fn version(&self) -> u16 {
        self.version
    }

    /// A value by which the master key can be told from others, and nothing learned of it.
    #[must_use]
    pub fn check_value(&self) -> [u8; 32] {
        tag(&self.check, &self.version.to_be_bytes())
    }

    /// Whether a value is [`Vault::check_value`] of this master key.
    #[must_use]
    pub fn is_check_value(&self, value: &[u8]) -> bool {
        hmac::verify(&self.check, &self.version.to_be_bytes(), value).is_ok()
    }

    /// Seals bytes: format ‖ version of the master key ‖ nonce ‖ ciphertext ‖ tag. The nonce must be random and fresh. `aad` says what it is and
    /// whose (such as `accounts.phone:<id>`), so that a sealed value cannot be moved to another row.
    ///
    /// # Errors
    /// The crypto library refuses to work.
    pub fn seal(&self, plain: &[u8], nonce: [u8; 12], aad: &[u8]) -> Result<Vec<u8>> {
        let [high, low] = self.version.to_be_bytes();
        let mut sealed = vec![FORMAT, high, low];
        let aad = Aad::from([&sealed, aad].concat());
        let mut body = plain.to_vec();
        self.seal.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut body).map_err(|_| broken("sealing"))?;
        sealed.reserve_exact(NONCE + body.len());
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
        if !self.is_of_this_key(sealed) {
            return Err(refused());
        }
        let header = if sealed.first() == Some(&FORMAT) { 3 } else { 1 };
        let (header, body) = sealed.split_at_checked(header).ok_or_else(refused)?;
        let (nonce, body) = body.split_at_checked(NONCE).filter(|(_, body)| body.len() >= TAG).ok_or_else(refused)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| refused())?;
        let bound = if header.len() == 3 { header } else { &[] };
        let mut body = body.to_vec();
        let plain = self.seal.open_in_place(nonce, Aad::from([bound, aad].concat()), &mut body).map_err(|_| refused())?;
        Ok(plain.to_vec())
    }

    /// Whether a sealed value says that it was sealed with this version of the master key. What was sealed with a former one, which was lost,
    /// cannot be opened any more.
    #[must_use]
    pub fn is_of_this_key(&self, sealed: &[u8]) -> bool {
        match sealed {
            [FORMAT, high, low, ..] => u16::from_be_bytes([*high, *low]) == self.version,
            [FORMAT_OF_THE_FIRST, ..] => self.version == FIRST_VERSION,
            _ => false,
        }
    }

    /// A keyed hash as it is stored: the version of the master key before it.
    fn stored(&self, key: &hmac::Key, bytes: &[u8]) -> Vec<u8> {
        [self.version.to_be_bytes().as_slice(), &tag(key, bytes)].concat()
    }

    /// The keyed hash of a request that is kept for its repetition. Of a plain one a phone number could be tried out in a second.
    #[must_use]
    pub fn request_hash(&self, request: &[u8; 32]) -> Vec<u8> {
        self.stored(&self.request, request)
    }

    /// A phone number's keyed hash: equal numbers can be found, none can be read or tried without the key.
    #[must_use]
    pub fn phone_hash(&self, e164: &str) -> Vec<u8> {
        self.stored(&self.phone, e164.as_bytes())
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

    /// The tag of the token by which a client is known that has logged in before.
    #[must_use]
    pub fn sign_client(&self, bytes: &[u8]) -> [u8; 32] {
        tag(&self.client, bytes)
    }

    /// Whether such a token has the tag that [`Vault::sign_client`] gave it.
    #[must_use]
    pub fn is_client(&self, bytes: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.client, bytes, tag).is_ok()
    }

    /// The keyed hash of a one-time code.
    #[must_use]
    pub fn code_hash(&self, code: &str) -> Vec<u8> {
        self.stored(&self.code, code.as_bytes())
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
            prop_assert_eq!(sealed.len(), 31 + plain.len());
            prop_assert_eq!(vault(1).open(&sealed, &aad).unwrap(), plain);
            let mut flipped = sealed.clone();
            flipped[place.index(sealed.len())] ^= 1 << bit;
            prop_assert!(vault(1).open(&flipped, &aad).is_err(), "a flipped bit");
            prop_assert!(vault(1).open(&sealed[..cut.index(sealed.len())], &aad).is_err(), "cut short");
            let mut other = aad;
            other.push(0);
            prop_assert!(vault(1).open(&sealed, &other).is_err(), "another row");
            prop_assert!(vault(2).open(&sealed, &other[..other.len() - 1]).is_err(), "another master key");
            prop_assert!(Vault::of_version(&[1; 32], 2).open(&sealed, &other[..other.len() - 1]).is_err(), "another version");
        }
    }

    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let v = vault(1);
        let (a, b, c) = (v.phone_hash("+982833333333"), v.sign_cursor(b"+982833333333"), v.throttle_subject("+982833333333"));
        assert!(a[2..] != b && b != c && a[2..] != c);
        let request = v.request_hash(b"+982833333333-+982833333333-1234");
        assert_eq!(
            (&a[..2], &request[..2], a.len()),
            ([0, 1].as_slice(), [0, 1].as_slice(), 34),
            "the version of the key stands before it"
        );
        assert_ne!(Vault::of_version(&[1; 32], 2).phone_hash("+982833333333"), a);
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
    fn a_master_key_is_known_by_its_check_value() {
        let check = vault(1).check_value();
        assert!(vault(1).is_check_value(&check) && !vault(2).is_check_value(&check));
        assert!(!Vault::of_version(&[1; 32], 2).is_check_value(&check) && !vault(1).is_check_value(&check[..31]));
        assert_ne!(check, vault(1).sign_link(&FIRST_VERSION.to_be_bytes()));
    }

    #[test]
    fn what_was_sealed_before_versions_were_written_is_of_the_first_key() {
        let v = vault(1);
        let mut body = b"+982833333333".to_vec();
        v.seal.seal_in_place_append_tag(Nonce::assume_unique_for_key([3; 12]), Aad::from(b"row"), &mut body).unwrap();
        let sealed = [[1].as_slice(), &[3; 12], &body].concat();
        assert_eq!(v.open(&sealed, b"row").unwrap(), b"+982833333333");
        let second = Vault::of_version(&[1; 32], 2);
        assert!(v.is_of_this_key(&sealed) && !second.is_of_this_key(&sealed) && second.open(&sealed, b"row").is_err());
        assert!(
            second.is_of_this_key(&second.seal(b"", [3; 12], b"").unwrap()) && !v.is_of_this_key(&second.seal(b"", [3; 12], b"").unwrap())
        );
    }

    #[test]
    fn it_cannot_be_printed() {
        assert_eq!(format!("{:?}", vault(7)), "Vault(…)");
    }
}
