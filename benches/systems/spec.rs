//! Systems as large as one likes, with what real ones have: both clouds, hosts, stores, a queue,
//! alerts.

use std::fmt::Write;

const GCP: [&str; 20] = [
    "us-central1",
    "europe-west1",
    "asia-southeast1",
    "us-east4",
    "europe-west4",
    "asia-northeast1",
    "us-west1",
    "europe-north1",
    "asia-south1",
    "southamerica-east1",
    "us-east1",
    "europe-west2",
    "us-west2",
    "europe-west3",
    "australia-southeast1",
    "northamerica-northeast1",
    "asia-east1",
    "us-west4",
    "europe-west6",
    "us-south1",
];

const AWS: [&str; 10] = [
    "us-east-1",
    "eu-west-1",
    "ap-southeast-1",
    "us-west-2",
    "eu-central-1",
    "ap-northeast-1",
    "us-east-2",
    "eu-west-2",
    "ap-south-1",
    "ca-central-1",
];

const HEAD: &str = "\
version: 1
name: bench
owner: bench
objectives: { availability: 99%, rto: 15m }
clouds: { gcp: { project: bench-prod, project_number: \"123456789012\" }, aws: { account: \"123456789012\" } }
terraform: { layout: per-region, state_bucket: { aws: bench-state-aws, gcp: bench-state-gcp } }
failover: { mode: automatic, answer: 15m, verify: { watch: 60s } }
secrets: { api-key: { rotate: 90d } }
channels: { oncall: { pagerduty: bench-on-call }, team: { email: bench@example.com } }
";

/// A spec with that many regions, of which a third is on AWS, and that many services: in turn on
/// Kubernetes and Cloud Run of Google Cloud, and on Kubernetes of AWS.
///
/// # Panics
/// If there are fewer than four regions, more than thirty, or fewer than three services.
pub fn spec(regions: usize, services: usize) -> String {
    let aws = &AWS[..(regions / 3).max(2)];
    let gcp = &GCP[..regions - aws.len()];
    let mut out = HEAD.to_string();
    out.push_str("regions:\n");
    for (index, name) in gcp.iter().chain(aws).enumerate() {
        let role = if index == 0 { "primary" } else { "secondary" };
        let _ = writeln!(out, "  {name}: {{ role: {role} }}");
    }
    stores(&gcp.join(", "), &aws.join(", "), &mut out);
    out.push_str("services:\n");
    for index in 0..services {
        service(index, &gcp.join(", "), &aws.join(", "), &mut out);
    }
    out.push_str("traffic:\n");
    for index in 0..services {
        hosts(index, aws, &mut out);
    }
    out.push_str("alerts:\n");
    for index in (1..services).step_by(3) {
        let _ = writeln!(
            out,
            "  silent-{index}: {{ of: region-silent, on: s{index}, lasting: 5m, severity: critical, tell: [oncall] }}
  errors-{index}: {{ of: error-rate, on: s{index}, when: \"> 1%\", lasting: 5m, severity: high, tell: [team] }}"
        );
    }
    out
}

fn stores(gcp: &str, aws: &str, out: &mut String) {
    let _ = writeln!(
        out,
        "datastores:
  main: {{ engine: firestore, location: nam5, regions: [{gcp}], backup: {{ every: 1d, keep: 30d, point_in_time: 7d }}, datasets: {{ users: {{ holds: [personal] }} }} }}
  cache: {{ engine: redis, regions: [{gcp}], nodes: 2, sentinels: 1, replication: {{ mode: async, min_replicas: 1 }} }}
  orders: {{ engine: dynamodb, regions: [{aws}], replication: {{ mode: active-active, conflicts: last-write-wins, loss_accepted: true }}, datasets: {{ lines: {{ holds: [internal] }} }} }}
queues:
  jobs: {{ engine: pubsub, regions: [{gcp}], push: {{ to: s1, path: /jobs, host: h1.example.com }}, dead_letter: {{ after: 5, keep: 14d }}, keep: 7d, carries: [users] }}"
    );
}

fn service(index: usize, gcp: &str, aws: &str, out: &mut String) {
    let runs = match index % 3 {
        0 => format!(
            "runtime: kubernetes, regions: [{gcp}], scale_on: {{ cpu: 70% }}, uses: [cache]"
        ),
        1 => format!(
            "runtime: cloud-run, regions: [{gcp}], uses: [main], publishes: [jobs], secrets: [api-key]"
        ),
        _ if index % 6 == 2 => format!(
            "runtime: kubernetes, regions: [{aws}], scale_on: {{ cpu: 70% }}, uses: [orders]"
        ),
        _ => format!("runtime: kubernetes, regions: [{aws}], scale_on: {{ cpu: 70% }}"),
    };
    let _ = writeln!(
        out,
        "  s{index}: {{ {runs}, replicas: 2..400, image: bench/s{index}, env: {{ log-level: info, mode: s{index} }}, capacity: {{ per_replica: 100/s, peak: 9000/s, start: 5s }} }}"
    );
}

/// All services of Google Cloud have a host, and every fourth of AWS, where Route 53 chooses among
/// names of regions.
fn hosts(index: usize, aws: &[&str], out: &mut String) {
    if index % 3 < 2 {
        let _ = writeln!(
            out,
            "  h{index}.example.com: {{ to: s{index}, policy: [latency], health: {{ path: /health }}, drain: 30s, ttl: 30s }}"
        );
    } else if index % 12 == 2 {
        let _ = writeln!(
            out,
            "  h{index}.example.org: {{ to: s{index}, policy: [latency], health: {{ path: /health, every: 10s }}, ttl: 30s }}"
        );
        for region in aws {
            let _ = writeln!(
                out,
                "  h{index}.{region}.example.org: {{ to: s{index}, region: {region} }}"
            );
        }
    }
}
