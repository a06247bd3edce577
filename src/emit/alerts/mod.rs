//! Alerts for Prometheus and Alertmanager, their tests, and dashboards.

mod alertmanager;
mod dashboards;
mod rules;
mod tests_of_rules;

use super::Input;
use crate::artifact::ArtifactSet;
use crate::format::yaml;
use tests_of_rules::Pace;

const EMITTER: &str = "alerts";

/// Emits rules, tests, routes and dashboards.
pub fn emit(input: Input, set: &mut ArtifactSet) {
    let text = |value| yaml::print_documents(&input.header(), &[value]);
    set.text(
        EMITTER,
        "alerts/prometheus/rules.yaml",
        text(rules::rules(input, input.alerts)),
    );
    for (name, pace) in [
        ("rules_test", Pace::Minutes),
        ("slow_rules_test", Pace::Hours),
    ] {
        if let Some(tests) = tests_of_rules::tests(input, input.alerts, pace) {
            set.text(
                EMITTER,
                format!("alerts/prometheus/{name}.yaml"),
                text(tests),
            );
        }
    }
    set.text(
        EMITTER,
        "alerts/alertmanager.yaml",
        text(alertmanager::config(input)),
    );
    dashboards::emit(input, set);
}
