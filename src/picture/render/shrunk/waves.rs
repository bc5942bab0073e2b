//! From the waves of a block to samples, and from samples to pixels.
//!
//! All of it is said for several numbers side by side, so that the compiler gives them to the processor at once.

use crate::picture::render::shrunk::bits::Block;

/// cos(π/8)/√2 and cos(3π/8)/√2: the odd waves of four samples.
const SLOW: f32 = 0.653_281_5;
const FAST: f32 = 0.270_598_06;
/// Added to a small number, it leaves the number's whole part in the last bits.
const ROUND: f32 = 8_388_608.0;

/// A sample of a value around zero; what is beyond 0…255 becomes the end of it.
#[inline]
fn sample(value: f32) -> u8 {
    let [lowest, ..] = ((value + 128.0).clamp(0.0, 255.0) + ROUND).to_bits().to_le_bytes();
    lowest
}

/// One sample: the mean.
pub fn one(block: &Block, room: &mut [u8]) -> Option<()> {
    let [mean, ..] = block.waves;
    *room.first_mut()? = sample(mean / 8.0);
    Some(())
}

/// Two by two samples.
pub fn two(block: &Block, room: &mut [u8], width: usize) -> Option<()> {
    let [a, b, _, _, c, d, ..] = block.waves;
    for (n, (even, odd)) in [(a + c, b + d), (a - c, b - d)].into_iter().enumerate() {
        let row = room.get_mut(n * width..)?.first_chunk_mut::<2>()?;
        *row = [sample((even + odd) / 8.0), sample((even - odd) / 8.0)];
    }
    Some(())
}

/// Four numbers side by side.
type Four = [f32; 4];

/// Four samples of four waves, for four lines side by side. Each line begins as half of what eight samples would show.
#[inline]
fn lines([a, b, c, d]: [Four; 4]) -> [Four; 4] {
    let mut out = [[0.0; 4]; 4];
    let [first, second, third, fourth] = &mut out;
    let places = first.iter_mut().zip(second).zip(third).zip(fourth);
    for ((((((first, second), third), fourth), a), b), (c, d)) in places.zip(a).zip(b).zip(c.into_iter().zip(d)) {
        let (sum, difference) = (0.5 * (a + c), 0.5 * (a - c));
        let (outer, inner) = (SLOW * b + FAST * d, FAST * b - SLOW * d);
        *first = sum + outer;
        *second = difference + inner;
        *third = difference - inner;
        *fourth = sum - outer;
    }
    out
}

/// Rows become columns.
#[inline]
const fn turned(rows: [Four; 4]) -> [Four; 4] {
    let [[a0, a1, a2, a3], [b0, b1, b2, b3], [c0, c1, c2, c3], [d0, d1, d2, d3]] = rows;
    [[a0, b0, c0, d0], [a1, b1, c1, d1], [a2, b2, c2, d2], [a3, b3, c3, d3]]
}

/// Four by four samples.
#[inline]
pub fn four(block: &Block, room: &mut [u8], width: usize) -> Option<()> {
    let rows = if block.flat {
        let [mean, ..] = block.waves;
        [[sample(mean / 8.0); 4]; 4]
    } else {
        let [a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3, _] = block.waves;
        let down = lines([[a0, a1, a2, a3], [b0, b1, b2, b3], [c0, c1, c2, c3], [d0, d1, d2, d3]]);
        turned(lines(turned(down))).map(|row| row.map(|value| sample(0.5 * value)))
    };
    for (to, from) in room.chunks_mut(width).zip(rows) {
        *to.first_chunk_mut::<4>()? = from;
    }
    Some(())
}

/// A share of a number, in 1/65536.
#[inline]
#[expect(clippy::as_conversions, reason = "a share is not more than the whole")]
const fn share(number: i16, of: i16) -> i16 {
    ((number as i32 * of as i32) >> 16) as i16
}

/// Red, green and blue of samples, by JFIF's weights: red is luma + 1.402 red, green is luma − 0.344 blue − 0.714 red, blue is
/// luma + 1.772 blue. Reckoned in 1/32.
#[inline]
pub fn colour(luma: &[u8], blue: &[u8], red: &[u8], pixels: &mut [u8]) {
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
