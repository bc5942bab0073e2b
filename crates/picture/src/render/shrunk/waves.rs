//! From the waves of blocks to samples: eight blocks side by side, so that the compiler gives the processor eight numbers at once.
//!
//! Reckoned in 1/32 of a sample. The numbers of a picture have room in 16 bits: no sample is more than 128 from the middle, so all waves
//! of a block together are not stronger than 1,024 and half of their steps, and no sum below is more than four times that. Those of a
//! damaged picture come to whatever they come to.

use crate::render::{
    planes::share,
    shrunk::order::{LANES, PLACED},
};

/// Samples are told around zero; and a half, for rounding.
const MIDDLE: i16 = 128 * 32 + 16;

/// Eight blocks of a row: for each wave of 4 × 4 its strength in each of them, and places for the waves that cannot be seen.
#[derive(Debug)]
pub struct Row {
    waves: [i16; PLACED],
}

/// The same number of each of eight blocks.
type Eight = [i16; LANES];

impl Default for Row {
    fn default() -> Self {
        Self { waves: [0; PLACED] }
    }
}

impl Row {
    /// Notes the strength of a wave of a block.
    #[inline]
    pub fn put(&mut self, place: u8, lane: usize, strength: i16) {
        if let Some(wave) = self.waves.get_mut((usize::from(place) + lane) & (PLACED - 1)) {
            *wave = strength;
        }
    }

    /// Makes samples of eight blocks and forgets the waves; `side` × `side` of each.
    pub fn samples(&mut self, steps: &[i16; 16], side: u32, room: &mut [u8], width: usize) -> Option<()> {
        let waves = self.strengths(steps);
        match side {
            1 => one(waves, room),
            2 => two(waves, room, width),
            _ => four(waves, room, width),
        }
    }

    /// The strengths of the waves that are seen; the mean is a sample already.
    #[inline]
    fn strengths(&mut self, steps: &[i16; 16]) -> [Eight; 16] {
        let mut all = [[0; LANES]; 16];
        for ((to, waves), step) in all.iter_mut().zip(self.waves.as_chunks_mut::<LANES>().0).zip(steps) {
            for (to, wave) in to.iter_mut().zip(waves) {
                *to = wave.wrapping_mul(*step);
                *wave = 0;
            }
        }
        let [means, ..] = &mut all;
        for mean in means {
            *mean = mean.wrapping_add(MIDDLE);
        }
        all
    }
}

/// A sample in the last byte; what is beyond 0…255 becomes the end of it.
#[inline]
fn sample(value: i16) -> u16 {
    (value >> 5).clamp(0, 255).cast_unsigned()
}

/// One sample of each block: the mean.
fn one([means, ..]: [Eight; 16], room: &mut [u8]) -> Option<()> {
    *room.first_chunk_mut::<LANES>()? = means.map(|mean| sample(mean).to_le_bytes()).map(|[lowest, _]| lowest);
    Some(())
}

/// Two by two samples of each block.
fn two([a, b, _, _, c, d, ..]: [Eight; 16], room: &mut [u8], width: usize) -> Option<()> {
    for (n, sign) in [1, -1].into_iter().enumerate() {
        let row = room.get_mut(n * width..)?.first_chunk_mut::<{ 2 * LANES }>()?;
        let blocks = a.iter().zip(b).zip(c).zip(d);
        for (to, (((a, b), c), d)) in row.as_chunks_mut::<2>().0.iter_mut().zip(blocks) {
            let (even, odd) = (a.wrapping_add(c.wrapping_mul(sign)), b.wrapping_add(d.wrapping_mul(sign)));
            *to = (sample(even.wrapping_add(odd)) | (sample(even.wrapping_sub(odd)) << 8)).to_le_bytes();
        }
    }
    Some(())
}

/// √2 cos(π/8) times a number.
#[inline]
const fn slow(number: i16) -> i16 {
    number.wrapping_add(share(number, 20_091))
}

/// √2 cos(3π/8) times a number.
#[inline]
const fn fast(number: i16) -> i16 {
    number.wrapping_sub(share(number, 30_068))
}

/// Four samples of four waves, for lines side by side.
#[inline(always)]
fn lines([a, b, c, d]: [&mut Eight; 4]) {
    for (((a, b), c), d) in a.iter_mut().zip(b).zip(c).zip(d) {
        let (sum, difference) = (a.wrapping_add(*c), a.wrapping_sub(*c));
        let (outer, inner) = (slow(*b).wrapping_add(fast(*d)), fast(*b).wrapping_sub(slow(*d)));
        (*a, *d) = (sum.wrapping_add(outer), sum.wrapping_sub(outer));
        (*b, *c) = (difference.wrapping_add(inner), difference.wrapping_sub(inner));
    }
}

/// Four by four samples of each block.
#[inline]
fn four(waves: [Eight; 16], room: &mut [u8], width: usize) -> Option<()> {
    let [mut a0, mut a1, mut a2, mut a3, mut b0, mut b1, mut b2, mut b3, mut c0, mut c1, mut c2, mut c3, mut d0, mut d1, mut d2, mut d3] =
        waves;
    lines([&mut a0, &mut b0, &mut c0, &mut d0]);
    lines([&mut a1, &mut b1, &mut c1, &mut d1]);
    lines([&mut a2, &mut b2, &mut c2, &mut d2]);
    lines([&mut a3, &mut b3, &mut c3, &mut d3]);
    let rows = [[a0, a1, a2, a3], [b0, b1, b2, b3], [c0, c1, c2, c3], [d0, d1, d2, d3]];
    for ([mut a, mut b, mut c, mut d], room) in rows.into_iter().zip(room.chunks_mut(width)) {
        lines([&mut a, &mut b, &mut c, &mut d]);
        let blocks = a.into_iter().zip(b).zip(c).zip(d);
        let (fours, _) = room.first_chunk_mut::<{ 4 * LANES }>()?.as_chunks_mut::<4>();
        for (to, (((a, b), c), d)) in fours.iter_mut().zip(blocks) {
            let (left, right) = (sample(a) | (sample(b) << 8), sample(c) | (sample(d) << 8));
            *to = (u32::from(left) | (u32::from(right) << 16)).to_le_bytes();
        }
    }
    Some(())
}
