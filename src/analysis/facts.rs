//! Measurements that do not count: expired, from the future, contradicted by what is
//! emitted, or read by nothing.

use super::Context;
use super::recovery::Recovery;
use super::term::{Measured, Term};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::topology::{Duration, Fact, FactKind, Name};
use std::collections::BTreeSet;

/// A measurement that no longer counts.
pub const EXPIRED: Code = Code::new("FCT101", "fact-expired");
/// A measurement that is shorter than what the emitted configuration takes.
pub const CONTRADICTED: Code = Code::new("FCT102", "fact-contradicted");
/// A measurement of a day that is still to come.
pub const FUTURE: Code = Code::new("FCT103", "fact-from-the-future");
/// A measurement that no budget reads.
pub const UNREAD: Code = Code::new("FCT104", "fact-unread");

/// Reports every measurement that does not count, at its place.
pub fn report(context: Context, recovery: &Recovery, out: &mut Diagnostics) {
    let held: Vec<(Measured, &Term)> = terms(recovery)
        .filter_map(|term| Some((term.measured?, term)))
        .collect();
    let read: BTreeSet<Span> = held.iter().map(|(seen, _)| seen.span).collect();
    for (name, fact) in context.topology.facts.iter() {
        let span = fact.value.span;
        if context.expired(fact) {
            out.push(expired(name, fact));
        } else if context.early(fact) {
            out.push(early(context, fact));
        } else if let Some((certain, term)) = contradiction(&held, span) {
            out.push(contradicted(fact, certain, term));
        } else if !read.contains(&span) && !may_be_idle(context, fact) {
            out.push(unread(fact));
        }
    }
}

/// Whether a measurement fits its part and is only not needed as things stand: replicas that
/// suffice today, decisions that nobody has to make.
fn may_be_idle(context: Context, fact: &Fact) -> bool {
    let on = fact.on.as_ref().map(|on| on.value.as_str());
    let services = || context.topology.services.iter().map(|s| s.name.as_str());
    match *fact.of {
        FactKind::WarmUp => on.is_none_or(|on| services().any(|s| s == on)),
        FactKind::Answer => on.is_none_or(|on| services().all(|s| s != on)),
        FactKind::NoticeCorruption => on.is_none(),
        FactKind::Detect
        | FactKind::Promote
        | FactKind::Failover
        | FactKind::Restore
        | FactKind::Redirect
        | FactKind::Lag
        | FactKind::ClockSkew => false,
    }
}

fn terms(recovery: &Recovery) -> impl Iterator<Item = &Term> {
    let times = recovery.times.iter().flat_map(|t| &t.budget.nodes);
    let losses = recovery.losses.iter().flat_map(|l| &l.remaining);
    times.map(|n| &n.term).chain(losses.map(|r| &r.lacks))
}

fn contradiction<'a>(held: &[(Measured, &'a Term)], span: Span) -> Option<(u64, &'a Term)> {
    let mut of_fact = held.iter().filter(|(seen, _)| seen.span == span);
    of_fact.find_map(|(seen, term)| Some((seen.contradicts?, *term)))
}

fn expired(name: &Name, fact: &Fact) -> Diagnostic {
    let span = fact.expires.as_ref().map_or(name.span, |e| e.span);
    Diagnostic::warning(
        EXPIRED,
        span,
        format!(
            "the measurement `{}` has expired and no longer counts",
            name.text
        ),
        "expired",
    )
    .dated()
    .help("measure again in a drill, and write the new value, evidence and day")
}

fn early(context: Context, fact: &Fact) -> Diagnostic {
    let today = context.today.map_or(String::new(), |t| t.to_string());
    Diagnostic::error(
        FUTURE,
        fact.measured.span,
        "this measurement lies in the future and does not count",
        format!("today is {today}"),
    )
    .dated()
    .help("write the day on which it was measured")
}

fn contradicted(fact: &Fact, certain: u64, term: &Term) -> Diagnostic {
    let certain = Duration::from_millis(certain);
    let found = Diagnostic::error(
        CONTRADICTED,
        fact.value.span,
        format!(
            "measured as {}, but what is emitted takes at least {certain}",
            fact.value.value
        ),
        "shorter than the emitted configuration allows",
    );
    let found = match term.span.filter(|span| *span != fact.value.span) {
        Some(span) => found.also(span, format!("{}: {}", term.interval(), term.because)),
        None => found,
    };
    found.help("measure again with the configuration that is emitted, or change the configuration; until then the measurement does not count")
}

fn unread(fact: &Fact) -> Diagnostic {
    let of = fact.of.value;
    let on = fact
        .on
        .as_ref()
        .map_or("the system", |on| on.value.as_str());
    Diagnostic::warning(
        UNREAD,
        fact.of.span,
        format!("no recovery budget reads `{of}` of `{on}`"),
        "changes nothing",
    )
    .help(belongs_to(of))
}

/// What a kind of measurement can be about.
fn belongs_to(of: FactKind) -> &'static str {
    match of {
        FactKind::Detect => "`detect` is of a host, or of a service on Kubernetes",
        FactKind::Promote => {
            "`promote` is of a datastore in which something promotes a copy; a standby in another zone of a managed one takes over by `failover`"
        }
        FactKind::Failover => {
            "`failover` is of a managed datastore whose standby in another zone takes over by itself; a copy in another region, or by votes, is made writable by `promote`"
        }
        FactKind::Restore | FactKind::NoticeCorruption => "this is of a datastore with a backup",
        FactKind::Answer => {
            "`answer` is of what a person decides; without `on` it holds for the system"
        }
        FactKind::WarmUp => "`warm-up` is of a service that must grow after a loss",
        FactKind::Redirect => "`redirect` is of a host or queue whose traffic moves",
        FactKind::Lag => "`lag` is of a datastore that replicates to other regions",
        FactKind::ClockSkew => "no result rests on the difference between clocks: leave it out",
    }
}
