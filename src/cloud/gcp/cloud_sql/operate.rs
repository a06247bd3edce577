//! The commands that act on instances of Cloud SQL. Between zones it fails over by itself.

use super::{
    COPY, Copies, OWN, address, backups_at, copies, edition, gibibytes, instance, kept, tier,
    version, writes, zone,
};
use crate::cloud::gcp::facts;
use crate::cloud::gcp::operations::Operations;
use crate::deployment::{
    Expect, Operation, OperationKind, Proof, RESTORED_WITHIN, Seat, script, words,
};
use crate::topology::{Datastore, RegionId};

/// Seconds that a read of the API may take.
const LOOK: u64 = 15;
/// Seconds that the request of a restore may take; what it makes is there later.
const RESTORE: u64 = 3600;
/// Seconds that a promotion may take until it is looked into.
const PROMOTE: u64 = 900;

impl Operations<'_> {
    pub(in crate::cloud::gcp) fn cloud_sql(&mut self, store: &Datastore) {
        for id in store.regions.clone() {
            self.sql_state(store, id);
            if copies(store) == Copies::Replicas {
                self.sql_lag(store, id);
                self.sql_promote(store, id);
            }
            if store.backup.is_some() && writes(store, id) {
                self.sql_backups(store, id);
                self.sql_restores(store, id);
            }
        }
        if copies(store) == Copies::Replicas {
            let seat = self.sql_writer(store);
            self.seats.push(seat);
        }
    }

    fn sql_state(&mut self, store: &Datastore, id: RegionId) {
        let name = instance(self.topology, store, id);
        #[rustfmt::skip]
        let command = words(&[
            "gcloud", "sql", "instances", "describe", &name, "--format=value(state,instanceType,gceZone,secondaryGceZone)",
            "--project", &self.project,
        ]);
        let found = Operation::of_store(
            store,
            id,
            (OperationKind::Inspect, LOOK),
            format!("Show the state of {name} and its zones"),
            command,
            "RUNNABLE, whether it is a replica, and a zone that is up",
            "it is failing over still: ask again after a minute",
        );
        self.add(found);
    }

    /// Whether an instance takes writes: shell that prints `READ_REPLICA_INSTANCE` of a replica.
    fn sql_kind(&self, name: &str) -> String {
        format!(
            "gcloud sql instances describe {name} --project {} --format 'value(instanceType)'",
            self.project
        )
    }

    fn sql_lag(&mut self, store: &Datastore, id: RegionId) {
        let name = instance(self.topology, store, id);
        let (project, kind, what) = (&self.project, self.sql_kind(&name), &store.name);
        let location = self.topology.region(id).place.location;
        let query = format!(
            "max(cloudsql_googleapis_com:database_replication_replica_lag{{monitored_resource=\"cloudsql_database\",database_id=\"{project}:{name}\"}})"
        );
        let lag = format!(
            "kind=$({kind}) && if [ \"$kind\" = CLOUD_SQL_INSTANCE ]; then echo '{what}: this region writes, 0 s'; else \
             token=$(gcloud auth print-access-token) && \
             behind=$(curl --fail --silent --show-error --max-time 10 --get \
             --config <(printf 'header = \"Authorization: Bearer %s\"\\n' \"$token\") --data-urlencode 'query={query}' -- \
             \"https://monitoring.googleapis.com/v1/projects/{project}/location/global/prometheus/api/v1/query\" | \
             jq -r '.data.result[0].value[1] // \"none\"') && \
             case \"$behind\" in none | -*) echo '{what}: nothing was measured' ;; *) echo \"{what}: ${{behind%%.*}} s\" ;; esac; fi"
        );
        let found = Operation::of_store(
            store,
            id,
            (OperationKind::Lag, LOOK),
            format!("Show how far {location} is behind with {what}"),
            script(&lag, &[]),
            Expect::Seconds,
            "treat unknown lag as over the limit",
        );
        self.add(found);
    }

    /// Promotes an instance, turns the writer's name to it, and lets it keep backups: a replica
    /// has none.
    fn sql_promote(&mut self, store: &Datastore, id: RegionId) {
        let name = instance(self.topology, store, id);
        let (project, kind) = (self.project.clone(), self.sql_kind(&name));
        let (zone, domain) = zone(self.topology, store);
        let address = address(self.topology, store, id, OWN);
        let ttl = facts::cloud_sql().writer_ttl_seconds;
        let keep = kept(store).0;
        let location = self.topology.region(id).place.location;
        let promote = format!(
            "kind=$({kind}) && if [ \"$kind\" = READ_REPLICA_INSTANCE ]; then \
             gcloud sql instances promote-replica {name} --project {project} --quiet; fi && \
             gcloud dns record-sets update writer.{domain}. --type A --ttl {ttl} --rrdatas {address} --zone {zone} --project {project} && \
             gcloud sql instances patch {name} --backup-start-time 02:00 --backup-location {location} \
             --retained-backups-count {keep} --project {project} --quiet"
        );
        let found = Operation::of_store(
            store,
            id,
            (OperationKind::Promote, PROMOTE),
            format!("Let {location} write {}", store.name),
            script(&promote, &[]),
            "the promotion is done, the record has the new address, and the instance is patched",
            "see the instance's operations: gcloud sql operations list. It is safe to run this again",
        );
        self.add(found);
        let read = format!(
            "kind=$({kind}) && at=$(gcloud dns record-sets describe writer.{domain}. --type A --zone {zone} --project {project} \
             --format 'value(rrdatas[0])') && echo \"$kind $at\""
        );
        self.proofs.push(Proof {
            of: OperationKind::Promote,
            subject: store.name.clone(),
            region: Some(id),
            title: format!(
                "Read back that {name} takes writes, and that the writer's name leads there"
            ),
            command: script(&read, &[]),
            wants: format!("CLOUD_SQL_INSTANCE {}", address.replace('.', "\\.")),
            within_seconds: PROMOTE,
            otherwise: "it is being promoted still: gcloud sql operations list".into(),
        });
    }

    /// The writer is whom its name leads to.
    fn sql_writer(&self, store: &Datastore) -> Seat {
        let (zone, domain) = zone(self.topology, store);
        let record = format!("writer.{domain}.");
        #[rustfmt::skip]
        let ask = words(&[
            "gcloud", "dns", "record-sets", "describe", &record, "--type", "A", "--zone", &zone,
            "--format=value(rrdatas[0])", "--project", &self.project,
        ]);
        let regions = || store.regions.iter().copied();
        Seat {
            of: OperationKind::Promote,
            subject: store.name.clone(),
            by: None,
            question: format!("Ask who takes writes of {}", store.name),
            asks: regions().map(|id| (id, ask.clone())).collect(),
            answers: regions()
                .map(|id| {
                    let address = address(self.topology, store, id, OWN);
                    (id, address.replace('.', "\\."))
                })
                .collect(),
            within_seconds: LOOK,
        }
    }

    fn sql_backups(&mut self, store: &Datastore, id: RegionId) {
        let name = instance(self.topology, store, id);
        let project = self.project.clone();
        #[rustfmt::skip]
        let backup = words(&[
            "gcloud", "sql", "backups", "create", "--instance", &name, "--description", "$NEW_DATABASE", "--project", &project,
        ]);
        #[rustfmt::skip]
        let list = words(&[
            "gcloud", "sql", "backups", "list", "--instance", &name, "--limit", "10", "--project", &project,
        ]);
        #[rustfmt::skip]
        let newest = words(&[
            "gcloud", "sql", "instances", "get-latest-recovery-time", &name, "--project", &project,
        ]);
        let found = [
            Operation::of_store(
                store,
                id,
                (OperationKind::Backup, RESTORE),
                format!("Take a backup of {name} now"),
                backup,
                "the operation ends, and the backup is listed",
                "another operation of the instance runs: wait until it ends",
            ),
            Operation::of_store(
                store,
                id,
                (OperationKind::ListBackups, LOOK),
                format!("List the backups of {name}"),
                list,
                "the newest one is SUCCESSFUL and younger than a day",
                "without a backup only a moment of the log is left",
            ),
            Operation::of_store(
                store,
                id,
                (OperationKind::ListBackups, LOOK),
                format!("Show the newest moment that {name} can be brought back to"),
                newest,
                "a moment of the last minutes",
                "restore the newest backup",
            ),
        ];
        self.found.extend(found);
    }

    fn sql_restores(&mut self, store: &Datastore, id: RegionId) {
        let name = instance(self.topology, store, id);
        let project = self.project.clone();
        if store
            .backup
            .as_ref()
            .is_some_and(|b| b.point_in_time.is_some())
        {
            let clone = format!(
                "gcloud sql instances clone {name} \"$1\" --point-in-time \"$2\" --project {project}"
            );
            let found = Operation {
                subject: name.clone(),
                ..Operation::of_store(
                    store,
                    id,
                    (OperationKind::Restore, RESTORE),
                    format!("Bring {name} back as it was, as a new instance"),
                    script(&clone, &["$NEW_DATABASE", "$SNAPSHOT_TIME"]),
                    "the operation ends, and the new instance is RUNNABLE",
                    "choose an earlier moment, or restore the newest backup",
                )
            };
            self.add(found);
        }
        self.sql_restore_at(store, id, id, name.clone());
        if let Some(to) = backups_at(self.topology, store, id) {
            let location = self.topology.region(to).place.location;
            self.sql_restore_at(store, id, to, format!("{name}-in-{location}"));
        }
    }

    /// Restores a backup into a new instance of a region: a restore replaces all that an
    /// instance has.
    fn sql_restore_at(&mut self, store: &Datastore, of: RegionId, at: RegionId, subject: String) {
        let source = instance(self.topology, store, of);
        let location = self.topology.region(at).place.location;
        let (project, system) = (self.project.clone(), &self.topology.name);
        let (machine, plus) = tier(store);
        let create = format!(
            "gcloud sql instances create \"$1\" --region {location} --database-version {} --tier {machine} \
             --edition {} --storage-size {} --availability-type regional --no-assign-ip \
             --enable-private-service-connect --allowed-psc-projects {project} --ssl-mode ENCRYPTED_ONLY \
             --server-ca-mode GOOGLE_MANAGED_CAS_CA --database-flags cloudsql.iam_authentication=on,cloudsql.enable_pgaudit=on \
             --enable-point-in-time-recovery --backup-start-time 02:00 --deletion-protection \
             --disk-encryption-key projects/{project}/locations/{location}/keyRings/{system}-{location}/cryptoKeys/sql \
             --project {project}",
            version(self.topology, store),
            edition(plus).to_lowercase().replace('_', "-"),
            gibibytes(store),
        );
        let restore = format!(
            "{create} && gcloud sql backups restore \"$2\" --restore-instance \"$1\" --backup-instance {source} --project {project} --quiet"
        );
        let abroad = if of == at {
            String::new()
        } else {
            format!(" in {location}")
        };
        let found = Operation {
            subject: subject.clone(),
            ..Operation::of_store(
                store,
                at,
                (OperationKind::Restore, RESTORE),
                format!("Restore a backup of {source} into a new instance{abroad}"),
                script(&restore, &["$NEW_DATABASE", "$BACKUP"]),
                "both operations end, and the new instance is RUNNABLE",
                "take the backup before it",
            )
        };
        self.add(found);
        let read = format!(
            "gcloud sql instances describe \"$1\" --project {project} --format 'value(state)'"
        );
        self.proofs.push(Proof {
            of: OperationKind::Restore,
            subject,
            region: Some(at),
            title: "Wait until the copy is runnable".into(),
            command: script(&read, &["$NEW_DATABASE"]),
            wants: "RUNNABLE".into(),
            within_seconds: RESTORED_WITHIN,
            otherwise:
                "it is being made still, or the restore has failed: gcloud sql operations list"
                    .into(),
        });
    }
}

/// The address of a copy that serves.
pub(super) fn copy_address(all: &super::Topology, store: &Datastore, id: RegionId) -> String {
    address(all, store, id, COPY)
}
