//! What contradicts a promise, with every place that contributes.

use super::budget::Reduction;
use super::verdict::Verdict;
use super::{DataLoss, Recovery, RecoveryTime, Subject};
use crate::analysis::Context;
use crate::analysis::term::{Change, NEVER, Step, Term, interval};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{Duration, Promise, Scenario};
use std::collections::BTreeSet;

/// A recovery that takes longer than promised even at best.
pub const TIME_VIOLATED: Code = Code::new("RTO201", "recovery-exceeds-rto");
/// A recovery that takes longer than promised at worst.
pub const TIME_AT_RISK: Code = Code::new("RTO202", "recovery-at-risk");
/// A recovery that rests on something that nobody has measured.
pub const TIME_UNPROVEN: Code = Code::new("RTO203", "recovery-unproven");
/// Noticing the loss takes as long as is promised for the whole recovery, even at best.
pub const DETECTION_VIOLATES: Code = Code::new("RTO101", "detection-exceeds-rto");
/// The same at worst.
pub const DETECTION_AT_RISK: Code = Code::new("RTO102", "detection-at-risk");
/// A loss that is more than promised even at best.
pub const LOSS_VIOLATED: Code = Code::new("RPO201", "loss-exceeds-rpo");
/// A loss that is more than promised at worst.
pub const LOSS_AT_RISK: Code = Code::new("RPO202", "loss-at-risk");
/// A loss that nobody bounds.
pub const LOSS_UNPROVEN: Code = Code::new("RPO203", "loss-unproven");

/// Reports each broken promise once: of scenarios that break it alike, the first. What a
/// finding in `out` says more closely, the cause, is not said again.
pub fn report(context: Context, recovery: &Recovery, out: &mut Diagnostics) {
    let already: BTreeSet<&str> = out.iter().map(|d| d.code.id).collect();
    let mut said = BTreeSet::new();
    for time in &recovery.times {
        if caused(time, &already) {
            continue;
        }
        if let Some(promise) = time.promise
            && let Some(code) = code_of(time, promise)
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
            Verdict::AtRisk => LOSS_AT_RISK,
            Verdict::Unproven => LOSS_UNPROVEN,
            _ => continue,
        };
        let store = context.topology.datastore(loss.store).name.clone();
        if let Some(promise) = loss.promise
            && said.insert((code.id, store, promise.span, kind(loss.scenario)))
        {
            out.push(lost(context, loss, promise, code));
        }
    }
}

/// Where detection alone uses up the promise, that is the fault: something always follows.
fn code_of(time: &RecoveryTime, promise: Promise) -> Option<Code> {
    let detects = || slow_detection(time, promise).into_iter();
    let certain = |t: &Term| t.low >= promise.millis && t.low != NEVER;
    match time.verdict {
        Verdict::Met | Verdict::MetIf | Verdict::NotPromised => None,
        Verdict::Violated if time.budget.total().0 == NEVER => Some(TIME_VIOLATED),
        _ if detects().any(certain) => Some(DETECTION_VIOLATES),
        Verdict::Violated => Some(TIME_VIOLATED),
        _ if detects().next().is_some() => Some(DETECTION_AT_RISK),
        Verdict::AtRisk => Some(TIME_AT_RISK),
        Verdict::Unproven => Some(TIME_UNPROVEN),
    }
}

/// The terms of detection that alone may take as long as is promised for everything.
fn slow_detection(time: &RecoveryTime, promise: Promise) -> Vec<&Term> {
    let terms = time.budget.nodes.iter().map(|n| &n.term);
    let notices = |t: &Term| matches!(t.step, Step::Detect | Step::Page);
    let slow = |t: &&Term| notices(t) && t.high.is_some_and(|high| high >= promise.millis);
    terms.filter(slow).collect()
}

/// Scenarios that are reported together.
fn kind(scenario: Scenario) -> u8 {
    match scenario {
        Scenario::Pod | Scenario::Node | Scenario::Zone => 0,
        Scenario::Region(_) | Scenario::Elsewhere(_) => 1,
        Scenario::Cloud(_) => 2,
        Scenario::Entry => 3,
        Scenario::Link => 4,
        Scenario::Corruption => 5,
        Scenario::Key => 6,
    }
}

/// The name of what is down, with its kind.
pub fn name(context: Context, subject: Subject) -> String {
    format!("{} `{}`", subject.kind(), subject.name(context.topology))
}

fn late(context: Context, time: &RecoveryTime, promise: Promise, code: Code) -> Diagnostic {
    let what = name(context, time.subject);
    let scenario = time.scenario.title(context.topology);
    let (low, high) = time.budget.total();
    let promised = Duration::from_millis(promise.millis);
    let label = format!("promised RTO: {promised}");
    let takes = interval(low, high);
    let message = match time.verdict {
        _ if code == DETECTION_VIOLATES => {
            format!("{scenario}: detection alone exceeds the RTO of {what}")
        }
        _ if code == DETECTION_AT_RISK => {
            format!("{scenario}: detection alone may exceed the RTO of {what}")
        }
        Verdict::Violated if low == NEVER => {
            format!("{scenario}: {what} does not recover until the lost part is back")
        }
        Verdict::Violated => {
            format!("{scenario}: {what} recovers in {takes}, over its RTO")
        }
        Verdict::AtRisk => {
            format!("{scenario}: {what} recovers in {takes}, which may exceed its RTO")
        }
        _ => format!("{scenario}: the recovery time of {what} is unproven"),
    };
    let detection = [DETECTION_VIOLATES, DETECTION_AT_RISK].contains(&code);
    let make = match time.verdict {
        _ if code == DETECTION_VIOLATES => Diagnostic::error,
        Verdict::Violated => Diagnostic::error,
        Verdict::AtRisk => Diagnostic::warning,
        _ if detection => Diagnostic::warning,
        _ => Diagnostic::note,
    };
    let mut diagnostic = make(code, promise.span, message, label);
    let all = || time.budget.nodes.iter().map(|n| &n.term);
    let long = || time.budget.longest().into_iter();
    let terms: Vec<&Term> = match time.verdict {
        _ if detection => slow_detection(time, promise),
        Verdict::Unproven => time.budget.unknown().collect(),
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
        _ if detection => sooner(time, promise, &terms),
        Verdict::Unproven => closing(&terms),
        _ if low == NEVER => closing(&terms),
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
    let label = format!("promised RPO: {promised}");
    let Some(best) = loss.remaining.first() else {
        return Diagnostic::error(
            code,
            promise.span,
            format!("{scenario}: all data of {what} is lost"),
            label,
        )
        .also(
            context.topology.datastore(loss.store).span,
            "no copy survives",
        )
        .help(kept_elsewhere(context, loss));
    };
    let lacks = best.lacks.interval();
    let diagnostic = match loss.verdict {
        Verdict::Violated => Diagnostic::error(
            code,
            promise.span,
            format!("{scenario}: the best surviving copy of {what} lacks {lacks} of writes"),
            label,
        ),
        Verdict::AtRisk => Diagnostic::warning(
            code,
            promise.span,
            format!("{scenario}: the best surviving copy of {what} may lack {lacks} of writes"),
            label,
        ),
        _ => Diagnostic::note(
            code,
            promise.span,
            format!("{scenario}: the data loss of {what} is unproven"),
            label,
        ),
    };
    let text = format!("{}: {} ({})", best.copy, lacks, best.lacks.because);
    let span = best
        .lacks
        .span
        .unwrap_or(context.topology.datastore(loss.store).span);
    let diagnostic = diagnostic.also(span, text);
    diagnostic.help(match best.lacks.high {
        Some(high) => nearer(&best.lacks, high, promise.millis),
        None => closing(&[&best.lacks]),
    })
}

/// What keeps the best copy, which lacks up to `high` milliseconds, within the promise.
fn nearer(lacks: &Term, high: u64, promise: u64) -> String {
    match lacks.change {
        Some(_) => reduction(&Reduction {
            term: lacks,
            gain: high.saturating_sub(promise),
            within: Some(promise),
        }),
        None => format!(
            "promise `rpo: {}`, or keep a fresher copy: a replica, or `point_in_time`",
            Duration::from_millis(high)
        ),
    }
}

/// What keeps something of a store from a loss that takes all of it.
fn kept_elsewhere(context: Context, loss: &DataLoss) -> String {
    let history = context.deployment.history(loss.store);
    if loss.scenario != Scenario::Corruption {
        let copied = history.and_then(|h| h.copied_by);
        let copied = copied.map(|by| format!(", or {by}")).unwrap_or_default();
        let store = context.topology.datastore(loss.store);
        let other = match store.regions.len() {
            1 => "another region in `regions`",
            _ => "`replication` among its regions",
        };
        return format!("keep a copy outside this failure domain: {other}{copied}");
    }
    let withheld = history.and_then(|h| h.past.withheld);
    match history.and_then(|h| h.past.longest()) {
        None if withheld.is_some() => withheld.unwrap_or_default().to_string(),
        Some(reach) => format!(
            "history covers {}, and corruption may be detected later: set a longer `point_in_time` or `keep`, or prove faster detection in a drill",
            Duration::from_secs(reach)
        ),
        None => "enable backups: `backup: { every: 1d, keep: 30d, point_in_time: 7d }`".into(),
    }
}

/// What would close the unknown terms.
pub fn closing(terms: &[&Term]) -> String {
    let unknown = terms.iter().filter(|t| t.high.is_none());
    let (mut measure, mut other) = (Vec::new(), Vec::new());
    for term in unknown {
        let (list, way) = match &term.change {
            Some(Change::Measure { of, on }) => (&mut measure, format!("`of: {of}, on: {on}`")),
            Some(Change::Write(write)) => (&mut other, write.clone()),
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
            format!("measure it in a drill and declare it under `facts`: {facts}"),
        );
    }
    other.join("; ")
}

/// The checks and alerts that notice soon enough, all of them together, if what else is known of
/// the recovery takes as long as it may; and what else must change then.
fn sooner(time: &RecoveryTime, promise: Promise, slow: &[&Term]) -> String {
    let long = time.budget.longest();
    let (noticing, others): (Vec<&Term>, Vec<&Term>) =
        long.into_iter().partition(|t| slow.contains(t));
    let others = others.iter().filter_map(|t| t.high);
    let others = others.fold(0, u64::saturating_add);
    // Those that follow one another share what is left.
    let left = promise.millis.saturating_sub(1 + others) / (noticing.len() as u64).max(1);
    let way = |term: &&Term| {
        let enough = noticed_within(left, term.change.as_ref()?)?;
        Some(match slow.len() {
            1 => format!("`{enough}`"),
            _ => format!("`{enough}` of {}", term.of),
        })
    };
    let ways: Option<Vec<String>> = slow.iter().map(way).collect();
    let Some(mut ways) = ways else {
        return format!(
            "no check that the product supports leaves {} for the other terms: raise the RTO, or shorten those terms",
            Duration::from_millis(others)
        );
    };
    ways.dedup();
    let notices = match ways.len() {
        1 => "notices",
        _ => "notice",
    };
    let ways = format!("{} {notices} in time", ways.join(" and "));
    let mut after = time.budget.clone();
    for node in &mut after.nodes {
        if slow.contains(&&node.term) {
            node.term.high = Some(left);
            node.term.change = None;
        }
    }
    let rest = match after.total().1 {
        Some(high) if high > promise.millis => helping(&after.reductions(Some(promise.millis))),
        _ => String::new(),
    };
    match rest.is_empty() {
        true => ways,
        false => format!("{ways}, and then {rest}"),
    }
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
        (Some(change @ (Change::Interval { .. } | Change::Lasting { .. })), Some(within)) => {
            match noticed_within(within, change) {
                Some(enough) => format!("{subject}: `{enough}` is enough"),
                None => format!("{subject}: no check of this kind is that fast"),
            }
        }
        (Some(Change::Count { name, count, fixed }), Some(within))
            if count * within.saturating_sub(*fixed) >= high - fixed =>
        {
            let enough = count * (within - fixed) / (high - fixed);
            format!("{subject}: `{name}: {enough}` is enough")
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

/// The settings with which a check or an alert takes no longer than `within`.
fn noticed_within(within: u64, change: &Change) -> Option<String> {
    match change {
        Change::Lasting { beside, every } => {
            let left = within.checked_sub(*beside)?;
            let held = left / every * every;
            (held > 0).then(|| format!("lasting: {}", Duration::from_millis(held)))
        }
        _ => check_within(within, change),
    }
}

/// The settings with which a check takes no longer than `within`: the interval alone, with
/// its timeout, or fewer failures too. Only what the product takes is proposed.
fn check_within(within: u64, change: &Change) -> Option<String> {
    let Change::Interval {
        failures,
        timeout,
        fixed,
        longer,
        allowed,
    } = change
    else {
        return None;
    };
    let fits = |every: u64| allowed.is_empty() || allowed.contains(&every);
    let largest = |left: u64, count: u64| {
        let most = left / count.max(1) / 1000;
        (1..=most).rev().find(|every| fits(*every))
    };
    for count in [*failures, 2].into_iter().filter(|c| c <= failures) {
        let counted = if count == *failures {
            String::new()
        } else {
            format!(", unhealthy_after: {count}")
        };
        let left = within.saturating_sub(fixed.saturating_mul(count));
        if let Some(every) = largest(left.saturating_sub(*timeout), count)
            && (*longer || every * 1000 >= *timeout)
        {
            return Some(format!("every: {every}s{counted}"));
        }
        if let Some(both) = largest(left, count + 1).filter(|_| !longer && *timeout > 0) {
            return Some(format!("every: {both}s, timeout: {both}s{counted}"));
        }
    }
    None
}

/// Whether a finding of its own names the cause: too little capacity, a lost majority.
fn caused(time: &RecoveryTime, already: &BTreeSet<&str>) -> bool {
    let cause = |t: &Term| match (t.step, t.low) {
        (Step::WarmUp, NEVER) => already.contains("CAP101"),
        (Step::Promote, NEVER) => already.contains("QRM101"),
        _ => false,
    };
    time.verdict == Verdict::Violated && time.budget.nodes.iter().any(|n| cause(&n.term))
}
