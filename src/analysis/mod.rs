//! What is proved of a topology. See `term` for the arithmetic.

pub mod capacity;
pub mod flow;
pub mod regimes;
pub mod term;
