//! Law 1: every emitted argument or object that makes data go somewhere is claimed by a copy, and
//! every copy names one that is emitted.

use super::{documents, systems};
use crate::support::{Case, compiled, root};
use meridian::deployment::{Argument, Call, Deployment, Evidence};
use std::collections::BTreeSet;

/// Arguments by which a module copies data to another region. `each` says that every key is a
/// copy of its own.
const COPYING: [(&str, &str, bool); 9] = [
    ("aws/rds-postgres", "replica_of", false),
    ("gcp/cloud-sql", "replica_of", false),
    ("gcp/cloud-sql", "backup_location", false),
    ("gcp/object-store-copies", "jobs", true),
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

/// The systems of all laws, and cases about copies.
fn all() -> Vec<(String, Case)> {
    let mut all = systems();
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
        Evidence::Field { file, .. } if emitted && case.done.artifacts.get(file).is_none() => {
            return missing("no such file");
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

/// Law 1 of one system: what breaks it, and how many copies were looked at.
pub fn faults(case: &Case) -> (Vec<String>, usize) {
    let deployment = case.done.deployment.as_ref().expect("a deployment");
    let topology = case.done.topology.as_ref().expect("a topology");
    let (mut faults, mut claimed) = (Vec::new(), BTreeSet::new());
    for copy in &deployment.copies {
        if copy.evidence.is_empty() {
            faults.push(format!("nothing makes {copy:?}"));
        }
        for evidence in &copy.evidence {
            claimed.insert(evidence.clone());
            faults.extend(resolves(case, deployment, evidence).err());
        }
    }
    let emitted = copying(deployment).into_iter();
    let unclaimed = emitted.filter(|e| !claimed.contains(e));
    faults.extend(unclaimed.map(|e| format!("nobody claims {e:?}")));
    let pairs = |of: &str| {
        let copies = deployment.copies.iter();
        let own = copies.filter(|c| topology.datastore(c.store).name == of);
        own.count()
    };
    let sentinels = deployment.sentinel_sets.iter().map(|set| {
        let holding = set.regions.iter().filter(|r| !r.nodes.is_empty());
        (&set.datastore, holding.count())
    });
    let active = deployment.active_active_sets.iter();
    let active = active.map(|set| (&set.datastore, set.regions.len()));
    for (store, regions) in sentinels.chain(active) {
        let (claimed, made) = (pairs(store), regions * regions.saturating_sub(1));
        if claimed != made {
            faults.push(format!(
                "{store}: {claimed} copies for {made} that are made"
            ));
        }
    }
    (faults, deployment.copies.len())
}

/// Broken on purpose by taking a `copies.push` out of a lowering, or by pushing one for
/// `mode: none`: it names the argument, or the evidence that is not there.
#[test]
fn every_copy_is_emitted_and_every_emitted_copy_is_claimed() {
    let mut copies = 0;
    for (name, case) in all() {
        let (faults, seen) = faults(&case);
        assert!(faults.is_empty(), "{name}: {}", faults.join("\n"));
        copies += seen;
    }
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
