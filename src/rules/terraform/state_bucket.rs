//! Each cloud keeps the state of its own roots.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::topology::{PerRegion, Topology};

/// One bucket for the state of several clouds.
pub const CODE: Code = Code::new("TFM101", "state-bucket-of-which-cloud");

/// Reports a bucket that no one cloud could hold, and one on a cloud without regions.
pub fn check(topology: &Topology, out: &mut Diagnostics) {
    let Some(buckets) = &topology.terraform.state_bucket else {
        return;
    };
    let used = topology.providers();
    let clouds = topology.clouds.iter().filter_map(|(name, cloud)| {
        let provider = cloud.provider?;
        used.contains(&provider).then_some(name.text.as_str())
    });
    let clouds: Vec<&str> = clouds.collect();
    match buckets {
        PerRegion::All(bucket) if clouds.len() > 1 => {
            let each = clouds.iter().map(|c| format!("{c}: {}-{c}", bucket.value));
            let each = each.collect::<Vec<_>>().join(", ");
            out.push(
                Diagnostic::error(
                    CODE,
                    bucket.span,
                    format!(
                        "`{}` is one bucket, and the system is on {}",
                        bucket.value,
                        clouds.join(" and ")
                    ),
                    "each cloud keeps its own state, or losing one stops plans on the other",
                )
                .help(format!("write one for each: `state_bucket: {{ {each} }}`")),
            );
        }
        PerRegion::All(_) => {}
        PerRegion::Each(map) => {
            for (name, _) in map
                .iter()
                .filter(|(n, _)| !clouds.contains(&n.text.as_str()))
            {
                out.push(
                    Diagnostic::error(
                        CODE,
                        name.span,
                        format!("`{}` is no cloud with regions here", name.text),
                        "no root keeps its state there",
                    )
                    .help(format!("the regions are on {}", clouds.join(" and "))),
                );
            }
        }
    }
}
