//! What will exist and how it behaves: the only thing that emitters, alerts and `diff` read of
//! the clouds.
//!
//! Architecture invariant: nothing here knows a cloud by name or reads what the user wrote.

mod clusters;
pub mod contract;
mod copies;
mod detectors;
mod evidence;
mod existing;
mod histories;
pub mod limits;
pub mod manifests;
pub mod modules;
mod needs;
mod operations;
pub mod routes;
mod schedules;
mod signals;
mod stores;
mod switches;
mod terraform;
mod upgrades;

pub use clusters::*;
pub use copies::*;
pub use detectors::*;
pub use evidence::*;
pub use existing::*;
pub use histories::*;
pub use manifests::{Ground, Guest};
pub use needs::*;
pub use operations::*;
pub use schedules::*;
pub use signals::*;
pub use stores::*;
pub use switches::*;
pub use terraform::*;
pub use upgrades::*;

use crate::topology::{Provider, RegionId};
use std::collections::BTreeMap;

/// The namespace of the mesh's gateways.
pub const GATEWAYS: &str = "istio-ingress";
/// The gateway that the edge sends requests to.
pub const INGRESS: &str = "ingressgateway";
/// The gateway that other clusters call through.
pub const EAST_WEST: &str = "eastwestgateway";
/// The port of [`EAST_WEST`] at which stores take calls of their peers.
pub const PEER_PORT: u32 = 9443;

/// Everything that the emitters need to know of the clouds.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    /// Terraform module calls, in the order in which they are written.
    pub calls: Vec<Call>,
    /// Calls that are gone, and whose resources are forgotten.
    pub tombstones: Vec<Tombstone>,
    /// Resources of what leaves or has left which no `removed` block can name.
    pub strays: Vec<Stray>,
    /// What has to be true of what others own.
    pub demands: Vec<Demand>,
    /// Root variables that calls refer to.
    pub variables: Vec<Variable>,
    /// Terraform providers that the roots configure.
    pub providers: Vec<ProviderUse>,
    /// What is true of one cloud alone.
    pub clouds: BTreeMap<Provider, CloudPart>,
    /// Outputs of the roots.
    pub outputs: Vec<RootOutput>,
    /// The clusters that Kubernetes objects go to, one per region at most.
    pub clusters: Vec<Cluster>,
    /// The identities of Kubernetes workloads with their cloud.
    pub identities: Vec<Identity>,
    /// What services are told about the parts they use.
    pub settings: Vec<Setting>,
    /// How services get in to each store of ours.
    pub entrances: Vec<Entrance>,
    /// How far back each store can be brought.
    pub histories: Vec<History>,
    /// Secrets that services on the clusters are given of the parts they use.
    pub secret_settings: Vec<SecretSetting>,
    /// Redis with Sentinel that runs on the clusters.
    pub sentinel_sets: Vec<SentinelSet>,
    /// Redis Enterprise that runs on the clusters and takes writes everywhere.
    pub active_active_sets: Vec<ActiveActiveSet>,
    /// PostgreSQL whose regions copy each other logically, set up from the clusters.
    pub logical_stores: Vec<LogicalStore>,
    /// What stores bring to the clusters that they run on.
    pub guests: Vec<Guest>,
    /// Copies of stores in other regions.
    pub copies: Vec<StoreCopy>,
    /// Backups that are taken on a schedule.
    pub schedules: Vec<Schedule>,
    /// What actions need, where losing regions loses it.
    pub needs: Vec<Need>,
    /// Queries for the signals that alerts and dashboards name.
    pub signals: Vec<SignalQuery>,
    /// What is asked of services, where it is measured.
    pub loads: Vec<Load>,
    /// Metrics that the services themselves, or others, must export.
    pub contract: Vec<contract::Contract>,
    /// Series of a cloud or its clusters that nothing emitted exports.
    pub unexported: Vec<contract::Unexported>,
    /// The alert rules that notice lost regions.
    pub detectors: Vec<Detector>,
    /// Dashboards that show one part, region beside region.
    pub boards: Vec<Board>,
    /// Hosts whose name turns to a backup by itself.
    pub dns_failovers: Vec<DnsFailover>,
    /// Commands for scripts and runbooks.
    pub operations: Vec<Operation>,
    /// What scripts read back after commands, and before the first.
    pub proofs: Vec<Proof>,
    /// What one region at a time does, and how one sees which it is.
    pub seats: Vec<Seat>,
    /// What restores bring back, and of which datastore it is.
    pub restorable: Vec<Restorable>,
    /// What no command restores.
    pub by_hand: Vec<ByHand>,
    /// How restored copies come into service.
    pub switches: Vec<Switch>,
    /// The names that clouds know the system's own stores by: no copy has one of them.
    pub store_names: Vec<String>,
    /// How traffic is moved bit by bit, where the edge can.
    pub shift: Option<Shift>,
    /// Who sends which share of what to whom.
    pub routes: Vec<routes::Route>,
    /// The lists of the mesh, which routes of clusters follow.
    pub mesh: routes::Mesh,
    /// How versions go up.
    pub upgrades: Vec<Upgrade>,
    /// Decisions worth explaining in the generated architecture page.
    pub decisions: Vec<Decision>,
}

impl Deployment {
    /// The name of a region's cluster; empty without one.
    pub fn cluster_name(&self, region: RegionId) -> String {
        let cluster = self.clusters.iter().find(|c| c.region == region);
        cluster.map_or_else(String::new, |c| c.name.clone())
    }

    /// Adds what another cloud makes. Names of calls are those of one cloud, so that each is
    /// lowered by itself; a variable that both declare is one for both.
    pub fn join(&mut self, other: Deployment) {
        // Every field is named, so that a new one is not forgotten here.
        let Deployment {
            calls,
            tombstones,
            strays,
            demands,
            variables,
            providers,
            clouds,
            outputs,
            clusters,
            identities,
            settings,
            entrances,
            histories,
            secret_settings,
            sentinel_sets,
            active_active_sets,
            logical_stores,
            guests,
            copies,
            schedules,
            needs,
            signals,
            loads,
            boards,
            dns_failovers,
            operations,
            proofs,
            seats,
            restorable,
            by_hand,
            switches,
            store_names,
            shift,
            upgrades,
            decisions,
            unexported,
            // Made of the whole, once its parts are joined.
            contract: _,
            detectors: _,
            routes: _,
            mesh: _,
        } = other;
        self.calls.extend(calls);
        self.tombstones.extend(tombstones);
        self.strays.extend(strays);
        self.demands.extend(demands);
        for variable in variables {
            if self.variables.iter().all(|v| v.name != variable.name) {
                self.variables.push(variable);
            }
        }
        self.providers.extend(providers);
        self.clouds.extend(clouds);
        self.outputs.extend(outputs);
        self.clusters.extend(clusters);
        self.identities.extend(identities);
        self.settings.extend(settings);
        self.entrances.extend(entrances);
        self.histories.extend(histories);
        self.secret_settings.extend(secret_settings);
        self.sentinel_sets.extend(sentinel_sets);
        self.active_active_sets.extend(active_active_sets);
        self.logical_stores.extend(logical_stores);
        self.guests.extend(guests);
        self.copies.extend(copies);
        self.schedules.extend(schedules);
        self.needs.extend(needs);
        self.unexported.extend(unexported);
        self.upgrades.extend(upgrades);
        join_once(&mut self.signals, signals);
        join_once(&mut self.loads, loads);
        self.boards.extend(boards);
        self.dns_failovers.extend(dns_failovers);
        self.operations.extend(operations);
        self.proofs.extend(proofs);
        self.seats.extend(seats);
        self.restorable.extend(restorable);
        self.by_hand.extend(by_hand);
        self.switches.extend(switches);
        self.store_names.extend(store_names);
        self.shift = self.shift.take().or(shift);
        join_once(&mut self.decisions, decisions);
    }
}

/// What is alike on two clouds, such as a service's requests in the mesh, is one thing.
fn join_once<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
    for each in more {
        if !all.contains(&each) {
            all.push(each);
        }
    }
}

/// What is true of one cloud alone.
#[derive(Debug, Clone, Default)]
pub struct CloudPart {
    /// Where Terraform keeps the state of this cloud's roots, if the topology names a bucket.
    pub state: Option<StateBackend>,
    /// The registries that images are pushed to, that of shared things first.
    pub registries: Vec<Registry>,
    /// What the first deployment makes beside what Terraform does.
    pub bootstrap: Bootstrap,
    /// The lock that one failover at a time holds, and where its record is kept.
    pub lock: Option<Lock>,
    /// How the bill is read, if it can be.
    pub bill: Option<Bill>,
}

/// A registry that images are pushed to.
#[derive(Debug, Clone, PartialEq)]
pub struct Registry {
    /// What the names of its images begin with.
    pub prefix: String,
    /// The regions whose services start from its images, pulled from it or from a copy of it.
    pub regions: Vec<RegionId>,
}

/// The commands of a lock and of the records beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lock {
    /// Takes the lock; `$LOCK_FILE` is its text.
    pub take: Operation,
    /// Prints its text; fails if nobody holds it.
    pub holder: Operation,
    /// Releases it.
    pub release: Operation,
    /// Keeps the record of an action; `$EVIDENCE` is the file.
    pub record: Operation,
    /// What the places of marks begin with; `fenced-` with a region or `switched-` with a datastore
    /// ends them.
    pub marks: String,
    /// Leaves a mark that stops deployments: `$LOCK_FILE` goes to `$MARK`.
    pub mark: Operation,
    /// Prints who left a mark; fails if nobody did.
    pub marked: Operation,
    /// Takes the mark away.
    pub unmark: Operation,
}

/// How the bill of a cloud is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Bill {
    /// Where it is, in a sentence before the command.
    pub told: &'static str,
    /// Shows what was spent in a month, by region; `$MONTH_PARAMETER` is the month as a
    /// parameter of a query, `$MONTH_PERIOD` its first day and that of the next.
    pub command: Operation,
}

/// What the first deployment makes beside what Terraform does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bootstrap {
    /// What it makes, for people: `the service agents that keys are granted to`.
    pub makes: &'static str,
    /// The commands, in their order.
    pub commands: Vec<Operation>,
    /// What it does beside them, in lines for the usage of the script.
    pub usage: &'static [&'static str],
}

/// A host whose name leads to its global load balancer as long as that answers, and to one
/// in a region when it does not.
#[derive(Debug, Clone, PartialEq)]
pub struct DnsFailover {
    /// The host.
    pub host: String,
    /// The Terraform call that owns its record.
    pub call: String,
    /// Regions with a backup.
    pub regions: Vec<RegionId>,
    /// Seconds until the name resolves to a backup, at most: checks and the TTL.
    pub seconds: u64,
    /// How that comes about, for people: `30s x 2 + 5s, then 30s of old answers`.
    pub because: String,
}

/// A choice that was made for the user, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What was decided, as a heading.
    pub title: String,
    /// Why, and what else was possible.
    pub reason: String,
}
