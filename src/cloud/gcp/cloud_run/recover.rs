//! What recovery takes on Cloud Run.

use crate::analysis::Context;
use crate::analysis::term::{Change, Step, Term};
use crate::cloud::gcp::readings;
use crate::cloud::recovery::noticed;
use crate::topology::{FactKind, Host, RegionId, Service};

/// Serverless back ends have no health check of the load balancer: readiness probes of the
/// instances are aggregated by region.
pub(super) fn service_health(context: &Context, host: &Host, service: &Service) -> Vec<Term> {
    vec![
        noticed(
            &service.name,
            "readiness",
            service.readiness(),
            readings::serverless(context, service),
        ),
        Term::fact(Step::Detect, &host.name, "gcp.cloud-run.service-health").change(
            Change::Measure {
                of: FactKind::Detect.word(),
                on: host.name.clone(),
            },
        ),
    ]
}

/// More instances.
pub(super) fn grow(
    _: &Context,
    service: &Service,
    _: RegionId,
    before: u32,
    needed: u32,
) -> Vec<Term> {
    let term = Term::fact(Step::WarmUp, &service.name, "gcp.cloud-run.scale");
    let because = format!("from {before} to {needed} instances: {}", term.because);
    let term = Term { because, ..term };
    vec![term.at(service.span).change(Change::Measure {
        of: FactKind::WarmUp.word(),
        on: service.name.clone(),
    })]
}
