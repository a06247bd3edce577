//! Routes: who sends which share of what to whom, in normal times and after a loss.
//!
//! A list of the mesh is worked out here once: emitters print it, and the analysis reads it.

mod edge;
mod istio;
mod mesh;

pub use edge::{Arrival, Edge, open};
pub use istio::{Field, Subset, address, in_order, pod_labels};

use super::Evidence;
use crate::topology::{Continent, HostId, RegionId, ServiceId, Topology};

/// Who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sender {
    /// The users of a host, through its edge.
    Users(HostId),
    /// Gateways and services of a region's cluster.
    Cluster(RegionId),
}

/// What takes a target out of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    /// The edge's own check of a region.
    Check(crate::topology::settings::Check),
    /// A caller that saw so many errors in a row, up to a share of targets in percent.
    Ejection {
        /// Errors in a row.
        errors: u32,
        /// The most that may be left out, in percent.
        at_most: u32,
    },
    /// Nothing: targets stay.
    Nothing,
}

/// Parts of a whole by region; less than 1 in all if some are not served.
pub type Shares = Vec<(RegionId, f64)>;

/// How a list of the mesh chooses among regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// By percent, the sender's own region among them. It is the closed set of targets: what
    /// is not named gets nothing, and there is no failover beside it (Istio's
    /// `ApplyLocalityLoadBalancer`: `distribute`, or else failover).
    Shared(Vec<(RegionId, u32)>),
    /// By percent, for control planes without `distribute`: the routes of the call have weights. What
    /// a region does not answer goes to any other within reach, for weights do not follow health.
    Split(Vec<(RegionId, u32)>),
    /// One region as long as it answers, then any other within reach.
    First(RegionId),
    /// The sender's own region and no other.
    Own,
}

/// A list of targets in a cluster of the mesh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The cluster that sends.
    pub from: RegionId,
    /// The service that is called.
    pub service: ServiceId,
    /// Its name: the subset of the service that a call names.
    pub name: String,
    /// What it is for.
    pub calls: Calls,
    /// How it chooses.
    pub choice: Choice,
    /// The regions whose targets it may name at all; the sender's is among them.
    pub reach: Vec<RegionId>,
}

/// Which calls of a service take a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Calls {
    /// Requests of users of these parts of the world, who belong to these regions.
    Of(Vec<Continent>, Vec<RegionId>),
    /// Those that no other list takes.
    Rest,
    /// Checks of the edge: the region that is asked must answer itself.
    Checks,
}

impl List {
    /// Where calls go once some regions are lost.
    pub fn shares(&self, lost: &[RegionId]) -> Shares {
        let open = |r: &RegionId| !lost.contains(r);
        match &self.choice {
            Choice::Shared(shares) => {
                let left = shares.iter().filter(|(r, _)| open(r));
                let total: u32 = left.clone().map(|(_, s)| s).sum();
                left.map(|(r, s)| (*r, f64::from(*s) / f64::from(total)))
                    .collect()
            }
            Choice::Split(shares) => {
                let answered = shares.iter().filter(|(r, _)| open(r));
                let answered: Shares = answered.map(|(r, s)| (*r, f64::from(*s) / 100.0)).collect();
                let kept: f64 = answered.iter().map(|(_, s)| s).sum();
                match kept < 1.0 {
                    true => joined(answered, self.evenly(lost), 1.0 - kept),
                    false => answered,
                }
            }
            Choice::First(region) if open(region) => vec![(*region, 1.0)],
            Choice::First(_) => self.evenly(lost),
            Choice::Own => vec![(self.from, 1.0)],
        }
    }

    /// The regions within reach that are not lost, each with the same part.
    fn evenly(&self, lost: &[RegionId]) -> Shares {
        let left: Vec<_> = self.reach.iter().filter(|r| !lost.contains(r)).collect();
        let part = 1.0 / left.len().max(1) as f64;
        left.into_iter().map(|r| (*r, part)).collect()
    }

    /// Every region that may come to be called while the sender's own cluster is there.
    pub fn targets(&self) -> Vec<RegionId> {
        match &self.choice {
            Choice::Shared(shares) => shares.iter().map(|(r, _)| *r).collect(),
            Choice::First(_) | Choice::Split(_) => self.reach.clone(),
            Choice::Own => vec![self.from],
        }
    }

    /// The same list once a person has taken a region out of it; `None` if it sends nothing
    /// there by itself.
    pub fn without(&self, out: RegionId) -> Option<List> {
        let sends = self.shares(&[]).iter().any(|(r, _)| *r == out);
        if !sends || out == self.from {
            return None;
        }
        let choice = match &self.choice {
            Choice::Shared(shares) => match in_percent(shares, out)[..] {
                [_] => Choice::First(self.from),
                _ => Choice::Shared(in_percent(shares, out)),
            },
            Choice::Split(shares) => match in_percent(shares, out)[..] {
                [_] => Choice::First(self.from),
                _ => Choice::Split(in_percent(shares, out)),
            },
            _ => Choice::First(self.from),
        };
        Some(List {
            choice,
            reach: self.reach.iter().copied().filter(|r| *r != out).collect(),
            ..self.clone()
        })
    }
}

/// Shares and a part of others.
fn joined(mut shares: Shares, others: Shares, part: f64) -> Shares {
    for (region, share) in others {
        match shares.iter_mut().find(|(r, _)| *r == region) {
            Some((_, own)) => *own += share * part,
            None => shares.push((region, share * part)),
        }
    }
    shares
}

/// What is left of shares without a region, scaled to 100; what rounding leaves goes to the
/// first ones.
fn in_percent(shares: &[(RegionId, u32)], out: RegionId) -> Vec<(RegionId, u32)> {
    let left: Vec<_> = shares.iter().filter(|(r, _)| *r != out).copied().collect();
    crate::topology::settings::in_percent(&left)
}

/// The lists of the mesh, by service and cluster. A cluster's lists of a service stand in the
/// order in which calls try them, that for checks last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mesh {
    lists: Vec<List>,
}

impl Mesh {
    /// Works them out; none without a mesh.
    pub fn of(topology: &Topology) -> Self {
        let mut lists = mesh::lists(topology);
        lists.sort_by_key(|l| (l.service, l.from));
        Mesh { lists }
    }

    /// The same once a person has taken regions out of it.
    pub fn without(&self, out: &[RegionId]) -> Self {
        let fenced = |list: &List| {
            let all = out.iter();
            all.fold(list.clone(), |l, out| l.without(*out).unwrap_or(l))
        };
        Mesh {
            lists: self.lists.iter().map(fenced).collect(),
        }
    }

    /// All lists.
    pub fn lists(&self) -> &[List] {
        &self.lists
    }

    /// The lists of a service in a cluster.
    pub fn of_cluster(&self, service: ServiceId, from: RegionId) -> &[List] {
        let key = |l: &List| (l.service, l.from);
        let start = self.lists.partition_point(|l| key(l) < (service, from));
        let end = self.lists.partition_point(|l| key(l) <= (service, from));
        &self.lists[start..end]
    }

    /// The list that requests of users of `home` take in a cluster; `None` where the mesh
    /// does not have the service.
    pub fn list(&self, service: ServiceId, from: RegionId, home: RegionId) -> Option<&List> {
        let lists = self.of_cluster(service, from);
        let theirs = |l: &&List| matches!(&l.calls, Calls::Of(_, of) if of.contains(&home));
        let rest = |l: &&List| l.calls == Calls::Rest;
        lists
            .iter()
            .find(theirs)
            .or_else(|| lists.iter().find(rest))
    }
}

/// A route with everything that is said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Who sends.
    pub from: Sender,
    /// To which service.
    pub service: ServiceId,
    /// What takes a target out.
    pub check: Judge,
    /// Shares in normal times.
    pub shares: Shares,
    /// Shares after the loss of each region that a share goes to.
    pub after: Vec<(RegionId, Shares)>,
    /// Where it can be seen in the tree.
    pub evidence: Vec<Evidence>,
}

impl Route {
    /// The route of a list among those of its cluster and service.
    pub fn of_list(topology: &Topology, list: &List, lists: &[List]) -> Self {
        let service = topology.service(list.service);
        let region = &topology.region(list.from).name;
        let (errors, at_most) = service.ejection();
        let others = list.targets().into_iter().filter(|r| *r != list.from);
        let field = Field::of(topology, list, lists);
        Route {
            from: Sender::Cluster(list.from),
            service: list.service,
            check: Judge::Ejection { errors, at_most },
            shares: list.shares(&[]),
            after: others.map(|r| (r, list.shares(&[r]))).collect(),
            evidence: vec![Evidence::Object {
                file: format!("kubernetes/{region}/istio-config.yaml"),
                kind: field.kind.into(),
                name: service.name.clone(),
                pointer: field.path,
            }],
        }
    }
}

/// All routes of a topology: those of hosts, each with the evidence that its cloud gives,
/// then those of the mesh.
pub fn routes(
    topology: &Topology,
    mesh: &Mesh,
    evidence: impl Fn(HostId) -> Vec<Evidence>,
) -> Vec<Route> {
    let edge = Edge::of(topology);
    let hosts = topology.hosts.iter().enumerate();
    let hosts = hosts.map(|(index, host)| {
        let arrives = |lost: &[RegionId]| {
            let mut at: Shares = Vec::new();
            for arrival in edge.users(host, lost) {
                match at.iter_mut().find(|(r, _)| *r == arrival.at) {
                    Some((_, part)) => *part += arrival.part,
                    None => at.push((arrival.at, arrival.part)),
                }
            }
            at
        };
        let check = topology.notices(host);
        Route {
            from: Sender::Users(HostId(index)),
            service: host.service,
            check: check.map_or(Judge::Nothing, Judge::Check),
            shares: arrives(&[]),
            after: host.regions.iter().map(|r| (*r, arrives(&[*r]))).collect(),
            evidence: evidence(HostId(index)),
        }
    });
    let mut all: Vec<Route> = hosts.collect();
    for list in mesh.lists() {
        let lists = mesh.of_cluster(list.service, list.from);
        all.push(Route::of_list(topology, list, lists));
    }
    all
}
