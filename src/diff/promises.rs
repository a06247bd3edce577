//! What is shown of a system: its promises and what stands beside them, as rows that can be
//! compared.

use super::{Consequence, Direction};
use crate::Compilation;
use crate::analysis::flow::Verdict as Going;
use crate::analysis::recovery::verdict::Verdict;
use crate::analysis::view::{DataView, Filter, SubjectView, View, promise, short, view};
use crate::emit::recovery::percent;
use crate::spec::{Duration, Spec};
use crate::topology::Topology;
use crate::watch::told::watches;
use std::collections::BTreeMap;

/// What is said of something: about whom, and about what.
type Key = (String, String);

/// What is said.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The words.
    words: String,
    /// For a promise how badly it is kept, the best first; then when it is kept at worst.
    rank: Option<(usize, u64)>,
    /// What it is.
    sense: Sense,
}

/// What a row is, for the judgement of its change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sense {
    /// It is judged by its rank alone.
    Plain,
    /// A promise: how weak it is, the strongest first.
    Promise(u64),
    /// Nothing is promised where something could be.
    Unpromised,
    /// A finding that is accepted.
    Accepted,
    /// How long something is kept, in milliseconds.
    Kept(u64),
}

/// Everything that is said of a side.
pub type Shown = BTreeMap<Key, Said>;

/// A consequence with the parts of what it is about apart.
#[derive(Debug, Clone)]
pub struct Row {
    key: Key,
    before: Option<Said>,
    after: Option<Said>,
    /// The causes, as indices.
    pub causes: Vec<usize>,
}

/// Everything that is said of a compiled spec.
pub fn shown(done: &Compilation) -> Shown {
    said(done)
}

fn said(done: &Compilation) -> Shown {
    let (Some(topology), Some(analysis), Some(deployment)) =
        (&done.topology, &done.analysis, &done.deployment)
    else {
        return Shown::new();
    };
    let alerts = watches(topology, deployment);
    let view = view(
        (topology, deployment),
        analysis,
        &alerts,
        Filter::default(),
        &|_| None,
    );
    let mut shown = Shown::new();
    view.recovery.iter().for_each(|s| times(s, &mut shown));
    view.data.iter().for_each(|d| losses(d, &mut shown));
    standing(&view, &mut shown);
    flows(&view, &mut shown);
    if let Some(spec) = &done.spec {
        waivers(spec, &mut shown);
        retention(topology, spec, &mut shown);
    }
    shown
}

/// How long data, copies of it, messages and what is observed are kept.
fn retention(topology: &Topology, spec: &Spec, shown: &mut Shown) {
    let mut keep = |about: String, what: &str, time: Option<Duration>, without: (&str, u64)| {
        let (words, millis) = time.map_or((without.0.to_string(), without.1), |t| {
            (format!("kept for {t}"), t.millis())
        });
        let said = Said {
            words,
            rank: None,
            sense: Sense::Kept(millis),
        };
        shown.insert((about, what.to_string()), said);
    };
    // Under the names that they were made by: a new name keeps nothing longer or shorter.
    for store in &topology.datastores {
        let about = format!("datastore {}", store.name);
        let backup = store.backup.as_ref();
        let none = ("none", 0);
        keep(about.clone(), "backups", backup.map(|b| *b.keep), none);
        let window = backup.and_then(|b| b.point_in_time.as_ref());
        keep(about, "any moment, to restore", window.map(|t| **t), none);
        for (dataset, written) in store.datasets.iter() {
            let about = format!("data {} of {}", dataset.text, store.name);
            let ttl = written.ttl.as_ref().map(|t| **t);
            keep(about, "records", ttl, ("kept until deleted", u64::MAX));
        }
    }
    for queue in &topology.queues {
        let about = format!("queue {}", queue.name);
        let none = ("none", 0);
        keep(about.clone(), "unread messages", Some(*queue.keep), none);
        let dead = queue.dead_letter.said.then(|| *queue.dead_letter.keep);
        keep(about, "dead letters", dead, none);
    }
    let collectors = spec.observability.iter().flat_map(|o| {
        let all = [
            ("metrics", &o.metrics),
            ("logs", &o.logs),
            ("traces", &o.traces),
        ];
        all.into_iter()
            .filter_map(|(what, of)| Some((what, of.as_ref()?)))
    });
    for (what, collector) in collectors {
        if let Some(retention) = &collector.retention {
            keep(
                "observability".to_string(),
                what,
                Some(**retention),
                ("", 0),
            );
        }
    }
}

fn waivers(spec: &Spec, shown: &mut Shown) {
    for (name, waiver) in spec.waivers.iter() {
        let place = waiver.at.as_ref().map(|at| format!(" at {}", at.value));
        let key = (
            format!("waiver {}", name.text),
            format!("{}{}", waiver.code.value, place.unwrap_or_default()),
        );
        let said = Said {
            words: format!("accepted until {}", waiver.expires.value),
            rank: None,
            sense: Sense::Accepted,
        };
        shown.insert(key, said);
    }
}

fn say(shown: &mut Shown, about: impl Into<String>, what: impl Into<String>, words: String) {
    let said = Said {
        words,
        rank: None,
        sense: Sense::Plain,
    };
    shown.insert((about.into(), what.into()), said);
}

/// A row of a promise.
fn judged(
    interval: &str,
    promised: Option<u64>,
    verdict: (&'static str, &[String]),
    high: Option<u64>,
) -> Said {
    let Some(weak) = promised else {
        return Said {
            words: "nothing is promised".into(),
            rank: None,
            sense: Sense::Unpromised,
        };
    };
    let rank = Verdict::ALL.iter().position(|v| v.word() == verdict.0);
    Said {
        words: format!(
            "{interval} of {}, {}",
            promise(promised),
            short(verdict.0, verdict.1)
        ),
        rank: rank.map(|rank| (rank, high.unwrap_or(u64::MAX))),
        sense: Sense::Promise(weak),
    }
}

fn times(subject: &SubjectView, shown: &mut Shown) {
    let about = format!("{} {}", subject.kind, subject.name);
    for time in &subject.scenarios {
        let said = judged(
            &time.interval,
            time.promised,
            (time.verdict, &time.conditions),
            time.high,
        );
        shown.insert((about.clone(), format!("RTO, {}", time.title)), said);
    }
}

fn losses(data: &DataView, shown: &mut Shown) {
    let whole = data.datasets.is_empty().then(|| data.store.clone());
    let parts = data.datasets.iter();
    let parts = parts.map(|name| format!("{} of {}", name, data.store));
    for about in whole.into_iter().chain(parts) {
        for loss in &data.scenarios {
            let said = judged(
                &loss.interval,
                loss.promised,
                (loss.verdict, &loss.conditions),
                loss.high,
            );
            let key = (format!("data {about}"), format!("RPO, {}", loss.title));
            shown.insert(key, said);
        }
    }
}

fn standing(view: &View, shown: &mut Shown) {
    for votes in &view.standing.votes {
        let words = format!("{}; {}", votes.electorate(), votes.outcome());
        say(
            shown,
            &votes.store,
            format!("votes of {}", votes.kind),
            words,
        );
    }
    for room in &view.standing.room {
        let words = format!(
            "{} needs {} replicas of at most {}",
            room.region, room.replicas_needed, room.max
        );
        let what = format!("room without {}", room.lost);
        say(shown, format!("service {}", room.service), what, words);
    }
    for row in &view.standing.availability {
        let promised = row.promised.map(|p| format!(" of {}", percent(Some(p))));
        let promised = promised.unwrap_or_default();
        let words = format!("{}{promised}, {}", percent(row.total), row.verdict);
        let key = (
            format!("service {}", row.service),
            "availability by contracts".to_string(),
        );
        let sense = row
            .promised
            .map_or(Sense::Plain, |p| Sense::Promise(weakness(p)));
        let said = Said {
            words,
            rank: None,
            sense,
        };
        shown.insert(key, said);
    }
    for row in &view.standing.alerts {
        let words = format!("told {}", row.told);
        say(shown, &row.on, row.trouble, words);
    }
    for scenario in &view.standing.not_exercised {
        let words = "exercised by no drill".to_string();
        say(shown, "drills", scenario.as_str(), words);
    }
}

/// How much a promised availability leaves open, in thousandths of a millionth.
fn weakness(promised: f64) -> u64 {
    ((1.0 - promised) * 1e9).round() as u64
}

fn flows(view: &View, shown: &mut Shown) {
    for dataset in &view.flow.datasets {
        for stop in &dataset.stops {
            let words = match &stop.verdict {
                Going::Inside => "inside its zone".to_string(),
                Going::Unbound => "bound to no zone".to_string(),
                Going::Passing => "passing through".to_string(),
                Going::Declared { transfer, .. } => {
                    format!("out of its zone, permitted by {transfer}")
                }
                Going::Outside => "out of its zone, and nothing permits it".to_string(),
            };
            let about = format!("data {} of {}", dataset.dataset, dataset.store);
            let without = stop.after_losing.iter();
            let without: String = without.map(|r| format!(", without {r}")).collect();
            let what = format!("in {} ({}){without}", stop.site, stop.name);
            say(shown, about, what, words);
        }
    }
    for fate in &view.flow.shared {
        say(
            shown,
            "shared by several regions",
            &fate.what,
            "shared".into(),
        );
    }
    for asked in &view.flow.regimes {
        let words = match asked.held {
            true => "held".to_string(),
            false => "not held".to_string(),
        };
        let about = format!("{}, {}", asked.regime, asked.of);
        say(shown, about, &asked.law, words);
    }
}

/// What is said differently.
pub fn consequences(before: &Shown, after: &Shown) -> Vec<Row> {
    let keys = before.keys().chain(after.keys());
    let keys: std::collections::BTreeSet<&Key> = keys.collect();
    let rows = keys.into_iter().map(|key| Row {
        key: key.clone(),
        before: before.get(key).cloned(),
        after: after.get(key).cloned(),
        causes: Vec::new(),
    });
    let silent = |said: &Option<Said>| {
        said.as_ref()
            .is_none_or(|said| said.sense == Sense::Unpromised)
    };
    rows.filter(|row| row.before != row.after && !(silent(&row.before) && silent(&row.after)))
        .collect()
}

impl Row {
    /// Whether two systems say something else here.
    pub fn differs(&self, a: &Shown, b: &Shown) -> bool {
        a.get(&self.key) != b.get(&self.key)
    }

    /// A weaker promise is for the worse however well it is kept, and so is one that is gone.
    fn direction(&self) -> Option<Direction> {
        let sense = |said: &Option<Said>| said.as_ref().map(|s| s.sense);
        match (sense(&self.before), sense(&self.after)) {
            (None, Some(Sense::Accepted)) => return Some(Direction::Worse),
            (Some(Sense::Accepted), None) => return Some(Direction::Better),
            (Some(Sense::Promise(_)), Some(Sense::Unpromised)) => return Some(Direction::Worse),
            (Some(Sense::Promise(_)), Some(Sense::Plain)) => return Some(Direction::Worse),
            (Some(Sense::Promise(old)), Some(Sense::Promise(new))) if new > old => {
                return Some(Direction::Worse);
            }
            (Some(Sense::Kept(old)), Some(Sense::Kept(new))) if old != new => {
                let worse = new < old;
                return Some(if worse {
                    Direction::Worse
                } else {
                    Direction::Better
                });
            }
            _ => {}
        }
        let rank = |said: &Option<Said>| said.as_ref().and_then(|s| s.rank);
        match rank(&self.after)
            .zip(rank(&self.before))
            .map(|(a, b)| a.cmp(&b))
        {
            Some(std::cmp::Ordering::Less) => Some(Direction::Better),
            Some(std::cmp::Ordering::Greater) => Some(Direction::Worse),
            _ => match (sense(&self.before), sense(&self.after)) {
                (Some(Sense::Promise(old)), Some(Sense::Promise(new))) if new < old => {
                    Some(Direction::Better)
                }
                _ => None,
            },
        }
    }

    fn alike(&self, other: &Row) -> bool {
        let words = |said: &Option<Said>| said.as_ref().map(|s| s.words.clone());
        words(&self.before) == words(&other.before)
            && words(&self.after) == words(&other.after)
            && self.causes == other.causes
    }
}

/// Consequences for people: what is alike is told once; promises first, the worst first.
pub fn joined(rows: Vec<Row>) -> Vec<Consequence> {
    let about = |row: &Row| row.key.0.clone();
    let what = |row: &Row| row.key.1.clone();
    let rows = join(rows, about, |row, text| row.key.1 = text, what);
    let mut rows = join(rows, what, |row, text| row.key.0 = text, about);
    rows.sort_by_key(|row| {
        let promise = row.after.as_ref().or(row.before.as_ref());
        let order = match row.direction() {
            Some(Direction::Worse) => 0,
            Some(Direction::Better) => 1,
            None if promise.is_some_and(|s| s.rank.is_some()) => 2,
            None => 3,
        };
        (order, row.key.clone())
    });
    let words = |said: Option<Said>| said.map(|s| s.words);
    rows.into_iter()
        .map(|row| Consequence {
            direction: row.direction(),
            about: format!("{}: {}", row.key.0, row.key.1),
            before: words(row.before),
            after: words(row.after),
            causes: row.causes,
        })
        .collect()
}

/// Joins rows that are alike and have the same `key`; their `parts` become one list.
fn join(
    rows: Vec<Row>,
    key: impl Fn(&Row) -> String,
    set: impl Fn(&mut Row, String),
    part: impl Fn(&Row) -> String,
) -> Vec<Row> {
    let mut groups: Vec<(Row, Vec<String>)> = Vec::new();
    for row in rows {
        let fits =
            |(first, _): &&mut (Row, Vec<String>)| key(first) == key(&row) && first.alike(&row);
        match groups.iter_mut().find(fits) {
            Some((_, parts)) => parts.push(part(&row)),
            None => {
                let parts = vec![part(&row)];
                groups.push((row, parts));
            }
        }
    }
    let groups = groups.into_iter().map(|(mut row, parts)| {
        set(&mut row, in_a_row(&parts));
        row
    });
    groups.collect()
}

/// `data orders, users of marketplace`: what all parts begin and end with is said once.
fn in_a_row(parts: &[String]) -> String {
    let words: Vec<Vec<&str>> = parts.iter().map(|p| p.split(' ').collect()).collect();
    let shortest = words.iter().map(Vec::len).min().unwrap_or(0);
    let first = &words[0];
    let same_front = |i: &usize| words.iter().all(|w| w[*i] == first[*i]);
    let front = (0..shortest).take_while(same_front).count();
    let from_back = |w: &[&str], i: usize| w[w.len() - 1 - i].to_string();
    let same_back = |i: &usize| {
        let own = from_back(first, *i);
        words.iter().all(|w| from_back(w, *i) == own)
    };
    let back = (0..shortest - front).take_while(same_back).count();
    if parts.len() == 1 || front + back == 0 {
        return parts.join(", ");
    }
    let middle = words.iter().map(|w| w[front..w.len() - back].join(" "));
    let middle = middle.collect::<Vec<_>>().join(", ");
    let end = &first[first.len() - back..];
    let all = [&first[..front], &[middle.as_str()], end].concat();
    all.join(" ")
}
