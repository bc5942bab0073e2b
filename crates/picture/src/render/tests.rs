mod heic;
mod memory;

use std::io::Cursor;

use image::{
    DynamicImage, GenericImageView as _, ImageDecoder as _, ImageEncoder as _, ImageFormat, Rgb, RgbImage,
    codecs::{jpeg::JpegDecoder, png::PngEncoder},
};

use super::{SCREEN, THUMB, render};
use crate::{
    fixture::{block, encoded, jpeg_with, phone, scene, webp_with},
    read::read,
};
use bazdid_domain::evidence::reading::{Format, Gap};

fn open(jpeg: &[u8]) -> DynamicImage {
    assert_eq!(image::guess_format(jpeg).unwrap(), ImageFormat::Jpeg);
    image::load_from_memory(jpeg).unwrap()
}

/// Red at the upper left, else grey: which corner it lands in tells the orientation.
fn marked() -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(40, 20, |x, y| if x < 10 && y < 10 { Rgb([255, 0, 0]) } else { Rgb([90, 90, 90]) }))
}

#[test]
fn sizes_fit_and_carry_no_exif() {
    let (picture, exif) = (scene(2000, 1000, 4), block(&phone()));
    for (format, bytes) in [
        (Format::Jpeg, jpeg_with(&encoded(&picture, ImageFormat::Jpeg), &exif)),
        (Format::Png, encoded(&picture, ImageFormat::Png)),
        (Format::Webp, webp_with(&encoded(&picture, ImageFormat::WebP), &exif)),
    ] {
        let made = render(&bytes, format, Ok(1)).unwrap();
        assert_eq!(open(&made.screen).dimensions(), (SCREEN, SCREEN / 2), "{format}");
        assert_eq!(open(&made.thumb).dimensions(), (THUMB, THUMB / 2), "{format}");
        for own in [&made.screen, &made.thumb] {
            assert_eq!(read(own).time, Err(Gap::NoExif));
            assert!(!own.windows(4).any(|w| w == b"Exif"));
        }
    }
    let small = render(&encoded(&scene(100, 60, 4), ImageFormat::Jpeg), Format::Jpeg, Err(Gap::Absent)).unwrap();
    assert_eq!(open(&small.screen).dimensions(), (100, 60), "nothing is enlarged");
}

#[test]
fn every_orientation_ends_upright() {
    // Where the corner that was stored at the upper left is to be seen.
    for (orientation, right, bottom) in [
        (1, false, false),
        (2, true, false),
        (3, true, true),
        (4, false, true),
        (5, false, false),
        (6, true, false),
        (7, true, true),
        (8, false, true),
    ] {
        let made = render(&encoded(&marked(), ImageFormat::Png), Format::Png, Ok(orientation)).unwrap();
        let seen = open(&made.screen);
        assert_eq!(seen.dimensions(), if orientation > 4 { (20, 40) } else { (40, 20) }, "{orientation}");
        let (x, y) = (if right { seen.width() - 4 } else { 3 }, if bottom { seen.height() - 4 } else { 3 });
        let [red, green, _, _] = seen.get_pixel(x, y).0;
        assert!(red > 200 && green < 80, "{orientation}: {red} {green}");
    }
}

#[test]
fn what_cannot_be_decoded_is_unknown_with_a_reason() {
    assert_eq!(render(b"\xFF\xD8\xFF\xE0 nothing", Format::Jpeg, Ok(1)), Err(Gap::Damaged));
    let png = encoded(&scene(40, 30, 2), ImageFormat::Png);
    assert_eq!(render(&png, Format::Webp, Ok(1)), Err(Gap::Damaged));
    // Announces 60,000 × 60,000 pixels in a few bytes, with the right checksum.
    let mut bomb = png.clone();
    bomb[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    let mut crc = flate2::Crc::new();
    crc.update(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    assert_eq!(render(&bomb, Format::Png, Ok(1)), Err(Gap::TooLarge));
    bomb[16..24].copy_from_slice(&[0, 0, 0x4E, 0x20, 0, 0, 0x4E, 0x20]);
    let mut crc = flate2::Crc::new();
    crc.update(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    assert_eq!(render(&bomb, Format::Png, Ok(1)), Err(Gap::TooLarge), "sides within the bound, the whole beyond it");
}

#[test]
fn damaged_pictures_never_panic() {
    let picture = scene(64, 48, 5);
    for (format, kind) in [(Format::Jpeg, ImageFormat::Jpeg), (Format::Png, ImageFormat::Png), (Format::Webp, ImageFormat::WebP)] {
        let whole = encoded(&picture, kind);
        let mut state = 7_u32;
        for round in 0..300 {
            let mut bytes = whole.clone();
            for _ in 0..=round % 12 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = usize::try_from(state >> 8).unwrap() % bytes.len();
                bytes[at] = u8::try_from(state & 255).unwrap();
            }
            if let Ok(made) = render(&bytes, format, Ok(6)) {
                assert!(open(&made.screen).width() <= SCREEN);
            }
        }
    }
}

#[test]
fn the_same_picture_looks_the_same_and_another_does_not() {
    let print =
        |picture: &DynamicImage, format: ImageFormat, kind| render(&encoded(picture, format), kind, Ok(1)).unwrap().fingerprint.unwrap();
    let mut nearest = u32::MAX;
    for seed in 10..30 {
        let picture = scene(640, 480, seed);
        let original = print(&picture, ImageFormat::Png, Format::Png);
        for (what, changed) in [
            ("compressed", picture.clone()),
            ("smaller", picture.resize(400, 300, image::imageops::FilterType::Triangle)),
            ("brighter", picture.brighten(12)),
            ("less contrast", picture.adjust_contrast(-8.0)),
        ] {
            let distance = original.distance(print(&changed, ImageFormat::Jpeg, Format::Jpeg));
            assert!(distance <= 6, "{what}, scene {seed}: {distance} bits");
        }
        for other in 30..50 {
            nearest = nearest.min(original.distance(print(&scene(160, 120, other), ImageFormat::Png, Format::Png)));
        }
    }
    assert!(nearest > 6, "another scene is {nearest} bits away");
}

#[test]
fn a_wall_has_no_fingerprint() {
    let wall = DynamicImage::ImageRgb8(RgbImage::from_pixel(400, 300, Rgb([120, 120, 120])));
    assert_eq!(render(&encoded(&wall, ImageFormat::Png), Format::Png, Ok(1)).unwrap().fingerprint, Err(Gap::Featureless));
}

/// The head of a profile of some kind of colours, with a body.
fn profile(kind: [u8; 4], length: usize) -> Vec<u8> {
    let mut profile = vec![7; length];
    profile[..4].copy_from_slice(&u32::try_from(length).unwrap().to_be_bytes());
    profile[16..20].copy_from_slice(&kind);
    profile[36..40].copy_from_slice(b"acsp");
    profile
}

fn profile_of(jpeg: &[u8]) -> Option<Vec<u8>> {
    JpegDecoder::new(Cursor::new(jpeg)).unwrap().icc_profile().unwrap()
}

#[test]
fn colours_keep_their_meaning() {
    let picture = scene(700, 500, 4);
    let jpeg = |profile: &[u8]| {
        let mut out = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut out, 90);
        encoder.add_icc_profile(profile).unwrap();
        encoder.encode(picture.as_bytes(), 700, 500, jpeg_encoder::ColorType::Rgb).unwrap();
        out
    };
    let png = |profile: &[u8]| {
        let mut out = Vec::new();
        let mut encoder = PngEncoder::new(&mut out);
        encoder.set_icc_profile(profile.to_vec()).unwrap();
        picture.write_with_encoder(encoder).unwrap();
        out
    };
    let phone = profile(*b"RGB ", 548);
    for (format, bytes) in [(Format::Jpeg, jpeg(&phone)), (Format::Png, png(&phone))] {
        let made = render(&bytes, format, Ok(6)).unwrap();
        assert_eq!(profile_of(&made.screen), Some(phone.clone()), "{format}");
        assert_eq!(profile_of(&made.thumb), Some(phone.clone()), "{format}");
    }
    let mut wrong_length = phone.clone();
    wrong_length[3] ^= 1;
    for (what, profile) in [
        ("of grey", profile(*b"GRAY", 548)),
        ("of print", profile(*b"CMYK", 548)),
        ("too long", profile(*b"RGB ", 40_000)),
        ("of another length than it says", wrong_length),
        ("no profile", b"private words".repeat(20)),
    ] {
        let made = render(&jpeg(&profile), Format::Jpeg, Ok(1)).unwrap();
        assert_eq!((profile_of(&made.screen), profile_of(&made.thumb)), (None, None), "{what}");
    }
}

#[test]
fn every_kind_of_pixels_is_made_smaller() {
    let picture = scene(1900, 700, 9);
    let print = render(&encoded(&picture, ImageFormat::Png), Format::Png, Ok(1)).unwrap().fingerprint.unwrap();
    for (what, other) in [
        ("transparent", DynamicImage::ImageRgba8(picture.to_rgba8())),
        ("grey", DynamicImage::ImageLuma8(picture.to_luma8())),
        ("grey and transparent", DynamicImage::ImageLumaA8(picture.to_luma_alpha8())),
        ("of 16 bits", DynamicImage::ImageRgb16(picture.to_rgb16())),
        ("of 16 bits and transparent", DynamicImage::ImageRgba16(picture.to_rgba16())),
    ] {
        let made = render(&encoded(&other, ImageFormat::Png), Format::Png, Ok(1)).unwrap();
        assert_eq!(open(&made.screen).dimensions(), (SCREEN, 589), "{what}");
        assert!(made.fingerprint.unwrap().distance(print) <= 4, "{what}");
    }
    let strip = render(&encoded(&scene(20_000, 3, 1), ImageFormat::Png), Format::Png, Ok(1)).unwrap();
    assert_eq!(open(&strip.screen).dimensions(), (SCREEN, 1), "a side does not vanish");
}
