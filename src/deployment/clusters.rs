//! Kubernetes clusters and what their workloads are told.

use crate::topology::RegionId;

/// A Kubernetes cluster of a region.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The region.
    pub region: RegionId,
    /// Its name; also the name of the mesh cluster.
    pub name: String,
    /// The name of the kubectl context that the commands use.
    pub context: String,
    /// The zones that nodes are in.
    pub zones: Vec<String>,
    /// Ranges from which the edge probes health, for network policies.
    pub probe_ranges: Vec<String>,
    /// Addresses and ports at which pods ask for credentials, beside HTTPS.
    pub metadata_servers: Vec<(&'static str, u32)>,
    /// The range of nodes and internal load balancers.
    pub node_range: String,
    /// The range of pods.
    pub pod_range: String,
    /// Annotations that make the ingress gateway's Service a backend of the edge.
    pub ingress_annotations: Vec<(String, String)>,
    /// The gateway that other clusters of the mesh call through; none where clusters share a
    /// network and find each other by themselves.
    pub east_west: Option<EastWest>,
    /// The trust domain of its mesh: with it the identities of workloads begin.
    pub trust_domain: String,
    /// Ranges and ports of stores outside the cluster that pods reach.
    pub stores: Vec<(String, u32)>,
    /// Objects of the cloud's own kinds, as they are applied.
    pub objects: Vec<serde_json::Value>,
    /// The namespace of what scrapes the pods.
    pub scraped_from: &'static str,
    /// Charts that collect the cloud's own metrics.
    pub charts: Vec<ChartValues>,
    /// The name under which other regions ask this cluster's collector of metrics.
    pub metrics_host: Option<String>,
    /// Where PromQL is answered for the scaler, and how it signs in (KEDA pod identity).
    pub promql: Option<Promql>,
    /// The words of the command that fetches the cluster's credentials.
    pub credentials: Vec<String>,
    /// What kubectl signs in with, beside the program that fetches credentials.
    pub plugin: Option<Plugin>,
    /// Prefix of the names of images here, where it is not the system's: a registry that is
    /// lost with another region must not be needed.
    pub registry: Option<String>,
    /// What the cluster needs once, before the manifests, as lines of Markdown.
    pub needs: Vec<String>,
}

/// A gateway that other clusters of the mesh call through.
#[derive(Debug, Clone, PartialEq)]
pub struct EastWest {
    /// The name of the cluster's network for the mesh.
    pub network: String,
    /// Annotations of its Service.
    pub annotations: Vec<(String, String)>,
}

/// A program that kubectl signs in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plugin {
    /// The program.
    pub program: &'static str,
    /// The command that installs it.
    pub install: &'static str,
}

/// Values of a public chart.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartValues {
    /// The name of the release.
    pub release: &'static str,
    /// The chart.
    pub chart: &'static str,
    /// Where it is.
    pub repository: &'static str,
    /// The version that the values were written for.
    pub version: &'static str,
    /// The values.
    pub values: serde_json::Value,
}

/// Where PromQL is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Promql {
    /// The server's address.
    pub address: String,
    /// KEDA's pod identity provider; none where nobody has to sign in.
    pub pod_identity: Option<&'static str>,
}

/// A Kubernetes service account's identity with its cloud.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// The workload: a service's name, or that of a part of ours.
    pub workload: String,
    /// The region.
    pub region: RegionId,
    /// Annotations of the service account.
    pub annotations: Vec<(String, String)>,
}

/// How services get in to a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrance {
    /// The store.
    pub datastore: String,
    /// What it is, for people: `Amazon Aurora`.
    pub kind: &'static str,
    /// How clients get in, in Markdown.
    pub clients: &'static str,
}

/// An environment variable whose value a service is given from the cloud's secret store.
#[derive(Debug, Clone, PartialEq)]
pub struct SecretSetting {
    /// The service.
    pub service: String,
    /// The datastore that it lets the service in to.
    pub datastore: String,
    /// The region it runs in.
    pub region: RegionId,
    /// The variable.
    pub variable: String,
    /// The name of the secret.
    pub secret: String,
}

/// An environment variable that tells a service where a datastore that it uses is.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The service.
    pub service: String,
    /// The datastore.
    pub datastore: String,
    /// The region it runs in.
    pub region: RegionId,
    /// The variable.
    pub variable: String,
    /// Its value.
    pub value: String,
}
