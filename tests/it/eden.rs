//! The Eden suite against what its document asks for, row by row: each number of the
//! document stands in what is emitted, where it acts.
#![expect(clippy::disallowed_methods, reason = "tests read files")]

use crate::support::golden;
use crate::tables::unrolled;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const REGIONS: [&str; 2] = ["us-east-1", "us-west-2"];

fn tree(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(name)
        .join("tree")
}

fn eden(path: &str) -> String {
    read("eden", path)
}

fn read(name: &str, path: &str) -> String {
    let full = tree(name).join(path);
    std::fs::read_to_string(&full).unwrap_or_else(|e| panic!("{}: {e}", full.display()))
}

/// Every text stands in the file.
fn holds(path: &str, texts: &[&str]) {
    let file = eden(path);
    // Terraform aligns equals signs; one space is enough to compare.
    let squeezed = file.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in texts {
        assert!(squeezed.contains(text), "{path} lacks `{text}`");
    }
}

#[test]
fn e01_e11_promises_and_exercises() {
    holds("README.md", &["15m", "5m"]);
    holds(
        "RUNBOOK_DR_TESTING.md",
        &[
            "quarterly",
            "--primary us-east-1 --secondary us-west-2",
            "--primary us-west-2 --secondary us-east-1",
        ],
    );
    let east = "eden-postgres-us-east-1";
    holds(
        "scripts/restore-from-backup.sh",
        &[east, "restore-db-instance-to-point-in-time"],
    );
}

#[test]
fn e02_postgres_copies_both_ways() {
    for (own, other) in [("us-east-1", "us-west-2"), ("us-west-2", "us-east-1")] {
        let root = format!("terraform/regions/{own}/main.tf");
        holds(
            &root,
            &[
                "databases = 6 conflict_resolution = \"last_update_wins\"",
                "table = \"replication_conflicts\"",
            ],
        );
        let manifest = format!("kubernetes/{own}/postgres-postgres.yaml");
        holds(
            &manifest,
            &[
                "value: eden_vault eden_flow eden_task eden_hub eden_sync eden_insight",
                &format!("- name: SOURCES value: {other}"),
                &format!("value: postgres.{other}.eden.internal"),
                "- name: BOTH_WAYS value: \"true\"",
                "- name: LOCAL_TABLES value: region_jobs region_locks",
                "forward_origins := '{}'",
            ],
        );
    }
    holds(
        "alerts/prometheus/rules.yaml",
        &[
            "replication_lag_seconds{system=\"eden\",datastore=\"postgres\"}) > 60",
            "sum by (region) (aws_eden_postgres_conflicts_sum) > 10",
        ],
    );
}

#[test]
fn e03_redis_takes_writes_everywhere() {
    let first = "kubernetes/us-east-1/redis-enterprise-redis.yaml";
    holds(
        first,
        &[
            "kind: RedisEnterpriseActiveActiveDatabase",
            "participatingClusters: - name: us-east-1 - name: us-west-2",
        ],
    );
    // It is made once; the other region's operator gets it from there.
    let second = eden("kubernetes/us-west-2/redis-enterprise-redis.yaml");
    assert!(!second.contains("kind: RedisEnterpriseActiveActiveDatabase"));
    holds(
        "alerts/prometheus/rules.yaml",
        &["syncer_type=\"crdt\"}) / 1000 > 0.5", "[10m:1m])) > 5"],
    );
}

#[test]
fn e04_e05_services_in_both_regions_behind_one_host_and_two() {
    let services = [
        "api-gateway",
        "vault-service",
        "hub-service",
        "flow-service",
        "task-service",
        "monitor-service",
        "sync-service",
        "insight-service",
    ];
    for region in REGIONS {
        let values = eden(&format!("helm/values-{region}.yaml"));
        for service in services {
            assert!(
                values.contains(&format!("  {service}:")),
                "{region} lacks {service}"
            );
        }
        let told = format!("EDEN_REGION: {region}");
        assert_eq!(values.matches(&told).count(), services.len());
        assert!(values.contains("CROSS_REGION_SYNC: \"true\""));
        holds(
            &format!("terraform/regions/{region}/main.tf"),
            &[
                &format!("hosts = [\"api.eden.example.com\", \"api.{region}.eden.example.com\"]"),
                "client_limit_per_minute = 6000 region_limit_per_minute = 300000",
            ],
        );
    }
}

#[test]
fn e06_e13_one_policy_on_a_name() {
    holds(
        "terraform/links/main.tf",
        &[
            "policy = \"latency\" next_by_policy = false",
            "interval_seconds = 30 unhealthy_threshold = 3",
        ],
    );
    for region in REGIONS {
        holds(
            &format!("terraform/regions/{region}/main.tf"),
            &[
                "interval_seconds = 30 timeout_seconds = 5 unhealthy_threshold = 3",
                "minimum_healthy_percent = 50",
            ],
        );
    }
    let module = golden("eden")["terraform/modules/route53/main.tf"].clone();
    let resources = module.split("\nresource ").skip(1);
    for resource in resources {
        let kinds = [
            "dynamic \"latency_routing_policy\"",
            "\n  weighted_routing_policy",
        ];
        let used: BTreeSet<_> = kinds.iter().filter(|k| resource.contains(**k)).collect();
        assert_eq!(used.len(), 1, "{resource}");
    }
}

#[test]
fn e07_the_mesh() {
    for region in REGIONS {
        holds(
            &format!("kubernetes/{region}/istio-config.yaml"),
            &[
                "mode: STRICT",
                "timeout: 5s",
                "attempts: 3",
                "perTryTimeout: 1s",
                "consecutive5xxErrors: 5",
                "randomSamplingPercentage: 10",
            ],
        );
    }
}

#[test]
fn e08_what_watches() {
    for (own, other) in [("us-east-1", "us-west-2"), ("us-west-2", "us-east-1")] {
        let of = |chart: &str| format!("observability/{own}/{chart}.yaml");
        holds(
            &of("prometheus"),
            &[
                "retention: 30d",
                &format!("metrics.{other}.eden.internal:9090"),
            ],
        );
        holds(
            &of("elasticsearch"),
            &[
                "type: filebeat",
                "setup.ilm.policy_file: /etc/lifecycle/policy.json",
                r#"\"min_age\":\"14d\""#,
            ],
        );
        holds(&of("jaeger"), &["numberOfDays: 14"]);
        holds(&of("cloudwatch-exporter"), &["eden/postgres"]);
        eden(&format!("alerts/dashboards/{own}.json"));
    }
    eden("alerts/dashboards/overview.json");
}

#[test]
fn e08_e09_people_are_told_by_region() {
    holds(
        "alerts/alertmanager.yaml",
        &[
            "- tell=\"\" - severity=~\"critical|high\" - region=~\"us-west-2\" receiver: west-team",
            "- tell=\"\" - severity=~\"critical|high\" receiver: global-team",
            // Several regions at once are one incident: no message is grouped by region, and
            // the lesser ones wait.
            "group_by: - system - alertname - region group_wait",
            "alertname=\"EdenSeveralRegions\" target_matchers: - severity=~\"warning|low|info\" - region!=\"\" equal: - system receivers",
            "slack_configs",
            "email_configs",
            "pagerduty_configs",
        ],
    );
    holds(
        "alerts/prometheus/rules.yaml",
        &["region!=\"\"}[900s]))) >= 2"],
    );
    let steps = "east-team, with 15m to acknowledge; then global-team, with 30m to acknowledge";
    holds("RUNBOOK_FAILOVER.md", &[steps]);
    // Alertmanager cannot wait for an answer: people are told to make the policies.
    holds("DEPLOYMENT_GUIDE.md", &[&format!("| `east` | {steps} |")]);
    holds("RUNBOOK_ALERTS.md", &["| escalation | east, west |"]);
}

#[test]
fn e09_each_severity_is_one_of_pagerduty_and_what_holds_back_others_exists() {
    let config = eden("alerts/alertmanager.yaml");
    let severity = config.lines().find(|l| l.contains("CommonLabels.severity"));
    for word in ["}}critical{{", "}}error{{", "}}warning{{", "}}info{{"] {
        assert!(severity.expect("severities").contains(word), "{word}");
    }
    let rules = eden("alerts/prometheus/rules.yaml");
    let named = config.lines().filter(|l| l.contains("- alertname="));
    let names: Vec<&str> = named
        .flat_map(|l| l.split('"').nth(1).unwrap().split('|'))
        .collect();
    assert!(names.contains(&"EdenRegionSilent"), "{names:?}");
    for name in names {
        assert!(rules.contains(&format!("- alert: {name}\n")), "{name}");
    }
}

#[test]
fn e10_e14_traffic_moves_in_steps_and_back() {
    holds(
        "scripts/shift-traffic.sh",
        &[
            "readonly STEP=20 EVERY=30 WATCH=60",
            "readonly LIMIT=0.05 COOLDOWN=900",
        ],
    );
    holds(
        "alerts/prometheus/rules.yaml",
        &[
            "destination_service_namespace=\"eden\"}[60s])) > 0.1) > 0.05",
            "destination_service_namespace=\"eden\"}[60s]))) / 1000 > 0.5",
        ],
    );
    holds("scripts/failover-region.sh", &["readonly COOLDOWN=60"]);
    for region in REGIONS {
        holds(
            &format!("terraform/regions/{region}/main.tf"),
            &["minimum_healthy_percent = 50"],
        );
    }
    // A step is not shorter than what resolvers remember.
    holds("terraform/links/main.tf", &["ttl_seconds = 30"]);
}

#[test]
fn e12_the_difference_to_the_system_before_is_the_migration() {
    let before = |path: &str| read("eden-before", path);
    let region = before("terraform/regions/us-west-2/main.tf");
    assert!(region.contains("conflict_resolution = \"apply_remote\""));
    let manifest = before("kubernetes/us-east-1/postgres-postgres.yaml");
    let manifest = manifest.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        manifest.contains("- name: SOURCES value: \"\""),
        "the primary follows nobody"
    );
    let links = before("terraform/links/main.tf");
    assert!(
        links.contains("policy         = \"failover\"") && links.contains("elasticache-global")
    );
    assert!(
        !tree("eden-before")
            .join("scripts/shift-traffic.sh")
            .exists()
    );
    // What holds data keeps its name, so that nothing is replaced.
    for region in REGIONS {
        let path = format!("terraform/regions/{region}/main.tf");
        let name = format!("\"eden-postgres-{region}\"");
        let call = format!("module \"postgres_postgres_{}\"", region.replace('-', "_"));
        for text in [before(&path), eden(&path)] {
            assert!(text.contains(&name) && text.contains(&call), "{path}");
        }
    }
}

#[test]
fn e15_e16_e17_what_cannot_be_is_said() {
    let spec = include_str!("../../examples/eden/topology.yaml");
    // Each trap has its comment at its cure.
    for text in [
        "lose the earlier of two concurrent writes",
        "Two regions have no majority",
        "Either region alone carries the peak",
        "One Route 53 name has one policy",
        "take 3.5 minutes of the 15",
    ] {
        assert!(spec.contains(text), "{text}");
    }
    holds(
        "ARCHITECTURE.md",
        &[
            "PostgreSQL on RDS, copied both ways by pglogical",
            "Redis Enterprise on the clusters",
        ],
    );
}

#[test]
fn every_step_of_leaving_a_region_says_what_to_expect() {
    for (name, page) in [
        ("eden", "RUNBOOK_FAILOVER.md"),
        ("eden-before", "RUNBOOK_FAILOVER.md"),
        ("aws-engines", "RUNBOOK_FAILOVER.md"),
    ] {
        let text = read(name, page);
        let expected = text.lines().filter(|l| l.starts_with("Expect"));
        let expected: Vec<&str> = expected.collect();
        assert!(expected.len() >= 4, "{name}: {expected:?}");
        for line in expected {
            assert!(!line.starts_with("Expect: ."), "{name}: {line}");
        }
    }
}

#[test]
fn a_region_that_is_gone_is_not_asked_whether_it_serves() {
    let script = unrolled(&eden("scripts/failover-region.sh"));
    let verify = script.split("verify() {").nth(1).expect("a function");
    let verify = verify.split("\n}").next().expect("its end");
    for line in verify.lines().filter(|l| l.contains("look ")) {
        let pinned = REGIONS.iter().find(|r| line.contains(&format!("api.{r}.")));
        if let Some(region) = pinned {
            let guard = format!("[[ ${{FROM}} == {region} ]] || look");
            assert!(line.contains(&guard), "{line}");
        }
    }
}

#[test]
fn what_is_restored_lets_the_services_in() {
    let page = read("aws-engines", "scripts/restore-from-backup.sh");
    let page = page + &eden("scripts/restore-from-backup.sh");
    let restores = page.lines().filter(|l| l.trim().starts_with("run 900"));
    let mut with_a_group = 0;
    for line in restores {
        let network = ["aws rds restore", "aws elasticache create"];
        if network.iter().any(|n| line.contains(n)) {
            assert!(line.contains("security-group"), "{line}");
            with_a_group += 1;
        }
    }
    assert!(with_a_group >= 6, "{with_a_group}");
}

#[test]
fn a_page_shows_all_regions_of_a_store_and_the_one_of_a_host() {
    holds(
        "ARCHITECTURE.md",
        &[
            "| postgres | postgres | us-east-1; us-west-2 | active-active |",
            "| api.us-west-2.eden.example.com | us-west-2 alone |",
        ],
    );
}

#[test]
fn the_history_of_a_lost_region_comes_back_in_the_other() {
    let from = "--source-db-instance-automated-backups-arn";
    for (lost, kept) in [("us-east-1", "us-west-2"), ("us-west-2", "us-east-1")] {
        let script = eden("scripts/restore-from-backup.sh");
        let of = format!("  eden-postgres-{lost}-in-{kept})");
        let own = script.split(&of).nth(2).expect("a store of that name");
        let own = own.split(";;").next().expect("its end");
        assert!(own.contains(from), "{own}");
        assert!(
            own.contains(&format!("eden-postgres-{kept}-postgres")),
            "{own}"
        );
    }
}
