//! The commands that act on tables of DynamoDB.

use super::table_name;
use crate::cloud::aws::Lowering;
use crate::cloud::aws::commands::{LOOK, RESTORE, restored, seconds_behind};
use crate::deployment::{Expect, Operation, OperationKind, script, words};
use crate::topology::Datastore;

impl Lowering<'_> {
    pub(super) fn dynamodb_operations(&mut self, store: &Datastore) {
        let table = table_name(self.topology, store);
        for id in store.regions.clone() {
            let location = self.location(id);
            // Each origin measures how long its writes take to arrive elsewhere.
            let others = store.regions.iter().filter(|o| **o != id);
            let behind = others.map(|origin| {
                let from = self.location(*origin);
                seconds_behind(
                    &format!("{table} from {from}"),
                    from,
                    &format!("--namespace AWS/DynamoDB --metric-name ReplicationLatency --dimensions Name=TableName,Value={table} Name=ReceivingRegion,Value={location}"),
                    1000,
                )
            });
            let behind = behind.collect::<Vec<_>>().join(" && ");
            let copies = Operation::of_store(
                store,
                id,
                (OperationKind::Lag, LOOK),
                format!("Show how far {location} is behind with {table}"),
                script(&behind, &[]),
                Expect::Seconds,
                "treat unknown lag as over the limit",
            );
            #[rustfmt::skip]
            let restore = words(&[
                "aws", "dynamodb", "restore-table-to-point-in-time", "--region", location,
                "--source-table-name", &table, "--target-table-name", "$NEW_DATABASE",
                "--restore-date-time", "$SNAPSHOT_TIME",
            ]);
            let restore = Operation {
                subject: format!("{table}-{location}"),
                ..Operation::of_store(
                    store,
                    id,
                    (OperationKind::Restore, RESTORE),
                    format!("Bring {table} of {location} back as it was, as a new table"),
                    restore,
                    "the status `CREATING`",
                    "choose an earlier moment",
                )
            };
            if store.regions.len() > 1 {
                self.operation(copies);
            }
            let read = format!(
                "aws dynamodb wait table-exists --region {location} --table-name \"$1\" && aws dynamodb scan --region {location} --table-name \"$1\" --max-items 1 --query 'length(Items)' --output text"
            );
            let restored = restored(&restore.subject, id, "Read an item of the copy", &read, "1");
            self.deployment.proofs.push(restored);
            let switch = self.dynamodb_switch(store, id, &restore.subject);
            self.deployment.switches.push(switch);
            self.operation(restore);
        }
    }
}
