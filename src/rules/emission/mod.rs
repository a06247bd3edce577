//! What becomes of the spec.

pub mod not_emitted;
