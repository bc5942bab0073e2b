//! The cameras of the demonstration: pictures that are drawn, with the EXIF of a phone.
//!
//! A picture of a place before and after the work has the same ground and light; what was to be repaired is there or is repaired. Another
//! place looks otherwise. No two exposures have the same bytes.

mod drawing;
mod tags;

use std::io::Cursor;

use chrono_tz::Tz;
use image::{DynamicImage, ImageDecoder as _, codecs::jpeg::JpegDecoder, imageops::FilterType};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::people::DemoResult;
use bazdid_command::Failure;
use bazdid_protocol::{geo::Point, time::Timestamp};

/// Of a picture that a phone takes.
const QUALITY: u8 = 88;
/// Of one that went through a messenger.
const POOR_QUALITY: u8 = 60;

/// What stands before a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Which place.
    pub place: u64,
    /// Whether the work there is done.
    pub done: bool,
}

/// What a camera notes.
#[derive(Debug, Clone, Copy)]
pub struct Exposure {
    /// When, by the phone's clock.
    pub at: Timestamp,
    /// Where.
    pub point: Point,
    /// Where it looked, degrees from true north.
    pub heading_deg: f64,
}

/// What becomes of a picture before it is sent.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Oddity {
    /// Nothing: it is the camera's own file.
    #[default]
    None,
    /// It is another photo's file.
    FileOf(Vec<u8>),
    /// It is another photo, made smaller and packed again.
    ShrunkFrom(Vec<u8>),
    /// An app has removed what the camera noted.
    WithoutExif,
    /// The camera notes another place and the day before.
    ElsewhereYesterday,
}

/// A finished file.
#[derive(Debug)]
pub struct Picture {
    /// The JPEG.
    pub bytes: Vec<u8>,
    /// Pixels across, as they are stored.
    pub width: u32,
    /// Pixels down, as they are stored.
    pub height: u32,
}

/// The camera that all phones of the demonstration have.
#[derive(Debug, Clone, Copy)]
pub struct Camera {
    /// Pixels of the longer side; the shorter one has three quarters of it.
    pub pixels: u32,
    /// The time zone that phones are set to.
    pub zone: Tz,
}

impl Camera {
    /// Takes a picture.
    ///
    /// # Errors
    /// It cannot be encoded.
    pub fn take(&self, view: View, exposure: &Exposure, oddity: &Oddity) -> DemoResult<Picture> {
        let noted = match oddity {
            Oddity::FileOf(bytes) => return file_of(bytes.clone()),
            Oddity::WithoutExif => None,
            Oddity::ElsewhereYesterday => Some(Exposure {
                at: exposure.at.plus_days(-1),
                // About four kilometres to the north: more than any accuracy explains.
                point: Point { lat: exposure.point.lat + 0.036, ..exposure.point },
                ..*exposure
            }),
            Oddity::None | Oddity::ShrunkFrom(_) => Some(*exposure),
        };
        let (pixels, quality, upright) = match oddity {
            // The pixels are turned already, so its orientation is the usual one.
            Oddity::ShrunkFrom(bytes) => {
                (decoded(bytes)?.resize(self.pixels / 2, self.pixels / 2, FilterType::Triangle), POOR_QUALITY, false)
            }
            _ => {
                let upright = view.place % 2 == 1;
                (self.stored(view, exposure, upright), QUALITY, upright)
            }
        };
        let tags = noted.map(|e| tags::block(&e, self.zone, upright)).transpose()?;
        encode(&pixels, quality, tags.as_deref())
    }

    /// The pixels as the sensor has them: those of a phone held upright are turned by their orientation only.
    fn stored(&self, view: View, exposure: &Exposure, upright: bool) -> DynamicImage {
        let (long, short) = (self.pixels, self.pixels / 4 * 3);
        let (width, height) = if upright { (short, long) } else { (long, short) };
        let seen = drawing::draw(view, width, height, exposure.at);
        if upright { seen.rotate270() } else { seen }
    }
}

/// A picture as it is looked at.
fn decoded(bytes: &[u8]) -> DemoResult<DynamicImage> {
    let cannot = |e: &dyn std::fmt::Display| Failure::said(format!("a picture of the demonstration cannot be read: {e}"));
    let mut decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(|e| cannot(&e))?;
    let orientation = decoder.orientation().map_err(|e| cannot(&e))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|e| cannot(&e))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn file_of(bytes: Vec<u8>) -> DemoResult<Picture> {
    let cannot = |e: image::ImageError| Failure::said(format!("a picture of the demonstration cannot be read: {e}"));
    let (width, height) = JpegDecoder::new(Cursor::new(&bytes)).map_err(cannot)?.dimensions();
    Ok(Picture { bytes, width, height })
}

fn encode(picture: &DynamicImage, quality: u8, tags: Option<&[u8]>) -> DemoResult<Picture> {
    let cannot = |e: &dyn std::fmt::Display| Failure::said(format!("a picture cannot be encoded: {e}"));
    let pixels = picture.to_rgb8();
    let side = |n: u32| u16::try_from(n).map_err(|e| cannot(&e));
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    if let Some(tags) = tags {
        encoder.add_exif_metadata(tags).map_err(|e| cannot(&e))?;
    }
    encoder.encode(&pixels, side(pixels.width())?, side(pixels.height())?, ColorType::Rgb).map_err(|e| cannot(&e))?;
    Ok(Picture { bytes, width: pixels.width(), height: pixels.height() })
}

#[cfg(test)]
mod tests;
