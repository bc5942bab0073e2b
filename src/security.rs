//! Secrets: passwords, tokens, sealed columns. Pure over the keys, times and random bytes that it is given; knows neither the
//! database nor HTTP.

pub mod password;
pub mod refresh;
pub mod token;
pub mod vault;
