//! How what uses a store is pointed at a restored copy, and back at the original.

use super::{Operation, Proof};
use crate::topology::RegionId;

/// What people have to know while a copy serves in place of what Terraform and the charts name.
pub const UNTIL_BACK: &str = "No deployment runs while the copy serves, for it would name the original again. Bring what is right into the original: write over it what the copy has, and what was written to the copy meanwhile. Then put it back into service with `--back-from`.";

/// A step with the proof that it was taken; commands and proofs may read `$COPY`, the copy's name.
#[derive(Debug, Clone, PartialEq)]
pub struct SwitchStep {
    /// What is done.
    pub operation: Operation,
    /// What is read back, where the command returns before it is so.
    pub proof: Option<Proof>,
}

/// The way of a restored copy into service, back out of it, and away.
#[derive(Debug, Clone, PartialEq)]
pub struct Switch {
    /// The subject of the restores that make the copy.
    pub subject: String,
    /// The datastore's name in the topology.
    pub datastore: String,
    /// What changes hands, in a sentence.
    pub means: String,
    /// What is left for people once the copy serves, in a sentence.
    pub afterwards: String,
    /// How a person counts what the copy and the original have: a line for each, with `TABLE` or `COLLECTION` where a
    /// name is to be filled in. None where no command counts.
    pub compare: Option<[String; 2]>,
    /// What a person does once the copy serves, with commands: how deployments run again, or how regions follow it.
    /// Each step says what it does.
    pub finish: Vec<(String, String)>,
    /// Puts the copy into service in place of the original.
    pub to_copy: Vec<SwitchStep>,
    /// Puts the original back into service.
    pub to_original: Vec<SwitchStep>,
    /// Where regions copy each other: what is done before and after either.
    pub copying: Option<Copying>,
    /// Deletes a copy that is not in service.
    pub delete: Vec<SwitchStep>,
    /// How names of copies begin, where the API keeps no mark of what they were made of.
    pub begins: Option<String>,
    /// What must hold before anything is changed.
    pub before: Before,
    /// What serves once the copy is in service, and so what the next deployment would do.
    pub stays: Stays,
}

/// How a copy serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stays {
    /// The original has taken over its data: deployments change nothing of that.
    InOriginal,
    /// It has the original's name: deployments run again once Terraform knows it.
    UnderItsName,
    /// Services were told of it: a deployment would tell them of the original again.
    BesideIt,
}

impl Switch {
    /// Whether a command puts the copy into service; else `means` says why there is none, and only the
    /// deletion is left.
    pub fn serves(&self) -> bool {
        !self.to_copy.is_empty()
    }

    /// All that it does, whichever way.
    pub fn steps(&self) -> impl Iterator<Item = &SwitchStep> {
        let copying = self.copying.iter();
        let copying = copying.flat_map(|c| c.stop.iter().chain(&c.join).chain(&c.resume));
        let steps = self.to_copy.iter().chain(&self.to_original);
        steps.chain(&self.delete).chain(copying)
    }

    /// The words of all its commands, and of what is read back.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let steps = self.steps().flat_map(|s| {
            let proof = s.proof.iter().flat_map(|p| &p.command);
            s.operation.command.iter().chain(proof)
        });
        let before = [
            &self.before.to_copy,
            &self.before.to_original,
            &self.before.delete,
        ];
        let before = before.into_iter().flatten().flat_map(|p| &p.command);
        steps.chain(before).map(String::as_str)
    }
}

/// What must hold before each way: that it is a copy of this, and that nobody uses what is deleted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Before {
    /// Before the copy comes into service.
    pub to_copy: Vec<Proof>,
    /// Before the original comes back into service.
    pub to_original: Vec<Proof>,
    /// Before a copy is deleted.
    pub delete: Vec<Proof>,
}

/// What a switch needs of a store whose regions copy each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Copying {
    /// Stops the copying in every region.
    pub stop: Vec<SwitchStep>,
    /// Makes the copy a member, and its rows those of all regions.
    pub join: Vec<SwitchStep>,
    /// Lets every region copy again.
    pub resume: Vec<SwitchStep>,
    /// The regions whose rows are replaced by those of the copy.
    pub others: Vec<RegionId>,
}

impl SwitchStep {
    /// A step whose exit status tells whether it was taken.
    pub fn of(operation: Operation) -> SwitchStep {
        SwitchStep {
            operation,
            proof: None,
        }
    }
}
