use image::{DynamicImage, Rgb, RgbImage, metadata::Orientation};

use super::{Plane, Planes};
use crate::fixture::scene;

fn plane(width: usize, height: usize) -> Plane {
    let mut plane = Plane::new(width, height).unwrap();
    for (n, sample) in plane.samples_mut().iter_mut().enumerate() {
        *sample = u8::try_from(n * 31 % 251).unwrap();
    }
    plane
}

#[test]
fn rows_become_columns_in_every_size() {
    for (width, height) in [(1, 1), (8, 8), (16, 24), (7, 9), (9, 7), (1, 30), (30, 1), (33, 17), (64, 3)] {
        let plane = plane(width, height);
        let turned = plane.turned().unwrap();
        assert_eq!((turned.width(), turned.height()), (height, width));
        for y in 0..height {
            for x in 0..width {
                assert_eq!(turned.row(x)[y], plane.row(y)[x], "{width} × {height}: {x} {y}");
            }
        }
    }
}

/// How far two pictures of one size are apart at the most, in the mean of the three colours of a pixel.
fn apart(a: &RgbImage, b: &RgbImage) -> u32 {
    assert_eq!(a.dimensions(), b.dimensions());
    let far = |(a, b): (&Rgb<u8>, &Rgb<u8>)| a.0.iter().zip(b.0).map(|(a, b)| u32::from(a.abs_diff(b))).sum::<u32>() / 3;
    a.pixels().zip(b.pixels()).map(far).max().unwrap()
}

#[test]
fn every_orientation_is_that_of_exif_in_every_size() {
    // Without edges, so that it makes no difference where exactly a colour stands.
    let soft = |width: u32, height: u32| {
        RgbImage::from_fn(width, height, |x, y| {
            Rgb([x * 200 / width, y * 200 / height, (x + y) * 100 / (width + height)].map(|v| u8::try_from(v).unwrap()))
        })
    };
    for (width, height) in [(96, 80), (97, 81), (120, 75)] {
        let picture = soft(width, height);
        let planes = Planes::of(&picture).unwrap();
        for orientation in 1..=8 {
            let mut expected = DynamicImage::ImageRgb8(picture.clone());
            expected.apply_orientation(Orientation::from_exif(orientation).unwrap());
            let upright = planes.fitted((width, height), orientation).unwrap();
            assert_eq!(upright.sides(), (expected.width(), expected.height()));
            let far = apart(&upright.pixels().unwrap(), &expected.into_rgb8());
            assert!(far <= 4, "{width} × {height}, {orientation}: {far}");
        }
        let small = planes.fitted((width / 3, height / 3), 1).unwrap().pixels().unwrap();
        assert!(apart(&small, &soft(width / 3, height / 3)) <= 8);
    }
}

#[test]
fn brightness_keeps_its_edges() {
    let picture = scene(90, 70, 6);
    let grey = |picture: RgbImage| DynamicImage::ImageRgb8(picture).to_luma8();
    let planes = Planes::of(&picture.to_rgb8()).unwrap();
    for same in [planes.clone(), planes.fitted((90, 70), 1).unwrap()] {
        let (a, b) = (grey(same.pixels().unwrap()), picture.to_luma8());
        let sum: u32 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
        assert!(sum < 6_300 * 2, "{sum}");
    }
}
