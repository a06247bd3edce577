//! Versions of engines: the one that the spec names, else the recorded one. A default of a newer
//! meridian is for new stores; one that is there is upgraded by writing the version.

use super::{offering, upgrades};
use crate::diagnostic::Diagnostics;
use crate::lock::Lock;
use crate::lock::applied::Applied;
use crate::topology::{Datastore, Topology};

/// Settles the version of every store whose engine has versions that are generated.
pub(super) fn settle(topology: &mut Topology, out: &mut Diagnostics) {
    for store in topology.datastores.clone() {
        upgrades::check_store(topology, &store, out);
        let written = store.engine_version.as_ref();
        let written = written.map(|v| v.value.clone());
        let known = topology.engine_version(&store).map(str::to_string);
        let version = written.or(known).or_else(|| default(topology, &store));
        if let Some(version) = version {
            let lock = &mut topology.lock;
            lock.set("datastore", &store.name, "engine_version", version);
        }
    }
}

fn default(topology: &Topology, store: &Datastore) -> Option<String> {
    let version = offering::of(topology, store)?.version().given()?;
    Some(version().to_string())
}

/// Records the versions that a tree has applied.
pub(super) fn adopt(topology: &Topology, applied: &Applied, lock: &mut Lock) {
    for region in &topology.regions {
        let of = |cluster: &str| {
            let call = format!("{cluster}_{}", region.slug());
            applied.text(&call, &["kubernetes_version"])
        };
        // A tree from before it was a value has a variable there.
        let version = of("eks").or_else(|| of("gke"));
        if let Some(version) = version.filter(|v| v.starts_with("1.")) {
            lock.set("region", &region.name, "kubernetes", version);
        }
    }
    for store in &topology.datastores {
        let slug = store.name.replace('-', "_");
        let mut calls = applied.calls("");
        let version = calls.find_map(|(name, call)| {
            let whose = name.split_once('_').map_or("", |(_, rest)| rest);
            let own = whose == slug || whose.starts_with(&format!("{slug}_"));
            call.get("engine_version").filter(|_| own)?.as_str()
        });
        if let Some(version) = version {
            lock.set("datastore", &store.name, "engine_version", version);
        }
    }
}
