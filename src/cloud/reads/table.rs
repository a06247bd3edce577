//! Who reads the settings that not every kind or cloud reads, for the reference of the language.

use super::{clouds, stores};
use crate::cloud::offering::{self, Offering, asked};
use crate::cloud::reads_of;
use crate::spec::reference::Readers;
use crate::spec::schema::Unread;
use crate::spec::{Engine, Provider};

/// What of a cloud reads a setting, by its path: a list of its kinds, or that it does.
type By = fn(Provider, &str) -> Option<String>;

/// Who reads each of these settings.
pub fn table() -> Vec<Readers> {
    let groups: [(&str, Vec<&str>, By); 4] = [
        ("Datastore", stores::paths().collect(), of_stores),
        ("Cloud", clouds::of_accounts().collect(), of_account),
        ("Spec", clouds::of_systems().collect(), of_system),
        ("Host", clouds::of_hosts().collect(), of_host),
    ];
    let rows = groups.into_iter().flat_map(|(record, paths, by)| {
        paths.into_iter().map(move |path| Readers {
            record,
            path,
            by: on_clouds(path, by),
        })
    });
    rows.collect()
}

fn on_clouds(path: &str, by: By) -> String {
    let all = Provider::ALL.iter().copied();
    let readers: Vec<String> = all.filter_map(|p| by(p, path)).collect();
    if readers.is_empty() {
        "none yet".to_string()
    } else {
        readers.join("; ")
    }
}

fn of_stores(provider: Provider, path: &str) -> Option<String> {
    let reads = |o: &&'static dyn Offering| o.reads().iter().any(|r| r.field == path);
    // What runs on clusters is lent to every cloud, also to one that has none yet.
    let mut readers = offering::on(provider).filter(reads).peekable();
    readers.peek().filter(|_| offering::generated(provider))?;
    Some(format!("{}: {}", provider.word(), asked(readers)))
}

fn of_account(provider: Provider, path: &str) -> Option<String> {
    let reads = reads_of(provider).account.contains(&path);
    reads.then(|| provider.word().to_string())
}

fn of_system(provider: Provider, path: &str) -> Option<String> {
    let reads = reads_of(provider).system.iter().any(|r| r.0 == path);
    reads.then(|| provider.word().to_string())
}

fn of_host(provider: Provider, path: &str) -> Option<String> {
    let reads = reads_of(provider).hosts.iter().any(|r| r.0 == path);
    reads.then(|| provider.word().to_string())
}

/// The settings that no kind of an engine reads, for engines that are generated somewhere.
pub fn unread() -> Vec<Unread> {
    let ours = Engine::ALL
        .iter()
        .filter(|e| offering::all().any(|o| o.engine() == **e));
    let of = |engine: &Engine| Unread {
        engine: engine.word(),
        paths: stores::paths()
            .filter(|p| !read_by(*engine, p) && above(p).is_none_or(|a| read_by(*engine, a)))
            .collect(),
    };
    ours.map(of).collect()
}

/// Whether something is generated on a cloud for a word of a field, for the fields whose words
/// are not the same everywhere: what a store is, what a service runs on, who leads users.
pub fn generates(provider: Provider, field: (&str, &str), word: &str) -> bool {
    let reads = reads_of(provider);
    match field {
        ("Datastore", "engine") => offering::on(provider).any(|o| o.engine().word() == word),
        ("Service", "runtime") => offering::runtimes(provider).any(|r| r.word() == word),
        ("Host", "routing") => reads.routings.iter().any(|r| r.word() == word),
        _ => true,
    }
}

fn read_by(engine: Engine, path: &str) -> bool {
    let mut kinds = offering::all().filter(|o| o.engine() == engine);
    kinds.any(|o| o.reads().iter().any(|r| r.field == path))
}

/// The setting that one is below, if not everything reads that.
fn above(path: &str) -> Option<&str> {
    let above = path.split_once('.')?.0;
    stores::paths().find(|p| *p == above)
}
