//! The commands that act on instances of Memorystore. Between zones it fails over by itself.

use super::super::operations::Operations;
use super::{bucket, gibibytes, instance, replicas, version};
use crate::deployment::{Operation, OperationKind, Proof, RESTORED_WITHIN, words};
use crate::topology::{Datastore, RegionId};

/// Seconds that a read of the API may take.
const LOOK: u64 = 15;
/// Seconds that an export or an import may take: five minutes for 8 GB, an hour for 100 GB
/// (cloud.google.com/memorystore/docs/redis/export-data).
pub(super) const COPY: u64 = 3600;

impl Operations<'_> {
    pub(super) fn memorystore(&mut self, store: &Datastore) {
        for id in store.regions.clone() {
            self.memorystore_state(store, id);
            if store.backup.is_some() {
                self.memorystore_exports(store, id);
                self.memorystore_restore(store, id);
                let switch = self.memorystore_switch(store, id);
                self.switches.push(switch);
            }
        }
    }

    fn memorystore_state(&mut self, store: &Datastore, id: RegionId) {
        let location = self.topology.region(id).place.location;
        let name = instance(self.topology, store, id);
        #[rustfmt::skip]
        let command = words(&[
            "gcloud", "redis", "instances", "describe", &name, "--region", location,
            "--format=value(state,currentLocationId,nodes[].zone)", "--project", &self.project,
        ]);
        self.add(Operation {
            kind: OperationKind::Inspect,
            subject: store.name.clone(),
            region: Some(id),
            title: format!("Show the state of {name} and the zone of its primary"),
            command,
            expect: "READY, and a zone that is up".into(),
            budget_seconds: LOOK,
            otherwise: "it is failing over still: ask again after a minute".into(),
        });
    }

    fn memorystore_exports(&mut self, store: &Datastore, id: RegionId) {
        let location = self.topology.region(id).place.location;
        let name = instance(self.topology, store, id);
        let bucket = bucket(self.topology, store, id);
        let export = format!(
            "gcloud redis instances export \"gs://{bucket}/$1.rdb\" {name} --region {location} --project {}",
            self.project
        );
        self.add(Operation {
            kind: OperationKind::Backup,
            subject: store.name.clone(),
            region: Some(id),
            title: format!("Export {name} to its bucket now"),
            command: words(&["bash", "-c", &export, "bash", "$NEW_DATABASE"]),
            expect: "the operation ends, and the file is listed".into(),
            budget_seconds: COPY,
            otherwise: "another operation of the instance runs: wait until it ends".into(),
        });
        #[rustfmt::skip]
        let command = words(&["gcloud", "storage", "ls", "--long", &format!("gs://{bucket}/*.rdb")]);
        self.add(Operation {
            kind: OperationKind::ListBackups,
            subject: store.name.clone(),
            region: Some(id),
            title: format!("List the exports of {name}"),
            command,
            expect: "a file for each export, with its day".into(),
            budget_seconds: LOOK,
            otherwise: "without an export the cache is filled in again by its services".into(),
        });
    }

    /// An import replaces all that an instance has, so it goes into a new one.
    fn memorystore_restore(&mut self, store: &Datastore, id: RegionId) {
        let region = self.topology.region(id);
        let location = region.place.location;
        let name = instance(self.topology, store, id);
        let project = self.project.clone();
        let (size, replicas) = (gibibytes(store), replicas(store));
        let version = version(self.topology, store).to_lowercase();
        let network = self.topology.name.clone();
        let restore = format!(
            "gcloud redis instances create \"$1\" --region {location} --project {project} --tier=standard \
             --size={size} --replica-count={replicas} --read-replicas-mode=read-replicas-enabled \
             --redis-version={version} --network=projects/{project}/global/networks/{network} \
             --enable-auth --transit-encryption-mode=server-authentication \
             --labels=restored-from={name} && \
             gcloud redis instances import \"$2\" \"$1\" --region {location} --project {project} --quiet"
        );
        self.add(Operation {
            kind: OperationKind::Restore,
            subject: name.clone(),
            region: Some(id),
            title: format!("Import an export of {name} into a new instance"),
            command: words(&["bash", "-c", &restore, "bash", "$NEW_DATABASE", "$BACKUP"]),
            expect: "both operations end, and the new instance is READY".into(),
            budget_seconds: COPY,
            otherwise: "take the export before it".into(),
        });
        // The engine's own count, sampled each minute: no pod reaches another instance than the
        // region's own (cloud.google.com/monitoring/api/metrics_gcp_p_z, read 2026-11).
        let read = format!(
            "state=$(gcloud redis instances describe \"$1\" --region {location} --project {project} --format='value(state)') && \
             test \"$state\" = READY && token=$(gcloud auth print-access-token) && \
             curl --fail --silent --show-error --max-time 30 --get \
             --config <(printf 'header = \"Authorization: Bearer %s\"\\n' \"$token\") \
             --data-urlencode \"filter=metric.type=\\\"redis.googleapis.com/keyspace/keys\\\" AND resource.labels.instance_id=\\\"projects/{project}/locations/{location}/instances/$1\\\"\" \
             --data-urlencode \"interval.startTime=$(date -u -d '-10 min' +%FT%TZ)\" --data-urlencode \"interval.endTime=$(date -u +%FT%TZ)\" \
             -- https://monitoring.googleapis.com/v3/projects/{project}/timeSeries | grep -Eq '\"int64Value\": *\"[1-9]' && echo keys"
        );
        self.proofs.push(Proof {
            of: OperationKind::Restore,
            subject: name,
            region: Some(id),
            title: "Read how many keys the new instance counts".into(),
            command: words(&["bash", "-c", &read, "bash", "$NEW_DATABASE"]),
            wants: "keys".into(),
            within_seconds: RESTORED_WITHIN,
            otherwise: "it is IMPORTING still, or has no key: look at its operations".into(),
        });
    }
}
