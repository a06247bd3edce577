//! What is done when something is lost: one plan, printed as a page, as a script and as a part
//! of the recovery budget.
//!
//! Architecture invariant: nothing above joins a command, what it is expected to do and what
//! follows if it does not; all of it stands in a [`Step`]. A plan knows no cloud: commands and
//! what is read back come from the deployment, times from the analysis.

mod build;
mod drill;
mod errands;
mod failback;
mod failover;
mod restore;
mod schedule;
mod words;

pub use drill::{Drill, Exercise};
pub use errands::{FEW, MANY, TURNED_WITHIN};
pub use restore::Restore;
pub use schedule::{Automatic, Case, Timed};
pub use words::until;

use crate::analysis::Analysis;
use crate::deployment::{Deployment, Expect, Operation, Proof, Seat};
use crate::topology::{RegionId, Topology};

/// What plans are made of.
#[derive(Clone, Copy)]
pub struct Model<'a> {
    /// The settled system.
    pub topology: &'a Topology,
    /// What will exist.
    pub deployment: &'a Deployment,
    /// What is proved of it.
    pub analysis: &'a Analysis,
}

/// All plans of a system.
#[derive(Debug, Clone, Default)]
pub struct Procedures {
    /// Leaving a region for another.
    pub fail_over: Procedure,
    /// Letting a region that is back serve again.
    pub fail_back: Procedure,
    /// Bringing wrong or deleted data back, one for each datastore that has commands for it.
    pub restores: Vec<Restore>,
    /// Turning the name of a host to its backup in a region: a work for each host.
    pub turn_names: Procedure,
    /// Switching a flag: a work for each region.
    pub switch_flags: Procedure,
    /// Putting back what queues have set aside: a work for each queue.
    pub put_back: Procedure,
    /// The drills that the topology names, and what they exercise.
    pub drills: Vec<Drill>,
}

/// Plans what is done.
pub fn procedures(model: Model) -> Procedures {
    Procedures {
        fail_over: failover::fail_over(model),
        fail_back: failback::fail_back(model),
        restores: restore::restores(model),
        turn_names: errands::turn_names(model),
        switch_flags: errands::switch_flags(model),
        put_back: errands::put_back(model),
        drills: drill::drills(model),
    }
}

/// A plan.
#[derive(Debug, Clone, Default)]
pub struct Procedure {
    /// What people and scripts do, in order.
    pub steps: Vec<Step>,
    /// When it is done, for each pair of regions that it may be run with.
    pub cases: Vec<Case>,
}

impl Procedure {
    /// The plan for a pair of regions.
    pub fn case(&self, from: RegionId, to: RegionId) -> Option<&Case> {
        self.cases.iter().find(|c| (c.from, c.to) == (from, to))
    }

    /// Seconds that the steps of a case may take that a script does.
    pub fn by_script(&self, case: &Case) -> u64 {
        let own = |id| self.step(id).is_some_and(|s| s.verb != Verb::Person);
        let steps = case.steps.iter().filter(|t| own(t.id));
        steps.map(|t| t.seconds).sum()
    }

    /// The words of all its commands, of what is asked before them and read back after them.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let acts = self.steps.iter().flat_map(|s| &s.works);
        let words = acts.flat_map(|w| &w.acts).flat_map(|act| {
            let asked = act.ask.iter().flat_map(|a| &a.seat.asks);
            let asked = asked.flat_map(|(_, command)| command);
            let commands = act.commands.iter().flat_map(|o| &o.command);
            let proofs = act.proofs.iter().flat_map(|p| &p.command);
            asked.chain(commands).chain(proofs)
        });
        words.map(String::as_str)
    }

    /// A step of it.
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.steps.iter().find(|s| s.id == id)
    }

    /// Seconds that all works of a step may take, one after the other.
    pub fn seconds(&self, id: StepId) -> u64 {
        let works = self.step(id).into_iter().flat_map(|s| &s.works);
        works.map(|w| w.seconds).sum()
    }

    /// Seconds that its works in a region may take, one after the other.
    pub fn seconds_in(&self, id: StepId, region: RegionId) -> u64 {
        let works = self.step(id).into_iter().flat_map(|s| &s.works);
        let own = works.filter(|w| w.region == Some(region));
        own.map(|w| w.seconds).sum()
    }

    /// What a step does to a subject.
    pub fn work(&self, id: StepId, subject: &str) -> Option<&Work> {
        let mut works = self.step(id)?.works.iter();
        works.find(|w| w.title == subject)
    }
}

/// A step of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepId {
    /// A person answers and decides.
    Decide,
    /// Nobody deploys, and nothing scales in.
    Freeze,
    /// The region gets no traffic.
    Fence,
    /// Replication lag.
    Lag,
    /// Copies take writes.
    Promote,
    /// What pushes to the region pushes to another one.
    Redirect,
    /// Capacity for the shifted load.
    Scale,
    /// Users are served, seen from outside.
    Verify,
    /// What a region did before alone, it does again.
    Home,
    /// A region that is back gets traffic.
    Serve,
    /// Those that helped shrink.
    Settle,
    /// A copy of the data as it was, beside the original.
    Restore,
    /// What the copy and the original have.
    Compare,
    /// Services use the copy.
    Switch,
    /// The state of everything is shown.
    Status,
    /// A name leads to a backup.
    Turn,
    /// A flag is switched.
    Flag,
    /// A few messages are put back.
    Few,
    /// Many messages are put back.
    Many,
}

impl StepId {
    /// Its name: the word after `--step`, and that in charts.
    pub fn word(self) -> &'static str {
        match self {
            StepId::Decide => "decide",
            StepId::Freeze => "freeze",
            StepId::Fence => "fence",
            StepId::Lag => "lag",
            StepId::Promote => "promote",
            StepId::Redirect => "redirect",
            StepId::Scale => "scale",
            StepId::Verify => "verify",
            StepId::Home => "home",
            StepId::Serve => "serve",
            StepId::Settle => "settle",
            StepId::Restore => "restore",
            StepId::Compare => "compare",
            StepId::Switch => "switch",
            StepId::Status => "status",
            StepId::Turn => "turn",
            StepId::Flag => "flag",
            StepId::Few => "few",
            StepId::Many => "many",
        }
    }
}

/// Who takes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The person who runs the scripts.
    Operator,
    /// The person who decides; without a command.
    Commander,
    /// The operator, once the incident commander has decided.
    OnDecision,
}

/// Which of the regions that a script is given a step acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The lost region.
    From,
    /// The region that takes over.
    To,
    /// The region that is back.
    Back,
    /// All but the region that is back.
    Others,
    /// The whole system.
    System,
}

/// How a step's commands are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// They change something, so only where that is asked for.
    Run,
    /// They print seconds, which are compared with what may be lost.
    Measure,
    /// They look, and their failure is the step's.
    Look,
    /// There is none: a person does it.
    Person,
}

/// What follows if a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Nothing after it is done, for this reason.
    Stop(&'static str),
    /// The rest is done, and the whole is not called done.
    Continue,
}

/// One step of a plan.
#[derive(Debug, Clone)]
pub struct Step {
    /// Which.
    pub id: StepId,
    /// Who takes it.
    pub actor: Actor,
    /// What it acts on.
    pub on: Place,
    /// How its commands are run.
    pub verb: Verb,
    /// What it does in each region; one without a region where it acts on the system.
    pub works: Vec<Work>,
    /// Steps whose outcome must hold before this one acts by itself.
    pub needs: Vec<StepId>,
    /// What follows if it fails.
    pub failure: Failure,
    /// Whether there is no abort after it.
    pub no_return: bool,
    /// Seconds for which what it measures or looks at must hold; asked once if 0.
    pub holds: u64,
    /// The term of the recovery budget that it is, where a person's step is one.
    pub term: Option<crate::analysis::term::Step>,
}

impl Step {
    /// What it does for a pair of regions; a return has one, which is both.
    pub fn works(&self, from: RegionId, to: RegionId) -> Vec<&Work> {
        let fits = |work: &&Work| match self.on {
            Place::From | Place::Back => work.region == Some(from),
            Place::To => work.region == Some(to),
            Place::Others => work.region != Some(from),
            Place::System => work.region.is_none(),
        };
        self.works.iter().filter(fits).collect()
    }
}

/// What a step does in a region.
#[derive(Debug, Clone)]
pub struct Work {
    /// The region, unless the step acts on the system.
    pub region: Option<RegionId>,
    /// What is done in a sentence: `Take us-east1 out of the load balancers`.
    pub title: String,
    /// What is done, subject by subject.
    pub acts: Vec<Act>,
    /// What is said where there is nothing to do.
    pub idle: &'static str,
    /// Seconds that it may take: its commands, and for how long their answer must hold.
    pub seconds: u64,
}

impl Work {
    /// Whether something is read back after it.
    pub fn proved(&self) -> bool {
        let mut acts = self.acts.iter();
        acts.any(|a| a.ask.is_some() || !a.proofs.is_empty())
    }
}

/// What is done about one subject.
#[derive(Debug, Clone)]
pub struct Act {
    /// See [`Operation::subject`].
    pub subject: String,
    /// What is asked first: it may be so already.
    pub ask: Option<Ask>,
    /// The commands, in order.
    pub commands: Vec<Operation>,
    /// What is read back after them.
    pub proofs: Vec<Proof>,
    /// The seconds that a copy may be behind, where that is measured and something bounds it.
    pub most: Option<u64>,
}

/// A question that is asked before something is done, and after it.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Who has what only one region has.
    pub seat: Seat,
    /// The region that is asked.
    pub at: RegionId,
    /// The answer that is wanted.
    pub wants: Wants,
}

/// Where something is to be that only one region has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// In any region but the one that is left.
    Elsewhere,
    /// In the region that is asked.
    Here,
}

impl Ask {
    /// The question as a region can be asked it.
    fn of(seat: &Seat, at: RegionId, wants: Wants) -> Option<Ask> {
        let asked = seat.asks.iter().any(|(id, _)| *id == at);
        asked.then(|| Ask {
            seat: seat.clone(),
            at,
            wants,
        })
    }
}

impl Act {
    /// What good answers look like.
    fn expects(&self) -> impl Iterator<Item = &Expect> {
        self.commands.iter().map(|o| &o.expect)
    }
}

/// A command that takes longer than so many times its budget is ended by the script.
pub const OVERTIME: u64 = 4;

/// Minutes and seconds: `2:10`.
pub fn clock(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
