//! Redis Enterprise on the clusters, with a writer in every region.

mod manifests;
mod operate;
mod recover;
mod watch;

use super::bindings::binding;
use super::homes;
use super::network::Subnets;
use super::platform::Held;
use super::ranges::Ranges;
use super::{Lowering, facts, naming, output};
use crate::cloud::aws::offering::{
    Alarming, ClusterPart, Locked, Metrics, OnAws, Operate, OwnMetrics, Upgrades,
};
use crate::cloud::kept::whole;
use crate::cloud::offering::{
    Aspect, Brings, Offering, Path, Read, Recovery, RestsAt, Version, WRITERS_WHERE_SAID, Watch,
    read,
};
use crate::deployment::{
    ActiveActiveRegion, ActiveActiveSet, Argument, Decision, EAST_WEST, Evidence, PEER_PORT, Scope,
};
use crate::topology::{Conflict, Datastore, Engine, Mode, RegionId, Topology};
use Aspect::{Absent, Given};

/// Redis Enterprise.
#[derive(Debug, Clone, Copy)]
pub(super) struct RedisEnterprise;

impl Offering for RedisEnterprise {
    fn id(&self) -> &'static str {
        "aws/redis_enterprise"
    }

    fn name(&self) -> &'static str {
        "Redis Enterprise"
    }

    fn engine(&self) -> Engine {
        Engine::RedisEnterprise
    }

    fn asked(&self) -> &'static str {
        "`redis-enterprise`"
    }

    fn reads(&self) -> &'static [Read] {
        const READS: &[Read] = &[
            read("size"),
            read("nodes"),
            WRITERS_WHERE_SAID,
            read("replication.by"),
            read("replication.every"),
            read("backup.immutable"),
            read("replication.lag.critical"),
        ];
        READS
    }

    fn version(&self) -> Aspect<Version> {
        Absent("the operator brings its version")
    }

    fn path(&self) -> Aspect<Path> {
        Absent("the operator brings its version")
    }

    fn signals(&self) -> Aspect<Watch> {
        Given(watch::signals)
    }

    fn copies(&self) -> Aspect<RestsAt> {
        Given(|cloud, id, store| cloud.store(id, store))
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
        Given(manifests::guest)
    }
}

impl OnAws for RedisEnterprise {
    fn lower(&self, lowering: &mut Lowering, store: &Datastore) {
        if lowering.copies_itself(store) {
            lowering.redis_enterprise(store);
        }
    }

    fn operations(&self) -> Aspect<Operate> {
        Given(|lowering, store| lowering.redis_enterprise_operations(store))
    }

    fn upgrade(&self) -> Aspect<Upgrades> {
        Absent("the operator brings its version")
    }

    fn machines(&self) -> Aspect<&'static str> {
        Absent("its nodes are pods of the clusters")
    }

    fn alarms(&self) -> Aspect<Alarming> {
        Absent("its metrics are those of Redis Enterprise itself")
    }

    fn metrics(&self) -> Aspect<Metrics> {
        Absent("its metrics are those of Redis Enterprise itself")
    }

    fn own_metrics(&self) -> Aspect<OwnMetrics> {
        Absent("its metrics are those of Redis Enterprise itself")
    }

    fn locked(&self) -> Aspect<Locked> {
        Absent("AWS Backup does not know what runs on clusters")
    }

    fn on_cluster(&self) -> Aspect<ClusterPart> {
        Given(ClusterPart {
            nodes: enterprise_nodes,
            needs: |topology, store| {
                format!(
                    "the operator of Redis Enterprise 8 in the namespace `{}-{}`, with its rights to read nodes;",
                    topology.namespace, store.name
                )
            },
        })
    }

    fn endpoints(&self) -> Aspect<&'static [&'static str]> {
        Absent("it is reached in the region's own network")
    }
}

impl Lowering<'_> {
    /// Redis Enterprise: its operator's resources on the clusters, and a load balancer and
    /// names by which its regions find each other.
    fn redis_enterprise(&mut self, store: &Datastore) {
        if !self.redis_enterprise_can(store) {
            return;
        }
        let mut regions = Vec::new();
        for id in store.regions.clone() {
            regions.push(self.redis_enterprise_region(store, id));
        }
        for what in ["license", "password"] {
            self.store_secrets.push(Held {
                name: format!("{}-{what}", store.name),
                regions: store.regions.clone(),
                home: homes::home_of_store(self.topology, &store.name),
                rotate_days: None,
            });
        }
        let lag = store.replication.as_ref().and_then(|r| r.lag.as_ref());
        let critical = lag.and_then(|l| l.critical.as_ref());
        for from in &regions {
            for to in regions.iter().filter(|to| to.region != from.region) {
                let name = &self.topology.region(from.region).name;
                let evidence = Evidence::File {
                    file: format!("kubernetes/{name}/redis-enterprise-{}.yaml", store.name),
                    key: self.topology.region(to.region).name.clone(),
                };
                let ends = (from.region, to.region);
                let by = "Redis Enterprise active-active";
                let copy = whole(self.topology, store, ends, by, evidence);
                self.deployment.copies.push(copy);
            }
        }
        self.deployment.active_active_sets.push(ActiveActiveSet {
            datastore: store.name.clone(),
            namespace: format!("{}-{}", self.topology.namespace, store.name),
            memory: store.node_memory(),
            node_millicores: facts::redis_enterprise().node_millicores,
            lag_alert_seconds: critical.map_or(1, |c| c.secs().max(1)),
            regions,
        });
        self.deployment.decisions.push(Decision {
            title: format!("{}: Redis Enterprise on the clusters", store.name),
            reason: "Every region writes, and the types themselves are merged without a conflict: \
                     only Redis Enterprise does that for Redis. ElastiCache has one writer, and \
                     MemoryDB in several regions is another product with other commands. The \
                     operator and a licence are yours. Changes are sent as they happen: there is no \
                     interval to set. A client is not moved to another region: it stays with its \
                     own, and users are moved by DNS. The operator makes user and password of each \
                     cluster; they are put into the secret store once, for the other regions."
                .into(),
        });
    }

    fn redis_enterprise_can(&mut self, store: &Datastore) -> bool {
        let before = self.out.len();
        let replication = store.replication.as_ref();
        if let Some(mode) = replication.map(|r| &r.mode)
            && mode.value != Mode::ActiveActive
        {
            let what = format!("`{}` replication of `redis-enterprise`", mode.value);
            self.not_available(
                mode.span,
                &what,
                "`active-active`, and `redis` for one writer",
            );
        }
        if let Some(conflicts) = replication.and_then(|r| r.conflicts.as_ref())
            && conflicts.value != Conflict::Crdt
        {
            let what = format!("`{}` for `redis-enterprise`", conflicts.value);
            self.not_available(
                conflicts.span,
                &what,
                "`crdt`: types are merged, each by its own rule",
            );
        }
        if let Some(every) = replication.and_then(|r| r.every.as_ref()) {
            self.not_available(
                every.span,
                "an interval of Redis Enterprise",
                "changes that are sent as they happen: say what is aimed at with `lag: { target: … }`",
            );
        }
        self.redis_enterprise_fits(store);
        let clusters = self.cluster_regions();
        if self.topology.mesh.is_none() || store.regions.iter().any(|r| !clusters.contains(r)) {
            self.not_available(
                store.span,
                "`redis-enterprise` without clusters and a mesh",
                "it where services run on Kubernetes with `mesh: { kind: istio }`: its regions call each other through the gateway",
            );
        }
        self.out.len() == before
    }

    /// Its nodes have a majority, and each has room on one of a cluster's.
    fn redis_enterprise_fits(&mut self, store: &Datastore) {
        let least = facts::redis_enterprise().nodes;
        let room = facts::node().usable_gibibytes;
        for id in store.regions.clone() {
            let nodes = enterprise_nodes(self.topology, store, id);
            let location = self.location(id);
            if nodes < least || nodes.is_multiple_of(2) {
                let own = store.nodes.as_ref();
                let own = own.and_then(|n| n.get(&self.topology.region(id).name));
                let span = own.map_or(store.span, |n| n.span);
                let what = format!("`redis-enterprise` with {nodes} nodes in {location}");
                let has = format!("an odd number of them, {least} or more");
                self.not_available(span, &what, &has);
                continue;
            }
            let each = node_gibibytes(store.node_memory(), nodes);
            if each > room {
                let span = store.size.as_ref().map_or(store.span, |s| s.span);
                let what = format!("`redis-enterprise` with {each} GiB in each node in {location}");
                let has = format!(
                    "room for {room} GiB on a `{}`: declare more `nodes`",
                    facts::node().instance_type
                );
                self.not_available(span, &what, &has);
            }
        }
    }

    fn redis_enterprise_region(&mut self, store: &Datastore, id: RegionId) -> ActiveActiveRegion {
        let region = self.topology.region(id);
        let location = self.location(id);
        let name = naming::cut(
            &format!(
                "{}-{}-{}",
                self.prefix(),
                store.name,
                naming::code(location)
            ),
            facts::names().load_balancer,
        );
        let own = Ranges::of(self.topology, id).vpc;
        let call = format!("peers_{}_{}", naming::slug(&store.name), region.slug());
        let arguments = vec![
            ("name", name.clone().into()),
            ("vpc_id", self.vpc(id)),
            ("subnet_ids", self.subnets(id, Subnets::Private)),
            ("client_cidrs", self.networks_of(&store.regions)),
            ("target_cidr", own.into()),
            ("target_port", PEER_PORT.into()),
        ];
        self.call(&call, "aws/internal-lb", Scope::Region(id), id, arguments);
        let address = output(&call, "dns_name", Argument::Null);
        self.private_name(id, &store.name, address.clone());
        let api = self.private_name(id, &format!("{}-api", store.name), address);
        let clients = self.ranges_of(&store.regions);
        let binding = binding(
            &name,
            &format!("{}-peers", store.name),
            EAST_WEST,
            PEER_PORT,
            &clients,
            &[PEER_PORT],
        );
        self.objects.entry(id).or_default().push(binding);
        let credentials = format!("{}-{}", store.name, region.name);
        self.store_secrets.push(Held {
            name: credentials.clone(),
            regions: store.regions.clone(),
            home: homes::home_of_store(self.topology, &store.name),
            rotate_days: None,
        });
        let host = format!(
            "{0}.{1}-{0}.svc.cluster.local",
            store.name, self.topology.namespace
        );
        self.tell(store, id, &[("HOST", host), ("PORT", DATABASE_PORT.into())]);
        self.tell_secret(store, id, "PASSWORD", &format!("{}-password", store.name));
        ActiveActiveRegion {
            region: id,
            nodes: enterprise_nodes(self.topology, store, id),
            node_gibibytes: node_gibibytes(
                store.node_memory(),
                enterprise_nodes(self.topology, store, id),
            ),
            api,
            suffix: format!(".{}", self.private_domain(id)),
            credentials_secret: format!("{}-{credentials}", self.topology.name),
        }
    }
}

/// The nodes of Redis Enterprise in a region.
fn enterprise_nodes(topology: &Topology, store: &Datastore, id: RegionId) -> u32 {
    let nodes = store.nodes.as_ref();
    let own = nodes.and_then(|n| n.get(&topology.region(id).name));
    own.map_or(facts::redis_enterprise().nodes, |n| n.value)
}

/// What a node asks for: half of all nodes' memory is for data and its replicas; the rest is
/// for Redis Enterprise itself, buffers, and a node that is gone.
fn node_gibibytes(memory: u64, nodes: u32) -> u64 {
    let share = (memory * 2 * 2).div_ceil(u64::from(nodes.max(1)));
    let least = facts::redis_enterprise().node_gibibytes;
    share.div_ceil(1 << 30).max(least)
}

/// The port of the database in its Service.
const DATABASE_PORT: &str = "12000";
