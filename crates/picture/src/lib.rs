//! Pictures as bytes: what is in them, smaller ones of them, and which look alike.
//!
//! Whoever sends the bytes may mean harm: every step has a bound on bytes, pixels and entries that is checked before memory is
//! taken, and what cannot be read is unknown with a reason. Pure over given bytes: no files, no network, no clock, no async.

mod container;
pub mod fingerprint;
#[cfg(any(test, fuzzing))]
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "colours of a drawing; what cannot be drawn ends the test"
)]
mod fixture;
#[cfg(any(test, fuzzing))]
#[expect(clippy::unwrap_used, reason = "what does not hold ends the test")]
pub mod harm;
pub mod near;
pub mod read;
pub mod render;

pub use container::format as format_of;
