//! What becomes of the spec.

pub mod collectors;
pub mod no_effect;
pub mod not_emitted;
pub mod of_others;
