//! A region lies in a country of its compliance zone.

use crate::catalog::in_jurisdiction;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::Topology;

/// A region outside the jurisdictions of its zone.
pub const CODE: Code = Code::new("REG203", "region-outside-its-zone");

/// Checks every region against the jurisdictions of its zone.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for region in &topology.regions {
        let Some((name, zone)) = region
            .zone
            .as_ref()
            .and_then(|name| Some((name, topology.zones.get(name)?)))
        else {
            continue;
        };
        let country = region.place.country;
        let inside = |j: &crate::topology::Text| in_jurisdiction(country, j);
        if zone.jurisdictions.is_empty() || zone.jurisdictions.iter().any(inside) {
            continue;
        }
        out.push(
            Diagnostic::error(
                CODE,
                region.zone_at.unwrap_or(region.span),
                format!(
                    "`{}` is in {country}, outside its zone `{}`",
                    region.name, name
                ),
                "says it belongs here",
            )
            .also(zone.jurisdictions[0].span, "where data of the zone may be")
            .help("choose a region inside the zone, or another zone for this region"),
        );
    }
}
