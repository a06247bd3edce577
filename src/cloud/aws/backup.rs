//! Backups that nobody can delete before their time: AWS Backup's vaults, beside the history
//! that every store keeps itself.

use super::offering::{Locked, all, offering};
use super::{Lowering, facts, naming};
use crate::cloud::kept::whole;
use crate::cloud::offering::{Offering, asked};
use crate::deployment::{
    Argument, Decision, Evidence, Keeps, Operation, OperationKind, Reading, Schedule, Scope,
    StoreCopy,
};
use crate::topology::{Backup, Datastore, RegionId};
use std::collections::BTreeMap;

/// Seconds between two backups of a plan, at least
/// (<https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html>).
const LEAST_PERIOD: u64 = 3600;

/// What a region's vault takes.
#[derive(Debug, Default)]
struct Vault {
    /// Plans by store.
    plans: Vec<(String, Argument)>,
    /// Days that backups in it are kept.
    keeps: Vec<u64>,
}

impl Lowering<'_> {
    /// A vault in every region that makes locked backups or takes copies of them.
    pub(super) fn backups(&mut self) {
        let mut vaults: BTreeMap<RegionId, Vault> = BTreeMap::new();
        for store in &self.topology.datastores {
            let Some(backup) = store.backup.as_ref().filter(|b| *b.immutable) else {
                continue;
            };
            let locked = offering(store).and_then(|o| o.locked().given());
            let backed_up = match locked {
                Some(Locked::ByItself) => continue,
                Some(Locked::Vault(backed_up)) => backed_up,
                None => {
                    let locking = all().filter(|o| o.locked().given().is_some());
                    self.not_available(
                        backup.immutable.span,
                        &format!("an immutable backup of `{}`", store.engine),
                        &format!("them for {}", asked(locking.map(|o| o as &dyn Offering))),
                    );
                    continue;
                }
            };
            let here = |r: &RegionId| self.regions.contains(r);
            let regions: Vec<RegionId> = store.regions.iter().copied().filter(here).collect();
            for id in regions {
                let resource = backed_up(self, store, id);
                let keep = backup.keep.secs().div_ceil(86_400);
                let copies = self.copies_of(backup, id);
                for target in copies.iter().chain([&id]) {
                    vaults.entry(*target).or_default().keeps.push(keep);
                }
                let period = store.backup_period().unwrap_or(86_400).max(LEAST_PERIOD);
                self.count_copies(store, id, &copies);
                let plan = self.plan(period, keep, resource, &copies);
                let call = format!("backup_{}", self.topology.region(id).slug());
                let path = format!("plans.{}.schedule", store.name);
                self.deployment.schedules.push(Schedule {
                    store: self.topology.id_of(store),
                    period,
                    limit: None,
                    readings: vec![Reading::argument(&call, path, schedule(period))],
                });
                let vault = vaults.entry(id).or_default();
                vault.plans.push((store.name.clone(), plan));
                self.list_backups(store, id);
            }
        }
        if vaults.is_empty() {
            return;
        }
        for (id, vault) in vaults {
            self.vault(id, vault);
        }
        self.deployment.decisions.push(Decision {
            title: "The lock on backups can be taken away by those who may".into(),
            reason: "Vaults refuse to delete a backup before its time, also for administrators \
                     who may not change the lock itself. A lock that nobody can ever take away \
                     cannot be tried out: add `changeable_for_days` to it once you are sure."
                .into(),
        });
    }

    /// The other regions that copies go to.
    fn copies_of(&self, backup: &Backup, id: RegionId) -> Vec<RegionId> {
        let named = backup.copies_to.iter();
        let named = named.filter_map(|r| self.topology.region_named(r));
        named
            .filter(|r| *r != id && self.regions.contains(r))
            .collect()
    }

    /// The copies of a region's locked backups in the vaults of others.
    fn count_copies(&mut self, store: &Datastore, from: RegionId, to: &[RegionId]) {
        let evidence = Evidence::Argument {
            call: format!("backup_{}", self.topology.region(from).slug()),
            path: format!("plans.{}.copy_to_vault_arns", store.name),
        };
        let copies = to.iter().map(|to| StoreCopy {
            keeps: Keeps::History,
            ..whole(
                self.topology,
                store,
                (from, *to),
                "locked backups",
                evidence.clone(),
            )
        });
        self.deployment.copies.extend(copies.collect::<Vec<_>>());
    }

    fn plan(&self, period: u64, keep: u64, resource: Argument, copies: &[RegionId]) -> Argument {
        let mut plan = vec![
            ("schedule", Argument::from(schedule(period))),
            ("keep_days", keep.into()),
            ("resource_arns", Argument::List(vec![resource])),
        ];
        // By name, also in one root: vaults that copy to each other would wait in a circle.
        let vaults = copies.iter().map(|id| {
            let name = format!("backup-vault:{}", self.vault_name(*id));
            self.arn("backup", self.location(*id), &name)
        });
        let vaults: Vec<Argument> = vaults.collect();
        if !vaults.is_empty() {
            plan.push(("copy_to_vault_arns", Argument::List(vaults)));
        }
        Argument::map(plan)
    }

    fn vault_name(&self, id: RegionId) -> String {
        let name = format!("{}-{}", self.prefix(), self.location(id));
        naming::cut(&name, facts::names().backup_vault)
    }

    fn vault(&mut self, id: RegionId, vault: Vault) {
        let key = self.key(id, "backup", &[]);
        let topic = self.topic(id, "backup.amazonaws.com");
        let bound = |days: Option<&u64>| Argument::from(days.copied().unwrap_or(1));
        let lock = Argument::map([
            ("min_days", bound(vault.keeps.iter().min())),
            ("max_days", bound(vault.keeps.iter().max())),
        ]);
        let arguments = vec![
            ("account_id", Argument::variable("account_id")),
            ("region", self.location(id).into()),
            ("name", self.prefix().into()),
            ("vault_name", self.vault_name(id).into()),
            ("role_name", self.role_name("backup", id).into()),
            ("kms_key_arn", key),
            ("plans", Argument::Map(vault.plans)),
            ("lock", lock),
            ("topic_arn", topic),
        ];
        let call = format!("backup_{}", self.topology.region(id).slug());
        self.call(&call, "aws/backup", Scope::Region(id), id, arguments);
    }

    fn list_backups(&mut self, store: &Datastore, id: RegionId) {
        let location = self.location(id);
        let vault = self.vault_name(id);
        let command = [
            "aws",
            "backup",
            "list-recovery-points-by-backup-vault",
            "--backup-vault-name",
            &vault,
            "--region",
            location,
        ];
        self.deployment.operations.push(Operation {
            kind: OperationKind::ListBackups,
            subject: store.name.clone(),
            region: Some(id),
            title: format!("List the locked backups in {location}"),
            command: command.map(String::from).to_vec(),
            expect: "the newest COMPLETED backup is younger than the period of the schedule".into(),
            budget_seconds: 15,
            otherwise: "without a backup only the store's own history is left".into(),
        });
    }
}

/// A schedule for a period: daily at 03:15 UTC, every so many hours, or on Sundays.
fn schedule(seconds: u64) -> String {
    match seconds / LEAST_PERIOD {
        hours @ 0..=12 => format!("cron(15 */{hours} * * ? *)"),
        13..=24 => "cron(15 3 * * ? *)".into(),
        _ => "cron(15 3 ? * 1 *)".into(),
    }
}
