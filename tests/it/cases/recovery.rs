//! `tests/cases/recovery`.

use crate::support::case;
use meridian::analysis::recovery::verdict::Verdict;
use meridian::diagnostic::Severity;

const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;

#[test]
fn fact_from_the_future() {
    let case = case("recovery/fact-from-the-future");
    let found = case.found("FCT103");
    assert_eq!(found.len(), 1, "{:?}", case.codes());
    // An urgent change must not wait for a date.
    assert_eq!(found[0].severity, Severity::Warning);
}

#[test]
fn fact_on_wrong_things() {
    assert_eq!(
        case("recovery/fact-on-wrong-things").found("FCT104").len(),
        4
    );
}

#[test]
fn detect_fact_below_probe() {
    let case = case("recovery/detect-fact-below-probe");
    assert_eq!(case.found("FCT102").len(), 1, "{:?}", case.codes());
    let (low, _, verdict) = case.rto("service web", "region:us-central1").unwrap();
    assert!(low >= 4 * MINUTE, "{low}");
    assert_eq!(verdict, Verdict::Violated);
}

#[test]
fn detect_fact_below_own_lower_bound() {
    let case = case("recovery/detect-fact-below-own-lower-bound");
    assert_eq!(case.found("FCT102").len(), 1, "{:?}", case.codes());
}

#[test]
fn redirect_fact_below_ttl() {
    let case = case("recovery/redirect-fact-below-ttl");
    assert_eq!(case.found("FCT102").len(), 1, "{:?}", case.codes());
}

#[test]
fn waiver_of_violation() {
    let case = case("recovery/waiver-of-violation");
    assert!(!case.found("WVR104").is_empty(), "{:?}", case.codes());
    assert!(!case.errors().is_empty());
}

#[test]
fn entry_can_be_promised() {
    let case = case("recovery/entry-cannot-be-promised");
    let (_, _, general) = case.rto("service web", "entry").unwrap();
    assert_eq!(general, Verdict::NotPromised);
}

#[test]
fn store_objective_rto() {
    let case = case("recovery/store-objective-rto");
    let (_, _, verdict) = case.rto("datastore db", "region:us-east-1").unwrap();
    assert_ne!(verdict, Verdict::NotPromised);
    assert_ne!(verdict, Verdict::Met);
}

#[test]
fn shift_is_found_once_and_is_no_lower_bound() {
    let case = case("recovery/shift-found-twice");
    assert!(case.found("RTO201").is_empty(), "{:?}", case.codes());
    assert_eq!(case.found("RTO103").len(), 1, "{:?}", case.codes());
}
