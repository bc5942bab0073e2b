//! The resources of version 1: wire types and thin handlers, one file each.

pub mod auth;
pub mod errors;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every route of version 1.
pub fn routes(config: &mut ServiceConfig<'_>) {
    auth::routes(config);
    errors::routes(config);
}
