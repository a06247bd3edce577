//! How the version of an instance goes up. What is demanded is AWS' word, read 2026-11:
//! docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html and
//! docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.pglogical.handle-slots.html.

use super::{Copies, copies};
use crate::cloud::aws::Lowering;
use crate::cloud::upgrades::{step, words};
use crate::deployment::{Upgrade, UpgradeStep};
use crate::topology::{Datastore, RegionId};

impl Lowering<'_> {
    pub(super) fn upgrade_of_postgres(&self, store: &Datastore) -> Upgrade {
        let copies = copies(store).unwrap_or(Copies::Apart);
        let mut demands = vec![
            "RDS changes a version in each region's maintenance window, and the instance does not answer meanwhile: send the region's users elsewhere first.",
            "A major version cannot be taken back. RDS takes a snapshot before it.",
        ];
        if copies.logical() {
            demands.push("A major version does not go up while the instance publishes through slots or subscribes: both ends of its replication are dropped first, and copied anew afterwards. Until then the regions differ: one region takes all writes.");
        }
        if copies == Copies::Physical {
            demands.push("Replicas in other regions follow a minor version. Before a major one they are deleted, and made anew from the upgraded writer.");
        }
        let mut upgrade = self.upgrade(store, "PostgreSQL on RDS", &demands);
        upgrade.before.push(self.targets(store, "postgres"));
        if copies.logical() {
            upgrade.before.extend(self.unreplicated(store));
        }
        let instances = self.instances(store);
        let of = |command: &str, more: &[&str]| {
            let all = instances.iter().map(|(location, name)| {
                let begin = [
                    "aws",
                    "rds",
                    command,
                    "--region",
                    location,
                    "--db-instance-identifier",
                    name,
                ];
                words(&[&begin[..], more].concat())
            });
            all.collect::<Vec<_>>()
        };
        // With it "any changes in the pending modifications queue are also applied"
        // (docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html, read
        // 2026-11-28). That it needs no change of its own is in docs/cloud-account.md.
        upgrade.after.push(step(
            "Start it now instead of in the maintenance window, one region after the other",
            of("modify-db-instance", &["--apply-immediately"]),
            "PendingModifiedValues names the new version",
        ));
        upgrade.after.push(step(
            "See each instance come back",
            of(
                "describe-db-instances",
                &[
                    "--query",
                    "DBInstances[0].[DBInstanceStatus,EngineVersion]",
                    "--output",
                    "text",
                ],
            ),
            "available and the new version",
        ));
        if copies.logical() {
            let resume = self.patched(store, "false");
            let expect = "patched; the job sets the replication up again and copies what is missing: the replication lag falls to seconds";
            upgrade.after.push(step(
                "Replicate again, once all regions are upgraded",
                resume,
                expect,
            ));
        }
        upgrade
    }

    /// Suspends or resumes the job that keeps the replication of a store set up.
    fn patched(&self, store: &Datastore, suspended: &str) -> Vec<Vec<String>> {
        let job = format!("{}-replication", store.name);
        let patch = format!(r#"{{"spec":{{"suspend":{suspended}}}}}"#);
        self.in_clusters(store, &["patch", "cronjob", &job, "--patch", &patch])
    }

    fn in_clusters(&self, store: &Datastore, rest: &[&str]) -> Vec<Vec<String>> {
        let of = |id: &RegionId| {
            let context = self.cluster_name(*id);
            let begin = [
                "kubectl",
                "--context",
                &context,
                "--namespace",
                &self.topology.namespace,
            ];
            words(&[&begin[..], rest].concat())
        };
        store.regions.iter().map(of).collect()
    }

    /// A node takes its slots with it, and refuses to go while one of them is in use or a subscription
    /// is left (`pglogical_drop_node` in pglogical_functions.c of 2ndQuadrant/pglogical, read
    /// 2026-11-28): all regions end their subscriptions before the first node goes.
    fn unreplicated(&self, store: &Datastore) -> [UpgradeStep; 3] {
        let deployment = format!("deployment/{}-heartbeat", store.name);
        let script = "/config/leave-replication.sh";
        let leave = |what| {
            let rest = ["exec", &deployment, "--", "/bin/sh", script, what];
            self.in_clusters(store, &rest)
        };
        [
            step(
                "For a major version: stop setting the replication up",
                self.patched(store, "true"),
                "patched",
            ),
            step(
                "For a major version: drop the subscriptions and their slots in all regions",
                leave("subscriptions"),
                "a line that ends in true for each subscription",
            ),
            step(
                "For a major version: drop the nodes, once no region subscribes",
                leave("nodes"),
                "a line that ends in true for each node; `still active` means that a region subscribes still",
            ),
        ]
    }
}
