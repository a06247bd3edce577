//! What leaves: first its traffic and users, then its data, then the entry of the spec.
//!
//! | the spec says | what is compiled |
//! |---|---|
//! | `leaving: { since }` | all of it stays, and nobody is sent there; guards that protect no data are off |
//! | `data: keep` | it is gone, but for `removed` blocks that keep what holds data or keys |
//! | `data: delete` | all of it stays, with every guard off |
//! | nothing any more | it is gone; its Terraform root stays, empty, while the lock names it |

use super::{Database, Region, RegionId, Topology, regions};
use crate::catalog::{self, Place};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lock::Lock;
use crate::source::Span;
use crate::spec::decode::Scalar;
use crate::spec::{self, Kept, Leaving, Map, PerRegion, Provider, Role, Spec, Thing, database};

/// The primary region leaves.
pub const PRIMARY: Code = Code::new("LVE101", "primary-leaves");
/// Data that was handed over is to be deleted.
pub const HANDED_OVER: Code = Code::new("LVE102", "data-handed-over");
/// A host leads to nothing but regions that leave, or to a service that does.
pub const NOWHERE: Code = Code::new("LVE103", "host-leads-nowhere");

/// A database leaves, and no other one serves its users.
pub const SERVES_ALONE: Code = Code::new("LVE104", "database-serves-alone");

/// The key of the stage in the lock.
const LEAVING: &str = "leaving";
/// The key of the cloud and location of a region that leaves.
const PLACE: &str = "place";

/// How far something that leaves has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nobody uses it any more.
    Idle,
    /// What holds data or keys stays, and leaves the state; the rest goes.
    Keep,
    /// All of it may go.
    Delete,
}

impl Stage {
    fn word(self) -> &'static str {
        match self {
            Stage::Idle => "idle",
            Stage::Keep => "keep",
            Stage::Delete => "delete",
        }
    }
}

/// Something that leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaver {
    /// What kind of thing it is.
    pub thing: Thing,
    /// Its name.
    pub name: String,
    /// How far it has come.
    pub stage: Stage,
    /// Where the spec says so.
    pub span: Span,
}

/// A region that is gone but for what Terraform has yet to take leave of.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftRegion {
    /// Its name.
    pub name: String,
    /// Where it was.
    pub place: &'static Place,
    /// Whether the spec still names it.
    pub named: bool,
}

impl LeftRegion {
    /// The name as an HCL identifier.
    pub fn slug(&self) -> String {
        self.name.replace(['-', '.'], "_")
    }
}

/// What leaves. The lock remembers each with its stage.
pub(super) fn all(spec: &Spec, lock: &mut Lock, out: &mut Diagnostics) -> Vec<Leaver> {
    let mut found = Vec::new();
    for thing in Thing::ALL {
        for (name, leaving) in written(spec, thing) {
            let data = leaving.data.as_ref();
            let stage = match data.map(|d| d.value) {
                None => Stage::Idle,
                Some(Kept::Keep) => Stage::Keep,
                Some(Kept::Delete) => Stage::Delete,
            };
            let entry = lock.entry(thing.word(), &name, LEAVING).cloned();
            let kept = entry.filter(|e| e.value == Stage::Keep.word());
            if let (Some(kept), Some(data)) = (kept, data.filter(|_| stage == Stage::Delete)) {
                out.push(handed_over(thing, &name, data.span, kept.span));
            }
            if thing == Thing::Service {
                still_led_to(spec, &name, out);
            }
            found.push(Leaver {
                thing,
                name,
                stage,
                span: leaving.span,
            });
        }
        stay(spec, thing, lock);
    }
    for leaver in &found {
        let kind = leaver.thing.word();
        lock.set(kind, &leaver.name, LEAVING, leaver.stage.word());
    }
    found
}

/// Reports hosts that lead to a service that leaves: they would go with it.
fn still_led_to(spec: &Spec, service: &str, out: &mut Diagnostics) {
    let to = |h: &spec::Host| h.to.value == service && h.leaving.is_none();
    for (name, host) in spec.traffic.iter().filter(|(_, h)| to(h)) {
        let message = format!("`{}` leads to service `{service}`, which leaves", name.text);
        let error = Diagnostic::error(NOWHERE, host.to.span, message, "its users come here");
        out.push(error.help("lead it to another service, or let the host leave first"));
    }
}

/// What is in the spec and does not leave (any more) is not remembered as leaving.
fn stay(spec: &Spec, thing: Thing, lock: &mut Lock) {
    let kind = thing.word();
    let leaving: Vec<String> = written(spec, thing).into_iter().map(|(n, _)| n).collect();
    let names = lock.all(kind, LEAVING).map(|(name, _)| name.to_string());
    for name in names.collect::<Vec<_>>() {
        if has(spec, thing, &name) && !leaving.contains(&name) {
            lock.remove(kind, &name, LEAVING);
            lock.remove(kind, &name, PLACE);
        }
    }
}

fn handed_over(thing: Thing, name: &str, here: Span, line: Option<Span>) -> Diagnostic {
    let error = Diagnostic::error(
        HANDED_OVER,
        here,
        format!(
            "the data of {} `{name}` was kept: it is in no Terraform state any more",
            thing.word()
        ),
        "nothing here can delete it",
    );
    let error = match line {
        Some(line) => error.also(line, "compiled with `data: keep`"),
        None => error,
    };
    error.help("delete it by hand, with the commands of RUNBOOK_TAKE_OUT.md; if `data: keep` was never applied, delete this line of the lock")
}

/// The entries of a kind that leave.
fn written(spec: &Spec, thing: Thing) -> Vec<(String, &Leaving)> {
    fn of<'a, T>(
        map: &'a Map<T>,
        leaving: impl Fn(&'a T) -> Option<&'a Leaving>,
    ) -> Vec<(String, &'a Leaving)> {
        let all = map
            .iter()
            .filter_map(|(n, t)| Some((n.text.clone(), leaving(t)?)));
        all.collect()
    }
    match thing {
        Thing::Region => of(&spec.regions, |r| r.leaving.as_ref()),
        Thing::Datastore => of(&spec.datastores, |d| d.leaving.as_ref()),
        Thing::Queue => of(&spec.queues, |q| q.leaving.as_ref()),
        Thing::Service => of(&spec.services, |s| s.leaving.as_ref()),
        Thing::Host => of(&spec.traffic, |h| h.leaving.as_ref()),
        Thing::Secret => of(&spec.secrets, |s| s.leaving.as_ref()),
        Thing::Database => {
            let stores = spec.datastores.iter();
            let each = stores.flat_map(|(store, written)| {
                let all = of(&written.databases, |d| d.leaving.as_ref()).into_iter();
                all.map(|(name, leaving)| (database(&store.text, &name), leaving))
            });
            each.collect()
        }
    }
}

fn has(spec: &Spec, thing: Thing, name: &str) -> bool {
    match thing {
        Thing::Region => spec.regions.knows(name),
        Thing::Datastore => spec.datastores.knows(name),
        Thing::Queue => spec.queues.knows(name),
        Thing::Service => spec.services.knows(name),
        Thing::Host => spec.traffic.knows(name),
        Thing::Secret => spec.secrets.knows(name),
        Thing::Database => {
            let store = name.split_once('.').map_or(name, |(store, _)| store);
            let databases = spec.datastores.get(store).map(|d| &d.databases);
            databases.is_some_and(|d| d.knows(thing.key(name)))
        }
    }
}

/// Whether a name may be gone from the spec: it took leave, and said what becomes of its data.
pub(super) fn may_be_gone(thing: Thing, name: &str, lock: &Lock) -> bool {
    let stage = lock.get(thing.word(), name, LEAVING);
    stage.is_some_and(|s| thing == Thing::Host || s != Stage::Idle.word())
}

/// The spec without what has left, and without references to what nobody may use.
pub(super) fn staying(source: &Spec, leaving: &[Leaver]) -> Spec {
    let mut spec = source.clone();
    for leaver in leaving {
        let kept = leaver.stage == Stage::Keep;
        match leaver.thing {
            Thing::Host => take_out(&mut spec, leaver),
            Thing::Region if !kept => {}
            Thing::Service if !kept => spec.no_longer_needed(&leaver.name),
            Thing::Queue if !kept => spec.no_longer_published(&leaver.name),
            _ if kept => take_out(&mut spec, leaver),
            thing => spec.exchange_references(thing, &other_than(&leaver.name)),
        }
    }
    spec
}

/// The spec without one of the things that leave, as if the others stayed.
pub fn without(source: &Spec, leaver: Option<&Leaver>) -> Spec {
    let mut spec = source.clone();
    spec.regions.values_mut().for_each(|r| r.leaving = None);
    for store in spec.datastores.values_mut() {
        store.leaving = None;
        store.databases.values_mut().for_each(|d| d.leaving = None);
    }
    spec.queues.values_mut().for_each(|q| q.leaving = None);
    spec.services.values_mut().for_each(|s| s.leaving = None);
    spec.traffic.values_mut().for_each(|h| h.leaving = None);
    spec.secrets.values_mut().for_each(|s| s.leaving = None);
    if let Some(leaver) = leaver {
        take_out(&mut spec, leaver);
    }
    spec
}

/// Remembers that a thing may be gone.
pub fn let_go(leaver: &Leaver, lock: &mut Lock) {
    let kind = leaver.thing.word();
    lock.set(kind, &leaver.name, LEAVING, Stage::Delete.word());
}

fn other_than(gone: &str) -> impl Fn(&str) -> Option<String> {
    move |name| (name != gone).then(|| name.to_string())
}

/// Takes a thing out with what is nowhere else.
fn take_out(spec: &mut Spec, leaver: &Leaver) {
    let before = spec.clone();
    spec.exchange(leaver.thing, &other_than(&leaver.name));
    match leaver.thing {
        Thing::Region => {
            only_there(&before, spec);
            share_rest(spec);
        }
        Thing::Service => take_out_hosts(spec, &|h| h.to.value == leaver.name),
        _ => {}
    }
}

/// Written shares of traffic make up all of it again.
fn share_rest(spec: &mut Spec) {
    let serves = |r: &crate::spec::Region| matches!(*r.role, Role::Primary | Role::Secondary);
    let open = spec
        .regions
        .iter()
        .any(|(_, r)| serves(r) && r.weight.is_none());
    let written: Vec<u32> = spec
        .regions
        .iter()
        .filter_map(|(_, r)| Some(r.weight.as_ref()?.value.0))
        .collect();
    if !open {
        let mut shares = scaled(&written).into_iter();
        let weights = spec.regions.values_mut().filter_map(|r| r.weight.as_mut());
        for (weight, share) in weights.zip(&mut shares) {
            weight.value.0 = share;
        }
    }
}

/// Shares in the same proportions that add up to 100; the first ones take the remainder.
fn scaled(shares: &[u32]) -> Vec<u32> {
    let sum: u32 = shares.iter().sum();
    if sum == 0 {
        return shares.to_vec();
    }
    let mut all: Vec<u32> = shares.iter().map(|s| s * 100 / sum).collect();
    let mut rest = 100 - all.iter().sum::<u32>();
    for (share, before) in all.iter_mut().zip(shares) {
        let one = u32::from(rest > 0 && *before > 0);
        *share += one;
        rest -= one;
    }
    all
}

/// A list of regions that was emptied would mean all of them: what was there alone is gone too.
fn only_there(before: &Spec, spec: &mut Spec) {
    fn each<T>(of: Option<&PerRegion<T>>) -> bool {
        matches!(of, Some(PerRegion::Each(map)) if map.is_empty())
    }
    fn emptied<T>(before: &Map<T>, after: &Map<T>, empty: impl Fn(&T) -> bool) -> Vec<String> {
        let now = after.iter().filter(|(_, t)| empty(t));
        let was = |name: &str| before.get(name).is_some_and(&empty);
        now.filter(|(n, _)| !was(&n.text))
            .map(|(n, _)| n.text.clone())
            .collect()
    }
    let services = emptied(&before.services, &spec.services, |s| {
        s.external.is_none()
            && (s.regions.is_empty() && each(s.replicas.as_ref())
                || s.regions.is_empty() && s.replicas.is_none())
    });
    let stores = emptied(&before.datastores, &spec.datastores, |d| {
        d.external.is_none()
            && d.regions.is_empty()
            && (d.nodes.is_none() || each(d.nodes.as_ref()))
    });
    let queues = emptied(&before.queues, &spec.queues, |q| {
        q.external.is_none() && q.regions.is_empty()
    });
    let secrets = emptied(&before.secrets, &spec.secrets, |s| s.regions.is_empty());
    let hosts = emptied(&before.traffic, &spec.traffic, |h| h.region.is_none());
    for (thing, names) in [
        (Thing::Host, hosts),
        (Thing::Service, services),
        (Thing::Datastore, stores),
        (Thing::Queue, queues),
        (Thing::Secret, secrets),
    ] {
        for name in names {
            spec.exchange(thing, &other_than(&name));
        }
    }
    let there = spec.services.clone();
    take_out_hosts(spec, &|h| !there.knows(&h.to));
}

/// Takes hosts out with what is only about them.
fn take_out_hosts(spec: &mut Spec, gone: &dyn Fn(&spec::Host) -> bool) {
    let all = spec.traffic.iter().filter(|(_, h)| gone(h));
    let names: Vec<String> = all.map(|(name, _)| name.text.clone()).collect();
    for name in names {
        spec.exchange(Thing::Host, &other_than(&name));
    }
}

/// The regions that are gone but for their Terraform roots; their places are remembered as long
/// as they leave.
pub(super) fn left(source: &Spec, leaving: &[Leaver], lock: &Lock) -> Vec<LeftRegion> {
    let region = Thing::Region.word();
    let names = lock.all(region, LEAVING).map(|(name, _)| name);
    let gone = names.filter(|name| {
        let kept =
            |l: &Leaver| l.thing == Thing::Region && l.name == *name && l.stage == Stage::Keep;
        !source.regions.knows(name) || leaving.iter().any(kept)
    });
    let place = |name: &str| {
        let (cloud, location) = lock.get(region, name, PLACE)?.split_once(' ')?;
        catalog::find(Provider::parse(cloud).ok()?, location)
    };
    let found = gone.filter_map(|name| {
        Some(LeftRegion {
            name: name.to_string(),
            place: place(name)?,
            named: source.regions.knows(name),
        })
    });
    found.collect()
}

/// Remembers where the regions that leave are.
pub(super) fn remember(regions: &[Region], leaving: &[Leaver], lock: &mut Lock) {
    let kind = Thing::Region;
    for leaver in leaving.iter().filter(|l| l.thing == kind) {
        if let Some(region) = regions.iter().find(|r| r.name == leaver.name) {
            let place = format!("{} {}", region.place.provider, region.place.location);
            lock.set(kind.word(), &region.name, PLACE, place);
        }
    }
}

/// Takes the traffic away from regions that leave: no users, no share, no writes, no succession.
pub(super) fn quiet(topology: &mut Topology, out: &mut Diagnostics) {
    alone(topology, out);
    let leaves = |name: &str| {
        let mut all = topology.leaving.iter();
        all.find(|l| l.thing == Thing::Region && l.name == name)
            .map(|l| l.span)
    };
    let going: Vec<Option<Span>> = topology.regions.iter().map(|r| leaves(&r.name)).collect();
    if going.iter().all(Option::is_none) {
        return;
    }
    for (region, span) in topology.regions.iter_mut().zip(&going) {
        let Some(span) = span else { continue };
        region.leaving = true;
        region.serves.clear();
        if region.role == Role::Primary {
            out.push(primary_leaves(region, *span));
        }
    }
    share_out(&mut topology.regions);
    let goes = |id: &RegionId| going[id.0].is_some();
    for host in &mut topology.hosts {
        let before = host.regions.clone();
        host.regions.retain(|id| !goes(id));
        if host.regions.is_empty() && !before.is_empty() {
            out.push(nowhere(&host.name, host.span));
            host.regions = before;
        }
    }
    for store in &mut topology.datastores {
        if store.writer.is_some_and(|w| goes(&w)) {
            let stays = store.regions.iter().copied().find(|id| !goes(id));
            store.writer = stays.or(store.writer);
        }
    }
}

/// Reports databases that leave and whose users no other one takes.
fn alone(topology: &Topology, out: &mut Diagnostics) {
    let of = |l: &&Leaver| l.thing == Thing::Database;
    for leaver in topology.leaving.iter().filter(of) {
        let Some((name, own)) = leaver.name.split_once('.') else {
            continue;
        };
        let mut stores = topology.datastores.iter();
        let Some(store) = stores.find(|s| s.name == name) else {
            continue;
        };
        let stays = |d: &&Database| d.name != own;
        let serves = |id: &RegionId| {
            let mut others = store.databases.iter().filter(stays);
            others.any(|d| d.serves.contains(id))
        };
        // Without any other one, the store would have its own again.
        let written = topology.source.datastores.get(name);
        let staying = |s: &spec::Datastore| s.databases.iter().any(|(_, d)| d.leaving.is_none());
        let last = !written.is_some_and(staying);
        let left = store.regions.iter().find(|id| last || !serves(id));
        if let Some(id) = left {
            out.push(serves_alone(leaver, &topology.region(*id).name));
        }
    }
}

fn serves_alone(leaver: &Leaver, region: &str) -> Diagnostic {
    let name = &leaver.name;
    Diagnostic::error(
        SERVES_ALONE,
        leaver.span,
        format!("database `{name}` leaves, and no other one serves `{region}`"),
        "its services would have none",
    )
    .help(format!("move the data, and write `{region}` in the `serves` of another database of the store; if the store goes, let the store leave"))
}

/// Shares of traffic without the regions that leave: those that have none written take what is
/// free; written ones keep their proportions.
fn share_out(regions: &mut [Region]) {
    let open = |r: &Region| r.serving() && r.own_weight.is_none();
    if regions.iter().any(open) {
        let mut staying: Vec<Region> = regions.iter().filter(|r| !r.leaving).cloned().collect();
        regions::settle_weights(&mut staying);
        for region in regions.iter_mut() {
            let own = staying.iter().find(|s| s.name == region.name);
            region.weight = own.map_or(0, |s| s.weight);
        }
        return;
    }
    regions
        .iter_mut()
        .filter(|r| r.leaving)
        .for_each(|r| r.weight = 0);
    let shares: Vec<u32> = regions.iter().map(|r| r.weight).collect();
    for (region, share) in regions.iter_mut().zip(scaled(&shares)) {
        region.weight = share;
    }
}

fn primary_leaves(region: &Region, span: Span) -> Diagnostic {
    Diagnostic::error(
        PRIMARY,
        span,
        format!("`{}` leaves and is still the primary", region.name),
        "nobody would take writes",
    )
    .also(region.role_at, "the primary")
    .help("make another region `role: primary` first, apply that, and see that it takes writes: RUNBOOK_PRIMARY.md")
}

fn nowhere(host: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        NOWHERE,
        span,
        format!("`{host}` leads to nothing but regions that leave"),
        "its users have nowhere to go",
    )
    .help("give its service another region, or let the host leave too")
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn shares_keep_their_proportions_and_add_up_to_100() {
        assert_eq!(scaled(&[50, 35, 0]), [59, 41, 0]);
        assert_eq!(scaled(&[10, 10, 10]), [34, 33, 33]);
        assert_eq!(scaled(&[0, 0]), [0, 0]);
        assert_eq!(scaled(&[7]), [100]);
    }
}
