//! `tests/cases/data-flow`.

use crate::support::{Case, case, case_with};
use meridian::analysis::flow::Kind;

/// A control: it is right today and stays so.
#[test]
fn queue_outside_zone() {
    assert!(
        case("data-flow/queue-outside-zone")
            .errors()
            .contains(&"RES101")
    );
}

/// What is copied along is an error where it may not go.
#[test]
fn a_copy_of_everything_leaves_nothing_out() {
    for name in ["postgres-within-zone", "redis-within-zone"] {
        let case = case(&format!("data-flow/{name}"));
        assert!(
            case.errors().contains(&"REP102"),
            "{name}: {:?}",
            case.codes()
        );
    }
}

#[test]
fn links_are_those_that_are_made() {
    for name in ["links-hide-a-copy", "links-omit-region"] {
        let case = case(&format!("data-flow/{name}"));
        assert!(
            case.errors().contains(&"REP103"),
            "{name}: {:?}",
            case.codes()
        );
    }
}

#[test]
fn a_review_in_the_future() {
    assert_eq!(
        case("data-flow/transfer-reviewed-in-future")
            .found("CMP115")
            .len(),
        1
    );
}

/// The ways of findings on services outside of their data's zone.
fn processed(case: &Case) -> Vec<String> {
    let found = case.found("RES111").into_iter();
    found.map(|d| d.message.clone()).collect()
}

/// Who reads and who receives is where the data is.
#[test]
fn reader_and_consumer_outside_zone() {
    let name = "data-flow/reader-and-consumer-outside-zone";
    let found = processed(&case(name));
    for way in [
        "main in eur3 -> analyst in us-central1",
        "q in europe-west1 -> analyst in us-central1",
    ] {
        let shown = found.iter().any(|f| f.contains(way));
        assert!(shown, "{way}: {found:#?}");
    }
    let inside = (
        "    regions:\n    - us-central1\n",
        "    regions:\n    - europe-west3\n",
    );
    assert!(processed(&case_with(name, &[inside])).is_empty());
    // Each edge by itself.
    let store = case_with(
        name,
        &[(
            "    push:\n      to: analyst\n",
            "    push:\n      to: web\n",
        )],
    );
    assert_eq!(processed(&store).len(), 1, "{:?}", store.codes());
    let queue = case_with(
        name,
        &[(
            "    replicas: 2..4\n    uses:\n    - main\n",
            "    replicas: 2..4\n",
        )],
    );
    assert_eq!(processed(&queue).len(), 1, "{:?}", queue.codes());
    // A basis permits it, and the page shows the service.
    let basis = case_with(
        name,
        &[(
            "      jurisdictions:\n      - eea\n",
            "      jurisdictions:\n      - eea\n  transfers: { reports: { from: eu, to: us-central1, basis: scc, reviewed: 2026-10-01, expires: 2027-10-01 } }\n",
        )],
    );
    assert!(processed(&basis).is_empty(), "{:?}", basis.codes());
    let flow = &basis.done.analysis.as_ref().unwrap().flow;
    let mut stops = flow.datasets.iter().flat_map(|d| &d.stops);
    assert!(stops.any(|s| s.kind == Kind::Processing && s.name == "analyst"));
}

#[test]
fn store_in_eu_service_in_us() {
    let found = processed(&case("data-flow/store-in-eu-service-in-us"));
    assert!(
        found.iter().any(|f| f.contains("web in us-central1")),
        "{found:#?}"
    );
}

#[test]
fn replication_worker_in_us() {
    let found = processed(&case("data-flow/replication-worker-in-us"));
    assert!(
        found.iter().any(|f| f.contains("wk in us-central1")),
        "{found:#?}"
    );
}

/// What others run reads as well.
#[test]
fn an_outside_reader_outside_the_zone() {
    let name = "data-flow/reader-and-consumer-outside-zone";
    let to = "  analyst:\n    external: { run_by: analytics, at: [{ country: US }], settings: { url: \"https://a.example.com\" } }\n    uses:\n    - main\ntraffic:";
    let text = crate::support::text(name);
    let from = text.find("  analyst:").unwrap();
    let end = text.find("traffic:").unwrap() + "traffic:".len();
    let cut = text[from..end].to_string();
    let found = processed(&case_with(
        name,
        &[
            (&cut, to),
            (
                "    push:\n      to: analyst\n",
                "    push:\n      to: web\n",
            ),
        ],
    ));
    assert!(
        found.iter().any(|f| f.contains("analyst in US")),
        "{found:#?}"
    );
}
