//! Hosts: load balancer, firewall rules, health checks, DNS.

use super::Lowering;
use super::backup::has_backup;
use super::naming::{self, Kind, slug};
use crate::cloud::{by_hand, moves_by_itself};
use crate::deployment::{Argument, Decision, Evidence, RootOutput, Scope, Variable};
use crate::diagnostic::{Code, Diagnostic};
use crate::rules::emission::no_effect;
use crate::rules::traffic::shared_check::finding;
use crate::topology::{Host, Policy, Protect, Rate, RegionId, Routing, Settled, Thing, Topology};
use std::collections::BTreeMap;

/// A timeout that is longer than the interval, which Google's health checks refuse.
pub const TIMEOUT_OVER_INTERVAL: Code = Code::new("GCP103", "timeout-over-interval");
/// A bound that Google's health checks do not have.
pub const HEALTH_CHECK_RANGE: Code = Code::new("GCP104", "health-check-range");
/// Two limits of which only one would act.
pub const TWO_LIMITS: Code = Code::new("GCP106", "two-limits");

impl Lowering<'_> {
    pub(super) fn hosts(&mut self) {
        for host in &self.topology.hosts {
            match host.routing.as_ref().map(|r| (r.value, r.span)) {
                None | Some((Routing::LoadBalancer, _)) => self.load_balancer(host),
                Some((other, span)) => {
                    self.not_available(span, &format!("routing by `{other}`"), "`load-balancer`");
                }
            }
        }
        self.backups_of_hosts();
        self.dns();
        self.idle_weights();
        self.edge_decision();
    }

    fn load_balancer(&mut self, host: &Host) {
        for api in ["compute", "certificatemanager", "monitoring"] {
            self.api(api);
        }
        self.check_health(host);
        let name = edge_name(self.topology, host);
        naming::checked(Kind::Prefix, name.clone(), host.span, self.out);
        let service = self.topology.service(host.service);
        let clusters = service.on_cluster();
        self.check_standby(host, clusters);
        let standby = Standby::of(self.topology, host);
        let call = edge_call("lb", host);
        let health = edge_call("health", host);
        let (health_arguments, path) = self.health_arguments(host, &name, clusters);
        self.call(
            &health,
            "gcp/health-checks",
            Scope::Global,
            health_arguments,
        );
        let backends = host.regions.iter().map(|id| {
            let region = self.topology.region(*id);
            let location = region.place.location;
            let backend = if clusters {
                let group = Argument::map([
                    ("group", Argument::from(self.endpoint_group(location))),
                    ("zones", region.place.spread().into()),
                ]);
                let preference = standby.map_or(Vec::new(), |s| s.arguments(*id));
                Argument::map(preference.into_iter().chain([("gke", group)]))
            } else {
                Argument::map([("cloud_run", service.name_in(region))])
            };
            (location.to_string(), backend)
        });
        let mut arguments = vec![
            ("project_id", self.project()),
            ("name", name.clone().into()),
            ("host", host.name.clone().into()),
            ("backends", Argument::Map(backends.collect())),
        ];
        if clusters {
            self.serving_variable();
            arguments.push(("serving_regions", Argument::variable("serving_regions")));
            let id = self.in_project(&format!("global/healthChecks/{name}"));
            arguments.push((
                "health_check_id",
                self.output(&health, "health_check_id", id),
            ));
            let timeout = service.calls.as_ref().and_then(|c| c.timeout.as_ref());
            // The mesh answers for a slow service before the load balancer gives up.
            arguments.push((
                "timeout_seconds",
                (timeout.map_or(30, |t| t.secs()) + 1).into(),
            ));
        }
        arguments.push(("draining_seconds", host.drain.secs().into()));
        if let Some(protect) = &host.protect {
            if let Some(rate) = &protect.rate_limit {
                arguments.push(("rate_limit", Argument::Map(limit(rate).to_vec())));
            }
            if let Some(rate) = &protect.region_limit {
                self.check_limits(protect, rate);
                arguments.push(("region_limit", Argument::Map(limit(rate).to_vec())));
            }
            if *protect.block_bodies {
                arguments.push(("block_bodies", true.into()));
            }
        }
        if has_backup(self.topology, host) {
            arguments.push(("default_certificate", true.into()));
        }
        if let Some(protect) = &host.protect {
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
        self.call(&call, "gcp/load-balancer", Scope::Global, arguments);
        self.outputs(host, &call, &path);
    }

    /// The global load balancer moves users by itself, unless the others' back ends are closed.
    fn check_standby(&mut self, host: &Host, clusters: bool) {
        if host.regions.len() < 2 {
            return;
        }
        let first = host.policy.first();
        let failover = first.filter(|p| p.value == Policy::Failover);
        let by_hand = by_hand(self.topology);
        if let Some(policy) = failover.filter(|_| !clusters) {
            self.not_available(
                policy.span,
                "the policy `failover` for Cloud Run, whose back ends have neither preference nor capacity,",
                "it for services with `runtime: kubernetes`; without a policy, users are served in the nearest region",
            );
        }
        if let Some(mode) = by_hand.filter(|_| failover.is_none()) {
            let name = &host.name;
            let help = match clusters {
                true => format!(
                    "write `mode: automatic`, or `policy: [failover]` on `{name}`: then one region serves, and a person opens the others"
                ),
                false => "write `mode: automatic`, or give the host one `region`".into(),
            };
            let by = "an anycast address leads them to the nearest region that is healthy";
            self.out.push(moves_by_itself(host, mode, by, help));
        }
    }

    /// Cloud Armor applies the first rule that matches, and both limits match everything.
    fn check_limits(&mut self, protect: &Protect, region: &Settled<Rate>) {
        let Some(each) = &protect.rate_limit else {
            return;
        };
        self.out.push(
            Diagnostic::error(
                TWO_LIMITS,
                region.span,
                "Cloud Armor cannot limit a client and a region on one host",
                "the first rule that matches decides",
            )
            .also(each.span, "this one matches every request too")
            .help("keep one of `rate_limit` and `region_limit`"),
        );
    }

    fn serving_variable(&mut self) {
        if self
            .deployment
            .variables
            .iter()
            .any(|v| v.name == "serving_regions")
        {
            return;
        }
        self.deployment.variables.push(Variable {
            kind: "list(string)",
            ..super::variable(
                "serving_regions",
                "Regions that get traffic; all if null. Set it to [] for the first apply, before the ingress gateways have made their endpoint groups.".into(),
                Some(Argument::Null),
                Argument::Null,
            )
        });
    }

    fn health_arguments(
        &self,
        host: &Host,
        name: &str,
        clusters: bool,
    ) -> (Vec<(&'static str, Argument)>, String) {
        let health = &host.health;
        let path = health.path.value.clone();
        let mut arguments = vec![
            ("project_id", self.project()),
            ("name", name.into()),
            ("host", host.name.clone().into()),
        ];
        if clusters {
            let check = host.check();
            arguments.push((
                "load_balancer",
                Argument::map([
                    ("path", Argument::from(path.clone())),
                    ("interval_seconds", check.every.into()),
                    ("timeout_seconds", check.timeout.into()),
                    ("healthy_threshold", check.successes.into()),
                    ("unhealthy_threshold", check.failures.into()),
                ]),
            ));
        }
        if has_backup(self.topology, host) {
            arguments.push(("dns", self.dns_check(host)));
        }
        arguments.push(("uptime_paths", host.checked_paths().into()));
        let status = self.topology.expected_status(host);
        if host.health.said || status != health.status.value {
            arguments.push(("expected_status", status.into()));
        }
        if let Some(body) = health.body.as_ref().filter(|_| health.said) {
            arguments.push(("expected_body", body.value.clone().into()));
        }
        (arguments, path)
    }

    fn check_health(&mut self, host: &Host) {
        if !host.health.said {
            return;
        }
        let health = &host.health;
        // The load balancer asks one path of clusters; `also` is watched by uptime checks alone.
        let service = self.topology.service(host.service);
        if host.regions.len() > 1 && service.on_cluster() {
            let (path, then) = (&health.path, "no region is healthy");
            let found = finding(self.topology, service, path.as_str(), path.span, then);
            self.out.extend(found);
        }
        if let Some(timeout) = health
            .timeout
            .as_ref()
            .filter(|t| t.value > health.every.value)
        {
            self.out.push(
                Diagnostic::error(
                    TIMEOUT_OVER_INTERVAL,
                    timeout.span,
                    "a check may not take longer than the time between two",
                    format!("waits {}", timeout.value),
                )
                .also(
                    health.every.span,
                    format!("checks every {}", health.every.value),
                )
                .help(format!("write `timeout: {}` or less", health.every.value)),
            );
        }
        if !(1..=300).contains(&health.every.secs()) {
            self.out.push(
                Diagnostic::error(
                    HEALTH_CHECK_RANGE,
                    health.every.span,
                    "Google's load balancers check every 1 to 300 seconds",
                    format!("every {}", health.every.value),
                )
                .help("write an interval from `1s` to `300s`"),
            );
        }
        for threshold in [&health.unhealthy_after, &health.healthy_after] {
            if !(1..=10).contains(&threshold.value) {
                self.out.push(
                    Diagnostic::error(
                        HEALTH_CHECK_RANGE,
                        threshold.span,
                        "Google's load balancers count 1 to 10 checks",
                        format!("{} checks", threshold.value),
                    )
                    .help("write a number from 1 to 10"),
                );
            }
        }
    }

    fn outputs(&mut self, host: &Host, call: &str, path: &str) {
        let value = |output: &str| Argument::Output {
            call: call.to_string(),
            output: output.to_string(),
            elsewhere: Box::new(Argument::Null),
        };
        let slug = slug(&host.name);
        self.deployment.outputs.push(RootOutput {
            cloud: "gcp",
            name: format!("address_{slug}"),
            description: format!(
                "Address of {}; check it with curl --resolve and {path}.",
                host.name
            ),
            value: value("address"),
        });
        self.deployment.outputs.push(RootOutput {
            cloud: "gcp",
            name: format!("certificate_record_{slug}"),
            description: format!("DNS record that proves control of {}.", host.name),
            value: value("certificate_record"),
        });
    }

    /// One zone for each domain, or the existing one that hosts name.
    fn dns(&mut self) {
        let mut zones: BTreeMap<(String, Option<String>), Vec<&Host>> = BTreeMap::new();
        for host in &self.topology.hosts {
            let existing = host.dns_zone.as_ref().map(|z| z.value.clone());
            zones
                .entry((host.domain().to_string(), existing))
                .or_default()
                .push(host);
        }
        for ((domain, existing), hosts) in zones {
            self.api("dns");
            let entries = hosts.iter().map(|host| {
                let call = edge_call("lb", host);
                let value = |o: &str| self.output(&call, o, Argument::Null);
                let mut entry = vec![
                    ("address", value("address")),
                    ("ttl_seconds", host.ttl.secs().into()),
                    ("certificate_record", value("certificate_record")),
                ];
                if has_backup(self.topology, host) {
                    entry.push(("failover", self.dns_entry(host)));
                }
                (host.name.clone(), Argument::map(entry))
            });
            let entries = Argument::Map(entries.collect());
            let name = slug(&domain).replace('_', "-");
            let mut arguments = vec![
                ("project_id", self.project()),
                (
                    "name",
                    naming::checked(Kind::Prefix, name, hosts[0].span, self.out).into(),
                ),
                ("domain", domain.clone().into()),
            ];
            match existing {
                Some(existing) => arguments.push(("existing_zone", existing.into())),
                None => self.delegation(&domain),
            }
            arguments.push(("hosts", entries));
            arguments.push(("labels", Argument::variable("labels")));
            self.call(
                &format!("dns_{}", slug(&domain)),
                "gcp/dns",
                Scope::Global,
                arguments,
            );
        }
    }

    /// Where a new zone is to be delegated to: until it is, its names lead nowhere.
    fn delegation(&mut self, domain: &str) {
        let call = format!("dns_{}", slug(domain));
        self.deployment.outputs.push(RootOutput {
            cloud: "gcp",
            name: format!("{call}_name_servers"),
            description: format!("Name servers to enter where the domain is delegated: {domain}."),
            value: self.output(&call, "name_servers", Argument::Null),
        });
    }

    /// Weights of regions that the load balancer does not know, where no mesh behind it does.
    fn idle_weights(&mut self) {
        let (topology, regions) = (self.topology, &self.regions);
        let here = |h: &&Host| {
            let own = h.regions.iter().filter(|r| regions.contains(r)).count();
            let first = h.policy.first().map(|p| p.value);
            h.external().is_none() && own > 1 && first != Some(Policy::Failover)
        };
        for host in topology.hosts.iter().filter(here) {
            if topology.mesh.is_some() {
                continue;
            }
            let at = format!(
                "at the load balancer of `{}`, which sends users to the nearest region with room",
                host.name
            );
            let served = host.regions.iter().map(|id| topology.region(*id));
            let none = served
                .filter_map(|r| r.own_weight.as_ref())
                .filter(|w| w.value == 0);
            let counts = "`role: standby` keeps users away until they have nowhere else to go";
            self.out
                .extend(none.map(|w| no_effect::says(w.span, "weight: 0", &at, counts)));
        }
    }

    fn edge_decision(&mut self) {
        let policies: Vec<Policy> = self
            .topology
            .hosts
            .iter()
            .flat_map(|h| h.policy.iter().map(|p| p.value))
            .collect();
        if policies.is_empty() {
            return;
        }
        let weights = match self.topology.mesh {
            Some(_) => {
                "Weights act in the mesh, behind it; a weighted back end at the edge would give \
                 up nearness and failover. Price is no input of either, so `cost` has no effect."
            }
            None => {
                "Weights and prices are no input of it: a weighted back end would give up \
                 nearness and failover."
            }
        };
        if self
            .topology
            .hosts
            .iter()
            .any(|h| Standby::of(self.topology, h).is_some())
        {
            let who = match by_hand(self.topology) {
                Some(_) => {
                    "The others have no capacity until failover-region.sh gives them some, after a person has decided."
                }
                None => {
                    "The others get users when its back ends are unhealthy, or more requests than they are given room for."
                }
            };
            self.deployment.decisions.push(Decision {
                title: "One region serves and the others stand by".into(),
                reason: format!(
                    "`policy: [failover]` makes the back ends of the primary preferred: users go \
                     there wherever they are. {who}"
                ),
            });
        }
        self.deployment.decisions.push(Decision {
            title: "Who chooses the region".into(),
            reason: format!(
                "The global load balancer sends a user to the nearest healthy region with room: \
                 geography, latency and capacity in one, and not configurable. {weights}"
            ),
        });
    }
}

/// The key of the name of a host's load balancer in the lock.
const EDGE: &str = "edge";

/// Settles the name of each host's load balancer: another host changes none.
pub(super) fn settle(topology: &mut Topology, regions: &[RegionId]) {
    let here = |h: &&Host| h.external().is_none() && h.regions.iter().any(|r| regions.contains(r));
    let hosts: Vec<Host> = topology.hosts.iter().filter(here).cloned().collect();
    for host in hosts {
        let name = derived_name(topology, &host);
        let kind = Thing::Host.word();
        topology.lock.settle(kind, &host.name, EDGE, || name);
    }
}

/// The name of a host's load balancer.
pub fn edge_name(topology: &crate::topology::Topology, host: &Host) -> String {
    let recorded = topology.lock.get(Thing::Host.word(), &host.name, EDGE);
    recorded.map_or_else(|| derived_name(topology, host), str::to_string)
}

/// System and first label; the whole host where two hosts begin alike.
fn derived_name(topology: &Topology, host: &Host) -> String {
    let first = |h: &Host| h.name.split('.').next().unwrap_or_default().to_string();
    let same = topology
        .hosts
        .iter()
        .filter(|h| first(h) == first(host))
        .count();
    match same {
        1 => format!("{}-{}", topology.name, first(host)),
        _ => host.name.replace('.', "-"),
    }
}

/// Whether a host asks for something that the global load balancer does not have: nothing is
/// known of how it leaves a region then.
pub fn refused(topology: &Topology, host: &Host) -> bool {
    let routing = host.routing.as_ref().map(|r| r.value);
    let failover = host.policy.first().map(|p| p.value) == Some(Policy::Failover);
    let clusters = topology.service(host.service).on_cluster();
    let several = host.regions.len() > 1;
    let cannot_wait = by_hand(topology).is_some() && !failover;
    routing.is_some_and(|r| r != Routing::LoadBalancer)
        || several && (failover && !clusters || cannot_wait)
}

/// One region serves and the others stand by: `policy: [failover]` on clusters.
#[derive(Clone, Copy)]
pub struct Standby {
    /// The region that serves.
    pub primary: RegionId,
    /// Whether a person opens the others.
    pub by_hand: bool,
}

impl Standby {
    /// Of a host, if it has one.
    pub fn of(topology: &Topology, host: &Host) -> Option<Self> {
        let clusters = topology.service(host.service).on_cluster();
        let first = host.policy.first().map(|p| p.value);
        if first != Some(Policy::Failover) || !clusters || host.regions.len() < 2 {
            return None;
        }
        let primary = topology.primary().filter(|r| host.regions.contains(r));
        Some(Standby {
            primary: primary.unwrap_or(host.regions[0]),
            by_hand: by_hand(topology).is_some(),
        })
    }

    /// What the back ends of a region are given. A preferred one is filled first; one without
    /// capacity gets nothing until a person gives it some.
    fn arguments(self, region: RegionId) -> Vec<(&'static str, Argument)> {
        match (region == self.primary, self.by_hand) {
            (true, false) => vec![("preferred", true.into())],
            (false, true) => vec![("capacity", 0u64.into())],
            _ => Vec::new(),
        }
    }
}

/// Where the regions of a host stand in the tree.
pub fn evidence(host: &Host) -> Vec<Evidence> {
    vec![Evidence::Argument {
        call: edge_call("lb", host),
        path: "backends".into(),
    }]
}

/// The call that owns a host's record.
pub fn dns_call(host: &Host) -> String {
    format!("dns_{}", slug(host.domain()))
}

/// The name of the zone that holds a host's record.
pub fn zone_name(host: &Host) -> String {
    let existing = host.dns_zone.as_ref();
    existing.map_or_else(
        || host.domain().replace(['.', '_'], "-"),
        |zone| zone.value.clone(),
    )
}

/// A limit as Cloud Armor counts it: over ten seconds at least.
pub fn limit(rate: &Rate) -> [(String, Argument); 2] {
    [
        ("count".into(), rate.in_seconds(10).into()),
        ("interval_seconds".into(), 10u64.into()),
    ]
}

pub fn edge_call(kind: &str, host: &Host) -> String {
    format!("{kind}_{}", slug(&host.name))
}
