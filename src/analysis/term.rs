//! Terms of a recovery budget: intervals with a class and a source.

use crate::source::Span;

/// What a number rests on, from strongest to weakest. A sum is as strong as its weakest
/// term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A value that we emit ourselves.
    Knob,
    /// The system refuses rather than exceed it.
    Enforced,
    /// A breach pays credits but is not prevented.
    Contract,
    /// The vendor calls it typical.
    Typical,
    /// The user measured it, with evidence.
    Declared,
    /// Nobody has published it.
    Unknown,
}

/// One addend of a budget.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// What takes the time: `detect`, `promote`, ...
    pub name: &'static str,
    /// At least, in milliseconds.
    pub low: u64,
    /// At most, in milliseconds; `None` without a bound.
    pub high: Option<u64>,
    /// What the numbers rest on.
    pub class: Class,
    /// How the numbers come about, for people: `health check 5s x 2 + 2s`.
    pub because: String,
    /// Where it is set in the spec, if it is.
    pub span: Option<Span>,
}

/// The time until a threshold check has noticed a fail-stop loss: `k` failures in a row of
/// a check that starts every `interval` and waits `timeout` for an answer. At best the loss
/// comes right before a check, at worst right after one (recovery facts, 2.2).
pub fn detection(interval: u64, timeout: u64, failures: u64) -> (u64, u64) {
    (
        interval * failures.saturating_sub(1),
        interval * failures + timeout,
    )
}
