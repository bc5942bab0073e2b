//! The opaque cursor of the pull: how far a device has read each channel.
//!
//! It is signed, so that nobody can make one up, and holds no permission: channels are derived anew at every pull. The bytes:
//! ```text
//! 2                                  version
//! varint length, bytes               feed epoch
//! varint count                       positions, sorted by channel
//!   kind (1…6), 16 bytes of the id (none for ref), varint seq, varint floor
//! 32 bytes                           tag over all before it
//! ```
//! in base64url without padding; a varint is LEB128.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use bazdid_protocol::channel::Channel;

const VERSION: u8 = 2;
const TAG_BYTES: usize = 32;
/// A longer text is not read: no account has so many channels.
const MAX_TEXT: usize = 256 * 1024;

/// How far a device has read one channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// The last seq read.
    pub seq: i64,
    /// The channel's floor when the reading began, as long as it has not come beyond it; otherwise 0. What was forgotten up to there the
    /// device never had.
    pub floor: i64,
}

/// How far a device has read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The feed that the positions belong to; another one after a restore.
    pub feed_epoch: String,
    /// How far each channel was read.
    pub positions: BTreeMap<Channel, Position>,
}

/// Why a cursor cannot be used. The answer to any of them is a reset of all channels, not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CursorFault {
    /// Not a cursor of this version.
    #[error("the cursor cannot be read")]
    Unreadable,
    /// The tag is not this server's.
    #[error("the cursor was not made by this server")]
    Forged,
}

impl Cursor {
    /// The text of the cursor, with the tag that `sign` computes (an HMAC with the server's key).
    #[must_use]
    pub fn seal(&self, sign: impl Fn(&[u8]) -> [u8; TAG_BYTES]) -> String {
        let mut bytes = vec![VERSION];
        put_varint(&mut bytes, self.feed_epoch.len().try_into().unwrap_or(u64::MAX));
        bytes.extend_from_slice(self.feed_epoch.as_bytes());
        put_varint(&mut bytes, self.positions.len().try_into().unwrap_or(u64::MAX));
        for (channel, at) in &self.positions {
            let (kind, id) = channel.parts();
            bytes.push(kind);
            bytes.extend(id.iter().flat_map(Uuid::as_bytes));
            for number in [at.seq, at.floor] {
                put_varint(&mut bytes, u64::try_from(number).unwrap_or_default());
            }
        }
        let tag = sign(&bytes);
        bytes.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a text that [`Self::seal`] made with the same `sign`.
    ///
    /// # Errors
    /// It is not such a text.
    pub fn open(text: &str, sign: impl Fn(&[u8]) -> [u8; TAG_BYTES]) -> Result<Self, CursorFault> {
        if text.len() > MAX_TEXT {
            return Err(CursorFault::Unreadable);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorFault::Unreadable)?;
        let (body, tag) = bytes.split_last_chunk::<TAG_BYTES>().ok_or(CursorFault::Unreadable)?;
        // All bytes are looked at whatever the first difference, so that the time tells nothing of the tag.
        if sign(body).iter().zip(tag).fold(0, |differs, (a, b)| differs | (a ^ b)) != 0 {
            return Err(CursorFault::Forged);
        }
        read(body).ok_or(CursorFault::Unreadable)
    }
}

fn read(body: &[u8]) -> Option<Cursor> {
    let mut rest = body;
    if take(&mut rest, 1)? != [VERSION] {
        return None;
    }
    let length = usize::try_from(take_varint(&mut rest)?).ok()?;
    let feed_epoch = String::from_utf8(take(&mut rest, length)?.to_vec()).ok()?;
    let count = take_varint(&mut rest)?;
    let mut positions = BTreeMap::new();
    for _ in 0..count {
        let channel = take_channel(&mut rest)?;
        let mut number = || i64::try_from(take_varint(&mut rest)?).ok();
        positions.insert(channel, Position { seq: number()?, floor: number()? });
    }
    rest.is_empty().then_some(Cursor { feed_epoch, positions })
}

fn take_channel(rest: &mut &[u8]) -> Option<Channel> {
    let [kind] = *take(rest, 1)?.first_chunk()?;
    if kind == 5 {
        return Some(Channel::Ref);
    }
    let id = Uuid::from_slice(take(rest, 16)?).ok()?;
    match kind {
        1 => Some(Channel::Area(id.into())),
        2 => Some(Channel::Device(id.into())),
        3 => Some(Channel::Office(id.into())),
        4 => Some(Channel::Org(id.into())),
        6 => Some(Channel::User(id.into())),
        _ => None,
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(count)?;
    *rest = after;
    Some(taken)
}

fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or_default();
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

fn take_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let [byte] = *take(rest, 1)?.first_chunk()?;
        let low = u64::from(byte & 0x7f);
        // The tenth byte has room for one bit only.
        if shift == 63 && low > 1 {
            return None;
        }
        value |= low << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    fn sign(key: u8) -> impl Fn(&[u8]) -> [u8; 32] {
        move |bytes| Sha256::new().chain_update([key]).chain_update(bytes).finalize().into()
    }

    fn any_channel() -> impl Strategy<Value = Channel> {
        let (ids, names) = (any::<u128>(), ["area", "device", "office", "org", "user"]);
        let named = (ids, proptest::sample::select(names.to_vec())).prop_map(|(id, name)| format!("{name}:{}", Uuid::from_u128(id)));
        prop_oneof![Just(Channel::Ref), named.prop_map(|name| name.parse().unwrap())]
    }

    fn any_cursor() -> impl Strategy<Value = Cursor> {
        let position = (0..=i64::MAX, 0..=i64::MAX).prop_map(|(seq, floor)| Position { seq, floor });
        (".{0,40}", proptest::collection::btree_map(any_channel(), position, 0..20))
            .prop_map(|(feed_epoch, positions)| Cursor { feed_epoch, positions })
    }

    proptest! {
        #[test]
        fn what_was_sealed_is_opened(cursor in any_cursor()) {
            prop_assert_eq!(Cursor::open(&cursor.seal(sign(1)), sign(1)), Ok(cursor));
        }

        #[test]
        fn another_key_or_any_changed_byte_is_noticed(cursor in any_cursor(), at in any::<proptest::sample::Index>(), bit in 0..8_u8) {
            let text = cursor.seal(sign(1));
            prop_assert_eq!(Cursor::open(&text, sign(2)), Err(CursorFault::Forged));
            let mut bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= 1_u8 << bit;
            prop_assert_eq!(Cursor::open(&URL_SAFE_NO_PAD.encode(bytes), sign(1)), Err(CursorFault::Forged));
        }

        #[test]
        fn no_signed_bytes_are_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let mut signed = [&[VERSION][..], &bytes].concat();
            let tag = sign(1)(&signed);
            signed.extend(tag);
            if let Ok(cursor) = Cursor::open(&URL_SAFE_NO_PAD.encode(signed), sign(1)) {
                prop_assert_eq!(Cursor::open(&cursor.seal(sign(1)), sign(1)), Ok(cursor));
            }
        }
    }

    #[test]
    fn what_is_no_cursor_is_unreadable() {
        for text in ["", "null", "not base64!", &"A".repeat(42), &"A".repeat(MAX_TEXT + 1)] {
            assert_eq!(Cursor::open(text, sign(1)), Err(CursorFault::Unreadable), "{}", text.chars().take(50).collect::<String>());
        }
        let other_version = [&[9][..], &sign(1)(&[9])].concat();
        assert_eq!(Cursor::open(&URL_SAFE_NO_PAD.encode(other_version), sign(1)), Err(CursorFault::Unreadable));
    }

    #[test]
    fn a_cursor_of_five_channels_is_short() {
        let positions = (0..5).map(|i| (Channel::Area(Uuid::from_u128(i).into()), Position { seq: 1_000_000, floor: 0 })).collect();
        let cursor = Cursor { feed_epoch: "0192a000-0000-7000-8000-000000000001".into(), positions };
        assert!(cursor.seal(sign(1)).len() < 250);
    }
}
