//! Cloud Monitoring: channels, alert policies, log-based metrics.

use super::{Lowering, regional, signals};
use crate::deployment::{Argument, Decision, Scope, Variable};
use crate::format::json::json;
use crate::format::promql;
use crate::topology::AlertSeverity;
use crate::watch::alerts::{AlertRule, spec_alerts};
use crate::watch::pace::{SLOWEST_EVALUATION, evaluation_seconds};
use serde_json::Value;

impl Lowering<'_> {
    pub(super) fn monitoring(&mut self) {
        signals::signals(self.topology, self.deployment);
        regional::regional(self.topology, self.deployment);
        let rules = spec_alerts(self.topology, self.deployment);
        if rules.is_empty() && self.topology.channels.is_empty() {
            return;
        }
        self.api("monitoring");
        self.pace_decision();
        self.variable(
            "channel_secrets_version",
            "Goes up by one whenever a value of channel_secrets changes.".into(),
            Some("1".into()),
            "1".into(),
        );
        let alerts = rules.iter().map(|rule| (rule.key.clone(), policy(rule)));
        let alerts = alerts.chain(self.unreachable());
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
            (
                "channel_secrets_version",
                Argument::variable("channel_secrets_version"),
            ),
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
        let channels = self.topology.channels.iter();
        let entry = |channel: &crate::topology::Channel| {
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
        let channels = self.topology.channels.iter();
        let secret = |c: &crate::topology::Channel| c.slack.is_some() || c.pagerduty.is_some();
        let names = channels
            .filter(|(_, c)| secret(c))
            .map(|(n, _)| n.text.clone());
        Argument::map(names.map(|name| (name, "replace-me")))
    }

    /// A policy for each host that is probed from outside: a check that fails tells nobody.
    fn unreachable(&self) -> Vec<(String, Argument)> {
        let channels = self.topology.channels_by_preference();
        let Some((channel, _)) = channels.first() else {
            return Vec::new();
        };
        let calls = self.deployment.calls.iter();
        let checks = calls.filter(|c| c.module == "gcp/health-checks");
        let hosts = checks.filter_map(|c| c.arguments.iter().find(|(name, _)| *name == "host"));
        let hosts = hosts.filter_map(|(_, host)| match host {
            Argument::Text(host) => Some(host.as_str()),
            _ => None,
        });
        let of = |host: &str| {
            // A host's name is no name of an alert.
            let key = format!("{}-unreachable", host.replace('.', "-"));
            let query = format!(
                "min(avg by (check_id) (monitoring_googleapis_com:uptime_check_check_passed{{monitored_resource=\"uptime_url\",host={}}})) < 0.5",
                promql::value(&host)
            );
            let fields = Argument::map([
                (
                    "summary",
                    Argument::from(format!("{host} does not answer from outside")),
                ),
                (
                    "documentation",
                    "Most probes of one path fail, from several places: users get errors.".into(),
                ),
                (
                    "runbook",
                    format!("{}/RUNBOOK_FAILOVER.md", self.topology.runbooks).into(),
                ),
                ("severity", "CRITICAL".into()),
                ("query", query.into()),
                ("duration_seconds", 60_u64.into()),
                ("channels", vec![channel.text.as_str()].into()),
            ]);
            (key, fields)
        };
        hosts.map(of).collect()
    }

    fn log_metrics(&self) -> Argument {
        let watched = self.topology.alerts.iter();
        let mut watched = watched.filter(|(_, a)| *a.of == crate::topology::Signal::KeyRotation);
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
                    "resource.type=\"cloudkms_cryptokey\" AND protoPayload.serviceName=\"cloudkms.googleapis.com\" AND protoPayload.methodName=\"CreateCryptoKeyVersion\" AND severity>=ERROR",
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
