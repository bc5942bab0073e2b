//! The rules of the trade. PURE: no I/O, no clock, no diesel, no actix; time and ids are arguments.

pub mod account;
pub mod actor;
pub mod area;
pub mod area_index;
pub mod assigning;
pub mod audit;
pub mod category;
pub mod conflict;
pub mod contract;
pub mod dispatch;
pub mod evidence;
pub mod fold;
pub mod follow_up;
pub mod geo;
pub mod geojson;
pub mod ids;
pub mod membership;
pub mod organisation;
pub mod phone;
pub mod photo;
pub mod placement;
pub mod policy;
pub mod reference;
pub mod sync;
#[cfg(test)]
pub(crate) mod test_city;
pub mod text_enum;
pub mod ticket;
pub mod ticket_code;
pub mod ticket_flow;
pub mod time;
pub mod visit;
pub mod wire;
pub mod work_order;
pub mod work_order_graph;
pub mod world;
