//! How long a compile takes: ggen, and systems of R regions and S services, into memory
//! and to disk; and how long the analyses of load, votes and availability take alone.

#[path = "systems/spec.rs"]
mod systems;

use criterion::{Criterion, criterion_group, criterion_main};
use meridian::analysis::{availability, capacity, quorum};
use meridian::artifact::{ArtifactSet, write};
use meridian::diagnostic::Diagnostics;
use meridian::source::SourceMap;
use meridian::syntax::{self, Limits};
use meridian::topology::{self, Topology};
use meridian::{Until, compile};
use std::fmt::Write;
use std::hint::black_box;

fn artifacts(text: &str) -> ArtifactSet {
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    let done = compile(
        document.as_ref(),
        None,
        "topology.yaml",
        out,
        Until::Emitted,
        None,
    );
    assert!(!done.diagnostics.has_errors(), "{:#?}", done.diagnostics);
    done.artifacts
}

fn benches(c: &mut Criterion) {
    let ggen = include_str!("../examples/ggen/topology.yaml").to_string();
    let mut cases = vec![("ggen".to_string(), ggen)];
    for (regions, services) in [(10, 20), (30, 100)] {
        let spec = systems::spec(regions, services);
        cases.push((format!("{regions}x{services}"), spec));
    }
    for (name, spec) in &cases {
        c.bench_function(&format!("{name} into memory"), |b| {
            b.iter(|| black_box(artifacts(spec)).len())
        });
        let set = artifacts(spec);
        let folder = tempfile::tempdir().expect("a folder");
        let mut round = 0;
        c.bench_function(&format!("{name} to disk"), |b| {
            b.iter(|| {
                round += 1;
                let root = folder.path().join(round.to_string());
                write::write(&set, &root, Default::default()).expect("written")
            });
        });
        let source = folder.path().join("source");
        write::write(&set, &source, Default::default()).expect("written");
        c.bench_function(&format!("{name} cp -r"), |b| {
            b.iter(|| {
                round += 1;
                let target = folder.path().join(format!("copy-{round}"));
                std::process::Command::new("cp")
                    .arg("-r")
                    .arg(&source)
                    .arg(target)
                    .status()
            });
        });
    }
}

/// A chain and a crowd: services with a host, each calling another, in as many regions; places
/// repeat where the provider has fewer.
fn large(regions: usize, services: usize) -> Topology {
    let places: Vec<_> = meridian::catalog::places()
        .iter()
        .filter(|p| p.provider == meridian::spec::Provider::Gcp)
        .collect();
    let mut spec = String::from(
        "version: 1\nname: bench\nclouds: { gcp: { project: bench-prod } }\nobjectives: { availability: 99.9% }\nregions:\n",
    );
    for index in 0..regions {
        let location = places[index % places.len()].location;
        let _ = writeln!(
            spec,
            "  r{index}: {{ location: {location}, serves: [europe] }}"
        );
    }
    spec.push_str("datastores: { cache: { engine: redis, sentinels: 1 } }\nservices:\n");
    for index in 0..services {
        let needs = match index % 2 {
            0 => format!("needs: [s{}], ", (index + 1) % services),
            _ => "uses: [cache], ".to_string(),
        };
        let _ = writeln!(
            spec,
            "  s{index}: {{ image: bench/s{index}, {needs}replicas: 2..10, capacity: {{ per_replica: 100/s, peak: 90000/s }} }}"
        );
    }
    spec.push_str("traffic:\n");
    for index in (0..services).step_by(2) {
        let _ = writeln!(
            spec,
            "  s{index}.example.com: {{ to: s{index}, policy: [geography, latency] }}"
        );
    }
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", &spec);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    let spec = meridian::spec::decode(document.as_ref().expect("a document"), &mut out);
    let topology = topology::resolve(spec.expect("a spec"), None, "topology.yaml", None, &mut out);
    topology.expect("every reference resolves")
}

fn analyses(c: &mut Criterion) {
    let topology = large(200, 200);
    c.bench_function("200x200 every loss of a region", |b| {
        b.iter(|| {
            let routing = capacity::Routing::of(&topology);
            let losses = topology.region_ids();
            losses.map(|r| routing.after(&[r]).len()).sum::<usize>()
        });
    });
    c.bench_function("200x200 availability", |b| {
        b.iter(|| availability::availability(&topology).len())
    });
    let topology = large(40, 2);
    c.bench_function("votes of 40 regions", |b| {
        b.iter(|| {
            let all = quorum::electorates(&topology);
            all.iter().map(|e| e.outcomes().len()).sum::<usize>()
        });
    });
}

criterion_group! {
    name = compiles;
    config = Criterion::default().sample_size(20);
    targets = benches, analyses
}
criterion_main!(compiles);
