//! Names and references.

pub mod collisions;
pub mod cycles;
pub mod forms;
