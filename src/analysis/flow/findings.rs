//! What the graph shows that must not be, with the whole way and a label at each place of
//! the spec that makes it.

use super::copy::{Holder, Kind};
use super::world::{about_people, protected};
use super::zones::Zones;
use super::{DatasetFlow, Flow, Stop, fate};
use crate::catalog::regimes::regimes;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::topology::{
    Basis, HostId, Promisee, Reach, RegionId, Scenario, SecretReplication, Topology, Zone,
};
use std::collections::BTreeMap;

/// A copy outside the zone without a basis.
pub const OUTSIDE: Code = Code::new("RES101", "copy-outside-its-zone");
/// A basis that ends before it was reviewed, or was never in force.
pub const NEVER: Code = Code::new("RES102", "basis-without-time");
/// Data about people in caches all over the world.
pub const CACHED: Code = Code::new("RES103", "people-cached-at-the-edge");
/// Users of a zone served from outside of it.
pub const SERVED: Code = Code::new("RES104", "served-outside-the-zone");
/// A fence around one region.
pub const ALONE: Code = Code::new("RES105", "fenced-without-failover");
/// A key outside of the zone of what it opens.
pub const KEY: Code = Code::new("RES106", "key-outside-its-zone");
/// A vendor that may see data from outside the zone.
pub const VENDOR: Code = Code::new("RES107", "vendor-outside-the-zone");
/// A secret of a zone that may be copied anywhere.
pub const SECRET: Code = Code::new("RES108", "secret-without-a-place");
/// A fence that nothing holds.
pub const FENCE: Code = Code::new("RES109", "fence-that-does-not-hold");
/// Requests of a fenced zone that are decrypted outside.
pub const DECRYPTED: Code = Code::new("RES110", "decrypted-outside-the-fence");

/// A service outside of the zone that reads or receives data of it.
pub const PROCESSED: Code = Code::new("RES111", "processed-outside-the-zone");

/// How many places of one kind a finding points at; the rest is counted.
const SHOWN: usize = 4;

/// Everything that must not be, or that should be known.
pub fn findings(topology: &Topology, flow: &Flow) -> Diagnostics {
    let mut out = Diagnostics::default();
    for dataset in &flow.datasets {
        copies(topology, flow, dataset, &mut out);
    }
    served(topology, flow, &mut out);
    bases(topology, &mut out);
    fences(topology, flow, &mut out);
    secrets(topology, &mut out);
    out.extend(fate::findings(topology, &flow.shared));
    out
}

/// Copies outside of the zone, one finding for each cause: what keeps them, and how.
fn copies(topology: &Topology, all: &Flow, flow: &DatasetFlow, out: &mut Diagnostics) {
    let people = unbound_people(topology, all, flow);
    let mut causes: BTreeMap<(Code, Option<Holder>), Vec<&Stop>> = BTreeMap::new();
    for stop in &flow.stops {
        if let Some(code) = code(flow, stop, people) {
            let holder = flow.graph.nodes[stop.node].holder;
            causes.entry((code, holder)).or_default().push(stop);
        }
    }
    for ((code, _), stops) in causes {
        out.push(match code {
            CACHED => cached(flow, stops[0]),
            _ => left(topology, flow, code, &stops),
        });
    }
}

/// The fault of a stop; `served` reports what users elsewhere cause.
fn code(flow: &DatasetFlow, stop: &Stop, unbound_people: bool) -> Option<Code> {
    match stop.kind {
        Kind::Cache => (stop.exit || unbound_people).then_some(CACHED),
        _ if !stop.exit || by_service(flow, stop).is_some() => None,
        Kind::Key => Some(KEY),
        Kind::ControlPlane => Some(VENDOR),
        Kind::Processing => Some(PROCESSED),
        _ => Some(OUTSIDE),
    }
}

/// Whether a flow is about data subjects outside every zone, in a topology that has zones: some of them may
/// be of one, whatever the spec says of where they write.
fn unbound_people(topology: &Topology, all: &Flow, flow: &DatasetFlow) -> bool {
    let bound = |other: &DatasetFlow| {
        other.zone.is_some() && other.dataset == flow.dataset && other.store == flow.store
    };
    Zones::of(topology).iter().next().is_some()
        && flow.zone.is_none()
        && about_people(&flow.record)
        && !all.datasets.iter().any(bound)
}

/// The host and region that serve users elsewhere on the way to a stop.
fn by_service(flow: &DatasetFlow, stop: &Stop) -> Option<(HostId, RegionId)> {
    let mut way = stop.way.iter();
    way.find_map(|link| {
        let node = &flow.graph.nodes[flow.graph.links[*link].to];
        match (node.kind, node.holder) {
            (Kind::Service, Some(Holder::Host(id))) => Some((id, node.site.region?)),
            _ => None,
        }
    })
}

fn left(topology: &Topology, flow: &DatasetFlow, code: Code, stops: &[&Stop]) -> Diagnostic {
    let first = stops[0];
    let zone = flow.zone.as_deref().unwrap_or_default();
    let primary = protected(&flow.record)
        .or(flow.record.zone.as_ref().map(|z| z.span))
        .unwrap_or(flow.record.span);
    let way = first.path.join(" -> ");
    let what = match code {
        KEY => format!("a key lies outside the zone `{zone}`"),
        VENDOR => format!("the vendor may see it from outside the zone `{zone}`"),
        PROCESSED if about_people(&flow.record) => {
            format!("data about people is processed outside the zone `{zone}`")
        }
        PROCESSED => format!("data is processed outside the zone `{zone}`"),
        _ if about_people(&flow.record) => {
            format!("data about people leaves the zone `{zone}`")
        }
        _ => format!("data leaves the zone `{zone}`"),
    };
    let message = format!("{way}: {what}");
    let label = match protected(&flow.record) {
        Some(_) => "about people",
        None => "belongs to the zone",
    };
    let found = match code {
        VENDOR => Diagnostic::warning(code, primary, message, label),
        _ => Diagnostic::error(code, primary, message, label),
    };
    let found = with_places(topology, found, flow, primary, stops);
    found.help(way_out(topology, flow, code, first))
}

/// The places that make the ways to some stops, and a word on those that are left out.
fn with_places(
    topology: &Topology,
    mut found: Diagnostic,
    flow: &DatasetFlow,
    primary: Span,
    stops: &[&Stop],
) -> Diagnostic {
    let zone = flow.zone.as_deref();
    if let Some(home) = home(topology, zone) {
        let text = format!("in the zone `{}`", zone.unwrap_or_default());
        found = found.also(topology.region(home).span, text);
    }
    let mut add = |span: Span, text: String| {
        let known = found.secondary.iter().any(|l| l.span == span) || span == primary;
        if !known {
            found
                .secondary
                .push(crate::diagnostic::Label { span, text });
        }
    };
    for stop in stops.iter().take(SHOWN) {
        for label in flow.graph.places(&stop.way) {
            add(label.span, label.text);
        }
        let node = &flow.graph.nodes[stop.node];
        if let Some(region) = node.site.region {
            add(topology.region(region).span, "outside of it".into());
        }
    }
    let further = stops.iter().skip(1).filter_map(|s| s.path.last());
    let further: Vec<_> = further.map(String::as_str).collect();
    let beyond = match beyond(flow, stops) {
        0 => String::new(),
        1 => "a copy made of these".into(),
        more => format!("{more} copies made of these"),
    };
    let also: Vec<_> = [listed(&further), beyond]
        .into_iter()
        .filter(|s| !s.is_empty())
        .collect();
    if !also.is_empty() {
        found.message = format!("{}; also {}", found.message, also.join(", and "));
    }
    found
}

/// How many further copies outside of the zone are made of these.
fn beyond(flow: &DatasetFlow, stops: &[&Stop]) -> usize {
    let made = |stop: &&Stop| {
        let ways = stop.way.iter();
        let ends: Vec<usize> = ways.map(|link| flow.graph.links[*link].to).collect();
        stop.verdict == super::Verdict::Outside
            && !stop.exit
            && stops.iter().any(|s| ends.contains(&s.node))
    };
    flow.stops.iter().filter(made).count()
}

fn listed(names: &[&str]) -> String {
    let shown = names[..names.len().min(SHOWN)].join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn home(topology: &Topology, zone: Option<&str>) -> Option<RegionId> {
    let of_zone = |id: &RegionId| topology.region(*id).zone.as_deref() == zone;
    zone.and_then(|_| topology.region_ids().find(of_zone))
}

/// What to write instead.
fn way_out(topology: &Topology, flow: &DatasetFlow, code: Code, stop: &Stop) -> String {
    let zone = flow.zone.as_deref().unwrap_or_default();
    let dataset = &flow.dataset;
    let node = &flow.graph.nodes[stop.node];
    let declare = |to: &str| {
        format!(
            "declare why it may: `compliance: {{ transfers: {{ … from: {zone}, to: {to}, \
             datasets: [{dataset}], basis: {}, … }} }}`",
            basis(topology, zone)
        )
    };
    let region = node.site.region.map(|id| topology.region(id).name.as_str());
    match (code, node.kind) {
        (KEY, _) => "keep what it opens at a location whose key is inside the zone, or write \
                     `own_keys: false` for the zone"
            .into(),
        (VENDOR, _) => {
            "switch the vendor's advisors off, run it yourself, or declare a transfer to a zone \
             that holds the vendor's country"
                .into()
        }
        (PROCESSED, _) => format!(
            "run it in regions of the zone: `regions: [{}]`, or {}",
            of_zone(topology, zone),
            declare(region.unwrap_or("…"))
        ),
        (_, Kind::Telemetry) => format!(
            "write `location` with a region of the zone, keep `{dataset}` out of it, or {}",
            declare(region.unwrap_or("…"))
        ),
        (_, Kind::Queue | Kind::DeadLetters) => format!(
            "write `regions` of the zone for the queue, keep `{dataset}` out of `carries`, or {}",
            declare(region.unwrap_or("…"))
        ),
        _ if *flow.record.copies == Reach::Everywhere => format!(
            "write `copies: within-zone` or `origin` and let each region write its own, or {}",
            declare(region.unwrap_or("…"))
        ),
        _ => format!(
            "write `writers: per-region`, keep it in a store of the zone, or {}",
            declare(region.unwrap_or("…"))
        ),
    }
}

/// The regions of a zone, as they are written.
fn of_zone(topology: &Topology, zone: &str) -> String {
    let regions = topology.regions.iter();
    let of = regions.filter(|r| r.zone.as_deref() == Some(zone));
    let names: Vec<&str> = of.map(|r| r.name.as_str()).collect();
    names.join(", ")
}

/// A basis that the regimes of a zone know, to show how one is written.
fn basis(topology: &Topology, zone: &str) -> Basis {
    let named = Zones::of(topology).get(zone).map(|z| &z.regimes);
    let mut rules = regimes().rules.iter();
    let asked = rules.find(|r| {
        let applies = named.is_some_and(|n| n.iter().any(|regime| regime.value == r.regime));
        applies && !r.bases.is_empty() && !r.bases.contains(&Basis::Scc)
    });
    asked.map_or(Basis::Scc, |r| r.bases[0])
}

fn cached(flow: &DatasetFlow, stop: &Stop) -> Diagnostic {
    let rule = stop.way.last().map_or(&[][..], |l| &flow.graph.reasons[*l]);
    let span = rule.first().map_or(flow.record.span, |l| l.span);
    let found = Diagnostic::error(
        CACHED,
        span,
        format!("{}: a copy in every country", stop.path.join(" -> ")),
        "cached here",
    );
    let about = protected(&flow.record).or(flow.record.zone.as_ref().map(|z| z.span));
    let found = match about {
        Some(about) => found.also(about, "about people"),
        None => found,
    };
    found.help("cache only what is public, or answer such requests with `no-store`")
}

/// Users of a zone who are served from outside of it: a finding for each host and zone, with
/// all that leaves.
fn served(topology: &Topology, flow: &Flow, out: &mut Diagnostics) {
    let mut causes: BTreeMap<(&str, HostId), Vec<(&DatasetFlow, &Stop)>> = BTreeMap::new();
    for dataset in &flow.datasets {
        for stop in dataset.stops.iter().filter(|s| s.exit) {
            if let (Some(zone), Some((host, _))) = (&dataset.zone, by_service(dataset, stop)) {
                causes
                    .entry((zone, host))
                    .or_default()
                    .push((dataset, stop));
            }
        }
    }
    for ((zone, host), leaving) in causes {
        out.push(served_outside(topology, zone, host, &leaving));
    }
}

fn served_outside(
    topology: &Topology,
    zone: &str,
    host: HostId,
    leaving: &[(&DatasetFlow, &Stop)],
) -> Diagnostic {
    let (first, stop) = leaving[0];
    let host = topology.host(host);
    let from = by_service(first, stop).map(|(_, region)| region);
    let to = from.map_or("", |id| topology.region(id).name.as_str());
    let mut datasets: Vec<&str> = leaving.iter().map(|(d, _)| d.dataset.as_str()).collect();
    datasets.dedup();
    let when = match &stop.after_losing {
        Some(lost) => format!("after losing {lost}"),
        None => "at any time".into(),
    };
    let also = match &datasets[1..] {
        [] => String::new(),
        more => format!("; also {}", listed(more)),
    };
    let way = stop.path.join(" -> ");
    let span = host.policy.first().map_or(host.span, |p| p.span);
    let mut found = Diagnostic::error(
        SERVED,
        span,
        format!("{when}, people of `{zone}` are served outside of it: {way}{also}"),
        format!("{when}, users are sent out of the zone"),
    );
    let mut add = |span: Span, text: String| {
        if found.secondary.iter().all(|l| l.span != span) {
            found
                .secondary
                .push(crate::diagnostic::Label { span, text });
        }
    };
    for (dataset, stop) in leaving.iter().take(SHOWN) {
        for label in dataset
            .graph
            .places(&stop.way)
            .into_iter()
            .filter(|l| l.span != span)
        {
            add(label.span, label.text);
        }
    }
    let during = if stop.after_losing.is_some() {
        ", during: failover"
    } else {
        ""
    };
    found.help(format!(
        "add a region to the zone, keep users in with `fenced: true` and a host of its own, or \
         declare why it may: `compliance: {{ transfers: {{ … from: {zone}, to: {to}, datasets: \
         [{}], basis: {}{during}, … }} }}`",
        datasets.join(", "),
        basis(topology, zone)
    ))
}

/// A basis must be in force after it was reviewed.
fn bases(topology: &Topology, out: &mut Diagnostics) {
    for (name, transfer) in Zones::of(topology).transfers() {
        if transfer.expires.value <= transfer.reviewed.value {
            out.push(
                Diagnostic::error(
                    NEVER,
                    transfer.expires.span,
                    format!(
                        "the transfer `{}` ends on the day it was reviewed, or before",
                        name.text
                    ),
                    "ends",
                )
                .also(transfer.reviewed.span, "reviewed")
                .help("write the day until which the basis was found to hold"),
            );
        }
    }
}

/// A fence must hold, and be survivable.
fn fences(topology: &Topology, flow: &Flow, out: &mut Diagnostics) {
    for (name, zone) in Zones::of(topology).iter().filter(|(_, z)| *z.fenced) {
        let of_zone = |id: &RegionId| topology.region(*id).zone.as_deref() == Some(&name.text);
        let regions: Vec<_> = topology.region_ids().filter(of_zone).collect();
        if let [only] = regions[..] {
            out.push(alone(topology, &name.text, zone, only));
        }
        for host in &topology.hosts {
            let other = host.regions.iter().find(|r| !of_zone(r));
            if let Some(other) = other.filter(|_| host.regions.iter().any(of_zone)) {
                out.push(unheld(topology, &name.text, zone, host, *other));
            }
        }
        out.extend(decrypted(topology, flow, &name.text, zone));
    }
}

fn alone(topology: &Topology, name: &str, zone: &Zone, only: RegionId) -> Diagnostic {
    let region = topology.region(only);
    let promises = topology.promises();
    let promised = promises.of(Promisee::System, Scenario::Region(only)).rto;
    let message = format!(
        "losing {} leaves the users of `{name}` without service until it returns",
        region.name
    );
    let label = "users of the zone are always served inside it";
    // A promise that cannot be kept is an error; without one it is for people to know.
    let found = match promised {
        Some(rto) => Diagnostic::error(ALONE, zone.fenced.span, message, label)
            .also(rto.span, format!("promised: back within {}", rto.time())),
        None => Diagnostic::warning(ALONE, zone.fenced.span, message, label),
    };
    found
        .also(region.span, "the only region of the zone")
        .help("add a second region to the zone, or drop the fence and declare a transfer `during: failover`")
}

fn unheld(
    topology: &Topology,
    name: &str,
    zone: &Zone,
    host: &crate::topology::Host,
    other: RegionId,
) -> Diagnostic {
    Diagnostic::error(
        FENCE,
        zone.fenced.span,
        format!("nothing that is generated keeps users of `{name}` from leaving through {}", host.name),
        "a fence",
    )
    .also(host.span, format!("leads to {} too", topology.region(other).name))
    .help(format!(
        "give the zone a host of its own: `traffic: {{ … to: {}, region: … }}`, and leave its regions out of this one's service",
        topology.service(host.service).name
    ))
}

/// Requests of a fenced zone's users that are decrypted outside of it.
fn decrypted(topology: &Topology, flow: &Flow, name: &str, zone: &Zone) -> Option<Diagnostic> {
    let zones = Zones::of(topology);
    let datasets = flow.datasets.iter();
    let mut datasets = datasets.filter(|d| d.zone.as_deref() == Some(name));
    datasets.find_map(|dataset| {
        let stop = dataset.stops.iter().find(|stop| {
            let node = &dataset.graph.nodes[stop.node];
            node.kind == Kind::Edge && !zones.inside(name, &node.site)
        })?;
        let Some(Holder::Host(id)) = dataset.graph.nodes[stop.node].holder else {
            return None;
        };
        let host = topology.host(id);
        Some(
            Diagnostic::warning(
                DECRYPTED,
                zone.fenced.span,
                format!(
                    "{}: decrypted outside the fence of `{name}`",
                    stop.path.join(" -> ")
                ),
                "a fence",
            )
            .also(host.span, format!("decrypted at {}", stop.site))
            .help("have TLS end in a region of the zone, or accept it with a waiver"),
        )
    })
}

/// Secrets that services of a zone read must have a place.
fn secrets(topology: &Topology, out: &mut Diagnostics) {
    for secret in &topology.secrets {
        let replication = &secret.replication;
        if replication.value != SecretReplication::Automatic {
            continue;
        }
        let readers = secret.readers.iter().map(|id| topology.service(*id));
        let zoned = readers
            .flat_map(|s| &s.placements)
            .map(|p| topology.region(p.region))
            .find(|r| r.zone.is_some());
        if let Some(region) = zoned {
            let zone = region.zone.as_deref().unwrap_or_default();
            out.push(
                Diagnostic::error(
                    SECRET,
                    replication.span,
                    format!(
                        "`{}` is read in the zone `{zone}`, and copied wherever the provider likes",
                        secret.name
                    ),
                    "no place is promised",
                )
                .also(region.span, format!("in the zone `{zone}`"))
                .help("write `replication: named`, with `regions` if not all may hold it"),
            );
        }
    }
}
