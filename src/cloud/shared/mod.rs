//! Kinds that run on the clusters of any cloud; a cloud lends them addresses, names and keys.

pub mod kubernetes;
pub mod redis_sentinel;

use super::offering::Offering;

/// All of them.
pub const OFFERINGS: &[&dyn Offering] = &[&redis_sentinel::RedisSentinel];
