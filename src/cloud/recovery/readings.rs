//! Where the numbers of terms are emitted. The paths are those of the emitters; law 2 in
//! `tests/it/laws/numbers.rs` follows each of them into the tree and compares.

use crate::analysis::Context;
use crate::deployment::{AlertTiming, Argument, Call, Evidence, Reading};
use crate::topology::settings::{
    CONNECT_TIMEOUT, REQUEST_RATE_WINDOW, SCALE_OUT_PERCENT, SCALE_OUT_PERIOD, SCALE_OUT_PODS,
};
use crate::topology::{Datastore, RegionId, Service};

/// Numbers in arguments of the first call of a module that fits.
pub(in crate::cloud) fn of_call(
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

/// Whether an argument of a call has this text.
pub(in crate::cloud) fn is_for(call: &Call, name: &str, value: &str) -> bool {
    let value = Argument::from(value);
    call.arguments
        .iter()
        .any(|(n, a)| *n == name && *a == value)
}

/// A readiness probe's numbers under the names of a place.
pub(in crate::cloud) fn probe<'a>(
    service: &Service,
    [every, timeout, failures]: [&'a str; 3],
) -> [(&'a str, u64); 3] {
    let check = service.readiness();
    [
        (every, check.every),
        (timeout, check.timeout),
        (failures, check.failures.into()),
    ]
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

/// A name as names of calls have it.
pub(in crate::cloud) fn slug(name: &str) -> String {
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
