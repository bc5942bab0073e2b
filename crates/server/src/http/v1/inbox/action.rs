//! What can be done about an item of the inbox.

use serde::Serialize;
use utoipa::ToSchema;

use bazdid_domain::{actor::Actor, policy::Permission};
use bazdid_protocol::words::inbox::InboxKind;
use bazdid_service::inbox::{Item, Subject};

/// Something that the reader may do about an item. What the rules say beyond the permission (nobody judges their own work) the request finds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InboxAction)]
pub struct ActionView {
    /// What.
    #[schema(example = "offer")]
    pub name: &'static str,
    /// The request that does it, a `POST`; its body is that of the operation.
    #[schema(example = "/v1/work-orders/0197a000-0000-7000-8000-000000000001/offer")]
    pub href: String,
    /// The `If-Match` of the request; `null` where it needs none.
    #[schema(required = true, example = "\"3\"")]
    pub if_match: Option<String>,
}

/// What may be done about a kind: a verb of its subject, and what it asks for.
const fn verbs(kind: InboxKind) -> &'static [(&'static str, &'static [Permission])] {
    use Permission::{ConflictResolve, RoundVerify, TicketManage, WorkManage};
    match kind {
        InboxKind::Draft => &[("offer", &[WorkManage]), ("cancel", &[WorkManage])],
        InboxKind::FailedVisit => &[("reassign", &[WorkManage]), ("cancel", &[WorkManage])],
        InboxKind::HoldRequest => &[("hold", &[WorkManage, RoundVerify]), ("refuse-hold", &[WorkManage])],
        InboxKind::OfferExpiring => &[("reassign", &[WorkManage])],
        InboxKind::Round => &[("verify", &[RoundVerify]), ("rework", &[RoundVerify])],
        InboxKind::Finding => &[("refer", &[TicketManage]), ("reject", &[TicketManage]), ("defer", &[TicketManage])],
        InboxKind::ReadyToClose => &[("close", &[WorkManage, RoundVerify])],
        InboxKind::DeferralDue => &[("reopen", &[TicketManage])],
        InboxKind::Overdue => &[("defer", &[TicketManage])],
        InboxKind::Outside => &[("triage", &[TicketManage]), ("refer", &[TicketManage]), ("reject", &[TicketManage])],
        InboxKind::Evidence | InboxKind::Conflict => &[("resolve", &[ConflictResolve])],
        InboxKind::Quarantine => &[("adopt", &[ConflictResolve]), ("discard", &[ConflictResolve])],
        InboxKind::Clock => &[],
    }
}

/// What `actor` may do about an item.
pub fn actions(item: &Item, actor: &Actor) -> Vec<ActionView> {
    let (list, rev) = match &item.subject {
        Subject::Order(shown) => ("work-orders", Some(shown.order.rev)),
        Subject::Round(round) => ("rounds", Some(round.rev)),
        Subject::Ticket(ticket) => ("tickets", Some(ticket.rev)),
        Subject::Conflict(conflict) => ("conflicts", Some(conflict.rev)),
        Subject::Kept(_) => ("quarantine", None),
        Subject::Device(_) => ("devices", None),
    };
    let may = |needs: &[Permission]| needs.iter().all(|permission| actor.may(*permission));
    verbs(item.id.kind)
        .iter()
        .filter(|(_, needs)| may(needs))
        .map(|(name, _)| ActionView {
            name,
            href: format!("/v1/{list}/{}/{name}", item.id.subject),
            if_match: rev.map(|rev| format!("\"{rev}\"")),
        })
        .collect()
}
