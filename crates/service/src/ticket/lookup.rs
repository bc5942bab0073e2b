//! Names that people use for areas and categories: the id or the code.

use crate::{Ctx, ticket::with_those_below};
use bazdid_protocol::{
    error::{Error, Result},
    ids::{AreaId, CategoryId},
};
use bazdid_store::{Tx, ticket::search::TicketFilter};

/// A filter of tickets as a client asks for it.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Id or code of an area.
    pub area: Option<String>,
    /// Id or code of a category.
    pub category: Option<String>,
    /// Everything else.
    pub filter: TicketFilter,
}

/// The category of an id or a code.
///
/// # Errors
/// There is none; the database fails.
pub fn category(tx: &mut Tx<'_>, ctx: &Ctx, name: &str, pointer: &str) -> Result<CategoryId> {
    let reference = ctx.reference(tx)?;
    let by_id = name.parse().ok().filter(|id| reference.categories.contains_key(id));
    let by_code = || reference.categories.values().find(|c| c.code == name).map(|c| c.id);
    by_id.or_else(by_code).ok_or_else(|| Error::field(pointer, "there is no category with this id or code"))
}

/// The area of an id or a code.
///
/// # Errors
/// There is none; the database fails.
pub fn area(tx: &mut Tx<'_>, ctx: &Ctx, name: &str, pointer: &str) -> Result<AreaId> {
    let reference = ctx.reference(tx)?;
    let by_id = name.parse().ok().and_then(|id| reference.areas.area(id)).map(|a| a.id);
    let by_code = || reference.areas.list().find(|a| a.code == name).map(|a| a.id);
    by_id.or_else(by_code).ok_or_else(|| Error::field(pointer, "there is no area with this id or code"))
}

/// The filter with its names looked up.
///
/// # Errors
/// A name is nobody's; the database fails.
pub fn filter(tx: &mut Tx<'_>, ctx: &Ctx, asked: &Asked) -> Result<TicketFilter> {
    let reference = ctx.reference(tx)?;
    let named = asked.category.as_deref().map(|name| category(tx, ctx, name, "?category")).transpose()?;
    Ok(TicketFilter {
        area: asked.area.as_deref().map(|name| area(tx, ctx, name, "?area")).transpose()?,
        categories: named.map(|c| with_those_below(&reference, c)).transpose()?,
        ..asked.filter.clone()
    })
}
