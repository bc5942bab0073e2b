//! How a phone sends its pictures: piece by piece over a line that breaks anywhere, going on from where the server says.

use std::io::{self, Read};

use crate::{
    album::{Album, Note},
    clock::Dice,
    people::{DemoResult, Phone},
};
use bazdid_client::{ClientError, http::HttpTransport, upload};
use bazdid_command::Failure;
use bazdid_protocol::time::{MICROS_PER_HOUR, Timestamp};

/// A piece is at least such a share of the file, and at most four times as much.
const SHARE: usize = 8;
/// A piece of at least so many bytes.
const LEAST: usize = 4096;
/// A line that breaks so often in one photo is no line.
const MOST_CUTS: usize = 100;

/// How good a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reception {
    /// One piece in four breaks off somewhere; the phone goes on at once.
    Patchy,
    /// The first piece breaks off and the line is gone.
    BreaksOff,
}

/// What was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Photos that the server has all of.
    pub photos: usize,
    /// Those of them that arrived more than an hour after they were taken.
    pub late: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Requests with bytes.
    pub pieces: usize,
    /// Connections cut in the middle of one.
    pub cuts: usize,
    /// Times that an upload went on from the offset that the server told.
    pub resumed: usize,
}

impl Tally {
    /// Adds another one.
    pub const fn add(&mut self, other: Self) {
        self.photos += other.photos;
        self.late += other.late;
        self.bytes += other.bytes;
        self.pieces += other.pieces;
        self.cuts += other.cuts;
        self.resumed += other.resumed;
    }
}

impl Phone {
    /// Sends the pictures that wait, as far as the reception goes. What the server does not know yet waits for the next time.
    ///
    /// # Errors
    /// The server cannot be reached or refuses; a file cannot be read.
    pub fn send_photos(&mut self, dice: &Dice, reception: Reception) -> DemoResult<()> {
        let Some(album) = &mut self.album else { return Ok(()) };
        for note in album.waiting()? {
            let now = self.device.clock.wall();
            let mut sending = Sending { http: self.device.transport.http(), album, dice, reception, tally: Tally::default() };
            let is_there = sending.one(note.clone(), now);
            self.sent.add(sending.tally);
            if is_there.map_err(|e| Failure::said(format!("a picture of {} cannot be sent: {}", self.person.login, e.text())))? {
                album.is_sent(note)?;
            } else if reception == Reception::BreaksOff {
                break;
            }
        }
        Ok(())
    }
}

struct Sending<'a> {
    http: &'a mut HttpTransport,
    album: &'a Album,
    dice: &'a Dice,
    reception: Reception,
    tally: Tally,
}

impl Sending<'_> {
    /// Sends one picture; whether the server has all of it.
    fn one(&mut self, mut note: Note, now: Timestamp) -> DemoResult<bool> {
        let bytes = self.album.bytes(note.photo)?;
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let mut offset = 0;
        let path = if let Some(path) = &note.upload {
            offset = upload::offset(self.http, path)?;
            self.tally.resumed += 1;
            path.clone()
        } else {
            match upload::begin(self.http, note.photo, length) {
                Ok(path) => {
                    note.upload = Some(path.clone());
                    self.album.note(&note)?;
                    path
                }
                Err(ClientError::Refused { code, .. }) if code == "photo_unknown" => return Ok(false),
                Err(e) => return Err(e.into()),
            }
        };
        let mut cuts = 0;
        while offset < length {
            let rest = usize::try_from(offset).ok().and_then(|o| bytes.get(o..)).unwrap_or_default();
            let most = (bytes.len() / SHARE * (1 + self.dice.below(4))).max(LEAST);
            let piece = rest.get(..most).unwrap_or(rest);
            match self.piece(&path, offset, piece)? {
                Some(next) => offset = next,
                None if self.reception == Reception::BreaksOff => return Ok(false),
                None => {
                    cuts += 1;
                    if cuts > MOST_CUTS {
                        return Err(Failure::said("the line breaks again and again"));
                    }
                    offset = upload::offset(self.http, &path)?;
                    self.tally.resumed += 1;
                }
            }
        }
        self.tally.photos += 1;
        self.tally.bytes += length;
        self.tally.late += usize::from(now - note.taken_at > MICROS_PER_HOUR);
        Ok(true)
    }

    /// Sends a piece; where the next one begins, or nothing if the line broke.
    fn piece(&mut self, path: &str, offset: u64, piece: &[u8]) -> DemoResult<Option<u64>> {
        self.tally.pieces += 1;
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        let breaks = self.reception == Reception::BreaksOff || self.dice.below(4) == 0;
        // At least one byte gets through and one does not.
        if breaks && piece.len() > 1 {
            let through = 1 + self.dice.below(piece.len() - 1);
            let mut line = Broken(piece.get(..through).unwrap_or_default());
            self.tally.cuts += 1;
            return match upload::send(self.http, path, offset, length, &mut line) {
                Ok(_) => Err(Failure::said("the server took a piece of which a part was never sent")),
                Err(e) if upload::goes_on(&e) => Ok(None),
                Err(e) => Err(e.into()),
            };
        }
        match upload::send(self.http, path, offset, length, &mut { piece }) {
            Ok(next) => Ok(Some(next)),
            Err(e) if upload::goes_on(&e) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }
}

/// Bytes after which the line breaks.
struct Broken<'b>(&'b [u8]);

impl Read for Broken<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            return Err(io::Error::new(io::ErrorKind::ConnectionReset, "the line broke"));
        }
        self.0.read(into)
    }
}
