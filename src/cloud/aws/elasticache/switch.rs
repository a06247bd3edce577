//! How a restored group of ElastiCache comes into service: services are told of it.

use super::is_global;
use crate::cloud::aws::Lowering;
use crate::cloud::aws::finish::rejoined;
use crate::cloud::aws::marks::{is_copy, mark_in};
use crate::cloud::aws::pointing::Copy;
use crate::deployment::{Before, Proof, Stays, Switch, script};
use crate::topology::{Datastore, RegionId};

/// Seconds that a group may take to go.
const GONE_WITHIN: u64 = 1800;

impl Lowering<'_> {
    pub(super) fn elasticache_switch(&self, store: &Datastore, id: RegionId, name: &str) -> Switch {
        let location = self.location(id);
        let described = |query: &str| {
            format!(
                "aws elasticache describe-replication-groups --region {location} {query} --output text"
            )
        };
        let endpoint = described(
            "--replication-group-id \"$1\" --query 'ReplicationGroups[0].ConfigurationEndpoint.Address'",
        );
        let own = [
            ("HOST", "\"$host\""),
            ("CACHE", "\"$1\""),
            ("REGION", location),
        ];
        let writer = [
            ("WRITER_HOST", "\"$host\""),
            ("WRITER_CACHE", "\"$1\""),
            ("WRITER_REGION", location),
        ];
        // Nobody follows the copy: all regions use the one that there is.
        let (regions, told) = if is_global(store) {
            (store.regions.clone(), [own, writer].concat())
        } else {
            (vec![id], own.to_vec())
        };
        let copy = Copy {
            store,
            subject: name,
            regions: &regions,
            look: format!("host=$({endpoint}) && "),
            told: &told,
        };
        let left = described("--query \"length(ReplicationGroups[?ReplicationGroupId=='$1'])\"");
        let delete = format!(
            "aws elasticache delete-replication-group --region {location} --replication-group-id \"$1\""
        );
        let finish = self.elasticache_finish(store, id);
        Switch {
            subject: name.into(),
            datastore: store.name.clone(),
            means: if is_global(store) {
                format!(
                    "Services of all regions use the copy in {location}, which no other region follows; the original stays as it is."
                )
            } else {
                "Services are told of the copy; the original stays as it is.".into()
            },
            afterwards: rejoined(finish.is_empty()),
            compare: None,
            finish,
            to_copy: self.at_copy(&copy),
            to_original: self.at_original(&copy),
            copying: None,
            begins: None,
            stays: Stays::BesideIt,
            before: Before {
                to_copy: vec![self.elasticache_copy(name, id)],
                to_original: Vec::new(),
                delete: [vec![self.elasticache_copy(name, id)], self.unused(&copy)].concat(),
            },
            delete: vec![self.of_copy(
                (name, id),
                (
                    "Delete the copy",
                    "it costs money until it is gone: delete it by hand",
                ),
                &delete,
                (&left, "0", GONE_WITHIN),
            )],
        }
    }

    fn elasticache_copy(&self, name: &str, id: RegionId) -> Proof {
        let location = self.location(id);
        let read = format!(
            "group=$(aws elasticache describe-replication-groups --region {location} --replication-group-id \"$1\" \
             --query 'ReplicationGroups[0].ARN' --output text) && \
             aws elasticache list-tags-for-resource --region {location} --resource-name \"$group\" \
             --query \"{}\" --output text",
            mark_in("TagList")
        );
        is_copy(name, id, script(&read, &["$COPY"]), name)
    }
}
