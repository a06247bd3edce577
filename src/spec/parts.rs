//! The parts of the output, and which of them a system takes.

use super::decode::{Value, choice, record};

choice! {
    /// A part of the output that can be taken alone or left to others.
    pub enum Part {
        /// Terraform roots and modules.
        Terraform = "terraform",
        /// Manifests of the clusters: namespaces, mesh, scalers, policies, stores.
        Kubernetes = "kubernetes",
        /// The Helm chart, without its values.
        Chart = "chart",
        /// The values that the chart is installed with, and their schema.
        Values = "values",
        /// Collectors of metrics, logs and traces on the clusters.
        Observability = "observability",
        /// Prometheus rules with their tests, and Alertmanager.
        Alerts = "alerts",
        /// Dashboards.
        Dashboards = "dashboards",
        /// What is done in an incident, a drill or an upgrade, step by step.
        Runbooks = "runbooks",
        /// All other pages: README, architecture, budgets, data flow, deployment guide.
        Pages = "pages",
        /// Shell scripts.
        Scripts = "scripts",
    }
}

/// Where each part lies: the beginning of its paths. The longest that fits counts; what fits none
/// is a page.
const PLACES: &[(&str, Part)] = &[
    ("terraform/", Part::Terraform),
    ("kubernetes/", Part::Kubernetes),
    ("helm/", Part::Chart),
    ("helm/values", Part::Values),
    ("observability/", Part::Observability),
    ("alerts/", Part::Alerts),
    ("alerts/dashboards/", Part::Dashboards),
    ("RUNBOOK_", Part::Runbooks),
    ("scripts/", Part::Scripts),
];

impl Part {
    /// The part that a file of the output belongs to.
    pub fn of(path: &str) -> Part {
        let fits = PLACES.iter().filter(|(start, _)| path.starts_with(start));
        let longest = fits.max_by_key(|(start, _)| start.len());
        longest.map_or(Part::Pages, |(_, part)| *part)
    }
}

record! {
    /// Which parts of the output are made. The others are left to other teams, and CONTRACT.md says what these must provide.
    pub struct Outputs {
        /// Only these. Example: `[alerts, runbooks]`
        only: Vec<Value<Part>>,
        /// All but these. Example: `[terraform]`
        skip: Vec<Value<Part>>,
    }
}
