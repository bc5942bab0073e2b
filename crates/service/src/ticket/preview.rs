//! What a registration would make, while the caller still speaks: places, likely duplicates, who would be asked. Nothing is kept.

use crate::{
    Ctx,
    change::foresee,
    ticket::{NewTicket, Registered, check_place, duplicates_of, intake_of, invalid},
};
use bazdid_domain::{intake, unit_of_work::UnitOfWork};
use bazdid_protocol::error::{Error, Result};
use bazdid_store::Tx;

/// What [`super::create`] would make of the same at this moment. The citizen's words may still be missing.
///
/// # Errors
/// A field cannot be accepted; the point lies in areas for which the actor does not register; the database fails.
pub fn preview(tx: &mut Tx<'_>, ctx: &Ctx, new: &NewTicket) -> Result<Registered> {
    let reference = ctx.reference(tx)?;
    let intake = intake_of(ctx, new)?;
    let mut faults = intake::faults(&intake, &reference);
    faults.retain(|(pointer, _)| pointer != "/text" || !intake.text.is_empty());
    if !faults.is_empty() {
        return Err(invalid(faults));
    }
    check_place(ctx, &reference, &reference.locate(&intake.point))?;
    let duplicates = duplicates_of(tx, ctx, &reference, &intake)?;
    let (mut unit, id) = (UnitOfWork::default(), intake.id);
    intake::register(&mut unit, &reference, intake);
    foresee(tx, ctx, &mut unit)?;
    let ticket = unit.tickets.get(id).cloned().ok_or_else(|| Error::internal("a new ticket is not in its unit of work"))?;
    Ok(Registered { ticket, orders: unit.work_orders.iter().cloned().collect(), duplicates })
}
