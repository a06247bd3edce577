//! The commands of Google Cloud's own tools, for scripts and runbooks.

use super::edge::{Standby, edge_name};
use super::naming::context;
use super::offering::{offering, queue_offering};
use super::project;
use crate::cloud::scaling;
use crate::deployment::{
    ByHand, Deployment, Expect, Operation, OperationKind, Proof, Restorable, Seat, Switch, words,
};
use crate::topology::{Datastore, Host, Placement, RegionId, Service, Topology};

/// Fills in the commands of every part.
pub fn operations(topology: &Topology, deployment: &mut Deployment) {
    let mut all = Operations {
        topology,
        project: project(topology),
        found: Vec::new(),
        proofs: Vec::new(),
        seats: Vec::new(),
        restorable: Vec::new(),
        switches: Vec::new(),
        by_hand: Vec::new(),
    };
    all.hosts();
    all.workloads();
    topology.datastores.iter().for_each(|d| all.datastore(d));
    all.queues();
    all.secrets(deployment);
    deployment.operations.append(&mut all.found);
    deployment.proofs.append(&mut all.proofs);
    deployment.seats.append(&mut all.seats);
    deployment.restorable.append(&mut all.restorable);
    deployment.switches.append(&mut all.switches);
    deployment.by_hand.append(&mut all.by_hand);
}

/// The commands so far.
pub(super) struct Operations<'a> {
    pub(super) topology: &'a Topology,
    pub(super) project: String,
    pub(super) found: Vec<Operation>,
    pub(super) proofs: Vec<Proof>,
    pub(super) seats: Vec<Seat>,
    restorable: Vec<Restorable>,
    pub(super) switches: Vec<Switch>,
    pub(super) by_hand: Vec<ByHand>,
}

impl Operations<'_> {
    pub(super) fn add(&mut self, operation: Operation) {
        self.found.push(operation);
    }

    /// Values of secrets, which nobody but people has.
    fn secrets(&mut self, deployment: &Deployment) {
        let own = self.topology.secrets.iter().flat_map(|secret| {
            let regions = secret.regions.iter().map(|id| self.topology.region(*id));
            regions.map(|r| format!("{}-{}", self.topology.name, secret.name_in(r)))
        });
        let sets = deployment.sentinel_sets.iter();
        let mut names: Vec<String> = own.collect();
        names.dedup();
        names.extend(sets.map(|s| s.password_secret.clone()));
        for name in names {
            self.add(Operation {
                kind: OperationKind::StoreSecret,
                title: format!("Put a value into {name}"),
                command: words(&[
                    "gcloud",
                    "secrets",
                    "versions",
                    "add",
                    &name,
                    "--data-file=-",
                    "--project",
                    &self.project,
                ]),
                subject: name,
                region: None,
                expect: Expect::Line("Created version [1] of the secret".into()),
                budget_seconds: 15,
                otherwise: "the secret is not there: apply Terraform first".into(),
            });
        }
    }

    /// Taking a region out of the load balancer and back: capacity of its endpoint groups,
    /// or the serverless back end itself, which has no capacity.
    fn hosts(&mut self) {
        for host in &self.topology.hosts {
            let backend = edge_name(self.topology, host);
            let clusters = self.topology.service(host.service).on_cluster();
            let standby = Standby::of(self.topology, host).filter(|s| s.by_hand);
            for id in &host.regions {
                for (flags, place) in self.groups(host, &backend, *id) {
                    self.drain(host, &backend, *id, clusters, flags, &place);
                }
            }
            if let Some(standby) = standby {
                self.open_others(host, &backend, standby.primary);
            }
            let status = self.topology.expected_status(host);
            self.add(Operation {
                kind: OperationKind::Verify,
                subject: host.name.clone(),
                region: None,
                title: format!("See that {} answers from outside", host.name),
                command: ask(host, status),
                expect: expected_answer(status),
                budget_seconds: 10,
                otherwise: "look at the back ends' health; users get errors as long as this fails"
                    .into(),
            });
            let inspect = self.back_ends(host, &backend, clusters);
            self.add(inspect);
        }
    }

    /// What stands behind a host. The health of Cloud Run is not the load balancer's: it is
    /// on the boards of the services, and here only which regions there are.
    fn back_ends(&self, host: &Host, backend: &str, clusters: bool) -> Operation {
        let (title, verb, more, expect, otherwise) = match clusters {
            true => (
                format!("Show the health of {}'s back ends", host.name),
                "get-health",
                None,
                "healthState: HEALTHY for every endpoint of the remaining regions",
                "see which region's endpoints are unhealthy before going on",
            ),
            false => (
                format!("Show the regions behind {}", host.name),
                "describe",
                Some("--format=yaml(backends[].group)"),
                "an endpoint group for each region that nobody has taken away",
                "look at the load balancer in the console: its API does not answer",
            ),
        };
        let mut command = words(&[
            "gcloud",
            "compute",
            "backend-services",
            verb,
            backend,
            "--global",
        ]);
        command.extend(more.map(String::from));
        command.extend(words(&["--project", &self.project]));
        Operation {
            kind: OperationKind::Inspect,
            subject: host.name.clone(),
            region: None,
            title,
            command,
            expect: expect.into(),
            budget_seconds: 15,
            otherwise: otherwise.into(),
        }
    }

    /// The endpoint groups of a region behind a host: flags that name each, and its place.
    fn groups(&self, host: &Host, backend: &str, id: RegionId) -> Vec<(Vec<String>, String)> {
        let place = self.topology.region(id).place;
        let location = place.location;
        if self.topology.service(host.service).on_cluster() {
            let group = format!("{}-ingress-{location}", self.topology.name);
            let flags = |zone: String| {
                vec![
                    format!("--network-endpoint-group={group}"),
                    format!("--network-endpoint-group-zone={zone}"),
                ]
            };
            let zones = place.spread().into_iter();
            return zones.map(|z| (flags(z.clone()), z)).collect();
        }
        let flags = vec![
            format!("--network-endpoint-group={backend}-{location}"),
            format!("--network-endpoint-group-region={location}"),
        ];
        vec![(flags, location.to_string())]
    }

    /// Back ends that stand by get capacity when the primary is fenced, and lose it when it
    /// serves again.
    fn open_others(&mut self, host: &Host, backend: &str, primary: RegionId) {
        for id in host.regions.iter().filter(|r| **r != primary) {
            for (flags, place) in self.groups(host, backend, *id) {
                for (kind, scaler, title) in [
                    (
                        OperationKind::Fence,
                        "1",
                        format!("Let {place} serve {}", host.name),
                    ),
                    (
                        OperationKind::Unfence,
                        "0",
                        format!("Let {place} stand by for {} again", host.name),
                    ),
                ] {
                    let flags = flags.clone();
                    let capacity = format!("--capacity-scaler={scaler}");
                    let verb = "update-backend";
                    let command = self.change(backend, verb, flags, Some(capacity));
                    self.changed(kind, host, primary, title, command, 15);
                }
            }
        }
    }

    /// A change of a back end, as a command.
    fn change(
        &self,
        backend: &str,
        verb: &str,
        flags: Vec<String>,
        capacity: Option<String>,
    ) -> Vec<String> {
        let mut command = words(&["gcloud", "compute", "backend-services", verb]);
        command.extend(words(&[backend, "--global"]));
        command.extend(flags);
        command.extend(capacity);
        command.extend(words(&["--project", &self.project]));
        command
    }

    fn drain(
        &mut self,
        host: &Host,
        backend: &str,
        region: RegionId,
        capacity: bool,
        flags: Vec<String>,
        place: &str,
    ) {
        let standby = Standby::of(self.topology, host).filter(|s| s.by_hand);
        let stands_by = standby.is_some_and(|s| s.primary != region);
        let name = &host.name;
        let drain = host.drain.secs();
        for (kind, verb, scaler, title, budget) in [
            (
                OperationKind::Fence,
                "remove-backend",
                "0",
                format!("Take {place} out of {name}"),
                15 + drain,
            ),
            (
                OperationKind::Unfence,
                "add-backend",
                "1",
                format!("Let {place} serve {name} again"),
                15,
            ),
        ] {
            // One that stands by is opened with the fence of the primary, and by nothing else.
            if stands_by && kind == OperationKind::Unfence {
                continue;
            }
            let verb = if capacity { "update-backend" } else { verb };
            let scaler = capacity.then(|| format!("--capacity-scaler={scaler}"));
            let command = self.change(backend, verb, flags.clone(), scaler);
            let fence = kind == OperationKind::Fence;
            let proof = self.drained(name, backend, region, (capacity, fence), &flags, place);
            self.proofs.push(proof);
            self.changed(kind, host, region, title, command, budget);
        }
    }

    fn changed(
        &mut self,
        kind: OperationKind,
        host: &Host,
        region: RegionId,
        title: String,
        command: Vec<String>,
        budget_seconds: u64,
    ) {
        let by_hand = Standby::of(self.topology, host).is_some_and(|s| s.by_hand);
        let otherwise = match by_hand {
            true => "run it again: users get errors until it succeeds",
            false => {
                "run it again; if the load balancer's API does not answer either, it has left the region by itself"
            }
        };
        self.add(Operation {
            kind,
            subject: host.name.clone(),
            region: Some(region),
            title,
            command,
            expect: Expect::Line("Updated".into()),
            budget_seconds,
            otherwise: otherwise.into(),
        });
    }

    /// Reads back that an endpoint group has the capacity that it was given, or is a back end.
    fn drained(
        &self,
        host: &str,
        backend: &str,
        region: crate::topology::RegionId,
        (capacity, fence): (bool, bool),
        flags: &[String],
        place: &str,
    ) -> Proof {
        let group = flags[0].trim_start_matches("--network-endpoint-group=");
        let (field, wants) = match (capacity, fence) {
            (true, true) => ("backends.capacityScaler", "0(\\.0)?".to_string()),
            (true, false) => ("backends.capacityScaler", "1(\\.0)?".to_string()),
            (false, true) => ("backends.group.basename()", String::new()),
            (false, false) => ("backends.group.basename()", group.to_string()),
        };
        Proof {
            of: if fence {
                OperationKind::Fence
            } else {
                OperationKind::Unfence
            },
            subject: host.to_string(),
            region: Some(region),
            title: format!("Read back whether {place} serves {host}"),
            command: words(&[
                "gcloud",
                "compute",
                "backend-services",
                "list",
                "--global",
                "--flatten=backends[]",
                // A zonal group's address ends in its zone and name, a regional one's in its region's.
                &format!(
                    "--filter=name={backend} AND backends.group~/{place}/networkEndpointGroups/{group}$"
                ),
                &format!("--format=value({field})"),
                "--project",
                &self.project,
            ]),
            wants,
            within_seconds: 30,
            otherwise: "run it again; the load balancer's API has not done it".into(),
        }
    }

    fn workloads(&mut self) {
        for service in &self.topology.services {
            for placement in &service.placements {
                let region = self.topology.region(placement.region);
                let location = region.place.location;
                if !service.on_cluster() {
                    let name = service.name_in(region);
                    let instances = self.instances(service, placement, &name, location);
                    self.found.extend(instances);
                    continue;
                }
                if service.scale_on.is_some() {
                    let cluster = context(self.topology, location);
                    let held = scaling::pause(self.topology, placement.region, &cluster, service);
                    self.found.extend(held);
                }
            }
        }
    }

    /// As many instances as there may be, and as few as the topology says again.
    fn instances(
        &self,
        service: &Service,
        placement: &Placement,
        name: &str,
        location: &str,
    ) -> [Operation; 2] {
        let keep = |kind, least: u32, title: String, otherwise: &str| Operation {
            kind,
            subject: service.name.clone(),
            region: Some(placement.region),
            title,
            command: words(&[
                "gcloud",
                "run",
                "services",
                "update",
                name,
                &format!("--min-instances={least}"),
                "--region",
                location,
                "--project",
                &self.project,
            ]),
            expect: Expect::Line("Service has been deployed".into()),
            budget_seconds: 60,
            otherwise: otherwise.into(),
        };
        let (least, most) = (placement.replicas.min, placement.replicas.max);
        [
            keep(
                OperationKind::Scale,
                most,
                format!("Keep {most} instances of {name} ready in {location}"),
                "Cloud Run scales by itself, later; go on",
            ),
            keep(
                OperationKind::Settle,
                least,
                format!("Let {name} in {location} go back to {least} instances"),
                "the next deployment does it",
            ),
        ]
    }

    fn datastore(&mut self, store: &Datastore) {
        if let Some(add) = offering(store).and_then(|o| o.operations().given()) {
            let before = self.found.len();
            add(self, store);
            let own = Restorable::of(&store.name, &self.found[before..]);
            self.restorable.extend(own);
        }
    }

    fn queues(&mut self) {
        for queue in &self.topology.queues {
            if let Some(add) = queue_offering(queue).and_then(|o| o.operations().given()) {
                add(self, queue);
            }
        }
    }
}

/// Asks a host from outside. An answer that is an error for curl, and healthy for us, is
/// compared; the address and the status reach the shell as operands.
fn ask(host: &Host, status: u32) -> Vec<String> {
    let url = format!("https://{}{}", host.name, host.health.path.value);
    match status {
        400.. => words(&[
            "bash",
            "-c",
            "test \"$(curl --silent --show-error --max-time 10 --output /dev/null --write-out '%{http_code}' -- \"$1\")\" = \"$2\"",
            "ask",
            &url,
            &status.to_string(),
        ]),
        _ => words(&[
            "curl",
            "--fail",
            "--silent",
            "--show-error",
            "--max-time",
            "10",
            "--output",
            "/dev/null",
            "--",
            &url,
        ]),
    }
}

fn expected_answer(status: u32) -> Expect {
    match status {
        400.. => format!("exit status 0: the answer is {status}, as it has to be").into(),
        _ => Expect::Nothing,
    }
}
