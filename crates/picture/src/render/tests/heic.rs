//! HEIC against another decoder: `heif-convert` of libheif made the PNGs.

use image::{GenericImageView as _, ImageFormat};

use super::open;
use crate::{
    fixture::{grid, heic_made_of_one, overlay},
    read::read,
    render::{SCREEN, heic::decode, render},
};
use bazdid_domain::evidence::reading::{Format, Gap, Pixels};

/// Mean difference that is allowed, of 255.
const APART: u64 = 2;

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("heic/", $name))
    };
}

#[test]
fn pixels_are_those_of_another_decoder() {
    for (name, heic, png) in [
        ("8 bits", &file!("plain.heic")[..], &file!("plain.png")[..]),
        ("odd sides", file!("odd.heic"), file!("odd.png")),
        ("10 bits", file!("ten-bit.heic"), file!("ten-bit.png")),
        ("colours at full resolution", file!("chroma-444.heic"), file!("chroma-444.png")),
        ("tiles", file!("grid.heic"), file!("grid.png")),
        ("turned", file!("rotated.heic"), file!("rotated.png")),
    ] {
        let (ours, _) = decode(heic).unwrap();
        let theirs = image::load_from_memory_with_format(png, ImageFormat::Png).unwrap();
        assert_eq!(ours.dimensions(), theirs.dimensions(), "{name}");
        let (ours, theirs) = (ours.into_rgb8(), theirs.into_rgb8());
        let sum: u64 = ours.as_raw().iter().zip(theirs.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let most = APART * u64::try_from(ours.as_raw().len()).unwrap();
        assert!(sum <= most, "{name}: {sum} of {most}");
    }
}

#[test]
fn smaller_pictures_are_upright_whatever_exif_says() {
    let heic = file!("rotated.heic");
    assert_eq!((read(heic).format, read(heic).pixels), (Ok(Format::Heic), Ok(Pixels { width: 240, height: 180 })), "as it is stored");
    let made = render(heic, Format::Heic, Ok(6)).unwrap();
    assert_eq!(open(&made.screen).dimensions(), (180, 240));
    assert!(made.fingerprint.is_ok());
    let large = render(file!("large.heic"), Format::Heic, Err(Gap::NoExif)).unwrap();
    assert_eq!(open(&large.screen).dimensions(), (SCREEN, SCREEN * 3 / 4));
}

#[test]
fn what_cannot_be_decoded_says_why() {
    let plain = file!("plain.heic");
    assert_eq!(render(&plain[..plain.len() / 2], Format::Heic, Ok(1)), Err(Gap::Damaged));
    assert_eq!(render(b"\0\0\0\x14ftypheic\0\0\0\0mif1", Format::Heic, Ok(1)), Err(Gap::Damaged));
    let avif = file!("plain.avif");
    assert_eq!((read(avif).format, read(avif).pixels), (Ok(Format::Avif), Ok(Pixels { width: 240, height: 180 })));
    assert_eq!(render(avif, Format::Avif, Ok(1)), Err(Gap::NotDecodable));
}

#[test]
fn a_picture_that_is_named_a_thousand_times_is_not_decoded_a_thousand_times() {
    let tile = [240, 180];
    let (two, _) = decode(&heic_made_of_one(*b"grid", &grid(1, 2, 480, 180), 2, tile)).unwrap();
    assert_eq!(two.dimensions(), (480, 180), "the file is sound");
    for (what, bytes) in [
        ("tiles outside the picture", heic_made_of_one(*b"grid", &grid(1, 3, 480, 180), 3, tile)),
        ("all but one outside", heic_made_of_one(*b"grid", &grid(40, 64, 16, 16), 2_560, tile)),
        ("tiles that are larger than the file says", heic_made_of_one(*b"grid", &grid(40, 64, 256, 160), 2_560, [4, 4])),
        ("pictures over each other", heic_made_of_one(*b"iovl", &overlay(2_000, 240, 180), 2_000, tile)),
        ("a picture that is another", heic_made_of_one(*b"iden", &[], 1, tile)),
    ] {
        assert_eq!(decode(&bytes).err(), Some(Gap::NotDecodable), "{what}");
    }
    let endless = heic_made_of_one(*b"grid", &grid(100, 100, 400, 400), 10_000, [4, 4]);
    assert_eq!(decode(&endless).err(), Some(Gap::TooLarge));
}
