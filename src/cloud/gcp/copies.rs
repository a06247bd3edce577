//! Where offerings of Google Cloud keep copies: databases at their locations, Redis on the
//! clusters with all that backs clusters up, and keys where they are asked for.

use super::offering::{offering, queue_offering};
use super::{homes, registries};
use crate::analysis::flow::copy::{Copy, Holder, Keep, Kind, Sink, Site, Supplied};

use crate::cloud::copies::{Cloud, Facts};
use crate::topology::{Provider, Topology};
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
        let offering = offering(store);
        let copies = match offering.and_then(|o| o.copies().given()) {
            Some(copies) => copies(cloud, id, store),
            None => cloud.store(id, store),
        };
        let volumes = offering.and_then(|o| o.volumes().given());
        out.copies
            .extend(copies.into_iter().map(|copy| match volumes {
                Some(with) => with(cloud, id, store, copy),
                None => copy,
            }));
    }
    for (id, queue) in cloud.queues() {
        out.copies.extend(
            match queue_offering(queue).and_then(|o| o.copies().given()) {
                Some(copies) => copies(cloud, id, queue),
                None => cloud.queue(id, queue, true),
            },
        );
    }
    out.copies.extend(logs(cloud));
    out.copies.extend(cloud.edges());
    out.shared.extend(cloud.balancers());
    out.shared.extend(registries::shared(cloud));
    out.shared.extend(homes::shared(topology));
}

/// A key beside a copy that is in a region.
pub(super) fn key_beside(copy: &Copy) -> Copy {
    Copy::new(copy.of, Kind::Key, "key", copy.site.clone()).kept(Keep::Passing)
}

/// A key at a location of Cloud KMS, which may be a region.
pub(super) fn key_at(cloud: Cloud, of: Holder, location: &str) -> Copy {
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

/// Logs that Cloud Logging keeps: nothing that is generated moves its log buckets.
fn logs(cloud: Cloud) -> Option<Copy> {
    let logs = cloud.topology.observability.logs.as_ref()?;
    let ours = logs.external.is_none();
    let kept = cloud.facts.telemetry.get(&logs.by.value).filter(|_| ours)?;
    let of = Holder::Telemetry(Sink::Logs);
    let copy = Copy::new(of, Kind::Telemetry, Sink::Logs.word(), kept.site());
    Some(
        copy.written_by(cloud.topology.regions_on(Provider::Gcp))
            .says(kept.source()),
    )
}
