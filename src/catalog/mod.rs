//! Facts about providers as dated, sourced data. Nothing here depends on a spec.
//!
//! Architecture invariant: a number of a provider is read from these files, never written
//! into code.

pub mod availability;
pub mod facts;
pub mod holdings;
pub mod immutable;
pub mod mesh;
pub mod network;
pub mod providers;
pub mod regimes;
mod zones;

use crate::spec::{Continent, Provider};
use std::sync::OnceLock;

/// A region of a provider.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The provider.
    pub provider: Provider,
    /// The provider's name of it.
    pub location: &'static str,
    /// City and state, for people.
    pub city: &'static str,
    /// ISO 3166 country code.
    pub country: &'static str,
    /// The part of the world, as geographic routing sees it.
    pub continent: Continent,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// How many zones the provider has there; [`Place::spread`] has those that are used.
    pub zones: u8,
}

const REGIONS: &str = include_str!("regions.csv");

/// All regions of all providers (facts of 2026-11, `regions.csv`).
pub fn places() -> &'static [Place] {
    static PLACES: OnceLock<Vec<Place>> = OnceLock::new();
    PLACES.get_or_init(|| REGIONS.lines().skip(1).filter_map(place).collect())
}

/// The region of that name.
pub fn find(provider: Provider, location: &str) -> Option<&'static Place> {
    places()
        .iter()
        .find(|p| p.provider == provider && p.location == location)
}

fn place(line: &'static str) -> Option<Place> {
    let fields = csv(line);
    let [
        provider,
        location,
        city,
        country,
        continent,
        lat,
        lon,
        zones,
        ..,
    ] = fields[..]
    else {
        return None;
    };
    Some(Place {
        provider: providers::of_regions(provider)?,
        location,
        city,
        country,
        continent: part_of_world(continent, country),
        latitude: lat.parse().ok()?,
        longitude: lon.parse().ok()?,
        zones: zones.parse().unwrap_or(3),
    })
}

/// Routing tells mainland China and the Middle East from the rest of Asia.
fn part_of_world(continent: &str, country: &str) -> Continent {
    match (continent, country) {
        (_, "CN") => Continent::China,
        (_, "AE" | "BH" | "IL" | "QA" | "SA") => Continent::MiddleEast,
        ("Africa", _) => Continent::Africa,
        ("Europe", _) => Continent::Europe,
        ("North America", _) => Continent::NorthAmerica,
        ("Oceania", _) => Continent::Oceania,
        ("South America", _) => Continent::SouthAmerica,
        _ => Continent::Asia,
    }
}

/// Splits a line of the catalog; fields may stand in double quotes.
fn csv(line: &'static str) -> Vec<&'static str> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, next) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (field, after) = quoted.split_once('"').unwrap_or((quoted, ""));
                (field, after.strip_prefix(','))
            }
            None => match rest.split_once(',') {
                Some((field, next)) => (field, Some(next)),
                None => (rest, None),
            },
        };
        fields.push(field);
        match next {
            Some(next) => rest = next,
            None => return fields,
        }
    }
}

/// Countries of the European Economic Area: EU-27, Iceland, Liechtenstein, Norway.
pub const EEA: [&str; 30] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Whether a country lies in a jurisdiction: `eea`, or an ISO country code.
pub fn in_jurisdiction(country: &str, jurisdiction: &str) -> bool {
    match jurisdiction.to_ascii_lowercase().as_str() {
        "eea" | "eu" => EEA.contains(&country),
        code => code.eq_ignore_ascii_case(country),
    }
}

impl Place {
    /// Great-circle distance in kilometres.
    pub fn distance(&self, other: &Place) -> f64 {
        let (a, b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half = |d: f64| (d / 2.0).sin().powi(2);
        let h =
            half(b - a) + a.cos() * b.cos() * half((other.longitude - self.longitude).to_radians());
        2.0 * 6371.0 * h.sqrt().asin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_catalog_is_read() {
        assert_eq!(places().len(), REGIONS.lines().count() - 1);
        let iowa = find(Provider::Gcp, "us-central1").unwrap();
        assert_eq!(
            (iowa.country, iowa.continent),
            ("US", Continent::NorthAmerica)
        );
    }

    #[test]
    fn distances_are_plausible() {
        let iowa = find(Provider::Gcp, "us-central1").unwrap();
        let belgium = find(Provider::Gcp, "europe-west1").unwrap();
        assert!((6500.0..7500.0).contains(&iowa.distance(belgium)));
    }
}
