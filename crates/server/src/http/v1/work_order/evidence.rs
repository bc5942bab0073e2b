//! The evidence of an order as it is answered.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{May, WorkRead},
    params::PathId,
    problem::Answer,
    reply,
    v1::{
        category::EvidenceView,
        photo::PhotoView,
        round::RoundView,
        summary::{self, OrganisationNameView},
    },
};
use bazdid_domain::{
    category::Need,
    evidence::{
        arrival::{self, EvidenceState, Tally},
        pairs::{Attempt, Pair},
    },
    photo::{ContentSize, Photo, PhotoKind},
};
use bazdid_protocol::{
    error::Result,
    ids::{WorkOrderId, WorkOrderTag},
};
use bazdid_service::{
    summary::{Names, References},
    work_order::evidence::{self, Evidence},
};
use bazdid_store::Tx;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show);
}

/// What of one kind that is asked for is there.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindView {
    /// Kind of photo.
    pub kind: PhotoKind,
    /// So many are asked for.
    pub min: u32,
    /// So many are declared.
    pub declared: u32,
    /// Of so many the bytes are stored.
    pub stored: u32,
    /// How far it has come.
    pub evidence: EvidenceState,
}

impl From<&Tally> for KindView {
    fn from(t: &Tally) -> Self {
        Self { kind: t.kind, min: t.min, declared: t.declared, stored: t.stored, evidence: t.state() }
    }
}

/// Where the picture of a photo is, by size; the original is not for everybody.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContentLinks {
    /// What was sent.
    pub original: String,
    /// As large as a screen.
    pub screen: String,
    /// For a list.
    pub thumb: String,
}

/// A photo with where its picture is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownPhoto {
    /// The photo.
    #[serde(flatten)]
    pub photo: PhotoView,
    /// Its picture.
    pub content: ContentLinks,
}

impl ShownPhoto {
    fn new(photo: Photo, names: &Names) -> Self {
        let id = photo.id;
        let at = |size: ContentSize| format!("/v1/photos/{id}/content?size={size}");
        let content = ContentLinks { original: at(ContentSize::Original), screen: at(ContentSize::Screen), thumb: at(ContentSize::Thumb) };
        Self { photo: PhotoView::new(photo, names), content }
    }
}

/// Before and after; of a photo that stands alone the other is absent.
#[derive(Debug, Serialize, ToSchema)]
pub struct PairView {
    /// Before the work.
    #[schema(required = true)]
    pub before: Option<ShownPhoto>,
    /// After it.
    #[schema(required = true)]
    pub after: Option<ShownPhoto>,
}

impl PairView {
    fn new(Pair { before, after }: Pair, names: &Names) -> Self {
        Self { before: before.map(|p| ShownPhoto::new(p, names)), after: after.map(|p| ShownPhoto::new(p, names)) }
    }
}

/// What one party showed of one attempt.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptView {
    /// Whose people took the photos.
    #[schema(required = true)]
    pub organisation: Option<OrganisationNameView>,
    /// The round that was made of it; absent while nothing is submitted.
    #[schema(required = true)]
    pub round: Option<RoundView>,
    /// Before and after, in the order in which they were taken.
    pub pairs: Vec<PairView>,
    /// Photos that are neither.
    pub others: Vec<ShownPhoto>,
}

impl AttemptView {
    fn new(a: Attempt, names: &Names) -> Result<Self> {
        Ok(Self {
            organisation: a.party.map(|id| summary::organisation(names, id)),
            round: a.round.map(|r| RoundView::new(r, names)).transpose()?,
            pairs: a.pairs.into_iter().map(|p| PairView::new(p, names)).collect(),
            others: a.others.into_iter().map(|p| ShownPhoto::new(p, names)).collect(),
        })
    }
}

/// The evidence of an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderEvidence {
    /// Of which order.
    pub work_order: WorkOrderId,
    /// How far the photos that it asks for have come.
    pub evidence: EvidenceState,
    /// What a submission must bring.
    pub evidence_needs: EvidenceView,
    /// What of each kind that it asks for is there.
    pub kinds: Vec<KindView>,
    /// What its newest report lacks of what the category asks for.
    pub missing: Vec<Need>,
    /// Attempt by attempt.
    pub attempts: Vec<AttemptView>,
}

impl OrderEvidence {
    fn new(Evidence { order, tallies, missing, attempts }: Evidence, names: &Names) -> Result<Self> {
        Ok(Self {
            work_order: order.id,
            evidence: arrival::state(&tallies),
            evidence_needs: order.evidence.into(),
            kinds: tallies.iter().map(KindView::from).collect(),
            missing,
            attempts: attempts.into_iter().map(|a| AttemptView::new(a, names)).collect::<Result<_>>()?,
        })
    }
}

/// Get the evidence of a work order
///
/// Attempt by attempt: photos before beside photos after, with their verdicts, and what is missing of what the order asks for.
#[utoipa::path(tag = "work-orders", params(("id" = WorkOrderId, Path)), responses((status = 200, body = OrderEvidence)), extensions(("x-permission" = json!("work.read"))))]
#[get("/v1/work-orders/{id}/evidence")]
async fn show(state: web::Data<State>, ctx: May<WorkRead>, id: PathId<WorkOrderTag>) -> Answer {
    let ctx = ctx.ctx();
    let read = move |tx: &mut Tx<'_>| {
        let found = evidence::get(tx, &ctx, id.0)?;
        let rounds = found.attempts.iter().filter_map(|a| a.round.as_ref());
        let names = References::of(rounds).and(found.attempts.iter().flat_map(Attempt::photos)).look_up(tx, &ctx)?;
        OrderEvidence::new(found, &names)
    };
    Ok(reply::plain(&state.db.read(read).await?))
}
