//! The sections beside the budgets: votes, room, contracts, alerts, drills.

use crate::analysis::standing::{AlertView, Standing, VotesView};
use crate::analysis::term::interval;
use crate::format::markdown::text;
use std::fmt::Write;

/// Writes the sections that have something to say.
pub(super) fn sections(out: &mut String, standing: &Standing) {
    for votes in &standing.votes {
        electorate(out, votes);
    }
    writers(out, standing);
    room(out, standing);
    availability(out, standing);
    alerts(out, standing);
    drills(out, standing);
}

fn electorate(out: &mut String, votes: &VotesView) {
    let seats = votes.seats.iter();
    let seats: Vec<String> = seats
        .map(|s| format!("{} {}", text(&s.place), s.votes))
        .collect();
    let _ = write!(
        out,
        "\n## Votes of {}\n\nThe {} vote: {}. {} must agree.\n\n| fault | state |\n|---|---|\n",
        text(&votes.store),
        votes.kind,
        seats.join(", "),
        votes.majority
    );
    for fault in &votes.faults {
        let who = match (fault.lack, &fault.stale) {
            (Some(lack), _) => format!("**{}**: {lack}", fault.state),
            (None, Some(stale)) => format!(
                "**{}**: {} is promoted; {} still takes writes, which are dropped: those of clients in {}",
                fault.state,
                text(&fault.writers.join(" or ")),
                text(stale),
                text(&fault.astray.join(", "))
            ),
            (None, None) => format!("{}: {}", fault.state, text(&fault.writers.join(", "))),
        };
        let stranded = match fault.stranded.is_empty() {
            true => String::new(),
            false => format!(
                "; clients in {} have no way to it and cannot write",
                text(&fault.stranded.join(", "))
            ),
        };
        let _ = writeln!(out, "| {} | {who}{stranded} |", text(&fault.fault));
    }
}

fn writers(out: &mut String, standing: &Standing) {
    if standing.writers.is_empty() {
        return;
    }
    out.push_str("\n## Who can write after a cut\n\nNo vote replaces these writers. Clients that are cut off from one cannot write until the link is back or somebody fails over.\n\n| store | writer | clients that a cut keeps from writing |\n|---|---|---|\n");
    for row in &standing.writers {
        let _ = writeln!(
            out,
            "| {} | {} | {} |",
            text(&row.store),
            text(&row.writer),
            text(&row.clients.join(", "))
        );
    }
}

fn room(out: &mut String, standing: &Standing) {
    if standing.room.is_empty() {
        return;
    }
    out.push_str("\n## Room after a loss\n\nAt declared peak, the region that is fullest afterwards.\n\n| service | lost | fullest | requests per second | replicas | at most |\n|---|---|---|---|---|---|\n");
    for row in &standing.room {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {:.0} to {:.0} | {} to {} | {} |",
            text(&row.service),
            text(&row.lost),
            text(&row.region),
            row.load_before,
            row.load_after,
            row.replicas_before,
            row.replicas_needed,
            row.max
        );
    }
}

fn availability(out: &mut String, standing: &Standing) {
    if standing.availability.is_empty() {
        return;
    }
    let _ = write!(
        out,
        "\n## Availability, a model\n\nNot a proof: {}. A contract pays credits and prevents nothing.\n\n| service | promised | contracts add up to | verdict | weakest first |\n|---|---|---|---|---|\n",
        standing.model
    );
    for row in &standing.availability {
        let mut parts: Vec<_> = row.parts.iter().collect();
        parts.sort_by(|a, b| a.share.unwrap_or(0.0).total_cmp(&b.share.unwrap_or(0.0)));
        let parts: Vec<String> = parts
            .iter()
            .map(|p| format!("{} {}", text(&p.what), percent(p.share)))
            .collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            text(&row.service),
            row.promised.map_or("nothing".into(), |p| percent(Some(p))),
            percent(row.total),
            row.verdict,
            parts.join(", ")
        );
    }
}

/// A share in percent, rounded down; unknown without a contract.
pub fn percent(share: Option<f64>) -> String {
    share.map_or("unknown".into(), |share| {
        // A share such as 0.9995 is a little less in binary.
        let text = format!("{:.4}", (share * 1e6 + 1e-6).floor() / 1e4);
        format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
    })
}

fn alerts(out: &mut String, standing: &Standing) {
    if standing.alerts.is_empty() {
        return;
    }
    out.push_str("\n## Who is told\n\nFrom the beginning of the trouble until the receivers are notified: scrape, window, evaluation, `for` and group wait, as they are emitted.\n\n| trouble | of | told | earliest alert | notifies | after |\n|---|---|---|---|---|---|\n");
    for row in &standing.alerts {
        let after = row.after.map(|low| interval(low, row.by));
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            row.trouble,
            text(&row.on),
            row.told,
            text(row.alert.as_deref().unwrap_or("none")),
            notified(row),
            after.unwrap_or_else(|| "-".into())
        );
    }
}

/// The channels that an alert notifies, if there is an alert.
fn notified(row: &AlertView) -> String {
    match (row.alert.is_some(), row.notifies.is_empty()) {
        (true, true) => "nobody".into(),
        _ => text(&row.notifies.join(", ")),
    }
}

fn drills(out: &mut String, standing: &Standing) {
    out.push_str("\n## What is exercised\n\n");
    if !standing.drills.is_empty() {
        out.push_str("| drill | every | last | exercises |\n|---|---|---|---|\n");
        for row in &standing.drills {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                text(&row.drill),
                row.every,
                row.last.as_deref().unwrap_or("never"),
                text(row.of.as_deref().unwrap_or("-"))
            );
        }
        out.push('\n');
    }
    let _ = writeln!(
        out,
        "Not exercised: {}.",
        text(&standing.not_exercised.join(", "))
    );
}
