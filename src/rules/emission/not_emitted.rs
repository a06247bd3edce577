//! What the language knows and no emitter uses yet is said, never silently left out. What only some
//! kinds or clouds generate is derived from what they say they read, in `cloud::reads`.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::topology::Topology;

/// A part of the spec that reaches no output.
pub const CODE: Code = Code::new("PRV102", "not-generated-yet");

/// Reports every part that is decoded and checked, and then used by nothing.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let spec = topology.written();
    let mut found: Vec<(Span, &str)> = Vec::new();
    let mut say = |present: Option<Span>, what: &'static str| {
        found.extend(present.map(|span| (span, what)));
    };
    let held = spec.flags.iter().filter(|(_, f)| f.default.is_none());
    let held = held.filter_map(|(_, f)| f.by.as_ref()).next();
    say(
        held.map(|by| by.span),
        "a feature flag that somebody else holds, without a `default`",
    );
    if let Some(keys) = &spec.keys {
        say(
            keys.vault.value.then_some(keys.vault.span),
            "a Vault cluster",
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
    }
    if let Some(cost) = &spec.cost {
        say(some(&cost.shares), "shares of compute");
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
    for (_, host) in spec.traffic.iter() {
        say(host.cdn.as_ref().map(|c| c.span), "caching at the edge");
        say(host.dns.as_ref().map(|d| d.span), "another provider's DNS");
    }
    out.extend(found.into_iter().map(|(span, what)| says(span, what)));
}

/// Says that `what` is checked, and reaches no output.
pub fn says(place: Span, what: &str) -> Diagnostic {
    let message = format!("{what}: checked, and not generated yet");
    Diagnostic::warning(
        CODE,
        place,
        message,
        "nothing in the output depends on this",
    )
    .help("waive PRV102 with a reason if you know, or remove it until it is generated")
}

fn some<T>(map: &crate::spec::Map<T>) -> Option<Span> {
    (!map.is_empty()).then_some(map.span)
}
