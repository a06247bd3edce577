//! Whole systems by chance: regions, stores of each kind and mode, queues, services, hosts, a mesh,
//! alerts and measurements on Google Cloud, on AWS, or on both. They are valid by construction as
//! far as a generator can know; what the compiler refuses all the same is counted by its laws.

use crate::arithmetic::dice::Dice;
use std::fmt::Write;

/// The regions of a cloud that systems are made of.
const REGIONS: [(&str, &[&str]); 2] = [
    (
        "gcp",
        &[
            "us-central1",
            "us-east1",
            "us-east4",
            "us-west1",
            "europe-west1",
            "europe-west4",
            "asia-southeast1",
        ],
    ),
    (
        "aws",
        &[
            "us-east-1",
            "us-east-2",
            "us-west-2",
            "eu-west-1",
            "eu-central-1",
            "ap-southeast-1",
        ],
    ),
];

/// What may be wrong with a generated system and is still worth compiling: promises that it does
/// not keep, replicas that do not suffice.
const ACCEPTED: [&str; 10] = [
    "CAP101", "CAP102", "DR101", "QRM101", "RTO101", "RTO103", "RTO201", "RPO101", "RPO201",
    "RUN102",
];

/// The part of a system on one cloud.
struct Part {
    cloud: &'static str,
    regions: Vec<&'static str>,
    stores: Vec<String>,
    services: Vec<String>,
    hosts: Vec<String>,
}

/// The sections of a spec, each a list of lines.
#[derive(Default)]
struct Sections {
    /// Whether there is a mesh.
    meshed: bool,
    stores: Vec<String>,
    queues: Vec<String>,
    services: Vec<String>,
    traffic: Vec<String>,
    facts: Vec<String>,
    /// What measurements may be about: kind and subject.
    measurable: Vec<(&'static str, String)>,
}

/// The system of a seed, as YAML.
pub fn system(seed: u64) -> String {
    let dice = &mut Dice::new(seed.wrapping_mul(0x9e37_79b9) ^ 0x1a35);
    let mut parts = clouds(dice);
    let primary = parts[0].regions[0];
    let mut sections = Sections {
        // One cloud's mesh ends at its border.
        meshed: parts.len() == 1 && dice.often(85),
        ..Sections::default()
    };
    for part in &mut parts {
        stores(dice, part, &mut sections);
        services(dice, part, &mut sections);
        hosts(dice, part, &mut sections);
    }
    queues(dice, &mut parts, &mut sections);
    facts(dice, &mut sections);
    let mut out = String::from("version: 1\nname: gen\nowner: tests\n");
    let promised = objectives(dice, &mut out);
    frame(dice, &parts, (primary, sections.meshed), &mut out);
    people(dice, &parts, &sections, promised, &mut out);
    let written = [
        ("datastores", &sections.stores),
        ("queues", &sections.queues),
        ("services", &sections.services),
        ("traffic", &sections.traffic),
        ("facts", &sections.facts),
    ];
    for (name, lines) in written {
        if !lines.is_empty() {
            let _ = writeln!(out, "{name}:\n  {}", lines.join("\n  "));
        }
    }
    let _ = writeln!(out, "waivers:");
    for code in ACCEPTED {
        let name = code.to_lowercase();
        let _ = writeln!(
            out,
            "  {name}: {{ code: {code}, reason: generated, owner: tests, expires: 2027-06-30 }}"
        );
    }
    out
}

fn clouds(dice: &mut Dice) -> Vec<Part> {
    let which: &[usize] = match dice.from(0, 9) {
        0..=4 => &[0],
        5..=8 => &[1],
        _ => &[0, 1],
    };
    let most = if which.len() == 2 { 2 } else { 4 };
    let parts = which.iter().map(|index| {
        let (cloud, regions) = REGIONS[*index];
        let count = dice.from(1, most) as usize;
        Part {
            cloud,
            regions: dice.pick(count, regions),
            stores: Vec::new(),
            services: Vec::new(),
            hosts: Vec::new(),
        }
    });
    parts.collect()
}

/// Promises, and whether there are any.
fn objectives(dice: &mut Dice, out: &mut String) -> bool {
    let promised = dice.often(70);
    if promised {
        let rto = dice.one(&["1m", "5m", "15m", "4h", "3d"]);
        let rpo = dice.one(&["10s", "5m", "1h", "2d"]);
        let mut line = format!("rto: {rto}, rpo: {rpo}");
        if dice.often(40) {
            line += ", corruption: { rto: 3d, rpo: 3d }";
        }
        if dice.often(30) {
            line += ", zone: { rto: 10m }";
        }
        if dice.often(30) {
            line += ", availability: 99.9%";
        }
        let _ = writeln!(out, "objectives: {{ {line} }}");
    }
    promised
}

/// Clouds, state, regions, keys, mesh.
fn frame(dice: &mut Dice, parts: &[Part], (primary, meshed): (&str, bool), out: &mut String) {
    let _ = writeln!(out, "clouds:");
    for part in parts {
        let _ = match part.cloud {
            "gcp" => writeln!(
                out,
                "  gcp: {{ project: gen-prod, project_number: \"123456789012\" }}"
            ),
            _ => writeln!(out, "  aws: {{ account: \"111122223333\" }}"),
        };
    }
    let layout = dice.one(&["single", "per-region"]);
    let bucket = match parts {
        [_] => "gen-prod-tfstate".to_string(),
        _ => "{ gcp: gen-gcp-tfstate, aws: gen-aws-tfstate }".to_string(),
    };
    let _ = writeln!(
        out,
        "terraform: {{ layout: {layout}, state_bucket: {bucket} }}\nregions:"
    );
    let all: Vec<(&str, &str)> = parts
        .iter()
        .flat_map(|p| p.regions.iter().map(|r| (p.cloud, *r)))
        .collect();
    let standby = match all.len() {
        0..=2 => None,
        _ => dice.maybe(25, |_| all.len() - 1),
    };
    let serving = all.len() - usize::from(standby.is_some());
    let each = 100 / serving;
    for (index, (cloud, region)) in all.iter().enumerate() {
        let (role, weight) = match index {
            _ if *region == primary => ("primary", 100 - each * (serving - 1)),
            _ if standby == Some(index) => ("standby", 0),
            _ => ("secondary", each),
        };
        let _ = writeln!(
            out,
            "  {region}: {{ cloud: {cloud}, role: {role}, weight: {weight} }}"
        );
    }
    if dice.often(50) {
        let _ = writeln!(out, "keys: {{ rotate: 90d }}");
    }
    // Google Cloud collects by itself.
    if parts.iter().any(|p| p.cloud == "aws") {
        let _ = writeln!(out, "observability: {{ metrics: {{ by: prometheus }} }}");
    }
    if meshed {
        let _ = writeln!(out, "mesh: {{ kind: istio, namespace: gen }}");
    }
}

/// Alerts and their channels, failover, drills.
fn people(dice: &mut Dice, parts: &[Part], sections: &Sections, promised: bool, out: &mut String) {
    let _ = writeln!(
        out,
        "channels: {{ oncall: {{ pagerduty: gen, default: true }}, ops: {{ email: ops@example.com }} }}"
    );
    if dice.often(75) {
        let _ = writeln!(out, "alerts:");
        let lasting = dice.one(&["0s", "10s", "45s", "1m", "5m"]);
        let tell = dice.one(&["oncall", "oncall, ops", "ops"]);
        let _ = writeln!(
            out,
            "  down: {{ of: region-silent, lasting: {lasting}, severity: critical, tell: [{tell}] }}"
        );
        let taken = |line: &String| line.contains("sentinels") && line.contains("backup");
        if sections.stores.iter().any(taken) && dice.often(40) {
            let _ = writeln!(
                out,
                "  backups: {{ of: backup-failure, lasting: 0s, severity: high, tell: [ops] }}"
            );
        }
    }
    // Anycast and shares do not wait for a person.
    let waits = parts.iter().all(|p| p.hosts.is_empty());
    if promised && dice.often(70) {
        let mode = match waits && dice.often(50) {
            true => "manual",
            false => "automatic",
        };
        let mut line = format!("mode: {mode}, back: manual");
        if dice.often(50) {
            line += &format!(", answer: {}", dice.one(&["2m", "10m"]));
        }
        if dice.often(40) {
            line += ", verify: { watch: 60s }";
        }
        let _ = writeln!(out, "failover: {{ {line} }}");
    }
    let first = &parts[0].regions;
    if first.len() > 1 && dice.often(50) {
        let _ = writeln!(
            out,
            "drills: {{ region-failure: {{ every: monthly, primary: {}, secondary: {} }}, restore: {{ every: yearly }} }}",
            first[0], first[1]
        );
    }
}

fn stores(dice: &mut Dice, part: &mut Part, sections: &mut Sections) {
    let count = dice.from(0, 3);
    for n in 0..count {
        let name = format!("{}{n}", if part.cloud == "gcp" { "g" } else { "a" });
        let kind = match part.cloud {
            "gcp" => of_gcp(dice, part),
            _ => of_aws(dice, part),
        };
        let line = format!("{name}: {{ {kind} }}");
        sections.stores.push(line);
        for of in ["promote", "restore", "notice-corruption", "lag"] {
            sections.measurable.push((of, name.clone()));
        }
        part.stores.push(name);
    }
}

fn list(names: &[&str]) -> String {
    format!("[{}]", names.join(", "))
}

/// A value for each region: `{ us-east1: 2, us-west1: 2 }`.
fn each(regions: &[&str], value: impl Fn(usize) -> String) -> String {
    let each = regions.iter().enumerate();
    let each: Vec<String> = each.map(|(n, r)| format!("{r}: {}", value(n))).collect();
    format!("{{ {} }}", each.join(", "))
}

fn datasets(dice: &mut Dice) -> &'static str {
    dice.one(&[
        "datasets: { all: { holds: [internal] } }",
        "datasets: { all: { holds: [internal], ttl: 1d } }",
        "datasets: { these: { holds: [public] }, those: { holds: [internal] } }",
    ])
}

fn backup(dice: &mut Dice, log: bool) -> String {
    if !dice.often(75) {
        return String::new();
    }
    let every = dice.one(&["6h", "12h", "1d"]);
    let log = match log && dice.often(50) {
        true => ", point_in_time: 7d",
        false => "",
    };
    format!(", backup: {{ every: {every}, keep: 14d{log} }}")
}

fn of_gcp(dice: &mut Dice, part: &Part) -> String {
    let at = format!("regions: {}", list(&part.regions));
    let datasets = datasets(dice);
    match dice.from(0, 2) {
        0 => {
            let american = part.regions.iter().all(|r| r.starts_with("us-"));
            let location = if american { "nam5" } else { "eur3" };
            let log = if dice.often(50) {
                ", point_in_time: 7d"
            } else {
                ""
            };
            let backup = match dice.often(75) {
                true => format!(", backup: {{ every: 1d, keep: 14d{log} }}"),
                false => String::new(),
            };
            format!("engine: firestore, {at}, location: {location}, {datasets}{backup}")
        }
        1 => {
            let backup = backup(dice, false);
            let replicas = dice.from(1, 2);
            format!(
                "engine: redis, {at}, size: 5Gi, replicas: {replicas}, {datasets}, replication: {{ mode: none }}{backup}"
            )
        }
        _ => {
            let backup = backup(dice, false);
            let nodes = each(&part.regions, |n| if n == 0 { "3" } else { "2" }.into());
            // An odd number in all, so that a region can be lost where there are three.
            let odd = part.regions.len() % 2 == 1;
            let sentinels = each(&part.regions, |n| {
                let more = n == 0 && (!odd || part.regions.len() == 1);
                match (more, part.regions.len()) {
                    (true, 1) => "3",
                    (true, _) => "2",
                    _ => "1",
                }
                .into()
            });
            let health = match dice.often(50) {
                true => format!(
                    ", health: {{ every: {}, unhealthy_after: {} }}",
                    dice.one(&["1s", "5s"]),
                    dice.from(2, 4)
                ),
                false => String::new(),
            };
            let least = dice.from(0, 1);
            let lag = dice.one(&["5s", "10s"]);
            format!(
                "engine: redis, nodes: {nodes}, sentinels: {sentinels}, {datasets}{health}, replication: {{ mode: async, min_replicas: {least}, max_lag: {lag}, loss_accepted: true }}{backup}"
            )
        }
    }
}

fn of_aws(dice: &mut Dice, part: &Part) -> String {
    let at = format!("regions: {}", list(&part.regions));
    let several = part.regions.len() > 1;
    let datasets = datasets(dice);
    let none = "replication: { mode: none }";
    let behind = "replication: { mode: async, lag: { warn: 5s, critical: 30s } }";
    let all = "replication: { mode: active-active, conflicts: last-write-wins, loss_accepted: true, arbiter: operator }";
    let several_or = |dice: &mut Dice, much: &'static str| match several && dice.often(65) {
        true => much,
        false => none,
    };
    match dice.from(0, 5) {
        0 => {
            let mode = several_or(dice, behind);
            let backup = backup(dice, true);
            format!("engine: postgres, {at}, {datasets}, {mode}{backup}")
        }
        1 if several => {
            let backup = match dice.often(75) {
                true => ", backup: { keep: 14d, point_in_time: 14d }",
                false => "",
            };
            format!("engine: aurora, {at}, {datasets}, {behind}{backup}")
        }
        2 => {
            let mode = several_or(dice, all);
            let backup = match dice.often(75) {
                true => ", backup: { keep: 35d, point_in_time: 35d }",
                false => "",
            };
            format!(
                "engine: dynamodb, {at}, datasets: {{ all: {{ holds: [internal] }} }}, {mode}{backup}"
            )
        }
        3 => {
            let mode = {
                let much = dice.one(&[all, behind]);
                several_or(dice, much)
            };
            format!(
                "engine: object-storage, {at}, datasets: {{ all: {{ holds: [public] }} }}, {mode}"
            )
        }
        _ => {
            let mode = several_or(dice, behind);
            let backup = match dice.often(75) {
                true => ", backup: { every: 1d, keep: 7d }",
                false => "",
            };
            format!("engine: redis, {at}, nodes: 2, replicas: 1, {datasets}, {mode}{backup}")
        }
    }
}

fn services(dice: &mut Dice, part: &mut Part, sections: &mut Sections) {
    let count = dice.from(1, 3);
    for n in 0..count {
        let name = format!("{}{n}", if part.cloud == "gcp" { "web" } else { "api" });
        let run = part.cloud == "gcp" && n > 0 && dice.often(30);
        let line = service(dice, part, &name, (run, sections.meshed));
        sections.services.push(format!("{name}: {{ {line} }}"));
        sections.measurable.push(("warm-up", name.clone()));
        part.services.push(name);
    }
}

fn service(dice: &mut Dice, part: &Part, name: &str, (run, meshed): (bool, bool)) -> String {
    let least = dice.from(2, 6);
    let most = least + dice.one(&[0, 4, 10, 30]);
    let replicas = each(&part.regions, |_| format!("{least}..{most}"));
    let stores: Vec<&str> = part.stores.iter().map(String::as_str).collect();
    let mut line = format!("image: gen/{name}, replicas: {replicas}");
    let uses = dice.some(60, &stores);
    if !uses.is_empty() {
        line += &format!(", uses: {}", list(&uses));
    }
    if dice.often(80) {
        let peak = dice.one(&[60, 300, 900]);
        line += &format!(", capacity: {{ per_replica: 200/s, peak: {peak}/s, start: 10s }}");
    }
    if dice.often(50) {
        let (every, timeout) = dice.one(&[("10s", "1s"), ("5s", "2s"), ("3s", "1s")]);
        let failures = dice.from(2, 4);
        line += &format!(
            ", ready: {{ path: /ready, every: {every}, timeout: {timeout}, unhealthy_after: {failures} }}"
        );
    }
    if run {
        return format!("runtime: cloud-run, {line}");
    }
    let called: Vec<&str> = part.services.iter().map(String::as_str).collect();
    let needs = dice.some(30, &called);
    if !needs.is_empty() {
        line += &format!(", needs: {}", list(&needs));
    }
    if dice.often(70) {
        let requests = if dice.often(40) && meshed {
            ", requests: 100/s"
        } else {
            ""
        };
        let window = dice.one(&["", ", out_after: 15s", ", in_after: 120s", ", every: 20s"]);
        line += &format!(", scale_on: {{ cpu: 70%{requests}{window} }}");
    }
    if dice.often(80) {
        let retries = dice.from(0, 2);
        let eject = match dice.often(50) {
            true => format!(
                ", eject: {{ errors: {}, every: 10s, lasting: 30s, at_most: {}% }}",
                dice.from(2, 6),
                dice.one(&[34, 50, 100])
            ),
            false => String::new(),
        };
        line += &format!(", calls: {{ timeout: 4s, retries: {retries}, per_try: 1s{eject} }}");
    }
    line
}

fn hosts(dice: &mut Dice, part: &mut Part, sections: &mut Sections) {
    if !dice.often(70) {
        return;
    }
    let to = part.services[0].clone();
    let name = format!("www.{}.example.com", part.cloud);
    let every = dice.one(&[5u64, 10, 30]);
    let failures = dice.from(2, 4);
    let mut line = format!("to: {to}");
    match part.cloud {
        "gcp" => {
            line += &format!(
                ", health: {{ path: /health, every: {every}s, timeout: 2s, unhealthy_after: {failures} }}"
            );
            if dice.often(50) {
                line += ", drain: 30s";
            }
            if dice.often(20) {
                line += ", backup: true, ttl: 60s";
            }
        }
        _ => {
            let every = if every == 5 { 10 } else { 30 };
            line += &format!(
                ", routing: route53, policy: [latency], health: {{ path: /health, every: {every}s, timeout: 5s, unhealthy_after: {failures} }}"
            );
            if dice.often(50) {
                line += ", ttl: 60s, drain: 45s";
            }
            for region in &part.regions {
                let own = format!("{region}.aws.example.com");
                sections.traffic.push(format!(
                    "{own}: {{ to: {to}, routing: route53, region: {region} }}"
                ));
            }
        }
    }
    sections.traffic.push(format!("{name}: {{ {line} }}"));
    sections.measurable.push(("detect", name.clone()));
    sections.measurable.push(("redirect", name.clone()));
    part.hosts.push(name);
}

fn queues(dice: &mut Dice, parts: &mut [Part], sections: &mut Sections) {
    let runs: Vec<String> = sections
        .services
        .iter()
        .filter(|line| line.contains("cloud-run"))
        .filter_map(|line| line.split(':').next().map(str::to_string))
        .collect();
    if let Some(to) = runs.first().filter(|_| dice.often(70)) {
        let at = list(&parts[0].regions);
        let keep = dice.one(&["", ", keep: 7d", ", ack_within: 30s"]);
        sections.queues.push(format!(
            "jobs: {{ engine: pubsub, push: {{ to: {to} }}, regions: {at}{keep} }}"
        ));
        sections.measurable.push(("redirect", "jobs".into()));
    }
    if dice.often(15) {
        let country = if parts[0].cloud == "gcp" { "US" } else { "DE" };
        sections.queues.push(format!(
            "events: {{ engine: kafka, external: {{ run_by: streaming, at: [{{ country: {country} }}], settings: {{ brokers: \"kafka.example.com:443\" }} }} }}"
        ));
    }
}

fn facts(dice: &mut Dice, sections: &mut Sections) {
    let measurable = std::mem::take(&mut sections.measurable);
    for (n, (of, on)) in measurable.into_iter().enumerate() {
        if dice.often(45) {
            let value = dice.one(&["90s", "5m", "20m", "2h"]);
            let until = dice.one(&["", ", expires: 2027-10-03"]);
            sections.facts.push(format!(
                "f{n}: {{ of: {of}, on: {on}, value: {value}, evidence: \"https://drills.example.com/{n}\", measured: 2026-10-03{until} }}"
            ));
        }
    }
}
