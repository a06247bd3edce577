//! Traffic.

pub mod weight_of_standby;
pub mod weights;
