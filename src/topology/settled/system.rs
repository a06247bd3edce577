//! What is true of the whole system, as it is settled.

use super::*;
use crate::spec::decode::Scalar;
use crate::spec::{
    self, Basis, CommitmentTerm, Date, Factor, Incompatible, Layout, Map, Occasion, Part,
    PerRegion, Percent, Provider, Regime, Singleton, StepPlace, StepWord,
};

settled! {
    /// A promise. What is not stated is not promised; nothing is invented.
    pub struct Objectives from spec::Objectives {
        /// The share of requests that succeed over 30 days.
        pub availability: Option<Settled<Percent>>,
        /// The longest time until users are served again and a write is acknowledged, after losing a pod, node, zone, region or link.
        pub rto: Option<Time>,
        /// The longest span of writes that may be lost with a pod, node, zone, region or link.
        pub rpo: Option<Time>,
        /// The 95th percentile of response time.
        pub latency_p95: Option<Time>,
        /// The load beyond the declared peak that must be borne, for `surge_for`.
        pub surge: Option<Settled<Factor>>,
        /// How long the surge lasts.
        pub surge_for: Option<Time>,
        /// After losing one zone, where it differs.
        pub zone: Option<Recovery>,
        /// After losing one region, where it differs.
        pub region: Option<Recovery>,
        /// After a link between regions is cut, where it differs.
        pub link: Option<Recovery>,
        /// After losing a whole cloud; the general promise does not cover it.
        pub cloud: Option<Recovery>,
        /// After losing the entry point (the load balancer or the host's DNS); the general promise does not cover it.
        pub entry: Option<Recovery>,
        /// After losing an encryption key; the general promise does not cover it.
        pub key: Option<Recovery>,
        /// After corrupted or deleted data; the general promise does not cover it.
        pub corruption: Option<Recovery>,
    }
}

settled! {
    /// A recovery promise for one kind of loss.
    pub struct Recovery from spec::Recovery {
        /// The longest time out of service.
        pub rto: Option<Time>,
        /// The longest span of writes that may be lost.
        pub rpo: Option<Time>,
    }
}

/// An account with a cloud.
#[derive(Debug, Clone)]
pub struct Cloud {
    /// Where it stands.
    pub span: Span,
    /// The provider: as written, else the one that its key names.
    pub provider: Option<Provider>,
    /// GCP: the project's id.
    pub project: Option<Text>,
    /// GCP: the project's number; a variable if left out.
    pub project_number: Option<Text>,
    /// AWS, Alibaba Cloud, Cloudflare: the account's id.
    pub account: Option<Text>,
    /// Cloudflare: the plan, which bounds check intervals.
    pub plan: Option<Text>,
    /// GCP: the billing account for budgets and commitments.
    pub billing_account: Option<Text>,
    /// Labels (tags) on every resource.
    pub labels: Map<Text>,
    /// What the account or project has already, of what it has only one of.
    pub existing: Vec<Settled<Singleton>>,
}

impl Cloud {
    pub(in crate::topology) fn settle(name: &spec::Name, written: &spec::Cloud) -> Cloud {
        Cloud {
            span: written.span,
            provider: provider_of(name, written),
            project: settle(&written.project),
            project_number: settle(&written.project_number),
            account: settle(&written.account),
            plan: settle(&written.plan),
            billing_account: settle(&written.billing_account),
            labels: settle(&written.labels),
            existing: settle(&written.existing),
        }
    }
}

/// The provider of an entry of `clouds`.
pub fn provider_of(name: &spec::Name, cloud: &spec::Cloud) -> Option<Provider> {
    match &cloud.provider {
        Some(provider) => Some(provider.value),
        None => Provider::parse(&name.text).ok(),
    }
}

settled! {
    /// How Terraform is laid out and where its state lives.
    pub struct Terraform from spec::Terraform {
        /// One root, or one per region plus a global one.
        pub layout: Settled<Layout>,
        /// The bucket that holds state; it must outlive every region. On several clouds each has its own: `{ gcp: shop-gcp-state, aws: shop-aws-state }`.
        pub state_bucket: Option<PerRegion<Text>>,
        /// AWS: the region of that bucket, of locks and of records; the nearest one under the same law that the system does not use if left out.
        pub state_region: Option<Text>,
        /// Modules of your own in place of ours, by module name.
        pub modules: Map<ModuleSource>,
        /// Arguments that modules of ours get beside those that follow from the spec.
        pub arguments: Map<ExtraArguments>,
    }
}

settled! {
    /// Arguments for calls of a module of ours.
    pub struct ExtraArguments from spec::ExtraArguments {
        /// The module.
        pub module: Text,
        /// The regions whose calls get them; all calls if there are none.
        pub regions: Vec<Ref>,
        /// The arguments, as YAML.
        pub values: Text,
    }
}

impl Terraform {
    /// The user's own module in place of ours, if the spec names one: `network`, or `gcp.network`
    /// where several clouds have one of that name.
    pub fn own(&self, module: &str) -> Option<&ModuleSource> {
        let name = module.rsplit('/').next().unwrap_or(module);
        let full = module.replace('/', ".");
        self.modules.get(&full).or_else(|| self.modules.get(name))
    }
}

settled! {
    /// Which parts of the output are made.
    pub struct Outputs from spec::Outputs {
        /// Only these; all if there are none.
        pub only: Vec<Settled<Part>>,
        /// All but these.
        pub skip: Vec<Settled<Part>>,
    }
}

impl Outputs {
    /// Whether a part is made.
    pub fn keeps(&self, part: Part) -> bool {
        let has = |parts: &[Settled<Part>]| parts.iter().any(|p| p.value == part);
        (self.only.is_empty() || has(&self.only)) && !has(&self.skip)
    }
}

settled! {
    /// A change to an emitted YAML file.
    pub struct Patch from spec::Patch {
        /// The file, relative to the output; `*` is any one folder.
        pub file: Text,
        /// The object, where the file has several.
        pub object: Option<Text>,
        /// YAML that is merged into it.
        pub merge: Option<Text>,
        /// Operations of a JSON Patch, as YAML.
        pub operations: Option<Text>,
        /// Why the file is changed.
        pub reason: Option<Text>,
    }
}

settled! {
    /// A step of the team's own in a plan.
    pub struct ExtraStep from spec::ExtraStep {
        /// The step that it belongs to.
        pub at: Settled<StepWord>,
        /// Whether it comes before or after what that step does by itself.
        pub when: Settled<StepPlace>,
        /// The region that the plan acts on; any if left out.
        pub region: Option<Ref>,
        /// The words of its command.
        pub run: Vec<Text>,
        /// What a person does in its place, or beside it.
        pub says: Option<Text>,
        /// What a good answer looks like.
        pub expect: Text,
        /// The longest that it may take.
        pub takes: Time,
        /// What to do if it fails.
        pub otherwise: Text,
    }
}

settled! {
    /// A Terraform module of your own.
    pub struct ModuleSource from spec::ModuleSource {
        /// Its address, as Terraform takes it.
        pub source: Text,
        /// Its version, for registry addresses.
        pub version: Option<Text>,
    }
}

settled! {
    /// An area that data may not leave without a declared basis.
    pub struct Zone from spec::Zone {
        /// The rules that apply.
        pub regimes: Vec<Settled<Regime>>,
        /// Where data may rest: `eea`, or ISO country codes.
        pub jurisdictions: Vec<Text>,
        /// Whether keys must be ours and inside the zone.
        pub own_keys: Flag,
        /// How long audit logs are kept.
        pub audit_logs: Option<Time>,
        /// The internet content provider number of hosts served from mainland China.
        pub icp: Option<Text>,
        /// The grade under the multi-level protection scheme.
        pub mlps_level: Option<Count>,
        /// Whether users of the zone are always served inside it, even when nothing there is left.
        pub fenced: Flag,
        /// Safeguards in force, for the generated pages.
        pub safeguards: Vec<Text>,
    }
}

settled! {
    /// A declared flow out of a zone. Whether it is lawful is for lawyers; it is shown as declared.
    pub struct Transfer from spec::Transfer {
        /// The zone that data leaves.
        pub from: Ref,
        /// The zone or region that it reaches.
        pub to: Ref,
        /// The datasets it covers; all if left out.
        pub datasets: Vec<Ref>,
        /// Why it may.
        pub basis: Settled<Basis>,
        /// The day it was last reviewed.
        pub reviewed: Settled<Date>,
        /// The day it ends.
        pub expires: Settled<Date>,
        /// Where the evidence is.
        pub evidence: Option<Text>,
        /// Whether data may rest there at any time, or only what arises while users are served there after a loss.
        pub during: Settled<Occasion>,
    }
}

settled! {
    /// Networks and the links among regions.
    pub struct Network from spec::Network {
        /// The range that region networks are cut from.
        pub cidr: Text,
        /// Regions that are not linked to any other.
        pub isolated: Vec<Ref>,
        /// Private links between regions, by name.
        pub links: Map<Link>,
    }
}

settled! {
    /// A private link between two regions.
    pub struct Link from spec::Link {
        /// The two regions.
        pub between: Vec<Ref>,
    }
}

settled! {
    /// Encryption keys.
    pub struct Keys from spec::Keys {
        /// How often they are rotated.
        pub rotate: Time,
        /// Whether keys live in hardware.
        pub hardware: Flag,
        /// Whether secrets come from a Vault cluster of your own instead of the cloud.
        pub vault: Flag,
    }
}

settled! {
    /// The service mesh.
    pub struct Mesh from spec::Mesh {
        /// The identity domain that all clusters share. The managed mesh of GKE has the project's own, which cannot be set.
        pub trust_domain: Option<Text>,
        /// The namespace of the services.
        pub namespace: Option<Text>,
        /// The request header that says where a user is.
        pub geography_header: Option<Text>,
        /// Whether only encrypted calls are taken.
        pub mtls: Flag,
    }
}

settled! {
    /// The clusters that the cloud runs, one in each region with services on Kubernetes.
    pub struct Kubernetes from spec::Kubernetes {
        /// The minor version of the control planes, for all regions or for each, so that one follows the other. It goes up by one at a time. On Google Cloud the release channel chooses if left out.
        pub version: Option<PerRegion<Text>>,
    }
}

settled! {
    /// The versions of the events that services exchange.
    pub struct Events from spec::Events {
        /// The version that is written.
        pub version: Count,
        /// The oldest version that is read.
        pub minimum: Count,
        /// What happens to older ones.
        pub incompatible: Settled<Incompatible>,
        /// The verdict that they are marked with.
        pub verdict: Option<Text>,
        /// The time over which `schema-drops` counts them.
        pub window: Time,
        /// The steps of a change of version.
        pub phases: Vec<Text>,
    }
}

settled! {
    /// A switch that services read.
    pub struct FeatureFlag from spec::FeatureFlag {
        /// Who holds it.
        pub by: Option<Text>,
        /// Its usual value.
        pub default: Option<Text>,
        /// The environment variable that carries it.
        pub variable: Option<Text>,
        /// What it does.
        pub description: Option<Text>,
    }
}

settled! {
    /// What the system may cost and how that is watched.
    pub struct Cost from spec::Cost {
        /// Whether the bill is exported for analysis.
        pub billing_export: Flag,
        /// What is committed to, for how long.
        pub commitments: Map<Commitment>,
        /// The budget of one month, in whole units of `currency`.
        pub budget: Option<Count>,
        /// The currency.
        pub currency: Text,
        /// What one month costs by region, as declared.
        pub monthly: Map<Count>,
        /// Where the declared prices come from.
        pub source: Option<Text>,
        /// The share of compute in each region.
        pub shares: Map<Settled<Percent>>,
        /// Whether replicas may go to cheaper regions.
        pub prefer_cheaper_replicas: Flag,
    }
}

settled! {
    /// A commitment to use something for a discount.
    pub struct Commitment from spec::Commitment {
        /// For how long.
        pub term: Settled<CommitmentTerm>,
        /// The share of steady use that it covers.
        pub covers: Settled<Percent>,
    }
}
