//! Whether a promise holds, and how sure that is.

use crate::analysis::term::Class;

/// The judgement of a promise. Never a bare tick: `Met` rests only on numbers that we emit
/// or that the system enforces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Within the promise, by numbers that we emit or that the system enforces.
    Met,
    /// Within the promise, if typical or declared numbers hold.
    MetAssuming,
    /// Something has no bound: nobody can say.
    NotShown,
    /// At worst over the promise, at best within.
    MayExceed,
    /// Over the promise even at best.
    Violated,
    /// Nothing is promised.
    NotPromised,
}

impl Verdict {
    /// All of them, the best first.
    pub const ALL: [Verdict; 6] = [
        Verdict::Met,
        Verdict::MetAssuming,
        Verdict::NotShown,
        Verdict::MayExceed,
        Verdict::Violated,
        Verdict::NotPromised,
    ];

    /// The words shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::MetAssuming => "met under assumptions",
            Verdict::NotShown => "not shown",
            Verdict::MayExceed => "may exceed",
            Verdict::Violated => "violated",
            Verdict::NotPromised => "not promised",
        }
    }

    /// Judges an interval in milliseconds of that class.
    pub fn of(promise: Option<u64>, low: u64, high: Option<u64>, class: Class) -> Verdict {
        let Some(promise) = promise else {
            return Verdict::NotPromised;
        };
        match high {
            _ if low > promise => Verdict::Violated,
            None => Verdict::NotShown,
            Some(high) if high > promise => Verdict::MayExceed,
            Some(_) if class <= Class::Enforced => Verdict::Met,
            Some(_) => Verdict::MetAssuming,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_is_met_only_by_what_is_enforced() {
        let judge = |low, high, class| Verdict::of(Some(60), low, high, class);
        assert_eq!(judge(0, Some(60), Class::Knob), Verdict::Met);
        assert_eq!(judge(0, Some(60), Class::Typical), Verdict::MetAssuming);
        assert_eq!(judge(0, None, Class::Unknown), Verdict::NotShown);
        assert_eq!(judge(0, Some(61), Class::Knob), Verdict::MayExceed);
        assert_eq!(judge(61, None, Class::Unknown), Verdict::Violated);
        assert_eq!(
            Verdict::of(None, 0, Some(0), Class::Knob),
            Verdict::NotPromised
        );
    }
}
