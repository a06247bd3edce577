//! The commands of procedures beside failover: turning a name to a backup, switching a
//! feature flag, putting back what a queue has set aside.

use super::backup::{backup_name, has_backup};
use super::edge::zone_name;
use super::naming::context;
use super::project;
use super::pubsub::pubsub;
use crate::deployment::{
    Deployment, Expect, Operation, OperationKind, Proof, VALUE, VARIABLE, words,
};
use crate::topology::{Host, Queue, RegionId, Runtime, Secret, Service, Topology};

/// Fills in the commands of every procedure.
pub fn procedures(topology: &Topology, deployment: &mut Deployment) {
    let procedures = Procedures {
        topology,
        project: project(topology),
    };
    let mut found = Vec::new();
    let hosts = topology.hosts.iter();
    for host in hosts.filter(|h| has_backup(topology, h)) {
        found.push(procedures.look_up(host));
        for id in &host.regions {
            found.extend(procedures.turn(host, *id));
        }
    }
    for service in &topology.services {
        let placed = service.placements.iter().map(|p| p.region);
        found.extend(placed.flat_map(|id| procedures.values(service, id)));
    }
    if !topology.flags().is_empty() {
        for service in &topology.services {
            let regions = service.placements.iter().map(|p| p.region);
            for id in regions {
                found.push(procedures.set(service, id));
                deployment.proofs.push(procedures.has(service, id));
                found.extend(procedures.stop(service, id));
            }
        }
    }
    for queue in topology.replayed() {
        found.extend(procedures.replay(queue));
    }
    deployment.operations.append(&mut found);
}

/// Takes the record away as it is and puts an address in its place, in one change: name, life,
/// address, zone and project. `gcloud dns record-sets update` patches, so that a record with a
/// routing policy would have both, which Cloud DNS refuses
/// (cloud.google.com/dns/docs/reference/v1/resourceRecordSets and changes, read 2026-11).
const REPLACE_RECORD: &str = concat!(
    r#"old=$(gcloud dns record-sets describe "$1" --type=A --zone "$4" --project "$5" --format=json) && "#,
    r#"token=$(gcloud auth print-access-token) && "#,
    r#"printf '{"additions":[{"name":"%s","type":"A","ttl":%s,"rrdatas":["%s"]}],"deletions":[%s]}' "$1" "$2" "$3" "$old" | "#,
    r#"curl --fail --silent --show-error --max-time 30 "#,
    r#"--config <(printf 'header = "%s"\n' "Authorization: Bearer $token" "Content-Type: application/json") "#,
    r#"--data-binary @- -- "https://dns.googleapis.com/dns/v1/projects/$5/managedZones/$4/changes""#,
);

struct Procedures<'a> {
    topology: &'a Topology,
    project: String,
}

impl Procedures<'_> {
    fn look_up(&self, host: &Host) -> Operation {
        Operation {
            kind: OperationKind::Inspect,
            subject: host.name.clone(),
            region: None,
            title: format!("Show where the name {} leads", host.name),
            command: self.command(&[
                "gcloud",
                "dns",
                "record-sets",
                "describe",
                &format!("{}.", host.name),
                "--type=A",
                "--zone",
                &zone_name(host),
            ]),
            expect: "a routing policy with the global address as primary; an address alone means that somebody has turned it by hand".into(),
            budget_seconds: 15,
            otherwise: "the zone or the API is not there: ask a resolver instead".into(),
        }
    }

    /// The address of a backup, and the record that leads there alone.
    fn turn(&self, host: &Host, id: RegionId) -> [Operation; 2] {
        let region = self.topology.region(id);
        let location = region.place.location;
        let address = Operation {
            kind: OperationKind::Address,
            subject: host.name.clone(),
            region: Some(id),
            title: format!("Look up the backup of {} in {}", host.name, region.name),
            command: self.command(&[
                "gcloud",
                "compute",
                "addresses",
                "describe",
                &format!("{}-{location}", backup_name(self.topology, host)),
                "--region",
                location,
                "--format=value(address)",
            ]),
            expect: "an address".into(),
            budget_seconds: 15,
            otherwise: "take it from the output of Terraform, or from the last record of a drill"
                .into(),
        };
        let point = Operation {
            kind: OperationKind::Point,
            subject: host.name.clone(),
            region: Some(id),
            title: format!("Lead {} to {} alone", host.name, region.name),
            command: words(&[
                "bash",
                "-c",
                REPLACE_RECORD,
                "replace",
                &format!("{}.", host.name),
                &host.ttl.secs().to_string(),
                "$ADDRESS",
                &zone_name(host),
                &self.project,
            ]),
            expect: "a change with the address among its additions".into(),
            // The change itself, and the answers that resolvers still hold.
            budget_seconds: 15 + host.ttl.secs(),
            otherwise: "run it again: a record is replaced whole or not at all".into(),
        };
        [address, point]
    }

    /// The secrets that Cloud Run reads when an instance starts have values.
    fn values(&self, service: &Service, id: RegionId) -> Vec<Operation> {
        let region = self.topology.region(id);
        let secrets = self.topology.secrets.iter();
        let read = secrets.filter(|s| !service.on_cluster() && service.secrets.contains(&s.name));
        let check = |secret: &Secret| {
            let name = format!("{}-{}", self.topology.name, secret.name_in(region));
            Operation {
                kind: OperationKind::Precondition,
                subject: secret.name.clone(),
                region: Some(id),
                title: format!("See that {name} has a value"),
                command: self.command(&[
                    "gcloud",
                    "secrets",
                    "versions",
                    "describe",
                    "latest",
                    &format!("--secret={name}"),
                ]),
                expect: "state: ENABLED".into(),
                budget_seconds: 15,
                otherwise: format!("put a value into {name} first, see DEPLOYMENT_GUIDE.md"),
            }
        };
        read.map(check).collect()
    }

    fn set(&self, service: &Service, id: RegionId) -> Operation {
        let region = self.topology.region(id);
        let location = region.place.location;
        let (command, expect, budget_seconds) = match service.runtime {
            Runtime::CloudRun => (
                self.command(&[
                    "gcloud",
                    "run",
                    "services",
                    "update",
                    &service.name_in(region),
                    "--update-env-vars",
                    "$SETTING",
                    "--region",
                    location,
                ]),
                "Service has been deployed",
                60,
            ),
            Runtime::Kubernetes => (
                words(&[
                    "kubectl",
                    "--context",
                    &context(self.topology, location),
                    "--namespace",
                    &self.topology.namespace,
                    "set",
                    "env",
                    &format!("deployment/{}", service.name),
                    "$SETTING",
                ]),
                "env updated",
                120,
            ),
        };
        Operation {
            kind: OperationKind::Set,
            subject: service.name.clone(),
            region: Some(id),
            title: format!("Tell {} in {}", service.name, region.name),
            command,
            expect: expect.into(),
            budget_seconds,
            otherwise:
                "look at the new revision: the old one goes on serving until the new one is ready"
                    .into(),
        }
    }

    /// Reads back what a service was told: what the API keeps of its variables.
    fn has(&self, service: &Service, id: RegionId) -> Proof {
        let region = self.topology.region(id);
        let location = region.place.location;
        let (command, wants) = match service.runtime {
            Runtime::CloudRun => (
                self.command(&[
                    "gcloud",
                    "run",
                    "services",
                    "describe",
                    &service.name_in(region),
                    "--region",
                    location,
                    "--format=json(spec.template.spec.containers[0].env)",
                ]),
                format!(".*\"name\": \"{VARIABLE}\", +\"value\": \"{VALUE}\".*"),
            ),
            Runtime::Kubernetes => (
                words(&[
                    "kubectl",
                    "--context",
                    &context(self.topology, location),
                    "--namespace",
                    &self.topology.namespace,
                    "set",
                    "env",
                    &format!("deployment/{}", service.name),
                    "--list",
                ]),
                format!("(.* )?{VARIABLE}={VALUE}( .*)?"),
            ),
        };
        Proof {
            of: OperationKind::Set,
            subject: service.name.clone(),
            region: Some(id),
            title: format!(
                "Read back what {} in {} was told",
                service.name, region.name
            ),
            command,
            wants,
            within_seconds: 30,
            otherwise: "it was told, and has another value: see who else sets it, and run it again"
                .into(),
        }
    }

    /// Ends a service on Cloud Run, which Terraform refuses to destroy.
    fn stop(&self, service: &Service, id: RegionId) -> Option<Operation> {
        let region = self.topology.region(id);
        let location = region.place.location;
        let name = service.name_in(region);
        (!service.on_cluster()).then(|| Operation {
            kind: OperationKind::Stop,
            subject: service.name.clone(),
            region: Some(id),
            title: format!("End {name} in {}", region.name),
            command: self.command(&[
                "gcloud", "run", "services", "delete", &name, "--region", location,
            ]),
            expect: Expect::Line(format!("Deleted [{name}].")),
            budget_seconds: 60,
            otherwise: "it still runs, without traffic: look at what the command says".into(),
        })
    }

    fn replay(&self, queue: &Queue) -> [Operation; 3] {
        let dead = format!("{}-dead-letter", queue.name);
        let operation = |kind, title: String, command, expect: &str, otherwise: &str| Operation {
            kind,
            subject: queue.name.clone(),
            region: None,
            title,
            command,
            expect: expect.into(),
            budget_seconds: 15,
            otherwise: otherwise.into(),
        };
        let mut publish = vec![
            "topics",
            "publish",
            &queue.name,
            "--message",
            "$MESSAGE",
            "--attribute",
            "$ATTRIBUTES",
        ];
        if queue.ordered_by.is_some() {
            publish.extend(["--ordering-key", "$ORDERING_KEY"]);
        }
        [
            operation(
                OperationKind::Pull,
                format!("Take what {} has set aside", queue.name),
                self.pubsub(
                    queue,
                    &[
                        "subscriptions",
                        "pull",
                        &dead,
                        "--limit",
                        "$LIMIT",
                        "--format=json",
                    ],
                ),
                "a list of messages; each stays there unless it is acknowledged",
                "the subscription is missing: apply Terraform first",
            ),
            operation(
                OperationKind::Publish,
                format!("Put a message back into {}", queue.name),
                self.pubsub(queue, &publish),
                "messageIds",
                "the message stays where it is: nothing is lost, run it again",
            ),
            operation(
                OperationKind::Acknowledge,
                format!("Remove it from what {} has set aside", queue.name),
                self.pubsub(
                    queue,
                    &["subscriptions", "ack", &dead, "--ack-ids", "$ACK_ID"],
                ),
                "Acked the messages",
                "it may be put back twice: the receiver recognises an event that it has seen",
            ),
        ]
    }

    fn pubsub(&self, queue: &Queue, rest: &[&str]) -> Vec<String> {
        pubsub(self.topology, queue, rest)
    }

    /// A command of gcloud in the project.
    fn command(&self, all: &[&str]) -> Vec<String> {
        let mut command = words(all);
        command.extend(words(&["--project", &self.project]));
        command
    }
}
