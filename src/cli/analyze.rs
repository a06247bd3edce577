//! `analyze`: what we lose, how long we are down, and how sure that is.

use super::{FormatArg, Shared, SpecArgs, exit, print, report};
use crate::analysis::flow::{Flow, Verdict};
use crate::analysis::standing::{RoomView, Standing, VotesView};
use crate::analysis::view::{
    DataView, Filter, LossView, SubjectView, TimeView, View, promise, view,
};
use crate::diagnostic::{Severity, did_you_mean};
use crate::emit::recovery::{markdown, percent};
use crate::topology::Topology;
use crate::watch::told::watches;
use crate::{Until, compile};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

#[derive(Debug, Args)]
pub(super) struct AnalyzeArgs {
    #[command(flatten)]
    spec: SpecArgs,
    /// Only this scenario, with its terms: `region:us-central1`, or a kind such as `region`
    #[arg(long)]
    scenario: Option<String>,
    /// Only this service or datastore, with its terms
    #[arg(long)]
    of: Option<String>,
    /// Every term of every scenario
    #[arg(long)]
    all: bool,
}

pub(super) fn run(args: &AnalyzeArgs, shared: &Shared) -> u8 {
    if !matches!(
        shared.format,
        FormatArg::Human | FormatArg::Json | FormatArg::Markdown
    ) {
        say!("meridian: analyze prints human, json or markdown; `check` prints the other formats");
        return exit::USAGE;
    }
    let loaded = shared.load(&args.spec.spec);
    let done = compile(
        loaded.document.as_ref(),
        loaded.lock.as_ref(),
        &loaded.name,
        loaded.diagnostics,
        Until::Checked,
        super::today(),
    );
    // What notes say one by one stands in the table.
    let mut broken = done.diagnostics.clone();
    broken.retain(|d| d.severity > Severity::Note);
    report::show_as(&loaded.sources, &broken, shared, FormatArg::Human);
    let (Some(topology), Some(analysis), Some(deployment)) =
        (&done.topology, done.today(), &done.deployment)
    else {
        return exit::DIAGNOSTICS;
    };
    let filter = Filter {
        scenario: args.scenario.as_deref(),
        of: args.of.as_deref(),
    };
    let place = |span| Some(loaded.sources.line(span));
    let alerts = watches(topology, deployment);
    let view = view((topology, deployment), analysis, &alerts, filter, &place);
    if view.recovery.is_empty() && view.data.is_empty() {
        say!("meridian: {}", nothing_found(args, topology));
        return exit::USAGE;
    }
    let text = match shared.format {
        FormatArg::Json => json(&view),
        FormatArg::Markdown => markdown(&view),
        _ => human(&view, args),
    };
    print(&text);
    report::code(&done.diagnostics, shared)
}

/// Which of the two filters fits nothing, and what fits.
fn nothing_found(args: &AnalyzeArgs, topology: &Topology) -> String {
    let services = topology.services.iter().map(|s| s.name.as_str());
    let stores = topology.datastores.iter().map(|d| d.name.as_str());
    let parts: Vec<&str> = services.chain(stores).collect();
    let all = crate::topology::Scenario::all(topology);
    let scenarios: Vec<String> = all.iter().map(|s| s.id(topology)).collect();
    let near = |wrong: &str, names: &[&str]| {
        let near = did_you_mean(wrong, names.iter().copied());
        near.map_or(String::new(), |n| format!("did you mean `{n}`? "))
    };
    if let Some(of) = args.of.as_deref().filter(|of| !parts.contains(of)) {
        let near = near(of, &parts);
        return format!(
            "there is no service or datastore `{}`; {near}the topology has {}",
            of.escape_debug(),
            parts.join(", ")
        );
    }
    let names: Vec<&str> = scenarios.iter().map(String::as_str).collect();
    let near = near(args.scenario.as_deref().unwrap_or_default(), &names);
    format!(
        "nothing is touched; {near}the scenarios are {}",
        names.join(", ")
    )
}

fn json(view: &View) -> String {
    let text = serde_json::to_string_pretty(view).unwrap_or_default();
    format!("{text}\n")
}

/// The screen: one line a scenario, terms where they decide or were asked for.
fn human(view: &View, args: &AnalyzeArgs) -> String {
    let mut out = format!("{} · {}\n", view.system, view.fault_model);
    let asked = args.all || args.scenario.is_some();
    for subject in &view.recovery {
        subject_rows(&mut out, subject, asked);
    }
    for data in &view.data {
        data_rows(&mut out, data, asked);
    }
    if args.scenario.is_none() && args.of.is_none() {
        standing(&mut out, &view.standing, args.all);
        flow(&mut out, view.flow, args.all);
    }
    let counts = view
        .verdicts
        .iter()
        .map(|v| format!("{} {}", v.count, v.verdict));
    let _ = writeln!(out, "\n{}", counts.collect::<Vec<_>>().join(" · "));
    let _ = writeln!(out, "not covered: {}", view.left_out.join("; "));
    out
}

fn subject_rows(out: &mut String, subject: &SubjectView, asked: bool) {
    let promised = subject.scenarios.iter().find_map(|s| s.promised);
    let _ = writeln!(
        out,
        "\n{} {} · promised RTO {}",
        subject.kind,
        subject.name,
        promise(promised)
    );
    let worst = deciding(subject);
    let mut rows: Vec<Row> = Vec::new();
    for (index, time) in subject.scenarios.iter().enumerate() {
        if time.promised.is_none() && !asked {
            continue;
        }
        let never = time.terms.iter().find(|t| t.low.is_none());
        let why = [&time.conditions.join(", "), &time.closing];
        let why = why.into_iter().find(|w| !w.is_empty());
        let row = Row {
            titles: vec![&time.title],
            interval: &time.interval,
            verdict: time.verdict,
            why: never.map_or(why.cloned().unwrap_or_default(), |t| t.because.clone()),
            promised: time.promised,
            terms: (asked || Some(index) == worst).then_some(time),
        };
        match rows.last_mut() {
            Some(last) if last.same(&row) => last.titles.push(&time.title),
            _ => rows.push(row),
        }
    }
    for row in rows {
        let own = match row.promised == promised {
            true => row.why,
            false => format!("promised {} {}", promise(row.promised), row.why),
        };
        let title = titles(&row.titles);
        line(
            out,
            "  ",
            &[(&title, 28), (row.interval, 20), (row.verdict, 9)],
            &own,
        );
        if let Some(time) = row.terms {
            terms(out, time);
        }
    }
    let rest = subject.scenarios.iter().filter(|t| t.promised.is_none());
    let rest: Vec<_> = rest
        .map(|t| format!("{}: {}", t.title, t.interval))
        .collect();
    if !asked && !rest.is_empty() {
        let _ = writeln!(out, "  not promised: {}", rest.join(" · "));
    }
}

/// Scenarios that fare alike, in one line.
struct Row<'a> {
    titles: Vec<&'a str>,
    interval: &'a str,
    verdict: &'static str,
    why: String,
    promised: Option<u64>,
    terms: Option<&'a TimeView>,
}

impl Row<'_> {
    fn same(&self, other: &Row) -> bool {
        self.terms.is_none()
            && other.terms.is_none()
            && self.interval == other.interval
            && self.verdict == other.verdict
            && self.why == other.why
            && self.promised == other.promised
    }
}

/// `lose a pod, a node, a zone`.
fn titles(titles: &[&str]) -> String {
    let mut text = titles.first().map_or(String::new(), |t| t.to_string());
    for title in titles.iter().skip(1) {
        let _ = write!(text, ", {}", title.strip_prefix("lose ").unwrap_or(title));
    }
    text
}

/// The scenario whose promise is tightest: by the worst total that is promised anything.
fn deciding(subject: &SubjectView) -> Option<usize> {
    let promised = subject
        .scenarios
        .iter()
        .enumerate()
        .filter(|(_, s)| s.promised.is_some());
    let worst =
        promised.max_by_key(|(index, s)| (s.high.unwrap_or(u64::MAX), std::cmp::Reverse(*index)));
    worst.map(|(index, _)| index)
}

fn terms(out: &mut String, time: &TimeView) {
    for term in time.terms.iter().filter(|t| t.high != Some(0)) {
        let place = term.place.clone().unwrap_or_else(|| term.source.clone());
        let because = format!("{} · {place}", term.because);
        let what = format!("{} {}", term.step, term.of);
        line(
            out,
            "      ",
            &[(&what, 36), (&term.interval, 12), (term.class, 10)],
            &because,
        );
    }
    if !time.helps.is_empty() {
        let _ = writeln!(out, "      helps most: {}", time.helps.join(" · "));
    }
}

fn data_rows(out: &mut String, data: &DataView, asked: bool) {
    let promised = data.scenarios.iter().find_map(|s| s.promised);
    let name = match data.datasets.len() {
        0 => data.store.clone(),
        _ => format!("{}: {}", data.store, data.datasets.join(", ")),
    };
    let _ = writeln!(out, "\ndata {name} · promised RPO {}", promise(promised));
    let mut rows: Vec<Row> = Vec::new();
    for loss in data
        .scenarios
        .iter()
        .filter(|l| asked || l.promised.is_some())
    {
        let row = Row {
            titles: vec![&loss.title],
            interval: &loss.interval,
            verdict: loss.verdict,
            why: why(loss, asked),
            promised: loss.promised,
            terms: None,
        };
        match rows.last_mut() {
            Some(last) if last.same(&row) => last.titles.push(&loss.title),
            _ => rows.push(row),
        }
    }
    for row in rows {
        let title = titles(&row.titles);
        line(
            out,
            "  ",
            &[(&title, 28), (row.interval, 20), (row.verdict, 9)],
            &row.why,
        );
    }
    let rest = data.scenarios.iter().filter(|l| l.promised.is_none());
    let rest: Vec<_> = rest
        .map(|l| format!("{}: {}", l.title, l.interval))
        .collect();
    if !asked && !rest.is_empty() {
        let _ = writeln!(out, "  not promised: {}", rest.join(" · "));
    }
}

fn why(loss: &LossView, asked: bool) -> String {
    let conditions = loss.conditions.join(", ");
    let mut parts = vec![conditions.as_str(), &loss.because];
    let source = loss.place.as_ref().unwrap_or(&loss.source);
    if asked {
        parts = vec![&loss.copy, &loss.because, loss.class, source];
    }
    parts.retain(|p| !p.is_empty());
    parts.join(" · ")
}

/// Columns of at least these widths, and the rest.
fn line(out: &mut String, indent: &str, columns: &[(&str, usize)], rest: &str) {
    let mut text = indent.to_string();
    for (column, width) in columns {
        let _ = write!(text, "{column:<width$} ");
    }
    text.push_str(rest);
    out.push_str(text.trim_end());
    out.push('\n');
}

/// Votes, room, contracts, alerts and drills: a line each unless all is asked for.
fn standing(out: &mut String, standing: &Standing, all: bool) {
    out.push('\n');
    for votes in &standing.votes {
        electorate(out, votes, all);
    }
    for row in standing.writers.iter().filter(|_| all) {
        let _ = writeln!(
            out,
            "no votes for {}: clients in {} cannot write while they are cut off from {}",
            row.store,
            row.clients.join(", "),
            row.writer
        );
    }
    let full = |r: &RoomView| f64::from(r.replicas_needed) / f64::from(r.max.max(1));
    let fullest = (standing.room.iter()).max_by(|a, b| full(a).total_cmp(&full(b)));
    let rows = if all {
        &standing.room[..]
    } else {
        fullest.map_or(&[][..], std::slice::from_ref)
    };
    for row in rows {
        let _ = writeln!(
            out,
            "room: without {}, {} of {} needs {} replicas of at most {} ({:.0}/s)",
            row.lost, row.region, row.service, row.replicas_needed, row.max, row.load_after
        );
    }
    for row in &standing.availability {
        let _ = writeln!(
            out,
            "availability of {}, a model of contracts: {}, promised {}: {}",
            row.service,
            percent(row.total),
            row.promised.map_or("nothing".into(), |p| percent(Some(p))),
            row.verdict
        );
    }
    let gaps =
        (standing.alerts.iter()).filter(|a| matches!(a.told, "never" | "late" | "may be late"));
    let gaps: Vec<String> = gaps
        .map(|a| format!("{}: {} ({})", a.on, a.trouble, a.told))
        .collect();
    let _ = match gaps.is_empty() {
        true => writeln!(out, "alerts: somebody is told of everything in time"),
        false => writeln!(out, "not certain to be told in time: {}", gaps.join(" · ")),
    };
    let _ = writeln!(
        out,
        "not exercised by a drill: {}",
        standing.not_exercised.join(", ")
    );
}

fn electorate(out: &mut String, votes: &VotesView, all: bool) {
    let _ = writeln!(
        out,
        "votes of {} ({}): {}",
        votes.store,
        votes.electorate(),
        votes.outcome()
    );
    for fault in votes.faults.iter().filter(|_| all) {
        let why = fault.lack.map_or(fault.writers.join(", "), str::to_string);
        let who = format!("{}: {why}", fault.state);
        line(out, "  ", &[(&fault.fault, 40)], &who);
    }
}

/// Where the data of zones goes, and what is shared: what leaves a zone, by the declaration
/// that permits it, unless every stop is asked for.
fn flow(out: &mut String, flow: &Flow, all: bool) {
    let mut leaving: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for dataset in &flow.datasets {
        let whose = dataset.zone.as_deref().unwrap_or("no zone");
        for stop in &dataset.stops {
            let (verdict, leaves) = match &stop.verdict {
                Verdict::Inside => ("inside".to_string(), false),
                Verdict::Unbound => ("free".to_string(), false),
                Verdict::Passing => ("passes".to_string(), false),
                Verdict::Declared {
                    transfer,
                    basis,
                    until,
                } => (
                    format!("permitted by declaration {transfer} ({basis}, until {until})"),
                    true,
                ),
                Verdict::Outside => ("OUTSIDE, nothing permits it".to_string(), true),
            };
            if all {
                let after = stop.after_losing.as_ref();
                let after = after.map_or(String::new(), |r| format!(", without {r}"));
                let (dataset, store) = (&dataset.dataset, &dataset.store);
                let _ = writeln!(
                    out,
                    "flow: {dataset} of {store} ({whose}) reaches {} in {}{after}: {verdict}",
                    stop.name, stop.site
                );
            } else if leaves {
                let what = format!("out of {whose}: {verdict}");
                leaving.entry(what).or_default().insert(&dataset.dataset);
            }
        }
    }
    for (what, datasets) in leaving {
        let datasets: Vec<&str> = datasets.into_iter().collect();
        let _ = writeln!(out, "flow: {} {what}", datasets.join(", "));
    }
    let shared: Vec<&str> = flow.shared.iter().map(|f| f.what.as_str()).collect();
    if !shared.is_empty() {
        let _ = writeln!(out, "shared by several regions: {}", shared.join(" · "));
    }
}
