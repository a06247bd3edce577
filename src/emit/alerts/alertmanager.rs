//! Who is told: routes and receivers.
//!
//! Alertmanager repeats and groups; it cannot wait for an answer. The times of an
//! escalation belong into the paging service, whose policy names them; here each step's
//! channel is only a receiver.

use crate::analysis::coverage::Trouble;
use crate::emit::Input;
use crate::format::alertmanager::{equals, lists, one_of};
use crate::format::go_template::literal;
use crate::spec::{AlertSeverity, Channel, Name};
use crate::watch::alerts::{alert_name, all_alerts};
use serde_json::{Value, json};

/// Where the secrets of the receivers are mounted.
const SECRETS: &str = "/etc/alertmanager/secrets";

/// Our severities as PagerDuty's four
/// (developer.pagerduty.com/docs/events-api-v2/trigger-events: critical, error, warning, info).
const PAGERDUTY_SEVERITY: &str = "{{ with .CommonLabels.severity }}{{ if eq . \"critical\" }}critical{{ else if eq . \"high\" }}error{{ else if eq . \"warning\" }}warning{{ else }}info{{ end }}{{ else }}error{{ end }}";

pub(super) fn config(input: Input) -> Value {
    let channels = &input.topology.spec.channels;
    let mut receivers = vec![json!({ "name": "nobody" })];
    let watchdog = alert_name(input.topology, "watchdog");
    // A channel of that name is told every minute that alerting works, and raises the alarm
    // when it hears nothing.
    let deadman = channels.names().find(|name| *name == "deadman");
    let mut routes = vec![json!({
        "matchers": [equals("alertname", &watchdog)],
        "receiver": deadman.unwrap_or("nobody"),
        "group_wait": "0s",
        "group_interval": "1m",
        "repeat_interval": "1m",
    })];
    for (name, channel) in channels.iter() {
        receivers.push(receiver(&name.text, channel));
        routes.push(route(&name.text, channel));
    }
    routes.extend(by_severity(input));
    json!({
        "route": {
            "receiver": default_receiver(input),
            "group_by": ["system", "alertname"],
            "group_wait": "10s",
            "group_interval": "5m",
            "repeat_interval": "4h",
            "routes": routes,
        },
        "inhibit_rules": inhibitions(input),
        "receivers": receivers,
    })
}

/// A lost region is one message, not one from each part of it; several regions within the
/// window are one incident. What is critical is never held back: it may be another trouble.
fn inhibitions(input: Input) -> Vec<Value> {
    let lesser = one_of("severity", ["warning", "low", "info"], false);
    let mut rules = Vec::new();
    let down = down_alerts(input);
    if !down.is_empty() {
        rules.push(json!({
            "source_matchers": [one_of("alertname", down.iter().map(String::as_str), false)],
            "target_matchers": [lesser],
            "equal": ["system", "region"],
        }));
    }
    let observability = input.topology.spec.observability.as_ref();
    if observability.is_some_and(|o| o.correlate.is_some()) {
        let several = alert_name(input.topology, "several-regions");
        rules.push(json!({
            "source_matchers": [equals("alertname", &several)],
            "target_matchers": [lesser, "region!=\"\""],
            "equal": ["system"],
        }));
    }
    rules
}

/// The pages that say of a region that it is gone.
fn down_alerts(input: Input) -> Vec<String> {
    let rules = all_alerts(input.topology, input.deployment).into_iter();
    let down = rules.filter(|rule| {
        let silent = matches!(rule.tells, Some((Trouble::Silence, _)));
        silent && rule.severity == AlertSeverity::Critical && rule.labels.contains(&"region")
    });
    down.map(|rule| rule.name).collect()
}

/// Alerts that name a channel in their `tell` label come to it, whatever else they name.
fn route(name: &str, channel: &Channel) -> Value {
    let mut matchers = vec![lists("tell", name)];
    if !channel.regions.is_empty() {
        let regions = channel.regions.iter().map(|r| r.value.as_str());
        matchers.push(one_of("region", regions, true));
    }
    json!({ "matchers": matchers, "receiver": name, "continue": true })
}

/// Alerts that name nobody: a page for critical ones, to whoever is paged for the region if
/// somebody is, and a message for the rest.
fn by_severity(input: Input) -> Vec<Value> {
    let channels = input.topology.spec.channels_by_preference();
    let nobody = |severities: &[&'static str]| {
        let severities = severities.iter().copied();
        vec![equals("tell", ""), one_of("severity", severities, false)]
    };
    let pages = || channels.iter().filter(|(_, c)| c.pagerduty.is_some());
    let mut routes = Vec::new();
    for (name, channel) in pages().filter(|(_, c)| !c.regions.is_empty()) {
        let regions = channel.regions.iter().map(|r| r.value.as_str());
        let mut matchers = nobody(&["critical", "high"]);
        matchers.push(one_of("region", regions, false));
        routes.push(json!({ "matchers": matchers, "receiver": name.text }));
    }
    let everywhere = pages().find(|(_, c)| c.regions.is_empty());
    let page = everywhere.or(pages().next());
    let message = messages(&channels);
    for (severities, receiver) in [(["critical", "high"], page), (["warning", "low"], message)] {
        routes
            .extend(receiver.map(
                |(name, _)| json!({ "matchers": nobody(&severities), "receiver": name.text }),
            ));
    }
    routes
}

/// The channel of messages that wake nobody: the preferred chat, else the preferred mailbox.
fn messages<'a, 'b>(
    channels: &'b [(&'a Name, &'a Channel)],
) -> Option<&'b (&'a Name, &'a Channel)> {
    let first = |has: fn(&Channel) -> bool| channels.iter().find(|(_, c)| has(c));
    first(|c| c.slack.is_some()).or(first(|c| c.email.is_some()))
}

/// What no route takes is a message, never a page, as long as there is a channel for messages.
fn default_receiver(input: Input) -> String {
    let channels = input.topology.spec.channels_by_preference();
    let first = messages(&channels).or(channels.first());
    first.map_or("nobody".to_string(), |(name, _)| name.text.clone())
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
