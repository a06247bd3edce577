//! What somebody else runs: where its data rests, the queries and commands that its people
//! give, and the ranges that services reach it by.

use super::NOT_AVAILABLE;
use crate::analysis::flow::copy::{Copy, Holder, Keep, Kind, Sink, Site, Supplied};
use crate::deployment::{
    Deployment, Expect, Given, Operation, OperationKind, Restorable, SignalQuery, Unit,
};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::rules::emission::no_effect;
use crate::source::Span;
use crate::topology::{
    Act, BAD_VALUE, Command, Datastore, DatastoreId, External, HostId, Name, QueueId, Scalar,
    Signal, Spot, Text, Topology,
};
use std::collections::BTreeSet;

/// A thing of others: its name, what is written of it.
type Other<'a> = (&'a str, &'a External);

/// Everything that somebody else runs.
fn others(topology: &Topology) -> Vec<Other<'_>> {
    let stores = topology.datastores.iter();
    let stores = stores.filter_map(|s| Some((s.name.as_str(), s.external()?)));
    let queues = topology.queues.iter();
    let queues = queues.filter_map(|q| Some((q.name.as_str(), q.external()?)));
    let hosts = topology.hosts.iter();
    let hosts = hosts.filter_map(|h| Some((h.name.as_str(), h.external()?)));
    let services = topology.outside.iter();
    let services = services.map(|s| (s.name.as_str(), &s.external));
    stores.chain(queues).chain(hosts).chain(services).collect()
}

/// The sites of what somebody else runs, each with the place that says so.
fn sites(topology: &Topology, at: &[Spot]) -> Vec<(Site, Span)> {
    at.iter()
        .filter_map(|spot| Site::spot(topology, spot))
        .collect()
}

/// Where data rests, or passes, with others: every region's writes come there.
pub(super) fn supply(topology: &Topology, all: &mut Supplied) {
    let everywhere: Vec<_> = topology.region_ids().collect();
    for (index, store) in topology.datastores.iter().enumerate() {
        if let Some(e) = store.external() {
            let of = Holder::Store(DatastoreId(index));
            for (site, span) in sites(topology, &e.at) {
                let copy = Copy::new(of, Kind::Store, &store.name, site.clone())
                    .written_by(everywhere.clone())
                    .at(span, format!("run by {}", e.run_by.value))
                    .says(e.run_by.as_str())
                    .with(backups(store, of, &site));
                all.copies.push(copy);
            }
        }
    }
    let mut add = |of: Holder, kind: Kind, name: &str, at: &[Spot], run_by: &str| {
        for (site, span) in sites(topology, at) {
            let copy = Copy::new(of, kind, name, site)
                .written_by(everywhere.clone())
                .at(span, format!("run by {run_by}"))
                .says(run_by);
            all.copies.push(copy);
        }
    };
    for (index, queue) in topology.queues.iter().enumerate() {
        if let Some(e) = queue.external() {
            let of = Holder::Queue(QueueId(index));
            add(of, Kind::Queue, &queue.name, &e.at, &e.run_by);
        }
    }
    for (index, host) in topology.hosts.iter().enumerate() {
        if let Some(e) = host.external() {
            let of = Holder::Host(HostId(index));
            add(of, Kind::Edge, &host.name, &e.at, &e.run_by);
        }
    }
    // What a service of others reads it has.
    for service in &topology.outside {
        let e = &service.external;
        for store in &service.uses {
            let name = format!("{}, which reads it,", service.name);
            add(Holder::Store(*store), Kind::Store, &name, &e.at, &e.run_by);
        }
    }
    let observability = &topology.observability;
    let kinds = [
        (Sink::Metrics, &observability.metrics),
        (Sink::Logs, &observability.logs),
        (Sink::Traces, &observability.traces),
    ];
    for (sink, telemetry) in kinds {
        if let Some(e) = telemetry.as_ref().and_then(|t| t.external.as_ref()) {
            let of = Holder::Telemetry(sink);
            add(of, Kind::Telemetry, sink.word(), &e.at, &e.run_by);
        }
    }
}

/// The copies in time that are declared of a store of others, beside it.
fn backups(store: &Datastore, of: Holder, site: &Site) -> Vec<Copy> {
    let backup = store.backup.as_ref();
    let every = backup.and_then(|b| Some((b, b.every.as_ref()?)));
    let every = every.map(|(backup, every)| {
        Copy::new(
            of,
            Kind::Backup,
            format!("backup every {}", every.value),
            site.clone(),
        )
        .kept(Keep::Seconds(backup.keep.secs()))
        .at(every.span, "backed up")
    });
    let log = backup.and_then(|b| b.point_in_time.as_ref()).map(|window| {
        Copy::new(
            of,
            Kind::PointInTime,
            Kind::PointInTime.words(),
            site.clone(),
        )
        .kept(Keep::Seconds(window.secs()))
        .at(window.span, "logged")
    });
    every.into_iter().chain(log).collect()
}

/// Adds the queries and commands that are given, and the ways to what others run.
pub(super) fn lower(topology: &Topology, deployment: &mut Deployment, out: &mut Diagnostics) {
    for (name, external) in others(topology) {
        signals(name, external, deployment, out);
        let before = deployment.operations.len();
        commands(topology, name, external, deployment, out);
        let own = Restorable::of(name, &deployment.operations[before..]);
        deployment.restorable.extend(own);
    }
    egress(topology, deployment);
    scaled(topology, out);
}

/// A key that is none of the words that count here.
fn unknown<T: Scalar>(key: &Name, what: &str) -> Diagnostic {
    let wanted = T::wanted();
    let words = wanted.trim_start_matches("one of ").split(", ");
    let help = did_you_mean(&key.text, words).map_or(format!("write {wanted}"), |near| {
        format!("did you mean `{near}`?")
    });
    let message = format!("`{}` is no {what}", key.text);
    Diagnostic::error(BAD_VALUE, key.span, message, "unknown word").help(help)
}

fn signals(name: &str, external: &External, deployment: &mut Deployment, out: &mut Diagnostics) {
    for (key, query) in external.signals.iter() {
        let Ok(signal) = Signal::parse(&key.text) else {
            out.push(unknown::<Signal>(key, "signal"));
            continue;
        };
        let line: Vec<&str> = query.split_whitespace().collect();
        deployment.signals.push(SignalQuery {
            signal,
            subject: name.to_string(),
            region: None,
            between: None,
            query: format!("({})", line.join(" ")),
            labels: Vec::new(),
            unit: unit(signal),
            source: format!("given by {}", external.run_by.value),
            sample: Vec::new(),
        });
    }
}

/// The unit that a given query answers in.
fn unit(signal: Signal) -> Unit {
    match signal {
        Signal::ReplicationLag
        | Signal::Latency
        | Signal::LatencyP99
        | Signal::CrossRegionLatency => Unit::Seconds,
        Signal::HealthSuccess
        | Signal::CacheHitRate
        | Signal::ErrorRate
        | Signal::Availability
        | Signal::BackupSuccess
        | Signal::Cpu
        | Signal::Memory => Unit::Ratio,
        Signal::Egress => Unit::Bytes,
        _ => Unit::Count,
    }
}

fn commands(
    topology: &Topology,
    name: &str,
    external: &External,
    deployment: &mut Deployment,
    out: &mut Diagnostics,
) {
    for (key, command) in external.commands.iter() {
        let Ok(act) = Act::parse(&key.text) else {
            out.push(unknown::<Act>(key, "command"));
            continue;
        };
        if act == Act::Promote && topology.regions_at(&external.at).is_empty() {
            let counts = "nothing is promoted while no region of `at` is lost, and none is one of this system";
            let here = format!("on `{name}`");
            out.push(no_effect::says(key.span, "promote", &here, counts));
            continue;
        }
        let kind = kind(act);
        if !words_are_whole(kind, command, out) {
            continue;
        }
        let run_by = &external.run_by.value;
        let named = command.region.as_ref();
        let named = named.and_then(|r| topology.region_named(r));
        // What moves users or data is a step of a region.
        let regional = !matches!(
            act,
            Act::Inspect | Act::Backup | Act::ListBackups | Act::Restore | Act::Verify
        );
        let regions: Vec<Option<_>> = match named {
            Some(region) => vec![Some(region)],
            None if regional => topology.region_ids().map(Some).collect(),
            None => vec![None],
        };
        for region in regions {
            deployment.operations.push(Operation {
                kind,
                subject: name.to_string(),
                region,
                title: format!("{}, which {run_by} runs", title(act, name)),
                command: command.run.iter().map(|w| w.value.clone()).collect(),
                expect: match act {
                    Act::Lag => Expect::Seconds,
                    _ => command.expect.value.clone().into(),
                },
                budget_seconds: command.budget.secs(),
                otherwise: command.otherwise.value.clone(),
            });
        }
    }
}

/// Variables that scripts set; every other word is taken as it stands.
fn words_are_whole(kind: OperationKind, command: &Command, out: &mut Diagnostics) -> bool {
    let set: &[&str] = match kind {
        OperationKind::Restore => &[Given::SnapshotTime.word(), Given::Backup.word()],
        _ => &[],
    };
    let open = |w: &&Text| w.starts_with('$') && !set.contains(&w.as_str());
    let bad = command
        .run
        .iter()
        .find(open)
        .map(|w| (w.span, w.value.clone()));
    let bad = match bad {
        None if command.run.is_empty() => Some((command.span, String::new())),
        bad => bad,
    };
    let Some((span, word)) = bad else {
        return true;
    };
    let (message, help) = if word.is_empty() {
        (
            "a command has words".to_string(),
            "write `run: [program, argument]`".to_string(),
        )
    } else {
        let has = if set.is_empty() {
            "no variable is set here".to_string()
        } else {
            format!("scripts set {}", set.join(" and "))
        };
        (format!("nothing sets `{word}`"), has)
    };
    out.push(Diagnostic::error(BAD_VALUE, span, message, "cannot be run").help(help));
    false
}

fn kind(act: Act) -> OperationKind {
    match act {
        Act::Inspect => OperationKind::Inspect,
        Act::Lag => OperationKind::Lag,
        Act::Fence => OperationKind::Fence,
        Act::Unfence => OperationKind::Unfence,
        Act::Promote => OperationKind::Promote,
        Act::Backup => OperationKind::Backup,
        Act::ListBackups => OperationKind::ListBackups,
        Act::Restore => OperationKind::Restore,
        Act::Verify => OperationKind::Verify,
    }
}

fn title(act: Act, name: &str) -> String {
    match act {
        Act::Inspect => format!("Show {name}"),
        Act::Lag => format!("Show how far {name} is behind"),
        Act::Fence => format!("Fence {name}"),
        Act::Unfence => format!("Unfence {name}"),
        Act::Promote => format!("Promote {name}"),
        Act::Backup => format!("Back up {name}"),
        Act::ListBackups => format!("List backups of {name}"),
        Act::Restore => format!("Restore {name}"),
        Act::Verify => format!("Verify {name}"),
    }
}

/// Ranges that pods of a region's services connect to.
fn egress(topology: &Topology, deployment: &mut Deployment) {
    for cluster in &mut deployment.clusters {
        let mut open: BTreeSet<(String, u32)> = BTreeSet::new();
        let here = |s: &&crate::topology::Service| s.replicas_in(cluster.region).is_some();
        for service in topology.services.iter().filter(here) {
            for (_, external) in topology.used_of_others(service) {
                let ways = external.egress.iter();
                open.extend(ways.map(|e| (e.range.value.clone(), e.port.value)));
            }
        }
        for way in open {
            if !cluster.stores.contains(&way) {
                cluster.stores.push(way);
            }
        }
    }
}

/// Reports a service that scales on a queue whose length nobody shows.
fn scaled(topology: &Topology, out: &mut Diagnostics) {
    for service in &topology.services {
        let scale = service.scale_on.as_ref();
        for (name, per_replica) in scale.iter().flat_map(|s| s.queues.iter()) {
            let queue = topology.queues.iter().find(|q| q.name == name.text);
            let Some(external) = queue.and_then(|q| q.external()) else {
                continue;
            };
            if external.signals.knows(Signal::QueueBacklog.word()) {
                continue;
            }
            out.push(
                Diagnostic::error(
                    NOT_AVAILABLE,
                    per_replica.span,
                    format!("nothing shows how many messages of `{}` wait", name.text),
                    "the scaler has nothing to read",
                )
                .also(external.span, format!("{} runs it", external.run_by.value))
                .help("give the query: `external: { signals: { queue-backlog: … } }`"),
            );
        }
    }
}
