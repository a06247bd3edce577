//! Every series that a rule, a dashboard or a scaler of a golden tree reads has a producer in that
//! tree: a scrape, a metric of the cloud, or the contract with an alert on its absence.

use crate::support::{Tree, golden_trees as trees};
use meridian::syntax::{self, Kind, Node};
use meridian::watch::series::{Producer, selectors};
use std::collections::{BTreeMap, BTreeSet};

/// The texts behind a key, anywhere in a YAML or JSON file.
fn behind(text: &str, keys: &[&str]) -> Vec<String> {
    fn walk(node: &Node, keys: &[&str], found: &mut Vec<String>) {
        match &node.kind {
            Kind::List(items) => items.iter().for_each(|n| walk(n, keys, found)),
            Kind::Map(entries) => {
                for entry in entries {
                    match &entry.value.kind {
                        Kind::Scalar(s) if keys.contains(&entry.key.text.as_str()) => {
                            found.push(s.text.clone());
                        }
                        _ => walk(&entry.value, keys, found),
                    }
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    // The notation of a spec is one document.
    for document in text.split("\n---\n") {
        let mut sources = meridian::source::SourceMap::default();
        let file = sources.add("x.yaml", document);
        let mut out = meridian::diagnostic::Diagnostics::default();
        let limits = syntax::Limits::default();
        if let Some(document) = syntax::parse(&sources, file, &limits, &mut out) {
            walk(&document.root, keys, &mut found);
        }
    }
    found
}

/// The metrics that rules, dashboards and scalers read.
fn read(tree: &Tree) -> BTreeSet<String> {
    let mut expressions = Vec::new();
    for (path, text) in tree {
        if path == "alerts/prometheus/rules.yaml" || path.starts_with("alerts/dashboards/") {
            expressions.extend(behind(text, &["expr"]));
        }
        if path.ends_with("keda-hpa.yaml") {
            expressions.extend(behind(text, &["query"]));
        }
    }
    assert!(expressions.len() > 10, "{}", expressions.len());
    let read = expressions.iter().flat_map(|e| selectors(e));
    read.map(|s| s.metric.to_string()).collect()
}

/// Whether some file of a folder has a text in it.
fn has(tree: &Tree, folder: &str, text: &str) -> bool {
    let mut files = tree.iter().filter(|(path, _)| path.starts_with(folder));
    files.any(|(_, t)| t.contains(text))
}

/// Whether anything scrapes what exports a metric.
fn scraped(tree: &Tree, metric: &str) -> bool {
    let collector = has(tree, "observability/", "prometheus-collector");
    let managed = |port: &str| has(tree, "kubernetes/", &format!("- port: {port}\n"));
    let (exporter, wanted) = match metric {
        m if m.starts_with("istio_") => ("istio-injection", "http-envoy-prom"),
        m if m.starts_with("pglogical_") => (m, "none"),
        m if m.starts_with("redis_server_") || m.starts_with("database_syncer_") => {
            return has(tree, "observability/", "job_name: redis-enterprise");
        }
        m if m.starts_with("redis_") => ("redis_exporter", "metrics"),
        // Kubelets and the state of objects: the chart of the collector brings both.
        _ => return collector,
    };
    has(tree, "kubernetes/", exporter) && (collector || managed(wanted))
}

/// What is wrong with a series that somebody else is to export.
fn asked(tree: &Tree, metric: &str) -> Option<&'static str> {
    let named = if metric.starts_with("probe_") {
        "probe_success"
    } else {
        metric
    };
    let asked = tree["ARCHITECTURE.md"].contains(&format!("| `{metric}` |"));
    let exported = has(tree, "kubernetes/", &format!("metric_name: {metric}\n"));
    if !asked && !exported {
        Some("the contract does not ask for it")
    } else if !absent(&tree["alerts/prometheus/rules.yaml"], named) {
        Some("no alert says that it is missing")
    } else {
        None
    }
}

/// What is wrong with the series of a tree.
pub fn faults(tree: &Tree) -> BTreeSet<String> {
    let rules = &tree["alerts/prometheus/rules.yaml"];
    let mut faults = BTreeSet::new();
    for metric in read(tree) {
        let fault = match Producer::of(&metric) {
            None => Some("nobody makes it"),
            Some(Producer::Rules) => {
                let recorded = rules.contains(&format!("record: {metric}\n"));
                (!recorded && metric != "ALERTS").then_some("no rule records it")
            }
            Some(Producer::Cloud) => {
                let ours = metric.starts_with("aws_");
                let exporter = has(
                    tree,
                    "observability/",
                    "prometheus-yet-another-cloudwatch-exporter",
                );
                let others = ours && !exporter;
                others.then(|| asked(tree, &metric)).flatten()
            }
            Some(Producer::Probes | Producer::Contract) => asked(tree, &metric),
            Some(Producer::Scrape) => {
                let others = !scraped(tree, &metric);
                others.then(|| asked(tree, &metric)).flatten()
            }
        };
        faults.extend(fault.map(|fault| format!("{metric}: {fault}")));
    }
    faults
}

/// Whether an alert fires when a metric is missing.
fn absent(rules: &str, metric: &str) -> bool {
    let gone = rules.split("absent(").skip(1);
    let mut gone = gone.flat_map(|rest| selectors(rest).into_iter().next());
    gone.any(|selector| selector.metric == metric)
}

#[test]
fn every_series_has_a_producer() {
    let trees = trees();
    assert!(trees.len() >= 5);
    for (name, tree) in &trees {
        let faults = faults(tree);
        assert!(faults.is_empty(), "{name}: {faults:#?}");
    }
}

#[test]
fn a_series_without_its_producer_is_found() {
    let trees: BTreeMap<String, Tree> = trees().into_iter().collect();
    let broken = |name: &str, path: &str, from: &str, to: &str| {
        let mut tree = trees[name].clone();
        let mut changed = 0;
        for (at, text) in &mut tree {
            if at.starts_with(path) && text.contains(from) {
                *text = text.replace(from, to);
                changed += 1;
            }
        }
        assert!(changed > 0, "{name} has no {from} in {path}");
        faults(&tree).into_iter().collect::<Vec<_>>()
    };
    let rules = "alerts/prometheus/rules.yaml";
    let one = |fault: &str| vec![fault.to_string()];
    assert_eq!(
        broken(
            "ggen",
            rules,
            "absent(failover_events_total",
            "absent(x_total"
        ),
        [
            "failover_events_total: no alert says that it is missing",
            "x_total: nobody makes it"
        ]
    );
    assert_eq!(
        broken("ggen", "ARCHITECTURE.md", "| `backup_runs_total` |", "| |"),
        one("backup_runs_total: the contract does not ask for it")
    );
    assert_eq!(
        broken(
            "ggen",
            rules,
            "record: slo:error_ratio:rate6h\n",
            "record: x\n"
        ),
        one("slo:error_ratio:rate6h: no rule records it")
    );
    assert!(
        !broken(
            "ggen",
            "kubernetes/",
            "- port: metrics\n",
            "- port: other\n"
        )
        .is_empty()
    );
    assert!(
        !broken(
            "eden",
            "kubernetes/",
            "pglogical_subscription_replicating",
            "x"
        )
        .is_empty()
    );
}

/// Metrics of AWS and of its clusters that no collector of ours has: whoever collects them is told.
#[test]
fn without_a_collector_the_contract_asks_for_what_others_export() {
    let text = |metrics: &str| {
        format!(
            "version: 1\nname: shop\nclouds: {{ aws: {{ account: \"111122223333\" }} }}\nregions: {{ us-east-1: {{ role: primary }}, us-west-2: {{}} }}\n\
             mesh: {{ kind: istio }}\n\
             datastores:\n  main: {{ engine: postgres, replication: {{ mode: async, arbiter: operator, lag: {{ target: 5s }} }}, backup: {{ every: 1d, keep: 7d }}, datasets: {{ orders: {{ holds: [internal] }} }} }}\n\
             services: {{ web: {{ image: shop/web, uses: [main], replicas: 2..10, scale_on: {{ cpu: 70% }} }} }}\n\
             traffic:\n  shop.example.com: {{ to: web, health: {{ every: 10s, timeout: 4s }} }}\n  us-east-1.shop.example.com: {{ to: web, region: us-east-1 }}\n  us-west-2.shop.example.com: {{ to: web, region: us-west-2 }}\n\
             channels: {{ ops: {{ pagerduty: ops }} }}\nobjectives: {{ region: {{ rto: 1h, rpo: 5m }} }}\nfailover: {{ mode: automatic }}\n{metrics}"
        )
    };
    let of = |metrics: &str| -> Tree {
        let case = crate::support::spec(&text(metrics));
        assert_eq!(case.errors(), Vec::<&str>::new());
        let files = case.done.artifacts.iter();
        files
            .map(|(path, file)| (path.to_string(), file.text.clone()))
            .collect()
    };
    let without = of("");
    assert!(faults(&without).is_empty(), "{:#?}", faults(&without));
    let lag = "| `aws_rds_replica_lag_maximum` |";
    assert!(without["ARCHITECTURE.md"].contains(lag));
    let with = of("observability: { metrics: { by: prometheus } }\n");
    assert!(faults(&with).is_empty(), "{:#?}", faults(&with));
    assert!(!with["ARCHITECTURE.md"].contains(lag));
}
