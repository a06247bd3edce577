//! Where messages of Pub/Sub rest: in any region that a topic's policy allows, under one key.

use crate::analysis::flow::copy::Copy;
use crate::cloud::copies::Cloud;
use crate::cloud::gcp::copies::key_at;
use crate::cloud::gcp::homes::Home;
use crate::topology::{Queue, QueueId};

pub(super) fn copies(cloud: Cloud, id: QueueId, queue: &Queue) -> Vec<Copy> {
    let copies = cloud.queue(id, queue, true).into_iter();
    copies
        .map(|copy| {
            let key = Home::Topics.of(cloud.topology);
            let of = copy.of;
            copy.with([key_at(cloud, of, &key)])
        })
        .collect()
}
