//! How a restored Firestore database comes into service: the services that serve with the original
//! may read the copy, and are told its name.

use super::database_id;
use crate::cloud::gcp::pointing::{User, copies_begin};
use crate::cloud::gcp::pubsub::pause;
use crate::cloud::gcp::{Lowering, project};
use crate::deployment::{Before, Copying, Stays, Switch, SwitchStep, UNTIL_BACK, script, words};
use crate::topology::{Datastore, Queue};

/// Characters of a database's name in those of its copies, which have at most 63
/// (docs.cloud.google.com/sdk/gcloud/reference/firestore/databases/clone, read 2026-11). Databases
/// have no labels, and their tags are those of the organization.
const ROOM: usize = 36;

impl Lowering<'_> {
    pub(super) fn database_switches(&mut self, store: &Datastore) {
        let names = store.databases.iter();
        let ids = names.map(|d| database_id(self.topology, store, &d.name));
        let ids: Vec<String> = ids.collect();
        if store.backup.is_some() {
            let found = ids.iter().map(|id| self.database_switch(store, id));
            let found: Vec<Switch> = found.collect();
            self.deployment.switches.extend(found);
        }
        self.deployment.store_names.extend(ids);
    }

    /// How many documents a collection has (firestore.googleapis.com, v1, `runAggregationQuery`, read 2026-11).
    fn counted(&self, database: &str) -> String {
        let query = r#"{"structuredAggregationQuery":{"structuredQuery":{"from":[{"collectionId":"COLLECTION"}]},"aggregations":[{"alias":"n","count":{}}]}}"#;
        format!(
            "curl --fail --silent --show-error --header \"Authorization: Bearer $(gcloud auth print-access-token)\" --header 'Content-Type: application/json' --data '{query}' https://firestore.googleapis.com/v1/projects/{}/databases/{database}/documents:runAggregationQuery",
            project(self.topology)
        )
    }

    /// Writes what a copy has over the original, and takes that back into service: an import replaces documents of the
    /// same name and removes none (docs.cloud.google.com/firestore/native/docs/manage-data/export-import, read 2026-11).
    fn written_back(&self, id: &str, copy: &str) -> Vec<(String, String)> {
        let project = project(self.topology);
        let over = |verb: &str, database: &str| {
            format!(
                "gcloud firestore {verb} gs://BUCKET/{copy} --database={database} --collection-ids=COLLECTIONS --project={project}"
            )
        };
        let own = format!("scripts/switch-store.sh --datastore {id}");
        let step = |what: &str, lines: &[String]| (what.to_string(), lines.join("\n"));
        vec![
            step(
                "Write the copy over the original, by a bucket in the database's location that nobody else reads. `COLLECTIONS` are those that were wrong; documents that are new since the moment stay",
                &[over("export", copy), over("import", id)],
            ),
            step(
                "Put the original back into service, and delete the copy and the export",
                &[
                    format!("{own} --back-from {copy} --apply"),
                    format!("{own} --delete {copy} --apply"),
                    format!("gcloud storage rm --recursive gs://BUCKET/{copy}"),
                ],
            ),
        ]
    }

    fn database_switch(&self, store: &Datastore, id: &str) -> Switch {
        let users = self.users(|value| value == id);
        let told = |to: &str, shown: &str| -> Vec<SwitchStep> {
            let each = users.iter();
            each.map(|user| self.pointed(id, user, &[to], shown))
                .collect()
        };
        let copy = format!("{}NEW_NAME", copies_begin(id, ROOM));
        Switch {
            compare: Some([copy.as_str(), id].map(|of| self.counted(of))),
            finish: self.written_back(id, &copy),
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
            to_copy: users.iter().map(|user| self.granted(id, user)).chain(told("$COPY", "the copy")).collect(),
            to_original: told(id, id),
            copying: self.carried(store, id),
            delete: users.iter().map(|user| self.taken(id, user)).chain([self.deleted(id)]).collect(),
            begins: Some(copies_begin(id, ROOM)),
            stays: Stays::BesideIt,
            before: Before {
                delete: users.iter().map(|user| self.unused(id, user, "$COPY")).collect(),
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

    /// What is granted for a copy that is gone would be granted for the next of its name.
    fn taken(&self, id: &str, user: &User) -> SwitchStep {
        let project = project(self.topology);
        let account = self.account_id(user.service, user.region);
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

    fn granted(&self, id: &str, user: &User) -> SwitchStep {
        let project = project(self.topology);
        let account = self.account_id(user.service, user.region);
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
