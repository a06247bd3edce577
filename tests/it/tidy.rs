//! The shape of the code: layers, and modules that are called as they are declared.
#![expect(clippy::disallowed_methods, reason = "tests read files")]

use crate::support::{MODULES, golden_trees, root};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Imports go from right to left only.
const LAYERS: &[&str] = &[
    "source",
    "format",
    "diagnostic",
    "syntax",
    "spec",
    "catalog",
    "lock",
    "topology",
    "deployment",
    "analysis",
    "rules",
    "watch",
    "procedure",
    "graph",
    "cloud",
    "artifact",
    "emit",
    "diff",
    "trace",
    "lsp",
    "cli",
    "main",
];

/// Rules read the arithmetic of the analysis; the analysis knows no rule. Plans come after the
/// deployment that clouds make.
const SIBLINGS: [(&str, &str); 2] = [("analysis", "rules"), ("cloud", "procedure")];

fn sources() -> Vec<(String, String)> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|e| e.path().extension().is_some_and(|x| x == "rs"))
        .map(|e| {
            let path = e.path().strip_prefix(root).unwrap().display().to_string();
            (path, std::fs::read_to_string(e.path()).unwrap())
        })
        .collect()
}

fn rank(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|l| *l == layer)
}

#[test]
fn imports_go_one_way() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let layer = path.split(['/', '.']).next().unwrap_or_default();
        let Some(own) = rank(layer) else { continue };
        for rest in text.split("crate::").skip(1) {
            let target: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if let Some(other) = rank(&target)
                && (other > own || SIBLINGS.contains(&(layer, target.as_str())))
            {
                faults.push(format!(
                    "{path} uses {target}: move what both need to `{layer}` or below"
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn emitters_do_not_know_each_other_or_a_cloud() {
    let emitters = [
        "alerts",
        "contract",
        "helm",
        "kubernetes",
        "observability",
        "pages",
        "recovery",
        "scripts",
        "terraform",
    ];
    for (path, text) in sources() {
        let Some(emitter) = path.strip_prefix("emit/").and_then(|p| p.split('/').next()) else {
            continue;
        };
        for other in emitters
            .iter()
            .filter(|e| **e != emitter && emitter != "mod.rs")
        {
            assert!(
                !text.contains(&format!("emit::{other}")),
                "{path} uses the emitter {other}"
            );
        }
        for cloud in ["gcp::", "aws::"] {
            assert!(!text.contains(cloud), "{path} names a cloud");
        }
    }
}

#[test]
fn files_stay_small() {
    for (path, text) in sources() {
        // The language is one list of records.
        let limit = if path == "spec/model.rs" { 1900 } else { 900 };
        let lines = text.lines().count();
        assert!(lines <= limit, "{path} has {lines} lines: split it");
    }
}

/// The folders of all modules of all clouds.
fn modules() -> Vec<std::path::PathBuf> {
    let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/terraform");
    let folders = |path: &Path| -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(path).unwrap().flatten();
        entries.map(|e| e.path()).filter(|p| p.is_dir()).collect()
    };
    let clouds = folders(Path::new(templates)).into_iter();
    clouds.flat_map(|cloud| folders(&cloud)).collect()
}

/// Inputs that a module's `variables.tf` declares: name, and whether a call must give it.
fn inputs(variables: &str) -> BTreeMap<String, bool> {
    let body: hcl::Body = hcl::from_str(variables).unwrap();
    let variables = body.blocks().filter(|b| b.identifier() == "variable");
    variables
        .map(|b| {
            let name = b.labels()[0].as_str().to_string();
            let required = b.body().attributes().all(|a| a.key() != "default");
            (name, required)
        })
        .collect()
}

#[test]
fn every_call_gives_a_module_what_it_declares() {
    let mut calls = 0;
    let mut used = BTreeSet::new();
    for (name, tree) in golden_trees() {
        let roots = tree.iter();
        let roots = roots.filter(|(p, _)| p.ends_with("/main.tf") && !p.starts_with(MODULES));
        for (path, text) in roots {
            let path = format!("{name}/{path}");
            let body: hcl::Body = hcl::from_str(text).unwrap();
            for call in body.blocks().filter(|b| b.identifier() == "module") {
                let arguments = call.body().attributes();
                let given: BTreeMap<_, _> =
                    arguments.map(|a| (a.key(), a.expr().to_string())).collect();
                let source = given["source"].trim_matches('"');
                let module = source.rsplit('/').next().unwrap().to_string();
                let declared = inputs(&tree[&format!("{MODULES}{module}/variables.tf")]);
                let meta = ["source", "providers", "depends_on"];
                for name in given.keys().filter(|n| !meta.contains(n)) {
                    assert!(
                        declared.contains_key(*name),
                        "{path}: {module} has no input {name}"
                    );
                }
                for (name, _) in declared.iter().filter(|(_, required)| **required) {
                    assert!(
                        given.contains_key(name.as_str()),
                        "{path}: {module} needs {name}"
                    );
                }
                used.insert(module);
                calls += 1;
            }
        }
    }
    assert!(calls > 30 && used.len() > 15, "{calls} calls of {used:?}");
}

#[test]
fn a_modules_page_lists_its_inputs_and_outputs() {
    for module in modules() {
        let page = std::fs::read_to_string(module.join("README.md")).unwrap();
        for (name, required) in
            inputs(&std::fs::read_to_string(module.join("variables.tf")).unwrap())
        {
            let inputs = page.split("## Inputs").nth(1).unwrap_or_default();
            let row = inputs
                .lines()
                .filter(|l| !l.contains("| description | type |"))
                .find(|l| l.starts_with(&format!("| {name} |")));
            let row = row.unwrap_or_else(|| panic!("{module:?}: README lacks {name}"));
            assert!(
                row.ends_with(if required { "| yes |" } else { "| no |" }),
                "{module:?}: {row}"
            );
        }
        let outputs: hcl::Body =
            hcl::from_str(&std::fs::read_to_string(module.join("outputs.tf")).unwrap()).unwrap();
        for output in outputs.blocks() {
            let name = output.labels()[0].as_str();
            assert!(
                page.contains(&format!("| {name} |")),
                "{module:?}: README lacks {name}"
            );
        }
    }
}

/// Whether a literal looks like the id of a fact: `redis.sentinel.ping`.
fn looks_like_a_fact(literal: &str) -> bool {
    let word = |w: &str| {
        w.starts_with(|c: char| c.is_ascii_lowercase())
            && w.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    literal.contains('.') && literal.split('.').all(word)
}

#[test]
fn facts_in_the_code_are_in_the_catalog_and_every_fact_is_used() {
    let known: BTreeSet<&str> = meridian::catalog::facts::all()
        .keys()
        .map(String::as_str)
        .collect();
    let sources = sources();
    let mut used = BTreeSet::new();
    for (path, text) in &sources {
        let literals = text.split('"').skip(1).step_by(2);
        used.extend(literals.clone().filter(|l| known.contains(l)));
        if path.contains("recovery") {
            let unknown = literals.filter(|l| looks_like_a_fact(l) && !known.contains(l));
            let unknown: Vec<_> = unknown.collect();
            assert!(unknown.is_empty(), "{path}: no such fact: {unknown:?}");
        }
    }
    let idle: Vec<_> = known.difference(&used).collect();
    assert!(idle.is_empty(), "nothing uses {idle:?}: remove them");
}

/// Whether a file is in the folder of an offering: the one place where an engine has a name.
fn in_an_offering(path: &str) -> bool {
    let offerings = meridian::cloud::offering::all();
    let mut folders = offerings.map(|o| format!("cloud/{}/", o.id()));
    // What Google Cloud lends to Redis with Sentinel.
    path.starts_with("cloud/gcp/redis_sentinel/") || folders.any(|f| path.starts_with(&f))
}

/// The names of a choice of the language, as the code spells them.
fn variants(text: &str, kind: &str) -> BTreeSet<String> {
    let marks = [
        format!(" {kind}::"),
        format!("({kind}::"),
        format!("::{kind}::"),
    ];
    let words = marks.iter().flat_map(|m| text.split(m.as_str()).skip(1));
    let words = words.map(|rest| {
        let name = rest.chars().take_while(|c| c.is_alphanumeric());
        name.collect::<String>()
    });
    // `ALL` is no name of one.
    words
        .filter(|w| w.chars().next().is_some_and(char::is_uppercase))
        .filter(|w| w.chars().any(char::is_lowercase))
        .collect()
}

/// Where an engine has a name outside of its offering, and why.
const ENGINES: [(&str, &str); 4] = [
    ("topology/kinds.rs", "what kinds are by nature"),
    ("topology/checks.rs", "a kind that others run has any name"),
    ("topology/resolve.rs", "a kind that others run has any name"),
    (
        "rules/",
        "what kinds promise that none of them keeps, and the forms of their names",
    ),
];

/// Where a provider has a name outside of its cloud: nowhere.
const PROVIDERS: [(&str, &str); 0] = [];

/// Where a text is a cloud's word, and why.
const WORDS: [(&str, &str); 3] = [
    ("spec/model.rs", "the words of the language"),
    ("spec/intent.rs", "what people write instead"),
    ("cli/beginning.rs", "a first topology for each"),
];

/// Where a runtime has a name outside of its offering, and why.
const RUNTIMES: [(&str, &str); 5] = [
    (
        "topology/",
        "what runtimes are by nature, their probes and scalers",
    ),
    (
        "cloud/gcp/procedures.rs",
        "the commands that scale and release each",
    ),
    (
        "analysis/availability.rs",
        "the contract of clusters that stores run on",
    ),
    ("rules/names/collisions.rs", "the names of what each makes"),
    ("rules/emission/no_effect.rs", "what has no effect on each"),
];

/// Whether a file is in the folder of a cloud.
fn of_one_cloud(path: &str) -> bool {
    let clouds = meridian::spec::Provider::ALL.iter();
    let mut folders = clouds.map(|cloud| format!("cloud/{}/", cloud.word()));
    folders.any(|folder| path.starts_with(&folder))
}

/// Names of providers and of modules are texts too. Broken by `"gcp/health-checks"` in
/// `cloud/recovery/readings.rs`, where it was, and by `"aws" =>` in `catalog/mod.rs`.
#[test]
fn words_of_clouds_are_in_their_folders() {
    let clouds: Vec<&str> = meridian::spec::Provider::ALL
        .iter()
        .map(|p| p.word())
        .collect();
    let mut faults = Vec::new();
    for (path, text) in sources() {
        if of_one_cloud(&path) || WORDS.iter().any(|(place, _)| path == *place) {
            continue;
        }
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code = text.lines().filter(|l| !l.trim_start().starts_with("//"));
        for line in code {
            let mut literals = line.split('"').skip(1).step_by(2);
            let named = |l: &str| {
                clouds
                    .iter()
                    .any(|c| l == *c || l.starts_with(&format!("{c}/")))
            };
            if literals.any(named) {
                faults.push(format!("{path}: {}", line.trim()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Broken by a `match store.engine` in `analysis/availability.rs`, where one was.
#[test]
fn engines_have_names_in_their_offerings_and_providers_in_their_clouds() {
    let mut used = BTreeSet::new();
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let own_cloud = of_one_cloud(&path);
        let runs = ["cloud/shared/kubernetes/", "cloud/gcp/cloud_run/"]
            .iter()
            .any(|own| path.starts_with(own));
        // Tests at the end of a file name what they like.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (kind, list, ours) in [
            ("Engine", &ENGINES[..], in_an_offering(&path)),
            ("Provider", &PROVIDERS[..], own_cloud),
            ("Runtime", &RUNTIMES[..], runs),
        ] {
            let named = variants(text, kind);
            if ours || named.is_empty() {
                continue;
            }
            match list.iter().find(|(place, _)| path.starts_with(place)) {
                Some((place, _)) => drop(used.insert((kind, *place))),
                None => faults.push(format!("{path} names {named:?}: ask the offering")),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    for (place, why) in ENGINES {
        let idle = !used.contains(&("Engine", place));
        assert!(!idle, "{place} names no engine any more: {why}");
    }
    for (place, why) in PROVIDERS {
        let idle = !used.contains(&("Provider", place));
        assert!(!idle, "{place} names no provider any more: {why}");
    }
    for (place, why) in RUNTIMES {
        let idle = !used.contains(&("Runtime", place));
        assert!(!idle, "{place} names no runtime any more: {why}");
    }
}

/// Products of one vendor among the words of the language, and the words that are nobody's.
const PRODUCTS: [(&str, &[&str]); 5] = [
    ("Engine", &[]),
    ("QueueEngine", &[]),
    ("Provider", &[]),
    ("Routing", &["LoadBalancer", "Dns"]),
    ("Runtime", &["Kubernetes"]),
];

/// What reads the deployment knows no product: a kind says what it is by nature in
/// `topology/kinds.rs`, and what is true of it on one cloud is its offering's. Broken by
/// `Routing::Route53` in `deployment/routes/mesh.rs`, where it was.
#[test]
fn no_product_has_a_name_where_only_mechanisms_count() {
    let layers = [
        "deployment",
        "analysis",
        "watch",
        "procedure",
        "graph",
        "artifact",
        "emit",
    ];
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let layer = path.split(['/', '.']).next().unwrap_or_default();
        if !layers.contains(&layer) {
            continue;
        }
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (kind, of_nobody) in PRODUCTS {
            let mut named = variants(text, kind);
            named.retain(|name| !of_nobody.contains(&name.as_str()));
            if !named.is_empty() {
                faults.push(format!("{path} names {named:?}: ask what it is by nature"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Files, code and texts of emitters and of the analysis are of no product either: what is printed
/// of one comes from its offering. Broken by `emit/kubernetes/redis.rs`, where it was.
#[test]
fn emitters_and_the_analysis_speak_of_no_engine_and_no_cloud() {
    let products = [
        "redis",
        "postgres",
        "pglogical",
        "firestore",
        "aurora",
        "dynamodb",
        "mongodb",
        "kafka",
        "elasticache",
        "memorystore",
        "pubsub",
        "gcp",
        "aws",
        "google",
        "amazon",
        "alibaba",
        "cloudflare",
    ];
    let mut faults = Vec::new();
    for (path, text) in sources() {
        if !["emit/", "analysis/"].iter().any(|l| path.starts_with(l)) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().map(str::trim).filter(|l| !l.starts_with("//"));
        let code = lines.collect::<Vec<_>>().join("\n").to_lowercase();
        let words: BTreeSet<&str> = code
            .split(|c: char| !c.is_alphanumeric())
            .chain(path.split(['/', '_', '.']))
            .collect();
        let named: Vec<_> = products.iter().filter(|p| words.contains(**p)).collect();
        if !named.is_empty() {
            faults.push(format!("{path} speaks of {named:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A `match` that names an engine or a provider names them all: what is added later must be
/// thought of. Broken by `_ => {}` in `cloud::settle`, where it was.
#[test]
fn no_match_on_engines_or_providers_has_a_rest() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let arm = line.trim_start();
            if !(arm.starts_with("_ =>") || arm.starts_with("other =>")) || in_an_offering(&path) {
                continue;
            }
            let indent = line.len() - arm.len();
            let above = lines[..number].iter().rev();
            let siblings = above.take_while(|l| {
                let text = l.trim_start();
                text.is_empty() || l.len() - text.len() >= indent
            });
            let mut siblings = siblings.filter(|l| l.len() - l.trim_start().len() == indent);
            let names = |l: &&&str| {
                let pattern = l.split("=>").next().unwrap_or_default();
                // What a scenario takes may be a cloud.
                l.contains("=>")
                    && !pattern.contains("Scenario::")
                    && ["Engine", "QueueEngine", "Provider", "Runtime"]
                        .iter()
                        .any(|k| !variants(&format!(" {}", pattern.trim_start()), k).is_empty())
            };
            if let Some(arm) = siblings.find(names) {
                faults.push(format!("{path}:{}: beside `{}`", number + 1, arm.trim()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The layers that see only what is settled.
const SETTLED: [&str; 10] = [
    "deployment",
    "analysis",
    "rules",
    "watch",
    "procedure",
    "graph",
    "cloud",
    "artifact",
    "emit",
    "diff",
];

/// Who of them reads what was written, and why.
const WRITTEN: [(&str, &str); 7] = [
    ("cloud/reads/", "what is written and read by nobody"),
    (
        "cloud/leaving.rs",
        "the system with what leaves and without it",
    ),
    ("rules/emission/", "what is written and read by nobody"),
    (
        "rules/runtime/cloud_run.rs",
        "what has no effect on Cloud Run",
    ),
    (
        "rules/names/",
        "the forms of names, and names that become one",
    ),
    ("rules/waivers.rs", "waivers"),
    ("diff/", "causes and waivers"),
];

/// Above `topology` nothing knows the records of the spec: a field that is read is settled there,
/// with its default. Broken by `use crate::spec::Backup` in `emit`, or by a `topology.written()`.
#[test]
fn nothing_above_the_topology_reads_what_was_written() {
    let mut used = BTreeSet::new();
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let layer = path.split(['/', '.']).next().unwrap_or_default();
        let doors = ["crate::spec", "topology.written"];
        let Some(door) = doors.iter().find(|d| text.contains(**d)) else {
            continue;
        };
        if !SETTLED.contains(&layer) {
            continue;
        }
        match WRITTEN.iter().find(|(place, _)| path.starts_with(place)) {
            Some((place, _)) => drop(used.insert(*place)),
            None => faults.push(format!("{path} has `{door}`: settle it in `topology`")),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    for (place, why) in WRITTEN {
        assert!(
            used.contains(place),
            "{place} reads nothing of it any more: {why}"
        );
    }
}

/// What a step may take is printed from its plan. Broken on purpose by `budget 2:00` in a template.
#[test]
fn no_page_states_a_budget_by_hand() {
    let files = std::fs::read_dir(root().join("templates/runbooks")).unwrap();
    let mut found = Vec::new();
    for file in files.flatten() {
        let text = std::fs::read_to_string(file.path()).unwrap();
        let by_hand = |line: &&str| {
            let mut after = line.split("budget ").skip(1);
            after.any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        let lines = text.lines().filter(by_hand);
        found.extend(lines.map(|line| format!("{}: {line}", file.path().display())));
    }
    assert!(found.is_empty(), "plans know what steps take: {found:#?}");
}

/// What is expected, what to do otherwise and what undoes it come from a plan's types: no line that
/// is emitted holds an expectation and an abort as one text. Broken on purpose by `Expect nothing,
/// or go to Abort` in a template.
#[test]
fn no_text_joins_an_expectation_to_an_abort() {
    let joins = |line: &&str| {
        let line = line.to_lowercase();
        line.contains("expect") && line.contains("abort")
    };
    let mut found: Vec<String> = Vec::new();
    for (path, text) in sources() {
        let folders = ["emit/", "procedure/", "cloud/", "deployment/"];
        let code = text.lines().filter(|l| !l.trim_start().starts_with("//"));
        let texts = code.filter(|l| l.contains('"') && folders.iter().any(|f| path.starts_with(f)));
        found.extend(texts.filter(joins).map(|line| format!("{path}: {line}")));
    }
    for folder in ["templates/runbooks", "templates/scripts"] {
        let files = std::fs::read_dir(root().join(folder)).unwrap().flatten();
        for file in files {
            let text = std::fs::read_to_string(file.path()).unwrap();
            let path = file.path().display().to_string();
            found.extend(
                text.lines()
                    .filter(joins)
                    .map(|line| format!("{path}: {line}")),
            );
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
