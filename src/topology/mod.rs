//! The settled topology: names are ids, what the spec leaves out is filled in, and every region
//! is tied to its catalog entry. All later stages read only this; what was written stays behind
//! [`Topology::written`], for what is said about the text itself.
//!
//! Architecture invariant: a `Topology` exists only if every reference in it resolves, so
//! nothing after this stage looks a name up and fails.

mod checks;
mod decisions;
mod environment;
mod existing;
mod half;
mod kinds;
pub mod leaving;
mod lookup;
pub mod names;
pub mod promises;
mod regions;
mod resolve;
pub mod scenario;
pub mod settings;
mod settled;
mod version;

pub use environment::variable_name;
pub use kinds::{Placed, lies_at_locations};
pub use promises::{Promise, Promised, Promisee, Promises};
pub use resolve::resolve;
pub use scenario::{Elsewhere, ElsewhereId, Scenario};
pub use settled::*;

use crate::catalog::Place;
use crate::lock::Lock;
use crate::source::Span;
use crate::spec::Spec;

/// The words of the language mean the same before and after settling.
pub use crate::spec::{
    Act, AlertSeverity, Basis, Bytes, Cadence, CommitmentTerm, Conflict, Continent, Date, Duration,
    Engine, FactKind, Factor, Incompatible, Layout, Map, Mode, Name, Nature, Occasion, Part,
    PerRegion, Percent, Policy, Provider, QueueEngine, Rate, Reach, Regime, Replicas, Role,
    Routing, Runtime, SecretReplication, Signal, Singleton, StepPlace, StepShare, StepWord, Thing,
    Threshold, Trigger, Writers,
    decode::{BAD_VALUE, Scalar},
};

macro_rules! id {
    ($(#[doc = $doc:literal])* $name:ident) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub usize);
    };
}

id!(/// A region, by its place in [`Topology::regions`].
    RegionId);
id!(/// A service, by its place in [`Topology::services`].
    ServiceId);
id!(/// A datastore, by its place in [`Topology::datastores`].
    DatastoreId);
id!(/// A queue, by its place in [`Topology::queues`].
    QueueId);
id!(/// A host, by its place in [`Topology::hosts`].
    HostId);

/// The whole system.
#[derive(Debug, Clone)]
pub struct Topology {
    /// What the user wrote.
    spec: Spec,
    /// Where the whole of it stands.
    pub span: Span,
    /// The name of the spec file as it is shown in generated headers: its last path part.
    pub spec_name: String,
    /// The system's name; derived names begin with it.
    pub name: String,
    /// Where that is written.
    pub name_at: Span,
    /// What the system does.
    pub description: Option<Text>,
    /// The team that owns the system.
    pub owner: Option<Text>,
    /// The environment, used in labels.
    pub environment: Text,
    /// What is promised to users, system-wide.
    pub objectives: Option<Objectives>,
    /// The clouds in use.
    pub clouds: Map<Cloud>,
    /// How Terraform is laid out and where its state lives.
    pub terraform: Whole<Terraform>,
    /// Which parts of the output are made; `None` for all, and nobody has said so.
    pub outputs: Option<Outputs>,
    /// Areas that data may not leave without a basis.
    pub zones: Map<Zone>,
    /// Declared flows out of a zone.
    pub transfers: Map<Transfer>,
    /// Networks and the links among regions.
    pub network: Whole<Network>,
    /// What others own and this system uses.
    pub existing: Whole<Existing>,
    /// Encryption keys.
    pub keys: Whole<Keys>,
    /// The service mesh.
    pub mesh: Option<Mesh>,
    /// The clusters that the cloud runs.
    pub kubernetes: Whole<Kubernetes>,
    /// How a lost region is left and returned to.
    pub failover: Option<Failover>,
    /// Steps of the team's own in plans.
    pub steps: Map<ExtraStep>,
    /// Exercises that prove the promises.
    pub drills: Map<Drill>,
    /// Where people are told.
    pub channels: Map<Channel>,
    /// Escalation policies: who is notified next, and after how long.
    pub escalations: Map<Escalation>,
    /// Conditions that tell people.
    pub alerts: Map<Alert>,
    /// Metrics, logs, traces and dashboards.
    pub observability: Whole<Observability>,
    /// The versions of the events that services exchange.
    pub events: Option<Events>,
    /// Switches that services read.
    pub flags: Map<FeatureFlag>,
    /// The order in which new versions reach the regions: as written, then the others, the
    /// primary last.
    pub rollout: Vec<RegionId>,
    /// What the system may cost and how that is watched.
    pub cost: Option<Cost>,
    /// Changes to emitted YAML that the language has no word for.
    pub patches: Map<Patch>,
    /// Times and amounts that were measured, with evidence.
    pub facts: Map<Fact>,
    /// The Kubernetes namespace, and the Istio trust domain.
    pub namespace: String,
    /// The identity domain of the mesh.
    pub trust_domain: String,
    /// The only provider whose regions count, in the part of a topology that a cloud
    /// generates ([`Topology::on`]).
    pub only: Option<Provider>,
    /// What was decided once, in this run or in an earlier one.
    pub lock: Lock,
    /// What leaves, and how far it has come.
    pub leaving: Vec<leaving::Leaver>,
    /// Regions that are gone but for what Terraform has yet to take leave of.
    pub left: Vec<leaving::LeftRegion>,
    /// The spec with all that leaves still in it.
    source: Box<Spec>,
    /// The regions by role, share and name: the primary first.
    pub regions: Vec<Region>,
    /// Where else something of the system is: what it stands on is lost with these too.
    pub elsewhere: Vec<Elsewhere>,
    /// The services by name.
    pub services: Vec<Service>,
    /// The datastores by name.
    pub datastores: Vec<Datastore>,
    /// The queues by name.
    pub queues: Vec<Queue>,
    /// The hosts by name.
    pub hosts: Vec<Host>,
    /// The secrets by name.
    pub secrets: Vec<Secret>,
    /// The services that somebody else runs.
    pub outside: Vec<OutsideService>,
    /// The metrics by name, then the bounds on lag that datastores name.
    pub metrics: Vec<KeyMetric>,
    /// Where generated alerts point; ends without a slash. A relative path if the spec
    /// names no address.
    pub runbooks: String,
}

/// A metric with a target and two thresholds.
#[derive(Debug, Clone)]
pub struct KeyMetric {
    /// Its name.
    pub name: String,
    /// What it asks for.
    pub metric: Metric,
    /// Whether it comes from a datastore's `lag`.
    pub of_lag: bool,
}

/// What was settled beyond constant defaults, for `expand`: a line each.
pub fn settled_notes(topology: &Topology) -> Vec<String> {
    let mut notes = vec!["settled:".to_string()];
    for region in &topology.regions {
        let place = region.place;
        notes.push(format!(
            "  region {}: {}, {} ({}), {} zones, catalog 2026-11; weight {}{}",
            region.name,
            place.city,
            place.location,
            place.country,
            place.spread().len(),
            region.weight,
            if region.own_weight.is_some() {
                ""
            } else {
                " (what the others leave)"
            },
        ));
    }
    for service in &topology.services {
        let each = service
            .placements
            .iter()
            .map(|p| format!("{} {}", topology.region(p.region).name, p.replicas));
        let each = each.collect::<Vec<_>>().join(", ");
        notes.push(format!("  service {}: {each}", service.name));
    }
    for store in &topology.datastores {
        let each = store
            .databases
            .iter()
            .map(|d| format!("{} at {}", d.name, d.location));
        let each = each.collect::<Vec<_>>().join(", ");
        notes.push(format!("  datastore {}: {each}", store.name));
    }
    notes
}

/// A region with its place in the world.
#[derive(Debug, Clone)]
pub struct Region {
    /// The name in the spec.
    pub name: String,
    /// Where it is written.
    pub span: Span,
    /// The provider's region.
    pub place: &'static Place,
    /// The key of its entry in `clouds`.
    pub cloud: String,
    /// What it is for.
    pub role: Role,
    /// Where that is written, else the region's place.
    pub role_at: Span,
    /// Its share of traffic in percent; 0 for a standby or witness.
    pub weight: u32,
    /// The share that is written for it, if one is.
    pub own_weight: Option<Count>,
    /// Whether it leaves: it holds what it holds, and nobody is sent there.
    pub leaving: bool,
    /// The parts of the world that come here first.
    pub serves: Vec<Continent>,
    /// The compliance zone it belongs to.
    pub zone: Option<String>,
    /// Where the zone is named.
    pub zone_at: Option<Span>,
    /// Short name for resource names; the name itself if none is given.
    pub short: String,
    /// The short name that is written.
    pub own_short: Option<Text>,
    /// Where its location is written, if it is not its name.
    pub location_at: Option<Span>,
    /// The region that it stands by for.
    pub pair: Option<Ref>,
    /// The network range, if it is not to be allocated.
    pub cidr: Option<Text>,
    /// The regimes that apply here, beside those of its compliance zone.
    pub regimes: Vec<Settled<Regime>>,
}

/// A service with its regions and replicas.
#[derive(Debug, Clone)]
pub struct Service {
    /// The name in the spec.
    pub name: String,
    /// Where it is written.
    pub span: Span,
    /// What it runs on.
    pub runtime: Runtime,
    /// Where that is written, else the service's place.
    pub runtime_at: Span,
    /// Where it runs, and how many.
    pub placements: Vec<Placement>,
    /// Where its regions are named, if they are.
    pub regions_at: Places,
    /// The datastores it uses.
    pub uses: Vec<DatastoreId>,
    /// Where each of them is named.
    pub uses_at: Vec<Ref>,
    /// The services it calls.
    pub needs: Vec<ServiceId>,
    /// Where each service that it calls is named, others' too.
    pub needs_at: Vec<Ref>,
    /// The services of others that it calls, by their places in [`Topology::outside`].
    pub needs_outside: Vec<usize>,
    /// The queues it puts messages in.
    pub publishes: Vec<QueueId>,
    /// Where each of them is named.
    pub publishes_at: Vec<Ref>,
    /// The secrets it reads.
    pub secrets: Vec<String>,
    /// The container image, without its tag.
    pub image: Option<Text>,
    /// The image's tag or digest; a variable if left out.
    pub tag: Option<Text>,
    /// The name in each region, where a document fixes it.
    pub named: Option<Text>,
    /// The service account in each region, where a document fixes it.
    pub account: Option<Text>,
    /// The port it listens on.
    pub port: Count,
    /// Environment variables.
    pub env: Map<Text>,
    /// The variable that names the region.
    pub region_variable: Text,
    /// What one replica bears and how fast it starts.
    pub capacity: Option<Capacity>,
    /// What makes more of them.
    pub scale_on: Option<ScaleOn>,
    /// How other services and the edge call it.
    pub calls: Option<Calls>,
    /// How its readiness is seen.
    pub ready: Whole<Probe>,
    /// CPU that one replica asks for.
    pub cpu: Text,
    /// Memory that one replica asks for and may use.
    pub memory: Settled<Bytes>,
    /// Requests that one replica handles at once.
    pub concurrency: Option<Count>,
    /// The promise for this service, where it differs.
    pub objectives: Option<Objectives>,
}

/// A service that somebody else runs: it has no replicas of ours.
#[derive(Debug, Clone)]
pub struct OutsideService {
    /// The name in the spec.
    pub name: String,
    /// Where it is written.
    pub span: Span,
    /// The datastores it uses.
    pub uses: Vec<DatastoreId>,
    /// Who runs it, and where.
    pub external: External,
}

/// A service in a region.
#[derive(Debug, Clone)]
pub struct Placement {
    /// The region.
    pub region: RegionId,
    /// How many run there.
    pub replicas: Replicas,
    /// Where that is written, else the service's place.
    pub span: Span,
}

/// Where regions are named in a list.
#[derive(Debug, Clone, Default)]
pub struct Places(Vec<(RegionId, Span)>);

impl Places {
    /// The place of the first one.
    pub fn first(&self) -> Option<Span> {
        self.0.first().map(|(_, place)| *place)
    }
    /// Where a region is named.
    pub fn of(&self, region: RegionId) -> Option<Span> {
        let named = self.0.iter().find(|(id, _)| *id == region);
        named.map(|(_, place)| *place)
    }
}

/// A datastore with its regions.
#[derive(Debug, Clone)]
pub struct Datastore {
    /// The name in the spec.
    pub name: String,
    /// Where it is written.
    pub span: Span,
    /// The kind of store.
    pub engine: Engine,
    /// The kind as whoever runs it calls it.
    pub kind: Text,
    /// Who runs it, if it is somebody else.
    external: Option<External>,
    /// The version of the engine.
    pub engine_version: Option<Text>,
    /// The regions that hold it.
    pub regions: Vec<RegionId>,
    /// Where they are named, if they are.
    pub regions_at: Places,
    /// The region that takes writes, if one does.
    pub writer: Option<RegionId>,
    /// The one location of all of it, if one is named.
    pub location: Option<Text>,
    /// Its databases: at least one, at a location each.
    pub databases: Vec<Database>,
    /// Whether the databases are named, and not one that is the store itself.
    pub names_databases: bool,
    /// Copies asked for as read replicas in other regions.
    pub read_replicas: Vec<Ref>,
    /// Nodes, in each region or by region.
    pub nodes: Option<PerRegion<Count>>,
    /// Replicas of each shard.
    pub replicas: Option<Count>,
    /// Sentinels by region.
    pub sentinels: Option<PerRegion<Count>>,
    /// Members of a voting replica set.
    pub members: Map<Member>,
    /// Election timing of a voting replica set.
    pub election: Option<Election>,
    /// pglogical node groups.
    pub node_groups: Vec<Text>,
    /// Size of one node or of the storage.
    pub size: Option<Settled<Bytes>>,
    /// The machine or node type.
    pub machine: Option<Text>,
    /// What it holds, part by part.
    pub datasets: Map<Dataset>,
    /// How copies are kept alike.
    pub replication: Option<Replication>,
    /// Copies in time.
    pub backup: Option<Backup>,
    /// How a dead node is noticed.
    pub health: Option<NodeHealth>,
    /// Tiers by age, for object storage.
    pub lifecycle: Map<Tier>,
    /// The promise for this store, where it differs.
    pub objectives: Option<Objectives>,
}

/// A database at one location.
#[derive(Debug, Clone)]
pub struct Database {
    /// Its name; the store's own if it has only one.
    pub name: String,
    /// The provider's region or multi-region.
    pub location: String,
    /// Where that is written, if it is.
    pub location_at: Option<Span>,
    /// Where its entry is, if it has one of its own.
    pub span: Option<Span>,
    /// The regions whose services use it.
    pub serves: Vec<RegionId>,
    /// The regions whose services use it when none of those is left.
    pub taken_over_by: Vec<RegionId>,
    /// The compliance zone of what it holds.
    pub zone: Option<String>,
}

/// A queue.
#[derive(Debug, Clone)]
pub struct Queue {
    /// The name in the spec.
    pub name: String,
    /// Where it is written.
    pub span: Span,
    /// The kind of queue.
    pub engine: QueueEngine,
    /// The kind as whoever runs it calls it.
    pub kind: Text,
    /// Who runs it, if it is somebody else.
    external: Option<External>,
    /// The service that messages are pushed to.
    pub receiver: Option<ServiceId>,
    /// The path that they are pushed to.
    pub push_path: String,
    /// Where they are pushed to is said here, else the place of the queue.
    pub push_at: Span,
    /// The host in front of the receiver, if one is named.
    pub host: Option<HostId>,
    /// The regions that may store messages.
    pub regions: Vec<RegionId>,
    /// Where they are named, if they are.
    pub regions_at: Places,
    /// The services that put messages in.
    pub publishers: Vec<ServiceId>,
    /// The attribute that keeps messages in order.
    pub ordered_by: Option<Text>,
    /// What happens to messages that fail.
    pub dead_letter: Whole<DeadLetter>,
    /// How long unread messages are kept.
    pub keep: Time,
    /// How long a receiver has before a message is sent again.
    pub ack_within: Time,
    /// The datasets whose records it carries.
    pub carries: Vec<Ref>,
    /// Unread messages that are worth a message.
    pub backlog_limit: Option<Count>,
}

/// A host name.
#[derive(Debug, Clone)]
pub struct Host {
    /// The host name.
    pub name: String,
    /// Where it is written.
    pub span: Span,
    /// The service behind it.
    pub service: ServiceId,
    /// Who routes it, if it is somebody else.
    external: Option<External>,
    /// Who routes it, if that is said.
    pub routing: Option<Settled<Routing>>,
    /// How a region is chosen, most important first.
    pub policy: Vec<Settled<Policy>>,
    /// The regions it leads to.
    pub regions: Vec<RegionId>,
    /// The only region that it may go to, for hosts of one region.
    pub region: Option<Ref>,
    /// How a region that is down is noticed.
    pub health: Whole<HealthCheck>,
    /// What is kept out.
    pub protect: Option<Protect>,
    /// The time that open requests get when a region is left.
    pub drain: Time,
    /// The life of its DNS records.
    pub ttl: Time,
    /// The existing DNS zone that holds it; one is made if left out.
    pub dns_zone: Option<Text>,
    /// The domain of its zone, if it is written.
    pub zone_domain: Option<Text>,
    /// Who answers DNS for it, where not the cloud.
    pub dns: Option<Ref>,
    /// Origins whose pages may call it.
    pub cors: Vec<Text>,
    /// A second load balancer that DNS turns to when the first is gone.
    pub backup: Flag,
    /// Caching at the edge.
    pub cdn: Option<Cdn>,
}

/// A secret.
#[derive(Debug, Clone)]
pub struct Secret {
    /// The name in the spec.
    pub name: String,
    /// Where it is written.
    pub span: Span,
    /// The regions with a copy.
    pub regions: Vec<RegionId>,
    /// Where they are named, if they are.
    pub regions_at: Places,
    /// The services that read it.
    pub readers: Vec<ServiceId>,
    /// How often it is replaced.
    pub rotate: Option<Time>,
    /// Where its copies are.
    pub replication: Settled<SecretReplication>,
}

impl Topology {
    /// What was written, for what is said about the text itself: what nobody reads, waivers, the
    /// forms of names. What follows from it is settled here; tests/it/tidy.rs lists who may ask.
    pub fn written(&self) -> &Spec {
        &self.spec
    }
    /// What was written, with all that leaves still in it.
    pub fn written_with_leavers(&self) -> &Spec {
        &self.source
    }
    /// Whether others have something to provide: parts of the output, modules, what is there already.
    pub fn has_contract(&self) -> bool {
        self.outputs.is_some() || !self.terraform.modules.is_empty() || self.existing.said
    }
    /// Whether a part of the output is made here; others are left to other teams.
    pub fn makes(&self, part: Part) -> bool {
        self.outputs.as_ref().is_none_or(|o| o.keeps(part))
    }
    /// The channels, those first that are meant for alerts that name none.
    pub fn channels_by_preference(&self) -> Vec<(&Name, &Channel)> {
        let mut channels: Vec<_> = self.channels.iter().collect();
        channels.sort_by_key(|(_, channel)| !*channel.default);
        channels
    }
    /// The region behind an id.
    pub fn region(&self, id: RegionId) -> &Region {
        &self.regions[id.0]
    }
    /// The service behind an id.
    pub fn service(&self, id: ServiceId) -> &Service {
        &self.services[id.0]
    }
    /// The datastore behind an id.
    pub fn datastore(&self, id: DatastoreId) -> &Datastore {
        &self.datastores[id.0]
    }
    /// The ids of all datastores, in order.
    pub fn datastore_ids(&self) -> impl Iterator<Item = DatastoreId> + use<> {
        (0..self.datastores.len()).map(DatastoreId)
    }
    /// The id of a datastore of this topology.
    ///
    /// # Panics
    /// If it is not one of them.
    pub fn id_of(&self, store: &Datastore) -> DatastoreId {
        let mut all = self.datastores.iter();
        let place = all.position(|d| d.name == store.name);
        DatastoreId(place.expect("a datastore of this topology"))
    }
    /// The queue behind an id.
    pub fn queue(&self, id: QueueId) -> &Queue {
        &self.queues[id.0]
    }
    /// The host behind an id.
    pub fn host(&self, id: HostId) -> &Host {
        &self.hosts[id.0]
    }
    /// The queues of ours, whose dead letters can be put back.
    pub fn replayed(&self) -> impl Iterator<Item = &Queue> {
        self.queues.iter().filter(|q| q.external().is_none())
    }
    /// The ids of all regions that count, in order.
    pub fn region_ids(&self) -> impl Iterator<Item = RegionId> + use<> {
        let counts = |r: &Region| self.only.is_none_or(|p| r.place.provider == p);
        let all = self.regions.iter().enumerate().filter(|(_, r)| counts(r));
        let ids: Vec<_> = all.map(|(at, _)| RegionId(at)).collect();
        ids.into_iter()
    }
    /// The regions that something of others is in.
    pub fn regions_at(&self, at: &[Spot]) -> Vec<RegionId> {
        let named = at.iter().filter_map(|spot| spot.region.as_ref());
        named.filter_map(|name| self.region_named(name)).collect()
    }
    /// The region with that name in the spec.
    pub fn region_named(&self, name: &str) -> Option<RegionId> {
        self.regions
            .iter()
            .position(|r| r.name == name)
            .map(RegionId)
    }
    /// The service with that name in the spec.
    pub fn service_named(&self, name: &str) -> Option<ServiceId> {
        self.services
            .iter()
            .position(|s| s.name == name)
            .map(ServiceId)
    }
    /// The first primary, if there is one.
    pub fn primary(&self) -> Option<RegionId> {
        self.region_ids()
            .find(|id| self.region(*id).role == Role::Primary)
    }
    /// The regions that serve users in normal times.
    pub fn serving(&self) -> Vec<RegionId> {
        self.region_ids()
            .filter(|id| self.region(*id).serving())
            .collect()
    }
    /// The regions of a provider.
    pub fn regions_on(&self, provider: Provider) -> Vec<RegionId> {
        self.region_ids()
            .filter(|id| self.region(*id).place.provider == provider)
            .collect()
    }
    /// The regions where services run that use a datastore.
    pub fn regions_using(&self, store: DatastoreId) -> Vec<RegionId> {
        let runs = |id: &RegionId| {
            let mut users = self.services.iter().filter(|s| s.uses.contains(&store));
            users.any(|s| s.placements.iter().any(|p| p.region == *id))
        };
        self.region_ids().filter(runs).collect()
    }
    /// The provider of the primary region, else of the first.
    pub fn home_cloud(&self) -> Option<Provider> {
        let home = self.primary().or(self.region_ids().next())?;
        Some(self.region(home).place.provider)
    }
    /// The bucket that holds Terraform's state on a provider, if one is named there.
    pub fn state_bucket(&self, provider: Provider) -> Option<&Text> {
        let buckets = self.terraform.state_bucket.as_ref()?;
        let clouds = self.clouds.iter();
        let mut here = clouds.filter(|(_, cloud)| cloud.provider == Some(provider));
        here.find_map(|(name, _)| buckets.get(&name.text))
    }
    /// The providers in use, in the order of their regions.
    pub fn providers(&self) -> Vec<Provider> {
        let mut providers = Vec::new();
        for region in &self.regions {
            if !providers.contains(&region.place.provider) {
                providers.push(region.place.provider);
            }
        }
        providers
    }
}

impl Datastore {
    /// Who runs it, if it is somebody else.
    pub fn external(&self) -> Option<&External> {
        self.external.as_ref()
    }

    /// When a write counts as done; where nothing is said of copies, there are none.
    pub fn mode(&self) -> Mode {
        self.replication.as_ref().map_or(Mode::None, |r| *r.mode)
    }

    /// Whether the topology asks for copies in other regions.
    pub fn is_copied(&self) -> bool {
        self.mode() != Mode::None
    }

    /// Whether the topology lets several copies take writes, and says how they meet.
    pub fn all_may_write(&self) -> bool {
        matches!(self.mode(), Mode::ActiveActive | Mode::Application)
    }

    /// Whether its backups are locked until their time is over.
    pub fn locks_backups(&self) -> bool {
        let backup = self.backup.as_ref();
        backup.is_some_and(|b| *b.immutable)
    }
}

impl Queue {
    /// Who runs it, if it is somebody else.
    pub fn external(&self) -> Option<&External> {
        self.external.as_ref()
    }
}

impl Host {
    /// Who routes it, if it is somebody else.
    pub fn external(&self) -> Option<&External> {
        self.external.as_ref()
    }
}

impl Secret {
    /// The name of the copy that a region reads, after the system's name: one for each
    /// region if they are separate.
    pub fn name_in(&self, region: &Region) -> String {
        match *self.replication {
            SecretReplication::Regional => format!("{}-{}", self.name, region.place.location),
            _ => self.name.clone(),
        }
    }
}

impl Region {
    /// Whether it serves users in normal times.
    pub fn serving(&self) -> bool {
        !self.leaving && matches!(self.role, Role::Primary | Role::Secondary)
    }
    /// The name as an HCL or metric identifier.
    pub fn slug(&self) -> String {
        self.name.replace(['-', '.'], "_")
    }
}

impl Service {
    /// The image, without its tag.
    pub fn image(&self) -> &str {
        self.image.as_ref().map_or("", |i| i.as_str())
    }
    /// The replicas in a region, if the service runs there.
    pub fn replicas_in(&self, region: RegionId) -> Option<Replicas> {
        self.placements
            .iter()
            .find(|p| p.region == region)
            .map(|p| p.replicas)
    }
    /// The name of the service in a region: as `named` says, else its own.
    pub fn name_in(&self, region: &Region) -> String {
        match &self.named {
            Some(pattern) => pattern.replace("{region}", &region.short),
            None => self.name.clone(),
        }
    }
}
