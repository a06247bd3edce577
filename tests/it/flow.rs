//! Where data goes: every edge that carries it is found at its place, the way that is shown
//! is a way and no longer than it must be, and large topologies stay fast.

use meridian::analysis::flow::graph::{Arrival, Link, walk, way};
use meridian::analysis::flow::{self, DatasetFlow, Flow, Graph, Kind, Stop, Verdict};
use meridian::diagnostic::{Diagnostics, Severity};
use meridian::source::SourceMap;
use meridian::syntax::{self, Limits};
use meridian::{Compilation, Until, compile, spec};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write;

fn compiled(text: &str) -> (SourceMap, Compilation) {
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    let today = spec::Date {
        year: 2026,
        month: 11,
        day: 21,
    };
    let done = compile(
        document.as_ref(),
        None,
        "topology.yaml",
        out,
        Until::Checked,
        Some(today),
    );
    (sources, done)
}

fn codes(done: &Compilation) -> Vec<&str> {
    done.diagnostics.iter().map(|d| d.code.id).collect()
}

/// An edge that carries data out of its zone, and the same system without it.
struct Case {
    edge: &'static str,
    wrong: String,
    code: &'static str,
    /// The text that the primary label covers.
    place: &'static str,
    /// What the message says of the way.
    says: &'static str,
    right: String,
}

const HEAD: &str = "version: 1\nname: shop\nclouds: { gcp: { project: shop-prod }, aws: { account: \"1\" }, alibaba: { account: \"1\" }, cloudflare: { account: \"1\" } }\n";
const EU: &str = "compliance: { zones: { eu: { jurisdictions: [eea] } } }\n";
const TWO: &str = "regions: { us-central1: { role: primary }, europe-west1: { zone: eu } }\n";
const MESH: &str = "mesh: { kind: istio }\n";
const WEB: &str = "services: { web: { image: shop/web, uses: [main] } }\n";
const INSIDE: &str = "databases: { us: { location: nam5, serves: [us-central1] }, eu: { location: eur3, serves: [europe-west1], zone: eu } }";

fn system(parts: &[&str]) -> String {
    std::iter::once(HEAD).chain(parts.iter().copied()).collect()
}

fn users(store: &str, dataset: &str) -> String {
    format!(
        "datastores: {{ main: {{ {store}, datasets: {{ users: {{ holds: [personal]{dataset} }} }} }} }}\n"
    )
}

fn case(
    edge: &'static str,
    code: &'static str,
    place: &'static str,
    says: &'static str,
    wrong: &[&str],
    right: &[&str],
) -> Case {
    Case {
        edge,
        wrong: system(wrong),
        code,
        place,
        says,
        right: system(right),
    }
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn cases() -> Vec<Case> {
    let mysql = |more: &str, dataset: &str| users(&format!("engine: mysql{more}"), dataset);
    let firestore = |more: &str| {
        users(
            &format!("engine: firestore, {INSIDE}{more}"),
            ", copies: within-zone",
        )
    };
    let per_region = ", copies: within-zone, writers: per-region";
    let logs =
        |more: &str| format!("observability: {{ logs: {{ by: loki, carries: [users]{more} }} }}\n");
    let queue = |regions: &str| {
        format!(
            "queues: {{ events: {{ engine: pubsub, publishers: [web], carries: [users]{regions}, dead_letter: {{ keep: 7d }} }} }}\n"
        )
    };
    let host = |more: &str| format!("traffic: {{ shop.example.com: {{ to: web{more} }} }}\n");
    let three = "regions: { us-central1: { role: primary }, europe-west1: { zone: eu }, europe-west4: { zone: eu } }\n";
    vec![
        case(
            "replication",
            "RES101",
            "personal",
            "users (eu) -> main in us-central1",
            &[TWO, EU, &mysql(", replication: { mode: async }", "")],
            &[
                TWO,
                EU,
                &mysql(", replication: { mode: async }", ", copies: within-zone"),
            ],
        ),
        case(
            "replication of many writers, through what carries it",
            "RES101",
            "personal",
            "users (eu) -> main in europe-west1 -> pglogical -> main in us-central1",
            &[
                TWO,
                EU,
                &mysql(
                    ", replication: { mode: active-active, by: pglogical, conflicts: crdt }",
                    "",
                ),
            ],
            &[
                TWO,
                EU,
                &mysql(
                    ", replication: { mode: active-active, by: pglogical, conflicts: crdt }",
                    ", copies: within-zone",
                ),
            ],
        ),
        case(
            "a link",
            "RES101",
            "personal",
            "users (eu) -> main in europe-west1 -> main in us-central1",
            &[
                TWO,
                EU,
                &mysql(
                    ", replication: { mode: active-active, links: { europe-west1: [us-central1], us-central1: [europe-west1] } }",
                    "",
                ),
            ],
            &[
                three,
                EU,
                &mysql(
                    ", replication: { mode: active-active, links: { europe-west1: [europe-west4], us-central1: [] } }",
                    "",
                ),
            ],
        ),
        case(
            "a read replica",
            "RES101",
            "personal",
            "users (eu) -> main in europe-west1 -> main in us-central1",
            &[
                TWO,
                EU,
                &mysql(
                    ", regions: [europe-west1], read_replicas: [us-central1]",
                    "",
                ),
            ],
            &[TWO, EU, &mysql(", regions: [europe-west1]", "")],
        ),
        case(
            "writing at the primary",
            "RES101",
            "personal",
            "users (eu) -> main in us-central1",
            &[
                TWO,
                EU,
                WEB,
                &mysql(", replication: { mode: async }", ", copies: within-zone"),
            ],
            &[
                TWO,
                EU,
                WEB,
                &mysql(", replication: { mode: async }", per_region),
            ],
        ),
        case(
            "a store elsewhere",
            "RES101",
            "personal",
            "users (eu) -> main in us-central1",
            &[TWO, EU, WEB, &mysql(", regions: [us-central1]", "")],
            &[
                TWO,
                EU,
                "services: { web: { image: shop/web, uses: [main], regions: [us-central1] } }\n",
                &mysql(", regions: [us-central1]", ""),
            ],
        ),
        case(
            "a location of several regions, with its witness",
            "RES101",
            "personal",
            "users (eu) -> main in nam5",
            &[
                TWO,
                EU,
                WEB,
                &users("engine: firestore, location: nam5", ""),
            ],
            &[TWO, EU, WEB, &firestore("")],
        ),
        case(
            "a copy of a backup",
            "RES101",
            "personal",
            "users (eu) -> main in europe-west1 -> backup every 1d in europe-west1 -> copy of the backup in us-central1",
            &[
                TWO,
                EU,
                &mysql(
                    ", regions: [europe-west1], backup: { every: 1d, copies_to: [us-central1] }",
                    "",
                ),
            ],
            &[
                three,
                EU,
                &mysql(
                    ", regions: [europe-west1], backup: { every: 1d, copies_to: [europe-west4] }",
                    "",
                ),
            ],
        ),
        case(
            "a copy of a log",
            "RES101",
            "personal",
            "point-in-time log in europe-west1 -> copy of the backup in us-central1",
            &[
                TWO,
                EU,
                &mysql(
                    ", regions: [europe-west1], backup: { point_in_time: 7d, copies_to: [us-central1] }",
                    "",
                ),
            ],
            &[
                TWO,
                EU,
                &mysql(
                    ", regions: [europe-west1], backup: { point_in_time: 7d }",
                    "",
                ),
            ],
        ),
        case(
            "volumes of clusters in the backups of clusters",
            "RES101",
            "personal",
            "users (eu) -> main in europe-west1 -> backup of the cluster's volumes in us-central1",
            &[
                TWO,
                EU,
                "services: { web: { image: shop/web, uses: [main] } }\n",
                &users(
                    "engine: redis, nodes: { europe-west1: 1, us-central1: 1 }, sentinels: { europe-west1: 1 }, replication: { mode: none }",
                    ", writers: per-region",
                ),
            ],
            &[
                three,
                EU,
                "services: { web: { image: shop/web, uses: [main], regions: [europe-west1, europe-west4] } }\n",
                &users(
                    "engine: redis, nodes: { europe-west1: 1, europe-west4: 1 }, sentinels: { europe-west1: 1 }, replication: { mode: none }",
                    ", writers: per-region",
                ),
            ],
        ),
        case(
            "a queue",
            "RES101",
            "personal",
            "users (eu) -> queue events in us-central1",
            &[TWO, EU, WEB, &firestore(""), &queue("")],
            &[
                TWO,
                EU,
                WEB,
                &firestore(""),
                &queue(", regions: [europe-west1]"),
            ],
        ),
        case(
            "logs in another place",
            "RES101",
            "personal",
            "users (eu) -> logs in us-central1",
            &[
                TWO,
                EU,
                WEB,
                &firestore(""),
                &logs(", location: us-central1"),
            ],
            &[
                TWO,
                EU,
                WEB,
                &firestore(""),
                &logs(", location: europe-west1"),
            ],
        ),
        case(
            "logs brought together, nobody says where",
            "RES101",
            "personal",
            "users (eu) -> logs in where all regions are brought together",
            &[TWO, EU, WEB, &firestore(""), &logs(", across: true")],
            &[TWO, EU, WEB, &firestore(""), &logs("")],
        ),
        case(
            "logs that a cloud keeps anywhere",
            "RES101",
            "personal",
            "users (eu) -> logs in any region of Google Cloud",
            &[
                TWO,
                EU,
                WEB,
                &firestore(""),
                "observability: { logs: { by: cloud-logging, carries: [users] } }\n",
            ],
            &[
                TWO,
                EU,
                WEB,
                &firestore(""),
                "observability: { logs: { by: cloud-logging, carries: [users], location: europe-west1 } }\n",
            ],
        ),
        case(
            "a cache at the edge",
            "RES103",
            "users",
            "users (eu) -> cache rule api of shop.example.com at every edge location of Cloudflare",
            &[
                TWO,
                EU,
                WEB,
                &firestore(""),
                &host(
                    ", region: europe-west1, cdn: { provider: cloudflare, rules: { api: { paths: [/api], keep: 5m, carries: [users] } } }",
                ),
            ],
            &[
                TWO,
                EU,
                WEB,
                &firestore(""),
                &host(
                    ", region: europe-west1, cdn: { provider: cloudflare, rules: { api: { paths: [/api], keep: 5m } } }",
                ),
            ],
        ),
        case(
            "failover to another zone",
            "RES104",
            "latency",
            "after losing europe-west1, people of `eu` are served outside of it: users (eu) -> web in us-central1",
            &[TWO, EU, WEB, &firestore(""), &host(", policy: [latency]")],
            &[
                three,
                EU,
                WEB,
                &firestore("").replace(
                    "serves: [europe-west1]",
                    "serves: [europe-west1, europe-west4]",
                ),
                &host(", policy: [latency]"),
            ],
        ),
        case(
            "routing by weight",
            "RES104",
            "weight",
            "at any time, people of `eu` are served outside of it: users (eu) -> web in us-central1",
            &[
                TWO,
                EU,
                MESH,
                WEB,
                &firestore(""),
                &host(", policy: [weight]"),
            ],
            &[
                TWO,
                EU,
                MESH,
                "services: { web: { image: shop/web, uses: [main], regions: [europe-west1] } }\n",
                &firestore(""),
                &host(""),
            ],
        ),
        case(
            "a standby abroad",
            "RES104",
            "shop.example.com",
            "after losing europe-west1, people of `eu` are served outside of it: users (eu) -> web in us-east1",
            &[
                "regions: { europe-west1: { role: primary, zone: eu }, us-east1: { role: standby, pair: europe-west1 } }\n",
                EU,
                "services: { web: { image: shop/web, uses: [main], regions: [europe-west1, us-east1] } }\n",
                &users("engine: firestore, location: eur3", ""),
                &host(""),
            ],
            &[
                "regions: { europe-west1: { role: primary, zone: eu }, europe-west4: { role: standby, zone: eu, pair: europe-west1 } }\n",
                EU,
                "services: { web: { image: shop/web, uses: [main], regions: [europe-west1, europe-west4] } }\n",
                &users("engine: firestore, location: eur3", ""),
                &host(""),
            ],
        ),
        case(
            "a vendor's control plane",
            "RES107",
            "personal",
            "users (eu) -> main in europe-west1 -> MongoDB Atlas",
            &[
                TWO,
                EU,
                &users(
                    "engine: mongodb, members: { a: { region: europe-west1 } }",
                    "",
                ),
            ],
            &[
                TWO,
                EU,
                &users(
                    "engine: mongodb, members: { a: { region: europe-west1, host: \"a:27017\" } }",
                    "",
                ),
            ],
        ),
        case(
            "data that a zone owns, about nobody",
            "RES101",
            "eu",
            "plans (eu) -> main in us-central1: data leaves the zone `eu`",
            &[
                TWO,
                EU,
                "datastores: { main: { engine: postgres, replication: { mode: async }, datasets: { plans: { holds: [internal], zone: eu } } } }\n",
            ],
            &[
                TWO,
                EU,
                "datastores: { main: { engine: postgres, replication: { mode: async }, datasets: { plans: { holds: [internal] } } } }\n",
            ],
        ),
        case(
            "a database that the spec puts in a zone where it does not lie",
            "RES101",
            "personal",
            "users (eu) -> main in nam5",
            &[
                TWO,
                EU,
                &users(
                    "engine: firestore, databases: { eu: { location: nam5, serves: [europe-west1], zone: eu } }",
                    "",
                ),
            ],
            &[
                TWO,
                EU,
                &users(
                    "engine: firestore, databases: { eu: { location: eur3, serves: [europe-west1], zone: eu } }",
                    "",
                ),
            ],
        ),
        case(
            "Hong Kong is not the mainland",
            "RES101",
            "personal",
            "users (china) -> main in cn-hangzhou",
            &[
                "regions: { cn-hangzhou: { cloud: alibaba, role: primary, zone: china }, cn-hongkong: { cloud: alibaba } }\n",
                "compliance: { zones: { china: { jurisdictions: [CN], icp: \"1\" } } }\n",
                &mysql(", replication: { mode: async }", ""),
            ],
            &[
                "regions: { cn-hangzhou: { cloud: alibaba, role: primary, zone: china }, cn-beijing: { cloud: alibaba } }\n",
                "compliance: { zones: { china: { jurisdictions: [CN], icp: \"1\" } } }\n",
                &mysql(", replication: { mode: async }", ""),
            ],
        ),
        case(
            "a cache of the mainland is inside it",
            "RES103",
            "users",
            "cache rule api of shop.example.com at every edge location of Cloudflare",
            &[
                "regions: { cn-hangzhou: { cloud: alibaba, role: primary, zone: china } }\n",
                "compliance: { zones: { china: { jurisdictions: [CN], icp: \"1\" } } }\n",
                WEB,
                &mysql("", ""),
                &host(
                    ", cdn: { provider: cloudflare, rules: { api: { paths: [/api], keep: 5m, carries: [users] } } }",
                ),
            ],
            &[
                "regions: { cn-hangzhou: { cloud: alibaba, role: primary, zone: china } }\n",
                "compliance: { zones: { china: { jurisdictions: [CN], icp: \"1\" } } }\n",
                WEB,
                &mysql("", ""),
                &host(
                    ", cdn: { provider: alibaba, rules: { api: { paths: [/api], keep: 5m, carries: [users] } } }",
                ),
            ],
        ),
    ]
}

#[test]
fn every_edge_that_carries_data_is_found_at_its_place_and_cured() {
    for case in cases() {
        let Case { edge, code, .. } = case;
        let (sources, done) = compiled(&case.wrong);
        let found = done.diagnostics.iter().filter(|d| d.code.id == code);
        let found: Vec<_> = found.collect();
        let said = || {
            done.diagnostics
                .iter()
                .map(|d| format!("{} {}", d.code.id, d.message))
        };
        let said = || said().collect::<Vec<_>>();
        let one = found.iter().find(|d| d.message.contains(case.says));
        let one = one.unwrap_or_else(|| panic!("{edge}: {:#?}", said()));
        let place = one.primary.as_ref().expect("a place").span;
        assert_eq!(sources.text(place), case.place, "{edge}");
        assert!(one.help.is_some(), "{edge} offers no way out");
        let (_, done) = compiled(&case.right);
        assert!(done.topology.is_some(), "{edge}: {:?}", codes(&done));
        assert!(
            !codes(&done).contains(&code),
            "{edge}: the cure gives {:?}",
            codes(&done)
        );
    }
}

const GGEN: &str = include_str!("../../examples/ggen/topology.yaml");

/// ggen without any declared transfer: everything that leaves is a finding.
fn ggen_undeclared() -> String {
    let (head, rest) = GGEN.split_once("  transfers:\n").expect("transfers");
    let after = rest.find("\nkeys:").expect("the part behind them");
    format!("{head}{}", &rest[after..]).replace("copies: within-zone", "copies: everywhere")
}

fn flow_of(done: &Compilation) -> &Flow {
    &done.analysis.as_ref().expect("an analysis").flow
}

/// A graph without one of its links.
fn without(graph: &Graph, link: usize) -> Graph {
    let mut graph = graph.clone();
    graph.links.remove(link);
    graph.reasons.remove(link);
    graph.lost.remove(link);
    graph
}

/// The nodes of a way; two ways are the same if these are.
fn nodes(links: &[Link], way: &[usize]) -> Vec<(usize, usize)> {
    way.iter().map(|l| (links[*l].from, links[*l].to)).collect()
}

/// Deleting any link of an exit's way removes that finding: the same way is not shown again,
/// and what may be shown in its place is no shorter and no more certain.
fn ways_are_minimal(done: &Compilation) -> usize {
    let topology = done.topology.as_ref().expect("a topology");
    let mut looked_at = 0;
    for dataset in &flow_of(done).datasets {
        let zone = dataset.zone.as_deref();
        for stop in dataset.stops.iter().filter(|s| s.exit) {
            for link in &stop.way {
                let graph = without(&dataset.graph, *link);
                let stops = flow::stops(topology, &dataset.dataset, zone, &graph);
                let again = stops.iter().find(|s| s.node == stop.node && s.exit);
                if let Some(again) = again {
                    let before = nodes(&dataset.graph.links, &stop.way);
                    assert_ne!(nodes(&graph.links, &again.way), before, "{:?}", stop.path);
                    let sooner = stop.after_losing.is_some() && again.after_losing.is_none();
                    assert!(!sooner, "{:?} then {:?}", stop.path, again.path);
                    let same_time = stop.after_losing.is_some() == again.after_losing.is_some();
                    assert!(
                        !same_time || again.way.len() >= stop.way.len(),
                        "{:?}",
                        stop.path
                    );
                }
                looked_at += 1;
            }
            alone_it_suffices(done, dataset, stop);
        }
    }
    looked_at
}

/// The links of a way alone show its finding, and any of them less does not.
fn alone_it_suffices(done: &Compilation, dataset: &DatasetFlow, stop: &Stop) {
    let topology = done.topology.as_ref().expect("a topology");
    let mut graph = dataset.graph.clone();
    graph.links = stop.way.iter().map(|l| dataset.graph.links[*l]).collect();
    graph.reasons = stop.way.iter().map(|_| Vec::new()).collect();
    graph.lost = stop.way.iter().map(|l| dataset.graph.lost[*l]).collect();
    let exits = |graph: &Graph| {
        let zone = dataset.zone.as_deref();
        let stops = flow::stops(topology, &dataset.dataset, zone, graph);
        stops.iter().any(|s| s.node == stop.node && s.exit)
    };
    assert!(exits(&graph), "{:?}", stop.path);
    for link in 0..graph.links.len() {
        assert!(
            !exits(&without(&graph, link)),
            "{:?} without {link}",
            stop.path
        );
    }
}

#[test]
fn deleting_any_edge_of_a_findings_way_removes_it() {
    let (_, ggen) = compiled(&ggen_undeclared());
    assert!(codes(&ggen).contains(&"RES101") && codes(&ggen).contains(&"RES104"));
    assert!(ways_are_minimal(&ggen) > 20);
    for case in cases() {
        let (_, done) = compiled(&case.wrong);
        ways_are_minimal(&done);
    }
}

/// Reachability the slow way: what a fixpoint over all links finds.
fn brute_force(
    count: usize,
    links: &[Link],
    outside: &dyn Fn(usize, bool) -> bool,
) -> Vec<Option<(bool, bool)>> {
    let mut normal = vec![None; count];
    normal[0] = Some(false);
    close(links, &mut normal, &|l| !l.after_loss, &|n| {
        outside(n, false)
    });
    let mut all: Vec<Option<bool>> = normal.clone();
    // From here on only what nothing normal reaches.
    close(links, &mut all, &|l| normal[l.to].is_none(), &|n| {
        outside(n, normal[n].is_none())
    });
    let state = |n: usize| all[n].map(|beyond| (normal[n].is_none(), beyond));
    (0..count).map(state).collect()
}

/// Spreads from what is reached along some links; a node is beyond the border unless one way
/// to it is not.
fn close(
    links: &[Link],
    reached: &mut [Option<bool>],
    open: &dyn Fn(&Link) -> bool,
    outside: &dyn Fn(usize) -> bool,
) {
    loop {
        let mut changed = false;
        for link in links.iter().filter(|l| open(l)) {
            let Some(beyond) = reached[link.from] else {
                continue;
            };
            let beyond = beyond || outside(link.from);
            let better = match reached[link.to] {
                None => true,
                Some(before) => before && !beyond,
            };
            if better {
                reached[link.to] = Some(beyond);
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

fn graphs() -> impl Strategy<Value = (usize, Vec<Link>, Vec<(bool, bool)>)> {
    (2usize..12).prop_flat_map(|count| {
        let link = (0..count, 0..count, proptest::bool::weighted(0.2));
        let link = link.prop_map(|(from, to, after_loss)| Link {
            from,
            to,
            after_loss,
        });
        let links = proptest::collection::vec(link, 0..30);
        // Outside while nothing is lost, and after a loss: a basis may cover the second only.
        let outside = proptest::collection::vec((any::<bool>(), any::<bool>()), count);
        (Just(count), links, outside)
    })
}

fn exits(arrivals: &[Option<Arrival>], outside: impl Fn(usize, bool) -> bool) -> Vec<usize> {
    let is_exit = |n: &usize| arrivals[*n].is_some_and(|a| !a.beyond && outside(*n, a.after_loss));
    (1..arrivals.len()).filter(is_exit).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn walking_agrees_with_brute_force((count, links, marks) in graphs()) {
        let outside = |n: usize, lost: bool| n > 0 && if lost { marks[n].1 } else { marks[n].0 };
        let arrivals = walk(count, &links, outside);
        let found: Vec<_> = arrivals
            .iter()
            .map(|a| a.map(|a| (a.after_loss, a.beyond)))
            .collect();
        prop_assert_eq!(found, brute_force(count, &links, &outside));
    }

    #[test]
    fn every_way_is_needed_and_enough((count, links, marks) in graphs()) {
        let outside = |n: usize, lost: bool| n > 0 && if lost { marks[n].1 } else { marks[n].0 };
        let arrivals = walk(count, &links, outside);
        for node in exits(&arrivals, outside) {
            let way = way(&links, &arrivals, node);
            let inner = &way[..way.len() - 1];
            let stays_inside = inner.iter().all(|l| {
                let to = links[*l].to;
                !outside(to, arrivals[to].is_some_and(|a| a.after_loss))
            });
            prop_assert!(stays_inside, "{:?}", nodes(&links, &way));
            let alone: Vec<Link> = way.iter().map(|l| links[*l]).collect();
            prop_assert!(exits(&walk(count, &alone, outside), outside).contains(&node));
            for index in 0..alone.len() {
                let mut fewer = alone.clone();
                fewer.remove(index);
                prop_assert!(!exits(&walk(count, &fewer, outside), outside).contains(&node));
            }
            for link in &way {
                let mut fewer = links.clone();
                fewer.remove(*link);
                let arrivals = walk(count, &fewer, outside);
                if exits(&arrivals, outside).contains(&node) {
                    let other = shown(&fewer, &arrivals, node);
                    prop_assert!(other.len() >= way.len() || arrivals[node].unwrap().after_loss);
                }
            }
        }
    }

    #[test]
    fn generated_topologies_keep_the_laws(text in topologies()) {
        let (_, done) = compiled(&text);
        prop_assume!(done.topology.is_some());
        ways_are_minimal(&done);
        declared_is_silent(&text, &done);
    }
}

/// `way`, where a way of that name is in scope already.
fn shown(links: &[Link], arrivals: &[Option<Arrival>], node: usize) -> Vec<usize> {
    way(links, arrivals, node)
}

/// Where the generated topologies run, in the order in which regions are added.
const PLACES: [&str; 6] = [
    "us-central1: { role: primary }",
    "europe-west1: { zone: eu }",
    "us-east1: {}",
    "europe-west4: { zone: eu }",
    "europe-west2: { zone: uk }",
    "asia-southeast1: {}",
];

fn topologies() -> impl Strategy<Value = String> {
    let one_of = |all: &'static [&'static str]| proptest::sample::select(all);
    let store = (
        one_of(&[
            "engine: postgres, replication: { mode: async }",
            "engine: postgres, replication: { mode: none }",
            "engine: postgres, replication: { mode: active-active, by: pglogical, conflicts: crdt }",
            "engine: redis, sentinels: 1, nodes: 1",
            "engine: mongodb",
            "engine: object-storage",
            "engine: firestore, location: nam5",
            "engine: firestore, location: eur3",
            "engine: firestore, location: europe-west2",
        ]),
        one_of(&[
            "",
            ", copies: within-zone",
            ", copies: origin",
            ", zone: eu",
        ]),
        one_of(&[
            "",
            ", backup: { every: 1d }",
            ", backup: { every: 1d, point_in_time: 7d, copies_to: [us-central1] }",
        ]),
        one_of(&["", "carries: [d0]", "carries: [d0, d1]"]),
        one_of(&["geography", "latency", "weight", "failover", "round-robin"]),
        one_of(&[
            "by: loki",
            "by: loki, across: true",
            "by: cloud-logging",
            "by: loki, location: us-central1",
        ]),
    );
    (2usize..=PLACES.len(), proptest::collection::vec(store, 1..3)).prop_map(|(regions, stores)| {
        let mut spec = format!(
            "version: 1\nname: made\nclouds: {{ gcp: {{ project: made-prod }} }}\nregions: {{ {} }}\n",
            PLACES[..regions].join(", ")
        );
        spec.push_str("compliance: { zones: { eu: { jurisdictions: [eea] }, uk: { jurisdictions: [GB] } } }\n");
        let uses: Vec<String> = (0..stores.len()).map(|i| format!("s{i}")).collect();
        let _ = writeln!(spec, "services: {{ web: {{ image: made/web, uses: [{}] }} }}", uses.join(", "));
        let all = stores.iter().enumerate().map(|(i, (kind, copies, backup, ..))| {
            format!("s{i}: {{ {kind}{backup}, datasets: {{ d{i}: {{ holds: [personal]{copies} }} }} }}")
        });
        let _ = writeln!(spec, "datastores: {{ {} }}", all.collect::<Vec<_>>().join(", "));
        let (_, _, _, carries, policy, logs) = stores[0];
        let carries = if stores.len() == 1 { carries.replace(", d1", "") } else { carries.into() };
        let comma = if carries.is_empty() { "" } else { ", " };
        let _ = writeln!(spec, "queues: {{ events: {{ engine: pubsub, publishers: [web]{comma}{carries} }} }}");
        let _ = writeln!(spec, "observability: {{ logs: {{ {logs}{comma}{carries} }} }}");
        let _ = writeln!(spec, "traffic: {{ made.example.com: {{ to: web, policy: [{policy}] }} }}");
        spec
    })
}

/// Declaring every exit to a region as a transfer leaves no exit to a region.
fn declared_is_silent(text: &str, done: &Compilation) {
    let topology = done.topology.as_ref().expect("a topology");
    let mut transfers = BTreeSet::new();
    for dataset in &flow_of(done).datasets {
        let Some(zone) = &dataset.zone else { continue };
        for stop in dataset
            .stops
            .iter()
            .filter(|s| s.verdict == Verdict::Outside)
        {
            if topology.region_named(&stop.site).is_some() {
                transfers.insert((zone.clone(), stop.site.clone()));
            }
        }
    }
    let all = transfers.iter().enumerate().map(|(i, (from, to))| {
        format!("t{i}: {{ from: {from}, to: {to}, basis: scc, reviewed: 2026-09-01, expires: 2027-09-01 }}")
    });
    let all = all.collect::<Vec<_>>().join(", ");
    let declared = text.replace(
        "uk: { jurisdictions: [GB] } }",
        &format!("uk: {{ jurisdictions: [GB] }} }}, transfers: {{ {all} }}"),
    );
    let (_, done) = compiled(&declared);
    for dataset in &flow_of(&done).datasets {
        for stop in dataset
            .stops
            .iter()
            .filter(|s| s.verdict == Verdict::Outside)
        {
            let pair = (dataset.zone.clone().expect("a zone"), stop.site.clone());
            assert!(!transfers.contains(&pair), "{:?}", stop.path);
        }
    }
}

#[test]
fn a_basis_permits_and_is_named_until_it_ends() {
    let spec = |transfer: &str| {
        system(&[
            TWO,
            &format!(
                "compliance: {{ zones: {{ eu: {{ jurisdictions: [eea] }} }}, transfers: {{ t: {{ from: eu, to: us-central1, basis: scc, {transfer} }} }} }}\n"
            ),
            WEB,
            &users("engine: postgres, replication: { mode: async }", ""),
        ])
    };
    let (_, done) = compiled(&spec("reviewed: 2026-09-01, expires: 2027-09-01"));
    assert!(!codes(&done).contains(&"RES101"), "{:?}", codes(&done));
    let stops = &flow_of(&done).datasets[0].stops;
    let abroad = stops
        .iter()
        .find(|s| s.site == "us-central1")
        .expect("a copy");
    let Verdict::Declared {
        transfer,
        basis,
        until,
    } = &abroad.verdict
    else {
        panic!("{:?}", abroad.verdict)
    };
    assert_eq!(
        (transfer.as_str(), basis.as_str(), until.as_str()),
        ("t", "scc", "2027-09-01")
    );
    let (_, done) = compiled(&spec("reviewed: 2025-09-01, expires: 2026-09-01"));
    assert!(codes(&done).contains(&"CMP111"), "{:?}", codes(&done));
    let (_, done) = compiled(&spec(
        "reviewed: 2026-09-01, expires: 2027-09-01, during: failover",
    ));
    assert!(codes(&done).contains(&"RES101"), "{:?}", codes(&done));
}

#[test]
fn a_fence_with_one_region_has_no_failover_and_says_so() {
    let spec = |objectives: &str, more: &str| {
        system(&[
            &TWO.replace(" } }\n", &format!(" }}{more} }}\n")),
            objectives,
            "compliance: { zones: { eu: { jurisdictions: [eea], fenced: true } } }\n",
            "services: { web: { image: shop/web, uses: [main], regions: [europe-west1] } }\n",
            &users("engine: firestore, location: eur3", ""),
        ])
    };
    let severity = |text: &str| {
        let (_, done) = compiled(text);
        let found = done.diagnostics.iter().find(|d| d.code.id == "RES105");
        found.map(|d| d.severity)
    };
    assert_eq!(severity(&spec("", "")), Some(Severity::Warning));
    assert_eq!(
        severity(&spec("objectives: { rto: 5m, rpo: 5m }\n", "")),
        Some(Severity::Error)
    );
    assert_eq!(severity(&spec("", ", europe-west4: { zone: eu }")), None);
}

#[test]
fn what_is_shared_is_told_and_warned_of_where_it_breaks_a_promise() {
    let spec = |objectives: &str| {
        system(&[
            "regions: { me-central1: { role: primary }, us-east1: {} }\n",
            objectives,
            "services: { web: { image: shop/web } }\ntraffic: { shop.example.com: { to: web } }\n",
        ])
    };
    let (_, done) = compiled(&spec(""));
    let shared: Vec<_> = flow_of(&done)
        .shared
        .iter()
        .map(|s| s.what.as_str())
        .collect();
    assert!(
        shared.iter().any(|s| s.starts_with("the load balancer")),
        "{shared:?}"
    );
    assert!(
        shared.iter().any(|s| s.starts_with("the DNS")),
        "{shared:?}"
    );
    assert!(
        shared.iter().any(|s| s.starts_with("the account")),
        "{shared:?}"
    );
    // Each region starts from images near it.
    assert!(!shared.iter().any(|s| s.contains("registry")), "{shared:?}");
    let (_, done) = compiled(&spec("objectives: { region: { rto: 5m } }\n"));
    assert!(!codes(&done).contains(&"SHF101"));
    let (_, done) = compiled(&spec("objectives: { cloud: { rto: 4h } }\n"));
    assert!(codes(&done).iter().filter(|c| **c == "SHF101").count() >= 2);
}

#[test]
fn the_flow_of_ggen_is_what_its_page_says() {
    let (_, done) = compiled(GGEN);
    let flow = flow_of(&done);
    let orders = flow
        .datasets
        .iter()
        .find(|d| d.dataset == "orders" && d.zone.as_deref() == Some("eu"))
        .expect("orders of the EU");
    let at = |kind: Kind, site: &str| {
        orders
            .stops
            .iter()
            .find(|s| s.kind == kind && s.site == site)
    };
    for (kind, site) in [
        (Kind::Replica, "europe-west1"),
        (Kind::Replica, "europe-west4"),
        (Kind::Witness, "europe-north1"),
        (Kind::Backup, "eur3"),
        (Kind::PointInTime, "eur3"),
        (Kind::Key, "europe"),
    ] {
        let stop = at(kind, site).unwrap_or_else(|| panic!("{kind:?} at {site}"));
        assert_eq!(
            (&stop.verdict, &stop.after_losing),
            (&Verdict::Inside, &None),
            "{site}"
        );
    }
    let abroad = at(Kind::Witness, "us-east1").expect("the witness of nam5");
    assert_eq!(abroad.after_losing.as_deref(), Some("europe-west1"));
    assert!(
        matches!(&abroad.verdict, Verdict::Declared { transfer, .. } if transfer == "failover-to-us-east")
    );
    let json = serde_json::to_value(flow).expect("plain data");
    let datasets = json["datasets"].as_array().expect("a list");
    let endless = datasets.iter().map(|d| &d["stops"][0]);
    let mut endless = endless.filter(|s| s["keeps"] == "as long as the data");
    assert!(endless.any(|s| s["verdict"]["is"] == "unbound"));
}

/// A system of that many regions and services, with people of many zones.
fn large(regions: usize, services: usize, policy: &str) -> String {
    let places: Vec<_> = meridian::catalog::places()
        .iter()
        .filter(|p| p.provider == spec::Provider::Gcp)
        .collect();
    let mut spec = String::from(
        "version: 1\nname: large\nclouds: { gcp: { project: large-prod } }\nregions:\n",
    );
    for index in 0..regions {
        let role = if index == 0 { "primary" } else { "secondary" };
        let place = places[index % places.len()];
        let zone = place.country.to_lowercase();
        let _ = writeln!(
            spec,
            "  r{index}: {{ location: {}, role: {role}, weight: {}, zone: {zone} }}",
            place.location,
            if index == 0 { 100 } else { 0 }
        );
    }
    let countries: BTreeSet<_> = places.iter().take(regions).map(|p| p.country).collect();
    spec.push_str("compliance:\n  zones:\n");
    for country in &countries {
        let _ = writeln!(
            spec,
            "    {}: {{ jurisdictions: [{country}] }}",
            country.to_lowercase()
        );
    }
    spec.push_str("datastores:\n");
    for index in 0..4 {
        let mode = ["async", "active-active"][index % 2];
        let _ = writeln!(
            spec,
            "  s{index}: {{ engine: postgres, replication: {{ mode: {mode}, by: x, conflicts: crdt }}, backup: {{ every: 1d, point_in_time: 7d }}, datasets: {{ d{index}: {{ holds: [personal] }} }} }}"
        );
    }
    spec.push_str("services:\n");
    for index in 0..services {
        let _ = writeln!(
            spec,
            "  w{index}: {{ image: large/w, uses: [s{}] }}",
            index % 4
        );
    }
    spec.push_str("traffic:\n");
    for index in 0..services {
        let _ = writeln!(
            spec,
            "  w{index}.example.com: {{ to: w{index}, policy: [{policy}] }}"
        );
    }
    spec
}

#[test]
fn graphs_grow_in_proportion_to_what_is_written() {
    for policy in ["geography", "weight"] {
        let most = |regions: usize, services: usize| {
            let (_, done) = compiled(&large(regions, services, policy));
            let flow = flow_of(&done);
            assert!(flow.datasets.len() >= 4, "{:?}", codes(&done));
            let links = flow.datasets.iter().map(|d| d.graph.links.len());
            links.max().unwrap_or_default()
        };
        let (small, large) = (most(25, 25), most(50, 50));
        assert!(small > 50, "{small}");
        assert!(
            2 * large < 5 * small,
            "{policy}: {small} links grow to {large}"
        );
    }
}
