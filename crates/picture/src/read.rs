//! What a picture says of itself.

mod fields;
mod guard;

use std::io::Cursor;

use image::{ImageFormat, ImageReader};

use crate::container;
use bazdid_domain::evidence::reading::{Format, Gap, Known, Pixels, Reading};

/// A file is at most so long; what is longer is not read.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Reads a picture. Never fails: what cannot be read is unknown, with the reason.
#[must_use]
pub fn read(bytes: &[u8]) -> Reading {
    if bytes.len() > MAX_BYTES {
        return Reading::unknown(Gap::TooLarge);
    }
    let format = match container::format(bytes) {
        Ok(format) => format,
        Err(gap) => return Reading::unknown(gap),
    };
    let exif = container::exif(format, bytes).and_then(guard::bounded);
    let mut reading = match exif {
        Ok(exif) => fields::reading(&exif),
        Err(gap) => Reading::unknown(gap),
    };
    reading.format = Ok(format);
    reading.pixels = pixels(format, bytes);
    reading
}

/// The format as the decoders of `image` call it; absent where there is none.
#[must_use]
pub const fn decodable(format: Format) -> Option<ImageFormat> {
    match format {
        Format::Jpeg => Some(ImageFormat::Jpeg),
        Format::Png => Some(ImageFormat::Png),
        Format::Webp => Some(ImageFormat::WebP),
        Format::Heic | Format::Avif => None,
    }
}

/// Width and height by the file's head; nothing is decoded.
fn pixels(format: Format, bytes: &[u8]) -> Known<Pixels> {
    let Some(decoder) = decodable(format) else {
        return container::heif_pixels(bytes);
    };
    ImageReader::with_format(Cursor::new(bytes), decoder)
        .into_dimensions()
        .map(|(width, height)| Pixels { width, height })
        .map_err(|_| Gap::Damaged)
}

#[cfg(test)]
pub(super) mod tests;
