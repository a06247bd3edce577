//! Redis: ElastiCache with one writer, or Redis Enterprise on the clusters with a writer in
//! every region.

use super::data::private_domain;
use super::homes;
use super::network::Subnets;
use super::platform::Held;
use super::ranges::Ranges;
use super::{Lowering, facts, naming, output};
use crate::cloud::kept::whole;
use crate::deployment::{
    ActiveActiveRegion, ActiveActiveSet, Argument, Decision, EAST_WEST, Evidence, GATEWAYS,
    PEER_PORT, Scope,
};
use crate::spec::{Conflict, Mode};
use crate::topology::{Datastore, RegionId, Topology};
use serde_json::json;

/// The port of ElastiCache.
const PORT: u32 = 6379;

/// What services are told of who takes writes, behind the store's name.
pub(super) const WRITER: &str = "WRITER_HOST";

impl Lowering<'_> {
    /// ElastiCache: alone in each region, or a Global Datastore with one writer.
    pub(super) fn elasticache(&mut self, store: &Datastore) {
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
        let first = self.cache(store, writer, Scope::Links, None);
        let global = format!("cache_{}", naming::slug(&store.name));
        let arguments = vec![
            ("name", global_name(self, store).into()),
            (
                "primary_replication_group_id",
                output(&first, "id", Argument::Null),
            ),
        ];
        let scope = Scope::Links;
        self.call(&global, "aws/elasticache-global", scope, writer, arguments);
        for id in store.regions.iter().copied().filter(|r| *r != writer) {
            let group = output(&global, "id", Argument::Null);
            let call = self.cache(store, id, scope, Some(group));
            let evidence = Evidence::Argument {
                call,
                path: "global_group_id".into(),
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
        let written = &store.written;
        let defaults = facts::redis();
        let key = match scope {
            Scope::Links => self.carried_key(id, "data"),
            _ => self.key(id, "data", &[]),
        };
        let text = |t: &Option<crate::spec::Text>, other: &str| {
            t.as_ref().map_or(other.to_string(), |t| t.value.clone())
        };
        // Whoever writes one day is written to from all regions.
        let reached = match scope {
            Scope::Links => store.regions.clone(),
            _ => vec![id],
        };
        let region = self.topology.region(id);
        let shards = written
            .nodes
            .as_ref()
            .and_then(|n| n.get(&region.name))
            .map_or(1, |n| n.value.0);
        let name = self.store_name(store, id, facts::names().cache);
        let call = format!("cache_{}_{}", naming::slug(&store.name), region.slug());
        let mut arguments = vec![("name", Argument::from(name))];
        if let Some(group) = group {
            arguments.extend([("follows", true.into()), ("global_group_id", group)]);
        }
        let backup = written.backup.as_ref().filter(|b| b.every.is_some());
        arguments.extend([
            ("engine_version", self.engine_version(store).into()),
            (
                "node_type",
                text(&written.machine, &defaults.machine).into(),
            ),
            ("shards", shards.into()),
            (
                "replicas",
                written.replicas.as_ref().map_or(1, |r| r.value.0).into(),
            ),
            (
                "backup_days",
                backup.map_or(0, |b| b.keep.secs().div_ceil(86_400)).into(),
            ),
            ("vpc_id", self.vpc(id)),
            ("subnet_ids", self.subnets(id, Subnets::Data)),
            ("client_cidrs", self.networks_of(&reached)),
            ("kms_key_arn", key),
        ]);
        self.call(&call, "aws/elasticache-regional", scope, id, arguments);
        let address = output(&call, "endpoint", Argument::Null);
        let host = match scope {
            Scope::Links => self.linked_name(id, store.made_as(), address),
            _ => self.private_name(id, store.made_as(), address),
        };
        let mut told = vec![("HOST", host), ("PORT", PORT.to_string())];
        if let Some(writer) = store.writer.filter(|_| scope == Scope::Links) {
            told.push((WRITER, writer_host(self.topology, store, writer)));
        }
        self.tell(store, id, &told);
        self.reach(id, &reached, PORT);
        call
    }

    /// Redis Enterprise: its operator's resources on the clusters, and a load balancer and
    /// names by which its regions find each other.
    pub(super) fn redis_enterprise(&mut self, store: &Datastore) {
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
        let lag = store
            .written
            .replication
            .as_ref()
            .and_then(|r| r.lag.as_ref());
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
            memory: memory(store),
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
        let replication = store.written.replication.as_ref();
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
        if self.topology.spec.mesh.is_none() || store.regions.iter().any(|r| !clusters.contains(r))
        {
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
                let own = store.written.nodes.as_ref();
                let own = own.and_then(|n| n.get(&self.topology.region(id).name));
                let span = own.map_or(store.span, |n| n.span);
                let what = format!("`redis-enterprise` with {nodes} nodes in {location}");
                let has = format!("an odd number of them, {least} or more");
                self.not_available(span, &what, &has);
                continue;
            }
            let each = node_gibibytes(memory(store), nodes);
            if each > room {
                let span = store.written.size.as_ref().map_or(store.span, |s| s.span);
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
        let zones = facts::zones(location).len();
        let own = Ranges::of(self.topology, id, zones).vpc;
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
        ActiveActiveRegion {
            region: id,
            nodes: enterprise_nodes(self.topology, store, id),
            node_gibibytes: node_gibibytes(
                memory(store),
                enterprise_nodes(self.topology, store, id),
            ),
            api,
            suffix: format!(".{}", self.private_domain(id)),
            credentials_secret: format!("{}-{credentials}", self.topology.name),
        }
    }
}

/// Whether a store is a Global Datastore, with one writer among several regions.
pub(super) fn is_global(store: &Datastore) -> bool {
    let replication = store.written.replication.as_ref();
    store.regions.len() > 1 && replication.is_some_and(|r| *r.mode == Mode::Async)
}

/// The end of the id of a Global Datastore, whose beginning AWS chooses.
pub(super) fn global_name(lowering: &Lowering, store: &Datastore) -> String {
    let name = format!("{}-{}", lowering.prefix(), store.made_as());
    naming::cut(&name, facts::names().cache)
}

/// The name by which all regions reach the one that writes.
pub(super) fn writer_host(topology: &Topology, store: &Datastore, writer: RegionId) -> String {
    format!("{}.{}", store.made_as(), private_domain(topology, writer))
}

/// The memory of the database in each region, in bytes.
fn memory(store: &Datastore) -> u64 {
    store.written.size.as_ref().map_or(1 << 30, |s| s.get())
}

/// The nodes of Redis Enterprise in a region.
pub(super) fn enterprise_nodes(topology: &Topology, store: &Datastore, id: RegionId) -> u32 {
    let nodes = store.written.nodes.as_ref();
    let own = nodes.and_then(|n| n.get(&topology.region(id).name));
    own.map_or(facts::redis_enterprise().nodes, |n| n.value.0)
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

/// Makes the pods behind a gateway the targets of a load balancer that Terraform made.
pub(super) fn binding(
    target_group: &str,
    name: &str,
    service: &str,
    port: u32,
    from: &[String],
    ports: &[u32],
) -> serde_json::Value {
    bind(target_group, name, (GATEWAYS, service, port), from, ports)
}

/// The same of any Service: its namespace, its name and its port.
pub(super) fn bind(
    target_group: &str,
    name: &str,
    (namespace, service, port): (&str, &str, u32),
    from: &[String],
    ports: &[u32],
) -> serde_json::Value {
    let from = from
        .iter()
        .map(|range| json!({ "ipBlock": { "cidr": range } }));
    let from: Vec<_> = from.collect();
    let ports = ports
        .iter()
        .map(|port| json!({ "protocol": "TCP", "port": port }));
    let ports: Vec<_> = ports.collect();
    json!({
        "apiVersion": "elbv2.k8s.aws/v1beta1",
        "kind": "TargetGroupBinding",
        "metadata": { "name": name, "namespace": namespace },
        "spec": {
            "serviceRef": { "name": service, "port": port },
            "targetGroupName": target_group,
            "targetType": "ip",
            "networking": { "ingress": [{ "from": from, "ports": ports }] },
        },
    })
}
