//! A JPEG decoded to an eighth, a quarter or half of its size at once, without its full pixels ever being there.
//!
//! A photo of 12 million pixels becomes a screen of two: most of what a decoder would compute is thrown away. Of each 8 × 8 block only the
//! coarse waves are used, those that a block of 1, 2 or 4 pixels can show; a photo takes a quarter of the memory and half of the time.
//!
//! Only what phones and cameras write is decoded: eight bits, Huffman codes, one scan, grey or luma with two colours. Everything else, and
//! whatever is damaged in any way, is left to the general decoder, which knows more and has the last word.

mod bits;
mod head;
mod waves;

use image::RgbImage;

use crate::picture::render::shrunk::{
    bits::{Bits, Block},
    head::{Component, Head},
};

/// Decodes a picture of known size to the smallest of the three sizes whose longer side is not below `side`. Nothing where this is not for us.
pub fn shrunk(bytes: &[u8], (width, height): (u32, u32), side: u32) -> Option<RgbImage> {
    let head = Head::read(bytes).filter(|h| (u32::from(h.width), u32::from(h.height)) == (width, height))?;
    // Pixels that an 8 × 8 block becomes, on a side.
    let block = [1, 2, 4].into_iter().find(|n| width.max(height) * n / 8 >= side)?;
    Scan::new(&head, block)?.decode((width * block).div_ceil(8), (height * block).div_ceil(8))
}

/// One row of blocks of a component, as samples.
struct Strip {
    samples: Vec<u8>,
    width: usize,
    /// What the last block's mean was: the next one tells the difference.
    mean: i32,
}

struct Scan<'a> {
    head: &'a Head<'a>,
    block: u32,
    bits: Bits<'a>,
    strips: Vec<Strip>,
    /// The block in hand.
    waves: Block,
    /// Units, each of all components, in a row and in a column.
    across: usize,
    down: usize,
}

impl<'a> Scan<'a> {
    fn new(head: &'a Head<'a>, block: u32) -> Option<Self> {
        let first = head.components.first()?;
        let units = |length: u16, blocks: usize| usize::from(length).div_ceil(8 * blocks);
        let (across, down) = (units(head.width, first.across), units(head.height, first.down));
        let side = usize::try_from(block).ok()?;
        let strip = |c: &Component| {
            let width = across * c.across * side;
            Strip { samples: vec![0; width * c.down * side], width, mean: 0 }
        };
        Some(Self {
            head,
            block,
            bits: Bits::new(head.data),
            strips: head.components.iter().map(strip).collect(),
            waves: Block::default(),
            across,
            down,
        })
    }

    fn decode(mut self, width: u32, height: u32) -> Option<RgbImage> {
        let mut pixels = Vec::new();
        let row = usize::try_from(width).ok()? * 3;
        let all = row * usize::try_from(height).ok()?;
        pixels.try_reserve_exact(all).ok()?;
        let mut left = self.head.restart;
        for _ in 0..self.down {
            for unit in 0..self.across {
                if self.head.restart > 0 && left == 0 {
                    self.bits.restart()?;
                    self.strips.iter_mut().for_each(|s| s.mean = 0);
                    left = self.head.restart;
                }
                left = left.saturating_sub(1);
                self.unit(unit)?;
            }
            if self.bits.is_beyond() {
                return None;
            }
            self.colour(row, all, &mut pixels)?;
        }
        RgbImage::from_vec(width, height, pixels)
    }

    /// Decodes the blocks of one unit into the strips.
    fn unit(&mut self, unit: usize) -> Option<()> {
        let side = usize::try_from(self.block).ok()?;
        for (component, strip) in self.head.components.iter().zip(&mut self.strips) {
            for down in 0..component.down {
                for across in 0..component.across {
                    let at = down * side * strip.width + (unit * component.across + across) * side;
                    let room = strip.samples.get_mut(at..)?;
                    self.bits.block(component, &mut strip.mean, &mut self.waves)?;
                    match self.block {
                        1 => waves::one(&self.waves, room),
                        2 => waves::two(&self.waves, room, strip.width),
                        _ => waves::four(&self.waves, room, strip.width),
                    }?;
                }
            }
        }
        Some(())
    }

    /// Turns the strips into pixels, as far as there are any.
    fn colour(&self, row: usize, all: usize, pixels: &mut Vec<u8>) -> Option<()> {
        let [luma, colours @ ..] = self.strips.as_slice() else { return None };
        let first = self.head.components.first()?;
        let (mut blue, mut red) = (vec![128; luma.width], vec![128; luma.width]);
        for (n, luma) in luma.samples.chunks_exact(luma.width).enumerate() {
            if pixels.len() >= all {
                break;
            }
            if let [b, r] = colours {
                for (wide, narrow) in [(&mut blue, b), (&mut red, r)] {
                    let narrow = narrow.samples.chunks_exact(narrow.width).nth(n / first.down)?;
                    widen(narrow, first.across, wide);
                }
            }
            let from = pixels.len();
            pixels.resize(from + row, 0);
            waves::colour(luma, &blue, &red, pixels.get_mut(from..)?);
        }
        Some(())
    }
}

/// Each sample as often as its component has fewer of them.
fn widen(narrow: &[u8], times: usize, wide: &mut [u8]) {
    if times == 1 {
        wide.copy_from_slice(narrow);
        return;
    }
    for (to, from) in wide.chunks_exact_mut(2).zip(narrow) {
        to.fill(*from);
    }
}

#[cfg(test)]
mod tests;
