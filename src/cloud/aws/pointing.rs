//! How services are pointed at a restored copy of a store that they are told the place of, and back.

use super::Lowering;
use crate::deployment::{Operation, OperationKind, Proof, SwitchStep, script, words};
use crate::format::shell;
use crate::topology::{Datastore, RegionId, Service, variable_name};

/// Seconds that pods may take to start with other values.
const ROLLED_OUT: u64 = 300;

/// A restored copy of a store, as services are told of it.
pub(super) struct Copy<'a> {
    /// The store.
    pub(super) store: &'a Datastore,
    /// The subject of the restores that make the copy.
    pub(super) subject: &'a str,
    /// The regions whose services use the copy instead of the original.
    pub(super) regions: &'a [RegionId],
    /// Shell that looks up what is told, from `$1`, the copy's name; ends in `&&`, or is empty.
    pub(super) look: String,
    /// The end of each variable's name, and its value as a word of shell.
    pub(super) told: &'a [(&'a str, &'a str)],
}

impl Lowering<'_> {
    /// The services of a region that use a store.
    pub(super) fn users(&self, store: &Datastore, id: RegionId) -> Vec<&Service> {
        let services = self.topology.services.iter();
        let uses = services.filter(|s| {
            let mut uses = s.uses.iter().map(|d| &self.topology.datastore(*d).name);
            s.replicas_in(id).is_some() && uses.any(|n| *n == store.name)
        });
        uses.collect()
    }

    /// Points services at a copy.
    pub(super) fn at_copy(&self, copy: &Copy) -> Vec<SwitchStep> {
        self.each(copy, |service, id| {
            let told = copy.told.iter();
            let values =
                told.map(|(what, value)| (setting_name(copy.store, what), value.to_string()));
            self.pointed(
                copy,
                (service, id),
                &copy.look,
                &values.collect::<Vec<_>>(),
                true,
            )
        })
    }

    /// Points services at what they were told at first.
    pub(super) fn at_original(&self, copy: &Copy) -> Vec<SwitchStep> {
        self.each(copy, |service, id| {
            let own = self.deployment.settings.iter();
            let own = own.filter(|s| s.service == service.name && s.region == id);
            let asked = |v: &String| {
                copy.told
                    .iter()
                    .any(|(w, _)| setting_name(copy.store, w) == **v)
            };
            let values = own.filter(|s| asked(&s.variable));
            let values = values.map(|s| (s.variable.clone(), shell::word(&s.value)));
            self.pointed(copy, (service, id), "", &values.collect::<Vec<_>>(), false)
        })
    }

    /// Sees of each service that it does not use a copy.
    pub(super) fn unused(&self, copy: &Copy) -> Vec<Proof> {
        // A region's name is told too, and is that of the original as well.
        let own = copy.told.iter().filter(|(_, value)| value.contains('$'));
        let own =
            own.map(|(what, value)| format!(" -e {}={value}", setting_name(copy.store, what)));
        let own: String = own.collect();
        self.each(copy, |service, id| {
            let (name, location) = (service.name_in(self.topology.region(id)), self.location(id));
            let read = format!(
                "{}all=$({} set env deployment/{name} --list) && \
                 if printf '%s\\n' \"$all\" | grep -qxF{own}; then echo 'in use'; else echo unused; fi",
                copy.look,
                self.on_cluster(id)
            );
            let command = script(&read, &["$COPY"]);
            Proof::unused(copy.subject, id, &name, location, command)
        })
    }

    /// kubectl for the cluster of a region, as a piece of shell.
    fn on_cluster(&self, id: RegionId) -> String {
        let cluster = self.cluster_name(id);
        let namespace = &self.topology.namespace;
        #[rustfmt::skip]
        let kubectl = words(&["kubectl", "--context", &cluster, "--namespace", namespace]);
        shell::command(&kubectl)
    }

    fn each<T>(&self, copy: &Copy, step: impl Fn(&Service, RegionId) -> T) -> Vec<T> {
        let regions = copy.regions.iter();
        let users = regions.flat_map(|id| {
            let users = self.users(copy.store, *id).into_iter();
            users.map(|service| (service, *id))
        });
        users.map(|(service, id)| step(service, id)).collect()
    }

    fn pointed(
        &self,
        copy: &Copy,
        (service, id): (&Service, RegionId),
        look: &str,
        values: &[(String, String)],
        to_copy: bool,
    ) -> SwitchStep {
        let kubectl = self.on_cluster(id);
        let name = service.name_in(self.topology.region(id));
        let assigned = values
            .iter()
            .map(|(variable, value)| format!("{variable}={value}"));
        let assigned = assigned.collect::<Vec<_>>().join(" ");
        let tell = format!(
            "{look}{kubectl} set env deployment/{name} {assigned} && \
             {kubectl} rollout status deployment/{name} --timeout {ROLLED_OUT}s"
        );
        let shown = values.iter().map(|(variable, value)| {
            format!("printf '%s\\n' \"$all\" | grep -qxF -- {variable}={value}")
        });
        let shown = shown.collect::<Vec<_>>().join(" && ");
        let read = format!(
            "{look}all=$({kubectl} set env deployment/{name} --list) && {shown} && echo as wanted"
        );
        let location = self.location(id);
        let whom = if to_copy { "the copy" } else { "the original" };
        let parameters: &[&str] = if to_copy { &["$COPY"] } else { &[] };
        SwitchStep {
            operation: Operation {
                kind: OperationKind::Switch,
                subject: copy.subject.into(),
                region: Some(id),
                title: format!("Point {name} in {location} at {whom}"),
                command: script(&tell, parameters),
                expect: "successfully rolled out".into(),
                budget_seconds: ROLLED_OUT,
                otherwise: "look at the new pods: the old ones serve until they are ready".into(),
            },
            proof: Some(Proof {
                of: OperationKind::Switch,
                subject: copy.subject.into(),
                region: Some(id),
                title: format!("Read back what {name} in {location} uses"),
                command: script(&read, parameters),
                wants: "as wanted".into(),
                within_seconds: 60,
                otherwise: "the deployment has other values: look at who changed it".into(),
            }),
        }
    }

    /// A step about the copy itself, with what is read back after it.
    pub(super) fn of_copy(
        &self,
        (subject, id): (&str, RegionId),
        (title, otherwise): (&str, &str),
        act: &str,
        (read, wants, within_seconds): (&str, &str, u64),
    ) -> SwitchStep {
        SwitchStep {
            operation: Operation {
                kind: OperationKind::Switch,
                subject: subject.into(),
                region: Some(id),
                title: title.into(),
                command: script(act, &["$COPY"]),
                expect: "the request is taken".into(),
                budget_seconds: 120,
                otherwise: otherwise.into(),
            },
            proof: Some(Proof {
                of: OperationKind::Switch,
                subject: subject.into(),
                region: Some(id),
                title: format!("{title}: wait until it is so"),
                command: script(read, &["$COPY"]),
                wants: wants.into(),
                within_seconds,
                otherwise: "it is not so yet: look at the copy's status before the next step"
                    .into(),
            }),
        }
    }
}

/// The variable by which services are told something of a store.
pub(super) fn setting_name(store: &Datastore, what: &str) -> String {
    format!("{}_{what}", variable_name(&store.name))
}
