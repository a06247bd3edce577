//! Aurora PostgreSQL: a global database with one writer, copied below SQL.

mod finish;
mod operate;
mod recover;
mod switch;
mod upgrade;
mod watch;

use super::data::recovered;
use super::metrics::RDS;
use super::network::Subnets;
use super::{Lowering, facts, homes, naming, output, variable};
use crate::cloud::aws::offering::{
    Alarming, ClusterPart, Locked, Metrics, OnAws, Operate, OwnMetrics, Upgrades,
};
use crate::cloud::kept::whole;
use crate::cloud::offering::{
    Aspect, Brings, COPIES_OF_LOCKED, Offering, Path, Read, Recovery, RestsAt, Version,
    WRITERS_OF_COPIES, Watch, read, read_if,
};
use crate::deployment::{Argument, Decision, Evidence, Past, RootOutput, Scope, Variable};
use crate::topology::{Datastore, Engine, Mode, RegionId};
use Aspect::{Absent, Given};

const PORT: u32 = 5432;

/// Aurora.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aurora;

impl Offering for Aurora {
    fn id(&self) -> &'static str {
        "aws/aurora"
    }

    fn name(&self) -> &'static str {
        "Aurora"
    }

    fn engine(&self) -> Engine {
        Engine::Aurora
    }

    fn asked(&self) -> &'static str {
        "`aurora`"
    }

    fn reads(&self) -> &'static [Read] {
        const READS: &[Read] = &[
            read("engine_version"),
            read("machine"),
            WRITERS_OF_COPIES,
            read("replication.by"),
            read("replication.stop_writes_at"),
            read_if("backup.copies_to", |s| s.locks_backups(), COPIES_OF_LOCKED),
            read("backup.immutable"),
        ];
        READS
    }

    fn version(&self) -> Aspect<Version> {
        Given(|| &facts::aurora().version)
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
        recovered(store)
    }
    fn recovery(&self) -> Aspect<Recovery> {
        Given(Recovery {
            again: recover::again,
            remaining: recover::remaining,
        })
    }

    fn clients(&self) -> &'static str {
        super::sign_in::CLIENTS
    }

    fn guest(&self) -> Aspect<Brings> {
        Absent("the cloud runs it, outside of the clusters")
    }
}

impl OnAws for Aurora {
    fn lower(&self, lowering: &mut Lowering, store: &Datastore) {
        if lowering.copies_itself(store) {
            lowering.aurora(store);
        }
    }

    fn operations(&self) -> Aspect<Operate> {
        Given(|lowering, store| lowering.aurora_operations(store))
    }

    fn upgrade(&self) -> Aspect<Upgrades> {
        Given(|lowering, store| lowering.upgrade_of_aurora(store))
    }

    fn machines(&self) -> Aspect<&'static str> {
        Given("db.")
    }

    fn alarms(&self) -> Aspect<Alarming> {
        Absent("a lag and a failed backup are signals")
    }

    fn metrics(&self) -> Aspect<Metrics> {
        Given(RDS)
    }

    fn own_metrics(&self) -> Aspect<OwnMetrics> {
        Absent("its metrics are found by its tags")
    }

    fn locked(&self) -> Aspect<Locked> {
        Given(Locked::Vault(|lowering, store, id| {
            let name = lowering.store_name(store, id, facts::names().database);
            lowering.arn("rds", lowering.location(id), &format!("cluster:{name}"))
        }))
    }

    fn on_cluster(&self) -> Aspect<ClusterPart> {
        Absent("it runs on no cluster")
    }

    fn endpoints(&self) -> Aspect<&'static [&'static str]> {
        Absent("it is reached in the region's own network")
    }
}

impl Lowering<'_> {
    /// The frame and all clusters stand in the links root, because the first writer must be
    /// there before the others can join.
    fn aurora(&mut self, store: &Datastore) {
        let Some(writer) = store.writer.filter(|_| self.aurora_can(store)) else {
            return;
        };
        // The cluster that wrote first has users of its own, whoever writes today.
        let home = homes::home_of_store(self.topology, &store.name).unwrap_or(writer);
        let slug = naming::slug(&store.name);
        let global = format!("aurora_{slug}");
        let arguments = vec![
            ("name", global_name(self, store).into()),
            ("engine_version", self.engine_version(store).into()),
        ];
        self.call(&global, "aws/aurora-global", Scope::Links, home, arguments);
        self.variable(Variable {
            sensitive: true,
            ..variable(
                &password(store),
                &format!("First password of the administrator of {}.", store.name),
                None,
                "replace-me".into(),
            )
        });
        self.aurora_cluster(store, home, (home, writer));
        let first = cluster_call(self, store, home);
        for id in store.regions.iter().copied().filter(|r| *r != home) {
            self.aurora_cluster(store, id, (home, writer));
            let call = cluster_call(self, store, id);
            self.add_after(&call, &first);
        }
        for id in store.regions.clone() {
            self.aurora_names(store, id);
        }
        self.deployment.decisions.push(Decision {
            title: format!("{}: one writer, copied below SQL", store.name),
            reason:
                "Aurora copies storage and not statements: other regions are usually less than \
                     a second behind and read only. Services write to the endpoint of the global \
                     database, which follows a failover by itself, and read in their own region. A \
                     region is promoted by a command, and the plan leaves the roles alone \
                     afterwards. Secrets Manager cannot hold the administrator's password of a \
                     global database; the first one is given once and reaches no state."
                    .into(),
        });
    }

    fn aurora_can(&mut self, store: &Datastore) -> bool {
        let has = "one writer with `mode: async`; `postgres` with `mode: active-active` takes writes everywhere";
        if !self.one_writer(store, has) {
            return false;
        }
        let replication = store.replication.as_ref();
        let mode = replication.map(|r| &r.mode);
        if store.regions.len() > 1 && mode.is_none_or(|m| **m != Mode::Async) {
            let span = mode.map_or(store.span, |m| m.span);
            let what = "`aurora` in several regions that are not copies";
            let has = "a global database with `mode: async`, `aurora` in one region, and `postgres` for databases that stand apart";
            self.not_available(span, what, has);
            return false;
        }
        true
    }

    fn aurora_cluster(
        &mut self,
        store: &Datastore,
        id: RegionId,
        (home, writer): (RegionId, RegionId),
    ) {
        let global = format!("aurora_{}", naming::slug(&store.name));
        let name = self.store_name(store, id, facts::names().database);
        let machine = store.machine.as_ref();
        let machine = machine.map_or(facts::postgres().machine.as_str(), |m| m.as_str());
        let mut arguments = vec![
            ("name", name.into()),
            (
                "global_cluster_id",
                output(&global, "id", global_name(self, store).into()),
            ),
            ("writer", (id == home).into()),
            ("engine_version", self.engine_version(store).into()),
            ("instance_class", machine.into()),
        ];
        if id == home {
            arguments.push(("master_password", Argument::variable(password(store))));
        }
        let replication = store.replication.as_ref();
        if let Some(stop) = replication.and_then(|r| r.stop_writes_at.as_ref()) {
            arguments.push(("stop_writes_seconds", stop.secs().into()));
        }
        let key = self.carried_key(id, "data");
        let days = self.history_days(store);
        arguments.extend([
            ("vpc_id", self.vpc(id)),
            ("subnet_ids", self.subnets(id, Subnets::Data)),
            ("client_cidrs", self.networks_of(&store.regions)),
            ("kms_key_arn", key),
            ("backup_days", days.into()),
        ]);
        let call = cluster_call(self, store, id);
        self.daily_backups(store, &call, days);
        if id != writer {
            let evidence = Evidence::Argument {
                call: call.clone(),
                path: "global_cluster_id".into(),
            };
            let by = "an Aurora global database";
            let copy = whole(self.topology, store, (writer, id), by, evidence);
            self.deployment.copies.push(copy);
        }
        self.call(&call, "aws/aurora-regional", Scope::Links, id, arguments);
        self.reach(id, &store.regions, PORT);
        self.deployment.outputs.push(RootOutput {
            cloud: "aws",
            name: format!("{call}_reader_endpoint"),
            description: format!(
                "Endpoint for reads of {} in {}.",
                store.name,
                self.topology.region(id).name
            ),
            value: output(&call, "reader_endpoint", Argument::Null),
        });
    }

    /// A region writes to whoever writes, and reads at home.
    fn aurora_names(&mut self, store: &Datastore, id: RegionId) {
        let global = format!("aurora_{}", naming::slug(&store.name));
        let writes = output(&global, "endpoint", Argument::Null);
        let reads = output(
            &cluster_call(self, store, id),
            "reader_endpoint",
            Argument::Null,
        );
        let host = self.linked_name(id, &store.name, writes);
        let read_host = self.linked_name(id, &format!("{}-read", store.name), reads);
        self.tell(
            store,
            id,
            &[
                ("HOST", host),
                ("READ_HOST", read_host),
                ("PORT", PORT.to_string()),
                ("USER", super::sign_in::USER.to_string()),
            ],
        );
        self.sign_in(store, id);
    }
}

/// The identifier of the global database.
pub(super) fn global_name(lowering: &Lowering, store: &Datastore) -> String {
    let name = format!("{}-{}", lowering.prefix(), store.name);
    naming::cut(&name, facts::names().global_database)
}

fn password(store: &Datastore) -> String {
    format!("{}_master_password", naming::slug(&store.name))
}

fn cluster_call(lowering: &Lowering, store: &Datastore, id: RegionId) -> String {
    let region = lowering.topology.region(id).slug();
    format!("aurora_{}_{region}", naming::slug(&store.name))
}
