//! Refresh tokens: 256 random bits, opaque; only their SHA-256 is stored, so that a copy of the database opens no session.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// How every refresh token begins: searches for leaked secrets find it.
const PREFIX: &str = "bzr_";

/// The text that the client gets, from fresh random bytes.
#[must_use]
pub fn token(random: [u8; 32]) -> String {
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random))
}

/// What is stored of a token; nothing for a text that no token can be.
#[must_use]
pub fn hash(token: &str) -> Option<Vec<u8>> {
    let random = URL_SAFE_NO_PAD.decode(token.strip_prefix(PREFIX)?).ok()?;
    (random.len() == 32).then(|| digest(&SHA256, &random).as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_one_hash_and_other_texts_have_none() {
        let text = token([9; 32]);
        assert_eq!(text.len(), 4 + 43);
        assert_eq!(hash(&text).unwrap().len(), 32);
        assert_ne!(hash(&text), hash(&token([8; 32])));
        for wrong in ["", "bzr_", "bzr_!!!", &text[4..], &text[..46], &format!("{text}A"), &format!("{text}=")] {
            assert_eq!(hash(wrong), None, "{wrong}");
        }
    }
}
