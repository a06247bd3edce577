//! Measurements that the spec declares: they close what nobody publishes.

use super::Context;
use super::term::{Change, Class, Source, Step, Term};
use crate::spec::{Fact, FactKind, Name};

impl Context<'_> {
    /// The longest declared measurement of a kind: of that part, else of the whole system.
    /// One that has expired does not count.
    pub fn declared(&self, kind: FactKind, on: &str) -> Option<&Fact> {
        let facts = || self.topology.spec.facts.iter().map(|(_, fact)| fact);
        let of_kind = || facts().filter(|f| *f.of == kind && !self.expired(f));
        let own = of_kind().filter(|f| f.on.as_ref().is_some_and(|part| part.value == on));
        let general = || of_kind().filter(|f| f.on.is_none());
        own.max_by_key(|f| f.value.millis())
            .or_else(|| general().max_by_key(|f| f.value.millis()))
    }

    /// A declared measurement as a term, from zero to the longest time measured.
    pub fn measured(&self, step: Step, kind: FactKind, on: &str) -> Option<Term> {
        let fact = self.declared(kind, on)?;
        Some(Term {
            class: Class::Declared,
            source: Source::Declared {
                evidence: fact.evidence.value.clone(),
                measured: fact.measured.to_string(),
            },
            span: Some(fact.value.span),
            change: Some(Change::Measure {
                of: kind.word(),
                on: on.to_string(),
            }),
            ..Term::knob(
                step,
                on,
                (0, fact.value.millis()),
                fact.evidence.value.clone(),
            )
        })
    }

    /// Whether a measurement no longer counts today.
    pub fn expired(&self, fact: &Fact) -> bool {
        let expires = fact.expires.as_ref();
        expires
            .zip(self.today)
            .is_some_and(|(end, today)| end.value < today)
    }

    /// The measurements that have expired, by name.
    pub fn expired_facts(&self) -> impl Iterator<Item = (&Name, &Fact)> {
        let facts = self.topology.spec.facts.iter();
        facts.filter(|(_, f)| self.expired(f))
    }
}
