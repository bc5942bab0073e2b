//! Two people, one thing: what the merge does with it.

use serde_json::json;

use crate::{
    camera::View,
    day::{Day, Job, Style, Who},
    people::DemoResult,
    scenes::WORK_MINUTES,
    shutter::{Snap, place},
};
use bazdid_domain::{photo::PhotoKind, visit::VisitKind};
use bazdid_protocol::ids::MutationId;

/// A crew does a job offline that the office meanwhile gives to the region's contractor; both answers are `stale_epoch`.
fn overtaken(day: &mut Day, district: usize, text: &str) -> DemoResult<(Job, Who, MutationId)> {
    let crew = day.of("crew.roads", district, "a")?;
    let job = day.accepted(district, "roads", "roads.pothole", text, &[crew])?;
    let (started, submitted) = day.offline_job(crew, &job, &Style::default())?;
    day.say("the crew works without a network; the office does not know it and gives the order to the region's contractor");
    day.reassign(job.order, "contractor-roads-region", "no_answer")?;
    let region = day.who("manager.roads.region")?;
    let accepted = day.accept(region, job.order)?;
    day.expect_answer(region, accepted, "the region's contractor accepts", "applied");
    day.pass(5);
    day.sync(crew)?;
    day.expect_answer(crew, started, "the crew's start", "conflict stale_epoch");
    day.expect_answer(crew, submitted, "the crew's submission", "conflict stale_epoch");
    Ok((job, region, submitted))
}

/// The supervisor lets the late work count.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn reassigned_and_accepted(day: &mut Day) -> DemoResult<()> {
    day.scene("An order is reassigned while a crew works offline; the supervisor accepts the work");
    let (job, region, _) = overtaken(day, 0, "آسفالت جلوی دبستان فرو رفته است")?;
    day.decide("stale_epoch", &job, "accept_work", "the work was done before the order went on")?;
    let state = day.state_of(&job)?;
    day.expect("the order is", &state, "submitted");
    day.sync(region)
}

/// The supervisor gives the order back.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn reassigned_and_given_back(day: &mut Day) -> DemoResult<()> {
    day.scene("The same again; the supervisor gives the order back to the first contractor");
    let (job, region, _) = overtaken(day, 1, "نوار حفاری کوچه نشست کرده است")?;
    day.decide("stale_epoch", &job, "reassign_back", "the crew is at it already")?;
    let crew = day.of("crew.roads", 1, "a")?;
    day.sync(region)?;
    day.sync(crew)?;
    let known = day.phone(crew).device.state.copy.get("work_order", job.order).is_some();
    day.expect("the order is on the crew's phone again", if known { "yes" } else { "no" }, "yes");
    day.reserved.retain(|o| *o != job.order);
    Ok(())
}

/// Two inspectors write the same text.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn two_inspectors(day: &mut Day) -> DemoResult<()> {
    day.scene("Two inspectors edit the same text without having seen each other");
    let job = day.job(0, "waste.bin", "مخزن زباله شکسته است")?;
    let (a, b) = (day.of("inspector", 0, "a")?, day.of("inspector", 0, "b")?);
    day.sync(a)?;
    day.sync(b)?;
    let first = day.phone(a).device.edit_ticket(job.ticket, json!({ "text": "مخزن زباله شکسته و بدون در است" }));
    day.pass(3);
    let second = day.phone(b).device.edit_ticket(job.ticket, json!({ "text": "مخزن زباله سوخته است، باید عوض شود" }));
    // The later writer arrives first.
    day.sync(b)?;
    day.sync(a)?;
    day.expect_answer(b, second, "the newer text", "applied");
    day.expect_answer(a, first, "the older text, which arrived later", "merged parallel_update");
    day.expect_conflict("parallel_update", &job)?;
    day.sync(a)?;
    let text = day.phone(a).device.state.copy.text("ticket", job.ticket.uuid(), "text").unwrap_or_default().to_owned();
    day.expect("both phones read", &text, "مخزن زباله سوخته است، باید عوض شود");
    day.more("the older text is kept as a note of the system");
    Ok(())
}

/// Two crews of one contractor do the same order.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn two_crews(day: &mut Day) -> DemoResult<()> {
    day.scene("Two crews of one contractor submit the same order");
    let (a, b) = (day.of("crew.roads", 2, "a")?, day.of("crew.roads", 2, "b")?);
    let job = day.accepted(2, "roads", "roads.pothole", "چاله کنار جدول، آب جمع شده است", &[a, b])?;
    let (_, first) = day.offline_job(a, &job, &Style::default())?;
    let (_, second) = day.offline_job(b, &job, &Style::default())?;
    day.sync(a)?;
    day.sync(b)?;
    day.expect_answer(a, first, "the first submission", "applied");
    day.expect_answer(b, second, "the second one joins it", "applied");
    Ok(())
}

/// A manager declines what the crew has in its hands.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn declined_and_submitted(day: &mut Day) -> DemoResult<()> {
    day.scene("The manager declines by phone what the crew has just done");
    let (manager, crew) = (day.of("manager.green", 1, "")?, day.of("crew.green", 1, "a")?);
    let job = day.job(1, "green.watering", "نهال‌های رفوژ دارند خشک می‌شوند")?;
    day.sync(manager)?;
    day.sync(crew)?;
    let (_, submitted) = day.offline_job(crew, &job, &Style::default())?;
    day.phone(manager).lose_network();
    let declined = day.phone(manager).device.decline(job.order, "no_capacity");
    day.sync(crew)?;
    day.expect_answer(crew, submitted, "the crew's submission", "applied");
    day.sync(manager)?;
    day.expect_answer(manager, declined, "the manager's refusal", "conflict concurrent_edit");
    day.decide("declined_vs_submitted", &job, "keep", "the work was done")
}

/// The office and an inspector give a ticket different categories.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn category(day: &mut Day) -> DemoResult<()> {
    day.scene("The office changes a category that an inspector changes too");
    let job = day.job(2, "waste.debris", "نخاله و خاک کنار پیاده‌رو ریخته‌اند")?;
    let inspector = day.of("inspector", 2, "a")?;
    day.sync(inspector)?;
    day.phone(inspector).lose_network();
    let pavement = day.category("order.blocked_pavement")?;
    let edit = day.phone(inspector).device.edit_ticket(job.ticket, json!({ "category": pavement }));
    let bulky = day.category("waste.bulky")?;
    day.operator.command(&format!("/v1/tickets/{}", job.ticket), "triage", &json!({ "category": bulky }))?;
    day.pass(4);
    day.sync(inspector)?;
    day.expect_answer(inspector, edit, "the inspector's category", "merged concurrent_edit");
    let now = day.phone(inspector).device.state.copy.text("ticket", job.ticket.uuid(), "category").unwrap_or_default().to_owned();
    day.expect_conflict("category_proposal", &job)?;
    day.expect("the phone shows the office's category", &now, bulky.as_str().unwrap_or_default());
    Ok(())
}

/// The office cancels a ticket while a crew is at it.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn cancelled(day: &mut Day) -> DemoResult<()> {
    day.scene("A ticket is cancelled while a crew works on it");
    let crew = day.of("crew.waste", 3, "a")?;
    let job = day.accepted(3, "waste", "waste.bulky", "یخچال کهنه کنار خیابان است", &[crew])?;
    day.phone(crew).lose_network();
    let (visit, _) = day.begin(crew, &job, &Style::default())?;
    day.operator.command(&format!("/v1/tickets/{}", job.ticket), "cancel", &json!({ "code": "withdrawn_by_citizen" }))?;
    day.say("the citizen withdraws the request; the office cancels it");
    day.pass(WORK_MINUTES);
    let submitted = day.finish(crew, &job, visit, &Style::default())?;
    day.sync(crew)?;
    day.expect_answer(crew, submitted, "the crew's submission", "conflict deleted_entity");
    day.expect_conflict("deleted_entity", &job)?;
    day.more("the work and its photos are kept; a supervisor decides whether it is paid");
    Ok(())
}

/// Two inspectors find the same thing.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn duplicates(day: &mut Day) -> DemoResult<()> {
    day.scene("Two inspectors register the same thing offline");
    let (a, b) = (day.of("inspector", 1, "a")?, day.of("inspector", 1, "b")?);
    let spot = day.spot(1);
    let category: bazdid_protocol::ids::CategoryId = crate::day::id_of(&day.category("view.graffiti")?)?.into();
    for who in [a, b] {
        day.sync(who)?;
        day.phone(who).lose_network();
    }
    let address = "کنار ورودی پارک";
    let (first, visit) = day.phone(a).device.grouped(|d| {
        let ticket = d.create_ticket(category, "روی دیوار پارک نوشته‌اند", spot, Some(address));
        (ticket, d.arrive(ticket.uuid(), VisitKind::Patrol, spot))
    });
    let wall = View { place: place(address), done: false };
    day.take(a, first.uuid(), Some(visit), &Snap::of(PhotoKind::Before, wall, spot))?;
    day.pass(20);
    let second = day.phone(b).device.create_ticket(category, "دیوارنویسی در پارک", Day::north(spot, 12.0), Some(address));
    day.sync(a)?;
    day.sync(b)?;
    let found = day.conflict("possible_duplicate", first)?.is_some() || day.conflict("possible_duplicate", second)?.is_some();
    day.expect(
        "12 m and 20 minutes apart, a possible duplicate",
        if found { "is told to the office" } else { "is not found" },
        "is told to the office",
    );
    Ok(())
}

/// Two inspectors correct a point, two crews measure.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn moved_and_measured(day: &mut Day) -> DemoResult<()> {
    day.scene("A point is moved by two inspectors, and two crews measure one hole");
    let (a, b) = (day.of("inspector", 3, "a")?, day.of("inspector", 3, "b")?);
    let (x, y) = (day.of("crew.roads", 3, "a")?, day.of("crew.roads", 3, "b")?);
    let job = day.accepted(3, "roads", "roads.pothole", "چاله جلوی درمانگاه", &[x, y, a, b])?;
    let move_by = |metres| json!({ "point": Day::north(job.point, metres) });
    let first = day.phone(a).device.edit_ticket(job.ticket, move_by(-40.0));
    day.pass(2);
    let second = day.phone(b).device.edit_ticket(job.ticket, move_by(40.0));
    day.sync(a)?;
    day.sync(b)?;
    day.expect_answer(a, first, "the first point", "applied");
    day.expect_answer(b, second, "the second point, 80 m away", "applied");
    day.expect_conflict("point_moved", &job)?;
    day.phone(x).device.measure(job.order, None, "asphalt", 12.0, "m2");
    let other = day.phone(y).device.measure(job.order, None, "asphalt", 15.5, "m2");
    day.sync(x)?;
    day.sync(y)?;
    day.expect_answer(y, other, "12.0 m² and 15.5 m² of the same hole: the second", "applied");
    day.expect_conflict("measurement_disagrees", &job)?;
    day.reserved.retain(|o| *o != job.order);
    Ok(())
}
