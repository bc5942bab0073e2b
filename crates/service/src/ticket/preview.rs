//! What a registration would make, while the caller still speaks: places, likely duplicates, who would be asked. Nothing is kept.

use crate::{
    Ctx,
    change::foresee,
    reach::reach,
    ticket::{NewTicket, Registered, check_place, duplicates_of, intake_of, invalid},
};
use bazdid_domain::{intake, policy::Permission, unit_of_work::UnitOfWork, work_order::WorkOrder};
use bazdid_protocol::error::{Error, Result};
use bazdid_store::Tx;

/// What a registration would make, and how much of it the actor may know.
#[derive(Debug, Clone)]
pub struct Preview {
    /// What would be made.
    pub made: Registered,
    /// Whether the actor is of the office of the place, and so may know who would be asked and why.
    pub by_office: bool,
}

/// What [`super::create`] would make of the same at this moment. The citizen's words may still be missing. Of whom others would be asked nothing
/// is said to people of a contractor, who would not see these orders either.
///
/// # Errors
/// A field cannot be accepted; the point lies in areas for which the actor does not register; the database fails.
pub fn preview(tx: &mut Tx<'_>, ctx: &Ctx, new: &NewTicket) -> Result<Preview> {
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
    let by_office = reach(ctx, &reference, Permission::ConflictRead)?.is_office_of(&ticket);
    let is_own = |order: &WorkOrder| {
        let actor = ctx.actor.as_ref();
        let organisation = order.organisation_id.is_some_and(|id| actor.is_some_and(|a| a.organisations().contains(&id)));
        organisation || (order.account_id.is_some() && order.account_id == actor.map(|a| a.account_id))
    };
    let mut orders: Vec<WorkOrder> = unit.work_orders.iter().cloned().collect();
    for order in orders.iter_mut().filter(|order| !by_office && !is_own(order)) {
        (order.organisation_id, order.account_id) = (None, None);
    }
    Ok(Preview { made: Registered { ticket, orders, duplicates }, by_office })
}
