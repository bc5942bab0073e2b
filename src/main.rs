//! The `bazdid` program.

fn main() {}
