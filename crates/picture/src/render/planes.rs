//! A picture as JPEG keeps it: its brightness, and its two colours at half the size.
//!
//! A photo comes as such planes and goes as such: between the two nothing needs red, green and blue.

use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use image::RgbImage;
use jpeg_encoder::{ImageBuffer, JpegColorType, rgb_to_ycbcr};

/// No colour.
const GREY: u8 = 128;

/// Samples, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plane {
    samples: Vec<u8>,
    width: usize,
}

impl Plane {
    /// A plane to be filled. Nothing if there is no memory for it.
    pub fn new(width: usize, height: usize) -> Option<Self> {
        let length = width.checked_mul(height)?;
        let mut samples = Vec::new();
        samples.try_reserve_exact(length).ok()?;
        samples.resize(length, GREY);
        Some(Self { samples, width })
    }

    pub const fn width(&self) -> usize {
        self.width
    }

    fn height(&self) -> usize {
        self.samples.len().checked_div(self.width).unwrap_or_default()
    }

    pub fn samples_mut(&mut self) -> &mut [u8] {
        &mut self.samples
    }

    /// Its upper part in another height: each sample the mean of those that it stands for.
    fn lowered(&self, resizer: &mut Resizer, bottom: f64, height: u32) -> Option<Self> {
        let sides = (u32::try_from(self.width).ok()?, u32::try_from(self.height()).ok()?);
        let from = ImageRef::new(sides.0, sides.1, &self.samples, PixelType::U8).ok()?;
        let mut to = Image::new(sides.0, height, PixelType::U8);
        let means = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Box)).crop(0.0, 0.0, f64::from(sides.0), bottom);
        resizer.resize(&from, &mut to, &means).ok()?;
        Some(Self { samples: to.into_vec(), width: self.width })
    }

    /// Its upper left part in another size, as an orientation of EXIF asks for. Rows are added up much faster than columns are, so
    /// columns are made rows for it, as most photos of phones need it anyway.
    fn fitted(&self, resizer: &mut Resizer, (right, bottom): (f64, f64), (width, height): (u32, u32), orientation: u8) -> Option<Self> {
        let turned = self.lowered(resizer, bottom, height)?.turned()?.lowered(resizer, right, width)?;
        let plane = if orientation > 4 { turned } else { turned.turned()? };
        Some(match orientation {
            2 | 6 => plane.mirrored(),
            3 | 7 => plane.on_its_head(),
            4 | 8 => plane.on_its_head().mirrored(),
            _ => plane,
        })
    }

    /// Rows become columns.
    fn turned(&self) -> Option<Self> {
        let (width, height) = (self.width, self.height());
        let mut turned = Self::new(height, width)?;
        for (n, columns) in turned.samples.chunks_mut(8 * height).enumerate() {
            for (m, rows) in self.samples.chunks(8 * width).enumerate() {
                let mut eight = [0; 8];
                for (word, row) in eight.iter_mut().zip(rows.chunks_exact(width)) {
                    *word = word_of(row.get(8 * n..)?);
                }
                for (word, column) in turned_eight(eight).into_iter().zip(columns.chunks_exact_mut(height)) {
                    put_word(word, column.get_mut(8 * m..)?);
                }
            }
        }
        Some(turned)
    }

    /// Left becomes right.
    fn mirrored(mut self) -> Self {
        self.samples.chunks_exact_mut(self.width).for_each(<[u8]>::reverse);
        self
    }

    /// What was above is below, and left is right.
    fn on_its_head(mut self) -> Self {
        self.samples.reverse();
        self
    }

    fn row(&self, y: usize) -> &[u8] {
        self.samples.chunks_exact(self.width).nth(y).unwrap_or_default()
    }
}

/// Brightness, blueness and redness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planes {
    /// What is to be seen of the first plane; what is beyond fills whole blocks.
    sides: (u32, u32),
    /// How many samples of brightness one of a colour stands for, across and down.
    times: (u32, u32),
    luma: Plane,
    blue: Plane,
    red: Plane,
}

impl Planes {
    /// Of one or three planes. Nothing if there are others.
    pub fn new(sides: (u32, u32), times: (usize, usize), planes: impl IntoIterator<Item = Plane>) -> Option<Self> {
        let mut planes = planes.into_iter();
        let luma = planes.next()?;
        let (blue, red, times) = match (planes.next(), planes.next()) {
            (Some(blue), Some(red)) => (blue, red, times),
            _ => {
                let none = Plane::new(luma.width.div_ceil(2), luma.height().div_ceil(2))?;
                (none.clone(), none, (2, 2))
            }
        };
        Some(Self { sides, times: (u32::try_from(times.0).ok()?, u32::try_from(times.1).ok()?), luma, blue, red })
    }

    /// Of red, green and blue.
    pub fn of(pixels: &RgbImage) -> Option<Self> {
        let sides = pixels.dimensions();
        let length = |n: u32| usize::try_from(n).ok();
        let plane = || Plane::new(length(sides.0)?, length(sides.1)?);
        let (mut luma, mut blue, mut red) = (plane()?, plane()?, plane()?);
        let places = luma.samples.iter_mut().zip(&mut blue.samples).zip(&mut red.samples);
        for (((luma, blue), red), pixel) in places.zip(pixels.pixels()) {
            let [r, g, b] = pixel.0;
            (*luma, *blue, *red) = rgb_to_ycbcr(r, g, b);
        }
        Some(Self { sides, times: (1, 1), luma, blue, red })
    }

    /// Width and height.
    pub const fn sides(&self) -> (u32, u32) {
        self.sides
    }

    /// In another size, with colours at half of it; then turned and mirrored as an orientation of EXIF, 1…8, asks for.
    pub fn fitted(&self, (width, height): (u32, u32), orientation: u8) -> Option<Self> {
        let mut resizer = Resizer::new();
        let (right, bottom) = (f64::from(self.sides.0), f64::from(self.sides.1));
        let seen = (right / f64::from(self.times.0), bottom / f64::from(self.times.1));
        let half = (width.div_ceil(2), height.div_ceil(2));
        Some(Self {
            sides: if orientation > 4 { (height, width) } else { (width, height) },
            times: (2, 2),
            luma: self.luma.fitted(&mut resizer, (right, bottom), (width, height), orientation)?,
            blue: self.blue.fitted(&mut resizer, seen, half, orientation)?,
            red: self.red.fitted(&mut resizer, seen, half, orientation)?,
        })
    }

    /// Its pixels.
    pub fn pixels(&self) -> Option<RgbImage> {
        let (width, across, down) = (usize::try_from(self.sides.0).ok()?, self.times.0, usize::try_from(self.times.1).ok()?);
        let (mut blue, mut red) = (vec![GREY; self.luma.width], vec![GREY; self.luma.width]);
        let mut pixels = RgbImage::new(self.sides.0, self.sides.1);
        for (y, (to, luma)) in pixels.chunks_exact_mut(width * 3).zip(self.luma.samples.chunks_exact(self.luma.width)).enumerate() {
            widen(self.blue.row(y / down), across, &mut blue);
            widen(self.red.row(y / down), across, &mut red);
            colour(luma, &blue, &red, to);
        }
        Some(pixels)
    }
}

impl ImageBuffer for &Planes {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        u16::try_from(self.sides.0).unwrap_or_default()
    }

    fn height(&self) -> u16 {
        u16::try_from(self.sides.1).unwrap_or_default()
    }

    fn fill_buffers(&self, y: u16, [first, second, third, _]: &mut [Vec<u8>; 4]) {
        let y = usize::from(y);
        first.extend_from_slice(self.luma.row(y));
        for (to, plane) in [(second, &self.blue), (third, &self.red)] {
            let from = to.len();
            to.resize(first.len(), GREY);
            widen(plane.row(y / 2), self.times.0, to.get_mut(from..).unwrap_or_default());
        }
    }
}

/// The first eight bytes, or as many as there are.
#[inline]
fn word_of(bytes: &[u8]) -> u64 {
    let first = bytes.first_chunk::<8>().copied();
    u64::from_le_bytes(first.unwrap_or_else(|| {
        let mut word = [0; 8];
        word.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        word
    }))
}

/// Puts eight bytes to where there is room for them.
#[inline]
fn put_word(word: u64, room: &mut [u8]) {
    match room.first_chunk_mut::<8>() {
        Some(room) => *room = word.to_le_bytes(),
        None => room.iter_mut().zip(word.to_le_bytes()).for_each(|(to, from)| *to = from),
    }
}

/// Eight rows of eight bytes become columns: halves are exchanged, then quarters, then eighths.
#[inline]
const fn turned_eight([a, b, c, d, e, f, g, h]: [u64; 8]) -> [u64; 8] {
    const fn exchanged(upper: u64, lower: u64, bits: u32, these: u64) -> (u64, u64) {
        let other = ((upper >> bits) ^ lower) & these;
        (upper ^ (other << bits), lower ^ other)
    }
    let (halves, quarters, eighths) = (0xFFFF_FFFF, 0x0000_FFFF_0000_FFFF, 0x00FF_00FF_00FF_00FF);
    let ((a, e), (b, f)) = (exchanged(a, e, 32, halves), exchanged(b, f, 32, halves));
    let ((c, g), (d, h)) = (exchanged(c, g, 32, halves), exchanged(d, h, 32, halves));
    let ((a, c), (b, d)) = (exchanged(a, c, 16, quarters), exchanged(b, d, 16, quarters));
    let ((e, g), (f, h)) = (exchanged(e, g, 16, quarters), exchanged(f, h, 16, quarters));
    let ((a, b), (c, d)) = (exchanged(a, b, 8, eighths), exchanged(c, d, 8, eighths));
    let ((e, f), (g, h)) = (exchanged(e, f, 8, eighths), exchanged(g, h, 8, eighths));
    [a, b, c, d, e, f, g, h]
}

/// Each sample as often as its plane has fewer of them.
fn widen(narrow: &[u8], times: u32, wide: &mut [u8]) {
    if times == 1 {
        wide.iter_mut().zip(narrow).for_each(|(to, from)| *to = *from);
        return;
    }
    let (pairs, rest) = wide.as_chunks_mut::<2>();
    for (to, from) in pairs.iter_mut().zip(narrow) {
        *to = [*from; 2];
    }
    if let ([last], Some(from)) = (rest, narrow.last()) {
        *last = *from;
    }
}

/// A share of a number, in 1/65536.
#[inline]
#[expect(clippy::as_conversions, reason = "a share is not more than the whole")]
pub const fn share(number: i16, of: i16) -> i16 {
    ((number as i32 * of as i32) >> 16) as i16
}

/// Red, green and blue of samples, by JFIF's weights: red is luma + 1.402 red, green is luma − 0.344 blue − 0.714 red, blue is
/// luma + 1.772 blue. Reckoned in 1/32.
#[inline]
fn colour(luma: &[u8], blue: &[u8], red: &[u8], pixels: &mut [u8]) {
    let part = |n: i16| u8::try_from((n >> 5).clamp(0, 255)).unwrap_or_default();
    for (((pixel, luma), blue), red) in pixels.chunks_exact_mut(3).zip(luma).zip(blue).zip(red) {
        let luma = (i16::from(*luma) << 5) + 16;
        let (blue, red) = ((i16::from(*blue) - 128) << 5, (i16::from(*red) - 128) << 5);
        if let [r, g, b] = pixel {
            *r = part(luma + red + share(red, 26_345));
            *g = part(luma - share(blue, 22_554) - red + share(red, 18_734));
            *b = part(luma + 2 * blue - share(blue, 14_942));
        }
    }
}

#[cfg(test)]
mod tests;
