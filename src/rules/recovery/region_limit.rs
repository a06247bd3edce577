//! What a region must bear after a loss is let in.

use crate::analysis::capacity::{Routing, Survivor};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Host, Rate, RegionId, Settled, Topology};

/// A limit that rejects promised load.
pub const CODE: Code = Code::new("CAP103", "region-limit-below-load");

/// Checks limits by region against the load that routing brings to a region, before and after
/// the loss of each other one. Of a service behind several hosts nobody says which brings what.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let limited = topology.hosts.iter().filter_map(|host| {
        let limit = host.protect.as_ref()?.region_limit.as_ref()?;
        let of_service = topology.hosts.iter().filter(|h| h.service == host.service);
        (of_service.count() == 1).then_some((host, limit))
    });
    let limited: Vec<_> = limited.collect();
    if limited.is_empty() {
        return;
    }
    let routing = Routing::of(topology);
    let mut worst: Vec<Option<(Option<RegionId>, Survivor)>> = vec![None; limited.len()];
    let losses = std::iter::once(None).chain(topology.region_ids().map(Some));
    for lost in losses {
        let survivors = routing.after(lost.as_slice());
        for (worst, (host, limit)) in worst.iter_mut().zip(&limited) {
            let over = survivors[host.service.0].iter().flatten();
            let over = over.filter(|s| s.load_after > limit.per_second() * (1.0 + ROUNDING));
            for survivor in over {
                if worst
                    .as_ref()
                    .is_none_or(|(_, w)| w.load_after < survivor.load_after)
                {
                    *worst = Some((lost, survivor.clone()));
                }
            }
        }
    }
    for ((host, limit), worst) in limited.into_iter().zip(worst) {
        if let Some((lost, survivor)) = worst {
            out.extend(finding(topology, host, limit, lost, &survivor));
        }
    }
}

/// Loads are sums of parts; less than this share of one is rounding.
const ROUNDING: f64 = 1e-9;

fn finding(
    topology: &Topology,
    host: &Host,
    limit: &Settled<Rate>,
    lost: Option<RegionId>,
    survivor: &Survivor,
) -> Option<Diagnostic> {
    let capacity = topology.service(host.service).capacity.as_ref()?;
    let peak = capacity.peak.as_ref()?;
    let region = &topology.region(survivor.region).name;
    let when = match lost {
        Some(lost) => format!("losing `{}`", topology.region(lost).name),
        None => "the peak alone".to_string(),
    };
    let needed = survivor.load_after.ceil();
    Some(
        Diagnostic::error(
            CODE,
            limit.span,
            format!(
                "{when} makes `{}` refuse load that it should bear",
                host.name
            ),
            format!("`{region}` would get {needed}/s"),
        )
        .also(peak.span, format!("at peak {} arrive", peak.value))
        .help(format!("let each region take {needed}/s")),
    )
}
