//! Checks of the bases on which data leaves a zone.

use super::{ENDED, ENDING, FUTURE, INADEQUATE, Scope, WRONG_BASIS};
use crate::analysis::flow::zones::Zones;
use crate::catalog::regimes::{Adequacy, Rule, adequacy, regimes};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::topology::{Basis, Date, Regime, Topology, Transfer};

/// Transfers out of the zone rest on a basis that the regime knows.
pub(super) fn basis(scope: Scope, rule: &Rule) -> Vec<Diagnostic> {
    let transfers = Zones::of(scope.topology).transfers();
    let ours = transfers.filter(|(_, t)| scope.zone.is_some() && t.from.value == scope.name);
    let wrong = ours.filter(|(_, t)| !rule.bases.contains(&t.basis.value));
    wrong
        .map(|(name, transfer)| {
            let known: Vec<_> = rule.bases.iter().map(|b| b.word()).collect();
            let what = format!("`{}` rests on {}", name.text, transfer.basis.value);
            scope
                .missing(
                    rule,
                    WRONG_BASIS,
                    transfer.basis.span,
                    what,
                    "no basis here",
                )
                .help(format!("{} knows {}", rule.regime, known.join(", ")))
        })
        .collect()
}

/// Transfers by adequacy out of zones of the GDPR go where a decision leads. Whether the
/// recipient is one of those that it covers is not in a spec.
pub(super) fn adequate(topology: &Topology, out: &mut Diagnostics) {
    let zones = Zones::of(topology);
    for (_, transfer) in zones.transfers() {
        let from = zones.get(&transfer.from.value);
        let gdpr = from.is_some_and(|z| z.regimes.iter().any(|r| r.value == Regime::Gdpr));
        if !gdpr || transfer.basis.value != Basis::Adequacy {
            continue;
        }
        for country in countries(topology, transfer) {
            out.extend(decided(transfer, &country));
        }
    }
}

/// The countries that a transfer ends in.
fn countries(topology: &Topology, transfer: &Transfer) -> Vec<String> {
    if let Some(id) = topology.region_named(&transfer.to.value) {
        return vec![topology.region(id).place.country.to_string()];
    }
    let zone = Zones::of(topology).get(&transfer.to.value);
    let jurisdictions = zone.into_iter().flat_map(|z| &z.jurisdictions);
    let third = jurisdictions.filter(|j| !["eea", "eu"].contains(&j.to_lowercase().as_str()));
    third.map(|j| j.to_uppercase()).collect()
}

fn decided(transfer: &Transfer, country: &str) -> Option<Diagnostic> {
    let basis = transfer.basis.span;
    match adequacy(country) {
        Adequacy::Member => None,
        Adequacy::Found(decision) if !decision.conditional => None,
        Adequacy::Found(decision) => {
            let condition = decision.condition.as_deref().unwrap_or_default();
            Some(
                Diagnostic::warning(
                    INADEQUATE,
                    basis,
                    format!("{country} is adequate for some: {condition}"),
                    "by adequacy",
                )
                .also(transfer.to.span, format!("ends in {country}"))
                .help("check that the recipient is one of them, or rest on `scc` or `bcr`"),
            )
        }
        Adequacy::NotFound => Some(
            Diagnostic::error(
                INADEQUATE,
                basis,
                format!("no adequacy decision covers {country}"),
                "by adequacy",
            )
            .also(transfer.to.span, format!("ends in {country}"))
            .help("rest on `scc`, `bcr`, or a derogation, or keep the data in"),
        ),
    }
}

/// Bases that have ended, end soon, or were reviewed on a day that is still to come.
pub(super) fn ends(topology: &Topology, today: Date, out: &mut Diagnostics) {
    for (name, transfer) in Zones::of(topology).transfers() {
        if transfer.reviewed.value > today {
            out.push(
                Diagnostic::error(
                    FUTURE,
                    transfer.reviewed.span,
                    format!("the review of `{}` lies in the future", name.text),
                    format!("today is {today}"),
                )
                .dated()
                .help("write the day on which the basis was reviewed last"),
            );
        }
        let expires = &transfer.expires;
        let left = expires.value.days() - today.days();
        if left < 0 {
            out.push(
                Diagnostic::error(
                    ENDED,
                    expires.span,
                    format!("the basis of `{}` ended on {}", name.text, expires.value),
                    format!("today is {today}"),
                )
                .also(transfer.reviewed.span, "reviewed last")
                .dated()
                .help("renew it and write the new days, or take the transfer away"),
            );
        } else if left < regimes().renew_days {
            out.push(
                Diagnostic::warning(
                    ENDING,
                    expires.span,
                    format!("the basis of `{}` ends in {left} days", name.text),
                    format!("today is {today}"),
                )
                .help("renew it now: without it the transfer is an error"),
            );
        }
    }
}
