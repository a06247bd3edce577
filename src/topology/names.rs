//! Names that last: what was made under a name keeps it, and no name vanishes unseen.
//!
//! A thing with another name in the spec (`renamed_from`) is settled under the name that it was
//! made under, so that nothing of it changes: no resource, no object, no variable of a service.
//! The lock remembers the names of all things; one that is gone must say where it went.

use super::kinds::names_databases;
use crate::catalog;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::lock::Lock;
use crate::source::Span;
use crate::spec::{Datastore, Date, Map, Name, Spec, Text, Thing, database};
use std::collections::BTreeMap;

/// A name of the lock that the spec neither has nor takes leave of.
pub const VANISHED: Code = Code::new("LCK108", "name-vanished");
/// A new thing with the name that another one was made under.
pub const TAKEN: Code = Code::new("LCK109", "name-taken");
/// A region under the name of a location that it is not at.
pub const ELSEWHERE: Code = Code::new("LCK110", "renamed-to-another-location");

/// The key of the name that something was made under.
pub(super) const MADE_AS: &str = "made_as";

/// A thing of the spec: its name, and the one before.
struct Named {
    name: String,
    span: Span,
    before: Option<String>,
}

/// The things of a kind that we make, and where all of them are written.
fn things(spec: &Spec, thing: Thing) -> (Span, Vec<Named>) {
    fn all<'a, T>(
        map: &'a Map<T>,
        ours: impl Fn(&T) -> bool,
        before: impl Fn(&'a T) -> Option<&'a Text>,
    ) -> (Span, Vec<Named>) {
        let of = |(name, member): (&Name, &'a T)| Named {
            name: name.text.clone(),
            span: name.span,
            before: before(member).map(|b| b.value.clone()),
        };
        let ours = map.iter().filter(|(_, member)| ours(member));
        (map.span, ours.map(of).collect())
    }
    match thing {
        Thing::Region => all(&spec.regions, |_| true, |r| r.renamed_from.as_ref()),
        Thing::Datastore => all(
            &spec.datastores,
            |d| d.external.is_none(),
            |d| d.renamed_from.as_ref(),
        ),
        Thing::Queue => all(
            &spec.queues,
            |q| q.external.is_none(),
            |q| q.renamed_from.as_ref(),
        ),
        Thing::Service => all(
            &spec.services,
            |s| s.external.is_none(),
            |s| s.renamed_from.as_ref(),
        ),
        Thing::Host => all(&spec.traffic, |h| h.external.is_none(), |_| None),
        Thing::Secret => all(&spec.secrets, |_| true, |s| s.renamed_from.as_ref()),
        Thing::Database => {
            let stores = spec.datastores.iter().filter(|(_, d)| has_databases(d));
            let all = stores.flat_map(|(name, store)| databases(name, store));
            (spec.datastores.span, all.collect())
        }
    }
}

/// Whether the databases of a store are things of their own at the provider.
fn has_databases(store: &Datastore) -> bool {
    store.external.is_none() && store.engine.known().is_some_and(names_databases)
}

/// The databases of a store: those that are written, or its own.
fn databases(store: &Name, written: &Datastore) -> Vec<Named> {
    let of = |(name, member): (&Name, &crate::spec::Database)| Named {
        name: database(&store.text, &name.text),
        span: name.span,
        before: (member.renamed_from.as_ref()).map(|b| database(&store.text, &b.value)),
    };
    if written.databases.is_empty() {
        return vec![Named {
            name: database(&store.text, &store.text),
            span: store.span,
            before: None,
        }];
    }
    written.databases.iter().map(of).collect()
}

/// What a new thing is made as: the only database of a store is the store's own, whatever its name.
fn new_name(thing: Thing, name: &str, all: &[Named], lock: &Lock) -> String {
    let Some((store, _)) = name.split_once('.').filter(|_| thing == Thing::Database) else {
        return name.to_string();
    };
    let beside = |other: &str| other != name && thing.map(other) == thing.map(name);
    let known = lock.all(thing.word(), MADE_AS).any(|(n, _)| beside(n));
    let several = known || all.iter().any(|n| beside(&n.name));
    if several {
        name.to_string()
    } else {
        database(store, store)
    }
}

/// The spec under the names that its things were made under. The lock remembers them; a name of
/// it that is gone without a word is an error.
pub(super) fn as_made(
    mut spec: Spec,
    lock: &mut Lock,
    today: Option<Date>,
    out: &mut Diagnostics,
) -> Spec {
    let before = lock.clone();
    for thing in Thing::ALL {
        let made = made(&spec, thing, lock, out);
        // The lock of another system knows other names, and is refused as it is.
        if before.system == spec.name.value {
            vanished(&spec, thing, &before, (&made, today), out);
        }
        if thing == Thing::Region {
            elsewhere(&spec, &made, out);
        }
        remember(thing, &made, lock);
        if made.iter().any(|(name, first)| name != first) {
            spec.exchange(thing, &|name| {
                Some(made.get(name).map_or(name, String::as_str).to_string())
            });
        }
    }
    spec
}

/// The name that each thing of a kind was made under, by its name today.
fn made(spec: &Spec, thing: Thing, lock: &Lock, out: &mut Diagnostics) -> BTreeMap<String, String> {
    let kind = thing.word();
    let mut made: BTreeMap<String, String> = BTreeMap::new();
    let all = things(spec, thing).1;
    for named in &all {
        let name = &named.name;
        let recorded = |name: &str| lock.get(kind, name, MADE_AS).map(str::to_string);
        let before = || {
            let before = named.before.as_ref()?;
            Some(recorded(before).unwrap_or_else(|| before.clone()))
        };
        let first = recorded(name)
            .or_else(before)
            .unwrap_or_else(|| new_name(thing, name, &all, lock));
        if let Some((other, _)) = made.iter().find(|(_, m)| **m == first) {
            out.push(taken(thing, named, other, &first));
        }
        made.insert(name.clone(), first);
    }
    made
}

/// Reports regions whose new name says another location than the one where they stay.
fn elsewhere(spec: &Spec, made: &BTreeMap<String, String>, out: &mut Diagnostics) {
    let located = |name: &str| catalog::places().iter().any(|p| p.location == name);
    for (name, _) in spec.regions.iter().filter(|(_, r)| r.location.is_none()) {
        let Some(first) = made.get(&name.text).filter(|first| **first != name.text) else {
            continue;
        };
        if !located(&name.text) || !located(first) {
            continue;
        }
        let message = format!(
            "region `{}` is what was made in {first}, and its name says another location",
            name.text
        );
        let diagnostic = Diagnostic::error(ELSEWHERE, name.span, message, "nothing is moved there");
        out.push(diagnostic.help(format!(
            "write `location: {first}` in it, if only its name changes; to move, add `{}` beside it and let `{first}` leave",
            name.text
        )));
    }
}

fn taken(thing: Thing, named: &Named, other: &str, first: &str) -> Diagnostic {
    let (kind, name) = (thing.word(), &named.name);
    Diagnostic::error(
        TAKEN,
        named.span,
        format!("{kind} `{name}` and {kind} `{other}` would both be made as `{first}`"),
        "the second one",
    )
    .help(format!(
        "what was made keeps its name: a new {kind} needs one that no {kind} was made under"
    ))
}

/// Remembers each name, once for each thing.
fn remember(thing: Thing, made: &BTreeMap<String, String>, lock: &mut Lock) {
    let kind = thing.word();
    let known = lock.all(kind, MADE_AS);
    let stale: Vec<String> = known
        .filter(|(name, entry)| {
            let now = made.iter().any(|(_, first)| *first == entry.value);
            now && made.get(*name) != Some(&entry.value)
        })
        .map(|(name, _)| name.to_string())
        .collect();
    for name in stale {
        lock.remove(kind, &name, MADE_AS);
    }
    for (name, first) in made {
        lock.set(kind, name, MADE_AS, first.clone());
    }
}

/// The lock without the names of things that kept theirs: where a change is only compared, a name
/// that is gone is told by what becomes of what it made, and refused when it is compiled.
pub fn without_names(lock: &Lock) -> Lock {
    let mut left = lock.clone();
    for (key, entry) in lock.iter() {
        if key.key == MADE_AS && key.name == entry.value {
            left.remove(&key.kind, &key.name, &key.key);
        }
    }
    left
}

/// Reports names of the lock that the spec does not have and that did not take leave.
fn vanished(
    spec: &Spec,
    thing: Thing,
    lock: &Lock,
    (made, today): (&BTreeMap<String, String>, Option<Date>),
    out: &mut Diagnostics,
) {
    let kind = thing.word();
    let (span, named) = things(spec, thing);
    let new: Vec<&Named> = named
        .iter()
        .filter(|n| lock.get(kind, &n.name, MADE_AS).is_none())
        .filter(|n| made.get(&n.name) == Some(&n.name))
        .collect();
    for (name, entry) in lock.all(kind, MADE_AS) {
        let there = made.values().any(|first| *first == entry.value);
        let broken = things_written(spec, thing).iter().any(|n| n == name);
        if there
            || broken
            || of_no_store(spec, thing, name)
            || super::leaving::may_be_gone(thing, &entry.value, lock)
        {
            continue;
        }
        let map = thing.map(name);
        let like = new.iter().filter(|n| thing.map(&n.name) == map);
        let like: Vec<&str> = like.map(|n| n.name.as_str()).collect();
        let near = did_you_mean(name, like.iter().copied());
        let near = near.or(match like[..] {
            [only] => Some(only),
            _ => None,
        });
        let at = new.iter().find(|n| Some(n.name.as_str()) == near);
        let found = Diagnostic::error(
            VANISHED,
            at.map_or(span, |n| n.span),
            format!("{kind} `{name}` is gone from `{map}`, and what it made is applied"),
            match near {
                Some(_) => format!("is this {kind} `{name}` under a new name?"),
                None => format!("no `{name}` here"),
            },
        );
        let found = match entry.span {
            Some(line) => found.also(line, "made under this name"),
            None => found,
        };
        out.push(found.help(ways_on(thing, name, near, today)));
    }
}

/// Whether the store of a database is not there: its own name says what becomes of both.
fn of_no_store(spec: &Spec, thing: Thing, name: &str) -> bool {
    let store = |name: &str| Some(name.split_once('.')?.0.to_string());
    let there = |store: &String| spec.datastores.get(store).is_some_and(has_databases);
    thing == Thing::Database && !store(name).as_ref().is_some_and(there)
}

/// All names of a kind that are written, with or without errors below them.
fn things_written(spec: &Spec, thing: Thing) -> Vec<String> {
    match thing {
        Thing::Region => spec.regions.written().map(str::to_string).collect(),
        Thing::Datastore => spec.datastores.written().map(str::to_string).collect(),
        Thing::Queue => spec.queues.written().map(str::to_string).collect(),
        Thing::Service => spec.services.written().map(str::to_string).collect(),
        Thing::Host => spec.traffic.written().map(str::to_string).collect(),
        Thing::Secret => spec.secrets.written().map(str::to_string).collect(),
        Thing::Database => {
            let stores = spec.datastores.iter();
            let all = stores.flat_map(|(store, written)| {
                let names = written.databases.written();
                names.map(|name| database(&store.text, name))
            });
            all.collect()
        }
    }
}

/// The lines to write: the new name of what it was, or how it leaves.
fn ways_on(thing: Thing, name: &str, near: Option<&str>, today: Option<Date>) -> String {
    let day = today.map_or("2026-11-28".to_string(), |d| d.to_string());
    let (kind, map) = (thing.word(), thing.map(name));
    let renamed = match near {
        Some(near) => format!("in `{map}.{}`", thing.key(near)),
        None => format!("in the {kind} that it is now"),
    };
    let name = thing.key(name);
    let renamed = match thing {
        // Users, certificates and caches know it by its name.
        Thing::Host => format!(
            "renamed: keep `{map}.{name}` beside the new one, move its users, and let it leave then; "
        ),
        _ => format!("renamed: write `renamed_from: {name}` {renamed}; "),
    };
    format!(
        "{renamed}removed: keep `{map}.{name}` and write `leaving: {{ since: {day} }}` in it, and see RUNBOOK_TAKE_OUT.md; never applied: delete this line of the lock"
    )
}
