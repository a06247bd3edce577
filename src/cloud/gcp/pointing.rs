//! How services are pointed at a restored copy of a store that they are told the place of, and back.

use super::Lowering;
use super::naming::context;
use super::offering::runtime;
use crate::deployment::{Operation, OperationKind, Proof, SwitchStep, script, words};
use crate::format::shell;
use crate::topology::{RegionId, Service, Topology};

/// A service in a region, and the variables that tell it of a store, with their values.
pub(super) struct User<'a> {
    pub(super) service: &'a Service,
    pub(super) region: RegionId,
    pub(super) told: Vec<(String, String)>,
}

impl User<'_> {
    /// Each variable with `$1`, `$2` and so on as its value, for a shell.
    pub(super) fn assigned(&self) -> Vec<String> {
        let values = self.told.iter().enumerate();
        let values = values.map(|(at, (variable, _))| format!("{variable}=\"${}\"", at + 1));
        values.collect()
    }
}

impl Lowering<'_> {
    /// The services that are told something that is chosen, each once in a region.
    pub(super) fn users(&self, chosen: impl Fn(&str) -> bool) -> Vec<User<'_>> {
        let placed = self.topology.services.iter().flat_map(|service| {
            let regions = service.placements.iter().map(|p| p.region);
            regions.map(move |region| (service, region))
        });
        let users = placed.map(|(service, region)| {
            let told = self.settings(service, region).into_iter();
            let told = told.filter(|s| chosen(&s.value));
            User {
                service,
                region,
                told: told.map(|s| (s.variable, s.value)).collect(),
            }
        });
        users.filter(|u| !u.told.is_empty()).collect()
    }

    /// A step of a switch that is about no region.
    pub(super) fn switched(
        &self,
        subject: &str,
        title: String,
        command: Vec<String>,
        expect: &str,
        budget_seconds: u64,
        otherwise: &str,
    ) -> Operation {
        Operation {
            kind: OperationKind::Switch,
            subject: subject.to_string(),
            region: None,
            title,
            command,
            expect: expect.into(),
            budget_seconds,
            otherwise: otherwise.into(),
        }
    }

    /// Points a service at `to`, what it is told in place of each of its variables.
    pub(super) fn pointed(
        &self,
        subject: &str,
        user: &User,
        to: &[&str],
        shown: &str,
    ) -> SwitchStep {
        let region = self.topology.region(user.region);
        let service = &user.service.name;
        let tests = user.told.iter().enumerate();
        let tests = tests.map(|(at, (variable, _))| {
            let show = self.shows(user, variable);
            format!("test \"$({show})\" = \"${}\"", at + 1)
        });
        let tests = tests.collect::<Vec<_>>().join(" && ");
        let proof = Proof {
            of: OperationKind::Switch,
            subject: subject.into(),
            region: Some(user.region),
            title: format!("Read back which database {service} in {} uses", region.name),
            command: script(&format!("{tests} && echo as wanted"), to),
            wants: "as wanted".into(),
            within_seconds: 60,
            otherwise: "the new revision is not there: look at why it does not start".into(),
        };
        SwitchStep {
            operation: self.switched(
                subject,
                format!("Point {service} in {} at {shown}", region.name),
                script(&self.tells(user), to),
                "a new revision that serves",
                120,
                "look at the new revision: the old one serves until the new one is ready",
            ),
            proof: Some(proof),
        }
    }

    /// Sees that a service does not use a copy, by what it is told first. No answer is no such
    /// answer.
    pub(super) fn unused(&self, subject: &str, user: &User, copy: &str) -> Proof {
        let region = self.topology.region(user.region);
        let variable = user.told.first().map_or("", |(v, _)| v.as_str());
        let show = self.shows(user, variable);
        let read = format!(
            "shown=$({show}) && test -n \"$shown\" && if [ \"$shown\" = \"$1\" ]; then echo 'in use'; else echo unused; fi"
        );
        let command = script(&read, &[copy]);
        let service = &user.service.name;
        Proof::unused(subject, user.region, service, &region.name, command)
    }

    /// Shell that tells a service `$1` and so on.
    fn tells(&self, user: &User) -> String {
        let by = runtime(user.service);
        by.map_or(String::new(), |by| by.tells(self.topology, user))
    }

    /// Shell that prints what a service is told by a variable.
    fn shows(&self, user: &User, variable: &str) -> String {
        let by = runtime(user.service);
        by.map_or(String::new(), |by| by.shows(self.topology, user, variable))
    }
}

/// kubectl for the cluster of a region, as a piece of shell.
pub(super) fn kubectl(topology: &Topology, id: RegionId) -> String {
    let location = topology.region(id).place.location;
    let cluster = context(topology, location);
    #[rustfmt::skip]
    let kubectl = words(&["kubectl", "--context", &cluster, "--namespace", &topology.namespace]);
    shell::command(&kubectl)
}

/// How names of copies begin, where nothing else marks them. `room` is for the part of the
/// original's name.
pub(super) fn copies_begin(name: &str, room: usize) -> String {
    let name: String = name.chars().take(room).collect();
    format!("{name}-copy-")
}
