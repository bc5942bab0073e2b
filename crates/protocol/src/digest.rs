//! What lets both sides see that they hold the same: the chain over a device's mutations and the digest of a channel's rows.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::ids::MutationId;

/// The chain of a device: `chain = sha256(chain ‖ mutation id)`, both as raw bytes (32 and 16), in the order of `seq`.
///
/// A device that sends another chain than the server holds is a clone or was restored from a backup.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chain([u8; 32]);

/// The text is not a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a chain: expected 64 hex digits")]
pub struct NotAChain;

impl Chain {
    /// The chain of a device that has sent nothing: 32 zero bytes.
    pub const START: Self = Self([0; 32]);

    /// The chain after one more mutation.
    #[must_use]
    pub fn next(self, mutation: MutationId) -> Self {
        Self(Sha256::new().chain_update(self.0).chain_update(mutation.uuid().as_bytes()).finalize().into())
    }
}

/// 64 lower-case hex digits.
impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Chain {
    type Err = NotAChain;

    /// Reads 64 hex digits of either case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: Vec<u8> = text.chars().map_while(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
        if digits.len() != 64 || text.len() != 64 {
            return Err(NotAChain);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
            let [high, low] = *pair;
            *byte = high << 4 | low;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Chain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Chain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The share of one row in its channel's digest: the first 8 bytes, little endian, of sha256(type 0x00 id 0x00 v), where the
/// id is its hyphenated lower-case text and v its decimal text.
#[must_use]
pub fn row_hash(kind: &str, id: Uuid, v: i64) -> u64 {
    let mut hyphenated = Uuid::encode_buffer();
    let id = id.hyphenated().encode_lower(&mut hyphenated);
    let hash: [u8; 32] =
        Sha256::new().chain_update(kind).chain_update([0]).chain_update(id).chain_update([0]).chain_update(v.to_string()).finalize().into();
    hash.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
}

/// Count and sum modulo 2⁶⁴ of the rows of a channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChannelDigest {
    /// Number of rows.
    pub n: i64,
    /// Sum of their hashes modulo 2⁶⁴.
    pub sum: u64,
}

impl ChannelDigest {
    /// The digest with one row more.
    #[must_use]
    pub const fn with(self, hash: u64) -> Self {
        Self { n: self.n.saturating_add(1), sum: self.sum.wrapping_add(hash) }
    }

    /// The digest with one row less.
    #[must_use]
    pub const fn without(self, hash: u64) -> Self {
        Self { n: self.n.saturating_sub(1), sum: self.sum.wrapping_sub(hash) }
    }

    /// The sum as it stands on the wire: 16 lower-case hex digits, the most significant first.
    #[must_use]
    pub fn hex(self) -> String {
        format!("{:016x}", self.sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: Uuid = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_00aa);

    #[test]
    fn the_vectors_of_the_specification() {
        // Computed with Python: hashlib.sha256(b"ticket\0" + id + b"\0" + b"59").digest()[:8], and the same for the chain.
        assert_eq!(row_hash("ticket", ID, 59), ROW_VECTOR);
        let one = Chain::START.next(MutationId::new(ID));
        assert_eq!(one.to_string(), CHAIN_VECTOR);
    }

    const ROW_VECTOR: u64 = 0x1f89_1f68_c63e_653c;
    const CHAIN_VECTOR: &str = "264c644f54b6cecb6a9d8560e859d7e74319fccf6f59c9745d1a0a42d022a280";

    #[test]
    fn only_64_hex_digits_are_a_chain() {
        let start = "0".repeat(64);
        assert_eq!(start.parse(), Ok(Chain::START));
        let one = Chain::START.next(MutationId::new(ID));
        assert_eq!(one.to_string().to_uppercase().parse(), Ok(one));
        for text in
            ["", "0", &"0".repeat(63), &"0".repeat(65), &"g".repeat(64), &format!("{}é", "0".repeat(62)), &format!("{}+", "0".repeat(63))]
        {
            assert_eq!(text.parse::<Chain>(), Err(NotAChain), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_chain_tells_the_order_of_two_mutations(a in any::<u128>(), b in any::<u128>()) {
            prop_assume!(a != b);
            let (a, b) = (MutationId::new(Uuid::from_u128(a)), MutationId::new(Uuid::from_u128(b)));
            prop_assert_ne!(Chain::START.next(a).next(b), Chain::START.next(b).next(a));
        }

        #[test]
        fn any_missing_extra_or_stale_row_changes_the_digest_and_order_does_not(
            rows in proptest::collection::btree_map(any::<u128>(), 1..1_000_i64, 1..20), which in any::<proptest::sample::Index>(),
        ) {
            let hash = |(id, v): (&u128, &i64)| row_hash("ticket", Uuid::from_u128(*id), *v);
            let forwards = rows.iter().map(hash).fold(ChannelDigest::default(), ChannelDigest::with);
            let backwards = rows.iter().rev().map(hash).fold(ChannelDigest::default(), ChannelDigest::with);
            prop_assert_eq!(forwards, backwards);
            let (id, v) = rows.iter().nth(which.index(rows.len())).unwrap();
            let missing = forwards.without(hash((id, v)));
            prop_assert_ne!(missing, forwards);
            prop_assert_ne!(missing.with(hash((id, &(v + 1)))), forwards);
            prop_assert_ne!(missing.with(row_hash("visit", Uuid::from_u128(*id), *v)), forwards);
            prop_assert_eq!(missing.with(hash((id, v))), forwards);
        }
    }
}
