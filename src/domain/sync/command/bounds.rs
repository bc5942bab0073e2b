//! What the arguments of commands may hold at most.

use crate::domain::{
    geo::Point,
    sync::command::{Fault, PhotoAdd, invalid},
};

/// Longest text, characters.
pub const MAX_TEXT: usize = 4_000;
/// Longest short text (reasons, units, codes), characters.
pub const MAX_SHORT: usize = 400;
/// Largest photo, bytes.
pub const MAX_PHOTO_BYTES: i64 = 200_000_000;

pub(super) fn text(pointer: &str, value: &str) -> Result<(), Fault> {
    bounded(pointer, value, MAX_TEXT)
}

pub(super) fn short(pointer: &str, value: &str) -> Result<(), Fault> {
    bounded(pointer, value, MAX_SHORT)
}

fn bounded(pointer: &str, value: &str, max: usize) -> Result<(), Fault> {
    if value.trim().is_empty() {
        Err(invalid(pointer, "must not be empty"))
    } else if value.contains('\0') {
        Err(invalid(pointer, "must not contain NUL"))
    } else if value.chars().count() > max {
        Err(invalid(pointer, &format!("must have at most {max} characters")))
    } else {
        Ok(())
    }
}

pub(super) fn optional_text(pointer: &str, value: Option<&str>) -> Result<(), Fault> {
    value.filter(|v| !v.is_empty()).map_or(Ok(()), |v| text(pointer, v))
}

pub(super) fn point(pointer: &str, value: Option<&Point>) -> Result<(), Fault> {
    value.and_then(Point::fault).map_or(Ok(()), |(field, why)| Err(invalid(&format!("{pointer}/{field}"), why)))
}

pub(super) fn photo(a: &PhotoAdd) -> Result<(), Fault> {
    if a.sha256.len() != 64 || !a.sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(invalid("/args/sha256", "must be 64 hex digits"));
    }
    if !(1..=MAX_PHOTO_BYTES).contains(&a.bytes) {
        return Err(invalid("/args/bytes", &format!("must be from 1 to {MAX_PHOTO_BYTES}")));
    }
    if !a.mime.starts_with("image/") || a.mime.len() > 60 {
        return Err(invalid("/args/mime", "must be an image type such as image/jpeg"));
    }
    for (pointer, pixels) in [("/args/width", a.width), ("/args/height", a.height)] {
        if pixels.is_some_and(|p| !(1..=100_000).contains(&p)) {
            return Err(invalid(pointer, "must be from 1 to 100000"));
        }
    }
    if a.heading_deg.is_some_and(|h| !(0.0..=360.0).contains(&h)) {
        return Err(invalid("/args/heading_deg", "must be degrees from 0 to 360"));
    }
    point("/args/point", a.point.as_ref())
}
