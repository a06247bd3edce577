//! What the emitted files say, read as their own tools would read them.

use meridian::artifact::ArtifactSet;
use meridian::diagnostic::Diagnostics;
use meridian::source::SourceMap;
use meridian::syntax::{self, Kind, Node, Style};
use serde_json::Value;
use std::collections::BTreeMap;

/// A check in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    pub every: u64,
    pub timeout: u64,
    pub failures: u64,
}

/// How an autoscaler adds pods.
#[derive(Debug, Clone)]
pub struct Scaling {
    /// Kind, amount, seconds.
    pub policies: Vec<(String, u64, u64)>,
    /// Seconds for which the smallest recommendation counts.
    pub window: u64,
    /// Seconds over which a request rate is averaged, if it scales on one.
    pub rate_window: Option<u64>,
}

/// A service in a region.
#[derive(Debug, Clone)]
pub struct Workload {
    pub least: u64,
    pub most: u64,
    pub readiness: Check,
    pub scaling: Option<Scaling>,
}

/// When the mesh leaves a pod out.
#[derive(Debug, Clone)]
pub struct Ejection {
    pub errors: u64,
    pub at_most: u64,
    /// Milliseconds to connect.
    pub connect: u64,
}

/// Where a cluster sends calls of a service.
#[derive(Debug, Clone)]
pub struct List {
    /// The locations of the users whose requests take it; all if there are none.
    pub users: Vec<String>,
    /// In percent by location.
    pub shares: BTreeMap<String, u64>,
    /// Whether what a location does not answer goes to any other; else to those that are named.
    pub spills: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Sentinel {
    /// Nodes and sentinels by location.
    pub members: BTreeMap<String, (u64, u64)>,
    pub home: String,
    pub down_after: u64,
    pub failover_timeout: u64,
    pub parallel_syncs: u64,
    pub min_replicas: u64,
    pub max_lag: u64,
    /// Cron schedules by location.
    pub backups: BTreeMap<String, String>,
}

#[derive(Debug, Clone)]
pub struct Firestore {
    pub location: String,
    pub point_in_time: bool,
    /// Seconds between two backups.
    pub every: Option<u64>,
}

#[derive(Debug, Clone, Default)]
pub struct Host {
    pub check: Option<Check>,
    /// Location, and whether a cluster answers there.
    pub backends: Vec<(String, bool)>,
    pub ttl: u64,
    /// The check of the name that turns to a backup, if there is one.
    pub turns: Option<Check>,
}

/// Everything that was read. Services are by name and location.
#[derive(Debug, Default)]
pub struct Emitted {
    pub workloads: BTreeMap<(String, String), Workload>,
    pub ejections: BTreeMap<String, Ejection>,
    /// The longest that one try of a call takes, in milliseconds, if it ends.
    pub waits: BTreeMap<String, Option<u64>>,
    /// By service and location, in the order in which a call tries them.
    pub lists: BTreeMap<(String, String), Vec<List>>,
    /// Zones of a cluster by location.
    pub zones: BTreeMap<String, u64>,
    /// Pods of the ingress gateway by location.
    pub gateways: BTreeMap<String, u64>,
    pub hosts: BTreeMap<String, Host>,
    /// The rules that page when a region is silent.
    pub pages: Vec<Page>,
    /// The address that a queue pushes to.
    pub pushes: BTreeMap<String, String>,
    /// The locations that may keep a queue's messages.
    pub keeps: BTreeMap<String, Vec<String>>,
    pub sentinels: BTreeMap<String, Sentinel>,
    pub firestores: BTreeMap<String, Firestore>,
    locations: Vec<String>,
    /// The settings of the subsets of each service in the cluster that is read.
    settings: BTreeMap<String, BTreeMap<String, Value>>,
}

/// A rule that pages when most of the last probes of a region have failed, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Between two probes.
    pub probe: u64,
    /// Until a probe without an answer has failed.
    pub waits: u64,
    pub evaluation: u64,
    pub hold: u64,
    pub group_wait: u64,
}

impl Emitted {
    /// Reads a tree; `locations` gives the location of each region's folder.
    pub fn read(set: &ArtifactSet, locations: &BTreeMap<String, String>) -> Self {
        let mut emitted = Emitted {
            locations: locations.values().cloned().collect(),
            ..Emitted::default()
        };
        for (path, artifact) in set.iter() {
            let path = path.to_string();
            if path.starts_with("terraform/")
                && path.ends_with("main.tf")
                && !path.contains("/modules/")
            {
                emitted.terraform(&artifact.text);
            }
        }
        let text = |path: &str| set.get(path).map_or("", |a| a.text.as_str());
        for rules in documents(text("alerts/prometheus/rules.yaml")) {
            emitted.rules(
                &rules,
                text("alerts/alertmanager.yaml"),
                text("ARCHITECTURE.md"),
            );
        }
        for (region, location) in locations {
            let text = |path: String| set.get(&path).map_or("", |a| a.text.as_str());
            let values = documents(text("helm/values.yaml".into()));
            let own = documents(text(format!("helm/values-{region}.yaml")));
            let scalers = documents(text(format!("kubernetes/{region}/keda-hpa.yaml")));
            if let (Some(values), Some(own)) = (values.first(), own.first()) {
                emitted.chart(values, own, &scalers, location);
            }
            for object in documents(text(format!("kubernetes/{region}/istio-config.yaml"))) {
                emitted.mesh(&object, location);
            }
            let redis = set.iter().filter_map(|(path, artifact)| {
                let path = path.to_string();
                let name = path.strip_prefix(&format!("kubernetes/{region}/redis-"))?;
                Some((name.strip_suffix(".yaml")?.to_string(), artifact))
            });
            for (store, artifact) in redis {
                emitted.redis(&store, &documents(&artifact.text), location);
            }
        }
        emitted
    }

    fn terraform(&mut self, text: &str) {
        let root: Value = hcl::from_str(text).expect("HCL");
        for call in root["module"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(_, c)| c)
        {
            let module = string(&call["source"])
                .rsplit('/')
                .next()
                .unwrap_or_default();
            match module {
                "cloud-run" => self.cloud_run(call),
                "gke" => {
                    let zones = call["zones"].as_array().expect("zones").len();
                    self.zones
                        .insert(string(&call["region"]).into(), zones as u64);
                }
                "health-checks" => {
                    let host = self.host(call);
                    host.check = checked(&call["load_balancer"]);
                    host.turns = checked(&call["dns"]);
                }
                "load-balancer" => {
                    let backends = call["backends"].as_object().expect("backends").iter();
                    self.host(call).backends = backends
                        .map(|(location, b)| (location.clone(), !b["gke"].is_null()))
                        .collect();
                }
                "dns" => {
                    for (host, record) in call["hosts"].as_object().expect("hosts") {
                        self.hosts.entry(host.clone()).or_default().ttl =
                            number(&record["ttl_seconds"]);
                    }
                }
                "pubsub" | "firestore-replication" => {
                    let endpoint = string(&call["push"]["endpoint"]).to_string();
                    self.pushes.insert(string(&call["name"]).into(), endpoint);
                    let keeps = call["regions"].as_array().into_iter().flatten();
                    let keeps = keeps.map(|l| string(l).to_string()).collect();
                    self.keeps.insert(string(&call["name"]).into(), keeps);
                }
                "firestore-regional" => {
                    let weekly = call["backup_weekly"] == true;
                    let kept = call["backup_retention_seconds"].is_number();
                    let database = Firestore {
                        location: string(&call["location_id"]).into(),
                        point_in_time: call["point_in_time_recovery"] == true,
                        every: kept.then_some(if weekly { 7 * 86_400 } else { 86_400 }),
                    };
                    self.firestores
                        .insert(string(&call["database_id"]).into(), database);
                }
                _ => {}
            }
        }
    }

    /// What is lost answers no probe: rules about most of the last ones, by region, that name
    /// the channel that pages. How probes are made is on a page for whoever makes them.
    fn rules(&mut self, rules: &Value, alertmanager: &str, page: &str) {
        let seconds = |text: &str| text.trim_end_matches('s').parse::<u64>().expect("seconds");
        let waits = || {
            let after = page
                .split_once(" with a timeout of ")
                .expect("how probes are made")
                .1;
            seconds(after.split_once(',').expect("a sentence").0)
        };
        for group in rules["groups"].as_array().into_iter().flatten() {
            for rule in group["rules"].as_array().into_iter().flatten() {
                let window = string(&rule["expr"])
                    .strip_prefix("1 - (avg by (region) (avg_over_time(probe_success{")
                    .and_then(|rest| Some(rest.split_once('[')?.1.split_once(']')?.0));
                let (Some(window), "oncall") = (window, string(&rule["labels"]["tell"])) else {
                    continue;
                };
                assert!(alertmanager.contains("group_wait: 10s"), "{alertmanager}");
                self.pages.push(Page {
                    probe: seconds(window) / 3,
                    waits: waits(),
                    evaluation: seconds(string(&group["interval"])),
                    hold: rule["for"].as_str().map_or(0, seconds),
                    group_wait: 10,
                });
            }
        }
    }

    fn host(&mut self, call: &Value) -> &mut Host {
        self.hosts.entry(string(&call["host"]).into()).or_default()
    }

    fn cloud_run(&mut self, call: &Value) {
        let probe = &call["readiness"];
        let workload = Workload {
            least: number(&call["instances"]["min"]),
            most: number(&call["instances"]["max"]),
            readiness: readiness(
                probe,
                ["period_seconds", "timeout_seconds", "failure_threshold"],
            ),
            scaling: None,
        };
        let key = (
            string(&call["name"]).to_string(),
            string(&call["region"]).to_string(),
        );
        self.workloads.insert(key, workload);
    }

    fn chart(&mut self, values: &Value, own: &Value, scalers: &[Value], location: &str) {
        for (name, service) in own["services"].as_object().into_iter().flatten() {
            let shared = &values["services"][name];
            let scaler = scalers.iter().find(|o| {
                o["kind"] == "ScaledObject" && o["spec"]["scaleTargetRef"]["name"] == **name
            });
            assert_eq!(
                shared["autoscaling"]["enabled"] == true,
                scaler.is_some(),
                "{name}"
            );
            let fixed = number(&service["replicaCount"]);
            let bound = |key: &str| scaler.map_or(fixed, |s| number(&s["spec"][key]));
            let workload = Workload {
                least: bound("minReplicaCount"),
                most: bound("maxReplicaCount"),
                readiness: readiness(
                    &shared["readinessProbe"],
                    ["periodSeconds", "timeoutSeconds", "failureThreshold"],
                ),
                scaling: scaler.map(scaling),
            };
            self.workloads
                .insert((name.clone(), location.into()), workload);
        }
    }

    fn mesh(&mut self, object: &Value, location: &str) {
        let name = string(&object["metadata"]["name"]).to_string();
        let spec = &object["spec"];
        match string(&object["kind"]) {
            "Deployment" if name == "ingressgateway" => {
                self.gateways
                    .insert(location.into(), number(&spec["replicas"]));
            }
            "DestinationRule" => {
                let outlier = &spec["trafficPolicy"]["outlierDetection"];
                let ejection = Ejection {
                    errors: number(&outlier["consecutive5xxErrors"]),
                    at_most: number(&outlier["maxEjectionPercent"]),
                    connect: millis(
                        &spec["trafficPolicy"]["connectionPool"]["tcp"]["connectTimeout"],
                    )
                    .unwrap_or(10_000),
                };
                let subsets = spec["subsets"].as_array().expect("subsets").iter();
                let settings = subsets.map(|s| {
                    let policy = &s["trafficPolicy"]["loadBalancer"]["localityLbSetting"];
                    (string(&s["name"]).to_string(), policy.clone())
                });
                self.settings.insert(name.clone(), settings.collect());
                self.ejections.insert(name, ejection);
            }
            "VirtualService" => {
                let routes = spec["http"].as_array().expect("routes").iter();
                // Checks of the edge are no calls.
                let calls = routes.filter(|r| r["match"][0]["uri"].is_null());
                let waits = calls.clone().map(|r| {
                    let retries = &r["retries"]["attempts"];
                    let retried = !retries.is_null() && number(retries) > 0;
                    let each = millis(&r["retries"]["perTryTimeout"]).filter(|_| retried);
                    let whole = millis(&r["timeout"]);
                    whole.into_iter().chain(each).min()
                });
                let longest = waits.reduce(|a, b| Some(a?.max(b?))).flatten();
                self.waits.insert(name.clone(), longest);
                let lists = calls.map(|r| self.list(&name, r)).collect();
                self.lists.insert((name, location.into()), lists);
            }
            _ => {}
        }
    }

    /// The list of the subset that a route names; the rule of this cluster was read before.
    fn list(&self, service: &str, route: &Value) -> List {
        let settings = &self.settings[service];
        let location = |of: &str| {
            let at = |l: &&String| {
                let before = of.strip_suffix(l.as_str());
                before.is_some_and(|b| b.ends_with(['-', '=']))
            };
            let found = self.locations.iter().find(at);
            found
                .unwrap_or_else(|| panic!("no location in {of}"))
                .clone()
        };
        let mut shares = BTreeMap::new();
        let mut spills = false;
        for target in route["route"].as_array().expect("targets") {
            let name = string(&target["destination"]["subset"]);
            let setting = &settings[name];
            let weight = match &target["weight"] {
                Value::Null => 100,
                weight => number(weight),
            };
            if let Some(to) = setting["distribute"][0]["to"].as_object() {
                let share = |(to, share): (&String, &Value)| {
                    (to.trim_end_matches("/*").to_string(), number(share))
                };
                shares.extend(to.iter().map(share));
            } else if setting.is_null() {
                shares.insert(location(name), weight);
            } else {
                spills = true;
                shares.insert(location(string(&setting["failoverPriority"][0])), weight);
            }
        }
        let headers = route["match"][0]["headers"].as_object();
        let regex = headers.and_then(|h| h.values().next());
        let words = regex.map(|r| string(&r["regex"]).trim_matches(['(', ')', '.', '*']));
        List {
            users: words.map_or(Vec::new(), |w| w.split('|').map(String::from).collect()),
            shares,
            spills,
        }
    }

    fn redis(&mut self, store: &str, objects: &[Value], location: &str) {
        let set = self.sentinels.entry(store.into()).or_default();
        let replicas = |part: &str| {
            let name = format!("{store}-{part}");
            let found = objects
                .iter()
                .find(|o| o["kind"] == "StatefulSet" && o["metadata"]["name"] == *name);
            found.map_or(0, |o| number(&o["spec"]["replicas"]))
        };
        set.members
            .insert(location.into(), (replicas("node"), replicas("sentinel")));
        for object in objects {
            // A suspended job runs when it is asked to.
            if object["kind"] == "CronJob" && object["spec"]["suspend"] != true {
                let schedule = string(&object["spec"]["schedule"]).to_string();
                set.backups.insert(location.into(), schedule);
            }
        }
        let config = objects
            .iter()
            .find(|o| o["kind"] == "ConfigMap")
            .expect("a config");
        let words = |file: &str, begin: &str| -> Vec<String> {
            let text = string(&config["data"][file]);
            let line = text.lines().find(|l| l.starts_with(begin)).expect("a line");
            line.split(' ').map(str::to_string).collect()
        };
        let last = |file: &str, begin: &str| -> u64 {
            words(file, begin)
                .last()
                .and_then(|w| w.parse().ok())
                .expect("a number")
        };
        set.down_after = last("sentinel.conf", "sentinel down-after-milliseconds");
        set.failover_timeout = last("sentinel.conf", "sentinel failover-timeout");
        set.parallel_syncs = last("sentinel.conf", "sentinel parallel-syncs");
        set.min_replicas = last("redis.conf", "min-replicas-to-write");
        set.max_lag = last("redis.conf", "min-replicas-max-lag");
        // node-0.LOCATION.STORE.internal
        let monitored = &words("sentinel.conf", "sentinel monitor")[3];
        set.home = monitored.split('.').nth(1).unwrap_or_default().to_string();
    }
}

fn checked(check: &Value) -> Option<Check> {
    check.is_object().then(|| Check {
        every: number(&check["interval_seconds"]),
        timeout: number(&check["timeout_seconds"]),
        failures: number(&check["unhealthy_threshold"]),
    })
}

fn readiness(probe: &Value, keys: [&str; 3]) -> Check {
    Check {
        every: number(&probe[keys[0]]),
        timeout: number(&probe[keys[1]]),
        failures: number(&probe[keys[2]]),
    }
}

fn scaling(scaler: &Value) -> Scaling {
    let spec = &scaler["spec"];
    let up = &spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleUp"];
    assert_eq!(up["selectPolicy"], "Max");
    let policies = up["policies"].as_array().expect("policies").iter();
    let queries = spec["triggers"].as_array().expect("triggers").iter();
    let windows = queries.filter_map(|t| {
        let query = t["metadata"]["query"].as_str()?;
        let window = query.split(['[', ']']).nth(1)?;
        let (amount, unit) = window.split_at(window.len() - 1);
        let seconds = if unit == "m" { 60 } else { 1 };
        Some(amount.parse::<u64>().expect("a window") * seconds)
    });
    Scaling {
        policies: policies
            .map(|p| {
                (
                    string(&p["type"]).into(),
                    number(&p["value"]),
                    number(&p["periodSeconds"]),
                )
            })
            .collect(),
        window: number(&up["stabilizationWindowSeconds"]),
        rate_window: windows.max(),
    }
}

/// The documents of a YAML file.
pub fn documents(text: &str) -> Vec<Value> {
    let parts = text
        .split("\n---\n")
        .filter(|p| p.lines().any(|l| !l.starts_with('#')));
    parts
        .map(|part| {
            let mut sources = SourceMap::default();
            let file = sources.add("emitted.yaml", part);
            let mut out = Diagnostics::default();
            let document = syntax::parse(&sources, file, &Default::default(), &mut out);
            assert!(out.is_empty(), "{out:?}");
            json(&document.expect("YAML").root)
        })
        .collect()
}

fn json(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Scalar(s) if s.style == Style::Plain => {
            let read = serde_json::from_str::<Value>(&s.text).ok();
            read.filter(|v| v.is_number() || v.is_boolean())
                .unwrap_or_else(|| Value::String(s.text.clone()))
        }
        Kind::Scalar(s) => Value::String(s.text.clone()),
        Kind::List(items) => items.iter().map(json).collect(),
        Kind::Map(entries) => {
            let members = entries.iter().map(|e| (e.key.text.clone(), json(&e.value)));
            Value::Object(members.collect())
        }
    }
}

fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

/// The longest time between two runs of a cron schedule, in seconds.
pub fn longest_gap(schedule: &str) -> u64 {
    let fields: Vec<&str> = schedule.split(' ').collect();
    let [minute, hour, "*", "*", weekday] = fields[..] else {
        panic!("{schedule}");
    };
    let matches = |field: &str, value: u64| match field.strip_prefix("*/") {
        Some(step) => value.is_multiple_of(step.parse::<u64>().expect("a step")),
        None => field == "*" || field.parse() == Ok(value),
    };
    let runs: Vec<u64> = (0..3 * 7 * 24 * 60)
        .filter(|m| {
            matches(minute, m % 60) && matches(hour, m / 60 % 24) && matches(weekday, m / 1440 % 7)
        })
        .collect();
    let gaps = runs.windows(2).map(|pair| pair[1] - pair[0]);
    gaps.max().expect("several runs") * 60
}

/// `5s` or `500ms`; `None` if there is no such field.
fn millis(value: &Value) -> Option<u64> {
    let text = value.as_str()?;
    match text.strip_suffix("ms") {
        Some(millis) => millis.parse().ok(),
        None => Some(text.strip_suffix('s')?.parse::<u64>().ok()? * 1000),
    }
}
