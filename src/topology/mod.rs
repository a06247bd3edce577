//! The settled topology: names are ids, what depends on other values is filled in, and
//! every region is tied to its catalog entry. All later stages read only this.
//!
//! Architecture invariant: a `Topology` exists only if every reference in it resolves, so
//! nothing after this stage looks a name up and fails.

mod checks;
mod decisions;
mod environment;
mod half;
mod kinds;
pub mod knobs;
pub mod leaving;
pub mod names;
pub mod promises;
mod resolve;
pub mod scenario;
mod version;

pub use environment::variable_name;
pub use kinds::{Placed, lies_at_locations};
pub use promises::{Promise, Promised, Promisee, Promises};
pub use resolve::{provider_of, resolve};
pub use scenario::{Elsewhere, ElsewhereId, Scenario};

use crate::catalog::Place;
use crate::lock::Lock;
use crate::source::Span;
use crate::spec::{
    self, Continent, Layout, Metric, Provider, Replicas, Role, Runtime, SecretReplication, Spec,
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
    /// What the user wrote, for the parts that need no settling.
    pub spec: Spec,
    /// The name of the spec file as it is shown in generated headers: its last path part.
    pub spec_name: String,
    /// The system's name; derived names begin with it.
    pub name: String,
    /// The Kubernetes namespace, and the Istio trust domain.
    pub namespace: String,
    /// The identity domain of the mesh.
    pub trust_domain: String,
    /// How Terraform is laid out.
    pub layout: Layout,
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
    pub source: Box<Spec>,
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
            if region.written.weight.is_some() {
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
    /// Its share of traffic in percent; 0 for a standby or witness.
    pub weight: u32,
    /// Whether it leaves: it holds what it holds, and nobody is sent there.
    pub leaving: bool,
    /// The parts of the world that come here first.
    pub serves: Vec<Continent>,
    /// The compliance zone it belongs to.
    pub zone: Option<String>,
    /// Short name for resource names; the name itself if none is given.
    pub short: String,
    /// The record in the spec.
    pub written: spec::Region,
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
    /// Where it runs, and how many.
    pub placements: Vec<Placement>,
    /// The datastores it uses.
    pub uses: Vec<DatastoreId>,
    /// The services it calls.
    pub needs: Vec<ServiceId>,
    /// The services of others that it calls, by their places in [`Topology::outside`].
    pub needs_outside: Vec<usize>,
    /// The queues it puts messages in.
    pub publishes: Vec<QueueId>,
    /// The secrets it reads.
    pub secrets: Vec<String>,
    /// The record in the spec.
    pub written: spec::Service,
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
    pub external: spec::External,
}

/// A service in a region.
#[derive(Debug, Clone)]
pub struct Placement {
    /// The region.
    pub region: RegionId,
    /// How many run there.
    pub replicas: Replicas,
}

/// A datastore with its regions.
#[derive(Debug, Clone)]
pub struct Datastore {
    /// The name in the spec.
    pub name: String,
    /// Where it is written.
    pub span: Span,
    /// The kind of store.
    pub engine: spec::Engine,
    /// The regions that hold it.
    pub regions: Vec<RegionId>,
    /// The region that takes writes, if one does.
    pub writer: Option<RegionId>,
    /// Its databases: at least one, at a location each.
    pub databases: Vec<Database>,
    /// The record in the spec.
    pub written: spec::Datastore,
}

/// A database at one location.
#[derive(Debug, Clone)]
pub struct Database {
    /// Its name; the store's own if it has only one.
    pub name: String,
    /// The provider's region or multi-region.
    pub location: String,
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
    /// The service that messages are pushed to.
    pub receiver: Option<ServiceId>,
    /// The host in front of the receiver, if one is named.
    pub host: Option<HostId>,
    /// The regions that may store messages.
    pub regions: Vec<RegionId>,
    /// The services that put messages in.
    pub publishers: Vec<ServiceId>,
    /// The record in the spec.
    pub written: spec::Queue,
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
    /// The regions it leads to.
    pub regions: Vec<RegionId>,
    /// The record in the spec.
    pub written: spec::Host,
}

/// A secret.
#[derive(Debug, Clone)]
pub struct Secret {
    /// The name in the spec.
    pub name: String,
    /// The regions with a copy.
    pub regions: Vec<RegionId>,
    /// The services that read it.
    pub readers: Vec<ServiceId>,
    /// The record in the spec.
    pub written: spec::Secret,
}

impl Topology {
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
    /// The queues whose dead letters a drill puts back.
    pub fn replayed(&self) -> impl Iterator<Item = &Queue> {
        let drills = self.spec.drills.iter();
        let names: Vec<&str> = drills
            .filter_map(|(_, d)| d.queue.as_ref().map(|q| q.value.as_str()))
            .collect();
        self.queues
            .iter()
            .filter(move |q| names.contains(&q.name.as_str()))
    }
    /// The ids of all regions that count, in order.
    pub fn region_ids(&self) -> impl Iterator<Item = RegionId> + use<> {
        let counts = |r: &Region| self.only.is_none_or(|p| r.place.provider == p);
        let all = self.regions.iter().enumerate().filter(|(_, r)| counts(r));
        let ids: Vec<_> = all.map(|(at, _)| RegionId(at)).collect();
        ids.into_iter()
    }
    /// The regions that something of others is in.
    pub fn regions_at(&self, at: &[spec::Spot]) -> Vec<RegionId> {
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
    /// The provider of the primary region, else of the first.
    pub fn home_cloud(&self) -> Option<Provider> {
        let home = self.primary().or(self.region_ids().next())?;
        Some(self.region(home).place.provider)
    }
    /// The bucket that holds Terraform's state on a provider, if one is named there.
    pub fn state_bucket(&self, provider: Provider) -> Option<&spec::Text> {
        let buckets = self.spec.terraform.as_ref()?.state_bucket.as_ref()?;
        let clouds = self.spec.clouds.iter();
        let mut here = clouds.filter(|(name, cloud)| provider_of(name, cloud) == Some(provider));
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
    pub fn external(&self) -> Option<&spec::External> {
        self.written.external.as_ref()
    }

    /// Whether the topology asks for copies in other regions.
    pub fn is_copied(&self) -> bool {
        let replication = self.written.replication.as_ref();
        replication.is_some_and(|r| *r.mode != spec::Mode::None)
    }

    /// Whether the topology lets several copies take writes, and says how they meet.
    pub fn all_may_write(&self) -> bool {
        let replication = self.written.replication.as_ref();
        let mode = replication.map(|r| *r.mode);
        matches!(
            mode,
            Some(spec::Mode::ActiveActive | spec::Mode::Application)
        )
    }

    /// Whether its backups are locked until their time is over.
    pub fn locks_backups(&self) -> bool {
        let backup = self.written.backup.as_ref();
        backup.is_some_and(|b| *b.immutable)
    }
}

impl Queue {
    /// Who runs it, if it is somebody else.
    pub fn external(&self) -> Option<&spec::External> {
        self.written.external.as_ref()
    }
}

impl Host {
    /// Who routes it, if it is somebody else.
    pub fn external(&self) -> Option<&spec::External> {
        self.written.external.as_ref()
    }
}

impl Secret {
    /// The name of the copy that a region reads, after the system's name: one for each
    /// region if they are separate.
    pub fn name_in(&self, region: &Region) -> String {
        match *self.written.replication {
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
        self.written.image.as_ref().map_or("", |i| i.as_str())
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
        match &self.written.named {
            Some(pattern) => pattern.replace("{region}", &region.short),
            None => self.name.clone(),
        }
    }
}
