//! Numbers that follow from the spec and are emitted: one place for lowering, emitters and
//! analysis, so that they cannot disagree.

use super::promises::{Promise, Promisee};
use super::{Datastore, Host, Placement, RegionId, Scenario, Service, Settled, Topology};
use crate::source::Span;
use crate::spec::{Duration, Provider, Role, Runtime, Singleton};

/// A health check as it is emitted, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// Seconds between the starts of two checks.
    pub every: u64,
    /// Seconds after which a check has failed.
    pub timeout: u64,
    /// Failures in a row that lead out.
    pub failures: u32,
    /// Successes in a row that lead back in.
    pub successes: u32,
    /// Where it is written; the host's place if it is not.
    pub span: Span,
}

impl Check {
    /// How it counts, for people: `5s x 2 + 2s`.
    pub fn words(&self) -> String {
        let time = Duration::from_secs;
        format!(
            "{} x {} + {}",
            time(self.every),
            self.failures,
            time(self.timeout)
        )
    }
}

impl Service {
    /// The readiness probe of its replicas. What the spec leaves out is what Kubernetes and
    /// Cloud Run do by themselves: every 10 s, for 1 s, three failures, one success.
    pub fn readiness(&self) -> Check {
        let ready = &self.ready;
        Check {
            every: ready.every.secs(),
            timeout: ready.timeout.secs(),
            failures: ready.unhealthy_after.value,
            successes: 1,
            span: ready.span,
        }
    }
}

impl Topology {
    /// What notices that a region of a host is lost, if anything does: the load balancer's
    /// check, or, for Cloud Run, which has none, the readiness probes that make up the
    /// region's health.
    pub fn notices(&self, host: &Host) -> Option<Check> {
        if host.external().is_some() {
            return None;
        }
        let service = self.service(host.service);
        match service.runtime {
            Runtime::CloudRun => Some(service.readiness()),
            Runtime::Kubernetes => host.health.said.then(|| host.check()),
        }
    }
}

impl Topology {
    /// The status with which a healthy host answers whoever is not signed in: as asked for, but
    /// Cloud Run answers 403 where only a queue may call
    /// (docs.cloud.google.com/run/docs/authenticating/overview, read 2026-11).
    pub fn expected_status(&self, host: &Host) -> u32 {
        const OK: u32 = 200;
        const FORBIDDEN: u32 = 403;
        let mut receivers = self.queues.iter().filter_map(|q| q.receiver);
        let closed =
            !self.service(host.service).on_cluster() && receivers.any(|r| r == host.service);
        match host.health.status.value {
            OK if closed => FORBIDDEN,
            asked => asked,
        }
    }
}

impl Host {
    /// The domain whose zone holds its record: as written, else what follows its first label, unless
    /// only a registry can own that; then the host is the top of a zone of its own.
    pub fn domain(&self) -> &str {
        if let Some(written) = &self.zone_domain {
            return &written.value;
        }
        let above = self.name.split_once('.').map(|(_, above)| above);
        let above = above.filter(|above| !of_a_registry(above));
        above.unwrap_or(&self.name)
    }

    /// Whether the domain that is written for its zone can be one: the host's own name, or one above
    /// it that a registry does not own.
    pub fn lies_in_its_domain(&self) -> bool {
        self.zone_domain.as_ref().is_none_or(|domain| {
            let above = self.name.strip_suffix(domain.as_str());
            let covers = above.is_some_and(|above| above.is_empty() || above.ends_with('.'));
            covers && !of_a_registry(domain)
        })
    }

    /// The health check of the host's back ends. What the spec leaves out: every 5 s, a
    /// timeout of the interval and at most 5 s, two failures out, two successes in.
    pub fn check(&self) -> Check {
        let health = &self.health;
        let every = health.every.secs();
        Check {
            every,
            timeout: health.timeout.as_ref().map_or(every.min(5), |t| t.secs()),
            failures: health.unhealthy_after.value,
            successes: health.healthy_after.value,
            span: health.span,
        }
    }
}

impl Topology {
    /// Whether the account or project on a cloud has already what it has only one of.
    pub fn has_already(&self, provider: Provider, thing: Singleton) -> bool {
        let mut clouds = self.clouds.iter().map(|(_, cloud)| cloud);
        clouds.any(|c| c.provider == Some(provider) && c.existing.iter().any(|e| **e == thing))
    }

    /// The longest span of writes that may be lost with a region, if it is promised.
    fn region_rpo(&self) -> Option<Duration> {
        let promised = self.promises().of(Promisee::System, Scenario::ANY_REGION);
        promised.rpo.map(Promise::time)
    }

    /// The highest replication lag at failback: as written, else what may be
    /// lost, else [`DEFAULT_RETURN_LAG`].
    pub fn return_lag(&self) -> Duration {
        let failover = self.failover.as_ref();
        let verify = failover.and_then(|f| f.verify.as_ref());
        let written = verify.and_then(|v| v.lag_below.as_ref()).map(|l| l.value);
        let written = written.or(self.region_rpo());
        written.unwrap_or(Duration::from_secs(DEFAULT_RETURN_LAG))
    }

    /// How long the copies of a region that is back, and what users are answered, must be as they
    /// should before that counts: as written, else [`DEFAULT_WATCH`].
    pub fn watched(&self) -> Duration {
        let failover = self.failover.as_ref();
        let verify = failover.and_then(|f| f.verify.as_ref());
        let written = verify.and_then(|v| v.watch.as_ref()).map(|w| w.value);
        written.unwrap_or(Duration::from_secs(DEFAULT_WATCH))
    }
}

impl Datastore {
    /// After how many milliseconds of silence a sentinel takes the primary for down.
    pub fn silence_millis(&self) -> u64 {
        let health = self.health.as_ref();
        health.map_or(30_000, |h| {
            let failures = u64::from(h.unhealthy_after.value);
            h.every.millis().saturating_mul(failures)
        })
    }

    /// How often it is to be backed up, if the spec asks for that.
    pub fn backup_every(&self) -> Option<&Settled<Duration>> {
        self.backup.as_ref()?.every.as_ref()
    }

    /// How long a backup may take, where what takes it ends longer ones.
    pub fn backup_limit(&self) -> Duration {
        let backup = self.backup.as_ref();
        backup.map_or(Duration::from_secs(HOUR), |b| b.takes.value)
    }

    /// Seconds between two backups as they are scheduled: as often as asked for, else as
    /// often as the engine's schedule can be. Firestore's is daily or weekly.
    pub fn backup_period(&self) -> Option<u64> {
        let every = self.backup_every()?.secs();
        let periods: &[u64] = if self.is_backed_up_by_the_day() {
            &BACKUP_PERIODS[BACKUP_PERIODS.len() - 2..]
        } else {
            &BACKUP_PERIODS
        };
        let often_enough = periods.iter().rev().find(|p| **p <= every);
        often_enough.or(periods.first()).copied()
    }

    /// How many replicas a Redis primary must have near it to take writes; none if left out.
    pub fn min_replicas(&self) -> u32 {
        let replication = self.replication.as_ref();
        let least = replication.and_then(|r| r.min_replicas.as_ref());
        least.map_or(0, |m| m.value)
    }

    /// Seconds of lag after which a Redis replica no longer counts.
    pub fn max_lag_seconds(&self) -> u64 {
        let replication = self.replication.as_ref();
        let most = replication.and_then(|r| r.max_lag.as_ref());
        most.map_or(DEFAULT_MAX_LAG, |m| m.secs())
    }

    /// The lag in seconds at which a Redis primary stops taking writes, if it does.
    pub fn lag_limit_seconds(&self) -> Option<u64> {
        (self.min_replicas() > 0).then(|| self.max_lag_seconds())
    }

    /// Bytes that one node of a Redis holds: a gibibyte if left out.
    pub fn node_memory(&self) -> u64 {
        self.size.as_ref().map_or(1 << 30, |s| s.get())
    }
}

impl Service {
    /// The most replicas that may come to run in a place. Without anything that scales it, a
    /// Deployment stays at the fewest.
    pub fn most(&self, placement: &Placement) -> u32 {
        let scale = self.scale_on.as_ref();
        let scaled = scale.is_some_and(|s| {
            s.cpu.is_some() || s.memory.is_some() || s.requests.is_some() || !s.queues.is_empty()
        });
        match self.runtime {
            Runtime::Kubernetes if !scaled => placement.replicas.min,
            Runtime::Kubernetes | Runtime::CloudRun => placement.replicas.max,
        }
    }

    /// Whether something starts a first replica where none runs: requests on Cloud Run, unread
    /// messages on Kubernetes. CPU, memory and the requests that replicas count are those of
    /// replicas that run.
    pub fn wakes(&self) -> bool {
        let scale = self.scale_on.as_ref();
        match self.runtime {
            Runtime::CloudRun => true,
            Runtime::Kubernetes => scale.is_some_and(|s| !s.queues.is_empty()),
        }
    }

    /// How often the mesh tries a call of it again.
    pub fn retries(&self) -> u32 {
        let calls = self.calls.as_ref();
        let retries = calls.and_then(|c| c.retries.as_ref());
        retries.map_or(MESH_RETRIES, |r| r.value)
    }

    /// Where its retries are written, else where it is.
    pub fn retries_at(&self) -> Span {
        let calls = self.calls.as_ref();
        let retries = calls.and_then(|c| c.retries.as_ref());
        retries.map_or(self.span, |r| r.span)
    }

    /// How long a call of it may take in all, in milliseconds, and where that is written.
    pub fn call_timeout(&self) -> Option<(u64, Span)> {
        let timeout = self.calls.as_ref()?.timeout.as_ref()?;
        Some((timeout.millis(), timeout.span))
    }

    /// How long one try of a call of it may take, in milliseconds; `None` without a bound. The
    /// bound of a try is that of a retry: without retries the whole call has one alone.
    pub fn longest_try(&self) -> Option<u64> {
        let calls = self.calls.as_ref()?;
        let call = self.call_timeout().map(|(millis, _)| millis);
        let per_try = calls.per_try.as_ref().map(|t| t.millis());
        let each = per_try.filter(|_| self.retries() > 0);
        call.into_iter().chain(each).min()
    }

    /// When the mesh leaves a replica out: errors in a row, and the largest share in percent
    /// that may be left out. With other regions to go to, all of a lost region may be; a lone
    /// region keeps half, because a bad half is better than nothing.
    pub fn ejection(&self) -> (u32, u32) {
        let eject = self.calls.as_ref().and_then(|c| c.eject.as_ref());
        let at_most = if self.placements.len() > 1 { 100 } else { 50 };
        let written = eject.and_then(|e| e.at_most.as_ref());
        (
            eject.map_or(5, |e| e.errors.value),
            written.map_or(at_most, |p| p.millionths() / 10_000),
        )
    }
}

impl Topology {
    /// How the mesh divides calls among regions: their weights, scaled to add up to 100.
    pub fn shares(&self, regions: &[RegionId]) -> Vec<(RegionId, u32)> {
        let weights = regions.iter().map(|id| (*id, self.region(*id).weight));
        in_percent(&weights.collect::<Vec<_>>())
    }

    /// What calls of a region stay inside: its zone if that is fenced, the region itself if
    /// its network is tied to no other, else all that is neither.
    pub fn island(&self, id: RegionId) -> Option<&str> {
        let region = self.region(id);
        if self.is_isolated(&region.name) {
            return Some(&region.name);
        }
        let zone = region.zone.as_deref()?;
        self.zones.get(zone).filter(|z| *z.fenced).map(|_| zone)
    }

    /// Whether the network of a region is tied to no other.
    pub fn is_isolated(&self, region: &str) -> bool {
        self.network.isolated.iter().any(|i| i.value == region)
    }
}

/// The label of pods that says on which side of a fence they are.
pub const ISLAND: &str = "mesh/island";
/// The label of pods that names their region, where the mesh's control plane takes no places.
pub const REGION: &str = "mesh/region";

impl Topology {
    /// The value of [`ISLAND`] in a region, if there is any fence.
    pub fn island_label(&self, id: RegionId) -> Option<&str> {
        let fenced = self.region_ids().any(|r| self.island(r).is_some());
        fenced.then(|| self.island(id).unwrap_or("mainland"))
    }
}

impl Host {
    /// The paths that checks of its edge ask.
    pub fn checked_paths(&self) -> Vec<String> {
        let paths = std::iter::once(&self.health.path).chain(&self.health.also);
        paths.map(|p| p.value.clone()).collect()
    }
}

/// Parts scaled to add up to 100; evenly if nobody has any. What rounding leaves goes to the
/// first ones.
pub fn in_percent(parts: &[(RegionId, u32)]) -> Vec<(RegionId, u32)> {
    let total: u64 = parts.iter().map(|(_, part)| u64::from(*part)).sum();
    let even = 100 / parts.len().max(1) as u64;
    let share = |part: u32| {
        let share = (u64::from(part) * 100).checked_div(total);
        share.unwrap_or(even) as u32
    };
    let mut shares: Vec<_> = parts.iter().map(|(id, p)| (*id, share(*p))).collect();
    let mut left = 100 - shares.iter().map(|(_, s)| s).sum::<u32>();
    for ((_, share), (_, part)) in shares.iter_mut().zip(parts) {
        if left > 0 && (*part > 0 || total == 0) {
            *share += 1;
            left -= 1;
        }
    }
    shares
}

/// Whether names are sold or given away directly below a domain: `com`, `co.uk`, `github.io`
/// (publicsuffix.org).
fn of_a_registry(domain: &str) -> bool {
    let listed = psl::suffix(domain.as_bytes()).is_some_and(|s| s == domain && s.is_known());
    listed || !domain.contains('.')
}

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// Seconds between backups that a schedule can hold without a gap at midnight or on Sunday.
const BACKUP_PERIODS: [u64; 11] = [
    HOUR / 4,
    HOUR / 2,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    4 * HOUR,
    6 * HOUR,
    8 * HOUR,
    12 * HOUR,
    DAY,
    7 * DAY,
];

/// Seconds of lag after which a Redis replica no longer counts, where the spec is silent.
const DEFAULT_MAX_LAG: u64 = 10;

/// Seconds that copies may be behind on a return, where the spec is silent: twice the beat by
/// which PostgreSQL's lag is seen.
pub const DEFAULT_RETURN_LAG: u64 = 10;

/// Seconds that an answer must hold, where the spec is silent: one that is right once may be so by
/// chance.
pub const DEFAULT_WATCH: u64 = 60;

/// How long the sentinels keep to one attempt of a promotion, in milliseconds; the next one
/// begins after twice that. It is no bound of a promotion.
pub const SENTINEL_FAILOVER_MILLIS: u64 = 60_000;

/// Milliseconds from the silence of a primary until its successor acknowledges a write, if the
/// first vote succeeds: a second each to agree, to vote, to see the promotion, for the replicas
/// to follow, and for a client to ask again. `tests/live/redis` measures less.
pub const SENTINEL_PROMOTION_MILLIS: u64 = 5_000;

/// How fast the autoscaler adds pods: in each period the larger of doubling and this many.
pub const SCALE_OUT_PODS: u32 = 4;
/// See [`SCALE_OUT_PODS`]: the growth in percent.
pub const SCALE_OUT_PERCENT: u32 = 100;
/// See [`SCALE_OUT_PODS`]: seconds.
pub const SCALE_OUT_PERIOD: u64 = 15;
/// How often Istio tries a call again where a route says nothing
/// (istio.io/latest/docs/concepts/traffic-management, retries).
pub const MESH_RETRIES: u32 = 2;
/// Milliseconds that a proxy waits for a connection: `connectTimeout`.
pub const CONNECT_TIMEOUT: u64 = 2_000;
/// Seconds over which the scaler's request rate is averaged.
pub const REQUEST_RATE_WINDOW: u64 = 120;
impl Topology {
    /// The region of a service that messages are pushed to where no host stands before it: the
    /// primary one, else its first.
    pub fn push_region(&self, service: &Service) -> Option<RegionId> {
        let placed = |id: &RegionId| service.replicas_in(*id).is_some();
        let first = service.placements.first().map(|p| p.region);
        self.primary().filter(placed).or(first)
    }

    /// The service that carries changes between the databases of a store, and where it is named.
    pub fn worker(&self, store: &Datastore) -> Option<(&Service, Span)> {
        let worker = store.replication.as_ref()?.worker.as_ref()?;
        let mut services = self.services.iter();
        let service = services.find(|s| s.name == worker.value)?;
        Some((service, worker.span))
    }

    /// Nodes of a store in a region; one where the spec does not count them.
    pub fn nodes(&self, store: &Datastore, id: RegionId) -> u32 {
        match &store.nodes {
            Some(nodes) => nodes.get(&self.region(id).name).map_or(0, |n| n.value),
            None => 1,
        }
    }

    /// Sentinels of a store in a region.
    pub fn sentinels(&self, store: &Datastore, id: RegionId) -> u32 {
        let sentinels = store.sentinels.as_ref();
        let here = sentinels.and_then(|s| s.get(&self.region(id).name));
        here.map_or(0, |s| s.value)
    }

    /// The region where the first node of a Redis with sentinels starts as the primary: the
    /// primary region, else the first that holds nodes.
    pub fn first_node(&self, store: &Datastore) -> Option<RegionId> {
        let holds = |id: &RegionId| self.nodes(store, *id) > 0;
        let holding = || store.regions.iter().copied().filter(holds);
        let primary = |id: &RegionId| self.region(*id).role == Role::Primary;
        holding().find(primary).or(holding().next())
    }
}

/// Pods of each ingress gateway.
pub const GATEWAY_PODS: u32 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_100_whatever_the_weights() {
        for parts in [
            vec![50, 35, 15],
            vec![1, 1, 1],
            vec![0, 0, 0],
            vec![0, 7],
            vec![100, 1, 1, 1],
            vec![u32::MAX, 1, 0],
            vec![1],
        ] {
            let of: Vec<_> = parts
                .iter()
                .enumerate()
                .map(|(i, p)| (RegionId(i), *p))
                .collect();
            let shares = in_percent(&of);
            let sum: u32 = shares.iter().map(|(_, share)| share).sum();
            assert_eq!(sum, 100, "{parts:?}");
            let any = parts.iter().any(|p| *p > 0);
            for ((_, share), part) in shares.iter().zip(&parts) {
                assert!(!any || *part > 0 || *share == 0, "{parts:?}: {shares:?}");
            }
        }
    }

    #[test]
    fn what_rounding_leaves_goes_to_the_first() {
        let thirds: Vec<_> = (0..3).map(|i| (RegionId(i), 1)).collect();
        let shares: Vec<u32> = in_percent(&thirds).iter().map(|(_, s)| *s).collect();
        assert_eq!(shares, [34, 33, 33]);
    }
}
