//! Measurements that the spec declares: they close what nobody publishes.

use super::Context;
use super::term::{Change, Class, Measured, NEVER, Source, Term};
use crate::topology::{Fact, FactKind};

impl Context<'_> {
    /// The longest measurement of a kind: of that part, else of the whole system.
    /// One that has expired does not count.
    pub fn measured(&self, kind: FactKind, on: &str) -> Option<&Fact> {
        let facts = || self.topology.facts.iter().map(|(_, fact)| fact);
        let counts = |f: &&Fact| *f.of == kind && !self.expired(f) && !self.early(f);
        let of_kind = || facts().filter(counts);
        let own = of_kind().filter(|f| f.on.as_ref().is_some_and(|part| part.value == on));
        let general = || of_kind().filter(|f| f.on.is_none());
        own.max_by_key(|f| f.value.millis())
            .or_else(|| general().max_by_key(|f| f.value.millis()))
    }

    /// Terms that follow one another, with what was measured of all of them together. A
    /// measurement is an upper bound of what nobody guarantees. What is emitted or enforced
    /// is certain: a drill that did not meet the worst moment of its timers takes nothing
    /// away from it, and one that took less than it can take contradicts it and does not
    /// count.
    pub fn narrowed(&self, terms: Vec<Term>, kind: FactKind, on: &str) -> Vec<Term> {
        let Some(fact) = self.measured(kind, on) else {
            return terms;
        };
        // No drill measured what does not come back.
        if let Some(never) = terms.iter().position(|t| t.low == NEVER) {
            let mut terms = terms;
            terms[never].measured = Some(Measured {
                span: fact.value.span,
                contradicts: None,
            });
            return terms;
        }
        let certain = || terms.iter().filter(|t| t.class <= Class::Enforced);
        let at_least = certain().fold(0u64, |sum, t| sum.saturating_add(t.low));
        let at_worst = certain().fold(0u64, |sum, t| sum.saturating_add(t.high.unwrap_or(0)));
        let low = terms.iter().fold(0u64, |sum, t| sum.saturating_add(t.low));
        let high = terms
            .iter()
            .try_fold(0u64, |sum, t| Some(sum.saturating_add(t.high?)));
        let measured = fact.value.millis();
        // Of all who hold an address, some hold it for as long as its record allows.
        let possible = if kind == FactKind::Redirect {
            at_worst
        } else {
            at_least
        };
        let contradicts = measured < possible;
        let seen = Measured {
            span: fact.value.span,
            contradicts: contradicts.then_some(possible),
        };
        let measured = measured.max(at_worst);
        let mut terms = terms;
        let Some(first) = terms.first().cloned() else {
            return terms;
        };
        if contradicts || high.is_some_and(|high| high <= measured) {
            terms[0].measured = Some(seen);
            return terms;
        }
        vec![Term {
            low: low.min(measured),
            high: Some(measured),
            class: Class::Measured,
            because: fact.evidence.value.clone(),
            source: Source::Measured {
                evidence: fact.evidence.value.clone(),
                day: fact.measured.to_string(),
                expires: fact.expires.as_ref().map(|e| e.value.to_string()),
            },
            span: Some(fact.value.span),
            change: Some(Change::Measure {
                of: kind.word(),
                on: on.to_string(),
            }),
            measured: Some(seen),
            // What is emitted bounds it from below.
            readings: terms.into_iter().flat_map(|t| t.readings).collect(),
            ..first
        }]
    }

    /// The same for one term.
    pub fn narrowed_one(&self, term: Term, kind: FactKind, on: &str) -> Term {
        let one = |mut terms: Vec<Term>| terms.pop();
        one(self.narrowed(vec![term.clone()], kind, on)).unwrap_or(term)
    }

    /// Whether a measurement no longer counts today.
    pub fn expired(&self, fact: &Fact) -> bool {
        let expires = fact.expires.as_ref();
        expires
            .zip(self.today)
            .is_some_and(|(end, today)| end.value < today)
    }

    /// Whether a measurement is of a day that is still to come.
    pub fn early(&self, fact: &Fact) -> bool {
        self.today.is_some_and(|today| fact.measured.value > today)
    }

    /// Whether today's date keeps any measurement from counting.
    pub fn day_matters(&self) -> bool {
        let mut facts = self.topology.facts.iter();
        facts.any(|(_, f)| self.expired(f) || self.early(f))
    }
}
