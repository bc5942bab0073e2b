//! What phones and networks do.

use crate::{
    day::{Day, Style},
    people::DemoResult,
    shutter::Snap,
};
use bazdid_client::ClientError;
use bazdid_domain::photo::PhotoKind;
use bazdid_protocol::time::MICROS_PER_DAY;

/// Answers are lost; the phone sends the same again.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn lost_answers(day: &mut Day) -> DemoResult<()> {
    day.scene("An app is killed before it has sent anything, then answers are lost on the way; nothing is gone or done twice");
    let crew = day.of("crew.services", 0, "a")?;
    let job = day.accepted(0, "services", "water.channel", "جوی بسته شده و آب بالا زده است", &[crew])?;
    let (_, submitted) = day.offline_job(crew, &job, &Style::default())?;
    let waiting = day.phone(crew).device.state.outbox.pending();
    day.phone(crew).restart()?;
    let found = day.phone(crew).device.state.outbox.pending();
    day.expect("started again the app has what waits", &format!("{found} of {waiting}"), &format!("{waiting} of {waiting}"));
    day.phone(crew).device.transport.lose = 2;
    day.phone(crew).device.transport.up = true;
    let report = day.phone(crew).device.push()?;
    day.more(&format!("{} answers lost, the same push sent {} times", report.lost_replies, report.lost_replies + 1));
    let replayed = if report.replayed == report.answered { "its first answers again" } else { "something else" };
    day.expect("the server gives", replayed, "its first answers again");
    day.sync(crew)?;
    day.expect_answer(crew, submitted, "the submission", "applied");
    Ok(())
}

/// A phone whose clock is two days fast.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn wrong_clock(day: &mut Day) -> DemoResult<()> {
    day.scene("A phone's clock is two days fast");
    let crew = day.of("crew.waste", 1, "a")?;
    let job = day.accepted(1, "waste", "waste.debris", "خاک و نخاله جلوی زمین خالی", &[crew])?;
    day.phone(crew).device.clock.set_skew(2 * MICROS_PER_DAY);
    let (_, submitted) = day.offline_job(crew, &job, &Style::default())?;
    day.sync(crew)?;
    let found = day.phone(crew).answer(submitted);
    // The work counts at its true time; the flag stands beside it.
    let counts = if found == "applied clock_suspect" { "applied" } else { &found };
    let counts = counts.to_owned();
    day.expect("the submission", &counts, "applied");
    day.more("the uptime tells when it was done; the wall clock is only compared and the office is warned");
    day.phone(crew).device.clock.set_skew(0);
    Ok(())
}

/// A submission waits for a photo that a colleague has.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn photo_of_a_colleague(day: &mut Day) -> DemoResult<()> {
    day.scene("A submission waits for the photo on a colleague's phone");
    let (a, b) = (day.of("crew.roads", 1, "a")?, day.of("crew.roads", 1, "b")?);
    let job = day.accepted(1, "roads", "roads.pothole", "گودال کنار کانیو لبهٔ تیز دارد", &[a, b])?;
    let (_, submitted) = day.offline_job(a, &job, &Style { without_after: true, ..Style::default() })?;
    let after = Snap::of(PhotoKind::After, job.view(true), Day::north(job.point, 4.0));
    day.phone(b).lose_network();
    day.take(b, job.order, None, &after)?;
    day.sync(a)?;
    day.expect_answer(a, submitted, "the submission", "held dependency");
    day.pass(6);
    day.sync(b)?;
    day.phone(a).device.refresh_results()?;
    day.sync(a)?;
    day.expect_answer(a, submitted, "after the colleague's phone has synced", "applied");
    day.released += 1;
    Ok(())
}

/// A phone is restored from its backup of the morning.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn restored_phone(day: &mut Day) -> DemoResult<()> {
    day.scene("A phone is restored from a backup and goes on");
    let crew = day.of("crew.services", 2, "a")?;
    let job = day.accepted(2, "services", "view.graffiti", "روی دیوار کتابخانه نوشته‌اند", &[crew])?;
    let (visit, _) = day.begin(crew, &job, &Style::default())?;
    let backup = day.phone(crew).device.state.clone();
    day.sync(crew)?;
    day.phone(crew).device.add_note(job.order, "رنگ دیوار باید تهیه شود");
    day.sync(crew)?;
    day.phone(crew).device.put_back(backup).map_err(ClientError::from)?;
    day.phone(crew).device.clock.reboot();
    day.pass(15);
    let submitted = day.finish(crew, &job, visit, &Style::default())?;
    day.sync(crew)?;
    let forks = day.phone(crew).device.state.forks;
    day.expect("the server sees another history and the phone registers anew", &format!("{forks} time"), "1 time");
    day.expect_answer(crew, submitted, "the submission", "applied");
    Ok(())
}
