//! Public zones of hosts, and what is different at the top of one.

use super::edge::region_host;
use super::{Lowering, naming, output};
use crate::deployment::{Argument, RootOutput, Scope};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lock;
use crate::topology::{Host, Thing, Topology};

/// A host that is the domain of its zone, and asks for what an alias does not have.
pub const HOST_AT_APEX: Code = Code::new("AWS114", "host-at-apex");

impl Lowering<'_> {
    /// DNS allows no CNAME at the top of a zone. Aliases take its place: they lead to records of
    /// the same zone, and live as long as the load balancer's own.
    pub(super) fn check_apex(&mut self, host: &Host) {
        if host.regions.len() < 2 || !at_apex(self.topology, host) {
            return;
        }
        let name = &host.name;
        let life = alias_seconds();
        if host.ttl.secs() != life {
            let what = format!("an alias lives {life} s, and `{name}` is the top of its zone");
            let found = Diagnostic::error(HOST_AT_APEX, host.ttl.span, what, "cannot be set there");
            let help = format!("leave `ttl` out, or serve users at `www.{name}`");
            self.out.push(found.help(help));
        }
        for id in host.regions.clone() {
            let own = region_host(self.topology, host, id);
            let Some(own) = own.filter(|o| !same_zone(self.topology, host, o)) else {
                continue;
            };
            let what = format!("`{}` is in another zone than `{name}`", own.name);
            let found = Diagnostic::error(
                HOST_AT_APEX,
                own.span,
                what,
                "an alias leads to records of its own zone",
            );
            let label = "the top of its zone, where an alias takes the place of a CNAME";
            let found = found.also(host.span, label);
            let region = &self.topology.region(id).name;
            self.out
                .push(found.help(format!("name it `{region}.{name}`, in the same zone")));
        }
    }

    /// One public zone for each domain, but for those that are there already.
    pub(super) fn public_zones(&mut self, hosts: &[&Host]) {
        let mut domains: Vec<String> = Vec::new();
        for host in hosts.iter().filter(|h| h.dns_zone.is_none()) {
            let domain = domain(self.topology, host);
            if !domains.contains(&domain) {
                domains.push(domain);
            }
        }
        let home = self.route53_home();
        for domain in domains {
            let call = format!("dns_{}", naming::slug(&domain));
            let arguments = vec![
                ("name", naming::slug(&domain).replace('_', "-").into()),
                ("account_id", Argument::variable("account_id")),
                ("domain", domain.clone().into()),
            ];
            self.call_with(
                &call,
                "aws/dns",
                Scope::Global,
                vec![("aws", home.clone())],
                arguments,
            );
            for (what, description) in [
                (
                    "name_servers",
                    "Name servers to enter where the domain is delegated",
                ),
                ("ds_record", "DS record to enter there once they answer"),
            ] {
                self.deployment.outputs.push(RootOutput {
                    cloud: "aws",
                    name: format!("{call}_{what}"),
                    description: format!("{description}: {domain}."),
                    value: output(&call, what, Argument::Null),
                });
            }
        }
    }

    /// The id of the zone of a host.
    pub(super) fn zone(&mut self, host: &Host) -> Argument {
        if let Some(existing) = &host.dns_zone {
            return existing.as_str().into();
        }
        let domain = domain(self.topology, host);
        let call = format!("dns_{}", naming::slug(&domain));
        let what = format!("Id of the public zone {domain}.");
        self.id(
            &call,
            "zone_id",
            &what,
            "string",
            "Z0123456789ABCDEFGHIJ".into(),
        )
    }
}

/// The key of the domain of a host's zone in the lock.
const ZONE: &str = "zone";

/// Settles the zone of each host: one that comes or goes moves no record of another.
pub(super) fn settle_zones(topology: &mut Topology, out: &mut Diagnostics) {
    for host in topology.hosts.clone() {
        let derived = derived_domain(topology, &host);
        let kind = Thing::Host.word();
        if let (Some(written), Some(entry)) = (
            &host.zone_domain,
            topology.lock.entry(kind, &host.name, ZONE),
        ) && written.value != entry.value
        {
            let what = format!("the records of `{}` would move to another zone", host.name);
            out.push(lock::disagrees(entry, written.span, written, &what));
        }
        topology.lock.settle(kind, &host.name, ZONE, || derived);
    }
}

/// The domain of a host's zone.
pub(super) fn domain(topology: &Topology, host: &Host) -> String {
    let recorded = topology.lock.get(Thing::Host.word(), &host.name, ZONE);
    recorded.map_or_else(|| derived_domain(topology, host), str::to_string)
}

/// The zone that is written, else that another host has already and that covers it, else its own, or the domain of
/// another host above that.
fn derived_domain(topology: &Topology, host: &Host) -> String {
    if let Some(written) = &host.zone_domain {
        return written.value.clone();
    }
    let hosts = topology.hosts.iter();
    let recorded = hosts.filter_map(|h| topology.lock.get(Thing::Host.word(), &h.name, ZONE));
    let recorded = recorded.filter(|zone| below(&host.name, zone));
    if let Some(nearest) = recorded.max_by_key(|zone| zone.len()) {
        return nearest.to_string();
    }
    let own = host.domain();
    let above = topology.hosts.iter().map(Host::domain);
    let above = above.filter(|other| own.ends_with(&format!(".{other}")));
    above.min_by_key(|d| d.len()).unwrap_or(own).to_string()
}

/// Whether a name is in a domain, or is it.
fn below(name: &str, domain: &str) -> bool {
    let rest = name.strip_suffix(domain);
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// How long the alias of a load balancer lives, in seconds.
fn alias_seconds() -> u64 {
    let life = crate::catalog::facts::fact("aws.route53.alias").high;
    life.map_or(0, |millis| millis / 1000)
}

/// Whether a host is the top of its zone.
pub(super) fn at_apex(topology: &Topology, host: &Host) -> bool {
    domain(topology, host) == host.name
}

/// Whether the records of two hosts are in one zone.
fn same_zone(topology: &Topology, one: &Host, other: &Host) -> bool {
    let existing = |h: &Host| h.dns_zone.as_ref().map(|z| z.value.clone());
    existing(one) == existing(other)
        && (existing(one).is_some() || domain(topology, one) == domain(topology, other))
}
