//! How the domain's small types look in the document: the domain itself knows nothing of OpenAPI.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type},
    },
};

use crate::domain::{
    account::{ClockTrust, Role},
    area::AreaKind,
    category::{Hazard, Priority},
    conflict::{ConflictKind, ConflictStatus, Resolution, Severity},
    contract::{ContractStatus, Descent},
    duplicate::Likeness,
    evidence::arrival::EvidenceState,
    geo::Point,
    ids::Id,
    organisation::{ActiveState, OrganisationKind},
    photo::{ContentSize, PhotoKind, PhotoState, VerdictResult},
    picture::{PictureState, ReadFault},
    text_enum::TextEnum,
    ticket::{Boundary, CallOutcome, PointSource, TicketOrigin, TicketStatus},
    time::Timestamp,
    visit::MockFlag,
    work_order::{Answer, RoundVerdict, WorkOrderKind, WorkOrderState},
};

impl<T> PartialSchema for Id<T> {
    fn schema() -> RefOr<Schema> {
        let uuid = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
        uuid.build().into()
    }
}

impl<T> ToSchema for Id<T> {
    fn name() -> Cow<'static, str> {
        "Id".into()
    }
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        let instant = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        instant.build().into()
    }
}

impl ToSchema for Timestamp {
    fn name() -> Cow<'static, str> {
        "Instant".into()
    }
}

impl PartialSchema for Point {
    fn schema() -> RefOr<Schema> {
        let degrees = |most: f64| ObjectBuilder::new().schema_type(Type::Number).minimum(Some(-most)).maximum(Some(most));
        let accuracy =
            ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0.0)).description(Some("Radius of 68 % confidence, metres"));
        let point = ObjectBuilder::new().property("lat", degrees(90.0)).property("lon", degrees(180.0)).property("accuracy_m", accuracy);
        point.required("lat").required("lon").build().into()
    }
}

impl ToSchema for Point {
    fn name() -> Cow<'static, str> {
        "Point".into()
    }
}

/// The schema of an enumeration of words.
fn words<E: TextEnum>() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(E::ALL.iter().map(|v| v.as_str()))).build().into()
}

macro_rules! enumerations {
    ($($ty:ty),+ $(,)?) => {$(
        impl PartialSchema for $ty {
            fn schema() -> RefOr<Schema> {
                words::<Self>()
            }
        }
        impl ToSchema for $ty {
            fn name() -> Cow<'static, str> {
                <Self as TextEnum>::KIND.into()
            }
        }
    )+};
}

enumerations! {
    ActiveState, Answer, AreaKind, Boundary, CallOutcome, ClockTrust, ConflictKind, ConflictStatus, ContentSize, ContractStatus, Descent, EvidenceState, Hazard, Likeness, MockFlag, OrganisationKind, PhotoKind, PhotoState, PictureState, PointSource, Priority, ReadFault, Resolution, Role, RoundVerdict, Severity, TicketOrigin, TicketStatus, VerdictResult, WorkOrderKind, WorkOrderState,
}
