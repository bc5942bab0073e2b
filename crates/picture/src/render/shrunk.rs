//! A JPEG decoded to an eighth, a quarter or half of its size at once, without its full pixels ever being there.
//!
//! A photo of 12 million pixels becomes a screen of two: most of what a decoder would compute is thrown away. Of each 8 × 8 block only the
//! coarse waves are used, those that a block of 1, 2 or 4 pixels can show; a photo takes an eighth of the memory and a third of the time.
//!
//! Only what phones and cameras write is decoded: eight bits, Huffman codes, one scan, grey or luma with two colours. Everything else, and
//! whatever is damaged in any way, is left to the general decoder, which knows more and has the last word.

mod bits;
mod codes;
mod head;
mod order;
mod waves;

use crate::render::{
    planes::{Plane, Planes},
    shrunk::{
        bits::Bits,
        head::{Component, Head},
        order::LANES,
        waves::Row,
    },
};

/// Decodes a picture of known size to the smallest of the three sizes whose longer side is not below `side`. Nothing where this is not for us.
pub fn shrunk(bytes: &[u8], (width, height): (u32, u32), side: u32) -> Option<Planes> {
    let head = Head::read(bytes).filter(|h| (u32::from(h.width), u32::from(h.height)) == (width, height))?;
    // Pixels that an 8 × 8 block becomes, on a side.
    let block = [1, 2, 4].into_iter().find(|n| width.max(height) * n / 8 >= side)?;
    Scan::new(&head, block)?.decode(((width * block).div_ceil(8), (height * block).div_ceil(8)))
}

/// A component that is being decoded.
struct Layer<'a> {
    component: &'a Component,
    /// Its samples, of eight whole blocks at a time.
    plane: Plane,
    /// The blocks in hand, for each of its rows in a unit.
    rows: Vec<Row>,
    /// What the last block's mean was: the next one tells the difference.
    mean: i32,
}

struct Scan<'a> {
    head: &'a Head<'a>,
    block: u32,
    bits: Bits<'a>,
    layers: Vec<Layer<'a>>,
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
        let layer = |component: &'a Component| {
            let width = (across * component.across).next_multiple_of(LANES) * side;
            let plane = Plane::new(width, down * component.down * side)?;
            Some(Layer { component, plane, rows: (0..component.down).map(|_| Row::default()).collect(), mean: 0 })
        };
        Some(Self {
            head,
            block,
            bits: Bits::new(head.data),
            layers: head.components.iter().map(layer).collect::<Option<_>>()?,
            across,
            down,
        })
    }

    fn decode(mut self, sides: (u32, u32)) -> Option<Planes> {
        let mut left = self.head.restart;
        for row in 0..self.down {
            for unit in 0..self.across {
                if self.head.restart > 0 && left == 0 {
                    self.bits.restart()?;
                    self.layers.iter_mut().for_each(|l| l.mean = 0);
                    left = self.head.restart;
                }
                left = left.saturating_sub(1);
                self.unit(row, unit)?;
            }
        }
        self.bits.is_within().then_some(())?;
        let times = self.head.components.first().map(|c| (c.across, c.down))?;
        Planes::new(sides, times, self.layers.into_iter().map(|l| l.plane))
    }

    /// Decodes the blocks of one unit; of eight blocks samples are made.
    fn unit(&mut self, row: usize, unit: usize) -> Option<()> {
        self.bits.ready()?;
        let seen = order::seen(self.block);
        for Layer { component, plane, rows, mean } in &mut self.layers {
            for (down, waves) in rows.iter_mut().enumerate() {
                let last = (unit + 1) * component.across - 1;
                for block in unit * component.across..=last {
                    self.bits.block(component, seen, mean, waves, block % LANES)?;
                    if block % LANES == LANES - 1 || unit + 1 == self.across && block == last {
                        let (side, width) = (usize::try_from(self.block).ok()?, plane.width());
                        let at = (row * component.down + down) * side * width + (block - block % LANES) * side;
                        waves.samples(&component.steps, self.block, plane.samples_mut().get_mut(at..)?, width)?;
                    }
                }
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
