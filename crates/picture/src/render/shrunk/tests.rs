use image::{DynamicImage, GrayImage, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::fixture::{encoded, scene};

/// Its pixels, small.
fn shrunk(bytes: &[u8], sides: (u32, u32), side: u32) -> Option<RgbImage> {
    super::shrunk(bytes, sides, side).map(|planes| planes.pixels().unwrap())
}

struct Kind {
    sampling: SamplingFactor,
    restart: Option<u16>,
    progressive: bool,
    scans: bool,
}

const USUAL: Kind = Kind { sampling: SamplingFactor::F_2_2, restart: None, progressive: false, scans: false };

fn jpeg(picture: &DynamicImage, kind: &Kind) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 92);
    encoder.set_sampling_factor(kind.sampling);
    encoder.set_progressive(kind.progressive);
    // With tables of its own, this encoder writes each component in a scan of its own.
    encoder.set_optimized_huffman_tables(kind.scans);
    if let Some(interval) = kind.restart {
        encoder.set_restart_interval(interval);
    }
    let (width, height) = (u16::try_from(picture.width()).unwrap(), u16::try_from(picture.height()).unwrap());
    let colours = if matches!(picture, DynamicImage::ImageLuma8(_)) { ColorType::Luma } else { ColorType::Rgb };
    encoder.encode(picture.as_bytes(), width, height, colours).unwrap();
    out
}

/// How far two pictures of one size are apart in the mean, in hundredths of a step.
fn apart(a: &RgbImage, b: &RgbImage) -> u64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum * 100 / u64::try_from(a.as_raw().len()).unwrap()
}

/// What the general decoder makes of it, each pixel the mean of those that it stands for.
fn expected(jpeg: &[u8], divided: u32) -> RgbImage {
    let whole = image::load_from_memory(jpeg).unwrap().into_rgb8();
    RgbImage::from_fn(whole.width().div_ceil(divided), whole.height().div_ceil(divided), |x, y| {
        let columns = x * divided..((x + 1) * divided).min(whole.width());
        let rows = y * divided..((y + 1) * divided).min(whole.height());
        let (mut sum, mut count) = ([0_u32; 3], 0);
        for (x, y) in rows.flat_map(|y| columns.clone().map(move |x| (x, y))) {
            count += 1;
            for (sum, value) in sum.iter_mut().zip(whole.get_pixel(x, y).0) {
                *sum += u32::from(value);
            }
        }
        image::Rgb(sum.map(|sum| u8::try_from(sum / count).unwrap()))
    })
}

/// Its light alone.
fn grey(picture: &RgbImage) -> RgbImage {
    DynamicImage::ImageLuma8(DynamicImage::ImageRgb8(picture.clone()).to_luma8()).into_rgb8()
}

#[test]
fn it_is_what_the_general_decoder_shows_made_smaller() {
    use SamplingFactor::{F_1_1, F_1_2, F_2_1, F_2_2};
    // Sides that are whole units, and that are not.
    for (width, height) in [(160, 128), (173, 130), (121, 207)] {
        let picture = scene(width, height, width);
        for sampling in [F_1_1, F_1_2, F_2_1, F_2_2] {
            for restart in [None, Some(1), Some(7)] {
                let bytes = jpeg(&picture, &Kind { sampling, restart, ..USUAL });
                for divided in [2, 4, 8] {
                    let side = width.max(height) / divided;
                    let small = shrunk(&bytes, (width, height), side).unwrap();
                    assert_eq!(small.dimensions(), (width.div_ceil(divided), height.div_ceil(divided)));
                    let expected = expected(&bytes, divided);
                    let (light, far) = (apart(&grey(&small), &grey(&expected)), apart(&small, &expected));
                    let what = format!("{width} × {height}, {sampling:?}, restart {restart:?}, 1/{divided}: {light}, {far}");
                    assert!(light < if sampling == F_1_1 { 200 } else { 300 }, "{what}");
                    // Colours that the file tells at half the size stay so coarse; the scene has hard edges.
                    assert!(far < if sampling == F_1_1 { 200 } else { 1_500 }, "{what}");
                }
            }
        }
        let light = DynamicImage::ImageLuma8(picture.to_luma8());
        let bytes = jpeg(&light, &USUAL);
        let small = shrunk(&bytes, (width, height), width.max(height) / 2).unwrap();
        assert!(apart(&small, &expected(&bytes, 2)) < 300);
    }
}

/// A picture with strong detail of every size: long codes, waves that nobody sees, and more bytes than the window has.
fn rough(width: u32, height: u32) -> DynamicImage {
    let mut state = 5_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_le_bytes()[3]
    };
    DynamicImage::ImageLuma8(GrayImage::from_fn(width, height, |x, y| {
        let soft = u8::try_from(64 + x * 50 / width + y * 50 / height).unwrap();
        // A third of it has none.
        image::Luma([soft + if x * 3 < width { 0 } else { next() / 3 }])
    }))
}

#[test]
fn rough_pictures_of_many_bytes_have_the_brightness_that_the_general_decoder_shows() {
    let (width, height) = (456, 328);
    for restart in [None, Some(9), Some(400)] {
        for picture in [rough(width, height), DynamicImage::ImageRgb8(rough(width, height).into_rgb8())] {
            let bytes = jpeg(&picture, &Kind { restart, ..USUAL });
            assert!(bytes.len() > 50_000, "{}", bytes.len());
            for (divided, block) in [(2, 4), (4, 2), (8, 1)] {
                let small = shrunk(&bytes, (width, height), width / divided).unwrap();
                // A wave that is not seen goes back and forth within its block: the mean of the block is without it.
                let mean = |x: u32, y: u32| {
                    let all = (0..block * block).map(|n| u32::from(small.get_pixel(x * block + n % block, y * block + n / block).0[1]));
                    image::Rgb([u8::try_from(all.sum::<u32>() / (block * block)).unwrap(); 3])
                };
                let light = apart(&RgbImage::from_fn(width / 8, height / 8, mean), &grey(&expected(&bytes, 8)));
                assert!(light < 100, "restart {restart:?}, 1/{divided}: {light}");
            }
        }
    }
}

#[test]
fn every_grey_keeps_its_brightness() {
    for grey in 0..=255_u8 {
        let bytes = jpeg(&DynamicImage::ImageLuma8(GrayImage::from_pixel(64, 64, image::Luma([grey]))), &USUAL);
        for side in [8, 16, 32] {
            let small = shrunk(&bytes, (64, 64), side).unwrap();
            assert!(small.as_raw().iter().all(|v| v.abs_diff(grey) <= 2), "{grey} in {side}: {:?}", small.get_pixel(3, 3));
        }
    }
}

#[test]
fn what_is_unusual_is_left_to_the_general_decoder() {
    let picture = scene(320, 256, 3);
    let usual = jpeg(&picture, &USUAL);
    assert!(shrunk(&usual, (320, 256), 100).is_some());
    assert!(shrunk(&usual, (320, 256), 161).is_none(), "no size but the whole is large enough");
    assert!(shrunk(&usual, (320, 255), 100).is_none(), "the head says other sides");
    assert!(shrunk(&jpeg(&picture, &Kind { progressive: true, ..USUAL }), (320, 256), 100).is_none());
    assert!(shrunk(&jpeg(&picture, &Kind { scans: true, ..USUAL }), (320, 256), 100).is_none());
    assert!(shrunk(&jpeg(&picture, &Kind { sampling: SamplingFactor::F_4_1, ..USUAL }), (320, 256), 100).is_none());
    assert!(shrunk(&encoded(&picture, image::ImageFormat::Png), (320, 256), 100).is_none());
    // Adobe's segment says that the three components are red, green and blue.
    let adobe = [&usual[..2], b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0\0", &usual[2..]].concat();
    assert!(shrunk(&adobe, (320, 256), 100).is_none());
    for length in (0..usual.len()).step_by(97) {
        assert!(shrunk(&usual[..length], (320, 256), 100).is_none(), "cut off after {length}");
    }
}

#[test]
fn changed_bytes_give_a_picture_or_nothing() {
    let kinds = [USUAL, Kind { restart: Some(3), ..USUAL }, Kind { sampling: SamplingFactor::F_1_1, ..USUAL }];
    let (mut state, mut nothing, mut pictures) = (11_u32, 0, 0);
    for kind in &kinds {
        let whole = jpeg(&scene(96, 80, 5), kind);
        for round in 0..3_000 {
            let mut bytes = whole.clone();
            for _ in 0..=round % 7 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Half of them in the head and its tables.
                let among = if round % 2 == 0 { bytes.len() } else { bytes.len().min(700) };
                bytes[usize::try_from(state >> 8).unwrap() % among] = state.to_le_bytes()[0];
            }
            match shrunk(&bytes, (96, 80), [12, 24, 48][round % 3]) {
                Some(small) => {
                    assert_eq!(small.dimensions(), [(12, 10), (24, 20), (48, 40)][round % 3]);
                    pictures += 1;
                }
                None => nothing += 1,
            }
        }
    }
    assert!(nothing > 500 && pictures > 500, "{nothing} {pictures}");
}
