//! ElastiCache for Redis: alone in each region, or a Global Datastore with one writer.

mod finish;
mod operate;
mod recover;
mod switch;
mod upgrade;
mod watch;

use super::clusters::Statement;
use super::data::{in_days, private_domain};
use super::network::Subnets;
use super::{Lowering, facts, homes, naming, output};
use crate::cloud::aws::offering::{
    Alarming, ClusterPart, Locked, Metrics, OnAws, Operate, OwnMetrics, Upgrades,
};
use crate::cloud::kept::whole;
use crate::cloud::offering::{
    Aspect, Brings, Offering, Path, Read, Recovery, RestsAt, Version, WRITERS_OF_COPIES, Watch,
    read,
};
use crate::cloud::upgrades::major;
use crate::deployment::{Argument, Decision, Evidence, Past, Scope};
use crate::topology::{Datastore, Engine, Mode, RegionId, Topology};
use Aspect::{Absent, Given};

/// The port of ElastiCache.
const PORT: u32 = 6379;

/// What services are told of who takes writes, behind the store's name.
pub(super) const WRITER: &str = "WRITER_HOST";

/// ElastiCache.
#[derive(Debug, Clone, Copy)]
pub(super) struct ElastiCache;

impl Offering for ElastiCache {
    fn id(&self) -> &'static str {
        "aws/elasticache"
    }

    fn name(&self) -> &'static str {
        "ElastiCache"
    }

    fn engine(&self) -> Engine {
        Engine::Redis
    }

    fn asked(&self) -> &'static str {
        "`redis` without `sentinels`"
    }

    fn fits(&self, store: &Datastore) -> bool {
        store.engine == Engine::Redis && store.sentinels.is_none()
    }

    fn reads(&self) -> &'static [Read] {
        const READS: &[Read] = &[
            read("engine_version"),
            read("machine"),
            read("nodes"),
            read("replicas"),
            WRITERS_OF_COPIES,
            read("replication.by"),
            read("backup.immutable"),
        ];
        READS
    }

    fn version(&self) -> Aspect<Version> {
        Given(|| &facts::redis().version)
    }

    fn path(&self) -> Aspect<Path> {
        Given(upgrade::path)
    }

    fn signals(&self) -> Aspect<Watch> {
        Given(watch::signals)
    }

    fn copies(&self) -> Aspect<RestsAt> {
        Given(|cloud, id, store| cloud.store(id, store))
    }

    fn history(&self, store: &Datastore) -> Past {
        Past {
            snapshots: Past::as_asked(store).snapshots.map(in_days),
            ..Past::default()
        }
    }
    fn recovery(&self) -> Aspect<Recovery> {
        Given(Recovery {
            again: recover::again,
            remaining: recover::remaining,
        })
    }

    fn clients(&self) -> &'static str {
        include_str!("clients.md").trim_ascii_end()
    }

    fn guest(&self) -> Aspect<Brings> {
        Absent("the cloud runs it, outside of the clusters")
    }
}

impl OnAws for ElastiCache {
    fn lower(&self, lowering: &mut Lowering, store: &Datastore) {
        if lowering.copies_itself(store) {
            lowering.elasticache(store);
        }
    }

    fn operations(&self) -> Aspect<Operate> {
        Given(|lowering, store| lowering.elasticache_operations(store))
    }

    fn upgrade(&self) -> Aspect<Upgrades> {
        Given(|lowering, store| lowering.upgrade_of_cache(store))
    }

    fn machines(&self) -> Aspect<&'static str> {
        Given("cache.")
    }

    fn alarms(&self) -> Aspect<Alarming> {
        Absent("memory and lag are signals")
    }

    fn metrics(&self) -> Aspect<Metrics> {
        Given((
            "AWS/ElastiCache",
            &[
                ("CacheHits", "Sum"),
                ("CacheMisses", "Sum"),
                ("DatabaseMemoryUsagePercentage", "Maximum"),
                ("GlobalDatastoreReplicationLag", "Maximum"),
            ],
        ))
    }

    fn own_metrics(&self) -> Aspect<OwnMetrics> {
        Absent("its metrics are found by its tags")
    }

    fn locked(&self) -> Aspect<Locked> {
        Absent("AWS Backup does not know ElastiCache")
    }

    fn on_cluster(&self) -> Aspect<ClusterPart> {
        Absent("it runs on no cluster")
    }

    fn endpoints(&self) -> Aspect<&'static [&'static str]> {
        Absent("it is reached in the region's own network")
    }
}

impl Lowering<'_> {
    /// ElastiCache: alone in each region, or a Global Datastore with one writer.
    fn elasticache(&mut self, store: &Datastore) {
        let has = "one writer with `mode: async`; `redis-enterprise` with `mode: active-active` takes writes everywhere";
        if !self.one_writer(store, has) {
            return;
        }
        let Some(writer) = store.writer.filter(|_| is_global(store)) else {
            for id in store.regions.clone() {
                self.cache(store, id, Scope::Region(id), None);
            }
            return;
        };
        let most = facts::redis().followers;
        if store.regions.len() > most + 1 {
            let span = store.span;
            let what = format!("a Redis with {} followers", store.regions.len() - 1);
            self.not_available(
                span,
                &what,
                &format!("at most {most} regions beside the one that writes"),
            );
            return;
        }
        self.global_datastore(store, writer);
    }

    /// The frame and all groups stand in the links root: another region may become the writer
    /// one day, and what it has must not move to another root then.
    fn global_datastore(&mut self, store: &Datastore, writer: RegionId) {
        // The group that the others joined stays the first one, whoever writes today.
        let home = homes::home_of_store(self.topology, &store.name).unwrap_or(writer);
        let first = self.cache(store, home, Scope::Links, None);
        let global = format!("cache_{}", naming::slug(&store.name));
        let arguments = vec![
            ("name", global_name(self, store).into()),
            (
                "primary_replication_group_id",
                output(&first, "id", Argument::Null),
            ),
            ("engine_version", self.engine_version(store).into()),
            ("node_type", machine(store).into()),
            ("shards", shards(self.topology, store, home).into()),
        ];
        let scope = Scope::Links;
        self.call(&global, "aws/elasticache-global", scope, home, arguments);
        let mut joined = vec![(home, global.clone(), "primary_replication_group_id")];
        for id in store.regions.iter().copied().filter(|r| *r != home) {
            let group = output(&global, "id", Argument::Null);
            let call = self.cache(store, id, scope, Some(group));
            joined.push((id, call, "global_group_id"));
        }
        for (id, call, path) in joined.into_iter().filter(|(id, ..)| *id != writer) {
            let evidence = Evidence::Argument {
                call,
                path: path.into(),
            };
            let by = "a Global Datastore of ElastiCache";
            let copy = whole(self.topology, store, (writer, id), by, evidence);
            self.deployment.copies.push(copy);
        }
        self.deployment.decisions.push(Decision {
            title: format!("{}: Redis with one writer", store.name),
            reason: "A Global Datastore of ElastiCache follows its writer and takes no writes \
                     elsewhere: services read in their own region and write to `WRITER_HOST`. No \
                     region is promoted by itself: a person says so, the promotion tells the \
                     services of the region whom to write to, and the plan leaves the roles alone \
                     afterwards. Write the new writer's role into the topology before the next \
                     deployment, which would tell them otherwise."
                .into(),
        });
    }

    fn cache(
        &mut self,
        store: &Datastore,
        id: RegionId,
        scope: Scope,
        group: Option<Argument>,
    ) -> String {
        let key = match scope {
            Scope::Links => self.carried_key(id, "data"),
            _ => self.key(id, "data", &[]),
        };
        // Whoever writes one day is written to from all regions.
        let reached = match scope {
            Scope::Links => store.regions.clone(),
            _ => vec![id],
        };
        let region = self.topology.region(id);
        let name = self.store_name(store, id, facts::names().cache);
        let call = format!("cache_{}_{}", naming::slug(&store.name), region.slug());
        let users = self.cache_users(store, id, scope);
        let mut arguments = vec![("name", Argument::from(name.clone()))];
        if let Some(group) = group {
            arguments.extend([("follows", true.into()), ("global_group_id", group)]);
        }
        let kept = ElastiCache.history(store).snapshots;
        let days = kept.map_or(0, |kept| kept / 86_400);
        self.daily_backups(store, &call, days);
        arguments.extend([
            ("engine_version", self.engine_version(store).into()),
            ("node_type", machine(store).into()),
            ("shards", shards(self.topology, store, id).into()),
            (
                "replicas",
                store.replicas.as_ref().map_or(1, |r| r.value).into(),
            ),
            ("backup_days", days.into()),
            ("vpc_id", self.vpc(id)),
            ("subnet_ids", self.subnets(id, Subnets::Data)),
            ("client_cidrs", self.networks_of(&reached)),
            ("kms_key_arn", key),
            ("user_group_id", users),
        ]);
        let module = match scope {
            Scope::Links => "aws/elasticache-member",
            _ => "aws/elasticache-regional",
        };
        self.call(&call, module, scope, id, arguments);
        let address = output(&call, "endpoint", Argument::Null);
        let host = match scope {
            Scope::Links => self.linked_name(id, &store.name, address),
            _ => self.private_name(id, &store.name, address),
        };
        let mut told = vec![
            ("HOST", host),
            ("PORT", PORT.to_string()),
            ("USER", user_name(self, store)),
            ("CACHE", name),
            ("REGION", self.location(id).to_string()),
        ];
        if let Some(writer) = store.writer.filter(|_| scope == Scope::Links) {
            told.extend(self.told_of_writer(store, writer));
        }
        self.tell(store, id, &told);
        self.reach(id, &reached, PORT);
        call
    }

    /// What services of every region are told of the one that writes.
    fn told_of_writer(&self, store: &Datastore, writer: RegionId) -> [(&'static str, String); 3] {
        [
            (WRITER, writer_host(self.topology, store, writer)),
            (
                "WRITER_CACHE",
                self.store_name(store, writer, facts::names().cache),
            ),
            ("WRITER_REGION", self.location(writer).to_string()),
        ]
    }

    /// Who signs in to a region's group: services of all regions that write there, by their roles.
    fn cache_users(&mut self, store: &Datastore, id: RegionId, scope: Scope) -> Argument {
        let since = facts::redis().roles_since;
        let version = self.engine_version(store).to_string();
        if major(&version) < since {
            let written = store.engine_version.as_ref();
            let span = written.map_or(store.span, |v| v.span);
            let what = format!("a Redis {version}, to which services cannot sign in by role,");
            self.not_available(
                span,
                &what,
                &format!("`engine_version: \"{since}.0\"` and later"),
            );
        }
        let user = user_name(self, store);
        let slug = self.topology.region(id).slug();
        let call = format!("cache_users_{}_{slug}", naming::slug(&store.name));
        let arguments = vec![
            ("name", user.clone().into()),
            ("engine_version", version.into()),
        ];
        self.call(&call, "aws/elasticache-users", scope, id, arguments);
        let (location, account) = (self.location(id), self.account_text());
        let arn = |what: String| format!("arn:aws:elasticache:{location}:{account}:{what}");
        // The user is the bound: only groups that know it take it, a restored copy among them.
        let connect = Statement {
            actions: vec!["elasticache:Connect"],
            resources: vec![
                arn("replicationgroup:*".into()),
                arn(format!("user:{user}")),
            ],
            conditions: Vec::new(),
        };
        let from = match scope {
            Scope::Links => store.regions.clone(),
            _ => vec![id],
        };
        for region in from {
            self.grant(store, region, std::slice::from_ref(&connect));
        }
        output(&call, "user_group_id", Argument::Null)
    }
}

/// The type of a store's nodes.
fn machine(store: &Datastore) -> &str {
    let written = store.machine.as_ref();
    written.map_or(facts::redis().machine.as_str(), |m| m.as_str())
}

/// How many shards a store has in a region.
fn shards(topology: &Topology, store: &Datastore, id: RegionId) -> u64 {
    let nodes = store.nodes.as_ref();
    let here = nodes.and_then(|n| n.get(&topology.region(id).name));
    here.map_or(1, |n| n.value.into())
}

/// The user as whom services sign in to a store, alike in all regions, and the group that it is in.
pub(super) fn user_name(lowering: &Lowering, store: &Datastore) -> String {
    let name = format!("{}-{}", lowering.prefix(), store.name);
    naming::cut(&name, facts::names().cache_user)
}

/// Whether a store is a Global Datastore, with one writer among several regions.
pub(super) fn is_global(store: &Datastore) -> bool {
    let replication = store.replication.as_ref();
    store.regions.len() > 1 && replication.is_some_and(|r| *r.mode == Mode::Async)
}

/// The end of the id of a Global Datastore, whose beginning AWS chooses.
pub(super) fn global_name(lowering: &Lowering, store: &Datastore) -> String {
    let name = format!("{}-{}", lowering.prefix(), store.name);
    naming::cut(&name, facts::names().cache)
}

/// The name by which all regions reach the one that writes.
pub(super) fn writer_host(topology: &Topology, store: &Datastore, writer: RegionId) -> String {
    format!("{}.{}", store.name, private_domain(topology, writer))
}
