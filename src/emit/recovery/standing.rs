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
        "\n## Quorum of {}\n\nVoting {}: {}. Majority: {}.\n\n| fault | state |\n|---|---|\n",
        text(&votes.store),
        votes.kind,
        seats.join(", "),
        votes.majority
    );
    for fault in &votes.faults {
        let who = match (fault.lack, &fault.stale) {
            (Some(lack), _) => format!("**{}**: {lack}", fault.state),
            (None, Some(stale)) => format!(
                "**{}**: {} is promoted; {} still accepts writes, and these are lost. Affected: clients in {}",
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
                "; clients in {} cannot reach it and cannot write",
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
    out.push_str("\n## Single-writer datastores\n\nNo election replaces these writers. Clients without a link to the writer cannot write until the link is restored or the operator fails over.\n\n| datastore | writer | clients that cannot write without the link |\n|---|---|---|\n");
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
    out.push_str("\n## Capacity after a region loss\n\nAt declared peak: the surviving region with the least headroom.\n\n| service | lost region | surviving region | requests per second | replicas needed | maximum replicas |\n|---|---|---|---|---|---|\n");
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
        "\n## Availability estimate\n\nAn estimate from provider SLAs, not a proof. It assumes: {}. An SLA pays credits; it prevents no outage.\n\n| service | promised | combined SLA | verdict | components, weakest first |\n|---|---|---|---|---|\n",
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
            row.promised
                .map_or("no objective".into(), |p| percent(Some(p))),
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
    out.push_str("\n## Alert coverage\n\nTime from the fault to the notification: scrape, window, evaluation, `for` and group wait, as emitted.\n\n| fault | component | notified | earliest alert | channels | after |\n|---|---|---|---|---|---|\n");
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
    out.push_str("\n## Drill coverage\n\n");
    if !standing.drills.is_empty() {
        out.push_str("| drill | interval | last passed | scenario |\n|---|---|---|---|\n");
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
        "Not covered by a drill: {}.",
        text(&standing.not_exercised.join(", "))
    );
}
