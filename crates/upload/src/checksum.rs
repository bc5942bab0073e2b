//! A checksum of a part, as tus says it.

use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::{Engine as _, prelude::BASE64_STANDARD};

/// A checksum that a client sent along with a part.
#[derive(Clone)]
pub struct Checksum {
    pub(super) algorithm: &'static Algorithm,
    pub(super) expected: Vec<u8>,
}

impl std::fmt::Debug for Checksum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checksum").finish_non_exhaustive()
    }
}

impl Checksum {
    /// The algorithms, as tus names them.
    pub const ALGORITHMS: &str = "sha256,sha1";

    /// Reads `sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, value) = text.trim().split_once(' ')?;
        let algorithm = match name {
            "sha256" => &SHA256,
            "sha1" => &SHA1_FOR_LEGACY_USE_ONLY,
            _ => return None,
        };
        let expected = BASE64_STANDARD.decode(value.trim()).ok()?;
        (expected.len() == algorithm.output_len()).then_some(Self { algorithm, expected })
    }

    /// Whether it is that of some bytes.
    pub(super) fn agrees(&self, bytes: &[u8]) -> bool {
        digest(self.algorithm, bytes).as_ref() == self.expected.as_slice()
    }
}
