//! What is written about Terraform.

pub mod modules;
pub mod state_bucket;
