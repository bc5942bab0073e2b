//! Pictures: what the bytes of stored photos say, once for each content whatever many photos have it. Knows nothing of files.

use crate::evidence::reading::{Gap, Known, Reading};
use bazdid_protocol::time::{MICROS_PER_MINUTE, MICROS_PER_SECOND, Timestamp};

bazdid_protocol::text_enum! {
    /// Which smaller picture.
    Size {
        /// Fills a screen.
        Screen = "screen",
        /// For a list.
        Thumb = "thumb",
    }
}

bazdid_protocol::text_enum! {
    /// How far the reading of a picture is.
    PictureState {
        /// Nobody has read it yet.
        Waiting = "waiting",
        /// It was read.
        Read = "read",
        /// It could not be read, and is not tried again.
        Failed = "failed",
    }
}

bazdid_protocol::text_enum! {
    /// Why a picture could not be read. What the bytes themselves lack is a [`Gap`] of a picture that was read.
    ReadFault {
        /// Its bytes are not where they were put.
        Missing = "missing",
        /// The decoder broke down at it.
        Panicked = "panicked",
        /// It took longer than it may.
        TooSlow = "too_slow",
        /// Who read it never came back: the process died over it, or beside it.
        Abandoned = "abandoned",
    }
}

/// So often it is tried to read a picture.
pub const MAX_ATTEMPTS: i64 = 4;
/// How long who reads a picture has it for themselves.
pub const LEASE_US: i64 = 5 * MICROS_PER_MINUTE;

/// Bytes of the smaller pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Small {
    /// Of the one that fills a screen.
    pub screen_bytes: i64,
    /// Of the one for a list.
    pub thumb_bytes: i64,
}

/// What was found in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What it says of itself.
    pub reading: Reading,
    /// How it looks, in 64 bits, or why that says nothing.
    pub fingerprint: Known<u64>,
    /// The smaller pictures, if there could be any.
    pub small: Option<Small>,
}

impl Found {
    /// Of a picture that could not be read.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { reading: Reading::unknown(Gap::Unread), fingerprint: Err(Gap::Unread), small: None }
    }
}

/// A content and how far its reading is.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// SHA-256 of the content, 64 hex digits in lower case.
    pub sha256: String,
    /// How far it is.
    pub state: PictureState,
    /// How often somebody began to read it.
    pub attempts: i64,
    /// When something is to be done for it: to read it, or to judge the photos that have it. While somebody is at it the end of
    /// their lease. Absent: nothing is to be done.
    pub due_at: Option<Timestamp>,
    /// Why it could not be read the last time.
    pub fault: Option<ReadFault>,
    /// What was found; absent while it waits.
    pub found: Option<Found>,
    /// When it was stored.
    pub stored_at: Timestamp,
    /// When it was read, or given up.
    pub read_at: Option<Timestamp>,
}

impl Picture {
    /// A picture that has just been stored.
    #[must_use]
    pub const fn new(sha256: String, now: Timestamp) -> Self {
        Self {
            sha256,
            state: PictureState::Waiting,
            attempts: 0,
            due_at: Some(now),
            fault: None,
            found: None,
            stored_at: now,
            read_at: None,
        }
    }

    /// The picture once what it says is known; its photos are to be judged.
    #[must_use]
    pub fn read(&self, found: Found, now: Timestamp) -> Self {
        Self { state: PictureState::Read, fault: None, found: Some(found), read_at: Some(now), ..self.clone() }
    }

    /// The picture after an attempt that failed: tried again after a pause that grows, until it is given up.
    #[must_use]
    pub fn failed(&self, fault: ReadFault, now: Timestamp) -> Self {
        if self.attempts >= MAX_ATTEMPTS {
            let found = Some(Found::nothing());
            return Self { state: PictureState::Failed, fault: Some(fault), found, read_at: Some(now), ..self.clone() };
        }
        Self { fault: Some(fault), due_at: Some(now.plus_micros(pause_us(self.attempts))), ..self.clone() }
    }
}

/// How long to wait after so many attempts: half a minute, two, eight.
const fn pause_us(attempts: i64) -> i64 {
    match attempts {
        ..=1 => 30 * MICROS_PER_SECOND,
        2 => 2 * MICROS_PER_MINUTE,
        _ => 8 * MICROS_PER_MINUTE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_cannot_be_read_is_tried_a_few_times_with_growing_pauses_and_then_given_up() {
        let start = Timestamp::from_micros(1_790_000_000_000_000);
        let mut picture = Picture::new("ab".repeat(32), start);
        let mut pauses = Vec::new();
        for attempt in 1..MAX_ATTEMPTS {
            picture = Picture { attempts: attempt, ..picture }.failed(ReadFault::Panicked, start);
            assert_eq!((picture.state, picture.fault), (PictureState::Waiting, Some(ReadFault::Panicked)));
            pauses.push(picture.due_at.unwrap() - start);
        }
        assert!(pauses.is_sorted_by(|a, b| a < b) && pauses.iter().all(|p| *p > 0), "{pauses:?}");
        let given_up = Picture { attempts: MAX_ATTEMPTS, ..picture }.failed(ReadFault::TooSlow, start);
        assert_eq!((given_up.state, given_up.fault, given_up.read_at), (PictureState::Failed, Some(ReadFault::TooSlow), Some(start)));
        assert_eq!(given_up.found, Some(Found::nothing()));
    }
}
