//! Kubernetes objects: which are new, gone, and changed in a field that cannot change.

use super::{Fate, ResourceFate};
use crate::artifact::ArtifactSet;
use crate::diagnostic::Diagnostics;
use crate::source::SourceMap;
use crate::syntax::{self, Kind, Limits, Node};
use std::collections::{BTreeMap, BTreeSet};

/// Fields that the API server refuses to change, by kind; a `*` stands for all fields but those
/// that are listed behind it.
/// Kubernetes 1.34, `ValidateStatefulSetUpdate` and its like in `pkg/apis/*/validation`.
const IMMUTABLE: &[(&str, &str, &[&str])] = &[
    (
        "StatefulSet",
        "spec",
        &[
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
        ],
    ),
    (
        "PersistentVolumeClaim",
        "spec",
        &["resources", "volumeAttributesClassName"],
    ),
    (
        "StorageClass",
        "",
        &["metadata", "allowVolumeExpansion", "allowedTopologies"],
    ),
    ("Deployment", "spec.selector", &[]),
    ("DaemonSet", "spec.selector", &[]),
    ("Job", "spec.selector", &[]),
    ("Job", "spec.template", &[]),
    ("Job", "spec.completionMode", &[]),
    ("Service", "spec.clusterIP", &[]),
    ("RoleBinding", "roleRef", &[]),
    ("ClusterRoleBinding", "roleRef", &[]),
    ("Secret", "type", &[]),
];

/// Kinds that the deployment does not prune (`PRUNED` of lib.sh): they hold data.
const KEPT: &[&str] = &[
    "Namespace",
    "RedisEnterpriseActiveActiveDatabase",
    "RedisEnterpriseCluster",
    "RedisEnterpriseRemoteCluster",
];

/// An object of a cluster's folder by kind, namespace and name.
type Objects = BTreeMap<(String, String), Object>;

struct Object {
    kind: String,
    fields: Node,
}

/// The fates of the objects that differ.
pub fn fates(before: &ArtifactSet, after: &ArtifactSet) -> Vec<ResourceFate> {
    let (old, new) = (objects(before), objects(after));
    let folders: BTreeSet<&String> = new.keys().map(|(root, _)| root).collect();
    let mut all = Vec::new();
    for (key, object) in &new {
        all.extend(match old.get(key) {
            None => Some(row(key, object, Fate::Created)),
            Some(was) => changed(key, was, object),
        });
    }
    for (key, object) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
        let volumes = member(&object.fields, "spec.volumeClaimTemplates").is_some();
        // The deployment prunes the clusters of its tree; what holds data stays there.
        let prunes = folders.contains(&key.0) && !KEPT.contains(&object.kind.as_str());
        let fate = if prunes {
            Fate::Destroyed
        } else {
            Fate::Orphaned
        };
        let because = match (prunes, volumes) {
            (false, _) => "the deployment does not remove it",
            (true, true) => "its volume claims stay",
            (true, false) => "pruned by the deployment",
        };
        all.push(ResourceFate {
            because: vec![because.into()],
            ..row(key, object, fate)
        });
    }
    all
}

fn row((root, address): &(String, String), object: &Object, fate: Fate) -> ResourceFate {
    let volumes = member(&object.fields, "spec.volumeClaimTemplates").is_some();
    ResourceFate {
        fate,
        root: root.clone(),
        address: address.clone(),
        kind: object.kind.clone(),
        was: None,
        because: Vec::new(),
        unsure: Vec::new(),
        holds: volumes.then(|| "volumes".into()),
        stopped_by: None,
        instead: None,
        causes: Vec::new(),
    }
}

fn changed(key: &(String, String), was: &Object, is: &Object) -> Option<ResourceFate> {
    let mut differ = Vec::new();
    differences("", &was.fields, &is.fields, &mut differ);
    if differ.is_empty() {
        return None;
    }
    let refused = differ.iter().filter(|path| immutable(&is.kind, path));
    let refused: Vec<String> = refused.cloned().collect();
    Some(if refused.is_empty() {
        ResourceFate {
            because: differ,
            ..row(key, is, Fate::InPlace)
        }
    } else {
        ResourceFate {
            because: refused,
            stopped_by: Some("kubectl apply stops there: Kubernetes refuses".into()),
            ..row(key, is, Fate::Refused)
        }
    })
}

/// Paths that differ, two levels deep: `spec.volumeClaimTemplates`.
fn differences(path: &str, was: &Node, is: &Node, found: &mut Vec<String>) {
    if same(was, is) {
        return;
    }
    let (Kind::Map(old), Kind::Map(new), true) =
        (&was.kind, &is.kind, path.matches('.').count() < 1)
    else {
        found.push(path.to_string());
        return;
    };
    let mut names: Vec<&str> = old.iter().chain(new).map(|e| e.key.text.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let inner = if path.is_empty() {
            name.to_string()
        } else {
            format!("{path}.{name}")
        };
        match (was.get(name), is.get(name)) {
            (Some(old), Some(new)) => differences(&inner, &old.value, &new.value, found),
            _ => found.push(inner),
        }
    }
}

fn same(a: &Node, b: &Node) -> bool {
    crate::diff::values::same(a, b)
}

fn immutable(kind: &str, path: &str) -> bool {
    IMMUTABLE.iter().any(|(of, field, but)| {
        let rest = if field.is_empty() {
            Some(path)
        } else {
            path.strip_prefix(field)
        };
        let name = rest.map(|rest| rest.trim_start_matches('.').split('.').next().unwrap_or(""));
        *of == kind && name.is_some_and(|name| !but.contains(&name))
    })
}

fn member<'a>(of: &'a Node, path: &str) -> Option<&'a Node> {
    path.split('.')
        .try_fold(of, |node, name| node.get(name).map(|e| &e.value))
}

fn text(of: &Node, path: &str) -> Option<String> {
    match &member(of, path)?.kind {
        Kind::Scalar(scalar) => Some(scalar.text.clone()),
        _ => None,
    }
}

/// The objects of all clusters; charts are not among them, for Helm makes those.
fn objects(files: &ArtifactSet) -> Objects {
    let mut all = Objects::new();
    let manifests = files.iter();
    let manifests = manifests.filter(|(p, _)| p.starts_with("kubernetes/") && p.ends_with(".yaml"));
    for (path, file) in manifests {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for document in file.text.split("\n---\n") {
            let Some(fields) = parsed(document) else {
                continue;
            };
            let of = |path: &str| text(&fields, path);
            let (Some(kind), Some(name)) = (of("kind"), of("metadata.name")) else {
                continue;
            };
            let space = of("metadata.namespace")
                .map(|n| format!("{n}/"))
                .unwrap_or_default();
            let address = format!("{kind} {space}{name}");
            all.insert((folder.to_string(), address), Object { kind, fields });
        }
    }
    all
}

fn parsed(document: &str) -> Option<Node> {
    let mut sources = SourceMap::default();
    let file = sources.add("object.yaml", document);
    let mut out = Diagnostics::default();
    let parsed = syntax::parse(&sources, file, &Limits::default(), &mut out)?;
    Some(parsed.root)
}
