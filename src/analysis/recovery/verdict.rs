//! Whether a promise holds, and how sure that is.

use crate::analysis::term::Class;

/// The judgement of a promise. Never a bare tick: `Met` rests only on numbers that we emit
/// or that the system enforces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Within the promise, by numbers that we emit or that the system enforces.
    Met,
    /// Within the promise, if documented or measured numbers hold. They are listed with it.
    MetIf,
    /// Something has no bound. What would prove it is said with it.
    Unproven,
    /// At worst over the promise, at best within.
    AtRisk,
    /// Over the promise even at best.
    Violated,
    /// Nothing is promised.
    NotPromised,
}

impl Verdict {
    /// All of them, the best first.
    pub const ALL: [Verdict; 6] = [
        Verdict::Met,
        Verdict::MetIf,
        Verdict::Unproven,
        Verdict::AtRisk,
        Verdict::Violated,
        Verdict::NotPromised,
    ];

    /// The words shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::MetIf => "met if",
            Verdict::Unproven => "unproven",
            Verdict::AtRisk => "at risk",
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
            None => Verdict::Unproven,
            Some(high) if high > promise => Verdict::AtRisk,
            Some(_) if class <= Class::Enforced => Verdict::Met,
            Some(_) => Verdict::MetIf,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_is_met_only_by_what_is_enforced() {
        let judge = |low, high, class| Verdict::of(Some(60), low, high, class);
        assert_eq!(judge(0, Some(60), Class::Emitted), Verdict::Met);
        assert_eq!(judge(0, Some(60), Class::Documented), Verdict::MetIf);
        assert_eq!(judge(0, None, Class::Unknown), Verdict::Unproven);
        assert_eq!(judge(0, Some(61), Class::Emitted), Verdict::AtRisk);
        assert_eq!(judge(61, None, Class::Unknown), Verdict::Violated);
        assert_eq!(
            Verdict::of(None, 0, Some(0), Class::Emitted),
            Verdict::NotPromised
        );
    }
}
