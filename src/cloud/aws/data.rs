//! What every store has on AWS.

use super::clusters::Statement;
use super::offering::{offering, offerings};
use super::pointing::setting_name;
use super::ranges::Ranges;
use super::{Lowering, facts, naming, output, variable};
use crate::cloud::offering::asked;
use crate::deployment::{Argument, Past, Reading, Schedule, Scope, SecretSetting, Setting};
use crate::diagnostic::{Code, Diagnostic};
use crate::rules::emission::no_effect::says;
use crate::topology::{Datastore, Mode, RegionId, Time};

/// Backups that are kept longer than AWS keeps them.
pub const KEPT_TOO_LONG: Code = Code::new("AWS111", "backup-kept-too-long");

/// A node type or version that no service of AWS has.
pub const FORM: Code = Code::new("AWS115", "no-such-machine-or-version");
/// What to do about a queue.
const NO_QUEUE: &str =
    "no queue that is generated yet; declare one that somebody runs with `external: { run_by: … }`";

impl Lowering<'_> {
    pub(super) fn datastores(&mut self) {
        for store in &self.topology.datastores {
            self.forms(store);
            match offering(store) {
                Some(offering) => offering.lower(self, store),
                None => self.no_such_store(store),
            }
        }
    }

    fn no_such_store(&mut self, store: &Datastore) {
        let what = match &store.sentinels {
            Some(_) => format!("`{}` with `sentinels`", store.engine),
            None => format!("`{}`", store.engine),
        };
        let has = format!(
            "{}; declare a store that somebody runs with `external: {{ run_by: … }}`",
            asked(offerings())
        );
        self.not_available(store.kind.span, &what, &has);
    }

    /// Reports a node type or a version that no service of AWS could have.
    fn forms(&mut self, store: &Datastore) {
        let Some(family) = offering(store).and_then(|o| o.machines().given()) else {
            return;
        };
        let machine = store.machine.as_ref();
        let machine = machine.filter(|m| !m.starts_with(family));
        let machine = machine.map(|m| (m, "node type", format!("{family}t4g.medium")));
        let numbers = |v: &str| {
            let mut parts = v.split('.');
            parts.all(|p| !p.is_empty() && p.chars().all(|c| c.is_ascii_digit()))
        };
        let version = store.engine_version.as_ref();
        let version = version.filter(|v| !numbers(v));
        let version = version.map(|v| (v, "version", "16".to_string()));
        for (text, what, example) in machine.into_iter().chain(version) {
            self.out.push(
                Diagnostic::error(
                    FORM,
                    text.span,
                    format!("AWS has no {what} `{}` of `{}`", text.value, store.engine),
                    "the plan would pass, and the apply fail",
                )
                .help(format!("write one such as `{example}`, or leave it out")),
            );
        }
    }

    /// No queue is generated: Amazon's own or another.
    pub(super) fn queues(&mut self) {
        for queue in &self.topology.queues {
            let kind = &queue.kind;
            self.not_available(kind.span, &format!("`{}`", kind.value), NO_QUEUE);
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

    /// The same of a part that only the links root knows.
    pub(super) fn linked_name(&mut self, id: RegionId, name: &str, target: Argument) -> String {
        let names = self.linked_names.entry(id).or_default();
        names.push((name.to_string(), target));
        self.private_names.entry(id).or_default();
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
            self.link_names(id, &call);
        }
    }

    /// What other regions give to a region's private zone: networks that may ask it, and
    /// names of what ties regions together.
    fn link_names(&mut self, id: RegionId, zone: &str) {
        let names = self.linked_names.remove(&id).unwrap_or_default();
        let others: Vec<RegionId> = self.regions.iter().copied().filter(|r| *r != id).collect();
        if others.is_empty() && names.is_empty() {
            return;
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
        let example = "Z0123456789ABCDEFGHIJ".into();
        let zone = self.id(zone, "zone_id", &what, "string", example);
        let mut arguments = vec![("zone_id", zone), ("networks", networks)];
        if !names.is_empty() {
            arguments.push(("domain", self.private_domain(id).into()));
            arguments.push(("names", Argument::Map(names)));
        }
        let link = format!("names_link_{}", self.topology.region(id).slug());
        self.call(&link, "aws/private-dns-link", Scope::Links, id, arguments);
    }

    /// The ARN of a region's key, also in other roots: for arguments that take no alias.
    pub(super) fn carried_key(&mut self, id: RegionId, name: &str) -> Argument {
        if self.topology.existing_key(self.location(id)).is_some() {
            return self.key(id, name, &[]);
        }
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
            let ranges = Ranges::of(self.topology, *id);
            (self.topology.region(*id).name.clone(), ranges.vpc)
        });
        Argument::map(each)
    }

    /// The ranges of regions' networks.
    pub(super) fn ranges_of(&self, regions: &[RegionId]) -> Vec<String> {
        let range = |id: &RegionId| Ranges::of(self.topology, *id).vpc;
        regions.iter().map(range).collect()
    }

    /// Lets pods of a region reach the stores of others, and of its own.
    pub(super) fn reach(&mut self, id: RegionId, stores: &[RegionId], port: u32) {
        let ranges: Vec<String> = stores
            .iter()
            .flat_map(|s| Ranges::of(self.topology, *s).data)
            .collect();
        let reached = self.reached.entry(id).or_default();
        reached.extend(ranges.into_iter().map(|range| (range, port)));
    }

    /// Tells the services of a region where a store is.
    pub(super) fn tell(&mut self, store: &Datastore, id: RegionId, facts: &[(&str, String)]) {
        let users = self.users(store, id).into_iter();
        let users: Vec<String> = users.map(|s| s.name.clone()).collect();
        for service in users {
            let told = facts.iter().map(|(what, value)| Setting {
                service: service.clone(),
                datastore: store.name.clone(),
                region: id,
                variable: setting_name(store, what),
                value: value.clone(),
            });
            self.deployment.settings.extend(told);
        }
    }

    /// Gives the services of a region a secret of a store.
    pub(super) fn tell_secret(&mut self, store: &Datastore, id: RegionId, what: &str, name: &str) {
        let users = self.users(store, id).into_iter();
        let told = users.map(|service| SecretSetting {
            service: service.name.clone(),
            datastore: store.name.clone(),
            region: id,
            variable: setting_name(store, what),
            secret: format!("{}-{name}", self.topology.name),
        });
        let told: Vec<SecretSetting> = told.collect();
        self.deployment.secret_settings.extend(told);
    }

    /// Backups that AWS takes every day by itself, where the spec asks for some.
    pub(super) fn daily_backups(&mut self, store: &Datastore, call: &str, days: u64) {
        if store.backup_every().is_some() && days > 0 {
            self.deployment.schedules.push(Schedule {
                store: self.topology.id_of(store),
                period: 86_400,
                limit: None,
                readings: vec![Reading::argument(call, "backup_days", days)],
            });
        }
    }

    /// The days that any moment can be restored from: those of [`recovered`], or the least.
    pub(super) fn history_days(&mut self, store: &Datastore) -> u64 {
        let most = facts::postgres().most_backup_days;
        if let Some(asked) = asked_for(store)
            && asked.secs().div_ceil(DAY) > most
        {
            self.kept_too_long(store, asked, most);
        }
        if let Some(keep) = idle_keep(store) {
            let what = format!("on `{}`", store.name);
            let counts = "`point_in_time` says how far back any moment can be restored; beside it, `keep` counts with `every`";
            self.out.push(says(keep.span, "keep", &what, counts));
        }
        recovered(store).moments.map_or(1, |moments| moments / DAY)
    }

    fn kept_too_long(&mut self, store: &Datastore, asked: &Time, most: u64) {
        let backup = store.backup.as_ref();
        let locked = backup.is_some_and(|b| *b.immutable);
        let longer = match locked {
            true => "; `keep` is how long AWS Backup keeps its own",
            false => "; with `immutable: true`, AWS Backup keeps backups longer",
        };
        self.out.push(
            Diagnostic::error(
                KEPT_TOO_LONG,
                asked.span,
                format!("AWS keeps a moment to restore for {most} days at most"),
                format!("{} days", asked.secs().div_ceil(DAY)),
            )
            .help(format!("write `{most}d` or less{longer}")),
        );
    }

    /// Whether a store that copies itself is not asked to be copied by something else.
    pub(super) fn copies_itself(&mut self, store: &Datastore) -> bool {
        let replication = store.replication.as_ref();
        let Some(by) = replication.and_then(|r| r.by.as_ref()) else {
            return true;
        };
        let what = format!("`{}` copied by `{}`", store.engine, by.value);
        let has = format!("`{}` that copies itself: leave `by` out", store.engine);
        self.not_available(by.span, &what, &has);
        false
    }

    /// A store whose kind has one writer, asked to take writes elsewhere too.
    pub(super) fn one_writer(&mut self, store: &Datastore, has: &str) -> bool {
        let replication = store.replication.as_ref();
        let mode = replication.map(|r| &r.mode);
        let Some(mode) = mode.filter(|m| !matches!(m.value, Mode::Async | Mode::None)) else {
            return true;
        };
        let what = format!("`{}` replication of `{}`", mode.value, store.engine);
        self.not_available(mode.span, &what, has);
        false
    }

    /// What a role may do with a key: data that a service of AWS keeps is read and written
    /// with the rights of whoever asks, and only through that service.
    pub(super) fn key_statement(&self, id: RegionId, alias: &str, through: &str) -> Statement {
        let (location, account) = (self.location(id), self.account_text());
        Statement {
            actions: vec!["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
            resources: vec![format!("arn:aws:kms:{location}:{account}:key/*")],
            conditions: vec![
                (
                    "ForAnyValue:StringEquals",
                    "kms:ResourceAliases",
                    vec![alias.to_string()],
                ),
                ("StringEquals", "kms:ViaService", vec![through.to_string()]),
            ],
        }
    }

    /// Lets the services of a region that use a store do something.
    pub(super) fn grant(&mut self, store: &Datastore, id: RegionId, statements: &[Statement]) {
        let users = self.users(store, id).into_iter();
        let users: Vec<String> = users.map(|s| s.name.clone()).collect();
        for service in users {
            let own = self.statements.entry((service, id));
            own.or_default().extend_from_slice(statements);
        }
    }
}

const DAY: u64 = 86_400;

pub(super) use crate::deployment::in_days;

/// How far back the spec asks for, of a kind that keeps its backups and its moments as one: the
/// longer of the two, unless a vault keeps the backups.
fn asked_for(store: &Datastore) -> Option<&Time> {
    let backup = store.backup.as_ref()?;
    let counts = backup.every.is_some() || backup.point_in_time.is_none();
    let keep = Some(&backup.keep).filter(|_| counts && !*backup.immutable);
    let asked = backup.point_in_time.iter().chain(keep);
    asked.max_by_key(|time| time.secs())
}

/// A `keep` of backups that are not asked for, beside moments that are.
fn idle_keep(store: &Datastore) -> Option<&Time> {
    let backup = store.backup.as_ref()?;
    let moments = backup.point_in_time.as_ref()?;
    let idle = backup.every.is_none() && !*backup.immutable && backup.keep.value > moments.value;
    // A default stands where its record does.
    Some(&backup.keep).filter(|keep| idle && keep.span != backup.span)
}

/// How far back RDS, Aurora and DynamoDB go: one length for moments and daily backups; what AWS
/// Backup locks is kept as long as the spec says.
pub(super) fn recovered(store: &Datastore) -> Past {
    let Some(backup) = &store.backup else {
        return Past::default();
    };
    let most = facts::postgres().most_backup_days * DAY;
    let asked = asked_for(store).map_or(backup.keep.secs().min(most), |asked| asked.secs());
    let moments = in_days(asked).min(most);
    Past {
        snapshots: Some(match *backup.immutable {
            true => in_days(backup.keep.secs()),
            false => moments,
        }),
        moments: Some(moments),
        withheld: None,
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
