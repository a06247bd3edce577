//! What a system on Google Cloud has once: the lock, the records, the bill, and what must be
//! there before Terraform.

use super::homes::Home;
use super::{Lowering, cost};
use crate::deployment::{Action, Bill, Bootstrap, Lock, Operation, OperationKind, Proof, words};
use crate::format::shell;
use OperationKind::{Bootstrap as Make, Cost, Record, Unlock};

/// The APIs whose service agents encrypt with keys of ours.
const AGENTS: [&str; 7] = [
    "pubsub",
    "redis",
    "secretmanager",
    "firestore",
    "artifactregistry",
    "gkebackup",
    "sqladmin",
];

impl Lowering<'_> {
    /// Fills in the commands of the whole system.
    pub(super) fn system(&mut self) {
        self.right_place();
        let lock = self.lock();
        let evidence = Home::Evidence.of(self.topology);
        self.need(
            Action::Script,
            "the failover lock",
            &[evidence],
            None,
            ("scripts/lib.sh", "/locks/failover"),
        );
        let commands = self.first_commands();
        let bill = self.bill();
        let part = self.part();
        part.lock = Some(lock);
        part.bill = bill;
        part.bootstrap = Bootstrap {
            makes: "the service agents that keys are granted to",
            commands,
            usage: &[
                "the first deployment: make service agents, and apply the load balancer",
                "without back ends until the gateways have made them",
            ],
        };
    }

    /// What must hold before anything is done: the project answers to these credentials, and each
    /// context leads to its own cluster, whose entry gcloud gives the same name.
    fn right_place(&mut self) {
        let project = self.project_text();
        #[rustfmt::skip]
        let describe = ["gcloud", "projects", "describe", &project, "--format", "value(projectId)"];
        let of_project = Proof::guard(
            OperationKind::Lock,
            (&self.topology.name, None),
            format!("See that the project {project} answers"),
            words(&describe),
            project.clone(),
            format!("these are credentials without access to {project}, or none"),
        );
        let of_contexts = self.deployment.clusters.iter().map(|cluster| {
            let context = &cluster.context;
            let title = format!("See that the context {context} leads to its cluster");
            let mend = shell::command(&cluster.credentials);
            Proof::context(cluster.region, context, title, context, &mend)
        });
        let proofs: Vec<Proof> = std::iter::once(of_project).chain(of_contexts).collect();
        self.deployment.proofs.extend(proofs);
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

    fn lock(&self) -> Lock {
        let bucket = format!("gs://{}-{}-evidence", self.project_text(), self.prefix());
        let lock = format!("{bucket}/locks/failover");
        let records = format!("{bucket}/records/");
        let held = format!("the bucket does not answer, or may not be written: {lock}");
        // Refused if the object is there: two failovers at once cannot both have the lock.
        #[rustfmt::skip]
        let take = ["gcloud", "storage", "cp", "--if-generation-match=0", "$LOCK_FILE", &lock];
        let done = "the copy ends without an error";
        Lock {
            take: self.command(
                OperationKind::Lock,
                "Take the failover lock",
                &take,
                done,
                15,
                &held,
            ),
            holder: self.command(
                OperationKind::Holder,
                "Show who holds the failover lock",
                &["gcloud", "storage", "cat", &lock],
                "the name of a person, or that there is no such object",
                15,
                "nobody holds it",
            ),
            release: self.command(
                Unlock,
                "Release the failover lock",
                &["gcloud", "storage", "rm", &lock],
                "Removing the lock",
                15,
                "remove it by hand once the failover is over",
            ),
            record: self.command(
                Record,
                "Keep the record",
                &["gcloud", "storage", "cp", "$EVIDENCE", &records],
                done,
                15,
                "keep the file and copy it later",
            ),
            marks: format!("{bucket}/locks/"),
            mark: self.command(
                OperationKind::Mark,
                "Leave a mark that stops deployments",
                &["gcloud", "storage", "cp", "$LOCK_FILE", "$MARK"],
                done,
                15,
                "tell everybody who deploys",
            ),
            marked: self.command(
                OperationKind::Marked,
                "Show who left the mark",
                &["gcloud", "storage", "cat", "$MARK"],
                "the name of a person, or that there is no such object",
                15,
                "nobody did",
            ),
            unmark: self.command(
                OperationKind::Unmark,
                "Take the mark away",
                &["gcloud", "storage", "rm", "$MARK"],
                "Removing the mark",
                15,
                "remove it by hand: no deployment runs while it is there",
            ),
        }
    }

    /// APIs and service agents: keys are granted to these, which exist only once somebody
    /// asks for them.
    fn first_commands(&self) -> Vec<Operation> {
        let project = self.project_text();
        let again = "run it again: a fresh API takes a minute";
        let mut enable = vec!["gcloud", "services", "enable"];
        let apis = self.apis.iter();
        let names: Vec<String> = apis.map(|a| format!("{a}.googleapis.com")).collect();
        enable.extend(names.iter().map(String::as_str));
        enable.extend(["--project", &project]);
        let mut commands = vec![self.command(
            Make,
            "Switch the APIs on, so that their service agents can be made",
            &enable,
            "Operation finished successfully",
            180,
            "the account may not switch APIs on: ask for roles/serviceusage.serviceUsageAdmin",
        )];
        for api in AGENTS.iter().filter(|a| self.apis.contains(*a)) {
            let service = format!("--service={api}.googleapis.com");
            let title = format!("Make the service agent of {api}");
            #[rustfmt::skip]
            let words = [
                "gcloud", "beta", "services", "identity", "create", &service, "--project", &project,
            ];
            commands.push(self.command(
                Make,
                &title,
                &words,
                "Service identity created",
                30,
                again,
            ));
        }
        commands.push(self.command(
            Make,
            "Make the service agent of Cloud Storage",
            &["gcloud", "storage", "service-agent", "--project", &project],
            "the e-mail address of the agent",
            30,
            again,
        ));
        if self.apis.contains("storagetransfer") {
            let ask = format!(
                "token=$(gcloud auth print-access-token) && curl --fail --silent --show-error --max-time 30 \
                 --config <(printf 'header = \"Authorization: Bearer %s\"\\n' \"$token\") -- \
                 https://storagetransfer.googleapis.com/v1/googleServiceAccounts/{project}"
            );
            commands.push(self.command(
                Make,
                "Make the service agent of Storage Transfer Service",
                &["bash", "-c", &ask],
                "the e-mail address of the agent",
                30,
                again,
            ));
        }
        if self.apis.contains("bigquery") {
            #[rustfmt::skip]
            let words = ["bq", "--project_id", &project, "show", "--encryption_service_account"];
            commands.push(self.command(
                Make,
                "Make the encryption account of BigQuery",
                &words,
                "the e-mail address of the account",
                30,
                again,
            ));
        }
        commands
    }

    fn bill(&self) -> Option<Bill> {
        let cost = self.topology.cost.as_ref();
        cost.filter(|c| *c.billing_export)?;
        let project = self.project_text();
        let dataset = cost::dataset(&self.topology.name);
        let query = format!(
            "SELECT location.region AS region, service.description AS service, ROUND(SUM(cost), 2) AS cost, currency \
             FROM `{project}.{dataset}.gcp_billing_export_v1_*` \
             WHERE project.id = '{project}' AND invoice.month = @month \
             GROUP BY region, service, currency ORDER BY region, cost DESC"
        );
        #[rustfmt::skip]
        let words = [
            "bq", "query", "--project_id", &project, "--use_legacy_sql=false", "--format=csv",
            "--max_rows=1000", "--parameter", "$MONTH_PARAMETER", &query,
        ];
        Some(Bill {
            told: "The bill is exported to BigQuery. After the export is switched on in the billing account:",
            command: self.command(
                Cost,
                "Sum up the bill by region and service",
                &words,
                "a line for each region and service",
                60,
                "the export begins a day after it is switched on in the billing account",
            ),
        })
    }
}
