//! The enumerations whose words travel, and the small parts of rows that they stand in.

pub mod account;
pub mod area;
pub mod category;
pub mod conflict;
pub mod inbox;
pub mod language;
pub mod organisation;
pub mod photo;
pub mod ticket;
pub mod upload;
pub mod visit;
pub mod work_order;
