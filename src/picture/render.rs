//! Smaller pictures for people: turned upright, without EXIF, always JPEG. The original is not touched.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits, codecs::jpeg::JpegEncoder, imageops::FilterType, metadata::Orientation};

use crate::{
    domain::evidence::reading::{Format, Gap, Known},
    picture::{
        fingerprint::Fingerprint,
        read::{MAX_BYTES, decodable},
    },
};

/// Pixels that are decoded at most. A phone's largest are some 50 million; a few bytes can announce far more.
const MAX_PIXELS: u64 = 64_000_000;
/// Bytes that a decoder may take for one picture: four to a pixel.
const MAX_MEMORY: u64 = 4 * MAX_PIXELS;
/// Pixels on a side.
const MAX_SIDE: u32 = 30_000;
/// Longer side of the picture that fills a screen.
pub const SCREEN: u32 = 1600;
/// Longer side of the picture for a list.
pub const THUMB: u32 = 320;
/// Quality of the smaller pictures, 1…100.
const QUALITY: u8 = 80;

/// What is made of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// JPEG with a longer side of at most [`SCREEN`].
    pub screen: Vec<u8>,
    /// JPEG with a longer side of at most [`THUMB`].
    pub thumb: Vec<u8>,
    /// How it looks, upright.
    pub fingerprint: Known<Fingerprint>,
}

/// Makes the smaller pictures. `orientation` is that of EXIF, 1…8.
///
/// # Errors
/// Why it cannot be decoded.
pub fn render(bytes: &[u8], format: Format, orientation: Known<u8>) -> Known<Rendered> {
    let screen = upright(fit(decode(bytes, format)?, SCREEN), orientation);
    let thumb =
        if screen.width().max(screen.height()) > THUMB { screen.resize(THUMB, THUMB, FilterType::Triangle) } else { screen.clone() };
    Ok(Rendered { fingerprint: Fingerprint::of(&thumb), screen: jpeg(&screen)?, thumb: jpeg(&thumb)? })
}

/// The pixels, if they are not more than may be.
fn decode(bytes: &[u8], format: Format) -> Known<DynamicImage> {
    let format = decodable(format).ok_or(Gap::NotDecodable)?;
    if bytes.len() > MAX_BYTES {
        return Err(Gap::TooLarge);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let decoder = reader.into_decoder().map_err(|e| gap(&e))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_MEMORY {
        return Err(Gap::TooLarge);
    }
    DynamicImage::from_decoder(decoder).map_err(|e| gap(&e))
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    limits
}

const fn gap(error: &image::ImageError) -> Gap {
    match error {
        image::ImageError::Limits(_) => Gap::TooLarge,
        _ => Gap::Damaged,
    }
}

/// At most so long on its longer side; never enlarged. Without transparency, which JPEG has not.
fn fit(picture: DynamicImage, side: u32) -> DynamicImage {
    let small = if picture.width().max(picture.height()) > side { picture.thumbnail(side, side) } else { picture };
    DynamicImage::ImageRgb8(small.into_rgb8())
}

fn upright(mut picture: DynamicImage, orientation: Known<u8>) -> DynamicImage {
    if let Some(orientation) = orientation.ok().and_then(Orientation::from_exif) {
        picture.apply_orientation(orientation);
    }
    picture
}

/// Pixels alone: the encoder is given nothing else to write.
fn jpeg(picture: &DynamicImage) -> Known<Vec<u8>> {
    let mut out = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY)).map_err(|_| Gap::Damaged)?;
    Ok(out)
}

#[cfg(test)]
mod tests;
