//! Google Cloud, as the compiler asks for it.

use super::offering::{offerings, queues, runtimes, sides};
use super::{READS, adopt, copies, edge, facts, homes, recovery};
use crate::analysis::Context;
use crate::analysis::flow::copy::Supplied;
use crate::analysis::term::Term;
use crate::cloud::frame::{Entry, Frame, Generated, Leaving, Shared};
use crate::cloud::offering::{Offering, QueueOffering, RuntimeOffering, Side};
use crate::cloud::reads::CloudReads;
use crate::deployment::{Deployment, Evidence, ProviderUse};
use crate::diagnostic::Diagnostics;
use crate::lock::Lock;
use crate::lock::applied::Applied;
use crate::topology::leaving::LeftRegion;
use crate::topology::{Host, Provider, Scenario, Topology};

/// Google Cloud.
pub struct Gcp;

impl Frame for Gcp {
    fn provider(&self) -> Provider {
        Provider::Gcp
    }
    fn name(&self) -> &'static str {
        "Google Cloud"
    }
    fn reads(&self) -> &'static CloudReads {
        &READS
    }
    fn supply(&self, topology: &Topology, out: &mut Supplied) {
        copies::supply(topology, out);
    }
    fn generated(&self) -> Option<&'static dyn Generated> {
        Some(&Gcp)
    }
}

impl Generated for Gcp {
    fn settle(&self, topology: &mut Topology, out: &mut Diagnostics) {
        super::settle(topology, out);
    }
    fn locations_in_use(&self, topology: &Topology) -> Vec<String> {
        homes::locations_in_use(topology)
    }
    fn adopt(&self, topology: &Topology, applied: &Applied, lock: &mut Lock) {
        adopt::adopt(topology, applied, lock);
    }
    fn remember(&self, lock: &mut Lock, deployment: &Deployment) {
        homes::remember_keys(lock, deployment);
    }
    fn lower(&self, topology: &Topology, deployment: &mut Deployment, out: &mut Diagnostics) {
        super::lower(topology, deployment, out);
    }
    fn configuration_of(&self, _: &LeftRegion) -> Option<ProviderUse> {
        None
    }
    fn entry(&self) -> &'static dyn Entry {
        &Gcp
    }
    fn offerings(&self) -> Vec<&'static dyn Offering> {
        offerings().collect()
    }
    fn queues(&self) -> Vec<&'static dyn QueueOffering> {
        queues().collect()
    }
    fn runtimes(&self) -> Vec<&'static dyn RuntimeOffering> {
        runtimes()
    }
    fn sides(&self) -> Vec<Side> {
        sides().collect()
    }
    fn multi_regions(&self) -> Vec<&'static str> {
        facts::firestore_multi_regions().collect()
    }
    fn collectors(&self) -> &'static [&'static str] {
        &["managed-prometheus", "cloud-logging"]
    }
    fn leaving(&self) -> &'static Leaving {
        &Leaving {
            idle: &["gcp/cloud-run"],
            ground: &["gcp/network"],
            shared: &[Shared {
                module: "gcp/secrets",
                argument: "secrets",
                resource: "google_secret_manager_secret",
            }],
            of_clusters: &[("gcp/backup-restore", "clusters")],
        }
    }
}

impl Entry for Gcp {
    fn refuses(&self, topology: &Topology, host: &Host) -> bool {
        edge::refused(topology, host)
    }
    fn evidence(&self, _: &Topology, host: &Host) -> Vec<Evidence> {
        edge::evidence(host)
    }
    fn recovery(&self, context: &Context, host: &Host, scenario: Scenario) -> Vec<Term> {
        recovery::entry(context, host, scenario)
    }
}
