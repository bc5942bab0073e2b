//! Ticket codes: ten digits that can be said by phone, the last a check digit.
//!
//! The nine digits before it come from the ticket's id, so that a device far from the server can name its ticket at once and
//! no counter is hot for everybody; where two tickets get the same code, the store asks for the next attempt.

use sha2::{Digest, Sha256};

use bazdid_protocol::ids::TicketId;

/// Damm's quasigroup of order 10 (H. M. Damm, 2004): it finds every single wrong digit and every swap of neighbours.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// Digits of a code with its check digit.
pub const DIGITS: usize = 10;

/// The check digit of digits; 0 over digits that end in their own check digit.
fn damm(digits: impl IntoIterator<Item = u8>) -> u8 {
    digits
        .into_iter()
        .fold(0, |interim, digit| DAMM.get(usize::from(interim)).and_then(|row| row.get(usize::from(digit))).copied().unwrap_or_default())
}

/// The code of a ticket. `attempt` is 0 at first and raised while the code is another ticket's.
#[must_use]
pub fn code_for(ticket: TicketId, attempt: u32) -> String {
    let hash = Sha256::new().chain_update(ticket.uuid().as_bytes()).chain_update(attempt.to_be_bytes()).finalize();
    let number = hash.iter().take(7).fold(0_u64, |n, byte| (n << 8) | u64::from(*byte)) % 1_000_000_000;
    let body = format!("{number:09}");
    let check = damm(body.bytes().map(|b| b - b'0'));
    format!("{body}{check}")
}

/// Reads a code as people write it: any of the three digit sets, with spaces or dashes. `None` if it is no code: wrong
/// length, other characters, or the check digit does not fit.
#[must_use]
pub fn parse(text: &str) -> Option<String> {
    let folded = crate::fold::fold(text);
    let digits: String = folded.chars().filter(|c| !matches!(c, ' ' | '-' | '–')).collect();
    let well_formed = digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_digit());
    (well_formed && damm(digits.bytes().map(|b| b - b'0')) == 0).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn every_wrong_digit_and_every_swap_of_neighbours_is_found() {
        for n in 0..50_u128 {
            let code = code_for(TicketId::new(Uuid::from_u128(n)), 0);
            assert_eq!(parse(&code).as_deref(), Some(code.as_str()));
            for place in 0..DIGITS {
                for digit in '0'..='9' {
                    let mut wrong: Vec<char> = code.chars().collect();
                    wrong[place] = digit;
                    let wrong: String = wrong.into_iter().collect();
                    assert_eq!(parse(&wrong).is_some(), wrong == code);
                }
                let mut swapped: Vec<char> = code.chars().collect();
                swapped.swap(place, (place + 1).min(DIGITS - 1));
                let swapped: String = swapped.into_iter().collect();
                assert_eq!(parse(&swapped).is_some(), swapped == code);
            }
        }
    }

    #[test]
    fn a_code_is_read_as_people_write_it() {
        let code = code_for(TicketId::new(Uuid::from_u128(7)), 1);
        let persian: String = code.chars().map(|c| char::from_u32(u32::from(c) - 0x30 + 0x6f0).unwrap()).collect();
        assert_eq!(parse(&format!(" {}-{} ", &persian[..8], &persian[8..])), Some(code));
        assert_eq!(parse("123"), None);
        assert_eq!(parse("abcdefghij"), None);
    }
}
