//! One chart for the system's services on Kubernetes, released once in each region; the
//! regions' files hold only what differs.

mod schema;

use super::Input;
use crate::artifact::ArtifactSet;
use crate::deployment::routes::pod_labels;
use crate::format::json::json;
use crate::format::yaml;
use crate::topology::{RegionId, Service, variable_name};
use include_dir::{Dir, include_dir};
use serde_json::{Map, Value};

const EMITTER: &str = "helm";

static CHART: Dir = include_dir!("$CARGO_MANIFEST_DIR/templates/helm/system");

/// Emits the chart and its values, if anything runs on Kubernetes.
pub fn emit(input: Input, set: &mut ArtifactSet) {
    let chart = Chart { input };
    if chart.services().next().is_none() {
        return;
    }
    let header = input.header();
    copy(&CHART, &header, set);
    let text = |value: Value| format!("# {header}\n{}", yaml::print(&value));
    set.text(EMITTER, "helm/Chart.yaml", text(chart.metadata()));
    set.text(EMITTER, "helm/values.yaml", text(chart.values()));
    let schema = format!("{:#}\n", schema::schema(input));
    set.text(EMITTER, "helm/values.schema.json", schema);
    for cluster in &input.deployment.clusters {
        let region = &input.topology.region(cluster.region).name;
        let values = chart.region_values(cluster.region, &cluster.name);
        set.text(EMITTER, format!("helm/values-{region}.yaml"), text(values));
    }
}

/// Copies the chart's fixed files, each under a header in its own comment syntax.
fn copy(dir: &Dir, header: &str, set: &mut ArtifactSet) {
    for file in dir.files() {
        let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) else {
            continue;
        };
        let first = match path.rsplit('.').next() {
            Some("yaml" | "helmignore") if !path.starts_with("templates") => {
                format!("# {header}\n")
            }
            Some("helmignore") => format!("# {header}\n"),
            _ => format!("{{{{- /* {header} */ -}}}}\n"),
        };
        set.text(EMITTER, format!("helm/{path}"), first + text);
    }
    dir.dirs().for_each(|d| copy(d, header, set));
}

struct Chart<'a> {
    input: Input<'a>,
}

impl<'a> Chart<'a> {
    fn services(&self) -> impl Iterator<Item = &'a Service> {
        let services = self.input.topology.services.iter();
        services.filter(|s| s.on_cluster())
    }

    fn metadata(&self) -> Value {
        let topology = self.input.topology;
        let description = topology.description.as_ref();
        json!({
            "apiVersion": "v2",
            "name": topology.name,
            "description": description.map_or("The services of the system", |d| d.as_str()),
            "type": "application",
            "version": "1.0.0",
            "appVersion": "1.0.0",
            "kubeVersion": ">=1.30.0-0",
        })
    }

    fn values(&self) -> Value {
        let services: Map<String, Value> = self
            .services()
            .map(|s| (s.name.clone(), self.service(s)))
            .collect();
        json!({
            "global": { "region": self.first_region(), "clusterName": "" },
            "secretStore": format!("{}-secrets", self.input.topology.name),
            "podSecurityContext": {
                "runAsNonRoot": true,
                "seccompProfile": { "type": "RuntimeDefault" },
            },
            "securityContext": {
                "allowPrivilegeEscalation": false,
                "readOnlyRootFilesystem": true,
                "capabilities": { "drop": ["ALL"] },
            },
            "services": services,
        })
    }

    fn first_region(&self) -> &str {
        let first = self.input.deployment.clusters.first();
        first.map_or("", |c| self.input.topology.region(c.region).name.as_str())
    }

    fn service(&self, service: &Service) -> Value {
        let ready = service.readiness();
        let start = service.capacity.as_ref().and_then(|c| c.start.as_ref());
        let scaled = service.scale_on.is_some();
        let drain = self.drain(service);
        let timeout = service.calls.as_ref().and_then(|c| c.timeout.as_ref());
        json!({
            // Regions that run it say so.
            "enabled": false,
            "replicaCount": service.placements.first().map_or(2, |p| p.replicas.min),
            "image": {
                "repository": self.repository(service),
                "tag": service.tag.as_ref().map_or("set-at-release", |t| t.as_str()),
                "digest": "",
                "pullPolicy": "IfNotPresent",
            },
            "port": service.port.value,
            "env": {},
            "secrets": self.secrets(service),
            "serviceAccount": { "annotations": {} },
            "podAnnotations": {},
            "autoscaling": {
                "enabled": scaled,
                "minReplicas": service.placements.first().map_or(2, |p| p.replicas.min),
                "maxReplicas": service.placements.first().map_or(2, |p| p.replicas.max),
            },
            "drainSeconds": drain,
            "terminationGracePeriodSeconds": drain + timeout.map_or(30, |t| t.secs()) + 5,
            "startupProbe": {
                // Every two seconds, for three times as long as a start takes.
                "failureThreshold": start.map_or(30, |s| (s.secs() * 3).div_ceil(2).max(5)),
            },
            "readinessProbe": {
                "path": service.ready.path.value.clone(),
                "periodSeconds": ready.every,
                "timeoutSeconds": ready.timeout,
                "failureThreshold": ready.failures,
            },
            "resources": {
                "requests": { "cpu": service.cpu.value, "memory": service.memory.to_string() },
                "limits": { "memory": service.memory.to_string() },
            },
        })
    }

    /// Where images of the registry are: the calls' own output cannot be read here, so it
    /// is the name as the spec has it below the registry that the region files give.
    fn repository(&self, service: &Service) -> String {
        match self.registry() {
            Some(registry) => image_in(registry, service),
            None => service.image().to_string(),
        }
    }

    /// The first registry of the home cloud; other regions may have their own.
    fn registry(&self) -> Option<&str> {
        let home = self.input.topology.home_cloud()?;
        let part = self.input.deployment.clouds.get(&home)?;
        part.registries.first().map(|r| r.prefix.as_str())
    }

    /// The registry of a region, where it is another one.
    fn registry_in(&self, id: RegionId) -> Option<&str> {
        let mut clusters = self.input.deployment.clusters.iter();
        let cluster = clusters.find(|c| c.region == id);
        let own = cluster.and_then(|c| c.registry.as_deref());
        let provider = self.input.topology.region(id).place.provider;
        let part = self.input.deployment.clouds.get(&provider);
        let mut registries = part.into_iter().flat_map(|p| &p.registries);
        let of_cloud = registries.find(|r| r.regions.contains(&id));
        let of_cloud = of_cloud.map(|r| r.prefix.as_str());
        own.or(of_cloud.filter(|r| Some(*r) != self.registry()))
    }

    fn secrets(&self, service: &Service) -> Value {
        let prefix = &self.input.topology.name;
        let entry = |name: &String| (variable_name(name), json!(format!("{prefix}-{name}")));
        Value::Object(service.secrets.iter().map(entry).collect())
    }

    /// The longest time that a host in front gives open requests.
    fn drain(&self, service: &Service) -> u64 {
        let topology = self.input.topology;
        let hosts = topology.hosts.iter();
        let own = hosts.filter(|h| topology.service(h.service).name == service.name);
        own.map(|h| h.drain.secs()).max().unwrap_or(15)
    }

    fn region_values(&self, id: RegionId, cluster: &str) -> Value {
        let topology = self.input.topology;
        let region = topology.region(id);
        let services: Map<String, Value> = self
            .services()
            .filter_map(|s| Some((s.name.clone(), self.service_in(s, id)?)))
            .collect();
        let mut values = json!({
            "global": { "region": region.name, "clusterName": cluster },
            "services": services,
        });
        let labels = pod_labels(topology, id);
        if !labels.is_empty() {
            values["podLabels"] = Value::Object(labels);
        }
        values
    }

    fn service_in(&self, service: &Service, id: RegionId) -> Option<Value> {
        let replicas = service.replicas_in(id)?;
        let identities = &self.input.deployment.identities;
        let identity = identities
            .iter()
            .find(|i| i.workload == service.name && i.region == id);
        let annotations = identity.map_or(Map::new(), |i| {
            let pairs = i.annotations.iter();
            pairs.map(|(k, v)| (k.clone(), json!(v))).collect()
        });
        let mut values = json!({
            "enabled": true,
            "replicaCount": replicas.min,
            "autoscaling": { "minReplicas": replicas.min, "maxReplicas": replicas.max },
            "serviceAccount": { "annotations": annotations },
            "env": self.environment(service, id),
        });
        if let Some(registry) = self.registry_in(id) {
            values["image"] = json!({ "repository": image_in(registry, service) });
        }
        let secrets = self.secrets_in(service, id);
        if !secrets.is_empty() {
            values["secrets"] = Value::Object(secrets);
        }
        Some(values)
    }

    /// The secrets that are another in each region.
    fn secrets_in(&self, service: &Service, id: RegionId) -> Map<String, Value> {
        let topology = self.input.topology;
        let region = topology.region(id);
        let read = topology.secrets.iter();
        let read = read.filter(|s| service.secrets.contains(&s.name));
        let own = read.filter(|s| s.name_in(region) != s.name);
        let own = own.map(|s| {
            let name = format!("{}-{}", topology.name, s.name_in(region));
            (variable_name(&s.name), json!(name))
        });
        let stores = self.input.deployment.secret_settings.iter();
        let stores = stores.filter(|s| s.service == service.name && s.region == id);
        own.chain(stores.map(|s| (s.variable.clone(), json!(s.secret))))
            .collect()
    }

    fn environment(&self, service: &Service, id: RegionId) -> Value {
        let region = self.input.topology.region(id);
        let mut env = Map::new();
        env.insert(service.region_variable.value.clone(), json!(region.name));
        for (name, value) in service.env.iter() {
            env.insert(variable_name(&name.text), json!(value.value));
        }
        for (name, value) in self.input.topology.environment(service, id) {
            env.insert(name, json!(value));
        }
        env.extend(self.tracing());
        let settings = &self.input.deployment.settings;
        let own = settings
            .iter()
            .filter(|s| s.service == service.name && s.region == id);
        for setting in own {
            env.insert(setting.variable.clone(), json!(setting.value));
        }
        Value::Object(env)
    }
}

impl Chart<'_> {
    /// Where spans go and how many, in the words of OpenTelemetry.
    fn tracing(&self) -> Map<String, Value> {
        let traces = self.input.topology.observability.traces.as_ref();
        let Some(traces) = traces.filter(|t| t.is_ours("jaeger")) else {
            return Map::new();
        };
        let share = traces.sample.as_ref().map_or(1.0, |s| s.ratio());
        let endpoint = "http://jaeger.monitoring.svc.cluster.local:4317";
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.to_string()),
            (
                "OTEL_TRACES_SAMPLER",
                "parentbased_traceidratio".to_string(),
            ),
            ("OTEL_TRACES_SAMPLER_ARG", share.to_string()),
        ]
        .map(|(name, value)| (name.to_string(), json!(value)))
        .into_iter()
        .collect()
    }
}

/// A service's image below a registry: the last part of its name.
fn image_in(registry: &str, service: &Service) -> String {
    let short = service.image().rsplit('/').next().unwrap_or_default();
    format!("{registry}/{short}")
}
