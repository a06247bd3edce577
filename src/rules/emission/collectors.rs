//! What collects telemetry is generated, or somebody else runs it.

use crate::diagnostic::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::topology::{Telemetry, Topology};

/// A collector that nothing generates.
pub const CODE: Code = Code::new("OBS101", "unknown-collector");

/// Checks who collects metrics, logs and traces.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let observability = &topology.observability;
    let kinds: [(&str, &Option<Telemetry>, &[&str]); 3] = [
        (
            "metrics",
            &observability.metrics,
            &["prometheus", "managed-prometheus"],
        ),
        (
            "logs",
            &observability.logs,
            &["elasticsearch", "cloud-logging"],
        ),
        ("traces", &observability.traces, &["jaeger"]),
    ];
    for (what, telemetry, known) in kinds {
        let ours = telemetry.iter().filter(|t| t.external.is_none());
        for by in ours
            .map(|t| &t.by)
            .filter(|by| !known.contains(&by.as_str()))
        {
            let instead = match did_you_mean(by, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`? If not"),
                None => format!("{what} are collected by {}. Else", known.join(" or ")),
            };
            let message = format!("nothing generates `{}` for {what}", by.value);
            out.push(Diagnostic::error(CODE, by.span, message, "unknown collector").help(format!(
                "{instead}, say who runs it: `{what}: {{ by: {}, external: {{ run_by: …, at: [{{ country: DE }}] }} }}`",
                by.value
            )));
        }
    }
}
