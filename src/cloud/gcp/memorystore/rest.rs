//! Where data of Memorystore rests: in its region, with the key and the exports beside it.

use super::super::copies::key_beside;
use crate::analysis::flow::copy::{Copy, Holder, Keep, Kind};
use crate::cloud::copies::Cloud;
use crate::topology::{Datastore, DatastoreId};

pub(super) fn copies(cloud: Cloud, id: DatastoreId, store: &Datastore) -> Vec<Copy> {
    let of = Holder::Store(id);
    let copies = cloud.store(id, store).into_iter();
    copies
        .map(|copy| {
            let site = copy.site.clone();
            let key = key_beside(&copy);
            let every = store.backup_every();
            let snapshot = every.map(|every| {
                let name = format!("snapshot every {}, the last one", every.value);
                Copy::new(of, Kind::Backup, name, site.clone())
                    .at(every.span, "taken by itself")
                    .says("the module memorystore-redis")
            });
            let exports = store.backup.as_ref().map(|backup| {
                Copy::new(of, Kind::Backup, "exports that people take", site)
                    .kept(Keep::Seconds(backup.keep.secs()))
                    .at(backup.span, "kept in a bucket of the region")
                    .says("the module memorystore-redis")
            });
            copy.with([key]).with(snapshot).with(exports)
        })
        .collect()
}
