//! Data and its copies.

pub mod conflicts;
pub mod synchronous_redis;
