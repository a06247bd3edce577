//! Object storage on S3: a bucket in each region, copied one way, both ways, or not at all.

mod operate;
mod recover;
mod restore;
mod watch;

use super::clusters::Statement;
use super::{Lowering, facts, naming, output};
use crate::cloud::aws::offering::{
    Alarming, ClusterPart, Locked, Metrics, OnAws, Operate, OwnMetrics, Upgrades,
};
use crate::cloud::kept::whole;
use crate::cloud::offering::{
    Aspect, Brings, Offering, Path, Read, Recovery, RestsAt, Version, WRITERS_OF_COPIES, Watch,
    read,
};
use crate::deployment::{Argument, Decision, Evidence, Past, Scope};
use crate::topology::{Conflict, Datastore, Engine, Mode, RegionId, Topology};
use Aspect::{Absent, Given};

/// S3.
#[derive(Debug, Clone, Copy)]
pub(super) struct S3;

impl Offering for S3 {
    fn id(&self) -> &'static str {
        "aws/s3"
    }

    fn name(&self) -> &'static str {
        "S3"
    }

    fn engine(&self) -> Engine {
        Engine::ObjectStorage
    }

    fn asked(&self) -> &'static str {
        "`object-storage`"
    }

    fn reads(&self) -> &'static [Read] {
        const READS: &[Read] = &[
            read("location"),
            read("databases"),
            WRITERS_OF_COPIES,
            read("replication.by"),
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
        // Versions that are replaced are kept, whichever of the two asks for longer.
        Past::in_versions(store)
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

impl OnAws for S3 {
    fn lower(&self, lowering: &mut Lowering, store: &Datastore) {
        if lowering.copies_itself(store) {
            lowering.object_storage(store);
        }
    }

    fn operations(&self) -> Aspect<Operate> {
        Given(|lowering, store| lowering.bucket_operations(store))
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
        Absent("the metric names two buckets, and no tag finds it")
    }

    fn own_metrics(&self) -> Aspect<OwnMetrics> {
        Given(watch::own_metrics)
    }

    fn locked(&self) -> Aspect<Locked> {
        Given(Locked::ByItself)
    }

    fn on_cluster(&self) -> Aspect<ClusterPart> {
        Absent("it runs on no cluster")
    }

    fn endpoints(&self) -> Aspect<&'static [&'static str]> {
        Absent("its endpoint comes with that of DynamoDB; else it is reached by NAT")
    }
}

/// How the buckets of a store copy each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copies {
    /// They do not.
    Apart,
    /// Each to every other.
    BothWays,
    /// From the writer.
    OneWay,
}

/// How the buckets of a store copy each other, if S3 can do it.
pub(super) fn copies(store: &Datastore) -> Option<Copies> {
    match store.mode() {
        Mode::None => Some(Copies::Apart),
        Mode::Async => Some(Copies::OneWay),
        Mode::ActiveActive => Some(Copies::BothWays),
        _ => None,
    }
}

impl Lowering<'_> {
    fn object_storage(&mut self, store: &Datastore) {
        let Some(copies) = self.buckets_can(store) else {
            return;
        };
        for id in store.regions.clone() {
            self.bucket(store, id);
        }
        for origin in store.regions.clone() {
            let targets: Vec<RegionId> = targets(store, origin, copies).collect();
            if !targets.is_empty() {
                self.bucket_copies(store, origin, &targets, copies);
            }
        }
        self.bucket_decision(store, copies);
    }

    fn buckets_can(&mut self, store: &Datastore) -> Option<Copies> {
        let found = copies(store);
        let backup = store.backup.as_ref();
        if let Some(every) = backup.and_then(|b| b.every.as_ref()) {
            let what = "a backup of `object-storage` every so often";
            let has =
                "versions: what is replaced or deleted is kept for `keep`, from that moment on";
            self.not_available(every.span, what, has);
        }
        let named = store.databases.iter().filter(|_| store.names_databases);
        let named = named.filter_map(|d| d.span).next();
        let located = store.location.as_ref().map(|l| l.span).or(named);
        if let Some(span) = located {
            let what = "`object-storage` at a location of its own";
            self.not_available(span, what, "a bucket in each of its `regions`");
        }
        let Some(replication) = &store.replication else {
            return found;
        };
        if found.is_none() {
            let mode = &replication.mode;
            let what = format!("`{}` replication of `object-storage`", mode.value);
            let has =
                "`async` from one region to the others, `active-active` both ways, and `none`";
            self.not_available(mode.span, &what, has);
        }
        let conflicts = replication.conflicts.as_ref();
        if let Some(other) = conflicts.filter(|c| c.value != Conflict::LastWriteWins) {
            let what = format!("`{}` for `object-storage`", other.value);
            let has = "`last-write-wins`: of two writes to one key the later stays on top, and the earlier is kept as a version";
            self.not_available(other.span, &what, has);
            return None;
        }
        found
    }

    fn bucket(&mut self, store: &Datastore, id: RegionId) {
        let name = bucket_name(self.topology, store, id);
        let mut arguments = vec![
            ("account_id", Argument::variable("account_id")),
            ("bucket", name.clone().into()),
            ("kms_key_arn", self.key(id, "data", &[])),
        ];
        if let (Some(backup), Some(moments)) = (&store.backup, S3.history(store).moments) {
            let days = moments / 86_400;
            arguments.push(("old_version_days", days.into()));
            if *backup.immutable {
                arguments.push(("lock_days", days.into()));
            }
        }
        let call = bucket_call(self.topology, store, id);
        self.call(&call, "aws/s3-bucket", Scope::Region(id), id, arguments);
        self.tell(store, id, &[("BUCKET", name.clone())]);
        self.grant_bucket(store, id, &name);
    }

    /// A bucket's one configuration of copies, in the links root: the buckets that it names
    /// must be there, and their keys have ids.
    fn bucket_copies(
        &mut self,
        store: &Datastore,
        origin: RegionId,
        targets: &[RegionId],
        copies: Copies,
    ) {
        let side = |lowering: &mut Self, id: RegionId| {
            let key = lowering.carried_key(id, "data");
            let name = bucket_name(lowering.topology, store, id);
            let call = bucket_call(lowering.topology, store, id);
            vec![
                ("bucket".to_string(), output(&call, "bucket", name.into())),
                ("kms_key_arn".to_string(), key),
            ]
        };
        let mut from = vec![("region".to_string(), self.location(origin).into())];
        from.extend(side(self, origin));
        let to = targets.iter().map(|id| {
            let side = side(self, *id);
            (self.location(*id).to_string(), Argument::Map(side))
        });
        let to = Argument::Map(to.collect());
        let role = self.role_name(&format!("{}-copies", store.name), origin);
        let arguments = vec![
            ("role_name", role.into()),
            ("origin", Argument::Map(from)),
            ("targets", to),
            ("two_way", (copies == Copies::BothWays).into()),
        ];
        let region = self.topology.region(origin).slug();
        let call = format!("copies_of_{}_{region}", naming::slug(&store.name));
        for to in targets.iter().copied() {
            let evidence = Evidence::Argument {
                call: call.clone(),
                path: format!("targets.{}", self.location(to)),
            };
            let by = "replication of its bucket";
            let copy = whole(self.topology, store, (origin, to), by, evidence);
            self.deployment.copies.push(copy);
        }
        self.call(&call, "aws/s3-replication", Scope::Links, origin, arguments);
    }

    /// Lets services of a region use a bucket there, and the key through S3 alone.
    fn grant_bucket(&mut self, store: &Datastore, id: RegionId, bucket: &str) {
        let arn = format!("arn:aws:s3:::{bucket}");
        let statement = |actions, resource| Statement {
            actions,
            resources: vec![resource],
            conditions: Vec::new(),
        };
        let through = format!("s3.{}.amazonaws.com", self.location(id));
        let statements = [
            statement(vec!["s3:ListBucket"], arn.clone()),
            statement(
                vec![
                    "s3:AbortMultipartUpload",
                    "s3:DeleteObject",
                    "s3:GetObject",
                    "s3:PutObject",
                ],
                format!("{arn}/*"),
            ),
            self.key_statement(id, &self.alias("data"), &through),
        ];
        self.grant(store, id, &statements);
    }

    fn bucket_decision(&mut self, store: &Datastore, copies: Copies) {
        let reason = match copies {
            Copies::Apart => return,
            Copies::OneWay => {
                "Objects are copied from the region that writes, most within seconds. A deletion is \
                 not: what was deleted by mistake is still in the other regions. Only objects that \
                 are written after the copies were set up are copied."
            }
            Copies::BothWays => {
                "Every region writes its own bucket, and objects are copied to the others, most \
                 within seconds. Of two writes to one key the later stays on top, and the earlier is \
                 kept as a version. A deletion is not copied: what was deleted by mistake is still in \
                 the other regions, and what shall be gone is deleted in each."
            }
        };
        self.deployment.decisions.push(Decision {
            title: format!("{}: buckets that copy their objects", store.name),
            reason: reason.into(),
        });
    }
}

/// Where the bucket of a region is copied to.
pub(super) fn targets(
    store: &Datastore,
    origin: RegionId,
    copies: Copies,
) -> impl Iterator<Item = RegionId> {
    let sends = match copies {
        Copies::Apart => false,
        Copies::BothWays => true,
        Copies::OneWay => store.writer == Some(origin),
    };
    let others = store.regions.iter().copied();
    others.filter(move |id| sends && *id != origin)
}

/// The same, as the topology asks for it.
pub(super) fn targets_of(store: &Datastore, origin: RegionId) -> impl Iterator<Item = RegionId> {
    targets(store, origin, copies(store).unwrap_or(Copies::Apart))
}

/// The bucket of a region: all accounts of the world share one list of names.
pub(super) fn bucket_name(topology: &Topology, store: &Datastore, id: RegionId) -> String {
    let (account, location) = (super::account(topology), topology.region(id).place.location);
    let name = format!("{account}-{}-{}-{location}", topology.name, store.name);
    naming::cut(&name, facts::names().bucket)
}

fn bucket_call(topology: &Topology, store: &Datastore, id: RegionId) -> String {
    let region = topology.region(id).slug();
    format!("bucket_{}_{region}", naming::slug(&store.name))
}
