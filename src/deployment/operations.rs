//! Commands for scripts and runbooks.

use super::Deployment;
use crate::topology::{Datastore, RegionId};
use std::collections::BTreeSet;
use std::fmt::Display;

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OperationKind {
    /// Shows the state.
    Inspect,
    /// Shows the replication lag: each line of the answer ends in seconds, `4 s`.
    Lag,
    /// Stops traffic or writes to a region.
    Fence,
    /// Undoes `Fence`.
    Unfence,
    /// Lets a region that is back write again what it wrote before, without a loss.
    Return,
    /// Makes a copy writable.
    Promote,
    /// Keeps a scaler from removing replicas.
    Hold,
    /// Adds capacity.
    Scale,
    /// Undoes `Hold` and `Scale`: capacity as the topology says.
    Settle,
    /// Makes a backup now.
    Backup,
    /// Lists backups.
    ListBackups,
    /// Brings data back, beside the original.
    Restore,
    /// Puts a restored copy `$COPY` into service, takes it out, or deletes it.
    Switch,
    /// Checks that something works.
    Verify,
    /// Makes what others need before Terraform can run: a state bucket, service agents.
    Bootstrap,
    /// Checks what a region needs before its services can start.
    Precondition,
    /// Takes the lock that one failover at a time holds; `$LOCK_FILE` is its text.
    Lock,
    /// Releases it.
    Unlock,
    /// Prints the text of the lock.
    Holder,
    /// Leaves a mark that stops deployments; `$LOCK_FILE` goes to `$MARK`.
    Mark,
    /// Prints who left a mark.
    Marked,
    /// Takes a mark away.
    Unmark,
    /// Puts a value into a secret, read from standard input.
    StoreSecret,
    /// Keeps the record of an action; `$EVIDENCE` is the file.
    Record,
    /// Shows what was spent in a month, by region; `$MONTH_PARAMETER` is the month as a
    /// parameter of a query, `$MONTH_PERIOD` its first day and that of the next.
    Cost,
    /// Prints the address of a host's backup load balancer in a region.
    Address,
    /// Leads a host's name to `$ADDRESS` alone.
    Point,
    /// Ends a service in a region for good.
    Stop,
    /// Sets `$SETTING`, a variable with its value, on a service.
    Set,
    /// Takes messages that a queue has set aside, as JSON, without removing them.
    Pull,
    /// Puts `$MESSAGE` back into a queue.
    Publish,
    /// Removes the message `$ACK_ID` from what a queue has set aside.
    Acknowledge,
    /// Sends what a queue pushes to another region.
    Repoint,
}

/// What a command prints when all is well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// Nothing, and its exit status is 0.
    Nothing,
    /// A line that begins like this.
    Line(String),
    /// What these words say.
    Says(String),
    /// For each copy the seconds that it is behind, which a script compares with a limit.
    Seconds,
}

impl Expect {
    /// It for people.
    pub fn words(&self) -> String {
        match self {
            Expect::Nothing => "nothing printed, exit status 0".into(),
            Expect::Line(line) => format!("`{line}`"),
            Expect::Says(words) => words.clone(),
            Expect::Seconds => "a number of seconds for each copy".into(),
        }
    }
}

impl From<&str> for Expect {
    fn from(says: &str) -> Self {
        Expect::Says(says.into())
    }
}

impl From<String> for Expect {
    fn from(says: String) -> Self {
        Expect::Says(says)
    }
}

/// What one region at a time does, such as taking the writes of a store: which one it is, and
/// how one sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seat {
    /// The kind of the commands that move it.
    pub of: OperationKind,
    /// See [`Operation::subject`].
    pub subject: String,
    /// What moves it by itself when its region is lost, for people: `the sentinels`.
    pub by: Option<&'static str>,
    /// The question, for people: `Who is the primary of sessions?`.
    pub question: String,
    /// The words of the command that asks it, by the region that is asked.
    pub asks: Vec<(RegionId, Vec<String>)>,
    /// What is answered when it is a region: an extended regular expression for all of the
    /// answer, its lines joined by blanks.
    pub answers: Vec<(RegionId, String)>,
    /// Seconds that an answer may take.
    pub within_seconds: u64,
}

impl Seat {
    /// Whether commands of a kind move it: away from a lost region, or back.
    pub fn moved_by(&self, kind: OperationKind) -> bool {
        kind == self.of || kind == OperationKind::Return
    }

    /// What is answered when it is a region.
    pub fn inside(&self, region: RegionId) -> &str {
        let mut answers = self.answers.iter();
        let found = answers.find(|(id, _)| *id == region);
        found.map_or("", |(_, answer)| answer)
    }

    /// What is answered once a region is out of it.
    pub fn outside(&self, lost: RegionId) -> String {
        let others = self.answers.iter().filter(|(id, _)| *id != lost);
        let others: Vec<&str> = others.map(|(_, answer)| answer.as_str()).collect();
        others.join("|")
    }
}

/// What a script sets before it runs a command: a word of the command that is a `$` and its name
/// stands for its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// What a restore or a backup makes.
    NewDatabase,
    /// The moment that data is brought back to.
    SnapshotTime,
    /// The backup that data is brought back from.
    Backup,
    /// A restored copy.
    Copy,
    /// The file with the text of a lock.
    LockFile,
    /// Where a mark is.
    Mark,
    /// The file with the record of an action.
    Evidence,
    /// A month, as a parameter of a query.
    MonthParameter,
    /// The first day of a month and that of the next.
    MonthPeriod,
    /// The address that a name leads to.
    Address,
    /// A variable of a service with its value.
    Setting,
    /// At most so many messages.
    Limit,
    /// The text of a message.
    Message,
    /// What removes a message.
    AckId,
    /// The attributes of a message.
    Attributes,
    /// The key by which messages are ordered.
    OrderingKey,
}

impl Given {
    /// All of them.
    pub const ALL: [Given; 16] = [
        Given::NewDatabase,
        Given::SnapshotTime,
        Given::Backup,
        Given::Copy,
        Given::LockFile,
        Given::Mark,
        Given::Evidence,
        Given::MonthParameter,
        Given::MonthPeriod,
        Given::Address,
        Given::Setting,
        Given::Limit,
        Given::Message,
        Given::AckId,
        Given::Attributes,
        Given::OrderingKey,
    ];

    /// The word that stands for its value.
    pub fn word(self) -> &'static str {
        match self {
            Given::NewDatabase => "$NEW_DATABASE",
            Given::SnapshotTime => "$SNAPSHOT_TIME",
            Given::Backup => "$BACKUP",
            Given::Copy => "$COPY",
            Given::LockFile => "$LOCK_FILE",
            Given::Mark => "$MARK",
            Given::Evidence => "$EVIDENCE",
            Given::MonthParameter => "$MONTH_PARAMETER",
            Given::MonthPeriod => "$MONTH_PERIOD",
            Given::Address => "$ADDRESS",
            Given::Setting => "$SETTING",
            Given::Limit => "$LIMIT",
            Given::Message => "$MESSAGE",
            Given::AckId => "$ACK_ID",
            Given::Attributes => "$ATTRIBUTES",
            Given::OrderingKey => "$ORDERING_KEY",
        }
    }
}

/// A command for scripts and runbooks, always the real CLI's.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What it does.
    pub kind: OperationKind,
    /// The datastore, service, queue, host or part that it acts on.
    pub subject: String,
    /// The region it acts on, if on one.
    pub region: Option<RegionId>,
    /// What it does in a sentence, for people.
    pub title: String,
    /// The words of the command: a [`Given`], or literal and quoted.
    pub command: Vec<String>,
    /// What a good answer looks like.
    pub expect: Expect,
    /// The longest it may take, in seconds, and where that number comes from.
    pub budget_seconds: u64,
    /// What to do if it fails.
    pub otherwise: String,
}

/// Seconds that a script waits for a copy to come: restores take minutes to hours by size.
pub const RESTORED_WITHIN: u64 = 6 * 3600;

/// How a script sees that commands have brought about what they are for: exit statuses tell of
/// requests, and many of them are only taken note of.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// The kind of the commands; `Lock` for what must hold before anything is done: account and
    /// contexts.
    pub of: OperationKind,
    /// See [`Operation::subject`].
    pub subject: String,
    /// See [`Operation::region`].
    pub region: Option<RegionId>,
    /// What is read back, for people.
    pub title: String,
    /// The words of the command that reads; see [`Operation::command`].
    pub command: Vec<String>,
    /// What it must print: an extended regular expression for all of it, lines joined by blanks.
    pub wants: String,
    /// Seconds until it must be so.
    pub within_seconds: u64,
    /// What to do if it is not.
    pub otherwise: String,
}

/// What stands for the variable of [`Given::Setting`] in what a proof of it wants.
pub const VARIABLE: &str = "@variable@";
/// What stands for its value there.
pub const VALUE: &str = "@value@";

impl Proof {
    /// What must hold before anything is changed: it is asked once, and `otherwise` says how to
    /// make it so or what is wrong.
    pub fn guard(
        of: OperationKind,
        (subject, region): (&str, Option<RegionId>),
        title: String,
        command: Vec<String>,
        wants: impl Into<String>,
        otherwise: impl Display,
    ) -> Self {
        Proof {
            of,
            subject: subject.into(),
            region,
            title,
            command,
            wants: wants.into(),
            within_seconds: 0,
            otherwise: format!("nothing was changed: {otherwise}"),
        }
    }

    /// A context of kubectl leads to a cluster; `mend` makes it so.
    pub fn context(id: RegionId, context: &str, title: String, cluster: &str, mend: &str) -> Self {
        #[rustfmt::skip]
        let view = words(&[
            "kubectl", "config", "view", "--minify", "--context", context,
            "--output", "jsonpath={.contexts[0].context.cluster}",
        ]);
        Proof::guard(
            OperationKind::Lock,
            (context, Some(id)),
            title,
            view,
            cluster,
            mend,
        )
    }

    /// A service does not use a copy of a subject: the command prints `unused`.
    pub fn unused(
        subject: &str,
        id: RegionId,
        service: &str,
        at: &str,
        command: Vec<String>,
    ) -> Self {
        Proof::guard(
            OperationKind::Switch,
            (subject, Some(id)),
            format!("See that {service} in {at} does not use it"),
            command,
            "unused",
            format!("{service} in {at} uses it, or does not say what it uses"),
        )
    }
}

/// What a restore brings back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restorable {
    /// The subject of the commands that do it, and of what is read back.
    pub subject: String,
    /// The datastore's name in the topology.
    pub datastore: String,
}

impl Restorable {
    /// What some commands of a datastore bring back, each thing once.
    pub fn of(datastore: &str, commands: &[Operation]) -> Vec<Restorable> {
        let mut found: Vec<Restorable> = Vec::new();
        for command in commands.iter().filter(|o| o.kind == OperationKind::Restore) {
            if found.iter().all(|r| r.subject != command.subject) {
                found.push(Restorable {
                    subject: command.subject.clone(),
                    datastore: datastore.into(),
                });
            }
        }
        found
    }
}

/// What no script restores, and what people do instead.
#[derive(Debug, Clone, PartialEq)]
pub struct ByHand {
    /// The datastore's name in the topology.
    pub datastore: String,
    /// What they do, and why no script does it, in sentences.
    pub how: String,
    /// The commands of it, in order; none where others run the store.
    pub commands: Vec<Operation>,
}

/// How traffic is moved bit by bit.
#[derive(Debug, Clone, PartialEq)]
pub struct Shift {
    /// A shell function `set_share FROM TO PERCENT`, which moves that share of a region's
    /// users, and calls `names FROM` for what must be changed.
    pub function: &'static str,
    /// The programs that it needs.
    pub tools: &'static [&'static str],
    /// What must be changed for a region, as words for the function.
    pub names: Vec<(RegionId, Vec<String>)>,
}

impl Deployment {
    /// The restore that drills exercise: of a store that comes back as it was at a moment,
    /// else of one that comes back from a backup.
    pub fn exercised_restore(&self) -> Option<&Operation> {
        let restores = || {
            let all = self.operations.iter();
            all.filter(|o| o.kind == OperationKind::Restore)
        };
        restores()
            .find(|o| o.takes_moment())
            .or_else(|| restores().next())
    }
}

impl Operation {
    /// A command on a store in a region.
    pub fn of_store(
        store: &Datastore,
        region: RegionId,
        (kind, budget_seconds): (OperationKind, u64),
        title: String,
        command: Vec<String>,
        expect: impl Into<Expect>,
        otherwise: &str,
    ) -> Self {
        Operation {
            kind,
            subject: store.name.clone(),
            region: Some(region),
            title,
            command,
            expect: expect.into(),
            budget_seconds,
            otherwise: otherwise.into(),
        }
    }

    /// A command of a whole system, by its name.
    pub fn of_system(
        system: &str,
        kind: OperationKind,
        title: &str,
        command: &[&str],
        expect: &str,
        budget_seconds: u64,
        otherwise: &str,
    ) -> Self {
        Operation {
            kind,
            subject: system.into(),
            region: None,
            title: title.into(),
            command: words(command),
            expect: expect.into(),
            budget_seconds,
            otherwise: otherwise.into(),
        }
    }

    /// Whether a word of it stands for what a script sets.
    pub fn reads(&self, variable: Given) -> bool {
        self.command.iter().any(|w| w == variable.word())
    }

    /// Whether it brings data back as it was at a moment.
    pub fn takes_moment(&self) -> bool {
        self.reads(Given::SnapshotTime)
    }
}

/// The words of a command.
pub fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|w| (*w).to_string()).collect()
}

/// A line for a shell, with the words that it calls `$1`, `$2` and so on.
pub fn script(line: &str, parameters: &[&str]) -> Vec<String> {
    let mut command = words(&["bash", "-c", line]);
    if !parameters.is_empty() {
        command.push("bash".into());
        command.extend(words(parameters));
    }
    command
}

/// Seconds to tell everybody that nobody deploys.
pub const ALOUD: u64 = 30;

/// Seconds that the commands of a step take, of their budgets: they run one after the other, but what
/// they wait for overlaps.
pub fn together(budgets: impl Iterator<Item = u64>) -> u64 {
    let mut all: Vec<u64> = budgets.collect();
    all.sort_unstable();
    let longest = all.pop().unwrap_or(0);
    longest + all.len() as u64 * 5
}

/// What the failover script does between the decision and the first promotion, in its order, each with
/// the word for it: nothing is promoted before.
const BEFORE_PROMOTION: [(OperationKind, &str); 4] = [
    (OperationKind::Repoint, "redirect"),
    (OperationKind::Hold, "freeze"),
    (OperationKind::Fence, "fence"),
    (OperationKind::Lag, "lag"),
];

impl Deployment {
    /// Whether a promotion waits for a command that shows how far a copy is behind: for that of what is
    /// promoted there. Others are asked of the region that they come from, which may be the lost one,
    /// and nothing is won by their answer. Where nothing is promoted, all are shown.
    pub fn holds_promotion(&self, lag: &Operation) -> bool {
        let all = self.operations.iter();
        let mut promotions = all.filter(|o| o.kind == OperationKind::Promote).peekable();
        promotions.peek().is_none()
            || promotions.any(|o| o.subject == lag.subject && o.region == lag.region)
    }

    /// Seconds that the commands of a kind take in a region, with what is asked before them.
    fn takes(&self, kind: OperationKind, region: RegionId) -> u64 {
        let operations = self.operations.iter();
        let own = operations.filter(|o| o.kind == kind && o.region == Some(region));
        let own = own.filter(|o| kind != OperationKind::Lag || self.holds_promotion(o));
        let subjects: BTreeSet<&String> = own.clone().map(|o| &o.subject).collect();
        let asked = subjects.into_iter().filter_map(|subject| {
            let mut seats = self.seats.iter().filter(|s| s.subject == *subject);
            seats.find(|s| s.moved_by(kind) && s.asks.iter().any(|(id, _)| *id == region))
        });
        let asked: u64 = asked.map(|seat| seat.within_seconds).sum();
        asked + together(own.map(|o| o.budget_seconds))
    }

    /// The steps before a promotion in `to`, and the seconds that their commands take.
    pub fn before_promotion(
        &self,
        lost: RegionId,
        to: RegionId,
    ) -> Vec<(OperationKind, &'static str, u64)> {
        let steps = BEFORE_PROMOTION.map(|(kind, word)| {
            let seconds = match kind {
                OperationKind::Hold => ALOUD.max(self.takes(kind, to)),
                OperationKind::Fence => self.takes(kind, lost),
                _ => self.takes(kind, to),
            };
            (kind, word, seconds)
        });
        let steps = steps.into_iter();
        steps.filter(|(.., seconds)| *seconds > 0).collect()
    }
}
