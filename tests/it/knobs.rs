//! Law 8: a value that changes in the spec reaches what runs, or a page says what must be
//! restarted. Over every ConfigMap, Secret, certificate and database parameter of all golden trees.
#![expect(clippy::disallowed_methods, reason = "tests read files")]

use crate::support::{Tree, golden_trees, root, spec, yaml};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The objects of a tree's manifests, each with its file.
fn objects(tree: &Tree) -> Vec<(&str, Value)> {
    let files = tree
        .iter()
        .filter(|(path, _)| path.starts_with("kubernetes/") && path.ends_with(".yaml"));
    let each = files.flat_map(|(path, text)| {
        let documents = text.split("\n---\n").filter_map(yaml);
        documents.map(move |object| (path.as_str(), object))
    });
    each.collect()
}

/// The names behind a key, anywhere below a value: of `secretName`, of `secretKeyRef`.
fn behind(value: &Value, key: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if name == key {
                    let text = field.as_str().or(field["name"].as_str());
                    found.extend(text.map(String::from));
                }
                behind(field, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| behind(item, key, found)),
        _ => {}
    }
}

fn named(value: &Value, keys: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for key in keys {
        behind(value, key, &mut found);
    }
    found
}

/// Whether a container that reloads what it is given sees a Secret of the pod.
fn reloads(pod: &Value, secret: &str) -> bool {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let volumes = list(&pod["spec"]["volumes"]);
    let volume = volumes
        .iter()
        .find(|v| v["secret"]["secretName"].as_str() == Some(secret));
    let Some(volume) = volume.and_then(|v| v["name"].as_str()) else {
        return false;
    };
    let containers = list(&pod["spec"]["containers"]);
    let mut reload = containers.iter().filter(|c| c["name"] == "reload");
    reload.any(|c| list(&c["volumeMounts"]).iter().any(|m| m["name"] == volume))
}

/// What of a tree's settings reaches nothing that runs, and nobody is told of.
fn faults(tree: &Tree) -> BTreeSet<String> {
    let mut faults = BTreeSet::new();
    let guide = tree.get("DEPLOYMENT_GUIDE.md").map_or("", |g| g.as_str());
    let objects = objects(tree);
    let mut read: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let certificates = objects.iter().filter(|(_, o)| o["kind"] == "Certificate");
    let served = certificates.filter_map(|(_, o)| o["spec"]["secretName"].as_str());
    let served: BTreeSet<&str> = served.collect();
    for (path, object) in &objects {
        let kind = object["kind"].as_str().unwrap_or_default();
        let (pod, long) = match kind {
            "Deployment" | "StatefulSet" | "DaemonSet" => (&object["spec"]["template"], true),
            // Each run reads everything anew.
            "CronJob" => (&object["spec"]["jobTemplate"]["spec"]["template"], false),
            "Job" => (&object["spec"]["template"], false),
            _ => continue,
        };
        let who = format!("{path} {kind} {}", object["metadata"]["name"]);
        let maps = named(pod, &["configMap", "configMapKeyRef", "configMapRef"]);
        let secrets = named(pod, &["secretName", "secretKeyRef", "secretRef"]);
        read.entry(path)
            .or_default()
            .extend(maps.iter().chain(&secrets).cloned());
        if !long {
            continue;
        }
        let annotations = pod["metadata"]["annotations"].as_object();
        let sums = annotations.into_iter().flatten();
        if !maps.is_empty() && sums.filter(|(key, _)| key.starts_with("checksum/")).count() == 0 {
            faults.insert(format!("{who}: nothing restarts it when {maps:?} changes"));
        }
        let watched =
            object["metadata"]["annotations"]["secret.reloader.stakater.com/reload"].as_str();
        let watched = watched.unwrap_or_default();
        for secret in secrets {
            let told = secret.ends_with("-password")
                && guide.contains("To rotate a password:")
                && guide.contains("Restart the nodes, region by region");
            let restarts = watched.split(',').any(|w| w == secret);
            let reloaded = served.contains(secret.as_str()) && reloads(pod, &secret);
            if !(restarts || reloaded || told) {
                faults.insert(format!("{who}: nothing restarts it when {secret} changes"));
            }
        }
        if !watched.is_empty() && !guide.contains("Reloader (chart `stakater/reloader`)") {
            faults.insert(format!("{who}: the guide installs no Reloader"));
        }
    }
    for (path, object) in &objects {
        let used = |name: &str| read.get(path).is_some_and(|all| all.contains(name));
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        match object["kind"].as_str().unwrap_or_default() {
            "ConfigMap" if !used(name) => {
                faults.insert(format!("{path}: nothing reads the ConfigMap {name}"));
            }
            "Certificate" => {
                let secret = object["spec"]["secretName"].as_str().unwrap_or_default();
                if !used(secret) {
                    faults.insert(format!("{path}: nothing serves the certificate {name}"));
                }
            }
            _ => {}
        }
    }
    chart(tree, guide, &mut faults);
    parameters(tree, guide, &mut faults);
    if tree.keys().any(|p| p.starts_with("observability/"))
        && tree.contains_key("alerts/alertmanager.yaml")
    {
        let restarts = guide.contains("rollout restart statefulset alertmanager");
        let installs = guide.contains("alertmanager");
        if installs && !restarts {
            faults.insert("nobody is told to restart Alertmanager".into());
        }
    }
    faults
}

/// Services of the chart: variables are read when a process starts.
fn chart(tree: &Tree, guide: &str, faults: &mut BTreeSet<String>) {
    let Some(chart) = tree.get("helm/templates/deployment.yaml") else {
        return;
    };
    if chart.contains("configMapRef") && !chart.contains("checksum/config:") {
        faults.insert("the chart restarts nothing when variables change".into());
    }
    if chart.contains("secretRef") {
        if !chart.contains("secret.reloader.stakater.com/reload: {{ $name }}") {
            faults.insert("the chart restarts nothing when secrets change".into());
        }
        if !guide.contains("Reloader (chart `stakater/reloader`)") {
            faults.insert("the guide installs no Reloader for the chart".into());
        }
    }
}

/// Modules whose parameters are read when a server starts and depend on what a call says, each
/// with the argument and what the guide says of it.
const AT_A_REBOOT: [(&str, &str, &str); 1] = [(
    "rds-postgres",
    "logical",
    "only at a reboot: `aws rds describe-db-instances` then shows `pending-reboot`",
)];

fn parameters(tree: &Tree, guide: &str, faults: &mut BTreeSet<String>) {
    let roots = tree
        .iter()
        .filter(|(path, _)| path.ends_with("main.tf") && !path.contains("/modules/"));
    for (path, text) in roots {
        for call in text.split("\nmodule \"").skip(1) {
            let call = call.split("\n}\n").next().unwrap_or_default();
            for (module, argument, words) in AT_A_REBOOT {
                let calls = call.contains(&format!("modules/{module}\""));
                let says = call.lines().any(|l| {
                    let mut parts = l.trim_start().splitn(2, '=');
                    parts.next().map(str::trim) == Some(argument)
                });
                if calls && says && !guide.contains(words) {
                    faults.insert(format!(
                        "{path}: nobody is told that {argument} takes a reboot"
                    ));
                }
            }
        }
    }
}

#[test]
fn every_setting_reaches_what_runs_or_a_page_says_what_to_restart() {
    let wrong: BTreeMap<String, _> = golden_trees()
        .into_iter()
        .map(|(name, tree)| (name, faults(&tree)))
        .filter(|(_, found)| !found.is_empty())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The law fails where what makes it hold is taken out of one file.
#[test]
fn a_setting_that_reaches_nothing_is_found() {
    let trees = golden_trees();
    let changes = [
        (
            "ggen",
            "kubernetes/us-east1/redis-sessions.yaml",
            "checksum/config",
            "note",
        ),
        (
            "ggen",
            "kubernetes/us-east1/redis-sessions.yaml",
            "- name: reload\n",
            "- name: idle\n",
        ),
        (
            "ggen",
            "DEPLOYMENT_GUIDE.md",
            "Restart the nodes, region by region",
            "Wait",
        ),
        (
            "ggen",
            "DEPLOYMENT_GUIDE.md",
            "Reloader (chart",
            "Nothing (chart",
        ),
        (
            "ggen",
            "helm/templates/deployment.yaml",
            "checksum/config:",
            "note:",
        ),
        (
            "ggen",
            "helm/templates/deployment.yaml",
            "secret.reloader.stakater.com/reload:",
            "note:",
        ),
        (
            "eden",
            "kubernetes/us-east-1/postgres-postgres.yaml",
            "secret.reloader.stakater.com/reload:",
            "note:",
        ),
        ("eden", "DEPLOYMENT_GUIDE.md", "only at a reboot", "at once"),
    ];
    for (name, path, from, to) in changes {
        let mut tree = trees[name].clone();
        let text = tree
            .get_mut(path)
            .unwrap_or_else(|| panic!("{name} has no {path}"));
        assert!(text.contains(from), "{name}: {path} has no {from:?}");
        *text = text.replace(from, to);
        assert!(
            !faults(&tree).is_empty(),
            "{name}: nobody finds {to:?} in {path}"
        );
    }
}

/// A module that learns of a parameter that is read at a start has to say so above.
#[test]
fn parameters_that_need_a_reboot_are_accounted_for() {
    let folder = root().join("templates/terraform");
    let files = walkdir::WalkDir::new(&folder).into_iter().flatten();
    let mut seen = 0;
    for file in files.filter(|f| f.path().extension().is_some_and(|e| e == "tf")) {
        let text = std::fs::read_to_string(file.path()).unwrap();
        let module = file
            .path()
            .parent()
            .and_then(|p| p.file_name())
            .unwrap()
            .to_string_lossy();
        // What is always the same needs no reboot after the first.
        let open = text.lines().filter(|l| {
            l.contains("pending-reboot") && (l.contains("var.") || l.contains("local."))
        });
        for line in open {
            seen += 1;
            assert!(
                AT_A_REBOOT.iter().any(|(m, ..)| *m == module),
                "{module}: {line}"
            );
        }
    }
    assert!(seen > 0);
}

/// The sum that restarts pods changes with what they read, and with nothing else. Broken on
/// purpose by a sum over the names of files alone.
#[test]
fn a_sum_changes_with_what_is_read_alone() {
    let sums = |text: &str| -> Vec<String> {
        let done = spec(text).done;
        let files = done
            .artifacts
            .iter()
            .filter(|(path, _)| path.to_string().starts_with("kubernetes/"));
        let lines = files.flat_map(|(_, file)| file.text.lines());
        let lines = lines.filter(|l| l.trim_start().starts_with("checksum/"));
        lines.map(String::from).collect()
    };
    let path = root().join("examples/ggen/topology.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    let before = sums(&text);
    let (from, to) = ("max_lag: 10s", "max_lag: 9s");
    assert!(text.contains(from) && text.contains("rto: 5m"));
    let after = sums(&text.replace(from, to));
    assert!(
        before.len() >= 6 && before.iter().zip(&after).all(|(a, b)| a != b),
        "{before:?}"
    );
    assert_eq!(before, sums(&text.replace("rto: 5m", "rto: 6m")));
}
