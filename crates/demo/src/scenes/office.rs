//! Dispatch at work: a refusal and the next in rank.

use crate::{day::Day, people::DemoResult};

/// The district's contractor declines; the region's contractor is asked at once.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn declined(day: &mut Day) -> DemoResult<()> {
    day.scene("A contractor declines; the next in rank is asked");
    let job = day.job(0, "roads.pothole", "چالهٔ بزرگی وسط تقاطع است")?;
    let (first, next) = (day.of("manager.roads", 0, "")?, day.who("manager.roads.region")?);
    day.sync(first)?;
    let declined = day.phone(first).device.decline(job.order, "no_capacity");
    day.sync(first)?;
    day.expect_answer(first, declined, "decline (no_capacity)", "applied");
    let accepted = day.accept(next, job.order)?;
    day.expect_answer(next, accepted, "the region's contractor accepts", "applied");
    day.reserved.retain(|o| *o != job.order);
    Ok(())
}
