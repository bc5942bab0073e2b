//! How ids, instants, points and words look in an OpenAPI document or a JSON Schema.

mod change;
mod command;
mod event;

use std::borrow::Cow;

pub use command::{CommandSchema, MockArgument, Mutation, MutationHead, Quantity, commands};
pub use event::{Event, EventSchema};

#[doc(hidden)]
pub use utoipa;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type},
    },
};

use crate::{
    channel::Channel,
    command::Findings,
    digest::Chain,
    geo::Point,
    ids::Id,
    rows::{TicketRow, WireRow, WorkOrderRow},
    text_enum::TextEnum,
    time::Timestamp,
};

/// Named schemas that another one refers to.
pub type Components = Vec<(String, RefOr<Schema>)>;

/// The schema of a kind of row.
#[derive(Clone)]
pub struct RowSchema {
    /// The word of the kind on the wire.
    pub kind: &'static str,
    /// Name of the schema.
    pub name: String,
    /// The schema.
    pub schema: RefOr<Schema>,
    /// What it refers to.
    pub components: Components,
}

impl RowSchema {
    /// Of a type of row.
    #[must_use]
    pub fn of<R: WireRow + ToSchema>() -> Self {
        let mut components = Vec::new();
        R::schemas(&mut components);
        Self { kind: R::KIND, name: R::name().into_owned(), schema: R::schema(), components }
    }
}

/// The findings of an inspection. Beside `findings` each value is as the device sent it: what could not be used is kept and counts for
/// nothing.
#[derive(ToSchema)]
pub struct InspectionFindings {
    /// What the inspection came to.
    pub findings: Findings,
    /// How bad, in the city's own words: a text, if it could be used.
    pub severity: Option<serde_json::Value>,
    /// The ticket that this one duplicates: a UUID, if it could be used.
    pub duplicate_of: Option<serde_json::Value>,
    /// What is needed: `[{item, quantity, unit}]`, if it could be used.
    pub quantities: Option<serde_json::Value>,
}

/// One item of a checklist.
#[derive(ToSchema)]
pub struct ChecklistItem {
    /// Code, unique in the checklist.
    pub code: String,
    /// Persian wording.
    pub name_fa: String,
    /// English wording.
    pub name_en: String,
    /// How it is answered; the field app knows the kinds.
    pub kind: String,
}

/// The ticket or the work order that a mutation was about, as it stands.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum EntityState {
    /// A ticket.
    Ticket(TicketRow),
    /// A work order.
    WorkOrder(WorkOrderRow),
}

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
        let accuracy = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::Number, Type::Null]))
            .minimum(Some(0.0))
            .description(Some("Radius of 68 % confidence, metres; absent or `null` if not known"));
        let point = ObjectBuilder::new().property("lat", degrees(90.0)).property("lon", degrees(180.0)).property("accuracy_m", accuracy);
        point.required("lat").required("lon").build().into()
    }
}

impl ToSchema for Point {
    fn name() -> Cow<'static, str> {
        "Point".into()
    }
}

impl PartialSchema for Channel {
    fn schema() -> RefOr<Schema> {
        let name = ObjectBuilder::new().schema_type(Type::String);
        name.description(Some("`area:`, `office:`, `org:`, `user:` or `device:` and an id, or `ref`")).build().into()
    }
}

impl ToSchema for Channel {
    fn name() -> Cow<'static, str> {
        "Channel".into()
    }
}

impl PartialSchema for Chain {
    fn schema() -> RefOr<Schema> {
        let digits = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[0-9a-f]{64}$"));
        digits.description(Some("SHA-256 over all mutations so far, 64 hex digits")).build().into()
    }
}

impl ToSchema for Chain {
    fn name() -> Cow<'static, str> {
        "Chain".into()
    }
}

/// The schema of an enumeration of words.
#[must_use]
pub fn words<E: TextEnum>() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(E::ALL.iter().map(|v| v.as_str()))).build().into()
}

/// The schema of a [`text_enum!`](crate::text_enum!).
#[doc(hidden)]
#[macro_export]
macro_rules! text_enum_schema {
    ($ty:ty) => {
        impl $crate::openapi::utoipa::PartialSchema for $ty {
            fn schema() -> $crate::openapi::utoipa::openapi::RefOr<$crate::openapi::utoipa::openapi::Schema> {
                $crate::openapi::words::<Self>()
            }
        }
        impl $crate::openapi::utoipa::ToSchema for $ty {
            fn name() -> std::borrow::Cow<'static, str> {
                <Self as $crate::text_enum::TextEnum>::KIND.into()
            }
        }
    };
}
