//! Generated topologies: what is declared, as values and as YAML.

use super::dice::Dice;
use std::fmt::Write;

/// A topology. References are places in its lists.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub layout: &'static str,
    pub mesh: bool,
    pub geography: bool,
    /// A factor in tenths.
    pub surge: Option<u64>,
    pub regions: Vec<Region>,
    pub services: Vec<Service>,
    pub hosts: Vec<Host>,
    pub stores: Vec<Store>,
    pub queues: Vec<Queue>,
    pub failover: Option<Failover>,
    pub facts: Vec<Fact>,
    /// The `lasting` of an alert that pages when a region is silent.
    pub paged: Option<u64>,
    /// Text of `objectives`, where a test promises something.
    pub objectives: String,
}

#[derive(Debug, Clone)]
pub struct Region {
    pub name: String,
    pub location: &'static str,
    pub role: &'static str,
    pub weight: Option<u32>,
    pub serves: Vec<&'static str>,
    pub pair: Option<usize>,
}

/// A probe in milliseconds; `timeout` may be left to the default.
#[derive(Debug, Clone)]
pub struct Check {
    pub every: u64,
    pub timeout: Option<u64>,
    pub failures: u64,
}

#[derive(Debug, Clone)]
pub struct Capacity {
    /// Per second.
    pub per_replica: u64,
    /// Per minute.
    pub peak: u64,
    pub start: Option<u64>,
    /// Hundredths of a percent.
    pub target: u64,
}

#[derive(Debug, Clone)]
pub struct Scale {
    pub cpu: bool,
    pub requests: bool,
    pub out_after: u64,
}

#[derive(Debug, Clone)]
pub struct Eject {
    pub errors: u64,
    pub at_most: Option<u64>,
    /// Milliseconds of a call and of a try, and how often one is repeated.
    pub timeout: Option<u64>,
    pub per_try: Option<u64>,
    pub retries: Option<u64>,
}

#[derive(Debug, Clone)]
pub struct Service {
    pub name: String,
    pub kubernetes: bool,
    /// Region, fewest and most replicas.
    pub replicas: Vec<(usize, u32, u32)>,
    pub uses: Vec<usize>,
    pub needs: Vec<usize>,
    pub capacity: Option<Capacity>,
    pub scale: Option<Scale>,
    pub eject: Option<Eject>,
    pub ready: Option<Check>,
}

#[derive(Debug, Clone)]
pub struct Host {
    pub name: String,
    pub service: usize,
    pub policy: Vec<&'static str>,
    pub pinned: Option<usize>,
    pub health: Option<Check>,
    pub ttl: Option<u64>,
    pub backup: bool,
}

#[derive(Debug, Clone)]
pub struct Database {
    pub name: String,
    pub location: &'static str,
    pub serves: Vec<usize>,
    pub taken_over_by: Vec<usize>,
}

#[derive(Debug, Clone)]
pub enum Kind {
    /// Regions with their nodes and sentinels.
    Redis {
        members: Vec<(usize, u32, u32)>,
        health: Option<Check>,
        min_replicas: Option<u32>,
        max_lag: Option<u64>,
    },
    Firestore {
        location: Option<&'static str>,
        regions: Vec<usize>,
        databases: Vec<Database>,
    },
}

#[derive(Debug, Clone)]
pub struct Backup {
    pub every: Option<u64>,
    pub takes: Option<u64>,
    pub point_in_time: bool,
}

#[derive(Debug, Clone)]
pub struct Store {
    pub name: String,
    pub kind: Kind,
    pub backup: Option<Backup>,
    pub replicated: bool,
    pub datasets: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Queue {
    pub name: String,
    pub receiver: Option<usize>,
    pub host: Option<usize>,
    pub regions: Vec<usize>,
}

#[derive(Debug, Clone, Default)]
pub struct Failover {
    pub answer: Option<u64>,
    pub watch: Option<u64>,
    /// Step in percent, time between steps, time watched at the end.
    pub shift: Option<(u64, u64, Option<u64>)>,
}

#[derive(Debug, Clone)]
pub struct Fact {
    pub of: &'static str,
    pub on: Option<String>,
    pub value: u64,
}

/// A time as the language writes it.
pub fn time(millis: u64) -> String {
    match millis % 1000 {
        0 => format!("{}s", millis / 1000),
        _ => format!("{millis}ms"),
    }
}

const LOCATIONS: [&str; 8] = [
    "us-central1",
    "us-east1",
    "us-east4",
    "us-west1",
    "europe-west1",
    "europe-west4",
    "europe-north1",
    "asia-southeast1",
];
const CONTINENTS: [&str; 4] = ["north-america", "south-america", "europe", "asia"];
const POLICIES: [&str; 7] = [
    "geography",
    "latency",
    "weight",
    "failover",
    "capacity",
    "cost",
    "round-robin",
];
const SECOND: u64 = 1000;
const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

/// The topology of a seed.
pub fn plan(seed: u64) -> Plan {
    let dice = &mut Dice::new(seed);
    let mut plan = Plan {
        layout: dice.one(&["single", "per-region"]),
        mesh: dice.often(85),
        geography: dice.often(50),
        surge: dice.maybe(20, |d| d.from(8, 25)),
        regions: regions(dice),
        ..Plan::default()
    };
    let stores = dice.from(0, 3);
    plan.stores = (0..stores).map(|n| store(dice, n, &plan)).collect();
    let services = dice.from(1, 4);
    for n in 0..services {
        let service = service(dice, n, &plan);
        plan.services.push(service);
    }
    let hosts = dice.from(0, 2);
    plan.hosts = (0..hosts).map(|n| host(dice, n, &plan)).collect();
    let queues = dice.from(0, 2);
    plan.queues = (0..queues).map(|n| queue(dice, n, &plan)).collect();
    plan.failover = dice.maybe(60, failover);
    plan.facts = facts(dice, &plan);
    if !plan.hosts.is_empty() {
        plan.paged = dice.maybe(75, |d| d.one(&[0, 10 * SECOND, 45 * SECOND, 300 * SECOND]));
    }
    plan
}

fn regions(dice: &mut Dice) -> Vec<Region> {
    let count = dice.from(1, 4) as usize;
    let locations = dice.pick(count, &LOCATIONS);
    let primary = dice.from(0, count as u64 - 1) as usize;
    let mut regions: Vec<Region> = locations
        .iter()
        .enumerate()
        .map(|(index, location)| Region {
            name: match dice.often(20) {
                true => format!("r{index}"),
                false => location.to_string(),
            },
            location,
            role: match index == primary {
                true => "primary",
                false if dice.often(20) => "standby",
                false => "secondary",
            },
            weight: None,
            serves: dice.some(40, &CONTINENTS),
            pair: None,
        })
        .collect();
    let serving: Vec<usize> = (0..count)
        .filter(|i| regions[*i].role != "standby")
        .collect();
    for index in (0..count).filter(|i| !serving.contains(i)) {
        regions[index].pair = dice.maybe(60, |d| d.one(&serving));
    }
    if dice.often(60) {
        // Weights that add up; some may be left to the compiler.
        let mut left = 100;
        for index in &serving[1..] {
            let weight = dice.from(0, left / 2) as u32;
            left -= u64::from(weight);
            regions[*index].weight = Some(weight);
        }
        regions[serving[0]].weight = dice.maybe(50, |_| left as u32);
    }
    regions
}

fn check(dice: &mut Dice) -> Check {
    let every = dice.one(&[1000, 2000, 2500, 5000, 10_000, 30_000]);
    Check {
        every,
        timeout: dice.maybe(60, |d| d.one(&[500, 1000, 1500, 2000, 5000]).min(every)),
        failures: dice.from(1, 5),
    }
}

fn replicas(dice: &mut Dice) -> (u32, u32) {
    let least = dice.from(1, 5) as u32;
    (least, least + dice.one(&[0, 0, 2, 8, 20, 40]))
}

fn service(dice: &mut Dice, n: u64, plan: &Plan) -> Service {
    let kubernetes = dice.often(60);
    let all: Vec<usize> = (0..plan.regions.len()).collect();
    let mut at = dice.some(80, &all);
    if at.is_empty() {
        at = vec![dice.one(&all)];
    }
    // What is called on a cluster runs on each that it is called from.
    let beside = |other: &Service| {
        let there = |id: &usize| other.replicas.iter().any(|r| r.0 == *id);
        !kubernetes || !other.kubernetes || at.iter().all(there)
    };
    let earlier: Vec<usize> = (0..plan.services.len())
        .filter(|other| beside(&plan.services[*other]))
        .collect();
    let stores: Vec<usize> = (0..plan.stores.len()).collect();
    Service {
        name: format!("s{n}"),
        kubernetes,
        replicas: at
            .iter()
            .map(|region| {
                let (least, most) = replicas(dice);
                (*region, least, most)
            })
            .collect(),
        uses: dice.some(50, &stores),
        needs: dice.some(30, &earlier),
        capacity: dice.maybe(85, |d| Capacity {
            per_replica: d.one(&[10, 50, 100, 400]),
            peak: d.one(&[600, 6000, 30_000, 60_000, 100_000]),
            start: d.maybe(50, |d| d.one(&[500, 5000, 20_000])),
            target: d.one(&[7000, 5000, 6250, 10_000]),
        }),
        scale: dice.maybe(if kubernetes { 85 } else { 0 }, |d| {
            let requests = d.often(60) && plan.mesh;
            Scale {
                cpu: !requests || d.often(50),
                requests,
                out_after: d.one(&[0, 0, 15_000, 60_000]),
            }
        }),
        eject: dice.maybe(if kubernetes { 60 } else { 0 }, |d| Eject {
            errors: d.from(1, 20),
            at_most: d.maybe(50, |d| d.one(&[10, 34, 50, 100])),
            timeout: d.maybe(90, |d| d.one(&[1000, 5000, 30_000])),
            per_try: d.maybe(60, |d| d.one(&[500, 1000, 8000])),
            retries: d.maybe(60, |d| d.from(0, 4)),
        }),
        ready: dice.maybe(60, check),
    }
}

fn host(dice: &mut Dice, n: u64, plan: &Plan) -> Host {
    let service = dice.from(0, plan.services.len() as u64 - 1) as usize;
    let at: Vec<usize> = plan.services[service]
        .replicas
        .iter()
        .map(|r| r.0)
        .collect();
    let policies = dice.from(0, 3) as usize;
    let mut policy = dice.pick(policies, &POLICIES);
    // Back ends of Cloud Run cannot stand by.
    if !plan.services[service].kubernetes && policy.first() == Some(&"failover") {
        policy.remove(0);
    }
    Host {
        name: format!("h{n}.example.com"),
        service,
        policy,
        pinned: dice.maybe(15, |d| d.one(&at)),
        health: dice.maybe(80, check),
        ttl: dice.maybe(50, |d| d.one(&[1500, 30_000, 60_000])),
        backup: dice.often(30),
    }
}

fn store(dice: &mut Dice, n: u64, plan: &Plan) -> Store {
    let all: Vec<usize> = (0..plan.regions.len()).collect();
    let kind = match dice.often(50) {
        true => redis(dice, &all),
        false => firestore(dice, &all),
    };
    let datasets = dice.from(0, 2);
    Store {
        name: format!("d{n}"),
        kind,
        backup: dice.maybe(70, |d| Backup {
            every: d.maybe(80, |d| {
                d.one(&[
                    HOUR / 2,
                    HOUR,
                    5 * HOUR,
                    6 * HOUR,
                    18 * HOUR,
                    DAY,
                    2 * DAY,
                    7 * DAY,
                    14 * DAY,
                ])
            }),
            takes: d.maybe(50, |d| d.one(&[90 * SECOND, HOUR, 2 * HOUR])),
            point_in_time: d.often(50),
        }),
        replicated: dice.often(40),
        datasets: (0..datasets).map(|i| format!("set{n}{i}")).collect(),
    }
}

fn redis(dice: &mut Dice, all: &[usize]) -> Kind {
    let count = dice.from(1, all.len() as u64) as usize;
    let at = dice.pick(count, all);
    let members: Vec<(usize, u32, u32)> = at
        .into_iter()
        .map(|region| (region, dice.from(1, 6) as u32, dice.from(0, 3) as u32))
        .collect();
    Kind::Redis {
        members,
        health: dice.maybe(60, check),
        min_replicas: dice.maybe(50, |d| d.from(0, 3) as u32),
        max_lag: dice.maybe(50, |d| d.one(&[1500, 5000, 10_000])),
    }
}

fn firestore(dice: &mut Dice, all: &[usize]) -> Kind {
    let locations = [
        "nam5",
        "nam7",
        "eur3",
        "us-central1",
        "us-east4",
        "europe-west1",
    ];
    let databases = dice.one(&[0, 0, 1, 2]);
    Kind::Firestore {
        location: dice.maybe(70, |d| d.one(&locations)),
        regions: dice.some(40, all),
        databases: (0..databases)
            .map(|n| Database {
                name: format!("part{n}"),
                location: dice.one(&locations),
                serves: dice.some(50, all),
                taken_over_by: dice.some(30, all),
            })
            .collect(),
    }
}

fn queue(dice: &mut Dice, n: u64, plan: &Plan) -> Queue {
    let all: Vec<usize> = (0..plan.regions.len()).collect();
    let runs: Vec<usize> = (0..plan.services.len())
        .filter(|s| !plan.services[*s].kubernetes)
        .collect();
    let hosts: Vec<usize> = (0..plan.hosts.len()).collect();
    let host = match hosts.is_empty() {
        true => None,
        false => dice.maybe(40, |d| d.one(&hosts)),
    };
    let receiver = match host {
        Some(host) => Some(plan.hosts[host].service),
        None if runs.is_empty() => None,
        None => Some(dice.one(&runs)),
    };
    Queue {
        name: format!("q{n}"),
        receiver,
        host,
        regions: dice.some(50, &all),
    }
}

fn failover(dice: &mut Dice) -> Failover {
    Failover {
        answer: dice.maybe(60, |d| d.one(&[60_000, 600_000])),
        watch: dice.maybe(60, |d| d.one(&[1500, 60_000])),
        shift: dice.maybe(40, |d| {
            let step = d.one(&[5, 20, 30, 100]);
            (
                step,
                d.one(&[2500, 30_000]),
                d.maybe(50, |d| d.one(&[500, 60_000])),
            )
        }),
    }
}

/// Measurements of anything that can be measured, of single parts and of the whole.
fn facts(dice: &mut Dice, plan: &Plan) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |dice: &mut Dice, of: &'static str, parts: Vec<String>, percent: u64| {
        for on in dice.some(percent, &(0..parts.len()).collect::<Vec<_>>()) {
            facts.push(Fact {
                of,
                on: Some(parts[on].clone()),
                value: dice.one(&[2500, 20_000, 90_000, 900_000]),
            });
        }
        if dice.often(percent / 3) {
            facts.push(Fact {
                of,
                on: None,
                value: dice.one(&[1500, 30_000, 300_000]),
            });
        }
    };
    let hosts = || plan.hosts.iter().map(|h| h.name.clone());
    let stores = || plan.stores.iter().map(|s| s.name.clone());
    let queues = || plan.queues.iter().map(|q| q.name.clone());
    let leaving = plan.services.iter().map(|s| s.name.clone());
    add(dice, "detect", hosts().chain(leaving).collect(), 30);
    add(dice, "redirect", hosts().chain(queues()).collect(), 30);
    add(dice, "promote", stores().collect(), 30);
    add(dice, "restore", stores().collect(), 60);
    add(dice, "notice-corruption", stores().collect(), 60);
    add(dice, "lag", stores().collect(), 40);
    add(
        dice,
        "answer",
        hosts().chain(stores()).chain(queues()).collect(),
        30,
    );
    let services = plan.services.iter().map(|s| s.name.clone());
    add(dice, "warm-up", services.collect(), 70);
    facts
}

/// What may be wrong with a generated topology and is still worth calculating.
const ACCEPTED: [&str; 7] = [
    "CAP101", "CAP102", "DR101", "QRM101", "QRM110", "RTO104", "RUN102",
];

/// `{ a: 1, b: 2 }` of those that are there.
fn record(fields: &[(&str, Option<String>)]) -> String {
    let written = fields
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}: {}", value.as_ref()?)));
    format!("{{ {} }}", written.collect::<Vec<_>>().join(", "))
}

fn list<T: std::fmt::Display>(items: &[T]) -> Option<String> {
    let items: Vec<String> = items.iter().map(|i| i.to_string()).collect();
    (!items.is_empty()).then(|| format!("[{}]", items.join(", ")))
}

fn probe(check: &Check) -> String {
    record(&[
        ("every", Some(time(check.every))),
        ("timeout", check.timeout.map(time)),
        ("unhealthy_after", Some(check.failures.to_string())),
    ])
}

impl Plan {
    /// The region that comes first: by role, by the weight that is written, by name.
    pub fn first(&self, among: &[usize]) -> Option<usize> {
        let key = |r: &usize| {
            let region = &self.regions[*r];
            let role = ["primary", "secondary", "standby", "witness"];
            let rank = role.iter().position(|role| *role == region.role);
            (rank, std::cmp::Reverse(region.weight), region.name.clone())
        };
        among.iter().copied().min_by_key(key)
    }

    fn names(&self, regions: &[usize]) -> Option<String> {
        let names: Vec<&str> = regions
            .iter()
            .map(|r| self.regions[*r].name.as_str())
            .collect();
        list(&names)
    }

    /// The spec.
    pub fn yaml(&self) -> String {
        let mut out =
            String::from("version: 1\nname: gen\nclouds: { gcp: { project: gen-prod } }\n");
        let _ = writeln!(out, "terraform: {{ layout: {} }}", self.layout);
        if self.mesh {
            let header = self.geography.then(|| "user-region".to_string());
            let _ = writeln!(out, "mesh: {}", record(&[("geography_header", header)]));
        }
        let surge = self.surge.map(|s| format!("surge: {}.{}", s / 10, s % 10));
        let promised = Some(self.objectives.clone()).filter(|o| !o.is_empty());
        let objectives: Vec<String> = surge.into_iter().chain(promised).collect();
        if !objectives.is_empty() {
            let _ = writeln!(out, "objectives: {{ {} }}", objectives.join(", "));
        }
        self.yaml_parts(&mut out);
        if let Some(failover) = &self.failover {
            let watch = failover.watch.map(|w| record(&[("watch", Some(time(w)))]));
            let shift = failover.shift.map(|(step, every, verify)| {
                record(&[
                    ("step", Some(format!("{step}%"))),
                    ("every", Some(time(every))),
                    ("verify", verify.map(time)),
                ])
            });
            let fields = [
                ("mode", Some("automatic".to_string())),
                ("answer", failover.answer.map(time)),
                ("verify", watch),
                ("shift", shift),
            ];
            let _ = writeln!(out, "failover: {}", record(&fields));
        }
        if let Some(lasting) = self.paged {
            let lasting = time(lasting);
            let _ = writeln!(out, "channels: {{ oncall: {{ pagerduty: on-call }} }}");
            let _ = writeln!(
                out,
                "alerts: {{ down: {{ of: region-silent, lasting: {lasting}, severity: critical, tell: [oncall] }} }}"
            );
        }
        section(
            &mut out,
            "facts",
            self.facts.iter().enumerate().map(|(n, f)| {
                let fields = [
                    ("of", Some(f.of.to_string())),
                    ("on", f.on.clone()),
                    ("value", Some(time(f.value))),
                    (
                        "evidence",
                        Some(format!("\"https://drills.example.com/{n}\"")),
                    ),
                    ("measured", Some("2026-10-03".to_string())),
                ];
                (format!("f{n}"), record(&fields))
            }),
        );
        section(
            &mut out,
            "waivers",
            ACCEPTED.iter().map(|code| {
                let rest = "reason: generated, owner: tests, expires: 2099-01-01";
                (code.to_lowercase(), format!("{{ code: {code}, {rest} }}"))
            }),
        );
        out
    }

    fn yaml_parts(&self, out: &mut String) {
        section(
            out,
            "regions",
            self.regions.iter().map(|r| {
                let fields = [
                    ("location", Some(r.location.to_string())),
                    ("role", Some(r.role.to_string())),
                    ("weight", r.weight.map(|w| w.to_string())),
                    ("serves", list(&r.serves)),
                    ("pair", r.pair.map(|p| self.regions[p].name.clone())),
                ];
                (r.name.clone(), record(&fields))
            }),
        );
        section(
            out,
            "datastores",
            self.stores.iter().map(|s| (s.name.clone(), self.store(s))),
        );
        section(
            out,
            "services",
            self.services
                .iter()
                .map(|s| (s.name.clone(), self.service(s))),
        );
        section(
            out,
            "traffic",
            self.hosts.iter().map(|h| {
                let fields = [
                    ("to", Some(self.services[h.service].name.clone())),
                    ("policy", list(&h.policy)),
                    ("region", h.pinned.map(|r| self.regions[r].name.clone())),
                    ("health", h.health.as_ref().map(probe)),
                    ("ttl", h.ttl.map(time)),
                    ("backup", h.backup.then(|| "true".to_string())),
                ];
                (h.name.clone(), record(&fields))
            }),
        );
        section(
            out,
            "queues",
            self.queues.iter().map(|q| {
                let push = q.receiver.map(|receiver| {
                    record(&[
                        ("to", Some(self.services[receiver].name.clone())),
                        ("host", q.host.map(|h| self.hosts[h].name.clone())),
                    ])
                });
                let fields = [
                    ("engine", Some("pubsub".to_string())),
                    ("push", push),
                    ("regions", self.names(&q.regions)),
                ];
                (q.name.clone(), record(&fields))
            }),
        );
    }

    fn service(&self, service: &Service) -> String {
        let names = |of: Vec<&String>| list(&of);
        let replicas = service.replicas.iter().map(|(region, least, most)| {
            format!("{}: {least}..{most}", self.regions[*region].name)
        });
        let replicas = replicas.collect::<Vec<_>>().join(", ");
        let capacity = service.capacity.as_ref().map(|c| {
            record(&[
                ("per_replica", Some(format!("{}/s", c.per_replica))),
                ("peak", Some(format!("{}/min", c.peak))),
                ("start", c.start.map(time)),
                (
                    "target",
                    Some(format!("{}.{:02}%", c.target / 100, c.target % 100)),
                ),
            ])
        });
        let scale = service.scale.as_ref().map(|s| {
            record(&[
                ("cpu", s.cpu.then(|| "70%".to_string())),
                ("requests", s.requests.then(|| "100/s".to_string())),
                ("out_after", Some(time(s.out_after))),
            ])
        });
        let eject = service.eject.as_ref().map(|e| {
            let fields = [
                ("errors", Some(e.errors.to_string())),
                ("at_most", e.at_most.map(|p| format!("{p}%"))),
            ];
            record(&[
                ("eject", Some(record(&fields))),
                ("timeout", e.timeout.map(time)),
                ("per_try", e.per_try.map(time)),
                ("retries", e.retries.map(|r| r.to_string())),
            ])
        });
        let runtime = if service.kubernetes {
            "kubernetes"
        } else {
            "cloud-run"
        };
        record(&[
            ("runtime", Some(runtime.to_string())),
            ("image", Some(format!("gen/{}", service.name))),
            ("replicas", Some(format!("{{ {replicas} }}"))),
            (
                "uses",
                names(service.uses.iter().map(|s| &self.stores[*s].name).collect()),
            ),
            (
                "needs",
                names(
                    service
                        .needs
                        .iter()
                        .map(|s| &self.services[*s].name)
                        .collect(),
                ),
            ),
            ("capacity", capacity),
            ("scale_on", scale),
            ("calls", eject),
            ("ready", service.ready.as_ref().map(probe)),
        ])
    }

    fn store(&self, store: &Store) -> String {
        let mut fields = match &store.kind {
            Kind::Redis {
                members,
                health,
                min_replicas,
                max_lag,
            } => {
                let counts = |of: fn(&(usize, u32, u32)) -> u32| {
                    let each = members
                        .iter()
                        .map(|m| format!("{}: {}", self.regions[m.0].name, of(m)));
                    Some(format!("{{ {} }}", each.collect::<Vec<_>>().join(", ")))
                };
                let replication = record(&[
                    ("mode", Some("async".to_string())),
                    ("min_replicas", min_replicas.map(|m| m.to_string())),
                    ("max_lag", max_lag.map(time)),
                ]);
                vec![
                    ("engine", Some("redis".to_string())),
                    ("nodes", counts(|m| m.1)),
                    ("sentinels", counts(|m| m.2)),
                    ("health", health.as_ref().map(probe)),
                    ("replication", Some(replication)),
                ]
            }
            Kind::Firestore {
                location,
                regions,
                databases,
            } => {
                let each = databases.iter().map(|d| {
                    let fields = [
                        ("location", Some(d.location.to_string())),
                        ("serves", self.names(&d.serves)),
                        ("taken_over_by", self.names(&d.taken_over_by)),
                    ];
                    format!("{}: {}", d.name, record(&fields))
                });
                let databases = each.collect::<Vec<_>>().join(", ");
                vec![
                    ("engine", Some("firestore".to_string())),
                    ("location", location.map(str::to_string)),
                    ("regions", self.names(regions)),
                    ("databases", Some(format!("{{ {databases} }}"))),
                    (
                        "replication",
                        store
                            .replicated
                            .then(|| "{ mode: application }".to_string()),
                    ),
                ]
            }
        };
        let backup = store.backup.as_ref().map(|b| {
            record(&[
                ("every", b.every.map(time)),
                ("takes", b.takes.map(time)),
                ("point_in_time", b.point_in_time.then(|| "7d".to_string())),
            ])
        });
        let datasets = store
            .datasets
            .iter()
            .map(|d| format!("{d}: {{ holds: [public] }}"));
        let datasets = datasets.collect::<Vec<_>>().join(", ");
        fields.push(("backup", backup));
        fields.push(("datasets", Some(format!("{{ {datasets} }}"))));
        record(&fields)
    }
}

fn section(out: &mut String, name: &str, entries: impl Iterator<Item = (String, String)>) {
    let mut entries = entries.peekable();
    if entries.peek().is_some() {
        let _ = writeln!(out, "{name}:");
    }
    for (name, value) in entries {
        let _ = writeln!(out, "  {name}: {value}");
    }
}
