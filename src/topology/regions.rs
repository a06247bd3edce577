//! Regions: each is tied to its place in the catalog and to its cloud, and has its share of traffic.

use super::settled::settle;
use super::*;
use crate::catalog;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::spec;
use std::cmp::Reverse;

/// A region that the provider does not have.
pub const UNKNOWN_REGION: Code = Code::new("REG101", "unknown-region");
/// A region whose cloud cannot be told.
pub const UNKNOWN_CLOUD: Code = Code::new("REG102", "unknown-cloud");

/// The regions of a spec: the primary first, then by role, share and name.
pub(super) fn of(spec: &Spec, out: &mut Diagnostics) -> Vec<Region> {
    let mut regions = Vec::new();
    for (name, written) in spec.regions.iter() {
        let Some((cloud, provider)) = cloud_of(spec, written, name, out) else {
            continue;
        };
        let (location, span) = match &written.location {
            Some(location) => (location.value.as_str(), location.span),
            None => (name.text.as_str(), name.span),
        };
        let Some(place) = catalog::find(provider, location) else {
            out.push(unknown_region(provider, location, span));
            continue;
        };
        regions.push(Region {
            name: name.text.clone(),
            span: name.span,
            place,
            cloud,
            role: *written.role,
            role_at: written.role.span,
            weight: 0,
            own_weight: settle(&written.weight),
            leaving: false,
            serves: written.serves.iter().map(|c| c.value).collect(),
            zone: written.zone.as_ref().map(|z| z.value.clone()),
            short: written
                .short
                .as_ref()
                .map_or(name.text.clone(), |s| s.value.clone()),
            own_short: settle(&written.short),
            zone_at: written.zone.as_ref().map(|z| z.span),
            location_at: written.location.as_ref().map(|l| l.span),
            pair: settle(&written.pair),
            cidr: settle(&written.cidr),
            regimes: settle(&written.regimes),
        });
    }
    let rank = |r: &Region| (r.role, Reverse(r.own_weight.as_ref().map(|w| w.value)));
    regions.sort_by_key(|r| (rank(r), r.name.clone()));
    settle_weights(&mut regions);
    regions
}

/// Serving regions without a written weight share what the written ones leave.
pub(super) fn settle_weights(regions: &mut [Region]) {
    let written = regions.iter().filter_map(|r| r.own_weight.as_ref());
    let written = written.fold(0u32, |sum, weight| sum.saturating_add(weight.value));
    let open = |r: &Region| r.serving() && r.own_weight.is_none();
    let count = regions.iter().filter(|r| open(r)).count() as u32;
    let left = 100u32.saturating_sub(written);
    let mut index = 0;
    for region in regions.iter_mut() {
        region.weight = match &region.own_weight {
            Some(weight) => weight.value,
            None if open(region) => {
                index += 1;
                // The first ones take the remainder, so that the sum is exact.
                left / count + u32::from(index <= left % count)
            }
            None => 0,
        };
    }
}

fn cloud_of(
    spec: &Spec,
    written: &spec::Region,
    name: &spec::Name,
    out: &mut Diagnostics,
) -> Option<(String, Provider)> {
    let clouds: Vec<_> = spec
        .clouds
        .iter()
        .filter_map(|(n, c)| provider_of(n, c).map(|p| (n.text.clone(), p)))
        .filter(|(_, p)| catalog::providers::has_regions(*p))
        .collect();
    let found = match &written.cloud {
        Some(cloud) => clouds.iter().find(|(n, _)| *n == cloud.value).cloned(),
        None => match &clouds[..] {
            [only] => Some(only.clone()),
            _ => clouds
                .iter()
                .find(|(_, p)| {
                    let location = written.location.as_ref().map_or(&name.text, |l| &l.value);
                    catalog::find(*p, location).is_some()
                })
                .cloned(),
        },
    };
    if found.is_none() {
        let span = written.cloud.as_ref().map_or(name.span, |c| c.span);
        out.push(
            Diagnostic::error(
                UNKNOWN_CLOUD,
                span,
                format!("the cloud of region `{}` is not known", name.text),
                "no entry of `clouds` has this region",
            )
            .help("name the cloud: `clouds: { gcp: { project: my-project } }`"),
        );
    }
    found
}

fn unknown_region(provider: Provider, location: &str, span: Span) -> Diagnostic {
    let names = || {
        catalog::places()
            .iter()
            .filter(|p| p.provider == provider)
            .map(|p| p.location)
    };
    let help = match did_you_mean(location, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => match catalog::places().iter().find(|p| p.location == location) {
            Some(other) => format!("`{location}` is a region of {}", other.provider),
            None => format!(
                "{provider} has {}, and {} more",
                names().take(4).collect::<Vec<_>>().join(", "),
                names().count().saturating_sub(4)
            ),
        },
    };
    Diagnostic::error(
        UNKNOWN_REGION,
        span,
        format!("{provider} has no region `{location}`"),
        "unknown region",
    )
    .help(help)
}
