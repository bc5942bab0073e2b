//! Ground that is drawn from a seed: coarse patches, finer ones upon them, the damage or its repair, and the grain of the sensor.
//!
//! The patches are made on few pixels and enlarged, which costs little and gives the large shapes by which pictures are told apart.

use image::{DynamicImage, RgbImage, imageops::FilterType};

use crate::camera::View;
use bazdid_clock::{IdSource as _, SeededIds};
use bazdid_protocol::time::Timestamp;

/// Longer sides of the layers, pixels, and how much each adds to or takes from the one below.
const LAYERS: [(u32, u8); 3] = [(32, 60), (96, 36), (256, 24)];
/// Cells across and down of the ground.
const CELLS: (u32, u32) = (8, 8);
/// Brightness of the darkest ground, and how much there is above it.
const GROUND: (u8, u8) = (50, 150);
/// How much the grain adds at most; half of it is taken off.
const GRAIN: u8 = 14;
/// Values of the grain before they come again: a prime, so that no row begins like the one above it.
const GRAIN_LENGTH: usize = 65_521;

/// Draws a picture. `at` makes the grain, so that no two exposures are the same.
pub fn draw(view: View, width: u32, height: u32, at: Timestamp) -> DynamicImage {
    let place = SeededIds::new(view.place);
    let mut picture = ground(&place);
    for (side, strength) in LAYERS {
        let of = |length: u32| (length * side / width.max(height).max(1)).max(1);
        picture = speckled(picture.resize_exact(of(width), of(height), FilterType::CatmullRom), &place, strength);
    }
    let mut picture = picture.into_rgb8();
    paint(&mut picture, view, &place);
    let enlarged = DynamicImage::ImageRgb8(picture).resize_exact(width, height, FilterType::Triangle);
    let exposure = SeededIds::new(view.place ^ at.micros().unsigned_abs());
    let grain = noise(&exposure, GRAIN_LENGTH);
    let mut picture = enlarged.into_rgb8();
    for (value, grain) in picture.iter_mut().zip(grain.iter().cycle()) {
        *value = value.saturating_add(grain % GRAIN).saturating_sub(GRAIN / 2);
    }
    DynamicImage::ImageRgb8(picture)
}

fn noise(source: &SeededIds, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    source.fill(&mut bytes);
    bytes
}

/// Cells of one colour each: grey with a tint of its own, as asphalt, earth and stone are.
fn ground(place: &SeededIds) -> DynamicImage {
    let mut cells = RgbImage::new(CELLS.0, CELLS.1);
    for cell in cells.pixels_mut() {
        let mut chance = [0; 4];
        place.fill(&mut chance);
        let [light, tint @ ..] = chance;
        let light = GROUND.0.saturating_add(light % GROUND.1);
        cell.0 = tint.map(|t| light.saturating_add(t % 24));
    }
    DynamicImage::ImageRgb8(cells)
}

/// Adds detail of the size of a pixel, the same to all three colours.
fn speckled(picture: DynamicImage, place: &SeededIds, strength: u8) -> DynamicImage {
    let mut picture = picture.into_rgb8();
    let chance = noise(place, picture.pixels().len());
    for (pixel, chance) in picture.pixels_mut().zip(chance) {
        pixel.0 = pixel.0.map(|v| v.saturating_add(chance % strength).saturating_sub(strength / 2));
    }
    DynamicImage::ImageRgb8(picture)
}

/// The damage near the middle, a dark round hole; or its repair, an even rectangle with a sealed edge.
fn paint(picture: &mut RgbImage, view: View, place: &SeededIds) {
    let mut chance = [0; 3];
    place.fill(&mut chance);
    let (width, height) = (i64::from(picture.width()), i64::from(picture.height()));
    let part = |whole: i64, from: i64, span: i64, chance: u8| whole * (from + i64::from(chance) * span / 255) / 100;
    let [across, down, size] = chance;
    let (centre_x, centre_y) = (part(width, 40, 20, across), part(height, 45, 15, down));
    let (half_width, half_height) = (part(width, 10, 6, size).max(1), part(height, 8, 6, size).max(1));
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (right, below) = ((i64::from(x) - centre_x) * 100 / half_width, (i64::from(y) - centre_y) * 100 / half_height);
        let (edge, inside) = (right.abs().max(below.abs()), right * right + below * below < 10_000);
        pixel.0 = match (view.done, edge) {
            (false, _) if inside => pixel.0.map(|v| v / 3),
            (true, 0..=112) => pixel.0.map(|v| 62 + v / 16),
            (true, 113..=128) => pixel.0.map(|v| v / 4),
            _ => pixel.0,
        };
    }
}
