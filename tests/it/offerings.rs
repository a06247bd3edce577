//! Law 9: an offering has every side, and what it makes fits what stands around it. Each law is
//! tried on every kind in every mode on every cloud, and shown to find what is broken.

use crate::engines::{compiled, offered, spec};
use crate::series;
use crate::support::Tree;
use meridian::cloud::offering;
use meridian::deployment::{Argument, Deployment, Setting};
use meridian::spec::Provider;
use meridian::{Compilation, diagnostic::Severity};
use std::collections::{BTreeMap, BTreeSet};

/// Every kind in every mode on every cloud, compiled, with a backup.
fn matrix() -> impl Iterator<Item = (String, Compilation)> {
    offered().map(|(cloud, engine, mode)| {
        let backup = match engine {
            "object-storage" | "redis-enterprise" => "keep: 7d",
            _ => "every: 1d, keep: 7d",
        };
        let text = spec(cloud, engine, mode);
        let text = text.replace(
            "datasets: {",
            &format!("backup: {{ {backup} }}, datasets: {{"),
        );
        let done = compiled(&text);
        let errors = done.diagnostics.iter();
        let errors: Vec<_> = errors.filter(|d| d.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{cloud} {engine} {mode}: {errors:#?}");
        (format!("{cloud} {engine} {mode}"), done)
    })
}

fn deployment(done: &Compilation) -> &Deployment {
    done.deployment.as_ref().expect("it compiles")
}

/// Shown by `Absent("")` for the alarms of Aurora, and by leaving a side out of `sides`.
#[test]
fn every_side_of_an_offering_is_given_or_absent_with_a_reason() {
    let sides = offering::sides();
    for offering in offering::all() {
        let own = sides.iter().filter(|(id, ..)| *id == offering.id());
        let own: BTreeSet<&str> = own.map(|(_, side, _)| *side).collect();
        for side in [
            "version",
            "signals",
            "copies",
            "recovery",
            "guest",
            "operations",
        ] {
            assert!(own.contains(side), "{} has no side {side}", offering.id());
        }
        assert!(
            !offering.reads().is_empty(),
            "{} reads nothing",
            offering.id()
        );
    }
    for (id, side, aspect) in sides {
        let why = aspect.absent();
        let words = why.map_or(usize::MAX, |why| why.split_whitespace().count());
        assert!(words >= 3, "{id} has no {side}, because {why:?}");
    }
}

/// Shown by an empty `memorystore::operate`, or no query in `watch`.
#[test]
fn what_an_offering_gives_is_there() {
    for (case, done) in matrix() {
        let deployment = deployment(&done);
        // Buckets that nothing copies: nothing to watch, and versions to look at.
        let alone = case.contains("object-storage -") || case.contains("object-storage none");
        let signals = deployment.signals.iter();
        let signals = signals.filter(|s| s.subject == "store").count();
        assert!(signals > 0 || alone, "{case}: no signal");
        let operations = deployment.operations.iter();
        let operations = operations.filter(|o| o.subject.contains("store")).count();
        assert!(operations > 0 || alone, "{case}: no command");
    }
}

/// The ports that services are told, which their pods may not reach.
fn unreachable(settings: &[Setting], policies: &BTreeMap<String, String>) -> Vec<String> {
    let port = |s: &&Setting| s.variable.ends_with("_PORT") || s.variable.ends_with("_SENTINELS");
    let told = settings.iter().filter(port);
    let mut found = Vec::new();
    for setting in told {
        let prefix = setting.variable.trim_end_matches("_PORT");
        let host = settings
            .iter()
            .find(|s| s.variable == format!("{prefix}_HOST"));
        // What runs on the cluster itself is let in by its namespace.
        if host.is_some_and(|h| h.value.ends_with(".svc.cluster.local")) {
            continue;
        }
        let port = setting.value.rsplit(':').next().unwrap_or_default();
        let rule = format!("port: {port}\n");
        if !policies.values().any(|policy| policy.contains(&rule)) {
            found.push(format!("{} at port {port}", setting.variable));
        }
    }
    found
}

fn policies(done: &Compilation) -> BTreeMap<String, String> {
    let files = done.artifacts.iter();
    let files = files.filter(|(path, a)| {
        path.starts_with("kubernetes/") && a.text.contains("kind: NetworkPolicy")
    });
    files
        .map(|(path, a)| (path.to_string(), a.text.clone()))
        .collect()
}

/// What breaks law 9 in a system: ports that services are told and may not reach, keys that nobody
/// makes, agents that are granted one and are not there.
pub fn faults(done: &Compilation) -> Vec<String> {
    let deployment = deployment(done);
    let mut faults = unreachable(&deployment.settings, &policies(done));
    if deployment.clouds.contains_key(&Provider::Gcp) {
        faults.extend(keys(deployment));
    }
    faults
}

/// Shown on the policies without the port.
#[test]
fn every_host_that_services_are_told_is_reachable() {
    let mut told = 0;
    for (case, done) in matrix() {
        let settings = &deployment(&done).settings;
        let mut policies = policies(&done);
        assert_eq!(
            unreachable(settings, &policies),
            Vec::<String>::new(),
            "{case}"
        );
        for text in policies.values_mut() {
            for port in ["5432", "6378", "6379", "26379"] {
                *text = text.replace(&format!("port: {port}\n"), "");
            }
        }
        told += unreachable(settings, &policies).len();
    }
    assert!(told > 10, "{told} settings were looked at");
}

/// The texts in an argument.
fn texts(argument: &Argument, found: &mut Vec<String>) {
    match argument {
        Argument::Text(text) => found.push(text.clone()),
        Argument::List(all) => all.iter().for_each(|a| texts(a, found)),
        Argument::Template(all) => {
            let mut parts = Vec::new();
            all.iter().for_each(|a| texts(a, &mut parts));
            found.push(parts.concat());
        }
        Argument::Map(entries) => entries.iter().for_each(|(_, a)| texts(a, found)),
        _ => {}
    }
}

/// Keys of Google Cloud that calls use and nobody makes, and agents that they are granted to
/// and that the bootstrap does not make.
fn keys(deployment: &Deployment) -> Vec<String> {
    let mut made: BTreeSet<(String, String)> = BTreeSet::new();
    let mut agents: BTreeSet<String> = BTreeSet::new();
    for call in deployment
        .calls
        .iter()
        .filter(|c| c.module == "gcp/kms-regional")
    {
        let argument = |name: &str| {
            call.arguments
                .iter()
                .find(|(n, _)| *n == name)
                .map(|a| &a.1)
        };
        let Some(Argument::Text(location)) = argument("location") else {
            continue;
        };
        let Some(Argument::Map(keys)) = argument("keys") else {
            continue;
        };
        for (key, granted) in keys {
            made.insert((location.clone(), key.clone()));
            let mut words = Vec::new();
            texts(granted, &mut words);
            agents.extend(words);
        }
    }
    let mut found = Vec::new();
    for call in &deployment.calls {
        let mut words = Vec::new();
        call.arguments
            .iter()
            .for_each(|(_, a)| texts(a, &mut words));
        for word in words.iter().filter(|w| w.contains("/cryptoKeys/")) {
            let part = |after: &str| {
                let rest = word.split(after).nth(1).unwrap_or_default();
                rest.split('/').next().unwrap_or_default().to_string()
            };
            if !made.contains(&(part("/locations/"), part("/cryptoKeys/"))) {
                found.push(format!("{} uses {word}, which nobody makes", call.name));
            }
        }
    }
    let bootstrap = deployment
        .clouds
        .get(&Provider::Gcp)
        .map(|c| &c.bootstrap.commands);
    let commands = bootstrap.into_iter().flatten();
    let commands: Vec<String> = commands.map(|c| c.command.join(" ")).collect();
    for agent in agents {
        let made_by = match agent.as_str() {
            // These are there as soon as their API is.
            "compute-system" => "compute.googleapis.com".to_string(),
            "container-engine-robot" => "container.googleapis.com".to_string(),
            "gs-project-accounts" => "storage service-agent".to_string(),
            "bq" => "--encryption_service_account".to_string(),
            "cloud-redis" => "--service=redis.googleapis.com".to_string(),
            "gcp-sa-cloud-sql" => "--service=sqladmin.googleapis.com".to_string(),
            other => format!(
                "--service={}.googleapis.com",
                other.trim_start_matches("gcp-sa-")
            ),
        };
        if !commands.iter().any(|c| c.contains(&made_by)) {
            found.push(format!("{agent} is granted a key, and not made"));
        }
    }
    found
}

/// Shown on a deployment without the commands, and on one without the calls that make keys.
#[test]
fn every_key_is_made_and_its_agent_is_there_to_be_granted() {
    let mut looked_at = 0;
    for (case, done) in matrix().filter(|(case, _)| case.starts_with("gcp")) {
        let mut deployment = deployment(&done).clone();
        assert_eq!(keys(&deployment), Vec::<String>::new(), "{case}");
        if let Some(part) = deployment.clouds.get_mut(&Provider::Gcp) {
            part.bootstrap.commands.clear();
        }
        looked_at += keys(&deployment).len();
        deployment.calls.retain(|c| c.module != "gcp/kms-regional");
        assert!(
            !keys(&deployment).is_empty(),
            "{case}: a key that nobody makes is not found"
        );
    }
    assert!(looked_at > 10, "{looked_at} agents were looked at");
}

/// An alert whose series nobody makes is silent for ever, or fires for ever if it waits for
/// one that is missing. Shown by the queries of Redis with Sentinel for Memorystore.
#[test]
fn every_alert_of_an_offering_can_fire_and_be_silent() {
    for (case, done) in matrix() {
        let tree: Tree = done
            .artifacts
            .iter()
            .map(|(path, a)| (path.to_string(), a.text.clone()))
            .collect();
        // Probes are no offering's, and nobody is told of them here.
        let faults = series::faults(&tree).into_iter();
        let faults: Vec<String> = faults.filter(|f| !f.starts_with("probe_")).collect();
        assert_eq!(faults, Vec::<String>::new(), "{case}");
    }
}
