//! The alerts that follow from the topology, with bounds from the model.

use super::alerts::{
    About, AlertRule, BURN_RATES, alert_name, error_ratios, number, runbook, state_key, tells,
};
use super::pace::probe_seconds;
use super::pages::sees;
use super::reading::shows;
use super::series::selectors;
use super::signals::FEWEST;
use super::words::{meaning, title};
use crate::analysis::coverage::{self, Trouble};
use crate::deployment::{Deployment, Filled, Load, SignalQuery, Unit};
use crate::format::promql;
use crate::topology::{
    AlertSeverity, DatastoreId, KeyMetric, Promisee, Ref, Scenario, Service, ServiceId, Signal,
    Topology,
};
use std::collections::BTreeSet;

/// Days over which an objective of availability is kept.
const BUDGET_DAYS: f64 = 30.0;

/// A backup is late when one run may fail and the next take its time: the share of a period
/// that is waited beyond it.
const BACKUP_MARGIN: f64 = 0.1;
/// Survivors should not be fuller than this after a loss.
const HEADROOM: f64 = 0.8;
/// Seconds that a service must be too full: longer than a deployment, during which old and
/// new instances run together.
const LASTING_LOAD: u64 = 900;

/// Seconds over which probes are counted, and the share of them that must have come.
const PROBED: u64 = 600;
/// See [`PROBED`].
const RARE: f64 = 0.9;

/// The alerts that every recovery plan must have, with bounds from the model.
pub fn derived_alerts(topology: &Topology, deployment: &Deployment) -> Vec<AlertRule> {
    let derived = Derived {
        topology,
        deployment,
    };
    let mut rules = Vec::new();
    rules.extend(derived.burn_rates());
    rules.extend(derived.states());
    rules.extend(derived.detection());
    rules.extend(derived.correlation());
    rules.extend(derived.metrics());
    rules.extend(derived.latency());
    rules.extend(derived.recovery());
    rules.extend(derived.stopped());
    rules.extend(derived.limits());
    rules.extend(derived.backups());
    rules.extend(derived.drills());
    rules.extend(derived.headroom());
    rules.extend(derived.queues());
    rules.extend(derived.probes());
    rules.extend(derived.metrics_missing(&rules));
    rules.push(derived.watchdog());
    rules
}

struct Derived<'a> {
    topology: &'a Topology,
    deployment: &'a Deployment,
}

impl Derived<'_> {
    fn rule(&self, key: &str, severity: AlertSeverity, title: String, meaning: &str) -> AlertRule {
        let name = alert_name(self.topology, key);
        AlertRule {
            runbook: runbook(self.topology, &name),
            key: key.to_string(),
            expr: String::new(),
            lasting_seconds: 60,
            severity,
            title,
            meaning: meaning.to_string(),
            channels: Vec::new(),
            labels: Vec::new(),
            unit: Unit::Count,
            bound: None,
            sample: Vec::new(),
            about: None,
            tells: None,
            span: None,
            name,
        }
    }

    fn over(
        &self,
        rule: AlertRule,
        query: &SignalQuery,
        comparison: &'static str,
        bound: f64,
    ) -> AlertRule {
        AlertRule {
            expr: format!("{} {comparison} {}", query.query, number(bound)),
            labels: query.labels.clone(),
            unit: query.unit,
            bound: Some((comparison, bound)),
            sample: query.sample.clone(),
            about: Some(About::Signal(query.signal)),
            tells: tells(query),
            ..rule
        }
    }

    fn signals(&self, signal: Signal) -> impl Iterator<Item = &SignalQuery> {
        self.deployment
            .signals
            .iter()
            .filter(move |q| q.signal == signal)
    }

    fn burn_rates(&self) -> Vec<AlertRule> {
        let promises = self.topology.promises();
        let Some(slo) = promises.availability(Promisee::System) else {
            return Vec::new();
        };
        let budget = slo.complement().ratio();
        let mut rules = Vec::new();
        for query in error_ratios(self.topology, self.deployment) {
            let service = &query.subject;
            for (factor, long, short, severity) in BURN_RATES {
                let bound = factor * budget;
                // A rate over one can never be: such an alert would never fire.
                if bound >= 1.0 {
                    continue;
                }
                let series = |w: &str| {
                    format!(
                        "slo:error_ratio:rate{w}{{service={service}}}",
                        service = promql::value(&service)
                    )
                };
                let bound_text = number(bound);
                let rule = self.rule(
                    &format!("{service}-error-budget-burn-{long}"),
                    severity,
                    match factor {
                        1.0 => format!("{service} burns more than its error budget"),
                        _ => format!("{service} burns its error budget {factor} times too fast"),
                    },
                    &format!(
                        "At this rate the {BUDGET_DAYS}-day error budget of {} lasts at most {} days. Windows: {long} and {short}.",
                        slo.complement(),
                        number((BUDGET_DAYS / factor * 10.0).round() / 10.0)
                    ),
                );
                rules.push(AlertRule {
                    expr: format!(
                        "{} > {bound_text} and {} > {bound_text}",
                        series(long),
                        series(short)
                    ),
                    lasting_seconds: 120,
                    labels: vec!["service"],
                    unit: Unit::Ratio,
                    bound: Some((">", bound)),
                    sample: query.sample.clone(),
                    about: Some(About::Signal(query.signal)),
                    tells: tells(query),
                    ..rule
                });
            }
        }
        rules
    }

    /// The states of failover, by how long a region has been silent.
    fn states(&self) -> Vec<AlertRule> {
        let mut rules = Vec::new();
        let topology = self.topology;
        let check = topology.hosts.iter().find_map(|h| topology.notices(h));
        let every = check.map_or(10, |c| c.every);
        let failover = self.topology.failover.as_ref();
        let states = failover.map(|f| f.in_order());
        for (name, state) in states.into_iter().flatten() {
            let (Some(after), Some(query)) =
                (&state.after, self.signals(Signal::RegionSilent).next())
            else {
                continue;
            };
            let severity = match after.value {
                1 => AlertSeverity::Warning,
                _ => AlertSeverity::Critical,
            };
            let rule = self.rule(
                &state_key(&name.text),
                severity,
                format!("A region is in state `{}`", name.text),
                &match after.value {
                    1 => "A health check has failed.".into(),
                    checks => format!("{checks} consecutive health checks have failed."),
                },
            );
            rules.push(AlertRule {
                lasting_seconds: u64::from(after.value.saturating_sub(1)) * every,
                channels: state.tell.iter().map(|t| t.value.clone()).collect(),
                ..self.over(rule, query, ">", 0.0)
            });
        }
        let mut alerts = self.topology.alerts.iter();
        let told = alerts.any(|(_, a)| *a.of == Signal::RegionSilent && a.on.is_none());
        if rules.is_empty()
            && !told
            && let Some(query) = self.signals(Signal::RegionSilent).next()
        {
            let rule = self.rule(
                "region-down",
                AlertSeverity::Critical,
                "A region is unreachable".into(),
                "External probes fail. Users of the region are failing over, or get errors.",
            );
            rules.push(self.over(rule, query, ">", 0.0));
        }
        rules
    }

    /// The limits that replication itself names, where no written alert watches the same.
    fn limits(&self) -> Vec<AlertRule> {
        let mut rules = Vec::new();
        for store in &self.topology.datastores {
            let Some(replication) = &store.replication else {
                continue;
            };
            for (_, signal, limit) in replication.limits() {
                let of_store = |q: &&SignalQuery| q.subject == store.name;
                let query = self.signals(signal).find(of_store);
                if let Some((limit, query)) = limit.zip(query)
                    && !self.is_watched(signal, &store.name)
                {
                    let rule = self.rule(
                        &format!("{}-{}", store.name, signal.word()),
                        AlertSeverity::High,
                        title(signal, &store.name),
                        &meaning(signal, None),
                    );
                    rules.push(self.over(rule, query, ">", f64::from(limit.value)));
                }
            }
        }
        rules
    }

    /// Whether a written alert watches a signal of a part.
    fn is_watched(&self, signal: Signal, subject: &str) -> bool {
        let mut alerts = self.topology.alerts.iter();
        alerts.any(|(_, a)| a.watches(signal, subject))
    }

    /// What the topology takes for a failing region beside its silence: requests that fail
    /// or are slow there, of services that users reach.
    fn detection(&self) -> Vec<AlertRule> {
        let topology = self.topology;
        let failover = topology.failover.as_ref();
        let Some(detect) = failover.and_then(|f| f.detect.as_ref()) else {
            return Vec::new();
        };
        let window = detect.window.secs();
        let mut rules = Vec::new();
        let mut seen = Vec::new();
        for host in topology.hosts.iter().filter(|h| h.regions.len() > 1) {
            let service = topology.service(host.service);
            let meshed = service.on_cluster() && topology.mesh.is_some();
            if !meshed || seen.contains(&&service.name) {
                continue;
            }
            seen.push(&service.name);
            let of = format!(
                "reporter=\"destination\",destination_service_name={},destination_service_namespace={}",
                promql::value(&service.name),
                promql::value(&topology.namespace)
            );
            let range = format!("[{window}s]");
            let failing = format!(
                "sum by (region) (rate(istio_requests_total{{{of},response_code=~\"5..\"}}{range})) / (sum by (region) (rate(istio_requests_total{{{of}}}{range})) > {FEWEST})"
            );
            let slow = format!(
                "histogram_quantile(0.95, sum by (region, le) (rate(istio_request_duration_milliseconds_bucket{{{of}}}{range}))) / 1000"
            );
            let bounds = [
                (
                    "fails",
                    failing,
                    detect.error_rate.as_ref().map(|e| e.ratio()),
                    Unit::Ratio,
                ),
                (
                    "slow",
                    slow,
                    detect.latency.as_ref().map(|l| l.millis() as f64 / 1000.0),
                    Unit::Seconds,
                ),
            ];
            for (what, query, bound, unit) in bounds {
                let Some(bound) = bound else {
                    continue;
                };
                let rule = self.rule(
                    &format!("{}-region-{what}", service.name),
                    AlertSeverity::Critical,
                    format!("{} {what} in a region", service.name),
                    "The topology treats this as a failing region. Fail over if the other regions are healthy.",
                );
                rules.push(AlertRule {
                    expr: format!("{query} > {}", number(bound)),
                    lasting_seconds: window,
                    labels: vec!["region"],
                    about: Some(About::Signal(Signal::ErrorRate)),
                    unit,
                    ..rule
                });
            }
        }
        rules
    }

    /// Alerts of several regions within the window: one incident, and everybody's.
    fn correlation(&self) -> Vec<AlertRule> {
        let Some(window) = &self.topology.observability.correlate else {
            return Vec::new();
        };
        let system = &self.topology.name;
        let rule = self.rule(
            "several-regions",
            AlertSeverity::Critical,
            "Several regions fail at the same time".into(),
            "Alerts in more than one region within the window are one incident. Check the shared dependencies before you fail over a region.",
        );
        // Whoever is paged for all regions.
        let channels = self.topology.channels_by_preference().into_iter();
        let mut global = channels.filter(|(_, c)| c.pagerduty.is_some() && c.regions.is_empty());
        let told = global.next().map(|(name, _)| name.text.clone());
        let firing = format!(
            "ALERTS{{system={system},alertstate=\"firing\",severity=~\"critical|high\",region!=\"\"}}",
            system = promql::value(&system)
        );
        vec![AlertRule {
            expr: format!(
                "count(count by (region) (max_over_time({firing}[{}s]))) >= 2",
                window.secs()
            ),
            lasting_seconds: 0,
            about: Some(About::Signal(Signal::HealthFailures)),
            channels: told.into_iter().collect(),
            ..rule
        }]
    }

    /// The thresholds of the key metrics that no alert of the spec covers.
    fn metrics(&self) -> Vec<AlertRule> {
        let mut rules = Vec::new();
        for KeyMetric { name, metric, .. } in &self.topology.metrics {
            for (severity, threshold) in [
                (AlertSeverity::Warning, &metric.warning),
                (AlertSeverity::Critical, &metric.critical),
            ] {
                let Some(threshold) = threshold else {
                    continue;
                };
                let covered = self.topology.alerts.iter().any(|(_, a)| {
                    let on = |r: &Option<Ref>| r.as_ref().map(|on| on.value.clone());
                    *a.of == *metric.of
                        && (a.on.is_none() || on(&a.on) == on(&metric.on))
                        && a.when.as_ref().is_some_and(|w| w.value == threshold.value)
                });
                if covered {
                    continue;
                }
                let queries = self.deployment.signals.iter();
                let matching: Vec<_> = queries.filter(|q| shows(metric, q)).collect();
                for query in &matching {
                    let subject = match matching.len() {
                        1 => String::new(),
                        _ => format!("-{}", query.subject.replace('.', "-")),
                    };
                    let rule = self.rule(
                        &format!("{}{subject}-{}", name, severity.word()),
                        severity,
                        format!(
                            "{} is {} {}",
                            name.replace('-', " "),
                            threshold.comparison,
                            threshold.text
                        ),
                        &meaning(*metric.of, Some(&threshold.value)),
                    );
                    let rule = AlertRule {
                        lasting_seconds: 300,
                        ..rule
                    };
                    rules.push(self.over(rule, query, threshold.comparison, threshold.bound));
                }
            }
        }
        rules
    }

    /// The response times that are promised.
    fn latency(&self) -> Vec<AlertRule> {
        let mut rules = Vec::new();
        for (index, service) in self.topology.services.iter().enumerate() {
            let part = Promisee::Service(ServiceId(index));
            let promised = self.topology.promises().latency_p95(part);
            let query = self
                .signals(Signal::Latency)
                .find(|q| q.subject == service.name);
            let (Some(promised), Some(query)) = (promised, query) else {
                continue;
            };
            let rule = self.rule(
                &format!("{}-slower-than-promised", service.name),
                AlertSeverity::Warning,
                format!("Latency of {} is over its objective", service.name),
                &format!(
                    "The objective for p95 latency is at most {}.",
                    promised.time()
                ),
            );
            let rule = AlertRule {
                lasting_seconds: 300,
                ..rule
            };
            let bound = promised.millis as f64 / 1000.0;
            rules.push(self.over(rule, query, ">", bound));
        }
        rules
    }

    /// What shows that the promised recovery point is being broken, or can no longer be
    /// seen.
    fn recovery(&self) -> Vec<AlertRule> {
        let mut rules = Vec::new();
        for query in self.signals(Signal::ReplicationLag) {
            let store = self
                .topology
                .datastores
                .iter()
                .position(|d| d.name == query.subject);
            let part = store.map_or(Promisee::System, |s| Promisee::Store(DatastoreId(s)));
            let rpo = self.topology.promises().of(part, Scenario::ANY_REGION).rpo;
            let subject = &query.subject;
            if let Some(rpo) = rpo {
                let rule = self.rule(
                    &format!("{subject}-lag-breaches-rpo"),
                    AlertSeverity::Critical,
                    format!("Replication lag of {subject} is over the RPO"),
                    &format!(
                        "Replication lag is more than {}: losing the region now violates the RPO.",
                        rpo.time()
                    ),
                );
                let rule = AlertRule {
                    lasting_seconds: 0,
                    ..rule
                };
                rules.push(self.over(rule, query, ">", rpo.time().secs() as f64));
            }
            let rule = self.rule(
                &format!("{subject}-lag-missing"),
                AlertSeverity::Critical,
                format!("Replication lag of {subject} is not reported"),
                "Treat unknown lag as over the limit.",
            );
            rules.push(AlertRule {
                expr: format!("absent({})", query.query),
                about: Some(About::Signal(query.signal)),
                lasting_seconds: 300,
                ..rule
            });
        }
        rules
    }

    /// Copies that are not applied at all: how far they are behind may then stand still.
    fn stopped(&self) -> Vec<AlertRule> {
        let stopped = self.signals(Signal::SyncFailures);
        let unwatched = stopped.filter(|q| !self.is_watched(q.signal, &q.subject));
        unwatched
            .map(|query| {
                let subject = &query.subject;
                let rule = self.rule(
                    &format!("{subject}-copies-stopped"),
                    AlertSeverity::Critical,
                    format!("Replication of {subject} has stopped in a region"),
                    "Writes from other regions are missing there, and are lost if their region is lost. If the replication slot was dropped, resync the replica from scratch.",
                );
                let rule = AlertRule {
                    lasting_seconds: 300,
                    ..rule
                };
                self.over(rule, query, ">", 0.0)
            })
            .collect()
    }

    fn backups(&self) -> Vec<AlertRule> {
        let mut rules = Vec::new();
        for store in &self.topology.datastores {
            // Backups that others make report to nobody here.
            let ours = store.external().is_none();
            let Some(backup) = store.backup.as_ref().filter(|_| ours) else {
                continue;
            };
            let Some(every) = store.backup_period() else {
                continue;
            };
            let (every, takes) = (every as f64, backup.takes.secs() as f64);
            let bound = every * (1.0 + BACKUP_MARGIN) + takes;
            let name = &store.name;
            let series = format!(
                "backup_last_success_timestamp_seconds{{system={},datastore={name}}}",
                promql::value(&self.topology.name),
                name = promql::value(&name)
            );
            let rule = self.rule(
                &format!("{name}-backup-too-old"),
                AlertSeverity::Critical,
                format!("The newest backup of {name} is too old"),
                "Every missing backup adds one day of data that cannot be restored.",
            );
            rules.push(AlertRule {
                expr: format!("time() - max by (datastore) ({series}) > {}", number(bound)),
                about: Some(About::Signal(Signal::BackupFailure)),
                tells: Some((Trouble::Backup, name.clone())),
                lasting_seconds: 300,
                labels: vec!["datastore"],
                unit: Unit::Seconds,
                ..rule
            });
            let rule = self.rule(
                &format!("{name}-backup-missing"),
                AlertSeverity::Warning,
                format!("Backups of {name} are not reported"),
                "Without this metric, no alert can detect that backups have stopped.",
            );
            rules.push(AlertRule {
                expr: format!("absent({series})"),
                about: Some(About::Signal(Signal::BackupFailure)),
                lasting_seconds: 3600,
                ..rule
            });
        }
        rules
    }

    fn drills(&self) -> Vec<AlertRule> {
        let system = &self.topology.name;
        let overdue = |(name, drill): (&crate::topology::Name, &crate::topology::Drill)| {
            let days = coverage::days(*drill.every) as f64;
            let bound = (days * 86_400.0 * coverage::DRILL_MARGIN).ceil();
            let series = format!(
                "dr_test_last_success_timestamp_seconds{{system={system},drill={}}}",
                promql::value(&name.text),
                system = promql::value(&system)
            );
            let rule = self.rule(
                &format!("{}-drill-overdue", name.text),
                AlertSeverity::Warning,
                format!("The drill `{}` is overdue", name.text),
                "An objective that is never tested is not proven.",
            );
            AlertRule {
                // A drill that nobody has told of has never passed.
                expr: format!(
                    "time() - max by (drill) ({series}) > {} or absent({series})",
                    number(bound)
                ),
                lasting_seconds: 3600,
                about: Some(About::Drill),
                labels: vec!["drill"],
                unit: Unit::Seconds,
                ..rule
            }
        };
        self.topology.drills.iter().map(overdue).collect()
    }

    /// Demand against what is left after losing the region that matters most, and regions
    /// in which no more can start.
    fn headroom(&self) -> Vec<AlertRule> {
        let mut rules = Vec::new();
        for service in &self.topology.services {
            let load = self
                .deployment
                .loads
                .iter()
                .find(|l| l.service == service.name);
            let Some(load) = load.filter(|_| service.placements.len() > 1) else {
                continue;
            };
            rules.extend(self.overload(service, load));
            rules.extend(load.filled.as_ref().map(|f| self.full(service, f)));
        }
        rules
    }

    fn overload(&self, service: &Service, load: &Load) -> Option<AlertRule> {
        let capacity = service.capacity.as_ref()?;
        let each = capacity.per_replica.as_ref()?.per_second();
        let most = service
            .placements
            .iter()
            .map(|p| f64::from(p.replicas.max) * each);
        let total: f64 = most.clone().sum();
        let left = most.map(|lost| total - lost).fold(f64::INFINITY, f64::min);
        let bound = HEADROOM * left;
        let rule = self.rule(
            &format!("{}-failover-headroom-low", service.name),
            AlertSeverity::Warning,
            format!("A region loss would overload {}", service.name),
            "At maximum replicas, the surviving regions could not serve the current load.",
        );
        Some(AlertRule {
            expr: format!("{} > {}", load.requests, number(bound)),
            about: Some(About::Room),
            tells: Some((Trouble::Room, service.name.clone())),
            lasting_seconds: LASTING_LOAD,
            unit: Unit::PerSecond,
            bound: Some((">", bound)),
            sample: load.sample.clone(),
            ..rule
        })
    }

    fn full(&self, service: &Service, filled: &Filled) -> AlertRule {
        let rule = self.rule(
            &format!("{}-at-most-instances", service.name),
            AlertSeverity::Warning,
            format!("{} is at maximum replicas in a region", service.name),
            "More load is queued or rejected, and the region has no headroom for a failover.",
        );
        AlertRule {
            expr: format!("{} >= 1", filled.query),
            about: Some(About::Room),
            tells: Some((Trouble::Room, service.name.clone())),
            lasting_seconds: LASTING_LOAD,
            labels: filled.labels.clone(),
            bound: Some((">=", 1.0)),
            sample: filled.sample.clone(),
            ..rule
        }
    }

    fn queues(&self) -> Vec<AlertRule> {
        let mut rules = Vec::new();
        for queue in &self.topology.queues {
            let dead = &queue.dead_letter;
            let limits = [
                (Signal::DeadLetters, dead.limit.as_ref(), "dead-letters"),
                (
                    Signal::QueueBacklog,
                    queue.backlog_limit.as_ref(),
                    "backlog",
                ),
            ];
            for (signal, limit, what) in limits {
                let query = self.signals(signal).find(|q| q.subject == queue.name);
                let (Some(limit), Some(query)) = (limit, query) else {
                    continue;
                };
                let rule = self.rule(
                    &format!("{}-{what}", queue.name),
                    AlertSeverity::Warning,
                    title(signal, &queue.name),
                    &meaning(signal, None),
                );
                // What is set aside is counted over its window; a backlog has to stay.
                let lasting_seconds = match signal {
                    Signal::DeadLetters => 0,
                    _ => dead.window.secs(),
                };
                let rule = AlertRule {
                    lasting_seconds,
                    ..rule
                };
                rules.push(self.over(rule, query, ">", f64::from(limit.value)));
            }
        }
        rules
    }

    /// What says that nobody asks the regions any more, or too seldom for the alerts on it.
    fn probes(&self) -> Vec<AlertRule> {
        let topology = self.topology;
        let system = &topology.name;
        let regions = topology.region_ids();
        let seen = regions.filter(|id| sees(topology, system, *id));
        let of = format!("job=\"blackbox-regions\",system={}", promql::value(system));
        let gone = seen.map(|id| {
            let region = promql::value(&topology.region(id).name);
            format!("absent(probe_success{{{of},region={region}}})")
        });
        let gone: Vec<String> = gone.collect();
        if gone.is_empty() {
            return Vec::new();
        }
        let missing = self.rule(
            "probes-missing",
            AlertSeverity::Critical,
            "A region is not probed".into(),
            "If it is lost now, no alert fires: all region alerts read the probes.",
        );
        let missing = AlertRule {
            expr: gone.join(" or "),
            lasting_seconds: 120,
            about: Some(About::Probes),
            labels: vec!["region"],
            ..missing
        };
        let every = probe_seconds(topology);
        let fewest = RARE * (PROBED / every) as f64;
        let rare = self.rule(
            "probes-too-rare",
            AlertSeverity::Warning,
            "A region is probed too rarely".into(),
            &format!("Region-loss alerts fire late: they need a probe every {every} s."),
        );
        let rare = AlertRule {
            expr: format!(
                "max by (region) (count_over_time(probe_success{{{of}}}[{PROBED}s])) < {}",
                number(fewest)
            ),
            lasting_seconds: PROBED,
            about: Some(About::Probes),
            labels: vec!["region"],
            ..rare
        };
        vec![missing, rare]
    }

    /// What the contract asks for and nobody exports, where no other alert says so.
    fn metrics_missing(&self, others: &[AlertRule]) -> Option<AlertRule> {
        let absent = others.iter().filter(|r| r.expr.contains("absent("));
        let watched = absent.flat_map(|r| selectors(&r.expr)).map(|s| s.metric);
        let watched: BTreeSet<&str> = watched.collect();
        let asked = self.deployment.contract.iter();
        let asked = asked.filter(|c| !watched.contains(&*c.name) && !c.name.starts_with("probe_"));
        let gone = asked.map(|c| {
            let name = &c.name;
            let series = if c.names_the_system() {
                format!("{name}{{system={}}}", promql::value(&self.topology.name))
            } else {
                name.to_string()
            };
            format!("label_replace(absent({series}), \"metric\", \"{name}\", \"\", \"\")")
        });
        let gone: Vec<String> = gone.collect();
        let rule = self.rule(
            "metrics-missing",
            AlertSeverity::Warning,
            "A required metric is not exported".into(),
            "The alerts that read it cannot fire.",
        );
        (!gone.is_empty()).then(|| AlertRule {
            expr: gone.join(" or "),
            lasting_seconds: 3600,
            about: Some(About::Contract),
            labels: vec!["metric"],
            ..rule
        })
    }

    /// Always on: its silence tells an outside watcher that alerting itself is down.
    fn watchdog(&self) -> AlertRule {
        AlertRule {
            expr: "vector(1)".into(),
            lasting_seconds: 0,
            ..self.rule(
                "watchdog",
                AlertSeverity::Info,
                "Alerting works".into(),
                "This alert always fires. An external receiver pages if it stops.",
            )
        }
    }
}
