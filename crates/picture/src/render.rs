//! Smaller pictures for people: turned upright, without EXIF, always JPEG. The original is not touched.

mod colours;
mod heic;
mod planes;
pub(super) mod shrunk;

use std::io::Cursor;

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, RgbImage};
use jpeg_encoder::{Encoder, EncodingError, SamplingFactor};

use crate::{
    fingerprint::Fingerprint,
    read::{MAX_BYTES, decodable},
    render::{colours::Colours, planes::Planes, shrunk::shrunk},
};
use bazdid_domain::evidence::reading::{Format, Gap, Known};

/// Pixels that are decoded at most. A phone's largest are some 50 million; a few bytes can announce far more.
const MAX_PIXELS: u64 = 64_000_000;
/// Pixels of a JPEG that is decoded to a smaller size at once: its pixels are never there. The largest sensors of phones have 200 million.
const MAX_SHRUNK: u64 = 256_000_000;
/// A JPEG has at least a byte for so many pixels: a block takes two bits or more.
const PIXELS_A_BYTE: u64 = 256;
/// Bytes that a decoder may take for one picture: four to a pixel.
const MAX_MEMORY: u64 = 4 * MAX_PIXELS;
/// Bytes that may be unpacked of a PNG beside its pixels: its profile, its texts and two rows. A few kilobytes unpack to any number; what
/// is beyond it is left out.
const MAX_BESIDE: u64 = 4 << 20;
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
    let (picture, sides, colours) = decode(bytes, format)?;
    // A HEIC says in its own boxes how it is turned, and is decoded upright.
    let turned = if format == Format::Heic { 1 } else { orientation.unwrap_or(1) };
    let screen = planes(picture, fitted(sides, SCREEN), turned)?;
    let thumb = screen.fitted(fitted(screen.sides(), THUMB), 1).ok_or(Gap::TooLarge)?;
    let look = thumb.pixels().map(DynamicImage::ImageRgb8).ok_or(Gap::TooLarge)?;
    Ok(Rendered { fingerprint: Fingerprint::of(&look), screen: jpeg(&screen, &colours)?, thumb: jpeg(&thumb, &colours)? })
}

/// What a decoder made of a picture.
enum Picture {
    /// As JPEG keeps it, smaller than it was.
    Planes(Planes),
    /// All of its pixels.
    Pixels(DynamicImage),
}

/// Width and height.
type Sides = (u32, u32);

/// The pixels, if they are not more than may be, how many they are on each side in the file, and what their colours mean. Of a large JPEG
/// fewer pixels come than there are, not fewer than the screen needs: so one may have more than are decoded of others.
fn decode(bytes: &[u8], format: Format) -> Known<(Picture, Sides, Colours)> {
    if bytes.len() > MAX_BYTES {
        return Err(Gap::TooLarge);
    }
    if format == Format::Heic {
        let (picture, colours) = heic::decode(bytes)?;
        let sides = (picture.width(), picture.height());
        return Ok((Picture::Pixels(picture), sides, colours));
    }
    let format = decodable(format).ok_or(Gap::NotDecodable)?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits(format));
    let mut decoder = reader.into_decoder().map_err(|e| gap(&e))?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let too_many = pixels > MAX_PIXELS || decoder.total_bytes() > MAX_MEMORY;
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if too_many && (format != ImageFormat::Jpeg || pixels > MAX_SHRUNK || length < pixels / PIXELS_A_BYTE) {
        return Err(Gap::TooLarge);
    }
    // A profile that cannot be read is none: the pixels may be sound.
    let colours = Colours::of(decoder.icc_profile().unwrap_or_default());
    let small = (format == ImageFormat::Jpeg).then(|| shrunk(bytes, (width, height), SCREEN)).flatten();
    let picture = match small {
        Some(small) => Picture::Planes(small),
        // Only its pixels would be left, and they are too many.
        None if too_many => return Err(Gap::TooLarge),
        None => Picture::Pixels(DynamicImage::from_decoder(decoder).map_err(|e| gap(&e))?),
    };
    Ok((picture, (width, height), colours))
}

/// What a decoder may take before a pixel is decoded. That of PNG takes no pixels from this: they are ours to count.
fn limits(format: ImageFormat) -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(if format == ImageFormat::Png { MAX_BESIDE } else { MAX_MEMORY });
    limits
}

const fn gap(error: &image::ImageError) -> Gap {
    match error {
        image::ImageError::Limits(_) => Gap::TooLarge,
        _ => Gap::Damaged,
    }
}

/// The sides of a picture that is at most so long on its longer side; never enlarged.
fn fitted((width, height): Sides, side: u32) -> Sides {
    let longer = width.max(height);
    if longer <= side {
        return (width, height);
    }
    let share = |length: u32| {
        let rounded = (u64::from(length) * u64::from(side) + u64::from(longer / 2)) / u64::from(longer);
        u32::try_from(rounded).unwrap_or(side).clamp(1, side)
    };
    (share(width), share(height))
}

/// With these sides, and without transparency, which JPEG has not.
fn planes(picture: Picture, sides: Sides, orientation: u8) -> Known<Planes> {
    let planes = match picture {
        Picture::Planes(planes) => planes,
        Picture::Pixels(pixels) => Planes::of(&fit(pixels, sides)?).ok_or(Gap::TooLarge)?,
    };
    planes.fitted(sides, orientation).ok_or(Gap::NotDecodable)
}

fn fit(picture: DynamicImage, (width, height): Sides) -> Known<RgbImage> {
    if (picture.width(), picture.height()) == (width, height) {
        return Ok(picture.into_rgb8());
    }
    let mut small = DynamicImage::new(width, height, picture.color());
    // Each pixel is the mean of those that it stands for. Pixels are shrunk as they are: no second copy of the large picture.
    let means = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Box)).use_alpha(false);
    Resizer::new().resize(&picture, &mut small, &means).map_err(|_| Gap::NotDecodable)?;
    drop(picture);
    Ok(small.into_rgb8())
}

/// Pixels and what their colours mean: the encoder is given nothing else to write.
fn jpeg(picture: &Planes, colours: &Colours) -> Known<Vec<u8>> {
    let mut out = Vec::new();
    let written = |out: &mut Vec<u8>| -> Result<(), EncodingError> {
        let mut encoder = Encoder::new(out, QUALITY);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        if let Some(profile) = colours.profile() {
            encoder.add_icc_profile(profile)?;
        }
        encoder.encode_image(picture)
    };
    written(&mut out).map_err(|_| Gap::Damaged)?;
    Ok(out)
}

#[cfg(test)]
mod tests;
