//! Terraform's expressions, evaluated as far as they are known without a cloud.

pub mod eval;
pub mod functions;
pub mod types;
pub mod value;
