//! What the templates of the pages read. Texts of the spec are escaped by the templates.

use super::{exercises, plans};
use crate::analysis::term::{Step, Term, detection, interval};
use crate::deployment::{AlertTiming, Operation, OperationKind, Paged, Registry, UpgradeStep};
use crate::emit::{AppliedRoot, Input, Watching};
use crate::format::json::json;
use crate::format::{markdown, shell};
use crate::procedure::{OVERTIME, StepId, clock};
use crate::topology::{
    Channel, Datastore, Duration, Escalation, Host, Name, Placement, Promisee, Queue, RegionId,
    Role, Scenario, Service, Signal, Topology, Trigger,
};
use crate::watch::alerts::{About, AlertRule, state_key};
use crate::watch::pace::{SCRAPE_SECONDS, evaluation, probe_seconds, probe_timeout, timing};
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn context(input: Input, roots: &[AppliedRoot]) -> Value {
    let topology = input.topology;
    let describe = |t: &Option<crate::topology::Text>, other: &str| {
        t.as_ref().map_or(other.to_string(), |t| t.value.clone())
    };
    let from = topology.primary().or(topology.region_ids().next());
    let to = from.and_then(|id| topology.successor(id));
    let mut context = json!({
        "header": input.header(),
        "system": topology.name,
        "description": describe(&topology.description, "A multi-region system."),
        "owner": describe(&topology.owner, "unknown"),
        "spec_name": topology.spec_name,
        "spec_word": shell::word(&topology.spec_name),
        "namespace": topology.namespace,
        "objectives": objectives(topology),
        "regions": topology.region_ids().map(|id| region(input, id)).collect::<Vec<_>>(),
        "services": topology.services.iter().map(|s| service(input, s)).collect::<Vec<_>>(),
        "stores": stores(input),
        "queues": queues(input),
        "hosts": hosts(input),
        "decisions": input.deployment.decisions.iter().map(|d| json!({
            "title": d.title,
            "reason": d.reason,
        })).collect::<Vec<_>>(),
        "contract": input.deployment.contract.iter().map(|c| json!({
            "name": c.name, "kind": c.kind, "labels": c.labels, "by": c.by, "meaning": c.meaning,
        })).collect::<Vec<_>>(),
        "signals": input.deployment.signals.iter().map(|s| json!({
            "subject": s.subject,
            "signal": s.signal.word().replace('-', " "),
            "source": s.source,
        })).collect::<Vec<_>>(),
        "secrets": secrets(input),
        "guests": guests(input),
        "mesh": topology.mesh.is_some(),
        "contract_page": topology.has_contract(),
        "from": from.map(|id| topology.region(id).name.clone()),
        "to": to.map(|id| topology.region(id).name.clone()),
        "plan": plans::fail_over(input, from, to),
        "alerts": alerts(input),
        "channels": topology.channels.iter().map(|(n, c)| json!({
            "name": n.text, "address": address(c),
        })).collect::<Vec<_>>(),
        "escalations": escalations(input),
        "states": states(input),
        "failover": failover(input),
        "backups": backups(input),
        "inspect": operations(input, &[OperationKind::Inspect]),
        "cost": cost(input),
        "transfers": transfers(input),
        "flow": super::data_flow::context(input),
        "telemetry": telemetry(input),
        "held_flags": topology.held_flags().into_iter().map(|f| json!({
            "name": f.name, "by": f.by, "variable": f.variable, "assumed": f.assumed,
            "description": f.description,
        })).collect::<Vec<_>>(),
    });
    context["upgrades"] = upgrades(input).into();
    context["clusters_read_secrets"] = (!input.deployment.clusters.is_empty()).into();
    context["back"] = plans::fail_back(input, from);
    context["safeguards"] = safeguards(input).into();
    context["page"] = from.and_then(|id| page(input, id)).map(first_page).into();
    context["pace"] = pace(topology);
    context["switches"] = exercises::switches(input).into();
    context["compared"] = exercises::compared(input).into();
    context["unswitched"] = exercises::unswitched(input).into();
    context["serving"] = exercises::serving(input).into();
    context["overtime"] = OVERTIME.into();
    context["drills"] = exercises::drills(input).into();
    context["restores"] = exercises::restores(input).into();
    context["by_hand"] = exercises::by_hand(input).into();
    context["restoring"] = exercises::restoring(input).into();
    if let (Some(all), Value::Object(more)) = (context.as_object_mut(), deployment(input, roots)) {
        all.extend(more);
    }
    context
}

/// The stores that run on the clusters or are set up from them, by kind.
fn guests<'a>(input: Input<'a>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut kinds: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for guest in &input.deployment.guests {
        kinds
            .entry(guest.kind)
            .or_default()
            .push(guest.datastore.as_str());
    }
    kinds
}

/// What is promised, in the words of all pages.
fn objectives(topology: &Topology) -> Value {
    let promises = topology.promises();
    let availability = promises.availability(Promisee::System);
    let sentence = |scenario| {
        let promised = promises.strictest(scenario);
        let back = format!("back within {}", promises.times_in_words(scenario));
        let loss = promises.losses_in_words(scenario);
        let loss = format!("losing at most {loss} of writes");
        match (promised.rto, promised.rpo) {
            (Some(_), Some(_)) => format!("{back}, {loss}"),
            (Some(_), None) => back,
            (None, Some(_)) => loss,
            (None, None) => "not promised".to_string(),
        }
    };
    json!({
        "region": sentence(Scenario::ANY_REGION),
        "corruption": sentence(Scenario::Corruption),
        "availability": availability
            .map_or("not promised".to_string(), |a| a.value.to_string()),
        "rto": promises.times_in_words(Scenario::ANY_REGION),
        "rpo": promises.losses_in_words(Scenario::ANY_REGION),
        "corruption_rto": promises.times_in_words(Scenario::Corruption),
        "corruption_rpo": promises.losses_in_words(Scenario::Corruption),
    })
}

fn region(input: Input, id: RegionId) -> Value {
    let topology = input.topology;
    let region = topology.region(id);
    let successor = topology
        .successor(id)
        .map(|s| topology.region(s).name.clone());
    json!({
        "id": format!("r{}", id.0),
        "name": region.name,
        "city": region.place.city,
        "country": region.place.country,
        "provider": region.place.provider.word(),
        "role": if region.leaving { "leaving" } else { region.role.word() },
        "weight": region.weight,
        "serves": region.serves.iter().map(|c| c.word()).collect::<Vec<_>>().join(", "),
        "zone": region.zone.clone().unwrap_or_else(|| "none".into()),
        "successor": successor.unwrap_or_else(|| "none".into()),
        "standby": region.role == Role::Standby,
    })
}

fn service(input: Input, service: &Service) -> Value {
    let topology = input.topology;
    let replicas = service
        .placements
        .iter()
        .map(|p| format!("{} {}", topology.region(p.region).name, p.replicas));
    json!({
        "name": service.name,
        "runtime": service.runtime.word(),
        "image": service.image(),
        "replicas": replicas.collect::<Vec<_>>().join(", "),
    })
}

fn stores(input: Input) -> Vec<Value> {
    let topology = input.topology;
    let stores = topology.datastores.iter();
    stores
        .map(|store| {
            let replication = store.replication.as_ref();
            let datasets = store.datasets.iter().map(|(name, d)| {
                let holds = d.holds.iter().map(|h| h.value.word()).collect::<Vec<_>>();
                json!({
                    "name": name.text,
                    "holds": holds.join(", "),
                    "copies": d.copies.value.word(),
                    "zone": d.zone.as_ref().map_or("none", |z| z.as_str()),
                })
            });
            let conflicts = replication
                .and_then(|r| r.conflicts.as_ref())
                .map(|c| c.value.word());
            let tie = replication
                .and_then(|r| r.tie.as_ref())
                .map(|t| t.value.word());
            json!({
                "name": store.name,
                "engine": store.kind.value.clone(),
                "places": places(topology, store),
                "mode": match store.external() {
                    Some(external) => format!("by {}", external.run_by.value),
                    None => replication.map_or("none", |r| r.mode.value.word()).into(),
                },
                "conflicts": conflicts,
                "tie": tie,
                "datasets": datasets.collect::<Vec<_>>(),
            })
        })
        .collect()
}

/// Queues, and the hosts that they push to.
fn queues(input: Input) -> Vec<Value> {
    let topology = input.topology;
    let entry = |queue: &Queue| {
        json!({
            "name": queue.name,
            "host": queue.host.map(|h| topology.host(h).name.clone()),
        })
    };
    topology.queues.iter().map(entry).collect()
}

/// Where a store is: its databases where it names places for them, else its regions.
fn places(topology: &Topology, store: &Datastore) -> String {
    let places: Vec<String> = match store.has_locations() && store.external().is_none() {
        true => {
            let databases = store.databases.iter();
            databases
                .map(|d| format!("{} at {}", d.name, d.location))
                .collect()
        }
        false => {
            let regions = store.regions.iter();
            regions
                .map(|id| topology.region(*id).name.clone())
                .collect()
        }
    };
    places.join("; ")
}

/// How a host's users find a region, in words.
fn policy(topology: &Topology, host: &Host) -> String {
    let policy = host.policy.iter().map(|p| p.value.word());
    let policy = policy.collect::<Vec<_>>().join(", then ");
    match host.regions.as_slice() {
        [only] => format!("{} alone", topology.region(*only).name),
        _ if policy.is_empty() => "nearest healthy region".into(),
        _ => policy,
    }
}

fn hosts(input: Input) -> Vec<Value> {
    let topology = input.topology;
    let hosts = topology.hosts.iter();
    hosts
        .map(|host| {
            json!({
                "name": host.name,
                "policy": policy(topology, host),
                "drain": host.drain.value.to_string(),
            })
        })
        .collect()
}

/// What the page about deploying reads.
fn deployment(input: Input, roots: &[AppliedRoot]) -> Value {
    let topology = input.topology;
    let clouds = || input.deployment.clouds.iter();
    json!({
        "roots": roots.iter().map(|root| json!({
            "path": root.path,
            "holds": holds(input, root),
        })).collect::<Vec<_>>(),
        "carries": roots.iter().any(|r| !r.carried.is_empty()),
        "clusters": input.deployment.clusters.iter().map(|c| json!({
            "region": topology.region(c.region).name,
            "name": c.name,
            "context": c.context,
            "credentials": c.credentials,
            "finds_others": c.east_west.is_none(),
        })).collect::<Vec<_>>(),
        "variables": input.deployment.variables.iter().filter(|v| v.default.is_none() && !is_carried(input, &v.name)).map(|v| json!({
            "name": v.name, "description": v.description, "sensitive": v.sensitive,
        })).collect::<Vec<_>>(),
        "images": images(input),
        "registries": clouds().map(|(_, c)| c.registries.len()).sum::<usize>(),
        "names": names(input, roots),
        "cluster_needs": cluster_needs(input),
        "bootstrap": clouds().map(|(_, c)| c.bootstrap.makes).collect::<Vec<_>>().join(", "),
        "staged": input.deployment.variables.iter().any(|v| v.name == "serving_regions"),
        "clouds": clouds().map(|(provider, c)| json!({
            "name": provider.word(),
            "bucket": c.state.as_ref().map(|s| s.bucket.clone()),
            "bucket_advice": c.state.as_ref().map(|s| s.advice.clone()),
        })).collect::<Vec<_>>(),
    })
}

/// The images that each registry has to hold before the services of its regions can start.
fn images(input: Input) -> Vec<String> {
    let image = |registry: &Registry, s: &Service| {
        let image = s.image().rsplit('/').next().unwrap_or_default();
        shell::word(&format!("{}/{image}:TAG", registry.prefix))
    };
    let registries = input.deployment.clouds.values().flat_map(|c| &c.registries);
    let images = registries.flat_map(|registry| {
        let here = |p: &Placement| registry.regions.contains(&p.region);
        let services = input.topology.services.iter();
        let own = services.filter(move |s| s.placements.iter().any(here));
        own.map(move |s| image(registry, s))
    });
    images.collect()
}

/// The outputs that say where new zones are to be delegated to.
fn names(input: Input, roots: &[AppliedRoot]) -> Vec<Value> {
    let root = |output: &str| roots.iter().find(|r| r.gives.contains(output));
    let outputs = input.deployment.outputs.iter();
    let servers = outputs.filter(|o| o.name.ends_with("_name_servers"));
    servers
        .filter_map(|o| Some(json!({ "root": root(&o.name)?.path, "output": o.name })))
        .collect()
}

/// Whether the deployment fills a variable with another root's output.
fn is_carried(input: Input, variable: &str) -> bool {
    input.deployment.outputs.iter().any(|o| o.name == variable)
}

fn holds(input: Input, root: &AppliedRoot) -> String {
    let of = match input.deployment.clouds.len() {
        1 => String::new(),
        _ => format!(" of {}", root.cloud),
    };
    match root.region {
        Some(id) => input.topology.region(id).name.clone(),
        None if root.left => "empty: removes the resources of a decommissioned region".into(),
        None if root.ties => format!("cross-region resources{of}"),
        None => format!("shared resources{of}"),
    }
}

/// The commands that put values into secrets.
fn secrets(input: Input) -> Vec<Value> {
    let operations = input.deployment.operations.iter();
    let stores = operations.filter(|o| o.kind == OperationKind::StoreSecret);
    stores
        .map(|o| {
            let mut row = operation(o);
            row["prompt"] = shell::word(&format!("{}: ", o.subject)).into();
            row
        })
        .collect()
}

/// What clusters need before the manifests, each thing once.
fn cluster_needs(input: Input) -> Vec<String> {
    let topology = input.topology;
    let clusters = &input.deployment.clusters;
    let one_cloud = input.deployment.clouds.len() < 2;
    let mut needs: Vec<String> = Vec::new();
    for cluster in clusters {
        let region = topology.region(cluster.region);
        for need in &cluster.needs {
            let shared = one_cloud || clusters.iter().all(|c| c.needs.contains(need));
            let named = shared || need.starts_with(&format!("in {}", region.place.location));
            let need = if named {
                need.clone()
            } else {
                format!("on {}, {need}", region.place.provider)
            };
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
    }
    needs
}

fn operations(input: Input, kinds: &[OperationKind]) -> Vec<Value> {
    let operations = input.deployment.operations.iter();
    let of_kind = operations.filter(|o| kinds.contains(&o.kind));
    of_kind.map(operation).collect()
}

pub(super) fn operation(operation: &Operation) -> Value {
    json!({
        "title": operation.title,
        "command": shell::command(&operation.command),
        "expect": operation.expect.words(),
        "budget": clock(operation.budget_seconds),
        "otherwise": operation.otherwise,
    })
}

/// Seconds until a lost region is noticed, at worst.
pub(super) fn detected(input: Input) -> u64 {
    noticed(input).map_or(0, |(seconds, _)| seconds)
}

/// What notices a lost region for the first host whose check is declared, else for the first: seconds
/// at worst, and the check. That of a load balancer is the term of the recovery budget; probes of
/// instances are only a part of theirs.
fn noticed(input: Input) -> Option<(u64, String)> {
    let topology = input.topology;
    let mut ours = topology.hosts.iter().filter(|h| h.external().is_none());
    let first = ours.clone().next().map(|h| (h, h.check()));
    let declared = ours.find_map(|h| Some((h, topology.notices(h)?)));
    let (host, check) = declared.or(first)?;
    let of_budget = |t: &&Term| t.step == Step::Detect && t.of == host.name;
    let times = input.analysis.recovery.times.iter();
    let lost = times.filter(|t| matches!(t.scenario, Scenario::Region(_)));
    let term = lost
        .flat_map(|t| &t.budget.nodes)
        .map(|n| &n.term)
        .find(of_budget);
    match term.filter(|_| topology.service(host.service).on_cluster()) {
        Some(term) => Some((term.high?.div_ceil(1000), term.because.clone())),
        None => {
            let failures = u64::from(check.failures);
            let (_, worst) = detection(check.every * 1000, check.timeout * 1000, failures);
            Some((worst.div_ceil(1000), format!("every {}", check.words())))
        }
    }
}

fn alerts(input: Input) -> Vec<Value> {
    let rules = input.alerts.iter().map(|rule| {
        let timing = timing(input.topology, input.deployment, rule);
        let told = match rule.channels.is_empty() {
            true => "by severity".to_string(),
            false => rule.channels.join(", "),
        };
        json!({
            "name": rule.name,
            "anchor": markdown::anchor(&rule.name),
            "title": rule.title,
            "severity": rule.severity.word(),
            "meaning": rule.meaning,
            "expr": rule.expr,
            "lasting": Duration::from_secs(rule.lasting_seconds).to_string(),
            "every": Duration::from_secs(evaluation(input.topology, rule)).to_string(),
            "notified": notified(&timing),
            "timing": timing.words(),
            "told": told,
            "then": then(input, rule),
            "escalations": escalations_of(input, rule),
        })
    });
    rules.collect()
}

/// From what an alert sees until its receivers are notified.
fn notified(timing: &AlertTiming) -> String {
    let (low, high) = timing.notified();
    interval(low, high)
}

/// What to do first about an alert, in Markdown of ours; every page that it names is there.
fn then(input: Input, rule: &AlertRule) -> &'static str {
    const FAILOVER: &str = "[fail over](RUNBOOK_FAILOVER.md), unless failover was automatic";
    const ERRORS: &str = "in one region: [fail over](RUNBOOK_FAILOVER.md#decisions); in all regions since a deployment: [roll back](DEPLOYMENT_GUIDE.md#rollback); otherwise check the service's dependencies";
    const DRILL: &str =
        "[run the drill](RUNBOOK_DR_TESTING.md), and check that its metric is pushed";
    const BACKUP: &str = "find the cause in the backup job's log; [RUNBOOK_RESTORE.md](RUNBOOK_RESTORE.md#available-backups) lists backups and retention";
    const LOOK: &str = "check its dashboard panel: since when, and in which region";
    let topology = input.topology;
    let Some(about) = rule.about else {
        return "none: it proves that alerts are delivered";
    };
    match about {
        About::Drill => DRILL,
        About::Probes => {
            "restore the probes: until then no alert detects a lost region; the [metrics contract](ARCHITECTURE.md#metrics-the-services-must-export) states their interval"
        }
        About::Contract => {
            "restore the metric: the [metrics contract](ARCHITECTURE.md#metrics-the-services-must-export) names its exporter; until then its alerts cannot fire"
        }
        About::Room => "raise `replicas` in the topology and deploy before a region is lost",
        About::Signal(signal) => match signal {
            Signal::RegionSilent | Signal::HealthFailures | Signal::HealthSuccess => FAILOVER,
            Signal::ErrorRate | Signal::Availability => ERRORS,
            Signal::Latency
            | Signal::LatencyP99
            | Signal::LatencySkew
            | Signal::CrossRegionLatency => {
                "check the dashboards of the service and its datastores in the slow region; if users are affected and the other regions have headroom, [fail over](RUNBOOK_FAILOVER.md#decisions)"
            }
            Signal::ReplicationLag => {
                "check the replication link and the lagging region; [failing over](RUNBOOK_FAILOVER.md#decisions) now loses every write that has not replicated"
            }
            Signal::BackupFailure | Signal::BackupSuccess => BACKUP,
            Signal::RestoreFailure => DRILL,
            Signal::DeadLetters if topology.replayed().next().is_some() => {
                "find the cause, then [replay the messages](RUNBOOK_DEAD_LETTERS.md)"
            }
            Signal::DeadLetters | Signal::QueueBacklog => {
                "check the receiver's log: it fails or is too slow"
            }
            Signal::SchemaDrops => {
                "find the sender of the old version; [pause the migration](EVENT_MIGRATION.md#step-2-monitor)"
            }
            Signal::SecretRotation => "[rotate it](DEPLOYMENT_GUIDE.md#secrets)",
            Signal::CertificateExpiry => {
                "check that the host's validation record is still in its DNS zone"
            }
            Signal::FailoverTriggered => {
                "monitor the surviving region; plan the [failback](RUNBOOK_FAILOVER.md#failback)"
            }
            _ => LOOK,
        },
    }
}

fn address(channel: &Channel) -> String {
    let kinds = [
        ("Slack", &channel.slack),
        ("PagerDuty", &channel.pagerduty),
        ("mail", &channel.email),
        ("web hook", &channel.webhook),
    ];
    let found = kinds
        .iter()
        .find_map(|(kind, a)| a.as_ref().map(|a| format!("{kind} {}", a.value)));
    found.unwrap_or_default()
}

/// Whether an alert begins an escalation: it names it, or tells its first step.
fn begins(input: Input, rule: &AlertRule, (name, escalation): (&Name, &Escalation)) -> bool {
    let mut written = input.topology.alerts.iter();
    let written = written.find(|(alert, _)| alert.text == rule.key);
    let named = written.and_then(|(_, a)| a.escalation.as_ref());
    let first = escalation.in_order().into_iter().next();
    named.is_some_and(|n| n.value == name.text)
        || first.is_some_and(|(_, step)| rule.channels.contains(&step.channel.value))
}

/// The escalations that an alert begins.
fn escalations_of(input: Input, rule: &AlertRule) -> String {
    let escalations = input.topology.escalations.iter();
    let own = escalations.filter(|e| begins(input, rule, *e));
    let own: Vec<&str> = own.map(|(name, _)| name.text.as_str()).collect();
    own.join(", ")
}

fn escalations(input: Input) -> Vec<Value> {
    let escalations = input.topology.escalations.iter();
    escalations
        .map(|entry| {
            let steps = entry.1.in_order().into_iter();
            let steps = steps.map(|(_, s)| {
                format!("{}, with {} to acknowledge", s.channel.value, s.after.value)
            });
            let alerts = input
                .alerts
                .iter()
                .filter(|rule| begins(input, rule, entry));
            let alerts: Vec<&str> = alerts.map(|rule| rule.name.as_str()).collect();
            json!({
                "name": entry.0.text,
                "steps": steps.collect::<Vec<_>>().join("; then "),
                "alerts": if alerts.is_empty() { "none".into() } else { alerts.join(", ") },
            })
        })
        .collect()
}

/// The first page when a region is lost.
pub(super) fn page(input: Input, lost: RegionId) -> Option<Paged> {
    input.deployment.paged(&[lost])
}

fn first_page(page: Paged) -> Value {
    json!({
        "alert": page.alert,
        "channel": page.channel,
        "pages": page.pages,
        "after": interval(page.low, page.high),
        "because": page.because,
        "seconds": page.high.map(|h| h.div_ceil(1000)),
    })
}

/// How often what the contract asks for has to be asked.
fn pace(topology: &Topology) -> Value {
    let time = |seconds| Duration::from_secs(seconds).to_string();
    json!({
        "probe": time(probe_seconds(topology)),
        "timeout": time(probe_timeout(topology)),
        "scrape": time(SCRAPE_SECONDS),
    })
}

fn states(input: Input) -> Vec<Value> {
    let states = input.topology.failover.as_ref().map(|f| f.in_order());
    states
        .into_iter()
        .flatten()
        .map(|(name, state)| {
            let tell: Vec<&str> = state.tell.iter().map(|t| t.value.as_str()).collect();
            let key = state_key(&name.text);
            let rule = input.alerts.iter().find(|rule| rule.key == key);
            json!({
                "name": name.text,
                "after": state.after.as_ref().map(|a| a.value),
                "alert": rule.map(|r| r.name.clone()),
                "notified": rule.map(|r| notified(&timing(input.topology, input.deployment, r))),
                "tell": if tell.is_empty() { "nobody".into() } else { tell.join(", ") },
            })
        })
        .collect()
}

fn failover(input: Input) -> Value {
    let failover = input.topology.failover.as_ref();
    let check = noticed(input).map(|(_, check)| check);
    json!({
        "mode": failover.map_or("manual", |f| f.mode.value.word()),
        "by_itself": failover.is_none_or(|f| f.mode.value != Trigger::Manual),
        "back": failover.map_or("manual", |f| f.back.value.word()),
        "lag_below": input.topology.return_lag().to_string(),
        "watch": input.topology.watched().to_string(),
        "check": check.unwrap_or_else(|| "no health check is declared".into()),
        "detected": detected(input),
        "promotes": input.procedures.fail_over.step(StepId::Promote).is_some(),
        "detected_clock": clock(detected(input)),
    })
}

/// Versions that go up, and the commands around that.
fn upgrades(input: Input) -> Vec<Value> {
    let steps = |steps: &[UpgradeStep]| {
        let of = |s: &UpgradeStep| {
            let commands = s.commands.iter().map(|c| shell::command(c));
            json!({ "title": s.title, "commands": commands.collect::<Vec<_>>(), "expect": s.expect })
        };
        steps.iter().map(of).collect::<Vec<_>>()
    };
    let upgrades = input.deployment.upgrades.iter();
    upgrades
        .map(|u| {
            json!({
                "what": u.what,
                "field": u.field,
                "version": u.version,
                "demands": u.demands,
                "before": steps(&u.before),
                "after": steps(&u.after),
            })
        })
        .collect()
}

fn backups(input: Input) -> Vec<Value> {
    let stores = input.topology.datastores.iter();
    let backed = stores.filter_map(|s| Some((s, s.backup.as_ref()?)));
    backed
        .map(|(store, _)| {
            let id = input.topology.id_of(store);
            // Nothing of ours takes the backups of others.
            let others = store.external().and_then(|_| store.backup_period());
            let schedule = input.deployment.schedule(id).map(|s| s.period);
            let every = schedule.or(others).map(Duration::from_secs);
            let past = input.deployment.past(id);
            let time = |seconds| Duration::from_secs(seconds).to_string();
            // One length where backups and moments are kept as one.
            let keep = past.snapshots.or(past.moments);
            json!({
                "store": store.name,
                "every": every.map_or("never".to_string(), |e| e.to_string()),
                "keep": keep.map_or(past.withheld.unwrap_or("nothing").to_string(), time),
                "point_in_time": past.moments.map_or("off".to_string(), |m| format!("any whole minute of the last {}", time(m))),
            })
        })
        .collect()
}

fn cost(input: Input) -> Value {
    let topology = input.topology;
    let cost = topology.cost.as_ref();
    let currency = cost.map_or("USD".to_string(), |c| c.currency.value.clone());
    let monthly = |name: &str| {
        cost.and_then(|c| c.monthly.get(name))
            .map(|m| u64::from(m.value))
    };
    let total: u64 = topology
        .regions
        .iter()
        .filter_map(|r| monthly(&r.name))
        .sum();
    let regions = topology.regions.iter().map(|region| {
        let amount = monthly(&region.name);
        let share = amount.map(|a| format!("{} %", (a * 100).checked_div(total).unwrap_or(0)));
        json!({
            "name": region.name,
            "role": region.role.word(),
            "amount": amount.map_or("unknown".to_string(), |a| format!("{a} {currency}")),
            "share": share.unwrap_or_else(|| "unknown".into()),
        })
    });
    let commitments = cost.map(|c| c.commitments.iter());
    let commitments = commitments.into_iter().flatten().map(|(name, c)| {
        json!({ "name": name.text, "term": c.term.word(), "covers": c.covers.value.to_string() })
    });
    json!({
        "regions": regions.collect::<Vec<_>>(),
        "total": if total == 0 { "unknown".to_string() } else { format!("{total} {currency}") },
        "source": cost.and_then(|c| c.source.as_ref()).map_or("no price is declared".to_string(), |s| s.value.clone()),
        "budget": cost.and_then(|c| c.budget.as_ref()).map(|b| format!("{} {currency}", b.value)),
        "bills": input.deployment.clouds.values().filter_map(|c| Some(c.bill.as_ref()?.told)).collect::<Vec<_>>(),
        "cheaper": cost.is_some_and(|c| *c.prefer_cheaper_replicas),
        "commitments": commitments.collect::<Vec<_>>(),
    })
}

/// How what watches is installed in each region, and what it needs of people.
pub(super) fn watching(input: Input, watching: &[Watching]) -> Value {
    let topology = input.topology;
    let channels = || topology.channels.iter();
    let keyed = channels().filter(|(_, c)| c.slack.is_some() || c.pagerduty.is_some());
    let mailed = channels().filter(|(_, c)| c.email.is_some());
    json!({
        "regions": watching.iter().map(|w| json!({
            "region": topology.region(w.region).name,
            "commands": w.commands,
        })).collect::<Vec<_>>(),
        "keys": keyed.map(|(name, c)| json!({
            "name": name.text,
            "what": if c.slack.is_some() { "the URL of the Slack webhook" } else { "the integration key of the PagerDuty service" },
        })).collect::<Vec<_>>(),
        "mailed": mailed.map(|(name, _)| name.text.as_str()).collect::<Vec<_>>(),
        "traced": topology.observability.traces.is_some(),
    })
}

fn telemetry(input: Input) -> Vec<Value> {
    let observability = &input.topology.observability;
    let kinds = [
        ("metrics", &observability.metrics),
        ("logs", &observability.logs),
    ];
    let kept = kinds
        .into_iter()
        .filter_map(|(what, t)| Some((what, t.as_ref()?)));
    let mut rows: Vec<Value> = kept
        .map(|(what, t)| {
            let time = t
                .retention
                .as_ref()
                .map_or("not declared".to_string(), |r| r.value.to_string());
            json!({ "what": what, "by": t.by.value, "time": time })
        })
        .collect();
    if let Some(traces) = &observability.traces {
        let share = traces.sample.as_ref();
        let share = share.map_or("every request".into(), |s| {
            format!("{} of requests", s.value)
        });
        rows.push(json!({ "what": "traces", "by": traces.by.value, "time": share }));
    }
    if let Some(every) = &observability.data_checks {
        let by = "the data check that exports `data_consistency_violations`";
        rows.push(json!({ "what": "replica comparison", "by": by, "time": format!("every {}", every.value) }));
    }
    rows
}

fn safeguards(input: Input) -> Vec<Value> {
    let zones = input.topology.zones.iter();
    let guarded = zones.filter(|(_, z)| !z.safeguards.is_empty());
    guarded
        .map(|(name, zone)| {
            let words: Vec<&str> = zone.safeguards.iter().map(|s| s.as_str()).collect();
            json!({ "zone": name.text, "words": words.join(", ") })
        })
        .collect()
}

fn transfers(input: Input) -> Vec<Value> {
    let transfers = input.topology.transfers.iter();
    transfers
        .map(|(name, t)| {
            let datasets: Vec<&str> = t.datasets.iter().map(|d| d.value.as_str()).collect();
            json!({
                "name": name.text,
                "from": t.from.value,
                "to": t.to.value,
                "datasets": if datasets.is_empty() { "all".into() } else { datasets.join(", ") },
                "basis": t.basis.value.word(),
                "during": t.during.value.word(),
                "expires": t.expires.value.to_string(),
                "evidence": t.evidence.as_ref().map_or("not declared".into(), |e| e.value.clone()),
            })
        })
        .collect()
}
