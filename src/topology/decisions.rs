//! What the lock knows of a spec, and the region that takes over from each region.

use super::{Datastore, Region, RegionId, Service, Topology};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lock::{self, Lock, OTHER_SYSTEM};
use crate::spec::{Role, Spec};

/// The decisions that a spec inherits: those of its lock.
pub(super) fn inherited(spec: &Spec, lock: Option<&Lock>, out: &mut Diagnostics) -> Lock {
    let name = &spec.name;
    let Some(lock) = lock else {
        return Lock::new(name);
    };
    if lock.system != name.value {
        let system = &lock.system;
        out.push(
            Diagnostic::error(
                OTHER_SYSTEM,
                name.span,
                format!("the lock is of `{system}`, and this is `{}`", name.value),
                "another system",
            )
            .also(lock.span, "the lock says whose it is")
            .help(format!(
                "if it is `{system}` under a new name, write `renamed_from: {system}` below `name`: every resource keeps its name; a system of its own needs a spec of its own, whose lock lies beside it"
            )),
        );
    }
    let mut lock = lock.clone();
    lock.tool = env!("CARGO_PKG_VERSION").to_string();
    lock.language = *spec.version;
    lock
}

/// Settles the short name of each region, if names of services or accounts hold it.
pub(super) fn shorts(topology: &mut Topology, out: &mut Diagnostics) {
    let services = topology.services.iter();
    let mut patterns = services.flat_map(|s| s.named.iter().chain(&s.account));
    if !patterns.any(|p| p.contains("{region}")) {
        return;
    }
    for region in &mut topology.regions {
        let recorded = topology.lock.entry("region", &region.name, "short");
        match (recorded, &region.own_short) {
            (Some(entry), Some(written)) if entry.value != written.value => {
                let what = "services and accounts named after it would be replaced";
                out.push(lock::disagrees(entry, written.span, written, what));
            }
            (Some(entry), _) => region.short = entry.value.clone(),
            (None, _) => {
                let short = region.short.clone();
                topology.lock.set("region", &region.name, "short", short);
            }
        }
    }
}

/// Settles the successor of each region: the recorded one as long as it can take over.
pub(super) fn successors(topology: &mut Topology, out: &mut Diagnostics) {
    for lost in topology.region_ids() {
        let name = topology.region(lost).name.clone();
        let wanted = topology.derived_successor(lost);
        let recorded = topology.lock.entry("region", &name, "successor");
        let kept = recorded.and_then(|e| topology.region_named(&e.value));
        let kept = kept.filter(|id| topology.can_succeed(lost, *id));
        if let (Some(kept), Some(wanted), Some(entry)) = (kept, wanted, recorded)
            && let Some(pair) = topology.region(wanted).pair.as_ref()
            && pair.value == name
            && kept != wanted
        {
            let says = &topology.region(wanted).name;
            let what = format!("backups of `{name}` would move, and those that exist are deleted");
            out.push(lock::disagrees(entry, pair.span, says, &what));
        }
        if let Some(id) = kept.or(wanted) {
            let successor = topology.region(id).name.clone();
            topology.lock.set("region", &name, "successor", successor);
        }
    }
}

impl Topology {
    /// The version of a store's engine: as written, else as recorded.
    pub fn engine_version<'a>(&'a self, store: &'a Datastore) -> Option<&'a str> {
        let written = store.engine_version.as_ref();
        let recorded = || self.lock.get("datastore", &store.name, "engine_version");
        written.map(|v| v.as_str()).or_else(recorded)
    }

    /// Whether something in a region runs on a cluster.
    pub fn needs_cluster(&self, region: RegionId) -> bool {
        let runs = |s: &Service| s.on_cluster() && s.replicas_in(region).is_some();
        let holds = |d: &Datastore| d.sentinels.is_some() && d.regions.contains(&region);
        self.services.iter().any(runs) || self.datastores.iter().any(holds)
    }

    /// The version of Kubernetes in a region: as written, else as recorded; `None` if the cloud
    /// chooses, or where there is no cluster.
    pub fn kubernetes_version(&self, region: RegionId) -> Option<&str> {
        let name = &self.region(region).name;
        let written = self.kubernetes.version.as_ref();
        let written = written.and_then(|v| v.get(name));
        let recorded = || self.lock.get("region", name, "kubernetes");
        written.map(|v| v.as_str()).or_else(recorded)
    }

    /// The region that takes over from `lost`, as recorded: the one that is its pair, else one of
    /// its compliance zone that runs what it runs, of its cloud, by role, distance and name.
    pub fn successor(&self, lost: RegionId) -> Option<RegionId> {
        let recorded = self
            .lock
            .get("region", &self.region(lost).name, "successor");
        let recorded = recorded.and_then(|name| self.region_named(name));
        // In the part of one cloud, a successor on another one has nothing to take over.
        let kept = recorded.filter(|id| self.can_succeed(lost, *id));
        kept.or_else(|| self.derived_successor(lost))
    }

    fn derived_successor(&self, lost: RegionId) -> Option<RegionId> {
        let gone = self.region(lost);
        let others = self.region_ids().filter(|id| self.can_succeed(lost, *id));
        let is_pair = |r: &Region| r.pair.as_deref() == Some(&gone.name);
        let lacks = |id: RegionId| {
            let runs = self.services.iter();
            let runs = runs.filter(|s| s.replicas_in(lost).is_some());
            runs.filter(|s| s.replicas_in(id).is_none()).count()
        };
        let rank = |id: &RegionId| {
            let region = self.region(*id);
            (
                !is_pair(region),
                region.zone != gone.zone,
                lacks(*id),
                region.place.provider != gone.place.provider,
                region.role,
                gone.place.distance(region.place) as u64,
                region.name.clone(),
            )
        };
        others.min_by_key(rank)
    }

    /// Whether a region can take over from another: it is no witness, it stays, and it is its pair or runs
    /// one of the services that run there, if any do.
    fn can_succeed(&self, lost: RegionId, id: RegionId) -> bool {
        let region = self.region(id);
        let is_pair = region.pair.as_deref() == Some(&self.region(lost).name);
        let runs = |id: RegionId| {
            let services = self.services.iter();
            services.filter(move |s| s.replicas_in(id).is_some())
        };
        let shares = runs(lost).next().is_none() || runs(lost).any(|s| s.replicas_in(id).is_some());
        let stays = region.role != Role::Witness && !region.leaving;
        id != lost && stays && (is_pair || shares)
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Diagnostics;
    use crate::source::SourceMap;
    use crate::syntax::{Limits, parse};
    use crate::topology::Topology;
    use crate::{Until, compile};

    /// A system on these regions, with a service that runs in some of them.
    fn settled(regions: &str, runs: &str) -> Topology {
        let text = format!(
            "version: 1\nname: shop\nclouds: {{ gcp: {{ project: shop }} }}\nregions: {{ {regions} }}\n\
             services: {{ web: {{ runtime: cloud-run, image: shop/web, replicas: {{ {runs} }} }} }}\n"
        );
        let mut sources = SourceMap::default();
        let file = sources.add("topology.yaml", text.as_str());
        let mut out = Diagnostics::default();
        let document = parse(&sources, file, &Limits::default(), &mut out);
        let done = compile(
            document.as_ref(),
            None,
            "topology.yaml",
            out,
            Until::Settled,
            None,
        );
        done.topology
            .unwrap_or_else(|| panic!("{:#?}", done.diagnostics))
    }

    fn successor(topology: &Topology, lost: &str) -> Option<String> {
        let lost = topology.region_named(lost).expect("a region");
        let id = topology.successor(lost)?;
        Some(topology.region(id).name.clone())
    }

    const THREE: &str = "us-central1: 2..4, us-east1: 2..4, us-west1: 2..4";

    #[test]
    fn the_nearest_takes_over_whatever_the_order_in_the_file() {
        for regions in [
            "us-central1: { role: primary }, us-east1: {}, us-west1: {}",
            "us-west1: {}, us-east1: {}, us-central1: { role: primary }",
        ] {
            let topology = settled(regions, THREE);
            assert_eq!(
                successor(&topology, "us-east1").as_deref(),
                Some("us-central1")
            );
        }
    }

    #[test]
    fn a_pair_comes_before_what_is_nearer() {
        let regions = "us-central1: { role: primary, pair: us-west1 }, us-east1: {}, us-west1: {}";
        let topology = settled(regions, THREE);
        assert_eq!(
            successor(&topology, "us-west1").as_deref(),
            Some("us-central1")
        );
    }

    #[test]
    fn one_that_runs_what_ran_there_comes_before_one_that_is_nearer() {
        let regions = "us-central1: { role: primary }, us-east1: {}, europe-west1: {}";
        let topology = settled(regions, "us-central1: 2..4, europe-west1: 2..4");
        assert_eq!(
            successor(&topology, "us-central1").as_deref(),
            Some("europe-west1")
        );
    }

    #[test]
    fn nobody_takes_over_from_the_only_one() {
        let topology = settled("us-central1: { role: primary }", "us-central1: 2..4");
        assert_eq!(successor(&topology, "us-central1"), None);
    }
}
