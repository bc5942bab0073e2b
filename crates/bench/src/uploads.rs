//! Photos' bytes: in one piece, in pieces of 256 KiB, and many at once; what is acknowledged is on the disk.

use std::time::Duration;

use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    BenchResult, Sizes,
    env::{BenchEnv, Served},
    figures::{Figures, Wanted, float, rate},
    people::{Login, Office, Reach},
    wire::{Ticket, agent, applied, at_once, first_other, push_now, register, tickets_of},
};
use bazdid_client::upload;
use bazdid_clock::Stopwatch;
use bazdid_command::Failure;
use bazdid_domain::account::Role;
use bazdid_protocol::{hex::hex, ids::PhotoId};

/// Bytes of a photo.
pub(super) const PHOTO: usize = 2_100_000 / 8 * 8;
/// Bytes of a piece.
const PIECE: usize = 256 * 1024;
/// Lines that send at once.
const LINES: usize = 8;
/// Lines when many send.
const MANY: usize = 200;
/// Photos that one device declares: less than a device may send a day.
const EACH: usize = 500;
/// Photos declared by one push.
const BATCH: usize = 100;

/// Measures.
///
/// # Errors
/// Something was refused, or a photo is not stored in the end.
pub fn run(bench: &BenchEnv, figures: &mut Figures, sizes: &Sizes) -> BenchResult<()> {
    figures.part("uploads", &format!("{} photos of 2.1 MB in each run", sizes.photos));
    let server = bench.serve()?;
    let mut office = Office::open(bench, &server)?;
    let login = office.logins(Role::Supervisor, Reach::City, 1)?.pop().ok_or_else(|| Failure::said("no login"))?;
    let tickets = tickets_of(bench, &login)?;
    let sender = Sender { bench, server: &server, bearer: login.bearer()?, login: &login, tickets: &tickets };
    for (name, piece, lines, wanted) in [
        ("in one piece by 1", PHOTO, 1, Wanted::Open),
        ("in one piece by 8", PHOTO, LINES, Wanted::Least(300.0)),
        ("in pieces of 256 KiB by 1", PIECE, 1, Wanted::Open),
        ("in pieces of 256 KiB by 8", PIECE, LINES, Wanted::Least(200.0)),
        ("in pieces of 256 KiB by many", PIECE, MANY.min(sizes.photos), Wanted::Open),
    ] {
        bench.watch.go_on()?;
        sender.send_all(figures, name, piece, lines, sizes.photos.max(lines), wanted)?;
        let memory = if lines >= LINES { Wanted::Below(250.0) } else { Wanted::Open };
        figures.judge(&format!("{name}, memory of the server"), server.resident_mib(), "MiB", memory);
    }
    Ok(())
}

/// A declared photo: its id and the number that makes its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Photo {
    id: Uuid,
    n: u128,
}

/// The bytes of all photos, but for their first sixteen.
fn base() -> Vec<u8> {
    let mut state = 1_u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()
    };
    std::iter::repeat_with(next).take(PHOTO / 8).flatten().collect()
}

fn bytes(base: &mut [u8], n: u128) {
    for (to, from) in base.iter_mut().zip(n.to_be_bytes()) {
        *to = from;
    }
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// Who sends photos.
pub(super) struct Sender<'a> {
    pub bench: &'a BenchEnv,
    pub server: &'a Served,
    pub bearer: String,
    pub login: &'a Login,
    pub tickets: &'a [Ticket],
}

impl Sender<'_> {
    fn send_all(&self, figures: &mut Figures, name: &str, piece: usize, lines: usize, many: usize, wanted: Wanted) -> BenchResult<()> {
        let photos = self.declare(many)?;
        let share = |line: usize| photos.iter().copied().skip(line).step_by(lines).collect::<Vec<_>>();
        let watch = Stopwatch::start();
        let begun = at_once((0..lines).map(share).collect(), |_, photos| self.begin(&photos))?;
        let creating = watch.elapsed();
        let watch = Stopwatch::start();
        let times = at_once(begun, |_, uploads| self.send(&uploads, piece))?;
        let took = watch.elapsed();
        let megabytes = float(many) * float(PHOTO) / 1e6;
        figures.judge(name, megabytes / took.as_secs_f64(), "MB/s", wanted);
        figures.say(&format!("{name}, beginning"), rate(many, creating), "uploads/s");
        figures.times(&format!("{name}, a request"), &mut times.into_iter().flatten().collect::<Vec<_>>(), Wanted::Open);
        self.are_stored(&photos)
    }

    /// Declares photos, spread over tickets.
    pub(super) fn declare(&self, many: usize) -> BenchResult<Vec<Photo>> {
        let now = self.bench.clock.now();
        let mut base = base();
        let new = |_| {
            let id = self.bench.ids.uuid(now);
            Photo { id, n: id.as_u128() }
        };
        let photos: Vec<Photo> = (0..many).map(new).collect();
        let mut subjects = self.tickets.iter().cycle();
        for of_device in photos.chunks(EACH) {
            let device = register(self.bench, self.login)?;
            let mut seq = 0;
            for batch in of_device.chunks(BATCH) {
                let mut mutations = Vec::with_capacity(batch.len());
                for photo in batch {
                    seq += 1;
                    bytes(&mut base, photo.n);
                    let sha256 = hex(&Sha256::digest(&base));
                    let (ticket, point) = subjects.next().ok_or_else(|| Failure::said("there is no ticket to take a photo of"))?;
                    mutations.push(json!({
                        "seq": seq, "id": self.bench.ids.uuid(now), "cmd": "photo.add", "v": 1, "entity": ticket, "at": now,
                        "args": { "photo": photo.id, "kind": "before", "sha256": sha256, "bytes": base.len(), "mime": "image/jpeg",
                                  "captured_at": now, "point": point },
                    }));
                }
                let body = json!({ "device": device, "schema": 1, "sent_at": now, "mutations": mutations }).to_string();
                let answer = push_now(&agent(), &self.server.base, &self.bearer, &body)?;
                if applied(&answer) != batch.len() {
                    return Err(Failure::said(format!("a photo was not declared: {}", first_other(&answer))));
                }
            }
        }
        Ok(photos)
    }

    pub(super) fn begin(&self, photos: &[Photo]) -> BenchResult<Vec<(Photo, String)>> {
        let mut http = self.login.http.on_lines_of_its_own();
        photos.iter().map(|photo| Ok((*photo, upload::begin(&mut http, PhotoId::new(photo.id), length(PHOTO))?))).collect()
    }

    fn send(&self, uploads: &[(Photo, String)], piece: usize) -> BenchResult<Vec<Duration>> {
        let (mut http, mut base) = (self.login.http.on_lines_of_its_own(), base());
        let mut times = Vec::with_capacity(uploads.len());
        for (photo, path) in uploads {
            bytes(&mut base, photo.n);
            let mut offset = 0;
            for part in base.chunks(piece) {
                let watch = Stopwatch::start();
                offset = upload::send(&mut http, path, offset, length(part.len()), &mut { part })?;
                times.push(watch.elapsed());
            }
            if offset != length(PHOTO) {
                return Err(Failure::said(format!("of a photo {offset} bytes arrived")));
            }
        }
        Ok(times)
    }

    fn are_stored(&self, photos: &[Photo]) -> BenchResult<()> {
        for photo in photos.iter().step_by(photos.len().div_ceil(50)) {
            let row = self.login.http.clone().request("GET", &format!("/v1/photos/{}", photo.id), &[], None)?.ok()?;
            if row.get("state").is_none_or(|s| s != "stored") {
                return Err(Failure::said(format!("the photo {} is not stored", photo.id)));
            }
        }
        Ok(())
    }
}
