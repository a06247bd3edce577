//! The zones that a region's clusters and networks spread over, `zones.toml`.

use super::Place;
use super::providers::spelling;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The most zones that are used.
const MOST: usize = 3;

type Letters = BTreeMap<String, BTreeMap<String, Vec<String>>>;

fn letters() -> &'static Letters {
    static LETTERS: OnceLock<Letters> = OnceLock::new();
    LETTERS.get_or_init(|| {
        toml::from_str(include_str!("zones.toml")).expect("the catalog is checked by a test")
    })
}

impl Place {
    /// The zones that are emitted: what divides by zones divides by these.
    pub fn spread(&self) -> Vec<String> {
        let named = letters().get(self.provider.word());
        let named = named.and_then(|regions| regions.get(self.location));
        let letters = named.map_or(vec!["a", "b", "c"], |letters| {
            letters.iter().map(String::as_str).collect()
        });
        let dash = &spelling(self.provider).zone;
        let most = MOST.min(self.zones.into());
        let used = letters.into_iter().take(most);
        used.map(|l| format!("{}{dash}{l}", self.location))
            .collect()
    }

    /// What a zone takes at most of things that are spread evenly.
    pub fn share_of_zone(&self, all: u32) -> u32 {
        all.div_ceil(self.spread().len().max(1) as u32)
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::find;
    use crate::spec::Provider;

    #[test]
    fn zones_are_those_that_an_account_sees() {
        let of = |provider, location| find(provider, location).unwrap().spread();
        assert_eq!(of(Provider::Gcp, "us-east1")[0], "us-east1-b");
        assert_eq!(of(Provider::Gcp, "us-central1").len(), 3);
        assert_eq!(of(Provider::Aws, "us-west-1"), ["us-west-1a", "us-west-1c"]);
        assert_eq!(of(Provider::Aws, "ap-northeast-1")[1], "ap-northeast-1c");
    }
}
