//! What the language knows and no emitter uses yet is said, never silently left out.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::spec::{Engine, Provider, Ref, Runtime};
use crate::topology::{RegionId, Topology};

/// A part of the spec that reaches no output.
pub const CODE: Code = Code::new("PRV102", "not-generated-yet");

/// Reports every part that is decoded and checked, and then used by nothing.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let spec = &topology.spec;
    let mut found: Vec<(Span, &str)> = Vec::new();
    let mut say = |present: Option<Span>, what: &'static str| {
        found.extend(present.map(|span| (span, what)));
    };
    say(some(&spec.patches), "patches");
    let held = spec.flags.iter().filter(|(_, f)| f.default.is_none());
    let held = held.filter_map(|(_, f)| f.by.as_ref()).next();
    say(
        held.map(|by| by.span),
        "a feature flag that somebody else holds, without a `default`",
    );
    if !topology.providers().contains(&Provider::Aws) {
        let terraform = spec.terraform.as_ref();
        let region = terraform.and_then(|t| t.state_region.as_ref());
        say(region.map(|r| r.span), "a region for state");
    }
    if let Some(keys) = &spec.keys {
        say(
            keys.vault.value.then_some(keys.vault.span),
            "a Vault cluster",
        );
    }
    if let Some(network) = &spec.network {
        // Networks are global on Google Cloud, and regional on AWS.
        let all: Vec<RegionId> = topology.region_ids().collect();
        if !on_aws(topology, &all) {
            say(some(&network.links), "private links");
            say(network.isolated.first().map(|i| i.span), "isolated regions");
        }
    }
    let shifts = on_aws(topology, &topology.serving());
    if let Some(failover) = spec.failover.as_ref().filter(|_| !shifts) {
        say(
            failover.shift.as_ref().map(|s| s.span),
            "shifting traffic in steps",
        );
        say(failover.undo.as_ref().map(|u| u.span), "undoing a shift");
        say(
            failover.detect.as_ref().map(|d| d.span),
            "detection by error rate and latency",
        );
        say(
            failover.healthy_below.as_ref().map(|h| h.span),
            "a share of healthy targets",
        );
    }
    if let Some(deployment) = &spec.deployment {
        say(deployment.canary.as_ref().map(|c| c.span), "canary steps");
        say(
            deployment.workflow.as_ref().map(|w| w.span),
            "a CI workflow",
        );
        say(some(&deployment.environments), "CI environments");
    }
    if let Some(observability) = &spec.observability {
        let traces = observability.traces.as_ref();
        let unknown = traces.filter(|t| t.external.is_none() && spec.mesh.is_none());
        say(unknown.map(|t| t.span), "traces without a mesh");
        say(
            observability.probes.first().map(|p| p.span),
            "outside probes by name",
        );
        for telemetry in [&observability.metrics, &observability.logs] {
            let location = telemetry.as_ref().and_then(|t| t.location.as_ref());
            say(location.map(|l| l.span), "where telemetry is kept");
        }
        for telemetry in [&observability.logs, &observability.traces] {
            let across = telemetry.as_ref().map(|t| &t.across);
            say(
                across.filter(|a| a.value).map(|a| a.span),
                "searching logs or traces of all regions at once",
            );
        }
        let boards = observability.dashboards.as_ref();
        say(
            boards.and_then(|d| unknown_board(topology, &d.named)),
            "a dashboard of that name",
        );
    }
    if let Some(cost) = &spec.cost {
        say(some(&cost.shares), "shares of compute");
        let export = cost.billing_export.value && !topology.providers().contains(&Provider::Gcp);
        say(
            export.then_some(cost.billing_export.span),
            "the export of the bill on this cloud",
        );
    }
    for (_, zone) in spec.compliance.iter().flat_map(|c| c.zones.iter()) {
        say(zone.ciphers.first().map(|c| c.span), "a choice of ciphers");
        say(
            zone.audit_logs.as_ref().map(|a| a.span),
            "how long audit logs are kept",
        );
    }
    let own = spec.services.iter().map(|(_, s)| &s.objectives);
    for promise in own.chain([&spec.objectives]).flatten() {
        say(
            promise.latency_p99.as_ref().map(|l| l.span),
            "an alert on the 99th percentile of latency",
        );
    }
    for (_, service) in spec.services.iter() {
        let below = service.scale_on.as_ref().and_then(|s| s.in_below.as_ref());
        say(below.map(|b| b.span), "a use below which replicas go");
    }
    for (_, state) in spec.failover.iter().flat_map(|f| f.states.iter()) {
        say(
            state.check_every.as_ref().map(|c| c.span),
            "checks that come faster in a state",
        );
    }
    for host in &topology.hosts {
        let serverless = topology.service(host.service).runtime == Runtime::CloudRun;
        let backup = &host.written.backup;
        say(
            (backup.value && !serverless).then_some(backup.span),
            "a backup load balancer for Kubernetes",
        );
        let protect = host.written.protect.as_ref();
        let limit = protect.and_then(|p| p.region_limit.as_ref());
        say(
            limit.filter(|_| !limits_regions(topology)).map(|r| r.span),
            "a rate limit by region on this cloud",
        );
    }
    for (_, host) in spec.traffic.iter() {
        say(host.cdn.as_ref().map(|c| c.span), "caching at the edge");
        say(host.dns.as_ref().map(|d| d.span), "another provider's DNS");
    }
    for settled in &topology.datastores {
        let store = &settled.written;
        for (_, dataset) in store.datasets.iter() {
            say(dataset.tier.as_ref().map(|t| t.span), "a tier of storage");
        }
        if let Some(copied) = &store.replication {
            say(
                copied.timestamp.as_ref().map(|t| t.span),
                "the field with the time of a write",
            );
        }
        say(some(&store.members), "members of a voting set");
        say(store.election.as_ref().map(|e| e.span), "election timing");
        let aws = on_aws(topology, &settled.regions);
        let grouped = aws && settled.engine == Engine::Postgres;
        let groups = store.node_groups.first().filter(|_| !grouped);
        say(groups.map(|n| n.span), "pglogical node groups");
        say(some(&store.lifecycle), "storage tiers");
        let backup = store.backup.as_ref();
        let copied = aws
            && match settled.engine {
                Engine::Postgres => true,
                Engine::ObjectStorage => false,
                _ => backup.is_some_and(|b| *b.immutable),
            };
        say(
            backup
                .and_then(|b| b.copies_to.first())
                .filter(|_| !copied)
                .map(|c| c.span),
            "copies of backups in other regions",
        );
        say(
            backup
                .filter(|b| *b.immutable && !aws)
                .map(|b| b.immutable.span),
            "immutable backups",
        );
    }
    for (span, what) in found {
        let message = format!("{what}: checked, and not generated yet");
        out.push(
            Diagnostic::warning(CODE, span, message, "nothing in the output depends on this")
                .help("waive PRV102 with a reason if you know, or remove it until it is generated"),
        );
    }
}

/// The first name that is not that of a service, queue or host, whose boards are made.
fn unknown_board(topology: &Topology, names: &[Ref]) -> Option<Span> {
    let spec = &topology.spec;
    let known = |name: &Ref| {
        only_gcp(topology)
            && (spec.services.knows(name) || spec.queues.knows(name) || spec.traffic.knows(name))
    };
    names.iter().find(|n| !known(n)).map(|n| n.span)
}

/// Whether all clouds of a topology count requests by region.
fn limits_regions(topology: &Topology) -> bool {
    let providers = topology.providers();
    providers
        .iter()
        .all(|p| matches!(p, Provider::Gcp | Provider::Aws))
}

fn only_gcp(topology: &Topology) -> bool {
    topology.providers() == [Provider::Gcp]
}

fn on_aws(topology: &Topology, regions: &[RegionId]) -> bool {
    let provider = |id: &RegionId| topology.region(*id).place.provider;
    regions.iter().all(|id| provider(id) == Provider::Aws)
}

fn some<T>(map: &crate::spec::Map<T>) -> Option<Span> {
    (!map.is_empty()).then_some(map.span)
}
