//! The modules stay inside the range of providers that they allow.
#![expect(clippy::disallowed_methods, reason = "tests look at files")]

use crate::support::root;

/// Arguments that version 6 of the AWS provider removed, renamed or reads otherwise, of the types
/// that could be of use here: website/docs/guides/version-6-upgrade of
/// hashicorp/terraform-provider-aws, read 2026-11-28. A type alone is one that is gone.
const CHANGED_BY_6: &[(&str, &[&str])] = &[
    (
        "aws_batch_compute_environment",
        &["compute_environment_name"],
    ),
    ("aws_db_instance", &["character_set_name"]),
    ("aws_ecs_task_definition", &["inference_accelerator"]),
    ("aws_eip", &["vpc"]),
    ("aws_eks_addon", &["resolve_conflicts"]),
    (
        "aws_elasticache_replication_group",
        &["auth_token_update_strategy", "auth_token"],
    ),
    ("aws_flow_log", &["log_group_name"]),
    ("aws_guardduty_detector", &["datasources"]),
    ("aws_guardduty_organization_configuration", &["auto_enable"]),
    ("aws_instance", &["cpu_core_count", "cpu_threads_per_core"]),
    (
        "aws_launch_template",
        &[
            "elastic_gpu_specifications",
            "elastic_inference_accelerator",
        ],
    ),
    ("aws_lb_listener", &["mutual_authentication"]),
    ("aws_networkmanager_core_network", &["base_policy_region"]),
    ("aws_opensearch_domain", &["kibana_endpoint"]),
    ("aws_redshift_service_account", &[]),
    ("aws_ssm_association", &["instance_id"]),
];

/// Booleans that version 6 reads from `true` and `false` alone, never from 0 and 1.
const BOOLEANS: &[&str] = &[
    "at_rest_encryption_enabled",
    "auto_minor_version_upgrade",
    "delete_on_termination",
    "ebs_optimized",
    "encrypted",
    "preserve_client_ip",
];

/// Attributes of others that have another meaning or another name in 6: `data.aws_region.x.name`,
/// and `region` of a bucket, which is an argument now.
const READ: &[&str] = &["data.aws_region", ".invoke_url", "data \"aws_ami\""];

fn each_file(of: &str, mut see: impl FnMut(&str, &str)) {
    let modules = std::fs::read_dir(root().join("templates/terraform").join(of)).unwrap();
    for module in modules {
        let module = module.unwrap().path();
        for file in std::fs::read_dir(&module).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|e| e == "tf") {
                let text = std::fs::read_to_string(&path).unwrap();
                see(&path.display().to_string(), &text);
            }
        }
    }
}

fn attributes(body: &hcl::Body, see: &mut impl FnMut(&str, Option<&hcl::Expression>)) {
    for structure in body.iter() {
        match structure {
            hcl::Structure::Attribute(a) => see(a.key.as_str(), Some(&a.expr)),
            hcl::Structure::Block(b) => {
                see(b.identifier.as_str(), None);
                attributes(&b.body, see);
            }
        }
    }
}

/// Fails if a module gets, say, `vpc = true` in its `aws_eip`.
#[test]
fn no_module_uses_what_version_6_of_the_aws_provider_changed() {
    let mut seen = 0;
    each_file("aws", |path, text| {
        let body: hcl::Body = hcl::from_str(text).unwrap();
        for block in body
            .blocks()
            .filter(|b| b.identifier.as_str() == "resource")
        {
            seen += 1;
            let kind = block.labels[0].as_str();
            let changed = CHANGED_BY_6.iter().find(|(of, _)| *of == kind);
            let gone = changed.is_some_and(|(_, arguments)| arguments.is_empty());
            assert!(!gone, "{path}: {kind} is gone");
            attributes(&block.body, &mut |name, value| {
                let is = changed.is_some_and(|(_, all)| all.contains(&name));
                assert!(!is, "{path}: {kind} has `{name}`, which 6 changed");
                let number = matches!(value, Some(hcl::Expression::Number(_)));
                assert!(
                    !(BOOLEANS.contains(&name) && number),
                    "{path}: `{name}` is a number"
                );
            });
        }
        for read in READ {
            assert!(!text.contains(read), "{path} reads {read}");
        }
    });
    assert!(seen > 100, "{seen}");
}

/// The range is written once for all modules and roots.
#[test]
fn every_aws_module_admits_the_next_major_version() {
    each_file("aws", |path, text| {
        if path.ends_with("versions.tf") && text.contains("hashicorp/aws") {
            assert!(text.contains("\">= 5.100.0, < 7.0.0\""), "{path}");
        }
    });
    let eden = crate::support::example("eden");
    let root = eden.file("terraform/regions/us-west-2/provider.tf");
    assert!(root.contains("\">= 5.100.0, < 7.0.0\""), "{root}");
}
