//! How a restored table of DynamoDB comes into service. A copy has neither history, expiry nor
//! replicas of its own: it gets them first
//! (docs.aws.amazon.com/amazondynamodb/latest/developerguide/CreateBackup.html, read 2026-11).

use super::{USED, table_name};
use crate::cloud::aws::Lowering;
use crate::cloud::aws::marks::is_copy;
use crate::cloud::aws::pointing::Copy;
use crate::deployment::{
    Before, Operation, OperationKind, Proof, Stays, Switch, SwitchStep, UNTIL_BACK, script, words,
};
use crate::topology::{Datastore, Mode, RegionId};

/// Seconds that a table may take to be copied into another region, or to go.
const CHANGED_WITHIN: u64 = 7200;

impl Lowering<'_> {
    pub(super) fn dynamodb_switch(&self, store: &Datastore, id: RegionId, subject: &str) -> Switch {
        let replication = store.replication.as_ref();
        let alone = replication.is_none_or(|r| *r.mode == Mode::None);
        let others = store.regions.iter().copied().filter(|r| *r != id && !alone);
        let others: Vec<RegionId> = others.collect();
        let copy = Copy {
            store,
            subject,
            regions: &store.regions,
            look: String::new(),
            told: &[("TABLE", "\"$1\"")],
        };
        let mut to_copy = vec![self.as_original(store, id, subject)];
        to_copy.extend(others.iter().map(|other| self.replica(id, *other, subject)));
        let users = || store.regions.iter().map(|r| (*r, self.users(store, *r)));
        let roles: Vec<(RegionId, String)> = users()
            .flat_map(|(r, services)| {
                services
                    .into_iter()
                    .map(move |s| (r, s))
                    .collect::<Vec<_>>()
            })
            .map(|(r, service)| (r, self.service_role(service, r)))
            .collect();
        to_copy.extend(
            roles
                .iter()
                .map(|(r, role)| self.may_use(*r, role, subject)),
        );
        to_copy.extend(self.at_copy(&copy));
        let mut delete: Vec<SwitchStep> = roles
            .iter()
            .map(|(r, role)| self.may_no_longer(*r, role, subject))
            .collect();
        delete.extend(
            others
                .iter()
                .map(|other| self.no_replica(id, *other, subject)),
        );
        delete.push(self.table_deleted(id, subject));
        let location = self.location(id);
        Switch {
            compare: Some(["NEW_NAME".to_string(), table_name(self.topology, store)].map(|table| {
                format!("aws dynamodb scan --region {location} --table-name {table} --select COUNT --query Count")
            })),
            finish: Vec::new(),
            subject: subject.into(),
            datastore: store.name.clone(),
            means: "The copy becomes a table like the original, in every region; services may use it and are told its name. The original stays as it is.".into(),
            afterwards: UNTIL_BACK.into(),
            to_copy,
            to_original: self.at_original(&copy),
            copying: None,
            begins: None,
            stays: Stays::BesideIt,
            before: Before {
                to_copy: vec![self.table_copy(store, id, subject)],
                to_original: Vec::new(),
                delete: [
                    vec![self.table_copy(store, id, subject)],
                    self.unused(&copy),
                ]
                .concat(),
            },
            delete,
        }
    }

    /// A restored table says itself what it was made of.
    fn table_copy(&self, store: &Datastore, id: RegionId, subject: &str) -> Proof {
        let (location, account) = (self.location(id), self.account_text());
        let table = table_name(self.topology, store);
        #[rustfmt::skip]
        let command = words(&[
            "aws", "dynamodb", "describe-table", "--region", location, "--table-name", "$COPY",
            "--query", "Table.RestoreSummary.SourceTableArn", "--output", "text",
        ]);
        let original = format!("arn:aws:dynamodb:{location}:{account}:table/{table}");
        is_copy(subject, id, command, &original)
    }

    fn as_original(&self, store: &Datastore, id: RegionId, subject: &str) -> SwitchStep {
        let location = self.location(id);
        let expires = store.datasets.iter();
        let expires = expires.filter_map(|(_, d)| d.expires_at.as_ref()).next();
        let expires = expires.map_or(String::new(), |attribute| {
            format!(
                " && if [ \"$(aws dynamodb describe-time-to-live --region {location} --table-name \"$1\" \
                 --query TimeToLiveDescription.TimeToLiveStatus --output text)\" = DISABLED ]; then \
                 aws dynamodb update-time-to-live --region {location} --table-name \"$1\" \
                 --time-to-live-specification Enabled=true,AttributeName={attribute}; fi",
                attribute = attribute.as_str()
            )
        });
        let act = format!(
            "aws dynamodb update-continuous-backups --region {location} --table-name \"$1\" \
             --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true && \
             if [ \"$(aws dynamodb describe-table --region {location} --table-name \"$1\" --query Table.StreamSpecification.StreamEnabled --output text)\" != True ]; then \
             aws dynamodb update-table --region {location} --table-name \"$1\" \
             --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES; fi{expires}"
        );
        let read = format!(
            "aws dynamodb describe-table --region {location} --table-name \"$1\" \
             --query 'Table.[TableStatus,StreamSpecification.StreamViewType]' --output text"
        );
        self.of_copy(
            (subject, id),
            (
                "Give the copy history, a stream and expiry",
                "see what it has already: aws dynamodb describe-table; run it again",
            ),
            &act,
            (&read, "ACTIVE NEW_AND_OLD_IMAGES", CHANGED_WITHIN),
        )
    }

    fn replica(&self, id: RegionId, other: RegionId, subject: &str) -> SwitchStep {
        let (location, there) = (self.location(id), self.location(other));
        let state = replica_state(location, there);
        let act = format!(
            "if [ \"$({state})\" = None ]; then aws dynamodb update-table --region {location} --table-name \"$1\" \
             --replica-updates 'Create={{RegionName={there},KMSMasterKeyId={}}}'; fi",
            self.shared_alias("data")
        );
        let title = format!("Copy it to {there}");
        self.of_copy(
            (subject, id),
            (
                &title,
                "the table is being changed still: wait, and run it again",
            ),
            &act,
            (&state, "ACTIVE", CHANGED_WITHIN),
        )
    }

    fn may_use(&self, id: RegionId, role: &str, subject: &str) -> SwitchStep {
        let (location, account) = (self.location(id), self.account_text());
        let arn = format!("arn:aws:dynamodb:{location}:{account}:table/'\"$1\"'");
        let actions = USED.map(|action| format!("\"{action}\"")).join(",");
        let policy = format!(
            "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":[{actions}],\
             \"Resource\":[\"{arn}\",\"{arn}/index/*\"]}}]}}"
        );
        let put = format!(
            "aws iam put-role-policy --role-name {role} --policy-name \"copy-$1\" --policy-document '{policy}'"
        );
        self.of_role(
            (id, subject),
            format!("Let {role} use the copy"),
            &put,
            "without access the service fails as soon as it is pointed at the copy",
        )
    }

    fn may_no_longer(&self, id: RegionId, role: &str, subject: &str) -> SwitchStep {
        let drop = format!(
            "if aws iam get-role-policy --role-name {role} --policy-name \"copy-$1\" >/dev/null 2>&1; then \
             aws iam delete-role-policy --role-name {role} --policy-name \"copy-$1\"; fi"
        );
        self.of_role(
            (id, subject),
            format!("Take the right to use the copy from {role}"),
            &drop,
            "the right ends with the table: take it away by hand",
        )
    }

    fn of_role(
        &self,
        (id, subject): (RegionId, &str),
        title: String,
        act: &str,
        otherwise: &str,
    ) -> SwitchStep {
        SwitchStep::of(Operation {
            kind: OperationKind::Switch,
            subject: subject.into(),
            region: Some(id),
            title,
            command: script(act, &["$COPY"]),
            expect: "no output".into(),
            budget_seconds: 30,
            otherwise: otherwise.into(),
        })
    }

    fn no_replica(&self, id: RegionId, other: RegionId, subject: &str) -> SwitchStep {
        let (location, there) = (self.location(id), self.location(other));
        let state = replica_state(location, there);
        let act = format!(
            "if [ \"$({state})\" != None ]; then aws dynamodb update-table --region {location} --table-name \"$1\" \
             --replica-updates 'Delete={{RegionName={there}}}'; fi"
        );
        let title = format!("Delete it in {there}");
        self.of_copy(
            (subject, id),
            (&title, "it costs money until it is gone: delete it by hand"),
            &act,
            (&state, "None", CHANGED_WITHIN),
        )
    }

    fn table_deleted(&self, id: RegionId, subject: &str) -> SwitchStep {
        let location = self.location(id);
        let act = format!("aws dynamodb delete-table --region {location} --table-name \"$1\"");
        let left = format!(
            "aws dynamodb list-tables --region {location} --query \"length(TableNames[?@=='$1'])\" --output text"
        );
        self.of_copy(
            (subject, id),
            (
                "Delete the copy",
                "a table from which a region was filled stays for 24 hours: delete it tomorrow",
            ),
            &act,
            (&left, "0", CHANGED_WITHIN),
        )
    }
}

/// Prints the state of a table's replica in a region; `None` if there is none.
fn replica_state(location: &str, there: &str) -> String {
    format!(
        "aws dynamodb describe-table --region {location} --table-name \"$1\" \
         --query \"Table.Replicas[?RegionName=='{there}'] | [0].ReplicaStatus\" --output text"
    )
}
