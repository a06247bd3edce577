//! Stopping and resuming what a queue pushes, while a store that its messages are written to changes
//! hands. Messages wait in the subscription meanwhile. Where it has pushed to is kept in a label of
//! it: a failover may have sent it elsewhere than the topology says.

use crate::cloud::gcp::project;
use crate::deployment::{Operation, OperationKind, Proof, SwitchStep, script};
use crate::topology::{Queue, Topology};

/// Seconds until a subscription is changed and reads back so.
const CHANGED: u64 = 60;

/// Stops a subscription, and lets it push again where it did; `None` of a queue that pushes to nobody.
pub(in crate::cloud::gcp) fn pause(
    topology: &Topology,
    queue: &Queue,
    subject: &str,
) -> Option<[SwitchStep; 2]> {
    queue.receiver?;
    let (name, project) = (&queue.name, project(topology));
    let of = |verb: &str| format!("gcloud pubsub subscriptions {verb} {name} --project {project}");
    let asked = |field: &str| format!("{} --format='value({field})'", of("describe"));
    // The address of a service on Cloud Run ends in what all have; a label has no dots.
    let (end, path) = match queue.host {
        Some(_) => ("", queue.push_path.as_str()),
        None => (".run.app", queue.push_path.as_str()),
    };
    let stop = format!(
        "at=$({}) && if [ -n \"$at\" ]; then at=${{at#https://}} && at=${{at%%/*}} && at=${{at%{end}}} && \
         {} --update-labels=pushed-to=\"${{at//./_}}\" && {} --push-endpoint=; fi",
        asked("pushConfig.pushEndpoint"),
        of("update"),
        of("modify-push-config")
    );
    let resume = format!(
        "at=$({}) && if [ -n \"$at\" ]; then at=https://${{at//_/.}}{end} && \
         {} --push-endpoint=\"$at{path}\" --push-auth-token-audience=\"$at\" \
         --push-auth-service-account={name}-push@{project}.iam.gserviceaccount.com && {} --remove-labels=pushed-to; fi",
        asked("labels.pushed-to"),
        of("modify-push-config"),
        of("update")
    );
    let step = |title: String, act: &str, wants: &str, otherwise: &str| SwitchStep {
        operation: Operation {
            kind: OperationKind::Switch,
            subject: subject.into(),
            region: None,
            title: title.clone(),
            command: script(act, &[]),
            expect: "Updated subscription".into(),
            budget_seconds: CHANGED,
            otherwise: otherwise.into(),
        },
        proof: Some(Proof {
            of: OperationKind::Switch,
            subject: subject.into(),
            region: None,
            title: format!("Read back where {name} pushes to"),
            command: script(&asked("pushConfig.pushEndpoint"), &[]),
            wants: wants.into(),
            within_seconds: CHANGED,
            otherwise: otherwise.into(),
        }),
    };
    Some([
        step(
            format!("Let {name} keep its messages: its receiver writes the store"),
            &stop,
            "",
            "messages would be written to the store while it changes hands: run it again",
        ),
        step(
            format!("Let {name} push its messages again"),
            &resume,
            "https://.+",
            "messages wait in the subscription until then: run it again",
        ),
    ])
}
