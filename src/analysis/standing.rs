//! Votes, room, contracts, alerts and drills as rows for people and machines, beside the
//! budgets of [`super::view`].

use super::availability::{self, Availability, Part, What};
use super::capacity::{Routing, Survivor};
use super::coverage::{self, Told, Watch};
use super::quorum::{Electorate, Fault, Kind, Lack, Outcome, State, electorates};
use crate::deployment::{Deployment, Keeps};
use crate::topology::{Datastore, DatastoreId, Mode, RegionId, Topology};
use schemars::JsonSchema;
use serde::Serialize;

/// Everything beside the budgets.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Standing {
    /// What votes, and what breaks it.
    pub votes: Vec<VotesView>,
    /// Stores for which nobody votes, with a writer and clients in other regions.
    pub writers: Vec<WriterView>,
    /// The tightest region after each loss, by service.
    pub room: Vec<RoomView>,
    /// What the model of availability assumes.
    pub model: &'static str,
    /// What contracts add up to.
    pub availability: Vec<AvailabilityView>,
    /// Faults, and when they are notified.
    pub alerts: Vec<AlertView>,
    /// The drills and their last success.
    pub drills: Vec<DrillView>,
    /// Losses that no drill exercises.
    pub not_exercised: Vec<String>,
}

/// The votes of a store.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct VotesView {
    /// The store.
    pub store: String,
    /// What votes: `sentinels`.
    pub kind: &'static str,
    /// Votes by place.
    pub seats: Vec<SeatView>,
    /// How many must agree.
    pub majority: u32,
    /// Every single loss and cut.
    pub faults: Vec<FaultView>,
}

impl VotesView {
    /// Who votes: `us-east1 1, us-west1 1; 2 must agree`.
    pub fn electorate(&self) -> String {
        let seats = self.seats.iter();
        let seats: Vec<_> = seats.map(|s| format!("{} {}", s.place, s.votes)).collect();
        format!("{}; majority {}", seats.join(", "), self.majority)
    }

    /// What stops writes, splits them, or leaves a writer that cannot be replaced.
    pub fn outcome(&self) -> String {
        let of = |state: State| {
            let faults = self.faults.iter().filter(|f| f.state == state.word());
            let faults: Vec<&str> = faults.map(|f| f.fault.as_str()).collect();
            (!faults.is_empty()).then(|| format!("{}: {}", state.word(), faults.join(", ")))
        };
        let worse = State::ALL.into_iter().skip(1).rev();
        let broken: Vec<String> = worse.filter_map(of).collect();
        match broken.is_empty() {
            true => "writable after any single loss or network partition".to_string(),
            false => broken.join("; "),
        }
    }
}

/// The one writer of a store that only people or the provider replace.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WriterView {
    /// The store.
    pub store: String,
    /// Where its writer is.
    pub writer: String,
    /// The other regions whose services use it: cut off from the writer, they cannot write.
    pub clients: Vec<String>,
}

/// The votes of a place.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SeatView {
    /// The place.
    pub place: String,
    /// Its votes.
    pub votes: u32,
    /// Its copies that may be promoted.
    pub copies: u32,
}

/// What a fault leaves.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FaultView {
    /// The fault: `lose us-central1`.
    pub fault: String,
    /// The places where there may be a writer.
    pub writers: Vec<String>,
    /// `writable`, `writable without promotion`, `not writable` or `split`.
    pub state: &'static str,
    /// Why nobody is promoted, if so.
    pub lack: Option<&'static str>,
    /// The old writer's place, if it goes on writing apart from the majority.
    pub stale: Option<String>,
    /// The places whose clients have no way to a writer, though there is one.
    pub stranded: Vec<String>,
    /// The places whose clients reach the old writer alone: what they write is dropped.
    pub astray: Vec<String>,
}

/// The tightest region after a loss.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RoomView {
    /// The service.
    pub service: String,
    /// The lost region.
    pub lost: String,
    /// The region with the least room.
    pub region: String,
    /// Requests per second there before.
    pub load_before: f64,
    /// Requests per second there after.
    pub load_after: f64,
    /// Replicas at peak before.
    pub replicas_before: u32,
    /// Replicas that are needed.
    pub replicas_needed: u32,
    /// The most that may run.
    pub max: u32,
}

/// What contracts add up to for a service.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AvailabilityView {
    /// The service.
    pub service: String,
    /// The share of time from 0 to 1; `null` if a contract is not known.
    pub total: Option<f64>,
    /// What is promised, as a share of time.
    pub promised: Option<f64>,
    /// How both compare.
    pub verdict: &'static str,
    /// What a request needs.
    pub parts: Vec<PartView>,
}

/// Something that a request needs.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PartView {
    /// What it is.
    pub what: String,
    /// The share of time that it is there; `null` if no contract is known.
    pub share: Option<f64>,
    /// Whether another region takes over.
    pub redundant: bool,
}

/// Something that can go wrong.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AlertView {
    /// What goes wrong.
    pub trouble: &'static str,
    /// Where: the host, service, store, queue or region.
    pub on: String,
    /// Whether a notification arrives in time.
    pub told: &'static str,
    /// The earliest alert, if there is one.
    pub alert: Option<String>,
    /// The milliseconds of the promise that are over when people are notified, at best.
    pub after: Option<u64>,
    /// The same at worst; `null` without a bound.
    pub by: Option<u64>,
    /// The channels that it notifies.
    pub notifies: Vec<String>,
}

/// A drill.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DrillView {
    /// Its name.
    pub drill: String,
    /// How often.
    pub every: &'static str,
    /// The day it last succeeded.
    pub last: Option<String>,
    /// The loss that it exercises, if it is one of those that are judged.
    pub of: Option<String>,
}

/// Makes the rows. `alerts` are all that there are, of the spec and of ours.
pub fn standing(topology: &Topology, deployment: &Deployment, alerts: &[Watch]) -> Standing {
    let electorates = electorates(topology);
    Standing {
        votes: electorates.iter().map(|e| votes(topology, e)).collect(),
        writers: writers(topology, deployment, &electorates),
        room: room(topology),
        model: availability::ASSUMES,
        availability: availability::availability(topology)
            .iter()
            .map(|a| contracts(topology, a))
            .collect(),
        alerts: told(topology, alerts),
        drills: drills(topology),
        not_exercised: coverage::exercised(topology)
            .into_iter()
            .filter(|(_, drills)| drills.is_empty())
            .map(|(scenario, _)| scenario.title(topology))
            .collect(),
    }
}

fn votes(topology: &Topology, electorate: &Electorate) -> VotesView {
    let seats = electorate.seats.iter().map(|s| SeatView {
        place: s.name.clone(),
        votes: s.votes,
        copies: s.copies,
    });
    VotesView {
        store: topology.datastore(electorate.store).name.clone(),
        kind: match electorate.kind {
            Kind::Sentinels => "sentinels",
            Kind::Members => "members",
            Kind::Copies => "copies",
            Kind::Sites => "sites",
        },
        seats: seats.collect(),
        majority: electorate.majority(),
        faults: electorate
            .outcomes()
            .iter()
            .map(|o| fault(electorate, o))
            .collect(),
    }
}

/// Stores of ours with one writer that no vote replaces.
fn writers(topology: &Topology, deployment: &Deployment, voted: &[Electorate]) -> Vec<WriterView> {
    let stores = topology.datastores.iter().enumerate();
    let stores = stores.map(|(index, store)| (DatastoreId(index), store));
    let alone = stores.filter(|(id, store)| {
        let votes = voted.iter().any(|e| e.store == *id);
        // A database at a location of several regions takes writes in each.
        let all_write = store.mode() == Mode::ActiveActive || store.has_locations();
        store.external().is_none() && !all_write && !votes
    });
    let view = |(id, store): (DatastoreId, &Datastore)| {
        let writer = store.writer?;
        let mut copies = deployment.copies_from(id, writer, Keeps::Live);
        // Regions that share nothing with each other each write their own.
        if store.regions != [writer] && copies.next().is_none() {
            return None;
        }
        let users = topology.regions_using(id).into_iter();
        let elsewhere = users.filter(|r| *r != writer);
        let clients: Vec<String> = elsewhere.map(|r| topology.region(r).name.clone()).collect();
        (!clients.is_empty()).then(|| WriterView {
            store: store.name.clone(),
            writer: topology.region(writer).name.clone(),
            clients,
        })
    };
    alone.filter_map(view).collect()
}

fn fault(electorate: &Electorate, outcome: &Outcome) -> FaultView {
    let name = |at: usize| electorate.name(at).to_string();
    FaultView {
        fault: match outcome.fault {
            Fault::Voter(seat) => format!("lose a voter in {}", name(seat)),
            Fault::Zone(seat) => format!("lose a zone of {}", name(seat)),
            Fault::Region(seat) => format!("lose {}", name(seat)),
            Fault::Cloud(cloud) => format!("lose {cloud}"),
            Fault::Link(a, b) => format!("partition {} from {}", name(a), name(b)),
            Fault::CutOff(seat) => format!("isolate {}", name(seat)),
            Fault::CloudCutOff(cloud) => format!("isolate {cloud}"),
        },
        writers: outcome.writers.iter().map(|w| name(*w)).collect(),
        state: outcome.state.word(),
        lack: outcome.lack.map(|lack| match lack {
            Lack::Majority => "no majority",
            Lack::Copy => "no replica to promote",
            Lack::Replicas => "too few replicas to accept writes",
        }),
        stale: outcome.stale.map(name),
        stranded: outcome.stranded.iter().map(|s| name(*s)).collect(),
        astray: outcome.astray.iter().map(|s| name(*s)).collect(),
    }
}

/// For each loss the region that is fullest; services without a declared peak are left out.
fn room(topology: &Topology) -> Vec<RoomView> {
    let routing = Routing::of(topology);
    let mut rows: Vec<Vec<RoomView>> = vec![Vec::new(); topology.services.len()];
    for lost in topology.region_ids() {
        for (index, survivors) in routing.after(&[lost]).into_iter().enumerate() {
            let service = &topology.services[index];
            if service.replicas_in(lost).is_some() {
                rows[index].extend(tightest(topology, &service.name, lost, survivors));
            }
        }
    }
    rows.into_iter().flatten().collect()
}

fn tightest(
    topology: &Topology,
    service: &str,
    lost: RegionId,
    survivors: Option<Vec<Survivor>>,
) -> Option<RoomView> {
    let fullness = |s: &Survivor| f64::from(s.replicas_needed) / f64::from(s.max.max(1));
    let fullest = survivors?
        .into_iter()
        .max_by(|a, b| fullness(a).total_cmp(&fullness(b)))?;
    Some(RoomView {
        service: service.to_string(),
        lost: topology.region(lost).name.clone(),
        region: topology.region(fullest.region).name.clone(),
        load_before: fullest.load_before,
        load_after: fullest.load_after,
        replicas_before: fullest.replicas_before,
        replicas_needed: fullest.replicas_needed,
        max: fullest.max,
    })
}

fn contracts(topology: &Topology, of: &Availability) -> AvailabilityView {
    AvailabilityView {
        service: topology.service(of.service).name.clone(),
        total: of.total,
        promised: of.objective.map(|(percent, _)| percent.ratio()),
        verdict: match of.verdict() {
            availability::Verdict::Below => "below",
            availability::Verdict::Supported => "supported",
            availability::Verdict::Unproven => "unproven",
            availability::Verdict::NotPromised => "not promised",
        },
        parts: of.parts.iter().map(|p| part(topology, p)).collect(),
    }
}

fn part(topology: &Topology, part: &Part) -> PartView {
    PartView {
        what: match part.what {
            What::Entry(host) => format!("entry point of {}", topology.host(host).name),
            What::Balancers(host) => format!("load balancers of {}", topology.host(host).name),
            What::Compute(runtime) => runtime.word().to_string(),
            What::Store(store) => topology.datastore(store).name.clone(),
        },
        share: part.share,
        redundant: part.redundant,
    }
}

fn told(topology: &Topology, alerts: &[Watch]) -> Vec<AlertView> {
    let covered = coverage::coverage(topology, alerts).into_iter();
    covered
        .map(|c| AlertView {
            trouble: c.trouble.words(),
            told: match c.told() {
                Told::Never => "never",
                Told::Late => "late",
                Told::MaybeLate => "may be late",
                Told::InTime => "in time",
                Told::Unmeasured => "yes",
            },
            alert: c.alerts.first().map(|a| a.alert.clone()),
            after: c.alerts.first().map(|a| a.after),
            by: c.alerts.first().and_then(|a| a.by),
            notifies: c.alerts.first().map_or(Vec::new(), |a| a.channels.clone()),
            on: c.on,
        })
        .collect()
}

fn drills(topology: &Topology) -> Vec<DrillView> {
    let exercises = coverage::exercises(topology).into_iter();
    exercises
        .map(|e| DrillView {
            of: e.of().map(|s| s.title(topology)),
            drill: e.drill,
            every: e.every.word(),
            last: e.last.map(|l| l.to_string()),
        })
        .collect()
}
