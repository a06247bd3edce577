//! A region that stands by has what it needs to take over.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{RegionId, Topology};

/// A standby that holds no data.
pub const CODE: Code = Code::new("DR101", "standby-without-data");

/// Checks that something replicates to every region that stands by for another.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    if topology.datastores.is_empty() {
        return;
    }
    for (index, region) in topology.regions.iter().enumerate() {
        let Some(pair) = &region.pair else {
            continue;
        };
        let id = RegionId(index);
        let holds = topology.datastores.iter().any(|d| d.regions.contains(&id));
        let copies = topology.datastores.iter().any(|d| {
            let backup = d.backup.as_ref();
            backup.is_some_and(|b| b.copies_to.iter().any(|c| c.value == region.name))
        });
        if !holds && !copies {
            out.push(
                Diagnostic::error(
                    CODE,
                    region.span,
                    format!("nothing replicates to `{}`, which stands by for `{}`", region.name, pair.value),
                    "no data here",
                )
                .also(pair.span, "stands by for this one")
                .help("add it to the `regions` of the datastores that it must serve, or to `backup: { copies_to: [...] }`"),
            );
        }
    }
}
