//! Unit tests of the alerts, for `promtool test rules`: each fires when its bound is passed
//! and stays silent when it is not.

use super::rules::{annotations, groups, labels};
use crate::deployment::{Sample, Shape, Unit};
use crate::emit::Input;
use crate::format::json::json;
use crate::topology::Signal;
use crate::watch::alerts::{About, AlertRule};
use crate::watch::series::selectors;
use crate::watch::signals::{FEWEST, counts_newborn};
use serde_json::{Map, Value};

/// How finely time passes in a file of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// A sample a minute: for conditions over up to an hour.
    Minutes,
    /// A sample every ten minutes, an evaluation every hour: for conditions over days,
    /// which would take minutes of computing at the other pace.
    Hours,
}

impl Pace {
    fn of(alert: &AlertRule) -> Self {
        if longest_window(&alert.expr) <= 60 {
            Pace::Minutes
        } else {
            Pace::Hours
        }
    }

    /// Minutes between two samples.
    fn step(self) -> u64 {
        match self {
            Pace::Minutes => 1,
            Pace::Hours => 10,
        }
    }

    fn evaluation(self) -> &'static str {
        match self {
            Pace::Minutes => "1m",
            Pace::Hours => "1h",
        }
    }
}

/// The tests of the alerts of one pace; `None` if there are none.
pub(super) fn tests(input: Input, alerts: &[AlertRule], pace: Pace) -> Option<Value> {
    let mut tests = Vec::new();
    for alert in alerts.iter().filter(|a| Pace::of(a) == pace) {
        tests.extend(probes_gone(input, alert));
        let Some((comparison, bound)) = alert.bound.filter(|_| !alert.sample.is_empty()) else {
            continue;
        };
        let (fires, silent) = values(comparison, bound, alert.unit);
        tests.push(test(input, alert, "fires", fires, true));
        if let Some(silent) = silent {
            tests.push(test(input, alert, "stays silent", silent, false));
        }
        if is_share(alert) {
            tests.push(test(
                input,
                &few(alert),
                "stays silent when few ask",
                fires,
                false,
            ));
        }
        if is_first(alert) {
            tests.push(first_event(input, alert));
        }
    }
    if tests.is_empty() {
        return None;
    }
    Some(json!({
        "rule_files": ["rules.yaml"],
        "evaluation_interval": pace.evaluation(),
        "group_eval_order": groups(input, alerts),
        "tests": tests,
    }))
}

/// A result beyond the bound, and one that is not, if there is one.
fn values(comparison: &str, bound: f64, unit: Unit) -> (f64, Option<f64>) {
    let more = if bound == 0.0 { 4.0 } else { bound * 2.0 };
    let more = if unit == Unit::Ratio {
        (bound + 1.0) / 2.0
    } else {
        more
    };
    let less = bound / 2.0;
    if comparison.starts_with('>') {
        (more, Some(less))
    } else {
        (less, Some(more).filter(|m| *m > bound))
    }
}

fn test(input: Input, alert: &AlertRule, name: &str, value: f64, fires: bool) -> Value {
    let pace = Pace::of(alert);
    // Long enough for the longest window, and for the condition to hold; on an evaluation.
    let minutes = longest_window(&alert.expr) + alert.lasting_seconds.div_ceil(60);
    let minutes = match pace {
        Pace::Minutes => minutes + 15,
        Pace::Hours => (minutes.div_ceil(60) + 3) * 60,
    };
    let series: Vec<Value> = alert
        .sample
        .iter()
        .map(|s| json!({ "series": s.series, "values": samples(s, value, minutes, pace.step()) }))
        .collect();
    let expected: Vec<Value> = fires
        .then(|| expectation(input, alert))
        .into_iter()
        .collect();
    json!({
        "name": format!("{} {name}", alert.name),
        "interval": format!("{}m", pace.step()),
        "input_series": series,
        "alert_rule_test": [{
            "eval_time": format!("{minutes}m"),
            "alertname": alert.name,
            "exp_alerts": expected,
        }],
    })
}

/// Whether an alert is about a share of requests, which few requests have none of.
fn is_share(alert: &AlertRule) -> bool {
    let shares = [Signal::ErrorRate, Signal::CacheHitRate];
    let about = matches!(alert.about, Some(About::Signal(signal)) if shares.contains(&signal));
    about
        && alert
            .sample
            .iter()
            .any(|s| matches!(s.shape, Shape::Rest(_)))
}

/// The same alert with half of the requests from which on a share is taken.
fn few(alert: &AlertRule) -> AlertRule {
    let mut few = alert.clone();
    for sample in &mut few.sample {
        sample.shape = match sample.shape {
            Shape::Counter(_) => Shape::Counter(FEWEST / 2.0),
            Shape::Rest(_) => Shape::Rest(FEWEST / 2.0),
            other => other,
        };
    }
    few
}

/// Whether an alert is about an event whose counter may be born with it.
fn is_first(alert: &AlertRule) -> bool {
    let from_one = alert.bound == Some((">", 0.0)) && alert.unit == Unit::Count;
    from_one && counts_newborn(&alert.expr)
}

/// The first event ever: a counter that is born at 1.
fn first_event(input: Input, alert: &AlertRule) -> Value {
    let step = Pace::of(alert).step();
    let window = longest_window(&alert.expr).next_multiple_of(60);
    let born = window / step;
    let minutes = window + alert.lasting_seconds.div_ceil(60) + 2 * step;
    let minutes = match Pace::of(alert) {
        Pace::Minutes => minutes,
        Pace::Hours => minutes.next_multiple_of(60),
    };
    let series = alert
        .sample
        .iter()
        .map(|s| json!({ "series": s.series, "values": format!("_x{born} 1x{}", minutes / step) }));
    json!({
        "name": format!("{} fires at the first event ever", alert.name),
        "interval": format!("{step}m"),
        "input_series": series.collect::<Vec<_>>(),
        "alert_rule_test": [{
            "eval_time": format!("{minutes}m"),
            "alertname": alert.name,
            "exp_alerts": [expectation(input, alert)],
        }],
    })
}

/// Nobody probes any region: one alert for each.
fn probes_gone(input: Input, alert: &AlertRule) -> Option<Value> {
    if !alert.expr.starts_with("absent(probe_success") {
        return None;
    }
    let gone = selectors(&alert.expr).into_iter().map(|selector| {
        let series = format!("{}{{{}}}", selector.metric, selector.matchers);
        let sample = Sample {
            series,
            shape: Shape::Gauge(1.0),
        };
        let about = AlertRule {
            sample: vec![sample],
            ..alert.clone()
        };
        let mut expected = expectation(input, &about);
        let job = label_of(&about.sample[0].series, "job");
        expected["exp_labels"]["job"] = job.into();
        expected
    });
    let minutes = alert.lasting_seconds.div_ceil(60) + 5;
    Some(json!({
        "name": format!("{} fires when the probes are gone", alert.name),
        "interval": "1m",
        "input_series": [{ "series": "up", "values": format!("1x{minutes}") }],
        "alert_rule_test": [{
            "eval_time": format!("{minutes}m"),
            "alertname": alert.name,
            "exp_alerts": gone.collect::<Vec<_>>(),
        }],
    }))
}

fn samples(sample: &Sample, value: f64, minutes: u64, step: u64) -> String {
    let count = minutes / step + 5;
    let number = crate::watch::alerts::number;
    let seconds = (step * 60) as f64;
    match sample.shape {
        Shape::Gauge(factor) => format!("{}x{count}", number(value * factor)),
        Shape::Counter(factor) => format!("0+{}x{count}", number(value * factor * seconds)),
        Shape::Steady(each) => format!("0+{}x{count}", number(each * seconds)),
        Shape::Rest(whole) => {
            format!(
                "0+{}x{count}",
                number((1.0 - value).max(0.0) * whole * seconds)
            )
        }
    }
}

/// Minutes of the longest range in an expression; recording rules name theirs.
fn longest_window(expr: &str) -> u64 {
    let ranges = expr.split('[').skip(1).filter_map(|r| r.split(']').next());
    let recorded = expr
        .split(":rate")
        .skip(1)
        .filter_map(|r| r.split('{').next());
    ranges
        .chain(recorded)
        .filter_map(minutes)
        .max()
        .unwrap_or(5)
}

fn minutes(window: &str) -> Option<u64> {
    let (number, unit) = window.split_at(window.len().checked_sub(1)?);
    let number: u64 = number.parse().ok()?;
    match unit {
        "m" => Some(number),
        "h" => Some(number * 60),
        "d" => Some(number * 1440),
        _ => None,
    }
}

fn expectation(input: Input, alert: &AlertRule) -> Value {
    let mut expected: Map<String, Value> = labels(input, alert)
        .as_object()
        .cloned()
        .unwrap_or_default();
    if !alert.channels.is_empty() {
        expected.insert("tell".into(), json!(alert.channels.join(",")));
    }
    let mut annotated = annotations(alert);
    for label in &alert.labels {
        let value = match *label {
            "service" => service(alert),
            label => alert.sample.first().and_then(|s| {
                let region = (label == "region").then_some("location");
                let own = label_of(&s.series, label);
                // Some clouds' series name a region so.
                own.or_else(|| label_of(&s.series, region?))
            }),
        };
        let value = value.unwrap_or_default();
        let placeholder = format!("{{{{ $labels.{label} }}}}");
        if let Some(summary) = annotated["summary"].as_str() {
            annotated["summary"] = json!(summary.replace(&placeholder, &value));
        }
        if !value.is_empty() {
            expected.insert((*label).to_string(), json!(value));
        }
    }
    json!({ "exp_labels": expected, "exp_annotations": annotated })
}

/// The service that a burn-rate alert is about.
fn service(alert: &AlertRule) -> Option<String> {
    label_of(&alert.expr, "service")
}

fn label_of(series: &str, label: &str) -> Option<String> {
    let key = format!("{label}=\"");
    let start = series
        .match_indices(&key)
        .map(|(at, _)| at)
        .find(|at| matches!(series.as_bytes().get(at.wrapping_sub(1)), Some(b'{' | b',')))?;
    let rest = &series[start + key.len()..];
    Some(rest.split('"').next()?.to_string())
}
