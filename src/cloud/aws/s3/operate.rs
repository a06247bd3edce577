//! The commands that act on buckets. What is behind is seen from the origin; what was deleted
//! is brought back from a copy.

use super::{bucket_name, copies, targets};
use crate::cloud::aws::Lowering;
use crate::cloud::aws::commands::{LOOK, RESTORE, restored};
use crate::deployment::{Expect, Operation, OperationKind, script};
use crate::topology::{Datastore, RegionId};

impl Lowering<'_> {
    pub(super) fn bucket_operations(&mut self, store: &Datastore) {
        let Some(copies) = copies(store) else {
            return;
        };
        for origin in store.regions.clone() {
            for target in targets(store, origin, copies).collect::<Vec<_>>() {
                let behind = self.bucket_lag(store, origin, target);
                let back = self.bucket_back(store, origin, target);
                let name = bucket_name(self.topology, store, origin);
                let read = format!(
                    "aws s3api list-objects-v2 --region {} --bucket {name} --prefix \"$1\" --max-keys 1 --no-paginate --query KeyCount --output text",
                    self.location(origin)
                );
                let title = "Count an object of the copy";
                let restored = restored(&back.subject, origin, title, &read, "1");
                self.deployment.proofs.push(restored);
                self.operation(behind);
                self.operation(back);
            }
        }
    }

    fn bucket_lag(&self, store: &Datastore, origin: RegionId, target: RegionId) -> Operation {
        let name = |id| bucket_name(self.topology, store, id);
        let (from, to) = (self.location(origin), self.location(target));
        // The metric is published where the origin is.
        let seconds = format!(
            "aws cloudwatch get-metric-statistics --region {from} --namespace AWS/S3 \
             --metric-name ReplicationLatency --dimensions Name=SourceBucket,Value={} \
             Name=DestinationBucket,Value={} Name=RuleId,Value=to-{to} \
             --start-time \"$(date -u -d '-15 min' +%FT%TZ)\" --end-time \"$(date -u +%FT%TZ)\" \
             --period 60 --statistics Maximum --query 'max(Datapoints[].Maximum)' --output text",
            name(origin),
            name(target)
        );
        // Without a write there is nothing to be behind with.
        let seconds = format!(
            "behind=$({seconds}) && if [ \"$behind\" = None ]; then behind=0; fi && echo \"{}: $behind s\"",
            store.name
        );
        self.store_operation(
            store,
            target,
            (OperationKind::Lag, LOOK),
            format!(
                "Show how many seconds {} in {to} is behind {from}",
                store.name
            ),
            script(&seconds, &[]),
            Expect::Seconds,
            "unknown lag counts as lag over the objective",
        )
    }

    fn bucket_back(&self, store: &Datastore, origin: RegionId, target: RegionId) -> Operation {
        let name = |id| bucket_name(self.topology, store, id);
        let (from, to) = (self.location(origin), self.location(target));
        let copy = format!(
            "aws s3 sync \"s3://{}/$2\" \"s3://{}/$1\" --source-region {to} --region {from}",
            name(target),
            name(origin)
        );
        Operation {
            subject: format!("{}-{from}", store.name),
            ..self.store_operation(
                store,
                origin,
                (OperationKind::Restore, RESTORE),
                format!("Copy a prefix of {} that {to} still has into a new prefix in {from}", store.name),
                script(&copy, &["$NEW_DATABASE", "$BACKUP"]),
                "a line `copy:` for each object",
                "objects that were replaced are kept as versions: aws s3api list-object-versions shows them",
            )
        }
    }
}
