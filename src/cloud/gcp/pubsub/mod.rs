//! Pub/Sub.

mod operate;
mod pause;
mod recover;
mod repoint;
mod rest;
mod watch;

pub(super) use operate::pubsub;
pub(super) use pause::pause;

use super::Lowering;
use super::firestore::database_id;
use super::homes::Home;
use super::naming::{self, Kind, slug};
use super::offering::{OperateQueue, QueueOnGcp, ToldOfQueue, queue_offering, queues};
use crate::cloud::offering::{Aspect, QueueOffering, QueueRecovery, QueueRestsAt, WatchQueue};
use crate::deployment::{Action, Argument, Decision, Scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::topology::{
    Datastore, Incompatible, Promisee, Queue, QueueEngine, RegionId, Scenario, Service, ServiceId,
    Topology, variable_name,
};
use Aspect::Given;

/// Attempts that are over before whoever takes the messages is promised back.
pub const ATTEMPTS: Code = Code::new("GCP109", "attempts-end-too-early");

/// The longest that Pub/Sub waits between two attempts, in seconds
/// (docs.cloud.google.com/pubsub/docs/handling-failures, read 2026-11).
const LONGEST_BACKOFF: u64 = 600;
/// The most attempts before a message is set aside, of the same source.
const MOST_ATTEMPTS: u64 = 100;

/// Pub/Sub.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pubsub;

impl QueueOffering for Pubsub {
    fn id(&self) -> &'static str {
        "gcp/pubsub"
    }

    fn asked(&self) -> &'static str {
        "`pubsub`"
    }

    fn fits(&self, queue: &Queue) -> bool {
        queue.engine == QueueEngine::Pubsub
    }

    fn signals(&self) -> Aspect<WatchQueue> {
        Given(watch::signals)
    }

    fn copies(&self) -> Aspect<QueueRestsAt> {
        Given(rest::copies)
    }

    fn recovery(&self) -> Aspect<QueueRecovery> {
        Given(QueueRecovery {
            again: recover::again,
            publish: recover::publish,
        })
    }
}

impl QueueOnGcp for Pubsub {
    fn lower(&self, lowering: &mut Lowering, queue: &Queue) {
        lowering.pubsub(queue);
    }

    fn operations(&self) -> Aspect<OperateQueue> {
        Given(|all, queue| all.topic(queue))
    }

    fn told(&self) -> Aspect<ToldOfQueue> {
        Given(told)
    }
}

/// Where a service in a region finds a queue. Publishing in its own region is what order holds
/// for, and needs no other region.
fn told(
    topology: &Topology,
    queue: &Queue,
    service: &Service,
    region: RegionId,
) -> Vec<(&'static str, String)> {
    let same = |id: &ServiceId| topology.service(*id).name == service.name;
    let mut found = Vec::new();
    if queue.publishers.iter().any(same) {
        let location = topology.region(region).place.location;
        found.push(("TOPIC", queue.name.clone()));
        found.push(("ENDPOINT", format!("{location}-pubsub.googleapis.com:443")));
    }
    if queue.receiver.as_ref().is_some_and(same) && sets_aside(topology, queue) {
        found.push(("DEAD_LETTER_TOPIC", format!("{}-dead-letter", queue.name)));
    }
    found
}

impl Lowering<'_> {
    pub(super) fn queues(&mut self) {
        for queue in &self.topology.queues {
            match queue_offering(queue) {
                Some(offering) => offering.lower(self, queue),
                None => self.no_such_queue(queue),
            }
        }
        self.queue_decisions();
    }

    fn no_such_queue(&mut self, queue: &Queue) {
        let kind = &queue.kind;
        let has: Vec<&str> = queues().map(|o| o.asked()).collect();
        let has = format!(
            "{}; declare one that somebody runs with `external: {{ run_by: … }}`",
            has.join(" and ")
        );
        self.not_available(kind.span, &format!("`{}`", kind.value), &has);
    }

    /// The store whose changes this queue carries between its databases.
    fn replicated(&self, queue: &Queue) -> Option<&Datastore> {
        let carries = |s: &&Datastore| {
            let replication = s.replication.as_ref();
            let named = replication.and_then(|r| r.queue.as_ref());
            named.is_some_and(|q| q.value == queue.name) && s.databases.len() > 1
        };
        self.topology.datastores.iter().find(carries)
    }

    /// Who takes the messages of a queue: whom it pushes to, or who carries a store's changes.
    fn taker(&self, queue: &Queue) -> Option<ServiceId> {
        let worker = || {
            let replication = self.replicated(queue)?.replication.as_ref()?;
            let worker = replication.worker.as_ref()?;
            let mut services = self.topology.services.iter();
            services.position(|s| s.name == worker.value).map(ServiceId)
        };
        queue.receiver.or_else(worker)
    }

    /// Seconds between two attempts at least: with fewer, the attempts are over before whoever
    /// takes the messages is promised back after losing a region, and every message of the
    /// meantime is set aside.
    fn backoff(&mut self, queue: &Queue) -> u64 {
        let after = &queue.dead_letter.after;
        let waits = u64::from(after.value).saturating_sub(1).max(1);
        let promises = self.topology.promises();
        let rto = match self.taker(queue) {
            Some(taker) => {
                promises
                    .of(Promisee::Service(taker), Scenario::ANY_REGION)
                    .rto
            }
            None => promises.strictest(Scenario::ANY_REGION).rto,
        };
        let back = rto.map_or(0, |promise| promise.time().secs());
        if let Some(rto) = rto.filter(|_| back > waits * LONGEST_BACKOFF) {
            let attempts = (back.div_ceil(LONGEST_BACKOFF) + 1).min(MOST_ATTEMPTS);
            let found = Diagnostic::warning(
                ATTEMPTS,
                after.span,
                format!(
                    "messages of `{}` are set aside before a lost region is back",
                    queue.name
                ),
                format!(
                    "{} attempts, at most {LONGEST_BACKOFF} s apart",
                    after.value
                ),
            );
            let found = found.also(rto.span, format!("back within {}", rto.time()));
            let help = format!(
                "write `dead_letter: {{ after: {attempts} }}`, or put them back with replay-dead-letters.sh"
            );
            self.out.push(found.help(help));
        }
        back.div_ceil(waits).clamp(10, LONGEST_BACKOFF)
    }

    fn pubsub(&mut self, queue: &Queue) {
        self.api("pubsub");
        let home = Home::Topics.of(self.topology);
        let key = self.key(&home, "pubsub", "gcp-sa-pubsub");
        // Every message is encrypted with it, in whatever region it is taken.
        self.need(
            Action::Carry(queue.name.clone()),
            "the key of its topic",
            std::slice::from_ref(&home),
            Some(queue.span),
            ("terraform", &home),
        );
        let dead = &queue.dead_letter;
        let mut arguments = vec![
            ("project_id", self.project()),
            ("project_number", Argument::variable("project_number")),
            ("name", queue.name.clone().into()),
            ("regions", self.locations(&queue.regions).into()),
            ("kms_key_id", key),
            ("retention_seconds", queue.keep.secs().into()),
            ("dead_letter_retention_seconds", dead.keep.secs().into()),
            ("ack_deadline_seconds", queue.ack_within.secs().into()),
            ("max_delivery_attempts", dead.after.value.into()),
            ("minimum_backoff_seconds", self.backoff(queue).into()),
        ];
        let publishers =
            self.accounts_of(queue.publishers.iter().map(|id| self.topology.service(*id)));
        let replicated = self.replicated(queue).cloned();
        if replicated.is_none() {
            arguments.push(("ordered", queue.ordered_by.is_some().into()));
        }
        if let Some(receiver) = queue.receiver {
            let push = self.push(queue, self.topology.service(receiver));
            arguments.push(("push", push));
        }
        arguments.push(("publishers", publishers));
        if replicated.is_none() && sets_aside(self.topology, queue) {
            let receiver = queue.receiver.map(|id| self.topology.service(id));
            arguments.push((
                "dead_letter_publishers",
                self.accounts_of(receiver.into_iter()),
            ));
        }
        arguments.push(("labels", Argument::variable("labels")));
        let module = match &replicated {
            Some(store) => {
                let ids = store
                    .databases
                    .iter()
                    .map(|d| database_id(self.topology, store, &d.name));
                arguments.push(("database_ids", ids.collect::<Vec<_>>().into()));
                let worker = store.replication.as_ref().and_then(|r| r.worker.as_ref());
                let worker =
                    worker.and_then(|w| self.topology.services.iter().find(|s| s.name == w.value));
                arguments.push(("workers", self.accounts_of(worker.into_iter())));
                "gcp/firestore-replication"
            }
            None => "gcp/pubsub",
        };
        let call = format!("queue_{}", slug(&queue.name));
        self.call_after_keys(&call, module, Scope::Global, &home, arguments);
        self.add_after(&call, "accounts");
    }

    /// Where a service in a region finds the queues that it uses.
    pub(super) fn queue_settings(
        &self,
        service: &Service,
        region: RegionId,
    ) -> Vec<(String, String)> {
        let queues = self.topology.queues.iter();
        let told = queues.filter_map(|q| Some((q, queue_offering(q)?.told().given()?)));
        told.flat_map(|(queue, told)| {
            let name = variable_name(&queue.name);
            let told = told(self.topology, queue, service, region).into_iter();
            told.map(move |(what, value)| (format!("{name}_{what}"), value))
        })
        .collect()
    }

    /// What order and pushing promise, and what they do not.
    fn queue_decisions(&mut self) {
        let ordered = |q: &&Queue| q.ordered_by.is_some() && q.receiver.is_some();
        for queue in self.topology.queues.iter().filter(ordered) {
            self.deployment.decisions.push(Decision {
                title: format!("{}: what order promises", queue.name),
                reason: format!(
                    "Messages with the same `{}` come in the order in which one region took \
                     them. Publishers publish in their own region, so that a web request never \
                     needs another one; between two regions, as in a failover, there is no \
                     order. What a lost region has taken and not delivered comes when it is \
                     back: late, and behind newer messages. One subscription does not mean one \
                     delivery either: a push that is answered too late is sent again. So the \
                     receiver must recognise an event that it has seen, and leave a newer \
                     state alone.",
                    queue.ordered_by.as_ref().map_or("key", |k| k.as_str()),
                ),
            });
        }
    }

    /// IAM members of services, one for each region that they run in.
    fn accounts_of<'s>(&self, services: impl Iterator<Item = &'s Service>) -> Argument {
        let members = services.flat_map(|service| {
            service.placements.iter().map(move |p| {
                let id = self.account_id(service, p.region);
                let member = self.member(&id);
                (id, member)
            })
        });
        Argument::map(members)
    }

    /// Where messages go: the host in front of the receiver, else its own address in the
    /// primary region. The address of a Cloud Run service is a function of its name.
    fn push(&mut self, queue: &Queue, receiver: &Service) -> Argument {
        let account = format!("{}-push", queue.name);
        naming::checked(Kind::ServiceAccount, account.clone(), queue.span, self.out);
        if self.extra_accounts.iter().all(|(id, _)| *id != account) {
            let title = format!("Signs what {} sends", queue.name);
            self.extra_accounts
                .push((account.clone(), Argument::map([("display_name", title)])));
        }
        let path = queue.push_path.as_str();
        let address = match queue.host {
            Some(host) => vec![format!("https://{}", self.topology.host(host).name).into()],
            None => self.cloud_run_address(receiver),
        };
        if receiver.on_cluster() && queue.host.is_none() {
            let span = queue.push_at;
            self.not_available(
                span,
                "pushing to a service on Kubernetes without a host",
                "push to Cloud Run, or through a host of `traffic` (`push: { host: … }`)",
            );
        }
        let mut endpoint = address.clone();
        endpoint.push(path.into());
        Argument::map([
            ("endpoint", Argument::Template(endpoint)),
            ("service_account", self.email(&account)),
            ("audience", Argument::Template(address)),
        ])
    }

    /// `https://SERVICE-NUMBER.REGION.run.app`, of the primary region or the first.
    fn cloud_run_address(&self, service: &Service) -> Vec<Argument> {
        let region = self.topology.push_region(service);
        let Some(region) = region.map(|id| self.topology.region(id)) else {
            return Vec::new();
        };
        vec![
            format!("https://{}-", service.name_in(region)).into(),
            Argument::variable("project_number"),
            format!(".{}.run.app", region.place.location).into(),
        ]
    }
}

/// Whether the receiver itself puts what it can never take into the dead letter topic.
fn sets_aside(topology: &Topology, queue: &Queue) -> bool {
    let events = topology.events.as_ref();
    events.is_some_and(|e| *e.incompatible == Incompatible::DeadLetter)
        && queue.dead_letter.said
        && queue.receiver.is_some()
}
