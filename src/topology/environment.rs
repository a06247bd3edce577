//! What a service is told through its environment on every runtime, beside its own
//! variables and the addresses that an offering adds.

use super::{External, Queue, RegionId, Service, Topology};

/// A feature flag whose truth lies with somebody else.
pub struct HeldFlag<'a> {
    /// Its name in the spec.
    pub name: &'a str,
    /// Who holds it.
    pub by: &'a str,
    /// The variable that carries what is assumed.
    pub variable: String,
    /// What holds while whoever holds the flag does not answer.
    pub assumed: &'a str,
    /// What it does.
    pub description: &'a str,
}

impl Topology {
    /// Name, feature flags and event versions, for a service in a region. A variable that
    /// the service sets itself is left to it.
    pub fn environment(&self, service: &Service, region: RegionId) -> Vec<(String, String)> {
        let mut found = Vec::new();
        if service.named.is_some() {
            found.push(("SERVICE_NAME".into(), service.name_in(self.region(region))));
        }
        found.extend(self.settings_of_others(service));
        found.extend(self.switches());
        found.extend(self.held_switches());
        if self.exchanges_events(service) {
            found.extend(self.event_versions());
        }
        let own: Vec<String> = service.env.names().map(variable_name).collect();
        found.retain(|(name, _)| !own.contains(name));
        found
    }

    /// What a service uses that somebody else runs: stores, queues that it writes or reads, and
    /// services that it calls.
    pub fn used_of_others<'a>(&'a self, service: &'a Service) -> Vec<(&'a str, &'a External)> {
        let stores = service.uses.iter().map(|id| self.datastore(*id));
        let stores = stores.filter_map(|s| Some((s.name.as_str(), s.external()?)));
        let same = |id: &super::ServiceId| self.service(*id).name == service.name;
        let scale = service.scale_on.as_ref();
        let uses = move |q: &&Queue| {
            let scales = scale.is_some_and(|s| s.queues.knows(&q.name));
            scales || q.publishers.iter().any(same) || q.receiver.as_ref().is_some_and(same)
        };
        let queues = self.queues.iter().filter(uses);
        let queues = queues.filter_map(|q| Some((q.name.as_str(), q.external()?)));
        let services = service.needs_outside.iter().map(|at| &self.outside[*at]);
        let services = services.map(|s| (s.name.as_str(), &s.external));
        stores.chain(queues).chain(services).collect()
    }

    /// Where a service finds what somebody else runs, as whoever runs it says.
    fn settings_of_others(&self, service: &Service) -> Vec<(String, String)> {
        let used = self.used_of_others(service).into_iter();
        used.flat_map(|(name, external)| {
            let settings = external.settings.iter();
            settings.map(move |(key, value)| {
                let variable = variable_name(&format!("{name}-{}", key.text));
                (variable, value.value.clone())
            })
        })
        .collect()
    }

    /// The feature flags that nobody else holds: name in the spec, variable, usual value.
    pub fn flags(&self) -> Vec<(&str, String, String)> {
        let flags = self.flags.iter().filter(|(_, f)| f.by.is_none());
        flags
            .map(|(name, flag)| {
                let variable = flag.variable.as_ref().map(|v| v.value.clone());
                let value = flag.default.as_ref().map(|d| d.value.clone());
                (
                    name.text.as_str(),
                    variable.unwrap_or_else(|| variable_name(&name.text)),
                    value.unwrap_or_else(|| "false".into()),
                )
            })
            .collect()
    }

    fn switches(&self) -> impl Iterator<Item = (String, String)> {
        let flags = self.flags().into_iter();
        flags.map(|(_, variable, value)| (variable, value))
    }

    fn held_switches(&self) -> impl Iterator<Item = (String, String)> {
        let held = self.held_flags().into_iter();
        held.map(|flag| (flag.variable, flag.assumed.to_string()))
    }

    /// The feature flags that somebody else holds, and of which something is assumed.
    pub fn held_flags(&self) -> Vec<HeldFlag<'_>> {
        let flags = self.flags.iter().filter_map(|(name, flag)| {
            let variable = flag.variable.as_ref().map(|v| v.value.clone());
            Some(HeldFlag {
                name: &name.text,
                by: flag.by.as_ref()?,
                variable: variable.unwrap_or_else(|| variable_name(&name.text)),
                assumed: flag.default.as_ref()?,
                description: flag.description.as_ref().map_or("", |d| d.as_str()),
            })
        });
        flags.collect()
    }

    /// Whether a service writes or reads the events of a queue.
    pub fn exchanges_events(&self, service: &Service) -> bool {
        let same = |id: super::ServiceId| self.service(id).name == service.name;
        self.queues
            .iter()
            .any(|q| q.receiver.is_some_and(same) || q.publishers.iter().any(|p| same(*p)))
    }

    fn event_versions(&self) -> Vec<(String, String)> {
        let Some(events) = &self.events else {
            return Vec::new();
        };
        let mut found = vec![
            ("EVENT_SCHEMA_VERSION", events.version.value.to_string()),
            (
                "EVENT_SCHEMA_MIN_COMPATIBLE",
                events.minimum.value.to_string(),
            ),
            (
                "EVENT_SCHEMA_INCOMPATIBLE",
                events.incompatible.word().to_string(),
            ),
        ];
        found.extend(
            events
                .verdict
                .as_ref()
                .map(|v| ("EVENT_SCHEMA_VERDICT", v.value.clone())),
        );
        let owned = found.into_iter().map(|(name, value)| (name.into(), value));
        owned.collect()
    }
}

/// `log-level` as `LOG_LEVEL`.
pub fn variable_name(name: &str) -> String {
    name.to_uppercase().replace(['-', '.'], "_")
}
