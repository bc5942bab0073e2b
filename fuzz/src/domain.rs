//! What pictures know of the domain.

pub mod evidence;
#[path = "../../src/domain/geo.rs"]
pub mod geo;
#[path = "../../src/domain/text_enum.rs"]
pub mod text_enum;
#[path = "../../src/domain/time.rs"]
pub mod time;
