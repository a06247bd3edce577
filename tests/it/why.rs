//! `why` and `impact`: from generated lines to the spec and back.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::support::{property, root};
use meridian::artifact::ArtifactSet;
use meridian::cli::load;
use meridian::lock;
use meridian::spec::schema::with_lists;
use meridian::syntax::{Document, Limits};
use meridian::trace::{self, Input, Kind, Traced, Traces, Why};
use meridian::{Compilation, Until, compile};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::process::Command;

/// An example, compiled.
struct Example {
    document: Document,
    done: Compilation,
    text: String,
}

impl Example {
    fn new(name: &str) -> Self {
        let path = root().join("examples").join(name).join("topology.yaml");
        let loaded = load::load(&path, &Limits::default());
        let document = with_lists(loaded.document.as_ref().unwrap());
        let lock = loaded.lock.as_ref();
        let name = "topology.yaml";
        let out = loaded.diagnostics;
        let done = compile(Some(&document), lock, name, out, Until::Emitted, None);
        Example {
            document,
            done,
            text: std::fs::read_to_string(path).unwrap(),
        }
    }

    fn traced(&self) -> Traced<'_> {
        Traced {
            document: &self.document,
            lock: self.done.lock().unwrap(),
            spec_name: "topology.yaml",
            artifacts: &self.done.artifacts,
        }
    }

    /// What another text of the spec compiles to, beside the same lock; nothing if it is refused.
    fn with(&self, spec: &str) -> Option<ArtifactSet> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("topology.yaml");
        std::fs::write(&path, spec).unwrap();
        let lock = lock::print(self.done.lock().unwrap());
        std::fs::write(path.with_extension("lock"), lock).unwrap();
        let loaded = load::load(&path, &Limits::default());
        let document = loaded.document.as_ref().map(with_lists)?;
        let lock = loaded.lock.as_ref();
        let (name, out) = ("topology.yaml", loaded.diagnostics);
        let done = compile(Some(&document), lock, name, out, Until::Emitted, None);
        (!done.diagnostics.has_errors()).then_some(done.artifacts)
    }

    /// Where the first line of a file that holds a text comes from.
    fn why(&self, path: &str, holds: &str) -> Why {
        let text = &self.done.artifacts.get(path).unwrap().text;
        let line = text.lines().position(|l| l.contains(holds)).unwrap() + 1;
        trace::why(self.traced(), path, (line, line)).unwrap()
    }
}

fn paths(inputs: &[Traces]) -> Vec<String> {
    inputs.iter().map(|t| t.input.shown()).collect()
}

/// A place is another place, what is optional is left out, and what the lock holds of a value is
/// decided by the other one.
#[test]
fn values_that_no_number_stands_for_are_tried() {
    let minimal = Example::new("minimal");
    for (path, file) in [
        ("datastores.main.location", "terraform/global/main.tf"),
        ("datastores.main.backup.point_in_time", "RUNBOOK_RESTORE.md"),
        ("name", "terraform/global/main.tf"),
    ] {
        let found = trace::impact(minimal.traced(), &|i| i.shown() == path);
        let found = found.first().unwrap_or_else(|| panic!("no {path}"));
        assert!(found.lines.contains_key(file), "{path}: {:?}", found.lines);
    }
    let ggen = Example::new("ggen");
    let bucket = |i: &Input| i.shown() == "terraform.state_bucket";
    let found = trace::impact(ggen.traced(), &bucket);
    assert!(found[0].lines.contains_key("terraform/backend.tf"));
}

/// `2..10` is two values: the largest number of copies is in alerts, the smallest in commands.
#[test]
fn each_number_of_a_range_is_traced() {
    let minimal = Example::new("minimal");
    let replicas = |i: &Input| i.shown() == "services.web.replicas";
    let found = trace::impact(minimal.traced(), &replicas);
    for file in ["alerts/prometheus/rules.yaml", "scripts/promote-region.sh"] {
        assert!(found[0].lines.contains_key(file), "{:?}", found[0].lines);
    }
    let why = minimal.why("scripts/promote-region.sh", "--min-instances=2");
    assert!(why.inputs.iter().any(|t| replicas(&t.input)));
}

property!(what_changes_is_within_impact, 4, 1000);

/// Whatever number of the spec has another value, one that `impact` does not try: the lines that are
/// another are among those that it names. Fails if only the last number of a range is tried.
fn what_changes_is_within_impact(most: u64) {
    let minimal = Example::new("minimal");
    let number = |i: &Input| i.kind == Kind::Value && i.text.contains(|c: char| c.is_ascii_digit());
    let values = RefCell::new(Vec::new());
    let note = |i: &Input| {
        if number(i) {
            values.borrow_mut().push(i.clone());
        }
        false
    };
    trace::impact(minimal.traced(), &note);
    let values = values.into_inner();
    assert!(values.len() > 8, "{values:?}");
    let mut changed = 0;
    // The last ones first: ranges and times of services.
    for value in values.iter().rev().take(most as usize) {
        let found = trace::impact(minimal.traced(), &|i| i == value);
        let known = &found[0].lines;
        for text in others(&value.text) {
            let span = value.span.start as usize..value.span.end as usize;
            let mut spec = minimal.text.clone();
            spec.replace_range(span, &text);
            let Some(now) = minimal.with(&spec) else {
                continue;
            };
            for (path, artifact) in minimal.done.artifacts.iter() {
                let text_now = now.get(path).map_or("", |a| a.text.as_str());
                let diff = similar::TextDiff::from_lines(artifact.text.as_str(), text_now);
                let gone = diff
                    .ops()
                    .iter()
                    .filter(|o| o.tag() != similar::DiffTag::Equal);
                for line in gone.flat_map(|o| o.old_range()) {
                    changed += 1;
                    let told = known.get(path).is_some_and(|l| l.contains(&(line + 1)));
                    assert!(told, "{} = {text}: {path}:{}", value.shown(), line + 1);
                }
            }
        }
    }
    assert!(changed > 20, "{changed}");
}

/// A text with each of its numbers three times as large, and larger by two.
fn others(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let numbers: Vec<(usize, &str)> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|n| !n.is_empty())
        .map(|n| (n.as_ptr() as usize - text.as_ptr() as usize, n))
        .collect();
    for (at, number) in numbers {
        let value: u64 = number.parse().unwrap();
        for other in [value * 3, value + 2] {
            let (before, after) = (&text[..at], &text[at + number.len()..]);
            found.push(format!("{before}{other}{after}"));
        }
    }
    found
}

/// Wherever the command is run, and for a file that the spec includes.
#[test]
fn impact_finds_the_spec_of_a_path() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(at("eu/parts")).unwrap();
    let text = std::fs::read_to_string(root().join("examples/minimal/topology.yaml")).unwrap();
    let clouds = "clouds: { gcp: { project: hello-prod } }\n";
    let whole = text.replace(clouds, "include: [parts/clouds.yaml]\n");
    std::fs::write(at("eu/topology.yaml"), whole).unwrap();
    std::fs::write(at("eu/parts/clouds.yaml"), format!("version: 1\n{clouds}")).unwrap();
    let run = |here: &str, of: &str| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("meridian"));
        let output = command
            .current_dir(at(here))
            .args(["impact", of])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    for (here, of) in [
        ("", "eu/parts/clouds.yaml:2"),
        ("", "./eu/parts/clouds.yaml:2"),
        ("eu", "parts/clouds.yaml:2"),
    ] {
        let said = run(here, of);
        assert!(said.contains("clouds.gcp.project"), "{here} {of}: {said}");
    }
    assert!(run("", "eu/topology.yaml:3").contains("another value changes"));
}

#[test]
fn a_line_leads_to_the_value_that_makes_it() {
    let minimal = Example::new("minimal");
    let why = minimal.why("terraform/regions/us-central1/main.tf", "image");
    assert!(
        paths(&why.inputs).contains(&"services.web.image".to_string()),
        "{:?}",
        paths(&why.inputs)
    );
    let name = |t: &Traces| t.input.kind == Kind::Name;
    assert!(
        why.inputs
            .iter()
            .all(|t| !name(t) || t.input.path[0] == "services" || t.input.path[0] == "regions")
    );
}

#[test]
fn a_line_that_nothing_changes_leads_to_what_it_is_part_of() {
    let minimal = Example::new("minimal");
    let why = minimal.why("terraform/global/main.tf", "source = \"../modules/dns\"");
    assert!(why.inputs.is_empty(), "{:?}", paths(&why.inputs));
    let (block, inputs) = why.around.unwrap();
    assert_eq!(block.name, "module \"dns_example_com\"");
    assert!(!inputs.is_empty());
}

#[test]
fn a_file_of_a_module_leads_to_the_module() {
    let minimal = Example::new("minimal");
    let path = "terraform/modules/cloud-run/main.tf";
    let why = trace::why(minimal.traced(), path, (5, 5)).unwrap();
    assert_eq!(why.module.as_deref(), Some("modules/cloud-run/main.tf"));
}

#[test]
fn a_file_of_the_chart_leads_to_the_chart() {
    let ggen = Example::new("ggen");
    for path in ["helm/templates/deployment.yaml", "helm/.helmignore"] {
        let why = trace::why(ggen.traced(), path, (2, 2)).unwrap();
        assert_eq!(why.module.as_deref(), Some(path));
    }
    let own = trace::why_of(ggen.traced(), &[], "helm/Chart.yaml", (2, 2)).unwrap();
    assert_eq!(own.module, None);
}

/// An object that only the chart makes leads to its template and to the values that it is made
/// from. One whose condition does not hold is not made: `vault-service` has secrets, `flow-service`
/// none.
#[test]
fn an_object_of_the_chart_leads_to_its_template_and_its_values() {
    let ggen = Example::new("ggen");
    let places = trace::of_address(&ggen.done.artifacts, "Deployment/api");
    let files: Vec<&str> = places.iter().map(|(p, _)| p.as_str()).collect();
    let expected = [
        "helm/templates/deployment.yaml",
        "helm/values-europe-west1.yaml",
        "helm/values-us-central1.yaml",
        "helm/values-us-east1.yaml",
        "helm/values.yaml",
    ];
    assert_eq!(files, expected);
    let replicas = |i: &Input| i.shown().starts_with("services.api.replicas");
    let all = trace::impact(ggen.traced(), &replicas);
    let found = places
        .iter()
        .map(|(path, lines)| trace::why_of(ggen.traced(), &all, path, *lines).unwrap());
    let found: Vec<Why> = found.collect();
    assert!(found[0].module.is_some());
    assert!(found[1..].iter().all(|w| !w.inputs.is_empty()));
    let eden = Example::new("eden");
    let made = |object: &str| !trace::of_address(&eden.done.artifacts, object).is_empty();
    assert!(made("ExternalSecret/vault-service") && !made("ExternalSecret/flow-service"));
    assert!(made("Deployment/flow-service") && !made("Deployment/nothing"));
}

#[test]
fn a_line_that_does_not_exist_has_no_reason() {
    let minimal = Example::new("minimal");
    assert!(trace::why(minimal.traced(), "README.md", (1, 100_000)).is_none());
    assert!(trace::why(minimal.traced(), "README.md", (0, 0)).is_none());
    assert!(trace::why(minimal.traced(), "nothing.md", (1, 1)).is_none());
}

const EXAMPLES: [&str; 4] = ["minimal", "ggen", "paynow", "eden"];

property!(every_line_has_a_reason, 1, 4);

/// All non-blank lines of all files lead to inputs, by themselves or as part of what surrounds
/// them; a whole file that is the same for every system is one of these.
fn every_line_has_a_reason(systems: u64) {
    /// Files that no value of these systems changes.
    const FOR_EVERY_SYSTEM: [&str; 8] = [
        ".gitattributes",
        ".gitignore",
        "EXTENDING.md",
        "alerts/alertmanager.yaml",
        "scripts/cost-report.sh",
        "/provider.tf",
        "/outputs.tf",
        "/terraform.tfvars.example",
    ];
    for name in EXAMPLES.into_iter().take(systems as usize) {
        let example = Example::new(name);
        let of = example.traced();
        let all = trace::everything(of);
        let mut without = BTreeMap::<String, usize>::new();
        let (mut lines, mut own) = (0, 0);
        for (path, artifact) in example.done.artifacts.iter() {
            for (index, text) in artifact.text.lines().enumerate() {
                if text.trim().is_empty() {
                    continue;
                }
                let why = trace::why_of(of, &all, path, (index + 1, index + 1)).unwrap();
                lines += 1;
                own += usize::from(!why.inputs.is_empty());
                if why.inputs.is_empty() && why.around.is_none() && why.module.is_none() {
                    *without.entry(path.to_string()).or_default() += 1;
                }
            }
        }
        without.retain(|path, _| !FOR_EVERY_SYSTEM.iter().any(|p| path.ends_with(p)));
        assert!(without.is_empty(), "{name}: {without:#?}");
        assert!(
            own * 10 > lines,
            "{name}: {own} of {lines} lines by themselves"
        );
    }
}

/// What a value changes is what `impact` says of its line.
#[test]
fn impact_names_the_lines_that_change() {
    let minimal = Example::new("minimal");
    let line = minimal
        .text
        .lines()
        .position(|l| l.contains("image:"))
        .unwrap()
        + 1;
    let begin: usize = minimal
        .text
        .lines()
        .take(line - 1)
        .map(|l| l.len() + 1)
        .sum();
    let end = begin + minimal.text.lines().nth(line - 1).unwrap().len();
    let here = |i: &Input| (begin..end).contains(&(i.span.start as usize));
    let found = trace::impact(minimal.traced(), &here);
    let image = found
        .iter()
        .find(|t| t.input.shown() == "services.web.image")
        .unwrap();
    assert!(!image.lines.is_empty());
    for (path, numbers) in &image.lines {
        let text = &minimal.done.artifacts.get(path).unwrap().text;
        assert!(
            numbers
                .iter()
                .any(|n| text.lines().nth(n - 1).unwrap().contains(&image.input.text)),
            "{path}"
        );
    }
}

#[test]
fn the_commands_say_it() {
    let meridian = |args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_meridian"))
            .current_dir(root().join("examples/minimal"))
            .args(args)
            .output()
            .unwrap()
    };
    let said = |args: &[&str]| String::from_utf8(meridian(args).stdout).unwrap();
    let why = said(&["why", "module.run_web_us_central1"]);
    assert!(why.contains("services.web"), "{why}");
    let why = said(&["why", "--format", "json", "deploy/README.md:1"]);
    let json: serde_json::Value = serde_json::from_str(&why).unwrap();
    assert_eq!(json[0]["path"], "README.md");
    let impact = said(&["impact", "topology.yaml:3"]);
    assert!(impact.contains("name"), "{impact}");
    for wrong in [
        ["why", "nothing"],
        ["why", "README.md:9999"],
        ["impact", "topology.yaml"],
    ] {
        assert_eq!(meridian(&wrong).status.code(), Some(64), "{wrong:?}");
    }
}
