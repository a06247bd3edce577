//! Where the numbers of terms are in calls of modules for Google Cloud.

use crate::analysis::Context;
use crate::cloud::recovery::readings::{is_for, of_call, probe, slug};
use crate::deployment::{Call, Reading};
use crate::topology::settings::Check;
use crate::topology::{Host, Service};

/// The check of a load balancer of Google Cloud.
pub(super) fn balancer(context: &Context, host: &Host, check: Check) -> Vec<Reading> {
    let numbers = [
        ("load_balancer.interval_seconds", check.every),
        ("load_balancer.timeout_seconds", check.timeout),
        ("load_balancer.unhealthy_threshold", check.failures.into()),
    ];
    let of_host = |c: &Call| is_for(c, "host", &host.name);
    of_call(context, "gcp/health-checks", of_host, &numbers)
}

/// The check by which Cloud DNS turns to a backup.
pub(super) fn dns(context: &Context, host: &Host, check: Check) -> Vec<Reading> {
    let numbers = [
        ("dns.interval_seconds", check.every),
        ("dns.timeout_seconds", check.timeout),
        ("dns.unhealthy_threshold", check.failures.into()),
    ];
    let of_host = |c: &Call| is_for(c, "host", &host.name);
    of_call(context, "gcp/health-checks", of_host, &numbers)
}

/// How long resolvers keep an address of Cloud DNS.
pub(super) fn ttl(context: &Context, host: &Host) -> Vec<Reading> {
    let path = format!("hosts.{}.ttl_seconds", host.name);
    let numbers = [(path.as_str(), host.ttl.secs())];
    let of_domain = |c: &Call| is_for(c, "domain", host.domain());
    of_call(context, "gcp/dns", of_domain, &numbers)
}

/// The readiness probe of a service of Cloud Run.
pub(super) fn serverless(context: &Context, service: &Service) -> Vec<Reading> {
    let prefix = format!("run_{}_", slug(&service.name));
    let names = [
        "readiness.period_seconds",
        "readiness.timeout_seconds",
        "readiness.failure_threshold",
    ];
    let of_service = |c: &Call| c.name.starts_with(&prefix);
    of_call(context, "gcp/cloud-run", of_service, &probe(service, names))
}
