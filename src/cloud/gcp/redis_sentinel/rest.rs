//! Where data of Redis on the clusters rests beside its nodes.

use super::super::{data, homes};
use crate::analysis::flow::copy::{Copy, Holder, Keep, Kind, Site};
use crate::cloud::copies::Cloud;
use crate::topology::{Datastore, DatastoreId, Provider, RegionId, Topology};

/// Volumes of Redis on the clusters are in the clusters' backups too, which are kept in the
/// region that would take over.
pub(super) fn with_volumes(cloud: Cloud, id: DatastoreId, store: &Datastore, copy: Copy) -> Copy {
    let Some(sentinels) = store.sentinels.as_ref() else {
        return copy;
    };
    let topology = cloud.topology;
    let Some(region) = copy.site.region.filter(|r| has_cluster(topology, *r)) else {
        return copy;
    };
    let away = homes::backups_of(topology, region);
    let kept_in = away.and_then(|away| {
        let mut ids = topology.region_ids();
        ids.find(|id| topology.region(*id).place.location == away)
    });
    let backup = kept_in.map(|to| {
        let site = Site::region(topology, to);
        let span = match sentinels {
            crate::topology::PerRegion::Each(map) => map.span,
            crate::topology::PerRegion::All(count) => count.span,
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
    on_cloud && services.any(|s| s.on_cluster() && s.replicas_in(id).is_some())
}
