//! A part of the output alone: what is left out is asked for in CONTRACT.md, what names it does not
//! dangle, and nothing that an earlier run wrote is lost.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files and run the program"
)]

use crate::cli::ran;
use crate::support::{Case, example, example_text, spec};
use meridian::analysis::recovery::verdict::Verdict;
use meridian::diagnostic::Diagnostics;
use meridian::emit::{self, contract};
use meridian::source::Span;
use meridian::spec::Part;
use meridian::topology::{Outputs, Settled};
use meridian::watch::alerts::all_alerts;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const EXAMPLES: [&str; 4] = ["minimal", "ggen", "paynow", "eden"];

/// The parts that an example would be asked for, emitted anew from what is analysed already.
fn with_parts(case: &mut Case, only: &[Part], skip: &[Part]) -> meridian::artifact::ArtifactSet {
    let settled = |parts: &[Part]| {
        let parts = parts.iter().map(|part| Settled {
            value: *part,
            span: Span::default(),
        });
        parts.collect::<Vec<_>>()
    };
    let done = &mut case.done;
    let topology = done.topology.as_mut().unwrap();
    topology.outputs = Some(Outputs {
        span: Span::default(),
        only: settled(only),
        skip: settled(skip),
    });
    let deployment = done.deployment.as_ref().unwrap();
    let input = emit::Input {
        alerts: &all_alerts(topology, deployment),
        topology,
        analysis: done.analysis.as_ref().unwrap(),
        deployment,
        procedures: done.procedures.as_ref().unwrap(),
    };
    emit::emit(input, &mut Diagnostics::default())
}

/// Whether a text names a file by its whole path, or by its name in a link or in backticks.
fn names(text: &str, path: &str) -> bool {
    if path.contains('/') {
        return text.contains(path);
    }
    ["](", "`", " "]
        .iter()
        .any(|before| text.contains(&format!("{before}{path}")))
}

/// Broken on purpose by a `Paths::named_in` that forgets links with an anchor, and by a page that
/// lists files of one part only.
#[test]
fn what_is_kept_names_no_file_that_neither_is_there_nor_is_in_the_contract() {
    let mut asked = 0;
    for name in EXAMPLES {
        let mut case = example(name);
        let whole = with_parts(&mut case, &[], &[]);
        let single = Part::ALL.iter().map(|part| [*part]);
        let choices = single.clone().map(|p| (p.to_vec(), Vec::new()));
        let choices: Vec<_> = choices
            .chain(single.map(|p| (Vec::new(), p.to_vec())))
            .collect();
        for (only, skip) in choices {
            let set = with_parts(&mut case, &only, &skip);
            let page = &set.get(contract::PATH).expect("a contract").text;
            let left = whole.iter().filter(|(path, _)| set.get(path).is_none());
            let left: Vec<&str> = left.map(|(path, _)| path).collect();
            for (kept, artifact) in set.iter().filter(|(path, _)| *path != contract::PATH) {
                assert_eq!(Some(artifact), whole.get(kept), "{name}: {kept} is another");
                for gone in left.iter().filter(|gone| names(&artifact.text, gone)) {
                    let row = format!("`{gone}`");
                    assert!(
                        page.contains(&row),
                        "{name} {only:?} {skip:?}: {kept} names {gone}"
                    );
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 400, "{asked}");
}

/// Each part has files in some example, and each emitter's files are of parts that lie together.
#[test]
fn every_part_is_made_by_an_emitter_and_every_file_is_of_a_part() {
    let mut made = BTreeSet::new();
    let mut pairs = BTreeSet::new();
    for name in EXAMPLES {
        for (path, artifact) in example(name).done.artifacts.iter() {
            made.insert(Part::of(path));
            pairs.insert((artifact.emitter, Part::of(path).word()));
        }
    }
    assert_eq!(made, Part::ALL.iter().copied().collect());
    let expected = [
        ("alerts", "alerts"),
        ("alerts", "dashboards"),
        ("helm", "chart"),
        ("helm", "values"),
        ("kubernetes", "kubernetes"),
        ("observability", "observability"),
        ("pages", "pages"),
        ("pages", "runbooks"),
        ("scripts", "scripts"),
        ("terraform", "terraform"),
    ];
    assert_eq!(pairs, expected.into_iter().collect());
}

#[test]
fn the_contract_names_what_others_have_to_provide() {
    let page = |only: &[Part], skip: &[Part]| {
        let set = with_parts(&mut example("ggen"), only, skip);
        set.get(contract::PATH).unwrap().text.clone()
    };
    let skipped = page(&[], &[Part::Terraform]);
    for expected in [
        "| terraform | ",
        "| `terraform` | terraform | ",
        "`ggen-marketplace-us-central1` | `module.",
        "## Series",
        "the cloud, of the resources in its account",
    ] {
        assert!(skipped.contains(expected), "{expected}\n{skipped}");
    }
    let chart = page(&[], &[Part::Chart]);
    assert!(
        chart.contains("| api | `ggen` | `app.kubernetes.io/name: api` | 8080 | `api` | 80 |"),
        "{chart}"
    );
    let alerts = page(&[], &[Part::Alerts]);
    assert!(
        alerts.contains("| `GgenMarketplaceRegionUnhealthy` | "),
        "{alerts}"
    );
    let alone = page(&[Part::Alerts], &[]);
    assert!(alone.contains("`RUNBOOK_ALERTS.md` | runbooks"), "{alone}");
    assert!(!alone.contains("## Names of resources\n"), "{alone}");
    assert!(page(&[], &[Part::Scripts]).contains("`scripts/failover-region.sh`"));
}

/// What others set is no number of ours: what is met becomes met if, and the number is in the
/// contract. Broken on purpose by an `others::asked` that leaves terms as they are.
#[test]
fn the_analysis_counts_numbers_of_parts_that_are_left_out_as_conditions() {
    let text = example_text("ggen");
    let whole = spec(&text);
    let left = spec(&(text + "outputs: { skip: [terraform] }\n"));
    let verdicts = |case: &Case| -> Vec<Verdict> {
        let recovery = &case.done.analysis.as_ref().unwrap().recovery;
        recovery.times.iter().map(|t| t.verdict).collect()
    };
    assert!(verdicts(&left).iter().all(|v| *v != Verdict::Met));
    assert_eq!(verdicts(&whole).len(), verdicts(&left).len());
    let page = left.file(contract::PATH);
    let number = "| `module.health_api_ggen_marketplace_example_com load_balancer.interval_seconds` | `5` | ";
    assert!(page.contains(number), "{page}");
    assert!(
        left.file("RECOVERY_BUDGET.md")
            .contains("CONTRACT.md: terraform is left to others")
    );
}

#[test]
fn both_notations_and_the_printer_know_outputs() {
    let text = example_text("minimal") + "outputs: { only: [alerts, runbooks] }\n";
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), &text).unwrap();
    let kdl = meridian(folder.path(), &["convert", "a.yaml"]);
    fs::write(folder.path().join("b.kdl"), &kdl.said).unwrap();
    let back = meridian(folder.path(), &["convert", "b.kdl"]).said;
    assert!(back.contains("only: [alerts, runbooks]"), "{kdl:?}\n{back}");
    for (file, out) in [("a.yaml", "out"), ("b.kdl", "other")] {
        let ran = meridian(folder.path(), &["compile", file, "--out", out]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let kept: BTreeSet<_> = files(&folder.path().join("out"));
    assert_eq!(kept, files(&folder.path().join("other")));
    let expected = |p: &String| {
        p.starts_with("alerts/prometheus")
            || p == "alerts/alertmanager.yaml"
            || p.starts_with("RUNBOOK_")
            || p == "CONTRACT.md"
            || p.starts_with(".meridian")
    };
    assert!(kept.iter().all(expected) && kept.len() > 6, "{kept:?}");
}

#[derive(Debug)]
struct Ran {
    code: i32,
    said: String,
    told: String,
}

fn meridian(folder: &Path, words: &[&str]) -> Ran {
    let (code, said, told) = ran(folder, words);
    Ran { code, said, told }
}

fn files(folder: &Path) -> BTreeSet<String> {
    let all = walkdir::WalkDir::new(folder).into_iter().flatten();
    let all = all.filter(|e| e.file_type().is_file());
    all.map(|e| e.path().strip_prefix(folder).unwrap().display().to_string())
        .collect()
}

/// A tree that was compiled whole, then with a part, then whole again.
#[test]
fn what_an_earlier_run_wrote_of_a_part_stays_until_it_is_pruned() {
    let folder = tempfile::tempdir().unwrap();
    let (at, deploy) = (folder.path(), folder.path().join("deploy"));
    fs::write(at.join("topology.yaml"), example_text("minimal")).unwrap();
    assert_eq!(meridian(at, &["compile"]).code, 0);
    let whole = files(&deploy);

    let part = meridian(at, &["compile", "--only", "alerts"]);
    assert_eq!(part.code, 0, "{part:?}");
    assert!(
        part.told.contains("unchanged files of skipped parts: "),
        "{}",
        part.told
    );
    assert!(
        part.told.contains("required from them: files "),
        "{}",
        part.told
    );
    let mut expected = whole.clone();
    expected.insert("CONTRACT.md".into());
    assert_eq!(files(&deploy), expected);
    assert_eq!(
        meridian(at, &["compile", "--only", "alerts", "--check"]).code,
        0
    );
    // The contract is no file of the whole tree.
    let check = meridian(at, &["compile", "--check"]);
    assert_eq!(
        (check.code, check.said.as_str()),
        (2, "orphaned CONTRACT.md\n")
    );
    let again = meridian(at, &["compile"]);
    assert!(
        again.code == 0 && again.told.contains("deleted CONTRACT.md"),
        "{again:?}"
    );
    assert_eq!(files(&deploy), whole);

    // An edited file of a part that is left out is nobody's but its editor's.
    let guide = deploy.join("DEPLOYMENT_GUIDE.md");
    let mut edited = fs::read_to_string(&guide).unwrap();
    edited.push_str("mine\n");
    fs::write(&guide, &edited).unwrap();
    assert_eq!(meridian(at, &["compile", "--skip", "pages"]).code, 0);
    assert_eq!(fs::read_to_string(&guide).unwrap(), edited);
    let refused = meridian(at, &["compile", "--skip", "pages", "--prune"]);
    assert!(
        refused.code == 3 && refused.told.contains("OUT101"),
        "{refused:?}"
    );
    assert!(guide.exists() && deploy.join("README.md").exists());
    let pruned = meridian(
        at,
        &["compile", "--skip", "pages", "--prune", "--overwrite"],
    );
    assert!(
        pruned.code == 0 && pruned.told.contains("deleted README.md"),
        "{pruned:?}"
    );
    assert!(!deploy.join("README.md").exists());
}

/// A copy of ours fits; one that lacks a variable, or asks for more, is refused before anything is
/// written.
#[test]
fn a_module_of_ones_own_is_compared_with_what_the_root_gives_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let text =
        example_text("minimal") + "terraform: { modules: { dns: { source: ../../../own } } }\n";
    fs::write(at.join("topology.yaml"), text).unwrap();
    let absent = meridian(at, &["compile", "--out", "other"]);
    assert!(
        absent.code == 0 && absent.told.contains("warning[TFM104]"),
        "{absent:?}"
    );
    let ours = crate::support::root().join("templates/terraform/gcp/dns");
    fs::create_dir(at.join("own")).unwrap();
    for file in ["main.tf", "variables.tf", "outputs.tf"] {
        fs::copy(ours.join(file), at.join("own").join(file)).unwrap();
    }
    let fits = meridian(at, &["compile"]);
    assert!(fits.code == 0 && !fits.told.contains("TFM104"), "{fits:?}");
    assert!(fits.told.contains(" · modules 1 · "), "{}", fits.told);
    let page = fs::read_to_string(at.join("deploy/CONTRACT.md")).unwrap();
    let row = "| `dns` | `../../../own` | `terraform/global` | ";
    assert!(page.contains(row) && page.contains("`domain`"), "{page}");
    let path = at.join("own/variables.tf");
    let variables = fs::read_to_string(&path).unwrap();
    for (edited, says) in [
        (
            variables.replace("variable \"domain\"", "variable \"dom\" {}\nvariable \"x\""),
            "does not declare the variables `domain`",
        ),
        (
            variables.clone() + "variable \"vpc\" {}\n",
            "asks for variables that nothing gives `vpc`",
        ),
    ] {
        fs::write(&path, edited).unwrap();
        let ran = meridian(at, &["compile"]);
        assert!(ran.code == 1 && ran.told.contains(says), "{says}: {ran:?}");
    }
}

#[test]
fn words_that_are_no_part_are_refused_with_the_near_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("topology.yaml"), example_text("minimal")).unwrap();
    for (words, says) in [
        (
            &["compile", "--only", "alert"][..],
            "did you mean `alerts`?",
        ),
        (
            &["compile", "--only", "helm-chart"],
            "one of terraform, kubernetes",
        ),
        (
            &["compile", "--only", "alerts", "--skip", "pages"],
            "cannot be used with",
        ),
    ] {
        let ran = meridian(folder.path(), words);
        assert!(ran.code == 64 && ran.told.contains(says), "{ran:?}");
    }
    let both = "outputs: { only: [alerts], skip: [pages] }\n";
    assert_eq!(spec(&(example_text("minimal") + both)).errors(), ["OUT110"]);
}

/// What others make from now on has no fate here; that it is so, is said.
#[test]
fn diff_and_why_know_a_tree_with_a_part() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("before.yaml"), example_text("minimal")).unwrap();
    let after = example_text("minimal") + "outputs: { skip: [terraform] }\n";
    fs::write(at.join("topology.yaml"), after).unwrap();
    let diff = meridian(at, &["diff", "topology.yaml", "--from", "before.yaml"]);
    assert_eq!(diff.code, 2, "{diff:?}");
    assert!(
        diff.said.contains("left to others from now on: terraform."),
        "{}",
        diff.said
    );
    assert!(!diff.said.contains("\nfates\n"), "{}", diff.said);
    let harm = [
        "diff",
        "topology.yaml",
        "--from",
        "before.yaml",
        "--fail-on",
        "replace",
    ];
    assert_eq!(meridian(at, &harm).code, 0);

    assert_eq!(meridian(at, &["compile"]).code, 0);
    assert_eq!(meridian(at, &["diff"]).code, 0);
    let page = fs::read_to_string(at.join("deploy/CONTRACT.md")).unwrap();
    let line = page
        .lines()
        .position(|l| l.contains("| terraform | "))
        .unwrap()
        + 1;
    let why = meridian(at, &["why", &format!("deploy/CONTRACT.md:{line}")]);
    assert!(
        why.code == 0 && why.said.contains("outputs.skip"),
        "{why:?}"
    );
}
