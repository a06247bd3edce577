//! Where offerings of Google Cloud keep copies: databases at their locations, Redis on the
//! clusters with all that backs clusters up, and keys where they are asked for.

use super::homes::Home;
use super::{data, facts};
use crate::analysis::flow::copy::{Copy, Holder, Keep, Kind, Sink, Site, Supplied};
use crate::analysis::flow::fate::{Loss, Shared};
use crate::cloud::copies::{Cloud, Facts};
use crate::diagnostic::Label;
use crate::spec::{Engine, Provider, Runtime};
use crate::topology::{Datastore, DatastoreId, RegionId, Topology};
use std::sync::OnceLock;

static FACTS: OnceLock<Facts> = OnceLock::new();

/// Adds what is known of the copies of a topology on Google Cloud.
pub fn supply(topology: &Topology, out: &mut Supplied) {
    let cloud = Cloud {
        topology,
        provider: Provider::Gcp,
        facts: FACTS.get_or_init(|| crate::cloud::copies::facts(include_str!("copies.toml"))),
    };
    for (id, store) in cloud.stores() {
        out.copies.extend(match store.engine {
            Engine::Firestore => firestore(cloud, id, store),
            _ => {
                let copies = cloud.store(id, store).into_iter();
                copies.map(|c| with_volumes(cloud, id, store, c)).collect()
            }
        });
    }
    for (id, queue) in cloud.queues() {
        // A topic stores a message in any region that its policy allows.
        let copies = cloud.queue(id, queue, true).into_iter();
        out.copies.extend(copies.map(|copy| {
            let key = Home::Topics.of(topology);
            let of = copy.of;
            copy.with([key_at(cloud, of, &key)])
        }));
    }
    out.copies.extend(logs(cloud));
    out.copies.extend(cloud.edges());
    out.shared.extend(cloud.balancers());
    out.shared.extend(registry(topology));
}

/// Databases at their locations, with members, backups and logs beside them, and a key where
/// the location asks for it.
fn firestore(cloud: Cloud, id: DatastoreId, store: &Datastore) -> Vec<Copy> {
    let databases = store.databases.iter();
    databases
        .map(|database| {
            let location = database.location.as_str();
            let (site, members) = firestore_location(cloud, location);
            let multi = facts::firestore_multi_region(location);
            let key = multi.map_or(location, |m| m.kms.as_str());
            cloud
                .database(id, store, database, site, members)
                .with([key_at(cloud, Holder::Store(id), key)])
        })
        .collect()
}

fn firestore_location(cloud: Cloud, location: &str) -> (Site, Vec<(Kind, Site)>) {
    let Some(multi) = facts::firestore_multi_region(location) else {
        let unknown = || Site::named(location, []);
        return (cloud.site(location).unwrap_or_else(unknown), Vec::new());
    };
    let replicas = multi.read_write.iter().map(|r| (Kind::Replica, r));
    let witnesses = multi.witness.iter().map(|r| (Kind::Witness, r));
    let members: Vec<(Kind, Site)> = replicas
        .chain(witnesses)
        .map(|(kind, r)| (kind, cloud.site(r).unwrap_or_else(|| Site::named(r, []))))
        .collect();
    let mut within: Vec<&str> = members
        .iter()
        .flat_map(|(_, site)| site.within.iter().map(String::as_str))
        .collect();
    within.dedup();
    (Site::named(location, within), members)
}

/// A key at a location of Cloud KMS, which may be a region.
fn key_at(cloud: Cloud, of: Holder, location: &str) -> Copy {
    let multi = cloud.facts.keys.get(location);
    let site = match multi {
        Some(multi) => Site::named(location, multi.within.iter().map(String::as_str)),
        None => cloud
            .site(location)
            .unwrap_or_else(|| Site::named(location, [])),
    };
    let copy = Copy::new(of, Kind::Key, "key", site).kept(Keep::Passing);
    copy.says(multi.map_or("", |m| m.source.as_str()))
}

/// Volumes of Redis on the clusters are in the clusters' backups too, which are kept in the
/// region that would take over.
fn with_volumes(cloud: Cloud, id: DatastoreId, store: &Datastore, copy: Copy) -> Copy {
    let Some(sentinels) = store.written.sentinels.as_ref() else {
        return copy;
    };
    let topology = cloud.topology;
    let Some(region) = copy.site.region.filter(|r| has_cluster(topology, *r)) else {
        return copy;
    };
    let successor = topology
        .successor(region)
        .filter(|s| has_cluster(topology, *s));
    let backup = successor.map(|to| {
        let site = Site::region(topology, to);
        let span = match sentinels {
            crate::spec::PerRegion::Each(map) => map.span,
            crate::spec::PerRegion::All(count) => count.span,
        };
        Copy::new(
            Holder::Store(id),
            Kind::Backup,
            "backup of the cluster's volumes",
            site,
        )
        .kept(Keep::Seconds(u64::from(data::CLUSTER_BACKUP_DAYS) * 86_400))
        .at(
            span,
            "runs on the clusters, which are backed up where they would be restored",
        )
        .says("the module backup-restore")
    });
    copy.with(backup)
}

fn has_cluster(topology: &Topology, id: RegionId) -> bool {
    let on_cloud = topology.region(id).place.provider == Provider::Gcp;
    let mut services = topology.services.iter();
    on_cloud && services.any(|s| s.runtime == Runtime::Kubernetes && s.replicas_in(id).is_some())
}

/// Logs that Cloud Logging keeps: nothing that is generated moves its log buckets.
fn logs(cloud: Cloud) -> Option<Copy> {
    let logs = cloud.topology.spec.observability.as_ref()?.logs.as_ref()?;
    let ours = logs.external.is_none();
    let kept = cloud.facts.telemetry.get(&logs.by.value).filter(|_| ours)?;
    let of = Holder::Telemetry(Sink::Logs);
    let copy = Copy::new(of, Kind::Telemetry, Sink::Logs.word(), kept.site());
    Some(
        copy.written_by(cloud.topology.regions_on(Provider::Gcp))
            .says(kept.source()),
    )
}

/// The registry that all regions pull images from.
fn registry(topology: &Topology) -> Option<Shared> {
    let regions = topology.regions_on(Provider::Gcp);
    let primary = topology.primary().or(regions.first().copied())?;
    let location = Home::Registry.of(topology);
    let alone = regions
        .iter()
        .find(|id| topology.region(**id).place.location == location);
    Some(Shared {
        what: format!("the image registry in {location}"),
        breaks: vec![match alone {
            Some(id) => Loss::Region(*id),
            None => Loss::Cloud(Provider::Gcp),
        }],
        regions,
        without: "what runs already; no new replica starts on a node without the image",
        place: Label {
            span: topology.region(primary).span,
            text: "images are kept near the primary".into(),
        },
    })
}
