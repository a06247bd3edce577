//! Traffic.

pub mod dns_policy;
pub mod icp;
pub mod nowhere;
pub mod outside_zone;
pub mod shared_check;
pub mod unnoticed;
pub mod weight_of_standby;
pub mod weights;
