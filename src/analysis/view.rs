//! The analysis as rows for people and machines: what `analyze` prints and the recovery
//! page shows. Times are in milliseconds; a missing `high` is no bound.

use super::Analysis;
use super::coverage::Watch;
use super::flow::Flow;
use super::recovery::budget::Budget;
use super::recovery::verdict::Verdict;
use super::recovery::{DataLoss, RecoveryTime, findings};
use super::standing::{Standing, standing};
use super::term::{Class, NEVER, Step, Term, interval};
use crate::deployment::Deployment;
use crate::source::Span;
use crate::topology::scenario::{FAULT_MODEL, LEFT_OUT, Scenario};
use crate::topology::{Duration, Topology};
use schemars::JsonSchema;
use serde::Serialize;

/// Everything that is shown.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct View<'a> {
    /// The version of this record: [`VERSION`](super::schema::VERSION).
    #[schemars(extend("const" = super::schema::VERSION))]
    pub schema_version: u32,
    /// The system's name.
    pub system: String,
    /// What every result assumes.
    pub fault_model: &'static str,
    /// What no result covers.
    pub left_out: Vec<&'static str>,
    /// How long what is down, services first.
    pub recovery: Vec<SubjectView>,
    /// What is lost of which data.
    pub data: Vec<DataView>,
    /// Votes, room, contracts, alerts and drills.
    pub standing: Standing,
    /// Where data goes, what is shared, what regimes ask for.
    pub flow: &'a Flow,
    /// How many promises of each verdict there are.
    pub verdicts: Vec<VerdictCount>,
}

/// How many results have a verdict.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct VerdictCount {
    /// The verdict.
    #[schemars(extend("enum" = Verdict::ALL.map(Verdict::word)))]
    pub verdict: &'static str,
    /// How many.
    pub count: usize,
}

/// A service or store with its scenarios.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SubjectView {
    /// `service`, `datastore` or `dataset`.
    #[schemars(extend("enum" = ["service", "datastore", "dataset"]))]
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its scenarios.
    pub scenarios: Vec<TimeView>,
}

/// A recovery time.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TimeView {
    /// The scenario: `region:us-central1`.
    pub scenario: String,
    /// The scenario for people: `lose us-central1`.
    pub title: String,
    /// What is promised, in milliseconds; `null` if nothing is.
    pub promised: Option<u64>,
    /// At least, in milliseconds; `null` if it never ends.
    pub low: Option<u64>,
    /// At most, in milliseconds; `null` without a bound.
    pub high: Option<u64>,
    /// The same for people.
    pub interval: String,
    /// The judgement.
    #[schemars(extend("enum" = Verdict::ALL.map(Verdict::word)))]
    pub verdict: &'static str,
    /// The last day on which all measurements in it count; `null` if none ends.
    pub valid_until: Option<String>,
    /// What has to hold where the verdict is `met if`, the longest first; empty otherwise.
    pub conditions: Vec<String>,
    /// The terms in order.
    pub terms: Vec<TermView>,
    /// The two changes that help most.
    pub helps: Vec<String>,
    /// What would prove it, or bring it back where it never ends; empty if neither is needed.
    pub closing: String,
}

/// A term.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TermView {
    /// What the time is spent on.
    #[schemars(extend("enum" = Step::ALL.map(Step::word)))]
    pub step: &'static str,
    /// What it is about.
    pub of: String,
    /// At least, in milliseconds; `null` if it never ends.
    pub low: Option<u64>,
    /// At most, in milliseconds; `null` without a bound.
    pub high: Option<u64>,
    /// The same for people.
    pub interval: String,
    /// What the numbers rest on.
    #[schemars(extend("enum" = Class::ALL.map(Class::word)))]
    pub class: &'static str,
    /// How they come about.
    pub because: String,
    /// What they come from, with its date.
    pub source: String,
    /// The source's address, if it has one.
    pub url: Option<String>,
    /// The place in the spec: `topology.yaml:48`.
    pub place: Option<String>,
    /// When it begins at worst, in milliseconds after the loss; `null` if something before it
    /// has no bound.
    pub begins: Option<u64>,
    /// When it ends at worst, likewise.
    pub ends: Option<u64>,
}

/// Datasets that fare alike.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DataView {
    /// The store.
    pub store: String,
    /// The datasets; empty if the store names none.
    pub datasets: Vec<String>,
    /// The scenarios.
    pub scenarios: Vec<LossView>,
}

/// What a scenario loses.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LossView {
    /// The scenario: `corruption`.
    pub scenario: String,
    /// The scenario for people.
    pub title: String,
    /// What is promised, in milliseconds; `null` if nothing is.
    pub promised: Option<u64>,
    /// At least, in milliseconds; `null` if everything is lost.
    pub low: Option<u64>,
    /// At most, in milliseconds; `null` without a bound.
    pub high: Option<u64>,
    /// The same for people.
    pub interval: String,
    /// The judgement.
    #[schemars(extend("enum" = Verdict::ALL.map(Verdict::word)))]
    pub verdict: &'static str,
    /// What has to hold where the verdict is `met if`; empty otherwise.
    pub conditions: Vec<String>,
    /// The last day on which the measurement behind it counts; `null` if it does not end.
    pub valid_until: Option<String>,
    /// The best copy that remains.
    pub copy: String,
    /// What the numbers rest on.
    #[schemars(extend("enum" = Class::ALL.map(Class::word)))]
    pub class: &'static str,
    /// How they come about.
    pub because: String,
    /// What they come from, with its date.
    pub source: String,
    /// The source's address, if it has one.
    pub url: Option<String>,
    /// The place in the spec.
    pub place: Option<String>,
}

/// Which scenarios are shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// Only this scenario, by its id or the part before the colon.
    pub scenario: Option<&'a str>,
    /// Only this service or store.
    pub of: Option<&'a str>,
}

/// Makes the rows. `alerts` are all that there are; `place` names a place in the spec.
pub fn view<'a>(
    (topology, deployment): (&Topology, &Deployment),
    analysis: &'a Analysis,
    alerts: &[Watch],
    filter: Filter,
    place: &dyn Fn(Span) -> Option<String>,
) -> View<'a> {
    let make = Make {
        topology,
        filter,
        place,
    };
    View {
        schema_version: super::schema::VERSION,
        system: topology.name.clone(),
        fault_model: FAULT_MODEL,
        left_out: LEFT_OUT.to_vec(),
        recovery: make.subjects(&analysis.recovery.times),
        data: make.data(&analysis.recovery.losses),
        standing: standing(topology, deployment, alerts),
        flow: &analysis.flow,
        verdicts: verdicts(analysis),
    }
}

/// How many promises of each verdict there are, the worst first.
pub fn verdicts(analysis: &Analysis) -> Vec<VerdictCount> {
    let times = analysis.recovery.times.iter().map(|t| t.verdict);
    let all: Vec<Verdict> = times
        .chain(analysis.recovery.losses.iter().map(|l| l.verdict))
        .collect();
    let promised = Verdict::ALL.into_iter().rev();
    let promised = promised.filter(|v| *v != Verdict::NotPromised);
    let counts = promised.map(|verdict| VerdictCount {
        verdict: verdict.word(),
        count: all.iter().filter(|v| **v == verdict).count(),
    });
    counts.filter(|c| c.count > 0).collect()
}

struct Make<'a> {
    topology: &'a Topology,
    filter: Filter<'a>,
    place: &'a dyn Fn(Span) -> Option<String>,
}

impl Make<'_> {
    fn shown(&self, scenario: Scenario, of: &str) -> bool {
        let id = scenario.id(self.topology);
        let kind = id.split(':').next().unwrap_or_default();
        self.filter
            .scenario
            .is_none_or(|wanted| wanted == id || wanted == kind)
            && self.filter.of.is_none_or(|wanted| wanted == of)
    }

    fn subjects(&self, times: &[RecoveryTime]) -> Vec<SubjectView> {
        let mut subjects: Vec<SubjectView> = Vec::new();
        for time in times {
            let (kind, name) = (time.subject.kind(), time.subject.name(self.topology));
            if !self.shown(time.scenario, &name) {
                continue;
            }
            let row = self.time(time);
            match subjects.last_mut() {
                Some(last) if last.kind == kind && last.name == name => last.scenarios.push(row),
                _ => subjects.push(SubjectView {
                    kind,
                    name,
                    scenarios: vec![row],
                }),
            }
        }
        subjects
    }

    fn time(&self, time: &RecoveryTime) -> TimeView {
        let topology = self.topology;
        let (low, high) = time.budget.total();
        let promised = time.promise.map(|p| p.millis);
        let reductions = time.budget.reductions(promised);
        // Where something never ends, what else is unknown does not matter.
        let mut unknown: Vec<&Term> = time.budget.unknown().collect();
        if low == NEVER {
            unknown.retain(|t| t.low == NEVER);
        }
        TimeView {
            scenario: time.scenario.id(topology),
            title: time.scenario.title(topology),
            promised,
            low: bounded(low),
            high,
            interval: interval(low, high),
            verdict: time.verdict.word(),
            valid_until: valid_until(time.budget.nodes.iter().map(|n| &n.term)),
            conditions: conditions(time.verdict, time.budget.assumptions().into_iter()),
            terms: self.terms(&time.budget),
            helps: reductions.iter().take(2).map(findings::reduction).collect(),
            closing: findings::closing(&unknown),
        }
    }

    fn terms(&self, budget: &Budget) -> Vec<TermView> {
        let ends = budget.ends();
        let nodes = budget.nodes.iter().zip(&ends);
        nodes
            .map(|(node, (_, end))| {
                let term = &node.term;
                TermView {
                    step: term.step.word(),
                    of: term.of.clone(),
                    low: bounded(term.low),
                    high: term.high,
                    interval: term.interval(),
                    class: term.class.word(),
                    because: term.because.clone(),
                    source: term.source.text(),
                    url: term.source.url().map(str::to_string),
                    place: term.span.and_then(self.place),
                    begins: end.zip(term.high).map(|(end, high)| end - high),
                    ends: *end,
                }
            })
            .collect()
    }

    fn data(&self, losses: &[DataLoss]) -> Vec<DataView> {
        let mut parts: Vec<DataView> = Vec::new();
        for loss in losses {
            let store = &self.topology.datastore(loss.store).name;
            if !self.shown(loss.scenario, store) {
                continue;
            }
            let row = self.loss(loss);
            let datasets: Vec<String> = loss.dataset.iter().cloned().collect();
            let known = parts
                .iter_mut()
                .find(|p| p.store == *store && p.datasets == datasets);
            match known {
                Some(part) => part.scenarios.push(row),
                None => parts.push(DataView {
                    store: store.clone(),
                    datasets,
                    scenarios: vec![row],
                }),
            }
        }
        alike(parts)
    }

    fn loss(&self, loss: &DataLoss) -> LossView {
        let topology = self.topology;
        let best = loss.remaining.first();
        let lacks = best.map(|b| &b.lacks);
        let (low, high) = lacks.map_or((NEVER, None), |l| (l.low, l.high));
        LossView {
            scenario: loss.scenario.id(topology),
            title: loss.scenario.title(topology),
            promised: loss.promise.map(|p| p.millis),
            low: bounded(low),
            high,
            interval: if low == NEVER {
                "everything".into()
            } else {
                interval(low, high)
            },
            verdict: loss.verdict.word(),
            conditions: conditions(loss.verdict, lacks.into_iter()),
            valid_until: valid_until(lacks.into_iter()),
            copy: best.map_or("no copy remains".into(), |b| b.copy.clone()),
            class: lacks.map_or(Class::Emitted.word(), |l| l.class.word()),
            because: lacks.map_or(String::new(), |l| l.because.clone()),
            source: lacks.map_or("topology".into(), |l| l.source.text()),
            url: lacks.and_then(|l| l.source.url()).map(str::to_string),
            place: lacks.and_then(|l| l.span).and_then(self.place),
        }
    }
}

/// What has to hold for a verdict.
pub fn conditions<'a>(verdict: Verdict, terms: impl Iterator<Item = &'a Term>) -> Vec<String> {
    match verdict {
        Verdict::MetIf => terms.map(Term::condition).collect(),
        _ => Vec::new(),
    }
}

/// A verdict for a line: `met if 3 hold`.
pub fn short(verdict: &str, conditions: &[String]) -> String {
    match conditions.len() {
        0 => verdict.to_string(),
        1 => format!("{verdict} 1 holds"),
        more => format!("{verdict} {more} hold"),
    }
}

/// The first day on which one of the measurements ends.
fn valid_until<'a>(terms: impl Iterator<Item = &'a Term>) -> Option<String> {
    let days = terms.filter_map(|t| t.source.valid_until());
    days.min().map(str::to_string)
}

fn bounded(low: u64) -> Option<u64> {
    (low != NEVER).then_some(low)
}

/// Joins datasets of one store that fare alike in every scenario.
fn alike(parts: Vec<DataView>) -> Vec<DataView> {
    let mut joined: Vec<DataView> = Vec::new();
    for part in parts {
        let same =
            |known: &&mut DataView| known.store == part.store && known.scenarios == part.scenarios;
        match joined.iter_mut().find(same) {
            Some(known) => known.datasets.extend(part.datasets),
            None => joined.push(part),
        }
    }
    joined
}

/// A promise for people: `5m`, or that there is none.
pub fn promise(millis: Option<u64>) -> String {
    millis.map_or("not promised".into(), |m| {
        Duration::from_millis(m).to_string()
    })
}
