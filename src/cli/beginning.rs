//! The small spec that `init` writes for a cloud, its regions, a store and a runtime.

use super::init::InitArgs;
use crate::catalog;
use crate::diagnostic::Diagnostics;
use crate::source::SourceMap;
use crate::spec::Provider;
use crate::syntax::{self, Limits};
use crate::{Until, compile};

/// What is begun with on a cloud.
struct Usual {
    cloud: &'static str,
    /// Its entry in `clouds`; `NAME` is the system's, and what it names is to be replaced.
    account: &'static str,
    regions: &'static [&'static str],
    store: &'static str,
    runtime: &'static str,
    /// Whether each region has a host of its own, by which scripts reach that region alone.
    regional_hosts: bool,
}

const USUAL: &[Usual] = &[
    Usual {
        cloud: "gcp",
        account: "{ gcp: { project: NAME-prod } }",
        regions: &["us-central1", "us-east1"],
        store: "firestore",
        runtime: "cloud-run",
        regional_hosts: false,
    },
    Usual {
        cloud: "aws",
        account: "{ aws: { account: \"123456789012\" } }",
        regions: &["us-east-1", "us-west-2"],
        store: "aurora",
        runtime: "kubernetes",
        regional_hosts: true,
    },
];

/// What is said of a store beside its kind, alone and copied to other regions; `AT` is a location.
/// Any other kind is written with its name alone.
const STORES: &[(&str, &str, &str)] = &[
    (
        "firestore",
        ", location: AT, backup: { every: 1d, keep: 7d, point_in_time: 7d }",
        "",
    ),
    (
        "postgres",
        ", backup: { every: 1d, keep: 7d, point_in_time: 7d }",
        ", replication: { mode: async, lag: { critical: 1m } }",
    ),
    (
        "aurora",
        ", backup: { every: 1d, keep: 7d, point_in_time: 7d }",
        ", replication: { mode: async, lag: { critical: 1m } }",
    ),
    (
        "dynamodb",
        ", backup: { point_in_time: 35d }",
        ", replication: { mode: active-active, conflicts: last-write-wins }",
    ),
];

/// What is said of the service, and of its host, beside what every service has.
const RUNTIMES: &[(&str, &str, &str)] = &[
    (
        "kubernetes",
        ", scale_on: { cpu: 70% }",
        ", health: { path: /, every: 10s, timeout: 4s }",
    ),
    (
        "cloud-run",
        ", ready: { every: 5s, timeout: 2s, unhealthy_after: 2 }",
        "",
    ),
];

/// The multi-regions that a store may lie in, by how the names of their regions begin.
const AROUND: &[(&str, &str)] = &[("us-", "nam5"), ("europe-", "eur3")];

/// The spec that the flags ask for, without the line of its schema.
///
/// # Errors
/// What is wrong with the flags, or with the spec that they would make.
pub(super) fn text(args: &InitArgs) -> Result<String, String> {
    let usual = usual(args)?;
    let regions: Vec<&str> = match args.regions.is_empty() {
        true => usual.regions.to_vec(),
        false => args.regions.iter().map(String::as_str).collect(),
    };
    let store = args.store.as_deref().unwrap_or(usual.store);
    let runtime = args.runtime.as_deref().unwrap_or(usual.runtime);
    let name = &args.name;
    let mut lines = vec![
        "version: 1".to_string(),
        format!("name: {name}"),
        "# Objectives after a failure: rto is the time until users are served, rpo the writes that may be lost.".to_string(),
        match regions.len() {
            1 => "objectives: { availability: 99.9%, zone: { rto: 30m, rpo: 5m } }".to_string(),
            _ => "objectives: { availability: 99.9%, rto: 30m, rpo: 5m }".to_string(),
        },
        format!("clouds: {}", usual.account.replace("NAME", name)),
        "regions:".to_string(),
    ];
    let role = |at: usize| if at == 0 { "primary" } else { "secondary" };
    let each = regions.iter().enumerate();
    lines.extend(each.map(|(at, region)| format!("  {region}: {{ role: {} }}", role(at))));
    let settings = settings(store, &regions);
    let shape = RUNTIMES.iter().find(|(word, _, _)| *word == runtime);
    let (service, host) = shape.map_or(("", ""), |(_, service, host)| (service, host));
    lines.extend([
        "datastores:".to_string(),
        format!("  main: {{ engine: {store}{settings} }}"),
        "services:".to_string(),
        "  # Requests per second of one replica, and at peak. meridian derives the capacity after a region loss.".to_string(),
        format!("  web: {{ runtime: {runtime}, image: {name}/web, uses: [main], replicas: 3..10, capacity: {{ per_replica: 100/s, peak: 200/s, start: 10s }}{service} }}"),
        "traffic:".to_string(),
        format!("  {name}.example.com: {{ to: web{host} }}"),
    ]);
    let own = regions
        .iter()
        .filter(|_| usual.regional_hosts && regions.len() > 1);
    lines.extend(
        own.map(|region| format!("  {region}.{name}.example.com: {{ to: web, region: {region} }}")),
    );
    let text = lines.join("\n") + "\n";
    fault(&text).map_or(Ok(text), Err)
}

/// The cloud that is named, or that has the regions.
fn usual(args: &InitArgs) -> Result<&'static Usual, String> {
    let has = |cloud: &Provider, region: &str| catalog::find(*cloud, region).is_some();
    for region in &args.regions {
        let known = Provider::ALL.iter().any(|cloud| has(cloud, region));
        if !known {
            return Err(format!("no cloud has a region `{region}`"));
        }
    }
    let fits = |usual: &&Usual| {
        let cloud = Provider::ALL.iter().find(|p| p.word() == usual.cloud);
        let named = args.cloud.as_deref().is_none_or(|word| word == usual.cloud);
        let mut regions = args.regions.iter();
        named && cloud.is_some_and(|cloud| regions.all(|region| has(cloud, region)))
    };
    USUAL.iter().find(fits).ok_or_else(|| {
        let clouds: Vec<&str> = USUAL.iter().map(|u| u.cloud).collect();
        format!(
            "no cloud supports these flags: start with `--cloud {}` and regions of that cloud",
            clouds.join("` or `--cloud ")
        )
    })
}

fn settings(store: &str, regions: &[&str]) -> String {
    let Some((_, alone, copied)) = STORES.iter().find(|(word, _, _)| *word == store) else {
        return String::new();
    };
    let within = |start: &str| regions.len() > 1 && regions.iter().all(|r| r.starts_with(start));
    let around = AROUND.iter().find(|(start, _)| within(start));
    let at = around.map_or(regions[0], |(_, place)| *place);
    let copied = if regions.len() > 1 { copied } else { &"" };
    alone.replace("AT", at) + copied
}

/// The first error of a spec, with its help.
fn fault(text: &str) -> Option<String> {
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    let done = compile(
        document.as_ref(),
        None,
        "topology.yaml",
        out,
        Until::Checked,
        None,
    );
    let mut found = done.diagnostics.iter();
    let error = found.find(|d| d.severity == crate::diagnostic::Severity::Error)?;
    let help = error.help.as_deref().unwrap_or_default();
    Some(format!(
        "these flags do not describe a valid system: {}; {help}",
        error.message
    ))
}
