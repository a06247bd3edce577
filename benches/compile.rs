//! How long a compile takes: ggen, and topologies of R regions and S services, into memory
//! and to disk.

use criterion::{Criterion, criterion_group, criterion_main};
use meridian::artifact::{ArtifactSet, write};
use meridian::diagnostic::Diagnostics;
use meridian::source::SourceMap;
use meridian::syntax::{self, Limits};
use meridian::{Until, compile};
use std::fmt::Write;
use std::hint::black_box;

/// A topology with that many regions and services, half of them on Kubernetes.
fn generated(regions: usize, services: usize) -> String {
    let places: Vec<_> = meridian::catalog::places()
        .iter()
        .filter(|p| p.provider == meridian::spec::Provider::Gcp)
        .take(regions)
        .collect();
    let mut spec = String::from(
        "version: 1\nname: bench\nclouds: { gcp: { project: bench-prod } }\nregions:\n",
    );
    for (index, place) in places.iter().enumerate() {
        let role = if index == 0 { "primary" } else { "secondary" };
        let _ = writeln!(spec, "  {}: {{ role: {role} }}", place.location);
    }
    spec.push_str("services:\n");
    for index in 0..services {
        let runs = if index % 2 == 0 {
            "runtime: kubernetes, scale_on: { cpu: 70% }"
        } else {
            "runtime: cloud-run"
        };
        let _ = writeln!(
            spec,
            "  s{index}: {{ {runs}, image: bench/s{index}, replicas: 2..10 }}"
        );
    }
    spec
}

fn artifacts(text: &str) -> ArtifactSet {
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    let done = compile(
        document.as_ref(),
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
    for (regions, services) in [(2, 1), (10, 20), (30, 100)] {
        cases.push((
            format!("{regions}x{services}"),
            generated(regions, services),
        ));
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

criterion_group! {
    name = compiles;
    config = Criterion::default().sample_size(20);
    targets = benches
}
criterion_main!(compiles);
