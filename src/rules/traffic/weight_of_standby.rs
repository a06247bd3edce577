//! A region that does not serve has no share of traffic.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::Topology;

/// Traffic for a region that serves nobody.
pub const CODE: Code = Code::new("TRF102", "weight-without-service");

/// Checks that standbys and witnesses have no weight.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for region in topology
        .regions
        .iter()
        .filter(|r| !r.serving() && !r.leaving)
    {
        let weight = region.own_weight.as_ref();
        if let Some(weight) = weight.filter(|w| w.value > 0) {
            out.push(
                Diagnostic::error(
                    CODE,
                    weight.span,
                    format!(
                        "`{}` serves nobody in normal times and has a weight",
                        region.name
                    ),
                    format!("{} % of traffic", weight.value),
                )
                .also(region.role_at, format!("a {}", region.role))
                .help("make it a `secondary`, or remove the weight"),
            );
        }
    }
}
