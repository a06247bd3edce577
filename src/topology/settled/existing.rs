//! What others own and this system uses, as it is settled.

use super::*;
use crate::spec;

settled! {
    /// What others own: it is referred to and not made.
    pub struct Existing from spec::Existing {
        /// Networks by region.
        pub networks: Map<ExistingNetwork>,
        /// Clusters by region.
        pub clusters: Map<ExistingCluster>,
        /// What the names of images begin with, by the region that pulls them.
        pub registries: Map<Text>,
        /// Public DNS zones by domain; hosts have them as theirs.
        pub zones: Map<Text>,
        /// One key for everything at a location.
        pub keys: Map<Text>,
        /// Services whose accounts or roles are there.
        pub roles: Vec<Ref>,
    }
}

settled! {
    /// A network that others own.
    pub struct ExistingNetwork from spec::ExistingNetwork {
        /// The VPC's id, or the network's name or path.
        pub id: Text,
        /// The range of the VPC, or of the subnetwork that nodes stand in.
        pub cidr: Text,
        /// Subnets of nodes, pods and internal load balancers.
        pub private: Vec<Text>,
        /// Subnets of public load balancers.
        pub public: Vec<Text>,
        /// Subnets of databases and caches.
        pub data: Vec<Text>,
        /// The name of the subnetwork.
        pub subnetwork: Option<Text>,
        /// The range of pods.
        pub pods: Option<Text>,
        /// The range of services of the cluster.
        pub services: Option<Text>,
        /// A free range for stores.
        pub stores: Option<Text>,
        /// A free range for proxies of load balancers.
        pub proxies: Option<Text>,
    }
}

settled! {
    /// A cluster that others own.
    pub struct ExistingCluster from spec::ExistingCluster {
        /// Its name.
        pub name: Text,
    }
}
