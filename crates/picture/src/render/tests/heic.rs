//! HEIC against another decoder: `heif-convert` of libheif made the PNGs.

use image::{GenericImageView as _, ImageFormat};

use super::open;
use crate::{
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
