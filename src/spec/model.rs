//! The topology language: every record that a spec can hold, for all clouds.
//!
//! The doc comments are the language reference: they become the descriptions, defaults and
//! examples of the JSON schema that editors show.

use super::PerRegion;
use super::decode::{Map, Value, choice, record};
use super::existing::Existing;
use super::life::Leaving;
use super::outside::{External, Outside};
use super::parts::Outputs;
use super::steps::ExtraStep;
use super::told::{Events, FeatureFlag};
use super::units::{
    Bytes, Date, Duration, Factor, OneOf, Percent, Rate, Replicas, StepShare, Threshold, Within,
};

/// Free text.
pub type Text = Value<String>;
/// A reference to something by its name.
pub type Ref = Value<String>;
/// A whole number.
pub type Count = Value<u32>;
/// How many of something run or hold data; more than this is a slip of the hand.
pub type Nodes = Value<Within<0, 10_000>>;
/// Yes or no.
pub type Flag = Value<bool>;
/// A length of time.
pub type Time = Value<Duration>;
/// One value for the only cloud, or one for each by its name in `clouds`.
pub type PerCloud<T> = PerRegion<T>;

record! {
    /// A topology: regions, what runs and what is stored in them, and what is promised.
    pub struct Spec {
        /// The version of this language. Example: `1`
        version: Count,
        /// The versions of meridian that may compile this spec; any if left out. Example: `>= 0.1`
        requires: Option<Text>,
        /// The system's name; it begins every derived resource name. Example: `ggen-marketplace`
        name: Text,
        /// The name under which it was made: what was made keeps that name, and nothing is replaced. Example: `ggen-market`
        renamed_from: Option<Text>,
        /// What the system does, for the generated pages. Example: `Marketplace for generated code`
        description: Option<Text>,
        /// The team that owns the system. Example: `platform-engineering`
        owner: Option<Text>,
        /// The environment, used in labels. Example: `production`
        environment: Text = "production",
        /// Other files with parts of this topology, relative to this one. Example: `[regions.yaml]`
        include: Vec<Text>,
        /// Another spec, relative to this one, of which this says what is different: maps are merged by key, other values replace those of the base, and nothing (`~`) removes them. Example: `base.yaml`
        extends: Option<Text>,
        /// What is promised to users, system-wide. Example: `{ availability: 99.95%, rto: 5m, rpo: 1m }`
        objectives: Option<Objectives>,
        /// The clouds in use; the key is the provider. Example: `{ gcp: { project: ggen-prod } }`
        clouds: Map<Cloud>,
        /// How Terraform is laid out and where its state lives. Example: `{ layout: single }`
        terraform: Option<Terraform>,
        /// Where the system runs; the key is the location unless `location` says otherwise. Example: `{ us-central1: { role: primary } }`
        regions: Map<Region>,
        /// Which data may be where. Example: `{ zones: { eu: { regimes: [gdpr], jurisdictions: [eea] } } }`
        compliance: Option<Compliance>,
        /// Networks and the links among regions. Example: `{ cidr: 10.0.0.0/8 }`
        network: Option<Network>,
        /// What others own and this system uses without making it. Example: `{ clusters: { us-central1: { name: platform } } }`
        existing: Option<Existing>,
        /// Encryption keys. Example: `{ rotate: 90d }`
        keys: Option<Keys>,
        /// Secrets by name; their values are never in the spec. Example: `{ api-key: { rotate: 90d } }`
        secrets: Map<Secret>,
        /// What holds data. Example: `{ marketplace: { engine: firestore, location: nam5 } }`
        datastores: Map<Datastore>,
        /// Queues and topics. Example: `{ events: { engine: pubsub, push: { to: worker, path: / } } }`
        queues: Map<Queue>,
        /// What runs code. Example: `{ api: { runtime: kubernetes, image: shop/api } }`
        services: Map<Service>,
        /// The host names that users reach. Example: `{ api.example.com: { to: api } }`
        traffic: Map<Host>,
        /// The service mesh. Example: `{ kind: istio, trust_domain: ggen.internal }`
        mesh: Option<Mesh>,
        /// The clusters that the cloud runs. Example: `{ version: "1.33" }`
        kubernetes: Option<Kubernetes>,
        /// How a lost region is left and returned to. Example: `{ mode: automatic, back: manual }`
        failover: Option<Failover>,
        /// Steps of yours in the plans of a failover, in pages and scripts; their time counts in the recovery budget. Example: `{ tell-partners: { at: fence, run: [partnerctl, pause], takes: 30s } }`
        steps: Map<ExtraStep>,
        /// Exercises that prove the promises. Example: `{ restore: { every: monthly } }`
        drills: Map<Drill>,
        /// Where people are told. Example: `{ incidents: { slack: "#incidents" } }`
        channels: Map<Channel>,
        /// Escalation policies: who is notified next, and after how long. Example: `{ regional: { steps: { first: { channel: oncall, after: 15m } } } }`
        escalations: Map<Escalation>,
        /// Metrics with a target and two thresholds. Example: `{ replication-lag: { of: replication-lag, critical: "> 30s" } }`
        metrics: Map<Metric>,
        /// Conditions that tell people. Example: `{ lag: { of: replication-lag, when: "> 10s", severity: warning } }`
        alerts: Map<Alert>,
        /// Metrics, logs, traces and dashboards. Example: `{ metrics: { by: prometheus, retention: 30d } }`
        observability: Option<Observability>,
        /// The versions of the events that services exchange. Example: `{ version: 3, minimum: 2 }`
        events: Option<Events>,
        /// Switches that services read. Example: `{ multi-region: { default: true } }`
        flags: Map<FeatureFlag>,
        /// How new versions reach the regions. Example: `{ order: [us-east1, us-central1] }`
        deployment: Option<Deployment>,
        /// What the system may cost and how that is watched. Example: `{ billing_export: true }`
        cost: Option<Cost>,
        /// Times and amounts that were measured, with evidence. Example: `{ promote-redis: { of: promote, on: sessions, value: 40s, evidence: https://drills.example.com/2026-10, measured: 2026-10-03 } }`
        facts: Map<Fact>,
        /// Findings that are accepted, with a reason and an end. Example: `{ w1: { code: AVL101, reason: accepted, owner: cto, expires: 2027-01-01 } }`
        waivers: Map<Waiver>,
        /// The address under which the generated runbooks can be read. Example: `https://runbooks.example.com/ggen`
        runbooks: Option<Text>,
        /// Which parts of the output are made; all if left out. Example: `{ skip: [terraform] }`
        outputs: Option<Outputs>,
        /// Changes to emitted YAML that the language has no word for. Example: `{ mirror: { file: helm/values.yaml, merge: "podLabels: { team: shop }" } }`
        patches: Map<Patch>,
    }
}

record! {
    /// A promise. What is not stated is not promised; nothing is invented.
    pub struct Objectives {
        /// The share of requests that succeed over 30 days. Example: `99.95%`
        availability: Option<Value<Percent>>,
        /// The longest time until users are served again and a write is acknowledged, after
        /// losing a pod, node, zone, region or link. Example: `5m`
        rto: Option<Time>,
        /// The longest span of writes that may be lost with a pod, node, zone, region or link. Example: `1m`
        rpo: Option<Time>,
        /// The 95th percentile of response time. Example: `250ms`
        latency_p95: Option<Time>,
        /// The 99th percentile of response time. Example: `2s`
        latency_p99: Option<Time>,
        /// The load beyond the declared peak that must be borne, for `surge_for`. Example: `2`
        surge: Option<Value<Factor>>,
        /// How long the surge lasts. Example: `20m`
        surge_for: Option<Time>,
        /// After losing one zone, where it differs. Example: `{ rto: 1m }`
        zone: Option<Recovery>,
        /// After losing one region, where it differs. Example: `{ rto: 5m, rpo: 1m }`
        region: Option<Recovery>,
        /// After a link between regions is cut, where it differs. Example: `{ rto: 2m }`
        link: Option<Recovery>,
        /// After losing a whole cloud; the general promise does not cover it. Example: `{ rto: 4h }`
        cloud: Option<Recovery>,
        /// After losing the entry point (the load balancer or the host's DNS); the general promise does not cover it. Example: `{ rto: 1h }`
        entry: Option<Recovery>,
        /// After losing an encryption key; the general promise does not cover it. Example: `{ rto: 8h }`
        key: Option<Recovery>,
        /// After corrupted or deleted data; the general promise does not cover it. Example: `{ rto: 4h, rpo: 1m }`
        corruption: Option<Recovery>,
    }
}

record! {
    /// A recovery promise for one kind of loss.
    pub struct Recovery {
        /// The longest time out of service. Example: `5m`
        rto: Option<Time>,
        /// The longest span of writes that may be lost. Example: `1m`
        rpo: Option<Time>,
    }
}

choice! {
    /// A cloud provider.
    pub enum Provider {
        /// Google Cloud.
        Gcp = "gcp",
        /// Amazon Web Services.
        Aws = "aws",
        /// Alibaba Cloud.
        Alibaba = "alibaba",
        /// Cloudflare: DNS, load balancing, CDN.
        Cloudflare = "cloudflare",
    }
}

record! {
    /// An account with a cloud.
    pub struct Cloud {
        /// The provider, if the key is not its name. Example: `gcp`
        provider: Option<Value<Provider>>,
        /// GCP: the project's id. Example: `ggen-prod`
        project: Option<Text>,
        /// GCP: the project's number; service agents' names hold it. A variable if left out. Example: `"123456789012"`
        project_number: Option<Text>,
        /// AWS, Alibaba Cloud, Cloudflare: the account's id. Example: `"123456789012"`
        account: Option<Text>,
        /// Cloudflare: the plan, which bounds check intervals. Example: `enterprise`
        plan: Option<Text>,
        /// GCP: the billing account for budgets and commitments. Example: `01ABCD-234567-89EFGH`
        billing_account: Option<Text>,
        /// Labels (tags) on every resource. Example: `{ cost-center: "1234" }`
        labels: Map<Text>,
        /// What is in the account or project already, of what it has only one of: others own it, so it is used and not made. Example: `[mesh]`
        existing: Vec<Value<Singleton>>,
    }
}

choice! {
    /// What an account or a project has only one of, whatever systems share it.
    pub enum Singleton {
        /// GCP: the fleet's feature of the service mesh.
        Mesh = "mesh",
        /// GCP: what is logged of access to secrets.
        SecretAudit = "secret-audit",
        /// AWS: what the registries of a region send to other regions.
        RegistryReplication = "registry-replication",
    }
}

choice! {
    /// How Terraform roots are cut.
    pub enum Layout {
        /// One root and one state for everything.
        Single = "single",
        /// One root and state per region and one global: a plan never needs the lost region.
        PerRegion = "per-region",
    }
}

record! {
    /// How Terraform is laid out and where its state lives.
    pub struct Terraform {
        /// One root, or one per region plus a global one. Example: `single`
        layout: Value<Layout> = "per-region",
        /// The bucket that holds state; it must outlive every region. On several clouds each has its own: `{ gcp: shop-gcp-state, aws: shop-aws-state }`. Example: `ggen-prod-tfstate`
        state_bucket: Option<PerCloud<Text>>,
        /// AWS: the region of that bucket, of locks and of records; the nearest one under the same law that the system does not use if left out. Example: `us-east-2`
        state_region: Option<Text>,
        /// Modules of your own in place of ours, by module name. Example: `{ network: { source: "git::https://git.example.com/network.git?ref=v1" } }`
        modules: Map<ModuleSource>,
        /// Arguments that modules of ours get beside those that follow from the spec. Example: `{ patience: { module: eks, values: "timeouts: { create: 90m }" } }`
        arguments: Map<ExtraArguments>,
    }
}

record! {
    /// Arguments for calls of a module of ours.
    pub struct ExtraArguments {
        /// The module. Example: `eks`
        module: Text,
        /// The regions whose calls get them; all calls if left out. Example: `[us-east-1]`
        regions: Vec<Ref>,
        /// The arguments, as YAML: inputs of the module that nothing else sets. Example: `timeouts: { create: 90m }`
        values: Text,
    }
}

record! {
    /// A Terraform module of your own.
    pub struct ModuleSource {
        /// Its address, as Terraform takes it. Example: `../../modules/network`
        source: Text,
        /// Its version, for registry addresses. Example: `~> 9.0`
        version: Option<Text>,
    }
}

choice! {
    /// What a region is for.
    pub enum Role {
        /// Serves, and holds the writable copy of single-writer data.
        Primary = "primary",
        /// Serves too, and takes over writes when the primary is lost.
        Secondary = "secondary",
        /// Runs at low scale or not at all until it is needed.
        Standby = "standby",
        /// Votes but neither serves nor is promoted.
        Witness = "witness",
    }
}

choice! {
    /// A part of the world, for geographic routing.
    pub enum Continent {
        /// Africa.
        Africa = "africa",
        /// Asia without mainland China.
        Asia = "asia",
        /// Mainland China.
        China = "china",
        /// Europe.
        Europe = "europe",
        /// The Middle East.
        MiddleEast = "middle-east",
        /// North America.
        NorthAmerica = "north-america",
        /// Australia and the Pacific.
        Oceania = "oceania",
        /// South America.
        SouthAmerica = "south-america",
    }
}

record! {
    /// A region that the system uses.
    pub struct Region {
        /// The provider's name of the region, if the key is not it. Example: `us-central1`
        location: Option<Text>,
        /// The cloud, where there are several. Example: `gcp`
        cloud: Option<Ref>,
        /// What the region is for. Example: `primary`
        role: Value<Role> = "secondary",
        /// The share of traffic in percent; all weights add up to 100. Example: `50`
        weight: Option<Value<Within<0, 100>>>,
        /// The parts of the world whose users come here first. Example: `[north-america, south-america]`
        serves: Vec<Value<Continent>>,
        /// The compliance zone that the region belongs to. Example: `eu`
        zone: Option<Ref>,
        /// The region that this one stands by for. Example: `us-east1`
        pair: Option<Ref>,
        /// Short name for resource names, where a document fixes one. Example: `eu`
        short: Option<Text>,
        /// The network range, if it is not to be allocated. Example: `10.10.0.0/16`
        cidr: Option<Text>,
        /// The name under which it was made: what was made keeps that name, and nothing is replaced. Example: `us-east4`
        renamed_from: Option<Text>,
        /// That it leaves, and what becomes of its data; RUNBOOK_TAKE_OUT.md has the steps. Example: `{ since: 2026-11-28 }`
        leaving: Option<Leaving>,
        /// The regimes that apply here, beside those of its compliance zone. Example: `[ccpa]`
        regimes: Vec<Value<Regime>>,
    }
}

choice! {
    /// A body of rules on data.
    pub enum Regime {
        /// EU General Data Protection Regulation.
        Gdpr = "gdpr",
        /// EU Digital Services Act.
        Dsa = "dsa",
        /// EU Digital Operational Resilience Act.
        Dora = "dora",
        /// EU NIS 2 directive.
        Nis2 = "nis2",
        /// California Consumer Privacy Act.
        Ccpa = "ccpa",
        /// US Children's Online Privacy Protection Act.
        Coppa = "coppa",
        /// US Health Insurance Portability and Accountability Act.
        Hipaa = "hipaa",
        /// Payment card industry standard.
        PciDss = "pci-dss",
        /// Service organisation controls, availability criteria.
        Soc2 = "soc2",
        /// US federal cloud authorisation.
        Fedramp = "fedramp",
        /// Singapore Personal Data Protection Act.
        Pdpa = "pdpa",
        /// Singapore MAS technology risk management.
        MasTrm = "mas-trm",
        /// China Personal Information Protection Law.
        Pipl = "pipl",
        /// China Cybersecurity Law.
        Csl = "csl",
        /// China multi-level protection scheme.
        Mlps = "mlps",
        /// Reserve Bank of India storage of payment data.
        Rbi = "rbi",
        /// Brazil Lei Geral de Proteção de Dados.
        Lgpd = "lgpd",
    }
}

record! {
    /// Which data may be where.
    pub struct Compliance {
        /// Areas that data may not leave without a basis. Example: `{ eu: { regimes: [gdpr], jurisdictions: [eea] } }`
        zones: Map<Zone>,
        /// Declared flows out of a zone. Example: `{ analytics: { from: eu, to: us, basis: scc, reviewed: 2026-09-01, expires: 2027-09-01 } }`
        transfers: Map<Transfer>,
    }
}

record! {
    /// An area that data may not leave without a declared basis.
    pub struct Zone {
        /// The rules that apply. Example: `[gdpr]`
        regimes: Vec<Value<Regime>>,
        /// Where data may rest: `eea`, or ISO country codes. Example: `[eea]`
        jurisdictions: Vec<Text>,
        /// Whether keys must be ours and inside the zone. Example: `true`
        own_keys: Flag = "true",
        /// Ciphers that the zone's rules ask for. Example: `[sm2, sm3, sm4]`
        ciphers: Vec<Text>,
        /// How long audit logs are kept. Example: `180d`
        audit_logs: Option<Time>,
        /// The internet content provider number of hosts served from mainland China. Example: `京ICP备12345678号`
        icp: Option<Text>,
        /// The grade under the multi-level protection scheme. Example: `3`
        mlps_level: Option<Value<Within<1, 5>>>,
        /// Whether users of the zone are always served inside it, even when nothing there is left. Example: `true`
        fenced: Flag = "false",
        /// Safeguards in force, for the generated pages. Example: `[pseudonymised analytics]`
        safeguards: Vec<Text>,
    }
}

choice! {
    /// Why data may leave a zone.
    pub enum Basis {
        /// An adequacy decision.
        Adequacy = "adequacy",
        /// Standard contractual clauses.
        Scc = "scc",
        /// Binding corporate rules.
        Bcr = "bcr",
        /// The person's explicit consent.
        Consent = "consent",
        /// A derogation of Art. 49 GDPR.
        Derogation = "derogation",
        /// China: the standard contract, filed.
        CnContract = "cn-contract",
        /// China: a certification.
        CnCertification = "cn-certification",
        /// China: a security assessment.
        CnAssessment = "cn-assessment",
        /// Brazil: mandatory clauses.
        BrScc = "br-scc",
        /// The data left is anonymous.
        Anonymised = "anonymised",
    }
}

record! {
    /// A declared flow out of a zone. Whether it is lawful is for lawyers; it is shown as declared.
    pub struct Transfer {
        /// The zone that data leaves. Example: `eu`
        from: Ref,
        /// The zone or region that it reaches. Example: `us-central1`
        to: Ref,
        /// The datasets it covers; all if left out. Example: `[sessions]`
        datasets: Vec<Ref>,
        /// Why it may. Example: `scc`
        basis: Value<Basis>,
        /// The day it was last reviewed. Example: `2026-09-01`
        reviewed: Value<Date>,
        /// The day it ends. Example: `2027-09-01`
        expires: Value<Date>,
        /// Where the evidence is. Example: `https://legal.example.com/scc/12`
        evidence: Option<Text>,
        /// Whether data may rest there at any time, or only what arises while users are served there after a loss. Example: `failover`
        during: Value<Occasion> = "always",
    }
}

choice! {
    /// When a declared flow may happen.
    pub enum Occasion {
        /// At any time.
        Always = "always",
        /// Only while users of the zone are served outside of it because a region is lost.
        Failover = "failover",
    }
}

record! {
    /// Networks and the links among regions.
    pub struct Network {
        /// The range that region networks are cut from. Example: `10.0.0.0/8`
        cidr: Text = "10.0.0.0/8",
        /// Regions that are not linked to any other. Example: `[china]`
        isolated: Vec<Ref>,
        /// Private links between regions, by name. Example: `{ us-eu: { between: [us-east1, europe-west3] } }`
        links: Map<Link>,
    }
}

record! {
    /// A private link between two regions.
    pub struct Link {
        /// The two regions. Example: `[us-east1, europe-west3]`
        between: Vec<Ref>,
    }
}

record! {
    /// Encryption keys.
    pub struct Keys {
        /// How often they are rotated. Example: `90d`
        rotate: Time = "90d",
        /// Whether keys live in hardware. Example: `true`
        hardware: Flag = "true",
        /// Whether secrets come from a Vault cluster of your own instead of the cloud. Example: `false`
        vault: Flag = "false",
    }
}

record! {
    /// A secret; its value is put in by people or by the service itself.
    pub struct Secret {
        /// The regions that hold a copy; all serving regions if left out. Example: `[us-central1]`
        regions: Vec<Ref>,
        /// The services that read it. Example: `[api]`
        used_by: Vec<Ref>,
        /// How often it is replaced. Example: `90d`
        rotate: Option<Time>,
        /// `regional`: a separate secret in each region; `named`: one secret with copies in the named regions; `automatic`: copies wherever the provider likes. Example: `regional`
        replication: Value<SecretReplication> = "named",
        /// The name under which it was made: what was made keeps that name, and nothing is replaced. Example: `stripe-key`
        renamed_from: Option<Text>,
        /// That it leaves, and what becomes of its data; RUNBOOK_TAKE_OUT.md has the steps. Example: `{ since: 2026-11-28 }`
        leaving: Option<Leaving>,
    }
}

choice! {
    /// Where a secret's copies are.
    pub enum SecretReplication {
        /// A separate secret in each region.
        Regional = "regional",
        /// One secret with copies in the named regions.
        Named = "named",
        /// Wherever the provider likes: never for data with a zone.
        Automatic = "automatic",
    }
}

choice! {
    /// A kind of store.
    pub enum Engine {
        /// Google Firestore, native mode.
        Firestore = "firestore",
        /// Google Spanner.
        Spanner = "spanner",
        /// PostgreSQL.
        Postgres = "postgres",
        /// Amazon Aurora PostgreSQL, global database.
        Aurora = "aurora",
        /// Amazon DynamoDB.
        Dynamodb = "dynamodb",
        /// MySQL.
        Mysql = "mysql",
        /// MongoDB.
        Mongodb = "mongodb",
        /// Redis: managed, or self-hosted when `sentinels` are named.
        Redis = "redis",
        /// Redis Enterprise with conflict-free types.
        RedisEnterprise = "redis-enterprise",
        /// Object storage.
        ObjectStorage = "object-storage",
        /// Kafka.
        Kafka = "kafka",
        /// Elasticsearch or OpenSearch.
        Search = "search",
        /// Any other kind, which is `external`: it can be called by its own name too.
        External = "external",
    }
}

record! {
    /// Something that holds data.
    pub struct Datastore {
        /// The kind of store; by any name if it is `external`. Example: `firestore`
        engine: Value<OneOf<Engine>>,
        /// Somebody else runs it. Example: `{ run_by: data-platform, at: [{ region: us-central1 }] }`
        external: Option<External>,
        /// The version of the engine. Example: `"7.2"`
        engine_version: Option<Text>,
        /// One location for all of it, also a provider's multi-region. Example: `nam5`
        location: Option<Text>,
        /// Several databases of this store, each at a location of its own. Example: `{ us: { location: nam5 } }`
        databases: Map<Database>,
        /// The regions that hold it; all serving regions if left out. Example: `[us-central1, us-east1]`
        regions: Vec<Ref>,
        /// Copies asked for as read replicas in other regions. Example: `[us-east1]`
        read_replicas: Vec<Ref>,
        /// Nodes, in each region or by region. Example: `{ us-central1: 6, us-east1: 2 }`
        nodes: Option<PerRegion<Nodes>>,
        /// Replicas of each shard. Example: `2`
        replicas: Option<Nodes>,
        /// Redis: sentinels by region; naming them makes it self-hosted. Example: `{ us-central1: 1, us-east1: 1, europe-west1: 1 }`
        sentinels: Option<PerRegion<Nodes>>,
        /// Members of a voting replica set. Example: `{ mongo-us-1: { region: us-east1, priority: 7 } }`
        members: Map<Member>,
        /// Election timing of a voting replica set. Example: `{ timeout: 10s }`
        election: Option<Election>,
        /// pglogical node groups (databases). Example: `[eden_vault]`
        node_groups: Vec<Text>,
        /// Size of one node or of the storage. Example: `10Gi`
        size: Option<Value<Bytes>>,
        /// The machine or node type. Example: `db-perf-optimized-N-4`
        machine: Option<Text>,
        /// What it holds, part by part. Example: `{ orders: { holds: [personal] } }`
        datasets: Map<Dataset>,
        /// How copies are kept alike. Example: `{ mode: async, lag: { warn: 10s, critical: 30s } }`
        replication: Option<Replication>,
        /// Copies in time. Example: `{ every: 1d, keep: 30d, point_in_time: 7d }`
        backup: Option<Backup>,
        /// How a dead node is noticed. Example: `{ every: 5s, unhealthy_after: 3 }`
        health: Option<NodeHealth>,
        /// Tiers by age, for object storage. Example: `{ nearline: { after: 30d } }`
        lifecycle: Map<Tier>,
        /// The name under which it was made: what was made keeps that name, and nothing is replaced. Example: `shop`
        renamed_from: Option<Text>,
        /// That it leaves, and what becomes of its data; RUNBOOK_TAKE_OUT.md has the steps. Example: `{ since: 2026-11-28 }`
        leaving: Option<Leaving>,
        /// The promise for this store, where it differs. Example: `{ rpo: 1m }`
        objectives: Option<Objectives>,
    }
}

record! {
    /// One database of a store, at one location.
    pub struct Database {
        /// The provider's region or multi-region. Example: `eur3`
        location: Text,
        /// The regions of this topology whose services use it. Example: `[europe-west1]`
        serves: Vec<Ref>,
        /// The regions whose services use it when none of `serves` is left. Example: `[us-east1]`
        taken_over_by: Vec<Ref>,
        /// The compliance zone of what it holds. Example: `eu`
        zone: Option<Ref>,
        /// The name under which it was made: what was made keeps that name, and nothing is replaced. Example: `us`
        renamed_from: Option<Text>,
        /// That it leaves, and what becomes of its data; RUNBOOK_TAKE_OUT.md has the steps. Example: `{ since: 2026-11-28 }`
        leaving: Option<Leaving>,
    }
}

record! {
    /// A member of a replica set that votes.
    pub struct Member {
        /// Its region. Example: `us-east1`
        region: Ref,
        /// Its priority in elections; the highest becomes primary. Example: `7`
        priority: Value<Factor> = "1",
        /// Whether it votes. Example: `true`
        votes: Flag = "true",
        /// Its address, for self-managed sets. Example: `mongo-us-1:27017`
        host: Option<Text>,
    }
}

record! {
    /// Election timing of a voting replica set.
    pub struct Election {
        /// The time without a primary after which one is elected. Example: `10s`
        timeout: Time = "10s",
        /// The time between heartbeats. Example: `2s`
        heartbeat: Time = "2s",
        /// The time after which a member counts as unreachable. Example: `10s`
        heartbeat_timeout: Time = "10s",
        /// Whether secondaries may copy from secondaries. Example: `true`
        chaining: Flag = "true",
    }
}

choice! {
    /// What data is about.
    pub enum Nature {
        /// Anyone may see it.
        Public = "public",
        /// Ours, about nobody.
        Internal = "internal",
        /// About people.
        Personal = "personal",
        /// About people, specially protected.
        Sensitive = "sensitive",
        /// Card and payment data.
        Payment = "payment",
        /// About health.
        Health = "health",
        /// Measurements and logs of the system.
        Telemetry = "telemetry",
        /// Keys, tokens, passwords.
        Secret = "secret",
    }
}

choice! {
    /// Where copies of a dataset may go.
    pub enum Reach {
        /// To every region that the store has.
        Everywhere = "everywhere",
        /// To the regions of the same compliance zone.
        WithinZone = "within-zone",
        /// Nowhere: it stays where it was written.
        Origin = "origin",
    }
}

choice! {
    /// Who may write where.
    pub enum Writers {
        /// Only the primary region.
        Primary = "primary",
        /// Each region writes its own records.
        PerRegion = "per-region",
        /// Every region writes every record.
        All = "all",
    }
}

record! {
    /// A part of a store with its own rules.
    pub struct Dataset {
        /// What the data is about. Example: `[personal, payment]`
        holds: Vec<Value<Nature>>,
        /// The compliance zone that owns it. Example: `eu`
        zone: Option<Ref>,
        /// Where copies may go. Example: `within-zone`
        copies: Value<Reach> = "everywhere",
        /// Who may write. Example: `per-region`
        writers: Option<Value<Writers>>,
        /// Names in the store: collections, tables, prefixes. Example: `[marketplace_orders]`
        collections: Vec<Text>,
        /// How long a record lives, from the field named in `expires_at`. Example: `30d`
        ttl: Option<Time>,
        /// The field that says when a record ends. Example: `expireAt`
        expires_at: Option<Text>,
        /// Storage tier. Example: `hot`
        tier: Option<Text>,
        /// The promise for this dataset, where it differs. Example: `{ rpo: 0s }`
        objectives: Option<Objectives>,
    }
}

choice! {
    /// When a write counts as done.
    pub enum Mode {
        /// When every named copy has it.
        Sync = "sync",
        /// When a majority has it.
        Quorum = "quorum",
        /// At once; copies follow.
        Async = "async",
        /// At once; our own worker carries it to the copies.
        Application = "application",
        /// Every copy takes writes and they are merged.
        ActiveActive = "active-active",
        /// There are no copies in other regions.
        None = "none",
    }
}

choice! {
    /// Which of two concurrent writes stays.
    pub enum Conflict {
        /// The later timestamp.
        LastWriteWins = "last-write-wins",
        /// The causally later one; concurrent ones need `tie`.
        VectorClock = "vector-clock",
        /// Both, merged by type.
        Crdt = "crdt",
        /// The service decides.
        Application = "application",
        /// The region with the higher role.
        PrimaryWins = "primary-wins",
    }
}

record! {
    /// How copies are kept alike.
    pub struct Replication {
        /// When a write counts as done. Example: `async`
        mode: Value<Mode>,
        /// What carries it. Example: `pglogical`
        by: Option<Text>,
        /// The service that carries it, for `mode: application`. Example: `replication-worker`
        worker: Option<Ref>,
        /// The queue that feeds the worker. Example: `firestore-replication`
        queue: Option<Ref>,
        /// Which of two concurrent writes stays. Example: `vector-clock`
        conflicts: Option<Value<Conflict>>,
        /// What decides between causally concurrent writes. Example: `last-write-wins`
        tie: Option<Value<Conflict>>,
        /// The column or field with the time of the last write. Example: `updated_at`
        timestamp: Option<Text>,
        /// The table that keeps conflicts. Example: `replication_conflicts`
        conflict_log: Option<Text>,
        /// Conflicts per ten minutes that are worth a message. Example: `10`
        conflict_limit: Option<Count>,
        /// How often changes are sent. Example: `100ms`
        every: Option<Time>,
        /// Limits of the replication lag. Example: `{ warn: 10s, critical: 30s }`
        lag: Option<Lag>,
        /// Failed rounds that are worth a message. Example: `5`
        failure_limit: Option<Count>,
        /// Redis: writes stop when fewer replicas than `min_replicas` are within this lag. Example: `10s`
        max_lag: Option<Time>,
        /// Redis: how many replicas must be within `max_lag`. Example: `1`
        min_replicas: Option<Count>,
        /// The commit delay at which the primary stops writes (`rds.global_db_rpo`). Example: `20s`
        stop_writes_at: Option<Time>,
        /// Which regions send to which; all pairs if left out. Example: `{ us-east1: [europe-west3] }`
        links: Map<Vec<Ref>>,
        /// Who decides when two halves cannot see each other: a vote in a third place, a person (`operator`), or, where all copies write, what directs the users (`route53`). Example: `witness:us-east-2`
        arbiter: Option<Text>,
        /// Whether losing concurrent writes is accepted. Example: `true`
        loss_accepted: Flag = "false",
    }
}

record! {
    /// Limits of the replication lag.
    pub struct Lag {
        /// What is aimed at. Example: `5s`
        target: Option<Time>,
        /// When to tell people. Example: `10s`
        warn: Option<Time>,
        /// When to page people. Example: `30s`
        critical: Option<Time>,
    }
}

record! {
    /// Copies in time: the only thing that helps against wrong or deleted data.
    pub struct Backup {
        /// The time between two backups. Example: `1d`
        every: Option<Time>,
        /// How long they are kept. Example: `30d`
        keep: Time = "30d",
        /// How far back any moment can be restored; off if left out. Example: `7d`
        point_in_time: Option<Time>,
        /// Where copies go; beside the store if left out. Example: `[us-east1]`
        copies_to: Vec<Ref>,
        /// How long one takes at most; the backup-age alert adds it. Example: `1h`
        takes: Time = "1h",
        /// Whether they cannot be deleted before their time. Example: `true`
        immutable: Flag = "false",
    }
}

record! {
    /// How a dead node is noticed.
    pub struct NodeHealth {
        /// The time between two checks. Example: `5s`
        every: Time = "5s",
        /// The time after which a check has failed. Example: `2s`
        timeout: Time = "2s",
        /// Failures in a row after which it counts as dead. Example: `3`
        unhealthy_after: Count = "3",
    }
}

record! {
    /// A storage tier by age.
    pub struct Tier {
        /// The age at which objects move. Example: `30d`
        after: Time,
    }
}

choice! {
    /// A kind of queue.
    pub enum QueueEngine {
        /// Google Pub/Sub.
        Pubsub = "pubsub",
        /// Amazon SQS with SNS.
        Sqs = "sqs",
        /// Kafka.
        Kafka = "kafka",
        /// RabbitMQ.
        Rabbitmq = "rabbitmq",
        /// Any other kind, which is `external`: it can be called by its own name too.
        External = "external",
    }
}

record! {
    /// A queue or topic.
    pub struct Queue {
        /// The kind of queue; by any name if it is `external`. Example: `pubsub`
        engine: Value<OneOf<QueueEngine>>,
        /// Somebody else runs it. Example: `{ run_by: messaging team, at: [{ country: DE }] }`
        external: Option<External>,
        /// Services that put messages in, beside those with `publishes`. Example: `[api]`
        publishers: Vec<Ref>,
        /// Where messages are sent. Example: `{ to: worker, path: /events }`
        push: Option<Push>,
        /// The attribute that keeps messages in order. Example: `ordering_key`
        ordered_by: Option<Text>,
        /// What happens to messages that fail. Example: `{ after: 5 }`
        dead_letter: Option<DeadLetter>,
        /// How long unread messages are kept. Example: `7d`
        keep: Time = "7d",
        /// How long a receiver has before a message is sent again. Example: `60s`
        ack_within: Time = "60s",
        /// The regions that may store messages; all serving regions if left out. Example: `[us-central1]`
        regions: Vec<Ref>,
        /// The datasets whose records it carries. Example: `[orders]`
        carries: Vec<Ref>,
        /// Unread messages that are worth a message. Example: `1000`
        backlog_limit: Option<Count>,
        /// The name under which it was made: what was made keeps that name, and nothing is replaced. Example: `changes`
        renamed_from: Option<Text>,
        /// That it leaves, and what becomes of its data; RUNBOOK_TAKE_OUT.md has the steps. Example: `{ since: 2026-11-28 }`
        leaving: Option<Leaving>,
    }
}

record! {
    /// Where a queue's messages are sent.
    pub struct Push {
        /// The service. Example: `worker`
        to: Ref,
        /// The path. Example: `/events`
        path: Text = "/",
        /// The host of `traffic` in front of it; the service's own address if left out. Example: `worker.example.com`
        host: Option<Ref>,
    }
}

record! {
    /// What happens to messages that fail.
    pub struct DeadLetter {
        /// Attempts before a message is set aside. Example: `5`
        after: Count = "5",
        /// How long it is kept. Example: `14d`
        keep: Time = "7d",
        /// Messages set aside, in the window, that are worth a message. Example: `10`
        limit: Option<Count>,
        /// The window. Example: `5m`
        window: Time = "5m",
    }
}

choice! {
    /// What a service runs on.
    pub enum Runtime {
        /// A Kubernetes Deployment in a cluster per region.
        Kubernetes = "kubernetes",
        /// Google Cloud Run.
        CloudRun = "cloud-run",
    }
}

record! {
    /// Something that runs code.
    pub struct Service {
        /// What it runs on. Example: `kubernetes`
        runtime: Value<Runtime> = "kubernetes",
        /// The container image, without its tag; of every service that is not `external`. Example: `marketplace/api`
        image: Option<Text>,
        /// Somebody else runs it. Example: `{ run_by: partner, at: [{ country: DE }] }`
        external: Option<External>,
        /// The image's tag or digest; a variable if left out. Example: `1.4.2`
        tag: Option<Text>,
        /// The regions it runs in; all serving regions if left out. Example: `[us-central1]`
        regions: Vec<Ref>,
        /// The name in each region, where a document fixes it; `{region}` stands for its short name. The service finds it in `SERVICE_NAME`. Example: `siraj-webhook-{region}`
        named: Option<Text>,
        /// The service account in each region; `{region}` stands for its short name. Example: `webhook-{region}-sa`
        account: Option<Text>,
        /// The port it listens on. Example: `8080`
        port: Value<Within<1, 65_535>> = "8080",
        /// The datastores it uses. Example: `[marketplace, sessions]`
        uses: Vec<Ref>,
        /// The services it calls. Example: `[inventory]`
        needs: Vec<Ref>,
        /// The queues it puts messages in. Example: `[firestore-replication]`
        publishes: Vec<Ref>,
        /// The secrets it reads. Example: `[api-key]`
        secrets: Vec<Ref>,
        /// Environment variables. Example: `{ log-level: info }`
        env: Map<Text>,
        /// The variable that names the region. Example: `REGION`
        region_variable: Text = "REGION",
        /// How many run, in each region or by region. Example: `{ us-central1: 3..20 }`
        replicas: Option<PerRegion<Value<Replicas>>>,
        /// What one replica bears and how fast it starts. Example: `{ per_replica: 400/s, peak: 3000/s, start: 20s }`
        capacity: Option<Capacity>,
        /// What makes more of them. Example: `{ cpu: 70%, requests: 1000/s }`
        scale_on: Option<ScaleOn>,
        /// How other services and the edge call it. Example: `{ timeout: 5s, retries: 3, per_try: 1s }`
        calls: Option<Calls>,
        /// How Kubernetes or Cloud Run sees whether it is ready. Example: `{ path: /ready, every: 5s }`
        ready: Option<Probe>,
        /// CPU that one replica asks for. Example: `500m`
        cpu: Text = "500m",
        /// Memory that one replica asks for and may use. Example: `512Mi`
        memory: Value<Bytes> = "512Mi",
        /// Requests that one replica handles at once (Cloud Run). Example: `80`
        concurrency: Option<Count>,
        /// The name under which it was made: what was made keeps that name, and nothing is replaced. Example: `frontend`
        renamed_from: Option<Text>,
        /// That it leaves, and what becomes of its data; RUNBOOK_TAKE_OUT.md has the steps. Example: `{ since: 2026-11-28 }`
        leaving: Option<Leaving>,
        /// The promise for this service, where it differs. Example: `{ rto: 1m }`
        objectives: Option<Objectives>,
    }
}

record! {
    /// What one replica bears and how fast it starts.
    pub struct Capacity {
        /// The load that one replica bears at full use. Example: `400/s`
        per_replica: Option<Value<Rate>>,
        /// The most load that all users bring together. Example: `3000/s`
        peak: Option<Value<Rate>>,
        /// The time from container start to ready. Example: `20s`
        start: Option<Time>,
        /// How full a replica may be in steady state. Example: `70%`
        target: Value<Percent> = "70%",
    }
}

record! {
    /// What makes more replicas.
    pub struct ScaleOn {
        /// Use of the requested CPU. Example: `70%`
        cpu: Option<Value<Percent>>,
        /// Use of the requested memory. Example: `80%`
        memory: Option<Value<Percent>>,
        /// Requests per replica. Example: `1000/s`
        requests: Option<Value<Rate>>,
        /// Unread messages per replica, of a queue. Example: `{ work: 100 }`
        queues: Map<Count>,
        /// How often the scaler looks. Example: `15s`
        every: Time = "15s",
        /// The wait after scaling out. Example: `0s`
        out_after: Time = "0s",
        /// The wait before scaling in. Example: `300s`
        in_after: Time = "300s",
        /// The use below which it scales in, where the scaler has one. Example: `30%`
        in_below: Option<Value<Percent>>,
        /// Replicas while the metric cannot be read; the most that run if left out. Example: `12`
        fallback: Option<Count>,
    }
}

record! {
    /// How a service is called: bounds on time, retries and load.
    pub struct Calls {
        /// The whole time that a call may take. Example: `5s`
        timeout: Option<Time>,
        /// How often a failed call is tried again. Example: `3`
        retries: Option<Count>,
        /// The time that one try may take. Example: `1s`
        per_try: Option<Time>,
        /// Connections to one host of the service. Example: `100`
        max_connections: Option<Count>,
        /// Requests that wait for a connection. Example: `100`
        max_pending: Option<Count>,
        /// Requests on one connection before it is closed; 0 keeps it open. Example: `0`
        max_requests_per_connection: Count = "0",
        /// When a replica is left out. Example: `{ errors: 5, every: 30s, lasting: 30s }`
        eject: Option<Eject>,
    }
}

record! {
    /// When a replica that fails is left out of load balancing.
    pub struct Eject {
        /// Server errors in a row. Example: `5`
        errors: Count = "5",
        /// The time between two looks. Example: `30s`
        every: Time = "10s",
        /// How long it is left out, the first time. Example: `30s`
        lasting: Time = "30s",
        /// The largest share that may be left out. Example: `100%`
        at_most: Option<Value<Percent>>,
        /// Requests below which nothing is judged. Not a field of Istio. Example: `5`
        min_requests: Option<Count>,
    }
}

record! {
    /// A readiness probe.
    pub struct Probe {
        /// The path that answers. Example: `/ready`
        path: Text = "/health",
        /// The time between two probes. Example: `10s`
        every: Time = "10s",
        /// The time after which a probe has failed. Example: `1s`
        timeout: Time = "1s",
        /// Failures in a row after which it gets no traffic. Example: `3`
        unhealthy_after: Count = "3",
    }
}

choice! {
    /// Who routes a host.
    pub enum Routing {
        /// A global load balancer of the cloud.
        LoadBalancer = "load-balancer",
        /// Amazon Route 53.
        Route53 = "route53",
        /// Amazon Global Accelerator.
        GlobalAccelerator = "global-accelerator",
        /// Cloudflare load balancing.
        Cloudflare = "cloudflare",
        /// The cloud's own DNS.
        Dns = "dns",
    }
}

choice! {
    /// A way to choose a region for a request. The first that decides wins.
    pub enum Policy {
        /// By where the user is.
        Geography = "geography",
        /// By measured or modelled distance in time.
        Latency = "latency",
        /// By the weights of the regions.
        Weight = "weight",
        /// The primary as long as it is healthy.
        Failover = "failover",
        /// By free capacity.
        Capacity = "capacity",
        /// By price.
        Cost = "cost",
        /// Each in turn.
        RoundRobin = "round-robin",
    }
}

record! {
    /// A host name that users reach.
    pub struct Host {
        /// The service behind it. Example: `api`
        to: Ref,
        /// Somebody else routes it. Example: `{ run_by: edge team, at: [{ country: US }] }`
        external: Option<External>,
        /// Who routes it. Example: `load-balancer`
        routing: Option<Value<Routing>>,
        /// How a region is chosen, most important first. Example: `[geography, latency, weight]`
        policy: Vec<Value<Policy>>,
        /// The only region it goes to, for per-region hosts. Example: `us-east1`
        region: Option<Ref>,
        /// How a region that is down is noticed. Example: `{ path: /health, every: 5s, timeout: 2s, unhealthy_after: 2 }`
        health: Option<HealthCheck>,
        /// What is kept out. Example: `{ rate_limit: 1000/s }`
        protect: Option<Protect>,
        /// The time that open requests get when a region is left. Example: `30s`
        drain: Time = "30s",
        /// The life of its DNS records. Example: `60s`
        ttl: Time = "60s",
        /// The existing DNS zone that holds it; one is made if left out. Example: `example.com`
        dns_zone: Option<Text>,
        /// The domain of that zone: what follows the first label of the host, if left out. Example: `example.com`
        domain: Option<Text>,
        /// Who answers DNS for it, where not the cloud. Example: `alibaba`
        dns: Option<Ref>,
        /// Origins whose pages may call it. Example: `[https://paynow.example]`
        cors: Vec<Text>,
        /// A second load balancer that DNS turns to when the first is gone. Example: `true`
        backup: Flag = "false",
        /// Caching at the edge. Example: `{ rules: { images: { keep: 7d } } }`
        cdn: Option<Cdn>,
        /// That it leaves, and what becomes of its data; RUNBOOK_TAKE_OUT.md has the steps. Example: `{ since: 2026-11-28 }`
        leaving: Option<Leaving>,
    }
}

record! {
    /// How a region that is down is noticed.
    pub struct HealthCheck {
        /// The path that answers. Example: `/health`
        path: Text = "/health",
        /// Further paths that are watched. Example: `[/health/database]`
        also: Vec<Text>,
        /// The time between two checks. Example: `5s`
        every: Time = "5s",
        /// The time after which a check has failed; the provider's own if it cannot be set. Example: `2s`
        timeout: Option<Time>,
        /// Failures in a row after which no traffic comes. Example: `2`
        unhealthy_after: Count = "2",
        /// Successes in a row after which it comes again. Example: `2`
        healthy_after: Count = "2",
        /// The status that counts as healthy. Example: `200`
        status: Value<Within<100, 599>> = "200",
        /// The text that the answer must hold. Example: `OK`
        body: Option<Text>,
    }
}

record! {
    /// What is kept out before it reaches a service.
    pub struct Protect {
        /// Requests of one client. Example: `1000/s`
        rate_limit: Option<Value<Rate>>,
        /// Requests of all clients to one region. Example: `5000/s`
        region_limit: Option<Value<Rate>>,
        /// Countries that are refused, as ISO codes. Example: `[KP]`
        block_countries: Vec<Text>,
        /// Whether known attacks are refused. Example: `true`
        firewall: Flag = "true",
        /// Whether rules that read bodies refuse too. They refuse uploads and long forms, so they count first, and the firewall's log says which requests they would have refused. Example: `true`
        block_bodies: Flag = "false",
    }
}

record! {
    /// Caching at the edge: every cache is a copy.
    pub struct Cdn {
        /// The provider. Example: `cloudflare`
        provider: Option<Ref>,
        /// What is cached, and for how long. Example: `{ images: { paths: [/img/*], keep: 7d } }`
        rules: Map<CacheRule>,
        /// The provider's network in mainland China. Example: `true`
        china_network: Flag = "false",
        /// What is done to answers. Example: `[minify, gzip, images, http3]`
        optimise: Vec<Text>,
    }
}

record! {
    /// What is cached, and for how long.
    pub struct CacheRule {
        /// The paths. Example: `[/img/*]`
        paths: Vec<Text>,
        /// How long it may be kept at all. Example: `7d`
        keep: Time,
        /// How long at the edge. Example: `30d`
        edge: Option<Time>,
        /// How long in the browser. Example: `1d`
        browser: Option<Time>,
        /// The datasets whose records it holds. Example: `[covers]`
        carries: Vec<Ref>,
    }
}

choice! {
    /// A service mesh.
    pub enum MeshKind {
        /// Istio, one primary in each cluster.
        Istio = "istio",
    }
}

record! {
    /// The service mesh.
    pub struct Mesh {
        /// Which service mesh. Example: `istio`
        kind: Value<MeshKind> = "istio",
        /// The identity domain that all clusters share. The managed mesh of GKE has the project's own,
        /// which cannot be set. Example: `ggen.internal`
        trust_domain: Option<Text>,
        /// The namespace of the services. Example: `ggen`
        namespace: Option<Text>,
        /// The request header that says where a user is. Example: `user-region`
        geography_header: Option<Text>,
        /// Whether only encrypted calls are taken. Example: `true`
        mtls: Flag = "true",
    }
}

record! {
    /// The clusters that the cloud runs, one in each region with services on Kubernetes.
    pub struct Kubernetes {
        /// The minor version of the control planes, for all regions or for each, so that one
        /// follows the other. It goes up by one at a time. On Google Cloud the release channel
        /// chooses if left out. Example: `1.33`
        version: Option<PerRegion<Text>>,
    }
}

choice! {
    /// Who starts an action.
    pub enum Trigger {
        /// The system itself.
        Automatic = "automatic",
        /// A person.
        Manual = "manual",
    }
}

record! {
    /// How a lost region is left and returned to.
    pub struct Failover {
        /// Who decides to leave. Example: `automatic`
        mode: Value<Trigger>,
        /// Who decides to return. Example: `manual`
        back: Value<Trigger> = "manual",
        /// How long a person takes to answer and decide, if one must. Example: `10m`
        answer: Option<Time>,
        /// What must hold before traffic counts as moved, and before returning. Example: `{ lag_below: 1s }`
        verify: Option<Verify>,
        /// What tells that a region fails. Example: `{ failures: 3, error_rate: 5%, window: 60s }`
        detect: Option<Detect>,
        /// Moving traffic step by step. Example: `{ step: 20%, every: 30s, verify: 60s }`
        shift: Option<Shift>,
        /// When a move is undone. Example: `{ error_rate: 5%, cooldown: 15m }`
        undo: Option<Undo>,
        /// The share of healthy targets under which a region is left. Example: `50%`
        healthy_below: Option<Value<Percent>>,
        /// The wait before another failover. Example: `60s`
        cooldown: Option<Time>,
        /// The states of a failing region, and the channels to notify in each. Example: `{ degraded: { after: 1, tell: [incidents] } }`
        states: Map<State>,
    }
}

record! {
    /// What must hold before an action counts as done.
    pub struct Verify {
        /// Copies are at most this far behind. Example: `1s`
        lag_below: Option<Time>,
        /// How long it is watched. Example: `60s`
        watch: Option<Time>,
    }
}

record! {
    /// What tells that a region fails.
    pub struct Detect {
        /// Failed health checks in a row. Example: `3`
        failures: Option<Count>,
        /// The share of failed requests. Example: `5%`
        error_rate: Option<Value<Percent>>,
        /// Response time. Example: `500ms`
        latency: Option<Time>,
        /// The time over which it is judged. Example: `60s`
        window: Option<Time>,
    }
}

record! {
    /// Moving traffic step by step.
    pub struct Shift {
        /// The share that moves at once. Example: `20%`
        step: Value<StepShare>,
        /// The time between two steps. Example: `30s`
        every: Time,
        /// The time that is watched at the end. Example: `60s`
        verify: Option<Time>,
    }
}

record! {
    /// When a move is undone.
    pub struct Undo {
        /// The share of failed requests. Example: `5%`
        error_rate: Value<Percent>,
        /// The wait before another try. Example: `15m`
        cooldown: Option<Time>,
    }
}

record! {
    /// A state of the failover machine.
    pub struct State {
        /// Failed checks in a row that lead here; none for `healthy` and `recovery`. Example: `2`
        after: Option<Count>,
        /// The channels that are told on entering. Example: `[incidents]`
        tell: Vec<Ref>,
        /// The time between checks while here. Example: `10s`
        check_every: Option<Time>,
    }
}

choice! {
    /// How often something is done.
    pub enum Cadence {
        /// Every week.
        Weekly = "weekly",
        /// Every month.
        Monthly = "monthly",
        /// Every three months.
        Quarterly = "quarterly",
        /// Every year.
        Yearly = "yearly",
    }
}

record! {
    /// An exercise that proves a promise.
    pub struct Drill {
        /// How often. Example: `monthly`
        every: Value<Cadence>,
        /// The region that is taken away. Example: `us-central1`
        primary: Option<Ref>,
        /// The region that takes over. Example: `us-east1`
        secondary: Option<Ref>,
        /// The scenario of the drill, in a sentence. Example: `Replay dead letters`
        of: Option<Text>,
        /// The queue whose dead letters are replayed. Example: `work`
        queue: Option<Ref>,
        /// The feature flag that is turned off and on again. Example: `multi-region`
        flag: Option<Ref>,
        /// The day it last succeeded. Example: `2026-10-03`
        last: Option<Value<Date>>,
    }
}

record! {
    /// Where people are told. Exactly one of the addresses.
    pub struct Channel {
        /// A Slack channel. Example: `"#incidents"`
        slack: Option<Text>,
        /// A PagerDuty service. Example: `on-call-dba`
        pagerduty: Option<Text>,
        /// A mail address. Example: `ops@example.com`
        email: Option<Text>,
        /// A web hook. Example: `https://hooks.example.com/x`
        webhook: Option<Text>,
        /// The regions whose alerts come here; all if left out. Example: `[us-east-1]`
        regions: Vec<Ref>,
        /// Whether it is notified of alerts that name no channel, before others of its kind. Example: `true`
        default: Flag = "false",
    }
}

record! {
    /// Escalation policies: who is notified next, and after how long.
    pub struct Escalation {
        /// The steps; the one with the shortest `after` comes first. Example: `{ regional: { channel: regional-team, after: 15m } }`
        steps: Map<EscalationStep>,
    }
}

record! {
    /// One step of an escalation.
    pub struct EscalationStep {
        /// The channels to notify. Example: `global-team`
        channel: Ref,
        /// The time without an answer after which the next is told. Example: `15m`
        after: Time,
    }
}

choice! {
    /// How bad an alert is.
    pub enum AlertSeverity {
        /// A page.
        Critical = "critical",
        /// A page in working hours.
        High = "high",
        /// A message.
        Warning = "warning",
        /// A message that can wait.
        Low = "low",
        /// A record.
        Info = "info",
    }
}

choice! {
    /// What is measured. The offering of each kind supplies the query.
    pub enum Signal {
        /// Replication lag.
        ReplicationLag = "replication-lag",
        /// The share of health checks that succeed.
        HealthSuccess = "health-success",
        /// Health checks of a region fail.
        HealthFailures = "health-failures",
        /// Response time between regions, 95th percentile.
        CrossRegionLatency = "cross-region-latency",
        /// Response time of a service, 95th percentile.
        Latency = "latency",
        /// Response time of a service, 99th percentile.
        LatencyP99 = "latency-p99",
        /// The share of cache reads that hit.
        CacheHitRate = "cache-hit-rate",
        /// The share of requests that fail.
        ErrorRate = "error-rate",
        /// The share of requests that succeed.
        Availability = "availability",
        /// Documents read.
        Reads = "reads",
        /// Records that differ between copies.
        ConsistencyViolations = "consistency-violations",
        /// Concurrent writes that were resolved.
        Conflicts = "conflicts",
        /// The share of backups that succeed.
        BackupSuccess = "backup-success",
        /// A backup failed.
        BackupFailure = "backup-failure",
        /// A restore exercise failed.
        RestoreFailure = "restore-failure",
        /// A failover happened.
        FailoverTriggered = "failover-triggered",
        /// Days that certificates are still valid.
        CertificateExpiry = "certificate-expiry",
        /// Bytes that leave the network.
        Egress = "egress",
        /// A key was not rotated.
        KeyRotation = "key-rotation",
        /// A secret is due for rotation.
        SecretRotation = "secret-rotation",
        /// Messages set aside.
        DeadLetters = "dead-letters",
        /// Unread messages.
        QueueBacklog = "queue-backlog",
        /// Events dropped for their version.
        SchemaDrops = "schema-drops",
        /// A region answers nothing.
        RegionSilent = "region-silent",
        /// A region is slower than another.
        LatencySkew = "latency-skew",
        /// CPU in use.
        Cpu = "cpu",
        /// Memory in use.
        Memory = "memory",
        /// Failed synchronisation rounds.
        SyncFailures = "sync-failures",
        /// A metric of the service's own; `query` says which.
        Custom = "custom",
    }
}

record! {
    /// A metric with a target and two thresholds.
    pub struct Metric {
        /// What is measured. Example: `replication-lag`
        of: Value<Signal>,
        /// Which datastore, service, queue or host; all that have it if left out. Example: `marketplace`
        on: Option<Ref>,
        /// What is aimed at. Example: `< 5s`
        target: Option<Value<Threshold>>,
        /// When it is worth a message. Example: `> 10s`
        warning: Option<Value<Threshold>>,
        /// When it is worth a page. Example: `> 30s`
        critical: Option<Value<Threshold>>,
        /// PromQL, for `of: custom`. Example: `sum(rate(generation_failures_total[5m]))`
        query: Option<Text>,
        /// What it means, for the dashboard. Example: `Time until a write is everywhere`
        title: Option<Text>,
    }
}

record! {
    /// A condition that tells people.
    pub struct Alert {
        /// What is measured. Example: `replication-lag`
        of: Value<Signal>,
        /// Which datastore, service, queue or host; all that have it if left out. Example: `marketplace`
        on: Option<Ref>,
        /// The bound. Example: `> 10s`
        when: Option<Value<Threshold>>,
        /// How long it holds before anyone is told. Example: `2m`
        lasting: Time = "1m",
        /// In how many regions at once. Example: `2`
        regions: Option<Count>,
        /// The two regions that `latency-skew` compares. Example: `[europe-west1, us-central1]`
        between: Vec<Ref>,
        /// How bad it is. Example: `critical`
        severity: Value<AlertSeverity>,
        /// The channels to notify. Example: `[incidents]`
        tell: Vec<Ref>,
        /// Whose escalation it follows. Example: `regional`
        escalation: Option<Ref>,
        /// PromQL, for `of: custom`. Example: `sum(rate(generation_failures_total[5m]))`
        query: Option<Text>,
        /// One line for the page; made from the signal if left out. Example: `Replication is behind`
        summary: Option<Text>,
    }
}

record! {
    /// Metrics, logs, traces and dashboards.
    pub struct Observability {
        /// Who collects metrics, and how long they are kept. Example: `{ by: prometheus, retention: 30d }`
        metrics: Option<Telemetry>,
        /// Who collects logs, and how long they are kept. Example: `{ by: elasticsearch, retention: 14d }`
        logs: Option<Telemetry>,
        /// Who collects traces, and which share. Example: `{ by: jaeger, sample: 10% }`
        traces: Option<Telemetry>,
        /// Which dashboards are made. Example: `{ by: grafana, per_region: true, across: true }`
        dashboards: Option<Dashboards>,
        /// Probes from outside. Example: `[pingdom]`
        probes: Vec<Text>,
        /// The time in which alerts of several regions count as one incident. Example: `15m`
        correlate: Option<Time>,
        /// How often copies of data are compared. Example: `60s`
        data_checks: Option<Time>,
    }
}

record! {
    /// One kind of telemetry.
    pub struct Telemetry {
        /// What collects it: `prometheus` or `managed-prometheus` metrics, `elasticsearch` or `cloud-logging` logs, `jaeger` traces; anything that is `external`. Example: `prometheus`
        by: Text,
        /// Somebody else runs it: nothing is generated, and where it keeps what it collects counts as a place of the data. Example: `{ run_by: observability team, at: [{ country: DE }] }`
        external: Option<Outside>,
        /// How long it is kept. Example: `30d`
        retention: Option<Time>,
        /// The share of traces that is kept. Example: `10%`
        sample: Option<Value<Percent>>,
        /// Whether all regions are brought together, and so leave their own. Example: `true`
        across: Flag = "false",
        /// Where PromQL is answered. Example: `https://prometheus.example.com`
        address: Option<Text>,
        /// The region or location that keeps it; its own region if left out. Example: `europe-west1`
        location: Option<Text>,
        /// The datasets that it holds parts of. Example: `[users]`
        carries: Vec<Ref>,
    }
}

choice! {
    /// Who makes dashboards.
    pub enum Boards {
        /// Grafana.
        Grafana = "grafana",
    }
}

record! {
    /// Dashboards.
    pub struct Dashboards {
        /// What shows them. Example: `grafana`
        by: Value<Boards> = "grafana",
        /// One for each region. Example: `true`
        per_region: Flag = "true",
        /// One across all regions. Example: `true`
        across: Flag = "true",
        /// One more for each service, queue or host named, region beside region. Example: `[api, work, api.example.com]`
        named: Vec<Ref>,
    }
}

record! {
    /// How new versions reach the regions.
    pub struct Deployment {
        /// The regions in order; the primary last if left out. Example: `[us-east1, europe-west1, us-central1]`
        order: Vec<Ref>,
        /// The protected environment of each region in CI. Example: `{ us-east1: production-us }`
        environments: Map<Text>,
        /// Letting in traffic bit by bit. Example: `{ steps: { first: { share: 5%, lasting: 5m } } }`
        canary: Option<Canary>,
        /// The workflow system to write for. Example: `github-actions`
        workflow: Option<Text>,
    }
}

record! {
    /// Letting in traffic bit by bit.
    pub struct Canary {
        /// The steps; the smallest share comes first. Example: `{ first: { share: 5%, lasting: 5m } }`
        steps: Map<CanaryStep>,
        /// The share of failures that must not be passed. Example: `0.1%`
        error_rate: Option<Value<Percent>>,
        /// The 99th percentile of response time that must not be passed. Example: `2s`
        latency_p99: Option<Time>,
        /// The availability that must be kept. Example: `99.9%`
        availability: Option<Value<Percent>>,
        /// The share of failures at which it is undone. Example: `1%`
        undo_error_rate: Option<Value<Percent>>,
        /// The growth of response time at which it is undone. Example: `50%`
        undo_latency_growth: Option<Value<Percent>>,
        /// Failed health checks at which it is undone. Example: `5`
        undo_failures: Option<Count>,
    }
}

record! {
    /// One step of a canary.
    pub struct CanaryStep {
        /// The share of traffic. Example: `5%`
        share: Value<Percent>,
        /// How long; to the end if left out. Example: `5m`
        lasting: Option<Time>,
    }
}

record! {
    /// What the system may cost and how that is watched.
    pub struct Cost {
        /// Whether the bill is exported for analysis. Example: `true`
        billing_export: Flag = "false",
        /// What is committed to, for how long. Example: `{ compute: { term: 1y, covers: 60% } }`
        commitments: Map<Commitment>,
        /// The budget of one month, in whole units of `currency`. Example: `12000`
        budget: Option<Count>,
        /// The currency. Example: `USD`
        currency: Text = "USD",
        /// What one month costs by region, as declared. Example: `{ us-central1: 5200 }`
        monthly: Map<Count>,
        /// Where the declared prices come from. Example: `bill of 2026-10`
        source: Option<Text>,
        /// The share of compute in each region. Example: `{ us-east1: 40% }`
        shares: Map<Value<Percent>>,
        /// Whether replicas may go to cheaper regions. Example: `true`
        prefer_cheaper_replicas: Flag = "false",
    }
}

choice! {
    /// How long a commitment lasts.
    pub enum CommitmentTerm {
        /// One year.
        OneYear = "1y",
        /// Three years.
        ThreeYears = "3y",
    }
}

record! {
    /// A commitment to use something for a discount.
    pub struct Commitment {
        /// For how long. Example: `1y`
        term: Value<CommitmentTerm>,
        /// The share of steady use that it covers. Example: `60%`
        covers: Value<Percent>,
    }
}

choice! {
    /// A term of a recovery budget.
    pub enum FactKind {
        /// Noticing a loss.
        Detect = "detect",
        /// Making a copy writable; of a managed store, one in another region.
        Promote = "promote",
        /// A standby in another zone of a managed store taking over by itself.
        Failover = "failover",
        /// Bringing data back from a backup, from the decision until the copy serves.
        Restore = "restore",
        /// A person answering and deciding.
        Answer = "answer",
        /// Noticing wrong data.
        NoticeCorruption = "notice-corruption",
        /// Warming up.
        WarmUp = "warm-up",
        /// Moving traffic.
        Redirect = "redirect",
        /// The greatest lag seen.
        Lag = "lag",
        /// The greatest difference between clocks.
        ClockSkew = "clock-skew",
    }
}

record! {
    /// A time that was measured, with evidence.
    pub struct Fact {
        /// What was measured. Example: `restore`
        of: Value<FactKind>,
        /// Of what; of the whole system if left out. Example: `marketplace`
        on: Option<Ref>,
        /// The longest time measured. Example: `25m`
        value: Time,
        /// Where the record is. Example: `https://drills.example.com/2026-10`
        evidence: Text,
        /// The day it was measured. Example: `2026-10-03`
        measured: Value<Date>,
        /// The day it stops counting. Example: `2027-04-03`
        expires: Option<Value<Date>>,
    }
}

record! {
    /// An accepted finding.
    pub struct Waiver {
        /// Its code. Example: `AVL101`
        code: Text,
        /// The part of the spec it stands at, as a path; anywhere if left out. Example: `datastores.marketplace`
        at: Option<Text>,
        /// Why it is accepted. Example: `one cloud is a business decision`
        reason: Text,
        /// Who accepts it. Example: `cto@example.com`
        owner: Text,
        /// The day it ends. Example: `2027-01-01`
        expires: Value<Date>,
    }
}

record! {
    /// A change to an emitted YAML file.
    pub struct Patch {
        /// The file, relative to the output; `*` is any one folder. Example: `kubernetes/*/disruption-budgets.yaml`
        file: Text,
        /// The object, where the file has several. Example: `PodDisruptionBudget/api`
        object: Option<Text>,
        /// YAML that is merged into it: maps by key, lists of containers, variables and the like by name, other lists are replaced, `null` removes. Example: `"spec: { maxUnavailable: 1 }"`
        merge: Option<Text>,
        /// Operations of a JSON Patch (RFC 6902), as YAML. Example: `"[{ op: replace, path: /spec/maxUnavailable, value: 1 }]"`
        operations: Option<Text>,
        /// Why the file is changed. Example: `registry mirror of the office`
        reason: Option<Text>,
    }
}
