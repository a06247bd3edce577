//! DynamoDB: a table, or a global table that every region writes.

mod operate;
mod recover;
mod switch;
mod watch;

use super::clusters::Statement;
use super::data::recovered;
use super::homes;
use super::{Lowering, facts, naming};
use crate::cloud::aws::offering::{
    Alarming, ClusterPart, Locked, Metrics, OnAws, Operate, OwnMetrics, Upgrades,
};
use crate::cloud::kept::whole;
use crate::cloud::offering::{
    Aspect, Brings, COPIES_OF_LOCKED, Offering, Path, Read, Recovery, RestsAt, Version,
    WRITERS_WHERE_SAID, Watch, read, read_if,
};
use crate::deployment::{Argument, Decision, Evidence, Past, Scope};
use crate::topology::{Conflict, Datastore, Engine, Mode, RegionId};
use Aspect::{Absent, Given};

/// DynamoDB.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dynamodb;

impl Offering for Dynamodb {
    fn id(&self) -> &'static str {
        "aws/dynamodb"
    }

    fn name(&self) -> &'static str {
        "DynamoDB"
    }

    fn engine(&self) -> Engine {
        Engine::Dynamodb
    }

    fn asked(&self) -> &'static str {
        "`dynamodb`"
    }

    fn reads(&self) -> &'static [Read] {
        const READS: &[Read] = &[
            read("datasets.expires_at"),
            WRITERS_WHERE_SAID,
            read("replication.by"),
            read_if("backup.copies_to", |s| s.locks_backups(), COPIES_OF_LOCKED),
            read("backup.immutable"),
        ];
        READS
    }

    fn version(&self) -> Aspect<Version> {
        Absent("AWS runs one version for everybody")
    }

    fn path(&self) -> Aspect<Path> {
        Absent("AWS runs one version for everybody")
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
        include_str!("clients.md").trim_ascii_end()
    }

    fn guest(&self) -> Aspect<Brings> {
        Absent("the cloud runs it, outside of the clusters")
    }
}

impl OnAws for Dynamodb {
    fn lower(&self, lowering: &mut Lowering, store: &Datastore) {
        if lowering.copies_itself(store) {
            lowering.dynamodb(store);
        }
    }

    fn operations(&self) -> Aspect<Operate> {
        Given(|lowering, store| lowering.dynamodb_operations(store))
    }

    fn upgrade(&self) -> Aspect<Upgrades> {
        Absent("AWS runs one version for everybody")
    }

    fn machines(&self) -> Aspect<&'static str> {
        Absent("it has no machines")
    }

    fn alarms(&self) -> Aspect<Alarming> {
        Absent("lag is a signal, and it has no storage that fills up")
    }

    fn metrics(&self) -> Aspect<Metrics> {
        Given(("AWS/DynamoDB", &[("ReplicationLatency", "Maximum")]))
    }

    fn own_metrics(&self) -> Aspect<OwnMetrics> {
        Absent("its metrics are found by its tags")
    }

    fn locked(&self) -> Aspect<Locked> {
        Given(Locked::Vault(|lowering, store, id| {
            let table = format!("table/{}", table_name(lowering.topology, store));
            lowering.arn("dynamodb", lowering.location(id), &table)
        }))
    }

    fn on_cluster(&self) -> Aspect<ClusterPart> {
        Absent("it runs on no cluster")
    }

    fn endpoints(&self) -> Aspect<&'static [&'static str]> {
        Given(&["dynamodb", "s3"])
    }
}

/// What services do with items.
const USED: [&str; 9] = [
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
];

impl Lowering<'_> {
    fn dynamodb(&mut self, store: &Datastore) {
        let Some(home) = homes::home_of_store(self.topology, &store.name) else {
            return;
        };
        let replication = store.replication.as_ref();
        if let Some(mode) = replication.map(|r| &r.mode)
            && !matches!(mode.value, Mode::ActiveActive | Mode::None)
        {
            let what = format!("`{}` replication of `dynamodb`", mode.value);
            self.not_available(mode.span, &what, "`active-active`: every copy takes writes");
            return;
        }
        let conflicts = replication.and_then(|r| r.conflicts.as_ref());
        if let Some(other) = conflicts.filter(|c| c.value != Conflict::LastWriteWins) {
            let what = format!("`{}` for `dynamodb`", other.value);
            self.not_available(
                other.span,
                &what,
                "`last-write-wins`: of two writes to one item the later stays",
            );
            return;
        }
        let days = self.history_days(store);
        let key = self.shared_key(home, "data", &[]);
        let alone = replication.is_none_or(|r| *r.mode == Mode::None);
        let others = store.regions.iter().copied();
        let others: Vec<RegionId> = others.filter(|r| *r != home && !alone).collect();
        let call = format!("dynamodb_{}", naming::slug(&store.name));
        for other in others.iter().copied() {
            let evidence = Evidence::Argument {
                call: call.clone(),
                path: format!("replicas.{}", self.location(other)),
            };
            let all: Vec<RegionId> = others.iter().copied().chain([home]).collect();
            for from in all.into_iter().filter(|from| *from != other) {
                let by = "a global table";
                let copy = whole(self.topology, store, (from, other), by, evidence.clone());
                self.deployment.copies.push(copy);
            }
            let back = whole(
                self.topology,
                store,
                (other, home),
                "a global table",
                evidence,
            );
            self.deployment.copies.push(back);
        }
        let replicas = others.into_iter().map(|id| {
            let key = self.shared_key(id, "data", &[]);
            (self.location(id).to_string(), key)
        });
        let replicas = Argument::Map(replicas.collect());
        let expires = store.datasets.iter();
        let expires = expires.filter_map(|(_, d)| d.expires_at.as_ref()).next();
        let table = table_name(self.topology, store);
        let mut arguments = vec![("name", table.clone().into())];
        if let Some(expires) = expires {
            arguments.push(("expires_at", expires.as_str().into()));
        }
        arguments.extend([
            ("recovery_days", days.into()),
            ("kms_key_arn", key),
            ("replicas", replicas),
        ]);
        self.call(&call, "aws/dynamodb-global", Scope::Global, home, arguments);
        for id in store.regions.clone() {
            self.tell(store, id, &[("TABLE", table.clone())]);
            self.grant_table(store, id, &table);
        }
        self.deployment.decisions.push(Decision {
            title: format!("{}: every region writes", store.name),
            reason:
                "A global table has no writer to promote: each region has its own endpoint, and \
                     services use that of their region. Of two writes to one item the later stays, \
                     and the earlier is lost without a word."
                    .into(),
        });
    }

    /// Lets services of a region use a table there.
    fn grant_table(&mut self, store: &Datastore, id: RegionId, table: &str) {
        let arn = format!(
            "arn:aws:dynamodb:{}:{}:table/{table}",
            self.location(id),
            self.account_text()
        );
        let through = format!("dynamodb.{}.amazonaws.com", self.location(id));
        let statements = [
            Statement {
                actions: USED.to_vec(),
                resources: vec![arn.clone(), format!("{arn}/index/*")],
                conditions: Vec::new(),
            },
            self.key_statement(id, &self.shared_alias("data"), &through),
        ];
        self.grant(store, id, &statements);
    }
}

/// The table of a store, alike in all regions.
pub(super) fn table_name(topology: &crate::topology::Topology, store: &Datastore) -> String {
    let prefix = naming::cut(&topology.name, facts::names().prefix);
    format!("{prefix}-{}", store.name)
}
