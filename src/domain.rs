//! The rules of the trade. PURE: no I/O, no clock, no diesel, no actix; time and ids are arguments.

pub mod account;
pub mod actor;
pub mod area;
pub mod audit;
pub mod category;
pub mod conflict;
pub mod contract;
pub mod dispatch;
pub mod evidence;
pub mod fold;
pub mod geo;
pub mod ids;
pub mod membership;
pub mod organisation;
pub mod photo;
pub mod policy;
pub mod sync;
pub mod text_enum;
pub mod ticket;
pub mod ticket_code;
pub mod time;
pub mod visit;
pub mod wire;
pub mod work_order;
pub mod work_order_graph;
pub mod world;
