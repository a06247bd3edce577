//! Laws that hold between what is emitted, what is proved and what is told.
#![expect(clippy::disallowed_methods, reason = "tests read files")]

use crate::support::{Case, case_with, compiled, root};
use meridian::analysis::term::Step;
use meridian::deployment::{Argument, Call, Deployment, Evidence};
use meridian::topology::Scenario;
use std::collections::BTreeSet;

/// Arguments by which a module copies data to another region. `each` says that every key is a
/// copy of its own.
const COPYING: [(&str, &str, bool); 6] = [
    ("aws/rds-postgres", "replica_of", false),
    ("aws/elasticache-member", "global_group_id", false),
    ("aws/aurora-regional", "global_cluster_id", false),
    ("aws/dynamodb-global", "replicas", true),
    ("aws/s3-replication", "targets", true),
    ("aws/rds-backup-copies", "instances", true),
];

/// Variables of modules that sound like copies and are none of a store, with the reason.
const NO_COPY: [(&str, &str); 11] = [
    ("cors_origins", "browsers"),
    ("follows", "goes with `global_group_id`"),
    (
        "global_cluster_id",
        "of the module that makes the global cluster",
    ),
    ("origin", "the side that `targets` are copied from"),
    ("peer_cidrs", "networks"),
    (
        "primary_replication_group_id",
        "the group that others follow by `global_group_id`",
    ),
    ("replica_kms_key_arns", "goes with `replicas`"),
    ("replicas", "nodes beside each other in one region"),
    ("replicate_deletes", "goes with `targets`"),
    ("target_cidr", "traffic"),
    ("target_port", "traffic"),
];

fn all() -> Vec<(String, Case)> {
    let mut all: Vec<(String, Case)> = ["minimal", "ggen", "paynow", "eden"]
        .into_iter()
        .map(|name| {
            let path = root().join(format!("examples/{name}/topology.yaml"));
            (name.to_string(), compiled(&path))
        })
        .collect();
    let fixture = root().join("tests/fixtures/aws-engines.yaml");
    all.push(("aws-engines".into(), compiled(&fixture)));
    for name in ["mode-none-postgres", "mode-none-four-engines", "s3-rpo-15m"] {
        // What breaks its promise is not emitted; without the promise it is.
        let path = root().join(format!("tests/cases/recovery/{name}.yaml"));
        all.push((name.to_string(), compiled(&path)));
    }
    all
}

fn at<'a>(argument: &'a Argument, path: &str) -> Option<&'a Argument> {
    if path.is_empty() {
        return Some(argument);
    }
    let Argument::Map(entries) = argument else {
        return None;
    };
    // Keys may hold dots of their own.
    entries.iter().find_map(|(key, value)| {
        let rest = path.strip_prefix(key.as_str())?;
        match rest.strip_prefix('.') {
            Some(rest) => at(value, rest),
            None if rest.is_empty() => Some(value),
            None => None,
        }
    })
}

fn argument<'a>(call: &'a Call, path: &str) -> Option<&'a Argument> {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let found = call.arguments.iter().find(|(n, _)| *n == name)?;
    at(&found.1, rest).filter(|a| **a != Argument::Null)
}

fn documents(text: &str) -> Vec<serde_json::Value> {
    let each = text.split("\n---\n");
    each.filter_map(crate::support::yaml).collect()
}

/// Whether an evidence is there in the tree, or why not.
fn resolves(case: &Case, deployment: &Deployment, evidence: &Evidence) -> Result<(), String> {
    let missing = |what: &str| Err(format!("{what}: {evidence:?}"));
    let emitted = !case.done.artifacts.is_empty();
    match evidence {
        Evidence::Argument { call, path } => {
            let Some(found) = deployment.calls.iter().find(|c| c.name == *call) else {
                return missing("no such call");
            };
            if argument(found, path).is_none() {
                return missing("no such argument");
            }
            let block = format!("module \"{call}\"");
            let written = case
                .done
                .artifacts
                .iter()
                .any(|(_, a)| a.text.contains(&block));
            if emitted && !written {
                return missing("the call is not written");
            }
        }
        Evidence::Object {
            file,
            kind,
            name,
            pointer,
        } if emitted => {
            let objects = documents(case.file(file));
            let named =
                |o: &&serde_json::Value| o["kind"] == **kind && o["metadata"]["name"] == **name;
            let Some(object) = objects.iter().find(named) else {
                return missing("no such object");
            };
            if object.pointer(pointer).is_none() {
                return missing("no such field");
            }
        }
        Evidence::File { file, key } if emitted && !case.file(file).contains(key) => {
            return missing("no such key");
        }
        _ => {}
    }
    Ok(())
}

/// What copies data in a deployment, as evidence that somebody must claim.
fn copying(deployment: &Deployment) -> BTreeSet<Evidence> {
    let mut found = BTreeSet::new();
    for call in &deployment.calls {
        for (module, name, each) in COPYING {
            let writes = call.arguments.contains(&("writer", Argument::Bool(true)));
            let Some(value) = argument(call, name).filter(|_| call.module == module && !writes)
            else {
                continue;
            };
            let paths = match value {
                Argument::Map(entries) if each => {
                    let keys = entries.iter().map(|(key, _)| format!("{name}.{key}"));
                    keys.collect()
                }
                _ => vec![name.to_string()],
            };
            found.extend(paths.into_iter().map(|path| Evidence::Argument {
                call: call.name.clone(),
                path,
            }));
        }
    }
    found
}

/// Law 1. Broken on purpose by taking a `copies.push` out of a lowering, or by pushing one for
/// `mode: none`: it names the argument, or the evidence that is not there.
#[test]
fn every_copy_is_emitted_and_every_emitted_copy_is_claimed() {
    let (mut copies, mut faults) = (0, Vec::new());
    for (name, case) in all() {
        let deployment = case.done.deployment.as_ref().expect("a deployment");
        let mut claimed = BTreeSet::new();
        for copy in &deployment.copies {
            copies += 1;
            assert!(!copy.evidence.is_empty(), "{name}: {copy:?}");
            for evidence in &copy.evidence {
                claimed.insert(evidence.clone());
                faults.extend(resolves(&case, deployment, evidence).err());
            }
        }
        for evidence in copying(deployment) {
            if !claimed.contains(&evidence) {
                faults.push(format!("{name}: nobody claims {evidence:?}"));
            }
        }
        let pairs = |of: &str| {
            let copies = deployment.copies.iter();
            let topology = case.done.topology.as_ref().expect("a topology");
            copies
                .filter(|c| topology.datastore(c.store).name == of)
                .count()
        };
        for set in &deployment.sentinel_sets {
            let regions = set.regions.iter().filter(|r| !r.nodes.is_empty()).count();
            assert_eq!(pairs(&set.datastore), regions * (regions - 1), "{name}");
        }
        for set in &deployment.active_active_sets {
            let regions = set.regions.len();
            assert_eq!(pairs(&set.datastore), regions * (regions - 1), "{name}");
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(copies >= 20, "{copies}");
}

/// A module that learns to copy has to say so above.
#[test]
fn every_variable_that_sounds_like_a_copy_is_accounted_for() {
    let words = [
        "replica", "cop", "global", "follow", "target", "peer", "origin",
    ];
    let folder = root().join("templates/terraform");
    let files = walkdir::WalkDir::new(&folder).into_iter().flatten();
    let mut unknown = BTreeSet::new();
    for file in files.filter(|f| f.file_name() == "variables.tf") {
        let text = std::fs::read_to_string(file.path()).unwrap();
        let module = file.path().parent().unwrap().strip_prefix(&folder).unwrap();
        let names = text.lines().filter_map(|l| l.strip_prefix("variable \""));
        for name in names.filter_map(|l| l.split('"').next()) {
            let known = COPYING
                .iter()
                .any(|(m, n, _)| *n == name && module.ends_with(m))
                || NO_COPY.iter().any(|(n, _)| *n == name);
            if !known && words.iter().any(|w| name.contains(w)) {
                unknown.insert(format!("{}: {name}", module.display()));
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// Law 6: the same subject and loss show the same promise in every file.
#[test]
fn a_promise_is_one_in_all_files() {
    let case = case_with("recovery/promise-of-a-service", &[]);
    let budget = case.file("RECOVERY_BUDGET.md");
    assert!(
        budget.contains("| service web | lose us-central1 | 5m |"),
        "{budget}"
    );
    for file in ["README.md", "RUNBOOK_FAILOVER.md"] {
        let text = case.file(file);
        assert!(text.contains("5m"), "{file} does not say 5m");
    }
    // Nobody waits for what a drill of the region does: it is not held against the promise of
    // another part.
    assert!(!case.file("scripts/dr-test.sh").contains("printf 3600"));
    let minimal = compiled(&root().join("examples/minimal/topology.yaml"));
    for (file, words) in [
        (
            "README.md",
            "back after wrong or deleted data | not promised",
        ),
        ("RUNBOOK_RESTORE.md", "not promised"),
    ] {
        assert!(minimal.file(file).contains(words), "{file}");
    }
}

/// The first page comes when the budget counts it, on the page of the failover as well.
#[test]
fn a_page_takes_as_long_everywhere() {
    let mut seen = 0;
    for (name, case) in all() {
        let topology = case.done.topology.as_ref().expect("a topology");
        let analysis = case.done.analysis.as_ref().expect("an analysis");
        let Some(first) = topology.primary() else {
            continue;
        };
        let times = analysis.recovery.times.iter();
        let lost = times.filter(|t| t.scenario == Scenario::Region(first));
        let terms = lost.flat_map(|t| &t.budget.nodes).map(|n| &n.term);
        for page in terms.filter(|t| t.step == Step::Page && t.high.is_some()) {
            let words = format!("{} after the loss", page.interval());
            let runbook = case.file("RUNBOOK_FAILOVER.md");
            assert!(runbook.contains(&words), "{name}: {words}");
            seen += 1;
        }
    }
    assert!(seen > 0);
}
