//! What recovery takes on Google Cloud.

use super::backup::has_backup;
use super::facts::dns_check;
use super::offering::runtime;
use super::readings;
use crate::analysis::Context;
use crate::analysis::term::{self, Change, Step, Term};
use crate::cloud::recovery::{by_hand, by_itself, leads_on, leaves_by_itself, noticed, taking_out};
use crate::topology::settings::Check;
use crate::topology::{Duration, FactKind, Provider, Scenario};
use crate::topology::{Host, Service};

/// The global load balancer of a host.
pub fn entry(context: &Context, host: &Host, scenario: Scenario) -> Vec<Term> {
    let service = context.topology.service(host.service);
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
        Scenario::Region(lost) if !leaves_by_itself(context) => {
            let mut terms = by_hand(context, &host.name, scenario);
            terms.extend(taking_out(context, &host.name, lost));
            terms.push(redirected(context, host));
            terms
        }
        Scenario::Region(_) => leave(context, host, service),
        // The endpoints of a dead zone fail the same check.
        Scenario::Zone if service.on_cluster() => leave(context, host, service),
        Scenario::Cloud(Provider::Gcp) => {
            let why = format!("the load balancer of {} is on gcp", host.name);
            let write = term::off_cloud(Provider::Gcp);
            vec![Term::never(Step::Redirect, &host.name, why, write).at(host.span)]
        }
        Scenario::Entry => lost_entry(context, host),
        _ => Vec::new(),
    }
}

/// The load balancer notices and leaves by itself.
fn leave(context: &Context, host: &Host, service: &Service) -> Vec<Term> {
    let by = runtime(service).and_then(|o| o.noticed().given());
    let seen = by.map_or_else(Vec::new, |by| by(context, host, service));
    let mut terms = context.narrowed(seen, FactKind::Detect, &host.name);
    terms.push(by_itself(&host.name));
    terms.push(redirected(context, host));
    terms
}

/// Requests follow what the load balancer has noticed, or what a person has opened.
fn redirected(context: &Context, host: &Host) -> Term {
    let redirect = Term::fact(Step::Redirect, &host.name, "gcp.load-balancer.redirect");
    context.narrowed_one(redirect, FactKind::Redirect, &host.name)
}

/// The load balancer itself is gone: others that DNS turns to by itself, or nothing.
fn lost_entry(context: &Context, host: &Host) -> Vec<Term> {
    if !has_backup(context.topology, host) {
        let why = format!("nothing else answers for {}", host.name);
        let write = format!("set `backup: true` for {}", host.name);
        return vec![Term::never(Step::Redirect, &host.name, why, write).at(host.span)];
    }
    let ttl = Duration::from_secs(host.ttl.secs());
    let because = format!("resolvers keep the old address for {ttl}");
    let ttl = ttl.millis();
    let facts = dns_check();
    let check = Check {
        every: facts.interval_seconds,
        timeout: facts.timeout_seconds,
        failures: facts.failures as u32,
        successes: 1,
        span: host.backup.span,
    };
    let seen = Term {
        change: None,
        ..noticed(
            &host.name,
            "health check",
            check,
            readings::dns(context, host, check),
        )
    };
    vec![
        seen,
        by_itself(&host.name),
        Term::emitted(Step::Redirect, &host.name, (0, ttl), because)
            .read(readings::ttl(context, host))
            .at(host.ttl.span)
            .change(Change::Value("ttl")),
        Term::fact(Step::Redirect, &host.name, "dns.resolvers"),
    ]
}
