//! The sides of a conflict in the OpenAPI document: any of the types that a kind of conflict has, and of conflicts that an earlier
//! version stored anything.

use utoipa::{
    PartialSchema,
    openapi::{
        RefOr, Schema,
        schema::{AnyOfBuilder, ObjectBuilder, SchemaType, Type},
    },
};

/// Any of the alternatives of a schema, each once: some kinds of conflict have a side in common, so more than one may fit.
pub(super) fn any_of<T: PartialSchema>(description: &str) -> RefOr<Schema> {
    let RefOr::T(Schema::OneOf(one)) = T::schema() else { return T::schema() };
    let mut items: Vec<RefOr<Schema>> = Vec::new();
    for item in one.items {
        if !items.contains(&item) {
            items.push(item);
        }
    }
    let earlier = ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Object, Type::Array, Type::Null]))
        .description(Some("Of a conflict that an earlier version stored"));
    items.into_iter().fold(AnyOfBuilder::new(), AnyOfBuilder::item).item(earlier).description(Some(description)).into()
}

macro_rules! documented {
    ($($side:ident as $name:ident $description:literal { $($variant:ident($ty:ty))+ })+) => {$(
        #[doc = $description]
        pub struct $name;

        const _: () = {
            #[derive(utoipa::ToSchema)]
            #[serde(untagged)]
            #[expect(dead_code, reason = "only its schema is used")]
            enum Alternatives { $($variant($ty)),+ }

            impl utoipa::PartialSchema for $name {
                fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                    crate::sides::schema::any_of::<Alternatives>($description)
                }
            }

            impl utoipa::ToSchema for $name {
                fn schemas(schemas: &mut crate::openapi::Components) {
                    <Alternatives as utoipa::ToSchema>::schemas(schemas);
                }
            }
        };
    )+};
}
pub(super) use documented;
