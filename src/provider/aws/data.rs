//! Stores: which offering each kind has, and the ones that need no more than a page.

use super::network::Subnets;
use super::ranges::Ranges;
use super::{Lowering, facts, naming, output, variable};
use crate::diagnostic::{Code, Diagnostic};
use crate::provider::{Argument, Decision, RootOutput, Scope, Setting, Variable};
use crate::source::Span;
use crate::spec::{Conflict, Engine, Mode};
use crate::topology::{Datastore, RegionId};

/// Backups that are kept longer than AWS keeps them.
pub const KEPT_TOO_LONG: Code = Code::new("AWS111", "backup-kept-too-long");

impl Lowering<'_> {
    pub(super) fn datastores(&mut self) {
        for store in &self.topology.datastores {
            match store.engine {
                Engine::Postgres => self.postgres(store),
                Engine::Aurora => self.aurora(store),
                Engine::Dynamodb => self.dynamodb(store),
                Engine::Redis if store.written.sentinels.is_none() => self.elasticache(store),
                Engine::RedisEnterprise => self.redis_enterprise(store),
                other => {
                    let what = match store.written.sentinels {
                        Some(_) => format!("`{other}` with `sentinels`"),
                        None => format!("`{other}`"),
                    };
                    self.not_available(
                        store.written.engine.span,
                        &what,
                        "`postgres`, `aurora`, `dynamodb`, `redis` without `sentinels`, and `redis-enterprise`",
                    );
                }
            }
        }
    }

    /// The name of a store in a region.
    pub(super) fn store_name(&self, store: &Datastore, id: RegionId, limit: usize) -> String {
        store_name(self.topology, store, id, limit)
    }

    /// The domain of a region's private names.
    pub(super) fn private_domain(&self, id: RegionId) -> String {
        private_domain(self.topology, id)
    }

    /// Gives a part of a region a private name.
    pub(super) fn private_name(&mut self, id: RegionId, name: &str, target: Argument) -> String {
        let names = self.private_names.entry(id).or_default();
        names.push((name.to_string(), target));
        format!("{name}.{}", self.private_domain(id))
    }

    /// The private zone of each region that has names, open to the other regions.
    pub(super) fn private_names(&mut self) {
        let zones = std::mem::take(&mut self.private_names);
        for (id, names) in zones {
            let slug = self.topology.region(id).slug();
            let call = format!("names_{slug}");
            let arguments = vec![
                ("domain", self.private_domain(id).into()),
                ("vpc_id", self.vpc(id)),
                ("names", Argument::Map(names)),
            ];
            let scope = Scope::Region(id);
            self.call(&call, "aws/private-dns", scope, id, arguments);
            let others: Vec<RegionId> = self.regions.iter().copied().filter(|r| *r != id).collect();
            if others.is_empty() {
                continue;
            }
            let networks = others.iter().map(|other| {
                let vpc = self.vpc(*other);
                (self.location(*other).to_string(), vpc)
            });
            let networks = Argument::Map(networks.collect());
            let what = format!(
                "Id of the private zone of {}.",
                self.topology.region(id).name
            );
            let zone = self.id(
                &call,
                "zone_id",
                &what,
                "string",
                "Z0123456789ABCDEFGHIJ".into(),
            );
            let arguments = vec![("zone_id", zone), ("networks", networks)];
            let link = format!("names_link_{slug}");
            self.call(&link, "aws/private-dns-link", Scope::Links, id, arguments);
        }
    }

    /// The ARN of a region's key, also in other roots: for arguments that take no alias.
    pub(super) fn carried_key(&mut self, id: RegionId, name: &str) -> Argument {
        let region = self.topology.region(id);
        let call = format!("kms_{}", region.slug());
        let carried = format!("{call}_{name}_key_arn");
        let what = format!("ARN of the key `{name}` in {}.", region.name);
        let example = format!(
            "arn:aws:kms:{}:{}:key/00000000-0000-0000-0000-000000000000",
            region.place.location,
            self.account_text()
        );
        self.ids.insert(
            carried.clone(),
            variable(&carried, &what, None, example.into()),
        );
        self.key(id, name, &[]);
        output(
            &call,
            &format!("key_arns[\"{name}\"]"),
            Argument::Variable(carried),
        )
    }

    /// The networks of regions, by name.
    pub(super) fn networks_of(&self, regions: &[RegionId]) -> Argument {
        let each = regions.iter().map(|id| {
            let zones = facts::zones(self.location(*id)).len();
            let ranges = Ranges::of(self.topology, *id, zones);
            (self.topology.region(*id).name.clone(), ranges.vpc)
        });
        Argument::map(each)
    }

    /// The ranges of regions' networks.
    pub(super) fn ranges_of(&self, regions: &[RegionId]) -> Vec<String> {
        let range = |id: &RegionId| {
            let zones = facts::zones(self.location(*id)).len();
            Ranges::of(self.topology, *id, zones).vpc
        };
        regions.iter().map(range).collect()
    }

    /// Lets pods of a region reach the stores of others, and of its own.
    pub(super) fn reach(&mut self, id: RegionId, stores: &[RegionId], port: u32) {
        let ranges: Vec<String> = stores
            .iter()
            .flat_map(|s| {
                let zones = facts::zones(self.location(*s)).len();
                Ranges::of(self.topology, *s, zones).data
            })
            .collect();
        let reached = self.reached.entry(id).or_default();
        reached.extend(ranges.into_iter().map(|range| (range, port)));
    }

    /// Tells the services of a region where a store is.
    pub(super) fn tell(&mut self, store: &Datastore, id: RegionId, facts: &[(&str, String)]) {
        let name = store.name.to_uppercase().replace(['-', '.'], "_");
        for service in &self.topology.services {
            let uses = service.uses.iter();
            let mut uses = uses.map(|s| &self.topology.datastore(*s).name);
            if service.replicas_in(id).is_none() || !uses.any(|n| *n == store.name) {
                continue;
            }
            for (what, value) in facts {
                self.deployment.settings.push(Setting {
                    service: service.name.clone(),
                    region: id,
                    variable: format!("{name}_{what}"),
                    value: value.clone(),
                });
            }
        }
    }

    /// The days that any moment can be restored from: as asked for, at most what AWS keeps.
    pub(super) fn history_days(&mut self, store: &Datastore) -> u64 {
        let Some(backup) = &store.written.backup else {
            return 1;
        };
        let (time, span) = match &backup.point_in_time {
            Some(time) => (time.value, time.span),
            None => (backup.keep.value, backup.keep.span),
        };
        let days = time.secs().div_ceil(86_400).max(1);
        let most = facts::postgres().most_backup_days;
        if days > most {
            self.kept_too_long(span, days, most);
        }
        days.min(most)
    }

    fn kept_too_long(&mut self, span: Span, days: u64, most: u64) {
        self.out.push(
            Diagnostic::error(
                KEPT_TOO_LONG,
                span,
                format!("AWS keeps a moment to restore for {most} days at most"),
                format!("{days} days"),
            )
            .help(format!("write `{most}d` or less")),
        );
    }

    /// A store whose kind has one writer, asked to take writes elsewhere too.
    pub(super) fn one_writer(&mut self, store: &Datastore, has: &str) -> bool {
        let replication = store.written.replication.as_ref();
        let mode = replication.map(|r| &r.mode);
        let Some(mode) = mode.filter(|m| !matches!(m.value, Mode::Async | Mode::None)) else {
            return true;
        };
        let what = format!("`{}` replication of `{}`", mode.value, store.engine);
        self.not_available(mode.span, &what, has);
        false
    }

    /// An Aurora global database: the frame and all clusters stand in the links root, because
    /// the first writer must be there before the others can join.
    fn aurora(&mut self, store: &Datastore) {
        let has = "one writer with `mode: async`; `postgres` with `mode: active-active` takes writes everywhere";
        let Some(writer) = store.writer.filter(|_| self.one_writer(store, has)) else {
            return;
        };
        let slug = naming::slug(&store.name);
        let version = store.written.engine_version.as_ref();
        let version = version.map_or("16.6", |v| v.as_str());
        let global = format!("aurora_{slug}");
        let group = naming::cut(&format!("{}-{}", self.prefix(), store.name), 63);
        let arguments = vec![
            ("name", group.clone().into()),
            ("engine_version", version.into()),
        ];
        self.call(
            &global,
            "aws/aurora-global",
            Scope::Links,
            writer,
            arguments,
        );
        let password = format!("{slug}_master_password");
        self.variable(Variable {
            sensitive: true,
            ..variable(
                &password,
                &format!("First password of the administrator of {}.", store.name),
                None,
                "replace-me".into(),
            )
        });
        let days = self.history_days(store);
        let stop = store.written.replication.as_ref();
        let stop = stop
            .and_then(|r| r.stop_writes_at.as_ref())
            .map(|s| s.secs());
        let mut order = vec![writer];
        order.extend(store.regions.iter().copied().filter(|r| *r != writer));
        for id in order {
            let key = self.carried_key(id, "data");
            let clients = self.networks_of(&[id]);
            let name = self.store_name(store, id, facts::names().database);
            let machine = store.written.machine.as_ref();
            let machine = machine.map_or(facts::postgres().machine.as_str(), |m| m.as_str());
            let mut arguments = vec![
                ("name", name.into()),
                (
                    "global_cluster_id",
                    output(&global, "id", group.clone().into()),
                ),
                ("writer", (id == writer).into()),
                ("engine_version", version.into()),
                ("instance_class", machine.into()),
            ];
            if id == writer {
                arguments.push(("master_password", Argument::variable(&password)));
            }
            if let Some(stop) = stop {
                arguments.push(("stop_writes_seconds", stop.into()));
            }
            arguments.extend([
                ("vpc_id", self.vpc(id)),
                ("subnet_ids", self.subnets(id, Subnets::Data)),
                ("client_cidrs", clients),
                ("kms_key_arn", key),
                ("backup_days", days.into()),
            ]);
            let region = self.topology.region(id).slug();
            let call = format!("aurora_{slug}_{region}");
            self.call(&call, "aws/aurora-regional", Scope::Links, id, arguments);
            if id != writer {
                let first = self.topology.region(writer).slug();
                self.add_after(&call, &format!("aurora_{slug}_{first}"));
            }
            self.reach(id, &[id], 5432);
            self.deployment.outputs.push(RootOutput {
                name: format!("{call}_endpoint"),
                description: format!(
                    "Endpoint of {} in {}.",
                    store.name,
                    self.topology.region(id).name
                ),
                scope: Scope::Links,
                value: output(&call, "endpoint", Argument::Null),
            });
        }
        self.deployment.decisions.push(Decision {
            title: format!("{}: one writer, copied below SQL", store.name),
            reason: "Aurora copies storage and not statements: other regions are usually less than \
                     a second behind and read only, and send writes on to the writer. A region is \
                     promoted by a command, and the plan leaves the roles alone afterwards. Secrets \
                     Manager cannot hold the administrator's password of a global database; the \
                     first one is given once and reaches no state."
                .into(),
        });
    }

    fn dynamodb(&mut self, store: &Datastore) {
        let Some(home) = store.writer.or(store.regions.first().copied()) else {
            return;
        };
        let replication = store.written.replication.as_ref();
        if let Some(mode) = replication.map(|r| &r.mode)
            && !matches!(mode.value, Mode::ActiveActive | Mode::None)
        {
            let what = format!("`{}` replication of `dynamodb`", mode.value);
            self.not_available(mode.span, &what, "`active-active`: every copy takes writes");
            return;
        }
        let conflicts = replication.and_then(|r| r.conflicts.as_ref());
        if let Some(other) = conflicts.filter(|c| c.value != Conflict::LastWriteWins) {
            let what = format!("`{}` for `dynamodb`", other.value);
            self.not_available(
                other.span,
                &what,
                "`last-write-wins`: of two writes to one item the later stays",
            );
            return;
        }
        let days = self.history_days(store);
        let key = self.shared_key(home, "data", &[]);
        let alone = replication.is_none_or(|r| *r.mode == Mode::None);
        let others = store.regions.iter().copied();
        let others: Vec<RegionId> = others.filter(|r| *r != home && !alone).collect();
        let replicas = others.into_iter().map(|id| {
            let key = self.shared_key(id, "data", &[]);
            (self.location(id).to_string(), key)
        });
        let replicas = Argument::Map(replicas.collect());
        let expires = store.written.datasets.iter();
        let expires = expires.filter_map(|(_, d)| d.expires_at.as_ref()).next();
        let table = format!("{}-{}", self.prefix(), store.name);
        let mut arguments = vec![("name", table.clone().into())];
        if let Some(expires) = expires {
            arguments.push(("expires_at", expires.as_str().into()));
        }
        arguments.extend([
            ("recovery_days", days.into()),
            ("kms_key_arn", key),
            ("replicas", replicas),
        ]);
        let call = format!("dynamodb_{}", naming::slug(&store.name));
        self.call(&call, "aws/dynamodb-global", Scope::Global, home, arguments);
        for id in store.regions.clone() {
            self.tell(store, id, &[("TABLE", table.clone())]);
            self.grant_table(store, id, &table);
        }
        self.deployment.decisions.push(Decision {
            title: format!("{}: every region writes", store.name),
            reason:
                "A global table has no writer to promote: each region has its own endpoint, and \
                     services use that of their region. Of two writes to one item the later stays, \
                     and the earlier is lost without a word."
                    .into(),
        });
    }

    /// Lets services of a region use a table there.
    fn grant_table(&mut self, store: &Datastore, id: RegionId, table: &str) {
        let arn = format!(
            "arn:aws:dynamodb:{}:{}:table/{table}",
            self.location(id),
            self.account_text()
        );
        let readers = self.topology.services.iter().filter(|s| {
            let mut uses = s.uses.iter().map(|d| &self.topology.datastore(*d).name);
            s.replicas_in(id).is_some() && uses.any(|n| *n == store.name)
        });
        for service in readers {
            let statements = self.statements.entry((service.name.clone(), id));
            statements.or_default().push(super::clusters::Statement {
                actions: vec![
                    "dynamodb:BatchGetItem",
                    "dynamodb:BatchWriteItem",
                    "dynamodb:ConditionCheckItem",
                    "dynamodb:DeleteItem",
                    "dynamodb:GetItem",
                    "dynamodb:PutItem",
                    "dynamodb:Query",
                    "dynamodb:Scan",
                    "dynamodb:UpdateItem",
                ],
                resources: vec![arn.clone(), format!("{arn}/index/*")],
                conditions: Vec::new(),
            });
        }
    }
}

/// The name of a store in a region.
pub(super) fn store_name(
    topology: &crate::topology::Topology,
    store: &Datastore,
    id: RegionId,
    limit: usize,
) -> String {
    let location = topology.region(id).place.location;
    naming::cut(
        &format!("{}-{}-{location}", topology.name, store.name),
        limit,
    )
}

/// The domain of a region's private names.
pub(super) fn private_domain(topology: &crate::topology::Topology, id: RegionId) -> String {
    let location = topology.region(id).place.location;
    format!("{location}.{}", topology.trust_domain)
}
