//! Stores: every setting that not every offering has, less what the store's offering reads.

use super::Unread::{self, NoEffect, NotEmitted};
use crate::cloud::NOT_AVAILABLE;
use crate::cloud::offering::{self, Offering, Read, asked};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::rules::emission::{no_effect, not_emitted};
use crate::source::Span;
use crate::spec::{self, Value};
use crate::topology::{Datastore, Map, Topology};

/// A setting of stores.
struct Setting {
    /// Its path in the spec.
    path: &'static str,
    /// What is said where it is not read.
    unread: Unread,
    /// Where it counts, for people; empty if that says the offering's name.
    counts: &'static str,
    /// Where it is written.
    places: fn(&spec::Datastore) -> Vec<Span>,
}

const fn setting(
    path: &'static str,
    unread: Unread,
    counts: &'static str,
    places: fn(&spec::Datastore) -> Vec<Span>,
) -> Setting {
    Setting {
        path,
        unread,
        counts,
        places,
    }
}

const IN_REGIONS: &str = "it is in its `regions`";

/// The settings that not every offering reads. One below another is looked at only if that
/// one is read.
const SETTINGS: &[Setting] = &[
    setting("engine_version", NoEffect, "", |s| at(&s.engine_version)),
    setting("machine", NoEffect, "", |s| at(&s.machine)),
    setting("size", NoEffect, "", |s| at(&s.size)),
    setting("replicas", NoEffect, "", |s| at(&s.replicas)),
    setting("nodes", NoEffect, "", |s| {
        s.nodes.as_ref().map(place_of).into_iter().collect()
    }),
    setting("health", NoEffect, "", |s| {
        span(s.health.as_ref().map(|h| h.span))
    }),
    setting(
        "health.timeout",
        NoEffect,
        "a sentinel waits for `every` times `unhealthy_after`",
        |s| {
            let health = s.health.as_ref().filter(|h| h.timeout.written());
            span(health.map(|h| h.timeout.span))
        },
    ),
    setting("sentinels", NoEffect, "", |s| {
        s.sentinels.as_ref().map(place_of).into_iter().collect()
    }),
    setting("location", NoEffect, IN_REGIONS, |s| at(&s.location)),
    setting("databases", NoEffect, IN_REGIONS, |s| map(&s.databases)),
    setting("members", NotEmitted("members of a voting set"), "", |s| {
        map(&s.members)
    }),
    setting("election", NotEmitted("election timing"), "", |s| {
        span(s.election.as_ref().map(|e| e.span))
    }),
    setting(
        "node_groups",
        NotEmitted("pglogical node groups"),
        "",
        |s| first(&s.node_groups),
    ),
    setting("lifecycle", NotEmitted("storage tiers"), "", |s| {
        map(&s.lifecycle)
    }),
    setting("replication.by", NoEffect, "", |s| of(s, |r| at(&r.by))),
    setting("replication.every", NoEffect, "", |s| {
        of(s, |r| at(&r.every))
    }),
    setting("replication.conflict_log", NoEffect, "", |s| {
        of(s, |r| at(&r.conflict_log))
    }),
    setting("replication.max_lag", NoEffect, "", |s| {
        of(s, |r| at(&r.max_lag))
    }),
    setting("replication.min_replicas", NoEffect, "", |s| {
        of(s, |r| at(&r.min_replicas))
    }),
    setting(
        "replication.timestamp",
        NotEmitted("the field with the time of a write"),
        "",
        |s| of(s, |r| at(&r.timestamp)),
    ),
    setting(
        "datasets.expires_at",
        NoEffect,
        "Firestore and DynamoDB delete by a field; elsewhere a job of yours does",
        |s| datasets(s, |d| at(&d.expires_at)),
    ),
    setting("datasets.writers", NoEffect, "", |s| {
        datasets(s, |d| at(&d.writers))
    }),
    setting("datasets.tier", NotEmitted("a tier of storage"), "", |s| {
        datasets(s, |d| at(&d.tier))
    }),
    setting(
        "backup.copies_to",
        NotEmitted("copies of backups in other regions"),
        "",
        |s| {
            s.backup
                .as_ref()
                .map_or(Vec::new(), |b| first(&b.copies_to))
        },
    ),
    setting(
        "backup.immutable",
        NotEmitted("immutable backups"),
        "",
        |s| {
            let backup = s.backup.as_ref().filter(|b| *b.immutable);
            span(backup.map(|b| b.immutable.span))
        },
    ),
];

/// The settings that not every offering reads, the one that is judged apart among them.
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|s| s.path).chain([BOUND])
}

/// The bound that stops writes.
const BOUND: &str = "replication.stop_writes_at";
/// Copies that only read.
const REPLICAS: &str = "read_replicas";
/// The lag that an alert of the store itself takes, whatever a metric says.
const CRITICAL: &str = "replication.lag.critical";

/// Reports what is written of stores and read by nobody.
pub(super) fn check(topology: &Topology, out: &mut Diagnostics) {
    for store in &topology.datastores {
        bound(topology, store, out);
        // What has no offering is refused as a whole.
        if let Some(offering) = offering::of(topology, store) {
            unread(topology, store, offering, out);
            lag(topology, store, offering, out);
            replicas(topology, store, offering, out);
        }
    }
}

/// How an offering reads a setting.
fn reading(offering: &dyn Offering, field: &str) -> Option<&'static Read> {
    offering.reads().iter().find(|r| r.field == field)
}

fn unread(topology: &Topology, store: &Datastore, offering: &dyn Offering, out: &mut Diagnostics) {
    // What the spec says, also where settling it has left something out.
    let Some(written) = topology.written().datastores.get(&store.name) else {
        return;
    };
    for setting in SETTINGS {
        let read = reading(offering, setting.path);
        if !looked_at(offering, setting) || read.is_some_and(|r| (r.when)(store)) {
            continue;
        }
        let counts = match read {
            Some(read) => read.counts.to_string(),
            None if setting.counts.is_empty() => format!("{} has no such setting", offering.name()),
            None => setting.counts.to_string(),
        };
        for place in (setting.places)(written) {
            out.push(match setting.unread {
                NotEmitted(what) if read.is_none_or(|r| r.counts.is_empty()) => {
                    not_emitted::says(place, what)
                }
                _ => no_effect(place, setting.path, &store.name, &counts),
            });
        }
    }
}

/// Whether the setting that this one is below is read, if that is one of them.
fn looked_at(offering: &dyn Offering, setting: &Setting) -> bool {
    let above = setting.path.split_once('.').map(|(above, _)| above);
    let listed = |above: &&str| SETTINGS.iter().any(|s| s.path == *above);
    above
        .filter(listed)
        .is_none_or(|above| reading(offering, above).is_some())
}

/// Reports a bound on what is lost where nothing enforces it: a budget must not count on it.
fn bound(topology: &Topology, store: &Datastore, out: &mut Diagnostics) {
    let offering = offering::of(topology, store);
    let replication = store.replication.as_ref();
    let bound = replication.and_then(|r| r.stop_writes_at.as_ref());
    let read = offering.is_some_and(|o| reading(o, BOUND).is_some());
    if let Some(bound) = bound.filter(|_| !read) {
        let reads = |field| asked(offering::all().filter(move |o| reading(*o, field).is_some()));
        let message = format!("`{}` cannot stop writes at a lag", store.engine);
        out.push(
            Diagnostic::error(NOT_AVAILABLE, bound.span, message, "asked for here")
                .also(store.kind.span, format!("this is {}", store.engine))
                .help(format!(
                    "{} has it; {} has `max_lag` and `min_replicas`",
                    reads(BOUND),
                    reads("replication.max_lag")
                )),
        );
    }
}

/// What of a store votes, is copied or bounds a copy, and how it is taken out.
type Forget = (&'static str, fn(&mut Datastore));
const COUNTED: &[Forget] = &[
    ("sentinels", |s| s.sentinels = None),
    ("members", |s| s.members = Map::empty(s.span)),
    ("nodes", |s| s.nodes = None),
    (REPLICAS, |s| s.read_replicas.clear()),
    ("replication.min_replicas", |s| {
        if let Some(replication) = &mut s.replication {
            replication.min_replicas = None;
        }
    }),
    ("replication.max_lag", |s| {
        if let Some(replication) = &mut s.replication {
            replication.max_lag = None;
        }
    }),
    ("backup.copies_to", |s| {
        if let Some(backup) = &mut s.backup {
            backup.copies_to.clear();
        }
    }),
    ("backup.immutable", |s| {
        if let Some(backup) = &mut s.backup {
            backup.immutable.value = false;
        }
    }),
];

/// Takes out of a topology what its offerings do not read, so that nothing counts on votes and
/// copies that do not come to be. What is written of them is reported all the same.
pub(super) fn settle(topology: &mut Topology) {
    for index in 0..topology.datastores.len() {
        let store = &topology.datastores[index];
        if store.external().is_some() {
            // How it votes is known by the members that are declared.
            let store = &mut topology.datastores[index];
            let others = COUNTED.iter().filter(|(field, _)| *field != "members");
            others.for_each(|(_, forget)| forget(store));
            store.replication = None;
            continue;
        }
        let Some(offering) = offering::of(topology, store) else {
            continue;
        };
        let read = |field| reading(offering, field).is_some_and(|r| (r.when)(store));
        let unread: Vec<&Forget> = COUNTED.iter().filter(|(field, _)| !read(field)).collect();
        for (_, forget) in unread {
            forget(&mut topology.datastores[index]);
        }
    }
}

/// Read replicas, which no offering makes.
fn replicas(
    topology: &Topology,
    store: &Datastore,
    offering: &dyn Offering,
    out: &mut Diagnostics,
) {
    let refused = reading(offering, REPLICAS).is_some();
    let written = topology.written().datastores.get(&store.name);
    let first = written.and_then(|w| w.read_replicas.first());
    if let Some(first) = first.filter(|_| !refused) {
        out.push(not_emitted::says(
            first.span,
            "read replicas in other regions",
        ));
    }
}

/// A written metric of the same lag has bounds of its own; an alert of the store itself takes
/// the critical one all the same.
fn lag(topology: &Topology, store: &Datastore, offering: &dyn Offering, out: &mut Diagnostics) {
    let replication = store.replication.as_ref();
    let Some(lag) = replication.and_then(|r| r.lag.as_ref()) else {
        return;
    };
    let mut metrics = topology.metrics.iter().filter(|m| !m.of_lag);
    let counts = metrics.find(|m| m.metric.is_of(spec::Signal::ReplicationLag, &store.name));
    let Some(metric) = counts else { return };
    let counts = format!("the metric `{}` counts", metric.name);
    let reads_critical = reading(offering, CRITICAL).is_some();
    let critical = lag.critical.as_ref().filter(|_| !reads_critical);
    for (key, bound) in [
        ("target", lag.target.as_ref()),
        ("warn", lag.warn.as_ref()),
        ("critical", critical),
    ] {
        let place = bound.map(|b| b.span);
        out.extend(place.map(|place| no_effect(place, key, &store.name, &counts)));
    }
}

fn no_effect(place: Span, field: &str, store: &str, counts: &str) -> Diagnostic {
    let key = field.rsplit('.').next().unwrap_or(field);
    no_effect::says(place, key, &format!("on `{store}`"), counts)
}

fn span(place: Option<Span>) -> Vec<Span> {
    place.into_iter().collect()
}

fn at<T>(value: &Option<Value<T>>) -> Vec<Span> {
    value.as_ref().map(|v| v.span).into_iter().collect()
}

fn first<T>(list: &[Value<T>]) -> Vec<Span> {
    list.first().map(|v| v.span).into_iter().collect()
}

fn map<T>(map: &spec::Map<T>) -> Vec<Span> {
    (!map.is_empty()).then_some(map.span).into_iter().collect()
}

fn of(store: &spec::Datastore, field: fn(&spec::Replication) -> Vec<Span>) -> Vec<Span> {
    store.replication.as_ref().map_or(Vec::new(), field)
}

fn datasets(store: &spec::Datastore, field: fn(&spec::Dataset) -> Vec<Span>) -> Vec<Span> {
    store.datasets.iter().flat_map(|(_, d)| field(d)).collect()
}

fn place_of(nodes: &spec::PerRegion<spec::Nodes>) -> Span {
    match nodes {
        spec::PerRegion::All(all) => all.span,
        spec::PerRegion::Each(map) => map.span,
    }
}
