//! EKS clusters, and the roles that pods and controllers on them act as.

use super::network::Subnets;
use super::offering::{offering, runtime};
use super::ranges::Ranges;
use super::{Lowering, facts, naming, output, variable};
use crate::cloud::sizing::Demand;
use crate::deployment::{Argument, Cluster, Decision, EastWest, Identity, Promql, Scope, Variable};
use crate::topology::{RegionId, Service};

/// The role of EC2 Auto Scaling, which starts nodes and so uses the key of their disks.
const AUTO_SCALING: &str =
    "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";

/// The annotation by which a service account names its role.
pub(super) const ROLE_ANNOTATION: &str = "eks.amazonaws.com/role-arn";

/// Where metrics are asked for if the topology names no address.
const PROMETHEUS: &str = "http://prometheus.monitoring.svc.cluster.local:9090";

/// What a role may do, as offerings ask for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Statement {
    /// What it does: `s3:GetObject`.
    pub(super) actions: Vec<&'static str>,
    /// To what: ARNs with the account's id in them as text.
    pub(super) resources: Vec<String>,
    /// Under which conditions: a test, a variable and values.
    pub(super) conditions: Vec<(&'static str, &'static str, Vec<String>)>,
}

/// A part of ours on a cluster that acts as a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Workload {
    /// Its service account.
    pub(super) name: String,
    /// The namespace of that.
    pub(super) namespace: String,
    /// What it may do.
    pub(super) statements: Vec<Statement>,
}

impl Lowering<'_> {
    /// The regions that need a cluster.
    pub(super) fn cluster_regions(&self) -> Vec<RegionId> {
        let needs = |id: &RegionId| self.topology.needs_cluster(*id);
        self.regions.iter().copied().filter(needs).collect()
    }

    /// Those whose cluster is made here.
    pub(super) fn own_clusters(&self) -> Vec<RegionId> {
        let own = |id: &RegionId| self.topology.existing_cluster(*id).is_none();
        self.cluster_regions().into_iter().filter(own).collect()
    }

    pub(super) fn cluster_name(&self, id: RegionId) -> String {
        if let Some(cluster) = self.topology.existing_cluster(id) {
            return cluster.name.value.clone();
        }
        let name = format!("{}-{}", self.prefix(), self.location(id));
        naming::cut(&name, facts::names().cluster)
    }

    pub(super) fn cluster_call(&self, id: RegionId) -> String {
        format!("eks_{}", self.topology.region(id).slug())
    }

    pub(super) fn clusters(&mut self) {
        for service in &self.topology.services {
            if runtime(service).is_none() {
                let what = format!("the runtime `{}`", service.runtime);
                self.not_available(service.runtime_at, &what, "`kubernetes`");
            }
        }
        let regions = self.cluster_regions();
        if regions.is_empty() {
            return;
        }
        if !self.own_clusters().is_empty() {
            self.cluster_variables();
        }
        for id in regions {
            match self.topology.existing_cluster(id) {
                Some(cluster) => self.cluster_of_others(id, &cluster.name),
                None => self.cluster(id),
            }
            self.controllers(id);
            self.roles(id);
            let cluster = self.manifests(id);
            self.deployment.clusters.push(cluster);
        }
        self.deployment.decisions.push(Decision {
            title: "Pods act as roles of their own".into(),
            reason: "Every service account has an IAM role that trusts it alone, through the \
                     cluster's OIDC provider. Nodes keep their own role to themselves: instance \
                     metadata answers one hop away and no further."
                .into(),
        });
    }

    fn cluster_variables(&mut self) {
        self.variable(Variable {
            kind: "map(string)",
            ..variable(
                "authorized_networks",
                "Private ranges that may reach the clusters' control planes, by a name: a VPN, a bastion.",
                None,
                Argument::map([("vpn", "10.255.0.0/24")]),
            )
        });
        let example = format!("arn:aws:iam::{}:role/platform-admin", self.account_text());
        self.variable(Variable {
            kind: "list(string)",
            ..variable(
                "cluster_admin_role_arns",
                "Roles that administer the clusters; the one that deploys must be among them.",
                None,
                vec![example].into(),
            )
        });
    }

    fn cluster(&mut self, id: RegionId) {
        let secrets = self.key(id, "eks", &[]);
        let disks = self.key(id, "disk", &[AUTO_SCALING]);
        let logs = self.key(id, "logs", &[super::network::LOGS]);
        let node = facts::node();
        let roles = [
            ("cluster", "eks"),
            ("nodes", "nodes"),
            ("cni", "cni"),
            ("disks", "ebs-csi"),
        ];
        let arguments = vec![
            ("name", self.cluster_name(id).into()),
            (
                "kubernetes_version",
                self.topology
                    .kubernetes_version(id)
                    .unwrap_or_default()
                    .into(),
            ),
            ("subnet_ids", self.subnets(id, Subnets::Private)),
            (
                "authorized_networks",
                Argument::variable("authorized_networks"),
            ),
            (
                "admin_role_arns",
                Argument::variable("cluster_admin_role_arns"),
            ),
            ("role_names", self.role_names(id, &roles)),
            ("secrets_kms_key_arn", secrets),
            ("disk_kms_key_arn", disks),
            ("logs_kms_key_arn", logs),
            ("instance_types", vec![node.instance_type.as_str()].into()),
            ("nodes", self.nodes(id)),
            ("node_tags", Argument::variable("tags")),
        ];
        let call = self.cluster_call(id);
        self.call(&call, "aws/eks", Scope::Region(id), id, arguments);
    }

    fn role_names(&self, id: RegionId, roles: &[(&'static str, &str)]) -> Argument {
        let names = roles.iter();
        Argument::map(names.map(|(key, what)| (*key, self.role_name(what, id))))
    }

    /// Nodes for what runs at least and at most, filled as the catalog says, one more in each
    /// zone for what runs everywhere, and one for each of Redis Enterprise, which share none.
    fn nodes(&self, id: RegionId) -> Argument {
        let demand = Demand::of(self.topology, id);
        let node = facts::node();
        let zones = self.topology.region(id).place.spread().len() as u64;
        let stores = self.topology.datastores.iter();
        let here = stores.filter(|s| s.regions.contains(&id));
        let parts = here.filter_map(|s| Some((s, offering(s)?.on_cluster().given()?)));
        let own: u64 = parts
            .map(|(s, part)| u64::from((part.nodes)(self.topology, s, id)))
            .sum();
        let nodes = |millis: u64| millis.div_ceil(node.usable_millicores) + zones + own;
        let (min, max) = (nodes(demand.fewest), nodes(demand.most));
        Argument::map([("min", min), ("max", max.max(min + zones))])
    }

    fn issuer(&self, id: RegionId) -> [(&'static str, Argument); 2] {
        let call = self.cluster_call(id);
        let of = |name| output(&call, name, Argument::Null);
        [
            ("oidc_provider_arn", of("oidc_provider_arn")),
            ("oidc_issuer", of("oidc_issuer")),
        ]
    }

    /// Roles of the controllers that Terraform does not install.
    fn controllers(&mut self, id: RegionId) {
        let slug = self.topology.region(id).slug();
        let roles = [
            ("load_balancers", "load-balancers"),
            ("nodes", "autoscaler"),
            ("secrets", "external-secrets"),
        ];
        let aliases = vec![self.shared_alias("secrets"), self.alias("secrets")];
        let mut arguments = vec![
            ("account_id", Argument::variable("account_id")),
            ("region", self.location(id).into()),
        ];
        arguments.extend(self.issuer(id));
        arguments.extend([
            ("cluster_name", self.cluster_name(id).into()),
            ("vpc_id", self.vpc(id)),
            ("role_names", self.role_names(id, &roles)),
            ("secret_prefix", self.topology.name.as_str().into()),
            ("secret_key_aliases", aliases.into()),
        ]);
        let call = format!("controllers_{slug}");
        let scope = Scope::Region(id);
        self.call(&call, "aws/eks-controllers", scope, id, arguments);
    }

    /// A role for each service of the region, and for parts of ours.
    fn roles(&mut self, id: RegionId) {
        let region = self.topology.region(id);
        let mut roles = Vec::new();
        for workload in self.workloads.remove(&id).unwrap_or_default() {
            let name = self.role_name(&workload.name, id);
            let account = (workload.namespace.as_str(), workload.name.as_str());
            let role = role_of(account, &name, &region.name, &workload.statements);
            roles.push((workload.name.clone(), Argument::map(role)));
            self.identity(workload.name, id, &name);
        }
        for service in &self.topology.services {
            if !service.on_cluster() || service.replicas_in(id).is_none() {
                continue;
            }
            let name = self.service_role(service, id);
            let taken = self.accounts.take(service, &name);
            self.out.extend(taken);
            self.identity(service.name.clone(), id, &name);
            if self.topology.has_account(service) {
                self.role_of_others(service, id, &name);
                continue;
            }
            roles.push((
                service.name.clone(),
                Argument::map(self.role(service, id, &name, &region.name)),
            ));
        }
        let mut arguments = self.issuer(id).to_vec();
        arguments.push(("roles", Argument::Map(roles)));
        let call = format!("roles_{}", region.slug());
        self.call(&call, "aws/irsa-role", Scope::Region(id), id, arguments);
    }

    /// The role that a service of a region acts as.
    pub(super) fn service_role(&self, service: &Service, id: RegionId) -> String {
        match &service.account {
            Some(pattern) => {
                let short = &self.topology.region(id).short;
                naming::cut(&pattern.replace("{region}", short), facts::names().role)
            }
            None => self.role_name(&service.name, id),
        }
    }

    fn identity(&mut self, workload: String, region: RegionId, role: &str) {
        let arn = format!("arn:aws:iam::{}:role/{role}", self.account_text());
        self.deployment.identities.push(Identity {
            workload,
            region,
            annotations: vec![(ROLE_ANNOTATION.into(), arn)],
        });
    }

    fn role(
        &self,
        service: &Service,
        id: RegionId,
        name: &str,
        region: &str,
    ) -> Vec<(&'static str, Argument)> {
        let asked = self.statements.get(&(service.name.clone(), id));
        let none = Vec::new();
        let account = (self.topology.namespace.as_str(), service.name.as_str());
        role_of(account, name, region, asked.unwrap_or(&none))
    }

    /// The cluster as manifests see it.
    fn manifests(&mut self, id: RegionId) -> Cluster {
        let objects = self.objects.remove(&id).unwrap_or_default();
        let stores = self.reached.remove(&id).unwrap_or_default();
        let location = self.location(id);
        let name = self.cluster_name(id);
        let zones = self.topology.region(id).place.spread();
        let ranges = Ranges::of(self.topology, id);
        let account = self.account_text();
        Cluster {
            scraped_from: "monitoring",
            region: id,
            context: name.clone(),
            zones,
            probe_ranges: ranges.public,
            metadata_servers: Vec::new(),
            node_range: ranges.vpc.clone(),
            pod_range: ranges.vpc,
            ingress_annotations: Vec::new(),
            trust_domain: self.topology.trust_domain.clone(),
            stores: stores.into_iter().collect(),
            objects,
            charts: self.charts.remove(&id).unwrap_or_default(),
            metrics_host: self.metrics_hosts.remove(&id),
            east_west: Some(EastWest {
                network: format!("{}-{location}", self.prefix()),
                annotations: self.internal_load_balancer("east-west", id),
            }),
            promql: Some(Promql {
                address: self.promql_address().unwrap_or(PROMETHEUS).to_string(),
                pod_identity: None,
            }),
            credentials: [
                "aws",
                "eks",
                "update-kubeconfig",
                "--name",
                &name,
                "--region",
                location,
                "--alias",
                &name,
            ]
            .map(String::from)
            .to_vec(),
            plugin: None,
            registry: Some(self.registry_address(id)),
            needs: self.needs(id, &account),
            name,
        }
    }

    /// Where PromQL is answered, if the topology says so.
    fn promql_address(&self) -> Option<&str> {
        let metrics = self.topology.observability.metrics.as_ref()?;
        Some(metrics.address.as_ref()?.value.as_str())
    }

    /// An internal network load balancer of the AWS Load Balancer Controller, with pods as
    /// its targets: peered regions reach it.
    pub(super) fn internal_load_balancer(&self, what: &str, id: RegionId) -> Vec<(String, String)> {
        let name = format!(
            "{}-{what}-{}",
            self.prefix(),
            naming::code(self.location(id))
        );
        let name = naming::cut(&name, facts::names().load_balancer);
        let ranges = self.cluster_regions().into_iter();
        let ranges: Vec<String> = ranges.map(|id| self.vpc_range(id)).collect();
        let prefix = "service.beta.kubernetes.io";
        let sources = (
            format!("{prefix}/load-balancer-source-ranges"),
            ranges.join(","),
        );
        let own = [
            ("type", "external"),
            ("name", name.as_str()),
            ("scheme", "internal"),
            ("nlb-target-type", "ip"),
            ("attributes", "load_balancing.cross_zone.enabled=true"),
            ("healthcheck-protocol", "http"),
            ("healthcheck-port", "15021"),
            ("healthcheck-path", "/healthz/ready"),
        ]
        .map(|(what, value)| {
            let name = format!("{prefix}/aws-load-balancer-{what}");
            (name, value.to_string())
        });
        own.into_iter().chain([sources]).collect()
    }

    /// What Terraform does not install.
    fn needs(&self, id: RegionId, account: &str) -> Vec<String> {
        let location = self.location(id);
        let role = |what: &str| {
            let name = self.role_name(what, id);
            format!(
                "with `{ROLE_ANNOTATION}: arn:aws:iam::{account}:role/{name}` on its service account"
            )
        };
        let mut needs = vec![
            "Reloader (chart `stakater/reloader`), which restarts pods when a Secret that they read changes;".to_string(),
"KEDA 2.18 or newer in the namespace `keda`;".to_string()];
        if self.promql_address().is_none() {
            needs.push(
                "Prometheus as the Service `prometheus` in the namespace `monitoring`, port 9090;"
                    .into(),
            );
        }
        needs.extend([
            format!(
                "in {location}, the AWS Load Balancer Controller in `kube-system`, {}, and told the cluster's name, region and VPC (nodes do not answer pods about themselves);",
                role("load-balancers")
            ),
            format!(
                "in {location}, the Cluster Autoscaler in `kube-system`, {};",
                role("autoscaler")
            ),
            format!(
                "in {location}, External Secrets Operator in `external-secrets`, {}, and a `ClusterSecretStore` called `{}-secrets` of AWS Secrets Manager in {location};",
                role("external-secrets"),
                self.topology.name
            ),
        ]);
        if self.topology.mesh.is_some() {
            needs.push(format!(
                "Istio in `istio-system`, with the network `{}-{location}` and the cluster name `{}` in {location}, the trust domain `{}` (`meshConfig.trustDomain`: with another, every call is refused), and a root certificate that all clusters share;",
                self.prefix(),
                self.cluster_name(id),
                self.topology.trust_domain
            ));
        }
        let observability = &self.topology.observability;
        let traces = observability.traces.as_ref();
        if traces.is_some_and(|t| t.is_ours("jaeger")) {
            needs.push("an extension provider `jaeger` in the mesh's configuration: `opentelemetry`, service `jaeger.monitoring.svc.cluster.local`, port 4317;".to_string());
        }
        let logs = observability.logs.as_ref();
        if logs.is_some_and(|l| l.by.as_str() == "elasticsearch") {
            needs.push("the operator of Elastic Cloud on Kubernetes 3, told `exposed-node-labels: topology.kubernetes.io/.*`;".to_string());
        }
        for store in &self.topology.datastores {
            let part = offering(store).and_then(|o| o.on_cluster().given());
            if let Some(part) = part.filter(|_| store.regions.contains(&id)) {
                needs.push((part.needs)(self.topology, store));
            }
        }
        needs
    }
}

/// A role that a service account, of a namespace, acts as.
fn role_of(
    (namespace, account): (&str, &str),
    name: &str,
    region: &str,
    statements: &[Statement],
) -> Vec<(&'static str, Argument)> {
    let trusted = Argument::map([("namespace", namespace), ("name", account)]);
    let mut role = vec![
        ("name", name.into()),
        ("description", format!("{account} in {region}").into()),
        ("service_accounts", Argument::List(vec![trusted])),
    ];
    if !statements.is_empty() {
        let statements = statements.iter().map(statement);
        role.push(("statements", Argument::List(statements.collect())));
    }
    role
}

fn statement(statement: &Statement) -> Argument {
    let mut parts = vec![
        ("actions", Argument::from(statement.actions.clone())),
        ("resources", statement.resources.clone().into()),
    ];
    let conditions = statement.conditions.iter().map(|(test, variable, values)| {
        Argument::map([
            ("test", Argument::from(*test)),
            ("variable", (*variable).into()),
            ("values", values.clone().into()),
        ])
    });
    let conditions: Vec<Argument> = conditions.collect();
    if !conditions.is_empty() {
        parts.push(("conditions", Argument::List(conditions)));
    }
    Argument::map(parts)
}
