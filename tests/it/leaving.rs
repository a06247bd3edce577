//! What leaves: step by step, with its data kept or let go, and never unseen.

use crate::support::{Case, case, example, example_text, spec, spec_after, text};
use meridian::diff::{Fate, ResourceFate, fates};
use meridian::lock::print;

const TRIO: &str = "second-day/trio";

/// A case of `tests/cases` and what follows from it: each step with the lock of the one before.
struct Walk {
    text: String,
    at: Case,
}

impl Walk {
    fn from(name: &str) -> Self {
        let at = case(name);
        assert_eq!(at.errors(), Vec::<&str>::new());
        Walk {
            text: text(name),
            at,
        }
    }

    /// The next step: edits of the spec. What becomes of what the last one made.
    fn step(&mut self, edits: &[(&str, &str)]) -> Vec<ResourceFate> {
        for (from, to) in edits {
            assert!(self.text.contains(from), "no {from:?} in\n{}", self.text);
            self.text = self.text.replace(from, to);
        }
        let next = spec_after(&self.text, &print(self.at.lock()));
        assert_eq!(next.errors(), Vec::<&str>::new(), "{edits:?}");
        let all = fates(&self.at.done.artifacts, &next.done.artifacts);
        self.at = next;
        all
    }

    /// Whether all that would be lost is stopped by a guard, and is taken out of the state by the
    /// script before the plan.
    fn only_strays(&self, all: &[ResourceFate]) {
        let script = self.file("scripts/take-region-out.sh").unwrap();
        for lost in terraform(all).filter(|f| f.fate.loses_data()) {
            assert!(lost.stopped_by.is_some(), "{lost:#?}");
            assert!(script.contains(&lost.address), "{lost:#?}");
        }
    }

    fn file(&self, path: &str) -> Option<&str> {
        self.at.done.artifacts.get(path).map(|a| a.text.as_str())
    }
}

fn terraform(all: &[ResourceFate]) -> impl Iterator<Item = &ResourceFate> {
    all.iter().filter(|f| f.root.starts_with("terraform"))
}

fn bad(all: &[ResourceFate]) -> Vec<&ResourceFate> {
    terraform(all)
        .filter(|f| f.fate.loses_data() || f.fate.is_bad())
        .collect()
}

const EAST: &str = "  us-east1: { role: secondary, weight: 30 }\n";

/// The shares of the others, once the entry is gone.
const REST: [(&str, &str); 3] = [
    ("weight: 40", "weight: 57"),
    ("weight: 30", "weight: 43"),
    ("us-east1: 3..12, ", ""),
];

fn leaves(data: &str) -> String {
    EAST.replace(
        "30 }",
        &format!("30, leaving: {{ since: 2026-11-28{data} }} }}"),
    )
}

/// With data kept: first nobody is sent there and all of it runs on; then what holds data or keys
/// is forgotten and the rest goes; then the entry goes, and nothing with it.
#[test]
fn a_region_leaves_and_its_data_stays() {
    let mut walk = Walk::from(TRIO);
    let all = walk.step(&[(EAST, &leaves(""))]);
    assert_eq!(bad(&all), Vec::<&ResourceFate>::new());
    let all = walk.step(&[("2026-11-28 }", "2026-11-28, data: keep }")]);
    let lost: Vec<_> = terraform(&all).filter(|f| f.fate.loses_data()).collect();
    assert_eq!(lost, Vec::<&ResourceFate>::new());
    let forgotten = |kind: &str| {
        let mut all = terraform(&all);
        all.any(|f| f.fate == Fate::Forgotten && f.kind == kind)
    };
    assert!(forgotten("google_container_cluster"));
    assert!(
        !terraform(&all).any(|f| f.fate == Fate::Orphaned),
        "{all:#?}"
    );
    let root = walk.file("terraform/regions/us-east1/main.tf").unwrap();
    assert!(
        root.contains("removed {") && root.contains("destroy = false"),
        "{root}"
    );
    assert!(walk.file("terraform/regions/us-east1/backend.tf").is_some());
    let all = walk.step(&[(&leaves(", data: keep"), ""), REST[0], REST[1], REST[2]]);
    walk.only_strays(&all);
    // Backups that were kept there are kept where they can be restored, and the old ones expire.
    let backups = walk.at.call("backup_restore")["clusters"]["us-central1"].clone();
    assert_eq!(backups["backup_region"], "us-west1");
    let cluster = backups["restore_cluster_id"].as_str().unwrap();
    assert!(cluster.ends_with("trio-us-west1"), "{cluster}");
    // What takes the old one's place has its address: the script looks where it is.
    let script = walk.file("scripts/take-region-out.sh").unwrap();
    let plan = "google_gke_backup_backup_plan.this[\"us-central1\"]' us-east1\n";
    assert!(script.contains(plan), "{script}");
    // Compiled again before anything is applied: the script still takes all of them out.
    assert_eq!(walk.step(&[]), []);
    walk.only_strays(&all);
}

/// With data let go: the guards are off first, and all of it goes with the entry, in a root that
/// stays until it is empty.
#[test]
fn a_region_leaves_with_its_data() {
    let mut walk = Walk::from(TRIO);
    walk.step(&[(EAST, &leaves(""))]);
    let all = walk.step(&[("2026-11-28 }", "2026-11-28, data: delete }")]);
    assert_eq!(bad(&all), Vec::<&ResourceFate>::new());
    let mut unguarded = terraform(&all).filter(|f| f.fate == Fate::InPlace);
    assert!(
        unguarded.any(|f| f.because == ["deletion_protection"]),
        "{all:#?}"
    );
    let all = walk.step(&[(&leaves(", data: delete"), ""), REST[0], REST[1], REST[2]]);
    assert!(
        !terraform(&all).any(|f| f.fate == Fate::Orphaned),
        "{all:#?}"
    );
    let cluster = terraform(&all).find(|f| f.kind == "google_container_cluster");
    let cluster = cluster.unwrap();
    assert_eq!(
        (cluster.fate, &cluster.stopped_by),
        (Fate::DestroyedWithData, &None)
    );
    // The root is empty and has what a plan of the rest needs, until the lock forgets the region.
    assert!(walk.file("terraform/regions/us-east1/backend.tf").is_some());
    assert!(
        walk.file("terraform/regions/us-east1/provider.tf")
            .is_some()
    );
    let lock = print(walk.at.lock()).replace("region us-east1 leaving = delete\n", "");
    let lock = lock.replace("region us-east1 made_as = us-east1\n", "");
    let end = spec_after(&walk.text, &lock);
    assert!(
        end.done
            .artifacts
            .get("terraform/regions/us-east1/backend.tf")
            .is_none()
    );
}

/// Nobody is sent to a region that leaves, from the first step on.
#[test]
fn a_region_that_leaves_gets_no_traffic() {
    let mut walk = Walk::from(TRIO);
    let before = walk.at.done.topology.as_ref().unwrap();
    let east = before.region_named("us-east1").unwrap();
    assert!(before.hosts.iter().any(|h| h.regions.contains(&east)));
    walk.step(&[(EAST, &leaves(""))]);
    let topology = walk.at.done.topology.as_ref().unwrap();
    let east = topology.region_named("us-east1").unwrap();
    assert_eq!(topology.region(east).weight, 0);
    assert!(topology.hosts.iter().all(|h| !h.regions.contains(&east)));
    let total: u32 = topology.regions.iter().map(|r| r.weight).sum();
    assert_eq!(total, 100);
    for list in walk.at.done.deployment.as_ref().unwrap().mesh.lists() {
        assert!(list.from == east || !list.reach.contains(&east), "{list:?}");
    }
}

/// A name that is gone is an error with both ways on, and nothing is written.
#[test]
fn a_name_that_vanishes_says_where_it_went() {
    let before = case("second-day/three-regions");
    let lock = print(before.lock());
    let spec = text("second-day/three-regions");
    let gone = spec_after(
        &spec.replace("  us-east1: { role: secondary }\n", ""),
        &lock,
    );
    assert_eq!(gone.errors(), ["LCK108"]);
    let found = gone.found("LCK108")[0];
    let help = found.help.as_deref().unwrap();
    assert!(
        help.contains("renamed_from: us-east1") && help.contains("leaving: { since: 2026-11-28 }"),
        "{help}"
    );
    assert_eq!(found.secondary.len(), 1);
    // The nearest new name is proposed.
    let typo = spec_after(&spec.replace("  us-east1: {", "  us-east4: {"), &lock);
    let help = typo.found("LCK108")[0].help.clone().unwrap();
    assert!(help.contains("`regions.us-east4`"), "{help}");
}

/// Data that was handed over cannot be let go any more.
#[test]
fn data_that_was_kept_is_not_deleted_by_a_word() {
    let mut walk = Walk::from(TRIO);
    walk.step(&[(EAST, &leaves(", data: keep"))]);
    let lock = print(walk.at.lock());
    let wrong = walk.text.replace("data: keep", "data: delete");
    assert_eq!(spec_after(&wrong, &lock).errors(), ["LVE102"]);
    // Somebody changes their mind: the region serves again.
    let back = walk.text.replace(&leaves(", data: keep"), EAST);
    let back = spec_after(&back, &lock);
    assert_eq!(back.errors(), Vec::<&str>::new());
    assert_eq!(back.lock().get("region", "us-east1", "leaving"), None);
}

/// What one call makes for several things is taken out of the state by the deployment: no
/// `removed` block can name it, and its guard would stop every later plan.
#[test]
fn elements_of_shared_calls_are_forgotten_first() {
    // The line of the entry, what is before and after `leaving` in it, and what it makes.
    let cases = [
        (
            "eden",
            "  insight-service:\n",
            ("  insight-service:\n    ", "\n"),
            "aws_ecr_repository.this[\"insight-service\"]",
        ),
        (
            "ggen",
            "  jwt-signing-key: { used_by: [api], rotate: 90d }\n",
            ("  jwt-signing-key: { used_by: [api], rotate: 90d, ", " }\n"),
            "google_secret_manager_secret.this[\"jwt-signing-key\"]",
        ),
    ];
    for (name, entry, (head, tail), address) in cases {
        let leaves = |data: &str| format!("{head}leaving: {{ since: 2026-11-28{data} }}{tail}");
        for data in ["keep", "delete"] {
            let mut walk = Walk {
                text: example_text(name),
                at: example(name),
            };
            let all = walk.step(&[(entry, &leaves(""))]);
            assert_eq!(bad(&all), Vec::<&ResourceFate>::new());
            let word = format!(", data: {data}");
            let all = walk.step(&[(&leaves(""), &leaves(&word))]);
            let deploy = walk.file("scripts/deploy-all-regions.sh").unwrap();
            assert!(deploy.contains(address), "{name} {data}");
            let lost: Vec<_> = terraform(&all).filter(|f| f.fate.loses_data()).collect();
            assert!(!lost.is_empty(), "{name} {data}");
            for lost in lost {
                assert!(lost.address.contains(address), "{lost:#?}");
                assert!(lost.stopped_by.is_some(), "{lost:#?}");
                let line = format!("forget \"${{here}}\" {} '{}'", lost.root, lost.address);
                assert!(deploy.contains(&line), "no {line} in\n{deploy}");
            }
        }
    }
}

/// Whoever takes messages out of a queue goes on: only what puts some in stops.
#[test]
fn a_queue_that_leaves_is_emptied() {
    let mut walk = Walk {
        text: example_text("ggen"),
        at: example("ggen"),
    };
    let queue = "  firestore-replication:\n    engine: pubsub\n";
    let leaves = format!("{queue}    leaving: {{ since: 2026-11-28 }}\n");
    let all = walk.step(&[(queue, &leaves)]);
    let lost: Vec<_> = terraform(&all).filter(|f| f.fate.loses_data()).collect();
    assert_eq!(lost, Vec::<&ResourceFate>::new());
    let publishes = |f: &&ResourceFate| {
        f.address
            .contains("google_pubsub_topic_iam_member.publisher")
    };
    assert!(terraform(&all).any(|f| publishes(&f)), "{all:#?}");
}

/// Somebody must serve the users of a database before it leaves.
#[test]
fn a_database_leaves_when_another_one_serves_its_region() {
    let page = include_str!("../../src/rules/pages/LVE104.md");
    let specs: Vec<&str> = page
        .split("```")
        .filter(|p| p.starts_with("yaml"))
        .collect();
    let [fails, cured] = specs[..] else {
        panic!("{page}")
    };
    let body = |s: &str| s.split_once('\n').unwrap().1.to_string();
    assert_eq!(crate::support::spec(&body(fails)).errors(), ["LVE104"]);
    let keep = body(cured).replace("2026-11-20 }", "2026-11-20, data: keep }");
    let kept = crate::support::spec(&keep);
    assert_eq!(kept.errors(), Vec::<&str>::new());
    // The last one cannot: the store would get one of its own again.
    let last = body(cured).replace(
        "      us: { location: nam5, serves: [us-central1, europe-west1] }\n",
        "",
    );
    assert_eq!(crate::support::spec(&last).errors(), ["LVE104"]);
}

/// Users of a host are sent to its service until somebody leads them elsewhere: neither may go
/// before. Fails without the check, or if what is about the host stays when it is gone.
#[test]
fn a_service_leaves_after_the_hosts_that_lead_to_it() {
    let text = include_str!("../fixtures/aws-engines.yaml");
    let lock = print(spec(text).lock());
    for data in ["", ", data: keep", ", data: delete"] {
        let leaves = format!("leaving: {{ since: 2026-11-28{data} }}");
        let service = text.replacen("  web:\n", &format!("  web:\n    {leaves}\n"), 1);
        let refused = spec_after(&service, &lock);
        assert!(
            refused.errors().contains(&"LVE103"),
            "{:?}",
            refused.errors()
        );
        let both = service.replace("    to: web\n", &format!("    to: web\n    {leaves}\n"));
        let both = both.replace("{ to: web,", &format!("{{ to: web, {leaves},"));
        let gone = spec_after(&both, &lock);
        assert_eq!(gone.errors(), Vec::<&str>::new(), "{data}");
    }
}

/// What is about the datasets of a store goes with it, and a transfer of nothing else is none of
/// everything. Fails if a transfer, a queue or a collector goes on naming them.
#[test]
fn a_store_leaves_with_what_is_about_its_datasets() {
    let before = example("ggen");
    let leaves = "  sessions:\n    leaving: { since: 2026-11-28, data: keep }\n";
    let text = example_text("ggen").replacen("  sessions:\n", leaves, 1);
    let after = spec_after(&text, &print(before.lock()));
    assert_eq!(after.errors(), Vec::<&str>::new());
    let flow = after.file("DATA_FLOW.md");
    assert!(!flow.contains("sessions-to-us"), "{flow}");
    assert!(flow.contains("failover-to-us"), "{flow}");
}
