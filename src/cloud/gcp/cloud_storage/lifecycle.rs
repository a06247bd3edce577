//! What becomes of objects by age: cheaper classes and the end, for all of a bucket or for the
//! prefixes of a dataset.

use crate::cloud::gcp::Lowering;
use crate::deployment::Argument;
use crate::topology::{Dataset, Datastore};

/// Tiers as people call them and as Cloud Storage does; objects begin in the first
/// (cloud.google.com/storage/docs/storage-classes).
const TIERS: [(&str, &str); 8] = [
    ("hot", "STANDARD"),
    ("standard", "STANDARD"),
    ("warm", "NEARLINE"),
    ("nearline", "NEARLINE"),
    ("cold", "COLDLINE"),
    ("coldline", "COLDLINE"),
    ("frozen", "ARCHIVE"),
    ("archive", "ARCHIVE"),
];
const BEGINS: &str = "STANDARD";

fn class(tier: &str) -> Option<&'static str> {
    let found = TIERS.iter().find(|(name, _)| *name == tier);
    found.map(|(_, class)| *class)
}

/// The prefixes of a dataset's objects; none where it is all that the store holds.
fn prefixes(store: &Datastore, dataset: &Dataset) -> Option<Vec<String>> {
    let named = dataset.collections.iter().map(|c| c.value.clone());
    let named: Vec<String> = named.collect();
    (!named.is_empty() || store.datasets.len() == 1).then_some(named)
}

impl Lowering<'_> {
    /// Whether every tier is one that there is, and every dataset with rules of its own can be told
    /// from the others.
    pub(super) fn tiers_can(&mut self, store: &Datastore) {
        let names = TIERS.map(|(name, _)| format!("`{name}`")).join(", ");
        let written = store
            .lifecycle
            .iter()
            .map(|(name, _)| (name.text.as_str(), name.span));
        let of_datasets = store.datasets.iter().filter_map(|(_, d)| d.tier.as_ref());
        let of_datasets = of_datasets.map(|t| (t.as_str(), t.span));
        for (tier, span) in written.chain(of_datasets) {
            if class(tier).is_none() {
                let what = format!("the tier `{tier}` of `object-storage`");
                self.not_available(span, &what, &format!("the tiers {names}"));
            }
        }
        for (name, dataset) in store.datasets.iter() {
            let tier = dataset.tier.as_ref().map(|t| t.span);
            let ends = dataset.ttl.as_ref().map(|t| t.span);
            let Some(span) = tier.or(ends) else { continue };
            if prefixes(store, dataset).is_none() {
                let what = format!(
                    "rules of its own for `{}`, whose objects nothing tells from others",
                    name.text
                );
                let has = "them for a dataset with the prefixes of its objects in `collections`";
                self.not_available(span, &what, has);
            }
        }
    }
}

/// The rules of a store's buckets.
pub(super) fn arguments(store: &Datastore) -> Vec<(&'static str, Argument)> {
    let days = |seconds: u64| Argument::from(seconds.div_ceil(86_400));
    let rule = |class: Option<&str>, after: Argument, prefixes: Vec<String>| {
        let mut rule = Vec::new();
        rule.extend(class.map(|c| ("class".to_string(), Argument::from(c))));
        rule.push(("after_days".into(), after));
        if !prefixes.is_empty() {
            rule.push(("prefixes".into(), prefixes.into()));
        }
        Argument::Map(rule)
    };
    let by_age = store.lifecycle.iter().filter_map(|(name, tier)| {
        let class = class(&name.text).filter(|c| *c != BEGINS)?;
        let after = days(tier.after.secs());
        Some((name.text.clone(), rule(Some(class), after, Vec::new())))
    });
    let own = store.datasets.iter().filter_map(|(name, dataset)| {
        let class = class(dataset.tier.as_ref()?).filter(|c| *c != BEGINS)?;
        let prefixes = prefixes(store, dataset)?;
        Some((
            format!("{}-at-once", name.text),
            rule(Some(class), days(0), prefixes),
        ))
    });
    let ends = store.datasets.iter().filter_map(|(name, dataset)| {
        let after = days(dataset.ttl.as_ref()?.secs());
        let prefixes = prefixes(store, dataset)?;
        Some((name.text.clone(), rule(None, after, prefixes)))
    });
    let tiers: Vec<(String, Argument)> = by_age.chain(own).collect();
    let ends: Vec<(String, Argument)> = ends.collect();
    let given = [("tiers", tiers), ("ends", ends)].into_iter();
    let given = given.filter(|(_, rules)| !rules.is_empty());
    given
        .map(|(name, rules)| (name, Argument::Map(rules)))
        .collect()
}
