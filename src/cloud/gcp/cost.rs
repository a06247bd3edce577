//! The bill: export and budget.

use super::Lowering;
use super::homes::Home;
use super::naming::slug;
use crate::deployment::{Argument, Scope};
use crate::topology::Provider;

impl Lowering<'_> {
    /// The billing account that the spec names.
    fn billing_account(&self) -> Option<Argument> {
        let clouds = self.topology.clouds.iter();
        let mut gcp = clouds.filter(|(_, c)| c.provider == Some(Provider::Gcp));
        let account = gcp.find_map(|(_, c)| c.billing_account.as_ref());
        account.map(|a| Argument::Text(a.value.clone()))
    }

    /// Whether a budget is made: its API belongs to no project of its own and asks which one
    /// counts (registry.terraform.io/providers/hashicorp/google/latest/docs/resources/billing_budget,
    /// read 2026-11).
    pub(super) fn has_budget(&self) -> bool {
        let cost = self.topology.cost.as_ref();
        cost.is_some_and(|c| *c.billing_export && c.budget.is_some())
    }

    pub(super) fn cost(&mut self) {
        let Some(cost) = self.topology.cost.as_ref().filter(|c| *c.billing_export) else {
            return;
        };
        for api in ["bigquery", "billingbudgets"] {
            self.api(api);
        }
        let home = Home::Billing.of(self.topology);
        let key = self.key(&home, "billing", "bigquery-encryption");
        let mut arguments = vec![
            ("project_id", self.project()),
            ("project_number", Argument::variable("project_number")),
            ("name", self.prefix().into()),
            ("dataset_id", dataset(&self.topology.name).into()),
            (
                "location",
                home.to_uppercase().replace("EUROPE", "EU").into(),
            ),
            ("kms_key_id", key),
        ];
        if let Some(budget) = &cost.budget {
            self.variable(
                "billing_account",
                "Billing account that the budget watches.".into(),
                self.billing_account(),
                "01ABCD-234567-89EFGH".into(),
            );
            arguments.push((
                "budget",
                Argument::map([
                    ("billing_account", Argument::variable("billing_account")),
                    ("amount", budget.value.into()),
                    ("currency", cost.currency.value.clone().into()),
                    ("channel_ids", Argument::List(Vec::new())),
                ]),
            ));
        }
        arguments.push(("labels", Argument::variable("labels")));
        self.call_after_keys(
            "cost_export",
            "gcp/cost-export",
            Scope::Global,
            &home,
            arguments,
        );
    }
}

/// The dataset that the bill is exported to.
pub fn dataset(system: &str) -> String {
    format!("{}_billing", slug(system))
}
