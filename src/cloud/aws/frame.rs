//! Amazon Web Services, as the compiler asks for it.

use super::offering::{offerings, runtimes, sides};
use super::{READS, adopt, copies, edge, homes, recovery};
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

/// Amazon Web Services.
pub struct Aws;

impl Frame for Aws {
    fn provider(&self) -> Provider {
        Provider::Aws
    }
    fn name(&self) -> &'static str {
        "AWS"
    }
    fn reads(&self) -> &'static CloudReads {
        &READS
    }
    fn supply(&self, topology: &Topology, out: &mut Supplied) {
        copies::supply(topology, out);
    }
    fn generated(&self) -> Option<&'static dyn Generated> {
        Some(&Aws)
    }
}

impl Generated for Aws {
    fn settle(&self, topology: &mut Topology, out: &mut Diagnostics) {
        super::settle(topology, out);
    }
    fn locations_in_use(&self, topology: &Topology) -> Vec<String> {
        homes::locations_in_use(topology)
    }
    fn adopt(&self, topology: &Topology, applied: &Applied, lock: &mut Lock) {
        adopt::adopt(topology, applied, lock);
    }
    fn remember(&self, _: &mut Lock, _: &Deployment) {}
    fn lower(&self, topology: &Topology, deployment: &mut Deployment, out: &mut Diagnostics) {
        super::lower(topology, deployment, out);
    }
    fn configuration_of(&self, left: &LeftRegion) -> Option<ProviderUse> {
        Some(super::configuration_of(left))
    }
    fn entry(&self) -> &'static dyn Entry {
        &Aws
    }
    fn offerings(&self) -> Vec<&'static dyn Offering> {
        offerings().collect()
    }
    fn queues(&self) -> Vec<&'static dyn QueueOffering> {
        Vec::new()
    }
    fn runtimes(&self) -> Vec<&'static dyn RuntimeOffering> {
        runtimes()
    }
    fn sides(&self) -> Vec<Side> {
        sides().collect()
    }
    fn multi_regions(&self) -> Vec<&'static str> {
        Vec::new()
    }
    fn collectors(&self) -> &'static [&'static str] {
        &[]
    }
    fn leaving(&self) -> &'static Leaving {
        &Leaving {
            idle: &["aws/alb", "aws/internal-lb"],
            ground: &[],
            shared: &[
                Shared {
                    module: "aws/secrets",
                    argument: "secrets",
                    resource: "aws_secretsmanager_secret",
                },
                Shared {
                    module: "aws/ecr",
                    argument: "repositories",
                    resource: "aws_ecr_repository",
                },
            ],
            of_clusters: &[],
        }
    }
}

impl Entry for Aws {
    fn refuses(&self, topology: &Topology, host: &Host) -> bool {
        edge::refused(topology, host)
    }
    fn evidence(&self, topology: &Topology, host: &Host) -> Vec<Evidence> {
        edge::evidence(topology, host)
    }
    fn recovery(&self, context: &Context, host: &Host, scenario: Scenario) -> Vec<Term> {
        recovery::entry(context, host, scenario)
    }
}
