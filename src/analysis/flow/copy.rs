//! What an offering says of a copy: what it belongs to, where it rests, how long it stays.

use crate::catalog::Place;
use crate::deployment::Past;
use crate::diagnostic::Label;
use crate::source::Span;
use crate::topology::{DatastoreId, HostId, QueueId, RegionId, Spot, Topology};
use schemars::JsonSchema;
use serde::Serialize;

/// Where something rests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Site {
    /// The name for people: `us-central1`, `eur3`, `every edge location of Cloudflare`.
    pub name: String,
    /// The region of the topology that it is, if it is one.
    pub region: Option<RegionId>,
    /// The compliance zone that the spec puts it in.
    pub zone: Option<String>,
    /// ISO codes of all countries that it may lie in, or `eea`. Empty if nobody says where.
    pub within: Vec<String>,
}

impl Site {
    /// A region of the topology.
    pub fn region(topology: &Topology, id: RegionId) -> Self {
        let region = topology.region(id);
        Site {
            name: region.name.clone(),
            region: Some(id),
            zone: region.zone.clone(),
            within: vec![region.place.country.to_string()],
        }
    }

    /// A region of a provider, which may be one of the topology's.
    pub fn place(topology: &Topology, place: &Place) -> Self {
        let known = topology
            .region_ids()
            .find(|id| topology.region(*id).place == place);
        match known {
            Some(id) => Site::region(topology, id),
            None => Site::named(place.location, [place.country]),
        }
    }

    /// A place of something that others run; `None` if it names neither region nor country.
    pub fn spot(topology: &Topology, spot: &Spot) -> Option<(Self, Span)> {
        let site = match (&spot.region, &spot.country) {
            (Some(region), _) => Site::region(topology, topology.region_named(region)?),
            (None, Some(country)) => Site::named(country.as_str(), [country.as_str()]),
            (None, None) => return None,
        };
        Some((site, spot.span))
    }

    /// Anything else, by the countries that it lies in; none if nobody says where.
    pub fn named<'a>(name: impl Into<String>, within: impl IntoIterator<Item = &'a str>) -> Self {
        Site {
            name: name.into(),
            within: within.into_iter().map(str::to_string).collect(),
            ..Site::default()
        }
    }
}

/// What a copy belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A datastore.
    Store(DatastoreId),
    /// A queue.
    Queue(QueueId),
    /// A host and what stands at the edge for it.
    Host(HostId),
    /// What collects telemetry.
    Telemetry(Sink),
}

/// A kind of telemetry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sink {
    /// Metrics.
    Metrics,
    /// Logs.
    Logs,
    /// Traces.
    Traces,
}

impl Sink {
    /// All of them.
    pub const ALL: [Sink; 3] = [Sink::Metrics, Sink::Logs, Sink::Traces];

    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Sink::Metrics => "metrics",
            Sink::Logs => "logs",
            Sink::Traces => "traces",
        }
    }
}

/// What kind of copy it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The people or systems that the data comes from: no copy.
    Origin,
    /// Where services read and write.
    Store,
    /// A full copy that the provider or the engine keeps alike.
    Replica,
    /// A voter that keeps the log of writes, but no copy that can be read.
    Witness,
    /// What carries copies between places and keeps none.
    Carrier,
    /// A copy in time.
    Backup,
    /// The log from which any recent moment is restored.
    PointInTime,
    /// Messages that wait.
    Queue,
    /// Messages that failed.
    DeadLetters,
    /// Answers kept at the edge.
    Cache,
    /// Metrics, logs, traces.
    Telemetry,
    /// The vendor's own systems beside the data.
    ControlPlane,
    /// Where requests are decrypted and passed on.
    Edge,
    /// A service that reads and writes it for users.
    Service,
    /// A service outside of the zone that reads or receives it.
    Processing,
    /// The key that the copy is encrypted with.
    Key,
}

impl Kind {
    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Origin => "origin",
            Kind::Store => "store",
            Kind::Replica => "replica",
            Kind::Witness => "witness",
            Kind::Carrier => "carrier",
            Kind::Backup => "backup",
            Kind::PointInTime => "point-in-time log",
            Kind::Queue => "queue",
            Kind::DeadLetters => "dead letters",
            Kind::Cache => "cache at the edge",
            Kind::Telemetry => "telemetry",
            Kind::ControlPlane => "vendor's control plane",
            Kind::Edge => "decrypted and passed on",
            Kind::Service => "served from",
            Kind::Processing => "processed by",
            Kind::Key => "key",
        }
    }

    /// Whether data only passes: nothing rests there that a zone could object to.
    pub fn passes(self) -> bool {
        matches!(self, Kind::Origin | Kind::Carrier | Kind::Edge)
    }
}

/// How long a copy stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// Not at all.
    Passing,
    /// That many seconds at most.
    Seconds(u64),
    /// As long as the data itself.
    Lives,
}

/// Where writes come to a copy from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// From services of these regions: the offering leaves no choice.
    By(Vec<RegionId>),
    /// As the replication of the store says.
    AsReplicated,
}

/// A place where an offering keeps data, with everything that it makes of it by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Copy {
    /// What it belongs to.
    pub of: Holder,
    /// What kind of copy it is.
    pub kind: Kind,
    /// The name for people, without its place: `marketplace database eu`.
    pub name: String,
    /// Where it rests.
    pub site: Site,
    /// Where writes come from. Copies of copies are written by their source alone.
    pub written: Written,
    /// How long it stays.
    pub keeps: Keep,
    /// Where the spec says so.
    pub places: Vec<Label>,
    /// Who says that it rests there, and when that was read; empty if it is the spec.
    pub source: String,
    /// What is made of this copy: members, backups, logs, keys.
    pub copies: Vec<Copy>,
}

impl Copy {
    /// A copy that stays as long as the data.
    pub fn new(of: Holder, kind: Kind, name: impl Into<String>, site: Site) -> Self {
        Copy {
            of,
            kind,
            name: name.into(),
            site,
            written: Written::AsReplicated,
            keeps: Keep::Lives,
            places: Vec::new(),
            source: String::new(),
            copies: Vec::new(),
        }
    }

    /// Says how long it stays.
    #[must_use]
    pub fn kept(mut self, keeps: Keep) -> Self {
        self.keeps = keeps;
        self
    }

    /// Adds the place in the spec that asks for it.
    #[must_use]
    pub fn at(mut self, span: crate::source::Span, text: impl Into<String>) -> Self {
        let text = text.into();
        self.places.push(Label { span, text });
        self
    }

    /// Says who says so.
    #[must_use]
    pub fn says(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// Says whose writes it takes.
    #[must_use]
    pub fn written_by(mut self, regions: Vec<RegionId>) -> Self {
        self.written = Written::By(regions);
        self
    }

    /// Adds what is made of it.
    #[must_use]
    pub fn with(mut self, copies: impl IntoIterator<Item = Copy>) -> Self {
        self.copies.extend(copies);
        self
    }
}

/// Everything that the offerings of all clouds say.
#[derive(Debug, Clone, Default)]
pub struct Supplied {
    /// Copies, each with what is made of it.
    pub copies: Vec<Copy>,
    /// What stands behind several regions at once.
    pub shared: Vec<super::fate::Shared>,
    /// How far back each store can be brought, by its place among them.
    pub pasts: Vec<Past>,
}
