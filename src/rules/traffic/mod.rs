//! Traffic.

pub mod dns_policy;
pub mod weight_of_standby;
pub mod weights;
