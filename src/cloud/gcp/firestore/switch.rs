//! How a restored Firestore database comes into service: the services that serve with the original
//! may read the copy, and are told its name.

use super::database_id;
use crate::cloud::gcp::naming::context;
use crate::cloud::gcp::pubsub::pause;
use crate::cloud::gcp::{Lowering, project};
use crate::deployment::{
    Before, Copying, Operation, OperationKind, Proof, Setting, Stays, Switch, SwitchStep,
    UNTIL_BACK, script, words,
};
use crate::format::shell;
use crate::topology::{Datastore, Engine, Queue, Runtime, Service};

impl Lowering<'_> {
    pub(in crate::cloud::gcp) fn switches(&mut self) {
        let stores = self.topology.datastores.iter();
        let restored = stores.filter(|s| s.engine == Engine::Firestore && s.backup.is_some());
        let found: Vec<Switch> = restored
            .flat_map(|store| {
                let names = store.databases.iter();
                names.map(|d| {
                    self.database_switch(store, &database_id(self.topology, store, &d.name))
                })
            })
            .collect();
        self.deployment.switches.extend(found);
        let stores = self.topology.datastores.iter();
        let own = stores.filter(|s| s.engine == Engine::Firestore);
        let names = own.flat_map(|store| {
            let databases = store.databases.iter();
            databases.map(|d| database_id(self.topology, store, &d.name))
        });
        self.deployment.store_names.extend(names);
    }

    fn database_switch(&self, store: &Datastore, id: &str) -> Switch {
        let placed = self.topology.services.iter().flat_map(|service| {
            let regions = service.placements.iter().map(|p| p.region);
            regions.flat_map(move |region| {
                let told = self.settings(service, region).into_iter();
                told.map(move |setting| (service, setting))
            })
        });
        let users: Vec<(&Service, Setting)> = placed.filter(|(_, s)| s.value == id).collect();
        let told = |to: &str| -> Vec<SwitchStep> {
            let each = users.iter();
            each.map(|(service, setting)| self.told(service, setting, to))
                .collect()
        };
        Switch {
            subject: id.to_string(),
            datastore: store.name.clone(),
            means: "Services get access to the copy and are told its name; the original stays as it is.".into(),
            afterwards: match self.fed_by(store) {
                Some(queue) => format!(
                    "{UNTIL_BACK} What waits in {name} is written to what serves once it pushes again; if it carries what was wrong, drop it before: `gcloud pubsub subscriptions seek {name} --time=MOMENT` forgets what was published until then.",
                    name = queue.name
                ),
                None => UNTIL_BACK.into(),
            },
            to_copy: users.iter().map(|(service, setting)| self.granted(id, service, setting)).chain(told("$COPY")).collect(),
            to_original: told(id),
            copying: self.carried(store, id),
            delete: users.iter().map(|(service, setting)| self.taken(id, service, setting)).chain([self.deleted(id)]).collect(),
            begins: Some(copies_begin(id)),
            stays: Stays::BesideIt,
            before: Before {
                delete: users.iter().map(|(service, setting)| self.unused(service, setting)).collect(),
                ..Before::default()
            },
        }
    }

    /// The queue by which the store's own worker copies changes between its databases.
    fn fed_by(&self, store: &Datastore) -> Option<&Queue> {
        let fed = store.replication.as_ref()?.queue.as_ref()?;
        let mut queues = self.topology.queues.iter();
        queues.find(|q| q.name == fed.as_str())
    }

    /// Its worker writes nothing while a database changes hands.
    fn carried(&self, store: &Datastore, id: &str) -> Option<Copying> {
        let [stop, resume] = pause(self.topology, self.fed_by(store)?, id)?;
        Some(Copying {
            stop: vec![stop],
            join: vec![resume.clone()],
            resume: vec![resume],
            others: Vec::new(),
        })
    }

    fn switched(
        &self,
        subject: &str,
        title: String,
        command: Vec<String>,
        expect: &str,
        budget_seconds: u64,
        otherwise: &str,
    ) -> Operation {
        Operation {
            kind: OperationKind::Switch,
            subject: subject.to_string(),
            region: None,
            title,
            command,
            expect: expect.into(),
            budget_seconds,
            otherwise: otherwise.into(),
        }
    }

    /// What is granted for a copy that is gone would be granted for the next of its name.
    fn taken(&self, id: &str, service: &Service, setting: &Setting) -> SwitchStep {
        let project = project(self.topology);
        let account = self.account_id(service, setting.region);
        let member = format!("serviceAccount:{account}@{project}.iam.gserviceaccount.com");
        let take = format!(
            "bound=$(gcloud projects get-iam-policy {project} --flatten 'bindings[].members' \
             --filter \"bindings.members={member} AND bindings.condition.title=$1\" --format 'value(bindings.role)') && \
             if [ -n \"$bound\" ]; then gcloud projects remove-iam-policy-binding {project} --member {member} \
             --role roles/datastore.user --condition \"{}\" --format none; fi",
            condition(&project)
        );
        SwitchStep::of(self.switched(
            id,
            format!("Take the right to use the copy from {account}"),
            script(&take, &["$COPY"]),
            "Updated IAM policy, or nothing",
            60,
            "the right would hold for the next copy of that name: take it away by hand",
        ))
    }

    /// Sees that a service does not use a copy. No answer is no such answer.
    fn unused(&self, service: &Service, setting: &Setting) -> Proof {
        let region = self.topology.region(setting.region);
        let (_, show) = self.telling(service, setting);
        let read = format!(
            "shown=$({show}) && test -n \"$shown\" && if [ \"$shown\" = \"$1\" ]; then echo 'in use'; else echo unused; fi"
        );
        let command = script(&read, &["$COPY"]);
        Proof::unused(
            &setting.value,
            setting.region,
            &service.name,
            &region.name,
            command,
        )
    }

    fn granted(&self, id: &str, service: &Service, setting: &Setting) -> SwitchStep {
        let project = project(self.topology);
        let account = self.account_id(service, setting.region);
        let grant = format!(
            "gcloud projects add-iam-policy-binding {project} --member serviceAccount:{account}@{project}.iam.gserviceaccount.com \
             --role roles/datastore.user --condition \"{}\" --format none",
            condition(&project)
        );
        SwitchStep::of(self.switched(
            id,
            format!("Let {} use the copy", account),
            script(&grant, &["$COPY"]),
            "Updated IAM policy",
            60,
            "without access the service fails as soon as it is pointed at the copy",
        ))
    }

    /// Shell that tells a service the database `$1`, and shell that prints what it was told.
    fn telling(&self, service: &Service, setting: &Setting) -> (String, String) {
        let region = self.topology.region(setting.region);
        let location = region.place.location;
        let project = project(self.topology);
        let variable = &setting.variable;
        match service.runtime {
            Runtime::CloudRun => {
                let name = service.name_in(region);
                (
                    format!(
                        "gcloud run services update {name} --update-env-vars {variable}=\"$1\" --region {location} --project {project}"
                    ),
                    format!(
                        "gcloud run services describe {name} --region {location} --project {project} --format=json | \
                         jq -r '.spec.template.spec.containers[0].env[] | select(.name == \"{variable}\").value'"
                    ),
                )
            }
            Runtime::Kubernetes => {
                let cluster = context(&project, &self.topology.name, location);
                let kubectl = shell::command(&words(&[
                    "kubectl",
                    "--context",
                    &cluster,
                    "--namespace",
                    &self.topology.namespace,
                ]));
                let name = &service.name;
                (
                    format!(
                        "{kubectl} set env deployment/{name} {variable}=\"$1\" && {kubectl} rollout status deployment/{name} --timeout 300s"
                    ),
                    format!(
                        "{kubectl} set env deployment/{name} --list | sed -n 's/^{variable}=//p'"
                    ),
                )
            }
        }
    }

    fn told(&self, service: &Service, setting: &Setting, to: &str) -> SwitchStep {
        let region = self.topology.region(setting.region);
        let (tell, show) = self.telling(service, setting);
        let proof = Proof {
            of: OperationKind::Switch,
            subject: setting.value.clone(),
            region: Some(setting.region),
            title: format!(
                "Read back which database {} in {} uses",
                service.name, region.name
            ),
            command: script(
                &format!("test \"$({show})\" = \"$1\" && echo as wanted"),
                &[to],
            ),
            wants: "as wanted".into(),
            within_seconds: 60,
            otherwise: "the new revision is not there: look at why it does not start".into(),
        };
        let shown = if to == "$COPY" { "the copy" } else { to };
        SwitchStep {
            operation: self.switched(
                &setting.value,
                format!("Point {} in {} at {shown}", service.name, region.name),
                script(&tell, &[to]),
                "a new revision that serves",
                120,
                "look at the new revision: the old one serves until the new one is ready",
            ),
            proof: Some(proof),
        }
    }

    fn deleted(&self, id: &str) -> SwitchStep {
        let project = project(self.topology);
        SwitchStep::of(self.switched(
            id,
            "Delete the copy".into(),
            words(&[
                "gcloud",
                "firestore",
                "databases",
                "delete",
                "--database",
                "$COPY",
                "--project",
                &project,
                "--quiet",
            ]),
            "the operation ends, and the copy is listed no more",
            120,
            "it costs money until it is gone: delete it by hand",
        ))
    }
}

/// The condition by which an account may use one database, in double quotes of a shell.
fn condition(project: &str) -> String {
    format!("expression=resource.name==\\\"projects/{project}/databases/$1\\\",title=$1")
}

/// How names of copies begin: databases of Firestore have no labels, and their tags are those of
/// the organization. A name has at most 63 characters
/// (docs.cloud.google.com/sdk/gcloud/reference/firestore/databases/clone, read 2026-11).
fn copies_begin(id: &str) -> String {
    let room: String = id.chars().take(36).collect();
    format!("{room}-copy-")
}
