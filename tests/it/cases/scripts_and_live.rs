//! What running the output has shown, as far as the text shows it; `tests/live` runs it.

use crate::support::{Case, compiled, root};

fn example(name: &str) -> Case {
    compiled(&root().join(format!("examples/{name}/topology.yaml")))
}

/// With fewer a sentinel waits for a replica that is dead, and the new primary takes no writes.
#[test]
fn all_replicas_follow_a_new_primary_at_once() {
    let ggen = example("ggen");
    for region in ["us-central1", "us-east1", "europe-west1"] {
        let set = ggen.file(&format!("kubernetes/{region}/redis-sessions.yaml"));
        assert!(set.contains("\n    sentinel parallel-syncs sessions 9\n"));
        assert!(
            set.contains("- /config/reload.sh\n"),
            "{region}: nothing renews"
        );
    }
}

/// The region that takes over is the one that the topology names.
#[test]
fn sentinels_prefer_the_home_and_then_its_successor() {
    let ggen = example("ggen");
    for (region, priority) in [("us-central1", 50), ("us-east1", 75), ("europe-west1", 100)] {
        let set = ggen.file(&format!("kubernetes/{region}/redis-sessions.yaml"));
        assert!(
            set.contains(&format!("\n    replica-priority {priority}\n")),
            "{region}"
        );
    }
}

/// The term ends at a client's write, and is no longer the failover timeout, which is no bound.
#[test]
fn a_promotion_is_over_when_a_write_is_acknowledged() {
    let ggen = example("ggen");
    let budget = ggen.file("RECOVERY_BUDGET.md");
    assert!(budget.contains("| promote | sessions | 0s .. 5s | typical | 2 of 3 sentinels agree and promote, replicas follow, and a write is acknowledged; a vote that fails is repeated after 2m |"));
}
