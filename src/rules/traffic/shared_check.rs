//! A check that asks for what all regions share empties all regions at once.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::topology::{Datastore, Mode, Placement, Service, Topology};

/// A check with a shared need.
pub const CODE: Code = Code::new("TRF104", "check-through-a-shared-part");

/// Words of a path that speak of the replica or the region that answers, and of nothing behind
/// it.
const OWN: [&str; 52] = [
    "actuator",
    "alb",
    "alive",
    "api",
    "app",
    "application",
    "basic",
    "check",
    "checks",
    "edge",
    "elb",
    "gateway",
    "health",
    "healthcheck",
    "healthy",
    "healthz",
    "http",
    "https",
    "index",
    "instance",
    "internal",
    "lb",
    "live",
    "liveness",
    "livez",
    "local",
    "lite",
    "node",
    "ok",
    "page",
    "ping",
    "pod",
    "probe",
    "public",
    "quick",
    "readiness",
    "ready",
    "readyz",
    "region",
    "regional",
    "self",
    "server",
    "service",
    "shallow",
    "simple",
    "startup",
    "startupz",
    "status",
    "system",
    "up",
    "web",
    "zone",
];

/// What people call a store in a path.
const STORES: [&str; 11] = [
    "cache",
    "database",
    "databases",
    "datastore",
    "db",
    "sql",
    "storage",
    "store",
    "stores",
    "persistence",
    "postgresql",
];

/// Checks readiness probes; those of an edge are checked where they are emitted.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let spread = |s: &&Service| s.placements.len() > 1 && s.ready.said;
    for service in topology.services.iter().filter(spread) {
        let path = &service.ready.path;
        let (path, span) = (path.as_str(), path.span);
        out.extend(finding(
            topology,
            service,
            path,
            span,
            "no replica is ready",
        ));
    }
}

/// The finding on a path that every region of a service is checked with, if it asks for
/// something that the regions share; `then` is what a loss of that does.
pub fn finding(
    topology: &Topology,
    service: &Service,
    path: &str,
    span: Span,
    then: &str,
) -> Option<Diagnostic> {
    let shared = behind(topology, service, path)?;
    Some(
        Diagnostic::warning(
            CODE,
            span,
            format!("the check `{path}` of `{}` is about {shared}", service.name),
            format!("when that is down, {then} in any region, and there is nowhere to go"),
        )
        .help("check what the replica itself can do: `/health`; watch what it needs with an alert of its own"),
    )
}

/// What a path asks for beside the replica that answers, if all regions share it.
fn behind(topology: &Topology, service: &Service, path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = path.to_ascii_lowercase();
    let meant = |word: &str| -> Vec<&Datastore> {
        let stores = service.uses.iter().map(|id| topology.datastore(*id));
        let named = |s: &&Datastore| {
            let engine = s.kind.value.clone();
            s.name == word || engine == word || STORES.contains(&word)
        };
        stores.filter(named).collect()
    };
    let asked = asked(topology, service, &path);
    let words = path.split(['/', '-', '_', '.']);
    let stores: Vec<&Datastore> = words.chain(asked).flat_map(meant).collect();
    if let Some(store) = stores.iter().find(|s| shared(service, s)) {
        return Some(format!("`{}`, which all regions share", store.name));
    }
    let asked = asked.filter(|_| stores.is_empty())?;
    let Some(of) = topology.services.iter().find(|s| s.name == asked) else {
        return Some(format!("`{asked}`, which is not of the region"));
    };
    // It runs beside each replica that asks, if it runs wherever they do.
    let beside = |p: &Placement| of.replicas_in(p.region).is_some();
    let everywhere = service.placements.iter().all(beside);
    (!everywhere).then(|| format!("`{}`, which does not run in all regions", of.name))
}

/// What follows the word for health in a path: `payments` of `/health/payments` and of
/// `/health-payments`. What stands before it says whose health it is.
fn asked<'a>(topology: &Topology, service: &Service, path: &'a str) -> Option<&'a str> {
    let of_region = |word: &str| topology.regions.iter().any(|r| r.name == word);
    let version = |word: &str| {
        let digits = word.strip_prefix('v').unwrap_or_default();
        !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
    };
    let own = |part: &&str| {
        let mut words = part.split(['-', '_', '.']);
        let known = |w: &str| OWN.contains(&w) || version(w) || w == "html" || w == "json";
        words.all(known) || **part == *service.name || of_region(part)
    };
    let begins = |part: &&str| {
        let first = part.split(['-', '_', '.']).next().unwrap_or_default();
        first != "api" && OWN.contains(&first)
    };
    let parts = path.split('/').filter(|p| !p.is_empty());
    let mut parts = parts.skip_while(|p| !begins(p));
    let first = parts.next()?;
    let glued = first.split_once(['-', '_', '.']).map(|(_, rest)| rest);
    glued.into_iter().chain(parts).find(|p| !own(p))
}

/// Whether one loss of a store is felt by replicas of several regions: somebody else runs it,
/// one region writes it, or it is one system over several.
fn shared(service: &Service, store: &Datastore) -> bool {
    let replication = store.replication.as_ref();
    let apart = replication.is_some_and(|r| matches!(*r.mode, Mode::ActiveActive | Mode::None));
    let beside = |p: &Placement| store.regions.contains(&p.region);
    let everywhere = service.placements.iter().all(beside);
    let several = store.databases.len() > 1;
    store.external().is_some() || !(several || apart && everywhere)
}
