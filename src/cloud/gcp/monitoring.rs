//! Cloud Monitoring: channels, alert policies, log-based metrics.

use super::{Lowering, regional, signals};
use crate::deployment::{Argument, Decision, Scope, Variable};
use crate::spec::AlertSeverity;
use crate::watch::alerts::{AlertRule, spec_alerts};
use crate::watch::pace::{SLOWEST_EVALUATION, evaluation_seconds};
use serde_json::{Value, json};

impl Lowering<'_> {
    pub(super) fn monitoring(&mut self) {
        signals::signals(self.topology, self.deployment);
        regional::regional(self.topology, self.deployment);
        let rules = spec_alerts(self.topology, self.deployment);
        if rules.is_empty() && self.topology.spec.channels.is_empty() {
            return;
        }
        self.api("monitoring");
        self.pace_decision();
        let alerts = rules.iter().map(|rule| (rule.key.clone(), policy(rule)));
        let alerts = Argument::Map(alerts.collect());
        self.deployment.variables.push(Variable {
            kind: "map(string)",
            sensitive: true,
            ..super::variable(
                "channel_secrets",
                "Slack tokens and PagerDuty integration keys, by channel.".into(),
                None,
                self.secret_examples(),
            )
        });
        let arguments = vec![
            ("project_id", self.project()),
            ("name", self.prefix().into()),
            ("channels", self.channels()),
            ("channel_secrets", Argument::variable("channel_secrets")),
            ("log_metrics", self.log_metrics()),
            ("alerts", alerts),
            ("dashboards", self.dashboards()),
            ("labels", Argument::variable("labels")),
        ];
        self.call("monitoring", "gcp/monitoring", Scope::Global, arguments);
    }

    /// How fast alerts can be where little time is promised.
    fn pace_decision(&mut self) {
        let seconds = evaluation_seconds(self.topology);
        if seconds == SLOWEST_EVALUATION {
            return;
        }
        self.deployment.decisions.push(Decision {
            title: "Alerts that come within the promise".into(),
            reason: format!(
                "Prometheus evaluates every {seconds} s, and looks for a silent region over \
                 three evaluations; the probes have to run as often. Cloud Monitoring evaluates \
                 every 30 s, on metrics of its own that it samples every minute and shows \
                 minutes later, so its policies tell people what has happened. Nothing waits \
                 for either: a lost region is left by the load balancer."
            ),
        });
    }

    /// One dashboard with every signal and one for each board, as the JSON of the Monitoring
    /// API.
    fn dashboards(&self) -> Argument {
        let system = &self.topology.name;
        let signals = self.deployment.signals.iter();
        let signals = signals.map(|s| {
            let title = format!("{}: {}", s.subject, s.signal.word().replace('-', " "));
            widget(&title, &s.query)
        });
        let overview = (
            "overview".to_string(),
            dashboard(system, 3, signals.collect()),
        );
        let boards = self.deployment.boards.iter().map(|board| {
            let panels = board.panels.iter().map(|p| widget(&p.title, &p.query));
            let title = format!("{system}: {} by region", board.subject);
            (
                board.subject.clone(),
                dashboard(&title, 2, panels.collect()),
            )
        });
        Argument::map(std::iter::once(overview).chain(boards))
    }

    fn channels(&self) -> Argument {
        let channels = self.topology.spec.channels.iter();
        let entry = |channel: &crate::spec::Channel| {
            let kinds = [
                ("email", &channel.email),
                ("slack", &channel.slack),
                ("webhook", &channel.webhook),
            ];
            let address = kinds
                .iter()
                .find_map(|(k, a)| a.as_ref().map(|a| (*k, a.value.as_str())));
            let (kind, address) = address.unwrap_or(("pagerduty", ""));
            Argument::map([("kind", kind), ("address", address)])
        };
        Argument::map(channels.map(|(name, c)| (name.text.clone(), entry(c))))
    }

    fn secret_examples(&self) -> Argument {
        let channels = self.topology.spec.channels.iter();
        let secret = |c: &crate::spec::Channel| c.slack.is_some() || c.pagerduty.is_some();
        let names = channels
            .filter(|(_, c)| secret(c))
            .map(|(n, _)| n.text.clone());
        Argument::map(names.map(|name| (name, "replace-me")))
    }

    fn log_metrics(&self) -> Argument {
        let watched = self.topology.spec.alerts.iter();
        let mut watched = watched.filter(|(_, a)| *a.of == crate::spec::Signal::KeyRotation);
        if watched.next().is_none() {
            return Argument::Map(Vec::new());
        }
        Argument::map([(
            "key-rotation-failed",
            Argument::map([
                (
                    "description",
                    "New versions of keys that Cloud KMS could not make",
                ),
                (
                    "filter",
                    "protoPayload.serviceName=\"cloudkms.googleapis.com\" AND protoPayload.methodName=\"CreateCryptoKeyVersion\" AND severity>=ERROR",
                ),
            ]),
        )])
    }
}

fn widget(title: &str, query: &str) -> Value {
    json!({
        "title": title,
        "xyChart": { "dataSets": [{
            "plotType": "LINE",
            "timeSeriesQuery": { "prometheusQuery": query },
        }] },
    })
}

fn dashboard(name: &str, columns: u32, widgets: Vec<Value>) -> String {
    json!({
        "displayName": name,
        "gridLayout": { "columns": columns.to_string(), "widgets": widgets },
    })
    .to_string()
}

fn policy(rule: &AlertRule) -> Argument {
    let severity = match rule.severity {
        AlertSeverity::Critical => "CRITICAL",
        AlertSeverity::High => "ERROR",
        _ => "WARNING",
    };
    // Evaluations are 30 seconds apart.
    let duration = rule.lasting_seconds.div_ceil(30) * 30;
    Argument::map([
        ("summary", Argument::from(rule.title.clone())),
        ("documentation", rule.meaning.clone().into()),
        ("runbook", rule.runbook.clone().into()),
        ("severity", severity.into()),
        ("query", rule.expr.clone().into()),
        ("duration_seconds", duration.into()),
        ("channels", rule.channels.clone().into()),
    ])
}
