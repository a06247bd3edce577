//! What Google Cloud lends to services on Kubernetes: clusters of GKE, and what it measures there.

mod watch;

use super::Lowering;
use super::offering::{Noticed, RunsOnGcp};
use super::pointing::{User, kubectl};
use crate::cloud::gcp::readings;
use crate::cloud::offering::{Aspect, WatchService};
use crate::cloud::recovery::noticed;
use crate::cloud::shared::kubernetes::Kubernetes;
use crate::topology::Topology;
use Aspect::{Absent, Given};

impl RunsOnGcp for Kubernetes {
    fn lower(&self) -> Aspect<fn(&mut Lowering)> {
        Absent("the frame makes the clusters, for stores run on them too")
    }

    fn signals(&self) -> Aspect<WatchService> {
        Given(watch::signals)
    }

    fn noticed(&self) -> Aspect<Noticed> {
        Given(|context, host, _| {
            let check = host.check();
            let readings = readings::balancer(context, host, check);
            vec![noticed(&host.name, "health check", check, readings)]
        })
    }

    fn tells(&self, topology: &Topology, user: &User) -> String {
        let (kubectl, name) = (kubectl(topology, user.region), &user.service.name);
        format!(
            "{kubectl} set env deployment/{name} {} && {kubectl} rollout status deployment/{name} --timeout 300s",
            user.assigned().join(" ")
        )
    }

    fn shows(&self, topology: &Topology, user: &User, variable: &str) -> String {
        let (kubectl, name) = (kubectl(topology, user.region), &user.service.name);
        format!("{kubectl} set env deployment/{name} --list | sed -n 's/^{variable}=//p'")
    }
}
