//! Services on Kubernetes: pods of the clusters of any cloud. A cloud lends the clusters, and what
//! its own monitoring says of pods.

mod recover;

use crate::cloud::offering::{Aspect, RuntimeOffering, RuntimeRecovery};
use crate::topology::Runtime;
use Aspect::Given;

/// Pods on clusters.
#[derive(Debug, Clone, Copy)]
pub struct Kubernetes;

impl RuntimeOffering for Kubernetes {
    fn id(&self) -> &'static str {
        "shared/kubernetes"
    }

    fn runtime(&self) -> Runtime {
        Runtime::Kubernetes
    }

    fn recovery(&self) -> Aspect<RuntimeRecovery> {
        Given(RuntimeRecovery {
            restart: "kubernetes.reschedule",
            replica: recover::replica,
            grow: recover::grow,
        })
    }
}
