//! What is written where nothing reads it is said, with the place where it would count.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::spec::{
    self, Engine, FactKind, Mode, Policy, Provider, Regime, Runtime, Signal, Text, Value,
};
use crate::topology::{Datastore, Host, Topology, lies_at_locations, provider_of};

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
    idle.clouds();
    idle.regions();
    idle.zones();
    idle.services();
    idle.drills();
    topology.datastores.iter().for_each(|s| idle.datastore(s));
    topology.hosts.iter().for_each(|h| idle.host(h));
    idle.failover();
    idle.signals();
    idle.rest();
}

/// The place of an optional value.
fn at<T>(value: &Option<Value<T>>) -> Option<Span> {
    value.as_ref().map(|v| v.span)
}

impl Idle<'_> {
    /// Says that `what` changes nothing `here`; `counts` says where it would.
    fn say(&mut self, place: Option<Span>, what: &str, here: &str, counts: &str) {
        let Some(place) = place else { return };
        self.out.push(
            Diagnostic::warning(
                CODE,
                place,
                format!("`{what}` has no effect {here}"),
                "nothing depends on this",
            )
            .help(format!("remove it; {counts}")),
        );
    }

    fn only_on(&self, provider: Provider) -> bool {
        self.topology.providers() == [provider]
    }

    fn clouds(&mut self) {
        let spec = &self.topology.spec;
        let budget = spec.cost.as_ref().and_then(|c| c.budget.as_ref());
        for (name, cloud) in spec.clouds.iter() {
            let Some(provider) = provider_of(name, cloud) else {
                continue;
            };
            let here = format!("on {}", provider.word());
            let gcp = provider == Provider::Gcp;
            for (what, place) in [
                ("project", at(&cloud.project)),
                ("project_number", at(&cloud.project_number)),
                ("billing_account", at(&cloud.billing_account)),
            ] {
                self.say(
                    place.filter(|_| !gcp),
                    what,
                    &here,
                    "it is for Google Cloud",
                );
            }
            let counts = "a project is named by `project`";
            self.say(at(&cloud.account).filter(|_| gcp), "account", &here, counts);
            let plan = at(&cloud.plan).filter(|_| provider != Provider::Cloudflare);
            self.say(plan, "plan", &here, "it is for Cloudflare");
            let billing = at(&cloud.billing_account).filter(|_| gcp && budget.is_none());
            let counts = "it is watched where `cost` has a `budget`";
            self.say(billing, "billing_account", "without a budget", counts);
        }
    }

    fn regions(&mut self) {
        let spec = &self.topology.spec;
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
            self.say(
                at(&region.renamed_from),
                "renamed_from",
                "on a region",
                "a region's resources cannot move: add the new region, move traffic, remove the old one",
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
        let compliance = self.topology.spec.compliance.as_ref();
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
        for (name, drill) in self.topology.spec.drills.iter() {
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
        for (_, service) in self.topology.spec.services.iter() {
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
            self.say(
                at(&service.renamed_from).filter(|_| kubernetes),
                "renamed_from",
                "on Kubernetes",
                "a Deployment cannot move: the new one starts beside the old one, which goes last",
            );
        }
    }

    fn datastore(&mut self, store: &Datastore) {
        let Some(kind) = kind(self.topology, store) else {
            return;
        };
        let written = &store.written;
        let replication = written.replication.as_ref();
        let of = |field: fn(&spec::Replication) -> Option<Span>| replication.and_then(field);
        let health = written.health.as_ref();
        let members = [
            ("engine_version", at(&written.engine_version)),
            ("machine", at(&written.machine)),
            ("size", at(&written.size)),
            ("replicas", at(&written.replicas)),
            ("nodes", written.nodes.as_ref().map(place_of)),
            ("health", health.map(|h| h.span)),
            ("renamed_from", at(&written.renamed_from)),
            ("replication.every", of(|r| at(&r.every))),
            ("replication.conflict_log", of(|r| at(&r.conflict_log))),
            ("replication.max_lag", of(|r| at(&r.max_lag))),
            ("replication.min_replicas", of(|r| at(&r.min_replicas))),
            ("replication.stop_writes_at", of(|r| at(&r.stop_writes_at))),
        ];
        let here = format!("on `{}`", store.name);
        for (what, place) in members.into_iter().filter(|(w, _)| !kind.reads.contains(w)) {
            let key = what.rsplit('.').next().unwrap_or(what);
            let counts = format!("{} has no such setting", kind.name);
            self.say(place, key, &here, &counts);
        }
        if let Some(replication) = replication {
            self.limits(store, replication);
        }
        if let Some(lag) = replication.and_then(|r| r.lag.as_ref()) {
            self.lag(store, lag, kind.reads.contains(&"replication.lag.critical"));
        }
        let carrier = of(|r| r.worker.as_ref().and(at(&r.by)));
        self.say(
            carrier,
            "by",
            "beside `worker`",
            "the worker carries the copies",
        );
        self.location(store, &here);
        let location = at(&written.location).filter(|_| !written.databases.is_empty());
        let counts = "each of `databases` has its own";
        self.say(location, "location", "beside `databases`", counts);
        let many = matches!(
            store.engine,
            Engine::Firestore | Engine::Dynamodb | Engine::RedisEnterprise
        );
        let expires = matches!(store.engine, Engine::Firestore | Engine::Dynamodb);
        for (_, dataset) in written.datasets.iter() {
            let place = at(&dataset.expires_at);
            let counts = "Firestore and DynamoDB delete by a field; elsewhere a job of yours does";
            self.say(place.filter(|_| !expires), "expires_at", &here, counts);
            let named = store.engine != Engine::Firestore || !dataset.collections.is_empty();
            let counts = "Firestore deletes in the `collections` that are named";
            self.say(
                place.filter(|_| !named),
                "expires_at",
                "without `collections`",
                counts,
            );
        }
        let several =
            |r: &spec::Replication| matches!(*r.mode, Mode::ActiveActive | Mode::Application);
        let many = many && !replication.is_some_and(several);
        let alone = replication.filter(|r| !several(r));
        for (what, place) in [
            ("tie", alone.and_then(|r| at(&r.tie))),
            ("conflict_log", alone.and_then(|r| at(&r.conflict_log))),
        ] {
            let counts = "writes meet only with `mode: active-active` or `application`";
            self.say(place, what, "while one place writes", counts);
        }
        let by_pglogical = |r: &spec::Replication| {
            *r.mode == Mode::ActiveActive
                || r.by.as_ref().is_some_and(|b| b.as_str() == "pglogical")
        };
        let groups = written.node_groups.first().map(|g| g.span);
        let physical = store.engine == Engine::Postgres && !replication.is_some_and(by_pglogical);
        self.say(
            groups.filter(|_| physical),
            "node_groups",
            &here,
            "pglogical has them: `mode: active-active`, or `by: pglogical`",
        );
        for (_, dataset) in written.datasets.iter().filter(|_| many) {
            let counts = format!("every copy of {} takes writes", kind.name);
            self.say(at(&dataset.writers), "writers", &here, &counts);
        }
        // A sentinel has one silence for both, `every` times `unhealthy_after`.
        let timeout = health.filter(|h| kind.reads.contains(&"health") && h.timeout.written());
        self.say(
            timeout.map(|h| h.timeout.span),
            "timeout",
            &here,
            "a sentinel waits for `every` times `unhealthy_after`",
        );
        let held = |r: &&spec::Ref| {
            let regions = &self.topology.regions;
            store.regions.iter().any(|id| regions[id.0].name == r.value)
        };
        let replica = written.read_replicas.iter().find(held).map(|r| r.span);
        self.say(
            replica.filter(|_| store.engine != Engine::Firestore),
            "read_replicas",
            "in a region that holds the store",
            "it names further regions",
        );
    }

    /// A written metric of the same lag has bounds of its own; an alert of the store itself
    /// takes the critical one all the same.
    fn lag(&mut self, store: &Datastore, lag: &spec::Lag, reads_critical: bool) {
        let mut metrics = self.topology.spec.metrics.iter();
        let counts = metrics.find(|(_, m)| m.is_of(Signal::ReplicationLag, &store.name));
        let Some((name, _)) = counts else { return };
        let (here, counts) = (
            format!("on `{}`", store.name),
            format!("the metric `{}` counts", name.text),
        );
        let critical = lag.critical.as_ref().filter(|_| !reads_critical);
        for (key, bound) in [
            ("target", lag.target.as_ref()),
            ("warn", lag.warn.as_ref()),
            ("critical", critical),
        ] {
            self.say(bound.map(|b| b.span), key, &here, &counts);
        }
    }

    /// A written alert on what a limit of replication would tell of.
    fn limits(&mut self, store: &Datastore, replication: &spec::Replication) {
        for (key, signal, limit) in replication.limits() {
            let mut alerts = self.topology.spec.alerts.iter();
            let Some((name, _)) = alerts.find(|(_, a)| a.watches(signal, &store.name)) else {
                continue;
            };
            let here = format!("on `{}`", store.name);
            let counts = format!("the alert `{}` counts", name.text);
            self.say(limit.map(|l| l.span), key, &here, &counts);
        }
    }

    fn host(&mut self, host: &Host) {
        let topology = self.topology;
        let on_gcp = self.only_on(Provider::Gcp);
        let on_aws = self.only_on(Provider::Aws);
        let here = format!("on `{}`", host.name);
        let serverless = topology.service(host.service).runtime == Runtime::CloudRun;
        if let Some(health) = &host.written.health {
            let again = health.healthy_after.written();
            for (what, place) in [
                ("timeout", at(&health.timeout)),
                ("healthy_after", again.then_some(health.healthy_after.span)),
            ] {
                let counts = "a load balancer has no health checks of Cloud Run; `ready` of the service counts";
                self.say(place.filter(|_| serverless && on_gcp), what, &here, counts);
            }
            let status = health.status.written().then_some(health.status.span);
            let counts = "Route 53 takes any status from 200 to 399; `body` asks for a text";
            self.say(status.filter(|_| on_aws), "status", &here, counts);
        }
        let protect = host.written.protect.as_ref();
        let open = protect.filter(|p| on_gcp && !p.firewall.value);
        self.say(
            open.map(|p| p.firewall.span),
            "firewall: false",
            &here,
            "Cloud Armor refuses known attacks on every host here",
        );
        let cors = host.written.cors.first().filter(|_| on_aws);
        let counts = "no load balancer of AWS is given headers yet: answer them in the service";
        self.say(cors.map(|c| c.span), "cors", &here, counts);
    }

    fn failover(&mut self) {
        let spec = &self.topology.spec;
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

    /// Where a store is that has no location of its own.
    fn location(&mut self, store: &Datastore, here: &str) {
        let written = self.topology.spec.datastores.get(&store.name);
        let Some(written) = written.filter(|_| !lies_at_locations(store.engine)) else {
            return;
        };
        let counts = format!("{} is in its `regions`", store.engine);
        self.say(at(&written.location), "location", here, &counts);
        let databases = &written.databases;
        let place = (!databases.is_empty()).then_some(databases.span);
        self.say(place, "databases", here, &counts);
    }

    /// Alerts and metrics: what only some signals read.
    fn signals(&mut self) {
        let spec = &self.topology.spec;
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

    fn rest(&mut self) {
        let spec = &self.topology.spec;
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
        let unwatched = spec.cost.as_ref().filter(|c| !c.billing_export.value);
        self.say(
            unwatched
                .and_then(|c| at(&c.budget))
                .filter(|_| self.only_on(Provider::Gcp)),
            "budget",
            "without `billing_export: true`",
            "a budget stands beside the export of the bill",
        );
        if let Some(keys) = spec.keys.as_ref().filter(|_| !self.only_on(Provider::Gcp)) {
            let written = keys.hardware.written().then_some(keys.hardware.span);
            let aws = written.filter(|_| self.only_on(Provider::Aws));
            self.say(aws, "hardware", "on aws", "it is for Google Cloud");
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
                .filter(|m| m.is_ours("managed-prometheus"));
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

fn place_of(nodes: &spec::PerRegion<spec::Nodes>) -> Span {
    match nodes {
        spec::PerRegion::All(all) => all.span,
        spec::PerRegion::Each(map) => map.span,
    }
}

/// What is generated for a kind of store, and which of its settings that reads.
struct Kind {
    name: &'static str,
    reads: &'static [&'static str],
}

/// `None` where nothing is generated, which another code says.
fn kind(topology: &Topology, store: &Datastore) -> Option<Kind> {
    let first = store.regions.first()?;
    let provider = topology.region(*first).place.provider;
    let kind = |name, reads| Some(Kind { name, reads });
    match (provider, store.engine) {
        (Provider::Gcp, Engine::Firestore) => kind("Firestore", &["renamed_from"]),
        (Provider::Gcp, Engine::Redis) if store.written.sentinels.is_some() => kind(
            "Redis with sentinels",
            &[
                "engine_version",
                "size",
                "nodes",
                "health",
                "replication.max_lag",
                "replication.min_replicas",
            ],
        ),
        (Provider::Aws, Engine::Postgres) => kind(
            "PostgreSQL on RDS",
            &[
                "engine_version",
                "machine",
                "size",
                "renamed_from",
                "replication.conflict_log",
            ],
        ),
        (Provider::Aws, Engine::Aurora) => kind(
            "Aurora",
            &[
                "engine_version",
                "machine",
                "renamed_from",
                "replication.stop_writes_at",
            ],
        ),
        (Provider::Aws, Engine::Dynamodb) => kind("DynamoDB", &["renamed_from"]),
        (Provider::Aws, Engine::Redis) if store.written.sentinels.is_none() => kind(
            "ElastiCache",
            &[
                "engine_version",
                "machine",
                "nodes",
                "renamed_from",
                "replicas",
            ],
        ),
        (Provider::Aws, Engine::RedisEnterprise) => kind(
            "Redis Enterprise",
            &[
                "size",
                "nodes",
                "replication.every",
                "replication.lag.critical",
            ],
        ),
        _ => None,
    }
}
