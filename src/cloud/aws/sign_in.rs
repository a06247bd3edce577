//! How services sign in to databases of RDS: by their role, as one user.

use super::{Lowering, clusters::Statement};
use crate::topology::{Datastore, RegionId};

/// The user as whom services sign in.
pub(super) const USER: &str = "services";

/// How clients get in (docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html).
pub(super) const CLIENTS: &str = include_str!("sign_in.md").trim_ascii_end();

impl Lowering<'_> {
    /// Lets the services of a region sign in to a store, wherever it takes their writes.
    pub(super) fn sign_in(&mut self, store: &Datastore, id: RegionId) {
        let account = self.account_text();
        let regions = store.regions.iter();
        // A database has an id of its own that no plan knows; the user is the bound.
        let users = regions.map(|region| {
            let location = self.location(*region);
            format!("arn:aws:rds-db:{location}:{account}:dbuser:*/{USER}")
        });
        let connect = Statement {
            actions: vec!["rds-db:connect"],
            resources: users.collect(),
            conditions: Vec::new(),
        };
        self.grant(store, id, &[connect]);
    }
}
