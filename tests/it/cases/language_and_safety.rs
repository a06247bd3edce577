//! `tests/cases/language-and-safety`.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::support::{Case, case, case_with, root, spec};
use meridian::diagnostic::{Diagnostic, Diagnostics};
use meridian::source::SourceMap;
use meridian::syntax::{self, Limits, Notation, print};

fn only(case: &Case, code: &str) -> Vec<Diagnostic> {
    let all = case.done.diagnostics.iter();
    all.filter(|d| d.code.id == code).cloned().collect()
}

/// A project's id has a form; what is no id would run in every script.
#[test]
fn shell_injection_is_refused_at_the_key() {
    let case = case("language-and-safety/shell-injection");
    assert_eq!(case.errors(), ["NAME103"]);
    assert!(
        only(&case, "NAME103")[0]
            .message
            .contains("$(touch CANARY)")
    );
}

#[test]
fn promql_injection_is_refused_at_the_key() {
    let case = case("language-and-safety/promql-injection");
    assert!(case.errors().contains(&"NAME103"), "{:?}", case.errors());
}

/// Final names are compared, not ids: both places are shown.
#[test]
fn one_short_name_is_one_regions() {
    let case = case("language-and-safety/same-short");
    assert_eq!(case.errors(), ["NAME102"]);
    assert_eq!(only(&case, "NAME102")[0].secondary.len(), 1);
}

#[test]
fn one_name_is_one_services() {
    let case = case("language-and-safety/same-named");
    let found = only(&case, "NAME102");
    assert!(!found.is_empty(), "{:?}", case.codes());
    assert!(found.iter().all(|d| d.secondary.len() == 1));
}

/// A hand-given account that is another service's derived one.
#[test]
fn a_given_account_may_not_be_a_derived_one() {
    let case = crate::support::spec(
        "version: 1\nname: shop\nclouds: { gcp: { project: shop-prod } }\nregions: { us-central1: { role: primary } }\nservices:\n  web: { runtime: cloud-run, image: shop/web }\n  api: { runtime: cloud-run, image: shop/api, account: web-usc1 }\n",
    );
    assert_eq!(case.errors(), ["NAME102"]);
}

#[test]
fn a_region_of_a_channel_is_a_region() {
    let name = "language-and-safety/channel-region-typo";
    assert_eq!(case(name).errors(), ["REF101"]);
    assert!(
        case_with(name, &[("us-esat-1", "us-east-1")])
            .errors()
            .is_empty()
    );
}

/// A Redis has nodes in regions: a location means nothing, and nothing is found about it.
#[test]
fn a_location_of_what_has_none_is_said_at_the_key() {
    let case = case("language-and-safety/redis-location");
    assert_eq!(case.errors(), [""; 0]);
    let said = only(&case, "PRV103");
    assert!(
        said.iter()
            .any(|d| d.message.contains("`location` has no effect on `sessions`"))
    );
}

/// An escalation's steps are in order of `after`, wherever they stand in the file.
#[test]
fn order_escalation() {
    let ggen = std::fs::read_to_string(root().join("examples/ggen/topology.yaml")).unwrap();
    let straight = spec(&ggen.replace(", default: true", ""));
    let turned = case("language-and-safety/order-escalation");
    assert!(!straight.done.artifacts.is_empty());
    assert_eq!(straight.done.artifacts, turned.done.artifacts);
    let page = turned.file("RUNBOOK_FAILOVER.md");
    let at = |channel: &str| page.find(&format!("{channel}, with")).unwrap();
    assert!(at("oncall-dba") < at("incident-commander"));
}

/// What `fmt` makes of a case.
#[expect(clippy::disallowed_methods, reason = "tests read files")]
fn formatted(name: &str) -> (String, String) {
    let path = root().join(format!("tests/cases/language-and-safety/{name}.yaml"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", text.as_str());
    let limits = Limits::default();
    let document = syntax::parse(&sources, file, &limits, &mut Diagnostics::default());
    let printed = print::checked(&document.expect("a tree"), Notation::Yaml, &limits);
    (text, printed.expect("the same meaning"))
}

#[test]
fn fmt_keeps_a_comma_in_a_text() {
    let (before, after) = formatted("fmt-breaks");
    assert!(after.contains("    of: Restore the backup, then compare\n"));
    assert_eq!(spec(&before).errors(), Vec::<&str>::new());
    assert_eq!(spec(&after).codes(), spec(&before).codes());
}

#[test]
fn fmt_keeps_the_number_of_phases() {
    let (before, after) = formatted("fmt-changes-meaning");
    let guide = "EVENT_MIGRATION.md";
    assert_eq!(spec(&after).file(guide), spec(&before).file(guide));
}
