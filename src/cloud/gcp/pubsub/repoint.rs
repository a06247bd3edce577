//! Sending what a queue pushes to another region.

use super::operate::at_endpoint;
use crate::cloud::gcp::operations::Operations;
use crate::deployment::{Expect, Operation, OperationKind, Seat, words};
use crate::topology::Queue;

/// Project, service, region, subscription, path, account. The project's number is a part of the
/// address, and known to nobody before Terraform has run.
const MOVE: &str = "number=$(gcloud projects describe \"$1\" --format='value(projectNumber)') && \
     address=https://$2-$number.$3.run.app && \
     gcloud pubsub subscriptions modify-push-config \"$4\" --project \"$1\" \
     --push-endpoint=\"$address$5\" --push-auth-token-audience=\"$address\" \
     --push-auth-service-account=\"$6@$1.iam.gserviceaccount.com\"";

impl Operations<'_> {
    fn in_project(&self, all: &[&str]) -> Vec<String> {
        let mut command = words(all);
        command.extend(words(&["--project", &self.project]));
        command
    }

    /// A subscription without a host pushes to the address of one region: a person sends it
    /// to another one.
    pub(super) fn repoint(&mut self, queue: &Queue) {
        let receiver = queue.receiver.filter(|_| queue.host.is_none());
        let Some(receiver) = receiver.map(|id| self.topology.service(id)) else {
            return;
        };
        let path = queue.push_path.as_str();
        let mut seat = Seat {
            of: OperationKind::Repoint,
            subject: queue.name.clone(),
            by: None,
            question: format!("Ask where {} pushes to", queue.name),
            asks: Vec::new(),
            answers: Vec::new(),
            within_seconds: 15,
        };
        for placement in receiver
            .placements
            .iter()
            .filter(|_| receiver.placements.len() > 1)
        {
            let region = self.topology.region(placement.region);
            let (name, location) = (receiver.name_in(region), region.place.location);
            let mut ask = at_endpoint(location);
            ask.extend(self.in_project(&[
                "gcloud",
                "pubsub",
                "subscriptions",
                "describe",
                &queue.name,
                "--format=value(pushConfig.pushEndpoint)",
            ]));
            seat.asks.push((placement.region, ask));
            seat.answers.push((
                placement.region,
                format!("https://{name}-[0-9]+\\.{location}\\.run\\.app.*"),
            ));
            let (project, account) = (&self.project, format!("{}-push", queue.name));
            let mut command = at_endpoint(location);
            command.extend(words(&[
                "bash",
                "-c",
                MOVE,
                "bash",
                project,
                &name,
                location,
                &queue.name,
                path,
                &account,
            ]));
            let home = self.topology.push_region(receiver) == Some(placement.region);
            let back = home.then_some(OperationKind::Return);
            for kind in [OperationKind::Repoint].into_iter().chain(back) {
                self.found.push(Operation {
                    kind,
                    subject: queue.name.clone(),
                    region: Some(placement.region),
                    title: format!("Push {} to {}", queue.name, region.name),
                    command: command.clone(),
                    expect: Expect::Nothing,
                    budget_seconds: 30,
                    otherwise: "run it again: messages wait in the subscription until then".into(),
                });
            }
        }
        if !seat.asks.is_empty() {
            self.seats.push(seat);
        }
    }
}
