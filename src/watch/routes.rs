//! Who is notified of an alert: the routes of Alertmanager, as they are emitted and as they
//! choose.

use crate::format::alertmanager::{equals, lists, one_of};
use crate::topology::{AlertSeverity, Channel, Name, Topology};

/// The receiver that notifies nobody.
pub const NOBODY: &str = "nobody";

/// A route below the root: alerts that meet all matchers go to its receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// What an alert's labels must be.
    pub matchers: Vec<Matcher>,
    /// The channel that is notified.
    pub receiver: String,
    /// Whether later routes are tried too.
    pub goes_on: bool,
}

/// A condition on one label; a label that is missing is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matcher {
    label: &'static str,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Empty,
    /// The list in the label, divided by commas, has this.
    Lists(String),
    OneOf(Vec<String>),
    EmptyOrOneOf(Vec<String>),
}

impl Matcher {
    /// The matcher as Alertmanager reads it.
    pub fn text(&self) -> String {
        let label = self.label;
        let values =
            |values: &[String], or_none| one_of(label, values.iter().map(String::as_str), or_none);
        match &self.test {
            Test::Empty => equals(label, ""),
            Test::Lists(item) => lists(label, item),
            Test::OneOf(any) => values(any, false),
            Test::EmptyOrOneOf(any) => values(any, true),
        }
    }

    fn meets(&self, alert: &Labels) -> bool {
        let value = match self.label {
            "tell" => &alert.tell,
            "region" => alert.region,
            _ => alert.severity,
        };
        match &self.test {
            Test::Empty => value.is_empty(),
            Test::Lists(item) => value.split(',').any(|v| v == item),
            Test::OneOf(values) => values.iter().any(|v| v == value),
            Test::EmptyOrOneOf(values) => value.is_empty() || values.iter().any(|v| v == value),
        }
    }
}

/// The labels that routes look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels<'a> {
    /// The channels that the alert names, divided by commas.
    pub tell: String,
    /// The region, if it carries one.
    pub region: &'a str,
    /// How bad it is.
    pub severity: &'a str,
}

/// The severities that people are called out for; the others leave a message, whatever the
/// channel: PagerDuty pages with low urgency for `warning` and `info`
/// (support.pagerduty.com/main/docs/dynamic-notifications).
pub const URGENT: [AlertSeverity; 2] = [AlertSeverity::Critical, AlertSeverity::High];

/// All routes in order: the channels that an alert names, then those for its severity.
pub fn routes(topology: &Topology) -> Vec<Route> {
    let channels = topology.channels.iter();
    let named = channels.map(|(name, channel)| {
        let mut matchers = vec![Matcher {
            label: "tell",
            test: Test::Lists(name.text.clone()),
        }];
        if !channel.regions.is_empty() {
            matchers.push(Matcher {
                label: "region",
                test: Test::EmptyOrOneOf(regions(channel)),
            });
        }
        Route {
            matchers,
            receiver: name.text.clone(),
            goes_on: true,
        }
    });
    let mut routes: Vec<Route> = named.collect();
    routes.extend(by_severity(topology));
    routes
}

fn regions(channel: &Channel) -> Vec<String> {
    channel.regions.iter().map(|r| r.value.clone()).collect()
}

/// Alerts that name nobody: a page for critical ones, to whoever is paged for the region if
/// somebody is, and a message for the rest.
fn by_severity(topology: &Topology) -> Vec<Route> {
    let channels = topology.channels_by_preference();
    let unnamed = |severities: [AlertSeverity; 2]| {
        let words = severities.map(|s| s.word().to_string());
        vec![
            Matcher {
                label: "tell",
                test: Test::Empty,
            },
            Matcher {
                label: "severity",
                test: Test::OneOf(words.to_vec()),
            },
        ]
    };
    let urgent = || unnamed(URGENT);
    let pages = || channels.iter().filter(|(_, c)| c.pagerduty.is_some());
    let route = |matchers, receiver: &str| Route {
        matchers,
        receiver: receiver.to_string(),
        goes_on: false,
    };
    let mut routes = Vec::new();
    for (name, channel) in pages().filter(|(_, c)| !c.regions.is_empty()) {
        let mut matchers = urgent();
        matchers.push(Matcher {
            label: "region",
            test: Test::OneOf(regions(channel)),
        });
        routes.push(route(matchers, &name.text));
    }
    let everywhere = pages().find(|(_, c)| c.regions.is_empty());
    let page = everywhere.or(pages().next());
    let message = messages(&channels);
    routes.extend(page.map(|(name, _)| route(urgent(), &name.text)));
    let lesser = unnamed([AlertSeverity::Warning, AlertSeverity::Low]);
    routes.extend(message.map(|(name, _)| route(lesser, &name.text)));
    routes
}

/// The channel of messages that wake nobody: the preferred chat, else the preferred mailbox.
fn messages<'a, 'b>(
    channels: &'b [(&'a Name, &'a Channel)],
) -> Option<&'b (&'a Name, &'a Channel)> {
    let first = |has: fn(&Channel) -> bool| channels.iter().find(|(_, c)| has(c));
    first(|c| c.slack.is_some()).or(first(|c| c.email.is_some()))
}

/// The receiver of alerts that no route takes: a message, never a page, as long as there is a
/// channel for messages.
pub fn default_receiver(topology: &Topology) -> &str {
    let channels = topology.channels_by_preference();
    let first = messages(&channels).or(channels.first());
    first.map_or(NOBODY, |(name, _)| &name.text)
}

/// The channels that an alert goes to, as Alertmanager chooses.
pub fn receivers(topology: &Topology, alert: &Labels) -> Vec<String> {
    let mut found = Vec::new();
    for route in routes(topology) {
        if route.matchers.iter().all(|m| m.meets(alert)) {
            found.push(route.receiver);
            if !route.goes_on {
                break;
            }
        }
    }
    if found.is_empty() {
        found.push(default_receiver(topology).to_string());
    }
    found
}
