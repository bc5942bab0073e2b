//! What must hold of any bytes at all, by whomever they were made: no panic, no value that does not exist, no smaller picture that is none.
//!
//! A short run belongs to the tests (`PROPTEST_CASES` makes it longer); `fuzz/` goes on from here for as long as one likes.

use image::ImageFormat;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::{
    fixture::{block, encoded, grid, heic_made_of_one, heic_with, jpeg_with, overlay, phone, png_with, scene, webp_with},
    read::read,
    render::{SCREEN, THUMB, render, shrunk::shrunk},
};
use bazdid_domain::evidence::reading::{Format, Gap, Reading};

/// Longest reading as JSON: what is kept of a file, whatever is in it.
const LONGEST: usize = 2_000;
/// Larger pictures take their time and show nothing new; the bounds on them have tests of their own.
const MOST_PIXELS: u64 = 1 << 21;

/// Checks bytes in every way that a stored photo goes.
pub fn check(bytes: &[u8]) {
    let reading = read(bytes);
    possible(&reading);
    let (Ok(format), Ok(pixels)) = (reading.format, reading.pixels) else { return };
    let sides = (pixels.width, pixels.height);
    if u64::from(sides.0) * u64::from(sides.1) > MOST_PIXELS {
        return;
    }
    for divided in [2, 4, 8] {
        if let Some(small) = shrunk(bytes, sides, sides.0.max(sides.1) / divided) {
            assert_eq!(small.sides(), (sides.0.div_ceil(divided), sides.1.div_ceil(divided)));
        }
    }
    let Ok(made) = render(bytes, format, reading.orientation) else { return };
    for (small, side) in [(&made.screen, SCREEN), (&made.thumb, THUMB)] {
        let own = read(small);
        let longer = own.pixels.map(|p| p.width.max(p.height)).unwrap();
        assert!(own.format == Ok(Format::Jpeg) && (1..=side).contains(&longer), "{:?}", own.pixels);
        assert_eq!((own.time, own.point), (Err(Gap::NoExif), Err(Gap::NoExif)));
    }
}

/// Whatever was read exists, and is not much.
pub fn possible(reading: &Reading) {
    if let Ok(point) = &reading.point {
        assert_eq!(point.fault(), None);
        assert!(point.lat != 0.0 || point.lon != 0.0);
    }
    assert!(reading.altitude_m.is_err() || reading.altitude_m.unwrap().is_finite());
    assert!(reading.direction.is_err() || (0.0..=360.0).contains(&reading.direction.unwrap().degrees));
    assert!(reading.orientation.is_err() || (1..=8).contains(&reading.orientation.unwrap()));
    let kept = serde_json::to_string(reading).unwrap().len();
    assert!(kept <= LONGEST, "{kept} bytes");
}

/// Sound pictures of every kind to begin with.
pub fn seeds() -> Vec<Vec<u8>> {
    let (picture, exif) = (scene(32, 24, 3), block(&phone()));
    let mut seeds = vec![
        jpeg_with(&encoded(&picture, ImageFormat::Jpeg), &exif),
        png_with(&encoded(&picture, ImageFormat::Png), &exif),
        webp_with(&encoded(&picture, ImageFormat::WebP), &exif),
        heic_with(&exif),
        include_bytes!("render/tests/heic/plain.heic").to_vec(),
        include_bytes!("render/tests/heic/plain.avif").to_vec(),
        heic_made_of_one(*b"grid", &grid(1, 2, 480, 180), 2, [240, 180]),
        heic_made_of_one(*b"grid", &grid(40, 64, 16, 16), 2_560, [240, 180]),
        heic_made_of_one(*b"iovl", &overlay(2_000, 240, 180), 2_000, [240, 180]),
    ];
    for (sampling, restart, progressive) in [
        (SamplingFactor::F_1_1, None, false),
        (SamplingFactor::F_2_1, Some(1), false),
        (SamplingFactor::F_1_2, None, false),
        (SamplingFactor::F_2_2, Some(2), false),
        (SamplingFactor::F_2_2, None, true),
    ] {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, 80);
        encoder.set_sampling_factor(sampling);
        encoder.set_progressive(progressive);
        encoder.add_icc_profile(&[0; 200]).unwrap();
        if let Some(interval) = restart {
            encoder.set_restart_interval(interval);
        }
        encoder.encode(picture.as_bytes(), 32, 24, ColorType::Rgb).unwrap();
        seeds.push(out);
    }
    seeds
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(seeds);

    #[test]
    fn the_seeds_are_sound() {
        for (n, seed) in SEEDS.iter().enumerate() {
            let reading = read(seed);
            let format = reading.format.unwrap();
            // One has no pixels, and those of AVIF are not decoded.
            assert!(matches!(format, Format::Heic | Format::Avif) || render(seed, format, Ok(1)).is_ok(), "seed {n}");
            check(seed);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_changed(seed in any::<prop::sample::Index>(), cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
                               changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
                               moved in prop::option::weighted(0.3, (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 1..200_usize))) {
            let mut bytes = seed.get(&SEEDS).clone();
            for (at, byte) in changes {
                *at.get_mut(&mut bytes) = byte;
            }
            // A piece of it once more elsewhere.
            if let Some((from, to, length)) = moved {
                let from = from.index(bytes.len());
                let piece = bytes[from..bytes.len().min(from + length)].to_vec();
                let to = to.index(bytes.len());
                bytes.splice(to..to, piece);
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            check(&bytes);
        }
    }
}
