//! The commands that act on topics and subscriptions of Pub/Sub.

use crate::cloud::gcp::operations::Operations;
use crate::cloud::gcp::project;
use crate::deployment::{Operation, OperationKind, words};
use crate::topology::{Queue, Topology};

impl Operations<'_> {
    pub(super) fn topic(&mut self, queue: &Queue) {
        self.repoint(queue);
        let dead = format!("{}-dead-letter", queue.name);
        self.add(Operation {
            kind: OperationKind::Inspect,
            subject: queue.name.clone(),
            region: None,
            title: format!(
                "Look at messages that {} has set aside, without taking them",
                queue.name
            ),
            command: pubsub(
                self.topology,
                queue,
                &[
                    "subscriptions",
                    "pull",
                    &dead,
                    "--limit=10",
                    // What is in a message stays out of terminals and records.
                    "--format=table(message.messageId,message.publishTime,message.attributes.verdict)",
                ],
            ),
            expect: "at most ten messages, or `Listed 0 items.`".into(),
            budget_seconds: 15,
            otherwise: "the subscription is missing: apply Terraform first; if the region of the endpoint is lost, name another".into(),
        });
    }
}

/// A command of Pub/Sub, asked of a region that may hold the queue's messages: the topics
/// enforce their regions in transit, so what arrives anywhere else, as from a laptop near
/// another region, is refused.
pub(in crate::cloud::gcp) fn pubsub(
    topology: &Topology,
    queue: &Queue,
    rest: &[&str],
) -> Vec<String> {
    let primary = topology.primary().filter(|id| queue.regions.contains(id));
    let mut command = match primary.or(queue.regions.first().copied()) {
        Some(id) => at_endpoint(topology.region(id).place.location),
        None => Vec::new(),
    };
    command.extend(words(&["gcloud", "pubsub"]));
    command.extend(words(rest));
    command.extend(words(&["--project", &project(topology)]));
    command
}

/// The words before a command of Pub/Sub that is asked of a region.
pub(super) fn at_endpoint(location: &str) -> Vec<String> {
    let endpoint = format!("https://{location}-pubsub.googleapis.com/");
    vec![
        "env".into(),
        format!("CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB={endpoint}"),
    ]
}
