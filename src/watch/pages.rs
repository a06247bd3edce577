//! When people learn that a region is lost.

use super::alerts::{About, AlertRule};
use super::pace::timing;
use super::routes::{Labels, URGENT, receivers};
use crate::analysis::coverage::Trouble;
use crate::deployment::{Deployment, Detector, Paged, Receiver};
use crate::topology::{RegionId, Scenario, Signal, Topology};

/// The first page that somebody gets in a scenario, or the first message where nobody is
/// paged; `None` if no alert fires for that loss alone. What a person then takes to answer
/// begins at [`Paged::high`].
pub fn paged(topology: &Topology, deployment: &Deployment, scenario: Scenario) -> Option<Paged> {
    deployment.paged(&scenario.regions(topology))
}

/// Those of some alerts that fire when regions are lost.
pub fn detectors(
    topology: &Topology,
    deployment: &Deployment,
    rules: &[AlertRule],
) -> Vec<Detector> {
    let silent = rules.iter().filter_map(|rule| {
        let (Trouble::Silence, subject) = rule.tells.as_ref()? else {
            return None;
        };
        let regions = topology.region_ids();
        let seen = regions.filter(|id| sees(topology, subject, *id));
        Some(Detector {
            alert: rule.name.clone(),
            at_least: at_least(rule),
            timing: timing(topology, deployment, rule),
            span: rule.span,
            regions: seen.map(|id| (id, notified(topology, rule, id))).collect(),
            at: evaluated(topology),
        })
    });
    silent.collect()
}

/// Where rules are evaluated, if that is in regions of ours alone: those of the collector of
/// others.
fn evaluated(topology: &Topology) -> Vec<RegionId> {
    let metrics = topology.observability.metrics.as_ref();
    let external = metrics.and_then(|m| m.external.as_ref());
    let at = external.map_or(&[][..], |e| &e.at);
    match at.iter().all(|spot| spot.region.is_some()) {
        true => topology.regions_at(at),
        false => Vec::new(),
    }
}

/// Whether what an alert is about can be silent in a region: a service runs there, or, of the
/// whole system, a host leads there.
pub(super) fn sees(topology: &Topology, subject: &str, id: RegionId) -> bool {
    let mut services = topology.services.iter();
    match services.find(|s| s.name == subject) {
        Some(service) => service.replicas_in(id).is_some(),
        None => topology.hosts.iter().any(|h| h.regions.contains(&id)),
    }
}

/// In how many regions checks must fail before an alert fires.
pub(super) fn at_least(rule: &AlertRule) -> usize {
    let counts = matches!(rule.about, Some(About::Signal(Signal::HealthFailures)));
    let least = match rule.bound.filter(|_| counts) {
        Some((">=", bound)) => bound.ceil(),
        Some((">", bound)) => bound.floor() + 1.0,
        _ => 1.0,
    };
    least.max(1.0) as usize
}

/// Those who are notified of an alert about a region.
pub(super) fn notified(topology: &Topology, rule: &AlertRule, id: RegionId) -> Vec<Receiver> {
    let by_region = rule.labels.contains(&"region");
    let labels = Labels {
        tell: rule.channels.join(","),
        region: if by_region {
            &topology.region(id).name
        } else {
            ""
        },
        severity: rule.severity.word(),
    };
    let channels = &topology.channels;
    let names = receivers(topology, &labels).into_iter();
    names
        .filter_map(|channel| {
            let (_, written) = channels.iter().find(|(n, _)| n.text == channel)?;
            let pager = written.pagerduty.is_some() || written.webhook.is_some();
            Some(Receiver {
                channel,
                pages: pager && URGENT.contains(&rule.severity),
                pager,
            })
        })
        .collect()
}
