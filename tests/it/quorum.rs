//! Votes under every loss and cut, against counting by hand.

use meridian::analysis::quorum::{Electorate, Fault, Kind, Lack, State, electorates};
use meridian::diagnostic::Diagnostics;
use meridian::source::SourceMap;
use meridian::spec::Provider;
use meridian::syntax::{self, Limits};
use meridian::topology::Topology;
use meridian::{Until, compile};

fn topology(text: &str) -> Topology {
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    let done = compile(
        document.as_ref(),
        None,
        "topology.yaml",
        out,
        Until::Checked,
        None,
    );
    let found: Vec<_> = done.diagnostics.iter().map(|d| &d.message).collect();
    done.topology.unwrap_or_else(|| panic!("{found:?}\n{text}"))
}

/// Two regions on each of two clouds, so that cuts between clouds are cuts in half.
const REGIONS: [&str; 4] = ["us-central1", "us-east1", "us-east-1", "us-west-2"];

fn world(rest: &str) -> Topology {
    topology(&format!(
        "version: 1\nname: votes\nclouds: {{ gcp: {{ project: votes-prod }}, aws: {{ account: \"123456789012\" }} }}\nregions: {{ us-central1: {{ role: primary, weight: 40 }}, us-east1: {{ weight: 30 }}, us-east-1: {{ cloud: aws, weight: 20 }}, us-west-2: {{ cloud: aws, weight: 10 }} }}\n{rest}\n"
    ))
}

fn only(topology: &Topology) -> Electorate {
    let mut all = electorates(topology);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn sentinels(votes: [u32; 4], more: &str) -> Electorate {
    let places = REGIONS.iter().zip(votes);
    let places: Vec<_> = places.map(|(r, v)| format!("{r}: {v}")).collect();
    only(&world(&format!(
        "datastores: {{ cache: {{ engine: redis, sentinels: {{ {} }}{more} }} }}",
        places.join(", ")
    )))
}

/// All ways to place up to seven voters in four regions.
fn placements() -> Vec<[u32; 4]> {
    let mut all = Vec::new();
    for total in 1..=7 {
        for a in 0..=total {
            for b in 0..=(total - a) {
                for c in 0..=(total - a - b) {
                    all.push([a, b, c, total - a - b - c]);
                }
            }
        }
    }
    all
}

/// One voter after the other: which are alive, and which see each other.
fn by_hand(votes: [u32; 4], fault: Fault) -> (Vec<u32>, bool) {
    let mut voters: Vec<usize> = (0..4)
        .flat_map(|region| (0..votes[region]).map(move |_| region))
        .collect();
    let cloud = |region: usize| {
        if region < 2 {
            Provider::Gcp
        } else {
            Provider::Aws
        }
    };
    match fault {
        Fault::Voter(region) => {
            let one = voters.iter().position(|v| *v == region).expect("a voter");
            voters.remove(one);
        }
        Fault::Zone(region) => {
            // Voters of a region take its three zones in turn; the first has most.
            let mut turn = 0;
            voters.retain(|v| {
                let here = *v == region;
                turn += usize::from(here);
                !here || turn % 3 != 1
            });
        }
        Fault::Region(region) => voters.retain(|v| *v != region),
        Fault::Cloud(lost) => voters.retain(|v| cloud(*v) != lost),
        Fault::Link(..) | Fault::CutOff(_) | Fault::CloudCutOff(_) => {}
    }
    let meet = |a: usize, b: usize| match fault {
        Fault::Link(x, y) => !((a, b) == (x, y) || (b, a) == (x, y)),
        Fault::CutOff(region) => a == b || (a != region && b != region),
        Fault::CloudCutOff(_) => cloud(a) == cloud(b),
        _ => true,
    };
    let sees: Vec<u32> = (0..4)
        .map(|region| {
            let alive = voters.contains(&region);
            let seen = voters.iter().filter(|v| alive && meet(region, **v));
            seen.count() as u32
        })
        .collect();
    let total: u32 = votes.iter().sum();
    let majority = sees.iter().any(|s| 2 * s > total);
    (sees, majority)
}

#[test]
fn every_loss_and_cut_agrees_with_counting() {
    for votes in placements() {
        let electorate = sentinels(votes, "");
        for outcome in electorate.outcomes() {
            let (sees, majority) = by_hand(votes, outcome.fault);
            assert_eq!(outcome.sees, sees, "{votes:?} {:?}", outcome.fault);
            assert_eq!(
                !outcome.majority.is_empty(),
                majority,
                "{votes:?} {:?}",
                outcome.fault
            );
            assert_eq!(outcome.lack.is_none(), majority, "every region has a node");
        }
    }
}

/// Whether writes go on, by hand: each region has a copy, `us-central1` the writer.
fn state_by_hand(votes: [u32; 4], fault: Fault, alone: bool) -> State {
    let cloud = |region: usize| region / 2;
    let meet = |a: usize, b: usize| match fault {
        Fault::Link(x, y) => (a.min(b), a.max(b)) != (x, y),
        Fault::CutOff(region) => a == b || (a != region && b != region),
        Fault::CloudCutOff(_) => cloud(a) == cloud(b),
        _ => true,
    };
    let dead = |region: usize| match fault {
        Fault::Region(lost) => lost == region,
        Fault::Cloud(lost) => (lost == Provider::Gcp) == (region < 2),
        _ => false,
    };
    // The one copy of a region is in the zone that is lost.
    let copy = |region: usize| !dead(region) && fault != Fault::Zone(region);
    let (sees, _) = by_hand(votes, fault);
    let total: u32 = votes.iter().sum();
    let agree = |region: usize| 2 * sees[region] > total;
    let behind = |region: usize| (0..4).any(|m| agree(m) && meet(m, region));
    let promotable = (0..4).any(|r| copy(r) && behind(r));
    let goes_on = copy(0) && (alone || agree(0));
    match (promotable, goes_on) {
        (true, true) if !behind(0) => State::Split,
        (true, _) => State::Writable,
        (false, true) => State::NoPromotion,
        (false, false) => State::NotWritable,
    }
}

/// Shown to fail by taking `hit` out of `Electorate::outcome`, or `Kind::Sentinels` out of
/// `writes_alone`.
#[test]
fn whether_writes_go_on_agrees_with_counting() {
    let mut seen = [0; 4];
    for votes in placements() {
        for outcome in sentinels(votes, "").outcomes() {
            let state = state_by_hand(votes, outcome.fault, true);
            assert_eq!(outcome.state, state, "{votes:?} {:?}", outcome.fault);
            seen[State::ALL.iter().position(|s| *s == state).expect("one")] += 1;
        }
    }
    assert!(seen.iter().all(|n| *n > 100), "{seen:?}");
}

/// Members of a replica set, one copy each: without a majority the primary steps down.
#[test]
fn a_replica_set_is_written_only_by_its_majority() {
    let mut stopped = 0;
    for votes in placements().into_iter().filter(|v| v[0] > 0) {
        let each = REGIONS.iter().zip(votes).enumerate();
        let members = each.flat_map(|(at, (region, count))| {
            let member = move |n: u32| {
                let priority = if (at, n) == (0, 0) { 2 } else { 1 };
                format!("m{at}x{n}: {{ region: {region}, priority: {priority} }}")
            };
            (0..count).map(member)
        });
        let members: Vec<String> = members.collect();
        for external in [
            "",
            "external: { run_by: data, at: [{ country: US }], settings: { url: \"mongodb://m.example.com\" } }, ",
        ] {
            let set = only(&world(&format!(
                "datastores: {{ docs: {{ engine: mongodb, {external}members: {{ {} }} }} }}",
                members.join(", ")
            )));
            assert_eq!(set.kind, Kind::Members);
            for outcome in set.outcomes() {
                let state = match outcome.majority.is_empty() {
                    true => State::NotWritable,
                    false => State::Writable,
                };
                assert_eq!(outcome.state, state, "{votes:?} {:?}", outcome.fault);
                stopped += usize::from(state == State::NotWritable);
            }
        }
    }
    assert!(stopped > 100, "{stopped}");
}

/// A database of two sites: the primary goes on without the other, and cannot be replaced.
#[test]
fn a_site_goes_on_alone() {
    let two = only(&world(MAIN));
    let state = |fault| two.outcome(fault).state;
    assert_eq!(two.writing, [0]);
    assert_eq!(state(Fault::Region(1)), State::NoPromotion);
    assert_eq!(state(Fault::Link(0, 1)), State::NoPromotion);
    assert_eq!(state(Fault::Region(0)), State::NotWritable);
}

#[test]
fn no_cut_gives_two_majorities_that_do_not_see_each_other() {
    for votes in placements() {
        let electorate = sentinels(votes, "");
        for outcome in electorate.outcomes() {
            let apart = |a: usize, b: usize| match outcome.fault {
                Fault::CutOff(seat) => (a == seat) != (b == seat),
                Fault::CloudCutOff(_) => (a < 2) != (b < 2),
                _ => false,
            };
            for a in &outcome.majority {
                for b in &outcome.majority {
                    assert!(!apart(*a, *b), "{votes:?} {:?}", outcome.fault);
                }
            }
        }
    }
}

#[test]
fn the_counterexample_is_the_smallest() {
    let smallest = |votes| sentinels(votes, "").counterexample().map(|o| o.fault);
    assert_eq!(smallest([1, 0, 0, 0]), Some(Fault::Voter(0)));
    assert_eq!(smallest([3, 0, 0, 0]), Some(Fault::Region(0)));
    assert_eq!(smallest([2, 0, 2, 1]), Some(Fault::Cloud(Provider::Aws)));
    assert_eq!(smallest([0, 4, 0, 0]), Some(Fault::Zone(1)));
    let of_one_cloud = only(&topology(
        "version: 1\nname: votes\nclouds: { gcp: { project: votes-prod } }\nregions: { us-central1: { role: primary }, us-east1: {}, us-west1: {} }\ndatastores: { cache: { engine: redis, sentinels: 1 } }",
    ));
    // Only the cloud itself, which holds everything.
    let last = of_one_cloud.counterexample().map(|o| o.fault);
    assert_eq!(last, Some(Fault::Cloud(Provider::Gcp)));
}

#[test]
fn a_majority_needs_a_copy_and_a_copy_its_replicas() {
    let lack = |more: &str| sentinels([1, 1, 1, 0], more).outcome(Fault::Region(0)).lack;
    let all = "regions: [us-central1, us-east1, us-east-1, us-west-2]";
    assert_eq!(lack(""), None);
    let alone = format!(", {all}, nodes: {{ us-central1: 3 }}");
    assert_eq!(lack(&alone), Some(Lack::Copy));
    let few = ", nodes: { us-central1: 4, us-east1: 1, us-east-1: 1, us-west-2: 1 }, replication: { mode: async, min_replicas: 3 }";
    assert_eq!(lack(few), Some(Lack::Replicas));
    assert_eq!(
        lack(&few.replace("min_replicas: 3", "min_replicas: 2")),
        None
    );
}

#[test]
fn a_cut_off_primary_writes_on_until_it_misses_a_replica() {
    let stale = |min: u32| {
        let more = format!(", nodes: 3, replication: {{ mode: async, min_replicas: {min} }}");
        sentinels([1, 1, 1, 0], &more)
            .outcome(Fault::CutOff(0))
            .stale
    };
    assert_eq!(stale(0), Some(0));
    assert_eq!(stale(2), Some(0));
    assert_eq!(stale(3), None);
    // With its own majority it is the only one that writes.
    let whole = sentinels([3, 1, 1, 0], ", nodes: 3").outcome(Fault::CutOff(0));
    assert_eq!((whole.stale, whole.writers), (None, vec![0]));
}

#[test]
fn members_without_a_priority_vote_and_are_never_promoted() {
    let members = "a: { region: us-central1, priority: 2 }, b: { region: us-east1, priority: 0 }, c: { region: us-east-1, priority: 1 }, d: { region: us-west-2, votes: false, priority: 0 }";
    let docs = only(&world(&format!(
        "datastores: {{ docs: {{ engine: mongodb, members: {{ {members} }} }} }}"
    )));
    assert_eq!(
        (docs.kind, docs.total(), docs.majority()),
        (Kind::Members, 3, 2)
    );
    assert_eq!(docs.outcome(Fault::Region(0)).writers, [2]);
    assert_eq!(docs.outcome(Fault::CloudCutOff(Provider::Aws)).writers, [0]);
    assert_eq!(docs.outcome(Fault::CutOff(1)).writers, [0, 2]);
}

#[test]
fn regions_without_a_link_do_not_see_each_other() {
    let store = "datastores: { cache: { engine: redis, sentinels: 1 } }";
    let links = "network: { links: { a: { between: [us-central1, us-east1] }, b: { between: [us-central1, us-east-1] } } }";
    let spokes = only(&world(&format!("{store}\n{links}")));
    assert_eq!(spokes.outcome(Fault::Region(3)).sees, [3, 2, 2, 0]);
    assert_eq!(spokes.outcome(Fault::Link(0, 1)).lack, Some(Lack::Majority));
    let isolated = "network: { isolated: [us-west-2] }";
    let three = only(&world(&format!("{store}\n{isolated}")));
    assert_eq!(three.outcome(Fault::CutOff(3)).sees, [3, 3, 3, 1]);
}

const MAIN: &str = "failover: { mode: automatic }\ndatastores: { main: { engine: postgres, regions: [us-east-1, us-west-2], replication: { mode: async } } }";

#[test]
fn a_witness_decides_between_two_sites() {
    let two = only(&world(MAIN));
    assert_eq!((two.kind, two.total()), (Kind::Sites, 2));
    assert_eq!(two.counterexample().map(|o| o.fault), Some(Fault::Voter(0)));
    let witness = MAIN.replace("mode: async", "mode: async, arbiter: \"witness:us-east-2\"");
    let three = only(&world(&witness));
    assert_eq!(three.outcome(Fault::Region(0)).writers, [1]);
    assert_eq!(three.outcome(Fault::Link(0, 1)).writers, [0, 1]);
    assert_eq!(three.outcome(Fault::CutOff(0)).writers, [1]);
    for settled in ["arbiter: operator", "conflicts: crdt"] {
        let mode = if settled.starts_with('c') {
            "active-active"
        } else {
            "async"
        };
        let text = MAIN.replace("mode: async", &format!("mode: {mode}, {settled}"));
        assert!(electorates(&world(&text)).is_empty(), "{settled}");
    }
}

#[test]
fn a_witness_stands_where_the_data_may_be() {
    let topology = world(MAIN);
    let places = only(&topology).witness_places(&topology);
    // Nearest to both, on the cloud of the store.
    assert_eq!(places[0].provider, Provider::Aws);
    assert!(!["us-east-1", "us-west-2"].contains(&places[0].location));
    let zoned = MAIN.replace(
        "replication:",
        "datasets: { users: { holds: [personal], zone: ca } }, replication:",
    );
    let fenced = world(&format!(
        "{zoned}\ncompliance: {{ zones: {{ ca: {{ jurisdictions: [CA] }} }} }}"
    ));
    let places = only(&fenced).witness_places(&fenced);
    assert!(places.iter().all(|p| p.country == "CA"));
    assert!(!places.is_empty());
}

#[test]
fn votes_of_the_provider_are_not_counted() {
    let none = world("datastores: { main: { engine: spanner, replication: { mode: quorum } } }");
    assert!(electorates(&none).is_empty());
    let own =
        world("datastores: { log: { engine: kafka, nodes: 1, replication: { mode: quorum } } }");
    assert_eq!(only(&own).kind, Kind::Copies);
}

#[test]
fn the_longest_round_trip_is_that_of_the_farthest_voters() {
    let electorate = sentinels([1, 1, 0, 1], "");
    let (trip, a, b) = electorate.longest_round_trip().expect("three voters");
    // South Carolina to Oregon: about 3,600 km.
    assert_eq!(
        (a.name.as_str(), b.name.as_str()),
        ("us-east1", "us-west-2")
    );
    assert!((30.0..42.0).contains(&trip), "{trip}");
}

/// Votes are not reachability: a service runs in a region without a seat, and writes from there.
#[test]
fn clients_without_a_seat_write_where_they_reach_the_writer() {
    let clients =
        "services: { web: { image: shop/web, uses: [main], regions: [us-east-1, us-central1] } }";
    let two = only(&world(&format!("{MAIN}\n{clients}")));
    let names: Vec<&str> = two.clients.iter().map(|c| c.name.as_str()).collect();
    assert_eq!((two.seats.len(), names), (2, vec!["us-central1"]));
    let stranded = |fault| two.outcome(fault).stranded;
    // us-central1 is the place after the seats, us-east-1 writes.
    assert_eq!(stranded(Fault::Link(0, 2)), [2]);
    assert_eq!(stranded(Fault::Link(1, 2)), Vec::<usize>::new());
    assert_eq!(stranded(Fault::CutOff(2)), [2]);
    assert_eq!(stranded(Fault::CloudCutOff(Provider::Aws)), [2]);
    // Losing it stops no writes, and is no row.
    assert!(!two.outcomes().iter().any(|o| o.fault == Fault::Region(2)));
}

#[test]
fn a_split_says_whose_writes_are_dropped() {
    let clients =
        "services: { web: { image: shop/web, uses: [cache], regions: [us-central1, us-west-2] } }";
    let store = "datastores: { cache: { engine: redis, regions: [us-central1, us-east1, us-east-1], sentinels: { us-central1: 1, us-east1: 1, us-east-1: 1 } } }";
    let three = only(&world(&format!("{store}\n{clients}")));
    let cut = three.outcome(Fault::CutOff(0));
    assert_eq!((cut.state, cut.stale), (State::Split, Some(0)));
    // Clients elsewhere reach whoever is promoted.
    assert_eq!((cut.astray, cut.stranded), (vec![0], vec![]));
    let links = "network: { links: { a: { between: [us-central1, us-east1] }, b: { between: [us-central1, us-east-1] }, c: { between: [us-east1, us-east-1] }, d: { between: [us-central1, us-west-2] } } }";
    let spoke = only(&world(&format!("{store}\n{links}\n{clients}")));
    // The only link of us-west-2 leads to the old writer, and that is cut too.
    assert_eq!(spoke.outcome(Fault::CutOff(0)).stranded, [3]);
}

/// Stores without votes: who is cut off from the one writer cannot write, and a multi-region of
/// Firestore, which takes writes in each of its regions, has none.
#[test]
fn clients_of_a_store_without_votes_need_its_writer() {
    let section = |name: &str| {
        let tree = crate::support::golden(name);
        let budget = tree["RECOVERY_BUDGET.md"].clone();
        let section = budget
            .split("\n## ")
            .find(|s| s.starts_with("Single-writer"));
        section.unwrap_or_default().to_string()
    };
    assert!(section("aws-engines").contains("| orders | us-east-1 | us-west-2 |"));
    for without in ["paynow", "ggen", "gcp-cache", "minimal"] {
        assert_eq!(section(without), "", "{without}");
    }
}
