//! The commands that act on buckets. How far a copy is behind is asked of Cloud Monitoring; what was
//! deleted is brought back from a copy, or from the versions that the bucket itself keeps.

use super::watch::LATENCY;
use super::{Bucket, buckets, targets};
use crate::cloud::gcp::operations::Operations;
use crate::deployment::{
    Before, ByHand, Expect, Operation, OperationKind, Proof, RESTORED_WITHIN, Stays, Switch,
    SwitchStep, script, words,
};
use crate::topology::{Datastore, RegionId};

/// Seconds that a read of the API may take.
const LOOK: u64 = 15;
/// Seconds that copying a prefix may take until somebody looks.
const COPY: u64 = 3600;

impl Operations<'_> {
    pub(in crate::cloud::gcp) fn buckets(&mut self, store: &Datastore) {
        let all = buckets(self.topology, store);
        for bucket in &all {
            self.bucket_state(store, bucket);
        }
        let of = |id: RegionId| all.iter().find(|b| b.region == Some(id));
        for origin in store.regions.clone() {
            for target in targets(store, origin) {
                if let (Some(from), Some(to)) = (of(origin), of(target)) {
                    self.bucket_lag(store, from, (to, target));
                    self.bucket_back(store, (from, origin), to);
                }
            }
        }
        let copied = store
            .regions
            .iter()
            .any(|id| !targets(store, *id).is_empty());
        if store.backup.is_some() && !copied {
            let commands = all.iter().map(|b| self.bucket_versions(store, b)).collect();
            self.by_hand.push(ByHand {
                datastore: store.name.clone(),
                how: "Which version of which object is right is for people to say, so no script does it. List the versions of what is wrong or gone. Copy those of the last good moment to another prefix, `gcloud storage cp gs://BUCKET/OBJECT#GENERATION gs://BUCKET/NEW_PREFIX/OBJECT`, compare them, and copy what is right back.".into(),
                commands,
            });
        }
    }

    fn bucket_versions(&self, store: &Datastore, bucket: &Bucket) -> Operation {
        let all = format!("gs://{}/**", bucket.name);
        #[rustfmt::skip]
        let command = words(&[
            "gcloud", "storage", "ls", "--all-versions", "--long", &all, "--project", &self.project,
        ]);
        Operation {
            kind: OperationKind::ListBackups,
            subject: store.name.clone(),
            region: bucket.region,
            title: format!("List the versions of all objects of {}", bucket.name),
            command,
            expect: "each object with its generations, the newest last".into(),
            budget_seconds: COPY,
            otherwise: "name a prefix instead of `**`: there are too many".into(),
        }
    }

    fn bucket_state(&mut self, store: &Datastore, bucket: &Bucket) {
        let name = format!("gs://{}", bucket.name);
        #[rustfmt::skip]
        let command = words(&[
            "gcloud", "storage", "buckets", "describe", &name,
            "--format=value(location,rpo,versioning_enabled)", "--project", &self.project,
        ]);
        self.add(Operation {
            kind: OperationKind::Inspect,
            subject: store.name.clone(),
            region: bucket.region,
            title: format!("Show the bucket {}", bucket.name),
            command,
            expect: format!(
                "{}, and True for its versions",
                bucket.location.to_uppercase()
            )
            .into(),
            budget_seconds: LOOK,
            otherwise: "the bucket or the API is not there: go on with the other region".into(),
        });
    }

    fn bucket_lag(&mut self, store: &Datastore, from: &Bucket, (to, target): (&Bucket, RegionId)) {
        let (project, what) = (&self.project, &store.name);
        let query = format!(
            "histogram_quantile(0.99, sum by (le) (rate({LATENCY}_bucket{{monitored_resource=\"storage_transfer_job\",source_bucket=\"{}\",destination_bucket=\"{}\"}}[10m]))) / 1000",
            from.name, to.name
        );
        // Without a write there is nothing to be behind with.
        let lag = format!(
            "token=$(gcloud auth print-access-token) && \
             behind=$(curl --fail --silent --show-error --max-time 10 --get \
             --config <(printf 'header = \"Authorization: Bearer %s\"\\n' \"$token\") --data-urlencode 'query={query}' -- \
             \"https://monitoring.googleapis.com/v1/projects/{project}/location/global/prometheus/api/v1/query\" | \
             jq -r '.data.result[0].value[1] // \"0\"') && \
             case \"$behind\" in NaN) behind=0 ;; esac && echo \"{what}: ${{behind%%.*}} s\""
        );
        self.add(Operation {
            kind: OperationKind::Lag,
            subject: store.name.clone(),
            region: Some(target),
            title: format!(
                "Show how many seconds {what} in {} is behind {}",
                to.location, from.location
            ),
            command: script(&lag, &[]),
            expect: Expect::Seconds,
            budget_seconds: LOOK,
            otherwise: "treat unknown lag as over the limit".into(),
        });
    }

    fn bucket_back(&mut self, store: &Datastore, (from, origin): (&Bucket, RegionId), to: &Bucket) {
        let subject = format!("{}-{}", store.name, from.location);
        let copy = format!(
            "gcloud storage rsync --recursive \"gs://{}/$2\" \"gs://{}/$1\" --project {}",
            to.name, from.name, self.project
        );
        self.add(Operation {
            kind: OperationKind::Restore,
            subject: subject.clone(),
            region: Some(origin),
            title: format!(
                "Copy a prefix of {} that {} still has into a new prefix in {}",
                store.name, to.location, from.location
            ),
            command: script(&copy, &["$NEW_DATABASE", "$BACKUP"]),
            expect: "`Completed files`, as many as there are".into(),
            budget_seconds: COPY,
            otherwise: "objects that were replaced are kept as versions: gcloud storage ls --all-versions shows them".into(),
        });
        if self.switches.iter().all(|s| s.subject != subject) {
            self.switches
                .push(self.copied_prefix(store, from, &subject));
        }
        let read = format!(
            "gcloud storage ls \"gs://{}/$1/**\" --project {} | head -n 1 | wc -l | tr -d ' '",
            from.name, self.project
        );
        self.proofs.push(Proof {
            of: OperationKind::Restore,
            subject,
            region: Some(origin),
            title: "Count an object of the copy".into(),
            command: script(&read, &["$NEW_DATABASE"]),
            wants: "1".into(),
            within_seconds: RESTORED_WITHIN,
            otherwise: "the copy has no object: is the prefix right?".into(),
        });
    }

    /// A prefix that was copied: which objects are right, people say.
    fn copied_prefix(&self, store: &Datastore, bucket: &Bucket, subject: &str) -> Switch {
        let (bucket, project) = (&bucket.name, &self.project);
        let delete =
            format!("gcloud storage rm --recursive \"gs://{bucket}/$1/\" --project {project}");
        let left = format!(
            "names=$(gcloud storage objects list \"gs://{bucket}/$1/**\" --format='value(name)' --project {project}) && wc -w <<<\"$names\" | tr -d ' '"
        );
        let operation = Operation {
            kind: OperationKind::Switch,
            subject: subject.into(),
            region: None,
            title: format!("Delete the prefix $COPY of {bucket}"),
            command: script(&delete, &["$COPY"]),
            expect: Expect::Nothing,
            budget_seconds: COPY,
            otherwise: "run it again: it goes on with what is left".into(),
        };
        let proof = Proof {
            of: OperationKind::Switch,
            subject: subject.into(),
            region: None,
            title: "Count the objects that are left of it".into(),
            command: script(&left, &["$COPY"]),
            wants: "0".into(),
            within_seconds: RESTORED_WITHIN,
            otherwise: "objects are left: run it again".into(),
        };
        Switch {
            compare: None,
            finish: Vec::new(),
            subject: subject.into(),
            datastore: store.name.clone(),
            means: "services read objects where they are, so compare those of the copy, and copy what is right over the original with `gcloud storage cp`".into(),
            afterwards: String::new(),
            to_copy: Vec::new(),
            to_original: Vec::new(),
            copying: None,
            delete: vec![SwitchStep {
                operation,
                proof: Some(proof),
            }],
            begins: Some("restored-".into()),
            before: Before::default(),
            stays: Stays::BesideIt,
        }
    }
}
