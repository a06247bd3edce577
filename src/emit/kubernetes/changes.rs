//! A change of a ConfigMap or a Secret reaches the process that reads it. Pods carry a checksum of
//! the ConfigMaps that they read, so that they are replaced, in the order of their kind, when one
//! changes. Values of Secrets come from elsewhere: Deployments name them to Reloader. Members of a
//! StatefulSet take new Secrets while they run (`reload.sh`).

use crate::format::hash;
use crate::format::json::json;
use serde_json::Value;
use std::collections::BTreeMap;

/// The annotation of pods.
const CHECKSUM: &str = "checksum/config";
/// The annotation by which Reloader knows which Secrets a Deployment reads
/// (github.com/stakater/Reloader, README, read 2026-11).
const RELOAD: &str = "secret.reloader.stakater.com/reload";
/// What names a ConfigMap in a pod, and the field that has the name.
const CONFIGS: [(&str, &str); 3] = [
    ("configMap", "name"),
    ("configMapRef", "name"),
    ("configMapKeyRef", "name"),
];
/// The same of a Secret.
const SECRETS: [(&str, &str); 3] = [
    ("secret", "secretName"),
    ("secretRef", "name"),
    ("secretKeyRef", "name"),
];

/// Annotates everything that keeps running, in all files of a folder.
pub(super) fn reach(files: &mut [(String, Vec<Value>)]) {
    let all = files.iter().flat_map(|(_, objects)| objects);
    let maps = all.filter(|o| o["kind"] == "ConfigMap");
    let maps: BTreeMap<String, String> = maps
        .map(|o| (text(&o["metadata"]["name"]), o["data"].to_string()))
        .collect();
    for object in files.iter_mut().flat_map(|(_, objects)| objects) {
        let kind = object["kind"].as_str().unwrap_or_default();
        let deployment = kind == "Deployment";
        if !deployment && kind != "StatefulSet" && kind != "DaemonSet" {
            continue;
        }
        let pod = &object["spec"]["template"]["spec"];
        let configs = read(pod, &CONFIGS);
        let secrets = read(pod, &SECRETS);
        let configs: String = configs
            .iter()
            .filter_map(|n| maps.get(n))
            .cloned()
            .collect();
        if !configs.is_empty() {
            let pod = &mut object["spec"]["template"]["metadata"];
            pod["annotations"][CHECKSUM] = json!(hash(&configs));
        }
        if deployment && !secrets.is_empty() {
            object["metadata"]["annotations"][RELOAD] = json!(secrets.join(","));
        }
    }
}

/// The names of what a pod reads, sorted.
fn read(pod: &Value, kinds: &[(&str, &str)]) -> Vec<String> {
    let mut found = Vec::new();
    names(pod, kinds, &mut found);
    found.sort_unstable();
    found.dedup();
    found
}

/// Volumes, variables, and all variables at once.
fn names(of: &Value, kinds: &[(&str, &str)], found: &mut Vec<String>) {
    match of {
        Value::Object(fields) => {
            for (key, value) in fields {
                if let Some((_, field)) = kinds.iter().find(|(kind, _)| kind == key) {
                    found.push(text(&value[*field]));
                }
                names(value, kinds, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, kinds, found)),
        _ => {}
    }
}

fn text(of: &Value) -> String {
    of.as_str().unwrap_or_default().to_string()
}
