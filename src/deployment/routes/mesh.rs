//! The lists of the mesh: local first, shared where a host asks for it, never over a fence.

use super::istio::control_plane;
use super::{Calls, Choice, List};
use crate::catalog::mesh::DISTRIBUTE;
use crate::topology::{Continent, Policy, RegionId, Service, ServiceId, Topology, Trigger};

/// The lists of every cluster for every service that runs there.
pub(super) fn lists(topology: &Topology) -> Vec<List> {
    let services = 0..topology.services.len();
    services
        .flat_map(|index| of_service(topology, ServiceId(index)))
        .collect()
}

/// Those for one service; none outside of the mesh.
fn of_service(topology: &Topology, id: ServiceId) -> Vec<List> {
    let service = topology.service(id);
    if topology.mesh.is_none() || !service.on_cluster() {
        return Vec::new();
    }
    let wanted = Wanted::of(topology, id);
    let worlds = geographies(topology, service);
    let mut lists = Vec::new();
    for placement in &service.placements {
        let cluster = Cluster {
            topology,
            wanted,
            own: placement.region,
            reach: reach(topology, service, placement.region),
        };
        let list = |name: String, calls, choice| List {
            from: cluster.own,
            service: id,
            name,
            calls,
            choice,
            reach: cluster.reach.clone(),
        };
        for (index, (continents, regions)) in worlds.iter().enumerate() {
            // Users of a region behind a fence are nobody's here.
            if let Some(choice) = cluster.for_users_of(regions) {
                let calls = Calls::Of(continents.clone(), regions.clone());
                lists.push(list(format!("geography-{}", index + 1), calls, choice));
            }
        }
        let name = if wanted.shared { "weighted" } else { "nearest" };
        lists.push(list(name.into(), Calls::Rest, cluster.for_the_rest()));
        if wanted.checked {
            lists.push(list("own".into(), Calls::Checks, Choice::Own));
        }
    }
    lists
}

/// What the spec asks of the mesh for a service.
#[derive(Clone, Copy)]
struct Wanted {
    /// Whether regions share by weight: a host says `weight`, and its edge has no weights.
    shared: bool,
    /// Whether sharing stays among regions that serve the same parts of the world.
    by_geography: bool,
    /// Whether nothing leaves a region before a person has decided.
    by_hand: bool,
    /// Whether an edge asks for its health.
    checked: bool,
}

impl Wanted {
    fn of(topology: &Topology, id: ServiceId) -> Self {
        let hosts = || topology.hosts.iter().filter(|h| h.service == id);
        let says = |wanted: Policy| {
            let policies = hosts()
                .filter(|h| h.weighs_answers().is_none())
                .flat_map(|h| &h.policy);
            policies.into_iter().any(|p| p.value == wanted)
        };
        let failover = topology.failover.as_ref();
        let by_hand = failover.is_some_and(|f| *f.mode == Trigger::Manual);
        Wanted {
            shared: says(Policy::Weight) && !by_hand,
            by_geography: says(Policy::Geography),
            by_hand,
            checked: hosts().next().is_some(),
        }
    }
}

/// A service as one cluster calls it.
struct Cluster<'a> {
    topology: &'a Topology,
    wanted: Wanted,
    own: RegionId,
    reach: Vec<RegionId>,
}

impl Cluster<'_> {
    /// Requests of users of some regions: shared among those, or the nearest of them first.
    fn for_users_of(&self, regions: &[RegionId]) -> Option<Choice> {
        let near: Vec<RegionId> = self
            .reach
            .iter()
            .copied()
            .filter(|r| regions.contains(r))
            .collect();
        if near.is_empty() {
            return None;
        }
        if self.wanted.by_hand || near.contains(&self.own) {
            return Some(self.among(&near));
        }
        let place = |r: RegionId| self.topology.region(r).place;
        let far = |r: &RegionId| place(self.own).distance(place(*r));
        let nearest = near.into_iter().min_by(|a, b| far(a).total_cmp(&far(b)));
        nearest.map(Choice::First)
    }

    fn for_the_rest(&self) -> Choice {
        let serves = |r: RegionId| &self.topology.region(r).serves;
        let own = serves(self.own);
        let kin = |r: &RegionId| {
            let any = !self.wanted.by_geography || own.is_empty();
            any || *r == self.own || serves(*r).iter().any(|c| own.contains(c))
        };
        let among: Vec<RegionId> = self.reach.iter().copied().filter(kin).collect();
        self.among(&among)
    }

    /// By weight if that is asked for and the own region takes part in it; a region without
    /// weight serves those who come to it.
    fn among(&self, regions: &[RegionId]) -> Choice {
        if self.wanted.by_hand {
            return Choice::Own;
        }
        let weight = |r: &RegionId| self.topology.region(*r).weight;
        let sharing: Vec<_> = regions.iter().copied().filter(|r| weight(r) > 0).collect();
        if !self.wanted.shared || sharing.len() < 2 || !sharing.contains(&self.own) {
            return Choice::First(self.own);
        }
        let shares = self.topology.shares(&sharing).into_iter();
        let shares: Vec<_> = shares.filter(|(_, share)| *share > 0).collect();
        match shares.len() > 1 && shares.iter().any(|(r, _)| *r == self.own) {
            true if control_plane(self.topology, self.own).takes(DISTRIBUTE) => {
                Choice::Shared(shares)
            }
            true => Choice::Split(shares),
            false => Choice::First(self.own),
        }
    }
}

/// The regions that a cluster may call a service in: those on its side of every fence that do
/// not leave.
fn reach(topology: &Topology, service: &Service, own: RegionId) -> Vec<RegionId> {
    let here = topology.island(own);
    let all = service.placements.iter().map(|p| p.region);
    let stays = |r: &RegionId| *r == own || !topology.region(*r).leaving;
    all.filter(|r| topology.island(*r) == here && stays(r))
        .collect()
}

/// Parts of the world that the same regions serve, and those regions; none without the header
/// that says where a user is.
fn geographies(topology: &Topology, service: &Service) -> Vec<(Vec<Continent>, Vec<RegionId>)> {
    let header = topology.mesh.as_ref();
    if header.is_none_or(|m| m.geography_header.is_none()) {
        return Vec::new();
    }
    let mut by_regions: Vec<(Vec<Continent>, Vec<RegionId>)> = Vec::new();
    let mut seen = Vec::new();
    for continent in topology.regions.iter().flat_map(|r| r.serves.iter()) {
        if seen.contains(continent) {
            continue;
        }
        seen.push(*continent);
        let at = service.placements.iter().map(|p| p.region);
        let regions: Vec<_> = at
            .filter(|r| topology.region(*r).serves.contains(continent))
            .collect();
        match by_regions.iter_mut().find(|(_, r)| *r == regions) {
            _ if regions.is_empty() => {}
            Some((continents, _)) => continents.push(*continent),
            None => by_regions.push((vec![*continent], regions)),
        }
    }
    by_regions
}
