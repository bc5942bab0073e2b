//! How ids, instants, points and words look in an OpenAPI document or a JSON Schema.

use std::borrow::Cow;

#[doc(hidden)]
pub use utoipa;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type},
    },
};

use crate::{geo::Point, ids::Id, text_enum::TextEnum, time::Timestamp};

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
