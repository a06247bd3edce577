//! What AWS lends to services on Kubernetes: clusters of EKS, and what it measures there.

use super::offering::RunsOnAws;
use crate::cloud::offering::{Aspect, WatchService};
use crate::cloud::shared::kubernetes::Kubernetes;
use Aspect::Given;

impl RunsOnAws for Kubernetes {
    fn signals(&self) -> Aspect<WatchService> {
        Given(|all, service| {
            all.on_kubernetes(service);
            all.pods(service);
        })
    }
}
