//! Where a kind of thing meets a cloud. Each *offering* says everything that is true of,
//! say, Firestore on Google Cloud: the Terraform it becomes, the queries that show its
//! health, the commands that act on it, where its data rests and what its recovery takes.
//!
//! Architecture invariant: a cloud's name ends here. Emitters read a [`Deployment`] and
//! never ask which cloud it came from.

mod across;
mod afar;
mod alibaba;
mod arguments;
mod aws;
mod cloudflare;
pub mod copies;
mod existing;
pub mod external;
mod frame;
mod gcp;
mod guests;
mod kept;
mod leaving;
mod maintenance;
mod mesh;
pub mod offering;
pub mod ranges;
pub mod reads;
pub mod recovery;
pub mod scaling;
mod schedules;
mod shared;
pub mod sizing;
mod state;
mod steps;
pub mod upgrades;
mod versions;

use crate::deployment::{Action, Deployment, Entrance, History, Past};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lock::Lock;
use crate::lock::applied::Applied;
use crate::rules::emission::no_effect;
use crate::source::Span;
use crate::topology::{
    Datastore, DatastoreId, Elsewhere, Host, HostId, Provider, Topology, Trigger,
};
use crate::watch::alerts::all_alerts;
use crate::watch::{pages, reading, series, told};
use reads::CloudReads;

/// A kind that a cloud does not have, or that is not built yet.
pub const NOT_AVAILABLE: Code = Code::new("PRV101", "not-available-here");

/// Decides what must not move once it is applied: what the lock records stays, the rest is
/// derived and recorded in the topology's lock.
pub fn settle(topology: &mut Topology, out: &mut Diagnostics) {
    reads::settle(topology);
    existing::settle(topology, out);
    ranges::settle(topology, out);
    versions::settle(topology, out);
    state::settle(topology);
    for provider in topology.providers() {
        if let Some(cloud) = frame::generated_on(provider) {
            cloud.settle(topology, out);
        }
    }
    topology.elsewhere = elsewhere(topology);
}

/// The regions that hold something of the system beside its own.
fn elsewhere(topology: &Topology) -> Vec<Elsewhere> {
    let mut all = Vec::new();
    for provider in topology.providers() {
        let Some(cloud) = frame::generated_on(provider) else {
            continue;
        };
        let locations = cloud.locations_in_use(topology).into_iter();
        all.extend(locations.map(|location| Elsewhere { provider, location }));
    }
    let own = |e: &Elsewhere| {
        let mut places = topology.regions.iter().map(|r| r.place);
        places.any(|p| p.provider == e.provider && p.location == e.location)
    };
    all.retain(|e| !own(e));
    all.sort();
    all.dedup();
    all
}

/// The lock of a tree that was compiled without one: what it has applied.
pub fn adopt(topology: &Topology, applied: &Applied) -> Lock {
    let mut lock = Lock::new(&topology.name);
    frame::generated().for_each(|cloud| cloud.adopt(topology, applied, &mut lock));
    versions::adopt(topology, applied, &mut lock);
    lock
}

/// Records what was made and must not vanish with what asked for it.
pub fn remember(topology: &mut Topology, deployment: &Deployment) {
    frame::generated().for_each(|cloud| cloud.remember(&mut topology.lock, deployment));
}

/// How services get in to each store that a cloud offers.
fn entrances(topology: &Topology) -> Vec<Entrance> {
    let stores = topology.datastores.iter();
    let ours = stores.filter(|s| s.external().is_none());
    let offered = ours.filter_map(|s| Some((s, offering::of(topology, s)?)));
    let entrances = offered.map(|(store, kind)| Entrance {
        datastore: store.name.clone(),
        kind: kind.name(),
        clients: kind.clients(),
    });
    entrances.collect()
}

/// How far back a store can be brought: as its offering keeps it; as it is asked for of others, and of
/// a kind that nothing is generated for.
fn past(topology: &Topology, store: &Datastore) -> Past {
    let ours = store.external().is_none();
    match offering::of(topology, store).filter(|_| ours) {
        Some(offering) => offering.history(store),
        None => Past::as_asked(store),
    }
}

/// How far back each store can be brought that is one here.
fn histories(topology: &Topology) -> Vec<History> {
    let histories = topology.datastores.iter().filter_map(|store| {
        let copied_by = match store.external() {
            Some(_) => None,
            None => offering::copied_by(offering::of(topology, store)?, store),
        };
        Some(History {
            store: topology.id_of(store),
            past: past(topology, store),
            copied_by,
        })
    });
    histories.collect()
}

/// Lowers a topology onto its clouds. What a cloud does not have is a diagnostic.
pub fn lower(topology: &Topology, out: &mut Diagnostics) -> Deployment {
    reads::check(topology, out);
    across::check(topology, out);
    let mut deployment = lowered(topology, out);
    leaving::lower(topology, &mut deployment);
    state::check(topology, &deployment, out);
    for left in &topology.left {
        let cloud = frame::generated_on(left.place.provider);
        let configuration = cloud.and_then(|cloud| cloud.configuration_of(left));
        deployment.providers.extend(configuration);
    }
    existing::zones(topology, &mut deployment, out);
    arguments::lower(topology, &mut deployment, out);
    upgrades::sentinels(topology, &mut deployment);
    guests::lower(topology, &mut deployment);
    deployment.entrances = entrances(topology);
    deployment.histories = histories(topology);
    external::lower(topology, &mut deployment, out);
    steps::lower(topology, &mut deployment, out);
    let evidence = |id: HostId| {
        let host = topology.host(id);
        // What others route has no object of ours.
        let first = offering::provider_of(topology, &host.regions);
        let ours = first.filter(|_| host.external().is_none());
        let cloud = ours.and_then(frame::generated_on);
        cloud.map_or_else(Vec::new, |cloud| cloud.entry().evidence(topology, host))
    };
    mesh::lower(topology, &mut deployment, evidence);
    collectors(topology, &deployment, out);
    modules_not_called(topology, &deployment, out);
    afar::check(topology, &deployment, out);
    kept::check(topology, &deployment, out);
    schedules::check(topology, &deployment, out);
    reading::custom(topology, &mut deployment);
    deployment.contract = series::contract(topology, &deployment);
    let alerts = all_alerts(topology, &deployment);
    deployment.detectors = pages::detectors(topology, &deployment, &alerts);
    // Where nothing is generated, nothing is measured: that is said once.
    if topology.providers().iter().all(|p| generated(*p)) {
        reading::check(topology, &deployment, out);
        told::check(topology, &deployment, &alerts, out);
    }
    deployment
}

/// Reports collectors that a cloud does not have, and those that need a cluster where there is
/// none.
fn collectors(topology: &Topology, deployment: &Deployment, out: &mut Diagnostics) {
    let observability = &topology.observability;
    let providers = topology.providers();
    let all = [
        &observability.metrics,
        &observability.logs,
        &observability.traces,
    ];
    for by in all.into_iter().flatten().filter(|t| t.external.is_none()) {
        let by = &by.by;
        let has = |p: Provider| own_collectors(p).contains(&by.as_str());
        let own = frame::all().any(|cloud| has(cloud.provider()));
        let elsewhere = providers.iter().find(|p| own && !has(**p));
        let (message, help) = match elsewhere {
            Some(cloud) => (
                format!("`{}` is not generated for {cloud}", by.value),
                format!("{cloud} has `prometheus` and `elasticsearch` on its clusters"),
            ),
            None if !own && deployment.clusters.is_empty() => (
                format!("`{}` runs on clusters, and there is none", by.value),
                without_cluster(),
            ),
            None => continue,
        };
        let label = "asked for here";
        out.push(Diagnostic::error(NOT_AVAILABLE, by.span, message, label).help(help));
    }
}

/// Collectors that are a cloud's own.
fn own_collectors(provider: Provider) -> &'static [&'static str] {
    frame::generated_on(provider).map_or(&[], |cloud| cloud.collectors())
}

/// Who collects without a cluster, for people.
fn without_cluster() -> String {
    let clouds = frame::all().filter_map(|cloud| {
        let own = own_collectors(cloud.provider()).iter();
        let own: Vec<String> = own.map(|by| format!("`{by}`")).collect();
        let without = format!("{} has {} without one", cloud.name(), own.join(" and "));
        (!own.is_empty()).then_some(without)
    });
    clouds.collect::<Vec<_>>().join("; ")
}

/// Reports a module of the user's own in place of one that this topology does not use.
fn modules_not_called(topology: &Topology, deployment: &Deployment, out: &mut Diagnostics) {
    for (name, _) in topology.terraform.modules.iter() {
        let is = |module: &str| {
            let own = module.rsplit('/').next();
            own == Some(&name.text) || module.replace('/', ".") == name.text
        };
        let called = deployment.calls.iter().any(|c| is(c.module));
        let known = topology.providers().into_iter().flat_map(|p| {
            let names = crate::deployment::modules::names(p.word()).into_iter();
            names.map(move |m| format!("{p}/{m}"))
        });
        if called || !known.into_iter().any(|m| is(&m)) {
            continue;
        }
        out.push(
            Diagnostic::warning(
                no_effect::CODE,
                name.span,
                format!("`{}` has no effect here", name.text),
                "no root calls this module",
            )
            .help("remove it, until the topology has a part that needs the module"),
        );
    }
}

fn lowered(topology: &Topology, out: &mut Diagnostics) -> Deployment {
    let mut deployment = Deployment::default();
    for provider in topology.providers() {
        let half = topology.on(provider);
        let mut part = Deployment::default();
        match frame::generated_on(provider) {
            Some(cloud) => cloud.lower(&half, &mut part, out),
            None => out.push(not_yet(topology, provider)),
        }
        // Ids of stores are those of the half.
        let whole = |id: DatastoreId| topology.id_of(half.datastore(id));
        part.copies
            .iter_mut()
            .for_each(|c| c.store = whole(c.store));
        part.schedules
            .iter_mut()
            .for_each(|s| s.store = whole(s.store));
        deployment.join(part);
    }
    // With a lock on each of several clouds, scripts go on without that of a cloud that does
    // not answer (`WITHOUT_LOCK`).
    if deployment.clouds.len() > 1 {
        deployment.needs.retain(|n| n.by != Action::Script);
    }
    deployment
}

fn generated(provider: Provider) -> bool {
    frame::generated_on(provider).is_some()
}

/// What a cloud reads, of the settings that not every cloud does.
fn reads_of(provider: Provider) -> &'static CloudReads {
    frame::of(provider).reads()
}

/// The locations of more than one region that stores can be at.
pub fn multi_regions() -> impl Iterator<Item = &'static str> {
    frame::generated().flat_map(|cloud| cloud.multi_regions())
}

/// Whether people decide when a lost region is left, with the place that says so.
fn by_hand(topology: &Topology) -> Option<Span> {
    let mode = &topology.failover.as_ref()?.mode;
    (mode.value == Trigger::Manual).then_some(mode.span)
}

/// Users who are moved by what leads them, whatever `failover.mode` says.
fn moves_by_itself(host: &Host, mode: Span, by: &str, help: String) -> Diagnostic {
    Diagnostic::error(
        NOT_AVAILABLE,
        mode,
        format!("users of `{}` do not wait for a person: {by}", host.name),
        "a person decides to leave a region",
    )
    .also(host.span, "leads to several regions")
    .help(help)
}

/// The clouds that something is generated on, for people.
fn with_code() -> String {
    let clouds = frame::all().filter(|cloud| cloud.generated().is_some());
    let words: Vec<&str> = clouds.map(|cloud| cloud.provider().word()).collect();
    words.join(" and ")
}

fn not_yet(topology: &Topology, provider: Provider) -> Diagnostic {
    let region = topology
        .regions
        .iter()
        .find(|r| r.place.provider == provider);
    let span = region.map_or(topology.span, |r| r.span);
    Diagnostic::error(
        NOT_AVAILABLE,
        span,
        format!("nothing is generated for {provider} yet"),
        format!("this region is on {provider}"),
    )
    .help(format!(
        "`meridian check` and `meridian expand` work on every cloud; `compile` works on {}",
        with_code()
    ))
}
