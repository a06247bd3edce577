//! What vendors document, read from the catalogs by other means than the compiler's.

use std::collections::BTreeMap;

/// At least and at most, in milliseconds; `FOREVER` at least never ends, and nothing at most
/// is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub low: u64,
    pub high: Option<u64>,
}

pub const FOREVER: u64 = u64::MAX;

impl Range {
    pub const ZERO: Range = Range::from(0, 0);
    pub const NEVER: Range = Range {
        low: FOREVER,
        high: None,
    };

    pub const fn from(low: u64, high: u64) -> Self {
        Range {
            low,
            high: Some(high),
        }
    }

    /// One after the other.
    pub fn then(self, next: Range) -> Range {
        Range {
            low: self.low.saturating_add(next.low),
            high: self.high.zip(next.high).map(|(a, b)| a + b),
        }
    }

    /// Side by side, until both are over.
    pub fn and(self, other: Range) -> Range {
        Range {
            low: self.low.max(other.low),
            high: self.high.zip(other.high).map(|(a, b)| a.max(b)),
        }
    }
}

/// The catalogs.
pub struct Documented {
    facts: BTreeMap<String, Range>,
    /// The regions in each multi-region of Firestore.
    pub multi_regions: BTreeMap<String, Vec<String>>,
    /// Latitude and longitude of Google's regions, in degrees.
    places: BTreeMap<String, (f64, f64)>,
}

impl Documented {
    pub fn read() -> Self {
        Documented {
            facts: facts(),
            multi_regions: multi_regions(),
            places: places(),
        }
    }

    pub fn fact(&self, id: &str) -> Range {
        self.facts[id]
    }

    /// How far two regions are apart, as an angle: its order is that of the distance.
    pub fn angle(&self, from: &str, to: &str) -> f64 {
        let point = |location: &str| {
            let (latitude, longitude) = self.places[location];
            let (a, b) = (latitude.to_radians(), longitude.to_radians());
            [a.cos() * b.cos(), a.cos() * b.sin(), a.sin()]
        };
        let (a, b) = (point(from), point(to));
        let product: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
        product.clamp(-1.0, 1.0).acos()
    }
}

fn facts() -> BTreeMap<String, Range> {
    let file: toml::Table = include_str!("../../../src/catalog/recovery.toml")
        .parse()
        .expect("TOML");
    let facts = file["fact"].as_array().expect("facts").iter();
    facts
        .map(|fact| {
            let millis = |key: &str| fact.get(key).and_then(|v| v.as_str()).map(millis);
            let range = Range {
                low: millis("low").expect("low"),
                high: millis("high"),
            };
            (fact["id"].as_str().expect("id").to_string(), range)
        })
        .collect()
}

/// One amount and one unit: `30s`, `5m`.
fn millis(text: &str) -> u64 {
    let (amount, unit) = text.split_at(text.len() - 1);
    let unit = match unit {
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        other => panic!("{other}"),
    };
    amount.parse::<u64>().expect("an amount") * unit
}

fn multi_regions() -> BTreeMap<String, Vec<String>> {
    let file = include_str!("../../../src/cloud/gcp/catalog.toml");
    let file: toml::Table = file.parse().expect("TOML");
    let each = file["firestore"].as_table().expect("multi-regions").iter();
    each.map(|(name, multi)| {
        let members = ["read_write", "witness"].iter().flat_map(|kind| {
            let names = multi[*kind].as_array().expect("regions").iter();
            names.map(|n| n.as_str().expect("a name").to_string())
        });
        (name.clone(), members.collect())
    })
    .collect()
}

fn places() -> BTreeMap<String, (f64, f64)> {
    let lines = include_str!("../../../src/catalog/regions.csv")
        .lines()
        .skip(1);
    lines
        .filter(|line| line.starts_with("gcp,"))
        .map(|line| {
            // A city may hold a comma between quotes: the numbers are the first that parse.
            let fields: Vec<&str> = line.split(',').collect();
            let first = fields
                .iter()
                .position(|f| f.parse::<f64>().is_ok())
                .expect("a latitude");
            let degrees = |index: usize| fields[index].parse::<f64>().expect("degrees");
            (fields[1].to_string(), (degrees(first), degrees(first + 1)))
        })
        .collect()
}
