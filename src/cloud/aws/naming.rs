//! Names and tags of resources, each within its service's limits.

use super::facts;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::topology::{Map, Text};
use sha2::{Digest, Sha256};

/// A tag that AWS refuses.
pub const BAD_TAG: Code = Code::new("AWS102", "bad-tag");

/// Hex digits that tell two cut names apart.
const HASH: usize = 6;

/// A name within `limit`: one that is too long is cut, and ends in a hash of all of it.
pub fn cut(name: &str, limit: usize) -> String {
    if name.len() <= limit {
        return name.to_string();
    }
    let hash = Sha256::digest(name.as_bytes());
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let kept: String = name.chars().take(limit - HASH - 1).collect();
    format!("{}-{}", kept.trim_end_matches('-'), &hash[..HASH])
}

/// A region's short code, `us-east-1` as `use1`: names of roles are shared by all regions,
/// and short.
pub fn code(location: &str) -> String {
    let mut parts = location.split('-');
    let area = parts.next().unwrap_or_default().to_string();
    parts.fold(area, |code, part| {
        let short = match part {
            "northeast" => "ne",
            "northwest" => "nw",
            "southeast" => "se",
            "southwest" => "sw",
            other => &other[..other.len().min(1)],
        };
        code + short
    })
}

/// A Terraform identifier.
pub fn slug(name: &str) -> String {
    name.replace(['-', '.'], "_")
}

/// Tags of ours, beside those of the spec.
pub const OWN_TAGS: usize = 3;

/// Checks tags as AWS does.
pub fn check_tags(tags: &Map<Text>, out: &mut Diagnostics) {
    let limits = facts::tags();
    let legal = |c: char| c.is_alphanumeric() || " +-=._:/@".contains(c);
    let mut refuse = |span: Span, what: String, help: String| {
        out.push(Diagnostic::error(BAD_TAG, span, what, "AWS refuses this tag").help(help));
    };
    let most = limits.most - OWN_TAGS;
    if tags.len() > most {
        let what = format!(
            "{} tags, and {OWN_TAGS} of ours: AWS allows {}",
            tags.len(),
            limits.most
        );
        refuse(tags.span, what, format!("keep the {most} most useful"));
    }
    for (name, value) in tags.iter() {
        let reserved = name.text.to_ascii_lowercase().starts_with("aws:");
        if reserved || name.text.chars().count() > limits.key || !name.text.chars().all(legal) {
            let what = format!("`{}` cannot be the key of a tag", name.text);
            let help = format!(
                "use at most {} letters, digits, spaces and `+-=._:/@`; `aws:…` is reserved",
                limits.key
            );
            refuse(name.span, what, help);
        }
        if value.chars().count() > limits.value || !value.chars().all(legal) {
            let what = format!("`{}` cannot be the value of a tag", value.value);
            let help = format!(
                "use at most {} letters, digits, spaces and `+-=._:/@`",
                limits.value
            );
            refuse(value.span, what, help);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_of_the_catalog_has_a_code_of_its_own() {
        let places = crate::catalog::places().iter();
        let aws = places.filter(|p| p.provider == crate::topology::Provider::Aws);
        let mut codes: Vec<_> = aws.map(|p| code(p.location)).collect();
        let count = codes.len();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), count);
        assert_eq!(code("us-east-1"), "use1");
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let (a, b) = ("a".repeat(70) + "x", "a".repeat(70) + "y");
        let limit = facts::names().role;
        assert_eq!(cut(&a, limit).len(), limit);
        assert_ne!(cut(&a, limit), cut(&b, limit));
        assert_eq!(cut("short", limit), "short");
    }

    #[test]
    fn a_cut_name_has_no_double_dash() {
        let name = "abc-defghijklmnop";
        assert_eq!(cut(name, 11).matches("--").count(), 0, "{}", cut(name, 11));
    }
}
