//! Parts on AWS that others own: what must be written of them, and what must be true.

use super::network::Subnets;
use super::{Lowering, facts};
use crate::cloud::existing::{self, form, idle, lacks, range};
use crate::deployment::{Argument, Demand, Scope};
use crate::topology::{ExistingNetwork, RegionId, Service, Text};

impl Lowering<'_> {
    /// Checks what is written of parts that others own.
    pub(super) fn check_existing(&mut self) {
        for id in self.regions.clone() {
            self.check_network(id);
            existing::cluster(self.topology, id, "VPC", self.out);
            let location = self.location(id);
            if let Some(registry) = self.topology.existing_registry(id) {
                let fits = registry.contains(&format!(".dkr.ecr.{location}.amazonaws.com/"));
                let help = format!(
                    "an address of ECR in {location}, which nodes there reach whatever other regions do: `123456789012.dkr.ecr.{location}.amazonaws.com/shop`"
                );
                form(registry, fits, "a registry of this region", &help, self.out);
            }
            if let Some(key) = self.topology.existing_key(location) {
                let fits =
                    key.starts_with(&format!("arn:aws:kms:{location}:")) && key.contains(":key/");
                let help = format!(
                    "the ARN of a key in {location}, not of an alias: `arn:aws:kms:{location}:123456789012:key/mrk-…`"
                );
                form(key, fits, "a key of this region", &help, self.out);
            }
        }
        existing::unnamed(self.topology, "roles", self.out);
    }

    fn check_network(&mut self, id: RegionId) {
        let Some(network) = self.topology.existing_network(id) else {
            return;
        };
        let vpc = named(&network.id, "vpc-");
        form(
            &network.id,
            vpc,
            "the id of a VPC",
            "write one such as `vpc-0123456789abcdef0`",
            self.out,
        );
        range(&network.cidr, 16, 28, self.out);
        let subnets = network
            .private
            .iter()
            .chain(&network.public)
            .chain(&network.data);
        for subnet in subnets {
            let help = "write one such as `subnet-0123456789abcdef0`";
            form(
                subnet,
                named(subnet, "subnet-"),
                "the id of a subnet",
                help,
                self.out,
            );
        }
        let google = [
            ("subnetwork", &network.subnetwork),
            ("pods", &network.pods),
            ("services", &network.services),
            ("stores", &network.stores),
            ("proxies", &network.proxies),
        ];
        for (what, written) in google {
            let place = written.as_ref().map(|w| w.span);
            idle(place, what, "on AWS", "it is for Google Cloud", self.out);
        }
    }

    /// Reads a VPC of others and gives on what ours would give.
    pub(super) fn network_of_others(&mut self, id: RegionId, network: &ExistingNetwork) {
        let zones = self.zones(id);
        let texts =
            |all: &[Text]| Argument::from(all.iter().map(|t| t.value.as_str()).collect::<Vec<_>>());
        let arguments = vec![
            ("vpc_id", network.id.value.as_str().into()),
            ("cidr", network.cidr.value.as_str().into()),
            ("zones", zones),
            ("private_subnet_ids", texts(&network.private)),
            ("public_subnet_ids", texts(&network.public)),
            ("data_subnet_ids", texts(&network.data)),
        ];
        let call = self.network_call(id);
        self.call(
            &call,
            "aws/existing-network",
            Scope::Region(id),
            id,
            arguments,
        );
        let name = network.id.value.clone();
        for (says, planned) in [
            (format!("has the range {}, and resolves and gives DNS names", network.cidr.value), true),
            ("has each named subnet, one of a kind in each zone; private and data subnets are associated with route tables".to_string(), true),
            ("private subnets have a way out (NAT or endpoints: ec2, ecr.api, ecr.dkr, eks, elasticloadbalancing, kms, logs, secretsmanager, sts) and the tag `kubernetes.io/role/internal-elb = 1`".to_string(), false),
            ("public subnets have a route to an internet gateway and the tag `kubernetes.io/role/elb = 1`; data subnets have no way out".to_string(), false),
            ("a gateway endpoint of s3 (and dynamodb, where a table is) in the private route tables".to_string(), false),
            ("flow logs are kept by its owner: none are made here".to_string(), false),
        ] {
            self.demand("network", &name, id, says, planned);
        }
    }

    /// The subnets of a kind have to be written for each zone.
    pub(super) fn check_subnets(&mut self, id: RegionId, kind: Subnets) {
        let Some(network) = self.topology.existing_network(id) else {
            return;
        };
        let given = match kind {
            Subnets::Private => &network.private,
            Subnets::Public => &network.public,
            Subnets::Data => &network.data,
        };
        let zones = self.topology.region(id).place.spread();
        if given.len() < zones.len() {
            let message = format!(
                "the network of `{}` names {} {} subnets, and {} zones need one each",
                self.topology.region(id).name,
                given.len(),
                kind.word(),
                zones.len()
            );
            let help = format!(
                "write `{}: [subnet-…]` with one in each of {}",
                kind.word(),
                zones.join(", ")
            );
            let why = "what this system makes stands in them";
            let found = lacks(network.span, &message, why, &help);
            self.out.push_once(found);
        }
    }

    /// Reads a cluster of others and gives on what ours would give.
    pub(super) fn cluster_of_others(&mut self, id: RegionId, name: &str) {
        let arguments = vec![("name", name.into()), ("vpc_id", self.vpc(id))];
        let call = self.cluster_call(id);
        self.call(
            &call,
            "aws/existing-cluster",
            Scope::Region(id),
            id,
            arguments,
        );
        let nodes = facts::node();
        let cpu = nodes.usable_millicores / 1000;
        for (says, planned) in [
            ("stands in the named VPC, with a private address of the control plane".to_string(), true),
            ("has an IAM OIDC provider for its issuer: pods act as roles that trust it".to_string(), true),
            ("the role that deploys administers it (an access entry with AmazonEKSClusterAdminPolicy)".to_string(), false),
            ("add-ons: vpc-cni with network policies on, coredns, kube-proxy, aws-ebs-csi-driver, metrics-server".to_string(), false),
            (format!("nodes in every zone of the region, growing to what the services ask for; room is counted at {cpu} cores a node"), false),
            ("Secrets are encrypted with a KMS key; its owner upgrades it".to_string(), false),
        ] {
            self.demand("cluster", name, id, says, planned);
        }
    }

    /// What a key of others must be, where something asks for it.
    pub(super) fn key_of_others(&mut self, id: RegionId, key: &str, alias: &str, users: &[&str]) {
        let location = self.location(id);
        let says = format!("has the alias `{alias}`: roles name it by this");
        self.demand("key", key, id, says, false);
        for user in users {
            let user = user.replace("{region}", location);
            let says = format!("its policy lets `{user}` encrypt and decrypt");
            self.demand("key", key, id, says, false);
        }
        let says =
            "its policy leaves the use of it to IAM policies of the account; its owner rotates it";
        self.demand("key", key, id, says.into(), false);
    }

    /// The copy of a multi-Region key of others in a region, if each region has one: their ids begin
    /// with `mrk-` (docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html).
    pub(super) fn existing_shared_key(&self, id: RegionId) -> Option<String> {
        let of = |id: &RegionId| {
            let key = self.topology.existing_key(self.location(*id))?;
            key.contains(":key/mrk-").then(|| key.value.clone())
        };
        let all = self.regions.iter().all(|id| of(id).is_some());
        of(&id).filter(|_| all)
    }

    /// What the role of a service must be, where others own it.
    pub(super) fn role_of_others(&mut self, service: &Service, id: RegionId, role: &str) {
        let namespace = &self.topology.namespace;
        let says = format!(
            "trusts the OIDC provider of the cluster in {} for `system:serviceaccount:{namespace}:{}`",
            self.topology.region(id).name,
            service.name
        );
        self.demand("role", role, id, says, false);
        let asked = self.statements.get(&(service.name.clone(), id)).cloned();
        for statement in asked.into_iter().flatten() {
            let says = format!(
                "may {} on {}",
                statement.actions.join(", "),
                statement.resources.join(", ")
            );
            self.demand("role", role, id, says, false);
        }
    }

    /// Images of services that others keep.
    pub(super) fn registry_of_others(&mut self, id: RegionId, registry: &str, images: &[String]) {
        let says = format!(
            "has the repositories {} below it, and nodes of the cluster may pull from them",
            images.join(", ")
        );
        self.demand("registry", registry, id, says, false);
        let says = "gets each image before a deployment names it, whatever other regions do";
        self.demand("registry", registry, id, says.into(), false);
    }

    fn demand(
        &mut self,
        part: &'static str,
        name: &str,
        id: RegionId,
        says: String,
        planned: bool,
    ) {
        let at = self.topology.region(id).name.clone();
        self.deployment.demand(Demand {
            part,
            name: name.to_string(),
            at,
            says,
            planned,
        });
    }
}

/// Whether a text is an id of AWS: a prefix, then hexadecimal digits.
fn named(text: &str, prefix: &str) -> bool {
    let rest = text.strip_prefix(prefix);
    rest.is_some_and(|r| r.len() >= 2 && r.chars().all(|c| c.is_ascii_hexdigit()))
}
