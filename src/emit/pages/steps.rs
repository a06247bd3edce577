//! The steps of leaving a region. Their budgets are the terms of the analysis where it has a
//! bound for them, else what the commands may take.

use super::context::{clock, detected, page};
use super::procedures::serverless;
use crate::analysis::recovery::{RecoveryTime, Subject};
use crate::analysis::term::Step;
use crate::deployment::OperationKind;
use crate::emit::Input;
use crate::topology::RegionId;
use crate::topology::Scenario;
use serde_json::{Value, json};

/// What a step takes by the analysis, in seconds.
#[derive(Clone, Copy)]
struct Budget {
    /// From its begin to its end, at worst.
    takes: u64,
    /// When it ends, counted from the loss.
    ends: u64,
}

/// The steps of leaving `from` for `to`, with what each may take.
pub(super) fn steps(input: Input, from: Option<RegionId>, to: Option<RegionId>) -> Vec<Value> {
    let Some((from, to)) = from.zip(to) else {
        return Vec::new();
    };
    let topology = input.topology;
    let (a, b) = (&topology.region(from).name, &topology.region(to).name);
    let verify: u64 = {
        let operations = input.deployment.operations.iter();
        let own = operations.filter(|o| o.kind == OperationKind::Verify);
        own.map(|o| o.budget_seconds).sum()
    };
    let proved = |step| budget(input, from, step);
    let clusters = !input.deployment.clusters.is_empty();
    let (frozen, expect_frozen) = match clusters {
        true => (
            format!("Freeze deployments and scaling in {b}"),
            "a line `annotated` for each scaler, or nothing to freeze",
        ),
        false => (
            "Freeze deployments".to_string(),
            "`nothing scales in`; say it aloud, so that nobody deploys",
        ),
    };
    let freeze = if clusters {
        commands(input, OperationKind::Scale, to).min(30)
    } else {
        ALOUD
    };
    let cloud = input
        .deployment
        .clouds
        .get(&topology.region(from).place.provider);
    let fenced = cloud.map_or("", |c| c.fenced);
    let parts = [
        ("freeze", frozen, "operator", freeze, None, expect_frozen),
        (
            "fence",
            format!("Take {a} out of the load balancers"),
            "operator",
            commands(input, OperationKind::Fence, from),
            None,
            fenced,
        ),
        (
            "lag",
            format!("Measure how far {b} is behind"),
            "operator",
            commands(input, OperationKind::Lag, to).max(5),
            None,
            &answers(
                input,
                OperationKind::Lag,
                to,
                "a note that there is nothing to measure",
            ),
        ),
        (
            "promote",
            format!("Let the copies in {b} take writes"),
            "incident commander decides, operator acts",
            commands(input, OperationKind::Promote, to).max(5),
            proved(Step::Promote),
            &answers(
                input,
                OperationKind::Promote,
                to,
                "a note that there is nothing to promote",
            ),
        ),
        (
            "scale",
            format!("Grow {b} for the load that comes"),
            "operator",
            commands(input, OperationKind::Scale, to).max(5),
            proved(Step::WarmUp),
            "the services of the region are updated",
        ),
        (
            "verify",
            "See from outside that users are served".to_string(),
            "operator",
            verify.max(10),
            proved(Step::Verify),
            "no output and exit status 0",
        ),
    ];
    // By hand, where a region is left by itself, the clock begins with the decision.
    let detected = if serverless(input) {
        0
    } else {
        detected(input)
    };
    // A person begins when the page has come, if it has a bound.
    let paged = page(input, from).filter(|_| !serverless(input));
    let paged = paged.and_then(|p| p.high).map_or(0, |h| h.div_ceil(1000));
    let mut elapsed = detected.max(paged);
    let mut steps = Vec::new();
    let acts = |id: &str, proved: Option<Budget>| match id {
        "lag" => any(input, OperationKind::Lag),
        "promote" => any(input, OperationKind::Promote) || proved.is_some(),
        _ => true,
    };
    let parts = parts.into_iter().filter(|p| acts(p.0, p.4));
    for (number, (id, title, actor, commands, proved, expect)) in parts.enumerate() {
        let budget = proved.map_or(commands, |p| p.takes);
        // What goes on by itself has begun before the operator looks.
        let ends = proved.map_or(elapsed + commands, |p| p.ends.max(elapsed));
        let starts = ends.saturating_sub(budget);
        elapsed = ends;
        steps.push(json!({
            "number": number + 1,
            "id": id,
            "title": title,
            "actor": actor,
            "budget": clock(budget),
            "elapsed": clock(elapsed),
            "starts": starts,
            "seconds": budget,
            "proved": proved.is_some(),
            "detected": detected,
            "expect": expect,
            "final": id == "promote",
            "command": format!("scripts/failover-region.sh --from {a} --to {b} --step {id} --apply"),
        }));
    }
    steps
}

/// Seconds to tell everybody something.
const ALOUD: u64 = 30;

/// Whether leaving a region makes a copy elsewhere take writes.
pub(super) fn promotes(input: Input) -> bool {
    any(input, OperationKind::Promote)
}

fn any(input: Input, kind: OperationKind) -> bool {
    input.deployment.operations.iter().any(|o| o.kind == kind)
}

/// What good answers of one step's commands look like, each once.
fn answers(input: Input, kind: OperationKind, id: RegionId, none: &str) -> String {
    let operations = input.deployment.operations.iter();
    let here = operations.filter(|o| o.kind == kind && o.region == Some(id));
    let mut found: Vec<String> = Vec::new();
    for operation in here {
        let answer = format!("for {}: {}", operation.subject, operation.expect);
        if !found.contains(&answer) {
            found.push(answer);
        }
    }
    match found.is_empty() {
        true => none.into(),
        false => found.join("; "),
    }
}

/// Commands of one step run one after the other, but what they wait for overlaps.
fn commands(input: Input, kind: OperationKind, id: RegionId) -> u64 {
    let operations = input.deployment.operations.iter();
    let here = operations.filter(|o| o.kind == kind && o.region == Some(id));
    let mut own: Vec<u64> = here.map(|o| o.budget_seconds).collect();
    own.sort_unstable();
    let longest = own.pop().unwrap_or(0);
    longest + own.len() as u64 * 5
}

/// What a step takes by the analysis of losing a region: of all services that users reach,
/// the last to end. `None` if it has no bound, or nothing takes this step.
fn budget(input: Input, lost: RegionId, step: Step) -> Option<Budget> {
    let times = input.analysis.recovery.times.iter();
    let reached = |subject| match subject {
        Subject::Service(id) => input.topology.hosts.iter().any(|h| h.service == id),
        Subject::Store(_) | Subject::Dataset(..) => false,
    };
    let of_services = times.filter(|t| t.scenario == Scenario::Region(lost) && reached(t.subject));
    let budgets: Option<Vec<_>> = of_services.filter_map(|t| of_service(t, step)).collect();
    budgets?.into_iter().max_by_key(|b| b.ends)
}

/// The outer `None`: the service does not take this step. The inner: it has no bound.
fn of_service(time: &RecoveryTime, step: Step) -> Option<Option<Budget>> {
    let nodes = time.budget.nodes.iter().zip(time.budget.ends());
    let own: Vec<_> = nodes
        .filter(|(n, _)| n.term.step == step && !n.term.is_zero())
        .collect();
    if own.is_empty() {
        return None;
    }
    let times = own.iter().map(|(node, (_, end))| {
        let end = (*end)?;
        Some((end - node.term.high?, end))
    });
    let times: Option<Vec<(u64, u64)>> = times.collect();
    Some(times.and_then(|times| {
        let begins = times.iter().map(|(begin, _)| *begin).min()?;
        let ends = times.iter().map(|(_, end)| *end).max()?;
        Some(Budget {
            takes: (ends - begins).div_ceil(1000),
            ends: ends.div_ceil(1000),
        })
    }))
}
