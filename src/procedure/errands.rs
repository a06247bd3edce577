//! Plans that no loss begins: a name that is turned, a flag that is switched, messages that are
//! put back. Each step has a work for each subject, or for each region.

use super::build::{acts, seen, settled, step, takes, work, works};
use super::{Act, Failure, Model, Place, Procedure, Step, StepId, Verb, Work};
use crate::deployment::{DnsFailover, Expect, Operation, OperationKind, words};

/// Seconds that a script waits until a name is read back as it was turned.
pub const TURNED_WITHIN: u64 = 60;

/// Seconds that a host may take to answer.
const ANSWERS_WITHIN: u64 = 10;

/// Messages that are put back first, to see that they take effect.
pub const FEW: u64 = 5;

/// Messages that are put back at once afterwards.
pub const MANY: u64 = 100;

/// Turning the name of a host to its backup in a region.
pub(super) fn turn_names(model: Model) -> Procedure {
    let hosts = || model.deployment.dns_failovers.iter();
    let turns = hosts().map(|host| turn(model, host)).collect();
    let asked = hosts().map(|host| asked(model, host)).collect();
    planned(settled([
        status(model),
        step(StepId::Turn, Place::System, turns),
        step(StepId::Verify, Place::System, asked).map(|s| Step {
            verb: Verb::Look,
            failure: Failure::Stop("users are not served"),
            ..s
        }),
    ]))
}

/// Switching a flag on every service that reads it, region by region.
pub(super) fn switch_flags(model: Model) -> Procedure {
    let set = works(model, |id| {
        let acts = acts(model, OperationKind::Set, id);
        let commands = acts.iter().flat_map(|a| &a.commands);
        // One after the other: each waits until the new revision serves.
        let seconds = commands.map(|o| o.budget_seconds).sum();
        Work {
            seconds,
            ..work(Some(id), acts)
        }
    });
    planned(settled([
        step(StepId::Flag, Place::System, set),
        seen(model),
        status(model),
    ]))
}

/// Putting back what queues have set aside: a few, then the others.
pub(super) fn put_back(model: Model) -> Procedure {
    let of = |messages| {
        let queues = model.topology.replayed();
        queues.map(|q| replay(model, &q.name, messages)).collect()
    };
    planned(settled([
        status(model),
        step(StepId::Few, Place::System, of(FEW)),
        step(StepId::Many, Place::System, of(MANY)),
    ]))
}

fn planned(steps: Vec<Step>) -> Procedure {
    Procedure {
        steps,
        cases: Vec::new(),
    }
}

/// The state of everything, as `failover-region.sh --status` shows it.
fn status(model: Model) -> Option<Step> {
    let all = model.deployment.operations.iter();
    let shown = all.filter(|o| o.kind == OperationKind::Inspect);
    let acts = shown.map(|o| act(&o.subject, vec![o.clone()])).collect();
    let works = vec![work(None, acts)];
    Some(Step {
        verb: Verb::Look,
        ..step(StepId::Status, Place::System, works)?
    })
}

fn act(subject: &str, commands: Vec<Operation>) -> Act {
    Act {
        subject: subject.into(),
        ask: None,
        commands,
        proofs: Vec::new(),
        most: None,
    }
}

/// One region's address is looked up, and the name turned to it.
fn turn(model: Model, host: &DnsFailover) -> Work {
    let one_of = |kind: OperationKind| {
        let all = model.deployment.operations.iter();
        let own = all.filter(|o| o.kind == kind && o.subject == host.host);
        own.max_by_key(|o| o.budget_seconds).cloned()
    };
    let commands = [OperationKind::Address, OperationKind::Point].into_iter();
    let commands: Vec<Operation> = commands.filter_map(one_of).collect();
    let seconds: u64 = commands.iter().map(|o| o.budget_seconds).sum();
    Work {
        title: host.host.clone(),
        seconds: seconds + TURNED_WITHIN,
        ..work(None, vec![act(&host.host, commands)])
    }
}

/// The backup is asked past the name, at an address that a person fills in.
fn asked(model: Model, failover: &DnsFailover) -> Work {
    let name = &failover.host;
    let mut hosts = model.topology.hosts.iter();
    let host = hosts.find(|h| h.name == *name);
    let status = host.map_or(200, |h| model.topology.expected_status(h));
    let path = host.map_or("/health", |h| h.health.path.as_str());
    let ask = Operation {
        kind: OperationKind::Verify,
        subject: name.clone(),
        region: None,
        title: format!("Check {name} at its backup load balancer"),
        command: words(&[
            "curl",
            "--fail",
            "--silent",
            "--show-error",
            "--max-time",
            &ANSWERS_WITHIN.to_string(),
            "--resolve",
            &format!("{name}:443:ADDRESS"),
            "--output",
            "/dev/null",
            "--",
            &format!("https://{name}{path}"),
        ]),
        expect: match status {
            200..300 => Expect::Nothing,
            status => Expect::Says(format!(
                "a curl error with status {status}: the host requires a token"
            )),
        },
        budget_seconds: ANSWERS_WITHIN,
        otherwise: "the backup does not serve: switch the name to another region".into(),
    };
    Work {
        title: name.clone(),
        ..work(None, vec![act(name, vec![ask])])
    }
}

/// Messages are taken at once; each is put back, and then removed from what was set aside.
fn replay(model: Model, queue: &str, messages: u64) -> Work {
    let first = |kind: OperationKind| {
        let mut all = model.deployment.operations.iter();
        all.find(|o| o.kind == kind && o.subject == queue).cloned()
    };
    let each = [OperationKind::Publish, OperationKind::Acknowledge];
    let each = (0..messages).flat_map(|_| each).filter_map(first);
    let commands = first(OperationKind::Pull).into_iter().chain(each);
    let acts = vec![act(queue, commands.collect())];
    Work {
        title: queue.into(),
        seconds: takes(&acts),
        ..work(None, acts)
    }
}
