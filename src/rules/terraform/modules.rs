//! Modules of the user's own take the place of ours: the names are ours, the addresses are
//! Terraform's.

use crate::deployment::modules;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::topology::{ModuleSource, Name, Topology};

/// A module that takes nothing's place.
pub const UNKNOWN: Code = Code::new("TFM102", "unknown-module");
/// A version that Terraform does not take beside its source.
pub const VERSION: Code = Code::new("TFM103", "version-without-registry");

/// Checks the names and addresses of every module of the user's own.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    for (name, source) in topology.terraform.modules.iter() {
        known(topology, name, out);
        version(source, out);
    }
}

fn known(topology: &Topology, name: &Name, out: &mut Diagnostics) {
    let providers = topology.providers();
    let ours = || {
        let of = |cloud: &'static str| modules::names(cloud).into_iter().map(move |m| (cloud, m));
        providers.iter().flat_map(move |p| of(p.word()))
    };
    let full = |(cloud, module): (&str, &str)| format!("{cloud}.{module}");
    let having = ours().filter(|(_, module)| *module == name.text);
    let having: Vec<(&str, &str)> = having.collect();
    if having.len() == 1 || ours().any(|each| full(each) == name.text) {
        return;
    }
    let (message, help) = if having.is_empty() {
        let names = ours().map(|(_, module)| module);
        let help = match did_you_mean(&name.text, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "the names are those of the folders in `terraform/modules` of the output".into()
            }
        };
        (format!("no module is called `{}`", name.text), help)
    } else {
        let each: Vec<String> = having
            .iter()
            .map(|each| format!("`{}`", full(*each)))
            .collect();
        let message = format!("several clouds have a module `{}`", name.text);
        (message, format!("say which: {}", each.join(" or ")))
    };
    let label = "takes the place of nothing";
    out.push(Diagnostic::error(UNKNOWN, name.span, message, label).help(help));
}

fn version(source: &ModuleSource, out: &mut Diagnostics) {
    let Some(version) = source
        .version
        .as_ref()
        .filter(|_| !of_registry(&source.source))
    else {
        return;
    };
    out.push(
        Diagnostic::error(
            VERSION,
            version.span,
            format!("`{}` is not in a registry: it takes no `version`", source.source.value),
            "Terraform refuses it",
        )
        .help("name the version in the address: `git::https://git.example.com/network.git?ref=v1.2.3`"),
    );
}

/// Whether an address is one of a registry: `NAMESPACE/NAME/PROVIDER`, a host before it or not
/// (developer.hashicorp.com/terraform/language/modules/sources).
fn of_registry(source: &str) -> bool {
    let path = source.split("//").next().unwrap_or(source);
    let marked = source.contains("::") || source.contains("://") || path.starts_with(['.', '/']);
    let parts: Vec<&str> = path.split('/').collect();
    let host = parts[0].contains('.');
    let fits = parts.len() == 3 + usize::from(host);
    let hosted = ["github.com", "bitbucket.org"].contains(&parts[0]) || source.contains('@');
    fits && !marked && !hosted
}

#[cfg(test)]
mod tests {
    use super::of_registry;

    #[test]
    fn addresses_of_a_registry() {
        for yes in [
            "hashicorp/consul/aws",
            "hashicorp/consul/aws//modules/x",
            "app.terraform.io/example/network/aws",
        ] {
            assert!(of_registry(yes), "{yes}");
        }
        for no in [
            "./network",
            "../../modules/network",
            "/opt/network/aws",
            "git::https://git.example.com/network.git",
            "https://example.com/vpc-module.zip",
            "github.com/hashicorp/example",
            "github.com/hashicorp/example/aws",
            "git@github.com:hashicorp/example.git",
            "s3::https://s3-eu-west-1.amazonaws.com/examplecorp/vpc.zip",
            "network",
        ] {
            assert!(!of_registry(no), "{no}");
        }
    }
}
