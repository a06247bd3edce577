//! What others run, for the architecture page.

use crate::emit::Input;
use crate::format::json::json;
use crate::topology::{External, Spot};
use serde_json::Value;

/// Everything that somebody else runs: what it is, who runs it, where.
pub(super) fn others(input: Input) -> Vec<Value> {
    let topology = input.topology;
    let row = |name: &str, kind: String, external: &External| {
        json!({
            "name": name,
            "kind": kind,
            "run_by": external.run_by.value,
            "at": external.at.iter().filter_map(spot).collect::<Vec<_>>().join(", "),
        })
    };
    let stores = topology.datastores.iter().filter_map(|s| {
        let kind = s.kind.value.clone();
        Some(row(&s.name, kind, s.external()?))
    });
    let queues = topology.queues.iter().filter_map(|q| {
        let kind = format!("queue: {}", q.kind.value);
        Some(row(&q.name, kind, q.external()?))
    });
    let services = topology.outside.iter();
    let services = services.map(|s| row(&s.name, "service".into(), &s.external));
    let hosts = topology.hosts.iter();
    let hosts = hosts.filter_map(|h| Some(row(&h.name, "host".into(), h.external()?)));
    stores.chain(queues).chain(services).chain(hosts).collect()
}

fn spot(spot: &Spot) -> Option<&str> {
    let place = spot.region.as_ref().or(spot.country.as_ref());
    place.map(|p| p.as_str())
}
