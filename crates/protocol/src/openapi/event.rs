//! How an event looks as it is delivered: the same envelope for all, and data of its own for each kind.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Schema,
        schema::{KnownFormat, ObjectBuilder, OneOfBuilder, SchemaFormat, SchemaType, Type},
    },
};

use crate::{
    event::{EventKind, described},
    ids::EventId,
    openapi::{Components, change::word},
    text_enum::TextEnum as _,
    time::Timestamp,
};

/// The schema of a kind of event.
#[derive(Clone)]
pub struct EventSchema {
    /// The kind.
    pub kind: EventKind,
    /// Name of the schema of the whole event.
    pub name: String,
    /// The whole event.
    pub schema: RefOr<Schema>,
    /// What it refers to, its data first.
    pub components: Components,
}

impl EventSchema {
    /// Of the data of a kind.
    #[must_use]
    pub fn of<P: ToSchema>(kind: EventKind) -> Self {
        let (data, described) = (P::name().into_owned(), P::schema());
        let description = match &described {
            RefOr::T(Schema::Object(object)) => object.description.clone(),
            RefOr::T(_) | RefOr::Ref(_) => None,
        };
        let ticket = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
            .description(Some("The ticket that it belongs to; null: it belongs to none"));
        let seq = ObjectBuilder::new().schema_type(Type::Integer).description(Some("Rises from event to event of a ticket, with gaps"));
        let schema = ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(description)
            .property("id", EventId::schema())
            .property("type", word(kind.as_str()))
            .property("timestamp", Timestamp::schema())
            .property("ticket", ticket)
            .property("seq", seq)
            .property("data", Ref::from_schema_name(data.clone()));
        let schema = ["id", "type", "timestamp", "ticket", "seq", "data"].into_iter().fold(schema, ObjectBuilder::required);
        let mut components = vec![(data.clone(), described)];
        P::schemas(&mut components);
        Self { kind, name: format!("{data}Event"), schema: schema.build().into(), components }
    }
}

/// Any event.
pub struct Event;

impl PartialSchema for Event {
    fn schema() -> RefOr<Schema> {
        let any = described().into_iter().fold(OneOfBuilder::new(), |of, event| of.item(Ref::from_schema_name(event.name)));
        any.description(Some("An event as it is delivered to a webhook; `type` says which")).into()
    }
}

impl ToSchema for Event {
    fn name() -> Cow<'static, str> {
        "Event".into()
    }

    fn schemas(schemas: &mut Components) {
        for event in described() {
            schemas.push((event.name, event.schema));
            schemas.extend(event.components);
        }
    }
}
