//! How a change of a row looks: for each kind of row another `put`, and one `drop` for all.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Schema,
        schema::{ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, SchemaFormat, Type},
    },
};

use crate::{envelope::Change, openapi::Components, rows::described};

impl PartialSchema for Change {
    fn schema() -> RefOr<Schema> {
        let description = "A change of a row. `put`: the row is as given. `drop`: the channels named carry it no more; it is gone when \
            none of the device's channels does.";
        let put = |kind: &'static str, name: &str| {
            let stamp = "The row's stamp, microseconds: the `seen_ts` of the next mutation on it. Absent for rows that have none.";
            head("put", word(kind))
                .title(Some(format!("put of {kind}")))
                .property("ts", integer(stamp))
                .property("row", Ref::from_schema_name(name))
                .required("row")
        };
        let of = described().into_iter().fold(OneOfBuilder::new(), |of, row| of.item(put(row.kind, &row.name)));
        let any = ObjectBuilder::new().schema_type(Type::String).description(Some("Kind of the row"));
        of.item(head("drop", any).title(Some("drop"))).description(Some(description)).into()
    }
}

impl ToSchema for Change {
    fn name() -> Cow<'static, str> {
        "RowChange".into()
    }

    fn schemas(schemas: &mut Components) {
        for row in described() {
            schemas.push((row.name, row.schema));
            schemas.extend(row.components);
        }
    }
}

/// What a `put` and a `drop` have in common.
fn head(op: &'static str, kind: ObjectBuilder) -> ObjectBuilder {
    let places = ArrayBuilder::new().items(ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)));
    let uuid = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    let object = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("c", places.description(Some("In which channels, by their places in `channels`")))
        .property("op", word(op))
        .property("t", kind)
        .property("id", uuid)
        .property("v", integer("Revision"));
    ["c", "op", "t", "id", "v"].into_iter().fold(object, ObjectBuilder::required)
}

fn integer(description: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .description(Some(description))
}

pub(super) fn word(only: &'static str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some([only]))
}
