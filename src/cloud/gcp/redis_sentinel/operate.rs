//! The commands that act on a Redis with Sentinel.

use super::super::naming::context;
use super::super::operations::Operations;
use crate::deployment::{Expect, Operation, OperationKind, Proof, Seat, words};
use crate::topology::{Datastore, RegionId};

impl Operations<'_> {
    pub(super) fn redis(&mut self, store: &Datastore) {
        let namespace = &self.topology.namespace.clone();
        let holding = store.regions.iter();
        let holding = holding.filter(|id| self.topology.nodes(store, **id) > 0);
        let holding: Vec<_> = holding.copied().collect();
        let home = self.topology.first_node(store);
        let primary = |id: &RegionId| {
            let location = self.topology.region(*id).place.location;
            (*id, format!("node-[0-9]+\\.{location}\\.[^ ]* 6379"))
        };
        let mut seat = Seat {
            of: OperationKind::Promote,
            subject: store.name.clone(),
            by: Some("the sentinels"),
            question: format!("Ask who is the primary of {}", store.name),
            asks: Vec::new(),
            answers: holding.iter().map(primary).collect(),
            within_seconds: 15,
        };
        for id in &store.regions {
            let region = self.topology.region(*id);
            let location = region.place.location;
            let context = context(self.topology, location);
            if self.topology.sentinels(store, *id) == 0 {
                continue;
            }
            let sentinel = |arguments: &[&str]| {
                let pod = format!("{}-sentinel-0", store.name);
                let mut command = words(&[
                    "kubectl",
                    "--context",
                    &context,
                    "--namespace",
                    namespace,
                    "exec",
                    &pod,
                    "--container",
                    "sentinel",
                    "--",
                ]);
                command.extend(words(arguments));
                command
            };
            let ask = [
                "redis-cli",
                "-e",
                "--tls",
                "--cacert",
                "/tls/ca.crt",
                "-p",
                "26379",
                "sentinel",
                "get-master-addr-by-name",
                &store.name,
            ];
            self.add(Operation {
                kind: OperationKind::Inspect,
                subject: store.name.clone(),
                region: Some(*id),
                title: format!(
                    "Ask the sentinels in {location} who is the primary of {}",
                    store.name
                ),
                command: sentinel(&ask),
                expect: "a name of a node in a region that is up".into(),
                budget_seconds: 15,
                otherwise: "ask the sentinels of another region".into(),
            });
            if !holding.contains(id) {
                continue;
            }
            self.add(Operation {
                kind: OperationKind::Lag,
                subject: store.name.clone(),
                region: Some(*id),
                title: format!("Show how far {location} is behind with {}", store.name),
                command: sentinel(&["/bin/sh", "/config/lag.sh"]),
                expect: Expect::Seconds,
                budget_seconds: 15,
                otherwise: "treat unknown lag as over the limit".into(),
            });
            seat.asks.push((*id, sentinel(&ask)));
            let kinds = match home == Some(*id) {
                true => vec![OperationKind::Promote, OperationKind::Return],
                false => vec![OperationKind::Promote],
            };
            for of in &kinds {
                self.proofs.push(Proof {
                    of: *of,
                    subject: store.name.clone(),
                    region: Some(*id),
                    title: format!("Write to the primary of {} and read it back", store.name),
                    command: sentinel(&["/bin/sh", "/config/writes.sh"]),
                    wants: ".* takes writes".into(),
                    within_seconds: 15,
                    otherwise: "ask the sentinels of another region; run it again".into(),
                });
            }
            for kind in kinds {
                self.add(Operation {
                kind,
                subject: store.name.clone(),
                region: Some(*id),
                title: format!("Make a node in {location} the primary of {}", store.name),
                command: sentinel(&["/bin/sh", "/config/promote.sh"]),
                expect: "the name of a node of the region, which is the primary and takes writes".into(),
                budget_seconds: 60,
                otherwise: "NOGOODSLAVE: no replica is near enough; else wait and run it again: it goes on where it stopped".into(),
            });
            }
        }
        self.seats.push(seat);
        self.sentinel_restores(store);
    }
}
