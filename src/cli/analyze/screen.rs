//! The screen of `analyze`: the answer in the first line, the worst first, 80 columns.

use crate::analysis::flow::{Flow, Stop, Verdict as Residency};
use crate::analysis::recovery::verdict::Verdict;
use crate::analysis::standing::{RoomView, Standing, VotesView};
use crate::analysis::view::{DataView, SubjectView, TimeView, View, promise, short};
use crate::emit::recovery::percent;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// Columns of a terminal; only a name or an address that is longer passes it.
const WIDTH: usize = 80;

/// The kind of a block that is about data loss and has no terms.
const DATA: &str = "data";

/// The column at which the text of the sections beside the budgets begins.
const LABEL: usize = 20;

/// What was asked for beside the first screen.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// Every term of every scenario, and every row of the other sections.
    pub all: bool,
    /// Scenarios were chosen: show their terms.
    pub scenario: bool,
    /// Only a part of the system is shown.
    pub part: bool,
}

/// The screen.
pub(super) fn human(view: &View, asked: Asked) -> String {
    let mut blocks: Vec<Block> = view.recovery.iter().map(subject).collect();
    blocks.extend(view.data.iter().map(data));
    blocks.sort_by_key(|block| Reverse(block.badness()));
    let mut out = answer(view, &blocks, asked);
    let details = asked.all || asked.scenario;
    let first = blocks.iter().position(|b| b.kind != DATA);
    for (index, block) in blocks.iter().enumerate() {
        block.print(&mut out, details, Some(index) == first || asked.part);
    }
    if !asked.part {
        standing(&mut out, &view.standing, asked.all);
        flow(&mut out, view.flow, asked.all);
    }
    out.push('\n');
    labelled(&mut out, "fault model", view.fault_model);
    labelled(&mut out, "not covered", &view.left_out.join("; "));
    out
}

/// Whether the promises are met, what breaks first, and what to do.
fn answer(view: &View, blocks: &[Block], asked: Asked) -> String {
    let total: usize = view.verdicts.iter().map(|v| v.count).sum();
    let counts = view.verdicts.iter().skip(1);
    let counts = counts.map(|v| format!(" · {} {}", v.count, v.verdict));
    let says = match view.verdicts.first().map(|v| (v.verdict, v.count)) {
        None => "no recovery time or point is promised".to_string(),
        Some(("met", _)) => format!("all {total} promises are met"),
        Some(("met if", count)) => {
            format!("all {total} promises are met, {count} of them on conditions")
        }
        Some((worst, count)) => {
            let are = if count == 1 { "is" } else { "are" };
            let counts = counts.collect::<String>();
            format!("{count} of {total} promises {are} {worst}{counts}")
        }
    };
    let mut out = String::new();
    wrapped(&mut out, "", 2, &format!("{}: {says}", view.system));
    let first = blocks.first().filter(|_| !asked.part);
    let Some((block, row)) = first.and_then(|b| Some((b, b.worst()?))) else {
        return out;
    };
    let verdict = short(row.verdict, row.conditions);
    let line = format!(
        "{}: {} {}, {}, promised {}: {verdict}",
        row.title,
        block.kind,
        block.part,
        row.interval,
        promise(row.promised)
    );
    labelled(&mut out, "breaks first", &line);
    if let Some(help) = row.help() {
        labelled(&mut out, "do next", help);
    }
    out
}

/// A service, datastore or dataset with its scenarios, the worst first.
struct Block<'a> {
    kind: &'static str,
    /// The service or datastore.
    part: &'a str,
    /// The same with its datasets.
    name: String,
    objective: &'static str,
    rows: Vec<Row<'a>>,
}

/// One scenario of it.
struct Row<'a> {
    title: &'a str,
    interval: &'a str,
    verdict: &'static str,
    promised: Option<u64>,
    high: Option<u64>,
    conditions: &'a [String],
    /// Why, in short, and with its source.
    reasons: (String, String),
    time: Option<&'a TimeView>,
}

impl Row<'_> {
    /// Orders by verdict, then by the share of the promise that is spent at worst.
    fn badness(&self) -> (usize, u64) {
        let verdicts = Verdict::ALL.iter().filter(|v| **v != Verdict::NotPromised);
        let rank = verdicts.map(|v| v.word()).position(|w| w == self.verdict);
        let share = match (self.promised, self.high) {
            (Some(promised), Some(high)) => high.saturating_mul(1000) / promised.max(1),
            (Some(_), None) => u64::MAX,
            (None, _) => 0,
        };
        (rank.map_or(0, |r| r + 1), share)
    }

    /// What would change the verdict.
    fn help(&self) -> Option<&str> {
        let time = self.time?;
        let closing = Some(time.closing.as_str()).filter(|c| !c.is_empty());
        closing.or_else(|| time.helps.first().map(String::as_str))
    }

    fn same(&self, other: &Row) -> bool {
        self.interval == other.interval
            && self.verdict == other.verdict
            && self.reasons.0 == other.reasons.0
            && self.promised == other.promised
            && self.conditions == other.conditions
    }
}

impl Block<'_> {
    fn worst(&self) -> Option<&Row<'_>> {
        self.rows.first().filter(|r| r.promised.is_some())
    }

    fn badness(&self) -> (usize, u64) {
        self.rows.iter().map(Row::badness).max().unwrap_or((0, 0))
    }

    /// Terms of every scenario with `details`, of the worst one with `leading`.
    fn print(&self, out: &mut String, details: bool, leading: bool) {
        let promised = self.rows.iter().find_map(|r| r.promised);
        let kind = self.kind;
        let objective = self.promise(promised);
        let title = format!("{kind} {} · {objective}", self.name);
        out.push('\n');
        wrapped(out, "", 2, &title);
        let mut rows = self.rows.iter().enumerate().peekable();
        while let Some((index, row)) = rows.next() {
            if row.promised.is_none() && !details {
                continue;
            }
            let terms = details || (leading && index == 0);
            let mut titles = row.title.to_string();
            while let Some((_, next)) = rows.next_if(|(_, n)| !terms && n.same(row)) {
                let name = next.title.strip_prefix("lose ").unwrap_or(next.title);
                let _ = write!(titles, ", {name}");
            }
            let own = match row.promised == promised {
                true => String::new(),
                false => self.promise(row.promised),
            };
            self.row(out, row, (&titles, &own), terms);
        }
        let rest = self
            .rows
            .iter()
            .filter(|r| r.promised.is_none() && !details);
        let rest: Vec<_> = rest
            .map(|t| format!("{}: {}", t.title, t.interval))
            .collect();
        if !rest.is_empty() {
            wrapped(out, "  ", 4, &format!("not promised: {}", rest.join(" · ")));
        }
    }

    fn promise(&self, promised: Option<u64>) -> String {
        match promised {
            Some(_) => format!("promised {} {}", self.objective, promise(promised)),
            None => format!("no {} promised", self.objective),
        }
    }

    fn row(&self, out: &mut String, row: &Row, (titles, own): (&str, &str), terms: bool) {
        let verdict = match terms {
            true => row.verdict.to_string(),
            false => short(row.verdict, row.conditions),
        };
        columns(out, "  ", &[(titles, 28), (row.interval, 16)]);
        let _ = writeln!(out, "{}", format!("{} {own}", paint(&verdict)).trim_end());
        let (short, whole) = &row.reasons;
        let reason = match (terms, row.verdict) {
            (true, _) => whole.as_str(),
            (false, "met") => "",
            (false, _) => short,
        };
        if !reason.is_empty() {
            wrapped(out, "      ", 6, reason);
        }
        let Some(time) = row.time.filter(|_| terms) else {
            return;
        };
        for term in time.terms.iter().filter(|t| t.high != Some(0)) {
            let what = format!("{} {}", term.step, term.of);
            columns(out, "      ", &[(&what, 38), (&term.interval, 14)]);
            let _ = writeln!(out, "{}", term.class);
            let place = term.place.as_ref().unwrap_or(&term.source);
            wrapped(
                out,
                "          ",
                10,
                &format!("{} · {place}", term.because),
            );
        }
        for help in &time.helps {
            wrapped(out, "      most effective change: ", 8, help);
        }
    }
}

fn subject(subject: &SubjectView) -> Block<'_> {
    Block {
        kind: subject.kind,
        part: &subject.name,
        name: subject.name.clone(),
        objective: "RTO",
        rows: sorted(subject.scenarios.iter().map(row_of).collect()),
    }
}

fn row_of(time: &TimeView) -> Row<'_> {
    // What never ends says why.
    let never = time.terms.iter().find(|t| t.low.is_none());
    let why = never.map_or(&time.closing, |t| &t.because);
    let conditions = match time.conditions.is_empty() {
        true => why.clone(),
        false => time.conditions.join(", "),
    };
    Row {
        title: &time.title,
        interval: &time.interval,
        verdict: time.verdict,
        promised: time.promised,
        high: time.high,
        conditions: &time.conditions,
        reasons: (why.clone(), conditions),
        time: Some(time),
    }
}

fn data(data: &DataView) -> Block<'_> {
    let name = match data.datasets.len() {
        0 => data.store.clone(),
        _ => format!("{}: {}", data.store, data.datasets.join(", ")),
    };
    let rows = data.scenarios.iter().map(|loss| {
        let source = loss.place.as_ref().unwrap_or(&loss.source);
        let mut whole = vec![&loss.copy, &loss.because];
        whole.retain(|p| !p.is_empty());
        let whole: Vec<&str> = whole.into_iter().map(String::as_str).collect();
        Row {
            title: &loss.title,
            interval: &loss.interval,
            verdict: loss.verdict,
            promised: loss.promised,
            high: loss.high,
            conditions: &loss.conditions,
            reasons: (
                loss.because.clone(),
                format!("{} · {} · {source}", whole.join(" · "), loss.class),
            ),
            time: None,
        }
    });
    Block {
        kind: DATA,
        part: &data.store,
        name,
        objective: "RPO",
        rows: sorted(rows.collect()),
    }
}

fn sorted(mut rows: Vec<Row<'_>>) -> Vec<Row<'_>> {
    rows.sort_by_key(|row| Reverse((row.promised.is_some(), row.badness())));
    rows
}

/// Quorum, capacity, SLAs, alerts and drills: a line each unless all is asked for.
fn standing(out: &mut String, standing: &Standing, all: bool) {
    out.push('\n');
    for votes in &standing.votes {
        electorate(out, votes, all);
    }
    for row in standing.writers.iter().filter(|_| all) {
        let text = format!(
            "{}: clients in {} cannot write while they are partitioned from {}",
            row.store,
            row.clients.join(", "),
            row.writer
        );
        labelled(out, "single writer", &text);
    }
    let full = |r: &RoomView| f64::from(r.replicas_needed) / f64::from(r.max.max(1));
    let fullest = (standing.room.iter()).max_by(|a, b| full(a).total_cmp(&full(b)));
    let rows = if all {
        &standing.room[..]
    } else {
        fullest.map_or(&[][..], std::slice::from_ref)
    };
    for row in rows {
        let text = format!(
            "lose {}: {} in {} needs {} of at most {} replicas ({:.0}/s)",
            row.lost, row.service, row.region, row.replicas_needed, row.max, row.load_after
        );
        labelled(out, "capacity", &text);
    }
    for row in &standing.availability {
        let text = format!(
            "{}: {} by provider SLAs, promised {}: {}",
            row.service,
            percent(row.total),
            row.promised.map_or("nothing".into(), |p| percent(Some(p))),
            row.verdict
        );
        labelled(out, "availability", &text);
    }
    let gaps =
        (standing.alerts.iter()).filter(|a| matches!(a.told, "never" | "late" | "may be late"));
    let late = |told| if told == "never" { "no alert" } else { told };
    let gaps: Vec<String> = gaps
        .map(|a| format!("{}: {} ({})", a.on, a.trouble, late(a.told)))
        .collect();
    let alerts = match gaps.is_empty() {
        true => "every fault is notified in time".to_string(),
        false => gaps.join(" · "),
    };
    labelled(out, "alerts", &alerts);
    if !standing.not_exercised.is_empty() {
        labelled(out, "without a drill", &standing.not_exercised.join(", "));
    }
}

fn electorate(out: &mut String, votes: &VotesView, all: bool) {
    let text = format!(
        "{} ({}): {}",
        votes.store,
        votes.electorate(),
        votes.outcome()
    );
    labelled(out, "quorum", &text);
    for fault in votes.faults.iter().filter(|_| all) {
        let why = fault.lack.map_or(fault.writers.join(", "), str::to_string);
        columns(out, "      ", &[(&fault.fault, 36)]);
        let _ = writeln!(out, "{}: {why}", fault.state);
    }
}

/// Data that leaves its zone, with the transfer that permits it, and shared dependencies; every
/// location if all is asked for.
fn flow(out: &mut String, flow: &Flow, all: bool) {
    let mut leaving: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for dataset in &flow.datasets {
        let zone = dataset.zone.as_deref().unwrap_or("no zone");
        for stop in &dataset.stops {
            let (verdict, leaves) = residency(stop);
            if all {
                let after = stop.after_losing.as_ref();
                let after = after.map_or(String::new(), |r| format!(", after losing {r}"));
                let (dataset, store) = (&dataset.dataset, &dataset.store);
                let (name, site) = (&stop.name, &stop.site);
                let text =
                    format!("{dataset} of {store} ({zone}): {name} in {site}{after}: {verdict}");
                labelled(out, "data residency", &text);
            } else if leaves {
                let what = format!("leave {zone}: {verdict}");
                leaving.entry(what).or_default().insert(&dataset.dataset);
            }
        }
    }
    for (what, datasets) in leaving {
        let datasets: Vec<&str> = datasets.into_iter().collect();
        labelled(
            out,
            "data residency",
            &format!("{} {what}", datasets.join(", ")),
        );
    }
    let shared: Vec<&str> = flow.shared.iter().map(|f| f.what.as_str()).collect();
    if !shared.is_empty() {
        labelled(out, "shared by regions", &shared.join(" · "));
    }
}

/// Whether data may be at a stop, and whether it leaves its zone there.
fn residency(stop: &Stop) -> (String, bool) {
    match &stop.verdict {
        Residency::Inside => ("inside the zone".into(), false),
        Residency::Unbound => ("no zone".into(), false),
        Residency::Passing => ("in transit only".into(), false),
        Residency::Declared {
            transfer,
            basis,
            until,
        } => (
            format!("permitted by transfer {transfer} ({basis}, until {until})"),
            true,
        ),
        Residency::Outside => ("NOT PERMITTED".into(), true),
    }
}

/// Columns of at least these widths; one that is longer has its line, and the next stays in place.
fn columns(out: &mut String, indent: &str, columns: &[(&str, usize)]) {
    let mut at = indent.len();
    let mut line = indent.to_string();
    for (index, (text, width)) in columns.iter().enumerate() {
        let hanging = indent.len() + 2;
        if text.width() > *width && index + 1 < columns.len() {
            wrapped(out, indent, hanging, text);
            line = " ".repeat(at + width + 1);
        } else {
            let _ = write!(
                line,
                "{text}{} ",
                " ".repeat(width.saturating_sub(text.width()))
            );
        }
        at += width + 1;
    }
    out.push_str(&line);
}

/// `label    text`, with the text in one column.
fn labelled(out: &mut String, label: &str, text: &str) {
    wrapped(out, &format!("{label:<LABEL$}"), LABEL, text);
}

/// Text behind its beginning, on lines that end where a terminal does.
fn wrapped(out: &mut String, begin: &str, hanging: usize, text: &str) {
    let hanging = " ".repeat(hanging);
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(begin)
        .subsequent_indent(&hanging)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    // `5s .. 12s` is one word.
    let whole = text.replace(" .. ", "\u{a0}..\u{a0}");
    let filled = textwrap::fill(&whole, options).replace('\u{a0}', " ");
    out.push_str(filled.trim_end());
    out.push('\n');
}

/// A verdict in its colour; a terminal without colours, or a pipe, gets the words alone.
fn paint(verdict: &str) -> String {
    let colour = match verdict {
        "met" => 32,
        v if v.starts_with("met if") || v == "at risk" => 33,
        "violated" | "unproven" => 31,
        _ => return verdict.to_string(),
    };
    format!("\u{1b}[{colour}m{verdict}\u{1b}[0m")
}
