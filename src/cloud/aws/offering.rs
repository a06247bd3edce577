//! What an offering needs of AWS' frame.

use super::Lowering;
use super::aurora::Aurora;
use super::dynamodb::Dynamodb;
use super::elasticache::ElastiCache;
use super::monitoring::Alarms;
use super::rds_postgres::RdsPostgres;
use super::redis_enterprise::RedisEnterprise;
use super::s3::S3;
use crate::cloud::offering::{Aspect, Offering, RuntimeOffering, Side, WatchService};
use crate::cloud::shared::kubernetes::Kubernetes;
use crate::deployment::{Argument, Upgrade};
use crate::topology::{Datastore, RegionId, Service, Topology};
use serde_json::Value;

/// Adds the commands that act on a store.
pub(super) type Operate = fn(&mut Lowering, &Datastore);
/// How its version goes up, for people.
pub(super) type Upgrades = fn(&Lowering, &Datastore) -> Upgrade;
/// The alarms of CloudWatch over a store in a region.
pub(super) type Alarming = fn(&Lowering, &Datastore, RegionId) -> Alarms;
/// A namespace of CloudWatch, and its metrics with a statistic each, that an exporter finds by
/// the tags of what they are about.
pub(super) type Metrics = (&'static str, &'static [(&'static str, &'static str)]);
/// What an exporter reads of a store in a region beside that, in its own words.
pub(super) type OwnMetrics = fn(&Lowering, &Datastore, RegionId) -> Option<Value>;

/// How backups are kept from being deleted before their time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Locked {
    /// AWS Backup keeps them in a vault; the ARN of what it backs up in a region.
    Vault(fn(&Lowering, &Datastore, RegionId) -> Argument),
    /// The store locks its own history.
    ByItself,
}

/// What a store that runs on the clusters asks of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClusterPart {
    /// Nodes of a cluster that it shares with nobody.
    pub(super) nodes: fn(&Topology, &Datastore, RegionId) -> u32,
    /// What somebody installs for it, for people.
    pub(super) needs: fn(&Topology, &Datastore) -> String,
}

/// An offering of AWS.
pub(super) trait OnAws: Offering {
    /// Makes what the store is, or says why not.
    fn lower(&self, lowering: &mut Lowering, store: &Datastore);
    /// The commands that act on it.
    fn operations(&self) -> Aspect<Operate>;
    /// How its version goes up.
    fn upgrade(&self) -> Aspect<Upgrades>;
    /// How the types of its machines begin.
    fn machines(&self) -> Aspect<&'static str>;
    /// What CloudWatch itself watches.
    fn alarms(&self) -> Aspect<Alarming>;
    /// The metrics that the exporter finds by tags.
    fn metrics(&self) -> Aspect<Metrics>;
    /// The metrics that it does not.
    fn own_metrics(&self) -> Aspect<OwnMetrics>;
    /// How its backups are locked.
    fn locked(&self) -> Aspect<Locked>;
    /// What it asks of the clusters that it runs on.
    fn on_cluster(&self) -> Aspect<ClusterPart>;
    /// The gateway endpoints that lead to it.
    fn endpoints(&self) -> Aspect<&'static [&'static str]>;
}

/// Every kind of store of AWS; the first that fits is taken.
const OFFERINGS: &[&dyn OnAws] = &[
    &RdsPostgres,
    &Aurora,
    &ElastiCache,
    &RedisEnterprise,
    &Dynamodb,
    &S3,
];

/// The offering that a store of AWS is.
pub(super) fn offering(store: &Datastore) -> Option<&'static dyn OnAws> {
    all().find(|o| o.fits(store))
}

/// Every kind of store of AWS, in the order of its pages.
pub(super) fn all() -> impl Iterator<Item = &'static dyn OnAws> {
    OFFERINGS.iter().copied()
}

/// Every offering of AWS.
pub fn offerings() -> impl Iterator<Item = &'static dyn Offering> {
    all().map(|o| o as &dyn Offering)
}

/// A runtime of AWS.
pub(super) trait RunsOnAws: RuntimeOffering {
    /// The queries that show how a service is.
    fn signals(&self) -> Aspect<WatchService>;
}

/// Every runtime of AWS.
const RUNTIMES: &[&dyn RunsOnAws] = &[&Kubernetes];

/// What services can run on here.
pub fn runtimes() -> Vec<&'static dyn RuntimeOffering> {
    RUNTIMES
        .iter()
        .map(|o| *o as &dyn RuntimeOffering)
        .collect()
}

/// What a service runs on, if AWS has it.
pub(super) fn runtime(service: &Service) -> Option<&'static dyn RunsOnAws> {
    let mut all = RUNTIMES.iter().copied();
    all.find(|o| o.runtime() == service.runtime)
}

/// The sides of offerings that this cloud's frame asks for.
pub fn sides() -> impl Iterator<Item = Side> {
    let runtimes = RUNTIMES.iter();
    let runtimes = runtimes.map(|o| (o.id(), "signals", o.signals().kept()));
    let stores = all().flat_map(|o| {
        [
            (o.id(), "operations", o.operations().kept()),
            (o.id(), "upgrade", o.upgrade().kept()),
            (o.id(), "machines", o.machines().kept()),
            (o.id(), "alarms", o.alarms().kept()),
            (o.id(), "metrics", o.metrics().kept()),
            (o.id(), "own_metrics", o.own_metrics().kept()),
            (o.id(), "locked", o.locked().kept()),
            (o.id(), "on_cluster", o.on_cluster().kept()),
            (o.id(), "endpoints", o.endpoints().kept()),
        ]
    });
    stores.chain(runtimes)
}
