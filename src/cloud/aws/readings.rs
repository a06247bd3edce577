//! Where the numbers of terms are in calls of modules for AWS, and in the modules.

use crate::analysis::Context;
use crate::cloud::recovery::readings::{is_for, of_call, slug};
use crate::deployment::{Call, Evidence, Reading};
use crate::topology::settings::Check;
use crate::topology::{Datastore, Host, RegionId};

/// How long resolvers keep a record of Route 53.
pub(super) fn record(context: &Context, host: &Host) -> Vec<Reading> {
    let numbers = [("ttl_seconds", host.ttl.secs())];
    let of_host = |c: &Call| is_for(c, "host", &host.name);
    of_call(context, "aws/route53", of_host, &numbers)
}

/// The targets of a region's load balancer on AWS.
pub(super) fn targets(context: &Context, region: RegionId, check: Check) -> Vec<Reading> {
    let name = format!("edge_{}", context.topology.region(region).slug());
    let numbers = [
        ("health.interval_seconds", check.every),
        ("health.timeout_seconds", check.timeout),
        ("health.unhealthy_threshold", check.failures.into()),
    ];
    of_call(context, "aws/alb", |c| c.name == name, &numbers)
}

/// The check of Route 53 of one of a host's regions.
pub(super) fn route53(context: &Context, call: &str, check: Check) -> Vec<Reading> {
    let numbers = [
        ("interval_seconds", check.every),
        ("unhealthy_threshold", check.failures.into()),
    ];
    of_call(context, "aws/health-checks", |c| c.name == call, &numbers)
}

/// A number in one of our modules for AWS, after its key there.
pub(super) fn in_module(context: &Context, module: &str, key: &str, says: u64) -> Vec<Reading> {
    // Modules of two clouds lie in a folder each.
    let folder = match context.deployment.clouds.len() {
        0 | 1 => "terraform/modules",
        _ => "terraform/modules/aws",
    };
    let at = Evidence::File {
        file: format!("{folder}/{module}/main.tf"),
        key: key.into(),
    };
    vec![Reading::new(at, says)]
}

/// The lag at which Aurora stops writes.
pub(super) fn stop_writes(context: &Context, store: &Datastore, seconds: u64) -> Vec<Reading> {
    let prefix = format!("aurora_{}_", slug(&store.name));
    let numbers = [("stop_writes_seconds", seconds)];
    let of_store = |c: &Call| c.name.starts_with(&prefix);
    of_call(context, "aws/aurora-regional", of_store, &numbers)
}
