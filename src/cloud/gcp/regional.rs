//! What shows one region beside another: the signals that an alert asks for by name, and a
//! board for each part that the spec wants one of.

use super::edge::edge_name;

use crate::deployment::{Board, Deployment, FROM_CONTRACT, Panel, Sample, SignalQuery, Unit};
use crate::format::promql;
use crate::topology::{Alert, Host, Queue, RegionId, Service, Signal, Topology};
use crate::watch::signals::{FEWEST, counter, counter_rest, happened, steady};
use std::collections::BTreeSet;

/// Answers of services on Cloud Run: Cloud Monitoring samples them every minute, so a rate
/// needs two of them.
const SAMPLED: &str = "2m";

/// Fills in what alerts and dashboards ask for.
pub fn regional(topology: &Topology, deployment: &mut Deployment) {
    let regional = Regional { topology };
    for (_, alert) in topology.alerts.iter() {
        for query in regional.asked(alert) {
            let known = |q: &SignalQuery| {
                (q.signal, &q.subject, q.between) == (query.signal, &query.subject, query.between)
            };
            if !deployment.signals.iter().any(known) {
                deployment.signals.push(query);
            }
        }
    }
    let named = topology.observability.dashboards.named.iter();
    let mut shown = BTreeSet::new();
    let named = named.filter(|name| shown.insert(name.as_str()));
    let boards = named.filter_map(|name| regional.board(name));
    deployment.boards.extend(boards);
}

struct Regional<'a> {
    topology: &'a Topology,
}

impl Regional<'_> {
    /// The queries that exist only because this alert asks for them.
    fn asked(&self, alert: &Alert) -> Vec<SignalQuery> {
        let on = alert.on.as_ref().map(|o| o.value.as_str());
        let services = self.topology.services.iter();
        let serverless = services.filter(|s| !s.on_cluster());
        match *alert.of {
            Signal::RegionSilent => serverless
                .filter(|s| on == Some(s.name.as_str()))
                .map(|s| self.silent(s))
                .collect(),
            Signal::LatencySkew => {
                let mut ids = alert
                    .between
                    .iter()
                    .filter_map(|r| self.topology.region_named(r));
                let (Some(slow), Some(fast)) = (ids.next(), ids.next()) else {
                    return Vec::new();
                };
                serverless
                    .filter(|s| on.is_none_or(|on| on == s.name))
                    .filter(|s| s.replicas_in(slow).and(s.replicas_in(fast)).is_some())
                    .map(|s| self.skew(s, slow, fast))
                    .collect()
            }
            Signal::SchemaDrops => self.drops().into_iter().collect(),
            Signal::SecretRotation => self.due().into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn location(&self, id: RegionId) -> &str {
        self.topology.region(id).place.location
    }

    /// Labels that select a service on Cloud Run in one region.
    fn run(&self, service: &Service, id: RegionId) -> String {
        format!(
            "monitored_resource=\"cloud_run_revision\",service_name={},location={}",
            promql::value(&service.name_in(self.topology.region(id))),
            promql::value(&self.location(id))
        )
    }

    /// The regions in which nothing that is asked of a service succeeds. The probes from
    /// outside ask in every part of the world, so that a region is never merely quiet.
    fn silent(&self, service: &Service) -> SignalQuery {
        let series = |id: RegionId| {
            format!(
                "run_googleapis_com:request_count{{{},response_code_class=\"2xx\"}}",
                self.run(service, id)
            )
        };
        let regions = service.placements.iter().map(|p| p.region);
        let each = regions.clone().map(|id| {
            format!(
                "label_replace(vector(1), \"region\", {}, \"\", \"\") unless on () (sum(rate({}[{SAMPLED}])) > 0)",
                promql::value(&self.topology.region(id).name),
                series(id)
            )
        });
        let samples = regions.enumerate().map(|(index, id)| match index {
            0 => counter_rest(series(id), 1.0),
            _ => steady(series(id), 1.0),
        });
        SignalQuery {
            signal: Signal::RegionSilent,
            subject: service.name.clone(),
            region: None,
            between: None,
            query: format!("({})", each.collect::<Vec<_>>().join(" or ")),
            labels: vec!["region"],
            unit: Unit::Count,
            source: "Cloud Monitoring: run.googleapis.com/request_count".into(),
            sample: samples.collect(),
        }
    }

    /// How many times slower a service answers in one region than in another.
    fn skew(&self, service: &Service, slow: RegionId, fast: RegionId) -> SignalQuery {
        let buckets = "run_googleapis_com:request_latencies_bucket";
        let p95 = |id: RegionId| {
            let of = self.run(service, id);
            format!("histogram_quantile(0.95, sum by (le) (rate({buckets}{{{of}}}[5m])))")
        };
        let series =
            |id: RegionId, le: &str| format!("{buckets}{{{},le=\"{le}\"}}", self.run(service, id));
        // One request a second is fast everywhere; what is beyond that is slow.
        let mut sample = vec![
            steady(series(slow, "100"), 1.0),
            counter(series(slow, "1000"), 1.0),
            counter(series(slow, "+Inf"), 1.0),
        ];
        let quick = ["100", "1000", "+Inf"].map(|le| steady(series(fast, le), 1.0));
        sample.extend(quick);
        SignalQuery {
            signal: Signal::LatencySkew,
            subject: service.name.clone(),
            region: None,
            between: Some((slow, fast)),
            query: format!("{} / {}", p95(slow), p95(fast)),
            labels: Vec::new(),
            unit: Unit::Count,
            source: "Cloud Monitoring: run.googleapis.com/request_latencies".into(),
            sample,
        }
    }

    /// The share of events that are dropped for their version.
    fn drops(&self) -> Option<SignalQuery> {
        let events = self.topology.events.as_ref()?;
        let verdict = events.verdict.as_ref().map_or("drop", |v| v.as_str());
        let system = &self.topology.name;
        let window = events.window.value;
        let all = format!(
            "event_schema_events_total{{system={system}",
            system = promql::value(&system)
        );
        let count = |rest: &str| {
            let series = format!("{all}{rest}}}");
            format!("sum({})", happened(&series, &window.to_string()))
        };
        let fewest = FEWEST * window.secs() as f64;
        let sample: Vec<Sample> = vec![
            counter(
                format!(
                    "{all},verdict={verdict}}}",
                    verdict = promql::value(&verdict)
                ),
                1000.0,
            ),
            counter_rest(format!("{all},verdict=\"accept\"}}"), 1000.0),
        ];
        Some(SignalQuery {
            signal: Signal::SchemaDrops,
            subject: system.clone(),
            region: None,
            between: None,
            query: format!(
                "{} / ({} > {fewest})",
                count(&format!(
                    ",verdict={verdict}",
                    verdict = promql::value(&verdict)
                )),
                count("")
            ),
            labels: Vec::new(),
            unit: Unit::Ratio,
            source: FROM_CONTRACT.into(),
            sample,
        })
    }

    /// What Secret Manager has announced in the last hour: it changes no secret itself.
    fn due(&self) -> Option<SignalQuery> {
        let mut secrets = self.topology.secrets.iter();
        secrets.find(|s| s.rotate.is_some())?;
        let system = &self.topology.name;
        let series = format!(
            "pubsub_googleapis_com:topic_send_message_operation_count{{monitored_resource=\"pubsub_topic\",topic_id={}}}",
            promql::value(&format!("{system}-secret-rotation"))
        );
        Some(SignalQuery {
            signal: Signal::SecretRotation,
            subject: system.clone(),
            region: None,
            between: None,
            query: format!("sum(increase({series}[1h]))"),
            labels: Vec::new(),
            unit: Unit::Count,
            source: "Cloud Monitoring: pubsub.googleapis.com/topic/send_message_operation_count"
                .into(),
            sample: vec![counter(series, 1.0 / 3600.0)],
        })
    }

    fn board(&self, name: &str) -> Option<Board> {
        let topology = self.topology;
        let service = topology.services.iter().find(|s| s.name == name);
        let queue = topology.queues.iter().find(|q| q.name == name);
        let host = topology.hosts.iter().find(|h| h.name == name);
        let panels = match (service, queue, host) {
            (Some(service), _, _) if !service.on_cluster() => self.service_panels(service),
            (_, Some(queue), _) => self.queue_panels(queue),
            (_, _, Some(host)) => self.host_panels(host),
            _ => return None,
        };
        Some(Board {
            subject: name.to_string(),
            panels,
        })
    }

    /// A panel whose query is made from a filter and a grouping: `sum by (location) (…)`.
    fn panel(
        &self,
        title: &str,
        unit: Unit,
        label: &str,
        regions: &[RegionId],
        query: impl Fn(&str, &str) -> String,
    ) -> Panel {
        let one = |id: &RegionId| {
            let only = format!(",{label}={}", promql::value(&self.location(*id)));
            (*id, query(&only, ""))
        };
        Panel {
            title: title.to_string(),
            unit,
            query: query("", &format!(" by ({label})")),
            of_region: regions.iter().map(one).collect(),
        }
    }

    fn service_panels(&self, service: &Service) -> Vec<Panel> {
        let regions: Vec<RegionId> = service.placements.iter().map(|p| p.region).collect();
        let mut names: Vec<String> = regions
            .iter()
            .map(|id| service.name_in(self.topology.region(*id)))
            .collect();
        names.dedup();
        let of = format!(
            "monitored_resource=\"cloud_run_revision\",service_name=~{}",
            promql::one_of(&names)
        );
        let count = "run_googleapis_com:request_count";
        let buckets = "run_googleapis_com:request_latencies_bucket";
        let instances = "run_googleapis_com:container_instance_count";
        let panel = |title: &str, unit, query: &dyn Fn(&str, &str) -> String| {
            self.panel(title, unit, "location", &regions, query)
        };
        let mut panels = vec![
            panel("Requests", Unit::PerSecond, &|only, by| {
                format!("sum{by} (rate({count}{{{of}{only}}}[5m]))")
            }),
            panel("Share that fails", Unit::Ratio, &|only, by| {
                format!(
                    "sum{by} (rate({count}{{{of}{only},response_code_class=\"5xx\"}}[5m])) / sum{by} (rate({count}{{{of}{only}}}[5m]))"
                )
            }),
            panel(
                "Time to answer, 95th percentile",
                Unit::Seconds,
                &|only, by| {
                    let by = if by.is_empty() {
                        " by (le)"
                    } else {
                        " by (le, location)"
                    };
                    format!(
                        "histogram_quantile(0.95, sum{by} (rate({buckets}{{{of}{only}}}[5m]))) / 1000"
                    )
                },
            ),
            panel("Instances", Unit::Count, &|only, by| {
                format!("sum{by} ({instances}{{{of}{only}}})")
            }),
        ];
        if self.topology.events.is_some() && self.topology.exchanges_events(service) {
            let events = format!(
                "event_schema_events_total{{system={},service={}",
                promql::value(&self.topology.name),
                promql::value(&service.name)
            );
            panels.push(self.panel(
                "Events by what became of them",
                Unit::PerSecond,
                "region",
                &regions,
                |only, by| {
                    let by = if by.is_empty() {
                        " by (version, verdict)"
                    } else {
                        " by (region, version, verdict)"
                    };
                    format!("sum{by} (rate({events}{only}}}[5m]))")
                },
            ));
        }
        panels
    }

    fn queue_panels(&self, queue: &Queue) -> Vec<Panel> {
        let name = &queue.name;
        let metric = |m: &str| format!("pubsub_googleapis_com:subscription_{m}");
        let of = |id: &str| {
            format!(
                "monitored_resource=\"pubsub_subscription\",subscription_id={id}",
                id = promql::value(&id)
            )
        };
        let dead = of(&format!("{name}-dead-letter"));
        let own = of(name);
        let waiting = metric("num_unacked_messages_by_region");
        let age = metric("oldest_unacked_message_age_by_region");
        let panel = |title: &str, unit, query: &dyn Fn(&str, &str) -> String| {
            self.panel(title, unit, "region", &queue.regions, query)
        };
        let whole = |title: &str, query: String| Panel {
            title: title.into(),
            unit: Unit::PerSecond,
            query,
            of_region: Vec::new(),
        };
        vec![
            panel("Unread messages", Unit::Count, &|only, by| {
                format!("max{by} ({waiting}{{{own}{only}}})")
            }),
            panel(
                "Age of the oldest unread message",
                Unit::Seconds,
                &|only, by| format!("max{by} ({age}{{{own}{only}}})"),
            ),
            panel("Messages set aside", Unit::Count, &|only, by| {
                format!("max{by} ({waiting}{{{dead}{only}}})")
            }),
            whole(
                "Delivery attempts by answer",
                format!(
                    "sum by (response_class) (rate({}{{{own}}}[5m]))",
                    metric("push_request_count")
                ),
            ),
            whole(
                "Set aside after too many attempts",
                format!(
                    "sum (rate({}{{{own}}}[5m]))",
                    metric("dead_letter_message_count")
                ),
            ),
        ]
    }

    fn host_panels(&self, host: &Host) -> Vec<Panel> {
        let backend = edge_name(self.topology, host);
        let rule = "monitored_resource=\"https_lb_rule\"";
        let of = format!(
            "{rule},backend_target_name={backend}",
            backend = promql::value(&backend)
        );
        let count = "loadbalancing_googleapis_com:https_backend_request_count";
        let buckets = "loadbalancing_googleapis_com:https_backend_latencies_bucket";
        let requests = "loadbalancing_googleapis_com:https_request_count";
        let panel = |title: &str, unit, query: &dyn Fn(&str, &str) -> String| {
            self.panel(title, unit, "backend_scope", &host.regions, query)
        };
        let whole = |title: &str, unit, query: String| Panel {
            title: title.into(),
            unit,
            query,
            of_region: Vec::new(),
        };
        vec![
            panel(
                "Requests by the region that answers",
                Unit::PerSecond,
                &|only, by| format!("sum{by} (rate({count}{{{of}{only}}}[5m]))"),
            ),
            panel("Share that fails", Unit::Ratio, &|only, by| {
                format!(
                    "sum{by} (rate({count}{{{of}{only},response_code_class=\"500\"}}[5m])) / sum{by} (rate({count}{{{of}{only}}}[5m]))"
                )
            }),
            panel(
                "Time to answer, 95th percentile",
                Unit::Seconds,
                &|only, by| {
                    let by = if by.is_empty() {
                        " by (le)"
                    } else {
                        " by (le, backend_scope)"
                    };
                    format!(
                        "histogram_quantile(0.95, sum{by} (rate({buckets}{{{of}{only}}}[5m]))) / 1000"
                    )
                },
            ),
            whole(
                "Refused by a limit",
                Unit::PerSecond,
                format!(
                    "sum (rate({requests}{{{rule},url_map_name={backend},response_code=\"429\"}}[5m]))",
                    backend = promql::value(&backend)
                ),
            ),
            whole(
                "Probes from outside that succeed",
                Unit::Ratio,
                format!(
                    "avg by (checker_location) (monitoring_googleapis_com:uptime_check_check_passed{{monitored_resource=\"uptime_url\",host={}}})",
                    promql::value(&host.name)
                ),
            ),
        ]
    }
}
