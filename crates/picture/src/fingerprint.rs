//! How a picture looks, in 64 bits that change little when it is made smaller, compressed or brightened.

use image::DynamicImage;
use image_hasher::{HashAlg, HasherConfig};
use serde::{Deserialize, Serialize};

use bazdid_domain::evidence::reading::{Gap, Known};

/// Fewer ones or zeros than this are a wall, the sky or a finger: they look like all the others.
const LEAST_FEATURES: u32 = 6;

/// 64 bits of how a picture looks. On the wire 16 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// A fingerprint of given bits.
    #[must_use]
    pub const fn new(bits: u64) -> Self {
        Self(bits)
    }

    /// Its bits.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// In how many bits two differ, 0…64.
    #[must_use]
    pub const fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }

    /// How a picture looks.
    ///
    /// # Errors
    /// It has too few features to be told from others.
    pub fn of(picture: &DynamicImage) -> Known<Self> {
        let hasher = HasherConfig::with_bytes_type::<[u8; 8]>().hash_size(8, 8).hash_alg(HashAlg::Gradient).preproc_dct().to_hasher();
        let hash = hasher.hash_image(picture);
        let bits = <[u8; 8]>::try_from(hash.as_bytes()).map(u64::from_be_bytes).map_err(|_| Gap::Featureless)?;
        let ones = bits.count_ones();
        if (LEAST_FEATURES..=u64::BITS - LEAST_FEATURES).contains(&ones) { Ok(Self(bits)) } else { Err(Gap::Featureless) }
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        format!("{:016x}", fingerprint.0)
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let hex = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then(|| u64::from_str_radix(&text, 16).ok()).flatten().map(Self).ok_or("expected 16 hex digits")
    }
}
