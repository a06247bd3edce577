//! What watches the system, as values for public charts: one folder a region, a file a chart,
//! each with the command that installs it on top.
//!
//! Metrics are collected in each region and looked at in each region as a whole: a collector
//! scrapes its own cluster, and a second server asks the collectors of all regions, keeps what
//! they have, evaluates the rules and tells people. So any region's server sees all of them,
//! and a lost region takes nothing away but itself.

use super::{Input, Watching};
use crate::artifact::ArtifactSet;
use crate::deployment::{ChartValues, Cluster};
use crate::format::json::json;
use crate::format::{shell, yaml};
use crate::topology::{Observability, Telemetry};
use crate::watch::pace::{SCRAPE_SECONDS, SLOWEST_EVALUATION};
use serde_json::Value;

const EMITTER: &str = "observability";
const NAMESPACE: &str = "monitoring";
/// The server that sees all regions; scalers ask it too.
const SERVER: &str = "prometheus";
/// The server that scrapes its own cluster.
const COLLECTOR: &str = "prometheus-collector";
const PORT: u32 = 9090;
const ALERTMANAGER: &str = "alertmanager";
/// The ConfigMap with routes, and the Secret with what receivers need.
const ROUTES: &str = "alertmanager-routes";
const RECEIVERS: &str = "alertmanager-receivers";
const GRAFANA: &str = "grafana";
/// The label of ConfigMaps with dashboards.
const DASHBOARDS: &str = "grafana_dashboard";
/// What reads the logs of containers and sends them on.
const SHIPPER: &str = "filebeat";
/// The ConfigMap and the file that say how long logs stay.
const LIFECYCLE: &str = "filebeat-lifecycle";
const POLICY: &str = "policy.json";

/// A chart and the version that the values were written for.
struct Chart {
    release: &'static str,
    chart: &'static str,
    repository: &'static str,
    version: &'static str,
    /// Further flags of the command.
    flags: &'static str,
}

impl Chart {
    fn of(chart: &ChartValues) -> Self {
        Chart {
            release: chart.release,
            chart: chart.chart,
            repository: chart.repository,
            version: chart.version,
            flags: "",
        }
    }
}

const PROMETHEUS_COMMUNITY: &str = "https://prometheus-community.github.io/helm-charts";

/// Emits the values of every chart that the topology asks for, for every cluster, and says how
/// they are installed.
pub fn emit(input: Input, set: &mut ArtifactSet) -> Vec<Watching> {
    let wanted = &input.topology.observability;
    let mut watching = Vec::new();
    for cluster in &input.deployment.clusters {
        let watch = Watch {
            input,
            cluster,
            wanted,
        };
        let charts = watch.charts();
        if charts.is_empty() {
            continue;
        }
        for (chart, values) in &charts {
            watch.add(chart, values, set);
        }
        watching.push(Watching {
            region: cluster.region,
            commands: watch.commands(&charts),
        });
    }
    watching
}

struct Watch<'a> {
    input: Input<'a>,
    cluster: &'a Cluster,
    wanted: &'a Observability,
}

impl Watch<'_> {
    fn charts(&self) -> Vec<(Chart, Value)> {
        let by = |t: &Option<Telemetry>, name: &str| t.as_ref().is_some_and(|t| t.is_ours(name));
        let mut charts = Vec::new();
        if by(&self.wanted.metrics, "prometheus") {
            charts.push((collector_chart(), self.collector()));
            charts.push((server_chart(), self.server()));
            charts.push((alertmanager_chart(), self.alertmanager()));
            let own = self.cluster.charts.iter();
            charts.extend(own.map(|c| (Chart::of(c), c.values.clone())));
        }
        if self.wanted.dashboards.said && !charts.is_empty() {
            charts.push((grafana_chart(), self.grafana()));
        }
        if by(&self.wanted.logs, "elasticsearch") {
            charts.push((elasticsearch_chart(), self.elasticsearch()));
        }
        if by(&self.wanted.traces, "jaeger") {
            charts.push((jaeger_chart(), self.jaeger()));
        }
        charts
    }

    fn region(&self) -> &str {
        &self.input.topology.region(self.cluster.region).name
    }

    fn add(&self, chart: &Chart, values: &Value, set: &mut ArtifactSet) {
        let text = format!(
            "# {}\n#\n# {}\n{}",
            self.input.header(),
            self.install(chart),
            yaml::print(values)
        );
        set.text(EMITTER, self.file(chart), text);
    }

    fn file(&self, chart: &Chart) -> String {
        format!("observability/{}/{}.yaml", self.region(), chart.release)
    }

    fn install(&self, chart: &Chart) -> String {
        format!(
            "helm upgrade --install {} {} --repo {} --version {} --kube-context {} --namespace {NAMESPACE} --create-namespace --values {}{}",
            chart.release,
            chart.chart,
            chart.repository,
            chart.version,
            shell::word(&self.cluster.context),
            shell::word(&self.file(chart)),
            chart.flags,
        )
    }

    /// What the charts mount, the charts, and what notices no change by itself.
    fn commands(&self, charts: &[(Chart, Value)]) -> Vec<String> {
        let has = |release: &str| charts.iter().any(|(c, _)| c.release == release);
        let kubectl = format!("kubectl --context {}", self.cluster.context);
        let own = format!("{kubectl} --namespace {NAMESPACE}");
        let print = "--dry-run=client --output yaml";
        let apply = format!("{own} apply --server-side --filename -");
        let mut commands = vec![format!(
            "{kubectl} create namespace {NAMESPACE} {print} | {kubectl} apply --server-side --filename -"
        )];
        if has(ALERTMANAGER) {
            commands.push(format!(
                "{own} create configmap {ROUTES} --from-file=alerts/alertmanager.yaml {print} | {apply}"
            ));
            commands.push(format!(
                "{own} create secret generic {RECEIVERS} --from-file=receivers {print} | {apply}"
            ));
        }
        if has(GRAFANA) {
            commands.push(format!(
                "{own} create configmap dashboards --from-file=alerts/dashboards {print} | kubectl label --local --filename - {DASHBOARDS}=1 --output yaml | {apply}"
            ));
        }
        commands.extend(charts.iter().map(|(chart, _)| self.install(chart)));
        if has(ALERTMANAGER) {
            // A file that is mounted by its name stays as it was when the pod started.
            commands.push(format!("{own} rollout restart statefulset {ALERTMANAGER}"));
        }
        commands
    }

    fn retention(&self, telemetry: &Option<Telemetry>) -> Option<u64> {
        let time = telemetry.as_ref().and_then(|t| t.retention.as_ref());
        time.map(|t| t.secs().div_ceil(86_400))
    }

    fn prometheus(&self, name: &str, external: Value) -> Value {
        let days = self.retention(&self.wanted.metrics).unwrap_or(15);
        json!({
            "fullnameOverride": name,
            "global": {
                "scrape_interval": format!("{SCRAPE_SECONDS}s"),
                "evaluation_interval": format!("{SLOWEST_EVALUATION}s"),
                "external_labels": external,
            },
            "retention": format!("{days}d"),
            "statefulSet": { "enabled": true },
            "persistentVolume": { "size": "100Gi" },
            "resources": {
                "requests": { "cpu": "500m", "memory": "2Gi" },
                "limits": { "memory": "4Gi" },
            },
            "service": { "servicePort": PORT },
        })
    }

    /// What the region itself has: pods that ask for it by annotation, nodes, containers.
    fn collector(&self) -> Value {
        let labels = json!({
            "region": self.region(),
            "cluster": self.cluster.name,
        });
        let mut scrape = serde_json::Map::new();
        for (name, job) in self
            .input
            .deployment
            .guests
            .iter()
            .filter_map(|g| g.scrape.as_ref())
        {
            scrape.insert(name.clone(), job.clone());
        }
        json!({
            "server": self.prometheus(COLLECTOR, labels),
            "scrapeConfigs": scrape,
            "alertmanager": { "enabled": false },
        })
    }

    /// What all regions have, with rules and without scraping of its own.
    fn server(&self) -> Value {
        let mut scrape = serde_json::Map::new();
        for job in DEFAULT_JOBS {
            scrape.insert(job.to_string(), json!({ "enabled": false }));
        }
        for other in &self.input.deployment.clusters {
            let region = &self.input.topology.region(other.region).name;
            let own = other.region == self.cluster.region;
            let target = match (own, &other.metrics_host) {
                (true, _) => format!("{COLLECTOR}.{NAMESPACE}.svc.cluster.local:{PORT}"),
                (false, Some(host)) => format!("{host}:{PORT}"),
                (false, None) => continue,
            };
            let job = json!({
                "job_name": format!("collector-{region}"),
                "metrics_path": "/federate",
                "honor_labels": true,
                // A selector needs one matcher that an empty name does not meet.
                "params": { "match[]": ["{__name__=~\".+\",__name__!~\"go_.*|process_.*|scrape_.*\"}"] },
                "static_configs": [{ "targets": [target] }],
            });
            scrape.insert(format!("collector-{region}"), job);
        }
        let mut server = self.prometheus(SERVER, json!({ "seen_from": self.region() }));
        let alertmanager = format!("{ALERTMANAGER}.{NAMESPACE}.svc.cluster.local:9093");
        server["alertmanagers"] = json!([{ "static_configs": [{ "targets": [alertmanager] }] }]);
        json!({
            "server": server,
            "scrapeConfigs": scrape,
            "serverFiles": { "prometheus.yml": { "rule_files": ["/etc/config/rules.yaml"] } },
            // The region that saw it is no part of an alert: both regions' messages are one.
            "alertRelabelConfigs": {
                "alert_relabel_configs": [{ "regex": "seen_from", "action": "labeldrop" }],
            },
            "alertmanager": { "enabled": false },
            "kube-state-metrics": { "enabled": false },
            "prometheus-node-exporter": { "enabled": false },
            "prometheus-pushgateway": { "enabled": false },
        })
    }

    /// Routes and receivers come from `alerts/alertmanager.yaml`, secrets of receivers from a
    /// Secret with a key for each.
    fn alertmanager(&self) -> Value {
        json!({
            "fullnameOverride": ALERTMANAGER,
            "config": { "enabled": false },
            "extraVolumes": [{ "name": "routes", "configMap": { "name": ROUTES } }],
            "extraVolumeMounts": [{
                "name": "routes",
                "mountPath": "/etc/alertmanager/alertmanager.yml",
                "subPath": "alertmanager.yaml",
                "readOnly": true,
            }],
            "extraSecretMounts": [{
                "name": "receivers",
                "mountPath": "/etc/alertmanager/secrets",
                "secretName": RECEIVERS,
                "readOnly": true,
            }],
            "persistence": { "enabled": true, "size": "10Gi" },
        })
    }

    /// Dashboards are read from ConfigMaps that carry the label.
    fn grafana(&self) -> Value {
        json!({
            "fullnameOverride": GRAFANA,
            "datasources": { "datasources.yaml": {
                "apiVersion": 1,
                "datasources": [{
                    "name": "all regions",
                    "uid": "prometheus",
                    "type": "prometheus",
                    "url": format!("http://{SERVER}.{NAMESPACE}.svc.cluster.local:{PORT}"),
                    "isDefault": true,
                }],
            } },
            "sidecar": { "dashboards": { "enabled": true, "label": DASHBOARDS, "labelValue": "1" } },
            "persistence": { "enabled": true, "size": "10Gi" },
        })
    }

    fn elasticsearch(&self) -> Value {
        json!({
            "eck-elasticsearch": {
                "enabled": true,
                "fullnameOverride": "elasticsearch",
                "nodeSets": [{
                    "name": "default",
                    "count": 3,
                    "config": {
                        "node.store.allow_mmap": false,
                        "node.attr.zone": "${ZONE}",
                        "cluster.routing.allocation.awareness.attributes": "k8s_node_name,zone",
                    },
                    "volumeClaimTemplates": [{
                        "metadata": { "name": "elasticsearch-data" },
                        "spec": {
                            "accessModes": ["ReadWriteOnce"],
                            "resources": { "requests": { "storage": "200Gi" } },
                        },
                    }],
                    "podTemplate": { "spec": {
                        "topologySpreadConstraints": [{
                            "maxSkew": 1,
                            "topologyKey": "topology.kubernetes.io/zone",
                            "whenUnsatisfiable": "DoNotSchedule",
                            "labelSelector": { "matchLabels": { "elasticsearch.k8s.elastic.co/cluster-name": "elasticsearch" } },
                        }],
                        "containers": [{
                            "name": "elasticsearch",
                            "env": [{
                                "name": "ZONE",
                                "valueFrom": { "fieldRef": { "fieldPath": "metadata.annotations['topology.kubernetes.io/zone']" } },
                            }],
                            "resources": {
                                "requests": { "cpu": "1", "memory": "4Gi" },
                                "limits": { "memory": "4Gi" },
                            },
                        }],
                    } },
                }],
                "annotations": { "eck.k8s.elastic.co/downward-node-labels": "topology.kubernetes.io/zone" },
            },
            "eck-kibana": {
                "enabled": true,
                "fullnameOverride": "kibana",
                "elasticsearchRef": { "name": "elasticsearch" },
            },
            "eck-beats": self.filebeat(),
        })
    }

    /// What every container writes, with the pod that wrote it. The shipper brings the rule by
    /// which its own data goes: Elasticsearch's default keeps logs for ever.
    fn filebeat(&self) -> Value {
        let paths = ["/var/log/containers", "/var/log/pods"];
        let volume = |path: &&str| path.replace('/', "-").trim_matches('-').to_string();
        let mut volumes: Vec<Value> = paths
            .iter()
            .map(|path| json!({ "name": volume(path), "hostPath": { "path": path } }))
            .collect();
        let mut mounts: Vec<Value> = paths
            .iter()
            .map(|path| json!({ "name": volume(path), "mountPath": path, "readOnly": true }))
            .collect();
        volumes.push(json!({ "name": "lifecycle", "configMap": { "name": LIFECYCLE } }));
        mounts
            .push(json!({ "name": "lifecycle", "mountPath": "/etc/lifecycle", "readOnly": true }));
        json!({
            "enabled": true,
            "fullnameOverride": SHIPPER,
            "type": SHIPPER,
            "elasticsearchRef": { "name": "elasticsearch" },
            "config": {
                "filebeat.inputs": [{
                    "type": "filestream",
                    "id": "containers",
                    "paths": ["/var/log/containers/*.log"],
                    "parsers": [{ "container": {} }],
                    "prospector": { "scanner": { "fingerprint.enabled": true, "symlinks": true } },
                    "file_identity.fingerprint": {},
                }],
                "processors": [
                    { "add_kubernetes_metadata": {
                        "host": "${NODE_NAME}",
                        "matchers": [{ "logs_path": { "logs_path": "/var/log/containers/" } }],
                    } },
                    { "add_fields": { "target": "", "fields": {
                        "region": self.region(),
                        "cluster": self.cluster.name,
                    } } },
                ],
                "setup.ilm.enabled": true,
                "setup.ilm.policy_file": format!("/etc/lifecycle/{POLICY}"),
                "setup.ilm.overwrite": true,
            },
            "daemonSet": { "podTemplate": { "spec": {
                "serviceAccountName": SHIPPER,
                "automountServiceAccountToken": true,
                "tolerations": [{ "operator": "Exists", "effect": "NoSchedule" }],
                "containers": [{
                    "name": SHIPPER,
                    "securityContext": { "runAsUser": 0 },
                    "env": [{
                        "name": "NODE_NAME",
                        "valueFrom": { "fieldRef": { "fieldPath": "spec.nodeName" } },
                    }],
                    "volumeMounts": mounts,
                }],
                "volumes": volumes,
            } } },
            "serviceAccount": { "name": SHIPPER },
            "clusterRole": {
                "name": SHIPPER,
                "rules": [
                    { "apiGroups": [""], "resources": ["namespaces", "nodes", "pods"], "verbs": ["get", "list", "watch"] },
                    { "apiGroups": ["apps"], "resources": ["replicasets"], "verbs": ["get", "list", "watch"] },
                    { "apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["get", "list", "watch"] },
                ],
            },
            "clusterRoleBinding": {
                "name": SHIPPER,
                "subjects": [{ "kind": "ServiceAccount", "name": SHIPPER }],
                "roleRef": { "kind": "ClusterRole", "name": SHIPPER, "apiGroup": "rbac.authorization.k8s.io" },
            },
            "extraObjects": [yaml::print(&self.lifecycle())],
        })
    }

    /// An index is closed after a day, and goes when what is in it is as old as it may become;
    /// without a time, logs stay.
    fn lifecycle(&self) -> Value {
        let mut phases = json!({ "hot": { "actions": { "rollover": { "max_age": "1d" } } } });
        if let Some(days) = self.retention(&self.wanted.logs) {
            phases["delete"] =
                json!({ "min_age": format!("{days}d"), "actions": { "delete": {} } });
        }
        let policy = json!({ "policy": { "phases": phases } });
        let metadata = json!({ "name": LIFECYCLE, "namespace": NAMESPACE });
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata,
            "data": { POLICY: policy.to_string() },
        })
    }

    /// Jaeger keeps its traces in the region's Elasticsearch, as long as logs are kept.
    fn jaeger(&self) -> Value {
        let traces = self
            .retention(&self.wanted.traces)
            .or(self.retention(&self.wanted.logs));
        let url = format!("https://elasticsearch-es-http.{NAMESPACE}.svc.cluster.local:9200");
        let certificates = "elasticsearch-es-http-certs-public";
        let password = json!({
            "name": "ES_PASSWORD",
            "valueFrom": { "secretKeyRef": { "name": "elasticsearch-es-elastic-user", "key": "elastic" } },
        });
        let backend = json!({ "elasticsearch": {
            "server_urls": [url],
            "auth": { "basic": { "username": "elastic", "password": "${env:ES_PASSWORD}" } },
            "tls": { "ca_file": "/certificates/ca.crt" },
        } });
        json!({
            "fullnameOverride": "jaeger",
            "jaeger": {
                "replicas": 2,
                "extraEnv": [&password],
                "extraVolumes": [{ "name": "certificates", "secret": { "secretName": certificates } }],
                "extraVolumeMounts": [{ "name": "certificates", "mountPath": "/certificates", "readOnly": true }],
            },
            "userconfig": {
                "service": {
                    "extensions": ["jaeger_storage", "jaeger_query", "healthcheckv2"],
                    "pipelines": { "traces": {
                        "receivers": ["otlp"],
                        "processors": ["batch"],
                        "exporters": ["jaeger_storage_exporter"],
                    } },
                },
                "extensions": {
                    "healthcheckv2": { "use_v2": true, "http": { "endpoint": "0.0.0.0:13133" } },
                    "jaeger_query": { "storage": { "traces": "primary_store" } },
                    "jaeger_storage": { "backends": { "primary_store": backend } },
                },
                "receivers": { "otlp": { "protocols": {
                    "grpc": { "endpoint": "0.0.0.0:4317" },
                    "http": { "endpoint": "0.0.0.0:4318" },
                } } },
                "processors": { "batch": {} },
                "exporters": { "jaeger_storage_exporter": { "trace_storage": "primary_store" } },
            },
            "storage": { "type": "elasticsearch", "elasticsearch": { "url": url } },
            "esIndexCleaner": {
                "enabled": true,
                "numberOfDays": traces.unwrap_or(7),
                "extraEnv": [
                    { "name": "ES_USERNAME", "value": "elastic" },
                    password,
                    { "name": "ES_TLS_ENABLED", "value": "true" },
                    { "name": "ES_TLS_CA", "value": "/certificates/ca.crt" },
                ],
                "extraSecretMounts": [{ "name": "certificates", "mountPath": "/certificates", "secretName": certificates, "readOnly": true }],
            },
        })
    }
}

/// What the chart scrapes by itself.
const DEFAULT_JOBS: [&str; 9] = [
    "kubernetes-api-servers",
    "kubernetes-nodes",
    "kubernetes-nodes-cadvisor",
    "kubernetes-pods",
    "kubernetes-pods-slow",
    "kubernetes-service-endpoints",
    "kubernetes-service-endpoints-slow",
    "kubernetes-services",
    "prometheus-pushgateway",
];

fn collector_chart() -> Chart {
    Chart {
        release: COLLECTOR,
        chart: "prometheus",
        repository: PROMETHEUS_COMMUNITY,
        version: "29.27.0",
        flags: "",
    }
}

fn server_chart() -> Chart {
    Chart {
        release: SERVER,
        chart: "prometheus",
        repository: PROMETHEUS_COMMUNITY,
        version: "29.27.0",
        flags: " --set-file 'ruleFiles.rules\\.yaml=alerts/prometheus/rules.yaml'",
    }
}

fn alertmanager_chart() -> Chart {
    Chart {
        release: ALERTMANAGER,
        chart: "alertmanager",
        repository: PROMETHEUS_COMMUNITY,
        version: "1.42.0",
        flags: "",
    }
}

fn grafana_chart() -> Chart {
    Chart {
        release: GRAFANA,
        chart: "grafana",
        // The chart left Grafana's own repository in January 2026.
        repository: "https://grafana-community.github.io/helm-charts",
        version: "12.11.1",
        flags: "",
    }
}

fn elasticsearch_chart() -> Chart {
    Chart {
        release: "elasticsearch",
        chart: "eck-stack",
        repository: "https://helm.elastic.co",
        version: "0.20.0",
        flags: "",
    }
}

fn jaeger_chart() -> Chart {
    Chart {
        release: "jaeger",
        chart: "jaeger",
        repository: "https://jaegertracing.github.io/helm-charts",
        version: "4.11.1",
        flags: "",
    }
}
