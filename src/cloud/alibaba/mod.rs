//! Alibaba Cloud. Nothing is generated for it yet; where it keeps copies is known.

mod copies;

use crate::analysis::flow::copy::Supplied;
use crate::cloud::frame::{Frame, Generated};
use crate::cloud::reads::CloudReads;
use crate::topology::{Provider, Topology};

/// Alibaba Cloud.
pub struct Alibaba;

impl Frame for Alibaba {
    fn provider(&self) -> Provider {
        Provider::Alibaba
    }
    fn name(&self) -> &'static str {
        "Alibaba Cloud"
    }
    fn reads(&self) -> &'static CloudReads {
        &READS
    }
    fn supply(&self, topology: &Topology, out: &mut Supplied) {
        copies::supply(topology, out);
    }
    fn generated(&self) -> Option<&'static dyn Generated> {
        None
    }
}

/// What is read; nothing is generated here yet.
const READS: CloudReads = CloudReads {
    account: &["account"],
    existing: &[],
    system: &[],
    hosts: &[],
    routings: &[],
    idle_policy: |_, _, _, _| None,
};
