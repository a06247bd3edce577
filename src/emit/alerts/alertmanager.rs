//! Notification routes and receivers.
//!
//! Alertmanager repeats and groups; it cannot wait for an answer. The times of an
//! escalation belong into the paging service, whose policy names them; here each step's
//! channel is only a receiver.

use crate::analysis::coverage::Trouble;
use crate::deployment::GROUP_WAIT_SECONDS;
use crate::emit::Input;
use crate::format::alertmanager::{differs, equals, one_of};
use crate::format::go_template::literal;
use crate::format::json::json;
use crate::topology::{AlertSeverity, Channel};
use crate::watch::alerts::alert_name;
use crate::watch::routes::{self, Matcher, NOBODY, Route, default_receiver};
use serde_json::Value;

/// Where the secrets of the receivers are mounted.
const SECRETS: &str = "/etc/alertmanager/secrets";

/// Our severities as PagerDuty's four
/// (developer.pagerduty.com/docs/events-api-v2/trigger-events: critical, error, warning, info).
const PAGERDUTY_SEVERITY: &str = "{{ with .CommonLabels.severity }}{{ if eq . \"critical\" }}critical{{ else if eq . \"high\" }}error{{ else if eq . \"warning\" }}warning{{ else }}info{{ end }}{{ else }}error{{ end }}";

pub(super) fn config(input: Input) -> Value {
    let channels = &input.topology.channels;
    let mut receivers = vec![json!({ "name": NOBODY })];
    let watchdog = alert_name(input.topology, "watchdog");
    // A channel of that name is told every minute that alerting works, and raises the alarm
    // when it hears nothing.
    let deadman = channels.names().find(|name| *name == "deadman");
    let mut tree = vec![json!({
        "matchers": [equals("alertname", &watchdog)],
        "receiver": deadman.unwrap_or(NOBODY),
        "group_wait": "0s",
        "group_interval": "1m",
        "repeat_interval": "1m",
    })];
    for (name, channel) in channels.iter() {
        receivers.push(receiver(&name.text, channel));
    }
    tree.extend(routes::routes(input.topology).into_iter().map(route));
    json!({
        "route": {
            "receiver": default_receiver(input.topology),
            // A second lost region is a group of its own: in one group it would wait for the
            // next `group_interval`.
            "group_by": ["system", "alertname", "region"],
            "group_wait": format!("{GROUP_WAIT_SECONDS}s"),
            "group_interval": "5m",
            "repeat_interval": "4h",
            "routes": tree,
        },
        "inhibit_rules": inhibitions(input),
        "receivers": receivers,
    })
}

/// A lost region is one message, not one from each part of it; several regions within the
/// window are one incident. What is critical is never held back: it may be another trouble.
fn inhibitions(input: Input) -> Vec<Value> {
    let lesser = || {
        let mut matchers = vec![one_of("severity", ["warning", "low", "info"], false)];
        // The first states of a lost region are told of, though the later ones follow before
        // the group is sent.
        let states = silences(input, |severity| severity != AlertSeverity::Critical);
        matchers.extend(states.iter().map(|name| differs("alertname", name)));
        matchers
    };
    let mut rules = Vec::new();
    let down = silences(input, |severity| severity == AlertSeverity::Critical);
    if !down.is_empty() {
        rules.push(json!({
            "source_matchers": [one_of("alertname", down.iter().map(String::as_str), false)],
            "target_matchers": lesser(),
            "equal": ["system", "region"],
        }));
    }
    if input.topology.observability.correlate.is_some() {
        let several = alert_name(input.topology, "several-regions");
        let mut target = lesser();
        target.push(differs("region", ""));
        rules.push(json!({
            "source_matchers": [equals("alertname", &several)],
            "target_matchers": target,
            "equal": ["system"],
        }));
    }
    rules
}

/// The alerts of some severities that say of a region that it is gone.
fn silences(input: Input, severe: impl Fn(AlertSeverity) -> bool) -> Vec<String> {
    let rules = input.alerts.iter();
    let silent = rules.filter(|rule| {
        let silent = matches!(rule.tells, Some((Trouble::Silence, _)));
        silent && severe(rule.severity) && rule.labels.contains(&"region")
    });
    silent.map(|rule| rule.name.clone()).collect()
}

fn route(route: Route) -> Value {
    let matchers: Vec<String> = route.matchers.iter().map(Matcher::text).collect();
    let mut printed = json!({ "matchers": matchers, "receiver": route.receiver });
    if route.goes_on {
        printed["continue"] = true.into();
    }
    printed
}

fn receiver(name: &str, channel: &Channel) -> Value {
    let mut receiver = json!({ "name": name });
    if let Some(slack) = &channel.slack {
        receiver["slack_configs"] = json!([{
            "api_url_file": format!("{SECRETS}/{name}"),
            "channel": literal(&slack.value),
            "send_resolved": true,
            "title": "{{ .CommonAnnotations.summary }}",
            "text": "{{ range .Alerts }}{{ .Annotations.description }} {{ .Annotations.runbook_url }}\n{{ end }}",
        }]);
    }
    if channel.pagerduty.is_some() {
        receiver["pagerduty_configs"] = json!([{
            "routing_key_file": format!("{SECRETS}/{name}"),
            "description": "{{ .CommonAnnotations.summary }}",
            "severity": PAGERDUTY_SEVERITY,
            "links": [{ "href": "{{ .CommonAnnotations.runbook_url }}", "text": "Runbook" }],
        }]);
    }
    if let Some(email) = &channel.email {
        receiver["email_configs"] = json!([{
            "to": literal(&email.value),
            "from": "alertmanager@localhost",
            "smarthost": "localhost:25",
            "send_resolved": true,
        }]);
    }
    if let Some(webhook) = &channel.webhook {
        receiver["webhook_configs"] = json!([{ "url": webhook.value, "send_resolved": true }]);
    }
    receiver
}
