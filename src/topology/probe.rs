//! How a host's lost region is noticed.

use super::{Host, Topology};
use crate::source::Span;
use crate::spec::{Duration, Runtime};

/// What notices that a region of a host is lost: the load balancer's own check, or, for
/// Cloud Run, which has none, the readiness probes that make up the region's health.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Probe {
    /// The time between two.
    pub every: Duration,
    /// The time after which one has failed.
    pub timeout: Duration,
    /// Failures in a row that count.
    pub failures: u32,
    /// Where it is written, or what it belongs to if it is not.
    pub span: Span,
}

/// A readiness probe where none is written: every 10 s, for 1 s, three times, which is what
/// Kubernetes and Cloud Run do by themselves.
const DEFAULT: (Duration, Duration, u32) = (Duration::from_secs(10), Duration::from_secs(1), 3);

impl Topology {
    /// The probe that shows that a region of a host is lost, if there is one.
    pub fn probe(&self, host: &Host) -> Option<Probe> {
        let service = self.service(host.service);
        if service.runtime != Runtime::CloudRun {
            let check = host.written.health.as_ref().map(|_| host.check());
            return check.map(|c| Probe {
                every: Duration::from_secs(c.every),
                timeout: Duration::from_secs(c.timeout),
                failures: c.failures,
                span: c.span,
            });
        }
        let ready = service.written.ready.as_ref();
        let (every, timeout, failures) = DEFAULT;
        Some(Probe {
            every: ready.map_or(every, |r| emitted(r.every.value)),
            timeout: ready.map_or(timeout, |r| emitted(r.timeout.value)),
            failures: ready.map_or(failures, |r| r.unhealthy_after.value),
            span: ready.map_or(service.span, |r| r.span),
        })
    }
}

/// Probes are emitted in whole seconds.
fn emitted(time: Duration) -> Duration {
    Duration::from_secs(time.secs())
}
