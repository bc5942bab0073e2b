//! The OpenAPI document: made from the routes, so that none can be missing.

pub mod events;
mod examples;
mod problems;
pub mod schemas;
mod texts;
pub mod typescript;

use std::collections::BTreeMap;

use utoipa::{
    OpenApi,
    openapi::{
        self, PathItem, Ref, RefOr, Schema, SecurityRequirement,
        path::Operation,
        schema::{ArrayItems, Components},
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};
use utoipa_actix_web::AppExt as _;

use crate::http::{problem, routes};
use bazdid_protocol::error::{Error, Result};

/// Says under which name of the document's extensions the permission of an operation stands.
pub const PERMISSION: &str = "x-permission";
/// The permission of a route that needs no login.
pub const PUBLIC: &str = "public";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "bazdid",
        description = "Backend for municipal field work. Log in with `POST /v1/auth/login`, send the access token as \
            `Authorization: Bearer …`. Errors are `application/problem+json` (RFC 9457); each `code` is explained at `/v1/errors`. \
            Every response has an `X-Request-Id`. Single things have an `ETag`; what changes them asks for `If-Match`. \
            `x-permission` says which permission an operation needs; `public` needs no login.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        contact(),
    ),
    components(schemas(problem::ProblemSchema))
)]
struct Base;

/// One operation of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Upper case.
    pub method: &'static str,
    /// The permission that it needs, or [`PUBLIC`]; nothing if its author forgot.
    pub permission: Option<String>,
}

/// The document.
#[must_use]
pub fn document() -> openapi::OpenApi {
    let (_, mut document) = actix_web::App::new().into_utoipa_app().openapi(Base::openapi()).configure(routes).split_for_parts();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", bearer);
    refer(components);
    let examples = examples::all();
    for item in document.paths.paths.values_mut() {
        for (_, operation) in operations_of(item) {
            complete(operation);
            let permission = permission(operation);
            texts::add(operation, permission.as_deref());
            examples::add(operation, &examples);
            problems::add(operation, permission.as_deref(), &mut components.responses);
        }
    }
    document
}

/// What is the same for every operation is not written at each handler.
fn complete(operation: &mut Operation) {
    // A handler is named within its file; the id of an operation is unique in the whole document.
    let tag = operation.tags.iter().flatten().next();
    if let (Some(tag), Some(name)) = (tag, &operation.operation_id) {
        operation.operation_id = Some(format!("{}_{name}", tag.replace('-', "_")));
    }
    let public = permission(operation).as_deref() == Some(PUBLIC);
    operation.security = Some(if public { vec![] } else { vec![SecurityRequirement::new::<_, [&str; 0], &str>("bearer", [])] });
}

/// The rows of a list are a component of their own: utoipa writes the parameter of a generic type out.
fn refer(components: &mut Components) {
    let names: Vec<String> = components.schemas.keys().cloned().collect();
    for (name, schema) in &mut components.schemas {
        let Some(of) = name.strip_prefix("Listed_").filter(|of| names.iter().any(|n| n == of)) else { continue };
        if let RefOr::T(Schema::Object(list)) = schema
            && let Some(RefOr::T(Schema::Array(items))) = list.properties.get_mut("items")
        {
            items.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(of).into()));
        }
    }
}

fn permission(operation: &Operation) -> Option<String> {
    operation.extensions.as_ref()?.get(PERMISSION)?.as_str().map(str::to_owned)
}

fn operations_of(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("GET", item.get.as_mut()),
        ("POST", item.post.as_mut()),
        ("PUT", item.put.as_mut()),
        ("PATCH", item.patch.as_mut()),
        ("DELETE", item.delete.as_mut()),
        ("HEAD", item.head.as_mut()),
        ("OPTIONS", item.options.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation?)))
}

/// Every operation by its path.
#[must_use]
pub fn operations() -> BTreeMap<String, Vec<Described>> {
    let mut document = document();
    let paths = document.paths.paths.iter_mut();
    paths
        .map(|(path, item)| {
            let operations = operations_of(item).map(|(method, o)| Described { method, permission: permission(o) }).collect();
            (path.clone(), operations)
        })
        .collect()
}

/// The document as it is served and written to `api-spec/openapi.json`.
///
/// # Errors
/// The document cannot be written.
pub fn text() -> Result<String> {
    let mut text = document().to_pretty_json().map_err(|e| Error::internal("the document cannot be written").caused_by(e))?;
    text.push('\n');
    Ok(text)
}

/// The browsable page; it asks no validator elsewhere.
#[must_use]
pub fn page() -> utoipa_swagger_ui::Config<'static> {
    utoipa_swagger_ui::Config::from("/openapi.json").validator_url("none").persist_authorization(true)
}
