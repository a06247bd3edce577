//! What `DATA_FLOW.md` reads: the flow in words, datasets that go the same ways together.

use crate::analysis::flow::{DatasetFlow, Flow, Kind, Stop, Verdict};
use crate::emit::Input;
use crate::format::json::json;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Mermaid refuses diagrams with more edges than 500 unless told otherwise (its option
/// `maxEdges`), and nobody reads them.
const MOST_EDGES: usize = 300;

pub(super) fn context(input: Input) -> Value {
    let flow = &input.analysis.flow;
    json!({
        "diagram": diagram(flow),
        "groups": groups(flow),
        "undescribed": undescribed(input),
        "telemetry": flow.telemetry.iter().map(|t| json!({
            "what": t.what, "of": t.of.join(", "), "site": t.site, "keeps": t.keeps.to_string(),
        })).collect::<Vec<_>>(),
        "secrets": secrets(input),
        "shared": flow.shared.iter().map(|s| json!({
            "what": s.what,
            "regions": s.regions.join(", "),
            "breaks": s.breaks.join(", "),
            "without": s.without,
            "promise": s.promise.clone().unwrap_or_else(|| "none".into()),
        })).collect::<Vec<_>>(),
        "regimes": flow.regimes.iter().map(|r| json!({
            "regime": r.regime,
            "of": r.of,
            "says": r.says,
            "law": r.law,
            "standing": r.standing,
            "held": if r.held { "yes" } else { "no" },
        })).collect::<Vec<_>>(),
        "silent": silent(input),
        "sources": sources(flow),
    })
}

/// One row of a dataset's table; sites with all else alike share it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    what: String,
    keeps: String,
    when: String,
    verdict: String,
    sites: Vec<String>,
}

/// Datasets of a store and zone that come to the same places, with the table of those.
fn groups(flow: &Flow) -> Vec<Value> {
    type Group<'a> = (&'a DatasetFlow, Vec<String>, Vec<Row>);
    let mut groups: Vec<Group> = Vec::new();
    for dataset in &flow.datasets {
        let rows = rows(dataset);
        let same = groups.iter_mut().find(|(first, _, other)| {
            (&first.store, &first.zone, &first.holds)
                == (&dataset.store, &dataset.zone, &dataset.holds)
                && *other == rows
        });
        match same {
            Some((_, names, _)) => names.push(dataset.dataset.clone()),
            None => groups.push((dataset, vec![dataset.dataset.clone()], rows)),
        }
    }
    let value = |(first, names, rows): Group| {
        json!({
            "store": first.store,
            "datasets": names.join(", "),
            "zone": first.zone,
            "holds": first.holds.join(", "),
            "rows": rows.iter().map(|r| json!({
                "what": r.what, "sites": r.sites.join(", "), "keeps": r.keeps,
                "when": r.when, "verdict": r.verdict,
            })).collect::<Vec<_>>(),
        })
    };
    groups.into_iter().map(value).collect()
}

fn rows(flow: &DatasetFlow) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let (always, after): (Vec<&Stop>, Vec<&Stop>) =
        flow.stops.iter().partition(|s| s.after_losing.is_none());
    for stop in always.into_iter().chain(after) {
        let row = Row {
            what: what(stop),
            keeps: stop.keeps.to_string(),
            when: match &stop.after_losing {
                Some(region) => format!("after losing {region}"),
                None => "always".into(),
            },
            verdict: verdict(&stop.verdict),
            sites: Vec::new(),
        };
        let same = |r: &&mut Row| {
            (&r.what, &r.keeps, &r.when, &r.verdict)
                == (&row.what, &row.keeps, &row.when, &row.verdict)
        };
        match rows.iter_mut().find(same) {
            Some(known) if known.sites.contains(&stop.site) => {}
            Some(known) => known.sites.push(stop.site.clone()),
            None => rows.push(Row {
                sites: vec![stop.site.clone()],
                ..row
            }),
        }
    }
    rows
}

/// What keeps it: the name, and the kind where that says more.
fn what(stop: &Stop) -> String {
    match stop.kind {
        Kind::Store | Kind::Cache | Kind::Queue | Kind::DeadLetters | Kind::Backup => {
            stop.name.clone()
        }
        Kind::Service => format!("users served by {}", stop.name),
        Kind::Processing => format!("read or received by {}", stop.name),
        Kind::Edge => format!("TLS termination of {}", stop.name),
        Kind::ControlPlane => format!("{}: {}", stop.kind.words(), stop.name),
        _ => stop.kind.words().into(),
    }
}

fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Inside => "in the zone".into(),
        Verdict::Unbound => "no zone".into(),
        Verdict::Passing => "in transit only".into(),
        Verdict::Declared {
            transfer,
            basis,
            until,
        } => format!("permitted by declaration: {transfer}, {basis}, until {until}"),
        Verdict::Outside => "outside the zone, not permitted".into(),
    }
}

/// Nodes by zone and edges among them, all datasets together; nothing if it is too large.
fn diagram(flow: &Flow) -> Value {
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    let mut homes: BTreeMap<usize, String> = BTreeMap::new();
    let mut edges: BTreeSet<(usize, usize, Option<String>)> = BTreeSet::new();
    for dataset in &flow.datasets {
        for stop in &dataset.stops {
            let mut path = stop.path.clone();
            path[0] = match &dataset.zone {
                Some(zone) => format!("data subjects of {zone}"),
                None => "other data subjects".into(),
            };
            let mut nodes = Vec::new();
            for step in path {
                let next = ids.len();
                nodes.push(*ids.entry(step).or_insert(next));
            }
            if let (Some(zone), Some(last)) = (&dataset.zone, nodes.last()) {
                homes.entry(nodes[0]).or_insert(zone.clone());
                if stop.verdict == Verdict::Inside {
                    homes.insert(*last, zone.clone());
                }
            }
            for pair in nodes.windows(2) {
                let lost = stop.after_losing.clone().filter(|_| pair[0] == nodes[0]);
                edges.insert((pair[0], pair[1], lost));
            }
        }
    }
    if edges.len() > MOST_EDGES {
        return Value::Null;
    }
    let mut zones: BTreeMap<Option<&String>, Vec<Value>> = BTreeMap::new();
    for (label, id) in &ids {
        let node = json!({ "id": format!("n{id}"), "label": label });
        zones.entry(homes.get(id)).or_default().push(node);
    }
    json!({
        "zones": zones.iter().enumerate().map(|(index, (zone, nodes))| json!({
            "id": format!("z{index}"),
            "zone": zone,
            "nodes": nodes,
        })).collect::<Vec<_>>(),
        "edges": edges.iter().map(|(from, to, lost)| json!({
            "from": format!("n{from}"),
            "to": format!("n{to}"),
            "lost": lost.as_ref().map(|l| format!("after losing {l}")),
        })).collect::<Vec<_>>(),
    })
}

fn secrets(input: Input) -> Vec<Value> {
    let topology = input.topology;
    let secrets = topology.secrets.iter();
    secrets
        .map(|secret| {
            let regions = secret
                .regions
                .iter()
                .map(|id| topology.region(*id).name.as_str());
            let readers = secret
                .readers
                .iter()
                .map(|id| topology.service(*id).name.as_str());
            json!({
                "name": secret.name,
                "kind": secret.replication.word(),
                "regions": regions.collect::<Vec<_>>().join(", "),
                "readers": readers.collect::<Vec<_>>().join(", "),
            })
        })
        .collect()
}

/// Stores that say nothing of what they hold, and so cannot be followed.
fn undescribed(input: Input) -> String {
    let stores = input.topology.datastores.iter();
    let silent = stores.filter(|s| s.datasets.is_empty());
    silent
        .map(|s| s.name.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Regimes that are named and that nothing can be checked of.
fn silent(input: Input) -> String {
    let zones = input.topology.zones.iter();
    let of_zones = zones.flat_map(|(_, z)| &z.regimes);
    let of_regions = input.topology.regions.iter().flat_map(|r| &r.regimes);
    let named: BTreeSet<&str> = of_zones.chain(of_regions).map(|r| r.word()).collect();
    let asked: BTreeSet<&str> = input
        .analysis
        .flow
        .regimes
        .iter()
        .map(|r| r.regime.as_str())
        .collect();
    named
        .difference(&asked)
        .copied()
        .collect::<Vec<_>>()
        .join(", ")
}

/// Who says where data rests and what regimes ask; addresses apart, to be links.
fn sources(flow: &Flow) -> Vec<Value> {
    let stops = flow.datasets.iter().flat_map(|d| &d.stops);
    let of_stops = stops.map(|s| s.source.as_str());
    let of_rules = flow.regimes.iter().map(|r| r.source.as_str());
    let all: BTreeSet<&str> = of_stops.chain(of_rules).filter(|s| !s.is_empty()).collect();
    let value = |source: &str| {
        let end = source.find([',', ' ']).unwrap_or(source.len());
        let (url, text) = match source.starts_with("http") {
            true => source.split_at(end),
            false => ("", source),
        };
        json!({ "url": url, "text": text })
    };
    all.into_iter().map(value).collect()
}
