//! Targets of load balancers that Terraform made: pods behind a Service.

use crate::deployment::GATEWAYS;
use crate::format::json::json;

/// Makes the pods behind a gateway the targets of a load balancer that Terraform made.
pub(super) fn binding(
    target_group: &str,
    name: &str,
    service: &str,
    port: u32,
    from: &[String],
    ports: &[u32],
) -> serde_json::Value {
    bind(target_group, name, (GATEWAYS, service, port), from, ports)
}

/// The same of any Service: its namespace, its name and its port.
pub(super) fn bind(
    target_group: &str,
    name: &str,
    (namespace, service, port): (&str, &str, u32),
    from: &[String],
    ports: &[u32],
) -> serde_json::Value {
    let from = from
        .iter()
        .map(|range| json!({ "ipBlock": { "cidr": range } }));
    let from: Vec<_> = from.collect();
    let ports = ports
        .iter()
        .map(|port| json!({ "protocol": "TCP", "port": port }));
    let ports: Vec<_> = ports.collect();
    json!({
        "apiVersion": "elbv2.k8s.aws/v1beta1",
        "kind": "TargetGroupBinding",
        "metadata": { "name": name, "namespace": namespace },
        "spec": {
            "serviceRef": { "name": service, "port": port },
            "targetGroupName": target_group,
            "targetType": "ip",
            "networking": { "ingress": [{ "from": from, "ports": ports }] },
        },
    })
}
