//! Object storage on Cloud Storage: where buckets are, what follows the datasets, and what is refused.

use crate::cloud_sql::{fixture, text};
use crate::engines::{compiled, spec};

/// What a dataset says of its copies, its tier and its end is in the rules of the buckets. Shown by
/// leaving out `left_out` or `lifecycle::arguments`.
#[test]
fn replication_and_lifecycle_follow_the_dataset() {
    let done = compiled(&fixture());
    let links = text(&done, "terraform/links/main.tf");
    let jobs = links.split("module \"copies_of_buckets\"").nth(1).unwrap();
    assert!(jobs.contains("leaves_out = [\"covers/\"]"), "{jobs}");
    assert_eq!(jobs.matches("sink ").count(), 1, "only the writer sends");
    let root = text(&done, "terraform/regions/us-west1/main.tf");
    let bucket = root
        .split("module \"bucket_images_us_west1\"")
        .nth(1)
        .unwrap();
    for rule in [
        "old_version_days = 30",
        "class      = \"COLDLINE\"",
        "prefixes   = [\"analytics/\"]",
        "class      = \"NEARLINE\"",
        "after_days = 365",
    ] {
        assert!(bucket.contains(rule), "{rule} in {bucket}");
    }
    // What stays where it was written has no copy after the loss of that region.
    let budget = text(&done, "RECOVERY_BUDGET.md");
    assert!(budget.contains("covers"), "{budget}");
}

/// One bucket in two regions: turbo replication is what the recovery point is, and every region
/// uses the one bucket.
#[test]
fn a_dual_region_is_one_bucket_within_15_minutes() {
    let done = compiled(&fixture());
    let global = text(&done, "terraform/global/main.tf");
    let bucket = global.split("module \"bucket_assets\"").nth(1).unwrap();
    let bucket = bucket.split("\n}").next().unwrap();
    for said in [
        "location   = \"NAM4\"",
        "turbo      = true",
        "locations/nam4/",
    ] {
        assert!(bucket.contains(said), "{said} in {bucket}");
    }
    for region in ["us-east1", "us-west1"] {
        let values = text(&done, &format!("helm/values-{region}.yaml"));
        assert!(
            values.contains("ASSETS_BUCKET: shop-prod-shop-assets\n"),
            "{region}"
        );
    }
    let budget = text(&done, "RECOVERY_BUDGET.md");
    assert!(budget.contains("turbo replication"), "{budget}");
    // A multi-region of the same country has no turbo replication, and lacks twelve hours.
    let wider = compiled(&fixture().replace("location: nam4", "location: us"));
    let global = text(&wider, "terraform/global/main.tf");
    assert!(!global.contains("turbo "), "{global}");
    let late = wider
        .diagnostics
        .iter()
        .any(|d| d.code.id == "RPO202" && d.message.contains("assets"));
    assert!(late, "{:#?}", wider.diagnostics);
}

/// Each with what is offered instead.
#[test]
fn what_cloud_storage_cannot_be_is_refused_with_what_there_is() {
    for (written, instead, offered) in [
        (
            "mode: async, lag: { warn: 10m",
            "mode: active-active, conflicts: last-write-wins, loss_accepted: true, arbiter: operator, lag: { warn: 10m",
            "`location`",
        ),
        ("location: nam4", "location: nam9", "`eur4`"),
        (
            "replication: { mode: none, lag: { critical: 15m } }",
            "replication: { mode: async, lag: { critical: 15m } }",
            "`location`",
        ),
        ("tier: cold", "tier: lukewarm", "`warm`"),
        (
            "nearline: { after: 30d }",
            "glacier: { after: 30d }",
            "`archive`",
        ),
        (
            "collections: [analytics/], tier: cold",
            "tier: cold",
            "`collections`",
        ),
        (
            "backup: { keep: 30d }",
            "backup: { every: 1d, keep: 30d }",
            "versions",
        ),
    ] {
        let spec = fixture();
        assert!(spec.contains(written), "{written}");
        let done = compiled(&spec.replacen(written, instead, 1));
        let all = done.diagnostics.iter();
        let refused: Vec<_> = all.filter(|d| d.code.id == "PRV101").collect();
        assert_eq!(refused.len(), 1, "{instead}: {:#?}", done.diagnostics);
        let help = refused[0].help.as_deref().unwrap_or_default();
        assert!(help.contains(offered), "{instead}: {help}");
    }
}

/// A dataset that stays cannot be kept out of a copy that knows no prefix of it.
#[test]
fn a_dataset_that_stays_needs_prefixes() {
    let one = spec("gcp", "object-storage", "async");
    let done = compiled(&one.replace("holds: [internal]", "holds: [internal], copies: origin"));
    let found = done.diagnostics.iter().any(|d| d.code.id == "REP102");
    assert!(found, "{:#?}", done.diagnostics);
}
