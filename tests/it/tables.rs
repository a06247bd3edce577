//! Scripts hold a command once and rows of what it is run for: what the rows run is what was planned,
//! and a tree grows as its system does.

use crate::support::{Case, example, spec};
use meridian::deployment::{Operation, Proof, Switch, SwitchStep};
use meridian::format::shell;
use meridian::procedure::{Act, Failure, Place, Procedure, Step, Verb};
use std::collections::BTreeMap;

#[path = "../../benches/systems/spec.rs"]
mod systems;

/// What the functions of a script begin with; a blank line ends them.
const FUNCTIONS: &str = "# The commands, once:";

/// A function that rows call: its parameters, and the words of its lines.
struct Function {
    parameters: Vec<String>,
    lines: Vec<String>,
}

/// A script with the commands of its functions in place of the rows that call them, and an arm for each
/// region, each command as it would be printed where there is one alone.
pub fn unrolled(script: &str) -> String {
    let functions = functions(script);
    let each = arms(script)
        .into_iter()
        .flat_map(|line| rows(&line, &functions).unwrap_or_else(|| vec![line]));
    each.collect::<Vec<_>>().join("\n") + "\n"
}

/// The lines of a script, with an arm of its own for each region of one that several share.
fn arms(script: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut variable = String::new();
    let mut lines = script.lines();
    while let Some(line) = lines.next() {
        if line.starts_with(FUNCTIONS) {
            lines.by_ref().find(|l| l.is_empty());
            continue;
        }
        if let Some(name) = line
            .strip_prefix("  case ${")
            .and_then(|l| l.strip_suffix("} in"))
        {
            variable = name.to_string();
        }
        let pattern = line.strip_prefix("    ").and_then(|l| l.strip_suffix(')'));
        let Some(pattern) = pattern.filter(|p| p.contains(" | ") && !p.starts_with(' ')) else {
            found.push(line.to_string());
            continue;
        };
        let body: Vec<&str> = lines.by_ref().take_while(|l| *l != "      ;;").collect();
        for region in pattern.split(" | ") {
            let value = [Part::Text(region.to_string())];
            let given = BTreeMap::from([(variable.as_str(), value.as_slice())]);
            found.push(format!("    {region})"));
            found.extend(body.iter().map(|line| filled(line, &given)));
            found.push("      ;;".into());
        }
    }
    found
}

/// A line with values in place of some variables.
fn filled(line: &str, given: &BTreeMap<&str, &[Part]>) -> String {
    if !given
        .keys()
        .any(|name| line.contains(&format!("${{{name}}}")))
    {
        return line.to_string();
    }
    let (before, row, after) = framed(line);
    let words: Vec<String> = words(row).iter().map(|word| printed(word, given)).collect();
    format!("{before}{}{after}", words.join(" "))
}

/// What stands before and after a command.
fn framed(line: &str) -> (&str, &str, &str) {
    let begins = line.len() - line.trim_start().len();
    let guarded = || Some(line[begins..].find("]] || ")? + 6);
    let before = if line[begins..].starts_with("if ") {
        Some(3)
    } else if line[begins..].starts_with("[[ ") {
        guarded()
    } else {
        None
    };
    let (before, row) = line.split_at(begins + before.unwrap_or(0));
    match row.strip_suffix("; then") {
        Some(row) => (before, row, "; then"),
        None => (before, row, ""),
    }
}

fn functions(script: &str) -> BTreeMap<String, Function> {
    let mut found = BTreeMap::new();
    let mut lines = script.lines().skip_while(|l| !l.starts_with(FUNCTIONS));
    while let Some(line) = lines.next() {
        let Some((name, local)) = line.split_once("() {") else {
            if line.is_empty() {
                break;
            }
            continue;
        };
        let local = local.strip_prefix(" local ").unwrap_or_default();
        let parameters = local
            .split(' ')
            .filter_map(|p| Some(p.split_once('=')?.0.to_string()));
        let parameters = parameters.collect();
        let own = lines
            .by_ref()
            .take_while(|l| *l != "}")
            .map(String::from)
            .collect();
        found.insert(
            name.to_string(),
            Function {
                parameters,
                lines: own,
            },
        );
    }
    found
}

/// The lines that a row stands for; `None` if the line is no row.
fn rows(line: &str, functions: &BTreeMap<String, Function>) -> Option<Vec<String>> {
    let (before, row, after) = framed(line);
    let name = row.split(' ').next()?;
    let function = functions.get(name)?;
    let values: Vec<Vec<Part>> = words(row).into_iter().skip(1).collect();
    assert_eq!(values.len(), function.parameters.len(), "{line}");
    let given: BTreeMap<&str, &[Part]> = function
        .parameters
        .iter()
        .map(String::as_str)
        .zip(values.iter().map(Vec::as_slice))
        .collect();
    let each = function.lines.iter().map(|line| {
        let words: Vec<String> = words(line.trim_start())
            .iter()
            .map(|word| printed(word, &given))
            .collect();
        format!("{before}{}{after}", words.join(" "))
    });
    // A function of rows.
    let each = each.flat_map(|line| rows(&line, functions).unwrap_or_else(|| vec![line]));
    Some(each.collect())
}

/// A part of a word.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    Variable(String),
    /// What the shell reads as more than a word: `||`.
    Sign(String),
}

fn printed(word: &[Part], given: &BTreeMap<&str, &[Part]>) -> String {
    let filled = word.iter().flat_map(|part| match part {
        Part::Variable(name) => match given.get(name.as_str()) {
            Some(value) => value.to_vec(),
            None => vec![part.clone()],
        },
        _ => vec![part.clone()],
    });
    let filled: Vec<Part> = filled.collect();
    match &filled[..] {
        [Part::Variable(name)] => format!("\"${{{name}}}\""),
        [Part::Sign(sign)] => sign.clone(),
        parts => {
            let text = parts.iter().map(|part| match part {
                Part::Text(text) => text.as_str(),
                other => panic!("{other:?} within a word"),
            });
            shell::word(&text.collect::<String>())
        }
    }
}

/// The words of a line as Bash reads them.
fn words(line: &str) -> Vec<Vec<Part>> {
    let mut all = Vec::new();
    let mut chars = line.chars().peekable();
    while let Some(next) = chars.peek() {
        if *next == ' ' {
            chars.next();
            continue;
        }
        let mut parts: Vec<Part> = Vec::new();
        let mut text = String::new();
        let mut quoted = false;
        while let Some(c) = chars.next_if(|c| *c != ' ') {
            match c {
                '\'' => {
                    quoted = true;
                    text.extend(chars.by_ref().take_while(|c| *c != '\''));
                }
                '\\' => text.extend(chars.next()),
                '$' if chars.next_if_eq(&'\'').is_some() => {
                    quoted = true;
                    while let Some(c) = chars.next().filter(|c| *c != '\'') {
                        text.push(if c == '\\' { escape(&mut chars) } else { c });
                    }
                }
                '"' => {
                    quoted = true;
                    while let Some(c) = chars.next().filter(|c| *c != '"') {
                        match c {
                            '\\' => text.extend(chars.next()),
                            '$' => {
                                assert_eq!(chars.next(), Some('{'), "{line}");
                                parts.push(Part::Text(std::mem::take(&mut text)));
                                let name = chars.by_ref().take_while(|c| *c != '}');
                                parts.push(Part::Variable(name.collect()));
                            }
                            c => text.push(c),
                        }
                    }
                }
                c => text.push(c),
            }
        }
        parts.push(if quoted || !text.contains('|') {
            Part::Text(text)
        } else {
            Part::Sign(text)
        });
        if parts.len() > 1 {
            parts.retain(|p| *p != Part::Text(String::new()));
        }
        all.push(parts);
    }
    all
}

/// What follows a backslash in `$'…'`: three digits, or what it is.
fn escape(chars: &mut std::iter::Peekable<std::str::Chars>) -> char {
    let first = chars.next().expect("a character");
    let Some(first) = first.to_digit(8) else {
        return first;
    };
    let more: Vec<u32> = (0..2).filter_map(|_| chars.next()?.to_digit(8)).collect();
    char::from_u32(more.iter().fold(first, |sum, d| sum * 8 + d)).expect("a control character")
}

/// The lines of a script, rows unrolled, without what is before and after them.
fn lines(case: &Case, path: &str) -> Vec<String> {
    let text = unrolled(case.file(path));
    text.lines().map(|l| l.trim_start().to_string()).collect()
}

fn ran(by: &str, operation: &Operation, or: &str) -> String {
    let title = shell::word(&operation.title);
    let command = shell::command(&operation.command);
    format!("{by} {} {title} {command}{or}", operation.budget_seconds)
}

fn proved(proof: &Proof, or: &str) -> String {
    let (title, wants) = (shell::word(&proof.title), shell::word(&proof.wants));
    let command = shell::command(&proof.command);
    format!(
        "prove {} {title} {wants} {command}{or}",
        proof.within_seconds
    )
}

/// What a script must run, in this order and with nothing between.
fn switched(switch: &Switch) -> Vec<Vec<String>> {
    let or = |otherwise: &str| format!(" || die 75 {}", shell::word(otherwise));
    let steps = |steps: &[SwitchStep]| {
        let each = steps.iter().flat_map(|s| {
            let run = ran("run", &s.operation, &or(&s.operation.otherwise));
            std::iter::once(run).chain(s.proof.iter().map(|p| proved(p, &or(&p.otherwise))))
        });
        each.collect::<Vec<_>>()
    };
    let proofs = |proofs: &[Proof]| {
        proofs
            .iter()
            .map(|p| proved(p, &or(&p.otherwise)))
            .collect()
    };
    let copying = switch.copying.iter();
    let copying = copying.flat_map(|c| [steps(&c.stop), steps(&c.join), steps(&c.resume)]);
    let before = &switch.before;
    let own = [
        steps(&switch.to_copy),
        steps(&switch.to_original),
        steps(&switch.delete),
        proofs(&before.to_copy),
        proofs(&before.to_original),
        proofs(&before.delete),
    ];
    own.into_iter()
        .chain(copying)
        .filter(|all| !all.is_empty())
        .collect()
}

fn stepped(step: &Step) -> Vec<Vec<String>> {
    let or = |otherwise: &str| match step.failure {
        Failure::Stop(why) => format!(" || die 75 {} {}", shell::word(why), shell::word(otherwise)),
        Failure::Continue => format!(" || missed {}", shell::word(otherwise)),
    };
    let measures = step.verb == Verb::Measure || step.verb == Verb::Run && step.holds > 0;
    let compared = step.verb == Verb::Measure && step.on == Place::To;
    let commands = |act: &Act, o: &Operation| match step.verb {
        _ if compared => ran(&format!("measure_of {}", shell::word(&act.subject)), o, ""),
        _ if measures => ran("measure", o, ""),
        Verb::Look => ran("look", o, &or(&o.otherwise)),
        _ => ran("run", o, &or(&o.otherwise)),
    };
    let acts = step.works.iter().flat_map(|w| &w.acts);
    let each = acts.flat_map(|act| {
        let proofs = act.proofs.iter().map(|p| proved(p, &or(&p.otherwise)));
        [
            act.commands.iter().map(|o| commands(act, o)).collect(),
            proofs.collect(),
        ]
    });
    each.filter(|all: &Vec<String>| !all.is_empty() && step.verb != Verb::Person)
        .collect()
}

/// What is planned and not run by the rows of a script, which is nothing.
fn not_run(case: &Case) -> Vec<String> {
    let mut missing = Vec::new();
    let mut look = |path: &str, planned: Vec<Vec<String>>| {
        if planned.is_empty() {
            return;
        }
        let lines = lines(case, path);
        for all in planned {
            // A guard may stand before the first word.
            let there = |at: &[String]| {
                at.iter()
                    .zip(&all)
                    .all(|(line, wanted)| line.ends_with(wanted.as_str()))
            };
            if !lines.windows(all.len()).any(there) {
                missing.push(format!("{path}: {}", all.join("\n")));
            }
        }
    };
    let switches = &case
        .done
        .deployment
        .as_ref()
        .expect("a deployment")
        .switches;
    look(
        "scripts/switch-store.sh",
        switches.iter().flat_map(switched).collect(),
    );
    let procedures = case.done.procedures.as_ref().expect("procedures");
    let planned = |plan: &Procedure| plan.steps.iter().flat_map(stepped).collect();
    look("scripts/failover-region.sh", planned(&procedures.fail_over));
    look("scripts/promote-region.sh", planned(&procedures.fail_back));
    missing
}

/// Rows put into the commands that they call are what was planned, word for word. Fails if a hole is filled with the
/// value of another column.
#[test]
fn rows_run_what_is_planned() {
    for name in ["minimal", "ggen", "paynow", "eden"] {
        let missing = not_run(&example(name));
        assert!(missing.is_empty(), "{name}: {}", missing.join("\n\n"));
    }
    let large = spec(&systems::spec(6, 12));
    let missing = not_run(&large);
    assert!(missing.is_empty(), "{}", missing.join("\n\n"));
    let script = large.file("scripts/switch-store.sh");
    let commands = |text: &str| {
        text.lines()
            .filter(|l| l.trim_start().starts_with("run "))
            .count()
    };
    let (written, called) = (commands(script), commands(&unrolled(script)));
    assert!(called > 4 * written, "{written} for {called} commands");
}

/// Bytes of a tree, by file; regions and services count in none of the names.
fn sizes(regions: usize, services: usize) -> BTreeMap<String, usize> {
    let case = spec(&systems::spec(regions, services));
    let files = case.done.artifacts.iter();
    files
        .map(|(path, file)| (path.to_string(), file.text.len()))
        .collect()
}

/// With twice the services a tree has no more than twice the bytes, and with twice the regions neither; what people
/// read and run at night does not even double. What a service is in a region is written once, so that a
/// tree grows with regions, services, and pairs of the two: four small trees say how large a large one is. Fails with
/// a command in scripts for each service in each region.
#[test]
fn a_tree_grows_as_its_system_does() {
    let trees = [(12, 24), (12, 48), (24, 24), (24, 48)].map(|(r, s)| sizes(r, s));
    let [small, services, regions, both] = &trees;
    for script in ["switch-store", "failover-region", "promote-region"] {
        let path = format!("scripts/{script}.sh");
        for (what, larger) in [("services", services), ("regions", regions)] {
            let (bytes, more) = (small[&path], larger[&path]);
            assert!(
                more < 2 * bytes,
                "{path}: {bytes} bytes, and {more} with twice the {what}"
            );
        }
    }
    let whole = |tree: &BTreeMap<String, usize>| tree.values().sum::<usize>() as f64;
    let [small, services, regions, both] = [small, services, regions, both].map(whole);
    for (what, larger) in [("services", services), ("regions", regions)] {
        assert!(
            larger < 2.0 * small,
            "{small} bytes, and {larger} with twice the {what}"
        );
    }
    let pair = both - services - regions + small;
    let (region, service) = (regions - small - pair, services - small - pair);
    let rest = small - region - service - pair;
    let (more_regions, more_services) = (30.0 / 12.0, 100.0 / 24.0);
    let large = rest
        + more_regions * region
        + more_services * service
        + more_regions * more_services * pair;
    assert!(
        large < 15e6,
        "30 regions of 100 services are {:.1} MB",
        large / 1e6
    );
}
