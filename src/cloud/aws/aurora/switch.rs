//! How a restored cluster of Aurora comes into service: services are told of its endpoints.

use crate::cloud::aws::Lowering;
use crate::cloud::aws::finish::rejoined;
use crate::cloud::aws::marks::{is_copy, mark_in};
use crate::cloud::aws::pointing::Copy;
use crate::deployment::{Before, Proof, Stays, Switch, words};
use crate::topology::{Datastore, RegionId};

/// Seconds that a cluster may take to go.
const GONE_WITHIN: u64 = 1800;

impl Lowering<'_> {
    pub(super) fn aurora_switch(&self, store: &Datastore, id: RegionId, name: &str) -> Switch {
        let location = self.location(id);
        let endpoint = |which: &str| {
            format!(
                "aws rds describe-db-clusters --region {location} --db-cluster-identifier \"$1\" \
                 --query 'DBClusters[0].{which}' --output text"
            )
        };
        // Nobody follows the copy: all regions use the one that there is.
        let copy = Copy {
            store,
            subject: name,
            regions: &store.regions,
            look: format!(
                "host=$({}) && reads=$({}) && ",
                endpoint("Endpoint"),
                endpoint("ReaderEndpoint")
            ),
            told: &[("HOST", "\"$host\""), ("READ_HOST", "\"$reads\"")],
        };
        let delete = format!(
            "aws rds delete-db-instance --region {location} --db-instance-identifier \"$1-0\" && \
             aws rds modify-db-cluster --region {location} --db-cluster-identifier \"$1\" --no-deletion-protection --apply-immediately && \
             aws rds delete-db-cluster --region {location} --db-cluster-identifier \"$1\" --skip-final-snapshot"
        );
        let left = format!(
            "aws rds describe-db-clusters --region {location} --query \"length(DBClusters[?DBClusterIdentifier=='$1'])\" --output text"
        );
        let finish = self.aurora_finish(store, id);
        Switch {
            subject: name.into(),
            datastore: store.name.clone(),
            means: format!(
                "Services of all regions use the copy in {location}, which no other region follows; the original stays as it is. Its administrator has the password of the moment that it was restored to."
            ),
            afterwards: rejoined(finish.is_empty()),
            compare: None,
            finish,
            to_copy: self.at_copy(&copy),
            to_original: self.at_original(&copy),
            copying: None,
            begins: None,
            stays: Stays::BesideIt,
            before: Before {
                to_copy: vec![self.aurora_copy(name, id)],
                to_original: Vec::new(),
                delete: [vec![self.aurora_copy(name, id)], self.unused(&copy)].concat(),
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

    fn aurora_copy(&self, name: &str, id: RegionId) -> Proof {
        #[rustfmt::skip]
        let command = words(&[
            "aws", "rds", "describe-db-clusters", "--region", self.location(id), "--db-cluster-identifier", "$COPY",
            "--query", &mark_in("DBClusters[0].TagList"), "--output", "text",
        ]);
        is_copy(name, id, command, name)
    }
}
