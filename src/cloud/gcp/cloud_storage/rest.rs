//! Where objects of Cloud Storage rest: at their locations, with a key beside them.

use super::super::copies::{key_at, key_beside};
use super::super::facts;
use crate::analysis::flow::copy::{Copy, Holder};
use crate::cloud::copies::Cloud;
use crate::topology::{Datastore, DatastoreId};

pub(super) fn copies(cloud: Cloud, id: DatastoreId, store: &Datastore) -> Vec<Copy> {
    let copies = cloud.store(id, store).into_iter();
    copies
        .map(|copy| {
            let several = facts::storage_location(&copy.site.name);
            let key = match several {
                Some(several) => key_at(cloud, Holder::Store(id), &several.kms),
                None => key_beside(&copy),
            };
            copy.with([key])
        })
        .collect()
}
