//! What the pages about leaving read: how long traffic takes to run out, and what each store
//! needs before its region goes.

use crate::emit::Input;
use crate::format::json::json;
use crate::procedure::clock;
use crate::topology::{Datastore, Topology};
use serde_json::Value;

/// The part of the context that those pages need.
pub(super) fn context(input: Input) -> Value {
    let topology = input.topology;
    let regions: Vec<&str> = topology.regions.iter().map(|r| r.name.as_str()).collect();
    let several = regions.len() + topology.left.len() > 1;
    let stores = topology.datastores.iter();
    json!({
        "several": if several { regions } else { Vec::new() },
        "drains": drains(topology),
        "moved": stores.map(|s| json!({ "name": s.name, "moves": moves(topology, s) })).collect::<Vec<_>>(),
    })
}

/// The life of a record and the drain of the host that takes longest.
fn drains(topology: &Topology) -> Option<String> {
    let hosts = topology.hosts.iter();
    let seconds = hosts.map(|h| h.ttl.secs() + h.drain.secs());
    seconds.max().map(clock)
}

/// What has to be done for a store before a region goes.
fn moves(topology: &Topology, store: &Datastore) -> String {
    let name = |id| topology.region(id).name.as_str();
    if let Some(external) = store.external() {
        return format!("run by {}: ask that team", external.run_by.value);
    }
    if store.has_locations() {
        return "it has its own locations and does not move".into();
    }
    match (&store.regions[..], store.writer) {
        ([only], _) => format!(
            "only in {}: restore its newest backup in another region first (RUNBOOK_RESTORE.md)",
            name(*only)
        ),
        (_, Some(writer)) => format!(
            "written in {}; to decommission that region, promote another one first (RUNBOOK_PRIMARY.md)",
            name(writer)
        ),
        (_, None) => "fully replicated to other regions".into(),
    }
}
