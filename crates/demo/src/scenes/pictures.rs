//! The bytes of photos: files that do not fit, pictures that follow hours later, one that never does.

use std::{thread, time::Duration};

use serde_json::{Value, json};

use crate::{
    camera::Oddity,
    check::photos::{PATIENCE, is_read},
    day::{Day, Job, Style, Who, uuid_of},
    people::DemoResult,
    sending::Reception,
};
use bazdid_clock::Stopwatch;
use bazdid_domain::photo::PhotoKind;

/// How often the story looks for what the server's reader found.
const LOOK: Duration = Duration::from_millis(100);

/// A job with an odd photo, and what the verdicts on its photos must say.
struct Odd {
    what: &'static str,
    style: Style,
    mismatch: &'static str,
    unknown: &'static str,
}

impl Odd {
    fn file(what: &'static str, oddity: Oddity, mismatch: &'static str) -> Self {
        Self { what, style: Style { oddity, ..Style::default() }, mismatch, unknown: "" }
    }
}

/// Photos that do not fit. Nothing is refused for them; the verdicts tell the supervisor.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn odd_files(day: &mut Day) -> DemoResult<()> {
    day.scene(
        "Photos that do not fit: taken elsewhere, used twice, packed again, without or with another EXIF, in the wrong order, simulated",
    );
    let crew = day.of("crew.roads", 0, "b")?;
    day.send_photos(crew, Reception::Patchy)?;
    let (honest, files) = play(day, crew, &Style::default())?;
    let mut odd = vec![
        Odd {
            what: "far away",
            style: Style { far_m: 900.0, ..Style::default() },
            mismatch: "before pair, after distance, after pair",
            unknown: "",
        },
        Odd {
            what: "after before before",
            style: Style { reversed: true, ..Style::default() },
            mismatch: "after order, before order",
            unknown: "",
        },
        Odd {
            what: "at a simulated position",
            style: Style { mock: true, ..Style::default() },
            mismatch: "before mock_location, after mock_location",
            unknown: "",
        },
        Odd { unknown: "after exif_position, after exif_time", ..Odd::file("without EXIF", Oddity::WithoutExif, "") },
        Odd::file("whose EXIF says another place and yesterday", Oddity::ElsewhereYesterday, "after exif_position, after exif_time"),
    ];
    if let [before, after] = files.as_slice() {
        odd.push(Odd::file(
            "used twice",
            Oddity::FileOf(after.clone()),
            "after unique_bytes, after exif_position, after exif_time, after similar_picture",
        ));
        odd.push(Odd::file("made smaller and packed again", Oddity::ShrunkFrom(before.clone()), "after similar_picture"));
    }
    let mut jobs = Vec::new();
    for odd in odd {
        let (job, _) = play(day, crew, &odd.style)?;
        jobs.push((job, odd));
    }
    day.say("the server reads the pictures beside its requests; the supervisor looks at the verdicts");
    for (job, odd) in &jobs {
        expect_verdicts(day, job, &format!("a photo {}", odd.what), "mismatch", odd.mismatch)?;
        if !odd.unknown.is_empty() {
            expect_verdicts(day, job, &format!("a photo {}", odd.what), "unknown", odd.unknown)?;
        }
    }
    let wanted = "before similar_picture, after unique_bytes, after similar_picture";
    expect_verdicts(day, &honest, "the honest photos that were used again", "mismatch", wanted)?;
    for (job, odd) in jobs.iter().filter(|(_, odd)| odd.style.oddity != Oddity::None) {
        show(day, job, odd.what)?;
    }
    link(day)
}

/// A whole job, sent with its pictures. Returns the files as well.
fn play(day: &mut Day, crew: Who, style: &Style) -> DemoResult<(Job, Vec<Vec<u8>>)> {
    let job = day.accepted(0, "roads", "roads.pothole", "چالهٔ کوچه", &[crew])?;
    day.send_photos(crew, Reception::Patchy)?;
    let (_, submitted) = day.offline_job(crew, &job, style)?;
    let mut files = Vec::new();
    if let Some(album) = &day.phone(crew).album {
        for note in album.waiting()? {
            files.push(album.bytes(note.photo)?);
        }
    }
    day.sync_rows(crew)?;
    let answer = day.phone(crew).answer(submitted);
    if answer != "applied" {
        day.expect("the submission", &answer, "applied");
    }
    day.send_photos(crew, Reception::Patchy)?;
    Ok((job, files))
}

/// Compares what the checks of a job's photos found with the story, waiting for the reader if need be.
fn expect_verdicts(day: &mut Day, job: &Job, what: &str, result: &str, wanted: &str) -> DemoResult<()> {
    let watch = Stopwatch::start();
    let mut found = verdicts(day, job, result)?;
    while found != wanted && watch.elapsed() < PATIENCE {
        thread::sleep(LOOK);
        found = verdicts(day, job, result)?;
    }
    let said = |checks: &str| if checks.is_empty() { "nothing".to_owned() } else { checks.to_owned() };
    day.expect(&format!("{what}, {result}"), &said(&found), &said(wanted));
    Ok(())
}

/// The checks of a job's photos that came out so, in the order in which the photos were taken; all checks have been made, or it says so.
fn verdicts(day: &mut Day, job: &Job, result: &str) -> DemoResult<String> {
    let mut photos = day.below(job.ticket, "photos")?;
    photos.sort_by_key(|p| text(p, "captured_at").to_owned());
    let of = |photo: &Value| photo.get("verdicts").and_then(Value::as_array).cloned().unwrap_or_default();
    if !photos.iter().all(is_read) {
        return Ok("not read yet".to_owned());
    }
    let named = |p: &Value| {
        let kind = text(p, "kind").to_owned();
        let so = of(p).into_iter().filter(|v| text(v, "result") == result);
        so.map(|v| format!("{kind} {}", text(&v, "check"))).collect::<Vec<_>>()
    };
    Ok(photos.iter().flat_map(named).collect::<Vec<_>>().join(", "))
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The supervisor's view of an order: what of its evidence is there, and in both languages what does not agree or is not known.
fn show(day: &mut Day, job: &Job, what: &str) -> DemoResult<()> {
    let evidence = day.supervisor.get(&format!("/v1/work-orders/{}/evidence", job.order))?;
    let kinds = evidence.get("kinds").and_then(Value::as_array).into_iter().flatten();
    let kinds: Vec<String> = kinds
        .map(|k| {
            format!("{} {} of {} stored", text(k, "kind"), k.get("stored").unwrap_or(&Value::Null), k.get("min").unwrap_or(&Value::Null))
        })
        .collect();
    day.more(&format!("evidence of {} (a photo {what}): {}; {}", job.code, text(&evidence, "evidence"), kinds.join(", ")));
    for photo in photos_of(&evidence) {
        for verdict in photo.get("verdicts").and_then(Value::as_array).into_iter().flatten().filter(|v| text(v, "result") != "ok") {
            day.more(&format!("  {} {}: {}", text(photo, "kind"), text(verdict, "check"), text(verdict, "result")));
            for language in ["en", "fa"] {
                let sentence = verdict.pointer(&format!("/sentence/{language}")).and_then(Value::as_str).unwrap_or_default();
                day.more(&format!("    {sentence}"));
            }
        }
        if text(photo, "kind") == PhotoKind::After.to_string() {
            day.example = Some((job.order, uuid_of(photo, "id")?));
        }
    }
    Ok(())
}

/// The photos of an order's evidence, pair by pair.
fn photos_of(evidence: &Value) -> impl Iterator<Item = &Value> {
    let attempts = evidence.get("attempts").and_then(Value::as_array).into_iter().flatten();
    attempts.flat_map(|attempt| {
        let pairs = attempt.get("pairs").and_then(Value::as_array).into_iter().flatten();
        let others = attempt.get("others").and_then(Value::as_array).into_iter().flatten();
        let both = pairs.flat_map(|pair| ["before", "after"].into_iter().filter_map(|side| pair.get(side)).filter(|p| !p.is_null()));
        both.chain(others)
    })
}

/// A link that shows a small picture to somebody without a login.
fn link(day: &mut Day) -> DemoResult<()> {
    let Some((_, photo)) = day.example else { return Ok(()) };
    let made = day.supervisor.ask(&format!("/v1/photos/{photo}/links"), &json!({ "size": "thumb" }))?;
    let picture = day.supervisor.open_link(text(&made, "url"))?;
    let is = if picture.starts_with(&[0xFF, 0xD8]) { "a JPEG" } else { "something else" };
    day.expect("a link of five minutes shows to somebody without a login", is, "a JPEG");
    Ok(())
}

/// Bytes come hours after their declaration, over a line that breaks and an app that is killed; the supervisor waits for them where the
/// category says so.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn hours_later(day: &mut Day) -> DemoResult<()> {
    day.scene("Pictures follow hours after the work; a round of this category waits for them");
    let crew = day.of("crew.roads", 3, "a")?;
    let job = day.accepted(3, "roads", "roads.manhole", "دریچهٔ فاضلاب وسط خیابان نیست", &[crew])?;
    day.send_photos(crew, Reception::Patchy)?;
    let (_, submitted) = day.offline_job(crew, &job, &Style::default())?;
    day.sync_rows(crew)?;
    day.expect_answer(crew, submitted, "the submission, without a byte of its photos", "applied");
    expect_evidence(day, &job, "pending")?;
    let round = format!("/v1/rounds/{}", day.round_of(&job)?);
    let refusal = day.supervisor.refusal(&round, "verify", &json!({}))?;
    day.expect("the supervisor's acceptance is answered", &refusal, "evidence_pending");
    day.pass(75);
    day.send_photos(crew, Reception::BreaksOff)?;
    day.say("the first connection breaks off in the middle; then the app is killed");
    day.pass(15);
    day.phone(crew).restart()?;
    let before = day.phone(crew).sent;
    day.send_photos(crew, Reception::Patchy)?;
    let after = day.phone(crew).sent;
    let resumed = if after.resumed > before.resumed { "where the server was" } else { "from the beginning" };
    day.expect("started again it goes on", resumed, "where the server was");
    expect_evidence(day, &job, "complete")?;
    day.supervisor.command(&round, "verify", &json!({}))?;
    let state = day.state_of(&job)?;
    day.expect("the order is", &state, "verified");
    Ok(())
}

/// A phone is lost in the middle of an upload: the order's evidence stays pending, and the office sees it.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn never_finished(day: &mut Day) -> DemoResult<()> {
    day.scene("A memory card fails in the middle of an upload; the rest of the picture will never come");
    let crew = day.of("crew.roads", 2, "b")?;
    let job = day.accepted(2, "roads", "roads.manhole", "دریچهٔ مخابرات شکسته است", &[crew])?;
    day.send_photos(crew, Reception::Patchy)?;
    day.offline_job(crew, &job, &Style::default())?;
    day.sync_rows(crew)?;
    day.send_photos(crew, Reception::BreaksOff)?;
    let phone = day.phone(crew);
    let mut lost = None;
    if let Some(album) = &phone.album
        && let Some(note) = album.waiting()?.first()
    {
        album.lose(note.photo)?;
        lost = Some(note.photo);
    }
    day.lost_files.extend(lost);
    day.send_photos(crew, Reception::Patchy)?;
    let mut photos = day.below(job.ticket, "photos")?;
    photos.sort_by_key(|p| text(p, "captured_at").to_owned());
    let states: Vec<String> = photos.iter().map(|p| format!("{} {}", text(p, "kind"), text(p, "state"))).collect();
    day.expect("the photos are", &states.join(", "), "before partial, after stored");
    expect_evidence(day, &job, "pending")?;
    let pending = day.supervisor.list("/v1/work-orders?evidence=pending&limit=200")?;
    let listed = pending.iter().any(|o| uuid_of(o, "id").is_ok_and(|id| id == job.order));
    day.expect("the office's list of orders that wait for bytes", if listed { "has it" } else { "lacks it" }, "has it");
    day.more("in a week the system asks the office; a supervisor may accept without the bytes, and the audit log says so");
    Ok(())
}

fn expect_evidence(day: &mut Day, job: &Job, wanted: &str) -> DemoResult<()> {
    let order = day.supervisor.get(&format!("/v1/work-orders/{}", job.order))?;
    day.expect("the order's evidence is", text(&order, "evidence"), wanted);
    Ok(())
}
