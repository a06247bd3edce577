//! PostgreSQL in several regions: what keeps its databases copying each other, and what shows
//! how old the copies are.

use crate::cloud::guests;
use crate::deployment::manifests::{NETWORKING, object_of, restricted};
use crate::deployment::{Deployment, Ground, Guest, LogicalRegion, LogicalStore};
use crate::format::hash;
use crate::format::json::json;
use crate::topology::{Datastore, RegionId, Topology};
use serde_json::{Map, Value};

/// What the pods run, by the name of its file.
const SCRIPTS: [(&str, &str); 9] = [
    (
        "common.sh",
        include_str!("../../../../templates/kubernetes/postgres-common.sh"),
    ),
    (
        "replication.sh",
        include_str!("../../../../templates/kubernetes/postgres-replication.sh"),
    ),
    (
        "add-table.sh",
        include_str!("../../../../templates/kubernetes/postgres-add-table.sh"),
    ),
    (
        "copy-anew.sh",
        include_str!("../../../../templates/kubernetes/postgres-copy-anew.sh"),
    ),
    (
        "heartbeat.sh",
        include_str!("../../../../templates/kubernetes/postgres-heartbeat.sh"),
    ),
    (
        "lag.sh",
        include_str!("../../../../templates/kubernetes/postgres-lag.sh"),
    ),
    (
        "leave-replication.sh",
        include_str!("../../../../templates/kubernetes/postgres-leave-replication.sh"),
    ),
    (
        "stop-following.sh",
        include_str!("../../../../templates/kubernetes/postgres-stop-following.sh"),
    ),
    (
        "follow.sh",
        include_str!("../../../../templates/kubernetes/postgres-follow.sh"),
    ),
];
const EXPORTER: &str = "docker.io/burningalchemist/sql_exporter:0.18.0";
const EXPORTER_PORT: u32 = 9399;
const POSTGRES_PORT: u32 = 5432;
/// Seconds between two beats: what lag shows when nothing is behind.
const BEAT_SECONDS: u64 = 5;

/// See [`Guest`].
pub(super) fn guest(
    topology: &Topology,
    deployment: &Deployment,
    store: &Datastore,
) -> Option<Guest> {
    let mut sets = deployment.logical_stores.iter();
    let set = sets.find(|s| s.datastore == store.name)?;
    Some(Guest {
        datastore: store.name.clone(),
        kind: "rds_postgres",
        file: format!("postgres-{}.yaml", store.name),
        objects: guests::by_cluster(topology, deployment, |ground| objects(ground, set)),
        ports: Vec::new(),
        namespace: None,
        through_gateways: false,
        scrape: None,
    })
}

fn objects(ground: Ground, store: &LogicalStore) -> Vec<Value> {
    let Some(region) = store.regions.iter().find(|r| r.region == ground.region()) else {
        return Vec::new();
    };
    let member = Member {
        ground,
        store,
        region,
    };
    vec![
        member.scripts(),
        member.password(),
        member.account(),
        member.replication(),
        member.heartbeat(),
        member.exporter(),
        member.network_policy(),
    ]
}

struct Member<'a> {
    ground: Ground<'a>,
    store: &'a LogicalStore,
    region: &'a LogicalRegion,
}

impl Member<'_> {
    fn name(&self, part: &str) -> String {
        format!("{}-{part}", self.store.datastore)
    }

    fn object(&self, api: &str, kind: &str, name: &str, spec: Value) -> Value {
        let namespace = self.ground.namespace();
        self.ground.object(api, kind, name, namespace, spec)
    }

    fn region_name(&self, id: RegionId) -> &str {
        &self.ground.topology.region(id).name
    }

    fn client(&self) -> String {
        format!("docker.io/library/postgres:{}", self.store.version)
    }

    fn scripts(&self) -> Value {
        let mut data: Map<String, Value> = SCRIPTS
            .into_iter()
            .map(|(name, text)| (name.to_string(), json!(text)))
            .collect();
        let exporter = crate::format::yaml::print(&self.exporter_config());
        data.insert("sql_exporter.yml".into(), json!(exporter));
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": self.ground.metadata(&self.name("replication"), self.ground.namespace()),
            "data": data,
        })
    }

    /// The password of the user that copies, from the cloud's secret store.
    fn password(&self) -> Value {
        let spec = json!({
            "refreshInterval": "1h",
            "secretStoreRef": {
                "kind": "ClusterSecretStore",
                "name": format!("{}-secrets", self.ground.topology.name),
            },
            "target": { "name": self.name("replication") },
            "data": [{
                "secretKey": "password",
                "remoteRef": { "key": self.store.password_secret },
            }],
        });
        let name = self.name("replication");
        self.object("external-secrets.io/v1", "ExternalSecret", &name, spec)
    }

    fn account(&self) -> Value {
        let name = self.name("replication");
        let mut account = json!({
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": self.ground.metadata(&name, self.ground.namespace()),
        });
        let identities = &self.ground.deployment.identities;
        let own = identities
            .iter()
            .find(|i| i.workload == name && i.region == self.region.region);
        if let Some(own) = own {
            account["metadata"]["annotations"] = object_of(&own.annotations);
        }
        account
    }

    /// What `common.sh` asks for.
    fn environment(&self) -> Vec<Value> {
        let text = |name: &str, value: String| json!({ "name": name, "value": value });
        let names = |ids: Vec<RegionId>| {
            let names = ids.into_iter().map(|id| self.region_name(id));
            names.collect::<Vec<_>>().join(" ")
        };
        let regions = &self.store.regions;
        let sending = regions.iter().filter(|r| self.store.sends(r.region));
        let mut found = vec![
            text("DATABASES", self.store.databases.join(" ")),
            text("LOCAL_TABLES", self.store.local_tables.join(" ")),
            text("REGION", self.region_name(self.region.region).to_string()),
            text("REGIONS", names(regions.iter().map(|r| r.region).collect())),
            text("PROVIDERS", names(sending.map(|r| r.region).collect())),
            text("PGHOST", self.region.host.clone()),
            self.replication_password("REPLICATION_PASSWORD"),
        ];
        found.extend(regions.iter().map(|each| {
            let slug = self.ground.topology.region(each.region).slug();
            text(&format!("HOST_{slug}"), each.host.clone())
        }));
        found
    }

    fn replication_password(&self, variable: &str) -> Value {
        json!({
            "name": variable,
            "valueFrom": { "secretKeyRef": { "name": self.name("replication"), "key": "password" } },
        })
    }

    /// What the servers are brought to, every five minutes: a table that both sides have is
    /// copied soon after.
    fn replication(&self) -> Value {
        let administrator = json!({
            "name": "administrator",
            "image": self.region.administrator_password.image,
            "command": ["/bin/sh", "-c", self.region.administrator_password.script],
            "env": [{ "name": "HOME", "value": "/work" }, { "name": "PASSWORD_FILE", "value": "/work/administrator" }],
            "resources": resources("50m", "256Mi"),
            "securityContext": restricted(),
            "volumeMounts": [{ "name": "work", "mountPath": "/work" }],
        });
        let text = |name: String, value: String| json!({ "name": name, "value": value });
        let mut env = self.environment();
        let regions = &self.store.regions;
        let number = regions.iter().position(|r| r.region == self.region.region);
        let sources = self.region.sources.iter().map(|id| self.region_name(*id));
        env.extend([
            text("SOURCES".into(), sources.collect::<Vec<_>>().join(" ")),
            text("ADMINISTRATOR".into(), self.store.administrator.into()),
            text(
                "ADMINISTRATOR_PASSWORD_FILE".into(),
                "/work/administrator".into(),
            ),
            text("REGION_NUMBER".into(), number.unwrap_or(0).to_string()),
            text("REGION_COUNT".into(), regions.len().to_string()),
            text("BOTH_WAYS".into(), self.store.both_ways.to_string()),
        ]);
        let main = json!({
            "name": "replication",
            "image": self.client(),
            "command": ["/bin/sh", "/config/replication.sh"],
            "env": env,
            "resources": resources("100m", "128Mi"),
            "securityContext": restricted(),
            "volumeMounts": [
                { "name": "config", "mountPath": "/config", "readOnly": true },
                { "name": "work", "mountPath": "/work", "readOnly": true },
            ],
        });
        let mut pod = self.pod();
        pod["serviceAccountName"] = json!(self.name("replication"));
        pod["automountServiceAccountToken"] = json!(true);
        pod["restartPolicy"] = json!("Never");
        pod["initContainers"] = json!([administrator]);
        pod["containers"] = json!([main]);
        pod["volumes"] = json!([
            self.config_volume(),
            { "name": "work", "emptyDir": { "medium": "Memory" } },
        ]);
        let spec = json!({
            "schedule": "*/5 * * * *",
            "timeZone": "Etc/UTC",
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 120,
            "successfulJobsHistoryLimit": 1,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": { "spec": {
                "backoffLimit": 0,
                "activeDeadlineSeconds": 240,
                "template": { "metadata": { "labels": self.labels("replication") }, "spec": pod },
            } },
        });
        self.object("batch/v1", "CronJob", &self.name("replication"), spec)
    }

    fn heartbeat(&self) -> Value {
        let mut env = self.environment();
        env.extend([
            json!({ "name": "BEAT_SECONDS", "value": BEAT_SECONDS.to_string() }),
            json!({ "name": "PGUSER", "value": "replication" }),
            json!({ "name": "PGSSLMODE", "value": "require" }),
            json!({ "name": "PGCONNECT_TIMEOUT", "value": "5" }),
            self.replication_password("PGPASSWORD"),
        ]);
        let container = json!({
            "name": "heartbeat",
            "image": self.client(),
            "command": ["/bin/sh", "/config/heartbeat.sh"],
            "env": env,
            "resources": resources("20m", "64Mi"),
            "securityContext": restricted(),
            "volumeMounts": [{ "name": "config", "mountPath": "/config", "readOnly": true }],
        });
        self.deployment("heartbeat", container)
    }

    /// Asks this region how old the others' beats are: what is seen is what has arrived.
    fn exporter(&self) -> Value {
        let container = json!({
            "name": "exporter",
            "image": EXPORTER,
            "args": ["-config.file=/config/sql_exporter.yml"],
            "env": [self.replication_password("PGPASSWORD")],
            "ports": [{ "name": "metrics", "containerPort": EXPORTER_PORT }],
            "readinessProbe": { "tcpSocket": { "port": EXPORTER_PORT }, "periodSeconds": 10 },
            "resources": resources("20m", "64Mi"),
            "securityContext": restricted(),
            "volumeMounts": [{ "name": "config", "mountPath": "/config", "readOnly": true }],
        });
        let mut deployment = self.deployment("exporter", container);
        let annotations = &mut deployment["spec"]["template"]["metadata"]["annotations"];
        annotations["prometheus.io/scrape"] = json!("true");
        annotations["prometheus.io/port"] = json!(EXPORTER_PORT.to_string());
        deployment
    }

    fn exporter_config(&self) -> Value {
        let region = self.region_name(self.region.region);
        let targets: Map<String, Value> = self
            .store
            .databases
            .iter()
            .map(|database| {
                let dsn = format!(
                    "postgres://replication@{}:{POSTGRES_PORT}/{database}?sslmode=require",
                    self.region.host
                );
                (database.clone(), json!(dsn))
            })
            .collect();
        let labels = json!({
            "system": self.ground.topology.name,
            "datastore": self.store.datastore,
            "region": region,
        });
        let metric = |name: &str, help: &str, key: &str, query: &str| {
            json!({
                "metric_name": name,
                "type": "gauge",
                "help": help,
                "key_labels": [key],
                "values": ["value"],
                "query": query,
            })
        };
        let lag = format!(
            "SELECT region AS origin, extract(epoch FROM clock_timestamp() - beat) AS value \
             FROM replication_heartbeat WHERE region <> '{region}'"
        );
        // Where nothing is sent from, no table can lack it.
        let unreplicated = format!(
            "SELECT c.relname AS table, (NOT EXISTS (SELECT FROM pglogical.tables t \
             WHERE t.relid = c.oid AND t.set_name IS NOT NULL))::int AS value \
             FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND {} \
             AND NOT c.relname = ANY (string_to_array('{}', ' '))",
            self.store.sends(self.region.region),
            self.store.local_tables.join(" ")
        );
        let metrics = [
            metric(
                "replication_lag_seconds",
                "Age of the newest beat of another region that has arrived here.",
                "origin",
                &lag,
            ),
            metric(
                "pglogical_subscription_replicating",
                "Whether a subscription applies changes.",
                "subscription",
                "SELECT subscription_name AS subscription, (status = 'replicating')::int AS value \
                 FROM pglogical.show_subscription_status()",
            ),
            metric(
                "pglogical_table_unreplicated",
                "A table whose rows are to be replicated and are not sent.",
                "table",
                &unreplicated,
            ),
            metric(
                "pglogical_slot_retained_bytes",
                "Log that is kept for a region that has not yet taken it.",
                "slot",
                "SELECT slot_name AS slot, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) AS value \
                 FROM pg_replication_slots WHERE database = current_database()",
            ),
        ];
        json!({
            "global": { "scrape_timeout": "10s", "scrape_timeout_offset": "500ms", "max_connections": 1, "max_idle_connections": 1 },
            "jobs": [{
                "job_name": self.store.datastore,
                "collectors": ["replication"],
                "static_configs": [{ "targets": targets, "labels": labels }],
            }],
            "collectors": [{ "collector_name": "replication", "metrics": metrics }],
        })
    }

    fn labels(&self, part: &str) -> Value {
        json!({
            "app.kubernetes.io/name": self.name(part),
            "app.kubernetes.io/component": self.name("replication"),
            // Databases are outside of the mesh, and jobs end only without a proxy.
            "sidecar.istio.io/inject": "false",
        })
    }

    fn checksum(&self, part: &str) -> String {
        match part {
            "exporter" => hash(crate::format::yaml::print(&self.exporter_config())),
            _ => {
                let read = ["common.sh", "heartbeat.sh"];
                let own = SCRIPTS.iter().filter(|(name, _)| read.contains(name));
                hash(own.map(|(_, text)| *text).collect::<String>())
            }
        }
    }

    fn deployment(&self, part: &str, container: Value) -> Value {
        let name = self.name(part);
        let mut pod = self.pod();
        pod["containers"] = json!([container]);
        pod["volumes"] = json!([self.config_volume()]);
        let spec = json!({
            "replicas": 1,
            "strategy": { "type": "Recreate" },
            "selector": { "matchLabels": { "app.kubernetes.io/name": name } },
            "template": {
                "metadata": {
                    "labels": self.labels(part),
                    // Both read their file when they start.
                    "annotations": { "checksum/config": self.checksum(part) },
                },
                "spec": pod,
            },
        });
        self.object("apps/v1", "Deployment", &name, spec)
    }

    fn pod(&self) -> Value {
        json!({
            "automountServiceAccountToken": false,
            "securityContext": {
                "runAsNonRoot": true,
                "runAsUser": 65534,
                "runAsGroup": 65534,
                "fsGroup": 65534,
                "seccompProfile": { "type": "RuntimeDefault" },
            },
        })
    }

    fn config_volume(&self) -> Value {
        json!({ "name": "config", "configMap": { "name": self.name("replication"), "defaultMode": 0o444 } })
    }

    /// Nobody calls these pods but the collector of metrics.
    fn network_policy(&self) -> Value {
        let ports = json!([{ "protocol": "TCP", "port": EXPORTER_PORT }]);
        let spec = json!({
            "podSelector": { "matchLabels": { "app.kubernetes.io/component": self.name("replication") } },
            "policyTypes": ["Ingress"],
            "ingress": [{ "from": [{ "namespaceSelector": {} }], "ports": ports }],
        });
        self.object(NETWORKING, "NetworkPolicy", &self.name("replication"), spec)
    }
}

fn resources(cpu: &str, memory: &str) -> Value {
    json!({ "requests": { "cpu": cpu, "memory": memory }, "limits": { "memory": memory } })
}
