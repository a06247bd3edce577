//! What kinds of stores are by nature, whoever runs them. What is true of one on one cloud is
//! its offering's.

use super::{Datastore, Host, Service, Topology};
use crate::catalog::providers::leading;
use crate::source::Span;
use crate::spec::{Engine, Provider, Routing, Runtime};

/// How many places a provider puts one database of a store in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// It is one across the regions of the store.
    AcrossRegions,
    /// It is at a location that the provider names.
    AtLocation,
    /// Each region has its own.
    InRegions,
}

impl Datastore {
    /// Whether corrupted data in it is thrown away and filled in again from elsewhere: a cache.
    pub fn can_be_refilled(&self) -> bool {
        matches!(self.engine, Engine::Redis | Engine::RedisEnterprise)
    }

    /// Whether its databases lie at locations of the provider's, and not one in each region.
    pub fn has_locations(&self) -> bool {
        self.names_locations() || matches!(self.engine, Engine::Firestore | Engine::Spanner)
    }

    /// Whether the spec says at which locations it lies.
    pub fn names_locations(&self) -> bool {
        self.location.is_some() || self.names_databases
    }

    /// Where the provider puts it.
    pub fn placed(&self) -> Placed {
        match self.engine {
            Engine::Dynamodb => Placed::AcrossRegions,
            Engine::Firestore | Engine::Spanner => Placed::AtLocation,
            Engine::ObjectStorage if self.names_locations() => Placed::AtLocation,
            Engine::Aurora
            | Engine::External
            | Engine::Kafka
            | Engine::Mongodb
            | Engine::Mysql
            | Engine::ObjectStorage
            | Engine::Postgres
            | Engine::Redis
            | Engine::RedisEnterprise
            | Engine::Search => Placed::InRegions,
        }
    }

    /// Whether it is backed up once a day, or once a week.
    pub fn is_backed_up_by_the_day(&self) -> bool {
        self.engine == Engine::Firestore
    }

    /// Whether its copies can vote on each write.
    pub fn copies_can_vote(&self) -> bool {
        matches!(
            self.engine,
            Engine::Kafka | Engine::Mongodb | Engine::Mysql | Engine::Postgres | Engine::Search
        )
    }

    /// Whether it is promoted from outside, having no election of its own across regions.
    pub fn is_promoted(&self) -> bool {
        matches!(
            self.engine,
            Engine::Mysql | Engine::Postgres | Engine::Redis | Engine::RedisEnterprise
        )
    }

    /// Whether one of its copies takes the writes, unless the topology lets several.
    pub fn has_one_writer(&self) -> bool {
        matches!(
            self.engine,
            Engine::Postgres
                | Engine::Mysql
                | Engine::Aurora
                | Engine::Mongodb
                | Engine::Redis
                | Engine::Spanner
        )
    }
}

/// Whether a kind of store lies at a location of its own, beside the regions that use it.
pub fn lies_at_locations(engine: Engine) -> bool {
    matches!(
        engine,
        Engine::Firestore | Engine::ObjectStorage | Engine::Spanner
    )
}

/// Whether a kind of store consists of nodes that are counted.
pub fn has_nodes(engine: Engine) -> bool {
    matches!(
        engine,
        Engine::Kafka
            | Engine::Mongodb
            | Engine::Mysql
            | Engine::Redis
            | Engine::RedisEnterprise
            | Engine::Search
            | Engine::Spanner
    )
}

impl Service {
    /// Whether it runs as pods of a cluster: in the mesh, and under its scalers.
    pub fn on_cluster(&self) -> bool {
        match self.runtime {
            Runtime::Kubernetes => true,
            Runtime::CloudRun => false,
        }
    }
}

impl Host {
    /// What leads users to its regions: as written, else a load balancer.
    pub fn led_by(&self) -> Routing {
        self.routing
            .as_ref()
            .map_or(Routing::LoadBalancer, |r| r.value)
    }

    /// Where it is written that DNS answers with the regions by their weights, if it does.
    pub fn weighs_answers(&self) -> Option<Span> {
        let routing = self.routing.as_ref();
        let weighs = routing.filter(|r| r.value == Routing::Route53);
        weighs.map(|r| r.span)
    }
}

/// Whether each database of it is a thing of its own at the provider, with a name for good.
pub fn names_databases(engine: Engine) -> bool {
    engine == Engine::Firestore
}

impl Topology {
    /// The provider that routes a host: by its kind of routing, else that of its regions.
    pub fn router(&self, host: &Host) -> Option<Provider> {
        let own = host.routing.as_ref().and_then(|r| leading(r.value));
        own.or_else(|| {
            let first = host.regions.first()?;
            Some(self.region(*first).place.provider)
        })
    }
}
