//! `tests/cases/data-flow`.

use crate::support::case;

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
