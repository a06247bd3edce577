//! What contradicts a promise, with every place that contributes.

use super::budget::Reduction;
use super::verdict::Verdict;
use super::{DataLoss, Promise, Recovery, RecoveryTime, Subject};
use crate::analysis::Context;
use crate::analysis::scenario::Scenario;
use crate::analysis::term::{Change, NEVER, Step, Term, interval};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::spec::Duration;
use std::collections::BTreeSet;

/// A recovery that takes longer than promised even at best.
pub const TIME_VIOLATED: Code = Code::new("RTO201", "recovery-exceeds-rto");
/// A recovery that takes longer than promised at worst.
pub const TIME_MAY_EXCEED: Code = Code::new("RTO202", "recovery-may-exceed-rto");
/// A recovery that rests on something that nobody has measured.
pub const TIME_NOT_SHOWN: Code = Code::new("RTO203", "recovery-not-shown");
/// A loss that is more than promised even at best.
pub const LOSS_VIOLATED: Code = Code::new("RPO201", "loss-exceeds-rpo");
/// A loss that is more than promised at worst.
pub const LOSS_MAY_EXCEED: Code = Code::new("RPO202", "loss-may-exceed-rpo");
/// A loss that nobody bounds.
pub const LOSS_NOT_SHOWN: Code = Code::new("RPO203", "loss-not-shown");
/// A measurement that no longer counts.
pub const FACT_EXPIRED: Code = Code::new("FCT101", "fact-expired");

/// Reports each broken promise once: of scenarios that break it alike, the first. What a
/// finding in `out` says more closely, the cause, is not said again.
pub fn report(context: Context, recovery: &Recovery, out: &mut Diagnostics) {
    let already: BTreeSet<&str> = out.iter().map(|d| d.code.id).collect();
    let mut said = BTreeSet::new();
    for time in &recovery.times {
        if caused(time, &already) {
            continue;
        }
        let code = match time.verdict {
            Verdict::Violated => TIME_VIOLATED,
            Verdict::MayExceed => TIME_MAY_EXCEED,
            Verdict::NotShown => TIME_NOT_SHOWN,
            _ => continue,
        };
        if let Some(promise) = time.promise
            && said.insert((
                code.id,
                name(context, time.subject),
                promise.span,
                kind(time.scenario),
            ))
        {
            out.push(late(context, time, promise, code));
        }
    }
    for loss in &recovery.losses {
        if loss.scenario == Scenario::Corruption && already.contains("RPO101") {
            continue;
        }
        let code = match loss.verdict {
            Verdict::Violated => LOSS_VIOLATED,
            Verdict::MayExceed => LOSS_MAY_EXCEED,
            Verdict::NotShown => LOSS_NOT_SHOWN,
            _ => continue,
        };
        let store = context.topology.datastore(loss.store).name.clone();
        if let Some(promise) = loss.promise
            && said.insert((code.id, store, promise.span, kind(loss.scenario)))
        {
            out.push(lost(context, loss, promise, code));
        }
    }
    for (name, fact) in context.expired_facts() {
        let span = fact.expires.as_ref().map_or(name.span, |e| e.span);
        out.push(
            Diagnostic::warning(
                FACT_EXPIRED,
                span,
                format!(
                    "the measurement `{}` has expired and no longer counts",
                    name.text
                ),
                "expired",
            )
            .help("measure again in a drill, and write the new value, evidence and day"),
        );
    }
}

/// Scenarios that are reported together.
fn kind(scenario: Scenario) -> u8 {
    match scenario {
        Scenario::Pod | Scenario::Node | Scenario::Zone => 0,
        Scenario::Region(_) => 1,
        Scenario::Cloud(_) => 2,
        Scenario::Entry => 3,
        Scenario::Link => 4,
        Scenario::Corruption => 5,
        Scenario::Key => 6,
    }
}

/// The name of what is down, with its kind.
pub fn name(context: Context, subject: Subject) -> String {
    match subject {
        Subject::Service(id) => format!("service `{}`", context.topology.service(id).name),
        Subject::Store(id) => format!("datastore `{}`", context.topology.datastore(id).name),
    }
}

fn late(context: Context, time: &RecoveryTime, promise: Promise, code: Code) -> Diagnostic {
    let what = name(context, time.subject);
    let scenario = time.scenario.title(context.topology);
    let (low, high) = time.budget.total();
    let promised = Duration::from_millis(promise.millis);
    let label = format!("promised: back within {promised}");
    let takes = interval(low, high);
    let mut diagnostic = match time.verdict {
        Verdict::Violated if low == NEVER => Diagnostic::error(
            code,
            promise.span,
            format!("{scenario}: {what} does not come back until what is lost does"),
            label,
        ),
        Verdict::Violated => Diagnostic::error(
            code,
            promise.span,
            format!("{scenario}: {what} is back after {takes}, later than promised"),
            label,
        ),
        Verdict::MayExceed => Diagnostic::warning(
            code,
            promise.span,
            format!("{scenario}: {what} is back after {takes}, which may be later than promised"),
            label,
        ),
        _ => Diagnostic::note(
            code,
            promise.span,
            format!("{scenario}: nobody can say when {what} is back"),
            label,
        ),
    };
    let all = || time.budget.nodes.iter().map(|n| &n.term);
    let long = || time.budget.longest().into_iter();
    let terms: Vec<&Term> = match time.verdict {
        Verdict::NotShown => time.budget.unknown().collect(),
        Verdict::Violated if low == NEVER => all().filter(|t| t.low == NEVER).collect(),
        _ => long().filter(|t| !t.is_zero()).collect(),
    };
    for term in &terms {
        if let Some(span) = term.span {
            let text = format!(
                "{} {}: {} ({})",
                term.step.word(),
                term.of,
                term.interval(),
                term.because
            );
            diagnostic = diagnostic.also(span, text);
        }
    }
    let help = match time.verdict {
        Verdict::NotShown => closing(&terms),
        _ if low == NEVER => terms.first().map_or(String::new(), |t| t.because.clone()),
        _ => {
            let reductions = time.budget.reductions(Some(promise.millis));
            helping(&reductions)
        }
    };
    if help.is_empty() {
        diagnostic
    } else {
        diagnostic.help(help)
    }
}

fn lost(context: Context, loss: &DataLoss, promise: Promise, code: Code) -> Diagnostic {
    let store = &context.topology.datastore(loss.store).name;
    let what = match &loss.dataset {
        Some(dataset) => format!("`{dataset}` of `{store}`"),
        None => format!("`{store}`"),
    };
    let scenario = loss.scenario.title(context.topology);
    let promised = Duration::from_millis(promise.millis);
    let label = format!("promised: at most {promised} of writes");
    let Some(best) = loss.remaining.first() else {
        return Diagnostic::error(
            code,
            promise.span,
            format!("{scenario}: nothing of {what} remains"),
            label,
        )
        .also(context.topology.datastore(loss.store).span, "no copy survives")
        .help("keep a copy where this loss does not reach: another region in `regions`, or `backup: { copies_to: [...] }`");
    };
    let lacks = best.lacks.interval();
    let diagnostic = match loss.verdict {
        Verdict::Violated => Diagnostic::error(
            code,
            promise.span,
            format!("{scenario}: the best copy of {what} lacks {lacks}"),
            label,
        ),
        Verdict::MayExceed => Diagnostic::warning(
            code,
            promise.span,
            format!("{scenario}: the best copy of {what} may lack {lacks}"),
            label,
        ),
        _ => Diagnostic::note(
            code,
            promise.span,
            format!("{scenario}: nobody can say how much of {what} is lost"),
            label,
        ),
    };
    let text = format!("{}: {} ({})", best.copy, lacks, best.lacks.because);
    let span = best
        .lacks
        .span
        .unwrap_or(context.topology.datastore(loss.store).span);
    let diagnostic = diagnostic.also(span, text);
    match closing(&[&best.lacks]) {
        help if help.is_empty() => diagnostic,
        help => diagnostic.help(help),
    }
}

/// What would close the unknown terms.
pub fn closing(terms: &[&Term]) -> String {
    let unknown = terms.iter().filter(|t| t.high.is_none());
    let (mut measure, mut other) = (Vec::new(), Vec::new());
    for term in unknown {
        let (list, way) = match &term.change {
            Some(Change::Measure { of, on }) => (&mut measure, format!("`of: {of}, on: {on}`")),
            _ => (&mut other, term.because.clone()),
        };
        if !list.contains(&way) {
            list.push(way);
        }
    }
    if !measure.is_empty() {
        let facts = measure.join(", ");
        other.insert(
            0,
            format!("declare under `facts` what a drill measured: {facts}"),
        );
    }
    other.join("; ")
}

/// The two changes that help most, and how much of each is enough.
pub fn helping(reductions: &[Reduction]) -> String {
    let ways = reductions.iter().take(2).map(reduction);
    ways.collect::<Vec<_>>().join(" · ")
}

/// One change, for people: `every: 30s -> 8s (-66s)`.
pub fn reduction(reduction: &Reduction) -> String {
    let time = |millis| Duration::from_millis(millis).to_string();
    let term = reduction.term;
    let high = term.high.unwrap_or(0);
    let gain = time(reduction.gain);
    let subject = format!("{} {}", term.step.word(), term.of);
    let within = reduction.within.filter(|within| *within < high);
    match (&term.change, within) {
        (
            Some(Change::Interval {
                failures,
                timeout,
                longer,
            }),
            Some(within),
        ) => match interval_within(within, *failures, *timeout, *longer) {
            Some(enough) => format!("{subject}: `{enough}` is enough"),
            None => format!("{subject}: shorter than a check can be"),
        },
        (Some(Change::Count { name, count }), Some(within)) if count * within >= high => {
            format!("{subject}: `{name}: {}` is enough", count * within / high)
        }
        (Some(Change::Replicas(regions)), _) => {
            let each = regions
                .iter()
                .map(|(region, min)| format!("{min} in {region}"));
            let each = each.collect::<Vec<_>>().join(", ");
            format!("{subject}: at least {each} from the beginning (-{gain})")
        }
        (Some(Change::Measure { of, on }), _) => {
            format!("{subject}: measure `{of}` of {on} (up to -{gain})")
        }
        // Whole seconds: what is emitted in seconds is rounded up.
        (Some(Change::Value(what)), Some(within)) if within >= 1000 => {
            let enough = time(within / 1000 * 1000);
            format!("{subject}: `{what}: {enough}` is enough")
        }
        _ => format!("{subject}: up to -{gain} of {}", time(high)),
    }
}

/// The interval, in whole seconds, with which a check takes no longer; with its timeout where
/// that has to become shorter too.
fn interval_within(within: u64, failures: u64, timeout: u64, longer: bool) -> Option<String> {
    let alone = within.saturating_sub(timeout) / failures.max(1) / 1000;
    if alone > 0 && (longer || alone * 1000 >= timeout) {
        return Some(format!("every: {alone}s"));
    }
    let both = within / (failures + 1) / 1000;
    (both > 0 && !longer).then(|| format!("every: {both}s, timeout: {both}s"))
}

/// Whether a finding of its own names the cause: detection or a shift that alone breaks the
/// promise, too little room, a lost majority.
fn caused(time: &RecoveryTime, already: &BTreeSet<&str>) -> bool {
    let promise = time.promise.map_or(NEVER, |p| p.millis);
    let cause = |t: &Term| match (t.step, t.low) {
        (Step::WarmUp, NEVER) => already.contains("CAP101"),
        (Step::Promote, NEVER) => already.contains("QRM101"),
        (Step::Detect, low) => low >= promise && already.contains("RTO101"),
        (Step::Redirect, low) => low >= promise && already.contains("RTO103"),
        _ => false,
    };
    time.verdict == Verdict::Violated && time.budget.nodes.iter().any(|n| cause(&n.term))
}
