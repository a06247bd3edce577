//! `tests/cases/workflows`.

use crate::support::{case, case_after};

/// Two lines of a map exchanged are no change.
#[test]
fn k8s_swapped() {
    let before = case("workflows/k8s");
    assert!(!before.done.artifacts.is_empty());
    let swapped = case_after("workflows/k8s-swapped", &before);
    assert_eq!(before.done.artifacts, swapped.done.artifacts);
    assert_eq!(
        before.done.artifacts,
        case("workflows/k8s-swapped").done.artifacts
    );
}
