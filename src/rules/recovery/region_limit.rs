//! A limit by region lets in what the regions that remain have to bear.

use crate::analysis::capacity::planned_load;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Host, Topology};

/// A limit that refuses load that is promised to be borne.
pub const CODE: Code = Code::new("CAP103", "region-limit-below-load");

/// Checks the limits by region against the load that comes when one region is lost.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let findings = topology.hosts.iter().filter_map(|h| finding(topology, h));
    out.extend(findings.collect::<Vec<_>>());
}

fn finding(topology: &Topology, host: &Host) -> Option<Diagnostic> {
    let limit = host.written.protect.as_ref()?.region_limit.as_ref()?;
    let service = topology.service(host.service);
    let peak = service.written.capacity.as_ref()?.peak.as_ref()?;
    let load = planned_load(topology, service)?;
    let remaining = host.regions.len().saturating_sub(1).max(1) as f64;
    let let_in = limit.per_second() * remaining;
    (let_in < load).then(|| {
        Diagnostic::error(
            CODE,
            limit.span,
            format!(
                "with one region lost, `{}` refuses load that it should bear",
                host.name
            ),
            format!("the regions that remain let in {let_in:.0}/s"),
        )
        .also(peak.span, format!("up to {load:.0}/s have to be borne"))
        .help(format!(
            "let each region take {:.0}/s",
            (load / remaining).ceil()
        ))
    })
}
