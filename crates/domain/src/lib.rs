//! The rules of the trade. PURE: no I/O, no clock, no diesel, no actix; time and ids are arguments.

pub use bazdid_protocol::fold;

pub mod account;
pub mod actor;
pub mod area;
pub mod area_index;
pub mod assigning;
pub mod audit;
pub mod catalogue;
pub mod category;
pub mod conflict;
pub mod contract;
pub mod contract_report;
pub mod dispatch;
pub mod duplicate;
pub mod evidence;
pub mod follow_up;
pub mod geojson;
pub mod intake;
pub mod judging;
pub mod membership;
pub mod office;
pub mod organisation;
pub mod photo;
pub mod picture;
pub mod placement;
pub mod policy;
pub mod reference;
pub mod search;
pub mod sync;
#[cfg(test)]
mod test_city;
pub mod ticket;
pub mod ticket_code;
pub mod ticket_flow;
pub mod ticket_history;
pub mod unit_of_work;
pub mod upload;
pub mod visibility;
pub mod visit;
pub mod watermelon;
pub mod wire;
pub mod work_order;
pub mod work_order_graph;
