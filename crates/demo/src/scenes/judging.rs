//! Verification: rework, two judges, an inspection.

use serde_json::{Value, json};

use crate::{
    day::{Day, Style, uuid_of},
    people::DemoResult,
    routine::fill_in_checklist,
};

/// The supervisor returns a round with a coded defect; the second round is accepted. Two judges of one round.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn rework(day: &mut Day) -> DemoResult<()> {
    day.scene("Work is returned with a coded defect, done again and verified by an inspector offline");
    let (crew, inspector) = (day.of("crew.roads", 2, "a")?, day.of("inspector", 2, "b")?);
    let job = day.accepted(2, "roads", "roads.pothole", "لکه‌گیری جلوی بازار", &[crew])?;
    day.offline_job(crew, &job, &Style::default())?;
    day.sync(crew)?;
    let first = day.round_of(&job)?;
    let body = json!({ "defects": [{ "code": "edge_not_sealed", "note": "لبه‌ها قیر ندارد" }], "note": "دوباره انجام شود" });
    day.supervisor.command(&format!("/v1/rounds/{first}"), "rework", &body)?;
    day.more("the supervisor returns round 1: edge_not_sealed");
    day.sync(crew)?;
    let (_, again) = day.offline_job(crew, &job, &Style::default())?;
    day.sync(crew)?;
    day.expect_answer(crew, again, "the second submission", "applied");
    day.sync(inspector)?;
    let second = day.round_of(&job)?;
    day.phone(inspector).lose_network();
    let verified = day.phone(inspector).device.verify(job.order, second, "خوب است");
    day.pass(5);
    day.sync(inspector)?;
    day.expect_answer(inspector, verified, "the inspector verifies round 2", "applied");
    let state = day.state_of(&job)?;
    day.expect("the order is", &state, "verified");

    day.scene("An inspector offline and the supervisor judge one round otherwise");
    let (crew, inspector) = (day.of("crew.green", 3, "a")?, day.of("inspector", 3, "a")?);
    let job = day.accepted(3, "green", "green.park_upkeep", "نرده‌های پارک افتاده است", &[crew])?;
    day.offline_job(crew, &job, &Style::default())?;
    day.sync(crew)?;
    day.sync(inspector)?;
    let round = day.round_of(&job)?;
    day.phone(inspector).lose_network();
    let verified = day.phone(inspector).device.verify(job.order, round, "قابل قبول");
    let body = json!({ "defects": [{ "code": "not_complete" }], "note": "نیمی از نرده مانده است" });
    day.supervisor.command(&format!("/v1/rounds/{round}"), "rework", &body)?;
    day.sync(inspector)?;
    day.expect_answer(inspector, verified, "the inspector's verdict", "conflict concurrent_edit");
    day.expect_conflict("verdict_disagrees", &job)?;
    day.more("the stricter verdict stands until a supervisor decides");
    day.reserved.retain(|o| *o != job.order);
    Ok(())
}

/// An inspection comes first where the category asks for it; its findings make the repair order.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn inspection(day: &mut Day) -> DemoResult<()> {
    day.scene("An inspection comes first; its findings make the repair order");
    let job = day.job(0, "roads.sidewalk", "موزاییک پیاده‌رو لق است")?;
    let order = day.order(&job)?;
    let kind = order.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    day.expect("the first order is an", &kind, "inspection");
    let account = uuid_of(order.get("account").unwrap_or(&Value::Null), "id")?;
    let holder = day.phones.iter().position(|p| p.device.state.account.uuid() == account);
    let Some(inspector) = holder.map(crate::day::Who) else {
        day.expect("the inspection is held by", "nobody in the field", "an inspector");
        return Ok(());
    };
    day.sync(inspector)?;
    day.phone(inspector).lose_network();
    let (visit, _) = day.begin(inspector, &job, &Style::default())?;
    day.pass(8);
    fill_in_checklist(day, inspector, &job, visit);
    let found = day.phone(inspector).device.submit_inspection(job.order, "confirmed");
    day.phone(inspector).device.leave(job.order, visit, bazdid_domain::visit::VisitOutcome::Done);
    day.sync(inspector)?;
    day.expect_answer(inspector, found, "the findings (confirmed)", "applied");
    let orders = day.below(job.ticket, "work_orders")?;
    let repair = orders.iter().any(|o| o.get("kind").and_then(Value::as_str) == Some("repair"));
    day.expect("a repair order follows", if repair { "yes" } else { "no" }, "yes");
    Ok(())
}
