//! Regions.

pub mod primary;
pub mod zone;
