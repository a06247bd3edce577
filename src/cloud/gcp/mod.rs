//! Google Cloud: one file for each family of offerings.

mod adopt;
mod backup;
mod cloud_run;
mod cloud_sql;
mod cloud_storage;
mod copies;
mod cost;
mod data;
mod edge;
mod existing;
mod facts;
mod firestore;
mod frame;
mod gke;
mod homes;
mod memorystore;
mod monitoring;
mod naming;
mod offering;
mod operations;
mod platform;
mod pointing;
mod procedures;
mod pubsub;
mod ranges;
mod readings;
mod reads;
mod recovery;
mod redis_sentinel;
mod regional;
mod registries;
mod scrapes;
mod signals;
mod system;
mod upgrades;

pub use frame::Gcp;
use reads::READS;

use super::NOT_AVAILABLE;
use super::maintenance;
use super::ranges::check_own;
use crate::cloud::upgrades::settle_clusters;
use crate::deployment::{
    Argument, Call, CloudPart, Deployment, ProviderUse, Scope, StateBackend, Variable,
};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::topology::{Continent, Datastore, Provider, RegionId, Topology};
use offering::has_range;
use std::collections::{BTreeMap, BTreeSet};

/// Decides what must not move on Google Cloud.
fn settle(topology: &mut Topology, out: &mut Diagnostics) {
    let regions = topology.regions_on(Provider::Gcp);
    ranges::settle(topology, &regions, out);
    homes::settle(topology, &regions, out);
    let held: Vec<Datastore> = topology
        .datastores
        .iter()
        .filter(|s| has_range(s))
        .cloned()
        .collect();
    for store in &held {
        let on_gcp = |id: &RegionId| regions.contains(id);
        let here: Vec<RegionId> = store.regions.iter().copied().filter(on_gcp).collect();
        ranges::settle_store(topology, store, &here);
        maintenance::settle(topology, &here);
    }
    homes::settle_clusters(topology, &platform::clusters_of(topology, &regions));
    edge::settle(topology, &regions);
    firestore::settle(topology);
    let own = platform::own_clusters(topology, &regions);
    settle_clusters(topology, &own, None, out);
}

/// The name of this cloud in the lock.
const CLOUD: &str = "gcp";

/// Lowers everything that is on Google Cloud.
fn lower(topology: &Topology, deployment: &mut Deployment, out: &mut Diagnostics) {
    let regions = topology.regions_on(Provider::Gcp);
    check_own(topology, &regions, ranges::SMALLEST, out);
    let mut lowering = Lowering {
        topology,
        regions,
        deployment,
        out,
        apis: BTreeSet::new(),
        requested_keys: BTreeMap::new(),
        extra_accounts: Vec::new(),
        reached: BTreeMap::new(),
    };
    lowering.check_existing();
    lowering.provider();
    for api in OF_TERRAFORM {
        lowering.api(api);
    }
    lowering.network();
    lowering.secrets();
    lowering.datastores();
    lowering.queues();
    lowering.clusters();
    lowering.upgrades();
    lowering.runtimes();
    lowering.registries();
    lowering.needs_of_images();
    lowering.needs_of_secrets();
    lowering.mesh();
    lowering.hosts();
    lowering.backups();
    lowering.accounts();
    lowering.workload_identities();
    lowering.monitoring();
    lowering.scrapes();
    lowering.cost();
    lowering.keys();
    lowering.apis();
    lowering.system();
    lowering.switches();
    operations::operations(topology, deployment);
    procedures::procedures(topology, deployment);
}

/// What resource types need whatever they are about: `google_project_service` asks Service Usage,
/// and every `google_project_iam_member` the Resource Manager (provider 7.45.0, their documentation
/// and first errors: `SERVICE_DISABLED`). Off in a fresh project.
const OF_TERRAFORM: [&str; 2] = ["cloudresourcemanager", "serviceusage"];

/// The keys of one location, each with the service agents that use it.
type KeyRequests = BTreeMap<String, BTreeSet<String>>;

struct Lowering<'a> {
    topology: &'a Topology,
    regions: Vec<RegionId>,
    deployment: &'a mut Deployment,
    out: &'a mut Diagnostics,
    apis: BTreeSet<&'static str>,
    requested_keys: BTreeMap<String, KeyRequests>,
    /// Accounts that offerings ask for beside those of services.
    extra_accounts: Vec<(String, Argument)>,
    /// Ranges and ports of stores that pods of a region reach.
    reached: BTreeMap<RegionId, BTreeSet<(String, u32)>>,
}

impl Lowering<'_> {
    /// Provider, backend, and the variables that every root has.
    fn provider(&mut self) {
        let bucket = self.topology.state_bucket(Provider::Gcp);
        let part = self.part();
        part.state = bucket.map(|bucket| StateBackend {
            kind: "gcs",
            bucket: bucket.value.clone(),
            place: "prefix",
            suffix: "",
            scheme: "gs://",
            copy: "gcloud storage rsync --recursive",
            arguments: Vec::new(),
            advice: "versioned, in a multi-region, and not in the only region whose loss it must survive".into(),
        });
        let mut arguments = vec![
            ("project", Argument::variable("project_id")),
            ("default_labels", Argument::variable("labels")),
        ];
        if self.has_budget() {
            arguments.extend([
                ("billing_project", Argument::variable("project_id")),
                ("user_project_override", true.into()),
            ]);
        }
        self.deployment.providers.push(ProviderUse {
            cloud: "gcp",
            name: "google",
            alias: None,
            source: "hashicorp/google",
            version: ">= 7.33.0, < 8.0.0",
            arguments,
            blocks: Vec::new(),
        });
        let cloud = self
            .topology
            .clouds
            .iter()
            .find(|(_, cloud)| cloud.provider == Some(Provider::Gcp));
        let cloud = cloud.map(|(_, c)| c);
        let project = cloud
            .and_then(|c| c.project.as_ref())
            .map(|p| p.value.clone());
        let number = cloud
            .and_then(|c| c.project_number.as_ref())
            .map(|n| n.value.clone());
        let labels = cloud.map(|c| {
            let labels = c.labels.iter();
            labels
                .map(|(k, v)| (k.text.clone(), v.value.clone()))
                .collect::<Vec<_>>()
        });
        let project_example = project.clone().unwrap_or("my-project".into());
        self.variable(
            "project_id",
            "Project that holds the system.".into(),
            project.map(Argument::Text),
            project_example.into(),
        );
        self.deployment.variables.push(Variable {
            pattern: Some(("^[0-9]{6,20}$", "A project number has only digits.")),
            ..variable(
                "project_number",
                "Number of the project: gcloud projects describe PROJECT --format='value(projectNumber)'.".into(),
                number.map(Argument::Text),
                "123456789012".into(),
            )
        });
        if let Some(cloud) = cloud {
            naming::check_labels(&cloud.labels, self.out);
        }
        let mut all = vec![
            ("system".to_string(), self.topology.name.clone()),
            (
                "environment".to_string(),
                self.topology.environment.value.clone(),
            ),
            ("managed-by".to_string(), "meridian".to_string()),
        ];
        all.extend(labels.unwrap_or_default());
        self.deployment.variables.push(Variable {
            kind: "map(string)",
            ..variable(
                "labels",
                "Labels on every resource that takes them.".into(),
                Some(Argument::map(all)),
                Argument::Null,
            )
        });
    }

    /// What is true of this cloud alone.
    fn part(&mut self) -> &mut CloudPart {
        self.deployment.clouds.entry(Provider::Gcp).or_default()
    }

    fn prefix(&self) -> String {
        self.topology.name.clone()
    }

    fn project(&self) -> Argument {
        Argument::variable("project_id")
    }

    /// The project's id for texts that Terraform does not make.
    fn project_text(&self) -> String {
        project(self.topology)
    }

    /// `projects/${var.project_id}/REST`.
    fn in_project(&self, rest: &str) -> Argument {
        Argument::Template(vec![
            "projects/".into(),
            Argument::variable("project_id"),
            format!("/{rest}").into(),
        ])
    }

    /// The e-mail address of an account, by its id.
    fn email(&self, id: &str) -> Argument {
        Argument::Template(vec![
            format!("{id}@").into(),
            Argument::variable("project_id"),
            ".iam.gserviceaccount.com".into(),
        ])
    }

    /// An account as an IAM member.
    fn member(&self, id: &str) -> Argument {
        Argument::Template(vec![
            format!("serviceAccount:{id}@").into(),
            Argument::variable("project_id"),
            ".iam.gserviceaccount.com".into(),
        ])
    }

    fn output(&self, call: &str, output: &str, elsewhere: Argument) -> Argument {
        Argument::Output {
            call: call.to_string(),
            output: output.to_string(),
            elsewhere: Box::new(elsewhere),
        }
    }

    fn api(&mut self, name: &'static str) {
        self.apis.insert(name);
    }

    fn new_call(
        &self,
        name: &str,
        module: &'static str,
        scope: Scope,
        arguments: Vec<(&'static str, Argument)>,
    ) -> Call {
        Call {
            name: name.to_string(),
            module,
            scope,
            providers: Vec::new(),
            arguments,
            after: vec!["apis".into()],
            comment: String::new(),
        }
    }

    fn call(
        &mut self,
        name: &str,
        module: &'static str,
        scope: Scope,
        arguments: Vec<(&'static str, Argument)>,
    ) {
        let call = self.new_call(name, module, scope, arguments);
        self.deployment.calls.push(call);
    }

    /// A call that uses keys by name and so must wait for them.
    fn call_after_keys(
        &mut self,
        name: &str,
        module: &'static str,
        scope: Scope,
        location: &str,
        arguments: Vec<(&'static str, Argument)>,
    ) {
        self.call(name, module, scope, arguments);
        self.add_after(name, &format!("kms_{}", naming::slug(location)));
    }

    /// Makes a call wait for another.
    fn add_after(&mut self, name: &str, after: &str) {
        let call = self.deployment.calls.iter_mut().find(|c| c.name == name);
        if let Some(call) = call.filter(|c| !c.after.iter().any(|a| a == after)) {
            call.after.push(after.to_string());
        }
    }

    fn variable(
        &mut self,
        name: &str,
        description: String,
        default: Option<Argument>,
        example: Argument,
    ) {
        if self.deployment.variables.iter().all(|v| v.name != name) {
            let kind = if matches!(example, Argument::Map(_)) {
                "map(string)"
            } else {
                "string"
            };
            self.deployment.variables.push(Variable {
                kind,
                ..variable(name, description, default, example)
            });
        }
    }

    fn not_available(&mut self, span: Span, what: &str, has: &str) {
        self.out.push(
            Diagnostic::error(
                NOT_AVAILABLE,
                span,
                format!("{what} is not generated for gcp"),
                "asked for here",
            )
            .help(format!("gcp has {has}")),
        );
    }
}

fn variable(
    name: &str,
    description: String,
    default: Option<Argument>,
    example: Argument,
) -> Variable {
    Variable {
        name: name.to_string(),
        description,
        kind: "string",
        default,
        sensitive: false,
        example,
        pattern: None,
    }
}

/// The project's id, as the spec gives it.
pub fn project(topology: &Topology) -> String {
    let clouds = topology.clouds.iter();
    clouds
        .filter(|(_, cloud)| cloud.provider == Some(Provider::Gcp))
        .find_map(|(_, c)| c.project.as_ref().map(|p| p.value.clone()))
        .unwrap_or_else(|| topology.name.clone())
}

/// The multi-region of keys and images around a region; the region itself where there is
/// none.
fn multi_region(place: &crate::catalog::Place) -> String {
    match place.continent {
        Continent::NorthAmerica if place.country == "US" => "us".into(),
        Continent::Europe if crate::catalog::EEA.contains(&place.country) => "europe".into(),
        Continent::Asia => "asia".into(),
        _ => place.location.into(),
    }
}
