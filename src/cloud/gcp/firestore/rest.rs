//! Where data of Firestore rests.

use super::super::copies::key_at;
use super::super::facts;
use crate::analysis::flow::copy::{Copy, Holder, Kind, Site};
use crate::cloud::copies::Cloud;
use crate::topology::{Datastore, DatastoreId};

/// Databases at their locations, with members, backups and logs beside them, and a key where
/// the location asks for it.
pub(super) fn copies(cloud: Cloud, id: DatastoreId, store: &Datastore) -> Vec<Copy> {
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
