//! Images are kept near the regions that start from them. Artifact Registry has the multi-regions us,
//! europe and asia, and copies no image between registries (docs.cloud.google.com/artifact-registry,
//! locations, 2026-11).

use crate::support::{Case, spec, spec_after};
use meridian::lock::print;

fn shop(regions: &str) -> String {
    format!(
        "version: 1\nname: shop\nclouds: {{ gcp: {{ project: shop-prod }} }}\nregions: {{ {regions} }}\n\
         objectives: {{ region: {{ rto: 10m }} }}\n\
         services: {{ web: {{ image: shop/web }} }}\ntraffic: {{ shop.example.com: {{ to: web }} }}\n"
    )
}

fn locations(case: &Case) -> Vec<String> {
    let part = &case.done.deployment.as_ref().unwrap().clouds;
    let registries = part.values().flat_map(|c| &c.registries);
    registries
        .map(|r| r.prefix.split("-docker").next().unwrap_or_default().into())
        .collect()
}

#[test]
fn a_continent_has_a_registry_of_its_own() {
    let case = spec(&shop("us-east1: { role: primary }, europe-west1: {}"));
    assert_eq!(case.errors(), Vec::<&str>::new());
    assert_eq!(locations(&case), ["us", "europe"]);
    assert_eq!(case.call("registry_europe")["location"], "europe");
    let values = case.file("helm/values-europe-west1.yaml");
    assert!(values.contains("repository: europe-docker.pkg.dev/shop-prod/shop/web"));
    assert!(
        !case
            .file("helm/values-us-east1.yaml")
            .contains("docker.pkg.dev")
    );
    let guide = case.file("DEPLOYMENT_GUIDE.md");
    for home in ["us", "europe"] {
        assert!(guide.contains(&format!(
            "docker push {home}-docker.pkg.dev/shop-prod/shop/web:TAG"
        )));
    }
}

/// Canada, Brazil and the Gulf are in no multi-region: the other regions must start without them.
#[test]
fn no_region_starts_from_images_that_are_lost_with_another() {
    for alone in [
        "northamerica-northeast1",
        "southamerica-east1",
        "me-central1",
    ] {
        let case = spec(&shop(&format!(
            "{alone}: {{ role: primary }}, us-east1: {{}}"
        )));
        assert_eq!(locations(&case), [alone, "us"]);
        assert!(case.found("SHF101").is_empty(), "{alone}");
        let needs = &case.done.deployment.as_ref().unwrap().needs;
        assert!(needs.iter().all(|n| n.what != "its image"), "{alone}");
    }
}

/// Images that are pushed already stay where they are: a lock of one registry keeps one.
#[test]
fn a_lock_of_one_registry_keeps_one() {
    let text = shop("me-central1: { role: primary }, us-east1: {}");
    let lock = print(spec(&text).lock());
    let mut lines: Vec<&str> = lock.lines().collect();
    lines.retain(|l| !(l.starts_with("region ") && l.contains(" registry = ")));
    let case = spec_after(&text, &(lines.join("\n") + "\n"));
    assert_eq!(locations(&case), ["me-central1"]);
    // Then it is a fate that the regions share, and what starting a replica needs.
    let shared = case.found("SHF101");
    assert!(shared[0].message.contains("image registry"), "{shared:?}");
    let needs = &case.done.deployment.as_ref().unwrap().needs;
    assert!(needs.iter().any(|n| n.what == "its image"));
}

#[test]
fn registries_come_with_regions_and_stay_when_these_leave() {
    let us = shop("us-east1: { role: primary }, us-west1: {}");
    let both = shop("us-east1: { role: primary }, us-west1: {}, asia-east1: {}");
    let before = spec(&us);
    assert_eq!(locations(&before), ["us"]);
    let grown = spec_after(&both, &print(before.lock()));
    assert_eq!(locations(&grown), ["us", "asia"]);
    let gone = print(grown.lock()) + "region asia-east1 leaving = delete\n";
    let shrunk = spec_after(&us, &gone);
    assert_eq!(locations(&shrunk), ["us", "asia"]);
    // Another primary moves nothing.
    let swapped = shop("us-east1: {}, us-west1: {}, asia-east1: { role: primary }");
    let swapped = spec_after(&swapped, &print(grown.lock()));
    assert_eq!(locations(&swapped), ["us", "asia"]);
}
