//! The exact output of every example, from YAML and from KDL.
//!
//! `GOLDEN=overwrite cargo test golden` rewrites them; review the difference like
//! code.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::support::{LISTED, MODULES, Tree, hash, read_tree, root};
use meridian::cli::load;
use meridian::diagnostic::Severity;
use meridian::syntax::Limits;
use meridian::{Compilation, Until, compile, spec};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

fn examples() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(root().join("examples"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.join("topology.yaml").exists())
        .collect();
    all.sort();
    all
}

fn compiled(path: &Path) -> Compilation {
    let loaded = load::load(path, &Limits::default());
    let today = spec::Date {
        year: 2026,
        month: 11,
        day: 21,
    };
    compile(
        loaded.document.as_ref(),
        loaded.lock.as_ref(),
        "topology.yaml",
        loaded.diagnostics,
        Until::Emitted,
        Some(today),
    )
}

fn tree(done: &Compilation) -> Tree {
    let files = done.artifacts.iter();
    files
        .map(|(p, a)| (p.to_string(), a.text.clone()))
        .collect()
}

/// Every example, compiled once, by its folder.
static DONE: LazyLock<BTreeMap<PathBuf, Compilation>> = LazyLock::new(|| {
    let each = examples().into_iter();
    each.map(|example| {
        let done = compiled(&example.join("topology.yaml"));
        (example, done)
    })
    .collect()
});

fn example(name: &str) -> &'static Compilation {
    &DONE[&root().join("examples").join(name)]
}

/// What stands on disk of a tree: every file, but of the copies of our modules only their hashes,
/// in the form that `sha256sum` checks. `tests/conformance/lay-out` makes the whole tree of it.
struct Kept {
    files: Tree,
    modules: String,
}

impl Kept {
    fn of(done: &Compilation) -> Self {
        let all = tree(done).into_iter();
        let (modules, files): (Tree, Tree) = all.partition(|(p, _)| p.starts_with(MODULES));
        let modules = modules
            .iter()
            .map(|(path, text)| format!("{}  {path}\n", hash(text)));
        Self {
            files,
            modules: modules.collect(),
        }
    }

    fn read(folder: &Path) -> Self {
        Self {
            files: read_tree(&folder.join("tree")),
            modules: fs::read_to_string(folder.join(LISTED)).unwrap_or_default(),
        }
    }

    fn write(&self, folder: &Path) {
        let _ = fs::remove_dir_all(folder.join("tree"));
        for (path, text) in &self.files {
            let full = folder.join("tree").join(path);
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(full, text).unwrap();
        }
        fs::write(folder.join(LISTED), &self.modules).unwrap();
    }

    /// Everything that differs, as one patch.
    fn patch(&self, other: &Self) -> String {
        let mut paths: BTreeSet<&String> = self.files.keys().collect();
        paths.extend(other.files.keys());
        let text = |kept: &Self, path: &String| kept.files.get(path).cloned().unwrap_or_default();
        let mut patch = one_patch(LISTED, &self.modules, &other.modules);
        for path in paths {
            patch += &one_patch(path, &text(self, path), &text(other, path));
        }
        patch
    }
}

fn one_patch(path: &str, old: &str, new: &str) -> String {
    let diff = similar::TextDiff::from_lines(old, new);
    diff.unified_diff().header(path, path).to_string()
}

/// Examples compiled another way as well: name, example, text, and what it becomes.
const VARIANTS: [(&str, &str, &str, &str); 2] = [
    (
        "ggen-per-region",
        "ggen",
        "layout: single",
        "layout: per-region",
    ),
    (
        "eden-single",
        "eden",
        "layout: per-region",
        "layout: single",
    ),
];

/// Systems that are no examples: what they use has to be seen by real tools too.
const FIXTURES: [&str; 3] = ["aws-engines", "gcp-cache", "gcp-data"];

fn variant(example: &str, from: &str, to: &str) -> Compilation {
    let path = root().join("examples").join(example).join("topology.yaml");
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{from}");
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("topology.yaml");
    fs::write(&other, text.replace(from, to)).unwrap();
    // A system of its own: its state is where it is.
    let lock = fs::read_to_string(path.with_extension("lock")).unwrap();
    let layout = |line: &&str| line.starts_with("cloud ") && line.contains(" layout = ");
    let lock: Vec<&str> = lock.lines().filter(|l| !layout(l)).collect();
    fs::write(other.with_extension("lock"), lock.join("\n")).unwrap();
    compiled(&other)
}

/// An example may say that something is unproven; it contains no mistake.
fn only_notes(done: &Compilation) -> bool {
    done.diagnostics.worst().is_none_or(|w| w == Severity::Note)
}

fn same_as_golden(name: &str, done: &Compilation) {
    let rewrite = std::env::var("GOLDEN").is_ok_and(|v| v == "overwrite");
    assert!(
        !rewrite || std::env::var("CI").is_err(),
        "CI never rewrites golden files"
    );
    assert!(only_notes(done), "{name}: {:#?}", done.diagnostics);
    let folder = root().join("golden").join(name);
    let actual = Kept::of(done);
    if rewrite {
        actual.write(&folder);
    }
    let patch = Kept::read(&folder).patch(&actual);
    assert!(patch.is_empty(), "{name} is not its golden tree:\n{patch}");
}

#[test]
fn every_example_gives_exactly_its_golden_tree() {
    for example in examples() {
        let name = example.file_name().unwrap().to_string_lossy().to_string();
        same_as_golden(&name, &DONE[&example]);
    }
    for (name, example, from, to) in VARIANTS {
        same_as_golden(name, &variant(example, from, to));
    }
    for name in FIXTURES {
        let path = root().join("tests/fixtures").join(format!("{name}.yaml"));
        same_as_golden(name, &compiled(&path));
    }
}

/// What Eden is migrated from: the difference between the two trees is the migration.
#[test]
fn eden_before_gives_exactly_its_golden_tree() {
    let done = compiled(&root().join("examples/eden/before.yaml"));
    same_as_golden("eden-before", &done);
}

/// The files that the ggen marketplace's own document names.
#[test]
fn ggen_has_every_file_that_its_document_names() {
    let modules = [
        "firestore-regional",
        "firestore-replication",
        "redis-regional",
        "redis-replication",
        "load-balancer",
        "health-checks",
        "kms-regional",
        "backup-restore",
        "monitoring",
        "istio-traffic",
    ];
    let mut wanted: Vec<String> = [
        "README.md",
        "ARCHITECTURE.md",
        "DEPLOYMENT_GUIDE.md",
        "RUNBOOK_FAILOVER.md",
        "RUNBOOK_RESTORE.md",
        "RUNBOOK_DR_TESTING.md",
        "COST_ANALYSIS.md",
        "terraform/main.tf",
        "terraform/variables.tf",
        "terraform/outputs.tf",
        "terraform/provider.tf",
        "terraform/terraform.tfvars.example",
        "scripts/deploy-all-regions.sh",
        "scripts/failover-region.sh",
        "scripts/promote-region.sh",
        "scripts/restore-from-backup.sh",
        "scripts/dr-test.sh",
        "scripts/cost-report.sh",
    ]
    .map(String::from)
    .to_vec();
    for module in modules {
        for file in ["main", "variables", "outputs"] {
            wanted.push(format!("terraform/modules/{module}/{file}.tf"));
        }
    }
    for region in ["us-central1", "us-east1", "europe-west1"] {
        wanted.push(format!("helm/values-{region}.yaml"));
        wanted.push(format!("kubernetes/{region}/keda-hpa.yaml"));
        wanted.push(format!("kubernetes/{region}/istio-config.yaml"));
    }
    let done = example("ggen");
    for path in wanted {
        assert!(done.artifacts.get(&path).is_some(), "{path} is not emitted");
    }
}

/// What the PayNow design asks for, each in the file where it has to be.
const IN_PAYNOW: [(&str, &str); 38] = [
    (
        "terraform/regions/us-central1/main.tf",
        "\"siraj-webhook-us\"",
    ),
    (
        "terraform/regions/us-central1/main.tf",
        "\"siraj-worker-us\"",
    ),
    (
        "terraform/regions/europe-west1/main.tf",
        "\"siraj-webhook-eu\"",
    ),
    (
        "terraform/regions/europe-west1/main.tf",
        "\"siraj-worker-eu\"",
    ),
    ("terraform/regions/europe-west1/main.tf", "\"webhook-eu-sa@"),
    (
        "terraform/regions/europe-west1/main.tf",
        "EVENT_SCHEMA_MIN_COMPATIBLE = \"2\"",
    ),
    (
        "terraform/regions/europe-west1/main.tf",
        "MULTI_REGION_ENABLED        = \"true\"",
    ),
    (
        "terraform/regions/europe-west1/main.tf",
        "\"paynow-hash-salt-europe-west1\"",
    ),
    (
        "terraform/regions/us-central1/main.tf",
        "[\"https://worker.siraj.life\"]",
    ),
    ("terraform/global/main.tf", "\"hooks.siraj.life\""),
    (
        "terraform/global/main.tf",
        "cors_origins        = [\"https://dashboard.paynow.example\"]",
    ),
    ("terraform/global/main.tf", "region_limit = {"),
    (
        "terraform/global/main.tf",
        "\"https://worker.siraj.life/events\"",
    ),
    (
        "terraform/global/main.tf",
        "ordered                       = true",
    ),
    ("terraform/global/main.tf", "webhookEvents = \"expireAt\""),
    ("terraform/global/main.tf", "hash-salt-europe-west1 = {"),
    ("terraform/global/main.tf", "failover = {"),
    (
        "terraform/global/main.tf",
        "location_id              = \"nam5\"",
    ),
    (
        "terraform/global/main.tf",
        "[\"https://dashboard.paynow.example\"]",
    ),
    // Cloud Run stands in no network, and pays for no NAT.
    ("terraform/global/main.tf", "regions    = {}"),
    ("terraform/global/outputs.tf", "dns_siraj_life_name_servers"),
    (
        "terraform/modules/load-balancer/main.tf",
        "allow_headers = [\"Authorization\", \"Content-Type\"]",
    ),
    ("alerts/prometheus/rules.yaml", "PaynowRegionSilent"),
    ("alerts/prometheus/rules.yaml", "PaynowLatencySkewWebhook"),
    (
        "alerts/prometheus/rules.yaml",
        "location=\"us-central1\"}[5m]))) > 2\n    for: 900s",
    ),
    (
        "alerts/prometheus/rules.yaml",
        "topic_id=\"webhook-events-dead-letter\"}[5m])) > 10",
    ),
    ("alerts/prometheus/rules.yaml", "[10m])) > 60) > 0.001"),
    ("alerts/prometheus/rules.yaml", "PaynowSchemaDrops"),
    (
        "alerts/prometheus/rules.yaml",
        "PaynowWorkerAtMostInstances",
    ),
    (
        "RUNBOOK_ALERTS.md",
        "[replay the messages](RUNBOOK_DEAD_LETTERS.md)",
    ),
    (
        "RUNBOOK_FAILOVER.md",
        "The clock starts with the page: PaynowRegionDown pages oncall 25s .. 41s after the loss",
    ),
    (
        "scripts/dr-test.sh",
        "region-failure/us-central1/europe-west1) printf '%s' region-failover",
    ),
    (
        "scripts/dr-test.sh",
        "dead-letters/webhook-events) printf '%s' dead-letter-replay",
    ),
    (
        "scripts/dr-test.sh",
        "rollback/multi-region) printf '%s' configuration-rollback",
    ),
    ("alerts/dashboards/webhook-events.json", "_by_region"),
    ("RUNBOOK_DNS_FAILOVER.md", "switch-dns.sh"),
    ("RUNBOOK_ROLLBACK.md", "Gradual rollback"),
    ("EVENT_MIGRATION.md", "### Step 3"),
];

#[test]
fn paynow_has_what_its_document_asks_for_and_no_cluster() {
    let tree = tree(&compiled(&root().join("examples/paynow/topology.yaml")));
    for (path, text) in IN_PAYNOW {
        assert!(tree[path].contains(text), "{path} lacks {text}");
    }
    let cluster = |p: &&String| p.starts_with("helm/") || p.starts_with("kubernetes/");
    assert_eq!(tree.keys().find(cluster), None);
    for (path, text) in &tree {
        assert!(!text.contains("kubectl --context"), "{path}");
    }
}

#[test]
fn kdl_twins_give_the_same_bytes() {
    for example in examples() {
        let yaml = &DONE[&example];
        let kdl = compiled(&example.join("topology.kdl"));
        assert!(only_notes(&kdl), "{example:?}: {:#?}", kdl.diagnostics);
        assert_eq!(tree(yaml), tree(&kdl), "{example:?}");
    }
}

#[test]
fn output_has_only_line_feeds_and_one_final_newline() {
    for done in DONE.values() {
        for (path, text) in tree(done) {
            assert!(!text.contains('\r'), "{path}");
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{path}");
        }
    }
}

#[test]
fn every_generated_file_says_that_it_is_generated() {
    for done in DONE.values() {
        for (path, text) in tree(done) {
            let first: String = text.lines().take(3).collect();
            // JSON has no comments; the manifest covers it.
            assert!(
                path.ends_with(".json")
                    || first
                        .contains("Code generated by meridian from topology.yaml. DO NOT EDIT."),
                "{path}"
            );
        }
    }
}

/// The files that change when one text of the ggen example is replaced.
fn changed(from: &str, to: &str) -> Vec<String> {
    let before = tree(example("ggen"));
    let done = variant("ggen", from, to);
    assert!(!done.diagnostics.has_errors(), "{:#?}", done.diagnostics);
    let after = tree(&done);
    let paths = before.keys().chain(after.keys());
    let mut differ: Vec<String> = paths
        .filter(|p| before.get(*p) != after.get(*p))
        .cloned()
        .collect();
    differ.sort();
    differ.dedup();
    differ
}

#[test]
fn one_number_changes_exactly_what_depends_on_it() {
    let cases: [(&str, &str, &[&str]); 5] = [
        // How often the load balancer looks: the check itself, the probes from outside that
        // keep up with it, the alerts on them and their tests, and the clock of the runbook.
        (
            "health: { path: /health, every: 5s",
            "health: { path: /health, every: 4s",
            &[
                "ARCHITECTURE.md",
                "RECOVERY_BUDGET.md",
                "RUNBOOK_ALERTS.md",
                "RUNBOOK_DR_TESTING.md",
                "RUNBOOK_FAILOVER.md",
                "alerts/dashboards/overview.json",
                "alerts/prometheus/rules.yaml",
                "alerts/prometheus/rules_test.yaml",
                "alerts/prometheus/slow_rules_test.yaml",
                "scripts/dr-test.sh",
                "terraform/main.tf",
            ],
        ),
        // The share of a region: routes in every cluster, and the page that shows it.
        (
            "us-central1: { role: primary, weight: 50, serves: [north-america, south-america] }\n  us-east1: { role: secondary, weight: 35",
            "us-central1: { role: primary, weight: 45, serves: [north-america, south-america] }\n  us-east1: { role: secondary, weight: 40",
            &[
                "ARCHITECTURE.md",
                "README.md",
                "RECOVERY_BUDGET.md",
                "RUNBOOK_FAILOVER.md",
                "kubernetes/us-central1/istio-config.yaml",
                "kubernetes/us-east1/istio-config.yaml",
                "scripts/promote-region.sh",
            ],
        ),
        // How long backups of the database are kept, which is how long data stays.
        (
            "backup: { every: 1d, keep: 30d, point_in_time: 7d }",
            "backup: { every: 1d, keep: 21d, point_in_time: 7d }",
            &["DATA_FLOW.md", "RUNBOOK_RESTORE.md", "terraform/main.tf"],
        ),
        // The longest a call may take: routes, the load balancer's patience, the pods' last
        // breath.
        (
            "      timeout: 5s\n",
            "      timeout: 6s\n",
            &[
                "helm/values.yaml",
                "kubernetes/europe-west1/istio-config.yaml",
                "kubernetes/us-central1/istio-config.yaml",
                "kubernetes/us-east1/istio-config.yaml",
                "terraform/main.tf",
            ],
        ),
        // What replicas are scaled on.
        (
            "scale_on: { cpu: 70%",
            "scale_on: { cpu: 60%",
            &[
                "kubernetes/europe-west1/keda-hpa.yaml",
                "kubernetes/us-central1/keda-hpa.yaml",
                "kubernetes/us-east1/keda-hpa.yaml",
            ],
        ),
    ];
    for (from, to, expected) in cases {
        assert_eq!(changed(from, to), expected, "{from}");
    }
}

#[test]
fn both_layouts_hold_the_same_calls() {
    let calls = |done: &Compilation| -> Vec<String> {
        let mains = tree(done);
        let mains = mains
            .iter()
            .filter(|(p, _)| p.ends_with("main.tf") && !p.contains("/modules/"));
        let mut names: Vec<String> = mains
            .flat_map(|(_, text)| {
                let lines = text.lines().filter(|l| l.starts_with("module "));
                lines.map(String::from)
            })
            .collect();
        names.sort();
        names
    };
    let (_, example, from, to) = VARIANTS[0];
    let single = &DONE[&root().join("examples/ggen")];
    assert_eq!(calls(single), calls(&variant(example, from, to)));
}

/// Texts that every target language would take for its own.
const HOSTILE: [&str; 9] = [
    "${file(\"/etc/passwd\")} %{ for x in y } $${z}",
    "{{ .Values.x }} {{ $labels.y }}",
    "$(touch canary) `touch canary` '; touch canary; '",
    "a | b <script>alert(1)</script> [x](javascript:alert(1))",
    "\"} or vector(1) #",
    "quote \" backslash \\ hash # colon: dash - ",
    "-rf * ~ ",
    "--> end ]; %% comment",
    "no",
];

#[test]
fn hostile_text_stays_text_in_every_language() {
    for hostile in HOSTILE {
        let quoted = serde_json::to_string(hostile).unwrap();
        let done = variant(
            "ggen",
            "description: Marketplace for generated code, active-active on three regions\nowner: platform-engineering",
            &format!("description: {quoted}\nowner: {quoted}"),
        );
        assert!(
            !done.diagnostics.has_errors(),
            "{hostile}: {:#?}",
            done.diagnostics
        );
        for (path, artifact) in done.artifacts.iter() {
            if path.ends_with(".tf") || path.ends_with(".example") {
                let read: Result<hcl::Body, _> = hcl::from_str(&artifact.text);
                assert!(read.is_ok(), "{hostile}: {path}: {read:?}");
            }
        }
        let chart = &done.artifacts.get("helm/Chart.yaml").unwrap().text;
        assert_eq!(description_of(chart), hostile, "{chart}");
        let readme = &done.artifacts.get("README.md").unwrap().text;
        assert!(
            !readme.contains("<script>") && !readme.contains("[x]("),
            "{readme}"
        );
    }
}

/// The description in a chart, as a reader of YAML sees it.
fn description_of(chart: &str) -> String {
    let mut sources = meridian::source::SourceMap::default();
    let file = sources.add("Chart.yaml", chart);
    let mut out = meridian::diagnostic::Diagnostics::default();
    let document =
        meridian::syntax::parse(&sources, file, &Limits::default(), &mut out).expect("YAML");
    match &document
        .root
        .get("description")
        .expect("a description")
        .value
        .kind
    {
        meridian::syntax::Kind::Scalar(scalar) => scalar.text.clone(),
        other => panic!("{other:?}"),
    }
}
