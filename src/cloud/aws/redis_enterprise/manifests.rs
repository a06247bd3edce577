//! Redis Enterprise with an Active-Active database: resources of its operator, which must be
//! installed in their namespace. Only fields that its reference documents.

use crate::cloud::guests;
use crate::deployment::manifests::{ISTIO, NETWORKING};
use crate::deployment::{
    ActiveActiveRegion, ActiveActiveSet, Deployment, EAST_WEST, GATEWAYS, Ground, Guest, PEER_PORT,
};
use crate::format::json::json;
use crate::topology::{Datastore, Topology};
use serde_json::Value;

const API: &str = "app.redislabs.com/v1alpha1";
/// The port of a cluster's API.
const API_PORT: u32 = 9443;
/// The port of the database in its Service.
const DATABASE_PORT: u32 = 12000;
/// The port of the metrics that are called v2.
const METRICS_PORT: u32 = 8070;

/// See [`Guest`].
pub(super) fn guest(
    topology: &Topology,
    deployment: &Deployment,
    store: &Datastore,
) -> Option<Guest> {
    let mut sets = deployment.active_active_sets.iter();
    let set = sets.find(|s| s.datastore == store.name)?;
    Some(Guest {
        datastore: store.name.clone(),
        kind: "redis_enterprise",
        file: format!("redis-enterprise-{}.yaml", store.name),
        objects: guests::by_cluster(topology, deployment, |ground| objects(ground, set)),
        ports: Vec::new(),
        namespace: Some(set.namespace.clone()),
        through_gateways: true,
        scrape: Some(scrape(set)),
    })
}

/// Members have metrics at a port of their own.
fn scrape(set: &ActiveActiveSet) -> (String, Value) {
    let job = json!({
        "job_name": "redis-enterprise",
        "scheme": "https",
        "metrics_path": "/v2",
        "tls_config": { "insecure_skip_verify": true },
        "kubernetes_sd_configs": [{ "role": "pod", "namespaces": { "names": [set.namespace] } }],
        "relabel_configs": [
            { "source_labels": ["__meta_kubernetes_pod_label_redis_io_role"], "regex": "node", "action": "keep" },
            { "source_labels": ["__meta_kubernetes_pod_ip"], "target_label": "__address__", "replacement": "$1:8070" },
            { "target_label": "datastore", "replacement": set.datastore },
        ],
    });
    (format!("redis-enterprise-{}", set.datastore), job)
}

fn objects(ground: Ground, set: &ActiveActiveSet) -> Vec<Value> {
    let Some(region) = set.regions.iter().find(|r| r.region == ground.region()) else {
        return Vec::new();
    };
    let member = Member {
        ground,
        set,
        region,
    };
    let mut objects = vec![member.namespace(), member.license(), member.cluster()];
    for other in &set.regions {
        objects.push(member.credentials(other));
        objects.push(member.remote_cluster(other));
    }
    // The database is made from one region, and the operator makes its parts in the others.
    if set.regions.first() == Some(region) {
        objects.push(member.database_password());
        objects.push(member.database());
    }
    objects.extend(member.peering());
    objects.push(member.network_policy());
    objects
}

struct Member<'a> {
    ground: Ground<'a>,
    set: &'a ActiveActiveSet,
    region: &'a ActiveActiveRegion,
}

impl Member<'_> {
    fn object(&self, api: &str, kind: &str, name: &str, spec: Value) -> Value {
        self.ground
            .object(api, kind, name, &self.set.namespace, spec)
    }

    fn system(&self) -> &str {
        &self.ground.topology.name
    }

    /// The name of the cluster of nodes; the database has the datastore's own.
    fn cluster_name(&self) -> String {
        format!("{}-cluster", self.set.datastore)
    }

    fn remote_name(&self, other: &ActiveActiveRegion) -> String {
        self.ground.topology.region(other.region).name.clone()
    }

    /// A namespace without proxies: members find each other by their own means.
    fn namespace(&self) -> Value {
        json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": self.set.namespace,
                "labels": {
                    "kubernetes.io/metadata.name": self.set.namespace,
                    "istio-injection": "disabled",
                },
            },
        })
    }

    fn secret(&self, name: &str, from: Value) -> Value {
        let mut spec = json!({
            "refreshInterval": "1h",
            "secretStoreRef": { "kind": "ClusterSecretStore", "name": format!("{}-secrets", self.system()) },
            "target": { "name": name },
        });
        if let (Some(spec), Value::Object(from)) = (spec.as_object_mut(), from) {
            spec.extend(from);
        }
        self.object("external-secrets.io/v1", "ExternalSecret", name, spec)
    }

    fn license(&self) -> Value {
        let key = format!("{}-{}-license", self.system(), self.set.datastore);
        let name = format!("{}-license", self.set.datastore);
        let data = json!([{ "secretKey": "license", "remoteRef": { "key": key } }]);
        self.secret(&name, json!({ "data": data }))
    }

    /// User and password of a region's cluster, as its operator has made them.
    fn credentials(&self, other: &ActiveActiveRegion) -> Value {
        // The name is the operator's rule.
        let name = format!("redis-enterprise-{}", self.remote_name(other));
        let from = json!([{ "extract": { "key": other.credentials_secret } }]);
        self.secret(&name, json!({ "dataFrom": from }))
    }

    fn database_password(&self) -> Value {
        let key = format!("{}-{}-password", self.system(), self.set.datastore);
        let name = format!("{}-password", self.set.datastore);
        let data = json!([{ "secretKey": "password", "remoteRef": { "key": key } }]);
        self.secret(&name, json!({ "data": data }))
    }

    fn cluster(&self) -> Value {
        let memory = self.region.node_gibibytes;
        let cpu = format!("{}m", self.set.node_millicores);
        let resources = json!({ "cpu": cpu, "memory": format!("{memory}Gi") });
        let off = json!({ "sidecar.istio.io/inject": "false" });
        let spec = json!({
            "nodes": self.region.nodes,
            "licenseSecretName": format!("{}-license", self.set.datastore),
            "persistentSpec": { "enabled": true, "volumeSize": format!("{}Gi", memory * 5) },
            "redisEnterpriseNodeResources": { "requests": &resources, "limits": resources },
            "rackAwarenessNodeLabel": "topology.kubernetes.io/zone",
            "podAnnotations": &off,
            "redisEnterprisePodAnnotations": off,
            "ingressOrRouteSpec": {
                "method": "istio",
                "apiFqdnUrl": self.region.api,
                "dbFqdnSuffix": self.region.suffix,
            },
        });
        let name = self.cluster_name();
        self.object(
            "app.redislabs.com/v1",
            "RedisEnterpriseCluster",
            &name,
            spec,
        )
    }

    fn remote_cluster(&self, other: &ActiveActiveRegion) -> Value {
        let name = self.remote_name(other);
        let spec = json!({
            "recName": self.cluster_name(),
            "recNamespace": self.set.namespace,
            "apiFqdnUrl": other.api,
            "dbFqdnSuffix": other.suffix,
            "secretName": format!("redis-enterprise-{name}"),
        });
        self.object(API, "RedisEnterpriseRemoteCluster", &name, spec)
    }

    fn database(&self) -> Value {
        let members = self
            .set
            .regions
            .iter()
            .map(|r| json!({ "name": self.remote_name(r) }));
        let spec = json!({
            "redisEnterpriseCluster": { "name": self.cluster_name() },
            "participatingClusters": members.collect::<Vec<_>>(),
            "globalConfigurations": {
                "databaseSecretName": format!("{}-password", self.set.datastore),
                "databasePort": DATABASE_PORT,
                "memorySize": format!("{}MB", self.set.memory >> 20),
                "shardCount": 1,
                "replication": true,
                "rackAware": true,
                "persistence": "aofEverySecond",
                "tlsMode": "enabled",
                "alertSettings": {
                    "bdb_crdt_src_high_syncer_lag": { "enabled": true, "threshold": self.set.lag_alert_seconds.to_string() },
                },
            },
        });
        let kind = "RedisEnterpriseActiveActiveDatabase";
        self.object(API, kind, &self.set.datastore, spec)
    }

    /// The way from the gateway, which leaves TLS closed, to the API and the database.
    fn peering(&self) -> Vec<Value> {
        let database = format!("{}{}", self.set.datastore, self.region.suffix);
        let hosts = [self.region.api.clone(), database.clone()];
        let gateway = json!({
            "selector": { "istio": EAST_WEST },
            "servers": [{
                "port": { "number": PEER_PORT, "name": "tls-peers", "protocol": "TLS" },
                "tls": { "mode": "PASSTHROUGH" },
                "hosts": hosts,
            }],
        });
        let route = |host: &str, service: String, port: u32| {
            json!({
                "match": [{ "port": PEER_PORT, "sniHosts": [host] }],
                "route": [{ "destination": {
                    "host": format!("{service}.{}.svc.cluster.local", self.set.namespace),
                    "port": { "number": port },
                } }],
            })
        };
        let name = format!("{}-peers", self.set.datastore);
        let service = json!({
            "hosts": hosts,
            "gateways": [format!("{}/{name}", self.set.namespace)],
            "tls": [
                route(&self.region.api, self.cluster_name(), API_PORT),
                route(&database, self.set.datastore.clone(), DATABASE_PORT),
            ],
        });
        vec![
            self.object(ISTIO, "Gateway", &name, gateway),
            self.object(ISTIO, "VirtualService", &name, service),
        ]
    }

    /// Members among themselves, services of the system, the gateway, the collector of
    /// metrics.
    fn network_policy(&self) -> Value {
        let namespace = |name: &str| json!({ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": name } } });
        let tcp = |port: u32| json!({ "protocol": "TCP", "port": port });
        let spec = json!({
            "podSelector": {},
            "policyTypes": ["Ingress"],
            "ingress": [
                { "from": [{ "podSelector": {} }] },
                { "from": [namespace(self.ground.namespace()), namespace(GATEWAYS)],
                  "ports": [tcp(DATABASE_PORT), tcp(API_PORT)] },
                { "from": [{ "namespaceSelector": {} }], "ports": [tcp(METRICS_PORT)] },
            ],
        });
        self.object(NETWORKING, "NetworkPolicy", &self.set.datastore, spec)
    }
}
