//! The commands that act on buckets. What is behind is seen from the origin.

use super::{Copies, bucket_name, copies, targets};
use crate::cloud::aws::Lowering;
use crate::cloud::aws::commands::LOOK;
use crate::deployment::{Expect, Operation, OperationKind, script};
use crate::topology::{Datastore, RegionId};

impl Lowering<'_> {
    pub(super) fn bucket_operations(&mut self, store: &Datastore) {
        let Some(copies) = copies(store) else {
            return;
        };
        for origin in store.regions.clone() {
            let copied: Vec<RegionId> = targets(store, origin, copies).collect();
            for target in &copied {
                let behind = self.bucket_lag(store, origin, *target);
                self.operation(behind);
            }
            // What is written beside the writer is copied nowhere.
            let writes = copies != Copies::OneWay || store.writer == Some(origin);
            if store.backup.is_some() && writes {
                self.bucket_restores(store, origin, &copied);
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
        Operation::of_store(
            store,
            target,
            (OperationKind::Lag, LOOK),
            format!(
                "Show how many seconds {} in {to} is behind {from}",
                store.name
            ),
            script(&seconds, &[]),
            Expect::Seconds,
            "treat unknown lag as over the limit",
        )
    }
}
