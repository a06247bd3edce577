//! meridian: one topology spec in, one reviewed tree of infrastructure out.
//!
//! | verb | from | to | where |
//! |---|---|---|---|
//! | load | paths | [`source::SourceMap`] | `cli` |
//! | parse | text | [`syntax::Document`] | [`syntax`] |
//! | decode | tree | [`spec::Spec`] | [`spec`] |
//! | resolve | spec, lock | [`topology::Topology`] | [`topology`] |
//! | settle | topology | the next [`lock::Lock`] | [`cloud`] |
//! | check | topology | diagnostics | [`rules`] |
//! | lower | topology | [`deployment::Deployment`] | [`cloud`] |
//! | analyze | topology, deployment, the offerings' facts | [`analysis::Analysis`] | [`analysis`] |
//! | plan | topology, deployment, analysis | [`procedure::Procedures`] | [`procedure`] |
//! | emit | topology, analysis, deployment, procedures | [`artifact::ArtifactSet`] | [`emit`] |
//! | diff | two compilations | [`diff::Difference`] | [`diff`] |
//! | trace | a compilation | which input makes which line | [`trace`] |
//! | compare, write | artifacts, files on disk | changes | [`artifact`], `cli` |
//!
//! Every stage but the first and the last is pure: same input, same result. A stage before
//! an error keeps its result, so that one run reports everything it can.

pub mod analysis;
pub mod artifact;
pub mod catalog;
pub mod cli;
pub mod cloud;
pub mod deployment;
pub mod diagnostic;
pub mod diff;
pub mod emit;
pub mod format;
pub mod graph;
pub mod lock;
pub mod lsp;
pub mod procedure;
pub mod rules;
pub mod source;
pub mod spec;
pub mod syntax;
pub mod topology;
pub mod trace;
pub mod watch;

use analysis::Analysis;
use artifact::ArtifactSet;
use deployment::Deployment;
use diagnostic::{Diagnostics, Waived};
use lock::Lock;
use procedure::Procedures;
use spec::Spec;
use syntax::Document;
use topology::Topology;

/// Everything one run finds out; a later part is there only if the ones before it are.
#[derive(Debug, Default)]
pub struct Compilation {
    /// What the user wrote.
    pub spec: Option<Spec>,
    /// What it means, with the lock that the next run reads.
    pub topology: Option<Topology>,
    /// What the clouds make of it.
    pub deployment: Option<Deployment>,
    /// What is proved of it, whatever the day.
    pub analysis: Option<Analysis>,
    /// What is proved of it today, where that is something else: a measurement has expired.
    pub analysis_today: Option<Analysis>,
    /// What is done when something is lost.
    pub procedures: Option<Procedures>,
    /// The modules of the user's own in place of ours, as the roots call them.
    pub own_modules: Vec<emit::contract::OwnModule>,
    /// The output; empty while an error stands.
    pub artifacts: ArtifactSet,
    /// Everything there is to say, sorted by place.
    pub diagnostics: Diagnostics,
    /// What the spec accepts of it.
    pub waived: Vec<Waived>,
}

impl Compilation {
    /// Every decision on the system, those of this run among them: the lock to write.
    pub fn lock(&self) -> Option<&Lock> {
        self.topology.as_ref().map(|t| &t.lock)
    }

    /// What is proved today.
    pub fn today(&self) -> Option<&Analysis> {
        self.analysis_today.as_ref().or(self.analysis.as_ref())
    }
}

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    /// Decode only.
    Spec,
    /// Settle defaults and names, and check what they say.
    Settled,
    /// Find out everything that there is to say, without output.
    Checked,
    /// Produce the output. An urgent change must not wait for a date: findings that depend
    /// on the day are warnings.
    Emitted,
}

/// Compiles a parsed document, whose includes are already merged. `lock` holds what earlier runs
/// decided; without one, the system is new. `spec_name` is the name that generated headers show.
/// `diagnostics` holds what parsing found. `today` judges expiries and reaches no output.
pub fn compile(
    document: Option<&Document>,
    lock: Option<&Lock>,
    spec_name: &str,
    mut diagnostics: Diagnostics,
    until: Until,
    today: Option<spec::Date>,
) -> Compilation {
    let mut done = Compilation {
        spec: document.and_then(|d| spec::decode(d, &mut diagnostics)),
        ..Compilation::default()
    };
    // What follows from a spec that is read in part is no finding: what is missing may be what keeps
    // a promise, or makes a kind fit its cloud.
    let undecoded = diagnostics.has_errors();
    if until >= Until::Settled
        && let Some(spec) = &done.spec
    {
        done.topology = topology::resolve(spec.clone(), lock, spec_name, today, &mut diagnostics);
    }
    if let Some(topology) = &mut done.topology {
        cloud::settle(topology, &mut diagnostics);
    }
    if let Some(topology) = &done.topology {
        rules::check(topology, &mut diagnostics);
        if until >= Until::Checked {
            let mut unsaid = Diagnostics::default();
            let out = match undecoded {
                true => &mut unsaid,
                false => &mut diagnostics,
            };
            let deployment = cloud::lower(topology, out);
            if let Some(document) = document {
                trace::refused::check(document, topology, &deployment, out);
            }
            let (analysis, today) = analyze(topology, &deployment, today, out);
            emit::check(topology, &deployment, out);
            done.analysis = Some(analysis);
            done.analysis_today = today;
            done.deployment = Some(deployment);
        }
    }
    if let (Some(topology), Some(deployment)) = (&mut done.topology, &done.deployment) {
        cloud::remember(topology, deployment);
    }
    if let (Some(spec), Some(document)) = (&done.spec, document) {
        done.waived = rules::waivers::apply(spec, document, today, &mut diagnostics);
    }
    if until == Until::Emitted {
        diagnostics.soften_dated();
    }
    if let (Some(topology), Some(analysis), Some(deployment)) =
        (&done.topology, &done.analysis, &done.deployment)
        && until == Until::Emitted
        && !diagnostics.has_errors()
    {
        let procedures = procedure::procedures(procedure::Model {
            topology,
            deployment,
            analysis,
        });
        let alerts = watch::alerts::all_alerts(topology, deployment);
        let input = emit::Input {
            topology,
            analysis,
            deployment,
            procedures: &procedures,
            alerts: &alerts,
        };
        done.artifacts = emit::emit(input, &mut diagnostics);
        done.own_modules = emit::own_modules(input);
        done.artifacts.system = topology.name.clone();
        done.procedures = Some(procedures);
    }
    done.diagnostics = diagnostics.sorted();
    if done.diagnostics.has_errors() {
        done.artifacts = ArtifactSet::default();
    }
    done
}

/// What the clouds make of a document, without what there is to say about it.
fn lowered(document: &Document, lock: Option<&Lock>, spec_name: &str) -> Option<Deployment> {
    let mut unsaid = Diagnostics::default();
    let spec = spec::decode(document, &mut unsaid)?;
    let mut topology = topology::resolve(spec, lock, spec_name, None, &mut unsaid)?;
    cloud::settle(&mut topology, &mut unsaid);
    Some(cloud::lower(&topology, &mut unsaid))
}

/// Analyses a topology and reports what contradicts its promises. Findings know the day;
/// the result, which is written into files, does not. The second is that of today, where an
/// expired measurement makes it another one.
fn analyze(
    topology: &Topology,
    deployment: &Deployment,
    today: Option<spec::Date>,
    diagnostics: &mut Diagnostics,
) -> (Analysis, Option<Analysis>) {
    let copies = cloud::copies::supplied(topology);
    let on = |today| analysis::Context {
        topology,
        deployment,
        today,
    };
    let analyze = |context| analysis::analyze(context, &cloud::recovery::Facts, &copies);
    let analysis = analyze(on(None));
    let dated = on(today);
    let of_today = dated.day_matters().then(|| analyze(dated));
    let judged = of_today.as_ref().unwrap_or(&analysis);
    analysis::report(dated, judged, diagnostics);
    (analysis, of_today)
}
