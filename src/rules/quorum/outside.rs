//! Count and Sentinels are where their store is.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Count, Datastore, PerRegion, Topology};

/// A count that reaches nothing.
pub const CODE: Code = Code::new("QRM105", "count-outside-the-store");

/// Checks that counts by region name regions of the store.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for store in &topology.datastores {
        let counts = [("nodes", &store.nodes), ("sentinels", &store.sentinels)];
        for (what, count) in counts {
            if let Some(PerRegion::Each(counts)) = count {
                for (name, count) in counts.iter() {
                    out.extend(finding(topology, store, what, &name.text, count));
                }
            }
        }
    }
}

fn finding(
    topology: &Topology,
    store: &Datastore,
    what: &str,
    region: &str,
    count: &Count,
) -> Option<Diagnostic> {
    let id = topology.region_named(region)?;
    if store.regions.contains(&id) || count.value == 0 {
        return None;
    }
    let names = store
        .regions
        .iter()
        .chain([&id])
        .map(|r| topology.region(*r).name.as_str());
    let names: Vec<_> = names.collect();
    Some(
        Diagnostic::error(
            CODE,
            count.span,
            format!("`{}` has {what} in `{region}` and is not there", store.name),
            format!("these {what} would be nowhere"),
        )
        .help(format!(
            "name the region too: `regions: [{}]`",
            names.join(", ")
        )),
    )
}
