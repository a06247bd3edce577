//! The commands of AWS's own tools, for scripts and runbooks.

use super::platform::records_bucket;
use super::{Lowering, facts};
use crate::cloud::scaling;
use crate::deployment::{Bill, Bootstrap, Lock, Operation, OperationKind, Proof, script, words};
use crate::format::shell;
use crate::topology::{Provider, RegionId};

impl Lowering<'_> {
    /// Fills in the commands of the platform.
    pub(super) fn operations(&mut self) {
        self.right_account();
        let lock = self.lock();
        let roles = self.service_roles().into_iter();
        let commands = roles.chain(self.state_commands()).collect();
        let bill = self.bill();
        let part = self.part();
        part.lock = Some(lock);
        part.bill = bill;
        part.bootstrap = Bootstrap {
            makes: "the bucket of Terraform's state and the service role that starts nodes",
            commands,
            usage: &["the first deployment: make the bucket of state and service roles"],
        };
        for id in self.cluster_regions() {
            let cluster = self.cluster_name(id);
            self.right_cluster(id, &cluster);
            let paused = scaling::pauses(self.topology, id, &cluster);
            self.deployment.operations.extend(paused);
        }
    }

    /// A command of the whole system.
    fn command(
        &self,
        kind: OperationKind,
        title: &str,
        command: &[&str],
        expect: &str,
        budget_seconds: u64,
        otherwise: &str,
    ) -> Operation {
        let system = &self.topology.name;
        Operation::of_system(
            system,
            kind,
            title,
            command,
            expect,
            budget_seconds,
            otherwise,
        )
    }

    /// A context of the right name may lead to a cluster of another account.
    fn right_cluster(&mut self, id: RegionId, cluster: &str) {
        let (location, account) = (self.location(id), self.account_text());
        let proof = Proof::context(
            id,
            cluster,
            format!("See that the context {cluster} is of this account"),
            &format!("arn:aws:eks:{location}:{account}:cluster/{cluster}"),
            &format!(
                "aws eks update-kubeconfig --name {cluster} --region {location} --alias {cluster}"
            ),
        );
        self.deployment.proofs.push(proof);
    }

    /// What must hold before anything is done.
    fn right_account(&mut self) {
        let account = self.account_text();
        #[rustfmt::skip]
        let caller = ["aws", "sts", "get-caller-identity", "--query", "Account", "--output", "text"];
        let proof = Proof::guard(
            OperationKind::Lock,
            (&self.topology.name, None),
            format!("See that the account is {account}"),
            words(&caller),
            account,
            "these are credentials of another account, or none",
        );
        self.deployment.proofs.push(proof);
    }

    fn lock(&self) -> Lock {
        let bucket = records_bucket(self.topology);
        let region = self.outside().location;
        let object = format!("s3://{bucket}/locks/failover");
        let records = format!("s3://{bucket}/records/");
        // Refused if the object is there: two failovers at once cannot both have the lock.
        #[rustfmt::skip]
        let take = [
            "aws", "s3api", "put-object", "--bucket", &bucket, "--key", "locks/failover",
            "--body", "$LOCK_FILE", "--if-none-match", "*", "--region", region,
        ];
        Lock {
            take: self.command(
                OperationKind::Lock,
                "Take the failover lock",
                &take,
                "an ETag, and no PreconditionFailed",
                15,
                "the bucket does not answer, or may not be written",
            ),
            holder: self.command(
                OperationKind::Holder,
                "Show who holds the failover lock",
                &["aws", "s3", "cp", &object, "-", "--region", region],
                "the name of a person, or 404",
                15,
                "nobody holds it",
            ),
            release: self.command(
                OperationKind::Unlock,
                "Release the failover lock",
                &["aws", "s3", "rm", &object, "--region", region],
                "delete: s3://… of the lock",
                15,
                "remove it by hand once the failover is over",
            ),
            record: self.command(
                OperationKind::Record,
                "Keep the record",
                &["aws", "s3", "cp", "$EVIDENCE", &records, "--region", region],
                "upload: … to the bucket of records",
                15,
                "keep the file and copy it later",
            ),
            marks: format!("s3://{bucket}/locks/"),
            mark: self.command(
                OperationKind::Mark,
                "Leave a mark that stops deployments",
                &["aws", "s3", "cp", "$LOCK_FILE", "$MARK", "--region", region],
                "upload: … to the bucket of records",
                15,
                "tell everybody who deploys",
            ),
            marked: self.command(
                OperationKind::Marked,
                "Show who left the mark",
                &["aws", "s3", "cp", "$MARK", "-", "--region", region],
                "the name of a person, or 404",
                15,
                "nobody did",
            ),
            unmark: self.command(
                OperationKind::Unmark,
                "Take the mark away",
                &["aws", "s3", "rm", "$MARK", "--region", region],
                "delete: s3://… of the mark",
                15,
                "remove it by hand: no deployment runs while it is there",
            ),
        }
    }

    /// The service role in whose name keys of disks are used.
    fn service_roles(&self) -> Option<Operation> {
        let service = "autoscaling.amazonaws.com";
        #[rustfmt::skip]
        let words = ["aws", "iam", "create-service-linked-role", "--aws-service-name", service];
        let role = || {
            let make = unless_there(&words, "has been taken in this account");
            let make: Vec<&str> = make.iter().map(String::as_str).collect();
            self.command(
                OperationKind::Bootstrap,
                "Make the service role that starts nodes",
                &make,
                "the role AWSServiceRoleForAutoScaling, or that it has been taken",
                15,
                "the account may not make service roles: nodes would not start",
            )
        };
        (!self.cluster_regions().is_empty()).then(role)
    }

    /// The bucket of state, which Terraform cannot make for itself.
    fn state_commands(&self) -> Vec<Operation> {
        let Some(bucket) = self.topology.state_bucket(Provider::Aws) else {
            return Vec::new();
        };
        let region = self.outside().location;
        let refused = "without it there is nowhere to keep state: another account has a bucket of that name, or this one may make none";
        let place = format!("LocationConstraint={region}");
        let mut make = vec!["aws", "s3api", "create-bucket", "--bucket", bucket];
        make.extend(["--region", region]);
        if region != facts::DEFAULT_REGION {
            make.extend(["--create-bucket-configuration", &place]);
        }
        let title = "Make the bucket of Terraform's state";
        let kind = OperationKind::Bootstrap;
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
        let settings = settings.map(|(title, verb, [flag, value])| {
            let mut command = vec!["aws", "s3api", verb, "--bucket", bucket, flag, value];
            command.extend(["--region", region]);
            let otherwise =
                "the account may not change buckets: no state goes there before this holds";
            self.command(kind, title, &command, "no output", 15, otherwise)
        });
        let make = unless_there(&make, "BucketAlreadyOwnedByYou");
        let make: Vec<&str> = make.iter().map(String::as_str).collect();
        let expect = "its Location, or BucketAlreadyOwnedByYou";
        let made = self.command(kind, title, &make, expect, 30, refused);
        std::iter::once(made).chain(settings).collect()
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

    /// The bill itself is always kept by AWS.
    fn bill(&self) -> Option<Bill> {
        self.topology.cost.as_ref()?;
        let filter = format!(
            "{{\"Tags\":{{\"Key\":\"system\",\"Values\":[\"{}\"]}}}}",
            self.topology.name
        );
        #[rustfmt::skip]
        let words = [
            "aws", "ce", "get-cost-and-usage", "--time-period", "$MONTH_PERIOD",
            "--granularity", "MONTHLY", "--metrics", "UnblendedCost",
            "--group-by", "Type=DIMENSION,Key=REGION", "Type=DIMENSION,Key=SERVICE",
            "--filter", &filter,
        ];
        Some(Bill {
            told: "AWS keeps the bill by region, service and tag. Once the tag `system` is switched on for cost allocation, in the billing account:",
            command: self.command(
                OperationKind::Cost,
                "Sum up the bill by region and service",
                &words,
                "a group for each region and service",
                60,
                "DataUnavailableException: Cost Explorer is switched on once, in the billing account",
            ),
        })
    }
}

/// A command that makes something and is done too where the answer says that it is there.
fn unless_there(words: &[&str], said: &str) -> Vec<String> {
    let words: Vec<String> = words.iter().map(|w| w.to_string()).collect();
    let make = shell::command(&words);
    script(
        &format!(
            "said=$({make} 2>&1) || case $said in *'{said}'*) ;; *) printf '%s\\n' \"$said\"; exit 1 ;; esac; printf '%s\\n' \"$said\""
        ),
        &[],
    )
}
