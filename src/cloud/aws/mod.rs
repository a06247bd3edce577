//! Amazon Web Services: one file for each family of offerings.
//!
//! | root | holds |
//! |---|---|
//! | global | what no region owns: multi-Region keys, secrets with copies, the bucket of records |
//! | region | the VPC and everything with addresses in it, with registry and keys of its own |
//! | links | what needs ids of several regions: peering of VPCs, stores that span them |
//!
//! AWS gives out ids that are no function of names. Inside a root they are outputs of
//! modules; the links root takes them as variables ([`Lowering::id`]).

mod adopt;
mod aurora;
mod backup;
mod bindings;
mod clusters;
mod commands;
mod copies;
mod data;
mod dynamodb;
mod edge;
mod eks;
mod elasticache;
mod existing;
mod facts;
mod finish;
mod frame;
mod homes;
mod marks;
mod metrics;
mod monitoring;
mod naming;
mod network;
mod offering;
mod operations;
mod parts;
mod platform;
mod pointing;
mod ranges;
mod rds_postgres;
mod readings;
mod reads;
mod recovery;
mod redis_enterprise;
mod s3;
mod sign_in;
mod signals;
mod upgrades;
mod zones;

pub use frame::Aws;
use reads::READS;

use super::NOT_AVAILABLE;
use super::maintenance;
use super::ranges::check_own;
use super::upgrades::settle_clusters;
use crate::deployment::{
    Argument, Call, CloudPart, Deployment, ProviderUse, RootOutput, Scope, StateBackend, Variable,
};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::rules::names::collisions::Accounts;
use crate::source::Span;
use crate::topology::leaving::LeftRegion;
use crate::topology::{Cloud, Provider};
use crate::topology::{RegionId, Topology};
use std::collections::{BTreeMap, BTreeSet};

/// A system on AWS whose account's id is not written.
pub const NO_ACCOUNT: Code = Code::new("AWS101", "account-missing");

/// Decides what must not move on AWS.
fn settle(topology: &mut Topology, out: &mut Diagnostics) {
    let regions = topology.regions_on(Provider::Aws);
    homes::settle(topology, &regions, out);
    zones::settle_zones(topology, out);
    let own = |id: &RegionId| topology.existing_cluster(*id).is_none();
    let own: Vec<RegionId> = regions.iter().copied().filter(own).collect();
    settle_clusters(topology, &own, Some(facts::kubernetes()), out);
    maintenance::settle(topology, &regions);
}

/// Lowers everything that is on AWS.
fn lower(topology: &Topology, deployment: &mut Deployment, out: &mut Diagnostics) {
    let regions = topology.regions_on(Provider::Aws);
    check_own(topology, &regions, ranges::VPC, out);
    let mut lowering = Lowering {
        topology,
        regions,
        deployment,
        out,
        keys: BTreeMap::new(),
        shared_keys: BTreeMap::new(),
        publishers: BTreeMap::new(),
        statements: BTreeMap::new(),
        store_secrets: Vec::new(),
        workloads: BTreeMap::new(),
        reached: BTreeMap::new(),
        objects: BTreeMap::new(),
        charts: BTreeMap::new(),
        metrics_hosts: BTreeMap::new(),
        accounts: Accounts::default(),
        private_names: BTreeMap::new(),
        linked_names: BTreeMap::new(),
        ids: BTreeMap::new(),
    };
    lowering.partitions();
    lowering.check_outside();
    lowering.provider();
    lowering.check_existing();
    lowering.networks();
    lowering.datastores();
    lowering.own_names();
    lowering.queues();
    lowering.hosts();
    lowering.metrics();
    lowering.private_names();
    lowering.secrets();
    lowering.clusters();
    lowering.upgrades();
    lowering.registry();
    lowering.links();
    lowering.records();
    lowering.cost();
    lowering.backups();
    lowering.monitoring();
    lowering.topics();
    lowering.keys();
    lowering.carry();
    lowering.operations();
    lowering.operations_of_parts();
}

/// The configuration of a region that has left, for what is still in a state.
fn configuration_of(left: &LeftRegion) -> ProviderUse {
    ProviderUse {
        alias: Some(left.slug()),
        ..configuration_at(left.place.location)
    }
}

fn configuration_at(location: &str) -> ProviderUse {
    ProviderUse {
        cloud: "aws",
        name: "aws",
        alias: None,
        source: "hashicorp/aws",
        version: ">= 5.100.0, < 7.0.0",
        arguments: vec![
            ("region", location.into()),
            (
                "allowed_account_ids",
                Argument::List(vec![Argument::variable("account_id")]),
            ),
        ],
        blocks: vec![("default_tags", vec![("tags", Argument::variable("tags"))])],
    }
}

/// Keys by name, each with who uses it without a caller of ours: a service such as
/// `logs.{region}.amazonaws.com`, or a role such as `role/NAME`.
type Keys = BTreeMap<String, BTreeSet<&'static str>>;

struct Lowering<'a> {
    topology: &'a Topology,
    regions: Vec<RegionId>,
    deployment: &'a mut Deployment,
    out: &'a mut Diagnostics,
    /// Keys that parts of a region asked for.
    keys: BTreeMap<RegionId, Keys>,
    /// Multi-Region keys that parts of several regions asked for.
    shared_keys: Keys,
    /// Services of AWS that publish to the topic of a region.
    publishers: BTreeMap<RegionId, BTreeSet<&'static str>>,
    /// What the role of a service in a region may do.
    statements: BTreeMap<(String, RegionId), Vec<clusters::Statement>>,
    /// Secrets that stores asked for.
    store_secrets: Vec<platform::Held>,
    /// Parts of ours that act as roles.
    workloads: BTreeMap<RegionId, Vec<clusters::Workload>>,
    /// Ranges and ports of stores that pods of a region reach.
    reached: BTreeMap<RegionId, BTreeSet<(String, u32)>>,
    /// Objects of AWS' own kinds on the cluster of a region.
    objects: BTreeMap<RegionId, Vec<serde_json::Value>>,
    /// Charts that collect metrics of AWS in a region.
    charts: BTreeMap<RegionId, Vec<crate::deployment::ChartValues>>,
    /// The name of the collector of metrics of a region.
    metrics_hosts: BTreeMap<RegionId, String>,
    /// The roles that services have so far.
    accounts: Accounts,
    /// What the names of a region's private zone lead to.
    private_names: BTreeMap<RegionId, Vec<(String, Argument)>>,
    /// The same of names that only the links root can give.
    linked_names: BTreeMap<RegionId, Vec<(String, Argument)>>,
    /// Ids that other roots take as variables.
    ids: BTreeMap<String, Variable>,
}

impl Lowering<'_> {
    /// One configuration per region, the backend, and the variables that every root has.
    fn provider(&mut self) {
        let cloud = self.cloud().cloned();
        let account = cloud.as_ref().and_then(|c| c.account.as_ref());
        if let Some(cloud) = &cloud {
            naming::check_tags(&cloud.labels, self.out);
        }
        if account.is_none() {
            self.out.push(
                Diagnostic::error(
                    NO_ACCOUNT,
                    self.topology.region(self.regions[0]).span,
                    "names of roles and images hold the account's id, and none is written",
                    "this region is on AWS",
                )
                .help("write `clouds: { aws: { account: \"123456789012\" } }`"),
            );
        }
        self.variable(Variable {
            pattern: Some(("^[0-9]{12}$", "An account's id has twelve digits.")),
            ..variable(
                "account_id",
                "Account that holds the system; a plan with credentials of another one fails.",
                account.map(|a| a.as_str().into()),
                "123456789012".into(),
            )
        });
        let mut tags = vec![
            ("system".to_string(), self.topology.name.clone()),
            (
                "environment".to_string(),
                self.topology.environment.value.clone(),
            ),
            ("managed-by".to_string(), "meridian".to_string()),
        ];
        let own = cloud.iter().flat_map(|c| c.labels.iter());
        tags.extend(own.map(|(k, v)| (k.text.clone(), v.value.clone())));
        self.variable(Variable {
            kind: "map(string)",
            ..variable(
                "tags",
                "Tags on every resource that takes them.",
                Some(Argument::map(tags)),
                Argument::Null,
            )
        });
        for id in self.regions.clone() {
            let configuration = self.configuration(id);
            self.deployment.providers.push(configuration);
        }
        let location = self.outside().location;
        let bucket = self.topology.state_bucket(Provider::Aws);
        let part = self.part();
        part.state = bucket.map(|bucket| StateBackend {
            kind: "s3",
            bucket: bucket.value.clone(),
            place: "key",
            suffix: "/terraform.tfstate",
            scheme: "s3://",
            copy: "aws s3 sync",
            arguments: vec![
                ("region", location.into()),
                ("encrypt", true.into()),
                ("use_lockfile", true.into()),
            ],
            advice: format!("versioned, encrypted, in {location}; `--bootstrap` makes it"),
        });
    }

    /// What is true of this cloud alone.
    fn part(&mut self) -> &mut CloudPart {
        self.deployment.clouds.entry(Provider::Aws).or_default()
    }

    fn configuration(&self, id: RegionId) -> ProviderUse {
        ProviderUse {
            alias: Some(self.topology.region(id).slug()),
            ..configuration_at(self.location(id))
        }
    }

    /// Reports regions of other partitions.
    fn partitions(&mut self) {
        for id in self.regions.clone() {
            let region = self.topology.region(id);
            if !facts::in_common_partition(region.place.location) {
                let what = format!("the partition of `{}`", region.place.location);
                self.not_available(region.span, &what, "regions of the partition `aws`");
            }
        }
    }

    fn cloud(&self) -> Option<&Cloud> {
        let mut clouds = self.topology.clouds.iter();
        let aws = clouds.find(|(_, cloud)| cloud.provider == Some(Provider::Aws));
        aws.map(|(_, cloud)| cloud)
    }

    fn prefix(&self) -> String {
        naming::cut(&self.topology.name, facts::names().prefix)
    }

    /// The region whose endpoints serve what has no region, such as IAM.
    fn home(&self) -> RegionId {
        let home = homes::home(self.topology);
        home.filter(|id| self.regions.contains(id))
            .unwrap_or(self.regions[0])
    }

    fn location(&self, id: RegionId) -> &'static str {
        self.topology.region(id).place.location
    }

    /// The account's id for texts that Terraform does not make.
    fn account_text(&self) -> String {
        account(self.topology)
    }

    /// `arn:aws:SERVICE:REGION:ACCOUNT:REST`; IAM has no region.
    fn arn(&self, service: &str, location: &str, rest: &str) -> Argument {
        Argument::Template(vec![
            format!("arn:aws:{service}:{location}:").into(),
            Argument::variable("account_id"),
            format!(":{rest}").into(),
        ])
    }

    /// The ARN of a region's key for a purpose, with who uses it without a caller of ours.
    /// In other roots it is that of the alias, which only some arguments take.
    fn key(&mut self, id: RegionId, name: &str, users: &[&'static str]) -> Argument {
        if let Some(key) = self.topology.existing_key(self.location(id)) {
            self.key_of_others(id, key, &self.alias(name), users);
            return key.value.as_str().into();
        }
        let keys = self.keys.entry(id).or_default();
        keys.entry(name.to_string()).or_default().extend(users);
        let call = format!("kms_{}", self.topology.region(id).slug());
        self.key_arn(self.location(id), &call, name, &self.alias(name))
    }

    /// The same of a multi-Region key's copy in a region: for the global root and the links.
    fn shared_key(&mut self, id: RegionId, name: &str, users: &[&'static str]) -> Argument {
        if let Some(key) = self.existing_shared_key(id) {
            self.key_of_others(id, &key, &self.shared_alias(name), users);
            return key.into();
        }
        let keys = &mut self.shared_keys;
        keys.entry(name.to_string()).or_default().extend(users);
        let call = format!("kms_shared_{}", self.topology.region(id).slug());
        self.key_arn(self.location(id), &call, name, &self.shared_alias(name))
    }

    /// The alias of a region's key.
    fn alias(&self, name: &str) -> String {
        format!("alias/{}-{name}", self.prefix())
    }

    /// The alias of a multi-Region key, alike in all regions.
    fn shared_alias(&self, name: &str) -> String {
        format!("alias/{}-shared-{name}", self.prefix())
    }

    fn key_arn(&self, location: &str, call: &str, name: &str, alias: &str) -> Argument {
        let elsewhere = self.arn("kms", location, alias);
        output(call, &format!("key_arns[\"{name}\"]"), elsewhere)
    }

    /// An id that AWS gives out: an output within its root, a variable in others, which the
    /// deployment fills.
    fn id(
        &mut self,
        call: &str,
        name: &str,
        what: &str,
        kind: &'static str,
        example: Argument,
    ) -> Argument {
        let id = format!("{call}_{name}");
        let variable = Variable {
            kind,
            ..variable(&id, what, None, example)
        };
        self.ids.insert(id.clone(), variable);
        output(call, name, Argument::Variable(id))
    }

    /// Declares the ids that are used outside of their root, on both sides.
    fn carry(&mut self) {
        let mut carried = BTreeMap::new();
        for call in &self.deployment.calls {
            for (_, value) in &call.arguments {
                foreign(value, call.scope, &self.deployment.calls, &mut carried);
            }
        }
        for (id, value) in carried {
            let Some(variable) = self.ids.get(&id) else {
                continue;
            };
            self.deployment.outputs.push(RootOutput {
                cloud: "aws",
                name: id,
                description: variable.description.clone(),
                value,
            });
            self.deployment.variables.push(variable.clone());
        }
    }

    /// A call with the configuration of one region.
    fn call(
        &mut self,
        name: &str,
        module: &'static str,
        scope: Scope,
        at: RegionId,
        arguments: Vec<(&'static str, Argument)>,
    ) {
        self.call_between(name, module, scope, &[("aws", at)], arguments);
    }

    /// A call with configurations of several regions, by the names that the module has for
    /// them.
    fn call_between(
        &mut self,
        name: &str,
        module: &'static str,
        scope: Scope,
        at: &[(&'static str, RegionId)],
        arguments: Vec<(&'static str, Argument)>,
    ) {
        let address = |id: &RegionId| format!("aws.{}", self.topology.region(*id).slug());
        let at = at.iter().map(|(name, id)| (*name, address(id)));
        self.call_with(name, module, scope, at.collect(), arguments);
    }

    /// A call with configurations by their addresses.
    fn call_with(
        &mut self,
        name: &str,
        module: &'static str,
        scope: Scope,
        providers: Vec<(&'static str, String)>,
        arguments: Vec<(&'static str, Argument)>,
    ) {
        let call = Call {
            name: name.to_string(),
            module,
            scope,
            providers,
            arguments,
            after: Vec::new(),
            comment: String::new(),
        };
        self.deployment.calls.push(call);
    }

    /// Makes a call wait for another.
    fn add_after(&mut self, name: &str, after: &str) {
        let call = self.deployment.calls.iter_mut().find(|c| c.name == name);
        if let Some(call) = call.filter(|c| !c.after.iter().any(|a| a == after)) {
            call.after.push(after.to_string());
        }
    }

    fn variable(&mut self, variable: Variable) {
        let declared = &mut self.deployment.variables;
        if declared.iter().all(|v| v.name != variable.name) {
            declared.push(variable);
        }
    }

    fn not_available(&mut self, span: Span, what: &str, has: &str) {
        self.out.push(
            Diagnostic::error(
                NOT_AVAILABLE,
                span,
                format!("{what} is not generated for aws"),
                "asked for here",
            )
            .help(format!("aws has {has}")),
        );
    }
}

fn variable(
    name: &str,
    description: &str,
    default: Option<Argument>,
    example: Argument,
) -> Variable {
    Variable {
        name: name.to_string(),
        description: description.to_string(),
        kind: "string",
        default,
        sensitive: false,
        example,
        pattern: None,
    }
}

fn output(call: &str, output: &str, elsewhere: Argument) -> Argument {
    Argument::Output {
        call: call.to_string(),
        output: output.to_string(),
        elsewhere: Box::new(elsewhere),
    }
}

/// Collects the variables that stand for outputs of calls in other roots, each with the
/// output.
fn foreign(value: &Argument, scope: Scope, calls: &[Call], found: &mut BTreeMap<String, Argument>) {
    match value {
        Argument::List(values) | Argument::Template(values) => {
            values.iter().for_each(|v| foreign(v, scope, calls, found));
        }
        Argument::Map(entries) => {
            entries
                .iter()
                .for_each(|(_, v)| foreign(v, scope, calls, found));
        }
        Argument::Output {
            call, elsewhere, ..
        } => {
            let of = calls.iter().find(|c| c.name == *call).map(|c| c.scope);
            if let (Argument::Variable(name), Some(of)) = (&**elsewhere, of)
                && of != scope
            {
                found.insert(name.clone(), value.clone());
            }
        }
        _ => {}
    }
}

/// The account's id, as the spec gives it.
pub fn account(topology: &Topology) -> String {
    let clouds = topology.clouds.iter();
    clouds
        .filter(|(_, cloud)| cloud.provider == Some(Provider::Aws))
        .find_map(|(_, c)| c.account.as_ref().map(|a| a.value.clone()))
        .unwrap_or_default()
}
