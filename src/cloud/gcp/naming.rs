//! Names of resources, each within its provider's limit.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::topology::Topology;

/// A derived name that is over its provider's limit.
pub const NAME_TOO_LONG: Code = Code::new("NAME101", "derived-name-too-long");

/// What a name is for, and how long it may be (provider documentation of 2026-11).
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Compute resources: 63.
    Compute,
    /// GKE clusters: 40.
    Cluster,
    /// Service accounts: 30.
    ServiceAccount,
    /// Cloud Run services: 49.
    CloudRun,
    /// Firestore databases: 63.
    Firestore,
    /// Buckets: 63.
    Bucket,
    /// Instances of Memorystore: 40.
    Redis,
    /// Instances of Cloud SQL, after which the endpoints of their copies are named: 58.
    Sql,
    /// The prefix that module names are made from: 40.
    Prefix,
}

impl Kind {
    fn limit(self) -> (usize, &'static str) {
        match self {
            Kind::Compute => (63, "a Compute Engine resource"),
            Kind::Cluster => (40, "a GKE cluster"),
            Kind::ServiceAccount => (30, "a service account"),
            Kind::CloudRun => (49, "a Cloud Run service"),
            Kind::Firestore => (63, "a Firestore database"),
            Kind::Bucket => (63, "a bucket"),
            Kind::Redis => (40, "an instance of Memorystore"),
            Kind::Sql => (58, "an instance of Cloud SQL"),
            Kind::Prefix => (40, "the prefix of resource names"),
        }
    }
}

/// Checks a derived name; `span` is the part of the spec to shorten.
pub fn checked(kind: Kind, name: String, span: Span, out: &mut Diagnostics) -> String {
    let (limit, what) = kind.limit();
    if name.len() > limit {
        out.push(
            Diagnostic::error(
                NAME_TOO_LONG,
                span,
                format!(
                    "`{name}` has {} characters; {what} may have {limit}",
                    name.len()
                ),
                "this makes it too long",
            )
            .help(format!(
                "shorten it by {} characters: names are never cut silently",
                name.len() - limit
            )),
        );
    }
    name.replace(['.', '_'], "-")
}

/// A label that Google refuses.
pub const BAD_LABEL: Code = Code::new("GCP105", "bad-label");

/// Checks labels as Google does: keys and values of lower-case letters, digits, dashes and
/// underscores, at most 63 long; 64 labels at most, of which three are ours.
pub fn check_labels(labels: &crate::topology::Map<crate::topology::Text>, out: &mut Diagnostics) {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    let mut refuse = |span: Span, what: String, help: &str| {
        out.push(Diagnostic::error(BAD_LABEL, span, what, "Google refuses this label").help(help));
    };
    if labels.len() > 61 {
        let what = format!(
            "{} labels, and three of ours: Google allows 64",
            labels.len()
        );
        refuse(labels.span, what, "keep the 61 most useful");
    }
    for (name, value) in labels.iter() {
        if name.text.starts_with("goog") || !name.text.chars().all(legal) {
            let what = format!("`{}` cannot be the key of a label", name.text);
            refuse(
                name.span,
                what,
                "use lower-case letters, digits, `-` and `_`; `goog…` is reserved",
            );
        }
        if value.len() > 63 || !value.chars().all(legal) {
            let what = format!("`{}` cannot be the value of a label", value.value);
            refuse(
                value.span,
                what,
                "use at most 63 lower-case letters, digits, `-` and `_`",
            );
        }
    }
}

/// A region's short code, `europe-west1` as `euw1`: service account ids hold
/// little more.
pub fn code(location: &str) -> String {
    let (area, rest) = location.split_once('-').unwrap_or((location, ""));
    let area = match area {
        "europe" => "eu",
        "asia" => "as",
        "northamerica" => "na",
        "southamerica" => "sa",
        "australia" => "au",
        "africa" => "af",
        other => other,
    };
    let digits = rest
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (direction, number) = rest.split_at(digits);
    let direction = match direction {
        "central" => "c",
        "east" => "e",
        "west" => "w",
        "north" => "n",
        "south" => "s",
        "northeast" => "ne",
        "northwest" => "nw",
        "southeast" => "se",
        "southwest" => "sw",
        other => other,
    };
    format!("{area}{direction}{number}")
}

/// The kubectl context that `gcloud container clusters get-credentials` makes.
pub fn context(topology: &Topology, location: &str) -> String {
    let cluster = super::platform::cluster_name_at(topology, location);
    format!("gke_{}_{location}_{cluster}", super::project(topology))
}

/// A Terraform identifier.
pub fn slug(name: &str) -> String {
    name.replace(['-', '.'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_of_the_catalog_has_a_code_of_its_own() {
        let places = crate::catalog::places().iter();
        let gcp = places.filter(|p| p.provider == crate::topology::Provider::Gcp);
        let mut codes: Vec<_> = gcp.map(|p| code(p.location)).collect();
        let count = codes.len();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
