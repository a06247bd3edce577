//! How objects come back as they were at a moment: what was replaced or deleted since is kept as a
//! version, and is copied over what is there now. A copy of an old version is a new one, so it goes to
//! the buckets of other regions like any write, and none of theirs undoes it; taking a delete marker
//! away would stay in one region (docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html,
//! read 2026-11). Objects that are new since the moment stay.
//!
//! The copy of a bucket is its history with a name: a moment, kept beside the records. The moment at which
//! it came into service is that of the object `NAME-before`, by the clock of S3.

use super::bucket_name;
use crate::cloud::aws::Lowering;
use crate::cloud::aws::commands::LOOK;
use crate::cloud::aws::platform::records_bucket;
use crate::deployment::{
    Before, Operation, OperationKind, Proof, Stays, Switch, SwitchStep, script,
};
use crate::topology::{Datastore, RegionId};

/// Seconds that a list of all versions may take: a thousand of them a request.
const LISTED: u64 = 900;
/// Seconds that the copies may take: sixteen at a time, about thirty objects a second.
const COPIED: u64 = 3600;
/// Objects of a copy request have at most so many bytes
/// (docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html, read 2026-11).
const LARGEST: u64 = 5 << 30;
/// Seconds in which S3 copies most objects to another region, by its agreement
/// (docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html, read 2026-11).
const REPLICATED: u64 = 900;

/// What each key has now and had at the moment `$at`, where that is not the same; a delete marker is
/// null. Of versions of one second the newest counts, which S3 lists first.
const CHANGED: &str = "[(.Versions[]? | {k: .Key, v: .VersionId, t: .LastModified, s: .Size, now: .IsLatest}), \
     (.DeleteMarkers[]? | {k: .Key, v: null, t: .LastModified, s: 0, now: .IsLatest})] | reverse | group_by(.k)[] | \
     {k: .[0].k, now: map(select(.now))[0], was: (map(select(.t[0:19] <= $at[0:19])) | max_by(.t))} | \
     select(.was != null and .now.v != .was.v)";

impl Lowering<'_> {
    pub(super) fn bucket_restores(
        &mut self,
        store: &Datastore,
        origin: RegionId,
        copied: &[RegionId],
    ) {
        let history = History {
            store,
            origin,
            location: self.location(origin).to_string(),
            subject: format!("{}-{}", store.name, self.location(origin)),
            bucket: bucket_name(self.topology, store, origin),
            records: records_bucket(self.topology),
            at_home: self.outside().location.to_string(),
            copied: copied
                .iter()
                .map(|id| {
                    let name = bucket_name(self.topology, store, *id);
                    (self.location(*id).to_string(), name)
                })
                .collect(),
        };
        self.deployment.proofs.push(history.restored());
        self.deployment.switches.push(history.switch());
        self.operation(history.list());
        self.operation(history.restore());
    }
}

struct History<'a> {
    store: &'a Datastore,
    origin: RegionId,
    location: String,
    subject: String,
    bucket: String,
    records: String,
    at_home: String,
    /// Regions and buckets that objects are copied to.
    copied: Vec<(String, String)>,
}

impl History<'_> {
    /// Where the moment of a copy is kept.
    fn key(&self, name: &str) -> String {
        format!("restores/{}/{name}", self.subject)
    }

    /// The moment of a copy, as `$at`, for the command that follows.
    fn moment(&self, name: &str) -> String {
        format!(
            "at=$(aws s3 cp \"s3://{}/{}\" - --region {}) && ",
            self.records,
            self.key(name),
            self.at_home
        )
    }

    /// The moment at which a copy came into service, as `$at`.
    fn before(&self) -> String {
        format!(
            "at=$(aws s3api head-object --bucket {} --key \"{}\" --region {} --query LastModified --output text) && ",
            self.records,
            self.key("$1-before"),
            self.at_home
        )
    }

    /// What differs from the moment `$at`, through a filter of jq with its flags.
    fn changed(&self, flags: &str, filter: &str) -> String {
        format!(
            "aws s3api list-object-versions --bucket {} --region {} --output json | jq {flags} --arg at \"$at\" '{CHANGED} | {filter}'",
            self.bucket, self.location
        )
    }

    /// Copies versions over what is there now.
    fn copied_over(&self) -> String {
        let source = format!(
            "select(.was.v != null and .was.s <= {LARGEST}) | .k, \"\\u0000\", (\"{}/\" + (.k | split(\"/\") | map(@uri) | join(\"/\")) + \"?versionId=\" + .was.v), \"\\u0000\"",
            self.bucket
        );
        format!(
            "{} | xargs -0 -r -n 2 -P 16 bash -c 'aws s3api copy-object --bucket {} --region {} --key \"$1\" --copy-source \"$2\" --query CopyObjectResult.ETag --output text' copy",
            self.changed("-j", &source),
            self.bucket,
            self.location
        )
    }

    /// How many objects differ still.
    fn left(&self) -> String {
        let left = self.changed("-c", "select(.was.v != null) | 1");
        format!("{left} | wc -l")
    }

    fn list(&self) -> Operation {
        Operation {
            kind: OperationKind::ListBackups,
            subject: self.store.name.clone(),
            region: Some(self.origin),
            title: format!(
                "Show how long {} keeps what is replaced or deleted",
                self.bucket
            ),
            command: script(
                &format!(
                    "aws s3api get-bucket-lifecycle-configuration --bucket {} --region {} --query 'Rules[].NoncurrentVersionExpiration.NoncurrentDays' --output text",
                    self.bucket, self.location
                ),
                &[],
            ),
            expect: "the days that the topology says".into(),
            budget_seconds: LOOK,
            otherwise: "nothing removes old versions, or nobody may look".into(),
        }
    }

    fn restore(&self) -> Operation {
        let put = format!(
            "printf %s \"$2\" | aws s3 cp - \"s3://{}/{}\" --region {}",
            self.records,
            self.key("$1"),
            self.at_home
        );
        Operation {
            kind: OperationKind::Restore,
            subject: self.subject.clone(),
            region: Some(self.origin),
            title: format!(
                "Give a name to {} as it was: its versions are the copy",
                self.bucket
            ),
            command: script(&put, &["$NEW_DATABASE", "$SNAPSHOT_TIME"]),
            expect: "upload: … to the bucket of records".into(),
            budget_seconds: LISTED,
            otherwise: "the bucket of records does not take it".into(),
        }
    }

    /// Reads one object of the copy, and says how many differ from what is there now.
    fn restored(&self) -> Proof {
        let first = self.changed(
            "-r",
            "select(.was.v != null) | [(.k | @base64), .was.v] | join(\" \")",
        );
        let read = format!(
            "{}all=$({first}) && if [ -z \"$all\" ]; then echo 'nothing was replaced or deleted since'; else \
             key=$(head -n 1 <<<\"$all\" | cut -d ' ' -f 1 | base64 -d) && version=$(head -n 1 <<<\"$all\" | cut -d ' ' -f 2) && \
             aws s3api get-object --bucket {} --region {} --key \"$key\" --version-id \"$version\" --range bytes=0-0 /dev/null >/dev/null && \
             echo \"an object is read, of $(wc -l <<<\"$all\") that differ\"; fi",
            self.moment("$1"),
            self.bucket,
            self.location
        );
        Proof {
            of: OperationKind::Restore,
            subject: self.subject.clone(),
            region: Some(self.origin),
            title: "Read an object of the copy".into(),
            command: script(&read, &["$NEW_DATABASE"]),
            wants: "an object is read, of [0-9]+ that differ".into(),
            within_seconds: LOOK,
            otherwise:
                "choose an earlier moment: nothing differs from this one, or its versions are gone"
                    .into(),
        }
    }

    fn switch(&self) -> Switch {
        let keep = format!(
            "aws s3api head-object --bucket {records} --key \"{key}\" --region {home} >/dev/null 2>&1 || \
             printf %s \"$1\" | aws s3 cp - \"s3://{records}/{key}\" --region {home}",
            records = self.records,
            key = self.key("$1-before"),
            home = self.at_home
        );
        let noted = format!("{}echo noted", self.before());
        let mut to_copy = vec![
            self.step(
                "Note what the bucket has now, as NEW_NAME-before",
                &keep,
                (
                    LOOK,
                    "nothing was changed: the bucket of records does not take it",
                ),
                (&noted, "noted"),
            ),
            self.step(
                "Copy the versions of the moment over what is there now",
                &format!("{}{}", self.moment("$1"), self.copied_over()),
                (COPIED, "run it again: it goes on with what is left"),
                (&format!("{}{}", self.moment("$1"), self.left()), "0"),
            ),
        ];
        to_copy.extend(self.copied.iter().map(|other| self.arrived(other)));
        let back = format!(
            "{at}{copies} && {at}{gone} | xargs -0 -r -n 1 -P 16 bash -c 'aws s3api delete-object --bucket {bucket} --region {location} --key \"$1\"' delete",
            at = self.before(),
            copies = self.copied_over(),
            gone = self.changed("-j", "select(.was.v == null) | .k, \"\\u0000\""),
            bucket = self.bucket,
            location = self.location
        );
        let delete = format!(
            "aws s3 rm \"s3://{records}/{}\" --region {home} && aws s3 rm \"s3://{records}/{}\" --region {home}",
            self.key("$1"),
            self.key("$1-before"),
            records = self.records,
            home = self.at_home
        );
        let listed = format!(
            "aws s3api list-objects-v2 --bucket {} --region {} --prefix \"{}\" --query 'length(Contents || `[]`)' --output text",
            self.records,
            self.at_home,
            self.key("$1")
        );
        Switch {
            compare: None,
            finish: Vec::new(),
            subject: self.subject.clone(),
            datastore: self.store.name.clone(),
            means: format!(
                "Objects of {} that were replaced or deleted since the moment get the version of then; those that are new since stay. {}About thirty objects a second: for more than a hundred thousand use S3 Batch Operations. Objects of more than 5 GiB are left, and counted by the last step: copy those in parts.",
                self.bucket,
                match self.copied.is_empty() {
                    true => "",
                    false => "They go to the other regions like any write. ",
                }
            ),
            afterwards: "Services go on using the bucket, and deployments run. What the objects had before is kept as their versions.".into(),
            to_copy,
            to_original: vec![self.step(
                "Copy the versions from before over what is there now, and delete what was deleted then",
                &back,
                (COPIED, "run it again: it goes on with what is left"),
                (&format!("{}{}", self.before(), self.left()), "0"),
            )],
            copying: None,
            delete: vec![self.step(
                "Forget the moment and its name",
                &delete,
                (LOOK, "delete the two objects by hand"),
                (&listed, "0"),
            )],
            begins: None,
            before: Before {
                to_copy: vec![self.is_copy()],
                to_original: vec![self.is_kept(&noted)],
                delete: vec![self.is_copy()],
            },
            stays: Stays::InOriginal,
        }
    }

    /// The other region has what was copied over: versions keep their ids.
    fn arrived(&self, (location, bucket): &(String, String)) -> SwitchStep {
        let first = self.changed(
            "-r",
            "select(.now.v != null) | [(.k | @base64), .now.v] | join(\" \")",
        );
        let read = format!(
            "{}all=$({first}) && if [ -z \"$all\" ]; then echo arrived; else \
             key=$(tail -n 1 <<<\"$all\" | cut -d ' ' -f 1 | base64 -d) && version=$(tail -n 1 <<<\"$all\" | cut -d ' ' -f 2) && \
             aws s3api head-object --bucket {bucket} --region {location} --key \"$key\" --version-id \"$version\" >/dev/null && echo arrived; fi",
            self.before()
        );
        let look = format!("aws s3api head-bucket --bucket {bucket} --region {location}");
        self.waited(
            &format!("Wait until {location} has the last of them"),
            &look,
            (
                LOOK,
                "the bucket does not answer: it gets them once it does",
            ),
            (&read, "arrived", REPLICATED),
        )
    }

    fn step(
        &self,
        title: &str,
        act: &str,
        budget: (u64, &str),
        (read, wants): (&str, &str),
    ) -> SwitchStep {
        self.waited(title, act, budget, (read, wants, LISTED))
    }

    fn waited(
        &self,
        title: &str,
        act: &str,
        (budget_seconds, otherwise): (u64, &str),
        (read, wants, within_seconds): (&str, &str, u64),
    ) -> SwitchStep {
        SwitchStep {
            operation: Operation {
                kind: OperationKind::Switch,
                subject: self.subject.clone(),
                region: Some(self.origin),
                title: title.into(),
                command: script(&format!("set -o pipefail; {act}"), &["$COPY"]),
                expect: "no error".into(),
                budget_seconds,
                otherwise: otherwise.into(),
            },
            proof: Some(Proof {
                of: OperationKind::Switch,
                subject: self.subject.clone(),
                region: Some(self.origin),
                title: format!("{title}: see that it is so"),
                command: script(&format!("set -o pipefail; {read}"), &["$COPY"]),
                wants: wants.into(),
                within_seconds,
                otherwise: "it is not so yet: run it again, it goes on with what is left".into(),
            }),
        }
    }

    fn is_copy(&self) -> Proof {
        Proof::guard(
            OperationKind::Switch,
            (&self.subject, Some(self.origin)),
            format!("See that it is a moment of {}", self.subject),
            script(&format!("{}echo \"$at\"", self.moment("$1")), &["$COPY"]),
            "[0-9-]+T[0-9:]+Z",
            format!(
                "it is no copy that restore-from-backup.sh has made of {}",
                self.subject
            ),
        )
    }

    fn is_kept(&self, noted: &str) -> Proof {
        Proof::guard(
            OperationKind::Switch,
            (&self.subject, Some(self.origin)),
            "See that it is noted what the bucket had".into(),
            script(noted, &["$COPY"]),
            "noted",
            "nobody has noted what the bucket had: it has not come into service by this script",
        )
    }
}
