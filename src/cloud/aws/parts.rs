//! The commands that act on hosts and stores.

use super::Lowering;
use super::edge::{EVACUATE, edge_name, evacuation_namespace, region_host, switch_location};
use super::offering::offering;
use super::zones::{at_apex, domain};
use crate::deployment::{Expect, Operation, OperationKind, Proof, Restorable, Shift, words};
use crate::topology::{Host, RegionId};

/// The function by which a script moves a share of a region's users.
const SET_SHARE: &str = include_str!("../../../templates/scripts/aws-set-share.sh");

/// Seconds that an alarm needs to see a metric, and a check to see the alarm
/// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html: standard
/// resolution is a minute).
const ALARM_SECONDS: u64 = 120;

impl Lowering<'_> {
    pub(super) fn operations_of_parts(&mut self) {
        let hosts: Vec<&Host> = self.topology.hosts.iter().collect();
        for host in &hosts {
            self.host_operations(host);
        }
        self.evacuations(&hosts);
        self.shift(&hosts);
        for store in &self.topology.datastores {
            if let Some(add) = offering(store).and_then(|o| o.operations().given()) {
                let before = self.deployment.operations.len();
                add(self, store);
                let own = Restorable::of(&store.name, &self.deployment.operations[before..]);
                self.deployment.restorable.extend(own);
            }
        }
    }

    pub(super) fn operation(&mut self, operation: Operation) {
        self.deployment.operations.push(operation);
    }

    fn host_operations(&mut self, host: &Host) {
        let path = &host.health.path.value;
        #[rustfmt::skip]
        let command = words(&[
            "curl", "--fail", "--silent", "--show-error", "--max-time", "10", "--output", "/dev/null",
            "--", &format!("https://{}{path}", host.name),
        ]);
        self.operation(Operation {
            kind: OperationKind::Verify,
            subject: host.name.clone(),
            region: match host.regions.as_slice() {
                [only] => Some(*only),
                _ => None,
            },
            title: format!("See that {} answers from outside", host.name),
            command,
            expect: Expect::Nothing,
            budget_seconds: 10,
            otherwise: "look at the region's load balancer; users get errors as long as this fails"
                .into(),
        });
        if host.regions.len() < 2 {
            return;
        }
        self.operation(Operation {
            kind: OperationKind::Inspect,
            subject: host.name.clone(),
            region: None,
            title: format!("Show which region {} leads to from here", host.name),
            command: words(&["dig", "+noall", "+answer", &host.name]),
            expect: match at_apex(self.topology, host) {
                true => "addresses of a region that is up, as `dig` gives them for its own host",
                false => "a name of a region that is up",
            }
            .into(),
            budget_seconds: 10,
            otherwise: "ask again after the life of the record".into(),
        });
    }

    /// Sending users of a region elsewhere, and back: a metric in another region.
    fn evacuations(&mut self, hosts: &[&Host]) {
        let global: Vec<&&Host> = hosts.iter().filter(|h| h.regions.len() > 1).collect();
        let Some(first) = global.first() else {
            return;
        };
        let ttl = global.iter().map(|h| h.ttl.secs()).max().unwrap_or(60);
        let drain = global.iter().map(|h| h.drain.secs()).max().unwrap_or(0);
        for id in first.regions.clone() {
            let location = self.location(id);
            let at = switch_location(self, id);
            for (kind, value, title, budget) in [
                (
                    OperationKind::Fence,
                    "1",
                    format!("Send users of {location} elsewhere"),
                    ALARM_SECONDS + ttl + drain,
                ),
                (
                    OperationKind::Unfence,
                    "0",
                    format!("Let {location} have users again"),
                    ALARM_SECONDS + ttl,
                ),
            ] {
                let wants = if kind == OperationKind::Fence {
                    "ALARM"
                } else {
                    "OK"
                };
                for host in &global {
                    let proof = self.evacuated(host, id, kind, wants);
                    self.deployment.proofs.push(proof);
                }
                #[rustfmt::skip]
                let command = words(&[
                    "aws", "cloudwatch", "put-metric-data", "--region", at,
                    "--namespace", &evacuation_namespace(self.topology), "--metric-name", EVACUATE,
                    "--dimensions", &format!("Region={location}"), "--value", value,
                ]);
                self.operation(Operation {
                    kind,
                    subject: first.name.clone(),
                    region: Some(id),
                    title,
                    command,
                    expect: Expect::Nothing,
                    budget_seconds: budget,
                    otherwise: format!("run it again; if {at} does not answer, Route 53 still leaves the region by its own check"),
                });
            }
            let name = edge_name(self.topology, id);
            #[rustfmt::skip]
            let command = words(&[
                "aws", "cloudwatch", "describe-alarms", "--region", location, "--alarm-name-prefix", &name,
                "--query", "[MetricAlarms,CompositeAlarms][].[AlarmName,StateValue]", "--output", "table",
            ]);
            self.operation(Operation {
                kind: OperationKind::Inspect,
                subject: first.name.clone(),
                region: Some(id),
                title: format!("Show the alarms of {location}"),
                command,
                expect: "OK for everything in a region that is up".into(),
                budget_seconds: 15,
                otherwise: "the region does not answer: take it for lost".into(),
            });
        }
    }

    /// What a script needs to move traffic bit by bit.
    fn shift(&mut self, hosts: &[&Host]) {
        let of = |host: &&Host| {
            let regions = host.regions.iter();
            let names = regions.filter_map(|id| {
                region_host(self.topology, host, *id)?;
                let location = self.location(*id);
                Some((*id, format!("{location}.shift.{}", host.name), location))
            });
            let names: Vec<(RegionId, String, &str)> = names.collect();
            (domain(self.topology, host), names)
        };
        let hosts: Vec<_> = hosts
            .iter()
            .filter(|h| h.regions.len() > 1)
            .map(of)
            .collect();
        if hosts.is_empty() {
            return;
        }
        let words = hosts.into_iter().flat_map(|(domain, names)| {
            names.into_iter().map(move |(region, name, location)| {
                (region, vec![domain.clone(), name, location.to_string()])
            })
        });
        self.deployment.shift = Some(Shift {
            function: SET_SHARE,
            tools: &["aws", "jq"],
            names: words.collect(),
        });
    }

    /// The alarm that the health check of a host in a region reads.
    fn evacuated(&self, host: &Host, id: RegionId, of: OperationKind, wants: &str) -> Proof {
        let location = self.location(id);
        let alarm = format!("{}-{location}-evacuated", host.name.replace('.', "-"));
        #[rustfmt::skip]
        let command = words(&[
            "aws", "cloudwatch", "describe-alarms", "--region", switch_location(self, id), "--alarm-names", &alarm,
            "--query", "MetricAlarms[0].StateValue", "--output", "text",
        ]);
        Proof {
            of,
            subject: host.name.clone(),
            region: Some(id),
            title: format!(
                "Read back the alarm that sends users of {} elsewhere",
                host.name
            ),
            command,
            wants: wants.into(),
            within_seconds: ALARM_SECONDS,
            otherwise: "run it again: the alarm has not followed its metric".into(),
        }
    }
}
