//! CloudWatch: what tells people when the system's own watching is gone, or cannot see.

use super::edge::{ROUTE53_HOME, edge_name, health_call};
use super::offering::offering;
use super::{Lowering, output, signals};
use crate::deployment::{Argument, Scope};
use crate::topology::RegionId;

/// Alarms by name.
pub(super) type Alarms = Vec<(String, Argument)>;

impl Lowering<'_> {
    pub(super) fn monitoring(&mut self) {
        signals::signals(self.topology, self.deployment);
        for id in self.regions.clone() {
            self.region_alarms(id);
        }
        self.route53_alarms();
    }

    /// Alarms of a region over its own load balancer and stores.
    fn region_alarms(&mut self, id: RegionId) {
        let mut alarms = self.edge_alarms(id);
        for store in &self.topology.datastores {
            let of = offering(store).and_then(|o| o.alarms().given());
            if let Some(of) = of.filter(|_| store.regions.contains(&id)) {
                alarms.extend(of(self, store, id));
            }
        }
        if alarms.is_empty() {
            return;
        }
        let all: Vec<String> = alarms.iter().map(|(name, _)| name.clone()).collect();
        let region = &self.topology.region(id).name;
        let description = format!(
            "Something of {} in {region} needs a person.",
            self.topology.name
        );
        let composites = Argument::map([(
            "region",
            Argument::map([
                ("description", description.into()),
                ("of", Argument::from(all)),
            ]),
        )]);
        let topic = self.topic(id, "cloudwatch.amazonaws.com");
        let arguments = vec![
            (
                "name",
                format!("{}-{}", self.prefix(), self.location(id)).into(),
            ),
            ("alarms", Argument::Map(alarms)),
            ("composites", composites),
            ("topic_arns", Argument::List(vec![topic])),
        ];
        let call = format!("alarms_{}", self.topology.region(id).slug());
        self.call(
            &call,
            "aws/cloudwatch-alarms",
            Scope::Region(id),
            id,
            arguments,
        );
    }

    fn edge_alarms(&self, id: RegionId) -> Alarms {
        if !self.topology.hosts.iter().any(|h| h.regions.contains(&id)) {
            return Vec::new();
        }
        let call = format!("edge_{}", self.topology.region(id).slug());
        let of = |name: &str| output(&call, name, Argument::Null);
        let balancer = || ("LoadBalancer", of("arn_suffix"));
        let name = edge_name(self.topology, id);
        vec![(
            "unhealthy-targets".to_string(),
            alarm(
                format!("Gateways behind {name} do not answer."),
                ("AWS/ApplicationELB", "UnHealthyHostCount", "Maximum"),
                vec![balancer(), ("TargetGroup", of("target_group_arn_suffix"))],
                (">", 0),
                3,
                "notBreaching",
            ),
        )]
    }

    /// What Route 53 itself sees of each region. Its metrics are in one region only.
    fn route53_alarms(&mut self) {
        let home = self
            .regions
            .iter()
            .copied()
            .find(|id| self.location(*id) == ROUTE53_HOME);
        let (mut alarms, mut composites) = (Vec::new(), Vec::new());
        for host in self.topology.hosts.iter().filter(|h| h.regions.len() > 1) {
            let mut of = Vec::new();
            for id in &host.regions {
                let region = self.topology.region(*id);
                let check = output(
                    &health_call(host, region),
                    "health_check_id",
                    Argument::Null,
                );
                let name = format!("{}-{}-left", host.name, region.name);
                let description = format!(
                    "Route 53 sends no users of {} to {}.",
                    host.name, region.name
                );
                alarms.push((
                    name.clone(),
                    alarm(
                        description,
                        ("AWS/Route53", "HealthCheckStatus", "Minimum"),
                        vec![("HealthCheckId", check)],
                        ("<", 1),
                        1,
                        "breaching",
                    ),
                ));
                of.push(name);
            }
            let description = format!("No region may have users of {}.", host.name);
            composites.push((
                format!("{}-nowhere", host.name),
                Argument::map([
                    ("description", Argument::from(description)),
                    ("of", of.into()),
                    ("all", true.into()),
                ]),
            ));
        }
        if alarms.is_empty() {
            return;
        }
        let topics = match home {
            Some(id) => vec![self.topic(id, "cloudwatch.amazonaws.com")],
            None => Vec::new(),
        };
        let arguments = vec![
            ("name", self.prefix().into()),
            ("alarms", Argument::Map(alarms)),
            ("composites", Argument::Map(composites)),
            ("topic_arns", Argument::List(topics)),
        ];
        let at = vec![("aws", self.route53_home())];
        self.call_with(
            "alarms_route53",
            "aws/cloudwatch-alarms",
            Scope::Links,
            at,
            arguments,
        );
    }
}

/// An alarm as its module takes it: a metric with its statistic, dimensions, a comparison
/// and bound, and how many minutes it must hold.
pub(super) fn alarm(
    description: String,
    (namespace, metric, statistic): (&str, &str, &str),
    dimensions: Vec<(&str, Argument)>,
    (comparison, threshold): (&str, u64),
    minutes: u64,
    missing: &str,
) -> Argument {
    let comparison = match comparison {
        "<" => "LessThanThreshold",
        _ => "GreaterThanThreshold",
    };
    Argument::map([
        ("description", Argument::from(description)),
        ("namespace", namespace.into()),
        ("metric", metric.into()),
        ("dimensions", Argument::map(dimensions)),
        ("statistic", statistic.into()),
        ("comparison", comparison.into()),
        ("threshold", threshold.into()),
        ("periods", minutes.into()),
        ("missing", missing.into()),
    ])
}
