//! What notices that regions are lost and notifies people: alert rules, with the time that
//! each of their emitted fields takes.

use crate::source::Span;
use crate::topology::{Duration, RegionId};

/// What a fired alert waits for in Alertmanager, in seconds: the `group_wait` that is emitted.
pub const GROUP_WAIT_SECONDS: u64 = 10;

/// When an alert fires after what it watches has gone wrong, and when it is notified. All in
/// milliseconds, each from the field that is emitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertTiming {
    /// From the first bad sample until the expression is true: the part of its range window
    /// that has to be bad, at best and at worst.
    pub window: (u64, u64),
    /// Between two samples, with the time that one takes to arrive; `None` where nobody
    /// publishes it.
    pub scrape: Option<u64>,
    /// Between two evaluations of the rule's group.
    pub evaluation: u64,
    /// The rule's `for`.
    pub hold: u64,
    /// The route's `group_wait`.
    pub group_wait: u64,
}

impl AlertTiming {
    /// The `for` as it is kept: it ends on an evaluation. In milliseconds.
    pub fn held(&self) -> u64 {
        self.hold.div_ceil(self.evaluation.max(1)) * self.evaluation.max(1)
    }

    /// When the alert fires, at best and at worst.
    pub fn fires(&self) -> (u64, Option<u64>) {
        let hold = self.held();
        let (low, high) = self.window;
        let high = self.scrape.map(|s| s + high + self.evaluation + hold);
        (low + hold, high)
    }

    /// When Alertmanager has notified the receivers, at best and at worst.
    pub fn notified(&self) -> (u64, Option<u64>) {
        let (low, high) = self.fires();
        (low + self.group_wait, high.map(|h| h + self.group_wait))
    }

    /// How the time comes about, for people: `scrape 7s + window 10s + evaluation 5s + for 5s
    /// + group wait 10s`.
    pub fn words(&self) -> String {
        let time = |millis| Duration::from_millis(millis).to_string();
        let scrape = self.scrape.map_or("unknown".into(), time);
        let parts = [
            ("window", self.window.1),
            ("evaluation", self.evaluation),
            ("for", self.hold),
            ("group wait", self.group_wait),
        ];
        let parts = parts.into_iter().filter(|(_, millis)| *millis > 0);
        let rest: String = parts
            .map(|(what, millis)| format!(" + {what} {}", time(millis)))
            .collect();
        format!("scrape {scrape}{rest}")
    }
}

/// A receiver of alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Its channel in the spec.
    pub channel: String,
    /// Whether it calls people out, rather than leaving a message.
    pub pages: bool,
    /// Whether its channel calls people out for alerts that are worse.
    pub pager: bool,
}

/// An alert rule that fires when regions are lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detector {
    /// The alert's name.
    pub alert: String,
    /// In how many regions at once something must fail.
    pub at_least: usize,
    /// When it fires and is notified.
    pub timing: AlertTiming,
    /// Where its `for` is written, if the topology has it.
    pub span: Option<Span>,
    /// The regions that it sees, each with those who are notified when it is lost.
    pub regions: Vec<(RegionId, Vec<Receiver>)>,
    /// The regions that it is evaluated in, if it is lost with them; empty if it outlives every
    /// region.
    pub at: Vec<RegionId>,
}

impl Detector {
    /// Whether something still evaluates it without these regions.
    pub fn outlives(&self, lost: &[RegionId]) -> bool {
        self.at.is_empty() || self.at.iter().any(|id| !lost.contains(id))
    }
}

/// The first notification that somebody gets of a loss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paged {
    /// The alert.
    pub alert: String,
    /// The channel that is notified.
    pub channel: String,
    /// Whether it calls people out, rather than leaving a message.
    pub pages: bool,
    /// Whether its channel calls people out for alerts that are worse.
    pub pager: bool,
    /// Milliseconds after the loss, at best.
    pub low: u64,
    /// The same at worst; `None` without a bound.
    pub high: Option<u64>,
    /// How the time comes about, for people.
    pub because: String,
    /// When the alert's parts end.
    pub timing: AlertTiming,
    /// Where its `for` is written, if the topology has it.
    pub span: Option<Span>,
}

impl Paged {
    /// When the on-call engineer knows of the loss, in milliseconds at worst. A message in a
    /// channel wakes nobody: it has no bound.
    pub fn known(&self) -> Option<u64> {
        self.high.filter(|_| self.pages)
    }
}

impl super::Deployment {
    /// The first page when these regions are lost together, or the first message where no
    /// alert that sees it reaches a pager; `None` if no alert fires.
    pub fn paged(&self, lost: &[RegionId]) -> Option<Paged> {
        let seen = self.detectors.iter().filter(|d| d.outlives(lost));
        let seen = seen.flat_map(|detector| {
            let hit = detector.regions.iter().filter(|(id, _)| lost.contains(id));
            let fires = hit.clone().count() >= detector.at_least;
            let receivers = hit.flat_map(|(_, receivers)| receivers);
            receivers
                .filter(move |_| fires)
                .map(move |receiver| (detector, receiver))
        });
        let (detector, receiver) = seen.min_by_key(|(detector, receiver)| {
            let (low, high) = detector.timing.notified();
            (!receiver.pages, high.unwrap_or(u64::MAX), low)
        })?;
        let (low, high) = detector.timing.notified();
        Some(Paged {
            alert: detector.alert.clone(),
            channel: receiver.channel.clone(),
            pages: receiver.pages,
            pager: receiver.pager,
            low,
            high,
            because: detector.timing.words(),
            timing: detector.timing,
            span: detector.span,
        })
    }
}
