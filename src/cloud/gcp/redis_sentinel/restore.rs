//! How a Redis with Sentinel comes back: a snapshot is served beside it by a job, and the set takes
//! over the data of that copy. The primary follows the copy and the replicas the primary, while the
//! sentinels wait; what the set had before is kept by a second copy, from which it comes back the
//! same way. Nothing that services are told changes.

use super::super::naming::context;
use super::super::operations::Operations;
use crate::deployment::{
    Before, Operation, OperationKind, Proof, RESTORED_WITHIN, Stays, Switch, SwitchStep, script,
    words,
};
use crate::format::shell;
use crate::topology::{Datastore, RegionId};

/// Seconds that a pod with a volume of its own may take to start.
const STARTED: u64 = 300;
/// Seconds that a snapshot may take to come from the bucket, or from the set.
const FETCHED: u64 = 900;
/// Seconds that the primary may take to have the data of a copy beside it.
const TAKEN: u64 = 900;

impl Operations<'_> {
    /// The bucket that the snapshots of a region go to, where it has nodes that make some.
    pub(super) fn sentinel_restores(&mut self, store: &Datastore) {
        let asked = store.backup.as_ref().is_some_and(|b| b.every.is_some());
        let has = |id: &&RegionId| {
            let nodes = self.topology.nodes(store, **id);
            nodes > 0 && self.topology.sentinels(store, **id) > 0
        };
        let regions: Vec<RegionId> = store.regions.iter().filter(has).copied().collect();
        for id in regions.into_iter().filter(|_| asked) {
            let copy = Copy::of(self, store, id);
            let (list, restore, proof) = (copy.list(), copy.restore(), copy.restored());
            let switch = copy.switch();
            self.add(list);
            self.add(restore);
            self.proofs.push(proof);
            self.switches.push(switch);
        }
    }
}

/// A copy of a set in a region.
struct Copy<'a> {
    store: &'a Datastore,
    id: RegionId,
    location: &'a str,
    subject: String,
    bucket: String,
    /// kubectl for the cluster of the region, as words.
    kubectl: Vec<String>,
}

impl<'a> Copy<'a> {
    fn of(all: &Operations<'a>, store: &'a Datastore, id: RegionId) -> Self {
        let topology = all.topology;
        let location = topology.region(id).place.location;
        let cluster = context(topology, location);
        #[rustfmt::skip]
        let kubectl = words(&["kubectl", "--context", &cluster, "--namespace", &topology.namespace]);
        Copy {
            store,
            id,
            location,
            subject: format!("{}-{location}", store.name),
            bucket: format!("gs://{}-{}-{location}", all.project, store.name),
            kubectl,
        }
    }

    fn shell(&self) -> String {
        shell::command(&self.kubectl)
    }

    /// Runs a step of a restore in the first sentinel.
    fn in_sentinel(&self, arguments: &str) -> String {
        let pod = format!("{}-sentinel-0", self.store.name);
        format!(
            "{} exec {pod} --container sentinel -- /bin/sh /config/{arguments}",
            self.shell()
        )
    }

    fn in_copy(&self, name: &str, container: &str, command: &str) -> String {
        format!(
            "{} exec \"job/{name}\" --container {container} -- {command}",
            self.shell()
        )
    }

    /// Makes the pod of a copy, if it is not there, and waits until it runs.
    fn started(&self, name: &str) -> String {
        let (kubectl, job) = (self.shell(), format!("{}-copy", self.store.name));
        format!(
            "{{ {kubectl} get job \"{name}\" >/dev/null 2>&1 || {kubectl} create job \"{name}\" --from cronjob/{job}; }} && \
             until [ \"$({kubectl} get pod --selector \"job-name={name}\" --output 'jsonpath={{.items[0].status.phase}}')\" = Running ]; do sleep 2; done"
        )
    }

    /// The address of a copy's pod, as `$at`, for the command that follows.
    fn address(&self, name: &str) -> String {
        format!(
            "at=$({} get pod --selector \"job-name={name}\" --output 'jsonpath={{.items[0].status.podIP}}') && test -n \"$at\" && ",
            self.shell()
        )
    }

    fn list(&self) -> Operation {
        Operation {
            kind: OperationKind::ListBackups,
            subject: self.store.name.clone(),
            region: Some(self.id),
            title: format!(
                "List the snapshots of {} in {}",
                self.store.name, self.location
            ),
            #[rustfmt::skip]
            command: words(&["gcloud", "storage", "ls", "--long", &format!("{}/*.rdb", self.bucket)]),
            expect: "a file for each snapshot, the newest younger than the period of the schedule"
                .into(),
            budget_seconds: 15,
            otherwise: "take a snapshot of another region: replicas have the same data".into(),
        }
    }

    fn restore(&self) -> Operation {
        let fetch = self.in_copy(
            "$1",
            "fetch",
            "gcloud storage cp -- \"$2\" /data/dump.rdb.part",
        );
        let ready = self.in_copy("$1", "fetch", "mv /data/dump.rdb.part /data/dump.rdb");
        let restore = format!("{} && {fetch} && {ready}", self.started("$1"));
        Operation {
            kind: OperationKind::Restore,
            subject: self.subject.clone(),
            region: Some(self.id),
            title: format!(
                "Serve a snapshot of {} in {}, beside the set",
                self.store.name, self.location
            ),
            command: script(&restore, &["$NEW_DATABASE", "$BACKUP"]),
            expect: "job created, and the snapshot is copied".into(),
            budget_seconds: STARTED + FETCHED,
            otherwise: "look at the pod: it needs a node with room, and a snapshot of that name"
                .into(),
        }
    }

    fn restored(&self) -> Proof {
        let read = self.in_copy("$1", "copy", "/bin/sh /config/restore.sh read");
        Proof {
            of: OperationKind::Restore,
            subject: self.subject.clone(),
            region: Some(self.id),
            title: "Read a key of the copy".into(),
            command: script(&read, &["$NEW_DATABASE"]),
            wants: "a key is read".into(),
            within_seconds: RESTORED_WITHIN,
            otherwise: "it is being loaded still, or the snapshot has no key that has not expired"
                .into(),
        }
    }

    fn switch(&self) -> Switch {
        let name = &self.store.name;
        let before = self.step(
            "Keep what the set has, beside the copy",
            format!(
                "{} && {}",
                self.started("$1-before"),
                self.in_copy("$1-before", "copy", "/bin/sh /config/keep.sh")
            ),
            "kept",
            (
                STARTED + FETCHED,
                "nothing of the set was changed: look at the pod, and run it again",
            ),
            Some((
                "See that what is kept is served",
                self.in_copy(
                    "$1-before",
                    "copy",
                    "/bin/sh /config/ping.sh node && echo served",
                ),
                "served",
                STARTED,
            )),
        );
        Switch {
            compare: Some([
                self.in_copy(
                    &format!("{name}-copy-NEW_NAME"),
                    "copy",
                    "/bin/sh /config/restore.sh count localhost",
                ),
                self.in_sentinel("restore.sh count"),
            ]),
            finish: Vec::new(),
            subject: self.subject.clone(),
            datastore: name.clone(),
            means: format!(
                "The set takes over the data of the copy: its primary follows the copy until it has all of it, and every region follows the primary. Writes are refused meanwhile. The sentinels promote nobody; what the set has now is kept as {name}-copy-NEW_NAME-before, but for the writes of the moments until the primary follows the copy."
            ),
            afterwards: format!(
                "Services go on using {name}, and deployments run. What was written since the snapshot is in {name}-copy-NEW_NAME-before until that is deleted."
            ),
            to_copy: vec![self.home(), before, self.take("$1"), self.release()],
            to_original: vec![self.home(), self.take("$1-before"), self.release()],
            copying: None,
            delete: vec![self.delete()],
            begins: Some(format!("{name}-copy-")),
            before: Before {
                to_copy: vec![self.is_copy("$COPY")],
                to_original: vec![self.is_before()],
                delete: vec![self.is_copy("$COPY"), self.apart()],
            },
            stays: Stays::InOriginal,
        }
    }

    fn home(&self) -> SwitchStep {
        self.step(
            &format!("Make a node in {} the primary of {}", self.location, self.store.name),
            self.in_sentinel("promote.sh"),
            "the name of a node of the region, which is the primary and takes writes",
            (60, "the copy is in this region, and only its own primary speaks to it: restore in the region of the primary"),
            None,
        )
    }

    fn take(&self, from: &str) -> SwitchStep {
        let whose = if from == "$1" {
            "the copy"
        } else {
            "$COPY-before"
        };
        let address = self.address(from);
        self.step(
            &format!("Let the set take over the data of {whose}, while the sentinels of every region wait"),
            format!("{address}{}", self.in_sentinel("restore.sh take \"$at\"")),
            "the primary has the data of the copy and follows nobody",
            (TAKEN, "the primary takes writes again and has what it had, or all of the copy; too many sentinels that do not answer could promote a node meanwhile: run it again"),
            Some((
                "Read a key of it at every node",
                format!("{address}{}", self.in_sentinel("restore.sh same \"$at\"")),
                ".*a key of the copy is read at every node that answers",
                TAKEN,
            )),
        )
    }

    fn release(&self) -> SwitchStep {
        self.step(
            "See that the sentinels of every region watch again",
            self.in_sentinel("restore.sh release"),
            "the sentinels watch",
            (
                60,
                "run it again: a primary that is lost now is not replaced for an hour",
            ),
            Some((
                "Write to the primary and read it back",
                self.in_sentinel("writes.sh"),
                ".* takes writes",
                60,
            )),
        )
    }

    fn delete(&self) -> SwitchStep {
        let kubectl = self.shell();
        self.step(
            "Delete the copy, and what the set had before it",
            format!(
                "{kubectl} delete job \"$1\" \"$1-before\" --ignore-not-found --cascade=foreground"
            ),
            "job deleted",
            (
                120,
                "it costs money until it is gone: delete the jobs by hand",
            ),
            Some((
                "See that their pods are gone",
                format!(
                    "{kubectl} get pod --selector \"job-name in ($1, $1-before)\" --output name"
                ),
                "",
                STARTED,
            )),
        )
    }

    fn step(
        &self,
        title: &str,
        act: String,
        expect: &str,
        (budget_seconds, otherwise): (u64, &str),
        proof: Option<(&str, String, &str, u64)>,
    ) -> SwitchStep {
        SwitchStep {
            operation: Operation {
                kind: OperationKind::Switch,
                subject: self.subject.clone(),
                region: Some(self.id),
                title: title.replace("$COPY", "NEW_NAME"),
                command: script(&act, &["$COPY"]),
                expect: expect.into(),
                budget_seconds,
                otherwise: otherwise.into(),
            },
            proof: proof.map(|(title, read, wants, within_seconds)| Proof {
                of: OperationKind::Switch,
                subject: self.subject.clone(),
                region: Some(self.id),
                title: title.into(),
                command: script(&read, &["$COPY"]),
                wants: wants.into(),
                within_seconds,
                otherwise: "it is not so yet: look at the logs of the nodes before the next step"
                    .into(),
            }),
        }
    }

    fn is_copy(&self, name: &str) -> Proof {
        let mut command = self.kubectl.clone();
        #[rustfmt::skip]
        command.extend(words(&["get", "job", name, "--output", "jsonpath={.metadata.labels.restored-from}"]));
        Proof::guard(
            OperationKind::Switch,
            (&self.subject, Some(self.id)),
            format!("See that it is a copy of {}", self.subject),
            command,
            &self.subject,
            format!(
                "it is no copy that restore-from-backup.sh has made of {}",
                self.subject
            ),
        )
    }

    fn is_before(&self) -> Proof {
        let read = self.in_copy(
            "$1-before",
            "copy",
            "/bin/sh /config/ping.sh node && echo served",
        );
        Proof::guard(
            OperationKind::Switch,
            (&self.subject, Some(self.id)),
            "See that what the set had before is served".into(),
            script(&read, &["$COPY"]),
            "served",
            "what the set had before is not there: it cannot come back",
        )
    }

    /// A primary that still follows a copy would lose it.
    fn apart(&self) -> Proof {
        Proof::guard(
            OperationKind::Switch,
            (&self.subject, Some(self.id)),
            format!(
                "See that the primary of {} follows no copy",
                self.store.name
            ),
            script(&self.in_sentinel("restore.sh apart"), &[]),
            "it follows nobody",
            "the primary follows a copy, or none is known: run --to or --back-from again first",
        )
    }
}
