//! `tests/cases/closed-world`.

use crate::support::{Case, case, case_with, spec, spec_after, text};
use crate::tables::unrolled;
use meridian::analysis::recovery::verdict::Verdict;
use meridian::lock::print;

const ONE_BUCKET: &str = "state_bucket: shop-state, ";
const TWO_BUCKETS: &str = "state_bucket: { gcp: shop-gcp-state, aws: shop-aws-state }, ";

/// Two clouds, each with a bucket for its state.
fn two_clouds() -> Case {
    let case = case_with("closed-world/two-clouds", &[(ONE_BUCKET, TWO_BUCKETS)]);
    assert_eq!(case.errors(), Vec::<&str>::new());
    case
}

/// The paths of all files whose text holds something.
fn files_with(case: &Case, text: &str) -> Vec<String> {
    let files = case.done.artifacts.iter();
    let with = files.filter(|(_, file)| file.text.contains(text));
    with.map(|(path, _)| path.to_string()).collect()
}

#[test]
fn a_bucket_for_two_clouds_is_asked_for_by_cloud() {
    let case = case("closed-world/two-clouds");
    assert_eq!(case.errors(), ["TFM101"]);
    let help = case.found("TFM101")[0].help.clone().unwrap_or_default();
    assert!(help.contains("state_bucket: { aws: shop-state-aws, gcp: shop-state-gcp }"));
    let elsewhere = "state_bucket: { gcp: shop-gcp-state, azure: shop-azure-state }, ";
    let case = case_with("closed-world/two-clouds", &[(ONE_BUCKET, elsewhere)]);
    assert_eq!(case.errors(), ["TFM101"]);
}

#[test]
fn every_root_keeps_its_state_on_its_own_cloud() {
    let case = two_clouds();
    let states = [
        ("global-gcp", "gcs", "shop-gcp-state", "shop/global\""),
        ("global-aws", "s3", "shop-aws-state", "shop/global/"),
        (
            "regions/us-central1",
            "gcs",
            "shop-gcp-state",
            "shop/regions/us-central1\"",
        ),
        (
            "regions/us-east-1",
            "s3",
            "shop-aws-state",
            "shop/regions/us-east-1/",
        ),
    ];
    for (root, kind, bucket, place) in states {
        let backend = case.file(&format!("terraform/{root}/backend.tf"));
        for wanted in [format!("backend \"{kind}\""), bucket.into(), place.into()] {
            assert!(
                backend.contains(&wanted),
                "{root}: no {wanted} in {backend}"
            );
        }
        let other = if kind == "gcs" {
            "hashicorp/aws"
        } else {
            "hashicorp/google"
        };
        let providers = case.file(&format!("terraform/{root}/provider.tf"));
        assert!(!providers.contains(other), "{root} needs the other cloud");
    }
    let script = case.file("scripts/deploy-all-regions.sh");
    assert!(script.contains("create-bucket --bucket shop-aws-state"));
    assert!(script.contains("gcloud beta services identity create"));
    let guide = case.file("DEPLOYMENT_GUIDE.md");
    for named in [
        "on gcp, `shop-gcp-state`",
        "on aws, `shop-aws-state`",
        "the service agents that keys are granted to, the bucket of Terraform's state",
        "docker push us-docker.pkg.dev/shop-prod/shop/web:TAG",
        "docker push 111122223333.dkr.ecr.us-east-1.amazonaws.com/shop/web:TAG",
    ] {
        assert!(guide.contains(named), "no {named:?} in {guide}");
    }
}

#[test]
fn one_root_for_everything_is_one_for_each_cloud() {
    let edits = [(
        ONE_BUCKET,
        "layout: single, state_bucket: { gcp: a-state, aws: b-state }, ",
    )];
    let case = case_with("closed-world/two-clouds", &edits);
    assert_eq!(case.errors(), Vec::<&str>::new());
    for (cloud, kind) in [("gcp", "gcs"), ("aws", "s3")] {
        let backend = case.file(&format!("terraform/{cloud}/backend.tf"));
        assert!(
            backend.contains(&format!("backend \"{kind}\"")),
            "{backend}"
        );
        let main = case.file(&format!("terraform/{cloud}/main.tf"));
        assert!(
            main.contains(&format!("source = \"../modules/{cloud}/")),
            "{main}"
        );
    }
}

#[test]
fn a_region_pulls_images_from_its_own_cloud() {
    let case = two_clouds();
    let image = |region: &str| {
        let own = case.file(&format!("helm/values-{region}.yaml"));
        let values = case.file("helm/values.yaml");
        let line = |text: &str| {
            let mut lines = text.lines().filter(|l| l.contains("repository:"));
            lines.next().map(|l| l.trim().to_string())
        };
        line(own).or(line(values)).unwrap_or_default()
    };
    assert_eq!(
        image("us-central1"),
        "repository: us-docker.pkg.dev/shop-prod/shop/web"
    );
    let ecr = "repository: 111122223333.dkr.ecr.us-east-1.amazonaws.com/shop/web";
    assert_eq!(image("us-east-1"), ecr);
}

#[test]
fn a_failover_takes_the_lock_of_every_cloud() {
    let case = two_clouds();
    let lib = case.file("scripts/lib.sh");
    for taken in [
        "--if-generation-match=0",
        "--if-none-match",
        "${WITHOUT_LOCK:-} == \"${cloud}\"",
        "gs://shop-prod-shop-evidence/records/",
        "s3://111122223333-shop-records/records/",
    ] {
        assert!(lib.contains(taken), "no {taken} in {lib}");
    }
}

#[test]
fn the_bill_is_that_of_the_cloud() {
    let billed = "objectives: { availability: 99.9%, rto: 15m, rpo: 1h }";
    let cost = format!("{billed}\ncost: {{ billing_export: true }}");
    let edits = [(ONE_BUCKET, TWO_BUCKETS), (billed, cost.as_str())];
    let case = case_with("closed-world/two-clouds", &edits);
    let report = case.file("scripts/cost-report.sh");
    assert!(report.contains("bq query") && report.contains("aws ce get-cost-and-usage"));
    let page = case.file("COST_ANALYSIS.md");
    assert!(page.contains("BigQuery") && page.contains("AWS keeps the bill"));
}

#[test]
fn what_is_alike_on_two_clouds_is_watched_once() {
    let case = two_clouds();
    let rules = case.file("alerts/prometheus/rules.yaml");
    let mut names: Vec<&str> = rules.lines().filter(|l| l.contains("- alert:")).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    assert!(all > 0);
}

#[test]
fn what_would_have_to_cross_between_clouds_is_refused() {
    let regions = "regions: { us-central1: { cloud: gcp, role: primary }, us-east-1: { cloud: aws, role: secondary } }";
    let head = "version: 1\nname: shop\nclouds: { gcp: { project: shop-prod }, aws: { account: \"111122223333\" } }";
    let services =
        |more: &str| format!("services: {{ web: {{ image: shop/web, replicas: 2..4{more} }} }}");
    let cases = [
        (
            services(", uses: [main]"),
            "datastores: { main: { engine: postgres } }",
        ),
        (
            services(", uses: [main]"),
            "datastores: { main: { engine: postgres, regions: [us-east-1] } }",
        ),
        (services(""), "mesh: { kind: istio }"),
        (services(""), "queues: { work: { engine: pubsub } }"),
        (services(""), "traffic: { shop.example.com: { to: web } }"),
    ];
    for (services, more) in cases {
        let text = format!("{head}\n{regions}\n{services}\n{more}\n");
        let case = spec(&text);
        let said = case.found("PRV101");
        let clouds = said.iter().any(|d| {
            let both = d.message.contains("gcp and aws") || d.message.contains("is not there");
            both && d.help.is_some()
        });
        assert!(clouds, "{more}: {said:#?}");
    }
    // Either cloud would make the zone of the other's host.
    let hosts = "version: 1\nname: shop\nclouds: { gcp: { project: shop-prod }, aws: { account: \"111122223333\" } }\nregions: { us-central1: { cloud: gcp, role: primary }, us-east-1: { cloud: aws, role: secondary } }\nservices: { a: { image: shop/a, regions: [us-central1] }, b: { image: shop/b, regions: [us-east-1] } }\ntraffic: { a.example.com: { to: a }, b.example.com: { to: b } }\n";
    let zones = spec(hosts);
    assert!(
        zones
            .found("PRV101")
            .iter()
            .any(|d| d.message.contains("zone `example.com`")),
        "{:?}",
        zones.codes()
    );
    let apart = hosts.replace("b.example.com", "b.aws.example.com");
    let apart = spec(&apart);
    assert_eq!(apart.errors(), Vec::<&str>::new());
    for cloud in ["gcp", "aws"] {
        let outputs = apart.file(&format!("terraform/global-{cloud}/outputs.tf"));
        assert_eq!(outputs.matches("_name_servers\" {").count(), 1, "{outputs}");
    }
    let text = format!("{head}\n{regions}\n{}\n", services(""))
        .replace(
            "aws: { account",
            "b: { provider: gcp, project: x }, aws: { account",
        )
        .replace("us-east-1: { cloud: aws", "us-east1: { cloud: b");
    let second = spec(&text);
    assert!(
        second
            .found("PRV101")
            .iter()
            .any(|d| d.message.contains("second account"))
    );
}

#[test]
fn a_store_on_one_cloud_is_no_concern_of_the_other() {
    let mut text = text("closed-world/two-clouds");
    text = text.replace(ONE_BUCKET, TWO_BUCKETS).replace("services:\n", "services:\n  orders: { image: shop/orders, replicas: 2, regions: [us-east-1], uses: [main] }\n");
    // No promise: that the store has no copy elsewhere is another finding.
    text = text.replace(
        "objectives: { availability: 99.9%, rto: 15m, rpo: 1h }\n",
        "",
    );
    text += "datastores:\n  main: { engine: postgres, regions: [us-east-1], replication: { mode: none }, backup: { every: 1d } }\n";
    let case = spec(&text);
    assert_eq!(case.errors(), Vec::<&str>::new());
    let named = files_with(&case, "postgres");
    assert!(!named.is_empty());
    let foreign = |p: &&String| p.contains("global-gcp") || p.contains("us-central1");
    assert_eq!(named.iter().find(foreign), None);
    let foreign = files_with(&case, "shop/orders");
    assert!(
        !foreign.iter().any(|p| p.contains("us-central1")),
        "{foreign:?}"
    );
}

#[test]
fn a_queue_on_aws_is_refused_and_what_it_carries_is_followed_all_the_same() {
    for queue in ["closed-world/q-sqs", "closed-world/q-pubsub"] {
        let case = case(queue);
        assert_eq!(case.errors(), ["PRV101"], "{queue}");
        let help = case.found("PRV101")[0].help.clone().unwrap_or_default();
        assert!(help.contains("external"), "{help}");
    }
    let edits = [
        ("keep: 7d", "keep: 7d, carries: [people]"),
        (
            "regions: { us-east-1: { role: primary, weight: 100 }, us-west-2: { role: secondary, weight: 0 } }",
            "regions: { eu-west-1: { role: primary, weight: 100, zone: eu }, us-west-2: { role: secondary, weight: 0 } }\ncompliance: { zones: { eu: { regimes: [gdpr], jurisdictions: [eea] } } }\ndatastores: { main: { engine: postgres, regions: [eu-west-1], replication: { mode: none }, datasets: { people: { holds: [personal], zone: eu } } } }",
        ),
        ("w: { image: a/b,", "w: { image: a/b, uses: [main],"),
    ];
    let case = case_with("closed-world/q-sqs", &edits);
    let analysis = case.done.analysis.as_ref().expect("an analysis");
    let people = &analysis.flow.datasets[0];
    let mut stops = people.stops.iter().filter(|s| s.name.contains("orders"));
    assert_eq!(stops.next().map(|s| s.site.as_str()), Some("eu-west-1"));
}

#[test]
fn what_keda_refuses_is_refused_where_it_is_written() {
    let case_of = |name: &str| case(&format!("closed-world/{name}"));
    assert_eq!(case_of("keda-no-trigger").errors(), ["RUN104"]);
    assert_eq!(case_of("min-zero").errors(), ["RUN105", "RUN105"]);
    let by_requests = [("scale_on: { cpu: 70% }", "scale_on: { requests: 10/s }")];
    let case = case_with("closed-world/min-zero", &by_requests);
    assert_eq!(case.errors(), ["RUN105", "RUN105"]);
    let one = [("0..10", "1..10")];
    let cured = case_with("closed-world/min-zero", &one);
    assert_eq!(cured.errors(), Vec::<&str>::new());
    let by_queue = [
        (
            "scale_on: { cpu: 70% }",
            "scale_on: { queues: { work: 100 } }",
        ),
        ("traffic:", "queues: { work: { engine: pubsub } }\ntraffic:"),
    ];
    let woken = case_with("closed-world/min-zero", &by_queue);
    assert_eq!(woken.errors(), Vec::<&str>::new());
    let emitted = woken.file("kubernetes/us-east1/keda-hpa.yaml");
    assert!(emitted.contains("minReplicaCount: 0"));
    assert!(!emitted.contains("triggers: []"));
}

#[test]
fn a_pilot_light_that_nothing_lights_is_no_recovery() {
    let pilot = case("closed-world/pilot-light");
    assert!(pilot.errors().contains(&"RUN105"), "{:?}", pilot.codes());
    let (_, at_worst, _) = pilot
        .rto("service web", "region:us-east-1")
        .expect("a budget");
    assert_eq!(at_worst, None);
    let never = pilot.found("RTO201");
    let why = format!("{never:?}");
    assert!(why.contains("nothing starts one"), "{why}");
}

#[test]
fn names_of_modules_and_collectors_are_closed_lists() {
    let case = case("closed-world/typo-module-and-collectors");
    let all = ["OBS101", "OBS101", "SPEC104", "TFM102", "TFM103"];
    assert_eq!(case.errors(), all);
    let cured = [
        ("dashboards: { by: banana }", "dashboards: { by: grafana }"),
        ("no-such-module", "network"),
        ("//pg\", version: \"1.2.3\"", "//pg?ref=v1.2.3\""),
        ("by: pineapple", "by: prometheus"),
        (
            "logs: { by: banana }",
            "logs: { by: banana, external: { run_by: fruit team, at: [{ country: US }] } }",
        ),
    ];
    let case = case_with("closed-world/typo-module-and-collectors", &cured);
    assert_eq!(case.errors(), Vec::<&str>::new());
    let main = case.file("terraform/regions/us-east-1/main.tf");
    assert!(main.contains("source = \"git::https://x/y//m\""), "{main}");
    assert!(!main.contains("version = \"1.2.3\""));
}

#[test]
fn a_module_that_nothing_calls_has_no_effect() {
    let edits = [
        ("no-such-module", "aurora-global"),
        ("dashboards: { by: banana }", "dashboards: {}"),
    ];
    let case = case_with("closed-world/typo-module-and-collectors", &edits);
    let said = case.found("PRV103");
    assert!(
        said.iter().any(|d| d.message.contains("`aurora-global`")),
        "{said:#?}"
    );
}

#[test]
fn a_collector_that_the_cloud_has_not_is_refused() {
    let edits = [
        ("by: pineapple", "by: managed-prometheus"),
        ("logs: { by: banana }", "logs: { by: cloud-logging }"),
        ("dashboards: { by: banana }", "dashboards: {}"),
    ];
    let case = case_with("closed-world/typo-module-and-collectors", &edits);
    assert_eq!(case.found("PRV101").len(), 2);
    let words = [
        (
            "cost: { commitments: { c: { term: 5y, covers: 10% } } }",
            "SPEC104",
        ),
        ("cost: { currency: dollars }", "NAME103"),
        (
            "events: { version: 2, minimum: 1, incompatible: banana }",
            "SPEC104",
        ),
    ];
    for (more, code) in words {
        let text = format!(
            "version: 1\nname: shop\nclouds: {{ gcp: {{ project: shop-prod }} }}\nregions: {{ us-central1: {{ role: primary }} }}\nservices: {{ web: {{ image: shop/web }} }}\n{more}\n"
        );
        assert_eq!(spec(&text).errors(), [code], "{more}");
    }
}

#[test]
fn nobody_but_a_registry_has_a_zone_for_a_top_level_domain() {
    let case = case("closed-world/gcp-apex");
    let main = case.file("terraform/global/main.tf");
    assert!(main.contains("module \"dns_example_com\""), "{main}");
    let domains: Vec<&str> = main
        .lines()
        .filter(|l| l.trim().starts_with("domain "))
        .collect();
    assert_eq!(domains.len(), 1);
    assert!(domains[0].ends_with("\"example.com\""), "{domains:?}");
    for (host, zone) in [
        ("shop.co.uk", "shop.co.uk"),
        ("www.shop.co.uk", "shop.co.uk"),
        ("www.example.com", "example.com"),
        ("a.b.example.com", "b.example.com"),
    ] {
        let case = case_with("closed-world/gcp-apex", &[("example.com", host)]);
        let main = case.file("terraform/global/main.tf");
        let has = main
            .lines()
            .any(|l| l.trim().starts_with("domain ") && l.ends_with(&format!("\"{zone}\"")));
        assert!(has, "{host}: {main}");
    }
}

#[test]
fn a_host_at_the_top_of_its_zone_has_aliases_on_aws() {
    let aws = |regions: &str, hosts: &str| {
        format!(
            "version: 1\nname: shop\nclouds: {{ aws: {{ account: \"111122223333\" }} }}\nregions: {{ us-east-1: {{ role: primary }}{regions} }}\nservices: {{ web: {{ image: shop/web }} }}\ntraffic: {{ example.com: {{ to: web, health: {{ every: 10s }} }}{hosts} }}\n"
        )
    };
    let apex = |case: &Case| case.file("terraform/links/main.tf").contains("  apex ");
    // In one region the load balancer's own alias is the record.
    let one = spec(&aws("", ""));
    assert_eq!(one.errors(), Vec::<&str>::new());
    assert!(
        one.file("terraform/global/main.tf")
            .contains("\"example.com\"")
    );
    let hosts = ", us-east-1.example.com: { to: web, region: us-east-1 }, us-west-2.example.com: { to: web, region: us-west-2 }";
    let text = aws(", us-west-2: {}", hosts);
    let two = spec(&text);
    assert_eq!(two.errors(), Vec::<&str>::new());
    assert!(apex(&two));
    // Below the top of the zone there are CNAMEs.
    let www = text.replace("{ example.com:", "{ www.example.com:");
    assert!(!apex(&spec(&www)));
    // Nothing else can be set of an alias, and it leads to nothing in another zone.
    for (from, to) in [
        ("every: 10s }", "every: 10s }, ttl: 20s"),
        ("us-west-2.example.com", "us-west-2.example.org"),
    ] {
        assert_eq!(spec(&text.replace(from, to)).errors(), ["AWS114"], "{to}");
    }
}

/// A zone that was delegated for one host alone has the host's own name: which one it is, only the
/// team knows, and what is applied does not move.
#[test]
fn the_domain_of_a_zone_is_asked_for() {
    let text = |of_zone: &str| {
        let hosts: String = ["", "us-east-1.", "us-west-2."]
            .iter()
            .map(|at| {
                let region = match at.strip_suffix('.') {
                    Some(region) => format!(", region: {region}"),
                    None => ", health: { every: 10s }".into(),
                };
                format!("  {at}shop.example.com: {{ to: web{region}{of_zone} }}\n")
            })
            .collect();
        format!(
            "version: 1\nname: shop\nclouds: {{ aws: {{ account: \"111122223333\" }} }}\nregions: {{ us-east-1: {{ role: primary }}, us-west-2: {{}} }}\nservices: {{ web: {{ image: shop/web }} }}\ntraffic:\n{hosts}"
        )
    };
    let apex = |case: &Case| case.file("terraform/links/main.tf").contains("  apex ");
    let delegated = ", dns_zone: Z0123456789ABCDEFGHIJ, domain: shop.example.com";
    let case = spec(&text(delegated));
    assert_eq!(case.errors(), Vec::<&str>::new());
    assert!(apex(&case));
    let links = case.file("terraform/links/main.tf");
    assert!(links.contains("\"shop.example.com\"") && !links.contains("\"example.com\""));
    // A new zone of that name, too.
    let own = spec(&text(", domain: shop.example.com"));
    assert!(apex(&own));
    let global = own.file("terraform/global/main.tf");
    assert!(global.contains("module \"dns_shop_example_com\""));
    // Not asked for, it is what follows the first label, and stays so once it is applied.
    let before = spec(&text(""));
    assert!(!apex(&before));
    let after = spec_after(&text(delegated), &print(before.lock()));
    assert_eq!(after.errors(), ["LCK104"; 3]);
    for wrong in ["example.org", "com", "op.example.com"] {
        let case = spec(&text(&format!(", domain: {wrong}")));
        assert_eq!(case.errors(), ["TRF106"; 3], "{wrong}");
    }
}

/// The region that is lost, and the one beside it, of the case on a cloud.
const OTHERS: [(&str, &str, &str); 2] = [
    ("closed-world/external-gcp", "us-central1", "us-east1"),
    ("closed-world/external-aws", "us-east-1", "us-west-2"),
];

#[test]
fn what_others_run_compiles_on_both_clouds_and_counts() {
    for (name, primary, other) in OTHERS {
        let case = case(name);
        assert_eq!(case.errors(), Vec::<&str>::new(), "{name}");
        let scenario = format!("region:{primary}");
        // The facts of the store count: of its promotion, and of its lag.
        let (_, copy) = case.rpo("orders", &scenario).expect("a loss");
        assert_eq!(copy.as_deref(), Some("what data-platform keeps"));
        let analysis = case.done.analysis.as_ref().expect("an analysis");
        let loss = analysis.recovery.losses.iter().find(|l| {
            l.remaining
                .first()
                .is_some_and(|r| r.lacks.high == Some(10_000))
        });
        assert!(
            loss.is_some_and(|l| l.verdict == Verdict::MetIf),
            "{loss:?}"
        );
        let budget = case.file("RECOVERY_BUDGET.md");
        assert!(
            budget.contains("| promote | orders | 0s .. 40s | measured |"),
            "{budget}"
        );
        // Services find it, reach it and read its secret.
        let values = case.file(&format!("helm/values-{other}.yaml"));
        for set in [
            "ORDERS_URL: mongodb+srv://orders.example.com",
            "EVENTS_BROKERS: kafka.example.com:443",
            "PAY_URL: https://pay.example.com",
        ] {
            assert!(values.contains(set), "{name}: no {set} in {values}");
        }
        let policy = case.file(&format!("kubernetes/{other}/network-policy.yaml"));
        assert!(policy.contains("10.200.0.0/16") && policy.contains("port: 27017"));
        assert!(
            case.file("helm/values.yaml")
                .contains("ORDERS_PASSWORD: shop-orders-password")
        );
        // Its signals are read, and its commands are steps.
        let scaler = case.file(&format!("kubernetes/{other}/keda-hpa.yaml"));
        assert!(scaler.contains("kafka_consumergroup_lag"), "{scaler}");
        let rules = case.file("alerts/prometheus/rules.yaml");
        assert!(
            rules.contains("(max(mongodb_mongod_replset_member_replication_lag)) > 300"),
            "{rules}"
        );
        assert!(!rules.contains("ShopOrdersBackupTooOld"));
        let script = unrolled(case.file("scripts/failover-region.sh"));
        assert!(script.contains("mongosh --host orders.example.com --eval 'rs.stepDown()'"));
        // Nothing is made of it.
        assert_eq!(
            files_with(&case, "resource \"mongodbatlas"),
            Vec::<String>::new()
        );
        for root in ["terraform/global", &format!("terraform/regions/{primary}")] {
            let path = format!("{root}/main.tf");
            let main = case
                .done
                .artifacts
                .get(&path)
                .map_or("", |f| f.text.as_str());
            assert!(
                !main.contains("queue_") && !main.contains("mongodb"),
                "{main}"
            );
        }
        let flow = case.file("DATA_FLOW.md");
        assert!(
            flow.contains("| pay, which reads it, | US |") && flow.contains("| events | US |"),
            "{flow}"
        );
        let page = case.file("ARCHITECTURE.md");
        assert!(
            page.contains("| mails | queue: sqs | mail team | US |"),
            "{page}"
        );
    }
}

#[test]
fn what_nobody_has_measured_of_others_is_unproven() {
    for (name, primary, _) in OTHERS {
        let promote = (
            "  stepdown: { of: promote, on: orders,",
            "  stepdown: { of: warm-up, on: web,",
        );
        let lag = (
            "  behind: { of: lag, on: orders,",
            "  behind: { of: clock-skew,",
        );
        let case = case_with(name, &[promote, lag]);
        let scenario = format!("region:{primary}");
        let (_, at_worst, verdict) = case.rto("service web", &scenario).expect("a budget");
        assert_eq!((at_worst, verdict), (None, Verdict::Unproven), "{name}");
        let (verdict, _) = case.rpo("orders", &scenario).expect("a loss");
        assert_eq!(verdict, Verdict::Unproven, "{name}");
    }
}

#[test]
fn data_with_others_leaves_its_zone_like_any_other() {
    for (name, ..) in OTHERS {
        let abroad = [(
            "run_by: streaming\n      at: [{ country: US }]",
            "run_by: streaming\n      at: [{ country: IN }]",
        )];
        let case = case_with(name, &abroad);
        let found = case.done.diagnostics.iter();
        let found: Vec<&str> = found
            .filter(|d| d.message.contains("events in IN"))
            .map(|d| d.code.id)
            .collect();
        assert_eq!(found.len(), 1, "{name}: {:?}", case.codes());
    }
}

#[test]
fn a_kind_of_nobody_is_refused_until_somebody_runs_it() {
    let (name, ..) = OTHERS[0];
    let text = text(name);
    let other = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        spec(&text.replace(from, to))
    };
    // Without `external`, a name that the language has is not generated, and others are unknown.
    let start = text
        .find("    external:\n      run_by: streaming")
        .expect("the queue");
    let end = text[start..].find("    carries: [carts]").expect("its end") + start;
    let ours = format!("{}{}", &text[..start], &text[end..]);
    assert_eq!(spec(&ours).errors(), ["PRV101"]);
    let unknown = ours.replace("engine: kafka", "engine: carrier-pigeon");
    let unknown = spec(&unknown);
    assert_eq!(unknown.errors(), ["SPEC104"]);
    assert!(
        unknown.found("SPEC104")[0]
            .help
            .as_ref()
            .is_some_and(|h| h.contains("external"))
    );
    // With it, any name will do.
    assert_eq!(
        other("engine: kafka", "engine: carrier-pigeon").errors(),
        Vec::<&str>::new()
    );
    // What we would make of it changes nothing, and its words are checked.
    let sized = other("engine: mongodb\n", "engine: mongodb\n    size: 10Gi\n");
    assert!(
        sized
            .found("PRV103")
            .iter()
            .any(|d| d.message.contains("`size` has no effect on `orders`"))
    );
    assert_eq!(
        other("{ replication-lag: max", "{ replication-lagg: max").errors(),
        ["SPEC104"]
    );
    assert_eq!(
        other("{ run: [mongosh,", "{ run: [$SHELL,").errors(),
        ["SPEC104"]
    );
    let unknown_country = other(
        "at: [{ country: US }], settings: { url: \"https://pay",
        "at: [{ country: Germany }], settings: { url: \"https://pay",
    );
    assert!(unknown_country.errors().contains(&"NAME103"));
    let unseen = other(
        "      signals: { queue-backlog: sum(kafka_consumergroup_lag) }\n",
        "",
    );
    assert_eq!(unseen.errors(), ["PRV101"]);
}

#[test]
fn a_host_that_others_route_has_no_balancer_and_its_facts_count() {
    let (name, primary, _) = OTHERS[0];
    let routed = [
        (
            "shop.example.com: { to: web, health: { every: 5s, timeout: 2s } }",
            "shop.example.com: { to: web, external: { run_by: edge team, at: [{ country: US }], commands: { fence: { run: [edge, drain], region: us-central1, budget: 10s } } } }",
        ),
        (
            "facts:\n",
            "facts:\n  moved: { of: redirect, on: shop.example.com, value: 90s, evidence: \"https://drills.example.com/3\", measured: 2026-10-01 }\n",
        ),
    ];
    let case = case_with(name, &routed);
    assert_eq!(case.errors(), Vec::<&str>::new());
    assert_eq!(files_with(&case, "module \"lb_"), Vec::<String>::new());
    let budget = case.file("RECOVERY_BUDGET.md");
    assert!(
        budget.contains("| redirect | shop.example.com | 0s .. 1m30s | measured |"),
        "{budget}"
    );
    let script = unrolled(case.file("scripts/failover-region.sh"));
    let fenced = script
        .split("fence() {")
        .nth(1)
        .and_then(|s| s.split("lag() {").next())
        .unwrap_or_default();
    let part = fenced
        .split(&format!("    {primary})"))
        .nth(1)
        .unwrap_or_default();
    let first = part.lines().find(|l| l.trim_start().starts_with("run "));
    let wanted = "run 10 'Fence shop.example.com, which edge team runs' edge drain";
    assert!(first.is_some_and(|l| l.contains(wanted)), "{fenced}");
}

#[test]
fn texts_that_stand_for_something_are_that() {
    let of = |more: &str| {
        let text = format!(
            "version: 1\nname: shop\nclouds: {{ aws: {{ account: \"111122223333\" }} }}\nregions: {{ us-east-1: {{ role: primary }} }}\nservices: {{ web: {{ image: shop/web, replicas: 2..4, uses: [db] }} }}\n{more}\n"
        );
        spec(&text)
    };
    let store = |more: &str| {
        of(&format!(
            "datastores: {{ db: {{ engine: postgres, {more} }} }}"
        ))
    };
    assert_eq!(
        store("machine: banana, replication: { mode: none }").errors(),
        ["AWS115"]
    );
    assert_eq!(
        store("engine_version: banana, replication: { mode: none }").errors(),
        ["AWS115"]
    );
    assert_eq!(
        store("replication: { mode: none, arbiter: banana }").errors(),
        ["QRM106"]
    );
    let by = store("replication: { mode: none, by: banana }");
    assert!(
        by.codes().contains(&"PRV103") || by.errors() == ["PRV101"],
        "{:?}",
        by.codes()
    );
    let flag = store("replication: { mode: none } } }\nflags: { x: { variable: \"a b\" ");
    assert_eq!(flag.errors(), ["NAME103"]);
}
