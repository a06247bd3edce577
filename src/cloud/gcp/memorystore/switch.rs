//! How what was restored of an instance of Memorystore comes into service: the original takes over the
//! data of the copy by an import. Name, address, password and authority stay, so nothing that services
//! are told changes; the instance answers nobody while it imports
//! (cloud.google.com/memorystore/docs/redis/import-export-overview, read 2026-11).

use super::super::operations::Operations;
use super::operate::COPY;
use super::{bucket, instance};
use crate::deployment::{
    Before, Operation, OperationKind, Proof, Stays, Switch, SwitchStep, script, words,
};
use crate::topology::{Datastore, RegionId};

/// What gcloud says of an object that is not there, and of nothing else.
const NO_OBJECT: &str = "not found: 404|matched no objects";
/// Seconds that an instance may take to go.
const GONE_WITHIN: u64 = 1200;

impl Operations<'_> {
    pub(super) fn memorystore_switch(&self, store: &Datastore, id: RegionId) -> Switch {
        let subject = instance(self.topology, store, id);
        let at = Instance {
            subject: &subject,
            id,
            location: self.topology.region(id).place.location,
            project: &self.project,
            bucket: bucket(self.topology, store, id),
        };
        Switch {
            compare: None,
            finish: Vec::new(),
            subject: subject.clone(),
            datastore: store.name.clone(),
            means: format!(
                "{subject} takes over the data of the copy, and answers nobody meanwhile: minutes for 8 GiB, an hour for 100. Its name, address and password stay. What it has now is exported first, as NEW_NAME-before."
            ),
            afterwards: "Services go on using the instance, and deployments run. What was written since the export is in NEW_NAME-before.rdb in the bucket, as long as exports are kept there.".into(),
            to_copy: vec![
                at.export(&subject, "$1-before", "Export what the instance has, as NEW_NAME-before"),
                at.export("\"$1\"", "$1", "Export the copy"),
                at.import("$1", "Import the copy's export into the instance"),
            ],
            to_original: vec![at.import("$1-before", "Import what the instance had into it")],
            copying: None,
            delete: vec![at.delete()],
            begins: None,
            before: Before {
                to_copy: vec![at.is_copy()],
                to_original: vec![at.kept()],
                delete: vec![at.is_copy()],
            },
            stays: Stays::InOriginal,
        }
    }
}

struct Instance<'a> {
    subject: &'a str,
    id: RegionId,
    location: &'a str,
    project: &'a str,
    bucket: String,
}

impl Instance<'_> {
    /// Exports what an instance has. An export of that name is from an earlier run: it is kept, also while the bucket
    /// does not say whether there is one, for by then the instance may have other data.
    fn export(&self, from: &str, to: &str, title: &str) -> SwitchStep {
        let (bucket, location, project) = (&self.bucket, self.location, self.project);
        let act = format!(
            "said=$(gcloud storage objects describe \"gs://{bucket}/{to}.rdb\" 2>&1) && exit; \
             printf '%s\\n' \"$said\"; grep --quiet --extended-regexp '{NO_OBJECT}' <<<\"$said\" && \
             gcloud redis instances export \"gs://{bucket}/{to}.rdb\" {from} --region {location} --project {project}"
        );
        let read = format!(
            "gcloud storage objects describe \"gs://{bucket}/{to}.rdb\" --format='value(name)'"
        );
        self.step(
            title,
            &act,
            "the operation ends",
            "nothing was imported: another operation of the instance runs, or the bucket refuses it",
            (&read, ".+\\.rdb", 60),
        )
    }

    fn import(&self, from: &str, title: &str) -> SwitchStep {
        let (bucket, location, project, name) =
            (&self.bucket, self.location, self.project, self.subject);
        let act = format!(
            "gcloud redis instances import \"gs://{bucket}/{from}.rdb\" {name} --region {location} --project {project} --quiet"
        );
        let read = format!(
            "gcloud redis instances describe {name} --region {location} --project {project} --format='value(state)'"
        );
        self.step(
            title,
            &act,
            "the operation ends",
            "the instance may be empty now: run it again, it goes on with the exports that are there",
            (&read, "READY", COPY),
        )
    }

    fn delete(&self) -> SwitchStep {
        let (location, project) = (self.location, self.project);
        let act = format!(
            "gcloud redis instances delete \"$1\" --region {location} --project {project} --quiet"
        );
        let left = format!(
            "gcloud redis instances list --region {location} --project {project} --filter \"name~/$1\\$\" --format='value(name)'"
        );
        self.step(
            "Delete the copy",
            &act,
            "the operation ends",
            "it costs money until it is gone: delete it by hand",
            (&left, "", GONE_WITHIN),
        )
    }

    fn step(
        &self,
        title: &str,
        act: &str,
        expect: &str,
        otherwise: &str,
        (read, wants, within_seconds): (&str, &str, u64),
    ) -> SwitchStep {
        SwitchStep {
            operation: Operation {
                kind: OperationKind::Switch,
                subject: self.subject.into(),
                region: Some(self.id),
                title: title.into(),
                command: script(act, &["$COPY"]),
                expect: expect.into(),
                budget_seconds: COPY,
                otherwise: otherwise.into(),
            },
            proof: Some(Proof {
                of: OperationKind::Switch,
                subject: self.subject.into(),
                region: Some(self.id),
                title: format!("{title}: see that it is so"),
                command: script(read, &["$COPY"]),
                wants: wants.into(),
                within_seconds,
                otherwise: "it is not so yet: gcloud redis operations list shows what is done"
                    .into(),
            }),
        }
    }

    fn is_copy(&self) -> Proof {
        #[rustfmt::skip]
        let command = words(&[
            "gcloud", "redis", "instances", "describe", "$COPY", "--region", self.location,
            "--project", self.project, "--format=value(labels.restored-from)",
        ]);
        Proof::guard(
            OperationKind::Switch,
            (self.subject, Some(self.id)),
            format!("See that it is a copy of {}", self.subject),
            command,
            self.subject,
            format!(
                "it is no copy that restore-from-backup.sh has made of {}",
                self.subject
            ),
        )
    }

    fn kept(&self) -> Proof {
        let read = format!(
            "gcloud storage objects describe \"gs://{}/$1-before.rdb\" --format='value(name)'",
            self.bucket
        );
        Proof::guard(
            OperationKind::Switch,
            (self.subject, Some(self.id)),
            "See that there is an export of what the instance had".into(),
            script(&read, &["$COPY"]),
            ".+\\.rdb",
            "there is no export of what the instance had: it cannot come back",
        )
    }
}
