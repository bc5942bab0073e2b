//! Secrets: passwords, tokens, sealed columns. Pure over the keys, times and random bytes that it is given; knows neither the
//! database nor HTTP.

pub mod password;
pub mod refresh;
pub mod token;
pub mod vault;
pub mod webhook;

/// Whether two secrets are the same; the time that it takes tells nothing but their lengths.
#[must_use]
pub fn same_secret(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}
