//! The resources of version 1: wire types and thin handlers, one file each.

#![expect(unused_qualifications, reason = "utoipa's macro names the types of parameters by their full path")]

pub mod account;
pub mod area;
pub mod audit;
pub mod auth;
pub mod call;
pub mod category;
pub mod conflict;
pub mod contract;
pub mod coverage;
pub mod device;
pub mod errors;
pub mod inbox;
pub mod lists;
pub mod notice;
pub mod organisation;
pub mod patrol;
pub mod photo;
pub mod quarantine;
pub mod round;
pub mod summary;
pub mod sync;
pub mod ticket;
pub mod upload;
pub mod vocabulary;
pub mod watermelon;
pub mod webhook;
pub mod work_order;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every route of version 1.
pub fn routes(config: &mut ServiceConfig<'_>) {
    // A request is held against the paths in this order until one fits: what phones ask all day goes first.
    sync::routes(config);
    upload::routes(config);
    account::routes(config);
    area::routes(config);
    audit::routes(config);
    auth::routes(config);
    call::routes(config);
    category::routes(config);
    conflict::routes(config);
    contract::routes(config);
    coverage::routes(config);
    device::routes(config);
    errors::routes(config);
    inbox::routes(config);
    quarantine::routes(config);
    notice::routes(config);
    organisation::routes(config);
    patrol::routes(config);
    photo::routes(config);
    round::routes(config);
    ticket::routes(config);
    vocabulary::routes(config);
    watermelon::routes(config);
    webhook::routes(config);
    work_order::routes(config);
}
