//! `CONTRACT.md`: what the teams that make the other parts have to provide, where a tree has only
//! some parts. It is derived from what would have been emitted: the whole tree is made, what is
//! left out is taken away, and what the rest still names is the contract.

mod mentions;
mod modules;

pub use modules::{OwnModule, own_modules};

use super::{AppliedRoot, Input};
use crate::analysis::term::Term;
use crate::artifact::ArtifactSet;
use crate::deployment::{Argument, Call, Demand, Evidence, Switch};
use crate::format::markdown::{code, prose, text};
use crate::topology::{Part, Scalar};
use crate::watch::series::{Producer, selectors};
use mentions::{Paths, names, objects, users};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Where the page lies.
pub const PATH: &str = "CONTRACT.md";

/// A table of the contract.
struct Section {
    /// What it counts, for one line: `names`.
    what: &'static str,
    /// Its heading, and a sentence.
    heading: &'static str,
    says: &'static str,
    /// Its columns and rows.
    columns: &'static str,
    rows: Vec<Vec<String>>,
}

/// The files of the parts that are made, with the contract beside them. Where nobody chose parts
/// or has modules of their own, the whole tree.
pub fn take(input: Input, roots: &[AppliedRoot], whole: ArtifactSet) -> ArtifactSet {
    if !input.topology.has_contract() {
        return whole;
    }
    let contract = Contract::new(input, roots, &whole);
    let sections = contract.sections();
    let page = contract.page(&sections);
    let counts = sections.iter().map(|s| (s.what, s.rows.len())).collect();
    let left: BTreeSet<Part> = Part::ALL
        .iter()
        .copied()
        .filter(|p| !input.topology.makes(*p))
        .collect();
    let mut kept = whole.without(left);
    kept.contract = counts;
    kept.text("pages", PATH, page);
    kept
}

struct Contract<'a> {
    input: Input<'a>,
    /// The Terraform roots.
    roots: &'a [AppliedRoot],
    /// The path and the text of each file that is made.
    kept: Vec<(&'a str, &'a str)>,
    /// What names are found in: those texts, and the words that rows of scripts are put together to.
    said: Vec<(&'a str, &'a str)>,
    /// The path and the text of each file that is left out.
    left: Vec<(&'a str, &'a str)>,
}

impl<'a> Contract<'a> {
    fn new(input: Input<'a>, roots: &'a [AppliedRoot], whole: &'a ArtifactSet) -> Self {
        let files = whole.iter().map(|(path, a)| (path, a.text.as_str()));
        let (kept, left): (Vec<_>, _) =
            files.partition(|(path, _)| input.topology.makes(Part::of(path)));
        let rows =
            run_by_rows(input).filter(|(path, _)| kept.iter().any(|(known, _)| known == path));
        Contract {
            input,
            roots,
            said: rows.chain(kept.iter().copied()).collect(),
            kept,
            left,
        }
    }

    fn leaves(&self, part: Part) -> bool {
        !self.input.topology.makes(part)
    }

    fn sections(&self) -> Vec<Section> {
        let all = [
            Section {
                what: "files",
                heading: "Files",
                says: "Files here name these. Put yours at the same path, or leave out the part that names them.",
                columns: "path | part | named in",
                rows: self.files(),
            },
            Section {
                what: "names",
                heading: "Names of resources",
                says: "Other parts address these resources by name. Create each under this name.",
                columns: "name | set by ours in | used by",
                rows: self.names(),
            },
            Section {
                what: "objects",
                heading: "Kubernetes objects",
                says: "Scripts and pages act on these objects.",
                columns: "object | used in",
                rows: self.objects(),
            },
            Section {
                what: "workloads",
                heading: "Workloads",
                says: "Routes, policies, scalers and identities select the pods of a service by namespace, label, port and service account.",
                columns: "service | namespace | pod label | container port `http` | service account | Service port",
                rows: self.workloads(),
            },
            Section {
                what: "numbers",
                heading: "Numbers",
                says: "The recovery budget counts with these values; nothing here sets them. A result that rests on them is *met if* they hold.",
                columns: "set by ours in | value | counts in",
                rows: self.numbers(),
            },
            Section {
                what: "series",
                heading: "Series",
                says: "Alerts, dashboards or scalers query these series. Without them an alert cannot fire.",
                columns: "series | made by | read by",
                rows: self.series(),
            },
            Section {
                what: "alerts",
                heading: "Alerts",
                says: "Runbooks and the recovery budget count on these alerts. Have them fire under the same condition, for as long.",
                columns: "alert | condition | for | severity | notified",
                rows: self.alerts(),
            },
            Section {
                what: "modules",
                heading: "Modules of your own",
                says: "Each is called in place of ours, and has to declare these variables and outputs.",
                columns: "module | source | called in | variables | outputs",
                rows: self.modules(),
            },
            Section {
                what: "existing",
                heading: "Parts that others own",
                says: "These are used and not made here. A plan reads each and fails where a line that it checks does not hold; the other lines are for their owners.",
                columns: "part | where | name | must hold | checked by",
                rows: self.demands(),
            },
            Section {
                what: "variables",
                heading: "Terraform variables",
                says: "The roots here have no default for these.",
                columns: "variable | what it is",
                rows: self.variables(),
            },
        ];
        all.into_iter().filter(|s| !s.rows.is_empty()).collect()
    }

    fn page(&self, sections: &[Section]) -> String {
        let topology = self.input.topology;
        let mut out = format!(
            "<!-- {} -->\n\n# Contract of {}\n\nThis tree has some parts of the output. Other teams make the rest, and have to provide what this page lists.\n\n| part | files | made by |\n|---|---|---|\n",
            self.input.header(),
            text(&topology.name)
        );
        for part in Part::ALL {
            let of =
                |files: &[(&str, &str)]| files.iter().filter(|(p, _)| Part::of(p) == *part).count();
            let (files, by) = match self.leaves(*part) {
                true => (of(&self.left), "others"),
                false => (of(&self.kept), "meridian"),
            };
            let files = match files {
                0 => "none in this system".to_string(),
                n => n.to_string(),
            };
            let _ = writeln!(out, "| {part} | {files} | {by} |");
        }
        if sections.is_empty() {
            out.push_str("\nNothing here depends on a part that others make.\n");
        }
        for section in sections {
            let columns = section.columns.split(" | ").count();
            let _ = writeln!(
                out,
                "\n## {}\n\n{}\n\n| {} |\n|{}",
                section.heading,
                section.says,
                section.columns,
                "---|".repeat(columns)
            );
            for row in &section.rows {
                let _ = writeln!(out, "| {} |", row.join(" | "));
            }
        }
        out
    }

    /// Files and folders that are left out and named here.
    fn files(&self) -> Vec<Vec<String>> {
        let left: Vec<&str> = self.left.iter().map(|(p, _)| *p).collect();
        let kept: Vec<&str> = self.kept.iter().map(|(p, _)| *p).collect();
        let paths = Paths::new(&left, &kept);
        let named = users(&self.kept, |path, text| paths.named_in(path, text));
        let part = |path: &str| {
            let inside = left
                .iter()
                .find(|p| **p == path || p.starts_with(&format!("{path}/")));
            inside.map_or(String::new(), |p| Part::of(p).to_string())
        };
        let row = |(path, by): (&str, BTreeSet<&str>)| vec![code(path), part(path), some(&by)];
        named.into_iter().map(row).collect()
    }

    /// Names that our Terraform gives to resources, and that are used here.
    fn names(&self) -> Vec<Vec<String>> {
        if !self.leaves(Part::Terraform) {
            return Vec::new();
        }
        let used = users(&self.said, |_, text| names(text));
        let made = self.physical_names();
        let rows = made.into_iter().filter_map(|(name, at)| {
            let by: BTreeSet<&str> = used.get(name)?.iter().map(|p| Part::of(p).word()).collect();
            Some(vec![code(name), code(&at), some(&by)])
        });
        rows.collect()
    }

    /// Names that begin with the system's or its namespace's and accounts of services, with the
    /// argument that sets each. Of an address or path, its last part is the name.
    fn physical_names(&self) -> BTreeMap<&'a str, String> {
        let topology = self.input.topology;
        let ours = |name: &str| {
            let of = |start: &str| name.strip_prefix(start).is_some_and(|r| r.starts_with('-'));
            let mails = topology
                .channels
                .iter()
                .filter_map(|(_, c)| c.email.as_ref());
            let account = name.contains('@') && mails.into_iter().all(|m| m.value != name);
            !name.contains(' ')
                && name != topology.name
                && (of(&topology.name) || of(&topology.namespace) || account)
        };
        let mut found = BTreeMap::<&str, (bool, String)>::new();
        for call in &self.input.deployment.calls {
            each_text(call, &mut |argument, value| {
                let name = value.rsplit(['/', ':']).next().unwrap_or(value);
                // An argument that is called so names the resource; others refer to it.
                let names_it = argument.ends_with("name") || argument.ends_with("id");
                let at = (!names_it, format!("module.{} {argument}", call.name));
                if ours(name) {
                    let best = found.entry(name).or_insert_with(|| at.clone());
                    *best = at.min(best.clone());
                }
            });
        }
        found
            .into_iter()
            .map(|(name, (_, at))| (name, at))
            .collect()
    }

    /// Objects that are left out and acted on here.
    fn objects(&self) -> Vec<Vec<String>> {
        let manifests = self.left.iter().filter(|(path, _)| path.ends_with(".yaml"));
        let on_clusters =
            |path: &str| matches!(Part::of(path), Part::Kubernetes | Part::Observability);
        let mut left: BTreeSet<String> = manifests
            .filter(|(path, _)| on_clusters(path))
            .flat_map(|(_, text)| objects(text))
            .collect();
        if self.leaves(Part::Chart) {
            let services = self.input.topology.services.iter();
            let names = services.filter(|s| s.on_cluster()).map(|s| &s.name);
            left.extend(names.map(|name| format!("deployment/{name}")));
        }
        let words = |_, text: &'a str| -> BTreeSet<&'a str> {
            let of_object = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '/');
            text.split(|c| !of_object(c)).collect()
        };
        let used = users(&self.said, words);
        let rows = left.iter().filter_map(|object| {
            let by = used.get(object.as_str())?;
            Some(vec![code(object), some(by)])
        });
        rows.collect()
    }

    /// What the pods of each service must look like, where somebody else's chart makes them.
    fn workloads(&self) -> Vec<Vec<String>> {
        let selects = [Part::Terraform, Part::Kubernetes, Part::Scripts];
        if !self.leaves(Part::Chart) || selects.iter().all(|part| self.leaves(*part)) {
            return Vec::new();
        }
        let topology = self.input.topology;
        let services = topology.services.iter().filter(|s| s.on_cluster());
        let row = |s: &crate::topology::Service| {
            vec![
                text(&s.name),
                code(&topology.namespace),
                code(&format!("app.kubernetes.io/name: {}", s.name)),
                s.port.value.to_string(),
                code(&s.name),
                "80".to_string(),
            ]
        };
        services.map(row).collect()
    }

    /// Values that the budgets count with and nothing here sets.
    fn numbers(&self) -> Vec<Vec<String>> {
        let recovery = &self.input.analysis.recovery;
        let times = recovery.times.iter().flat_map(|t| &t.budget.nodes);
        let lacks = recovery.losses.iter().flat_map(|l| &l.remaining);
        let terms = times.map(|n| &n.term).chain(lacks.map(|r| &r.lacks));
        let mut found = BTreeMap::<(String, String), BTreeSet<String>>::new();
        for term in terms {
            let counts = |term: &Term| format!("{} {}", term.step.word(), term.of);
            for reading in term.readings.iter().filter(|r| self.leaves(r.at.part())) {
                let says = reading.says.clone();
                let at = match &reading.at {
                    // The key tells the setting; in the middle of a line it is part of the value.
                    Evidence::File { file, key } => (file.clone(), format!("{key}{says}")),
                    at => (at.to_string(), says),
                };
                found.entry(at).or_default().insert(counts(term));
            }
        }
        let row = |((at, says), by): ((String, String), BTreeSet<String>)| {
            let by = by.iter().map(String::as_str).collect();
            vec![code(&at), code(&says), text(&some_words(&by))]
        };
        found.into_iter().map(row).collect()
    }

    /// Series that are read here, and not made here.
    fn series(&self) -> Vec<Vec<String>> {
        let (rules, deployment) = (self.input.alerts, self.input.deployment);
        let mut queries: Vec<(Part, &str)> = Vec::new();
        if !self.leaves(Part::Alerts) {
            queries.extend(rules.iter().map(|rule| (Part::Alerts, rule.expr.as_str())));
        }
        if !self.leaves(Part::Dashboards) {
            let shown = deployment.signals.iter();
            queries.extend(shown.map(|q| (Part::Dashboards, q.query.as_str())));
        }
        let mut found = BTreeMap::<(String, &str), BTreeSet<&str>>::new();
        for (part, query) in queries {
            for selector in selectors(query) {
                let Some(by) = self.maker(selector.metric) else {
                    continue;
                };
                let readers = found.entry((selector.metric.to_string(), by)).or_default();
                readers.insert(part.word());
            }
        }
        let row = |((metric, by), readers): ((String, &str), BTreeSet<&str>)| {
            vec![code(&metric), by.to_string(), some(&readers)]
        };
        found.into_iter().map(row).collect()
    }

    /// Who makes a series, if no part of this tree does.
    fn maker(&self, metric: &str) -> Option<&'static str> {
        let scraped = [Part::Kubernetes, Part::Chart, Part::Observability];
        match Producer::of(metric)? {
            Producer::Rules => self.leaves(Part::Alerts).then_some("the recording rules"),
            Producer::Probes => Some("probes from outside"),
            Producer::Contract => Some("the services"),
            Producer::Scrape => {
                let left = scraped.iter().any(|part| self.leaves(*part));
                left.then_some("exporters, sidecars and nodes that are scraped")
            }
            Producer::Cloud => self
                .leaves(Part::Terraform)
                .then_some("the cloud, of the resources in its account"),
        }
    }

    /// Alerts that others have to define.
    fn alerts(&self) -> Vec<Vec<String>> {
        if !self.leaves(Part::Alerts) {
            return Vec::new();
        }
        let rows = self.input.alerts.iter().map(|rule| {
            let notified: BTreeSet<&str> = rule.channels.iter().map(String::as_str).collect();
            vec![
                code(&rule.name),
                code(&rule.expr),
                format!("{}s", rule.lasting_seconds),
                rule.severity.print(),
                text(&some_words(&notified)),
            ]
        });
        rows.collect()
    }

    /// What modules of the user's own take and give.
    fn modules(&self) -> Vec<Vec<String>> {
        let all = |names: &mut dyn Iterator<Item = &str>| {
            let names: Vec<String> = names.map(code).collect();
            names.join(", ")
        };
        let row = |m: OwnModule| {
            vec![
                code(m.module.rsplit('/').next().unwrap_or(m.module)),
                code(&m.source),
                code(&m.root),
                all(&mut m.inputs.iter().copied()),
                all(&mut m.outputs.iter().map(String::as_str)),
            ]
        };
        let made = !self.leaves(Part::Terraform);
        let own = made.then(|| own_modules(self.input, self.roots));
        own.into_iter().flatten().map(row).collect()
    }

    /// What has to be true of what others own.
    fn demands(&self) -> Vec<Vec<String>> {
        let mut demands: Vec<&Demand> = self.input.deployment.demands.iter().collect();
        demands.sort();
        let row = |d: &Demand| {
            let by = if d.planned { "the plan" } else { "its owner" };
            vec![
                d.part.to_string(),
                text(&d.at),
                code(&d.name),
                prose(&d.says),
                by.to_string(),
            ]
        };
        demands.into_iter().map(row).collect()
    }

    /// Variables of the roots that nothing here fills.
    fn variables(&self) -> Vec<Vec<String>> {
        if self.leaves(Part::Terraform) || self.kept.is_empty() {
            return Vec::new();
        }
        let declared = self.input.deployment.variables.iter();
        let open = declared.filter(|v| v.default.is_none());
        open.map(|v| vec![code(&v.name), text(&v.description)])
            .collect()
    }
}

/// The words that scripts run by rows, each with the script.
fn run_by_rows<'a>(input: Input<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    let switches = input.deployment.switches.iter().flat_map(Switch::words);
    let switches = switches.map(|word| ("scripts/switch-store.sh", word));
    let leave = input.procedures.fail_over.words();
    let leave = leave.map(|word| ("scripts/failover-region.sh", word));
    let back = input.procedures.fail_back.words();
    let back = back.map(|word| ("scripts/promote-region.sh", word));
    switches.chain(leave).chain(back)
}

/// Calls with each text in an argument, and the argument's name.
fn each_text<'a>(call: &'a Call, found: &mut impl FnMut(&'static str, &'a str)) {
    fn inside<'a>(value: &'a Argument, found: &mut impl FnMut(&'a str)) {
        match value {
            Argument::Text(text) => found(text),
            Argument::List(all) | Argument::Template(all) => {
                all.iter().for_each(|v| inside(v, found));
            }
            Argument::Map(all) => all.iter().for_each(|(_, v)| inside(v, found)),
            Argument::Output { elsewhere, .. } => inside(elsewhere, found),
            Argument::Null
            | Argument::Bool(_)
            | Argument::Int(_)
            | Argument::Decimal(_)
            | Argument::Variable(_)
            | Argument::File(_) => {}
        }
    }
    for (name, value) in &call.arguments {
        inside(value, &mut |text| found(name, text));
    }
}

/// The first of some words in a cell, and how many more there are.
fn some(words: &BTreeSet<&str>) -> String {
    text(&some_words(words))
}

fn some_words(words: &BTreeSet<&str>) -> String {
    let shown: Vec<&str> = words.iter().take(3).copied().collect();
    let shown = shown.join(", ");
    match words.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
