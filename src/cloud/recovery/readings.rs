//! Where the numbers of terms are emitted. The paths are those of the emitters; law 2 in
//! `tests/it/laws/numbers.rs` follows each of them into the tree and compares.

use crate::analysis::Context;
use crate::deployment::{AlertTiming, Argument, Call, Evidence, Reading};
use crate::topology::settings::{
    CONNECT_TIMEOUT, Check, REQUEST_RATE_WINDOW, SCALE_OUT_PERCENT, SCALE_OUT_PERIOD,
    SCALE_OUT_PODS,
};
use crate::topology::{Datastore, Host, RegionId, Service};

/// Numbers in arguments of the first call of a module that fits.
fn of_call(
    context: &Context,
    module: &str,
    fits: impl Fn(&Call) -> bool,
    numbers: &[(&str, u64)],
) -> Vec<Reading> {
    let mut calls = context.deployment.calls.iter();
    let call = calls.find(|c| c.module == module && fits(c));
    let each = |call: &Call| {
        let each = numbers.iter();
        each.map(|(path, says)| Reading::argument(&call.name, *path, says))
            .collect()
    };
    call.map_or(Vec::new(), each)
}

fn is_for(call: &Call, name: &str, value: &str) -> bool {
    let value = Argument::from(value);
    call.arguments
        .iter()
        .any(|(n, a)| *n == name && *a == value)
}

/// The check of a load balancer of Google Cloud.
pub(in crate::cloud) fn balancer(context: &Context, host: &Host, check: Check) -> Vec<Reading> {
    let numbers = [
        ("load_balancer.interval_seconds", check.every),
        ("load_balancer.timeout_seconds", check.timeout),
        ("load_balancer.unhealthy_threshold", check.failures.into()),
    ];
    let of_host = |c: &Call| is_for(c, "host", &host.name);
    of_call(context, "gcp/health-checks", of_host, &numbers)
}

/// The check by which Cloud DNS turns to a backup.
pub(in crate::cloud) fn dns(context: &Context, host: &Host, check: Check) -> Vec<Reading> {
    let numbers = [
        ("dns.interval_seconds", check.every),
        ("dns.timeout_seconds", check.timeout),
        ("dns.unhealthy_threshold", check.failures.into()),
    ];
    let of_host = |c: &Call| is_for(c, "host", &host.name);
    of_call(context, "gcp/health-checks", of_host, &numbers)
}

/// How long resolvers keep an address of Cloud DNS.
pub(in crate::cloud) fn ttl(context: &Context, host: &Host) -> Vec<Reading> {
    let path = format!("hosts.{}.ttl_seconds", host.name);
    let numbers = [(path.as_str(), host.ttl.secs())];
    let of_domain = |c: &Call| is_for(c, "domain", host.domain());
    of_call(context, "gcp/dns", of_domain, &numbers)
}

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

/// A readiness probe's numbers under the names of a place.
fn probe<'a>(service: &Service, [every, timeout, failures]: [&'a str; 3]) -> [(&'a str, u64); 3] {
    let check = service.readiness();
    [
        (every, check.every),
        (timeout, check.timeout),
        (failures, check.failures.into()),
    ]
}

/// The readiness probe of a service of Cloud Run.
pub(in crate::cloud) fn serverless(context: &Context, service: &Service) -> Vec<Reading> {
    let prefix = format!("run_{}_", slug(&service.name));
    let names = [
        "readiness.period_seconds",
        "readiness.timeout_seconds",
        "readiness.failure_threshold",
    ];
    let of_service = |c: &Call| c.name.starts_with(&prefix);
    of_call(context, "gcp/cloud-run", of_service, &probe(service, names))
}

/// The readiness probe of a service on clusters.
pub(in crate::cloud) fn readiness(service: &Service) -> Vec<Reading> {
    let field = |(field, says): (&str, u64)| {
        let at = Evidence::Field {
            file: "helm/values.yaml".into(),
            pointer: format!("/services/{}/readinessProbe/{field}", service.name),
        };
        Reading::new(at, says)
    };
    let names = ["periodSeconds", "timeoutSeconds", "failureThreshold"];
    probe(service, names).map(field).to_vec()
}

fn slug(name: &str) -> String {
    name.replace(['-', '.'], "_")
}

/// An alert's way to a pager.
pub(super) fn page(alert: &str, timing: &AlertTiming) -> Vec<Reading> {
    let seconds = |millis: u64| format!("{}s", millis / 1000);
    let rules = |pointer: String| Evidence::Field {
        file: "alerts/prometheus/rules.yaml".into(),
        pointer,
    };
    let hold = rules(format!("/groups/*/rules/alert={alert}/for"));
    let wait = Evidence::Field {
        file: "alerts/alertmanager.yaml".into(),
        pointer: "/route/group_wait".into(),
    };
    let mut readings = vec![
        Reading::new(wait, seconds(timing.group_wait)),
        Reading::new(
            rules("/groups/*/interval".into()),
            seconds(timing.evaluation),
        ),
    ];
    if timing.hold > 0 {
        readings.push(Reading::new(hold, seconds(timing.hold)));
    }
    readings
}

fn object(file: String, kind: &str, name: &str, pointer: &str) -> Evidence {
    Evidence::Object {
        file,
        kind: kind.into(),
        name: name.into(),
        pointer: pointer.into(),
    }
}

/// The rounds in which the autoscaler adds replicas.
pub(in crate::cloud) fn rounds(
    context: &Context,
    service: &Service,
    region: RegionId,
) -> Vec<Reading> {
    let path = "/spec/advanced/horizontalPodAutoscalerConfig/behavior/scaleUp/policies";
    let numbers = [
        ("0/value", u64::from(SCALE_OUT_PERCENT)),
        ("0/periodSeconds", SCALE_OUT_PERIOD),
        ("1/value", u64::from(SCALE_OUT_PODS)),
        ("1/periodSeconds", SCALE_OUT_PERIOD),
    ];
    let each = numbers.map(|(field, says)| {
        let at = scaler(context, service, region, &format!("{path}/{field}"));
        Reading::new(at, says)
    });
    scaled(service, each.to_vec())
}

/// How often the scaler looks whether there is anything to start for.
pub(in crate::cloud) fn polling(
    context: &Context,
    service: &Service,
    region: RegionId,
    says: u64,
) -> Vec<Reading> {
    let at = scaler(context, service, region, "/spec/pollingInterval");
    scaled(service, vec![Reading::new(at, says)])
}

/// The window whose smallest recommendation counts.
pub(in crate::cloud) fn window(
    context: &Context,
    service: &Service,
    region: RegionId,
    says: u64,
) -> Vec<Reading> {
    let path =
        "/spec/advanced/horizontalPodAutoscalerConfig/behavior/scaleUp/stabilizationWindowSeconds";
    scaled(
        service,
        vec![Reading::new(scaler(context, service, region, path), says)],
    )
}

/// The range of the scaler's query.
pub(in crate::cloud) fn rate(
    context: &Context,
    service: &Service,
    region: RegionId,
) -> Vec<Reading> {
    let name = &context.topology.region(region).name;
    let at = Evidence::File {
        file: format!("kubernetes/{name}/keda-hpa.yaml"),
        key: "}[".into(),
    };
    let range = crate::topology::Duration::from_secs(REQUEST_RATE_WINDOW);
    scaled(service, vec![Reading::new(at, format!("{range}]"))])
}

/// Without a trigger nothing scales, and no object is emitted.
fn scaled(service: &Service, readings: Vec<Reading>) -> Vec<Reading> {
    match service.scale_on.is_some() {
        true => readings,
        false => Vec::new(),
    }
}

fn scaler(context: &Context, service: &Service, region: RegionId, pointer: &str) -> Evidence {
    let name = &context.topology.region(region).name;
    let file = format!("kubernetes/{name}/keda-hpa.yaml");
    object(file, "ScaledObject", &service.name, pointer)
}

/// What a try may take, and how many errors end in ejection, where the mesh decides.
pub(in crate::cloud) fn ejection(context: &Context, service: &Service, wait: u64) -> Vec<Reading> {
    let Some(region) = service.placements.first().map(|p| p.region) else {
        return Vec::new();
    };
    let name = &context.topology.region(region).name;
    let rule = |pointer: &str| {
        object(
            format!("kubernetes/{name}/istio-config.yaml"),
            "DestinationRule",
            &service.name,
            pointer,
        )
    };
    let (errors, _) = service.ejection();
    let connect = format!("{}s", CONNECT_TIMEOUT / 1000);
    let time = match wait % 1000 {
        0 => format!("{}s", wait / 1000),
        _ => format!("{wait}ms"),
    };
    let whole = service.call_timeout().map(|(millis, _)| millis) == Some(wait);
    let tries = Evidence::File {
        file: format!("kubernetes/{name}/istio-config.yaml"),
        key: if whole {
            "timeout: "
        } else {
            "perTryTimeout: "
        }
        .into(),
    };
    vec![
        Reading::new(tries, time),
        Reading::new(
            rule("/spec/trafficPolicy/outlierDetection/consecutive5xxErrors"),
            errors,
        ),
        Reading::new(
            rule("/spec/trafficPolicy/connectionPool/tcp/connectTimeout"),
            connect,
        ),
    ]
}

/// A setting of a store's Redis in the first region that has nodes, after its key there.
pub(in crate::cloud) fn redis(
    context: &Context,
    store: &Datastore,
    key: &str,
    says: u64,
) -> Vec<Reading> {
    let mut sets = context.deployment.sentinel_sets.iter();
    let set = sets.find(|s| s.datastore == store.name);
    let region = set.and_then(|s| s.regions.iter().find(|r| !r.nodes.is_empty()));
    let at = region.map(|r| Evidence::File {
        file: format!(
            "kubernetes/{}/redis-{}.yaml",
            context.topology.region(r.region).name,
            store.name
        ),
        key: key.into(),
    });
    at.map(|at| Reading::new(at, says)).into_iter().collect()
}

/// The lag at which Aurora stops writes.
pub(super) fn stop_writes(context: &Context, store: &Datastore, seconds: u64) -> Vec<Reading> {
    let prefix = format!("aurora_{}_", slug(&store.name));
    let numbers = [("stop_writes_seconds", seconds)];
    let of_store = |c: &Call| c.name.starts_with(&prefix);
    of_call(context, "aws/aurora-regional", of_store, &numbers)
}
