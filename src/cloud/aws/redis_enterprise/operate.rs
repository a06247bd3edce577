//! The commands that act on Redis Enterprise.

use crate::cloud::aws::Lowering;
use crate::deployment::{ByHand, Expect, Operation, OperationKind, script, words};
use crate::topology::{Datastore, RegionId};

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
                otherwise: "treat unknown lag as over the limit".into(),
            };
            self.operation(inspect);
            self.operation(lag);
        }
        let hand = self.emptied(store);
        self.deployment.by_hand.extend(hand);
    }

    /// Every region flushes at once, whichever is asked; nothing else takes what is wrong out of all
    /// (redis.io/docs/latest/operate/rs/references/cli-utilities/crdb-cli/crdb/flush, read 2026-11).
    fn emptied(&self, store: &Datastore) -> Option<ByHand> {
        let namespace = format!("{}-{}", self.topology.namespace, store.name);
        let on = |id: &RegionId| {
            let kubectl = format!(
                "kubectl --context {} --namespace {namespace}",
                self.cluster_name(*id)
            );
            let flush = format!(
                "guid=$({kubectl} get redisenterpriseactiveactivedatabases.app.redislabs.com {name} --output 'jsonpath={{.status.guid}}') && \
                 test -n \"$guid\" && {kubectl} exec {name}-cluster-0 --container redis-enterprise-node -- crdb-cli crdb flush --crdb-guid \"$guid\"",
                name = store.name
            );
            Operation {
                kind: OperationKind::Restore,
                subject: store.name.clone(),
                region: Some(*id),
                title: format!(
                    "Empty {} in every region, asked in {}",
                    store.name,
                    self.location(*id)
                ),
                command: script(&flush, &[]),
                expect: "Status changed: started -> finished".into(),
                budget_seconds: 300,
                otherwise: "ask the cluster of another region: the others are emptied too".into(),
            }
        };
        store.can_be_refilled().then(|| ByHand {
            datastore: store.name.clone(),
            how: "No backup of it is kept, so there is nothing to restore: empty it, and its services fill it in again. There is no way back: stop what writes wrong values first, and expect the load of a cold cache behind it. One of these is enough, in whichever region answers.".into(),
            commands: store.regions.iter().map(on).collect(),
        })
    }
}
