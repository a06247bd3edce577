//! Law 4: in no scenario does a counted action need what is lost. Where things are is read from
//! the emitted files alone.

use crate::support::{Case, case_with, compiled, root};
use meridian::analysis::recovery::RecoveryTime;
use meridian::analysis::term::Step;
use meridian::artifact::ArtifactSet;
use meridian::topology::{Scenario, Topology};

/// The location of the bucket that scripts lock, if there is one lock: with several, scripts go
/// on without that of a cloud that does not answer.
fn lock(set: &ArtifactSet) -> Option<String> {
    let library = set.get("scripts/lib.sh")?;
    let mut takes = library
        .text
        .lines()
        .filter(|l| l.contains("'Take the failover lock'"));
    let take = takes.next()?;
    if takes.next().is_some() {
        return None;
    }
    if let Some((_, rest)) = take.split_once(" --region ") {
        return rest.split(' ').next().map(str::to_string);
    }
    let bucket = take.split_once("gs://")?.1.split('/').next()?;
    let roots = set.iter().filter(|(path, _)| path.ends_with("main.tf"));
    roots
        .filter_map(|(_, file)| file.text.split_once(&format!("\"{bucket}\"\n")))
        .find_map(|(_, rest)| {
            let line = rest.lines().find(|l| l.trim().starts_with("location "))?;
            Some(line.split('"').nth(1)?.to_lowercase())
        })
}

/// The location of the registry that a region pulls images from.
fn registry(set: &ArtifactSet, region: &str) -> Option<String> {
    let own = format!("helm/values-{region}.yaml");
    let texts = [own.as_str(), "helm/values.yaml"].map(|path| set.get(path));
    let mut lines = texts.into_iter().flatten().flat_map(|a| a.text.lines());
    let image = lines.find_map(|l| l.trim().strip_prefix("repository: "))?;
    let host = image.split('/').next()?;
    let google = host.strip_suffix("-docker.pkg.dev");
    let amazon = host.split_once(".dkr.ecr.").map(|(_, rest)| rest);
    google
        .or(amazon.and_then(|rest| rest.split('.').next()))
        .map(str::to_string)
}

/// Whether a person does something in a recovery.
fn acted_on(time: &RecoveryTime) -> bool {
    let mut terms = time.budget.nodes.iter().map(|n| &n.term);
    terms.any(|t| t.step == Step::Decide && t.high != Some(0))
}

/// The services whose replicas come only after a loss.
fn grown(time: &RecoveryTime) -> impl Iterator<Item = &str> {
    let terms = time.budget.nodes.iter().map(|n| &n.term);
    let grown = terms.filter(|t| t.step == Step::WarmUp && t.high != Some(0));
    grown.map(|t| t.of.as_str())
}

/// What bounded recoveries need and lose, and how many were looked at.
pub fn lost_needs(
    topology: &Topology,
    times: &[RecoveryTime],
    set: &ArtifactSet,
) -> (Vec<String>, usize) {
    let (mut broken, mut seen) = (Vec::new(), 0);
    let bounded = times.iter().filter(|t| t.budget.total().1.is_some());
    for time in bounded {
        let Scenario::Region(lost) = time.scenario else {
            continue;
        };
        let location = topology.region(lost).place.location;
        let named = format!("{:?} without {location}", time.subject);
        if acted_on(time) {
            seen += 1;
            if lock(set).as_deref() == Some(location) {
                broken.push(format!("{named}: the lock"));
            }
        }
        for name in grown(time) {
            let service = topology.service_named(name).map(|id| topology.service(id));
            let placements = service.into_iter().flat_map(|s| &s.placements);
            for placement in placements.filter(|p| p.region != lost) {
                seen += 1;
                let region = &topology.region(placement.region).name;
                if registry(set, region).as_deref() == Some(location) {
                    broken.push(format!("{named}: images of {name} in {region}"));
                }
            }
        }
    }
    (broken, seen)
}

/// The same of a compiled case.
pub fn of_case(case: &Case) -> (Vec<String>, usize) {
    let topology = case.done.topology.as_ref().expect("a topology");
    let analysis = case.done.analysis.as_ref().expect("an analysis");
    lost_needs(topology, &analysis.recovery.times, &case.done.artifacts)
}

#[test]
fn counted_actions_lose_nothing_that_they_need() {
    let mut seen = 0;
    for name in [
        "examples/minimal/topology",
        "examples/ggen/topology",
        "examples/paynow/topology",
        "examples/covergen/topology",
        "examples/eden/topology",
        "examples/eden/before",
        "tests/fixtures/aws-engines",
        "tests/fixtures/gcp-cache",
        "tests/fixtures/gcp-data",
    ] {
        let path = root().join(format!("{name}.yaml"));
        let (broken, looked_at) = of_case(&compiled(&path));
        assert_eq!(broken, Vec::<String>::new(), "{name}");
        seen += looked_at;
    }
    assert!(seen > 10, "{seen}");
}

/// The law breaks once the lock or the registry of the emitted tree is in the lost region.
#[test]
fn the_law_of_needs_sees_a_lost_lock_and_a_lost_registry() {
    let cured = [
        ("state_bucket: b\n", "state_bucket: sm-tfstate\n"),
        ("state_region: us-east-1", "state_region: us-east-2"),
        (
            "failover:\n",
            "channels: { oncall: { pagerduty: x } }\nalerts: { down: { of: region-silent, lasting: 10s, severity: critical, tell: [oncall] } }\nfailover:\n",
        ),
        ("replicas: 6..20", "replicas: 3..20"),
    ];
    let case = case_with("recovery/state-in-primary", &cured);
    assert_eq!(of_case(&case).0, Vec::<String>::new());
    let break_it = |broken: &str, from: &str, to: &str| {
        assert!(case.file(broken).contains(from), "{broken}: {from}");
        let mut set = ArtifactSet::default();
        for (path, file) in case.done.artifacts.iter() {
            let text = match path == broken {
                true => file.text.replace(from, to),
                false => file.text.clone(),
            };
            set.text("test", path, text);
        }
        let topology = case.done.topology.as_ref().expect("a topology");
        let analysis = case.done.analysis.as_ref().expect("an analysis");
        lost_needs(topology, &analysis.recovery.times, &set)
            .0
            .join("\n")
    };
    let broken = break_it("scripts/lib.sh", "--region us-east-2", "--region us-east-1");
    assert!(broken.contains("the lock"), "{broken}");
    let images = ".dkr.ecr.us-west-2.";
    let broken = break_it("helm/values-us-west-2.yaml", images, ".dkr.ecr.us-east-1.");
    assert!(broken.contains("images of api"), "{broken}");
}
