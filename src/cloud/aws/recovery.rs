//! Hosts that Route 53 leads to a load balancer per region.

use super::edge::{check_of, health_call, target_check};
use super::{facts, readings};
use crate::analysis::Context;
use crate::analysis::term::{self, Change, Step, Term, detection_after_answer};
use crate::catalog::facts::fact;
use crate::cloud::recovery::{by_hand, by_itself, leads_on, leaves_by_itself, noticed, taking_out};
use crate::deployment::Reading;
use crate::topology::Scenario;
use crate::topology::{Duration, FactKind, Host, Provider};

/// How users of a host get to a region again.
pub(super) fn entry(context: &Context, host: &Host, scenario: Scenario) -> Vec<Term> {
    match scenario {
        Scenario::Region(lost) if !host.regions.contains(&lost) => Vec::new(),
        // A host of one region is about that region.
        Scenario::Region(_) if host.region.is_some() => Vec::new(),
        Scenario::Region(_) if host.regions.len() == 1 => {
            let why = format!("{} leads to one region", host.name);
            vec![
                Term::never(Step::Redirect, &host.name, why, leads_on(context, host)).at(host.span),
            ]
        }
        Scenario::Region(_) => leave(context, host, scenario),
        Scenario::Zone => targets(context, host),
        Scenario::Cloud(Provider::Aws) => {
            let why = format!("the names and load balancers of {} are on aws", host.name);
            let write = term::off_cloud(Provider::Aws);
            vec![Term::never(Step::Redirect, &host.name, why, write).at(host.span)]
        }
        Scenario::Entry if host.region.is_none() => {
            let why = format!("nothing else answers for {}", host.name);
            let write = "nothing that is generated answers instead: drop the promise for `entry`";
            vec![Term::never(Step::Redirect, &host.name, why, write.into()).at(host.span)]
        }
        _ => Vec::new(),
    }
}

/// Seconds between two readings of the switch that evacuates a region: `period` of its alarm
/// in `templates/terraform/aws/health-checks`.
const SWITCH_PERIOD: u64 = 60;

/// Checkers notice or a person turns the switch, answers change, resolvers forget.
fn leave(context: &Context, host: &Host, scenario: Scenario) -> Vec<Term> {
    let check = check_of(host);
    // The timeouts of the checkers cannot be set.
    let waits = fact("aws.route53.timeout").high.unwrap_or(0);
    let failures = u64::from(check.failures);
    let bounds = detection_after_answer(check.every * 1000, waits, failures);
    let time = |millis| Duration::from_millis(millis).to_string();
    let because = format!(
        "health check ({} + {}) x {failures}; its timeout cannot be set",
        time(check.every * 1000),
        time(waits)
    );
    let seen = Term::emitted(Step::Detect, &host.name, bounds, because)
        .read(checked(context, host, scenario))
        .at(check.span)
        .change(Change::Interval {
            failures,
            timeout: 0,
            fixed: waits,
            longer: true,
            allowed: &facts::health().intervals,
        });
    let moved = vec![
        forgotten(context, host),
        Term::fact(Step::Redirect, &host.name, "dns.resolvers").change(Change::Measure {
            of: FactKind::Redirect.word(),
            on: host.name.clone(),
        }),
    ];
    let mut terms = if leaves_by_itself(context) {
        let mut terms = context.narrowed(vec![seen], FactKind::Detect, &host.name);
        terms.push(by_itself(&host.name));
        terms
    } else {
        let mut terms = by_hand(context, &host.name, scenario);
        let lost = scenario.regions(context.topology);
        terms.extend(
            lost.first()
                .and_then(|lost| taking_out(context, &host.name, *lost)),
        );
        let period = SWITCH_PERIOD * 1000;
        let because = format!("the alarm of the switch reads it every {SWITCH_PERIOD}s");
        let switch = readings::in_module(
            context,
            "health-checks",
            "period              = ",
            SWITCH_PERIOD,
        );
        let term = Term::emitted(Step::Redirect, &host.name, (0, period), because);
        terms.push(term.read(switch));
        terms
    };
    terms.extend(context.narrowed(moved, FactKind::Redirect, &host.name));
    terms
}

/// The load balancer of the slowest region stops sending to the targets of a zone.
fn targets(context: &Context, host: &Host) -> Vec<Term> {
    let checks = host
        .regions
        .iter()
        .map(|id| (*id, target_check(context.topology, *id)));
    let slowest = checks.max_by_key(|(_, c)| c.every * u64::from(c.failures) + c.timeout);
    let noticed = |(region, check)| {
        let readings = readings::targets(context, region, check);
        noticed(&host.name, "health check", check, readings)
    };
    slowest.map(noticed).into_iter().collect()
}

/// Resolvers keep the record with the choice of a region, and the alias of its load balancer,
/// whichever lives longer.
fn forgotten(context: &Context, host: &Host) -> Term {
    let alias = Term::fact(Step::Redirect, &host.name, "aws.route53.alias");
    let ttl = Duration::from_secs(host.ttl.secs());
    let kept = alias.high.max(Some(ttl.millis()));
    Term {
        high: kept,
        because: format!("{}; its record {ttl}", alias.because),
        ..alias
    }
    .read(readings::record(context, host))
    .at(host.ttl.span)
}

/// The check of the region that is lost.
fn checked(context: &Context, host: &Host, scenario: Scenario) -> Vec<Reading> {
    let lost = scenario.regions(context.topology);
    let call = lost
        .first()
        .map(|id| health_call(host, context.topology.region(*id)));
    call.map_or(Vec::new(), |call| {
        readings::route53(context, &call, check_of(host))
    })
}
