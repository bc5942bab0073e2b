//! The sources of `src/picture` and the little of the domain that they know, alone, so that a build takes a minute and only they are watched.
//! `picture` is a link to them.

#![allow(dead_code, reason = "the domain has more than pictures need")]

pub mod domain;
pub mod picture;
