//! What an applied tree says of decisions on Google Cloud.

use super::homes::{self, Home};
use super::registries;
use crate::cloud::ranges;
use crate::lock::Lock;
use crate::lock::applied::Applied;
use crate::topology::{Provider, Topology};
use serde_json::Value;

/// Records in a lock what a tree has applied.
pub fn adopt(topology: &Topology, applied: &Applied, lock: &mut Lock) {
    for id in topology.regions_on(Provider::Gcp) {
        let region = topology.region(id);
        let (slug, location) = (region.slug(), region.place.location);
        // Proxies have the fourth /16 of a region's range, nodes the first.
        let nodes = applied.text("network", &["regions", location, "cidr"]);
        let proxies = applied.text(&format!("proxy_{slug}"), &["cidr"]);
        for (range, offset) in [(nodes, 0), (proxies, 3 << 16)] {
            if let Some(range) = range {
                ranges::record(topology, id, range, offset, lock);
            }
        }
        let gke = format!("gke_{slug}");
        if let Some(range) = applied.text(&gke, &["control_plane_cidr"]) {
            super::ranges::record(region, range, lock);
        }
        for store in &topology.datastores {
            for kind in ["memorystore", "postgres"] {
                let call = format!("{kind}_{}_{slug}", store.name.replace(['-', '.'], "_"));
                if let Some(range) = applied.text(&call, &["ip_range"]) {
                    super::ranges::record_store(store, region, range, lock);
                }
                if let Some(day) = applied.text(&call, &["maintenance_day"]) {
                    let day: String = day.to_lowercase().chars().take(3).collect();
                    crate::cloud::maintenance::record(lock, &region.name, &day);
                }
            }
        }
        let away = ["clusters", location, "backup_region"];
        let away = applied.text("backup_restore", &away);
        let heir = topology
            .regions
            .iter()
            .find(|r| Some(r.place.location) == away);
        if let Some(heir) = heir {
            lock.set("region", &region.name, "successor", heir.name.clone());
        }
        if let Some(away) = away {
            homes::record_backups(lock, &region.name, away);
        }
        let bound = ["bindings", "keda-operator"];
        if applied.value(&format!("identity_{slug}"), &bound).is_some() {
            homes::record_binder(lock, &region.name);
        }
    }
    shared(applied, lock);
    registries::adopt(topology, applied, lock);
    let secrets = applied
        .value("secrets", &["secrets"])
        .and_then(Value::as_object);
    for (name, secret) in secrets.into_iter().flatten() {
        let regions = secret.get("regions").and_then(Value::as_array);
        let regions = regions.into_iter().flatten().filter_map(Value::as_str);
        let regions: Vec<String> = regions.map(str::to_string).collect();
        // A regional secret has one place, which is in its name.
        let named = topology.secrets.iter().any(|s| s.name == *name);
        if named
            || topology
                .datastores
                .iter()
                .any(|d| homes::password(&d.name) == *name)
        {
            homes::record_places(lock, name, &regions);
        }
    }
}

/// The homes of shared things.
fn shared(applied: &Applied, lock: &mut Lock) {
    let of_bucket = |location: &str| match location {
        "EU" => "europe".to_string(),
        other => other.to_lowercase(),
    };
    let key = |call: &str, argument: &str| {
        let id = applied.text(call, &[argument])?;
        let rest = id.split("/locations/").nth(1)?;
        rest.split('/').next().map(str::to_string)
    };
    let mut queues = applied.calls("queue_");
    let topics = queues.find_map(|(rest, _)| key(&format!("queue_{rest}"), "kms_key_id"));
    let evidence = applied.text("backup_restore", &["evidence", "location"]);
    let found = [
        (
            Home::Registry,
            applied.text("registry", &["location"]).map(str::to_string),
        ),
        (Home::Evidence, evidence.map(of_bucket)),
        (
            Home::Topics,
            topics.or_else(|| key("secrets", "topic_kms_key_id")),
        ),
        (
            Home::Billing,
            applied.text("cost_export", &["location"]).map(of_bucket),
        ),
    ];
    for (home, location) in found {
        if let Some(location) = location {
            homes::record(lock, home, &location);
        }
    }
}
