//! What is written about Terraform.

pub mod state_bucket;
