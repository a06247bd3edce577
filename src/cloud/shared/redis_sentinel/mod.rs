//! Redis with Sentinel: nodes and sentinels on the clusters of several regions; sentinels
//! that agree promote a replica.

mod manifests;
mod recover;
mod watch;

use crate::cloud::offering::{
    Aspect, Brings, Offering, Path, Read, Recovery, RestsAt, Version, WRITERS_OF_COPIES, Watch,
    read,
};
use crate::deployment::Past;
use crate::topology::{Datastore, Engine};
use Aspect::{Absent, Given};

/// The version where the spec names none.
const VERSION: &str = "7.4";

/// Redis with Sentinel.
#[derive(Debug, Clone, Copy)]
pub struct RedisSentinel;

impl Offering for RedisSentinel {
    fn id(&self) -> &'static str {
        "shared/redis_sentinel"
    }

    fn name(&self) -> &'static str {
        "Redis with sentinels"
    }

    fn engine(&self) -> Engine {
        Engine::Redis
    }

    fn asked(&self) -> &'static str {
        "`redis` with `sentinels`"
    }

    fn fits(&self, store: &Datastore) -> bool {
        store.engine == Engine::Redis && store.sentinels.is_some()
    }

    fn reads(&self) -> &'static [Read] {
        const READS: &[Read] = &[
            read("engine_version"),
            read("size"),
            read("nodes"),
            read("sentinels"),
            read("health"),
            WRITERS_OF_COPIES,
            read("replication.by"),
            read("replication.max_lag"),
            read("replication.min_replicas"),
        ];
        READS
    }

    fn version(&self) -> Aspect<Version> {
        Given(|| VERSION)
    }

    fn path(&self) -> Aspect<Path> {
        Absent("a newer server reads what an older one wrote")
    }

    fn signals(&self) -> Aspect<Watch> {
        Given(watch::signals)
    }

    fn copies(&self) -> Aspect<RestsAt> {
        Given(|cloud, id, store| cloud.store(id, store))
    }

    fn history(&self, store: &Datastore) -> Past {
        Past {
            moments: None,
            ..Past::as_asked(store)
        }
    }
    fn recovery(&self) -> Aspect<Recovery> {
        Given(Recovery {
            again: recover::store,
            remaining: recover::remaining,
        })
    }

    fn clients(&self) -> &'static str {
        include_str!("clients.md").trim_ascii_end()
    }

    fn guest(&self) -> Aspect<Brings> {
        Given(manifests::guest)
    }
}
