//! HEIC, by a decoder in safe Rust: `docs/adr/0007-heic.md` says why this one.

mod work;

use heifer::{Options, decode_rgba8, read_metadata};
use image::{DynamicImage, RgbaImage};

use crate::{container::heif_pixels, render::colours::Colours};
use bazdid_domain::evidence::reading::{Gap, Known};

/// Pixels that are decoded at most: the decoder takes some seven bytes to a pixel, not four. Phones that write HEIC have up to 49 million.
const MAX_PIXELS: u64 = 50_000_000;

/// The pixels, upright, and what their colours mean.
pub fn decode(bytes: &[u8]) -> Known<(DynamicImage, Colours)> {
    let announced = heif_pixels(bytes)?;
    if u64::from(announced.width) * u64::from(announced.height) > MAX_PIXELS {
        return Err(Gap::TooLarge);
    }
    work::check(bytes)?;
    let colours = Colours::of(read_metadata(bytes).ok().and_then(|m| m.icc_profile));
    let options = Options { max_threads: 1, max_pixels: MAX_PIXELS };
    let picture = decode_rgba8(bytes, &options).map_err(|e| gap(&e))?;
    let pixels = RgbaImage::from_raw(picture.width, picture.height, picture.data).ok_or(Gap::Damaged)?;
    Ok((DynamicImage::ImageRgba8(pixels), colours))
}

const fn gap(error: &heifer::Error) -> Gap {
    match error {
        heifer::Error::Unsupported(_) => Gap::NotDecodable,
        _ => Gap::Damaged,
    }
}
