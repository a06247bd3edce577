//! How a restored instance of Cloud SQL comes into service: it gets an endpoint beside the original's,
//! and services are told its address.

use super::operate::copy_address;
use super::{Copies, backups_at, copies, instance, writes, zone};
use crate::cloud::gcp::pointing::{User, copies_begin};
use crate::cloud::gcp::{Lowering, project};
use crate::deployment::{
    Before, Operation, OperationKind, Proof, Stays, Switch, SwitchStep, UNTIL_BACK, script,
};
use crate::topology::{Datastore, RegionId};

/// Characters of an instance's name in those of its copies: with the project's, a name has at most
/// 97 (cloud.google.com/sql/docs/postgres/instance-settings, read 2026-11).
const ROOM: usize = 50;
/// Seconds that an endpoint may take to be accepted.
const ACCEPTED_WITHIN: u64 = 300;
/// Seconds that an instance may take to go.
const GONE_WITHIN: u64 = 1800;

impl Lowering<'_> {
    pub(super) fn cloud_sql_switches(&mut self, store: &Datastore) {
        let names = store.regions.iter();
        let names = names.map(|id| instance(self.topology, store, *id));
        let names: Vec<String> = names.collect();
        self.deployment.store_names.extend(names);
        if store.backup.is_none() {
            return;
        }
        let writing = store.regions.iter().filter(|id| writes(store, **id));
        let found: Vec<Switch> = writing
            .flat_map(|id| {
                let name = instance(self.topology, store, *id);
                let own = self.sql_switch(store, *id, *id, name.clone());
                let abroad = backups_at(self.topology, store, *id).map(|to| {
                    let location = self.topology.region(to).place.location;
                    self.sql_switch(store, *id, to, format!("{name}-in-{location}"))
                });
                std::iter::once(own).chain(abroad)
            })
            .collect();
        self.deployment.switches.extend(found);
    }

    /// The copy of what a region writes, in that region or where its backups are.
    fn sql_switch(&self, store: &Datastore, of: RegionId, at: RegionId, subject: String) -> Switch {
        let (_, domain) = zone(self.topology, store);
        let own = format!("{}.{domain}", self.topology.region(of).place.location);
        let ends = format!(".{domain}");
        // Nobody follows the copy: all regions use the one that there is.
        let users = self.users(|value| match copies(store) {
            Copies::Replicas => value.ends_with(&ends),
            Copies::Apart => value == own,
        });
        let address = copy_address(self.topology, store, at);
        let copy = |user: &User| {
            let to: Vec<&str> = user.told.iter().map(|_| address.as_str()).collect();
            self.pointed(&subject, user, &to, "the copy")
        };
        let original = |user: &User| {
            let to: Vec<&str> = user.told.iter().map(|(_, v)| v.as_str()).collect();
            self.pointed(&subject, user, &to, "the original")
        };
        let endpoint = self.endpoint_of_copy(store, at, &subject);
        let location = self.topology.region(at).place.location;
        Switch {
            compare: None,
            finish: Vec::new(),
            datastore: store.name.clone(),
            means: format!(
                "The copy gets an endpoint in {location}, and services are told its address, for writing and for reading; the original stays as it is, and no other region follows the copy."
            ),
            afterwards: UNTIL_BACK.into(),
            to_copy: std::iter::once(endpoint)
                .chain(users.iter().map(copy))
                .collect(),
            to_original: users.iter().map(original).collect(),
            copying: None,
            delete: vec![self.sql_deleted(store, at, &subject)],
            begins: Some(copies_begin(&subject, ROOM)),
            stays: Stays::BesideIt,
            before: Before {
                delete: users
                    .iter()
                    .map(|user| self.unused(&subject, user, &address))
                    .collect(),
                ..Before::default()
            },
            subject,
        }
    }

    /// The endpoint of the copy that serves: there is one at a time.
    fn endpoint_of_copy(&self, store: &Datastore, at: RegionId, subject: &str) -> SwitchStep {
        let (project, system) = (project(self.topology), &self.topology.name);
        let location = self.topology.region(at).place.location;
        let own = instance(self.topology, store, at);
        let name = format!("{own}-copy");
        let address = copy_address(self.topology, store, at);
        let make = format!(
            "attachment=$(gcloud sql instances describe \"$1\" --project {project} --format 'value(pscServiceAttachmentLink)') && \
             test -n \"$attachment\" && \
             held=$(gcloud compute addresses list --filter 'name={name} AND region:{location}' --format 'value(name)' --project {project}) && \
             if [ -z \"$held\" ]; then gcloud compute addresses create {name} --region {location} --subnet {own} --addresses {address} --project {project}; fi && \
             target=$(gcloud compute forwarding-rules list --filter 'name={name} AND region:{location}' --format 'value(target)' --project {project}) && \
             case \"$target\" in \
             *\"$attachment\") echo 'the copy has its endpoint' ;; \
             '') gcloud compute forwarding-rules create {name} --region {location} --network {system} --address {name} \
             --target-service-attachment \"$attachment\" --allow-psc-global-access --project {project} ;; \
             *) echo \"another copy has the endpoint: $target\" >&2; exit 1 ;; esac"
        );
        let read = format!(
            "gcloud compute forwarding-rules describe {name} --region {location} --format 'value(pscConnectionStatus)' --project {project}"
        );
        SwitchStep {
            operation: self.about(
                (subject, at),
                "Give the copy an endpoint in the network".into(),
                script(&make, &["$COPY"]),
                "a forwarding rule, or that the copy has its endpoint",
                "delete the copy that has the endpoint, if nobody uses it",
            ),
            proof: Some(Proof {
                of: OperationKind::Switch,
                subject: subject.into(),
                region: Some(at),
                title: "Wait until the endpoint is accepted".into(),
                command: script(&read, &[]),
                wants: "ACCEPTED".into(),
                within_seconds: ACCEPTED_WITHIN,
                otherwise: "the instance does not let the project in: look at its Private Service Connect settings".into(),
            }),
        }
    }

    fn sql_deleted(&self, store: &Datastore, at: RegionId, subject: &str) -> SwitchStep {
        let project = project(self.topology);
        let location = self.topology.region(at).place.location;
        let name = format!("{}-copy", instance(self.topology, store, at));
        let delete = format!(
            "there=$(gcloud sql instances list --filter \"name=$1\" --format 'value(name)' --project {project}) && \
             if [ -n \"$there\" ]; then \
             attachment=$(gcloud sql instances describe \"$1\" --project {project} --format 'value(pscServiceAttachmentLink)') && \
             target=$(gcloud compute forwarding-rules list --filter 'name={name} AND region:{location}' --format 'value(target)' --project {project}) && \
             if test -n \"$attachment\" && case \"$target\" in *\"$attachment\") true ;; *) false ;; esac; then \
             gcloud compute forwarding-rules delete {name} --region {location} --project {project} --quiet && \
             gcloud compute addresses delete {name} --region {location} --project {project} --quiet; fi && \
             gcloud sql instances patch \"$1\" --no-deletion-protection --project {project} --quiet && \
             gcloud sql instances delete \"$1\" --project {project} --quiet; fi"
        );
        let left = format!(
            "gcloud sql instances list --filter \"name=$1\" --format 'value(name)' --project {project}"
        );
        SwitchStep {
            operation: self.about(
                (subject, at),
                "Delete the copy and its endpoint".into(),
                script(&delete, &["$COPY"]),
                "the operations end",
                "it costs money until it is gone: delete it by hand",
            ),
            proof: Some(Proof {
                of: OperationKind::Switch,
                subject: subject.into(),
                region: Some(at),
                title: "Wait until the copy is gone".into(),
                command: script(&left, &["$COPY"]),
                wants: String::new(),
                within_seconds: GONE_WITHIN,
                otherwise: "it is there still: look at its operations".into(),
            }),
        }
    }

    fn about(
        &self,
        (subject, at): (&str, RegionId),
        title: String,
        command: Vec<String>,
        expect: &str,
        otherwise: &str,
    ) -> Operation {
        Operation {
            region: Some(at),
            ..self.switched(subject, title, command, expect, 300, otherwise)
        }
    }
}
