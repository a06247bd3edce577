//! Where data of Cloud SQL rests: in its regions, with a key beside it. Backups are in one place.

use super::super::copies::key_beside;
use crate::analysis::flow::copy::{Copy, Kind};
use crate::cloud::copies::Cloud;
use crate::topology::{Datastore, DatastoreId};

pub(super) fn copies(cloud: Cloud, id: DatastoreId, store: &Datastore) -> Vec<Copy> {
    let copies = cloud.store(id, store).into_iter();
    copies
        .map(|copy| {
            let key = key_beside(&copy);
            let made = copy.copies.iter().cloned().flat_map(only_there).collect();
            Copy {
                copies: made,
                ..copy
            }
            .with([key])
        })
        .collect()
}

/// Backups that are kept in another region are not beside the instance as well.
fn only_there(mut copy: Copy) -> Vec<Copy> {
    let away = copy.copies.iter().any(|c| c.kind == Kind::Backup);
    if !away {
        return vec![copy];
    }
    match copy.kind {
        Kind::Backup => copy.copies,
        // The log of moments is always beside the instance.
        _ => {
            let away = std::mem::take(&mut copy.copies);
            std::iter::once(copy).chain(away).collect()
        }
    }
}
