//! The mesh.

pub mod ejection;
