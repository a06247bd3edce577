//! VPCs and keys: what everything else in a region stands on.

use super::offering::offering;
use super::ranges::Ranges;
use super::{Lowering, facts, naming, variable};
use crate::deployment::{Argument, Scope, Variable};
use crate::topology::RegionId;
use std::collections::{BTreeMap, BTreeSet};

/// A role, in place of a service, that uses a key: below `arn:aws:iam::ACCOUNT:role/`.
const ROLE: &str = "role/";

/// CloudWatch Logs of a region, as a user of keys.
pub(super) const LOGS: &str = "logs.{region}.amazonaws.com";

/// The kinds of subnets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subnets {
    /// Nodes, pods, internal load balancers.
    Private,
    /// Public load balancers.
    Public,
    /// Databases and caches.
    Data,
}

impl Subnets {
    pub(super) fn word(self) -> &'static str {
        match self {
            Subnets::Private => "private",
            Subnets::Public => "public",
            Subnets::Data => "data",
        }
    }
}

impl Lowering<'_> {
    /// One VPC in each region.
    pub(super) fn networks(&mut self) {
        for id in self.regions.clone() {
            if let Some(network) = self.topology.existing_network(id) {
                self.network_of_others(id, network);
                continue;
            }
            let zones = self.zones(id);
            let ranges = Ranges::of(self.topology, id);
            let location = self.location(id);
            let name = format!("{}-{location}", self.prefix());
            let logs = self.key(id, "logs", &[LOGS]);
            let role = self.role_name("flow-logs", id);
            let mut arguments = vec![
                ("account_id", Argument::variable("account_id")),
                ("region", location.into()),
                ("name", name.into()),
                ("flow_log_role_name", role.into()),
                ("cidr", ranges.vpc.into()),
                ("zones", zones),
                ("private_cidrs", ranges.private.into()),
                ("public_cidrs", ranges.public.into()),
                ("data_cidrs", ranges.data.into()),
                ("logs_kms_key_arn", logs),
            ];
            let stores = self.topology.datastores.iter();
            let stores = stores.filter(|s| s.regions.contains(&id));
            let endpoints = stores.filter_map(|s| offering(s)?.endpoints().given());
            let endpoints: BTreeSet<&str> = endpoints.flatten().copied().collect();
            if !endpoints.is_empty() {
                let endpoints: Vec<&str> = endpoints.into_iter().collect();
                arguments.push(("gateway_endpoints", endpoints.into()));
            }
            let call = self.network_call(id);
            self.call(&call, "aws/network", Scope::Region(id), id, arguments);
        }
    }

    /// Links between the networks of regions: the ones that the topology names, or all.
    pub(super) fn links(&mut self) {
        for (a, b) in self.linked() {
            let name = format!(
                "{}-{}-{}",
                self.prefix(),
                self.location(a),
                self.location(b)
            );
            let call = format!(
                "peering_{}_{}",
                self.topology.region(a).slug(),
                self.topology.region(b).slug()
            );
            let arguments = vec![
                ("name", name.into()),
                ("requester", self.side(a)),
                ("accepter", self.side(b)),
            ];
            let at = [("aws.requester", a), ("aws.accepter", b)];
            self.call_between(&call, "aws/vpc-peering", Scope::Links, &at, arguments);
        }
    }

    /// Pairs of regions whose networks reach each other.
    fn linked(&self) -> Vec<(RegionId, RegionId)> {
        let topology = self.topology;
        let isolated = |id: &RegionId| topology.is_isolated(&topology.region(*id).name);
        let links = topology.network.links.iter();
        let ends = links.map(|(_, l)| l.between.iter().map(|r| r.value.as_str()).collect());
        let named: Vec<Vec<&str>> = ends.collect();
        let wanted = |a: RegionId, b: RegionId| {
            let ends = [a, b].map(|id| self.topology.region(id).name.as_str());
            named.is_empty()
                || named
                    .iter()
                    .any(|link| ends.iter().all(|e| link.contains(e)))
        };
        let open: Vec<RegionId> = self
            .regions
            .iter()
            .copied()
            .filter(|id| !isolated(id))
            .collect();
        // By name: who asks whom must not change with the roles of regions.
        let mut open = open;
        open.sort_by_key(|id| self.topology.region(*id).name.clone());
        let pairs = open.iter().enumerate().flat_map(|(at, a)| {
            let later = open[at + 1..].iter();
            later.map(|b| (*a, *b)).collect::<Vec<_>>()
        });
        pairs.filter(|(a, b)| wanted(*a, *b)).collect()
    }

    /// The range of a region's VPC.
    pub(super) fn vpc_range(&self, id: RegionId) -> String {
        Ranges::of(self.topology, id).vpc
    }

    fn side(&mut self, id: RegionId) -> Argument {
        let location = self.location(id);
        let call = self.network_call(id);
        let what = format!(
            "Ids of the route tables in {}, by a name.",
            self.topology.region(id).name
        );
        let example = Argument::map([("data", "rtb-0123456789abcdef0")]);
        let tables = self.id(&call, "route_table_ids", &what, "map(string)", example);
        Argument::map([
            ("region", location.into()),
            ("vpc_id", self.vpc(id)),
            ("cidr", self.vpc_range(id).into()),
            ("route_table_ids", tables),
        ])
    }

    pub(super) fn zones(&mut self, id: RegionId) -> Argument {
        let region = self.topology.region(id);
        let name = format!("zones_{}", region.slug());
        let zones = Argument::from(region.place.spread());
        self.variable(Variable {
            kind: "list(string)",
            ..variable(
                &name,
                &format!(
                    "Zones of {}; in older regions the letters differ from account to account.",
                    region.name
                ),
                Some(zones.clone()),
                zones,
            )
        });
        Argument::Variable(name)
    }

    pub(super) fn network_call(&self, id: RegionId) -> String {
        format!("network_{}", self.topology.region(id).slug())
    }

    /// The id of a region's VPC.
    pub(super) fn vpc(&mut self, id: RegionId) -> Argument {
        let what = format!("Id of the VPC in {}.", self.topology.region(id).name);
        let call = self.network_call(id);
        let example = "vpc-0123456789abcdef0".into();
        self.id(&call, "vpc_id", &what, "string", example)
    }

    /// The ids of a region's subnets of a kind.
    pub(super) fn subnets(&mut self, id: RegionId, kind: Subnets) -> Argument {
        self.check_subnets(id, kind);
        let what = format!(
            "Ids of the {} subnets in {}.",
            kind.word(),
            self.topology.region(id).name
        );
        let call = self.network_call(id);
        let example = vec!["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"].into();
        let output = format!("{}_subnet_ids", kind.word());
        self.id(&call, &output, &what, "list(string)", example)
    }

    /// A role's name: roles of all regions stand in one list.
    pub(super) fn role_name(&self, what: &str, id: RegionId) -> String {
        let region = naming::code(self.location(id));
        let name = format!("{}-{what}-{region}", self.prefix());
        naming::cut(&name, facts::names().role)
    }

    /// The keys that were asked for, in their regions and shared by them.
    pub(super) fn keys(&mut self) {
        for (id, keys) in self.keys.clone() {
            let arguments = self.key_arguments(id, &keys);
            let call = format!("kms_{}", self.topology.region(id).slug());
            self.call(&call, "aws/kms-regional", Scope::Region(id), id, arguments);
        }
        if self.shared_keys.is_empty() {
            return;
        }
        let shared = self.shared_keys.clone();
        let home = self.home();
        let home_call = format!("kms_shared_{}", self.topology.region(home).slug());
        for id in self.regions.clone() {
            let mut arguments = self.key_arguments(id, &shared);
            if id != home {
                let primaries = super::output(&home_call, "key_arns", Argument::Null);
                arguments.insert(4, ("primary_key_arns", primaries));
            }
            let call = format!("kms_shared_{}", self.topology.region(id).slug());
            self.call(&call, "aws/kms-multi-region", Scope::Global, id, arguments);
        }
    }

    fn key_arguments(
        &self,
        id: RegionId,
        keys: &BTreeMap<String, BTreeSet<&'static str>>,
    ) -> Vec<(&'static str, Argument)> {
        let location = self.location(id);
        let entries = keys.iter().map(|(name, users)| {
            let mut services = Vec::new();
            let mut roles = Vec::new();
            for user in users {
                match user.strip_prefix(ROLE) {
                    Some(_) => roles.push(self.arn("iam", "", user)),
                    None => services.push(Argument::from(user.replace("{region}", location))),
                }
            }
            let mut entry = Vec::new();
            for (kind, users) in [("services", services), ("roles", roles)] {
                if !users.is_empty() {
                    entry.push((kind.to_string(), Argument::List(users)));
                }
            }
            (name.clone(), Argument::Map(entry))
        });
        let keys = &self.topology.keys;
        let rotate = keys.said.then(|| keys.rotate.secs() / 86_400);
        let mut arguments = vec![
            ("account_id", Argument::variable("account_id")),
            ("region", location.into()),
            ("name", self.prefix().into()),
            ("keys", Argument::Map(entries.collect())),
        ];
        if let Some(days) = rotate {
            arguments.push(("rotation_days", days.into()));
        }
        arguments
    }
}
