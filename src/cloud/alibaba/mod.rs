//! Alibaba Cloud. Nothing is generated for it yet; where it keeps copies is known.

pub mod copies;

use crate::cloud::reads::CloudReads;

/// What is read; nothing is generated here yet.
pub const READS: CloudReads = CloudReads {
    account: &["account"],
    existing: &[],
    system: &[],
    hosts: &[],
    routings: &[],
};
