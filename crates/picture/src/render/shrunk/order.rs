//! In what order the waves of a block come, and where they go.

/// Waves of a block.
pub const WAVES: usize = 64;
/// The order of the file: row × 8 + column.
const ORDER: [u8; WAVES] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56,
    57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];
/// Blocks side by side, the waves of one kind of them together.
pub const LANES: usize = 8;
/// Places of waves, more than there are.
pub const PLACED: usize = 256;
/// Where a wave goes that is too fine to be seen, or is none.
const NOWHERE: u8 = 16 * 8;
/// Where the waves of 4 × 4 go among eight blocks; the block's number is to be added.
pub const PLACES: [u8; 256] = places();

const fn places() -> [u8; 256] {
    let mut all = [NOWHERE; 256];
    let (mut rest, mut order): (&mut [u8], &[u8]) = (&mut all, &ORDER);
    while let (Some((place, after)), Some((wave, next))) = (rest.split_first_mut(), order.split_first()) {
        let (row, column) = (*wave / 8, *wave % 8);
        if row < 4 && column < 4 {
            *place = (row * 4 + column) * 8;
        }
        (rest, order) = (after, next);
    }
    all
}

/// How many of the waves in the order of the file can be seen in a block of so many samples on a side.
pub const fn seen(side: u32) -> usize {
    match side {
        1 => 1,
        2 => 5,
        _ => 25,
    }
}
