//! What an applied tree says of decisions on AWS.

use super::{homes, naming};
use crate::cloud::maintenance;
use crate::cloud::ranges;
use crate::lock::Lock;
use crate::lock::applied::Applied;
use crate::topology::{Provider, Region, Topology};
use serde_json::{Map, Value};

/// Records in a lock what a tree has applied.
pub fn adopt(topology: &Topology, applied: &Applied, lock: &mut Lock) {
    let regions = topology.regions_on(Provider::Aws);
    if regions.is_empty() {
        return;
    }
    for id in regions {
        let region = topology.region(id);
        let range = applied.text(&format!("network_{}", region.slug()), &["cidr"]);
        if let Some(range) = range {
            ranges::record(topology, id, range, 0, lock);
        }
        let mut calls = applied.calls("");
        let window = calls.find_map(|(_, call)| {
            let window = call.get("maintenance_window")?.as_str()?;
            runs_in(call, region).then(|| window.split(':').next().unwrap_or(window))
        });
        if let Some(day) = window {
            maintenance::record(lock, &region.name, day);
        }
    }
    if let Some(region) = &applied.state_region {
        homes::record_state(lock, region);
    }
    let mut shared = applied.calls("kms_shared_");
    let owner = shared.find(|(_, call)| !call.contains_key("primary_key_arns"));
    let owner = owner.and_then(|(slug, _)| topology.regions.iter().find(|r| r.slug() == slug));
    if let Some(region) = owner {
        homes::record(lock, "cloud", homes::CLOUD, &region.name);
    }
    owners(topology, applied, lock);
}

/// Whether a call is made with the configuration of a region.
fn runs_in(call: &Map<String, Value>, region: &Region) -> bool {
    let provider = call.get("providers").and_then(|p| p.get("aws"));
    let provider = provider.and_then(Value::as_str).unwrap_or_default();
    provider == format!("${{aws.{}}}", region.slug())
}

/// The owners of tables and of secrets with copies.
fn owners(topology: &Topology, applied: &Applied, lock: &mut Lock) {
    for region in &topology.regions {
        let here = |name: &str| {
            let call = format!("secrets_{}", region.slug());
            applied.value(&call, &["secrets", name]).is_some()
        };
        for store in &topology.datastores {
            let table = format!("dynamodb_{}", naming::slug(&store.name));
            let mut tables = applied.calls(&table);
            let table = tables.any(|(rest, call)| rest.is_empty() && runs_in(call, region));
            let of_store = |what: &&str| here(&format!("{}-{what}", store.name));
            if table || ["replication", "license"].iter().any(of_store) {
                homes::record(lock, "datastore", &store.name, &region.name);
            }
        }
        for secret in topology.secrets.iter().filter(|s| here(&s.name)) {
            homes::record(lock, "secret", &secret.name, &region.name);
        }
    }
}
