//! What Terraform needs so that an apply works in a real account: on the emitted text, each with
//! what the product says and the day on which it was read.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::support::{Case, example, root, spec};
use crate::tables::unrolled;

fn module(path: &str) -> String {
    std::fs::read_to_string(root().join("templates/terraform").join(path)).unwrap()
}

fn everything(case: &Case) -> String {
    let files = case.done.artifacts.iter();
    files.map(|(_, file)| file.text.as_str()).collect()
}

/// `google_project_service` asks Service Usage, `google_project_iam_member` the Resource Manager:
/// off in a new project, and `SERVICE_DISABLED` until they are on (documentation of both APIs,
/// 2026-11). So a command switches them on before the first plan.
#[test]
fn the_bootstrap_switches_on_what_terraform_itself_asks() {
    for name in ["ggen", "paynow", "minimal", "covergen"] {
        let case = example(name);
        let script = case.file("scripts/deploy-all-regions.sh");
        for api in ["cloudresourcemanager", "serviceusage"] {
            assert!(
                script.contains(&format!("{api}.googleapis.com")),
                "{name}: {api}"
            );
        }
    }
}

/// An organization that shares within its domains refuses the member `allUsers`
/// (cloud.google.com/run/docs/authenticating/public, 2026-11); the check of callers is switched off
/// instead.
#[test]
fn a_public_service_has_no_member_that_an_organization_may_refuse() {
    let case = example("minimal");
    let files = everything(&case);
    assert!(!files.contains("= \"allUsers\""));
    assert!(
        files.contains("public = true") || files.contains("public               = true") || {
            let line = files
                .lines()
                .find(|l| l.trim_start().starts_with("public "))
                .unwrap_or_default();
            line.trim_end().ends_with("= true")
        }
    );
    assert!(module("gcp/cloud-run/main.tf").contains("invoker_iam_disabled = var.public"));
}

/// With a person's credentials the API of budgets wants to know which project counts
/// (provider 7.45.0, google_billing_budget, 2026-11).
#[test]
fn a_budget_says_which_project_counts() {
    let case = example("ggen");
    let files = case.done.artifacts.iter();
    let mut roots = files.filter(|(path, _)| path.ends_with("provider.tf"));
    assert!(roots.any(
        |(_, file)| file.text.contains("user_project_override = true")
            && file.text.contains("billing_project")
    ));
}

/// PromQL refuses a log-based metric whose type of resource is not named
/// (cloud.google.com/monitoring/promql/promql-mapping, 2026-11).
#[test]
fn alerts_on_log_based_metrics_name_their_type_of_resource() {
    let files = everything(&example("ggen"));
    let lines = files
        .lines()
        .filter(|l| l.contains("logging_googleapis_com:user_"));
    let mut seen = 0;
    for line in lines {
        seen += 1;
        assert!(line.contains("monitored_resource="), "{line}");
    }
    assert!(seen > 0);
    assert!(files.contains("resource.type=\\\"cloudkms_cryptokey\\\""));
}

/// Objects with a retention or a legal hold are not replicated, and nobody is told, unless the role
/// may read these (docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html, 2026-11).
/// The lock itself is switched on in place: `object_lock_enabled` would replace the bucket.
#[test]
fn locked_objects_are_replicated() {
    let text = module("aws/s3-replication/main.tf");
    for right in ["s3:GetObjectLegalHold", "s3:GetObjectRetention"] {
        assert!(text.contains(right), "{right}");
    }
    assert!(!module("aws/s3-bucket/main.tf").contains("object_lock_enabled"));
}

/// ACM proves a host by one record in every region of an account
/// (docs.aws.amazon.com/acm/latest/userguide/dns-validation.html, 2026-11). A region that owned it would
/// take it along when it leaves, and the certificates of the others would no longer be renewed.
#[test]
fn one_state_owns_what_proves_a_host() {
    assert!(!module("aws/alb/main.tf").contains("resource_record_value"));
    let case = example("eden");
    let hosts = case.call("certificate_proofs")["hosts"]
        .as_object()
        .unwrap()
        .clone();
    let all = &case.done.topology.as_ref().unwrap().hosts;
    assert!(!all.is_empty());
    for host in all {
        assert!(hosts.contains_key(&host.name), "{}", host.name);
    }
    let owners = case.done.artifacts.iter().filter(|(path, file)| {
        path.ends_with("/main.tf")
            && !path.contains("/modules/")
            && file.text.contains("/certificate-proofs\"")
    });
    let owners: Vec<&str> = owners.map(|(path, _)| path).collect();
    assert_eq!(owners, ["terraform/global/main.tf"]);
}

/// Anybody can send a user agent; a refused health check loses the region, and its checkers have many ranges, which
/// change (docs.aws.amazon.com/Route53/latest/DeveloperGuide/route-53-ip-addresses.html); and rules on bodies refuse
/// uploads over 8 KB and forms that name Java classes (docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html,
/// read 2026-11-28). Fails with a list of ranges in the tree, and without the word of the topology.
#[test]
fn the_firewall_lets_health_checks_pass_and_counts_bodies_first() {
    let text = module("aws/waf/main.tf");
    assert!(!text.contains("user-agent"));
    assert!(text.contains("ip_set_reference_statement"));
    assert!(text.contains("services = [\"route53_healthchecks\"]"));
    for rule in [
        "SizeRestrictions_BODY",
        "JavaDeserializationRCE_BODY",
        "Log4JRCE_BODY",
    ] {
        assert!(text.contains(&format!("\"{rule}\"")), "{rule}");
    }
    assert!(!everything(&example("eden")).contains("15.177."));
    let blocks = |name: &str, edit: (&str, &str)| {
        let text = std::fs::read_to_string(root().join(name)).unwrap();
        assert!(text.contains(edit.0), "{name}");
        let case = spec(&text.replacen(edit.0, edit.1, 1));
        let roots = case.done.artifacts.iter();
        let roots =
            roots.filter(|(path, _)| path.ends_with("/main.tf") && !path.contains("/modules/"));
        let roots: String = roots.map(|(_, file)| file.text.as_str()).collect();
        let says = |line: &str| {
            roots
                .lines()
                .any(|l| l.split_whitespace().collect::<String>() == line)
        };
        says("body_rules_block=true") || says("block_bodies=true")
    };
    let ggen = "examples/ggen/topology.yaml";
    let limit = "protect: { rate_limit: 1000/s,";
    let both = "protect: { block_bodies: true, rate_limit: 1000/s,";
    assert!(!blocks(ggen, (limit, limit)));
    assert!(blocks(ggen, (limit, both)));
    let eden = "examples/eden/topology.yaml";
    let limit = "protect: { rate_limit: 100/s,";
    let both = "protect: { block_bodies: true, rate_limit: 100/s,";
    assert!(!blocks(eden, (limit, limit)));
    assert!(blocks(eden, (limit, both)));
}

/// Cloud Armor takes the first rule that matches, and a rule ten ranges; uptime checks come from the addresses of a list
/// (docs.cloud.google.com/armor/docs/create-security-policy-rules, cloud.google.com/monitoring/uptime-checks/using-uptime-checks,
/// read 2026-11-28). Fails where a probe meets a limit or a blocked country first: `terraform test` of both
/// modules counts the rules.
#[test]
fn uptime_checks_pass_before_all_that_refuses() {
    for name in ["load-balancer", "load-balancer-regional"] {
        let text = module(&format!("gcp/{name}/main.tf"));
        let at = |words: &str| {
            text.find(words)
                .unwrap_or_else(|| panic!("{name}: {words}"))
        };
        assert!(text.contains("data \"google_monitoring_uptime_check_ips\" \"this\" {}"));
        assert!(at("priority    = 500 +") < at("priority    = 1000"));
        assert!(text.contains("preview     = !var.block_bodies"));
    }
}

/// Probes without a channel tell nobody, and the topology is told so; managed collection reads no annotations, so the page
/// says what else is needed for the metrics of the contract (cloud.google.com/stackdriver/docs/managed-prometheus/setup-managed,
/// read 2026-11-28).
#[test]
fn what_watches_reaches_somebody() {
    let host = "version: 1\nname: shop\nclouds: { gcp: { project: shop-prod } }\nregions: { us-central1: { role: primary } }\nservices: { web: { runtime: cloud-run, image: shop/web } }\ntraffic: { shop.example.com: { to: web } }\n";
    let case = spec(host);
    assert_eq!(case.found("TRF107").len(), 1, "{:?}", case.codes());
    assert!(!everything(&case).contains("-unreachable"));
    let told = format!("{host}channels: {{ oncall: {{ email: oncall@example.com }} }}\n");
    let case = spec(&told);
    assert!(case.found("TRF107").is_empty());
    assert!(everything(&case).contains("shop-example-com-unreachable"));
    let page = example("ggen");
    let page = page.file("ARCHITECTURE.md");
    assert!(
        page.contains("A PodMonitoring for what your services export"),
        "{page}"
    );
    assert!(
        !example("paynow")
            .file("ARCHITECTURE.md")
            .contains("PodMonitoring")
    );
}

/// Keys of channels and passwords lie in no state (write-only arguments, Terraform 1.11).
#[test]
fn secrets_lie_in_no_state() {
    let text = module("gcp/monitoring/main.tf");
    for name in [
        "auth_token_wo ",
        "auth_token_wo_version",
        "service_key_wo ",
        "service_key_wo_version",
    ] {
        assert!(text.contains(name), "{name}");
    }
    for name in ["  auth_token ", "  service_key "] {
        assert!(!text.contains(name), "{name}");
    }
    assert!(module("aws/aurora-regional/main.tf").contains("master_password_wo "));
}

/// Five attempts that begin ten seconds apart may be over after forty. They last until whoever
/// takes the messages is promised back, whatever the others promise
/// (docs.cloud.google.com/pubsub/docs/handling-failures, 2026-11).
#[test]
fn attempts_last_as_long_as_their_receiver_may_be_gone() {
    let own = "replicas: 2..10, objectives: { rto: OWN } }\ntraffic";
    let text = PUSHED.replace("replicas: 2..10 }\ntraffic", own);
    let text = text.replace("queues:", "objectives: { rto: 5m }\nqueues:");
    for (own, attempts, apart) in [("2m", 5, 30), ("30m", 5, 450), ("40m", 5, 600)] {
        let case = spec(&text.replace("OWN", own));
        let call = case.call("queue_events");
        assert_eq!(call["max_delivery_attempts"], attempts, "{own}");
        assert_eq!(call["minimum_backoff_seconds"], apart, "{own}");
        assert_eq!(case.found("GCP109").len(), 0, "{own}");
    }
    // Pub/Sub waits ten minutes at most: more attempts are asked for.
    let long = spec(&text.replace("OWN", "2h"));
    assert_eq!(long.found("GCP109").len(), 1);
    let more = text
        .replace("OWN", "2h")
        .replace("/events }", "/events }, dead_letter: { after: 13 }");
    assert_eq!(spec(&more).found("GCP109").len(), 0);
    // The worker of a store's changes takes them, and promises more than the system.
    let ggen = example("ggen");
    let topology = ggen.done.topology.as_ref().unwrap();
    let queue = topology.queues[0].name.replace('-', "_");
    let call = ggen.call(&format!("queue_{queue}"));
    let number = |name: &str| call[name].as_u64().unwrap();
    let worker = topology
        .services
        .iter()
        .find(|s| s.name == "replication-worker");
    let rto = worker
        .unwrap()
        .objectives
        .as_ref()
        .unwrap()
        .rto
        .as_ref()
        .unwrap();
    let last = (number("max_delivery_attempts") - 1) * number("minimum_backoff_seconds");
    assert!(last >= rto.secs(), "{last} s");
}

/// Cloud Run answers 403 to a probe, which is not signed in, where only a queue may call.
#[test]
fn a_probe_of_a_service_that_is_not_public_expects_403() {
    let case = spec(PUSHED);
    let status = |host: &str| case.call(&format!("health_{host}"))["expected_status"].clone();
    assert_eq!(status("worker_shop_example_com"), 403);
    assert_eq!(status("www_shop_example_com"), 200);
    // Whoever asks the backup by hand sees the same.
    let backup = spec(&PUSHED.replace("to: worker, health", "to: worker, backup: true, health"));
    let page = backup.file("RUNBOOK_DNS_FAILOVER.md");
    assert!(page.contains("a curl error with status 403"), "{page}");
}

/// What is set aside can be put back, whether or not a drill does so.
#[test]
fn dead_letters_of_every_queue_can_be_put_back() {
    for case in [spec(PUSHED), example("ggen"), example("paynow")] {
        assert!(
            case.file("RUNBOOK_DEAD_LETTERS.md")
                .contains("replay-dead-letters.sh")
        );
        let queue = &case.done.topology.as_ref().unwrap().queues[0].name;
        let script = case.file("scripts/replay-dead-letters.sh");
        assert!(script.contains(&format!("{queue}-dead-letter")), "{queue}");
    }
}

const PUSHED: &str = r#"
version: 1
name: shop
clouds: { gcp: { project: shop-prod, project_number: "123456789012" } }
regions: { us-central1: { role: primary }, us-east1: { role: secondary } }
queues: { events: { engine: pubsub, push: { to: worker, path: /events } } }
services:
  web: { runtime: cloud-run, image: shop/web, publishes: [events], replicas: 2..10 }
  worker: { runtime: cloud-run, image: shop/worker, replicas: 2..10 }
traffic: { www.shop.example.com: { to: web, health: { path: /ready } }, worker.shop.example.com: { to: worker, health: { path: /ready } } }
"#;

/// A region's own address goes with the region: the host of the receiver is pushed to.
#[test]
fn pushes_outlive_the_primary() {
    let case = spec(PUSHED);
    let push = &case.call("queue_events")["push"];
    assert_eq!(push["endpoint"], "https://worker.shop.example.com/events");
}

/// Another partition has accounts, endpoints and ARNs of its own: refused by name.
#[test]
fn other_partitions_are_refused() {
    for (region, other) in [
        ("us-gov-west-1", "us-gov-east-1"),
        ("cn-north-1", "cn-northwest-1"),
    ] {
        let text = format!(
            "version: 1\nname: shop\nclouds: {{ aws: {{ account: \"123456789012\" }} }}\n\
             regions: {{ {region}: {{ role: primary }}, {other}: {{ role: secondary }} }}\n\
             services: {{ web: {{ image: shop/web, replicas: 2..4 }} }}\n"
        );
        let case = spec(&text);
        assert!(!case.errors().is_empty(), "{region}");
        let refused = case
            .found("PRV101")
            .iter()
            .any(|d| d.message.contains(region));
        let unknown = case.errors().contains(&"REG101") || case.errors().contains(&"REG102");
        assert!(refused || unknown, "{region}: {:?}", case.errors());
    }
}

/// A check without a policy tells nobody.
#[test]
fn every_uptime_check_has_an_alert() {
    for name in ["ggen", "paynow", "minimal", "covergen"] {
        let case = example(name);
        let files = case.done.artifacts.iter();
        let mains: String = files
            .filter(|(p, _)| p.ends_with("main.tf") && !p.contains("/modules/"))
            .map(|(_, f)| f.text.as_str())
            .collect();
        if !mains.contains("modules/monitoring\"") {
            continue;
        }
        let hosts = &case.done.topology.as_ref().unwrap().hosts;
        assert!(!hosts.is_empty());
        for host in hosts {
            let key = format!("{}-unreachable", host.name.replace('.', "-"));
            assert!(mains.contains(&key), "{name}: {key}");
        }
    }
}

const ENGINES_OF_AWS: &str = include_str!("../fixtures/aws-engines.yaml");

/// Without a group of users everybody who reaches the port is in; a token in the state is no better.
/// Roles sign in from Redis 7.0 on (docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html,
/// 2026-11). Fails without the call of the users, their right, or what the services are told.
#[test]
fn services_sign_in_to_a_cache_by_their_roles() {
    let case = spec(ENGINES_OF_AWS);
    for region in ["us_east_1", "us_west_2"] {
        assert_eq!(
            case.call(&format!("cache_users_sessions_{region}"))["name"],
            "shop-sessions"
        );
        let group = &case.call(&format!("cache_sessions_{region}"))["user_group_id"];
        assert!(!group.is_null(), "{region}");
    }
    let roles = case.file("terraform/regions/us-west-2/main.tf");
    // Its own, and the region that writes.
    for region in ["us-east-1", "us-west-2"] {
        let user = format!("arn:aws:elasticache:{region}:123456789012:user:shop-sessions");
        assert!(roles.contains(&user), "{user}");
    }
    assert!(roles.contains("elasticache:Connect"));
    let told = case.file("helm/values-us-west-2.yaml");
    for setting in [
        "SESSIONS_USER: shop-sessions",
        "SESSIONS_CACHE: shop-sessions-us-west-2",
        "SESSIONS_REGION: us-west-2",
        "SESSIONS_WRITER_CACHE: shop-sessions-us-east-1",
        "SESSIONS_WRITER_REGION: us-east-1",
    ] {
        assert!(told.contains(setting), "{setting}");
    }
    // A promotion tells all that signing in there takes.
    let promote = unrolled(case.file("scripts/failover-region.sh"));
    assert!(promote.contains("SESSIONS_WRITER_CACHE=shop-sessions-us-west-2"));
    // A copy without it would be open, and refuse a client that signs in.
    assert!(
        case.file("scripts/restore-from-backup.sh")
            .contains("--user-group-ids shop-sessions")
    );
    let old = spec(&ENGINES_OF_AWS.replace(
        "    engine: redis\n",
        "    engine: redis\n    engine_version: \"6.2\"\n",
    ));
    assert!(
        old.found("PRV101")
            .iter()
            .any(|d| d.message.contains("sign in by role"))
    );
}

/// Groups in a global one ignore their own nodes and shards (registry.terraform.io, provider 5.100.0,
/// aws_elasticache_replication_group: `global_replication_group_id` conflicts with them, 2026-11): a
/// change must be given to the frame, or it reaches nothing.
#[test]
fn a_global_cache_grows_by_its_frame() {
    let case = spec(&ENGINES_OF_AWS.replace(
        "machine: cache.r7g.large\n    nodes: 2",
        "machine: cache.r7g.xlarge\n    nodes: 3",
    ));
    let frame = case.call("cache_sessions");
    assert_eq!(frame["node_type"], "cache.r7g.xlarge");
    assert_eq!(frame["shards"], 3);
    let text = module("aws/elasticache-global/main.tf");
    for argument in [
        "cache_node_type ",
        "num_node_groups ",
        "automatic_failover_enabled ",
    ] {
        assert!(text.contains(argument), "{argument}");
    }
}

/// Each copy that the page makes comes into service, out of it and away by a command: services of
/// all regions that used the original are told of it and told back.
#[test]
fn what_the_page_restores_comes_into_service_and_back() {
    let case = spec(ENGINES_OF_AWS);
    let page = case.file("RUNBOOK_RESTORE.md");
    let script = unrolled(case.file("scripts/switch-store.sh"));
    for (subject, told) in [
        ("shop-orders-us-east-1", "ORDERS_HOST="),
        ("shop-sessions-us-west-2", "SESSIONS_WRITER_HOST="),
        ("shop-carts-us-east-1", "CARTS_TABLE="),
    ] {
        for way in ["--to", "--back-from", "--delete"] {
            let command = format!("switch-store.sh --datastore {subject} {way} NEW_NAME --apply");
            assert!(page.contains(&command), "{command}");
        }
        let part = script
            .split(&format!("if [[ ${{DATASTORE}} == {subject} ]]"))
            .nth(1);
        let part = part.unwrap().split("\nfi\n").next().unwrap();
        let (to, rest) = part.split_once("back-from)").unwrap();
        let (back, delete) = rest.split_once("delete)").unwrap();
        for (way, text) in [("to", to), ("back", back)] {
            for region in ["us-east-1", "us-west-2"] {
                let each = text.matches(told).count();
                assert!(each >= 4, "{subject} {way}: {each} of {told}");
                assert!(
                    text.contains(&format!("--context shop-{region}")),
                    "{subject} {way} {region}"
                );
            }
        }
        assert!(delete.contains("delete-"), "{subject}");
    }
    // A table is copied into the other regions before their services are told of it.
    let carts = script
        .split("if [[ ${DATASTORE} == shop-carts-us-east-1 ]]")
        .nth(1)
        .unwrap();
    let at = |part: &str| carts.find(part).unwrap_or_else(|| panic!("no {part}"));
    assert!(at("Create={RegionName=us-west-2") < at("put-role-policy"));
    assert!(at("put-role-policy") < at("rollout status"));
}

/// What an account or a project has only one of: made here, it overwrites what others made, and
/// destroyed here, it is gone for them (registry.terraform.io: google 7.45.0 and aws 5.100.0, the pages
/// of these types, 2026-11). Each that a module makes is behind a word of `existing`.
const SINGLETONS: &[(&str, &str)] = &[
    ("aws_api_gateway_account", ""),
    ("aws_backup_global_settings", ""),
    ("aws_backup_region_settings", ""),
    ("aws_config_configuration_recorder", ""),
    ("aws_ebs_default_kms_key", ""),
    ("aws_ebs_encryption_by_default", ""),
    ("aws_ecr_registry_policy", ""),
    ("aws_ecr_registry_scanning_configuration", ""),
    ("aws_ecr_replication_configuration", "registry-replication"),
    ("aws_guardduty_detector", ""),
    ("aws_iam_account_alias", ""),
    ("aws_iam_account_password_policy", ""),
    ("aws_iam_service_linked_role", ""),
    ("aws_inspector2_enabler", ""),
    ("aws_s3_account_public_access_block", ""),
    ("aws_securityhub_account", ""),
    ("aws_ssm_service_setting", ""),
    ("aws_xray_encryption_config", ""),
    ("google_app_engine_application", ""),
    ("google_compute_project_default_network_tier", ""),
    ("google_compute_project_metadata", ""),
    ("google_gke_hub_feature", "mesh"),
    ("google_logging_project_settings", ""),
    ("google_project_iam_audit_config", "secret-audit"),
    ("google_project_iam_binding", ""),
    ("google_project_iam_policy", ""),
    ("google_scc_project_custom_module", ""),
];

#[test]
fn what_an_account_has_once_is_behind_a_word() {
    let mut texts = String::new();
    for cloud in ["aws", "gcp"] {
        let modules = std::fs::read_dir(root().join("templates/terraform").join(cloud)).unwrap();
        for folder in modules {
            texts += &std::fs::read_to_string(folder.unwrap().path().join("main.tf")).unwrap();
        }
    }
    for (kind, word) in SINGLETONS {
        let made = texts.contains(&format!("resource \"{kind}\""));
        assert_eq!(made, !word.is_empty(), "{kind}");
    }
}

/// Fails without the argument, the call that stays away, or the finding of a word that names nothing.
#[test]
fn what_others_made_is_used_and_not_made() {
    let ggen = std::fs::read_to_string(root().join("examples/ggen/topology.yaml")).unwrap();
    let with = |word: &str| {
        let account = format!("  gcp:\n    existing: [{word}]\n");
        spec(&ggen.replacen("  gcp:\n", &account, 1))
    };
    let case = with("mesh, secret-audit");
    assert!(case.errors().is_empty(), "{:?}", case.errors());
    assert_eq!(case.call("mesh")["make_feature"], false);
    assert_eq!(case.call("secrets")["audited"], false);
    assert!(case.found("PRV103").is_empty());
    let other = with("registry-replication");
    assert!(
        other
            .found("PRV103")
            .iter()
            .any(|d| d.message.contains("registry-replication"))
    );
    let eden = std::fs::read_to_string(root().join("examples/eden/topology.yaml")).unwrap();
    let own = spec(&eden);
    assert!(everything(&own).contains("/ecr-replication\""));
    let account = "    existing: [registry-replication]\n    account: ";
    let given = spec(&eden.replacen("    account: ", account, 1));
    let roots = given
        .done
        .artifacts
        .iter()
        .filter(|(path, _)| path.ends_with("main.tf"));
    let mut roots = roots.map(|(_, file)| file.text.as_str());
    assert!(!roots.any(|text| text.contains("/ecr-replication\"")));
    assert!(everything(&given).contains("is owned elsewhere"));
}

/// The managed control plane reads no remote secrets: the fleet tells each cluster of the others
/// (docs.cloud.google.com/service-mesh, modernization-configuration-updates, 2026-11).
#[test]
fn clusters_of_a_managed_mesh_are_told_of_each_other_by_the_fleet() {
    let secrets = |name: &str| {
        let case = example(name);
        let guide = case.file("DEPLOYMENT_GUIDE.md");
        guide.matches("istioctl create-remote-secret").count()
    };
    assert_eq!(secrets("ggen"), 0);
    assert_eq!(secrets("eden"), 2);
}
