//! What is read of a picture.

#[path = "../../../src/domain/evidence/reading.rs"]
pub mod reading;
