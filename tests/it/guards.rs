//! What holds data or keys has three guards: `prevent_destroy` in its module, one of the provider,
//! and a way out that lets it live (`tests/it/leaving.rs`).

use crate::support::golden_trees;
use meridian::catalog::holdings::{Guard, HOLDINGS, Holding, find};
use meridian::deployment::modules;
use std::collections::BTreeSet;

/// The resources of all modules: the module, the type, the block.
fn resources() -> Vec<(String, String, hcl::Body)> {
    let mut found = Vec::new();
    for cloud in modules::groups() {
        for name in modules::names(cloud) {
            let module = format!("{cloud}/{name}");
            let files = modules::files(&module).into_iter();
            for (_, text) in files.filter(|(file, _)| file.ends_with(".tf")) {
                let body: hcl::Body = hcl::from_str(text).unwrap();
                for block in body.into_blocks().filter(|b| b.identifier() == "resource") {
                    let kind = block.labels()[0].as_str().to_string();
                    found.push((module.clone(), kind, block.body().clone()));
                }
            }
        }
    }
    assert!(found.len() > 100, "{}", found.len());
    found
}

fn says(body: &hcl::Body, argument: &str) -> Option<String> {
    let mut attributes = body.attributes();
    let found = attributes.find(|a| a.key() == argument)?;
    Some(hcl::format::to_string(found.expr()).unwrap())
}

fn prevents(body: &hcl::Body) -> bool {
    let mut rules = body.blocks().filter(|b| b.identifier() == "lifecycle");
    rules.any(|rule| says(rule.body(), "prevent_destroy").as_deref() == Some("true"))
}

/// Whether the argument guards as long as nobody lets the thing go (`var.guarded`).
fn guarded(of: &Holding, body: &hcl::Body) -> bool {
    let given = |argument| says(body, argument);
    let switch = |text: &str| text.contains("var.guarded") || text.contains("each.value.guarded");
    match of.guard {
        Guard::Refuses(argument, word) => {
            given(argument).is_some_and(|text| text.trim_matches('"') == word || switch(&text))
        }
        Guard::UnlessEmpty(argument) => {
            given(argument).is_none_or(|text| text == "false" || switch(&text))
        }
        Guard::Leaves(argument) => {
            given(argument).is_some_and(|text| text != "0" && text != "null")
        }
        Guard::Nothing(why) => !why.is_empty(),
    }
}

/// Fails if `prevent_destroy` or the provider's guard is taken out of any module.
#[test]
fn what_holds_data_or_keys_has_its_guards() {
    for (module, kind, body) in resources() {
        let Some(holding) = find(&kind) else { continue };
        assert!(prevents(&body), "{module}: {kind} lacks prevent_destroy");
        assert!(
            guarded(holding, &body),
            "{module}: {kind} lacks {:?}",
            holding.guard
        );
    }
}

/// What is guarded is in the catalog, or `diff` would not say what its end loses; what sounds as if
/// it held something is there too.
#[test]
fn the_catalog_knows_what_holds_data() {
    let words = [
        "bucket",
        "database",
        "dataset",
        "key",
        "repository",
        "secret",
        "subscription",
        "table",
        "vault",
    ];
    let seen: BTreeSet<String> = resources().into_iter().map(|(_, kind, _)| kind).collect();
    for kind in &seen {
        let last = kind.rsplit('_').next().unwrap();
        // A signing key of DNSSEC is made of a key of KMS, a route table of routes; who subscribed
        // to a topic of SNS holds nothing.
        let other = [
            "aws_route53_key_signing_key",
            "aws_route_table",
            "aws_sns_topic_subscription",
        ];
        let other = other.contains(&kind.as_str());
        assert!(
            !words.contains(&last) || other || find(kind).is_some(),
            "{kind}"
        );
    }
    for (module, kind, body) in resources() {
        let zone = kind == "aws_route53_zone";
        assert!(
            !prevents(&body) || zone || find(&kind).is_some(),
            "{module}: {kind}"
        );
    }
    let used = |h: &&Holding| seen.contains(h.kind);
    let unused: Vec<&str> = HOLDINGS
        .iter()
        .filter(|h| !used(h))
        .map(|h| h.kind)
        .collect();
    assert_eq!(unused, Vec::<&str>::new());
}

/// What a provider does not delete while something else names it: channels that policies tell
/// (Cloud Monitoring), groups that backend services serve from (Compute Engine), parameter groups
/// and certificates in use (RDS, ElastiCache, ACM).
const NAMED_BY_OTHERS: &[&str] = &[
    "aws_acm_certificate",
    "aws_db_parameter_group",
    "aws_elasticache_parameter_group",
    "aws_rds_cluster_parameter_group",
    "google_compute_region_network_endpoint_group",
    "google_monitoring_notification_channel",
];

/// Terraform destroys it before it changes what named it, unless it is made before it is destroyed.
/// Fails if the rule is taken out of the channels of `gcp/monitoring`.
#[test]
fn what_others_name_goes_after_they_have_changed() {
    let first = |body: &hcl::Body| {
        let mut rules = body.blocks().filter(|b| b.identifier() == "lifecycle");
        rules.any(|rule| says(rule.body(), "create_before_destroy").as_deref() == Some("true"))
    };
    let named = resources().into_iter();
    let named = named.filter(|(_, kind, _)| NAMED_BY_OTHERS.contains(&kind.as_str()));
    let named: Vec<_> = named.collect();
    let kinds: BTreeSet<&str> = named.iter().map(|(_, kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, NAMED_BY_OTHERS.iter().copied().collect());
    let wrong = named.iter().filter(|(_, _, body)| !first(body));
    let wrong: Vec<_> = wrong.map(|(module, kind, _)| (module, kind)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// What scripts change in an incident, by the command, and the argument of the module that a plan
/// must therefore leave alone: what was promoted or moved stays where it is at the next apply.
const MOVED_BY_SCRIPTS: &[(&str, &str, &str, &str)] = &[
    (
        "aws rds failover-global-cluster",
        "aws/aurora-regional",
        "aws_rds_cluster",
        "replication_source_identifier",
    ),
    (
        "aws rds switchover-global-cluster",
        "aws/aurora-regional",
        "aws_rds_cluster",
        "replication_source_identifier",
    ),
    (
        "aws elasticache failover-global-replication-group",
        "aws/elasticache-global",
        "aws_elasticache_global_replication_group",
        "primary_replication_group_id",
    ),
    (
        "aws route53 change-resource-record-sets",
        "aws/route53",
        "aws_route53_record",
        "weighted_routing_policy",
    ),
];

/// Fails if `ignore_changes` is taken out of one of the modules, or a script fails over what is not
/// on the list.
#[test]
fn what_scripts_promote_stays_promoted() {
    let ignored = |module: &str, wanted: &str, argument: &str| {
        let all = resources().into_iter();
        let mut all = all.filter(|(m, kind, _)| m == module && kind == wanted);
        all.any(|(_, _, body)| {
            let mut rules = body.blocks().filter(|b| b.identifier() == "lifecycle");
            rules.any(|r| says(r.body(), "ignore_changes").is_some_and(|t| t.contains(argument)))
        })
    };
    for (command, module, kind, argument) in MOVED_BY_SCRIPTS {
        assert!(ignored(module, kind, argument), "{command}: {module}");
    }
    let trees = golden_trees();
    let files = trees.values().flat_map(|tree| tree.iter());
    let text: Vec<&String> = files
        .filter(|(p, _)| p.contains("scripts/"))
        .map(|(_, t)| t)
        .collect();
    let mut found = BTreeSet::new();
    for line in text.iter().flat_map(|t| t.lines()) {
        let words: Vec<&str> = line.split(' ').collect();
        for three in words.windows(3).filter(|w| w[0] == "aws") {
            let moves = [
                "failover-",
                "promote-",
                "switchover-",
                "change-resource-record",
            ];
            if moves.iter().any(|m| three[2].starts_with(m)) {
                found.insert(three.join(" "));
            }
        }
    }
    let known = MOVED_BY_SCRIPTS
        .iter()
        .map(|(command, ..)| (*command).to_string());
    assert_eq!(found, known.collect());
}
