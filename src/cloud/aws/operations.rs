//! The commands of AWS's own tools, for scripts and runbooks.

use super::platform::records_bucket;
use super::{Lowering, facts};
use crate::cloud::scaling;
use crate::deployment::{Operation, OperationKind};
use crate::topology::RegionId;

impl Lowering<'_> {
    /// Fills in the commands of the platform.
    pub(super) fn operations(&mut self) {
        self.lock_and_record();
        self.bootstrap();
        if self.topology.spec.cost.is_some() {
            self.bill();
        }
        for id in self.cluster_regions() {
            let cluster = self.cluster_name(id);
            let paused = scaling::pauses(self.topology, id, &cluster);
            self.deployment.operations.extend(paused);
        }
    }

    /// Says what a command of the whole system does.
    fn add(
        &mut self,
        kind: OperationKind,
        title: &str,
        command: &[&str],
        expect: &str,
        budget_seconds: u64,
        otherwise: &str,
    ) {
        self.deployment.operations.push(Operation {
            kind,
            subject: self.topology.name.clone(),
            region: None,
            title: title.into(),
            command: command.iter().map(|w| (*w).to_string()).collect(),
            expect: expect.into(),
            budget_seconds,
            otherwise: otherwise.into(),
        });
    }

    fn lock_and_record(&mut self) {
        let bucket = records_bucket(self.topology);
        let region = self.outside().location;
        let object = format!("s3://{bucket}/locks/failover");
        let records = format!("s3://{bucket}/records/");
        // Refused if the object is there: two failovers at once cannot both have the lock.
        #[rustfmt::skip]
        self.add(
            OperationKind::Lock,
            "Take the failover lock",
            &[
                "aws", "s3api", "put-object", "--bucket", &bucket, "--key", "locks/failover",
                "--body", "$LOCK_FILE", "--if-none-match", "*", "--region", region,
            ],
            "an ETag, and no PreconditionFailed",
            15,
            "PreconditionFailed: somebody else holds the lock: read who with --status, and talk to them",
        );
        self.add(
            OperationKind::Unlock,
            "Release the failover lock",
            &["aws", "s3", "rm", &object, "--region", region],
            "delete: s3://… of the lock",
            15,
            "remove it by hand once the failover is over",
        );
        self.add(
            OperationKind::Record,
            "Keep the record",
            &["aws", "s3", "cp", "$EVIDENCE", &records, "--region", region],
            "upload: … to the bucket of records",
            15,
            "keep the file and copy it later",
        );
    }

    /// The bucket of state, which Terraform cannot make for itself, and the service role in
    /// whose name keys of disks are used.
    fn bootstrap(&mut self) {
        if !self.cluster_regions().is_empty() {
            self.add(
                OperationKind::Bootstrap,
                "Make the service role that starts nodes",
                &[
                    "aws",
                    "iam",
                    "create-service-linked-role",
                    "--aws-service-name",
                    "autoscaling.amazonaws.com",
                ],
                "the role AWSServiceRoleForAutoScaling",
                15,
                "InvalidInput: the account has it already; go on",
            );
        }
        let terraform = self.topology.spec.terraform.as_ref();
        let Some(bucket) = terraform.and_then(|t| t.state_bucket.as_ref()) else {
            return;
        };
        let bucket = bucket.value.clone();
        let region = self.outside().location;
        let there = "BucketAlreadyOwnedByYou: it is there; go on";
        let place = format!("LocationConstraint={region}");
        let mut make = vec!["aws", "s3api", "create-bucket", "--bucket", &bucket];
        make.extend(["--region", region]);
        if region != facts::DEFAULT_REGION {
            make.extend(["--create-bucket-configuration", &place]);
        }
        let title = "Make the bucket of Terraform's state";
        self.add(
            OperationKind::Bootstrap,
            title,
            &make,
            "its Location",
            30,
            there,
        );
        let settings = [
            (
                "Keep old versions of state",
                "put-bucket-versioning",
                ["--versioning-configuration", "Status=Enabled"],
            ),
            (
                "Keep the public away from state",
                "put-public-access-block",
                [
                    "--public-access-block-configuration",
                    "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
                ],
            ),
            (
                "Encrypt state with a key of the account",
                "put-bucket-encryption",
                [
                    "--server-side-encryption-configuration",
                    "{\"Rules\":[{\"ApplyServerSideEncryptionByDefault\":{\"SSEAlgorithm\":\"aws:kms\"},\"BucketKeyEnabled\":true}]}",
                ],
            ),
        ];
        for (title, verb, [flag, value]) in settings {
            let mut command = vec!["aws", "s3api", verb, "--bucket", &bucket, flag, value];
            command.extend(["--region", region]);
            let otherwise = "AccessDenied: the account may not change buckets; stop";
            let kind = OperationKind::Bootstrap;
            self.add(kind, title, &command, "no output", 15, otherwise);
        }
    }

    /// The value of a secret, which nobody but people has; copies get it from here.
    pub(super) fn value_of_secret(&mut self, name: &str, id: RegionId) {
        let location = self.location(id);
        let command = [
            "aws",
            "secretsmanager",
            "put-secret-value",
            "--secret-id",
            name,
            "--secret-string",
            "file:///dev/stdin",
            "--region",
            location,
        ];
        self.deployment.operations.push(Operation {
            kind: OperationKind::StoreSecret,
            subject: name.to_string(),
            region: Some(id),
            title: format!("Put a value into {name} in {location}"),
            command: command.map(String::from).to_vec(),
            expect: "the ARN, and AWSCURRENT among the stages".into(),
            budget_seconds: 15,
            otherwise: "ResourceNotFoundException: apply Terraform first".into(),
        });
    }

    fn bill(&mut self) {
        let filter = format!(
            "{{\"Tags\":{{\"Key\":\"system\",\"Values\":[\"{}\"]}}}}",
            self.topology.name
        );
        #[rustfmt::skip]
        self.add(
            OperationKind::Cost,
            "Sum up the bill by region and service",
            &[
                "aws", "ce", "get-cost-and-usage", "--time-period", "$MONTH_PERIOD",
                "--granularity", "MONTHLY", "--metrics", "UnblendedCost",
                "--group-by", "Type=DIMENSION,Key=REGION", "Type=DIMENSION,Key=SERVICE",
                "--filter", &filter,
            ],
            "a group for each region and service",
            60,
            "DataUnavailableException: Cost Explorer is switched on once, in the billing account",
        );
    }
}
