//! How a lost region is left, and how that is exercised and measured, as it is settled.

use super::*;
use crate::spec::{self, Cadence, Date, FactKind, Map, Name, Percent, StepShare, Trigger};

settled! {
    /// How a lost region is left and returned to.
    pub struct Failover from spec::Failover {
        /// Who decides to leave.
        pub mode: Settled<Trigger>,
        /// Who decides to return.
        pub back: Settled<Trigger>,
        /// How long a person takes to answer and decide, if one must.
        pub answer: Option<Time>,
        /// What must hold before traffic counts as moved, and before returning.
        pub verify: Option<Verify>,
        /// What tells that a region fails.
        pub detect: Option<Detect>,
        /// Moving traffic step by step.
        pub shift: Option<Shift>,
        /// When a move is undone.
        pub undo: Option<Undo>,
        /// The share of healthy targets under which a region is left.
        pub healthy_below: Option<Settled<Percent>>,
        /// The wait before another failover.
        pub cooldown: Option<Time>,
        /// The states of a failing region, and the channels to notify in each.
        pub states: Map<State>,
    }
}

settled! {
    /// What must hold before an action counts as done.
    pub struct Verify from spec::Verify {
        /// Copies are at most this far behind.
        pub lag_below: Option<Time>,
        /// How long it is watched.
        pub watch: Option<Time>,
    }
}

settled! {
    /// What tells that a region fails.
    pub struct Detect from spec::Detect {
        /// Failed health checks in a row.
        pub failures: Option<Count>,
        /// The share of failed requests.
        pub error_rate: Option<Settled<Percent>>,
        /// Response time.
        pub latency: Option<Time>,
        /// The time over which it is judged; a minute if left out.
        pub window: Duration = |d: &spec::Detect| {
            d.window.as_ref().map_or(Duration::from_secs(60), |w| w.value)
        },
    }
}

settled! {
    /// Moving traffic step by step.
    pub struct Shift from spec::Shift {
        /// The share that moves at once.
        pub step: Settled<StepShare>,
        /// The time between two steps.
        pub every: Time,
        /// The time that is watched at the end.
        pub verify: Option<Time>,
    }
}

settled! {
    /// When a move is undone.
    pub struct Undo from spec::Undo {
        /// The share of failed requests.
        pub error_rate: Settled<Percent>,
        /// The wait before another try.
        pub cooldown: Option<Time>,
    }
}

settled! {
    /// A state of the failover machine.
    pub struct State from spec::State {
        /// Failed checks in a row that lead here; none for `healthy` and `recovery`.
        pub after: Option<Count>,
        /// The channels that are told on entering.
        pub tell: Vec<Ref>,
    }
}

settled! {
    /// An exercise that proves a promise.
    pub struct Drill from spec::Drill {
        /// How often.
        pub every: Settled<Cadence>,
        /// The region that is taken away.
        pub primary: Option<Ref>,
        /// The region that takes over.
        pub secondary: Option<Ref>,
        /// The scenario of the drill, in a sentence.
        pub of: Option<Text>,
        /// The queue whose dead letters are replayed.
        pub queue: Option<Ref>,
        /// The feature flag that is turned off and on again.
        pub flag: Option<Ref>,
        /// The day it last succeeded.
        pub last: Option<Settled<Date>>,
    }
}

settled! {
    /// A time that was measured, with evidence.
    pub struct Fact from spec::Fact {
        /// What was measured.
        pub of: Settled<FactKind>,
        /// Of what; of the whole system if left out.
        pub on: Option<Ref>,
        /// The longest time measured.
        pub value: Time,
        /// Where the record is.
        pub evidence: Text,
        /// The day it was measured.
        pub measured: Settled<Date>,
        /// The day it stops counting.
        pub expires: Option<Settled<Date>>,
    }
}

impl Failover {
    /// The states by the failed checks that lead to them: first the healthy one, last recovery.
    pub fn in_order(&self) -> Vec<(&Name, &State)> {
        let mut states: Vec<_> = self.states.iter().collect();
        states.sort_by_key(|(name, state)| match &state.after {
            Some(after) => (1, after.value),
            None if name.text == "recovery" => (2, 0),
            None => (0, 0),
        });
        states
    }
}
