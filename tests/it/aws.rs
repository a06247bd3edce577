//! What must hold of every system on AWS, shown on small ones in both layouts.

use crate::tables::unrolled;
use meridian::diagnostic::Diagnostics;
use meridian::source::SourceMap;
use meridian::syntax::{self, Limits};
use meridian::{Compilation, Until, compile};
use std::collections::{BTreeMap, BTreeSet};

const SMALL: &str = include_str!("../fixtures/aws-small.yaml");

fn compiled(text: &str) -> Compilation {
    let mut sources = SourceMap::default();
    let file = sources.add("topology.yaml", text);
    let mut out = Diagnostics::default();
    let document = syntax::parse(&sources, file, &Limits::default(), &mut out);
    compile(
        document.as_ref(),
        None,
        "topology.yaml",
        out,
        Until::Emitted,
        None,
    )
}

fn tree(text: &str) -> BTreeMap<String, String> {
    let done = compiled(text);
    assert!(!done.diagnostics.has_errors(), "{:#?}", done.diagnostics);
    let files = done.artifacts.iter();
    files
        .map(|(p, a)| (p.to_string(), a.text.clone()))
        .collect()
}

fn single() -> String {
    SMALL.replace("layout: per-region", "layout: single")
}

/// The labels of a file's blocks of a kind.
fn labels(text: &str, kind: &str) -> BTreeSet<String> {
    let body: hcl::Body = hcl::from_str(text).expect("HCL");
    let blocks = body.blocks().filter(|b| b.identifier() == kind);
    blocks.map(|b| b.labels()[0].as_str().to_string()).collect()
}

/// The aliases of the provider configurations in a file.
fn aliases(text: &str) -> Vec<String> {
    let body: hcl::Body = hcl::from_str(text).expect("HCL");
    let blocks = body.blocks().filter(|b| b.identifier() == "provider");
    let alias = |b: &hcl::Block| {
        let alias = b.body().attributes().find(|a| a.key() == "alias")?;
        Some(alias.expr().to_string().trim_matches('"').to_string())
    };
    blocks.filter_map(alias).collect()
}

#[test]
fn a_small_system_compiles_in_both_layouts_without_a_word() {
    for text in [SMALL.to_string(), single()] {
        let done = compiled(&text);
        assert!(done.diagnostics.is_empty(), "{:#?}", done.diagnostics);
        assert!(done.artifacts.len() > 100);
    }
}

#[test]
fn a_plan_of_a_region_asks_no_other_region() {
    let tree = tree(SMALL);
    for (region, alias) in [("us-east-1", "us_east_1"), ("us-west-2", "us_west_2")] {
        let provider = &tree[&format!("terraform/regions/{region}/provider.tf")];
        assert_eq!(aliases(provider), [alias]);
    }
}

#[test]
fn every_call_names_a_configuration_that_its_root_has() {
    for tree in [tree(SMALL), tree(&single())] {
        let mains = tree.iter().filter(|(p, _)| {
            p.starts_with("terraform/") && p.ends_with("/main.tf") && !p.contains("/modules/")
        });
        let mut named = 0;
        for (path, text) in mains {
            let known = aliases(&tree[&path.replace("main.tf", "provider.tf")]);
            let values = text.lines().filter_map(|l| l.split_once("= aws."));
            for (_, alias) in values {
                assert!(known.contains(&alias.to_string()), "{path}: {alias}");
                named += 1;
            }
        }
        assert!(named > 20, "{named}");
    }
}

#[test]
fn what_the_links_take_the_regions_give_and_the_deployment_carries() {
    let tree = tree(SMALL);
    let taken = labels(&tree["terraform/links/variables.tf"], "variable");
    let ids: Vec<_> = taken.iter().filter(|n| n.starts_with("network_")).collect();
    assert_eq!(ids.len(), 4, "{taken:?}");
    let script = &tree["scripts/deploy-all-regions.sh"];
    for id in ids {
        let region = if id.contains("us_east_1") {
            "us-east-1"
        } else {
            "us-west-2"
        };
        let outputs = &tree[&format!("terraform/regions/{region}/outputs.tf")];
        assert!(labels(outputs, "output").contains(id), "{id}");
        let line = format!("carry terraform/links {id} terraform/regions/{region}\n");
        assert!(script.contains(&line), "{line}{script}");
    }
    let links = script.find("apply terraform/links\n").expect("links");
    let last = script.rfind("apply terraform/regions/").expect("regions");
    assert!(last < links, "links come after the regions");
}

#[test]
fn one_root_needs_nothing_carried() {
    let tree = tree(&single());
    let variables = labels(&tree["terraform/variables.tf"], "variable");
    assert!(variables.iter().all(|v| !v.starts_with("network_")));
    assert!(!tree["scripts/deploy-all-regions.sh"].contains("carry "));
}

#[test]
fn every_root_has_a_state_of_its_own() {
    let tree = tree(SMALL);
    let backends = tree.iter().filter(|(p, _)| p.ends_with("/backend.tf"));
    let keys: Vec<&str> = backends
        .flat_map(|(_, text)| text.lines().filter(|l| l.trim_start().starts_with("key ")))
        .collect();
    let different: BTreeSet<_> = keys.iter().collect();
    assert_eq!(keys.len(), 4);
    assert_eq!(different.len(), 4, "{keys:?}");
}

/// The region of the bucket that holds state.
fn state_of(regions: &str) -> String {
    let text = format!(
        "version: 1\nname: shop\nclouds: {{ aws: {{ account: \"123456789012\" }} }}\nterraform: {{ layout: single, state_bucket: shop-tfstate }}\nregions: {{ {regions} }}\nservices: {{ web: {{ image: shop/web, replicas: 2..4 }} }}\n"
    );
    let tree = tree(&text);
    let backend = &tree["terraform/backend.tf"];
    let line = backend.lines().find(|l| l.trim().starts_with("region "));
    line.and_then(|l| l.split('"').nth(1))
        .expect("a region")
        .to_string()
}

#[test]
fn state_lies_outside_of_the_regions_under_the_same_law() {
    let ohio = state_of("us-east-1: { role: primary }, us-west-2: {}");
    assert_eq!(ohio, "us-east-2");
    let europe = state_of("eu-west-1: { role: primary }, eu-central-1: {}");
    let place = meridian::catalog::find(meridian::spec::Provider::Aws, &europe).unwrap();
    assert!(meridian::catalog::EEA.contains(&place.country), "{europe}");
    assert!(!["eu-west-1", "eu-central-1"].contains(&europe.as_str()));
}

#[test]
fn a_named_region_of_state_is_kept_whatever_regions_are_added() {
    let text = SMALL.replace(
        "state_bucket: shop-prod-tfstate",
        "state_bucket: shop-prod-tfstate, state_region: ca-central-1",
    );
    let tree = tree(&text);
    assert!(tree["terraform/global/backend.tf"].contains("= \"ca-central-1\""));
    assert_eq!(
        aliases(&tree["terraform/global/provider.tf"]),
        ["us_east_1", "us_west_2", "ca_central_1"]
    );
}

#[test]
fn state_of_two_laws_stays_in_the_region_that_takes_over() {
    let kept = state_of("us-east-1: { role: primary }, eu-west-1: {}");
    assert_eq!(kept, "eu-west-1");
}

#[test]
fn a_region_pulls_images_from_its_own_registry() {
    let tree = tree(SMALL);
    for region in ["us-east-1", "us-west-2"] {
        let values = &tree[&format!("helm/values-{region}.yaml")];
        let own = format!("repository: 123456789012.dkr.ecr.{region}.amazonaws.com/shop/web");
        assert!(values.contains(&own), "{values}");
    }
}

#[test]
fn every_service_acts_as_a_role_that_terraform_makes() {
    let tree = tree(SMALL);
    for (region, code) in [("us-east-1", "use1"), ("us-west-2", "usw2")] {
        let values = &tree[&format!("helm/values-{region}.yaml")];
        let main = &tree[&format!("terraform/regions/{region}/main.tf")];
        for service in ["web", "orders"] {
            let role = format!("shop-{service}-{code}");
            let annotation =
                format!("eks.amazonaws.com/role-arn: arn:aws:iam::123456789012:role/{role}");
            assert!(values.contains(&annotation), "{values}");
            assert!(main.contains(&format!("\"{role}\"")), "{role}");
        }
    }
}

#[test]
fn a_lock_is_refused_while_somebody_holds_it() {
    let tree = tree(SMALL);
    let script = &tree["scripts/lib.sh"];
    assert!(script.contains("put-object --bucket 123456789012-shop-records"));
    assert!(script.contains("--if-none-match '*' --region us-east-2"));
}

#[test]
fn isolated_regions_have_no_links() {
    let text = format!("{SMALL}\nnetwork: {{ isolated: [us-west-2] }}\n");
    let done = compiled(&text);
    assert!(!done.diagnostics.has_errors(), "{:#?}", done.diagnostics);
    assert!(done.artifacts.get("terraform/links/main.tf").is_none());
}

#[test]
fn other_partitions_are_refused() {
    let text = SMALL.replace("us-west-2", "us-gov-west-1");
    let done = compiled(&text);
    let codes: Vec<_> = done.diagnostics.iter().map(|d| d.code.id).collect();
    assert!(codes.contains(&"PRV101"), "{codes:?}");
}

const LOCKED: &str = "
datastores:
  orders: { engine: postgres, backup: { every: 1d, keep: 90d, point_in_time: 7d, copies_to: [us-west-2], immutable: true } }
  items: { engine: dynamodb, regions: [us-east-1], backup: { every: 12h, keep: 35d, immutable: true } }
";

#[test]
fn immutable_backups_go_into_locked_vaults_and_to_the_named_regions() {
    let tree = tree(&format!("{SMALL}{LOCKED}"));
    let east = &tree["terraform/regions/us-east-1/main.tf"];
    for part in [
        "source = \"../../modules/backup\"",
        "arn:aws:rds:us-east-1:${var.account_id}:db:shop-orders-us-east-1",
        "arn:aws:backup:us-west-2:${var.account_id}:backup-vault:shop-us-west-2",
        "= \"cron(15 */12 * * ? *)\"",
        "max_days = 90",
        "min_days = 35",
    ] {
        assert!(east.contains(part), "{part}\n{east}");
    }
    let script = &tree["scripts/restore-from-backup.sh"];
    assert!(script.contains("--backup-vault-name shop-us-west-2 --region us-west-2"));
}

const EDEN: &str = include_str!("../../examples/eden/topology.yaml");

#[test]
fn redis_enterprise_has_a_majority_and_room_for_each_node() {
    let nodes = "nodes: { us-east-1: 3, us-west-2: 3 }";
    let refused = [
        EDEN.replace(nodes, "nodes: { us-east-1: 3, us-west-2: 4 }"),
        EDEN.replace(nodes, "nodes: { us-east-1: 1, us-west-2: 3 }"),
        EDEN.replace("size: 8Gi", "size: 20Gi"),
    ];
    for text in refused {
        assert_ne!(text, EDEN);
        let done = compiled(&text);
        let errors = done.diagnostics.iter();
        let errors: Vec<_> = errors.filter(|d| d.code.id == "PRV101").collect();
        assert!(!errors.is_empty(), "{:#?}", done.diagnostics);
    }
    // More nodes bear more, and the cluster has a machine for each.
    let root = "terraform/regions/us-east-1/main.tf";
    let least = |text: &str| -> u64 {
        let tree = tree(text);
        let own = tree[root].split("module \"eks_us_east_1\"").nth(1).unwrap();
        let own = own.split("min = ").nth(1).unwrap();
        own.split_whitespace().next().unwrap().parse().unwrap()
    };
    let five = EDEN.replace(nodes, "nodes: { us-east-1: 5, us-west-2: 5 }");
    let five = five.replace("size: 8Gi", "size: 12Gi");
    assert_eq!(least(&five), least(EDEN) + 2);
}

/// The modules make a parameter group of each major version; a command that names another one
/// fails while a copy comes into service. Broken by the instance's own name, as it was.
#[test]
fn commands_name_the_parameter_groups_of_the_modules() {
    let mut found = 0;
    for (name, files) in crate::support::golden_trees() {
        let scripts = files
            .iter()
            .filter(|(path, _)| path.starts_with("scripts/"));
        for (path, text) in scripts {
            let text = unrolled(text);
            for rest in text.split("parameter-group-name ").skip(1) {
                let group = rest.split_whitespace().next().unwrap_or_default();
                let major = group.rsplit('-').next().unwrap_or_default();
                let numbered = !major.is_empty() && major.chars().all(|c| c.is_ascii_digit());
                assert!(numbered && major.len() < 3, "{name} {path}: {group}");
                found += 1;
            }
        }
    }
    assert!(found > 10, "{found}");
}
