//! What is written where nothing reads it is said, with the place where it would count. What only
//! some kinds or clouds read is derived from what they say they read, in `cloud::reads`.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::spec::{self, Conflict, FactKind, Mode, Policy, Regime, Runtime, Signal, Text, Value};
use crate::topology::{Datastore, Replication, Topology, provider_of};

/// A value that changes nothing where it stands.
pub const CODE: Code = Code::new("PRV103", "no-effect");

/// Findings so far, and the topology that they are about.
struct Idle<'a> {
    topology: &'a Topology,
    out: &'a mut Diagnostics,
}

/// Checks that what is written counts where it is written.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let mut idle = Idle { topology, out };
    idle.billing();
    idle.regions();
    idle.zones();
    idle.services();
    idle.drills();
    let ours = |s: &&Datastore| s.external().is_none();
    let stores = topology.datastores.iter().filter(ours);
    stores.for_each(|s| idle.datastore(s));
    idle.failover();
    idle.signals();
    idle.versions();
    idle.rest();
}

/// The place of an optional value.
fn at<T>(value: &Option<Value<T>>) -> Option<Span> {
    value.as_ref().map(|v| v.span)
}

/// Says that `what` changes nothing `here`; `counts` says where it would.
pub fn says(place: Span, what: &str, here: &str, counts: &str) -> Diagnostic {
    Diagnostic::warning(
        CODE,
        place,
        format!("`{what}` has no effect {here}"),
        "nothing depends on this",
    )
    .help(format!("remove it; {counts}"))
}

impl Idle<'_> {
    fn say(&mut self, place: Option<Span>, what: &str, here: &str, counts: &str) {
        self.out
            .extend(place.map(|place| says(place, what, here, counts)));
    }

    /// An account that nothing is billed against.
    fn billing(&mut self) {
        let spec = self.topology.written();
        let unwatched = spec.cost.as_ref().and_then(|c| c.budget.as_ref()).is_none();
        for (name, cloud) in spec.clouds.iter().filter(|_| unwatched) {
            let provider = provider_of(name, cloud);
            let counts = "it is watched where `cost` has a `budget`";
            let account = at(&cloud.billing_account).filter(|_| provider.is_some());
            self.say(account, "billing_account", "without a budget", counts);
        }
    }

    fn regions(&mut self) {
        let spec = self.topology.written();
        let by_header = spec
            .mesh
            .as_ref()
            .is_some_and(|m| m.geography_header.is_some());
        let mut policies = spec.traffic.iter().flat_map(|(_, h)| &h.policy);
        let geographic = by_header || policies.any(|p| p.value == Policy::Geography);
        let patterns = spec
            .services
            .iter()
            .flat_map(|(_, s)| [&s.named, &s.account]);
        let named = patterns.flatten().any(|p| p.contains("{region}"));
        for (_, region) in spec.regions.iter() {
            let serves = region.serves.first().filter(|_| !geographic);
            self.say(
                serves.map(|s| s.span),
                "serves",
                "while nothing is routed by geography",
                "it counts where a host's `policy` has `geography`, or the mesh a `geography_header`",
            );
            self.say(
                at(&region.short).filter(|_| !named),
                "short",
                "while no name asks for it",
                "it stands for `{region}` in a service's `named` or `account`",
            );
        }
        let header = spec.mesh.as_ref().and_then(|m| m.geography_header.as_ref());
        let serving = spec.regions.iter().any(|(_, r)| !r.serves.is_empty());
        self.say(
            header.filter(|_| !serving).map(|h| h.span),
            "geography_header",
            "while no region `serves` a part of the world",
            "it sends users to the regions that serve them",
        );
    }

    fn zones(&mut self) {
        let compliance = self.topology.written().compliance.as_ref();
        for (name, zone) in compliance.iter().flat_map(|c| c.zones.iter()) {
            let here = format!("in zone `{}`", name.text);
            let under = |regime| zone.regimes.iter().any(|r| r.value == regime);
            let level = at(&zone.mlps_level).filter(|_| !under(Regime::Mlps));
            self.say(
                level,
                "mlps_level",
                &here,
                "it grades zones whose `regimes` have `mlps`",
            );
            let china = zone
                .jurisdictions
                .iter()
                .any(|j| j.eq_ignore_ascii_case("cn"));
            let number = at(&zone.icp).filter(|_| !china);
            self.say(
                number,
                "icp",
                &here,
                "it is for zones whose `jurisdictions` have `CN`",
            );
        }
    }

    fn drills(&mut self) {
        for (name, drill) in self.topology.written().drills.iter() {
            let alone = at(&drill.secondary).filter(|_| drill.primary.is_none());
            let here = format!("in drill `{}`", name.text);
            self.say(
                alone,
                "secondary",
                &here,
                "it takes over from the `primary` that is taken away",
            );
        }
    }

    fn services(&mut self) {
        let services = self.topology.written().services.iter();
        for (_, service) in services.filter(|(_, s)| s.external.is_none()) {
            let kubernetes = *service.runtime == Runtime::Kubernetes;
            self.say(
                at(&service.concurrency).filter(|_| kubernetes),
                "concurrency",
                "on Kubernetes",
                "it bounds a replica of `cloud-run`; `calls` bounds one on Kubernetes",
            );
            let measured = |s: &&spec::ScaleOn| s.requests.is_some() || !s.queues.is_empty();
            let unmeasured = service.scale_on.as_ref().filter(|s| !measured(s));
            self.say(
                unmeasured.and_then(|s| at(&s.fallback)),
                "fallback",
                "without `requests` or `queues`",
                "KEDA has none for CPU and memory",
            );
        }
    }

    fn datastore(&mut self, store: &Datastore) {
        let spec = self.topology.written();
        let Some(written) = spec.datastores.get(&store.name) else {
            return;
        };
        let replication = written.replication.as_ref();
        let of = |field: fn(&spec::Replication) -> Option<Span>| replication.and_then(field);
        if let Some(replication) = &store.replication {
            self.limits(store, replication);
        }
        let carrier = of(|r| r.worker.as_ref().and(at(&r.by)));
        self.say(
            carrier,
            "by",
            "beside `worker`",
            "the worker carries the copies",
        );
        let location = at(&written.location).filter(|_| !written.databases.is_empty());
        let counts = "each of `databases` has its own";
        self.say(location, "location", "beside `databases`", counts);
        let several =
            |r: &spec::Replication| matches!(*r.mode, Mode::ActiveActive | Mode::Application);
        let alone = replication.filter(|r| !several(r));
        for (what, place) in [
            ("tie", alone.and_then(|r| at(&r.tie))),
            ("conflict_log", alone.and_then(|r| at(&r.conflict_log))),
        ] {
            let counts = "writes meet only with `mode: active-active` or `application`";
            self.say(place, what, "while one place writes", counts);
        }
        let timed = |r: &&spec::Replication| {
            let conflicts = r.conflicts.as_ref().map(|c| c.value);
            several(r) && conflicts != Some(Conflict::VectorClock)
        };
        self.say(
            replication.filter(timed).and_then(|r| at(&r.tie)),
            "tie",
            "without vector clocks",
            "it decides what `conflicts: vector-clock` cannot",
        );
    }

    /// A written alert on what a limit of replication would tell of.
    fn limits(&mut self, store: &Datastore, replication: &Replication) {
        for (key, signal, limit) in replication.limits() {
            let mut alerts = self.topology.alerts.iter();
            let Some((name, _)) = alerts.find(|(_, a)| a.watches(signal, &store.name)) else {
                continue;
            };
            let here = format!("on `{}`", store.name);
            let counts = format!("the alert `{}` counts", name.text);
            self.say(limit.map(|l| l.span), key, &here, &counts);
        }
    }

    fn failover(&mut self) {
        let spec = self.topology.written();
        let Some(failover) = &spec.failover else {
            return;
        };
        let mut facts = spec.facts.iter();
        let measured = facts.any(|(_, f)| *f.of == FactKind::Answer && f.on.is_none());
        self.say(
            at(&failover.answer).filter(|_| measured),
            "answer",
            "beside a measured one",
            "the fact `of: answer` counts",
        );
        let detect = failover.detect.as_ref();
        self.say(
            detect.and_then(|d| at(&d.failures)),
            "failures",
            "in `detect`",
            "`unhealthy_after` of the host's `health` counts",
        );
    }

    /// Alerts and metrics: what only some signals read.
    fn signals(&mut self) {
        let spec = self.topology.written();
        let here = |of: Signal| format!("with `of: {}`", of.word());
        let query = |query: &Option<Text>, of: Signal| at(query).filter(|_| of != Signal::Custom);
        for (_, alert) in spec.alerts.iter() {
            let of = *alert.of;
            self.say(
                query(&alert.query, of),
                "query",
                &here(of),
                "it is for `of: custom`",
            );
            let between = alert.between.first().filter(|_| of != Signal::LatencySkew);
            let counts = "it is for `of: latency-skew`";
            self.say(between.map(|b| b.span), "between", &here(of), counts);
            let regions = at(&alert.regions).filter(|_| alert.when.is_some());
            self.say(regions, "regions", "beside `when`", "`when` is the bound");
        }
        for (_, metric) in spec.metrics.iter() {
            let of = *metric.of;
            self.say(
                query(&metric.query, of),
                "query",
                &here(of),
                "it is for `of: custom`",
            );
        }
    }

    /// A version of Kubernetes where there is no cluster.
    fn versions(&mut self) {
        let topology = self.topology;
        let versions = topology
            .written()
            .kubernetes
            .as_ref()
            .and_then(|k| k.version.as_ref());
        let clusters: Vec<&str> = topology
            .region_ids()
            .filter(|id| topology.needs_cluster(*id))
            .map(|id| topology.region(id).name.as_str())
            .collect();
        let idle: Vec<Span> = match versions {
            Some(spec::PerRegion::All(all)) if clusters.is_empty() => vec![all.span],
            Some(spec::PerRegion::Each(map)) => {
                let each = map.iter();
                let idle = each.filter(|(name, _)| !clusters.contains(&name.text.as_str()));
                idle.map(|(_, version)| version.span).collect()
            }
            _ => Vec::new(),
        };
        for place in idle {
            let counts = "it is for regions where something runs on Kubernetes";
            self.say(Some(place), "version", "without a cluster", counts);
        }
    }

    fn rest(&mut self) {
        let spec = self.topology.written();
        if let Some(promise) = &spec.objectives {
            let alone = at(&promise.surge_for).filter(|_| promise.surge.is_none());
            self.say(
                alone,
                "surge_for",
                "without `surge`",
                "it says how long a surge lasts",
            );
            let link = promise.link.as_ref();
            self.say(
                link.and_then(|l| l.rto.as_ref()).map(|t| t.span),
                "rto",
                "of a cut link",
                "service across a cut is back when the network is; promise an `rpo` for it",
            );
            let copied = self.topology.datastores.iter();
            let copied = copied.filter(|d| d.regions.len() > 1 || d.databases.len() > 1);
            self.say(
                link.and_then(|l| l.rpo.as_ref())
                    .map(|t| t.span)
                    .filter(|_| copied.count() == 0),
                "rpo",
                "of a cut link",
                "no datastore is copied between regions",
            );
            let mut services = spec.services.iter();
            let sized =
                services.any(|(_, s)| s.capacity.as_ref().is_some_and(|c| c.peak.is_some()));
            let counts = "it multiplies the `peak` of a service's `capacity`";
            self.say(
                at(&promise.surge).filter(|_| !sized),
                "surge",
                "without a peak",
                counts,
            );
        }
        if let Some(o) = &spec.observability {
            for (what, t) in [("metrics", &o.metrics), ("logs", &o.logs)] {
                let sample = t.as_ref().and_then(|t| at(&t.sample));
                self.say(
                    sample,
                    "sample",
                    &format!("on {what}"),
                    "it is for `traces`",
                );
            }
            let metrics = o
                .metrics
                .as_ref()
                .filter(|m| m.external.is_none() && m.by.as_str() == "managed-prometheus");
            self.say(
                metrics.and_then(|m| at(&m.address)),
                "address",
                "on managed-prometheus",
                "Google's own address is known",
            );
            for (what, t) in [("logs", &o.logs), ("traces", &o.traces)] {
                let address = t.as_ref().and_then(|t| at(&t.address));
                self.say(
                    address,
                    "address",
                    &format!("on {what}"),
                    "it is for `metrics`",
                );
            }
        }
    }
}
