//! Grafana dashboards: one across all regions, one for each.

use super::EMITTER;
use crate::artifact::ArtifactSet;
use crate::deployment::{Board, SignalQuery, Unit};
use crate::emit::Input;
use crate::format::json::json;
use crate::format::promql;
use crate::topology::{Metric, Signal};
use crate::watch::reading::shows;
use serde_json::Value;
use std::collections::BTreeSet;

/// Grafana's grid has 24 columns; three panels stand in a row.
const WIDTH: u64 = 8;
const HEIGHT: u64 = 8;

/// The dashboard across all regions.
const OVERVIEW: &str = "overview";

pub(super) fn emit(input: Input, set: &mut ArtifactSet) {
    let wanted = &input.topology.observability.dashboards;
    let mut add = |name: &str, value: Value| {
        let text = format!("{value:#}\n");
        set.text(EMITTER, format!("alerts/dashboards/{name}.json"), text);
    };
    if *wanted.across {
        add(OVERVIEW, overview(input));
    }
    if *wanted.per_region {
        for region in &input.topology.regions {
            add(&region.name, of_region(input, &region.name));
        }
    }
    let regions = input.topology.regions.iter().map(|r| r.name.clone());
    let mut taken: BTreeSet<String> = regions.chain([OVERVIEW.to_string()]).collect();
    for board in &input.deployment.boards {
        // Dots would look like endings of file names.
        let mut name = board.subject.replace('.', "-");
        while !taken.insert(name.clone()) {
            name += "-board";
        }
        add(&name, of_board(input, board, &name));
    }
}

/// One part, with a line for each region.
fn of_board(input: Input, board: &Board, name: &str) -> Value {
    let panels = board.panels.iter().enumerate();
    let panels = panels.map(|(i, p)| panel(i as u64, &p.title, &p.query, p.unit, None));
    let title = format!("{} by region", board.subject);
    dashboard(input, name, &title, panels.collect())
}

fn overview(input: Input) -> Value {
    let panels = input.deployment.signals.iter().enumerate();
    let panels = panels.map(|(index, query)| {
        let metric = metric_of(input, query);
        panel(
            index as u64,
            &title(query, metric),
            &query.query,
            query.unit,
            metric,
        )
    });
    dashboard(input, OVERVIEW, "all regions", panels.collect())
}

/// What tells one region from the others: probes, services, copies.
fn of_region(input: Input, region: &str) -> Value {
    let topology = input.topology;
    let probes = format!(
        "probe_success{{job=\"blackbox-regions\",system={},region={region}}}",
        promql::value(&topology.name),
        region = promql::value(&region)
    );
    let mut panels = vec![
        (
            "Answers from outside".to_string(),
            format!("avg(avg_over_time({probes}[1m]))"),
            Unit::Ratio,
        ),
        (
            "Time to answer, 95th percentile".to_string(),
            format!(
                "max(quantile_over_time(0.95, {}[5m]))",
                probes.replace("probe_success", "probe_duration_seconds")
            ),
            Unit::Seconds,
        ),
    ];
    let cluster = input
        .deployment
        .clusters
        .iter()
        .find(|c| topology.region(c.region).name == region);
    if let Some(cluster) = cluster {
        for service in &topology.services {
            let seen = input.topology.mesh.is_some() && service.on_cluster();
            if service.replicas_in(cluster.region).is_none() || !seen {
                continue;
            }
            let of = format!(
                "reporter=\"destination\",destination_service_name={},cluster={}",
                promql::value(&service.name),
                promql::value(&cluster.name)
            );
            panels.push((
                format!("{}: requests", service.name),
                format!("sum(rate(istio_requests_total{{{of}}}[5m]))"),
                Unit::PerSecond,
            ));
            panels.push((
                format!("{}: share that fails", service.name),
                format!("sum(rate(istio_requests_total{{{of},response_code=~\"5..\"}}[5m])) / sum(rate(istio_requests_total{{{of}}}[5m]))"),
                Unit::Ratio,
            ));
        }
    }
    for store in &topology.datastores {
        let reports = |q: &SignalQuery| {
            q.signal == Signal::ReplicationLag
                && q.subject == store.name
                && q.query.contains("replication_lag_seconds{")
        };
        if input.deployment.signals.iter().any(reports) {
            let of = format!(
                "system={},datastore={},region={region}",
                promql::value(&topology.name),
                promql::value(&store.name),
                region = promql::value(&region)
            );
            panels.push((
                format!("{}: behind", store.name),
                format!("max(replication_lag_seconds{{{of}}})"),
                Unit::Seconds,
            ));
        }
    }
    for board in &input.deployment.boards {
        for shown in &board.panels {
            let mut own = shown.of_region.iter();
            let own = own.find(|(id, _)| topology.region(*id).name == region);
            panels.extend(own.map(|(_, query)| {
                let title = format!("{}: {}", board.subject, shown.title);
                (title, query.clone(), shown.unit)
            }));
        }
    }
    let panels = panels.iter().enumerate();
    let panels = panels.map(|(i, (title, query, unit))| panel(i as u64, title, query, *unit, None));
    dashboard(input, region, region, panels.collect())
}

fn metric_of<'a>(input: Input<'a>, query: &SignalQuery) -> Option<&'a Metric> {
    let metrics = input.topology.metrics.iter();
    metrics.map(|m| &m.metric).find(|m| shows(m, query))
}

fn title(query: &SignalQuery, metric: Option<&Metric>) -> String {
    let own = metric
        .and_then(|m| m.title.as_ref())
        .map(|t| t.value.clone());
    own.unwrap_or_else(|| format!("{}: {}", query.subject, words(query.signal)))
}

fn words(signal: Signal) -> String {
    signal.word().replace('-', " ")
}

fn panel(index: u64, title: &str, query: &str, unit: Unit, metric: Option<&Metric>) -> Value {
    let unit = match unit {
        Unit::Seconds => "s",
        Unit::Ratio => "percentunit",
        Unit::Count => "short",
        Unit::PerSecond => "reqps",
        Unit::Bytes => "Bps",
    };
    let mut panel = json!({
        "id": index + 1,
        "type": "timeseries",
        "title": title,
        "gridPos": { "h": HEIGHT, "w": WIDTH, "x": (index % 3) * WIDTH, "y": (index / 3) * HEIGHT },
        "datasource": { "type": "prometheus", "uid": "${datasource}" },
        "fieldConfig": {
            "defaults": { "unit": unit, "thresholds": thresholds(metric) },
            "overrides": [],
        },
        "options": { "legend": { "displayMode": "list", "placement": "bottom" } },
        "targets": [{ "refId": "A", "expr": query }],
    });
    if let Some(target) = metric.and_then(|m| m.target.as_ref()) {
        let aim = format!("Aimed at: {} {}.", target.comparison, target.text);
        panel["description"] = aim.into();
    }
    panel
}

/// The lines of a metric's warning and critical thresholds, for metrics that are worse when
/// higher.
fn thresholds(metric: Option<&Metric>) -> Value {
    let mut steps = vec![json!({ "color": "green", "value": null })];
    let levels = metric.map(|m| [("orange", &m.warning), ("red", &m.critical)]);
    for (color, threshold) in levels.into_iter().flatten() {
        if let Some(threshold) = threshold.as_ref().filter(|t| t.comparison.starts_with('>')) {
            steps.push(json!({ "color": color, "value": threshold.bound }));
        }
    }
    json!({ "mode": "absolute", "steps": steps })
}

fn dashboard(input: Input, id: &str, title: &str, panels: Vec<Value>) -> Value {
    let uid = format!("{}-{id}", input.topology.name);
    // Grafana takes at most 40 characters; the end tells dashboards apart.
    let uid: String = uid
        .chars()
        .rev()
        .take(40)
        .collect::<String>()
        .chars()
        .rev()
        .collect();
    json!({
        "uid": uid.trim_start_matches('-'),
        "title": format!("{}: {title}", input.topology.name),
        "tags": [input.topology.name, "meridian"],
        "timezone": "utc",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": { "from": "now-6h", "to": "now" },
        "templating": { "list": [{
            "name": "datasource",
            "type": "datasource",
            "query": "prometheus",
        }] },
        "panels": panels,
    })
}
