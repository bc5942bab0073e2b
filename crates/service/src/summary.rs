//! What a person reads in the place of ids: tickets in short, names of people, organisations, areas and categories.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{Ctx, reach::reach, work_order::Shown};
use bazdid_domain::{
    conflict::Conflict,
    photo::Photo,
    policy::Permission,
    reference::Reference,
    ticket::Ticket,
    visibility::{Reach, reach::Basis},
    work_order::{Assignment, Round, WorkOrder},
};
use bazdid_protocol::{
    error::Result,
    ids::{AccountId, AreaId, OrganisationId, TicketId},
    words::language::Language,
};
use bazdid_store::{self as store, Tx};

/// Something that names tickets and people by their ids.
pub trait Refers {
    /// Notes the ids.
    fn refer(&self, to: &mut References);
}

/// Ids of which the names are wanted.
#[derive(Debug, Clone, Default)]
pub struct References {
    tickets: BTreeSet<TicketId>,
    people: BTreeSet<AccountId>,
}

impl References {
    /// What some rows refer to.
    pub fn of<'r, R: Refers + 'r>(rows: impl IntoIterator<Item = &'r R>) -> Self {
        Self::default().and(rows)
    }

    /// The people to whom some orders are to be given; their ticket is not looked up.
    #[must_use]
    pub fn people_of(orders: &[WorkOrder]) -> Self {
        Self { people: orders.iter().filter_map(|o| o.account_id).collect(), ..Self::default() }
    }

    /// These and what more rows refer to.
    #[must_use]
    pub fn and<'r, R: Refers + 'r>(mut self, rows: impl IntoIterator<Item = &'r R>) -> Self {
        for row in rows {
            row.refer(&mut self);
        }
        self
    }

    /// Notes a ticket.
    pub fn ticket(&mut self, id: TicketId) {
        self.tickets.insert(id);
    }

    /// Notes a person.
    pub fn person(&mut self, id: AccountId) {
        self.people.insert(id);
    }

    /// Looks the names up without asking whether the reader may see the tickets: only for rows that nobody sees without their ticket, such as
    /// orders, rounds and conflicts.
    ///
    /// # Errors
    /// The database fails.
    pub fn look_up(&self, tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Names> {
        self.look_up_by(tx, ctx, &Reach::Everything)
    }

    /// Looks the names up, those of tickets only within reach: for rows that somebody may see without their ticket, such as photos of their own.
    ///
    /// # Errors
    /// The database fails.
    pub fn look_up_within_reach(&self, tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Names> {
        let reference = ctx.reference(tx)?;
        let reach = reach(ctx, &reference, Permission::TicketRead)?;
        self.look_up_by(tx, ctx, &reach)
    }

    fn look_up_by(&self, tx: &mut Tx<'_>, ctx: &Ctx, reach: &Reach) -> Result<Names> {
        let tickets = store::ticket::search::list_tickets_of(tx, &Vec::from_iter(self.tickets.iter().copied()), reach)?;
        let people = nameable(tx, ctx, Vec::from_iter(self.people.iter().copied()))?;
        let people = store::account::list_names(tx, &people)?;
        Ok(Names {
            reference: ctx.reference(tx)?,
            language: ctx.language,
            tickets: tickets.into_iter().map(|t| (t.id, t)).collect(),
            people: people.into_iter().collect(),
        })
    }
}

/// Those of some people whose names the reader learns: the city's staff learns all, people of a contractor their own and their colleagues'.
fn nameable(tx: &mut Tx<'_>, ctx: &Ctx, people: Vec<AccountId>) -> Result<Vec<AccountId>> {
    let Some(actor) = &ctx.actor else { return Ok(people) };
    if people.is_empty() || actor.roles().into_iter().any(|role| Basis::of(role) != Basis::Organisation) {
        return Ok(people);
    }
    let ours = actor.organisations();
    let grants = store::account::list_grants_of(tx, &people)?;
    let colleagues: BTreeSet<AccountId> =
        grants.iter().filter(|g| g.organisation_id.is_some_and(|o| ours.contains(&o))).map(|g| g.account_id).collect();
    Ok(people.into_iter().filter(|id| *id == actor.account_id || colleagues.contains(id)).collect())
}

/// Names of what some rows refer to, in one language.
#[derive(Debug, Clone)]
pub struct Names {
    reference: Arc<Reference>,
    language: Language,
    tickets: HashMap<TicketId, Ticket>,
    people: HashMap<AccountId, String>,
}

impl Names {
    /// Rows of reference data.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// A ticket that a row refers to.
    #[must_use]
    pub fn ticket(&self, id: TicketId) -> Option<&Ticket> {
        self.tickets.get(&id)
    }

    /// The name that somebody shows; nothing: the system itself, or somebody whose name is not for the reader.
    #[must_use]
    pub fn person(&self, id: AccountId) -> Option<&str> {
        self.people.get(&id).map(String::as_str)
    }

    /// The name of an organisation.
    #[must_use]
    pub fn organisation(&self, id: OrganisationId) -> Option<&str> {
        self.reference.organisations.get(&id).map(|o| self.choose(&o.name_fa, &o.name_en))
    }

    /// The name of an area.
    #[must_use]
    pub fn area(&self, id: AreaId) -> Option<&str> {
        self.reference.areas.area(id).map(|a| self.choose(&a.name_fa, &a.name_en))
    }

    /// A name that a city has not translated is read as it is.
    fn choose<'n>(&self, fa: &'n str, en: &'n str) -> &'n str {
        match self.language {
            Language::English if !en.is_empty() => en,
            Language::English | Language::Persian => fa,
        }
    }
}

impl Refers for WorkOrder {
    fn refer(&self, to: &mut References) {
        to.tickets.insert(self.ticket_id);
        to.people.extend(self.account_id);
    }
}

impl Refers for Shown {
    fn refer(&self, to: &mut References) {
        self.order.refer(to);
    }
}

impl Refers for Assignment {
    fn refer(&self, to: &mut References) {
        to.people.extend(self.account_id);
    }
}

impl Refers for Round {
    fn refer(&self, to: &mut References) {
        to.tickets.insert(self.ticket_id);
        to.people.insert(self.submitted_by);
        to.people.extend(self.verdict_by);
    }
}

impl Refers for Conflict {
    fn refer(&self, to: &mut References) {
        to.tickets.insert(self.ticket_id);
        to.people.extend(self.resolved_by);
    }
}

impl Refers for Photo {
    fn refer(&self, to: &mut References) {
        to.tickets.insert(self.ticket_id);
        to.people.insert(self.actor);
    }
}
