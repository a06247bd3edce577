//! The mesh: gateways, routes, failover between regions, identities.

use crate::catalog::mesh::{SAMPLING, control_plane};
use crate::deployment::manifests::{ISTIO, object_of, selector};
use crate::deployment::routes::{Calls, List, Subset, address, in_order};
use crate::deployment::{EAST_WEST, EastWest, GATEWAYS, Ground, INGRESS, PEER_PORT};
use crate::format::json::json;
use crate::topology::settings::{CONNECT_TIMEOUT, GATEWAY_PODS};
use crate::topology::{Continent, Host, RegionId, Service};
use serde_json::Value;
use std::collections::BTreeSet;

const SECURITY: &str = "security.istio.io/v1";
/// The label that says which network of the mesh something is in.
const NETWORK: &str = "topology.istio.io/network";

pub(super) fn objects(ground: &Ground) -> Vec<Value> {
    if !ground.meshed() {
        return Vec::new();
    }
    let mut objects = Vec::new();
    objects.extend(ingress(ground));
    objects.extend(east_west(ground));
    for (id, service) in ground.services() {
        let lists = ground.deployment.mesh.of_cluster(id, ground.region());
        // Before the routes that name its subsets.
        objects.push(destination_rule(ground, service, lists));
        objects.push(virtual_service(ground, service, lists));
    }
    objects.extend(security(ground));
    objects.extend(tracing(ground));
    objects
}

/// Which share of requests is traced, by the provider of that name in the mesh's own
/// configuration, where the control plane takes a share.
fn tracing(ground: &Ground) -> Option<Value> {
    let provider = ground.topology.region(ground.region()).place.provider;
    if !control_plane(provider).takes(SAMPLING) {
        return None;
    }
    let traces = ground.topology.observability.traces.as_ref();
    let traces = traces.filter(|t| t.external.is_none())?;
    let share = traces.sample.as_ref()?.ratio() * 100.0;
    let spec = json!({ "tracing": [{
        "providers": [{ "name": traces.by.value }],
        "randomSamplingPercentage": share,
    }] });
    let namespace = ground.namespace();
    Some(ground.object(
        "telemetry.istio.io/v1",
        "Telemetry",
        "traces",
        namespace,
        spec,
    ))
}

/// The hosts whose requests come to a service.
fn hosts<'a>(ground: &Ground<'a>, service: &Service) -> Vec<&'a str> {
    let topology = ground.topology;
    let of_service = |h: &&Host| topology.service(h.service).name == service.name;
    let hosts = topology.hosts.iter().filter(of_service);
    hosts.map(|h| h.name.as_str()).collect()
}

/// The gateway that the load balancer sends requests to, and what it accepts.
fn ingress(ground: &Ground) -> Vec<Value> {
    let namespace = ground.namespace();
    if ground.services().all(|(_, s)| hosts(ground, s).is_empty()) {
        return Vec::new();
    }
    // A gateway that names hosts takes only connections that name one in TLS too. Load balancers and
    // their health checks name none (docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html,
    // cloud.google.com/load-balancing/docs/ssl-certificates/encryption-to-the-backends, read 2026-11).
    // Which host a request is for is decided by its routes.
    let mut objects = gateway(
        ground,
        INGRESS,
        &ground.cluster.ingress_annotations,
        None,
        &[("https", 443, 8443)],
    );
    // The load balancer answers port 80 with a redirect; only HTTPS arrives here.
    let servers = json!([{
        "port": { "number": 8443, "name": "https", "protocol": "HTTPS" },
        "tls": {
            "mode": "SIMPLE",
            "credentialName": format!("{}-public", ground.topology.name),
            "minProtocolVersion": "TLSV1_2",
        },
        "hosts": [format!("{namespace}/*")],
    }]);
    let spec = json!({ "selector": { "istio": INGRESS }, "servers": servers });
    objects.push(ground.object(ISTIO, "Gateway", "public", GATEWAYS, spec));
    objects
}

/// The gateway that other clusters call through.
fn east_west(ground: &Ground) -> Vec<Value> {
    let between = ground.cluster.east_west.as_ref();
    let Some(between) = between.filter(|_| ground.deployment.clusters.len() > 1) else {
        return Vec::new();
    };
    let mut ports = vec![("status-port", 15021, 15021), ("tls", 15443, 15443)];
    if ground.deployment.guests.iter().any(|g| g.through_gateways) {
        ports.push(("tls-peers", PEER_PORT, PEER_PORT));
    }
    let mut objects = gateway(
        ground,
        EAST_WEST,
        &between.annotations,
        Some(between),
        &ports,
    );
    let spec = json!({
        "selector": { "istio": EAST_WEST },
        "servers": [{
            "port": { "number": 15443, "name": "tls", "protocol": "TLS" },
            "tls": { "mode": "AUTO_PASSTHROUGH" },
            "hosts": ["*.local"],
        }],
    });
    objects.push(ground.object(ISTIO, "Gateway", "cross-network", GATEWAYS, spec));
    objects
}

/// A gateway's account, proxies, Service and budget. The mesh fills in the image.
fn gateway(
    ground: &Ground,
    name: &str,
    annotations: &[(String, String)],
    between: Option<&EastWest>,
    ports: &[(&str, u32, u32)],
) -> Vec<Value> {
    let labels = json!({ "istio": name, "app.kubernetes.io/name": name });
    let account = json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": ground.metadata(name, GATEWAYS),
    });
    let mut pod_labels = labels.clone();
    pod_labels["sidecar.istio.io/inject"] = json!("true");
    let mut env = json!([]);
    if let Some(EastWest { network, .. }) = between {
        pod_labels[NETWORK] = json!(network);
        env = json!([{ "name": "ISTIO_META_REQUESTED_NETWORK_VIEW", "value": network }]);
    }
    let deployment = ground.object(
        "apps/v1",
        "Deployment",
        name,
        GATEWAYS,
        json!({
            "replicas": GATEWAY_PODS,
            "selector": { "matchLabels": { "istio": name } },
            "template": {
                "metadata": {
                    "labels": pod_labels,
                    "annotations": { "inject.istio.io/templates": "gateway" },
                },
                "spec": {
                    "serviceAccountName": name,
                    "securityContext": { "runAsNonRoot": true, "seccompProfile": { "type": "RuntimeDefault" } },
                    "containers": [{
                        "name": "istio-proxy",
                        // The mesh replaces this image when it injects the proxy.
                        "image": "auto",
                        "env": env,
                        "resources": {
                            "requests": { "cpu": "500m", "memory": "256Mi" },
                            "limits": { "memory": "1Gi" },
                        },
                        "securityContext": {
                            "allowPrivilegeEscalation": false,
                            "capabilities": { "drop": ["ALL"] },
                            "readOnlyRootFilesystem": true,
                        },
                    }],
                    "topologySpreadConstraints": [{
                        "maxSkew": 1,
                        "topologyKey": "topology.kubernetes.io/zone",
                        "whenUnsatisfiable": "ScheduleAnyway",
                        "labelSelector": { "matchLabels": { "istio": name } },
                    }],
                },
            },
        }),
    );
    let ports: Vec<Value> = ports
        .iter()
        .map(|(name, port, target)| json!({ "name": name, "port": port, "targetPort": target }))
        .collect();
    let service_type = between.map_or("ClusterIP", |_| "LoadBalancer");
    let mut service = ground.object(
        "v1",
        "Service",
        name,
        GATEWAYS,
        json!({ "type": service_type, "selector": { "istio": name }, "ports": ports }),
    );
    service["metadata"]["annotations"] = object_of(annotations);
    if let Some(EastWest { network, .. }) = between {
        service["metadata"]["labels"][NETWORK] = json!(network);
    }
    let budget = ground.object(
        "policy/v1",
        "PodDisruptionBudget",
        name,
        GATEWAYS,
        json!({ "maxUnavailable": 1, "selector": { "matchLabels": { "istio": name } } }),
    );
    vec![account, deployment, service, budget]
}

fn geography_header<'a>(ground: &Ground<'a>) -> Option<&'a str> {
    let mesh = ground.topology.mesh.as_ref()?;
    mesh.geography_header.as_ref().map(|h| h.value.as_str())
}

fn virtual_service(ground: &Ground, service: &Service, lists: &[List]) -> Value {
    let host = address(ground.topology, service);
    let routes = in_order(lists).map(|l| route(ground, service, l));
    let routes: Vec<Value> = routes.collect();
    let outside = hosts(ground, service);
    let mut gateways = vec!["mesh".to_string()];
    if !outside.is_empty() {
        gateways.push(public_gateway());
    }
    let all: Vec<&str> = std::iter::once(host.as_str()).chain(outside).collect();
    let spec = json!({ "hosts": all, "gateways": gateways, "http": routes });
    ground.object(
        ISTIO,
        "VirtualService",
        &service.name,
        ground.namespace(),
        spec,
    )
}

fn public_gateway() -> String {
    format!("{GATEWAYS}/public")
}

fn route(ground: &Ground, service: &Service, list: &List) -> Value {
    let mut route = json!({ "name": list.name, "route": list.route(ground.topology) });
    match &list.calls {
        Calls::Checks => {
            // The edge asks one region, and its own pods answer: no other try, no other region.
            route["match"] = checked(ground, service);
            return route;
        }
        Calls::Of(continents, regions) => {
            route["match"] = users_of(ground, continents, regions);
        }
        Calls::Rest => {}
    }
    let Some(calls) = &service.calls else {
        return route;
    };
    if let Some(timeout) = &calls.timeout {
        route["timeout"] = json!(seconds(timeout.millis()));
    }
    if calls.retries.is_some() || calls.per_try.is_some() {
        let abroad = list.targets().iter().any(|r| *r != list.from);
        let mut policy = json!({
            "attempts": service.retries(),
            "retryOn": "connect-failure,refused-stream,unavailable,503",
            "retryRemoteLocalities": abroad,
        });
        if let Some(per_try) = &calls.per_try {
            policy["perTryTimeout"] = json!(seconds(per_try.millis()));
        }
        route["retries"] = policy;
    }
    route
}

/// What the checks of a service's hosts ask.
fn checked(ground: &Ground, service: &Service) -> Value {
    let topology = ground.topology;
    let of_service = |h: &&Host| topology.service(h.service).name == service.name;
    let own = topology.hosts.iter().filter(of_service);
    let paths: BTreeSet<String> = own.flat_map(Host::checked_paths).collect();
    let asks = |path: String| json!({ "gateways": [public_gateway()], "uri": { "exact": path } });
    paths.into_iter().map(asks).collect()
}

/// Requests whose header names a part of the world or one of its regions.
fn users_of(ground: &Ground, continents: &[Continent], regions: &[RegionId]) -> Value {
    let topology = ground.topology;
    let names = continents.iter().map(|c| c.word().to_string());
    let location = |id: &RegionId| topology.region(*id).place.location.to_string();
    let all: Vec<String> = names.chain(regions.iter().map(location)).collect();
    let regex = format!("({}).*", all.join("|"));
    let header = geography_header(ground).unwrap_or_default();
    json!([{ "headers": { header: { "regex": regex } } }])
}

fn seconds(millis: u64) -> String {
    match millis % 1000 {
        0 => format!("{}s", millis / 1000),
        _ => format!("{millis}ms"),
    }
}

/// What targets of a service there are: places count in subsets alone, for a policy of the whole
/// service does not hold where a call names a subset.
fn destination_rule(ground: &Ground, service: &Service, lists: &[List]) -> Value {
    let mut policy = json!({});
    if let Some(calls) = &service.calls {
        policy["connectionPool"] = pool(calls);
    }
    policy["outlierDetection"] = outliers(service);
    let cluster = |id| ground.deployment.cluster_name(id);
    let subsets = Subset::of(ground.topology, lists, cluster).into_iter();
    let subsets: Vec<Value> = subsets.map(|s| subset(service, s)).collect();
    let spec = json!({
        "host": address(ground.topology, service),
        "trafficPolicy": policy,
        "subsets": subsets,
    });
    ground.object(
        ISTIO,
        "DestinationRule",
        &service.name,
        ground.namespace(),
        spec,
    )
}

fn pool(calls: &crate::topology::Calls) -> Value {
    let mut tcp = json!({ "connectTimeout": seconds(CONNECT_TIMEOUT) });
    if let Some(most) = &calls.max_connections {
        tcp["maxConnections"] = json!(most.value);
    }
    let mut http = json!({ "maxRequestsPerConnection": calls.max_requests_per_connection.value });
    if let Some(most) = &calls.max_pending {
        http["http1MaxPendingRequests"] = json!(most.value);
    }
    json!({ "tcp": tcp, "http": http })
}

fn outliers(service: &Service) -> Value {
    let eject = service.calls.as_ref().and_then(|c| c.eject.as_ref());
    let (errors, at_most) = service.ejection();
    json!({
        "consecutive5xxErrors": errors,
        "interval": seconds(eject.map_or(10_000, |e| e.every.millis())),
        "baseEjectionTime": seconds(eject.map_or(30_000, |e| e.lasting.millis())),
        "maxEjectionPercent": at_most,
    })
}

/// Which targets there are, and how one is chosen.
fn subset(service: &Service, subset: Subset) -> Value {
    let mut labels = selector(&service.name);
    for (key, value) in subset.labels {
        labels[key] = value;
    }
    let mut policy = json!({ "loadBalancer": { "simple": "LEAST_REQUEST" } });
    if let Some(locality) = subset.locality {
        policy["loadBalancer"]["localityLbSetting"] = locality;
    }
    if subset.judges {
        policy["outlierDetection"] = outliers(service);
    }
    json!({ "name": subset.name, "labels": labels, "trafficPolicy": policy })
}

/// Only encrypted calls, and only from who may call.
fn security(ground: &Ground) -> Vec<Value> {
    let topology = ground.topology;
    let namespace = ground.namespace();
    let mut objects = Vec::new();
    if topology.mesh.as_ref().is_some_and(|m| *m.mtls) {
        for scope in [namespace, GATEWAYS] {
            let spec = json!({ "mtls": { "mode": "STRICT" } });
            objects.push(ground.object(SECURITY, "PeerAuthentication", "default", scope, spec));
        }
    }
    objects.push(ground.object(
        SECURITY,
        "AuthorizationPolicy",
        "deny-all",
        namespace,
        json!({}),
    ));
    // Calls come from clusters of every cloud, each with the trust domain of its mesh.
    let clusters = ground.deployment.clusters.iter();
    let domains: BTreeSet<&str> = clusters.map(|c| c.trust_domain.as_str()).collect();
    for (_, service) in ground.services() {
        let mut principals = Vec::new();
        if !hosts(ground, service).is_empty() {
            let gateways = domains
                .iter()
                .map(|d| format!("{d}/ns/{GATEWAYS}/sa/{INGRESS}"));
            principals.extend(gateways);
        }
        for caller in &topology.services {
            let calls = caller
                .needs
                .iter()
                .any(|id| topology.service(*id).name == service.name);
            if calls {
                let callers = domains
                    .iter()
                    .map(|d| format!("{d}/ns/{namespace}/sa/{}", caller.name));
                principals.extend(callers);
            }
        }
        if principals.is_empty() {
            continue;
        }
        let spec = json!({
            "selector": { "matchLabels": selector(&service.name) },
            "action": "ALLOW",
            "rules": [{
                "from": [{ "source": { "principals": principals } }],
                "to": [{ "operation": { "ports": [service.port.value.to_string()] } }],
            }],
        });
        objects.push(ground.object(
            SECURITY,
            "AuthorizationPolicy",
            &service.name,
            namespace,
            spec,
        ));
    }
    objects
}
