//! Versions that go up: which steps there is a path for, and what people do around them.
//!
//! What runs is what the lock has recorded. A version that cannot be reached from there by one
//! apply is refused before anything is written.

use super::offering;
use crate::deployment::{Deployment, Upgrade, UpgradeStep};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Datastore, RegionId, Text, Topology};

/// A version that cannot be reached from the one that runs.
pub const NO_PATH: Code = Code::new("UPG101", "no-upgrade-path");

/// `16.6` as numbers; `None` of anything else.
fn numbers(version: &str) -> Option<Vec<u32>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

/// The first number of a version; 0 of what is none.
pub(super) fn major(version: &str) -> u32 {
    numbers(version).map_or(0, |n| n.first().copied().unwrap_or_default())
}

/// Whether `to` is older than `from`, as far as both say: `16` is not older than `16.6`.
fn older(from: &str, to: &str) -> bool {
    match (numbers(from), numbers(to)) {
        (Some(from), Some(to)) => {
            let both = from.len().min(to.len());
            to[..both] < from[..both]
        }
        _ => false,
    }
}

/// Whether a version is newer than some numbers, as far as these say.
pub(super) fn newer_than(version: &str, than: &[u32]) -> bool {
    numbers(version).is_some_and(|n| n[..n.len().min(than.len())] > than[..])
}

/// Checks a store's version against the recorded one.
pub(super) fn check_store(topology: &Topology, store: &Datastore, out: &mut Diagnostics) {
    let Some(written) = &store.engine_version else {
        return;
    };
    let Some(runs) = topology
        .lock
        .get("datastore", &store.name, "engine_version")
    else {
        return;
    };
    let to = &written.value;
    let stopped = if older(runs, to) {
        let help =
            format!("write `{runs}`; to go back, restore a backup into a new store with `{to}`");
        Some(("no engine opens the data of a newer version".into(), help))
    } else {
        let path = offering::of(topology, store).and_then(|o| o.path().given());
        path.and_then(|path| path(store, runs, to))
    };
    if let Some((why, help)) = stopped {
        no_path(written, runs, &store.name, &why, &help, out);
    }
}

fn no_path(written: &Text, runs: &str, of: &str, why: &str, help: &str, out: &mut Diagnostics) {
    let message = format!("`{of}` cannot go from {runs} to {}: {why}", written.value);
    let label = "no apply leads there";
    out.push(Diagnostic::error(NO_PATH, written.span, message, label).help(help.to_string()));
}

/// Settles the version of Kubernetes of each region with a cluster that meridian versions: as
/// written, else as recorded, else `default`.
pub(super) fn settle_clusters(
    topology: &mut Topology,
    regions: &[RegionId],
    default: Option<&str>,
    out: &mut Diagnostics,
) {
    for id in regions
        .iter()
        .filter(|id| topology.needs_cluster(**id))
        .copied()
        .collect::<Vec<_>>()
    {
        let name = topology.region(id).name.clone();
        let versions = topology.kubernetes.version.as_ref();
        let written = versions.and_then(|v| v.get(&name)).cloned();
        let runs = topology
            .lock
            .get("region", &name, "kubernetes")
            .map(str::to_string);
        if let (Some(written), Some(runs)) = (&written, &runs) {
            check_minor(written, runs, &name, out);
        }
        let written = written.map(|w| w.value);
        if let Some(version) = written.or(runs).or(default.map(str::to_string)) {
            topology.lock.set("region", &name, "kubernetes", version);
        }
    }
}

/// Control planes go up by one minor version, and never back
/// (kubernetes.io/releases/version-skew-policy, docs.aws.amazon.com/eks/latest/userguide/update-cluster.html
/// and cloud.google.com/kubernetes-engine/upgrades, read 2026-11).
fn check_minor(written: &Text, runs: &str, region: &str, out: &mut Diagnostics) {
    let minor = |version: &str| numbers(version).and_then(|n| n.get(1).copied());
    let (Some(from), Some(to)) = (minor(runs), minor(written)) else {
        return;
    };
    let of = format!("the cluster of {region}");
    if to < from {
        let why = "a control plane never goes back";
        let help =
            format!("write `\"{runs}\"`; to go back, add a region and move the services there");
        no_path(written, runs, &of, why, &help, out);
    } else if to > from + 1 {
        let way: Vec<String> = (from + 1..=to).map(|minor| format!("1.{minor}")).collect();
        let why = "a control plane goes up by one minor version at a time";
        let help = format!(
            "write each in turn, and apply it until the nodes run it: {}; see RUNBOOK_UPGRADE.md",
            way.join(", ")
        );
        no_path(written, runs, &of, why, &help, out);
    }
}

/// The versions of the clusters of some regions, in a text.
pub(super) fn versions(topology: &Topology, regions: &[RegionId]) -> String {
    let of = |id: &RegionId| {
        let version = topology
            .kubernetes_version(*id)
            .unwrap_or("the release channel's");
        format!("{} in {}", version, topology.region(*id).name)
    };
    regions.iter().map(of).collect::<Vec<_>>().join(", ")
}

/// Words of a command.
pub(super) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|w| (*w).to_string()).collect()
}

/// A step.
pub(super) fn step(title: &str, commands: Vec<Vec<String>>, expect: &str) -> UpgradeStep {
    UpgradeStep {
        title: title.to_string(),
        commands,
        expect: expect.to_string(),
    }
}

/// The nodes of clusters, and that pods may leave them.
pub(super) fn nodes(contexts: &[String]) -> UpgradeStep {
    let get = |context: &String| words(&["kubectl", "--context", context, "get", "nodes"]);
    step(
        "See the nodes follow",
        contexts.iter().map(get).collect(),
        "every node is Ready and shows the new version. The next minor version waits until then",
    )
}

/// Redis with Sentinel on clusters of any cloud.
pub(super) fn sentinels(topology: &Topology, deployment: &mut Deployment) {
    let mut upgrades = Vec::new();
    for set in &deployment.sentinel_sets {
        let Some(store) = topology.datastores.iter().find(|d| d.name == set.datastore) else {
            continue;
        };
        let of = |region: RegionId, rest: &[&str]| {
            let cluster = deployment.clusters.iter().find(|c| c.region == region);
            let context = cluster.map_or("", |c| c.context.as_str());
            let begin = [
                "kubectl",
                "--context",
                context,
                "--namespace",
                &topology.namespace,
            ];
            words(&[&begin[..], rest].concat())
        };
        let node = format!("statefulset/{}-node", set.datastore);
        let sentinel = format!("{}-sentinel-0", set.datastore);
        let asks = [
            "exec",
            &sentinel,
            "--",
            "/bin/sh",
            "-c",
            ". /config/common.sh; primary",
        ];
        let first = set.regions.iter().find(|r| !r.sentinels.is_empty());
        let nodes = || set.regions.iter().filter(|r| !r.nodes.is_empty());
        upgrades.push(Upgrade {
            what: format!("{} (Redis with Sentinel)", store.name),
            field: format!("datastores.{}.engine_version", store.name),
            version: topology.engine_version(store).unwrap_or_default().to_string(),
            demands: vec![
                "A replica reads what an older primary writes, and never the other way around: regions that only follow go first, the primary's region last.".into(),
                "There is no way back once a node of the new version has written its files.".into(),
            ],
            before: vec![step(
                "Ask where the primary is",
                first.map(|r| of(r.region, &asks)).into_iter().collect(),
                "a node's name; its region is deployed last",
            )],
            after: vec![step(
                "See each region's nodes restarted, before the next region",
                nodes().map(|r| of(r.region, &["rollout", "status", &node, "--timeout", "10m"])).collect(),
                "rolling update complete. In the primary's region the sentinels promote a node elsewhere meanwhile: writes pause as in a failover",
            )],
        });
    }
    deployment.upgrades.extend(upgrades);
}
