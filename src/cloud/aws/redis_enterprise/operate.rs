//! The commands that act on Redis Enterprise.

use crate::cloud::aws::Lowering;
use crate::deployment::{Expect, Operation, OperationKind, script, words};
use crate::topology::Datastore;

impl Lowering<'_> {
    pub(super) fn redis_enterprise_operations(&mut self, store: &Datastore) {
        for id in store.regions.clone() {
            let context = self.cluster_name(id);
            let namespace = format!("{}-{}", self.topology.namespace, store.name);
            let of = |path: &str| {
                words(&[
                    "kubectl",
                    "--context",
                    &context,
                    "--namespace",
                    &namespace,
                    "get",
                    "redisenterpriseactiveactivedatabases.app.redislabs.com",
                    &store.name,
                    "--output",
                    path,
                ])
            };
            let location = self.location(id);
            let inspect = Operation {
                kind: OperationKind::Inspect,
                subject: store.name.clone(),
                region: Some(id),
                title: format!("Show the state of {} as {location} sees it", store.name),
                command: of("jsonpath={.status.status} {.status.participatingClusters}"),
                expect: "active, and `up` for each region that is up".into(),
                budget_seconds: 15,
                otherwise: "ask another region".into(),
            };
            let exchanged = format!(
                "status=$({}) && if [ \"$status\" = up ]; then echo '{}: changes are exchanged, 0 s'; else echo \"{}: $status\"; fi",
                crate::format::shell::command(&of("jsonpath={.status.replicationStatus}")),
                store.name,
                store.name
            );
            let lag = Operation {
                kind: OperationKind::Lag,
                subject: store.name.clone(),
                region: Some(id),
                title: format!(
                    "Show whether {location} exchanges changes of {}",
                    store.name
                ),
                command: script(&exchanged, &[]),
                expect: Expect::Seconds,
                budget_seconds: 15,
                otherwise: "unknown lag counts as lag over the objective".into(),
            };
            self.operation(inspect);
            self.operation(lag);
        }
    }
}
