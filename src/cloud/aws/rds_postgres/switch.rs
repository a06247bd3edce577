//! How a restored instance of PostgreSQL comes into service: it takes the original's name, and with
//! it the endpoint, alarms, permissions and backups that go by that name (docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_RenameInstance.html, read 2026-11).

use super::{Copies, copies, databases};
use crate::cloud::aws::commands::parameter_group;
use crate::cloud::aws::finish::steps;
use crate::cloud::aws::marks::{is_copy, mark_in};
use crate::cloud::aws::{Lowering, facts};
use crate::deployment::{
    Before, Copying, Operation, OperationKind, Proof, RESTORED_WITHIN, Scope, Stays, Switch,
    SwitchStep, script, words,
};
use crate::topology::{Datastore, RegionId};

/// Seconds that RDS may take to rename, change or restart an instance: it says "up to 10 minutes".
const CHANGED_WITHIN: u64 = 1200;

impl Lowering<'_> {
    pub(super) fn postgres_switches(&mut self, store: &Datastore) {
        let Some(copies) = copies(store) else {
            return;
        };
        // A replica is made anew from the instance that takes the writer's place.
        let switched = |id: &RegionId| match copies {
            Copies::Apart | Copies::BothWays => true,
            Copies::OneWay => store.writer == Some(*id),
            Copies::Physical => false,
        };
        if store.backup.is_none() {
            return;
        }
        for id in store.regions.clone() {
            let name = self.store_name(store, id, facts::names().database);
            let instance = Instance {
                lowering: self,
                store,
                id,
                location: self.location(id).to_string(),
                parameters: parameter_group(&name, self.engine_version(store)),
                subject: name.clone(),
                name,
            };
            let mut switches = vec![match switched(&id) {
                true => instance.switch(copies),
                false => instance.only_deleted(
                    "it would be a replica of nobody. Restore the writer: replicas are made anew from what takes its place.",
                ),
            }];
            let kept = self.kept_abroad(store, id);
            switches.extend(kept.into_iter().map(|(from, subject)| {
                let (name, lost) = (&instance.name, self.location(from));
                let own = Instance { subject, name: name.clone(), parameters: String::new(), location: instance.location.clone(), ..instance };
                own.only_deleted(&format!(
                    "it has what {lost} wrote before that region was lost, and is a server of no region. Bring {name} back from its own history, and read from this copy what only {lost} had."
                ))
            }));
            self.deployment.switches.extend(switches);
        }
    }

    /// The histories of other regions that a region keeps: whose, and what restores call them.
    pub(super) fn kept_abroad(&self, store: &Datastore, at: RegionId) -> Vec<(RegionId, String)> {
        let backup = store.backup.as_ref();
        let kept = backup.into_iter().flat_map(|b| &b.copies_to);
        let mut kept = kept.filter_map(|r| self.topology.region_named(r));
        if !kept.any(|r| r == at) {
            return Vec::new();
        }
        let others = store.regions.iter().filter(|r| **r != at);
        others
            .map(|from| {
                let name = self.store_name(store, *from, facts::names().database);
                (*from, format!("{name}-in-{}", self.location(at)))
            })
            .collect()
    }
}

struct Instance<'a> {
    lowering: &'a Lowering<'a>,
    store: &'a Datastore,
    id: RegionId,
    location: String,
    /// What its copies are restored as, and marked with.
    subject: String,
    name: String,
    /// Its own parameter group.
    parameters: String,
}

impl Instance<'_> {
    /// A copy that no command puts into service, for a reason.
    fn only_deleted(&self, why: &str) -> Switch {
        Switch {
            compare: self.compare(),
            finish: Vec::new(),
            subject: self.subject.clone(),
            datastore: self.store.name.clone(),
            means: why.into(),
            afterwards: String::new(),
            to_copy: Vec::new(),
            to_original: Vec::new(),
            copying: None,
            delete: vec![self.delete()],
            begins: None,
            before: Before {
                delete: vec![self.is_copy("$COPY")],
                ..Before::default()
            },
            stays: Stays::BesideIt,
        }
    }

    fn switch(&self, copies: Copies) -> Switch {
        let before = format!("{}-before", self.name);
        let mut to_copy = vec![
            self.rename(&self.name, &before),
            self.rename("$COPY", &self.name),
        ];
        to_copy.push(self.password());
        Switch {
            compare: self.compare(),
            finish: self.finish(&before),
            subject: self.subject.clone(),
            datastore: self.store.name.clone(),
            means: format!(
                "The copy gets the name {}, and the original {before}: endpoint, alarms and permissions go by the name.",
                self.name
            ),
            afterwards: format!(
                "No deployment runs until Terraform knows the copy. From then on the original is {before}, and no script brings it back, for Terraform takes the mark of the copy away."
            ),
            to_copy,
            to_original: vec![
                self.rename(&self.name, "$COPY"),
                self.rename(&before, &self.name),
            ],
            copying: copies.logical().then(|| self.copying()),
            delete: vec![self.delete()],
            begins: None,
            stays: Stays::UnderItsName,
            before: Before {
                to_copy: vec![self.is_copy("$COPY")],
                to_original: vec![self.is_copy(&self.name), self.there(&before)],
                delete: vec![self.is_copy("$COPY"), self.there(&self.name)],
            },
        }
    }

    /// Counts the rows of a table, where a pod can sign in.
    fn compare(&self) -> Option<[String; 2]> {
        copies(self.store).filter(|c| c.logical())?;
        let (location, lowering) = (&self.location, self.lowering);
        let (cluster, namespace) = (lowering.cluster_name(self.id), &lowering.topology.namespace);
        let database = databases(self.store).swap_remove(0);
        let count = |host: &str| {
            format!(
                "kubectl --context {cluster} --namespace {namespace} exec deployment/{}-heartbeat -- env {host}\
                 psql --no-psqlrc --dbname {database} --command 'SELECT count(*) FROM TABLE'",
                self.store.name
            )
        };
        let host = format!(
            "PGHOST=\"$(aws rds describe-db-instances --region {location} --db-instance-identifier NEW_NAME --query 'DBInstances[0].Endpoint.Address' --output text)\" "
        );
        Some([count(&host), count("")])
    }

    /// What makes the copy the original for Terraform too.
    fn finish(&self, before: &str) -> Vec<(String, String)> {
        let (location, name) = (&self.location, &self.name);
        let call = self.lowering.instance_call(&self.store.name, self.id);
        let address = format!("module.{call}.aws_db_instance.this");
        let scope = Scope::Region(self.id);
        steps(vec![
            (
                "Let Terraform know the copy, and read the plan: it changes the copy in place, and replaces nothing".into(),
                vec![
                    self.lowering
                        .forgotten(scope, std::slice::from_ref(&address)),
                    self.lowering.imported(scope, &address, name),
                    self.lowering.applied(scope),
                ],
            ),
            (
                "Let deployments run again".into(),
                vec![format!("scripts/switch-store.sh --datastore {name} --settle NEW_NAME --apply")],
            ),
            (
                "Once nobody needs the original as evidence, delete it".into(),
                vec![
                    format!("aws rds modify-db-instance --region {location} --db-instance-identifier {before} --no-deletion-protection --apply-immediately"),
                    format!("aws rds delete-db-instance --region {location} --db-instance-identifier {before} --skip-final-snapshot"),
                ],
            ),
        ])
    }

    /// Sees that an instance is a copy; one that serves has the original's name.
    fn is_copy(&self, name: &str) -> Proof {
        let command = self.described(name, &mark_in("DBInstances[0].TagList"));
        is_copy(&self.subject, self.id, command, &self.subject)
    }

    /// Sees that there is an instance of a name: without one a switch has stopped half way, and
    /// the copy may be all that can serve.
    fn there(&self, name: &str) -> Proof {
        Proof::guard(
            OperationKind::Switch,
            (&self.name, Some(self.id)),
            format!("See that there is {name}"),
            self.described(name, "DBInstances[0].DBInstanceStatus"),
            "available",
            format!("there is no {name} that is available"),
        )
    }

    fn operation(
        &self,
        title: String,
        command: Vec<String>,
        expect: &str,
        budget_seconds: u64,
        otherwise: &str,
    ) -> Operation {
        Operation {
            kind: OperationKind::Switch,
            subject: self.subject.clone(),
            region: Some(self.id),
            title,
            command,
            expect: expect.into(),
            budget_seconds,
            otherwise: otherwise.into(),
        }
    }

    fn proof(
        &self,
        title: String,
        command: Vec<String>,
        wants: &str,
        within_seconds: u64,
    ) -> Proof {
        Proof {
            of: OperationKind::Switch,
            subject: self.subject.clone(),
            region: Some(self.id),
            title,
            command,
            wants: wants.into(),
            within_seconds,
            otherwise: "it is not so yet: look at its status before the next step".into(),
        }
    }

    fn described(&self, name: &str, query: &str) -> Vec<String> {
        #[rustfmt::skip]
        let command = words(&[
            "aws", "rds", "describe-db-instances", "--region", &self.location, "--db-instance-identifier", name,
            "--query", query, "--output", "text",
        ]);
        command
    }

    fn rename(&self, from: &str, to: &str) -> SwitchStep {
        let shown = |name: &str| name.replace("$COPY", "the copy");
        #[rustfmt::skip]
        let command = words(&[
            "aws", "rds", "modify-db-instance", "--region", &self.location, "--db-instance-identifier", from,
            "--new-db-instance-identifier", to, "--apply-immediately",
        ]);
        SwitchStep {
            operation: self.operation(
                format!("Rename {} to {}", shown(from), shown(to)),
                command,
                "the new name among what is pending, then available under it",
                60,
                "see which names there are: aws rds describe-db-instances; take the steps that are missing by hand",
            ),
            proof: Some(self.proof(
                format!("Wait until {} is available", shown(to)),
                self.described(to, "DBInstances[0].DBInstanceStatus"),
                "available",
                CHANGED_WITHIN,
            )),
        }
    }

    /// A restored instance has the password of the moment that it was restored to.
    fn password(&self) -> SwitchStep {
        let key = format!(
            "alias/{}",
            self.lowering.alias("data").trim_start_matches("alias/")
        );
        #[rustfmt::skip]
        let command = words(&[
            "aws", "rds", "modify-db-instance", "--region", &self.location, "--db-instance-identifier", &self.name,
            "--manage-master-user-password", "--master-user-secret-kms-key-id", &key, "--apply-immediately",
        ]);
        SwitchStep {
            operation: self.operation(
                format!(
                    "Let Secrets Manager make the administrator's password of {}",
                    self.name
                ),
                command,
                "a secret that is being made, then active",
                60,
                "set a password by hand: pods cannot sign in until then",
            ),
            proof: Some(self.proof(
                "Wait until the secret is active".into(),
                self.described(
                    &self.name,
                    "DBInstances[0].[DBInstanceStatus,MasterUserSecret.SecretStatus]",
                ),
                "available active",
                CHANGED_WITHIN,
            )),
        }
    }

    fn delete(&self) -> SwitchStep {
        let location = &self.location;
        let delete = format!(
            "aws rds modify-db-instance --region {location} --db-instance-identifier \"$1\" --no-deletion-protection --apply-immediately && \
             aws rds delete-db-instance --region {location} --db-instance-identifier \"$1\" --skip-final-snapshot"
        );
        let left = format!(
            "aws rds describe-db-instances --region {location} --query \"length(DBInstances[?DBInstanceIdentifier=='$1'])\" --output text"
        );
        SwitchStep {
            operation: self.operation(
                "Delete the copy".into(),
                script(&delete, &["$COPY"]),
                "deleting",
                60,
                "it costs money until it is gone: delete it by hand",
            ),
            proof: Some(self.proof(
                "Wait until the copy is gone".into(),
                script(&left, &["$COPY"]),
                "0",
                CHANGED_WITHIN,
            )),
        }
    }

    fn kubectl(&self, id: RegionId, more: &[&str]) -> Vec<String> {
        let context = self.lowering.cluster_name(id);
        let namespace = &self.lowering.topology.namespace;
        let begin = ["kubectl", "--context", &context, "--namespace", namespace];
        words(&[&begin, more].concat())
    }

    /// Runs an emitted script in the pod that beats.
    fn exec(&self, id: RegionId, more: &[&str]) -> Vec<String> {
        let pod = format!("deployment/{}-heartbeat", self.store.name);
        self.kubectl(id, &[&["exec", &pod, "--"], more].concat())
    }

    fn suspend(&self, id: RegionId, suspended: bool) -> SwitchStep {
        let job = format!("{}-replication", self.store.name);
        let patch = format!(r#"{{"spec":{{"suspend":{suspended}}}}}"#);
        let what = if suspended { "Suspend" } else { "Resume" };
        SwitchStep::of(self.operation(
            format!(
                "{what} the replication job in {}",
                self.lowering.location(id)
            ),
            self.kubectl(id, &["patch", "cronjob", &job, "--patch", &patch]),
            "patched",
            10,
            "the cluster does not answer: the job would undo the next steps",
        ))
    }

    fn subscriptions(&self, id: RegionId, script: &str, what: &str) -> SwitchStep {
        SwitchStep::of(self.operation(
            format!("{what} the subscriptions of {}", self.lowering.location(id)),
            self.exec(id, &["/bin/sh", &format!("/config/{script}")]),
            "a line that ends in true for each subscription",
            30,
            "the server does not answer: look at its status",
        ))
    }

    /// Runs the replication job now, and waits for a line in its log.
    fn job(&self, id: RegionId, name: &str, title: &str, proof: (&str, &str, &str)) -> SwitchStep {
        let kubectl = crate::format::shell::command(&self.kubectl(id, &[]));
        let job = format!("{}-replication", self.store.name);
        let make = format!(
            "{kubectl} delete job \"{name}-$1\" --ignore-not-found && {kubectl} create job \"{name}-$1\" --from cronjob/{job}"
        );
        let (wait, read, wants) = proof;
        let read = read.replace("KUBECTL", &kubectl);
        SwitchStep {
            operation: self.operation(
                title.to_string(),
                script(&make, &["$COPY"]),
                "job created",
                30,
                "see why: kubectl describe the job",
            ),
            proof: Some(self.proof(wait.to_string(), script(&read, &["$COPY"]), wants, 300)),
        }
    }

    fn parameters(&self) -> SwitchStep {
        let (location, name, parameters) = (&self.location, &self.name, &self.parameters);
        let change = format!(
            "aws rds modify-db-instance --region {location} --db-instance-identifier {name} --db-parameter-group-name {parameters} --apply-immediately && \
             aws rds wait db-instance-available --region {location} --db-instance-identifier {name} && \
             aws rds reboot-db-instance --region {location} --db-instance-identifier {name}"
        );
        SwitchStep {
            operation: self.operation(
                format!("Give {name} the original's parameter group, and restart it"),
                script(&change, &[]),
                "rebooting, then available",
                600,
                "it stays without pglogical until it has restarted",
            ),
            proof: Some(self.proof(
                "Wait until the parameters are in force".into(),
                self.described(
                    name,
                    "DBInstances[0].[DBInstanceStatus,DBParameterGroups[0].[DBParameterGroupName,ParameterApplyStatus]][]",
                ),
                &format!("available {parameters} in-sync"),
                CHANGED_WITHIN,
            )),
        }
    }

    fn copy_anew(&self, id: RegionId) -> SwitchStep {
        let (here, from) = (self.lowering.location(id), &self.location);
        let source = &self.lowering.topology.region(self.id).name;
        SwitchStep::of(self.operation(
            format!("Replace the rows of {here} by those of {from}"),
            self.exec(
                id,
                &[
                    "env",
                    "ACCEPT_LOSS=true",
                    "/bin/sh",
                    "/config/copy-anew.sh",
                    source,
                ],
            ),
            "`copied` for each database",
            RESTORED_WITHIN / 4,
            "run it again: it begins anew; keep users away from the region until it is through",
        ))
    }

    fn copying(&self) -> Copying {
        let regions = || self.store.regions.iter().copied();
        let database = databases(self.store).swap_remove(0);
        let ended =
            "KUBECTL get job \"node-$1\" --output 'jsonpath={.status.failed}{.status.succeeded}'";
        let all_well = "KUBECTL get job \"check-$1\" --output 'jsonpath={.status.succeeded}'";
        let forgot = format!(
            "KUBECTL logs \"job/forget-$1\" | grep -c '^[0-9:]* {database}: a restored copy, which has forgotten'"
        );
        let mut join = vec![
            self.job(
                self.id,
                "forget",
                "Let the copy forget the original's peers",
                ("Wait until it has forgotten them", &forgot, "1"),
            ),
            self.parameters(),
            self.job(
                self.id,
                "node",
                "Make the copy a node",
                ("Wait until the job has ended", ended, "1"),
            ),
        ];
        join.extend(
            regions()
                .filter(|r| *r != self.id)
                .map(|r| self.copy_anew(r)),
        );
        join.extend(regions().map(|r| self.suspend(r, false)));
        join.extend(regions().map(|r| {
            let title = format!("Check the replication of {}", self.lowering.location(r));
            self.job(
                r,
                "check",
                &title,
                ("Wait until the check has passed", all_well, "1"),
            )
        }));
        Copying {
            stop: regions()
                .flat_map(|r| {
                    [
                        self.suspend(r, true),
                        self.subscriptions(r, "stop-following.sh", "Disable"),
                    ]
                })
                .collect(),
            join,
            others: regions().filter(|r| *r != self.id).collect(),
            resume: regions()
                .flat_map(|r| {
                    [
                        self.subscriptions(r, "follow.sh", "Enable"),
                        self.suspend(r, false),
                    ]
                })
                .collect(),
        }
    }
}
