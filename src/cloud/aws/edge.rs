//! Hosts: a load balancer in each region, and Route 53 before them.
//!
//! | name | where | leads to |
//! |---|---|---|
//! | the host | links root | a region, by the host's policy |
//! | `REGION.shift.HOST` | links root | that region, but for the share that is moved away |
//! | the region's own host | its root | the load balancer of the region |

use super::bindings::binding;
use super::network::{LOGS, Subnets};
use super::ranges::Ranges;
use super::zones::{at_apex, domain};
use super::{Lowering, facts, naming, output, variable};
use crate::cloud::{by_hand, moves_by_itself};
use crate::deployment::{Argument, Decision, Evidence, INGRESS, ProviderUse, Scope, Variable};
use crate::diagnostic::{Code, Diagnostic};
use crate::rules::traffic::shared_check::finding;
use crate::source::Span;
use crate::topology::settings::Check;
use crate::topology::{Host, RegionId, Topology};
use crate::topology::{Policy, Routing};
use std::collections::BTreeMap;

/// A bound that AWS' health checks do not have.
pub const HEALTH_CHECK_RANGE: Code = Code::new("AWS112", "health-check-range");
/// A region that Route 53 can send users to by no name of its own.
pub const NO_REGION_HOST: Code = Code::new("AWS113", "region-without-a-host");
/// Hosts that ask one load balancer for two things.
pub const ONE_BALANCER: Code = Code::new("AWS116", "hosts-of-one-load-balancer-disagree");

/// The call that proves hosts to ACM.
const PROOFS: &str = "certificate_proofs";

/// Where Route 53 has its key, its logs and its metrics.
pub(super) const ROUTE53_HOME: &str = "us-east-1";
/// The port at which the gateways take HTTPS, and the one that says whether they are ready.
const GATEWAY_PORTS: [u32; 2] = [8443, 15021];

impl Lowering<'_> {
    pub(super) fn hosts(&mut self) {
        let hosts = &self.topology.hosts;
        let here = |h: &&Host| h.regions.iter().any(|r| self.regions.contains(r));
        let hosts: Vec<&Host> = hosts.iter().filter(here).collect();
        if hosts.is_empty() {
            return;
        }
        for host in &hosts {
            self.check_routing(host);
            self.check_mode(host);
            self.check_health(host);
            self.check_apex(host);
        }
        self.public_zones(&hosts);
        self.certificate_proofs(&hosts);
        for id in self.regions.clone() {
            let own: Vec<&Host> = hosts
                .iter()
                .copied()
                .filter(|h| h.regions.contains(&id))
                .collect();
            if !own.is_empty() {
                self.edge(id, &own);
            }
        }
        for host in hosts.iter().copied().filter(|h| h.regions.len() > 1) {
            self.host_records(host);
        }
        self.edge_decisions();
    }

    fn check_routing(&mut self, host: &Host) {
        let routing = host.routing.as_ref();
        if let Some(other) = routing.filter(|r| !super::READS.routings.contains(&r.value)) {
            let what = format!("routing by `{}`", other.value);
            self.not_available(other.span, &what, "`route53`");
        }
        for (at, policy) in host.policy.iter().enumerate() {
            let first = matches!(
                policy.value,
                Policy::Latency | Policy::Weight | Policy::Failover
            );
            let fits = if at == 0 {
                first
            } else {
                policy.value == Policy::RoundRobin
            };
            // Weights beside latency have a finding of their own.
            let told = at > 0 && policy.value == Policy::Weight;
            if !fits && !told {
                let what = format!("the policy `{}` in this place", policy.value);
                self.not_available(
                    policy.span,
                    &what,
                    "`latency`, `weight` or `failover`, and `round-robin` behind it for what a lost region leaves",
                );
            }
        }
    }

    /// By latency Route 53 answers with the next region as soon as one fails its checks.
    fn check_mode(&mut self, host: &Host) {
        let latency = first_policy(host) == Policy::Latency && host.regions.len() > 1;
        if let Some(mode) = by_hand(self.topology).filter(|_| latency) {
            let name = &host.name;
            let help = format!(
                "write `mode: automatic`, or `policy: [failover]` on `{name}`: then records follow a switch that a person turns"
            );
            let by = "by latency, Route 53 answers with the next region that is healthy";
            self.out.push(moves_by_itself(host, mode, by, help));
        }
    }

    fn check_health(&mut self, host: &Host) {
        if !host.health.said {
            return;
        }
        let health = &host.health;
        // Route 53 asks all paths, and a region is healthy if each answers.
        if host.regions.len() > 1 {
            let service = self.topology.service(host.service);
            for path in std::iter::once(&health.path).chain(&health.also) {
                let (asked, then) = (path.as_str(), "no region is healthy");
                let found = finding(self.topology, service, asked, path.span, then);
                self.out.extend(found);
            }
        }
        let bounds = facts::health();
        let every = health.every.secs();
        let mut refuse = |span: Span, what: String, label: String, help: String| {
            let found = Diagnostic::error(HEALTH_CHECK_RANGE, span, what, label);
            self.out.push(found.help(help));
        };
        if !bounds.intervals.contains(&every) {
            refuse(
                health.every.span,
                "Route 53 checks every 10 or every 30 seconds".into(),
                format!("every {}", health.every.value),
                "write `10s` or `30s`".into(),
            );
        }
        let timeout = health.timeout.as_ref();
        let [least, most] = bounds.target_timeout;
        if let Some(timeout) =
            timeout.filter(|t| t.secs() < least || t.secs() > most || t.secs() >= every)
        {
            refuse(
                timeout.span,
                format!(
                    "a load balancer waits {least} to {most} seconds, and less than between two checks"
                ),
                format!("waits {}", timeout.value),
                format!(
                    "write a time from `{least}s`, below `{}`",
                    health.every.value
                ),
            );
        }
        let [fewest, most] = bounds.target_threshold;
        for threshold in [&health.unhealthy_after, &health.healthy_after] {
            if !(fewest..=most.min(bounds.most_failures)).contains(&threshold.value) {
                refuse(
                    threshold.span,
                    format!("load balancers count {fewest} to {most} checks"),
                    format!("{} checks", threshold.value),
                    format!("write a number from {fewest} to {most}"),
                );
            }
        }
    }

    /// The address of the configuration for [`ROUTE53_HOME`], whether or not the system has
    /// a region there.
    pub(super) fn route53_home(&mut self) -> String {
        let home = self
            .regions
            .iter()
            .copied()
            .find(|id| self.location(*id) == ROUTE53_HOME);
        if let Some(id) = home {
            return format!("aws.{}", self.topology.region(id).slug());
        }
        let alias = naming::slug(ROUTE53_HOME);
        let known = self.deployment.providers.iter();
        if known.clone().all(|p| p.alias.as_ref() != Some(&alias)) {
            let configuration = ProviderUse {
                alias: Some(alias.clone()),
                ..super::configuration_at(ROUTE53_HOME)
            };
            self.deployment.providers.push(configuration);
        }
        format!("aws.{alias}")
    }

    /// What proves hosts to ACM in every region. No region may own it: it would go with the region.
    fn certificate_proofs(&mut self, hosts: &[&Host]) {
        let zones = hosts
            .iter()
            .map(|host| (host.name.clone(), self.zone(host)));
        let zones: Vec<(String, Argument)> = zones.collect();
        let home = self.route53_home();
        self.call_with(
            PROOFS,
            "aws/certificate-proofs",
            Scope::Global,
            vec![("aws", home)],
            vec![("hosts", Argument::Map(zones))],
        );
    }

    /// A region's load balancer with everything that belongs to it.
    fn edge(&mut self, id: RegionId, hosts: &[&Host]) {
        let slug = self.topology.region(id).slug();
        let name = edge_name(self.topology, id);
        let logs = self.access_logs(id);
        self.firewall(id, hosts, &name);
        let Some(first) = most_important(hosts) else {
            return;
        };
        self.check_shared(id, first, hosts);
        let mut names: Vec<&str> = vec![&first.name];
        names.extend(
            hosts
                .iter()
                .map(|h| h.name.as_str())
                .filter(|n| *n != first.name),
        );
        let own = hosts.iter().filter(|h| h.regions.len() == 1);
        let own = own.map(|h| (h.name.clone(), self.zone(h)));
        let own: Vec<(String, Argument)> = own.collect();
        let drain = hosts.iter().map(|h| h.drain.secs()).max().unwrap_or(0);
        let range = Ranges::of(self.topology, id);
        let check = target_check(self.topology, id);
        let health = health_arguments(check);
        let mut arguments = vec![
            ("name", name.clone().into()),
            ("hosts", names.into()),
            ("own_hosts", Argument::Map(own)),
            ("vpc_id", self.vpc(id)),
            ("subnet_ids", self.subnets(id, Subnets::Public)),
            ("target_cidr", range.vpc.into()),
            ("target_port", GATEWAY_PORTS[0].into()),
            ("health", health),
        ];
        let failover = self.topology.failover.as_ref();
        if let Some(share) = failover.and_then(|f| f.healthy_below.as_ref()) {
            let percent = (share.ratio() * 100.0).round() as u64;
            arguments.push(("minimum_healthy_percent", percent.into()));
        }
        let web_acl = output(&format!("firewall_{slug}"), "arn", Argument::Null);
        arguments.extend([
            ("drain_seconds", drain.into()),
            ("web_acl_arn", web_acl),
            ("logs_bucket", logs),
        ]);
        let call = edge_call(self.topology, id);
        self.call(&call, "aws/alb", Scope::Region(id), id, arguments);
        self.add_after(&call, PROOFS);
        let binding = binding(&name, "public", INGRESS, 443, &range.public, &GATEWAY_PORTS);
        self.objects.entry(id).or_default().push(binding);
    }

    /// What hosts ask of the load balancer that they share, and another host has decided.
    fn check_shared(&mut self, id: RegionId, first: &Host, hosts: &[&Host]) {
        let region = &self.topology.region(id).name;
        let emitted = check_of(first);
        // Said once, where they first meet.
        let met = |h: &&&Host| h.regions.iter().find(|r| first.regions.contains(r)) == Some(&id);
        let others = hosts.iter().filter(|h| h.name != first.name);
        for host in others.filter(met) {
            let asked = host.health.said.then(|| check_of(host));
            let Some(asked) = asked.filter(|c| numbers(*c) != numbers(emitted)) else {
                continue;
            };
            self.out.push(
                Diagnostic::warning(
                    ONE_BALANCER,
                    asked.span,
                    format!(
                        "`{}` and `{}` share the load balancer of {region}, which has one check of its targets",
                        host.name, first.name
                    ),
                    format!("targets are checked {}, as `{}` says", emitted.words(), first.name),
                )
                .also(emitted.span, "this one is emitted")
                .help("write the same `health` intervals, timeouts and thresholds on both hosts"),
            );
        }
        let limits = |h: &Host| {
            let protect = h.protect.as_ref()?;
            let rate = |r: &Option<crate::topology::Settled<crate::topology::Rate>>| {
                r.as_ref().map(|r| r.in_seconds(60))
            };
            let bodies = *protect.block_bodies;
            Some((
                rate(&protect.rate_limit),
                rate(&protect.region_limit),
                bodies,
            ))
        };
        let mut protected = hosts
            .iter()
            .filter(met)
            .filter_map(|h| Some((h, limits(h)?)));
        let Some((one, least)) = protected.next() else {
            return;
        };
        for (host, _) in protected.filter(|(_, l)| *l != least) {
            let span = |h: &Host| h.protect.as_ref().map_or(h.span, |p| p.span);
            self.out.push(
                Diagnostic::warning(
                    ONE_BALANCER,
                    span(host),
                    format!(
                        "`{}` and `{}` share the firewall of {region}, which has one limit of each kind and one word on bodies",
                        host.name, one.name
                    ),
                    "the tightest holds for both hosts",
                )
                .also(span(one), "that of the other host")
                .help("write the same `protect` on both hosts"),
            );
        }
    }

    /// The bucket of a region's access logs, which load balancers write with keys of S3.
    fn access_logs(&mut self, id: RegionId) -> Argument {
        let slug = self.topology.region(id).slug();
        let location = self.location(id);
        let bucket = format!(
            "{}-{}-{location}-access",
            self.account_text(),
            self.topology.name
        );
        let bucket = naming::cut(&bucket, facts::names().bucket);
        let days = facts::records().keep_days;
        let arguments = vec![
            ("account_id", Argument::variable("account_id")),
            ("bucket", bucket.into()),
            ("old_version_days", days.into()),
            ("expire_days", days.into()),
            (
                "writers",
                vec!["logdelivery.elasticloadbalancing.amazonaws.com"].into(),
            ),
        ];
        let call = format!("access_logs_{slug}");
        self.call(&call, "aws/s3-bucket", Scope::Region(id), id, arguments);
        output(&call, "bucket", Argument::Null)
    }

    /// What is kept out: the tightest limits of the region's hosts.
    fn firewall(&mut self, id: RegionId, hosts: &[&Host], name: &str) {
        let protects = || hosts.iter().filter_map(|h| h.protect.as_ref());
        let per_minute =
            |limit: &crate::topology::Settled<crate::topology::Rate>| limit.in_seconds(60);
        let client = protects()
            .filter_map(|p| p.rate_limit.as_ref())
            .map(per_minute)
            .min();
        let region = protects()
            .filter_map(|p| p.region_limit.as_ref())
            .map(per_minute)
            .min();
        let mut countries: Vec<String> = protects()
            .flat_map(|p| p.block_countries.iter().map(|c| c.value.clone()))
            .collect();
        countries.sort();
        countries.dedup();
        let firewall = protects().all(|p| *p.firewall);
        let logs = self.key(id, "logs", &[LOGS]);
        self.variable(Variable {
            kind: "list(string)",
            ..variable(
                "health_checker_cidrs",
                "Ranges of Route 53's health checkers, which no rule refuses, where Terraform cannot reach ip-ranges.amazonaws.com: `aws route53 get-checker-ip-ranges`. Null for those that AWS publishes.",
                Some(Argument::Null),
                Argument::Null,
            )
        });
        let mut arguments = vec![
            ("name", name.into()),
            ("firewall", firewall.into()),
            (
                "health_checker_cidrs",
                Argument::variable("health_checker_cidrs"),
            ),
        ];
        if protects().any(|p| *p.block_bodies) {
            arguments.push(("body_rules_block", true.into()));
        }
        if !countries.is_empty() {
            arguments.push(("blocked_countries", countries.into()));
        }
        if let Some(client) = client {
            arguments.push(("client_limit_per_minute", client.into()));
        }
        if let Some(region) = region {
            arguments.push(("region_limit_per_minute", region.into()));
        }
        arguments.push(("logs_kms_key_arn", logs));
        let call = format!("firewall_{}", self.topology.region(id).slug());
        self.call(&call, "aws/waf", Scope::Region(id), id, arguments);
    }

    /// The checks and records of a host on several regions.
    fn host_records(&mut self, host: &Host) {
        let mut endpoints = Vec::new();
        let regions = host.regions.iter().copied();
        for id in regions
            .filter(|r| self.regions.contains(r))
            .collect::<Vec<_>>()
        {
            let Some(own) = self.region_host(host, id) else {
                continue;
            };
            let check = self.health_checks(host, id, &own);
            let region = self.topology.region(id);
            let mut endpoint = vec![("host", Argument::from(own)), ("health_check_id", check)];
            match first_policy(host) {
                Policy::Weight => endpoint.push(("weight", region.weight.into())),
                Policy::Failover => {
                    let primary = self.topology.primary() == Some(id);
                    endpoint.push(("primary", primary.into()));
                }
                _ => {}
            }
            endpoints.push((self.location(id).to_string(), Argument::map(endpoint)));
        }
        let policy = match first_policy(host) {
            Policy::Weight => "weighted",
            Policy::Failover => "failover",
            _ => "latency",
        };
        let spread = host.policy.iter().any(|p| p.value == Policy::RoundRobin);
        let home = self.route53_home();
        let mut arguments = vec![
            ("zone_id", self.zone(host)),
            ("domain", domain(self.topology, host).into()),
            ("host", host.name.clone().into()),
            ("policy", policy.into()),
            ("next_by_policy", (!spread).into()),
            ("ttl_seconds", host.ttl.secs().into()),
            ("endpoints", Argument::Map(endpoints)),
        ];
        if at_apex(self.topology, host) {
            arguments.push(("apex", true.into()));
        }
        self.call_with(
            &records_call(host),
            "aws/route53",
            Scope::Links,
            vec![("aws", home)],
            arguments,
        );
    }

    /// The host that leads to one region of a host alone.
    fn region_host(&mut self, host: &Host, id: RegionId) -> Option<String> {
        let found = region_host(self.topology, host, id).map(|h| h.name.clone());
        if found.is_none() {
            let region = &self.topology.region(id).name;
            let service = &self.topology.service(host.service).name;
            let own = match at_apex(self.topology, host) {
                true => format!("{region}.{}", host.name),
                false => host.name.replacen('.', &format!(".{region}."), 1),
            };
            self.out.push(
                Diagnostic::error(
                    NO_REGION_HOST,
                    host.span,
                    format!("no host leads to `{region}` alone"),
                    "Route 53 chooses among names of regions",
                )
                .help(format!(
                    "add `{own}: {{ to: {service}, region: {region} }}`"
                )),
            );
        }
        found
    }

    fn health_checks(&mut self, host: &Host, id: RegionId, own: &str) -> Argument {
        let region = self.topology.region(id);
        let location = region.place.location;
        let health = &host.health;
        let paths = host.checked_paths();
        let (switch, switched_at) = self.switch(id);
        let zones = Argument::map([
            (
                "name",
                format!("{}-no-healthy-zone", edge_name(self.topology, id)),
            ),
            ("region", location.to_string()),
        ]);
        let evacuation = Argument::map([
            ("namespace", evacuation_namespace(self.topology)),
            ("metric", EVACUATE.to_string()),
            ("alarm_region", switched_at.to_string()),
        ]);
        let mut arguments = vec![
            (
                "name",
                format!("{}-{location}", host.name.replace('.', "-")).into(),
            ),
            ("region", location.into()),
            ("host", own.into()),
            ("paths", paths.into()),
        ];
        if let Some(body) = &health.body {
            arguments.push(("expected_body", body.as_str().into()));
        }
        let check = check_of(host);
        arguments.extend([
            ("interval_seconds", check.every.into()),
            ("unhealthy_threshold", check.failures.into()),
            ("zones_alarm", zones),
            ("evacuation", evacuation),
        ]);
        if by_hand(self.topology).is_some() {
            arguments.push(("automatic", false.into()));
        }
        let call = health_call(host, region);
        self.call_with(
            &call,
            "aws/health-checks",
            Scope::Links,
            vec![("aws", switch)],
            arguments,
        );
        self.add_after(&call, &edge_call(self.topology, id));
        output(&call, "health_check_id", Argument::Null)
    }

    /// Where the switch that evacuates a region is: outside of all regions of the system, or
    /// at least in another one.
    fn switch(&mut self, id: RegionId) -> (String, &'static str) {
        let location = switch_location(self, id);
        let own = self
            .regions
            .iter()
            .copied()
            .find(|r| self.location(*r) == location);
        match own {
            Some(other) => (
                format!("aws.{}", self.topology.region(other).slug()),
                location,
            ),
            None => (format!("aws.{}", self.outside_configuration()), location),
        }
    }

    /// What Route 53 cannot see by itself, and who acts on it
    /// (docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-types.html).
    fn detection_decision(&mut self) {
        let failover = self.topology.failover.as_ref();
        let Some(detect) = failover.and_then(|f| f.detect.as_ref()) else {
            return;
        };
        let errors = detect.error_rate.as_ref();
        let errors = errors.map(|e| format!("more than {} of requests that fail", e.value));
        let latency = detect.latency.as_ref();
        let latency = latency.map(|l| format!("responses slower than {}", l.value));
        let signs: Vec<String> = errors.into_iter().chain(latency).collect();
        if signs.is_empty() {
            return;
        }
        self.deployment.decisions.push(Decision {
            title: "A region that answers, and badly".into(),
            reason: format!(
                "Route 53 leaves a region that fails its checks, by itself. It reads alarms of one \
                 metric each, and no ratios and percentiles, so {} are not among its checks: they \
                 page people, who compare the regions and move users with shift-traffic.sh, which \
                 undoes itself, or with failover-region.sh.",
                signs.join(" and ")
            ),
        });
    }

    fn edge_decisions(&mut self) {
        let failover = self.topology.failover.as_ref();
        if let Some(share) = failover.and_then(|f| f.healthy_below.as_ref()) {
            self.deployment.decisions.push(Decision {
                title: "When a region is no longer healthy".into(),
                reason: format!(
                    "The load balancer counts: a zone with less than {} of its targets healthy \
                     leaves DNS, and with all zones gone so does the region. It sees targets and \
                     not a symptom of them, and acts without anything of ours that may be down \
                     with the region.",
                    share.value
                ),
            });
        }
        self.detection_decision();
        if let Some(wait) = failover.and_then(|f| f.cooldown.as_ref()) {
            self.deployment.decisions.push(Decision {
                title: "Who waits between two failovers".into(),
                reason: format!(
                    "The script does, for {}. Route 53 knows no such wait: what keeps it from going \
                     to and fro are the checks in a row that must fail before it leaves a region, \
                     and succeed before it comes back.",
                    wait.value
                ),
            });
        }
        self.deployment.decisions.push(Decision {
            title: "Who chooses the region".into(),
            reason: "Route 53 does, by names on two levels, because one name has one policy: the \
                     host chooses a region, and below it each region has weights by which its users \
                     are moved elsewhere bit by bit. All records exist from the start, and none is \
                     changed by a failover: they follow health checks, whose checkers stand in many \
                     regions. CNAMEs keep the life of the records settable, so that a step of moving \
                     traffic is not shorter than what resolvers remember. Rate limits are counted in \
                     each region for itself: there is no count over all."
                .into(),
        });
        self.deployment.decisions.push(Decision {
            title: "A region is evacuated without the control plane of Route 53".into(),
            reason: "Changing a record needs us-east-1, which may be what is lost. A region leaves \
                     when a metric in another region says so: an alarm reads the metric, a health \
                     check reads the alarm's data, and records follow the check. Writing the metric \
                     needs nothing but CloudWatch there. Moving traffic bit by bit changes weights, \
                     and so does need the control plane: it is for moves that are planned."
                .into(),
        });
    }
}

/// Whether a host asks for something that Route 53 does not have: nothing is known of how it
/// leaves a region then.
pub fn refused(topology: &crate::topology::Topology, host: &Host) -> bool {
    let routing = host.routing.as_ref().map(|r| r.value);
    let latency = first_policy(host) == Policy::Latency && host.regions.len() > 1;
    routing.is_some_and(|r| r != Routing::Route53) || latency && by_hand(topology).is_some()
}

/// Where the regions of a host stand in the tree: its records, or the load balancer of its
/// only region.
pub fn evidence(topology: &crate::topology::Topology, host: &Host) -> Vec<Evidence> {
    let (call, path) = match host.regions[..] {
        [only] => (edge_call(topology, only), "hosts"),
        _ => (records_call(host), "endpoints"),
    };
    vec![Evidence::Argument {
        call,
        path: path.into(),
    }]
}

/// The call that owns the records of a host on several regions.
fn records_call(host: &Host) -> String {
    format!("records_{}", naming::slug(&host.name))
}

/// The metric that evacuates a region when it is 1.
pub(super) const EVACUATE: &str = "Evacuate";

/// The namespace of [`EVACUATE`].
pub(super) fn evacuation_namespace(topology: &crate::topology::Topology) -> String {
    format!("{}/failover", topology.name)
}

/// Where the switch that evacuates a region is.
pub(super) fn switch_location(lowering: &Lowering, id: RegionId) -> &'static str {
    let own = lowering.location(id);
    let outside = lowering.outside().location;
    if outside != own {
        return outside;
    }
    let mut others = lowering.regions.iter().map(|r| lowering.location(*r));
    others.find(|l| *l != own).unwrap_or(ROUTE53_HOME)
}

/// The name of a region's load balancer, target group and web ACL.
pub(super) fn edge_name(topology: &crate::topology::Topology, id: RegionId) -> String {
    let location = topology.region(id).place.location;
    naming::cut(
        &format!("{}-{location}", topology.name),
        facts::names().load_balancer,
    )
}

fn edge_call(topology: &crate::topology::Topology, id: RegionId) -> String {
    format!("edge_{}", topology.region(id).slug())
}

/// The call of the checks of a host's region.
pub(in crate::cloud) fn health_call(host: &Host, region: &crate::topology::Region) -> String {
    format!("health_{}_{}", naming::slug(&host.name), region.slug())
}

/// The host that leads to one region of a host alone: to the same service.
pub(super) fn region_host<'a>(
    topology: &'a Topology,
    host: &Host,
    id: RegionId,
) -> Option<&'a Host> {
    let fits = |h: &&Host| h.regions == [id] && h.service == host.service;
    topology.hosts.iter().find(fits)
}

/// The policy that chooses a region of a host.
fn first_policy(host: &Host) -> Policy {
    host.policy.first().map_or(Policy::Latency, |p| p.value)
}

/// The host whose settings a region's load balancer takes: the first that leads to several
/// regions.
fn most_important<'a>(hosts: &[&'a Host]) -> Option<&'a Host> {
    let several = hosts.iter().find(|h| h.regions.len() > 1);
    several.or(hosts.first()).copied()
}

/// How Route 53 checks a region of a host, and how its targets would be checked. What the spec
/// leaves out: the shortest interval of the product and three failures.
pub(in crate::cloud) fn check_of(host: &Host) -> Check {
    let health = &host.health;
    let said = host.health.said;
    let every = match said {
        true => health.every.secs(),
        false => facts::health().intervals[0],
    };
    let timeout = health.timeout.as_ref().map(|t| t.secs());
    Check {
        every,
        timeout: timeout.unwrap_or(every.min(6).saturating_sub(1)),
        failures: if said {
            health.unhealthy_after.value
        } else {
            3
        },
        successes: if said { health.healthy_after.value } else { 3 },
        span: health.span,
    }
}

/// How the load balancer of a region checks its targets. They are one group, the gateways, for
/// all its hosts: the check of the most important one is emitted.
pub(in crate::cloud) fn target_check(topology: &Topology, id: RegionId) -> Check {
    let hosts = topology.hosts.iter();
    let hosts: Vec<&Host> = hosts
        .filter(|h| h.external().is_none() && h.regions.contains(&id))
        .collect();
    most_important(&hosts).map_or(
        Check {
            every: facts::health().intervals[0],
            timeout: 5,
            failures: 3,
            successes: 3,
            span: topology.region(id).span,
        },
        check_of,
    )
}

/// What a check says beside its place.
fn numbers(check: Check) -> [u64; 4] {
    let Check {
        every,
        timeout,
        failures,
        successes,
        span: _,
    } = check;
    [every, timeout, failures.into(), successes.into()]
}

fn health_arguments(check: Check) -> Argument {
    let entries: BTreeMap<&str, u64> = BTreeMap::from([
        ("interval_seconds", check.every),
        ("timeout_seconds", check.timeout),
        ("healthy_threshold", check.successes.into()),
        ("unhealthy_threshold", check.failures.into()),
    ]);
    Argument::map(entries)
}
