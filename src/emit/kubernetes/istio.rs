//! The mesh: gateways, routes, failover between regions, identities.

use super::{Folder, object_of, selector};
use crate::deployment::{EAST_WEST, GATEWAYS, INGRESS, PEER_PORT};
use crate::spec::{Calls, Continent};
use crate::topology::knobs::GATEWAY_PODS;
use crate::topology::{RegionId, Service};
use serde_json::{Value, json};

pub(super) const API: &str = "networking.istio.io/v1";
const SECURITY: &str = "security.istio.io/v1";

pub(super) fn objects(folder: &Folder) -> Vec<Value> {
    if !folder.meshed() {
        return Vec::new();
    }
    let mut objects = Vec::new();
    objects.extend(ingress(folder));
    objects.extend(east_west(folder));
    for service in folder.services() {
        objects.push(virtual_service(folder, service));
        objects.push(destination_rule(folder, service));
    }
    objects.extend(security(folder));
    objects.extend(tracing(folder));
    objects
}

/// Which share of requests is traced, by the provider of that name in the mesh's own
/// configuration.
fn tracing(folder: &Folder) -> Option<Value> {
    let observability = folder.input.topology.spec.observability.as_ref()?;
    let traces = observability.traces.as_ref();
    let traces = traces.filter(|t| t.external.is_none())?;
    let share = traces.sample.as_ref()?.ratio() * 100.0;
    let spec = json!({ "tracing": [{
        "providers": [{ "name": traces.by.value }],
        "randomSamplingPercentage": share,
    }] });
    let namespace = folder.namespace();
    Some(folder.object(
        "telemetry.istio.io/v1",
        "Telemetry",
        "traces",
        namespace,
        spec,
    ))
}

/// The hosts whose requests come to a service.
fn hosts<'a>(folder: &Folder<'a>, service: &Service) -> Vec<&'a str> {
    let topology = folder.input.topology;
    let of_service = |h: &&crate::topology::Host| topology.service(h.service).name == service.name;
    let hosts = topology.hosts.iter().filter(of_service);
    hosts.map(|h| h.name.as_str()).collect()
}

/// The gateway that the load balancer sends requests to, and what it accepts.
fn ingress(folder: &Folder) -> Vec<Value> {
    let namespace = folder.namespace();
    let mut hosts: Vec<String> = folder
        .services()
        .flat_map(|s| hosts(folder, s))
        .map(|host| format!("{namespace}/{host}"))
        .collect();
    if hosts.is_empty() {
        return Vec::new();
    }
    // A gateway that names hosts takes only connections that name one too.
    if !folder.cluster.edge_sends_sni {
        hosts = vec![format!("{namespace}/*")];
    }
    let mut objects = gateway(
        folder,
        INGRESS,
        &folder.cluster.ingress_annotations,
        "ClusterIP",
        &[("https", 443, 8443)],
    );
    // The load balancer answers port 80 with a redirect; only HTTPS arrives here.
    let servers = json!([{
        "port": { "number": 8443, "name": "https", "protocol": "HTTPS" },
        "tls": {
            "mode": "SIMPLE",
            "credentialName": format!("{}-public", folder.input.topology.name),
            "minProtocolVersion": "TLSV1_2",
        },
        "hosts": hosts,
    }]);
    let spec = json!({ "selector": { "istio": INGRESS }, "servers": servers });
    objects.push(folder.object(API, "Gateway", "public", GATEWAYS, spec));
    objects
}

/// The gateway that other clusters call through.
fn east_west(folder: &Folder) -> Vec<Value> {
    if folder.input.deployment.clusters.len() < 2 {
        return Vec::new();
    }
    let mut ports = vec![("status-port", 15021, 15021), ("tls", 15443, 15443)];
    if !folder.input.deployment.active_active_sets.is_empty() {
        ports.push(("tls-peers", PEER_PORT, PEER_PORT));
    }
    let annotations = &folder.cluster.east_west_annotations;
    let mut objects = gateway(folder, EAST_WEST, annotations, "LoadBalancer", &ports);
    let spec = json!({
        "selector": { "istio": EAST_WEST },
        "servers": [{
            "port": { "number": 15443, "name": "tls", "protocol": "TLS" },
            "tls": { "mode": "AUTO_PASSTHROUGH" },
            "hosts": ["*.local"],
        }],
    });
    objects.push(folder.object(API, "Gateway", "cross-network", GATEWAYS, spec));
    objects
}

/// A gateway's account, proxies, Service and budget. The mesh fills in the image.
fn gateway(
    folder: &Folder,
    name: &str,
    annotations: &[(String, String)],
    service_type: &str,
    ports: &[(&str, u32, u32)],
) -> Vec<Value> {
    let labels = json!({ "istio": name, "app.kubernetes.io/name": name });
    let account = json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": folder.metadata(name, GATEWAYS),
    });
    let mut pod_labels = labels.clone();
    pod_labels["sidecar.istio.io/inject"] = json!("true");
    if name == EAST_WEST {
        pod_labels["topology.istio.io/network"] = json!(folder.cluster.network);
    }
    let env = match name {
        EAST_WEST => {
            json!([{ "name": "ISTIO_META_REQUESTED_NETWORK_VIEW", "value": folder.cluster.network }])
        }
        _ => json!([]),
    };
    let deployment = folder.object(
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
    let mut service = folder.object(
        "v1",
        "Service",
        name,
        GATEWAYS,
        json!({ "type": service_type, "selector": { "istio": name }, "ports": ports }),
    );
    service["metadata"]["annotations"] = object_of(annotations);
    if name == EAST_WEST {
        service["metadata"]["labels"]["topology.istio.io/network"] = json!(folder.cluster.network);
    }
    let budget = folder.object(
        "policy/v1",
        "PodDisruptionBudget",
        name,
        GATEWAYS,
        json!({ "maxUnavailable": 1, "selector": { "matchLabels": { "istio": name } } }),
    );
    vec![account, deployment, service, budget]
}

fn address(folder: &Folder, service: &Service) -> String {
    format!("{}.{}.svc.cluster.local", service.name, folder.namespace())
}

/// Regions that serve the same parts of the world, and those parts.
fn geographies(folder: &Folder, service: &Service) -> Vec<(Vec<Continent>, Vec<RegionId>)> {
    let topology = folder.input.topology;
    let mut by_regions: Vec<(Vec<Continent>, Vec<RegionId>)> = Vec::new();
    let continents = topology
        .regions
        .iter()
        .flat_map(|r| r.serves.iter().copied());
    let mut seen = Vec::new();
    for continent in continents {
        if seen.contains(&continent) {
            continue;
        }
        seen.push(continent);
        let here =
            |p: &&crate::topology::Placement| topology.region(p.region).serves.contains(&continent);
        let regions: Vec<RegionId> = service
            .placements
            .iter()
            .filter(here)
            .map(|p| p.region)
            .collect();
        if regions.is_empty() {
            continue;
        }
        match by_regions.iter_mut().find(|(_, r)| *r == regions) {
            Some((continents, _)) => continents.push(continent),
            None => by_regions.push((vec![continent], regions)),
        }
    }
    by_regions
}

fn geography_header<'a>(folder: &Folder<'a>) -> Option<&'a str> {
    let mesh = folder.input.topology.spec.mesh.as_ref()?;
    mesh.geography_header.as_ref().map(|h| h.value.as_str())
}

fn virtual_service(folder: &Folder, service: &Service) -> Value {
    let topology = folder.input.topology;
    let host = address(folder, service);
    let mut routes = Vec::new();
    if let Some(header) = geography_header(folder) {
        for (index, (continents, regions)) in geographies(folder, service).iter().enumerate() {
            let names = continents.iter().map(|c| c.word().to_string());
            let own = regions
                .iter()
                .map(|id| topology.region(*id).place.location.to_string());
            let pattern = names.chain(own).collect::<Vec<_>>().join("|");
            let name = format!("geography-{}", index + 1);
            let mut route = route(folder, service, &host, &name);
            route["match"] =
                json!([{ "headers": { header: { "regex": format!("({pattern}).*") } } }]);
            routes.push(route);
        }
    }
    routes.push(route(folder, service, &host, "weighted"));
    let outside = hosts(folder, service);
    let mut gateways = vec!["mesh".to_string()];
    if !outside.is_empty() {
        gateways.push(format!("{GATEWAYS}/public"));
    }
    let all: Vec<&str> = std::iter::once(host.as_str()).chain(outside).collect();
    let spec = json!({ "hosts": all, "gateways": gateways, "http": routes });
    folder.object(
        API,
        "VirtualService",
        &service.name,
        folder.namespace(),
        spec,
    )
}

fn route(folder: &Folder, service: &Service, host: &str, subset: &str) -> Value {
    let mut route = json!({
        "name": subset,
        "route": [{ "destination": { "host": host, "subset": subset, "port": { "number": 80 } } }],
    });
    let Some(calls) = &service.written.calls else {
        return route;
    };
    if let Some(timeout) = &calls.timeout {
        route["timeout"] = json!(seconds(timeout.millis()));
    }
    if let Some(retries) = &calls.retries {
        let fenced = fenced(folder, folder.region());
        let mut policy = json!({
            "attempts": retries.value,
            "retryOn": "connect-failure,refused-stream,unavailable,503",
            "retryRemoteLocalities": !fenced,
        });
        if let Some(per_try) = &calls.per_try {
            policy["perTryTimeout"] = json!(seconds(per_try.millis()));
        }
        route["retries"] = policy;
    }
    route
}

/// Whether a region's users may be served nowhere else.
fn fenced(folder: &Folder, region: RegionId) -> bool {
    let topology = folder.input.topology;
    let zone = topology.region(region).zone.as_deref();
    let zones = topology.spec.compliance.as_ref().map(|c| &c.zones);
    zone.zip(zones)
        .and_then(|(name, zones)| zones.get(name))
        .is_some_and(|z| *z.fenced)
}

fn seconds(millis: u64) -> String {
    match millis % 1000 {
        0 => format!("{}s", millis / 1000),
        _ => format!("{millis}ms"),
    }
}

fn destination_rule(folder: &Folder, service: &Service) -> Value {
    let mut policy = json!({});
    if let Some(calls) = &service.written.calls {
        policy["connectionPool"] = pool(calls);
    }
    policy["loadBalancer"] = load_balancer(failover(folder, service));
    policy["outlierDetection"] = outliers(service);
    let mut subsets = Vec::new();
    let all: Vec<RegionId> = service.placements.iter().map(|p| p.region).collect();
    if geography_header(folder).is_some() {
        for (index, (_, regions)) in geographies(folder, service).iter().enumerate() {
            subsets.push(subset(
                folder,
                &format!("geography-{}", index + 1),
                service,
                regions,
            ));
        }
    }
    subsets.push(subset(folder, "weighted", service, &all));
    let spec = json!({
        "host": address(folder, service),
        "trafficPolicy": policy,
        "subsets": subsets,
    });
    folder.object(
        API,
        "DestinationRule",
        &service.name,
        folder.namespace(),
        spec,
    )
}

fn pool(calls: &Calls) -> Value {
    let mut tcp = json!({ "connectTimeout": "2s" });
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
    let eject = service
        .written
        .calls
        .as_ref()
        .and_then(|c| c.eject.as_ref());
    let (errors, at_most) = service.ejection();
    json!({
        "consecutive5xxErrors": errors,
        "interval": seconds(eject.map_or(10_000, |e| e.every.millis())),
        "baseEjectionTime": seconds(eject.map_or(30_000, |e| e.lasting.millis())),
        "maxEjectionPercent": at_most,
    })
}

fn load_balancer(locality: Value) -> Value {
    json!({ "simple": "LEAST_REQUEST", "localityLbSetting": locality })
}

/// For calls inside the mesh: the same region, and its successor when it fails.
fn failover(folder: &Folder, service: &Service) -> Value {
    let topology = folder.input.topology;
    let location = |id: RegionId| topology.region(id).place.location;
    let here = |id: &RegionId| service.replicas_in(*id).is_some();
    let pairs: Vec<Value> = service
        .placements
        .iter()
        .filter(|p| !fenced(folder, p.region))
        .filter_map(|p| {
            topology
                .successor(p.region)
                .filter(here)
                .map(|to| (p.region, to))
        })
        .map(|(from, to)| json!({ "from": location(from), "to": location(to) }))
        .collect();
    match pairs.is_empty() {
        true => json!({ "enabled": true }),
        false => json!({ "enabled": true, "failover": pairs }),
    }
}

/// The same pods under another policy: requests are shared among regions by weight.
fn subset(folder: &Folder, name: &str, service: &Service, regions: &[RegionId]) -> Value {
    let topology = folder.input.topology;
    let from = format!("{}/*", topology.region(folder.region()).place.location);
    let to: serde_json::Map<String, Value> = topology
        .shares(regions)
        .into_iter()
        .filter(|(_, share)| *share > 0)
        .map(|(id, share)| {
            (
                format!("{}/*", topology.region(id).place.location),
                json!(share),
            )
        })
        .collect();
    let locality = json!({ "enabled": true, "distribute": [{ "from": from, "to": to }] });
    json!({
        "name": name,
        "labels": selector(&service.name),
        "trafficPolicy": { "loadBalancer": load_balancer(locality) },
    })
}

/// Only encrypted calls, and only from who may call.
fn security(folder: &Folder) -> Vec<Value> {
    let topology = folder.input.topology;
    let namespace = folder.namespace();
    let mut objects = Vec::new();
    if topology.spec.mesh.as_ref().is_some_and(|m| *m.mtls) {
        for scope in [namespace, GATEWAYS] {
            let spec = json!({ "mtls": { "mode": "STRICT" } });
            objects.push(folder.object(SECURITY, "PeerAuthentication", "default", scope, spec));
        }
    }
    objects.push(folder.object(
        SECURITY,
        "AuthorizationPolicy",
        "deny-all",
        namespace,
        json!({}),
    ));
    let domain = &topology.trust_domain;
    for service in folder.services() {
        let mut principals = Vec::new();
        if !hosts(folder, service).is_empty() {
            principals.push(format!("{domain}/ns/{GATEWAYS}/sa/{INGRESS}"));
        }
        for caller in &topology.services {
            let calls = caller
                .needs
                .iter()
                .any(|id| topology.service(*id).name == service.name);
            if calls {
                principals.push(format!("{domain}/ns/{namespace}/sa/{}", caller.name));
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
                "to": [{ "operation": { "ports": [service.written.port.value.0.to_string()] } }],
            }],
        });
        objects.push(folder.object(
            SECURITY,
            "AuthorizationPolicy",
            &service.name,
            namespace,
            spec,
        ));
    }
    objects
}
