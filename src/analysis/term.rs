//! Terms of a recovery budget: intervals with a class, a source and a place in the spec.

pub use crate::catalog::facts::Class;
use crate::catalog::facts::{self, Fact};
use crate::deployment::Reading;
use crate::source::Span;
use crate::topology::{Duration, Provider};

/// What a term's time is spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Noticing the loss, by what acts on it itself.
    Detect,
    /// Until the person who acts is paged, from the loss on.
    Page,
    /// Choosing to act.
    Decide,
    /// Keeping the lost region away, with what the script does beside it before it promotes.
    Fence,
    /// Making a copy writable.
    Promote,
    /// Bringing data back from history.
    Restore,
    /// Moving traffic.
    Redirect,
    /// Adding and starting capacity.
    WarmUp,
    /// Seeing that it works.
    Verify,
    /// Not a step in time: how much a copy lacks.
    Lag,
}

impl Step {
    /// All of them, in the order of a recovery.
    pub const ALL: [Step; 10] = [
        Step::Detect,
        Step::Page,
        Step::Decide,
        Step::Fence,
        Step::Promote,
        Step::Restore,
        Step::Redirect,
        Step::WarmUp,
        Step::Verify,
        Step::Lag,
    ];

    /// The word shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Step::Detect => "detect",
            Step::Page => "page",
            Step::Decide => "decide",
            Step::Fence => "fence",
            Step::Promote => "promote",
            Step::Restore => "restore",
            Step::Redirect => "redirect",
            Step::WarmUp => "warm up",
            Step::Verify => "verify",
            Step::Lag => "lag",
        }
    }
}

/// Who spends a term's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// What is emitted, or the product itself: nobody has to act.
    System,
    /// A person, by a step of a procedure.
    Person,
    /// Those who run what is external.
    Others,
}

/// What a term's numbers come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// The spec, at the term's place, or a default of ours.
    Spec,
    /// A documented number.
    Catalog(&'static Fact),
    /// A measurement that the spec declares: evidence and the day.
    Measured {
        /// Where the record is.
        evidence: String,
        /// The day it was measured.
        day: String,
        /// The last day on which it counts, if the spec names one.
        expires: Option<String>,
    },
    /// Follows from the topology: no number of anybody's.
    Structure,
    /// A part of the output that other teams make, as CONTRACT.md asks of them: its word.
    Others(&'static str),
}

impl Source {
    /// The source for people: title and date.
    pub fn text(&self) -> String {
        match self {
            Source::Spec => "spec".into(),
            Source::Catalog(fact) if fact.url.is_empty() => fact.title.clone(),
            Source::Catalog(fact) => format!("{}, {}", fact.title, fact.date),
            Source::Measured { day, expires, .. } => match expires {
                Some(end) => format!("measured {day}, valid until {end}"),
                None => format!("measured {day}"),
            },
            Source::Structure => "topology".into(),
            Source::Others(part) => format!("CONTRACT.md: {part} is left to others"),
        }
    }

    /// The last day on which it counts, if it ends: `2027-10-03`.
    pub fn valid_until(&self) -> Option<&str> {
        match self {
            Source::Measured { expires, .. } => expires.as_deref(),
            _ => None,
        }
    }

    /// The source's address, if it has one.
    pub fn url(&self) -> Option<&str> {
        match self {
            Source::Catalog(fact) => Some(fact.url.as_str()).filter(|u| !u.is_empty()),
            Source::Measured { evidence, .. } => {
                Some(evidence.as_str()).filter(|e| e.starts_with("https://"))
            }
            Source::Spec | Source::Structure | Source::Others(_) => None,
        }
    }
}

/// What to change so that a term gets smaller.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The interval of a check that has to fail `failures` times in a row.
    Interval {
        /// How many failures are counted.
        failures: u64,
        /// Milliseconds that count once and do not shrink with the interval.
        timeout: u64,
        /// Milliseconds that each failure costs beside the interval and nobody can set.
        fixed: u64,
        /// Whether the timeout may be longer than the interval.
        longer: bool,
        /// The intervals in seconds that the product takes; any if there are none.
        allowed: &'static [u64],
    },
    /// A number that the time grows with, under this name.
    Count {
        /// The name.
        name: &'static str,
        /// What it is now.
        count: u64,
        /// Milliseconds that do not shrink with it.
        fixed: u64,
    },
    /// The time itself, under this name.
    Value(&'static str),
    /// The `lasting` of an alert.
    Lasting {
        /// Milliseconds that the rest of the alert takes: scrape, window, evaluation, group wait.
        beside: u64,
        /// Milliseconds between two evaluations: it ends on one.
        every: u64,
    },
    /// At least so many replicas from the beginning, by region.
    Replicas(Vec<(String, u32)>),
    /// Declaring a measurement: `facts: { x: { of: …, on: … } }`.
    Measure {
        /// The kind of fact.
        of: &'static str,
        /// What it is about.
        on: String,
    },
    /// What to write in the spec, where no number of it can be made smaller.
    Write(String),
}

/// What to write where everything is on one cloud, and that is lost.
pub fn off_cloud(provider: Provider) -> String {
    format!("run what is on {provider} elsewhere too: another cloud, or `external`")
}

/// What to write where a service runs in one region, and that is lost.
pub fn in_another_region(service: &str) -> String {
    format!("run `{service}` in another region too: `replicas` by region")
}

/// No recovery at all: what is lost does not come back by itself or by us.
pub const NEVER: u64 = u64::MAX;

/// One addend of a budget.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// What the time is spent on.
    pub step: Step,
    /// Who spends it.
    pub by: By,
    /// The host, service, datastore or part it is about.
    pub of: String,
    /// At least, in milliseconds; [`NEVER`] if it certainly does not end.
    pub low: u64,
    /// At most, in milliseconds; `None` without a bound.
    pub high: Option<u64>,
    /// What the numbers rest on.
    pub class: Class,
    /// How the numbers come about, for people: `health check 5s x 2 + 2s`.
    pub because: String,
    /// What they come from.
    pub source: Source,
    /// Where it is set in the spec, if it is.
    pub span: Option<Span>,
    /// What would make it smaller.
    pub change: Option<Change>,
    /// The measurement that was held against it, if the spec declares one.
    pub measured: Option<Measured>,
    /// The emitted numbers that it is made of.
    pub readings: Vec<Reading>,
}

/// A measurement that was held against a term.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Where its value is written.
    pub span: Span,
    /// What the term takes for certain, in milliseconds, if that is more than was measured.
    pub contradicts: Option<u64>,
}

impl Term {
    /// A number that we emit.
    pub fn emitted(step: Step, of: &str, (low, high): (u64, u64), because: String) -> Self {
        Term {
            step,
            by: By::System,
            of: of.into(),
            low,
            high: Some(high),
            class: Class::Emitted,
            because,
            source: Source::Spec,
            span: None,
            change: None,
            measured: None,
            readings: Vec::new(),
        }
    }

    /// The same, with the emitted numbers that it is made of.
    pub fn read(self, readings: Vec<Reading>) -> Self {
        Term { readings, ..self }
    }

    /// A documented number.
    pub fn fact(step: Step, of: &str, id: &str) -> Self {
        let fact = facts::fact(id);
        Term {
            low: fact.low,
            high: fact.high,
            class: fact.class,
            source: Source::Catalog(fact),
            ..Term::emitted(step, of, (0, 0), fact.says.clone())
        }
    }

    /// A loss that lasts: nothing of ours brings it back, unless the spec says what `write` does.
    pub fn never(step: Step, of: &str, because: String, write: String) -> Self {
        Term {
            low: NEVER,
            high: None,
            source: Source::Structure,
            change: Some(Change::Write(write)),
            ..Term::emitted(step, of, (0, 0), because)
        }
    }

    /// The same, spent by somebody.
    pub fn by(self, by: By) -> Self {
        Term { by, ..self }
    }

    /// Something that nobody bounds, and no product of anybody's is to blame for.
    pub fn unbounded(step: Step, of: &str, because: String) -> Self {
        Term {
            high: None,
            class: Class::Unknown,
            source: Source::Structure,
            ..Term::emitted(step, of, (0, 0), because)
        }
    }

    /// The same, set at a place in the spec.
    pub fn at(self, span: Span) -> Self {
        Term {
            span: Some(span),
            ..self
        }
    }

    /// The same, with a way to make it smaller.
    pub fn change(self, change: Change) -> Self {
        Term {
            change: Some(change),
            ..self
        }
    }

    /// Whether it adds anything, or is certain to add nothing.
    pub fn is_zero(&self) -> bool {
        self.low == 0 && self.high == Some(0)
    }

    /// What has to hold of it, for people: `promote sessions within 5s`.
    pub fn condition(&self) -> String {
        let within = match (self.step, self.high) {
            (_, None) => "without a bound".into(),
            (Step::Lag, Some(0)) => "never behind".into(),
            (_, Some(0)) => "without delay".into(),
            (Step::Lag, Some(high)) => format!("at most {} behind", Duration::from_millis(high)),
            (_, Some(high)) => format!("within {}", Duration::from_millis(high)),
        };
        match self.step {
            Step::Lag => format!("{} {within}", self.of),
            step => format!("{} {} {within}", step.word(), self.of),
        }
    }

    /// The interval for people: `5s .. 12s`, `at least 20s`, `never`.
    pub fn interval(&self) -> String {
        interval(self.low, self.high)
    }
}

/// An interval for people.
pub fn interval(low: u64, high: Option<u64>) -> String {
    let time = |millis| Duration::from_millis(millis).to_string();
    match (low, high) {
        (NEVER, _) => "never".into(),
        (0, None) => "no bound".into(),
        (low, None) => format!("{} or more", time(low)),
        (low, Some(high)) if low == high => time(high),
        (low, Some(high)) => format!("{} .. {}", time(low), time(high)),
    }
}

/// The time until a threshold check has noticed a fail-stop loss: `k` failures in a row of
/// a check that starts every `interval` and waits `timeout` for an answer. At best the loss
/// comes right before a check, at worst right after one (recovery facts, 2.2).
pub fn detection(interval: u64, timeout: u64, failures: u64) -> (u64, u64) {
    (
        interval.saturating_mul(failures.saturating_sub(1)),
        interval.saturating_mul(failures).saturating_add(timeout),
    )
}

/// The same for a check that starts `interval` after the last answer: each failure costs
/// the timeout too (Route 53).
pub fn detection_after_answer(interval: u64, timeout: u64, failures: u64) -> (u64, u64) {
    (
        interval.saturating_mul(failures.saturating_sub(1)),
        (interval + timeout).saturating_mul(failures),
    )
}
