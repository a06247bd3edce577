//! How long the whole analysis takes: topologies of R regions and S services that have
//! everything that costs time, hosts, calls, capacity, stores with datasets, a mesh.
//!
//! `cargo bench --bench analyze` prints a time for each size; it should grow no worse than
//! linearly in services and quadratically in regions.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use meridian::analysis::{Context, analyze};
use meridian::cloud::copies::supplied;
use meridian::cloud::lower;
use meridian::cloud::recovery::Facts;
use meridian::diagnostic::Diagnostics;
use meridian::source::SourceMap;
use meridian::syntax::{self, Limits};
use meridian::topology::{self, Topology};
use meridian::{catalog, spec};
use std::fmt::Write;
use std::hint::black_box;

/// A topology with that many regions and services. There are fewer places than that in the
/// catalog: several regions lie in one.
fn generated(regions: usize, services: usize) -> Topology {
    let gcp = |p: &&catalog::Place| p.provider == spec::Provider::Gcp;
    let places: Vec<_> = catalog::places().iter().filter(gcp).collect();
    let mut text = String::from(
        "version: 1\nname: bench\nobjectives: { rto: 5m, rpo: 1m, corruption: { rto: 4h } }\nclouds: { gcp: { project: bench-prod } }\nmesh: {}\nfailover: { mode: automatic, answer: 15m, verify: { watch: 60s } }\nregions:\n",
    );
    for (index, place) in places.iter().cycle().take(regions).enumerate() {
        let role = if index == 0 { "primary" } else { "secondary" };
        let _ = writeln!(
            text,
            "  r{index}: {{ location: {}, role: {role} }}",
            place.location
        );
    }
    text.push_str(
        "datastores:\n  main: { engine: firestore, location: nam5, backup: { every: 1d, point_in_time: 7d }, datasets: { users: { holds: [personal] } } }\n  cache: { engine: redis, nodes: 2, sentinels: 1, replication: { mode: async, min_replicas: 1 } }\nservices:\n",
    );
    for index in 0..services {
        let runs = match index % 2 {
            0 => {
                "runtime: kubernetes, scale_on: { requests: 100/s }, calls: { eject: { errors: 5 } }"
            }
            _ => "runtime: cloud-run",
        };
        // Each calls one of the others, so that some stand on others.
        let needs = if index >= 10 {
            format!("s{}", index % 10)
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "  s{index}: {{ {runs}, image: bench/s{index}, replicas: 2..400, needs: [{needs}], uses: [main, cache], capacity: {{ per_replica: 100/s, peak: 90000/s, start: 5s }} }}"
        );
    }
    text.push_str("traffic:\n");
    for index in 0..services {
        let _ = writeln!(
            text,
            "  h{index}.example.com: {{ to: s{index}, policy: [latency] }}"
        );
    }
    text.push_str("facts:\n");
    for index in 0..services {
        let _ = writeln!(
            text,
            "  w{index}: {{ of: warm-up, on: s{index}, value: 2m, evidence: \"https://drills.example.com\", measured: 2026-10-03 }}"
        );
    }
    settled(&text)
}

fn settled(text: &str) -> Topology {
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    let spec = document.as_ref().and_then(|d| spec::decode(d, &mut out));
    let topology = spec.and_then(|s| topology::resolve(s, None, "topology.yaml", None, &mut out));
    topology.unwrap_or_else(|| panic!("{out:#?}"))
}

fn benches(c: &mut Criterion) {
    let mut group = c.benchmark_group("analyze");
    for (regions, services) in [(20, 20), (50, 50), (100, 100), (100, 200), (200, 200)] {
        let topology = generated(regions, services);
        let deployment = lower(&topology, &mut Diagnostics::default());
        let context = Context {
            topology: &topology,
            deployment: &deployment,
            today: None,
        };
        let id = BenchmarkId::from_parameter(format!("{regions}x{services}"));
        group.bench_function(id, |b| {
            b.iter(|| {
                let copies = supplied(&topology);
                black_box(analyze(context, &Facts, &copies).recovery.times.len())
            })
        });
    }
}

criterion_group! {
    name = analyses;
    config = Criterion::default().sample_size(10);
    targets = benches
}
criterion_main!(analyses);
