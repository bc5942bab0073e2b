//! What the office decides online, as rules over a world. PURE.

pub mod resolution;
