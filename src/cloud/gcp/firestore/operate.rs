//! The commands that act on databases of Firestore.

use super::super::operations::Operations;
use super::database_id;
use crate::deployment::{Operation, OperationKind, Proof, RESTORED_WITHIN, words};
use crate::topology::Datastore;

impl Operations<'_> {
    pub(super) fn firestore(&mut self, store: &Datastore) {
        for database in &store.databases {
            let id = database_id(self.topology, store, &database.name);
            self.add(Operation {
                kind: OperationKind::Inspect,
                subject: store.name.clone(),
                region: None,
                title: format!("Show the database {id} at {}", database.location),
                command: words(&[
                    "gcloud",
                    "firestore",
                    "databases",
                    "describe",
                    "--database",
                    &id,
                    "--project",
                    &self.project,
                ]),
                expect: "pointInTimeRecoveryEnablement and the location as in the spec".into(),
                budget_seconds: 15,
                otherwise: "the database or the API is not there: stop and call the provider"
                    .into(),
            });
            let Some(backup) = &store.backup else {
                continue;
            };
            if backup.every.is_some() {
                self.add(Operation {
                    kind: OperationKind::ListBackups,
                    subject: store.name.clone(),
                    region: None,
                    title: format!("List the backups at {}", database.location),
                    command: words(&[
                        "gcloud",
                        "firestore",
                        "backups",
                        "list",
                        "--location",
                        &database.location,
                        "--project",
                        &self.project,
                    ]),
                    expect: "the newest READY backup is younger than the period of the schedule"
                        .into(),
                    budget_seconds: 15,
                    otherwise: "without a backup only point-in-time recovery is left".into(),
                });
            }
            if backup.point_in_time.is_some() {
                self.add(Operation {
                    kind: OperationKind::Restore,
                    subject: id.clone(),
                    region: None,
                    title: format!("Copy {id} as it was, into a new database"),
                    command: words(&[
                        "gcloud",
                        "firestore",
                        "databases",
                        "clone",
                        &format!("--source-database=projects/{}/databases/{id}", self.project),
                        "--snapshot-time",
                        "$SNAPSHOT_TIME",
                        "--destination-database",
                        "$NEW_DATABASE",
                        "--project",
                        &self.project,
                    ]),
                    expect: "the operation ends, and the new database is listed".into(),
                    budget_seconds: 900,
                    otherwise: "choose an earlier whole minute, or restore the newest backup"
                        .into(),
                });
            }
            if backup.every.is_some() || backup.point_in_time.is_some() {
                self.proofs.push(self.restored(&id));
            }
            if backup.every.is_some() {
                self.add(Operation {
                    kind: OperationKind::Restore,
                    subject: id.clone(),
                    region: None,
                    title: format!("Restore a backup of {id} into a new database"),
                    command: words(&[
                        "gcloud",
                        "firestore",
                        "databases",
                        "restore",
                        "--source-backup",
                        "$BACKUP",
                        "--destination-database",
                        "$NEW_DATABASE",
                        "--project",
                        &self.project,
                    ]),
                    expect: "the operation ends, and the new database is listed".into(),
                    budget_seconds: 900,
                    otherwise: "take the backup before it".into(),
                });
            }
        }
    }

    /// The commands return while the copy is being made. It has come once it answers with the
    /// names of its collections, which costs one read.
    fn restored(&self, id: &str) -> Proof {
        let address = format!(
            "https://firestore.googleapis.com/v1/projects/{}/databases",
            self.project
        );
        let ask = format!(
            "token=$(gcloud auth print-access-token) && \
             curl --fail --silent --show-error --max-time 30 --request POST \
             --config <(printf 'header = \"Authorization: Bearer %s\"\\n' \"$token\") -- \"{address}/$1/documents:listCollectionIds\""
        );
        Proof {
            of: OperationKind::Restore,
            subject: id.to_string(),
            region: None,
            title: "Read the names of the copy's collections".into(),
            command: words(&["bash", "-c", &ask, "bash", "$NEW_DATABASE"]),
            wants: ".*\"collectionIds\".*".into(),
            within_seconds: RESTORED_WITHIN,
            otherwise: "the copy has no collection, or is not there yet: gcloud firestore operations list shows what it does".into(),
        }
    }
}
