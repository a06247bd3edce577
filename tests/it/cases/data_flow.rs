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
