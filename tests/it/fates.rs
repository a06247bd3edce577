//! Fates of small trees by hand: each way in which a resource can end, and each that it survives.

use meridian::artifact::ArtifactSet;
use meridian::diff::{Fate, ResourceFate, fates};

const BACKEND: &str =
    "terraform {\n  backend \"gcs\" {\n    bucket = \"state\"\n    prefix = \"x/root\"\n  }\n}\n";

/// A root and a module `m` beside it.
fn tree(root: &str, module: &str) -> ArtifactSet {
    let mut set = ArtifactSet::default();
    set.text("test", "terraform/root/main.tf", format!("{BACKEND}{root}"));
    set.text("test", "terraform/modules/m/main.tf", module);
    set
}

/// What becomes of the resources of a root whose text changes.
fn root(before: &str, after: &str) -> Vec<ResourceFate> {
    fates(&tree(before, ""), &tree(after, ""))
}

/// What becomes of those of a module whose call changes.
fn call(before: &str, after: &str, module: &str) -> Vec<ResourceFate> {
    let call = |arguments: &str| {
        format!("module \"m\" {{\n  source = \"../modules/m\"\n{arguments}\n}}\n")
    };
    fates(&tree(&call(before), module), &tree(&call(after), module))
}

fn told(all: &[ResourceFate]) -> Vec<(Fate, &str)> {
    all.iter().map(|f| (f.fate, f.address.as_str())).collect()
}

const SUBNET: &str = "
variable \"range\" { type = string }
variable \"zones\" { type = set(string) }
locals { named = { for zone in var.zones : zone => \"net-${zone}\" } }
resource \"google_compute_subnetwork\" \"this\" {
  name          = \"net\"
  network       = \"vpc\"
  region        = \"us-east1\"
  ip_cidr_range = var.range
}
resource \"google_compute_address\" \"this\" {
  for_each   = local.named
  name       = each.value
  region     = \"us-east1\"
  subnetwork = google_compute_subnetwork.this.id
}
";

#[test]
fn a_range_that_grows_stays_and_one_that_moves_takes_all_with_it() {
    let with = |range: &str| format!("range = \"{range}\"\nzones = [\"b\", \"a\"]");
    let all = call(&with("10.0.4.0/24"), &with("10.0.0.0/20"), SUBNET);
    let subnet = "module.m.google_compute_subnetwork.this";
    assert_eq!(told(&all), [(Fate::InPlace, subnet)]);
    let all = call(&with("10.0.4.0/24"), &with("10.1.0.0/20"), SUBNET);
    assert_eq!(
        told(&all),
        [
            (
                Fate::Replaced,
                "module.m.google_compute_address.this[\"a\"]"
            ),
            (
                Fate::Replaced,
                "module.m.google_compute_address.this[\"b\"]"
            ),
            (Fate::Replaced, subnet),
        ]
    );
    assert_eq!(all[0].because, ["subnetwork"]);
    assert_eq!(all[2].because, ["ip_cidr_range"]);
}

#[test]
fn keys_come_and_go_and_their_order_is_nothing() {
    let with = |zones: &str| format!("range = \"10.0.0.0/20\"\nzones = [{zones}]");
    let all = call(&with("\"a\", \"b\""), &with("\"b\", \"a\""), SUBNET);
    assert_eq!(told(&all), []);
    let all = call(&with("\"a\", \"b\""), &with("\"b\", \"c\""), SUBNET);
    assert_eq!(
        told(&all),
        [
            (
                Fate::Destroyed,
                "module.m.google_compute_address.this[\"a\"]"
            ),
            (Fate::Created, "module.m.google_compute_address.this[\"c\"]"),
        ]
    );
}

fn bucket(name: &str, rest: &str) -> String {
    format!(
        "resource \"google_storage_bucket\" \"{name}\" {{\n  name = \"data\"\n  location = \"US\"\n{rest}}}\n"
    )
}

/// `prevent_destroy` counts while its block stands; what the provider heeds counts always.
#[test]
fn a_rule_goes_with_its_block() {
    let guarded = "  lifecycle {\n    prevent_destroy = true\n  }\n";
    let held = "  deletion_policy = \"PREVENT\"\n";
    let forced = "  force_destroy = true\n";
    let of = |rest: &str, after: &str| root(&bucket("a", rest), after)[0].clone();
    let moved = bucket("a", guarded).replace("\"US\"", "\"EU\"");
    let replaced = of(guarded, &moved);
    assert_eq!(replaced.fate, Fate::ReplacedWithData);
    assert_eq!(
        replaced.stopped_by.as_deref(),
        Some("the plan fails: prevent_destroy")
    );
    let gone = of(&format!("{guarded}{forced}"), "");
    assert_eq!(
        (gone.fate, gone.stopped_by),
        (Fate::DestroyedWithData, None)
    );
    let gone = of(&format!("{guarded}{held}"), "");
    assert_eq!(
        gone.stopped_by.as_deref(),
        Some("the apply fails: deletion_policy")
    );
    let gone = of(guarded, "").stopped_by.unwrap();
    assert!(
        gone.starts_with("the apply fails: force_destroy is off"),
        "{gone}"
    );
}

#[test]
fn what_is_moved_or_removed_lives_on() {
    let renamed = format!(
        "{}moved {{\n  from = google_storage_bucket.a\n  to = google_storage_bucket.b\n}}\n",
        bucket("b", "")
    );
    let all = root(&bucket("a", ""), &renamed);
    assert_eq!(told(&all), [(Fate::Moved, "google_storage_bucket.b")]);
    assert_eq!(all[0].was.as_deref(), Some("google_storage_bucket.a"));
    let removed = |destroy: bool| {
        format!(
            "removed {{\n  from = google_storage_bucket.a\n  lifecycle {{\n    destroy = {destroy}\n  }}\n}}\n"
        )
    };
    let fate = |after: &str| root(&bucket("a", ""), after)[0].fate;
    assert_eq!(fate(&removed(false)), Fate::Forgotten);
    assert_eq!(fate(&removed(true)), Fate::DestroyedWithData);
}

/// Fails if only the blocks of the root are read, or without the address of the call before them.
#[test]
fn a_module_moves_and_forgets_what_it_once_made() {
    let once = format!("{}{}", bucket("a", ""), bucket("b", ""));
    let now = format!(
        "moved {{\n  from = google_storage_bucket.a\n  to   = google_storage_bucket.c\n}}\n{}\
         removed {{\n  from = google_storage_bucket.b\n  lifecycle {{\n    destroy = false\n  }}\n}}\n",
        bucket("c", "")
    );
    let inner = "module \"inner\" {\n  source = \"../m\"\n}\n";
    let call = "module \"outer\" {\n  source = \"../modules/outer\"\n}\n";
    let with = |module: &str| {
        let mut set = tree(call, module);
        set.text("test", "terraform/modules/outer/main.tf", inner);
        set
    };
    let all = fates(&with(&once), &with(&now));
    let of = |name: &str| format!("module.outer.module.inner.google_storage_bucket.{name}");
    let expected = [(Fate::Forgotten, of("b")), (Fate::Moved, of("c"))];
    let told = told(&all).into_iter();
    let told: Vec<_> = told
        .map(|(fate, address)| (fate, address.to_string()))
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn less_time_to_keep_something_is_a_loss() {
    let schedule = |days: u32| {
        format!(
            "resource \"google_firestore_backup_schedule\" \"daily\" {{\n  retention = \"{}s\"\n}}\n",
            days * 86_400
        )
    };
    let fate = |from, to| root(&schedule(from), &schedule(to))[0].fate;
    assert_eq!(fate(30, 7), Fate::Shortened);
    assert_eq!(fate(7, 30), Fate::InPlace);
}

/// What was left to the provider and is given now is replaced if the provider chose otherwise.
#[test]
fn a_choice_of_the_provider_stays_open() {
    let key = |rest: &str| {
        format!("resource \"aws_db_instance\" \"this\" {{\n  identifier = \"a\"\n{rest}}}\n")
    };
    let all = root(&key(""), &key("  availability_zone = \"us-east-1a\"\n"));
    assert_eq!(all[0].fate, Fate::InPlace);
    assert_eq!(all[0].unsure, ["availability_zone"]);
    let all = root(&key("  availability_zone = \"us-east-1a\"\n"), &key(""));
    assert_eq!(told(&all), []);
}

#[test]
fn roots_that_go_and_states_that_move() {
    let one = bucket("a", "");
    let mut gone = ArtifactSet::default();
    gone.text("test", "README.md", "");
    let all = fates(&tree(&one, ""), &gone);
    assert_eq!(told(&all), [(Fate::Orphaned, "google_storage_bucket.a")]);
    let mut moved = ArtifactSet::default();
    let elsewhere = BACKEND.replace("\"state\"", "\"other\"");
    moved.text(
        "test",
        "terraform/root/main.tf",
        format!("{elsewhere}{one}"),
    );
    let all = fates(&tree(&one, ""), &moved);
    assert_eq!(told(&all), [(Fate::BackendMoved, "terraform.backend")]);
    // Another folder with the same state is the same root.
    let mut renamed = ArtifactSet::default();
    renamed.text("test", "terraform/other/main.tf", format!("{BACKEND}{one}"));
    assert_eq!(fates(&tree(&one, ""), &renamed), []);
}

/// AWS keeps no region in a resource: in another one it is not found.
#[test]
fn another_region_of_the_provider_loses_what_is_there() {
    let of = |region: &str| {
        format!(
            "provider \"aws\" {{\n  region = \"{region}\"\n}}\n\
             resource \"aws_vpc\" \"this\" {{\n  cidr_block = \"10.0.0.0/16\"\n}}\n\
             resource \"aws_iam_role\" \"this\" {{\n  name = \"a\"\n}}\n"
        )
    };
    let all = root(&of("us-east-1"), &of("us-west-2"));
    assert_eq!(told(&all), [(Fate::Lost, "aws_vpc.this")]);
}

/// A module that is not in the tree is known by its arguments alone.
#[test]
fn a_module_of_others_is_told_as_one() {
    let of = |size: u32| {
        format!(
            "module \"x\" {{\n  source = \"corp/x/aws\"\n  version = \"1.0\"\n  size = {size}\n}}\n"
        )
    };
    let all = root(&of(1), &of(2));
    assert_eq!(told(&all), [(Fate::InPlace, "module.x")]);
    assert_eq!(all[0].because, ["size"]);
    assert_eq!(told(&root(&of(1), "")), [(Fate::Destroyed, "module.x")]);
}

/// A network load balancer that loses a subnet is replaced, and a subnet that is made anew is lost.
#[test]
fn an_element_that_is_made_anew_is_lost() {
    let of = |range: &str| {
        format!(
            "resource \"aws_subnet\" \"this\" {{\n  vpc_id = \"vpc-1\"\n  cidr_block = \"{range}\"\n}}\n\
             resource \"aws_lb\" \"this\" {{\n  load_balancer_type = \"network\"\n  \
             subnets = [aws_subnet.this.id]\n}}\n"
        )
    };
    let all = root(&of("10.0.0.0/24"), &of("10.0.1.0/24"));
    let both = [
        (Fate::Replaced, "aws_lb.this"),
        (Fate::Replaced, "aws_subnet.this"),
    ];
    assert_eq!(told(&all), both);
}

/// Every kind of object that a tree has is pruned by name in lib.sh, or holds data and is kept.
#[test]
fn every_emitted_kind_is_pruned_or_kept() {
    let kept = [
        "Kustomization",
        "Namespace",
        "RedisEnterpriseActiveActiveDatabase",
        "RedisEnterpriseCluster",
        "RedisEnterpriseRemoteCluster",
    ];
    for name in ["ggen", "eden"] {
        let case = crate::support::example(name);
        let lib = case.file("scripts/lib.sh");
        let files = case.done.artifacts.iter();
        for (path, file) in files.filter(|(p, _)| p.starts_with("kubernetes/")) {
            for line in file.text.lines() {
                let Some(kind) = line.strip_prefix("kind: ") else {
                    continue;
                };
                let many = match kind.strip_suffix('y').filter(|s| !s.ends_with('a')) {
                    Some(stem) => format!("{stem}ies"),
                    None => format!("{kind}s"),
                };
                let pruned = lib.contains(&format!(" {}", many.to_lowercase()));
                assert!(pruned || kept.contains(&kind), "{path}: {kind}");
            }
        }
    }
}
