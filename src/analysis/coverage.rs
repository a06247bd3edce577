//! Alerts that fire before a promise is broken, and scenarios with a drill.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::topology::{
    Cadence, Datastore, DatastoreId, Date, Drill, Host, Mode, Name, Promise, Promisee, Ref,
    RegionId, Scenario, Signal, Topology,
};

/// Something that can go wrong and that somebody should be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// A region answers nothing, or its health checks fail.
    Silence,
    /// High replication lag.
    Lag,
    /// Backups stop.
    Backup,
    /// Requests fail, or are slow.
    Errors,
    /// The regions that would remain could no longer bear the load.
    Room,
    /// Messages are not read, or set aside.
    Messages,
    /// A certificate runs out.
    Certificate,
}

impl Trouble {
    /// What a signal tells of; `None` for those that tell of no loss.
    pub fn of(signal: Signal) -> Option<Trouble> {
        match signal {
            Signal::RegionSilent | Signal::HealthFailures => Some(Trouble::Silence),
            Signal::ReplicationLag => Some(Trouble::Lag),
            Signal::BackupFailure | Signal::BackupSuccess => Some(Trouble::Backup),
            Signal::ErrorRate | Signal::Availability => Some(Trouble::Errors),
            Signal::DeadLetters | Signal::QueueBacklog => Some(Trouble::Messages),
            Signal::CertificateExpiry => Some(Trouble::Certificate),
            _ => None,
        }
    }

    /// The words shown to people.
    pub fn words(self) -> &'static str {
        match self {
            Trouble::Silence => "region unreachable",
            Trouble::Lag => "high replication lag",
            Trouble::Backup => "backups stop",
            Trouble::Errors => "requests fail",
            Trouble::Room => "no headroom for a region loss",
            Trouble::Messages => "message backlog",
            Trouble::Certificate => "certificate expires",
        }
    }
}

/// An alert, as far as coverage is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// Its name.
    pub alert: String,
    /// What it tells of.
    pub of: Trouble,
    /// The host, store, service or queue; everything that has the trouble if not given.
    pub on: Option<String>,
    /// The milliseconds of a promise that are over at least when people are notified.
    pub after: u64,
    /// The same at most; `None` without a bound.
    pub by: Option<u64>,
    /// Who is notified.
    pub channels: Vec<String>,
    /// Where it is written, if it is.
    pub span: Option<Span>,
}

/// A trouble with the alerts that tell of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Covered {
    /// What can go wrong.
    pub trouble: Trouble,
    /// The host, store, service or queue.
    pub on: String,
    /// The promise that it spends, if there is one for it.
    pub promise: Option<Promise>,
    /// The alerts that tell of it, the earliest first.
    pub alerts: Vec<Watch>,
}

/// Whether a notification arrives in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// Nobody is told.
    Never,
    /// Every alert comes when the promise is already broken.
    Late,
    /// An alert can come before the promise is spent, or after.
    MaybeLate,
    /// An alert comes before the promise is spent.
    InTime,
    /// There is an alert, and no promise to measure it by.
    Unmeasured,
}

impl Covered {
    /// Whether a notification arrives in time. Alerts that come later than the earliest are
    /// escalations.
    pub fn told(&self) -> Told {
        match (self.alerts.first(), self.promise) {
            (None, _) => Told::Never,
            (Some(_), None) => Told::Unmeasured,
            (Some(first), Some(promise)) if first.after >= promise.millis => Told::Late,
            (Some(first), Some(promise)) if first.by.is_none_or(|by| by >= promise.millis) => {
                Told::MaybeLate
            }
            (Some(_), Some(_)) => Told::InTime,
        }
    }
}

/// Everything that can go wrong, with those of the alerts that tell of it.
pub fn coverage(topology: &Topology, alerts: &[Watch]) -> Vec<Covered> {
    let mut all = Vec::new();
    let mut add = |trouble, on: &str, promise| {
        let about = |w: &&Watch| w.of == trouble && w.on.as_deref().is_none_or(|o| o == on);
        let mut telling: Vec<Watch> = alerts.iter().filter(about).cloned().collect();
        telling.sort_by_key(|w| (w.by.unwrap_or(u64::MAX), w.after));
        all.push(Covered {
            trouble,
            on: on.to_string(),
            promise,
            alerts: telling,
        });
    };
    for host in &topology.hosts {
        add(Trouble::Silence, &host.name, silence(topology, host));
        add(Trouble::Certificate, &host.name, None);
    }
    for service in &topology.services {
        if topology
            .hosts
            .iter()
            .any(|h| topology.service(h.service).name == service.name)
        {
            add(Trouble::Errors, &service.name, None);
        }
        if service.placements.len() > 1 && service.capacity.is_some() {
            add(Trouble::Room, &service.name, None);
        }
    }
    for (index, store) in topology.datastores.iter().enumerate() {
        if copied(store) {
            add(Trouble::Lag, &store.name, lag(topology, DatastoreId(index)));
        }
        if store.backup.as_ref().is_some_and(|b| b.every.is_some()) {
            add(Trouble::Backup, &store.name, None);
        }
    }
    for queue in &topology.queues {
        add(Trouble::Messages, &queue.name, None);
    }
    all
}

fn silence(topology: &Topology, host: &Host) -> Option<Promise> {
    let service = Promisee::Service(host.service);
    topology.promises().of(service, Scenario::ANY_REGION).rto
}

fn lag(topology: &Topology, store: DatastoreId) -> Option<Promise> {
    topology
        .promises()
        .of(Promisee::Store(store), Scenario::ANY_REGION)
        .rpo
}

/// Whether a store has copies elsewhere that may be behind.
fn copied(store: &Datastore) -> bool {
    let mode = store.replication.as_ref().map(|r| *r.mode);
    matches!(
        mode,
        Some(Mode::Async | Mode::Application | Mode::ActiveActive)
    )
}

/// A drill with what it proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exercise {
    /// Its name.
    pub drill: String,
    /// How often.
    pub every: Cadence,
    /// The day it last succeeded.
    pub last: Option<Date>,
    /// What is done.
    pub does: Does,
}

/// What a drill does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Does {
    /// Takes a region away; the one that takes over, if the drill names it.
    Region(RegionId, Option<RegionId>),
    /// Brings data back beside the original.
    Restore,
    /// Puts back what a queue has set aside.
    DeadLetters(String),
    /// Switches a flag off and on again.
    Rollback(String),
    /// What people do by hand.
    ByHand,
}

impl Exercise {
    /// The loss that it exercises, if it is one of those that are judged.
    pub fn of(&self) -> Option<Scenario> {
        match self.does {
            Does::Region(lost, _) => Some(Scenario::Region(lost)),
            Does::Restore => Some(Scenario::Corruption),
            Does::DeadLetters(_) | Does::Rollback(_) | Does::ByHand => None,
        }
    }
}

/// The losses that are judged with the drills that exercise them, by place in
/// [`exercises`]; what has none is not exercised.
pub fn exercised(topology: &Topology) -> Vec<(Scenario, Vec<usize>)> {
    let exercises = exercises(topology);
    let scenarios = Scenario::all(topology).into_iter();
    scenarios
        .map(|scenario| {
            let of = exercises
                .iter()
                .enumerate()
                .filter(|(_, e)| e.of() == Some(scenario));
            (scenario, of.map(|(index, _)| index).collect())
        })
        .collect()
}

/// All drills by name.
pub fn exercises(topology: &Topology) -> Vec<Exercise> {
    let drills = topology.drills.iter();
    let exercise = |(name, drill): (&Name, &Drill)| Exercise {
        drill: name.text.clone(),
        every: *drill.every,
        last: drill.last.as_ref().map(|l| l.value),
        does: does(topology, name, drill),
    };
    drills.map(exercise).collect()
}

/// A drill takes away the region that it names; one with `restore` in its name brings data
/// back.
fn does(topology: &Topology, name: &Name, drill: &Drill) -> Does {
    let region = |named: &Option<Ref>| topology.region_named(&named.as_ref()?.value);
    match (region(&drill.primary), &drill.queue, &drill.flag) {
        (Some(lost), ..) => Does::Region(lost, region(&drill.secondary)),
        (None, Some(queue), _) => Does::DeadLetters(queue.value.clone()),
        (None, None, Some(flag)) => Does::Rollback(flag.value.clone()),
        (None, None, None) if name.text.contains("restore") => Does::Restore,
        (None, None, None) => Does::ByHand,
    }
}

/// The longest period of a cadence in days.
pub fn days(every: Cadence) -> i64 {
    match every {
        Cadence::Weekly => 7,
        Cadence::Monthly => 31,
        Cadence::Quarterly => 92,
        Cadence::Yearly => 366,
    }
}

/// A drill is overdue when it is late by this share of its period.
pub const DRILL_MARGIN: f64 = 1.15;

impl Exercise {
    /// The days since it was due, if it is overdue on that day.
    pub fn overdue(&self, today: Date) -> Option<i64> {
        let since = today.days() - self.last?.days();
        let due = days(self.every);
        (since as f64 > due as f64 * DRILL_MARGIN).then_some(since - due)
    }
}

/// A drill that has not been done for too long.
pub const OVERDUE: Code = Code::new("DRL101", "drill-overdue");

/// Reports overdue drills, as of a day.
pub fn report(topology: &Topology, today: Option<Date>, out: &mut Diagnostics) {
    let Some(today) = today else { return };
    let drills = topology.drills.iter().zip(exercises(topology));
    for ((_, drill), exercise) in drills {
        let (Some(late), Some(last)) = (exercise.overdue(today), &drill.last) else {
            continue;
        };
        out.push(
            Diagnostic::warning(
                OVERDUE,
                last.span,
                format!("the drill `{}` is overdue by {late} days", exercise.drill),
                "the last success",
            )
            .also(drill.every.span, format!("promised: {}", exercise.every))
            .help("do it and write the day, or promise it less often"),
        );
    }
}
