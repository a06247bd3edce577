//! Metrics of AWS for a Prometheus of our own, and the names under which regions ask each
//! other's collectors.

use super::bindings::bind;
use super::clusters::{ROLE_ANNOTATION, Statement, Workload};
use super::network::Subnets;
use super::offering::{Metrics, all};
use super::ranges::Ranges;
use super::{Lowering, facts, naming, output};
use crate::deployment::contract::Unexported;
use crate::deployment::{Argument, ChartValues, Scope};
use crate::format::json::json;
use crate::topology::RegionId;
use crate::watch::series::SCRAPED;
use serde_json::Value;

/// The namespace, the Service and the port of the collector.
const NAMESPACE: &str = "monitoring";
const COLLECTOR: &str = "prometheus-collector";
const PORT: u32 = 9090;
const EXPORTER: &str = "cloudwatch-exporter";

/// What signals read of CloudWatch, where the metrics are not ours to collect.
const CLOUDWATCH: Unexported = Unexported {
    prefix: "aws_",
    by: "YACE, or another exporter of CloudWatch under its names",
};

/// What signals and alarms read of all that RDS runs.
pub(super) const RDS: Metrics = (
    "AWS/RDS",
    &[
        ("CPUUtilization", "Average"),
        ("FreeStorageSpace", "Minimum"),
        ("OldestReplicationSlotLag", "Maximum"),
        ("ReplicaLag", "Maximum"),
        ("AuroraGlobalDBReplicationLag", "Maximum"),
    ],
);

impl Lowering<'_> {
    /// What a Prometheus of our own needs of AWS, if that is who collects metrics.
    pub(super) fn metrics(&mut self) {
        let wanted = self.topology.observability.metrics.as_ref();
        let Some(wanted) = wanted.filter(|m| m.is_ours("prometheus")) else {
            self.deployment.unexported.push(CLOUDWATCH);
            let scraped = SCRAPED.iter().map(|prefix| Unexported {
                prefix,
                by: "whatever scrapes the clusters",
            });
            self.deployment.unexported.extend(scraped);
            return;
        };
        let across = *wanted.across;
        let regions = self.cluster_regions();
        for id in regions.clone() {
            self.exporter(id);
            if across && regions.len() > 1 {
                self.collector(id, &regions);
            }
        }
    }

    /// YACE: the metrics of CloudWatch that signals are made of.
    fn exporter(&mut self, id: RegionId) {
        let name = self.role_name(EXPORTER, id);
        let arn = format!("arn:aws:iam::{}:role/{name}", self.account_text());
        let config = self.exporter_config(id);
        let values = json!({
            "fullnameOverride": EXPORTER,
            "serviceAccount": { "name": EXPORTER, "annotations": { ROLE_ANNOTATION: arn } },
            "service": { "annotations": { "prometheus.io/scrape": "true", "prometheus.io/port": "80" } },
            // YAML holds JSON.
            "config": serde_json::to_string_pretty(&config).unwrap_or_default() + "\n",
        });
        self.charts.entry(id).or_default().push(ChartValues {
            release: EXPORTER,
            chart: "prometheus-yet-another-cloudwatch-exporter",
            repository: "https://prometheus-community.github.io/helm-charts",
            version: "0.47.0",
            values,
        });
        self.workloads.entry(id).or_default().push(Workload {
            name: EXPORTER.into(),
            namespace: NAMESPACE.into(),
            statements: vec![Statement {
                // What its own documentation asks for.
                actions: vec![
                    "cloudwatch:GetMetricData",
                    "cloudwatch:GetMetricStatistics",
                    "cloudwatch:ListMetrics",
                    "iam:ListAccountAliases",
                    "tag:GetResources",
                ],
                resources: vec!["*".into()],
                conditions: Vec::new(),
            }],
        });
    }

    fn exporter_config(&self, id: RegionId) -> Value {
        let location = self.location(id);
        let metric =
            |name: &str, statistic: &str| json!({ "name": name, "statistics": [statistic] });
        let job = |kind: &str, metrics: Vec<Value>| {
            json!({
                "type": kind,
                "regions": [location],
                // Only what is this system's.
                "searchTags": [{ "key": "system", "value": format!("^{}$", self.topology.name) }],
                "period": 300,
                "length": 600,
                "metrics": metrics,
            })
        };
        let mut jobs = vec![
            job(
                "AWS/ApplicationELB",
                vec![
                    metric("RequestCount", "Sum"),
                    metric("HTTPCode_ELB_5XX_Count", "Sum"),
                ],
            ),
            job(
                "AWS/NATGateway",
                vec![metric("BytesOutToDestination", "Sum")],
            ),
        ];
        for (kind, metrics) in self.found_by_tags(id) {
            let metrics = metrics.iter().map(|(name, of)| metric(name, of)).collect();
            jobs.push(job(kind, metrics));
        }
        let custom = self.own_metrics(id);
        let mut config = json!({
            "apiVersion": "v1alpha1",
            "sts-region": location,
            "discovery": { "jobs": jobs },
        });
        if !custom.is_empty() {
            config["customNamespace"] = json!(custom);
        }
        config
    }

    /// What the stores of a region have in namespaces of AWS, each once.
    fn found_by_tags(&self, id: RegionId) -> Vec<Metrics> {
        let mut found: Vec<Metrics> = Vec::new();
        let stores = || self.topology.datastores.iter();
        for kind in all() {
            let mut here = stores().filter(|s| s.regions.contains(&id));
            if let Some(metrics) = kind.metrics().given()
                && here.any(|s| kind.fits(s))
                && found.iter().all(|f| f.0 != metrics.0)
            {
                found.push(metrics);
            }
        }
        found
    }

    /// What the stores of a region have beside that, each once.
    fn own_metrics(&self, id: RegionId) -> Vec<Value> {
        let mut found: Vec<Value> = Vec::new();
        for kind in all() {
            let Some(own) = kind.own_metrics().given() else {
                continue;
            };
            let stores = self.topology.datastores.iter();
            let here = stores.filter(|s| s.regions.contains(&id) && kind.fits(s));
            for value in here.filter_map(|store| own(self, store, id)) {
                if !found.contains(&value) {
                    found.push(value);
                }
            }
        }
        found
    }

    /// A way for other regions to a region's collector.
    fn collector(&mut self, id: RegionId, regions: &[RegionId]) {
        let location = self.location(id);
        let name = naming::cut(
            &format!("{}-metrics-{}", self.prefix(), naming::code(location)),
            facts::names().load_balancer,
        );
        let own = Ranges::of(self.topology, id).vpc;
        let call = format!("metrics_{}", self.topology.region(id).slug());
        let arguments = vec![
            ("name", name.clone().into()),
            ("vpc_id", self.vpc(id)),
            ("subnet_ids", self.subnets(id, Subnets::Private)),
            ("client_cidrs", self.networks_of(regions)),
            ("port", PORT.into()),
            ("target_cidr", own.into()),
            ("target_port", PORT.into()),
        ];
        self.call(&call, "aws/internal-lb", Scope::Region(id), id, arguments);
        let address = output(&call, "dns_name", Argument::Null);
        let host = self.private_name(id, "metrics", address);
        self.metrics_hosts.insert(id, host);
        let clients = self.ranges_of(regions);
        let binding = bind(
            &name,
            COLLECTOR,
            (NAMESPACE, COLLECTOR, PORT),
            &clients,
            &[PORT],
        );
        self.objects.entry(id).or_default().push(binding);
    }
}
