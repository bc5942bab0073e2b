//! How photos are taken: what stands before the camera, what is declared, and the way from one place to the next.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    album::Note,
    camera::{Exposure, Oddity, View},
    day::{Day, Job, NEAR_M, Style, Who},
    people::DemoResult,
};
use bazdid_client::acts::{Shot, ShotFile};
use bazdid_clock::Clock as _;
use bazdid_command::Failure;
use bazdid_domain::photo::PhotoKind;
use bazdid_protocol::{
    geo::Point,
    ids::{PhotoId, VisitId},
    time::MICROS_PER_MINUTE,
};

/// The number of a place by its description.
#[must_use]
pub fn place(description: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(Sha256::digest(description));
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// A photo that somebody is about to take.
#[derive(Debug, Clone)]
pub struct Snap {
    /// What it is meant to show.
    pub kind: PhotoKind,
    /// What stands before the camera.
    pub view: View,
    /// Where.
    pub point: Point,
    /// Whether the position is simulated.
    pub mock: bool,
    /// What is odd about its file.
    pub oddity: Oddity,
}

impl Snap {
    /// An honest photo.
    #[must_use]
    pub const fn of(kind: PhotoKind, view: View, point: Point) -> Self {
        Self { kind, view, point, mock: false, oddity: Oddity::None }
    }
}

/// A photo whose file is made and that is about to be declared.
#[derive(Debug, Clone)]
pub struct Taken {
    /// What is declared.
    pub shot: Shot,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Style {
    /// The photo of a kind that is taken at a job.
    #[must_use]
    pub fn snap(&self, job: &Job, kind: PhotoKind) -> Snap {
        let after = kind == PhotoKind::After;
        let mut view = job.view(after);
        if after && self.far_m > 0.0 {
            // Farther on another place stands before the camera.
            view.place = view.place.rotate_left(1);
        }
        let point = Day::north(job.point, if after { self.far_m.max(NEAR_M + 1.0) } else { NEAR_M });
        let oddity = if after { self.oddity.clone() } else { Oddity::None };
        Snap { mock: self.mock, oddity, ..Snap::of(kind, view, point) }
    }
}

impl Day {
    /// Lets the minutes pass that somebody needs from their last photo to a place.
    pub fn travel(&mut self, who: Who, to: Point) {
        let now = self.clock.now();
        let minutes = self.phone(who).last.map_or(0, |(at, from)| {
            let passed = (now - at) / MICROS_PER_MINUTE;
            (minutes_of_travel(&from, &to) - passed).max(0)
        });
        self.pass(minutes);
    }

    /// Somebody takes a photo; its file lies on the phone until it is sent.
    ///
    /// # Errors
    /// The picture cannot be made or kept.
    pub fn take(&mut self, who: Who, entity: Uuid, visit: Option<VisitId>, snap: &Snap) -> DemoResult<PhotoId> {
        let taken = self.expose(who, snap)?;
        let photo = self.phone(who).device.add_photo(entity, visit, &taken.shot);
        self.keep(who, photo, &taken)?;
        Ok(photo)
    }

    /// Makes the file of a photo, which is still to be declared.
    ///
    /// # Errors
    /// The picture cannot be made.
    pub fn expose(&mut self, who: Who, snap: &Snap) -> DemoResult<Taken> {
        let Snap { kind, view, point, mock, ref oddity } = *snap;
        let now = self.clock.now();
        self.phone(who).last = Some((now, point));
        let at = self.phone(who).device.clock.wall();
        // Everybody looks at a place from the same side.
        let heading_deg = f64::from(u16::try_from(view.place % 360).unwrap_or_default());
        let picture = self.camera.take(view, &Exposure { at, point, heading_deg }, oddity)?;
        let file = Some(ShotFile::of(&picture.bytes, picture.width, picture.height));
        let shot = Shot { captured_at: Some(at), heading_deg: Some(heading_deg), file, mock, ..Shot::of(kind, point) };
        Ok(Taken { shot, bytes: picture.bytes })
    }

    /// Keeps the file of a photo that was declared.
    ///
    /// # Errors
    /// The disk is full.
    pub fn keep(&mut self, who: Who, photo: PhotoId, taken: &Taken) -> DemoResult<()> {
        let sha256 = taken.shot.file.as_ref().map(|f| f.sha256.clone()).unwrap_or_default();
        let taken_at = taken.shot.captured_at.unwrap_or_default();
        let phone = self.phone(who);
        let album = phone.album.as_ref().ok_or_else(|| Failure::said(format!("{} has no camera", phone.person.login)))?;
        album.keep(&Note { photo, sha256, taken_at, upload: None }, &taken.bytes)
    }
}

/// Minutes from one place to another at a kilometre a minute.
fn minutes_of_travel(from: &Point, to: &Point) -> i64 {
    let minutes = std::time::Duration::try_from_secs_f64(from.distance_m(to) * 60.0 / 1000.0).map_or(0, |d| d.as_secs().div_ceil(60));
    i64::try_from(minutes).unwrap_or_default()
}
