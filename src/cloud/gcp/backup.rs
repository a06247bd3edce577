//! The backup of a host: a load balancer in each of its regions, which shares nothing with
//! the global one, and a name that turns to them by itself.

use super::Lowering;
use super::edge::{edge_call, edge_name, limit};
use super::facts;
use super::naming::{self, Kind, slug};
use super::ranges::Ranges;
use crate::deployment::{Argument, Decision, DnsFailover, RootOutput, Scope};
use crate::topology::{Duration, Host, RegionId, Topology};
use std::collections::BTreeSet;

/// Whether a host has backup load balancers. Those of Kubernetes are not generated.
pub fn has_backup(topology: &Topology, host: &Host) -> bool {
    *host.backup && !topology.service(host.service).on_cluster()
}

/// The prefix of the names of a host's backup load balancers; the region follows.
pub fn backup_name(topology: &Topology, host: &Host) -> String {
    format!("{}-backup", edge_name(topology, host))
}

/// The path that a check from outside may ask, if an answer needs no token.
fn open_path(topology: &Topology, host: &Host) -> Option<String> {
    let health = &host.health;
    (topology.expected_status(host) == 200).then(|| health.path.value.clone())
}

impl Lowering<'_> {
    /// Load balancers in regions, for the hosts that ask for a backup.
    pub(super) fn backups_of_hosts(&mut self) {
        let hosts = &self.topology.hosts;
        let hosts: Vec<&Host> = hosts
            .iter()
            .filter(|h| has_backup(self.topology, h))
            .collect();
        let regions: BTreeSet<RegionId> = hosts.iter().flat_map(|h| h.regions.clone()).collect();
        for id in regions {
            self.proxy_range(id);
        }
        for host in &hosts {
            for id in &host.regions {
                self.regional_load_balancer(host, *id);
            }
            self.dns_failover(host);
        }
        if !hosts.is_empty() {
            self.backup_decision();
        }
    }

    fn proxy_range(&mut self, id: RegionId) {
        let region = self.topology.region(id);
        naming::checked(Kind::Prefix, self.prefix(), self.topology.name_at, self.out);
        let arguments = vec![
            ("project_id", self.project()),
            ("name", self.prefix().into()),
            ("region", region.place.location.into()),
            ("network_id", self.network_id()),
            ("cidr", Ranges::of(self.topology, id).proxies.into()),
        ];
        let call = proxy_call(self.topology, id);
        self.call(&call, "gcp/proxy-subnet", Scope::Global, arguments);
    }

    fn regional_load_balancer(&mut self, host: &Host, id: RegionId) {
        let region = self.topology.region(id);
        let location = region.place.location;
        let name = backup_name(self.topology, host);
        naming::checked(
            Kind::Compute,
            format!("{name}-{location}"),
            host.span,
            self.out,
        );
        let service = self.topology.service(host.service);
        let mut arguments = vec![
            ("project_id", self.project()),
            ("name", name.into()),
            ("host", host.name.clone().into()),
            ("region", location.into()),
            ("cloud_run", service.name_in(region).into()),
            ("network_id", self.network_id()),
            ("draining_seconds", host.drain.secs().into()),
        ];
        if let Some(protect) = &host.protect {
            let each = protect.rate_limit.as_ref().map(|l| ("IP", l));
            let all = protect.region_limit.as_ref().map(|l| ("ALL", l));
            if let Some((key, rate)) = each.or(all) {
                let keyed = ("key".to_string(), Argument::from(key));
                let entries = std::iter::once(keyed).chain(limit(rate));
                arguments.push(("limit", Argument::Map(entries.collect())));
            }
            if *protect.block_bodies {
                arguments.push(("block_bodies", true.into()));
            }
            let blocked: Vec<_> = protect
                .block_countries
                .iter()
                .map(|c| c.value.clone())
                .collect();
            arguments.push(("blocked_countries", blocked.into()));
        }
        if !host.cors.is_empty() {
            let origins: Vec<_> = host.cors.iter().map(|c| c.value.clone()).collect();
            arguments.push(("cors_origins", origins.into()));
        }
        arguments.push(("labels", Argument::variable("labels")));
        let call = backup_call(self.topology, host, id);
        self.call(
            &call,
            "gcp/load-balancer-regional",
            Scope::Global,
            arguments,
        );
        self.add_after(&call, &proxy_call(self.topology, id));
        self.deployment.outputs.push(RootOutput {
            cloud: "gcp",
            name: format!("address_{}_{}", slug(&host.name), region.slug()),
            description: format!(
                "Address of {} in {} alone: the backup, and what probes of the region ask.",
                host.name, region.name
            ),
            value: self.output(&call, "address", Argument::Null),
        });
    }

    /// The check of Cloud DNS, as an argument of the host's health checks.
    pub(super) fn dns_check(&self, host: &Host) -> Argument {
        let check = facts::dns_check();
        let path = open_path(self.topology, host).map(|p| ("path".to_string(), Argument::from(p)));
        let numbers = [
            ("interval_seconds", check.interval_seconds),
            ("timeout_seconds", check.timeout_seconds),
            ("healthy_threshold", check.failures),
            ("unhealthy_threshold", check.failures),
        ];
        let numbers = numbers.map(|(k, v)| (k.to_string(), Argument::from(v)));
        let regions: Vec<Argument> = check
            .source_regions
            .iter()
            .map(|r| Argument::from(r.as_str()))
            .collect();
        let regions = ("source_regions".to_string(), Argument::List(regions));
        Argument::Map(path.into_iter().chain(numbers).chain([regions]).collect())
    }

    /// The failover of a host's record, as an entry of the module's hosts.
    pub(super) fn dns_entry(&self, host: &Host) -> Argument {
        let health = self.output(
            &edge_call("health", host),
            "dns_health_check_id",
            Argument::Null,
        );
        let backups = host.regions.iter().map(|id| {
            let call = backup_call(self.topology, host, *id);
            let value = |o: &str| self.output(&call, o, Argument::Null);
            let entry = Argument::map([
                ("address", value("address")),
                ("certificate_record", value("certificate_record")),
            ]);
            (self.topology.region(*id).place.location.to_string(), entry)
        });
        Argument::map([
            ("health_check_id", health),
            ("backups", Argument::Map(backups.collect())),
        ])
    }

    fn dns_failover(&mut self, host: &Host) {
        let check = facts::dns_check();
        let noticed = check.interval_seconds * check.failures + check.timeout_seconds;
        let ttl = host.ttl.secs();
        self.deployment.dns_failovers.push(DnsFailover {
            host: host.name.clone(),
            call: super::edge::dns_call(host),
            regions: host.regions.clone(),
            seconds: noticed + ttl,
            because: format!(
                "every {} x {} + {}, then answers that live {}",
                Duration::from_secs(check.interval_seconds),
                check.failures,
                Duration::from_secs(check.timeout_seconds),
                host.ttl.value
            ),
        });
    }

    fn backup_decision(&mut self) {
        self.deployment.decisions.push(Decision {
            title: "The backup load balancers stand in the regions".into(),
            reason: "A second global load balancer would share the fate of the first: both are \
                     one system with one control plane. The backups are regional load balancers, \
                     one in each region, which Google runs apart from it. Cloud DNS looks at the \
                     global address from three regions and gives out the nearest healthy backup \
                     when it does not answer; this is automatic, because the backups lead to the \
                     same services and the same data, so turning to them by mistake loses \
                     nothing but the failover between regions that the global one makes. It is \
                     slower than the failover of a region, by the checks of Cloud DNS and the \
                     life of the record, and resolvers that keep old answers for longer stay \
                     behind. A host that answers only with a token is checked by connecting \
                     alone, so a global load balancer that takes connections and answers them \
                     with errors is not noticed there: people turn that name by hand. \
                     The backups are also what probes of one region ask, because the global \
                     address answers from any."
                .into(),
        });
    }
}

fn proxy_call(topology: &Topology, id: RegionId) -> String {
    format!("proxy_{}", topology.region(id).slug())
}

fn backup_call(topology: &Topology, host: &Host, id: RegionId) -> String {
    format!("{}_{}", edge_call("lb", host), topology.region(id).slug())
}
