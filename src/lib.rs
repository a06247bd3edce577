//! meridian: one topology spec in, one reviewed tree of infrastructure out.
//!
//! | verb | from | to | where |
//! |---|---|---|---|
//! | load | paths | [`source::SourceMap`] | `cli` |
//! | parse | text | [`syntax::Document`] | [`syntax`] |
//! | decode | tree | [`spec::Spec`] | [`spec`] |
//! | resolve | spec | [`topology::Topology`] | [`topology`] |
//! | check | topology | diagnostics | [`rules`] |
//! | analyze | topology, the offerings' facts | [`analysis::Analysis`] | [`analysis`] |
//! | lower | topology | [`deployment::Deployment`] | [`cloud`] |
//! | emit | topology, analysis, deployment | [`artifact::ArtifactSet`] | [`emit`] |
//! | diff | two compilations | [`diff::Difference`] | [`diff`] |
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
pub mod rules;
pub mod source;
pub mod spec;
pub mod syntax;
pub mod topology;
pub mod watch;

use analysis::Analysis;
use artifact::ArtifactSet;
use deployment::Deployment;
use diagnostic::Diagnostics;
use spec::Spec;
use syntax::Document;
use topology::Topology;

/// Everything one run finds out; a later part is there only if the ones before it are.
#[derive(Debug, Default)]
pub struct Compilation {
    /// What the user wrote.
    pub spec: Option<Spec>,
    /// What it means.
    pub topology: Option<Topology>,
    /// What is proved of it, whatever the day.
    pub analysis: Option<Analysis>,
    /// What the clouds make of it.
    pub deployment: Option<Deployment>,
    /// The output; empty while an error stands.
    pub artifacts: ArtifactSet,
    /// Everything there is to say, sorted by place.
    pub diagnostics: Diagnostics,
}

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    /// Decode only.
    Spec,
    /// Settle and check.
    Checked,
    /// Produce the output.
    Emitted,
}

/// Compiles a parsed document, whose includes are already merged. `spec_name` is the name
/// that generated headers show. `diagnostics` holds what parsing found. `today` judges
/// expiries and reaches no output.
pub fn compile(
    document: Option<&Document>,
    spec_name: &str,
    mut diagnostics: Diagnostics,
    until: Until,
    today: Option<spec::Date>,
) -> Compilation {
    let mut done = Compilation {
        spec: document.and_then(|d| spec::decode(d, &mut diagnostics)),
        ..Compilation::default()
    };
    if until >= Until::Checked
        && let Some(spec) = &done.spec
    {
        done.topology = topology::resolve(spec.clone(), spec_name, &mut diagnostics);
    }
    let mut deployment = None;
    if let Some(topology) = &done.topology {
        rules::check(topology, &mut diagnostics);
        done.analysis = Some(analyze(topology, today, &mut diagnostics));
        if until >= Until::Emitted {
            deployment = Some(cloud::lower(topology, &mut diagnostics));
        }
    }
    if let (Some(spec), Some(document)) = (&done.spec, document) {
        rules::waivers::apply(spec, document, today, &mut diagnostics);
    }
    if let (Some(topology), Some(analysis), Some(deployment)) =
        (&done.topology, &done.analysis, &deployment)
        && !diagnostics.has_errors()
    {
        let input = emit::Input {
            topology,
            analysis,
            deployment,
        };
        done.artifacts = emit::emit(input, &mut diagnostics);
    }
    done.deployment = deployment;
    done.diagnostics = diagnostics.sorted();
    if done.diagnostics.has_errors() {
        done.artifacts = ArtifactSet::default();
    }
    done
}

/// Analyses a topology and reports what contradicts its promises. Findings know the day;
/// the result, which is written into files, does not.
fn analyze(
    topology: &Topology,
    today: Option<spec::Date>,
    diagnostics: &mut Diagnostics,
) -> Analysis {
    let timeless = analysis::Context {
        topology,
        today: None,
    };
    let analyze = |context| {
        let copies = cloud::copies::supplied(topology);
        analysis::analyze(context, &cloud::recovery::Facts, &copies)
    };
    let analysis = analyze(timeless);
    let dated = analysis::Context { topology, today };
    match dated.expired_facts().next() {
        None => analysis::report(dated, &analysis, diagnostics),
        Some(_) => {
            let expired = analyze(dated);
            analysis::report(dated, &expired, diagnostics);
        }
    }
    analysis
}
