//! The mesh.

pub mod ejection;
pub mod retries;
