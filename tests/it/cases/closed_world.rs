//! `tests/cases/closed-world`.

use crate::support::{Case, case, case_with, root, spec};

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
        "${WITHOUT_LOCK:-} == gcp",
        "${WITHOUT_LOCK:-} == aws",
        "gs://shop-prod-shop-evidence/records/",
        "s3://111122223333-shop-records/records/",
    ] {
        assert!(lib.contains(taken), "no {taken} in {lib}");
    }
}

#[test]
fn the_bill_and_the_fence_are_those_of_the_cloud() {
    let billed = "objectives: { availability: 99.9%, rto: 15m, rpo: 1h }";
    let cost = format!("{billed}\ncost: {{ billing_export: true }}");
    let edits = [(ONE_BUCKET, TWO_BUCKETS), (billed, cost.as_str())];
    let case = case_with("closed-world/two-clouds", &edits);
    let report = case.file("scripts/cost-report.sh");
    assert!(report.contains("bq query") && report.contains("aws ce get-cost-and-usage"));
    let page = case.file("COST_ANALYSIS.md");
    assert!(page.contains("BigQuery") && page.contains("AWS keeps the bill"));
    let deployment = case.done.deployment.as_ref().expect("a deployment");
    let fences: Vec<&str> = deployment.clouds.values().map(|c| c.fenced).collect();
    assert_eq!(fences.len(), 2);
    assert_ne!(fences[0], fences[1]);
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
    let mut text = std::fs::read_to_string(root().join("tests/cases/closed-world/two-clouds.yaml"))
        .expect("the case");
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
        ("cost: { currency: dollars }", "SPEC104"),
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
    // Route 53 answers a host at the top of its zone with no CNAME.
    let aws = "version: 1\nname: shop\nclouds: { aws: { account: \"111122223333\" } }\nregions: { us-east-1: { role: primary } }\nservices: { web: { image: shop/web } }\ntraffic: { example.com: { to: web, routing: route53 } }\n";
    assert_eq!(spec(aws).errors(), ["AWS114"]);
}
