//! Noticing a lost region takes less time than is promised to be back.

use crate::analysis::term::detection;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::spec::{Duration, Time};
use crate::topology::knobs::Check;
use crate::topology::{Host, Topology};

/// Detection alone uses up the promise.
pub const EXCEEDS: Code = Code::new("RTO101", "detection-exceeds-rto");
/// Detection may use up the promise.
pub const MAY_EXCEED: Code = Code::new("RTO102", "detection-may-exceed-rto");

/// Checks every host's probe against the promise for a lost region.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for host in &topology.hosts {
        let Some(rto) = promised(topology, host).filter(|_| host.regions.len() > 1) else {
            continue;
        };
        out.extend(topology.notices(host).and_then(|check| finding(check, rto)));
    }
}

/// The recovery time that holds for the service behind a host.
pub fn promised<'a>(topology: &'a Topology, host: &Host) -> Option<&'a Time> {
    let service = topology.service(host.service);
    let own = service.written.objectives.as_ref();
    let whole = topology.spec.objectives.as_ref();
    [own, whole].into_iter().flatten().find_map(|o| {
        let region = o.region.as_ref().and_then(|r| r.rto.as_ref());
        region.or(o.rto.as_ref())
    })
}

fn finding(check: Check, rto: &Time) -> Option<Diagnostic> {
    let failures = u64::from(check.failures);
    let (low, high) = detection(check.every * 1000, check.timeout * 1000, failures);
    // After detection something always follows, so reaching the promise is too long.
    let (code, certain) = match rto.millis() {
        promised if low >= promised => (EXCEEDS, true),
        promised if high >= promised => (MAY_EXCEED, false),
        _ => return None,
    };
    let span = |millis| Duration::from_millis(millis);
    let label = format!(
        "detection alone: {} to {} ({})",
        span(low),
        span(high),
        check.words(),
    );
    let message = if certain {
        "a dead region is noticed later than you promise to be back"
    } else {
        "a dead region may be noticed later than you promise to be back"
    };
    let diagnostic = if certain {
        Diagnostic::error(
            code,
            rto.span,
            message,
            format!("promised: at most {} after losing a region", rto.value),
        )
    } else {
        Diagnostic::warning(
            code,
            rto.span,
            message,
            format!("promised: at most {} after losing a region", rto.value),
        )
    };
    Some(diagnostic.also(check.span, label).help(
        "check more often or count fewer failures: `every: 5s, timeout: 2s, unhealthy_after: 2` notices within 12 s",
    ))
}
