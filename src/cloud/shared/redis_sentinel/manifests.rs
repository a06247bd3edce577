//! Redis with Sentinel: nodes and sentinels of one region, reachable by name from all.

use crate::cloud::guests;
use crate::deployment::manifests::{object_of, restricted};
use crate::deployment::{Deployment, Ground, Guest, SentinelRegion, SentinelSet};
use crate::format::hash;
use crate::format::json::json;
use crate::topology::{Datastore, Topology};
use serde_json::Value;

const SCRIPTS: &[(&str, &str)] = &[
    (
        "backup.sh",
        include_str!("../../../../templates/kubernetes/redis-backup.sh"),
    ),
    (
        "common.sh",
        include_str!("../../../../templates/kubernetes/redis-common.sh"),
    ),
    (
        "keep.sh",
        include_str!("../../../../templates/kubernetes/redis-keep.sh"),
    ),
    (
        "lag.sh",
        include_str!("../../../../templates/kubernetes/redis-lag.sh"),
    ),
    (
        "ping.sh",
        include_str!("../../../../templates/kubernetes/redis-ping.sh"),
    ),
    (
        "promote.sh",
        include_str!("../../../../templates/kubernetes/redis-promote.sh"),
    ),
    (
        "reload.sh",
        include_str!("../../../../templates/kubernetes/redis-reload.sh"),
    ),
    (
        "restore.sh",
        include_str!("../../../../templates/kubernetes/redis-restore.sh"),
    ),
    (
        "snapshot.sh",
        include_str!("../../../../templates/kubernetes/redis-snapshot.sh"),
    ),
    (
        "start-copy.sh",
        include_str!("../../../../templates/kubernetes/redis-copy.sh"),
    ),
    (
        "start-node.sh",
        include_str!("../../../../templates/kubernetes/redis-node.sh"),
    ),
    (
        "start-sentinel.sh",
        include_str!("../../../../templates/kubernetes/redis-sentinel.sh"),
    ),
    (
        "writes.sh",
        include_str!("../../../../templates/kubernetes/redis-writes.sh"),
    ),
];
/// Scripts that a running member holds on to, beside those that start it.
const READ_AT_START: [&str; 2] = ["common.sh", "reload.sh"];
const EXPORTER: &str = "docker.io/oliver006/redis_exporter:v1.66.0";
const REDIS_PORT: u32 = 6379;
const SENTINEL_PORT: u32 = 26379;
/// Seconds between two looks at the Secrets of a running member.
const RELOAD_SECONDS: u32 = 30;

/// See [`Guest`].
pub(super) fn guest(
    topology: &Topology,
    deployment: &Deployment,
    store: &Datastore,
) -> Option<Guest> {
    let mut sets = deployment.sentinel_sets.iter();
    let set = sets.find(|s| s.datastore == store.name)?;
    Some(Guest {
        datastore: store.name.clone(),
        kind: "redis_sentinel",
        file: format!("redis-{}.yaml", store.name),
        objects: guests::by_cluster(topology, deployment, |ground| objects(ground, set)),
        ports: vec![REDIS_PORT, SENTINEL_PORT],
        namespace: None,
        through_gateways: false,
        scrape: None,
    })
}

fn objects(ground: Ground, set: &SentinelSet) -> Vec<Value> {
    let Some(region) = set.regions.iter().find(|r| r.region == ground.region()) else {
        return Vec::new();
    };
    let set = Members {
        ground,
        set,
        region,
    };
    let mut objects = vec![set.config(), set.certificate()];
    objects.extend(set.stateful_set("node", region.nodes.len()));
    objects.extend(set.stateful_set("sentinel", region.sentinels.len()));
    objects.extend(set.services());
    objects.push(set.network_policy());
    objects.extend(set.backup());
    objects.extend(set.copy());
    objects
}

struct Members<'a> {
    ground: Ground<'a>,
    set: &'a SentinelSet,
    region: &'a SentinelRegion,
}

impl Members<'_> {
    fn name(&self, part: &str) -> String {
        format!("{}-{part}", self.set.datastore)
    }

    fn object(&self, api: &str, kind: &str, name: &str, spec: Value) -> Value {
        self.ground
            .object(api, kind, name, self.ground.namespace(), spec)
    }

    fn image(&self) -> String {
        let store = self.ground.topology.datastores.iter();
        let store = store.clone().find(|d| d.name == self.set.datastore);
        let version = store.and_then(|d| self.ground.topology.engine_version(d));
        format!("docker.io/library/redis:{}", version.unwrap_or_default())
    }

    /// The node that starts as the primary.
    fn initial_primary(&self) -> &str {
        let first = self.set.regions.iter().find(|r| r.primary);
        first
            .and_then(|r| r.nodes.first())
            .map_or("", String::as_str)
    }

    /// All nodes of the set.
    fn nodes(&self) -> Vec<&str> {
        let regions = self.set.regions.iter();
        regions
            .flat_map(|r| r.nodes.iter().map(String::as_str))
            .collect()
    }

    /// Sentinels promote the replica with the smallest priority: one in the region where the
    /// primary starts, else one in the region that takes over from it, else any.
    fn priority(&self) -> u32 {
        let home = self.set.regions.iter().find(|r| r.primary);
        let home = home.map(|r| r.region);
        let next = home.and_then(|id| self.ground.topology.successor(id));
        let here = Some(self.region.region);
        if here == home {
            50
        } else if here == next {
            75
        } else {
            100
        }
    }

    /// What a member reads when it starts: pods start again when it changes. The other scripts
    /// are read each time that they run.
    fn checksum(&self) -> String {
        let config = self.config();
        let read = |name: &&str| {
            name.ends_with(".conf")
                || ["start-node.sh", "start-sentinel.sh"].contains(name)
                || READ_AT_START.contains(name)
        };
        let data = config["data"].as_object();
        let files = data.into_iter().flatten();
        let files = files.filter(|(name, _)| read(&name.as_str()));
        let all: String = files
            .map(|(name, text)| format!("{name}\n{text}\n"))
            .collect();
        hash(&all)
    }

    fn config(&self) -> Value {
        let set = self.set;
        // Three quarters for data; the rest for copies on write while a snapshot is taken.
        let max_memory = set.memory / 4 * 3;
        let redis = format!(
            "port 0\ntls-port {REDIS_PORT}\ntls-cert-file /tls/tls.crt\ntls-key-file /tls/tls.key\n\
             tls-ca-cert-file /tls/ca.crt\ntls-auth-clients no\ntls-replication yes\ndir /data\n\
             appendonly yes\nappendfsync everysec\nmaxmemory {max_memory}\n\
             maxmemory-policy noeviction\nreplica-read-only yes\nreplica-announce-port {REDIS_PORT}\n\
             replica-priority {}\nmin-replicas-to-write {}\nmin-replicas-max-lag {}\n",
            self.priority(),
            set.min_replicas,
            set.max_lag_seconds,
        );
        let name = &set.datastore;
        // All replicas follow at once: with fewer the sentinel waits for one that is dead, and
        // the new primary takes no writes meanwhile.
        let replicas = self.nodes().len().saturating_sub(1).max(1);
        let sentinel = format!(
            "port 0\ntls-port {SENTINEL_PORT}\ntls-cert-file /tls/tls.crt\n\
             tls-key-file /tls/tls.key\ntls-ca-cert-file /tls/ca.crt\ntls-auth-clients no\n\
             tls-replication yes\ndir /data\nsentinel resolve-hostnames yes\n\
             sentinel announce-hostnames yes\nsentinel announce-port {SENTINEL_PORT}\n\
             sentinel monitor {name} {} {REDIS_PORT} {}\n\
             sentinel down-after-milliseconds {name} {}\nsentinel failover-timeout {name} {}\n\
             sentinel parallel-syncs {name} {replicas}\n",
            self.initial_primary(),
            set.quorum,
            set.down_after_millis,
            set.failover_timeout_millis,
        );
        let mut data = json!({ "redis.conf": redis, "sentinel.conf": sentinel });
        for (name, script) in SCRIPTS {
            data[*name] = json!(script);
        }
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": self.ground.metadata(&self.name("redis"), self.ground.namespace()),
            "data": data,
        })
    }

    /// Members trust each other by a certificate authority of the system.
    fn certificate(&self) -> Value {
        let names: Vec<&String> = self
            .region
            .nodes
            .iter()
            .chain(&self.region.sentinels)
            .collect();
        let spec = json!({
            "secretName": self.name("tls"),
            "duration": "2160h",
            "renewBefore": "720h",
            "privateKey": { "algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always" },
            "dnsNames": names,
            "issuerRef": {
                "group": "cert-manager.io",
                "kind": "ClusterIssuer",
                "name": format!("{}-internal", self.ground.topology.name),
            },
        });
        self.object("cert-manager.io/v1", "Certificate", &self.name("tls"), spec)
    }

    fn stateful_set(&self, part: &str, count: usize) -> Vec<Value> {
        if count == 0 {
            return Vec::new();
        }
        let name = self.name(part);
        let labels = json!({ "app.kubernetes.io/name": name });
        let storage = match part {
            "node" => self.storage(),
            _ => "1Gi".to_string(),
        };
        let mut pod_labels = labels.clone();
        // The mesh cannot carry calls to single members by their own names.
        pod_labels["sidecar.istio.io/inject"] = json!("false");
        pod_labels["app.kubernetes.io/component"] = json!(self.set.datastore);
        let claim = json!({
            "metadata": { "name": "data" },
            "spec": claim(&storage),
        });
        let spread = json!([{
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": { "matchLabels": &labels },
        }]);
        let set = json!({
            "serviceName": name,
            "replicas": count,
            "podManagementPolicy": "Parallel",
            "selector": { "matchLabels": &labels },
            "template": {
                "metadata": {
                    "labels": pod_labels,
                    "annotations": { "checksum/config": self.checksum() },
                },
                "spec": {
                    "automountServiceAccountToken": false,
                    "terminationGracePeriodSeconds": 60,
                    "securityContext": as_redis(),
                    "containers": self.containers(part),
                    "topologySpreadConstraints": spread,
                    "volumes": self.volumes(),
                },
            },
            "volumeClaimTemplates": [claim],
        });
        let headless = json!({
            "clusterIP": "None",
            "publishNotReadyAddresses": true,
            "selector": &labels,
            "ports": [{ "name": "tls", "port": port(part) }],
        });
        let mut objects = vec![
            self.object("v1", "Service", &name, headless),
            self.object("apps/v1", "StatefulSet", &name, set),
        ];
        if count > 1 {
            let budget = json!({ "maxUnavailable": 1, "selector": { "matchLabels": labels } });
            objects.push(self.object("policy/v1", "PodDisruptionBudget", &name, budget));
        }
        objects
    }

    /// What a node's data takes on disk.
    fn storage(&self) -> String {
        format!("{}Gi", self.set.memory.div_ceil(1 << 30) * 3)
    }

    fn volumes(&self) -> Value {
        json!([
            { "name": "config", "configMap": { "name": self.name("redis"), "defaultMode": 0o555 } },
            { "name": "tls", "secret": { "secretName": self.name("tls"), "defaultMode": 0o440 } },
            { "name": "password", "secret": { "secretName": self.name("password"), "defaultMode": 0o440 } },
            { "name": "run", "emptyDir": { "medium": "Memory" } },
        ])
    }

    /// What a member's scripts are told.
    fn env(&self, part: &str) -> Value {
        let region = self.ground.topology.region(self.region.region);
        let regions = self.set.regions.iter();
        let sentinels = regions.flat_map(|r| r.sentinels.iter().map(String::as_str));
        let sentinels: Vec<&str> = sentinels.collect();
        json!([
            { "name": "SET_NAME", "value": self.set.datastore },
            { "name": "MEMBER_DOMAIN", "value": format!("{}.{}.internal", region.place.location, self.set.datastore) },
            { "name": "NODES", "value": self.nodes().join(" ") },
            { "name": "SENTINELS", "value": sentinels.join(" ") },
            { "name": "INITIAL_PRIMARY", "value": self.initial_primary() },
            { "name": "PART", "value": part },
            { "name": "RELOAD_SECONDS", "value": RELOAD_SECONDS.to_string() },
        ])
    }

    fn memory(&self, part: &str) -> String {
        match part {
            "sentinel" => "128Mi".to_string(),
            _ => format!("{}Mi", self.set.memory >> 20),
        }
    }

    /// The container that is the member, or the copy, which nobody but a restore asks.
    fn main(&self, part: &str) -> Value {
        let memory = self.memory(part);
        let mut mounts = reads();
        if let Some(mounts) = mounts.as_array_mut() {
            mounts.push(json!({ "name": "data", "mountPath": "/data" }));
        }
        let mut main = json!({
            "name": part,
            "image": self.image(),
            "command": ["/bin/sh", format!("/config/start-{part}.sh")],
            "env": self.env(part),
            "ports": [{ "name": "tls", "containerPort": port(part) }],
            "resources": {
                "requests": { "cpu": "250m", "memory": memory },
                "limits": { "memory": memory },
            },
            "securityContext": restricted(),
            "volumeMounts": mounts,
        });
        if part != "copy" {
            main["readinessProbe"] = json!({
                "exec": { "command": ["/bin/sh", "/config/ping.sh", part] },
                "periodSeconds": 5,
                "timeoutSeconds": 2,
                "failureThreshold": 3,
            });
        }
        main
    }

    fn containers(&self, part: &str) -> Vec<Value> {
        let main = self.main(part);
        let reload = json!({
            "name": "reload",
            "image": self.image(),
            "command": ["/bin/sh", "/config/reload.sh"],
            "env": self.env(part),
            "resources": {
                "requests": { "cpu": "10m", "memory": "16Mi" },
                "limits": { "memory": "32Mi" },
            },
            "securityContext": restricted(),
            "volumeMounts": reads(),
        });
        match part {
            "node" => vec![main, reload, self.exporter()],
            _ => vec![main, reload],
        }
    }

    fn password(&self) -> Value {
        json!({
            "name": "REDIS_PASSWORD",
            "valueFrom": { "secretKeyRef": { "name": self.name("password"), "key": "password" } },
        })
    }

    fn exporter(&self) -> Value {
        json!({
            "name": "exporter",
            "image": EXPORTER,
            "env": [
                { "name": "REDIS_ADDR", "value": format!("rediss://localhost:{REDIS_PORT}") },
                { "name": "REDIS_EXPORTER_SKIP_TLS_VERIFICATION", "value": "true" },
                self.password(),
            ],
            "ports": [{ "name": "metrics", "containerPort": 9121 }],
            "resources": {
                "requests": { "cpu": "10m", "memory": "32Mi" },
                "limits": { "memory": "64Mi" },
            },
            "securityContext": restricted(),
        })
    }

    /// One internal address for each member: replicas and sentinels announce themselves by
    /// names that must lead to one pod, from every region.
    fn services(&self) -> Vec<Value> {
        let nodes = (0..self.region.nodes.len()).map(|n| ("node", n));
        let sentinels = (0..self.region.sentinels.len()).map(|n| ("sentinel", n));
        let annotations = self.region.annotations.iter();
        nodes
            .chain(sentinels)
            .zip(annotations)
            .map(|((part, index), annotations)| {
                let pod = format!("{}-{index}", self.name(part));
                let spec = json!({
                    "type": "LoadBalancer",
                    "externalTrafficPolicy": "Local",
                    "publishNotReadyAddresses": true,
                    "selector": { "statefulset.kubernetes.io/pod-name": pod },
                    "ports": [{ "name": "tls", "port": port(part) }],
                });
                let mut service = self.object("v1", "Service", &pod, spec);
                service["metadata"]["annotations"] = object_of(annotations);
                service
            })
            .collect()
    }

    fn network_policy(&self) -> Value {
        let members =
            json!({ "matchLabels": { "app.kubernetes.io/component": self.set.datastore } });
        let ports = json!([
            { "protocol": "TCP", "port": REDIS_PORT },
            { "protocol": "TCP", "port": SENTINEL_PORT },
        ]);
        let mut from = vec![json!({ "podSelector": {} })];
        from.extend(self.ground.all_clusters());
        let spec = json!({
            "podSelector": members,
            "policyTypes": ["Ingress"],
            "ingress": [
                { "from": from, "ports": ports },
                { "from": [{ "namespaceSelector": {} }], "ports": [{ "protocol": "TCP", "port": 9121 }] },
            ],
        });
        self.object(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            &self.name("redis"),
            spec,
        )
    }

    /// A snapshot of a replica, the nearest first, taken to the region's bucket.
    fn backup(&self) -> Vec<Value> {
        let (Some(upload), Some(schedule)) = (&self.region.backup, &self.set.backup_schedule)
        else {
            return Vec::new();
        };
        if self.region.nodes.is_empty() {
            return Vec::new();
        }
        let name = self.name("backup");
        let identities = &self.ground.deployment.identities;
        let identity = identities
            .iter()
            .find(|i| i.workload == name && i.region == self.region.region);
        let mut account = json!({
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": self.ground.metadata(&name, self.ground.namespace()),
        });
        if let Some(identity) = identity {
            account["metadata"]["annotations"] = object_of(&identity.annotations);
        }
        let dump = json!({
            "name": "snapshot",
            "image": self.image(),
            "command": ["/bin/sh", "/config/backup.sh"],
            "env": self.env("backup"),
            "resources": { "requests": { "cpu": "100m", "memory": "64Mi" }, "limits": { "memory": "128Mi" } },
            "securityContext": restricted(),
            "volumeMounts": [
                { "name": "config", "mountPath": "/config", "readOnly": true },
                { "name": "tls", "mountPath": "/tls", "readOnly": true },
                { "name": "password", "mountPath": "/password", "readOnly": true },
                { "name": "work", "mountPath": "/work" },
            ],
        });
        let script = format!(
            "set -eu\nexec {} /work/dump.rdb \"{}/$(date -u +%Y-%m-%dT%H%M%SZ).rdb\"\n",
            upload.command.join(" "),
            upload.target,
        );
        let copy = json!({
            "name": "upload",
            "image": upload.image,
            "command": ["/bin/sh", "-c", script],
            "env": [{ "name": "HOME", "value": "/work" }],
            "resources": { "requests": { "cpu": "100m", "memory": "256Mi" }, "limits": { "memory": "512Mi" } },
            "securityContext": restricted(),
            "volumeMounts": [{ "name": "work", "mountPath": "/work" }],
        });
        let pod = json!({
            "serviceAccountName": name,
            "restartPolicy": "Never",
            "securityContext": {
                "runAsNonRoot": true,
                "runAsUser": 999,
                "fsGroup": 999,
                "seccompProfile": { "type": "RuntimeDefault" },
            },
            "initContainers": [dump],
            "containers": [copy],
            "volumes": [
                { "name": "config", "configMap": { "name": self.name("redis"), "defaultMode": 0o555 } },
                { "name": "tls", "secret": { "secretName": self.name("tls"), "defaultMode": 0o440 } },
                { "name": "password", "secret": { "secretName": self.name("password"), "defaultMode": 0o440 } },
                { "name": "work", "emptyDir": {} },
            ],
        });
        let labels = json!({ "sidecar.istio.io/inject": "false" });
        let job = json!({
            "schedule": schedule,
            "timeZone": "Etc/UTC",
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 3600,
            "jobTemplate": { "spec": {
                "backoffLimit": 3,
                "activeDeadlineSeconds": self.set.backup_limit_seconds,
                "template": { "metadata": { "labels": labels }, "spec": pod },
            } },
        });
        vec![account, self.object("batch/v1", "CronJob", &name, job)]
    }

    /// What a restore makes a copy of the set from: a job that serves a snapshot once it is told
    /// which. It never runs by itself.
    fn copy(&self) -> Vec<Value> {
        let Some(upload) = &self.region.backup else {
            return Vec::new();
        };
        if self.set.backup_schedule.is_none() || self.region.nodes.is_empty() {
            return Vec::new();
        }
        let fetch = json!({
            "name": "fetch",
            "image": upload.image,
            "command": ["sleep", "infinity"],
            "env": [{ "name": "HOME", "value": "/data" }],
            "resources": { "requests": { "cpu": "100m", "memory": "256Mi" }, "limits": { "memory": "512Mi" } },
            "securityContext": restricted(),
            "volumeMounts": [{ "name": "data", "mountPath": "/data" }],
        });
        let mut volumes = self.volumes();
        if let Some(volumes) = volumes.as_array_mut() {
            let claim = json!({ "spec": claim(&self.storage()) });
            volumes.push(json!({ "name": "data", "ephemeral": { "volumeClaimTemplate": claim } }));
        }
        let labels = json!({
            "sidecar.istio.io/inject": "false",
            "app.kubernetes.io/component": self.set.datastore,
        });
        let pod = json!({
            "serviceAccountName": self.name("backup"),
            "restartPolicy": "OnFailure",
            "securityContext": as_redis(),
            "containers": [self.main("copy"), fetch],
            "volumes": volumes,
        });
        let location = self
            .ground
            .topology
            .region(self.region.region)
            .place
            .location;
        let mark = json!({ "restored-from": format!("{}-{location}", self.set.datastore) });
        let job = json!({
            "schedule": "0 0 1 1 *",
            "timeZone": "Etc/UTC",
            "suspend": true,
            "jobTemplate": {
                "metadata": { "labels": mark },
                "spec": { "template": { "metadata": { "labels": labels }, "spec": pod } },
            },
        });
        vec![self.object("batch/v1", "CronJob", &self.name("copy"), job)]
    }
}

/// The user of the image, who owns what a pod writes.
fn as_redis() -> Value {
    json!({
        "runAsNonRoot": true,
        "runAsUser": 999,
        "runAsGroup": 999,
        "fsGroup": 999,
        "seccompProfile": { "type": "RuntimeDefault" },
    })
}

/// What the scripts of members read.
fn reads() -> Value {
    json!([
        { "name": "config", "mountPath": "/config", "readOnly": true },
        { "name": "tls", "mountPath": "/tls", "readOnly": true },
        { "name": "password", "mountPath": "/password", "readOnly": true },
        { "name": "run", "mountPath": "/run/redis" },
    ])
}

fn claim(storage: &str) -> Value {
    json!({
        "accessModes": ["ReadWriteOnce"],
        "resources": { "requests": { "storage": storage } },
    })
}

fn port(part: &str) -> u32 {
    if part == "sentinel" {
        SENTINEL_PORT
    } else {
        REDIS_PORT
    }
}
