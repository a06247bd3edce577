//! From spec to topology: every reference is looked up, every dependent default settled.

use super::checks;
use super::kinds::has_nodes;
use super::lookup::{dangling, id, ids, key, lookup};
use super::settled::{settle, settle_whole};
use super::*;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::spec::decode::{BAD_VALUE, Scalar};
use crate::spec::{self, OneOf, Ref, Spec, Value};

/// A reference to something that is not there.
pub const DANGLING: Code = Code::new("REF101", "dangling-reference");

/// Settles a spec. Everything wrong is reported; a topology comes back only if every
/// reference resolves. `today` is shown in messages alone.
pub fn resolve(
    mut spec: Spec,
    lock: Option<&Lock>,
    spec_name: &str,
    today: Option<spec::Date>,
    out: &mut Diagnostics,
) -> Option<Topology> {
    let before = errors(out);
    version::check(&spec, out);
    checks::check(&spec, out);
    if let Some(made_as) = &spec.renamed_from {
        spec.name.value.clone_from(&made_as.value);
    }
    let mut lock = decisions::inherited(&spec, lock, out);
    let source = names::as_made(spec, &mut lock, today, out);
    let leaving = leaving::all(&source, &mut lock, out);
    let spec = leaving::staying(&source, &leaving);
    if !leaving.is_empty() {
        let all = regions::of(&source, &mut Diagnostics::default());
        leaving::remember(&all, &leaving, &mut lock);
    }
    let regions = regions::of(&spec, out);
    // What somebody else runs has no replicas, and so is no service to any later stage.
    let mut ours = spec.clone();
    ours.services.retain(|s| s.external.is_none());
    let mut outside = spec.services.clone();
    outside.retain(|s| s.external.is_some());
    let topology = Resolver {
        spec: &ours,
        outside: &outside,
        regions: &regions,
    }
    .run(spec_name, out);
    let mut topology = Topology {
        regions,
        spec,
        left: leaving::left(&source, &leaving, &lock),
        leaving,
        source: Box::new(source),
        lock,
        ..topology
    };
    if errors(out) > before {
        return None;
    }
    leaving::quiet(&mut topology, out);
    decisions::shorts(&mut topology, out);
    decisions::successors(&mut topology, out);
    Some(topology)
}

fn errors(out: &Diagnostics) -> usize {
    let is_error = |d: &&Diagnostic| d.severity == crate::diagnostic::Severity::Error;
    out.iter().filter(is_error).count()
}

/// The bounds on a datastore's lag as a metric, if no written one is about the same.
fn lag_metric(metrics: &[KeyMetric], name: &Name, store: &spec::Datastore) -> Option<KeyMetric> {
    let lag = store.replication.as_ref()?.lag.as_ref()?;
    let mut written = metrics.iter();
    if written.any(|m| m.metric.is_of(Signal::ReplicationLag, &name.text)) {
        return None;
    }
    let bound = |comparison, time: &Option<spec::Time>| {
        time.as_ref().map(|time| Settled {
            value: Threshold {
                comparison,
                bound: time.millis() as f64 / 1000.0,
                text: time.value.to_string(),
            },
            span: time.span,
        })
    };
    let places = [&lag.target, &lag.warn, &lag.critical];
    let place = places.into_iter().flatten().next()?;
    Some(KeyMetric {
        name: format!("{}-lag", name.text),
        metric: Metric {
            span: place.span,
            of: Settled {
                value: Signal::ReplicationLag,
                span: place.span,
            },
            on: Some(Settled {
                value: name.text.clone(),
                span: name.span,
            }),
            target: bound("<", &lag.target),
            warning: bound(">", &lag.warn),
            critical: bound(">", &lag.critical),
            query: None,
            title: None,
        },
        of_lag: true,
    })
}

struct Resolver<'a> {
    spec: &'a Spec,
    /// The services that somebody else runs.
    outside: &'a Map<spec::Service>,
    regions: &'a [Region],
}

impl Resolver<'_> {
    fn run(&self, spec_name: &str, out: &mut Diagnostics) -> Topology {
        let spec = self.spec;
        self.check_region_references(out);
        let mesh = spec.mesh.as_ref();
        let compliance = spec.compliance.as_ref();
        let name = spec.name.value.clone();
        let namespace = mesh
            .and_then(|m| m.namespace.as_ref())
            .map_or_else(|| name.clone(), |n| n.value.clone());
        let hosts = self.hosts(out);
        let metrics = spec.metrics.iter().map(|(name, metric)| KeyMetric {
            name: name.text.clone(),
            metric: settle(metric),
            of_lag: false,
        });
        let mut metrics: Vec<_> = metrics.collect();
        let lags = spec.datastores.iter();
        let lags = lags.filter_map(|(name, store)| lag_metric(&metrics, name, store));
        let lags: Vec<_> = lags.collect();
        metrics.extend(lags);
        Topology {
            metrics,
            spec: spec.clone(),
            span: spec.span,
            name_at: spec.name.span,
            description: settle(&spec.description),
            owner: settle(&spec.owner),
            environment: settle(&spec.environment),
            objectives: settle(&spec.objectives),
            clouds: spec.clouds.map(Cloud::settle),
            terraform: settle_whole(&spec.terraform, spec.span),
            outputs: settle(&spec.outputs),
            zones: compliance.map_or(Map::empty(spec.span), |c| settle(&c.zones)),
            transfers: compliance.map_or(Map::empty(spec.span), |c| settle(&c.transfers)),
            network: settle_whole(&spec.network, spec.span),
            existing: settle_whole(&spec.existing, spec.span),
            keys: settle_whole(&spec.keys, spec.span),
            mesh: settle(&spec.mesh),
            kubernetes: settle_whole(&spec.kubernetes, spec.span),
            failover: settle(&spec.failover),
            steps: settle(&spec.steps),
            drills: settle(&spec.drills),
            channels: settle(&spec.channels),
            escalations: settle(&spec.escalations),
            alerts: settle(&spec.alerts),
            observability: settle_whole(&spec.observability, spec.span),
            events: settle(&spec.events),
            flags: settle(&spec.flags),
            rollout: self.rollout(),
            cost: settle(&spec.cost),
            patches: settle(&spec.patches),
            facts: settle(&spec.facts),
            spec_name: spec_name.to_string(),
            trust_domain: mesh
                .and_then(|m| m.trust_domain.as_ref())
                .map_or_else(|| format!("{name}.internal"), |t| t.value.clone()),
            runbooks: spec.runbooks.as_ref().map_or_else(
                || "https://runbooks.invalid".to_string(),
                |r| r.trim_end_matches('/').to_string(),
            ),
            name,
            namespace,
            only: None,
            lock: Lock::default(),
            leaving: Vec::new(),
            left: Vec::new(),
            source: Box::new(spec.clone()),
            regions: Vec::new(),
            elsewhere: Vec::new(),
            services: self.services(out),
            datastores: self.datastores(out),
            queues: self.queues(&hosts, out),
            hosts,
            secrets: self.secrets(out),
            outside: self.outside_services(out),
        }
    }

    /// The regions in the order of deployment.
    fn rollout(&self) -> Vec<RegionId> {
        let all = || (0..self.regions.len()).map(RegionId);
        let is_primary = |id: &RegionId| self.regions[id.0].role == Role::Primary;
        let written = self.spec.deployment.iter().flat_map(|d| &d.order);
        let written = written.filter_map(|name| {
            let at = self.regions.iter().position(|r| r.name == name.value);
            at.map(RegionId)
        });
        let primary = all().find(is_primary);
        let rest = all().filter(|id| Some(*id) != primary);
        let mut order: Vec<RegionId> = Vec::new();
        for id in written.chain(rest).chain(primary) {
            if !order.contains(&id) {
                order.push(id);
            }
        }
        order
    }

    fn check_region_references(&self, out: &mut Diagnostics) {
        let spec = self.spec;
        for (_, region) in spec.regions.iter() {
            if let Some(pair) = &region.pair {
                self.region(pair, out);
            }
            if let Some(zone) = &region.zone {
                self.zone(zone, out);
            }
        }
        for (_, drill) in spec.drills.iter() {
            for region in drill.primary.iter().chain(&drill.secondary) {
                self.region(region, out);
            }
            if let Some(queue) = &drill.queue {
                lookup("queue", &spec.queues, queue, out);
            }
            if let Some(flag) = &drill.flag {
                lookup("flag", &spec.flags, flag, out);
            }
        }
        for (_, alert) in spec.alerts.iter() {
            alert.tell.iter().for_each(|c| self.channel(c, out));
            self.regions(&alert.between, out);
            if let Some(escalation) = &alert.escalation {
                lookup("escalation", &spec.escalations, escalation, out);
            }
        }
        let alerts = spec.alerts.iter().filter_map(|(_, a)| a.on.as_ref());
        let metrics = spec.metrics.iter().filter_map(|(_, m)| m.on.as_ref());
        let facts = spec.facts.iter().filter_map(|(_, f)| f.on.as_ref());
        let boards = spec.observability.iter();
        let boards = boards.flat_map(|o| &o.dashboards).flat_map(|d| &d.named);
        let parts = alerts.chain(metrics).chain(facts).chain(boards);
        parts.for_each(|on| self.part(on, out));
        for (_, channel) in spec.channels.iter() {
            self.regions(&channel.regions, out);
        }
        for (_, host) in spec.traffic.iter() {
            let cloud = host.cdn.iter().flat_map(|c| &c.provider).chain(&host.dns);
            cloud.for_each(|c| lookup("cloud", &spec.clouds, c, out));
        }
        for (_, store) in spec.datastores.iter() {
            let links = store.replication.iter().flat_map(|r| r.links.iter());
            links.for_each(|(from, _)| key("region", &spec.regions, from, out));
        }
        existing::check(spec, out);
        if let Some(failover) = &spec.failover {
            for (_, state) in failover.states.iter() {
                state.tell.iter().for_each(|c| self.channel(c, out));
            }
        }
        for (_, escalation) in spec.escalations.iter() {
            for (_, step) in escalation.steps.iter() {
                self.channel(&step.channel, out);
            }
        }
        for (_, service) in spec.services.iter() {
            let queues = service.scale_on.iter().flat_map(|s| s.queues.iter());
            queues.for_each(|(name, _)| key("queue", &spec.queues, name, out));
        }
        if let Some(cost) = &spec.cost {
            let shares = cost.shares.iter().map(|(name, _)| name);
            for name in cost.monthly.iter().map(|(name, _)| name).chain(shares) {
                key("region", &spec.regions, name, out);
            }
        }
        if let Some(network) = &spec.network {
            self.regions(&network.isolated, out);
            for (_, link) in network.links.iter() {
                self.regions(&link.between, out);
            }
        }
        if let Some(versions) = spec.kubernetes.as_ref().and_then(|k| k.version.as_ref()) {
            self.check_per_region(versions, out);
        }
        if let Some(deployment) = &spec.deployment {
            self.regions(&deployment.order, out);
            let environments = deployment.environments.iter();
            environments.for_each(|(name, _)| key("region", &spec.regions, name, out));
        }
        self.check_transfers(out);
        self.check_carried(out);
    }

    /// What carries data names datasets that exist.
    fn check_carried(&self, out: &mut Diagnostics) {
        let spec = self.spec;
        let collectors = spec.observability.iter();
        let collectors = collectors.flat_map(|o| [&o.metrics, &o.logs, &o.traces]);
        for outside in collectors.flatten().filter_map(|t| t.external.as_ref()) {
            self.spots(&outside.at, out);
        }
        let queues = spec.queues.iter().flat_map(|(_, q)| &q.carries);
        let hosts = spec.traffic.iter().filter_map(|(_, h)| h.cdn.as_ref());
        let rules = hosts.flat_map(|c| c.rules.iter());
        let cached = rules.flat_map(|(_, rule)| &rule.carries);
        let watched = spec.observability.iter();
        let watched = watched.flat_map(|o| [&o.metrics, &o.logs, &o.traces]);
        let watched = watched.flatten().flat_map(|t| &t.carries);
        for dataset in queues.chain(cached).chain(watched) {
            self.dataset(dataset, out);
        }
    }

    fn check_transfers(&self, out: &mut Diagnostics) {
        let Some(compliance) = &self.spec.compliance else {
            return;
        };
        for (_, transfer) in compliance.transfers.iter() {
            self.zone(&transfer.from, out);
            if !self.spec.regions.knows(&transfer.to) {
                self.zone(&transfer.to, out);
            }
            for dataset in &transfer.datasets {
                self.dataset(dataset, out);
            }
        }
    }

    fn dataset(&self, name: &Ref, out: &mut Diagnostics) {
        let stores = self.spec.datastores.iter();
        let names: Vec<&str> = stores.flat_map(|(_, d)| d.datasets.names()).collect();
        // What a store with errors holds is not known.
        let all = self.spec.datastores.written().count() == self.spec.datastores.len();
        if all && !names.contains(&name.value.as_str()) {
            out.push(dangling("dataset", name, names.into_iter()));
        }
    }

    /// What is measured is a datastore, service, queue or host, or the whole system.
    fn part(&self, name: &Ref, out: &mut Diagnostics) {
        let spec = self.spec;
        let mut names: Vec<&str> = spec.datastores.names().collect();
        names.extend(spec.services.names());
        names.extend(self.outside.names());
        names.extend(spec.queues.names());
        names.extend(spec.traffic.names());
        names.push(&spec.name);
        if !names.contains(&name.value.as_str()) {
            out.push(dangling("part", name, names.into_iter()));
        }
    }

    fn zone(&self, name: &Ref, out: &mut Diagnostics) {
        let none = Vec::new();
        let zones = self.spec.compliance.as_ref().map(|c| &c.zones);
        if !zones.is_some_and(|z| z.knows(name)) {
            let names = zones.map_or(none, |z| z.names().collect());
            out.push(dangling("compliance zone", name, names.into_iter()));
        }
    }

    fn channel(&self, name: &Ref, out: &mut Diagnostics) {
        lookup("channel", &self.spec.channels, name, out);
    }

    fn region(&self, name: &Ref, out: &mut Diagnostics) -> Option<RegionId> {
        let id = self
            .regions
            .iter()
            .position(|r| r.name == name.value)
            .map(RegionId);
        if id.is_none() && !self.spec.regions.knows(name) {
            out.push(dangling("region", name, self.spec.regions.written()));
        }
        id
    }

    fn regions(&self, names: &[Ref], out: &mut Diagnostics) -> Vec<RegionId> {
        names.iter().filter_map(|n| self.region(n, out)).collect()
    }

    /// Where regions are named.
    fn places(&self, names: &[Ref]) -> Places {
        let named = names.iter().filter_map(|name| {
            let at = self.regions.iter().position(|r| r.name == name.value)?;
            Some((RegionId(at), name.span))
        });
        Places(named.collect())
    }

    /// The regions that a map has values for.
    fn keys<T>(&self, map: &Map<T>) -> Vec<RegionId> {
        let regions = self.regions.iter().enumerate();
        let named = regions.filter(|(_, r)| map.get(&r.name).is_some());
        named.map(|(i, _)| RegionId(i)).collect()
    }

    /// The named regions, or all serving ones.
    fn regions_or_serving(&self, names: &[Ref], out: &mut Diagnostics) -> Vec<RegionId> {
        if names.is_empty() {
            let serving = |(_, r): &(usize, &Region)| r.serving();
            let all = self.regions.iter().enumerate().filter(serving);
            all.map(|(i, _)| RegionId(i)).collect()
        } else {
            self.regions(names, out)
        }
    }

    fn check_per_region<T>(&self, value: &PerRegion<T>, out: &mut Diagnostics) {
        if let PerRegion::Each(map) = value {
            let names = map.iter().map(|(name, _)| name);
            names.for_each(|name| key("region", &self.spec.regions, name, out));
        }
    }

    fn services(&self, out: &mut Diagnostics) -> Vec<Service> {
        let spec = self.spec;
        let resolve = |(name, written): (&spec::Name, &spec::Service)| Service {
            name: name.text.clone(),
            span: name.span,
            runtime: *written.runtime,
            runtime_at: written.runtime.span,
            placements: self.placements(name.span, written, out),
            regions_at: self.places(&written.regions),
            uses: ids(
                &written.uses,
                "datastore",
                &spec.datastores,
                DatastoreId,
                out,
            ),
            uses_at: settle(&written.uses),
            needs_at: settle(&written.needs),
            publishes_at: settle(&written.publishes),
            needs: ids(
                &self.ours(&written.needs),
                "service",
                &spec.services,
                ServiceId,
                out,
            ),
            needs_outside: {
                let at = |need: &Ref| self.outside.names().position(|n| n == need.value);
                written.needs.iter().filter_map(at).collect()
            },
            publishes: ids(&written.publishes, "queue", &spec.queues, QueueId, out),
            secrets: self.secrets_of(written, out),
            image: settle(&written.image),
            tag: settle(&written.tag),
            named: settle(&written.named),
            account: settle(&written.account),
            port: settle(&written.port),
            env: settle(&written.env),
            region_variable: settle(&written.region_variable),
            capacity: settle(&written.capacity),
            scale_on: settle(&written.scale_on),
            calls: settle(&written.calls),
            ready: settle_whole(&written.ready, name.span),
            cpu: settle(&written.cpu),
            memory: settle(&written.memory),
            concurrency: settle(&written.concurrency),
            objectives: settle(&written.objectives),
        };
        spec.services.iter().map(resolve).collect()
    }

    /// The references to services that are ours.
    fn ours(&self, names: &[Ref]) -> Vec<Ref> {
        let ours = names.iter().filter(|n| !self.outside.knows(n));
        ours.cloned().collect()
    }

    /// The secrets that a service names, and those of what it uses of others.
    fn secrets_of(&self, service: &spec::Service, out: &mut Diagnostics) -> Vec<String> {
        let spec = self.spec;
        let stores = service.uses.iter();
        let stores = stores.filter_map(|s| spec.datastores.get(s)?.external.as_ref());
        let queues = service.publishes.iter();
        let queues = queues.filter_map(|q| spec.queues.get(q)?.external.as_ref());
        let others = service.needs.iter();
        let others = others.filter_map(|s| self.outside.get(s)?.external.as_ref());
        let of_others = stores.chain(queues).chain(others);
        let of_others = of_others.filter_map(|e| e.secret.as_ref());
        let mut found: Vec<String> = Vec::new();
        for secret in service.secrets.iter().chain(of_others) {
            lookup("secret", &spec.secrets, secret, out);
            if !found.contains(&secret.value) {
                found.push(secret.value.clone());
            }
        }
        found
    }

    fn outside_services(&self, out: &mut Diagnostics) -> Vec<OutsideService> {
        let stores = &self.spec.datastores;
        let resolve = |(name, written): (&spec::Name, &spec::Service)| {
            let external = written.external.as_ref()?;
            self.spots(&external.at, out);
            Some(OutsideService {
                name: name.text.clone(),
                span: name.span,
                uses: ids(&written.uses, "datastore", stores, DatastoreId, out),
                external: settle(external),
            })
        };
        self.outside.iter().filter_map(resolve).collect()
    }

    /// The regions of what somebody else runs. A place is a region or a country, and at least
    /// one is known: data and requests go there.
    fn spots(&self, at: &[spec::Spot], out: &mut Diagnostics) -> Vec<RegionId> {
        for spot in at {
            if spot.region.is_some() == spot.country.is_some() {
                out.push(
                    Diagnostic::error(
                        BAD_VALUE,
                        spot.span,
                        "a place is a region of this topology or a country",
                        "neither, or both",
                    )
                    .help("write `{ region: us-central1 }` or `{ country: DE }`"),
                );
            }
        }
        let named: Vec<Ref> = at.iter().filter_map(|s| s.region.clone()).collect();
        self.regions(&named, out)
    }

    fn placements(
        &self,
        place: Span,
        service: &spec::Service,
        out: &mut Diagnostics,
    ) -> Vec<Placement> {
        let regions = match (&service.replicas, service.regions.is_empty()) {
            // Naming replicas by region names the regions too.
            (Some(PerRegion::Each(map)), true) => self.keys(map),
            _ => self.regions_or_serving(&service.regions, out),
        };
        if let Some(replicas) = &service.replicas {
            self.check_per_region(replicas, out);
        }
        let all = match &service.replicas {
            Some(PerRegion::Each(map)) => map.span,
            Some(PerRegion::All(_)) | None => place,
        };
        let placement = |region: RegionId| {
            let name = &self.regions[region.0].name;
            let replicas = service.replicas.as_ref().and_then(|r| r.get(name));
            Placement {
                region,
                replicas: replicas.map_or(DEFAULT_REPLICAS, |r| r.value),
                span: replicas.map_or(all, |r| r.span),
            }
        };
        regions.into_iter().map(placement).collect()
    }

    fn datastores(&self, out: &mut Diagnostics) -> Vec<Datastore> {
        let stores = self.spec.datastores.iter();
        stores.map(|(n, d)| self.datastore(n, d, out)).collect()
    }

    fn datastore(
        &self,
        name: &spec::Name,
        written: &spec::Datastore,
        out: &mut Diagnostics,
    ) -> Datastore {
        // Of another kind they say nothing, not even where it is.
        let kind_of = |has: fn(Engine) -> bool| written.engine.known().is_some_and(has);
        let nodes = written.nodes.as_ref().filter(|_| kind_of(has_nodes));
        let regions = match (nodes, written.regions.is_empty()) {
            _ if written.external.is_some() => {
                let external = written.external.iter();
                external.flat_map(|e| self.spots(&e.at, out)).collect()
            }
            (Some(PerRegion::Each(map)), true) => self.keys(map),
            _ => self.regions_or_serving(&written.regions, out),
        };
        for count in written.nodes.iter().chain(&written.sentinels) {
            self.check_per_region(count, out);
        }
        self.regions(&written.read_replicas, out);
        for (_, member) in written.members.iter() {
            self.region(&member.region, out);
        }
        for (_, dataset) in written.datasets.iter() {
            if let Some(zone) = &dataset.zone {
                self.zone(zone, out);
            }
        }
        if let Some(replication) = &written.replication {
            if let Some(worker) = &replication.worker {
                lookup("service", &self.spec.services, worker, out);
            }
            if let Some(queue) = &replication.queue {
                lookup("queue", &self.spec.queues, queue, out);
            }
            for (_, targets) in replication.links.iter() {
                self.regions(targets, out);
            }
        }
        if let Some(backup) = &written.backup {
            self.regions(&backup.copies_to, out);
        }
        // Another kind is in its regions; a rule says that the keys mean nothing there.
        let lies = kind_of(lies_at_locations);
        let location = written.location.as_ref().filter(|_| lies);
        let names_databases = lies && !written.databases.is_empty();
        let primary = |id: &&RegionId| self.regions[id.0].role == Role::Primary;
        Datastore {
            name: name.text.clone(),
            span: name.span,
            engine: match (&written.external, written.engine.known()) {
                (None, Some(engine)) => engine,
                _ => Engine::External,
            },
            writer: regions.iter().find(primary).or(regions.first()).copied(),
            kind: kind(&written.engine),
            external: settle(&written.external),
            engine_version: settle(&written.engine_version),
            databases: if names_databases {
                self.databases(written, out)
            } else {
                vec![self.one_database(name, location, &regions)]
            },
            names_databases,
            location: location.map(settle),
            regions,
            regions_at: self.places(&written.regions),
            read_replicas: settle(&written.read_replicas),
            nodes: nodes.map(settle),
            replicas: settle(&written.replicas),
            sentinels: settle(&written.sentinels),
            members: settle(&written.members),
            election: settle(&written.election),
            node_groups: settle(&written.node_groups),
            size: settle(&written.size),
            machine: settle(&written.machine),
            datasets: settle(&written.datasets),
            replication: settle(&written.replication),
            backup: settle(&written.backup),
            health: settle(&written.health),
            lifecycle: settle(&written.lifecycle),
            objectives: settle(&written.objectives),
        }
    }

    /// The one database of a store that names none: at the store's location, else where its
    /// first region is.
    fn one_database(
        &self,
        store: &Name,
        location: Option<&spec::Text>,
        regions: &[RegionId],
    ) -> Database {
        let first = regions.first();
        let first = first.map(|id| self.regions[id.0].place.location.to_string());
        let named = location.map(|l| l.value.clone());
        Database {
            name: store.text.clone(),
            location: named.or(first).unwrap_or_default(),
            location_at: location.map(|l| l.span),
            span: None,
            serves: regions.to_vec(),
            taken_over_by: Vec::new(),
            zone: None,
        }
    }

    fn databases(&self, written: &spec::Datastore, out: &mut Diagnostics) -> Vec<Database> {
        let resolve = |(name, database): (&spec::Name, &spec::Database)| {
            if let Some(zone) = &database.zone {
                self.zone(zone, out);
            }
            let (serves, taken_over_by) = (
                self.regions_or_serving(&database.serves, out),
                self.regions(&database.taken_over_by, out),
            );
            let used = |regions| match database.leaving {
                Some(_) => Vec::new(),
                None => regions,
            };
            Database {
                name: name.text.clone(),
                location: database.location.value.clone(),
                location_at: Some(database.location.span),
                span: Some(name.span),
                serves: used(serves),
                taken_over_by: used(taken_over_by),
                zone: database.zone.as_ref().map(|z| z.value.clone()),
            }
        };
        written.databases.iter().map(resolve).collect()
    }

    /// A host whose service is unknown is not settled, so its id is its place among `hosts`.
    fn queues(&self, hosts: &[Host], out: &mut Diagnostics) -> Vec<Queue> {
        let spec = self.spec;
        let resolve = |(name, written): (&spec::Name, &spec::Queue)| {
            let push = written.push.as_ref();
            let receiver = push.and_then(|p| id(&p.to, "service", &spec.services, ServiceId, out));
            let host = push.and_then(|p| p.host.as_ref()).and_then(|host| {
                lookup("host", &spec.traffic, host, out);
                let named = hosts.iter().position(|h| h.name == host.value);
                named.map(HostId)
            });
            // A service on several regions has one address that outlives each of them: its host's.
            let host = host.or_else(|| {
                let spans = |h: &Host| Some(h.service) == receiver && h.regions.len() > 1;
                let spans = hosts.iter().position(spans).map(HostId);
                spans.filter(|_| written.external.is_none() && push.is_some())
            });
            let mut publishers = ids(
                &self.ours(&written.publishers),
                "service",
                &spec.services,
                ServiceId,
                out,
            );
            for (index, (_, service)) in spec.services.iter().enumerate() {
                let publishes = service.publishes.iter().any(|q| q.value == name.text);
                if publishes && !publishers.contains(&ServiceId(index)) {
                    publishers.push(ServiceId(index));
                }
            }
            Queue {
                name: name.text.clone(),
                span: name.span,
                engine: match (&written.external, written.engine.known()) {
                    (None, Some(engine)) => engine,
                    _ => QueueEngine::External,
                },
                kind: kind(&written.engine),
                external: settle(&written.external),
                receiver,
                push_path: push.map_or("/".to_string(), |p| p.path.value.clone()),
                push_at: push.map_or(name.span, |p| p.to.span),
                host,
                regions: match &written.external {
                    Some(external) => self.spots(&external.at, out),
                    None => self.regions_or_serving(&written.regions, out),
                },
                regions_at: self.places(&written.regions),
                publishers,
                ordered_by: settle(&written.ordered_by),
                dead_letter: settle_whole(&written.dead_letter, name.span),
                keep: settle(&written.keep),
                ack_within: settle(&written.ack_within),
                carries: settle(&written.carries),
                backlog_limit: settle(&written.backlog_limit),
            }
        };
        spec.queues.iter().map(resolve).collect()
    }

    fn hosts(&self, out: &mut Diagnostics) -> Vec<Host> {
        let spec = self.spec;
        let mut hosts = Vec::new();
        for (name, written) in spec.traffic.iter() {
            let Some(service) = id(&written.to, "service", &spec.services, ServiceId, out) else {
                continue;
            };
            let only = written.region.as_ref().map(|r| self.region(r, out));
            let regions = match (only, spec.services.get(&written.to)) {
                (Some(region), _) => region.into_iter().collect(),
                (None, Some(service)) => self
                    .placements(name.span, service, &mut Diagnostics::default())
                    .into_iter()
                    .map(|p| p.region)
                    .collect(),
                (None, None) => Vec::new(),
            };
            if let Some(external) = &written.external {
                self.spots(&external.at, out);
            }
            hosts.push(Host {
                name: name.text.clone(),
                span: name.span,
                service,
                external: settle(&written.external),
                routing: settle(&written.routing),
                policy: settle(&written.policy),
                regions,
                region: settle(&written.region),
                health: settle_whole(&written.health, name.span),
                protect: settle(&written.protect),
                drain: settle(&written.drain),
                ttl: settle(&written.ttl),
                dns_zone: settle(
                    &written
                        .dns_zone
                        .as_ref()
                        .or_else(|| existing::zone_of(spec, &name.text))
                        .cloned(),
                ),
                zone_domain: settle(&written.domain),
                dns: settle(&written.dns),
                cors: settle(&written.cors),
                backup: settle(&written.backup),
                cdn: settle(&written.cdn),
            });
        }
        hosts
    }

    fn secrets(&self, out: &mut Diagnostics) -> Vec<Secret> {
        let spec = self.spec;
        let resolve = |(name, written): (&spec::Name, &spec::Secret)| {
            let mut readers = ids(&written.used_by, "service", &spec.services, ServiceId, out);
            for (index, (_, service)) in spec.services.iter().enumerate() {
                let reads = service.secrets.iter().any(|s| s.value == name.text);
                if reads && !readers.contains(&ServiceId(index)) {
                    readers.push(ServiceId(index));
                }
            }
            Secret {
                name: name.text.clone(),
                regions: self.regions_or_serving(&written.regions, out),
                span: name.span,
                regions_at: self.places(&written.regions),
                readers,
                rotate: settle(&written.rotate),
                replication: settle(&written.replication),
            }
        };
        spec.secrets.iter().map(resolve).collect()
    }
}

/// The name of a kind, as it is written.
fn kind<T: Scalar>(engine: &Value<OneOf<T>>) -> Text {
    Text {
        value: engine.value.to_string(),
        span: engine.span,
    }
}

/// What runs where nothing is said: two, so that one may be lost.
const DEFAULT_REPLICAS: Replicas = Replicas { min: 2, max: 2 };
