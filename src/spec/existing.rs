//! What is there already and others own: it is used, and not made.

use super::decode::{Map, record};
use super::model::{Ref, Text};

record! {
    /// What others own in the accounts of this system: it is referred to and not made, all that stands on it is, and CONTRACT.md lists what must be true of it.
    pub struct Existing {
        /// Networks by region. Example: `{ us-east-1: { id: vpc-0123456789abcdef0, cidr: 10.20.0.0/16, private: [subnet-0aa, subnet-0ab], public: [subnet-0ba, subnet-0bb], data: [subnet-0ca, subnet-0cb] } }`
        networks: Map<ExistingNetwork>,
        /// Clusters by region. Example: `{ us-east-1: { name: platform-use1 } }`
        clusters: Map<ExistingCluster>,
        /// What the names of images begin with, by the region that pulls them. Example: `{ us-east-1: 123456789012.dkr.ecr.us-east-1.amazonaws.com/shop }`
        registries: Map<Text>,
        /// Public DNS zones by domain: the name of a zone of Google Cloud, the id of one of Route 53. Example: `{ example.com: Z0123456789ABC }`
        zones: Map<Text>,
        /// One key for everything at a location: the ARN of a KMS key, or the id of a key of Cloud KMS. Example: `{ us-east-1: arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab }`
        keys: Map<Text>,
        /// Services whose accounts (Google Cloud) or roles (AWS) are there, under the names that `account` of the service gives. Example: `[api]`
        roles: Vec<Ref>,
    }
}

record! {
    /// A network that others own.
    pub struct ExistingNetwork {
        /// AWS: the VPC's id. Google Cloud: the network's name, or `projects/PROJECT/global/networks/NAME`. Example: `vpc-0123456789abcdef0`
        id: Text,
        /// The range of the VPC, or of the subnetwork that nodes stand in. Example: `10.20.0.0/16`
        cidr: Text,
        /// AWS: subnets of nodes, pods and internal load balancers, one in each zone. Example: `[subnet-0aa, subnet-0ab]`
        private: Vec<Text>,
        /// AWS: subnets of public load balancers, one in each zone. Example: `[subnet-0ba, subnet-0bb]`
        public: Vec<Text>,
        /// AWS: subnets of databases and caches, one in each zone. Example: `[subnet-0ca, subnet-0cb]`
        data: Vec<Text>,
        /// Google Cloud: the name of the subnetwork, in the network's project. Example: `apps-us-central1`
        subnetwork: Option<Text>,
        /// Google Cloud: the range of its secondary range `pods`. Example: `10.21.0.0/16`
        pods: Option<Text>,
        /// Google Cloud: the range of its secondary range `services`. Example: `10.22.0.0/20`
        services: Option<Text>,
        /// Google Cloud: a free range, of which each store gets a /28. Example: `10.22.16.0/20`
        stores: Option<Text>,
        /// Google Cloud: a free range for proxies of load balancers in the region. Example: `10.23.0.0/23`
        proxies: Option<Text>,
    }
}

record! {
    /// A cluster that others own.
    pub struct ExistingCluster {
        /// Its name. Example: `platform-use1`
        name: Text,
    }
}
