//! What KEDA and the autoscaler of Kubernetes refuse, or cannot do.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::topology::{Placement, ScaleOn, Service, Topology};

/// A scaler without a trigger, which KEDA refuses.
pub const NO_TRIGGER: Code = Code::new("RUN104", "nothing-to-scale-on");
/// Replicas that nothing starts.
pub const FROM_ZERO: Code = Code::new("RUN105", "nothing-wakes-from-zero");
/// A number that the autoscaler does not take.
pub const REFUSED: Code = Code::new("RUN106", "scaling-value-refused");

/// The longest `stabilizationWindowSeconds` of a HorizontalPodAutoscaler.
const LONGEST_WINDOW: u64 = 3600;

/// Checks every service on Kubernetes.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let services = topology.services.iter();
    for service in services.filter(|s| s.on_cluster()) {
        if let Some(scale) = &service.scale_on {
            triggers(service, scale, out);
            counted(topology, service, scale, out);
            values(scale, out);
        }
        let zero = |p: &&Placement| p.replicas.min == 0;
        for placement in service.placements.iter().filter(zero) {
            from_zero(topology, service, placement, out);
        }
    }
}

fn triggers(service: &Service, scale: &ScaleOn, out: &mut Diagnostics) {
    let measured = scale.cpu.is_some() || scale.memory.is_some() || scale.requests.is_some();
    if measured || !scale.queues.is_empty() {
        return;
    }
    out.push(
        Diagnostic::error(
            NO_TRIGGER,
            scale.span,
            format!("`{}` scales on nothing", service.name),
            "KEDA refuses a scaler without a trigger",
        )
        .help("add what it scales on: `cpu: 70%`, `memory: 80%`, `requests: 100/s` or `queues: { work: 100 }`; or remove `scale_on`"),
    );
}

/// Proxies of the mesh count requests: without one the trigger has nothing to read.
fn counted(topology: &Topology, service: &Service, scale: &ScaleOn, out: &mut Diagnostics) {
    let requests = scale.requests.as_ref().filter(|_| topology.mesh.is_none());
    out.extend(requests.map(|requests| {
        Diagnostic::error(
            NO_TRIGGER,
            requests.span,
            format!("nothing counts the requests of `{}`", service.name),
            "the proxies of a mesh do, and there is none",
        )
        .help("write `mesh: { kind: istio }`, or scale on `cpu`, `memory` or `queues`")
    }));
}

fn from_zero(topology: &Topology, service: &Service, at: &Placement, out: &mut Diagnostics) {
    if service.wakes() {
        return;
    }
    let region = &topology.region(at.region).name;
    let most = at.replicas.max.max(1);
    out.push(
        Diagnostic::error(
            FROM_ZERO,
            at.span,
            format!("nothing starts `{}` in `{region}` once no replica runs", service.name),
            "CPU, memory and requests are measured at replicas that run; KEDA refuses 0 with these alone",
        )
        .help(format!(
            "keep one: `replicas: 1..{most}`; only `scale_on: {{ queues: … }}` starts a first replica"
        )),
    );
}

fn values(scale: &ScaleOn, out: &mut Diagnostics) {
    let mut refuse = |span: Span, message: String, help: &str| {
        let label = "Kubernetes refuses it";
        out.push(Diagnostic::error(REFUSED, span, message, label).help(help));
    };
    for (name, wait) in [
        ("out_after", &scale.out_after),
        ("in_after", &scale.in_after),
    ] {
        if wait.secs() > LONGEST_WINDOW {
            let message = format!("`{name}: {}` is longer than an hour", wait.value);
            refuse(wait.span, message, "write `1h` at most");
        }
    }
    for (name, share) in [("cpu", &scale.cpu), ("memory", &scale.memory)] {
        if let Some(share) = share.as_ref().filter(|s| s.millionths() < 10_000) {
            let message = format!("`{name}: {}` is under one percent", share.value);
            refuse(share.span, message, "write a use to aim at, such as `70%`");
        }
    }
    if let Some(rate) = scale.requests.as_ref().filter(|r| r.per_second() <= 0.0) {
        let message = "a replica cannot bear no requests".to_string();
        refuse(
            rate.span,
            message,
            "write what one replica bears, such as `100/s`",
        );
    }
    for (name, each) in scale.queues.iter().filter(|(_, each)| each.value == 0) {
        let message = format!(
            "a replica cannot be one for every 0 messages of `{}`",
            name.text
        );
        refuse(
            each.span,
            message,
            "write how many one replica works off, such as `100`",
        );
    }
}
