//! Two names that become one file, address, label or resource.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::topology::{Map, Name, Runtime, Service, Topology};
use std::collections::{BTreeMap, BTreeSet};

/// Two names that become one.
pub const CODE: Code = Code::new("NAME102", "names-collide");

/// Checks that no two names become one: where only `-`, `_` and `.` tell them apart, since
/// Terraform addresses and variables have only one of them; and where the final names of
/// resources of a kind meet within a cloud's scope, by hand or by derivation.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let spec = topology.written();
    collisions("hosts", &spec.traffic, out);
    collisions("alerts", &spec.alerts, out);
    collisions("metrics", &spec.metrics, out);
    for (_, service) in spec.services.iter() {
        collisions("variables", &service.env, out);
    }
    let mut finals = Finals {
        seen: BTreeMap::new(),
        out,
    };
    finals.locations(topology);
    finals.shorts(topology);
    finals.services(topology);
    finals.queues(topology);
    finals.secrets(topology);
}

fn collisions<T>(kind: &str, map: &Map<T>, out: &mut Diagnostics) {
    let mut seen: BTreeMap<String, (&Name, Span)> = BTreeMap::new();
    for (name, _) in map.iter() {
        let slug = name.text.replace(['-', '.'], "_");
        match seen.get(&slug) {
            None => {
                seen.insert(slug, (name, name.span));
            }
            Some((first, span)) => out.push(
                Diagnostic::error(
                    CODE,
                    name.span,
                    format!(
                        "the {kind} `{}` and `{}` become one name",
                        first.text, name.text
                    ),
                    format!("becomes `{slug}`"),
                )
                .also(*span, format!("becomes `{slug}` too"))
                .help("rename one of the two: Terraform addresses and variables know only `_`"),
            ),
        }
    }
}

/// Accounts that services act as, each of one service in one region: it has their rights, and
/// is made once.
#[derive(Default)]
pub struct Accounts {
    seen: BTreeMap<String, Span>,
}

impl Accounts {
    /// Takes the account of a service in a region, or says who has it.
    pub fn take(&mut self, service: &Service, account: &str) -> Option<Diagnostic> {
        let written = service.account.as_ref();
        let place = written.map_or(service.span, |a| a.span);
        let first = self.seen.insert(account.to_string(), place)?;
        let message = format!("the account `{account}` is made twice");
        let twice = Diagnostic::error(CODE, place, message, format!("becomes `{account}`"));
        if first != place {
            let help = "give one of the two another `account`: it has the rights of one service";
            return Some(
                twice
                    .also(first, format!("becomes `{account}` too"))
                    .help(help),
            );
        }
        // Two regions of one short name, or at one location, are reported there.
        let shared = written.is_some_and(|a| !a.contains("{region}"));
        let help = "write `{region}` into it: each region's has rights of its own";
        shared.then(|| twice.help(help))
    }
}

/// Whose name it is: the same thing may have it again.
#[derive(Clone, PartialEq)]
struct Owner {
    text: String,
    place: Span,
}

/// Final names of resources, each with the cloud, the kind and the scope in which it is one.
struct Finals<'a> {
    seen: BTreeMap<(String, &'static str, String, String), Owner>,
    out: &'a mut Diagnostics,
}

impl Finals<'_> {
    /// Takes a name, or reports who has it.
    fn take(&mut self, cloud: &str, kind: &'static str, scope: &str, name: String, owner: Owner) {
        let key = (cloud.to_string(), kind, scope.to_string(), name.clone());
        let Some(first) = self.seen.get(&key) else {
            self.seen.insert(key, owner);
            return;
        };
        if *first == owner {
            return;
        }
        let within = if scope.is_empty() { cloud } else { scope };
        let (a, b) = (&first.text, &owner.text);
        let message = format!("{a} and {b} have one name in {within}: the {kind} `{name}`");
        self.out.push(
            Diagnostic::error(CODE, owner.place, message, format!("becomes `{name}`"))
                .also(first.place, format!("becomes `{name}` too"))
                .help("give one of the two another name: the second would replace the first"),
        );
    }

    /// Names of what is in a region hold its location.
    fn locations(&mut self, topology: &Topology) {
        for region in &topology.regions {
            let owner = Owner {
                text: format!("region {}", region.name),
                place: region.location_at.unwrap_or(region.span),
            };
            let location = region.place.location.to_string();
            self.take(&region.cloud, "location", "", location, owner);
        }
    }

    /// What `{region}` stands for is one region's.
    fn shorts(&mut self, topology: &Topology) {
        let services = &topology.services;
        let mut patterns = services.iter().flat_map(|s| [&s.named, &s.account]);
        if !patterns.any(|p| p.as_ref().is_some_and(|p| p.contains("{region}"))) {
            return;
        }
        for region in &topology.regions {
            let written = region.own_short.as_ref();
            let owner = Owner {
                text: format!("region {}", region.name),
                place: written.map_or(region.span, |s| s.span),
            };
            self.take(&region.cloud, "short name", "", region.short.clone(), owner);
        }
    }

    fn services(&mut self, topology: &Topology) {
        for service in &topology.services {
            for placement in &service.placements {
                let region = topology.region(placement.region);
                let place = |text: Option<Span>| Owner {
                    text: format!("service {}", service.name),
                    place: text.unwrap_or(service.span),
                };
                let (kind, name) = match service.runtime {
                    Runtime::CloudRun => ("service", service.name_in(region)),
                    Runtime::Kubernetes => ("deployment", service.name.clone()),
                };
                let named = place(service.named.as_ref().map(|n| n.span));
                self.take(&region.cloud, kind, &region.name, name, named);
            }
        }
    }

    /// What is set aside goes into a queue of its own.
    fn queues(&mut self, topology: &Topology) {
        for queue in &topology.queues {
            let owner = Owner {
                text: format!("queue {}", queue.name),
                place: queue.span,
            };
            let clouds = queue.regions.iter().map(|id| &topology.region(*id).cloud);
            for cloud in clouds.collect::<BTreeSet<_>>() {
                let dead = format!("{}-dead-letter", queue.name);
                let of = queue.dead_letter.said.then_some(dead);
                for name in [Some(queue.name.clone()), of].into_iter().flatten() {
                    self.take(cloud, "queue", "", name, owner.clone());
                }
            }
        }
    }

    fn secrets(&mut self, topology: &Topology) {
        for secret in &topology.secrets {
            let owner = Owner {
                text: format!("secret {}", secret.name),
                place: secret.span,
            };
            for id in &secret.regions {
                let region = topology.region(*id);
                let name = secret.name_in(region);
                self.take(&region.cloud, "secret", "", name, owner.clone());
            }
        }
    }
}
