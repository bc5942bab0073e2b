//! The check of the bytes: every picture that a phone has sent is stored once and comes back as it was declared.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
    time::Duration,
};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    day::Day,
    people::DemoResult,
    sending::{Reception, Tally},
    stage::Stage,
};
use bazdid_client::copy::LocalCopy;
use bazdid_clock::Stopwatch;
use bazdid_protocol::hex::hex;

/// How long the server's reader may take.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked.
const LOOK: Duration = Duration::from_millis(200);

/// What was counted.
#[derive(Debug, Clone, Default)]
pub struct Photos {
    /// Photos that were declared.
    pub declared: usize,
    /// What the phones sent.
    pub sent: Tally,
    /// Photos by the state of their bytes.
    pub by_state: BTreeMap<String, usize>,
    /// Different contents among those that are stored.
    pub contents: usize,
    /// Contents that were read back as originals and had the declared hash.
    pub read_back: usize,
    /// Pictures that the server's reader had not read in time.
    pub unread: usize,
    /// What is not as it should be.
    pub faults: Vec<String>,
}

impl Photos {
    /// Photos whose bytes are not all there.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.by_state.iter().filter(|(state, _)| *state != "stored").map(|(_, n)| n).sum()
    }
}

/// Everybody is at home, where the line is good enough: what waits is sent. Then the server's reader is waited for; returns how many pictures it
/// had not read when the patience was over.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn send_the_rest(day: &mut Day) -> DemoResult<usize> {
    for phone in &mut day.phones {
        phone.send_photos(&day.dice, Reception::Patchy)?;
    }
    let watch = Stopwatch::start();
    loop {
        let stored = day.supervisor.list("/v1/photos?state=stored&limit=200")?;
        let unread = stored.iter().filter(|p| !is_read(p)).count();
        if unread == 0 || watch.elapsed() > PATIENCE {
            return Ok(unread);
        }
        thread::sleep(LOOK);
    }
}

/// Whether the server's reader is through with a photo, as its verdicts tell.
#[must_use]
pub fn is_read(photo: &Value) -> bool {
    let verdicts = photo.get("verdicts").and_then(Value::as_array);
    verdicts.is_some_and(|all| all.iter().any(|v| v.get("check").is_some_and(|c| c == "format")))
}

/// Compares what the phones sent with what the server holds. `held` is the supervisor's copy.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn count(day: &mut Day, stage: &Stage, held: &LocalCopy) -> DemoResult<Photos> {
    let mut photos = Photos::default();
    let field = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut contents = BTreeSet::new();
    for (_, photo) in held.list("photo") {
        photos.declared += 1;
        let state = field(&photo.row, "state");
        if state == "stored" {
            contents.insert(field(&photo.row, "sha256"));
        }
        *photos.by_state.entry(state).or_default() += 1;
    }
    photos.contents = contents.len();
    let mut sent: BTreeMap<Uuid, String> = BTreeMap::new();
    let mut on_phones = 0;
    for phone in &day.phones {
        photos.sent.add(phone.sent);
        if let Some(album) = &phone.album {
            sent.extend(album.sent.iter().map(|s| (s.photo.uuid(), s.sha256.clone())));
            on_phones += album.waiting()?.len();
        }
    }
    for (photo, sha256) in &sent {
        let row = held.get("photo", *photo).map(|r| (field(&r.row, "state"), field(&r.row, "sha256")));
        if row != Some(("stored".to_owned(), sha256.clone())) {
            photos.faults.push(format!("the photo {photo} was sent and the server has it as {row:?}"));
        }
    }
    // What is not there must still be on a phone, or the day has told of its loss.
    if photos.waiting() > on_phones + day.lost_files.len() {
        photos.faults.push(format!("{} photos wait, {on_phones} files are on phones", photos.waiting()));
    }
    read_back(day, &mut photos, &sent)?;
    let files = stage.contents();
    if files != photos.contents {
        photos.faults.push(format!("{files} files for {} different contents: each is to be kept once", photos.contents));
    }
    Ok(photos)
}

/// Reads every content back, as the supervisor may, by one of the photos that have it.
fn read_back(day: &mut Day, photos: &mut Photos, sent: &BTreeMap<Uuid, String>) -> DemoResult<()> {
    let by_content: BTreeMap<&String, &Uuid> = sent.iter().map(|(photo, sha256)| (sha256, photo)).collect();
    for (sha256, photo) in by_content {
        let bytes = day.supervisor.download(&format!("/v1/photos/{photo}/content?size=original"))?;
        if hex(&Sha256::digest(&bytes)) == *sha256 {
            photos.read_back += 1;
        } else {
            photos.faults.push(format!("the photo {photo} comes back as other bytes"));
        }
    }
    Ok(())
}
