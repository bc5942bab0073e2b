//! Refresh tokens: 256 secret bits, opaque; only their SHA-256 is stored, so that a copy of the database opens no session.
//!
//! The first token of a session is random. Each later one is derived from the one before it with a key that is not in the database
//! ([`crate::vault::Vault::next_refresh_secret`]): an exchange that is repeated gets the same token, and no token is stored.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// How every refresh token begins: searches for leaked secrets find it.
const PREFIX: &str = "bzr_";

/// The text that the client gets, from the secret bytes.
#[must_use]
pub fn token(secret: &[u8; 32]) -> String {
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(secret))
}

/// The secret bytes of a token; nothing for a text that no token can be.
#[must_use]
pub fn secret(token: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(token.strip_prefix(PREFIX)?).ok()?.try_into().ok()
}

/// What is stored of a token: the SHA-256 of its secret bytes.
#[must_use]
pub fn hash(secret: &[u8; 32]) -> Vec<u8> {
    digest(&SHA256, secret).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_one_hash_and_other_texts_have_none() {
        let text = token(&[9; 32]);
        assert_eq!((text.len(), secret(&text)), (4 + 43, Some([9; 32])));
        assert_eq!(hash(&[9; 32]).len(), 32);
        assert_ne!(hash(&[9; 32]), hash(&[8; 32]));
        for wrong in ["", "bzr_", "bzr_!!!", &text[4..], &text[..46], &format!("{text}A"), &format!("{text}=")] {
            assert_eq!(secret(wrong), None, "{wrong}");
        }
    }
}
