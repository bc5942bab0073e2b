//! What a stored photo costs: `cargo bench --bench picture`.
//!
//! A photo of 12 million pixels and about 2.1 MB, as a phone takes it: detail of every size, a little noise, colours at half resolution, EXIF.
//! Where `BAZDID_TEST_DATA` names real photos, one of a phone with 8 million pixels besides. Everything runs in one thread, so that photos
//! per second are those of one core. Then the look-up of nearly the same picture among a million.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::cast_lossless,
    clippy::disallowed_methods,
    reason = "a bench ends at the first thing that goes wrong"
)]

use std::{hint::black_box, io::Cursor};

use bazdid_domain::evidence::reading::Format;
use bazdid_picture::{fingerprint::Fingerprint, near::NearIndex, read::read, render::render};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use exif::{Field, In, Rational, Tag, Value, experimental::Writer};
use image::ImageReader;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use sha2::{Digest as _, Sha256};

const WIDTH: u32 = 4032;
const HEIGHT: u32 = 3024;
/// Sizes of detail, pixels.
const OCTAVES: [u32; 9] = [1024, 512, 256, 128, 64, 32, 16, 8, 4];
const MILLION: u64 = 1_000_000;

/// A number by chance, always the same for the same input.
const fn mixed(n: u64) -> u64 {
    let n = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    n ^ (n >> 31)
}

/// −1…1 at a corner of a grid.
fn corner(octave: u32, x: u32, y: u32) -> f32 {
    (mixed((u64::from(octave) << 48) | (u64::from(x) << 24) | u64::from(y)) >> 40) as f32 / (1 << 23) as f32 - 1.0
}

/// Detail of every size, each half as strong as the one of twice its size is but for the finest; brightness around 128.
fn brightness() -> Vec<f32> {
    let mut plane = vec![128.0_f32; (WIDTH * HEIGHT) as usize];
    for (n, size) in OCTAVES.into_iter().enumerate() {
        let strength = 46.0 * 0.69_f32.powi(n as i32);
        for y in 0..HEIGHT {
            let (row, down) = (y / size, (y % size) as f32 / size as f32);
            for x in 0..WIDTH {
                let (column, right) = (x / size, (x % size) as f32 / size as f32);
                let at = |dx, dy| corner(size, column + dx, row + dy);
                let upper = at(0, 0) + (at(1, 0) - at(0, 0)) * right;
                let lower = at(0, 1) + (at(1, 1) - at(0, 1)) * right;
                plane[(y * WIDTH + x) as usize] += strength * (upper + (lower - upper) * down);
            }
        }
    }
    plane
}

/// The photo as a phone keeps it.
fn photo() -> Vec<u8> {
    let mut pixels = Vec::with_capacity((WIDTH * HEIGHT * 3) as usize);
    for (n, value) in brightness().into_iter().enumerate() {
        let noise = (mixed(n as u64) & 7) as f32 - 3.5;
        let (x, y) = (n as u32 % WIDTH, n as u32 / WIDTH);
        let warm = 12.0 * (x as f32 / 900.0).sin() + 9.0 * (y as f32 / 700.0).cos();
        pixels.extend([value + warm, value, value - warm].map(|v| (v + noise).clamp(0.0, 255.0) as u8));
    }
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 93);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.add_exif_metadata(&exif()).unwrap();
    encoder.encode(&pixels, WIDTH as u16, HEIGHT as u16, ColorType::Rgb).unwrap();
    out
}

fn exif() -> Vec<u8> {
    let field = |tag, value| Field { tag, ifd_num: In::PRIMARY, value };
    let text = |t: &str| Value::Ascii(vec![t.as_bytes().to_vec()]);
    let degrees = |d, m, s| Value::Rational([(d, 1), (m, 1), (s, 100)].map(|(num, denom)| Rational { num, denom }).to_vec());
    let fields = [
        field(Tag::Model, text("Field phone 3")),
        field(Tag::Orientation, Value::Short(vec![6])),
        field(Tag::DateTimeOriginal, text("2026:11:23 09:12:05")),
        field(Tag::OffsetTimeOriginal, text("+03:30")),
        field(Tag::GPSLatitudeRef, text("N")),
        field(Tag::GPSLatitude, degrees(36, 16, 730)),
        field(Tag::GPSLongitudeRef, text("E")),
        field(Tag::GPSLongitude, degrees(50, 0, 1_440)),
    ];
    let mut writer = Writer::new();
    fields.iter().for_each(|f| writer.push_field(f));
    let mut out = Cursor::new(Vec::new());
    writer.write(&mut out, false).unwrap();
    out.into_inner()
}

/// All that is done with a stored photo.
fn ingest(bytes: &[u8]) -> (Vec<u8>, Option<Fingerprint>) {
    let hash = Sha256::digest(bytes).to_vec();
    let reading = read(bytes);
    let made = render(bytes, Format::Jpeg, reading.orientation).unwrap();
    (hash, made.fingerprint.ok())
}

fn photos(c: &mut Criterion) {
    let drawn = photo();
    let megabytes = drawn.len() as f64 / 1e6;
    assert!((1.9..2.3).contains(&megabytes), "{megabytes} MB");
    assert!(read(&drawn).point.is_ok() && ingest(&drawn).1.is_some());
    let folder = std::env::var_os("BAZDID_TEST_DATA").map(std::path::PathBuf::from);
    let real = folder.and_then(|f| std::fs::read(f.join("photos/exif-samples/jpg/mobile/jolla.jpg")).ok());
    let mut group = c.benchmark_group(format!("photo of 12 MP, {megabytes:.2} MB"));
    group.throughput(Throughput::Elements(1)).sample_size(20);
    group.bench_function("sha-256", |b| b.iter(|| Sha256::digest(black_box(&drawn))));
    group.bench_function("read", |b| b.iter(|| read(black_box(&drawn))));
    group.bench_function("render", |b| b.iter(|| render(black_box(&drawn), Format::Jpeg, Ok(6)).unwrap()));
    group.bench_function("all of it", |b| b.iter(|| ingest(black_box(&drawn))));
    // What decoding alone costs where nothing is known of the smaller picture.
    let decode = || ImageReader::with_format(Cursor::new(black_box(&drawn)), image::ImageFormat::Jpeg).decode().unwrap();
    group.bench_function("for comparison: decoding every pixel", |b| b.iter(decode));
    group.finish();
    if let Some(real) = real {
        let mut group = c.benchmark_group(format!("real photo of 8 MP, {:.2} MB", real.len() as f64 / 1e6));
        group.throughput(Throughput::Elements(1)).sample_size(20);
        group.bench_function("all of it", |b| b.iter(|| ingest(black_box(&real))));
        group.finish();
    }
}

/// A million fingerprints: nine of ten by chance, the others in clusters of a hundred that differ in a few bits, as photos of one place do.
fn look_up(c: &mut Criterion) {
    let mut index = NearIndex::default();
    for n in 0..MILLION {
        let bits = if n % 10 == 0 {
            let centre = mixed(MILLION + n / 1000);
            (0..n % 7).fold(centre, |bits, flip| bits ^ (1 << (mixed(n * 8 + flip) % 64)))
        } else {
            mixed(n)
        };
        index.insert(Fingerprint::new(bits), n);
    }
    let in_cluster = Fingerprint::new(mixed(MILLION + 7));
    assert!(index.within(in_cluster, 6).len() >= 50, "{}", index.within(in_cluster, 6).len());
    let mut group = c.benchmark_group("nearly the same among a million, 6 bits");
    let mut asked = 2 * MILLION;
    group.bench_function("one that nothing is like", |b| {
        b.iter(|| {
            asked += 1;
            index.within(Fingerprint::new(mixed(asked)), 6)
        });
    });
    group.bench_function("one of a cluster", |b| b.iter(|| index.within(black_box(in_cluster), 6)));
    group.finish();
}

criterion_group!(benches, photos, look_up);
criterion_main!(benches);
