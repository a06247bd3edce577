//! Data and its copies.

pub mod conflicts;
pub mod edge_copies;
pub mod expiry;
pub mod residency;
pub mod synchronous_redis;
