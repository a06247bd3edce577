//! Cloud Run.

mod recover;
mod watch;

use super::Lowering;
use super::facts;
use super::naming::{self, Kind, slug};
use super::offering::{Noticed, RunsOnGcp};
use super::pointing::User;
use super::project;
use crate::cloud::offering::{Aspect, RuntimeOffering, RuntimeRecovery, WatchService};
use crate::cloud::sizing::millicores;
use crate::deployment::{Argument, Decision, Scope};
use crate::topology::{RegionId, Runtime, Service, Topology, variable_name};

use Aspect::Given;

/// Containers that Google Cloud starts as requests come.
#[derive(Debug, Clone, Copy)]
pub struct CloudRun;

impl RuntimeOffering for CloudRun {
    fn id(&self) -> &'static str {
        "gcp/cloud_run"
    }

    fn runtime(&self) -> Runtime {
        Runtime::CloudRun
    }

    fn recovery(&self) -> Aspect<RuntimeRecovery> {
        Given(RuntimeRecovery {
            restart: "gcp.cloud-run.scale",
            // Requests go to an instance that answers at once.
            replica: |_, _, _| Vec::new(),
            grow: recover::grow,
        })
    }
}

impl RunsOnGcp for CloudRun {
    fn lower(&self) -> Aspect<fn(&mut Lowering)> {
        Given(|lowering| lowering.cloud_run())
    }

    fn signals(&self) -> Aspect<WatchService> {
        Given(watch::signals)
    }

    fn noticed(&self) -> Aspect<Noticed> {
        Given(recover::service_health)
    }

    fn tells(&self, topology: &Topology, user: &User) -> String {
        let region = topology.region(user.region);
        format!(
            "gcloud run services update {} --update-env-vars {} --region {} --project {}",
            user.service.name_in(region),
            user.assigned().join(","),
            region.place.location,
            project(topology)
        )
    }

    fn shows(&self, topology: &Topology, user: &User, variable: &str) -> String {
        let region = topology.region(user.region);
        format!(
            "gcloud run services describe {} --region {} --project {} --format=json | \
             jq -r '.spec.template.spec.containers[0].env[] | select(.name == \"{variable}\").value'",
            user.service.name_in(region),
            region.place.location,
            project(topology)
        )
    }
}

impl Lowering<'_> {
    fn cloud_run(&mut self) {
        for service in &self.topology.services {
            if service.runtime != Runtime::CloudRun {
                continue;
            }
            for placement in &service.placements {
                if self.regions.contains(&placement.region) {
                    self.cloud_run_service(service, placement.region);
                }
            }
        }
        let any = self
            .topology
            .services
            .iter()
            .any(|s| s.runtime == Runtime::CloudRun);
        if any {
            self.deployment.decisions.push(Decision {
                title: "Cloud Run stands outside the mesh".into(),
                reason: format!(
                    "KEDA, Istio and disruption budgets mean nothing to Cloud Run: its bounds on \
                     instances and its readiness probes are its own. A region is healthy to a load \
                     balancer as long as {} % of its instances are ready, whatever the others answer. \
                     At least one instance runs in every region, because a region without one has \
                     no health that a load balancer could see.",
                    facts::service_health().ready_percent
                ),
            });
        }
    }

    /// Whether users or pushes reach the service through a load balancer.
    fn behind_load_balancer(&self, service: &Service) -> bool {
        let hosts = &self.topology.hosts;
        hosts
            .iter()
            .any(|h| self.topology.service(h.service).name == service.name)
    }

    fn cloud_run_service(&mut self, service: &Service, id: RegionId) {
        self.api("run");
        let region = self.topology.region(id);
        let name = service.name_in(region);
        naming::checked(Kind::CloudRun, name.clone(), service.span, self.out);
        let Some(replicas) = service.replicas_in(id) else {
            return;
        };
        let account = self.account_id(service, id);
        let behind = self.behind_load_balancer(service);
        let cores = millicores(&service.cpu).max(1000);
        let start = service.capacity.as_ref().and_then(|c| c.start.as_ref());
        let ready = service.readiness();
        let probe = Argument::map([
            ("path", Argument::from(service.ready.path.value.clone())),
            ("period_seconds", ready.every.into()),
            ("timeout_seconds", ready.timeout.into()),
            ("failure_threshold", ready.failures.into()),
        ]);
        let invokers = self.invokers(service);
        let image = self.image(&service.name, id);
        let mut arguments = vec![
            ("project_id", self.project()),
            ("name", name.into()),
            ("region", region.place.location.into()),
            ("image", image),
            ("service_account", self.email(&account)),
            ("behind_load_balancer", behind.into()),
            (
                "instances",
                Argument::map([("min", replicas.min), ("max", replicas.max)]),
            ),
            (
                "concurrency",
                service.concurrency.as_ref().map_or(80, |c| c.value).into(),
            ),
            ("port", service.port.value.into()),
            ("cpu", format!("{cores}m").into()),
            ("memory", service.memory.to_string().into()),
            (
                "start_seconds",
                // Time to spare, as far as Cloud Run gives any.
                start
                    .map_or(60, |s| (s.secs().max(10) * 3).min(240).max(s.secs()))
                    .into(),
            ),
            ("readiness", probe),
            ("env", self.environment(service, id)),
            ("secret_env", self.secret_environment(service, id)),
            ("audiences", self.audiences(service)),
            ("invokers", invokers.clone()),
            ("labels", Argument::variable("labels")),
        ];
        // Only what no queue feeds is for everybody.
        if behind && invokers == Argument::Map(Vec::new()) {
            arguments.push(("public", true.into()));
        }
        let call = format!("run_{}_{}", slug(&service.name), region.slug());
        self.call(&call, "gcp/cloud-run", Scope::Region(id), arguments);
        for after in ["accounts", "registry", "secrets"] {
            self.add_after(&call, after);
        }
    }

    fn environment(&self, service: &Service, id: RegionId) -> Argument {
        let region = self.topology.region(id);
        let own = service.env.iter();
        let own = own.map(|(k, v)| (variable_name(&k.text), v.value.clone()));
        let stores = self.settings(service, id).into_iter();
        let stores = stores.map(|s| (s.variable, s.value));
        let first = (service.region_variable.value.clone(), region.name.clone());
        let shared = self.topology.environment(service, id);
        Argument::map(
            std::iter::once(first)
                .chain(own)
                .chain(shared)
                .chain(stores)
                .chain(self.queue_settings(service, id)),
        )
    }

    /// The newest version of each secret: of the region's own, where regions have their own.
    fn secret_environment(&self, service: &Service, id: RegionId) -> Argument {
        let region = self.topology.region(id);
        let secrets = self.topology.secrets.iter();
        let read = secrets.filter(|s| service.secrets.contains(&s.name));
        let system = &self.topology.name;
        Argument::map(read.map(|secret| {
            (
                variable_name(&secret.name),
                format!("{system}-{}", secret.name_in(region)),
            )
        }))
    }

    /// The hosts that callers' tokens may name.
    fn audiences(&self, service: &Service) -> Argument {
        let hosts = self.topology.hosts.iter();
        let own = hosts.filter(|h| self.topology.service(h.service).name == service.name);
        own.map(|h| format!("https://{}", h.name))
            .collect::<Vec<_>>()
            .into()
    }

    fn invokers(&self, service: &Service) -> Argument {
        let mut members = Vec::new();
        let queues = &self.topology.queues;
        let receives = |q: &&crate::topology::Queue| {
            q.receiver
                .is_some_and(|r| self.topology.service(r).name == service.name)
        };
        for queue in queues.iter().filter(receives) {
            let account = format!("{}-push", queue.name);
            members.push((queue.name.clone(), self.member(&account)));
        }
        Argument::Map(members)
    }
}
