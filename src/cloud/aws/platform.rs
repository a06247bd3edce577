//! What a system on AWS needs beside clusters and stores: images, secrets, topics, and a
//! place outside of its regions for what must outlive them.

use super::homes;
use super::{Lowering, facts, naming, output};
use crate::catalog;
use crate::deployment::{Action, Argument, Decision, Evidence, Need, ProviderUse, Registry, Scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::topology::{Provider, RegionId, Secret, SecretReplication, Singleton};
use std::collections::{BTreeMap, BTreeSet};

/// A region for state that AWS does not have.
pub const UNKNOWN_STATE_REGION: Code = Code::new("AWS103", "unknown-state-region");

/// Where locks, records and state are: a region of AWS, and the provider's name for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outside {
    /// The region of AWS.
    pub(super) location: &'static str,
    /// Its configuration's alias.
    alias: String,
}

impl Lowering<'_> {
    /// The address of a region's registry, with the system's prefix.
    pub(super) fn registry_address(&self, id: RegionId) -> String {
        if let Some(registry) = self.topology.existing_registry(id) {
            return registry.value.clone();
        }
        format!(
            "{}.dkr.ecr.{}.amazonaws.com/{}",
            self.account_text(),
            self.location(id),
            self.prefix()
        )
    }

    /// Repositories in every region with a cluster, each sending what is pushed to the
    /// others: an image must not be out of reach with a region.
    pub(super) fn registry(&mut self) {
        let regions = self.cluster_regions();
        if regions.is_empty() {
            return;
        }
        let registry = Registry {
            prefix: self.registry_address(self.home()),
            regions: self.regions.clone(),
        };
        self.part().registries.push(registry);
        let services = self.topology.services.iter();
        let services = services.filter(|s| s.on_cluster());
        let short = |image: &str| image.rsplit('/').next().unwrap_or(image).to_string();
        let images: BTreeSet<String> = services.map(|s| short(s.image())).collect();
        let images: Vec<String> = images.into_iter().collect();
        let given = self
            .topology
            .has_already(Provider::Aws, Singleton::RegistryReplication);
        if given && regions.len() > 1 {
            self.deployment.decisions.push(Decision {
                title: "What registries send to other regions is owned elsewhere".into(),
                reason: format!(
                    "The account has a replication configuration already, and only one: it must have a rule that \
                     sends the repositories `{}/` of each region of this system to the others, or a region has no \
                     image once another one is lost. Where it was made here before, take it out of the state first: \
                     `terraform state rm` forgets it, a plan would delete the rules of all.",
                    self.prefix()
                ),
            });
        }
        let own = |id: &RegionId| self.topology.existing_registry(*id).is_none();
        let (regions, of_others): (Vec<RegionId>, Vec<RegionId>) =
            regions.into_iter().partition(own);
        for id in of_others {
            self.registry_of_others(id, &self.registry_address(id), &images);
        }
        for id in &regions {
            let key = self.key(*id, "registry", &[]);
            let slug = self.topology.region(*id).slug();
            let arguments = vec![
                ("name", self.prefix().into()),
                ("repositories", images.clone().into()),
                ("kms_key_arn", key),
            ];
            let scope = Scope::Region(*id);
            let call = format!("registry_{slug}");
            self.call(&call, "aws/ecr", scope, *id, arguments);
            let others = regions.iter().filter(|other| *other != id);
            let others: Vec<&str> = others.map(|other| self.location(*other)).collect();
            if others.is_empty() || given {
                continue;
            }
            let arguments = vec![
                ("account_id", Argument::variable("account_id")),
                ("destinations", others.into()),
                ("prefixes", vec![self.prefix()].into()),
            ];
            let replication = format!("registry_replication_{slug}");
            self.call(&replication, "aws/ecr-replication", scope, *id, arguments);
            self.add_after(&replication, &call);
        }
    }

    /// Secrets: `named` ones in their first region with copies in the others, `regional`
    /// ones each by itself.
    pub(super) fn secrets(&mut self) {
        let mut named: BTreeMap<RegionId, Vec<Held>> = BTreeMap::new();
        let mut regional: BTreeMap<RegionId, Vec<Held>> = BTreeMap::new();
        for held in std::mem::take(&mut self.store_secrets) {
            let first = held.regions.first().copied();
            if let Some(home) = held.home.or(first) {
                named.entry(home).or_default().push(held);
            }
        }
        for secret in &self.topology.secrets {
            let mut regions = secret.regions.iter().filter(|r| self.regions.contains(r));
            match *secret.replication {
                SecretReplication::Named => {
                    let home = homes::home_of_secret(self.topology, &secret.name);
                    if let Some(home) = home.or(regions.next().copied()) {
                        let held = Held::of(secret, secret.name.clone());
                        named.entry(home).or_default().push(held);
                    }
                }
                SecretReplication::Regional => {
                    for id in regions {
                        let held = Held::of(secret, secret.name_in(self.topology.region(*id)));
                        regional.entry(*id).or_default().push(held);
                    }
                }
                SecretReplication::Automatic => self.not_available(
                    secret.replication.span,
                    "a secret with automatic replication",
                    "`named` copies and `regional` secrets: `automatic` promises no place",
                ),
            }
        }
        for (id, secrets) in named {
            self.named_secrets(id, &secrets);
        }
        for (id, secrets) in regional {
            let key = self.key(id, "secrets", &[]);
            let entries = secrets.iter().map(|s| (s.name.clone(), entry(s, &[])));
            let entries = Argument::Map(entries.collect());
            let arguments = self.secret_arguments(id, &secrets, entries, key);
            let call = format!("secrets_of_{}", self.topology.region(id).slug());
            self.call(&call, "aws/secrets", Scope::Region(id), id, arguments);
        }
    }

    fn named_secrets(&mut self, id: RegionId, secrets: &[Held]) {
        let key = self.shared_key(id, "secrets", &[]);
        let mut copies = BTreeSet::new();
        let mut entries = Vec::new();
        for secret in secrets {
            let others = secret.regions.iter().copied();
            let others: Vec<RegionId> = others
                .filter(|r| *r != id && self.regions.contains(r))
                .collect();
            let locations: Vec<&str> = others.iter().map(|r| self.location(*r)).collect();
            entries.push((secret.name.clone(), entry(secret, &locations)));
            copies.extend(others);
        }
        let mut arguments = self.secret_arguments(id, secrets, Argument::Map(entries), key);
        if !copies.is_empty() {
            let keys = copies.into_iter().map(|copy| {
                let key = self.shared_key(copy, "secrets", &[]);
                (self.location(copy).to_string(), key)
            });
            let keys = Argument::Map(keys.collect());
            arguments.push(("replica_kms_key_arns", keys));
        }
        let call = format!("secrets_{}", self.topology.region(id).slug());
        self.call(&call, "aws/secrets", Scope::Global, id, arguments);
    }

    fn secret_arguments(
        &mut self,
        id: RegionId,
        secrets: &[Held],
        entries: Argument,
        key: Argument,
    ) -> Vec<(&'static str, Argument)> {
        for secret in secrets {
            self.value_of_secret(&format!("{}-{}", self.topology.name, secret.name), id);
        }
        let mut arguments = vec![
            ("account_id", Argument::variable("account_id")),
            ("name", self.topology.name.as_str().into()),
            ("secrets", entries),
            ("kms_key_arn", key),
        ];
        if secrets.iter().any(|s| s.rotate_days.is_some()) {
            let topic = self.topic(id, "events.amazonaws.com");
            arguments.push(("rotation_topic_arn", topic));
        }
        arguments
    }

    /// The topic of a region that tells the people who run the system, for a service that
    /// publishes to it.
    pub(super) fn topic(&mut self, id: RegionId, publisher: &'static str) -> Argument {
        self.publishers.entry(id).or_default().insert(publisher);
        let arn = self.arn("sns", self.location(id), &self.topic_name());
        let call = format!("topic_{}", self.topology.region(id).slug());
        output(&call, "topic_arn", arn)
    }

    fn topic_name(&self) -> String {
        naming::cut(
            &format!("{}-operations", self.prefix()),
            facts::names().topic,
        )
    }

    /// The topics that were asked for, with the channels that SNS can reach.
    pub(super) fn topics(&mut self) {
        for (id, publishers) in self.publishers.clone() {
            let publishers: Vec<&'static str> = publishers.into_iter().collect();
            let key = self.key(id, "operations", &publishers);
            let region = &self.topology.region(id).name;
            let channels = self.topology.channels.iter();
            let here = |c: &crate::topology::Channel| {
                c.regions.is_empty() || c.regions.iter().any(|r| r.value == *region)
            };
            let channels: Vec<_> = channels.filter(|(_, c)| here(c)).collect();
            let reached =
                |address: fn(&crate::topology::Channel) -> &Option<crate::topology::Text>| {
                    let reached = channels.iter();
                    let reached = reached.filter_map(|(name, c)| {
                        Some((name.text.clone(), address(c).as_ref()?.value.clone()))
                    });
                    Argument::map(reached)
                };
            let arguments = vec![
                ("account_id", Argument::variable("account_id")),
                ("region", self.location(id).into()),
                ("name", self.topic_name().into()),
                ("kms_key_arn", key),
                ("publishers", publishers.into()),
                ("emails", reached(|c| &c.email)),
                ("webhooks", reached(|c| &c.webhook)),
            ];
            let call = format!("topic_{}", self.topology.region(id).slug());
            self.call(&call, "aws/sns", Scope::Region(id), id, arguments);
        }
    }

    /// The budget.
    pub(super) fn cost(&mut self) {
        let Some(cost) = &self.topology.cost else {
            return;
        };
        let Some(budget) = &cost.budget else {
            return;
        };
        let home = self.home();
        let topic = self.topic(home, "budgets.amazonaws.com");
        let arguments = vec![
            ("name", self.prefix().into()),
            ("system", self.topology.name.as_str().into()),
            ("amount", budget.value.into()),
            ("currency", cost.currency.value.as_str().into()),
            ("topic_arn", topic),
        ];
        // Beside its topic, which must be there first.
        let scope = Scope::Region(home);
        self.call("budget", "aws/cost-budget", scope, home, arguments);
    }

    /// The bucket of locks and records.
    pub(super) fn records(&mut self) {
        let outside = self.outside();
        self.outside_configuration();
        let keys = Argument::map([("records", Argument::Map(Vec::new()))]);
        let arguments = vec![
            ("account_id", Argument::variable("account_id")),
            ("region", outside.location.into()),
            ("name", self.prefix().into()),
            ("keys", keys),
        ];
        let at = |alias: &str| vec![("aws", format!("aws.{alias}"))];
        let global = Scope::Global;
        self.call_with(
            "kms_records",
            "aws/kms-regional",
            global,
            at(&outside.alias),
            arguments,
        );
        let alias = self.alias("records");
        let arguments = vec![
            ("account_id", Argument::variable("account_id")),
            ("bucket", records_bucket(self.topology).into()),
            (
                "kms_key_arn",
                self.key_arn(outside.location, "kms_records", "records", &alias),
            ),
            ("old_version_days", facts::records().keep_days.into()),
        ];
        self.call_with(
            "records",
            "aws/s3-bucket",
            global,
            at(&outside.alias),
            arguments,
        );
        self.outside_decision(outside.location);
        let mut own = self.regions.iter().copied();
        let own = own.find(|id| self.location(*id) == outside.location);
        let written = self.topology.terraform.state_region.as_ref();
        self.deployment.needs.extend(own.map(|id| Need {
            by: Action::Script,
            what: "the failover lock".into(),
            at: vec![id],
            span: written.map(|w| w.span),
            evidence: vec![Evidence::File {
                file: "scripts/lib.sh".into(),
                key: records_bucket(self.topology),
            }],
        }));
    }

    fn outside_decision(&mut self, location: &str) {
        let mut used = self.topology.regions.iter();
        let why = if used.any(|r| r.place.location == location) {
            "one of the system's own, for want of another under the same law: losing it loses the lock too, and a failover away from it goes on without"
        } else if homes::named_state(self.topology).is_some() {
            "which the topology names"
        } else {
            "the nearest region under the same law that the system does not use. Write it down as `terraform: { state_region: … }`, so that it stays whatever regions are added"
        };
        self.deployment.decisions.push(Decision {
            title: "Locks, records and state outlive the regions".into(),
            reason: format!(
                "A failover takes a lock, keeps a record and may need Terraform. What it needs \
                 lies in {location}, {why}."
            ),
        });
    }

    /// The alias of the configuration for what is outside of the regions.
    pub(super) fn outside_configuration(&mut self) -> String {
        let outside = self.outside();
        let mut known = self.deployment.providers.iter();
        if known.all(|p| p.alias.as_ref() != Some(&outside.alias)) {
            let configuration = ProviderUse {
                alias: Some(outside.alias.clone()),
                ..super::configuration_at(outside.location)
            };
            self.deployment.providers.push(configuration);
        }
        outside.alias
    }

    /// Where state, locks and records are.
    pub(super) fn outside(&self) -> Outside {
        let location = homes::state(self.topology);
        let known = catalog::find(Provider::Aws, location);
        let location = known.map_or(self.location(self.home()), |p| p.location);
        let own = self
            .regions
            .iter()
            .find(|id| self.location(**id) == location);
        Outside {
            location,
            alias: own.map_or(naming::slug(location), |id| {
                self.topology.region(*id).slug()
            }),
        }
    }

    /// Reports a region for state that AWS does not have.
    pub(super) fn check_outside(&mut self) {
        let Some(region) = &self.topology.terraform.state_region else {
            return;
        };
        if homes::named_state(self.topology).is_none() {
            self.out.push(
                Diagnostic::error(
                    UNKNOWN_STATE_REGION,
                    region.span,
                    format!("AWS has no region `{}`", region.value),
                    "state, locks and records were to be here",
                )
                .help("write a region of AWS, such as `us-east-2`, or leave it out"),
            );
        }
    }
}

/// A secret and where it is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    /// Its name, without the system's.
    pub(super) name: String,
    /// The regions that hold it.
    pub(super) regions: Vec<RegionId>,
    /// The region that owns it; the first of them if there is none.
    pub(super) home: Option<RegionId>,
    /// How often it is replaced.
    pub(super) rotate_days: Option<u64>,
}

impl Held {
    fn of(secret: &Secret, name: String) -> Self {
        let rotate = secret.rotate.as_ref();
        Held {
            name,
            regions: secret.regions.clone(),
            home: None,
            rotate_days: rotate.map(|r| r.secs().div_ceil(86_400)),
        }
    }
}

/// A secret as its module takes it.
fn entry(secret: &Held, replicas: &[&str]) -> Argument {
    let mut entry = Vec::new();
    if !replicas.is_empty() {
        entry.push(("replicas".to_string(), replicas.to_vec().into()));
    }
    if let Some(days) = secret.rotate_days {
        entry.push(("rotation_days".to_string(), days.into()));
    }
    Argument::Map(entry)
}

/// The bucket of locks and records.
pub(super) fn records_bucket(topology: &crate::topology::Topology) -> String {
    let name = format!("{}-{}-records", super::account(topology), topology.name);
    naming::cut(&name, facts::names().bucket)
}
